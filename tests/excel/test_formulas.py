from __future__ import annotations

import pytest
from openpyxl.formula import Tokenizer

from xltargets.excel.formulas import orphaned, quote_sheet, renamed, sheets_of, tokens, translated

FORMULAS = [
    'SUM(A1:B2)+"Sheet1!A1"&Sheet1!$C$3',
    "'a''b c'!A1:B2*LOG10(2)",
    "[1]Sheet1!A1+'[2]x y'!B2+[1]!name",
    "Table1[[#All],[A1]]+Table1[B2]*3",
    "IF(项目1!A1>=0.005,TRUE,#REF!)",
    "SUM(A:A,1:1,$B:$C)",
    "Sheet1:Sheet3!A1",
    "Sheet1!#REF!+#N/A+#DIV/0!",
    "ABS(project.budget.total-project.budget.fiscal-N(project.budget.other))<=0.005",
    "{1,2;3,4}+1.5E+3+A1%",
    "XFE1+ABCD12+A1048577",
    "A1#+B2:INDEX(C1:C9,2)",
    "_xlfn.IFS(A1=\"\"\"\",1)",
]


@pytest.mark.parametrize("formula", FORMULAS)
def test_the_tokens_joined_are_the_formula_again(formula):
    assert "".join(token.text for token in tokens(formula)) == formula


@pytest.mark.parametrize("formula", [f for f in FORMULAS if "XFE1" not in f and "#" not in f])
def test_the_references_found_are_ranges_for_openpyxl_too(formula):
    ranges = [t.value for t in Tokenizer("=" + formula).items if t.type == "OPERAND" and t.subtype == "RANGE"]
    ours = [token.text for token in tokens(formula) if token.kind == "reference"]
    assert [o for o in ours if o not in "&".join(ranges)] == []
    assert ours or "!" not in formula


def test_cells_beyond_the_sheet_are_names():
    assert [t.kind for t in tokens("XFE1+A1048577") if t.text != "+"] == ["word", "word"]


def test_translating_moves_relative_ends_only():
    assert translated("A1+$A1+A$1+$A$1+S!B2:C3+SUM(A:A)", 2, 1) == "B3+$A3+B$1+$A$1+S!C4:D5+SUM(B:B)"


def test_translating_off_the_sheet_gives_a_reference_error():
    assert translated("A1+B5", -1, 0) == "#REF!+B4"


def test_renaming_a_sheet_touches_its_references_only():
    formula = "old!A1+'old'!name+\"old!A1\"+older!A1+[1]old!A1+OLD!B2"
    assert renamed(formula, "old", "n'ew") == "'n''ew'!A1+'n''ew'!name+\"old!A1\"+older!A1+[1]old!A1+'n''ew'!B2"


def test_renaming_one_end_of_a_span_of_sheets_keeps_the_other():
    assert renamed("SUM(a:c!A1)", "c", "d e") == "SUM('a:d e'!A1)"


def test_removing_a_sheet_leaves_reference_errors():
    assert orphaned("gone!A1:B2+stay!A1", "Gone") == "#REF!+stay!A1"


def test_a_quoted_sheet_name_reads_back():
    assert sheets_of(quote_sheet("Bob's 表") + "!") == ("Bob's 表", "Bob's 表")


def test_formula_of_many_quotes_takes_linear_time():
    formula = "'" * 20000 + '"' * 20001
    assert "".join(token.text for token in tokens(formula)) == formula
