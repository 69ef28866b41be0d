"""Group B: indicators, goals, purposes and the budget belong together. See also goal_quantities.py (B01) and support.py (B06)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from xltargets.rules.catalogue.support import NO_HAN, support_words
from xltargets.rules.items import Row
from xltargets.rules.language.prose import HAN, indicators_of, marks, shown, unmarked
from xltargets.rules.language.quantities import DIGIT, LONGEST
from xltargets.rules.language.similar import likeness, prose
from xltargets.rules.language.wording import amount, in_wan
from xltargets.rules.language.wordlists import built, words
from xltargets.rules.registry import HINT, WARNING, Hit, rule
from xltargets.values import Value, parse
from xltargets.values.patterns import later

_HAN_QUANTITY = later(
    "百分之|[一二三四五六七八九十两百千万]{1,6}(?:个(?!方面|月内)|件|人|次|户|项|名|家|场|所|公里|平方米|亩|吨|台|套|份|期|座|处|辆|批|季度|月底|月份|村|成)(?!性)|全覆盖|零(?:事故|上访|投诉|差错)"
)
_DOCUMENT_NUMBER = later(r"[〔\[【（(][0-9]{4}[〕\]】）)]第?[0-9]{1,5}号")


@rule(
    "B02",
    HINT,
    basis="K5",
    needs=["target"],
    bad={"target": "1.通过开展信访工作，维护群众合法权益和全县社会和谐稳定。"},
    good={"target": "按期受理群众信访事项，办结率达到百分之九十五，维护群众合法权益。"},
)
def goals_can_be_measured(target: str) -> Iterator[Hit]:
    """绩效目标应有可衡量的内容

    绩效目标要具体细化：没有数量、比率，也没有完成时间的，无法考核。条目的序号和发文字号里的数字不算。
    改法：写明数量、质量标准或完成时限，如“受理信访事项不少于1200件”。
    """
    text = unmarked(target[:20_000])
    for mark in reversed(marks(text)):
        text = text[: mark.start] + " " + text[mark.end :]
    text = _DOCUMENT_NUMBER.sub(" ", text)
    if not DIGIT.search(text) and not _HAN_QUANTITY.search(text):
        yield "target", "绩效目标没有数量、比率或时限，无法衡量，请补充可考核的内容"


@rule(
    "B03",
    HINT,
    basis="K5",
    needs=["indicators"],
    inputs=["@rows"],
    bad={"indicators.0.value": "及时受理", "indicators.1.value": "规范", "indicators.2.value": "按期办结", "indicators.4.value": "有效化解"},
    good={"indicators.0.value": "及时受理", "indicators.1.value": "规范", "indicators.4.value": "有效化解"},
)
def most_indicators_are_quantitative(indicators: list[Any], rows: Sequence[Row], *, share: float = 0.5, fewest: int = 3) -> Iterator[Hit]:
    """定量指标应占多数

    指标应以定量为主：有指标值的指标不少于 fewest 条时，数值、区间和期限（日期）所占的比例应不低于 share。空白和占位的不计。
    改法：把能用数量、比率、时限表示的定性指标改为定量指标。
    """
    measured = sum(not row.sorts.isdisjoint(("number", "date")) for row in rows)
    told = measured + sum("qual" in row.sorts for row in rows)
    if told >= fewest and measured < share * told:
        yield "indicators", f"{told}条指标中定量指标只有{measured}条，少于{share:.0%}，请把能量化的改为定量指标"


@rule(
    "B04",
    HINT,
    basis="I",
    needs=["budget.total", "indicators"],
    inputs=["@money"],
    follows=["S03"],
    bad={"budget.total": 12000},
    good={"budget.total": 1200},
)
def large_projects_have_enough_indicators(
    total: Decimal, indicators: list[Any], unit: str, *, bands: Sequence[Sequence[int]] = ((500, 5), (2000, 8), (10000, 10))
) -> Iterator[Hit]:
    """大额项目的指标不宜过少

    bands 是各档的预算数（万元）和至少应有的三级指标条数，如预算数达到 2000 万元的不少于 8 条。
    改法：按项目的主要内容补充产出和效益指标。
    """
    total = in_wan(total, unit)
    least = max((band[1] for band in bands if total >= band[0]), default=0)
    count = sum(_has_content(indicator) for _, indicator in indicators_of({"indicators": indicators})) if least else 0
    if count < least:
        band = max(band[0] for band in bands if total >= band[0])
        yield "indicators", f"预算数{amount(total)}（{band}万元以上）的项目只有{count}条三级指标，宜不少于{least}条"


def _has_content(indicator: Mapping[str, Any]) -> bool:
    name, value = indicator.get("level3"), indicator.get("value")
    return isinstance(name, str) and name.strip() != "" or isinstance(value, str) and value.strip() != ""


@rule(
    "B05",
    HINT,
    basis="K1",
    needs=["purpose", "target"],
    maybe=["name"],
    bad={
        "purpose": "2024年受理办理信访事项不少于1200件，12月底前按期办结率达到95%以上，信访群众满意度达到90%以上。",
    },
    good={"purpose": "按照工作安排，2024年受理办理信访事项不少于1200件，用于支付办公费、差旅费和劳务费。"},
)
def purpose_and_goal_belong_together(purpose: str, target: str, name: str | None, *, highest: float = 0.95, lowest: float = 0.1) -> Iterator[Hit]:
    """资金用途与绩效目标应相关而不雷同

    资金用途说钱花在哪里，绩效目标说达到什么效果。两者相似度不低于 highest 的视为照抄；资金用途与绩效目标、项目名称共有的实字
    （除去空泛的词和“办公费”等费用名称）不到 lowest 的，视为脱节；只列费用名称的不查。
    改法：照抄的，分别写明用途和效果；脱节的，核对是否填错了项目。
    """
    used, goal = prose(purpose)[:LONGEST], prose(target)[:LONGEST]
    if len(used) < 8 or len(goal) < 8:
        return
    if likeness(used, goal, highest) >= highest:
        yield "purpose", "资金用途与绩效目标相同或几乎相同，请分别写明钱用在哪里、达到什么效果"
        return
    goal = goal + " " + prose(name)[:200]
    if _clearly_related(used, goal, lowest):
        return
    spent, meant = _content(used), _content(goal)
    if min(len(spent), len(meant)) >= _ENOUGH and len(spent & meant) < lowest * min(len(spent), len(meant)):
        yield "purpose", "资金用途与绩效目标、项目名称没有共同的内容，疑似脱节，请核对"


def _clearly_related(used: str, goal: str, lowest: float) -> bool:
    """Whether so many characters of both are of no empty or cost word that what is left of them need not be worked out."""
    one, other = set(_COSTS.sub(" ", used)), set(_COSTS.sub(" ", goal))
    common = sum("\u4e00" <= char <= "\u9fff" for char in (one & other) - _empty_letters())
    return common >= lowest * min(len(one), len(other))


@built
def _empty_letters() -> frozenset[str]:
    return frozenset("".join(words("support")["empty"]["words"]))


#: Fewer characters than these say too little to be compared.
_ENOUGH = 6
_COSTS = later(f"[{HAN}]{{1,3}}费用?|购置|购买|采购|支付|发放|补助|补贴")


def _content(text: str) -> frozenset[str]:
    """The characters of a text's content words, without what money is spent on everywhere."""
    return frozenset(NO_HAN.sub("", support_words()[0].sub(" ", _COSTS.sub(" ", text))))


