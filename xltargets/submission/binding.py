"""Which cells carry which fields: the workbook's names held against the form's."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from xltargets.excel.a1 import Area
from xltargets.excel.grid import Book
from xltargets.excel.names import DefinedName, SheetArea, resolve
from xltargets.submission.form import ITEM, Field, Form
from xltargets.submission.layout import Bound, Layout

__all__ = ["Bindings", "Bound", "bind", "lost"]

#: So many layouts of sheets, and bindings of whole workbooks, are kept; a form's workbooks have few.
_MOST_LAYOUTS, _MOST_BINDINGS = 500, 50


@dataclass
class Bindings:
    """The form's fields in a workbook.

    Attributes:
        layouts: name of a worksheet → how the form's fields lie on it.
        broken: names of the form that point at no cell of their sheet.
        unknown: names that are not the form's (Excel's own and hidden ones aside).
        former: names of earlier versions of the form.
        lost: see :func:`lost`.
    """

    layouts: dict[str, Layout] = field(default_factory=dict)
    broken: list[tuple[DefinedName, Field]] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    former: list[str] = field(default_factory=list)
    lost: list[tuple[str | None, Field]] | None = None

    @cached_property
    def sheets(self) -> dict[str, tuple[Bound, ...]]:
        """Name of a worksheet → its fields, in the order of the form."""
        return {sheet: layout.bounds for sheet, layout in self.layouts.items()}

    @cached_property
    def fields(self) -> frozenset[Field]:
        """All fields that stand somewhere."""
        return frozenset().union(*(layout.fields for layout in self.layouts.values()))


def bind(book: Book, form: Form, *, former: bool = False) -> Bindings:
    """Find the form's fields in a workbook by its names.

    Args:
        book: the workbook.
        form: the form.
        former: whether the names of earlier versions of the form (``x-formerly``) count, too.

    Returns:
        What holds for all workbooks with the same names and sheets; it is kept for them and not to be changed.
    """
    key = (tuple(book.names), tuple(book.worksheets), former)
    found = form.bindings.get(key)
    if found is None:
        if len(form.bindings) >= _MOST_BINDINGS:
            form.bindings.clear()
        found = form.bindings[key] = _bind(book, form, former)
    return found


def _bind(book: Book, form: Form, former: bool) -> Bindings:
    worksheets = {name.casefold(): name for name in book.worksheets}
    found: dict[str, dict[Field, Bound]] = {sheet: {} for sheet in book.worksheets}
    known = {**form.former_names, **form.names} if former else form.names
    result = Bindings()
    for name in book.names:
        binding = known.get(name.name.casefold())
        if binding is None:
            _note_foreign(name, form, result)
            continue
        areas = resolve(name.refers_to, worksheets)
        local = name.scope is not None
        if not areas or (local and any(area.sheet != name.scope for area in areas)):
            result.broken.append((name, binding.field))
            continue
        for sheet, places in _by_sheet(areas):
            bounds = found[sheet]
            if binding.field not in bounds or (local and not bounds[binding.field].local):
                bounds[binding.field] = Bound(binding.field, binding.by_sheet, places, local)
    result.layouts = {sheet: _layout(form, tuple(bounds.values())) for sheet, bounds in found.items() if bounds}
    order = list(form.fields.values())
    result.broken = [
        (name, field)
        for name, field in sorted(result.broken, key=lambda one: order.index(one[1]))
        if not any(field in found[sheet] for sheet in ([name.scope] if name.scope else book.worksheets) if sheet in found)
    ]
    return result


def lost(bindings: Bindings, form: Form) -> list[tuple[str | None, Field]]:
    """The fields of the official template whose names are gone: sheet (None for the whole workbook) and field."""
    if bindings.lost is None:
        broken = {(name.scope, field) for name, field in bindings.broken}
        bindings.lost = [
            (sheet, field)
            for field in form.fields.values()
            if not field.elsewhere
            for sheet in (bindings.layouts if any(form.binding_of(field).by_sheet) else [None])
            if field not in (bindings.layouts[sheet].fields if sheet else bindings.fields)
            if not {(sheet, field), (None, field)} & broken
        ]
    return bindings.lost


def _note_foreign(name: DefinedName, form: Form, result: Bindings) -> None:
    if name.is_builtin or name.hidden:
        return
    (result.former if name.name.casefold() in form.former_names else result.unknown).append(name.name)


def _by_sheet(areas: list[SheetArea]) -> list[tuple[str, tuple[Area, ...]]]:
    if len(areas) == 1:
        return [(areas[0].sheet, (areas[0].area,))]
    places: dict[str, list[Area]] = {}
    for sheet, area in areas:
        places.setdefault(sheet, []).append(area)
    return [(sheet, tuple(sorted(found))) for sheet, found in places.items()]


def _layout(form: Form, bounds: tuple[Bound, ...]) -> Layout:
    """The layout of a sheet with these fields, from the form's store if it is known."""
    layout = form.layouts.get(bounds)
    if layout is None:
        order = form.order
        ordered = sorted(bounds, key=lambda bound: order[bound.field])
        layout = Layout(tuple(_as_sheet_item(bound, ordered) for bound in ordered))
        if len(form.layouts) >= _MOST_LAYOUTS:
            form.layouts.clear()
        form.layouts[bounds] = layout
    return layout


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
