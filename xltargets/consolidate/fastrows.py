"""Rows of a worksheet written as XML at once, where XlsxWriter goes cell by cell.

A summary of a province has millions of cells and is written by one process while the others wait, so this is where time goes.
XlsxWriter's constant-memory mode keeps a sheet's rows in a temporary text file; our rows are put there, after those that it
has written itself. Everything else of the workbook (styles, widths, links, print set-up, the zip) is XlsxWriter's. What is
used of its inside is listed in :class:`RowWriter`; a test compares the result with what its public functions write.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from xltargets.consolidate.rows import is_exact
from xltargets.excel.a1 import column_letters

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

#: Excel's own limit, in UTF-16 units.
MAX_TEXT = 32_767
#: Whole numbers below it have 15 digits at most.
_SMALL = 10**15
_TRUNCATED = "……（超过单元格字数上限，后文略）"

#: What cannot stand in XML as it is, or would be read as an escape of Excel's (``_x0041_``).
_SPECIAL = re.compile("[&<>\x00-\x08\x0b-\x1f\ufffe\uffff]|_x[0-9a-fA-F]{4}_")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


class Formula(NamedTuple):
    """A formula, and what it comes to."""

    text: str
    value: Decimal | int | str


class RowWriter:
    """Writes rows to a sheet of a workbook in constant-memory mode.

    Uses XlsxWriter's ``fh``, ``previous_row``, ``_write_single_row``, ``_check_dimensions``,
    ``outline_row_level`` and ``_get_xf_index``, which are not for others to use, yet have not changed in ten years.

    Args:
        sheet: its rows above `first` are written already, by XlsxWriter.
        first: the first row written here, from 0.
        formats: by style, the format of each column.
    """

    def __init__(self, sheet: Worksheet, first: int, formats: Mapping[str, Sequence[Format]]) -> None:
        self._sheet = sheet
        self._styles = {
            style: [
                (column_letters(number), f's="{one._get_xf_index()}"') for number, one in enumerate(columns)
            ]
            for style, columns in formats.items()
        }
        sheet._write_single_row(first)
        self._write = sheet.fh.write
        self._last_column = len(next(iter(formats.values()))) - 1

    def put(self, row: int, values: Sequence[Any], style: str, height: float, level: int = 0) -> None:
        """Write a row.

        Args:
            row: from 0; below all rows so far.
            values: None, str, bool, int, Decimal, or :class:`Formula`, one per column. A number that Excel does not hold
                exactly is written as text.
            style: which of the formats.
            height: in points; Excel counts in 0.75, a pixel.
            level: how deep it stands in the outline.
        """
        number = row + 1
        outline = f' outlineLevel="{level}"' if level else ""
        parts = [f'<row r="{number}" ht="{height:g}" customHeight="1"{outline}>']
        for (letters, look), value in zip(self._styles[style], values, strict=True):
            kind = type(value)
            if value is None:
                parts.append(f'<c r="{letters}{number}" {look}/>')
            elif kind is str:
                parts.append(f'<c r="{letters}{number}" {look} t="inlineStr"><is>{_text(value)}</is></c>')
            elif kind is Formula:
                parts.append(f'<c r="{letters}{number}" {look}{_formula(value)}</c>')
            elif (kind is int and -_SMALL < value < _SMALL) or is_exact(value):
                parts.append(f'<c r="{letters}{number}" {look}><v>{value}</v></c>')
            else:
                word = "是" if value is True else "否" if value is False else str(value)
                parts.append(f'<c r="{letters}{number}" {look} t="inlineStr"><is>{_text(word)}</is></c>')
        parts.append("</row>")
        self._write("".join(parts))
        self._sheet.previous_row = row
        self._sheet.outline_row_level = max(self._sheet.outline_row_level, level)
        self._sheet._check_dimensions(row, self._last_column)


def _formula(formula: Formula) -> str:
    kind = ' t="str"' if isinstance(formula.value, str) else ""
    return f"{kind}><f>{_escaped(formula.text.removeprefix('='))}</f><v>{_escaped(str(formula.value))}</v>"


@lru_cache(maxsize=1024)  # names, levels and labels come again and again
def _text(text: str) -> str:
    if len(text) > MAX_TEXT // 2:
        text = cut(text)
    space = ' xml:space="preserve"' if text and (text[0].isspace() or text[-1].isspace()) else ""
    return f"<t{space}>{_escaped(text)}</t>"


def _escaped(text: str) -> str:
    """As Excel writes text: control characters, and what looks like their escape, as ``_xHHHH_``."""
    return _SPECIAL.sub(_escape, text) if _SPECIAL.search(text) else text


def _escape(match: re.Match[str]) -> str:
    found = match[0]
    if len(found) > 1:
        return f"_x005F{found}"
    return _ENTITIES.get(found) or f"_x{ord(found):04X}_"


def cut(text: str) -> str:
    """Text no longer than a cell takes; one that is cut says so."""
    units = text.encode("utf-16-le")
    if len(units) // 2 <= MAX_TEXT:
        return text
    return units[: 2 * (MAX_TEXT - len(_TRUNCATED))].decode("utf-16-le", "ignore") + _TRUNCATED
