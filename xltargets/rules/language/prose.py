"""Chinese office text as the text rules see it: which fields are prose, numbered lists, excerpts for messages.

Every pattern here and in the rules that use it is a flat one (no quantifier within a quantifier, every repetition bounded
or of one character class that what follows it excludes), so that a megabyte of anything takes linear time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from xltargets.submission.form import ITEM, Field

#: Han characters of common use, in the notation of character classes.
HAN = "\u3400-\u4dbf\u4e00-\u9fff"
#: What the conversion of a Word document leaves.
BOOKMARK = re.compile(r"\[bookmark:[^\]\n]{0,200}\]")

_TERMS = frozenset({
    ("projects", ITEM, "unit"), ("projects", ITEM, "money_unit"), ("projects", ITEM, "kind"), ("template", "version"),
    *(("projects", ITEM, "indicators", ITEM, key)
      for key in ("level1", "level2", "nature", "operator", "unit", "direction")),
})  # fmt: skip
_VALUES = frozenset(("projects", ITEM, "indicators", ITEM, key) for key in ("value", "last_year"))


#: What texts there are: running text, a 指标值, a word from a list or what only the bureau writes, a code.
TEXT_KINDS = ("prose", "value", "term", "code")


def kind_of(field: Field) -> str:
    """The kind of a field's texts, one of :data:`TEXT_KINDS`."""
    if field.code:
        return "code"
    if field.path in _TERMS or field.path[0] == "waivers":
        return "term"
    return "value" if field.path in _VALUES else "prose"


