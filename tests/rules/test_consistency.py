"""Group B: what the examples of the rules cannot say."""

from __future__ import annotations

from typing import Any

import pytest

from xltargets.rules.config import Config
from xltargets.rules.engine import Inputs, judge
from xltargets.submission.document import from_document

from .catalogue import overlay

ONLY_B = Config(ignore=tuple("RCFMPSVTYXDU"))


def found(clean: dict[str, Any], changes: dict[str, Any], inputs: Inputs | None = None, config: Config = ONLY_B) -> list[str]:
    judgement = judge(from_document(overlay(clean, changes)), config, inputs)
    assert judgement.failures == []
    return [finding.rule for finding in judgement.findings]


@pytest.mark.parametrize("goal", [
    "受理信访事项1200件以上，满意度达到90%以上。",
    "受理信访事项１２００件，办结时限不超过60天。",
    "受理信访事项1,200起，满意度达到90%。",
    "在全县17个乡镇、279个行政村受理信访事项1200件。",
    "24小时值守12345热线，受理信访事项1200件，比上年减少30件。",
    "2024年12月31日前受理信访事项1200件，支出120.5万元。",
    "面向60岁以上老年人等群体，受理信访事项0.12万件。",
    "在160个行政村受理信访事项1200件，平均每村每月1次。",
    "在2个街道15个社区受理网上信访500件、来访700件，为5个站点各配备计算机3台。",
    "“十四五”期间累计化解积案260件，本年受理信访事项1200件，购置19座中巴车接送群众。",
    "对反映5件以上的重点地区挂牌督办，编纂信访年鉴2024卷，受理信访事项1200件。",
])  # fmt: skip
def test_quantities_that_the_indicators_have_or_need_not_have(goal: str, clean: dict[str, Any]):
    assert found(clean, {"projects.0.target": goal}) == []


@pytest.mark.parametrize("goal", [
    "受理信访事项1300件，满意度达到90%以上。",
    "受理信访事项1200件，开展法律援助150人次。",
    "受理信访事项1200件，开展培训6期。",
    "受理信访事项1200件，办结时限不超过30天。",
    "受理信访事项1200件，信访群众满意度达到95%以上。",
])  # fmt: skip
def test_quantities_that_no_indicator_has(goal: str, clean: dict[str, Any]):
    assert found(clean, {"projects.0.target": goal}) == ["B01"]


@pytest.mark.parametrize(("goal", "rules"), [
    ("受理信访事项1200件，每人每月补助600元。", ["B01"]), ("受理信访事项1200件，每人每月补助800元。", []),
    ("受理信访事项1200件，每人每月600元提高到800元。", []), ("受理信访事项1200件，每户每月600元。", []),
    ("受理信访事项1200件，每人每月600元，骨干每人每月800元。", []),
])  # fmt: skip
def test_a_price_of_the_goal_is_that_of_the_indicator(goal: str, rules: list[str], clean: dict[str, Any]):
    price = {"projects.0.indicators.3.level3": "补助标准", "projects.0.indicators.3.value": "=800元/人·月"}
    assert found(clean, price | {"projects.0.target": goal}) == rules


def test_what_is_counted_by_the_month_may_be_told_by_the_year(clean: dict[str, Any]):
    changes = {"projects.0.target": "组织接访12次，满意度达到90%以上。", "projects.0.indicators.0.value": "每月1次"}
    assert found(clean, changes) == []


def test_the_sum_of_several_indicators_is_a_quantity_of_the_goal(clean: dict[str, Any]):
    changes = {"projects.0.target": "受理信访事项2000件，满意度达到90%以上。", "projects.0.indicators.1.value": "≥800件"}
    assert found(clean, changes) == []


@pytest.mark.parametrize(("item", "supported"), [
    ("受理群众来信来访，依法按政策办理信访事项。", True),
    ("加强信息系统巡检，保障网络畅通。", True),
    ("聘请律师参与接访。", True),
    ("有效开展各项业务工作。", True),
    ("建成县级档案馆新馆。", False),
    ("新增城镇就业800人。", False),
    ("开展青少年法治宣传教育。", False),
    ("推进接访场所医疗废物集中处置工作。", False),
    ("加强律师职业道德教育引导管理。", False),
    ("聘请律师参与重大疑难案件评查。", True),
    ("1.加强信息系统巡检。2.新建敬老院一所。", False),
])  # fmt: skip
def test_itemised_targets_and_their_support(item: str, supported: bool, clean: dict[str, Any]):
    assert found(clean, {"department.itemised_targets.1": item}) == ([] if supported else ["B06"])


def test_mere_activity_is_supported_by_an_indicator_of_activity_and_a_result_is_not(clean: dict[str, Any]):
    measured = {"projects.0.indicators.1.level3": "各项工作正常开展率"}
    assert found(clean, measured | {"department.itemised_targets.1": "有效开展青少年法治宣传。"}) == []
    assert found(clean, measured | {"department.itemised_targets.1": "减少青少年犯罪案件。"}) == ["B06"]


def test_the_field_of_the_unit_is_no_support(clean: dict[str, Any]):
    assert found(clean, {"department.itemised_targets.1": "破解信访突出难点。"}) == ["B06"]


@pytest.mark.parametrize(("before", "rules"), [
    ("≥1200件", []), ("≥900件", []), ("≥0.13万件", []), ("≥80%", []), ("若干", []), ("0件", []), (None, []), ("≥700件", ["B07"]),
    ("≥3000件", ["B07"]),
])  # fmt: skip
def test_the_jump_from_last_year(before: str | None, rules: list[str], clean: dict[str, Any]):
    previous = overlay(clean, {"projects.0.indicators.0.value": before})
    assert found(clean, {}, Inputs(previous=previous)) == rules


def test_no_growth_is_told_only_where_a_bureau_wants_it(clean: dict[str, Any]):
    wanted = Config(ignore=ONLY_B.ignore, thresholds={"B07": {"zero_growth": True}})
    assert found(clean, {}, Inputs(previous=clean), wanted) == ["B07", "B07"]


def test_the_goal_of_one_year_may_be_the_whole_goal(clean: dict[str, Any]):
    goal = "受理信访事项1200件，满意度达到90%以上。"
    changes = {"projects.0.target": goal, "projects.0.long_term_target": goal}
    assert found(clean, changes) == ["B08"]
    assert found(clean, changes | {"projects.0.start": "2024-01-01", "projects.0.end": "2024-12-31"}) == []


def test_a_purpose_that_lists_costs_is_of_no_other_project(clean: dict[str, Any]):
    assert found(clean, {"projects.0.purpose": "用于支付印刷费、邮电费、租赁费、会议费和交通费。"}) == []


def test_a_purpose_of_another_project_is_told(clean: dict[str, Any]):
    assert found(clean, {"projects.0.purpose": "购买救护车、呼吸机等医疗抢救器械。"}) == ["B05"]


@pytest.mark.parametrize(("goal", "rules"), [
    ("提升接访水平，维护群众合法权益。", ["B02"]), ("一、提升接访水平。二、维护群众合法权益。", ["B02"]),
    ("落实怀财字〔2024〕7号文件，维护群众合法权益。", ["B02"]), ("组织接访十二次，维护群众合法权益。", []),
    ("第四季度前全部办结，维护群众合法权益。", []), ("进一步提升一次性办结水平，维护群众合法权益。", ["B02"]),
])  # fmt: skip
def test_what_can_be_measured(goal: str, rules: list[str], clean: dict[str, Any]):
    assert found(clean, {"projects.0.target": goal}) == rules
