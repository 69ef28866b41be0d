"""Group V, first part: how a 指标值 is written. What it says is judged in value_limits.py and indicator_values.py."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from xltargets.rules.items import Row
from xltargets.rules.language.direction import less_is_better
from xltargets.rules.language.levels import SATISFIED
from xltargets.rules.language.vocabulary import pattern
from xltargets.rules.language.wording import quoted
from xltargets.rules.registry import ERROR, HINT, WARNING, Hit, rule
from xltargets.values import Value, parse
from xltargets.values.fold import fold
from xltargets.values.model import plain as digits_of
from xltargets.values.patterns import later
from xltargets.values.units import whole

Indicators = Sequence[Any]

#: What C14 and C15 speak of: placeholders of a template, and literal nulls.
_TEMPLATE = later(r"[*＊]|[×xX]{2}|…{2}|\.{6}")
_NULLS = frozenset({"null", "none", "nan", "n/a", "#n/a", "#ref!"})
#: What a reviewer reads and the grammar does not: 18/10万, 95%±2%, C30 (a grade of concrete), 《规划》1份.
_READABLE = later(
    r"[≥≤><=]{0,2}[\d.]{1,8}/(?:10{0,5}[百千万]?|[百千万十]{1,2})人?|[≥≤><=]{0,2}[\d.]{1,8}[^\d±]{0,4}±[\d.]{1,8}[^\d]{0,4}|"
    r"[≥≤><=]{0,2}[A-HJKMNP-Z]{1,3}-?\d{1,4}(?:\.\d)?[\u4e00-\u9fff]{0,4}|[^《》]{0,20}《[^《》]{1,60}》[^《》]{0,20}|"
    r"[\d.]{1,8}[\u4e00-\u9fff]{1,4}/[\d.]{1,8}[\u4e00-\u9fff]{1,4}"
)
#: 每季度1次, 全年每月不少于… : how often, before any number.
_EACH = later(r"[^0-9０-９]{0,20}每")
#: Words before the number that may tell the direction: 到馆后20个工作日, 港区内30分钟, 满足15天口粮, 就业满3个月后次月; or after it: 10分钟集结完毕, 1次/日.
_SAYS_HOW = later(
    r"[^0-9０-９]{0,20}(?:后|内|满足|确保|保证|可供|能供|最[多少高低长短快]|允许)[^0-9０-９]{0,8}[0-9０-９]|"
    r"[^0-9０-９]{0,20}满[0-9０-９]|\d{1,4}个?(?:秒|分钟|小时|天|日|工作日)[\u4e00-\u9fff]{2}|\d{1,4}次/[天日周月]$"
)
#: 严格按照标准1000元/人: neither more nor less.
_EXACTLY = later("[^0-9０-９，,；;]{0,4}(?:按照?|依照|执行|遵照|[^0-9０-９，,；;]{0,6}减按)[^0-9０-９，,；;]{0,12}[0-9０-９]")
#: 排污沟（≥米）: operator and unit are kept in the name.
_OPERATOR_IN_NAME = later(r"[(（][≥≤><=≧≦＞＜＝]{1,2}[^()（）*＊×xX]{1,8}[)）]\s*$")
_COSTS = frozenset({"成本", "经济成本", "社会成本", "生态环境成本"})
_ALL_DAY = later(r"24小时(?:不间断|不中断|全天候|值守|值班|待命|在岗|运行|服务|开放|保障|监控|监测|响应|备勤)|(?:全年|全天|全时)24小时$")
#: 20年一遇: a grade of floods and storms.
_ONCE_IN = later(r"[^0-9０-９]{0,12}[0-9０-９]{1,5}年一遇")
#: Digits with letters in them, or neither words nor letters: 9O%, l00%, 95%—. Other text (0.5NTU) may well be understood by people.
_DAMAGED = later(r"\d[OolI|](?![A-Za-z])|\d[SB](?=[%\d])|(?<![A-Za-z])[OolI|][\d.]|^[^\u4e00-\u9fffA-Za-z]*$")
#: 120O人, 决定后1O日内, =O起; not O2O平台.
_O_FOR_0 = later(r"(?:^|[^A-Za-z\d.])[\d.]{0,8}\d[Oo](?![A-Za-z])|^[≥≤><=]{0,2}[Oo](?=[%\u4e00-\u9fff])", re.ASCII)
_BARE = frozenset({"万", "亿", "千万", "百万", "百", "千"})
#: +8%: more by so much.
_MORE_BY = later(r"\s{0,3}[+＋±]")
_CLAUSE = later(r"[，,；;。][\u4e00-\u9fff]{4}")
_GLUED = later(r"2([1-9]\d{1,2}(?:\.\d{1,2})?)\(?(%|[\u4e00-\u9fff])")


@rule(
    "V01",
    WARNING,
    basis="P",
    each="indicator",
    needs=["value"],
    follows=["V18"],
    inputs=["@values", "@row"],
    values=["unparsed", "placeholder", "without-unit", "qual"],
    bad={"value": "l00%"},
    good={"value": "１２００ 件以上"},
)
def value_can_be_read(typed: str, value: Value, row: Row) -> Iterator[Hit]:
    """指标值应能识别

    指标值应是“运算符＋数值＋单位”、日期或完整的文字。只有单位没有数值、“/”“待定”之类没有内容的，数字中夹有字母的，日历上没有的日期，
    都读不出要求；时效指标的日期被存成序号的（“44561”是2021年12月31日）也是。既没有夹字母、也没有运算符的文字（“提前3日”），人能读懂的
    可能性大，和写明“不适用”“不涉及”的，只提示。模板提示语由 C14、字面的 null 由 C15、
    只有运算符由 V19 检查。
    改法：按“≥95%”“12月底前”或文字说明填写。
    """
    if value.kind == "unparsed":
        if _READABLE.fullmatch(fold(typed[:120])):
            return
        reason = "日历上没有这个日期" if "bad-date" in value.flags else "读不出数值或文字要求"
    elif value.kind == "placeholder" and not value.flags & {"operator-only", "blank"}:
        if _TEMPLATE.search(typed[:200]) or fold(typed[:200]).lower() in _NULLS:
            return
        reason = "只有单位没有数值" if "unit-only" in value.flags else "没有内容"
    elif value.kind == "qual" and _O_FOR_0.search(fold(typed[:120])):
        reason = "的数字中夹有字母O"
    elif (day := _stored_date(value, row)) is not None:
        reason = f"疑为日期的序号（{day.year}年{day.month}月{day.day}日）"
    else:
        return
    hit = "value", f"指标值{quoted(typed)}{reason}，请按“≥95%”“12月底前”这样的形式填写"
    surely = value.kind != "unparsed" or "bad-date" in value.flags or _DAMAGED.search(fold(typed[:120]))
    yield hit if surely and typed.strip() not in _NOT_APPLICABLE else (*hit, HINT)


_NOT_APPLICABLE = frozenset({"不适用", "不涉及", "（不适用）", "(不适用)"})
#: The day 0 of Excel, and what it counts for days of 2000 to 2050.
_DAY_0 = date(1899, 12, 30)
_FIRST_DAY, _LAST_DAY = 36526, 55153


def _stored_date(value: Value, row: Row) -> date | None:
    """The day whose number in Excel stands as the value of a 时效指标."""
    days = value.lo
    if row.kind != "时效" or value.kind != "quant" or days is None or days != int(days):
        return None
    return _DAY_0 + timedelta(int(days)) if _FIRST_DAY <= days <= _LAST_DAY else None


@rule(
    "V02",
    WARNING,
    basis="P R",
    each="indicator",
    needs=["value"],
    follows=["V18", "V01"],
    inputs=["@values", "@row"],
    values=["without-operator"],
    bad={"value": "1200件"},
    good={"value": "1200件以上"},
)
def number_has_an_operator(typed: str, value: Value, row: Row) -> Iterator[Hit]:
    """定量指标值应有运算符

    只写“95%”，不知道是至少、至多还是恰好。应写 ≥、＞、＝、＜、≤，或“不低于”“以上”“以内”等；运算符另填在计算符号栏或指标性质栏的
    也可以。区间、日期、“12月底前100%到位”、“每季度1次”、“20年一遇”、“严格按照1000元/人”和“提高5%”等已说明方向的不要求。数值前面的
    文字可能已说明方向的（“到馆后20个工作日”“满足15天口粮”），运算符和单位写在名称里的（“排污沟（≥米）”），和“10分钟集结完毕”“1次/日”，只提示。
    改法：补写运算符，如“≥95%”“≤30万元”“=12次”。
    """
    graded = _MORE_BY.match(typed) or _ALL_DAY.search(typed[:40]) or "一遇" in typed and _ONCE_IN.match(typed)
    if value.change is None and not graded and not _is_due(typed, value) and not _EACH.match(typed) and not _EXACTLY.match(typed):
        hit = "value", f"指标值{quoted(typed)}没有运算符，请写明≥、≤或=，如{_with_operator(value, row)}"
        yield (*hit, HINT) if _SAYS_HOW.match(typed) or _OPERATOR_IN_NAME.search((row.name or "")[-20:]) else hit


def _is_due(typed: str, value: Value) -> bool:
    """Whether a number with a date says that all of it, or something told in a clause, is done by then: 11月底完成100%."""
    if value.date is None:
        return False
    by_then = value.date.month is not None or "前" in typed[:20]
    return by_then and value.is_rate and value.lo == 100 or _CLAUSE.search(typed[:80]) is not None


def _with_operator(value: Value, row: Row) -> str:
    """The value with the operator that it most likely lacks."""
    if value.is_rate and value.lo == 100:
        sign = "="
    else:
        sign = "≤" if row.kind in _COSTS or less_is_better(row.name or "", value) else "≥"
    return quoted(f"{sign}{value.text}")


@rule(
    "V10",
    WARNING,
    basis="I",
    each="indicator",
    needs=["value"],
    maybe=["unit"],
    inputs=["@values"],
    bad={"value": "≥1200万"},
    good={"value": "≥1200万件"},
)
def unit_is_complete(typed: str, unit: str | None, value: Value) -> Iterator[Hit]:
    """计量单位应完整

    只写“万”“亿”，不知道是万元还是万人。
    改法：写全单位，如“30万元”“1.5万人次”。
    """
    if not unit and "glued-unit" not in value.flags:
        return
    column = fold(unit[:20]) if unit else ""
    if column in _BARE:
        yield "unit", f"度量单位“{column}”不完整，请写全，如“{column}元”“{column}人次”"
    elif value.is_number and "glued-unit" in value.flags and "noun" not in value.flags and not column:
        above, cut, below = value.unit.partition("/")
        scale = above.removesuffix("元")
        yield "value", f"指标值{quoted(typed)}的单位“{scale}{cut}{below}”不完整，请写全，如“{scale}元{cut}{below}”“{scale}人次{cut}{below}”"


@rule(
    "V11",
    HINT,
    basis="R",
    each="indicator",
    needs=["value", "unit"],
    inputs=["@values"],
    values=["odd"],
    bad={"value": "≥95%", "unit": "%"},
    good={"value": "≥95", "unit": "%"},
)
def unit_is_said_once(typed: str, unit: str, value: Value) -> Iterator[Hit]:
    """度量单位不应重复填写

    表格有度量单位栏的，指标值里只填数值。两处单位不同的，更须改正。
    改法：删去指标值里的单位。
    """
    if "unit-conflict" in value.flags:
        yield "value", f"指标值{quoted(typed)}的单位与度量单位栏{quoted(unit)}不同，请改正，单位只填一处"
    elif "unit-twice" in value.flags:
        yield "value", f"指标值{quoted(typed)}已有单位，度量单位栏又填了{quoted(unit)}，请只填一处"


@rule(
    "V12",
    ERROR,
    basis="P",
    each="indicator",
    needs=["value"],
    inputs=["@values"],
    values=["range"],
    bad={"value": "1200-800件"},
    good={"value": "800-1200件"},
)
def range_runs_upward(typed: str, value: Value) -> Iterator[Hit]:
    """区间的下限应小于上限

    区间写作“3～5次”，下限在前。预算管理系统的指标值不接受“-”，录入系统时要改为上限或下限，如“≥3次”。
    改法：核对两个数；恰好等于某个数的写“=5次”。
    """
    if value.lo is not None and value.hi is not None and value.lo >= value.hi:
        low, high = quoted(digits_of(value.lo)), quoted(digits_of(value.hi))
        yield "value", f"指标值{quoted(typed)}的下限{low}不小于上限{high}，请核对"


@rule(
    "V17",
    HINT,
    basis="I",
    each="indicator",
    needs=["value"],
    inputs=["@values"],
    values=["odd"],
    bad={"value": "完成1200件，群众反映良好"},
    good={"value": "全年受理不少于1200件"},
)
def value_is_number_or_prose(typed: str, value: Value) -> Iterator[Hit]:
    """指标值不应定性定量混写

    数值和文字说明写在一起，无法判断按哪个考核。
    改法：只填数值和单位，文字说明移到绩效指标描述；需要两个要求的分成两条指标。
    """
    if "mixed" in value.flags or ("noun" in value.flags and _CLAUSE.search(typed[:200])):
        yield "value", f"指标值{quoted(typed)}既有数值又有文字说明，请只留一种，说明移到描述"


@rule(
    "V18",
    WARNING,
    basis="R P",
    needs=["indicators"],
    maybe=["target", "purpose"],
    inputs=["@rows"],
    bad={"indicators.1.value": "296%"},
    good={"indicators.0.value": "=2120件"},
)
def value_was_not_misread(
    indicators: Indicators, target: str | None, purpose: str | None, rows: Sequence[Row]
) -> Iterator[Hit]:
    """指标值疑似识别或转换错误

    ≥ 常被误识为“2”：没有运算符，去掉开头的“2”之后才合理，如“292%”应为“≥92%”。次数、人数等只在同一项目
    的百分比也这样误识、绩效目标或资金用途写的是去掉“2”的数，或其余指标都有运算符、只有它没有时才提示。“》95%”“《3次”是系统把 ＞ ＜ 改成了书名号。
    数值前面的 N、Z、“三”多是 ≥，W 多是 ≤，“二”多是 =（“W10次”“二100%”）。
    改法：核对原件，改为正确的运算符和数值。
    """
    suspects = [(row, row.value) for row in rows if row.value is not None and row.sorts & _MAY_BE_MISREAD]
    rates = {row.index: meant for row, value in suspects if (meant := _misread_rate(row, value))}
    numbers = sum("quant" in row.sorts for row in rows)
    explicit = numbers - sum("without-operator" in row.sorts for row in rows)
    for row, value in suspects:
        meant = rates.get(row.index)
        if meant is None and (rest := _behind_a_2(value)) and not value.is_rate and not _counted(target, purpose, f"2{rest}"):
            alone = explicit >= 4 and explicit == numbers - 1
            meant = rest if rates or alone or _counted(target, purpose, rest) else None
        if "mangled-operator" in value.flags:
            message = f"指标值{quoted(value.raw)}中的书名号疑为＞或＜（也可能是≥或≤），请核对后改正"
            yield f"indicators.{row.index}.value", message
        elif operator := _behind_a_letter(value):
            yield f"indicators.{row.index}.value", f"指标值{quoted(value.raw)}疑为{quoted(operator)}，运算符被误识，请核对"
        elif meant:
            yield f"indicators.{row.index}.value", f"指标值{quoted(value.raw)}疑为{quoted('≥' + meant)}，≥被误识为2，请核对"


_MAY_BE_MISREAD = frozenset({"without-operator", "odd", "unparsed", "qual"})
#: What an operator is taken for when a page is read by a machine.
_LIKE_OPERATORS = {"N": "≥", "n": "≥", "Z": "≥", "三": "≥", "W": "≤", "w": "≤", "二": "="}
_LETTER_BEFORE = later(r"\s{0,2}([NnZWw三二])\s{0,2}(\d[\d.,]{0,12}[^\d\s]\S{0,8})\s{0,2}", re.ASCII)


def _behind_a_letter(value: Value) -> str | None:
    """The value with its operator, where a letter or word stands that an operator is read as (W10次 for ≤10次)."""
    found = _LETTER_BEFORE.fullmatch(fold(value.raw[:40]))
    if found is None or value.op_explicit:
        return None
    meant = _LIKE_OPERATORS[found[1]] + found[2]
    read = parse(meant)
    known = whole(read.unit) is not None or len(read.unit) == 1
    return meant if read.kind == "quant" and known and "mixed" not in read.flags else None


def _behind_a_2(value: Value) -> str | None:
    """What stands behind the 2 that a value without an operator begins with."""
    if value.kind != "quant" or value.op_explicit or value.change is not None:
        return None
    text = fold(value.raw[:40])
    return text[1:] if _GLUED.match(text) else None


def _misread_rate(row: Row, value: Value) -> str | None:
    """92% where 292% makes no sense and 92% does."""
    rest = _behind_a_2(value) if value.is_rate else None
    if rest is None or value.lo is None or not 50 <= Decimal(str(value.lo)[1:]) <= 100:
        return None
    name = "" if row.kind == SATISFIED else (row.name or "")[:200]
    return None if pattern("growth").search(name) or pattern("above_100").search(name) else rest


def _counted(target: str | None, purpose: str | None, amount: str) -> bool:
    """Whether the texts say this amount as a number of its own (280次, not 1280次 or 2280次)."""
    said = fold(f"{(target or '')[:4000]} {(purpose or '')[:4000]}")
    return f"2{amount}" not in said and re.search(rf"(?<![\d.]){re.escape(amount)}", said) is not None


@rule(
    "V19",
    ERROR,
    basis="I",
    each="indicator",
    needs=["value"],
    inputs=["@values"],
    values=["odd"],
    bad={"value": "≥"},
    good={"value": "≥0"},
)
def value_is_more_than_an_operator(typed: str, value: Value) -> Iterator[Hit]:
    """指标值不能只有运算符

    只有 ≥、＞ 等运算符，没有数值，等于没有填写。
    改法：补填数值和单位。
    """
    if "operator-only" in value.flags:
        yield "value", f"指标值{quoted(typed)}只有运算符，没有数值，请补填"


@rule(
    "V20",
    HINT,
    basis="P",
    each="indicator",
    needs=["value"],
    inputs=["@values"],
    values=["odd"],
    bad={"value": "≥１２００件"},
    good={"value": "≥1200（件）"},
)
def digits_are_half_width(typed: str, value: Value) -> Iterator[Hit]:
    """数字和运算符应使用半角常用字符

    全角数字、全角或异形的运算符（＝﹦≧）、千分位逗号，导入系统时可能出错。全角的 ％ 和（）不算。
    改法：改为半角数字和 ≥ ≤ > < =，去掉千分位逗号。
    """
    if value.kind in ("placeholder", "unparsed"):
        return
    if "fullwidth" in value.flags:
        yield "value", f"指标值{quoted(typed)}有全角或异形的数字、运算符，请改为{quoted(value.text)}"
    elif "thousands" in value.flags:
        yield "value", f"指标值{quoted(typed)}有千分位逗号，请改为{quoted(value.text)}"
