"""A random document, filled into a workbook and read back, is itself; so it is after LibreOffice reworked the workbook."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xltargets.submission.fill import fill
from xltargets.submission.form import ITEM, load_form
from xltargets.submission.read import read

# what XML can hold and Excel keeps: no control characters, no line end but \n
TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn"), include_characters="\n\t，。；≥%=+-@'\"<&>_x"),
    min_size=1, max_size=40,
).filter(lambda text: bool(text.strip()))  # fmt: skip
MONEY = st.decimals(Decimal(0), Decimal(10) ** 9, places=2)
PERCENT = st.decimals(Decimal(0), Decimal(100), places=1)
LEVELS = st.lists(st.tuples(st.sampled_from(["产出指标", "效益指标"]), st.sampled_from(["数量指标", "质量指标"])), max_size=24)


def blank_or(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """A document with every field of the official template."""
    form = load_form()

    def item(array: tuple[str, ...]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for field in form.fields.values():
            keys = field.path[len(array) + 1 :]
            if field.elsewhere or field.path[: len(array) + 1] != (*array, ITEM) or ITEM in keys or field.fill_down:
                continue
            node = found
            for key in keys[:-1]:
                node = node.setdefault(key, {})
            kind = {"万元": MONEY, "%": PERCENT}.get(field.unit, TEXT)
            node[keys[-1]] = draw(TEXT if keys[-1] in ("name", "level3", "rule") else blank_or(kind))
        return found

    projects = []
    for _ in range(draw(st.integers(0, 3))):
        project = item(("projects",))
        project["indicators"] = [
            {"level1": level1, "level2": level2, **item(("projects", ITEM, "indicators"))} for level1, level2 in draw(LEVELS)
        ]
        projects.append(project)
    return {
        "template": {"version": "2024.1"},
        "unit": {"code": draw(blank_or(TEXT)), "name": draw(blank_or(TEXT)), "region": draw(blank_or(TEXT)),
                 "year": draw(blank_or(st.integers(2000, 2099)))},
        "department": {"overall_target": draw(blank_or(TEXT)),
                       "itemised_targets": draw(st.lists(TEXT, max_size=25)),
                       "safeguards": draw(st.lists(TEXT, max_size=12))},
        "projects": projects,
        "waivers": [item(("waivers",)) for _ in range(draw(st.integers(0, 2)))],
    }  # fmt: skip


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(document=documents())
def test_a_document_filled_and_read_back_is_itself(document: dict[str, Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "filled.xlsx"
        result = fill(document, path)
        submission = read(path)
        assert submission.document == document
        assert submission.problems == []
        assert result.unplaced == []
        book = openpyxl.load_workbook(path)
        for pointer, (sheet, cell) in submission.locations.items():
            value: Any = document
            for part in pointer.split("/")[1:]:
                value = value[int(part) if part.isdigit() else part]
            seen = book[sheet][cell].value
            assert not (isinstance(seen, str) and book[sheet][cell].data_type == "f"), "text became a formula"
            if isinstance(value, str):
                assert str(seen) == value.replace("\r", "\n")


@pytest.mark.libreoffice
def test_rows_inserted_and_columns_moved_in_libreoffice_change_nothing(
    tmp_path: Path, sound: dict[str, Any], with_uno: Callable[..., str]
) -> None:
    """A real spreadsheet program inserts rows, moves columns, renames and reorders sheets, and saves."""
    source, saved = tmp_path / "source.xlsx", tmp_path / "saved.xlsx"
    fill(sound, source)
    with_uno("tests.rework_in_libreoffice", tmp_path / "profile", source, saved)
    submission = read(saved)
    assert submission.problems == []
    sound["projects"].reverse()  # the script moves the second project's sheet before the first
    assert submission.document == sound
    assert submission.locations["/projects/1/name"].sheet == "改了名的表"
