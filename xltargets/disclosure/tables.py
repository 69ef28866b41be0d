"""Projects from tables: by the labels in them, or by the marks of a document that this package published."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from xltargets.disclosure.blocks import AUTOMATIC, Cell, Table, distinct
from xltargets.disclosure.places import (
    DOERS,
    FACTORS,
    STANDARD,
    TOTALS,
    UNIT_CELL,
    Labels,
    bare,
    folded,
    is_title,
    money_unit,
    split_residue,
    unit_of_group,
    unit_of_label,
)  # fmt: skip
from xltargets.disclosure.project import IDENTITY, Project, typed
from xltargets.submission.form import Field

_LONG_TERM = re.compile(r"长期|中期|实施期")
_DIGIT = re.compile(r"\d")
_ANNUAL = re.compile(r"年度|当年|本年")
_LEVELS = ("level1", "level2", "level3")
_USAGE = "预算规模及资金用途"


@dataclass
class Header:
    """The heading of a table of indicators: which column is which field.

    Attributes:
        columns: column → field of an indicator.
        scalars: column → field of the project, in tables with a project per group of rows.
        texts: the headings, folded, to know them again on the next page.
        width: how many columns the table has.
        labels: the cells of the heading.
        serial: the column that counts the rows.
    """

    columns: dict[int, Field]
    scalars: dict[int, tuple[Field, Cell]]
    width: int
    labels: set[int] = field(default_factory=set)
    serial: int | None = None


class TableReader:
    """Reads table after table; a table may hold one project, several, or the rest of one.

    Args:
        labels: of the form.
        say: takes a remark for the user.
    """

    def __init__(self, labels: Labels, say: Callable[[str], None]) -> None:
        self.labels, self.say = labels, say
        self.projects: list[Project] = []
        self.header: Header | None = None
        self.used: set[int] = set()
        self.long_block = False
        self.pending_money: tuple[str, str] | None = None

    @property
    def project(self) -> Project:
        """The one that is being read."""
        if not self.projects:
            self.begin()
        return self.projects[-1]

    def begin(self) -> Project:
        """Begin the next project; one of which nothing is known yet is taken instead."""
        if not self.projects or self.projects[-1].begun or self.projects[-1].values.get("projects.title"):
            before = self.projects[-1] if self.projects else Project()
            self.projects.append(Project(inherited=before.money or before.inherited))
        self.header, self.long_block = None, False
        if self.pending_money is not None:
            pending, self.pending_money = self.pending_money, None
            self.set_money(*pending)
        return self.projects[-1]

    def read(self, table: Table, *, titled: bool = False) -> list[Cell]:
        """Read a table.

        Args:
            table: the table.
            titled: a title stands above it, and its project has been begun.

        Returns:
            The cells that are neither labels nor found a place, in order.
        """
        if table.marked:
            self._marked(table)
        else:
            self._labelled(table, titled)
        return [
            cell for cell in table.cells()
            if id(cell) not in self.used and not cell.blank and (cell.literal or not self.labels.known(cell.text))
        ]  # fmt: skip

    # --- documents of ours --------------------------------------------------------------------------

    def _marked(self, table: Table) -> None:
        self.project.exact = True
        for row in table.rows:
            item: dict[str, Any] = {}
            for _, cell in distinct(row):
                if cell.mark is None:
                    continue
                self.used.add(id(cell))
                spec = self.labels.fields.get(cell.mark)
                if spec is None or cell.mark.startswith(AUTOMATIC):
                    continue
                if spec.dotted.startswith("projects.indicators."):
                    item[spec.path[-1]] = typed(spec, cell)
                else:
                    self.project.values[spec.dotted] = typed(spec, cell)
            if item:
                self.project.indicators.append(item)

    # --- documents of others ------------------------------------------------------------------------

    def _labelled(self, table: Table, titled: bool) -> None:
        if not titled and (self._names_another(table) or not self.projects):
            self.begin()
        for index, row in enumerate(table.rows):
            cells = [(column, cell) for column, cell in distinct(row) if not cell.blank]
            header = self._find_header(table, index)
            if header is not None:
                self._take_header(header, row)
            elif not cells:
                continue
            elif self.header is not None and self._is_indicator_row(row, cells):
                self._indicator(row)
            elif not self._title_row(row, cells):
                self._scalars(table, index)

    def _names_another(self, table: Table) -> bool:
        """Whether the table names a project that is not the one being read."""
        found: dict[str, str] = {}
        for index, row in enumerate(table.rows):
            for position, (_, cell) in enumerate(distinct(row)):
                spec = None if cell.literal else self.labels.scalar(cell.text)
                if spec is not None and spec.dotted in IDENTITY and spec.dotted not in found:
                    value = self._value_cell(table, index, position, spec)
                    if value is not None and not value.blank:
                        found[spec.dotted] = value.text
        current = self.projects[-1].values if self.projects else {}
        return bool(found) and any(current.get(path) != text for path, text in found.items() if current.get(path))

    def _title_row(self, row: list[Cell], cells: list[tuple[int, Cell]]) -> bool:
        """A row that is one cell with a title in it begins a project."""
        if len(cells) != 1 or len(distinct(row)) != 1 or not is_title(cells[0][1].text):
            return False
        project = self.begin() if self.project.begun else self.project
        if project.fits("projects.title", cells[0][1].text):
            project.values["projects.title"] = cells[0][1].text
            self.used.add(id(cells[0][1]))
        return True

    # --- tables of indicators -----------------------------------------------------------------------

    def _find_header(self, table: Table, index: int) -> Header | None:
        row = table.rows[index]
        found: list[tuple[int, Field]] = []
        standard: int | None = None
        header = Header({}, {}, len(row))
        for column, cell in distinct(row):
            if cell.literal or cell.blank:
                continue
            spec = self.labels.column(cell.text)
            if spec is not None:
                found.append((column, spec))
                header.labels.add(id(cell))
            elif bare(cell.text) == STANDARD:
                standard = column
                header.labels.add(id(cell))
            elif (scalar := self.labels.scalar(cell.text)) is not None:
                header.scalars[column] = (scalar, cell)
            elif bare(cell.text) == "项目":
                header.scalars[column] = (self.labels.fields["projects.name"], cell)
                header.labels.add(id(cell))
            elif bare(cell.text) == "序号":
                header.serial = column
        if standard is not None:
            has_value = any(spec.path[-1] == "value" for _, spec in found)
            found.append((standard, self.labels.fields[f"projects.indicators.{'basis' if has_value else 'value'}"]))
        keys = {spec.path[-1] for _, spec in found}
        if not keys & {"level2", "level3"} or len(keys) < 3 and "value" not in keys or len(keys) < 2:
            return None
        first = min(column for column, spec in found if spec.path[-1] in _LEVELS)
        for column, spec in [entry for entry in found if entry[0] < first and entry[1].path[-1] == "unit"]:
            found.remove((column, spec))  # 单位 on the left is whose project it is, on the right what its values are in
            header.scalars[column] = (self.labels.fields["unit.name"], row[column])
        above = table.rows[index - 1] if index else []
        header.columns = dict(self._one_of_each(found, above, row))
        return header

    def _one_of_each(
        self, found: list[tuple[int, Field]], above: list[Cell], row: list[Cell]
    ) -> Iterator[tuple[int, Field]]:
        """Where long-term and annual columns stand side by side, the annual ones."""
        by_field: dict[str, list[tuple[int, Field]]] = {}
        for column, spec in found:
            by_field.setdefault(spec.dotted, []).append((column, spec))
        for choices in by_field.values():
            annual = [(column, spec) for column, spec in choices
                      if column < len(above) and _ANNUAL.search(above[column].text)]  # fmt: skip
            yield (annual or choices)[0 if annual or not above else -1] if len(choices) > 1 else choices[0]

    def _take_header(self, header: Header, row: list[Cell]) -> None:
        self._note_block(row, header)
        self.header = header
        self.used |= header.labels

    def _note_block(self, row: list[Cell], header: Header) -> None:
        """Whether the rows are long-term indicators, by what is written beside them."""
        for column, cell in distinct(row):
            if column in header.columns or column in header.scalars or cell.blank or column > min(header.columns):
                continue
            if _LONG_TERM.search(cell.text):
                self.long_block = True
            elif _ANNUAL.search(cell.text):
                self.long_block = False

    def _is_indicator_row(self, row: list[Cell], cells: list[tuple[int, Cell]]) -> bool:
        assert self.header is not None
        first = cells[0][1]
        if len(distinct(row)) == 1 and len(row) > 1:
            return False
        if abs(len(row) - self.header.width) > max(1, self.header.width // 2) and len(row) < 3:
            return False
        spec = None if first.literal else self.labels.scalar(first.text)
        standing = [cell for _, cell in self.header.scalars.values()]
        return spec is None or first in standing or cells[0][0] in self.header.columns and spec.dotted not in IDENTITY

    def _indicator(self, row: list[Cell]) -> None:
        assert self.header is not None
        header = self.header
        self._note_block(row, header)
        self._wide(row)
        if header.serial is not None and header.serial < len(row) and row[header.serial].text.strip().isdecimal():
            self.used.add(id(row[header.serial]))
        cells = {spec.path[-1]: row[column] for column, spec in header.columns.items()
                 if column < len(row) and id(row[column]) not in header.labels}  # fmt: skip
        first = next((cell.text for _, cell in distinct(row) if not cell.blank), "")
        if bare(first) in TOTALS:
            return
        specs = {spec.path[-1]: spec for spec in header.columns.values()}
        own = {key: cell for key, cell in cells.items() if not specs[key].fill_down}
        if all(cell.blank for cell in own.values()):
            return
        item = {key: typed(specs[key], cell) for key, cell in cells.items()}
        rows = [entry for entry, _ in self.project.long_term] if self.long_block else self.project.indicators
        self._fill_down(item, cells, rows[-1] if rows else {}, [key for key, spec in specs.items() if spec.fill_down])
        if self.long_block:
            self.project.long_term.append((item, list(cells.values())))
            return
        self.project.indicators.append(item)
        self.used |= {id(cell) for cell in cells.values()}

    def _fill_down(self, item: dict[str, Any], cells: dict[str, Cell], above: dict[str, Any], levels: list[str]) -> None:
        same = True
        for key in sorted(levels):
            cell = cells.get(key) or Cell("", 0)
            item.setdefault(key, None)
            if cell.blank and same:
                item[key] = above.get(key)
            elif isinstance(item[key], str) and not cell.literal:
                item[key] = item[key].replace("\n", "")  # a narrow cell, wrapped by hand
            same = same and item[key] == above.get(key)

    def _wide(self, row: list[Cell]) -> None:
        """The project's own columns in a table with a project per group of rows."""
        assert self.header is not None
        found = {
            spec.dotted: (spec, row[column], label)
            for column, (spec, label) in self.header.scalars.items()
            if column < len(row) and row[column] is not label and not row[column].blank
        }
        if not any(path in found for path in IDENTITY) and "projects.budget.total" not in found:
            found = {path: entry for path, entry in found.items() if path.startswith("projects.") and path not in IDENTITY}
        current = self.project.values
        if any(path in found and current.get(path) not in (None, found[path][1].text) for path in IDENTITY):
            header = self.header
            self.begin()
            self.header = header
        for spec, cell, label in found.values():
            self._set(spec, cell, label.text)

    # --- labels and values --------------------------------------------------------------------------

    def _scalars(self, table: Table, index: int) -> None:
        self.header = None
        row = table.rows[index]
        cells = distinct(row)
        labelled = False
        for position, (_, cell) in enumerate(cells):
            if cell.blank or cell.literal or id(cell) in self.used:
                continue
            self._note_unit(cell)
            if unit := money_unit(cell.text):
                self._money(unit, cell)
            elif len(parts := self.labels.apart(cell.text)) > 1:
                labelled = True
                self._parts(cell, parts)
            elif (spec := self.labels.scalar(cell.text)) is not None:
                labelled = True
                value = self._value_cell(table, index, position, spec)
                if value is not None:
                    self._set(spec, value, cell.text)
            elif (pair := self.labels.inline(cell.text)) is not None:
                labelled = True
                self._set(pair[0], Cell(pair[1], cell.line), cell.text.partition("：")[0], holder=cell)
        if not labelled:
            self._without_labels(table, index, cells)

    def _parts(self, cell: Cell, parts: list[str]) -> None:
        """``填报单位：某局　　金额单位：元`` in one cell."""
        taken = []
        for part in parts:
            piece, pair = Cell(part, cell.line), self.labels.inline(part)
            if unit := money_unit(part):
                self._money(unit, piece)
            elif pair is not None:
                self._set(pair[0], Cell(pair[1], cell.line), part, holder=piece)
            taken.append(id(piece) in self.used or self.labels.known(part))
        if all(taken):
            self.used.add(id(cell))

    def _note_unit(self, cell: Cell) -> None:
        """``项目资金（元）``: what its amounts are in, and those that follow."""
        if self.project.money is None and (unit := unit_of_group(cell.text)):
            self.project.money = unit
            if unit != "万元":
                self.say(f"“{cell.text.strip()}”以{unit}计，已换算为万元")

    def _value_cell(self, table: Table, index: int, position: int, spec: Field) -> Cell | None:
        """The cell of a label's value: right of it, else below it; a number is no word beside it where it stands below."""
        cells = distinct(table.rows[index])
        beside = cells[position + 1][1] if position + 1 < len(cells) else None
        if beside is None or self._is_label(beside):
            return self._below(table, index, cells[position])
        if spec.type == "number" and not beside.blank and not _DIGIT.search(beside.text):
            below = self._below(table, index, cells[position])
            return below if below is not None and _DIGIT.search(below.text) else beside
        return beside

    def _below(self, table: Table, index: int, place: tuple[int, Cell]) -> Cell | None:
        """The value below a label."""
        column, label = place
        for row in table.rows[index + 1 :]:
            below = row[column] if column < len(row) else None
            if below is not label:
                return None if below is None or self._is_label(below) else below
        return None

    def _is_label(self, cell: Cell) -> bool:
        return not cell.literal and (self.labels.known(cell.text) or id(cell) in self.used)

    def take(self, spec: Field, cell: Cell, label: str) -> bool:
        """Take a value that stands in a paragraph, with its label; whether it had a place."""
        self._set(spec, cell, label)
        return id(cell) in self.used

    def _set(self, spec: Field, cell: Cell, label: str, holder: Cell | None = None) -> None:
        """Take a value, once; another one stays where it is and will be told as left over."""
        if spec.dotted == "unit.name" and bare(label) in DOERS:
            if self.project.doer is None:
                self.project.doer = cell
                self.used.add(id(holder or cell))
            return
        if spec.unit == "万元" and (unit := unit_of_label(label)) not in (None, "万元"):
            self.say(f"“{label.strip()}”以{unit}计，已换算为万元")
        value = typed(spec, cell, self.project.money or self.project.inherited, label)
        if not self.project.fits(spec.dotted, value):
            if spec.dotted not in IDENTITY:
                return
            self.begin()
        self.project.values[spec.dotted] = value
        self.used.add(id(holder or cell))

    def _money(self, unit: str, cell: Cell) -> None:
        if self.project.begun and self.project.money not in (None, unit):
            return
        self.used.add(id(cell))
        self.set_money(unit, cell.text)

    def set_money(self, unit: str, text: str) -> None:
        """Take 万元, 元 … as what the amounts that follow are in."""
        self.project.money = unit
        converted = FACTORS[unit] != 1
        if converted:
            self.say(f"原文金额单位为{unit}，已换算为万元")
        self.project.values["projects.money_unit"] = "单位：万元" if converted else text

    def _without_labels(self, table: Table, index: int, cells: list[tuple[int, Cell]]) -> None:
        """The row of the unit and its money above the project, and what the money is for."""
        values = self.project.values
        if self._is_head_row(table, index, cells):
            unit = cells[0][1]
            values["projects.unit"] = unit.value if not unit.blank else None
            self.project.literal |= {"projects.unit"} if unit.literal else set()
            self.used.add(id(unit))
            if len(cells) > 1 and id(cells[1][1]) not in self.used:
                values["projects.money_unit"] = cells[1][1].value if not cells[1][1].blank else None
                self.project.literal |= {"projects.money_unit"} if cells[1][1].literal else set()
                self.used.add(id(cells[1][1]))
        elif "projects.purpose" not in values and any(path.startswith("projects.budget.") for path in values):
            rest = [cell for column, cell in cells if not cell.blank and not self._is_label(cell)]
            leading = cells[0][1]
            if len(rest) == 1 and (folded(leading.text).startswith(_USAGE) or leading.blank):
                values["projects.purpose"] = rest[0].value
                self.used.add(id(rest[0]))

    def _is_head_row(self, table: Table, index: int, cells: list[tuple[int, Cell]]) -> bool:
        if "projects.unit" in self.project.values or self.project.begun or len(cells) > 3:
            return False
        money = len(cells) == 2 and (cells[1][1].literal or money_unit(cells[1][1].text) is not None)
        return money or UNIT_CELL.match(split_residue(cells[0][1].text)[1]) is not None and len(cells) <= 2
