"""Which files are taken, and in what order."""

from __future__ import annotations

import os
import sys
import zipfile
from pathlib import Path

import pytest

from xltargets.consolidate import Exclude, discover
from xltargets.consolidate.inbox.discover import OURS
from xltargets.consolidate.inbox.onefile import process
from xltargets.consolidate.inbox.zipped import ZipLimits, members, unpacked
from xltargets.errors import Error

NOTHING = Exclude()


def names(root: Path, *given: Path, exclude: Exclude = NOTHING) -> list[str]:
    return [source.name.removeprefix(f"{root}/") for source in discover(given or [root], exclude)]


def touch(root: Path, *paths: str) -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(b"")


def test_folders_are_read_recursively_in_natural_order(tmp_path: Path) -> None:
    touch(tmp_path, "表10.xlsx", "表2.xlsx", "甲/b.xlsm", "甲/a.json", "甲/丙/c.XLSX", "d.xltx", "e.xltm")
    assert names(tmp_path) == [
        "d.xltx",
        "e.xltm",
        "甲/a.json",
        "甲/b.xlsm",
        "甲/丙/c.XLSX",
        "表2.xlsx",
        "表10.xlsx",
    ]


def test_lock_files_hidden_files_and_other_files_are_left_out(tmp_path: Path) -> None:
    touch(tmp_path, "~$a.xlsx", ".a.xlsx", ".git/a.xlsx", "a.docx", "a.xlsx.tmp", "说明.txt", "a.xlsx")
    assert names(tmp_path) == ["a.xlsx"]


def test_old_formats_are_taken_so_that_somebody_hears_of_them(tmp_path: Path) -> None:
    touch(tmp_path, "a.xls", "b.et", "c.ods", "d.xlsb")
    assert names(tmp_path) == ["a.xls", "b.et", "c.ods", "d.xlsb"]


def test_a_file_that_is_named_itself_is_always_taken(tmp_path: Path) -> None:
    touch(tmp_path, ".a.xlsx", "b.dat")
    assert names(tmp_path, tmp_path / ".a.xlsx", tmp_path / "b.dat", tmp_path / "gone.xlsx") == [
        ".a.xlsx", "b.dat", "gone.xlsx",
    ]  # fmt: skip


def test_a_path_within_another_is_not_read_twice(tmp_path: Path) -> None:
    touch(tmp_path, "甲/a.xlsx", "b.xlsx")
    assert names(tmp_path, tmp_path / "甲" / "a.xlsx", tmp_path, tmp_path / "甲", tmp_path) == [
        "b.xlsx",
        "甲/a.xlsx",
    ]


def test_what_we_write_ourselves_is_left_out(tmp_path: Path) -> None:
    touch(tmp_path, "汇总.xlsx", "退回/a.xlsx", f"通过/{OURS}", "通过/b.xlsx", "c.xlsx")
    exclude = Exclude(frozenset([str(tmp_path / "汇总.xlsx")]), frozenset([str(tmp_path / "退回")]))
    assert names(tmp_path, exclude=exclude) == ["c.xlsx"]


@pytest.mark.skipif(os.name == "nt" or sys.platform == "darwin", reason="names there are always Unicode")
def test_a_name_in_gbk_on_disk_is_read_as_its_author_saw_it(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path / "报送") + b"/" + "教育口".encode("gbk")
    os.makedirs(folder)
    Path(os.fsdecode(folder + b"/" + "信访局.json".encode("gbk"))).write_text("{}", "utf-8")
    (source,) = discover([tmp_path])
    assert source.name == str(tmp_path / "报送" / "教育口" / "信访局.json") and os.path.exists(source.path)


def test_a_link_that_leads_back_to_its_folder_is_not_followed(tmp_path: Path) -> None:
    touch(tmp_path, "甲/a.xlsx")
    (tmp_path / "甲" / "回").symlink_to(tmp_path, target_is_directory=True)
    assert names(tmp_path) == ["甲/a.xlsx"]


