"""The folder that goes back to the units."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import openpyxl
import pytest

from xltargets.consolidate import Options, Result, consolidate
from xltargets.consolidate.back.giveback import safe_name
from xltargets.consolidate.back.shelf import Shelf
from xltargets.errors import Error
from xltargets.rules.engine import Inputs
from xltargets.rules.finding import Severity


@pytest.fixture
def run(inbox: Path, tmp_path: Path) -> Callable[..., Result]:
    def consolidated(**options: Any) -> Result:
        return consolidate(
            [inbox], tmp_path / "a.xlsx", options=Options(give_back=tmp_path / "还", **options)
        )

    return consolidated


def wrong(document: Any, code: str) -> dict[str, Any]:
    """A document whose amounts do not add up."""
    content: dict[str, Any] = document(code, ("30",))
    content["projects"][0]["budget"]["fiscal"] = Decimal(20)
    return content


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} - {
        ".xltargets-output"
    }


def test_a_wrong_one_goes_back_with_notes_and_a_letter_and_a_sound_one_passes(
    run: Callable[..., Result], hand_in: Callable[..., Path], document: Any, tmp_path: Path
) -> None:
    path = hand_in("286001 表.xlsx", wrong(document, "286001"))
    sound = hand_in("286002.xlsx", document("286002", ("30",)))
    before = path.read_bytes(), sound.read_bytes()
    given = run().given_back
    assert given and (given.back, given.passed, given.errors) == (1, 1, [])
    assert (path.read_bytes(), sound.read_bytes()) == before
    back = tmp_path / "还" / "退回" / "286001_第286001局" / "286001 表.xlsx"
    comments = [
        cell.comment.text
        for row in openpyxl.load_workbook(back)["项目1"].iter_rows()
        for cell in row
        if cell.comment
    ]
    assert any("M01" in text for text in comments)
    letter = back.with_name("286001 表_修改意见.html").read_text("utf-8")
    assert "第286001局：" in letter and "M01" in letter and "错误1条" in letter
    assert (tmp_path / "还" / "通过" / "286002_第286002局" / "286002.xlsx").exists()


def test_once_it_passes_the_copy_that_went_back_is_gone(
    run: Callable[..., Result], hand_in: Callable[..., Path], document: Any, tmp_path: Path
) -> None:
    hand_in("286001.xlsx", wrong(document, "286001"))
    run()
    assert any(name.startswith("退回/") for name in files(tmp_path / "还"))
    hand_in("286001.xlsx", document("286001", ("30",)))
    run()
    assert not any(name.startswith("退回/") for name in files(tmp_path / "还"))
    assert "通过/286001_第286001局/286001.xlsx" in files(tmp_path / "还")


def test_a_second_run_writes_nothing_and_reads_nothing_of_its_own(
    hand_in: Callable[..., Path], document: Any, inbox: Path, tmp_path: Path
) -> None:
    hand_in("286001.xlsx", wrong(document, "286001"))
    options = Options(give_back=inbox / "还")
    consolidate([inbox], tmp_path / "a.xlsx", options=options)
    copy = inbox / "还" / "退回" / "286001_第286001局" / "286001.xlsx"
    state = copy.stat()
    assert consolidate([inbox], tmp_path / "a.xlsx", options=options).totals.files == 1
    assert copy.stat().st_mtime_ns == state.st_mtime_ns and copy.stat().st_ino == state.st_ino
    assert (
        consolidate([inbox], tmp_path / "a.xlsx").totals.files == 1
    )  # nor does a run that knows nothing of it


@pytest.mark.parametrize("passes", [False, True])
def test_a_copy_in_which_somebody_worked_is_kept_under_another_name(
    run: Callable[..., Result], hand_in: Callable[..., Path], document: Any, tmp_path: Path, passes: bool
) -> None:
    hand_in("286001.xlsx", wrong(document, "286001"))
    run()
    copy = tmp_path / "还" / "退回" / "286001_第286001局" / "286001.xlsx"
    copy.write_bytes(b"mended here")
    assert run().given_back.notes == []  # type: ignore[union-attr]
    assert copy.read_bytes() == b"mended here"
    content = document("286001", ("30",)) if passes else wrong(document, "286001") | {"department": {}}
    hand_in("286001.xlsx", content)
    (note,) = run().given_back.notes  # type: ignore[union-attr]
    aside = copy.with_name("286001（有人改过）.xlsx")
    assert note.startswith(f"{aside}：退回的文件被人改过") and aside.read_bytes() == b"mended here"
    assert copy.exists() is not passes


def test_a_run_that_was_killed_leaves_no_copy_that_nobody_knows(
    run: Callable[..., Result], hand_in: Callable[..., Path], document: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_in("286001.xlsx", wrong(document, "286001"))

    def killed(self: Shelf, key: str, digest: str) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Shelf, "written", killed)
        run()
    assert "退回/286001_第286001局/286001.xlsx" in files(tmp_path / "还")
    hand_in("286001.xlsx", document("286001", ("30",)))
    run()
    assert {name for name in files(tmp_path / "还") if name.endswith(".xlsx")} == {"通过/286001_第286001局/286001.xlsx"}


def test_when_the_list_of_copies_is_lost_none_in_which_somebody_may_have_worked_is_written_over(
    run: Callable[..., Result], hand_in: Callable[..., Path], document: Any, tmp_path: Path
) -> None:
    hand_in("286001.xlsx", wrong(document, "286001"))
    run()
    copy = tmp_path / "还" / "退回" / "286001_第286001局" / "286001.xlsx"
    book = openpyxl.load_workbook(copy)
    book["项目1"]["B5"] = "审核员写的"
    book.save(copy)
    (tmp_path / "还" / ".xltargets-output").unlink()
    run()
    kept = copy.with_name("286001（有人改过）.xlsx")
    assert openpyxl.load_workbook(kept)["项目1"]["B5"].value == "审核员写的"
    assert openpyxl.load_workbook(copy)["项目1"]["B5"].value != "审核员写的"


@pytest.mark.parametrize("content", ['{"退回/a/b.xlsx": 5}', '{"退回/a/b.xlsx": [1, 2]}', '{"退回/a/b.xlsx": ["a", []]}', "[1]", "{"])
def test_a_list_of_copies_that_somebody_edited_does_not_end_the_run(
    run: Callable[..., Result], hand_in: Callable[..., Path], tmp_path: Path, content: str
) -> None:
    hand_in("286001.xlsx")
    (tmp_path / "还").mkdir()
    (tmp_path / "还" / ".xltargets-output").write_text(content, "utf-8")
    result = run()
    assert result.given_back is not None and result.given_back.errors == []
    assert "通过/286001_第286001局/286001.xlsx" in files(tmp_path / "还")


def test_a_copy_that_is_open_elsewhere_is_told_and_updated_by_a_later_run(
    run: Callable[..., Result], hand_in: Callable[..., Path], document: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_in("286001.xlsx", wrong(document, "286001"))
    hand_in("286002.xlsx", wrong(document, "286002"))
    run()
    for code in ("286001", "286002"):
        copy = tmp_path / "还" / "退回" / f"{code}_第{code}局" / f"{code}.xlsx"
        copy.write_bytes(copy.read_bytes() + b" ")  # somebody worked in it, and has it open
    hand_in("286001.xlsx", document("286001", ("30",)))
    changed = wrong(document, "286002")
    changed["projects"][0]["budget"]["fiscal"] = Decimal(10)
    hand_in("286002.xlsx", changed)

    def refused(self: Path, target: Path) -> None:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", refused)
        result = run()
    assert result.given_back is not None
    assert sorted(Path(error.file or "").name for error in result.given_back.errors) == ["286001.xlsx", "286002.xlsx"]
    assert all("可能正开着" in str(error) for error in result.given_back.errors)
    again = run()
    assert again.given_back is not None and again.given_back.errors == []
    assert {name for name in files(tmp_path / "还") if name.endswith(".xlsx")} == {
        "通过/286001_第286001局/286001.xlsx", "退回/286001_第286001局/286001（有人改过）.xlsx",
        "退回/286002_第286002局/286002.xlsx", "退回/286002_第286002局/286002（有人改过）.xlsx",
    }  # fmt: skip


@pytest.mark.parametrize("place", ["占了", "占了/里面"])
def test_a_file_in_the_place_of_the_folder_is_refused_before_anything_is_read(
    hand_in: Callable[..., Path], inbox: Path, tmp_path: Path, place: str
) -> None:
    hand_in("286001.xlsx")
    (tmp_path / "占了").write_text("", "utf-8")
    with pytest.raises(Error, match="是一个文件"):
        consolidate([inbox], tmp_path / "a.xlsx", options=Options(give_back=tmp_path / place))
    assert not (tmp_path / "a.xlsx").exists()


@pytest.mark.skipif(os.name == "nt" or sys.platform == "darwin", reason="names there are always Unicode")
def test_a_file_whose_name_is_in_gbk_is_summed_up_and_goes_back(
    run: Callable[..., Result], hand_in: Callable[..., Path], document: Any, inbox: Path, tmp_path: Path
) -> None:
    path = hand_in("286001.xlsx", wrong(document, "286001"))
    path.rename(os.fsdecode(os.fsencode(inbox) + b"/" + "信访局.xlsx".encode("gbk")))
    assert run().totals.read == 1
    assert "退回/286001_第286001局/信访局.xlsx" in files(tmp_path / "还")


def test_the_folder_may_be_named_in_any_way(
    inbox: Path, hand_in: Callable[..., Path], document: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_in("286001.xlsx", wrong(document, "286001"))
    monkeypatch.chdir(tmp_path)
    for name in ("还", tmp_path / "还", "报送/../还"):
        consolidate([inbox], "a.xlsx", options=Options(give_back=Path(name)))
        assert any(path.endswith(".xlsx") for path in files(tmp_path / "还"))
    hand_in("286001.xlsx", document("286001", ("30",)))
    consolidate([inbox], "a.xlsx", options=Options(give_back=Path("还")))
    assert not any(path.startswith("退回") for path in files(tmp_path / "还"))


def test_a_stranger_s_file_in_the_folder_is_left_alone(
    run: Callable[..., Result], hand_in: Callable[..., Path], document: Any, tmp_path: Path
) -> None:
    path = hand_in("286001.xlsx", wrong(document, "286001"))
    run()
    note = tmp_path / "还" / "退回" / "286001_第286001局" / "电话记录.txt"
    note.write_text("已通知", "utf-8")
    path.unlink()
    hand_in("286002.xlsx")
    run()
    assert note.read_text("utf-8") == "已通知"
    assert not note.with_name("286001.xlsx").exists()


def test_a_file_that_nobody_can_read_goes_back_with_the_reason(
    run: Callable[..., Result], inbox: Path, tmp_path: Path, hand_in: Callable[..., Path]
) -> None:
    hand_in("286002.json")
    (inbox / "坏.xlsx").write_bytes(b"PK\x03\x04broken")
    run()
    back = tmp_path / "还" / "退回" / "未填单位"
    assert (back / "坏.xlsx").read_bytes() == b"PK\x03\x04broken"
    assert "无法读取" in (back / "坏_修改意见.html").read_text("utf-8")


def test_files_of_one_name_do_not_overwrite_each_other(
    run: Callable[..., Result], hand_in: Callable[..., Path], document: Any, inbox: Path, tmp_path: Path
) -> None:
    first = hand_in("甲/表.xlsx", wrong(document, "286001"))
    (inbox / "乙").mkdir()
    shutil.copy(first, inbox / "乙" / "表.xlsx")
    run(newest=False)
    folder = tmp_path / "还" / "退回" / "286001_第286001局"
    assert {path.name for path in folder.glob("*.xlsx")} == {"表.xlsx", "表（2）.xlsx"}


def test_each_has_a_letter_of_its_own_whatever_the_ending_of_its_name(
    run: Callable[..., Result], hand_in: Callable[..., Path], inbox: Path, tmp_path: Path
) -> None:
    hand_in("286002.json")
    (inbox / "坏.xlsx").write_bytes(b"")
    (inbox / "坏.json").write_text("{", "utf-8")
    run()
    back = tmp_path / "还" / "退回" / "未填单位"
    letters = {path.name: path.read_text("utf-8") for path in back.glob("*.html")}
    assert "坏.json" in letters["坏_修改意见.html"] and "坏.xlsx" in letters["坏（2）_修改意见.html"]
    assert {path.name for path in back.iterdir()} - set(letters) == {"坏.json", "坏（2）.xlsx"}


def test_what_a_newer_file_replaces_is_set_aside_as_it_was_and_asks_for_nothing(
    run: Callable[..., Result], hand_in: Callable[..., Path], document: Any, tmp_path: Path
) -> None:
    old = hand_in("286001 旧.xlsx", wrong(document, "286001"))
    os.utime(old, (1_000_000_000, 1_000_000_000))
    hand_in("286001 新.xlsx", document("286001", ("30",)))
    given = run().given_back
    assert given and (given.back, given.passed, given.unused) == (0, 1, 1)
    copy = tmp_path / "还" / "未采用" / "286001_第286001局" / "286001 旧.xlsx"
    assert copy.read_bytes() == old.read_bytes()
    letter = copy.with_name("286001 旧_修改意见.html").read_text("utf-8")
    assert "已由后来报送的“286001 新.xlsx”代替，没有采用，不需要修改" in letter and "<table" not in letter


def test_a_file_that_nobody_can_read_goes_to_the_unit_that_its_name_speaks_of(
    run: Callable[..., Result], hand_in: Callable[..., Path], inbox: Path, tmp_path: Path
) -> None:
    hand_in("286002.json")
    (inbox / "加密_286001.xlsx").write_bytes(b"")
    run(inputs=Inputs(roster={"286001": {"单位名称": "怀来县信访局"}}))
    letter = tmp_path / "还" / "退回" / "286001_怀来县信访局" / "加密_286001_修改意见.html"
    assert "怀来县信访局：" in letter.read_text("utf-8")


def test_a_document_has_no_notes_so_its_letter_lists_all(
    run: Callable[..., Result], hand_in: Callable[..., Path], document: Any, tmp_path: Path
) -> None:
    content = document("286001", tuple("123456"))
    for project in content["projects"]:
        project |= {"purpose": None, "target": None, "schedule": dict.fromkeys(project["schedule"])}
    hand_in("286001.json", content)
    run()
    letter = next((tmp_path / "还").rglob("*.html")).read_text("utf-8")
    assert "批注" not in letter and letter.count("<tr><td") > 15 and "<td>第6个项目</td>" in letter


def test_a_file_that_cannot_even_be_copied_is_answered_by_its_letter_and_is_no_error(
    run: Callable[..., Result], hand_in: Callable[..., Path], inbox: Path, tmp_path: Path
) -> None:
    hand_in("286002.json")
    with ZipFile(inbox / "包.zip", "w", ZIP_DEFLATED) as archive:
        archive.writestr("bomb.xlsx", b"\0" * (4 << 20))
    for _ in range(2):
        given = run().given_back
        assert given and given.back == 1 and not given.errors
        assert files(tmp_path / "还" / "退回") == {"未填单位/bomb_修改意见.html"}


def test_a_workbook_within_an_archive_goes_back_annotated(
    run: Callable[..., Result], hand_in: Callable[..., Path], document: Any, inbox: Path, tmp_path: Path
) -> None:
    path = hand_in("286001.xlsx", wrong(document, "286001"))
    with ZipFile(inbox / "一批.zip", "w") as archive:
        archive.write(path, "局/286001.xlsx")
    path.unlink()
    run()
    copy = tmp_path / "还" / "退回" / "286001_第286001局" / "286001.xlsx"
    assert any("comments" in name for name in ZipFile(copy).namelist())


def test_a_bureau_may_send_back_for_warnings_too(
    run: Callable[..., Result], hand_in: Callable[..., Path], document: Any
) -> None:
    content = document("286001", ("30",))
    content["projects"][0]["purpose"] = None
    hand_in("286001.xlsx", content)
    assert run().given_back.back == 0  # type: ignore[union-attr]
    assert run(worst=Severity.WARNING).given_back.back == 1  # type: ignore[union-attr]


def test_a_letter_is_never_markup_of_others(
    run: Callable[..., Result], hand_in: Callable[..., Path], document: Any, tmp_path: Path
) -> None:
    content = wrong(document, "286001")
    content["unit"]["name"] = "<script>alert(1)</script>"
    hand_in("286001.json", content)
    run()
    letter = next((tmp_path / "还").rglob("*.html")).read_text("utf-8")
    assert "<script>" not in letter and "&lt;script&gt;" in letter


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("../../etc", "_.._etc"), ("a/b\\c:d", "a_b_c_d"), ("CON", "_CON"), ("nul.txt", "_nul.txt"), (" . ", "未命名"),
        ("局\u202egpj.exe", "局gpj.exe"), ("a\x00b\n", "ab"), ("x" * 300, "x" * 80), ("局。", "局。"), ("", "未命名"),
    ],
)  # fmt: skip
def test_names_from_data_are_made_safe(text: str, name: str) -> None:
    assert safe_name(text) == name
