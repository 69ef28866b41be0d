"""Chinese numerals, as far as they count something: 十二次, 百分之九十五, 两次, 九成以上, 十二月底前.

The conversion itself is cn2an's (MIT). It takes some 50 ms to import, so it is imported when the first numeral
of more than one character is met; one character is looked up.
"""
from __future__ import annotations

import re

from . import units, words
from .patterns import later

_DIGITS = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8,
           "九": 9, "十": 10}
_NUMERAL = "零〇一二两三四五六七八九十百千万亿"
_ANY = frozenset(_NUMERAL + "半")
_FIRST = later(f"[零〇一二两三四五六七八九十半][{_NUMERAL}]{{0,16}}")
_PER_HUNDRED = later(f"([百千])分之([{_NUMERAL}]{{1,12}}(?:点[零〇一二三四五六七八九]{{1,6}})?|[0-9.]{{1,12}}|百)")
_FRACTION = later(f"([{_NUMERAL}]{{1,6}})分之([{_NUMERAL}]{{1,6}})")
_TENTHS = later("([一二三四五六七八九])成(?:([一二三四五六七八九半]))?(?=以上|以下|以内|左右|及以上|$)")
_OFTEN = later("一(?:年|周|季度|天|学期)[一两二三四五六七八九十]{1,2}次")
_DATED = later("([〇零一二三四五六七八九十]{1,4})(?=年|月|季度|日|号)")
# After a Chinese numeral these name a grade or a manner, not a quantity: 一级, 十分, 一点, 一批, 一度.
_NOT_COUNTED = frozenset("级 类 分 点 方 批 道 面 度 片 号 档 线 路 时 季 角 包 把 口 头 本 单 样".split())
_NO_NOUN = ("性", "式", "体", "一", "化", "制")


def has_numeral(text: str) -> bool:
    """Whether any character of the text is one of a Chinese numeral."""
    return not _ANY.isdisjoint(text)


def is_numeral(text: str) -> bool:
    """Whether the text is a Chinese numeral and nothing else."""
    return bool(text) and _ANY.issuperset(text)


def to_number(numeral: str) -> str | None:
    """The numeral in digits, None when it is none (百, 万亿, 一一十). At most 17 characters are converted."""
    if numeral == "半":
        return "0.5"
    whole, point, decimals = numeral.partition("点")
    if point:
        before = to_number(whole)
        return None if before is None else f"{before}.{''.join(str(_DIGITS[digit]) for digit in decimals)}"
    if len(whole) == 1:
        return str(_DIGITS[whole]) if whole in _DIGITS else None
    if not 1 < len(whole) <= 17:
        return None
    if all(_DIGITS.get(digit, 10) < 10 for digit in whole):
        return "".join(str(_DIGITS[digit]) for digit in whole) if len(whole) == 4 else None
    return _converted(whole)


def _converted(numeral: str) -> str | None:
    import cn2an

    try:
        return str(int(cn2an.cn2an(numeral.replace("〇", "零"), "normal")))
    except (ValueError, KeyError):  # KeyError is how it refuses 十二十二
        return None


def to_digits(text: str) -> str | None:
    """The folded text with its numerals in digits where they count or date something; None where none does."""
    changed = "每" + text[1:] if _OFTEN.match(text) else text  # 一年两次
    changed = _rates(changed)
    changed = _dates(changed)
    changed = _counts(changed)
    return None if changed == text else changed


def _rates(text: str) -> str:
    text = text.replace("百分百", "100%")
    if "分之" in text:
        text = _PER_HUNDRED.sub(_rate, text)
        text = _FRACTION.sub(_fraction, text)
    if "成" in text:
        text = _TENTHS.sub(_tenths, text)
    return text


def _rate(found: re.Match[str]) -> str:
    numeral = found.group(2)
    if numeral == "百":
        number: str | None = "100"
    else:
        number = numeral if numeral[0].isascii() else to_number(numeral)
    if number is None:
        return found.group()
    return number + ("%" if found.group(1) == "百" else "‰")


def _fraction(found: re.Match[str]) -> str:
    below, above = to_number(found.group(1)), to_number(found.group(2))
    return found.group() if below is None or above is None else f"{above}/{below}"


def _tenths(found: re.Match[str]) -> str:
    half = found.group(2)
    ones = 0 if not half else 5 if half == "半" else _DIGITS[half]
    return f"{_DIGITS[found.group(1)] * 10 + ones}%"


def _dates(text: str) -> str:
    if not any(mark in text for mark in "年月季日号"):
        return text

    def digits(found: re.Match[str]) -> str:
        mark = text[found.end()]
        number = to_number(found.group(1))
        if number is None or (mark in "日号" and "月" not in text[:found.start()]):
            return found.group()
        before = text[:found.start()]
        in_date = mark != "年" or len(number) == 4
        counted = before == "" or before.endswith(("年", "月", "第", "每", *words.OPENING)) or (
            words.opened(before) is not None)
        return number if in_date and counted else found.group()

    return _DATED.sub(digits, text)


def _counts(text: str) -> str:
    found = _FIRST.search(text)
    if found is None:
        return text
    before, numeral, after = text[:found.start()], found.group(), text[found.end():]
    if len(numeral) > 1 and numeral[-1] in "万亿":
        numeral, after = numeral[:-1], numeral[-1] + after
    unit, end = units.read(after, 0)
    if unit is None or unit.bare and end < len(after) or unit.name in _NOT_COUNTED or after[:end] in _NOT_COUNTED:
        return text
    opened = words.opened(before)
    if opened is None or (numeral == "半" and unit.name not in ("年", "天", "小时", "月")):
        return text
    tail = words.SUFFIX.sub("", after[end:], count=1)
    if tail and (not opened or tail.startswith(_NO_NOUN) or has_numeral(tail)):
        return text
    number = to_number(numeral)
    return text if number is None else before + number + after
