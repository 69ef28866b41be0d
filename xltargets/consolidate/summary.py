"""The summary workbook: written in one pass over the store, unit by unit, each sheet row after row."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from xltargets.consolidate import overview
from xltargets.consolidate.columns import Choice, Planner, SheetPlan
from xltargets.consolidate.crossing import Crossing
from xltargets.consolidate.fold import units_of
from xltargets.consolidate.layout import Row, Table
from xltargets.consolidate.looks import WORKBOOK_OPTIONS, Looks
from xltargets.consolidate.onefile import MARK, READ
from xltargets.consolidate.overview import Overview, OverviewPage, kind_of
from xltargets.consolidate.received import MISSING, Deadline, Roster, lines, received_sheet, special_of
from xltargets.consolidate.rows import SEVERITIES, ZERO, Rows, Special, Unit, values
from xltargets.consolidate.sheet import (
    MAX_ROWS,
    Headline,
    Link,
    Pages,
    Place,
    Segment,
    extend,
    reference,
    relative_path,
    subtotal,
)
from xltargets.consolidate.store import Listed, Store
from xltargets.consolidate.survey import Survey, Totals, survey
from xltargets.excel.files import replace_file
from xltargets.rules.finding import Severity
from xltargets.submission.form import Form

if TYPE_CHECKING:
    from xlsxwriter import Workbook


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
    choice: Choice = Choice()
    max_rows: int = MAX_ROWS
    roster: Roster | None = None
    deadline: Deadline = Deadline()


class Written(NamedTuple):
    """What a summary came to, and what is worth saying about it, one Chinese sentence each."""

    totals: Totals
    notes: list[str]


def write_summary(
    store: Store,
    target: str | os.PathLike[str],
    form: Form,
    root: Table,
    crossing: Crossing,
    options: SummaryOptions,
) -> Written:
    """Write the workbook; it replaces the target whole or not at all.

    Raises:
        Error: when the target cannot be written, or the bureau chose a column that is not there.
    """
    import xlsxwriter
    from xlsxwriter.exceptions import FileCreateError

    found = survey(store, root)
    notes: list[str] = []
    with tempfile.TemporaryDirectory(prefix="xltargets-") as folder:

        def write(file: Any) -> None:
            book = xlsxwriter.Workbook(file, {**WORKBOOK_OPTIONS, "tmpdir": folder})
            book.use_zip64()
            _describe(book, found, options)
            writing = _Writing(
                store, book, form, root, crossing, options, found, os.path.dirname(os.path.abspath(target))
            )
            writing.run()
            notes.extend(writing.notes())
            try:
                book.close()
            except FileCreateError as error:  # wraps what the system said
                raise (error.args[0] if isinstance(error.args[0], OSError) else error) from None

        replace_file(target, write)
    return Written(found.totals, notes)


def _describe(book: Workbook, found: Survey, options: SummaryOptions) -> None:
    """Nothing of this run's moment: the newest file's is the summary's too."""
    moment = datetime.fromtimestamp(found.newest // 10**9, UTC).replace(tzinfo=None)
    book.set_properties({"title": options.title or "预算绩效目标汇总表", "created": moment, "comments": MARK})
    book.set_size(2400, 1400)


class _Writing:
    """One writing of one workbook."""

    def __init__(
        self, store: Store, book: Workbook, form: Form, root: Table, crossing: Crossing, options: SummaryOptions,
        found: Survey, folder: str,
    ) -> None:  # fmt: skip
        self.store, self.book, self.root, self.crossing = store, book, root, crossing
        self.options, self.found, self.folder = options, found, folder
        self.totals = found.totals
        self.looks = Looks(book)
        self.planner = Planner(form, root, found.widths, options.choice)
        self.rows = Rows(store, self.planner, crossing)
        self.money = self.planner.money()
        self.page = OverviewPage(book, self.looks, self.money) if self.planner.wants(overview.TITLE) else None
        self.overview = self._empty_overview()
        self.projects = self._pages(self.planner.project_sheet(), self._project_rows())
        self.details = {
            plan.table.name: self._pages(plan, found.rows.get(plan.table.name, 0))
            for plan in self.planner.detail_sheets()
            if plan.table is not None and self.planner.wants(plan.title)
        }
        self.units = self._pages(self.planner.unit_sheet(), found.units + 1)
        self.overall = self._pages(self.planner.overall_sheet(), found.units)
        expected = found.findings + crossing.count + found.totals.unreadable
        self.findings = self._pages(self.planner.finding_sheet(), expected)
        self.received = self._pages(received_sheet(options.roster, options.deadline), found.totals.files)
        self.all_projects: list[Segment] = []
        self.all_units: list[Segment] = []
        self.numbers: dict[int, int] = {}
        self.last_path = ("", "")
        self.unit_counts = dict.fromkeys(SEVERITIES, 0)

    def _empty_overview(self) -> Overview:
        main = {column.key: column for column in self.planner.main_columns()}
        self.kind, self.code = main.get("projects.kind"), main.get("projects.code")
        self.identity = {column.key: column for column in self.planner.identity()}
        known = {
            code: str(row["部门名称"])
            for code, row in (self.options.roster or {}).items()
            if row.get("部门名称")
        }
        return Overview(names={code[:3]: name for code, name in known.items()})

    def _project_rows(self) -> int:
        main = self.planner.main
        return self.found.rows.get(main.name, 0) + self.found.units + 1 if main else 0

    def _pages(self, plan: SheetPlan | None, expected: int) -> Pages | None:
        if plan is None or not self.planner.wants(plan.title):
            return None
        return Pages(self.book, self.looks, plan, self._headline(plan), expected, self.options.max_rows)

    def _headline(self, plan: SheetPlan) -> Headline:
        year = max(self.found.years, key=lambda year: (self.found.years[year], year), default="")
        lead = self.options.title or (f"{year}年" if year else "") + "预算绩效目标"
        in_wan = any(column.kind == "money" for column in plan.columns)
        return Headline(
            f"{lead}{plan.title}{'' if plan.title.endswith(('单', '览', '况')) else '表'}",
            f"共{self.found.units}个单位",
            "单位：万元" if in_wan else "",
        )

    def notes(self) -> list[str]:
        """Which sheets were full."""
        pages = (
            self.projects,
            self.units,
            self.overall,
            self.findings,
            self.received,
            *self.details.values(),
        )
        return [
            f"“{one.plan.title}”超过一个工作表的行数，分为{len(one.names)}个工作表；数据更多时可以改用 Parquet（--parquet）"
            for one in pages
            if one and len(one.names) > 1
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
                    self._list_findings(self.rows.left_out(file), file)
        self._list_findings(self.rows.of_none(), None)
        self._finish()

    def _unit(self, files: Sequence[Listed], taken: Sequence[Listed]) -> None:
        unit = Unit(files=sum(file.status == READ for file in files))
        segments: list[Segment] = []
        for file in taken:
            loaded = self.rows.load(file)
            unit.add_file(loaded)
            self.overview.add_findings(loaded)
            for chain, special in self.rows.projects(loaded):
                unit.add_project(chain, self.money)
                self.overview.add_project(chain, self.money, kind_of(chain, self.kind, self.code), special)
                special["#file"] = self._file_link(file)
                if place := self._put(self.projects, chain, special, level=1):
                    extend(segments, place)
            for name, pages in self.details.items():
                for chain in loaded.chains[name]:
                    self._put(pages, chain, {})
            self._list_findings(self.rows.findings(loaded), file)
        self.totals.units += 1
        self.totals.projects += unit.projects
        self._unit_row(unit, self._subtotal(unit, segments) if segments else None)
        words = ("unit.code", "unit.name", "unit.region")
        said = [str(value) if (value := self._of_root(unit, key)) is not None else None for key in words]
        self.overview.add_unit(unit, *said)

    def _of_root(self, unit: Unit, key: str) -> Any:
        return self.identity[key].pick([unit.root]) if key in self.identity else None

    def _subtotal(self, unit: Unit, segments: list[Segment]) -> Place:
        """The line below a unit's projects."""
        assert self.projects is not None
        found: list[Any] = []
        for number, column in enumerate(self.projects.plan.columns):
            if column.totalled:
                found.append(subtotal(segments, number, unit.money.get(column.key, ZERO)))
            elif column.key.startswith("unit."):
                found.append(column.pick([unit.root]))
            elif column.key == "#number":
                found.append("小计")
            else:
                found.append(None)
        for part in segments:
            extend(self.all_projects, Place(part.sheet, part.first))
            extend(self.all_projects, Place(part.sheet, part.last))
        place = self.projects.put(found, "subtotal")
        extend(self.all_projects, place)
        return place

    def _unit_row(self, unit: Unit, place: Place | None) -> None:
        for key, amount in unit.money.items():
            self.totals.money[key] = self.totals.money.get(key, ZERO) + amount
        for severity, count in unit.counts.items():
            self.unit_counts[severity] += count
        special = unit.special(self.money)
        for column in self.money:
            at = self._project_column(column.key) if self.projects else None
            if place is not None and at is not None:
                special[column.key] = reference(place, at, special[column.key])
        if put := self._put(self.units, [unit.root], special):
            extend(self.all_units, put)
        self._put(self.overall, [unit.root], {})

    def _project_column(self, key: str) -> int | None:
        assert self.projects is not None
        return next((at for at, column in enumerate(self.projects.plan.columns) if column.key == key), None)

    def _put(
        self, pages: Pages | None, chain: Sequence[Row], special: Mapping[str, Any], level: int = 0
    ) -> Place | None:
        if pages is None:
            return None
        number = self.numbers[id(pages)] = self.numbers.get(id(pages), 0) + 1
        found = values(pages.plan.columns, chain, {**special, "#number": number})
        return pages.put(found, level=level)

    # --- findings -------------------------------------------------------------------------------------

    def _list_findings(self, findings: Iterable[Special], file: Listed | None) -> None:
        for special in findings:
            self.totals.findings += 1
            if special["#counts"] and special["#rule"]:
                self.totals.counts[special["#rank"]] += 1
            if file is not None and special["#sheet"] and special["#cell"]:
                special["#cell"] = Link(
                    special["#cell"], self._path(file), special["#sheet"], special["#cell"]
                )
                special["#file"] = os.path.basename(file.file)
            elif file is not None:
                special["#file"] = self._file_link(file)
            self._put(self.findings, [], special)

    def _file_link(self, file: Listed) -> Link | str:
        return Link(os.path.basename(file.file.replace("\\", "/")), self._path(file))

    def _path(self, file: Listed) -> str:
        if self.last_path[0] != file.disk:
            self.last_path = file.disk, relative_path(file.disk, self.folder)
        return self.last_path[1]

    # --- the end --------------------------------------------------------------------------------------

    def _finish(self) -> None:
        for pages in (self.findings, self.overall, *self.details.values()):
            if pages:
                pages.finish()
        if self.projects:
            self._grand_total(self.projects, self.all_projects, self.totals.projects, {})
        if self.units:
            special = {"#rows": self.totals.projects}
            special |= {f"#{severity}": self.unit_counts[severity] for severity in SEVERITIES}
            self._grand_total(self.units, self.all_units, self.totals.units, special)
        self._received()
        if self.page:
            headline = self._headline(SheetPlan(overview.TITLE, tuple(self.money)))
            self.page.write(headline.title, headline.left, headline.right, self._facts(), self.overview)

    def _received(self) -> None:
        for line in lines(self.store, self.options.roster):
            self.totals.missing += line.state == MISSING
            special = special_of(line, self.options.deadline)
            self.totals.late += special["#late"] is not None
            if line.taken:
                special["#file"] = self._file_link(line.taken)
            self._put(self.received, [], special)
        if self.received:
            self.received.finish()

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

    def _grand_total(
        self, pages: Pages, segments: list[Segment], count: int, sums: Mapping[str, int]
    ) -> None:
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
        pages.put(found, "total")
        pages.finish(beside=1)
