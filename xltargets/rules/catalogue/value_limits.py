"""Group V, second part: which way a 指标值 goes and how far it may, by the name and level of its indicator."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from xltargets.rules.items import Row
from xltargets.rules.language import levels
from xltargets.rules.language.direction import LENGTHS, is_reverse, is_wait
from xltargets.rules.language.names import bare
from xltargets.rules.language.vocabulary import pattern, words
from xltargets.rules.language.wording import quoted
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
        if value.op in UP and is_wait(name, value):
            yield "value", f"{quoted(name)}越短越好，指标值{quoted(value.raw)}却用了≥或＞，请改为≤"
        elif value.op == ">=" and value.lo == 0 and _INCIDENT.search(bare(name)):
            yield "value", f"{quoted(name)}的指标值{quoted(value.raw)}等于没有要求，请改为≤或=0"
        return
    surely = ERROR if _ends_with_a_bad_thing(name, also) else HINT
    if value.op in UP:
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
    if row.level2 in ("成本", "经济成本", "社会成本", "生态环境成本") or NEGATIVE_OPENING.search(text):
        return
    low = percent(value.lo, value)
    high = text.endswith("率") and not _LIMITED.search(text) and low is not None and 60 <= low < HUNDRED
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
