"""Group F, second part: how amounts, shares and labels are written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from xltargets.rules.formulas import all_of, length
from xltargets.rules.language.wording import amount, quoted, share
from xltargets.rules.registry import ERROR, HINT, WARNING, Hit, rule
from xltargets.submission.coerce import fits
from xltargets.submission.form import Field


def _sound_amount(name: str) -> str:
    number = f'IF(ISNUMBER({name}),{name},IFERROR(VALUE(SUBSTITUTE({name},"万元","")),-1))'
    sound = all_of(f'ISERROR(FIND("%",{name}))', f"{number}>=0", f"ABS({number}*100-ROUND({number}*100,0))<0.000001")
    return f"IF({length(name)}=0,TRUE,{sound})"


@rule(
    "F10", ERROR, basis="I", each="document", inputs=["@amounts"], follows=["C04"],
    formula=all_of(*(_sound_amount(f"project.budget.{key}") for key in ("total", "fiscal", "other"))),
    formula_message="金额应为不小于0的数字，最多两位小数",
    bad={"projects.0.budget.fiscal": "壹佰万元整"},
    good={"projects.0.budget.fiscal": "100.00"},
)  # fmt: skip
def amounts_are_amounts(amounts: Sequence[tuple[str, Any, Field]], *, decimals: int | None = None) -> Iterator[Hit]:
    """金额应为不小于0的数字，最多两位小数

    不是数字或小于0的为错误；小数超过两位（表单另有规定的按表单，配置了 decimals 的按配置）的为警告。
    改法：只填数字，不写“约”“无”等文字；没有的留空；按表单的金额单位四舍五入。
    """
    for path, value, field in amounts:
        if not fits(field, value):
            yield path, f"{field.title}{quoted(value)}不是数字，请只填数字（单位：{field.unit}），没有的留空"
        elif value < 0:
            yield path, f"{field.title}为{amount(value, field.unit)}，不应小于0，请改正"
        elif _decimals(value) > (limit := _limit(field, decimals)):
            yield path, f"{field.title}为{amount(value, field.unit)}，小数超过{limit}位，请四舍五入到{limit}位", WARNING


def _limit(field: Field, decimals: int | None) -> int:
    if decimals is not None:
        return decimals
    return 2 if field.decimals is None else field.decimals


def _decimals(value: Decimal | int) -> int:
    if isinstance(value, int):
        return 0
    exponent = value.normalize().as_tuple().exponent
    return -exponent if isinstance(exponent, int) and exponent < 0 else 0


_UNIT = re.compile(r"(亿|万|千)?元")


@rule(
    "F11", ERROR, basis="O", each="document", needs=["projects"], inputs=["@form_money"],
    bad={"projects.1.money_unit": "单位：元"},
    good={"projects.1.money_unit": "金额单位:万元"},
)  # fmt: skip
def money_unit_is_declared(projects: Sequence[Any], unit: str) -> Iterator[Hit]:
    """项目表应注明金额单位，各表一致

    表上有金额单位一栏的，应写明“单位：万元”，各项目表相同。与多数不同的一张报出来；各占一半时以表单的金额单位为准。
    改法：按模板写“单位：万元”；金额不是按万元填的，先换算。
    """
    written = {index: project["money_unit"] for index, project in enumerate(projects)
               if isinstance(project, dict) and "money_unit" in project}  # fmt: skip
    units = {index: match[0] for index, text in written.items()
             if isinstance(text, str) and (match := _UNIT.search(text[:40]))}  # fmt: skip
    known = list(units.values())
    usual = max(known, key=lambda one: (known.count(one), one == unit)) if known else unit
    for index, text in written.items():
        if index not in units:
            what = f"{quoted(text)}里没有金额单位" if isinstance(text, str) and text.strip() else "没有注明金额单位"
            yield f"projects.{index}.money_unit", f"{what}，请按模板写“单位：{usual}”"
        elif units[index] != usual:
            yield f"projects.{index}.money_unit", f"金额单位是{units[index]}，其他项目表是{usual}，请统一并核对各项金额"


def _median(numbers: list[Decimal]) -> Decimal:
    ordered = sorted(numbers)
    return (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2


@rule(
    "F12", WARNING, basis="O", each="document", needs=["projects"], inputs=["@money"],
    bad={"projects.0.budget.total": 1205000, "projects.0.budget.fiscal": 1000000, "projects.0.budget.other": 205000},
    good={"projects.0.budget.total": 99999, "projects.0.budget.fiscal": 99999, "projects.0.budget.other": None},
)  # fmt: skip
def amounts_are_in_one_unit(
    projects: Sequence[Any], unit: str, *, times: int = 5000, largest: int = 100000
) -> Iterator[Hit]:
    """金额不得混用万元和元

    金额单位是万元而预算数达到 largest（10万万元，即10亿元）的；有三个以上项目，一个项目的预算数达到其余项目中位数的
    times 倍的。
    改法：核对是不是按元填写的，是的换算成表上的单位。
    """
    totals = {index: total for index, project in enumerate(projects) if (total := _total(project)) is not None}
    for index, total in totals.items():
        others = [other for key, other in totals.items() if key != index]
        declared = projects[index].get("money_unit")
        in_wan = unit == "万元" and not (isinstance(declared, str) and "元" in declared and "万" not in declared)
        middle = _median(others) if len(others) >= 2 else None
        if in_wan and total >= largest:
            yield f"projects.{index}.budget.total", f"预算数为{amount(total, unit)}，疑似按元填写，请核对金额单位"
        elif middle and total >= times * middle:
            said = f"预算数为{amount(total, unit)}，是其他项目（中位数{amount(middle, unit)}）的{times}倍以上"
            yield f"projects.{index}.budget.total", f"{said}，疑似金额单位不同，请核对"


def _total(project: Any) -> Decimal | None:
    budget = project.get("budget") if isinstance(project, dict) else None
    total = budget.get("total") if isinstance(budget, dict) else None
    return Decimal(total) if isinstance(total, (int, Decimal)) and not isinstance(total, bool) and total > 0 else None


_POINTS = {"march": "3月底", "june": "6月底", "october": "10月底", "december": "12月底"}


@rule(
    "F15", HINT, basis="I", maybe=[f"schedule.{point}" for point in _POINTS], inputs=["@raw"], follows=["P03"],
    bad={"schedule.march": "25%"},
    good={"schedule.march": 1, "schedule.june": "55"},
)  # fmt: skip
def shares_are_written_alike(*given: Any) -> Iterator[Hit]:
    """支出计划的百分比写法应一致

    “资金支出计划（%）”的标题已经注明 %，只填数字：30 表示 30%。再写 30% 是重复，写 0.3 会被当作 0.3%。各种写法都按
    百分比读取，每张项目表只提示一次。
    改法：单元格里只填数字，如 30。
    """
    *shares, raw = given
    typed = {point: str(raw.get(f"schedule.{point}", "")) for point in _POINTS}
    marked = [point for point in _POINTS if "%" in typed[point] or "％" in typed[point]]
    fractions = [point for point, value in zip(_POINTS, shares, strict=True) if value is not None and 0 < value < 1
                 and point not in marked]  # fmt: skip
    if marked:
        also = "" if len(marked) == sum(value is not None for value in shares) else "，与其他时点的写法也不一致"
        yield f"schedule.{marked[0]}", f"标题已注明（%），{_POINTS[marked[0]]}又写成{quoted(typed[marked[0]])}{also}，请只填数字"
    elif fractions:
        value = next(value for point, value in zip(_POINTS, shares, strict=True) if point == fractions[0])
        yield f"schedule.{fractions[0]}", f"{_POINTS[fractions[0]]}为{share(value)}，疑似把比例写成了小数，请填百分数，如 30"


@rule("F16", WARNING, basis="I", each="document")
def labels_are_the_template_s() -> Iterator[Hit]:
    """表头、固定文字不得改动

    读取本版模板的工作簿时，把名称所在单元格左边或上面的文字与官方名称比较，空格、换行不计（所以“其中：财政    资金”与
    “其中：财政资金”相同）。文档（JSON、绩效文本）里没有表头，不检查。由读取程序报告。
    改法：改回模板的原文。
    """
    return iter(())
