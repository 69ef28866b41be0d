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

from xltargets.consolidate.brief import IDENTITY, SEVERITIES
from xltargets.consolidate.crossing import Crossing
from xltargets.consolidate.drawing.bodies import BLANK, body_of, count_body, lines
from xltargets.consolidate.drawing.choice import EVERYTHING, Choice
from xltargets.consolidate.drawing.columns import Planner, special_room
from xltargets.consolidate.drawing.drawn import (
    NONE,
    Drawn,
    DrawnFindings,
    draw_findings,
    packed,
)
from xltargets.consolidate.drawing.laid import Laid, Layout, Layouts, Sheets, leading
from xltargets.consolidate.drawing.looks import WORKBOOK_OPTIONS, Looks
from xltargets.consolidate.drawing.plans import SheetPlan
from xltargets.consolidate.fold import units_of
from xltargets.consolidate.inbox.onefile import FOREIGN, READ, Reading
from xltargets.consolidate.rows import ZERO, Unit
from xltargets.consolidate.store import Listed, Store
from xltargets.consolidate.survey import Survey
from xltargets.consolidate.workbook import overview
from xltargets.consolidate.workbook.laidsheet import LaidSheet
from xltargets.consolidate.workbook.overview import Overview, OverviewPage
from xltargets.consolidate.workbook.received import MISSING, Deadline, Roster, received_sheet, special_of
from xltargets.consolidate.workbook.received import lines as received_lines
from xltargets.consolidate.workbook.sheet import (
    MAX_ROWS,
    CellLink,
    Headline,
    Link,
    Pages,
    Segment,
    extend,
    link_to,
    reference,
    relative_path,
    subtotal,
)
from xltargets.consolidate.workbook.splice import SheetRows, splice
from xltargets.errors import Error
from xltargets.excel.archive import BadArchive
from xltargets.excel.files import replace_file
from xltargets.rules.finding import Finding, Severity
from xltargets.submission.resultmark import SUMMARY_MARK

if TYPE_CHECKING:
    from xlsxwriter import Workbook

