"""LibreOffice recalculates the summary; its sums are ours."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from xltargets.consolidate import Options, SummaryOptions, consolidate

pytestmark = pytest.mark.libreoffice

FORGET = "xl/worksheets/"


def recalculated(path: Path, folder: Path, soffice: Callable[..., list[Path]]) -> openpyxl.Workbook:
    """The workbook as LibreOffice saves it, all formulas calculated afresh: their stored values are taken out first."""
    bare = folder / "bare.xlsx"
    _without_values(path, bare)
    (saved,) = soffice("xlsx:Calc MS Excel 2007 XML", folder / "out", bare)
    return openpyxl.load_workbook(saved, data_only=True)


def _without_values(source: Path, target: Path) -> None:
    import re
    from zipfile import ZipFile

    with ZipFile(source) as old, ZipFile(target, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name.startswith(FORGET):
                data = re.sub(rb"(</f>)<v>[^<]*</v>", rb"\1", data)
            new.writestr(name, data)


def numbers(book: openpyxl.Workbook) -> dict[tuple[str, str], Decimal]:
    """Every number of the workbook by sheet and cell, to 15 digits."""
    return {
        (sheet.title, cell.coordinate): round(Decimal(cell.value), 9)
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, (int, float)) and not isinstance(cell.value, bool)
    }


def test_every_formula_comes_to_what_we_stored(
    hand_in: Callable[..., Path],
    document: Any,
    inbox: Path,
    tmp_path: Path,
    soffice: Callable[..., list[Path]],
) -> None:
    for number in range(9):
        amounts = tuple(f"{number * 7 + place}.{place}{number}" for place in range(1, number % 4 + 2))
        hand_in(f"{number}.json", document(f"{280 + number // 3}00{number % 3 + 1}", amounts))
    target = tmp_path / "a.xlsx"
    options = Options(summary=SummaryOptions(max_rows=12))  # sums over several sheets, too
    totals = consolidate([inbox], target, options=options).totals
    ours = openpyxl.load_workbook(target, data_only=True)
    formulas = sum(
        cell.data_type == "f"
        for sheet in openpyxl.load_workbook(target)
        for row in sheet.iter_rows()
        for cell in row
    )
    theirs = numbers(recalculated(target, tmp_path, soffice))
    assert formulas > 60 and theirs == numbers(ours)
    assert totals.money["projects.budget.total"] in theirs.values()
