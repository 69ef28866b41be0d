"""Names written back where a clerk broke them.

The names that still point at cells stay. For those that were deleted or lead nowhere, the cells are found by the official
labels and by where the template has them (:mod:`~xltargets.submission.relocate`, :mod:`~xltargets.submission.alignment`).
What is not clear is a question and is not written; the user answers it with the cell. Only the list of names in the
workbook changes.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from importlib.resources import as_file, files
from typing import NamedTuple

from xltargets.errors import Error
from xltargets.excel.a1 import Area, parse_area
from xltargets.excel.book import FileBook
from xltargets.excel.definednames import define_names, reference
from xltargets.excel.names import unquote_sheet
from xltargets.excel.package import Package
from xltargets.submission.alignment import SheetModel, align, models
from xltargets.submission.binding import Bound, bind
from xltargets.submission.form import ITEM, Field, Form, load_form
from xltargets.submission.read import read_book
from xltargets.submission.relocate import Doubt, Locator, Place, Sure
from xltargets.submission.resultmark import is_ours, is_summary
from xltargets.submission.sheetview import SheetView
from xltargets.submission.wording import Likeness, Vocabulary, plain

#: A sheet without names is of the form when it has so many of its labels, one of an essential field among them.
_LABELS = 4


class Written(NamedTuple):
    """A name that was written.

    Attributes:
        name: the name.
        title: the official label.
        sheet, cells: what it refers to now.
        sure: how sure that is.
        why: by what the cells were found, in Chinese.
    """

    name: str
    title: str
    sheet: str
    cells: str
    sure: Sure
    why: str


class Question(NamedTuple):
    """A name that was not written, as it may belong to several places.

    Attributes:
        candidates: ``工作表!B4`` each.
        why: what is not clear, in Chinese.
    """

    name: str
    title: str
    sheet: str
    candidates: tuple[str, ...]
    why: str


@dataclass
class Repaired:
    """What became of a workbook.

    Attributes:
        written: names that were written.
        questions: names that were not, with the places they may belong to.
        missing: names of the official template for which nothing was found, by sheet (None for the workbook).
        incomplete: why the workbook still cannot be read, if it cannot.
    """

    written: list[Written] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    missing: list[tuple[str | None, str]] = field(default_factory=list)
    incomplete: str | None = None


def repair(
    source: str | os.PathLike[str],
    target: str | os.PathLike[str],
    *,
    form: Form | None = None,
    template: str | os.PathLike[str] | None = None,
    answers: Iterable[str] = (),
    break_signature: bool = False,
) -> Repaired:
    """Find the cells whose names broke and write the names back; nothing else of the workbook changes.

    Args:
        source: the workbook.
        target: where to write; may be the source itself.
        form: the form; the official one by default.
        template: a sound workbook of the same layout; the official template by default.
        answers: ``名称=工作表!单元格``, for names that were in question.
        break_signature: write into a digitally signed workbook too.

    Raises:
        Error: when the workbook cannot be read, an answer is none, or the target cannot be written.
    """
    form = form or load_form()
    package = Package.open(source)
    if is_summary(source):
        raise package.error("这是 xltargets 写的汇总表，不是申报表，没有改动；请换成单位填报的工作簿")
    if package.is_signed and not break_signature:
        raise package.error("工作簿带有数字签名，任何改动都会使签名失效，没有改动；请先取得未签名的文件")
    work = _Repair(package, form, _models(template, form))
    work.take_answers(answers)
    work.search()
    define_names(package, work.names)
    work.judge()
    package.save(target)
    return work.result


def _models(template: str | os.PathLike[str] | None, form: Form) -> list[SheetModel]:
    with ExitStack() as stack:
        if template is None:
            resource = files("xltargets.templates").joinpath("targets.xlsx")
            template = stack.enter_context(as_file(resource))
        return models(Package.open(template), form)


class _Repair:
    """One repair of one workbook."""

    def __init__(self, package: Package, form: Form, known: Sequence[SheetModel]) -> None:
        self.package, self.form, self.known = package, form, known
        self.book = FileBook.of(package)
        bindings = bind(self.book, form)
        self.broken = bindings.broken
        self.sheets = {sheet: list(bounds) for sheet, bounds in bindings.sheets.items()}
        self.vocabulary = Vocabulary(form)
        self.result = Repaired()
        self.names: dict[tuple[str, str | None], str] = {}
        self._take_former_names()

    # --- what is known already ---------------------------------------------------------------------

    def standing(self, sheet: str) -> dict[Field, tuple[Area, ...]]:
        """The fields whose names point at a sheet."""
        return {bound.field: bound.areas for bound in self.sheets.get(sheet, ())}

    def _take_former_names(self) -> None:
        """Names of earlier versions say exactly where the field stands."""
        for sheet, bounds in bind(self.book, self.form, former=True).sheets.items():
            for bound in bounds:
                if bound.field not in self.standing(sheet):
                    place = Place(bound.field, sheet, _hull(bound.areas), Sure.CERTAIN, "按旧版名称")
                    self._write(place, bound)
                    self._stands(sheet, bound)

    def take_answers(self, answers: Iterable[str]) -> None:
        """Write what the user says.

        Raises:
            Error: when an answer is no ``名称=工作表!单元格``, or names what is not there.
        """
        for answer in answers:
            name, _, where = answer.partition("=")
            sheet, _, cells = where.rpartition("!")
            binding = self.form.names.get(name.strip().casefold())
            sheet = unquote_sheet(sheet.strip())
            if binding is None:
                raise self.package.error(f"“{name.strip()}”不是表单的名称，请写成 名称=工作表!单元格 的样子")
            try:
                area = parse_area(cells.strip())
            except ValueError:
                raise self.package.error(f"“{cells}”不是单元格地址，请写成 名称=工作表!单元格 的样子") from None
            if sheet not in self.book.worksheets:
                raise self.package.error("工作簿里没有这张工作表，请检查表名", sheet=sheet)
            place = Place(binding.field, sheet, area, Sure.CERTAIN, "按所给答案")
            self._write(place)
            self._stands(sheet, Bound(binding.field, binding.by_sheet, (area,), True))

    def _stands(self, sheet: str, bound: Bound) -> None:
        others = [other for other in self.sheets.get(sheet, ()) if other.field is not bound.field]
        self.sheets[sheet] = [*others, bound]

    # --- the search --------------------------------------------------------------------------------

    def search(self) -> None:
        """Look for what is missing, sheet by sheet; a field of the workbook may be on any of them."""
        everywhere: dict[Field, list[Place | Doubt]] = {}
        for sheet in self._sheets():
            view = SheetView(self.package, self.book, sheet)
            item_fields = self._item_fields(view)
            for found in self._search_sheet(view, item_fields):
                if found.field in item_fields:
                    self._take(found)
                else:
                    everywhere.setdefault(found.field, []).append(found)
        for one, found_there in everywhere.items():
            self._choose(one, found_there)
        order = self.form.order
        self.result.written.sort(key=lambda w: (self.book.worksheets.index(w.sheet), order[self._field(w.name)]))

    def _field(self, name: str) -> Field:
        return self.form.names[name.casefold()].field

    def _sheets(self) -> list[str]:
        hidden = self.book.hidden
        return [s for s in self.book.worksheets if s not in hidden and not is_ours(self.book, s)]

    def _search_sheet(self, view: SheetView, item_fields: set[Field]) -> list[Place | Doubt]:
        standing = self.standing(view.sheet)
        own = [one for one in standing if not self._is_of_item(one)]
        somewhere = {bound.field for bounds in self.sheets.values() for bound in bounds}
        titles = {plain(one.title) for one in item_fields}  # on a project's sheet, 其他资金 is the project's
        wanted = [
            one
            for one in self.form.fields.values()
            if one in item_fields
            or one in own
            or (not self._is_of_item(one) and one not in somewhere and plain(one.title) not in titles)
        ]
        if not item_fields and not standing and not self._has_labels(view, wanted):
            return []
        located = Locator(view, self.vocabulary, standing, wanted).locate()
        taken = [area for areas in standing.values() for area in areas] + [place.area for place in located.places]
        rest = [one for one in wanted if one not in located.fields and one not in standing]
        if not any(place.many for place in located.places):
            located.places += align(view, self.known, rest, taken)
        return _untangled([*located.places, *located.doubts])

    def _has_labels(self, view: SheetView, wanted: Iterable[Field]) -> bool:
        """Whether a sheet without names has the label of a field word for word, or something like those of two."""
        wanted = set(wanted)
        found = {hit for _, text in view.labels() for hit in self.vocabulary.fields(text) if hit[0] in wanted}
        return len({one for one, _ in found}) >= 2 or any(likeness == Likeness.SAME for _, likeness in found)

    def _is_of_item(self, one: Field) -> bool:
        return any(self.form.arrays[array].item for array in one.arrays)

    def _item_fields(self, view: SheetView) -> set[Field]:
        """The fields of the items (projects) that this sheet is, or holds."""
        found: set[Field] = set()
        for path, array in self.form.arrays.items():
            if not array.item:
                continue
            inside = {one for one in self.form.fields.values() if one.path[: len(path) + 1] == (*path, ITEM)}
            standing = inside & self.standing(view.sheet).keys()
            broken = {one for name, one in self.broken if name.scope == view.sheet} & inside
            if standing or broken or self._looks_like(view, inside):
                found |= inside
        return found

    def _looks_like(self, view: SheetView, inside: set[Field]) -> bool:
        seen: set[Field] = set()
        for _, text in view.labels():
            for one, likeness in self.vocabulary.fields(text):
                if one in inside and (likeness != Likeness.ALIAS or one.essential):
                    seen.add(one)
        return len(seen) >= _LABELS and any(one.essential for one in seen)

    # --- results -----------------------------------------------------------------------------------

    def _choose(self, one: Field, found: list[Place | Doubt]) -> None:
        """A field of the workbook that was found on several sheets is a question."""
        if len(found) == 1:
            self._take(found[0])
            return
        candidates = tuple(place for each in found for place in _candidates(each))
        self._ask(Question(self.form.official_name(one), one.title, "", candidates, f"有 {len(found)} 张工作表有“{one.title}”"))

    def _take(self, found: Place | Doubt) -> None:
        if isinstance(found, Place):
            self._write(found)
        else:
            name = self.form.official_name(found.field)
            self._ask(Question(name, found.field.title, found.sheet, _candidates(found), found.why))

    def _ask(self, question: Question) -> None:
        if not any(w.name == question.name and question.sheet in ("", w.sheet) for w in self.result.written):
            self.result.questions.append(question)

    def _write(self, place: Place, bound: Bound | None = None) -> None:
        name, local = self._name(place, bound)
        cells = place.area.a1
        self.names[name, place.sheet if local else None] = reference(place.sheet, cells)
        self.result.written.append(Written(name, place.field.title, place.sheet, cells, place.sure, place.why))

    def _name(self, place: Place, bound: Bound | None) -> tuple[str, bool]:
        """The name that says it, and whether it is the sheet's own."""
        many = place.many if bound is None else bool(bound.by_sheet) and not any(bound.by_sheet)
        if many:
            return place.field.dotted, False
        name = self.form.official_name(place.field)
        return name, any(self.form.names[name.casefold()].by_sheet)

    def judge(self) -> None:
        """Tell what is missing still, and whether the workbook can be read now."""
        after = bind(FileBook.of(self.package), self.form)
        asked = {(question.name, question.sheet) for question in self.result.questions}
        somewhere = after.fields
        for one in self.form.fields.values():
            name = self.form.official_name(one)
            if one.elsewhere:
                continue
            if not self._is_of_item(one):
                if one not in somewhere and (name, "") not in asked and not any(n == name for n, _ in asked):
                    self.result.missing.append((None, name))
                continue
            for sheet, bounds in after.sheets.items():
                sheets_item = any(any(bound.by_sheet) for bound in bounds)
                if sheets_item and all(bound.field is not one for bound in bounds) and (name, sheet) not in asked:
                    self.result.missing.append((sheet, name))
        try:
            read_book(FileBook.of(self.package), self.form)
        except Error as error:
            self.result.incomplete = error.message


