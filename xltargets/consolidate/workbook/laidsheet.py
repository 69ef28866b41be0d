"""A sheet of the summary whose rows were laid out where the files were read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xltargets.consolidate.drawing.bodies import HEIGHTS, count_body
from xltargets.consolidate.drawing.laid import HEIGHT, Laid, Layout
from xltargets.consolidate.workbook.sheet import CellLink, Pages, Segment


class LaidSheet:
    """A sheet of rows.

    Args:
        pages: where the rows go.
        layout: how they are laid out.
    """

    def __init__(self, pages: Pages, layout: Layout) -> None:
        self.pages, self.layout = pages, layout
        self.number = 0

    def put(
        self, laid: Laid, cells: Mapping[str, list[bytes]] = {}, least: int = 1, links: Sequence[CellLink | None] = ()
    ) -> list[Segment]:
        """Write rows.

        Args:
            laid: the rows.
            cells: what goes into their gaps, but for heights and the numbers of rows.
            least: lines that the highest of these cells takes; of rows whose heights are open.
            links: of each row the cell that leads to a file; empty where none does.

        Returns:
            Where they stand.
        """
        rows, high = laid
        numbers = range(self.number + 1, self.number + len(rows) + 1)
        self.number += len(rows)
        known = {**cells, "#number": list(map(count_body, numbers))}
        if self.layout.open:
            known[HEIGHT] = [HEIGHTS[max(least, one)] for one in high]
        return self.pages.put_all(rows, {key: known[key] for key in self.layout.gaps}, links)
