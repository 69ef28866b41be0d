from __future__ import annotations

import datetime
import zipfile
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.styles import PatternFill
from python_calamine import CalamineWorkbook

from xltargets.errors import Error
from xltargets.excel.a1 import address
from xltargets.excel.book import FileBook
from xltargets.excel.cells import set_all, set_values
from xltargets.excel.package import Package

SHEET = "xl/worksheets/sheet1.xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
CORPUS = Path(__file__).parents[3] / "shared" / "corpus"


@pytest.fixture
def book(tmp_path):
    """Two sheets: 表 holds values, styles and formulas, 汇总 reads it."""
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        bold, red = workbook.add_format({"bold": True}), workbook.add_format({"bg_color": "red"})
        sheet = workbook.add_worksheet("表")
        total = workbook.add_worksheet("汇总")
        sheet.set_column("D:D", 10, red)
        sheet.set_row(4, 20, bold)
        sheet.write("A1", "旧", bold)
        sheet.write("B1", 1.5, red)
        sheet.write_formula("C1", "=B1*2", red, 3)
        sheet.write_formula("C2", "=1+1", None, 2)
        sheet.write("A9", 9)
        sheet.merge_range("F1:G2", "合并")
        workbook.define_name("amount", "='表'!$B$1")
        total.write_formula("A1", "=amount+1", None, 2.5)
        total.write_formula("A2", "='表'!A9", None, 9)
        total.write_formula("A3", '=A1&"x"', None, "2.5x")
    return path


def put(path, values, sheet="表", **options):
    """The package, saved beside its source, and the values openpyxl then reads."""
    package = Package.open(path)
    set_values(package, sheet, values, **options)
    out = path.with_name("out.xlsx")
    package.save(out)
    return out


def with_sheet(path, xml):
    """The workbook with another worksheet part."""
    target = path.with_name("other.xlsx")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            new.writestr(name, xml if name == SHEET else old.read(name))
    return target


def part(path, name=SHEET):
    with zipfile.ZipFile(path) as file:
        return file.read(name).decode()


class TestValues:
    def test_each_kind_of_value_reads_back(self, book):
        values = {"A1": "新", "B1": Decimal("30.10"), "A2": True, "A3": 7, "A4": 0.1, "H20": "远"}
        sheet = openpyxl.load_workbook(put(book, values))["表"]
        assert {ref: sheet[ref].value for ref in values} == {**values, "B1": 30.1}

    def test_calamine_reads_the_same(self, book):
        rows = CalamineWorkbook.from_path(put(book, {"A1": "新", "B1": 2})).get_sheet_by_name("表").to_python()
        assert rows[0][:2] == ["新", 2.0]

    def test_a_decimal_keeps_its_digits(self, book):
        out = put(book, {"B1": Decimal("30.00"), "B2": Decimal("1E+2"), "B3": 12345678901234567})
        assert "<v>30.00</v>" in part(out)
        assert "<v>100</v>" in part(out)
        assert "<v>12345678901234567</v>" in part(out)

    @pytest.mark.parametrize("text", ["=1+1", "+1", "@x", "<a>&\"'", " blank ", "two\nlines", "_x0041_", ""])
    def test_text_stays_text(self, book, text):
        out = put(book, {"A1": text})
        cell = openpyxl.load_workbook(out)["表"]["A1"]
        assert cell.data_type != "f"
        rows = CalamineWorkbook.from_path(out).get_sheet_by_name("表").to_python()
        if text != "_x0041_":  # calamine gives it as written, escaped
            assert (rows[0][0], cell.value or "") == (text, text)
        assert ("_x005F_x0041_" in part(out)) == (text == "_x0041_")

    @pytest.mark.parametrize("text", ["a\x0bb", "\x01\x1f", "_x0041\x0b", "_x0041_x0042_", "_\x0b_", "\x0bx0041_"])
    def test_control_characters_and_what_looks_like_them_come_back(self, book, text):
        """A line break from Word is one (U+000B); Excel keeps it as _x000B_. It became a replacement character."""
        assert FileBook(put(book, {"A1": text})).grid("表").value(0, 0) == text

    @pytest.mark.parametrize(
        ("day", "serial"),
        [
            (datetime.date(2024, 3, 1), "45352"),
            (datetime.date(1900, 1, 1), "1"),
            (datetime.date(1900, 3, 1), "61"),
            (datetime.datetime(2024, 3, 1, 12), "45352.5"),
        ],
    )
    def test_a_date_is_its_serial_number(self, book, day, serial):
        assert f'<c r="A3"><v>{serial}</v></c>' in part(put(book, {"A3": day}))

    def test_a_date_counts_from_1904_where_the_workbook_does(self, tmp_path):
        path = tmp_path / "mac.xlsx"
        with xlsxwriter.Workbook(path, {"date_1904": True}) as workbook:
            workbook.add_worksheet("表")
        assert "<v>43890</v>" in part(put(path, {"A1": datetime.date(2024, 3, 1)}))

    @pytest.mark.parametrize(
        ("value", "message"),
        [
            (float("nan"), "不是有限的数"),
            (Decimal("Infinity"), "不是有限的数"),
            ("字" * 32768, "超过 Excel 单元格的上限"),
            (datetime.date(1899, 1, 1), "这么早的日期"),
        ],
    )
    def test_what_excel_cannot_hold_is_refused_with_its_cell(self, book, value, message):
        package = Package.open(book)
        with pytest.raises(Error, match=message) as caught:
            set_values(package, "表", {"A1": value})
        assert (caught.value.sheet, caught.value.cell) == ("表", "A1")
        assert not package.changed

    def test_none_clears_the_value_and_the_formula_and_keeps_the_style(self, book):
        before = openpyxl.load_workbook(book)["表"]["C1"].fill.fgColor.rgb
        cell = openpyxl.load_workbook(put(book, {"C1": None, "Z99": None}))["表"]["C1"]
        assert (cell.value, cell.fill.fgColor.rgb) == (None, before)
        assert 'r="Z99"' not in part(book.with_name("out.xlsx"))

    def test_a_bad_address_and_a_missing_sheet_are_refused(self, book):
        with pytest.raises(Error, match="不是单元格地址"):
            set_values(Package.open(book), "表", {"甲1": 1})
        with pytest.raises(Error, match="没有这张工作表"):
            set_values(Package.open(book), "无", {"A1": 1})

    def test_a_cell_hidden_in_a_merge_is_refused_and_its_corner_is_not(self, book):
        assert openpyxl.load_workbook(put(book, {"F1": "好", "G2": None}))["表"]["F1"].value == "好"
        with pytest.raises(Error, match="左上角的 F1"):
            put(book, {"G2": "看不见"})


