"""From paragraphs and tables to documents: parts and sections by their headings, projects by their labels."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from xltargets.disclosure.blocks import AUTOMATIC, UNIT_BEGINS, Block, Cell, Paragraph, Table
from xltargets.disclosure.places import (
    DEPARTMENT,
    ITEMISED,
    NEUTRAL,
    OVERALL,
    PROJECTS,
    SAFEGUARDS,
    SECTIONS,
    UNIT_CELL,
    follows,
    heading,
    is_known_contents,
    is_page_number,
    is_part,
    is_title,
    labels_of,
    money_unit,
    split_residue,
)  # fmt: skip
from xltargets.disclosure.project import Project
from xltargets.disclosure.statement import AUTOMATIC_MONEY_UNIT
from xltargets.disclosure.tables import TableReader
from xltargets.submission.form import Form

_TITLE_YEAR = re.compile(r"(20\d\d)\s*年度?.{0,40}(?:预算|绩效)")
_YEAR = re.compile(r"(20\d\d)\s*年")
_UNIT_NAMES = ("unit.code", "unit.name")
_AUTOMATIC_TITLE = re.compile(r"\d+\. (.*)绩效目标表", re.DOTALL)


class Leftover(NamedTuple):
    """A text that found no place in a document.

    Attributes:
        line: where it begins: the line of a text or HTML file, the paragraph of a Word document, counted from 1.
        text: the text.
    """

    line: int
    text: str


@dataclass
class Imported:
    """What an import gives.

    Attributes:
        documents: one per unit, as typed (amounts are exact decimals in 万元): what
            :func:`xltargets.submission.document.from_document` takes.
        leftovers: every text that is neither in a document nor a label of the form, in the order of the file.
        remarks: Chinese sentences on what was done to the text: units converted, tracked changes taken.
        counted: what the places of leftovers are counted by: 行 or 段.
    """

    documents: list[dict[str, Any]]
    leftovers: list[Leftover] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    counted: str = "行"


@dataclass
class _Unit:
    """One unit's disclosure while it is read."""

    head: dict[str, Any] = field(default_factory=dict)
    overall: list[str] = field(default_factory=list)
    lists: dict[str, list[str | None]] = field(default_factory=lambda: {ITEMISED: [], SAFEGUARDS: []})
    exact: bool = False
    reader: TableReader | None = None
    titles: list[str] = field(default_factory=list)

    @property
    def begun(self) -> bool:
        """Whether there is anything in it but what identifies the unit."""
        return bool(self.overall or any(self.lists.values()) or (self.reader and self.reader.projects))


