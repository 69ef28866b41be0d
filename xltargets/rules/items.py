"""What rules are given: the items of a document, and the rows of indicators with what many rules ask of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from xltargets.rules.language.levels import SATISFACTION, SATISFIED, level1, level2, parent
from xltargets.rules.language.wordlists import built
from xltargets.values import Op, Value

#: Sorts of 指标值 that a rule may be for; a value is of several. The first six are kinds (see :mod:`xltargets.values`).
SORTS = {
    "quant": "one number", "range": "two numbers", "date": "a date", "qual": "words", "placeholder": "nothing said",
    "unparsed": "what cannot be read", "number": "one number or two", "rate": "counted in percent or per mille",
    "at-most": "≤ or <", "at-least": "≥ or >", "without-operator": "one number, no operator written",
    "without-unit": "a number, no unit written", "odd": "odd in some way: it has flags",
}  # fmt: skip
_NO_SORT: frozenset[str] = frozenset()

#: What forms print before a 三级指标: 指标1：, 1., ①, ★.
_OPENS = frozenset("指目*＊★☆※▲△●■◆#0123456789０１２３４５６７８９①②③④⑤⑥⑦⑧⑨⑩(（ \u3000\n\t")
_NUMBERED = re.compile(
    r"[\s*＊★☆※▲△●■◆#]{1,6}|(?:指标|目标)\s{0,2}[0-9０-９]{1,2}\s{0,2}[:：.．、，,]?|[0-9０-９]{1,2}(?:[、:：]|[.．])(?![0-9０-９])|"
    r"[①②③④⑤⑥⑦⑧⑨⑩]|[(（][0-9０-９]{1,2}[)）]"
)


def sorts_of(value: Value) -> frozenset[str]:
    """The sorts that a value is of."""
    return _sorts(value.kind, value.op, value.op_explicit, value.base_unit, bool(value.unit), bool(value.flags))


@lru_cache(maxsize=1024)
def _sorts(kind: str, op: Op | None, explicit: bool, base_unit: str, unit: bool, flags: bool) -> frozenset[str]:
    number = kind in ("quant", "range")
    told = {
        kind: True,
        "number": number,
        "rate": number and base_unit == "%",
        "at-most": op in ("<=", "<"),
        "at-least": op in (">=", ">"),
        "without-operator": kind == "quant" and not explicit,
        "without-unit": number and not unit,
        "odd": flags,
    }
    return frozenset(sort for sort, is_so in told.items() if is_so)


class Item:
    """One thing that a rule is given.

    Attributes:
        pointer: its JSON Pointer.
        node: the document's own object.
        scope: document, project or indicator.
        around: the item that it is in.
        row: the values of its columns, then those of the items around it, then a None; None where a field is blank, absent
            or unreadable. That of an indicator ends with its parsed 指标值.
        has, blank, bad: sets of its fields and of those around it.
    """

    __slots__ = ("around", "bad", "blank", "has", "node", "pointer", "row", "scope")

    kind: str | None = None
    sorts = _NO_SORT

    def __init__(self, scope: str, pointer: str, node: Mapping[str, Any], around: Item | None) -> None:
        self.scope, self.pointer, self.node, self.around = scope, pointer, node, around
        self.row: tuple[Any, ...] = ()
        self.has: int = around.has if around else 0
        self.blank: int = around.blank if around else 0
        self.bad: int = around.bad if around else 0


class Row(Item):
    """An indicator, with what many rules ask of it.

    Attributes:
        index: its place in the project's array.
        level1, level2: short official names (产出, 数量), None where the form's are blank or others.
        kind: the 二级指标 by which rules are chosen: ``level2``, or 服务对象满意度 where only the first level says 满意度.
        part: the part of the frame it belongs to: 产出, 成本, 效益, 满意度 (or 执行率); None when neither level says so. 满意度 as a
            second level under 效益 is 满意度, 成本 as one under 产出 stays 产出; without a first level the second says it.
        name: the 三级指标 without the form's own numbering (see :func:`unnumbered`); None when it is blank.
        value: the parsed 指标值; None when it is blank.
        sorts: the sorts that the value is of.
        filled: whether it says anything beside its levels.
    """

    __slots__ = ("filled", "index", "kind", "level1", "level2", "name", "part", "sorts", "value")

    def __init__(self, index: int, pointer: str, node: Mapping[str, Any], around: Item) -> None:
        super().__init__("indicator", pointer, node, around)
        self.index = index
        self.value: Value | None = None
        self.sorts = _NO_SORT
        first, second = node.get("level1"), node.get("level2")
        self.level1, self.level2, self.part = frame_of(
            first if isinstance(first, str) else None, second if isinstance(second, str) else None
        )
        self.kind = self.level2
        if self.part == SATISFACTION and not _says(second):
            self.kind = SATISFIED
        name = node.get("level3")
        self.name: str | None = unnumbered(name) if isinstance(name, str) and _says(name) else None
        self.filled = self.name is not None or _says(node.get("value")) or _says(node.get("description"))


def frame_of(first: str | None, second: str | None) -> tuple[str | None, str | None, str | None]:
    """Level 1, level 2 and part of the frame by what a row has as its levels."""
    return _frame_of(first and first[:_LONGEST_LEVEL], second and second[:_LONGEST_LEVEL])


#: What is longer is no level.
_LONGEST_LEVEL = 80


@built
def _frame_of(first: str | None, second: str | None) -> tuple[str | None, str | None, str | None]:
    one, two = level1(first), level2(second)
    return one, two, SATISFACTION if two == SATISFIED else one or parent(two)


def unnumbered(name: str, otherwise: str | None = None) -> str:
    """A 三级指标 without the number or the mark that a form prints before it; where nothing else is there, ``otherwise`` or itself."""
    start = 0
    while start < len(name) and name[start] in _OPENS and (found := _NUMBERED.match(name, start)):
        start = found.end()
    return name[start:] or (name if otherwise is None else otherwise)


def _says(text: object) -> bool:
    return isinstance(text, str) and bool(text) and not text.isspace()


def is_prefilled(code: object, letters: str) -> bool:
    """Whether a project is of a kind (the ninth place of its code) whose goal and indicators the system fills in."""
    return isinstance(code, str) and len(code) == 21 and code[8] in letters


def is_cost(row: Row) -> bool:
    """Whether it is an indicator of cost, as a second level of 产出 or as a first level."""
    return "成本" in (row.level2 or "") or row.level1 == "成本"
