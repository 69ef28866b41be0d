"""From a workbook to its document, by names alone.

The rule of names is general: where a path crosses an array, the rows of the named range are its items, or the sheets are
(see :mod:`xltargets.submission.form`). Nothing here knows a field of the form by its name.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from xltargets.excel.a1 import Area, address
from xltargets.excel.book import UNCALCULATED, Book, ErrorValue, FileBook, Grid
from xltargets.excel.package import Limits
from xltargets.submission.binding import Bindings, Bound, bind
from xltargets.submission.cellmap import CellMap, Row
from xltargets.submission.coerce import coerce
from xltargets.submission.form import ITEM, Field, Form, load_form
from xltargets.submission.labels import changed_labels
from xltargets.submission.model import Location, Problem, Submission
from xltargets.submission.suspects import below_and_above, broken_names, missing_names, unread_sheets
from xltargets.submission.validity import check_identity, check_version, schema_problems


def read(
    path: str | os.PathLike[str], *, form: Form | None = None, limits: Limits | None = None
) -> Submission:
    """Read a filled workbook.

    Args:
        path: an .xlsx, .xlsm, .xltx or .xltm file whose cells carry the names of the form.
        form: the form to read it by; the official one by default.
        limits: what is refused as too large.

    Raises:
        Error: when it is no such workbook; the message says what it is and what to do.
    """
    return read_book(FileBook(path, limits), form or load_form(), file=os.fspath(path))


def read_book(book: Book, form: Form, *, file: str | None = None, any_version: bool = False) -> Submission:
    """Read a workbook that is open already: a file's, or one in Excel.

    Args:
        book: the workbook.
        form: the form to read it by.
        file: where it came from.
        any_version: take a workbook of another version of the form, too, with the names it had then.

    Raises:
        Error: when it has none, or too few, of the form's names, or is of another version.
    """
    bindings = bind(book, form, former=any_version)
    check_identity(bindings, form, file)
    submission = _Reader(book, form, bindings, file).read()
    if not any_version:
        check_version(_version(submission.document), form, file)
    return submission


class _Place(NamedTuple):
    """A column of a table: a field, its pointer within an item, and its column for each stretch of rows."""

    field: Field
    pointer: str
    keys: tuple[str, ...]
    stretches: tuple[Area, ...]

    def column(self, row: int) -> int:
        """The column the field stands in at this row."""
        for area in self.stretches:
            if area.top <= row <= area.bottom:
                return area.left
        return self.stretches[-1].left


class _Reader:
    """One reading of one workbook."""

    def __init__(self, book: Book, form: Form, bindings: Bindings, file: str | None) -> None:
        self.book, self.form, self.bindings = book, form, bindings
        self.cells = CellMap()
        self.submission = Submission({}, form, file=file, locations=self.cells)
        self.item_of_sheet: dict[str, str] = {}

    def read(self) -> Submission:
        """Sheet by sheet in the order of the tabs, then what is suspicious about the whole."""
        submission, document = self.submission, self.submission.document
        for sheet, bounds in self.bindings.sheets.items():
            self._scope(sheet, self.book.grid(sheet), bounds, document, (), "")
        _fill_in(document, self.form, self.bindings)
        version = _version(document)
        submission.problems += broken_names(self.bindings, self.item_of_sheet)
        if version is not None and version == self.form.version:
            submission.problems += missing_names(self.bindings, self.form, self.item_of_sheet)
            submission.problems += changed_labels(self.book, self.bindings, self.form, self.item_of_sheet)
        submission.problems += unread_sheets(self.book, self.bindings, self.form)
        submission.problems += schema_problems(submission)
        standing = self.bindings.fields
        submission.missing_fields = [
            self.form.official_name(field) for field in self.form.fields.values() if field not in standing
        ]
        submission.unknown_names = self.bindings.unknown
        return submission

    def _scope(
        self,
        sheet: str,
        grid: Grid,
        bounds: Sequence[Bound],
        target: dict[str, Any],
        base: tuple[str, ...],
        at: str,
    ) -> None:
        """Read all that stands within one object: its own cells, its tables, and the items that are this sheet."""
        depth = base.count(ITEM)
        tables: dict[tuple[str, ...], list[Bound]] = {}
        for bound in bounds:
            if bound.field.depth == depth:
                self._cell(sheet, grid, bound, target, base, at)
            else:
                tables.setdefault(bound.field.arrays[depth], []).append(bound)
        for array, inside in tables.items():
            items = _list_at(target, array[len(base) :])
            pointer = at + "".join(f"/{part}" for part in array[len(base) :])
            by_sheet = [bound for bound in inside if bound.by_sheet[depth]]
            if by_sheet:
                self._sheet_item(sheet, grid, by_sheet, items, array, pointer)
            by_rows = [bound for bound in inside if not bound.by_sheet[depth]]
            if by_rows:
                table = _Table(self, sheet, grid, by_rows, array, pointer)
                table.read(items, table.all_rows())
                self.submission.problems += below_and_above(
                    grid, sheet, table.places, pointer, self._taken(sheet, by_rows)
                )

    def _sheet_item(
        self,
        sheet: str,
        grid: Grid,
        bounds: list[Bound],
        items: list[Any],
        array: tuple[str, ...],
        pointer: str,
    ) -> None:
        """The sheet as one item of an array; a sheet on which nothing is filled in is none."""
        base, at = (*array, ITEM), f"{pointer}/{len(items)}"
        item: dict[str, Any] = {}
        before = len(self.submission.problems)
        self._scope(sheet, grid, bounds, item, base, at)
        if self._is_blank(item, base) and len(self.submission.problems) == before:
            self._forget(at)
            return
        items.append(item)
        self.item_of_sheet[sheet] = at

    def _is_blank(self, node: object, path: tuple[str, ...]) -> bool:
        """Whether nothing is filled in, apart from what the template itself has there."""
        if isinstance(node, dict):
            return all(self._is_blank(value, (*path, key)) for key, value in node.items())
        if isinstance(node, list):
            return not node
        field = self.form.fields[path]
        return node is None or field.derived or node == field.default

    def _forget(self, at: str) -> None:
        prefix = f"{at}/"
        for mapping in (self.cells.cells, self.cells.rows, self.submission.raw):
            for key in [key for key in mapping if key.startswith(prefix)]:
                del mapping[key]

    def _taken(self, sheet: str, table: list[Bound]) -> list[Area]:
        """The areas of the sheet's other names."""
        return [area for bound in self.bindings.sheets[sheet] if bound not in table for area in bound.areas]

    def _cell(
        self, sheet: str, grid: Grid, bound: Bound, target: dict[str, Any], base: tuple[str, ...], at: str
    ) -> None:
        field, area = bound.field, bound.areas[0]
        if field.derived and grid.is_formula(area.top, area.left):
            return
        relative = field.path[len(base) :]
        pointer = at + "".join(f"/{part}" for part in relative)
        self.cells.cells[pointer] = (sheet, area.top, area.left)
        *parents, last = relative
        node = target
        for part in parents:
            node = node.setdefault(part, {})
        node[last] = self.value(field, sheet, grid, area.top, area.left, pointer)

    def value(self, field: Field, sheet: str, grid: Grid, row: int, column: int, pointer: str) -> object:
        """The document's value of a cell; what is lost on the way is noted."""
        value = grid.value(row, column)
        if value is None or (type(value) is str and field.type == "text"):
            return value
        if isinstance(value, ErrorValue) or value is UNCALCULATED:
            self._unreadable(field, value, Location(sheet, address(row, column)), pointer)
            return None
        number_format = "General"
        if type(value) is float and (field.unit == "%" or field.shown):
            number_format = grid.number_format(row, column)
        result = coerce(field, value, number_format)
        if result.changed:
            self.submission.raw[pointer] = result.raw
        return result.value

    def _unreadable(self, field: Field, value: object, location: Location, pointer: str) -> None:
        if isinstance(value, ErrorValue):
            rule, raw = "R01", value.code
            message = f"“{field.title}”的单元格是错误值 {value.code}，请改为正确的内容"
        else:
            rule, raw = "R02", ""
            message = f"“{field.title}”的公式没有计算结果（保存它的程序没有计算），请用 Excel 或 WPS 打开并保存后再检查"
        self.submission.raw[pointer] = raw
        self.submission.problems.append(Problem(rule, pointer, message, location))


