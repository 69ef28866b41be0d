"""The scorer of the shared material over a fixed sample of real workbooks; `make fidelity` runs it over all of them."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path

import pytest
from lossless_books import contents, shared

from xltargets.excel.comments import add_note, annotate, clean, read_notes
from xltargets.excel.package import Package

SIZE = int(os.environ.get("XLTARGETS_FIDELITY", "60"))
TEXT = '批注 <&> "好"\n第二行 _x0041_'


@pytest.fixture(scope="session")
def scorer():
    path = shared("tools", "fidelity.py")
    spec = importlib.util.spec_from_file_location("fidelity", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["fidelity"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def sample(scorer) -> list[Path]:
    """The same files every time, those with rare features first."""
    corpus = shared("corpus")
    found = {path.relative_to(corpus).as_posix(): scorer.features(path) for path in scorer.workbooks(corpus)}
    paths = [corpus / name for name in scorer.sample(found, SIZE)]
    paths = [path for path in paths if scorer.expectation(path)[0] == "work"]
    assert len(paths) > SIZE * 0.9
    return paths


def test_a_note_is_right_and_harms_nothing_and_can_be_taken_away(scorer, sample, tmp_path):
    target, again = tmp_path / "批注.xlsx", tmp_path / "再来.xlsx"
    wrong = []
    for source in sample:
        sheet, cell = scorer.free_cell(source)
        add_note(source, target, cell, TEXT, sheet)
        text = TEXT.replace("_x0041_", "_x005F_x0041_")  # as Excel escapes it
        result = scorer.compare(source, target, (sheet, cell), text, expect_one=True)
        wrong += [(source.name, str(problem)) for problem in result.problems]
        add_note(target, again, cell, TEXT, sheet)
        if contents(again) != contents(target):
            wrong.append((source.name, "a second run changed something"))
        clean(target, again)
        if contents(again) != contents(source):
            wrong.append((source.name, "not undone"))
    assert wrong == []


def test_another_s_note_is_kept_and_extended(scorer, sample, tmp_path):
    target, again = tmp_path / "批注.xlsx", tmp_path / "再来.xlsx"
    wrong, tried = [], 0
    for source in sample:
        place = scorer.free_cell(source, occupied=True)
        if place is None:
            continue
        tried += 1
        add_note(source, target, place[1], TEXT, place[0])
        text = TEXT.replace("_x0041_", "_x005F_x0041_")
        result = scorer.compare(source, target, place, text, expect_one=True)
        wrong += [(source.name, str(problem)) for problem in result.problems]
        clean(target, again)
        if contents(again) != contents(source):
            wrong.append((source.name, "not undone"))
    assert wrong == []
    assert tried >= 5


def test_notes_on_all_sheets_come_and_go(scorer, sample, tmp_path):
    target, again = tmp_path / "批注.xlsx", tmp_path / "再来.xlsx"
    wrong = []
    for source in sample[::3]:
        names = [sheet.name for sheet in Package.open(source).sheets if sheet.kind == "worksheet"]
        if len(set(names)) < len(names):
            continue
        notes = {name: {"A1": "甲", "B7": "乙" * 300, "D2": "丙"} for name in names}
        report = annotate(source, target, notes)
        skipped = {(skip.sheet, skip.cell) for skip in report.skipped}
        package = Package.open(target)
        for name in names:
            ours = {cell for cell, note in read_notes(package, name).items() if note.ours}
            there = {cell for cell in notes[name] if (name, cell) not in skipped}
            if not ours or len(ours) > len(there):
                wrong.append((source.name, name, ours))
        result = scorer.compare(source, target)
        wrong += [(source.name, str(problem)) for problem in result.problems]
        clean(target, again)
        if contents(again) != contents(source):
            wrong.append((source.name, "not undone"))
    assert wrong == []
