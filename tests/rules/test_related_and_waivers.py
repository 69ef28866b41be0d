"""One cause, one alarm; and what a responsible person lets pass is listed, never left out."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from xltargets.rules.config import Config
from xltargets.rules.engine import judge
from xltargets.rules.finding import HINT, WARNING, Finding
from xltargets.rules.related import with_causes
from xltargets.submission.document import from_document


def judged(document: dict[str, Any], config: Config | None = None) -> list[Finding]:
    judgement = judge(from_document(document), config)
    assert judgement.failures == []
    return judgement.findings


def finding(rule: str, pointer: str) -> Finding:
    return Finding(rule, HINT, pointer, "…")


def related(*findings: Finding) -> list[str | None]:
    return [one.related for one in with_causes(findings)]


class TestCauses:
    def test_a_copied_project_explains_what_follows_from_it(self, seed):
        echoes = {(one.rule, one.pointer): one.related for one in judged(seed) if one.rule in ("X06", "X07", "X09", "P08", "X03", "X04")}
        cause = "X04 /projects/1/indicators"
        assert {where: why for where, why in echoes.items() if why} == {
            **{("X06", f"/projects/1/indicators/{row}/value"): cause for row in (1, 2, 3)},
            ("X07", "/projects/1/schedule"): cause,
            ("P08", "/projects/1/schedule"): cause,
            ("X09", "/projects/1/indicators/0/basis"): cause,
        }
        assert echoes["X09", "/projects/0/indicators/0/basis"] is None, "the original's own finding is no echo"
        assert echoes["X03", "/projects/1/target"] is None, "the goal must be mended for itself"

    def test_a_cause_at_another_project_or_indicator_is_none(self):
        assert related(finding("X04", "/projects/1/indicators"), finding("X09", "/projects/2/indicators/0/basis")) == [None, None]
        assert related(finding("S16", "/projects/0/indicators/1/description"), finding("S18", "/projects/0/indicators/2/description")) == [
            None, None,
        ]  # fmt: skip

    def test_a_cause_of_a_cause_is_named_itself(self):
        found = related(finding("X04", "/projects/1/indicators"), finding("X07", "/projects/1/schedule"), finding("P08", "/projects/1/schedule"))
        assert found == [None, "X04 /projects/1/indicators", "X04 /projects/1/indicators"]

    def test_without_its_cause_a_finding_stands_alone(self):
        assert related(finding("X07", "/projects/1/schedule"), finding("X09", "/projects/1/indicators/0/basis")) == [None, None]

    def test_the_order_and_number_of_findings_stay(self, seed):
        findings = judged(seed)
        assert [(one.rule, one.pointer) for one in with_causes(findings)] == [(one.rule, one.pointer) for one in findings]


class TestWaivers:
    CODE = "13073024P00049610002Y"

    @pytest.fixture
    def faulty(self, clean: dict[str, Any]) -> dict[str, Any]:
        """M01 at both projects, C01 at the unit."""
        document = copy.deepcopy(clean)
        for project in document["projects"]:
            project["budget"]["fiscal"] = 1
        document["unit"]["code"] = None
        return document

    def waived(self, document: dict[str, Any], *waivers: dict[str, Any]) -> tuple[dict[str, str | None], list[str]]:
        """Pointers of M01 and C01 with why they pass, and the messages on waivers."""
        findings = judged({**document, "waivers": list(waivers)})
        return (
            {one.pointer: one.waived for one in findings if one.rule in ("M01", "C01")},
            [f"{one.pointer} {one.message}" for one in findings if one.rule == "R10"],
        )

    def test_a_complete_waiver_marks_the_finding_of_its_project_only(self, faulty):
        waiver = {"rule": "m01 ", "project": self.CODE.lower(), "reason": "县长办公会\n批准", "approver": "李某"}
        found, said = self.waived(faulty, waiver)
        assert found == {
            "/unit/code": None, "/projects/0/budget/total": None, "/projects/1/budget/total": "县长办公会 批准（批准人：李某）",
        }  # fmt: skip
        assert said == []

    def test_a_waiver_without_a_project_is_for_what_is_of_no_project(self, faulty):
        found, said = self.waived(faulty, {"rule": "C01", "reason": "新设单位", "approver": "李某"})
        assert [pointer for pointer, why in found.items() if why] == ["/unit/code"] and said == []

    @pytest.mark.parametrize(
        ("waiver", "said"),
        [
            ({"rule": "M01", "project": CODE, "reason": "批准"}, "/waivers/0 豁免缺少批准人"),
            ({"project": CODE, "reason": " ", "approver": "李某"}, "/waivers/0 豁免缺少规则编号、豁免理由"),
            ({"rule": "MO1", "project": CODE, "reason": "批准", "approver": "李某"}, "/waivers/0/rule 没有编号为“MO1”的规则，是不是M01？"),
            ({"rule": "M01", "project": "130730", "reason": "批准", "approver": "李某"}, "/waivers/0/project 申报表中没有项目编码为“130730”的项目"),
            ({"rule": "M01", "reason": "批准", "approver": "李某"}, "/waivers/0/project 没有写项目编码的豁免只对部门的问题有效，而规则M01的问题在项目里"),
            ({"rule": "C01", "project": CODE, "reason": "批准", "approver": "李某"}, "/waivers/0/project 规则C01的问题不在项目里"),
            ({"rule": "M01、C01", "project": CODE, "reason": "批准", "approver": "李某"}, "/waivers/0/rule 一条豁免只能写一条规则，这里有M01、C01"),
            ({"rule": "P01", "project": CODE, "reason": "批准", "approver": "李某"}, "/waivers/0 没有与这条豁免对应的问题"),
            ({"rule": "R01", "project": CODE, "reason": "批准", "approver": "李某"}, "/waivers/0/rule 规则R01说的是内容没有读到"),
        ],
    )  # fmt: skip
    def test_a_waiver_that_is_incomplete_or_idle_is_told_of(self, faulty, waiver, said):
        found, messages = self.waived(faulty, waiver)
        assert not any(found.values())
        assert len(messages) == 1 and messages[0].startswith(said), messages

    def test_a_waiver_of_a_rule_that_is_ignored_is_not_idle(self, faulty):
        document = {**faulty, "waivers": [{"rule": "M01", "project": self.CODE, "reason": "批准", "approver": "李某"}]}
        assert "R10" not in {one.rule for one in judged(document, Config(ignore=("M01",)))}

    def test_a_blank_row_of_the_list_says_nothing(self, faulty):
        assert self.waived(faulty, {"rule": None, "project": None, "reason": " ", "approver": None})[1] == []

    def test_nothing_is_lost_and_severities_follow_the_configuration(self, faulty):
        waiver = {"rule": "M01", "project": self.CODE, "reason": "批准", "approver": "李某"}
        without, with_it = judged(faulty), judged({**faulty, "waivers": [waiver]})
        assert [(one.rule, one.pointer) for one in without] == [(one.rule, one.pointer) for one in with_it]
        idle = {"waivers": [{**waiver, "rule": "P01"}]}
        findings = judged({**faulty, **idle}, Config(severity={"R10": WARNING}))
        assert [one.severity for one in findings if one.rule == "R10"] == [WARNING]
