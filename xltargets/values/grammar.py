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

from . import dates, numerals, units, words
from .fold import chinese, fold, oddities
from .model import SIGNS, Date, Op, Value, as_typed, quant, worded
from .number import DIGIT, FIRST, NO_LEAD, Lead, read_lead, read_number
from .patterns import later

LIMIT = 200
_NONE: frozenset[str] = frozenset()
_FRACTION = later(r"([0-9]{1,6})/([0-9]{1,6})((?:及?以[上下内])?)")
# What a change is measured from: 较上年, 比2023年同期.
_BASE = later("(?:与|较|比)?(?:(?:19|20)[0-9]{2}年|上一?年|去年|同期|往年)(?:度|同期|底|末|全年)?(?:相比|比)?")
_RANK = later("[\u4e00-\u9fff]{0,10}(?:第|前|排名|位列)[0-9]{1,4}(?:名|位|%)?(?:以内|之内|内)?")
# Several dates: 3月、6月和9月, 2月底及8月底前.
_DATES = later("(?:[0-9]{4}年)?(?:[0-9]{1,2}月?(?:份|[0-9]{1,2}[日号]|[上中下]旬|[底末初])?[、,和及与]){1,12}"
              "[0-9]{1,2}月(?:份|[0-9]{1,2}[日号]|[上中下]旬|[底末初])?(?:之?前)?")
_RATIO = later("[\u4e00-\u9fff]{0,10}[0-9.]{1,8}[:比][0-9.]{1,8}[\u4e00-\u9fff]{0,6}")
_PAIRS = {"(": ")", "[": "]", "【": "】", "“": "”", "‘": "’", '"': '"', "'": "'", "〔": "〕"}
_PLAIN = later(r"[+-]?[0-9][0-9,.]*+(?:[-~至到][0-9][0-9,.]*+)?(?:[百千万亿]{1,2})?")
_TEMPLATE = later(r"[*×xX_./\-…]{1,40}|[*×xX_…]{1,40}[^0-9]{0,4}")
_DATED_DIGITS = later(
    r"(?:19|20)[0-9]{2}(?:年|-(?:19|20)[0-9]{2}年)|[\[(〔【〈][0-9]{4}[\])〕】〉]第?[0-9]{1,5}号?|第?[0-9]{1,5}号|"
    r"《[^》]{1,80}》|(?:[A-Z]{1,4}/?){1,2} ?[0-9]{1,6}(?:\.[0-9]{1,3})?(?:-[0-9]{4})?|7[*×xX]24小?时?|24小时|12345|110|119|120|"
    r"^[0-9]{1,2}[.、](?=[\u4e00-\u9fff])")
_EMPTY_WORDS = frozenset({"暂无", "待定", "未定", "不适用", "n/a", "na", "null", "none", "nan", "请填写", "待填", "空", "同上"})
_NO_UNIT = frozenset({"", "/", "-", "--", "无", "无单位", "不适用", "定性", "无量纲"})
_STOP = " 。;,.、;:!"
_QUALITATIVE = ("定性", "定量", "定量(其他)", "不适用", "定量指标", "定性指标", "")


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


@lru_cache(maxsize=2048)
def _merged(typed: str) -> Value:
    folded = fold(typed)
    value = _read(folded)
    if folded == typed:
        return as_typed(value, typed, value.flags)
    return _as_typed(value, typed)


@lru_cache(maxsize=2048)
def _split(typed: str, op_text: str, unit_text: str, nature: str) -> Value:
    op, flags = _operator_of(op_text, nature)
    body = fold(typed)
    unit = _unit_of(unit_text)
    sign = "" if op is None else SIGNS[op]
    if unit is not None and (_PLAIN.fullmatch(body) or numerals.is_numeral(body)):
        value = _read(sign + body + unit.name)
        if value.kind not in ("qual", "unparsed"):
            return _as_typed(value, typed, flags)
    value = _read(body)
    if value.is_number and value.lo is not None:
        return _as_typed(_completed(value, op, unit), typed, flags)
    return _as_typed(_read(sign + body) if op is not None else value, typed, flags)


def _unit_of(text: str) -> units.Unit | None:
    """The unit of a cell of the unit column: a known one, or what would be read as one behind a number."""
    if text in _NO_UNIT:
        return None
    if text.startswith("(") and text.endswith(")"):
        text = text[1:-1]
    unit = units.whole(text)
    if unit is not None:
        return unit
    value = _read("5" + text)
    if value.kind != "quant" or value.lo != 5 or not value.unit or value.op_explicit:
        return None
    return units.Unit(value.unit, value.base_unit, value.factor)


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
    return as_typed(value, typed, value.flags | more | odd)


def _long(text: str, typed: str) -> Value:
    kind = "qual" if any(chinese(letter, 1) for letter in text[:LIMIT]) else "unparsed"
    return worded(kind, text, raw=typed, flags=frozenset({"long"}))  # type: ignore[arg-type]


