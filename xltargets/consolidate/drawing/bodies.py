"""Values as the bodies of a worksheet's cells: the XML that follows ``<c r="B5" s="3"``, to the end of the cell.

A body knows neither its row nor its column nor its looks, so it can be made where a file is read, long before the sheet is
laid out. Bodies are bytes of UTF-8, which are put together four times as fast as text; none holds a control character, so
these can separate bodies. Half of a surrogate pair, which no XML can hold, becomes a question mark.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

#: Excel's own limit, in UTF-16 units.
MAX_TEXT = 32_767
#: A row is never higher.
MOST_LINES = 30
#: Heights of rows in points, by number of lines.
_LINE, _PADDING, _MOST = 13.5, 4.5, 400.5
HEIGHTS = [b"%g" % min(_MOST, _PADDING + _LINE * number) for number in range(MOST_LINES + 1)]
#: The body of an empty cell.
BLANK = b"/>"
_TRUNCATED = "……（超过单元格字数上限，后文略）"
_DIGITS = 15

#: What cannot stand in XML as it is, or would be read as an escape of Excel's (``_x0041_``).
_SPECIAL = re.compile("[&<>\x00-\x08\x0b-\x1f\ufffe\uffff]|_x[0-9a-fA-F]{4}_")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


class Formula(NamedTuple):
    """A formula, and what it comes to."""

    text: str
    value: Decimal | int | str


def body_of(value: object) -> bytes:
    """The body of None, a str, bool, int, Decimal or :class:`Formula`.

    A number that Excel does not hold exactly is written as text.
    """
    if value is None:
        return BLANK
    if type(value) is str:
        return text_body(value)
    if type(value) is Formula:
        kind = ' t="str"' if isinstance(value.value, str) else ""
        formula, found = escaped(value.text.removeprefix("=")), escaped(str(value.value))
        return f"{kind}><f>{formula}</f><v>{found}</v></c>".encode("utf-8", "replace")
    text = shown(value)
    if (type(value) is not bool and len(text) <= _DIGITS and _is_plain(text)) or is_exact(value):
        return b"><v>%s</v></c>" % text.encode()
    return text_body(text)


def count_body(number: int) -> bytes:
    """The body of a number that somebody counted."""
    return b"><v>%d</v></c>" % number


def _is_plain(number: str) -> bool:
    """Whether it has nothing but digits, a point and a sign."""
    return number.isascii() and number.removeprefix("-").replace(".", "", 1).isdigit()


def shown(value: object) -> str:
    """A value as text."""
    return "是" if value is True else "否" if value is False else str(value)


@lru_cache(maxsize=1024)  # names, levels and labels come again and again
def text_body(text: str) -> bytes:
    """The body of a text."""
    if len(text) > MAX_TEXT // 2:
        text = cut(text)
    space = b' xml:space="preserve"' if text != text.strip() else b""
    return b' t="inlineStr"><is><t%s>%s</t></is></c>' % (space, escaped(text).encode("utf-8", "replace"))


def escaped(text: str) -> str:
    """As Excel writes text: control characters, and what looks like their escape, as ``_xHHHH_``."""
    if text.isprintable() and "&" not in text and "<" not in text and ">" not in text and "_x" not in text:
        return text
    return _SPECIAL.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    found = match[0]
    if len(found) > 1:
        return f"_x005F{found}"
    return _ENTITIES.get(found) or f"_x{ord(found):04X}_"


def attribute(text: str) -> bytes:
    """Text within the double quotes of an attribute."""
    found = escaped(text).replace('"', "&quot;").replace("\n", "&#10;").replace("\t", "&#9;")
    return found.encode("utf-8", "replace")


def sound(text: str) -> str:
    """Text that a database takes: half of a surrogate pair becomes a question mark."""
    return text.encode("utf-8", "replace").decode()


def cut(text: str) -> str:
    """Text no longer than a cell takes; one that is cut says so."""
    units = text.encode("utf-16-le", "surrogatepass")
    if len(units) // 2 <= MAX_TEXT:
        return text
    return units[: 2 * (MAX_TEXT - len(_TRUNCATED))].decode("utf-16-le", "ignore") + _TRUNCATED


def is_exact(value: object) -> bool:
    """Whether Excel, which keeps 15 significant digits, holds a number as it is."""
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return False
    number = value if isinstance(value, Decimal) else Decimal(repr(value))
    if not number.is_finite() or not -300 < number.adjusted() < 300:
        return False
    digits = number.as_tuple().digits
    return len(digits) <= _DIGITS or len(number.normalize().as_tuple().digits) <= _DIGITS


# --- how much room a value takes ----------------------------------------------------------------------


def width(value: object) -> int:
    """How many half-width characters a value takes, at least 1; of several lines the longest."""
    if isinstance(value, str):
        return max(1, *map(_line_width, value.split("\n"))) if "\n" in value else _line_width(value) or 1
    if isinstance(value, Decimal):
        return len(f"{value:,.2f}") if abs(value.adjusted()) < 20 else len(str(value))
    return len(str(value))


def _line_width(line: str) -> int:
    """GBK has one byte for a half-width character and two for others, as old screens had columns."""
    return len(line) if line.isascii() else len(line.encode("gbk", "replace"))


def lines(text: str, room: float) -> int:
    """How many lines a text takes in so many half-width characters; not more than :data:`MOST_LINES`."""
    if "\n" not in text:
        return 1 if len(text) * 2 <= room else min(MOST_LINES, math.ceil(_line_width(text) / room))
    return min(MOST_LINES, sum([max(1, math.ceil(_line_width(line) / room)) for line in text.split("\n")]))
