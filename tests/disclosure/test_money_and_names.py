"""What amounts are in, whose projects they are, and where a section ends, as forms of many places say it."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from xltargets.disclosure import import_disclosure
from xltargets.disclosure.interpret import Imported

from .layouts import Part, write_docx

INDICATORS = [["一级指标", "二级指标", "三级指标", "指标值"], ["产出指标", "数量指标", "里程", "3公里"]]


def read(folder: Path, *parts: Part) -> Imported:
    return import_disclosure(write_docx(folder / "x.docx", parts))


def projects(folder: Path, *parts: Part) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = read(folder, *parts).documents[0]["projects"]
    return found


@pytest.mark.parametrize(
    "parts",
    [
        ["修路绩效目标表", [["项目名称", "修路", "<"], ["项目资金（元）", "年度资金总额", "3500000"], ["^", "其中：财政拨款", "3000000"]]],
        ["修路绩效目标表", [["项目名称", "修路"], ["年度资金总额（元）：", "3500000"], ["其中：财政拨款", "3000000"]]],
        ["修路绩效目标表", "（单位：元）", [["项目名称", "修路"], ["预算数", "3500000"], ["财政资金", "3000000"]]],
        ["修路绩效目标表", "填报单位：某县交通局　　金额单位：元", [["项目名称", "修路"], ["预算数", "3500000"], ["财政资金", "3000000"]]],
        ["修路绩效目标表", [["填报单位：某县交通局    单位：元", "<"], ["项目名称", "修路"], ["预算数", "3500000"], ["财政资金", "3000000"]]],
        ["修路绩效目标表", [["项目名称", "修路"], ["预算数", "350万"], ["财政资金", "￥300万元整"]]],
    ],
    ids=["beside the group", "beside the first", "in brackets", "after the unit", "after the unit in a cell", "with the amount"],
)
def test_amounts_are_in_what_is_said_once(tmp_path: Path, parts: list[Part]) -> None:
    (project,) = projects(tmp_path, *parts, INDICATORS)
    assert (project["budget"]["total"], project["budget"]["fiscal"]) == (Decimal(350), Decimal(300))


def test_tables_that_do_not_say_what_amounts_are_in_go_on_as_those_before(tmp_path: Path) -> None:
    tables: list[Part] = []
    for name in ("修路", "种树"):
        tables += [f"{name}绩效目标表", [["项目名称", name], ["预算数", "500000"]], INDICATORS]
    imported = read(tmp_path, "金额单位：元", *tables)
    assert [project["budget"]["total"] for project in imported.documents[0]["projects"]] == [Decimal(50), Decimal(50)]
    assert imported.remarks == ["原文金额单位为元，已换算为万元"]


def test_a_unit_and_its_money_in_one_line_are_two_things(tmp_path: Path) -> None:
    imported = read(tmp_path, "修路绩效目标表", "填报单位：某县交通局　　金额单位：万元", [["项目名称", "修路"], ["预算数", "350"]])
    assert imported.documents[0]["unit"]["name"] == "某县交通局"
    assert imported.documents[0]["projects"][0]["title"] == "修路绩效目标表"
    assert imported.leftovers == []


def test_who_carries_a_project_out_is_the_unit_only_where_nothing_else_says_it(tmp_path: Path) -> None:
    table = [["项目名称", "修路"], ["实施单位", "某县公路段"]]
    assert read(tmp_path, "修路绩效目标表", table).documents[0]["unit"]["name"] == "某县公路段"
    imported = read(tmp_path, "修路绩效目标表", "填报单位：某县交通局", table)
    assert [document["unit"]["name"] for document in imported.documents] == ["某县交通局"]
    assert imported.leftovers == [(6, "某县公路段")]


def test_projects_in_rows_are_told_apart_by_the_column_of_projects(tmp_path: Path) -> None:
    found = read(tmp_path, "部门预算项目绩效目标表", [
        ["序号", "单位", "项目", "预算金额", "绩效目标", "一级指标", "二级指标", "三级指标", "指标值", "单位"],
        ["1", "某县交通局", "修路", "100", "修好", "产出指标", "数量指标", "里程", "3", "公里"],
        ["2", "^", "种树", "50", "种好", "产出指标", "数量指标", "棵数", "3", "棵"],
    ])  # fmt: skip
    (document,) = found.documents
    assert document["unit"]["name"] == "某县交通局"
    assert [(project["name"], project["budget"]["total"], len(project["indicators"])) for project in document["projects"]] == [
        ("修路", Decimal(100), 1), ("种树", Decimal(50), 1),
    ]  # fmt: skip
    assert [project["indicators"][0]["unit"] for project in document["projects"]] == ["公里", "棵"]
    assert found.leftovers == []


def test_a_quarter_that_the_form_lacks_is_left_over_and_taken_for_no_other(tmp_path: Path) -> None:
    plan = [["支出计划", "一季度", "二季度", "三季度"], ["^", "30%", "60%", "90%"]]
    imported = read(tmp_path, "修路绩效目标表", [["项目名称", "修路", "<", "<"], *plan])
    assert imported.documents[0]["projects"][0]["schedule"]["june"] == "60%"
    assert "90%" in [leftover.text for leftover in imported.leftovers]


class TestASectionOfPartOne:
    def read(self, folder: Path, *lines: str) -> Imported:
        path = folder / "x.txt"
        path.write_text("\n".join(["三、工作保障措施", *lines]), "utf-8")
        return import_disclosure(path)

    def test_ends_at_the_heading_that_comes_next(self, tmp_path: Path) -> None:
        imported = self.read(tmp_path, "1.督查", "四、其他事项", "另有说明。")
        assert imported.documents[0]["department"]["safeguards"] == ["1.督查"]
        assert imported.leftovers == [(3, "四、其他事项"), (4, "另有说明。")]

    def test_ends_at_a_part_that_is_none_of_ours(self, tmp_path: Path) -> None:
        imported = self.read(tmp_path, "1.督查", "第三部分 名词解释", "一、财政拨款：指……")
        assert imported.documents[0]["department"]["safeguards"] == ["1.督查"]
        assert [leftover.line for leftover in imported.leftovers] == [3, 4]

    def test_goes_on_where_its_own_texts_are_numbered_like_that(self, tmp_path: Path) -> None:
        lines = ["一、督查", "二、通报", "三、考核", "四、问责"]
        assert self.read(tmp_path, *lines).documents[0]["department"]["safeguards"] == lines

    def test_has_no_numbers_of_pages_in_it(self, tmp_path: Path) -> None:
        imported = self.read(tmp_path, "1.督查", "- 2 -", "第 3 页 共 9 页", "2.通报")
        assert imported.documents[0]["department"]["safeguards"] == ["1.督查", "2.通报"]
        assert imported.leftovers == [(3, "- 2 -"), (4, "第 3 页 共 9 页")]
