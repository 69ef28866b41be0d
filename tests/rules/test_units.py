"""What is found when the units are compared with each other, with the roster and with a summary."""

from __future__ import annotations

import copy
import pickle
from decimal import Decimal
from typing import Any

import pytest

from xltargets.rules.across import judge_summary, judge_units
from xltargets.rules.config import Config
from xltargets.rules.finding import ERROR, HINT, WARNING, Finding
from xltargets.rules.unitrecord import UnitRecord, Units, unit_record
from xltargets.submission.document import from_document

LINES = (
    "组织义务教育质量监测，覆盖全部学生", "落实困难学生资助政策，应助尽助", "推进农村公路养护，保持路况良好", "开展安全生产检查，消除重大隐患",
    "完成高标准农田建设任务，提高产能", "保障养老机构正常运转，服务老人", "实施棚户区改造，按期交付住房", "组织文艺演出下乡，丰富群众生活",
)  # fmt: skip


def unit(number: int, clean: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A sound document of its own: no code, text or name of another unit's."""
    document = copy.deepcopy(clean)
    document["unit"] |= {"code": f"{280 + number}001", "name": f"第{number}局"}
    line = LINES[number % len(LINES)]
    document["department"] = {"overall_target": f"{line}；{line}（重点）；按期完成{line}。", "itemised_targets": [f"切实{line}。"]}
    for index, project in enumerate(document["projects"]):
        project |= {"code": f"13073024P{number:04}{index:08}", "target": f"{line}，第{'甲乙'[index]}阶段全面完成并通过验收"}
    for path, value in changes.items():
        node: Any = document
        *parents, last = path.split("__")
        for part in parents:
            node = node[int(part)] if part.isdigit() else node[part]
        node[last] = value
    return document


def record(document: dict[str, Any]) -> UnitRecord:
    code = document["unit"]["code"]
    return unit_record(from_document(document, file=f"{code}.xlsx"))


@pytest.fixture
def documents(clean: dict[str, Any]) -> list[dict[str, Any]]:
    return [unit(number, clean) for number in range(5)]


def found(documents: list[dict[str, Any]], **given: Any) -> list[tuple[str, str | None, str]]:
    findings = judge_units([record(document) for document in documents], **given)
    return [(finding.rule, finding.file, finding.pointer) for finding in findings]


def roster(documents: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    rows = {one["unit"]["code"]: {"单位编码": one["unit"]["code"], "单位名称": one["unit"]["name"]} for one in documents}
    return rows | more


def test_sound_units_have_no_findings(documents):
    assert found(documents, roster=roster(documents)) == []


def test_a_record_crosses_a_process_boundary_and_is_the_same_every_time(documents):
    first = record(documents[0])
    assert pickle.loads(pickle.dumps(first)) == first == record(copy.deepcopy(documents[0]))


def test_a_file_handed_in_twice_is_one_finding(documents):
    again = copy.deepcopy(documents[1])
    assert found([*documents, again]) == [("U01", "281001.xlsx", "")]


def test_two_files_of_one_code_are_told_of(documents):
    documents[2]["unit"]["code"] = documents[1]["unit"]["code"]
    assert ("U01", "281001.xlsx", "/unit/code") in found(documents)


@pytest.mark.parametrize(
    ("code", "rules"),
    [("13073024P000585100016", ["U02"]), ("51000021R000000019951", []), ("13073024R000000019951", ["U02"])],
)
def test_a_project_of_two_units_is_told_of_unless_the_province_shares_it(documents, code, rules):
    documents[0]["projects"][0]["code"] = documents[3]["projects"][1]["code"] = code
    assert found(documents) == [(rule, "283001.xlsx", "/projects/1/code") for rule in rules]


def test_units_that_differ_in_year_money_unit_or_version_are_told_of(documents):
    documents[1]["unit"]["year"] = 2023
    documents[2]["projects"][0]["money_unit"] = "单位：元"
    documents[4]["projects"][0]["money_unit"] = "金额单位： 万元"
    assert found(documents) == [
        ("U04", "281001.xlsx", "/unit/year"),
        ("U04", "282001.xlsx", "/projects/0/money_unit"),
    ]


def test_missing_units_and_unknown_codes_are_told_of(documents):
    rows = roster(documents)
    rows["289001"] = {"单位编码": "289001", "单位名称": "第九局"}
    del rows["283001"]
    rows["283002"] = {"单位编码": "283002", "单位名称": "第3局"}
    findings = judge_units([record(document) for document in documents], roster=rows)
    assert [(one.rule, one.severity, one.file) for one in findings] == [
        ("U05", WARNING, "283001.xlsx"), ("U05", ERROR, None), ("U05", ERROR, None),
    ]  # fmt: skip
    assert "283002" in findings[0].message and "第九局（289001）" in findings[1].message


def test_totals_that_do_not_add_up_are_told_of_once(documents):
    rows = roster(documents)
    for row in rows.values():
        row["预算数"] = Decimal(200)
    rows["281001"]["预算数"] = Decimal(201)
    rows["281"] = {"单位编码": "281", "部门名称": "第1局", "预算数": Decimal(201)}
    rows["282"] = {"单位编码": "282", "部门名称": "第2局", "预算数": Decimal(250)}
    assert found(documents, roster=rows) == [("U03", "281001.xlsx", "/projects"), ("U03", None, "")]


def test_the_ledger_gives_totals_where_the_roster_has_none(documents):
    ledger = {"a": {"单位编码": "282001", "预算数": Decimal(150)}, "b": {"单位编码": "282001", "预算数": Decimal(60)}}
    assert found(documents, ledger=ledger) == [("U03", "282001.xlsx", "/projects")]


def test_an_indicator_with_another_unit_than_most_is_told_of(documents):
    documents[3]["projects"][0]["indicators"][0]["value"] = "≥1200%"
    documents[4]["projects"][0]["indicators"][1]["value"] = "≥70%"
    assert found(documents) == [("U06", "283001.xlsx", "/projects/0/indicators/0/value")]


def test_a_copied_department_text_is_told_of_though_name_and_figures_differ(documents):
    documents[4]["department"] = copy.deepcopy(documents[1]["department"])
    documents[1]["department"]["overall_target"] += "2023年第1局完成投资12万元并通过年度验收。"
    documents[4]["department"]["overall_target"] += "2024年第4局完成投资9万元并通过年度验收。"
    assert found(documents) == [("U07", "284001.xlsx", "/department/overall_target")]


def test_copied_goals_are_one_finding_per_unit(documents):
    for index in range(2):
        documents[2]["projects"][index]["target"] = documents[0]["projects"][index]["target"]
    assert found(documents) == [("U07", "282001.xlsx", "/projects/0/target")]


def test_goals_that_the_system_fills_in_may_be_the_same(documents):
    for number in (0, 2):
        documents[number]["projects"][0] |= {"code": f"13073024R{number:012}", "target": "严格执行相关政策，保障工资及时、足额发放，减少结余资金"}
    assert found(documents) == []


def test_a_unit_of_another_department_is_told_of(documents):
    rows = roster(documents)
    rows["281001"] |= {"部门编码": "281", "部门名称": "第1局"}
    rows["282001"] |= {"部门编码": "301", "部门名称": "教育局"}
    assert found(documents, roster=rows) == [("U08", "282001.xlsx", "/unit/code")]


def test_rules_and_severities_follow_the_configuration(documents):
    again = [*documents, copy.deepcopy(documents[1])]
    records = [record(document) for document in again]
    assert judge_units(records, Config(ignore=("U",))) == []
    assert [one.severity for one in judge_units(records, Config(severity={"U01": HINT}))] == [HINT]


def test_folding_one_by_one_gives_the_same(documents):
    documents[2]["unit"]["code"] = documents[1]["unit"]["code"]
    units = Units()
    for document in documents:
        units.add(record(document))
    assert judge_units(units) == judge_units(map(record, documents))


class TestASummary:
    @pytest.fixture
    def rows(self, documents: list[dict[str, Any]]) -> dict[str, Any]:
        return {
            project["code"]: {"项目编码": project["code"], "项目名称": project["name"], "预算数": Decimal(str(project["budget"]["total"]))}
            for document in documents
            for project in document["projects"]
        }

    def judged(self, rows: dict[str, Any], documents: list[dict[str, Any]]) -> list[Finding]:
        return judge_summary(rows, map(record, documents), file="汇总.xlsx")

    def test_that_agrees_has_no_findings(self, rows, documents):
        assert self.judged(rows, documents) == []

    def test_with_a_wrong_amount_is_told_of(self, rows, documents):
        rows["13073024P000100000000"]["预算数"] += Decimal("0.01")
        (finding,) = self.judged(rows, documents)
        assert (finding.rule, finding.severity, finding.file) == ("D05", ERROR, "汇总.xlsx")
        assert "120.51 万元" in finding.message and "120.50 万元" in finding.message

    def test_with_a_row_missing_or_extra_is_told_of(self, rows, documents):
        del rows["13073024P000200000001"]
        rows["13073024P000999999999"] = {"项目名称": "多出的项目"}
        assert [finding.rule for finding in self.judged(rows, documents)] == ["D06", "D06"]

    def test_in_another_order_is_one_finding(self, rows, documents):
        (finding,) = self.judged(dict(reversed(rows.items())), documents)
        assert finding.rule == "D06" and "次序" in finding.message
