from __future__ import annotations

import io
import re
import zlib
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from xltargets.errors import Error
from xltargets.excel.cells import set_values
from xltargets.excel.package import Package
from xltargets.excel.rows import insert_rows
from xltargets.excel.sheets import (
    Link,
    add_table_sheet,
    append_sheet,
    clone_sheet,
    remove_sheet,
    rename_sheet,
    safe_sheet_name,
)

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def picture():
    """A red picture of one pixel."""

    def chunk(kind, data):
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    head = (1).to_bytes(4, "big") * 2 + bytes((8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0\xff\0\0")) + chunk(b"IEND", b"")


@pytest.fixture
def book(tmp_path):
    """A project sheet with all kinds of things on it, and a sheet that reads it."""
    path = tmp_path / "book.xlsx"
    (tmp_path / "seal.png").write_bytes(picture())
    with xlsxwriter.Workbook(path) as workbook:
        cover = workbook.add_worksheet("封面")
        sheet = workbook.add_worksheet("项目1")
        last = workbook.add_worksheet("汇总")
        bold = workbook.add_format({"bold": True})
        sheet.write("A1", "名称", bold)
        sheet.write("B1", 5)
        sheet.write_formula("C1", "='项目1'!B1*2+封面!A1", None, 10)
        sheet.write_formula("C2", "=SUM(明细[金额])", None, 0)
        sheet.add_table("F1:G4", {"name": "明细", "columns": [{"header": "项"}, {"header": "金额"}]})
        sheet.merge_range("A5:B5", "合并")
        sheet.write_comment("A2", "一条批注", {"author": "某人"})
        sheet.insert_button("D3", {"macro": "检查", "caption": "检查"})
        sheet.insert_image("D9", tmp_path / "seal.png")
        sheet.write_url("A9", "https://example.org/")
        sheet.write_url("A10", "internal:'项目1'!B1", string="回去")
        sheet.data_validation("B1", {"validate": "list", "source": "='项目1'!$F$2:$F$4"})
        sheet.conditional_format("B1:B3", {"type": "formula", "criteria": "='项目1'!$B$1>3", "format": bold})
        sheet.conditional_format("C1:C4", {"type": "data_bar", "data_bar_2010": True})
        sheet.set_landscape()
        sheet.print_area("A1:D9")
        sheet.repeat_rows(0, 1)
        sheet.protect("x")
        sheet.activate()
        chart = workbook.add_chart({"type": "line"})
        chart.add_series({"values": "='项目1'!$B$1:$B$4", "name": "=封面!$A$1"})
        sheet.insert_chart("H9", chart)
        workbook.define_name("'项目1'!project.name", "='项目1'!$A$1")
        workbook.define_name("封面!project.title", "=封面!$A$1")
        workbook.define_name("汇总!all", "=汇总!$A$1")
        workbook.define_name("amount", "='项目1'!$B$1")
        cover.write("A1", 1)
        last.write_formula("A1", "='项目1'!B1+amount", None, 10)
        last.write_formula("A2", "=1+1", None, 2)
    return path


def saved(package, path):
    out = path.with_name("out.xlsx")
    package.save(out)
    return openpyxl.load_workbook(out)


def local_names(book, sheet):
    return {name: value.attr_text for name, value in book[sheet].defined_names.items()}


@pytest.fixture
def cloned(book):
    package = Package.open(book)
    clone_sheet(package, "项目1", "项目 2", after="项目1")
    return package


class TestClone:
    def test_it_stands_where_it_was_told_with_values_and_styles(self, cloned, book):
        result = saved(cloned, book)
        assert result.sheetnames == ["封面", "项目1", "项目 2", "汇总"]
        old, new = result["项目1"], result["项目 2"]
        assert [[c.value for c in row] for row in new["A1:B10"]] == [[c.value for c in row] for row in old["A1:B10"]]
        assert new["A1"].font.bold
        assert str(new.merged_cells) == str(old.merged_cells)
        assert new.protection.sheet

    def test_references_to_the_original_lead_to_the_clone(self, cloned, book):
        result = saved(cloned, book)
        new = result["项目 2"]
        assert new["C1"].value == "='项目 2'!B1*2+封面!A1"
        assert new.data_validations.dataValidation[0].formula1 == "'项目 2'!$F$2:$F$4"
        assert [r.formula for f in new.conditional_formatting for r in f.rules if r.formula] == [["'项目 2'!$B$1>3"]]
        assert new["A10"].hyperlink.location == "'项目 2'!B1"
        assert result["汇总"]["A1"].value == "='项目1'!B1+amount"
        assert result["项目1"]["C1"].value == "='项目1'!B1*2+封面!A1"

    def test_its_own_names_come_along_and_all_others_stay_with_their_sheets(self, cloned, book):
        result = saved(cloned, book)
        assert local_names(result, "项目1") == {"project.name": "'项目1'!$A$1"}
        assert local_names(result, "项目 2") == {"project.name": "'项目 2'!$A$1"}
        assert local_names(result, "封面") == {"project.title": "封面!$A$1"}
        assert local_names(result, "汇总") == {"all": "汇总!$A$1"}
        assert result.defined_names["amount"].attr_text == "'项目1'!$B$1"

    def test_print_set_up_comes_along(self, cloned, book):
        new = saved(cloned, book)["项目 2"]
        assert new.page_setup.orientation == "landscape"
        assert (new.print_area, new.print_title_rows) == ("'项目 2'!$A$1:$D$9", "$1:$2")

    def test_notes_pictures_charts_and_tables_come_along(self, cloned, book):
        result = saved(cloned, book)
        new = result["项目 2"]
        assert (new["A2"].comment.text, new["A2"].comment.author) == ("一条批注", "某人")
        assert len(new._charts) == 1
        assert new._charts[0].series[0].val.numRef.f == "'项目 2'!$B$1:$B$4"
        assert result["项目1"]._charts[0].series[0].val.numRef.f == "'项目1'!$B$1:$B$4"
        assert [(t.displayName, t.ref) for t in new.tables.values()] == [("明细_2", "F1:G4")]
        assert new["C2"].value == "=SUM(明细_2[金额])"
        assert sorted(t.id for s in result for t in s.tables.values()) == [1, 2]

    def test_shapes_get_ids_that_no_other_drawing_has(self, cloned):
        drawings = [cloned.read(n).decode() for n in cloned.names if n.endswith(".vml")]
        ids = [set(re.findall(r"_x0000_s\d+", text)) for text in drawings]
        assert len(ids) == 2
        assert ids[0] and ids[1] and not ids[0] & ids[1]
        assert [re.findall(r'idmap[^>]*data="(\d+)"', text) for text in drawings] == [["1"], ["2"]]
        assert "检查" in drawings[1]

    def test_the_picture_is_stored_once(self, cloned):
        assert [n for n in cloned.names if "media" in n] == ["xl/media/image1.png"]
        drawings = [n for n in cloned.names if re.search(r"drawings/drawing\d+\.xml$", n)]
        images = [r.target for n in drawings for r in cloned.relationships(n) if r.kind == "image"]
        assert images == ["xl/media/image1.png"] * 2

    def test_the_clone_is_neither_selected_nor_named_in_code(self, book):
        package = Package.open(book)
        part = package.sheet("项目1").part
        data = package.read(part)
        start = data.index(b"<dimension")
        package.replace(part, data[:start] + b'<sheetPr codeName="Sheet1"/>' + data[start:])
        clone_sheet(package, "项目1", "项目2")
        new = package.read(package.sheet("项目2").part)
        assert b"codeName" not in new
        assert b"tabSelected" not in new
        assert b'tabSelected="1"' in package.read(part)

    def test_all_else_stays_byte_for_byte(self, cloned, book):
        before = Package.open(book)
        changed = {n for n in before.names if before.read(n) != cloned.read(n)}
        assert changed == {"[Content_Types].xml", "docProps/app.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"}

    def test_removing_the_clone_gives_back_every_part(self, cloned, book):
        before = Package.open(book)
        remove_sheet(cloned, "项目 2")
        assert set(cloned.names) == set(before.names)
        assert [n for n in before.names if before.read(n) != cloned.read(n) and "worksheets" not in n] == []

    def test_the_tab_that_was_active_stays_active(self, book):
        package = Package.open(book)
        clone_sheet(package, "项目1", "副本", after="封面")
        result = saved(package, book)
        assert result.active.title == "项目1"

    def test_titles_in_the_properties_follow(self, cloned):
        text = cloned.read("docProps/app.xml").decode()
        titles = re.findall(r"<vt:lpstr>([^<]*)</vt:lpstr>", text.partition("TitlesOfParts")[2])
        assert titles[:4] == ["封面", "项目1", "项目 2", "汇总"]
        assert int(re.search(r'TitlesOfParts><vt:vector size="(\d+)"', text)[1]) == len(titles)

    def test_many_clones_have_parts_and_ids_of_their_own(self, book):
        package = Package.open(book)
        for number in range(2, 12):
            clone_sheet(package, "项目1", f"项目{number}")
        assert len(saved(package, book).sheetnames) == 13
        root = ElementTree.fromstring(package.read("xl/workbook.xml"))
        ids = [e.get("sheetId") for e in root.iter(f"{{{MAIN}}}sheet")]
        assert len(set(ids)) == 13

    def test_a_clone_can_be_filled_and_grown(self, cloned, book):
        set_values(cloned, "项目 2", {"B1": Decimal("30.00")})
        insert_rows(cloned, "项目 2", 3, 1, style_from=2)
        result = saved(cloned, book)
        assert (result["项目 2"]["B1"].value, result["项目1"]["B1"].value) == (30, 5)
        assert str(result["项目 2"].merged_cells) == "A6:B6"
        assert str(result["项目1"].merged_cells) == "A5:B5"

    @pytest.mark.parametrize("name", ["项目1", "汇总", "", "a/b", "x" * 32, "'a", "History", "a[1]"])
    def test_a_name_that_is_taken_or_not_allowed_is_refused(self, book, name):
        package = Package.open(book)
        with pytest.raises(Error):
            clone_sheet(package, "项目1", name)
        assert not package.changed


class TestRemove:
    def test_it_goes_with_all_that_only_it_uses(self, book):
        package = Package.open(book)
        remove_sheet(package, "项目1")
        result = saved(package, book)
        assert result.sheetnames == ["封面", "汇总"]
        kinds = ("drawing", "comments", "table", "media", "chart")
        assert [n for n in package.names if any(kind in n.lower() for kind in kinds)] == []
        assert "amount" not in result.defined_names
        assert local_names(result, "汇总") == {"all": "汇总!$A$1"}

    def test_formulas_that_read_it_show_a_reference_error_and_forget_their_results(self, book):
        package = Package.open(book)
        remove_sheet(package, "项目1")
        result = saved(package, book)
        assert result["汇总"]["A1"].value == "=#REF!+amount"
        values = openpyxl.load_workbook(book.with_name("out.xlsx"), data_only=True)["汇总"]
        assert [values["A1"].value, values["A2"].value] == [None, 2]

    def test_the_only_visible_sheet_is_kept(self, tmp_path):
        path = tmp_path / "book.xlsx"
        with xlsxwriter.Workbook(path) as workbook:
            workbook.add_worksheet("表")
            workbook.add_worksheet("藏").hide()
        with pytest.raises(Error, match="唯一显示"):
            remove_sheet(Package.open(path), "表")


class TestRename:
    def test_names_formulas_links_and_charts_follow(self, book):
        package = Package.open(book)
        rename_sheet(package, "项目1", "O'Brien & 子")
        result = saved(package, book)
        sheet = result["O'Brien & 子"]
        quoted = "'O''Brien & 子'!"
        assert result["汇总"]["A1"].value == f"={quoted}B1+amount"
        assert sheet["C1"].value == f"={quoted}B1*2+封面!A1"
        assert result.defined_names["amount"].attr_text == f"{quoted}$B$1"
        assert local_names(result, sheet.title) == {"project.name": f"{quoted}$A$1"}
        assert sheet["A10"].hyperlink.location == f"{quoted}B1"
        assert sheet._charts[0].series[0].val.numRef.f == f"{quoted}$B$1:$B$4"
        assert sheet.print_area == f"{quoted}$A$1:$D$9"

    def test_back_again_gives_names_that_mean_the_same(self, book):
        package = Package.open(book)
        rename_sheet(package, "项目1", "x y")
        rename_sheet(package, "x y", "项目1")
        assert saved(package, book)["汇总"]["A1"].value == "='项目1'!B1+amount"

    def test_the_source_of_a_pivot_table_follows(self, book):
        package = Package.open(book)
        cache = "xl/pivotCache/pivotCacheDefinition1.xml"
        kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/pivotCacheDefinition"
        xml = f'<pivotCacheDefinition xmlns="{MAIN}"><cacheSource><worksheetSource ref="A1:B3" sheet="项目1"/></cacheSource>'
        package.add(cache, f"{xml}</pivotCacheDefinition>".encode(), "application/xml")
        package.add_relationship(package.workbook_part, kind, cache)
        rename_sheet(package, "项目1", "新")
        assert 'sheet="新"' in package.read(cache).decode()

    def test_only_its_case_may_change(self, tmp_path):
        path = tmp_path / "book.xlsx"
        with xlsxwriter.Workbook(path) as workbook:
            workbook.add_worksheet("data")
        package = Package.open(path)
        rename_sheet(package, "data", "Data")
        assert saved(package, path).sheetnames == ["Data"]


class TestTableSheet:
    ROWS = (
        ["M01", Link("项目1!B3", "项目1", "B3"), "=预算数 <不符> & 请核对"],
        ["M02", Link("回", "汇总"), Decimal("3.10")],
        ["M03", None, True],
    )

    def add(self, book, rows=ROWS, **options):
        package = Package.open(book)
        add_table_sheet(package, "校验结果", ["编号", "位置", "说明"], rows, **options)
        return package

    def test_rows_and_links_read_back(self, book):
        sheet = saved(self.add(book), book)["校验结果"]
        assert [[c.value for c in row] for row in sheet.rows] == [
            ["编号", "位置", "说明"],
            ["M01", "项目1!B3", "=预算数 <不符> & 请核对"],
            ["M02", "回", 3.1],
            ["M03", None, True],
        ]
        assert sheet["C2"].data_type != "f"
        assert (sheet["B2"].hyperlink.location, sheet["B3"].hyperlink.location) == ("'项目1'!B3", "'汇总'!A1")
        assert sheet.freeze_panes == "A2"
        assert sheet.column_dimensions["C"].width > sheet.column_dimensions["A"].width

    def test_styles_and_all_other_parts_stay(self, book):
        before, after = Package.open(book), self.add(book)
        changed = {n for n in before.names if before.read(n) != after.read(n)}
        assert changed == {"[Content_Types].xml", "docProps/app.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"}

    def test_replacing_with_the_same_changes_nothing_and_with_other_rows_only_the_sheet(self, book):
        self.add(book).save(book)
        same = self.add(book, replace=True)
        assert not same.changed
        before, other = Package.open(book), self.add(book, [["M09", None, "x"]], replace=True)
        assert [n for n in before.names if before.read(n) != other.read(n)] == [other.sheet("校验结果").part]
        assert saved(other, book).sheetnames.count("校验结果") == 1

    def test_what_a_user_put_on_the_sheet_goes_when_it_is_replaced(self, book):
        path = book.with_name("noted.xlsx")
        with xlsxwriter.Workbook(path) as workbook:
            workbook.add_worksheet("表")
            workbook.add_worksheet("校验结果").write_comment("A1", "旧")
        package = self.add(path, [], replace=True)
        assert [n for n in package.names if "comments" in n or "vml" in n] == []
        assert saved(package, path)["校验结果"]["A1"].value == "编号"

    def test_without_replace_a_sheet_of_that_name_is_refused(self, book):
        package = self.add(book)
        with pytest.raises(Error, match="同名"):
            add_table_sheet(package, "校验结果", ["a"], [])

    def test_removing_it_gives_back_every_byte(self, book):
        before, package = Package.open(book), self.add(book)
        remove_sheet(package, "校验结果")
        assert {n: package.read(n) for n in package.names} == {n: before.read(n) for n in before.names}

    def test_an_empty_table_is_a_header(self, book):
        sheet = saved(self.add(book, []), book)["校验结果"]
        assert [c.value for c in sheet[1]] == ["编号", "位置", "说明"]


def test_a_given_part_is_appended_where_told(book):
    package = Package.open(book)
    xml = f'<worksheet xmlns="{MAIN}"><sheetData><row r="1"><c r="A1"><v>7</v></c></row></sheetData></worksheet>'
    append_sheet(package, "新", xml.encode(), after="封面")
    result = saved(package, book)
    assert result.sheetnames == ["封面", "新", "项目1", "汇总"]
    assert result["新"]["A1"].value == 7
    assert local_names(result, "项目1") == {"project.name": "'项目1'!$A$1"}


class TestSafeName:
    @pytest.mark.parametrize(
        ("text", "name"),
        [
            ("信访局[2024]:一/二?*\\", "信访局_2024__一_二___"),
            ("'引'", "引"),
            ("  a \n b ", "a b"),
            ("", "Sheet"),
            ("''", "Sheet"),
            ("history", "history_"),
            ("字" * 40, "字" * 31),
            ("😀" * 20, "😀" * 15),
        ],
    )
    def test_what_is_not_allowed_is_replaced(self, text, name):
        assert safe_sheet_name(text) == name

    def test_namesakes_are_told_apart_whatever_their_case(self):
        assert safe_sheet_name("Data", ["data", "DATA(2)"]) == "Data(3)"
        assert safe_sheet_name("字" * 31, ["字" * 31]) == "字" * 28 + "(2)"

    @given(st.text(max_size=50), st.lists(st.text(max_size=31), max_size=3))
    def test_any_text_gives_a_name_that_a_workbook_takes(self, text, taken):
        name = safe_sheet_name(text, taken)
        xlsxwriter.Workbook(io.BytesIO()).add_worksheet(name)
        assert name.casefold() not in {other.casefold() for other in taken}


class TestControlsAndThreads:
    @pytest.mark.skipif(not CORPUS.is_dir(), reason="../shared is not here")
    def test_controls_keep_their_properties_and_get_their_own_ids(self):
        package = Package.open(CORPUS / "closedxml/TryToLoad/CommentAndButton.xlsx")
        source = package.sheet()
        before = {n for n in package.names if "ctrlProp" in n}
        clone_sheet(package, source.name, "副本")
        [fresh] = [n for n in package.names if "ctrlProp" in n and n not in before]
        assert package.read(fresh) in [package.read(n) for n in before]
        new = package.read(package.sheet("副本").part).decode()
        [shape] = re.findall(r'<control shapeId="(\d+)"', new)
        kinds = {r.kind: r.target for r in package.relationships(package.sheet("副本").part)}
        assert kinds["ctrlProp"] == fresh
        assert f'"_x0000_s{shape}"' in package.read(kinds["vmlDrawing"]).decode()
        assert f'spid="_x0000_s{shape}"' in package.read(kinds["drawing"]).decode()
        assert f'<control shapeId="{shape}"' not in package.read(source.part).decode()

    def test_a_copied_conversation_has_ids_of_its_own_that_its_note_repeats(self, book):
        package = Package.open(book)
        part = package.sheet("项目1").part
        guid, reply = "{0A0B0C0D-0000-4000-8000-000000000001}", "{0A0B0C0D-0000-4000-8000-000000000002}"
        space = "http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"
        threads = (
            f'<ThreadedComments xmlns="{space}"><threadedComment ref="A2" id="{guid}"><text>问</text></threadedComment>'
            f'<threadedComment ref="A2" id="{reply}" parentId="{guid}"><text>答</text></threadedComment></ThreadedComments>'
        )
        kind = "http://schemas.microsoft.com/office/2017/10/relationships/threadedComment"
        package.add("xl/threadedComments/threadedComment1.xml", threads.encode(), "application/vnd.ms-excel.threadedcomments+xml")
        package.add_relationship(part, kind, "xl/threadedComments/threadedComment1.xml")
        notes = "xl/comments1.xml"
        package.replace(notes, package.read(notes).replace("某人".encode(), f"tc={guid}".encode()))
        clone_sheet(package, "项目1", "副本")
        relations = package.relationships(package.sheet("副本").part)
        copied = {r.kind: package.read(r.target).decode() for r in relations if not r.external}
        fresh = re.findall(r' id="([^"]+)"', copied["threadedComment"])
        assert len(set(fresh)) == 2
        assert not {guid, reply} & set(fresh)
        assert f'parentId="{fresh[0]}"' in copied["threadedComment"]
        assert f"tc={fresh[0]}" in copied["comments"]
        assert f"tc={guid}" in package.read(notes).decode()


@pytest.mark.skipif(not CORPUS.is_dir(), reason="../shared is not here")
def test_in_real_workbooks_a_clone_comes_and_goes_without_a_trace(tmp_path):
    tried = 0
    for path in sorted(CORPUS.rglob("*.xls[xm]"))[7::29]:
        try:
            package = Package.open(path)
            before = {name: package.read(name) for name in package.names}
            source = package.sheet()
            clone_sheet(package, source.name, "克隆", after=source.name)
        except Error:
            continue
        package.save(tmp_path / "out.xlsx")
        again = Package.open(tmp_path / "out.xlsx")
        assert [sheet.name for sheet in again.sheets].count("克隆") == 1, path
        for name in again.names:
            if name not in before and name.endswith((".xml", ".rels")):
                ElementTree.fromstring(again.read(name))
        remove_sheet(package, "克隆")
        caches = {sheet.part for sheet in package.sheets} | {package.workbook_part}
        lost = {"xl/calcChain.xml", "[Content_Types].xml", "xl/_rels/workbook.xml.rels"}
        changed = {name for name in before if name not in package or package.read(name) != before[name]}
        assert changed <= (caches | lost if "xl/calcChain.xml" in before else caches), path
        assert set(package.names) <= set(before), path
        tried += 1
    assert tried > 35


@pytest.mark.libreoffice
def test_libreoffice_calculates_each_clone_from_its_own_cells(book, tmp_path, calculated):
    package = Package.open(book)
    clone_sheet(package, "项目1", "项目2", after="项目1")
    set_values(package, "项目2", {"B1": 100})
    add_table_sheet(package, "校验结果", ["编号"], [[Link("=x", "项目2", "B1")]])
    package.save(tmp_path / "out.xlsx")
    assert calculated(tmp_path / "out.xlsx", "项目2")[0].split(",")[:3] == ["名称", "100", "201"]
    assert calculated(tmp_path / "out.xlsx", "校验结果") == ["编号", "=x"]
