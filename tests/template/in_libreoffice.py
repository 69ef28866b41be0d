"""Use the official workbook in LibreOffice as a clerk would, and print as JSON what is then on the sheets.

Run with the system's Python, which has LibreOffice's ``uno``: ``-m tests.template.in_libreoffice PROFILE WORKBOOK [SAVED]``.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from scripts.libreoffice import Office


class Book:
    """The open workbook."""

    def __init__(self, document: Any) -> None:
        self.document = document

    def cell(self, sheet: str, address: str) -> Any:
        """A cell by sheet and address."""
        return self.document.Sheets.getByName(sheet).getCellRangeByName(address)

    def insert_rows(self, sheet: str, before: int, count: int) -> None:
        """Insert rows above a row, counted from 1."""
        self.document.Sheets.getByName(sheet).Rows.insertByIndex(before - 1, count)

    def choices(self, sheet: str, address: str) -> list[str]:
        """What the drop-down list of a cell offers: its own formula, calculated beside it as an array."""
        cell, target = self.cell(sheet, address), self.document.Sheets.getByName(sheet)
        validation = cell.Validation
        # the formula is told as the first cell of the area has it; copied to the cell's row it means the same
        first = target.getCellRangeByPosition(
            30, validation.SourcePosition.Row, 30, validation.SourcePosition.Row
        )
        here = target.getCellByPosition(31, cell.CellAddress.Row)
        offered: list[str] = []
        while not offered or offered[-1]:
            first.setArrayFormula(f'=IFERROR(INDEX({validation.getFormula1()};{len(offered) + 1});"")')
            target.copyRange(here.CellAddress, first.RangeAddress)
            offered.append(here.String)
        return offered[:-1]


def work(book: Book) -> dict[str, object]:
    """Fill, insert, copy, and look."""
    seen: dict[str, object] = {}
    general, project = "部门整体绩效目标", "项目1"
    seen["empty"] = [book.cell(project, "A1").String, book.cell(project, "A2").String]
    for row, value in {"B2": "286001", "B3": "怀来县信访局"}.items():
        book.cell(general, row).String = value
    book.cell(project, "E3").String = "信访专项"
    seen["filled"] = [book.cell(project, "A1").String, book.cell(project, "A2").String]
    seen["levels"] = book.choices(project, "B12")
    seen["before any"] = book.choices(project, "C10")
    book.cell(project, "B10").String = "产出指标"
    book.cell(project, "B13").String = "效益指标"
    book.cell(project, "B15").String = "满意度"
    book.cell(project, "B17").String = "本县自定指标"
    seen["by row"] = {row: book.choices(project, f"C{row}") for row in (10, 11, 12, 13, 14, 15, 16, 17)}
    book.insert_rows(project, 12, 3)
    seen["after rows"] = {row: book.choices(project, f"C{row}") for row in (11, 12, 14, 15, 16, 17, 32)}
    book.document.Sheets.copyByName(project, "项目1_2", 3)
    book.cell("项目1_2", "E3").String = "维稳经费"
    book.cell("项目1_2", "B10").String = "成本指标"
    seen["copy"] = [book.cell("项目1_2", "A1").String, book.cell(project, "A1").String]
    seen["copy names"] = sorted(book.document.Sheets.getByName("项目1_2").NamedRanges.ElementNames)
    book.cell("项目1_2", "D12").String = "很长的三级指标名称" * 12
    rows = book.document.Sheets.getByName("项目1_2").Rows
    seen["heights"] = [rows.getByIndex(11).Height, rows.getByIndex(12).Height]
    book.cell("项目1_2", "D12").String = "短"
    seen["heights"].append(rows.getByIndex(11).Height)
    seen["copy choices"] = [book.choices("项目1_2", "C11"), book.choices(project, "C11")]
    return seen


def main(work: Callable[[Book], dict[str, object]]) -> None:
    """Start, work, tell what was seen, save where asked, end."""
    profile, workbook, *saved = map(Path, sys.argv[1:])
    with Office(profile) as office:
        document = office.open(workbook)
        print(json.dumps(work(Book(document)), ensure_ascii=False))
        for path in saved:
            office.save(document, path)
        document.close(True)


if __name__ == "__main__":
    main(work)
