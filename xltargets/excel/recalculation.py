"""What formulas had calculated: found and dropped where it no longer holds, so that the workbook is calculated anew.

A change of cells reaches formulas by way of other formulas and of names; only what it can reach is dropped (see
:mod:`xltargets.excel.dependents`). See `docs/lossless.md`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from xltargets.errors import Error
from xltargets.excel import xmltext
from xltargets.excel.a1 import MAX_COLUMNS, MAX_ROWS, Area, address, parse_area
from xltargets.excel.dependents import FormulaCell, Names, precedents, reached
from xltargets.excel.names import DefinedName, parse_defined_names
from xltargets.excel.package import Package, Sheet
from xltargets.excel.patch import WORKBOOK_ORDER, Patch, attribute_edits
from xltargets.excel.sheetdata import Cell, Row, has_formulas, scan
from xltargets.excel.xmltext import Broken, Edit


class FormulaSheet:
    """A worksheet as its formulas see it, and the patch that drops what they had calculated.

    Args:
        package: the open workbook.
        sheet: one of its worksheets.
        overwritten: row and column of the cells whose formulas go.
    """

    def __init__(self, package: Package, sheet: Sheet, overwritten: Collection[tuple[int, int]] = ()) -> None:
        self.package, self.sheet = package, sheet
        self.overwritten = frozenset(overwritten)
        self.formulas: list[FormulaCell] = []
        self.formula_cells: list[Cell] = []
        self.lost_formulas = False
        self.arrays: list[Area] = []
        self.masters: dict[str, Cell] = {}
        self.children: dict[int, list[Cell]] = defaultdict(list)  # by place of the master
        self._spilled: list[Cell] = []
        text = package.text(sheet.part)
        try:
            self.patch = Patch(package, sheet.part, (text, scan(text.data, self.read_row)))
        except Broken as reason:
            raise package.broken(sheet.part, reason) from None

    def error(self, message: str, row: int, column: int) -> Error:
        """An error that names this sheet and a cell."""
        return self.package.error(message, self.sheet.name, address(row, column))

    def read_row(self, row: Row) -> None:
        """Take in a row while the sheet is scanned."""
        for cell in row.cells:
            if cell.formula is not None:
                self._formula(cell)
            elif self.arrays and cell.value and any(a.holds(cell.row, cell.column) for a in self.arrays):
                self._spilled.append(cell)

    def _formula(self, cell: Cell) -> None:
        formula = cell.formula
        assert formula is not None
        area, kind = Area(cell.row, cell.column, cell.row, cell.column), formula.attributes.get("t", "normal")
        text, offset = formula.text, (0, 0)
        if kind == "shared":
            shared = formula.attributes.get("si", "")
            if text:
                self.masters[shared] = cell
            elif master := self.masters.get(shared):
                assert master.formula is not None
                self.children[master.start].append(cell)
                text, offset = master.formula.text, (cell.row - master.row, cell.column - master.column)
        elif kind in ("array", "dataTable") and "ref" in formula.attributes:
            area = area_of(formula.attributes["ref"]) or area
            if area.top != area.bottom or area.left != area.right:
                self.arrays.append(area)
            text = text if kind == "array" else _data_table(formula.attributes, area)
        if (cell.row, cell.column) in self.overwritten:
            self._lose(cell, area)
        else:
            self.formulas.append(FormulaCell(self.sheet.name.casefold(), area, text, offset))
            self.formula_cells.append(cell)

    def _lose(self, cell: Cell, area: Area) -> None:
        if area.top != area.bottom or area.left != area.right:
            raise self.error("这个单元格属于数组公式，不能单独填写，请先在 Excel 中删除该数组公式", cell.row, cell.column)
        self.lost_formulas = True

    @property
    def changed(self) -> Iterable[tuple[str, Area]]:
        """The cells whose formulas go or whose values change, as areas on this sheet."""
        name = self.sheet.name.casefold()
        return [(name, Area(row, column, row, column)) for row, column in sorted(self.overwritten)]

    def forget(self, cell: Cell, area: Area) -> None:
        """Drop what a formula had calculated."""
        spilled = [s for s in self._spilled if area.holds(s.row, s.column)]
        for each in (cell, *spilled):
            if each.value is not None:
                self.patch.edits.append(Edit(*each.value, b""))
                if "t" in each.attributes:
                    inner = xmltext.tag_end(self.patch.data, each.start)
                    self.patch.edits += attribute_edits(self.patch.data, each.start, inner, "t", None)


def ask_for_calculation(package: Package) -> None:
    """Have the workbook calculated in full when it is opened next (``calcPr fullCalcOnLoad``)."""
    patch = Patch(package, package.workbook_part)
    element = patch.root.child("calcPr")
    if element is None:
        tag = f'<{patch.prefix(patch.root)}calcPr fullCalcOnLoad="1"/>'
        patch.insert(patch.root, "calcPr", tag, WORKBOOK_ORDER)
    elif element.attributes.get("fullCalcOnLoad") not in ("1", "true"):
        patch.set(element, "fullCalcOnLoad", "1")
    patch.save()


def drop_calculation_chain(package: Package) -> None:
    """Remove the order of calculation, which names every formula's cell; Excel makes it anew."""
    for relation in list(package.relationships(package.workbook_part)):
        if relation.kind == "calcChain" and not relation.external:
            package.remove_relationship(package.workbook_part, relation.id)
            if relation.target in package:
                package.remove(relation.target)


