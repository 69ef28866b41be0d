"""Group F: edges that the rules' own examples cannot show."""

from __future__ import annotations

from typing import Any

import pytest

from xltargets.rules.registry import all_rules

from .catalogue import judged, overlay

CODES = ["F01", "F02", "F03", "F04", "F06", "F07"]


def rules_found(clean: dict[str, Any], rules: list[str], changes: dict[str, Any]) -> list[str]:
    """Which of the rules find something after changes (paths from the root)."""
    judgements = {rule: judged(all_rules()[rule], overlay(clean, changes)) for rule in rules}
    assert all(one.failures == [] for one in judgements.values())
    return [rule for rule, one in judgements.items() if any(finding.rule == rule for finding in one.findings)]


@pytest.mark.parametrize(
    ("code", "rules"),
    [
        ("13073024P00058510001", ["F01"]),
        ("13073024P0005851000166", ["F01"]),
        ("1307302ZP000585100016", ["F01"]),
        ("130730240000585100016", ["F01"]),
        ("13073024P00058510001-", ["F01"]),
        ("待定", ["F01"]),
        ("13073O24P000585100016", ["F06"]),
        ("13073024P0005851000I6", ["F06"]),
        ("13073024p000585100016", ["F06"]),
        ("１３073024P000585100016", ["F06"]),
        ("13073024P 000585100016", ["F06"]),
        ("13073024P000585100016 ", ["F06"]),
        ("13073024P000585100016\u200b", ["F06"]),
        ("10000015z135080000001", ["F06", "F03"]),
        (1.3073024e20, ["F07"]),
        ("1.3073E+20", ["F07"]),
        ("13073025P000585100016", ["F03"]),
        ("13073018P000585100016", ["F03"]),
        ("13063024P000585100016", ["F02"]),
        ("51130021T000000229367", ["F02"]),
        ("13073024A000585100016", ["F04"]),
    ],
)
def test_one_fault_in_a_code_is_found_by_the_rule_made_for_it(clean, code, rules):
    assert sorted(rules_found(clean, CODES, {"projects.0.code": code})) == sorted(rules)


@pytest.mark.parametrize(
    ("code", "region"),
    [
        ("13073024P000585100016", "130730"), ("13073024P00049610002Y", "130730"), ("51092324T000010263357", "510923"),
        ("51000021R000000019951", "510923"), ("10000022Z221108000003", "130730"), ("13070024P000585100016", "130730"),
        ("13073024P000585100016", None), ("13073024P000585100016", "怀来县"), ("51092324T000010263357", "510923000000"),
    ],
)  # fmt: skip
def test_real_codes_pass(clean, code, region):
    codes = {f"projects.{index}.code": code for index in (0, 1)}
    assert rules_found(clean, CODES, codes | {"unit.region": region}) == []


@pytest.mark.parametrize("code", ["28601", "2860011", "28600a", "２８６００１", "286 01", "286001-"])
def test_a_unit_code_has_six_digits(clean, code):
    assert rules_found(clean, ["F08", "F09"], {"unit.code": code}) == ["F08"]


@pytest.mark.parametrize("line", ["286001怀来县信访局", "286001-怀来县信访局", "单位：286001 怀来县信访局", "怀来县信访局", None, "286001"])
def test_the_unit_may_be_written_in_many_ways(clean, line):
    assert rules_found(clean, ["F08", "F09"], {"projects.1.unit": line}) == []


@pytest.mark.parametrize(
    ("line", "rules"),
    [("286001怀来县新访局", ["F09"]), ("286002怀来县信访局", ["F09"]), ("287001怀来县信访局", ["F08", "F09"]), ("2860怀来县信访局", ["F08", "F09"])],
)
def test_another_unit_on_a_sheet_is_told(clean, line, rules):
    assert rules_found(clean, ["F08", "F09"], {"projects.1.unit": line}) == rules


@pytest.mark.parametrize("amount", [30, "30.00", "３０", "1,200.50", "30万元", 0, 0.01, None, " "])
def test_what_is_an_amount(clean, amount):
    assert rules_found(clean, ["F10"], {"projects.0.budget.other": amount}) == []


