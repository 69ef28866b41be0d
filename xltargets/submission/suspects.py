"""What a clerk may have done to the form: cells beside the table, names that broke, sheets without names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from xltargets.excel.a1 import address
from xltargets.excel.grid import Book, Grid
from xltargets.submission.binding import Bindings, lost
from xltargets.submission.cellmap import Location
from xltargets.submission.form import Field, Form
from xltargets.submission.layout import Table
from xltargets.submission.model import Problem
from xltargets.submission.resultmark import SELF_CHECK, is_ours

One = TypeVar("One")

#: How many rows above a table are searched for its header.
_ABOVE = 8
#: This many labels of the form make a sheet without names suspicious.
_LABELS = 5
_BLANKS = re.compile(r"\s+")
_CAPTION = re.compile(r".{0,11}[：:]")
_SIGNED = re.compile(
    r"\s*(?:填表|制表|填报|审核|审批|复核|经办|负责|主管|联系|单位|部门|日期|时间|电话|备?注|附注|说明)[^：:]{0,8}[：:]"
)
_SUM = re.compile(r"[合总小]\s*计")


def below_and_above(grid: Grid, sheet: str, table: Table, pointer: str) -> Iterator[Problem]:
    """Rows that were filled in just outside the named columns: below the end, or between header and first row."""
    for row in [*_rows_above(grid, table), *_rows_below(grid, table)]:
        column = min(column for column in table.all_places(row) if not _blank(grid.value(row, column)))
        where = "下方" if row > table.bottom else "上方"
        yield Problem(
            "R05",
            pointer,
            f"第{row + 1}行的内容在表格{where}、名称范围之外，没有被读取；请在表格中间插入行后填写，或移到表格内的空行",
            Location(sheet, address(row, column)),
        )


def _filled(grid: Grid, table: Table, row: int) -> list[tuple[Field, object]]:
    """What stands in a row under the table's columns, blanks left out."""
    values = grid.values(row, table.all_places(row))
    if values.count(None) == len(values):
        return []
    cells = zip(table.all_columns, values, strict=True)
    return [(column.field, value) for column, value in cells if not _blank(value)]


def _blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _is_item(filled: Sequence[tuple[Field, object]], table: Table, row: int) -> bool:
    """Whether a row reads like an item: two cells filled, or one that no item goes without."""
    enough = min(2, len(set(table.all_places(row))))
    return len(filled) >= enough or any(field.essential for field, _ in filled)


def _is_caption(filled: Sequence[tuple[Field, object]], leftmost: Field) -> bool:
    """Whether a row is one with which forms end: 填表人：张三 审核人：, 合计 30.00, 注：…."""
    texts = {field: str(value).strip() for field, value in filled}
    first = texts.get(leftmost, "")  # in another column 单位成本：… may be an indicator's name
    return any(map(_CAPTION.fullmatch, texts.values())) or signs(first) or _SUM.fullmatch(first) is not None


def signs(text: object) -> bool:
    """Whether a text begins one of the lines that stand below a form's table: 填表人：张三, 注：…"""
    return isinstance(text, str) and _SIGNED.match(text) is not None


def _rows_below(grid: Grid, table: Table) -> Iterator[int]:
    if table.bottom >= grid.end[0]:
        return
    leftmost = min(table.all_columns, key=lambda column: column.stretches[0].left).field
    for row in grid.rows(table.bottom + 1):
        filled = _filled(grid, table, row)
        if any(area.top <= row and area.bottom > table.bottom for area in table.barriers) or _is_caption(filled, leftmost):
            return
        if _is_item(filled, table, row):
            yield row


def _rows_above(grid: Grid, table: Table) -> list[int]:
    """Rows between the header and the first named row; nothing when no header is found."""
    for header in range(table.top - 1, max(table.top - _ABOVE, -1), -1):
        if _is_header(grid, table, header):
            rows = range(header + 1, table.top)
            return [row for row in rows if _is_item(_filled(grid, table, row), table, row)]
    return []


def _is_header(grid: Grid, table: Table, row: int) -> bool:
    texts = grid.values(row, table.all_places(row))
    if texts == table.titles:
        return True
    labels = sum(
        isinstance(text, str) and (text == title or _BLANKS.sub("", text) == title)
        for text, title in zip(texts, table.titles, strict=True)
    )
    return labels >= min(2, len(texts))


#: From so many names of one sheet on, what became of them is one thing, and is told once.
_MANY = 4


