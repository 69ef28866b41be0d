"""The committed workbook, read by openpyxl: names, labels, merges, validations, print set-up."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils.cell import get_column_letter, range_boundaries

WORKBOOK = Path(__file__).parents[2] / "templates" / "targets.xlsx"
PROJECT, GENERAL = "项目1", "部门整体绩效目标"


def leaves(schema: Mapping[str, Any], node: Mapping[str, Any], name: str) -> Iterator[tuple[str, str]]:
    """Name and title of every field that is not elsewhere, worked out without the package's own code."""
    if "$ref" in node:
        node = {**schema["$defs"][node["$ref"].rpartition("/")[2]], **node}
    if "properties" in node:
        for word, child in node["properties"].items():
            yield from leaves(schema, child, f"{name}.{word}" if name else word)
    elif node.get("type") == "array":
        yield from leaves(schema, node["items"], node.get("x-item", name))
    elif not node.get("x-elsewhere"):
        yield name, node["title"]


def cells(book: openpyxl.Workbook) -> dict[str, tuple[str, tuple[int, int, int, int]]]:
    """Name → sheet, and (left, top, right, bottom)."""
    names = dict(book.defined_names)
    for sheet in book.worksheets:
        names.update(sheet.defined_names)
    found = {}
    for name, defined in names.items():
        ((sheet, area),) = defined.destinations
        found[name] = (sheet, range_boundaries(area.replace("$", "")))
    return found


@pytest.fixture
def places(official: openpyxl.Workbook) -> dict[str, tuple[str, tuple[int, int, int, int]]]:
    return cells(official)


class TestNames:
    def test_are_the_paths_of_the_schema(self, schema, places) -> None:
        assert set(places) == {name for name, _ in leaves(schema, schema, "")}

    def test_of_a_project_belong_to_its_sheet_and_all_others_to_the_workbook(self, official) -> None:
        assert not [name for name in official.defined_names if name.startswith("project.")]
        assert {sheet.title for sheet in official if sheet.defined_names} == {PROJECT}
        assert all(name.startswith("project.") for name in official[PROJECT].defined_names)

    def test_of_single_fields_point_at_one_cell_that_is_not_inside_a_merged_area(
        self, official, places
    ) -> None:
        for name, (sheet, (left, top, right, bottom)) in places.items():
            if (left, top) == (right, bottom):
                cell = official[sheet].cell(top, left)
                assert not isinstance(cell, openpyxl.cell.MergedCell), name

    def test_of_a_table_cover_the_same_rows_side_by_side(self, places) -> None:
        for table, count in {"project.indicators.": 20, "waivers.": 20}.items():
            areas = [area for name, (_, area) in places.items() if name.startswith(table)]
            assert len({(top, bottom) for _, top, _, bottom in areas}) == 1
            assert all(left == right and bottom - top + 1 == count for left, top, right, bottom in areas)
            lefts = sorted(left for left, _, _, _ in areas)
            assert lefts == list(range(lefts[0], lefts[0] + len(areas)))

    def test_never_share_a_cell(self, places) -> None:
        seen: dict[tuple[str, int, int], str] = {}
        for name, (sheet, (left, top, right, bottom)) in places.items():
            for column in range(left, right + 1):
                for row in range(top, bottom + 1):
                    assert seen.setdefault((sheet, column, row), name) == name


