"""Rows inserted into a sheet, with all that stands on it moved, as Excel does it.

What moves: rows and cells, merged cells, validations, conditional formats, filters, tables, hyperlinks, page breaks,
protected ranges, pictures, charts, controls, notes; and in the whole workbook every reference to the sheet in formulas,
names, charts and controls. New rows are blank and like a given row: height, styles, merged cells within the row,
validations and conditional formats.
"""

from __future__ import annotations

from collections import defaultdict

from xltargets.excel import everywhere, xmltext
from xltargets.excel.a1 import MAX_COLUMNS, MAX_ROWS, Area, address, parse_area
from xltargets.excel.anchors import move_anchor, move_comments, move_drawing, move_vml
from xltargets.excel.definednames import name_elements
from xltargets.excel.everywhere import character_data, rewrite_element
from xltargets.excel.formulas import translated
from xltargets.excel.package import Package, Sheet
from xltargets.excel.patch import Patch, attribute_edits, attribute_spans
from xltargets.excel.recalculation import ask_for_calculation, drop_calculation_chain, forget_results_of_area
from xltargets.excel.sheetdata import Cell, Formula, Row, has_formulas, merged_areas, scan
from xltargets.excel.shift import Shift, written
from xltargets.excel.xmltext import Broken, Edit, Element, whole

_REF = frozenset("dimension mergeCell autoFilter sortState sortCondition hyperlink".split())
_CELL = frozenset("inputCells cellWatch cellSmartTags".split())
_COVERING = frozenset("dataValidation conditionalFormatting protectedRange ignoredError".split())
_NOT_COPIED = frozenset(("r", "hidden", "collapsed"))


def insert_rows(
    package: Package, sheet: str, before: int, count: int, *, style_from: int, extend_ranges: bool = False
) -> None:
    """Insert blank rows.

    Args:
        package: the open workbook; the caller saves it.
        sheet: the name of a worksheet.
        before: the row, counted from 1, that moves down to make place.
        count: how many rows.
        style_from: the row, as numbered now, that the new ones are like.
        extend_ranges: whether ranges that end right above the new rows and hold `style_from` take the new rows in:
            names, totals, validations, charts, tables. So rows are appended to a list whose columns have names.

    Raises:
        Error: no such sheet; rows outside the sheet or pushed out of it; an array formula, a data table or a pivot
            table in the way.
    """
    page = package.sheet(sheet)
    if count == 0:
        return
    if not (1 <= before <= MAX_ROWS and 1 <= style_from <= MAX_ROWS and 0 < count <= MAX_ROWS - before):
        raise package.error(f"不能在第 {before} 行之前插入 {count} 行，请检查行号和行数", sheet=page.name)
    merged = frozenset(merged_areas(_tree(package, page.part)))
    shift = Shift(page.name, before - 1, count, style_from - 1, extend_ranges, merged)
    below = everywhere.reachable(package, page.part, ("worksheet", "pivotCacheDefinition"))
    _refuse_pivots(package, page, below, shift)
    homes = _homes(package)
    formulas = has_formulas(package.text(page.part).data)
    _SheetShift(package, page, shift).save()
    _shift_names(package, shift)
    _shift_parts(package, homes, page, shift)
    for part, kind in below.items():
        if kind in ("comments", "threadedComment"):
            move_comments(package, part, shift)
        elif kind == "drawing":
            move_drawing(package, part, shift)
        elif kind == "vmlDrawing":
            move_vml(package, part, shift)
        elif kind == "table":
            _move_table(package, part, shift)
    if formulas:
        drop_calculation_chain(package)
        ask_for_calculation(package)
    new_rows = Area(shift.before, 0, shift.before + count - 1, MAX_COLUMNS - 1)
    forget_results_of_area(package, page, new_rows)


def _tree(package: Package, part: str) -> Element:
    def on_row(_: Row) -> None:
        """Cells do not matter here."""

    try:
        return scan(package.text(part).data, on_row)
    except Broken as reason:
        raise package.broken(part, reason) from None


def _refuse_pivots(package: Package, page: Sheet, below: dict[str, str], shift: Shift) -> None:
    for part, kind in below.items():
        if kind != "pivotTable":
            continue
        location = package.xml(part)[1].child("location")
        ref = location.attributes.get("ref", "") if location is not None else ""
        if ref and shift.ref(ref) != ref:
            raise package.error("插入位置或下方有数据透视表，不能插入行，请先移走数据透视表", sheet=page.name)


