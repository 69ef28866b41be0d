"""What a cell takes, and what the clerk is told there: data validations in XlsxWriter's terms.

Numbers and codes whose length the schema knows are refused when wrong (Excel can be sure); other codes and
choices from a list are only advised, because bureaus have codes and indicators of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xltargets.submission.form import ITEM, Field, Form

#: Usual length of a code that the schema leaves open: region 6, year 2, letter 1, serial 12.
CODE_LENGTHS = {"project.code": 21}

#: What to write, by name, where the kind of the field does not say it already; up to 255 characters.
HINTS: Mapping[str, str] = {
    "unit.code": "6位数字，前3位为部门编码，如 286001。",
    "unit.name": "填写单位全称，不带编码。",
    "unit.region": "6位行政区划代码，如 130730。",
    "unit.year": "4位年份，如 2024。",
    "department.overall_target": "概括本部门年度履职要达到的总体产出和效果。同一单元格内换行按 Alt+Enter。",
    "department.itemised_targets": "每行填写一条分项绩效目标；行数不够时在本表中间插入行。",
    "department.safeguards": "每行填写一条工作保障措施；行数不够时在本表中间插入行。",
    "project.code": "21位项目编码：区划6位＋年份2位＋类别字母1位＋顺序号12位，从预算系统复制，不要手工改动。",
    "project.name": "与预算批复、项目库中的名称完全一致。",
    "project.purpose": "说明资金用在什么地方、做什么事、覆盖什么范围。同一单元格内换行按 Alt+Enter。",
    "project.target": "逐条写明实施本项目要达到的产出和效果。同一单元格内换行按 Alt+Enter。",
    "project.indicators.level1": "从下拉列表选择；与上一行相同时可以留空或合并单元格。",
    "project.indicators.level2": "先选一级指标，再从下拉列表选择；与上一行相同时可以留空。",
    "project.indicators.level3": "写具体指标名称，如“信访事件受理及时率”。每行一条指标。",
    "project.indicators.description": "说明指标的含义或计算方法。",
    "project.indicators.value": "写明符号、数值和计量单位，如 ≥95%、≤30万元、12次；定性指标写可衡量的结果。",
    "project.indicators.basis": "写明依据的文件名称及文号、计划、历史数据或行业标准。",
    "waivers.rule": "要豁免的规则编号，如 M01。",
    "waivers.project": "该问题所在项目的项目编码；与项目无关时留空。",
    "waivers.reason": "说明为什么可以不改。",
    "waivers.approver": "批准豁免的人。",
}

_MONEY_HINT = "以{unit}为单位填写数字，最多两位小数，不小于0；没有的留空，不要填“无”。"
_PERCENT_HINT = "填写累计支出进度，只填数字：30 表示 30%。各时点不得小于前一时点，年底为 100。"


def limit(form: Form, name: str, field: Field) -> dict[str, Any] | None:
    """The validation of a field's cells, None when there is nothing to say."""
    options = _bounds(form, name, field)
    hint = _hint(name, field)
    if not options and not hint:
        return None
    options = options or {"validate": "any"}
    options.update(input_title=field.title[:32], input_message=hint, ignore_blank=True)
    if options["validate"] != "any":
        options["error_title"] = "填写有误"
    return {key: value for key, value in options.items() if value != ""}


def _bounds(form: Form, name: str, field: Field) -> dict[str, Any]:
    if field.unit == "%":
        return _decimal("between", 0, 100, f"{field.title}应是 0 到 100 之间的数字，30 表示 30%。")
    if field.type == "number":
        text = f"{field.title}应是不小于 0 的数字" + (f"，以{field.unit}为单位。" if field.unit else "。")
        return _decimal(">=", 0, None, text)
    if field.type == "integer":
        low, high = _range(form, field)
        return {
            "validate": "integer", "criteria": "between", "minimum": low, "maximum": high,
            "error_message": f"{field.title}应是 {low} 到 {high} 之间的整数。",
        }  # fmt: skip
    length = field.digits or CODE_LENGTHS.get(name)
    if field.code and length:
        return {
            "validate": "length", "criteria": "==", "value": length,
            "error_message": f"{field.title}应为{length}位，请检查是否多了空格或少了字符。",
            "error_type": "stop" if field.digits else "warning",
        }  # fmt: skip
    return {}


def _decimal(criteria: str, low: float, high: float | None, message: str) -> dict[str, Any]:
    bounds = {"value": low} if high is None else {"minimum": low, "maximum": high}
    return {"validate": "decimal", "criteria": criteria, "error_message": message, **bounds}


def _hint(name: str, field: Field) -> str:
    if name in HINTS:
        return HINTS[name]
    if field.unit == "%":
        return _PERCENT_HINT
    return _MONEY_HINT.format(unit=field.unit) if field.unit else ""


def _range(form: Form, field: Field) -> tuple[int, int]:
    """Bounds of an integer, from the schema."""
    node: Any = form.schema
    for part in field.path:
        node = node["items"] if part == ITEM else node["properties"][part]
    return int(node.get("minimum", 0)), int(node.get("maximum", 2**31 - 1))
