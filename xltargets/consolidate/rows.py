"""The rows of the sheets, from the store: what a workbook, a DataFrame and a Parquet file have in common."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from xltargets.consolidate.columns import Column, Planner
from xltargets.consolidate.crossing import Crossing
from xltargets.consolidate.layout import Row, Table
from xltargets.consolidate.onefile import FOREIGN, READ, FileResult, does_count
from xltargets.consolidate.store import Listed, Store
from xltargets.rules.finding import Finding, Severity

SEVERITIES = tuple(severity.value for severity in Severity)

ZERO = Decimal(0)

#: A row with the rows around it, outermost first.
Chain = list[Row]
#: Values of columns by key, where they are not those of the chain.
Special = dict[str, Any]


@dataclass
class Loaded:
    """A file's result, with what the comparison of units found; its rows with the rows around them, by table."""

    file: Listed
    result: FileResult
    chains: dict[str, list[Chain]]

    @property
    def root(self) -> Row:
        """The row of the root."""
        return self.chains[""][0][0]


@dataclass
class Unit:
    """What adds up over the files of a unit.

    Attributes:
        root: the root's row of its first file.
        files: files that were read, those replaced by newer ones too.
        projects: number of projects.
        money: sums by key of column; exact. An amount that Excel does not hold exactly is not counted.
        counts: findings that count, by severity.
    """

    root: Row = field(default_factory=list)
    files: int = 0
    projects: int = 0
    money: dict[str, Decimal] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SEVERITIES, 0))

    def add_file(self, loaded: Loaded) -> None:
        """Count a file's findings; the first file's root is the unit's."""
        self.root = self.root or loaded.root
        for severity, count in loaded.result.counts.items():
            self.counts[severity] += count

    def add_project(self, chain: Chain, money: Sequence[Column]) -> None:
        """Add a project's amounts."""
        self.projects += 1
        for column in money:
            if is_exact(value := column.pick(chain)):
                self.money[column.key] = self.money.get(column.key, ZERO) + Decimal(str(value))

    def special(self, money: Sequence[Column]) -> Special:
        """Its values in 单位汇总 that are no field of the root."""
        special: Special = {f"#{severity}": count for severity, count in self.counts.items()}
        special |= {column.key: self.money.get(column.key, ZERO) for column in money}
        return {**special, "#files": self.files, "#rows": self.projects}


def is_exact(value: object) -> bool:
    """Whether Excel, which keeps 15 significant digits, holds a number as it is."""
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return False
    number = value if isinstance(value, Decimal) else Decimal(repr(value))
    return (
        number.is_finite()
        and len(number.normalize().as_tuple().digits) <= 15
        and -300 < number.adjusted() < 300
    )


class Rows:
    """Makes the rows.

    Args:
        store: the results.
        planner: sheets and columns.
        crossing: what the comparison of units found.
    """

    def __init__(self, store: Store, planner: Planner, crossing: Crossing) -> None:
        self.store, self.planner, self.crossing = store, planner, crossing
        self._naming = [column for column in planner.all_finding_columns() if column.level >= 0]

    def load(self, file: Listed) -> Loaded:
        """The whole result of a file that is taken."""
        result = self.store.result(file)
        result.findings += self.crossing.of(file.number)
        return Loaded(file, result, chains_of(self.planner.root, result.tables))

    def projects(self, loaded: Loaded) -> Iterator[tuple[Chain, Special]]:
        """The projects of a file."""
        main = self.planner.main
        counts = _counts_by_item(loaded.result.findings, main)
        for index, chain in enumerate(loaded.chains[main.name] if main else ()):
            special: Special = {
                f"#{severity}": counts.get(index, {}).get(severity, 0) for severity in SEVERITIES
            }
            yield chain, {**special, "#file": loaded.file.file}

    def findings(self, loaded: Loaded) -> Iterator[Special]:
        """The findings of a file that is taken."""
        main = self.planner.main
        projects = loaded.chains[main.name] if main else []
        for finding in loaded.result.findings:
            item = item_of(finding.pointer, main)
            yield self._finding(
                finding,
                loaded.file,
                projects[item] if item is not None and item < len(projects) else [loaded.root],
            )

    def left_out(self, file: Listed) -> Iterator[Special]:
        """What there is to say of a file whose rows are not in the summary."""
        for finding in self.crossing.of(file.number):
            yield self._finding(finding, file, [])
        if file.status not in (READ, FOREIGN):
            unread = Finding("", Severity.ERROR, "", file.message, field="文件")
            yield {**self._finding(unread, file, []), "#severity": "无法读取", "#rule": None}

    def of_none(self) -> Iterator[Special]:
        """Findings of no file that was handed in."""
        for finding in self.crossing.of_none:
            yield self._finding(finding, None, [])

    def _finding(self, finding: Finding, file: Listed | None, chain: Chain) -> Special:
        special: Special = {
            "#severity": finding.severity.label, "#rank": finding.severity.value, "#rule": finding.rule, "#field": finding.field or None,
            "#message": finding.message, "#sheet": finding.sheet, "#cell": finding.cell, "#remark": _remark(finding),
            "#counts": does_count(finding),
            "#file": file.file if file else None,
        }  # fmt: skip
        for column in self._naming:
            known = column.level < len(chain)
            special[column.key] = column.pick(chain) if known else _from_brief(column, file)
        return special


def values(columns: Sequence[Column], chain: Sequence[Row], special: Mapping[str, Any]) -> list[Any]:
    """The values of a row."""
    return [special[column.key] if column.key in special else column.pick(chain) for column in columns]


def chains_of(root: Table, tables: Mapping[str, Sequence[Row]]) -> dict[str, list[Chain]]:
    """Every row of every table with the rows around it."""
    known: dict[str, list[Chain]] = {"": [[row] for row in tables[""]]}
    for around in root.walk():
        for _, table in around.inner:
            known[table.name] = [[*known[around.name][row[0]], row] for row in tables[table.name]]
    return known


def item_of(pointer: str, main: Table | None) -> int | None:
    """The number of the project a pointer leads into."""
    if main is None:
        return None
    prefix = "/" + main.name.replace(".", "/") + "/"
    number = pointer[len(prefix) :].partition("/")[0] if pointer.startswith(prefix) else ""
    return int(number) if number.isdigit() else None


def _counts_by_item(findings: Sequence[Finding], main: Table | None) -> dict[int, dict[str, int]]:
    """Per project, its findings that count by severity."""
    counts: dict[int, dict[str, int]] = {}
    for finding in findings:
        item = item_of(finding.pointer, main)
        if item is not None and does_count(finding):
            of_item = counts.setdefault(item, {})
            of_item[finding.severity.value] = of_item.get(finding.severity.value, 0) + 1
    return counts


def _remark(finding: Finding) -> str | None:
    """Why a finding is listed and not counted."""
    if finding.waived is not None:
        return f"豁免：{finding.waived}"
    return f"由{finding.related.partition(' ')[0]}带出" if finding.related else None


def _from_brief(column: Column, file: Listed | None) -> str | None:
    """Of a file whose rows are not at hand, what its brief says."""
    word = {"unit.code": "unit", "unit.name": "name"}.get(column.key)
    found = file.brief.get(word) if word and file else None
    return str(found) if found else None
