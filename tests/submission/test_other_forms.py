"""The rule of names is general: other bureaus' forms, and any schema with any workbook whose names are its paths."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

import xltargets
from xltargets.errors import Error
from xltargets.submission.fill import fill
from xltargets.submission.form import load_form
from xltargets.submission.read import read

HEADER = ["项目名称", "项目编码", "年度预算（元）", "绩效目标", "一级指标", "二级指标", "三级指标", "指标性质", "指标值",
          "度量单位", "权重", "指标方向性"]  # fmt: skip
FIELDS = ["name", "code", "budget.total", "target", "indicators.level1", "indicators.level2", "indicators.level3",
          "indicators.nature", "indicators.value", "indicators.unit", "indicators.weight", "indicators.direction"]  # fmt: skip
ROWS: list[list[Any]] = [
    ["办案经费", "51130021T000000229367", 120000, "办结案件120件。", "产出指标", "数量指标", "办结案件数", "≥", 120, "件", 40, "正向指标"],
    [None, None, None, None, None, "质量指标", "案件合格率", "≥", 95, "%", 20, "正向指标"],
    [None, None, None, None, "效益指标", "社会效益指标", "群众投诉", "≤", 3, "次", 20, "反向指标"],
    [None, None, None, None, "满意度指标", "满意度指标", "当事人满意度", "≥", 90, "%", 10, "正向指标"],
    ["设备购置", "51092324T000010263357", 80000.5, "购置电脑10台。", "产出指标", "数量指标", "购置电脑", "＝", 10, "台", 50, "正向指标"],
    [None, None, None, None, "效益指标", "社会效益指标", "使用年限", "≥", 5, "年", 40, "正向指标"],
]  # fmt: skip


@pytest.fixture
def sichuan(tmp_path: Path) -> Path:
    """Many projects on one sheet, a row per indicator, the project's own columns merged over its rows."""
    path = tmp_path / "四川.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("申报表")
        sheet.write("A1", "部门预算项目绩效目标申报表")
        sheet.write_row("A3", HEADER)
        for index, row in enumerate(ROWS):
            sheet.write_row(3 + index, 0, row)
        for column in range(4):
            sheet.merge_range(3, column, 6, column, ROWS[0][column])
            sheet.merge_range(7, column, 8, column, ROWS[4][column])
        sheet.write("A13", "填表人：张三")
        for column, name in enumerate(FIELDS):
            letter = chr(65 + column)
            book.define_name(f"projects.{name}", f"=申报表!${letter}$4:${letter}$12")
    return path


class TestManyProjectsOnOneSheet:
    def test_are_read_by_the_same_code(self, sichuan: Path) -> None:
        submission = read(sichuan)
        assert submission.problems == []
        first, second = submission.document["projects"]
        assert (first["name"], first["code"], first["budget"]) == (
            "办案经费", "51130021T000000229367", {"total": Decimal(120000)},
        )  # fmt: skip
        assert [item["level3"] for item in first["indicators"]] == ["办结案件数", "案件合格率", "群众投诉", "当事人满意度"]
        assert [item["level1"] for item in first["indicators"]] == ["产出指标", "产出指标", "效益指标", "满意度指标"]
        assert second["budget"]["total"] == Decimal("80000.5")
        assert second["indicators"][0] == {
            "level1": "产出指标", "level2": "数量指标", "level3": "购置电脑", "nature": "＝", "value": "10", "unit": "台",
            "weight": 50, "direction": "正向指标",
        }  # fmt: skip

    def test_have_their_cells(self, sichuan: Path) -> None:
        locations = read(sichuan).locations
        assert locations["/projects/1/name"].cell == "A8"
        assert locations["/projects/0/indicators/1/level1"].cell == "E4"
        assert locations["/projects/1/indicators/1/value"].cell == "I9"

    def test_repeated_instead_of_merged_are_the_same(self, sichuan: Path, tmp_path: Path) -> None:
        path = tmp_path / "repeated.xlsx"
        with xlsxwriter.Workbook(path) as book:
            sheet = book.add_worksheet("申报表")
            for index, row in enumerate(ROWS):
                owner = ROWS[0] if index < 4 else ROWS[4]
                sheet.write_row(3 + index, 0, owner[:4] + row[4:])
            for column, name in enumerate(FIELDS):
                letter = chr(65 + column)
                book.define_name(f"projects.{name}", f"=申报表!${letter}$4:${letter}$12")
        assert read(path).document == read(sichuan).document

    def test_rules_that_need_what_the_form_lacks_are_silent(self, sichuan: Path) -> None:
        found = {finding.rule for finding in xltargets.check(read(sichuan))}
        assert not found & {"C01", "C05", "C07", "C12", "P01", "P02", "P03", "M01", "F11", "F13"}

    def test_come_out_of_filling_as_they_went_in(self, sichuan: Path, tmp_path: Path) -> None:
        document = read(sichuan).document
        document["projects"].append(dict(document["projects"][0], name="第三个", code="51130021T000000229368"))
        target = tmp_path / "again.xlsx"
        fill(document, target, template=sichuan)
        assert read(target).document == document


INVOICES = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "properties": {
        "company": {"type": "object", "properties": {"name": {"type": "string"}}},
        "invoices": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "number": {"type": ["string", "null"]},
                    "paid": {"type": ["boolean", "null"]},
                    "lines": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "properties": {"text": {"type": ["string", "null"]}, "amount": {"type": ["number", "null"]}},
                        },
                    },
                },
            },
        },
        "tags": {"type": "array", "items": {"type": "string"}},
    },
}


