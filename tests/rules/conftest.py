"""The sound document that every rule passes, and the seed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from xltargets.submission.document import load_document

DATA = Path(__file__).parents[1] / "data"


@pytest.fixture(scope="session")
def clean() -> dict[str, Any]:
    return load_document(DATA / "clean.json")


@pytest.fixture(scope="session")
def seed() -> dict[str, Any]:
    return load_document(DATA / "seed.json")
