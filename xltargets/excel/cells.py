"""Values into cells, and nothing else changed.

A cell keeps its style; text becomes an inline string, so that the shared strings stay as they are; a number is written
with its own digits; nothing is ever a formula. What formulas had calculated from the changed cells is dropped, and the
workbook asks to be calculated when it is opened. See `docs/lossless.md`.
"""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from xltargets.excel import xmltext
from xltargets.excel.a1 import Area, address, parse_cell
from xltargets.excel.formulas import translated
from xltargets.excel.package import Package, Sheet
from xltargets.excel.patch import attribute_edits
from xltargets.excel.recalculation import (
    FormulaSheet,
    area_of,
    ask_for_calculation,
    drop_calculation_chain,
    forget_results,
)
from xltargets.excel.sheetdata import Cell, Row, has_formulas, merged_areas
from xltargets.excel.xmltext import Broken, Edit, Element, whole

Value = str | int | float | Decimal | bool | date | None

MAX_TEXT = 32_767  # characters that Excel keeps in a cell

_GONE_WITH_THE_VALUE = ("t", "cm", "vm")  # the type and what belongs to it: dynamic arrays, rich values


def set_values(
    package: Package, sheet: str, values: Mapping[str, Value], *, style_from: Mapping[str, str] | None = None
) -> None:
    """Set cells of one sheet; see :func:`set_all`.

    Args:
        package: the open workbook; the caller saves it.
        sheet: the name of a worksheet.
        values: address (``B3``) → value; None clears the cell and keeps its style.
        style_from: address of a cell that does not exist yet → address of the cell whose style it takes. Without it a
            new cell takes the style of its row, else of its column, as in Excel.

    Raises:
        Error: no such sheet; an address that is none; text too long; a number that is none; a cell hidden inside
            merged cells; a part of an array formula; a sheet that is no sound XML.
    """
    set_all(package, {sheet: values}, style_from={sheet: style_from or {}})


def set_all(
    package: Package,
    values: Mapping[str, Mapping[str, Value]],
    *,
    style_from: Mapping[str, Mapping[str, str]] | None = None,
) -> None:
    """Set cells of several sheets at once: what depends on them is looked for only once.

    Args:
        package, style_from: as in :func:`set_values`, by sheet.
        values: sheet → address → value.
    """
    wanted = {package.sheet(sheet).part: (sheet, cells) for sheet, cells in values.items() if cells}
    if not wanted:
        return
    pages: list[_Page] = []
    for sheet in package.sheets:
        if sheet.kind != "worksheet":
            continue
        name, cells = wanted.get(sheet.part, (sheet.name, {}))
        if cells or has_formulas(package.text(sheet.part).data):
            pages.append(_Page(package, sheet, cells, (style_from or {}).get(name, {})))
    for page in pages:
        page.set()
    forget_results(package, pages)
    if any(page.formulas or page.lost_formulas for page in pages):
        ask_for_calculation(package)
    if any(page.lost_formulas for page in pages):
        drop_calculation_chain(package)
    for page in pages:
        page.patch.save()


class _Target(NamedTuple):
    """A cell to be set."""

    row: int
    column: int
    value: Value
    style_from: tuple[int, int] | None


