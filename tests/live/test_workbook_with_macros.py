"""``targets.xlsm``: its macros, its buttons, and what other programs make of them."""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlwings

from scripts.libreoffice import Office
from scripts.vba_project import PART, compile_project, macros, sources
from xltargets import macro, notes
from xltargets.excel.live import LiveBook
from xltargets.excel.livenotes import read_notes
from xltargets.rules.finding import Finding
from xltargets.submission.fill import fill
from xltargets.submission.form import load_form
from xltargets.submission.read import read, read_book
from xltargets.template.toolbar import BUTTONS, CAPTIONS

TEMPLATES = Path(__file__).parents[2] / "templates"
WORKBOOK = TEMPLATES / "targets.xlsm"
SOURCE = (TEMPLATES / "vba" / "Toolbar.bas").read_text("ascii")


#: Functions of the macros that need no workbook, with what they answer.
PURE = [
    (("StemOf", "项目12"), "项目"),
    (("StemOf", "怀来 (3)"), "怀来"),
    (("StemOf", "2024"), ""),
    (("OwnName", "'项目 1'!Project.Code"), "project.code"),
    (("OwnName", "unit.code"), "unit.code"),
    (("AddressIn", "='项目 1'!$B$2:$C$3"), "$B$2:$C$3"),
    (("AddressIn", "=#REF!"), ""),
    (("Quoted", "C:\\A B\\python.exe"), '"C:\\A B\\python.exe"'),
    (("InterpreterIn", '"INTERPRETER_WIN","C:\\Py\\pythonw.exe"'), "C:\\Py\\pythonw.exe"),
    (("InterpreterIn", '"INTERPRETER_MAC","/usr/bin/python"'), ""),
    (("InterpreterIn", '"INTERPRETER_WIN",""'), ""),
]
#: Those that look into the workbook.
ASKING = [
    (("Caption", "title"), "预算绩效目标"),
    (("CountProjects",), 1),
    (("OursBegins", "张三", "自己的"), 0),
    (("OursBegins", "张三", "【错误】M01 抄来的"), 0),
    (("OursBegins", "", "【错误】M01 …"), 1),
    (("OursBegins", "预算绩效审核", "随便"), 1),
    (("OursBegins", "张三", "自己的\n──── 预算绩效审核 ────\n【错误】M01 …"), 4),
]


def project_of(path: Path) -> bytes:
    """The VBA project of a workbook."""
    with zipfile.ZipFile(path) as archive:
        return archive.read(PART)


class TestSource:
    def test_olevba_reads_it_back_as_it_was_written(self) -> None:
        from oletools.olevba import VBA_Parser

        parser = VBA_Parser(str(WORKBOOK))
        found = {name: code for _, _, name, code in parser.extract_all_macros()}
        parser.close()
        assert found["Toolbar.bas"].splitlines() == SOURCE.splitlines()
        assert set(found) == {
            "Toolbar.bas", "ThisWorkbook.cls", "Captions.cls", *(f"Sheet{n}.cls" for n in range(1, len(found) - 2)),
        }  # fmt: skip

    def test_the_project_is_the_same_bytes_at_each_build(self) -> None:
        modules = sources(TEMPLATES / "vba")
        assert compile_project(modules, ["Sheet1", "Captions"]) == compile_project(
            modules, ["Sheet1", "Captions"]
        )

    def test_source_that_is_not_ascii_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "Bad.bas").write_text("' 中文\n", "utf-8")
        with pytest.raises(ValueError, match="Bad.bas"):
            sources(tmp_path)

    def test_every_text_that_the_macros_take_is_on_the_sheet_and_no_other(self) -> None:
        assert set(re.findall(r'Caption\("([^"]+)"\)', SOURCE)) == set(CAPTIONS)

    @pytest.mark.parametrize("call, answer", PURE)
    def test_its_pure_functions_answer_in_an_interpreter_of_vba(
        self, call: tuple[str, ...], answer: object
    ) -> None:
        from pyopenvba.interpreter import Interpreter

        vba = Interpreter()
        vba.add_module(SOURCE, name="Toolbar")
        assert vba.run(call[0], list(call[1:])) == answer

    def test_each_module_has_its_sheet(self) -> None:
        with zipfile.ZipFile(WORKBOOK) as archive:
            sheets = [
                name for name in archive.namelist() if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", name)
            ]
            names = {re.search(r'codeName="(\w+)"', archive.read(name).decode())[1] for name in sheets}  # type: ignore[index]
        assert names == {f"Sheet{number}" for number in range(1, len(sheets))} | {"Captions"}


