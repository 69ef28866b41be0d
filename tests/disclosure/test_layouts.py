"""Disclosures in the layouts of several provinces, as Word documents, pages and text."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from xltargets.disclosure import Imported, import_disclosure

from . import layouts
from .layouts import Grid, Part, write_docx, write_html, write_text

Write = Callable[[Path, list[Part]], Path]
WRITERS: dict[str, Write] = {"layout.docx": write_docx, "layout.html": write_html, "layout.txt": write_text}


@pytest.fixture(params=list(WRITERS))
def read(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., Imported]:
    """Reads paragraphs and grids from a file of each kind."""
    return lambda *parts: import_disclosure(WRITERS[request.param](tmp_path / request.param, list(parts)))


def only(imported: Imported) -> list[dict[str, Any]]:
    assert len(imported.documents) == 1
    return imported.documents[0]["projects"]


def column(project: dict[str, Any], key: str) -> list[Any]:
    return [row.get(key) for row in project["indicators"]]


def test_sichuan_has_many_projects_on_one_sheet_in_yuan(read: Callable[..., Imported]) -> None:
    imported = read(layouts.SICHUAN)
    road, lamps = only(imported)
    assert imported.documents[0]["unit"]["code"] == "511300" and imported.documents[0]["unit"]["name"] == "某市交通局"
    assert (road["name"], road["budget"]["total"]) == ("农村公路养护", Decimal("123.456789"))
    assert (lamps["name"], lamps["budget"]["total"]) == ("路灯维护", Decimal("3"))
    assert column(road, "level3") == ["养护里程", "养护次数", "抢通时限", "出行条件", "群众满意度"]
    assert column(road, "level2") == ["数量指标", "数量指标", "时效指标", "社会效益指标", "服务对象满意度指标"]
    assert column(road, "nature") == ["≥", "＝", "≤", "定性", "≥"] and column(road, "unit") == ["公里", "次", "小时", None, "%"]
    assert column(lamps, "weight") == [60, 30]
    assert imported.leftovers == [] and imported.remarks == ["“预算数（元）”以元计，已换算为万元"]


def test_anhui_has_results_beside_targets_which_are_left_over(read: Callable[..., Imported]) -> None:
    imported = read("项目支出绩效自评表", layouts.ANHUI)
    (project,) = only(imported)
    assert project["budget"] | {"whole_period": None} == {
        "total": Decimal(350), "fiscal": Decimal(300), "other": Decimal(50), "whole_period": None,
    }  # fmt: skip
    assert project["target"] == "为10所乡镇卫生院配备设备。"
    assert column(project, "level1") == ["产出指标（50分）"] * 3 + ["效益指标（30分）", "满意度指标（10分）"]
    assert column(project, "weight") == [20, 10, 20, 30, 10]
    left = [leftover.text for leftover in imported.leftovers]
    assert left == [
        "某县卫生健康委员会", "340.00", "338.50", "10", "99.56%", "290.00", "288.50", "50.00", "50.00", "已全部配备。", "10所",
        "118人次", "两人请假", "100%", "56%", "95%", "100",
    ]  # fmt: skip


def test_shanghai_has_labels_with_their_unit_of_money(read: Callable[..., Imported]) -> None:
    imported = read(layouts.SHANGHAI)
    (project,) = only(imported)
    assert project["budget"]["total"] == Decimal("40.000001") and project["budget"]["whole_period"] == Decimal(80)
    assert (project["start"], project["end"]) == ("2024-01-01", "2024-12-31")
    assert column(project, "value") == ["≥8000.00(册)", "合规", "≥5.00(%)", "≥90.00(%)"]
    assert [leftover.text for leftover in imported.leftovers] == ["街道图书馆购置图书。"]


def test_hubei_has_standards_and_no_first_level(read: Callable[..., Imported]) -> None:
    imported = read(layouts.HUBEI)
    (project,) = only(imported)
    assert column(project, "level2") == ["数量指标", "数量指标", "质量指标", "服务对象满意度指标"]
    assert column(project, "value") == ["≥2.5万亩", "≥36公里", "100%", "≥90%"]
    assert column(project, "basis") == ["计划标准", "计划标准", "行业标准", "计划标准"]
    assert column(project, "last_year") == ["2.2万亩", "30公里", "100%", None]
    assert [leftover.text for leftover in imported.leftovers] == ["2万亩", "100%"]


def test_hunan_has_long_term_blocks_which_are_told_apart(read: Callable[..., Imported]) -> None:
    imported = read(layouts.HUNAN)
    (project,) = only(imported)
    assert project["budget"]["total"] == Decimal(280)
    assert (project["target"], project["long_term_target"]) == ("规范化建设司法所14个。", "三年内司法所全部规范化。")
    assert column(project, "level3") == ["建设数量", "完成时间", "群众满意度"]
    assert [leftover.text for leftover in imported.leftovers] == ["三年建设数量", "42个", "含装备"]


SIDE_BY_SIDE: Grid = [
    ["项目名称", "司法所建设", "<", "<", "<", "<", "<"],
    ["绩效指标", "长期绩效指标", "<", "<", "年度绩效指标", "<", "<"],
    ["一级指标", "二级指标", "指标内容", "指标值", "二级指标", "指标内容", "指标值"],
    ["产出指标", "数量指标", "三年建设", "42个", "数量指标", "当年建设", "14个"],
    ["^", "质量指标", "三年合格率", "100%", "质量指标", "当年合格率", "≥99%"],
]


def test_annual_columns_are_taken_where_long_term_ones_stand_beside_them(tmp_path: Path) -> None:
    imported = import_disclosure(write_docx(tmp_path / "x.docx", [SIDE_BY_SIDE]))
    (project,) = only(imported)
    assert column(project, "level3") == ["当年建设", "当年合格率"] and column(project, "value") == ["14个", "≥99%"]
    assert column(project, "level1") == ["产出指标", "产出指标"]
    assert [leftover.text for leftover in imported.leftovers] == ["三年建设", "42个", "三年合格率", "100%"]


HEADER = ["一级指标", "二级指标", "三级指标", "绩效指标描述", "指标值", "指标值确定依据"]
TOP: Grid = [
    ["项目编码", "13073024P000585100016", "<", "项目名称", "修路", "<"],
    ["绩效目标", "修路三公里", "<", "<", "<", "<"],
    HEADER,
    ["产出指标", "数量指标", "里程", "里程", "3公里", "计划"],
]
REST: Grid = [["", "", "桥", "座数", "2座", "计划"], ["效益指标", "社会效益指标", "出行", "出行", "改善", "计划"]]


@pytest.mark.parametrize("rest", [REST, [HEADER, *REST]], ids=["as it was", "with its headings again"])
def test_a_table_cut_at_the_end_of_a_page_goes_on(read: Callable[..., Imported], rest: Grid) -> None:
    imported = read("1.修路绩效目标表", TOP, " ", rest, "2.种树绩效目标表", [["项目名称", "种树"], ["预算数", "8"]])
    road, trees = only(imported)
    assert column(road, "level3") == ["里程", "桥", "出行"] and column(road, "level2") == ["数量指标", "数量指标", "社会效益指标"]
    assert trees["name"] == "种树" and trees["budget"]["total"] == 8 and trees["indicators"] == []
    assert imported.leftovers == []


def test_headings_repeated_within_a_table_are_no_rows(read: Callable[..., Imported]) -> None:
    (road,) = only(read([*TOP, HEADER, *REST]))
    assert column(road, "level3") == ["里程", "桥", "出行"]


def test_projects_follow_each_other_in_one_table_without_titles(read: Callable[..., Imported]) -> None:
    second = [["项目编码", "13073024P000585100017", "<", "项目名称", "种树", "<"], HEADER,
              ["产出指标", "数量指标", "棵数", "棵数", "99棵", "计划"]]  # fmt: skip
    road, trees = only(read([*TOP, *second]))
    assert (road["name"], column(road, "level3")) == ("修路", ["里程"])
    assert (trees["name"], column(trees, "value")) == ("种树", ["99棵"])


def test_tables_of_several_units_become_several_documents(read: Callable[..., Imported]) -> None:
    def table(unit: str, name: str) -> list[Part]:
        return [f"1.{name}绩效目标表", [[unit, "<", "单位：元", "<"], ["项目名称", name, "预算数", "100"], HEADER[:4],
                ["产出指标", "数量指标", "甲", "乙"]]]  # fmt: skip

    imported = read(*table("286001甲局", "修路"), *table("286002乙局", "种树"), *table("286001甲局", "铺桥"))
    assert [(document["unit"]["code"], document["unit"]["name"]) for document in imported.documents] == [
        ("286001", "甲局"), ("286002", "乙局"),
    ]  # fmt: skip
    assert [[project["name"] for project in document["projects"]] for document in imported.documents] == [["修路", "铺桥"], ["种树"]]
    assert imported.documents[1]["projects"][0]["budget"]["total"] == Decimal("0.01")
    assert imported.remarks == ["原文金额单位为元，已换算为万元"]


def test_parts_one_after_the_other_belong_to_units_one_after_the_other(read: Callable[..., Imported]) -> None:
    def unit(name: str) -> list[Part]:
        return ["第一部分 部门整体绩效目标", "一、总体绩效目标", f"{name}的目标。", "第二部分 预算项目绩效目标",
                f"1.{name}项目绩效目标表", [["项目名称", f"{name}项目"], ["预算数", "1"]]]  # fmt: skip

    imported = read(*unit("甲"), *unit("乙"))
    assert [document["department"]["overall_target"] for document in imported.documents] == ["甲的目标。", "乙的目标。"]
    assert [len(document["projects"]) for document in imported.documents] == [1, 1]
    assert imported.leftovers == []


def test_a_table_of_the_department_gives_its_goal_and_leaves_its_indicators(read: Callable[..., Imported]) -> None:
    table = [["部门名称", "甲局", "<", "<"], ["年度总体目标", "服务群众。", "<", "<"], ["一级指标", "二级指标", "三级指标", "指标值"],
             ["产出指标", "数量指标", "次数", "9次"]]  # fmt: skip
    imported = read("部门整体支出绩效目标表", table, "1.修路绩效目标表", TOP)
    (document,) = imported.documents
    assert document["department"]["overall_target"] == "服务群众。" and document["unit"]["name"] == "甲局"
    assert [leftover.text for leftover in imported.leftovers if "部门整体" not in leftover.text] == ["次数", "9次"]
    assert [project["name"] for project in document["projects"]] == ["修路"]


def test_paragraphs_between_the_parts_are_told_with_their_line(tmp_path: Path) -> None:
    text = "某局文件\n\n一、总体绩效目标\n目标。\n第二部分\n说明：略。\n1.修路绩效目标表\n\t项目名称\n\t修路\n\n\t预算数\n\t3\n\n完\n"
    (tmp_path / "x.txt").write_text(text, "utf-8")
    imported = import_disclosure(tmp_path / "x.txt")
    assert [(leftover.line, leftover.text) for leftover in imported.leftovers] == [(1, "某局文件"), (6, "说明：略。"), (14, "完")]
