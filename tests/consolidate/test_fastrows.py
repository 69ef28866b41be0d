"""Rows written as XML at once, against what XlsxWriter writes cell by cell."""

from __future__ import annotations

from decimal import Decimal
from io import BytesIO
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from xltargets.consolidate.fastrows import Formula, RowWriter
from xltargets.consolidate.looks import WORKBOOK_OPTIONS, Looks
from xltargets.consolidate.sheet import plain

KINDS = ("text", "code", "money", "count", "number")
ROWS: list[list[Any]] = [
    ["信访局", "286001", Decimal("30.10"), 7, Decimal("12.345")],
    [None, "", Decimal(0), -1, Decimal("1E+3")],
    [" 前后 ", "=1+1", Decimal("-0.01"), 0, Decimal("9.95")],
    ["a&b<c>", "_x0041_", None, 10**9, Decimal("123456789012345")],
    ["x\x01\r\ny\ufffe", "\"'", Formula("=SUM(C1:C2)", Decimal("30.1")), 1, Formula('=A1&"<"', "信访局<")],
]


def by_us(rows: list[list[Any]]) -> bytes:
    return _book(rows, ours=True)


def by_xlsxwriter(rows: list[list[Any]]) -> bytes:
    return _book(rows, ours=False)


def _book(rows: list[list[Any]], ours: bool) -> bytes:
    stream = BytesIO()
    with xlsxwriter.Workbook(stream, dict(WORKBOOK_OPTIONS)) as book:
        looks = Looks(book)
        sheet = book.add_worksheet()
        sheet.write_string(0, 0, "head")
        formats = [looks.cell(kind) for kind in KINDS]
        writer = RowWriter(sheet, 1, {"body": formats}) if ours else None
        for number, row in enumerate(rows, 1):
            if writer:
                writer.put(number, row, "body", 20.25, level=1)
                continue
            sheet.set_row(number, 20.25, None, {"level": 1})
            for column, value in enumerate(row):
                _write(sheet, number, column, value, formats[column])
    return stream.getvalue()


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
def test_both_write_the_same_cells_styles_and_rows(values: bool) -> None:
    assert seen(by_us(ROWS), values) == seen(by_xlsxwriter(ROWS), values)


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=30))
def test_both_write_the_same_text(text: str) -> None:
    if text.startswith("<r>") and text.endswith("</r>"):
        return  # XlsxWriter takes it for its own rich text
    rows = [[text, text, None, None, None]]
    assert seen(by_us(rows), False)[1] == seen(by_xlsxwriter(rows), False)[1]


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=2))
@settings(max_examples=60, deadline=None)
def test_an_amount_reads_back_as_it_was(amount: Decimal) -> None:
    sheet = openpyxl.load_workbook(BytesIO(by_us([[None, None, amount, None, None]]))).active
    assert Decimal(str(sheet["C2"].value)) == amount
