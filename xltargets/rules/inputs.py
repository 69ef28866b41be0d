"""What a rule may ask for beside fields (``inputs``), by scope; it does not run where there is none of it.

=============  =====================================================================================================
``@values``    indicator: its parsed 指标值; project: those of its indicators in order (None where blank); document: a
               list of these per project
``@row``       indicator: the :class:`~xltargets.rules.view.Row`: its levels by their short names, its kind, its value
``@rows``      project: the rows of its indicators; document: index of a project → its rows
``@filled``    project: those of its rows that say anything beside their levels
``@raw``       path from the item → what was typed, for the fields where the document has something else
``@item``      the item itself, a plain dict
``@blank``     the paths of its fields that are on the form and blank (not those that could not be read)
``@narratives``  document: its running text: path, text (see :func:`~xltargets.rules.language.prose.narratives`)
``@prose``     document: the same, and the names and descriptions of projects and indicators
``@spaces``    document: the paths of texts of blanks only
``@amounts``   document: every amount of money that is not blank: path, value as typed, its field
``@field``     text: the :class:`~xltargets.submission.form.Field` that the text is of
``@money``     the unit that the amounts are in: what the project declares (单位：元), else the form's
``@form_money``  the unit that the form's amounts are in: 万元, or 元 on a bureau's own form
``@previous``  last year's: document of the unit; the project of the same code or name; its indicator of the same name
``@ledger``    the bureau's list of approved projects: project code → row by column label
``@roster``    the bureau's list of units: unit code → row by column label
``@units``     units: what a consolidation knows of each unit
=============  =====================================================================================================
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from xltargets.rules.items import Item, Row
from xltargets.rules.language.prose import narratives, texts_at
from xltargets.rules.layout import GIVEN
from xltargets.rules.view import View, declared_money_unit
from xltargets.values import Value


@dataclass(frozen=True)
class Inputs:
    """What a run may have beside the submission; None where it has not.

    Attributes:
        previous: last year's document of the same unit.
        ledger: project code → the row of the bureau's ledger.
        roster: unit code → the row of the bureau's roster.
    """

    previous: Mapping[str, Any] | None = None
    ledger: Mapping[str, Mapping[str, Any]] | None = None
    roster: Mapping[str, Mapping[str, Any]] | None = None

    def as_bits(self) -> int:
        """The set of what there is (see :data:`~xltargets.rules.view.GIVEN`)."""
        return sum(bit for name, bit in GIVEN.items() if getattr(self, name) is not None)


class Asked:
    """What rules ask for in one asked."""

    def __init__(self, view: View, inputs: Inputs) -> None:
        self.view = view
        self.inputs = inputs
        self._raw: dict[str, Mapping[str, object]] = {}

    def values(self, item: Item) -> list[Any]:
        """The parsed values of a project, or of all projects."""
        if item.scope == "document":
            return [self.values(project) for project in self.view.projects]
        rows = item.node.get("indicators")
        found: list[Value | None] = [None] * (len(rows) if isinstance(rows, list) else 0)
        for row in self.view.rows[item.pointer]:
            found[row.index] = row.value
        return found

    def rows(self, item: Item) -> list[Row] | dict[int, list[Row]]:
        """The rows of a project; of the document those of each project, by its index."""
        if item.scope == "project":
            return self.view.rows[item.pointer]
        return {int(pointer.rpartition("/")[2]): rows for pointer, rows in self.view.rows.items()}

    def raw(self, item: Item) -> Mapping[str, object]:
        """What was typed in the item's fields, where the document has something else; several rules ask for it."""
        found = self._raw.get(item.pointer)
        if found is None:
            prefix = f"{item.pointer}/"
            found = self._raw[item.pointer] = {
                pointer[len(prefix) :].replace("/", "."): typed
                for pointer, typed in self.view.submission.raw.items()
                if pointer.startswith(prefix)
            }
        return found

    @cached_property
    def narratives(self) -> list[tuple[str, str]]:
        """The running text of the document: path, text."""
        return list(narratives(self.view.submission.document))

    @cached_property
    def prose(self) -> list[tuple[str, str]]:
        """The same, and the names and descriptions of projects and indicators."""
        found = list(self.narratives)
        for project in self.view.projects:
            path = project.pointer[1:].replace("/", ".")
            found += texts_at(project.node, path, ("name",))
            for row in self.view.rows[project.pointer]:
                found += texts_at(row.node, f"{path}.indicators.{row.index}", ("level3", "description"))
        return found

    def blank(self, item: Item) -> list[str]:
        """The paths of its fields that are on the form and blank."""
        return [column.dotted for column in self.view.layout.columns[item.scope].values() if column.bit & item.blank]

    def money(self, item: Item) -> str:
        """The unit that an item's amounts are in."""
        return declared_money_unit(item.node) or self.view.layout.money_unit

    def previous(self, item: Item) -> Any:
        """Last year's counterpart of the item; None when there is none."""
        if item.scope == "document" or self.inputs.previous is None:
            return self.inputs.previous
        if item.scope == "project":
            return _counterpart(item.node, self.inputs.previous.get("projects"), ("code", "name"))
        project = self.previous(item.around) if item.around else None
        return _counterpart(item.node, project.get("indicators"), ("level3",)) if project else None


INPUTS: dict[str, Callable[[Asked, Item], Any]] = {
    "@values": Asked.values,
    "@row": lambda asked, item: item,
    "@rows": Asked.rows,
    "@filled": lambda asked, item: asked.view.filled[item.pointer],
    "@raw": Asked.raw,
    "@item": lambda asked, item: item.node,
    "@blank": Asked.blank,
    "@money": Asked.money,
    "@form_money": lambda asked, item: asked.view.layout.money_unit,
    "@narratives": lambda asked, item: asked.narratives,
    "@prose": lambda asked, item: asked.prose,
    "@spaces": lambda asked, item: asked.view.spaces,
    "@amounts": lambda asked, item: asked.view.amounts,
    "@previous": Asked.previous,
    "@ledger": lambda asked, item: asked.inputs.ledger,
    "@roster": lambda asked, item: asked.inputs.roster,
}


def _counterpart(node: Mapping[str, Any], others: object, keys: Iterable[str]) -> Mapping[str, Any] | None:
    candidates = [other for other in others if isinstance(other, dict)] if isinstance(others, list) else []
    for key in keys:
        for other in candidates:
            if node.get(key) and node[key] == other.get(key):
                return other
    return None
