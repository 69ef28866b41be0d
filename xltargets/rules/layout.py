"""The form as rules see it: which columns the row of an item has, and the bit that stands for each field in a set."""

from __future__ import annotations

from collections.abc import Iterator
from operator import itemgetter
from typing import Any, NamedTuple

from xltargets.submission.form import ITEM, Field, Form

#: What a run may be given beside the submission; each has a bit of its own, as if it were a field of the document.
GIVEN = {"previous": 1, "ledger": 2, "roster": 4}

#: Units of money.
MONEY = frozenset({"元", "千元", "万元", "亿元"})

#: The items of each scope, and the scopes around them, from the inside outward.
_SCOPE_PATHS: dict[str, tuple[str, ...]] = {
    "document": (),
    "project": ("projects", ITEM),
    "indicator": ("projects", ITEM, "indicators", ITEM),
}
_CHAINS = {
    "document": ("document",),
    "project": ("project", "document"),
    "indicator": ("indicator", "project", "document"),
}


class Column(NamedTuple):
    """A field, or an array, directly within an item of a scope.

    Attributes:
        dotted: its path from the item.
        at: its place in the item's own part of the row.
        bit: what stands for it in a set of fields.
        field: None for an array.
        below: of an array: what its items look like (see :func:`_shape`); None where they are items of a scope.
    """

    dotted: str
    at: int
    bit: int
    field: Field | None
    below: Any


class Place(NamedTuple):
    """Where a rule finds a value: its place in the row of an item, and its bit."""

    at: int
    bit: int


class Layout:
    """The form as items are read by it.

    Attributes:
        columns: of each scope, by dotted path.
        trees: the same, in a tree that follows the document's objects.
        money_unit: the unit of the form's amounts.
        name: where an indicator has its 三级指标; None when the form lacks it.
        of_value: takes from the row of an indicator what its 指标值 is made of: value, operator, unit, nature.
    """

    def __init__(self, form: Form) -> None:
        shape = _shape(form)
        self.columns: dict[str, dict[str, Column]] = {}
        self.trees: dict[str, dict[str, Any]] = {}
        self.money_unit = _money_unit(form)
        bit = 2 * max(GIVEN.values())
        for scope, base in _SCOPE_PATHS.items():
            columns, tree = self.columns.setdefault(scope, {}), self.trees.setdefault(scope, {})
            for keys, field in _directly_within(form, base):
                below = None if field or (*base, *keys, ITEM) in _SCOPE_PATHS.values() else _at(shape, (*base, *keys))
                column = Column(".".join(keys), len(columns), bit, field, below)
                columns[column.dotted] = column
                node = tree
                for key in keys[:-1]:
                    node = node.setdefault(key, {})
                node[keys[-1]] = column
                bit *= 2
        places = [self.find("indicator", key) for key in ("value", "operator", "unit", "nature")]
        self.name = self.find("indicator", "level3")
        self.of_value = itemgetter(*(place.at if place else -1 for place in places))

    def find(self, scope: str, name: str) -> Place | None:
        """Where a rule of a scope finds a field; None when the form lacks it.

        The path is sought in the item, then in what is around it (``budget.total`` in a project, ``project.budget.total``
        or ``unit.year`` from an indicator).
        """
        before = 0
        for level in _CHAINS[scope]:
            columns = self.columns[level]
            column = columns.get(name) or columns.get(name.removeprefix(f"{level}."))
            if column is not None:
                return Place(before + column.at, column.bit)
            before += len(columns)
        return None

    def width(self, scope: str) -> int:
        """How many values an item's row has; a None stands behind them."""
        return sum(len(self.columns[level]) for level in _CHAINS[scope])


def layout_of(form: Form) -> Layout:
    """The layout of a form, worked out once."""
    layout: Layout | None = form.__dict__.get("_layout")
    if layout is None:
        layout = form.__dict__["_layout"] = Layout(form)
    return layout


def _directly_within(form: Form, base: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Field | None]]:
    """The fields and arrays within an item at a path, but in no array below it: keys, field (None for an array)."""
    for paths in (form.fields, form.arrays):
        for path in paths:
            keys = path[len(base) :]
            if keys and path[: len(base)] == base and ITEM not in keys:
                yield keys, form.fields.get(path)


def _shape(form: Form) -> dict[str, Any]:
    """The form as a tree: key → field, or the tree below it; the items of an array are under :data:`ITEM`."""
    shape: dict[str, Any] = {}
    for path, field in form.fields.items():
        node = shape
        for key in path[:-1]:
            node = node.setdefault(key, {})
        node[path[-1]] = field
    return shape


def _at(shape: Any, path: tuple[str, ...]) -> Any:
    for key in path:
        shape = shape.get(key, {})
    return shape


def _money_unit(form: Form) -> str:
    """The unit of the first amount within a project."""
    units = (field.unit for path, field in form.fields.items() if path[0] == "projects")
    return next((unit for unit in units if unit in MONEY), "万元")
