"""Dates and periods as values: 2024年12月底前, 12月31日前, 第一季度, 2024-12-31, 1-12月, 每月10日前."""
from __future__ import annotations

import calendar
import re
from dataclasses import replace
from typing import NamedTuple

from . import words
from .fold import chinese
from .model import Date, Op, Value, dated
from .patterns import later

_MARKS = "年月日号季"
_ISO = later("(?:19|20)[0-9]{2}[-/.][01]?[0-9]")
_DATE = later(
    r"(?:每(?P<every>年|月|季度|周|学期)(?=[0-9底末初]|第))?"
    r"(?:(?:当|本|今)年(?:度|的)?(?=[0-9底末初第上下]))?"
    r"(?:"
    r"(?P<iso_year>(?:19|20)[0-9]{2})(?P<cut>[-/.])(?P<iso_month>[0-9]{1,2})"
    r"(?:(?P=cut)(?P<iso_day>[0-9]{1,2})(?![0-9.,])(?:[ T]00:00:00)?日?|(?=$|[前底止之以末完)]|[-~至到](?:19|20)[0-9]{2}[-/.]))"
    r"|(?P<year>(?:19|20)[0-9]{2})年(?:度)?(?:的)?(?:(?:第(?P<year_quarter>[1-4])季度|(?P<year_quarter_bare>[1-4])季度)"
    r"(?P<year_quarter_part>[底末初])?|(?P<year_half>[上下]半年)|(?P<year_month>[0-9]{1,2})月(?:份)?"
    r"(?:(?P<year_day>[0-9]{1,2})(?:[日号]|(?=之?前|以前))|(?P<year_part>初|上旬|中旬|下旬|底|末))?|(?P<year_end>年?[底末初])|全年)?"
    r"|第?(?P<quarter>[1-4])季度(?P<quarter_part>[底末初])?"
    r"|(?P<half>[上下]半年)"
    r"|(?P<month>[0-9]{1,2})月(?:份)?(?:(?P<day>[0-9]{1,2})(?:[日号]|(?=之?前|以前))|(?P<part>初|上旬|中旬|下旬|底|末))?"
    r"|(?<![0-9.])(?P<only_day>[0-9]{1,2})[日号](?=之?前|以前)"
    r"|(?P<only_end>年[底末初]|(?<=[年月度])[底末初])"
    r"|(?P<all>全年度?|(?:本|当)?年度?内|当年|本年度?)"
    r")"
)
# 1-12月, 2024年1月至12月, 2024-2026年
_PERIOD = later(
    r"(?:(?P<year>(?:19|20)[0-9]{2})年)?(?P<first>[0-9]{1,2})月?[-~至到](?P<last>[0-9]{1,2})月(?:份|底|末)?(?![0-9内以])"
    r"|(?P<from>(?:19|20)[0-9]{2})年?(?:度)?[-~至到](?P<to>(?:19|20)[0-9]{2})学?年(?:度)?(?![0-9])"
)
# 25日-29日 and 25-29日 behind a month
_DAYS = later("(?P<first>[0-9]{1,2})?(?:-|~|至|到)(?P<last>[0-9]{1,2})[日号]")
_SEPARATOR = later("--|[-~至到]")
_SUFFIX = later("(?:[(]含[)])?(?P<before>之?前|以前|止)|(?P<within>之内|以内|内|期间|间|度)|(?P<after>之?后|以后|起)")


_DONE = ("完成", "建成", "竣工", "交付", "验收", "实施", "投入", "启动", "发放", "支付", "拨付", "结束", "开工", "办结", "达标",
         "上线", "印发", "实现", "全部", "到位", "通过")


class Found(NamedTuple):
    """A date with what surrounds it: `lead` before, `tail` behind; `value` None for an impossible date (13月)."""

    value: Value | None
    lead: str
    tail: str


