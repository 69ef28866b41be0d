"""The block 校验 and the sheet 自检 at work in LibreOffice: a clerk types, mends, copies a sheet, inserts a row, prints."""

from __future__ import annotations

import copy
import json
import re
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from xltargets.submission.document import load_document
from xltargets.submission.fill import fill
from xltargets.submission.read import read
from xltargets.template import build

HERE = Path(__file__).parent
WORKBOOK = HERE.parents[1] / "templates" / "targets.xlsx"
FINE, CLEAR = "✓", "✓ 没有发现问题"
TINT = (255, 199, 206)

pytestmark = pytest.mark.libreoffice


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("typing") / "saved.xlsx"


@pytest.fixture(scope="module")
def seen(saved: Path, with_uno: Callable[..., str]) -> dict[str, list[str]]:
    """What the scenario of ``typing_in_libreoffice.py`` saw."""
    return json.loads(with_uno("tests.template.typing_in_libreoffice", saved.parent / "profile", WORKBOOK, saved))


class TestTyping:
    def test_a_blank_project_is_left_alone_and_the_blank_general_sheet_says_what_to_fill_in(
        self, seen
    ) -> None:
        assert seen["blank"][:4] == ["尚未填写", "", "", ""]
        assert seen["blank"][4:6] == ["还有5处错误、0处警告", "错误：请填写单位编码和单位名称"]
        assert seen["blank"][7:] == ["项目表（已填写0张，合计）", "5", "0", "5"]

    def test_the_first_word_on_a_project_sheet_asks_for_the_rest(self, seen) -> None:
        code, budget, purpose, plan, target = seen["begun"]
        assert code == "错误：请填写项目编码" and budget.startswith("错误：请填写预算数")
        assert purpose == "警告：请填写资金用途" and target == "错误：请填写绩效目标"
        assert plan == "错误：请填写支出计划的四个时点"

    def test_a_sound_project_has_a_tick_in_every_row_that_is_filled_in(self, seen) -> None:
        assert seen["sound"] == [CLEAR, *[FINE] * 7, ""]

    def test_wrong_entries_are_told_while_typing(self, seen) -> None:
        status, code, budget, plan, table, row = seen["wrong"]
        assert status == "还有4处错误、0处警告，1处提示"
        assert code.startswith("错误：项目编码应为21位")
        assert budget == "错误：预算数应等于财政资金与其他资金之和"
        assert plan == "错误：支出计划是累计进度，后一时点不应小于前一时点"
        assert (table, row) == ("错误：有1行需要处理，见下", "错误：本行有没有填写的内容，请补填")

    def test_mended_entries_get_their_tick_back(self, seen) -> None:
        assert seen["mended"] == [CLEAR, *[FINE] * 5]

    def test_a_copied_sheet_checks_itself_and_its_code_against_the_others(self, seen) -> None:
        same = ["还有1处错误、0处警告", "错误：项目编码与另一张项目表相同"]
        assert seen["copied"][:4] == same * 2
        assert seen["copy wrong"][:3] == [CLEAR, FINE, FINE]
        assert seen["copy wrong"][3:6] == [same[0], FINE, "错误：预算数应等于财政资金与其他资金之和"]

    def test_a_copied_sheet_is_counted(self, seen) -> None:
        assert seen["copied"][5:] == ["项目表（已填写2张，合计）", "5", "2", "7"]
        assert seen["copy wrong"][7:] == ["项目表（已填写2张，合计）", "5", "1", "6"]

    def test_an_inserted_row_is_counted(self, seen) -> None:
        assert seen["row inserted"] == ["还有1处错误、0处警告", FINE, "错误：有1行需要处理，见下", FINE, ""]

    def test_the_self_check_says_when_the_workbook_may_be_handed_in(self, seen) -> None:
        assert seen["general"][:6] == [CLEAR, *[FINE] * 5]
        assert seen["general"][6:] == [
            "还有1处错误、0处警告，错误改正后再报送",
            "项目表（已填写2张，合计）",
            "0",
            "1",
            "1",
        ]

    def test_the_reader_takes_nothing_of_it_for_content(self, seen, saved) -> None:
        submission = read(saved)
        assert [problem for problem in submission.problems if problem.rule != "F16"] == []
        assert [project["code"] for project in submission.document["projects"]] == [
            "13073024P000585100016", "13073024P00049610002Y",
        ]  # fmt: skip
        assert [len(project["indicators"]) for project in submission.document["projects"]] == [1, 2]


