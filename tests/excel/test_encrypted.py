"""Workbooks with a password, for reading."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from msoffcrypto.format.ooxml import OOXMLFile

from xltargets.errors import Error
from xltargets.excel.encrypted import password_in, readable


@pytest.fixture
def locked(filled: Path) -> Path:
    target = filled.with_name("locked.xlsx")
    with filled.open("rb") as source, target.open("wb") as out:
        OOXMLFile(source).encrypt("密码1", out)
    return target


def test_the_right_password_opens_a_private_copy_that_goes_away(locked: Path, filled: Path) -> None:
    with readable(locked, "密码1") as copy:
        assert copy.read_bytes() == filled.read_bytes()
    assert not copy.exists()


def test_a_wrong_password_is_refused(locked: Path) -> None:
    with pytest.raises(Error, match="密码不对"), readable(locked, "x"):
        pass


def test_a_workbook_without_password_is_itself(filled: Path) -> None:
    with readable(filled, "any") as copy:
        assert copy == filled


def test_a_damaged_one_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000))
    with pytest.raises(Error), readable(path, "x"):
        pass


def test_the_password_is_the_first_line(tmp_path: Path) -> None:
    path = tmp_path / "password.txt"
    path.write_text("密码1\nnot this\n", "utf-8")
    assert password_in(path) == "密码1"
    path.write_text("", "utf-8")
    with pytest.raises(Error, match="空的"):
        password_in(path)


def test_check_reads_it_and_names_it(locked: Path, tmp_path: Path) -> None:
    (tmp_path / "p.txt").write_text("密码1", "utf-8")
    command = [sys.executable, "-m", "xltargets", "check", str(locked)]
    assert "已加密" in subprocess.run(command, capture_output=True, text=True, check=False).stdout
    done = subprocess.run(
        [*command, "--password-file", str(tmp_path / "p.txt")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert str(locked) in done.stdout
