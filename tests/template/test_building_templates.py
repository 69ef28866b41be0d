"""The committed workbook is what the schema gives, to the byte."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "scripts" / "build_templates.py"


def run(*arguments: str, seed: str = "0") -> subprocess.CompletedProcess[str]:
    """The script in a process of its own, with a hash seed of its own."""
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    command = [sys.executable, str(SCRIPT), *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


def test_the_committed_workbooks_are_what_the_schema_gives() -> None:
    result = run("--check")
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_two_processes_give_the_same_bytes(tmp_path: Path) -> None:
    folders = [tmp_path / "one", tmp_path / "two"]
    for seed, folder in enumerate(folders, start=1):
        folder.mkdir()
        assert run("--folder", str(folder), seed=str(seed)).returncode == 0
    assert (folders[0] / "targets.xlsx").read_bytes() == (folders[1] / "targets.xlsx").read_bytes()


def test_a_stale_workbook_is_named_and_left_alone(tmp_path: Path) -> None:
    copy = tmp_path / "targets.xlsx"
    shutil.copy(ROOT / "templates" / "targets.xlsx", copy)
    with zipfile.ZipFile(copy, "a") as archive:
        archive.writestr("xl/other.xml", "<x/>")
    before = copy.read_bytes()
    result = run("--check", "--folder", str(tmp_path))
    assert result.returncode == 1 and "targets.xlsx" in result.stdout
    assert copy.read_bytes() == before


@pytest.mark.parametrize("there", [True, False])
def test_building_mends_a_stale_or_missing_workbook(tmp_path: Path, there: bool) -> None:
    if there:
        with zipfile.ZipFile(tmp_path / "targets.xlsx", "w") as archive:
            archive.writestr("x", "")
    assert "targets.xlsx" in run("--folder", str(tmp_path)).stdout
    assert run("--check", "--folder", str(tmp_path)).returncode == 0
