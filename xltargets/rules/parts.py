"""What kind of project or indicator it is, for rules that make a difference between kinds."""

from __future__ import annotations

from xltargets.rules.items import Row


def is_prefilled(code: object, letters: str) -> bool:
    """Whether a project is of a kind (the ninth place of its code) whose goal and indicators the system fills in."""
    return isinstance(code, str) and len(code) == 21 and code[8] in letters


def is_cost(row: Row) -> bool:
    """Whether it is an indicator of cost, as a second level of 产出 or as a first level."""
    return "成本" in (row.level2 or "") or row.level1 == "成本"
