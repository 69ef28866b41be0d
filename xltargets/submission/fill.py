"""From a document to a filled workbook: the reverse of reading, on any workbook whose cells carry the form's names.

The template is patched, not drawn anew: styles, validations, print set-up and whatever else stands in it stay. Sheets are
copied for items that are sheets, rows inserted for items that are rows.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from decimal import Decimal
from importlib.resources import as_file, files
from typing import Any, NamedTuple

from xltargets.errors import Error
from xltargets.excel.a1 import Area, address
from xltargets.excel.book import FileBook
from xltargets.excel.cells import Value, set_all
from xltargets.excel.clone import clone_sheet
from xltargets.excel.definednames import define_names, reference
from xltargets.excel.grid import Grid
from xltargets.excel.heights import fit_rows
from xltargets.excel.package import Package
from xltargets.excel.rows import insert_rows
from xltargets.excel.styles import is_percent
from xltargets.excel.tabs import safe_sheet_name
from xltargets.submission.binding import Bindings, Bound, bind
from xltargets.submission.coerce import coerce
from xltargets.submission.form import ITEM, Field, Form, load_form
from xltargets.submission.sheetview import SheetView

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
        filler = _Filler(package, form or load_form(), document)
        if not filler.bindings.sheets:
            raise _nameless(package, official)
        filler.make_room()
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


class _At(NamedTuple):
    """A part of the document, and its JSON Pointer."""

    node: Any
    pointer: str


_NOTHING = _At(None, "")


class _Root(NamedTuple):
    """The item that a sheet is, the length of the path that leads to its fields, and its JSON Pointer."""

    node: Any
    depth: int
    pointer: str


class _Filler:
    """One filling of one template."""

    def __init__(self, package: Package, form: Form, document: Mapping[str, Any]) -> None:
        self.package, self.form, self.document = package, form, document
        self.original = FileBook.of(package)
        self.bindings = bind(self.original, form)
        self.formats = {sheet: _formats(package, self.original, sheet) for sheet in self.bindings.sheets}
        self.result = Filled()
        self.source_of: dict[str, str] = {}
        self.inserted: dict[str, list[tuple[int, int]]] = {}

    # --- room: a sheet for each item that is a sheet, a row for each that is a row ------------------

    def make_room(self) -> None:
        """Copy sheets and insert rows until everything has its place."""
        for array, sheets in _sheet_items(self.bindings).items():
            self._copy_sheets(array, sheets)
        self._rebind()
        for sheet, bounds in list(self.bindings.sheets.items()):
            if sheet not in self.source_of:
                self._lengthen_tables(sheet, bounds, self._missing(bounds, self._item_of(sheet)))
        self._rebind()

    def _copy_sheets(self, array: tuple[str, ...], sheets: list[str]) -> None:
        """A sheet for each further item. One that needs as many rows as another is a copy of it: rows are slow to insert."""
        bounds = self.bindings.sheets[sheets[0]]
        own = [bound._replace(local=True) for bound in bounds if bound.local or any(bound.by_sheet)]
        alike: dict[tuple[tuple[int, int], ...], str] = {}
        for item in _items(self.document, array, "")[len(sheets) :]:
            name = _next_name(sheets[-1], self.original.worksheets + [*self.source_of])
            missing = self._missing(own, _Root(item.node, len(array) + 1, item.pointer))
            source = alike.setdefault(missing, name)
            clone_sheet(self.package, sheets[0] if source == name else source, name, after=sheets[-1])
            self.source_of[name] = sheets[0]
            sheets.append(name)
            if source == name:
                self._name_cells(name, bounds)
                self._lengthen_tables(name, own, missing)
            else:
                self.inserted[name] = list(self.inserted.get(source, ()))

    def _name_cells(self, copy: str, bounds: Sequence[Bound]) -> None:
        """Give the copy of a sheet its own names for what the workbook's names say on the original, as Excel does."""
        whole = [bound for bound in bounds if any(bound.by_sheet) and not bound.local]
        define_names(self.package, {(self._name(copy, bound), copy): _reference(copy, bound.areas) for bound in whole})

    def _name(self, sheet: str, bound: Bound) -> str:
        """How the workbook writes the name of a field that stands on a sheet."""
        known = self.form.names
        said = [
            name
            for name in self.original.names
            if name.name.casefold() in known and known[name.name.casefold()].field is bound.field
        ]
        scope = self.source_of.get(sheet, sheet) if bound.local else None
        return min(said, key=lambda name: name.scope != scope).name

    def _rebind(self) -> None:
        self.bindings = bind(FileBook.of(self.package), self.form)

    def _missing(self, bounds: Sequence[Bound], root: _Root | None) -> tuple[tuple[int, int], ...]:
        """The last row of each table that is too short for its items, and how many rows it lacks; from below."""
        missing = []
        for array, columns in _tables(bounds).items():
            room = _last(columns) - min(area.top for bound in columns for area in bound.areas) + 1
            need = len(self._rows(array, root))
            if need > room:
                missing.append((_last(columns), need - room))
        return tuple(sorted(missing, reverse=True))

    def _lengthen_tables(self, sheet: str, bounds: Sequence[Bound], missing: Sequence[tuple[int, int]]) -> None:
        for last, count in missing:
            insert_rows(self.package, sheet, last + 2, count, style_from=last + 1, extend_ranges=True)
            self.inserted.setdefault(sheet, []).append((last + 1, count))
        short = [bound for bound in bounds if _rows_array(bound) and bound.areas[-1].top == bound.areas[-1].bottom]
        self._stretch(sheet, [bound for bound in short if bound.areas[-1].bottom in dict(missing)], dict(missing))

    def _stretch(self, sheet: str, bounds: Sequence[Bound], missing: Mapping[int, int]) -> None:
        """Let names of one row, which no inserted row makes longer, take in the rows that were inserted below them."""
        names = {}
        for bound in bounds:
            *others, area = bound.areas
            above = sum(count for last, count in missing.items() if last < area.top)
            areas = [*others, area._replace(bottom=area.bottom + missing[area.bottom])]
            moved = [one._replace(top=one.top + above, bottom=one.bottom + above) for one in areas]
            names[self._name(sheet, bound), sheet if bound.local else None] = _reference(sheet, moved)
        define_names(self.package, names)

    # --- values -------------------------------------------------------------------------------------

    def values(self) -> dict[str, dict[str, Value]]:
        """Sheet → address → value, for everything the document has."""
        placed: dict[str, dict[str, Value]] = {}
        seen: set[str] = set()
        for sheet, bounds in self.bindings.sheets.items():
            root = self._item_of(sheet)
            cells = placed.setdefault(sheet, {})
            for bound in bounds:
                if any(bound.by_sheet) and root is None:
                    continue
                if _rows_array(bound) is None:
                    seen.add(self._single(sheet, bound, root, cells))
                else:
                    seen |= self._column(sheet, bound, _innermost(bound, bounds), root, cells)
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
        for sheet, bounds in self.bindings.sheets.items():
            for bound in bounds:
                text = found[sheet].get(address(bound.areas[0].top, bound.areas[0].left))
                if text is not None and _rows_array(bound) is None:
                    names = own.setdefault(sheet, {}) if bound.local else everywhere
                    names[self.form.official_name(bound.field).casefold()] = text
        return {sheet: (texts, {**everywhere, **own.get(sheet, {})}) for sheet, texts in found.items()}

    def _single(self, sheet: str, bound: Bound, root: _Root | None, cells: dict[str, Value]) -> str:
        """Set a cell of its own; gives the pointer of what it holds."""
        node, depth, pointer = root or _Root(self.document, 0, "")
        keys = bound.field.path[depth:]
        found, value = _get(node, keys)
        area = bound.areas[0]
        its_own = bound.field.path[0] == _OF_THE_TEMPLATE and self._original(sheet).value(area.top, area.left) is not None
        if found and not its_own:  # what the template says of itself stays; the document says what it came from
            self._put(sheet, area.top, area.left, bound.field, value, cells)
        return pointer + "".join(f"/{key}" for key in keys)

    def _column(
        self, sheet: str, bound: Bound, array: tuple[str, ...], root: _Root | None, cells: dict[str, Value]
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

    def _texts(self, bound: Bound, array: tuple[str, ...], root: _Root | None) -> list[tuple[str, Any]]:
        """The column's pointers and values row by row, levels only where a new group begins, an item's own in its first."""
        field, values = bound.field, []
        before: Mapping[str, Any] = {}
        outer = bound.field.arrays[-1] != array
        keys = field.path[len(bound.field.arrays[-1]) + 1 :]
        tail = "".join(f"/{key}" for key in keys)
        for item, first in self._rows(array, root):
            node, pointer = first if outer else item
            value = _get(node, keys)[1] if node is not None else None
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

    def _rows(self, array: tuple[str, ...], root: _Root | None) -> list[tuple[_At, _At]]:
        """What stands in each row of a table: the innermost item, and the outer item where its first row is."""
        node, depth, pointer = root or _Root(self.document, 0, "")
        keys = array[depth:]
        if ITEM not in keys:
            return [(item, item) for item in _items(node, keys, pointer)]
        split = len(keys) - 1 - keys[::-1].index(ITEM)
        rows: list[tuple[_At, _At]] = []
        for outer in _items(node, keys[:split], pointer):
            inner = _items(outer.node, keys[split + 1 :], outer.pointer) or [_NOTHING]
            rows += [(item, outer if index == 0 else _NOTHING) for index, item in enumerate(inner)]
        return rows

    def _put(
        self, sheet: str, row: int, column: int, field: Field, value: Any, cells: dict[str, Value]
    ) -> None:
        grid = self._original(sheet)
        before = self._row_in_template(sheet, row)
        if value is None and (before is None or _is_bare(grid, before, column)):
            return
        if field.unit == "%" and is_percent(self._format(sheet, row, column)):
            if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
                value = Decimal(str(value)) / 100
        if isinstance(value, (Mapping, list)):
            raise Error(f"“{field.title}”应是一个值，文档里却是一组值；请检查文档", sheet=sheet, cell=address(row, column))
        if field.code:  # as a number a cell keeps 15 of its digits, and no zeros before them
            value = coerce(field, value).value
        cells[address(row, column)] = value

    def _original(self, sheet: str) -> Grid:
        """The values of a sheet before anything was filled in; of a copied one, those of its original."""
        return self.original.grid(self.source_of.get(sheet, sheet))

    def _format(self, sheet: str, row: int, column: int) -> str:
        """The number format that the template has in a cell, inserted rows included: they are like the one above them."""
        while (before := self._row_in_template(sheet, row)) is None:
            row -= 1
        return self.formats[self.source_of.get(sheet, sheet)].get((before, column), "General")

    def _row_in_template(self, sheet: str, row: int) -> int | None:
        """Where a row was before rows were inserted; None for one of those."""
        for first, count in sorted(self.inserted.get(sheet, ()), reverse=True):
            if row >= first + count:
                row -= count
            elif row >= first:
                return None
        return row

    def _item_of(self, sheet: str) -> _Root | None:
        """The item that a sheet is."""
        for array, sheets in _sheet_items(self.bindings).items():
            if sheet in sheets:
                items = _at(self.document, array)
                index = sheets.index(sheet)
                pointer = "".join(f"/{key}" for key in array) + f"/{index}"
                return _Root(items[index], len(array) + 1, pointer) if index < len(items) else None
        return None

    def _list_unplaced(self, node: Any, pointer: str, seen: set[str]) -> None:
        if isinstance(node, Mapping):
            for key, value in node.items():
                self._list_unplaced(value, f"{pointer}/{key}", seen)
        elif isinstance(node, list):
            for index, value in enumerate(node):
                self._list_unplaced(value, f"{pointer}/{index}", seen)
        elif pointer not in seen and node is not None and node != "":
            self.result.unplaced.append((pointer, node))


def _sheet_items(bindings: Bindings) -> dict[tuple[str, ...], list[str]]:
    """Array → the sheets that are its items, in the order of their tabs."""
    found: dict[tuple[str, ...], list[str]] = {}
    for sheet, bounds in bindings.sheets.items():
        arrays = {bound.field.arrays[0] for bound in bounds if bound.by_sheet[:1] == (True,)}
        for array in arrays:
            found.setdefault(array, []).append(sheet)
    return found


def _tables(bounds: Sequence[Bound]) -> dict[tuple[str, ...], list[Bound]]:
    """The columns of each table."""
    tables: dict[tuple[str, ...], list[Bound]] = {}
    for bound in bounds:
        if _rows_array(bound):
            tables.setdefault(_innermost(bound, bounds), []).append(bound)
    return tables


def _last(columns: Sequence[Bound]) -> int:
    return max(area.bottom for bound in columns for area in bound.areas)


def _rows_array(bound: Bound) -> tuple[str, ...] | None:
    """The innermost array on the field's path, when rows are its items."""
    return bound.field.arrays[-1] if bound.by_sheet and not bound.by_sheet[-1] else None


def _innermost(bound: Bound, bounds: Sequence[Bound]) -> tuple[str, ...]:
    """The table whose rows a column shares: its own, or the one within it where items have tables of their own."""
    own = bound.field.arrays[-1]
    arrays = (array for array in map(_rows_array, bounds) if array is not None and array[: len(own)] == own)
    return max(arrays, key=len)


def _is_bare(grid: Grid, row: int, column: int) -> bool:
    return grid.value(row, column) is None and not grid.is_formula(row, column)


def _formats(package: Package, book: FileBook, sheet: str) -> dict[tuple[int, int], str]:
    """The number formats of the cells of a sheet, blank ones included. Takes in its values, too, before rows move."""
    known = book.number_formats
    styles = SheetView(package, book, sheet).styles
    return {cell: known[style] for cell, style in styles.items() if style < len(known)}


def _reference(sheet: str, areas: Sequence[Area]) -> str:
    return ",".join(reference(sheet, area.a1) for area in areas)


def _items(node: Any, keys: Sequence[str], pointer: str) -> list[_At]:
    """The items of an array, and their pointers."""
    head = pointer + "".join(f"/{key}" for key in keys)
    return [_At(item, f"{head}/{index}") for index, item in enumerate(_at(node, keys))]


def _at(node: Any, keys: Sequence[str]) -> list[Any]:
    found, value = _get(node, keys)
    return value if found and isinstance(value, list) else []


def _get(node: Any, keys: Sequence[str]) -> tuple[bool, Any]:
    for key in keys:
        if key == ITEM:
            continue
        if not isinstance(node, Mapping) or key not in node:
            return False, None
        node = node[key]
    return True, node


_NUMBERED = re.compile(r"(.*?)(\d{1,6})\Z", re.DOTALL)


def _next_name(last: str, taken: Sequence[str]) -> str:
    """项目3 after 项目2; a number is added where there is none."""
    match = _NUMBERED.match(last)
    stem, number = (match[1], int(match[2]) + 1) if match else (last, 2)
    return safe_sheet_name(f"{stem}{number}", tuple(taken))