class TestAnySchema:
    @pytest.fixture
    def schema(self, tmp_path: Path) -> Path:
        path = tmp_path / "invoices.schema.json"
        path.write_text(json.dumps(INVOICES), "utf-8")
        return path

    def test_a_name_repeated_on_sheets_makes_each_sheet_an_item(self, tmp_path: Path, schema: Path) -> None:
        path = tmp_path / "invoices.xlsx"
        with xlsxwriter.Workbook(path) as book:
            head = book.add_worksheet("head")
            head.write_column("A1", ["ACME", None, "a", "", "b"])
            book.define_name("company.name", "=head!$A$1")
            book.define_name("tags", "=head!$A$3:$A$5")
            for number in ("1", "2"):
                sheet = book.add_worksheet(f"invoice {number}")
                sheet.write("B1", f"N{number}")
                sheet.write("B2", number == "1")
                sheet.write_row("A5", [f"paper {number}", 1.5])
                sheet.write_row("A7", [f"ink {number}", 2])
                for name, area in (("number", "$B$1"), ("paid", "$B$2"), ("lines.text", "$A$5:$A$9"), ("lines.amount", "$B$5:$B$9")):
                    book.define_name(f"'invoice {number}'!invoices.{name}", f"='invoice {number}'!{area}")
        document = xltargets.read(path, form=load_form(str(schema))).document
        assert document == {
            "company": {"name": "ACME"},
            "tags": ["a", "b"],
            "invoices": [
                {"number": f"N{n}", "paid": n == "1", "lines": [
                    {"text": f"paper {n}", "amount": Decimal("1.5")}, {"text": f"ink {n}", "amount": 2},
                ]}
                for n in ("1", "2")
            ],
        }  # fmt: skip

    def test_a_table_over_two_sheets_goes_on_in_the_order_of_the_tabs(self, tmp_path: Path, schema: Path) -> None:
        path = tmp_path / "tables.xlsx"
        with xlsxwriter.Workbook(path) as book:
            for name in ("b", "a"):
                sheet = book.add_worksheet(name)
                sheet.write_column("A2", [f"{name}1", f"{name}2"])
                book.define_name(f"{name}!invoices.number", f"={name}!$A$2:$A$9")
        document = xltargets.read(path, form=load_form(str(schema))).document
        assert [item["number"] for item in document["invoices"]] == ["b1", "b2", "a1", "a2"]

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ('{"properties": []}', "JSON Schema 的 /properties 不合 JSON Schema 2020-12 的规定，请改正"),
            ('{"properties": {"a": 3}}', "JSON Schema 的 /properties/a 不合 JSON Schema 2020-12 的规定，请改正"),
            ('{"properties": {"a": {"pattern": "("}}}', "JSON Schema 的 /properties/a/pattern 不合 JSON Schema 2020-12 的规定，请改正"),
            ('{"properties": {"a": {"$ref": "#/$defs/x"}}}',
             "JSON Schema 不合 JSON Schema 2020-12 的规定，请改正；引用（$ref）只能指向本文件的 $defs"),
            ('{"properties": {"a": {"$ref": "#/$defs/n"}}, "$defs": {"n": {"properties": {"b": {"$ref": "#/$defs/n"}}}}}',
             "JSON Schema 的引用没有尽头（自己包含自己），不能作为表单；请改为有限的层次"),
            ('{"properties": {"a": {"x-fill-dwon": true}}}',
             "JSON Schema 的 /properties/a 有不认识的 x-fill-dwon（是不是 x-fill-down？），请改正"),
            ('{"properties": {"a": {"x-item": 5}}}', "JSON Schema 的 /properties/a/x-item 的值不对：“5”，请改正"),
            ('{"properties": {"a": {"x-formerly": "old"}}}', "JSON Schema 的 /properties/a/x-formerly 的值不对：“old”，请改正"),
        ],
    )  # fmt: skip
    def test_a_schema_in_which_something_is_wrong_is_refused_with_the_place(
        self, tmp_path: Path, text: str, message: str
    ) -> None:
        path = tmp_path / "form.schema.json"
        path.write_text(text, "utf-8")
        with pytest.raises(Error) as refusal:
            load_form(str(path))
        assert (refusal.value.message, refusal.value.file) == (message, str(path))

    def test_a_schema_may_have_keywords_and_words_of_its_own(self, tmp_path: Path) -> None:
        path = tmp_path / "form.schema.json"
        path.write_text(
            '{"properties": {"甲": {"x-unit": "件", "x-order": 1}, "乙": true, "丙": false,'
            ' "丁": {"type": "array", "x-item": "一个丁", "items": {}}}}', "utf-8-sig",
        )  # fmt: skip
        assert list(load_form(str(path)).names) == ["甲", "乙", "丁", "一个丁"]

    def test_a_form_of_ones_own_is_not_filled_into_the_official_template(self, tmp_path: Path, schema: Path) -> None:
        with pytest.raises(Error, match="请用 --template 指定这份表单自己的模板"):
            fill({"tags": ["a"]}, tmp_path / "a.xlsx", form=load_form(str(schema)))

    def test_a_schema_that_is_none_is_refused(self, tmp_path: Path) -> None:
        for text in ("{", "[]", '{"type": "object", "properties": {"a": {"$ref": "other.json"}}}'):
            path = tmp_path / f"{len(text)}.json"
            path.write_text(text, "utf-8")
            with pytest.raises(xltargets.Error, match="JSON"):
                load_form(str(path))
