"""A sheet of the summary whose rows are put together from cells that were drawn where the files were read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from xltargets.consolidate.bodies import BLANK, body_of, count_body
from xltargets.consolidate.columns import UNIT, SheetPlan
from xltargets.consolidate.drawn import Cells, Drawn, Spread
from xltargets.consolidate.sheet import CellLink, Pages, Segment


class DrawnSheet:
    """A sheet of rows.

    Args:
        pages: where the rows go.
    """

    def __init__(self, pages: Pages) -> None:
        self.pages = pages
        self.number = 0
        self._columns = [(one.key, one.level, one.index) for one in pages.plan.columns]

    def put(
        self, count: int, chain: Sequence[Spread], special: Mapping[str, Cells] = {}, level: int = 0,
        links: Sequence[CellLink | None] = (),
    ) -> list[Segment]:  # fmt: skip
        """Write rows.

        Args:
            count: how many.
            chain: their cells, and those of the rows around them, outermost first.
            special: the cells of columns that are no field, but of that of the numbers.
            level: how deep they stand in the outline.
            links: where a cell of each leads to.

        Returns:
            Where they stand.
        """
        numbers = range(self.number + 1, self.number + count + 1)
        known = {**special, "#number": (list(map(count_body, numbers)), b"")}
        found = [
            known[key] if key in known else chain[level].column(index) for key, level, index in self._columns
        ]
        self.number += count
        marks = [lines for _, lines in found if lines]
        high = list(map(max, bytes(count), *marks)) if marks else [1] * count
        return self.pages.put_all([bodies for bodies, _ in found], high, level=level, links=links)


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

    def cells(self, root: Drawn, sums: Iterable[bytes]) -> tuple[list[bytes], int]:
        """The cells of a unit's line, and how many lines of text they take.

        Args:
            root: the row of the root of the unit's document.
            sums: the cells of the columns that are added up, in their order.
        """
        found, high = self._blank.copy(), 1
        row = Spread(root)
        for at, index in self._whose:
            (found[at],), lines = row.column(index)
            high = max((high, *lines))
        for at, body in zip(self.sums, sums, strict=True):
            found[at] = body
        return found, high


def _label_place(plan: SheetPlan) -> int | None:
    """The column in which a subtotal is called so: that of the numbers, else the first that would be empty."""
    keys = [column.key for column in plan.columns]
    if "#number" in keys:
        return keys.index("#number")
    empty = (at for at, one in enumerate(plan.columns) if not one.totalled and not one.key.startswith(UNIT))
    return next(empty, None)
