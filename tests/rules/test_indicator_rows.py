"""Rows of real tables one by one: what S and V say of a name and a value under a second level, and nothing more."""

from __future__ import annotations

from typing import Any

import pytest

from xltargets.rules.config import Config
from xltargets.rules.engine import Inputs, judge
from xltargets.rules.finding import ERROR, HINT, Finding
from xltargets.rules.registry import GROUPS
from xltargets.submission.document import from_document

ONLY_S_AND_V = Config(ignore=tuple(group for group in GROUPS if group not in "SV"))
LEVEL1 = {"数量": "产出", "质量": "产出", "时效": "产出", "成本": "产出", "经济成本": "成本", "社会成本": "成本",
          "生态环境成本": "成本", "服务对象满意度": "满意度"}  # fmt: skip

#: 二级指标, 三级指标, 指标值, the errors (with !) and warnings that a reviewer marks.
ROWS = """
数量|培训期数|≥4期|
数量|慰问困难群众|≥300户次|
数量|印刷宣传资料|5000份|V02
数量|抽检批次|≥500批次|
数量|巡查次数|每月不少于2次|
数量|会议召开次数|≤10次|
数量|绿化养护面积|985米|V02 V09
数量|资助学生人次|≥1200人次|
数量|工作完成数量|全部完成|
数量|经费保障程度|100%|S11 V02
数量|社会保险覆盖人数占比|≥95%|S11
数量|采购批次合格率|≥98%|S11
数量|植树造林面积|≥1万亩|
数量|道路长度|3.2公里|V02
数量|帮扶频率|≥1次/月|
数量|培训人数|≥95%|S11 V09
数量|床位周转率|≥5次|
质量|工程质量|合格|
质量|事故处理率|＝100%|
质量|差错率|≤1%|
质量|出错率|≥1%|V06!
质量|不合格率|≤2%|
质量|资金使用合规性|严格执行相关制度规定|
质量|故障排除率|≥95%|
质量|故障率|≤3%|
质量|系统故障率|≥1%|V06!
质量|系统故障处理率|≥95%|
质量|案件办理差错率|≥2%|V06!
质量|举报受理件数|≥100件|
数量|受理投诉件数|≥200件|
社会效益|学生营养不良率|≥5%|V06!
社会效益|学生近视防控知识知晓率|≥85%|
社会效益|脱管漏管人数|≥1人|V06!
社会效益|学前三年毛入园率|≥102%|
数量|购置办公软件数量|≥50套|
数量|注册用户数|≥2万人|
数量|农户数|≥30人|V09
数量|数字化加工页数|≥54万页|
时效|垃圾清运时效|日产日清|
时效|资金拨付到位情况|12月底前100%到位|
时效|资金拨付到位情况|12月底前到位95%|V02
时效|资金拨付到位情况|100%到位|V02 S12
成本|严控成本|严格按照项目资金使用，不超支|
成本|藻泥处置合格率|≥95%|S14 V03
质量|政策知晓率|>92%|
质量|违规使用资金次数|0次|V02
质量|抽检不合格产品处置率|≥95%|
质量|设备故障停机时间|≤24小时|
质量|食品变质率|≥1%|V06!
质量|资金拨付及时率|≥95%|S12
质量|培训合格率|≤95%|V07
质量|资助人数覆盖率|≥95%|
质量|设备完好率|≥95件|V09
时效|资金拨付|及时|
时效|完成时间|12月|
时效|完成时限|2024年12月31日|
时效|项目完成时间|2024年|
时效|项目建设周期|≤1年|
时效|项目按期完工率|≥90%|
时效|任务完成|在项目计划完成时间内完成|
时效|工作开展时间|1-12月|
时效|支付进度|≥90%|
时效|项目完成率|≥95%|S12
时效|完成时间|=100%|S12
时效|工作时效|高|S12
时效|当年任务当年完成率|=100%|
时效|工资发放|按月足额|
时效|发放时间|每月10日|
时效|处置时间|≤3|
时效|突发事件处置|第一时间|
时效|资金下达|接到上级文件30日内|
时效|维修时限|72小时内|
时效|完成日期|2025年3月底前|V13!
时效|完成日期|2023年12月底前|V13!
成本|项目成本|≤202.6万元|
成本|成本控制|不超预算|
成本|成本控制率|≤100%|S14
成本|资金投入|300000元|V02
成本|经费支出|30万|V02 V10
成本|人均成本|≤2000元/人|
成本|工作经费|控制在预算内|
成本|成本控制情况|可控|S14
成本|差旅费标准|按《差旅费管理办法》执行|
成本|会议费标准|≤450元/人/天|
成本|项目预算控制数|≤120|
成本|维修次数|≤10次|S14
成本|劳务费|不高于市场价|
成本|成本降低率|≥5%|S14
成本|节约支出|≥5万元|
成本|项目总成本|≥50万元|V03
成本|项目总成本|》50万元|V03 V18
经济成本|补助金额|≤100万元|
社会成本|噪音投诉次数|≤3次|
生态环境成本|能耗下降率|≥3%|
经济效益|带动增收|效果明显|
经济效益|投资回报率|≥120%|
经济效益|工业增加值增速|≥-2%|
经济效益|资产保值增值率|≥105%|
社会效益|安全事故发生次数|=0次|
社会效益|安全事故发生次数|=5次|V06!
社会效益|群体性事件|不发生|
社会效益|投诉率|≤1%|
社会效益|刑事案件破案率|≥50%|
社会效益|事故下降率|≥5%|
社会效益|违法行为查处率|≥95%|
社会效益|越级上访人次|≤5人次|
社会效益|群众投诉|≥3起|V06!
社会效益|受益群众覆盖率|≥950%|V05!
社会效益|传染病发病率|≤260/10万|
生态效益|空气优良天数比例|≥80%|
生态效益|优良天数|≥300天|
可持续影响|长效机制|健全|
可持续影响|持续发挥作用期限|≥5年|
服务对象满意度|服务对象满意度|≥95%|S10
服务对象满意度|群众满意度|95%|V02
服务对象满意度|群众满意度|满意|
服务对象满意度|群众满意度|≥90分|
服务对象满意度|群众满意度|≥0.9|
服务对象满意度|群众满意度|＜90%|V04!
服务对象满意度|群众满意度|≥50%|V04!
服务对象满意度|群众满意度|≥900%|V04!
服务对象满意度|投诉率|≤2%|S13
服务对象满意度|投诉次数|=0起|S13
服务对象满意度|参保人员对服务满意的比例|≥90%|
服务对象满意度|群众不满意率|≤5%|
数量|检查单位|≥|V19!
数量|检查单位|10-5家|V12!
数量|检查单位|次|V01
数量|检查单位|待定|V01
数量|检查单位|/|V01
质量|检查覆盖率|l00%|V01
质量|检查覆盖率|292%|V02 V05! V18
质量|数据准确率|》95%|V18
质量|测量误差|±5%|
质量|测量精度|95%±2%|
质量|混凝土强度|C30|
质量|编制成果|《规划》1份|
质量|水质|Ⅲ类及以上|
质量|企业信用|≥AA级|
质量|参保|应保尽保|
质量|考核得分|60-80分|
质量|配比|8:2|
成本|补助标准|每人每月500元|
成本|会议费|450元/人天|V02
成本|经费|≤¥200,000.00|
成本|采购金额|≤预算金额|
社会效益|发案率|同比下降5%以上|
社会效益|投诉率|下降3%|
社会效益|安全|零事故|
服务对象满意度|群众满意度|≥九成|
服务对象满意度|群众满意度|≥85|
"""


