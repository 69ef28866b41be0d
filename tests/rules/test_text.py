"""Group T: what the examples of the rules cannot say."""

from __future__ import annotations

from typing import Any

import pytest

from xltargets.rules.config import Config
from xltargets.rules.engine import judge
from xltargets.rules.language.wordfinder import WordFinder
from xltargets.rules.language.wordlists import words
from xltargets.submission.document import from_document

from .catalogue import overlay

TARGET = "projects.0.target"
TEXT_RULES = Config(select=("T",), ignore=tuple("CFMPSVBYXDU"))


def found(clean: dict[str, Any], changes: dict[str, Any]) -> dict[str, list[str]]:
    """Rule → messages of group T, those off by default among them."""
    judgement = judge(from_document(overlay(clean, changes)), TEXT_RULES)
    assert judgement.failures == []
    rules: dict[str, list[str]] = {}
    for finding in judgement.findings:
        rules.setdefault(finding.rule, []).append(finding.message)
    return rules


SOUND = [
    # ordinary office Chinese that must not be spoken of
    "一、完成信访积案化解40件；二、办结率达到95%以上；三、组织接访下访各12次。",
    "（一）受理信访事项1200件。（二）办结率达到95%以上。（三）满意度达到90%以上。",
    "目标1：受理信访事项1200件；目标2：办结率达到95%以上；目标3：满意度达到90%以上。",
    "1）受理信访事项1200件；2）办结率达到95%以上；3）满意度达到90%以上。",
    "①受理信访事项1200件；②办结率达到95%以上。",
    "1.2024年受理信访事项1200件。\n2.2024年办结率达到95%以上。",
    "1、完成道路硬化12.5公里2、完成绿化3.6亩3、群众满意度达到95%以上。",
    "一是受理信访事项1200件，二是办结率达到95%以上，三是满意度达到90%以上。",
    "产出目标：1.受理信访事项1200件。2.办结率达到95%以上。\n效益目标：1.化解积案40件。2.满意度达到90%以上。",
    "一、总体要求\n（一）受理信访事项1200件。\n（二）办结率达到95%以上。\n二、保障措施\n（一）落实责任。\n（二）加强督查。",
    "第一，受理信访事项1200件；第二，办结率达到95%以上。",
    "推进一、二、三产业融合发展，新增农民专业合作社12家，带动农户1200户。",
    "完成第三、四季度巡查任务，全年巡查24次，发现问题整改率达到95%以上。",
    "　　受理信访事项1200件。\n　　办结率达到95%以上。",
    "落实《中华人民共和国预算法》（2018年修正）和“三重一大”制度，开展检查12次。",
    "建设“一站式”服务大厅1个，“一窗受理”事项120项，配备A4打印机3台(套)。",
    "采购X光机（含配件）2台、B型超声仪（进口）1台，验收合格率100%。",
    "支付2024年1-12月村干部报酬，每人每月1,800元，按月足额发放到位。",
    "按照财预〔2015〕88号、冀财预〔2021〕33号文件要求，编制绩效目标120个。",
    "网址为http://www.mof.gov.cn:8080/a?b=c,d，全年访问量达到12万人次。",
    "24小时值班，接报后30分钟内到场，全年出警1200次，公众满意度≥90%。",
    "年末完成率达到95%以上，期末完成盘点，周末发生的事项周一办理，全年办理1200件。",
    "交通迅速恢复，回复盖章件，采购制服120套，网上仿真培训12次，支付合同款95%以上。",
    "创建全国文明城市，整治背街小巷46条，公园满意度达到90%以上。",
    "培养植物保护人才，支付责任保险保费，安抚贫困群众1200人次。",
    "按排名发放奖金，分批付款，问题高发区域巡查24次，关注侧重点3个。",
    "惠及一家一户，逐户走访1200户，人人参与，件件有回音，次次有记录。",
    "专项资金资金到位率100%，绩效指标指标值符合率达到95%以上。",
]


