"""Group V, second half: what a 指标值 says, against the name and level of its indicator. See also value_form.py."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date as day
from decimal import Decimal
from typing import Any

from xltargets.rules import levels
from xltargets.rules.direction import LENGTHS, is_reverse, is_wait
from xltargets.rules.indicator_names import bare, is_rate_name
from xltargets.rules.items import Row
from xltargets.rules.patterns import later
from xltargets.rules.registry import ERROR, HINT, WARNING, Hit, rule
from xltargets.rules.vocabulary import pattern, words
from xltargets.rules.wording import quoted
from xltargets.rules.wordlists import built
from xltargets.rules.wordlists import words as table
from xltargets.values import Date, Value

Indicators = Sequence[Mapping[str, Any]]
_HUNDRED = Decimal(100)
_UP, _DOWN = (">=", ">"), ("<=", "<")
_NEGATIVE_OPENING = later(r"(?:不|未|非)(?:合格|满意|达标|完成|及时|准确|规范|正常)")


def _short(name: str) -> str:
    return name[:200]


#: What may stand behind the bad thing that a name counts: 投诉次数, 事故发生率.
_COUNTED = later(r"[发生事件故案情况现象行为问题人员口对项目隐患时间次起户例宗处家批的总平均单占比重率数量天小长幅度面积金额水平排放举报信访纠纷舆情死亡伤病]*(?:\([^()]{0,20}\))?$")
#: 违规用车事件: what an event is called by stands before what it is about.
_EVENT = later(r"[^率]{0,8}事件(?:发生)?(?:数|次数|起数|数量|率)?$")
#: 死亡（失踪）人数
_IN_BRACKETS = later(r"\([^()]{0,20}\)")
#: Of these ≥0 asks for nothing, whatever they are about.
_INCIDENT = later("(?:事件|案件|事故)(?:发生)?(?:数|次数|起数|数量)?$")


def _ends_with_a_bad_thing(name: str, also: Sequence[str]) -> bool:
    """Whether the bad thing is what is counted (使用违规率), not part of something else (违规使用基金追回额)."""
    text = _IN_BRACKETS.sub("", bare(name))
    return any(
        _COUNTED.match(text, found.end()) or _EVENT.match(text, found.end())
        for found in pattern("reverse", also).finditer(text)
    )


def _percent(number: Decimal | None, value: Value) -> Decimal | None:
    return None if number is None else number * value.factor


#: What somebody is to be given at least.
_AT_LEAST = later("(?:生均|伙食|给养|养老|供养|生活|低保|保障|营养|抚恤|优待|工资|薪酬|待遇|最低)[^，。]{0,6}(?:标准|金|水平)$")


@rule(
    "V03",
    WARNING,
    basis="O",
    each="indicator",
    needs=["level3"],
    follows=["S09", "S14"],
    inputs=["@values"],
    kinds=["成本", "经济成本"],
    values=["at-least"],
    bad={"level2": "成本指标", "level3": "项目总成本", "value": "≥120万元"},
    good={"level2": "成本指标", "level3": "节约办公费金额", "value": "≥5万元"},
)
def cost_has_an_upper_limit(name: str, value: Value) -> Iterator[Hit]:
    """成本指标不应用 ≥ 或 ＞

    成本应控制在预算或标准以内，用 ≥ 表示花得越多越好。考核节约、降低多少的不在其列；“生均公用经费标准”“伙食标准”
    “最低生活保障标准”“基础养老金标准”等可能是必须达到的，只提示。
    改法：改为 ≤。
    """
    if value.kind == "quant" and value.change is None and not pattern("saving").search(_short(name)):
        hit = "value", f"成本指标的指标值{quoted(value.raw)}用了≥或＞，成本应控制在一定金额以内，请改为≤"
        yield (*hit, HINT) if _AT_LEAST.search(_short(name)) else hit


@rule(
    "V04",
    ERROR,
    basis="I",
    each="indicator",
    needs=["level3"],
    follows=["V18"],
    inputs=["@values"],
    kinds=[levels.SATISFIED],
    values=["number"],
    bad={"level1": "满意度指标", "level2": "服务对象满意度指标", "level3": "信访群众满意度", "value": "≤90%"},
    good={"level1": "满意度指标", "level2": "服务对象满意度指标", "level3": "信访群众不满意率", "value": "≤5%"},
)
def satisfaction_has_a_sound_target(
    name: str, value: Value, *, lowest: float = 60, usual: float = 80
) -> Iterator[Hit]:
    """满意度的方向和大小应合理

    满意度越高越好，用 ≤ 或 ＜、超过 100% 或低于 lowest% 的是错误，低于 usual% 的是提示。不满意率、投诉率和“0起投诉”等次数不按满意度
    判断；没有运算符的由 V02 检查。
    改法：改为“≥90%”等。
    """
    if not (value.is_rate or value.unit in ("", "分")):
        return
    if is_reverse(name) or _NEGATIVE_OPENING.search(_short(name)) or value.change is not None:
        return
    low, high = _percent(value.lo, value), _percent(value.hi or value.lo, value)
    shown = f"满意度的指标值{quoted(value.raw)}"
    if low is None or high is None:
        return
    if value.op in _DOWN:
        yield "value", f"{shown}用了≤或＜，满意度越高越好，请改为≥"
    elif high > _HUNDRED:
        yield "value", f"{shown}超过100%，请核对"
    elif low < Decimal(str(lowest)) and (value.is_rate or (not value.unit and not 0 < low <= 5)):
        yield "value", f"{shown}低于{lowest:g}%，目标过低，请核对"
    elif value.is_rate and low < Decimal(str(usual)):
        yield "value", f"{shown}低于{usual:g}%，目标偏低，请核对", HINT


@rule(
    "V05",
    ERROR,
    basis="O",
    each="indicator",
    needs=["level3"],
    maybe=["description"],
    follows=["V18"],
    inputs=["@values", "@row"],
    values=["rate"],
    bad={"level3": "信访事项登记率", "value": "≥950%"},
    good={"level3": "网上信访量增长率", "value": "≥120%"},
)
def rate_lies_within_0_and_100(
    name: str,
    description: str | None,
    value: Value,
    row: Row,
    *,
    also: Sequence[str] = (),
) -> Iterator[Hit]:
    """百分比应在 0 至 100% 之间

    完成率、合格率等不会超过 100%，也不会为负。增长率、降幅等增减的幅度，资产负债率、收益率等按定义可以超过的除外（本单位的可列入
    also）；满意度由 V04 检查。
    改法：核对数值；多写、漏写小数点的改正。
    """
    if value.change is not None or row.kind == levels.SATISFIED or value.lo is None:
        return
    low, high = _percent(value.lo, value), _percent(value.hi or value.lo, value)
    if low is None or high is None or 0 <= low and high <= _HUNDRED or low == -high:
        return  # ±5% is a margin
    said = f"{_short(name)} {(description or '')[:300]}"
    if pattern("growth").search(said) or pattern("above_100", also).search(said):
        return
    yield "value", f"{quoted(name)}的指标值{quoted(value.raw)}不在0至100%之间，请核对"


@rule(
    "V06",
    ERROR,
    basis="R P",
    each="indicator",
    needs=["level3"],
    follows=["S09"],
    inputs=["@values"],
    values=["number"],
    bad={"level3": "群众投诉次数", "value": "≥5次"},
    good={"level3": "群众投诉处理率", "value": "≥95%"},
)
def bad_things_have_an_upper_limit(name: str, value: Value, *, also: Sequence[str] = ()) -> Iterator[Hit]:
    """反向指标应使用 ≤、＜ 或等于 0

    投诉、事故、差错、违规、超支、变质等坏事越少越好，用 ≥ 或 ＞ 就是越多越好；写明等于某个不为 0 的次数也不妥。名称里另有“处理”“整改”
    “下降率”“零”等的不算反向指标；坏事不在名称末尾的（“违规使用基金”），可能说的是别的事，只提示。本单位另有的词可列入 also。没有运算符的由 V02 检查。
    响应时间、办结时限、工期等越短越好，也不用 ≥ 或 ＞（质保期限、公示期限等不算）；坏事的发生率等于50%以上的，多是填反了。
    改法：改为“≤3次”“=0起”等；或把名称改为处理率、下降率。
    """
    if value.change is not None or value.op is None or value.op in _DOWN:
        return
    if not is_reverse(name, also):
        if value.op in _UP and is_wait(name, value):
            yield "value", f"{quoted(name)}越短越好，指标值{quoted(value.raw)}却用了≥或＞，请改为≤"
        elif value.op == ">=" and value.lo == 0 and _INCIDENT.search(bare(name)):
            yield "value", f"{quoted(name)}的指标值{quoted(value.raw)}等于没有要求，请改为≤或=0"
        return
    surely = ERROR if _ends_with_a_bad_thing(name, also) else HINT
    if value.op in _UP:
        yield "value", f"{quoted(name)}越少越好，指标值{quoted(value.raw)}却用了≥或＞，请改为≤、＜或=0", surely
    elif value.op == "=" and value.op_explicit and value.lo and (not value.is_rate or value.lo * value.factor >= 50):
        yield "value", f"{quoted(name)}越少越好，指标值{quoted(value.raw)}应用≤、＜或=0，请改正", surely


#: Rates that are limited from above, though nothing bad is counted.
_LIMITED = later("控制|负债|超|费|支出|成本|损耗|能耗|消耗|空|占|比|排放|失|死亡|流动|变动|偏|误|波动|依赖|执行|使用率|入住率|病|税|利率|贷|损|耗|漏|废|弃|退|缺|晚|延|迟|杂|含水|容积|贫困|复发|返修|发热")
#: What of work there is the more the better, by the count behind it.
_WORK = later(
    "演练|宣传|演出|放映|巡查|巡护|巡逻|巡航|巡检|督导|监测|检测|抽检|检定|作业|慰问|走访|听证|竞赛|比赛|赛事|展览|讲座|课程|沙龙|预报|预警|保养|养护|保洁|治理|修复|整治|"
    "清理|清淤|打捞|补植|植树|造林|复壮|放流|免费开放|播出|制作|推送|采集|扫描|著录|数字化|硬化|铺设|出新|拆除|筛查|普查|帮扶|志愿|公益|普法|调解|体检|接种|防疫|消杀|转化|"
    "创建|绿化|管护|供暖|惠民|送戏|阅读|新修|新增|签约|更换|储备|轮换|鉴定|检验|配送|开通|入驻|办理|办结|查处|推介|交流|招商|授课|咨询|参赛|优化|建成|扶持|开设|开发|提供"
)
_COUNT = later("(?:次数|场次|期数|批次|人次|件数|面积|里程|长度|株数|条数|天数|处数|户数|台数|页数|字数|轮次|册数|盏数|套数|家数|件次|班次|数量|活动|人数)$")
_DONE_WORK = later(
    "^(?:改造|新建|改建|扩建|建设|修建|修缮|维修|养护|管护|购置|采购|更新|培训|资助|补助|救助|受理|检测|监测|检查|开展|举办|组织|完成|服务|"
    "保障|发放|种植|栽植|造林|化解|创建|安装|配备|惠及|受益|覆盖|新增|更换|储备|优化|开通|配送|查处|办理|检定|硬化|扫描|制作|帮扶|配套|增设|扶持|征集|开发|开设|提供|"
    "建成|拆除|清理|修复|整治|复壮|放流|采集|著录|采制|承办|走访|慰问)|(?:使用|服务|设计)(?:年限|寿命)$|"
    "(?:购置|采购|改造|新建|建设|修建|维修|修缮|更新|安装|制作|种植|培训|发放|举办|开展)(?:总?数量?|台数|套数|辆数|个数|处数|座数|户数|人数|次数|期数|场次|人次|面积|里程|长度)$"
)


#: What is bought or kept no more than allowed.
_CAPPED = later("标准|公务用车|公车|接待|出国|编制|编外|会议")


def _is_done_work(name: str, level: str | None) -> bool:
    """Whether the name is that of work to be done, or of the years that something should last."""
    if level not in ("数量", "可持续影响", "社会效益") or _CAPPED.search(name):
        return False
    counted = level == "数量" and _COUNT.search(name) is not None and _WORK.search(name) is not None
    return counted or _DONE_WORK.search(name) is not None


#: 100个以内, 不超过5次: said in words, which no slip of a sign does.
_SAID_AS_MOST = later("以[内下]|超过|高于|控制|上限|封顶")


def _is_meant_as_most(value: Value) -> bool:
    return value.is_money or value.unit in LENGTHS or _SAID_AS_MOST.search(value.raw[:40]) is not None


@rule(
    "V07",
    WARNING,
    basis="P",
    each="indicator",
    needs=["level3"],
    follows=["S09"],
    maybe=["direction"],
    inputs=["@values", "@row"],
    values=["at-most"],
    bad={"level3": "信访事项办结率", "value": "≤95%"},
    good={"level3": "产品不合格率", "value": "≤5%"},
)
def good_things_have_a_lower_limit(
    name: str, direction: str | None, value: Value, row: Row, *, also: Sequence[str] = ()
) -> Iterator[Hit]:
    """正向指标不应使用 ≤ 或 ＜

    合格率、完成率、覆盖率、及时率等越高越好，用 ≤ 就是不许做得更好；指标值在60%以上的其他比率（控制率、负债率、损耗率等除外），
    以及改造、新建、购置、培训、演练次数等要完成的数量和使用年限也是（填有指标方向性的由 V08 检查；写明“不超过”“以内”的数量不算）。不合格率、未完成率等不算；满意度由 V04 检查。本单位另有的名称可列入
    also。
    改法：改为 ≥ 或 =。
    """
    if value.change is not None or row.kind == levels.SATISFIED:
        return
    text = bare(name)
    if not value.is_rate:
        if value.kind == "quant" and not _is_meant_as_most(value) and direction is None and _is_done_work(text, row.level2) and not pattern("reverse", also).search(text):
            yield "value", f"{quoted(name)}是要完成的数量，指标值{quoted(value.raw)}却用了≤或＜，请改为≥或="
        return
    if row.level2 in ("成本", "经济成本", "社会成本", "生态环境成本") or _NEGATIVE_OPENING.search(text):
        return
    low = _percent(value.lo, value)
    high = text.endswith("率") and not _LIMITED.search(text) and low is not None and 60 <= low < _HUNDRED
    if (high or text.endswith((*words("positive"), *also))) and not is_reverse(name):
        yield "value", f"{quoted(name)}越高越好，指标值{quoted(value.raw)}却用了≤或＜，请改为≥"


@rule(
    "V08",
    ERROR,
    basis="R",
    each="indicator",
    needs=["direction"],
    follows=["V04", "V06", "V07"],
    inputs=["@values"],
    values=["number"],
    bad={"direction": "反向指标", "value": "≥1200件"},
    good={"direction": "正向指标", "value": "=1200件"},
)
def operator_agrees_with_the_direction(direction: str, value: Value) -> Iterator[Hit]:
    """运算符应与指标方向性一致

    正向指标用 ≥、＞ 或 =，反向（逆向、负向）指标用 ≤、＜ 或 =。
    改法：改正运算符，或改正指标方向性。
    """
    if value.change is not None:
        return
    upward, downward = "正" in direction[:10], any(word in direction[:10] for word in ("反", "逆", "负"))
    if upward and not downward and value.op in _DOWN:
        yield "direction", f"指标方向性为{quoted(direction)}，指标值{quoted(str(value))}却用了≤或＜，请改正其中一项"
    elif downward and not upward and value.op in _UP:
        yield "direction", f"指标方向性为{quoted(direction)}，指标值{quoted(str(value))}却用了≥或＞，请改正其中一项"


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
    if value.kind != "date" or date is None or date.every or value.op in _UP:
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
    if len(rates) >= at_least and len(numbers) > len(rates) and all(value.lo == _HUNDRED for _, value in rates):
        yield f"indicators.{rates[0][0]}.value", f"{len(rates)}条比率指标都是100%，请按实际可能测算"


def _should_be_high(name: str) -> bool:
    return name.endswith(words("must_be_high")) and not _NEGATIVE_OPENING.search(name)


@rule(
    "V22",
    HINT,
    basis="R",
    each="indicator",
    needs=["value", "level3"],
    inputs=["@values"],
    values=["at-least"],
    bad={"level3": "信访事项登记率", "value": "≥100%"},
    good={"level3": "信访事项登记率", "value": "=100%"},
)
def full_rate_uses_the_equals_sign(typed: str, name: str, value: Value) -> Iterator[Hit]:
    """满分的比率应写 =100%

    比率最高是 100%，“≥100%”应写为“=100%”。增长率等可以超过 100% 的除外。
    改法：改为“=100%”。
    """
    if value.unit != "%" or value.kind != "quant" or value.lo != _HUNDRED:
        return
    grows = pattern("growth").search(_short(name)) or pattern("above_100").search(_short(name))
    if value.change is None and not grows and "达" not in typed[:20]:
        yield "value", f"指标值{quoted(typed)}：比率最高为100%，请改为“=100%”"