class TestLooks:
    def test_every_label_of_the_schema_stands_left_of_its_cell_or_above_it(
        self, schema, official, places
    ) -> None:
        unlabelled = {"project.title", "project.unit", "project.money_unit", "project.purpose"}
        for name, title in leaves(schema, schema, ""):
            sheet, (left, top, _, _) = places[name]
            if name not in unlabelled:
                page = official[sheet]
                beside = [page.cell(top, column).value for column in range(1, left)]
                above = page.cell(top - 1, left).value
                group = [page.cell(row, 1).value for row in range(1, top + 1)]
                assert title in [*beside[-2:], above, *group], name

    def test_the_project_table_has_the_official_order(self, official) -> None:
        shown = [
            cell.value for row in official[PROJECT].iter_rows(max_col=7) for cell in row if cell.value is not None
        ]
        assert shown[2:] == [
            "单位：万元", "项目编码", "项目名称",
            "预算规模及资金用途", "预算数", "其中：财政资金", "其他资金",
            "资金支出计划（%）", "3月底", "6月底", "10月底", "12月底",
            "绩效目标",
            "绩效指标", "一级指标", "二级指标", "三级指标", "绩效指标描述", "指标值", "指标值确定依据",
        ]  # fmt: skip

    def test_nothing_is_merged_across_the_columns_of_the_indicators(self, official, places) -> None:
        _, (left, top, _, bottom) = places["project.indicators.level1"]
        for area in official[PROJECT].merged_cells.ranges:
            if area.max_row >= top:
                assert (area.min_col, area.max_col) == (1, 1) and area.max_row == bottom

    def test_nothing_stands_below_the_indicators(self, official, places) -> None:
        assert official[PROJECT].max_row == places["project.indicators.level1"][1][3]

    def test_cells_to_be_filled_in_are_tinted_and_open_and_all_others_are_locked(
        self, official, places
    ) -> None:
        derived = {"project.title", "project.unit", "project.money_unit", "template.version"}
        inputs = {
            (sheet, column, row)
            for name, (sheet, (left, top, right, bottom)) in places.items()
            if name not in derived
            for column in range(left, right + 1)
            for row in range(top, bottom + 1)
        }
        for sheet in (PROJECT, GENERAL, "豁免"):
            for row in official[sheet].iter_rows():
                for cell in row:
                    if not isinstance(cell, openpyxl.cell.MergedCell):
                        open_cell = (sheet, cell.column, cell.row) in inputs
                        assert cell.protection.locked is not open_cell, cell.coordinate
                        assert (cell.fill.fgColor.rgb == "FFFFF9DB") is open_cell, cell.coordinate

    def test_sheets_are_not_protected_so_that_rows_can_be_inserted_and_sheets_copied(self, official) -> None:
        assert not any(sheet.protection.sheet for sheet in official)

    def test_sheets_and_their_order(self, official) -> None:
        states = [(sheet.title, sheet.sheet_state) for sheet in official]
        assert states == [
            ("填表说明", "visible"), ("自检", "visible"), (GENERAL, "visible"), (PROJECT, "visible"), ("豁免", "visible"),
            ("选项", "hidden"),
        ]  # fmt: skip

    def test_codes_are_text_and_money_has_two_decimals(self, official, places) -> None:
        formats = {
            name: official[sheet].cell(top, left).number_format
            for name, (sheet, (left, top, _, _)) in places.items()
        }
        assert {
            formats[name] for name in ("unit.code", "unit.region", "project.code", "waivers.project")
        } == {"@"}
        assert {formats[f"project.budget.{part}"] for part in ("total", "fiscal", "other")} == {"#,##0.00"}
        assert formats["project.schedule.march"] == "General"

    def test_rows_of_tables_may_grow_with_their_content(self, official, places) -> None:
        for name in ("project.indicators.level1", "department.safeguards", "waivers.rule"):
            sheet, (_, top, _, bottom) = places[name]
            for row in range(top, bottom + 1):
                assert official[sheet].row_dimensions[row].height == 24.75
        with zipfile.ZipFile(WORKBOOK) as archive:
            text = archive.read("xl/worksheets/sheet4.xml").decode()
        top = places["project.indicators.level1"][1][1]
        assert re.search(rf'<row r="{top}"[^>]*ht="24.75">', text)
        assert re.search(rf'<row r="{top - 1}"[^>]*customHeight="1"', text)


