"""Groups C: edges that the rules' own examples cannot show."""

from __future__ import annotations

from typing import Any

import pytest

from xltargets.rules.registry import all_rules

from .catalogue import judged, overlay


def found(clean: dict[str, Any], rule: str, changes: dict[str, Any]) -> list[tuple[str, str]]:
    """Pointer and severity of what a rule finds after changes (paths from the root)."""
    judgement = judged(all_rules()[rule], overlay(clean, changes))
    assert judgement.failures == []
    return [(one.pointer, one.severity.value) for one in judgement.findings if one.rule == rule]


ROW = "projects.0.indicators.{}"


def levels(*pairs: tuple[str | None, str | None]) -> dict[str, Any]:
    rows = [{"level1": one, "level2": two, "level3": f"指标{index}", "value": "≥1件"} for index, (one, two) in enumerate(pairs)]
    return {"projects.0.indicators": rows}


OUTPUTS = [("产出指标", "数量指标"), ("产出指标", "质量指标"), ("产出指标", "时效指标")]


@pytest.mark.parametrize(
    "pairs",
    [
        [*OUTPUTS, ("产出指标", "成本指标"), ("效益指标", "社会效益指标"), ("满意度指标", "服务对象满意度指标")],
        [*OUTPUTS, ("成本指标", "经济成本指标"), ("效益指标", "社会效益"), ("满意度指标", "满意度指标")],
        [("项目完成（50分）", "数量"), ("项目完成", "质量"), ("项目完成", "时效"), ("项目完成", "成本"), ("项目效益", "社会效益"),
         ("项目效益", "满意度指标")],
        [*OUTPUTS, ("成本\n指标", "经济成本"), ("效益指标", "生态效益指标"), ("效益指标", "社会公众满意度")],
        [(None, "数量指标"), (None, "质量指标"), (None, "时效指标"), (None, "成本指标"), (None, "经济效益指标"), (None, "服务对象满意度")],
    ],
    ids=["2015", "2021", "四川旧表", "满意度在效益下", "湖北没有一级指标"],
)  # fmt: skip
@pytest.mark.parametrize("rule", ["C08", "C09"])
def test_the_frames_of_the_provinces_are_complete(clean, rule, pairs):
    assert found(clean, rule, levels(*pairs)) == []


def test_a_level_that_is_missing_is_named_once(clean):
    assert found(clean, "C08", levels(*OUTPUTS, ("产出指标", "成本指标"))) == [
        ("/projects/0/indicators", "error"), ("/projects/0/indicators", "warning")
    ]  # fmt: skip
    assert found(clean, "C08", {"projects.0.indicators": []}) == [("/projects/0/indicators", "error")]
    assert found(clean, "C09", levels(*OUTPUTS, ("效益指标", "社会效益指标"))) == [("/projects/0/indicators", "warning")]


@pytest.mark.parametrize(
    ("pairs", "said"),
    [
        ([*OUTPUTS, ("产出指标", "成本指标"), ("效益指标", "服务对象满意度指标")], "缺少一级指标“效益指标”：效益指标下只有满意度，请补充至少一条"),
        ([*OUTPUTS, ("产出指标", "成本指标"), ("满意度指标", "服务对象满意度指标")], "缺少一级指标“效益指标”，现有产出指标、满意度指标，请补充至少一条"),
    ],
)
def test_what_there_is_instead_of_a_level_is_told(clean, pairs, said):
    messages = [one.message for one in judged(all_rules()["C08"], overlay(clean, levels(*pairs))).findings]
    assert messages == [said]


def test_a_level_of_their_own_does_not_stand_for_a_missing_one(clean):
    own = ("管理指标", "资金管理指标")
    assert found(clean, "C08", levels(*OUTPUTS, ("效益指标", "社会效益指标"), own)) == [("/projects/0/indicators", "warning")]
    assert found(clean, "C08", levels(*OUTPUTS, ("满意度指标", "服务对象满意度指标"), own)) == [("/projects/0/indicators", "error")]
    assert found(clean, "C08", levels(*OUTPUTS, ("满意度指标", "服务对象满意度指标"), ("效溢指标", "社会效溢指标"))) == []


