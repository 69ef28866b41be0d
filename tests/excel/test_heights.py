"""Rows that are raised for the text in their cells."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import openpyxl
import pytest
from openpyxl.styles import Alignment, Font

from xltargets.excel.cells import set_values
from xltargets.excel.heights import HIGHEST, fit_rows, lines_of, units_of
from xltargets.excel.package import Package
from xltargets.submission.fill import fill

LONG = "开展信访维稳工作，维护群众合法权益。" * 8


@pytest.fixture
def make(tmp_path: Path):
    """A workbook with wrapping cells: A1 plain, A2:D2 merged, A4:A7 merged, B1 not wrapping, A9 rotated."""

    def build(**options: object) -> Path:
        book = openpyxl.Workbook()
        page = book.active
        page.title = "表"
        for column, width in {"A": 20, "B": 20, "C": 30, "D": 30}.items():
            page.column_dimensions[column].width = width
        for cell in ("A1", "A2", "A4", "A11", "A12"):
            page[cell].alignment = Alignment(wrap_text=True)
        page["A9"].alignment = Alignment(wrap_text=True, text_rotation=90)
        page["A10"].alignment = Alignment(wrap_text=True, shrink_to_fit=True)
        page["A12"].font = Font(size=22)
        page.merge_cells("A2:D2")
        page.merge_cells("A4:A7")
        for row in range(4, 8):
            page.row_dimensions[row].height = 20
        for row, height in options.get("heights", {}).items():
            page.row_dimensions[row].height = height
        for row in options.get("hidden", ()):
            page.row_dimensions[row].hidden = True
        page["F1"] = "别处"
        page["F7"] = "别处"
        path = tmp_path / "book.xlsx"
        book.save(path)
        return path

    return build


def filled(path: Path, texts: dict[str, str], named: dict[str, str] | None = None) -> dict[int, float | None]:
    """Row → height after the texts were set and the rows raised."""
    package = Package.open(path)
    set_values(package, "表", texts)
    fit_rows(package, "表", texts, named)
    target = path.with_name("out.xlsx")
    package.save(target)
    page = openpyxl.load_workbook(target)["表"]
    return {row: page.row_dimensions[row].height for row in range(1, 13)}


def row_tag(path: Path, row: int) -> str:
    with zipfile.ZipFile(path) as archive:
        text = archive.read("xl/worksheets/sheet1.xml").decode()
    return re.search(rf'<row [^>]*?r="{row}"[^>]*>', text)[0]


class TestLines:
    def test_a_chinese_character_counts_two_and_a_digit_one(self) -> None:
        assert units_of("预算30.5万元") == 2 + 2 + 4 + 2 + 2

    @pytest.mark.parametrize(
        ("text", "units", "lines"),
        [
            ("", 10, 1),
            ("一二三四五", 10, 1),
            ("一二三四五六", 10, 2),
            ("一二三四五。", 10, 2),  # the full stop takes the character before it along
            ("一\n二\n\n三", 10, 4),
            ("一\r\n二", 10, 2),
            ("一二三 number", 10, 2),  # a word stays whole
            ("abcdefghijklmnopqrstuvwxyz", 10, 3),  # unless it is longer than a line
            ("一二三四（五六）", 10, 2),  # an opening bracket goes with what it opens
        ],
    )
    def test_are_counted_as_a_typesetter_breaks_them(self, text, units, lines) -> None:
        assert lines_of(text, units) == lines

    def test_a_column_without_width_still_gives_a_number(self) -> None:
        assert lines_of("一二三", 0) == 3


class TestRows:
    def test_are_raised_in_proportion_to_the_lines(self, make) -> None:
        once, twice = (filled(make(), {"A1": LONG[: 60 * times]})[1] for times in (1, 2))
        assert once > 6 * 11 and 1.8 < twice / once < 2.2

    def test_of_merged_columns_count_the_whole_width(self, make) -> None:
        heights = filled(make(), {"A1": LONG, "A2": LONG})
        assert heights[2] < heights[1] / 3

    def test_of_a_merged_column_get_what_is_missing_in_the_last_one(self, make) -> None:
        alone = filled(make(), {"A1": LONG})[1]
        heights = filled(make(), {"A4": LONG})
        assert [heights[row] for row in (4, 5, 6)] == [20, 20, 20]
        assert heights[7] == pytest.approx(alone - 60, abs=0.3)

    def test_of_a_merged_column_that_is_high_enough_stay(self, make) -> None:
        assert filled(make(), {"A4": "短"})[7] == 20

    def test_are_never_lowered(self, make) -> None:
        assert filled(make(heights={1: 300}), {"A1": "短"})[1] == 300

    def test_are_never_higher_than_excel_allows(self, make) -> None:
        assert filled(make(), {"A1": LONG * 20})[1] == HIGHEST == 409.5

    def test_of_larger_type_are_higher(self, make) -> None:
        heights = filled(make(), {"A11": LONG[:40], "A12": LONG[:40]})
        assert heights[12] > 2 * heights[11]

    @pytest.mark.parametrize("cell", ["B1", "A9", "A10"])
    def test_of_cells_that_do_not_wrap_are_left_alone(self, make, cell) -> None:
        assert filled(make(), {cell: LONG})[int(cell[1:])] is None

    def test_that_are_hidden_stay_so(self, make) -> None:
        path = make(hidden=[1])
        filled(path, {"A1": LONG})
        tag = row_tag(path.with_name("out.xlsx"), 1)
        assert 'hidden="1"' in tag and "ht=" not in tag

    def test_follow_their_content_afterwards_unless_the_cells_are_merged(self, make) -> None:
        path = make()
        filled(path, {"A1": LONG, "A2": LONG * 3})
        assert "customHeight" not in row_tag(path.with_name("out.xlsx"), 1)
        assert 'customHeight="1"' in row_tag(path.with_name("out.xlsx"), 2)

    def test_of_a_formula_follow_the_names_it_puts_together(self, make, tmp_path: Path) -> None:
        path = make()
        book = openpyxl.load_workbook(path)
        book["表"]["A1"] = '=IF(item.name="","绩效目标表",item.name&"绩效目标表")'
        book.save(path)
        assert filled(path, {"F1": "别处"}, {"item.name": "短"})[1] is None
        assert filled(path, {"F1": "别处"}, {"item.name": LONG})[1] > 100

    def test_need_no_second_raise(self, make) -> None:
        path = make()
        filled(path, {"A1": LONG, "A2": LONG, "A4": LONG})
        again = Package.open(path.with_name("out.xlsx"))
        fit_rows(again, "表", {"A1": LONG, "A2": LONG, "A4": LONG})
        assert not again.changed


class TestTheOfficialForm:
    def heights(self, document: dict, target: Path) -> dict[int, float]:
        fill(document, target)
        page = openpyxl.load_workbook(target)["项目1"]
        return {row: page.row_dimensions[row].height for row in range(1, 12)}

    def test_rows_follow_what_is_filled_in(self, sound, tmp_path: Path) -> None:
        sound["projects"] = [sound["projects"][0]]
        project = sound["projects"][0]
        short = self.heights(sound, tmp_path / "short.xlsx")
        project["purpose"], project["target"] = LONG * 3, LONG * 4
        project["indicators"][0]["description"] = LONG
        project["title"] = "提前下达2024年省级财政信访维稳专项补助资金（含进京值班、领导接访等工作经费）绩效目标表"
        long = self.heights(sound, tmp_path / "long.xlsx")
        assert {row for row in short if long[row] > short[row]} == {1, 5, 8, 10}
        assert all(long[row] == short[row] for row in (2, 3, 4, 6, 7, 9))

    def test_a_title_that_is_worked_out_has_room_for_two_lines(self, sound, tmp_path: Path) -> None:
        project = sound["projects"][0]
        del project["title"]
        short = self.heights(sound, tmp_path / "short.xlsx")[1]
        project["name"] = "提前下达2024年省级财政信访维稳专项补助资金（含进京值班、领导接访等工作经费）"
        assert self.heights(sound, tmp_path / "long.xlsx")[1] > short == 36