class _Table:
    """A table on a sheet: the rows of its columns are the items of an array."""

    def __init__(
        self,
        reader: _Reader,
        sheet: str,
        grid: Grid,
        bounds: list[Bound],
        array: tuple[str, ...],
        pointer: str,
    ) -> None:
        self.reader, self.sheet, self.grid, self.array, self.pointer = reader, sheet, grid, array, pointer
        base = (*array, ITEM)
        depth = base.count(ITEM)
        self.bounds = bounds
        self.direct = [_place(bound, base) for bound in bounds if bound.field.depth == depth]
        self.places = (
            self.direct
            if all(bound.field.depth == depth for bound in bounds)
            else [_place(bound, base) for bound in bounds]
        )
        self.nested: dict[tuple[str, ...], list[Bound]] = {}
        for bound in bounds:
            if bound.field.depth > depth:
                self.nested.setdefault(bound.field.arrays[depth], []).append(bound)
        self.columns = {place.pointer: place.stretches[0].left for place in self.direct}
        self.straight = all(len(place.stretches) == 1 for place in self.direct)

    def all_rows(self) -> list[int]:
        """The rows of all columns, as far down as the sheet has values."""
        last = self.grid.end[0]
        stretches = {(area.top, min(area.bottom, last)) for bound in self.bounds for area in bound.areas}
        return sorted({row for top, bottom in stretches for row in range(top, bottom + 1)})

    def read(self, items: list[Any], rows: Sequence[int]) -> None:
        """Append the items of these rows."""
        if self.nested:
            self._read_blocks(items, rows)
        elif self.direct and self.direct[0].pointer == "":
            self._read_texts(items, rows)
        else:
            self._read_rows(items, rows)

    def _read_texts(self, items: list[Any], rows: Iterable[int]) -> None:
        """An array of plain values: each row that is not blank is one."""
        place = self.direct[0]
        for row in rows:
            column = place.column(row)
            pointer = f"{self.pointer}/{len(items)}"
            value = self.reader.value(place.field, self.sheet, self.grid, row, column, pointer)
            if value is None and pointer not in self.reader.submission.raw:
                continue
            self.reader.cells.cells[pointer] = (self.sheet, row, column)
            items.append(value)

    def _read_rows(self, items: list[Any], rows: Iterable[int]) -> None:
        carry: dict[str, tuple[object, int]] = {}
        for row in rows:
            item, moved, filled = self._item(row, f"{self.pointer}/{len(items)}", carry)
            if filled:
                self._keep(items, item, row, moved)

    def _keep(self, items: list[Any], item: dict[str, Any], row: int, moved: dict[str, int]) -> None:
        columns = self.columns
        if not self.straight:
            columns = {place.pointer: place.column(row) for place in self.direct}
        self.reader.cells.rows[f"{self.pointer}/{len(items)}"] = Row(self.sheet, row, columns, moved)
        items.append(item)

    def _item(
        self, row: int, at: str, carry: dict[str, tuple[object, int]]
    ) -> tuple[dict[str, Any], dict[str, int], bool]:
        """The row as an item with what the cells above fill in, the rows those stand in, whether it has any content.

        Levels alone are no content: forms have them printed in rows that nobody filled in.
        """
        item: dict[str, Any] = {}
        moved: dict[str, int] = {}
        filled, levels = False, False
        for place in self.direct:
            field = place.field
            pointer = f"{at}/{place.pointer}"
            value = self.reader.value(field, self.sheet, self.grid, row, place.column(row), pointer)
            if field.fill_down:
                value, levels = self._fill(place.pointer, value, row, carry, moved, levels)
            elif value is not None or pointer in self.reader.submission.raw:
                filled = True
            if len(place.keys) == 1:
                item[place.keys[0]] = value
            else:
                _set(item, place.keys, value)
        return item, moved, filled

    def _fill(
        self,
        key: str,
        value: object,
        row: int,
        carry: dict[str, tuple[object, int]],
        moved: dict[str, int],
        reset: bool,
    ) -> tuple[object, bool]:
        """A cell of a filled-down column: its own text, or the one above unless an outer column began a new group."""
        blank = value is None or (isinstance(value, str) and not value.strip())
        if not blank:
            new = reset or carry.get(key, (None, 0))[0] != value
            carry[key] = (value, row)
            return value, new
        if reset:
            carry.pop(key, None)
        if key in carry:
            value, moved[key] = carry[key]
        return value, reset

    def _read_blocks(self, items: list[Any], rows: Sequence[int]) -> None:
        """Items with tables of their own: one begins at each row where its own cells say something new."""
        blocks: list[tuple[dict[str, Any], dict[str, int], list[int]]] = []
        inner_columns = [_place(bound, ()) for bounds in self.nested.values() for bound in bounds]
        for row in rows:
            at = f"{self.pointer}/{len(items) + len(blocks)}"
            item, moved, filled = self._item(row, at, {})
            if filled and not (blocks and _agrees(item, blocks[-1][0])):
                blocks.append((item, moved, [row]))
            elif blocks:
                blocks[-1][2].append(row)
            elif any(self.grid.value(row, place.column(row)) is not None for place in inner_columns):
                blocks.append((item, moved, [row]))
        for item, moved, block in blocks:
            at = f"{self.pointer}/{len(items)}"
            self._keep(items, item, block[0], moved)
            for array, bounds in self.nested.items():
                relative = array[len(self.array) + 1 :]
                inner = _Table(
                    self.reader,
                    self.sheet,
                    self.grid,
                    bounds,
                    array,
                    at + "".join(f"/{part}" for part in relative),
                )
                inner.read(_list_at(item, relative), block)


