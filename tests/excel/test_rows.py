from __future__ import annotations

import re
import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from xltargets.errors import Error
from xltargets.excel.cells import set_values
from xltargets.excel.package import Package
from xltargets.excel.rows import insert_rows

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHEET = "xl/worksheets/sheet1.xml"


@pytest.fixture
def book(tmp_path):
    """A list in rows 5 to 7 with a total in row 9, and another sheet that reads it."""
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        bold = workbook.add_format({"bold": True, "border": 1})
        sheet, other = workbook.add_worksheet("项目 1"), workbook.add_worksheet("汇总")
        sheet.merge_range("A1:E1", "标题", bold)
        sheet.merge_range("A5:A7", "产出", bold)
        for row in (4, 5, 6):
            sheet.set_row(row, 30)
            sheet.write(row, 1, row, bold)
            sheet.merge_range(row, 2, row, 3, f"第{row}行", bold)
            sheet.write_formula(row, 4, f"=B{row + 1}*2", bold, row * 2)
        sheet.write_formula("B9", "=SUM(B5:B7)", None, 15)
        sheet.write_formula("B10", "=B9+$A$1+B3", None, 15)
        sheet.write("A11", "末行")
        sheet.write_comment("B6", "中间")
        sheet.write_comment("A2", "上面")
        sheet.write_url("A11", "internal:'项目 1'!B9", string="见合计")
        sheet.data_validation("B5:B7", {"validate": "decimal", "criteria": "<", "value": "=B4+$B$9"})
        sheet.conditional_format("B5:B7", {"type": "formula", "criteria": "=$B5>$B$9"})
        sheet.set_h_pagebreaks([4, 8])
        sheet.print_area("A1:E11")
        sheet.repeat_rows(0, 1)
        other.write_formula("A1", "=SUM('项目 1'!B5:B7)", None, 15)
        other.write_formula("A2", "=B9+1", None, 1)
        chart = workbook.add_chart({"type": "column"})
        chart.add_series({"values": "='项目 1'!$B$5:$B$7"})
        sheet.insert_chart("G8", chart)
        workbook.define_name("'项目 1'!value", "='项目 1'!$B$5:$B$7")
        workbook.define_name("'项目 1'!title", "='项目 1'!$A$1:$E$1")
        workbook.define_name("'项目 1'!group", "='项目 1'!$A$5:$A$7")
        workbook.define_name("total", "='项目 1'!$B$9")
    return path


def inserted(path, before, count=2, sheet="项目 1", **options):
    package = Package.open(path)
    insert_rows(package, sheet, before, count, **options)
    out = path.with_name("out.xlsx")
    package.save(out)
    return out


def part(path, name=SHEET):
    with zipfile.ZipFile(path) as file:
        return file.read(name).decode()


def merges(sheet):
    return sorted(str(area) for area in sheet.merged_cells.ranges)


