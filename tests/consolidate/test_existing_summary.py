"""A summary that somebody made, held against what the units handed in (rules D05 and D06)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from xltargets.consolidate import Options, consolidate, tables
from xltargets.errors import Error

UNITS = ("286001", "286002", "287001")


@pytest.fixture
def existing(hand_in: Callable[..., Path], inbox: Path, tmp_path: Path) -> Path:
    """A sound summary of three units, one of them in two files; it lies among what is read."""
    for code in UNITS:
        hand_in(f"{code}.json")
    consolidate([inbox], tmp_path / "旧.xlsx")
    return (tmp_path / "旧.xlsx").rename(inbox / "汇总表.xlsx")


def said(inbox: Path, existing: Path) -> list[tuple[Any, ...]]:
    """Rule and message of what is found in it."""
    found = tables([inbox], options=Options(existing=existing))["问题清单"]
    return [
        (row["规则"], row["问题及改法"])
        for _, row in found.iterrows()
        if row["规则"] in ("D05", "D06") and row["填报内容"] == "已有的汇总表"
    ]


def edit(path: Path, change: Callable[[Any, dict[str, int]], None]) -> None:
    """Change the rows of 项目汇总 as its maker would; columns are found by their labels."""
    book = openpyxl.load_workbook(path)
    sheet = book["项目汇总"]
    head = next(row for row in sheet.iter_rows() if "项目编码" in [cell.value for cell in row])
    change(sheet, {str(cell.value): cell.column for cell in head} | {"first": head[0].row + 1})
    book.save(path)


def row_of(sheet: Any, columns: dict[str, int], code: str) -> int:
    """The row of a project."""
    return next(
        row
        for row in range(columns["first"], sheet.max_row + 1)
        if sheet.cell(row, columns["项目编码"]).value == code
    )


def test_ours_agrees_with_what_it_was_made_of(inbox: Path, existing: Path) -> None:
    assert said(inbox, existing) == []


def test_an_amount_that_no_sheet_gives_is_told_with_both_numbers(inbox: Path, existing: Path) -> None:
    def change(sheet: Any, columns: dict[str, int]) -> None:
        amount = next(column for label, column in columns.items() if label.startswith("预算数"))
        sheet.cell(row_of(sheet, columns, "13073024P286002000001"), amount).value = 0.21

    edit(existing, change)
    ((rule, message),) = said(inbox, existing)
    assert rule == "D05" and "286002号项目1" in message and "0.20" in message and "0.21" in message


def test_a_project_left_out_and_one_that_nobody_has_are_told(inbox: Path, existing: Path) -> None:
    def change(sheet: Any, columns: dict[str, int]) -> None:
        sheet.cell(
            row_of(sheet, columns, "13073024P287001000000"), columns["项目编码"]
        ).value = "13073024P287001000009"

    edit(existing, change)
    assert [rule for rule, _ in said(inbox, existing)] == ["D06", "D06"]


def test_a_code_that_two_projects_have_is_left_to_the_rule_for_it(
    inbox: Path, existing: Path, hand_in: Callable[..., Path], document: Callable[..., dict[str, Any]]
) -> None:
    twice = document("286001", ("30.1", "0.2", "5"))
    twice["projects"][2]["code"] = twice["projects"][0]["code"]
    hand_in("286001.json", twice)
    assert said(inbox, existing) == []


def test_it_is_never_written_over(inbox: Path, existing: Path) -> None:
    before = existing.read_bytes()
    with pytest.raises(Error, match="另取一个名字"):
        consolidate([inbox], existing, options=Options(existing=existing))
    assert existing.read_bytes() == before


def test_one_without_codes_is_refused_before_anything_is_read(inbox: Path, tmp_path: Path) -> None:
    other = tmp_path / "表.csv"
    other.write_text("单位,金额\n甲,1\n", "utf-8")
    with pytest.raises(Error, match="汇总表里找不到“项目编码”"):
        consolidate([inbox], tmp_path / "新.xlsx", options=Options(existing=other))
    assert not (tmp_path / "新.xlsx").exists()