@pytest.mark.parametrize("text", SOUND)
def test_says_nothing_of_sound_office_chinese(text: str, clean: dict[str, Any]):
    said = found(clean, {TARGET: text})
    # (套) in half-width brackets, a list of lines without stops and the like are not here
    assert {rule: messages for rule, messages in said.items() if rule != "T03" or "(套)" not in text} == {}


FAULTS = [
    ("T01", "受理信访事项1200件，  办结率达到95%以上。"),
    ("T01", "\u3000受理信访事项1200件，办结率达到95%以上。"),
    ("T02", "1.受理信访事项1200件。2.办结率达到95%以上；"),
    ("T02", "1.受理信访事项1200件\n2.办结率达到95%以上"),
    ("T03", "受理信访事项1200件,办结率达到95%以上。"),
    ("T03", "目标:受理信访事项1200件，办结率达到95%以上。"),
    ("T03", "受理信访事项(含网上信访事项)1200件，办结率达到95%以上。"),
    ("T04", "1.受理信访事项1200件；3.办结率达到95%以上。"),
    ("T04", "1.受理信访事项1200件；2、办结率达到95%以上。"),
    ("T04", "一、受理信访事项1200件；三、办结率达到95%以上。"),
    ("T04", "（1）受理信访事项1200件；（2）办结率达到95%以上；（2）满意度达到90%以上。"),
    ("T04", "一是受理信访事项1200件；三是办结率达到95%以上。"),
    ("T04", "2.受理信访事项1200件，办结率达到95%以上。"),
    ("T05", "一、受理信访事项1200件，办结率达到95%以上。"),
    ("T05", "（一）受理信访事项1200件，办结率达到95%以上。"),
    ("T06", "按怀财字(2024)7号文件，受理信访事项1200件，办结率达到95%以上。"),
    ("T06", "按怀财字［2024］7号文件，受理信访事项1200件，办结率达到95%以上。"),
    ("T06", "按怀财字〈2024〉7号文件，受理信访事项1200件，办结率达到95%以上。"),
    ("T07", "按怀财字〔24〕7号文件，受理信访事项1200件，办结率达到95%以上。"),
    ("T07", "按怀财字〔2024〕第7号文件，受理信访事项1200件，办结率达到95%以上。"),
    ("T08", "按《信访工作条例受理信访事项1200件，办结率达到95%以上。"),
    ("T08", "打造“阳光信访“，受理信访事项1200件，办结率达到95%以上。"),
    ("T08", "受理信访事项（含网上信访事项1200件，办结率达到95%以上。"),
    ("T08", "受理信访事项含网上信访事项）1200件，办结率达到95%以上。"),
    ("T08", "落实（《信访工作条例）》要求，受理信访事项1200件。"),
    ("T09", "及时拔付资金，受理信访事项1200件，办结率达到95%以上。"),
    ("T09", "工程己完成80%，受理信访事项1200件，办结率达到95%以上。"),
    ("T09", "筑牢中华民族共同体意识，开展宣传活动12次，参与群众1200人次。"),
    ("T10", "受理信访事项1200件，\ufeff办结率达到95%以上。"),
    ("T10", "受理信访事项1200件，<br/>办结率达到95%以上。"),
    ("T10", "受理信访事项1200件，_x000D_办结率达到95%以上。"),
    ("T10", "见错误!未找到引用源。受理信访事项1200件，办结率达到95%以上。"),
    ("T10", "受理信访事项1200件，办结率\ud800达到95%以上。"),
    ("T11", "受理受理信访事项1200件，办结率达到95%以上。"),
    ("T11", "受理信访事项1200件，，办结率达到95%以上。"),
    ("T12", "做好信访工作。"),
    ("T12", "受理信访事项1200件，" * 50),
    ("T13", "全面提升“三率”，受理信访事项1200件，办结率达到95%以上。"),
    ("T14", "做好信访事项办理工作。"),
    ("T20", "支出120.5万元万元，受理信访事项1200件，办结率达到95%以上。"),
    ("T20", "受理信访事项1200件，办结率达到95%%以上，满意度达到90%（%）以上。"),
]