def _homes(package: Package) -> dict[str, tuple[str, str | None]]:
    """Each part that may hold formulas → its kind, and the sheet that a reference without one means there."""
    homes: dict[str, tuple[str, str | None]] = {
        part: (kind, None) for part, kind in everywhere.reachable(package, package.workbook_part).items()
    }
    for sheet in package.sheets:
        homes[sheet.part] = sheet.kind, sheet.name
        for part, kind in everywhere.reachable(package, sheet.part, ("worksheet", "pivotCacheDefinition")).items():
            homes[part] = kind, sheet.name
    return homes


# --- the sheet itself, and the formulas of others -------------------------------------------------


class _SheetShift:
    """A worksheet part under edit: the sheet with the new rows, or one whose formulas read it."""

    def __init__(self, package: Package, sheet: Sheet, shift: Shift) -> None:
        self.package, self.sheet, self.shift = package, sheet, shift
        self.own = sheet.name == shift.sheet
        self.edits: list[Edit] = []
        self._formulas: list[Cell] = []
        self._place: int | None = None  # where the new rows go
        self._style: Row | None = None
        self._text = package.text(sheet.part)
        try:
            root = scan(self._text.data, self._row)
        except Broken as reason:
            raise package.broken(sheet.part, reason) from None
        self.patch = Patch(package, sheet.part, (self._text, root))

    def save(self) -> None:
        """Make the edits."""
        self._shift_formulas()
        self.patch.edits += self.edits
        if self.own:
            self._insert()
        self._walk()
        self.patch.save()

    def _row(self, row: Row) -> None:
        self._formulas += [cell for cell in row.cells if cell.formula is not None]
        if not self.own:
            return
        if row.index == self.shift.style and self._style is None:
            self._style = row
        if row.index < self.shift.before:
            return
        if self._place is None:
            self._place = row.start
        new = row.index + self.shift.count
        if new >= MAX_ROWS:
            raise self.package.error("插入后最下面的行会超出工作表，请先删除下面的空行", sheet=self.sheet.name)
        data = self._text.data
        self.edits += attribute_edits(data, row.start, row.inner, "r", str(new + 1))
        for cell in row.cells:
            if cell.explicit:
                self.edits += attribute_edits(data, cell.start, cell.inner, "r", address(new, cell.column))

    def _insert(self) -> None:
        """The new rows, each with the cells of the row that they are like, blank."""
        data_element = self.patch.root.child("sheetData")
        row = self._style
        if row is None or data_element is None:
            return
        data = self.patch.data
        raw = [(n, data[s:e].decode()) for n, s, e in attribute_spans(data, row.start, row.inner) if n not in _NOT_COPIED]
        attributes = "".join(f' {name}="{value.replace(chr(34), "&quot;")}"' for name, value in raw)
        prefix = self.patch.prefix(data_element)
        styles = [(cell.column, cell.attributes["s"]) for cell in row.cells if cell.attributes.get("s", "0") != "0"]
        pieces = []
        for index in range(self.shift.before, self.shift.before + self.shift.count):
            cells = "".join(f'<{prefix}c r="{address(index, c)}" s="{xmltext.escape(s)}"/>' for c, s in styles)
            pieces.append(f'<{prefix}row r="{index + 1}"{attributes}>{cells}</{prefix}row>')
        if self._place is None:
            self.patch.append(data_element, "".join(pieces))
        else:
            self.patch.edits.insert(0, Edit(self._place, self._place, "".join(pieces).encode()))

    # --- formulas in cells ------------------------------------------------------------------------

    def _shift_formulas(self) -> None:
        masters: dict[str, Cell] = {}
        groups: dict[int, list[Cell]] = defaultdict(list)
        for cell in self._formulas:
            formula = cell.formula
            assert formula is not None
            if formula.attributes.get("t") == "shared" and "si" in formula.attributes:
                if formula.text:
                    masters[formula.attributes["si"]] = cell
                master = masters.get(formula.attributes["si"])
                if master is not None:
                    groups[master.start].append(cell)
            else:
                self._shift_formula(cell, formula)
        for members in groups.values():
            self._shift_shared(members)
        for cell in self._formulas:
            moved = self.own and cell.row >= self.shift.before
            if moved and cell.value and cell.formula and "ROW(" in cell.formula.text.upper():
                self.edits.append(Edit(*cell.value, b""))

    def _new_text(self, text: str, row: int) -> str:
        return self.shift.formula(text, self.sheet.name, row)

    def _moved(self, row: int) -> int:
        return self.shift.row(row) if self.own else row

    def _shift_formula(self, cell: Cell, formula: Formula) -> None:
        if formula.text and (new := self._new_text(formula.text, cell.row)) != formula.text:
            self.edits.append(Edit(formula.inner, formula.inner_end, character_data(new)))
        if not self.own:
            return
        kind = formula.attributes.get("t")
        if kind in ("array", "dataTable") and "ref" in formula.attributes:
            area = self._area(formula.attributes["ref"])
            if area is not None and area.top < self.shift.before <= area.bottom:
                message = "插入位置在数组公式或模拟运算表的中间，不能插入行，请先在 Excel 中删除它"
                raise self.package.error(message, self.sheet.name, address(cell.row, cell.column))
            self._set(formula, "ref", self.shift.ref(formula.attributes["ref"]))
        for name in ("r1", "r2"):
            if kind == "dataTable" and name in formula.attributes:
                self._set(formula, name, self.shift.ref(formula.attributes[name]))

    def _area(self, ref: str) -> Area | None:
        try:
            return parse_area(ref)
        except ValueError:
            return None

    def _set(self, formula: Formula, name: str, value: str) -> None:
        if formula.attributes[name] != value:
            self.edits += attribute_edits(self._text.data, formula.start, formula.inner, name, value)

    def _shift_shared(self, members: list[Cell]) -> None:
        """Keep a shared formula shared when all its cells still follow from the first; else each gets its own text."""
        master = members[0]
        assert master.formula is not None
        text = master.formula.text
        new_master = self._new_text(text, master.row)
        texts = []
        together = True
        for cell in members:
            old = translated(text, cell.row - master.row, cell.column - master.column)
            new = self._new_text(old, cell.row)
            texts.append(new)
            apart = self._moved(cell.row) - self._moved(master.row), cell.column - master.column
            together = together and new == translated(new_master, *apart)
        if together:
            if new_master != text:
                self.edits.append(Edit(master.formula.inner, master.formula.inner_end, character_data(new_master)))
            if self.own and "ref" in master.formula.attributes:
                self._set(master.formula, "ref", self.shift.ref(master.formula.attributes["ref"]))
            return
        for cell, new in zip(members, texts, strict=True):
            assert cell.formula is not None
            name = xmltext.raw_name(self._text.data, cell.formula.start)
            plain = b"<" + name + b">" + character_data(new) + b"</" + name + b">"
            self.edits.append(Edit(cell.formula.start, cell.formula.end, plain))

    # --- everything else in the sheet -------------------------------------------------------------

    def _walk(self) -> None:
        """Edit what is no cell; formulas of validations and formats follow the first cell of their area."""
        waiting = [(self.patch.root, 0)]
        while waiting:
            element, rows = waiting.pop()
            if self.own:
                rows += self._move(element)
            rewrite_element(self.patch, element, lambda text, rows=rows: self._relative(text, rows))  # type: ignore[misc]
            waiting += [(child, rows) for child in element.children]

    def _relative(self, text: str, rows: int) -> str:
        new = self.shift.formula(text, self.sheet.name)
        return translated(new, rows, 0) if rows else new

    def _move(self, element: Element) -> int:
        """Move what an element says of places; returns how far its formulas' first cell moved besides."""
        patch, shift, get = self.patch, self.shift, element.attributes.get
        name = element.name
        if name in _REF and "ref" in element.attributes:
            if name == "mergeCell":
                self._move_merge(element)
            else:
                self._attribute(element, "ref", shift.ref(get("ref", ""), extend=name != "hyperlink"))
        elif name == "mergeCells":
            self._add_merges(element)
        elif name in _CELL and "r" in element.attributes:
            self._attribute(element, "r", shift.ref(get("r", "")))
        elif name == "brk" and element.parent is not None and element.parent.name == "rowBreaks":
            self._attribute(element, "id", _number_moved(get("id", ""), shift))
        elif name == "anchor" and get("moveWithCells") in ("1", "true"):
            move_anchor(patch, element, shift, stretches=get("sizeWithCells") in ("1", "true"))
        elif name == "sqref" and element.text.strip():
            covering = element.parent is not None and element.parent.name in _COVERING
            new, _ = shift.sqref(element.text, covering)
            if new != element.text:
                patch.set_text(element, new)
        elif "sqref" in element.attributes and name != "selection":
            new, rows = shift.sqref(get("sqref", ""), name in _COVERING)
            self._attribute(element, "sqref", new)
            return rows
        inner = element.child("sqref")  # the extensions of Excel 2010 have it as an element
        if name in _COVERING and inner is not None:
            return shift.sqref(inner.text, True)[1]
        return 0

    def _attribute(self, element: Element, name: str, value: str) -> None:
        if element.attributes.get(name) != value:
            self.patch.set(element, name, value)

    def _move_merge(self, element: Element) -> None:
        self._attribute(element, "ref", self.shift.ref(element.attributes["ref"]))

    def _add_merges(self, element: Element) -> None:
        """The merged cells within the row that the new ones are like, for each new row."""
        shift = self.shift
        like = sorted(a for a in shift.merged if a.top == a.bottom == shift.style)
        if not like:
            return
        prefix, last = self.patch.prefix(element), shift.before + shift.count - 1
        stretched = [a for a in shift.merged if a.top < shift.before <= a.bottom]
        like = [a for a in like if all(s.right < a.left or a.right < s.left for s in stretched)]
        rows = range(shift.before, last + 1)
        areas = [area._replace(top=row, bottom=row) for row in rows for area in like]
        new = [f'<{prefix}mergeCell ref="{written(area)}"/>' for area in areas]
        self.patch.append(element, "".join(new))
        if "count" in element.attributes:
            self.patch.set(element, "count", str(len(element.children) + len(new)))


