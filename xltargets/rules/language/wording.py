"""How amounts, shares and typed texts are written in messages."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

#: One of the unit is so many 元.
MONEY_FACTOR = {"元": Decimal(1), "千元": Decimal(1000), "万元": Decimal(10000), "亿元": Decimal(100000000)}

_LONGEST = 24
#: No amount of a budget; written out, it could be a million digits.
_UNREAL = Decimal(10) ** 20


def amount(value: Decimal, unit: str = "万元") -> str:
    """``30.00万元``; more decimals only where there are more."""
    return f"{digits(value)}{unit}"


def digits(value: Decimal | int) -> str:
    """At least two decimals, and no zeros beyond them."""
    value = Decimal(value)
    if abs(value) >= _UNREAL:
        return f"{value:.6E}"
    exponent = value.normalize().as_tuple().exponent
    if isinstance(exponent, int) and exponent >= -2:
        return f"{value:.2f}"
    return f"{value.normalize():f}"


def share(value: Decimal | int) -> str:
    """``30%``."""
    value = Decimal(value)
    if abs(value) >= _UNREAL:
        return f"{value:.6E}%"
    text = f"{value:f}"
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text}%"


def printable(text: str) -> str:
    """A message without what cannot be seen: controls, halves of surrogate pairs and their like."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else " " if char.isspace() else "□" for char in text)


def quoted(text: object) -> str:
    """A text from a cell in Chinese quotation marks: on one line, shortened."""
    flat = " ".join(str(text).split()) if not isinstance(text, bool) else str(text).upper()
    return f"“{flat}”" if len(flat) <= _LONGEST else f"“{flat[:_LONGEST]}…”"


def listed(words: Iterable[str]) -> str:
    """``甲、乙、丙``."""
    return "、".join(words)


def in_wan(value: Decimal, unit: str) -> Decimal:
    """An amount of the form in 万元."""
    return value * MONEY_FACTOR.get(unit, MONEY_FACTOR["万元"]) / MONEY_FACTOR["万元"]
