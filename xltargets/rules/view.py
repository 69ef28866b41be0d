"""A document as rules see it: items with flat values, blanks as None, what cannot be read out of reach."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from xltargets.submission.coerce import fits
from xltargets.submission.form import ITEM, Field, Form
from xltargets.submission.model import Submission
from xltargets.values import Value, parse

#: Stands for a value that was not understood; no rule gets it.
UNREADABLE: Any = type("_Unreadable", (), {"__repr__": lambda self: "UNREADABLE"})()

#: Units of money.
_MONEY = frozenset({"元", "千元", "万元", "亿元"})
_DECLARED = re.compile(r"(?:亿|万|千)?元")

_SCOPE_PATHS: dict[str, tuple[str, ...]] = {
    "document": (),
    "project": ("projects", ITEM),
    "indicator": ("projects", ITEM, "indicators", ITEM),
}


@dataclass
class Item:
    """One thing that a rule is given.

    Attributes:
        pointer: its JSON Pointer.
        node: the document's own object.
        flat: dotted path within the item → value; blank text is None, arrays are as they are.
        around: the item that it is in.
        row: all values of the scope in the order of :func:`columns`, then those of the item around it; None where a field
            is blank or absent. That of an indicator ends with its parsed 指标值.
        sound: whether none of these was unreadable.
    """

    pointer: str
    node: Mapping[str, Any]
    flat: dict[str, Any]
    around: Item | None
    row: tuple[Any, ...]
    sound: bool

    @cached_property
    def blank(self) -> list[str]:
        """The paths of its fields that are on the form and blank."""
        return [path for path, value in self.flat.items() if value is None]

    @cached_property
    def flats(self) -> tuple[dict[str, Any], ...]:
        """Its own flat values, those of the item around it, and so on outward."""
        return (self.flat, *self.around.flats) if self.around else (self.flat,)


class View:
    """The items of one submission, worked out once for all rules."""

    def __init__(self, submission: Submission) -> None:
        self.submission = submission
        self.form = submission.form
        self._unread = {problem.pointer for problem in submission.problems if problem.rule in ("R01", "R02")}

    @cached_property
    def document(self) -> list[Item]:
        """The document itself, as a list of one."""
        return [self._item("document", "", self.submission.document, None)]

    @cached_property
    def projects(self) -> list[Item]:
        """Each project."""
        return list(self._items("project", self.document[0], "projects"))

    @cached_property
    def indicators(self) -> list[Item]:
        """Each indicator of each project."""
        found = [item for project in self.projects for item in self._items("indicator", project, "indicators")]
        for item in found:
            item.row += (_indicator_value(item),)
        return found

    def items(self, scope: str) -> list[Item]:
        """The items of a scope."""
        if scope == "document":
            return self.document
        return self.projects if scope == "project" else self.indicators

    def _items(self, scope: str, around: Item, key: str) -> Iterator[Item]:
        nodes = around.node.get(key)
        for index, node in enumerate(nodes if isinstance(nodes, list) else ()):
            if isinstance(node, dict):
                yield self._item(scope, f"{around.pointer}/{key}/{index}", node, around)

    def _item(self, scope: str, pointer: str, node: Mapping[str, Any], around: Item | None) -> Item:
        flat: dict[str, Any] = {}
        for dotted, keys, field in scope_fields(self.form, scope):
            found: Any = node
            for key in keys:
                if not isinstance(found, dict) or key not in found:
                    break
                found = found[key]
            else:
                flat[dotted] = self._value(found, field)
        if self._unread:
            for dotted in flat:
                if f"{pointer}/{dotted.replace('.', '/')}" in self._unread:
                    flat[dotted] = UNREADABLE
        own = tuple([flat.get(dotted) for dotted, _, _ in scope_fields(self.form, scope)])
        row = own + (around.row if around else (None,))
        sound = not any(value is UNREADABLE for value in own) and (around is None or around.sound)
        return Item(pointer, node, flat, around, row, sound)

    @staticmethod
    def _value(value: Any, field: Field | None) -> Any:
        if value is None:
            return None
        if field is None:  # an array
            return value if isinstance(value, list) else UNREADABLE
        if type(value) is str and field.type == "text":
            return value if value and not value.isspace() else None
        return value if fits(field, value) else UNREADABLE

    @cached_property
    def values(self) -> dict[str, Value | None]:
        """Pointer of each indicator → its 指标值, parsed once; None when there is none."""
        return {item.pointer: item.row[-1] for item in self.indicators}

    @cached_property
    def leaves(self) -> list[tuple[str, Any, Field]]:
        """Every value that is not None and stands where the form has a field: pointer, value, field."""
        return list(_leaves(self.submission.document, _shape(self.form), ""))

    @cached_property
    def money_unit(self) -> str:
        """The unit of the form's amounts: that of its first amount within a project."""
        units = (field.unit for path, field in self.form.fields.items() if path[0] == "projects")
        return next((unit for unit in units if unit in _MONEY), "万元")

    @cached_property
    def amounts(self) -> list[tuple[str, Any, Field]]:
        """Every amount of money that is not blank: dotted path from the root, what the document has, field."""
        return [
            (pointer[1:].replace("/", "."), value, field)
            for pointer, value, field in self.leaves
            if field.type == "number" and field.unit in _MONEY and pointer not in self._unread
        ]

    def texts(self) -> Iterator[tuple[str, str, Field]]:
        """Every text that is not blank: pointer, text, field."""
        for pointer, value, field in self.leaves:
            if field.type == "text" and isinstance(value, str) and value and not value.isspace():
                yield pointer, value, field


