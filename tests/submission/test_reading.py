"""What clerks and other programs do to a workbook, and what reading makes of it."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

import xltargets
from xltargets.excel.cells import set_values
from xltargets.excel.clone import clone_sheet
from xltargets.excel.definednames import define_names, remove_names
from xltargets.excel.package import Package
from xltargets.excel.rows import insert_rows
from xltargets.excel.sheets import rename_sheet
from xltargets.rules.engine import judge
from xltargets.submission.fill import fill
from xltargets.submission.model import Submission
from xltargets.submission.read import read

SHEET = "项目1"
TEMPLATE = Path(__file__).parents[2] / "templates" / "targets.xlsx"


def changed(path: Path, change: Callable[[Package], None]) -> Submission:
    """The workbook read again after a lossless change."""
    package = Package.open(path)
    change(package)
    package.save(path)
    return read(path)


def edited(path: Path, edit: Callable[[openpyxl.Workbook], None], *, data_only: bool = True) -> Submission:
    """The workbook read again after another program changed and saved it, formulas as values unless asked otherwise."""
    book = openpyxl.load_workbook(path, data_only=data_only)
    edit(book)
    book.save(path)
    return read(path)


def rules(submission: Submission) -> list[str]:
    return [problem.rule for problem in submission.problems]


def cell_of(submission: Submission, pointer: str) -> str:
    return submission.locations[pointer].cell


class TestAFilledWorkbook:
    def test_is_its_document(self, filled: Path, sound: dict[str, Any]) -> None:
        submission = read(filled)
        assert submission.document == sound
        assert submission.problems == []
        assert submission.raw == {}

    def test_tells_the_cell_of_every_value(self, filled: Path) -> None:
        submission, book = read(filled), openpyxl.load_workbook(filled)
        for pointer, expected in (
            ("/unit/name", "怀来县信访局"),
            ("/projects/1/budget/total", 79.5),
            ("/projects/1/indicators/5/value", "≥92%"),
            ("/department/safeguards/1", "加强资金管理，按进度支付资金。"),
        ):
            sheet, cell = submission.locations[pointer]
            assert book[sheet][cell].value == expected

    def test_tells_the_cell_above_for_a_level_that_was_filled_down(self, filled: Path) -> None:
        submission = read(filled)
        assert submission.document["projects"][0]["indicators"][3]["level1"] == "产出指标"
        assert cell_of(submission, "/projects/0/indicators/3/level1") == cell_of(
            submission, "/projects/0/indicators/0/level1"
        )
        assert cell_of(submission, "/projects/0/indicators/3/level3") != cell_of(
            submission, "/projects/0/indicators/0/level3"
        )

    def test_has_exact_amounts(self, filled: Path) -> None:
        amounts = {"/projects/0/budget/total": 0.1 + 0.2, "/projects/0/budget/fiscal": 1234567.89}

        def retype(book: openpyxl.Workbook) -> None:
            for pointer, number in amounts.items():
                book[SHEET][cell_of(read(filled), pointer)].value = number

        budget = edited(filled, retype).document["projects"][0]["budget"]
        assert (budget["total"], budget["fiscal"]) == (Decimal("0.3"), Decimal("1234567.89"))


    @pytest.mark.parametrize(("code", "read_as"), [(130730240000585100016, "130730240000585100016"), (1001, "1001")])
    def test_has_a_code_that_was_a_number_as_text(
        self, tmp_path: Path, sound: dict[str, Any], code: int, read_as: str
    ) -> None:
        """As a number the cell kept 15 of its digits."""
        sound["projects"][0]["code"] = code
        fill(sound, tmp_path / "a.xlsx")
        submission = read(tmp_path / "a.xlsx")
        assert submission.document["projects"][0]["code"] == read_as
        assert openpyxl.load_workbook(tmp_path / "a.xlsx")[SHEET][cell_of(submission, "/projects/0/code")].value == read_as


class TestRowsColumnsAndSheets:
    def test_rows_inserted_in_the_table_change_nothing(self, filled: Path, sound: dict[str, Any]) -> None:
        submission = changed(filled, lambda package: insert_rows(package, SHEET, 13, 3, style_from=12))
        assert submission.document == sound and submission.problems == []

    def test_columns_moved_change_nothing(self, filled: Path, sound: dict[str, Any]) -> None:
        """指标值 and 绩效指标描述 change places, cells and names."""

        def swap(book: openpyxl.Workbook) -> None:
            for sheet in (book[SHEET], book["项目2"]):
                names = sheet.defined_names
                for row in sheet["E10:F40"]:
                    row[0].value, row[1].value = row[1].value, row[0].value
                value, text = names["project.indicators.value"], names["project.indicators.description"]
                value.attr_text, text.attr_text = text.attr_text, value.attr_text

        submission = edited(filled, swap)
        for ours, theirs in zip(submission.document["projects"], sound["projects"], strict=True):
            assert ours["indicators"] == theirs["indicators"]

    def test_a_copied_sheet_is_one_more_project(self, filled: Path, sound: dict[str, Any]) -> None:
        submission = changed(filled, lambda package: clone_sheet(package, SHEET, "项目1 (2)", after=SHEET))
        assert [project["name"] for project in submission.document["projects"]] == [
            "信访事项办理经费", "信访事项办理经费", "信息系统运行维护费",
        ]  # fmt: skip
        assert submission.locations["/projects/1/name"].sheet == "项目1 (2)"

    def test_reordered_and_hidden_sheets_are_read(self, filled: Path, sound: dict[str, Any]) -> None:
        def shuffle(book: openpyxl.Workbook) -> None:
            book.move_sheet("项目2", offset=-3)
            book["项目2"].sheet_state = "hidden"

        projects = edited(filled, shuffle).document["projects"]
        assert [project["code"] for project in projects] == [
            sound["projects"][1]["code"], sound["projects"][0]["code"],
        ]  # fmt: skip

    def test_a_renamed_sheet_is_read(self, filled: Path, sound: dict[str, Any]) -> None:
        submission = changed(filled, lambda package: rename_sheet(package, SHEET, "信访专项 '24!"))
        assert submission.document == sound
        assert submission.locations["/projects/0/name"].sheet == "信访专项 '24!"

    def test_a_sheet_renamed_by_a_program_that_forgets_the_names_is_reported(self, filled: Path) -> None:
        def rename(book: openpyxl.Workbook) -> None:
            book[SHEET].title = "维稳"  # openpyxl leaves the names pointing at the old one

        submission = edited(filled, rename)
        assert len(submission.document["projects"]) == 1
        assert {problem.rule for problem in submission.problems} == {"R06", "R08"}

    def test_an_untouched_project_sheet_is_no_project(self, filled: Path, sound: dict[str, Any]) -> None:
        path = filled.with_name("new.xlsx")
        xltargets.fill({"unit": sound["unit"]}, path)
        submission = read(path)
        assert submission.document["projects"] == []
        assert submission.problems == []

    def test_texts_merged_downward_are_those_of_each_row(self, filled: Path, sound: dict[str, Any]) -> None:
        before = read(filled)
        first = before.locations["/projects/0/indicators/0/basis"].cell
        column, row = first[0], int(first[1:])

        def merge(book: openpyxl.Workbook) -> None:
            book[SHEET].merge_cells(f"{column}{row}:{column}{row + 2}")  # the other two are blank from now on

        submission = edited(filled, merge)
        rows = submission.document["projects"][0]["indicators"]
        wanted = sound["projects"][0]["indicators"]
        assert [item["basis"] for item in rows] == [*[wanted[0]["basis"]] * 3, *(item["basis"] for item in wanted[3:])]
        assert submission.locations["/projects/0/indicators/2/basis"] == (SHEET, first)
        assert not [one for one in judge(submission).findings if one.rule == "C10"]

    def test_a_value_merged_over_another_row_is_not_that_rows(self, filled: Path, sound: dict[str, Any]) -> None:
        first = read(filled).locations["/projects/0/indicators/0/value"].cell
        column, row = first[0], int(first[1:])
        submission = edited(filled, lambda book: book[SHEET].merge_cells(f"{column}{row}:{column}{row + 1}"))
        values = [item["value"] for item in submission.document["projects"][0]["indicators"]]
        assert values[:2] == [sound["projects"][0]["indicators"][0]["value"], None]

    def test_level_cells_merged_downward_are_read(self, filled: Path, sound: dict[str, Any]) -> None:
        def merge(book: openpyxl.Workbook) -> None:
            book[SHEET].merge_cells("B10:B13")

        submission = edited(filled, merge)
        levels = [item["level1"] for item in submission.document["projects"][0]["indicators"]]
        assert levels == ["产出指标"] * 4 + ["效益指标", "满意度指标"]

    def test_blank_rows_are_no_data(self, filled: Path, sound: dict[str, Any]) -> None:
        submission = changed(filled, lambda package: insert_rows(package, SHEET, 12, 4, style_from=12))
        assert len(submission.document["projects"][0]["indicators"]) == 6

    def test_a_row_with_levels_only_is_no_data(self, filled: Path) -> None:
        def label(package: Package) -> None:
            set_values(package, SHEET, {"B17": "效益指标", "C17": "生态效益指标"})

        assert len(changed(filled, label).document["projects"][0]["indicators"]) == 6

    def test_an_empty_table_is_found_where_its_first_item_would_stand(self) -> None:
        submission = read(TEMPLATE)
        found = {f.pointer: (f.sheet, f.cell) for f in xltargets.check(submission) if f.rule == "C12"}
        assert len(found) == len(set(found.values())) == 3
        assert submission.document["department"]["itemised_targets"] == []
        names = openpyxl.load_workbook(TEMPLATE).defined_names
        (place,) = names["department.itemised_targets"].destinations
        assert found["/department/itemised_targets"] == (place[0], place[1].replace("$", "").partition(":")[0])

    @pytest.mark.parametrize("below", [1, 5])
    def test_an_indicator_below_the_table_is_reported(self, filled: Path, below: int) -> None:
        def table_end(sheet: Worksheet) -> int:
            return int(sheet.defined_names["project.indicators.level3"].attr_text.rpartition("$")[2])

        row = table_end(openpyxl.load_workbook(filled)[SHEET]) + below
        submission = changed(filled, lambda p: set_values(p, SHEET, {f"D{row}": "培训人次", f"F{row}": "≥30人次"}))
        (problem,) = submission.problems
        assert (problem.rule, problem.location) == ("R05", (SHEET, f"D{row}"))
        assert f"第{row}行" in problem.message

    def test_so_is_one_of_which_only_the_name_stands_there(self, filled: Path) -> None:
        submission = changed(filled, lambda p: set_values(p, SHEET, {"D31": "培训人次"}))
        assert [(problem.rule, problem.location) for problem in submission.problems] == [("R05", (SHEET, "D31"))]

    @pytest.mark.parametrize(
        "cells",
        [{"B31": "填表人：张三", "F31": "联系电话：0313-6212345"}, {"B31": "填表人：", "D31": "张三"}, {"B31": "合 计", "F31": "30"}],
    )
    def test_a_line_with_which_forms_end_is_no_indicator(self, filled: Path, cells: dict[str, str]) -> None:
        assert changed(filled, lambda p: set_values(p, SHEET, cells)).problems == []

    @pytest.mark.parametrize("row", [20, 29])
    def test_nor_is_it_in_the_last_rows_of_the_table(self, filled: Path, row: int) -> None:
        indicators = read(filled).document["projects"][0]["indicators"]
        cells = {f"B{row}": "填表人：张三", f"D{row}": "联系电话：0313-6212345", f"F{row}": "2026年1月"}
        submission = changed(filled, lambda p: set_values(p, SHEET, cells))
        assert submission.document["projects"][0]["indicators"] == indicators
        assert submission.problems == []
        assert (SHEET, f"D{row}") not in submission.locations.values()

    def test_an_indicator_whose_own_name_looks_so_is_one(self, filled: Path) -> None:
        cells = {"D29": "单位成本：每平方米造价", "F29": "≤2000元", "D30": "时间：项目完成日期", "F30": "2026年6月底前"}
        submission = changed(filled, lambda p: set_values(p, SHEET, cells))
        assert submission.document["projects"][0]["indicators"][-1]["level3"] == "单位成本：每平方米造价"
        assert [(problem.rule, problem.location) for problem in submission.problems] == [("R05", (SHEET, "D30"))]

    def test_a_row_put_between_heading_and_first_row_is_reported(self, filled: Path) -> None:
        def above(package: Package) -> None:
            insert_rows(package, SHEET, 10, 1, style_from=10)
            set_values(package, SHEET, {"D10": "培训人次", "F10": "≥30人次"})

        submission = changed(filled, above)
        assert rules(submission) == ["R05"]
        assert submission.problems[0].location == (SHEET, "D10")


class TestCells:
    def value(self, filled: Path, pointer: str, value: Any, number_format: str | None = None) -> Submission:
        """Read again with another value typed into a pointer's cell."""
        sheet, cell = read(filled).locations[pointer]

        def retype(book: openpyxl.Workbook) -> None:
            book[sheet][cell].value = value
            if number_format:
                book[sheet][cell].number_format = number_format

        return edited(filled, retype)

    @pytest.mark.parametrize(
        ("typed", "number_format", "read_as", "raw"),
        [
            (30, "General", 30, None),
            (30, "0.00", 30, None),
            (0.3, "0%", 30, "30%"),
            (0.305, "0.0%", Decimal("30.5"), "30.5%"),
            (0.07, '0.00"约"%', 7, "7%"),
            (0.3, 'General"%"', Decimal("0.3"), None),
            ("30%", "@", 30, "30%"),
            (" ３０％ ", "@", 30, " ３０％ "),
            ("30", "@", 30, "30"),
        ],
    )
    def test_percentages_in_all_shapes(
        self, filled: Path, typed: Any, number_format: str, read_as: Any, raw: Any
    ) -> None:
        submission = self.value(filled, "/projects/0/schedule/march", typed, number_format)
        assert submission.document["projects"][0]["schedule"]["march"] == read_as
        assert submission.raw.get("/projects/0/schedule/march") == raw

    @pytest.mark.parametrize("typed", ["120.50", "1,234.5", "1 234.5", "１　２３４．５", "１２０．５", " 120.5万元", "120.5 "])
    def test_numbers_typed_as_text_are_numbers(self, filled: Path, typed: str) -> None:
        submission = self.value(filled, "/projects/0/budget/total", typed)
        total = submission.document["projects"][0]["budget"]["total"]
        assert total == (Decimal("1234.5") if typed[1] in ", \u3000" else Decimal("120.5"))
        assert submission.raw["/projects/0/budget/total"] == typed
        assert "R04" in [finding.rule for finding in xltargets.check(submission)]

    @pytest.mark.parametrize("typed", ["三十万", "约30", "30元", "1,23,4", "1 23", "--", "①", "10²"])
    def test_what_is_no_number_stays_and_is_reported_once(self, filled: Path, typed: str) -> None:
        submission = self.value(filled, "/projects/0/budget/total", typed)
        assert submission.document["projects"][0]["budget"]["total"] == typed
        here = [f.rule for f in xltargets.check(submission) if f.pointer == "/projects/0/budget/total"]
        assert here == ["F10"]

    @pytest.mark.parametrize("written", [b"1e999", b"-1e999", b"nan"])
    def test_a_number_without_bound_is_no_amount(self, filled: Path, written: bytes) -> None:
        def write(package: Package) -> None:
            part = next(sheet.part for sheet in package.sheets if sheet.name == SHEET)
            data, times = re.subn(rb'(<c r="C4"[^>]*><v>)[^<]*', rb"\g<1>" + written, package.read(part))
            assert times == 1
            package.replace(part, data)

        submission = changed(filled, write)
        assert isinstance(submission.document["projects"][0]["budget"]["total"], str)
        found, failures = judge(submission)
        assert ("F10", "/projects/0/budget/total") in [(finding.rule, finding.pointer) for finding in found]
        assert not failures

    def test_a_year_that_is_none_is_reported_with_what_is_expected(self, filled: Path) -> None:
        submission = self.value(filled, "/unit/year", "明年")
        (problem,) = submission.problems
        assert problem.rule == "R03"
        assert problem.message == "“预算年度”应填写整数，现在是“明年”，请改正"

    @pytest.mark.parametrize(("year", "said"), [(99, "不应小于2000"), (3000, "不应大于2099")])
    def test_a_year_out_of_bounds_is_reported_with_the_bound(self, filled: Path, year: int, said: str) -> None:
        (problem,) = self.value(filled, "/unit/year", year).problems
        assert problem == ("R03", "/unit/year", f"“预算年度”{said}，现在是“{year}”，请改正", None)

    def test_a_code_turned_into_a_number_is_taken_back_when_nothing_is_lost(self, filled: Path) -> None:
        submission = self.value(filled, "/unit/code", 1001, "General")
        assert submission.document["unit"]["code"] == "001001"
        assert submission.raw == {}

    def test_a_code_that_lost_digits_is_a_finding(self, filled: Path) -> None:
        submission = self.value(filled, "/projects/0/code", 1.3073024e20, "General")
        assert "F07" in [f.rule for f in xltargets.check(submission) if f.pointer == "/projects/0/code"]

    @pytest.mark.parametrize(
        ("typed", "number_format", "read_as"),
        [
            (0.95, "0%", "95%"), (0.955, "0.0%", "95.5%"), (30, "General", "30"), (1200.0, "#,##0", "1200"),
            (12, '"≥"0"件"', "≥12件"), (0.95, '"≥"0%', "≥95%"), (95, '"≥"0\\%', "≥95%"), (1200, "#,##0件", "1200件"),
            (30, '[$¥-804]#,##0.00"万元"', "¥30万元"), (12, '[Red]General"次";[Blue]-General', "12次"), (-5, '0"件"', "-5"),
            (300000, '0!.0,"万"', "300000"), (95, '[>=90]"优";"良"', "95"), (5, "000-0000", "5"), (7, '_ * #,##0"人"_ ', "7人"),
        ],  # fmt: skip
    )
    def test_an_indicator_value_is_what_the_cell_shows(
        self, filled: Path, typed: Any, number_format: str, read_as: str
    ) -> None:
        submission = self.value(filled, "/projects/0/indicators/1/value", typed, number_format)
        assert submission.document["projects"][0]["indicators"][1]["value"] == read_as

    def test_a_date_in_a_text_does_not_depend_on_the_language_of_excel(self, filled: Path) -> None:
        for shape in ("m/d/yyyy", "yyyy-mm-dd", "[$-804]yyyy年m月d日"):
            submission = self.value(filled, "/projects/0/indicators/2/value", datetime.date(2024, 12, 5), shape)
            assert submission.document["projects"][0]["indicators"][2]["value"] == "2024年12月5日"

    @pytest.mark.parametrize(
        ("number_format", "read_as"),
        [
            ('yyyy"年"m"月"', "2024年12月"), ("mmm-yy", "2024年12月"), ("yyyy-mm", "2024年12月"),
            ('m"月"d"日"', "12月5日"), ('[$-804]m"月"d"日";@', "12月5日"), ("mm", "2024年12月5日"), ("yyyy/m/d h:mm", "2024年12月5日"),
        ],
    )  # fmt: skip
    def test_a_date_is_as_much_of_it_as_the_cell_shows(self, filled: Path, number_format: str, read_as: str) -> None:
        """2024年12月 typed into a cell is the first of December to Excel, and 3-5 is the fifth of March of this year."""
        submission = self.value(filled, "/projects/0/indicators/2/value", datetime.date(2024, 12, 5), number_format)
        assert submission.document["projects"][0]["indicators"][2]["value"] == read_as

    def test_an_error_value_is_named_with_its_cell_and_never_blank(self, filled: Path) -> None:
        sheet, cell = read(filled).locations["/projects/0/budget/total"]

        def breaks(book: openpyxl.Workbook) -> None:
            book[sheet][cell].value = "#REF!"
            book[sheet][cell].data_type = "e"

        submission = edited(filled, breaks)
        (problem,) = submission.problems
        assert (problem.rule, problem.pointer, problem.location) == ("R01", "/projects/0/budget/total", (sheet, cell))
        here = [f.rule for f in xltargets.check(submission) if f.pointer == "/projects/0/budget/total"]
        assert here == ["R01"]

    def test_a_formula_with_its_result_is_its_result(self, filled: Path) -> None:
        """XlsxWriter's way of writing a formula with the value that Excel would show."""
        sheet, cell = read(filled).locations["/projects/0/budget/total"]
        package = Package.open(filled)
        part = package.sheet(sheet).part
        xml = package.read(part)
        start = xml.index(f'<c r="{cell}"'.encode())
        end = xml.index(b"</c>", start)
        style = xml[start : xml.index(b">", start) + 1]
        package.replace(part, xml[:start] + style + b"<f>100+20.5</f><v>120.5</v>" + xml[end:])
        package.save(filled)
        assert read(filled).document["projects"][0]["budget"]["total"] == Decimal("120.5")

    def test_a_formula_that_nobody_calculated_is_named_and_never_blank(self, filled: Path) -> None:
        sheet, cell = read(filled).locations["/projects/0/budget/total"]

        def formula(book: openpyxl.Workbook) -> None:
            book[sheet][cell].value = "=100+20.5"  # openpyxl writes no result

        submission = edited(filled, formula)
        (problem,) = submission.problems
        assert (problem.rule, problem.location) == ("R02", (sheet, cell))
        findings = xltargets.check(submission)
        assert not {"C04", "M01"} & {f.rule for f in findings if f.pointer.startswith("/projects/0/budget")}

    def test_a_formula_of_the_template_itself_is_not_read(self, tmp_path: Path, sound: dict[str, Any]) -> None:
        del sound["projects"][0]["title"]
        xltargets.fill(sound, tmp_path / "derived.xlsx")
        assert "title" not in read(tmp_path / "derived.xlsx").document["projects"][0]

    def test_blank_text_is_blank_and_remembered(self, filled: Path) -> None:
        submission = self.value(filled, "/projects/0/budget/other", " ")
        assert submission.document["projects"][0]["budget"]["other"] is None
        assert submission.raw["/projects/0/budget/other"] == " "


