"""Documents of any shape (lists for objects, numbers for texts, no numbers at all) never make a rule raise."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from xltargets.errors import Error
from xltargets.rules.config import Config
from xltargets.rules.engine import Inputs, judge
from xltargets.submission.document import from_document

from .mutation import SOUND, sound

ALL = Config(select=("T15",))
ODD: list[Any] = [
    None, True, False, 0, -1, 10**400, 3.5, float("inf"), float("nan"), Decimal("NaN"), Decimal("-Infinity"), Decimal("1E+999"), "", [], {},
    [[]], [None], {"a": 1}, ["x", 3, {"level3": 5}], [1, "a", None, {"name": 3}], "\ud800x", "\x00", "１２３", "²³①½",
    "（" * 1000, "其中" * 300 + "1元", "1元" * 2000, "2023年" * 500, "≥" * 50, "10/0", "9" * 400, "元/" * 200, "0" * 30 + "%",
    "项目支出1元" * 50, "x" * 5000, "一" * 300, "〔2024〕" * 200,
]  # fmt: skip
FURTHER = {
    "project": ("start", "end", "long_term_target", "kind"),
    "budget": ("items", "fiscal_sources", "whole_period"),
    "indicator": ("weight", "unit", "operator", "nature", "direction", "last_year"),
}


def places(node: Any) -> Iterator[tuple[Any, Any]]:
    """Every container within a document, with each of its keys."""
    for key, value in list(node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()):
        yield node, key
        yield from places(value)


def spoilt(chance: random.Random) -> dict[str, Any]:
    """A sound document with odd things at some places, and in fields that it does not have."""
    document = copy.deepcopy(sound(chance.choice(SOUND)))
    for project in document["projects"]:
        for node, keys in [(project, FURTHER["project"]), (project["budget"], FURTHER["budget"]),
                           *((row, FURTHER["indicator"]) for row in project["indicators"])]:  # fmt: skip
            for key in keys:
                if chance.random() < 0.3:
                    node[key] = copy.deepcopy(chance.choice(ODD))
    document["department"]["budget"] = {key: chance.choice(ODD) for key in ("projects", "fiscal", "other", "managed")}
    for node, key in chance.sample(list(places(document)), chance.choice((1, 2, 5, 12))):
        node[key] = copy.deepcopy(chance.choice(ODD))
    return document


@pytest.mark.parametrize("seed", range(8))
def test_no_document_makes_a_rule_fail(seed: int):
    chance = random.Random(seed)
    for _ in range(25):
        document = spoilt(chance)
        try:
            submission = from_document(document)
        except Error:
            continue
        assert judge(submission, ALL, Inputs(previous=document, ledger={}, roster={})).failures == []