def forget_results_of_names(package: Package, names: Iterable[str]) -> None:
    """Drop the cached results of all formulas that use one of the names, which changed, and ask for calculation."""
    _forget_and_ask(package, (), frozenset(name.casefold() for name in names))


def forget_results_of_sheet(package: Package, sheet: Sheet) -> None:
    """Drop the cached results of all formulas that read a sheet, and ask for calculation."""
    forget_results_of_area(package, sheet, Area(0, 0, MAX_ROWS - 1, MAX_COLUMNS - 1))


def forget_results_of_area(package: Package, sheet: Sheet, area: Area) -> None:
    """Drop the cached results of all formulas that read an area of a sheet, and ask for calculation."""
    _forget_and_ask(package, [(sheet.name.casefold(), area)], frozenset())


def _forget_and_ask(package: Package, areas: Iterable[tuple[str, Area]], names: frozenset[str]) -> None:
    sheets = [sheet for sheet in package.sheets if sheet.kind == "worksheet"]
    pages = [FormulaSheet(package, s) for s in sheets if has_formulas(package.text(s.part).data)]
    if any(page.formulas for page in pages):
        forget_results(package, pages, areas, names)
        ask_for_calculation(package)
        for page in pages:
            page.patch.save()


def forget_results(
    package: Package,
    pages: Sequence[FormulaSheet],
    areas: Iterable[tuple[str, Area]] = (),
    changed_names: frozenset[str] = frozenset(),
) -> None:
    """Drop the cached results of all formulas that a change of cells or names (casefolded) can reach."""
    formulas = [formula for page in pages for formula in page.formulas]
    if not formulas:
        return
    defined = parse_defined_names(package.read(package.workbook_part), tab_names(package))
    seeds = _users(formulas, defined, changed_names) if changed_names else set()
    changed = [*areas, *(area for page in pages for area in page.changed)]
    changed += [(formulas[number].sheet, formulas[number].area) for number in seeds]
    homes = [(page, cell) for page in pages for cell in page.formula_cells]
    for number in reached(formulas, Names(defined), changed) | seeds:
        page, cell = homes[number]
        page.forget(cell, formulas[number].area)


def _users(formulas: list[FormulaCell], defined: list[DefinedName], changed: frozenset[str]) -> set[int]:
    """The positions of the formulas that use a changed name, also by way of other names."""
    names, size = set(changed), 0

    def uses(formula: str) -> bool:
        return any(name.casefold() in names for _, name in precedents(formula).names)

    while len(names) > size:
        size = len(names)
        names |= {name.name.casefold() for name in defined if uses(name.refers_to.removeprefix("="))}
    return {number for number, formula in enumerate(formulas) if uses(formula.formula)}


def tab_names(package: Package) -> list[str]:
    """The names of all sheets as the workbook lists them; the position is what ``localSheetId`` counts."""
    root = package.xml(package.workbook_part)[1]
    sheets = root.child("sheets")
    return [s.attributes.get("name", "") for s in (sheets.children if sheets else ()) if s.name == "sheet"]


def _data_table(attributes: dict[str, str], area: Area) -> str:
    """A formula that reads what a data table reads: its border, with the formula in it, and its cells of input."""
    border = f"{address(max(area.top - 1, 0), max(area.left - 1, 0))}:{address(area.bottom, area.right)}"
    return "+".join([border, *(attributes[name] for name in ("r1", "r2") if name in attributes)])


def area_of(ref: str) -> Area | None:
    """The area that a reference names; None where it is none."""
    try:
        return parse_area(ref)
    except ValueError:
        return None
