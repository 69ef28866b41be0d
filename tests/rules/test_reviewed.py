"""Tables and single rows that a reviewer wrote and marked before looking at what the rules say of them.

``reviewed/*.md`` has documents in the form of ``provinces`` (see ``test_provinces``), of all provinces and kinds of
departments; where a unit has several projects, its own lines stand above them. ``reviewed/rows.txt`` has indicators of
their own: 二级指标|三级指标|指标值|the ids of errors and warnings; ``reviewed/goals.txt`` has goals: 绩效目标|the values of
the indicators|预算数|the ids. What the first measurement of each batch showed is told
in docs/quality.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from xltargets.rules.config import Config
from xltargets.rules.engine import judge
from xltargets.rules.finding import HINT, Finding
from xltargets.rules.registry import GROUPS
from xltargets.submission.document import from_document

from .test_provinces import MARKS, read_head, read_rows

FOLDER = Path(__file__).with_name("reviewed")
#: What a row of its own is judged by; the rest is said of projects.
OF_ROWS = Config(ignore=(*(group for group in GROUPS if group not in "SVC"), "C02", "C04", "C08", "C09"))
_BENEFITS = {"经济效益", "社会效益", "生态效益", "可持续影响"}


class Reviewed(NamedTuple):
    """One document: its batch and name, and pointer → the reviewer's ids."""

    batch: str
    name: str
    document: dict[str, Any]
    marks: dict[str, set[str]]


def reviewed() -> Iterator[Reviewed]:
    """Every document of every batch."""
    for file in sorted(FOLDER.glob("*.md")):
        for section in file.read_text("utf-8").split("\n## ")[1:]:
            name, *lines = section.strip().split("\n")
            head, *projects = (
                "\n".join(lines).split("### ") if "\n### " in section else ("", section.partition("：")[2])
            )
            document: dict[str, Any] = {"unit": {"year": 2024}}
            marks = read_unit(head.split("\n"), document)
            unit = document["unit"]
            own = {"unit": unit["code"] + unit["name"]} if "code" in unit else {}
            document["projects"] = [
                own | read_project(text, f"projects.{index}.", marks) for index, text in enumerate(projects)
            ]
            yield Reviewed(file.stem, name, document, marks)


def read_unit(lines: list[str], document: dict[str, Any]) -> dict[str, set[str]]:
    """The unit and its goals into the document; marks of the whole."""
    marks: dict[str, set[str]] = {}
    department: dict[str, Any] = {}
    for label, _, text in (line.partition("：") for line in lines if line):
        if label == "单位":
            named, region, year = text.split("；")
            code, name = named.split(maxsplit=1)
            document["unit"] = {"code": code, "name": name, "region": region, "year": int(year)}
        elif label == "总体目标":
            department["overall_target"] = text
        elif label == MARKS:
            marks |= {path: set(ids) for path, *ids in map(str.split, text.split("；"))}
        else:
            department[{"分项目标": "itemised_targets", "保障措施": "safeguards"}[label]] = text.split("｜")
    if department:
        document["department"] = department
    return marks


def read_project(text: str, place: str, marks: dict[str, set[str]]) -> dict[str, Any]:
    """One project; its marks are added with its place before them."""
    name, *lines = text.strip().split("\n")
    project: dict[str, Any] = {"name": name.strip()}
    own: dict[str, set[str]] = {}
    for line in lines:
        if line and not line.startswith("|"):
            read_head(line, project, own)
    rows = [[cell.strip() for cell in line[1:-1].split("|")] for line in lines if line.startswith("|")]
    project["indicators"], of_rows = read_rows(rows[0], rows[1:])
    for path, ids in (*own.items(), *of_rows.items()):
        marks.setdefault(place + path, set()).update(ids)
    return project


def place_of(finding: Finding) -> str:
    """The row that a finding is in, or the field; of a plan the plan."""
    parts = finding.pointer.strip("/").split("/")
    if "indicators" in parts:
        return ".".join(parts[:4])
    return ".".join(parts[:3] if "schedule" in parts else parts)


DOCUMENTS = list(reviewed())
GOALS = [line.split("|") for line in (FOLDER / "goals.txt").read_text("utf-8").splitlines()]
ROWS = [line.split("|") for line in (FOLDER / "rows.txt").read_text("utf-8").splitlines()]


@pytest.mark.parametrize("one", DOCUMENTS, ids=lambda one: f"{one.batch}: {one.name}")
def test_marks_what_the_reviewer_marks(one: Reviewed):
    judgement = judge(from_document(one.document))
    assert judgement.failures == []
    told = [finding for finding in judgement.findings if finding.severity is not HINT]
    marks = {(place, rule) for place, ids in one.marks.items() for rule in ids}
    shown = {(place_of(finding), finding.rule) for finding in told if not finding.related}
    assert shown <= marks, "nothing that the reviewer does not mark"
    assert marks <= {(place_of(finding), finding.rule) for finding in told}, "all that the reviewer marks"


@pytest.mark.parametrize(("second", "name", "value", "marks"), ROWS, ids=lambda text: text or "-")
def test_says_of_a_row_what_the_reviewer_says(second: str, name: str, value: str, marks: str):
    first = (
        "效益"
        if second in _BENEFITS
        else {"服务对象满意度": "满意度"}.get(second, "成本" if len(second) > 2 else "产出")
    )
    row = {"level1": f"{first}指标", "level2": f"{second}指标", "level3": name, "value": value}
    judgement = judge(from_document({"unit": {"year": 2024}, "projects": [{"indicators": [row]}]}), OF_ROWS)
    told = [finding for finding in judgement.findings if finding.severity is not HINT]
    assert {finding.rule for finding in told if not finding.related} <= set(marks.split())
    assert set(marks.split()) <= {finding.rule for finding in told}


@pytest.mark.parametrize(("goal", "values", "total", "marks"), GOALS, ids=lambda text: text[:20] or "-")
def test_says_of_a_goal_what_the_reviewer_says(goal: str, values: str, total: str, marks: str):
    rows = [
        {"level1": "产出指标", "level2": "数量指标", "level3": f"完成第{index}项", "value": value}
        for index, value in enumerate(values.split())
    ]
    money = {"total": Decimal(total or 100), "fiscal": Decimal(total or 100)}
    project = {
        "name": "某项事务办理",
        "purpose": "用于办理事项。",
        "target": goal,
        "budget": money,
        "indicators": rows,
    }
    judgement = judge(from_document({"unit": {"year": 2024}, "projects": [project]}))
    told = [finding for finding in judgement.findings if finding.severity is not HINT and not finding.related]
    assert {finding.rule for finding in told if finding.pointer == "/projects/0/target"} == set(marks.split())


def test_there_are_enough_of_them_with_and_without_marks():
    assert len(DOCUMENTS) >= 280 and len(ROWS) >= 440
    assert sum(not any(one.marks.values()) for one in DOCUMENTS) >= 80
    assert len({rule for one in DOCUMENTS for ids in one.marks.values() for rule in ids}) >= 40
