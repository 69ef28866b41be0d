"""A document that is published and imported is itself, whatever is typed in it."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from xltargets.disclosure import import_disclosure, publish
from xltargets.submission.document import from_document

from .generate import documents

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


def says_something(document: dict[str, Any]) -> bool:
    return bool(document["projects"] or any(document["department"].values()))


def there_and_back(given: list[dict[str, Any]], suffix: str) -> None:
    typed = [from_document(document).document for document in given]
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / f"published{suffix}"
        publish(typed, target)
        imported = import_disclosure(target)
    assert [from_document(document).document for document in imported.documents] == typed
    assert imported.leftovers == []
    assert imported.remarks == []


@pytest.mark.parametrize("suffix", [".txt", ".html", ".docx"])
@settings(max_examples=60, deadline=None, suppress_health_check=SLOW)
@given(document=documents(further=True))
def test_a_document_published_and_imported_is_itself(suffix: str, document: dict[str, Any]) -> None:
    assume(says_something(document))
    there_and_back([document], suffix)


@pytest.mark.parametrize("suffix", [".txt", ".html", ".docx"])
@settings(max_examples=15, deadline=None, suppress_health_check=SLOW)
@given(several=st.lists(documents().filter(says_something), min_size=2, max_size=3))
def test_several_units_in_one_document_come_apart_again(suffix: str, several: list[dict[str, Any]]) -> None:
    there_and_back(several, suffix)
