"""A project as it is put together from the cells of a disclosure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from xltargets.disclosure.blocks import Cell
from xltargets.disclosure.places import FACTORS, unit_of_label
from xltargets.submission.coerce import parse_number
from xltargets.submission.form import ITEM, Field, Form

_CURRENCY = re.compile(r"\A(?:人民币)?[¥￥]?\s*")
INDICATOR = ("projects", ITEM, "indicators", ITEM)
#: Fields that tell one project from another.
IDENTITY = ("projects.code", "projects.name")


@dataclass
class Project:
    """What was found of one project.

    Attributes:
        values: dotted path → value as typed, of the project's and the unit's fields.
        indicators: rows, key → value as typed.
        long_term: rows of a block of long-term indicators.
        money: 万元, 元 …: what amounts without a unit of their own are in.
        inherited: the same where nothing in this project says so: what those before it were in.
        exact: it was published by this package; texts are as they were.
        hinted: which values of the unit come from the caption of the table, not from a label.
        doer: who carries it out: the unit, where nothing else says who that is.
        literal: which values were written as literals, and so are not the form's own.
    """

    values: dict[str, Any] = field(default_factory=dict)
    indicators: list[dict[str, Any]] = field(default_factory=list)
    long_term: list[tuple[dict[str, Any], list[Cell]]] = field(default_factory=list)
    money: str | None = None
    inherited: str | None = None
    exact: bool = False
    hinted: set[str] = field(default_factory=set)
    literal: set[str] = field(default_factory=set)
    doer: Cell | None = None

    @property
    def begun(self) -> bool:
        """Whether anything but a title, a unit or the unit of money is known of it."""
        return bool(self.indicators or self.long_term) or any(
            value is not None and path.startswith("projects.") and path not in _ABOVE for path, value in self.values.items()
        )

    def fits(self, path: str, value: Any) -> bool:
        """Whether a value may be set: there is none yet."""
        return self.values.get(path) in (None, value) or _is_blank(self.values[path])

    def document(self, form: Form) -> dict[str, Any]:
        """The project as the form has it: every official field, further ones where they were found."""
        found: dict[str, Any] = {}
        for spec in form.fields.values():
            if spec.path[:2] != ("projects", ITEM) or spec.depth != 1:
                continue
            if spec.dotted in self.values or not spec.elsewhere:
                put(found, spec.path[2:], self.values.get(spec.dotted))
        found["indicators"] = [_indicator(item, form) for item in self.indicators]
        return found


_ABOVE = ("projects.title", "projects.unit", "projects.money_unit")


def _is_blank(value: Any) -> bool:
    return isinstance(value, str) and not value.strip()


def _indicator(item: Mapping[str, Any], form: Form) -> dict[str, Any]:
    return {
        spec.path[-1]: item.get(spec.path[-1])
        for spec in form.fields.values()
        if spec.path[:-1] == INDICATOR and (not spec.elsewhere or spec.path[-1] in item)
    }


def put(target: dict[str, Any], keys: tuple[str, ...], value: Any) -> None:
    """Set a value within objects."""
    for key in keys[:-1]:
        target = target.setdefault(key, {})
    target[keys[-1]] = value


def typed(spec: Field, cell: Cell, money: str | None = None, label: str = "") -> Any:
    """A cell's value for a field, as typed; amounts become exact decimals in the form's own unit.

    Args:
        spec: the field.
        cell: the cell.
        money: what amounts are in (万元, 元 …) when neither they nor their label say so.
        label: the label beside the cell.
    """
    text = cell.value
    if text is None or spec.type == "text":
        return None if text is None or (cell.blank and not cell.mark) else text
    if spec.type == "number" and spec.unit != "%":
        return _amount(text, money if spec.unit == "万元" else None, label if spec.unit == "万元" else "")
    return text


def _amount(text: str, money: str | None, label: str) -> Any:
    plain = _CURRENCY.sub("", text.strip()).removesuffix("整").rstrip()
    plain += "元" if plain.endswith(("万", "亿")) else ""
    own = next((unit for unit in sorted(FACTORS, key=len, reverse=True) if plain.endswith(unit)), "")
    number = parse_number(plain, own)
    if number is None:
        return text
    return _times(number, FACTORS[own or unit_of_label(label) or money or "万元"])


def _times(number: Decimal, factor: Decimal) -> Decimal:
    """Exact, whatever the number of digits, and written without an exponent."""
    if factor == 1:
        return number
    shift = factor.normalize().adjusted()
    sign, digits, exponent = number.as_tuple()
    assert isinstance(exponent, int)
    moved = Decimal((sign, digits, exponent + shift))
    return moved.quantize(Decimal(1)) if moved == moved.to_integral_value() and moved.adjusted() < 27 else moved
