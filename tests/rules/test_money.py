"""Groups M and P: edges that the rules' own examples cannot show."""

from __future__ import annotations

from typing import Any

import pytest

from xltargets.rules.config import Config
from xltargets.rules.engine import judge
from xltargets.rules.registry import GROUPS, all_rules
from xltargets.submission.document import from_document

from .catalogue import judged, overlay


def found(clean: dict[str, Any], rule: str, changes: dict[str, Any]) -> list[tuple[str, str]]:
    """Field and severity of what a rule finds in the first project after changes to it (paths from the project)."""
    judgement = judged(all_rules()[rule], overlay(clean, changes, "project"))
    assert judgement.failures == []
    return [
        (one.pointer.removeprefix("/projects/0/"), one.severity.value) for one in judgement.findings if one.rule == rule
    ]


@pytest.mark.parametrize(("other", "hit"), [("0.005", False), ("0.006", True), ("-0.006", True), (0, False), (None, False)])
def test_sums_may_differ_by_half_a_unit_of_the_last_place(clean, other, hit):
    changes = {"budget.total": "0.3", "budget.fiscal": "0.3", "budget.other": other}
    assert found(clean, "M01", changes) == ([("budget/total", "error")] if hit else [])


def test_amounts_are_counted_in_decimal(clean):
    assert found(clean, "M01", {"budget.total": 0.3, "budget.fiscal": 0.1, "budget.other": 0.2}) == []


def test_a_source_left_blank_counts_as_zero(clean):
    assert found(clean, "M01", {"budget.fiscal": None}) == [("budget/total", "error")]
    assert found(clean, "M01", {"budget.fiscal": None, "budget.other": 120.5}) == []


def test_an_amount_in_words_is_not_held_against_others(clean):
    assert found(clean, "M01", {"budget.other": "二十万"}) == []


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("≤120.5万元", []), ("120.5万", []), ("≤1205000元", []), ("=120.50万元", []), ("不超预算", []), ("控制在120.5万元以内", []),
        ("≤120.51万元", "error"), ("≤1205100元", "error"), ("0.0121亿元", "error"), ("≤200万", "error"),
        ("≤100万元", "warning"), ("110-115万元", "warning"), ("降低5万元", []), ("≤500元/人", []), ("≤95%", []),
    ],
)  # fmt: skip
def test_a_cost_is_held_against_the_budget_in_one_unit(clean, value, expected):
    expected = [("indicators/3/value", expected)] if expected else []
    assert found(clean, "M03", {"indicators.3.value": value}) == expected


def test_parts_of_the_cost_and_prices_may_be_below_the_budget(clean):
    cost = {"level1": "成本指标", "level2": "经济成本指标"}
    row = clean["projects"][0]["indicators"][3]
    parts = [*clean["projects"][0]["indicators"][:3], row | cost | {"level3": "设备购置费", "value": "≤60万元"},
             row | cost | {"level3": "运行维护费", "value": "≤60.5万元"}]  # fmt: skip
    assert found(clean, "M03", {"indicators": parts}) == []
    parts[4] |= {"level3": "项目总成本"}
    assert found(clean, "M03", {"indicators": parts}) == [("indicators/4/value", "warning")]
    parts[4] |= {"level3": "运行维护总成本"}
    assert found(clean, "M03", {"indicators": parts}) == []
    parts[3] |= {"level3": "接待大厅总成本", "value": "=120.5万元"}
    assert found(clean, "M03", {"indicators": parts}) == []
    for price in ("人均补助标准", "单株复壮费用", "场均活动经费", "每支工作队经费", "单个项目补助", "采购价格"):
        parts[3:] = [row | cost | {"level3": price, "value": "≤20万元"}]
        assert found(clean, "M03", {"indicators": parts}) == [], price
    parts[3:] = [row | cost | {"level3": "本单位运行支出", "value": "≤20万元"}]
    assert found(clean, "M03", {"indicators": parts}) == [("indicators/3/value", "warning")]
    parts[3:] = [row | cost | {"level2": "社会成本指标", "level3": "社会成本", "value": "≤5万元"}]
    assert found(clean, "M03", {"indicators": parts}) == []


@pytest.mark.parametrize(
    "text",
    [
        "资金120.5万元，其中：办公费20.5万元，差旅费100万元。",
        "其中：办公费20.5万元、差旅费100万元。",
        "预算1205000元，其中办公费205000元，差旅费（含市内交通费5万元）100万元。",
        "资金120.5万元，其中：办公费20万元，差旅费30万元等。",
        "资金120.5万元，其中主要用于办公费20万元，差旅费30万元。",
        "资金120.5万元，其中用于差旅费30万元。",
        "聘请律师，其中每件补助1000元，每人每天200元。",
        "其中，其中，其中。",
        "资金120.5万元，其中：20.5万元用于办公；100万元用于差旅。",
        "资金120.5万元，其中市级资金50万元。另安排30万元用于培训。",
        "资金120.5万元，其中市级资金50万元；每户补助2万元。",
    ],
)
def test_parts_that_add_up_or_are_only_some(clean, text):
    assert found(clean, "M04", {"purpose": text}) == []