class TestInside:
    @pytest.fixture
    def after(self, book):
        return openpyxl.load_workbook(inserted(book, 7, style_from=6))

    def test_cells_move_and_the_new_rows_are_blank(self, after):
        sheet = after["项目 1"]
        assert [sheet[f"B{r}"].value for r in range(5, 10)] == [4, 5, None, None, 6]
        assert sheet["A13"].value == "见合计"

    def test_the_new_rows_look_like_the_row_they_are_like(self, after):
        sheet = after["项目 1"]
        assert [sheet.row_dimensions[r].height for r in (6, 7, 8, 9)] == [30] * 4
        assert all(sheet[f"{c}7"].style_id == sheet[f"{c}6"].style_id != 0 for c in "ABCDE")

    def test_merged_cells_move_stretch_and_are_copied(self, after):
        assert merges(after["项目 1"]) == ["A1:E1", "A5:A9", "C5:D5", "C6:D6", "C7:D7", "C8:D8", "C9:D9"]

    def test_formulas_everywhere_follow(self, after):
        sheet = after["项目 1"]
        assert [sheet[c].value for c in ("E6", "E9", "B11", "B12")] == ["=B6*2", "=B9*2", "=SUM(B5:B9)", "=B11+$A$1+B3"]
        assert [after["汇总"][c].value for c in ("A1", "A2")] == ["=SUM('项目 1'!B5:B9)", "=B9+1"]

    def test_names_follow(self, after):
        names = {name: value.attr_text for name, value in after["项目 1"].defined_names.items()}
        assert names == {
            "value": "'项目 1'!$B$5:$B$9",
            "title": "'项目 1'!$A$1:$E$1",
            "group": "'项目 1'!$A$5:$A$9",
        }
        assert after.defined_names["total"].attr_text == "'项目 1'!$B$11"
        assert after["项目 1"].print_area == "'项目 1'!$A$1:$E$13"
        assert after["项目 1"].print_title_rows == "$1:$2"

    def test_validations_and_formats_follow_with_their_formulas(self, after):
        sheet = after["项目 1"]
        [validation] = sheet.data_validations.dataValidation
        assert (str(validation.sqref), validation.formula1) == ("B5:B9", "B4+$B$11")
        [formats] = sheet.conditional_formatting
        assert (str(formats.sqref), formats.rules[0].formula) == ("B5:B9", ["$B5>$B$11"])

    def test_notes_links_breaks_and_charts_follow(self, book, after):
        sheet = after["项目 1"]
        assert {c.coordinate for row in sheet.iter_rows() for c in row if c.comment} == {"A2", "B6"}
        assert [b.id for b in sheet.row_breaks.brk] == [4, 10]
        assert sheet["A13"].hyperlink.location == "'项目 1'!B11"
        out = book.with_name("out.xlsx")
        assert "'项目 1'!$B$5:$B$9" in part(out, "xl/charts/chart1.xml")
        assert "<xdr:from><xdr:col>6</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>9</xdr:row>" in part(
            out, "xl/drawings/drawing1.xml"
        )


class TestAbove:
    def test_notes_move_with_their_boxes(self, book):
        out = inserted(book, 3, style_from=3)
        sheet = openpyxl.load_workbook(out)["项目 1"]
        assert {c.coordinate for row in sheet.iter_rows() for c in row if c.comment} == {"A2", "B8"}
        before, after = (
            [tuple(map(int, pair)) for pair in re.findall(r"<x:Anchor>\d+, \d+, (\d+), .*?<x:Row>(\d+)<", part(p, "xl/drawings/vmlDrawing1.vml"), re.DOTALL)]
            for p in (book, out)
        )
        assert before == [(0, 1), (4, 5)]
        assert after == [(0, 1), (6, 7)]

    def test_a_row_that_does_not_exist_gives_plain_rows(self, book):
        sheet = openpyxl.load_workbook(inserted(book, 3, style_from=3))["项目 1"]
        assert not any(cell.has_style for cell in sheet[3])
        assert sheet["B7"].value == 4

    def test_formats_of_the_first_row_reach_up_to_new_rows_above_it(self, book):
        sheet = openpyxl.load_workbook(inserted(book, 5, style_from=5))["项目 1"]
        [validation] = sheet.data_validations.dataValidation
        assert (str(validation.sqref), validation.formula1) == ("B5:B9", "B2+$B$11")  # B4 as seen from B7
        [formats] = sheet.conditional_formatting
        assert (str(formats.sqref), formats.rules[0].formula) == ("B5:B9", ["$B5>$B$11"])


