"""Findings become notes in their very cells, and go with their causes; an independent reader looks on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.comments import Comment

import xltargets
from xltargets import notes
from xltargets.excel.cells import set_values
from xltargets.excel.package import Package
from xltargets.rules.finding import ERROR, HINT, WARNING, Finding
from xltargets.rules.registry import all_rules
from xltargets.submission.read import read


def spoil(path: Path, pointer: str, value: Any) -> None:
    sheet, cell = read(path).locations[pointer]
    package = Package.open(path)
    set_values(package, sheet, {cell: value})
    package.save(path)


def annotate(source: Path, target: Path) -> None:
    submission = xltargets.read(source)
    xltargets.annotate(submission, xltargets.check(submission), target)


def seen(path: Path) -> dict[tuple[str, str], str]:
    """Every note, as openpyxl reads it."""
    return {
        (sheet.title, cell.coordinate): cell.comment.text
        for sheet in openpyxl.load_workbook(path)
        for row in sheet.iter_rows()
        for cell in row
        if cell.comment
    }


def test_each_finding_stands_in_its_cell(filled: Path, tmp_path: Path) -> None:
    spoil(filled, "/projects/1/budget/total", 80)
    target = tmp_path / "noted.xlsx"
    annotate(filled, target)
    findings = xltargets.check(xltargets.read(filled))
    found = seen(target)
    assert {(finding.sheet, finding.cell) for finding in findings} == set(found)
    for finding in findings:
        assert f"【{finding.severity.label}】{finding.rule} {finding.message}" in found[finding.sheet, finding.cell]


def test_a_note_goes_when_its_cause_is_gone(filled: Path, tmp_path: Path) -> None:
    spoil(filled, "/projects/1/budget/total", 80)
    annotate(filled, filled)
    assert seen(filled)
    spoil(filled, "/projects/1/budget/total", 79.5)
    annotate(filled, filled)
    assert seen(filled) == {}


def test_a_persons_own_note_in_the_cell_stays(filled: Path) -> None:
    sheet, cell = read(filled).locations["/projects/1/budget/total"]
    book = openpyxl.load_workbook(filled)
    book[sheet][cell].comment = Comment("请与预算科核对\n王会计", "王会计")
    book.save(filled)
    spoil(filled, "/projects/1/budget/total", 80)
    annotate(filled, filled)
    assert seen(filled)[sheet, cell].startswith("请与预算科核对\n王会计")
    assert "M01" in seen(filled)[sheet, cell]
    notes.clean(filled, filled)
    assert seen(filled) == {(sheet, cell): "请与预算科核对\n王会计"}


def test_a_document_without_cells_cannot_be_annotated(tmp_path: Path, sound: dict[str, Any]) -> None:
    from xltargets.submission.document import from_document

    with pytest.raises(xltargets.Error, match="不是从工作簿读取的"):
        xltargets.annotate(from_document(sound), [], tmp_path / "x.xlsx")


def test_findings_of_one_cell_are_one_note_worst_first() -> None:
    findings = [
        Finding("T03", HINT, "/a", "标点"),
        Finding("X06", WARNING, "/a", "口径", related="X04 /projects/1"),
        Finding("M03", WARNING, "/a", "成本", related="M01 /a"),
        Finding("M01", ERROR, "/a", "金额"),
        Finding("V02", WARNING, "/a", "运算符", waived="上级规定"),
    ]
    assert notes.text_of(findings).splitlines() == [
        "【错误】M01 金额",
        f"  怎么改：{all_rules()['M01'].remedy}",
        "【提示】T03 标点",
        "【豁免】V02 运算符（豁免理由：上级规定）",
        "（由此带出）【警告】M03 成本",
        "（由 X04 带出）【警告】X06 口径",
    ]


@pytest.mark.libreoffice
def test_libreoffice_shows_the_notes_in_their_cells(filled: Path, tmp_path: Path, soffice: Any) -> None:
    spoil(filled, "/projects/1/budget/total", 80)
    target = tmp_path / "noted.xlsx"
    annotate(filled, target)
    (saved,) = soffice("xlsx", tmp_path / "out", target)
    assert seen(saved).keys() == seen(target).keys()
    for place, text in seen(target).items():
        assert seen(saved)[place].split() == text.split()