class TestStyles:
    def test_a_cell_keeps_its_style(self, book):
        sheet = openpyxl.load_workbook(put(book, {"A1": 1, "B1": "x", "C1": "y"}))["表"]
        old = openpyxl.load_workbook(book)["表"]
        assert [sheet[c].style_id for c in ("A1", "B1", "C1")] == [old[c].style_id for c in ("A1", "B1", "C1")]

    def test_a_new_cell_takes_the_style_of_its_row_then_of_its_column(self, book):
        out = openpyxl.load_workbook(put(book, {"D5": 1, "D7": 1, "E7": 1}))["表"]
        assert out["D5"].font.bold
        assert out["D7"].fill.fgColor.rgb == "FFFF0000"
        assert not out["E7"].has_style

    def test_a_new_cell_takes_the_style_it_is_told(self, book):
        out = openpyxl.load_workbook(put(book, {"H8": 1, "D5": 2}, style_from={"H8": "B1", "D5": "C1"}))["表"]
        assert out["H8"].fill.fgColor.rgb == out["D5"].fill.fgColor.rgb == "FFFF0000"


class TestNothingElse:
    def test_only_the_sheet_and_what_asks_for_calculation_change(self, book):
        package = Package.open(book)
        before = {name: package.read(name) for name in package.names}
        set_values(package, "表", {"A1": "新"})
        assert {n for n in package.names if package.read(n) != before[n]} == {SHEET}

    def test_the_sheet_differs_in_the_cell_alone(self, book):
        before, after = part(book), part(put(book, {"A1": 5}))
        assert after == before.replace('<c r="A1" s="2" t="s"><v>0</v></c>', '<c r="A1" s="2"><v>5</v></c>')

    def test_setting_the_same_twice_gives_the_same_bytes(self, book):
        package = Package.open(book)
        set_values(package, "表", {"A1": "新", "K30": 1, "C1": 2})
        once = {name: package.read(name) for name in package.names}
        set_values(package, "表", {"A1": "新", "K30": 1, "C1": 2})
        assert {name: package.read(name) for name in package.names} == once

    def test_no_values_no_change(self, book):
        package = Package.open(book)
        set_values(package, "表", {})
        assert not package.changed


