"""Words of the indicators' rules (``xltargets/data/indicator_words.toml``), as tuples and patterns made once."""

from __future__ import annotations

import re
from collections.abc import Sequence

from xltargets.rules.language.wordlists import built
from xltargets.rules.language.wordlists import words as table


@built
def words(section: str) -> tuple[str, ...]:
    """All words of a section, in its order."""
    return tuple(word for entry in table("indicator_words")[section] for word in entry["words"])


def pattern(section: str, more: Sequence[str] = ()) -> re.Pattern[str]:
    """A pattern for any word of a section, the longest first; ``more`` are a bureau's own words."""
    return _any_of(section, tuple(more))


@built
def _any_of(section: str, more: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted({*words(section), *more}, key=lambda word: (-len(word), word))
    return re.compile("|".join(map(re.escape, longest_first)))