def _indicator_value(item: Item) -> Value | None:
    typed = item.flat.get("value")
    if typed is None or typed is UNREADABLE:
        return None
    parts = [item.flat.get(key) for key in ("operator", "unit", "nature")]
    operator, unit, nature = (None if part is UNREADABLE else part for part in parts)
    return parse(typed, op=operator, unit=unit, nature=nature)


def _leaves(node: Any, shape: Any, pointer: str) -> Iterator[tuple[str, Any, Field]]:
    """Every value that is not None and stands where the form has a field."""
    if type(shape) is Field:
        if node is not None and not isinstance(node, (dict, list)):
            yield pointer, node, shape
    elif isinstance(node, dict):
        for key, value in node.items():
            below = shape.get(key)
            if type(below) is Field:
                if value is not None and not isinstance(value, (dict, list)):
                    yield f"{pointer}/{key}", value, below
            elif below is not None:
                yield from _leaves(value, below, f"{pointer}/{key}")
    elif isinstance(node, list) and ITEM in shape:
        for index, value in enumerate(node):
            yield from _leaves(value, shape[ITEM], f"{pointer}/{index}")


def _shape(form: Form) -> dict[str, Any]:
    """The form as a tree: key → field, or the tree below it; the items of an array are under :data:`ITEM`."""
    shape: dict[str, Any] | None = form.__dict__.get("_shape")
    if shape is None:
        shape = form.__dict__["_shape"] = {}
        for path, field in form.fields.items():
            node = shape
            for key in path[:-1]:
                node = node.setdefault(key, {})
            node[path[-1]] = field
    return shape


def declared_money_unit(node: Mapping[str, Any]) -> str | None:
    """The unit that a project says its amounts are in (单位：万元); None when it says none."""
    said = node.get("money_unit")
    match = _DECLARED.search(said, 0, 40) if isinstance(said, str) else None
    return match[0] if match else None


def scope_fields(form: Form, scope: str) -> list[tuple[str, tuple[str, ...], Field | None]]:
    """The fields and arrays directly within an item of a scope: dotted path, keys, field (None for an array)."""
    cache: dict[str, list[tuple[str, tuple[str, ...], Field | None]]] = form.__dict__.setdefault(
        "_scope_fields", {}
    )
    if scope not in cache:
        base = _SCOPE_PATHS[scope]
        entries: dict[tuple[str, ...], Field | None] = {}
        for path, field in form.fields.items():
            if path[: len(base)] == base and ITEM not in path[len(base) :]:
                entries[path[len(base) :]] = field
        for path in form.arrays:
            if path[: len(base)] == base and ITEM not in path[len(base) :]:
                entries[path[len(base) :]] = None
        cache[scope] = [(".".join(keys), keys, field) for keys, field in entries.items()]
    return cache[scope]


def columns(form: Form, scope: str) -> dict[tuple[int, str], int]:
    """Where a place (see :func:`resolve`) is in an item's row; behind them stands a None."""
    levels = {"document": ["document"], "project": ["project", "document"]}.get(
        scope, ["indicator", "project", "document"]
    )
    places = [(steps, dotted) for steps, level in enumerate(levels) for dotted, _, _ in scope_fields(form, level)]
    return {place: index for index, place in enumerate(places)}


def resolve(form: Form, scope: str, name: str) -> tuple[int, str] | None:
    """Where a rule's field is found: how many items outward, and the dotted path there; None when the form lacks it."""
    chain = {"document": ["document"], "project": ["project", "document"]}.get(
        scope, ["indicator", "project", "document"]
    )
    for steps, level in enumerate(chain):
        for candidate in (name, name.removeprefix(f"{level}.")):
            if any(dotted == candidate for dotted, _, _ in scope_fields(form, level)):
                return steps, candidate
    return None
