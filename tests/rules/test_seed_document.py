"""tests/data/seed.json says all that the seed document says, as it was typed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parents[1]
SEED = HERE.parents[1] / "shared" / "seed" / "000_118d2ab4b8b42da1.txt"

#: What is printed on the form, and so in the schema or the template, not in a document.
LABELS = {
    "第一部分", "部门整体绩效目标", "一、总体绩效目标", "二、分项绩效目标", "三、工作保障措施", "第二部分",
    "预算项目绩效目标", "项目编码", "项目名称", "预算规模及资金用途", "预算数", "其中：财政    资金", "其他资金",
    "资金支出计划（%）", "3月底", "6月底", "10月底", "12月底", "绩效目标", "一级指标", "二级指标", "三级指标",
    "绩效指标描述", "指标值", "指标值确定依据",
}  # fmt: skip


def leaves(node: Any) -> list[str]:
    if isinstance(node, dict):
        return [text for value in node.values() for text in leaves(value)]
    if isinstance(node, list):
        return [text for value in node for text in leaves(value)]
    return [] if node is None else [str(node)]


@pytest.mark.skipif(not SEED.exists(), reason="the seed document lies beside the repository, ../shared is absent")
def test_every_line_of_the_seed_is_in_its_document():
    document = json.loads((HERE / "data" / "seed.json").read_text("utf-8"), parse_float=str)
    said = leaves(document)
    joined = "\n".join(said)
    missing = []
    for number, line in enumerate(SEED.read_text("utf-8").split("\n"), 1):
        text = line.removeprefix("\t")
        heading, bracket, label = text.partition("]")
        if bracket and label in LABELS:
            text = heading + bracket  # what the conversion left before a label stands before the text that follows
        if text.strip() and text.strip() not in LABELS and text not in said and text not in joined:
            missing.append((number, text))
    assert missing == []


@pytest.mark.skipif(not SEED.exists(), reason="the seed document lies beside the repository, ../shared is absent")
def test_the_document_of_the_seed_adds_nothing_but_what_the_form_needs():
    document = json.loads((HERE / "data" / "seed.json").read_text("utf-8"), parse_float=str)
    typed = SEED.read_text("utf-8").replace("\n", "")
    added = {text for text in leaves(document) if text not in typed}
    assert {text for text in added if not text.startswith("[bookmark: ")} == {"2024.1"}