class TestResultsOfFormulas:
    def results(self, path):
        book = openpyxl.load_workbook(path, data_only=True)
        return {
            "C1": book["表"]["C1"].value,
            "C2": book["表"]["C2"].value,
            **{ref: book["汇总"][ref].value for ref in ("A1", "A2", "A3")},
        }

    def test_those_that_depend_are_dropped_and_the_others_kept(self, book):
        out = put(book, {"B1": 4})
        assert self.results(out) == {"C1": None, "C2": 2, "A1": None, "A2": 9, "A3": None}
        assert 'fullCalcOnLoad="1"' in part(out, "xl/workbook.xml")

    def test_a_formula_that_cannot_be_followed_counts_as_depending(self, tmp_path):
        path = tmp_path / "book.xlsx"
        with xlsxwriter.Workbook(path) as workbook:
            sheet = workbook.add_worksheet("表")
            sheet.write_formula("B1", '=INDIRECT("A1")', None, 1)
            sheet.write_formula("B2", "=B1", None, 1)
            sheet.write_formula("B3", "=SUM(C1:C3)", None, 1)
        sheet = openpyxl.load_workbook(put(path, {"A1": 4}), data_only=True)["表"]
        assert [sheet[c].value for c in ("B1", "B2", "B3")] == [None, None, 1]

    def test_the_formula_overwritten_goes_with_the_chain_of_calculation(self, book, tmp_path):
        chain = tmp_path / "chain.xlsx"
        rels, types = "xl/_rels/workbook.xml.rels", "[Content_Types].xml"
        kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/calcChain"
        mime = "application/vnd.openxmlformats-officedocument.spreadsheetml.calcChain+xml"
        with zipfile.ZipFile(book) as old, zipfile.ZipFile(chain, "w") as new:
            for name in old.namelist():
                data = old.read(name).decode()
                if name == rels:
                    data = data.replace("</R", f'<Relationship Id="c" Type="{kind}" Target="calcChain.xml"/></R')
                if name == types:
                    data = data.replace("</T", f'<Override PartName="/xl/calcChain.xml" ContentType="{mime}"/></T')
                new.writestr(name, data)
            new.writestr("xl/calcChain.xml", f'<calcChain xmlns="{MAIN}"><c r="C1" i="1"/></calcChain>')
        kept = put(chain, {"B1": 5})
        assert "xl/calcChain.xml" in zipfile.ZipFile(kept).namelist()
        gone = put(chain, {"C1": 5})
        assert "xl/calcChain.xml" not in zipfile.ZipFile(gone).namelist()
        assert "calcChain" not in part(gone, rels) + part(gone, types)

    def test_the_heir_of_a_shared_formula_takes_its_text(self, book):
        rows = "".join(
            f'<row r="{r}"><c r="A{r}"><v>{r}</v></c><c r="B{r}"><f t="shared" si="0"'
            + (' ref="B1:B4">A1*$A$1</f>' if r == 1 else "/>")
            + "<v>0</v></c></row>"
            for r in range(1, 5)
        )
        path = with_sheet(book, f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>')
        sheet = openpyxl.load_workbook(put(path, {"B1": 1, "B3": 3}))["表"]
        assert [sheet[f"B{r}"].value for r in range(1, 5)] == [1, "=A2*$A$1", 3, "=A4*$A$1"]

    def test_a_part_of_an_array_formula_is_refused(self, book):
        with xlsxwriter.Workbook(book) as workbook:
            sheet = workbook.add_worksheet("表")
            sheet.write_array_formula("A1:A3", "{=B1:B3*2}")
            sheet.write_array_formula("C1", "{=SUM(B1:B3)}")
        for cell in ("A1", "A2"):
            with pytest.raises(Error, match="数组公式"):
                put(book, {cell: 1})
        assert openpyxl.load_workbook(put(book, {"C1": 1}))["表"]["C1"].value == 1

    def test_what_an_array_formula_spilled_is_dropped_with_it(self, book):
        with xlsxwriter.Workbook(book) as workbook:
            sheet = workbook.add_worksheet("表")
            sheet.write_array_formula("A1:A2", "{=B1:B2*2}", None, 4)
            sheet.write("A2", 8)
        sheet = openpyxl.load_workbook(put(book, {"B1": 3}), data_only=True)["表"]
        assert [sheet["A1"].value, sheet["A2"].value] == [None, None]


class TestOddSheets:
    def test_cells_and_rows_without_addresses_are_counted(self, book):
        xml = (
            f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row><x:c><x:v>1</x:v></x:c><x:c><x:v>2</x:v></x:c></x:row>'
            '<x:row><x:c><x:v>3</x:v></x:c></x:row></x:sheetData></x:worksheet>'
        )
        sheet = openpyxl.load_workbook(put(with_sheet(book, xml), {"B1": 20, "B2": "乙", "C3": 5}))["表"]
        assert [[c.value for c in row] for row in sheet["A1:C3"]] == [[1, 20, None], [3, "乙", None], [None, None, 5]]

    @pytest.mark.parametrize("data", ["<sheetData/>", "<sheetData></sheetData>", '<sheetData><row r="2"/></sheetData>'])
    def test_an_empty_sheet_is_opened_up(self, book, data):
        path = with_sheet(book, f'<worksheet xmlns="{MAIN}">{data}</worksheet>')
        sheet = openpyxl.load_workbook(put(path, {"A1": 1, "B2": 2, "C2": 3, "A3": 4}))["表"]
        assert [sheet[c].value for c in ("A1", "B2", "C2", "A3")] == [1, 2, 3, 4]

    @pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "gb18030"])
    def test_the_part_keeps_its_encoding(self, book, encoding):
        label = {"utf-8-sig": "utf-8"}.get(encoding, encoding)
        text = f'<?xml version="1.0" encoding="{label}"?><worksheet xmlns="{MAIN}"><sheetData/></worksheet>'
        out = put(with_sheet(book, text.encode(encoding)), {"A1": "字"})
        assert "字" in zipfile.ZipFile(out).read(SHEET).decode(encoding)

    def test_cells_in_wrong_order_are_still_found(self, book):
        xml = f'<worksheet xmlns="{MAIN}"><sheetData><row r="1"><c r="C1"><v>3</v></c><c r="A1"><v>1</v></c></row></sheetData></worksheet>'
        sheet = openpyxl.load_workbook(put(with_sheet(book, xml), {"A1": 10, "B1": 20}))["表"]
        assert [c.value for c in sheet[1]] == [10, 20, 3]

    @pytest.mark.parametrize("row", [f'<row r="{"9" * 5000}"/>', '<row r="0"/>', '<row r="1"><c r="A2"/></row>', '<row r="1"><c r="A"/></row>', "<row>"])
    def test_a_sheet_that_is_no_sound_xml_is_refused_with_its_part(self, book, row):
        path = with_sheet(book, f'<worksheet xmlns="{MAIN}"><sheetData>{row}</sheetData></worksheet>')
        with pytest.raises(Error, match=SHEET):
            put(path, {"B9": 1})


