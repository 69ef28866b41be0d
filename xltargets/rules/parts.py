"""Which part of the frame an indicator belongs to, for rules that count parts rather than judge their names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xltargets.rules.levels import SATISFACTION, level1, level2, parent


def first_part(indicator: Mapping[str, Any]) -> str | None:
    """产出, 成本, 效益 or 满意度 (or 执行率); None when neither level says so.

    满意度 as a second level under 效益 is 满意度; 成本 as a second level under 产出 stays 产出. Where the form has no
    first level, the second one says it.
    """
    second = level2(indicator.get("level2"))
    if second and SATISFACTION in second:
        return SATISFACTION
    return level1(indicator.get("level1")) or (parent(second) if second else None)


def is_prefilled(code: object, letters: str) -> bool:
    """Whether a project is of a kind (the ninth place of its code) whose goal and indicators the system fills in."""
    return isinstance(code, str) and len(code) == 21 and code[8] in letters


def is_cost(indicator: Mapping[str, Any]) -> bool:
    """Whether it is an indicator of cost, as a second level of 产出 or as a first level."""
    return "成本" in (level2(indicator.get("level2")) or "") or level1(indicator.get("level1")) == "成本"
