"""How large the box of a note is, and where it stands. Lengths are pixels of 1/96 inch."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from xltargets.excel.a1 import parse_cell
from xltargets.excel.sheetscan import Layout
from xltargets.excel.xmltext import whole

Cell = tuple[int, int]  # row and column, from 0

LAST_ROW, LAST_COLUMN = 1_048_575, 16_383
_LINE, _EDGE = 16, 14  # height of a line of 9 points, and what a box needs around its text
_WIDEST, _NARROWEST, _TALLEST = 324, 108, 640
_SAME = 6  # programs round a box by this much when they save it, hardly more


class Place(NamedTuple):
    """An anchor as VML writes it (column, offset, row, offset, twice), and the size it gives."""

    anchor: str
    width: int
    height: int


def box(text: str, width: int | None = None) -> tuple[int, int]:
    """Width and height of a box that shows a text of 9 points; or of that width."""
    lines = list(map(_length, text.split("\n")))
    width = min(max([_NARROWEST, *lines]), _WIDEST) if width is None else max(width - _EDGE, 24)
    count = sum(max(1, -(-line // width)) for line in lines)
    return width + _EDGE, min(count * _LINE + _EDGE, _TALLEST)


def _length(line: str) -> int:
    """How long a line is: 12 for a Chinese character, which is of three bytes in UTF-8, and 7 for one of a single byte."""
    return 7 * len(line) + 5 * ((len(line.encode("utf-8", "surrogatepass")) - len(line)) // 2)


class Boxes:
    """Places boxes on one sheet."""

    def __init__(self, layout: Layout):
        self._layout = layout
        self._heights = layout.heights
        self._merged = layout.merged

    def place(self, cell: Cell, text: str) -> Place:
        """Beside the cell (or the merged cells that it leads), a little above its row."""
        width, height = box(text)
        area = self._merged.get(cell)
        first = min((area.right if area else cell[1]) + 1, LAST_COLUMN - 8)
        top = min(max(cell[0] - 1, 0), LAST_ROW - 60)
        right, across = _walk(self._column, first, 15, width, LAST_COLUMN)
        bottom, down = _walk(self._row, top, 2, height, LAST_ROW)
        return Place(f"{first}, 15, {top}, 2, {right}, {across}, {bottom}, {down}", width, height)

    def grown(self, anchor: str, text: str) -> str | None:
        """The anchor of a box made tall enough for a text; None when it is so already, or stands on too many rows."""
        now = self._standing(anchor)
        if now is None or (wanted := box(text, now.width)[1]) <= now.height:
            return None
        left, inset, top, lead, right, across, *_ = now.anchor.split(", ")
        bottom, down = _walk(self._row, int(top), int(lead), wanted, LAST_ROW)
        return f"{left}, {inset}, {top}, {lead}, {right}, {across}, {bottom}, {down}"

    def sized_by_hand(self, anchor: str, before: str, text: str) -> Place | None:
        """Where a box that a person gave its size stands with another text: there, and taller where it has to be.

        None when the box is of the size that its text `before` had from us, or stands on too many rows to tell.
        """
        now = self._standing(anchor)
        if now is None:
            return None
        width, height = box(before)
        if abs(now.width - width) <= _SAME and abs(now.height - height) <= _SAME:
            return None
        return self._standing(self.grown(anchor, text) or anchor)

    def _standing(self, anchor: str) -> Place | None:
        """The box of an anchor; None when that is none, or stands on too many rows or columns to measure."""
        numbers = [number for part in anchor.split(",") if (number := whole(part.strip())) is not None]
        if len(numbers) != 8 or anchor.count(",") != 7:
            return None
        left, inset, top, lead, right, across, bottom, down = numbers
        if not (
            left <= right <= LAST_COLUMN and top <= bottom <= LAST_ROW and right - left < 500 > bottom - top
        ):
            return None
        width = sum(map(self._column, range(left, right))) - inset + across
        height = sum(map(self._row, range(top, bottom))) - lead + down
        return Place(", ".join(map(str, numbers)), width, height)

    def _column(self, index: int) -> int:
        for column in self._layout.columns:
            if column.first <= index + 1 <= column.last:
                return 0 if column.hidden else round(column.width * 7)
        return round(self._layout.default_width * 7)

    def _row(self, index: int) -> int:
        return round(self._heights.get(index, self._layout.default_height) * 4 / 3)


def _walk(size: Callable[[int], int], index: int, offset: int, length: int, last: int) -> tuple[int, int]:
    """The column or row, and the offset in it, that lies `length` behind a place."""
    left = offset + length
    while index < last and left > (here := size(index)):
        left -= here
        index += 1
    return index, min(left, 1023)


def row_column(cell: str) -> Cell | None:
    """Row and column, from 0, of an address like B3; None when no sheet has such a cell."""
    try:
        return parse_cell(cell)
    except ValueError:
        return None
