"""Group V, second part: which way a 指标值 goes and how far it may, by the name and level of its indicator."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from xltargets.rules.items import Row
from xltargets.rules.language import levels
from xltargets.rules.language.direction import LENGTHS, is_reverse, is_unwanted, is_wait
from xltargets.rules.language.faults import is_fault
from xltargets.rules.language.names import bare
from xltargets.rules.language.vocabulary import pattern, words
from xltargets.rules.language.wording import quoted
from xltargets.rules.language.work import is_deed, is_work, lasts, mends
from xltargets.rules.registry import ERROR, HINT, WARNING, Hit, rule
from xltargets.values import Value
from xltargets.values.patterns import later

HUNDRED = Decimal(100)
UP, _DOWN = (">=", ">"), ("<=", "<")
NEGATIVE_OPENING = later(r"(?:不|未|非)(?:合格|满意|达标|完成|及时|准确|规范|正常)")


def short(name: str) -> str:
    """A name as far as patterns look at it."""
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


#: Damage that an indicator of quantity may name for what is to be mended: 黑臭水体数量, 闲置土地面积.
_MENDABLE = later("破损|缺损|损[坏毁]|坑槽|裂缝|渗漏|拥包|盲[点区]|黑臭|闲置|空置|荒|沙化|漠化|盐碱|水土流失|受灾|枯死|火[警点]")


def _is_surely_bad(name: str, level: str | None, also: Sequence[str]) -> bool:
    if _ends_with_a_bad_thing(name, also):
        return True
    return is_fault(name) and not (level == "数量" and _MENDABLE.search(short(name)))


def percent(number: Decimal | None, value: Value) -> Decimal | None:
    """A bound of a rate in percent, whatever unit it was written in."""
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
    if value.kind == "quant" and value.change is None and not pattern("saving").search(short(name)):
        hit = "value", f"成本指标的指标值{quoted(value.raw)}用了≥或＞，成本应控制在一定金额以内，请改为≤"
        yield (*hit, HINT) if _AT_LEAST.search(short(name)) else hit


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
    if is_reverse(name) or NEGATIVE_OPENING.search(short(name)) or value.change is not None:
        return
    low, high = percent(value.lo, value), percent(value.hi or value.lo, value)
    shown = f"满意度的指标值{quoted(value.raw)}"
    if low is None or high is None:
        return
    if value.op in _DOWN:
        yield "value", f"{shown}用了≤或＜，满意度越高越好，请改为≥"
    elif high > HUNDRED:
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
    low, high = percent(value.lo, value), percent(value.hi or value.lo, value)
    if low is None or high is None or 0 <= low and high <= HUNDRED or low == -high:
        return  # ±5% is a margin
    said = f"{short(name)} {(description or '')[:300]}"
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
    inputs=["@values", "@row"],
    values=["number"],
    bad={"level3": "群众投诉次数", "value": "≥5次"},
    good={"level3": "群众投诉处理率", "value": "≥95%"},
)
def bad_things_have_an_upper_limit(name: str, value: Value, row: Row, *, also: Sequence[str] = ()) -> Iterator[Hit]:
    """反向指标应使用 ≤、＜ 或等于 0

    投诉、事故、差错、违规、超支、变质等坏事越少越好，用 ≥ 或 ＞ 就是越多越好；写明等于某个不为 0 的次数也不妥。不常见的坏事按名称的构成
    判断：“率”“次数”前面是缺、漏、错、超、损、失、不…、未…的（缺考率、错发笔数），噪声、浓度、拥堵指数等本来越低越好的；社会成本、生态环境成本
    下的占用、破坏、影响，生态效益下的用量、消耗量，社会效益下的警情、纠纷等也是。名称里另有“处理”“整改”“下降率”“零”等的不算反向指标；
    坏事不在名称末尾的（“违规使用基金”），数量指标里可能是要修补的（“路面坑槽数”），只提示。本单位另有的词可列入 also。没有运算符的由 V02 检查。
    响应时间、办结时限、工期和时效指标里办理、送达、审结等的时间越短越好，也不用 ≥ 或 ＞（质保期限、公示期限、开放时间等不算）；
    坏事的发生率等于50%以上的，多是填反了。
    改法：改为“≤3次”“=0起”等；或把名称改为处理率、下降率。
    """
    if value.change is not None or value.op is None or value.op in _DOWN:
        return
    if not is_reverse(name, also):
        if value.op in UP and is_wait(name, value, row.level2):
            yield "value", f"{quoted(name)}越短越好，指标值{quoted(value.raw)}却用了≥或＞，请改为≤"
        elif value.op in UP and is_unwanted(name, value, row.level2):
            yield "value", f"{quoted(name)}越少越好，指标值{quoted(value.raw)}却用了≥或＞，请改为≤、＜或=0"
        elif value.op == ">=" and value.lo == 0 and _INCIDENT.search(bare(name)):
            yield "value", f"{quoted(name)}的指标值{quoted(value.raw)}等于没有要求，请改为≤或=0"
        return
    surely = ERROR if _is_surely_bad(name, row.level2, also) else HINT
    if value.op in UP:
        yield "value", f"{quoted(name)}越少越好，指标值{quoted(value.raw)}却用了≥或＞，请改为≤、＜或=0", surely
    elif value.op == "=" and value.op_explicit and value.lo and (not value.is_rate or value.lo * value.factor >= 50):
        yield "value", f"{quoted(name)}越少越好，指标值{quoted(value.raw)}应用≤、＜或=0，请改正", surely


#: Rates that are limited from above, though nothing bad is counted.
_LIMITED = later("负荷|饱和|满载|支付|上座|折|控制|负债|超|费|支出|成本|损耗|能耗|消耗|空|占|比|排放|失|死亡|流动|变动|偏|误|波动|依赖|执行|使用率|入住率|病|税|利率|贷|损|耗|漏|废|弃|退|缺|晚|延|迟|杂|含水|容积|贫困|复发|返修|发热")
#: What has a character of the former and means another thing.
_INNOCENT = later("病[案历媒虫]|空[气域中]|比[赛武]|失业人员|再就业|退[役伍耕牧]|误餐|占地|残疾|缺[水]地区|废[水气物弃]")
#: Shares of what is wanted, low as they may be.
_GOOD_SHARE = later(
    "(?:(?<!开发)利用|保护|保有|回用|回收|分担|留存|留用|稳定|持证|优质|机械化|参赛|贡献|节约|节水|减排|下降|压缩|报销|理赔|转化|自给|推广|应用|绿化|绿地|森林|林草|植被)率$|(?:满意|素质|报销|压缩|参加|锻炼|优良|达标|合格|Ⅲ类以上|三类以上)[^率比占]{0,6}(?:比例|占比|比重)$|覆盖面$|盖度$|素养水平$"
)
#: 100个以内, 不超过5次: said in words, which no slip of a sign does.
_SAID_AS_MOST = later("以[内下]|超过|高于|控制|上限|封顶")


def _is_bad(name: str, also: Sequence[str]) -> bool:
    return is_fault(name) or pattern("reverse", also).search(name) is not None


def _is_a_least(name: str, value: Value, level: str | None) -> bool:
    """Whether a number, no rate, is one of work to be done or of a time that is promised; not one said to be a most."""
    if value.kind != "quant" or value.is_money or _SAID_AS_MOST.search(value.raw[:40]):
        return False
    if value.unit in LENGTHS or value.unit == "年":
        return lasts(name) and "内" not in value.raw[:40]
    return is_work(name, level, value)


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

    合格率、完成率、覆盖率、及时率等越高越好，用 ≤ 就是不许做得更好；指标值在60%以上的其他比率（控制率、负债率、损耗率等除外）和“保障正常运转”等，
    以及要完成的数量也是：改造、购置、培训、演练等，以亩、米、吨、株、场、人次等计的工作量，受益、参加、补贴的人数，质保期、公示天数和使用年限。
    编制、在职、聘用、租赁、接待、会议、车辆、办公等有限额或按实际发生的不算，写明“不超过”“以内”的也不算；填有指标方向性的由 V08 检查。
    不合格率、未完成率等不算；满意度由 V04 检查。本单位另有的名称可列入 also。
    改法：改为 ≥ 或 =。
    """
    if value.change is not None or row.kind == levels.SATISFIED:
        return
    text = bare(name)
    if not value.is_rate:
        if direction is None and _is_a_least(text, value, row.level2) and (mends(text) or not _is_bad(text, also)):
            yield "value", f"{quoted(name)}是要完成的数量，指标值{quoted(value.raw)}却用了≤或＜，请改为≥或="
        return
    if row.level2 in ("成本", "经济成本", "社会成本", "生态环境成本") or NEGATIVE_OPENING.search(text):
        return
    low = percent(value.lo, value)
    wanted = is_deed(text) or (text.endswith("率") and not _LIMITED.search(_INNOCENT.sub("", text)))
    high = wanted and low is not None and 60 <= low <= HUNDRED
    if (high or text.endswith((*words("positive"), *also)) or _GOOD_SHARE.search(text)) and not is_reverse(name):
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
    elif downward and not upward and value.op in UP:
        yield "direction", f"指标方向性为{quoted(direction)}，指标值{quoted(str(value))}却用了≥或＞，请改正其中一项"


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
    if value.unit != "%" or value.kind != "quant" or value.lo != HUNDRED:
        return
    grows = pattern("growth").search(short(name)) or pattern("above_100").search(short(name))
    if value.change is None and not grows and "达" not in typed[:20]:
        yield "value", f"指标值{quoted(typed)}：比率最高为100%，请改为“=100%”"
