"""Which tables a consolidation has, and what their rows are: worked out from the schema, never from a list of fields.

The root of a document is one row; so is each item of each array of objects. An array of plain values is one cell of the
row around it, a line per value. A row of a table begins with the number of the row it belongs to in the table around it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from xltargets.submission.form import ITEM, Field, Form

#: What sheets are called where bureaus have a word for them; elsewhere the array's title and 明细.
TITLES = {"": "单位汇总", "projects": "项目汇总", "projects.indicators": "指标明细", "waivers": "豁免清单"}

#: One row: the number of the row around it (None for the root), then a value per column.
Row = list[Any]


@dataclass(frozen=True)
class Table:
    """The rows of the root, or of one array.

    Attributes:
        name: the array's path in words (``projects.indicators``); empty for the root.
        title: what its sheet is called.
        fields: its columns, in the order of the schema.
        keys: for each column, the way from the item to the value.
        joined: for each column, whether it is an array of plain values.
        inner: the tables of the arrays within its items, each with the way from the item to the array.
        key: number of the column that tells one item from another, if there is one.
    """

    name: str
    title: str
    fields: tuple[Field, ...]
    keys: tuple[tuple[str, ...], ...]
    joined: tuple[bool, ...]
    inner: tuple[tuple[tuple[str, ...], Table], ...]
    key: int | None

    def walk(self) -> Iterator[Table]:
        """This table and all within."""
        yield self
        for _, table in self.inner:
            yield from table.walk()

    def column(self, dotted: str) -> int | None:
        """The number of a field's column (``unit.code``), None when the table has no such field."""
        return next((index for index, field in enumerate(self.fields) if field.dotted == dotted), None)


def tables_of(form: Form) -> Table:
    """The root's table, with all others within."""
    return _table(form, ())


def main_table(root: Table) -> Table | None:
    """The table whose rows the summary is about: that of the projects, or else the first of the form."""
    inner = [table for _, table in root.inner]
    return next((table for table in inner if table.name == "projects"), inner[0] if inner else None)


def _table(form: Form, base: tuple[str, ...]) -> Table:
    own = [field for field in form.fields.values() if _home(form, field) == base]
    arrays = [path for path in form.arrays if _is_within(path, base) and _has_objects(form, path)]
    inner = tuple((path[len(base) :], _table(form, (*path, ITEM))) for path in arrays)
    name = ".".join(part for part in base if part != ITEM)
    array = form.arrays.get(base[:-1])
    key = next((at for at, field in enumerate(own) if array and field.path == (*base, array.key)), None)
    return Table(
        name,
        TITLES.get(name) or f"{array.title if array else name}明细",
        tuple(own),
        tuple(tuple(part for part in field.path[len(base) :] if part != ITEM) for field in own),
        tuple(field.path[-1] == ITEM for field in own),
        inner,
        key,
    )


def _home(form: Form, field: Field) -> tuple[str, ...]:
    """The path of the item whose row holds the field."""
    path = field.path[:-1] if field.path[-1] == ITEM else field.path
    crossed = [index for index, part in enumerate(path) if part == ITEM]
    return path[: crossed[-1] + 1] if crossed else ()


def _is_within(path: tuple[str, ...], base: tuple[str, ...]) -> bool:
    return path[: len(base)] == base and ITEM not in path[len(base) :]


def _has_objects(form: Form, path: tuple[str, ...]) -> bool:
    return (*path, ITEM) not in form.fields


def flatten(document: Mapping[str, Any], root: Table) -> dict[str, list[Row]]:
    """The rows of a document, by name of table."""
    rows: dict[str, list[Row]] = {table.name: [] for table in root.walk()}
    _collect(document, root, None, rows)
    return rows


def _collect(node: Mapping[str, Any], table: Table, around: int | None, rows: dict[str, list[Row]]) -> None:
    row: Row = [around]
    for keys, joined in zip(table.keys, table.joined, strict=True):
        value = _get(node, keys)
        if type(value) is list or type(value) is dict:
            value = _joined(value) if joined and type(value) is list else str(value)
        row.append(value)
    number = len(rows[table.name])
    rows[table.name].append(row)
    for keys, inner in table.inner:
        items = _get(node, keys)
        for item in items if type(items) is list else ():
            _collect(item if type(item) is dict else {}, inner, number, rows)


def _get(node: Any, keys: tuple[str, ...]) -> Any:
    for key in keys:
        if type(node) is not dict:
            return None
        node = node.get(key)
    return node


def _joined(values: list[Any]) -> str | None:
    return "\n".join([str(part) for part in values if part is not None]) or None
