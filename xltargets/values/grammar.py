"""Read a 指标值: fold the text, then try a number, a date, a numeral in Chinese, and last words.

Every step is one pass over at most `LIMIT` characters; longer text is prose and not looked at. No function here
raises on any text.
"""
from __future__ import annotations

import datetime
import re
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from . import dates, numerals, units, words
from .fold import fold, oddities
from .model import Date, Direction, Op, Value, quant, worded

LIMIT = 200
_NONE: frozenset[str] = frozenset()
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,3}(?:,[0-9]{3})++(?![0-9])|[0-9]++)(?:\.[0-9]++)?(?![.,]?[0-9])|[+-]?\.[0-9]++")
_FIRST = re.compile(r"[+-]?\.?[0-9]")
_SEPARATOR = re.compile(r"--?(?=[0-9.])|[~至到](?=[-+0-9.])")
_NEXT_BOUND = re.compile(r"(?:且|并且|并|,|、|;|和|而)?(?=[≥≤><=不大小高低少多超])")
_FRACTION = re.compile(r"([0-9]{1,6})/([0-9]{1,6})((?:及?以[上下内])?)")
_DIGIT = re.compile("[0-9]")
_CJK = re.compile("[\u4e00-\u9fff]")
_NAME = re.compile("[\u4e00-\u9fffA-Za-z\"'“”()/·]{1,24}[:为是]?")
_NOUN = re.compile("[\u4e00-\u9fff]{1,6}")
_TAIL = re.compile("[\u4e00-\u9fff]{1,20}")
_NEW_UNIT = re.compile("[\u4e00-\u9fff]{1,4}")
_NOTE = re.compile(r"\([^()]{1,60}\)$")
_PLAIN = re.compile(r"[+-]?[0-9][0-9,.]*(?:[-~至到][0-9][0-9,.]*)?(?:[百千万亿]{1,2})?")
_TEMPLATE = re.compile(r"[*×xX_./\-…]{1,40}|[*×xX_…]{1,40}[^0-9]{0,4}")
_DATED_DIGITS = re.compile(
    r"(?:19|20)[0-9]{2}(?:年|-(?:19|20)[0-9]{2}年)|[\[(〔【〈][0-9]{4}[\])〕】〉]第?[0-9]{1,5}号?|第?[0-9]{1,5}号|"
    r"《[^》]{1,80}》|(?:[A-Z]{1,4}/?){1,2} ?[0-9]{1,6}(?:\.[0-9]{1,3})?(?:-[0-9]{4})?|7[*×xX]24小?时?|24小时|12345|110|119|120|"
    r"^[0-9]{1,2}[.、](?=[\u4e00-\u9fff])")
_PROSE = ("按照", "根据", "依据", "按", "参照", "对照")
_EMPTY_WORDS = frozenset({"暂无", "待定", "未定", "不适用", "n/a", "na", "null", "none", "nan", "请填写", "待填", "空", "同上"})
_STOP = " 。;,.、;:!"
_QUALITATIVE = ("定性", "定量", "定量(其他)", "不适用", "定量指标", "定性指标", "")


class _Lead(NamedTuple):
    """What stands before the number: an operator in words, a change, periods (每…), and whether words were left."""

    op: Op | None
    change: Direction | None
    below: list[str]
    flags: frozenset[str]


_NO_LEAD = _Lead(None, None, [], _NONE)


def parse(raw: object, *, op: str | None = None, unit: str | None = None, nature: str | None = None) -> Value:
    """Read a 指标值 as typed: text, a number, a date, or None for a blank cell.

    `op`, `unit` and `nature` are the columns 计算符号, 度量单位 and 指标性质 of a form that splits a value; together
    they give the Value that the merged text gives. 指标性质 may hold the operator (四川) or 定性/定量. Never raises on
    any text; what cannot be read has kind "unparsed".
    """
    typed = raw if isinstance(raw, str) else _typed(raw)
    if len(typed) > LIMIT:
        typed_short = typed.strip()
        if len(typed_short) > LIMIT:
            return _long(typed_short, typed)
        return replace(_merged(typed_short), raw=typed)
    if op is None and unit is None and nature is None:
        return _merged(typed)
    return _split(typed, *(_column(text) for text in (op, unit, nature)))


def _typed(raw: object) -> str:
    """A cell that holds no text, in text: floats as Excel shows them, in 15 digits."""
    if raw is None:
        return ""
    if isinstance(raw, float):
        return format(Decimal(format(raw, ".15g")), "f") if abs(raw) < 1e30 else str(raw)
    if isinstance(raw, Decimal):
        return format(raw, "f") if raw.is_finite() and abs(raw.adjusted()) < 40 else str(raw)
    if isinstance(raw, int):
        return str(raw) if raw.bit_length() < 400 else "#" * 40
    if isinstance(raw, datetime.date):
        return f"{raw.year:04}-{raw.month:02}-{raw.day:02}"
    return str(raw)


def _column(text: str | None) -> str:
    """A cell of one of the other columns, folded; a long one says nothing about a value."""
    return "" if text is None or len(text) > 40 else fold(text)