def findings(project: dict[str, Any], config: Config = ONLY_S_AND_V, **unit: Any) -> list[Finding]:
    document = {"unit": {"year": 2024, **unit}, "projects": [{"name": "综合事务", **project}]}
    judgement = judge(from_document(document), config, Inputs())
    assert judgement.failures == []
    return judgement.findings


def marks(project: dict[str, Any], config: Config = ONLY_S_AND_V, **unit: Any) -> set[str]:
    found = findings(project, config, **unit)
    return {f"{one.rule}{'!' if one.severity is ERROR else ''}" for one in found if one.severity is not HINT}


def row(second: str, name: str, value: str | None, **more: Any) -> dict[str, Any]:
    return {"level1": LEVEL1.get(second, "效益"), "level2": f"{second}指标", "level3": name, "value": value, **more}


@pytest.mark.parametrize("line", ROWS.strip().split("\n"))
def test_a_row_is_marked_as_a_reviewer_marks_it(line: str):
    second, name, value, expected = line.split("|")
    assert marks({"indicators": [row(second, name, value)]}) == set(expected.split())


@pytest.mark.parametrize(
    "written",
    ["数量", "数量指标", "数 量\n指标", "1.数量指标", "（一）数量指标", "数量指标（20分）", "数量指标20%", "数量指标:", "产出数量指标"],
)
def test_level2_is_known_however_it_is_written(written: str):
    assert marks({"indicators": [row("数量", "培训期数", "≥4期", level2=written)]}) == set()


