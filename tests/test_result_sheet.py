"""The sheet 校验结果: what it lists, that it is found again, and that it leaves no trace."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner

import xltargets
from xltargets import notes
from xltargets.cli import cli
from xltargets.excel.cells import set_values
from xltargets.excel.package import Package
from xltargets.excel.sheets import add_table_sheet, rename_sheet
from xltargets.resultsheet import HEADER
from xltargets.rules.finding import ERROR, HINT, WARNING, Finding
from xltargets.rules.related import under_their_causes
from xltargets.submission.read import read
from xltargets.submission.resultmark import MARK

TITLE = "校验结果"


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def spoil(path: Path, pointer: str, value: Any) -> None:
    sheet, cell = read(path).locations[pointer]
    package = Package.open(path)
    set_values(package, sheet, {cell: value})
    package.save(path)


def annotate(source: Path, target: Path, *, sheet: bool = True) -> list[Finding]:
    submission = xltargets.read(source)
    findings = xltargets.check(submission)
    xltargets.annotate(submission, findings, target, sheet=sheet)
    return findings


def rows(path: Path, title: str = TITLE) -> list[tuple[Any, ...]]:
    return list(openpyxl.load_workbook(path)[title].iter_rows(values_only=True))


@pytest.fixture
def spoilt(filled: Path) -> Path:
    """A filled workbook with errors on two sheets."""
    spoil(filled, "/projects/1/budget/total", 80)
    spoil(filled, "/department/overall_target", "请填写")
    return filled


@pytest.fixture
def listed(spoilt: Path, tmp_path: Path) -> Path:
    annotate(spoilt, tmp_path / "listed.xlsx")
    return tmp_path / "listed.xlsx"


class TestRows:
    def test_there_is_one_for_each_finding_in_the_order_of_the_document(self, spoilt, tmp_path) -> None:
        findings = annotate(spoilt, tmp_path / "out.xlsx")
        header, *found = rows(tmp_path / "out.xlsx")
        assert header == HEADER and len(findings) >= 3
        assert [row[0] for row in found] == list(range(1, len(findings) + 1))
        assert [(row[2], row[3]) for row in found] == [
            (finding.rule, f"{finding.sheet}!{finding.cell}") for finding in under_their_causes(findings)
        ]
        for row, finding in zip(found, under_their_causes(findings), strict=True):
            assert row[1] == finding.severity.label and row[5] == finding.field and finding.message in row[6]

    def test_name_the_project(self, listed) -> None:
        names = {row[3].partition("!")[0]: row[4] for row in rows(listed)[1:]}
        assert names["项目2"] == read(listed).document["projects"][1]["name"]
        assert names["部门整体绩效目标"] is None

    def test_lead_to_the_cell(self, listed) -> None:
        page = openpyxl.load_workbook(listed)[TITLE]
        for row in page.iter_rows(min_row=2):
            sheet, _, cell = row[3].value.partition("!")
            assert row[3].hyperlink.location in (f"'{sheet}'!{cell}", f"{sheet}!{cell}")

    def test_are_told_in_the_note_of_the_cell(self, listed) -> None:
        book = openpyxl.load_workbook(listed)
        by_cell: dict[str, list[str]] = {}
        for row in rows(listed)[1:]:
            by_cell.setdefault(row[3], []).append(str(row[0]))
        for place, numbers in by_cell.items():
            sheet, _, cell = place.partition("!")
            assert f"（见“{TITLE}”第{'、'.join(numbers)}条）" in book[sheet][cell].comment.text

    def test_without_findings_there_is_one_that_says_so(self, filled, tmp_path) -> None:
        notes.annotate(filled, tmp_path / "out.xlsx", [], listed={})
        assert [row[6] for row in rows(tmp_path / "out.xlsx")[1:]] == ["没有发现问题"]

    def test_text_that_looks_like_a_formula_stays_text(self, filled, tmp_path) -> None:
        finding = Finding("M01", ERROR, "/projects/0/name", "=1+1", "=HYPERLINK()", sheet="项目1", cell="E3")
        notes.annotate(filled, tmp_path / "out.xlsx", [finding], listed={})
        page = openpyxl.load_workbook(tmp_path / "out.xlsx")[TITLE]
        assert [page["F2"].data_type, page["G2"].data_type] == ["s", "s"] and page["G2"].value == "=1+1"

    def test_a_finding_without_a_cell_has_no_link(self, filled, tmp_path) -> None:
        notes.annotate(filled, tmp_path / "out.xlsx", [Finding("D03", WARNING, "", "项目个数不符")], listed={})
        page = openpyxl.load_workbook(tmp_path / "out.xlsx")[TITLE]
        assert page["D2"].value is None and page["G2"].value == "项目个数不符"


class TestOrder:
    CAUSE = Finding("X04", WARNING, "/projects/1", "指标体系雷同", sheet="项目2", cell="A1")
    OTHER = Finding("T01", HINT, "/projects/1/name", "首尾空白", sheet="项目2", cell="E3")
    ECHO = Finding("X06", HINT, "/projects/1/indicators/0/value", "口径不一", sheet="项目2", cell="F10",
                   related="X04 /projects/1")  # fmt: skip

    def test_an_echo_stands_under_its_cause(self, filled, tmp_path) -> None:
        assert under_their_causes([self.CAUSE, self.OTHER, self.ECHO]) == [self.CAUSE, self.ECHO, self.OTHER]
        notes.annotate(filled, tmp_path / "o.xlsx", [self.OTHER, self.CAUSE, self.ECHO], listed={})
        assert [row[6] for row in rows(tmp_path / "o.xlsx")[1:]] == [
            "首尾空白", "指标体系雷同", "（由第2条带出）口径不一",
        ]  # fmt: skip

    def test_an_echo_before_its_cause_follows_it_too(self) -> None:
        assert under_their_causes([self.ECHO, self.OTHER, self.CAUSE]) == [self.OTHER, self.CAUSE, self.ECHO]

    def test_an_echo_whose_cause_is_not_there_keeps_its_place(self) -> None:
        assert under_their_causes([self.ECHO, self.OTHER]) == [self.ECHO, self.OTHER]

    def test_findings_that_name_each_other_are_not_lost(self) -> None:
        one = self.CAUSE._replace(related="T01 /projects/1/name")
        other = self.OTHER._replace(related="X04 /projects/1")
        assert sorted(f.rule for f in under_their_causes([one, other])) == ["T01", "X04"]

    def test_a_waived_one_says_why(self, filled, tmp_path) -> None:
        finding = self.OTHER._replace(waived="局长批准")
        notes.annotate(filled, tmp_path / "o.xlsx", [finding], listed={})
        row = rows(tmp_path / "o.xlsx")[1]
        assert (row[1], row[6]) == ("豁免", "首尾空白（豁免理由：局长批准）")


class TestTrace:
    def test_every_other_part_but_those_that_list_sheets_stays(self, spoilt, tmp_path) -> None:
        annotate(spoilt, tmp_path / "without.xlsx", sheet=False)
        annotate(spoilt, tmp_path / "with.xlsx")
        plain, more = parts(tmp_path / "without.xlsx"), parts(tmp_path / "with.xlsx")
        new = set(more) - set(plain)
        assert len(new) == 1 and new.pop().startswith("xl/worksheets/sheet")
        changed = {name for name in plain if more[name] != plain[name]}
        listing = {"xl/workbook.xml", "xl/_rels/workbook.xml.rels", "[Content_Types].xml", "docProps/app.xml"}
        assert {name for name in changed if not name.startswith("xl/comments") and "vml" not in name} == listing

    def test_a_second_run_changes_nothing(self, listed) -> None:
        before = listed.read_bytes()
        annotate(listed, listed)
        assert listed.read_bytes() == before

    def test_clean_gives_back_every_part(self, spoilt, listed, tmp_path) -> None:
        notes.clean(listed, tmp_path / "clean.xlsx")
        assert parts(tmp_path / "clean.xlsx") == parts(spoilt)

    def test_clean_gives_back_what_is_oddly_written(self, spoilt, tmp_path) -> None:
        odd = tmp_path / "odd.xlsx"
        with zipfile.ZipFile(spoilt) as old, zipfile.ZipFile(odd, "w") as new:
            for name in old.namelist():
                data = old.read(name)
                if name == "docProps/app.xml":
                    data = data.replace(b"<vt:lpstr>", b"\n  <vt:lpstr >").replace("项目1".encode(), b"&#x9879;&#x76EE;1")
                if name == "xl/workbook.xml":
                    data = data.replace(b"<sheets>", b"<sheets >\n").replace(b"</sheets>", b"\n</sheets >")
                new.writestr(name, data)
        annotate(odd, tmp_path / "listed.xlsx")
        assert TITLE in parts(tmp_path / "listed.xlsx")["docProps/app.xml"].decode()
        notes.clean(tmp_path / "listed.xlsx", tmp_path / "clean.xlsx")
        assert parts(tmp_path / "clean.xlsx") == parts(odd)

    def test_clean_leaves_results_of_formulas_beside_references_to_characters(self, spoilt, tmp_path) -> None:
        source = tmp_path / "source.xlsx"
        with zipfile.ZipFile(source, "w") as archive:
            for name, data in parts(spoilt).items():
                text = data.decode("utf-8")
                if name.startswith("xl/worksheets/sheet"):
                    text = re.sub(r'<c (r="\w+"(?: s="\d+")?)[^>]*>(<f>[^<]*</f>)(<v>[^<]*</v>|<v/>)?</c>', r'<c \1 t="str">\2<v>&#10003;</v></c>', text)
                archive.writestr(name, text)
        assert any(b"&#10003;" in data for data in parts(source).values())
        annotate(source, tmp_path / "listed.xlsx")
        notes.clean(tmp_path / "listed.xlsx", tmp_path / "clean.xlsx")
        assert parts(tmp_path / "clean.xlsx") == parts(source)

    def test_clean_leaves_results_of_formulas_in_a_file_written_with_references(self, spoilt, tmp_path) -> None:
        """A formula that may read any sheet (INDIRECT) lost its result wherever a part had a reference such as &#10;."""
        odd = tmp_path / "odd.xlsx"
        with zipfile.ZipFile(spoilt) as old, zipfile.ZipFile(odd, "w") as new:
            for name in old.namelist():
                data = old.read(name)
                if name == "xl/worksheets/sheet1.xml":
                    row = b'<row r="90"><c r="A90"><f>INDIRECT("A1")&amp;&apos;&#39033;&#30446;1&apos;!A1</f><v>7</v></c></row>'
                    data = data.replace(b"</sheetData>", row + b"</sheetData>")
                    assert b"INDIRECT" in data
                new.writestr(name, data)
        annotate(odd, tmp_path / "listed.xlsx")
        notes.clean(tmp_path / "listed.xlsx", tmp_path / "clean.xlsx")
        assert parts(tmp_path / "clean.xlsx") == parts(odd)

    def test_a_run_without_it_takes_it_away(self, spoilt, listed, tmp_path) -> None:
        annotate(spoilt, tmp_path / "without.xlsx", sheet=False)
        annotate(listed, listed, sheet=False)
        plain, after = parts(tmp_path / "without.xlsx"), parts(listed)
        assert set(after) == set(plain)
        drawn = {name for name in plain if name.endswith(".vml")}  # a note keeps its size when it gets shorter
        assert {name: after[name] for name in set(plain) - drawn} == {name: plain[name] for name in set(plain) - drawn}

    def test_the_next_run_has_the_new_findings_in_the_same_place(self, listed) -> None:
        spoil(listed, "/projects/1/budget/total", 79.5)
        before = len(rows(listed))
        annotate(listed, listed)
        assert 1 < len(rows(listed)) < before
        assert openpyxl.load_workbook(listed).sheetnames.count(TITLE) == 1

    def test_it_is_no_part_of_the_form(self, listed) -> None:
        assert not [problem for problem in read(listed).problems if problem.rule == "R08"]


