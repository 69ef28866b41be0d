"""Values by openpyxl, for the odd sheet that the fast reader cannot take: far-flung cells, another encoding."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from zipfile import BadZipFile

from xltargets.errors import Error
from xltargets.excel.a1 import MAX_COLUMNS, MAX_ROWS
from xltargets.excel.grid import UNCALCULATED, ErrorValue


class SparseGrid:
    """The cells of one sheet in a dictionary (see :class:`xltargets.excel.grid.Grid`).

    Raises:
        Error: when openpyxl cannot read the file either, or a cell stands beyond the end of any sheet.
    """

    def __init__(self, path: str, sheet: str) -> None:
        formulas, values = _open(path, sheet, data_only=False), _open(path, sheet, data_only=True)
        self._values = {
            (cell.row - 1, cell.column - 1): cell for cell in values._cells.values() if cell.value is not None
        }
        self._formulas = {
            (cell.row - 1, cell.column - 1) for cell in formulas._cells.values() if cell.data_type == "f"
        }
        places = [*self._values, *self._formulas]
        self.end = (max((row for row, _ in places), default=-1), max((column for _, column in places), default=-1))
        if self.end[0] >= MAX_ROWS or self.end[1] >= MAX_COLUMNS:
            raise _damaged(path, sheet)

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


def _open(path: str, sheet: str, *, data_only: bool):  # type: ignore[no-untyped-def]
    import openpyxl

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return openpyxl.load_workbook(path, data_only=data_only)[sheet]
    except (ValueError, TypeError, LookupError, AttributeError, SyntaxError, BadZipFile, OSError) as error:  # SyntaxError: of XML
        raise _damaged(path, sheet) from error


def _damaged(path: str, sheet: str) -> Error:
    return Error("工作表已损坏，无法读取；请用 Excel 打开并另存为新文件后再试", file=path, sheet=sheet)
