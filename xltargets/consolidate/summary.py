"""The summary workbook: written in one pass over the store, unit by unit, each sheet row after row."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from xltargets.consolidate import overview
from xltargets.consolidate.bodies import BLANK, body_of, count_body, lines
from xltargets.consolidate.brief import IDENTITY, SEVERITIES
from xltargets.consolidate.choice import EVERYTHING, Choice
from xltargets.consolidate.columns import FINDING_KEYS, Planner, SheetPlan, special_room
from xltargets.consolidate.crossing import Crossing
from xltargets.consolidate.drawn import LINE, Drawn, DrawnFinding, counted, draw_findings
from xltargets.consolidate.drawnsheet import DrawnSheet, UnitLines
from xltargets.consolidate.fold import units_of
from xltargets.consolidate.layout import Table
from xltargets.consolidate.looks import WORKBOOK_OPTIONS, Looks
from xltargets.consolidate.onefile import FOREIGN, READ, Reading
from xltargets.consolidate.overview import Overview, OverviewPage
from xltargets.consolidate.received import MISSING, Deadline, Roster, received_sheet, special_of
from xltargets.consolidate.received import lines as received_lines
from xltargets.consolidate.rows import ZERO, Unit
from xltargets.consolidate.sheet import (
    MAX_ROWS,
    Headline,
    Link,
    Pages,
    Place,
    Segment,
    extend,
    link_to,
    reference,
    relative_path,
    subtotal,
)
from xltargets.consolidate.splice import SheetRows, splice
from xltargets.consolidate.store import Listed, Store
from xltargets.consolidate.survey import Survey
from xltargets.errors import Error
from xltargets.excel.archive import BadArchive
from xltargets.excel.files import replace_file
from xltargets.rules.finding import Finding, Severity
from xltargets.submission.resultmark import SUMMARY_MARK

if TYPE_CHECKING:
    from xlsxwriter import Workbook

_FILE = special_room("#file")
_CELL = FINDING_KEYS.index("#cell")


@dataclass(frozen=True)
class SummaryOptions:
    """How a summary is made.

    Attributes:
        title: leads the titles of its sheets; worked out from the year when empty.
        choice: which sheets and columns, and what they are called.
        max_rows: rows of a sheet before it goes on in a further one.
        roster: who must hand in, for 报送情况.
        deadline: until when.
    """

    title: str = ""
    choice: Choice = EVERYTHING
    max_rows: int = MAX_ROWS
    roster: Roster | None = None
    deadline: Deadline = Deadline()


def write_summary(
    store: Store, target: Path, reading: Reading, crossing: Crossing, found: Survey, options: SummaryOptions
) -> list[str]:
    """Write the workbook; it replaces the target whole or not at all.

    Adds to the totals of what was found the numbers that 报送情况 counts.

    Returns:
        What is worth saying about it, one Chinese sentence each.

    Raises:
        Error: when the target cannot be written, or the bureau chose a column that is not there.
    """
    import xlsxwriter

    notes: list[str] = []

    def write(file: BinaryIO) -> None:
        with tempfile.TemporaryDirectory(prefix="xltargets-") as folder, ExitStack() as stack:
            skeleton = Path(folder) / "skeleton.xlsx"
            book = xlsxwriter.Workbook(skeleton, {**WORKBOOK_OPTIONS})
            _describe(book, found, options)
            writing = _Writing(store, book, reading, crossing, options, found, target, Path(folder))
            for pages in writing.pages:
                stack.callback(pages.close)
            writing.run()
            notes.extend(writing.notes())
            book.close()
            splice(skeleton, _numbered(book, writing.pages), file)

    try:
        replace_file(target, write)
    except BadArchive:
        raise Error("汇总表的一张工作表超过 4 GB，Excel 也打不开；请改用 --parquet，或者分批汇总", file=target) from None
    return notes


def _numbered(book: Workbook, pages: Sequence[Pages]) -> dict[int, SheetRows]:
    """The rows by the number of their sheet."""
    rows = {id(sheet): found for one in pages for sheet, found in zip(one.sheets, one.rows, strict=True)}
    return {at: rows[id(sheet)] for at, sheet in enumerate(book.worksheets(), 1) if id(sheet) in rows}


def _describe(book: Workbook, found: Survey, options: SummaryOptions) -> None:
    """Nothing of this run's moment: the newest file's is the summary's too."""
    moment = datetime.fromtimestamp(found.newest // 10**9, UTC).replace(tzinfo=None)
    book.set_properties({"title": options.title or "预算绩效目标汇总表", "created": moment, "comments": SUMMARY_MARK})
    book.set_size(2400, 1400)


class _Writing:
    """One writing of one workbook."""

    def __init__(
        self, store: Store, book: Workbook, reading: Reading, crossing: Crossing, options: SummaryOptions,
        found: Survey, target: Path, folder: Path,
    ) -> None:  # fmt: skip
        self.store, self.book, self.root, self.crossing = store, book, reading.root, crossing
        self.options, self.found, self.work = options, found, folder
        self.folder = os.path.dirname(os.path.abspath(target))
        self.totals = found.totals
        self.looks = Looks(book)
        self.pages: list[Pages] = []
        self.planner = planner = Planner(reading.form, reading.root, found.widths, options.choice)
        self.money = planner.money()
        self.page = OverviewPage(book, self.looks, self.money) if planner.wants(overview.TITLE) else None
        self.overview = self._empty_overview()
        self.projects, self.details = self._main_sheet(), self._detail_sheets()
        if self.projects:
            self.unit_lines = UnitLines(self.projects.pages.plan)
        units, sums = self.totals.units, [column.key for column in self.money]
        keys = (*(f"#{severity}" for severity in SEVERITIES), *sums, "#files", "#rows")
        self.units = self._sheet(planner.unit_sheet(), units + 1, keys, [self.root])
        self.overall = self._sheet(planner.overall_sheet(), units, (), [self.root])
        named = [self.root, *([planner.main] if planner.main else [])]
        self.findings = self._sheet(
            planner.finding_sheet(), self.totals.findings, (*FINDING_KEYS, "#file"), named
        )
        self.received = self._pages(received_sheet(options.roster, options.deadline), self.totals.files)
        self.all_projects: list[Segment] = []
        self.all_units: list[Segment] = []
        self.unit_counts = dict.fromkeys(SEVERITIES, 0)

    def _empty_overview(self) -> Overview:
        known = {
            code: str(row["部门名称"])
            for code, row in (self.options.roster or {}).items()
            if row.get("部门名称")
        }
        return Overview(names={code[:3]: name for code, name in known.items()})

    def _main_sheet(self) -> DrawnSheet | None:
        main, keys = self.planner.main, (*(f"#{severity}" for severity in SEVERITIES), "#file")
        if main is None:
            return None
        expected = self.found.rows.get(main.name, 0) + self.totals.units + 1
        return self._sheet(self.planner.project_sheet(), expected, keys, [self.root, main])

    def _detail_sheets(self) -> dict[str, DrawnSheet]:
        found = {}
        for plan in self.planner.detail_sheets():
            assert plan.table is not None
            sheet = self._sheet(plan, self.found.rows.get(plan.table.name, 0), (), plan.tables)
            if sheet is not None:
                found[plan.table.name] = sheet
        return found

    def _sheet(
        self, plan: SheetPlan | None, expected: int, keys: Sequence[str], tables: Sequence[Table]
    ) -> DrawnSheet | None:
        pages = self._pages(plan, expected)
        return DrawnSheet(pages, keys, tables) if pages else None

    def _pages(self, plan: SheetPlan | None, expected: int) -> Pages | None:
        if plan is None or not self.planner.wants(plan.title):
            return None
        headline, most = self._headline(plan), self.options.max_rows
        self.pages.append(Pages(self.book, self.looks, plan, headline, self.work, expected, most))
        return self.pages[-1]

    def _headline(self, plan: SheetPlan) -> Headline:
        year = max(self.found.years, key=lambda year: (self.found.years[year], year), default="")
        lead = self.options.title or (f"{year}年" if year else "") + "预算绩效目标"
        in_wan = any(column.kind == "money" for column in plan.columns)
        return Headline(
            f"{lead}{plan.title}{'' if plan.title.endswith(('单', '览', '况')) else '表'}",
            f"共{self.totals.units}个单位",
            "单位：万元" if in_wan else "",
        )

    def notes(self) -> list[str]:
        """Which sheets were full."""
        return [
            f"“{one.plan.title}”超过一个工作表的行数，分为{len(one.names)}个工作表；数据更多时可以改用 Parquet（--parquet）"
            for one in self.pages
            if len(one.names) > 1
        ]

    # --- unit by unit ---------------------------------------------------------------------------------

    def run(self) -> None:
        """Write all rows."""
        for files in units_of(self.store):
            taken = [file for file in files if file.taken]
            if taken:
                self._unit(files, taken)
            for file in files:
                if not file.taken:
                    self._left_out(file)
        for finding in draw_findings(self.crossing.of_none, None):
            self._finding(finding, self._nobody(None), None)
        self._finish()

    def _unit(self, files: Sequence[Listed], taken: Sequence[Listed]) -> None:
        unit = Unit(files=sum(file.status == READ for file in files))
        root: Drawn | None = None
        segments: list[Segment] = []
        for file in taken:
            brief = self.crossing.brief(file)
            drawing = self.store.drawing(file)
            unit.add(brief)
            self.overview.add_file(brief)
            rows, link = drawing.within(self.root), self._link(file)
            root = root or rows[""][0]
            if self.planner.main:
                self._projects(rows[self.planner.main.name], brief["items"], link, segments)
            for name, sheet in self.details.items():
                sheet.put_all(rows[name])
            self._findings(drawing.findings, rows, file, link)
        assert root is not None
        self._unit_row(unit, root, self._subtotal(unit, root, segments) if segments else None)
        self.overview.add_unit(unit, taken[0].unit, taken[0].name, taken[0].region)

    def _projects(
        self, rows: Sequence[Drawn], items: Sequence[Sequence[Any]], link: Link, segments: list[Segment]
    ) -> None:
        if self.projects is None:
            return
        marks = LINE * len(SEVERITIES) + counted([lines(link.text, _FILE)])
        for row, (_, *counts) in zip(rows, items, strict=True):
            own = [*map(count_body, counts), self.projects.pages.link("#file", link)]
            self.projects.put(own + row.bodies, marks + row.lines, level=1)
            extend(segments, self.projects.pages.place)

    def _subtotal(self, unit: Unit, root: Drawn, segments: list[Segment]) -> Place:
        """The line below a unit's projects."""
        assert self.projects is not None
        pages, lines = self.projects.pages, self.unit_lines
        sums = [body_of(subtotal(segments, at, unit.money.get(key, ZERO))) for at, key in lines.sums.items()]
        for part in segments:
            extend(self.all_projects, Place(part.sheet, part.first))
            extend(self.all_projects, Place(part.sheet, part.last))
        pages.put(*lines.cells(root, sums), "subtotal")
        extend(self.all_projects, pages.place)
        return pages.place

    def _unit_row(self, unit: Unit, root: Drawn, place: Place | None) -> None:
        for severity, number in unit.counts.items():
            self.unit_counts[severity] += number
        special = unit.special(self.money)
        if place is not None:
            for at, key in self.unit_lines.sums.items():
                special[key] = reference(place, at, special[key])
        if self.units:
            own = [body_of(special[key]) for key in self.units.keys]
            self.units.put(own + root.bodies, LINE * len(own) + root.lines)
            extend(self.all_units, self.units.pages.place)
        if self.overall:
            self.overall.put(root.bodies, root.lines)

    # --- findings -------------------------------------------------------------------------------------

    def _findings(
        self, own: Sequence[DrawnFinding], rows: Mapping[str, Sequence[Drawn]], file: Listed, link: Link
    ) -> None:
        """Those of a file that is taken, and of units compared."""
        if self.findings is None:
            return
        projects = rows[self.planner.main.name] if self.planner.main else ()
        nobody = self._nobody(rows[""][0])
        for finding in (*own, *draw_findings(self.crossing.of(file.number), self.planner.main)):
            known = finding.item is not None and finding.item < len(projects)
            self._finding(finding, projects[finding.item or 0] if known else nobody, link)

    def _finding(self, finding: DrawnFinding, around: Drawn, link: Link | None) -> None:
        if self.findings is None:
            return
        own, pages = finding.bodies, self.findings.pages
        if link is None:
            file = BLANK
        elif finding.place:
            own = [*own[:_CELL], pages.link("#cell", link, own[_CELL], finding.place), *own[_CELL + 1 :]]
            file = link.body
        else:
            file = pages.link("#file", link)
        self.findings.put([*own, file, *around.bodies], finding.lines + LINE + around.lines)

    def _nobody(self, root: Drawn | None) -> Drawn:
        """What stands for the project of a finding that is of none."""
        blank = len(self.root.fields) if root is None else 0
        blank += len(self.planner.main.fields) if self.planner.main else 0
        before = root or Drawn(None, b"", [])
        return Drawn(None, before.lines + LINE * blank, before.bodies + [BLANK] * blank)

    def _left_out(self, file: Listed) -> None:
        """What there is to say of a file whose rows are not in the summary."""
        around, link = self._nobody(None), self._link(file)
        for dotted, said in ((IDENTITY["unit"], file.unit), (IDENTITY["name"], file.name)):
            at = self.root.column(dotted)
            if at is not None:
                around.bodies[at] = body_of(said)
        for finding in draw_findings(self.crossing.of(file.number), None):
            self._finding(finding, around, link)
        if file.status not in (READ, FOREIGN):
            unread = Finding("", Severity.ERROR, "", file.message, field="文件")
            (finding,) = draw_findings([unread], None)
            finding.bodies[:2] = body_of("无法读取"), BLANK
            self._finding(finding, around, link)

    def _link(self, file: Listed) -> Link:
        name = os.path.basename(file.file.replace("\\", "/"))
        return link_to(name, relative_path(file.disk, self.folder))

    # --- the end --------------------------------------------------------------------------------------

    def _finish(self) -> None:
        if self.projects:
            self._grand_total(self.projects.pages, self.all_projects, {})
        if self.units:
            special = {"#rows": self.totals.projects}
            special |= {f"#{severity}": self.unit_counts[severity] for severity in SEVERITIES}
            self._grand_total(self.units.pages, self.all_units, special)
        self._received()
        summed = [sheet.pages for sheet in (self.projects, self.units) if sheet]
        for pages in self.pages:
            if pages not in summed:
                pages.finish()
        if self.page:
            headline = self._headline(SheetPlan(overview.TITLE, tuple(self.money)))
            self.overview.counts = self.totals.counts
            self.page.write(headline.title, headline.left, headline.right, self._facts(), self.overview)

    def _received(self) -> None:
        for number, line in enumerate(received_lines(self.store, self.options.roster), 1):
            self.totals.missing += line.state == MISSING
            special = special_of(line, self.options.deadline)
            self.totals.late += special["#late"] is not None
            if self.received:
                link = {"#file": self._link(line.taken)} if line.taken else {}
                found = {**special, **link, "#number": number}
                self.received.put_values([found[column.key] for column in self.received.plan.columns])

    def _facts(self) -> list[tuple[str, Any]]:
        totals = self.totals
        facts: list[tuple[str, Any]] = [
            ("报送单位", totals.units),
            ("项目", totals.projects),
            ("收到文件", totals.files),
        ]
        facts += [(column.label, totals.money.get(column.key, ZERO)) for column in self.money]
        facts += [(severity.label, totals.counts[severity.value]) for severity in Severity]
        facts += [("无法读取的文件", totals.unreadable), ("重复未采用", totals.replaced)]
        if self.options.roster:
            facts.append(("未报送单位", totals.missing))
        if self.options.deadline.moment:
            facts.append(("逾期报送单位", totals.late))
        return facts

    def _grand_total(self, pages: Pages, segments: list[Segment], sums: Mapping[str, int]) -> None:
        if not segments:
            pages.finish()
            return
        found: list[Any] = []
        for number, column in enumerate(pages.plan.columns):
            if column.totalled and column.level == 1:
                found.append(subtotal(segments, number, self.totals.money.get(column.key, ZERO)))
            elif column.key in sums:
                found.append(subtotal(segments, number, Decimal(sums[column.key])))
            else:
                found.append("合计" if number == 0 else None)
        pages.put_values(found, "total")
        pages.finish(beside=1)
