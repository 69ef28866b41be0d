"""Each unit's submission beside the one that it handed in last year (--previous)."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner

from xltargets.cli import cli
from xltargets.consolidate import Options, Progress, consolidate, tables
from xltargets.errors import Error
from xltargets.submission.document import to_json
from xltargets.submission.fill import fill

SAME = "绩效目标与上年完全相同"


@pytest.fixture
def last_year(tmp_path: Path) -> Path:
    path = tmp_path / "上年"
    path.mkdir()
    return path


def of_last_year(document: dict[str, Any], target: str | None = None) -> dict[str, Any]:
    """The same unit's document of the year before, with other texts but for the goals of its projects."""
    document["unit"]["year"] -= 1
    department = document["department"]
    department["overall_target"] = "2023年做了别的工作，取得了别的成效。"
    department["itemised_targets"], department["safeguards"] = ["做好别的工作。"], ["加强别的措施。"]
    for project in document["projects"]:
        project["target"] = target or project["target"]
    return document


def told(inbox: Path, last_year: Path, **how: Any) -> set[tuple[str, str]]:
    """Unit and what its project is told about last year."""
    frame = tables([inbox], options=Options(previous=last_year, **how))["问题清单"]
    found = frame[frame["规则"].isin(["Y07", "B07"])]
    return {(str(row["单位编码"]), str(row["问题及改法"])) for _, row in found.iterrows()}


def units(inbox: Path, last_year: Path, **how: Any) -> set[str]:
    """The units of which a goal is that of last year."""
    return {unit for unit, message in told(inbox, last_year, **how) if SAME in message}


@pytest.fixture
def inbox_of_three(hand_in: Callable[..., Path], inbox: Path) -> Path:
    for code in ("286001", "286002", "286003"):
        hand_in(f"{code}.json")
    return inbox


class TestEachUnitIsHeldAgainstItsOwn:
    def test_the_goals_that_are_last_years_are_told(
        self, inbox_of_three: Path, last_year: Path, document: Any
    ) -> None:
        (last_year / "甲.json").write_text(to_json(of_last_year(document("286001"))), "utf-8")
        other = of_last_year(document("286002"), "2023年完成了另外的任务12项。")
        (last_year / "乙.json").write_text(to_json(other), "utf-8")
        assert units(inbox_of_three, last_year) == {"286001"}

    def test_a_unit_with_another_code_is_found_by_its_name(
        self, inbox_of_three: Path, last_year: Path, document: Any
    ) -> None:
        renumbered = of_last_year(document("999001", name="第286002局"))
        for project, now in zip(renumbered["projects"], document("286002")["projects"], strict=True):
            project["name"] = now["name"]
        (last_year / "乙.json").write_text(to_json(renumbered), "utf-8")
        assert units(inbox_of_three, last_year) == {"286002"}

    def test_workbooks_parts_and_archives_are_last_years_too(
        self, inbox_of_three: Path, last_year: Path, document: Any
    ) -> None:
        whole = of_last_year(document("286003", ("1", "2")))
        for number, project in enumerate(whole["projects"]):
            fill({**whole, "projects": [project]}, last_year / f"之{number}.xlsx")
        packed = shutil.make_archive(str(last_year.parent / "上年打包"), "zip", last_year)
        frame = tables([inbox_of_three], options=Options(previous=Path(packed)))["问题清单"]
        same = frame[(frame["规则"] == "Y07") & (frame["单位编码"] == "286003")]
        assert len(same) == 2

    def test_of_a_unit_that_handed_in_twice_the_newest_counts(
        self, inbox_of_three: Path, last_year: Path, document: Any
    ) -> None:
        for name, target, day in (("旧.json", None, 1), ("新.json", "2023年完成了另外的任务12项。", 2)):
            path = last_year / name
            path.write_text(to_json(of_last_year(document("286001"), target)), "utf-8")
            os.utime(path, (1_700_000_000 + day, 1_700_000_000 + day))
        assert units(inbox_of_three, last_year) == set()

    def test_a_workbook_of_last_years_version_of_the_form_is_read(
        self, inbox_of_three: Path, last_year: Path, document: Any
    ) -> None:
        path = last_year / "286001.xlsx"
        fill(of_last_year(document("286001")), path)
        book = openpyxl.load_workbook(path)
        version = book.defined_names["template.version"].attr_text
        sheet, cell = version.replace("'", "").replace("$", "").split("!")
        book[sheet][cell] = "2023.1"
        book.save(path)
        (refusal,) = consolidate([path], path.with_name("x.xlsx")).errors
        assert "2023.1" in str(refusal)  # as a submission of this year
        assert units(inbox_of_three, last_year) == {"286001"}

    def test_check_takes_a_folder_of_last_year_too(
        self, hand_in: Callable[..., Path], last_year: Path, document: Any
    ) -> None:
        fill(of_last_year(document("286001")), last_year / "甲.xlsx")
        (last_year / "乙.json").write_text(to_json(of_last_year(document("286002"), "2023年完成了另外的任务12项。")), "utf-8")
        files = [str(hand_in(f"{code}.xlsx")) for code in ("286001", "286002")]
        done = CliRunner().invoke(cli, ["check", *files, "--previous", str(last_year), "--format", "json"])
        said = [(one["file"], one["rule"]) for one in json.loads(done.output)["findings"]]
        assert {file for file, rule in said if rule == "Y07"} == {files[0]}

    def test_quantities_that_jump_are_told(self, inbox_of_three: Path, last_year: Path, document: Any) -> None:
        before = of_last_year(document("286001"), "2023年完成了另外的任务12项。")
        for project in before["projects"]:
            for indicator in project["indicators"]:
                indicator["value"] = indicator["value"].replace("1200", "300")
        (last_year / "甲.json").write_text(to_json(before), "utf-8")
        assert any("比上年" in message for unit, message in told(inbox_of_three, last_year) if unit == "286001")


