"""Where everything of the form stands: plans of sheets, worked out from the form before a cell is drawn.

A plan knows rows, columns and names; it knows no fonts and no XlsxWriter. The blocks of the official form are
data (:data:`PROJECT_BLOCKS`); a field of the schema that no block mentions is still drawn, in a block
补充信息, so that a bureau which adds a field to its schema need not touch this module.

Two decisions that the official form leaves open:

- Each column of the table of indicators is one column of the sheet, so that a row inserted there needs no
  merging. The table therefore has its title, 绩效指标, in the first column (as in the declaration form of
  财预〔2015〕88号), which gives the seven columns that the row of 预算数, 财政资金 and 其他资金 needs.
- A single cell's name covers the top left cell only, though its area is merged: formulas may use the name
  as a value.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from xltargets.errors import Error
from xltargets.submission.form import ITEM, Field, Form

#: Empty rows of a table when nobody says otherwise.
TABLE_ROWS = {
    "department.itemised_targets": 8, "department.safeguards": 8, "project.indicators": 20, "waivers": 20,
}  # fmt: skip
OTHER_TABLE_ROWS = 10

GENERAL_SHEET = "部门整体绩效目标"
HELP_SHEET = "填表说明"
PROJECT_SHEET = "项目"
EXTRA_TITLE = "补充信息"
HELP_PREFIX = "template."

_MAX_SHEET_NAME = 31


class Role(Enum):
    """What a box on the sheet is for."""

    TITLE = "title"
    LABEL = "label"
    HEADING = "heading"
    INPUT = "input"
    CAPTION = "caption"
    CAPTION_RIGHT = "caption right"


@dataclass(frozen=True)
class Slot:
    """A box within a line, before its place is known; ``name`` is a field's or a group's name."""

    role: Role
    name: str
    columns: int = 1


@dataclass(frozen=True)
class Block:
    """Lines with, in the first column, the label of the group they belong to.

    Attributes:
        group: name of the field or group whose title is the label; empty when the lines have no such label.
        lines: slots from left to right.
        heights: height of each line in points, 0 for what the content needs.
        label: the label's text, where the schema has none.
    """

    group: str
    lines: tuple[tuple[Slot, ...], ...]
    heights: tuple[float, ...]
    label: str = ""


@dataclass(frozen=True)
class Box:
    """A placed box: zero-based rows and columns, both ends included."""

    role: Role
    name: str
    row: int
    column: int
    last_row: int
    last_column: int
    text: str = ""


@dataclass(frozen=True)
class Table:
    """A placed table: its heading row (None for a plain list), its rows, and the column of each name."""

    name: str
    heading_row: int | None
    first_row: int
    last_row: int
    columns: Mapping[str, int]


@dataclass
class Plan:
    """One sheet, ready to be drawn.

    Attributes:
        sheet: its name.
        item: the word that the sheet's own names begin with, empty when its names are the workbook's.
        widths: of the columns, in characters.
        heights: row → points, for the rows whose height is not left to their content.
        spacer: a narrow column right of the form; what stands further right is not printed.
    """

    sheet: str
    item: str
    widths: list[float]
    boxes: list[Box] = dataclasses.field(default_factory=list)
    tables: list[Table] = dataclasses.field(default_factory=list)
    heights: dict[int, float] = dataclasses.field(default_factory=dict)
    rows: int = 0

    @property
    def columns(self) -> int:
        """How many columns the form has."""
        return len(self.widths)

    @property
    def spacer(self) -> int:
        """The column right of the form."""
        return len(self.widths)

    @property
    def repeated_row(self) -> int | None:
        """The heading row of the last table, which the printer repeats."""
        headings = [table.heading_row for table in self.tables if table.heading_row is not None]
        return headings[-1] if headings else None

    def areas(self) -> Iterator[tuple[str, tuple[int, int, int, int]]]:
        """Every name with the cells it covers: first row, first column, last row, last column."""
        columns = {name for table in self.tables for name in table.columns}
        for box in self.boxes:
            if box.name and box.role not in (Role.LABEL, Role.HEADING) and box.name not in columns:
                yield box.name, (box.row, box.column, box.row, box.column)
        for table in self.tables:
            for name, column in table.columns.items():
                yield name, (table.first_row, column, table.last_row, column)


def _label(name: str, columns: int = 1) -> Slot:
    return Slot(Role.LABEL, name, columns)


def _input(name: str, columns: int = 1) -> Slot:
    return Slot(Role.INPUT, name, columns)


#: The official project table, line by line, in seven columns.
PROJECT_BLOCKS = (
    Block("", ((Slot(Role.TITLE, "project.title", 7),),), (36,)),
    Block(
        "",
        ((Slot(Role.CAPTION, "project.unit", 4), Slot(Role.CAPTION_RIGHT, "project.money_unit", 3)),),
        (20,),
    ),
    Block(
        "",
        (
            (
                _label("project.code"), _input("project.code", 2),
                _label("project.name"), _input("project.name", 3),
            ),
        ),
        (32,),
    ),
    Block(
        "project.budget",
        (
            (
                _label("project.budget.total"), _input("project.budget.total"),
                _label("project.budget.fiscal"), _input("project.budget.fiscal"),
                _label("project.budget.other"), _input("project.budget.other"),
            ),
            (_input("project.purpose", 6),),
        ),
        (28, 60),
    ),
    Block(
        "project.schedule",
        (
            (
                _label("project.schedule.march", 2), _label("project.schedule.june"),
                _label("project.schedule.october"), _label("project.schedule.december", 2),
            ),
            (
                _input("project.schedule.march", 2), _input("project.schedule.june"),
                _input("project.schedule.october"), _input("project.schedule.december", 2),
            ),
        ),
        (24, 26),
    ),
    Block("project.target", ((_input("project.target", 6),),), (100,)),
)  # fmt: skip
PROJECT_WIDTHS = (11, 11, 12.5, 17.5, 17.5, 11.5, 14)
#: Of the columns of a table that has a sheet to itself.
TABLE_WIDTHS = {
    "waivers.rule": 12.0, "waivers.project": 25.0, "waivers.reason": 42.0, "waivers.approver": 12.0,
}  # fmt: skip
#: Drawn after everything else of its sheet, so that nothing stands below it.
LAST_TABLE = "project.indicators"

GENERAL_WIDTHS = (15, 80)
#: Height in points of the lines for long text on the general sheet.
GENERAL_HEIGHTS = {"department.overall_target": 150.0}


class Names:
    """Fields of the official template by their name, and the titles of fields and groups by name."""

    def __init__(self, form: Form) -> None:
        self.form = form
        ours = (field for field in form.fields.values() if not field.elsewhere)
        self.fields = {form.official_name(field): field for field in ours}
        self.titles = {name: field.title for name, field in self.fields.items()}
        for path, title in form.titles.items():
            self.titles.setdefault(self.of_path(path), title)

    def of_path(self, path: Sequence[str]) -> str:
        """The name of an object or array, shortened at its ``x-item`` as the names of fields are."""
        words: list[str] = []
        for index, part in enumerate(path):
            array = self.form.arrays.get(tuple(path[: index + 1]))
            if array and array.item and len(path) > index + 1:
                words = [array.item]
            elif part != ITEM:
                words.append(part)
        return ".".join(words)

    def item_of(self, field: Field) -> str:
        """The word for the item on whose own sheet the field stands; empty for a field of the workbook."""
        items = [self.form.arrays[path].item for path in field.arrays]
        return next((item for item in reversed(items) if item), "")

    def table_of(self, field: Field) -> str:
        """The name of the table whose rows hold the field; empty for a single cell.

        Raises:
            Error: when a table stands within the rows of another, which no sheet can show.
        """
        tables = [path for path in field.arrays if not self.form.arrays[path].item]
        if len(tables) > 1:
            raise Error(
                f"模板画不出表中之表：{field.dotted}；请给外层数组加 x-item，或给该字段加 x-elsewhere"
            )
        return self.of_path(tables[0]) if tables else ""


def plans(form: Form, *, projects: int = 1, rows: Mapping[str, int] | None = None) -> list[Plan]:
    """The sheets of the form: the general one, those of the items, and one for each table of the workbook.

    Args:
        form: the form to be drawn.
        projects: how many sheets each ``x-item`` gets.
        rows: rows of a table by its name, where :data:`TABLE_ROWS` is not what is wanted.

    Raises:
        Error: when the schema asks for what no sheet can show.
    """
    names = Names(form)
    heights = {**TABLE_ROWS, **(rows or {})}
    general = [name for name, field in names.fields.items() if not names.item_of(field)]
    tables = _tables(names, general)
    lists = {table: columns for table, columns in tables.items() if columns == [table]}
    singles = [name for name in general if not names.table_of(names.fields[name])]
    result = [_general_plan(names, singles, lists, heights)]
    for item in dict.fromkeys(names.item_of(field) for field in names.fields.values()):
        if item:
            result += [_item_plan(names, item, number, heights) for number in range(1, projects + 1)]
    for table in (table for table in tables if table not in lists):
        result.append(_table_plan(names, table, tables[table], heights))
    return result


def _tables(names: Names, of: Iterable[str]) -> dict[str, list[str]]:
    tables: dict[str, list[str]] = {}
    for name in of:
        table = names.table_of(names.fields[name])
        if table:
            tables.setdefault(table, []).append(name)
    return tables


def _general_plan(
    names: Names, singles: Sequence[str], lists: Mapping[str, Sequence[str]], rows: Mapping[str, int]
) -> Plan:
    title = names.titles.get("department", "") or GENERAL_SHEET
    plan = Plan(_sheet_name(title), "", list(GENERAL_WIDTHS))
    _put_line(plan, (Slot(Role.TITLE, "", 2),), 0, 40, {"": title})
    in_order = [name for name in names.fields if name in singles or name in lists]
    for name in in_order:
        if name in lists:
            _put_list(plan, name, rows.get(name, OTHER_TABLE_ROWS), names.titles)
        elif not name.startswith(HELP_PREFIX):
            height = GENERAL_HEIGHTS.get(name, 26.0)
            _put_block(plan, Block("", ((_label(name), _input(name)),), (height,)), names.titles)
    return plan


def _item_plan(names: Names, item: str, number: int, rows: Mapping[str, int]) -> Plan:
    mine = [name for name, field in names.fields.items() if names.item_of(field) == item]
    tables = _tables(names, mine)
    blocks = [block for block in PROJECT_BLOCKS if item == "project"]
    plan = Plan(f"{PROJECT_SHEET if item == 'project' else _item_title(names, item)}{number}", item, [])
    widest = max((len(columns) + 1 for columns in tables.values()), default=0)
    plan.widths = [*PROJECT_WIDTHS, *[PROJECT_WIDTHS[-1]] * (widest - len(PROJECT_WIDTHS))]
    drawn = {slot.name for block in blocks for line in block.lines for slot in line}
    extra = [name for name in mine if name not in drawn and not names.table_of(names.fields[name])]
    if item != "project":
        _put_line(plan, (Slot(Role.TITLE, "", plan.columns),), 0, 36, {"": _item_title(names, item)})
    for block in [*(_present(block, names) for block in blocks), _extra_block(extra)]:
        _put_block(plan, block, names.titles)
    for table in sorted(tables, key=lambda table: table == LAST_TABLE):
        count = rows.get(table, OTHER_TABLE_ROWS)
        if tables[table] == [table]:
            _put_list(plan, table, count, names.titles)
        else:
            _put_table(plan, table, tables[table], count, names.titles, labelled=True)
    return plan


def _table_plan(names: Names, table: str, columns: Sequence[str], rows: Mapping[str, int]) -> Plan:
    title = names.titles[table]
    widths = [TABLE_WIDTHS.get(name, 16.0) for name in columns]
    plan = Plan(_sheet_name(title), "", widths)
    _put_line(plan, (Slot(Role.TITLE, "", len(columns)),), 0, 36, {"": title})
    _put_table(plan, table, columns, rows.get(table, OTHER_TABLE_ROWS), names.titles, labelled=False)
    return plan


def _item_title(names: Names, item: str) -> str:
    path = next(path for path, array in names.form.arrays.items() if array.item == item)
    return _sheet_name(names.form.titles[path])[: _MAX_SHEET_NAME - 3]


def _sheet_name(title: str) -> str:
    return "".join("_" if letter in "[]:*?/\\'" else letter for letter in title)[:_MAX_SHEET_NAME] or "表"


def _present(block: Block, names: Names) -> Block:
    """The block without the fields that this form lacks."""
    lines = [tuple(slot for slot in line if slot.name in names.fields) for line in block.lines]
    kept = [(line, height) for line, height in zip(lines, block.heights, strict=True) if line]
    heights = tuple(height for _, height in kept)
    return Block(block.group, tuple(line for line, _ in kept), heights, block.label)


def _extra_block(extra: Sequence[str]) -> Block:
    """Two fields a line, behind one label; the last one takes what is left of its line."""
    pairs = [extra[index : index + 2] for index in range(0, len(extra), 2)]
    lines = tuple(tuple(slot for name in pair for slot in (_label(name), _input(name, 2))) for pair in pairs)
    return Block("", lines, (28.0,) * len(lines), EXTRA_TITLE)


def _put_block(plan: Plan, block: Block, titles: Mapping[str, str]) -> None:
    if not block.lines:
        return
    text = block.label or (titles[block.group] if block.group else "")
    if text:
        last = plan.rows + len(block.lines) - 1
        plan.boxes.append(Box(Role.LABEL, block.group, plan.rows, 0, last, 0, text))
    for line, height in zip(block.lines, block.heights, strict=True):
        _put_line(plan, line, 1 if text else 0, height, titles)


def _put_line(
    plan: Plan, line: Sequence[Slot], column: int, height: float, titles: Mapping[str, str]
) -> None:
    """One line from a column to the right edge of the form; its last box takes what is left."""
    for index, slot in enumerate(line):
        last = plan.columns - 1 if index == len(line) - 1 else column + slot.columns - 1
        text = "" if slot.role is Role.INPUT else titles.get(slot.name, "")
        plan.boxes.append(Box(slot.role, slot.name, plan.rows, column, plan.rows, last, text))
        column = last + 1
    if height:
        plan.heights[plan.rows] = height
    plan.rows += 1


def _put_list(plan: Plan, name: str, count: int, titles: Mapping[str, str]) -> None:
    """One text a row, right of the list's label."""
    first, last = plan.rows, plan.rows + count - 1
    plan.boxes.append(Box(Role.LABEL, name, first, 0, last, 0, titles[name]))
    plan.tables.append(Table(name, None, first, last, {name: 1}))
    plan.boxes += [Box(Role.INPUT, name, row, 1, row, plan.columns - 1) for row in range(first, last + 1)]
    plan.rows = last + 1


def _put_table(
    plan: Plan, name: str, columns: Sequence[str], count: int, titles: Mapping[str, str], *, labelled: bool
) -> None:
    """A heading row and empty rows, each column one column of the sheet."""
    heading, first, last, left = plan.rows, plan.rows + 1, plan.rows + count, int(labelled)
    if labelled:
        plan.boxes.append(Box(Role.LABEL, name, heading, 0, last, 0, titles[name]))
    at = {column: left + index for index, column in enumerate(columns)}
    plan.tables.append(Table(name, heading, first, last, at))
    for column, place in at.items():
        plan.boxes.append(Box(Role.HEADING, column, heading, place, heading, place, titles[column]))
        plan.boxes += [Box(Role.INPUT, column, row, place, row, place) for row in range(first, last + 1)]
    plan.heights[heading] = 28
    plan.rows = last + 1
