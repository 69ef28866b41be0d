"""One rule, two runtimes: LibreOffice works the formulas out, Python the functions, and they say the same, rule by rule.

First the formulas by themselves, on hundreds of documents, each on a sheet with names of its own; formulas that were
tampered with must be caught there. Then the official workbook as it is, with the fields of other forms on it: filled in,
calculated, and its hidden results and its messages read.
"""

from __future__ import annotations

import copy
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from html import escape
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import openpyxl
import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook
from xlsxwriter.worksheet import Worksheet

from xltargets.excel.a1 import column_letters
from xltargets.rules.engine import judge
from xltargets.rules.finding import ERROR, Finding
from xltargets.rules.language.similar import plain
from xltargets.rules.registry import Rule, all_rules
from xltargets.submission.document import from_document, load_document
from xltargets.submission.fill import fill
from xltargets.submission.form import ITEM, Form, load_form
from xltargets.submission.read import read
from xltargets.template import Drawing, build
from xltargets.template.block import ALL_FINE, FINE, Block, blocks_of
from xltargets.template.checks import names_in, replace_calls
from xltargets.template.plan import Names

from .random_documents import Writer

ROOT = Path(__file__).parents[2]
RULES = {id: rule for id, rule in all_rules().items() if rule.formula}
#: Those that speak of several project sheets at once.
ACROSS = {id for id, rule in RULES.items() if "each(" in str(rule.formula)}
ALONE = {id: rule for id, rule in RULES.items() if id not in ACROSS}
#: Where a rule says more than its formula, which is for the official form: what the formula speaks of.
SAYS_LESS = {"F10": r"/projects/\d+/budget/(total|fiscal|other)$", "F08": r"/unit/code$"}
#: The names that formulas use; a workbook of many sheets with more of them takes LibreOffice a minute.
USED = {name for rule in RULES.values() for name in names_in(str(rule.formula))}
WORKBOOKS, DOCUMENTS = 4, 128
#: So many documents of each workbook are judged by the formulas that were tampered with, too.
TAMPERED = 30
#: Formulas with a small fault, by rule: what to look for, what to put there.
MUTANTS = {
    "M01": ("<=0.005", "<=0.02"), "C04": (">0,TRUE)", ">=0,TRUE)"), "P02": (">=", ">"), "P05": ("<=40", "<=14"),
    "C10": (",4)=0", ",2)=0"), "F10": (">=0", ">0"), "M11": (">=0.1", ">=0"), "F03": ("<=5", "<=6"), "S08": (">30", ">31"),
}  # fmt: skip


def counted(rule: str, finding: Finding) -> bool:
    """Whether a finding is what the rule's formula speaks of."""
    return finding.rule == rule and re.search(SAYS_LESS.get(rule, ""), finding.pointer) is not None


def test_at_least_25_rules_have_a_formula() -> None:
    assert len(RULES) >= 34
    named = "C01 C02 C03 C04 C05 C06 C07 C10 C12 M01 M02 M06 P01 P02 P03 P04 P05 F01 F10 S05 X01 D01"
    assert set(named.split()) <= set(RULES)


FUNCTIONS = {
    "ABS", "AND", "ASC", "CELL", "CLEAN", "COUNT", "EXACT", "FIND", "IF", "IFERROR", "INT", "ISERROR", "ISNUMBER", "ISTEXT",
    "LEFT", "LEN", "MID", "MOD", "N", "NOT", "OR", "RANK", "REPLACE", "REPT", "ROUND", "SEARCH", "SUBSTITUTE", "SUM",
    "SUMPRODUCT", "TEXT", "TRIM", "UPPER", "VALUE",
}  # fmt: skip


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
class TestEveryFormula:
    def test_uses_only_functions_that_excel_2010_wps_and_libreoffice_have(self, rule: Rule) -> None:
        called = set(re.findall(r"([A-Za-z.]+)\(", re.sub(r'"[^"]*"', "", str(rule.formula)))) - {"each", "own"}
        assert called <= FUNCTIONS
        assert not called & {"INDIRECT", "OFFSET", "NOW", "TODAY", "RAND"}

    def test_names_fields_of_the_form_only(self, rule: Rule) -> None:
        names = {load_form().official_name(field) for field in load_form().fields.values()}
        assert names_in(str(rule.formula)) and set(names_in(str(rule.formula))) <= names

    def test_says_in_chinese_what_to_do(self, rule: Rule) -> None:
        message = rule.formula_message or ""
        assert re.search("[\u4e00-\u9fff]{3}", message) and '"' not in message and len(message) <= 45


# --- the formulas by themselves -----------------------------------------------------------------------


