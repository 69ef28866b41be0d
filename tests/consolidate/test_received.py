"""报送情况 and 总览."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from xltargets.consolidate import Deadline, Options, SummaryOptions, consolidate
from xltargets.rules.engine import Inputs

ROSTER = {
    "286001": {"单位名称": "县信访局", "部门名称": "县委办"},
    "286002": {"单位名称": "县接访中心", "部门名称": "县委办"},
    "286003": {"单位名称": "县档案馆", "部门名称": "县委办"},
    "301001": {"单位名称": "县教育局", "部门名称": "县教育局"},
}


@pytest.fixture
def rows(
    hand_in: Callable[..., Path], document: Any, inbox: Path, tmp_path: Path
) -> dict[str, dict[str, Any]]:
    first = hand_in("286001 初稿.json", document("286001", ("5",)))
    shutil.copy(first, inbox / "286001 定稿.json")
    os.utime(first, (1_700_000_000, 1_700_000_000))
    os.utime(inbox / "286001 定稿.json", (1_700_100_000, 1_700_100_000))
    (inbox / "县接访中心.xlsx").write_bytes(b"")
    late = hand_in("301001.json")
    os.utime(late, (1_800_000_000, 1_800_000_000))
    hand_in("999001.json")
    deadline = Deadline(datetime(2025, 1, 1))
    options = Options(inputs=Inputs(roster=ROSTER), summary=SummaryOptions(deadline=deadline))
    totals = consolidate([inbox], tmp_path / "a.xlsx", options=options).totals
    assert (totals.missing, totals.late) == (1, 3)  # the empty file and the stranger came just now, too
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["报送情况"]
    lines = list(sheet.iter_rows(min_row=3, values_only=True))
    return {str(line[1]): dict(zip(lines[0], line, strict=True)) for line in lines[1:]}


def test_units_come_in_the_order_of_their_codes(rows: dict[str, dict[str, Any]]) -> None:
    assert list(rows) == ["286001", "286002", "286003", "301001", "999001"]


def test_what_came_twice_is_told_with_the_file_that_is_taken(rows: dict[str, dict[str, Any]]) -> None:
    row = rows["286001"]
    assert (row["报送情况"], row["份数"], row["采用的文件"]) == ("已报送", 2, "286001 定稿.json")
    assert row["说明"] == "重复报送，采用最新的一份；未采用：286001 初稿.json"


def test_a_file_that_cannot_be_read_is_told_at_the_unit_that_its_name_speaks_of(
    rows: dict[str, dict[str, Any]],
) -> None:
    assert rows["286002"]["报送情况"] == "无法读取"
    assert rows["286002"]["说明"] == "县接访中心.xlsx：文件是空的（0 字节），请重新取得这份文件"


def test_a_unit_that_is_missing_is_told_by_its_name(rows: dict[str, dict[str, Any]]) -> None:
    assert (rows["286003"]["单位名称"], rows["286003"]["报送情况"], rows["286003"]["部门"]) == (
        "县档案馆",
        "未报送",
        "县委办",
    )


def test_lateness_is_told_against_the_deadline(rows: dict[str, dict[str, Any]]) -> None:
    assert [rows[code]["是否逾期"] for code in ("286001", "301001")] == [None, "逾期"]


def test_a_unit_that_is_not_on_the_roster_is_told(rows: dict[str, dict[str, Any]]) -> None:
    assert (rows["999001"]["报送情况"], rows["999001"]["说明"]) == ("名录外", "单位名录中没有这个编码")


def test_the_overview_adds_up_by_department_and_by_kind(
    hand_in: Callable[..., Path], document: Any, inbox: Path, tmp_path: Path
) -> None:
    one, other = document("286001", ("1.10",)), document("301001", ("2.20", "3.30"))
    other["projects"][0]["kind"] = "特定目标类"
    hand_in("a.json", one)
    hand_in("b.json", other)
    consolidate([inbox], tmp_path / "a.xlsx", options=Options(inputs=Inputs(roster=ROSTER)))
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx", data_only=True)["总览"]
    table = {row[0]: row for row in sheet.iter_rows(values_only=True) if row[0]}
    assert table["286 县委办"][1:4] == (1, 1, 1.1)
    assert table["301 县教育局"][1:4] == (1, 2, 5.5)
    assert table["特定目标类"][1:3] == (1, 2.2)
    assert table["部门项目"][1:3] == (2, 4.4)
    assert table["301001 第301001局"][2] == 5.5
    assert [row[2] for row in sheet.iter_rows(values_only=True) if row[0] == "合计"] == [3, 6.6]
    assert len(sheet._charts) == 4


def test_no_short_table_of_the_overview_is_torn_by_the_end_of_a_page(
    hand_in: Callable[..., Path], document: Any, inbox: Path, tmp_path: Path
) -> None:
    for number in range(4):
        content = document(f"28{number}001", ("1.10",))
        content["projects"][0] |= {"kind": "特定目标类" if number % 2 else "部门项目", "purpose": "办公。", "target": "做好工作。"}
        content["projects"][0]["indicators"][0] |= {"value": "95", "basis": "工作需要", "description": "无"}
        hand_in(f"{number}.json", content)
    consolidate([inbox], tmp_path / "a.xlsx", options=Options())
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["总览"]
    starts = {str(row[0].value)[:2]: row[0].row for row in sheet.iter_rows() if str(row[0].value)[1:2] == "、"}
    assert [page.id + 1 for page in sheet.row_breaks.brk] == [starts["三、"], starts["五、"]]


def test_findings_of_no_unit_and_of_no_project_are_said_below_the_tables_so_that_all_adds_up(
    hand_in: Callable[..., Path], document: Any, inbox: Path, tmp_path: Path
) -> None:
    content = document("286001", ("1.10",))
    content["department"]["overall_target"] = None
    hand_in("a.json", content)
    consolidate([inbox], tmp_path / "a.xlsx", options=Options(inputs=Inputs(roster=ROSTER)))
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx", data_only=True)["总览"]
    table = {row[0]: row for row in sheet.iter_rows(values_only=True) if row[0]}
    all_errors, of_units = table["错误"][1], table["286 县委办"][6]
    missing = f"注：另有没有报来的单位、重复报来未采用的文件等的问题没有列入上表：错误{all_errors - of_units}条，见问题清单。"
    assert of_units == 1 and missing in table
    assert any(str(text).startswith("注：另有部门整体目标、整份申报表等不属于哪个项目的问题") for text in table)