class TestAtTheEnd:
    def test_ranges_that_end_above_are_extended_when_asked(self, book):
        after = openpyxl.load_workbook(inserted(book, 8, style_from=7, extend_ranges=True))
        sheet = after["项目 1"]
        names = {name: value.attr_text for name, value in sheet.defined_names.items()}
        assert names["value"] == "'项目 1'!$B$5:$B$9"
        assert names["group"] == "'项目 1'!$A$5:$A$7"  # merged cells: one field
        assert sheet["B11"].value == "=SUM(B5:B9)"
        assert after["汇总"]["A1"].value == "=SUM('项目 1'!B5:B9)"
        assert "$B$5:$B$9" in part(book.with_name("out.xlsx"), "xl/charts/chart1.xml")

    def test_they_are_left_when_not_asked(self, book):
        after = openpyxl.load_workbook(inserted(book, 8, style_from=7))
        assert after["项目 1"].defined_names["value"].attr_text == "'项目 1'!$B$5:$B$7"
        assert after["项目 1"]["B11"].value == "=SUM(B5:B7)"

    def test_repeated_rows_and_sums_along_the_row_are_never_extended(self, book):
        package = Package.open(book)
        insert_rows(package, "项目 1", 3, 1, style_from=2, extend_ranges=True)
        assert b"$1:$2<" in package.read(package.workbook_part)

    def test_rows_may_be_appended_below_the_last_row(self, book):
        sheet = openpyxl.load_workbook(inserted(book, 40, style_from=7))["项目 1"]
        assert sheet.row_dimensions[40].height == 30
        assert sheet["C40"].has_style
        assert "C40:D40" in merges(sheet)

    def test_a_total_over_a_table_that_grew_is_forgotten_and_asked_for(self, book):
        values = openpyxl.load_workbook(inserted(book, 8, style_from=7, extend_ranges=True), data_only=True)
        assert values["项目 1"]["B11"].value is None
        assert values["汇总"]["A1"].value is None
        assert values["项目 1"]["E5"].value == 8


class TestFormulasInGroups:
    def sheet(self, book, rows):
        xml = f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'
        path = book.with_name("other.xlsx")
        with zipfile.ZipFile(book) as old, zipfile.ZipFile(path, "w") as new:
            for name in old.namelist():
                if "sheet1.xml.rels" not in name:
                    new.writestr(name, xml if name == SHEET else old.read(name))
        return path

    def shared(self, book, text):
        rows = "".join(
            f'<row r="{r}"><c r="B{r}"><f t="shared" si="3"' + (f' ref="B2:B5">{text}</f>' if r == 2 else "/>") + "</c></row>"
            for r in range(2, 6)
        )
        return self.sheet(book, rows)

    def test_a_shared_formula_that_stays_in_step_stays_shared(self, book):
        out = inserted(self.shared(book, "A2*2"), 4, 1, style_from=9)
        assert 'si="3" ref="B2:B6">A2*2</f>' in part(out)
        sheet = openpyxl.load_workbook(out)["项目 1"]
        assert [sheet[f"B{r}"].value for r in range(2, 7)] == ["=A2*2", "=A3*2", None, "=A5*2", "=A6*2"]

    def test_one_that_falls_out_of_step_is_written_out(self, book):
        out = inserted(self.shared(book, "A1*2"), 4, 1, style_from=9)
        sheet = openpyxl.load_workbook(out)["项目 1"]
        assert [sheet[f"B{r}"].value for r in range(2, 7)] == ["=A1*2", "=A2*2", None, "=A3*2", "=A5*2"]
        assert "shared" not in part(out)

    def test_rows_in_the_middle_of_an_array_formula_are_refused(self, book):
        path = self.sheet(book, '<row r="2"><c r="B2"><f t="array" ref="B2:B5">A2:A5</f></c></row>')
        with pytest.raises(Error, match="数组公式"):
            inserted(path, 4, 1, style_from=2)
        assert 'ref="B3:B6">A3:A6<' in part(inserted(path, 2, 1, style_from=2))

    def test_rows_and_cells_without_addresses_move_too(self, book):
        path = self.sheet(book, "<row><c><v>1</v></c></row><row><c><v>2</v></c></row><row><c><v>3</v></c></row>")
        sheet = openpyxl.load_workbook(inserted(path, 2, 1, style_from=9))["项目 1"]
        assert [sheet[f"A{r}"].value for r in range(1, 5)] == [1, None, 2, 3]


@pytest.mark.parametrize(("before", "count"), [(0, 1), (1, -1), (1048576, 2), (1, 1048570)])
def test_rows_outside_the_sheet_are_refused(book, before, count):
    package = Package.open(book)
    with pytest.raises(Error, match="插入"):
        insert_rows(package, "项目 1", before, count, style_from=1)
    assert not package.changed


