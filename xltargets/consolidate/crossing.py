"""What the comparison of units with each other finds, placed in the cells of their files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from xltargets.consolidate.brief import SEVERITIES
from xltargets.consolidate.drawing.drawn import item_of
from xltargets.consolidate.drawing.layout import Table, main_table
from xltargets.consolidate.fold import units_of
from xltargets.consolidate.inbox.onefile import READ, Reading, does_count
from xltargets.consolidate.store import Listed, Store
from xltargets.rules.across import judge_summary, judge_units
from xltargets.rules.finding import Finding
from xltargets.rules.registry import Rows
from xltargets.rules.unitrecord import UnitRecord, Units
from xltargets.submission.form import Form
from xltargets.submission.model import Submission


@dataclass
class Crossing:
    """Findings across units.

    Attributes:
        store: has the findings of files.
        main: the table of the projects.
        numbers: of the files on the list of the run that have findings.
        of_none: findings of no file that was handed in, such as a unit that is missing.
    """

    store: Store
    main: Table | None = None
    numbers: set[int] = field(default_factory=set)
    of_none: list[Finding] = field(default_factory=list)

    def of(self, number: int) -> Sequence[Finding]:
        """Those of a file."""
        return self.store.crossed(number) if number in self.numbers else ()

    def brief(self, file: Listed) -> dict[str, Any]:
        """The brief of a file that was read, with these findings counted among its own."""
        brief = dict(file.brief)
        for finding in self.of(file.number):
            brief["findings"] += 1
            if does_count(finding):
                severity, item = finding.severity.value, item_of(finding.pointer, self.main)
                brief["counts"][severity] += 1
                brief["rules"][finding.rule] = brief["rules"].get(finding.rule, 0) + 1
                if item is not None and item < len(brief["items"]):
                    brief["items"][item][1 + SEVERITIES.index(severity)] += 1
        return brief


def cross(store: Store, reading: Reading, existing: Rows | None = None) -> Crossing:
    """Compare the units of a run; of a unit's files the one that is taken comes first.

    Args:
        store: what was read.
        reading: with what it was read.
        existing: the rows of a summary that somebody made, which are compared with the files taken (D05, D06).
    """
    units = Units()
    for files in units_of(store, part="record"):
        for record in _records(store, sorted(files, key=lambda file: not file.taken)):
            units.add(record)
    crossing = Crossing(store, main_table(reading.root))
    inputs = reading.inputs
    found = judge_units(units, reading.config, inputs.roster, inputs.ledger, form=reading.form)
    del units
    for file, findings in groupby(found, lambda finding: finding.file):  # they come unit by unit
        listed = store.find(file) if file else None
        if listed is None:
            crossing.of_none += findings
        else:
            crossing.numbers.add(listed.number)
            store.keep_crossed(listed.number, _placed(store, reading.form, listed, findings))
    if existing is not None:
        taken = (file for files in units_of(store) for file in files if file.taken)
        crossing.of_none += judge_summary(existing, _records(store, taken), reading.config)
    return crossing


def _records(store: Store, files: Iterable[Listed]) -> Iterator[UnitRecord]:
    """The records of those files that could be read."""
    for file in files:
        record = store.record(file) if file.status == READ else None
        if record is not None:
            yield record


def _placed(store: Store, form: Form, file: Listed, findings: Iterable[Finding]) -> list[Finding]:
    """The findings of one file with their cells."""
    submission = Submission({}, form, locations=store.cells(file))
    placed = []
    for finding in findings:
        location = submission.locate(finding.pointer) if finding.pointer else None
        sheet, cell = location or (None, None)
        placed.append(finding._replace(sheet=sheet, cell=cell))
    return placed
