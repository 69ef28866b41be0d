"""Documentation cannot drift: generated pages are compared, the README's commands are run."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from xltargets.submission.document import load_document
from xltargets.submission.fill import fill

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


@pytest.mark.parametrize("script", ["build_docs.py", "build_locale.py", "build_templates.py"])
def test_what_is_generated_is_up_to_date(script: str) -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / script, "--check"], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_readmes_commands_run(tmp_path: Path) -> None:
    (tmp_path / "报送").mkdir()
    fill(load_document(ROOT / "tests" / "data" / "clean.json"), tmp_path / "报送" / "286001.xlsx")
    block = re.search(r"## For the bureau.*?```sh\n(.*?)```", README, re.DOTALL)
    assert block
    commands = [shlex.split(line, comments=True) for line in block[1].splitlines()]
    assert len(commands) >= 6
    for program, *arguments in commands:
        assert program == "xltargets"
        done = subprocess.run(
            [sys.executable, "-m", "xltargets", *arguments], cwd=tmp_path, capture_output=True, text=True, check=False,
            env={**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")},
        )  # fmt: skip
        assert done.returncode in (0, 1), (arguments, done.stderr)
    assert (tmp_path / "汇总.xlsx").exists()


def test_the_readmes_python_runs(tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    for place in (tmp_path, tmp_path / "inbox"):
        fill(load_document(ROOT / "tests" / "data" / "seed.json"), place / "286001.xlsx")
    block = re.search(r"```python\n(import xltargets.*?)```", README, re.DOTALL)
    assert block
    done = subprocess.run([sys.executable, "-c", block[1]], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "S11 warning 项目1 D10" in done.stdout
    assert {"286001_notes.xlsx", "again.xlsx", "summary.xlsx"} <= {path.name for path in tmp_path.iterdir()}


def test_the_pandas_page_runs_as_a_notebook_would(tmp_path: Path) -> None:
    pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    (tmp_path / "报送").mkdir()
    fill(load_document(ROOT / "tests" / "data" / "seed.json"), tmp_path / "报送" / "286001.xlsx")
    page = (ROOT / "docs" / "pandas.md").read_text("utf-8")
    cells = "\n".join(re.findall(r"```python\n(.*?)```", page, re.DOTALL)).replace("jobs=4", "jobs=1")
    told = 'print(len(pandas.read_parquet("库/projects", filters=[("行政区划代码", "=", "130730")])), list(frames))'
    done = subprocess.run(
        [sys.executable, "-c", f"{cells}\n{told}"], cwd=tmp_path, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONUTF8": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    said = re.search(r"list\(frames\) +# (\[.*\])", page)
    assert said and done.stdout == f"2 {said[1]}\n"


def test_every_file_the_readme_links_to_is_there() -> None:
    for target in re.findall(r"\]\(([^)]+)\)", README):
        assert (ROOT / target).exists(), target
