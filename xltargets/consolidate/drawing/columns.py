"""The sheets of a summary and their columns: from the schema, from what was handed in, and from the bureau's own choice.

A field of the official form always has its column. One that only other bureaus' forms have, or that the workbook works out
by itself, has one when somebody filled it in.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from xltargets.consolidate.drawing.bodies import width
from xltargets.consolidate.drawing.choice import EVERYTHING, Choice
from xltargets.consolidate.drawing.layout import Table, main_table
from xltargets.consolidate.drawing.plans import (
    FINDINGS,
    OVERALL,
    SPECIAL,
    UNIT,
    WRAPPED,
    Column,
    SheetPlan,
)
from xltargets.submission.form import Field, Form

#: Columns are never narrower or wider than this, in half-width characters.
NARROWEST, WIDEST, WIDE = 6.0, 32.0, 56.0


class Planner:
    """Works out the sheets.

    Args:
        form: the form.
        root: its tables.
        widths: by table, the width of the widest value of each column over all files; 0 where there is none.
        choice: the bureau's.
    """

    def __init__(
        self, form: Form, root: Table, widths: Mapping[str, Sequence[int]], choice: Choice = EVERYTHING
    ) -> None:
        self.form, self.root, self.widths, self.choice = form, root, widths, choice
        self.main = main_table(root)

    def project_sheet(self) -> SheetPlan | None:
        """A row per project: who it is from, every field, findings, file."""
        if self.main is None:
            return None
        columns = [self._special("#number"), *self.identity(), *self._fields(self.main, 1)]
        columns += [self._special(key) for key in ("#error", "#warning", "#hint", "#file")]
        return self.choice.applied(SheetPlan(self.main.title, tuple(columns), (self.root, self.main)))

    def detail_sheets(self) -> list[SheetPlan]:
        """A sheet for each array but the projects, where anybody filled it in."""
        plans = []
        for chain in _chains(self.root, ()):
            table = chain[-1]
            if table in (self.root, self.main) or not (
                any(self.widths[table.name]) or self._is_official(table)
            ):
                continue
            columns = [self._special("#number"), *self._short_identity()]
            for level, around in enumerate(chain[1:-1], 1):
                columns += self._naming(around, level)
            columns += self._fields(table, len(chain) - 1)
            plans.append(self.choice.applied(SheetPlan(table.title, tuple(columns), chain)))
        return plans

    def unit_sheet(self) -> SheetPlan:
        """A row per unit: who it is, how much it asks for, what was found."""
        columns = [
            self._special("#number"),
            *self.identity(),
            self._special("#files"),
            self._special("#rows"),
        ]
        columns += [*self.money(), *(self._special(key) for key in ("#error", "#warning", "#hint"))]
        return self.choice.applied(SheetPlan(self.root.title, tuple(columns), (self.root,)))

    def overall_sheet(self) -> SheetPlan | None:
        """A row per unit: the rest of the root's fields, which are long texts for the most part."""
        known = {column.key for column in self.identity()}
        rest = [column for column in self._fields(self.root, 0) if column.key not in known]
        if not rest:
            return None
        columns = [
            self._special("#number"),
            *self._short_identity(),
            *(replace(one, width=_long(one)) for one in rest),
        ]
        return self.choice.applied(SheetPlan(OVERALL, tuple(columns), (self.root,)))

    def finding_sheet(self) -> SheetPlan:
        """A row per finding, with links to file and cell."""
        return self.choice.applied(SheetPlan(FINDINGS, tuple(self.all_finding_columns())))

    def all_finding_columns(self) -> list[Column]:
        """What a row of findings may have."""
        columns = [self._special("#number"), *self._short_identity()]
        columns += self._naming(self.main, 1) if self.main else []
        keys = ["#severity", "#rule", "#field", "#message", "#sheet", "#cell", "#file", "#remark"]
        return columns + [self._special(key) for key in keys]

    def main_columns(self) -> list[Column]:
        """The columns of a project's own fields."""
        return self._fields(self.main, 1) if self.main else []

    def money(self) -> list[Column]:
        """The amounts of a project that are added up."""
        return [column for column in self.main_columns() if column.totalled]

    def wants(self, title: str) -> bool:
        """Whether the bureau wants a sheet of this title."""
        return not self.choice.sheets or title in self.choice.sheets

    def titles(self) -> list[str]:
        """All sheets of rows that there may be."""
        around = [self.main, self.root, *(chain[-1] for chain in _chains(self.root, ()))]
        return list(dict.fromkeys([*(table.title for table in around if table), OVERALL, FINDINGS]))

    def known_columns(self) -> Mapping[str, str]:
        """Every column that there may be: what it is called by its key."""
        fields = (field for chain in _chains(self.root, ()) for field in chain[-1].fields)
        return {**{field.dotted: field.title for field in fields}, **{key: one[0] for key, one in SPECIAL.items()}}

    def try_all(self) -> None:
        """Work out all sheets, for the errors in what was chosen."""
        self.project_sheet(), self.detail_sheets(), self.unit_sheet(), self.overall_sheet(), self.finding_sheet()

    # --- columns --------------------------------------------------------------------------------------

    def _fields(self, table: Table, level: int) -> list[Column]:
        """A table's columns; what the workbook works out by itself comes last."""
        found = [
            self._column(table, level, index)
            for index, field in enumerate(table.fields)
            if self._is_shown(field, self.widths[table.name][index])
        ]
        derived = {field.dotted for field in table.fields if field.derived or field.default is not None}
        return sorted(found, key=lambda column: column.key in derived)

    def _is_shown(self, field: Field, widest: int) -> bool:
        usual = not (field.elsewhere or field.derived or field.default is not None)
        return usual or widest > 0 or self.choice.names(field.dotted, field.title)

    def _is_official(self, table: Table) -> bool:
        """Whether it is one of a project's tables on the official form."""
        inner = [one for _, one in self.main.inner] if self.main else []
        return table in inner and not all(field.elsewhere for field in table.fields)

    def _column(self, table: Table, level: int, index: int) -> Column:
        field = table.fields[index]
        kind, group = kind_of(field), self._group(table, field)
        label = self.choice.label(field.dotted, field.title)
        if field.unit and field.unit != "万元" and field.unit not in f"{label}{group}":
            label = f"{label}（{field.unit}）"
        return Column(
            field.dotted, label, group, kind, _width(field, kind, label, self.widths[table.name][index]), level, index,
            kind == "money",
        )  # fmt: skip

    def _group(self, table: Table, field: Field) -> str:
        """The title of the innermost group around a field, below its item."""
        around = field.path[:-2] if field.path[-1:] == ("*",) else field.path[:-1]
        deep = len(table.keys[table.fields.index(field)]) > 1
        return self.form.titles.get(around, "") if deep else ""

    def _special(self, key: str) -> Column:
        label, kind, width = SPECIAL[key]
        return Column(key, self.choice.label(key, label), "", kind, width)

    def identity(self) -> list[Column]:
        """The fields of the root that stand beside the unit's code."""
        return [
            replace(column, group="") for column in self._fields(self.root, 0) if column.key.startswith(UNIT)
        ]

    def _short_identity(self) -> list[Column]:
        return [column for column in self.identity() if column.key in ("unit.code", "unit.name")]

    def _naming(self, table: Table, level: int) -> list[Column]:
        """The columns that name an item: its key, and its essential text."""
        return [
            replace(column, group="")
            for column in self._fields(table, level)
            if column.index == table.key
            or (table.fields[column.index].essential and table.fields[column.index].type == "text")
        ]


