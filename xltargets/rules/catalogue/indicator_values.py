"""Group V, third part: what a 指标值 says, against the name of its indicator: its unit, its date, its words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date as day
from decimal import Decimal
from typing import Any

from xltargets.rules.catalogue.value_limits import HUNDRED, NEGATIVE_OPENING, UP
from xltargets.rules.items import Row
from xltargets.rules.language.names import bare, is_rate_name
from xltargets.rules.language.vocabulary import pattern, words
from xltargets.rules.language.wording import quoted
from xltargets.rules.language.wordlists import built
from xltargets.rules.language.wordlists import words as table
from xltargets.rules.registry import ERROR, HINT, WARNING, Hit, rule
from xltargets.values import Date, Value
from xltargets.values.patterns import later

Indicators = Sequence[Mapping[str, Any]]


@built
def _named_unit(name: str) -> tuple[str, frozenset[str]] | None:
    """The last word of a name that calls for a unit, and the units that it accepts."""
    text = bare(name)
    if is_rate_name(name):
        return next(word for word in words("rate") if text.endswith(word)), frozenset({"%", "百分点", "倍"})
    best: tuple[int, str, frozenset[str]] = 0, "", frozenset()
    for entry in table("indicator_words")["unit_of"]:
        for word in entry["words"]:
            at = text.rfind(word)
            if at >= 0 and (at + len(word), len(word)) > (best[0], len(best[1])):  # the last one, 软件数 before 件数
                best = at + len(word), word, frozenset(entry["units"])
    last_rate = max((text.rfind(word) for word in words("rate")), default=-1)
    return best[1:] if best[2] and last_rate < best[0] else None


@rule(
    "V09",
    WARNING,
    basis="R",
    each="indicator",
    needs=["level3"],
    follows=["S09", "S11", "S14"],
    inputs=["@values"],
    values=["number"],
    bad={"level3": "受理信访人数", "value": "≥1200件"},
    good={"level3": "资助信访人数覆盖率", "value": "≥95%"},
)
def unit_fits_the_name(name: str, value: Value) -> Iterator[Hit]:
    """单位应与指标名称相符

    率、比例、占比对应 %，次数对应次，人数对应人，天数对应天，户数对应户，面积对应亩、平方米等。名称中最后一个这样的词为准：
    “资助人数覆盖率”是率。没有写单位的由 C11 检查，只写“万”的由 V10 检查。
    改法：改正单位，或改正名称。
    """
    if not value.unit or value.change is not None or "glued-unit" in value.flags:
        return
    named = _named_unit(name)
    if named is None:
        return
    word, accepted = named
    if value.unit in accepted:
        return
    if word in words("rate") and value.per:
        return  # 万车死亡率 ≤1.5人/万车
    if value.is_money and not bare(name).endswith(word):
        return  # 单位面积造价 ≤2400元/平方米
    units = {value.unit.partition("/")[0], value.base_unit.partition("/")[0]}
    if not any(unit in accepted or unit.removeprefix("万") in accepted for unit in units):
        expected = "、".join(unit for unit in _IN_ORDER if unit in accepted) or min(accepted)
        yield "value", f"{quoted(name)}是“{word}”，单位却是{quoted(value.unit)}，应为{expected}，请改正单位或名称"


#: The units that a message proposes, most usual first.
_IN_ORDER = ("%", "次", "人", "名", "天", "户", "个", "件", "场", "亩", "平方米", "公里", "元")


#: A date in no year of ours: 2204年9月底前, 20224年.
_NO_YEAR = later(r"\s{0,5}(?!(?:19|20)[0-9]{2}年)[0-9]{4,5}年(?:度|底|末|[0-9]{1,2}月)", re.ASCII)


@rule(
    "V13",
    ERROR,
    basis="O",
    each="indicator",
    needs=["value", "unit.year"],
    maybe=["project.start", "project.end"],
    follows=["Y05"],
    inputs=["@values"],
    bad={"value": "2025年3月底前"},
    good={"value": "2024年12月底前"},
)
def date_lies_within_the_year(
    typed: str, year: int, start: str | None, end: str | None, value: Value
) -> Iterator[Hit]:
    """完成日期应在预算年度和项目起止日期之内

    日期没有写年份的按预算年度，年份写成“2204年”“20224年”的也是错误；有项目起始、终止日期的，以起止日期为准。时间段起止颠倒的也在其列。“每月10日前”等不检查。
    改法：核对日期；跨年度的项目补填项目起止日期。
    """
    date = value.date
    if "年" in typed and _NO_YEAR.match(typed):
        yield "value", f"指标值{quoted(typed)}的年份不对，预算年度是{year}年，请改正"
    if value.kind != "date" or date is None or date.every or value.op in UP:
        return
    first, last = _months(date, year)
    begins = _months(value.since, year)[0] if value.since is not None else None
    if begins is not None and begins > last:
        yield "value", f"指标值{quoted(typed)}的起止时间颠倒，请核对"
        return
    opens = _month_of(start) or year * 12 + 1
    closes = _month_of(end) or year * 12 + 12
    if first != last or begins is not None:
        outside = last < opens or (begins or first) > closes
    else:
        outside = not opens <= last <= closes
    if outside:
        span = f"{_named(opens)}至{_named(closes)}"
        yield "value", f"指标值{quoted(typed)}不在{'项目起止日期' if start or end else '预算年度'}（{span}）之内，请核对"


def _months(date: Date, year: int) -> tuple[int, int]:
    """The first and last month that a date means, counted from year 0."""
    base = (date.year or year) * 12
    if date.month is not None:
        return base + date.month, base + date.month
    if date.quarter is not None:
        return base + 3 * date.quarter - 2, base + 3 * date.quarter
    if date.day is not None:
        return base + 1, base + 12
    return base + (7 if date.part == "下半年" else 1), base + (6 if date.part == "上半年" else 12)


def _month_of(iso: str | None) -> int | None:
    if not iso:
        return None
    try:
        found = day.fromisoformat(iso)
    except ValueError:
        return None
    return found.year * 12 + found.month


def _named(month: int) -> str:
    return f"{(month - 1) // 12}年{(month - 1) % 12 + 1}月"


@rule(
    "V14",
    HINT,
    basis="R",
    needs=["indicators"],
    inputs=["@rows"],
    bad={
        "indicators.0.value": "≥95%",
        "indicators.1.value": "≥95%",
        "indicators.2.value": "≥95%",
        "indicators.3.value": "95%",
        "indicators.4.value": "≥95.0%",
        "indicators.5.value": "不低于95%",
    },
    good={
        "indicators.0.value": "≥95%",
        "indicators.1.value": "≥95%",
        "indicators.2.value": "≥95%",
        "indicators.3.value": "≥95%",
        "indicators.4.value": "≥95%",
    },
)
def values_differ(indicators: Indicators, rows: Sequence[Row], *, at_least: int = 5) -> Iterator[Hit]:
    """各指标的指标值不应全部相同

    一个项目 at_least 条以上的定量指标，数值和单位全都相同，说明没有逐条测算。运算符不同也算相同。
    改法：按各自的情况逐条测算指标值。
    """
    numbers = [(row.index, row.value) for row in rows if row.value is not None and "quant" in row.sorts]
    if len(numbers) >= at_least and len({(value.lo, value.unit) for _, value in numbers}) == 1:
        index, value = numbers[0]
        yield f"indicators.{index}.value", f"{len(numbers)}条定量指标都取{quoted(value.raw)}，请按各自的情况测算"


@rule(
    "V15",
    HINT,
    basis="K5 K2 R",
    each="indicator",
    needs=["value", "description"],
    follows=["V16"],
    inputs=["@values"],
    values=["qual"],
    bad={"value": "效果良好", "description": "信访工作的社会效果"},
    good={"value": "优", "description": "按年度考核结果分优、良、中、差四档"},
)
def words_are_graded(typed: str, description: str, value: Value) -> Iterator[Hit]:
    """定性指标值应有分级或佐证

    指标值是文字的，描述中应说明分几档、凭什么评定（考核结果、问卷、验收报告等），否则自评时无从打分。与时间、预算比较的不在其列。
    改法：在绩效指标描述中写明分档标准或佐证材料；能定量的改为定量。
    """
    if value.op is not None or value.qual_class == "时限类" or "mixed" in value.flags:
        return
    if pattern("budget").search(typed[:200]) or "ratio" in value.flags:
        return
    if not pattern("graded").search(description[:2000]):
        yield "value", f"指标值{quoted(typed)}是文字，描述中没有分级标准或佐证材料，请补充"


@rule(
    "V16",
    HINT,
    basis="K1 R",
    each="indicator",
    needs=["value"],
    inputs=["@values"],
    values=["qual"],
    bad={"value": "明显提升"},
    good={"value": "较上年明显提升"},
)
def words_are_not_empty(typed: str, value: Value) -> Iterator[Hit]:
    """定性指标值不应空泛

    “提升”“改善”“明显”“得到保障”等，没有比较的基础或期限，事后怎样都算完成。
    改法：写明与什么相比、到什么程度，如“较上年下降”“全部建成”，能定量的改为定量。
    """
    if value.qual_class not in ("程度类", "方向类", "达成类") or len(value.text) > 20:
        return
    if pattern("vague").search(value.text) and not pattern("measured").search(value.text):
        yield "value", f"指标值{quoted(typed)}没有比较的基础或期限，无法衡量，请写明与什么相比、到什么程度"


@rule(
    "V21",
    HINT,
    basis="K1",
    needs=["indicators"],
    inputs=["@rows"],
    bad={"indicators.1.level3": "信访事项办结率", "indicators.1.value": "≥40%"},
    good={"indicators.1.level3": "信访事项办结率", "indicators.1.value": "≥60%"},
)
def targets_are_neither_too_low_nor_all_perfect(
    indicators: Indicators, rows: Sequence[Row], *, lowest: float = 60, at_least: int = 4
) -> Iterator[Hit]:
    """指标值不应过低，也不应全部满分

    完成率、合格率等低于 lowest% 的，目标过低；一个项目 at_least 条以上的比率全部是 100% 的，没有考虑实际可能。满意度由 V04、全部
    指标同值由 V14 检查。
    改法：参照上年完成情况、行业标准测算。
    """
    rates = []
    for row in rows:
        value = row.value
        if value is None or "rate" not in row.sorts or value.change is not None or value.lo is None or row.name is None:
            continue
        rates.append((row.index, value))
        low = value.lo * value.factor
        if value.op in (">=", ">", "=") and low < Decimal(str(lowest)) and _should_be_high(bare(row.name)):
            message = f"{quoted(row.name)}的指标值{quoted(value.raw)}低于{lowest:g}%，目标过低，请核对"
            yield f"indicators.{row.index}.value", message
    numbers = [row for row in rows if "quant" in row.sorts]
    if len(rates) >= at_least and len(numbers) > len(rates) and all(value.lo == HUNDRED for _, value in rates):
        yield f"indicators.{rates[0][0]}.value", f"{len(rates)}条比率指标都是100%，请按实际可能测算"


def _should_be_high(name: str) -> bool:
    return name.endswith(words("must_be_high")) and not NEGATIVE_OPENING.search(name)