class Uncalculated(Worksheet):
    """A sheet whose formulas have no values yet, so that whoever opens it has to work them out."""

    def _xml_formula_element(self, formula: str, result: object, attributes: Any = ()) -> None:
        said = "".join(f' {key}="{value}"' for key, value in attributes)
        self.fh.write(f"<c{said}><f>{escape(formula, quote=False)}</f></c>")


class Place(NamedTuple):
    """A formula on a sheet: its document, rule, indicator (None for all there are), row, and whether it was tampered with."""

    document: int
    rule: str
    indicator: int | None
    row: int
    mutant: bool = False
    total: bool = False


class Sheet:
    """One document on one sheet: all values in the first column, with the form's names; formulas in the third."""

    def __init__(self, book: xlsxwriter.Workbook, number: int, form: Form, percent: Any, writer: Writer) -> None:
        self.sheet = book.add_worksheet(f"d{number}", Uncalculated)
        self.book, self.number, self.percent, self.writer = book, number, percent, writer
        self.row, self.line = 0, 0
        self.first_row: dict[str, int] = {}
        self.names = Names(form)

    def put(self, document: dict[str, Any]) -> None:
        """Write every value of the form, and name it."""
        for name, field in self.names.fields.items():
            if name not in USED:
                continue
            node, keys = document, field.path
            if keys[0] == "projects":
                node, keys = document["projects"][0], keys[2:]
            if ITEM in keys:
                at = keys.index(ITEM)
                rows = _get(node, keys[:at]) or []
                self._column(name, [_get(row, keys[at + 1 :]) for row in rows])
            else:
                self._one(name, _get(node, keys), field.unit == "%")

    def _one(self, name: str, value: object, is_share: bool) -> None:
        self._write(value, is_share and self.writer.random.random() < 0.3)
        self._name(name, self.row, self.row)
        self.row += 1

    def _column(self, name: str, values: list[Any]) -> None:
        first = self.first_row[name] = self.row
        for value in values:
            self._write(value, False)
            self.row += 1
        self.row += 1  # one more, empty as in the template
        self._name(name, first, self.row - 1)

    def _write(self, value: object, as_percent: bool) -> None:
        if isinstance(value, str):
            self.sheet.write_string(self.row, 0, value)
        elif value is not None and as_percent:
            self.sheet.write_number(self.row, 0, float(value) / 100, self.percent)  # type: ignore[arg-type]
        elif value is not None:
            self.sheet.write_number(self.row, 0, float(value))  # type: ignore[arg-type]

    def _name(self, name: str, first: int, last: int) -> None:
        area = f"$A${first + 1}" + (f":$A${last + 1}" if name in self.first_row else "")
        self.book.define_name(f"d{self.number}!{name}", f"=d{self.number}!{area}")

    def ask(self, rule: Rule, formula: str, indicators: int, mutant: bool = False) -> Iterator[Place]:
        formula = replace_calls(formula, lambda _, inner: f"({inner})")
        if rule.each != "indicator":
            yield self._formula(formula, Place(self.number, rule.id, None, 0, mutant))
            return
        for index in range(indicators):
            # as in a row of the template, but that a column of the table is here a stretch of the first column
            placed = formula
            for name, first in sorted(self.first_row.items(), key=lambda item: -len(item[0])):
                placed = re.sub(rf"\b{re.escape(name)}\b", f"$A${first + index + 1}", placed)
            yield self._formula(placed, Place(self.number, rule.id, index, 0, mutant))
        yield self._formula(f"SUMPRODUCT(1-({formula}))", Place(self.number, rule.id, None, 0, mutant, True))

    def _formula(self, formula: str, place: Place) -> Place:
        self.sheet.write_formula(self.line, 2, f"={formula}")
        self.line += 1
        return place._replace(row=self.line - 1)


def _get(node: Any, keys: tuple[str, ...]) -> Any:
    for key in keys:
        node = node.get(key) if isinstance(node, dict) else None
    return node


@pytest.fixture(scope="module")
def full_schema() -> dict[str, Any]:
    """The schema with all its fields on the form, those of other provinces too."""

    def plain(node: Any) -> Any:
        if isinstance(node, dict):
            return {key: plain(value) for key, value in node.items() if key != "x-elsewhere"}
        return [plain(value) for value in node] if isinstance(node, list) else node

    return plain(json.loads((ROOT / "schema" / "submission.schema.json").read_text("utf-8")))


class Answer(NamedTuple):
    """What both runtimes said at one place."""

    place: Place
    excel: object
    python: object


