"""Which checks a form's own workbook makes: the formulas of the rules, each at the cell that it speaks of.

A rule's formula is in terms of names (see :mod:`xltargets.rules.formulas`); here it is taken apart, and every part finds its
sheet and row. What is drawn of it is the matter of :mod:`xltargets.template.block`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from xltargets.excel.a1 import column_letters
from xltargets.rules.formulas import parts_of
from xltargets.rules.registry import Rule, all_rules
from xltargets.submission.form import ITEM, Form
from xltargets.template.plan import Names, Plan, Table

_NAME = re.compile(r"\b[a-z_][a-z0-9_]*(?:\.[a-z_][a-z0-9_]*)+\b")
_TEXT = re.compile(r'"[^"]*"')
_CALLS = ("each(", "own(")


@dataclass(frozen=True)
class Check:
    """A part of a rule's formula on a plan.

    Attributes:
        rule: the rule.
        formula: the part, in terms of names; TRUE when all is well.
        at: the name of the cell that it speaks of.
        table: the table whose rows are judged one by one, None for a single judgement.
        row: where its result stands, counted from 0: the row of that cell, or the heading of the table.
    """

    rule: Rule
    formula: str
    at: str
    table: Table | None
    row: int

    @property
    def message(self) -> str:
        """What the clerk reads when it does not hold."""
        return self.rule.formula_message or self.rule.name

    @property
    def word(self) -> str:
        """Its severity in Chinese."""
        return self.rule.severity.label


def names_in(formula: str) -> list[str]:
    """The names that a formula speaks of, in order."""
    return _NAME.findall(_TEXT.sub('""', formula))


def checks_of(plan: Plan, names: Names) -> list[Check]:
    """The checks that belong on a sheet, errors first and otherwise in the order of the catalogue.

    A formula that uses a name which this form lacks is left out: the engine does not run the rule either, or the rule says
    more than the formula can.
    """
    areas = dict(plan.areas())
    found = [
        check
        for rule in all_rules().values()
        if rule.formula and rule.on
        for part in parts_of(rule.formula)
        if (check := _placed(rule, part, plan, names, areas)) is not None
    ]
    return sorted(found, key=lambda check: check.rule.severity.rank)


def _placed(
    rule: Rule, part: str, plan: Plan, names: Names, areas: Mapping[str, tuple[int, int, int, int]]
) -> Check | None:
    if not all(name in names.fields for name in names_in(part)):
        return None
    outside = names_in(replace_calls(part, lambda call, inner: "0" if call == "each(" else inner))
    items = {names.item_of(names.fields[name]) for name in outside} - {""}
    if items != ({plan.item} - {""}) or outside[0] not in areas:
        return None
    at = outside[0]
    table = next((table for table in plan.tables if at in table.columns), None)
    row = areas[at][0]
    if table is not None and table.heading_row is not None:
        row = table.heading_row
    return Check(rule, part, at, table if rule.each == "indicator" else None, row)


def replace_calls(formula: str, replace: Callable[[str, str], str]) -> str:
    """The formula with each ``each(…)`` and ``own(…)`` replaced by what is said of it (``each(`` or ``own(``, inside)."""
    pieces: list[str] = []
    at = 0
    while True:
        starts = {formula.find(call, at): call for call in _CALLS}
        starts.pop(-1, None)
        if not starts:
            return "".join([*pieces, formula[at:]])
        start = min(starts)
        call = starts[start]
        end = _closing(formula, start + len(call))
        pieces += [formula[at:start], replace(call, formula[start + len(call) : end])]
        at = end + 1


def _closing(formula: str, at: int) -> int:
    """Where the bracket closes that was opened just before; none of the brackets stands within quotes."""
    depth = 1
    while depth:
        depth += {"(": 1, ")": -1}.get(formula[at], 0)
        at += 1
    return at - 1


def echoes_of(checks: list[Check]) -> list[str]:
    """What ``each(…)`` and ``own(…)`` have within, each once."""
    found: dict[str, None] = {}

    def note(_: str, inner: str) -> str:
        found.setdefault(inner)
        return ""

    for check in checks:
        replace_calls(check.formula, note)
    return list(found)


def in_row(formula: str, columns: Mapping[str, int], row: int) -> str:
    """A formula for a row of a table: its names are the cells of that row (counted from 0), which may be copied down."""
    return _NAME.sub(
        lambda match: f"${column_letters(columns[match[0]])}{row + 1}" if match[0] in columns else match[0],
        formula,
    )


def violated_when_blank(form: Form) -> set[tuple[str, str]]:
    """Rule and name of what the rules say of the blank form, which has no projects."""
    from xltargets.rules.engine import judge
    from xltargets.submission.document import from_document

    findings = judge(from_document(_blank(form), form=form)).findings
    return {(finding.rule, finding.pointer.strip("/").replace("/", ".")) for finding in findings}


def _blank(form: Form) -> dict[str, Any]:
    """The document of a workbook on which nothing is filled in."""
    document: dict[str, Any] = {}
    for path in _outermost(form):
        *parents, last = path
        node = document
        for part in parents:
            node = node.setdefault(part, {})
        node[last] = [] if path in form.arrays else None
    return document


def _outermost(form: Form) -> Iterator[tuple[str, ...]]:
    for field in form.fields.values():
        if not field.elsewhere:
            yield field.arrays[0] if ITEM in field.path else field.path