def search(text: str, op: Op | None, start: int) -> Found | None:
    """The first date of folded `text` from `start` on, or None where there is none. `op` is the sign before it."""
    if not any(mark in text for mark in _MARKS) and not (len(text) > 5 and _ISO.search(text)):
        return None
    period = _PERIOD.search(text, start)
    found = _DATE.search(text, start)
    if period is not None and (found is None or period.start() <= found.start()):
        return _finish(text, start, op, period.start(), period.end(), *_period(period))
    if found is None:
        return None
    date = _date(found)
    if op is not None and _is_length(date, found):
        return None
    end = found.end()
    days = _DAYS.match(text, end) if date is not None and date.month is not None and not date.every else None
    if days is not None and date is not None and (date.day is None) == (days["first"] is not None):
        since = replace(date, day=date.day or int(days["first"]))
        return _finish(text, start, op, found.start(), days.end(), since, replace(date, day=int(days["last"])))
    between = _SEPARATOR.match(text, end)
    second = None if between is None else _DATE.match(text, between.end())
    if second is None:
        return _finish(text, start, op, found.start(), end, None, date)
    return _finish(text, start, op, found.start(), second.end(), date, _date(second))


def _is_length(date: Date | None, found: re.Match[str]) -> bool:
    """≤12月 is a length of time, as it is where 月 stands in a unit column of its own."""
    return date is None or date == Date(month=date.month) and found.group()[-1:] == "月" and not date.every


def _finish(text: str, start: int, op: Op | None, first: int, end: int,
            since: Date | None, date: Date | None) -> Found:
    lead, tail = text[start:first], text[end:]
    suffix = _SUFFIX.match(tail)
    if suffix is not None:
        tail = tail[suffix.end():]
        op = op or _suffix_operator(suffix, date)
    word, rest = words.operator_at_end(lead)
    if word is not None and word != "=":
        op, lead = op or word, rest
    if date is not None and date.day is not None and date.month is None:
        op = "<="  # a day of no month is only read before 前
    if date is None or not _exists(date) or since is not None and not _exists(since):
        return Found(None, lead, tail)
    return Found(dated(date, op, since=since), lead, tail)


def _suffix_operator(suffix: re.Match[str], date: Date | None) -> Op | None:
    if suffix.group("before"):
        return "<="
    if suffix.group("after"):
        return ">="
    return "<=" if date is not None and date.day is not None and suffix.group() != "度" else None


def _period(found: re.Match[str]) -> tuple[Date, Date]:
    if found["from"]:
        return Date(int(found["from"])), Date(int(found["to"]))
    year = int(found["year"]) if found["year"] else None
    return Date(year, int(found["first"])), Date(year, int(found["last"]))


def _date(found: re.Match[str]) -> Date:
    every = found["every"] or ""
    if found["all"]:
        return Date(part="全年")
    if found["iso_year"]:
        return Date(int(found["iso_year"]), int(found["iso_month"]), _number(found["iso_day"]))
    if found["only_end"]:
        return _year_end(None, found["only_end"][-1], every)
    if found["only_day"]:
        return Date(day=int(found["only_day"]), every=every)
    year = _number(found["year"])
    if found["year_end"]:
        return _year_end(year, found["year_end"][-1], every)
    quarter = _number(found["year_quarter"] or found["year_quarter_bare"] or found["quarter"])
    part = (found["year_part"] or found["part"] or found["year_quarter_part"] or found["quarter_part"]
            or found["year_half"] or found["half"] or "")
    return Date(year, _number(found["year_month"] or found["month"]), _number(found["year_day"] or found["day"]),
                quarter, "底" if part == "末" else part, every)


def _year_end(year: int | None, mark: str, every: str) -> Date:
    if every in ("月", "季度", "周", "学期"):
        return Date(year, part="初" if mark == "初" else "底", every=every)
    return Date(year, 1 if mark == "初" else 12, part="初" if mark == "初" else "底", every=every)


def _number(digits: str | None) -> int | None:
    return int(digits) if digits else None


def _exists(date: Date) -> bool:
    if date.month is not None and not 1 <= date.month <= 12:
        return False
    last = 31 if date.month is None else calendar.monthrange(date.year or 2024, date.month)[1]
    return date.day is None or 1 <= date.day <= last


def is_clean(found: Found) -> bool:
    """Whether nothing but a name before and a verb behind surrounds the date."""
    if found.value is not None and found.value.date == Date(part="全年") and (found.lead or found.tail not in ("", "完成")):
        return False
    date = None if found.value is None else found.value.date
    if found.lead.startswith(("按", "根据", "依据", "参照", "较", "比", "与")):
        return False
    if date is not None and date.month is None and found.value is not None and not found.value.op_explicit and (
            found.tail and not found.tail.startswith(_DONE)):
        return False
    return (not found.lead or chinese(found.lead, 12)) and (
        not found.tail or chinese(found.tail, 16))
