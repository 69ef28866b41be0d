"""A worksheet as a person sees it: merged cells as one, and which cells have a style of their own."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from xltargets.excel.a1 import Area
from xltargets.excel.book import FileBook
from xltargets.excel.package import Package
from xltargets.excel.sheetdata import Row, merged_areas, scan
from xltargets.excel.xmltext import Broken, whole
from xltargets.submission.wording import plain

Cell = tuple[int, int]

#: Forms are not larger; what lies further out is no part of one.
_ROWS, _COLUMNS = 3000, 120
#: Cells within merged areas; more are those of a file that means harm.
_MERGED = 500_000


class SheetView:
    """One worksheet of a file; rows and columns count from 0.

    Raises:
        Error: when the sheet cannot be read.
    """

    def __init__(self, package: Package, book: FileBook, sheet: str) -> None:
        self.sheet, self.grid = sheet, book.grid(sheet)
        self.styles: dict[Cell, int] = {}
        part = package.sheet(sheet).part
        try:
            root = scan(package.text(part).data, self._see)
        except Broken as reason:
            raise package.broken(part, reason) from None
        self._areas: dict[Cell, Area] = {}
        for area in merged_areas(root):
            size = (min(area.bottom, _ROWS) - area.top + 1) * (min(area.right, _COLUMNS) - area.left + 1)
            if len(self._areas) + max(size, 0) > _MERGED:
                break
            for row in range(area.top, min(area.bottom, _ROWS) + 1):
                for column in range(area.left, min(area.right, _COLUMNS) + 1):
                    self._areas[row, column] = area

    def _see(self, row: Row) -> None:
        if row.index <= _ROWS:
            for cell in row.cells:
                if cell.column <= _COLUMNS:
                    self.styles[cell.row, cell.column] = whole(cell.attributes.get("s")) or 0
        row.cells = []

    @cached_property
    def end(self) -> Cell:
        """Last row and column with a value or a style."""
        last_row, last_column = self.grid.end
        rows = max((row for row, _ in self.styles), default=-1)
        columns = max((column for _, column in self.styles), default=-1)
        return min(max(last_row, rows), _ROWS), min(max(last_column, columns), _COLUMNS)

    def area(self, cell: Cell) -> Area:
        """The merged area that a cell lies in, else the cell itself."""
        return self._areas.get(cell, Area(*cell, *cell))

    def leader(self, cell: Cell) -> Cell:
        """The cell that holds the value of a merged area."""
        area = self.area(cell)
        return area.top, area.left

    def value(self, cell: Cell) -> object:
        """The value of a cell, of its merged area if it lies in one; None for blank."""
        value = self.grid.value(*self.leader(cell))
        return None if isinstance(value, str) and not value.strip() else value

    def is_drawn(self, cell: Cell) -> bool:
        """Whether somebody gave a cell a look of its own, as to cells to be filled in: a style, or merged ones."""
        return bool(self.styles.get(cell)) or cell in self._areas

    def label(self, cell: Cell) -> str:
        """The plain text of a cell, empty when it can be no label."""
        return plain(self.value(cell))

    def right_of(self, cell: Cell) -> Cell:
        """The cell right of a cell or its merged area, in its first row."""
        area = self.area(cell)
        return self.leader((area.top, area.right + 1))

    def below(self, cell: Cell) -> Cell:
        """The cell below a cell or its merged area, in its first column."""
        area = self.area(cell)
        return self.leader((area.bottom + 1, area.left))

    def labels(self) -> Iterator[tuple[Cell, str]]:
        """All cells that hold a short text, row by row."""
        last_row, last_column = min(self.grid.end[0], _ROWS), min(self.grid.end[1], _COLUMNS)
        for row in range(last_row + 1):
            for column in range(last_column + 1):
                if self.leader((row, column)) == (row, column) and (text := self.label((row, column))):
                    yield (row, column), text
