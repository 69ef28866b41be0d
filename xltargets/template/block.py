"""The block 校验 beside a form: what the rules say, while the clerk types.

Right of the spacer, outside the print area, stands one visible column: in the first row how much is left, beside each line
of the form ✓ or what to mend, errors first. The columns right of it are hidden. There each part of a rule has a cell in the
row it speaks of, empty or 错误, 警告, 提示; messages, counts and tints refer to these cells. In the first row, at places that
are the same on each project sheet, are the counts (errors, warnings, hints), whether the sheet is filled in at all, and what
rules across projects need. Formulas name cells by the form's names: those are the sheet's own, so a copied sheet checks
itself. Rows of a table are counted by one formula over the whole column, so inserted rows count, too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING

from xltargets.excel.a1 import column_letters
from xltargets.excel.formulas import needs_quotes, quote_sheet
from xltargets.rules.finding import Severity
from xltargets.rules.formulas import length
from xltargets.template.checks import (
    Check,
    checks_of,
    echoes_of,
    in_row,
    names_in,
    replace_calls,
    violated_when_blank,
)
from xltargets.template.plan import Plan, Table
from xltargets.template.sheets import Drawing

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

    from xltargets.template.formsheet import FormSheet

WIDTH = 52
FINE = "✓"
NOT_BEGUN = "尚未填写"
ALL_FINE = "✓ 没有发现问题"
HEADING = "校验（随填随查，不打印，请勿在此填写）"
#: What stands in the first row, from the first hidden column on; then comes what rules across projects need.
_COUNTED = (Severity.ERROR, Severity.WARNING, Severity.HINT)
_BEGUN = len(_COUNTED)
_FIRST_ECHO = _BEGUN + 1


@dataclass(frozen=True)
class Across:
    """What every project sheet has in its first row for rules that compare projects.

    Attributes:
        sheets: the first and the last sheet that a reference to several sheets takes in.
        echoes: what ``each(…)`` and ``own(…)`` say, each with a cell.
        column: the column of the first of them.
    """

    sheets: tuple[str, str]
    echoes: tuple[str, ...]
    column: int

    def cell(self, echo: str) -> str:
        """The cell of something on a project sheet."""
        return f"${column_letters(self.column + self.echoes.index(echo))}$1"

    def everywhere(self, cell: str) -> str:
        """A cell on all sheets from the first to the last."""
        first, last = self.sheets
        prefix = f"{first}:{last}"
        if needs_quotes(first) or needs_quotes(last):  # not else: LibreOffice does not understand them here
            prefix = quote_sheet(prefix)
        return f"{prefix}!{cell}"


def blocks_of(drawing: Drawing) -> list[Block]:
    """The block of each sheet that has something to check; all sheets of the form are drawn already."""
    plans = [plan for plan in drawing.plans if checks_of(plan, drawing.names)]
    kinds = {plan.item: plan for plan in reversed(plans)}
    echoes = echoes_of([check for plan in kinds.values() for check in checks_of(plan, drawing.names)])
    project = next((plan for plan in plans if plan.item), None)
    column = project.spacer + 2 + _FIRST_ECHO if project else 0
    across = Across((drawing.plans[0].sheet, list(drawing.sheets)[-1]), tuple(echoes), column)
    violated = frozenset(violated_when_blank(drawing.form)) if plans else frozenset()
    return [Block(drawing, plan, across=across, violated=violated) for plan in plans]


class Block:
    """The block of one sheet, worked out; :meth:`draw` puts it there.

    Args:
        drawing: the workbook.
        plan: of the sheet.
        across: what stands on all project sheets for rules that compare them.
        violated: rule and name of what the blank form violates: results kept with the formulas until they are calculated.
    """

    def __init__(
        self, drawing: Drawing, plan: Plan, *, across: Across, violated: frozenset[tuple[str, str]]
    ) -> None:
        self.drawing, self.plan, self.across, self.violated = drawing, plan, across, violated
        self.checks = checks_of(plan, drawing.names)
        self.echoes = across.echoes if plan.item else ()
        self.column = plan.spacer + 1
        self.first = self.column + 1
        self.by_row: dict[int, list[Check]] = {}
        for check in self.checks:
            self.by_row.setdefault(check.row, []).append(check)

    # --- places ---------------------------------------------------------------------------------

    def count_cell(self, severity: Severity) -> str:
        """The cell with the number of errors, warnings or hints."""
        return self._head(_COUNTED.index(severity))

    @property
    def begun_cell(self) -> str:
        """The cell that is 1 when anything is filled in on the sheet, else empty."""
        return self._head(_BEGUN)

    def _head(self, index: int) -> str:
        return f"${column_letters(self.first + index)}$1"

    def result_cell(self, check: Check) -> str:
        """The hidden cell of a check: empty or its severity; for the rows of a table, how many violate it."""
        return f"${column_letters(self._result_column(check))}${check.row + 1}"

    def _result_column(self, check: Check) -> int:
        return self.first + self.by_row[check.row].index(check)

    @cached_property
    def last(self) -> int:
        """The last hidden column."""
        widest = max((len(checks) for checks in self.by_row.values()), default=0)
        return self.first + max(widest, _FIRST_ECHO + len(self.echoes)) - 1

    # --- formulas -------------------------------------------------------------------------------

    def _resolved(self, formula: str) -> str:
        """A formula with what it says of all projects turned into references."""

        def place(call: str, inner: str) -> str:
            cell = self.across.cell(inner)
            return self.across.everywhere(cell) if call == "each(" else cell

        return replace_calls(formula, place)

    def _guarded(self, formula: str, blank: str) -> str:
        """A project sheet on which nothing is filled in is no project, and nothing is said of it."""
        return f'=IF({self.begun_cell}="",{blank},{formula})' if self.plan.item else f"={formula}"

    def _result_formula(self, check: Check) -> str:
        if check.table is not None:
            return self._guarded(f"IFERROR(SUMPRODUCT(1-({check.formula})),0)", '""')
        return self._guarded(f'IF(IFERROR({self._resolved(check.formula)},TRUE),"","{check.word}")', '""')

    def _message_formula(self, checks: Sequence[Check]) -> str:
        message = f'"{FINE}"'
        for _, same in reversed(
            [(key, list(group)) for key, group in groupby(checks, lambda check: check.rule.id)]
        ):
            cells, check = [self.result_cell(one) for one in same], same[0]
            if check.table is None:
                condition, text = f'{"&".join(cells)}<>""', f'"{check.word}：{check.message}"'
            else:
                condition = f"{cells[0]}>0"
                text = f'"{check.word}：有"&{cells[0]}&"行需要处理，见下"'
            message = f"IF({condition},{text},{message})"
        return self._guarded(message, '""')

    def _row_formula(self, table: Table, checks: Sequence[Check], row: int) -> str:
        message = f'"{FINE}"'
        for check in reversed(checks):
            judged = in_row(check.formula, table.columns, row)
            message = f'IF(IFERROR({judged},TRUE),{message},"{check.word}：{check.message}")'
        cells = [f"${column_letters(column)}{row + 1}" for column in self._content(table).values()]
        return f'=IF({"&".join(cells)}="","",{message})'

    def _content(self, table: Table) -> dict[str, int]:
        """The columns of a table that make a row an item."""
        fields = self.drawing.names.fields
        return {name: column for name, column in table.columns.items() if not fields[name].fill_down}

    def _count_formula(self, severity: Severity) -> str:
        last = f"${column_letters(self.last)}${self.plan.rows}"
        area = f"${column_letters(self.first)}$2:{last}"
        rows = [self.result_cell(check) for check in self._of_rows() if check.rule.severity is severity]
        summed = f"+SUM({','.join(rows)})" if rows else ""
        return f'=COUNTIF({area},"{severity.label}"){summed}'

    def _of_rows(self) -> list[Check]:
        return [check for check in self.checks if check.table is not None]

    def _status_formula(self) -> str:
        errors, warnings, hints = map(self.count_cell, _COUNTED)
        hinted = f'IF({hints}>0,"，"&{hints}&"处提示","")'
        left = (
            f'IF({errors}+{warnings}=0,"{ALL_FINE}","还有"&{errors}&"处错误、"&{warnings}&"处警告")&{hinted}'
        )
        return self._guarded(left, f'"{NOT_BEGUN}"')

    def _begun_formula(self) -> str:
        """Levels alone, the form's own words and its formulas do not make a project."""
        fields = self.drawing.names.fields
        names = [
            name
            for name, _ in self.plan.areas()
            if not (fields[name].derived or fields[name].fill_down or fields[name].default is not None)
        ]
        return f'=IF(COUNTA({",".join(names)})>0,1,"")'

    # --- what the formulas give while nothing is filled in ----------------------------------------

    def _blank_result(self, check: Check) -> str | int:
        if check.table is not None:
            return "" if self.plan.item else 0
        violated = not self.plan.item and (check.rule.id, check.at) in self.violated
        return check.word if violated else ""

    def _blank_message(self, checks: Sequence[Check]) -> str:
        if self.plan.item:
            return ""
        bad = next((check for check in checks if self._blank_result(check)), None)
        return f"{bad.word}：{bad.message}" if bad else FINE

    def blank_count(self, severity: Severity) -> int:
        """How many errors, warnings or hints the blank form has."""
        return sum(self._blank_result(check) == severity.label for check in self.checks)

    def _blank_status(self) -> str:
        errors, warnings, hints = map(self.blank_count, _COUNTED)
        if self.plan.item:
            return NOT_BEGUN
        left = f"还有{errors}处错误、{warnings}处警告" if errors + warnings else ALL_FINE
        return left + (f"，{hints}处提示" if hints else "")

    # --- drawing --------------------------------------------------------------------------------

    def draw(self) -> None:
        """Put the block on its sheet."""
        sheet, styles = self.drawing.sheets[self.plan.sheet], self.drawing.styles
        sheet.set_column(self.column, self.column, WIDTH)
        sheet.set_column(self.first, self.last, None, None, {"hidden": True})
        sheet.write_formula(
            0, self.column, self._status_formula(), styles["check status"], self._blank_status()
        )
        sheet.write_string(1, self.column, HEADING, styles["check heading"])
        for index, severity in enumerate(_COUNTED):
            count = self.blank_count(severity)
            sheet.write_formula(
                0, self.first + index, self._count_formula(severity), styles["check result"], count
            )
        sheet.write_formula(0, self.first + _BEGUN, self._begun_formula(), styles["check result"], "")
        for index, echo in enumerate(self.echoes):
            place = (0, self.first + _FIRST_ECHO + index)
            sheet.write_formula(*place, self._guarded(echo, '""'), styles["check result"], "")
        for row, checks in self.by_row.items():
            self._draw_row(sheet, row, checks)
        for table in self.plan.tables:
            self._draw_rows(sheet, table)
        self._tint(sheet)
        self._colour(sheet)

    def _draw_row(self, sheet: Worksheet, row: int, checks: Sequence[Check]) -> None:
        styles = self.drawing.styles
        message = self._blank_message(checks)
        if row:  # the first one has the count
            sheet.write_formula(row, self.column, self._message_formula(checks), styles["check"], message)
        for check in checks:
            place = (row, self._result_column(check))
            sheet.write_formula(
                *place, self._result_formula(check), styles["check result"], self._blank_result(check)
            )

    def _draw_rows(self, sheet: FormSheet, table: Table) -> None:
        checks = [check for check in self._of_rows() if check.table is table]
        if checks:
            rows, style = range(table.first_row, table.last_row + 1), self.drawing.styles["check"]
            sheet.write_formula_down(rows, self.column, self._row_formula(table, checks, rows[0]), style, "")

    def _tint(self, sheet: Worksheet) -> None:
        """Light red behind the cells that have errors and warnings; a sheet that nobody has begun stays as it is printed."""
        for area, criteria in self._tints():
            options = {"type": "formula", "criteria": criteria, "format": self.drawing.styles["tint"]}
            if sheet.conditional_format(*area, options):
                raise AssertionError(f"not a condition that Excel takes: {criteria}")

    def _tints(self) -> Iterator[tuple[tuple[int, int, int, int], str]]:
        areas = dict(self.plan.areas())
        told = [check for check in self.checks if check.rule.severity is not Severity.HINT]
        single = sorted((check for check in told if check.table is None), key=lambda check: check.at)
        for at, checks in groupby(single, lambda check: check.at):
            results = "&".join(map(self.result_cell, checks))
            yield areas[at], f'=AND({self.begun_cell}<>"",{results}<>"")'
        for check in told:
            if check.table is not None:
                yield from self._row_tints(check, check.table)

    def _row_tints(self, check: Check, table: Table) -> Iterator[tuple[tuple[int, int, int, int], str]]:
        """The cells that are blank, where a rule asks for them; else the one that the rule speaks of."""
        bad = f"NOT(IFERROR({in_row(check.formula, table.columns, table.first_row)},TRUE))"
        if check.rule.group != "C":
            column = table.columns[check.at]
            yield (table.first_row, column, table.last_row, column), f"={bad}"
            return
        for left, right in _stretches({table.columns[name] for name in names_in(check.formula)}):
            blank = f"{length(f'{column_letters(left)}{table.first_row + 1}')}=0"
            yield (table.first_row, left, table.last_row, right), f"=AND({blank},{bad})"

    def _colour(self, sheet: Worksheet) -> None:
        """✓ in green, 错误 in red, 警告 in brown, 提示 in blue."""
        letters = column_letters(self.column)
        for start, style in {
            FINE: "fine",
            "错误": "bad",
            "还有": "bad",
            "警告": "poor",
            "提示": "hint",
        }.items():
            criteria = f'=LEFT(${letters}1,{len(start)})="{start}"'
            options = {"type": "formula", "criteria": criteria, "format": self.drawing.styles[style]}
            sheet.conditional_format(0, self.column, self.plan.rows - 1, self.column, options)


def _stretches(columns: set[int]) -> Iterator[tuple[int, int]]:
    """First and last of each row of columns that stand side by side."""
    for column in sorted(columns):
        if column - 1 not in columns:
            last = column
            while last + 1 in columns:
                last += 1
            yield column, last
