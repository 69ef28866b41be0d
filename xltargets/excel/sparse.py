"""Values by openpyxl, for the odd sheet that the fast reader cannot take: far-flung cells, another encoding."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from typing import Any
from zipfile import BadZipFile

from xltargets.errors import Error
from xltargets.excel.a1 import MAX_COLUMNS, MAX_ROWS
from xltargets.excel.grid import UNCALCULATED, ErrorValue


class SparseBook:
    """A workbook opened by openpyxl, once for its formulas and once for their results.

    Args:
        path: of the file.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._books: list[Any] = []

    def grid(self, sheet: str) -> SparseGrid:
        """A sheet.

        Raises:
            Error: when openpyxl cannot read the file either, or a cell stands beyond the end of any sheet.
        """
        import openpyxl

        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                if not self._books:
                    self._books = [openpyxl.load_workbook(self._path, data_only=results) for results in (False, True)]
            grid = SparseGrid(*(book[sheet] for book in self._books))
        except (ValueError, TypeError, LookupError, AttributeError, SyntaxError, BadZipFile, OSError) as error:
            raise _damaged(self._path, sheet) from error  # a SyntaxError is one of the XML
        if grid.end[0] >= MAX_ROWS or grid.end[1] >= MAX_COLUMNS:
            raise _damaged(self._path, sheet)
        return grid


def _damaged(path: str, sheet: str) -> Error:
    return Error("工作表已损坏，无法读取；请用 Excel 打开并另存为新文件后再试", file=path, sheet=sheet)


class SparseGrid:
    """The cells of one sheet in a dictionary (see :class:`xltargets.excel.grid.Grid`).

    Args:
        formulas: the sheet as it is.
        values: the sheet with the results of formulas.
    """

    def __init__(self, formulas: Any, values: Any) -> None:
        self._values = {
            (cell.row - 1, cell.column - 1): cell for cell in values._cells.values() if cell.value is not None
        }
        self._formulas = {
            (cell.row - 1, cell.column - 1) for cell in formulas._cells.values() if cell.data_type == "f"
        }
        places = [*self._values, *self._formulas]
        self.end = (max((row for row, _ in places), default=-1), max((column for _, column in places), default=-1))

    def rows(self, first: int) -> Iterable[int]:
        """The rows from ``first`` on that have a value or a formula, in order."""
        return sorted({row for row, _ in (*self._values, *self._formulas) if row >= first})

    def value(self, row: int, column: int) -> object:
        """None for blank, else the value."""
        cell = self._values.get((row, column))
        if cell is None:
            return UNCALCULATED if (row, column) in self._formulas else None
        if cell.data_type == "e":
            return ErrorValue(str(cell.value))
        value: object = cell.value
        return float(value) if isinstance(value, int) and not isinstance(value, bool) else value

    def values(self, row: int, columns: Sequence[int]) -> list[object]:
        """The values of several cells of a row."""
        return [self.value(row, column) for column in columns]

    def is_formula(self, row: int, column: int) -> bool:
        """Whether the cell holds a formula."""
        return (row, column) in self._formulas

    def number_format(self, row: int, column: int) -> str:
        """The cell's number format."""
        cell = self._values.get((row, column))
        return str(cell.number_format) if cell is not None else "General"
