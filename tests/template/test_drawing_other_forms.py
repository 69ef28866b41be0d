"""A bureau changes its schema, and the workbook follows without a change of ours."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import openpyxl
import pytest
from openpyxl.utils.cell import coordinate_from_string, range_boundaries

from xltargets.errors import Error
from xltargets.template import Drawing, build

PROJECT = "项目1"


def project_fields(schema: dict[str, Any]) -> dict[str, Any]:
    return schema["properties"]["projects"]["items"]["properties"]


def area(book: openpyxl.Workbook, name: str, sheet: str = "") -> tuple[str, tuple[int, int, int, int]]:
    """Where a name points: sheet, (left, top, right, bottom)."""
    names = book[sheet].defined_names if sheet else book.defined_names
    ((place, cells),) = names[name].destinations
    return place, range_boundaries(cells.replace("$", ""))


def text(title: str) -> dict[str, Any]:
    return {"title": title, "$ref": "#/$defs/text"}


class TestAddedFields:
    def test_one_of_a_project_is_drawn_above_the_indicators_with_its_label_left_of_it(
        self, schema, drawn
    ) -> None:
        project_fields(schema)["contact"] = text("联系人")
        book = drawn(schema)
        _, (left, top, _, _) = area(book, "project.contact", PROJECT)
        page = book[PROJECT]
        assert page.cell(top, left - 1).value == "联系人"
        assert page.cell(top, 1).value == "补充信息"
        assert top < area(book, "project.indicators.level1", PROJECT)[1][1]
        assert not page.cell(top, left).protection.locked

    def test_several_of_a_project_share_lines_and_reach_the_right_edge(self, schema, drawn) -> None:
        for index in range(3):
            project_fields(schema)[f"extra{index}"] = text(f"补充项{index}")
        book = drawn(schema)
        tops = [area(book, f"project.extra{index}", PROJECT)[1][1] for index in range(3)]
        assert tops[0] == tops[1] == tops[2] - 1
        merged = {str(cells) for cells in book[PROJECT].merged_cells.ranges}
        assert {f"A{tops[0]}:A{tops[2]}", f"C{tops[2]}:G{tops[2]}"} <= merged

    def test_a_number_gets_its_limits(self, schema, drawn) -> None:
        project_fields(schema)["subsidy"] = {"title": "补助金额", "$ref": "#/$defs/money"}
        book = drawn(schema)
        _, (left, top, _, _) = area(book, "project.subsidy", PROJECT)
        cell = book[PROJECT].cell(top, left)
        (found,) = (v for v in book[PROJECT].data_validations.dataValidation if cell.coordinate in v.sqref)
        assert (found.type, cell.number_format) == ("decimal", "#,##0.00")
        assert "万元" in found.prompt

    def test_one_of_the_unit_is_drawn_on_the_general_sheet(self, schema, drawn) -> None:
        schema["properties"]["unit"]["properties"]["phone"] = text("联系电话")
        book = drawn(schema)
        sheet, (left, top, _, _) = area(book, "unit.phone")
        assert book[sheet].cell(top, left - 1).value == "联系电话"

    def test_columns_of_other_provinces_widen_the_table_and_the_form(self, schema, drawn) -> None:
        columns = project_fields(schema)["indicators"]["items"]["properties"]
        for column in ("operator", "unit", "weight"):
            del columns[column]["x-elsewhere"]
        book = drawn(schema)
        assert area(book, "project.indicators.weight", PROJECT)[1][2] == 9
        assert area(book, "project.indicators.basis", PROJECT)[1][2] == 10
        assert book[PROJECT].print_area.rpartition("!")[2].startswith("$A$1:$J$")
        assert "A1:J1" in {str(cells) for cells in book[PROJECT].merged_cells.ranges}

    def test_a_second_table_of_a_project_stands_above_the_indicators(self, schema, drawn) -> None:
        for column in project_fields(schema)["budget"]["properties"]["items"]["items"]["properties"].values():
            del column["x-elsewhere"]
        book = drawn(schema, rows={"project.budget.items": 4})
        _, (left, top, _, bottom) = area(book, "project.budget.items.amount", PROJECT)
        assert (bottom - top + 1, book[PROJECT].cell(top - 1, left).value) == (4, "金额")
        assert bottom < area(book, "project.indicators.level1", PROJECT)[1][1]

    def test_a_table_of_the_workbook_gets_a_sheet(self, schema, drawn) -> None:
        schema["properties"]["staff"] = {
            "title": "人员",
            "type": "array",
            "items": {"type": "object", "properties": {"name": text("姓名")}},
        }  # fmt: skip
        book = drawn(schema)
        assert area(book, "staff.name") == ("人员", (1, 3, 1, 12))

    def test_an_item_of_its_own_gets_a_sheet_with_names_of_its_own(self, schema, drawn) -> None:
        schema["properties"]["policies"] = {
            "title": "政策", "type": "array", "x-item": "policy",
            "items": {"type": "object", "properties": {"code": text("政策编码"), "aims": {
                "title": "目标", "type": "array", "items": text("目标")}}},
        }  # fmt: skip
        book = drawn(schema)
        assert area(book, "policy.code", "政策1")[0] == "政策1"
        _, (left, top, right, bottom) = area(book, "policy.aims", "政策1")
        assert (left, right, bottom - top + 1) == (2, 2, 10)


class TestMissingFields:
    def test_the_line_closes_up(self, schema, drawn) -> None:
        del project_fields(schema)["budget"]["properties"]["other"]
        book = drawn(schema)
        _, (left, top, _, _) = area(book, "project.budget.fiscal", PROJECT)
        assert f"E{top}:G{top}" in {str(cells) for cells in book[PROJECT].merged_cells.ranges}

    def test_a_block_without_fields_is_not_drawn(self, schema, drawn) -> None:
        del project_fields(schema)["schedule"]
        shown = [cell.value for row in drawn(schema)[PROJECT].iter_rows() for cell in row]
        assert "资金支出计划（%）" not in shown and "绩效目标" in shown

    def test_without_indicators_there_are_no_lists(self, schema, drawn) -> None:
        del project_fields(schema)["indicators"]
        assert "选项" not in drawn(schema).sheetnames

    def test_without_waivers_the_guide_does_not_speak_of_them(self, schema, drawn) -> None:
        del schema["properties"]["waivers"]
        book = drawn(schema)
        assert "豁免" not in book.sheetnames
        assert not [cell for row in book["填表说明"].iter_rows() for cell in row if "豁免" in str(cell.value)]


class TestOptions:
    def test_each_project_sheet_has_all_names(self, schema, drawn) -> None:
        book = drawn(schema, projects=3)
        names = [set(book[f"项目{number}"].defined_names) for number in (1, 2, 3)]
        assert names[0] == names[1] == names[2] and len(names[0]) == 20

    def test_tables_have_the_rows_asked_for(self, schema, drawn) -> None:
        book = drawn(schema, rows={"project.indicators": 55, "department.safeguards": 3})
        _, (_, top, _, bottom) = area(book, "project.indicators.value", PROJECT)
        assert bottom - top + 1 == 55
        _, (_, top, _, bottom) = area(book, "department.safeguards")
        assert bottom - top + 1 == 3

    def test_an_addition_draws_outside_the_printed_area(self, schema) -> None:
        def write_beside(drawing: Drawing) -> None:
            for plan in drawing.plans:
                drawing.sheets[plan.sheet].write_string(2, plan.spacer + 1, "校验")

        stream = BytesIO()
        build(schema, stream, additions=[write_beside])
        page = openpyxl.load_workbook(stream)[PROJECT]
        assert page["I3"].value == "校验"
        right = page.print_area.rpartition(":")[2].replace("$", "")
        assert coordinate_from_string(right)[0] == "G"

    def test_a_file_can_be_the_target(self, schema, tmp_path) -> None:
        stream = BytesIO()
        build(schema, stream)
        build(schema, tmp_path / "form.xlsx")
        assert (tmp_path / "form.xlsx").read_bytes() == stream.getvalue()

    def test_a_table_within_the_rows_of_a_table_is_refused(self, schema) -> None:
        inner = {"title": "明细", "type": "array", "items": text("明细")}
        project_fields(schema)["indicators"]["items"]["properties"]["steps"] = inner
        with pytest.raises(Error, match="projects.indicators.steps.*x-item"):
            build(schema, BytesIO())
