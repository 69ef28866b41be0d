"""Word documents and pages made of grids: ``<`` is merged with the cell on its left, ``^`` with the one above."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

Grid = Sequence[Sequence[str]]
Part = str | Grid

#: Tables as published in the layouts of other provinces, figures and names invented.
SICHUAN: Grid = [
    ["单位名称", "项目名称", "预算数（元）", "年度目标", "一级指标", "二级指标", "三级指标", "指标性质", "指标值", "度量单位", "权重", "指标方向性"],
    ["511300-某市交通局", "农村公路养护", "1234567.89", "完成286公里农村公路日常养护。", "产出指标", "数量指标", "养护里程", "≥", "286", "公里", "20", "正向指标"],
    ["^", "^", "^", "^", "^", "^", "养护次数", "＝", "12", "次", "20", "正向指标"],
    ["^", "^", "^", "^", "^", "时效指标", "抢通时限", "≤", "48", "小时", "10", "反向指标"],
    ["^", "^", "^", "^", "效益指标", "社会效益指标", "出行条件", "定性", "改善", "", "30", "正向指标"],
    ["^", "^", "^", "^", "满意度指标", "服务对象满意度指标", "群众满意度", "≥", "90", "%", "10", "正向指标"],
    ["^", "路灯维护", "30000", "路灯亮灯率98%以上。", "产出指标", "质量指标", "亮灯率", "≥", "98", "%", "60", "正向指标"],
    ["^", "^", "^", "^", "满意度指标", "服务对象满意度指标", "居民满意度", "≥", "85", "%", "30", "正向指标"],
]
ANHUI: Grid = [
    ["项目名称", "<", "乡镇卫生院能力提升", "<", "<", "<", "<", "<"],
    ["主管部门", "<", "某县卫生健康委员会", "<", "<", "实施单位", "某县卫生健康委员会", "<"],
    ["项目资金（万元）", "<", "", "年初预算数", "全年预算数", "全年执行数", "分值", "执行率"],
    ["^", "<", "年度资金总额", "350.00", "340.00", "338.50", "10", "99.56%"],
    ["^", "<", "其中：当年财政拨款", "300.00", "290.00", "288.50", "", ""],
    ["^", "<", "其他资金", "50.00", "50.00", "50.00", "", ""],
    ["年度总体目标", "预期目标", "<", "<", "<", "实际完成情况", "<", "<"],
    ["^", "为10所乡镇卫生院配备设备。", "<", "<", "<", "已全部配备。", "<", "<"],
    ["绩效指标", "一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "偏差原因分析及改进措施"],
    ["^", "产出指标（50分）", "数量指标", "补助卫生院数量", "≥10所", "10所", "20", ""],
    ["^", "^", "^", "培训人员", "≥120人次", "118人次", "10", "两人请假"],
    ["^", "^", "质量指标", "设备合格率", "＝100%", "100%", "20", ""],
    ["^", "效益指标（30分）", "社会效益指标", "基层诊疗占比", "≥55%", "56%", "30", ""],
    ["^", "满意度指标（10分）", "服务对象满意度指标", "患者满意度", "≥90%", "95%", "10", ""],
    ["总分", "<", "<", "<", "<", "<", "100", ""],
]
SHANGHAI: Grid = [
    ["项目名称：", "街道图书更新", "<", "项目类别：", "经常性专项业务费"],
    ["计划开始日期：", "2024-01-01", "<", "计划完成日期：", "2024-12-31"],
    ["项目概况：", "街道图书馆购置图书。", "<", "<", "<"],
    ["项目总预算（元）：", "800000.00", "<", "项目当年预算（元）：", "400000.01"],
    ["年度绩效目标：", "新增图书8000册。", "<", "<", "<"],
    ["一级指标", "二级指标", "三级指标", "年度指标值", "<"],
    ["产出指标", "数量指标", "新增图书", "≥8000.00(册)", "<"],
    ["^", "质量指标", "采购合规性", "合规", "<"],
    ["效益指标", "社会效益指标", "借阅量增长率", "≥5.00(%)", "<"],
    ["满意度指标", "服务对象满意度指标", "读者满意度", "≥90.00(%)", "<"],
]
HUBEI: Grid = [
    ["项目名称", "高标准农田建设", "<", "<", "项目代码", "42000024T000000000001", "<"],
    ["年度绩效目标", "建成高标准农田2.5万亩。", "<", "<", "<", "<", "<"],
    ["年度绩效指标", "二级指标", "三级指标", "绩效标准", "前年", "上年", "当年预期实现值"],
    ["^", "数量指标", "新建面积", "计划标准", "2万亩", "2.2万亩", "≥2.5万亩"],
    ["^", "^", "灌排渠道", "计划标准", "", "30公里", "≥36公里"],
    ["^", "质量指标", "合格率", "行业标准", "100%", "100%", "100%"],
    ["^", "服务对象满意度指标", "农民满意度", "计划标准", "", "", "≥90%"],
]
HUNAN: Grid = [
    ["项目名称", "基层司法所建设", "<", "<", "<", "<"],
    ["资金总额", "280万元", "<", "<", "<", "<"],
    ["长期绩效目标", "三年内司法所全部规范化。", "<", "<", "<", "<"],
    ["长期绩效指标", "一级指标", "二级指标", "指标内容", "指标值", "备注"],
    ["^", "产出指标", "数量指标", "三年建设数量", "42个", ""],
    ["年度绩效目标", "规范化建设司法所14个。", "<", "<", "<", "<"],
    ["年度绩效指标", "一级指标", "二级指标", "指标内容", "指标值", "备注"],
    ["^", "产出指标", "数量指标", "建设数量", "14个", ""],
    ["^", "^", "时效指标", "完成时间", "2024年11月30日前", "含装备"],
    ["^", "效益指标", "服务对象满意度指标", "群众满意度", "≥90%", ""],
]


def write_docx(path: Path, parts: Sequence[Part]) -> Path:
    """A Word document of paragraphs and tables, cells merged as Word does it."""
    import docx

    document = docx.Document()
    for part in parts:
        if isinstance(part, str):
            document.add_paragraph(part)
            continue
        table = document.add_table(len(part), len(part[0]))
        for (top, left), (bottom, right), text in areas(part):
            cell = table.cell(top, left)
            if (top, left) != (bottom, right):
                cell = cell.merge(table.cell(bottom, right))
            cell.text = text
    document.save(str(path))
    return path


def write_html(path: Path, parts: Sequence[Part], encoding: str = "utf-8") -> Path:
    """A page as sites have it: no marks, blanks and breaks anywhere."""
    body = []
    for part in parts:
        if isinstance(part, str):
            body.append(f"<div><p>\n  {escape(part)}\n</p></div>")
            continue
        rows: list[list[str]] = [[] for _ in part]
        for (top, left), (bottom, right), text in areas(part):
            size = f' colspan="{right - left + 1}" rowspan="{bottom - top + 1}"'
            rows[top].append(f"<td{size}><p><span>&nbsp;{escape(text)}\n</span></p></td>")
        body.append("<table>" + "".join(f"<tr>{''.join(cells)}</tr>\n" for cells in rows) + "</table>")
    page = f'<html><head><meta charset="{encoding}"><title>x</title></head><body>{"".join(body)}</body></html>'
    path.write_bytes(page.encode(encoding))
    return path


def write_text(path: Path, parts: Sequence[Part], *, joined: bool = False) -> Path:
    """Plain text as word processors save it: a line per cell, or a line per row."""
    lines: list[str] = []
    for part in parts:
        if isinstance(part, str):
            lines.append(part)
            continue
        for row in part:
            cells = ["" if cell == "^" else cell for cell in row if cell != "<"]
            lines += ["\t".join(cells) or "\t"] if joined else [*(f"\t{cell}" for cell in cells), ""]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def areas(grid: Grid) -> list[tuple[tuple[int, int], tuple[int, int], str]]:
    """First and last cell of every merged area, and its text."""
    owner: dict[tuple[int, int], tuple[int, int]] = {}
    for row, cells in enumerate(grid):
        for column, text in enumerate(cells):
            source = {"<": (row, column - 1), "^": (row - 1, column)}.get(text)
            owner[row, column] = owner[source] if source else (row, column)
    last: dict[tuple[int, int], tuple[int, int]] = {}
    for place, first in owner.items():
        last[first] = place
    return [(first, last[first], grid[first[0]][first[1]]) for first in last]
