"""Filled workbooks of earlier templates, and of other bureaus, moved into another one; templates that are anybody's."""

from __future__ import annotations

import json
import re
import struct
import zipfile
import zlib
from copy import deepcopy
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from click.testing import CliRunner

from xltargets.cli import cli
from xltargets.errors import Error
from xltargets.excel.book import FileBook
from xltargets.submission.fill import fill
from xltargets.submission.form import Form, load_form
from xltargets.submission.migrate import migrate
from xltargets.submission.read import read
from xltargets.template import build


@pytest.fixture
def schema() -> dict[str, Any]:
    return json.loads(json.dumps(load_form().schema))


@pytest.fixture
def old_schema(schema: dict[str, Any]) -> dict[str, Any]:
    """The form of an earlier year: other words in two paths, and a field that is gone today."""
    old = deepcopy(schema)
    old["x-version"] = "2019.1"
    project = old["properties"]["projects"]["items"]["properties"]
    renamed(project, "purpose", "usage")
    renamed(project["indicators"]["items"]["properties"], "basis", "grounds")
    project["leader"] = {"title": "项目负责人", "type": ["string", "null"]}
    return old


@pytest.fixture
def today(schema: dict[str, Any]) -> Form:
    """The current form, which remembers the old words."""
    project = schema["properties"]["projects"]["items"]["properties"]
    project["purpose"]["x-formerly"] = ["project.usage"]
    project["indicators"]["items"]["properties"]["basis"]["x-formerly"] = ["project.indicators.grounds"]
    return Form(schema)


def renamed(properties: dict[str, Any], old: str, new: str) -> None:
    """Another word for a property, in the same place."""
    items = [(new if key == old else key, value) for key, value in properties.items()]
    properties.clear()
    properties.update(items)


@pytest.fixture
def old_file(old_schema: dict[str, Any], sound: dict[str, Any], tmp_path: Path) -> Path:
    """The sound document in the template of the earlier year."""
    template, path = tmp_path / "old_template.xlsx", tmp_path / "old.xlsx"
    build(old_schema, template)
    document = deepcopy(sound)
    del document["template"]
    for number, project in enumerate(document["projects"]):
        renamed(project, "purpose", "usage")
        project["leader"] = f"负责人{number}"
        for item in project["indicators"]:
            renamed(item, "basis", "grounds")
    assert fill(document, path, template=template, form=Form(old_schema)).unplaced == []
    return path


def comparable(document: dict[str, Any]) -> dict[str, Any]:
    """Without what belongs to the template, and what it works out."""
    copy = deepcopy({key: value for key, value in document.items() if key != "template"})
    for project in copy["projects"]:
        project.pop("title", None)
        project.pop("unit", None)
    return copy


class TestEarlierVersion:
    def test_every_value_is_in_its_place(self, old_file: Path, today: Form, sound, filled: Path, tmp_path: Path) -> None:
        target = tmp_path / "new.xlsx"
        migrate(old_file, target, form=today)
        assert comparable(read(target, form=today).document) == comparable(read(filled).document)
        assert read(target).document["template"]["version"] == "2024.1"

    def test_what_found_no_place_is_listed_by_its_name(self, old_file: Path, today: Form, tmp_path: Path) -> None:
        result = migrate(old_file, tmp_path / "new.xlsx", form=today)
        assert sorted(set(result.unknown_names)) == ["project.leader"]
        assert result.unplaced == []

    def test_without_the_schema_s_memory_renamed_fields_are_listed_too(self, old_file: Path, tmp_path: Path) -> None:
        result = migrate(old_file, tmp_path / "new.xlsx")
        assert set(result.unknown_names) == {"project.leader", "project.usage", "project.indicators.grounds"}
        assert read(tmp_path / "new.xlsx").document["projects"][0]["purpose"] is None

    def test_values_are_counted(self, old_file: Path, today: Form, tmp_path: Path) -> None:
        result = migrate(old_file, tmp_path / "new.xlsx", form=today)
        document = read(tmp_path / "new.xlsx", form=today).document
        moved = [value for value in leaves({k: v for k, v in document.items() if k != "template"}) if value is not None]
        assert result.moved == len(moved)

    def test_reading_it_directly_is_refused_with_the_way_out(self, old_file: Path) -> None:
        with pytest.raises(Error, match="xltargets migrate"):
            read(old_file)

    def test_a_document_of_an_earlier_version_does_not_bring_its_version_along(self, sound, tmp_path: Path) -> None:
        sound["template"]["version"] = "2019.1"
        fill(sound, tmp_path / "new.xlsx")
        assert read(tmp_path / "new.xlsx").document["template"]["version"] == "2024.1"

    def test_the_old_file_stays_as_it_was(self, old_file: Path, today: Form, tmp_path: Path) -> None:
        before = old_file.read_bytes()
        migrate(old_file, tmp_path / "new.xlsx", form=today)
        assert old_file.read_bytes() == before

    def test_notes_of_the_command_name_what_was_left_behind(self, old_file: Path, tmp_path: Path) -> None:
        target = tmp_path / "new.xlsx"
        result = CliRunner().invoke(cli, ["migrate", str(old_file), "-o", str(target)], standalone_mode=False)
        assert result.return_value == 1 and "转移" in result.output
        assert "旧文件的名称 project.leader 不在表单中" in result.output