def _untangled(found: Sequence[Place | Doubt]) -> list[Place | Doubt]:
    """Two fields in one cell are in doubt, both."""
    cells: dict[tuple[str, int, int], list[Place]] = {}
    for place in found:
        if isinstance(place, Place):
            cells.setdefault((place.sheet, place.area.top, place.area.left), []).append(place)
    result: list[Place | Doubt] = [doubt for doubt in found if isinstance(doubt, Doubt)]
    for places in cells.values():
        if len(places) == 1:
            result += places
            continue
        titles = "、".join(f"“{place.field.title}”" for place in places)
        result += [Doubt(p.field, p.sheet, (p.area,), f"{titles}指向同一单元格") for p in places]
    return result


def _candidates(found: Place | Doubt) -> tuple[str, ...]:
    areas = (found.area,) if isinstance(found, Place) else found.candidates
    return tuple(f"{found.sheet}!{area.a1}" for area in areas)


def _hull(areas: Sequence[Area]) -> Area:
    """The rectangle around areas."""
    return Area(
        min(a.top for a in areas), min(a.left for a in areas), max(a.bottom for a in areas), max(a.right for a in areas)
    )


def found_by_sheet(result: Repaired) -> Mapping[str, list[Written]]:
    """What was written, by sheet."""
    by_sheet: dict[str, list[Written]] = {}
    for written in result.written:
        by_sheet.setdefault(written.sheet, []).append(written)
    return by_sheet


__all__ = ["Question", "Repaired", "Written", "found_by_sheet", "repair"]
