"""The seed: text → document → workbook → text, Word, page → document, always the same."""

from __future__ import annotations

import difflib
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from xltargets.disclosure import import_disclosure, publish
from xltargets.submission.document import from_document, load_document
from xltargets.submission.fill import fill
from xltargets.submission.read import read

HERE = Path(__file__).parents[1]
SEED = HERE.parents[1] / "shared" / "seed" / "000_118d2ab4b8b42da1.txt"
needs_seed = pytest.mark.skipif(not SEED.exists(), reason="the seed document lies beside the repository, ../shared is absent")


@pytest.fixture
def seed() -> dict[str, Any]:
    return load_document(HERE / "data" / "seed.json")


def standing(document: dict[str, Any]) -> dict[str, Any]:
    return from_document(document).document


@needs_seed
def test_import_gives_exactly_the_document_in_data(seed: dict[str, Any]) -> None:
    imported = import_disclosure(SEED)
    assert imported.documents == [seed]  # as typed: blank-only cells, percent signs and two decimals included
    assert imported.leftovers == [] and imported.remarks == []
    assert str(imported.documents[0]["projects"][0]["budget"]["total"]) == "30.00"


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("ends", ["\r\n", "\r", "mixed"])
@needs_seed
def test_encodings_and_line_ends_make_no_difference(seed: dict[str, Any], tmp_path: Path, encoding: str, ends: str) -> None:
    lines = SEED.read_text("utf-8").split("\n")
    text = "".join(line + (("\r\n", "\n", "\r")[index % 3] if ends == "mixed" else ends) for index, line in enumerate(lines))
    path = tmp_path / "seed.txt"
    path.write_bytes(text.encode(encoding))
    assert import_disclosure(path).documents == [seed]


@pytest.mark.parametrize("suffix", [".txt", ".docx", ".html"])
def test_workbook_to_text_to_document_is_the_seed(seed: dict[str, Any], tmp_path: Path, suffix: str) -> None:
    fill(seed, tmp_path / "seed.xlsx")
    document = read(tmp_path / "seed.xlsx").document
    publish([document], tmp_path / f"text{suffix}")
    imported = import_disclosure(tmp_path / f"text{suffix}")
    assert [standing(found) for found in imported.documents] == [standing(seed)] == [document]
    assert imported.leftovers == []


@needs_seed
def test_published_text_differs_from_the_seed_by_residue_and_blank_lines_only(seed: dict[str, Any], tmp_path: Path) -> None:
    publish([standing(seed)], tmp_path / "text.txt")
    given, printed = (path.read_text("utf-8").split("\n") for path in (SEED, tmp_path / "text.txt"))
    for line in difflib.unified_diff(given, printed, n=0, lineterm=""):
        assert line.startswith(("---", "+++", "@@")) or "[bookmark: " in line or line in (
            "-", "+", "+一、总体绩效目标", "-" + given[4], "-1.开展领导包案化解重点信访案件工作;",
        ), line  # fmt: skip
    plain = [line.rpartition("]")[2] for line in given], [line.rpartition("]")[2] for line in printed]
    assert [line for line in plain[0] if line] == [line for line in plain[1] if line]


def test_markdown_reads_back_where_there_is_nothing_odd(seed: dict[str, Any], tmp_path: Path) -> None:
    publish([standing(seed)], tmp_path / "text.md")
    text = (tmp_path / "text.md").read_text("utf-8")
    assert "| 产出指标 | 数量指标 | 项目资金覆盖率 |" in text and "### 一、总体绩效目标" in text
    (document,) = import_disclosure(tmp_path / "text.md").documents
    assert [len(project["indicators"]) for project in document["projects"]] == [6, 6]
    assert document["projects"][1]["budget"]["total"] == Decimal(60)


def test_what_is_not_published_is_told(seed: dict[str, Any], tmp_path: Path) -> None:
    document = standing(seed) | {"waivers": [{"rule": "V02", "reason": "内部说明"}]}
    document["department"] = document["department"] | {"budget": {"projects": Decimal(90)}}
    result = publish([document], tmp_path / "text.html")
    assert result.unpublished == [
        (0, "/department/budget/projects", Decimal(90)), (0, "/waivers/0", {"rule": "V02", "reason": "内部说明"}),
    ]  # fmt: skip
    assert "内部说明" not in (tmp_path / "text.html").read_text("utf-8")


def test_json_of_the_import_is_a_document(seed: dict[str, Any], tmp_path: Path) -> None:
    from click.testing import CliRunner

    from xltargets.cli import cli

    publish([standing(seed)], tmp_path / "text.docx")
    done = CliRunner().invoke(cli, ["import", str(tmp_path / "text.docx"), "--json"], standalone_mode=False)
    assert done.exception is None and done.return_value == 0
    assert standing(json.loads(done.stdout, parse_float=Decimal)) == standing(seed)


def test_the_commands_make_a_workbook_and_its_text(seed: dict[str, Any], tmp_path: Path) -> None:
    from click.testing import CliRunner

    from xltargets.cli import cli

    fill(seed, tmp_path / "one.xlsx")
    seed["unit"] |= {"code": "286002", "name": "某/局"}
    fill(seed, tmp_path / "two.xlsx")
    run = CliRunner().invoke
    done = run(cli, ["publish", str(tmp_path / "one.xlsx"), str(tmp_path / "two.xlsx"), "-o", str(tmp_path / "all.docx")], standalone_mode=False)
    assert (done.exception, done.return_value) == (None, 0)
    done = run(cli, ["import", str(tmp_path / "all.docx"), "-o", str(tmp_path / "out")], standalone_mode=False)
    assert (done.exception, done.return_value) == (None, 0)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["286001怀来县信访局.xlsx", "286002某_局.xlsx"]
    for name, again in (("one", "286001怀来县信访局"), ("two", "286002某_局")):
        assert read(tmp_path / "out" / f"{again}.xlsx").document == read(tmp_path / f"{name}.xlsx").document
    done = run(cli, ["import", str(tmp_path / "all.docx"), "-o", str(tmp_path / "out")], standalone_mode=False)
    assert "--force" in str(done.exception)
