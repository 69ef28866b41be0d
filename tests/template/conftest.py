"""The schema, and the official workbook as an independent reader sees it."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from xltargets.template import build

ROOT = Path(__file__).parents[2]


@pytest.fixture
def schema() -> dict[str, Any]:
    """A copy of the official schema, to be changed at will."""
    return json.loads((ROOT / "schema" / "submission.schema.json").read_text("utf-8"))


@pytest.fixture(scope="session")
def official() -> openpyxl.Workbook:
    """The committed workbook."""
    return openpyxl.load_workbook(ROOT / "templates" / "targets.xlsx")


@pytest.fixture
def drawn() -> Any:
    """Draw a workbook and open it."""

    def draw(schema: dict[str, Any], **options: Any) -> openpyxl.Workbook:
        stream = BytesIO()
        build(schema, stream, **options)
        return openpyxl.load_workbook(stream)

    return draw