def _read(text: str) -> Value:
    """The Value of folded text."""
    if not text:
        return worded("placeholder", "", flags=frozenset({"blank"}))
    if len(text) > LIMIT:
        return _long(text, text)
    bare = text.rstrip(_STOP)
    while len(bare) > 2 and _PAIRS.get(bare[0]) == bare[-1] and bare[0] not in bare[1:-1] and "," not in bare:
        bare = bare[1:-1].strip(_STOP)
    if bare != text and bare:
        value = _read_bare(bare)
        if value.is_number or value.kind == "date":
            return replace(value, flags=value.flags | {"punctuation"})
    return _read_bare(text)


def _read_bare(text: str) -> Value:
    if numerals.has_numeral(text):
        digits = numerals.to_digits(text)
        value = None if digits is None else _number(digits)
        if value is not None:
            return replace(value, flags=value.flags | {"chinese-numeral"})
    value = _number(text)
    return _wordy(text) if value is None else value


def _number(text: str) -> Value | None:
    """A number, a range or a date; not a number with a date where the two printed together would be something else."""
    value = _numeric(text)
    if value is not None and "dated" in value.flags and value.text != text and _numeric(value.text) != value:
        return None
    return value


def _numeric(text: str) -> Value | None:
    """A number, a range or a date; None where the text is none of them."""
    op, start, flags = words.sign(text, 0)
    if start and op is None:
        return None
    fraction = _FRACTION.fullmatch(text, start) if "/" in text else None
    if fraction is not None and int(fraction[2]):
        return _fraction(fraction, op, flags)
    found = None if words.is_change(text) else dates.search(text, op, start)
    if found is not None:
        value = _dated(text, found, flags)
        if value is not None:
            return value
    base = _BASE.match(text, start)
    if base is not None and any(text.startswith(word, base.end()) for word in words.CHANGE):
        return _numeric(text[base.end():])
    first = FIRST.search(text, start)
    if first is None:
        return None
    if first.start() == start:
        lead: Lead | None = NO_LEAD
    else:
        at = first.start()
        lead = read_lead(text[start:at], bool(op))
        if at and text[at - 1] == "±":
            return _plus_minus(text, start, at, op)
    if lead is None:
        return None
    return read_number(text, first.start(), op, lead, flags)


def _fraction(found: re.Match[str], op: Op | None, flags: set[str]) -> Value:
    rate = (Decimal(100) * int(found[1]) / int(found[2])).quantize(Decimal("0.0001"))
    suffix = words.suffix_operator(found[3]) if found[3] else None
    return quant(rate, op or suffix, "%", flags=frozenset(flags | {"fraction"}))


def _plus_minus(text: str, start: int, at: int, op: Op | None) -> Value | None:
    value = read_number(text, at, None, NO_LEAD, set())
    if value is None or value.kind != "quant" or value.lo is None:
        return None
    if op in (">=", ">") or text[start:at].strip("±在控制误差"):
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
    if value.date == Date(part="全年") or not DIGIT.search(found.tail) or found.lead and not words.opened(found.lead):
        return None
    number = _numeric(found.tail.lstrip(",、;:(."))
    if number is None or not number.is_number or number.lo is None or number.date is not None:
        return None
    mixed = {"dated"} if value.date is not None and value.date.month is None else {"dated", "mixed"}
    return quant(number.lo, number.op if number.op_explicit else None, number.unit, hi=number.hi,
                 change=number.change, date=value.date, flags=number.flags | mixed)


def _wordy(text: str) -> Value:
    """A placeholder, a value in words, or what cannot be read."""
    op, start, flags = words.sign(text, 0)
    body = text[start:]
    text = text if op is None else SIGNS[op] + body
    if op is not None and not body:
        return worded("placeholder", text, op=op, flags=frozenset(flags | {"operator-only"}))
    if start and op is None:
        return worded("unparsed", text)
    if _TEMPLATE.fullmatch(body):
        return worded("placeholder", text, flags=frozenset({"template"}))
    if body.lower() in _EMPTY_WORDS:
        return worded("placeholder", text, flags=frozenset({"no-value"}))
    if body == "%":
        return worded("placeholder", text, flags=frozenset(flags | {"unit-only"}))
    letters = sum(chinese(letter, 1) for letter in body)
    if DIGIT.search(body) and DIGIT.search(_DATED_DIGITS.sub("", body)):
        if _RANK.fullmatch(body):
            return worded("qual", text, op=op, qual_class="等级类", flags=frozenset(flags))
        if _DATES.fullmatch(body):
            return worded("qual", text, op=op, qual_class="时限类", flags=frozenset(flags))
        if _RATIO.fullmatch(body):
            return worded("qual", text, op=op, flags=frozenset(flags | {"ratio"}))
        if letters < 4 and not (letters and words.classify(body)[0]):
            return worded("unparsed", text, flags=frozenset(flags))
        flags.add("mixed")
    if not letters:
        return worded("unparsed", text, flags=frozenset(flags))
    if body in words.LONE_OPERATORS:
        return worded("placeholder", text, op=op or words.OPERATORS[body], flags=frozenset(flags | {"operator-only"}))
    if units.is_known(body) or (body[0] in "万亿" and units.is_known(body[1:])) or (
            "/" in body and units.whole(body) is not None):
        return worded("placeholder", text, flags=frozenset(flags | {"unit-only"}))
    qual_class, change = words.classify(body)
    op = op or words.operator_at_start(body)
    return worded("qual", text, op=op, qual_class=qual_class, change=change, flags=frozenset(flags))