class TestButtons:
    def test_the_macro_of_each_exists(self) -> None:
        assert {button.macro for button in BUTTONS} == set(macros(SOURCE))
        with zipfile.ZipFile(WORKBOOK) as archive:
            drawings = [archive.read(name).decode() for name in archive.namelist() if name.endswith(".vml")]
        bound = [re.findall(r"<x:FmlaMacro>\[0\]!(\w+)</x:FmlaMacro>", drawing) for drawing in drawings]
        assert [set(found) for found in bound] == [{button.macro for button in BUTTONS}] * len(drawings)

    def test_the_form_is_that_of_the_plain_workbook(self) -> None:
        plain, with_macros = (
            openpyxl.load_workbook(TEMPLATES / "targets.xlsx"),
            openpyxl.load_workbook(WORKBOOK),
        )
        assert with_macros.sheetnames == [*plain.sheetnames, "按钮文字"]
        for sheet in plain:
            other = with_macros[sheet.title]
            assert [[cell.value for cell in row] for row in other] == [
                [cell.value for cell in row] for row in sheet
            ]
            assert {n: d.attr_text for n, d in other.defined_names.items()} == {
                n: d.attr_text for n, d in sheet.defined_names.items()
            }


class TestOtherPrograms:
    def test_our_notes_leave_the_macros_byte_for_byte(self, tmp_path: Path, sound: dict[str, Any]) -> None:
        sound["projects"][0]["budget"]["total"] += 1
        fill(sound, tmp_path / "filled.xlsm", template=WORKBOOK)
        import xltargets

        findings: list[Finding] = xltargets.check(read(tmp_path / "filled.xlsm"))
        assert findings
        notes.annotate(tmp_path / "filled.xlsm", tmp_path / "noted.xlsm", findings)
        notes.clean(tmp_path / "noted.xlsm", tmp_path / "clean.xlsm")
        for name in ("filled", "noted", "clean"):
            assert project_of(tmp_path / f"{name}.xlsm") == project_of(WORKBOOK)
        with zipfile.ZipFile(tmp_path / "noted.xlsm") as archive:
            drawings = b"".join(archive.read(name) for name in archive.namelist() if name.endswith(".vml"))
        assert drawings.count(b"FmlaMacro>[0]!CheckBook") >= 4

    def test_openpyxl_leaves_the_macros_byte_for_byte(self, tmp_path: Path) -> None:
        openpyxl.load_workbook(WORKBOOK, keep_vba=True).save(tmp_path / "saved.xlsm")
        assert project_of(tmp_path / "saved.xlsm") == project_of(WORKBOOK)


class Macros:
    """The workbook's macros in LibreOffice."""

    def __init__(self, office: Office, document: Any) -> None:
        self.office, self.document = office, document

    def run(self, name: str, *arguments: object) -> Any:
        """Run a macro of the module Toolbar."""
        url = f"vnd.sun.star.script:VBAProject.Toolbar.{name}?language=Basic&location=document"
        return self.document.getScriptProvider().getScript(url).invoke(arguments, (), ())[0]

    @property
    def book(self) -> xlwings.Book:
        """The workbook as xlwings has it."""
        return xlwings.books[self.document.URL.rpartition("/")[2]]

    @property
    def active(self) -> str:
        """The sheet that is shown."""
        return str(self.document.CurrentController.ActiveSheet.Name)

    def show(self, sheet: str) -> None:
        """Show a sheet."""
        self.document.CurrentController.setActiveSheet(self.document.Sheets.getByName(sheet))


@pytest.fixture
def macros_of(office: Office, app: object) -> Callable[[Path], Macros]:
    """Open a workbook with its macros."""
    return lambda path: Macros(office, office.open(path, macros=True))


@pytest.fixture
def empty(macros_of: Callable[[Path], Macros], tmp_path: Path) -> Iterator[Macros]:
    """The empty template."""
    shutil.copy(WORKBOOK, tmp_path / "empty.xlsm")
    yield macros_of(tmp_path / "empty.xlsm")