@pytest.mark.parametrize("amount", ["约30", "无", "30元整", "30%", -0.01, 30.005, "壹万元", "#N/A", True])
def test_what_is_none(clean, amount):
    assert rules_found(clean, ["F10"], {"projects.0.budget.other": amount}) == ["F10"]


@pytest.mark.parametrize("text", ["单位：万元", "单位:万元", "金额单位：人民币万元", "（万元）"])
def test_the_unit_of_money_may_be_declared_in_many_ways(clean, text):
    assert rules_found(clean, ["F11"], {"projects.0.money_unit": text}) == []


@pytest.mark.parametrize("text", [None, " ", "单位：", "单位：元", "单位：亿元"])
def test_a_sheet_without_it_or_with_another_is_told(clean, text):
    assert rules_found(clean, ["F11"], {"projects.0.money_unit": text}) == ["F11"]


def test_one_amount_far_above_the_others_is_told(clean):
    three = {"projects.2": overlay(clean, {"projects.0.budget.total": 60000})["projects"][0]}
    assert rules_found(clean, ["F12"], three | {"projects.2.budget.total": 99999}) == []
    small = {"projects.0.budget.total": 5, "projects.1.budget.total": 7}
    assert rules_found(clean, ["F12"], three | small) == ["F12"]


def test_amounts_in_yuan_may_be_large(clean):
    yuan = {f"projects.{index}.money_unit": "单位：元" for index in (0, 1)}
    large = {f"projects.{index}.budget.total": 1205000 for index in (0, 1)}
    assert rules_found(clean, ["F12"], yuan | large) == []
    assert rules_found(clean, ["F12"], large) == ["F12"]


@pytest.mark.parametrize(
    "title",
    ["1.信访事项办理经费绩效目标表", "1、信访事项办理经费绩效目标表", "（1）信访事项办理经费 绩效目标表", "一、信访事项办理经费绩效目标表",
     "[bookmark: _Toc_4_4]1.信访事项办理经费绩效目标表", "项目支出绩效目标申报表", "2024年度项目支出绩效目标表"],
)  # fmt: skip
def test_titles_that_pass(clean, title):
    assert rules_found(clean, ["F13", "F14"], {"projects.0.title": title}) == []


@pytest.mark.parametrize(
    ("title", "rules"),
    [
        ("1.信访事项办理费绩效目标表", ["F13"]), ("1.信访事项办理经费", ["F13"]), ("信访事项办理经费绩效目标表", ["F13"]),
        ("2.信访事项办理经费绩效目标表", ["F14"]), ("0.信访事项办理经费绩效目标表", ["F14"]),
    ],
)  # fmt: skip
def test_titles_that_do_not(clean, title, rules):
    changes = {"projects.0.title": title}
    if rules == ["F14"]:
        changes["projects.1.title"] = {"2": "3", "0": "1"}[title[0]] + ".信息系统运行维护费绩效目标表"
    assert rules_found(clean, ["F13", "F14"], changes) == rules


def test_of_tables_that_changed_places_each_is_told_its_own_number(clean):
    changes = {"projects.0.title": "2.信访事项办理经费绩效目标表", "projects.1.title": "1.信息系统运行维护费绩效目标表"}
    found = judged(all_rules()["F14"], overlay(clean, changes)).findings
    said = [finding.message.partition("，请")[0] for finding in found if finding.rule == "F14"]
    assert said == ["标题的序号是2，应为1", "标题的序号是1，应为2"]


def test_a_cell_that_holds_true_is_told_as_it_shows(clean):
    found = judged(all_rules()["F10"], overlay(clean, {"projects.0.budget.fiscal": True})).findings
    assert any("“TRUE”不是数字" in finding.message for finding in found if finding.rule == "F10")


@pytest.mark.parametrize("march", ["25%", "25％", "0.25"])
def test_a_share_is_written_as_a_number_of_percent(clean, march):
    assert rules_found(clean, ["F15"], {"projects.0.schedule.march": march}) == ["F15"]
