"""What a 指标值 is once it has been read: `Value`, its `Date`, and how both are printed.

`str(value)` is the canonical text; reading that text again gives an equal Value.
"""
from __future__ import annotations

import calendar
import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from . import units

Kind = Literal["quant", "range", "date", "qual", "placeholder", "unparsed"]
Op = Literal[">=", ">", "=", "<", "<=", "~"]
QualClass = Literal["达成类", "程度类", "方向类", "时限类", "合规类", "等级类"]
Direction = Literal["up", "down"]

SIGNS: dict[str, str] = {">=": "≥", ">": ">", "=": "=", "<": "<", "<=": "≤", "~": "~"}
SYMBOLS = SIGNS | {"~": "约"}
CHANGES = {"up": "提高", "down": "降低"}
_WAN = Decimal(10000)
_DATE_SUFFIX = {"<=": "前", ">=": "后"}
# "12月" and "3季度" are points in time; a length of time is printed with 个.
_PRINTED_UNIT = {"月": "个月", "季度": "个季度"}


@dataclass(frozen=True, slots=True)
class Date:
    """A point in time as targets name it; what was not written is None.

    `part` is one of "", 初, 上旬, 中旬, 下旬, 底, 上半年, 下半年, 全年; `every` (年, 季度, 月, 周, 学期) is the
    period of a date that comes back (每月10日前).
    """

    year: int | None = None
    month: int | None = None
    day: int | None = None
    quarter: int | None = None
    part: str = ""
    every: str = ""

    def __str__(self) -> str:
        printed = f"每{self.every}" if self.every else ""
        printed += f"{self.year}年" if self.year is not None else ""
        if self.quarter is not None:
            printed += f"第{self.quarter}季度"
        if self.month is not None:
            printed += f"{self.month}月"
        if self.day is not None:
            printed += f"{self.day}日"
        return printed + self.part

    @property
    def last_month(self) -> int | None:
        """The month (1-12) in which the time named is over; None for a day without a month."""
        if self.month is not None:
            return self.month
        if self.quarter is not None:
            return 3 * self.quarter
        if self.part == "上半年":
            return 6
        return None if self.day is not None else 12

    def latest(self, year: int) -> datetime.date | None:
        """The last day meant, in `year` where the text names none; None where it names no month."""
        month = self.last_month
        if month is None:
            return None
        year = self.year or year
        in_month = {"初": 10, "上旬": 10, "中旬": 20}.get(self.part)
        last = calendar.monthrange(year, month)[1]
        return datetime.date(year, month, min(self.day or in_month or last, last))


@dataclass(frozen=True, slots=True, eq=False)
class Value:
    """One 指标值. Two values are equal when they say the same, however each was typed.

    `kind` quant has one number, in `lo`; range has `lo` and `hi`; date has `date` (and `since` for a period);
    qual has its words in `text` and, where known, a `qual_class`. `op` is None where nothing is compared (a range,
    most words); a number written without one gets "=" and `op_explicit` False. `unit` is canonical, "" for none;
    one of it is `factor` of `base_unit` (万元 -> 10000 元, 万人次 -> 10000 人次, ‰ -> 0.1 %). `change` tells an
    increase or decrease (提高5%) from a level. `raw` is the cell as typed, and `flags` says what was odd in it;
    neither counts when values are compared. The codes of `flags` are listed in the package's docstring.
    """

    kind: Kind
    op: Op | None
    op_explicit: bool
    lo: Decimal | None
    hi: Decimal | None
    unit: str
    factor: Decimal
    change: Direction | None
    qual_class: QualClass | None
    date: Date | None
    since: Date | None
    text: str
    raw: str
    flags: frozenset[str]

    def __eq__(self, other: object) -> bool:
        return same_value(self, other) if isinstance(other, Value) else NotImplemented

    def __hash__(self) -> int:
        return hash(_meaning(self))

    def __str__(self) -> str:
        return self.text

    def __format__(self, spec: str) -> str:
        return format(self.text, spec)

    @property
    def is_number(self) -> bool:
        """Whether it is a number or a range of numbers."""
        return self.kind in ("quant", "range")

    @property
    def base_unit(self) -> str:
        """The unit that `factor` leads to: 元 for 万元, 人次 for 万人次, 元/人 for 万元/人."""
        return units.base_of(self.unit)

    @property
    def per(self) -> str:
        """What a quotient is counted by: 人·月 in 元/人·月, "" where the unit is none."""
        above, _, below = self.unit.partition("/")
        return below if above else ""  # /10万 is a rate

    @property
    def is_rate(self) -> bool:
        """Whether it is counted in percent, per mille or per 100,000."""
        return self.is_number and self.base_unit == "%"

    @property
    def is_money(self) -> bool:
        """Whether it is an amount of money, a price per something (元/人) included."""
        return self.is_number and self.base_unit.partition("/")[0] == "元"

    @property
    def direction(self) -> Direction | None:
        """up where more is better (≥, 提高), down where less is (≤, 下降), None where neither is said."""
        if self.change is not None:
            return self.change
        if self.kind not in ("quant", "range"):
            return None
        return {">=": "up", ">": "up", "<=": "down", "<": "down"}.get(self.op or "")  # type: ignore[return-value]


