"""Documents filled into templates that a bureau changed: nothing is lost without a word, and nothing becomes another value."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.workbook.defined_name import DefinedName

from xltargets.submission.fill import Filled, fill
from xltargets.submission.model import Submission
from xltargets.submission.read import read

TEMPLATE = Path(__file__).parents[2] / "templates" / "targets.xlsx"
SHEET, DEPARTMENT = "项目1", "部门整体绩效目标"


@pytest.fixture
def into(tmp_path: Path) -> Callable[..., tuple[Filled, Submission]]:
    """Fill a document into a template that was changed, and read the result."""

    def run(document: dict[str, Any], change: Callable[[openpyxl.Workbook], object]) -> tuple[Filled, Submission]:
        book = openpyxl.load_workbook(TEMPLATE)
        change(book)
        book.save(tmp_path / "template.xlsx")
        result = fill(document, tmp_path / "filled.xlsx", template=tmp_path / "template.xlsx")
        return result, read(tmp_path / "filled.xlsx")

    return run


def with_names_of_the_workbook(book: openpyxl.Workbook) -> None:
    """What the name box of Excel makes: names that belong to no sheet."""
    for name in list(book[SHEET].defined_names):
        book.defined_names[name] = DefinedName(name, attr_text=book[SHEET].defined_names.pop(name).attr_text)


class TestNamesOfTheWorkbook:
    def test_are_given_to_the_copies_of_their_sheet(self, into, sound) -> None:
        """The second project was filled into no cell, and nobody was told."""
        result, submission = into(sound, with_names_of_the_workbook)
        assert submission.document == sound and submission.problems == [] and result.unplaced == []

    def test_and_to_the_rows_that_a_copy_has_more(self, into, sound) -> None:
        def one_row(book: openpyxl.Workbook) -> None:
            for name, defined in book[SHEET].defined_names.items():
                if "indicators" in name:
                    defined.attr_text = defined.attr_text.partition(":")[0]
            with_names_of_the_workbook(book)

        result, submission = into(sound, one_row)
        assert submission.document["projects"] == sound["projects"] and result.unplaced == []


def test_a_list_of_one_cell_takes_in_the_rows_that_are_inserted(into, sound) -> None:
    """All but its first text were lost, and nobody was told."""
    first = f"'{DEPARTMENT}'!$B$7"
    sound["department"]["itemised_targets"] = ["甲", "乙", "丙"]
    result, submission = into(sound, lambda book: setattr(book.defined_names["department.itemised_targets"], "attr_text", first))
    assert submission.document == sound and result.unplaced == []


def test_percentages_go_into_blank_cells_of_percent_as_they_are_meant(into, sound) -> None:
    """25 became 2500%: the format of a blank cell was not seen."""
    sound["projects"][0]["schedule"]["march"] = Decimal("25.5")
    _, submission = into(sound, lambda book: setattr(book[SHEET]["B7"], "number_format", "0.0%"))
    assert submission.document == sound
    assert submission.raw["/projects/0/schedule/march"] == "25.5%"


def test_so_they_do_below_inserted_rows(into, sound) -> None:
    first = sound["projects"][0]
    first["indicators"] = [{**first["indicators"][0], "level3": f"指标{number}"} for number in range(25)]

    def below(book: openpyxl.Workbook) -> None:
        sheet = book[SHEET]
        sheet["B31"].number_format = "0%"
        sheet.defined_names["project.schedule.march"].attr_text = f"'{SHEET}'!$B$31"

    _, submission = into(sound, below)
    assert submission.locations["/projects/0/schedule/march"].cell == "B36"
    assert [project["schedule"] for project in submission.document["projects"]] == [
        project["schedule"] for project in sound["projects"]
    ]


def test_what_a_template_of_one_project_has_no_cell_for_is_listed_with_its_place(into, sound) -> None:
    def without_the_second_field(book: openpyxl.Workbook) -> None:
        book[SHEET].defined_names.pop("project.indicators.basis")

    result, _ = into(sound, without_the_second_field)
    assert [pointer for pointer, _ in result.unplaced] == [
        f"/projects/{number}/indicators/{row}/basis"
        for number, project in enumerate(sound["projects"])
        for row in range(len(project["indicators"]))
    ]
