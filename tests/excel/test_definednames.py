from __future__ import annotations

import openpyxl
import pytest
import xlsxwriter

from xltargets.errors import Error
from xltargets.excel.definednames import define_names, quote_sheet, reference, remove_names
from xltargets.excel.package import Package


@pytest.fixture
def book(tmp_path):
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        first = workbook.add_worksheet("项目1")
        chart = workbook.add_chart({"type": "line"})
        chart.add_series({"values": "='项目1'!$B$3:$B$4"})
        workbook.add_chartsheet("chart").set_chart(chart)
        second = workbook.add_worksheet("Bob's")
        workbook.define_name("total", "='项目1'!$B$3")
        first.write("B3", 5)
        first.write_formula("C3", "=total*2", None, 10)
        first.write_formula("C4", "=1+1", None, 2)
        second.write_formula("A1", "='项目1'!C3", None, 10)
    return path


def saved(package, tmp_path):
    out = tmp_path / "out.xlsx"
    package.save(out)
    return openpyxl.load_workbook(out)


def test_a_name_of_the_workbook_and_one_of_a_sheet_are_added(book, tmp_path):
    package = Package.open(book)
    define_names(package, {("a.b", None): reference("项目1", "A1"), ("a.b", "Bob's"): reference("Bob's", "B2:C9")})
    result = saved(package, tmp_path)
    assert result.defined_names["a.b"].attr_text == "'项目1'!$A$1"
    assert result["Bob's"].defined_names["a.b"].attr_text == "'Bob''s'!$B$2:$C$9"
    assert b'localSheetId="2"' in package.read(package.workbook_part)


def test_a_name_is_changed_whatever_its_case_and_stays_one(book, tmp_path):
    package = Package.open(book)
    define_names(package, {("TOTAL", None): reference("项目1", "B9")})
    names = saved(package, tmp_path).defined_names
    assert {name: names[name].attr_text for name in names} == {"total": "'项目1'!$B$9"}


def test_results_that_came_through_a_changed_name_are_dropped_and_no_others(book, tmp_path):
    package = Package.open(book)
    define_names(package, {("total", None): reference("项目1", "B9")})
    package.save(tmp_path / "out.xlsx")
    values = openpyxl.load_workbook(tmp_path / "out.xlsx", data_only=True)
    assert [values["项目1"][c].value for c in ("C3", "C4")] == [None, 2]
    assert values["Bob's"]["A1"].value is None
    assert b'fullCalcOnLoad="1"' in package.read(package.workbook_part)


def test_defining_what_is_defined_already_changes_nothing(book):
    package = Package.open(book)
    define_names(package, {("total", None): "'项目1'!$B$3"})
    assert not package.changed


def test_adding_and_removing_a_name_gives_back_the_workbook_part(tmp_path):
    path = tmp_path / "plain.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        workbook.add_worksheet("表")
    package = Package.open(path)
    before = package.read(package.workbook_part)
    define_names(package, {("x", "表"): "'表'!$A$1"})
    assert package.read(package.workbook_part) != before
    remove_names(package, [("X", "表"), ("missing", None)])
    assert package.read(package.workbook_part) == before


def test_only_the_workbook_part_changes_when_no_formula_uses_the_name(book):
    package = Package.open(book)
    before = {name: package.read(name) for name in package.names}
    define_names(package, {("新名称", None): "'项目1'!$A$1"})
    assert [n for n in package.names if package.read(n) != before[n]] == [package.workbook_part]


def test_a_text_with_markup_is_text(book, tmp_path):
    package = Package.open(book)
    define_names(package, {("x", None): '"<a>&{0}"'})
    assert saved(package, tmp_path).defined_names["x"].attr_text == '"<a>&{0}"'


@pytest.mark.parametrize("name", ["", "1a", "a b", "A1", "XFD1048576", "R1C1", "c", "a-b", "x" * 256])
def test_a_name_that_excel_does_not_allow_is_refused(book, name):
    package = Package.open(book)
    with pytest.raises(Error, match="不能作为名称"):
        define_names(package, {(name, None): "'项目1'!$A$1"})


@pytest.mark.parametrize("name", ["XFE1", "ABCD1", "项目.预算", "_x", "a1.b"])
def test_a_name_that_excel_allows_is_taken(book, tmp_path, name):
    package = Package.open(book)
    define_names(package, {(name, None): "'项目1'!$A$1"})
    assert name in saved(package, tmp_path).defined_names


def test_a_name_for_a_sheet_that_is_not_there_is_refused(book):
    with pytest.raises(Error, match="没有这张工作表"):
        define_names(Package.open(book), {("x", "无"): "1"})


def test_references_are_absolute_and_quoted():
    assert reference("Bob's", "B3") == "'Bob''s'!$B$3"
    assert reference("表", "A:C") == "'表'!$A:$C"
    assert reference("表", "2:3") == "'表'!$2:$3"
    assert quote_sheet("表") == "'表'"
