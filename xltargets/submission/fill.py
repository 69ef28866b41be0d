"""From a document to a filled workbook: the reverse of reading, on any workbook whose cells carry the form's names.

The template is patched, not drawn anew: styles, validations, print set-up and whatever else stands in it stay. Sheets are
copied for items that are sheets, rows inserted for items that are rows.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from decimal import Decimal
from importlib.resources import as_file, files
from typing import Any

from xltargets.errors import Error
from xltargets.excel.a1 import address
from xltargets.excel.cells import Value, set_all
from xltargets.excel.grid import Grid
from xltargets.excel.heights import fit_rows
from xltargets.excel.package import Package
from xltargets.excel.styles import is_percent
from xltargets.submission.binding import Bound
from xltargets.submission.coerce import coerce
from xltargets.submission.form import Field, Form, load_form
from xltargets.submission.room import Room, Root, get, innermost, rows_array

_OF_THE_TEMPLATE = "template"


@dataclass
class Filled:
    """What became of a document.

    Attributes:
        unplaced: JSON Pointer and value of what the template has no cell for.
    """

    unplaced: list[tuple[str, object]] = field(default_factory=list)


def fill(
    document: Mapping[str, Any],
    target: str | os.PathLike[str],
    *,
    template: str | os.PathLike[str] | None = None,
    form: Form | None = None,
) -> Filled:
    """Write a document into a copy of a template.

    Args:
        document: as typed or as read; what it does not have is left as the template has it, null makes a cell blank.
        target: the workbook to write; it appears whole or not at all.
        template: a workbook whose cells carry the form's names; the official one by default.
        form: the form; the official one by default.

    Raises:
        Error: when the template cannot be read, carries none of the names, or the target cannot be written. Where no cell
            can hold a value of the document, the error names sheet and cell and no file.
    """
    official = template is None
    with ExitStack() as stack:
        if template is None:
            resource = files("xltargets.templates").joinpath("targets.xlsx")
            template = stack.enter_context(as_file(resource))
        package = Package.open(template)
        room = Room(package, form or load_form(), document)
        if not room.bindings.sheets:
            raise _nameless(package, official)
        room.make()
        filler = _Filler(room)
        values = filler.values()
        _write(package, values)
        for sheet, (texts, named) in filler.texts(values).items():
            fit_rows(package, sheet, texts, named)
        package.save(target)
        return filler.result


def _nameless(package: Package, official: bool) -> Error:
    if official:
        return Error("官方模板里没有这份表单的任何名称，无法填写；请用 --template 指定这份表单自己的模板")
    return package.error("模板的单元格没有约定的名称，无法填写；请使用官方模板，或先为单元格定义名称")


def _write(package: Package, values: Mapping[str, Mapping[str, Value]]) -> None:
    """Set the cells; what a cell cannot hold is the document's fault, not that of the file it was to go into."""
    try:
        set_all(package, values)
    except Error as error:
        if error.cell is None:
            raise
        raise Error(error.message, sheet=error.sheet, cell=error.cell) from error


