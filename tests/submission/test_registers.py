"""The bureau's own lists are read by their labels, wherever these stand and however the file was saved."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from xltargets.errors import Error
from xltargets.submission.document import load_document
from xltargets.submission.registers import load_ledger, load_previous, load_roster, load_summary

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


HEAD = ["项目编码", "项目名称", "单位编码", "预算数"]


def sheets(path: Path, *tables: list[list[Any]], hidden: int | None = None, merged: tuple[str, ...] = ()) -> Path:
    """A workbook of which one sheet may be hidden, and cells of the first one merged."""
    book = openpyxl.Workbook()
    for index, table in enumerate(tables):
        sheet = book.active if index == 0 else book.create_sheet()
        sheet.title = f"第{index + 1}科"
        for row in table:
            sheet.append(row)
        sheet.sheet_state = "hidden" if index == hidden else "visible"
    for area in merged:
        book.worksheets[0].merge_cells(area)
    book.active = 1 if hidden == 0 else 0
    book.save(path)
    return path


class TestSeveralSheets:
    """The projects of the second sheet were lost, and the hidden sheet was read in place of the one that is shown."""

    def test_all_that_are_shown_count(self, tmp_path):
        path = sheets(tmp_path / "a.xlsx", [HEAD, [P1, "甲", "286001", 1]], [HEAD, [P2, "乙", "286002", 2]])
        assert list(load_ledger(path)) == [P1, P2]
        assert list(load_roster(path)) == ["286001", "286002"]
        assert list(load_summary(path)) == [P1], "a summary is one table"

    def test_a_hidden_one_counts_only_when_there_is_no_other(self, tmp_path):
        old, new = [HEAD, [P1, "甲", "286001", 1]], [HEAD, [P1, "甲", "286001", 5]]
        assert load_ledger(sheets(tmp_path / "a.xlsx", old, new, hidden=0))[P1]["预算数"] == 5
        assert load_ledger(sheets(tmp_path / "b.xlsx", old, [["说明"]], hidden=0))[P1]["预算数"] == 1

    def test_two_amounts_for_one_project_are_refused(self, tmp_path):
        path = sheets(tmp_path / "a.xlsx", [HEAD, [P1, "甲", "286001", 1]], [HEAD, [P1, "甲", "286001", 5]])
        with pytest.raises(Error, match="在工作表“第1科”和“第2科”里的金额不同"):
            load_ledger(path)

    def test_a_total_of_one_of_them_is_none_of_all(self, tmp_path):
        head = ["单位编码", "单位名称", "预算数"]
        first, second = [head, ["286001", "甲", 1], ["合计", None, 1]], [head, ["286002", "乙", 2]]
        assert "合计" not in load_roster(sheets(tmp_path / "a.xlsx", first, second))
        assert load_roster(sheets(tmp_path / "b.xlsx", first))["合计"]["预算数"] == 1


class TestRows:
    def test_a_merged_code_speaks_for_its_rows(self, tmp_path):
        table = [[*HEAD, "性质"], [P1, "甲", "286001", 20, "一般"], [None, None, None, 20, "一般"], [None, None, None, 40, "小计"],
                 [P2, "乙", "286001", 3, None]]  # fmt: skip
        ledger = load_ledger(sheets(tmp_path / "a.xlsx", table, merged=("A2:A4", "B2:B4")))
        assert (ledger[P1]["预算数"], ledger[P2]["预算数"]) == (40, 3)

    def test_a_row_of_totals_with_a_number_in_its_words_is_no_project(self, tmp_path):
        assert list(load_ledger(sheets(tmp_path / "a.xlsx", [HEAD, [P1, "甲", "286001", 1], ["合计：1个", None, None, 1]]))) == [P1]

    def test_a_heading_printed_again_is_no_unit(self, tmp_path):
        table = [HEAD, [P1, "甲", "286001", 1], HEAD, [P2, "乙", "286002", 2]]
        assert list(load_roster(sheets(tmp_path / "a.xlsx", table))) == ["286001", "286002"]

    @pytest.mark.parametrize("code", [1.3073024e20, "1.30730E+20"])
    def test_a_code_that_lost_digits_is_refused(self, tmp_path, code):
        """All projects became one, with the sum of their amounts."""
        with pytest.raises(Error, match="“项目编码”被存成了数值，有的数字已经丢失") as caught:
            load_ledger(sheets(tmp_path / "a.xlsx", [HEAD, [code, "甲", "286001", 1], [code, "乙", "286001", 2]]))
        assert caught.value.cell == "A2"

    @pytest.mark.parametrize("cell", ["286001-县信访局", "286001 县信访局", "286001县信访局"])
    def test_code_and_name_in_one_cell_are_two(self, tmp_path, cell):
        roster = load_roster(sheets(tmp_path / "a.xlsx", [["单位编码", "预算数"], [cell, 1]]))
        assert (roster["286001"]["单位编码"], roster["286001"]["单位名称"]) == ("286001", "县信访局")
        ledger = load_ledger(sheets(tmp_path / "b.xlsx", [["项目编码", "单位"], [P1, cell], [P2, "110指挥中心"]]))
        assert (ledger[P1]["单位编码"], ledger[P1]["单位名称"]) == ("286001", "县信访局")
        assert ledger[P2]["单位名称"] == "110指挥中心"

    def test_a_heading_of_three_lines_names_its_columns(self, tmp_path):
        table = [["项目编码", "资金", None, None], [None, "合计", "其中", None], [None, None, "财政资金", "其他资金"], [P1, 3, 2, 1]]
        row = load_ledger(sheets(tmp_path / "a.xlsx", table))[P1]
        assert (row["预算数"], row["财政资金"], row["其他资金"]) == (3, 2, 1)


class TestCsv:
    def write(self, path: Path, text: str, encoding: str = "utf-8") -> Path:
        path.write_bytes(text.encode(encoding))
        return path

    def test_the_unicode_text_of_excel_is_read(self, tmp_path):
        path = self.write(tmp_path / "a.txt", f"项目编码\t预算数\r\n{P1}\t3\r\n", "utf-16")
        assert load_ledger(path)[P1]["预算数"] == 3

    def test_the_heading_says_what_divides_the_cells(self, tmp_path):
        path = self.write(tmp_path / "a.csv", f"2024年，a,b,c,d,e,f\n项目编码;项目名称;预算数\n{P1};甲,乙,丙;3\n")
        assert load_ledger(path)[P1]["预算数"] == 3

    def test_a_code_that_a_system_marked_as_text_is_read(self, tmp_path):
        path = self.write(tmp_path / "a.csv", f'项目编码,项目名称,预算数\n="{P1}",\'甲,="3"\n')
        assert load_ledger(path)[P1] == {"项目编码": P1, "项目名称": "甲", "预算数": Decimal(3)}

    def test_a_quotation_mark_that_is_not_closed_swallows_no_rows(self, tmp_path):
        path = self.write(tmp_path / "a.csv", f'项目编码,项目名称,预算数\n{P1},"甲,1\n{P2},乙,2\n')
        with pytest.raises(Error, match="第2行起不是合法的 CSV（引号不成对"):
            load_ledger(path)

    def test_a_vertical_tab_ends_no_row(self, tmp_path):
        path = self.write(tmp_path / "a.csv", f"项目编码,项目名称,预算数\n{P1},甲\x0b乙,3\n")
        assert load_ledger(path)[P1]["预算数"] == 3