def test_no_rows_no_change(book):
    package = Package.open(book)
    insert_rows(package, "项目 1", 5, 0, style_from=5)
    assert not package.changed


def test_parts_that_do_not_read_the_sheet_stay_as_they_are(book):
    package = Package.open(book)
    before = {name: package.read(name) for name in package.names}
    insert_rows(package, "汇总", 2, 1, style_from=1)
    changed = {name for name in package.names if package.read(name) != before[name]}
    assert changed == {"xl/worksheets/sheet2.xml"}


def test_tables_grow_and_move(tmp_path):
    path = tmp_path / "table.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet("表")
        sheet.add_table("A1:B3", {"data": [[1, 2], [3, 4]]})
        sheet.add_table("A6:B8", {"total_row": True, "name": "下表"})
    out = openpyxl.load_workbook(inserted(path, 4, sheet="表", style_from=3, extend_ranges=True))["表"]
    assert sorted((t.ref, t.autoFilter.ref) for t in out.tables.values()) == [("A1:B5", "A1:B5"), ("A8:B10", "A8:B9")]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 12), st.integers(1, 12), st.booleans()), min_size=1, max_size=8),
    st.integers(1, 13),
    st.integers(1, 4),
)
def test_every_reference_points_at_the_same_cells_as_before(tmp_path_factory, ranges, before, count):
    def moved(row):
        return row + count if row >= before else row

    path = tmp_path_factory.mktemp("any") / "book.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        sheet, other = workbook.add_worksheet("项目 1"), workbook.add_worksheet("汇总")
        for number, (top, bottom, fixed) in enumerate(ranges):
            mark = "$" if fixed else ""
            text = f"B{mark}{min(top, bottom)}:C{mark}{max(top, bottom)}"
            sheet.write_formula(number, 0, f"=SUM({text})")
            other.write_formula(number, 0, f"=SUM('项目 1'!{text},B1)")
    after = openpyxl.load_workbook(inserted(path, before, count, style_from=1))
    for number, (top, bottom, fixed) in enumerate(ranges):
        mark = "$" if fixed else ""
        text = f"B{mark}{moved(min(top, bottom))}:C{mark}{moved(max(top, bottom))}"
        assert after["项目 1"].cell(moved(number + 1), 1).value == f"=SUM({text})"
        assert after["汇总"].cell(number + 1, 1).value == f"=SUM('项目 1'!{text},B1)"


@pytest.mark.skipif(not CORPUS.is_dir(), reason="../shared is not here")
def test_in_real_workbooks_values_move_and_the_rest_stays(tmp_path):
    tried = 0
    for path in sorted(CORPUS.rglob("*.xls[xm]"))[5::31]:
        try:
            old = openpyxl.load_workbook(path)
        except Exception:  # noqa: BLE001, S112 - openpyxl cannot read every one of them
            continue
        try:
            package = Package.open(path)
            sheet = package.sheet()
            insert_rows(package, sheet.name, 2, 3, style_from=1)
            package.save(tmp_path / "out.xlsx")
        except Error:
            continue
        new = openpyxl.load_workbook(tmp_path / "out.xlsx")[sheet.name]
        for row in old[sheet.name].iter_rows():
            for cell in row:
                if cell.data_type != "f" and cell.value is not None:
                    there = new.cell(cell.row + 3 if cell.row >= 2 else cell.row, cell.column)
                    assert (there.value, there.has_style) == (cell.value, cell.has_style), (path, cell.coordinate)
        tried += 1
    assert tried > 25


@pytest.mark.libreoffice
def test_libreoffice_sums_what_was_put_into_the_new_rows(book, tmp_path, calculated):
    package = Package.open(book)
    insert_rows(package, "项目 1", 8, 2, style_from=7, extend_ranges=True)
    set_values(package, "项目 1", {"B8": 100, "B9": 1000})
    package.save(tmp_path / "out.xlsx")
    assert calculated(tmp_path / "out.xlsx", "汇总")[0] == "1115"
    assert calculated(tmp_path / "out.xlsx", "项目 1")[10].split(",")[1] == "1115"
