"""The functions behind the buttons, on a workbook open in a real spreadsheet program."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlwings

from tests.live.engine import App, ComError
from xltargets import macro, notes
from xltargets.excel.comments import read_notes
from xltargets.excel.live import LiveBook
from xltargets.excel.livenotes import LiveNote
from xltargets.excel.livenotes import read_notes as live_notes
from xltargets.excel.package import Package
from xltargets.submission.fill import fill
from xltargets.submission.form import load_form
from xltargets.submission.read import read, read_book

pytestmark = pytest.mark.libreoffice

Open = Callable[[Path], xlwings.Book]


def ours(book: xlwings.Book) -> dict[str, dict[str, str]]:
    """Our notes of an open workbook by sheet and cell."""
    found = {sheet.name: {c: n.ours for c, n in live_notes(sheet).items() if n.ours} for sheet in book.sheets}
    return {sheet: cells for sheet, cells in found.items() if cells}


def place(path: Path, pointer: str) -> tuple[str, str]:
    """Sheet and cell of a field."""
    location = read(path).locations[pointer]
    return location.sheet, location.cell


@pytest.fixture
def wrong(tmp_path: Path, sound: dict[str, Any]) -> Path:
    """A workbook with two things wrong in different sheets."""
    document = copy.deepcopy(sound)
    document["projects"][0]["budget"]["total"] += 7
    document["projects"][0]["schedule"]["june"] = 1
    document["unit"]["region"] = "13"
    fill(document, tmp_path / "wrong.xlsx")
    return tmp_path / "wrong.xlsx"


class TestCheck:
    def test_a_wrong_amount_is_noted_and_the_note_goes_when_it_is_mended(
        self, filled: Path, opened: Open, app: App
    ) -> None:
        book = opened(filled)
        sheet, cell = place(filled, "/projects/0/budget/total")
        right = book.sheets[sheet].range(cell).value
        before = ours(book)
        book.sheets[sheet].range(cell).value = right + 5
        assert macro.check()
        assert "M01" in ours(book)[sheet][cell]
        assert "个错误" in app._said[-1]
        book.sheets[sheet].range(cell).value = right
        assert macro.check()
        assert "M01" not in ours(book).get(sheet, {}).get(cell, "")
        macro.clear()
        assert ours(book) == before == {}

    def test_notes_are_those_of_the_file_path_in_cell_and_text(
        self, wrong: Path, opened: Open, tmp_path: Path
    ) -> None:
        import xltargets

        submission = xltargets.read(wrong)
        notes.annotate(wrong, tmp_path / "noted.xlsx", xltargets.check(submission))
        package = Package.open(tmp_path / "noted.xlsx")
        by_file = {
            sheet.name: found
            for sheet in package.sheets
            if (found := {cell: note.ours for cell, note in read_notes(package, sheet.name).items()})
        }
        book = opened(wrong)
        assert macro.check()
        assert ours(book) == by_file
        assert len([cell for cells in by_file.values() for cell in cells]) >= 3

    def test_checking_twice_changes_nothing(self, wrong: Path, opened: Open, app: App) -> None:
        book = opened(wrong)
        macro.check()
        first = ours(book)
        app._asked.clear()
        macro.check()
        assert ours(book) == first
        assert not app._asked["Note.delete"] and not app._asked["Range.add_note"]

    def test_a_persons_own_note_is_kept_word_for_word(self, wrong: Path, opened: Open) -> None:
        book = opened(wrong)
        sheet, cell = place(wrong, "/projects/0/budget/total")
        own = book.sheets[sheet].range(cell).add_note("张三：\n请核对 <b>预算</b>")
        other = book.sheets[sheet].range("A1").add_note("另一条")
        macro.check()
        assert own.text.startswith("张三：\n请核对 <b>预算</b>\n") and "M01" in own.text
        macro.clear()
        assert own.text == "张三：\n请核对 <b>预算</b>"
        assert other.text == "另一条"
        assert ours(book) == {}

    def test_the_screen_the_selection_and_the_status_bar_are_given_back(
        self, wrong: Path, opened: Open, app: App
    ) -> None:
        book = opened(wrong)
        sheet = book.sheets[1]
        sheet.activate()
        sheet.range("C4:D5").select()
        macro.check()
        selected = book.api.CurrentController.Selection.RangeAddress
        assert (selected.StartRow, selected.EndColumn) == (3, 3)
        assert book.sheets.active.name == sheet.name
        assert app._updating is True and app._bar is False
        assert any("写批注" in str(said) for said in app._bars)

    def test_notes_are_written_where_rows_are_hidden_by_a_filter(self, wrong: Path, opened: Open) -> None:
        book = opened(wrong)
        macro.check()
        seen = ours(book)
        macro.clear()
        for sheet in book.sheets:
            sheet.api.Rows.getByIndex(3).IsVisible = False
            sheet.api.Rows.getByIndex(4).IsVisible = False
        macro.check()
        assert ours(book) == seen


class TestNotesOfBothPaths:
    def test_the_file_path_takes_away_what_the_button_wrote(
        self, wrong: Path, opened: Open, tmp_path: Path
    ) -> None:
        book = opened(wrong)
        macro.check()
        assert ours(book)
        book.save(str(tmp_path / "saved.xlsx"))
        notes.clean(tmp_path / "saved.xlsx", tmp_path / "clean.xlsx")
        package = Package.open(tmp_path / "clean.xlsx")
        assert all(not read_notes(package, sheet.name) for sheet in package.sheets)

    def test_the_file_path_renews_what_the_button_wrote(
        self, wrong: Path, opened: Open, tmp_path: Path
    ) -> None:
        import xltargets

        book = opened(wrong)
        sheet, cell = place(wrong, "/projects/0/budget/total")
        macro.check()
        book.sheets[sheet].range(cell).value = 1234567
        book.save(str(tmp_path / "saved.xlsx"))
        submission = xltargets.read(tmp_path / "saved.xlsx")
        findings = xltargets.check(submission)
        report = notes.annotate(tmp_path / "saved.xlsx", tmp_path / "again.xlsx", findings)
        package = Package.open(tmp_path / "again.xlsx")
        found = {s.name: {c: n.ours for c, n in read_notes(package, s.name).items()} for s in package.sheets}
        assert {s: cells for s, cells in found.items() if cells} == notes.notes_of(findings)
        note = read_notes(package, sheet)[cell]
        assert (note.author, note.text) == (notes.AUTHOR, note.ours)
        assert report.changed >= 1 and report.removed == 0

    def test_the_button_takes_away_what_the_file_path_wrote(
        self, wrong: Path, opened: Open, tmp_path: Path
    ) -> None:
        import xltargets

        notes.annotate(wrong, tmp_path / "noted.xlsx", xltargets.check(xltargets.read(wrong)))
        book = opened(tmp_path / "noted.xlsx")
        assert ours(book)
        macro.clear()
        assert ours(book) == {}
        assert all(not live_notes(sheet) for sheet in book.sheets)


class TestAddProject:
    def test_the_new_sheet_is_blank_has_its_names_and_is_read(
        self, filled: Path, opened: Open, app: App
    ) -> None:
        book = opened(filled)
        before = read_book(LiveBook(book), load_form()).document
        macro.check()
        assert macro.add_project()
        assert read_book(LiveBook(book), load_form()).document == before
        name = book.sheets.active.name
        assert name in app._said[-1]
        assert not live_notes(book.sheets[name])
        _, cell = place(filled, "/projects/0/name")
        book.sheets[name].range(cell).value = "新项目"
        projects = read_book(LiveBook(book), load_form()).document["projects"]
        assert [project["name"] for project in projects[len(before["projects"]) :]] == ["新项目"]


class TestRefusals:
    def test_a_workbook_of_another_kind(self, tmp_path: Path, opened: Open, app: App) -> None:
        import openpyxl

        openpyxl.Workbook().save(tmp_path / "other.xlsx")
        opened(tmp_path / "other.xlsx")
        assert not macro.check()
        assert "模板" in app._said[-1] and "Traceback" not in app._said[-1]

    def test_a_protected_sheet_leaves_every_note_as_it_was(self, wrong: Path, opened: Open, app: App) -> None:
        book = opened(wrong)
        sheet, _ = place(wrong, "/projects/0/budget/total")
        book.sheets[0].range("A1").add_note("自己的")
        book.sheets[sheet].api.protect("")
        assert not macro.check()
        assert "撤销工作表保护" in app._said[-1] and sheet in app._said[-1]
        assert ours(book) == {}
        assert live_notes(book.sheets[0])["A1"].text == "自己的"
        assert app._updating is True and app._bar is False

    def test_a_template_of_another_version(self, filled: Path, opened: Open, app: App) -> None:
        book = opened(filled)
        sheet, cell = place(filled, "/template/version")
        book.sheets[sheet].range(cell).value = "1999.1"
        assert not macro.check()
        assert "1999.1" in app._said[-1]
        assert ours(book) == {}

    def test_a_workbook_closed_in_mid_run(self, wrong: Path, opened: Open, app: App, capsys) -> None:
        book = opened(wrong)

        def close(question: str) -> None:
            if question == "Range.add_note":
                app._on_ask = None
                book.api.close(True)

        app._on_ask = close
        assert not macro.check()
        assert "被关闭" in app._said[-1]
        assert app._updating is True and app._bar is False

    def test_a_cell_being_edited(self, wrong: Path, opened: Open, app: App) -> None:
        opened(wrong)

        def busy(question: str) -> None:
            if question == "Range.raw_value":
                raise ComError(-2147418111, "call was rejected by callee")

        app._on_ask = busy
        assert not macro.check()
        assert "Esc" in app._said[-1]
        assert app._updating is True

    def test_our_own_failure_is_logged_and_told_without_a_traceback(
        self, wrong: Path, opened: Open, app: App, monkeypatch
    ) -> None:
        opened(wrong)
        monkeypatch.setattr(notes, "notes_of", lambda findings: 1 / 0)
        assert not macro.check()
        assert "日志" in app._said[-1] and "ZeroDivisionError" not in app._said[-1]
        assert "ZeroDivisionError" in macro.log_path().read_text("utf-8")

    def test_no_workbook_open(self, app: App, capsys) -> None:
        assert not macro.check()
        assert "打开" in capsys.readouterr().err

    def test_of_two_workbooks_the_named_one_is_meant(
        self, wrong: Path, filled: Path, opened: Open, monkeypatch
    ) -> None:
        one, other = opened(filled), opened(wrong)
        monkeypatch.setattr("sys.argv", ["python", "check", "--book", "wrong.xlsx", "--hwnd", "4711"])
        macro.check()
        assert ours(other) and not ours(one)
        monkeypatch.setattr("sys.argv", ["python", "check", "--book", "gone.xlsx"])
        assert not macro.check()


class TestConsolidate:
    def test_the_folder_of_the_workbook_is_consolidated_and_the_summary_opened(
        self, wrong: Path, filled: Path, opened: Open, app: App
    ) -> None:
        opened(wrong)
        assert macro.consolidate()
        assert (wrong.parent / "汇总.xlsx").exists()
        assert "2 份申报表" in app._said[-1]
        assert not macro.consolidate()
        assert "关闭" in app._said[-1]

    def test_nothing_is_done_without_consent(self, wrong: Path, opened: Open, app: App) -> None:
        opened(wrong)
        app._answer = "cancel"
        macro.consolidate()
        assert not (wrong.parent / "汇总.xlsx").exists()


def test_a_note_without_room_is_told_of() -> None:
    note = LiveNote.of("张三", "长" * 32_760)
    assert note.with_ours("【错误】M01 …") == ""
