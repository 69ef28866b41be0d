"""What is looked for first, being found faster, is there wherever the rule has something to say."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from xltargets.rules.catalogue import substance, text
from xltargets.rules.config import Config
from xltargets.rules.language import prose
from xltargets.rules.ready import OnText, made_ready
from xltargets.rules.registry import all_rules
from xltargets.rules.view import View
from xltargets.submission.document import from_document
from xltargets.submission.form import Field, load_form

SIGNED = [rule.id for rule in all_rules().values() if rule.signs]


def pieces(source: str) -> list[str]:
    """Characters and short words of a source."""
    return sorted({*re.findall(r"[\u4e00-\u9fff]{1,4}|\S", source), *"〔〕（）％＊＿０９"})


def texts(words: list[str], count: int, seed: str) -> Iterator[str]:
    """Texts put together from words."""
    random = Random(seed)
    for _ in range(count):
        yield "".join(random.choices(words, k=random.randint(1, 10)))


#: Controls, blanks and marks of all kinds: a text may hold any of them.
CHARACTERS = [chr(code) for code in (*range(0x4E00), *range(0xD800, 0x10000))]


@pytest.fixture(scope="module")
def on_texts(clean: dict[str, Any]) -> dict[str, tuple[OnText, Field, tuple[Any, ...]]]:
    """The rules on texts that have signs, each with a field that it looks at and what it gets of the head."""
    submission = from_document(clean)
    rules, head = made_ready(load_form(), Config()).texts, View(submission).document[0].row
    found = {}
    for field in load_form().fields.values():
        for one in rules.of(field) if field.type == "text" else ():
            if field.path[0] == "projects" or one[0].rule.id not in found:
                found[one[0].rule.id] = one, field, one[2](head)
    return found


@pytest.mark.parametrize("rule", SIGNED)
def test_without_its_signs_a_rule_says_nothing(rule: str, on_texts: dict[str, tuple[OnText, Field, tuple[Any, ...]]]):
    (_, function, _, signs), field, given = on_texts[rule]
    known = pieces(inspect.getsource(inspect.getmodule(all_rules()[rule].function)))
    without = [word for word in known if signs.isdisjoint(word)]
    alone = [f"办理{character}" for character in CHARACTERS if character not in signs]
    for said in (*texts(without, 20_000, rule), *alone):
        assert list(function(said, field, *given)) == [], said


@pytest.mark.parametrize(
    ("pattern", "module", "may_match"),
    [
        (substance._PLACEHOLDER, substance, lambda said: not substance._SIGNS.isdisjoint(said)
                                                         or any(phrase in said for phrase in substance._PHRASES)),
        (text._SAME_UNIT, text, lambda said: text._MAY_BE_TWICE.search(said) is not None),
    ],
)  # fmt: skip
def test_what_is_looked_for_first_is_in_all_that_is_found(pattern: re.Pattern[str], module: Any, may_match: Any):
    words = sorted({*re.findall(r"[\u4e00-\u9fff]{1,4}|[^\s\\]", pattern.pattern), *"12个元字％"})
    found = [said for said in texts(words, 40_000, pattern.pattern) if pattern.search(said)]
    assert len(found) > 400
    assert [said for said in found if not may_match(said)] == []


def test_a_number_of_an_item_begins_with_one_of_its_marks():
    begins = {chr(code) for code in range(0x110000) for rest in ("", "1", ".", "、", "）", "章") if prose._MARK.match(f"{chr(code)}{rest}. 甲")}
    assert begins and begins <= prose._BEGIN_MARKS
