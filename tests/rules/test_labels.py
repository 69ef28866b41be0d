"""F16: labels of our own template that a clerk changed; its findings come from the reader."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from xltargets.submission.fill import fill
from xltargets.submission.form import load_form
from xltargets.submission.read import read


@pytest.fixture(scope="module")
def filled(tmp_path_factory, clean: dict[str, Any]) -> Path:
    path = tmp_path_factory.mktemp("labels") / "filled.xlsx"
    fill(clean, path)
    return path


def labels(path: Path) -> list[tuple[str, str, str]]:
    """Sheet, cell and text of every label of a field, one for each title and sheet."""
    titles = {field.title for field in load_form().fields.values() if not field.elsewhere}
    book = openpyxl.load_workbook(path)
    found = {}
    for sheet in ["部门整体绩效目标", "项目1", "豁免"]:
        for row in book[sheet].iter_rows():
            for cell in row:
                if cell.value in titles:
                    found.setdefault((sheet, cell.value), cell.coordinate)
    return [(sheet, cell, text) for (sheet, text), cell in found.items()]


def changed(path: Path, out: Path, changes: dict[tuple[str, str], str]) -> list[tuple[str, str, str]]:
    """Rule, sheet and cell of what reading finds when these cells hold other texts."""
    book = openpyxl.load_workbook(path)
    for (sheet, cell), text in changes.items():
        book[sheet][cell] = text
    book.save(out)
    return [(one.rule, *(one.location or ("", ""))) for one in read(out).problems]


def test_every_label_of_a_field_is_watched(filled: Path, tmp_path: Path):
    cells = labels(filled)
    assert len(cells) > 25
    found = changed(filled, tmp_path / "out.xlsx", {(sheet, cell): f"改后的{text}" for sheet, cell, text in cells[::3]})
    assert sorted(found) == sorted(("F16", sheet, cell) for sheet, cell, _ in cells[::3])


def test_blanks_and_line_breaks_in_a_label_change_nothing(filled: Path, tmp_path: Path):
    apart = {(sheet, cell): f"{text[:2]}  \n　{text[2:]} " for sheet, cell, text in labels(filled)}
    assert changed(filled, tmp_path / "out.xlsx", apart) == []


def test_a_workbook_as_it_was_filled_has_its_labels(filled: Path):
    assert read(filled).problems == []


def test_the_message_names_both_texts(filled: Path, tmp_path: Path):
    cell = next((sheet, cell) for sheet, cell, text in labels(filled) if text == "预算数")
    changed(filled, tmp_path / "out.xlsx", {cell: "预算\n总额"})
    assert [one.message for one in read(tmp_path / "out.xlsx").problems] == [
        "表头文字“预算总额”与模板的“预算数”不同，请改回模板的原文"
    ]


def test_a_bureau_s_own_form_may_have_labels_of_its_own(filled: Path, tmp_path: Path):
    book = openpyxl.load_workbook(filled)
    del book.defined_names["template.version"]
    for row in book["填表说明"].iter_rows():
        for cell in row:
            if cell.value == load_form().fields["template", "version"].title:
                cell.value = "本局表格"
    book.save(tmp_path / "own.xlsx")
    cells = {(sheet, cell): f"本局的{text}" for sheet, cell, text in labels(filled) if sheet == "项目1"}
    assert [rule for rule, *_ in changed(tmp_path / "own.xlsx", tmp_path / "out.xlsx", cells) if rule == "F16"] == []


def test_a_template_whose_version_was_cleared_is_still_the_template(filled: Path, tmp_path: Path):
    cell = next((sheet, cell) for sheet, cell, text in labels(filled) if text == "预算数")
    found = changed(filled, tmp_path / "out.xlsx", {("填表说明", "C2"): "", cell: "预算总额"})
    assert ("F16", *cell) in found