def broken_names(bindings: Bindings, item_of_sheet: dict[str, str]) -> Iterator[Problem]:
    """Names of the form that point at no cell."""
    for sheet, names in _by_scope((name.scope, (name, field)) for name, field in bindings.broken):
        each = [
            (field, f" {name.name} 已失效（{name.refers_to or '空'}），这一项没有被读取；"
                    "请用 xltargets repair 修复，或把内容移到完好的工作表中")
            for name, field in names
        ]  # fmt: skip
        together = (
            f"已失效（{names[0][0].refers_to or '空'}），都没有被读取，"
            "多半是所在的工作表或单元格被删除或改名了；请找回原来的工作表，或用 xltargets repair 修复"
        )
        yield from _told("R06", sheet, each, together, item_of_sheet)


def missing_names(bindings: Bindings, form: Form, item_of_sheet: dict[str, str]) -> Iterator[Problem]:
    """Fields of the official template which a workbook of its version has lost."""
    for sheet, fields in _by_scope(lost(bindings, form)):
        if sheet is None or sheet in item_of_sheet:
            each = [
                (field, f" {form.official_name(field)} 丢失，这一项没有被读取；请用 xltargets repair 修复") for field in fields
            ]
            together = "丢失，都没有被读取；请用 xltargets repair 修复，工作表被删除的请找回原来的工作表"
            yield from _told("R07", sheet, each, together, item_of_sheet)


def _told(
    rule: str, sheet: str | None, each: Sequence[tuple[Field, str]], together: str, item_of_sheet: dict[str, str]
) -> Iterator[Problem]:
    """What became of the names of a sheet (None: of the workbook): one problem for each, or one for all where they are many."""
    where = Location(sheet, "A1") if sheet else None
    if len(each) < _MANY:
        for field, said in each:
            yield Problem(rule, _pointer(field, sheet, item_of_sheet), f"“{field.title}”的名称{said}", where)
    else:
        titles = _titles_of(field for field, _ in each)
        yield Problem(rule, item_of_sheet.get(sheet or "", ""), f"{titles}的名称{together}", where)


def _by_scope(pairs: Iterable[tuple[str | None, One]]) -> Iterable[tuple[str | None, list[One]]]:
    """What is to be told of each sheet (None: of the workbook), in the order in which it comes."""
    told: dict[str | None, list[One]] = {}
    for scope, one in pairs:
        told.setdefault(scope, []).append(one)
    return told.items()


def _titles_of(fields: Iterable[Field], most: int = 4) -> str:
    """Some of the fields' labels, and how many they are."""
    titles = list(dict.fromkeys(field.title for field in fields))
    return f"“{'”“'.join(titles[:most])}”" + (f"等{len(titles)}项" if len(titles) > most else "")


def _pointer(field: Field, sheet: str | None, item_of_sheet: dict[str, str]) -> str:
    """The field's pointer as far as it is known: within the sheet's item, up to the first array that rows make."""
    base = item_of_sheet.get(sheet or "", "")
    depth = len(base.split("/")) - 1 if base else 0
    parts = list(field.path[depth:])
    if "*" in parts:
        parts = parts[: parts.index("*")]
    return base + "".join(f"/{part}" for part in parts)


def unread_sheets(book: Book, bindings: Bindings, form: Form) -> Iterator[Problem]:
    """Sheets that look like a part of the form and carry none of its names."""
    for sheet in book.worksheets:
        if sheet in bindings.sheets or sheet in book.hidden or sheet == SELF_CHECK or is_ours(book, sheet):
            continue
        if len(_titles(form).intersection(labels_of(book.grid(sheet)))) >= _LABELS:
            yield Problem(
                "R08",
                "",
                f"工作表“{sheet}”看起来是绩效目标表，但单元格没有名称，没有被读取；"
                "请复制模板中的项目表填写，或用 xltargets repair 修复",
                Location(sheet, "A1"),
            )


def _titles(form: Form) -> set[str]:
    """The labels of the official template, without blanks; those of one character say nothing."""
    titles = {_BLANKS.sub("", field.title) for field in form.fields.values() if not field.elsewhere}
    return {title for title in titles if len(title) > 1}


def labels_of(grid: Grid) -> Iterator[str]:
    """The short texts of a sheet, without blanks."""
    last_row, last_column = grid.end
    for row in range(min(last_row, 200) + 1):
        for column in range(min(last_column, 40) + 1):
            value = grid.value(row, column)
            if isinstance(value, str) and len(value) <= 40:
                yield _BLANKS.sub("", value)