def money_in_wan(value: Value) -> Decimal | None:
    """The amount in 万元, of a range its upper end; None for a price per something and for all that is no money."""
    if not value.is_money or value.per:
        return None
    amount = value.hi if value.hi is not None else value.lo
    return None if amount is None else amount * value.factor / _WAN


def same_value(one: Value, other: Value) -> bool:
    """Whether both say the same, however each was typed."""
    return _meaning(one) == _meaning(other)


def _meaning(value: Value) -> tuple[object, ...]:
    return (value.kind, value.op, value.op_explicit, value.lo, value.hi, value.unit, value.change,
            value.qual_class, value.date, value.since, value.text)


def quant(lo: Decimal, op: Op | None = None, unit: str = "", *, hi: Decimal | None = None,
          change: Direction | None = None, date: Date | None = None, raw: str | None = None,
          flags: frozenset[str] = frozenset()) -> Value:
    """A number, or with `hi` a range. `op` None: none was written; `unit` in its canonical spelling."""
    explicit = op is not None
    if op is None and hi is None:
        op = "="
    printed = str(date) if date is not None else ""
    if date is not None and date.day is not None and date.month is None:
        printed += "前"  # without it a day of no month is no date
    if change is not None:
        printed += CHANGES[change]
    if explicit:
        printed += SYMBOLS[op or "="]
    printed += plain(lo)
    if hi is not None:
        printed += "~" + plain(hi)
    printed += _PRINTED_UNIT.get(unit, unit)
    kind: Kind = "quant" if hi is None else "range"
    return Value(kind, op, explicit, lo, hi, unit, units.factor_of(unit), change, None, date, None,
                 printed, printed if raw is None else raw, flags)


def dated(date: Date, op: Op | None = None, *, since: Date | None = None, raw: str | None = None,
          flags: frozenset[str] = frozenset()) -> Value:
    """A date, or with `since` a period. `op` "<=" is 前, ">=" is 后, None: none was written."""
    suffix = _DATE_SUFFIX.get(op or "", "")
    prefix = SYMBOLS[op] if op is not None and not suffix else ""
    printed = f"{prefix}{since}~{date}{suffix}" if since is not None else f"{prefix}{date}{suffix}"
    return Value("date", op or "=", op is not None, None, None, "", units.ONE, None, None, date, since,
                 printed, printed if raw is None else raw, flags)


def worded(kind: Kind, text: str, *, op: Op | None = None, qual_class: QualClass | None = None,
           change: Direction | None = None, raw: str | None = None, flags: frozenset[str] = frozenset()) -> Value:
    """A value in words, a placeholder, or what could not be read."""
    return Value(kind, op, op is not None, None, None, "", units.ONE, change, qual_class, None, None,
                 text, text if raw is None else raw, flags)


def as_typed(value: Value, raw: str, flags: frozenset[str]) -> Value:
    """The same value from another cell."""
    return Value(value.kind, value.op, value.op_explicit, value.lo, value.hi, value.unit, value.factor, value.change,
                 value.qual_class, value.date, value.since, value.text, raw, flags)


def plain(number: Decimal) -> str:
    """The number in digits, without exponent or trailing zeros."""
    digits = format(number, "f")
    if "." in digits:
        digits = digits.rstrip("0").rstrip(".")
    return "0" if digits in ("-0", "") else digits
