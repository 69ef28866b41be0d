"""Half a surrogate pair, which JSON can carry and UTF-8 cannot, stops no check."""

from __future__ import annotations

from pathlib import Path

import pytest

from xltargets.rules.engine import judge
from xltargets.submission.document import from_document, load_document

CLEAN = Path(__file__).parents[1] / "data" / "clean.json"


@pytest.mark.parametrize("place", [("unit", "name"), ("projects", 0, "target"), ("projects", 0, "budget", "total")])
def test_a_document_with_half_a_surrogate_pair_is_judged(place):
    document = load_document(CLEAN)
    node = document
    for key in place[:-1]:
        node = node[key]
    node[place[-1]] = "信访\ud800局"
    submission = from_document(document)
    assert judge(submission).failures == []
    assert [problem.rule for problem in submission.problems] == [], "a text is text; F10 speaks of amounts"


def test_a_key_with_half_a_surrogate_pair_is_not_of_the_form():
    submission = from_document({**load_document(CLEAN), "\udfff": 1})
    assert [problem.rule for problem in submission.problems] == ["R09"]