@pytest.fixture(scope="module")
def answers(full_schema, sound_document, soffice, tmp_path_factory) -> list[Answer]:
    """All formulas of all documents, worked out by LibreOffice, beside the judgement of the functions."""
    folder, form = tmp_path_factory.mktemp("runtimes"), Form(full_schema)
    found: list[Answer] = []
    for number in range(WORKBOOKS):
        writer = Writer(sound_document, seed=number)
        documents = [writer.document(1) for _ in range(DOCUMENTS)]
        path = folder / f"formulas{number}.xlsx"
        places = write_workbook(path, documents, form, writer)
        (saved,) = soffice("xlsx:Calc MS Excel 2007 XML", folder / "saved", path)
        found += answered(saved, places, documents)
    return found


@pytest.fixture(scope="module")
def sound_document() -> dict[str, Any]:
    """The sound document; only read."""
    return load_document(ROOT / "tests" / "data" / "clean.json")


def write_workbook(path: Path, documents: list[dict[str, Any]], form: Form, writer: Writer) -> list[Place]:
    """A workbook with a sheet for each document; where its formulas are."""
    book = xlsxwriter.Workbook(path)
    percent = book.add_format({"num_format": "0.00%"})
    places: list[Place] = []
    for number, document in enumerate(documents):
        sheet = Sheet(book, number, form, percent, writer)
        sheet.put(document)
        count = len(document["projects"][0]["indicators"])
        for rule in ALONE.values():
            places += sheet.ask(rule, str(rule.formula), count)
        for id, (sought, put) in MUTANTS.items() if number < TAMPERED else ():
            mutated = str(RULES[id].formula).replace(sought, put)
            assert mutated != RULES[id].formula
            places += sheet.ask(RULES[id], mutated, count, mutant=True)
    book.close()
    return places


def answered(saved: Path, places: list[Place], documents: list[dict[str, Any]]) -> Iterator[Answer]:
    book = CalamineWorkbook.from_path(str(saved))
    grids = [book.get_sheet_by_name(f"d{number}").to_python(skip_empty_area=False) for number in range(len(documents))]
    judgements = [judge(from_document(copy.deepcopy(document))) for document in documents]
    assert not any(judgement.failures for judgement in judgements)
    for place in places:
        findings = [one for one in judgements[place.document].findings if counted(place.rule, one)]
        if place.indicator is not None:
            at = f"/projects/0/indicators/{place.indicator}/"
            findings = [one for one in findings if one.pointer.startswith(at)]
        said: object = not findings
        if place.total:
            said = len({one.pointer.rpartition("/")[0] for one in findings})
        yield Answer(place, grids[place.document][place.row][2], said)


@pytest.mark.libreoffice
class TestFormulasByThemselves:
    def test_500_documents_and_more_are_judged_alike_rule_by_rule(self, answers: list[Answer]) -> None:
        assert WORKBOOKS * DOCUMENTS >= 500
        differ = [answer for answer in answers if not answer.place.mutant and answer.excel != answer.python]
        assert differ == []

    @pytest.mark.parametrize("rule", ALONE)
    def test_each_rule_is_both_violated_and_kept(self, answers: list[Answer], rule: str) -> None:
        said = Counter(bool(one.python) for one in answers if one.place.rule == rule and not one.place.mutant)
        assert said[True] >= 5 and said[False] >= 5

    @pytest.mark.parametrize("rule", MUTANTS)
    def test_a_formula_with_a_small_fault_is_caught(self, answers: list[Answer], rule: str) -> None:
        mutants = [answer for answer in answers if answer.place.mutant and answer.place.rule == rule]
        assert any(answer.excel != answer.python for answer in mutants)


# --- the workbook as it is drawn ------------------------------------------------------------------------

FILLED = 18
GENERAL = "部门整体绩效目标"


class Drawn(NamedTuple):
    """A filled workbook after LibreOffice, its findings in Python, and its sheets with the pointer of what is on them."""

    values: openpyxl.Workbook
    findings: list[Finding]
    sheets: dict[str, str]


@pytest.fixture(scope="module")
def blocks(full_schema) -> dict[bool, Block]:
    """The blocks of a project sheet (True) and of the general one (False), as the builder places them."""
    found: dict[bool, Block] = {}

    def note(drawing: Drawing) -> None:
        found.update({bool(block.plan.item): block for block in blocks_of(drawing)})

    build(full_schema, BytesIO(), additions=[note])
    return found


@pytest.fixture(scope="module")
def drawn(full_schema, sound_document, soffice, tmp_path_factory) -> list[Drawn]:
    """Random documents of one to five projects, filled into a template with every field and calculated by LibreOffice."""
    folder, form = tmp_path_factory.mktemp("drawn"), Form(full_schema)
    build(full_schema, folder / "template.xlsx")
    writer, paths = Writer(sound_document, seed=100), []
    for number in range(FILLED):
        document = writer.document(1 + number % 4)
        if number % 5 == 0:
            document["projects"].append(copy.deepcopy(document["projects"][0]))
        paths.append(folder / f"filled{number}.xlsx")
        fill(document, paths[-1], template=folder / "template.xlsx", form=form)
    calculated = soffice("xlsx:Calc MS Excel 2007 XML", folder / "calculated", *paths)
    return [judged_twice(path, worked_out, form) for path, worked_out in zip(paths, calculated, strict=True)]