@pytest.mark.parametrize(
    "text",
    [
        "资金120.5万元，其中：办公费20万元，差旅费100万元。",
        "其中：办公费20万元、差旅费100万元。",
        "资金50万元，其中：办公费20万元，差旅费31万元等。",
        "资金120.5万元，其中：50万元用于办公；30万元用于差旅；20万元用于培训。",
    ],
)
def test_parts_that_do_not_add_up(clean, text):
    assert found(clean, "M04", {"target": text}) == [("target", "warning")]


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("全年资助120.53万元，其中：春季60.3万元，秋季60.2万元。", "hint"),
        ("全年资助120.53万元，其中：春季60.3万元，秋季60.5万元。", "warning"),
        ("全年资助120.53万元，其中：春季60.30万元，秋季60.20万元。", "warning"),
        ("全年资助120.5万元，其中：春季60万元，秋季60万元。", "warning"),
    ],
)
def test_parts_that_are_only_rounded_are_a_hint(clean, text, severity):
    assert found(clean, "M04", {"purpose": text}) == [("purpose", severity)]


@pytest.mark.parametrize(
    "text",
    [
        "本项目预算120.5万元。", "2024年预算安排1205000元，用于接访。", "安排财政资金100万元。", "项目资金约120万元。",
        "部门预算3000万元，用于各项工作。", "三年预算360万元。", "每人补助经费200元，项目经费按标准发放。",
        "以前年度安排资金80万元。", "项目预算120.5万元，其中安排资金20万元购置设备。", "为群众挽回损失300万元。",
    ],
)  # fmt: skip
def test_amounts_in_text_that_are_right_or_of_something_else(clean, text):
    assert found(clean, "M08", {"purpose": text}) == []


@pytest.mark.parametrize("text", ["本项目预算120万元。", "2024年预算安排资金共计130万元。", "项目资金总额：125000元。", "申请专项资金12.05万元。"])
def test_amounts_in_text_that_are_wrong(clean, text):
    assert found(clean, "M08", {"purpose": text}) == [("purpose", "error")]


@pytest.mark.parametrize(
    ("text", "hit"),
    [
        ("累计投入300万元。", True), ("上年安排100万元，用于接访。", True), ("2022年投入50万元。", True), ("用于接访。", False),
        ("累计投入300万元，本年安排120.5万元。", False), ("2024年安排120.5万元。", False), ("安排120.5万元。", False),
    ],
)  # fmt: skip
def test_the_amount_of_this_year_is_looked_for(clean, text, hit):
    assert found(clean, "M07", {"purpose": text}) == ([("purpose", "warning")] if hit else [])


def test_items_that_cannot_be_read_are_not_added_up(clean):
    assert found(clean, "M05", {"budget.items": [{"name": "办公费", "amount": "若干"}]}) == []
    assert found(clean, "M05", {"budget.items": []}) == []
    assert found(clean, "M05", {"budget.items": [{"name": "办公费", "amount": 120.5}, {"name": "其他", "amount": None}]}) == []


def plan(march: Any, june: Any, october: Any, december: Any) -> dict[str, Any]:
    return {"schedule.march": march, "schedule.june": june, "schedule.october": october, "schedule.december": december}


PLANS = ["P01", "P02", "P03", "P04", "P05"]


@pytest.mark.parametrize(
    ("shares", "rules"),
    [
        ((25, 55, 85, 100), []), (("25%", "55%", "85%", "100%"), []), ((25, "55", 85.0, "100.00"), []), ((0, 50, 83, 100), []),
        ((100, 100, 100, 100), []), ((30, 50, 90, "100％"), []),
        ((25, 55, 85, 95), ["P03"]), ((25, 55, 85, "99.99"), ["P03"]), ((60, 55, 85, 100), ["P02"]),
        ((25, 55, 50, 100), ["P02", "P04", "P05"]), ((-1, 55, 85, 100), ["P01"]), ((25, 55, 85, 101), ["P01", "P03"]),
        ((25, 49, 85, 100), ["P04"]), ((25, 55, 82, 100), ["P04"]), ((25, 55, 59, 100), ["P04", "P05"]), ((30, 30, 30, 10), ["P02", "P03", "P04"]),
        ((25, 25, 25, 25), ["P03", "P04"]), ((None, 55, 85, 100), []), (("三成", 55, 85, 100), []),
    ],
)  # fmt: skip
def test_plans(clean, shares, rules):
    assert [rule for rule in PLANS if found(clean, rule, plan(*shares))] == rules


def test_shares_of_each_period_are_called_so(clean):
    for rule, shares in (("P02", (30, 30, 30, 10)), ("P03", (25, 25, 25, 25))):
        judgement = judged(all_rules()[rule], overlay(clean, plan(*shares), "project"))
        assert "各时段的比例" in next(one for one in judgement.findings if one.rule == rule).message


@pytest.mark.parametrize(
    ("name", "value", "hit"),
    [
        ("项目完成时间", "2024年6月底前", True), ("项目完成时间", "9月30日前", True), ("经费拨付时间", "第一季度", True),
        ("项目完成时间", "2024年12月底前", False), ("项目完成时间", "2025年6月底前", False), ("信息报送时间", "每月10日前", False),
        ("工作简报报送日期", "6月底前", False), ("项目开始时间", "2024年3月后", False), ("故障响应时间", "≤2小时", False),
    ],
)  # fmt: skip
def test_a_date_of_completion_is_held_against_the_plan(clean, name, value, hit):
    assert bool(found(clean, "P06", {"indicators.2.level3": name, "indicators.2.value": value})) is hit


def test_thresholds_can_be_set(clean):
    document = overlay(clean, plan(20, 45, 85, 100), "project")
    config = Config(select=("P04",), ignore=tuple(GROUPS), thresholds={"P04": {"june": 45}})
    assert judge(from_document(document), config).findings == []
