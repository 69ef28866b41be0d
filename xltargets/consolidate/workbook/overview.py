"""总览: what it all comes to, on one page: totals by department, kind of project, unit and severity, with charts."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from xltargets.consolidate.brief import SEVERITIES
from xltargets.consolidate.drawing.bodies import HEIGHTS, lines
from xltargets.consolidate.drawing.drawn import quoted
from xltargets.consolidate.drawing.looks import Looks
from xltargets.consolidate.drawing.plans import Column
from xltargets.consolidate.rows import ZERO, Unit
from xltargets.consolidate.workbook.sheet import plain
from xltargets.excel.a1 import column_letters
from xltargets.rules.finding import Severity
from xltargets.rules.registry import all_rules

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

TITLE = "总览"
#: Rows of a table before the rest is one row; bars of a chart.
MOST_GROUPS, MOST_UNITS, MOST_RULES, MOST_BARS = 60, 15, 15, 12

_OTHER = "其余"
CHART_HEIGHT = 270
_CHART_ROWS = CHART_HEIGHT // 20 + 2
#: About so many rows stand on a page of paper.
_PAGE = 34
#: Width of the first column, which has the labels.
_FIRST = 34
#: Of errors, warnings and hints; the last also of amounts.
COLORS = ("#C0504D", "#E3A23C", "#5B7FB4")


class Line(NamedTuple):
    """A row of one of the tables: what it is called, units, projects, amounts, findings."""

    label: str
    units: int
    projects: int
    money: dict[str, Decimal]
    counts: dict[str, int]

    def plus(self, other: Line, label: str) -> Line:
        """Both together."""
        money = {
            key: self.money.get(key, ZERO) + other.money.get(key, ZERO) for key in self.money | other.money
        }
        counts = {key: self.counts.get(key, 0) + other.counts.get(key, 0) for key in SEVERITIES}
        return Line(label, self.units + other.units, self.projects + other.projects, money, counts)


@dataclass
class Overview:
    """The fold behind the page.

    Attributes:
        departments: by region and first three digits of the unit's code.
        kinds: by kind of project.
        largest: the units with the largest budget, as a heap.
        rules: findings by rule.
        names: of departments, from the roster or from the unit whose code ends in 001.
        counts: all findings by severity, those too that belong to no unit or no project.
    """

    departments: dict[tuple[str, str], Line] = field(default_factory=dict)
    kinds: dict[str, Line] = field(default_factory=dict)
    largest: list[tuple[Decimal, int, Line]] = field(default_factory=list)
    rules: Counter[str] = field(default_factory=Counter)
    names: dict[str, str] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    _units: int = 0

    def add_file(self, brief: Mapping[str, Any]) -> None:
        """Add what a file's brief says: its findings by rule, its projects by kind."""
        self.rules.update(brief["rules"])
        for kind in dict.fromkeys(item[0] for item in brief["items"]):
            own = [item[1:] for item in brief["items"] if item[0] == kind]
            counts = dict(zip(SEVERITIES, map(sum, zip(*own, strict=True)), strict=True))
            money = {key: Decimal(amount) for key, amount in brief["money"].get(kind, {}).items()}
            line = Line(kind, 0, len(own), money, counts)
            self.kinds[kind] = self.kinds[kind].plus(line, kind) if kind in self.kinds else line

    def add_unit(self, unit: Unit, code: str | None, name: str | None, region: str | None) -> None:
        """Add a unit to its department, and to the largest if it is one of them."""
        label = f"{code or '未填编码'} {name or ''}".strip()
        line = Line(label, 1, unit.projects, unit.money, unit.counts)
        department = (region or "", (code or "")[:3] or "未填")
        if code and code.endswith("001") and name:
            self.names.setdefault(code[:3], name)
        known = self.departments.get(department)
        self.departments[department] = (
            known.plus(line, department[1]) if known else line._replace(label=department[1])
        )
        self._units += 1
        entry = (next(iter(unit.money.values()), ZERO), -self._units, line)
        if len(self.largest) < MOST_UNITS:
            heapq.heappush(self.largest, entry)
        else:
            heapq.heappushpop(self.largest, entry)


# --- the page -----------------------------------------------------------------------------------------


