"""Names that a clerk broke in every way there is, and the document that comes back."""

from __future__ import annotations

import random
import zipfile
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from click.testing import CliRunner

from xltargets.cli import cli
from xltargets.errors import Error
from xltargets.excel.book import FileBook
from xltargets.excel.cells import set_values
from xltargets.excel.definednames import define_names, remove_names
from xltargets.excel.package import Package
from xltargets.excel.rows import insert_rows
from xltargets.excel.sheets import clone_sheet, rename_sheet
from xltargets.submission.fill import fill
from xltargets.submission.form import load_form
from xltargets.submission.migrate import migrate
from xltargets.submission.read import read
from xltargets.submission.relocate import Sure
from xltargets.submission.repair import Repaired, repair

PROJECT = "项目1"


def names_of(path: Path, beginning: str = "") -> list[tuple[str, str | None]]:
    return [
        (name.name, name.scope)
        for name in FileBook(path).names
        if not name.is_builtin and name.name.startswith(beginning)
    ]


def changed(path: Path, change: Callable[[Package], object]) -> Path:
    package = Package.open(path)
    change(package)
    package.save(path)
    return path


def without(path: Path, names: list[tuple[str, str | None]]) -> Path:
    return changed(path, lambda package: remove_names(package, names))


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def derived_gone(document: dict[str, Any]) -> dict[str, Any]:
    """The document without what a formula works out: pasted as a value it is a text, before it was not read."""
    copy = deepcopy(document)
    for project in copy["projects"]:
        project.pop("title", None)
        project.pop("unit", None)
    return copy


def repaired(path: Path, **options: Any) -> tuple[Repaired, dict[str, Any]]:
    target = path.with_name("repaired.xlsx")
    result = repair(path, target, **options)
    return result, read(target).document


def places(result: Repaired) -> dict[str, str]:
    return {written.name: f"{written.sheet}!{written.cells}" for written in result.written}


@pytest.fixture
def document(filled: Path) -> dict[str, Any]:
    return read(filled).document


