"""The ids of the catalogue, and a document with some of its values changed."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from xltargets.rules.config import Config
from xltargets.rules.engine import Inputs, Judgement, judge
from xltargets.rules.registry import GROUPS, Rule
from xltargets.submission.document import from_document
from xltargets.submission.form import ITEM, load_form

#: How many rules each group of the catalogue has; their ids are numbered from 01.
COUNTS = {"C": 18, "F": 16, "M": 11, "P": 8, "S": 21, "V": 22, "B": 8, "T": 20, "Y": 7, "X": 10, "D": 8, "U": 8}

#: Where the examples of a scope begin, from the outside inward.
_PLACES = {
    "document": [()],
    "text": [()],
    "project": [("projects", "0"), ()],
    "indicator": [("projects", "0", "indicators", "0"), ("projects", "0"), ()],
}
_WORDS = {2: "project.", 4: "indicator."}


def catalogue_ids(group: str) -> list[str]:
    return [f"{group}{number:02}" for number in range(1, COUNTS[group] + 1)]


def overlay(document: dict[str, Any], changes: Mapping[str, Any] | None, scope: str = "document") -> dict[str, Any]:
    """The document with other values at these paths, which are sought in the item, then in what is around it.

    None blanks a field. Missing objects and items are created. A last year's document (``@previous.…``) and other
    inputs are not part of it.

    Raises:
        KeyError: for a path that the form does not have.
    """
    document = copy.deepcopy(document)
    for path, value in (changes or {}).items():
        if not path.startswith("@"):
            _set(document, locate(scope, path), copy.deepcopy(value))
    return document


def locate(scope: str, path: str) -> list[str]:
    """The keys from the root to an example's path.

    Raises:
        KeyError: when the form has no such path.
    """
    form = load_form()
    for base in _PLACES[scope]:
        for candidate in (path, path.removeprefix(_WORDS.get(len(base), ""))):
            keys = [*base, *candidate.split(".")]
            generic = tuple(ITEM if key.isdigit() else key for key in keys)
            if generic in form.fields or generic in form.titles or (generic[-1] == ITEM and generic[:-1] in form.arrays):
                return keys
    raise KeyError(f"no path {path!r} on the form for an example of scope {scope!r}")


def remove(document: dict[str, Any], scope: str, path: str) -> dict[str, Any]:
    """The document of a form that has no such field: gone from every item."""
    document = copy.deepcopy(document)
    nodes: list[Any] = [document]
    *parents, last = locate(scope, path)
    for key in parents:
        if key.isdigit():
            nodes = [item for node in nodes for item in node]
        else:
            nodes = [node[key] for node in nodes if node.get(key) is not None]
    for node in nodes:
        node.pop(last, None)
    return document


def _set(node: Any, keys: list[str], value: Any) -> None:
    for key, following in pairwise(keys):
        node = _step(node, key, [] if following.isdigit() else {})
    if isinstance(node, list):
        _grow(node, int(keys[-1]))
        node[int(keys[-1])] = value
    else:
        node[keys[-1]] = value


def _step(node: Any, key: str, missing: Any) -> Any:
    if isinstance(node, list):
        _grow(node, int(key))
        if node[int(key)] is None:
            node[int(key)] = missing
        return node[int(key)]
    if node.get(key) is None:
        node[key] = missing
    return node[key]


def _grow(node: list[Any], index: int) -> None:
    node.extend([None] * (index + 1 - len(node)))


def inputs_of(clean: dict[str, Any], changes: Mapping[str, Any] | None) -> Inputs:
    """What an example has beside the document: ``@ledger``, ``@roster``, ``@previous`` (whole, or by path)."""
    changes = changes or {}
    previous = changes.get("@previous")
    parts = {path.removeprefix("@previous."): value for path, value in changes.items() if path.startswith("@previous.")}
    if previous is not None or parts:
        previous = overlay(previous if previous is not None else clean, parts)
    return Inputs(previous=previous, ledger=changes.get("@ledger"), roster=changes.get("@roster"))


def only(rule: str) -> Config:
    """A configuration under which a single rule runs."""
    return Config(select=(rule,), ignore=tuple(GROUPS))


def judged(rule: Rule, document: dict[str, Any], inputs: Inputs | None = None) -> Judgement:
    """What this rule says, although it may be off by default, and what reading says."""
    return judge(from_document(document), only(rule.id), inputs)


def judged_example(rule: Rule, clean: dict[str, Any], changes: Mapping[str, Any] | None) -> Judgement:
    """What this rule says of an example."""
    return judged(rule, overlay(clean, changes, rule.each), inputs_of(clean, changes))
