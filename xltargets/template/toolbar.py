"""The buttons of ``targets.xlsm`` and the words of its macros, as an addition to the drawing of the form.

The macros' source is ``templates/vba/*.bas``. It is ASCII, because VBA keeps source in a code page; what a clerk reads stands
on a hidden sheet, :data:`CAPTIONS_SHEET`, from which the macros take it by key.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from xltargets.excel.commentlist import separator
from xltargets.excel.comments import AUTHOR
from xltargets.template.book import Addition
from xltargets.template.choices import OPTIONS_SHEET
from xltargets.template.plan import HELP_SHEET, PROJECT_SHEET
from xltargets.template.selfcheck import SELF_CHECK_SHEET

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

    from xltargets.template.sheets import Drawing

CAPTIONS_SHEET = "按钮文字"
#: The code name under which the macros know that sheet.
CAPTIONS_CODE = "Captions"


@dataclass(frozen=True)
class Button:
    """A button: what stands on it, the macro behind it, what help says of it."""

    caption: str
    macro: str
    help: str


BUTTONS = (
    Button("校验", "CheckBook", "按全部规则检查，问题写在单元格的批注里；改正后再按一次。"),
    Button("下一处", "NextFinding", "跳到下一个有问题的单元格。"),
    Button("清除批注", "ClearNotes", "删除校验写的批注；您自己写的批注不动。"),
    Button("新增项目", "AddProject", "增加一张空白的项目表。"),
    Button("删除项目", "DeleteProject", "删除当前的项目表，删除前会询问。"),
    Button("导出", "ExportBook", "另存一份不带宏和按钮的 .xlsx，用于报送。"),
    Button("帮助", "ShowHelp", "打开填表说明。"),
)

#: Key → text; ``{0}`` is put in by the macro.
CAPTIONS = {
    "title": "预算绩效目标",
    "author": AUTHOR,
    "line": separator(AUTHOR).rstrip("\n"),
    "beginnings": "【错误】【警告】【提示】【豁免】",
    "project": PROJECT_SHEET,
    "help sheet": HELP_SHEET,
    "self-check sheet": SELF_CHECK_SHEET,
    "help": "\n".join(f"{button.caption}：{button.help}" for button in BUTTONS),
    "fallback": (
        "这台电脑没有安装校验程序，不能用按钮检查全部规则。请看“自检”表和各表右侧的“校验”列，"
        "那里用公式检查了主要内容；需要用按钮检查时，请管理员按管理员手册安装并运行 xltargets install。"
    ),
    "cleared": "已清除 {0} 条批注。",
    "nothing cleared": "没有需要清除的批注；您自己写的批注没有改动。",
    "no finding": "没有校验写的批注；请先按“校验”。",
    "protected": "Excel 不让改批注，工作表可能受保护；请在“审阅”中点“撤销工作表保护”后再试。",
    "structure": "Excel 不让增删工作表，工作簿的结构可能受保护；请在“审阅”中点“保护工作簿”取消保护后再试。",
    "no project": "工作簿里没有项目表，不能新增；请使用官方模板。",
    "not a project": "当前工作表不是项目表；请先点开要删除的项目表。",
    "last project": "这是最后一张项目表，不能删除；没有项目时请留空。",
    "delete": "确定删除工作表“{0}”？删除后不能恢复。",
    "filter": "Excel 工作簿",
    "overwrite": "这个文件已存在，要替换它吗？",
    "exported": "已另存为 {0}；报送这个文件即可，本工作簿没有改动。",
    "not exported": "没有导出：文件可能正打开着，或文件夹不能写入；请换一个文件名或文件夹再试。",
}

_WIDTH, _HEIGHT, _GAP, _TOP = 78, 24, 4, 2  # pixels
#: Of the title row in points: room for the buttons above the title, which stands in the middle.
_TITLE_HEIGHT = 62


def toolbar(compiled: Callable[[Sequence[str]], bytes]) -> Addition:
    """Put a VBA project into the workbook, with a row of buttons at the top of each sheet that is shown.

    Args:
        compiled: gives ``vbaProject.bin`` for the code names of the sheets, in their order.
    """

    def add(drawing: Drawing) -> None:
        _draw_captions(drawing)
        sheets = drawing.workbook.worksheets()
        names = [
            CAPTIONS_CODE if sheet.name == CAPTIONS_SHEET else f"Sheet{n}"
            for n, sheet in enumerate(sheets, 1)
        ]
        drawing.workbook.add_vba_project(BytesIO(compiled(names)), is_stream=True)
        drawing.workbook.set_vba_name("ThisWorkbook")
        for sheet, name in zip(sheets, names, strict=True):
            sheet.set_vba_name(name)
            if not (sheet.hidden or sheet.name == OPTIONS_SHEET):
                _draw_buttons(sheet)

    return add


def _draw_captions(drawing: Drawing) -> None:
    sheet = drawing.workbook.add_worksheet(CAPTIONS_SHEET)
    drawing.sheets[CAPTIONS_SHEET] = sheet
    for row, (key, text) in enumerate(CAPTIONS.items()):
        sheet.write_string(row, 0, key)
        sheet.write_string(row, 1, text)
    sheet.very_hidden()


def _draw_buttons(sheet: Worksheet) -> None:
    """A row of buttons above the title; they are not printed."""
    sheet.set_row(0, _TITLE_HEIGHT)
    for number, button in enumerate(BUTTONS):
        options = {
            "macro": button.macro, "caption": button.caption, "width": _WIDTH, "height": _HEIGHT,
            "x_offset": _GAP + number * (_WIDTH + _GAP), "y_offset": _TOP, "description": button.help,
        }  # fmt: skip
        sheet.insert_button(0, 0, options)
