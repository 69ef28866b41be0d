"""Rows written as XML and put into a workbook, against what XlsxWriter writes cell by cell."""

from __future__ import annotations

from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import openpyxl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xltargets.consolidate.drawing.bodies import Formula, attribute, body_of
from xltargets.consolidate.drawing.looks import WORKBOOK_OPTIONS, Looks
from xltargets.consolidate.workbook.sheet import plain
from xltargets.consolidate.workbook.splice import SheetRows, splice

KINDS = ("text", "code", "money", "count", "number")
ROWS: list[list[Any]] = [
    ["信访局", "286001", Decimal("30.10"), 7, Decimal("12.345")],
    [None, "", Decimal(0), -1, Decimal("1E+3")],
    [" 前后 ", "=1+1", Decimal("-0.01"), 0, Decimal("9.95")],
    ["a&b<c>", "_x0041_", None, 10**9, Decimal("123456789012345")],
    ["x\x01\r\ny\ufffe", "\"'", Formula("=SUM(C1:C2)", Decimal("30.1")), 1, Formula('=A1&"<"', "信访局<")],
]


def by_us(rows: list[list[Any]], folder: Path) -> bytes:
    skeleton, target = folder / "skeleton.xlsx", BytesIO()
    with xlsxwriter.Workbook(skeleton, dict(WORKBOOK_OPTIONS)) as book:
        looks = Looks(book)
        sheet = book.add_worksheet()
        _set_up(sheet)
        styles = [looks.cell(kind)._get_xf_index() for kind in KINDS]  # before it is written
    written = SheetRows(folder)
    for number, row in enumerate(rows, 2):
        cells = [
            b'<c r="%s%d" s="%d"%s' % ("ABCDE"[at].encode(), number, styles[at], body_of(value))
            for at, value in enumerate(row)
        ]
        start = b'<row r="%d" ht="20.25" customHeight="1" outlineLevel="1">' % number
        written.write(start + b"".join(cells) + b"</row>")
    written.last, written.level = f"E{len(rows) + 1}", 1
    splice(skeleton, {1: written}, target)
    written.close()
    return target.getvalue()


def by_xlsxwriter(rows: list[list[Any]], folder: Path) -> bytes:
    stream = BytesIO()
    inline = {**WORKBOOK_OPTIONS, "in_memory": False, "constant_memory": True}  # text in the sheet, as ours
    with xlsxwriter.Workbook(stream, inline) as book:
        looks = Looks(book)
        sheet = book.add_worksheet()
        _set_up(sheet)
        formats = [looks.cell(kind) for kind in KINDS]
        for number, row in enumerate(rows, 1):
            sheet.set_row(number, 20.25, None, {"level": 1})
            for column, value in enumerate(row):
                _write(sheet, number, column, value, formats[column])
    return stream.getvalue()


def _set_up(sheet: Any) -> None:
    sheet.center_horizontally()
    sheet.write_string(0, 0, "head")


def _write(sheet: Any, row: int, column: int, value: Any, look: Any) -> None:
    if value is None:
        sheet.write_blank(row, column, None, look)
    elif isinstance(value, str):
        sheet.write_string(row, column, plain(value), look)
    elif isinstance(value, Formula):
        sheet.write_formula(row, column, value.text, look, value.value)
    else:
        sheet.write_number(row, column, value, look)


def seen(data: bytes, values: bool) -> list[Any]:
    sheet = openpyxl.load_workbook(BytesIO(data), data_only=values).active
    cells = [
        (cell.coordinate, cell.value, cell.data_type, cell.number_format, cell.style_id)
        for row in sheet.iter_rows()
        for cell in row
    ]
    rows = [(number, one.height, one.outlineLevel) for number, one in sorted(sheet.row_dimensions.items())]
    return [sheet.dimensions, cells, rows, sheet.sheet_format.outlineLevelRow]


@pytest.mark.parametrize("values", [False, True], ids=["formulas", "values"])
def test_both_write_the_same_cells_styles_and_rows(values: bool, tmp_path: Path) -> None:
    assert seen(by_us(ROWS, tmp_path), values) == seen(by_xlsxwriter(ROWS, tmp_path), values)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(exclude_categories=("Cs",)), max_size=30))
def test_both_write_the_same_text(text: str, tmp_path: Path) -> None:
    if text.startswith("<r>") and text.endswith("</r>"):
        return  # XlsxWriter takes it for its own rich text
    rows = [[text, text, None, None, None]]
    assert seen(by_us(rows, tmp_path), False)[1] == seen(by_xlsxwriter(rows, tmp_path), False)[1]


@given(amount=st.decimals(min_value=-(10**12), max_value=10**12, places=2))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_an_amount_reads_back_as_it_was(amount: Decimal, tmp_path: Path) -> None:
    sheet = openpyxl.load_workbook(BytesIO(by_us([[None, None, amount, None, None]], tmp_path))).active
    assert Decimal(str(sheet["C2"].value)) == amount


@given(st.text(max_size=20))
def test_no_body_holds_what_separates_bodies(text: str) -> None:
    assert not any(byte < 0x20 and byte not in (0x09, 0x0A) for byte in body_of(text) + attribute(text))


class TestLinks:
    @pytest.fixture
    def skeleton(self, tmp_path: Path) -> Path:
        path = tmp_path / "skeleton.xlsx"
        with xlsxwriter.Workbook(path, dict(WORKBOOK_OPTIONS)) as book:
            _set_up(book.add_worksheet())
            _set_up(book.add_worksheet())
        return path

    def test_links_to_one_file_share_its_relationship(self, skeleton: Path, tmp_path: Path) -> None:
        rows, target = SheetRows(tmp_path), BytesIO()
        for number, (name, place) in enumerate(
            ((b"a.xlsx", b"'x'!A1"), (b"a.xlsx", b"'y &amp; z'!B2"), (b"b.xlsx", b"")), 2
        ):
            rows.write(b'<row r="%d"><c r="A%d" t="inlineStr"><is><t>x</t></is></c></row>' % (number, number))
            rows.link(f"A{number}", name, place)
        splice(skeleton, {2: rows}, target)
        book = openpyxl.load_workbook(target)
        found = [book.worksheets[1][f"A{number}"].hyperlink for number in (2, 3, 4)]
        assert [(one.target, one.location) for one in found] == [
            ("a.xlsx", "'x'!A1"), ("a.xlsx", "'y & z'!B2"), ("b.xlsx", None),
        ]  # fmt: skip
        with ZipFile(target) as archive:
            part = archive.read("xl/worksheets/_rels/sheet2.xml.rels").decode()
            assert part.count("<Relationship ") == 2
            assert "xl/worksheets/_rels/sheet1.xml.rels" not in archive.namelist()

    def test_a_sheet_that_is_not_as_expected_is_an_error_and_no_broken_workbook(self, tmp_path: Path) -> None:
        path = tmp_path / "skeleton.xlsx"
        with xlsxwriter.Workbook(path, dict(WORKBOOK_OPTIONS)) as book:
            book.add_worksheet().write_string(0, 0, "head")
        with pytest.raises(RuntimeError, match="<printOptions"):
            splice(path, {1: SheetRows(tmp_path)}, BytesIO())
