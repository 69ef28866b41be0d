"""How the fields lie on a sheet, worked out once for all sheets that have the same names in the same places.

Sheets of one template, in one workbook or in thousands, have few layouts, so reading pays for working one out only once
(:attr:`xltargets.submission.form.Form.layouts` keeps them).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import groupby
from typing import NamedTuple

from xltargets.excel.a1 import Area
from xltargets.submission.form import ITEM, Field

Path = tuple[str, ...]

#: How far from a cell its label may be: merged labels and cells leave blanks between.
LEFT, ABOVE = 8, 4


class Bound(NamedTuple):
    """A field on a sheet.

    Attributes:
        field: the field.
        by_sheet: for each array on its path, whether the sheet is the item.
        areas: where it stands on the sheet.
        local: whether the name is the sheet's own.
    """

    field: Field
    by_sheet: tuple[bool, ...]
    areas: tuple[Area, ...]
    local: bool


class Layout:
    """The fields of a sheet, in the order of the form."""

    def __init__(self, bounds: tuple[Bound, ...]) -> None:
        self.bounds = bounds
        self.fields = frozenset(bound.field for bound in bounds)
        #: Texts beside the named cells → labels among them that were changed (see :mod:`xltargets.submission.labels`).
        self.judged_labels: dict[tuple[object, ...], list[tuple[Field, tuple[int, int], str]]] = {}

    @cached_property
    def scope(self) -> Scope:
        """What stands on the sheet, seen from the root of the document."""
        return Scope(self, self.bounds, ())

    @cached_property
    def named(self) -> frozenset[tuple[int, int]]:
        """The first cells of all named areas."""
        return frozenset((area.top, area.left) for bound in self.bounds for area in bound.areas)

    @cached_property
    def around(self) -> list[tuple[int, list[int]]]:
        """Row and columns of the cells without a name that are near named ones: where labels are."""
        near: dict[int, set[int]] = {}
        for row, column in self.named:
            near.setdefault(row, set()).update(range(max(column - LEFT, 0), column))
            for above in range(max(row - ABOVE, 0), row):
                near.setdefault(above, set()).add(column)
        places = {row: sorted(column for column in columns if (row, column) not in self.named) for row, columns in near.items()}
        return [(row, places[row]) for row in sorted(places) if places[row]]


class Cell(NamedTuple):
    """A field in a cell of its own; its keys and its pointer begin at the object around it."""

    field: Field
    keys: Path
    pointer: str
    row: int
    column: int


class Member(NamedTuple):
    """An array on a sheet: the sheet as one of its items, a table of its items, or both."""

    path: Path
    keys: Path
    pointer: str
    sheet: Scope | None
    table: Table | None


class Scope:
    """What stands on a sheet within one object: cells of its own, and arrays.

    Attributes:
        base: the path of the object.
        rows: the fields directly within it, by row: the row, the columns, the fields.
        members: the arrays directly within it.
    """

    def __init__(self, layout: Layout, bounds: Sequence[Bound], base: Path) -> None:
        depth = base.count(ITEM)
        arrays: dict[Path, list[Bound]] = {}
        self.base = base
        cells: list[Cell] = []
        for bound in bounds:
            if bound.field.depth == depth:
                keys, area = bound.field.path[len(base) :], bound.areas[0]
                cells.append(Cell(bound.field, keys, "/" + "/".join(keys), area.top, area.left))
            else:
                arrays.setdefault(bound.field.arrays[depth], []).append(bound)
        self.rows = [
            (row, tuple(cell.column for cell in inside), list(inside))
            for row, group in groupby(cells, key=lambda cell: cell.row)
            if (inside := list(group))
        ]
        self.members = [_member(layout, array, inside, base, depth) for array, inside in arrays.items()]


def _member(layout: Layout, array: Path, inside: list[Bound], base: Path, depth: int) -> Member:
    keys = array[len(base) :]
    by_sheet = [bound for bound in inside if bound.by_sheet[depth]]
    by_rows = [bound for bound in inside if not bound.by_sheet[depth]]
    return Member(
        array,
        keys,
        "/" + "/".join(keys),
        Scope(layout, by_sheet, (*array, ITEM)) if by_sheet else None,
        Table(by_rows, array, _other_areas(layout, by_rows)) if by_rows else None,
    )


def _other_areas(layout: Layout, table: list[Bound]) -> list[Area]:
    """The areas of the sheet's other names."""
    return [area for bound in layout.bounds if bound not in table for area in bound.areas]


