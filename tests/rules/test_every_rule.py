"""What holds for every rule of the registry, by its own examples."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from xltargets.rules.config import Config
from xltargets.rules.engine import Judgement, judge
from xltargets.rules.registry import BASES, GROUPS, Rule, all_rules
from xltargets.submission.document import from_document
from xltargets.submission.form import ITEM, load_form

from .catalogue import (
    COUNTS,
    catalogue_ids,
    inputs_of,
    judged,
    judged_example,
    locate,
    overlay,
    remove,
)

#: Rules that judge a document; those of the reader and of a consolidation have tests of their own.
JUDGED = [rule for rule in all_rules().values() if rule.judged and not rule.of_reader and rule.each != "units"]
MESSAGES = Path(__file__).with_name("messages.txt")

every_rule = pytest.mark.parametrize("rule", all_rules().values(), ids=lambda rule: rule.id)
every_judged_rule = pytest.mark.parametrize("rule", JUDGED, ids=lambda rule: rule.id)


def ids(judgement: Judgement) -> set[str]:
    assert judgement.failures == []
    return {finding.rule for finding in judgement.findings}


@every_rule
class TestEveryRuleIsDocumented:
    def test_has_a_name_and_says_how_to_mend_it(self, rule: Rule):
        name, blank, *rest = rule.page.split("\n")
        assert 2 <= len(name) <= 40 and name == name.strip(), name
        assert blank == "" and any(rest), "the name stands in a line of its own"
        if rule.judged:
            assert "改法：" in rule.page

    def test_rests_on_a_known_basis(self, rule: Rule):
        assert rule.basis and set(rule.basis) <= set(BASES)

    def test_is_of_a_known_group(self, rule: Rule):
        assert rule.group in GROUPS


@every_judged_rule
class TestEveryRule:
    def test_passes_the_clean_document(self, rule: Rule, clean: dict[str, Any]):
        assert rule.id not in ids(judged(rule, clean))

    def test_finds_its_bad_example(self, rule: Rule, clean: dict[str, Any]):
        assert rule.bad, "a rule has an example that violates it"
        assert rule.id in ids(judged_example(rule, clean, rule.bad))

    def test_passes_its_good_example(self, rule: Rule, clean: dict[str, Any]):
        assert rule.good is not None, "a rule has an example that nearly violates it"
        assert rule.id not in ids(judged_example(rule, clean, rule.good))

    def test_does_not_run_without_what_it_needs(self, rule: Rule, clean: dict[str, Any]):
        for field in rule.needs:
            document = overlay(overlay(clean, rule.bad, rule.each), {field: None}, rule.each)
            assert rule.id not in ids(judged(rule, document, inputs_of(clean, rule.bad))), field

    def test_does_not_speak_of_what_the_form_lacks(self, rule: Rule, clean: dict[str, Any]):
        for field in rule.takes:
            if not _essential(rule, field):
                document = remove(overlay(clean, rule.bad, rule.each), rule.each, field)
                assert rule.id not in ids(judged(rule, document, inputs_of(clean, rule.bad))), field

    def test_does_not_run_without_its_other_inputs(self, rule: Rule, clean: dict[str, Any]):
        if {"@previous", "@ledger", "@roster"} & set(rule.inputs):
            assert rule.id not in ids(judged(rule, overlay(clean, rule.bad, rule.each)))


def _essential(rule: Rule, field: str) -> bool:
    """Whether the field is one without which nothing is of this form, so that it is blank rather than absent."""
    path = tuple(ITEM if key.isdigit() else key for key in locate(rule.each, field))
    return path in load_form().fields and load_form().fields[path].essential


@pytest.mark.parametrize("group", COUNTS)
def test_the_registry_has_the_rules_of_the_catalogue(group: str):
    found = [rule.id for rule in all_rules().values() if rule.group == group]
    if not found:
        pytest.skip(f"group {group} is not written yet")
    assert found == catalogue_ids(group)


def test_the_clean_document_is_sound(clean: dict[str, Any]):
    submission = from_document(clean)
    assert submission.problems == []
    judgement = judge(submission, Config(select=tuple(GROUPS)))
    assert judgement.failures == [] and judgement.findings == []


def test_every_message_of_a_bad_example_is_approved(clean: dict[str, Any]):
    """messages.txt is what a Chinese reader reviews; XLTARGETS_UPDATE=1 writes it anew."""
    lines = []
    for rule in JUDGED:
        for finding in judged_example(rule, clean, rule.bad).findings:
            if finding.rule == rule.id:
                lines.append(f"{rule.id} {finding.severity.label} {finding.pointer or '/'}\n    {finding.message}\n")
    text = "".join(lines)
    if os.environ.get("XLTARGETS_UPDATE"):
        MESSAGES.write_text(text, "utf-8")
    assert text == MESSAGES.read_text("utf-8"), "review the messages, then XLTARGETS_UPDATE=1 pytest writes them anew"


@pytest.mark.parametrize("rule", JUDGED, ids=lambda rule: rule.id)
def test_messages_are_sentences_for_a_clerk(rule: Rule, clean: dict[str, Any]):
    for finding in judged_example(rule, clean, rule.bad).findings:
        if finding.rule == rule.id:
            assert 8 <= len(finding.message) <= 200, finding.message
            assert "None" not in finding.message and "Decimal" not in finding.message, finding.message
            assert not finding.message.endswith(("。", " ")), "place and id are added at the end"