class OverviewPage:
    """Writes the page; the sheet is made first, so that it stands first.

    Args:
        book: the workbook.
        looks: its formats.
        money: the amounts that are added up.
    """

    def __init__(self, book: Workbook, looks: Looks, money: Sequence[Column]) -> None:
        self.book, self.looks, self.money = book, looks, money
        self.sheet: Worksheet = book.add_worksheet(TITLE)
        self.columns = [
            "单位数",
            "项目个数",
            *(column.label for column in money),
            *(one.label for one in Severity),
        ]
        self.row = 0
        self.breaks: list[int] = []

    def write(
        self, title: str, left: str, right: str, facts: Sequence[tuple[str, Any]], overview: Overview
    ) -> None:
        """Fill the page."""
        self._set_up(title, left, right)
        self._facts(facts)
        several = len({region for region, _ in overview.departments}) > 1
        departments = [
            line._replace(label=self._department(region, code, overview, several))
            for (region, code), line in sorted(overview.departments.items())
        ]
        place = self._table("二、按部门汇总", "部门", departments)
        self._rest(departments, overview.counts, "没有报来的单位、重复报来未采用的文件等")
        self._charts("各部门", departments, place, self.columns)
        if not self.breaks:
            self.breaks.append(self.row)
        kinds = sorted(overview.kinds.values(), key=lambda line: (-line.projects, line.label))
        place = self._table("三、按项目类别汇总", "项目类别", kinds, without=("单位数",))
        self._rest(kinds, overview.counts, "部门整体目标、整份申报表等不属于哪个项目")
        if len(kinds) > 1:
            self._charts("各类项目", kinds, place, self.columns[1:])
        largest = [line for _, _, line in sorted(overview.largest, reverse=True)]
        self._table(
            f"四、预算数最大的{len(largest)}个单位", "单位", largest, summed=False, without=("单位数",)
        )
        self._rules(overview.rules)
        self.sheet.set_h_pagebreaks(self.breaks)

    def _keep_together(self, rows: int) -> None:
        """Begin a page of paper where so many rows would not stand on the rest of this one."""
        used = (self.row - (self.breaks[-1] if self.breaks else 0)) % _PAGE
        if used and used + rows > _PAGE >= rows:
            self.breaks.append(self.row)

    def _set_up(self, title: str, left: str, right: str) -> None:
        sheet, last = self.sheet, len(self.columns)
        sheet.set_column(0, 0, _FIRST)
        sheet.set_column(1, last, 13)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
        sheet.center_horizontally()
        sheet.set_footer("&C第 &P 页  共 &N 页")
        sheet.hide_gridlines(2)
        sheet.set_row(0, 32)
        sheet.merge_range(0, 0, 0, last, plain(title), self.looks.other("title"))
        sheet.write_string(1, 0, plain(left), self.looks.other("caption"))
        sheet.write_string(1, last, plain(right), self.looks.other("caption right"))
        self.row = 3

    def _facts(self, facts: Sequence[tuple[str, Any]]) -> None:
        """Two facts to a line."""
        self._part("一、基本情况")
        label, count, money = self.looks.other("heading"), self.looks.cell("count"), self.looks.cell("money")
        for start in range(0, len(facts), 3):
            self.sheet.set_row(self.row, 18)
            for place, (name, value) in enumerate(facts[start : start + 3]):
                column = (0, 2, 4)[place]
                self.sheet.write_string(self.row, column, name, label)
                self.sheet.write_number(
                    self.row, column + 1, value, money if isinstance(value, Decimal) else count
                )
            self.row += 1
        self.row += 1

    def _part(self, title: str) -> None:
        self.sheet.set_row(self.row, 22)
        self.sheet.write_string(self.row, 0, title, self.looks.other("part"))
        self.row += 1

    def _department(self, region: str, code: str, overview: Overview, several: bool) -> str:
        name = overview.names.get(code, "")
        return " ".join(part for part in (region if several else "", code, name) if part)

    def _table(
        self, title: str, first: str, lines: Sequence[Line], summed: bool = True, without: Sequence[str] = ()
    ) -> tuple[int, int]:
        """A table; the rows of its body, from 0, for a chart."""
        lines = _shortened(lines)
        self._keep_together(len(lines) + 3)
        self._part(title)
        heads = [name for name in self.columns if name not in without]
        for number, head in enumerate([first, *heads]):
            self.sheet.write_string(self.row, number, plain(head), self.looks.other("heading"))
        self.sheet.set_row(self.row, 20)
        self.row += 1
        top = self.row
        for line in lines:
            self._line(line, heads, "body")
        bottom = self.row - 1
        if summed and lines:
            self._total(lines, heads, top, bottom)
        self.row += 1
        return top, bottom

    def _rest(self, lines: Sequence[Line], counts: Mapping[str, int], what: str) -> None:
        """Below a table, the findings that are in none of its lines: so that its total agrees with what stands above."""
        rest = {one: counts.get(one.value, 0) - sum(line.counts.get(one.value, 0) for line in lines) for one in Severity}
        said = "、".join(f"{one.label}{number}条" for one, number in rest.items() if number > 0)
        if said:
            text = f"注：另有{what}的问题没有列入上表：{said}，见问题清单。"
            self.sheet.write_string(self.row - 1, 0, text, self.looks.other("caption"))
            self.row += 1

    def _line(self, line: Line, heads: Sequence[str], style: str) -> None:
        self._label(line.label, style)
        for number, value in enumerate(self._values(line, heads), 1):
            self.sheet.write_number(self.row, number, value, self.looks.cell(_kind(value), style))
        self.row += 1

    def _label(self, text: str, style: str = "body") -> None:
        """The first cell of a row, and the row as high as it needs."""
        self.sheet.set_row(self.row, float(HEIGHTS[lines(text, _FIRST - 1)]))
        self.sheet.write_string(self.row, 0, plain(text), self.looks.cell("text", style))

    def _values(self, line: Line, heads: Sequence[str]) -> list[int | Decimal]:
        found: dict[str, int | Decimal] = {"单位数": line.units, "项目个数": line.projects}
        found |= {column.label: line.money.get(column.key, ZERO) for column in self.money}
        found |= {severity.label: line.counts.get(severity.value, 0) for severity in Severity}
        return [found[head] for head in heads]

    def _total(self, lines: Sequence[Line], heads: Sequence[str], top: int, bottom: int) -> None:
        total = lines[0]
        for line in lines[1:]:
            total = total.plus(line, "")
        self._label("合计", "total")
        for number, value in enumerate(self._values(total, heads), 1):
            letters = column_letters(number)
            formula = f"=SUM({letters}{top + 1}:{letters}{bottom + 1})"
            self.sheet.write_formula(self.row, number, formula, self.looks.cell(_kind(value), "total"), value)
        self.row += 1

    def _rules(self, rules: Mapping[str, int]) -> None:
        """The rules with the most findings."""
        if not rules:
            return
        known = all_rules()
        most = sorted(rules.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST_RULES]
        self._keep_together(len(most) + 2)
        self._part("五、最常见的问题")
        for number, head in enumerate(("规则", "编号", "问题条数")):
            self.sheet.write_string(self.row, number, head, self.looks.other("heading"))
        self.sheet.set_row(self.row, 20)
        self.row += 1
        for id, count in most:
            name = known[id].name if id in known else id
            self._label(name)
            self.sheet.write_string(self.row, 1, id, self.looks.cell("word"))
            self.sheet.write_number(self.row, 2, count, self.looks.cell("count"))
            self.row += 1

    # --- charts ---------------------------------------------------------------------------------------

    def _charts(self, what: str, lines: Sequence[Line], place: tuple[int, int], heads: Sequence[str]) -> None:
        """Below a table, side by side: its first amount (or its projects), and its findings by severity."""
        if not lines:
            return
        self._keep_together(_CHART_ROWS)
        amount, unit = (self.money[0].label, "（万元）") if self.money else ("项目个数", "")
        severities = [severity.label for severity in Severity]
        width = (250 + 96 * len(self.columns)) // 2 - 6
        for number, (title, names) in enumerate(((amount, [amount]), ("问题条数", severities))):
            chart = self._chart(f"{what}{title}{unit if title == amount else ''}", place, heads, names)
            chart.set_size({"width": width, "height": CHART_HEIGHT})
            self.sheet.insert_chart(
                self.row, 0, chart, {"object_position": 1, "x_offset": number * (width + 12)}
            )
        self.row += _CHART_ROWS

    def _chart(self, title: str, place: tuple[int, int], heads: Sequence[str], names: Sequence[str]) -> Any:
        chart = self.book.add_chart({"type": "column", **({"subtype": "stacked"} if len(names) > 1 else {})})
        top, bottom = place[0] + 1, min(place[1], place[0] + MOST_BARS - 1) + 1
        for name, color in zip(names, COLORS[-len(names) :], strict=True):
            column = heads.index(name) + 1
            letters = column_letters(column)
            chart.add_series(
                {
                    "name": name, "fill": {"color": color}, "gap": 70,
                    "categories": f"={quoted(TITLE)}!$A${top}:$A${bottom}",
                    "values": f"={quoted(TITLE)}!${letters}${top}:${letters}${bottom}",
                }
            )  # fmt: skip
        font = {"name": "宋体", "size": 9}
        chart.set_title({"name": title, "name_font": {"name": "宋体", "size": 12, "bold": True}})
        chart.set_legend({"none": True} if len(names) == 1 else {"position": "bottom", "font": font})
        values = {
            "num_font": font,
            "num_format": "#,##0",
            "major_gridlines": {"visible": True, "line": {"color": "#D9D9D9"}},
        }
        chart.set_x_axis({"num_font": font})
        chart.set_y_axis(values)
        return chart


def _kind(value: int | Decimal) -> str:
    return "money" if isinstance(value, Decimal) else "count"


def _shortened(lines: Sequence[Line]) -> list[Line]:
    """The first of them, and the rest as one."""
    if len(lines) <= MOST_GROUPS:
        return list(lines)
    rest = lines[MOST_GROUPS - 1]
    for line in lines[MOST_GROUPS:]:
        rest = rest.plus(line, "")
    return [*lines[: MOST_GROUPS - 1], rest._replace(label=f"{_OTHER}{len(lines) - MOST_GROUPS + 1}个")]