cells = st.tuples(st.integers(0, 12), st.integers(0, 8)).map(lambda at: address(*at))
some = st.one_of(st.none(), st.integers(-9, 9), st.booleans(), st.text("ab<&一 \n", max_size=5))


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(cells, some, max_size=25), st.dictionaries(cells, some, max_size=25))
def test_any_values_over_any_values_are_what_openpyxl_reads(tmp_path_factory, first, second):
    path = tmp_path_factory.mktemp("any") / "book.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        workbook.add_worksheet("表")
    package = Package.open(path)
    set_values(package, "表", first)
    set_values(package, "表", second)
    package.save(path.with_name("out.xlsx"))
    sheet = openpyxl.load_workbook(path.with_name("out.xlsx"))["表"]
    expected = {ref: value for ref, value in (first | second).items() if value not in (None, "")}
    assert {c.coordinate: c.value for row in sheet.iter_rows() for c in row if c.value not in (None, "")} == expected


def test_several_sheets_are_set_at_once(book):
    package = Package.open(book)
    set_all(package, {"表": {"A1": 1}, "汇总": {"A2": 2}})
    package.save(book.with_name("out.xlsx"))
    result = openpyxl.load_workbook(book.with_name("out.xlsx"))
    assert (result["表"]["A1"].value, result["汇总"]["A2"].value) == (1, 2)


def test_a_workbook_by_openpyxl_keeps_what_openpyxl_gave_it(tmp_path):
    path = tmp_path / "book.xlsx"
    workbook = openpyxl.Workbook()
    workbook.active.title = "表"
    workbook.active["B2"].fill = PatternFill("solid", fgColor="FF00FF00")
    workbook.save(path)
    assert openpyxl.load_workbook(put(path, {"B2": "绿"}))["表"]["B2"].fill.fgColor.rgb == "FF00FF00"


@pytest.mark.skipif(not CORPUS.is_dir(), reason="../shared is not here")
def test_in_real_workbooks_the_value_is_read_back_and_other_parts_stay(tmp_path):
    tried = 0
    for path in sorted(CORPUS.rglob("*.xls[xm]"))[::23]:
        try:
            package = Package.open(path)
            sheet = package.sheet()
            before = {name: package.read(name) for name in package.names}
            set_values(package, sheet.name, {"XA1000": "一", "XB1000": 2})
        except Error:
            continue
        package.save(tmp_path / "out.xlsx")
        after = Package.open(tmp_path / "out.xlsx")
        worksheets = {s.part for s in package.sheets if s.kind == "worksheet"} | {package.workbook_part}
        assert {n for n in before if before[n] != after.read(n)} <= worksheets, path
        end = after.read(sheet.part)
        assert b"XA1000" in end
        assert b"XB1000" in end
        tried += 1
    assert tried > 40


@pytest.mark.libreoffice
def test_libreoffice_calculates_from_the_new_values(book, calculated):
    out = put(book, {"B1": Decimal("30.5"), "A9": "=1+1"})
    assert calculated(out, "汇总") == ["31.5", "=1+1", "31.5x"]
    assert calculated(out, "表")[0].split(",")[:3] == ["旧", "30.5", "61"]
