"""What a disclosure says: a document as headings, paragraphs and tables, before any file format.

The form is that of a county of Hebei. Fields which the official template lacks but a document has are printed as further
rows and columns under their labels, so nothing of a project is left out; what is internal (waivers) is not published.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from xltargets.disclosure.blocks import AUTOMATIC
from xltargets.submission.form import ITEM, Field, Form

PROJECT = ("projects", ITEM)
INDICATOR = ("projects", ITEM, "indicators", ITEM)
HEAD = ("unit.name", "unit.code", "unit.region", "unit.year")
_SCHEDULE = ("march", "june", "october", "december")


@dataclass(frozen=True)
class Box:
    """A cell to print.

    Attributes:
        text: what it shows; None is blank.
        mark: the field, or :data:`~xltargets.disclosure.blocks.AUTOMATIC` and the field; None for a label.
        across, down: how many columns and rows it covers.
        head: ``row`` or ``col`` for a label that is the heading of a row or a column.
    """

    text: str | None
    mark: str | None = None
    across: int = 1
    down: int = 1
    head: str | None = None


@dataclass
class ProjectPage:
    """A project as printed: title, the table of the project (12 columns and one of labels), the table of indicators.

    Attributes:
        rows, indicators: rows of boxes; a box that reaches down leaves its place in the rows below empty.
        keys: the columns of the table of indicators, as keys of an indicator.
    """

    title: Box
    rows: list[list[Box]]
    header: list[Box]
    indicators: list[list[Box]]
    keys: list[str]


@dataclass
class Statement:
    """One unit's disclosure.

    Attributes:
        name: the unit's name, empty when there is none.
        year: 2024, or None.
        head: mark → text of what identifies the unit.
        overall: the overall target; None when there is none.
        items: itemised targets and safeguards.
        unpublished: JSON Pointer and value of what is not said.
    """

    name: str
    year: Any
    head: dict[str, str]
    overall: str | None
    itemised: list[str | None]
    safeguards: list[str | None]
    projects: list[ProjectPage]
    unpublished: list[tuple[str, object]] = field(default_factory=list)


def shown(value: Any, field: Field) -> str | None:
    """A value as it is printed: money with two decimals or more, percentages with their sign."""
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return str(value)
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    exponent = number.as_tuple().exponent
    if field.unit == "万元" and isinstance(exponent, int):
        reduced = format(number.normalize(), "f")
        return format(number, ".2f") if len(reduced.partition(".")[2]) <= 2 else reduced
    plain = format(number.normalize(), "f") if number else "0"
    return f"{plain}%" if field.unit == "%" else plain


def state(document: Mapping[str, Any], form: Form) -> Statement:
    """Lay out one document."""
    unit, department = _mapping(document.get("unit")), _mapping(document.get("department"))
    head = {}
    for mark in HEAD:
        text = shown(unit.get(mark.partition(".")[2]), _field(form, mark))
        if text is not None:
            head[mark] = text
    pages = [_project(project, index, unit, form) for index, project in enumerate(_list(document.get("projects")), 1)]
    return Statement(
        name=str(unit.get("name") or ""), year=unit.get("year"), head=head,
        overall=department.get("overall_target"),
        itemised=_list(department.get("itemised_targets")), safeguards=_list(department.get("safeguards")),
        projects=pages, unpublished=list(_unpublished(document, form)),
    )  # fmt: skip


def automatic_title(index: int, name: object) -> str:
    """The title of a project's table that has none of its own."""
    return f"{index}. {name or ''}绩效目标表"


def automatic_unit(unit: Mapping[str, Any]) -> str:
    """The unit above a project's table that does not name it."""
    return " ".join(str(unit[key]) for key in ("code", "name") if unit.get(key))


AUTOMATIC_MONEY_UNIT = "金额单位：万元"


def without_number(title: str) -> str:
    """A title without what numbers it, for tables of contents."""
    return re.sub(r"\A\d+\s*[.．、]\s*", "", title)


def _project(project: Mapping[str, Any], index: int, unit: Mapping[str, Any], form: Form) -> ProjectPage:
    project = _mapping(project)
    indicators = [_mapping(item) for item in _list(project.get("indicators"))]
    keys = [
        found.path[-1] for found in form.fields.values()
        if found.path[:-1] == INDICATOR and (not found.elsewhere or any(found.path[-1] in item for item in indicators))
    ]  # fmt: skip
    header = [Box(form.fields[(*INDICATOR, key)].title, head="col") for key in keys]
    return ProjectPage(
        title=_own(project, "title", automatic_title(index, project.get("name")), form),
        rows=list(_rows(project, unit, form)), header=header,
        indicators=list(_indicator_rows(indicators, keys, form)), keys=keys,
    )  # fmt: skip


