"""Random documents for the disclosure: blanks, line breaks, odd blanks, texts that look like labels and markup."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from xltargets.submission.form import ITEM, load_form

#: What could be taken for something else.
LOOKALIKES = [
    "绩效目标", "一级指标", "指标值", "项目编码", "项目名称：假的", "第二部分", "二、分项绩效目标", "三、工作保障措施：甲", "1.别的绩效目标表", "1. 别的绩效目标表",
    "单位：元", "金额单位：万元", "286001怀来县信访局", "286001 怀来县信访局", "[bookmark: _Toc_1]甲", "[bookmark: _Toc_1]", "[bookmark: 坏 名]甲",
    "[原文: null]", '[原文: "甲"]', "合计", "总分", "| 甲 | 乙 |", "# 甲", "\t甲", "甲\t乙", "甲\t\t", "甲\n乙", "甲\n\n乙", "\n甲", "甲\n", "甲\n\t乙", "甲\n| 乙 |",
    " 甲", "甲 ", "\u3000甲\u3000", " ", "\u3000", "<b>甲</b>", "&amp;", "</td>", "{{ unit.name }}", "{% x %}", "=1+1", "30.00", "30%", "30万元", "2024年", "\u2028甲",
    "目录", "总体绩效目标", "甲\n一、总体绩效目标", "甲\n1.乙绩效目标表", "目标\t12", "一、总体绩效目标……3", "“甲”", "\ufeff甲", "预算数", "绩效标准", "预算金额：3", "null",
    "- 3 -", "12", "第三部分 名词解释", "一、甲", "二、乙", "四、丁", "填报单位：某县交通局　　单位：元", "单位：某县交通局", "实施单位：某县公路段", "（单位：元）",
    "项目资金（元）", "项目", "9月底", "单位：某县交通局 预算数：3", "甲 单位：元", "甲\n- 3 -\n乙", "甲\n二、乙",
]  # fmt: skip
TEXT = st.sampled_from(LOOKALIKES) | st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn"), include_characters="\n\t，。；≥%=+-@'\"<&>_x：."),
    min_size=1, max_size=30,
)  # fmt: skip
MONEY = st.decimals(Decimal(0), Decimal(10) ** 9, places=2) | st.decimals(Decimal(0), Decimal(10) ** 6, places=6)
PERCENT = st.decimals(Decimal(0), Decimal(100), places=1)
LEVELS = st.lists(
    st.tuples(st.sampled_from(["产出指标", "效益指标", "产出指标（50分）", None]), st.sampled_from(["数量指标", "质量指标", "", None])),
    max_size=8,
)


def blank_or(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


@st.composite
def documents(draw: st.DrawFn, *, further: bool = False) -> dict[str, Any]:
    """A document with every field of the official template, and perhaps some that it lacks; nothing that is not published."""
    form = load_form()
    extra = {
        field.dotted for field in form.fields.values()
        if field.elsewhere and field.path[0] == "projects" and "items" not in field.path and further and draw(st.booleans())
    }  # fmt: skip

    def item(array: tuple[str, ...]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for field in form.fields.values():
            keys = field.path[len(array) + 1 :]
            own = field.path[: len(array) + 1] == (*array, ITEM) and ITEM not in keys and not field.fill_down
            if not own or (field.elsewhere and field.dotted not in extra):
                continue
            node = found
            for key in keys[:-1]:
                node = node.setdefault(key, {})
            kind = {"万元": MONEY, "%": PERCENT}.get(field.unit, MONEY if field.type == "number" else TEXT)
            kind = st.dates().map(str) if field.type == "date" else kind
            node[keys[-1]] = draw(blank_or(kind))
        return found

    projects = []
    for _ in range(draw(st.integers(0, 3))):
        project = item(("projects",))
        project["indicators"] = [
            {"level1": level1, "level2": level2 or None, **item(("projects", ITEM, "indicators"))}
            for level1, level2 in draw(LEVELS)
        ]
        projects.append(project)
    if len(projects) > 1 and draw(st.booleans()):
        projects[1] = projects[0]
    return {
        "template": {"version": form.version},
        "unit": {"code": draw(blank_or(st.just("286001") | TEXT)), "name": draw(blank_or(TEXT)),
                 "region": draw(blank_or(TEXT)), "year": draw(blank_or(st.integers(2000, 2099)))},
        "department": {"overall_target": draw(blank_or(TEXT)),
                       "itemised_targets": draw(st.lists(blank_or(TEXT), max_size=5)),
                       "safeguards": draw(st.lists(TEXT, max_size=4))},
        "projects": projects,
        "waivers": [],
    }  # fmt: skip