def _place(bound: Bound, base: tuple[str, ...]) -> _Place:
    return _Place(bound.field, *_relative(bound.field, len(base)), bound.areas)


@lru_cache(maxsize=4096)
def _relative(field: Field, start: int) -> tuple[str, tuple[str, ...]]:
    """Pointer and keys of a field from an item on."""
    keys = tuple(part for part in field.path[start:] if part != ITEM)
    return "/".join(keys), keys


def _agrees(item: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether a row only repeats what its item says already."""
    return all(
        value is None
        or (isinstance(value, dict) and _agrees(value, other.get(key) or {}))
        or value == other.get(key)
        for key, value in item.items()
    )


def _set(item: dict[str, Any], keys: Sequence[str], value: object) -> None:
    for key in keys[:-1]:
        item = item.setdefault(key, {})
    item[keys[-1]] = value


def _list_at(target: dict[str, Any], keys: Sequence[str]) -> list[Any]:
    for key in keys[:-1]:
        target = target.setdefault(key, {})
    found: list[Any] = target.setdefault(keys[-1], [])
    return found


def _version(document: dict[str, Any]) -> object:
    template = document.get("template")
    return template.get("version") if isinstance(template, dict) else None


def _fill_in(document: dict[str, Any], form: Form, bindings: Bindings) -> None:
    """Give every array that the workbook has names for, an empty list where nothing was filled in."""
    for bound in (bound for bounds in bindings.sheets.values() for bound in bounds):
        for array in bound.field.arrays[:1]:
            if ITEM not in array:
                _list_at(document, array)