@pytest.mark.parametrize(
    ("level2", "written", "name", "value"),
    [
        ("可持续影响", "可持续性发展影响指标", "排水管网使用年限", "≥20年"),
        ("可持续影响", "社会效益和可持续影响", "排水管网使用年限", "≥20年"),
        ("服务对象满意度", "受益农户满意程度", "农户满意度", "≥90%"),
        ("服务对象满意度", "公众或服务对象满意", "农户满意度", "≥90%"),
        ("时效", "产出进度指标", "管网改造完工时间", "10月底前"),
        ("生态效益", "环境指标", "污水收集率", "≥85%"),
    ],
)
def test_other_words_for_a_level2_are_known(level2: str, written: str, name: str, value: str):
    assert marks({"indicators": [row(level2, name, value, level2=written)]}) == set()


def test_what_other_forms_put_beside_the_first_levels_is_no_error():
    beside = {"level1": "投入和管理目标", "level2": "财务管理", "level3": "资金使用规范性", "value": "规范"}
    result = [beside, row("数量", "培训期数", "≥4期", level1="产出目标"), row("社会效益", "持证上岗人数", "≥50人", level1="结果目标"),
              row("可持续影响", "培训制度", "健全", level1="影响力目标")]  # fmt: skip
    assert marks({"indicators": result}) == set()


@pytest.mark.parametrize("written", ["产出", "产出指标（50分）", "一、产出指标", "产出指标(60.5)", "产出\n指标", "项目完成指标"])
def test_level1_is_known_however_it_is_written(written: str):
    assert marks({"indicators": [row("数量", "培训期数", "≥4期", level1=written)]}) <= {"S05!"}


@pytest.mark.parametrize("written", ["过程指标", "数量指标", "产岀指标", "满意"])
def test_another_level1_is_an_error_told_once_for_its_rows(written: str):
    rows = [row("数量", "培训期数", "≥4期", level1=written), row("数量", "培训人数", "≥40人", level1=written)]
    assert [one.rule for one in findings({"indicators": rows}) if one.severity is ERROR] == ["S01"]


@pytest.mark.parametrize(
    ("frame", "first", "second", "expected"),
    [
        ("both", "产出", "成本", set()), ("both", "成本", "经济成本", set()), ("both", "产出", "经济成本", {"S02!"}),
        ("2015", "产出", "成本", set()), ("2015", "成本", "经济成本", {"S02!"}),
        ("2021", "产出", "成本", {"S02!"}), ("2021", "成本", "经济成本", set()),
        ("both", "效益", "服务对象满意度", set()), ("both", "满意度", "社会效益", {"S02!"}), ("both", "效益", "数量", {"S02!"}),
    ],
)  # fmt: skip
def test_the_frame_decides_what_belongs_where(frame: str, first: str, second: str, expected: set[str]):
    config = Config(ignore=ONLY_S_AND_V.ignore, profile={"frame": frame})
    named = {"服务对象满意度": "学员满意度", "数量": "期数", "社会效益": "学员满意度"}.get(second, "培训费")
    value = {"培训费": "≤3万元", "期数": "≥3期"}.get(named, "≥90%")
    assert marks({"indicators": [row(second, named, value, level1=first)]}, config) == expected


def test_a_form_without_level1_is_not_asked_for_it():
    rows = [{"level2": "数量指标", "level3": "培训期数", "value": "≥4期"}]
    assert marks({"indicators": rows}) == set()


def test_blank_levels_are_told_once_for_neighbouring_rows():
    rows = [row("数量", "培训期数", "≥4期", level1=None), row("质量", "培训合格率", "≥95%", level1=None)]
    assert [one.pointer for one in findings({"indicators": rows}) if one.rule == "S04"] == ["/projects/0/indicators/0/level1"]


def weighted(*weights: object) -> dict[str, Any]:
    seconds = ["数量", "质量", "时效", "成本", "社会效益", "服务对象满意度"]
    names = ["培训期数", "培训合格率", "完成时间", "培训费", "持证上岗人数", "学员满意度"]
    values = ["≥4期", "≥95%", "12月底前", "≤3万元", "≥50人", "≥90%"]
    return {
        "indicators": [
            row(second, name, value, weight=weight)
            for second, name, value, weight in zip(seconds, names, values, weights, strict=True)
        ]
    }


