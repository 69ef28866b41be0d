"""What all tests share: documents, workbooks made of them, LibreOffice."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from xltargets.submission.document import load_document
from xltargets.submission.fill import fill

# the same examples each time in CI, new ones at a desk
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")

ROOT = Path(__file__).parents[1]
DATA = ROOT / "tests" / "data"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs LibreOffice where there is none, but never in CI."""
    if shutil.which("soffice") or os.environ.get("CI"):
        return
    for item in items:
        if item.get_closest_marker("libreoffice"):
            item.add_marker(pytest.mark.skip(reason="LibreOffice (soffice) is not installed"))


@pytest.fixture
def sound() -> dict[str, Any]:
    """The sound document, to be changed at will."""
    return load_document(DATA / "clean.json")


@pytest.fixture
def seed_document() -> dict[str, Any]:
    """The seed, as typed."""
    return load_document(DATA / "seed.json")


@pytest.fixture
def filled(tmp_path: Path, sound: dict[str, Any]) -> Path:
    """A workbook filled with the sound document."""
    path = tmp_path / "filled.xlsx"
    fill(sound, path)
    return path


@pytest.fixture(scope="session")
def soffice(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., list[Path]]:
    """Convert files with LibreOffice: ``soffice("xlsx", folder, source, ...)`` gives the paths of the results."""
    profile = tmp_path_factory.mktemp("libreoffice")

    def convert(kind: str, folder: Path, *sources: Path) -> list[Path]:
        subprocess.run(
            ["soffice", f"-env:UserInstallation=file://{profile}", "--headless", "--convert-to", kind,
             "--outdir", str(folder), *map(str, sources)],
            check=True, capture_output=True, timeout=240,
        )  # fmt: skip
        return [folder / f"{source.stem}.{kind.partition(':')[0]}" for source in sources]

    return convert


@pytest.fixture(scope="session")
def with_uno() -> Callable[..., str]:
    """Run a module with the Python that has ``uno``, and give what it prints: ``with_uno("tests.module", argument, ...)``."""
    python = "/usr/bin/python3"
    if subprocess.run([python, "-c", "import uno"], capture_output=True, check=False).returncode:
        pytest.skip("python3-uno is not installed")

    def run(module: str, *arguments: Path) -> str:
        command = [python, "-m", module, *map(str, arguments)]
        return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, timeout=240, cwd=ROOT).stdout

    return run
