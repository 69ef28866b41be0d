"""The sheet 填表说明, for the clerk who fills the form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xltargets.template.plan import GENERAL_SHEET, HELP_SHEET, PROJECT_SHEET
from xltargets.template.styles import Styles

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

FIRST_PROJECT = f"{PROJECT_SHEET}1"

#: Heading → numbered sentences. ``{…}`` are names of sheets.
GUIDE: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "一、填写顺序",
        (
            "先填“{general}”表：单位编码、单位名称、行政区划代码、预算年度，再写总体绩效目标、分项绩效目标、工作保障措施。",
            "每个项目填一张项目表，从“{project}”填起。",
            "有两个以上项目时：右键单击工作表标签“{project}”，选“移动或复制工作表”，勾选“建立副本”，位置选在最后一张项目表之后，"
            "在副本中填写下一个项目。请在填写之前复制，以免把前一个项目的内容带过去。",
            "工作表的名称和先后次序可以改动；没有用到的项目表请删除。",
        ),
    ),
    (
        "二、填写要求",
        (
            "只在浅黄色单元格中填写。其他单元格是表样，标题和单位名称自动生成，请不要改动或删除。",
            "金额一律以万元为单位，最多两位小数。预算数＝财政资金＋其他资金；没有其他资金的留空。",
            "资金支出计划填累计进度，只填数字：30 表示 30%。后一时点不得小于前一时点，12月底为 100。",
            "一级指标、二级指标从下拉列表选择。与上一行相同时可以留空，也可以向下合并单元格；二级指标的选项随一级指标变化。",
            "每行填写一条三级指标。指标值写明符号、数值和计量单位，如 ≥95%、≤30万元、12次。",
            "指标值确定依据写明文件名称及文号、计划、历史数据或行业标准，不要只写“工作需要”。",
            "同一单元格内换行按 Alt+Enter。没有内容的单元格留空，不要填空格、“无”或“/”。",
        ),
    ),
    (
        "三、行数不够或多余时",
        (
            "在表格中间插入行（右键单击行号，选“插入”），不要在表格最后一行之下接着写，写在表外的内容不会被读取。",
            "多余的空行可以留着，也可以整行删除；每张表至少保留两行。",
            "粘贴内容时请用“选择性粘贴—数值”，以免带入别处的格式和公式。",
        ),
    ),
    (
        "四、检查与报送",
        (
            "每张表右侧的“校验”列随填随查：✓ 表示该行没有发现问题，否则写明怎样改正，有问题的单元格显示为浅红色；“{self_check}”表汇总还剩多少处。"
            "该列不打印，请勿在其中填写。",
            "退回的工作簿中，问题写在相应单元格的批注里；改正后再次检查，批注随即消失。",
            "确有理由不能修改的问题，可在“{waivers}”表中写明规则编号、项目编码、理由和批准人，问题仍会列出，但注明已豁免。",
            "请保存为 Excel 工作簿（.xlsx），不要另存为 .xls、.et 或 .csv，也不要设置打开密码。",
            "页面已按 A4 纸设置好，按黑白打印，浅黄底色不会印出。",
        ),
    ),
)
WIDTHS = (4.0, 12.0, 76.0)
_LINE_HEIGHT = 16.0


def _lines(text: str) -> int:
    """How many lines a sentence needs: a Chinese letter is about as wide as two digits."""
    width = sum(1 if letter.isascii() else 2 for letter in text)
    return -(-width // int(WIDTHS[1] + WIDTHS[2] - 4))


def draw_guide(sheet: Worksheet, styles: Styles, *, title: str, waivers: str, self_check: str) -> tuple[int, int]:
    """Write the title into row 1 and the guide below it; row 2 is left for the version of the template.

    Args:
        title: of the form.
        waivers: name of the sheet of waivers, empty where the form has none.
        self_check: name of the sheet 自检, empty where there is none.

    Returns:
        How many rows and columns the sheet has.
    """
    optional = {"waivers": waivers, "self_check": self_check}
    for column, width in enumerate(WIDTHS):
        sheet.set_column(column, column, width)
    sheet.merge_range(0, 0, 0, 2, f"{title}{HELP_SHEET}", styles["title"])
    sheet.set_row(0, 40)
    sheet.set_row(1, 20)
    sheet.merge_range(2, 0, 2, 1, "浅黄色", styles["sample"])
    sheet.write_string(2, 2, "由填报人填写的单元格", styles["caption"])
    sheet.set_row(2, 20)
    row = 4
    for heading, sentences in GUIDE:
        sheet.write_string(row, 0, heading, styles["help heading"])
        sheet.set_row(row, 28)
        texts = [
            sentence.format(general=GENERAL_SHEET, project=FIRST_PROJECT, **optional)
            for sentence in sentences
            if all(sheet or f"{{{word}}}" not in sentence for word, sheet in optional.items())
        ]
        for number, text in enumerate(texts, start=1):
            sheet.write_number(row + number, 0, number, styles["help number"])
            sheet.merge_range(row + number, 1, row + number, 2, text, styles["help"])
            sheet.set_row(row + number, _LINE_HEIGHT * _lines(text) + 4)
        row += len(texts) + 1
    return row, len(WIDTHS)
