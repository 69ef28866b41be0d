"""The tables of a summary as pandas DataFrames: plain names of columns, no sums among the rows, amounts as ``Decimal``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from xltargets.consolidate.drawing.plans import SheetPlan
from xltargets.consolidate.fold import units_of
from xltargets.consolidate.inbox.onefile import READ
from xltargets.consolidate.rows import Rows, Unit, values
from xltargets.errors import Error

if TYPE_CHECKING:
    from pandas import DataFrame


def frames(rows: Rows) -> dict[str, DataFrame]:
    """One per sheet, by its title; codes are text, amounts exact, blanks None.

    Raises:
        Error: when pandas is not installed.
    """
    try:
        import pandas
    except ImportError as error:
        raise Error('需要安装 pandas；请先运行 pip install "xltargets[pandas]"') from error
    found: dict[str, DataFrame] = {}
    for plan, lines in _sheets(rows):
        if rows.planner.wants(plan.title):
            found[plan.title] = pandas.DataFrame(list(lines), columns=plan.labels, dtype=object)
    return found


def _sheets(rows: Rows) -> Iterator[tuple[SheetPlan, Iterator[list[Any]]]]:
    planner = rows.planner
    if (plan := planner.project_sheet()) is not None:
        yield plan, _numbered(plan, _projects(rows, plan))
    for plan in planner.detail_sheets():
        yield plan, _numbered(plan, _details(rows, plan))
    plan = planner.unit_sheet()
    yield plan, _numbered(plan, _units(rows, plan))
    if (plan := planner.overall_sheet()) is not None:
        yield plan, _numbered(plan, _units(rows, plan))
    plan = planner.finding_sheet()
    yield plan, _numbered(plan, _findings(rows, plan))


def _numbered(plan: SheetPlan, lines: Iterator[list[Any]]) -> Iterator[list[Any]]:
    at = next((index for index, column in enumerate(plan.columns) if column.key == "#number"), None)
    for number, line in enumerate(lines, 1):
        if at is not None:
            line[at] = number
        yield line


def _projects(rows: Rows, plan: SheetPlan) -> Iterator[list[Any]]:
    for file in rows.store.listed():
        for chain, special in rows.projects(rows.load(file)) if file.taken else ():
            yield values(plan.columns, chain, {**special, "#number": None})


def _details(rows: Rows, plan: SheetPlan) -> Iterator[list[Any]]:
    assert plan.table is not None
    for file in rows.store.listed():
        for chain in rows.load(file).chains[plan.table.name] if file.taken else ():
            yield values(plan.columns, chain, {"#number": None})


def _units(rows: Rows, plan: SheetPlan) -> Iterator[list[Any]]:
    money = rows.planner.money()
    for files in units_of(rows.store):
        unit = Unit(files=sum(file.status == READ for file in files))
        taken = [file for file in files if file.taken]
        for file in taken:
            unit.add(rows.crossing.brief(file))
        if taken:
            chain = [rows.load(taken[0]).root]
            yield values(plan.columns, chain, {**unit.special(money), "#number": None})


def _findings(rows: Rows, plan: SheetPlan) -> Iterator[list[Any]]:
    for file in rows.store.listed():
        found = rows.findings(rows.load(file)) if file.taken else rows.left_out(file)
        for special in found:
            yield values(plan.columns, [], {**special, "#number": None})
    for special in rows.of_none():
        yield values(plan.columns, [], {**special, "#number": None})
