from __future__ import annotations

import errno
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from xltargets.errors import Error
from xltargets.excel.files import replace_file


def writes(content: bytes):
    return lambda file: file.write(content)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def target(tmp_path: Path) -> Path:
    path = tmp_path / "表.xlsx"
    path.write_bytes(b"old")
    return path


class TestReplaceFile:
    def test_makes_a_new_file(self, tmp_path):
        replace_file(tmp_path / "新.xlsx", writes(b"new"))
        assert (tmp_path / "新.xlsx").read_bytes() == b"new"
        assert names(tmp_path) == ["新.xlsx"]

    def test_replaces_an_old_file_and_keeps_its_mode(self, target):
        target.chmod(0o640)
        replace_file(target, writes(b"new"))
        assert target.read_bytes() == b"new"
        assert stat.S_IMODE(target.stat().st_mode) == 0o640

    def test_gives_a_new_file_the_mode_that_the_user_s_mask_gives(self, tmp_path):
        before = os.umask(0o027)
        try:
            replace_file(tmp_path / "新.xlsx", writes(b"new"))
        finally:
            os.umask(before)
        assert stat.S_IMODE((tmp_path / "新.xlsx").stat().st_mode) == 0o640

    def test_lets_the_writer_seek(self, target):
        def write(file):
            file.write(b"__new")
            file.seek(0)
            file.write(b"##")

        replace_file(target, write)
        assert target.read_bytes() == b"##new"

    def test_replaces_what_a_link_leads_to_and_keeps_the_link(self, target, tmp_path):
        link = tmp_path / "链接.xlsx"
        link.symlink_to(target)
        replace_file(link, writes(b"new"))
        assert link.is_symlink()
        assert target.read_bytes() == b"new"

    @pytest.mark.parametrize("error", [Error("不行"), ValueError("ours"), KeyboardInterrupt()])
    def test_leaves_all_as_it_was_when_the_writer_fails(self, target, error):
        def write(file):
            file.write(b"half")
            raise error

        with pytest.raises(type(error)):
            replace_file(target, write)
        assert target.read_bytes() == b"old"
        assert names(target.parent) == [target.name]

    def test_says_that_the_disk_is_full(self, target):
        def write(file):
            file.write(b"half")
            raise OSError(errno.ENOSPC, "No space left on device")

        with pytest.raises(Error, match="磁盘空间不足"):
            replace_file(target, write)
        assert target.read_bytes() == b"old"
        assert names(target.parent) == [target.name]

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
    def test_does_not_write_into_devices(self):
        with pytest.raises(Error, match="不是普通文件"):
            replace_file("/dev/full", writes(b"new"))

    def test_says_when_the_rename_fails(self, target, monkeypatch):
        def replace(*_):
            error = PermissionError(errno.EACCES, "The process cannot access the file")
            error.winerror = 32
            raise error

        monkeypatch.setattr(os, "replace", replace)  # a sharing violation happens on Windows only
        with pytest.raises(Error, match="占用"):
            replace_file(target, writes(b"new"))
        assert target.read_bytes() == b"old"
        assert names(target.parent) == [target.name]

    @pytest.mark.parametrize("lock", ["~$表.xlsx", ".~lock.表.xlsx#"])
    def test_refuses_a_file_that_is_open(self, target, lock):
        target.with_name(lock).write_bytes(b"")
        with pytest.raises(Error, match=r"正在 Excel 或 WPS 中打开.*" + lock.replace("$", r"\$")):
            replace_file(target, writes(b"new"))
        assert target.read_bytes() == b"old"

    def test_does_not_mind_the_lock_of_a_file_that_is_not_there(self, tmp_path):
        (tmp_path / "~$新.xlsx").write_bytes(b"")
        replace_file(tmp_path / "新.xlsx", writes(b"new"))
        assert (tmp_path / "新.xlsx").read_bytes() == b"new"

    def test_refuses_a_read_only_file(self, target):
        target.chmod(0o444)
        with pytest.raises(Error, match="只读"):
            replace_file(target, writes(b"new"))
        assert target.read_bytes() == b"old"

    @pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
    def test_refuses_a_folder_that_may_not_be_written_to(self, target):
        target.parent.chmod(0o555)
        try:
            with pytest.raises(Error, match="没有写入权限"):
                replace_file(target, writes(b"new"))
        finally:
            target.parent.chmod(0o755)

    def test_says_that_the_system_denied_it(self, target, monkeypatch):
        def refuse(*_):
            raise PermissionError(errno.EROFS, "Read-only file system")

        monkeypatch.setattr(os, "open", refuse)  # tests often run as root, whom no folder refuses
        with pytest.raises(Error, match="没有写入权限"):
            replace_file(target, writes(b"new"))

    def test_refuses_a_folder_and_a_missing_folder(self, tmp_path):
        with pytest.raises(Error, match="这是一个文件夹"):
            replace_file(tmp_path, writes(b"new"))
        with pytest.raises(Error, match="文件夹不存在"):
            replace_file(tmp_path / "没有" / "表.xlsx", writes(b"new"))

    def test_takes_the_longest_names(self, tmp_path):
        path = tmp_path / ("长" * 83 + ".xlsx")
        replace_file(path, writes(b"new"))
        assert path.read_bytes() == b"new"


KILLED = """
import os, signal, sys
from xltargets.excel.files import replace_file
replace_file(sys.argv[1], lambda file: os.kill(os.getpid(), signal.SIGKILL))
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="the system cannot kill so hard")
class TestWhatAKilledSaveLeaves:
    @pytest.fixture
    def leftover(self, target: Path) -> Path:
        subprocess.run([sys.executable, "-c", KILLED, target], check=False, cwd=Path(__file__).parents[2])
        (left,) = target.parent.glob(".*")
        return left

    @staticmethod
    def age(path: Path, days: float) -> None:
        then = time.time() - days * 86_400
        os.utime(path, (then, then), follow_symlinks=False)

    def test_is_taken_away_by_a_save_in_that_folder_a_day_later(self, target, leftover):
        self.age(leftover, 1.1)
        replace_file(target.with_name("别的.xlsx"), writes(b"new"))
        assert names(target.parent) == ["别的.xlsx", target.name]

    def test_stays_while_it_may_still_be_written_to(self, target, leftover):
        self.age(leftover, 0.9)
        replace_file(target, writes(b"new"))
        assert leftover.exists()

    def test_is_all_that_is_taken_away(self, target, leftover):
        mine = [leftover.with_name(name) for name in (
            ".xltargets-表.tmp", ".xltargets-0123456789ab.tmp.xlsx", "xltargets-0123456789ab.tmp", ".xlsx-0123456789ab.tmp"
        )]  # fmt: skip
        folder, link = leftover.with_name(".xltargets-0123456789ab.tmp"), leftover.with_name(".xltargets-ba9876543210.tmp")
        folder.mkdir()
        link.symlink_to(target)
        for path in mine:
            path.write_bytes(b"mine")
        for path in (*mine, folder, link):
            self.age(path, 400)
        replace_file(target, writes(b"new"))
        assert all(path.read_bytes() == b"mine" for path in mine)
        assert folder.is_dir() and link.is_symlink()