def _own(project: Mapping[str, Any], key: str, automatic: str, form: Form, across: int = 1) -> Box:
    mark = f"projects.{key}"
    text = shown(project.get(key), _field(form, mark))
    return Box(automatic, AUTOMATIC + mark, across) if text is None else Box(text, mark, across)


def _rows(project: Mapping[str, Any], unit: Mapping[str, Any], form: Form) -> Iterator[list[Box]]:
    def label(path: str, across: int = 1) -> Box:
        return Box(_field(form, f"projects.{path}").title, across=across, head="row")

    def value(path: str, across: int = 1) -> Box:
        found = _field(form, f"projects.{path}")
        return Box(shown(_at(project, path), found), found.dotted, across)

    yield [_own(project, "unit", automatic_unit(unit), form, across=7),
           _own(project, "money_unit", AUTOMATIC_MONEY_UNIT, form, across=6)]  # fmt: skip
    yield [label("code"), value("code", across=5), label("name", across=2), value("name", across=5)]
    yield [Box(form.titles[(*PROJECT, "budget")], head="row", down=2), label("budget.total", across=2),
           value("budget.total", across=2), label("budget.fiscal", across=2), value("budget.fiscal", across=2),
           label("budget.other", across=2), value("budget.other", across=2)]  # fmt: skip
    yield [value("purpose", across=12)]
    yield [Box(form.titles[(*PROJECT, "schedule")], head="row", down=2),
           *(Box(_field(form, f"projects.schedule.{key}").title, head="col", across=3) for key in _SCHEDULE)]  # fmt: skip
    yield [value(f"schedule.{key}", across=3) for key in _SCHEDULE]
    for found in form.fields.values():
        path = ".".join(found.path[2:])
        if found.elsewhere and found.path[:2] == PROJECT and found.depth == 1 and _has(project, path):
            yield [label(path), value(path, across=12)]
    yield [label("target"), value("target", across=12)]


def _indicator_rows(items: Sequence[Mapping[str, Any]], keys: Sequence[str], form: Form) -> Iterator[list[Box]]:
    """Rows in which a level covers the rows below that say the same under the same outer levels."""
    levels = [key for key in keys if form.fields[(*INDICATOR, key)].fill_down]
    for row, item in enumerate(items):
        boxes = []
        for key in keys:
            found = form.fields[(*INDICATOR, key)]
            down = 1
            if key in levels:
                upto = levels[: levels.index(key) + 1]
                if row and _same(item, items[row - 1], upto):
                    continue
                while row + down < len(items) and _same(item, items[row + down], upto):
                    down += 1
            boxes.append(Box(shown(item.get(key), found), found.dotted, down=down))
        yield boxes


def _same(one: Mapping[str, Any], other: Mapping[str, Any], keys: Sequence[str]) -> bool:
    return all(one.get(key) is not None and one.get(key) == other.get(key) for key in keys)


def _unpublished(document: Mapping[str, Any], form: Form) -> Iterator[tuple[str, object]]:
    """What the disclosure does not say, but for the version of the template."""
    said = {
        field.path for field in form.fields.values()
        if field.dotted in HEAD or field.path[:2] == PROJECT and (field.depth == 1 or field.path[:-1] == INDICATOR)
    }  # fmt: skip
    said |= {("department", "overall_target"), ("department", "itemised_targets", ITEM), ("department", "safeguards", ITEM)}
    yield from _beyond({**document, "template": None}, (), "", said)


def _beyond(
    node: Any, path: tuple[str, ...], pointer: str, said: set[tuple[str, ...]]
) -> Iterator[tuple[str, object]]:
    if path in said or node is None:
        return
    within = any(known[: len(path)] == path for known in said)
    if isinstance(node, Mapping) and (within or path == ("department", "budget")):
        for key, value in node.items():
            yield from _beyond(value, (*path, str(key)), f"{pointer}/{key}", said)
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _beyond(value, (*path, ITEM), f"{pointer}/{index}", said)
    else:
        yield pointer, node


def _field(form: Form, dotted: str) -> Field:
    path: tuple[str, ...] = ()
    for part in dotted.split("."):
        path = (*path, part, ITEM) if (*path, part) in form.arrays else (*path, part)
    return form.fields[path]


def _at(node: Any, path: str) -> Any:
    for key in path.split("."):
        node = _mapping(node).get(key)
    return node


def _has(node: Any, path: str) -> bool:
    *outer, last = path.split(".")
    for key in outer:
        node = _mapping(node).get(key)
    return last in _mapping(node)


def _mapping(node: Any) -> Mapping[str, Any]:
    return node if isinstance(node, Mapping) else {}


def _list(node: Any) -> list[Any]:
    return node if isinstance(node, list) else []