@pytest.mark.parametrize(("rule", "text"), FAULTS)
def test_finds_the_fault(rule: str, text: str, clean: dict[str, Any]):
    said = found(clean, {TARGET: text})
    assert rule in said
    assert len(said[rule]) == 1


@pytest.mark.parametrize(("rule", "text"), FAULTS)
def test_does_not_blame_one_fault_on_many_rules(rule: str, text: str, clean: dict[str, Any]):
    allowed = {"T02": {"T04"}, "T04": {"T02", "T05"}, "T14": {"T12"}, "T12": {"T11", "T14"}, "T20": set()}
    assert set(found(clean, {TARGET: text})) <= {rule} | allowed.get(rule, set())


def test_an_explained_abbreviation_is_explained_for_the_whole_document(clean: dict[str, Any]):
    explained = "抓好“三率”（受理率、办结率、满意率），受理信访事项1200件，项目支出200万元。"
    assert found(clean, {TARGET: "“三率”达到95%以上，受理信访事项1200件。", "department.overall_target": explained}) == {}


def test_a_list_that_goes_on_from_cell_to_cell_is_one_list(clean: dict[str, Any]):
    cells = ["1.加强组织领导。", "2.加强资金管理。", "四是加强监督检查。"]
    said = found(clean, {f"department.safeguards.{index}": text for index, text in enumerate(cells)})
    assert said == {"T04": ["“四是”之前没有“三是”，请改正序号"]}


def test_the_misspelt_names_of_the_unit_are_told_and_its_short_names_not(clean: dict[str, Any]):
    goal = "2024年，{}围绕全县中心工作，受理信访事项不少于1200件，项目支出200万元。"
    for name in ("县信访局", "我局", "怀来县信访局", "本单位", "怀来县公安局"):
        assert found(clean, {"department.overall_target": goal.format(name)}) == {}, name
    for name in ("怀来信访局", "我委", "我院"):
        assert set(found(clean, {"department.overall_target": goal.format(name)})) == {"T17"}, name
    long = {"unit.name": "怀来县住房和城乡建设局"}
    for name in ("怀来县住房与城乡建设局", "怀来县住房和城多建设局"):
        assert set(found(clean, long | {"department.overall_target": goal.format(name)})) == {"T17"}, name


def test_a_list_of_phrases_needs_no_stops(clean: dict[str, Any]):
    phrases = {"department.safeguards.0": "加强组织领导", "department.safeguards.1": "加强资金管理"}
    assert found(clean, phrases) == {}
    assert set(found(clean, phrases | {"department.safeguards.1": "加强资金管理，按进度支付资金，确保专款专用"})) == {"T02"}


def test_codes_and_choices_are_not_prose(clean: dict[str, Any]):
    changes = {"projects.0.money_unit": "单位:万元", "projects.0.indicators.0.level1": "产出指标(50分)"}
    assert found(clean, changes) == {}


@pytest.mark.parametrize("name", ["typos", "repeated", "sensitive", "synonyms", "abbreviations"])
def test_every_listed_word_has_its_reason(name: str):
    entries = [entry for listed in words(name).values() for entry in listed]
    assert entries and all(entry["reason"].strip() for entry in entries)


def test_no_correction_is_itself_a_misspelling():
    entries = words("typos")["typo"]
    finder = WordFinder(entry["wrong"] for entry in entries)
    assert [entry for entry in entries if finder.find(entry["right"])] == []
    assert all(entry["wrong"] in longer for entry in entries for longer in entry.get("unless", ()))


def test_finds_the_longest_of_the_words_that_begin_alike():
    assert WordFinder(["信访", "信访事项", "事项办理"]).find("受理信访事项办理") == [(2, "信访事项")]
    assert WordFinder([]).find("受理") == []