class TestDeletedNames:
    @pytest.mark.parametrize("name", [name for name, _ in names_of(Path(__file__).parents[2] / "templates/targets.xlsx")])
    def test_any_single_one_comes_back(self, filled: Path, document, name: str) -> None:
        (key, *_) = [key for key in names_of(filled) if key[0] == name]
        before = {n.name: n.refers_to for n in FileBook(filled).names if n.scope == key[1]}[name]
        without(filled, [key])
        result, after = repaired(filled)
        assert [written.name for written in result.written] == [name] and not result.questions
        assert after == document
        names = FileBook(filled.with_name("repaired.xlsx")).names
        assert {n.name: n.refers_to for n in names if n.scope == key[1]}[name].replace("'", "") == before.replace("'", "")

    @pytest.mark.parametrize("seed", range(6))
    def test_half_of_them_come_back(self, filled: Path, document, seed: int) -> None:
        names = names_of(filled)
        gone = random.Random(seed).sample(names, len(names) // 2)
        without(filled, gone)
        result, after = repaired(filled)
        assert {(w.name, None if "project." not in w.name else w.sheet) for w in result.written} == set(gone)
        assert after == document and not result.missing

    def test_all_of_them_come_back(self, filled: Path, document) -> None:
        without(filled, names_of(filled))
        result, after = repaired(filled)
        assert after == document
        assert not result.questions and not result.missing and result.incomplete is None

    def test_only_the_list_of_names_changes(self, filled: Path) -> None:
        without(filled, names_of(filled, "project.budget"))
        repaired(filled)
        before, after = parts(filled), parts(filled.with_name("repaired.xlsx"))
        cached = {name for name in before if name.startswith("xl/worksheets/")}  # results of formulas that use a name
        assert {name for name in before if before[name] != after[name]} - cached == {"xl/workbook.xml"}
        assert set(before) == set(after)

    def test_a_sound_workbook_is_left_alone(self, filled: Path) -> None:
        result, _ = repaired(filled)
        assert result == Repaired()
        assert parts(filled.with_name("repaired.xlsx")) == parts(filled)

    def test_a_repaired_workbook_is_left_alone(self, filled: Path) -> None:
        without(filled, names_of(filled))
        repaired(filled)
        target = filled.with_name("repaired.xlsx")
        assert repair(target, filled).written == []


class TestNamesThatLeadAstray:
    def test_dead_references_are_replaced(self, filled: Path, document) -> None:
        dead = dict.fromkeys(names_of(filled, "project."), "#REF!")
        changed(filled, lambda package: define_names(package, dead))
        result, after = repaired(filled)
        assert len(result.written) == len(dead) and after == document

    def test_dead_references_to_a_known_sheet_are_replaced(self, filled: Path, document) -> None:
        dead = {key: "'项目2'!#REF!" for key in names_of(filled, "project.") if key[1] == "项目2"}
        changed(filled, lambda package: define_names(package, dead))
        assert repaired(filled)[1] == document

    def test_names_of_a_sheet_that_lead_to_another_one_are_replaced(self, filled: Path, document) -> None:
        there = {n.name: n.refers_to for n in FileBook(filled).names if n.scope == PROJECT and not n.is_builtin}
        astray = {(name, "项目2"): refers_to for name, refers_to in there.items()}
        changed(filled, lambda package: define_names(package, astray))
        result, after = repaired(filled)
        assert {written.sheet for written in result.written} == {"项目2"} and after == document

    def test_names_of_another_workbook_are_replaced(self, filled: Path, document) -> None:
        away = {("unit.code", None): "'[旧表.xlsx]部门整体绩效目标'!$B$2"}
        changed(filled, lambda package: define_names(package, away))
        assert repaired(filled)[1] == document

    def test_columns_that_were_moved_by_copying_get_their_names_back(self, filled: Path, document) -> None:
        book = openpyxl.load_workbook(filled)
        page = book[PROJECT]
        for row in range(9, 30):
            one, other = page.cell(row, 6), page.cell(row, 7)
            one.value, other.value = other.value, one.value
        book.save(filled)
        result, after = repaired(filled)
        assert {name: cells for name, cells in places(result).items() if "indicators" in name} == {
            "project.indicators.value": "项目1!G10:G29", "project.indicators.basis": "项目1!F10:F29",
        }  # fmt: skip
        assert derived_gone(after) == derived_gone(document)

    def test_names_of_an_earlier_version_become_those_of_today(self, filled: Path, document) -> None:
        form = load_form()
        schema = deepcopy(dict(form.schema))
        project = schema["properties"]["projects"]["items"]["properties"]
        project["purpose"]["x-formerly"] = ["project.usage"]
        where = next(n.refers_to for n in FileBook(filled).names if n.name == "project.purpose" and n.scope == PROJECT)

        def age(package: Package) -> None:
            remove_names(package, [("project.purpose", PROJECT)])
            define_names(package, {("project.usage", PROJECT): where})

        changed(filled, age)
        result, after = repaired(filled, form=type(form)(schema))
        assert [(w.name, w.why) for w in result.written] == [("project.purpose", "按旧版名称")]
        assert after == document


    def test_names_that_slid_onto_the_labels_are_put_right(self, filled: Path, document) -> None:
        slid = {("project.code", PROJECT): "项目1!$A$3", ("project.name", PROJECT): "项目1!$D$3",
                ("unit.code", None): "部门整体绩效目标!$A$2"}  # fmt: skip
        changed(filled, lambda package: define_names(package, slid))
        result, after = repaired(filled)
        assert places(result) == {
            "unit.code": "部门整体绩效目标!B2", "project.code": "项目1!B3", "project.name": "项目1!E3",
        }  # fmt: skip
        assert after == document

    def test_a_name_of_a_blank_cell_is_a_question_when_its_label_has_another(self, filled: Path) -> None:
        changed(filled, lambda package: define_names(package, {("project.code", PROJECT): "项目1!$Z$3"}))
        result = repair(filled, filled.with_name("out.xlsx"))
        assert result.written == []
        assert [(q.name, q.candidates) for q in result.questions] == [("project.code", ("项目1!Z3", "项目1!B3"))]


class TestSheets:
    def test_a_blank_form_gets_exactly_the_names_of_the_template(self, tmp_path: Path) -> None:
        path = tmp_path / "blank.xlsx"
        fill({}, path)
        before = {(n.name, n.scope): n.refers_to.replace("'", "") for n in FileBook(path).names}
        without(path, names_of(path))
        result = repair(path, tmp_path / "out.xlsx")
        after = {(n.name, n.scope): n.refers_to.replace("'", "") for n in FileBook(tmp_path / "out.xlsx").names}
        assert after == before and not result.questions

    def test_a_sheet_that_was_copied_without_names_gets_them(self, filled: Path, document) -> None:
        def copy(package: Package) -> None:
            clone_sheet(package, PROJECT, "项目3", after="项目2")

        changed(filled, copy)
        without(filled, [key for key in names_of(filled) if key[1] == "项目3"])
        _, after = repaired(filled)
        assert after["projects"] == [*document["projects"], document["projects"][0]]

    def test_a_sheet_pasted_as_values_without_merged_cells(self, filled: Path, document) -> None:
        book = openpyxl.load_workbook(filled, data_only=True)
        old, new = book[PROJECT], book.create_sheet("抄来的表", 2)
        for row in old.iter_rows():
            for cell in row:
                if cell.value is not None:
                    new.cell(cell.row, cell.column).value = cell.value
        del book[PROJECT]
        book.save(filled)
        result, after = repaired(filled)
        assert not result.questions
        assert derived_gone(after) == derived_gone(document)

    def test_a_renamed_sheet_with_rows_inserted_and_labels_spaced_out(self, filled: Path, document) -> None:
        def change(package: Package) -> None:
            rename_sheet(package, PROJECT, "信访 专项（改）")
            insert_rows(package, "信访 专项（改）", 15, 4, style_from=14)
            insert_rows(package, "信访 专项（改）", 1, 2, style_from=1)
            labels = {"A5": "项 目 编 码", "B6": "预 算 数", "D6": "其中：财政    资金", "D8": "6 月底\n", "A10": "绩 效\n目 标"}
            set_values(package, "信访 专项（改）", labels)

        changed(filled, change)
        without(filled, names_of(filled, "project."))
        result, after = repaired(filled)
        assert derived_gone(after) == derived_gone(document) and not result.questions

    def test_labels_with_numbers_units_and_other_words(self, filled: Path, document) -> None:
        labels = {"A3": "一、项目代码", "B4": "预算数（万元）", "D4": "财政拨款", "F4": "其他资金：", "A8": "年度绩效目标（400字以内）",
                  "B6": "3月末", "F9": "年度指标值", "E9": "指标解释"}  # fmt: skip
        changed(filled, lambda package: set_values(package, PROJECT, labels))
        without(filled, [key for key in names_of(filled, "project.") if key[1] == PROJECT])
        result, after = repaired(filled)
        assert derived_gone(after) == derived_gone(document)
        sure = {written.name: written.sure for written in result.written}
        assert sure["project.budget.total"] == sure["project.indicators.level1"] == Sure.CERTAIN
        assert sure["project.code"] == sure["project.budget.fiscal"] == sure["project.indicators.value"] == Sure.LIKELY

    def test_a_sheet_built_by_hand(self, filled: Path, document, tmp_path: Path) -> None:
        path = tmp_path / "hand.xlsx"
        by_hand(document).save(path)
        result, after = repaired(path)
        assert not result.questions
        plain = derived_gone(document)
        for project in plain["projects"]:
            project.pop("money_unit")
        found = {key: after[key] for key in ("unit", "department", "projects")}
        assert found == {key: plain[key] for key in found}


def by_hand(document: dict[str, Any]) -> openpyxl.Workbook:
    """The form typed into an empty workbook: no merged cells, no styles, the table starting somewhere else."""
    book = openpyxl.Workbook()
    page = book.active
    page.title = "部门"
    unit, department = document["unit"], document["department"]
    for row in (["怀来县部门整体绩效目标"], [], ["", "单位编码", unit["code"]], ["", "单位名称", unit["name"]],
                ["", "行政区划代码", unit["region"]], ["", "预算年度", unit["year"]],
                ["", "总体绩效目标", department["overall_target"]]):  # fmt: skip
        page.append(row)
    for label, key in (("分项绩效目标", "itemised_targets"), ("工作保障措施", "safeguards")):
        for index, text in enumerate(department[key]):
            page.append(["", label if index == 0 else "", text])
    for number, project in enumerate(document["projects"], 1):
        page = book.create_sheet(f"表{number}")
        budget, schedule = project["budget"], project["schedule"]
        page.append([f"附件{number}"])
        page.append(["", "项目名称", project["name"], "", "项目编码", project["code"]])
        page.append(["", "预算数", budget["total"], "其中：财政资金", budget["fiscal"], "其他资金", budget["other"]])
        page.append(["", "资金用途", project["purpose"]])
        page.append(["", "资金支出计划（%）", "3月底", "6月底", "10月底", "12月底"])
        page.append(["", "", *(schedule[month] for month in ("march", "june", "october", "december"))])
        page.append(["", "绩效目标", project["target"]])
        page.append(["", "一级指标", "二级指标", "三级指标", "绩效指标描述", "指标值", "指标值确定依据"])
        for item in project["indicators"]:
            words = ("level1", "level2", "level3", "description", "value", "basis")
            page.append(["", *(item[word] for word in words)])
        page.append(["", "填表人：王五"])
    return book


class TestWhatIsNotThere:
    def test_a_field_whose_label_is_gone_too_is_missing(self, filled: Path) -> None:
        changed(filled, lambda package: set_values(package, PROJECT, {"E9": None}))
        without(filled, [("project.indicators.description", PROJECT)])
        result = repair(filled, filled.with_name("out.xlsx"))
        assert result == Repaired(missing=[(PROJECT, "project.indicators.description")])

    def test_a_workbook_of_an_earlier_version_is_to_be_migrated_after_the_repair(self, filled: Path, document) -> None:
        changed(filled, lambda package: set_values(package, "填表说明", {"C2": "2019.1"}))
        without(filled, names_of(filled, "project.budget"))
        result = repair(filled, filled.with_name("out.xlsx"))
        assert len(result.written) == 6 and "xltargets migrate" in (result.incomplete or "")
        migrate(filled.with_name("out.xlsx"), filled.with_name("new.xlsx"))
        assert read(filled.with_name("new.xlsx")).document == document

    def test_sheets_that_are_hidden_are_not_searched(self, filled: Path, document) -> None:
        book = openpyxl.load_workbook(filled)
        old = book.copy_worksheet(book["部门整体绩效目标"])
        old.sheet_state = "hidden"
        book.save(filled)
        without(filled, names_of(filled, "unit."))
        result, after = repaired(filled)
        assert len(result.written) == 4 and not result.questions
        assert derived_gone(after) == derived_gone(document)

    def test_our_own_sheet_of_findings_is_not_searched(self, filled: Path, document) -> None:
        from xltargets import annotate, check

        submission = read(filled)
        annotate(submission, check(submission), filled, sheet=True)
        without(filled, names_of(filled))
        assert repaired(filled)[1] == document


class TestOtherForms:
    HEADER = ["序号", "项目名称", "项目代码", "年度预算（元）", "年度目标", "一级指标", "二级指标", "三级指标", "指标性质", "指标值",
              "度量单位", "权重", "指标方向性"]  # fmt: skip
    ROWS = [
        [1, "办案经费", "51130021T000000229367", 120000, "办结案件120件。", "产出指标", "数量指标", "办结案件数", "≥", 120, "件", 40, "正向指标"],
        [None, None, None, None, None, None, "质量指标", "案件合格率", "≥", 95, "%", 20, "正向指标"],
        [2, "设备购置", "51092324T000010263357", 80000.5, "购置电脑10台。", "产出指标", "数量指标", "购置电脑", "＝", 10, "台", 50, "正向指标"],
        [None, None, None, None, None, "效益指标", "社会效益指标", "使用年限", "≥", 5, "年", 40, "正向指标"],
    ]  # fmt: skip

    def test_many_projects_on_one_sheet(self, tmp_path: Path) -> None:
        path = tmp_path / "四川.xlsx"
        with xlsxwriter.Workbook(path) as book:
            sheet = book.add_worksheet("申报表")
            sheet.merge_range("A1:M1", "部门预算项目绩效目标申报表")
            sheet.write_row("A3", self.HEADER)
            for index, row in enumerate(self.ROWS):
                sheet.write_row(3 + index, 0, row)
            for column in range(5):
                for top in (3, 5):
                    sheet.merge_range(top, column, top + 1, column, self.ROWS[top - 3][column])
            sheet.write("A9", "填表人：张三")
        result, after = repaired(path)
        assert places(result)["projects.indicators.value"] == "申报表!J4:J7"
        assert [project["name"] for project in after["projects"]] == ["办案经费", "设备购置"]
        assert [len(project["indicators"]) for project in after["projects"]] == [2, 2]
        assert after["projects"][1]["indicators"][1]["weight"] == 40
        assert after["projects"][0]["target"] == "办结案件120件。"

    @pytest.mark.parametrize("filled_in", [True, False])
    def test_the_declaration_form_of_the_ministry(self, tmp_path: Path, filled_in: bool) -> None:
        """Amounts below each other, the goal under a heading of its own, other words for half of the labels."""
        path = tmp_path / "88号.xlsx"
        with xlsxwriter.Workbook(path) as book:
            boxed, sheet = book.add_format({"border": 1}), book.add_worksheet("Sheet1")

            def put(area: str, text: object, *, is_input: bool = False) -> None:
                text = "" if is_input and not filled_in else text
                if ":" in area:
                    sheet.merge_range(area, text, boxed)
                else:
                    sheet.write(area, text, boxed)

            for area, label in {
                "A1:F1": "项目支出绩效目标申报表", "A2:F2": "（2024年度）", "A3": "项目名称", "A4": "主管部门及代码", "D4": "实施单位",
                "A5:A7": "项目资金\n（万元）", "B5:C5": "年度资金总额：", "B6:C6": "  其中：财政拨款", "B7:C7": "    其他资金",
                "A8:A9": "总体目标", "B8:F8": "年度目标", "A10:A14": "绩效指标", "B10": "一级指标", "C10": "二级指标",
                "D10": "三级指标", "E10": "指标值", "F10": "备注",
            }.items():  # fmt: skip
                put(area, label)
            for area, value in {"B3:F3": "信访专项", "B4:C4": "286", "E4:F4": "怀来县信访局", "D5:F5": 30, "D6:F6": 20, "D7:F7": 10,
                                "B9:F9": "办理信访事项", "B11": "产出指标", "C11": "数量指标", "D11": "办理件数", "E11": "≥30件"}.items():  # fmt: skip
                put(area, value, is_input=True)
            for row in range(12, 15):
                for column in "BCDEF":
                    put(f"{column}{row}", "")
        result = repair(path, tmp_path / "out.xlsx")
        assert places(result) == {
            "project.name": "Sheet1!B3", "project.budget.total": "Sheet1!D5", "project.budget.fiscal": "Sheet1!D6",
            "project.budget.other": "Sheet1!D7", "project.target": "Sheet1!B9",
            "project.indicators.level1": "Sheet1!B11:B14", "project.indicators.level2": "Sheet1!C11:C14",
            "project.indicators.level3": "Sheet1!D11:D14", "project.indicators.value": "Sheet1!E11:E14",
        }  # fmt: skip
        assert not result.questions
        if filled_in:
            (project,) = read(tmp_path / "out.xlsx").document["projects"]
            assert (project["budget"]["fiscal"], project["target"]) == (20, "办理信访事项")

    def test_what_is_no_form_at_all_is_said_to_be_none(self, tmp_path: Path) -> None:
        path = tmp_path / "other.xlsx"
        book = openpyxl.Workbook()
        book.active.append(["姓名", "金额", "数量"])
        book.active.append(["张三", 3, 4])
        book.save(path)
        result = repair(path, tmp_path / "out.xlsx")
        assert result.written == [] and "不是预算绩效目标申报表" in (result.incomplete or "")


class TestQuestions:
    @pytest.fixture
    def twice(self, filled: Path) -> Path:
        """A second 预算数 beside the form, and no name."""
        changed(filled, lambda package: set_values(package, PROJECT, {"J4": "预算数", "K4": 99}))
        return without(filled, [("project.budget.total", PROJECT)])

    def test_a_label_that_is_there_twice_is_one(self, twice: Path) -> None:
        result = repair(twice, twice.with_name("out.xlsx"))
        (question,) = result.questions
        assert (question.name, question.sheet) == ("project.budget.total", PROJECT)
        assert set(question.candidates) == {"项目1!C4", "项目1!K4"} and result.written == []
        assert names_of(twice.with_name("out.xlsx"), "project.budget.total") == [("project.budget.total", "项目2")]

    def test_can_be_answered(self, document, twice: Path) -> None:
        result, after = repaired(twice, answers=["project.budget.total=项目1!C4"])
        assert not result.questions and after == document

    @pytest.mark.parametrize(
        ("answer", "complaint"),
        [("预算=项目1!C4", "不是表单的名称"), ("project.code=项目1!这里", "不是单元格地址"), ("project.code=项目9!C4", "没有这张工作表"),
         ("project.code", "不是单元格地址")],
    )  # fmt: skip
    def test_an_answer_that_is_none_is_refused(self, twice: Path, answer: str, complaint: str) -> None:
        with pytest.raises(Error, match=complaint):
            repair(twice, twice.with_name("out.xlsx"), answers=[answer])
        assert not twice.with_name("out.xlsx").exists()

    def test_a_heading_that_is_there_twice_is_one(self, filled: Path) -> None:
        changed(filled, lambda package: set_values(package, PROJECT, {"G9": "指标值"}))
        without(filled, [key for key in names_of(filled, "project.indicators") if key[1] == PROJECT])
        result = repair(filled, filled.with_name("out.xlsx"))
        assert [q.name for q in result.questions] == ["project.indicators.value"]
        assert set(result.questions[0].candidates) == {"项目1!F10:F29", "项目1!G10:G29"}
        assert (PROJECT, "project.indicators.basis") in result.missing

    def test_two_tables_are_one_for_each_column(self, filled: Path) -> None:
        headings = dict(zip("BCDEFG", ["一级指标", "二级指标", "三级指标", "绩效指标描述", "指标值", "指标值确定依据"], strict=True))
        second = {f"{column}22": text for column, text in headings.items()}
        changed(filled, lambda package: set_values(package, PROJECT, second))
        without(filled, [key for key in names_of(filled, "project.indicators") if key[1] == PROJECT])
        result = repair(filled, filled.with_name("out.xlsx"))
        assert len(result.questions) == 6 and all(len(q.candidates) == 2 for q in result.questions)

    def test_a_field_of_the_workbook_on_two_sheets_is_one(self, filled: Path) -> None:
        def copy(package: Package) -> None:
            clone_sheet(package, "部门整体绩效目标", "部门整体（旧）")

        without(filled, names_of(filled, "unit.") + names_of(filled, "department."))
        changed(filled, copy)
        result = repair(filled, filled.with_name("out.xlsx"))
        assert {q.name for q in result.questions} == {
            "unit.code", "unit.name", "unit.region", "unit.year", "department.overall_target",
            "department.itemised_targets", "department.safeguards",
        }  # fmt: skip
        assert {c.partition("!")[0] for q in result.questions for c in q.candidates} == {"部门整体绩效目标", "部门整体（旧）"}


class TestCommand:
    def run(self, *arguments: object) -> Any:
        return CliRunner().invoke(cli, ["repair", *map(str, arguments)], standalone_mode=False)

    def test_says_what_was_found_and_how_sure(self, filled: Path) -> None:
        without(filled, names_of(filled, "project.purpose"))
        result = self.run(filled, "-o", filled.with_name("out.xlsx"))
        assert result.return_value == 0
        assert "写回名称 2 个，待确认 0 个" in result.output
        assert "资金用途 → B5（确定，按模板中的相对位置；名称 project.purpose）" in result.output

    def test_asks_and_tells_how_to_answer(self, filled: Path) -> None:
        changed(filled, lambda package: set_values(package, PROJECT, {"J4": "预算数", "K4": 99}))
        without(filled, [("project.budget.total", PROJECT)])
        result = self.run(filled, "-o", filled.with_name("out.xlsx"))
        assert result.return_value == 1
        assert "待确认：预算数（有 2 处“预算数”）" in result.output
        assert "--answer project.budget.total=项目1!C4" in result.output

    def test_overwrites_nothing_unasked(self, filled: Path) -> None:
        target = filled.with_name("out.xlsx")
        target.write_bytes(b"mine")
        assert isinstance(self.run(filled, "-o", target).exception, Error)
        assert target.read_bytes() == b"mine"
        assert self.run(filled, "-o", target, "--force").exception is None


def test_a_template_of_another_layout_repairs_its_own_kind(filled: Path, tmp_path: Path, document) -> None:
    def shift(package: Package) -> None:
        insert_rows(package, PROJECT, 5, 3, style_from=5)
        set_values(package, PROJECT, {"B5": "（本行不填）"})

    layout = tmp_path / "layout.xlsx"
    fill({}, layout)
    for path in (layout, filled):
        changed(path, shift)
    without(filled, [("project.purpose", PROJECT)])
    result, after = repaired(filled, template=layout)
    assert [written.cells for written in result.written] == ["B8"] and after == document


def test_a_sheet_that_nobody_can_read_is_refused_in_one_sentence(filled: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.xlsx"
    with zipfile.ZipFile(filled) as old, zipfile.ZipFile(broken, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name.startswith("xl/worksheets/sheet"):
                data = data.replace(b'<c r="A3"', b'<c r="Z3" t="s"><v>99999</v></c><c r="A3"')
            new.writestr(name, data)
    with pytest.raises(Error, match="工作表已损坏"):
        repair(broken, tmp_path / "out.xlsx")
    assert not (tmp_path / "out.xlsx").exists()