def judged_twice(path: Path, calculated: Path, form: Form) -> Drawn:
    submission = read(path, form=form)
    judgement = judge(submission)
    assert not judgement.failures
    pointers = [f"/projects/{index}" for index in range(len(submission.document["projects"]))]
    sheets = {submission.locations[f"{pointer}/name"].sheet: pointer for pointer in pointers}
    return Drawn(openpyxl.load_workbook(calculated, data_only=True), judgement.findings, {GENERAL: "", **sheets})


def said_of(rule: str, pointer: str, findings: list[Finding]) -> bool:
    """Whether Python says something of a sheet that the rule's formula there speaks of."""
    mine = [one.pointer for one in findings if counted(rule, one)]
    if pointer:
        return any(one.startswith(f"{pointer}/") for one in mine)
    return any(not one.startswith("/projects/") for one in mine)


def repeated_codes(findings: list[Finding], values: openpyxl.Workbook, sheets: Mapping[str, str], block: Block) -> set[str]:
    """The sheets that X01 speaks of: Python names the second of two, the workbook both."""
    column, row = 2, next(check.row for check in block.checks if check.rule.id == "X01") + 1
    codes = {pointer: str(values[sheet].cell(row, column).value) for sheet, pointer in sheets.items() if pointer}
    second = {one.pointer.removesuffix("/code") for one in findings if one.rule == "X01"}
    return {pointer for pointer, code in codes.items() if plain(code).upper() in {plain(codes[one]).upper() for one in second}}


def value(book: Drawn, sheet: str, cell: str) -> Any:
    return book.values[sheet][cell.replace("$", "")].value


@pytest.mark.libreoffice
class TestTheDrawnBlock:
    def test_has_every_rule_with_a_formula(self, blocks) -> None:
        assert {check.rule.id for block in blocks.values() for check in block.checks} == set(RULES)

    def test_agrees_with_python_on_every_sheet(self, drawn: list[Drawn], blocks) -> None:
        seen: Counter[tuple[str, bool]] = Counter()
        for book in drawn:
            for sheet, pointer in book.sheets.items():
                block = blocks[bool(pointer)]
                for rule in {check.rule.id for check in block.checks}:
                    cells = [block.result_cell(check) for check in block.checks if check.rule.id == rule]
                    shown = any(value(book, sheet, cell) not in (None, "", 0) for cell in cells)
                    said = said_of(rule, pointer, book.findings)
                    if rule == "X01":
                        said = pointer in repeated_codes(book.findings, book.values, book.sheets, block)
                    assert shown is said, (sheet, rule, pointer)
                    seen[rule, said] += 1
        assert all(seen[rule, True] >= 3 and seen[rule, False] >= 3 for rule in ACROSS)

    def test_every_message_is_that_of_the_first_result_of_its_row(self, drawn: list[Drawn], blocks) -> None:
        for book in drawn:
            for sheet, pointer in book.sheets.items():
                block = blocks[bool(pointer)]
                for row, checks in block.by_row.items():
                    shown = value(book, sheet, f"{column_letters(block.column)}{row + 1}")
                    bad = [check for check in checks if value(book, sheet, block.result_cell(check)) not in (None, "", 0)]
                    if not bad:
                        assert shown == FINE
                    elif bad[0].table is None:
                        assert shown == f"{bad[0].word}：{bad[0].message}"
                    else:
                        assert re.fullmatch(rf"{bad[0].word}：有\d+行需要处理，见下", shown)

    def test_counts_are_those_of_the_results_and_add_up(self, drawn: list[Drawn], blocks) -> None:
        for book in drawn:
            total = 0
            for sheet, pointer in book.sheets.items():
                block = blocks[bool(pointer)]
                errors = [check for check in block.checks if check.rule.severity is ERROR]
                results = [value(book, sheet, block.result_cell(check)) for check in errors]
                left = sum(one if isinstance(one, (int, float)) else one == "错误" for one in results)
                assert value(book, sheet, block.count_cell(ERROR)) == left
                status = value(book, sheet, f"{column_letters(block.column)}1")
                assert status.startswith(f"还有{left}处错误") or (left == 0 and status.startswith(ALL_FINE))
                total += left
            assert book.values["自检"]["B7"].value == total
            assert book.values["自检"]["A6"].value == f"项目表（已填写{len(book.sheets) - 1}张，合计）"