@pytest.mark.parametrize(("execution", "expected"), [((), ["hint"]), ((("预算执行率", 10),), [])])
def test_another_split_of_a_hundred_is_a_hint_where_the_rate_of_execution_has_no_share(execution: tuple[Any, ...], expected: list[str]):
    split = (("数量", 20), ("质量", 20), ("时效", 10), ("成本", 10), ("社会效益", 30), ("服务对象满意度", 10))
    rows = [row(second, f"指标{second}满意", "≥1元" if "成本" in second else "≥95%", weight=weight) for second, weight in split]
    rows += [{"level1": level, "level2": None, "level3": level, "value": "100%", "weight": weight} for level, weight in execution]
    assert [str(one.severity.value) for one in findings({"indicators": rows}) if one.rule == "S06"] == expected


def test_a_cost_of_its_own_may_be_counted_as_output():
    split = (("数量", 20), ("质量", 10), ("时效", 10), ("经济成本", 10), ("社会效益", 30), ("服务对象满意度", 10))
    rows = [row(second, f"指标{second}满意", "≥1元" if "成本" in second else "≥95%", weight=weight) for second, weight in split]
    assert "S06" not in marks({"indicators": rows})
    rows[3]["weight"], rows[4]["weight"] = 25, 15
    assert "S06" in marks({"indicators": rows})


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        ((15, 15, 10, 10, 30, 10), set()), ((20, 20, 10, 10, 30, 10), set()), ((10, 10, 10, 10, 30, 10), set()),
        (("0.15", "0.15", "0.1", "0.1", "0.3", "0.1"), set()), ((None,) * 6, set()), ((15, 15, 10, 10, 30, 9), {"S05!"}),
        ((15, 15, 10, 10, 30, None), {"S05!"}), ((15, 15, 10, 10, 40, 0), {"S06", "S07!"}),
        ((-10, 20, 20, 20, 30, 10), {"S07!"}), ((10, 10, 10, 10, 40, 10), {"S06"}), (("十", 15, 10, 10, 30, 9), set()),
    ],
)  # fmt: skip
def test_weights_add_up_by_any_accepted_total(weights: tuple[object, ...], expected: set[str]):
    assert marks(weighted(*weights)) == expected


@pytest.mark.parametrize("last", [
    {"level1": "总分", "weight": 90}, {"level1": "合计", "level2": None, "level3": None, "value": None, "weight": 90},
    {"level1": "预算执行率（10分）", "level2": "预算执行率", "level3": "预算执行率", "value": "=100%", "weight": 10},
])  # fmt: skip
def test_sums_and_the_rate_of_execution_are_no_indicators(last: dict[str, Any]):
    project = weighted(15, 15, 10, 10, 30, 10)
    project["indicators"].append(last)
    assert marks(project) == set()


@pytest.mark.parametrize(("value", "expected"), [("/", set()), ("无", set()), ("良好", {"S05!"})])
def test_what_a_project_does_not_have_needs_no_weight(value: str, expected: set[str]):
    project = weighted(15, 15, 10, 10, 30, 10)
    project["indicators"].insert(4, row("生态效益", "节约用纸", value))
    assert {mark for mark in marks(project) if mark[0] == "S"} == expected


@pytest.mark.parametrize(
    ("value", "start", "end", "bad"),
    [
        ("12月底前", None, None, False), ("2024年6月", None, None, False), ("第四季度", None, None, False),
        ("2023年6月底前", None, None, True), ("2025年6月", "2023-01-01", "2026-12-31", False),
        ("2027年1月", "2023-01-01", "2026-12-31", True), ("12月底前", "2024-01-01", "2024-06-30", True),
        ("2024年", "2024-03-01", "2024-10-31", False), ("1-12月", "2024-03-01", "2024-10-31", False),
        ("2023年-2025年", None, None, False), ("11月至3月", None, None, True), ("每月10日前", None, None, False),
        ("全年", None, None, False),
    ],
)  # fmt: skip
def test_dates_lie_within_the_year_or_the_project(value: str, start: str | None, end: str | None, bad: bool):
    project = {"indicators": [row("时效", "完成时间", value)], "start": start, "end": end}
    assert ("V13!" in marks(project)) is bad