class TestContent:
    def test_the_version_is_the_form_s(self, schema, official, places) -> None:
        sheet, (left, top, _, _) = places["template.version"]
        assert official[sheet].cell(top, left).value == schema["x-version"] == "2024.1"

    def test_the_title_is_worked_out_and_has_its_value_already(self, official, places) -> None:
        values = openpyxl.load_workbook(WORKBOOK, data_only=True)
        assert official[PROJECT]["A1"].value == '=IF(project.name="","绩效目标表",project.name&"绩效目标表")'
        assert values[PROJECT]["A1"].value == "绩效目标表"
        assert official[PROJECT]["A2"].value == "=unit.code&unit.name"
        assert places["project.title"][1][:2] == (1, 1) and places["project.unit"][1][:2] == (1, 2)

    def test_an_empty_result_is_a_calculated_text_not_a_missing_value(self) -> None:
        with zipfile.ZipFile(WORKBOOK) as archive:
            text = archive.read("xl/worksheets/sheet4.xml").decode()
        assert re.search(r'<c r="A2" s="\d+" t="str"><f>unit.code&amp;unit.name</f><v></v></c>', text)

    def test_the_guide_tells_how_to_copy_a_project_and_where_to_write(self, official) -> None:
        told = "".join(
            str(cell.value) for row in official["填表说明"].iter_rows() for cell in row if cell.value
        )
        for words in ("移动或复制工作表", "浅黄色", "30 表示 30%", "插入行", "豁免", "选择性粘贴"):
            assert words in told

    def test_hidden_lists_have_both_frames(self, official) -> None:
        columns = {
            column[0].value: [cell.value for cell in column[2:] if cell.value]
            for column in official["选项"].columns
        }
        assert columns["产出指标"] == ["数量指标", "质量指标", "时效指标", "成本指标"]
        assert columns["成本指标"] == ["经济成本指标", "社会成本指标", "生态环境成本指标"]
        assert len(columns["一级指标"]) == len(set(columns["一级指标"])) == 12
        assert [column[1].value for column in official["选项"].columns] == [4, 12, 4, 3, 4, 1]


class TestValidations:
    @pytest.fixture
    def by_name(self, official, places) -> dict[str, Any]:
        found = {}
        for name, (sheet, (left, top, _, _)) in places.items():
            for validation in official[sheet].data_validations.dataValidation:
                for area in validation.sqref.ranges:
                    if area.min_col <= left <= area.max_col and area.min_row <= top <= area.max_row:
                        assert name not in found
                        found[name] = validation
        return found

    @pytest.mark.parametrize(
        ("name", "kind", "first", "second", "style"),
        [
            ("project.budget.total", "decimal", "0", None, None),
            ("project.schedule.june", "decimal", "0", "100", None),
            ("unit.year", "whole", "2000", "2099", None),
            ("unit.code", "textLength", "6", None, None),
            ("unit.region", "textLength", "6", None, None),
            ("project.code", "textLength", "21", None, "warning"),
        ],
    )
    def test_limits(self, by_name, name, kind, first, second, style) -> None:
        validation = by_name[name]
        assert (validation.type, validation.formula1, validation.formula2) == (kind, first, second)
        assert (validation.errorStyle, validation.showErrorMessage) == (style, True)

    def test_lists_advise_only(self, by_name) -> None:
        for level in ("level1", "level2"):
            validation = by_name[f"project.indicators.{level}"]
            assert (validation.type, validation.errorStyle) == ("list", "warning")

    def test_lists_cover_the_whole_named_column(self, by_name, places) -> None:
        for name in ("project.indicators.level1", "project.indicators.level2"):
            (area,) = by_name[name].sqref.ranges
            assert area.bounds == places[name][1]

    def test_every_cell_to_be_filled_in_says_what_to_write_in_chinese(self, by_name, places) -> None:
        silent = {"project.title", "project.unit", "project.money_unit", "template.version"}
        assert set(by_name) == set(places) - silent
        for name, validation in by_name.items():
            assert re.search("[\u4e00-\u9fff]{2}", validation.prompt), name
            assert len(validation.prompt) <= 255 and len(validation.promptTitle) <= 32
            if validation.error:
                assert re.search("[\u4e00-\u9fff]{4}", validation.error) and len(validation.error) <= 225

    def test_formulas_are_short_enough_for_excel_and_use_no_names(self, by_name, places) -> None:
        for validation in by_name.values():
            assert len(validation.formula1 or "") <= 255
            assert not any(name in (validation.formula1 or "") for name in places)


