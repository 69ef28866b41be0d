"""Group B, the department: what it sets out to do is supported by projects and their indicators (B06)."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import lru_cache, partial
from itertools import islice
from typing import Any, NamedTuple

from xltargets.rules.language.prose import HAN, indicators_of, items, listed, projects_of, shown
from xltargets.rules.language.quantities import DIGIT, LONGEST
from xltargets.rules.language.wordlists import built, words
from xltargets.rules.registry import WARNING, Hit, rule
from xltargets.values.patterns import later


@built
def support_words() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """Patterns of the word list: empty words, words of a result, indicators of work being carried out."""
    lists = words("support")
    empty, result, activity = (
        later("|".join(sorted(map(re.escape, lists[kind]["words"]), key=lambda word: (-len(word), word))))
        for kind in ("empty", "result", "activity")
    )
    return empty, result, activity


@rule(
    "B06",
    WARNING,
    basis="K1",
    each="document",
    needs=["department.itemised_targets", "projects"],
    maybe=["unit.name"],
    bad={"department.itemised_targets.1": "建成县级档案馆新馆，新增库房面积2000平方米。"},
    good={"department.itemised_targets.1": "有效开展机房网络租赁等工作。"},
)
def itemised_targets_are_supported(targets: list[Any], projects: list[Any], name: str | None) -> Iterator[Hit]:
    """分项绩效目标应有项目或指标支撑

    每一条分项目标，应在某个项目的名称、用途、目标或三级指标（名称、描述）中找到共同的实词。“开展、加强、工作”等空泛的词
    （data/support.toml）和单位名称里的词不算实词，每条分项目标都有的词不单独作数。写有数量而各项目都没有这个数量的，只有一个词相同不算。只说开展某项工作、没有说结果的，有“××工作开展率”一类的指标也算有支撑。
    改法：为这条目标补充项目或指标；今年不做的，删去这条目标。
    """
    own = _own_words(name)
    support = _support_of(projects, own)
    if not support.said.strip():
        return
    texts = list(listed({"targets": targets}, "targets"))
    common = partial(_common_words, [text for _, text in texts], own)
    for index, text in texts:
        loose = [item for item in items(text[:LONGEST]) if _is_loose(item, own, common, support)]
        if loose:
            yield f"department.itemised_targets.{index}", f"分项目标“{shown(loose[0])}”没有对应的项目或绩效指标，请补充指标或调整目标"


#: So many pairs of characters of an item are words enough that one of them alone, in running text, says little.
_MANY_PAIRS = 6


class _Support(NamedTuple):
    """What projects and indicators say, and what they are called."""

    said: str
    names: str


def _common_words(texts: Sequence[str], own: tuple[str, ...]) -> set[str]:
    """The words that all of three texts or more have."""
    return set.intersection(*(_keywords(text[:LONGEST], own) for text in texts)) if len(texts) > 2 else set()


def _is_loose(item: str, own: tuple[str, ...], common: Callable[[], set[str]], support: _Support) -> bool:
    grams = _keywords(item, own)
    shared = list(islice((gram for gram in grams if gram in support.said), 2))
    by_chance = (
        len(grams) >= _MANY_PAIRS and len(shared) == 1 and (shared[0] not in support.names or shared[0] in common())
    )
    if shared and not by_chance and len(grams) >= (_MANY_PAIRS if len(shared) == 1 else _VERY_MANY_PAIRS):
        by_chance = _only_a_word(item, grams, support)
    if not grams or shared and not by_chance:
        return False
    _, result, activity = support_words()
    if activity.search(support.names) is None:  # no indicator measures that work is carried out
        return True
    return result.search(item) is not None or DIGIT.search(item) is not None


#: So many pairs are words enough for one word of three characters, with a quantity that no project has, to say little.
_VERY_MANY_PAIRS = 10
_WHOLE_NUMBER = later(r"[0-9]++(?:\.[0-9]++)?")


def _only_a_word(item: str, grams: Collection[str], support: _Support) -> bool:
    """Whether an item has one word of two or three characters in common with the projects, and a number that none of them has."""
    numbers = set(_WHOLE_NUMBER.findall(item))
    if not numbers:
        return False
    shared = [gram for gram in grams if gram in support.said]
    if len(shared) > 2 or len(shared) == 2 and not any(one[1] == other[0] and one + other[1] in item for one, other in (shared, shared[::-1])):
        return False
    if not any(number in support.said for number in numbers):
        return True
    return numbers.isdisjoint(_WHOLE_NUMBER.findall(support.said))


def _support_of(projects: list[Any], own: tuple[str, ...]) -> _Support:
    said: list[object] = []
    names: list[object] = []
    for _, project in projects_of({"projects": projects}):
        names.append(project.get("name"))
        said += [project.get(key) for key in ("purpose", "target", "long_term_target")]
        for _, indicator in indicators_of(project):
            said.append(indicator.get("description"))
            names.append(indicator.get("level3"))
    named = "\n".join(text[:LONGEST] for text in names if isinstance(text, str))
    known = "\n".join([named, *(text[:LONGEST] for text in said if isinstance(text, str))])
    for word in own:
        known = known.replace(word, " ")
    return _Support(known, named)


NO_HAN = later(f"[^{HAN}A-Za-z]+")


def _keywords(text: str, own: tuple[str, ...]) -> set[str]:
    """Pairs of neighbouring characters of the text's content words: no segmentation, empty words cut out."""
    for word in own:
        text = text.replace(word, " ")
    parts = NO_HAN.sub(" ", support_words()[0].sub(" ", text)).split()
    return {part[at : at + 2] for part in parts for at in range(len(part) - 1)}


_ORGAN = later("(?:自治县|自治州|自治区|[省市县区旗州盟镇乡])|(?:委员会|办公室|人民政府|管理局|服务中心|中心|[局委办厅院校会所站部队])$")


@lru_cache(maxsize=64)
def _own_words(name: str | None) -> tuple[str, ...]:
    """What a unit's name says of its field, which is in everything it writes: 信访 for 怀来县信访局."""
    if not name:
        return ()
    return tuple(part for part in _ORGAN.sub(" ", "".join(name.split())[:40]).split() if 2 <= len(part) <= 4)