class TestOthersSheets:
    def test_a_sheet_of_that_title_that_is_not_ours_is_left_alone(self, spoilt, tmp_path) -> None:
        package = Package.open(spoilt)
        add_table_sheet(package, TITLE, ["我的记录"], [["不要动"]])
        package.save(spoilt)
        before = parts(spoilt)
        target = tmp_path / "out.xlsx"
        annotate(spoilt, target)
        assert openpyxl.load_workbook(target).sheetnames[-2:] == [TITLE, f"{TITLE}(2)"]
        assert rows(target) == [("我的记录",), ("不要动",)]
        assert f"见“{TITLE}(2)”" in openpyxl.load_workbook(target)["项目2"]["C4"].comment.text
        annotate(target, target)
        assert f"{TITLE}(3)" not in openpyxl.load_workbook(target).sheetnames
        notes.clean(target, target)
        assert parts(target) == before

    def test_ours_under_another_title_belongs_to_who_renamed_it(self, listed) -> None:
        package = Package.open(listed)
        rename_sheet(package, TITLE, "第一次校验")
        package.save(listed)
        notes.clean(listed, listed)
        assert "第一次校验" in openpyxl.load_workbook(listed).sheetnames

    def test_ours_is_known_after_another_program_saved_it(self, listed) -> None:
        book = openpyxl.load_workbook(listed)
        book.save(listed)
        notes.clean(listed, listed)
        assert TITLE not in openpyxl.load_workbook(listed).sheetnames

    def test_the_mark_says_not_to_write_there(self, listed) -> None:
        assert rows(listed)[0][-1] == MARK and "请勿" in MARK


def test_the_command_adds_it_on_request(spoilt: Path, tmp_path: Path) -> None:
    for option, there in (([], False), (["--sheet"], True)):
        target = tmp_path / "out.xlsx"
        result = CliRunner().invoke(cli, ["annotate", str(spoilt), "-o", str(target), *option], standalone_mode=False)
        assert result.exception is None and "已写入" in result.output
        assert (TITLE in openpyxl.load_workbook(target).sheetnames) is there


def test_it_does_not_take_the_place_of_a_sheet_that_the_file_has_lost(spoilt: Path, tmp_path: Path) -> None:
    before = parts(spoilt)
    lost = max(name for name in before if name.startswith("xl/worksheets/sheet"))
    damaged = tmp_path / "damaged.xlsx"
    with zipfile.ZipFile(damaged, "w") as archive:
        for name in before.keys() - {lost}:
            archive.writestr(name, before[name])
    package = Package.open(damaged)
    add_table_sheet(package, TITLE, ["序号"], [["1"]])
    package.save(damaged)
    assert lost not in parts(damaged)
