"""Sound documents of ``tests/data`` with some of their values changed, and what the rules say of them."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from xltargets.rules.engine import judge
from xltargets.rules.finding import HINT
from xltargets.submission.document import from_document, load_document

from .catalogue import overlay

DATA = Path(__file__).parents[1] / "data"
SOUND = ("clean", "education", "farming", "health", "roads")


class Swap(NamedTuple):
    """Part of a text, and what stands there instead."""

    old: str
    new: str


class Part(NamedTuple):
    """What another place of the same document has."""

    path: str


GONE = object()



@lru_cache(maxsize=8)
def sound(name: str) -> dict[str, Any]:
    return load_document(DATA / f"{name}.json")


def long_path(path: str) -> str:
    """``0.i3.value`` is ``projects.0.indicators.3.value``."""
    parts = ["indicators." + part[1:] if part[0] == "i" and part[1:].isdigit() else part for part in path.split(".")]
    return ".".join(["projects", *parts] if parts[0].isdigit() else parts)


def value_at(document: Any, path: str) -> Any:
    for key in path.split("."):
        document = document[int(key) if key.isdigit() else key]
    return document


def changed(name: str, changes: Mapping[str, Any]) -> dict[str, Any]:
    """A sound document with other values at these paths."""
    document = sound(name)
    values: dict[str, Any] = {}
    for short, value in changes.items():
        path = long_path(short)
        if isinstance(value, Swap):
            before = value_at(document, path)
            assert value.old in before, (name, path, value.old)
            value = before.replace(value.old, value.new, 1)
        elif isinstance(value, Part):
            value = copy.deepcopy(value_at(document, long_path(value.path)))
        values[path] = value
    document = overlay(document, {path: value for path, value in values.items() if value is not GONE})
    for path in sorted((path for path, value in values.items() if value is GONE), key=_by_number, reverse=True):
        parent, _, last = path.rpartition(".")
        holder = value_at(document, parent) if parent else document
        holder.pop(int(last) if last.isdigit() else last)
    return document


def _by_number(path: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (-1, part) for part in path.split(".")]


def told(document: dict[str, Any]) -> list[tuple[str, str, bool]]:
    """Rule, pointer, and whether it is more than a hint and no echo, of every finding."""
    judgement = judge(from_document(document))
    assert judgement.failures == []
    return [(one.rule, one.pointer, one.severity is not HINT and not one.related) for one in judgement.findings]
