"""Which way an indicator should go: whether less of it is better, by its name."""

from __future__ import annotations

from collections.abc import Sequence

from xltargets.rules.language.faults import LESSENED, is_dealt_with, is_denied, is_fault, without_the_undone
from xltargets.rules.language.names import bare
from xltargets.rules.language.vocabulary import pattern
from xltargets.rules.language.wordlists import built
from xltargets.values import Value
from xltargets.values.patterns import later

#: Those whose complaints are counted, no service that deals with them.
_SERVED = later("服务(?:对象)?(?=投诉|差评|不满意)")


def is_reverse(name: str, also: Sequence[str] = ()) -> bool:
    """Whether less is better by the name: it says something bad (投诉), and nothing that deals with it (投诉处理率)."""
    return _is_reverse(name, tuple(also))


@built
def _is_reverse(name: str, also: tuple[str, ...]) -> bool:
    text = _SERVED.sub("", bare(name))
    if is_fault(text):
        return True
    if is_denied(text) or not pattern("reverse", also).search(text):
        return False
    slip = pattern("slip").search(text)
    if slip is not None:  # 系统故障率: the words before it say where
        text = pattern("place").sub("", text[: slip.start()]) + text[slip.start() :]
    return not pattern("handled").search(without_the_undone(text))


#: What one waits for.
_WAIT = later(
    "(?:响应|等候|等待|候诊|排队|到场|到达现场|抵达|出警|修复|抢修|恢复|查勘|勘查|派车|派单|转办|出具|办结|审批|办理|处置|答复|反馈|整改|办案|受理|送达)"
    "(?:的?平均)?(?:时间|时长|时限|期限|天数)$|(?:用时|耗时)$"
)
#: By when something is to be done, not how long it is to last (公示期限, 质保期限).
_TERM = later(
    "(?:建设|施工|审查|审核|审批|调解|检修|采购|验收|印制|制作|交货|供货|到货|交付|配送|下达|拨付|兑付|公布|上报|报送|推送|移交|开工|完工|竣工|完成|调运|运输|转运|抢通|通车|架空|排除|止付|报告)"
    "(?:的?平均)?(?:时间|时长|时限|期限|周期|天数|期)$|(?:发放|支付|公开|发布)时限$|工期$"
)
#: No times but lengths of time, of which there may be too much.
LENGTHS = frozenset({"秒", "分钟", "小时", "天", "工作日", "周", "月"})
_DUE = later("(?:完成|办理|交付|建设|实施|施工|供货|到货|拨付|支付|兑付)(?:时间|时限|时长|期限|工期|天数)$|工期$")


#: What takes its time: a term by its last word, a time by what is done in it, which ends with it (送达, 审结, 出具) …
_TAKES = later(
    "(?:时限|时效|用时|耗时|周期)$|(?:[到抵送]达|到[位场账货]|出[动警具航库票]|[处受办审清]理|响应|反应|处置|[维检抢]修|修复|更换|换装|[送寄递]送?|[拨支兑给交]付|拨款|下[达拨发]|[发投]放|发[货布证]|[签制颁核补]发|"
    "审[批核计查结定]|[查评复]审|批复|核[查准实销]|[回答]复|反馈|办[结案]|[审办完调了]结|结[案算]|检[疫验测]|报[送告]|上报|转[运办移送]|[调清]运|派[单车遣]|签[订约发收]|安装|调试|登记|建档|移交|交办|开办|通关|接[通入警]|上网|报装|恢复|抢通|"
    "送检|提交|立案|侦破|鉴定|评[估定审]|公证|告知|退[税款费还]|赔付|理赔|兑现|部署|开通|采购|配送|救援|救治|查勘|溯源|整改|修补|调配|申[领办]|初[核审]|分[拨派流])(?:的?平均)?(?:时间|时长|天数|日数)$"
)
#: … and is not that of what should last, be kept open or be repeated.
_SHOULD_LAST = later(
    "公示|储备|开放|播|服务(?!响应)|运行|学习|培训|持续|活动|工作(?:时|天|日)|值[班守]|保[修质障存留险]|质保|养护|管护|预见|提前|[存留]存|储存|[续供]|待机|备[电勤]|无故障|志愿|课|锻炼|训练|间隔|观察|隔离|巡|监测|展|演|宣传|存续|有效|"
    "使用|租|聘|在岗|驻|实习|跟岗|疗养|休|托管|免费|延长|缩短|压缩|减少|节约|营业|经营|运营|直播|放映|实施|项目|合同(?!签)|执行|贷款|缴|封[山育禁]|轮[牧休岗]|灌溉|采暖|出勤|参与|阅读|陪护|照[护料]|优良|会议|更新频|连续|累计|日均|平均每"
)
#: In these; months and years are rather what something lasts.
_SHORT = frozenset({"秒", "毫秒", "分钟", "小时", "天", "工作日", "周"})
#: Times that are too long wherever they stand.
_SLOW = later("(?:打开|加载|通勤|滞留|停留|反应|切换|启动|登录|刷新|排队|等[待候]|通关|候[诊车]|待[泊诊办检])(?:的?平均)?(?:时间|时长|用时|天数)$|平均住院(?:日|天数)$")


