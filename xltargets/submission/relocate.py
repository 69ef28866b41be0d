"""Where the fields of the form stand on a sheet, found by their labels.

A label's cell is right of it or below it; the columns of a table stand under their headings; a list stands right of its
label. Nothing is guessed: a label that is there twice, or a cell that two labels may mean, becomes a :class:`Doubt`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from xltargets.excel.a1 import Area
from xltargets.submission.form import ITEM, Field
from xltargets.submission.sheetview import Cell, SheetView
from xltargets.submission.wording import Likeness, Vocabulary

#: A heading row has at least so many of its table's labels.
_HEADINGS = 2
#: Blank rows within a table before it counts as ended, where nothing else says so.
_GAP = 60


class Sure(StrEnum):
    """How sure a finding is."""

    CERTAIN = "certain"
    LIKELY = "likely"

    @property
    def label(self) -> str:
        """In Chinese."""
        return {"certain": "确定", "likely": "基本确定"}[self.value]


class Place(NamedTuple):
    """A field and the cells it was found in.

    Attributes:
        many: the sheet holds many items of what elsewhere are sheets (a project is a group of rows).
        why: by what it was found, in Chinese.
    """

    field: Field
    sheet: str
    area: Area
    sure: Sure
    why: str
    many: bool = False


class Doubt(NamedTuple):
    """A field that may stand in several places.

    Attributes:
        candidates: the areas.
        why: what is not clear, in Chinese.
    """

    field: Field
    sheet: str
    candidates: tuple[Area, ...]
    why: str


@dataclass
class Located:
    """What was found on one sheet."""

    places: list[Place] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)

    @property
    def fields(self) -> set[Field]:
        """The fields that were found, or are in doubt."""
        return {place.field for place in self.places} | {doubt.field for doubt in self.doubts}


class Heading(NamedTuple):
    """The heading row of a table."""

    row: int
    bottom: int
    columns: dict[Field, list[tuple[int, Likeness]]]
    items: dict[Field, list[tuple[int, Likeness]]]  # of the outer item, where it stands in the same rows


class Locator:
    """One search of one sheet.

    Args:
        view: the sheet.
        vocabulary: the form's labels.
        standing: fields whose names still point at this sheet, with their areas.
        wanted: the fields to be looked for, standing ones included where their names may be out of place; the labels
            of all others are known, too.
    """

    def __init__(
        self,
        view: SheetView,
        vocabulary: Vocabulary,
        standing: Mapping[Field, Sequence[Area]],
        wanted: Sequence[Field],
    ) -> None:
        self.view, self.vocabulary, self.form = view, vocabulary, vocabulary.form
        astray = {one for one, areas in standing.items() if self._is_label(areas)}
        self.standing = {one: areas for one, areas in standing.items() if one not in astray}
        self.wanted = [one for one in wanted if one not in self.standing]
        self.labels: dict[Cell, list[tuple[Field, Likeness]]] = {}
        self.result = Located()
        self._bodies: list[Area] = []
        self._taken = [area for areas in self.standing.values() for area in areas]
        for cell, text in view.labels():
            if not self._is_taken(cell) and (found := vocabulary.fields(text)):
                self.labels[cell] = found

    def _is_label(self, areas: Sequence[Area]) -> bool:
        """Whether a name points at a single cell that holds the label of a field, word for word."""
        one = areas[0]
        found = self.vocabulary.fields(self.view.label((one.top, one.left))) if one.top == one.bottom else []
        return any(likeness == Likeness.SAME for _, likeness in found)

    def _is_taken(self, cell: Cell) -> bool:
        return any(area.holds(*cell) for area in (*self._taken, *self._bodies))

    def locate(self) -> Located:
        """Tables first, as their headings are no labels of single cells; then lists, then single cells."""
        for array in self.form.arrays:
            if self._is_table(array):
                self._table(array)
        for one in self.wanted:
            if one.path[-1] == ITEM and self.form.arrays[one.path[:-1]].item is None:
                self._list(one)
        self._singles()
        self._doubt_blank_ones()
        return self.result

    # --- tables ---------------------------------------------------------------------------------

    def _is_table(self, array: tuple[str, ...]) -> bool:
        inner = (*array, ITEM)
        return self.form.arrays[array].item is None and inner not in self.form.fields

    def _table(self, array: tuple[str, ...]) -> None:
        columns = [one for one in self.form.fields.values() if one.arrays and one.arrays[-1] == array]
        outer = [
            one for one in self.form.fields.values()
            if len(array) > 1 and one.arrays and one.arrays[-1] == array[: _outer(array)] and not one.derived
        ]  # fmt: skip
        headings = list(self._headings(columns, outer))
        standing = [self.standing[one][0] for one in columns if one in self.standing]
        headings = self._nearest(headings, standing)
        if not headings:
            return
        if len(headings) > 1:
            self._doubtful_table(columns, headings)
            return
        heading = headings[0]
        rows = self._rows(heading, standing)
        self._bodies.append(Area(heading.row, _first(heading), rows[1], _last(heading)))
        self._contradicted(heading)
        many = bool(heading.items)
        for one, hits in {**heading.items, **heading.columns}.items():
            if one in self.wanted:
                self._column(one, hits, rows, many)
        for cell in [cell for cell in self.labels if self._is_taken(cell)]:
            del self.labels[cell]

    def _headings(self, columns: Sequence[Field], outer: Sequence[Field]) -> Iterator[Heading]:
        """The rows with the most labels of the table; a row with one column less than another is none."""
        rows: dict[int, Heading] = {}
        for (row, column), found in self.labels.items():
            for one, likeness in found:
                heading = rows.setdefault(row, Heading(row, row, {}, {}))
                target = heading.columns if one in columns else heading.items if one in outer else None
                if target is not None:
                    target.setdefault(one, []).append((column, likeness))
        most = max((len(heading.columns) for heading in rows.values()), default=0)
        if most < _HEADINGS:
            return
        for heading in rows.values():
            if len(heading.columns) == most:
                cells = [(heading.row, c) for hits in heading.columns.values() for c, _ in hits]
                yield heading._replace(bottom=max(self.view.area(cell).bottom for cell in cells))

    def _nearest(self, headings: list[Heading], standing: Sequence[Area]) -> list[Heading]:
        """Of several headings the one above the columns that still have their names."""
        if not standing:
            return headings
        top = min(area.top for area in standing)
        above = [heading for heading in headings if heading.row < top]
        return above[-1:]

    def _rows(self, heading: Heading, standing: Sequence[Area]) -> tuple[int, int]:
        """First and last row of a table."""
        if standing:
            return min(area.top for area in standing), max(area.bottom for area in standing)
        first = heading.bottom + 1
        left = _first(heading)
        if left > 0:
            side = self.view.area((heading.row, left - 1))
            if side.bottom > heading.bottom and self.view.value((heading.row, left - 1)) is not None:
                return first, side.bottom
        return first, max(self._last_row(heading, first), first)

    def _last_row(self, heading: Heading, first: int) -> int:
        columns = sorted({c for hits in {**heading.columns, **heading.items}.values() for c, _ in hits})
        own = [c for one, hits in heading.columns.items() if not one.fill_down for c, _ in hits] or columns
        last = first
        for row in range(first, min(self.view.end[0], first + 2000) + 1):
            if row - last > _GAP or self._ends(row, columns):
                break
            if any(self.view.grid.value(row, column) not in (None, "") for column in own):
                last = max(last, *(self.view.area((row, column)).bottom for column in columns))
        return self._with_blank_rows(last, columns, first)

    def _ends(self, row: int, columns: Sequence[int]) -> bool:
        """Whether a row is none of the table: a caption, a merged line, another heading or a label."""
        texts = [self.view.label((row, column)) for column in columns if self.view.leader((row, column))[0] == row]
        if any(text.endswith(":") or ":" in text[:6] and text[:3] in ("填表人", "审核人", "负责人") for text in texts):
            return True
        area = self.view.area((row, columns[0]))
        if len(columns) > 2 and area.right >= columns[-1]:
            return True
        labels = [cell for cell in self.labels if cell[0] == row]
        return len([cell for cell in labels if cell[1] in columns]) >= 2 or any(cell[1] < columns[0] for cell in labels)

    def _with_blank_rows(self, last: int, columns: Sequence[int], first: int) -> int:
        """Blank rows below that look like the table's own belong to it."""
        styles = self.view.styles
        look = [styles.get((last, column), 0) for column in columns]
        if not any(look) or last < first:
            return last
        while (
            last + 1 <= self.view.end[0]
            and [styles.get((last + 1, column), 0) for column in columns] == look
            and all(self.view.grid.value(last + 1, column) in (None, "") for column in columns)
            and not self._ends(last + 1, columns)
        ):
            last += 1
        return last

    def _column(self, one: Field, hits: list[tuple[int, Likeness]], rows: tuple[int, int], many: bool) -> None:
        best = min(likeness for _, likeness in hits)
        areas = [Area(rows[0], column, rows[1], column) for column, likeness in hits if likeness == best]
        free = [area for area in areas if not any(area.meets(taken) for taken in self._taken)]
        if len(areas) > 1 and len(free) != 1:
            self.result.doubts.append(Doubt(one, self.view.sheet, tuple(areas), f"表头有 {len(areas)} 个“{one.title}”"))
        elif free:
            self._found(one, free[0], best, "按表头", many)

    def _doubtful_table(self, columns: Sequence[Field], headings: Sequence[Heading]) -> None:
        for one in (one for one in columns if one in self.wanted):
            areas = []
            for heading in headings:
                rows = self._rows(heading, [])
                areas += [Area(rows[0], column, rows[1], column) for column, _ in heading.columns.get(one, ())]
            if areas:
                why = f"有 {len(headings)} 个相同的表头"
                self.result.doubts.append(Doubt(one, self.view.sheet, tuple(areas), why))

    def _contradicted(self, heading: Heading) -> None:
        """Let go of names of columns under another column's heading, where their own heading is elsewhere."""
        own = {one: {column for column, likeness in hits if likeness == Likeness.SAME}
               for one, hits in heading.columns.items()}  # fmt: skip
        for one, columns in own.items():
            areas = self.standing.get(one)
            if not areas or len(columns) != 1 or any(area.left in columns for area in areas):
                continue
            foreign = [other for other, places in own.items() if other is not one and areas[0].left in places]
            if foreign:
                del self.standing[one]
                self._taken = [area for area in self._taken if area not in areas]
                self.wanted.append(one)

    # --- lists ----------------------------------------------------------------------------------

    def _list(self, one: Field) -> None:
        """One text a row, right of a label or below it."""
        found = [(self._list_area(cell), likeness) for cell, likeness in self._labels_of(one)]
        self._choose(one, [(area, likeness) for area, likeness in found if area is not None])

    def _list_area(self, cell: Cell) -> Area | None:
        label = self.view.area(cell)
        right = self.view.right_of(cell)
        if right in self.labels or self._is_taken(right):
            return None
        last = label.bottom
        if label.top == label.bottom:
            ends = [row for row, column in self.labels if row > label.bottom and column <= label.right]
            last = min(ends, default=self.view.grid.end[0] + 1) - 1
            while last > label.top and self.view.value((last, right[1])) is None:
                last -= 1
        return Area(label.top, right[1], last, right[1])

    # --- single cells ---------------------------------------------------------------------------

    def _singles(self) -> None:
        found: list[tuple[Field, list[tuple[Area, Likeness]]]] = []
        for one in self.wanted:
            if one.path[-1] == ITEM or one in self.result.fields or one.derived or self._in_rows(one):
                continue
            cells = [(self._input_of(cell), likeness) for cell, likeness in self._labels_of(one)]
            areas = [(Area(*cell, *cell), likeness) for cell, likeness in cells if cell is not None]
            found.append((one, areas))
        for one, areas in found:
            self._choose(one, areas)

    def _doubt_blank_ones(self) -> None:
        """A name of a blank cell, when there is something in the cell beside its label, may be out of place."""
        for one, areas in list(self.standing.items()):
            cell = areas[0].top, areas[0].left
            if one.derived or self._in_rows(one) or one.path[-1] == ITEM or self.view.value(cell) is not None:
                continue
            labels = [label for label, likeness in self._labels_of(one) if likeness == Likeness.SAME]
            beside = self._input_of(labels[0]) if len(labels) == 1 else None
            if beside is not None and self.view.value(beside) is not None:
                why = "名称所指的单元格是空的，标签旁边的单元格却有内容"
                self.result.doubts.append(Doubt(one, self.view.sheet, (areas[0], Area(*beside, *beside)), why))

    def _in_rows(self, one: Field) -> bool:
        return bool(one.arrays) and self.form.arrays[one.arrays[-1]].item is None

    def _labels_of(self, one: Field) -> list[tuple[Cell, Likeness]]:
        found = [(cell, likeness) for cell, fields in self.labels.items() for other, likeness in fields if other is one]
        best = min((likeness for _, likeness in found), default=None)
        return [(cell, likeness) for cell, likeness in found if likeness == best]

    def _input_of(self, cell: Cell) -> Cell | None:
        """The cell that a label is the label of."""
        right, below = self.view.right_of(cell), self.view.below(cell)
        down = self._reads_down(cell[0]) or (right[1] > self.view.end[1] and self.view.is_drawn(below))
        first, second = (below, right) if down else (right, below)
        if self._is_free(first):
            return first
        return second if self._is_free(second) and self._is_free_below(cell, second) else None

    def _is_free(self, cell: Cell) -> bool:
        return (
            cell not in self.labels
            and not self.vocabulary.is_group(self.view.label(cell))
            and not self._is_taken(cell)
            and cell[1] <= self.view.end[1] + 1
        )

    def _is_free_below(self, label: Cell, cell: Cell) -> bool:
        return cell[0] <= self.view.end[0] and (cell[1] == label[1] or cell[0] == label[0])

    def _reads_down(self, row: int) -> bool:
        """Whether the labels of a row have their cells below: where one label stands right beside another."""
        cells = [cell for cell in self.labels if cell[0] == row]
        if any(self.view.right_of(cell) in self.labels for cell in cells):
            return True
        rights = [self.view.right_of(cell) for cell in cells]
        belows = [self.view.below(cell) for cell in cells]
        if any(self.view.value(cell) is not None or self.view.is_drawn(cell) for cell in rights):
            return False
        return all(
            cell[1] == label[1] and cell not in self.labels and self.view.value(cell) is not None
            for label, cell in zip(cells, belows, strict=True)
        )

    # --- what was found -------------------------------------------------------------------------

    def _choose(self, one: Field, areas: Sequence[tuple[Area, Likeness]]) -> None:
        distinct = dict(areas)
        if len(distinct) > 1:
            why = f"有 {len(distinct)} 处“{one.title}”"
            self.result.doubts.append(Doubt(one, self.view.sheet, tuple(distinct), why))
        elif distinct:
            ((area, likeness),) = distinct.items()
            self._found(one, area, likeness, "按标签")

    def _found(self, one: Field, area: Area, likeness: Likeness, why: str, many: bool = False) -> None:
        sure = Sure.LIKELY if likeness == Likeness.ALIAS else Sure.CERTAIN
        self.result.places.append(Place(one, self.view.sheet, area, sure, why, many))


def _outer(array: tuple[str, ...]) -> int:
    """How much of an array's path is the path of the array around it."""
    return len(array) - 1 - array[::-1].index(ITEM) if ITEM in array else 0


def _first(heading: Heading) -> int:
    return min(c for hits in {**heading.columns, **heading.items}.values() for c, _ in hits)


def _last(heading: Heading) -> int:
    return max(c for hits in {**heading.columns, **heading.items}.values() for c, _ in hits)
