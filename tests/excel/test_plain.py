"""Sheets read straight from their XML: the same values as other readers give, or none at all."""

from __future__ import annotations

import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from xltargets.excel.book import FileBook
from xltargets.excel.calamined import CalamineBook, CalamineGrid
from xltargets.excel.grid import UNCALCULATED, ErrorValue
from xltargets.excel.plain import NotPlain, PlainGrid, numbered, shared_strings
from xltargets.excel.styles import moment, temporal_styles

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def grid(cells: str, *, strings: tuple[str, ...] = ("甲", "乙"), formats: tuple[str, ...] = ("General", "0%")) -> PlainGrid:
    """A sheet of one row of these cells."""
    return PlainGrid(sheet(f"<sheetData><row r='1'>{cells}</row></sheetData>"), numbered(strings), formats)


def sheet(data: str, root: str = f'<worksheet xmlns="{_MAIN}">') -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{root}{data}</worksheet>'.encode()


def table(items: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<sst xmlns="{_MAIN}">{items}</sst>'.encode()


class TestCells:
    @pytest.mark.parametrize(
        ("cell", "value"),
        [
            ('<c r="A1" t="s"><v>1</v></c>', "乙"),
            ('<c r="A1" s="0" t="s"><v>0</v></c>', "甲"),
            ('<c r="A1"><v>30.5</v></c>', 30.5),
            ('<c r="A1" t="n"><v>1E-3</v></c>', 0.001),
            ('<c r="A1" t="b"><v>1</v></c>', True),
            ('<c r="A1" t="b"><v>0</v></c>', False),
            ('<c r="A1" t="e"><v>#REF!</v></c>', ErrorValue("#REF!")),
            ('<c r="A1" t="e"><f>B1</f><v>#N/A</v></c>', ErrorValue("#N/A")),
            ('<c r="A1" t="str"><f>B1&amp;C1</f><v>a&lt;b&#10;c</v></c>', "a<b\nc"),
            ('<c r="A1" t="str"><f t="shared" si="0"/><v>✓</v></c>', "✓"),
            ('<c r="A1"><f aca="false">1+1</f><v>2</v></c>', 2.0),
            ('<c r="A1" t="inlineStr"><is><t>文_x0041_字</t></is></c>', "文A字"),
            ('<c r="A1" t="inlineStr"><is><t xml:space="preserve"> 文 </t></is></c>', " 文 "),
            ('<c r="A1" t="inlineStr"><is><t> 文 </t></is></c>', "文"),
        ],
    )
    def test_each_kind_of_cell_has_its_value(self, cell: str, value: object) -> None:
        assert grid(cell).value(0, 0) == value

    @pytest.mark.parametrize(
        "cell",
        [
            '<c r="A1" s="1"/>',
            '<c r="A1" s="1"></c>',
            '<c r="A1"><v></v></c>',
            '<c r="A1" t="str"><f>""</f><v></v></c>',
            '<c r="A1" t="str"><f>""</f><v/></c>',
        ],
    )
    def test_nothing_and_an_empty_text_are_blank(self, cell: str) -> None:
        assert grid(cell).value(0, 0) is None
        assert grid(cell).end == (-1, -1)

    @pytest.mark.parametrize("cell", ['<c r="A1"><f>1+1</f></c>', '<c r="A1"><f>1+1</f><v/></c>', '<c r="A1" t="str"><f>B1</f></c>'])
    def test_a_formula_that_nobody_calculated_is_not_blank(self, cell: str) -> None:
        assert grid(cell).value(0, 0) is UNCALCULATED
        assert grid(cell).is_formula(0, 0)

    def test_formats_are_told_of_numbers(self) -> None:
        found = grid('<c r="A1" s="1"><v>0.3</v></c><c r="B1"><v>0.3</v></c><c r="C1" s="9"><v>1</v></c>')
        assert [found.number_format(0, column) for column in range(3)] == ["0%", "General", "General"]

    def test_far_cells_cost_no_more_than_near_ones(self) -> None:
        data = '<sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row></sheetData>'
        found = PlainGrid(sheet(data), {}, ())
        assert found.end == (1048575, 16383)
        assert found.values(1048575, [0, 16383]) == [None, 2.0]

    def test_a_sheet_without_cells_is_empty(self) -> None:
        assert PlainGrid(sheet("<sheetData/>"), {}, ()).end == (-1, -1)


class TestDates:
    @pytest.mark.parametrize("code", ["yyyy/m/d", "m月d日", "[$-804]yyyy年", "aaaa", '"x"d', "[红色]d", "h:mm"])
    def test_a_number_in_a_format_of_dates_is_a_date(self, code: str) -> None:
        assert grid('<c r="A1" s="1"><v>45000</v></c>', formats=("General", code)).value(0, 0) == date(2023, 3, 15)

    @pytest.mark.parametrize(
        ("number", "code", "value"),
        [
            (45000.5, "yyyy/m/d h:mm", datetime(2023, 3, 15, 12)),
            (0.25, "h:mm", time(6)),
            (1.25, "[h]:mm", timedelta(hours=30)),
            (59, "yyyy/m/d", date(1900, 2, 28)),
            (61, "yyyy/m/d", date(1900, 3, 1)),
            (2_958_465, "yyyy/m/d", date(9999, 12, 31)),
            (2_958_466, "yyyy/m/d", 2_958_466.0),
            (-1, "yyyy/m/d", -1.0),
            (1e300, "[h]:mm", 1e300),
        ],
    )
    def test_a_number_that_no_calendar_has_stays_one(self, number: float, code: str, value: object) -> None:
        assert grid(f'<c r="A1" s="1"><v>{number}</v></c>', formats=("General", code)).value(0, 0) == value

    def test_they_are_counted_from_1904_where_the_workbook_says_so(self) -> None:
        assert moment(0.0, "h:mm", from_1904=True) == time(0)
        assert moment(59.0, "d", from_1904=True) == date(1904, 2, 29)

    @given(st.floats(1, 2_958_000), st.sampled_from(["yyyy/m/d", "[h]:mm"]))
    def test_they_go_there_and_back(self, number: float, code: str) -> None:
        found = moment(number, code)
        assert isinstance(found, date | timedelta)
        first = datetime(1899, 12, 31 if number < 60 else 30)
        span = found if isinstance(found, timedelta) else datetime.combine(found, getattr(found, "time", time)()) - first
        assert abs(span / timedelta(days=1) - number) < 1e-8


class TestWhatIsLeftToOthers:
    @pytest.mark.parametrize(
        "cell",
        [
            '<c t="s" r="A1"><v>0</v></c>',
            "<c r='A1' t='s'><v>0</v></c>",
            '<c><v>0</v></c>',
            '<c r="A1" t="s" ><v>0</v></c>',
            '<c r="A1"><v><![CDATA[1]]></v></c>',
            '<!-- <c r="A1"><v>1</v></c> -->',
            '<c r="A1" t="inlineStr"><is><r><t>甲</t></r><r><t>乙</t></r></is></c>',
            '<c r="A1" t="d"><v>2024-05-01</v></c>',
            '<c r="A1" t="s"><v>9</v></c>',
            '<c r="A1" t="s"><v>x</v></c>',
            '<c r="A1" t="s"><v>-1</v></c>',
            '<c r="A1"><v>1_000</v></c>',
            '<c r="A1"><v>x</v></c>',
            '<c r="ABCD1"><v>1</v></c>',
            '<c r="a1"><v>1</v></c>',
            '<c r="$A$1"><v>1</v></c>',
            '<c r="A1"><v>1</v></c >',
            '<c r="A01"><v>1</v></c>',
            '<c r="A1" t="str"><f>B1</f><v>&unknown;</v></c>',
            '<c r="A1" t="str"><f>B1</f><v>&#99999999;</v></c>',
        ],
    )
    def test_any_other_writing_is_not_guessed_at(self, cell: str) -> None:
        with pytest.raises(NotPlain):
            grid(cell)

    @pytest.mark.parametrize(
        "xml",
        [
            sheet("<x:sheetData/>", f'<worksheet xmlns="{_MAIN}" xmlns:x="{_MAIN}">'),
            sheet('<sheetData><row r="1"/></sheetData>', f'<worksheet xmlns="other" xmlns:x="{_MAIN}">'),
            sheet('<sheetData><row r="1"/></sheetData>').decode().encode("utf-16"),
            sheet('<sheetData><row r="1"/></sheetData>').replace(b"UTF-8", b"GBK"),
            sheet('<sheetData><row r="1"><c r="A1"><v>1</v></c></row></sheetData >'),
            b"",
        ],
    )
    def test_nor_is_another_encoding_or_a_prefix(self, xml: bytes) -> None:
        with pytest.raises(NotPlain):
            PlainGrid(xml, {}, ())

    def test_nor_are_more_cells_than_any_form_has(self) -> None:
        with pytest.raises(NotPlain):
            grid('<c r="A1"><v>1</v></c>' * 200_001)

    @pytest.mark.parametrize("code", ["General", "G/通用格式", "0.00%", "#,##0.00", "0.00E+00", '0.00"万元/day"', "[Red]0", "@", "0_d"])
    def test_no_other_format_is_taken_for_a_date(self, code: str) -> None:
        assert not temporal_styles((code,))


class TestStrings:
    @pytest.mark.parametrize(
        ("items", "strings"),
        [
            ("<si><t>甲</t></si><si><t/></si><si/>", ["甲", "", ""]),
            ('<si><t xml:space="preserve"> 甲 </t></si><si><t> 乙 </t></si>', [" 甲 ", "乙"]),
            ("<si><t>&lt;5&#x25;&amp;</t></si><si><t>_x000D_</t></si>", ["<5%&", "\r"]),
            ('<si><t>单位</t><phoneticPr fontId="1" type="noConversion"/></si>', ["单位"]),
            ("<si><r><t>预</t></r><r><rPr><b/></rPr><t>算</t></r><rPh sb='0' eb='1'><t>yu</t></rPh></si>", ["预算"]),
            ("<si><t><![CDATA[a<b]]></t></si>", ["a<b"]),
            ("<!-- <si><t>no</t></si> --><si><t>yes</t></si>", ["yes"]),
        ],
    )
    def test_each_writing_has_its_text(self, items: str, strings: list[str]) -> None:
        assert shared_strings(table(items)) == strings

    @pytest.mark.parametrize("xml", [b"<sst", table("").replace(b"<sst", b"<!DOCTYPE sst><sst><si>"), "<sst/>".encode("utf-16")])
    def test_what_is_no_xml_is_refused(self, xml: bytes) -> None:
        with pytest.raises(NotPlain):
            shared_strings(xml + b"<si>")


_TEXTS = st.text(st.characters(min_codepoint=32, max_codepoint=0xD7FF), max_size=12).map(str.strip)
_VALUES = st.one_of(st.none(), _TEXTS, st.booleans(), st.floats(-1e9, 1e9, allow_nan=False), st.integers(-(10**9), 10**9))


def written(path: Path, rows: list[list[Any]], writer: str) -> Path:
    """A workbook of these rows, by one library or the other."""
    if writer == "openpyxl":
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        for cell in (cell for row in book.active.iter_rows() for cell in row if isinstance(cell.value, str)):
            cell.data_type = "s"
        book.save(path)
    else:
        with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
            page = book.add_worksheet()
            for at, row in enumerate(rows):
                page.write_row(at, 0, row)
    return path


@settings(deadline=None)  # the first example imports what the others find there
@given(st.lists(st.lists(_VALUES, min_size=1, max_size=5), min_size=1, max_size=5), st.sampled_from(["openpyxl", "xlsxwriter"]))
def test_it_reads_what_openpyxl_reads(tmp_path_factory: pytest.TempPathFactory, rows: list[list[Any]], writer: str) -> None:
    path = written(tmp_path_factory.mktemp("plain") / "a.xlsx", rows, writer)
    book = FileBook(path)
    found = book.grid(book.worksheets[0])
    assert isinstance(found, PlainGrid)
    cells = {(cell.row - 1, cell.column - 1): cell.value for row in openpyxl.load_workbook(path).active.iter_rows() for cell in row}
    for place, value in cells.items():
        assert found.value(*place) == (None if value == "" else value)


def test_it_reads_what_calamine_reads_in_a_filled_workbook(filled: Path) -> None:
    book = FileBook(filled)
    other = CalamineBook(book.package)
    for name in book.worksheets:
        found = book.grid(name)
        assert isinstance(found, PlainGrid)
        reference = other.grid(name, book.package.read(book._sheets[name]), book.number_formats)
        for row in range(max(found.end[0], reference.end[0]) + 1):
            for column in range(max(found.end[1], reference.end[1]) + 1):
                assert found.value(row, column) == reference.value(row, column)
                assert found.is_formula(row, column) == reference.is_formula(row, column)
                if isinstance(found.value(row, column), float):
                    assert found.number_format(row, column) == reference.number_format(row, column)


def test_one_sheet_with_what_only_calamine_knows_goes_through_it_and_the_others_do_not(filled: Path) -> None:
    odd = filled.with_name("odd.xlsx")
    with zipfile.ZipFile(filled) as old, zipfile.ZipFile(odd, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            iso = b'<row r="800"><c r="ZZ800" t="d"><v>2024-05-01</v></c></row></sheetData>'
            new.writestr(name, data.replace(b"</sheetData>", iso) if name.endswith("sheet3.xml") else data)
    straight, book = FileBook(filled), FileBook(odd)
    kinds = [type(book.grid(name)) for name in book.worksheets]
    assert kinds.count(CalamineGrid) == 1 and kinds.count(PlainGrid) == len(kinds) - 1
    for name in book.worksheets:
        rows = range(straight.grid(name).end[0] + 1)
        assert [book.grid(name).values(row, range(9)) for row in rows] == [straight.grid(name).values(row, range(9)) for row in rows]


def test_strings_are_found_by_number_however_many_there_are() -> None:
    for count in (0, 3, 1000, 1500):
        found = numbered([f"文{number}" for number in range(count)])
        assert len(found) == count
        assert all(found[b"%d" % number] == f"文{number}" for number in range(count))
