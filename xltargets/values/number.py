"""One number with all that belongs to it: words before, operator, range, unit, suffix, and what follows.

    [name] [每…] [operator in words] number [sep number] [unit] [以上|以内|左右] [noun]
"""
from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

from . import units, words
from .fold import chinese
from .model import Direction, Op, Value, quant
from .patterns import later

_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,3}(?:,[0-9]{3})++(?![0-9])|[0-9]++)(?:\.[0-9]++)?(?![.,]?[0-9])|[+-]?\.[0-9]++")
FIRST = later(r"(?<![A-Z0-9.])[+-]?\.?[0-9]|(?<=[A-Z])(?=[0-9]+[^0-9.≥≤><=])[0-9]")
_SEPARATOR = later(r"--?(?=[0-9.])|[~至到](?=[-+0-9.])")
_NEXT_BOUND = later(r"(?:且|并且|并|,|、|;|和|而)?(?=[≥≤><=不大小高低少多超])")
DIGIT = re.compile("[0-9]")
_NAME = later("(?:[A-Z]{1,4}[0-9][0-9.]*|[\u4e00-\u9fffA-Za-z\"'“”()/·]){1,24}[:为是]?")
_PER_ONLY = later("/(?:人|年|月|日|天|次|户|亩|株|件|台|套|吨|个|只|头|米|公里|平方米|人次|生|村|期|场)")  # 28.40/株: of what?
_NOTE = later(r"\([^()]{1,60}\)$")
_PROSE = ("按照", "根据", "依据", "按", "参照", "对照")
_NO_NAME = ("不", "前", "第", "非", "未", "从", "由")


class Lead(NamedTuple):
    """What stands before the number: an operator in words, a change, periods (每…), and whether words were left."""

    op: Op | None
    change: Direction | None
    below: list[str]
    flags: frozenset[str]


NO_LEAD = Lead(None, None, [], frozenset())


def read_lead(text: str, has_sign: bool) -> Lead | None:
    """Take the words before a number apart; None where they are prose."""
    below, rest = words.periods(text) if "每" in text or "均" in text else ([], text)
    op: Op | None = None
    flags: set[str] = set()
    if rest and rest[-1] in "≥≤><=~≈》《〉〈":
        at = len(rest.rstrip("≥≤><=~≈》《〉〈"))
        op, end, flags = words.sign(rest, at)
        if op is None or end != len(rest):
            return None
        rest = rest[:at]
    word, shorter = words.operator_at_end(rest.rstrip(":"))
    if word is not None:
        if op is not None and op != word:
            flags.add("operator-conflict")
        op, rest = op or (None if word == "=" and rest[-1] in "为是" else word), shorter
    level = rest.endswith(("至", "到"))
    change, shorter = words.change_at_end(rest[:-1] if level else rest)
    if change is not None:
        rest, change = shorter, None if level or op is not None and rest.endswith("控制") else change
    rest = rest.strip(":")
    if not rest or rest.startswith(("较", "比", "同比", "环比", "与")) and change is not None and len(rest) <= 12:
        return Lead(op, change, below, frozenset(flags))
    if op is None:
        op, rest = words.operator_within(rest)
        if op is None and rest.endswith("的"):  # 不低于总量的30%
            op = words.operator_at_start(rest)
        if not rest:
            return Lead(op, change, below, frozenset(flags))
    if not words.opened(rest):
        if has_sign or not _is_name(rest, op):
            return None
        flags.add("named")
    return Lead(op, change, below, frozenset(flags))


def _is_name(text: str, op: Op | None) -> bool:
    """Whether the words before a number are the name of what it counts, and no prose or half a word."""
    if text.startswith(_PROSE) or text.endswith(_NO_NAME) or "每" in text or len(text) > (20 if op else 14):
        return False
    if op is None and text[-1].isascii() and text[-1].isalpha():
        return False  # l00%
    return _NAME.fullmatch(text) is not None


