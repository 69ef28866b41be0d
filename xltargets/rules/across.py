"""Judging what several units have in common: their comparison (group U), and a summary that somebody made (D05, D06)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from xltargets.rules.catalogue.department import EPS, row_differences
from xltargets.rules.config import Config
from xltargets.rules.finding import Finding, Severity
from xltargets.rules.registry import WARNING, Rows, Rule, UnitHit, all_rules
from xltargets.rules.unitrecord import UnitRecord, Units
from xltargets.submission.form import Form, load_form


def judge_units(
    records: Iterable[UnitRecord] | Units,
    config: Config | None = None,
    roster: Rows | None = None,
    ledger: Rows | None = None,
    *,
    form: Form | None = None,
) -> list[Finding]:
    """Compare units with each other, with the roster and with the ledger.

    Args:
        records: of every unit that counts, in the order in which findings shall come; they are folded one by one into
            :class:`~xltargets.rules.unitrecord.Units`, which a caller may also fill itself.
        config: the bureau's settings.
        roster: unit code → row (:func:`xltargets.submission.registers.load_roster`); U05 and U08 need it.
        ledger: project code → row; U03 needs it, or amounts in the roster.
        form: the form, for labels.

    Returns:
        Findings in the order of the units, then of the rules; ``file`` is the unit's, sheet and cell are not known.
    """
    config = config or Config()
    units = records if isinstance(records, Units) else Units()
    if not isinstance(records, Units):
        for record in records:
            units.add(record)
    given = {"@units": units, "@roster": roster, "@ledger": ledger}
    hits = [(rule, hit) for rule in _rules(config) for hit in _hits(rule, given, config)]
    hits.sort(key=lambda pair: (pair[1].unit is None, pair[1].unit or 0))
    return [_finding(rule, hit, units, config, form or load_form()) for rule, hit in hits]


def _rules(config: Config) -> list[Rule]:
    return [rule for rule in all_rules().values() if rule.each == "units" and config.runs(rule)]


def _hits(rule: Rule, given: Mapping[str, Any], config: Config) -> Iterator[UnitHit]:
    needed = [given[name] for name in rule.inputs]
    if all(one is not None for one in needed):
        optional = [given[name] for name in rule.maybe]
        for hit in rule.function(*needed, *optional, **config.settings(rule)):
            assert isinstance(hit, UnitHit)
            yield hit


def _finding(rule: Rule, hit: UnitHit, units: Units, config: Config, form: Form) -> Finding:
    severity = config.severity.get(rule.id, hit.severity or rule.severity)
    file = units.line(hit.unit).file if hit.unit is not None else None
    return Finding(rule.id, severity, hit.pointer, hit.message, field=form.label(hit.pointer), file=file or None)


def judge_summary(
    summary: Rows, records: Iterable[UnitRecord], config: Config | None = None, *, file: str | None = None
) -> list[Finding]:
    """D05 and D06 on a summary that somebody made: every row recomputed from the units' sheets, none missing or extra.

    A project without a code cannot be looked up (C03 tells of it), and the rows of a code that several projects have
    (X01, U02) cannot be told apart; neither is judged here.

    Args:
        summary: project code → row in the order of the table (:func:`xltargets.submission.registers.load_summary` reads
            any workbook with a column 项目编码).
        records: of the units, in the order that the summary should have.
        config: the bureau's settings; the thresholds of D05 count.
        file: the summary's, for the findings.
    """
    config = config or Config()
    rules = all_rules()
    eps = config.settings(rules["D05"]).get("eps", EPS)
    projects = [
        (project.code, record.name or record.code, project)
        for record in records
        for project in record.projects
    ]
    often = Counter(code for code, _, _ in projects)
    said: list[tuple[str, str, Severity | None]] = []
    for code, unit, project in projects:
        if not code or often[code] > 1:
            continue
        label = f"{unit} {project.name}（{code}）"
        row = summary.get(code)
        if row is None:
            said.append(("D06", f"汇总表缺少{label}，请补上", None))
            continue
        node = {"name": project.name, "budget": {key: getattr(project, key) for key in ("total", "fiscal", "other")}}
        for path, here, there in row_differences(node, row, eps):
            severity = WARNING if path == "name" else None
            said.append(("D05", f"汇总表中{label}是{there}，项目表为{here}，请改正汇总表", severity))
    said += [("D06", message, None) for message in _extra_and_order(summary, [code for code in often if code])]
    return [
        Finding(id, config.severity.get(id, own or rules[id].severity), "", message, field="已有的汇总表", file=file)
        for id, message, own in said
        if config.runs(rules[id])
    ]


def _extra_and_order(summary: Rows, order: Sequence[str]) -> Iterator[str]:
    """What of a summary's rows is no project, and where their order is another; ``order`` has every code once."""
    expected = set(order)
    for code, row in summary.items():
        if code not in expected:
            yield f"汇总表多出{row.get('项目名称') or ''}（{code}），没有单位申报这个项目，请核对"
    common = [code for code in summary if code in expected]
    ours = [code for code in order if code in summary]
    if common != ours:
        place = next(index for index, pair in enumerate(zip(common, ours, strict=True)) if pair[0] != pair[1])
        yield f"汇总表的项目次序与申报表不同，从第{place + 1}个项目（{common[place]}）起，请按单位和项目的次序排列"

