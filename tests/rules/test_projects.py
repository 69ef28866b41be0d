"""Projects compared with each other: what examples cannot say, and that it stays cheap with many of them."""

from __future__ import annotations

import copy
import random
from itertools import combinations
from typing import Any

import pytest
from rapidfuzz.distance import Indel

from xltargets.rules.catalogue.department import duty_words
from xltargets.rules.catalogue.projects import document_number
from xltargets.rules.engine import judge
from xltargets.rules.finding import HINT, WARNING
from xltargets.rules.language import similar
from xltargets.rules.language.similar import (
    earlier_alike_sets,
    earlier_alike_texts,
    plain,
    prose,
)
from xltargets.submission.document import from_document

WORDS = ["信访", "农村", "公路", "养护", "学校", "食堂", "改造", "设备", "购置", "系统", "运维", "培训", "宣传", "检查", "救助", "慰问", "补助", "建设", "维修", "资助", "监测", "治理", "绿化", "供水", "排水", "照明", "巡查", "办案"]


def found(document: dict[str, Any], group: str = "XD") -> list[tuple[str, str]]:
    judgement = judge(from_document(document))
    assert judgement.failures == []
    return [(one.rule, one.pointer) for one in judgement.findings if one.rule[0] in group]


def with_names(clean: dict[str, Any], *names: str) -> dict[str, Any]:
    document = copy.deepcopy(clean)
    for project, name in zip(document["projects"], names, strict=True):
        project["name"] = name
    return document


@pytest.mark.parametrize(
    ("one", "other", "severity"),
    [
        ("农村公路养护（2024年）", "农村公路养护 2024年", WARNING),
        ("农村义务教育学校食堂设备购置项目", "农村义务教育学校食堂设备购置经费项目", HINT),
        ("怀财字〔2024〕7号农村学校食堂设备购置", "冀财教【2023】115号农村学校食堂设备购置费", HINT),
        ("农村公路养护一期工程建设项目", "农村公路养护二期工程建设项目", None),
        ("2023年农村公路养护项目补助资金", "2024年农村公路养护项目补助资金", None),
        ("农村公路养护", "学校食堂改造", None),
    ],
)
def test_names_that_are_alike_are_told_of(clean, one, other, severity):
    findings = [finding for finding in judge(from_document(with_names(clean, one, other))).findings if finding.rule == "X02"]
    assert [(finding.pointer, finding.severity) for finding in findings] == ([("/projects/1/name", severity)] if severity else [])


@pytest.mark.parametrize("letter", ["R", "Y"])
def test_texts_that_the_system_fills_in_are_hints(clean, letter):
    document = copy.deepcopy(clean)
    for index, project in enumerate(document["projects"]):
        project |= {"code": f"51130021{letter}00000001995{index}", "target": "严格执行相关政策，保障工资及时、足额发放", "purpose": "工资福利支出"}
        project["indicators"] = copy.deepcopy(document["projects"][0]["indicators"])
    findings = judge(from_document(document)).findings
    assert {one.rule: one.severity for one in findings if one.rule in ("X03", "X04", "X05")} == dict.fromkeys(("X03", "X04", "X05"), HINT)


def test_the_majority_says_how_an_indicator_is_meant(clean):
    document = copy.deepcopy(clean)
    for number in range(2, 5):
        document["projects"].append({**copy.deepcopy(clean["projects"][1]), "code": f"13073024P{number:012}"})
    for project, value in zip(document["projects"], ["95%", "≥95%", "≥95%", "≥９５．0％", "95%以上"], strict=True):
        project["indicators"] = [copy.deepcopy(clean["projects"][0]["indicators"][1]) | {"value": value}]
    assert [pointer for rule, pointer in found(document) if rule == "X06"] == ["/projects/0/indicators/0/value"]


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        ("≥10个", "≤10个", True), ("≥10个", "≥10次", True), ("=100%", "≥100%", False), ("≤30万元", "≤600000元", False),
        ("≥90%", "≥95%", True), ("100人", "≥100人", True), ("效果明显", "≥90%", False), ("≥3个", "≥300个", False),
    ],
)  # fmt: skip
def test_what_makes_two_senses_of_one_name(clean, one, other, told):
    document = copy.deepcopy(clean)
    for project, value in zip(document["projects"], (one, other), strict=True):
        project["indicators"][0] |= {"level3": "宣传培训情况", "description": None, "value": value}
    assert ("X06" in {rule for rule, _ in found(document)}) == told


