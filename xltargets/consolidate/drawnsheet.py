"""A sheet of the summary whose rows are put together from cells that were drawn where the files were read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter
from typing import Any

from xltargets.consolidate.bodies import BLANK, body_of, count_body
from xltargets.consolidate.columns import UNIT, SheetPlan
from xltargets.consolidate.drawn import LINE, Drawn, high
from xltargets.consolidate.layout import Table
from xltargets.consolidate.sheet import Pages


class DrawnSheet:
    """A sheet of rows.

    Args:
        pages: where the rows go.
        keys: of the columns, but their number, whose cells lead a row.
        tables: whose cells follow, outermost first.
    """

    def __init__(self, pages: Pages, keys: Sequence[str], tables: Sequence[Table]) -> None:
        self.pages, self.keys = pages, keys
        self.number = 0
        starts = [
            len(keys) + sum(len(one.fields) for one in tables[:level]) for level in range(len(tables) + 1)
        ]
        places = {"#number": starts[-1]} | {key: at for at, key in enumerate(keys)}
        found = [
            places[column.key] if column.key in places else starts[column.level] + column.index
            for column in pages.plan.columns
        ]
        self._pick: Callable[[Any], tuple[Any, ...]] = itemgetter(*found)
        if len(found) == 1:  # of one item it gives the item itself
            self._pick = lambda cells: (cells[found[0]],)

    def put(self, bodies: list[bytes], marks: bytes, level: int = 0) -> None:
        """Write a row: its cells and the lines they take, in the order of keys and tables."""
        self.number += 1
        cells = self._pick([*bodies, count_body(self.number)])
        self.pages.put(cells, high(self._pick(marks + LINE)), level=level)

    def put_all(self, rows: Iterable[Drawn]) -> None:
        """Write rows that have the cells of the tables only."""
        pick = self._pick
        numbered = enumerate(rows, self.number + 1)
        found = [(pick([*row.bodies, count_body(at)]), high(pick(row.lines + LINE))) for at, row in numbered]
        self.number += len(found)
        self.pages.put_all(found)


class UnitLines:
    """The line below a unit's projects: which of its cells are sums, which say whose they are.

    Attributes:
        sums: the columns that are added up, by number.
    """

    def __init__(self, plan: SheetPlan) -> None:
        label = _label_place(plan)
        self.sums = {at: column.key for at, column in enumerate(plan.columns) if column.totalled}
        self._whose = [(at, one.index) for at, one in enumerate(plan.columns) if one.key.startswith(UNIT)]
        self._blank = [body_of("小计") if at == label else BLANK for at in range(len(plan.columns))]

    def cells(self, root: Drawn, sums: Iterable[bytes]) -> tuple[tuple[bytes, ...], int]:
        """The cells of a unit's line, and how many lines of text they take.

        Args:
            root: the row of the root of the unit's document.
            sums: the cells of the columns that are added up, in their order.
        """
        found, marks = self._blank.copy(), bytearray(LINE)
        for at, index in self._whose:
            found[at] = root.bodies[index]
            marks.append(root.lines[index])
        for at, body in zip(self.sums, sums, strict=True):
            found[at] = body
        return tuple(found), high(marks)


def _label_place(plan: SheetPlan) -> int | None:
    """The column in which a subtotal is called so: that of the numbers, else the first that would be empty."""
    keys = [column.key for column in plan.columns]
    if "#number" in keys:
        return keys.index("#number")
    empty = (at for at, one in enumerate(plan.columns) if not one.totalled and not one.key.startswith(UNIT))
    return next(empty, None)
