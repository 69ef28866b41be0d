"""A file's rows as they travel and are remembered."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from xltargets.consolidate.bodies import MOST_LINES, lines
from xltargets.consolidate.columns import WIDEST
from xltargets.consolidate.drawn import counted, decode_drawing, draw, encode_drawing, high
from xltargets.consolidate.layout import flatten, tables_of
from xltargets.rules.finding import Finding, Severity
from xltargets.submission.form import load_form

ROOT = tables_of(load_form())
VALUES = (
    st.none()
    | st.text(max_size=60)
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.integers()
    | st.booleans()
)


@given(st.text(), VALUES, st.text(max_size=5))
def test_rows_and_findings_come_back_from_bytes_as_they_went(text: str, value: Any, place: str) -> None:
    document = {"unit": {"code": text}, "projects": [{"name": value}, {"indicators": [{"level3": text}, {}]}]}
    findings = [
        Finding("M01", Severity.ERROR, "/projects/1/name", text, "名称", sheet=place, cell="B2"),
        Finding("M02", Severity.HINT, "/projects/x", text, "", waived=text),
    ]
    drawing = draw(flatten(document, ROOT), findings, ROOT)
    assert decode_drawing(encode_drawing(drawing)) == drawing
    assert [one.item for one in drawing.findings] == [1, None]


def test_a_row_stands_after_the_cells_of_the_rows_around_it() -> None:
    document = {
        "unit": {"code": "286001"},
        "projects": [{}, {"name": "甲", "indicators": [{"level3": "乙"}]}],
    }
    drawing = draw(flatten(document, ROOT), [], ROOT)
    (row,) = drawing.within(ROOT)["projects.indicators"]
    (root,), project, (own,) = (drawing.tables[name] for name in ("", "projects", "projects.indicators"))
    assert row.around == 1 and row.bodies == root.bodies + project[1].bodies + own.bodies
    assert len(row.lines) == len(row.bodies)


def test_a_long_text_makes_its_row_as_high_as_its_column_needs() -> None:
    text = "绩" * 40
    drawing = draw(flatten({"projects": [{"target": text, "budget": {"total": Decimal(1)}}]}, ROOT), [], ROOT)
    assert high(drawing.tables["projects"][0].lines) == lines(text, WIDEST - 1) == 3


@given(st.lists(st.integers(1, MOST_LINES), min_size=1))
def test_lines_are_a_byte_each(numbers: list[int]) -> None:
    assert high(counted(numbers)) == max(numbers) and min(counted(numbers)) > 0x1F
