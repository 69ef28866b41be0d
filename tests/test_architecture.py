"""Arrows of import point downward only, and the libraries within are free of what they must not know."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def test_imports_point_downward_only() -> None:
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_what_knows_excel_knows_nothing_of_targets() -> None:
    words = re.compile(r"绩效目标|指标|project|indicator|submission", re.IGNORECASE)
    for path in (ROOT / "xltargets" / "excel").glob("*.py"):
        code = path.read_text("utf-8").replace("projection", "")
        assert not words.search(code), (path.name, words.search(code))


def test_rules_know_no_cell() -> None:
    for path in (ROOT / "xltargets" / "rules").rglob("*.py"):
        assert "xltargets.excel" not in path.read_text("utf-8"), path.name


@pytest.mark.parametrize("module", ["xltargets", "xltargets.cli", "xltargets.cli.report", "xltargets.submission.read", "xltargets.rules.engine"])
def test_nothing_heavy_is_imported_before_it_is_needed(module: str) -> None:
    code = f"import sys, {module}; print([name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


HEAVY = ("pandas", "numpy", "openpyxl", "xlsxwriter", "xlwings", "rich", "docx", "cn2an", "jsonschema")


def test_no_machine_path_or_registry_is_committed() -> None:
    files = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
    secret = re.compile(rb"/work/|/root/|/tmp/helpers|pypi-more|artifactory|nexus|index-url[= ]+http")
    for name in filter(None, files):
        path = ROOT / name
        if path.is_file() and path.suffix != ".xlsx" and path != Path(__file__):
            found = secret.search(path.read_bytes())
            assert not found, (name, found)