class _Filler:
    """One filling of one template that has room for the document."""

    def __init__(self, room: Room) -> None:
        self.room, self.form, self.document = room, room.form, room.document
        self.result = Filled()

    def values(self) -> dict[str, dict[str, Value]]:
        """Sheet → address → value, for everything the document has."""
        placed: dict[str, dict[str, Value]] = {}
        seen: set[str] = set()
        for sheet, bounds in self.room.bindings.sheets.items():
            root = self.room.item_of(sheet)
            cells = placed.setdefault(sheet, {})
            for bound in bounds:
                if any(bound.by_sheet) and root is None:
                    continue
                if rows_array(bound) is None:
                    seen.add(self._single(sheet, bound, root, cells))
                else:
                    seen |= self._column(sheet, bound, innermost(bound, bounds), root, cells)
        self._list_unplaced(self.document, "", seen)
        return placed

    def texts(
        self, values: Mapping[str, Mapping[str, Value]]
    ) -> dict[str, tuple[dict[str, str], dict[str, str]]]:
        """Sheet → the texts among its values by address, and the texts of the names that its formulas may use."""
        found = {
            sheet: {cell: value for cell, value in cells.items() if isinstance(value, str)}
            for sheet, cells in values.items()
        }
        everywhere: dict[str, str] = {}
        own: dict[str, dict[str, str]] = {}
        for sheet, bounds in self.room.bindings.sheets.items():
            for bound in bounds:
                text = found[sheet].get(address(bound.areas[0].top, bound.areas[0].left))
                if text is not None and rows_array(bound) is None:
                    names = own.setdefault(sheet, {}) if bound.local else everywhere
                    names[self.form.official_name(bound.field).casefold()] = text
        return {sheet: (texts, {**everywhere, **own.get(sheet, {})}) for sheet, texts in found.items()}

    def _single(self, sheet: str, bound: Bound, root: Root | None, cells: dict[str, Value]) -> str:
        """Set a cell of its own; gives the pointer of what it holds."""
        node, depth, pointer = root or Root(self.document, 0, "")
        keys = bound.field.path[depth:]
        found, value = get(node, keys)
        area = bound.areas[0]
        its_own = bound.field.path[0] == _OF_THE_TEMPLATE and self.room.grid(sheet).value(area.top, area.left) is not None
        if found and not its_own:  # what the template says of itself stays; the document says what it came from
            self._put(sheet, area.top, area.left, bound.field, value, cells)
        return pointer + "".join(f"/{key}" for key in keys)

    def _column(
        self, sheet: str, bound: Bound, array: tuple[str, ...], root: Root | None, cells: dict[str, Value]
    ) -> set[str]:
        """Set a column of a table; gives the pointers of what it holds."""
        rows = [row for area in bound.areas for row in range(area.top, area.bottom + 1)]
        lefts = [area.left for area in bound.areas for _ in range(area.top, area.bottom + 1)]
        values = self._texts(bound, array, root)
        for row, left, (_, value) in zip(
            rows, lefts, [*values, *[("", None)] * (len(rows) - len(values))], strict=False
        ):
            self._put(sheet, row, left, bound.field, value, cells)
        return {pointer for pointer, _ in values[: len(rows)]}

    def _texts(self, bound: Bound, array: tuple[str, ...], root: Root | None) -> list[tuple[str, Any]]:
        """The column's pointers and values row by row, levels only where a new group begins, an item's own in its first."""
        field, values = bound.field, []
        before: Mapping[str, Any] = {}
        outer = bound.field.arrays[-1] != array
        keys = field.path[len(bound.field.arrays[-1]) + 1 :]
        tail = "".join(f"/{key}" for key in keys)
        for item, first in self.room.rows(array, root):
            node, pointer = first if outer else item
            value = get(node, keys)[1] if node is not None else None
            if field.fill_down and isinstance(node, dict):
                value = None if self._repeats(field, node, before) else value
                before = node
            values.append((pointer + tail, value))
        return values

    def _repeats(self, field: Field, item: Mapping[str, Any], before: Mapping[str, Any]) -> bool:
        """Whether the row above, and all outer levels of it, say the same."""
        levels = [other for other in self.form.fields.values()
                  if other.fill_down and other.path[:-1] == field.path[:-1]]  # fmt: skip
        upto = levels[: levels.index(field) + 1]
        return bool(before) and all(
            item.get(level.path[-1]) == before.get(level.path[-1]) is not None for level in upto
        )

    def _put(
        self, sheet: str, row: int, column: int, field: Field, value: Any, cells: dict[str, Value]
    ) -> None:
        grid = self.room.grid(sheet)
        before = self.room.row_in_template(sheet, row)
        if value is None and (before is None or _is_bare(grid, before, column)):
            return
        if field.unit == "%" and is_percent(self.room.format(sheet, row, column)):
            if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
                value = Decimal(str(value)) / 100
        if isinstance(value, (Mapping, list)):
            raise Error(f"“{field.title}”应是一个值，文档里却是一组值；请检查文档", sheet=sheet, cell=address(row, column))
        if field.code:  # as a number a cell keeps 15 of its digits, and no zeros before them
            value = coerce(field, value).value
        cells[address(row, column)] = value

    def _list_unplaced(self, node: Any, pointer: str, seen: set[str]) -> None:
        if isinstance(node, Mapping):
            for key, value in node.items():
                self._list_unplaced(value, f"{pointer}/{key}", seen)
        elif isinstance(node, list):
            for index, value in enumerate(node):
                self._list_unplaced(value, f"{pointer}/{index}", seen)
        elif pointer not in seen and node is not None and node != "":
            self.result.unplaced.append((pointer, node))


def _is_bare(grid: Grid, row: int, column: int) -> bool:
    return grid.value(row, column) is None and not grid.is_formula(row, column)