def merge_widths(total: dict[str, list[int]], more: Mapping[str, Sequence[int]]) -> None:
    """Take the wider of each."""
    for name, widths in more.items():
        known = total.setdefault(name, [0] * len(widths))
        total[name] = list(map(max, known, widths))


def blank_widths(root: Table) -> dict[str, list[int]]:
    """The widths of a form in which nobody filled in anything."""
    return {table.name: [0] * len(table.fields) for table in root.walk()}


def _chains(table: Table, around: tuple[Table, ...]) -> Iterable[tuple[Table, ...]]:
    chain = (*around, table)
    yield chain
    for _, inner in table.inner:
        yield from _chains(inner, chain)


def _long(column: Column) -> float:
    """Texts that fill their column get a wider one on the sheet that is made for them."""
    return WIDE if column.kind == "text" and column.width >= WIDEST else column.width


def kind_of(field: Field) -> str:
    """How a field's column is shown, see :class:`Column`."""
    if field.type in ("number", "integer"):
        return "money" if field.unit in ("万元", "元") else ("count" if field.type == "integer" else "number")
    if field.code:
        return "code"
    return {"date": "date", "boolean": "word"}.get(field.type, "text")


def _width(field: Field, kind: str, label: str, widest: int) -> float:
    """As wide as the values, yet no wider than can be read; the label may take two lines."""
    if field.width:
        return field.width
    title = math.ceil(width(label) / 2) + 4 if width(label) > 8 else width(label) + 2
    room = {"money": 12, "text": 10, "code": 8}.get(kind, 0)
    return min(WIDEST, max(NARROWEST, title, room, widest + 2))


def room_of(table: Table, field: Field) -> float:
    """How many half-width characters a line of a field's column has, 0 where text is not wrapped.

    It does not depend on what other files hold: a column is as wide as its widest value or, when that is wider than
    :data:`WIDEST`, so wide; so a text that takes more than one line stands in a column of that width.
    """
    if kind_of(field) not in WRAPPED:
        return 0
    room = field.width or WIDEST
    if not table.name and not field.dotted.startswith(UNIT) and kind_of(field) == "text" and room >= WIDEST:
        room = WIDE  # 部门整体目标
    return room - 1


def special_room(key: str) -> float:
    """The same for a column that is no field."""
    _, kind, room = SPECIAL[key]
    return room - 1 if kind in WRAPPED else 0