class TestNames:
    def test_foreign_and_hidden_names_are_not_taken_for_the_forms(self, filled: Path, sound: dict[str, Any]) -> None:
        def add(package: Package) -> None:
            define_names(
                package,
                {
                    ("_xlnm._FilterDatabase", SHEET): f"'{SHEET}'!$A$1:$F$20",
                    ("_xlnm.Criteria", SHEET): f"'{SHEET}'!$A$1",
                    ("TM1REBUILDOPTION", None): "1",
                    ("rate", None): "0.17",
                    ("项目清单", None): f"OFFSET('{SHEET}'!$A$1,0,0,10,1)",
                    ("extern", None): "[1]Sheet1!$A$1",
                },
            )

        submission = changed(filled, add)
        assert submission.document == sound and submission.problems == []
        assert {"rate", "项目清单", "extern"} <= set(submission.unknown_names)
        assert not any(name.startswith("_xlnm") for name in submission.unknown_names)

    def test_a_name_that_became_ref_is_reported_with_its_field(self, filled: Path) -> None:
        submission = changed(filled, lambda p: define_names(p, {("project.budget.total", SHEET): "#REF!"}))
        (problem,) = submission.problems
        assert (problem.rule, problem.pointer) == ("R06", "/projects/0/budget/total")
        assert "预算数" in problem.message and "#REF!" in problem.message
        assert "total" not in submission.document["projects"][0]["budget"]

    def test_a_sheet_that_was_deleted_is_reported_once(self, filled: Path) -> None:
        def delete(book: openpyxl.Workbook) -> None:
            del book["部门整体绩效目标"]  # openpyxl leaves the names pointing at it

        (problem,) = edited(filled, delete).problems
        assert (problem.rule, problem.pointer) == ("R06", "")
        assert "“单位编码”“单位名称”" in problem.message and "等7项" in problem.message
        assert "部门整体绩效目标" in problem.message

    def test_many_names_of_a_sheet_that_are_gone_are_reported_once(self, filled: Path) -> None:
        gone = [f"project.{name}" for name in ("code", "purpose", "target", "budget.fiscal", "budget.other")]
        (problem,) = changed(filled, lambda p: remove_names(p, [(name, "项目2") for name in gone])).problems
        assert (problem.rule, problem.pointer, problem.location) == ("R07", "/projects/1", ("项目2", "A1"))
        assert "“项目编码”" in problem.message

    def test_a_name_that_is_gone_is_reported_with_its_field(self, filled: Path) -> None:
        submission = changed(filled, lambda p: remove_names(p, [("project.purpose", "项目2")]))
        (problem,) = submission.problems
        assert (problem.rule, problem.pointer) == ("R07", "/projects/1/purpose")

    def test_a_name_that_is_gone_is_reported_when_that_of_the_version_is_gone_too(self, filled: Path) -> None:
        gone = [("template.version", None), ("unit.name", None), ("project.purpose", "项目2")]
        submission = changed(filled, lambda p: remove_names(p, gone))
        assert [(problem.rule, problem.pointer) for problem in submission.problems] == [
            ("R07", "/template/version"), ("R07", "/unit/name"), ("R07", "/projects/1/purpose"),
        ]  # fmt: skip

    def test_a_sheet_without_names_is_reported(self, filled: Path) -> None:
        def copied_cell_by_cell(book: openpyxl.Workbook) -> None:
            copy = book.create_sheet("新项目")
            for row in book[SHEET].iter_rows():
                for cell in row:
                    if not isinstance(cell, openpyxl.cell.cell.MergedCell):
                        copy[cell.coordinate].value = cell.value

        submission = edited(filled, copied_cell_by_cell)
        (problem,) = submission.problems
        assert (problem.rule, problem.location) == ("R08", ("新项目", "A1"))

    def test_names_in_another_case_are_the_same_names(self, filled: Path, sound: dict[str, Any]) -> None:
        def shout(package: Package) -> None:
            part = package.workbook_part
            package.replace(part, package.read(part).replace(b'name="project.code"', b'name="PROJECT.Code"'))

        assert changed(filled, shout).document == sound

    def test_unknown_names_and_fields_without_name_are_listed(self, filled: Path) -> None:
        submission = read(filled)
        assert "project.indicators.weight" in submission.missing_fields
        assert "project.code" not in submission.missing_fields


