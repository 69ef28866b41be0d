"""A workbook read while it is open is the document that its saved file is read as."""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlwings

import xltargets
from tests.live.engine import App
from xltargets import macro, notes
from xltargets.excel import comments, livenotes
from xltargets.excel.live import LiveBook
from xltargets.excel.package import Package
from xltargets.submission.binding import bind
from xltargets.submission.fill import fill
from xltargets.submission.form import load_form
from xltargets.submission.model import Submission
from xltargets.submission.read import read, read_book

pytestmark = pytest.mark.libreoffice

Open = Callable[[Path], xlwings.Book]

#: Random workbooks in a usual run; the acceptance run has 200 (XLTARGETS_LIVE_WORKBOOKS=200).
WORKBOOKS = int(os.environ.get("XLTARGETS_LIVE_WORKBOOKS", "5"))

TEXTS = [
    "信访",
    "≥95%",
    "=1+1",
    "'引号",
    "  前后  ",
    "第一行\n第二行",
    "#N/A",
    "#DIV/0!",
    "30%",
    "1,234.50",
    "TRUE",
    "２０",
    "0012",
]
NUMBERS = [
    0.0,
    30.0,
    0.3,
    12.345678,
    -5.0,
    1e15,
    123456789.12,
    2024.0,
    286001.0,
    0.3125,
]  # LibreOffice saves 15 digits
FORMATS = ["General", "0%", "0.00%", "#,##0.00", "0.00_ ", "[$¥-804]#,##0.00", "@"]
MOMENTS = ["yyyy-mm-dd", "yyyy年m月d日", "hh:mm", "yyyy-mm-dd hh:mm"]
FORMULAS = ["=1/0", "=NA()", '="a"&"b"', '=""', "=SUM(1;2)", "=TRUE()", "=#REF!", "=foo()"]


def scramble(book: xlwings.Book, chance: random.Random) -> None:
    """Type whatever comes into a third of the cells that have names."""
    document = book.api
    for sheet, bounds in bind(LiveBook(book), load_form()).sheets.items():
        cells = document.Sheets.getByName(sheet)
        for bound in bounds:
            for area in bound.areas:
                for row in range(area.top, min(area.bottom, area.top + 6) + 1):
                    if chance.random() < 0.35 and bound.field.dotted != "template.version":
                        put(document, cells.getCellByPosition(area.left, row), chance)


def put(document: Any, cell: Any, chance: random.Random) -> None:
    """Type something into a cell."""
    kind = chance.choice(["text", "number", "number", "moment", "formula", "blank"])
    if kind == "text":
        cell.String = chance.choice(TEXTS)
    elif kind == "number":
        show(document, cell, chance.choice(FORMATS))
        cell.Value = chance.choice(NUMBERS)
    elif kind == "moment":
        show(document, cell, chance.choice(MOMENTS))
        cell.Value = chance.choice([45000.0, 45000.5, 0.25, 0.75, 36526.125])
    elif kind == "formula":
        show(document, cell, "General")
        cell.Formula = chance.choice(FORMULAS)
    else:
        cell.String = ""


def show(document: Any, cell: Any, number_format: str) -> None:
    """Give a cell a number format."""
    formats, locale = document.NumberFormats, document.CharLocale
    key = formats.queryKey(number_format, locale, False)
    cell.NumberFormat = key if key >= 0 else formats.addNew(number_format, locale)


def seen(submission: Submission) -> dict[str, Any]:
    """All that reading found, the file's name aside."""
    return {
        "document": submission.document,
        "raw": submission.raw,
        "problems": submission.problems,
        "locations": dict(submission.locations.items()),
        "missing": submission.missing_fields,
        "unknown": submission.unknown_names,
    }


def noted_open(book: xlwings.Book) -> dict[str, dict[str, str]]:
    """Our notes after the check button."""
    assert macro.check()
    found = {
        sheet.name: {cell: note.ours for cell, note in livenotes.read_notes(sheet).items() if note.ours}
        for sheet in book.sheets
    }
    return {sheet: cells for sheet, cells in found.items() if cells}


def noted_in_file(saved: Submission, folder: Path) -> dict[str, dict[str, str]]:
    """Our notes after annotating the saved file."""
    notes.annotate(str(saved.file), folder / "noted.xlsx", xltargets.check(saved))
    package = Package.open(folder / "noted.xlsx")
    found = {
        sheet.name: {
            cell: note.ours for cell, note in comments.read_notes(package, sheet.name).items() if note.ours
        }
        for sheet in package.sheets
        if sheet.kind == "worksheet"
    }
    return {sheet: cells for sheet, cells in found.items() if cells}