def leaves(node: Any) -> list[Any]:
    if isinstance(node, dict):
        return [leaf for value in node.values() for leaf in leaves(value)]
    if isinstance(node, list):
        return [leaf for value in node for leaf in leaves(value)]
    return [node]


class TestAnotherBureau:
    @pytest.fixture
    def theirs(self, tmp_path: Path) -> Path:
        """A bureau's own layout with the same names, its goal called differently and 权重 beside the values."""
        path = tmp_path / "theirs.xlsx"
        with xlsxwriter.Workbook(path) as book:
            sheet = book.add_worksheet("申报")
            percent = book.add_format({"num_format": "0%"})
            cells = {"code": ("C2", "13073024P000585100016"), "name": ("C3", "信访办理"), "budget.total": ("C4", 12.5),
                     "budget.fiscal": ("C5", 12.5), "target": ("C9", "办理信访事项")}  # fmt: skip
            for name, (cell, value) in cells.items():
                sheet.write(cell, value)
                book.define_name(f"申报!project.{name}", f"=申报!${cell[0]}${cell[1:]}")
            sheet.write("D5", 0.3, percent)
            book.define_name("申报!project.schedule.march", "=申报!$D$5")
            columns = {"level1": "B", "level2": "C", "level3": "D", "value": "E", "weight": "F"}
            rows = [("产出指标", "数量指标", "办理件数", "≥30件", 60), ("效益指标", "社会效益指标", "化解率", "≥90%", 40)]
            for index, row in enumerate(rows):
                sheet.write_row(11 + index, 1, row)
            for word, letter in columns.items():
                book.define_name(f"申报!project.indicators.{word}", f"=申报!${letter}$12:${letter}$15")
        return path

    def test_the_same_paths_have_the_same_values(self, theirs: Path, tmp_path: Path) -> None:
        migrate(theirs, tmp_path / "new.xlsx")
        (project,) = read(tmp_path / "new.xlsx").document["projects"]
        assert (project["code"], project["name"], project["budget"]["total"]) == (
            "13073024P000585100016", "信访办理", Decimal("12.5"),
        )  # fmt: skip
        assert project["schedule"]["march"] == 30
        assert [item["value"] for item in project["indicators"]] == ["≥30件", "≥90%"]

    def test_a_column_the_official_form_lacks_is_listed_with_its_values(self, theirs: Path, tmp_path: Path) -> None:
        result = migrate(theirs, tmp_path / "new.xlsx")
        assert result.unplaced == [
            ("/projects/0/indicators/0/weight", 60), ("/projects/0/indicators/1/weight", 40),
        ]  # fmt: skip

    def test_into_their_own_template_it_comes_back_whole(self, theirs: Path, tmp_path: Path) -> None:
        result = migrate(theirs, tmp_path / "same.xlsx", template=theirs)
        assert result.unplaced == [] and read(tmp_path / "same.xlsx").document == read(theirs).document

    def test_a_workbook_of_something_else_is_refused_and_nothing_written(self, tmp_path: Path) -> None:
        openpyxl.Workbook().save(tmp_path / "other.xlsx")
        with pytest.raises(Error, match="不是预算绩效目标申报表"):
            migrate(tmp_path / "other.xlsx", tmp_path / "new.xlsx")
        assert not (tmp_path / "new.xlsx").exists()


# --- a template that is anybody's -----------------------------------------------------------------


def png() -> bytes:
    """A picture of one pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0\xff\0\0")) + chunk(b"IEND", b"")


@pytest.fixture
def laden(tmp_path: Path) -> Path:
    """A bureau's template with a seal, a chart, buttons, notes, validations, formats, and two sheets besides the form."""
    seal, path = tmp_path / "seal.png", tmp_path / "laden.xlsx"
    seal.write_bytes(png())
    with xlsxwriter.Workbook(path) as book:
        bold = book.add_format({"bold": True, "border": 1, "text_wrap": True})
        front = book.add_worksheet("封面")
        front.insert_image("B2", str(seal))
        front.write("A1", "某某局", bold)
        form = book.add_worksheet("项目1")
        form.write_column("A2", ["项目编码", "项目名称", "预算数", "绩效目标"], bold)
        for cell in ("B2", "B3", "B4", "B5"):
            form.write_blank(cell, None, bold)
        form.write_row("A8", ["三级指标", "指标值"], bold)
        for row in range(8, 12):
            form.write_row(row, 0, [None, None], bold)
            form.write_blank(row, 0, None, bold)
            form.write_blank(row, 1, None, bold)
        form.insert_image("E2", str(seal))
        form.insert_button("E6", {"caption": "检查"})
        form.write_comment("A2", "请填 21 位编码", {"author": "王科长"})
        form.data_validation("B4", {"validate": "decimal", "criteria": ">=", "value": 0})
        form.conditional_format("B9:B12", {"type": "blanks", "format": bold})
        form.set_header("&C内部资料")
        chart = book.add_chart({"type": "column"})
        other = book.add_worksheet("统计")
        other.write_column("A1", [1, 2, 3])
        chart.add_series({"values": "=统计!$A$1:$A$3"})
        other.insert_chart("C2", chart)
        for name, cell in {"code": "B2", "name": "B3", "budget.total": "B4", "target": "B5"}.items():
            book.define_name(f"项目1!project.{name}", f"=项目1!${cell[0]}${cell[1]}")
        book.define_name("项目1!project.indicators.level3", "=项目1!$A$9:$A$12")
        book.define_name("项目1!project.indicators.value", "=项目1!$B$9:$B$12")
    return path


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def sheet_part(path: Path, sheet: str) -> str:
    package = FileBook(path).package
    return package.sheet(sheet).part


