"""Whatever stands in a text is in a document, a label of the form, or listed as left over."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xltargets.disclosure.blocks import Paragraph, Table
from xltargets.disclosure.interpret import Imported, Interpreter
from xltargets.disclosure.places import UNIT_CELL, heading, is_contents, labels_of, money_unit, split_residue
from xltargets.disclosure.text_in import text_blocks
from xltargets.submission.form import load_form

FORM = load_form()
LABELS = labels_of(FORM)

WORDS = st.sampled_from([
    "项目编码", "项目名称", "项目名称：", "项目名称：修路", "单位名称", "286001怀来县信访局", "单位：万元", "预算数", "其中：财政资金", "其他资金", "预算规模及资金用途",
    "资金支出计划（%）", "3月底", "6月底", "绩效目标", "年度目标", "长期绩效目标", "年度绩效指标", "一级指标", "二级指标", "三级指标", "指标内容", "指标值", "年度指标值",
    "绩效标准", "备注", "权重", "产出指标", "数量指标", "合计", "总分", "修路", "种树", "≥95%", "30.00", "30%", "第一部分", "第二部分", "一、总体绩效目标",
    "二、分项绩效目标", "三、工作保障措施", "1.修路绩效目标表", "部门整体绩效目标表", "13073024P000585100016", "[bookmark: _Toc_1]", "[bookmark: _Toc_2]甲", "甲：乙", "",
    " ", "2024年预算", "目录", "一、总体绩效目标\t1", "预算年度：2024", "单位编码：286001", "一、总体绩效目标：甲",
    "项目资金（万元）", "填报单位：某县交通局　　单位：万元", "单位：某县交通局 预算数：30", "实施单位", "实施单位：某县公路段", "- 3 -", "第三部分 名词解释", "四、其他", "（单位：万元）", "序号", "1", "项目",
])  # fmt: skip
LINES = st.lists(st.one_of(
    WORDS, WORDS.map(lambda word: f"\t{word}"), WORDS.map(lambda word: f"\t{word}"), st.just(""),
    st.lists(WORDS, min_size=2, max_size=6).map("\t".join),
    st.lists(WORDS, min_size=2, max_size=4).map(lambda words: f"| {' | '.join(words)} |"),
    st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn"), include_characters="\t"), max_size=12),
), max_size=60)  # fmt: skip


def said(node: Any) -> list[str]:
    if isinstance(node, dict):
        return [text for value in node.values() for text in said(value)]
    if isinstance(node, list):
        return [text for value in node for text in said(value)]
    return [] if node is None else [str(node)]


def missing(texts: list[str], imported: Imported) -> list[str]:
    """Those of the texts that are nowhere."""
    there = "\n".join([*said(imported.documents), *(leftover.text for leftover in imported.leftovers)])
    lost = [text for text in texts if text.strip() and not any(form in there for form in forms(text)) and not printed(text)]
    parts = {text: LABELS.apart(text) for text in lost}
    return [text for text in lost if len(parts[text]) == 1 or missing(parts[text], imported)]


def forms(text: str) -> list[str]:
    """How a text may stand in a document: whole, without the label or the heading that leads it."""
    residue, rest = split_residue(text)
    pieces = re.split("[:：]", rest, maxsplit=1)
    unit = UNIT_CELL.fullmatch(rest.partition("：")[2] or rest)
    if unit:
        return [text, unit[2]]
    led = LABELS.inline(rest) or LABELS.pairs(rest) or (len(pieces) > 1 and heading(pieces[0]))
    joined = rest.replace("\n", "")  # a level that was wrapped by hand
    return [text, rest if not residue else text, joined] + ([pieces[1].strip()] if led else [])


def printed(text: str) -> bool:
    rest = split_residue(text)[1]
    in_contents = is_contents(rest) and heading(re.sub(r"[\s.…·]*\d+\s*\Z", "", rest)) is not None
    heads_names = rest == "项目"  # over a column of projects' names
    return LABELS.known(rest) or heading(rest) is not None or in_contents or money_unit(rest) is not None or heads_names


@settings(max_examples=400, deadline=None)
@given(lines=LINES)
def test_no_line_of_a_text_is_dropped(lines: list[str]) -> None:
    blocks = text_blocks("\n".join(lines))
    imported = Interpreter(FORM).read(blocks)
    typed: list[str] = []
    for block in text_blocks("\n".join(lines)):
        typed += [cell.text for cell in block.cells()] if isinstance(block, Table) else [block.text]
    assert missing(typed, imported) == []


@settings(max_examples=200, deadline=None)
@given(lines=LINES)
def test_every_line_is_in_some_block(lines: list[str]) -> None:
    blocks = text_blocks("\n".join(lines))
    texts = "\n".join(
        cell.text for block in blocks for cell in (block.cells() if isinstance(block, Table) else [block])
    ).replace("\\", "")  # one that escapes goes, as in Markdown; all others stay
    for line in lines:
        for piece in re.split(r"[\t|]", line):
            plain = re.sub(r"\A#{1,6} ", "", piece.strip()).replace("<br>", "\n").replace("\\", "")
            assert plain.strip() in texts or set(plain) <= set("-: "), (line, texts)


@pytest.mark.parametrize("path", sorted((Path(__file__).parents[1] / "rules" / "provinces").glob("*.md")), ids=lambda path: path.stem)
def test_no_row_of_a_province_is_lost(path: Path) -> None:
    """Tables of six provinces, as Markdown; what a reviewer wrote beside the rows is left over."""
    text = re.sub(r"(?m)^## (.*)$", r"\1绩效目标表", path.read_text("utf-8").split("\n", 1)[1])
    text = re.sub(r"(?m)^标题：.*\n", "", text)
    imported = Interpreter(FORM).read(text_blocks(text))
    rows = [row for document in imported.documents for project in document["projects"] for row in project["indicators"]]
    expected = [line for line in text.split("\n") if line.startswith("|") and "三级指标" not in line and "指标内容" not in line]
    assert len(rows) == len(expected)
    names = [line.rpartition("绩效目标表")[0] for line in text.split("\n") if line.endswith("绩效目标表")]
    assert [project["title"] for document in imported.documents for project in document["projects"]] == [
        f"{name}绩效目标表" for name in names
    ]
    marks = {leftover.text for leftover in imported.leftovers}
    assert all(re.fullmatch(r"[A-Z]\d\d( [A-Z]\d\d)*|审核意见：.*|支出计划：.*|单位：.*", mark) for mark in marks), marks
    for row, line in zip(rows, expected, strict=True):
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        values = [None if value is None else str(value) for value in row.values()]
        assert all(cell in values for cell in cells[:-1] if cell), (row, line)


def test_amounts_are_exact_whatever_they_are_in() -> None:
    text = "项目名称\t修路\n预算数（元）\t{}\n\n一级指标\t二级指标\t三级指标\t指标值\n产出指标\t数量指标\t里程\t3公里\n"
    for amount, wanted in {
        "0.01": "0.000001", "1,234,567.89": "123.456789", "300000元": "30", "300000": "30", "3.00万元": "3.00", "10": "0.001",
        "9" * 30: f"{'9' * 26}.9999", "1亿元": "10000",
    }.items():  # fmt: skip
        imported = Interpreter(FORM).read(text_blocks(text.format(amount)))
        assert imported.documents[0]["projects"][0]["budget"]["total"] == Decimal(wanted), amount
        assert "e" not in str(imported.documents[0]["projects"][0]["budget"]["total"]).lower()


def test_a_paragraph_object_is_a_cell_with_a_place() -> None:
    block = text_blocks("甲\n乙")[1]
    assert isinstance(block, Paragraph) and block.line == 2