@pytest.mark.libreoffice
class TestInLibreOffice:
    def test_every_button_is_bound_to_its_macro(self, empty: Macros) -> None:
        bound: dict[str, list[str]] = {}
        for sheet in (empty.document.Sheets.getByName(name) for name in empty.document.Sheets.ElementNames):
            for form in (sheet.DrawPage.Forms.getByIndex(n) for n in range(sheet.DrawPage.Forms.Count)):
                for number in range(form.Count):
                    (event,) = form.getScriptEvents(number)
                    macro_name = re.search(r"VBAProject\.Toolbar\.(\w+)\?", event.ScriptCode)
                    bound.setdefault(sheet.Name, []).append(
                        f"{form.getByIndex(number).Label} {macro_name and macro_name[1]}"
                    )
        assert bound == {
            sheet: [f"{button.caption} {button.macro}" for button in BUTTONS]
            for sheet in ("填表说明", "自检", "部门整体绩效目标", "项目1", "豁免")
        }

    @pytest.mark.parametrize("call, answer", [*PURE, *ASKING])
    def test_its_functions_answer(self, functions: Macros, call: tuple[str, ...], answer: object) -> None:
        assert functions.run(*call) == answer

    def test_a_project_is_added_blank_with_its_names_and_deleted(
        self, sound: dict[str, Any], macros_of: Callable[[Path], Macros], tmp_path: Path
    ) -> None:
        fill(sound, tmp_path / "filled.xlsm", template=WORKBOOK)
        opened = macros_of(tmp_path / "filled.xlsm")
        before = read_book(LiveBook(opened.book), load_form()).document
        names = opened.document.Sheets.ElementNames
        opened.run("AddProject")
        (added,) = set(opened.document.Sheets.ElementNames) - set(names)
        assert (opened.active, added) == (added, f"项目{len(before['projects']) + 1}")
        assert read_book(LiveBook(opened.book), load_form()).document == before
        cell = read(tmp_path / "filled.xlsm").locations["/projects/0/name"].cell
        opened.book.sheets[added].range(cell).value = "新项目"
        projects = read_book(LiveBook(opened.book), load_form()).document["projects"]
        assert projects[-1]["name"] == "新项目" and projects[:-1] == before["projects"]
        opened.run("DeleteProject")  # nobody is there to say yes
        assert added in opened.document.Sheets.ElementNames
        assert opened.run("RemoveSheet", added)
        assert opened.document.Sheets.ElementNames == names
        assert read_book(LiveBook(opened.book), load_form()).document == before

    def test_neither_the_last_project_nor_another_sheet_is_deleted(self, empty: Macros) -> None:
        names = empty.document.Sheets.ElementNames
        for sheet in ("项目1", "豁免", "自检"):
            empty.show(sheet)
            empty.run("DeleteProject")
        assert empty.document.Sheets.ElementNames == names

    def test_notes_of_the_check_are_found_and_cleared_and_a_persons_own_stay(
        self, sound: dict[str, Any], macros_of: Callable[[Path], Macros], tmp_path: Path
    ) -> None:
        sound["projects"][0]["budget"]["total"] += 1
        fill(sound, tmp_path / "filled.xlsm", template=WORKBOOK)
        opened = macros_of(tmp_path / "filled.xlsm")
        location = read(tmp_path / "filled.xlsm").locations["/projects/0/budget/total"]
        own = opened.book.sheets[location.sheet].range(location.cell).add_note("自己的\n两行")
        other = opened.book.sheets["填表说明"].range("A1").add_note("另一条")
        assert macro.check()
        noted = {
            (sheet.name, cell)
            for sheet in opened.book.sheets
            for cell, note in read_notes(sheet).items()
            if note.ours
        }
        opened.show("填表说明")
        visited = set()
        for _ in noted:
            opened.run("NextFinding")
            place = opened.document.CurrentController.Selection.RangeAddress
            sheet = opened.document.Sheets.getByIndex(place.Sheet).Name
            visited.add(
                (
                    sheet,
                    opened.book.sheets[sheet]
                    .range((place.StartRow + 1, place.StartColumn + 1))
                    .address.replace("$", ""),
                )
            )
        assert visited == noted
        opened.run("ClearNotes")
        assert (own.text, other.text) == ("自己的\n两行", "另一条")
        assert not any(note.ours for sheet in opened.book.sheets for note in read_notes(sheet).values())

    def test_without_python_the_check_button_leads_to_the_self_check(self, empty: Macros) -> None:
        empty.show("项目1")
        empty.run("CheckBook")
        assert empty.active == "自检"

    def test_help_shows_the_guide(self, empty: Macros) -> None:
        empty.show("项目1")
        empty.run("ShowHelp")
        assert empty.active == "填表说明"


@pytest.fixture(scope="module")
def functions(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Macros]:
    """The empty template, kept open for all functions."""
    path = tmp_path_factory.mktemp("functions") / "functions.xlsm"
    shutil.copy(WORKBOOK, path)
    opened = Macros(office, office.open(path, macros=True))
    yield opened
    opened.document.close(True)