def is_wait(name: str, value: Value, level: str | None = None) -> bool:
    """Whether a value is how long somebody waits: the less the better, though nothing bad is named."""
    text = bare(name)
    if value.unit in LENGTHS and (_WAIT.search(text) or _TERM.search(text)):
        return True
    if value.unit not in _SHORT or LESSENED.search(text) and not _SLOW.search(text):
        return False
    if _SLOW.search(text):
        return True
    return level == "时效" and _TAKES.search(text) is not None and not _SHOULD_LAST.search(text)


#: Under the costs of society and nature: what is taken, closed, felled or let out.
_BURDEN = later("占[用地道]|破坏|砍伐|采伐|扬尘|噪[声音]|排放|消耗|产生(?!就业|效益|收|税)|封闭|影响(?!力)|误工|跑动|搬迁|拆迁|断[水电气]|停[水电]|停工|能耗|环节|绕行|拥堵|污染|扰|损|投诉|事故")
#: What is used of nature, counted under the benefits.
_USED_UP = later("(?:[消损]耗|能耗|耗[电水油能]|用[电水油能气纸煤药肥]|使用|施用|开采|取水|填埋|排放|排污)(?:总量|量|强度|水平)$|[药肥]用量$|(?:能耗|水耗|电耗|物耗)$")
_REUSED = later("再生|中水|回[用收]|循环|有机肥|农家肥|新能源|清洁|绿[色电]|雨水|生物|可[再降]|天然气")
_BY_THE_UNIT = later("万元|亿元|单位|人均|亩均|每")
#: What happened, by the unit that counts it.
_HAPPENED = later("(?:违法|警情|火警|(?:违法|非法|刑事|治安|诈骗|集资|制假|售假|侵权|欠薪|盗窃|命|毒品|涉[^率]{1,3})案件?|纠纷|矛盾|事件|信访|上访|立案|发案|疫情|病例|发病)[^率]{0,3}(?:起数|件数|次数|例数|人数|数量|数)?$")
_GOOD = later("办|结|调|破|查|处|接|受理|援助|挽|救|复|打击|执行|审|解|报[送告]|宣|消除|评|登记|监|示范|优|典型|公益|移送|起诉|服务|成功")


def is_unwanted(name: str, value: Value, level: str | None) -> bool:
    """Whether the level, with the name or the unit, tells that less is better: a burden, a use of nature, an incident."""
    text = bare(name)
    if value.is_rate or value.is_money or LESSENED.search(text):
        return False
    if level in ("社会成本", "生态环境成本"):
        return _BURDEN.search(text) is not None and not is_dealt_with(text)
    if level == "生态效益" or (level == "经济效益" and _BY_THE_UNIT.search(text)):
        return _USED_UP.search(text) is not None and not _REUSED.search(text)
    if level == "社会效益":
        return value.unit in ("起", "件", "宗", "例") and _HAPPENED.search(text) is not None and not _GOOD.search(text)
    return False


def less_is_better(name: str, value: Value) -> bool:
    """Whether a number without an operator is most likely meant as one that is not to be exceeded."""
    if value.is_money or value.lo == 0 or is_reverse(name):
        return True
    of_time = value.unit in LENGTHS or not value.unit
    return of_time and (_WAIT.search(bare(name)) or _DUE.search(bare(name))) is not None
