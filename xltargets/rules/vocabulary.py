"""Word lists of the rules: ``xltargets/data/*.toml``, each entry with its reason, read once when first needed."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any


@lru_cache(maxsize=8)
def table(name: str) -> dict[str, list[dict[str, Any]]]:
    """The file ``name`` of the package's data: section → its entries."""
    return tomllib.loads(files("xltargets.data").joinpath(f"{name}.toml").read_text("utf-8"))


@lru_cache(maxsize=64)
def words(name: str, section: str) -> tuple[str, ...]:
    """All words of a section of a file, in its order."""
    return tuple(word for entry in table(name)[section] for word in entry["words"])


@lru_cache(maxsize=128)
def pattern(name: str, section: str, more: Sequence[str] = ()) -> re.Pattern[str]:
    """A pattern for any word of a section, the longest first; ``more`` are a bureau's own words."""
    return any_of((*words(name, section), *more))


def any_of(listed: Sequence[str]) -> re.Pattern[str]:
    """A pattern for any of these words, the longest first; it matches nothing when there are none."""
    longest_first = sorted(set(listed), key=lambda word: (-len(word), word))
    return re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")