def test_files_are_found_one_at_a_time(tmp_path: Path) -> None:
    touch(tmp_path, "a.xlsx", "b/c.xlsx")
    found = iter(discover([tmp_path]))
    next(found)
    touch(tmp_path, "b/d.xlsx")
    assert [Path(source.path).name for source in found] == ["c.xlsx", "d.xlsx"]


class TestZip:
    def test_an_archive_is_a_folder(self, tmp_path: Path) -> None:
        with zipfile.ZipFile(tmp_path / "各单位.zip", "w") as archive:
            for name in ("乙/2.xlsx", "甲/1.xlsx", "甲/~$1.xlsx", "__MACOSX/甲/1.xlsx", "说明.txt"):
                archive.writestr(name, b"x")
        assert names(tmp_path) == ["各单位.zip/乙/2.xlsx", "各单位.zip/甲/1.xlsx"]

    def test_names_in_gbk_are_read_as_their_author_saw_them(self, tmp_path: Path) -> None:
        (tmp_path / "a.zip").write_bytes(_with_raw_name(tmp_path, "信访局/怀来县.xlsx".encode("gbk")))
        assert names(tmp_path) == ["a.zip/信访局/怀来县.xlsx"]

    def test_an_archive_within_an_archive_is_refused(self, tmp_path: Path) -> None:
        with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
            archive.writestr("b.zip", b"x")
        assert names(tmp_path) == ["a.zip/b.zip"]  # which reading refuses

    @pytest.mark.parametrize("name", ["各单位.rar", "各单位.7z"])
    def test_an_archive_of_another_kind_is_named_and_not_overlooked(self, name: str, tmp_path: Path) -> None:
        touch(tmp_path, name)
        with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
            archive.writestr(name, b"x")
            archive.writestr("c.zip", b"x")
        assert names(tmp_path) == ["b.zip/c.zip", f"b.zip/{name}", name]
        said = [process(source).message for source in discover([tmp_path])]
        assert said[1] == said[2] == "这种压缩包打不开，里面的文件没有汇总；请解压到文件夹，或者改成 .zip 后再汇总"
        assert said[0] == "压缩包里不能再套压缩包，请解压到文件夹后再汇总"

    def test_a_bomb_is_refused_by_its_directory_and_by_what_comes_out(self, tmp_path: Path) -> None:
        path = str(tmp_path / "a.zip")
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("a.xlsx", b"\0" * (4 << 20))
        with pytest.raises(Error, match="过大，可能是有害文件"), unpacked(path, "a.xlsx", ".xlsx"):
            pass
        with pytest.raises(Error, match="过大，可能是有害文件"):
            members(path, ZipLimits(max_total_bytes=1 << 20))
        with pytest.raises(Error, match="超过上限0个"):
            members(path, ZipLimits(max_members=0))
        liar = tmp_path / "liar.zip"
        liar.write_bytes(_with_false_size(Path(path).read_bytes()))
        with pytest.raises(Error), unpacked(str(liar), "a.xlsx", ".xlsx"):
            pass

    def test_a_name_that_leads_out_of_the_archive_writes_nothing_there(self, tmp_path: Path) -> None:
        path = str(tmp_path / "a.zip")
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("../../evil.xlsx", b"x")
        with unpacked(path, "../../evil.xlsx", ".xlsx") as file:
            assert Path(file).read_bytes() == b"x" and Path(file).name == "member.xlsx"
        assert not Path(file).exists() and not (tmp_path.parent / "evil.xlsx").exists()


def _with_raw_name(folder: Path, raw: bytes) -> bytes:
    """An archive whose one name is in GBK and not said to be UTF-8, as Windows writes it."""
    placeholder = b"n" * len(raw)
    path = folder / "made.bin"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(placeholder.decode(), b"x")
    data = path.read_bytes().replace(placeholder, raw)
    path.unlink()
    return data


def _with_false_size(data: bytes) -> bytes:
    """The directory says that the member unpacks to 10 bytes."""
    return data.replace((4 << 20).to_bytes(4, "little"), (10).to_bytes(4, "little"))
