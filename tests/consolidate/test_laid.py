"""A file's rows laid out where it is read, and what becomes of them when a sheet has other columns."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xltargets.consolidate import consolidate
from xltargets.consolidate.drawing.choice import EVERYTHING
from xltargets.consolidate.drawing.drawn import draw, widths_of
from xltargets.consolidate.drawing.laid import Layouts, decode_sheets, encode_sheets, lay
from xltargets.consolidate.drawing.layout import flatten
from xltargets.consolidate.inbox.onefile import Reading
from xltargets.rules.finding import Finding, Severity

READING = Reading()


def laid(document: dict[str, Any], *findings: Finding) -> Any:
    tables = flatten(document, READING.root)
    return lay(draw(tables, findings, READING.root), widths_of(tables, READING.root), READING.form, READING.root, EVERYTHING)


@given(st.text(), st.text(max_size=5))
def test_rows_come_back_from_bytes_as_they_went(text: str, place: str) -> None:
    document = {"unit": {"code": text}, "projects": [{"name": text, "indicators": [{"level3": text}, {}]}]}
    sheets = laid(document, Finding("M01", Severity.ERROR, "/projects/0/name", text, "名称", sheet=place, cell="B2"))
    assert decode_sheets(encode_sheets(sheets)) == sheets


def test_a_percent_sign_in_a_text_is_no_gap() -> None:
    sheets = laid({"projects": [{"name": "%s完成100%", "budget": {"total": 1}}]})
    (row,) = next(one.rows for one in sheets.laid.values() if any("完成".encode() in row for row in one.rows))
    cells = (b"18", *[b"/>"] * (row.count(b"%b") - 1))
    assert "<t>%s完成100%</t>".encode() in row % cells


def labels_of(path: Path) -> dict[str, list[Any]]:
    lines = list(openpyxl.load_workbook(path, data_only=True)["项目汇总"].iter_rows(min_row=4, values_only=True))
    return {label: [line[at] for line in lines[1:3]] for at, label in enumerate(lines[0])}


def test_a_column_that_another_file_has_is_blank_in_the_rows_of_the_others(
    hand_in: Callable[..., Path], document: Any, inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = document("286001", ("1",)), document("286002", ("2", "3"))
    other["projects"][0]["kind"] = "特定目标类"
    hand_in("286001.json", one), hand_in("286002.json", other)
    again: list[object] = []
    whole = Layouts.lay
    consolidate([inbox], tmp_path / "甲.xlsx")
    monkeypatch.setattr(Layouts, "lay", lambda self, drawing: again.append(drawing) or whole(self, drawing))
    consolidate([inbox], tmp_path / "乙.xlsx", jobs=2)
    found = labels_of(tmp_path / "甲.xlsx")
    assert found["项目类别"] == [None, None]
    assert found["单位编码"] == ["286001", "286001"]  # a project, and the line below
    assert len(again) == 1, "only the file without the column is laid out again where it is summed up"
    assert (tmp_path / "甲.xlsx").read_bytes() == (tmp_path / "乙.xlsx").read_bytes()


def test_files_of_one_form_are_laid_out_once(
    hand_in: Callable[..., Path], inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_in("286001.json"), hand_in("286002.json")
    monkeypatch.setattr(Layouts, "lay", lambda self, drawing: pytest.fail("laid out again where it is summed up"))
    consolidate([inbox], tmp_path / "汇总.xlsx", jobs=2)
