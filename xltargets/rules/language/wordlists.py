"""The word lists of ``xltargets/data``: one TOML file each, every entry with its reason; read once, when first asked for.

A bureau's own lists (``[words]`` in ``xltargets.toml``) have the same form and are added to ours while its configuration
is at work. What is made of a list is cached by :func:`built`, once per set of lists.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache, wraps
from typing import Any, ParamSpec, TypeVar

from xltargets.resources import resource

#: The lists that a bureau may add to.
LISTS = ("abbreviations", "indicator_words", "levels", "repeated", "sensitive", "support", "synonyms", "typos")

#: A bureau's lists: name and text of each.
Own = tuple[tuple[str, str], ...]

_own: ContextVar[Own] = ContextVar("own word lists", default=())

P = ParamSpec("P")
R = TypeVar("R")


def built(function: Callable[P, R]) -> Callable[P, R]:
    """Cache what a function makes of word lists and its (hashable) arguments, apart for each bureau's own lists."""
    any_function: Callable[..., R] = function
    cached = lru_cache(maxsize=8192)(lambda own, *args: any_function(*args))

    @wraps(function)
    def for_these_lists(*args: Any) -> R:
        return cached(_own.get(), *args)

    return for_these_lists  # type: ignore[return-value]


@built
def words(name: str) -> dict[str, Any]:
    """The word list of a name (``typos`` is ``xltargets/data/typos.toml``), as TOML has it, with the bureau's own."""
    found = official(name)
    for own_name, text in _own.get():
        if own_name == name:
            found = _together(found, tomllib.loads(text))
    return found


@lru_cache(maxsize=32)
def official(name: str) -> dict[str, Any]:
    """The word list as it comes with xltargets."""
    return tomllib.loads(resource("xltargets.data", f"{name}.toml"))


@contextmanager
def using(own: Own) -> Iterator[None]:
    """Add a bureau's own lists to ours."""
    token = _own.set(own)
    try:
        yield
    finally:
        _own.reset(token)


def _together(ours: Any, theirs: Any) -> Any:
    """Lists one after the other, tables key by key; of anything else theirs."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return {**ours, **{key: _together(ours.get(key), value) for key, value in theirs.items()}}
    if isinstance(ours, list) and isinstance(theirs, list):
        return [*ours, *theirs]
    return theirs


def misfit(name: str, own: Mapping[str, Any]) -> str | None:
    """Where a bureau's list is not of our list's form, for a message; None when it is."""
    ours = official(name)
    for key, value in own.items():
        if key not in ours:
            return f"没有名为“{key}”的部分，可用的有：{'、'.join(ours)}"
        if isinstance(ours[key], list):
            entries, models = value, ours[key]
        else:
            entries, models = [value], [ours[key]]
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            return f"“{key}”应写作 {f'[[{key}]]' if isinstance(ours[key], list) else f'[{key}]'}"
        for entry in entries:
            if (wrong := _misfit_of_entry(entry, models)) is not None:
                return f"“{key}”的一条{wrong}"
    return None


def _misfit_of_entry(entry: Mapping[str, Any], models: list[dict[str, Any]]) -> str | None:
    needed = set(models[0]).intersection(*models) - {"reason"}
    types = {key: type(value) for model in models for key, value in model.items()}
    if missing := sorted(needed - set(entry)):
        return f"缺少 {'、'.join(missing)}"
    for key, value in entry.items():
        if key not in types:
            return f"有不认识的 {key}，可用的有：{'、'.join(types)}"
        if not isinstance(value, types[key]) or (isinstance(value, list) and not all(isinstance(one, str) for one in value)):
            return f"的 {key} 应为{'文字的列表' if types[key] is list else '文字'}"
        if value in ("", []) and key in needed:
            return f"的 {key} 是空的"
    return None
