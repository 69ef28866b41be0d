"""Which texts, and which sets, are alike: groups found by hashing, near matches by an inverted index.

Comparing each with each would cost the square of their number. Here each is compared with the few that share one of its
rarest parts: by the prefix filter of set similarity joins, two sets whose overlap reaches the threshold share at least one
of their rarest elements. At most :data:`TRIES` candidates are compared for each, so the cost per item is bounded.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Sequence
from functools import lru_cache
from typing import Any

from xltargets.values.patterns import later

#: So many candidates are compared for one item; the earliest come first, and copies of one original meet it at once.
TRIES = 32

_NO_WORD = re.compile(r"[\W_]+")
_NUMBERED = re.compile(r"(?m)^\s*[（(]?(?:\d{1,2}|[一二三四五六七八九十]{1,3})(?:[)）、]|[.．](?!\d))")
_RESIDUE = re.compile(r"\[bookmark:[^\]\n]{0,200}\]")
_COUNTING = re.compile(r"[\d零〇一二三四五六七八九十百上下前后初末甲乙丙丁东南西北A-Za-z]+")


#: What most texts are written in; folding leaves its words as they are.
_USUAL = later("[\u4e00-\u9fff0-9A-Za-z\\s，。；：、！？“”‘’（）《》〔〕％,.;:!?()%≥≤+-]*")


@lru_cache(maxsize=4096)
def _folded(text: str) -> str:
    return _fold(text)


def _fold(text: str) -> str:
    return _NO_WORD.sub("", text if _USUAL.fullmatch(text) else unicodedata.normalize("NFKC", text))


def plain(text: object) -> str:
    """The text without punctuation and blanks, full-width letters folded; empty for what is no text."""
    if not isinstance(text, str):
        return ""
    if len(text) > 2000:
        return _fold(text)
    return _folded(text)


def called(name: object) -> str:
    """A name of an indicator, made comparable: as :func:`plain`, without the word 指标 behind it and in small letters."""
    return _called(name) if isinstance(name, str) and len(name) <= _LONGEST_NAME else _call(name)


#: Longer ones are not remembered.
_LONGEST_NAME = 200


@lru_cache(maxsize=2048)
def _called(name: str) -> str:
    return _call(name)


def _call(name: object) -> str:
    return plain(name).removesuffix("指标").casefold()


def prose(text: object) -> str:
    """As :func:`plain`, and without the numbers of list items and the residue of conversion."""
    return plain(_NUMBERED.sub("", _RESIDUE.sub("", text))) if isinstance(text, str) else ""


def earlier_equal(keys: Sequence[Hashable]) -> dict[int, int]:
    """Index → index of the first with the same key; empty keys are like nothing."""
    first: dict[Hashable, int] = {}
    found = {}
    for index, key in enumerate(keys):
        if key and first.setdefault(key, index) != index:
            found[index] = first[key]
    return found


def earlier_alike_sets(sets: Sequence[Collection[Any]], least: float) -> dict[int, tuple[int, float]]:
    """Index → (index of an earlier set, their Jaccard similarity), where that is at least ``least`` (0 to 1).

    Sets are given as anything that holds each of their elements once, such as arrays of hashes, which are small.
    """
    equal = _earlier_equal_sets(sets)
    found = {index: (first, 1.0) for index, first in equal.items()}
    shared = _shared(one for index, one in enumerate(sets) if index not in equal)
    index_of: dict[Hashable, list[int]] = {}
    for index, one in enumerate(sets):
        if not one or index in equal:
            continue
        rarest = len(one) - math.ceil(least * len(one) - 1e-9) + 1
        own = sorted([element for element in one if element in shared], key=lambda one: (shared[one], one))
        prefix = own[: max(0, rarest - (len(one) - len(own)))]  # after those that no other set has
        elements = frozenset(one)
        for other in _candidates(prefix, index_of):
            common = len(elements.intersection(sets[other]))
            score = common / (len(one) + len(sets[other]) - common)
            if score >= least:
                found[index] = other, score
                break
        _enter(prefix, index, index_of)
    return found


def _earlier_equal_sets(sets: Sequence[Collection[Any]]) -> dict[int, int]:
    """As :func:`earlier_equal`, and keeps no more of a set than its hash."""
    first: dict[int, int] = {}
    found = {}
    for index, one in enumerate(sets):
        elements = frozenset(one)
        other = first.setdefault(hash(elements), index) if elements else index
        if other != index and elements == frozenset(sets[other]):
            found[index] = other
    return found


def _shared(sets: Iterable[Collection[Any]]) -> dict[Any, int]:
    """The elements that more than one set has → how many have it."""
    counts: Counter[Any] = Counter()
    for one in sets:
        counts.update(one)
    return {element: count for element, count in counts.items() if count > 1}


def earlier_alike_texts(texts: Sequence[str], least: float) -> dict[int, tuple[int, float]]:
    """Index → (index of an earlier text, their similarity by insertions and deletions), where at least ``least``.

    Texts that differ in counting words only (一期 and 二期, 第1批 and 第2批, 东段 and 西段) are not alike.
    """
    grams = [_bigrams(text) for text in texts]
    rarity = _rarity(grams)
    index_of: dict[Hashable, list[int]] = {}
    found = {}
    for index, text in enumerate(texts):
        if not grams[index]:
            continue
        edits = math.floor(2 * len(text) * (1 - least) / least)
        prefix = sorted(grams[index], key=rarity.__getitem__)[: 2 * edits + 1]
        for other in _candidates(prefix, index_of):
            score = 0.0 if _counted_apart(text, texts[other]) else likeness(text, texts[other], least)
            if score:
                found[index] = other, score
                break
        _enter(prefix, index, index_of)
    return found


def likeness(one: str, other: str, least: float) -> float:
    """How alike two texts are by insertions and deletions, 0 to 1; 0 where that is less than ``least``.

    Lengths, and the characters that both have, tell most texts apart. RapidFuzz, which takes longer to load than a workbook
    to read, is asked about the others.
    """
    if one == other:
        return 1.0
    needed = least * (len(one) + len(other)) / 2 - 1e-9
    if min(len(one), len(other)) < needed or (Counter(one) & Counter(other)).total() < needed:
        return 0.0
    from rapidfuzz.distance import Indel

    return float(Indel.normalized_similarity(one, other, score_cutoff=least))


def _counted_apart(one: str, other: str) -> bool:
    return one != other and _COUNTING.sub("", one) == _COUNTING.sub("", other)


def _bigrams(text: str) -> frozenset[Hashable]:
    return frozenset(text[index : index + 2] for index in range(len(text) - 1)) or frozenset([text] if text else [])


def _rarity(sets: Iterable[frozenset[Hashable]]) -> dict[Hashable, Any]:
    """Element → (in how many sets, itself): a total order, rarest first, the same in every process."""
    counts: Counter[Hashable] = Counter()
    for one in sets:
        counts.update(one)
    return {element: (count, element) for element, count in counts.items()}


def _candidates(prefix: Sequence[Hashable], index_of: dict[Hashable, list[int]]) -> Iterable[int]:
    tried: set[int] = set()
    for element in prefix:
        for other in index_of.get(element, ()):
            if other not in tried:
                if len(tried) == TRIES:
                    return
                tried.add(other)
                yield other


def _enter(prefix: Sequence[Hashable], index: int, index_of: dict[Hashable, list[int]]) -> None:
    for element in prefix:
        entries = index_of.setdefault(element, [])
        if len(entries) < TRIES:
            entries.append(index)