_FILE = special_room("#file")


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
        self.layouts = layouts = Layouts(planner)
        units = self.totals.units
        self.projects = self._sheet(layouts.projects, self._rows_of(layouts.projects) + units + 1)
        self.details = [sheet for one in layouts.details if (sheet := self._sheet(one, self._rows_of(one)))]
        self.units = self._sheet(layouts.units, units + 1)
        self.overall = self._sheet(layouts.overall, units)
        self.findings = self._sheet(layouts.findings, self.totals.findings)
        self.sums = {} if self.projects is None else self.projects.pages.sums
        of_project = len(planner.main.fields) if planner.main else 0
        self.nobody = [Drawn([NONE], [b""] * len(self.root.fields)), Drawn([], [b""] * of_project)]
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

    def _rows_of(self, layout: Layout | None) -> int:
        return self.found.rows.get(layout.plan.tables[-1].name, 0) if layout else 0

    def _sheet(self, layout: Layout | None, expected: int) -> LaidSheet | None:
        pages = None if layout is None else self._pages(layout.plan, expected, layout.level)
        return LaidSheet(pages, layout) if pages and layout else None

    def _pages(self, plan: SheetPlan, expected: int, level: int = 0) -> Pages | None:
        if not self.planner.wants(plan.title):
            return None
        headline, most = self._headline(plan), self.options.max_rows
        self.pages.append(Pages(self.book, self.looks, plan, headline, self.work, expected, most, level))
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
        for files in units_of(self.store, part="sheets"):
            taken = [file for file in files if file.taken]
            if taken:
                self._unit(files, taken)
            for file in files:
                if not file.taken:
                    self._left_out(file)
        self._draw_findings(self.crossing.of_none, self.nobody, None)
        self._finish()

    def _unit(self, files: Sequence[Listed], taken: Sequence[Listed]) -> None:
        unit = Unit(files=sum(file.status == READ for file in files))
        first: Sheets | None = None
        segments: list[Segment] = []
        for file in taken:
            brief = self.crossing.brief(file)
            sheets = self._sheets(file, brief)
            unit.add(brief)
            self.overview.add_file(brief)
            link = self._link(file)
            first = first or sheets
            self._projects(sheets, brief["items"], link, segments)
            for sheet in self.details:
                if sheet.layout.signature in sheets.laid:
                    sheet.put(sheets.laid[sheet.layout.signature])
            self._findings(sheets, file, link)
        assert first is not None
        self._unit_row(unit, first, self._subtotal(unit, first, segments) if segments else None)
        self.overview.add_unit(unit, taken[0].unit, taken[0].name, taken[0].region)

    def _sheets(self, file: Listed, brief: Mapping[str, Any]) -> Sheets:
        """What a file gives to the sheets, laid out anew where it was laid out for other columns."""
        sheets = self.store.sheets(file)
        if self.layouts.signatures(brief["rows"]) <= sheets.laid.keys():
            return sheets
        return self.layouts.lay(self.store.drawing(file))

    def _projects(
        self, sheets: Sheets, items: Sequence[Sequence[Any]], link: Link, segments: list[Segment]
    ) -> None:
        if self.projects is None or not items:
            return
        layout = self.projects.layout
        _, *counts = zip(*items, strict=True)
        cells = {f"#{one}": list(map(count_body, numbers)) for one, numbers in zip(SEVERITIES, counts, strict=True)}
        cells["#file"] = [link.body] * len(items)
        shown = "#file" in layout.gaps
        links, least = ([CellLink("#file", link)] * len(items), lines(link.text, _FILE)) if shown else ([], 1)
        extend(segments, self.projects.put(sheets.laid[layout.signature], cells, least, links))

    def _subtotal(self, unit: Unit, first: Sheets, segments: list[Segment]) -> Segment:
        """The line below a unit's projects."""
        assert self.projects is not None and self.layouts.subtotal is not None
        rows = first.laid[self.layouts.subtotal.signature].rows
        sums = {
            key: [body_of(subtotal(segments, at, unit.money.get(key, ZERO)))] for at, key in self.sums.items()
        }
        (place,) = self.projects.pages.put_all(rows, sums)
        extend(self.all_projects, [*segments, place])
        return place

    def _unit_row(self, unit: Unit, first: Sheets, place: Segment | None) -> None:
        for severity, number in unit.counts.items():
            self.unit_counts[severity] += number
        special = unit.special(self.money)
        if place is not None:
            for at, key in self.sums.items():
                special[key] = reference(place, at, special[key])
        if self.units:
            cells = {key: [body_of(value)] for key, value in special.items()}
            extend(self.all_units, self.units.put(first.laid[self.units.layout.signature], cells))
        if self.overall:
            self.overall.put(first.laid[self.overall.layout.signature])

    # --- findings -------------------------------------------------------------------------------------

    def _findings(self, sheets: Sheets, file: Listed, link: Link) -> None:
        """Those of a file that is taken, and of units compared."""
        if self.findings is None:
            return
        laid = sheets.laid[self.findings.layout.signature]
        self._put_findings(self.findings, laid, sheets.cells, sheets.places, link)
        if found := self.crossing.of(file.number):
            drawing, main = self.store.drawing(file), self.planner.main
            projects = drawing.tables[main.name] if main else self.nobody[-1]
            self._draw_findings(found, [drawing.tables[self.root.name], projects], link)

    def _draw_findings(self, findings: Sequence[Finding], around: Sequence[Drawn], link: Link | None) -> None:
        """Write findings of the whole run; around them are the row of the root, and those of the projects."""
        self._lay_findings(draw_findings(findings, self.planner.main), around, link)

    def _lay_findings(self, found: DrawnFindings, around: Sequence[Drawn], link: Link | None) -> None:
        if self.findings is not None:
            laid = self.layouts.lay_findings(found, around)
            self._put_findings(self.findings, laid, *leading(found), link)

    @staticmethod
    def _put_findings(
        sheet: LaidSheet, laid: Laid, cells: Sequence[bytes], places: Sequence[bytes], link: Link | None
    ) -> None:
        """Write findings. The cell leads to the file, where the finding has one; else that of the file, where it is shown."""
        files = [BLANK if link is None else link.body] * len(cells)
        links: list[CellLink | None] = []
        if link is not None:
            keys = ["#cell" if place else "#file" for place in places]
            links = [
                CellLink(key, link, place) if key in sheet.layout.gaps else None
                for key, place in zip(keys, places, strict=True)
            ]
        sheet.put(laid, {"#cell": list(cells), "#file": files}, links=links)

    def _left_out(self, file: Listed) -> None:
        """What there is to say of a file whose rows are not in the summary."""
        root, projects = self.nobody
        columns = list(root.columns)
        for dotted, said in ((IDENTITY["unit"], file.unit), (IDENTITY["name"], file.name)):
            at = self.root.column(dotted)
            if at is not None:
                columns[at] = packed([body_of(said)])
        around, link = [Drawn(root.around, columns), projects], self._link(file)
        self._draw_findings(self.crossing.of(file.number), around, link)
        if file.status not in (READ, FOREIGN):
            unread = Finding("", Severity.ERROR, "", file.message, field="文件")
            found = draw_findings([unread], None)
            found.rows.columns[:2] = packed([body_of("无法读取")]), packed([BLANK])
            self._lay_findings(found, around, link)

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
