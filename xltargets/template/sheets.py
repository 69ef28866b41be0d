"""Plans put on paper: boxes, formulas, validations, names and print set-up of each sheet, with XlsxWriter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from xltargets.excel.a1 import column_letters
from xltargets.submission.form import Field, Form
from xltargets.template.choices import LEVEL1, LEVEL2, level1_source, level2_source
from xltargets.template.limits import limit
from xltargets.template.plan import Box, Names, Plan, Role, Table
from xltargets.template.styles import Styles, style_of

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

    from xltargets.template.formsheet import FormSheet

A4 = 9
SPACER_WIDTH = 2
#: Points; what a line of the spacer's type needs.
GROWING_HEIGHT = 24.75

#: What the form works out by itself, and what it shows while empty.
FORMULAS: Mapping[str, tuple[str, str]] = {
    "project.title": ('=IF(project.name="","绩效目标表",project.name&"绩效目标表")', "绩效目标表"),
    "project.unit": ("=unit.code&unit.name", ""),
}

_UNKNOWN_CHOICE = "不在常用指标之列。确需使用时选“是”，并核对名称是否与文件规定一致。"


@dataclass
class Drawing:
    """A workbook being drawn; what an addition (a column of checks, a sheet, macros) may work with.

    Attributes:
        workbook: XlsxWriter's workbook, not yet closed.
        form: the form.
        names: its fields by the names they have here.
        styles: the formats.
        plans: where everything stands.
        sheets: XlsxWriter's worksheets by the plans' sheet names, and the guide's and the lists' own.
    """

    workbook: Workbook
    form: Form
    names: Names
    styles: Styles
    plans: list[Plan]
    sheets: dict[str, Worksheet]


def draw(drawing: Drawing, plan: Plan) -> None:
    """Draw one plan on a new sheet."""
    from xltargets.template.formsheet import FormSheet

    sheet = drawing.workbook.add_worksheet(plan.sheet, FormSheet)
    drawing.sheets[plan.sheet] = sheet
    _set_columns(drawing, plan, sheet)
    for box in plan.boxes:
        _draw_box(drawing, sheet, box)
    _name_cells(drawing, plan)
    _limit_cells(drawing, plan, sheet)
    for table in plan.tables:
        _offer_choices(drawing, sheet, table)
    _set_up_page(plan, sheet)


def _set_columns(drawing: Drawing, plan: Plan, sheet: FormSheet) -> None:
    for column, width in enumerate(plan.widths):
        sheet.set_column(column, column, width)
    sheet.set_column(plan.spacer, plan.spacer, SPACER_WIDTH)
    for row, height in plan.heights.items():
        sheet.set_row(row, height)
    for row in range(plan.rows):
        if row not in plan.heights:
            # an empty cell in large type beside it: a row that follows its content never gets flat either
            sheet.set_growing_row(row, GROWING_HEIGHT)
            sheet.write_blank(row, plan.spacer, None, drawing.styles["spacer"])


def _draw_box(drawing: Drawing, sheet: Worksheet, box: Box) -> None:
    field = drawing.names.fields.get(box.name)
    style = drawing.styles[style_of(box.role, field)]
    if (box.row, box.column) != (box.last_row, box.last_column):
        sheet.merge_range(box.row, box.column, box.last_row, box.last_column, "", style)
    if field and field.derived and box.role is not Role.LABEL:
        formula, shown = FORMULAS[box.name]
        sheet.write_formula(box.row, box.column, formula, style, shown)
        return
    text = box.text
    if field and box.role not in (Role.LABEL, Role.HEADING):
        text = str(field.default or "")
    if text:
        sheet.write_string(box.row, box.column, text, style)
    else:
        sheet.write_blank(box.row, box.column, None, style)


def _name_cells(drawing: Drawing, plan: Plan) -> None:
    quoted = "'" + plan.sheet.replace("'", "''") + "'"
    for name, (row, column, last_row, last_column) in plan.areas():
        area = f"${column_letters(column)}${row + 1}"
        if (row, column) != (last_row, last_column):
            area += f":${column_letters(last_column)}${last_row + 1}"
        scope = f"{plan.sheet}!" if plan.item else ""
        if drawing.workbook.define_name(f"{scope}{name}", f"={quoted}!{area}"):
            raise AssertionError(f"not a name that Excel takes: {name}")


def _limit_cells(drawing: Drawing, plan: Plan, sheet: Worksheet) -> None:
    for name, area in plan.areas():
        field = drawing.names.fields[name]
        options = None if field.derived or name in (LEVEL1, LEVEL2) else limit(drawing.form, name, field)
        if options:
            _validate(sheet, area, options)


def _offer_choices(drawing: Drawing, sheet: Worksheet, table: Table) -> None:
    first = table.columns.get(LEVEL1)
    if first is None or table.heading_row is None:
        return
    letters = column_letters(first)
    sources = {LEVEL1: level1_source(), LEVEL2: level2_source(letters, table.heading_row + 1)}
    for name, source in sources.items():
        column = table.columns.get(name)
        if column is not None:
            area = (table.first_row, column, table.last_row, column)
            _validate(sheet, area, _list_options(drawing, name, drawing.names.fields[name], source))


def _list_options(drawing: Drawing, name: str, field: Field, source: str) -> dict[str, Any]:
    hint = limit(drawing.form, name, field) or {}
    return {
        **hint, "validate": "list", "source": source, "ignore_blank": True, "error_type": "warning",
        "error_title": "请核对指标名称", "error_message": f"{field.title}{_UNKNOWN_CHOICE}",
    }  # fmt: skip


def _validate(sheet: Worksheet, area: tuple[int, int, int, int], options: Mapping[str, Any]) -> None:
    if sheet.data_validation(*area, dict(options)):
        raise AssertionError(f"not a validation that Excel takes: {options}")


def _set_up_page(plan: Plan, sheet: Worksheet) -> None:
    set_up_page(sheet, plan.rows, plan.columns)
    if plan.repeated_row is not None:
        sheet.repeat_rows(plan.repeated_row)
    if plan.item:
        sheet.freeze_panes(2, 0)
    elif plan.repeated_row is not None:
        sheet.freeze_panes(plan.repeated_row + 1, 0)


def set_up_page(sheet: Worksheet, rows: int, columns: int) -> None:
    """A4 upright, one page wide, page numbers at the foot, printed without tints."""
    sheet.hide_gridlines(2)
    sheet.set_paper(A4)
    sheet.set_portrait()
    sheet.fit_to_pages(1, 0)
    sheet.center_horizontally()
    sheet.set_margins(left=0.6, right=0.6, top=0.6, bottom=0.7)
    sheet.set_footer('&C&"宋体,Regular"&10第 &P 页，共 &N 页')
    sheet.print_black_and_white()
    sheet.print_area(0, 0, rows - 1, columns - 1)
