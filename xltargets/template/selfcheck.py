"""The sheet 自检: how much is left on the sheets of the workbook, and what to do about it.

Project sheets are counted all at once, by references to several sheets (``'A:Z'!K1``), so that a sheet which the clerk
copies counts as soon as it lies between the first and the last sheet of the form.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from xltargets.rules.finding import Severity
from xltargets.submission.resultmark import SELF_CHECK
from xltargets.template.block import ALL_FINE, Block
from xltargets.template.plan import GENERAL_SHEET, PROJECT_SHEET
from xltargets.template.sheets import Drawing, set_up_page

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

#: Its name.
SELF_CHECK_SHEET = SELF_CHECK
WIDTHS = (30.0, 12.0, 12.0, 12.0, 26.0)
_SEVERITIES = (Severity.ERROR, Severity.WARNING, Severity.HINT)
_LINE_HEIGHT = 16.0
_FIRST_ROW = 4

ADVICE = (
    "“{general}”表和每张项目表的右侧（打印范围之外）有“校验”一列：✓ 表示该行没有发现问题，否则写明问题和改法；"
    "有问题的单元格显示为浅红色。第1行是该表还剩的问题数。",
    "错误必须改正；警告应当改正，确有理由不能改的，按填表说明办理豁免；提示供参考，可以不改。",
    "复制的项目表会自动计入。请让它排在“{general}”之后、“{last}”之前；上面的项目表张数比实际少的，"
    "把漏计的工作表标签拖到这两张表之间。",
    "这里只检查用公式能判断的内容（必填、编码、金额、支出计划等）。报送后还要按全部规则审核，问题写在单元格的批注里。",
    "插入的行没有“校验”列的提示，但同样计入合计，有问题的单元格同样显示为浅红色。",
    "数字请直接输入，不要存成文本（单元格左上角有绿色三角的就是文本），文本形式的数字这里不核对。",
)


def draw_self_check(drawing: Drawing, blocks: Sequence[Block]) -> None:
    """Fill the sheet, which stands in the workbook already."""
    sheet, styles = drawing.sheets[SELF_CHECK_SHEET], drawing.styles
    for column, width in enumerate(WIDTHS):
        sheet.set_column(column, column, width)
    sheet.merge_range(0, 0, 0, 4, SELF_CHECK_SHEET, styles["title"])
    sheet.set_row(0, 40)
    sheet.set_row(1, 28)
    for column, heading in enumerate(
        ("工作表", *(f"{severity.label}（处）" for severity in _SEVERITIES), "情况")
    ):
        sheet.write_string(_FIRST_ROW - 1, column, heading, styles["heading"])
    sheet.set_row(_FIRST_ROW - 1, 24)
    lines = [*_general_lines(blocks), *_project_lines(blocks)]
    for row, line in enumerate(lines, start=_FIRST_ROW):
        _draw_line(drawing, sheet, row, *line)
    total = _FIRST_ROW + len(lines)
    _draw_total(drawing, sheet, total, [line[2] for line in lines])
    _draw_status(
        drawing, sheet, total, [sum(counts) for counts in zip(*(line[2] for line in lines), strict=True)]
    )
    last = blocks[0].across.sheets[1] if blocks else ""
    visible = [plan.sheet for plan in drawing.plans if not plan.item]
    row = _draw_advice(drawing, sheet, total + 2, last if last in visible else visible[-1])
    set_up_page(sheet, row, len(WIDTHS))


Line = tuple[tuple[str, str], tuple[str, ...], tuple[int, ...]]


def _general_lines(blocks: Sequence[Block]) -> list[Line]:
    """Title (formula or text, and what it shows), formulas of the counts, and what they show."""
    return [
        (
            (block.plan.sheet, block.plan.sheet),
            tuple(f"='{_quoted(block.plan.sheet)}'!{block.count_cell(severity)}" for severity in _SEVERITIES),
            tuple(map(block.blank_count, _SEVERITIES)),
        )
        for block in blocks
        if not block.plan.item
    ]


def _project_lines(blocks: Sequence[Block]) -> list[Line]:
    block = next((block for block in blocks if block.plan.item), None)
    if block is None:
        return []
    begun = block.across.everywhere(block.begun_cell)
    title = f'="项目表（已填写"&SUM({begun})&"张，合计）"'
    counts = tuple(f"=SUM({block.across.everywhere(block.count_cell(severity))})" for severity in _SEVERITIES)
    return [((title, "项目表（已填写0张，合计）"), counts, (0, 0, 0))]


def _quoted(sheet: str) -> str:
    return sheet.replace("'", "''")


def _draw_line(
    drawing: Drawing,
    sheet: Worksheet,
    row: int,
    title: tuple[str, str],
    counts: tuple[str, ...],
    shown: tuple[int, ...],
) -> None:
    styles = drawing.styles
    if title[0].startswith("="):
        sheet.write_formula(row, 0, title[0], styles["label"], title[1])
    else:
        sheet.write_string(row, 0, title[0], styles["label"])
    for column, (formula, value) in enumerate(zip(counts, shown, strict=True), start=1):
        sheet.write_formula(row, column, formula, styles["check count"], value)
    _draw_state(drawing, sheet, row, shown)
    sheet.set_row(row, 24)


def _draw_state(drawing: Drawing, sheet: Worksheet, row: int, shown: Sequence[int]) -> None:
    formula = f'=IF(B{row + 1}+C{row + 1}=0,"{ALL_FINE}","见该表右侧的“校验”列")'
    state = "见该表右侧的“校验”列" if shown[0] + shown[1] else ALL_FINE
    sheet.write_formula(row, 4, formula, drawing.styles["check count"], state)


def _draw_total(drawing: Drawing, sheet: Worksheet, row: int, shown: Sequence[Sequence[int]]) -> None:
    styles = drawing.styles
    sheet.write_string(row, 0, "合计", styles["heading"])
    for column, letter in enumerate("BCD", start=1):
        value = sum(counts[column - 1] for counts in shown)
        sheet.write_formula(
            row, column, f"=SUM({letter}{_FIRST_ROW + 1}:{letter}{row})", styles["check count"], value
        )
    sheet.write_blank(row, 4, None, styles["check count"])
    sheet.set_row(row, 24)


def _draw_status(drawing: Drawing, sheet: Worksheet, total: int, shown: Sequence[int]) -> None:
    errors, warnings = f"B{total + 1}", f"C{total + 1}"
    formula = (
        f'=IF({errors}>0,"还有"&{errors}&"处错误、"&{warnings}&"处警告，错误改正后再报送",IF({warnings}>0,'
        f'"没有错误，还有"&{warnings}&"处警告，请改正或办理豁免后报送","{ALL_FINE}，可以报送"))'
    )
    if shown[0]:
        state = f"还有{shown[0]}处错误、{shown[1]}处警告，错误改正后再报送"
    else:
        state = (
            f"没有错误，还有{shown[1]}处警告，请改正或办理豁免后报送" if shown[1] else f"{ALL_FINE}，可以报送"
        )
    style = drawing.styles["check status"]
    sheet.merge_range(1, 0, 1, 4, "", style)
    sheet.write_formula(1, 0, formula, style, state)
    for criteria, colour in {'LEFT($A$2,1)="✓"': "fine", "TRUE": "bad"}.items():
        options = {
            "type": "formula",
            "criteria": f"={criteria}",
            "format": drawing.styles[colour],
            "stop_if_true": True,
        }
        sheet.conditional_format(1, 0, 1, 0, options)


def _draw_advice(drawing: Drawing, sheet: Worksheet, row: int, last: str) -> int:
    """The sentences below the table; returns how many rows the sheet has."""
    styles = drawing.styles
    sheet.write_string(row, 0, "怎样使用", styles["help heading"])
    width = int(sum(WIDTHS)) - 4
    for number, sentence in enumerate(ADVICE, start=1):
        text = f"{number}. " + sentence.format(general=GENERAL_SHEET, project=PROJECT_SHEET, last=last)
        sheet.merge_range(row + number, 0, row + number, 4, text, styles["help"])
        lines = -(-sum(1 if letter.isascii() else 2 for letter in text) // width)
        sheet.set_row(row + number, _LINE_HEIGHT * lines + 4)
    return row + len(ADVICE) + 1
