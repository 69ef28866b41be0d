"""Where each value of a document stands, kept small: a row per item of a table, not an entry per cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from xltargets.excel.a1 import address


class Location(NamedTuple):
    """A cell: the name of its sheet and its A1 address."""

    sheet: str
    cell: str


class Row(NamedTuple):
    """The row of one item of a table.

    Attributes:
        sheet: name of the sheet.
        row: counted from 0.
        columns: relative pointer of each field (``level3``) → column, counted from 0.
        moved: relative pointer → row, for what was filled down from a cell above.
    """

    sheet: str
    row: int
    columns: Mapping[str, int]
    moved: Mapping[str, int]


class CellMap(Mapping[str, Location]):
    """JSON Pointer → cell, worked out when asked for."""

    def __init__(self) -> None:
        self.cells: dict[str, tuple[str, int, int]] = {}
        self.rows: dict[str, Row] = {}

    def __getitem__(self, pointer: str) -> Location:
        found = self.find(pointer)
        if found is None:
            raise KeyError(pointer)
        return found

    def find(self, pointer: str) -> Location | None:
        """The cell of a field; None for what is no field, or has no cell."""
        if pointer in self.cells:
            sheet, row, column = self.cells[pointer]
            return Location(sheet, address(row, column))
        head, field = pointer, ""
        while head:
            head, _, part = head.rpartition("/")
            field = f"{part}/{field}" if field else part
            item = self.rows.get(head)
            if item is not None and field in item.columns:
                return Location(item.sheet, address(item.moved.get(field, item.row), item.columns[field]))
        return None

    def first_within(self, pointer: str) -> Location | None:
        """The cell of the first field within an object or array; None when it has none."""
        prefix = f"{pointer}/"
        for place in self.cells:
            if place.startswith(prefix):
                return self[place]
        for at, item in self.rows.items():
            for field in item.columns if f"{at}/".startswith(prefix) else ():
                return self[f"{at}/{field}"]
        return None

    def __iter__(self) -> Iterator[str]:
        yield from self.cells
        for pointer, item in self.rows.items():
            for field in item.columns:
                yield f"{pointer}/{field}"

    def __len__(self) -> int:
        return len(self.cells) + sum(len(item.columns) for item in self.rows.values())
