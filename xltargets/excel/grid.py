"""What reading asks of a workbook and of a sheet, whoever reads it: a file's XML, calamine, openpyxl, or Excel itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from xltargets.excel.names import DefinedName

#: More cells than this in one rectangle are not laid out in memory; the sheet is read sparsely instead.
MAX_DENSE_CELLS = 4_000_000


@dataclass(frozen=True, slots=True)
class ErrorValue:
    """What a cell shows in place of a value: ``#REF!``, ``#DIV/0!`` …"""

    code: str


class _Uncalculated:
    """The formula of a cell that no program has calculated yet."""

    def __repr__(self) -> str:
        return "UNCALCULATED"


UNCALCULATED = _Uncalculated()


class Grid(Protocol):
    """The values of one sheet; rows and columns count from 0."""

    @property
    def end(self) -> tuple[int, int]:
        """Last row and last column with a value; (-1, -1) when there is none."""

    def rows(self, first: int) -> Iterable[int]:
        """The rows from ``first`` on in order; those without any value may be left out."""

    def value(self, row: int, column: int) -> object:
        """None for blank, else str, float, bool, a date or time, :class:`ErrorValue` or :data:`UNCALCULATED`."""

    def values(self, row: int, columns: Sequence[int]) -> list[object]:
        """The values of several cells of a row."""

    def is_formula(self, row: int, column: int) -> bool:
        """Whether the cell holds a formula."""

    def number_format(self, row: int, column: int) -> str:
        """The cell's number format in Excel's notation (``0%``, ``General``)."""


class Book(Protocol):
    """What reading needs of a workbook, be it a file or open in Excel."""

    @property
    def worksheets(self) -> Sequence[str]:
        """Names of the worksheets in the order of their tabs."""

    @property
    def hidden(self) -> frozenset[str]:
        """Names of the worksheets that are not shown."""

    @property
    def names(self) -> Sequence[DefinedName]:
        """All defined names."""

    def grid(self, sheet: str) -> Grid:
        """The values of one worksheet."""

    def lead(self, sheet: str, row: int, column: int) -> tuple[int, int]:
        """The first cell of the merged cells that a cell lies in; the cell itself where it is not merged."""
