"""Labels of the form that were changed (F16): what stands beside the named cells, against the official titles.

The template is found by names alone, so a label has no address either: it is the nearest text left of a cell or above it,
and the heading of a column is in the row where most columns have theirs. Blanks and line breaks within a label are not
compared. A cell that has no label of its own, such as the caption of the unit, has another named cell or another field's
label there, and is passed over. Labels of groups (资金支出计划（%）) are not compared.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from xltargets.excel.a1 import address
from xltargets.excel.grid import Book, Grid
from xltargets.submission.binding import Bindings, Bound
from xltargets.submission.cellmap import Location
from xltargets.submission.form import Field, Form
from xltargets.submission.layout import ABOVE, LEFT, Layout
from xltargets.submission.model import Problem

#: A longer text is no label.
_LONGEST = 60
#: So many different sets of labels are remembered of a layout.
_MOST_JUDGED = 50


def changed_labels(book: Book, bindings: Bindings, form: Form, item_of_sheet: dict[str, str]) -> Iterator[Problem]:
    """Labels that are not the template's, on the sheets that were read."""
    for sheet, layout in bindings.layouts.items():
        base = item_of_sheet.get(sheet, "")
        if not base and any(any(bound.by_sheet) for bound in layout.bounds):
            continue  # a project sheet on which nothing is filled in
        told: set[tuple[int, int]] = set()
        for field, cell, found in _changed_on(book.grid(sheet), layout, form):
            if cell in told:
                continue
            told.add(cell)
            pointer = base + "".join(f"/{part}" for part in field.path[len(base.split("/")) - 1 if base else 0 :])
            yield Problem(
                "F16",
                pointer.partition("/*")[0],
                f"表头文字“{found}”与模板的“{field.title}”不同，请改回模板的原文",
                Location(sheet, address(*cell)),
            )


def _changed_on(grid: Grid, layout: Layout, form: Form) -> list[tuple[Field, tuple[int, int], str]]:
    """Fields of a sheet whose label says something else; sheets whose texts around the names are alike are judged once."""
    texts = tuple(chain.from_iterable(grid.values(row, columns) for row, columns in layout.around))
    if texts not in layout.judged_labels:
        if len(layout.judged_labels) >= _MOST_JUDGED:
            layout.judged_labels.clear()
        layout.judged_labels[texts] = list(_Sheet(grid, layout, _titles(form)).changed())
    return layout.judged_labels[texts]


def _titles(form: Form) -> set[str]:
    return {plain(field.title) for field in form.fields.values()} | {plain(title) for title in form.titles.values()}


def plain(text: object) -> str:
    """A label without blanks; empty for what is no label."""
    return "".join(text.split()) if isinstance(text, str) and len(text) <= _LONGEST else ""


class _Sheet:
    """The labels of one sheet."""

    def __init__(self, grid: Grid, layout: Layout, titles: set[str]) -> None:
        self.grid, self.bounds, self.titles = grid, layout.bounds, titles
        self.named = layout.named

    def changed(self) -> Iterator[tuple[Field, tuple[int, int], str]]:
        """Fields whose label says something else, with its cell and text."""
        tables: dict[int, list[Bound]] = {}
        for bound in self.bounds:
            if bound.field.elsewhere:
                continue
            if all(bound.by_sheet):
                yield from self._cell(bound)
            else:
                tables.setdefault(bound.areas[0].top, []).append(bound)
        for columns in tables.values():
            yield from self._columns(columns) if len(columns) > 1 else self._cell(columns[0])

    def _cell(self, bound: Bound) -> Iterator[tuple[Field, tuple[int, int], str]]:
        row, column = bound.areas[0].top, bound.areas[0].left
        beside = [self._nearest(row, column, 0, -1, LEFT), self._nearest(row, column, -1, 0, ABOVE)]
        title = plain(bound.field.title)
        found = [cell for cell in beside if cell is not None]
        texts = ["" if cell in self.named else plain(self.grid.value(*cell)) for cell in found]
        if title in texts or bound.field.derived:
            return
        for cell, text in zip(found, texts, strict=True):
            if text and text not in self.titles:
                yield bound.field, cell, text
                return

    def _nearest(self, row: int, column: int, down: int, right: int, most: int) -> tuple[int, int] | None:
        for step in range(1, most + 1):
            cell = (row + down * step, column + right * step)
            if min(cell) < 0:
                return None
            if cell in self.named or self.grid.value(*cell) is not None:
                return cell
        return None

    def _columns(self, columns: list[Bound]) -> Iterator[tuple[Field, tuple[int, int], str]]:
        top = columns[0].areas[0].top
        for row in range(top - 1, max(top - 1 - ABOVE, -1), -1):
            texts = {bound.field: plain(self.grid.value(row, bound.areas[0].left)) for bound in columns}
            right = [field for field, text in texts.items() if text == plain(field.title)]
            if len(right) >= 2:
                for bound in columns:
                    if texts[bound.field] and bound.field not in right:
                        yield bound.field, (row, bound.areas[0].left), texts[bound.field]
                return