def pages(paper: Path) -> list[bytes]:
    """The pages of a PDF: raw pixels without the foot, which has the page number."""
    crop = ["-r", "60", "-x", "0", "-y", "0", "-W", "496", "-H", "660"]
    subprocess.run(["pdftoppm", *crop, paper, paper.with_suffix("")], check=True)
    return [page.read_bytes() for page in sorted(paper.parent.glob(f"{paper.stem}-*.ppm"))]


def tinted(page: bytes) -> int:
    """How many pixels of a page are light red."""
    pixels = page[page.index(b"255\n") + 4 :]
    return sum(tuple(pixels[at : at + 3]) == TINT for at in range(0, len(pixels), 3))


@pytest.fixture(scope="module")
def printed(soffice, tmp_path_factory) -> dict[str, list[bytes]]:
    folder = tmp_path_factory.mktemp("paper")
    names = ("with", "without", "sound", "faulty")
    paths = {name: folder / f"{name}.xlsx" for name in names}
    schema = json.loads((HERE.parents[1] / "schema" / "submission.schema.json").read_text("utf-8"))
    build(schema, paths["with"])
    build(schema, paths["without"], checks=False)
    document = load_document(HERE.parent / "data" / "clean.json")
    fill(document, paths["sound"])
    document["projects"][0]["budget"]["total"] = 100
    fill(document, paths["faulty"])
    return dict(zip(names, map(pages, soffice("pdf", folder, *paths.values())), strict=True))


class TestPaper:
    def test_the_blank_form_prints_as_it_does_without_checks(self, printed) -> None:
        guide, _, *form = printed["with"]
        assert form == printed["without"][1:] and len(form) == 3

    def test_a_sound_form_has_no_red_cell_and_a_wrong_amount_has_one(self, printed) -> None:
        assert [tinted(page) for page in printed["sound"][2:5]] == [0, 0, 0]
        general, first, second = (tinted(page) for page in printed["faulty"][2:5])
        assert general == second == 0 and first > 300


def test_more_indicators_than_rows_keep_the_block_in_step(
    tmp_path: Path, sound: dict[str, Any], soffice
) -> None:
    rows = sound["projects"][0]["indicators"]
    rows += [copy.deepcopy(rows[0]) for _ in range(24 - len(rows))]
    rows[21]["basis"] = None
    fill(sound, tmp_path / "many.xlsx")
    (calculated,) = soffice("xlsx:Calc MS Excel 2007 XML", tmp_path / "out", tmp_path / "many.xlsx")
    page = openpyxl.load_workbook(calculated, data_only=True)["项目1"]
    assert page["I9"].value == "错误：有1行需要处理，见下"
    assert [page[f"I{row}"].value for row in (10, 28, 29)] == [FINE] * 3
    assert page["I1"].value == "还有1处错误、0处警告"


class TestKeptValues:
    """The template's formulas have values already: what the blank form shows."""

    def test_no_formula_waits_to_be_calculated(self) -> None:
        with zipfile.ZipFile(WORKBOOK) as archive:
            sheets = [
                archive.read(name).decode() for name in archive.namelist() if "worksheets/sheet" in name
            ]
        cells = [cell for text in sheets for cell in re.findall(r"<c [^>]*><f.*?</c>", text)]
        assert len(cells) > 60
        assert all(re.search(r't="str".*<v></v>|<v>[^<]+</v>', cell) for cell in cells)

    def test_they_are_what_libreoffice_makes_of_the_blank_form(self, tmp_path: Path, soffice) -> None:
        text = re.compile(rb"(<f[^>]*>[^<]*</f>|<f[^>]*/>)<v>[^<]*</v>")
        with zipfile.ZipFile(WORKBOOK) as source, zipfile.ZipFile(tmp_path / "dirty.xlsx", "w") as target:
            for name in source.namelist():
                target.writestr(name, text.sub(rb"\1", source.read(name)))
        (calculated,) = soffice("xlsx:Calc MS Excel 2007 XML", tmp_path / "out", tmp_path / "dirty.xlsx")
        ours, theirs = (openpyxl.load_workbook(path, data_only=True) for path in (WORKBOOK, calculated))
        for sheet in ("自检", "部门整体绩效目标", "项目1"):
            shown = [[(cell.coordinate, "" if cell.value is None else cell.value) for row in book[sheet].iter_rows(max_row=29, max_col=30)
                      for cell in row] for book in (ours, theirs)]  # fmt: skip
            assert shown[0] == shown[1]