@lru_cache(maxsize=16384)
def _merged(typed: str) -> Value:
    value = _read(fold(typed))
    return _as_typed(value, typed)


@lru_cache(maxsize=16384)
def _split(typed: str, op_text: str, unit_text: str, nature: str) -> Value:
    op, flags = _operator_of(op_text, nature)
    body = fold(typed)
    unit = units.column(unit_text)
    sign = "" if op is None else op
    if unit is not None and _PLAIN.fullmatch(body):
        value = _read(sign + body + unit.name)
        if value.kind not in ("qual", "unparsed"):
            return _as_typed(value, typed, flags)
    value = _read(body)
    if value.is_number and value.lo is not None:
        return _as_typed(_completed(value, op, unit), typed, flags)
    return _as_typed(_read(sign + body) if op is not None else value, typed, flags)


def _operator_of(op_text: str, nature: str) -> tuple[Op | None, frozenset[str]]:
    for text in (op_text, nature):
        if text in _QUALITATIVE:
            continue
        op, end, flags = words.sign(text, 0)
        if op is not None and end == len(text):
            return op, frozenset(flags)
        if text in words.OPERATORS:
            return words.OPERATORS[text], _NONE
        return None, frozenset({"bad-operator"}) if text == op_text else _NONE
    return None, _NONE


def _completed(value: Value, op: Op | None, unit: units.Unit | None) -> Value:
    """A number with the operator and unit of the other columns; what the cell itself says comes first."""
    flags = set(value.flags)
    name = value.unit
    if unit is not None:
        if not name:
            name = unit.name
        else:
            flags.add("unit-twice" if name == unit.name else "unit-conflict")
    own = value.op if value.op_explicit else None
    if op is not None and own is not None:
        flags.add("operator-twice" if op == own else "operator-conflict")
    assert value.lo is not None
    return quant(value.lo, own or op, name, hi=value.hi, change=value.change, date=value.date, flags=frozenset(flags))


def _as_typed(value: Value, typed: str, more: frozenset[str] = _NONE) -> Value:
    odd = oddities(typed)
    if value.kind == "qual":
        odd.discard("fullwidth")
    flags = value.flags | more | odd
    return replace(value, raw=typed, flags=flags)


def _long(text: str, typed: str) -> Value:
    kind = "qual" if _CJK.search(text[:LIMIT]) else "unparsed"
    return worded(kind, text, raw=typed, flags=frozenset({"long"}))  # type: ignore[arg-type]


def _read(text: str) -> Value:
    """The Value of folded text."""
    if not text:
        return worded("placeholder", "", flags=frozenset({"blank"}))
    if len(text) > LIMIT:
        return _long(text, text)
    bare = text.rstrip(_STOP)
    if bare != text and bare:
        value = _read_bare(bare)
        if value.is_number or value.kind == "date":
            return replace(value, flags=value.flags | {"punctuation"})
    return _read_bare(text)


def _read_bare(text: str) -> Value:
    if numerals.has_numeral(text):
        digits = numerals.to_digits(text)
        value = None if digits is None else _numeric(digits)
        if value is not None:
            return replace(value, flags=value.flags | {"chinese-numeral"})
    value = _numeric(text)
    return _wordy(text) if value is None else value


def _numeric(text: str) -> Value | None:
    """A number, a range or a date; None where the text is none of them."""
    op, start, flags = words.sign(text, 0)
    if start and op is None:
        return None
    fraction = _FRACTION.fullmatch(text, start)
    if fraction is not None and int(fraction[2]):
        return _fraction(fraction, op, flags)
    found = dates.search(text, op, start)
    if found is not None:
        value = _dated(text, found, flags)
        if value is not None:
            return value
    first = _FIRST.search(text, start)
    if first is None:
        return None
    if first.start() == start:
        lead: _Lead | None = _NO_LEAD
    else:
        at = first.start()
        lead = _lead(text[start:at], bool(op))
        if at and text[at - 1] == "±":
            return _plus_minus(text, at, op)
    if lead is None:
        return None
    return _number(text, first.start(), op, lead, flags)


def _fraction(found: re.Match[str], op: Op | None, flags: set[str]) -> Value:
    rate = (Decimal(100) * int(found[1]) / int(found[2])).quantize(Decimal("0.0001"))
    suffix = words.suffix_operator(found[3]) if found[3] else None
    return quant(rate, op or suffix, "%", flags=frozenset(flags | {"fraction"}))


def _plus_minus(text: str, at: int, op: Op | None) -> Value | None:
    value = _number(text, at, None, _NO_LEAD, set())
    if value is None or value.kind != "quant" or value.lo is None or text[:at].strip("≤=<±在控制误差"):
        return None
    return quant(-value.lo, None, value.unit, hi=value.lo, flags=value.flags)


