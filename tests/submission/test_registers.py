"""The bureau's own lists are read by their labels, wherever these stand and however the file was saved."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from xltargets.errors import Error
from xltargets.submission.document import load_document
from xltargets.submission.registers import load_ledger, load_previous, load_roster

P1, P2 = "13073024P000585100016", "13073024P00049610002Y"
DATA = Path(__file__).parents[1] / "data"


def workbook(path: Path, *tables: list[list[Any]]) -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        for table in tables:
            sheet = book.add_worksheet()
            for row, cells in enumerate(table):
                sheet.write_row(row, 0, cells)
    return path


def test_a_ledger_is_read_by_its_labels_below_a_title_on_any_sheet(tmp_path):
    table = [
        ["2024年项目库"],
        ["", "", "", "", "单位：万元"],
        ["序号", "项目代码", "项 目 名 称", "预算单位编码", "批复预算数", "其中：财政资金", "备注"],
        [1, P1, "信访事项办理经费", 286001, 120.5, 100, "结转"],
        [2, P2.lower(), "信息系统运行维护费", None, "79.50", None, None],
        ["合计", None, None, None, 200, None, None],
    ]
    ledger = load_ledger(workbook(tmp_path / "项目库.xlsx", [["说明"], ["无"]], table))
    assert list(ledger) == [P1, P2]
    assert ledger[P1] == {
        "序号": "1", "项目编码": P1, "项目名称": "信访事项办理经费", "单位编码": "286001", "预算数": Decimal("120.5"),
        "财政资金": Decimal(100), "备注": "结转",
    }  # fmt: skip
    assert ledger[P2]["预算数"] == Decimal("79.5") and ledger[P2]["财政资金"] is None
    assert ledger[P2]["单位编码"] == "286001", "a merged cell speaks for the rows below"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_a_csv_is_read_in_the_usual_encodings(tmp_path, encoding, delimiter):
    path = tmp_path / "ledger.csv"
    rows = [["项目编码", "项目名称", "预算数（元）"], [P1, "信访，专项", '"1,205,000.00"']]
    path.write_bytes("\r\n".join(delimiter.join(row) for row in rows).encode(encoding))
    assert load_ledger(path)[P1]["预算数"] == Decimal("120.5")


def test_a_unit_above_the_table_counts_for_amounts_without_their_own(tmp_path):
    table = [["金额单位：元"], ["项目编码", "预算数", "财政资金（万元）"], [P1, 1205000, 100]]
    row = load_ledger(workbook(tmp_path / "a.xlsx", table))[P1]
    assert (row["预算数"], row["财政资金"]) == (Decimal("120.5"), Decimal(100))


def test_a_heading_of_two_lines_names_its_columns(tmp_path):
    table = [["项目编码", "项目名称", "资金", None], [None, None, "合计", "财政拨款"], [P1, "信访", 120.5, 100]]
    row = load_ledger(workbook(tmp_path / "a.xlsx", table))[P1]
    assert (row["预算数"], row["财政资金"]) == (Decimal("120.5"), Decimal(100))


def test_the_better_label_wins_over_an_earlier_column(tmp_path):
    table = [["项目编码", "合计", "预算数"], [P1, 999, 120.5]]
    assert load_ledger(workbook(tmp_path / "a.xlsx", table))[P1]["预算数"] == Decimal("120.5")


def test_a_remark_in_brackets_and_the_year_before_it_hide_no_label(tmp_path):
    table = [["项目编码（21位）*", "2023年预算数（万元）", "2024年度预算数（万元）", "批复（示例）"], [P1, 999, 120.5, None]]
    row = load_ledger(workbook(tmp_path / "a.xlsx", table))[P1]
    assert row["预算数"] is None, "a label without a year wins"
    table = [line[:3] for line in table]
    assert load_ledger(workbook(tmp_path / "b.xlsx", table))[P1]["预算数"] == Decimal("120.5"), "the latest year"


def test_a_list_without_a_code_is_refused_and_a_later_sheet_that_has_some_is_taken(tmp_path):
    empty = [["项目编码", "预算数"], ["合计", 3]]
    with pytest.raises(Error, match="项目库的“项目编码”这一列下面没有编码") as caught:
        load_ledger(workbook(tmp_path / "a.xlsx", empty))
    assert caught.value.sheet == "Sheet1"
    assert list(load_ledger(workbook(tmp_path / "b.xlsx", empty, [["项目编码"], [P1]]))) == [P1]


def test_rows_of_one_project_are_added_up_and_a_repeated_row_counts_once(tmp_path):
    table = [["项目编码", "功能科目", "预算数"], [P1, "2010301", 20], [P1, "2010302", 10.5], [P1, "2010302", 10.5]]
    assert load_ledger(workbook(tmp_path / "a.xlsx", table))[P1]["预算数"] == Decimal("30.5")


def test_a_roster_is_keyed_by_the_code_of_the_unit(tmp_path):
    table = [["部门编码", "部门", "单位编码", "单位名称"], ["286", "县信访局", 286001, "县信访局本级"], [None, None, "286002", "接访中心"]]
    roster = load_roster(workbook(tmp_path / "名录.xlsx", table))
    assert list(roster) == ["286001", "286002"]
    assert roster["286002"]["部门编码"] == "286"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", "编号,名称\n1,甲".encode(), "找不到“项目编码”这一列"),
        ("a.csv", "项目编码,预算数\n13073024P000585100016,三十".encode(), "应是数字，现在是“三十”"),
        ("a.csv", b"\xff\xff\x80", "编码既不是 UTF-8 也不是 GB18030"),
        ("missing.csv", None, "找不到这个文件"),
    ],
)
def test_a_list_that_cannot_be_used_is_refused_with_its_file(tmp_path, name, content, said):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(Error, match=said) as caught:
        load_ledger(path)
    assert caught.value.file == str(path)


def test_an_amount_that_is_an_error_is_refused_with_its_cell(tmp_path):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("库")
        sheet.write_row(0, 0, ["项目编码", "预算数"])
        sheet.write_row(1, 0, [P1])
        sheet.write_formula(1, 1, "=1/0", value="#DIV/0!")
    with pytest.raises(Error) as caught:
        load_ledger(path)
    assert (caught.value.sheet, caught.value.cell) == ("库", "B2")


def test_last_years_document_is_read_as_any(tmp_path):
    document = load_previous(DATA / "clean.json")
    assert document["unit"] == load_document(DATA / "clean.json")["unit"]
    assert document["projects"][0]["budget"]["total"] == Decimal("120.5")
