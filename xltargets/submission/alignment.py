"""Where fields without a label of their own stand: where the template has them, between the same texts around.

The title above the table, the caption of the unit, the line for 资金用途 have no label that names them. On the template
they stand in some row between two texts and in the column of a third; where a sheet has the same texts, they stand there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from xltargets.excel.a1 import Area
from xltargets.excel.book import FileBook
from xltargets.excel.package import Package
from xltargets.submission.binding import bind
from xltargets.submission.form import Field, Form
from xltargets.submission.relocate import Place, Sure
from xltargets.submission.sheetview import Cell, SheetView
from xltargets.submission.wording import folded, plain

#: With fewer of the template's texts, and with less than half of them, a sheet is not like the template's.
_ALIKE = 4


@dataclass(frozen=True)
class SheetModel:
    """A sheet of the template.

    Attributes:
        anchors: texts that stand there once → their cell.
        cells: single fields → their cell.
        texts: what the template itself has in them.
    """

    anchors: Mapping[str, Cell]
    cells: Mapping[Field, Cell]
    texts: Mapping[Field, str]


def models(template: Package, form: Form) -> list[SheetModel]:
    """The sheets of a template whose cells carry names of the form."""
    book = FileBook.of(template)
    found = []
    for sheet, bounds in bind(book, form).sheets.items():
        view = SheetView(template, book, sheet)
        singles = {
            bound.field: (bound.areas[0].top, bound.areas[0].left)
            for bound in bounds
            if all(bound.by_sheet) and bound.areas[0].top == bound.areas[0].bottom
        }
        derived = {cell for one, cell in singles.items() if one.derived}
        texts = {one: plain(view.value(cell)) for one, cell in singles.items()}
        found.append(SheetModel(_anchors(view, derived), singles, texts))
    return found


def _anchors(view: SheetView, leave_out: Iterable[Cell] = ()) -> dict[str, Cell]:
    labels = [(cell, text) for cell, text in view.labels() if cell not in leave_out]
    count = Counter(text for _, text in labels)
    return {text: cell for cell, text in labels if count[text] == 1}


def align(
    view: SheetView, known: Sequence[SheetModel], wanted: Sequence[Field], taken: Sequence[Area]
) -> list[Place]:
    """The fields among those wanted that stand where the most similar sheet of the template has them.

    Args:
        view: the sheet.
        known: the sheets of the template.
        wanted: fields that have no name and no label there.
        taken: areas of the fields that are known already.
    """
    here = _anchors(view)
    model = max(known, key=lambda one: len(one.anchors.keys() & here.keys()), default=None)
    if model is None or len(model.anchors.keys() & here.keys()) < max(_ALIKE, len(model.anchors) / 2):
        return []
    common = {model.anchors[text]: here[text] for text in model.anchors.keys() & here.keys()}
    found: list[Place] = []
    for one in wanted:
        cell = model.cells.get(one)
        if cell is None:
            continue
        place = _own_text(view, model, one, here) or _between(view, common, cell, one)
        if place and not any(area.holds(place.area.top, place.area.left) for area in taken):
            if _fits(view, model, place):
                found.append(place)
    return found


def _own_text(view: SheetView, model: SheetModel, one: Field, here: Mapping[str, Cell]) -> Place | None:
    """A cell that the template has filled in itself is known by that text: 单位：万元."""
    text = model.texts.get(one, "")
    if one.default is None or not text:
        return None
    cells = [here[text]] if text in here else []
    head = text.partition(":")[0] + ":"
    if not cells and len(head) > 1 and head != text:
        cells = [cell for other, cell in here.items() if other.startswith(head)]
    return _place(view, one, cells[0], Sure.CERTAIN, "按固定文字") if len(cells) == 1 else None


def _between(view: SheetView, common: Mapping[Cell, Cell], cell: Cell, one: Field) -> Place | None:
    row, sure = _row(common, cell)
    column = _column(common, cell)
    if row is None or column is None or row < 0:
        return None
    return _place(view, one, view.leader((row, column)), sure, "按模板中的相对位置")


def _row(common: Mapping[Cell, Cell], cell: Cell) -> tuple[int | None, Sure]:
    same = {there[0] for here, there in common.items() if here[0] == cell[0]}
    if same:
        return (same.pop(), Sure.CERTAIN) if len(same) == 1 else (None, Sure.LIKELY)
    above = max((here for here in common if here[0] < cell[0]), default=None)
    below = min((here for here in common if here[0] > cell[0]), default=None)
    if above is not None and below is not None:
        if common[below][0] - common[above][0] != below[0] - above[0]:
            return None, Sure.LIKELY
        return common[above][0] + cell[0] - above[0], Sure.CERTAIN
    near = above or below
    return (None, Sure.LIKELY) if near is None else (common[near][0] + cell[0] - near[0], Sure.LIKELY)


def _column(common: Mapping[Cell, Cell], cell: Cell) -> int | None:
    """The column where the nearest text of the same column of the template stands."""
    same = [here for here in common if here[1] == cell[1]]
    nearest = min(same, key=lambda here: abs(here[0] - cell[0]), default=None)
    return common[nearest][1] if nearest is not None else None


def _fits(view: SheetView, model: SheetModel, place: Place) -> bool:
    """Whether the cell may hold the field: it is no label, and what the template works out is a formula or such a text."""
    cell = place.area.top, place.area.left
    if place.field.derived:
        text = model.texts.get(place.field, "")
        shown = folded(view.value(cell))
        alike = text in shown if text else bool(shown) and place.sure == Sure.CERTAIN
        return view.grid.is_formula(*cell) or alike
    if place.field.default is not None:  # the template's own text must be there, at least its first words
        return model.texts.get(place.field, "").partition(":")[0] in view.label(cell)
    return view.label(cell) not in model.anchors


def _place(view: SheetView, one: Field, cell: Cell, sure: Sure, why: str) -> Place:
    return Place(one, view.sheet, Area(*cell, *cell), sure, why)
