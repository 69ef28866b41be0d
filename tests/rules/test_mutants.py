"""Single faults in sound documents: each is found by the rule made for it, at its place, and nothing else is told of.

A mutant is a sound document of ``tests/data`` with one thing wrong; beside its own rule only the companions named with it
may say anything above a hint. A variation is another wording of the same sound content; nothing above a hint may be said.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from xltargets.rules.engine import judge
from xltargets.rules.finding import HINT
from xltargets.submission.document import from_document, load_document

from .catalogue import overlay

DATA = Path(__file__).parents[1] / "data"
SOUND = ("clean", "education", "farming", "health", "roads")


class Swap(NamedTuple):
    """Part of a text, and what stands there instead."""

    old: str
    new: str


class Part(NamedTuple):
    """What another place of the same document has."""

    path: str


GONE = object()

#: Document, path, what is put there (None blanks it), the rule that finds it; then where, if elsewhere, and companions.
Case = tuple[Any, ...]


@lru_cache(maxsize=8)
def sound(name: str) -> dict[str, Any]:
    return load_document(DATA / f"{name}.json")


def long_path(path: str) -> str:
    """``0.i3.value`` is ``projects.0.indicators.3.value``."""
    parts = ["indicators." + part[1:] if part[0] == "i" and part[1:].isdigit() else part for part in path.split(".")]
    return ".".join(["projects", *parts] if parts[0].isdigit() else parts)


def value_at(document: Any, path: str) -> Any:
    for key in path.split("."):
        document = document[int(key) if key.isdigit() else key]
    return document


def changed(name: str, changes: Mapping[str, Any]) -> dict[str, Any]:
    """A sound document with other values at these paths."""
    document = sound(name)
    values: dict[str, Any] = {}
    for short, value in changes.items():
        path = long_path(short)
        if isinstance(value, Swap):
            before = value_at(document, path)
            assert value.old in before, (name, path, value.old)
            value = before.replace(value.old, value.new, 1)
        elif isinstance(value, Part):
            value = copy.deepcopy(value_at(document, long_path(value.path)))
        values[path] = value
    document = overlay(document, {path: value for path, value in values.items() if value is not GONE})
    for path in sorted((path for path, value in values.items() if value is GONE), key=_by_number, reverse=True):
        parent, _, last = path.rpartition(".")
        holder = value_at(document, parent)
        holder.pop(int(last) if last.isdigit() else last)
    return document


def _by_number(path: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (-1, part) for part in path.split(".")]


def told(document: dict[str, Any]) -> list[tuple[str, str, bool]]:
    """Rule, pointer, and whether it is more than a hint and no echo, of every finding."""
    judgement = judge(from_document(document))
    assert judgement.failures == []
    return [(one.rule, one.pointer, one.severity is not HINT and not one.related) for one in judgement.findings]


E, H, R, F, C = "education", "health", "roads", "farming", "clean"

#: One value changed.
FAULTS: list[Case] = [
    # --- 完整性
    (E, "unit.code", None, "C01"),
    (H, "unit.name", "  ", "C01"),
    (R, "0.name", None, "C02"),
    (F, "1.code", None, "C03"),
    (E, "0.budget.total", None, "C04"),
    (H, "1.purpose", None, "C05"),
    (R, "1.target", "\n", "C06"),
    (F, "0.schedule.october", None, "C07"),
    (F, "1.schedule.march", " ", "C07"),
    (E, "0.i7.level1", GONE, "S04"),
    (E, "0.i7", GONE, "C08", "0.indicators"),
    (H, "0.i8", GONE, "C08", "0.indicators"),
    (C, "0.i4", GONE, "C08", "0.indicators"),
    (F, "1.i2", GONE, "C09", "0.indicators".replace("0", "1", 1), "B01"),
    (R, "1.i1", GONE, "C09", "1.indicators"),
    (E, "1.i4", GONE, "C09", "1.indicators"),
    (R, "0.i2.value", None, "C10"),
    (F, "0.i1.level3", None, "C10"),
    (H, "0.i4.description", "", "C10", None, "S12"),
    (C, "1.i2.basis", None, "C10"),
    (E, "0.i1.value", "≥16420", "C11"),
    (F, "1.i0.value", "≥2600", "C11"),
    (R, "1.i3.value", "≤580", "C11"),
    (H, "department.safeguards", [], "C12"),
    (F, "department.overall_target", None, "C12"),
    (R, "0.title", None, "C13"),
    (E, "1.target", Swap("4所", "XX所"), "C14"),
    (F, "0.purpose", "用于补助合作社（200字以内）", "C14"),
    (H, "0.i4.basis", "***", "C14"),
    (R, "department.safeguards.0", "请填写保障措施", "C14"),
    (C, "1.i4.description", "×××占比", "C14"),
    (C, "0.i5.basis", "null", "C15"),
    (E, "1.i5.description", "#REF!", "C15"),
    (R, "0.target", "None", "C15"),
    (F, "1.budget.other", "  ", "C16"),
    (H, "1.i2.basis", "采购计划", "C18"),
    (R, "0.i4.basis", "年初工作计划", "C18"),
    # --- 编码
    (E, "0.code", "13072824P0007321000", "F01"),
    (R, "1.code", "13073024P0006153001211", "F01"),
    (F, "0.code", "130000240P00802100020", "F01"),
    (H, "1.code", "42010024P000913200072", "F02"),
    (C, "0.code", "13080024P000585100016", "F02"),
    (F, "1.code", "13073025P000802100033", "F03"),
    (F, "1.code", "13073015P000802100033", "F03"),
    (C, "1.code", "13073024Q00049610002Y", "F04"),
    (E, "1.code", "13072824P00073210O061", "F06"),
    (R, "0.code", "13073O24P000615300110", "F06"),
    (H, "0.code", "10000023z135080000012", "F06"),
    (F, "0.code", "13000024P00080210002A ", "F06"),
    (C, "0.code", "１３073024P000585100016", "F06"),
    (C, "1.code", "13073024P00049610002I", "F06"),
    (R, "1.code", 1.3073024e20, "F07"),
    (E, "unit.code", "26100", "F08"),
    (H, "0.unit", "36100怀来县卫生健康局", "F08"),
    (F, "1.unit", "336001怀来县农业农村局", "F08"),
    (R, "1.unit", "348002怀来县交通运输局", "F09"),
    (E, "0.unit", "261001怀安县教育局", "F09"),
    # --- 金额
    (E, "0.budget.fiscal", "约1186万", "F10"),
    (H, "1.budget.other", -118, "F10", None, "M01"),
    (F, "0.money_unit", "单位：元", "F11"),
    (R, "0.money_unit", None, "F11"),
    (C, "1.budget", {"total": 795000, "fiscal": 795000, "other": None}, "F12", "1.budget.total", "M03"),
    (E, "0.budget.total", 1186.36, "M01", None, "M03"),
    (H, "1.budget.fiscal", 200.01, "M01", "1.budget.total"),
    (R, "0.budget.other", 599.99, "M01", "0.budget.total"),
    (F, "1.budget.fiscal", None, "M01", "1.budget.total"),
    (C, "0.budget.other", 25.5, "M01", "0.budget.total"),
    (C, "0.budget.fiscal_sources", {"general": 60, "fund": 30}, "M02", "0.budget.fiscal"),
    (R, "0.budget.fiscal_sources", {"general": 3999.99}, "M02", "0.budget.fiscal"),
    (E, "0.i5.value", "≤1186.36万元", "M03"),
    (E, "1.i4.value", "≤354万元", "M03"),
    (R, "0.i7.value", "≤4600.01万元", "M03"),
    (C, "1.i3.value", "≤795100元", "M03"),
    (F, "1.i3.value", "≤200万元", "M03"),
    (R, "1.i3.value", "≤58万元", "M03"),
    (F, "0.purpose", Swap("设施大棚建设300万元", "设施大棚建设200万元"), "M04"),
    (F, "0.purpose", Swap("葡萄园改造560.5万元", "葡萄园改造560.6万元"), "M04"),
    (H, "1.budget.items", [{"name": "生化分析仪", "amount": 300}, {"name": "培训费", "amount": 17}], "M05"),
    (R, "0.budget.whole_period", 4500, "M06", "0.budget.total"),
    (C, "1.purpose", "2021年以来累计投入300万元用于信息系统建设和机房租赁。", "M07"),
    (H, "0.purpose", "2024年安排资金2356万元，用于居民健康档案、预防接种和慢性病患者健康管理。", "M08"),
    (E, "0.target", Swap("2024年", "2024年安排资金1168.35万元，"), "M08"),
    (F, "1.purpose", "项目预算254万元，用于采购检测试剂、支付样品购置费和检测设备维护费。", "M08"),
    (F, "0.i4.value", "≤2600元/亩", "M09"),
    (H, "1.i4.value", "≤31万元/台", "M09"),
    # --- 支出计划
    (E, "0.schedule.june", 600, "P01", None, "P02"),
    (R, "1.schedule.march", -5, "P01"),
    (H, "0.schedule.june", 25, "P02"),
    (F, "0.schedule.october", 45, "P02", None, "P05"),
    (E, "1.schedule.december", 95, "P03"),
    (R, "0.schedule.december", 99.9, "P03"),
    (C, "0.schedule.december", 1, "P03", None, "P02"),
    (F, "1.schedule.june", 49, "P04"),
    (R, "1.schedule.october", 59, "P05"),
    (C, "1.schedule.amounts", {"march": 15.9, "june": 39.85}, "P07", "1.schedule.amounts.june"),
    # --- 指标体系
    (E, "0.i0.level2", "产出指标", "S01"),
    (H, "0.i7.level2", "可持续发展能力指标", "S01"),
    (R, "0.i0.level1", "项目完成度指标", "S01"),
    (F, "0.i5.level1", "产出指标", "S02", "0.i5.level2"),
    (C, "0.i2.level1", "效益指标", "S02", "0.i2.level2"),
    (H, "1.i3.level2", "生态效益指标", "S02", None, "C09"),
    (R, "0.i7.level2", "成本指标", "S02"),
    (C, "0.i1.level2", None, "S04"),
    (E, "1.i7.level1", None, "S04"),
    (R, "1.i4.level3", "养护农村公路 里程", "S09", None, "V09"),
    (F, "0.i1.level3", "改造葡萄园面积", "S09", None, "V09 X06"),
    (H, "0.i0.level3", "数量指标", "S10"),
    (E, "0.i7.level3", "服务对象满意度", "S10"),
    (F, "1.i0.level3", "农产品检测完成率", "S11", None, "V09"),
    (E, "0.i2.value", "≥95%", "S11", None, "B01 V09"),
    (R, "0.i3.value", "=100%", "S12", "0.i3.level3", ""),
    (H, "0.i2.level3", "老年人体检及时率", "S12"),
    (C, "0.i2.value", "≥95%", "S12", "0.i2.level3", ""),
    (F, "0.i7.level3", "受益农户评价", "S13"),
    (R, "1.i5.level3", "出行群众投诉处理率", "S13"),
    (E, "0.i5.level3", "资金支付率", "V09", "0.i5.value"),
    (R, "1.i3.value", "≤95%", "S14", "1.i3.level3"),
    (H, "1.i4.value", "良好", "S14", "1.i4.level3"),
    (F, "0.i1.level3", "新建设施大棚42栋", "S15"),
    (C, "0.i0.level3", "受理信访事项数量（件）", "S15"),
    (E, "1.i0.description", "改造运动场地面积", "S16"),
    (H, "1.i1.description", "培训操作人员人数。", "S16"),
    (R, "0.i7.description", "是否超出工程概算", "S17"),
    (F, "1.i1.description", "检测数据是否准确的情况", "S18"),
    (C, "0.name", "信访接待大厅改建工程", "S19", "0.indicators", "F13"),
    (C, "0.i4.value", "效果明显", "S20"),
    (E, "0.i3.level3", "预算执行率", "S21"),
    # --- 指标值
    (E, "1.i5.value", "人", "V01"),
    (R, "0.i4.value", "待定", "V01"),
    (F, "0.i2.value", "9O%", "V01"),
    (H, "0.i1.value", "204场", "V02"),
    (R, "1.i1.value", "83%", "V02"),
    (F, "0.i4.value", "1600元/亩", "V02"),
    (C, "1.i3.value", "79.5万元", "V02"),
    (E, "0.i5.value", "≥1186.35万元", "V03"),
    (R, "0.i7.value", "＞4600万元", "V03"),
    (F, "1.i5.value", "≤85%", "V04"),
    (H, "0.i8.value", "≥185%", "V04"),
    (R, "0.i9.value", "≥9%", "V04"),
    (E, "0.i7.value", "≥78%", "V04", None, "B01"),
    (F, "0.i2.value", "≥950%", "V05"),
    (E, "0.i6.value", "≥975%", "V05"),
    (C, "0.i1.value", "≥-96%", "V05"),
    (R, "1.i4.value", "≥1起", "V06"),
    (R, "1.i4.value", "=3起", "V06"),
    (E, "1.i2.value", "≤95%", "V07"),
    (C, "0.i4.value", "≤85%", "V07"),
    (F, "1.i0.direction", "反向指标", "V08"),
    (R, "1.i2.direction", "正向指标", "V08"),
    (H, "1.i1.value", "≥24台", "V09"),
    (C, "1.i0.value", "≥12%", "V09", None, "S11 B01"),
    (F, "0.i0.value", "≥3500栋", "V09"),
    (F, "1.i3.value", "≤245万", "V10"),
    (H, "1.i5.value", "≥1.8万", "V10"),
    (E, "1.i7.unit", "%", "V11", "1.i7.value"),
    (C, "1.i2.value", "4-2小时", "V12"),
    (E, "1.i3.value", "2025年10月底前", "V13"),
    (R, "0.i3.value", "2023年10月底前", "V13"),
    (H, "1.i3.value", "2204年9月底前", "V13"),
    (F, "0.i5.value", "优", "V15", None, "B01"),
    (C, "1.i4.value", "显著提高", "V16"),
    (R, "1.i2.value", "48小时内抢通，及时恢复交通", "V17"),
    (E, "0.i6.value", "297.5%", "V18"),
    (F, "1.i5.value", "285%", "V18", None, "V04"),
    (H, "0.i8.value", "》85%", "V18"),
    (H, "0.i1.value", "2204场", "V18"),
    (R, "0.i2.value", "≥", "V19"),
    (C, "0.i5.value", "≥９０%", "V20"),
    (F, "1.i0.value", "≥2,600批次", "V20"),
    (E, "0.i3.value", "≥35%", "V21", None, ""),
    (H, "1.i2.value", "≥100%", "V22"),
    # --- 一致性
    (E, "0.target", Swap("37所", "73所"), "B01"),
    (F, "0.i0.value", "≥3000亩", "B01", "0.target"),
    (R, "0.target", Swap("18.5公里", "15.8公里"), "B01"),
    (H, "1.target", Swap("12台", "21台"), "B01"),
    (F, "1.target", Swap("7个工作日", "10个工作日"), "B01"),
    (C, "0.target", Swap("满意度达到90%", "满意度达到95%"), "B01"),
    (R, "1.target", "做好农村公路养护工作，改善群众出行条件。", "B02"),
    (E, "1.purpose", Part("1.target"), "B05"),
    (H, "0.purpose", "用于拖拉机、收割机购机者补贴和农机安全监理宣传。", "B05"),
    (F, "department.itemised_targets.0", "建成县级体育馆，新增看台座位3000个。", "B06"),
    (R, "0.long_term_target", Part("0.target"), "B08", "0.target"),
    # --- 文本
    (E, "0.purpose", Swap("用于", "　用于"), "T01"),
    (H, "1.target", Swap("台，", "台，\t"), "T01"),
    (R, "1.target", Swap("，", ","), "T03"),
    (F, "department.safeguards.1", "1.强化资金监管；3.补助资金通过一卡通发放。", "T04"),
    (C, "0.target", "1.受理办理信访事项不少于1200件。2、按期办结率达到95%以上。", "T04"),
    (R, "1.target", Swap("全年", "1.全年"), "T05"),
    (E, "0.i4.basis", "冀财教【2016】72号", "T06"),
    (H, "0.i5.basis", "冀财社[2023]142号", "T06"),
    (E, "0.i4.basis", "冀财教〔2016〕第072号", "T07"),
    (F, "0.purpose", Swap("用于", "用于“三农"), "T08"),
    (R, "department.safeguards.0", "实行项目法人责任制（工程监理制。", "T08"),
    (C, "1.purpose", "用于拔付信访信息系统运行维护服务费、机房网络租赁费。", "T09"),
    (E, "department.safeguards.0", "建立建全经费使用台账，按季通报支出进度。", "T09"),
    (H, "0.target", Swap("为35.2", "[bookmark: _GoBack]为35.2"), "T10"),
    (R, "0.purpose", Swap("用于", "用于\u200b"), "T10"),
    (F, "1.purpose", Swap("样品购置费", "样品样品购置费"), "T11"),
    (C, "1.target", "系统巡检12次。", "T12", None, ""),
    (R, "department.overall_target", Swap("大修县道", "落实“三率”要求，大修县道"), "T13"),
    (E, "1.target", "保障学校运动场地改造工程顺利开展。", "T14"),
    (H, "department.overall_target", Swap("县卫生健康局", "我委"), "T17"),
    (F, "1.i1.value", "≥99%%", "T20"),
    # --- 年度
    (R, "0.title", "1.县道X407大修工程绩效目标表（2023年度）", "Y01", None, "F13"),
    (H, "0.i5.basis", "冀财社〔2025〕142号", "Y02"),
    (E, "0.target", Swap("2024年", "2023年"), "Y03"),
    (F, "department.overall_target", Swap("2024年", "2023年"), "Y03"),
    (C, "1.target", Swap("2024年", "2022年"), "Y03"),
    (H, "department.overall_target", Swap("2024年", "按照县委要求，2023年计划"), "Y03"),
    (C, "0.i3.basis", "2021年县级预算编制通知", "Y04"),
    (E, "1.target", Swap("2024年", "2023年"), "Y05"),
    (R, "0.end", "2023-12-31", "Y05"),
    (F, "0.start", "2025-01-01", "Y05"),
    # --- 跨项目、部门
    (E, "1.code", Part("0.code"), "X01"),
    (H, "1.code", "10000023Z１35080000012", "X01", None, "F06"),
    (R, "1.name", "县道X407 大修工程", "X02", None, "F13"),
    (F, "1.target", Part("0.target"), "X03", None, "B01 B05"),
    (C, "1.purpose", Part("0.purpose"), "X05"),
    (R, "1.schedule", Part("0.schedule"), "X07"),
    (E, "1.schedule", Part("0.schedule"), "P08"),
    (C, "0.name", "怀财字〔2024〕7号信访事项办理经费", "X10", None, "F13"),
    (E, "department.budget.projects", 1531.38, "D01"),
    (H, "department.budget.fiscal", 2565.5, "D02"),
    (R, "department.overall_target", Swap("2024年，", "2024年编报绩效目标的项目3个，"), "D03"),
    (F, "department.budget", {"projects": 1105.5, "managed": 1150.5}, "D04", "department.budget.managed"),
    (E, "department.itemised_targets", ["保障农村义务教育学校运转（占比50%）。", "开展教师培训（占比30%）。", "改造学校运动场地（占比10%）。"],
     "D07"),
    (H, "department", {
        "overall_target": "2024年，实施高标准农田建设2万亩，推广良种良法，粮食总产量达到12万吨以上，农民收入稳步提高。",
        "itemised_targets": ["为居民提供服务35.2万人。"], "safeguards": ["加强调度。"]}, "D08", "department.overall_target"),
]  # fmt: skip

#: Several values changed by one fault: a copy, weights, a table of figures. Document, changes, rule, pointer, companions.
COMPOUND: list[Case] = [
    (C, {f"1.i{n}": Part(f"0.i{n}") for n in range(6)}, "X04", "1.indicators", "M03 B01 X09 S21"),
    (R, {"1.indicators": Part("0.indicators")}, "X04", "1.indicators", "M03 M09 B01"),
    (F, {"1.indicators": Part("0.indicators"), "1.target": Part("0.target")}, "X03", "1.target", "X04 M03 M09 B01 B05"),
    (C, {"1.i1.level3": "信访事项按规定答复率", "1.i1.value": "96%"}, "X06", "1.i1.value", "V02"),
    (H, {"1.i6.level3": "高血压患者规范管理率", "1.i6.value": "≤62%"}, "X06", "1.i6.value", "V07"),
    (C, {f"0.i{n}.weight": weight for n, weight in enumerate((20, 10, 10, 10, 30, 15))}, "S05", "0.i0.weight", ""),
    (E, {f"1.i{n}.weight": weight for n, weight in enumerate((10, 10, 10, 10, 20, 15, 10, 5))}, "S06", "1.i0.weight", ""),
    (C, {f"0.i{n}.weight": weight for n, weight in enumerate((20, 10, 10, 20, 40, 0))}, "S07", "0.i5.weight", "S06"),
    (C, {f"0.i{n}.weight": weight for n, weight in enumerate((20, 10, 10, 10, 40, 10))}, "S08", "0.i4.weight", "S06"),
    (C, {f"0.i{n}": GONE for n in (1, 4, 5)}, "S03", "0.indicators", "C08 C09 B01"),
    (E, {f"0.i{n}.value": "≥95%" for n in (0, 1, 2, 3, 5, 6, 7)} | {"0.i4.value": "≥95%"}, "V14", "0.i0.value",
     "S11 S12 S14 B01 V03 V09"),
    (R, {f"0.i{n}.value": "明显改善" for n in (0, 1, 2, 4, 5, 8)}, "B03", "0.indicators", "B01 S14"),
    (R, {"0.i2.level2": "数量指标", "0.i2.level3": "完成桥梁检测座数", "0.i2.value": "=3座"}, "C09", "0.indicators", ""),
    (C, {"0.budget": {"total": 0, "fiscal": 0, "other": 0}}, "C04", "0.budget.total", "M03"),
    (C, {"0.budget": {"total": "0.05", "fiscal": "0.05", "other": 0}}, "M11", "0.budget.total", "M03 M09"),
    (C, {"0.name": "怀财字〔2024〕7号信访事项办理经费", "0.title": "1.怀财字〔2024〕7号信访事项办理经费绩效目标表",
         "1.name": "怀财字【2024】7号 运行维护费", "1.title": "2.怀财字【2024】7号 运行维护费绩效目标表"}, "X08", "1.name", ""),
    (C, {"0.name": "怀财字〔2024〕7号 信访专项", "0.title": "1.怀财字〔2024〕7号 信访专项绩效目标表",
         "1.name": "怀财字〔2024〕7号维护专项", "1.title": "2.怀财字〔2024〕7号维护专项绩效目标表"}, "T19", "0.name", ""),
    (F, {"1.title": "3.农产品质量安全检测经费绩效目标表"}, "F14", "1.title", ""),
    (E, {"1.title": "2.学校运动场地工程绩效目标表"}, "F13", "1.title", ""),
    (H, {"0.schedule.march": "30%", "0.schedule.june": "65%"}, "F15", "0.schedule.march", ""),
    (H, {"1.target": "1.为12家乡镇卫生院购置检验设备12台。2.培训操作人员24名；3.设备验收合格率100%"}, "T02", "1.target", ""),
    (F, {f"0.i{n}.basis": "工作安排" for n in range(7)}, "X09", "0.i0.basis", ""),
    (R, {"0.title": "1.2024年度县道X407大修工程绩效目标表", "0.name": "县道X407大修工程", "0.i4.basis": "2023年县级预算编制通知"},
     "Y06", "0.i4.basis", "F13"),
    (F, {"department.overall_target": "做好农业农村各项工作，促进农民增收。", "department.itemised_targets": ["推进葡萄产业提升。"]},
     "C17", "department.overall_target", ""),
    (E, {"0.budget.total": 12000, "0.budget.fiscal": 12000, "0.i5.value": "≤12000万元"}, "B04", "0.indicators", ""),
    (H, {"1.i3.value": "2024年6月底前", "1.target": Swap("9月底前", "6月底前")}, "P06", "1.schedule.june", ""),
    (C, {"0.i0.level3": "受理信访事件数量", "0.i0.description": "本年度登记受理的信访事件总件数"}, "T16", "0.i0.level3", ""),
    (R, {f"1.i{n}.value": value for n, value in ((1, "=100%"), (2, "=100%"), (4, "=100%"), (5, "=100%"))}, "V21", "1.i1.value",
     "B01 S12 V06 V09"),
]  # fmt: skip

MUTANTS = [(doc, {path: value}, rule, *more) for doc, path, value, rule, *more in FAULTS] + COMPOUND


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: f"{mutant[2]} {mutant[0]} {', '.join(list(mutant[1])[:2])}")
def test_a_fault_is_found_by_its_rule_alone(mutant: Case):
    name, changes, rule, *more = mutant
    where = long_path((more[0] if more else None) or next(iter(changes)))
    companions = set((more[1] if len(more) > 1 else "").split())
    found = told(changed(name, changes))
    assert (rule, "/" + where.replace(".", "/")) in {(one, pointer) for one, pointer, _ in found}
    assert {one for one, _, above in found if above} - {rule} <= companions


@pytest.mark.parametrize("name", SOUND)
def test_a_sound_document_is_told_nothing_above_a_hint(name: str):
    assert [one for one in told(sound(name)) if one[2]] == []


def test_there_are_mutants_enough_of_most_rules():
    assert len(MUTANTS) >= 150
    assert len({mutant[2] for mutant in MUTANTS}) >= 110