def test_split_columns_and_merged_text_mean_the_same(clean):
    document = copy.deepcopy(clean)
    merged = {"level3": "宣传培训次数", "value": "≥10次"}
    split = {"level3": "宣传培训次数", "operator": "≥", "value": "10", "unit": "次"}
    document["projects"][0]["indicators"][0] |= merged
    document["projects"][1]["indicators"][0] |= split
    assert "X06" not in {rule for rule, _ in found(document)}


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("怀财字【2024】7号 信访专项", "怀财字〔2024〕7号"),
        ("怀财字〔2024〕 第007 号维稳经费", "怀财字〔2024〕7号"),
        ("提前下达川财社[2023]123号补助", "川财社〔2023〕123号"),
        ("7号楼改造（2024）", ""),
        (None, ""),
    ],
)
def test_a_document_number_has_one_spelling(name, number):
    assert document_number(name) == number


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("怀来县信访局", ["信访"]), ("石家庄市市场监督管理局", ["市场"]), ("绵阳市涪城区卫生健康局", ["卫生", "生健", "健康"]),
        ("怀来县机关事务管理局", []), ("怀来县第一中学", []), ("怀来县人民医院", []), ("县委办公室", []), ("农业农村局", ["农业", "业农", "农村"]),
    ],
)  # fmt: skip
def test_what_a_unit_is_for_is_read_from_its_name(name, words):
    assert duty_words(name) == words


@pytest.mark.parametrize(
    ("one", "other"),
    [("1.开展信访工作，维护稳定。", "（一）开展信访工作,维护稳定"), ("[bookmark: _Toc1]一、加强管理", "加强　管理；"), ("ＡＢ１", "AB1")],
)
def test_prose_is_compared_without_its_dress(one, other):
    assert prose(one) == prose(other)


def test_a_number_at_the_beginning_is_no_list_number():
    assert prose("2024年办结") != prose("年办结") and prose("1.5万人") != prose("5万人")


def projects(count: int, seed: int = 1) -> list[dict[str, Any]]:
    """Projects over a small vocabulary; one in ten is a copy of an earlier one with one word changed."""
    chance = random.Random(seed)
    made: list[dict[str, Any]] = []
    for _ in range(count):
        if made and chance.random() < 0.1:
            made.append({**chance.choice(made), "purpose": "".join(chance.choices(WORDS, k=9))})
            continue
        made.append({
            "name": "".join(chance.choices(WORDS, k=chance.randint(4, 8))),
            "rows": frozenset(("数量", "".join(chance.choices(WORDS, k=2)), "".join(chance.choices(WORDS, k=3))) for _ in range(10)),
        })  # fmt: skip
    return made


def test_the_index_finds_the_sets_that_comparing_all_pairs_finds():
    chance = random.Random(5)
    names = ["".join(chance.choices(WORDS, k=2)) for _ in range(200)]
    sets = [frozenset(chance.sample(names, k=chance.randint(5, 12))) for _ in range(150)]
    sets += [frozenset(sorted(one)[chance.randint(0, 1) :]) | {chance.choice(names)} for one in sets]
    pairs = [(one, other) for one, other in combinations(range(300), 2) if len(sets[one] & sets[other]) >= 0.8 * len(sets[one] | sets[other])]
    found = earlier_alike_sets(sets, 0.8)
    assert len(pairs) > 50 and set(found) == {other for _, other in pairs}
    assert all(score == len(sets[one] & sets[other]) / len(sets[one] | sets[other]) >= 0.8 for other, (one, score) in found.items())


def test_the_index_finds_the_names_that_comparing_all_pairs_finds():
    chance = random.Random(6)
    names = ["".join(chance.choices(WORDS, k=6)) for _ in range(150)]
    names += [name[:place] + chance.choice(WORDS)[0] + name[place:] for name in names if (place := chance.randint(0, 12))]
    names = [plain(name) for name in names]
    similar_pairs = {
        other for one, other in combinations(range(len(names)), 2) if Indel.normalized_similarity(names[one], names[other]) >= 0.9
    }
    assert len(similar_pairs) > 100 and set(earlier_alike_texts(names, 0.9)) == similar_pairs


@pytest.mark.parametrize("kind", ["names", "sets", "one word shared by all"])
def test_the_number_of_comparisons_per_project_does_not_grow_with_the_projects(monkeypatch, kind):
    """Steps are counted, not seconds: candidates looked at per project, for 500 projects and for 16 times as many."""
    looked_at = 0
    candidates = similar._candidates

    def counted(*args: Any) -> Any:
        nonlocal looked_at
        for candidate in candidates(*args):
            looked_at += 1
            yield candidate

    monkeypatch.setattr(similar, "_candidates", counted)
    per_project = []
    for count in (500, 8000):
        looked_at = 0
        made = projects(count)
        if kind == "names":
            earlier_alike_texts([project["name"] for project in made], 0.9)
        elif kind == "sets":
            earlier_alike_sets([project["rows"] for project in made], 0.8)
        else:
            earlier_alike_sets([frozenset(["共有", f"{index}", f"第{index}"]) for index in range(count)], 0.5)
        per_project.append(looked_at / count)
    assert per_project[1] <= max(similar.TRIES, 3 * per_project[0]) and per_project[1] <= similar.TRIES