class Interpreter:
    """Reads blocks in order."""

    def __init__(self, form: Form) -> None:
        self.form, self.labels = form, labels_of(form)
        self.units: list[_Unit] = []
        self.leftovers: list[Leftover] = []
        self.remarks: list[str] = []
        self.opening: list[str] = []  # what stands above all units
        self.section: str | None = None
        self.heading = ""
        self.texts: list[str | None] = []
        self.residue: list[Paragraph] = []
        self.gap: list[Paragraph] = []
        self._begin_unit()

    def read(self, blocks: Sequence[Block]) -> Imported:
        """The documents of all units, what is left over and what is to be told."""
        for block in blocks:
            if isinstance(block, Table):
                self._table(block)
            else:
                self._paragraph(block)
        self._close_gap()
        self._drop_residue()
        documents = [document for unit in self.units if unit.begun or unit.head for document in self._documents(unit)]
        self.leftovers.sort(key=lambda leftover: leftover.line)
        return Imported(documents, self.leftovers, self.remarks)

    # --- paragraphs ---------------------------------------------------------------------------------

    @property
    def unit(self) -> _Unit:
        """The unit being read."""
        return self.units[-1]

    @property
    def tables(self) -> TableReader:
        """The reader of the unit's tables."""
        if self.unit.reader is None:
            self.unit.reader = TableReader(self.labels, self._say)
        return self.unit.reader

    def _say(self, remark: str) -> None:
        if remark not in self.remarks:
            self.remarks.append(remark)

    def _begin_unit(self) -> None:
        self.units.append(_Unit())
        self.section = None

    def _paragraph(self, paragraph: Paragraph) -> None:
        if paragraph.aside:
            self.leftovers.append(Leftover(paragraph.line, paragraph.text))
        if paragraph.contents or paragraph.aside:
            return
        if paragraph.mark == UNIT_BEGINS:
            self._close_gap()
            if self.unit.begun or self.unit.head:
                self._begin_unit()
            self.unit.exact = True
        for mark, text in paragraph.pieces:
            self.unit.head[mark] = text
        if paragraph.pieces or paragraph.mark == UNIT_BEGINS:
            return
        if paragraph.mark:
            self._marked(paragraph)
        elif paragraph.literal:
            self._text(paragraph, paragraph.value)
        elif paragraph.text.strip():
            self._plain(paragraph)

    def _marked(self, paragraph: Paragraph) -> None:
        mark = paragraph.mark or ""
        key = mark.rpartition(".")[2]
        if mark == f"department.{OVERALL}":
            self.unit.overall.append(paragraph.text)
        elif key in self.unit.lists:
            self.unit.lists[key].append(paragraph.value)
        elif mark.endswith("projects.title"):
            self.tables.projects.append(Project(exact=True))
            self.tables.header = None
            if not mark.startswith(AUTOMATIC):
                self.tables.project.values["projects.title"] = paragraph.value
        elif not mark.startswith(AUTOMATIC):
            self.leftovers.append(Leftover(paragraph.line, paragraph.text))

    def _plain(self, paragraph: Paragraph) -> None:
        residue, rest = split_residue(paragraph.text)
        if not rest.strip():
            self.residue.append(paragraph)
        elif is_page_number(rest):
            self.leftovers.append(Leftover(paragraph.line, paragraph.text))
        elif (kind := heading(rest)) is not None:
            if residue:
                self.residue.append(Paragraph(residue, paragraph.line))
            self._heading(kind, rest)
        elif is_part(rest) or (self.section in SECTIONS and follows(rest, self.heading, self.texts)):
            self._heading(NEUTRAL)
            self._text(paragraph, paragraph.text)
        elif self.section not in SECTIONS and not residue and len(parts := self.labels.apart(rest)) > 1:
            for part in parts:
                self._plain(Paragraph(part, paragraph.line))
        elif is_known_contents(rest) or self._heading_with_text(paragraph, residue, rest) or self._unit_line(paragraph, rest):
            pass
        else:
            self._text(paragraph, paragraph.text)

    def _heading(self, kind: str, text: str = "") -> None:
        if kind == DEPARTMENT and self.section not in (None, DEPARTMENT):
            self._close_gap()
            if self.unit.begun:
                self._begin_unit()
        self._close_gap()
        self.section, self.heading, self.texts = kind, text, []

    def _heading_with_text(self, paragraph: Paragraph, residue: str, rest: str) -> bool:
        """一、总体绩效目标：…… in one paragraph."""
        label, colon, text = rest.partition("：")
        kind = heading(label) if colon and text.strip() else None
        if kind not in SECTIONS:
            return False
        self._heading(kind, label)
        self._text(paragraph, residue + text)
        return True

    def _unit_line(self, paragraph: Paragraph, rest: str) -> bool:
        """单位编码：286001 above the first part."""
        if self.section in SECTIONS:
            return False
        pair = self.labels.inline(rest)
        if pair is None or not pair[0].dotted.startswith("unit."):
            return False
        from xltargets.disclosure.text_in import literal

        path, (said, value) = pair[0].dotted, literal(pair[1])
        value = value if said else pair[1]
        if path in self.unit.head and self.unit.head[path] == value:
            return True
        if path in self.unit.head or (self.unit.reader and self.unit.reader.projects):
            self._begin_unit()
        self.unit.head[path] = value
        return True

    def _text(self, paragraph: Paragraph, text: str | None) -> None:
        """A text that is no heading: of the section it stands in, or of what comes between tables."""
        if self.section in SECTIONS and not (not paragraph.literal and is_title(text or "")):
            self.texts.append(text)
            text = self._with_residue(text)
            if self.section == OVERALL:
                self.unit.overall += [] if text is None else [text]
            else:
                assert self.section is not None
                self.unit.lists[self.section].append(text)
            return
        if self.section in SECTIONS:
            self.section = PROJECTS
        value = self._with_residue(text) if paragraph.literal else text
        self.gap.append(
            Paragraph(value or "", paragraph.line, literal=paragraph.literal, null=value is None)
        )

    def _with_residue(self, text: str | None) -> str | None:
        if not self.residue:
            return text
        leading = "".join(paragraph.text for paragraph in self.residue)
        self.residue = []
        return leading + (text or "")

    def _drop_residue(self) -> None:
        self.leftovers += [Leftover(paragraph.line, paragraph.text) for paragraph in self.residue]
        self.residue = []

    # --- tables -------------------------------------------------------------------------------------

    def _table(self, table: Table) -> None:
        if table.marked:
            self._close_gap()
            left = self.tables.read(table)
        else:
            left = self._labelled_table(table)
        self.leftovers += [Leftover(cell.line, cell.text) for cell in left]

    def _labelled_table(self, table: Table) -> list[Cell]:
        title = next((p for p in reversed(self.gap) if p.literal or is_title(split_residue(p.text)[1])), None)
        if title is not None and "整体" in title.text and "项目" not in title.text and not title.literal:
            return self._department_table(table)
        others = [p for p in self.gap if p is not title]
        self.gap = []
        if title is not None:
            self.unit.titles.append(title.text)
            text = None if title.null else self._with_residue(title.text)
            self.tables.begin().values["projects.title"] = text
            self.tables.project.literal |= {"projects.title"} if title.literal else set()
        for paragraph in others:
            self._between(paragraph, titled=title is not None)
        return self.tables.read(table, titled=title is not None)

    def _between(self, paragraph: Paragraph, *, titled: bool) -> None:
        """A paragraph above a table: the unit of money, a label with its value, or nothing we know."""
        if unit := money_unit(paragraph.text):
            if titled:
                self.tables.set_money(unit, paragraph.text)
            else:
                self.tables.pending_money = (unit, paragraph.text)
            return
        pairs = [] if paragraph.literal else self.labels.pairs(paragraph.text)
        cells = [(spec, Cell(value, paragraph.line)) for spec, value in pairs]
        if pairs and all([self.tables.take(spec, cell, "") for spec, cell in cells]):
            return
        pair = None if paragraph.literal or pairs else self.labels.inline(paragraph.text)
        if pair is not None and self.tables.take(pair[0], Cell(pair[1], paragraph.line), paragraph.text):
            return
        self._note_title(paragraph.text)
        if paragraph.literal or not self.labels.known(paragraph.text):
            self.leftovers.append(Leftover(paragraph.line, paragraph.text))

    def _note_title(self, text: str) -> None:
        opens = len(self.units) == 1 and not self.unit.begun
        (self.opening if opens else self.unit.titles).append(text)

    def _close_gap(self) -> None:
        """What stood between tables and was no title of one."""
        for paragraph in self.gap:
            self._note_title(paragraph.text)
            if paragraph.literal or not self.labels.known(paragraph.text):
                self.leftovers.append(Leftover(paragraph.line, paragraph.text))
        self.gap = []

    def _department_table(self, table: Table) -> list[Cell]:
        """A table of the department's own targets: its goal has a place here, its indicators have none."""
        self._close_gap()
        reader = TableReader(self.labels, self._say)
        reader.read(table)
        kept: set[str] = set()
        for project in reader.projects:
            target = project.values.get("projects.target")
            if isinstance(target, str) and target.strip():
                self.unit.overall.append(target)
                kept.add(target)
            for path, value in project.values.items():
                if path.startswith("unit.") and value is not None and self.unit.head.setdefault(path, value) == value:
                    kept.add(str(value))
        return [
            cell for cell in table.cells()
            if not cell.blank and cell.text not in kept and not self.labels.known(cell.text)
        ]  # fmt: skip

    # --- documents ----------------------------------------------------------------------------------

    def _documents(self, unit: _Unit) -> list[dict[str, Any]]:
        """The unit's document; more than one when its projects are of several units."""
        projects = unit.reader.projects if unit.reader else []
        projects = [project for project in projects if project.exact or project.begun or project.values or project.doer]
        for project in projects:
            self._finish(project, unit)
        named = {path: value for path, value in unit.head.items() if path in _UNIT_NAMES}
        groups: list[tuple[dict[str, Any], list[Project]]] = [(dict(named), [])] if named else []
        for project in projects:
            own = {path: value for path, value in project.values.items() if path.startswith("unit.") and value}
            if named:
                own = {path: value for path, value in own.items() if path not in project.hinted}
            for head, members in groups:
                if all(head.get(path) in (None, value) for path, value in own.items()):
                    head.update(own)
                    members.append(project)
                    break
            else:
                groups.append((own, [project]))
        groups = groups or [({}, [])]
        hints = {path: project.values[path] for project in groups[0][1] for path in project.hinted}
        return [
            self._document(unit if index == 0 else _Unit(), {**(hints if index == 0 else {}), **head}, members)
            for index, (head, members) in enumerate(groups)
        ]

    def _finish(self, project: Project, unit: _Unit) -> None:
        """What is known only at the end: long-term indicators, texts of the form's own, the unit."""
        values = project.values
        if project.long_term and not project.indicators:
            self._say(f"项目“{values.get('projects.name') or ''}”只有长期指标，已作为年度指标导入，请核对")
            project.indicators = [item for item, _ in project.long_term]
            used = {(cell.line, cell.text) for _, cells in project.long_term for cell in cells}
            self.leftovers = [leftover for leftover in self.leftovers if leftover not in used]
        if project.exact:
            return
        title = values.get("projects.title")
        match = _AUTOMATIC_TITLE.fullmatch(title) if isinstance(title, str) else None
        if match and "projects.title" not in project.literal and match[1] == (values.get("projects.name") or ""):
            values["projects.title"] = None
        if values.get("projects.money_unit") == AUTOMATIC_MONEY_UNIT and "projects.money_unit" not in project.literal:
            values["projects.money_unit"] = None
        self._name_unit(project)
        if project.doer is not None:
            said = unit.head.get("unit.name") or values.setdefault("unit.name", project.doer.text)
            if said != project.doer.text:
                self.leftovers.append(Leftover(project.doer.line, project.doer.text))

    def _name_unit(self, project: Project) -> None:
        """The unit's code and name, from the cell that has both."""
        values = project.values
        for path in ("projects.unit", "unit.name"):
            match = UNIT_CELL.fullmatch(values.get(path) or "")
            if match:
                if path == "projects.unit":
                    project.hinted |= {name for name in _UNIT_NAMES if values.get(name) is None}
                if values.get("unit.code") in (None, match[1]):
                    values["unit.code"], said = match[1], values.get("unit.name")
                    values["unit.name"] = match[2] if said is None or path == "unit.name" else said
                if path == "projects.unit" and path not in project.literal and values[path] == f"{match[1]} {match[2]}":
                    values[path] = None

    def _document(self, unit: _Unit, own: dict[str, Any], projects: list[Project]) -> dict[str, Any]:
        overall = "\n".join(unit.overall) if unit.overall else None
        department = {OVERALL: overall, **unit.lists}
        head: dict[str, Any] = {**own, **unit.head}
        document: dict[str, Any] = {
            "template": {"version": self.form.version},
            "unit": {"code": head.get("unit.code"), "name": head.get("unit.name")},
            "department": department,
            "projects": [project.document(self.form) for project in projects],
            "waivers": [],
        }
        region, year = (None, None) if unit.exact else _inferred(document, unit.titles, self.opening)
        document["unit"]["region"] = head.get("unit.region") if "unit.region" in head else region
        given = head.get("unit.year") if "unit.year" in head else year
        document["unit"]["year"] = int(given) if isinstance(given, str) and given.isdecimal() else given
        return document


def _inferred(document: dict[str, Any], *titles: Sequence[str]) -> tuple[str | None, int | None]:
    """The region and the year, where the text leaves no doubt.

    The region is the first six digits of the codes of projects when they all agree and are a county's own (not ending in
    00, which may be a superior's); the year that of titles that name one (the unit's own before what stands above all units),
    else the only one that part one speaks of.
    """
    codes = [str(project.get("code") or "") for project in document["projects"]]
    regions = {code[:6] for code in codes}
    region = next(iter(regions)) if len(regions) == 1 else ""
    certain = len(region) == 6 and region.isascii() and region.isdecimal() and not region.endswith("00")
    named = ({match[1] for title in some if (match := _TITLE_YEAR.search(title))} for some in titles)
    years: set[str] = next(filter(None, named), set())
    if not years:
        department = document["department"]
        texts = [department[OVERALL], *department[ITEMISED], *department[SAFEGUARDS]]
        years = {year for text in texts if text for year in _YEAR.findall(text)}
    return region if certain else None, int(years.pop()) if len(years) == 1 else None
