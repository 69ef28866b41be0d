"""Tables of the provinces, as a careful reviewer would mark them: errors and warnings, all of them, and nothing more.

A section is one project of a unit: its head as ``标签：内容`` lines, then its indicators. The table ends in the column
审核意见: the ids of the errors and warnings that the reviewer writes beside the row; a line 审核意见 in the head has those
beside other fields (``target B01；budget.total M01``). Hints are not listed: they are told, not marked. Levels are blank
where the form has merged cells. 四川 is read by a form whose amounts are in 元, 上海 declares 元 on the official form.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from xltargets.rules.engine import judge
from xltargets.rules.finding import HINT
from xltargets.submission.document import from_document
from xltargets.submission.form import Form, load_form

FOLDER = Path(__file__).with_name("provinces")
FIELDS = {
    "一级指标": "level1", "二级指标": "level2", "三级指标": "level3", "指标内容": "level3", "绩效指标描述": "description",
    "指标性质": "nature", "计算符号": "operator", "指标值": "value", "年度指标值": "value", "当年预期实现值": "value", "度量单位": "unit",
    "权重": "weight", "分值": "weight", "指标方向性": "direction", "指标值确定依据": "basis",
}  # fmt: skip
HEAD = {
    "标题": "title", "单位": "unit", "金额单位": "money_unit", "项目编码": "code", "项目类别": "kind", "起始日期": "start",
    "终止日期": "end", "资金用途": "purpose", "绩效目标": "target", "中长期目标": "long_term_target",
}  # fmt: skip
MONEY = {"预算数": "total", "财政资金": "fiscal", "其他资金": "other", "项目总额": "whole_period"}
POINTS = ("march", "june", "october", "december")
IGNORED = {"绩效标准", "备注"}
MARKS = "审核意见"
#: Whose forms have their amounts in 元, by the schema or by what they declare.
BY_SCHEMA, BY_DECLARATION = "sichuan", "shanghai"


class Table(NamedTuple):
    """One project: which province and name, its document, and path from the project → the reviewer's ids."""

    province: str
    name: str
    project: dict[str, Any]
    marks: dict[str, set[str]]


def tables() -> Iterator[Table]:
    """Every table of every province."""
    for file in sorted(FOLDER.glob("*.md")):
        for section in file.read_text("utf-8").split("\n## ")[1:]:
            name, *lines = section.strip().split("\n")
            marks: dict[str, set[str]] = {}
            project: dict[str, Any] = {"name": name.strip()}
            if file.stem == BY_DECLARATION:
                project["money_unit"] = "单位：元"
            for line in lines:
                if line and not line.startswith("|"):
                    read_head(line, project, marks)
            rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
            project["indicators"], of_rows = read_rows(rows[0], rows[1:])
            yield Table(file.stem, name.strip(), project, marks | of_rows)


def read_head(line: str, project: dict[str, Any], marks: dict[str, set[str]]) -> None:
    """One line of a head into the project, or into the marks."""
    label, _, text = line.partition("：")
    if label == MARKS:
        for mark in text.split("；"):
            path, *ids = mark.split()
            marks[path] = set(ids)
    elif label in HEAD:
        project[HEAD[label]] = text.replace("\\n", "\n").replace("\\t", "\t") or None
    elif label == "支出计划":
        project["schedule"] = dict(zip(POINTS, map(Decimal, text.split()), strict=True))
    else:
        for part in line.split("；"):
            label, _, figure = part.partition("：")
            project.setdefault("budget", {})[MONEY[label]] = Decimal(figure) if figure else None


def read_rows(header: list[str], rows: list[list[str]]) -> tuple[list[dict[str, Any]], dict[str, set[str]]]:
    """The rows as indicators, with levels filled down, and the marks beside them."""
    indicators: list[dict[str, Any]] = []
    marks: dict[str, set[str]] = {}
    above: dict[str, str | None] = {}
    for index, cells in enumerate(rows):
        assert len(cells) == len(header), cells
        row: dict[str, Any] = {}
        for label, cell in zip(header, cells, strict=True):
            if label == MARKS:
                marks[f"indicators.{index}"] = set(cell.split())
            elif label not in IGNORED:
                row[FIELDS[label]] = cell or None
        for key in ("level1", "level2"):
            if key in row:
                row[key] = above[key] = row[key] or above.get(key)
        if row.get("weight"):
            row["weight"] = Decimal(row["weight"])
        indicators.append(row)
    return indicators, {path: ids for path, ids in marks.items() if ids}


@lru_cache(maxsize=2)
def form_of(province: str) -> Form:
    """The official form, or the same in 元."""
    if province != BY_SCHEMA:
        return load_form()
    schema = json.loads(files("xltargets.schema").joinpath("submission.schema.json").read_text("utf-8"))
    schema["$defs"]["money"]["x-unit"] = "元"
    return Form(schema)


TABLES = list(tables())


def marked(document: dict[str, Any], province: str, *, echoes: bool) -> set[tuple[str, str]]:
    """The errors and warnings of a document, path of the row or of another field and id; with or without echoes."""
    judgement = judge(from_document(document, form=form_of(province)))
    assert judgement.failures == []
    found = set()
    for finding in judgement.findings:
        if finding.severity is not HINT and (echoes or not finding.related):
            parts = finding.pointer.strip("/").split("/")
            of_row = "indicators" in parts and len(parts) > 3
            found.add((".".join(parts[:4] if of_row else parts), finding.rule))
    return found


@pytest.mark.parametrize("table", TABLES, ids=lambda table: f"{table.province}: {table.name}")
def test_marks_what_a_reviewer_marks(table: Table):
    document = {"unit": {"year": 2024}, "projects": [table.project]}
    marks = {(f"projects.0.{path}", rule) for path, ids in table.marks.items() for rule in ids}
    assert marked(document, table.province, echoes=False) <= marks, "nothing that the reviewer does not mark"
    assert marks <= marked(document, table.province, echoes=True), "all that the reviewer marks"


def test_there_are_ten_tables_of_each_of_six_provinces():
    provinces = [table.province for table in TABLES]
    assert {province: provinces.count(province) >= 10 for province in provinces} == dict.fromkeys(set(provinces), True)
    assert len(set(provinces)) == 6
