"""What a clerk may have done to the form: cells beside the table, names that broke, sheets without names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from xltargets.excel.a1 import Area, address
from xltargets.excel.book import Book, Grid
from xltargets.excel.names import DefinedName
from xltargets.submission.binding import Bindings
from xltargets.submission.form import Field, Form
from xltargets.submission.model import Location, Problem
from xltargets.submission.resultmark import is_ours

if TYPE_CHECKING:
    from xltargets.submission.read import _Place

#: How many rows above a table are searched for its header.
_ABOVE = 8
#: This many labels of the form make a sheet without names suspicious.
_LABELS = 5
_BLANKS = re.compile(r"\s+")


def below_and_above(
    grid: Grid, sheet: str, places: Sequence[_Place], pointer: str, taken: Sequence[Area]
) -> Iterator[Problem]:
    """Rows that were filled in just outside the named columns: below the end, or between header and first row."""
    top = min(area.top for place in places for area in place.stretches)
    bottom = max(area.bottom for place in places for area in place.stretches)
    for row in [*_rows_above(grid, places, top), *_rows_below(grid, places, bottom, taken)]:
        column = _filled(grid, places, row)[0]
        where = "下方" if row > bottom else "上方"
        yield Problem(
            "R05",
            pointer,
            f"第{row + 1}行的内容在表格{where}、名称范围之外，没有被读取；请在表格中间插入行后填写，或移到表格内的空行",
            Location(sheet, address(row, column)),
        )


def _filled(grid: Grid, places: Sequence[_Place], row: int) -> list[int]:
    columns = {place.column(row) for place in places}
    return sorted(column for column in columns if not _blank(grid.value(row, column)))


def _blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _is_item(grid: Grid, places: Sequence[_Place], row: int) -> bool:
    """Whether a row reads like an item: two cells filled (one, where the table has only one column)."""
    return len(_filled(grid, places, row)) >= min(2, len({place.column(row) for place in places}))


def _is_caption(grid: Grid, places: Sequence[_Place], row: int) -> bool:
    """Whether a row is a line such as 填表人： 审核人：, with which forms end."""
    texts = [str(grid.value(row, column)).strip() for column in _filled(grid, places, row)]
    return any(text.endswith(("：", ":")) for text in texts)


def _rows_below(grid: Grid, places: Sequence[_Place], bottom: int, taken: Sequence[Area]) -> Iterator[int]:
    columns = {place.column(bottom) for place in places}
    others = [area for area in taken if any(area.left <= column <= area.right for column in columns)]
    for row in range(bottom + 1, grid.end[0] + 1):
        if any(area.top <= row <= area.bottom for area in others) or _is_caption(grid, places, row):
            return
        if _is_item(grid, places, row):
            yield row


def _rows_above(grid: Grid, places: Sequence[_Place], top: int) -> list[int]:
    """Rows between the header and the first named row; nothing when no header is found."""
    for header in range(top - 1, max(top - _ABOVE, -1), -1):
        if _is_header(grid, places, header):
            return [row for row in range(header + 1, top) if _is_item(grid, places, row)]
    return []


def _is_header(grid: Grid, places: Sequence[_Place], row: int) -> bool:
    labels = sum(
        _BLANKS.sub("", str(grid.value(row, place.column(row)))) == _BLANKS.sub("", place.field.title)
        for place in places
    )
    return labels >= min(2, len(places))


def broken_names(bindings: Bindings, item_of_sheet: dict[str, str]) -> Iterator[Problem]:
    """Names of the form that point at no cell."""
    for name, field in bindings.broken:
        yield Problem(
            "R06",
            _pointer(field, name.scope, item_of_sheet),
            f"“{field.title}”的名称 {name.name} 已失效（{name.refers_to or '空'}），这一项没有被读取；"
            "请用 xltargets repair 修复，或把内容移到完好的工作表中",
            _somewhere(name),
        )


def _somewhere(name: DefinedName) -> Location | None:
    return Location(name.scope, "A1") if name.scope else None


def _pointer(field: Field, sheet: str | None, item_of_sheet: dict[str, str]) -> str:
    """The field's pointer as far as it is known: within the sheet's item, up to the first array that rows make."""
    base = item_of_sheet.get(sheet or "", "")
    depth = len(base.split("/")) - 1 if base else 0
    parts = list(field.path[depth:])
    if "*" in parts:
        parts = parts[: parts.index("*")]
    return base + "".join(f"/{part}" for part in parts)


def missing_names(bindings: Bindings, form: Form, item_of_sheet: dict[str, str]) -> Iterator[Problem]:
    """Fields of the official template which a workbook of its version has lost."""
    broken = {(name.scope, field) for name, field in bindings.broken}
    standing = {sheet: {bound.field for bound in bounds} for sheet, bounds in bindings.sheets.items()}
    somewhere = bindings.fields
    for field in form.fields.values():
        if field.elsewhere:
            continue
        by_sheet = any(form.names[form.official_name(field).casefold()].by_sheet)
        for sheet in [*item_of_sheet] if by_sheet else [None]:
            if field in (standing[sheet] if sheet else somewhere) or {(sheet, field), (None, field)} & broken:
                continue
            yield Problem(
                "R07",
                _pointer(field, sheet, item_of_sheet),
                f"“{field.title}”的名称 {form.official_name(field)} 丢失，这一项没有被读取；请用 xltargets repair 修复",
                Location(sheet, "A1") if sheet else None,
            )


def unread_sheets(book: Book, bindings: Bindings, form: Form) -> Iterator[Problem]:
    """Sheets that look like a part of the form and carry none of its names."""
    titles = {_BLANKS.sub("", field.title) for field in form.fields.values() if not field.elsewhere}
    titles = {title for title in titles if len(title) > 1}
    for sheet in book.worksheets:
        if sheet in bindings.sheets or sheet in book.hidden or is_ours(book, sheet):
            continue
        grid = book.grid(sheet)
        seen: set[str] = set()
        for text in _texts(grid):
            seen.update({text} & titles)
        if len(seen) >= _LABELS:
            yield Problem(
                "R08",
                "",
                f"工作表“{sheet}”看起来是绩效目标表，但单元格没有名称，没有被读取；"
                "请复制模板中的项目表填写，或用 xltargets repair 修复",
                Location(sheet, "A1"),
            )


def _texts(grid: Grid) -> Iterator[str]:
    last_row, last_column = grid.end
    for row in range(min(last_row, 200) + 1):
        for column in range(min(last_column, 40) + 1):
            value = grid.value(row, column)
            if isinstance(value, str) and len(value) <= 40:
                yield _BLANKS.sub("", value)
