"""Room in a template for a document: a sheet for each item that is a sheet, a row for each that is a row."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from xltargets.excel.a1 import Area
from xltargets.excel.book import FileBook
from xltargets.excel.clone import clone_sheet
from xltargets.excel.definednames import define_names, reference
from xltargets.excel.grid import Grid
from xltargets.excel.package import Package
from xltargets.excel.rows import insert_rows
from xltargets.excel.tabs import safe_sheet_name
from xltargets.submission.binding import Bindings, Bound, bind
from xltargets.submission.form import ITEM, Form
from xltargets.submission.sheetview import SheetView


class At(NamedTuple):
    """A part of the document, and its JSON Pointer."""

    node: Any
    pointer: str


NOTHING = At(None, "")


class Root(NamedTuple):
    """The item that a sheet is, the length of the path that leads to its fields, and its JSON Pointer."""

    node: Any
    depth: int
    pointer: str


class Room:
    """A template into which a document is going.

    Attributes:
        original: the template as it was; its values are taken in before anything moves.
        bindings: where the fields are now.
        source_of: copied sheet → the sheet it is a copy of.
        inserted: sheet → the first of the rows that were inserted, counted from 0, and how many they are.
    """

    def __init__(self, package: Package, form: Form, document: Mapping[str, Any]) -> None:
        self.package, self.form, self.document = package, form, document
        self.original = FileBook.of(package)
        self.bindings = bind(self.original, form)
        self._formats = {sheet: _formats(package, self.original, sheet) for sheet in self.bindings.sheets}
        self.source_of: dict[str, str] = {}
        self.inserted: dict[str, list[tuple[int, int]]] = {}

    def make(self) -> None:
        """Copy sheets and insert rows until everything has its place."""
        for array, sheets in _sheet_items(self.bindings).items():
            self._copy_sheets(array, sheets)
        self._rebind()
        for sheet, bounds in list(self.bindings.sheets.items()):
            if sheet not in self.source_of:
                self._lengthen_tables(sheet, bounds, self._missing(bounds, self.item_of(sheet)))
        self._rebind()

    def _copy_sheets(self, array: tuple[str, ...], sheets: list[str]) -> None:
        """A sheet for each further item. One that needs as many rows as another is a copy of it: rows are slow to insert."""
        bounds = self.bindings.sheets[sheets[0]]
        own = [bound._replace(local=True) for bound in bounds if bound.local or any(bound.by_sheet)]
        alike: dict[tuple[tuple[int, int], ...], str] = {}
        for item in _items(self.document, array, "")[len(sheets) :]:
            name = _next_name(sheets[-1], self.original.worksheets + [*self.source_of])
            missing = self._missing(own, Root(item.node, len(array) + 1, item.pointer))
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

    def _missing(self, bounds: Sequence[Bound], root: Root | None) -> tuple[tuple[int, int], ...]:
        """The last row of each table that is too short for its items, and how many rows it lacks; from below."""
        missing = []
        for array, columns in _tables(bounds).items():
            room = _last(columns) - min(area.top for bound in columns for area in bound.areas) + 1
            need = len(self.rows(array, root))
            if need > room:
                missing.append((_last(columns), need - room))
        return tuple(sorted(missing, reverse=True))

    def _lengthen_tables(self, sheet: str, bounds: Sequence[Bound], missing: Sequence[tuple[int, int]]) -> None:
        for last, count in missing:
            insert_rows(self.package, sheet, last + 2, count, style_from=last + 1, extend_ranges=True)
            self.inserted.setdefault(sheet, []).append((last + 1, count))
        short = [bound for bound in bounds if rows_array(bound) and bound.areas[-1].top == bound.areas[-1].bottom]
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

    def rows(self, array: tuple[str, ...], root: Root | None) -> list[tuple[At, At]]:
        """What stands in each row of a table: the innermost item, and the outer item where its first row is."""
        node, depth, pointer = root or Root(self.document, 0, "")
        keys = array[depth:]
        if ITEM not in keys:
            return [(item, item) for item in _items(node, keys, pointer)]
        split = len(keys) - 1 - keys[::-1].index(ITEM)
        rows: list[tuple[At, At]] = []
        for outer in _items(node, keys[:split], pointer):
            inner = _items(outer.node, keys[split + 1 :], outer.pointer) or [NOTHING]
            rows += [(item, outer if index == 0 else NOTHING) for index, item in enumerate(inner)]
        return rows

    def grid(self, sheet: str) -> Grid:
        """The values of a sheet before anything was filled in; of a copied one, those of its original."""
        return self.original.grid(self.source_of.get(sheet, sheet))

    def format(self, sheet: str, row: int, column: int) -> str:
        """The number format that the template has in a cell, inserted rows included: they are like the one above them."""
        while (before := self.row_in_template(sheet, row)) is None:
            row -= 1
        return self._formats[self.source_of.get(sheet, sheet)].get((before, column), "General")

    def row_in_template(self, sheet: str, row: int) -> int | None:
        """Where a row was before rows were inserted; None for one of those."""
        for first, count in sorted(self.inserted.get(sheet, ()), reverse=True):
            if row >= first + count:
                row -= count
            elif row >= first:
                return None
        return row

    def item_of(self, sheet: str) -> Root | None:
        """The item that a sheet is."""
        for array, sheets in _sheet_items(self.bindings).items():
            if sheet in sheets:
                items = _at(self.document, array)
                index = sheets.index(sheet)
                pointer = "".join(f"/{key}" for key in array) + f"/{index}"
                return Root(items[index], len(array) + 1, pointer) if index < len(items) else None
        return None


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
        if rows_array(bound):
            tables.setdefault(innermost(bound, bounds), []).append(bound)
    return tables


def _last(columns: Sequence[Bound]) -> int:
    return max(area.bottom for bound in columns for area in bound.areas)


def rows_array(bound: Bound) -> tuple[str, ...] | None:
    """The innermost array on the field's path, when rows are its items."""
    return bound.field.arrays[-1] if bound.by_sheet and not bound.by_sheet[-1] else None


def innermost(bound: Bound, bounds: Sequence[Bound]) -> tuple[str, ...]:
    """The table whose rows a column shares: its own, or the one within it where items have tables of their own."""
    own = bound.field.arrays[-1]
    arrays = (array for array in map(rows_array, bounds) if array is not None and array[: len(own)] == own)
    return max(arrays, key=len)


def _formats(package: Package, book: FileBook, sheet: str) -> dict[tuple[int, int], str]:
    """The number formats of the cells of a sheet, blank ones included. Takes in its values, too, before rows move."""
    known = book.number_formats
    styles = SheetView(package, book, sheet).styles
    return {cell: known[style] for cell, style in styles.items() if style < len(known)}


def _reference(sheet: str, areas: Sequence[Area]) -> str:
    return ",".join(reference(sheet, area.a1) for area in areas)


def _items(node: Any, keys: Sequence[str], pointer: str) -> list[At]:
    """The items of an array, and their pointers."""
    head = pointer + "".join(f"/{key}" for key in keys)
    return [At(item, f"{head}/{index}") for index, item in enumerate(_at(node, keys))]


def _at(node: Any, keys: Sequence[str]) -> list[Any]:
    found, value = get(node, keys)
    return value if found and isinstance(value, list) else []


def get(node: Any, keys: Sequence[str]) -> tuple[bool, Any]:
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
