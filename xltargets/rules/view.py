"""A document as rules see it: items with a row of values each, blanks as None, what cannot be read out of reach.

The document is gone through once. On the way three sets are kept of each item: the fields that it *has*, those that are on
the form and *blank*, and those that are *bad* (they hold something that was not understood). A set is a number with a bit
for each field of the form (see :mod:`xltargets.rules.layout`), so that the engine tells with a few operations which rules may run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from xltargets.rules.items import Item, Row, sorts_of
from xltargets.rules.layout import MONEY, layout_of
from xltargets.submission.coerce import fits
from xltargets.submission.form import ITEM, Field
from xltargets.submission.model import Submission
from xltargets.values import Value, parse

_DECLARED = re.compile(r"(?:亿|万|千)?元")


class View:
    """The items of one submission, worked out once for all rules.

    Attributes:
        document: the document itself, as a list of one.
        projects: each project.
        rows: the indicators of each project, by its pointer.
        filled: the same, those that say anything beside their levels.
        indicators: each indicator of each project.
        texts: every text that is not blank: pointer, text, field.
        spaces: the dotted path of every text of blanks only.
        amounts: every amount of money that is not blank: dotted path from the root, what the document has, field.
    """

    def __init__(self, submission: Submission, given: int = 0) -> None:
        self.submission = submission
        self.form = submission.form
        self.layout = layout_of(self.form)
        self.texts: list[tuple[str, str, Field]] = []
        self.spaces: list[str] = []
        self.amounts: list[tuple[str, Any, Field]] = []
        self._unread = {problem.pointer for problem in submission.problems if problem.rule in ("R01", "R02")}
        document = Item("document", "", submission.document, None)
        document.has = given
        self.document = [self._read(document)]
        self.projects = [
            self._read(Item("project", f"/projects/{index}", node, document))
            for index, node in _objects(submission.document, "projects")
        ]
        self.rows = {
            project.pointer: [
                self._read_row(Row(index, f"{project.pointer}/indicators/{index}", node, project))
                for index, node in _objects(project.node, "indicators")
            ]
            for project in self.projects
        }
        self.filled = {pointer: [row for row in rows if row.filled] for pointer, rows in self.rows.items()}
        self.indicators = [row for rows in self.rows.values() for row in rows]

    def items(self, scope: str) -> Sequence[Item]:
        """The items of a scope."""
        if scope == "document":
            return self.document
        return self.projects if scope == "project" else self.indicators

    def _read_row(self, row: Row) -> Row:
        self._read(row)
        row.value = self._indicator_value(row)
        row.sorts = sorts_of(row.value) if row.value is not None else row.sorts
        name = self.layout.name
        if name is not None and row.row[name.at] != row.name and row.has & name.bit:
            row.row = (*row.row[: name.at], row.name, *row.row[name.at + 1 :])
        row.row += (row.value,)
        return row

    def _read(self, item: Item) -> Item:
        """Fill an item's row and its sets, and note its texts and amounts."""
        columns = self.layout.columns[item.scope]
        values: list[Any] = [None] * len(columns)
        self._read_object(item, item.node, self.layout.trees[item.scope], item.pointer, values)
        item.row = (*values, *item.around.row) if item.around else (*values, None)
        return item

    def _read_object(
        self, item: Item, node: Mapping[str, Any], tree: Mapping[str, Any], pointer: str, values: list[Any]
    ) -> None:
        unread, texts = self._unread, self.texts
        for key, value in node.items():
            column = tree.get(key)
            if column is None:
                continue
            if value is None and not unread and type(column) is not dict:
                item.blank |= column[2]
                continue
            where = f"{pointer}/{key}"
            if type(column) is dict:
                if isinstance(value, dict):
                    self._read_object(item, value, column, where, values)
                continue
            _, at, bit, field, below = column
            if value is None:
                usable = True
            elif field is None:
                if below is not None:
                    self._read_below(value, below, where)
                usable = isinstance(value, list)
            elif field.type == "text" and isinstance(value, str) and value and not value.isspace():
                usable = True  # of most fields, so not left to the call below
                texts.append((where, value, field))
            else:
                value, usable = self._read_field(value, field, where)
            if where in unread:
                item.bad |= bit
            elif value is None:
                item.blank |= bit
            elif usable:
                item.has |= bit
                values[at] = value
            else:
                item.bad |= bit

    def _read_field(self, value: Any, field: Field, pointer: str) -> tuple[Any, bool]:
        """What an item's row has for a field (None for a blank text), and whether it is of the field's type."""
        if isinstance(value, str) and (not value or value.isspace()):
            if value:
                self.spaces.append(pointer[1:].replace("/", "."))
            return (None, True) if field.type == "text" else (value, fits(field, value))
        if field.type == "text" and isinstance(value, str):
            self.texts.append((pointer, value, field))
            return value, True
        if field.unit in MONEY and field.type == "number" and value is not None and not isinstance(value, (dict, list)):
            if pointer not in self._unread:
                self.amounts.append((pointer[1:].replace("/", "."), value, field))
        return value, fits(field, value)

    def _read_below(self, node: Any, shape: Any, pointer: str) -> None:
        """Note the texts and amounts of an array whose items are of no scope."""
        if type(shape) is Field:
            self._read_field(node, shape, pointer)
        elif isinstance(node, dict):
            for key, value in node.items():
                if key in shape:
                    self._read_below(value, shape[key], f"{pointer}/{key}")
        elif isinstance(node, list) and ITEM in shape:
            for index, value in enumerate(node):
                self._read_below(value, shape[ITEM], f"{pointer}/{index}")

    def _indicator_value(self, row: Row) -> Value | None:
        typed, operator, unit, nature = self.layout.of_value(row.row)
        return None if typed is None else parse(typed, op=operator, unit=unit, nature=nature)


def _objects(node: Mapping[str, Any], key: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """The objects in an array, each with its index."""
    found = node.get(key)
    for index, one in enumerate(found if isinstance(found, list) else ()):
        if isinstance(one, dict):
            yield index, one


def declared_money_unit(node: Mapping[str, Any]) -> str | None:
    """The unit that a project says its amounts are in (单位：万元); None when it says none."""
    said = node.get("money_unit")
    match = _DECLARED.search(said, 0, 40) if isinstance(said, str) else None
    return match[0] if match else None
