"""Folders as units hand them in: workbooks and documents built from the sound document of the tests."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from xltargets.submission.document import load_document, to_json
from xltargets.submission.fill import fill

DATA = Path(__file__).parents[1] / "data"


@lru_cache(maxsize=2)
def _loaded(name: str) -> dict[str, Any]:
    return load_document(DATA / name)


def a_document(
    code: str = "286001", amounts: tuple[str, ...] = ("30.1", "0.2"), name: str = ""
) -> dict[str, Any]:
    """A sound document of a unit, with one project per amount, all of it 财政资金."""
    document = copy.deepcopy(_loaded("clean.json"))
    document["unit"] |= {"code": code, "name": name or f"第{code}局"}
    model = document["projects"][0]
    document["projects"] = []
    for number, amount in enumerate(amounts):
        project = copy.deepcopy(model)
        project |= {"code": f"13073024P{code}{number:06d}", "name": f"{code}号项目{number}"}
        del project["title"], project["unit"]  # the template works them out
        for indicator in project["indicators"]:
            if "成本" in indicator["level2"]:
                indicator["value"] = f"≤{amount}万元"
        project["budget"] = {"total": Decimal(amount), "fiscal": Decimal(amount), "other": None}
        document["projects"].append(project)
    return document


@pytest.fixture
def document() -> Callable[..., dict[str, Any]]:
    """Makes documents."""
    return a_document


@pytest.fixture
def hand_in(tmp_path: Path) -> Callable[..., Path]:
    """Puts a unit's submission into the folder ``报送``, as a workbook or (much faster) a document; gives the file."""

    def put(name: str, content: dict[str, Any] | None = None) -> Path:
        path = tmp_path / "报送" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        content = content or a_document(name[:6])
        if path.suffix == ".json":
            path.write_text(to_json(content), "utf-8")
        else:
            fill(content, path)
        return path

    return put


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """The folder that units hand in to."""
    path = tmp_path / "报送"
    path.mkdir(exist_ok=True)
    return path


@pytest.fixture
def schema() -> dict[str, Any]:
    """A copy of the official schema, to be changed at will."""
    path = Path(__file__).parents[2] / "schema" / "submission.schema.json"
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found
