"""A workbook that is open in Excel, read through xlwings: unsaved, as the person at the keyboard sees it.

Every question to Excel crosses a process boundary, so a sheet is read whole: where it ends, its values, and once more in bulk
each for errors, formulas and number formats, only when somebody asks. Their number does not grow with the number of cells.

What Excel hands over differs from what a file says; here it is made the same (`docs/excel-acceptance.md` lists what is left):

- a date is a moment for Excel: at midnight it is a day, before 1900 a time of day;
- a cell in a currency format comes rounded to four decimals: its own text has all of them;
- errors are texts or negative numbers, and a text may look like one.
"""

from __future__ import annotations

import datetime
import sys
from collections.abc import Sequence
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING

from xltargets.errors import Error
from xltargets.excel.a1 import MAX_ROWS
from xltargets.excel.grid import MAX_DENSE_CELLS, ErrorValue, Grid
from xltargets.excel.names import DefinedName, resolve, unquote_sheet

if TYPE_CHECKING:
    import xlwings

#: A sheet that no name points at is no part of a form; this much of it is read.
_FOREIGN_ROWS, _FOREIGN_COLUMNS = 1000, 100

#: Excel's own names, which its object model has without the ``_xlnm.`` that files give them.
_BUILTIN = frozenset(
    ("print_area", "print_titles", "_filterdatabase", "criteria", "extract", "database", "consolidate_area",
     "sheet_title", "auto_open", "auto_close", "auto_activate", "auto_deactivate", "data_form", "recorder")
)  # fmt: skip

#: Errors as COM numbers them, less :data:`_COM_ERRORS` (XlCVError of Excel's object model, and the later ones).
_ERRORS = {
    2000: "#NULL!", 2007: "#DIV/0!", 2015: "#VALUE!", 2023: "#REF!", 2029: "#NAME?", 2036: "#NUM!", 2042: "#N/A",
    2043: "#GETTING_DATA", 2045: "#SPILL!", 2046: "#CONNECT!", 2047: "#BLOCKED!", 2048: "#UNKNOWN!", 2049: "#FIELD!",
    2050: "#CALC!",
}  # fmt: skip
_COM_ERRORS = -2146828288
_TEXTS = frozenset(_ERRORS.values())
#: The day on which Excel's clock starts as COM tells it; a time of day is a moment on it.
_ZERO = datetime.datetime(1899, 12, 30)


class LiveBook:
    """A workbook open in Excel, for reading (see :class:`xltargets.excel.grid.Book`).

    It is read as it is at the first question for each part; make a new one to see later changes.
    """

    def __init__(self, book: xlwings.Book) -> None:
        self._book = book
        self._grids: dict[str, Grid] = {}
        self._unmerged: dict[tuple[str, int], int] = {}  # sheet and column: the row from which on nothing is merged

    @cached_property
    def _sheets(self) -> dict[str, tuple[xlwings.Sheet, bool]]:
        # Excel says -1 for shown, 0 for hidden, 2 for hidden from its own menu
        return {sheet.name: (sheet, sheet.visible in (True, -1)) for sheet in self._book.sheets}

    @property
    def worksheets(self) -> list[str]:
        """Names of the worksheets in the order of their tabs."""
        return list(self._sheets)

    @property
    def hidden(self) -> frozenset[str]:
        """Names of the worksheets that are not shown."""
        return frozenset(name for name, (_, shown) in self._sheets.items() if not shown)

    @cached_property
    def names(self) -> list[DefinedName]:
        """All defined names; those of a sheet come from Excel as ``'Sheet 1'!some.name``."""
        return [_defined(name.name, name.refers_to) for name in self._book.names]

    @cached_property
    def _named(self) -> frozenset[str]:
        """The sheets that names point at, Excel's own names aside."""
        sheets = {name.casefold(): name for name in self.worksheets}
        names = (name for name in self.names if not name.is_builtin)
        return frozenset(area.sheet for name in names for area in resolve(name.refers_to, sheets))

    def grid(self, sheet: str) -> Grid:
        """The values of one worksheet.

        Raises:
            Error: when the sheet is too large to be read.
        """
        if sheet not in self._grids:
            self._grids[sheet] = LiveGrid(self._sheets[sheet][0], whole=sheet in self._named)
        return self._grids[sheet]

    def lead(self, sheet: str, row: int, column: int) -> tuple[int, int]:
        """The first cell of the merged cells that a cell lies in; the cell itself where it is not merged.

        The first question about a column is asked for all of its cells from there on, which most often is the only one.
        """
        if row < self._unmerged.get((sheet, column), MAX_ROWS):
            cells, last = self._sheets[sheet][0], max(row, self.grid(sheet).end[0])
            if cells.range((row + 1, column + 1), (last + 1, column + 1)).merge_cells is not False:  # some, or all
                area = cells.range((row + 1, column + 1)).merge_area
                return int(area.row) - 1, int(area.column) - 1
            self._unmerged[sheet, column] = row
        return row, column


