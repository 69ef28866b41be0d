"""Whatever stands in a cell, the rules neither raise nor take more than linear time.

Linear by construction, so without a clock: every pattern is taken apart, and one whose steps could multiply with the length
of the text fails. A megabyte of each kind of text is then worked on once; a quadratic rule would not come back.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import xltargets.rules
import xltargets.values
from xltargets.rules.config import Config
from xltargets.rules.engine import Inputs, judge
from xltargets.submission.document import from_document
from xltargets.values.patterns import later

from .catalogue import overlay

ONLY = Config(select=("T15",), ignore=("U",))
MODULES = [
    importlib.import_module(module.name)
    for package in (xltargets.rules, xltargets.values)
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
]
PATTERNS = {
    f"{module.__name__}.{name}": value
    for module in MODULES
    for name, value in vars(module).items()
    if isinstance(value, (re.Pattern, type(later(""))))
}
REPEATS = {codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT}
#: A repetition up to here counts as bounded.
BOUND = 300


def repeats(node: Any, around: int = 1) -> list[tuple[int, bool]]:
    """Of every repetition: how often at most, those around it multiplied; and whether it is endless."""
    found = []
    for code, argument in node:
        if code in REPEATS:
            least, most, body = argument
            if least == most or code is codes.POSSESSIVE_REPEAT:  # never gives anything back
                found += repeats(body, around)
                continue
            endless = most == codes.MAXREPEAT
            times = around * (1 if endless or most <= 1 else int(most))
            found.append((times, endless))
            inner = repeats(body, times)
            assert not (endless and any(times > 1 or inside for times, inside in inner)), "a quantifier in an endless one"
            found += inner
        else:
            for part in argument if isinstance(argument, (tuple, list)) else ():
                for below in part if isinstance(part, list) else [part]:
                    if isinstance(below, parser.SubPattern):
                        found += repeats(below, around)
            if isinstance(argument, parser.SubPattern):
                found += repeats(argument, around)
    return found


def test_there_are_patterns_to_check():
    assert len(PATTERNS) > 200


@pytest.mark.parametrize("name", PATTERNS)
def test_no_pattern_takes_more_than_linear_time(name: str):
    pattern = PATTERNS[name]
    found = repeats(parser.parse(pattern.pattern, pattern.flags))
    assert all(times <= BOUND for times, _ in found)
    assert sum(endless for _, endless in found) <= 1


def test_the_check_of_patterns_sees_what_is_dangerous():
    for dangerous in ("(a+)+b", "(?:a{1,5})*b", "(?:a|b*)+c"):
        with pytest.raises(AssertionError):
            repeats(parser.parse(dangerous))
    assert sum(endless for _, endless in repeats(parser.parse("a*b*"))) == 2
    assert max(times for times, _ in repeats(parser.parse("(?:a{1,20}b){1,20}"))) == 400


MEGABYTE = {
    "brackets": "(" * 1_000_000,
    "nested": "（" * 1_000 + "）" * 1_000,
    "crossed": "“（" * 250_000 + "”）" * 250_000,
    "quotes": "“" * 1_000_000,
    "numbers": "1." * 500_000,
    "numerals": "一、" * 500_000,
    "digits": "1" * 1_000_000,
    "thousands": "1,234" * 200_000,
    "years": "2023年" * 200_000,
    "deadlines": "2023年12月31日前" * 90_000,
    "document numbers": "〔2024〕第007号" * 100_000,
    "bookmarks": "[bookmark: " * 90_000,
    "tags": "<div " * 200_000,
    "blanks": " " * 500_000 + "x" + "\u3000" * 500_000,
    "tabs": "信\t" * 500_000,
    "commas": "信," * 500_000,
    "twice": "信访" * 500_000,
    "percent": "%" * 1_000_000,
    "misspelt": "拔付建立建全" * 160_000,
    "ourselves": "我委" * 500_000,
    "abbreviations": "“三率”" * 250_000,
    "zero width": "\u200b" * 1_000_000,
    "right to left": "\u202e\u05d0\u0627" * 330_000,
    "surrogates": "\ud800\udfff" * 500_000,
    "five scripts": "1１१১๑" * 200_000,
    "prose": "2024年受理信访事项不少于1200件，按期办结率达到95%以上；" * 30_000,
    "units": "1200件" * 200_000,
    "rates": "信访事项办结率达到95%" * 80_000,
}
FIELDS = (
    "unit.name", "department.overall_target", "department.safeguards.0", "department.itemised_targets.0", "projects.0.title",
    "projects.0.name", "projects.0.purpose", "projects.0.target", "projects.0.long_term_target",
    "projects.0.indicators.0.level3", "projects.0.indicators.0.description", "projects.0.indicators.0.value",
    "projects.0.indicators.0.basis",
)  # fmt: skip


def judged(clean: dict[str, Any], changes: dict[str, Any]) -> list[str]:
    judgement = judge(from_document(overlay(clean, changes)), ONLY, Inputs(previous=overlay(clean, changes)))
    assert judgement.failures == []
    return [finding.message for finding in judgement.findings]


@pytest.mark.parametrize("kind", MEGABYTE)
def test_works_on_a_megabyte_of_anything(kind: str, clean: dict[str, Any]):
    document = overlay(clean, {"projects.0.target": MEGABYTE[kind]})
    judgement = judge(from_document(document), ONLY)
    assert judgement.failures == [] and judgement.findings
    assert all(len(finding.message) <= 400 for finding in judgement.findings)


@pytest.mark.parametrize("kind", MEGABYTE)
def test_works_on_long_text_in_every_field(kind: str, clean: dict[str, Any]):
    judged(clean, {field: MEGABYTE[kind][-5_000:] for field in FIELDS})


CHARACTERS = st.text(
    st.one_of(
        st.sampled_from("信访事项办理一二三四是第、。，；：,;:()（）[]【】〔〕“”‘’《》{}<>%％元万年月日前号率度件 \t\n\u3000\u200b\ufeff"),
        st.sampled_from("0123456789１２३४৫๖"),
        st.sampled_from("\ud800\udfff\u202e\u05d0\u0627\x00\x0b𠮷😀"),
        st.characters(),
    ),
    max_size=80,
)
PIECES = st.lists(
    st.sampled_from([
        "2023年", "2024年度", "〔2024〕7号", "【24】第07号", "[bookmark: _x]", "一是", "（一）", "1.", "2、", "3）", "十一、", "“三率”",
        "我委", "怀来县", "信访局", "拔付", "1200件", "95%", "12月底前完成", "万元万元", "（", "）", "“", "《", "\n", " ", "\t", "①", "第二，",
    ]),
    max_size=30,
).map("".join)  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.dictionaries(st.sampled_from(FIELDS), st.one_of(CHARACTERS, PIECES), min_size=1))
def test_no_text_makes_a_rule_fail(clean: dict[str, Any], texts: dict[str, str]):
    for message in judged(clean, texts):
        assert message == message.strip() and len(message) <= 400
        assert message.isprintable(), "a message is for a reader: one line, nothing invisible"


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5),
                    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)))
def test_a_document_of_another_shape_makes_no_rule_fail(clean: dict[str, Any], odd: Any):
    for key in ("department", "projects"):
        document = {**clean, key: odd}
        assert judge(from_document(document), ONLY, Inputs(previous=document)).failures == []
    document = {**clean, "projects": [{**clean["projects"][0], "indicators": odd, "name": odd, "target": odd}]}
    assert judge(from_document(document), ONLY, Inputs(previous={"projects": odd, "department": odd})).failures == []