def _dated(text: str, found: dates.Found, flags: set[str]) -> Value | None:
    """A date alone, a number with its date, or None where the number is the main thing (全年200次)."""
    value = found.value
    if value is None:
        return worded("unparsed", text, flags=frozenset({"bad-date"})) if (
            dates.is_clean(found)) else None
    if dates.is_clean(found):
        return replace(value, flags=frozenset(flags)) if flags else value
    if value.date == Date(part="全年") or not _DIGIT.search(found.tail) or found.lead and not words.opened(found.lead):
        return None
    number = _numeric(found.tail.lstrip(",、;:(."))
    if number is None or not number.is_number or number.lo is None or number.date is not None:
        return None
    mixed = {"dated"} if value.date is not None and value.date.month is None else {"dated", "mixed"}
    return quant(number.lo, number.op if number.op_explicit else None, number.unit, hi=number.hi,
                 change=number.change, date=value.date, flags=number.flags | mixed)


def _lead(text: str, has_sign: bool) -> _Lead | None:
    """Take the words before a number apart; None where they are prose."""
    below, rest = words.periods(text) if "每" in text or "均" in text else ([], text)
    op: Op | None = None
    flags: set[str] = set()
    if rest and rest[-1] in "≥≤><=~≈》《〉〈;":
        at = len(rest.rstrip("≥≤><=~≈》《〉〈")) if rest[-1] != ";" else max(rest.find("&"), 0)
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
        return _Lead(op, change, below, frozenset(flags))
    if not words.opened(rest):
        if rest.startswith(_PROSE) or not _NAME.fullmatch(rest) or len(rest) > (20 if op or has_sign else 14):
            return None
        flags.add("named")
    return _Lead(op, change, below, frozenset(flags))


def _number(text: str, start: int, op: Op | None, lead: _Lead, flags: set[str]) -> Value | None:
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
    if text[end:end + 1] in ("余", "多", "几"):
        op, end = op or "~", end + 1
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
    bound = _second_bound(text, after, op, lo, hi, unit)
    if bound is not None:
        return bound
    if after < len(text) and not _tail(text, after, unit, flags):
        return None
    if lead.below:
        unit = units.per(unit or units.Unit("", "", units.ONE), lead.below)
    if unit is not None and unit.bare:
        flags.add("glued-unit")
    return quant(lo, op, unit.name if unit is not None else "", hi=hi, change=lead.change, flags=frozenset(flags))


def _after(op: Op | None, suffix: Op | None, lead: _Lead, flags: set[str]) -> Op | None:
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
    tail = _NEW_UNIT.match(text, start)
    if tail is None:
        return None, start
    word = words.SUFFIX.sub("", text[start:], count=1)
    if not _NEW_UNIT.fullmatch(word) or words.classify(word)[0] in ("时限类", "合规类", "方向类", "达成类"):
        return None, start
    if any(part in word for part in ("至", "到", "以", "且", "和")) or word[0] in "余多的几":
        return None, start
    flags.add("unknown-unit")
    return units.Unit(word, word, units.ONE), start + len(word)


def _second_bound(text: str, after: int, op: Op | None, lo: Decimal, hi: Decimal | None,
                  unit: units.Unit | None) -> Value | None:
    """≥90%且≤100% is the range 90~100%."""
    if op not in (">=", ">", "<=", "<") or hi is not None or after == len(text):
        return None
    joined = _NEXT_BOUND.match(text, after)
    if joined is None or not _DIGIT.search(text, after):
        return None
    other_op, start, _ = words.sign(text, joined.end())
    first = _FIRST.search(text, start)
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
        if _DIGIT.search(note.group()):
            flags.add("mixed")
        if not tail:
            return True
    tail = tail.lstrip(",")
    if tail.startswith(_PROSE) or not _TAIL.fullmatch(tail):
        return False
    counts = unit is not None and unit.base != "%"
    if counts and _NOUN.fullmatch(tail) and not words.operator_at_end(tail)[0]:
        flags.add("noun")
    elif unit is not None and units.is_time(unit.name):
        flags.add("noun")
    elif unit is not None:
        flags.add("mixed")
    else:
        return False
    return True


def _wordy(text: str) -> Value:
    """A placeholder, a value in words, or what cannot be read."""
    op, start, flags = words.sign(text, 0)
    body = text[start:]
    if op is not None and not body:
        return worded("placeholder", text, op=op, flags=frozenset(flags | {"operator-only"}))
    if start and op is None:
        return worded("unparsed", text)
    if _TEMPLATE.fullmatch(body):
        return worded("placeholder", text, flags=frozenset({"template"}))
    if body.lower() in _EMPTY_WORDS:
        return worded("placeholder", text, flags=frozenset({"no-value"}))
    letters = len(_CJK.findall(body))
    if _DIGIT.search(body):
        if _DIGIT.search(_DATED_DIGITS.sub("", body)):
            if letters < 4:
                return worded("unparsed", text, flags=frozenset(flags))
            flags.add("mixed")
    if not letters:
        return worded("unparsed", text, flags=frozenset(flags))
    qual_class, change = words.classify(body)
    op = op or words.operator_at_start(body)
    return worded("qual", text, op=op, qual_class=qual_class, change=change, flags=frozenset(flags))