@rule(
    "B07",
    HINT,
    basis="P",
    each="indicator",
    needs=["value"],
    maybe=["level2"],
    inputs=["@values", "@previous"],
    bad={"value": "≥1200件", "@previous.projects.0.indicators.0.value": "≥500件"},
    good={"value": "≥1200件", "@previous.projects.0.indicators.0.value": "≥0.1万件"},
)
def quantities_do_not_jump(
    typed: str, level2: str | None, value: Value, previous: Mapping[str, Any], *, change: float = 0.5, zero_growth: bool = False
) -> Iterator[Hit]:
    """产出数量与上年不宜突变

    有上年的申报表时，比较同一项目同名指标的指标值：单位相同（可换算）的数量增减超过 change（0.5 即 50%）为突变；比率不比较。
    zero_growth 为 true 时，数量指标与上年相同也提示。
    改法：核对是否填错；确有变化的，在描述或依据中说明原因。
    """
    before = _value_of(previous)
    if not (_comparable(value) and _comparable(before)) or value.base_unit != before.base_unit or value.is_rate:
        return
    new, old = _base(value), _base(before)
    if old <= 0:
        return
    if abs(new - old) > Decimal(str(change)) * old:
        ratio = abs(new - old) / old
        how = "增加" if new > old else "减少"
        yield "value", f"指标值“{shown(typed.strip())}”比上年“{shown(before.raw.strip())}”{how}{ratio:.0%}，超过{change:.0%}，请核对或说明原因"
    elif zero_growth and new == old and isinstance(level2, str) and "数量" in level2:
        yield "value", f"数量指标“{shown(typed.strip())}”与上年相同，没有增长，请核对"


def _value_of(indicator: Mapping[str, Any]) -> Value:
    parts = [part if isinstance(part := indicator.get(key), str) else None for key in ("operator", "unit", "nature")]
    typed = indicator.get("value")
    return parse(typed if isinstance(typed, str) else None, op=parts[0], unit=parts[1], nature=parts[2])


def _comparable(value: Value) -> bool:
    return value.kind == "quant" and value.lo is not None and not value.change


def _base(value: Value) -> Decimal:
    assert value.lo is not None
    return value.lo * value.factor


@rule(
    "B08",
    WARNING,
    basis="R K2",
    needs=["target", "long_term_target"],
    maybe=["start", "end"],
    bad={"target": "建成信访接待大厅，接待能力达到1200人次。", "long_term_target": "建成信访接待大厅，接待能力达到1200人次。"},
    good={"target": "完成主体工程，支付进度款80%。", "long_term_target": "建成信访接待大厅，接待能力达到1200人次。"},
)
def annual_goal_is_not_the_whole_goal(target: str, whole: str, start: object, end: object) -> Iterator[Hit]:
    """跨年项目的年度目标不得照抄总目标

    同时填有中长期（总体）目标和年度目标的，两者除标点外不应相同；起止日期在同一年内的项目不查。
    改法：年度目标写明本年要完成的阶段任务。
    """
    if isinstance(start, str) and isinstance(end, str) and start[:4] == end[:4]:
        return
    if prose(target) and prose(target) == prose(whole):
        yield "target", "年度绩效目标与中长期绩效目标相同，请写明本年度要完成的任务"
