"""Group Y: what the examples of the rules cannot say."""

from __future__ import annotations

from typing import Any

import pytest

from xltargets.rules.config import Config
from xltargets.rules.engine import Inputs, judge
from xltargets.submission.document import from_document

from .catalogue import overlay

ONLY_Y = Config(ignore=tuple("RCFMPSVBTXDU"))


def found(clean: dict[str, Any], changes: dict[str, Any], inputs: Inputs | None = None) -> list[str]:
    judgement = judge(from_document(overlay(clean, changes)), ONLY_Y, inputs)
    assert judgement.failures == []
    return [finding.rule for finding in judgement.findings]


@pytest.mark.parametrize("goal", [
    "2024年受理信访事项1200件，较2023年减少5%。",
    "继续办理2023年结转的信访积案40件，办结率达到95%以上。",
    "2023年结转的信访积案40件全部办结。",
    "2022—2024年累计化解积案120件，2024年化解40件。",
    "落实《2021—2025年信访工作规划》，受理信访事项1200件。",
    "2020年启动的信访大厅项目，2024年底前完成装修1200平方米。",
    "自2022年起实施的联合接访，2024年开展24次。",
    "以2023年为基数，受理信访事项下降5%。",
    "根据2021年印发的工作方案，受理信访事项1200件。",
    "完成2022年、2023年和2024年度积案化解40件。",
    "按照冀财预〔2019〕12号文件，受理信访事项1200件。",
    "支付2023年底前已完成工程的尾款12万元，受理信访事项1200件。",
    "原定2023年12月底前完成的改造，2024年6月底前完成1200平方米。",
    "2023年度绩效评价结果为优，2024年受理信访事项1200件。",
])  # fmt: skip
def test_other_years_are_named_for_good_reasons(goal: str, clean: dict[str, Any]):
    assert found(clean, {"projects.0.target": goal}) == []


def test_the_year_in_the_name_of_a_project_is_its_own(clean: dict[str, Any]):
    changes = {"projects.0.target": "完成2023年度续建任务1200件。", "projects.0.name": "2023年信访大厅续建项目"}
    assert found(clean, changes) == []


@pytest.mark.parametrize(("rule", "goal"), [
    ("Y03", "2023年受理信访事项不少于1200件，办结率达到95%以上。"),
    ("Y03", "2023年，县信访局受理信访事项1200件，办结率达到95%以上。"),
    ("Y03", "1.2023年受理信访事项1200件。\n2.办结率达到95%以上。"),
    ("Y03", "完成2023年信访工作任务，受理信访事项1200件。"),
    ("Y03", "受理信访事项1200件；2022年度开展巡查12次。"),
    ("Y05", "2023年底前完成信访大厅改造1200平方米，办结率达到95%以上。"),
    ("Y05", "2023年11月30日前完成信访大厅改造1200平方米，办结率达到95%以上。"),
    ("Y05", "2023年第四季度前建成信访大厅1200平方米，办结率达到95%以上。"),
    ("Y02", "按照冀财预〔2025〕12号文件，受理信访事项1200件。"),
    ("Y02", "按照冀财预〔2016〕12号文件，受理信访事项1200件。"),
])  # fmt: skip
def test_finds_the_year_that_is_wrong_and_tells_it_once(rule: str, goal: str, clean: dict[str, Any]):
    assert found(clean, {"projects.0.target": goal}) == [rule]


def test_the_years_of_a_project_that_began_earlier_are_its_own(clean: dict[str, Any]):
    goal = {"projects.0.target": "2023年完成主体工程，2024年完成装修1200平方米，2025年底前完成验收。"}
    assert found(clean, goal) == ["Y03"]
    assert found(clean, goal | {"projects.0.start": "2023-03-01", "projects.0.end": "2025-12-31"}) == []
    assert found(clean, goal | {"projects.0.start": "2023-03-01", "projects.0.end": "2024-12-31"}) == ["Y05"]


@pytest.mark.parametrize(("start", "end", "where"), [
    ("2024-01-01", "2024-12-31", []), ("2022-01-01", "2024-06-30", []), (None, None, []), ("2024-05-01", None, []),
    ("2022-01-01", "2023-12-31", ["Y05"]), ("2025-01-01", "2026-12-31", ["Y05"]), ("2024-12-31", "2024-01-01", ["Y05"]),
])  # fmt: skip
def test_the_project_lasts_through_the_year_of_the_budget(start: Any, end: Any, where: list[str], clean: dict[str, Any]):
    assert found(clean, {"projects.0.start": start, "projects.0.end": end}) == where


@pytest.mark.parametrize(("basis", "rules"), [
    ("2024县级预算编制通知", []), ("2023年度工作要点", []), ("财预〔2015〕88号", []), ("《2021—2025年规划》", []),
    ("《信访工作条例》（2022年修订）", []), ("历史标准：2020年数据", []), ("2022年部门预算", ["Y04"]), ("2021年度工作计划", ["Y04"]),
    ("2025年工作要点", ["Y04"]), ("冀财预〔2025〕3号", ["Y02"]),
])  # fmt: skip
def test_the_year_of_the_basis(basis: str, rules: list[str], clean: dict[str, Any]):
    assert found(clean, {"projects.0.indicators.0.basis": basis}) == rules


def test_last_years_texts_are_told_where_projects_correspond_by_code_or_name(clean: dict[str, Any]):
    previous = overlay(clean, {"unit.year": 2023, "projects.1.code": "13073023P00049610002Y", "projects.1.name": "另一个项目"})
    found_rules = judge(from_document(clean), ONLY_Y, Inputs(previous=previous))
    assert [finding.pointer for finding in found_rules.findings] == [
        "/department/overall_target", "/department/itemised_targets", "/department/safeguards", "/projects/0/target",
    ]  # fmt: skip


def test_without_the_year_of_the_budget_no_year_is_wrong(clean: dict[str, Any]):
    changes = {"unit.year": None, "projects.0.target": "2019年受理信访事项1200件，2020年底前完成验收。"}
    assert found(clean, changes) == []


def test_a_deadline_in_the_name_of_an_indicator_is_of_the_year(clean: dict[str, Any]):
    assert found(clean, {"projects.0.indicators.2.level3": "2023年11月30日前完成资料归档"}) == ["Y05"]
    assert found(clean, {"projects.0.indicators.2.level3": "2024年11月30日前完成资料归档"}) == []


@pytest.mark.parametrize(("goal", "severity"), [
    ("2022年向偏远牧户发放防寒物资300份。", ["warning"]), ("目标1：2022年储备草料5000吨。", ["warning"]),
    ("2022年建成牧民服务点3处，每处60平方米。", ["warning"]), ("2022年建成的服务点运行良好，开放300天。", []),
    ("2022年结转资金用于发放防寒物资300份。", []), ("2022年发放防寒物资300份，今年发放360份。", ["hint"]),
    ("2022年发放防寒物资300份，2024年发放360份。", ["hint"]), ("2022年省级奖补资金用于发放防寒物资300份。", ["hint"]),
])  # fmt: skip
def test_a_goal_that_opens_with_an_old_year_was_left_over(goal: str, severity: list[str], clean: dict[str, Any]):
    document = overlay(clean, {"projects.0.target": goal})
    told = judge(from_document(document), ONLY_Y).findings
    assert [finding.severity.value for finding in told if finding.rule == "Y03"] == severity
