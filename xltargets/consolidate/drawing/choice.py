"""A bureau's own choice of what a summary shows, and what is wrong with it, said before anything is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from xltargets.consolidate.drawing.plans import SheetPlan
from xltargets.errors import Error
from xltargets.rules.config import Config, nearest


@dataclass(frozen=True)
class Choice:
    """A bureau's own choice of what a summary shows.

    Attributes:
        sheets: the titles of the sheets it wants; all when empty.
        columns: by title of sheet, the keys or labels of the columns it wants, in its order.
        labels: by key or official label, what a column is called instead.
        file: where it is written, for errors.
    """

    sheets: tuple[str, ...] = ()
    columns: Mapping[str, Sequence[str]] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    file: str = ""

    def label(self, key: str, title: str) -> str:
        """What a column is called."""
        return self.labels.get(key) or self.labels.get(title, title)

    def names(self, key: str, title: str) -> bool:
        """Whether a column is wanted by name on some sheet."""
        wanted = (key, title, self.label(key, title))
        return any(name in columns for columns in self.columns.values() for name in wanted)

    def applied(self, plan: SheetPlan) -> SheetPlan:
        """The sheet with the columns that are wanted.

        Raises:
            Error: when it has no such column.
        """
        wanted = self.columns.get(plan.title)
        if not wanted:
            return plan
        by_name = {name: column for column in plan.columns for name in (column.label, column.key)}
        columns = [by_name.get(name) or by_name.get(self.labels.get(name, "")) for name in wanted]
        if None in columns:
            known = "、".join(column.label for column in plan.columns)
            unknown = wanted[columns.index(None)]
            raise Error(f"“{plan.title}”没有叫做“{unknown}”的列；可用的列：{known}", file=self.file or None)
        return replace(plan, columns=tuple(column for column in columns if column))


EVERYTHING = Choice()


def choice_of(config: Config) -> Choice:
    """What the bureau's settings choose."""
    shown = config.shown
    return Choice(shown.sheets, shown.columns, shown.labels, shown.file)


def check_names(choice: Choice, titles: Sequence[str], others: Sequence[str], columns: Mapping[str, str]) -> None:
    """Refuse what names no sheet and no column.

    Args:
        choice: the bureau's.
        titles: of the sheets whose columns may be chosen.
        others: of those whose columns may not.
        columns: the official label of each key.

    Raises:
        Error: with the nearest right name.
    """
    _known(choice.sheets, [*titles, *others], "表", choice)
    _known(choice.columns, titles, "可以选列的表", choice)
    _known(choice.labels, [*columns.values(), *columns], "列", choice)


def _known(names: Sequence[str] | Mapping[str, object], known: Sequence[str], what: str, choice: Choice) -> None:
    for name in names:
        if name not in known:
            near = nearest(name, known)
            hint = f"，是不是“{near}”？" if near else f"；可用的有：{'、'.join(known[:12])}"
            raise Error(f"汇总表没有叫做“{name}”的{what}{hint}", file=choice.file or None)