def test_random_workbooks_are_the_same_documents_open_and_saved(
    sound: dict[str, Any], tmp_path: Path, opened: Open
) -> None:
    fill(sound, tmp_path / "filled.xlsx")
    book = opened(tmp_path / "filled.xlsx")
    kinds: Counter[str] = Counter()
    for seed in range(WORKBOOKS):
        scramble(book, random.Random(seed))
        live = read_book(LiveBook(book), load_form())
        book.save(str(tmp_path / "saved.xlsx"))
        saved = read(tmp_path / "saved.xlsx")
        for part, found in seen(live).items():
            assert found == seen(saved)[part], (seed, part)
        if seed % 5 == 0:
            assert noted_open(book) == noted_in_file(saved, tmp_path), seed
        kinds.update(problem.rule for problem in live.problems)
        kinds["raw"] += bool(live.raw)
    assert kinds["R01"] and kinds["raw"]


def test_texts_in_merged_cells_are_the_same_open_and_saved(
    sound: dict[str, Any], tmp_path: Path, opened: Open
) -> None:
    fill(sound, tmp_path / "filled.xlsx")
    before = read(tmp_path / "filled.xlsx").locations["/projects/0/indicators/1/basis"]
    book = opened(tmp_path / "filled.xlsx")
    cells = book.api.Sheets.getByName(before.sheet)
    column, row = ord(before.cell[0]) - ord("A"), int(before.cell[1:]) - 1
    for below in (row + 1, row + 2):
        cells.getCellByPosition(column, below).String = ""  # as Excel does when it merges
    cells.getCellRangeByPosition(column, row, column, row + 2).merge(True)
    live = read_book(LiveBook(book), load_form())
    book.save(str(tmp_path / "saved.xlsx"))
    assert seen(live) == seen(read(tmp_path / "saved.xlsx"))
    rows = live.document["projects"][0]["indicators"]
    assert rows[2]["basis"] == rows[3]["basis"] == rows[1]["basis"]
    assert live.locations["/projects/0/indicators/3/basis"] == before


class TestQuestions:
    def test_their_number_does_not_grow_with_cells(
        self, sound: dict[str, Any], tmp_path: Path, opened: Open, app: App
    ) -> None:
        counts = []
        for times in (1, 12):
            document = dict(sound)
            indicators = sound["projects"][0]["indicators"]
            project = {**sound["projects"][0], "indicators": (indicators * times)[: 10 * times]}
            document["projects"] = [project] * 12
            path = tmp_path / f"{times}.xlsx"
            fill(document, path)
            book = opened(path)
            app._asked.clear()
            submission = read_book(LiveBook(book), load_form())
            assert len(submission.document["projects"][11]["indicators"]) == len(project["indicators"])
            counts.append(sum(app._asked.values()))
        assert counts[0] == counts[1]

    def test_values_and_formulas_of_a_sheet_are_asked_for_once(
        self, filled: Path, opened: Open, app: App
    ) -> None:
        book = opened(filled)
        app._asked.clear()
        live = LiveBook(book)
        read_book(live, load_form())
        assert app._asked["Range.raw_value"] <= len(live.worksheets)
        assert app._asked["Range.formula"] <= len(live.worksheets)

    def test_number_formats_of_a_column_are_asked_for_by_stretches(
        self, tmp_path: Path, opened: Open, app: App
    ) -> None:
        import openpyxl

        book = openpyxl.Workbook()
        for row in range(1, 401):
            book.active.cell(row, 1, row / 7).number_format = "0%" if row <= 150 else "0.0"
        book.save(tmp_path / "column.xlsx")
        live = LiveBook(opened(tmp_path / "column.xlsx"))
        grid = live.grid(live.worksheets[0])
        app._asked.clear()
        formats = [grid.number_format(row, 0) for row in range(400)]
        assert formats == ["0%"] * 150 + ["0.0"] * 250
        assert app._asked["Range.number_format"] < 30


class TestOtherSheets:
    def test_a_sheet_without_names_is_read_only_where_a_form_would_be(
        self, tmp_path: Path, opened: Open
    ) -> None:
        import openpyxl

        book = openpyxl.Workbook()
        book.active.cell(5, 5, "近")
        book.active.cell(60_000, 300, "远")
        book.save(tmp_path / "far.xlsx")
        live = LiveBook(opened(tmp_path / "far.xlsx"))
        assert live.grid(live.worksheets[0]).end == (4, 4)

    def test_hidden_sheets_are_known(self, filled: Path, opened: Open) -> None:
        live = LiveBook(opened(filled))
        assert live.hidden == frozenset({"选项"})
        assert [sheet for sheet in live.worksheets if sheet not in live.hidden][0] == "填表说明"
