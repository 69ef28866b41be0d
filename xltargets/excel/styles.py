"""Number formats: what a cell looks like, as far as a reader must know.

The codes of the built-in formats are those of ECMA-376 Part 1, 18.8.30 numFmt, with the list for zh-cn; only formats that
change the meaning of a number (percentages, parts of dates) are told apart here.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from xml.etree import ElementTree

_BUILTIN = {
    0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 49: "@",
    18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 22: "yyyy/m/d h:mm", 45: "mm:ss", 46: "[h]:mm:ss",
    47: "mmss.0", **dict.fromkeys((14, 15, 30, 31), "yyyy/m/d"), 17: "mmm-yy", **dict.fromkeys((27, 36, 50, 52, 57), "yyyy年m月"),
    **dict.fromkeys((16, 28, 29, 51, 53, 54, 58), "m月d日"), **dict.fromkeys((*range(32, 36), 55, 56), "h时mm分"),
}  # fmt: skip
#: What may have letters in a format that is none of a date or time.
_NO_TIME = re.compile(r'"[^"]*"|\\.|[_*].|\[(?![hms]+\])[^\]]*\]|General|G/通用格式|E[+-]', re.IGNORECASE)
_TIME = re.compile("[abdeghmsy]", re.IGNORECASE)
_LITERAL = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')

#: The pieces of a format; a condition, a part of a date, a second row of digits and the like are of no kind.
_PIECE = re.compile(
    r'''"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|(?P<space>[_*].|\[(?:Black|Blue|Cyan|Green|Magenta|Red|White|Yellow|Color\d+)\])'''
    r"|\[\$(?P<currency>[^\]-]*)(?:-[^\]]*)?\]|(?P<digits>General|G/通用格式|[0#?.,]+%?)|(?P<end>;)"
    r"|(?P<plain>[^\[\]a-zA-Z0-9%#?@/.,])|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)


@lru_cache(maxsize=16)
def number_formats(styles_xml: bytes) -> Sequence[str]:
    """The number format of each cell style (``cellXfs``), by index; workbooks of one template have the same styles.

    Raises:
        ElementTree.ParseError, LookupError, ValueError: when the part is damaged, in an unknown encoding, or has a document type.
    """
    if b"<!DOCTYPE" in styles_xml:
        raise ValueError("a document type")
    root = ElementTree.fromstring(styles_xml)
    namespace = root.tag.rpartition("}")[0] + "}" if "}" in root.tag else ""
    custom = {
        int(element.get("numFmtId", "0")): element.get("formatCode", "General")
        for element in root.iterfind(f"{namespace}numFmts/{namespace}numFmt")
    }
    return tuple(
        custom.get(number, _BUILTIN.get(number, "General"))
        for number in (int(xf.get("numFmtId", "0")) for xf in root.iterfind(f"{namespace}cellXfs/{namespace}xf"))
    )


@lru_cache(maxsize=16)
def temporal_styles(formats: Sequence[str]) -> frozenset[int]:
    """The indexes of the formats that may show a number as a date or time."""
    return frozenset(index for index, code in enumerate(formats) if _TIME.search(_NO_TIME.sub("", code)))


def moment(number: float, code: str, *, from_1904: bool = False) -> object:
    """What a number means in a format of dates and times: a date, a time, both, or a length of time (``[h]:mm``).

    The number itself where no calendar has such a day.
    """
    try:
        span = datetime.timedelta(milliseconds=round(number * 86_400_000))
        if "[" in _NO_TIME.sub("", code):
            return span
        if number < 0:
            return number
        if number < 1:
            return (datetime.datetime.min + span).time()
        if from_1904:
            found = datetime.datetime(1904, 1, 1) + span
        else:  # the 60th day is 29 February 1900, which never was
            found = datetime.datetime(1899, 12, 31 if number < 60 else 30) + span
    except (OverflowError, ValueError):
        return number
    return found if found.time() != datetime.time() else found.date()


@lru_cache(maxsize=256)
def is_percent(number_format: str) -> bool:
    """Whether a number is shown times 100 with a percent sign."""
    return "%" in number_format and "%" in _LITERAL.sub("", number_format)


def exact(number: float) -> Decimal:
    """The decimal that Excel shows: 15 significant digits, the precision it keeps."""
    value = Decimal(f"{number:.15g}")
    return value if value else Decimal(0)


def shown(number: float, number_format: str) -> str:
    """A number as its cell shows it: 0.95 is ``95%`` in a cell of format ``0%``, and 12 is ``≥12件`` in one of ``"≥"0"件"``.

    Digits are never rounded away, and parts of thousands not marked.
    """
    text = f"{plain(exact(number) * 100)}%" if is_percent(number_format) else plain(exact(number))
    before, after = words_around(number_format) if number > 0 else ("", "")
    return f"{before}{text}{after}".strip()


def shown_date(day: date, number_format: str) -> str:
    """A date with the parts that its cell shows: 1 December in a cell of format ``yyyy"年"m"月"`` is ``2024年12月``.

    Formats of times, and those that show no two of these parts, leave the date whole.
    """
    parts = set(_LITERAL.sub("", number_format).partition(";")[0].lower())
    parts = {"y" if part == "e" else part for part in parts if part in "eymdhs"}
    if len(parts) < 2 or parts & {"h", "s"} or parts == {"y", "d"}:
        parts = {"y", "m", "d"}
    words = (("y", f"{day.year}年"), ("m", f"{day.month}月"), ("d", f"{day.day}日"))
    return "".join(word for part, word in words if part in parts)


@lru_cache(maxsize=256)
def words_around(number_format: str) -> tuple[str, str]:
    """What a format writes before and behind a positive number; nothing for a format that does more than that."""
    found, digits = ["", ""], 0
    for match in _PIECE.finditer(number_format):
        kind, piece = match.lastgroup, match[0]
        if kind == "end":
            break
        if kind == "digits" and not digits and not piece.endswith(","):
            digits = 1
        elif kind in ("quoted", "escaped", "currency", "plain"):
            found[digits] += match[kind]
        elif kind != "space":
            return "", ""
    return (found[0], found[1]) if digits else ("", "")


def plain(value: Decimal) -> str:
    """A decimal without exponent and without trailing zeros: ``1.5``, ``30``."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