class Column(NamedTuple):
    """A column of a table: a field, its pointer and keys within an item, and its column for each stretch of rows."""

    field: Field
    pointer: str
    keys: Path
    stretches: tuple[Area, ...]

    def at(self, row: int) -> int:
        """The column the field stands in at this row."""
        for area in self.stretches:
            if area.top <= row <= area.bottom:
                return area.left
        return self.stretches[-1].left


class Table:
    """A table on a sheet: the rows of its columns are the items of an array.

    Attributes:
        path: of the array.
        columns: the fields directly within an item.
        all_columns: these and those of the tables within.
        nested: tables within an item, with their keys and pointers from the item on.
        barriers: the areas of the sheet's other names in these columns.
        keys: the key of each of these columns, where each has one; else empty.
        of_texts: whether all of these are texts.
        filled_down: position and pointer of those that a cell above fills in.
        own: the pointers of the others.
        shared: position and pointer of those texts of them that several items may have in common, in merged cells.
        titles: the labels of all columns, without blanks.
        straight: whether each field keeps to one column; then :attr:`lefts` has them all.
    """

    def __init__(self, bounds: Sequence[Bound], path: Path, others: list[Area]) -> None:
        base, depth = (*path, ITEM), path.count(ITEM) + 1
        inner: dict[Path, list[Bound]] = {}
        self.path = path
        self.all_columns = [_column(bound, len(base)) for bound in bounds]
        self.columns = [column for column in self.all_columns if column.field.depth == depth]
        for bound in bounds:
            if bound.field.depth > depth:
                inner.setdefault(bound.field.arrays[depth], []).append(bound)
        self.nested = [
            (array[len(base) :], "".join(f"/{part}" for part in array[len(base) :]), Table(inside, array, others))
            for array, inside in inner.items()
        ]
        self.filled_down = [(index, column.pointer) for index, column in enumerate(self.columns) if column.field.fill_down]
        self.own = [column.pointer for column in self.columns if not column.field.fill_down]
        self.shared = [
            (index, column.pointer)
            for index, column in enumerate(self.columns)
            if column.field.type == "text" and not (column.field.fill_down or column.field.essential)
        ]
        self.of_texts = all(column.field.type == "text" for column in self.columns)
        single = all(len(column.keys) == 1 for column in self.columns)
        self.keys = tuple(column.keys[0] for column in self.columns) if single else ()
        self.straight = all(len(column.stretches) == 1 for column in self.all_columns)
        self.lefts = tuple(column.stretches[0].left for column in self.columns)
        self.all_lefts = tuple(column.stretches[0].left for column in self.all_columns)
        self.titles = ["".join(column.field.title.split()) for column in self.all_columns]
        self.by_pointer = {column.pointer: left for column, left in zip(self.columns, self.lefts, strict=True)}
        areas = [area for bound in bounds for area in bound.areas]
        self.spans = sorted({(area.top, area.bottom) for area in areas})
        self.barriers = [area for area in others if any(area.left <= left <= area.right for left in self.all_lefts)]
        self.top, self.bottom = min(area.top for area in areas), max(area.bottom for area in areas)

    def places(self, row: int) -> Sequence[int]:
        """The column of each field directly within an item, at this row."""
        return self.lefts if self.straight else [column.at(row) for column in self.columns]

    def columns_at(self, row: int) -> Mapping[str, int]:
        """Pointer of each field directly within an item → its column at this row."""
        return self.by_pointer if self.straight else {column.pointer: column.at(row) for column in self.columns}

    def all_places(self, row: int) -> Sequence[int]:
        """The column of each field, at this row."""
        return self.all_lefts if self.straight else [column.at(row) for column in self.all_columns]

    def rows(self, last: int) -> Iterable[int]:
        """The rows of all columns, as far down as the sheet has values."""
        if len(self.spans) == 1:
            top, bottom = self.spans[0]
            return range(top, min(bottom, last) + 1)
        return sorted({row for top, bottom in self.spans for row in range(top, min(bottom, last) + 1)})


def _column(bound: Bound, start: int) -> Column:
    keys = tuple(part for part in bound.field.path[start:] if part != ITEM)
    return Column(bound.field, "/".join(keys), keys, bound.areas)