class TestWhatIsRemembered:
    def test_the_bytes_are_the_same_and_a_change_of_last_year_is_seen(
        self, inbox_of_three: Path, last_year: Path, document: Any, tmp_path: Path
    ) -> None:
        path = last_year / "甲.json"
        path.write_text(to_json(of_last_year(document("286001"))), "utf-8")
        options = Options(previous=last_year, cache=tmp_path / "cache.sqlite")
        seen: list[Progress] = []

        def made(name: str, **how: Any) -> bytes:
            seen.clear()
            consolidate([inbox_of_three], tmp_path / name, progress=seen.append, **how)
            return (tmp_path / name).read_bytes()

        first = made("a.xlsx", options=options)
        assert made("b.xlsx", options=Options(previous=last_year), jobs=2) == first
        assert made("c.xlsx", options=options) == first
        assert all(one.remembered for one in seen)
        path.write_text(to_json(of_last_year(document("286001"), "2023年完成了另外的任务12项。")), "utf-8")
        assert made("d.xlsx", options=options) != first
        assert not any(one.remembered for one in seen)


class TestFaults:
    def test_what_cannot_be_read_is_told_and_the_rest_is_compared(
        self, inbox_of_three: Path, last_year: Path, document: Any, tmp_path: Path
    ) -> None:
        (last_year / "甲.json").write_text(to_json(of_last_year(document("286001"))), "utf-8")
        (last_year / "坏.xlsx").write_bytes(b"PK\x03\x04 broken")
        result = consolidate([inbox_of_three], tmp_path / "a.xlsx", options=Options(previous=last_year))
        assert any("上年" in note and "坏.xlsx" in note for note in result.notes)
        assert "与上年比对：1个单位有上年的申报表，2个没有" in result.notes
        assert result.errors == [] and units(inbox_of_three, last_year) == {"286001"}

    def test_last_years_folder_within_the_inbox_is_not_handed_in(
        self, inbox_of_three: Path, document: Any, tmp_path: Path
    ) -> None:
        inner = inbox_of_three / "上年"
        inner.mkdir()
        (inner / "甲.json").write_text(to_json(of_last_year(document("286001"))), "utf-8")
        result = consolidate([inbox_of_three], tmp_path / "a.xlsx", options=Options(previous=inner))
        assert result.totals.units == 3

    def test_a_document_of_any_shape_is_no_traceback(
        self, inbox_of_three: Path, last_year: Path, tmp_path: Path
    ) -> None:
        for number, text in enumerate(('{"unit": {"code": "286001"}, "projects": 5}', '{"unit": 7}', "[]", "{}")):
            (last_year / f"{number}.json").write_text(text, "utf-8")
        result = consolidate([inbox_of_three], tmp_path / "a.xlsx", options=Options(previous=last_year))
        assert result.failures == 0 and result.errors == []

    def test_a_folder_that_holds_none_is_refused(self, inbox_of_three: Path, last_year: Path, tmp_path: Path) -> None:
        target = tmp_path / "a.xlsx"
        for previous in (last_year, tmp_path / "没有", inbox_of_three):
            done = CliRunner().invoke(
                cli, ["consolidate", str(inbox_of_three), "-o", str(target), "--previous", str(previous), "--no-cache"]
            )
            assert isinstance(done.exception, Error) and "上年" in str(done.exception) and not target.exists()
