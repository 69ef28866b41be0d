"""Other wordings of the same sound content, as clerks of other bureaus write it: nothing above a hint may be said."""

from __future__ import annotations

from typing import Any

import pytest

from .mutation import GONE, SOUND, Part, Swap, changed, sound, told

E, H, R, F, C = "education", "health", "roads", "farming", "clean"

#: Document, and what is put where.
VARIATIONS: list[tuple[str, dict[str, Any]]] = [
    # --- numbers and signs
    (E, {"0.i7.value": "≥92％"}),
    (E, {"0.i3.value": "≥98.00%"}),
    (E, {"0.i6.value": "不低于97.5%"}),
    (E, {"0.i6.value": "97.5%以上"}),
    (E, {"0.i6.value": "＞97%"}),
    (E, {"0.i7.value": "大于等于92%"}),
    (E, {"0.i7.value": "达到92%以上"}),
    (E, {"0.i0.value": "＝37所"}),
    (E, {"0.i0.value": "37所", "0.i0.operator": "=", "0.i1.operator": "≥"}),
    (E, {"0.i1.value": "≥1.642万人", "0.target": Swap("16420人", "1.642万人")}),
    (E, {"0.i2.value": "不少于860人次"}),
    (E, {"0.i4.value": "30日内"}),
    (E, {"0.i4.value": "收到资金后30日内"}),
    (E, {"0.i5.value": "不超过1186.35万元"}),
    (E, {"0.i5.value": "控制在1186.35万元以内"}),
    (E, {"0.i5.value": "≤11863500元"}),
    (E, {"0.i5.value": "不超预算"}),
    (E, {"0.i5.value": "≤预算批复数"}),
    (E, {"1.i2.value": "100%", "1.i2.operator": "＝"}),
    (E, {"1.i3.value": "2024年10月31日前"}),
    (E, {"1.i3.value": "10月底前"}),
    (E, {"1.i3.value": "2024.10.31前"}),
    (E, {"1.i6.value": "不少于八年"}),
    (H, {"0.i1.value": "≥204场次"}),
    (H, {"0.i1.value": "每月不少于17场"}),
    (H, {"0.i5.value": "不高于94元/人"}),
    (H, {"0.i5.value": "≤94元/人·年"}),
    (H, {"1.i0.value": "=十二台"}),
    (H, {"1.i1.value": "≥24人"}),
    (H, {"1.i4.value": "≤26万元/台（套）"}),
    (H, {"1.i5.value": "≥18000人次"}),
    (H, {"0.i8.value": "≥85.00(%)"}),
    (H, {"0.i8.value": "≥85", "0.i8.unit": "%"}),
    (H, {"0.i8.value": "85", "0.i8.unit": "百分比", "0.i8.nature": "≥"}),
    (R, {"0.i2.value": "＝100.00％"}),
    (R, {"0.i7.value": "≤0.46亿元"}),
    (R, {"0.i8.value": "不超过250万元/公里"}),
    (R, {"1.i0.value": "1036公里以上"}),
    (R, {"1.i2.value": "2天内", "1.target": Swap("48小时", "2天")}),
    (R, {"1.i4.value": "0起", "1.i4.operator": "="}),
    (R, {"1.i4.value": "未发生", "1.i4.description": "因养护不到位引发的责任事故，以交警部门认定材料为准"}),
    (F, {"1.i2.value": "7个工作日内"}),
    (F, {"0.i6.value": "≥百分之三"}),
    (F, {"1.i0.value": "2600批次及以上"}),
    (C, {"0.i2.value": "60日以内"}),
    (C, {"1.i0.value": "每月1次"}),
    (C, {"1.i0.value": "12～15次"}),
    (C, {"0.budget.total": "120.50", "0.budget.fiscal": "100.00", "0.budget.other": "20.5"}),
    (C, {"1.budget.other": 0}),
    (C, {"0.schedule.march": "25.0", "0.schedule.december": "100.00"}),
    # --- names of levels, of indicators, of units
    (E, {f"0.i{n}.level1": "产出指标（50分）" for n in range(6)}),
    (E, {f"0.i{n}.level1": "产出" for n in range(6)} | {f"0.i{n}.level2": "数量" for n in range(3)}),
    (E, {"0.i6.level2": "社会 效益指标", "0.i7.level2": "满意度指标"}),
    (H, {"0.i7.level2": "可持续影响力指标"}),
    (H, {"0.i8.level1": "效益指标", "0.i8.level2": "服务对象满意度"}),
    (H, {"1.i7.level2": "社会公众或服务对象满意度指标"}),
    (R, {f"0.i{n}.level1": "一、产出指标" for n in range(4)}),
    (R, {"0.i7.level2": "经济成本", "0.i8.level2": "经济成本"}),
    (F, {"0.i0.level3": "改造葡萄园面积指标"}),
    (F, {"1.i5.level3": "消费者满意率"}),
    (F, {"1.i0.level3": "检测农产品批次"}),
    (C, {"0.unit": "286001-怀来县信访局"}),
    (C, {"0.unit": "单位：286001 怀来县信访局"}),
    (C, {"0.money_unit": "金额单位：万元", "1.money_unit": "单位:万元"}),
    (C, {"0.title": "1、信访事项办理经费绩效目标表", "1.title": "（2）信息系统运行维护费绩效目标表"}),
    (C, {"0.title": "一、信访事项 办理经费 绩效目标表"}),
    (C, {"0.code": "13000021P000585100016"}),
    (C, {"0.code": "10000023Z000585100016"}),
    # --- order, and what is not on the form
    (E, {"0.i0": Part("0.i1"), "0.i1": Part("0.i0")}),
    (H, {"0.i0": Part("0.i8"), "0.i8": Part("0.i0")}),
    (F, {"1.i0": Part("1.i4"), "1.i4": Part("1.i0")}),
    (C, {"department": GONE}),
    (C, {"waivers": GONE, "template": GONE}),
    (R, {f"{p}.title": GONE for p in (0, 1)}),
    (R, {f"{p}.schedule": GONE for p in (0, 1)}),
    (H, {f"{p}.unit": GONE for p in (0, 1)}),
    (H, {f"{p}.purpose": GONE for p in (0, 1)}),
    (F, {f"{p}.code": GONE for p in (0, 1)}),
    (E, {f"{p}.i{n}.basis": GONE for p in (0, 1) for n in range(8)}),
    (E, {f"{p}.i{n}.description": GONE for p in (0, 1) for n in range(8)}),
    (R, {"unit.region": GONE}),
    (F, {"unit.year": GONE}),
    # --- wording of texts
    (E, {"0.target": Swap("2024年", "目标1：2024年")}),
    (E, {"0.target": "1.保障37所农村义务教育学校正常运转，惠及学生16420人；\n2.培训教师不少于860人次；\n3.学生和家长满意度达到92%以上。"}),
    (E, {"0.target": "（一）保障37所农村义务教育学校正常运转。（二）培训教师860人次，学生和家长满意度达到百分之九十二。"}),
    (E, {"0.target": "一是保障37所农村学校正常运转；二是培训教师860人次；三是学生和家长满意度达到92%。"}),
    (E, {"0.purpose": "一、办公费、水电费500万元；二、取暖费400万元；三、教师培训费和零星维修286.35万元。"}),
    (H, {"0.target": Swap("为35.2万名", "2024年较2023年增加0.3万人，为35.2万名")}),
    (H, {"0.purpose": Swap("用于17家", "根据冀财社〔2023〕142号文件，中央财政安排资金1892万元、省级安排资金473万元，用于17家")}),
    (H, {"1.purpose": Swap("用于", "项目总投资318万元，其中财政资金200万元、单位自筹118万元，用于")}),
    (R, {"0.purpose": Swap("用于", "工程总投资9200万元，2023年安排资金4600万元，2024年安排资金4600万元，用于")}),
    (R, {"0.target": Swap("2024年10月底前完成", "按照2023年12月批复的设计，2024年10月底前完成")}),
    (R, {"1.target": Swap("全年", "在2023年养护工作基础上，全年")}),
    (R, {"1.target": Swap("公里", "km")}),
    (F, {"0.target": Swap("2024年11月底前", "落实《2021—2025年农业发展规划》，2024年11月底前")}),
    (F, {"0.target": Swap("1200户", "1200余户")}),
    (F, {"1.target": Swap("不发生重大农产品质量安全事件", "落实“四个最严”要求，不发生重大农产品质量安全事件")}),
    (F, {"1.purpose": "项目资金245万元，用于检测试剂采购（120万元）、样品购置（65万元）和设备维护（60万元）。"}),
    (C, {"0.target": Swap("受理办理", "依托“12345”热线和17个乡镇（街道）信访窗口，受理办理")}),
    (C, {"0.target": Swap("以上，信访", "以上；\n信访")}),
    (C, {"department.safeguards": ["1.加强组织领导，明确责任分工；", "2.加强资金管理，按进度支付资金。"]}),
    (C, {"department.itemised_targets.1": "开展信访信息系统运行维护，全年巡检12次。"}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "changes"), VARIATIONS, ids=[f"{name} {key}={value!s:.20}" for name, changes in VARIATIONS
                                          for key, value in [next(iter(changes.items()))]]
)  # fmt: skip
def test_another_wording_is_told_nothing_above_a_hint(name: str, changes: dict[str, Any]):
    assert [one for one in told(changed(name, changes)) if one[2]] == []


@pytest.mark.parametrize("name", SOUND)
def test_a_sound_document_is_told_nothing_above_a_hint(name: str):
    assert [one for one in told(sound(name)) if one[2]] == []


def test_there_are_variations_enough():
    assert len(VARIATIONS) >= 60
