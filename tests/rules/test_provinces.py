"""Tables of the provinces, as a careful reviewer would mark them: what S and V say of each row, and nothing more.

A table ends in the column 审核意见: the ids of the errors and warnings that the reviewer writes beside the row. Hints are
not listed: they are told, not marked. Levels are blank where the form has merged cells.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from xltargets.rules.config import Config
from xltargets.rules.engine import judge
from xltargets.rules.finding import HINT
from xltargets.rules.registry import GROUPS
from xltargets.submission.document import from_document

FOLDER = Path(__file__).with_name("provinces")
FIELDS = {
    "一级指标": "level1", "二级指标": "level2", "三级指标": "level3", "指标内容": "level3", "绩效指标描述": "description",
    "指标性质": "nature", "指标值": "value", "年度指标值": "value", "当年预期实现值": "value", "度量单位": "unit",
    "权重": "weight", "分值": "weight", "指标方向性": "direction", "指标值确定依据": "basis",
}  # fmt: skip
IGNORED = {"绩效标准", "备注"}
MARKS = "审核意见"
ONLY_S_AND_V = Config(ignore=tuple(group for group in GROUPS if group not in "SV"))


def tables() -> Iterator[tuple[str, dict[str, Any], dict[int, set[str]]]]:
    """Name, project, and row → marks of every table of every province."""
    for file in sorted(FOLDER.glob("*.md")):
        for section in file.read_text("utf-8").split("\n## ")[1:]:
            lines = section.strip().split("\n")
            name = lines[0].strip()
            project: dict[str, Any] = {"name": name}
            for line in lines[1:]:
                label, _, text = line.partition("：")
                if label in ("资金用途", "绩效目标"):
                    project[{"资金用途": "purpose", "绩效目标": "target"}[label]] = text
            rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
            project["indicators"], marks = read_rows(rows[0], rows[1:])
            yield f"{file.stem}: {name}", project, marks


def read_rows(header: list[str], rows: list[list[str]]) -> tuple[list[dict[str, Any]], dict[int, set[str]]]:
    """The rows as indicators, with levels filled down, and the marks beside them."""
    indicators: list[dict[str, Any]] = []
    marks: dict[int, set[str]] = {}
    above: dict[str, str | None] = {}
    for index, cells in enumerate(rows):
        assert len(cells) == len(header), cells
        row: dict[str, Any] = {}
        for label, cell in zip(header, cells, strict=True):
            if label == MARKS:
                marks[index] = set(cell.split())
            elif label not in IGNORED:
                row[FIELDS[label]] = cell or None
        for key in ("level1", "level2"):
            if key in row:
                row[key] = above[key] = row[key] or above.get(key)
        if row.get("weight"):
            row["weight"] = Decimal(row["weight"])
        indicators.append(row)
    return indicators, marks


TABLES = list(tables())


@pytest.mark.parametrize(("name", "project", "marks"), TABLES, ids=[name for name, _, _ in TABLES])
def test_marks_what_a_reviewer_marks(name: str, project: dict[str, Any], marks: dict[int, set[str]]):
    document = {"unit": {"year": 2024}, "projects": [project]}
    judgement = judge(from_document(document), ONLY_S_AND_V)
    assert judgement.failures == []
    found: dict[int, set[str]] = {index: set() for index in marks}
    for finding in judgement.findings:
        if finding.severity is not HINT:
            parts = finding.pointer.split("/")
            assert len(parts) > 4, finding
            found[int(parts[4])].add(finding.rule)
    assert found == marks


def test_there_are_tables_of_six_provinces():
    provinces = [name.partition(":")[0] for name, _, _ in TABLES]
    assert all(provinces.count(province) >= 5 for province in set(provinces)) and len(set(provinces)) == 6
