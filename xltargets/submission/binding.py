"""Which cells carry which fields: the workbook's names held against the form's."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import NamedTuple

from xltargets.excel.a1 import Area
from xltargets.excel.book import Book
from xltargets.excel.names import DefinedName, SheetArea, resolve
from xltargets.submission.form import ITEM, Field, Form


class Bound(NamedTuple):
    """A field on a sheet.

    Attributes:
        field: the field.
        by_sheet: for each array on its path, whether the sheet is the item.
        areas: where it stands on the sheet.
        local: whether the name is the sheet's own.
    """

    field: Field
    by_sheet: tuple[bool, ...]
    areas: tuple[Area, ...]
    local: bool


@dataclass
class Bindings:
    """The form's fields in a workbook.

    Attributes:
        sheets: name of a worksheet → its fields, in the order of the form.
        broken: names of the form that point at no cell of their sheet.
        unknown: names that are not the form's (Excel's own and hidden ones aside).
        former: names of earlier versions of the form.
    """

    sheets: dict[str, list[Bound]] = field(default_factory=dict)
    broken: list[tuple[DefinedName, Field]] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    former: list[str] = field(default_factory=list)

    @property
    def fields(self) -> set[Field]:
        """All fields that stand somewhere."""
        return {bound.field for bounds in self.sheets.values() for bound in bounds}


def bind(book: Book, form: Form, *, former: bool = False) -> Bindings:
    """Find the form's fields in a workbook by its names.

    Args:
        book: the workbook.
        form: the form.
        former: whether the names of earlier versions of the form (``x-formerly``) count, too.
    """
    worksheets = {name.casefold(): name for name in book.worksheets}
    found: dict[tuple[str, str], Bound] = {}
    result = Bindings()
    for name in book.names:
        binding = form.names.get(name.name.casefold())
        if binding is None and former:
            binding = form.former_names.get(name.name.casefold())
        if binding is None:
            _note_foreign(name, form, result)
            continue
        areas = resolve(name.refers_to, worksheets)
        if not areas or (name.scope is not None and any(area.sheet != name.scope for area in areas)):
            result.broken.append((name, binding.field))
            continue
        for sheet, places in _by_sheet(areas).items():
            key = (sheet, binding.field.dotted)
            if key not in found or (name.scope is not None and not found[key].local):
                found[key] = Bound(binding.field, binding.by_sheet, places, name.scope is not None)
    _collect(result, found, book, form)
    result.broken = [
        (name, field)
        for name, field in result.broken
        if not any(
            (sheet, field.dotted) in found for sheet in ([name.scope] if name.scope else book.worksheets)
        )
    ]
    return result


def _note_foreign(name: DefinedName, form: Form, result: Bindings) -> None:
    if name.is_builtin or name.hidden:
        return
    (result.former if name.name.casefold() in form.former_names else result.unknown).append(name.name)


def _by_sheet(areas: list[SheetArea]) -> dict[str, tuple[Area, ...]]:
    places: dict[str, list[Area]] = defaultdict(list)
    for sheet, area in areas:
        places[sheet].append(area)
    return {sheet: tuple(sorted(found)) for sheet, found in places.items()}


def _collect(result: Bindings, found: dict[tuple[str, str], Bound], book: Book, form: Form) -> None:
    order = form.order
    by_sheet: dict[str, list[Bound]] = {sheet: [] for sheet in book.worksheets}
    for (sheet, _), bound in found.items():
        by_sheet[sheet].append(bound)
    for sheet, bounds in by_sheet.items():
        if bounds:
            bounds.sort(key=lambda bound: order[bound.field])
            result.sheets[sheet] = [_as_sheet_item(bound, bounds) for bound in bounds]


def _as_sheet_item(bound: Bound, bounds: list[Bound]) -> Bound:
    """An array's own word means "this sheet is the item" where a table stands below single cells of it.

    ``invoices.number`` in one cell and ``invoices.lines.amount`` in ten rows can only be one invoice with ten lines.
    """
    if all(bound.by_sheet) or not bound.local:
        return bound
    flags = list(bound.by_sheet)
    for index, array in enumerate(bound.field.arrays):
        if flags[index]:
            continue
        inside = [other for other in bounds if other.field.path[: len(array) + 1] == (*array, ITEM)]
        single = [other for other in inside if other.field.depth == index + 1]
        nested = [other for other in inside if other.field.depth > index + 1]
        rows = {(area.top, area.bottom) for other in nested for area in other.areas}
        flags[index] = (
            bool(single and nested)
            and all(area.top == area.bottom for other in single for area in other.areas[:1])
            and not any(
                top <= area.top <= bottom for other in single for area in other.areas for top, bottom in rows
            )
        )
        if not flags[index]:
            break
    return bound._replace(by_sheet=tuple(flags))
