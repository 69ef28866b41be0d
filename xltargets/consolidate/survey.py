"""What a run comes to, and what must be known of it before the first row is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from xltargets.consolidate.brief import SEVERITIES
from xltargets.consolidate.crossing import Crossing
from xltargets.consolidate.drawing.columns import blank_widths, merge_widths
from xltargets.consolidate.drawing.layout import Table
from xltargets.consolidate.fold import units_of
from xltargets.consolidate.inbox.onefile import FOREIGN, READ, does_count
from xltargets.consolidate.store import Listed, Store
from xltargets.rules.finding import Finding


@dataclass
class Totals:
    """What a run comes to.

    Attributes:
        files, read, unreadable, replaced, foreign: numbers of files.
        units, projects, findings: numbers of these in the summary.
        missing, late: numbers of units: on the roster and not in; handed in after the deadline.
        counts: findings that count, by severity; those across units among them.
        money: sums over all projects, by the key of the column; exact.
    """

    files: int = 0
    read: int = 0
    unreadable: int = 0
    replaced: int = 0
    foreign: int = 0
    units: int = 0
    projects: int = 0
    findings: int = 0
    missing: int = 0
    late: int = 0
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SEVERITIES, 0))
    money: dict[str, Decimal] = field(default_factory=dict)


@dataclass
class Survey:
    """What must be known of a run before the first row is written.

    Attributes:
        widths: of the widest values, by table.
        rows: numbers of rows, by table.
        failures: number of files that rules raised on.
        years: what the units say.
        newest: when the newest file was changed, in nanoseconds since 1970.
        totals: what it comes to; those of 报送情况 are not known here.
    """

    widths: dict[str, list[int]] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    failures: int = 0
    years: dict[str, int] = field(default_factory=dict)
    newest: int = 0
    totals: Totals = field(default_factory=Totals)


def survey(store: Store, root: Table, crossing: Crossing) -> Survey:
    """Look through the list of a run."""
    found = Survey(widths=blank_widths(root))
    totals = found.totals
    for files in units_of(store):
        totals.units += any(file.taken for file in files)
        for file in files:
            _add_file(found, file)
            brief = crossing.brief(file) if file.status == READ else {"failures": 0}
            found.failures += bool(brief["failures"])
            if file.taken:
                _add_brief(found, brief)
            else:
                _add_findings(totals, crossing.of(file.number))
    _add_findings(totals, crossing.of_none)
    totals.findings += totals.unreadable
    return found


def _add_file(found: Survey, file: Listed) -> None:
    totals = found.totals
    totals.files += file.status != FOREIGN
    totals.foreign += file.status == FOREIGN
    totals.read += file.status == READ
    totals.unreadable += file.status not in (READ, FOREIGN)
    totals.replaced += file.replaced is not None
    found.newest = max(found.newest, file.modified)


def _add_brief(found: Survey, brief: Mapping[str, Any]) -> None:
    totals = found.totals
    merge_widths(found.widths, brief["widths"])
    for name, rows in brief["rows"].items():
        found.rows[name] = found.rows.get(name, 0) + rows
    if year := brief.get("year"):
        found.years[year] = found.years.get(year, 0) + 1
    totals.projects += len(brief["items"])
    totals.findings += brief["findings"]
    for severity, count in brief["counts"].items():
        totals.counts[severity] += count
    for sums in brief["money"].values():
        for key, amount in sums.items():
            totals.money[key] = totals.money.get(key, Decimal(0)) + Decimal(amount)


def _add_findings(totals: Totals, findings: Iterable[Finding]) -> None:
    """What the comparison of units found of what is not in the summary."""
    for finding in findings:
        totals.findings += 1
        if does_count(finding):
            totals.counts[finding.severity.value] += 1