def test_a_level_that_nobody_knows_is_left_to_the_rules_on_names(clean):
    assert found(clean, "C08", levels(*OUTPUTS, ("其他", "其他指标"))) == []
    assert found(clean, "C09", levels(("产出指标", "数量指标"), ("产出指标", None))) == []


@pytest.mark.parametrize("point", ["march", "june", "october", "december"])
def test_each_point_of_the_plan_is_missed(clean, point):
    assert found(clean, "C07", {f"projects.1.schedule.{point}": None}) == [(f"/projects/1/schedule/{point}", "error")]


def test_a_plan_that_is_not_filled_in_is_one_finding(clean):
    blank = {f"projects.0.schedule.{point}": "  " for point in ("march", "june", "october", "december")}
    assert found(clean, "C07", blank) == [("/projects/0/schedule/march", "error")]


def test_a_form_without_a_column_is_not_asked_for_it(clean):
    document = overlay(clean, {})
    for project in document["projects"]:
        for row in project["indicators"]:
            del row["description"], row["basis"]
    assert not {"C10", "C18"} & {one.rule for one in judged(all_rules()["C10"], document).findings}


@pytest.mark.parametrize(
    ("key", "severity"), [("level3", "error"), ("value", "error"), ("description", "warning"), ("basis", "warning")]
)
def test_each_cell_of_a_row_is_missed(clean, key, severity):
    assert found(clean, "C10", {f"{ROW.format(2)}.{key}": "　"}) == [(f"/projects/0/indicators/2/{key}", severity)]


def test_a_row_with_levels_only_is_no_indicator(clean):
    keys = ("level3", "description", "value", "basis")
    assert found(clean, "C10", {f"{ROW.format(2)}.{key}": None for key in keys}) == []
    without_columns = {"level1": "效益指标", "level2": "经济效益指标", "level3": None, "value": None}
    assert found(clean, "C10", {ROW.format(2): without_columns}) == []
    assert found(clean, "C10", {ROW.format(2): without_columns | {"value": "≥5万元"}}) != []


def test_so_it_is_on_a_form_without_descriptions(clean):
    rows = [*levels(*OUTPUTS, ("效益指标", "生态效益指标")).values()]
    form = {**clean, "projects": [{"indicators": rows[0]}]}
    rows[0][3] |= {"level3": None, "value": " "}
    assert found(form, "C10", {}) == []
    rows[0][3]["level3"] = "绿化面积"
    assert found(form, "C10", {}) == [("/projects/0/indicators/3/value", "error")]


def test_a_level_without_an_indicator_is_missing(clean):
    rows = levels(*OUTPUTS, ("产出指标", "成本指标"), ("效益指标", "社会效益指标"), ("满意度指标", "服务对象满意度指标"))
    for index in (3, 4):
        rows["projects.0.indicators"][index] |= {"level3": None, "value": None}
    assert found(clean, "C08", rows) == [("/projects/0/indicators", "error")]
    assert found(clean, "C09", rows) == [("/projects/0/indicators", "warning")]


@pytest.mark.parametrize(("name", "severity"), [("指标2：", "hint"), ("指标3", "hint"), ("（2）", "hint"), ("指标2：回访", "error")])
def test_a_row_with_nothing_but_the_number_of_the_form_is_left_over(clean, name, severity):
    changes = {f"{ROW.format(2)}.{key}": None for key in ("description", "value", "basis")}
    severities = {one for _, one in found(clean, "C10", {**changes, f"{ROW.format(2)}.level3": name})}
    assert severity in severities and ("error" in severities) == (severity == "error")


@pytest.mark.parametrize("value", ["≥1200", "95", "3-5", "0", "１２００"])
def test_a_number_needs_a_unit(clean, value):
    assert found(clean, "C11", {ROW.format("0.value"): value}) == [("/projects/0/indicators/0/value", "error")]


@pytest.mark.parametrize("value", ["≥95%", "=100.00(%)", "十二次", "优", "12月底前", "≤60万", "及时", "≥1人/年", "***", ">"])
def test_what_is_no_bare_number_needs_none(clean, value):
    assert found(clean, "C11", {ROW.format("0.value"): value}) == []