def _defined(name: str, refers_to: str | None) -> DefinedName:
    sheet, _, own = name.rpartition("!")
    if own.casefold() in _BUILTIN:
        own = f"_xlnm.{own}"
    return DefinedName(
        own, unquote_sheet(sheet) if sheet else None, (refers_to or "").strip().removeprefix("=")
    )


class LiveGrid:
    """The values of one worksheet (see :class:`xltargets.excel.grid.Grid`).

    Args:
        sheet: the worksheet.
        whole: read all of it; else only where a form would be.

    Raises:
        Error: when all is wanted and it is too large.
    """

    def __init__(self, sheet: xlwings.Sheet, *, whole: bool = True) -> None:
        self._sheet = sheet
        last = sheet.used_range.last_cell
        rows, columns = int(last.row), int(last.column)
        if not whole:
            rows, columns = min(rows, _FOREIGN_ROWS), min(columns, _FOREIGN_COLUMNS)
        if rows * columns > MAX_DENSE_CELLS:
            raise Error(
                f"这张工作表的已用区域有 {rows} 行、{columns} 列，太大，无法读取；"
                "请选中表格下方和右侧多余的空行、空列，右键“删除”，保存后再试",
                sheet=sheet.name,
            )
        self._all = sheet.range((1, 1), (rows, columns))
        self._formats: dict[tuple[int, int], str] = {}
        self._asked: set[int] = set()
        self.end = (rows - 1, columns - 1)
        self._rows = self._cleaned(self._all.options(ndim=2, err_to_str=True).value)
        self.end = _end(self._rows)

    def rows(self, first: int) -> range:
        """The rows from ``first`` on."""
        return range(first, self.end[0] + 1)

    def value(self, row: int, column: int) -> object:
        """None for blank, else the value (see :class:`xltargets.excel.grid.Grid`)."""
        if 0 <= row <= self.end[0] and 0 <= column <= self.end[1]:
            return self._rows[row][column]
        return None

    def values(self, row: int, columns: Sequence[int]) -> list[object]:
        """The values of several cells of a row."""
        return [self.value(row, column) for column in columns]

    def is_formula(self, row: int, column: int) -> bool:
        """Whether the cell holds a formula. A text that only looks like one (typed with ') is its own value."""
        if not (0 <= row < len(self._rows) and 0 <= column < len(self._rows[0])):
            return False
        formula = self._formulas[row][column]
        return isinstance(formula, str) and formula.startswith("=") and formula != self._rows[row][column]

    def number_format(self, row: int, column: int) -> str:
        """The cell's number format.

        A second question about a column is asked for as many of its cells as have one format, so that a table whose cells
        have one format costs a few questions, not one a row.
        """
        if (row, column) not in self._formats:
            bottom = max(row, self.end[0]) if column in self._asked else row
            self._asked.add(column)
            found = self._format_of(row, bottom, column)
            while found is None and bottom > row:
                bottom = row + (bottom - row) // 2
                found = self._format_of(row, bottom, column)
            for below in range(row, bottom + 1):
                self._formats[below, column] = found or "General"
        return self._formats[row, column]

    def _format_of(self, top: int, bottom: int, column: int) -> str | None:
        cells = self._sheet.range((top + 1, column + 1), (bottom + 1, column + 1))
        found: str | None = cells.number_format
        return found

    @cached_property
    def _formulas(self) -> list[list[object]]:
        return _table(self._all.formula)

    @cached_property
    def _without_errors(self) -> list[list[object]]:
        """The values again, errors as None: what tells an error from a text that looks like one."""
        values: list[list[object]] = self._all.options(ndim=2).value
        return values

    def _cleaned(self, rows: list[list[object]]) -> list[list[object]]:
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                if type(value) is not str and type(value) is not float and value is not None:
                    row[column] = self._plain(value, number, column)
                elif value in _TEXTS and self._without_errors[number][column] is None:
                    row[column] = ErrorValue(str(value))
                elif value == "":
                    row[column] = None
        return rows

    def _plain(self, value: object, row: int, column: int) -> object:
        """What is neither text, nor a usual number, nor blank, as a file would have it."""
        if isinstance(value, datetime.datetime):
            return self._moment(value.replace(tzinfo=None), row, column)
        if isinstance(value, Decimal):
            return self._exact(value, row, column)
        if isinstance(value, int) and not isinstance(value, bool):
            code = _ERRORS.get(value - _COM_ERRORS)
            return ErrorValue(code) if code else float(value)
        return value

    def _exact(self, value: Decimal, row: int, column: int) -> float:
        constant = self._formulas[row][column]
        try:
            return float(constant) if isinstance(constant, (str, float, int)) else float(value)
        except ValueError:  # a formula: its result is all there is
            return float(value)

    def _moment(self, value: datetime.datetime, row: int, column: int) -> object:
        if value.year <= 1904 and "[" in self.number_format(row, column):
            return value - _ZERO
        if value.date() <= _ZERO.date():
            return value.time()
        return value if value.time() != datetime.time() else value.date()


