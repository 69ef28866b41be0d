"""The official workbook, drawn from a schema."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from datetime import datetime
from os import PathLike, fspath
from typing import Any, BinaryIO

from xltargets.submission.form import Form
from xltargets.template.block import blocks_of
from xltargets.template.choices import LEVEL1, OPTIONS_SHEET, option_columns
from xltargets.template.guide import draw_guide
from xltargets.template.plan import HELP_PREFIX, HELP_SHEET, Names, plans
from xltargets.template.selfcheck import SELF_CHECK_SHEET, draw_self_check
from xltargets.template.sheets import Drawing, draw, set_up_page
from xltargets.template.styles import WORKBOOK_OPTIONS, Styles

#: The same moment at each build, so that the same schema gives the same bytes.
CREATED = datetime(2024, 1, 1)

#: Something drawn after the form: a column of checks, a further sheet, macros and their buttons.
Addition = Callable[[Drawing], None]


def build(
    schema: Mapping[str, Any],
    target: str | PathLike[str] | BinaryIO,
    *,
    projects: int = 1,
    rows: Mapping[str, int] | None = None,
    checks: bool = True,
    additions: Iterable[Addition] = (),
) -> None:
    """Draw the official workbook of a schema; the same arguments give the same bytes.

    Every cell to be filled in carries the name that its field has in the schema; those of an ``x-item`` are
    names of its own sheet.

    Args:
        schema: JSON Schema of the form. A field with ``x-elsewhere`` is left out.
        target: file to write, or a binary stream.
        projects: how many project sheets.
        rows: rows by the name of a table (``project.indicators``), where the usual number is not wanted.
        checks: whether the form checks itself while it is filled in: the block 校验 and the sheet 自检.
        additions: called in turn with the drawing before it is written.

    Raises:
        Error: when the schema asks for what no sheet can show.
    """
    from xlsxwriter import Workbook

    form = Form(schema)
    sheets = plans(form, projects=projects, rows=rows)
    workbook = Workbook(target if hasattr(target, "write") else fspath(target), deepcopy(WORKBOOK_OPTIONS))
    workbook.set_properties({"title": str(schema.get("title", "")), "created": CREATED})
    drawing = Drawing(workbook, form, Names(form), Styles(workbook), sheets, {})
    _draw_help(drawing, SELF_CHECK_SHEET if checks else "")
    if checks:
        drawing.sheets[SELF_CHECK_SHEET] = workbook.add_worksheet(SELF_CHECK_SHEET)
    for plan in drawing.plans:
        draw(drawing, plan)
    _draw_options(drawing)
    if checks:
        _draw_checks(drawing)
    for addition in additions:
        addition(drawing)
    workbook.close()


def _draw_help(drawing: Drawing, self_check: str) -> None:
    """The guide, with the fields of ``template`` above it."""
    sheet = drawing.workbook.add_worksheet(HELP_SHEET)
    drawing.sheets[HELP_SHEET] = sheet
    title = str(drawing.form.schema.get("title", ""))
    with_waivers = (plan for plan in drawing.plans if any(table.name == "waivers" for table in plan.tables))
    waivers = next((plan.sheet for plan in with_waivers), "")
    rows, columns = draw_guide(sheet, drawing.styles, title=title, waivers=waivers, self_check=self_check)
    version = f"{HELP_PREFIX}version"
    field = drawing.names.fields.get(version)
    if field:
        sheet.merge_range(1, 0, 1, 1, field.title, drawing.styles["label"])
        sheet.write_string(1, 2, drawing.form.version or "", drawing.styles["caption"])
        drawing.workbook.define_name(version, f"={HELP_SHEET}!$C$2")
    set_up_page(sheet, rows, columns)


def _draw_checks(drawing: Drawing) -> None:
    """The blocks, and the sheet that sums them up."""
    blocks = blocks_of(drawing)
    for block in blocks:
        block.draw()
    draw_self_check(drawing, blocks)


def _draw_options(drawing: Drawing) -> None:
    """The hidden lists: headings in row 1, lengths in row 2, choices from row 3 on."""
    field = drawing.names.fields.get(LEVEL1)
    if field is None:
        return
    sheet = drawing.workbook.add_worksheet(OPTIONS_SHEET)
    drawing.sheets[OPTIONS_SHEET] = sheet
    for column, (heading, options) in enumerate(option_columns(field.title)):
        sheet.set_column(column, column, 22)
        sheet.write_string(0, column, heading, drawing.styles["option heading"])
        sheet.write_number(1, column, len(options), drawing.styles["option"])
        for row, option in enumerate(options, start=2):
            sheet.write_string(row, column, option, drawing.styles["option"])
    sheet.hide()
