"""The real document through the whole round: filled, read, judged; each finding in the cell where the text stands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

import xltargets
from xltargets.rules.finding import Finding
from xltargets.submission.document import from_document


@pytest.fixture
def workbook(tmp_path: Path, seed_document: dict[str, Any]) -> Path:
    path = tmp_path / "seed.xlsx"
    assert xltargets.fill(seed_document, path).unplaced == []
    return path


def essence(findings: list[Finding]) -> list[tuple[str, str, str, str]]:
    return [(finding.rule, finding.severity, finding.pointer, finding.message) for finding in findings]


def test_the_workbook_has_the_findings_of_the_document(workbook: Path, seed_document: dict[str, Any]) -> None:
    from_workbook = xltargets.check(xltargets.read(workbook))
    from_json = xltargets.check(from_document(seed_document))
    assert essence(from_workbook) == essence(from_json)
    assert "error" not in {finding.severity for finding in from_workbook}


def test_every_finding_stands_where_its_text_stands(workbook: Path, seed_document: dict[str, Any]) -> None:
    book = openpyxl.load_workbook(workbook)
    for finding in xltargets.check(xltargets.read(workbook)):
        assert finding.sheet and finding.cell, finding
        typed: Any = seed_document
        for part in finding.pointer.split("/")[1:]:
            typed = typed[int(part) if part.isdigit() else part]
        if isinstance(typed, (str, int)):
            assert str(book[finding.sheet][finding.cell].value) == str(typed), finding


def test_what_is_exported_keeps_odd_spaces_and_tabs(workbook: Path, seed_document: dict[str, Any]) -> None:
    read_back, typed = xltargets.read(workbook), seed_document
    assert read_back.document["projects"][1]["target"] == typed["projects"][1]["target"]
    assert read_back.document["projects"][1]["target"].endswith("\t" * 6)
    assert read_back.raw["/projects/0/budget/other"] == " "
    assert read_back.raw["/projects/0/schedule/march"] == "30%"
    assert read_back.document["projects"][0]["schedule"]["march"] == 30