def _number_moved(text: str, shift: Shift) -> str:
    """A row counted from 0, or a page break: the number of rows above it."""
    number = whole(text.strip())
    return text if number is None else str(shift.row(number))


# --- the rest of the workbook ---------------------------------------------------------------------


def _shift_names(package: Package, shift: Shift) -> None:
    patch = Patch(package, package.workbook_part)
    for element in name_elements(patch.root):
        titles = element.attributes.get("name", "").lower() == "_xlnm.print_titles"
        how = Shift(shift.sheet, shift.before, shift.count, shift.style) if titles else shift
        if (new := how.formula(element.text, None)) != element.text:
            patch.set_text(element, new)
    patch.save()


def _shift_parts(package: Package, homes: dict[str, tuple[str, str | None]], page: Sheet, shift: Shift) -> None:
    """References in all other parts. A part that does not name the sheet, and is not on it, is not even parsed."""
    sheets = {sheet.part: sheet for sheet in package.sheets}
    for part, (kind, home) in homes.items():
        if part == page.part:
            everywhere.rewrite_links(package, part, lambda text: shift.formula(text, None))
        elif kind == "worksheet" and part in sheets:
            if everywhere.mentions_sheet(package, part, shift.sheet):
                _SheetShift(package, sheets[part], shift).save()
        elif home == shift.sheet or everywhere.mentions_sheet(package, part, shift.sheet):
            own = home if home == shift.sheet else None
            everywhere.rewrite(package, {part: kind}, lambda text, own=own: shift.formula(text, own))  # type: ignore[misc]
            if kind == "pivotCacheDefinition":
                _move_source(package, part, shift)


def _move_source(package: Package, part: str, shift: Shift) -> None:
    """The rows that a pivot table is made from."""
    patch = Patch(package, part)
    for element in patch.root.iter("worksheetSource"):
        get = element.attributes.get
        ref = get("ref", "")
        if get("sheet", "").casefold() == shift.sheet.casefold() and (new := shift.ref(ref, extend=True)) != ref:
            patch.set(element, "ref", new)
    patch.save()


def _move_table(package: Package, part: str, shift: Shift) -> None:
    """A table's area, its filter and its order. With a row of totals it is not extended: that row ends it."""
    patch = Patch(package, part)
    extend = patch.root.attributes.get("totalsRowCount", "0") == "0"
    for element in everywhere.every(patch.root):
        ref = element.attributes.get("ref")
        if ref is not None and (new := shift.ref(ref, extend)) != ref:
            patch.set(element, "ref", new)
    patch.save()