def read_number(text: str, start: int, op: Op | None, lead: Lead, flags: set[str]) -> Value | None:
    """The number that starts at `start`, with its unit, suffix, range and what follows."""
    found = _NUMBER.match(text, start)
    if found is None:
        return None
    flags = flags | lead.flags
    digits, end = found.group(), found.end()
    if op is not None and lead.op is not None and op != lead.op:
        flags.add("operator-conflict")
    op = op or lead.op
    if "," in digits:
        flags.add("thousands")
        digits = digits.replace(",", "")
    lo, hi = Decimal(digits), None
    if end == len(text) and not lead.below:
        return quant(lo, op, change=lead.change, flags=frozenset(flags))
    text, op = _without_odd_lot(text, end, op)
    early = words.SUFFIX.match(text, end)
    if early is not None:
        op, end = op or words.suffix_operator(early.group()), early.end()
    unit, after = _unit(text, end, flags)
    separator = _SEPARATOR.match(text, after)
    second = None if separator is None else _NUMBER.match(text, separator.end())
    if second is not None:
        hi = Decimal(second.group().replace(",", ""))
        first_unit, end = unit, second.end()
        unit, after = _unit(text, end, flags)
        if first_unit is not None and unit is None:
            unit = first_unit
        elif first_unit is not None and unit is not None and first_unit.name != unit.name:
            if first_unit.base != unit.base:
                return None
            lo = lo * first_unit.factor / unit.factor
    suffix = words.SUFFIX.match(text, after)
    if suffix is not None:
        op, after = _after(op, words.suffix_operator(suffix.group()), lead, flags), suffix.end()
    if unit is not None and after < len(text) and text[end:after] and text[after:] == text[end:after]:
        flags.add("unit-twice")
        after = len(text)
    if unit is not None and unit.name == "年" and hi is None and 1900 <= lo < 2100 and lo == lo.to_integral_value():
        return None  # 2023年水平: a year, no length of time
    bound = _second_bound(text, after, op, lo, hi, unit)
    if bound is not None:
        return bound
    if after < len(text) and not _tail(text, after, unit, flags):
        return None
    if lead.below and unit is not None and "unknown-unit" not in flags:
        unit = units.per(unit, lead.below)
    if unit is not None and unit.bare:
        flags.add("glued-unit")
    return quant(lo, op, unit.name if unit is not None else "", hi=hi, change=lead.change, flags=frozenset(flags))


def _without_odd_lot(text: str, end: int, op: Op | None) -> tuple[str, Op | None]:
    """100余人 and 2万多人 are about 100人 and 2万人."""
    at = end + 1 if text[end:end + 1] in tuple("百千万亿") else end
    if text[at:at + 1] not in ("余", "多", "几"):
        return text, op
    return text[:at] + text[at + 1:], op or "~"


def _after(op: Op | None, suffix: Op | None, lead: Lead, flags: set[str]) -> Op | None:
    if op is None or suffix is None:
        return op or suffix
    if suffix == "~" and lead.op == "<=":
        return "~"
    if op[0] != suffix[0] and op != "=" and suffix != "~":
        flags.add("operator-conflict")
    return suffix if op == "=" else op


def _unit(text: str, start: int, flags: set[str]) -> tuple[units.Unit | None, int]:
    if start == len(text):
        return None, start
    unit, end = units.read(text, start)
    if unit is not None:
        return unit, end
    if text[start] == "/" and _PER_ONLY.fullmatch(text, start):
        flags.add("no-unit")
        return None, len(text)
    word = words.SUFFIX.sub("", text[start:], count=1)
    if not chinese(word, 4) or words.classify(word)[0] in ("时限类", "合规类", "方向类", "达成类"):
        return None, start
    if not text.startswith(word, start) or word[0] in "余多的几不" or word in words.OPERATORS:
        return None, start
    if any(part in word for part in ("至", "到", "以", "且", "和", "内", "左右", "上下")):
        return None, start
    flags.add("unknown-unit")
    return units.Unit(word, word, units.ONE), start + len(word)


def _second_bound(text: str, after: int, op: Op | None, lo: Decimal, hi: Decimal | None,
                  unit: units.Unit | None) -> Value | None:
    """≥90%且≤100% is the range 90~100%."""
    if op not in (">=", ">", "<=", "<") or hi is not None or after == len(text):
        return None
    joined = _NEXT_BOUND.match(text, after)
    if joined is None or not DIGIT.search(text, after):
        return None
    other_op, start, _ = words.sign(text, joined.end())
    first = FIRST.search(text, start)
    if first is None:
        return None
    if other_op is None:
        other_op, rest = words.operator_at_end(text[joined.end():first.start()])
        if rest:
            return None
    number = _NUMBER.match(text, first.start())
    if number is None or other_op is None or other_op[0] == op[0] or other_op[0] not in "<>":
        return None
    other_unit, end = units.read(text, number.end())
    if end != len(text) or unit is not None and other_unit is not None and unit.name != other_unit.name:
        return None
    bound = Decimal(number.group().replace(",", ""))
    low, high = (lo, bound) if op[0] == ">" else (bound, lo)
    named = unit or other_unit
    return quant(low, None, named.name if named is not None else "", hi=high, flags=frozenset({"two-bounds"}))


def _tail(text: str, after: int, unit: units.Unit | None, flags: set[str]) -> bool:
    """Whether what follows the number and its unit may follow it; notes in `flags` what it is."""
    tail = text[after:]
    note = _NOTE.search(tail)
    if note is not None:
        tail = tail[:note.start()]
        if DIGIT.search(note.group()) and not note.group().startswith("(含"):
            flags.add("mixed")
        if not tail:
            return True
    tail = tail.lstrip(",")
    if tail.startswith(_PROSE) or not chinese(tail, 20):
        return False
    if unit is None or tail[0] in "百千万亿":
        return False
    named = unit.base != "%" and chinese(tail, 6) and not words.operator_at_end(tail)[0]
    flags.add("noun" if named or units.is_time(unit.name) else "mixed")
    return True