def _table(read: object) -> list[list[object]]:
    """Rows of cells; Excel hands a single cell over as a value, a row or column of one as it pleases."""
    if not isinstance(read, (tuple, list)):
        return [[read]]
    if read and not isinstance(read[0], (tuple, list)):
        return [list(read)]
    return [list(row) for row in read]


def _end(rows: Sequence[Sequence[object]]) -> tuple[int, int]:
    last_row = last_column = -1
    for number, row in enumerate(rows):
        for column in range(len(row) - 1, -1, -1):
            if row[column] is not None:
                last_row, last_column = number, max(last_column, column)
                break
    return last_row, last_column


_BUSY = frozenset(
    (-2147418111, -2147417846, -2146777998)
)  # RPC_E_CALL_REJECTED, RPC_E_SERVERCALL_RETRYLATER, edit mode
_GONE = frozenset(
    (-2147417848, -2147023174, -2147023170, -2147220995)
)  # disconnected, server unavailable, call failed


def why_refused(error: BaseException) -> str | None:
    """What a refused call means for the person at the keyboard, in a sentence; None when Excel does not say.

    COM tells it by number (``hresult`` of pywintypes.com_error).
    """
    code = getattr(error, "hresult", None)
    if code in _BUSY:
        return "Excel 正忙：可能正在编辑单元格，或开着对话框；请按 Enter 或 Esc 结束编辑、关闭对话框后再试"
    if code in _GONE:
        return "工作簿或 Excel 在运行中被关闭，没有完成；请重新打开工作簿后再试"
    return None


def refusals() -> tuple[type[Exception], ...]:
    """What a call that Excel refuses raises on this machine."""
    if sys.platform == "win32":
        from pywintypes import com_error

        return (com_error,)
    from xlwings import XlwingsError

    return (XlwingsError,)
