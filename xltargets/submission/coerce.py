"""From what a cell holds to what the document says.

A value that cannot be taken as the field's type stays as it was typed: nothing is lost, the schema then says that it does
not fit, and no rule that needs the field runs.
"""

from __future__ import annotations

import datetime
import math
import re
import unicodedata
from decimal import Decimal
from typing import NamedTuple

from xltargets.excel.styles import exact, is_percent, plain, shown, shown_date
from xltargets.submission.form import Field

#: Excel keeps 15 significant digits; a longer number has lost the rest.
LOSSLESS = 10**15

_NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d{1,3}(?: \d{3})+|\d+)(?:\.\d*)?|[+-]?\.\d+", re.ASCII)
_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?", re.ASCII)
#: No amount, percentage or year is longer; what is longer is prose.
_LONGEST = 40


class Coerced(NamedTuple):
    """A value for the document.

    Attributes:
        value: what the document says.
        changed: whether that differs from what was typed, so that the raw value is kept beside it.
        raw: what was typed, or shown.
    """

    value: object
    changed: bool = False
    raw: object = None


def coerce(field: Field, raw: object, number_format: str = "General") -> Coerced:
    """Take a raw value (of a cell, or of JSON) as the type of a field.

    Args:
        field: the field.
        raw: None, str, bool, int, float, Decimal, or a date or time.
        number_format: the cell's, in Excel's notation.
    """
    if raw is None or raw == "":
        return Coerced(None)
    if isinstance(raw, (float, Decimal)) and not _is_number(raw):
        raw = str(raw)  # no amount of anything: a text in a cell for numbers
    return _BY_TYPE[field.type](field, raw, number_format)


def _text(field: Field, raw: object, number_format: str) -> Coerced:
    if isinstance(raw, str):
        return Coerced(raw)
    if isinstance(raw, bool):
        return Coerced("TRUE" if raw else "FALSE")
    if isinstance(raw, (int, float, Decimal)):
        number = _decimal(raw)
        if field.code:
            return _code(field, number, raw)
        return Coerced(shown(float(number), number_format) if field.shown else plain(number))
    if isinstance(raw, datetime.date):
        return Coerced(shown_date(raw, number_format))
    return Coerced(str(raw))


def _code(field: Field, number: Decimal, raw: object) -> Coerced:
    if number == number.to_integral_value() and 0 <= number < LOSSLESS:
        return Coerced(plain(number).zfill(field.digits or 0))
    return Coerced(plain(number), changed=True, raw=raw)


def _number(field: Field, raw: object, number_format: str) -> Coerced:
    if isinstance(raw, str):
        return _number_from_text(field, raw)
    if isinstance(raw, bool) or not isinstance(raw, (int, float, Decimal)):
        return Coerced(raw if isinstance(raw, bool) else str(raw))
    number = _decimal(raw)
    if field.unit == "%" and is_percent(number_format):
        return Coerced(number * 100, changed=True, raw=f"{plain(number * 100)}%")
    return Coerced(number)


def _number_from_text(field: Field, raw: str) -> Coerced:
    if not raw.strip():
        return Coerced(None, changed=True, raw=raw)
    number = parse_number(raw, field.unit)
    return Coerced(raw) if number is None else Coerced(number, changed=True, raw=raw)


def parse_number(text: str, unit: str = "") -> Decimal | None:
    """The number of a text such as ``1,234.50``, ``1 234``, ``３０``, ``30%`` or ``30万元`` (the field's own unit only), else None."""
    if len(text) > _LONGEST or any(unicodedata.category(character) == "No" for character in text):
        return None  # ① and ² are marks, not digits
    folded = unicodedata.normalize("NFKC", text).strip()
    if unit:
        folded = folded.removesuffix(unit).rstrip()
    match = _NUMBER.fullmatch(folded)
    return Decimal(folded.replace(",", "").replace(" ", "")) if match else None


def _integer(field: Field, raw: object, number_format: str) -> Coerced:
    if isinstance(raw, str):
        if not raw.strip():
            return Coerced(None, changed=True, raw=raw)
        number = parse_number(raw.strip().removesuffix("年度").removesuffix("年"))
        changed = True
    elif isinstance(raw, bool) or not isinstance(raw, (int, float, Decimal)):
        return Coerced(raw if isinstance(raw, bool) else str(raw))
    else:
        number, changed = _decimal(raw), False
    if number is None or number != number.to_integral_value():
        return Coerced(raw)
    return Coerced(int(number), changed, raw if changed else None)


def _date(field: Field, raw: object, number_format: str) -> Coerced:
    if isinstance(raw, datetime.datetime):
        raw = raw.date()
    if isinstance(raw, datetime.date):
        return Coerced(raw.isoformat())
    if isinstance(raw, str) and len(raw) <= _LONGEST:
        if not raw.strip():
            return Coerced(None, changed=True, raw=raw)
        match = _DATE.fullmatch(unicodedata.normalize("NFKC", raw).strip())
        if match:
            try:
                day = datetime.date(*map(int, match.groups())).isoformat()
            except ValueError:
                return Coerced(raw)
            return Coerced(day)
    return Coerced(raw if isinstance(raw, (str, bool)) else str(raw))


def _boolean(field: Field, raw: object, number_format: str) -> Coerced:
    words = {"是": True, "否": False, "true": True, "false": False}
    if isinstance(raw, str) and raw.strip().lower() in words:
        return Coerced(words[raw.strip().lower()], changed=True, raw=raw)
    return Coerced(raw)


def _decimal(number: int | float | Decimal) -> Decimal:
    """Exact, at the precision Excel keeps."""
    return exact(number) if isinstance(number, float) else Decimal(number)


_BY_TYPE = {"text": _text, "number": _number, "integer": _integer, "date": _date, "boolean": _boolean}


def fits(field: Field, value: object) -> bool:
    """Whether a document's value is of the field's type; a blank is."""
    if value is None:
        return True
    if field.type == "number":
        return _is_number(value)
    if field.type == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    if field.type == "boolean":
        return isinstance(value, bool)
    if field.type == "date":
        return isinstance(value, str) and bool(_ISO.fullmatch(value))
    return isinstance(value, str)


def _is_number(value: object) -> bool:
    """Whether it is a number, and a finite one."""
    if isinstance(value, Decimal):
        return value.is_finite()
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) and not isinstance(value, bool)


_ISO = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
