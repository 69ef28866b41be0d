"""A file's rows as they travel and are remembered."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from xltargets.consolidate.drawing.bodies import BLANK, lines, text_body
from xltargets.consolidate.drawing.columns import WIDEST
from xltargets.consolidate.drawing.drawn import (
    NONE,
    Drawn,
    Spread,
    decode_drawing,
    draw,
    encode_drawing,
    packed,
)
from xltargets.consolidate.drawing.layout import flatten, tables_of
from xltargets.rules.finding import Finding, Severity
from xltargets.submission.form import load_form

ROOT = tables_of(load_form())
PROJECTS, INDICATORS = (next(one for one in ROOT.walk() if one.name == name) for name in ("projects", "projects.indicators"))
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
    assert drawing.findings.rows.around == [1, NONE]


def test_a_file_without_projects_and_findings_comes_back_from_bytes_too() -> None:
    drawing = draw(flatten({}, ROOT), [], ROOT)
    assert decode_drawing(encode_drawing(drawing)) == drawing
    assert drawing.tables["projects"].around == [] and drawing.tables[""].around == [NONE]


def test_a_row_stands_after_the_cells_of_the_rows_around_it() -> None:
    document = {
        "unit": {"code": "286001"},
        "projects": [{}, {"name": "甲", "indicators": [{"level3": "乙"}, {"level3": "丙"}]}],
    }
    drawing = draw(flatten(document, ROOT), [], ROOT)
    chain = drawing.chain([ROOT, PROJECTS, INDICATORS])
    keys = ("unit.code", "projects.name", "projects.indicators.level3")
    found = [
        spread.column(table.column(key) or 0)
        for spread, table, key in zip(chain, (ROOT, PROJECTS, INDICATORS), keys, strict=True)
    ]
    assert [bodies for bodies, _ in found] == [
        [text_body("286001")] * 2, [text_body("甲")] * 2, [text_body("乙"), text_body("丙")],
    ]  # fmt: skip


def test_a_row_of_none_is_blank_and_one_line_high() -> None:
    rows = Drawn([0, 0], [packed([text_body("甲"), text_body("乙")], b"\1\3")])
    assert Spread(rows, [1, NONE]).column(0) == ([text_body("乙"), BLANK], b"\3\1")


def test_a_long_text_makes_its_row_as_high_as_its_column_needs() -> None:
    text = "绩" * 40
    drawing = draw(flatten({"projects": [{"target": text, "budget": {"total": Decimal(1)}}]}, ROOT), [], ROOT)
    rows, target = Spread(drawing.tables["projects"]), PROJECTS.column("projects.target")
    said = {at: list(numbers) for at in range(len(PROJECTS.fields)) if (numbers := rows.column(at)[1])}
    assert said == {target: [lines(text, WIDEST - 1)]} == {target: [3]}
