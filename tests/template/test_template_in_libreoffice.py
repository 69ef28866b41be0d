"""The official workbook at work in LibreOffice: formulas, lists, inserted rows, copied sheets, paper."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

WORKBOOK = Path(__file__).parents[2] / "templates" / "targets.xlsx"

pytestmark = pytest.mark.libreoffice

OUTPUT = ["数量指标", "质量指标", "时效指标", "成本指标"]
COST = ["经济成本指标", "社会成本指标", "生态环境成本指标"]
BENEFIT = ["经济效益指标", "社会效益指标", "生态效益指标", "可持续影响指标"]
SATISFACTION = ["服务对象满意度指标"]
EVERY = [*OUTPUT, *COST, *BENEFIT, *SATISFACTION]


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("office") / "saved.xlsx"


@pytest.fixture(scope="module")
def seen(saved: Path, with_uno: Callable[..., str]) -> dict[str, Any]:
    """What the scenario of ``in_libreoffice.py`` saw."""
    return json.loads(with_uno("tests.template.in_libreoffice", saved.parent / "profile", WORKBOOK, saved))


class TestFormulas:
    def test_title_and_unit_follow_what_is_typed(self, seen) -> None:
        assert seen["empty"] == ["绩效目标表", ""]
        assert seen["filled"] == ["信访专项绩效目标表", "286001怀来县信访局"]

    def test_a_copied_sheet_speaks_of_its_own_project(self, seen) -> None:
        assert seen["copy"] == ["维稳经费绩效目标表", "信访专项绩效目标表"]


class TestLists:
    def test_first_levels_of_both_frames(self, seen) -> None:
        assert seen["levels"] == ["产出指标", "成本指标", "效益指标", "满意度指标"]

    def test_a_row_with_nothing_above_it_offers_every_second_level(self, seen) -> None:
        assert seen["before any"] == EVERY

    def test_a_row_without_a_first_level_takes_the_one_above(self, seen) -> None:
        rows = seen["by row"]
        assert rows["10"] == rows["11"] == rows["12"] == OUTPUT
        assert rows["13"] == rows["14"] == BENEFIT

    def test_a_first_level_without_the_word_indicator_is_understood(self, seen) -> None:
        assert seen["by row"]["15"] == seen["by row"]["16"] == SATISFACTION

    def test_an_unknown_first_level_offers_every_second_level(self, seen) -> None:
        assert seen["by row"]["17"] == EVERY

    def test_inserted_rows_have_the_list_too_and_the_others_keep_theirs(self, seen) -> None:
        rows = seen["after rows"]
        assert rows["11"] == rows["12"] == rows["14"] == rows["15"] == OUTPUT
        assert rows["16"] == rows["17"] == BENEFIT
        assert rows["32"] == EVERY

    def test_a_copied_sheet_has_lists_of_its_own(self, seen) -> None:
        assert seen["copy choices"] == [COST, OUTPUT]


class TestRows:
    def test_a_row_grows_with_its_text_and_does_not_get_flat_again(self, seen) -> None:
        long, empty, short = seen["heights"]
        hundredths_of_a_millimetre = 24.75 * 2540 / 72  # the height that the rows start with, 24.75 points
        assert long > 2 * empty
        assert min(empty, short) > 0.95 * hundredths_of_a_millimetre


class TestSaved:
    def test_names_survive_on_both_sheets_and_have_grown_by_the_inserted_rows(self, seen, saved) -> None:
        book = openpyxl.load_workbook(saved)
        for sheet in ("项目1", "项目1_2"):
            names = book[sheet].defined_names
            assert {name for name in names if name.startswith("project.")} == {
                name for name in seen["copy names"] if name.startswith("project.")
            }
            assert names["project.indicators.value"].attr_text.endswith("$F$10:$F$32")


@pytest.fixture(scope="module")
def paper(soffice: Callable[..., list[Path]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workbook printed to PDF."""
    (printed,) = soffice("pdf", tmp_path_factory.mktemp("paper"), WORKBOOK)
    return printed


def page_text(paper: Path, page: int) -> str:
    command = ["pdftotext", "-f", str(page), "-l", str(page), "-layout", str(paper), "-"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


class TestPaper:
    def test_five_pages_of_a4_upright(self, paper) -> None:
        info = subprocess.run(["pdfinfo", str(paper)], capture_output=True, text=True, check=True).stdout
        assert "Pages:           5" in info and "(A4)" in info
        width, height = info.partition("Page size:")[2].split()[0:3:2]
        assert float(width) < float(height)

    def test_the_hidden_lists_are_not_printed(self, paper) -> None:
        assert not any("经济成本指标" in page_text(paper, page) for page in range(1, 6))

    def test_a_blank_project_sheet_is_one_page(self, paper) -> None:
        project, waivers = page_text(paper, 4), page_text(paper, 5)
        for label in ("绩效目标表", "单位：万元", "项目编码", "其中：财政资金", "10月底", "指标值确定依据"):
            assert label in project
        assert "规则编号" in waivers and "项目名称" not in waivers

    def test_pages_are_numbered(self, paper) -> None:
        assert "第5页，共5页" in page_text(paper, 5).replace(" ", "")