@pytest.mark.parametrize(
    ("values", "suspects"),
    [
        (["212次", "≥3次", "≥4次", "≥5次", "≥6次"], [0]), (["212次", "≥3次", "4次", "≥5次", "≥6次"], []),
        (["2280次", "292%", "290%"], [0, 1, 2]), (["200次", "292%"], [1]), (["248次", "≥3次"], []), (["255%"], [0]),
        (["210%"], []), (["=2280次", "≥3次", "≥4次", "≥5次", "≥6次"], []),
    ],
)  # fmt: skip
def test_an_operator_read_as_2_is_suspected_only_with_a_reason(values: list[str], suspects: list[int]):
    rows = [row("社会效益", f"事项{index}", value) for index, value in enumerate(values)]
    found = [one.pointer for one in findings({"indicators": rows}) if one.rule == "V18"]
    assert found == [f"/projects/0/indicators/{index}/value" for index in suspects]


def test_an_operator_read_as_2_is_suspected_when_the_target_says_the_rest():
    rows = [row("数量", "巡检", "212次")]
    assert "V18" in marks({"indicators": rows, "target": "全年巡检12次。"})
    assert "V18" not in marks({"indicators": rows, "target": "全年巡检212次。"})
    alone = [*rows, *(row("质量", f"事项{number}", f"≥{number}次") for number in range(3, 8))]
    assert "V18" in marks({"indicators": alone, "target": "全年开展巡检。"})
    assert "V18" not in marks({"indicators": alone, "target": "全年巡检212次。"})


@pytest.mark.parametrize(
    "split",
    [{"operator": "≥", "unit": "人次"}, {"nature": "≥", "unit": "人次"}, {"nature": "≥", "operator": None, "unit": "人次"}],
)
def test_a_split_value_has_its_operator_and_unit(split: dict[str, Any]):
    assert marks({"indicators": [row("数量", "培训人次", "1200", **split)]}) == set()


def test_what_follows_from_a_misread_operator_names_it():
    found = findings({"indicators": [row("质量", "检查覆盖率", "292%")]})
    assert {one.rule: one.related for one in found if one.rule in ("V02", "V05")} == {
        "V02": "V18 /projects/0/indicators/0/value",
        "V05": "V18 /projects/0/indicators/0/value",
    }


@pytest.mark.parametrize("junk", [["list"], {"a": 1}, 5, True, "（" * 5000, "2" * 9000, "万" * 9000, "第一" * 9000])
@pytest.mark.parametrize("key", ["level1", "level2", "level3", "description", "value", "weight", "direction"])
def test_no_junk_in_a_field_makes_a_rule_fail(key: str, junk: object):
    rows = [row("数量", "培训期数", "≥4期", description="期数", **({key: junk} if key in ("weight", "direction") else {}))]
    rows[0][key] = junk
    for one in findings({"indicators": rows, "target": "2" * 5000}):
        assert len(one.message) <= 200


@pytest.mark.parametrize(
    ("level2", "name", "value", "proposed"),
    [
        ("成本指标", "项目总投入", "6070", "≤6070"),
        ("质量指标", "差错率", "2%", "≤2%"),
        ("时效指标", "事项办结时间", "10天", "≤10天"),
        ("时效指标", "工程建设工期", "8个月", "≤8个月"),
        ("质量指标", "合格率", "95%", "≥95%"),
        ("质量指标", "合格率", "100%", "=100%"),
        ("数量指标", "培训人数", "200人", "≥200人"),
    ],
)
def test_the_operator_that_is_proposed_goes_the_right_way(level2: str, name: str, value: str, proposed: str):
    row = {"level1": "产出指标", "level2": level2, "level3": name, "value": value}
    judgement = judge(from_document({"unit": {"year": 2024}, "projects": [{"indicators": [row]}]}), ONLY_S_AND_V)
    (message,) = [one.message for one in judgement.findings if one.rule == "V02"]
    assert message.endswith(f"如“{proposed}”")


def test_the_unit_that_is_proposed_is_whole():
    row = {"level1": "产出指标", "level2": "成本指标", "level3": "运维费用", "value": "≤62万/月"}
    judgement = judge(from_document({"unit": {"year": 2024}, "projects": [{"indicators": [row]}]}), ONLY_S_AND_V)
    (message,) = [one.message for one in judgement.findings if one.rule == "V10"]
    assert message == "指标值“≤62万/月”的单位“万/月”不完整，请写全，如“万元/月”“万人次/月”"
