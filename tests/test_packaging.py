"""The wheel has all it needs, and runs where nothing of the checkout is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built by way of an sdist, as a release is, from a copy of what git knows."""
    copy, out = tmp_path_factory.mktemp("checkout"), tmp_path_factory.mktemp("dist")
    files = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True
    ).stdout
    for name in files.decode().split("\0")[:-1]:
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            (copy / name).write_bytes((ROOT / name).read_bytes())
    subprocess.run([sys.executable, "-m", "build", "--outdir", str(out), str(copy)], check=True, capture_output=True)
    (found,) = out.glob("*.whl")
    return found


def test_the_wheel_holds_every_module_and_all_data(wheel: Path) -> None:
    packed = set(zipfile.ZipFile(wheel).namelist())
    for path in (ROOT / "xltargets").rglob("*"):
        if path.suffix in (".py", ".toml", ".mo", ".typed"):
            assert path.relative_to(ROOT).as_posix() in packed
    assert {
        "xltargets/schema/submission.schema.json", "xltargets/schema/form.meta-schema.json", "xltargets/templates/targets.xlsx",
    } <= packed  # fmt: skip


def test_the_command_works_from_the_wheel_in_another_folder(wheel: Path, tmp_path: Path) -> None:
    environment = tmp_path / "env"
    venv.create(environment, with_pip=True)
    python = environment / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "-q", str(wheel)], check=True, capture_output=True)
    clean = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    document = ROOT / "tests" / "data" / "seed.json"

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [environment / "bin" / "xltargets", *arguments], cwd=tmp_path, env=clean, capture_output=True, text=True, check=False
        )

    assert run("fill", str(document), "-o", "seed.xlsx").returncode == 0
    report = json.loads(run("check", "seed.xlsx", "--format", "json").stdout)
    assert {finding["rule"] for finding in report["findings"]} >= {"X03", "S11"}
    assert run("annotate", "seed.xlsx").returncode == 0
    heavy = "import sys, xltargets.cli.judging; print([m for m in ('pandas', 'openpyxl', 'xlsxwriter', 'xlwings') if m in sys.modules])"
    loaded = subprocess.run([python, "-c", heavy], cwd=tmp_path, env=clean, capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "[]"
