"""What inserted rows do to rows, areas, references and formulas."""

from __future__ import annotations

from dataclasses import dataclass, replace

from xltargets.excel.a1 import MAX_ROWS, Area, address, parse_area
from xltargets.excel.formulas import Reference, rewritten


@dataclass(frozen=True, slots=True)
class Shift:
    """Rows inserted into a sheet. All rows count from 0.

    Attributes:
        sheet: its name.
        before: the first row that moves down.
        count: how many rows are inserted.
        style: the row, as it was numbered before, that the new ones are like.
        extend: whether ranges that end right above the new rows, and hold the row they are like, take them in.
        merged: areas that are merged cells: one field each, never extended.
    """

    sheet: str
    before: int
    count: int
    style: int
    extend: bool = False
    merged: frozenset[Area] = frozenset()

    def row(self, row: int) -> int:
        """Where a row is afterwards."""
        return row + self.count if row >= self.before else row

    def area(self, area: Area, extend: bool = False) -> Area | None:
        """Where an area is afterwards, stretched when the rows come inside; None when it leaves the sheet."""
        if area.top == 0 and area.bottom == MAX_ROWS - 1:
            return area
        bottom = self.row(area.bottom)
        if extend and self.extend and self.ends_above(area) and area not in self.merged:
            bottom += self.count
        top = self.row(area.top)
        return None if top >= MAX_ROWS else area._replace(top=top, bottom=min(bottom, MAX_ROWS - 1))

    def ends_above(self, area: Area) -> bool:
        """Whether an area ends right above the new rows and holds the row that they are like."""
        return area.bottom == self.before - 1 and area.top <= self.style <= area.bottom

    def ref(self, text: str, extend: bool = False) -> str:
        """A ``ref`` attribute afterwards; what is no area stays as it is."""
        try:
            area = parse_area(text)
        except ValueError:
            return text
        moved = self.area(area, extend)
        return text if moved is None or moved == area else written(moved)

    def sqref(self, text: str, cover: bool) -> tuple[str, int]:
        """A list of areas afterwards, and how far its first row moved against what it would have done by itself.

        Args:
            cover: whether the new rows belong to it as far as the row that they are like does.
        """
        try:
            old = [parse_area(ref) for ref in text.split()]
        except ValueError:
            return text, 0
        moved = [area for area in map(self.area, old) if area is not None]
        if not moved:
            return text, 0
        first = min(area.top for area in moved)
        if cover:
            moved = self._covered(moved)
        new = " ".join(map(written, moved))
        return (text if moved == old else new), min(area.top for area in moved) - first

    def _covered(self, areas: list[Area]) -> list[Area]:
        """Areas that take in the new rows wherever they hold the row that these are like; in new numbers."""
        style, last = self.row(self.style), self.before + self.count - 1
        covered, more = [], []
        for area in areas:
            new = area
            if area.top <= style <= area.bottom and not (area.top <= self.before and last <= area.bottom):
                if area.bottom == self.before - 1:
                    new = area._replace(bottom=last)
                elif area.top == last + 1:
                    new = area._replace(top=self.before)
                else:
                    more.append(area._replace(top=self.before, bottom=last))
            covered.append(new)
        return covered + [area for area in more if area not in covered]

    def reference(self, reference: Reference, home: str | None, row: int | None = None) -> Reference | None:
        """A reference afterwards; None when it leaves the sheet.

        Args:
            home: the sheet that a reference without one means; None when that is not known.
            row: the row, as it was before, of the cell that the formula stands in: a range that this row is part of is
                not extended, for it is a running total or a sum along the row.
        """
        sheets = reference.sheets
        sheet = home if not reference.prefix else sheets[0] if sheets and sheets[0] == sheets[1] else None
        if sheet is None or sheet.casefold() != self.sheet.casefold() or reference.first.row is None:
            return reference
        ends = [reference.first] + ([] if reference.last is None else [reference.last])
        rows = [end.row or 0 for end in ends]
        new = [self.row(number) for number in rows]
        inside = row is not None and min(rows) <= row <= max(rows)
        extends = self.extend and not inside and reference.area not in self.merged
        if len(ends) == 2 and extends and self.ends_above(reference.area):
            new[0 if rows[0] > rows[1] else 1] += self.count
        if max(new) >= MAX_ROWS:
            return None
        moved = [end._replace(row=number) for end, number in zip(ends, new, strict=True)]
        return replace(reference, first=moved[0], last=moved[1] if len(moved) == 2 else None)

    def formula(self, text: str, home: str | None, row: int | None = None) -> str:
        """A formula afterwards; arguments as for :meth:`reference`."""
        return rewritten(text, lambda reference: self.reference(reference, home, row))


def written(area: Area) -> str:
    """An area as ``ref`` and ``sqref`` have it."""
    first, last = address(area.top, area.left), address(area.bottom, area.right)
    return first if first == last else f"{first}:{last}"