ONE = {
    "code": "13073024P000585100016", "name": "信访办理", "budget": {"total": 12.5}, "target": "办理信访事项。" * 60,
    "indicators": [{"level3": "办理件数", "value": "≥30件"}],
}  # fmt: skip


class TestAnybodysTemplate:
    def test_filling_changes_the_sheet_of_the_form_and_nothing_else(self, laden: Path, tmp_path: Path) -> None:
        target = tmp_path / "out.xlsx"
        fill({"projects": [ONE]}, target, template=laden)
        before, after = parts(laden), parts(target)
        assert {name for name in before | after if before.get(name) != after.get(name)} == {sheet_part(laden, "项目1")}

    def test_of_that_sheet_only_rows_change(self, laden: Path, tmp_path: Path) -> None:
        target = tmp_path / "out.xlsx"
        fill({"projects": [ONE]}, target, template=laden)
        part = sheet_part(laden, "项目1")
        for path in (laden, target):
            assert b"<sheetData>" in parts(path)[part]
        before, after = (re.split(rb"<sheetData>.*</sheetData>", parts(path)[part], flags=re.S) for path in (laden, target))
        assert before == after

    def test_values_are_read_back(self, laden: Path, tmp_path: Path) -> None:
        target = tmp_path / "out.xlsx"
        assert fill({"projects": [ONE]}, target, template=laden).unplaced == []
        (project,) = read(target).document["projects"]
        assert (project["name"], project["target"], project["indicators"]) == (
            ONE["name"], ONE["target"], ONE["indicators"],
        )  # fmt: skip

    def test_a_second_project_copies_the_sheet_with_all_that_stands_on_it(self, laden: Path, tmp_path: Path) -> None:
        target = tmp_path / "out.xlsx"
        fill({"projects": [ONE, {**ONE, "name": "第二个"}]}, target, template=laden)
        before, after = parts(laden), parts(target)
        own = {sheet_part(laden, "项目1"), "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "[Content_Types].xml",
               "docProps/app.xml"}  # fmt: skip
        assert {name for name in before if before[name] != after[name]} <= own
        book = openpyxl.load_workbook(target)
        copy = book["项目2"]
        assert copy["B3"].value == "第二个" and copy["A2"].comment.text == "请填 21 位编码"
        assert len(copy.data_validations.dataValidation) == 1 and len(copy.conditional_formatting) == 1
        assert copy.oddHeader.center.text == "内部资料" and len(copy._images) == 1
        package = FileBook(target).package
        drawings = [r.target for r in package.relationships(sheet_part(target, "项目2")) if r.kind == "vmlDrawing"]
        assert "检查" in package.read(drawings[0]).decode()

    def test_more_indicators_than_rows_make_more_rows(self, laden: Path, tmp_path: Path) -> None:
        many = [{"level3": f"指标{n}", "value": f"≥{n}"} for n in range(9)]
        fill({"projects": [{**ONE, "indicators": many}]}, tmp_path / "out.xlsx", template=laden)
        assert read(tmp_path / "out.xlsx").document["projects"][0]["indicators"] == many
        assert parts(tmp_path / "out.xlsx")["xl/media/image1.png"] == parts(laden)["xl/media/image1.png"]

    def test_the_command_new_takes_it_too(self, laden: Path, tmp_path: Path) -> None:
        target = tmp_path / "new.xlsx"
        arguments = ["new", "-o", str(target), "--template", str(laden), "--name", "怀来县信访局"]
        result = CliRunner().invoke(cli, arguments, standalone_mode=False)
        assert result.exception is None and parts(target) == parts(laden)

    def test_long_text_has_its_row_raised(self, laden: Path, tmp_path: Path) -> None:
        fill({"projects": [ONE]}, tmp_path / "out.xlsx", template=laden)
        rows = openpyxl.load_workbook(tmp_path / "out.xlsx")["项目1"].row_dimensions
        assert rows[5].height == 409.5 and rows[4].height is None

    def test_a_template_without_names_is_refused(self, tmp_path: Path) -> None:
        openpyxl.Workbook().save(tmp_path / "empty.xlsx")
        with pytest.raises(Error, match="没有约定的名称"):
            fill({"projects": [ONE]}, tmp_path / "out.xlsx", template=tmp_path / "empty.xlsx")
        assert not (tmp_path / "out.xlsx").exists()
