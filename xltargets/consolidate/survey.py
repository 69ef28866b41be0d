"""What a run comes to, and what must be known of it before the first row is written."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from xltargets.consolidate.columns import merge_widths
from xltargets.consolidate.fold import units_of
from xltargets.consolidate.layout import Table
from xltargets.consolidate.onefile import FOREIGN, READ
from xltargets.consolidate.rows import SEVERITIES
from xltargets.consolidate.store import Listed, Store


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
        findings: number of findings of the files that are taken.
        units: number of units.
        years: what the units say.
        newest: when the newest file was changed, in nanoseconds since 1970.
    """

    widths: dict[str, list[int]] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    findings: int = 0
    units: int = 0
    years: dict[str, int] = field(default_factory=dict)
    newest: int = 0
    totals: Totals = field(default_factory=Totals)


def survey(store: Store, root: Table) -> Survey:
    """Look through the list of a run."""
    found = Survey(widths={table.name: [0] * len(table.fields) for table in root.walk()})
    totals = found.totals
    for files in units_of(store):
        found.units += any(file.taken for file in files)
        for file in files:
            totals.files += file.status != FOREIGN
            totals.foreign += file.status == FOREIGN
            totals.read += file.status == READ
            totals.unreadable += file.status not in (READ, FOREIGN)
            totals.replaced += file.replaced is not None
            found.newest = max(found.newest, file.modified)
            if file.taken:
                _add_file(found, file)
    return found


def _add_file(found: Survey, file: Listed) -> None:
    merge_widths(found.widths, file.brief["widths"])
    for name, rows in file.brief["rows"].items():
        found.rows[name] = found.rows.get(name, 0) + rows
    found.findings += file.brief["findings"]
    if year := file.brief.get("year"):
        found.years[year] = found.years.get(year, 0) + 1
