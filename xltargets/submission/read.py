"""From a workbook to its document, by names alone.

The rule of names is general: where a path crosses an array, the rows of the named range are its items, or the sheets are
(see :mod:`xltargets.submission.form`). Nothing here knows a field of the form by its name.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from datetime import date
from math import isfinite
from typing import Any

from xltargets.excel.a1 import address
from xltargets.excel.book import FileBook
from xltargets.excel.grid import UNCALCULATED, Book, ErrorValue, Grid
from xltargets.excel.parts import Limits
from xltargets.excel.styles import exact, is_percent
from xltargets.submission.binding import Bindings, bind
from xltargets.submission.cellmap import CellMap, Location, Row
from xltargets.submission.coerce import coerce
from xltargets.submission.form import Field, Form, load_form
from xltargets.submission.labels import changed_labels
from xltargets.submission.layout import Cell, Scope, Table
from xltargets.submission.model import Problem, Submission
from xltargets.submission.suspects import below_and_above, broken_names, missing_names, signs, unread_sheets
from xltargets.submission.validity import check_identity, check_version, of_template, schema_problems


def read(
    path: str | os.PathLike[str], *, form: Form | None = None, limits: Limits | None = None, any_version: bool = False
) -> Submission:
    """Read a filled workbook.

    Args:
        path: an .xlsx, .xlsm, .xltx or .xltm file whose cells carry the names of the form.
        form: the form to read it by; the official one by default.
        limits: what is refused as too large.
        any_version: see :func:`read_book`.

    Raises:
        Error: when it is no such workbook; the message says what it is and what to do.
    """
    return read_book(FileBook(path, limits), form or load_form(), file=os.fspath(path), any_version=any_version)


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
    check_identity(book, bindings, form, file)
    submission = _Reader(book, form, bindings, file).read()
    if not any_version:
        check_version(_version(submission.document), form, file)
    return submission


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
        for sheet, layout in self.bindings.layouts.items():
            self._scope(sheet, self.book.grid(sheet), layout.scope, document, "")
        _fill_in(document, self.bindings)
        version = _version(document)
        submission.problems += broken_names(self.bindings, self.item_of_sheet)
        if version == self.form.version if version is not None else of_template(self.book, self.bindings, self.form):
            submission.problems += missing_names(self.bindings, self.form, self.item_of_sheet)
            submission.problems += changed_labels(self.book, self.bindings, self.form, self.item_of_sheet)
        submission.problems += unread_sheets(self.book, self.bindings, self.form)
        submission.problems += schema_problems(submission)
        standing = self.bindings.fields
        submission.missing_fields = [
            self.form.official_name(field) for field in self.form.fields.values() if field not in standing
        ]
        submission.unknown_names = list(self.bindings.unknown)
        return submission

    def _scope(self, sheet: str, grid: Grid, scope: Scope, target: dict[str, Any], at: str) -> None:
        """Read all that stands within one object: its own cells, its tables, and the items that are this sheet."""
        for row, columns, cells in scope.rows:
            for cell, value in zip(cells, grid.values(row, columns), strict=True):
                self._cell(sheet, grid, cell, value, target, at + cell.pointer)
        for member in scope.members:
            items = _list_at(target, member.keys)
            pointer = at + member.pointer
            if member.sheet:
                self._sheet_item(sheet, grid, member.sheet, items, pointer)
            if member.table:
                _TableReader(self, sheet, grid, member.table, pointer).read(items, member.table.rows(grid.end[0]))
                if not items:  # what is said of an empty table is said where its first item would stand
                    self.cells.cells[pointer] = (sheet, member.table.top, member.table.all_places(member.table.top)[0])
                self.submission.problems += below_and_above(grid, sheet, member.table, pointer)

    def _sheet_item(self, sheet: str, grid: Grid, scope: Scope, items: list[Any], pointer: str) -> None:
        """The sheet as one item of an array; a sheet on which nothing is filled in is none."""
        at = f"{pointer}/{len(items)}"
        item: dict[str, Any] = {}
        before = len(self.submission.problems)
        self._scope(sheet, grid, scope, item, at)
        if self._is_blank(item, scope.base) and len(self.submission.problems) == before:
            self.forget(at)
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

    def forget(self, at: str) -> None:
        """Of a pointer that is given up, forget what stands below it and where."""
        prefix = f"{at}/"
        for mapping in (self.cells.cells, self.cells.rows, self.submission.raw):
            for key in [key for key in mapping if key == at or key.startswith(prefix)]:
                del mapping[key]

    def _cell(
        self, sheet: str, grid: Grid, cell: Cell, value: object, target: dict[str, Any], pointer: str
    ) -> None:
        field, keys, _, row, column = cell
        if field.derived and grid.is_formula(row, column):
            return
        self.cells.cells[pointer] = (sheet, row, column)
        if value is not None and not (type(value) is str and field.type == "text"):
            value = self.taken(field, value, sheet, grid, row, column, pointer)
        if len(keys) == 1:
            target[keys[0]] = value
        else:
            _set(target, keys, value)

    def taken(
        self, field: Field, value: object, sheet: str, grid: Grid, row: int, column: int, pointer: str
    ) -> object:
        """A cell's value as the field's type has it; what is lost on the way is noted."""
        if isinstance(value, ErrorValue) or value is UNCALCULATED:
            self._unreadable(field, value, Location(sheet, address(row, column)), pointer)
            return None
        number_format = "General"
        if isinstance(value, date) or (type(value) is float and (field.unit == "%" or field.shown)):
            number_format = grid.number_format(row, column)
        if type(value) is float and field.type == "number" and isfinite(value) and not is_percent(number_format):
            return exact(value)  # of most fields, so not left to the call below
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


#: The types of what a column of texts usually holds, so that nothing is to be done about it.
_TEXT_OR_BLANK = frozenset((str, type(None)))


class _TableReader:
    """A reading of one table: rows become items."""

    def __init__(self, reader: _Reader, sheet: str, grid: Grid, table: Table, pointer: str) -> None:
        self.reader, self.sheet, self.grid, self.table, self.pointer = reader, sheet, grid, table, pointer
        self.raw = reader.submission.raw

    def read(self, items: list[Any], rows: Iterable[int]) -> None:
        """Append the items of these rows."""
        table = self.table
        if table.nested:
            self._read_blocks(items, rows)
        elif table.columns and table.columns[0].pointer == "":
            self._read_texts(items, rows)
        else:
            self._read_rows(items, rows)

    def _taken(self, field: Field, value: object, row: int, column: int, pointer: str) -> object:
        if value is None or (type(value) is str and field.type == "text"):
            return value
        return self.reader.taken(field, value, self.sheet, self.grid, row, column, pointer)

    def _read_texts(self, items: list[Any], rows: Iterable[int]) -> None:
        """An array of plain values: each row that is not blank is one."""
        field = self.table.columns[0].field
        for row in rows:
            column = self.table.places(row)[0]
            pointer = f"{self.pointer}/{len(items)}"
            value = self._taken(field, self.grid.value(row, column), row, column, pointer)
            if value is None and pointer not in self.raw:
                continue
            self.reader.cells.cells[pointer] = (self.sheet, row, column)
            items.append(value)

    def _read_rows(self, items: list[Any], rows: Iterable[int]) -> None:
        carry: dict[str, tuple[object, int]] = {}
        table, values_of, kept = self.table, self.grid.values, self.reader.cells.rows
        for row in rows:
            places = table.places(row)
            values = values_of(row, places)
            if values.count(None) == len(values):
                continue
            at = f"{self.pointer}/{len(items)}"
            item, moved, filled = self._item(row, places, values, at, carry)
            if filled:
                kept[at] = Row(self.sheet, row, table.columns_at(row), moved)
                items.append(item)
        if table.filled_down:
            self._drop_signatures(items)

    def _drop_signatures(self, items: list[Any]) -> None:
        """The lines below a form's table (填表人：张三 …) are no items where somebody typed them into its last rows."""
        index, _ = self.table.filled_down[0]
        while items:
            at = f"{self.pointer}/{len(items) - 1}"
            found = self.reader.cells.rows.get(at)
            if found is None or found.sheet != self.sheet or not self._signs(found.row, index):
                return
            items.pop()
            self.reader.forget(at)

    def _signs(self, row: int, index: int) -> bool:
        return signs(self.grid.value(row, self.table.places(row)[index]))

    def _item(
        self,
        row: int,
        places: Sequence[int],
        values: list[object],
        at: str,
        carry: dict[str, tuple[object, int]],
    ) -> tuple[dict[str, Any], dict[str, int], bool]:
        """The row as an item with what the cells above fill in, the rows those stand in, whether it has any content.

        Levels alone are no content: forms have them printed in rows that nobody filled in.
        """
        table, moved = self.table, dict[str, int]()
        if not (table.of_texts and _TEXT_OR_BLANK.issuperset(map(type, values))):
            values = [
                self._taken(column.field, value, row, place, f"{at}/{column.pointer}")
                for column, place, value in zip(table.columns, places, values, strict=True)
            ]
        content, reset = len(values) - values.count(None), False
        for index, pointer in table.filled_down:
            value = values[index]
            if value is not None:
                content -= 1
            elif pointer in carry and not reset:  # merged cells have only their first filled
                values[index], moved[pointer] = carry[pointer]
                continue
            values[index], reset = self._fill(pointer, value, row, carry, moved, reset)
        filled = content > 0 or (bool(self.raw) and any(f"{at}/{pointer}" in self.raw for pointer in table.own))
        if filled and None in values:
            self._share(row, places, values, moved)
        if table.keys:
            return dict(zip(table.keys, values, strict=True)), moved, filled
        item: dict[str, Any] = {}
        for column, value in zip(table.columns, values, strict=True):
            _set(item, column.keys, value)
        return item, moved, filled

    def _share(self, row: int, places: Sequence[int], values: list[object], moved: dict[str, int]) -> None:
        """Give a row the texts that stand in cells merged with those of the rows above."""
        for index, pointer in self.table.shared:
            if values[index] is None:
                lead, column = self.reader.book.lead(self.sheet, row, places[index])
                if self.table.top <= lead < row and column == places[index]:
                    text = self.grid.value(lead, column)
                    if isinstance(text, str):
                        values[index], moved[pointer] = text, lead

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

    def _read_blocks(self, items: list[Any], rows: Iterable[int]) -> None:
        """Items with tables of their own: one begins at each row where its own cells say something new."""
        blocks: list[tuple[dict[str, Any], dict[str, int], list[int]]] = []
        for row in rows:
            at = f"{self.pointer}/{len(items) + len(blocks)}"
            places = self.table.places(row)
            item, moved, filled = self._item(row, places, self.grid.values(row, places), at, {})
            if filled and not (blocks and _agrees(item, blocks[-1][0])):
                blocks.append((item, moved, [row]))
            elif blocks:
                blocks[-1][2].append(row)
            elif any(value is not None for value in self.grid.values(row, self.table.all_places(row))):
                blocks.append((item, moved, [row]))
        for item, moved, block in blocks:
            at = f"{self.pointer}/{len(items)}"
            self.reader.cells.rows[at] = Row(self.sheet, block[0], self.table.columns_at(block[0]), moved)
            items.append(item)
            for keys, pointer, table in self.table.nested:
                inner = _TableReader(self.reader, self.sheet, self.grid, table, at + pointer)
                inner.read(_list_at(item, keys), block)


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


def _fill_in(document: dict[str, Any], bindings: Bindings) -> None:
    """Give every array that the workbook has names for, an empty list where nothing was filled in."""
    for layout in bindings.layouts.values():
        for member in layout.scope.members:
            _list_at(document, member.path)