class TestBadInput:
    """Each is refused in one Chinese sentence that names the file."""

    def refused(self, path: Path) -> str:
        with pytest.raises(xltargets.Error) as caught:
            read(path)
        assert caught.value.file == str(path)
        assert "\n" not in caught.value.message
        assert any("一" <= letter <= "鿿" for letter in caught.value.message)
        return caught.value.message

    def test_a_missing_file(self, tmp_path: Path) -> None:
        assert "找不到" in self.refused(tmp_path / "none.xlsx")

    def test_a_folder(self, tmp_path: Path) -> None:
        assert "文件夹" in self.refused(tmp_path)

    @pytest.mark.parametrize(
        "content",
        [b"", "项目编码,项目名称\n1,2\n".encode("gb18030"), b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, b"PK\x03\x04 cut"],
        ids=["empty", "csv", "xls", "truncated"],
    )
    def test_something_else_under_the_name(self, tmp_path: Path, content: bytes) -> None:
        path = tmp_path / "x.xlsx"
        path.write_bytes(content)
        self.refused(path)

    def test_a_truncated_workbook(self, filled: Path) -> None:
        filled.write_bytes(filled.read_bytes()[:-200])
        self.refused(filled)

    @pytest.mark.parametrize("damage", [
        lambda styles: styles.replace(b"</cellXfs>", b"", 1),
        lambda styles: styles.replace(b"UTF-8", b"nonsense", 1),
        lambda styles: styles.replace(b'numFmtId="0"', b'numFmtId="x"'),
        lambda styles: styles.replace(b"?>", b"?><!DOCTYPE styleSheet>", 1),
    ])  # fmt: skip
    def test_a_workbook_with_damaged_styles(self, filled: Path, damage: Callable[[bytes], bytes]) -> None:
        package = Package.open(filled)
        styles = package.read("xl/styles.xml")
        assert damage(styles) != styles
        package.replace("xl/styles.xml", damage(styles))
        package.save(filled)
        self.refused(filled)

    def test_a_workbook_without_our_names(self, tmp_path: Path) -> None:
        path = tmp_path / "other.xlsx"
        openpyxl.Workbook().save(path)
        assert "没有找到任何约定的名称" in self.refused(path)

    def test_a_workbook_with_half_of_them(self, filled: Path) -> None:
        book = openpyxl.load_workbook(filled)
        for names in [book.defined_names, *(sheet.defined_names for sheet in book)]:
            for name in list(names)[::2]:
                del names[name]
        book.save(filled)
        assert "残缺" in self.refused(filled)

    def test_a_workbook_of_another_version(self, filled: Path) -> None:
        sheet, cell = read(filled).locations["/template/version"]
        package = Package.open(filled)
        set_values(package, sheet, {cell: "2019.3"})
        package.save(filled)
        message = self.refused(filled)
        assert "2019.3" in message and "migrate" in message