class _Page(FormulaSheet):
    """A worksheet whose cells are set."""

    def __init__(
        self, package: Package, sheet: Sheet, values: Mapping[str, Value], style_from: Mapping[str, str]
    ) -> None:
        self.package, self.sheet = package, sheet
        styles = {self._place(new): self._place(old) for new, old in style_from.items()}
        places = {self._place(ref): value for ref, value in values.items()}
        self.targets = [_Target(*at, value, styles.get(at)) for at, value in sorted(places.items())]
        self._keep = {target.row for target in self.targets} | {at[0] for at in styles.values()}
        self.rows: dict[int, Row] = {}
        self._indices, self._starts = array("l"), array("q")
        super().__init__(package, sheet, places)

    def _place(self, ref: str) -> tuple[int, int]:
        try:
            return parse_cell(ref)
        except ValueError:
            raise self.package.error(f"“{ref}”不是单元格地址，请写成 B3 的样子", self.sheet.name) from None

    def read_row(self, row: Row) -> None:
        """Take in a row while the sheet is scanned."""
        if self.targets:
            if not self._indices or row.index > self._indices[-1]:  # rows out of order are no place to insert at
                self._indices.append(row.index)
                self._starts.append(row.start)
            if row.index in self._keep:
                self.rows.setdefault(row.index, row)
        super().read_row(row)

    def set(self) -> None:
        """Gather the edits that set the targets."""
        if not self.targets:
            return
        self._check()
        self._hand_on_shared_formulas()
        by_row: dict[int, list[_Target]] = defaultdict(list)
        for target in self.targets:
            by_row[target.row].append(target)
        data_element = self.patch.root.child("sheetData")
        if data_element is None:
            raise self.package.broken(self.sheet.part, Broken("里没有单元格区域（sheetData）"))
        self._prefix = self.patch.prefix(data_element)
        self._styles = _column_styles(self.patch.root)
        written: list[_Target] = []
        new_rows: list[tuple[int, str]] = []
        for index, targets in by_row.items():
            if index in self.rows:
                written += self._set_in_row(self.rows[index], targets)
            elif fresh := [target for target in targets if target.value is not None]:
                cells = "".join(self._new_cell(target, None) for target in fresh)
                new_rows.append((index, f'<{self._prefix}row r="{index + 1}">{cells}</{self._prefix}row>'))
                written += fresh
        self._insert_rows(data_element, new_rows)
        self._extend_dimension(written)

    def _check(self) -> None:
        """Refuse what would not be seen or not be allowed."""
        filled: dict[int, list[int]] = defaultdict(list)
        for target in self.targets:
            if target.value is not None:
                filled[target.row].append(target.column)
        rows = sorted(filled)
        for area in merged_areas(self.patch.root):
            for row in rows[bisect_left(rows, area.top) : bisect_right(rows, area.bottom)]:
                for column in [c for c in filled[row] if area.left <= c <= area.right]:
                    if (row, column) != (area.top, area.left):
                        first = address(area.top, area.left)
                        raise self.error(f"这个单元格在合并单元格里面，看不见，请填在左上角的 {first}", row, column)
        for area in self.arrays:
            for row, column in self.overwritten:
                if area.holds(row, column):
                    raise self.error("这个单元格属于数组公式，不能单独填写，请先在 Excel 中删除该数组公式", row, column)

    def _hand_on_shared_formulas(self) -> None:
        """Where the first cell of a shared formula is overwritten, the next one that stays takes its text."""
        for master in self.masters.values():
            children = [c for c in self.children[master.start] if (c.row, c.column) not in self.overwritten]
            if (master.row, master.column) not in self.overwritten or not children:
                continue
            assert master.formula is not None
            heir = min(children, key=lambda c: (c.row, c.column))
            assert heir.formula is not None
            text = translated(master.formula.text, heir.row - master.row, heir.column - master.column)
            rows, columns = [c.row for c in children], [c.column for c in children]
            ref = f"{address(min(rows), min(columns))}:{address(max(rows), max(columns))}"
            name = xmltext.raw_name(self.patch.data, heir.formula.start).decode()
            shared = xmltext.escape(master.formula.attributes["si"])
            new = f'<{name} t="shared" ref="{ref}" si="{shared}">{xmltext.escape(text)}</{name}>'
            self.patch.edits.append(Edit(heir.formula.start, heir.formula.end, new.encode()))

    def _set_in_row(self, row: Row, targets: list[_Target]) -> list[_Target]:
        written, last = [], []
        known = {cell.column: cell for cell in row.cells}
        columns = [cell.column for cell in row.cells]
        for target in targets:
            cell = known.get(target.column)
            if cell is not None:
                self.patch.edits.append(Edit(cell.start, cell.end, self._changed_cell(cell, target)))
            elif target.value is not None:
                new = self._new_cell(target, row)
                at = next((i for i, column in enumerate(columns) if column > target.column), None)
                if at is None:
                    last.append(new)
                else:
                    start = row.cells[at].start
                    self.patch.edits.append(Edit(start, start, new.encode()))
                written.append(target)
        if written:
            self._extend_spans(row, written)
        if last and row.inner == row.end:
            closing = "</" + xmltext.raw_name(self.patch.data, row.start).decode() + ">"
            self.patch.edits.append(Edit(row.inner - 2, row.inner, (">" + "".join(last) + closing).encode()))
        elif last:
            self.patch.edits.append(Edit(row.inner_end, row.inner_end, "".join(last).encode()))
        return written

    def _changed_cell(self, cell: Cell, target: _Target) -> bytes:
        tag = self.patch.data[cell.start : cell.inner]
        kind, content = self._content(target)
        edits = []
        for name in _GONE_WITH_THE_VALUE:
            if name in cell.attributes or (name == "t" and kind):
                edits += attribute_edits(tag, 0, len(tag), name, kind if name == "t" else None)
        tag = xmltext.apply(tag, edits).removesuffix(b">").removesuffix(b"/").rstrip()
        if not content:
            return tag + b"/>"
        return tag + b">" + content.encode() + b"</" + xmltext.raw_name(tag + b">", 0) + b">"

    def _new_cell(self, target: _Target, row: Row | None) -> str:
        style = self._style(target, row)
        kind, content = self._content(target)
        attributes = f'r="{address(target.row, target.column)}"' + (f' s="{style}"' if style else "")
        attributes += f' t="{kind}"' if kind else ""
        return f"<{self._prefix}c {attributes}>{content}</{self._prefix}c>"

    def _style(self, target: _Target, row: Row | None) -> int:
        if target.style_from is not None:
            source = self.rows.get(target.style_from[0])
            cells = source.cells if source else []
            found = next((c for c in cells if c.column == target.style_from[1]), None)
            if found is not None:
                return _number(found.attributes.get("s"))
        if row is not None and row.attributes.get("customFormat") in ("1", "true"):
            return _number(row.attributes.get("s"))
        return next((s for first, last, s in self._styles if first <= target.column <= last), 0)

    def _content(self, target: _Target) -> tuple[str | None, str]:
        """The type attribute and what is inside the cell."""
        value, p = target.value, self._prefix
        if value is None:
            return None, ""
        if isinstance(value, str):
            if len(value.encode("utf-16-le", "surrogatepass")) // 2 > MAX_TEXT:
                raise self.error(f"文字超过 Excel 单元格的上限（{MAX_TEXT} 字），请缩短", target.row, target.column)
            text = xmltext.escape(xmltext.legal(xmltext.to_xstring(value)))
            return "inlineStr", f'<{p}is><{p}t xml:space="preserve">{text}</{p}t></{p}is>'
        if isinstance(value, bool):
            return "b", f"<{p}v>{int(value)}</{p}v>"
        return None, f"<{p}v>{self._digits(value, target)}</{p}v>"

    def _digits(self, value: float | Decimal | date, target: _Target) -> str:
        if isinstance(value, date):
            serial = _serial(value, self.package.dates_from_1904)
            if serial is None:
                raise self.error("Excel 不能表示这么早的日期，请改填文字", target.row, target.column)
            return serial
        if not math.isfinite(value):
            raise self.error("要填写的不是有限的数，请检查数据", target.row, target.column)
        if isinstance(value, Decimal):
            return format(value, "f") if -30 < value.adjusted() < 30 else str(value)
        return repr(value)

    def _insert_rows(self, data_element: Element, rows: list[tuple[int, str]]) -> None:
        last = []
        for index, new in rows:
            at = bisect_right(self._indices, index)
            if at == len(self._indices):
                last.append(new)
            else:
                self.patch.edits.append(Edit(self._starts[at], self._starts[at], new.encode()))
        if last:
            self.patch.append(data_element, "".join(last))

    def _extend_spans(self, row: Row, written: list[_Target]) -> None:
        """Widen the optional hint of the row's columns."""
        first, _, last = row.attributes.get("spans", "").partition(":")
        low, high = whole(first), whole(last)
        if low is not None and high is not None:
            columns = [target.column + 1 for target in written]
            spans = f"{min(low, *columns)}:{max(high, *columns)}"
            self.patch.edits += attribute_edits(self.patch.data, row.start, row.inner, "spans", spans)

    def _extend_dimension(self, written: list[_Target]) -> None:
        element = self.patch.root.child("dimension")
        area = area_of(element.attributes.get("ref", "")) if element is not None else None
        if element is None or area is None or not written:
            return
        rows, columns = [t.row for t in written], [t.column for t in written]
        top, left = min(area.top, *rows), min(area.left, *columns)
        bottom, right = max(area.bottom, *rows), max(area.right, *columns)
        self.patch.set(element, "ref", Area(top, left, bottom, right).a1)


def _column_styles(root: Element) -> list[tuple[int, int, int]]:
    """First and last column and style, of each entry of ``cols``."""
    cols = root.child("cols")
    found = []
    for col in cols.children if cols else ():
        get = col.attributes.get
        found.append((_number(get("min")) - 1, _number(get("max")) - 1, _number(get("style"))))
    return found


def _number(text: str | None) -> int:
    return whole(text) or 0


def _serial(value: date, from_1904: bool) -> str | None:
    """The number of a date: days since 1899-12-30, with Excel's 29 February 1900, or since 1904-01-01."""
    moment = value.replace(tzinfo=None) if isinstance(value, datetime) else datetime(value.year, value.month, value.day)
    days = moment - (datetime(1904, 1, 1) if from_1904 else datetime(1899, 12, 30))
    number = days.days + Decimal(days.seconds * 1_000_000 + days.microseconds) / Decimal(86_400_000_000)
    if not from_1904 and number < 61:
        number -= 1  # before the day that never was
    if number < (0 if from_1904 else 1):
        return None
    return str(number) if number != number.to_integral_value() else str(int(number))