class TestPrinting:
    @pytest.mark.parametrize(
        ("sheet", "area"), [(PROJECT, "$A$1:$G$29"), (GENERAL, "$A$1:$B$22"), ("豁免", "$A$1:$D$22")]
    )
    def test_pages_are_a4_one_page_wide(self, official, sheet, area) -> None:
        page = official[sheet]
        assert (page.page_setup.paperSize, page.page_setup.fitToHeight) == (9, 0)
        assert page.sheet_properties.pageSetUpPr.fitToPage
        assert page.page_setup.fitToWidth in (None, 1)
        assert page.print_area.rpartition("!")[2] == area
        assert "&P" in page.oddFooter.center.text and "&N" in page.oddFooter.center.text

    def test_heading_rows_are_repeated(self, official, places) -> None:
        heading = places["project.indicators.level1"][1][1] - 1
        assert official[PROJECT].print_title_rows == f"${heading}:${heading}"
        assert official["豁免"].print_title_rows == "$2:$2"

    def test_panes_are_frozen_where_they_help(self, official) -> None:
        assert (official[PROJECT].freeze_panes, official["豁免"].freeze_panes) == ("A3", "A3")


class TestChecks:
    """The block beside each sheet; what it says is tested in test_two_runtimes and test_checks_while_typing."""

    BLOCKS = {PROJECT: (9, 7), GENERAL: (4, 2)}  # column of the messages, columns of the form

    @pytest.fixture
    def formulas(self, official) -> list[str]:
        pages = [official["自检"], *(official[sheet] for sheet in self.BLOCKS)]
        found = [cell.value for page in pages for row in page.iter_rows() for cell in row if cell.data_type == "f"]
        assert len(found) > 60
        return found

    def test_stands_outside_the_print_area_and_hides_all_but_the_messages(self, official) -> None:
        for sheet, (messages, columns) in self.BLOCKS.items():
            page = official[sheet]
            assert page.print_area.rpartition(":")[2].startswith(f"${get_column_letter(columns)}$")
            used = {cell.column for row in page.iter_rows(min_col=columns + 1) for cell in row if cell.value is not None}
            shown = {column for column in used if not _hidden(page, column)}
            assert shown == {messages}

    def test_formulas_are_short_enough_for_excel_and_hardly_volatile(self, formulas) -> None:
        for formula in formulas:
            assert len(formula) <= 8192
            assert not re.search(r"\b(INDIRECT|OFFSET|NOW|TODAY|RAND|INFO)\(", formula)

    def test_conditions_use_what_excel_takes_there(self, official) -> None:
        found = [(sheet, rule.formula[0]) for sheet in ("自检", *self.BLOCKS)
                 for area in official[sheet].conditional_formatting for rule in area.rules]  # fmt: skip
        assert len(found) > 20
        for _, formula in found:
            assert not set("{}!") & set(formula) and len(formula) <= 1000

    def test_every_cell_with_a_rule_of_its_own_is_tinted_by_a_condition(self, official, places) -> None:
        areas = [area.sqref for area in official[PROJECT].conditional_formatting]
        unjudged = {"title", "unit", "money_unit", "budget.fiscal", "budget.other", "indicators.level1", "indicators.level2"}
        for name, (sheet, (left, top, _, bottom)) in places.items():
            if sheet == PROJECT and name.removeprefix("project.") not in unjudged:
                for row in (top, bottom):
                    assert any(f"{get_column_letter(left)}{row}" in area for area in areas), name

    def test_another_form_without_checks_has_none_of_it(self, schema, drawn) -> None:
        book = drawn(schema, checks=False)
        assert "自检" not in book.sheetnames and book[PROJECT]["I1"].value is None
        assert not any("自检" in str(cell.value) for row in book["填表说明"].iter_rows() for cell in row)

    def test_a_field_that_the_form_lacks_takes_its_checks_with_it(self, schema, drawn) -> None:
        del schema["properties"]["projects"]["items"]["properties"]["schedule"]
        book = drawn(schema)
        said = [str(cell.value) for row in book[PROJECT].iter_rows(min_col=9) for cell in row if cell.value is not None]
        assert not any("schedule" in text or "支出计划" in text for text in said)
        assert any("project.budget.total" in text for text in said)


def _hidden(page: openpyxl.worksheet.worksheet.Worksheet, column: int) -> bool:
    groups = page.column_dimensions.values()
    return any(group.hidden and group.min <= column <= group.max for group in groups)
