"""The rows of the tables as values, from the store: what a DataFrame and a Parquet file have in common."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from xltargets.consolidate.brief import SEVERITIES
from xltargets.consolidate.crossing import Crossing
from xltargets.consolidate.drawing.columns import Planner
from xltargets.consolidate.drawing.drawn import item_of, remark_of
from xltargets.consolidate.drawing.layout import Row, Table
from xltargets.consolidate.drawing.plans import Column
from xltargets.consolidate.inbox.onefile import FOREIGN, READ, FileResult
from xltargets.consolidate.store import Listed, Store
from xltargets.rules.finding import Finding, Severity

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
        files: files that were read, those replaced by newer ones too.
        projects: number of projects.
        money: sums by key of column; exact. An amount that Excel does not hold exactly is not counted.
        counts: findings that count, by severity.
    """

    files: int = 0
    projects: int = 0
    money: dict[str, Decimal] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SEVERITIES, 0))

    def add(self, brief: Mapping[str, Any]) -> None:
        """Add what a file's brief says."""
        self.projects += len(brief["items"])
        for severity, count in brief["counts"].items():
            self.counts[severity] += count
        for sums in brief["money"].values():
            for key, amount in sums.items():
                self.money[key] = self.money.get(key, ZERO) + Decimal(amount)

    def special(self, money: Sequence[Column]) -> Special:
        """Its values in 单位汇总 that are no field of the root."""
        special: Special = {f"#{severity}": count for severity, count in self.counts.items()}
        special |= {column.key: self.money.get(column.key, ZERO) for column in money}
        return {**special, "#files": self.files, "#rows": self.projects}


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
        if self.planner.main is None:
            return
        items = self.crossing.brief(loaded.file)["items"]
        for chain, (_, *counts) in zip(loaded.chains[self.planner.main.name], items, strict=True):
            special = {f"#{severity}": count for severity, count in zip(SEVERITIES, counts, strict=True)}
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
            "#severity": finding.severity.label, "#rule": finding.rule, "#field": finding.field or None,
            "#message": finding.message, "#sheet": finding.sheet, "#cell": finding.cell, "#remark": remark_of(finding),
            "#file": file.file if file else None,
        }  # fmt: skip
        for column in self._naming:
            known = column.level < len(chain)
            special[column.key] = column.pick(chain) if known else _from_list(column, file)
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


def _from_list(column: Column, file: Listed | None) -> str | None:
    """Of a file whose rows are not at hand, what the list of the run says."""
    if file is None:
        return None
    return {"unit.code": file.unit, "unit.name": file.name}.get(column.key)