def test_the_column_of_units_is_looked_at_where_there_is_one(clean):
    row = ROW.format(0)
    split = {f"{row}.value": "1200", f"{row}.operator": "≥", f"{row}.unit": "件"}
    assert found(clean, "C11", split) == []
    assert found(clean, "C11", split | {f"{row}.unit": None}) == [("/projects/0/indicators/0/unit", "error")]


@pytest.mark.parametrize(
    "text",
    ["受理***件", "＊", "XX县", "支出×××万元", "等工作……", "____年", "（200字以内）", "（不超过500字）", "请填写绩效目标", "示例：维稳",
     "（示例）", "请在此输入", "如示例"],
)  # fmt: skip
def test_what_a_template_leaves_is_found(clean, text):
    assert found(clean, "C14", {"projects.0.purpose": f"用于{text}"[2 * text.startswith("示例") :]}) != []


@pytest.mark.parametrize(
    "text",
    ["2*3米展板", "规格3×5厘米", "开展示范创建", "XXL 号", "EXCEL xlsx 表", "填写申请表", "一次性支出…", "按Ｘ光机数量", "H_2 指标",
     "[bookmark: __RefHeading__1]正文", "示范例会", "字数500字以内的报告", "10*8*6"],
)  # fmt: skip
def test_what_only_looks_like_it_is_not(clean, text):
    assert found(clean, "C14", {"projects.0.purpose": text}) == []


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [("level3", "*管网漏损治理达标率", False), ("level3", " ＊改造户数达标率", False), ("level3", "*县管网改造里程", True),
     ("level3", "*个泵站改造", True), ("level3", "管网改造（≥**公里）", True), ("level3", "*管网改造（≥*公里）", True),
     ("value", "=620元/人*月", False), ("value", "≥*元/人", True), ("description", "*管网漏损治理达标率", True)],
)  # fmt: skip
def test_a_star_marks_a_core_indicator_or_multiplies(clean, path, text, said):
    assert (found(clean, "C14", {ROW.format(f"0.{path}"): text}) != []) is said


@pytest.mark.parametrize("text", ["null", " NULL ", "None", "nan", "#N/A", "#REF!", "#DIV/0!", "整理文稿null字", "合计#REF!万元"])
def test_what_programs_leave_is_found(clean, text):
    assert found(clean, "C15", {ROW.format("1.basis"): text}) == [("/projects/0/indicators/1/basis", "error")]


@pytest.mark.parametrize("text", ["无", "nanometer", "不适用", "None of them", "N"])
def test_what_says_nothing_else_is_none_of_theirs(clean, text):
    assert found(clean, "C15", {ROW.format("1.basis"): text}) == []


@pytest.mark.parametrize(
    "basis",
    ["《信访工作条例》", "怀财字〔2024〕7号", "冀财预【2023】12号", "财预(2021)101号", "2024年第3号公告", "行业标准", "历史标准：上年完成率", "GB/T 9704-2012",
     "其他", "计划标准"],
)  # fmt: skip
def test_a_basis_with_a_document_or_of_the_list_is_specific(clean, basis):
    assert found(clean, "C18", {ROW.format("0.basis"): basis}) == []


@pytest.mark.parametrize("basis", ["年初工作计划", "2024县级预算编制通知", "工作要求", "上年完成情况", "根据实际情况"])
def test_a_basis_without_is_not(clean, basis):
    assert found(clean, "C18", {ROW.format("0.basis"): basis}) == [("/projects/0/indicators/0/basis", "hint")]


def test_blanks_are_told_wherever_they_are(clean):
    changes = {"projects.0.purpose": " ", "projects.1.schedule.june": "　", "department.safeguards.1": "\t"}
    assert sorted(pointer for pointer, _ in found(clean, "C16", changes)) == [
        "/department/safeguards/1", "/projects/0/purpose", "/projects/1/schedule/june"
    ]  # fmt: skip


def test_a_department_with_an_amount_or_a_rate_is_measurable(clean):
    vague = {"department.overall_target": "1.2024年做好工作，落实第3号文件。", "department.itemised_targets": ["2.做好接访。"]}
    assert found(clean, "C17", vague) == [("/department/overall_target", "hint")]
    for text in ("项目支出30万元", "办结率95%", "受理1200件", "按期办结率达到百分之九十五"):
        assert found(clean, "C17", vague | {"department.itemised_targets": [text]}) == []
