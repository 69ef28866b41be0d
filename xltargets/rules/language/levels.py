"""The official frame of indicators: which 一级 and 二级指标 there are, however a form writes them.

Names are written with or without 指标, with a weight behind (产出指标（50分）), a number before (1.数量指标), or broken over
two lines. :func:`level1` and :func:`level2` give the one short name (产出, 数量) or None.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from xltargets.rules.language.wordlists import built
from xltargets.rules.language.wordlists import words as table

SATISFACTION, SATISFIED = "满意度", "服务对象满意度"
#: Which 二级指标 count as benefits.
BENEFITS = frozenset({"经济效益", "社会效益", "生态效益", "可持续影响"})
#: What the frames of 财预〔2015〕88号 and 财预〔2021〕101号 are called in a configuration; both by default.
BOTH = "both"

_POINTS = re.compile(r"[(（]?(\d{1,3}(?:\.\d{1,2})?)(?:分|%|％)?[)）]?$")
_BRACKET = re.compile(r"[(\[][^()\[\]]{0,20}[)\]]")
_NUMBERED = re.compile(r"^[(]?(?:\d{1,2}|[一二三四五六七八九十]{1,2})[.、)，,]")
_LONGEST = 60
#: What any name of a second level is that has such words in it (服务对象满意程度, 可持续性发展影响).
_SAYING = ((SATISFIED, ("满意",)), ("可持续影响", ("可持续", "影响")))


def clean(text: str) -> str:
    """A name of a level without blanks, number, weight and the word 指标."""
    return _cleaned(text[:_LONGEST])


@lru_cache(maxsize=2048)
def _cleaned(text: str) -> str:
    folded = "".join(unicodedata.normalize("NFKC", text).split())
    folded = _NUMBERED.sub("", _BRACKET.sub("", folded))
    folded = _POINTS.sub("", folded).strip("：:、.。,，;；-—_/|\"'“”%")
    return folded.removesuffix("指标") or folded


@built
def _names() -> tuple[dict[str, str], dict[str, str]]:
    first, second = (
        {written: entry["name"] for entry in table("levels")[key] for written in (entry["name"], *entry["also"])}
        for key in ("level1", "level2")
    )
    return first, second


def level1(text: object) -> str | None:
    """产出, 成本, 效益, 满意度 (or 执行率, which stands beside them in self-evaluations); None for another name."""
    return _level1(text) if isinstance(text, str) and len(text) <= _LONGEST else None


@built
def _level1(text: str) -> str | None:
    name = clean(text)
    return _names()[0].get(name) or ("满意度" if "满意度" in name else None)


def level2(text: object) -> str | None:
    """数量, 质量, 时效, 成本, … 服务对象满意度; None for another name."""
    return _level2(text) if isinstance(text, str) and len(text) <= _LONGEST else None


@built
def _level2(text: str) -> str | None:
    name = clean(text)
    return _names()[1].get(name) or next((official for official, words in _SAYING if all(word in name for word in words)), None)


@built
def pairs(frame: str) -> frozenset[tuple[str, str]]:
    """(一级, 二级) of a frame: ``2015``, ``2021`` or ``both``."""
    return frozenset(
        (parent, entry["name"])
        for entry in table("levels")["level2"]
        if frame == BOTH or str(frame) in entry["frames"]
        for parent in entry["of"]
    )


@built
def parent(name: str | None, frame: str = BOTH) -> str | None:
    """The 一级指标 that a 二级指标 belongs to in a frame."""
    return next((entry["of"][0] for entry in table("levels")["level2"] if entry["name"] == name
                 and (frame == BOTH or str(frame) in entry["frames"])), None)  # fmt: skip


@built
def standard_names(level: int) -> tuple[str, ...]:
    """The short official names of a level (1 or 2), in the order of the form, without 执行率."""
    return tuple(entry["name"] for entry in table("levels")[f"level{level}"] if entry["name"] != "执行率")


@built
def names_beside(first: str | None, second: str | None) -> frozenset[str]:
    """The official names of both levels, and what a row has as its own."""
    return _written()[0].union(clean(name) for name in (first, second) if name)


def is_level_name(text: str) -> bool:
    """Whether a text is nothing but the official name of a level; 生态环境, another name of one, may be what is judged."""
    name = clean(text)
    official, written = _written()
    return name in official or (name != text and name in written)


@built
def _written() -> tuple[frozenset[str], frozenset[str]]:
    """The official names of both levels, and all names of the second."""
    return frozenset([*standard_names(1), *standard_names(2)]), frozenset(_names()[1])


def points(text: object) -> Decimal | None:
    """The weight in a level's name: 50 of 产出指标（50分）."""
    if not isinstance(text, str) or len(text) > _LONGEST:
        return None
    folded = "".join(text.split())
    found = _POINTS.search(folded)
    return Decimal(found[1]) if found and folded[found.start()] in "(（" else None


def text_of(row: Mapping[str, Any], key: str) -> str | None:
    """A text of a row, None when it is blank, absent or no text."""
    value = row.get(key)
    return value if isinstance(value, str) and value and not value.isspace() else None