def narratives(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The running text of a document, in its order: dotted path, text. Goals, safeguards and purposes, no names."""
    department = document.get("department")
    if isinstance(department, dict):
        yield from texts_at(department, "department", ("overall_target",))
        for key in ("itemised_targets", "safeguards"):
            for index, text in listed(department, key):
                yield f"department.{key}.{index}", text
    for index, project in projects_of(document):
        yield from texts_at(project, f"projects.{index}", ("purpose", "target", "long_term_target"))


def projects_of(document: Mapping[str, Any]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """The projects of a document, each with its index."""
    found = document.get("projects")
    for index, project in enumerate(found if isinstance(found, list) else ()):
        if isinstance(project, dict):
            yield index, project


def indicators_of(project: Mapping[str, Any]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """The indicators of a project, each with its index."""
    found = project.get("indicators")
    for index, indicator in enumerate(found if isinstance(found, list) else ()):
        if isinstance(indicator, dict):
            yield index, indicator


def listed(node: Mapping[str, Any], key: str) -> list[tuple[int, str]]:
    """The texts of an array of texts, each with its index; blanks are left out."""
    found = node.get(key)
    return [
        (index, text)
        for index, text in enumerate(found if isinstance(found, list) else ())
        if isinstance(text, str) and text and not text.isspace()
    ]


def texts_at(node: Mapping[str, Any], path: str, keys: Iterable[str]) -> list[tuple[str, str]]:
    """The texts under these keys that are not blank: dotted path, text."""
    return [
        (f"{path}.{key}", text)
        for key in keys
        if isinstance(text := node.get(key), str) and text and not text.isspace()
    ]


def shown(text: str, longest: int = 30) -> str:
    """A text for a message: on one line, nothing unprintable, not longer than ``longest`` characters."""
    short = text if len(text) <= longest else text[: longest - 1] + "…"
    if short.isprintable():
        return short
    return "".join(char if char.isprintable() else " " if char.isspace() else "□" for char in short)


def around(text: str, start: int, end: int, margin: int = 4) -> str:
    """What stands at a place of a text, with a few characters on both sides, for a message."""
    return shown(text[max(0, start - margin) : end + margin].strip(), 2 * margin + 16)


def some(places: Iterable[str], most: int = 3) -> str:
    """The first of many places, for a message: ``“甲”、“乙”、“丙”等5处``."""
    found = list(places)
    different = list(dict.fromkeys(found))
    quoted = "、".join(f"“{place}”" for place in different[:most])
    return quoted if len(different) <= most else f"{quoted}等{len(found)}处"


# --- numbered lists ------------------------------------------------------------------------------------------------

_NUMERALS = "一二三四五六七八九十"
_MARK = re.compile(
    r"[（(](?P<bracketed>[0-9０-９]{1,2})[）)]"
    rf"|[（(](?P<bracketed_han>[{_NUMERALS}]{{1,3}})[）)]"
    r"|(?<![0-9０-９.．])(?P<digits>[0-9０-９]{1,2})"
    r"(?:(?P<point>[.．])(?=[^0-9０-９]|(?:19|20)[0-9]{2}年)|(?P<comma>、)(?=[^0-9０-９]|(?:19|20)[0-9]{2}年)|(?P<paren>[）)]))"
    rf"|(?<![{_NUMERALS}第、])(?P<han>[{_NUMERALS}]{{1,3}})(?:(?P<han_comma>、)(?![{_NUMERALS}])|(?P<shi>是))"
    r"|(?P<circled>[①-⑳])"
    rf"|第(?P<ordinal>[{_NUMERALS}]{{1,2}})[，,：:]"
)
#: What every number of a list item has; found faster.
_MAY_MARK = re.compile(
    f"[0-9０-９](?:[)）、]|[.．](?:[^0-9０-９]|(?:19|20)[0-9]{{2}}年))|[{_NUMERALS}][)）、是，,：:]|[①-⑳]"
)
#: What it begins with.
_BEGIN_MARKS = frozenset(f"（(0123456789０１２３４５６７８９第{_NUMERALS}①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳")
_OPENERS = frozenset("。；;！!？?：:，,”）】\n")


class Mark(NamedTuple):
    """The number of a list item.

    Attributes:
        style: how it is written, shown with the number one: ``1.`` ``1、`` ``（一）`` ``一是`` …
        number: what it counts.
        start, end: where it stands in the text.
        typed: as typed.
        opens: whether it stands where an item may begin; otherwise it only counts when it goes on with a list.
    """

    style: str
    number: int
    start: int
    end: int
    typed: str
    opens: bool


def unmarked(text: str) -> str:
    """The text with bookmarks blanked out, each character in its place."""
    return BOOKMARK.sub(lambda found: " " * len(found.group()), text) if "[bookmark:" in text else text


def marks(text: str) -> list[Mark]:
    """The numbers of list items in a text; those in mid-sentence only where they go on with a list.

    The text should be :func:`unmarked`.
    """
    return _marks(text) if len(text) > _REMEMBERED else list(_remembered_marks(text))


#: Several rules ask for the same text; longer ones are worked out anew rather than kept.
_REMEMBERED = 4000


@lru_cache(maxsize=256)
def _remembered_marks(text: str) -> tuple[Mark, ...]:
    return tuple(_marks(text))


def _marks(text: str) -> list[Mark]:
    found: list[Mark] = []
    if not _MAY_MARK.search(text):
        return found
    reached: dict[str, int] = {}
    for match in _MARK.finditer(text):
        mark = _mark(match, text)
        if mark.number and (mark.opens or reached.get(mark.style) == mark.number - 1 >= 1):
            reached[mark.style] = mark.number
            found.append(mark)
    return found


_STYLES = {"point": "1.", "comma": "1、", "paren": "1）", "han_comma": "一、", "shi": "一是"}
_WHOLE_STYLES = {"bracketed": "（1）", "bracketed_han": "（一）", "circled": "①", "ordinal": "第一，"}


def _mark(match: re.Match[str], text: str) -> Mark:
    kind = str(match.lastgroup)
    if kind in _WHOLE_STYLES:
        style, number = _WHOLE_STYLES[kind], _number(match[kind])
    else:
        style, number = _STYLES[kind], _number(match["digits"] or match["han"])
    return Mark(style, number, match.start(), match.end(), match.group(), _opens(text, match.start()))


def _opens(text: str, start: int) -> bool:
    before = text[max(0, start - 1) : start]
    return not before or before in _OPENERS or before.isspace()


def _number(typed: str) -> int:
    """The number of a mark; 0 for what is none."""
    if len(typed) == 1 and "①" <= typed <= "⑳":
        return ord(typed) - ord("①") + 1
    if typed[0] not in _NUMERALS:
        return int(typed)
    tens, ten, ones = typed.partition("十")
    if not ten:
        return _NUMERALS.index(typed) + 1 if len(typed) == 1 else 0
    if len(tens) > 1 or len(ones) > 1 or "十" in ones:
        return 0
    return 10 * (_NUMERALS.index(tens) + 1 if tens else 1) + (_NUMERALS.index(ones) + 1 if ones else 0)


def items(text: str) -> list[str]:
    """The items of a list within a text, without their numbers: those of its first style of numbers, else its lines."""
    text = unmarked(text)
    found = marks(text)
    if found and found[0].number == 1 and not text[: found[0].start].strip():
        starts = [mark for mark in found if mark.style == found[0].style]
        ends = [mark.start for mark in starts[1:]] + [len(text)]
        return [text[mark.end : end].strip() for mark, end in zip(starts, ends, strict=True)]
    lines = [unnumbered(line) for line in text.split("\n")]
    return [line for line in lines if line]


def unnumbered(text: str) -> str:
    """The text without bookmarks and without the number before it."""
    text = BOOKMARK.sub("", text).strip()
    match = _MARK.match(text) if text[:1] in _BEGIN_MARKS else None
    return text[match.end() :].strip() if match else text
