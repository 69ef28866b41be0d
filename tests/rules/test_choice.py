"""Which rules run on what: a rule is called where it may have something to say, and nowhere else."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from xltargets.rules import ready
from xltargets.rules.config import Config
from xltargets.rules.items import SORTS, Row, sorts_of
from xltargets.rules.ready import made_ready
from xltargets.rules.registry import HINT, rule
from xltargets.rules.view import View
from xltargets.submission.document import from_document
from xltargets.values import parse


def chosen(document: dict[str, Any], index: int = 0) -> set[str]:
    """The rules that run on an indicator of the first project."""
    submission = from_document(document)
    choice = made_ready(submission.form, Config()).scopes["indicator"]
    return {prepared.rule.id for prepared, *_ in choice.of(View(submission).indicators[index])}


@pytest.mark.parametrize(
    ("value", "sorts"),
    [
        ("≥95%", {"quant", "number", "rate", "at-least"}),
        ("3～5次", {"range", "number"}),
        ("≥≥95%", {"quant", "number", "rate", "at-least", "odd"}),
        ("1200", {"quant", "number", "without-operator", "without-unit"}),
        ("优", {"qual"}),
        ("≤30万元", {"quant", "number", "at-most"}),
    ],
)
def test_a_value_is_of_several_sorts(value: str, sorts: set[str]):
    assert sorts_of(parse(value)) == sorts <= set(SORTS)


def test_rules_on_costs_run_on_costs_only(clean: dict[str, Any]):
    document = copy.deepcopy(clean)
    document["projects"][0]["indicators"][0] |= {"level2": "成本指标", "value": "≥5万元"}
    assert "V03" in chosen(document) and "V03" not in chosen(clean)


def test_a_blank_field_calls_the_rule_on_blanks(clean: dict[str, Any]):
    document = copy.deepcopy(clean)
    document["projects"][0]["indicators"][0]["basis"] = None
    assert "C10" in chosen(document) and "C10" not in chosen(clean)


def test_choices_are_worked_out_anew_beyond_a_limit(clean: dict[str, Any], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(ready, "_MOST_CHOICES", 1)
    assert chosen(clean, 0) != chosen(clean, 3)
    assert chosen(clean, 0) == chosen(clean, 0)


def test_a_satisfaction_in_the_first_level_alone_counts_as_one(clean: dict[str, Any]):
    document = copy.deepcopy(clean)
    document["projects"][0]["indicators"][0] |= {"level1": "满意度指标", "level2": None}
    row = View(from_document(document)).indicators[0]
    assert isinstance(row, Row)
    assert (row.level2, row.kind, row.part) == (None, "服务对象满意度", "满意度")


@pytest.mark.parametrize("wrong", [{"values": ["cheap"]}, {"kinds": ["verse"], "each": "text"}])
def test_a_sort_or_kind_that_there_is_not_is_refused(wrong: dict[str, Any]):
    with pytest.raises(ValueError, match="unknown sort"):
        rule("C99", HINT, basis="I", **wrong)
