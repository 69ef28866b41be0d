"""Names that count what went wrong, or what should be low, told by their form: what stands before 率, 占比 or 数."""

from __future__ import annotations

from xltargets.rules.language.names import bare
from xltargets.rules.language.vocabulary import pattern
from xltargets.rules.language.wordlists import built
from xltargets.values.patterns import later

#: Words that turn a bad thing into a good one: the less of it, the more of this (防返贫, 无差错率).
LESSENED = later(
    "降低|下降|减[少轻排幅量损]|降幅|压[降减缩]|控制|遏制|(?<!消)防(?![疫火汛洪])|避免|杜绝|消除|削减|缩[短小]|节[约省]|[挽止]损|挽|好转|回落|[零无](?![证照人线害效就])|未发生|不发生|未出现|清[零欠退偿]|追|抗诉|监督|"
    "(?<![不未])(?:及时|准确|按时|按期)|(?<!未)整[改治]|治[理愈]|恢复|除害|救灾|抗灾|[查堵]漏|利废|容错|自动纠错|再就业|脱贫|息诉|胜诉|化解|去化|盘活|抢修|补[缺偿助]|赔|保险"
)
#: Bad things said not to have happened (不复吸率, 未逾期率).
_UNHAPPENED = later("[不未](?:复[发吸犯]|返贫|反[复弹]|再|感染|超[标限期]|逾期|流失|漏|断|欠|违|患|脱[管漏])")
#: The end of what goes wrong: one character that makes any word bad (损失, 报废, 患病), or a bad one and what it befalls (缺考, 超期).
_BAD_END = (
    "[误漏失损耗废坏弃死患染害灾欠盗枯腐裂滞贫荒丢]|(?<![虫鼠蚊蝇]死)亡|(?<!纠)错|被纠错|[发患染疾]病|(?<![温补])差|[逾延超][期时误迟标限支编载员速]|"
    "[误漏错][判报诊检差工码发登征统保]|[缺旷][考课勤席编岗陷失损水工苗]|[脱空离]岗|脱[管靶保销逃]|失[业学联管信效真败能踪]|违[约规法章纪建停]|滞[留后销]|"
    "[退返][货款单件回补保稿票工修]|重[复访]|复[发吸犯胖]|反复|坏账|呆账|空[置驶载编]|闲置|沉淀|结[转余]|停[电水机播工产诊]|中断|丢包|[掉断闪]线|[离辞流][职失]|跳槽|混[装运投]|杂[草质物]|偏离|减产|"
    "(?<!不)[投申上败]诉|[信上]访|改判|发改|发回|差评|弃呼|犯罪|再犯|中毒|剖[宫腹]产|过敏|并发症|压疮|跌倒|贫血|肥胖|近视|超重|吸烟|变更|伤亡|伤残|发案|辍学|早产|拥堵|代偿|不良|事故|故障|缺陷|"
    "不(?!动产|见面|起诉|予|间断|停|落地|打烊|熄|减|批捕|捕|可|少|低|小|重复|跑|出|用|复|返)[^率比占]{1,3}|未(?!成|病|来|婚|央|检|保|就业)[^率比占]{1,3}|未按[时期]完成|非[法正]常?|过期|超审限|带病运行|再(?:入院|住院|手术|犯罪|违法)"
)
_RATE = later(f"(?:{_BAD_END})(?:发生|出现)?(?:率|概率|发生比例|人数占比|户数占比|件数占比)$|(?:农残|残留|阳性|禁药|毒素|重金属|违禁.{0,4})检出率$|资产负债率$|债务率$|偏离度$|亏损面$")
#: Shares of what should be little; in the group the bad thing.
_SHARE = later(
    "(违[法规章建约]|不良|不合格|不达标|不规范|超[标限期]|逾期|闲置|空置|劣[五ⅤV]类|大班额|超大班|自付|自费|个人负担|个人.{0,2}支出|死亡|报废|流失)[^率比占]{0,4}(?:占比|比例|比重)$|"
    "(成本|费用|债务|能耗)占[^率比]{1,10}(?:比重|比例)$|(药占比|耗材占比)$"
)
#: What went wrong one by one: 错发笔数, 裂缝处数; in the group the bad thing.
_NUMBER = later(
    "([错漏误][发报登判付征装填录印]|发生|泄漏|带病运行|[缺旷脱空离]岗|重复(?:发放|支付|发生|建设|投诉|申报|信访|享受)|缺[损陷失勤]|破损|损[坏毁]|枯死|死亡|渗漏|裂缝|坑槽|拥包|盲[点区]|崩溃|宕机|断[线电水网]|(?<!关)停[电水机产]|"
    "[逾延超]期(?:未?(?:结案|办结|交付|完成))?|超时|拖欠|不满意|不规范|不达标|未整改|(?:媒体)?(?:曝光)?负面(?:曝光|报道|问题|信息)|投诉|差评|过错(?:案件)?|误伤|溺[水亡]|伤亡|失[管联学]|失业(?!金|保|补|登记)|失地|零就业|"
    "因[病灾学](?:返贫|致贫)|闯红灯|扰民|误工|考勤异常|暴发|感染|黑臭水体|火[警点]|重污染|超标|劣[五ⅤV]类水体|新发)[^率比占]{0,4}"
    "(?:数|次数|件数|起数|处数|笔数|人数|户数|宗数|天数|时间|时长|面积|套数|条数|数量|人次|人员|个数|株数|例数|断面数|指数|项目数|台数|页数|点数|篇数)$"
)
#: Land and houses that lie waste, those who come to complain, plans that are changed: known by both words.
_WASTE = later(
    "(受灾|成灾|绝收|减产|撂荒|抛荒|闲置|空置|裸露|荒漠化|沙化|石漠化|盐碱化|水土流失)[^率比占]{0,3}(?:面积|幅度|套数|间数)$|([上缠闹]访)(?:次数|批次|人次|人数|件数|数)$|"
    "((?:预算|科目|设计|合同|工程|项目|计划)[^率比占]{0,4}(?:变更|调整|追加))次数$"
)
#: Measures that are bad in themselves.
_MEASURE = later(
    "(?:(?<=臭氧)|(?<![氧氯子液药])(?<!氧气))浓度(?:均值|平均值|年均值|值)?$|噪[声音](?:值|强度|平均值|级|水平)?$|浊度$|(?<!土壤)(?:含水[率量]|水分)$|降尘量$|[蚊蝇鼠蟑虫]{1,2}虫?密度$|"
    "(?:网络)?(?:延时|时延|延迟)(?:时间|时长)?$|(?:垃圾|废物|废弃物|废水|固废|污水)(?:产生|填埋|直排)量$|侵蚀模数$|残留量$|垃圾密度$|酸雨频率$|拥堵指数$|(?:公务接待|三公)[^率]{0,6}(?:批次|批数|次数|人数|人次)$|"
    "收入差距$|伤亡(?:人数|人员)?数?量?$|取水总?量$|(?:人均|单位|万元|百公里)[^率]{0,10}(?:[用耗][水电能油]量|[能水电油]耗)$"
)
#: Slips, as in the list of words: before them stands where they happen.
_SLIP = later("[错漏误过不]|重复|崩溃|宕机|断|停|[超逾延]|异常")
#: What has 满意, 整改 or 曝光 in it and is the contrary.
_UNDONE = later("不满意|未(?:按[时期])?(?:整改|整治|处[理置]|办[理结]|解决|化解|治理|完成)|(?:媒体)?负面曝光|(?:媒体)?曝光(?=[^率]{0,4}负面)|登记失业|补[贴助偿](?:资金|金|款)")
#: What is done about bad things, beside what the list says.
_DONE = later(
    "资助|发[放布]|补|慰问|关爱|走访|采购|购[置买]|新建|更新|检修|改良|普查|调研|研究|宣|摸底|标[识志]|提示|讲|[尿毛血抽]检|参保|应对|接[处待警收]|出[动警]|处治|修|测试|评|典型|公益|复[垦绿]|绿化"
)


def is_denied(name: str) -> bool:
    """Whether a name says that a bad thing did not happen."""
    return _UNHAPPENED.search(name) is not None


def without_the_undone(name: str) -> str:
    """A name without what is only said not to be done (未整改, 不满意): it is nothing that deals with a bad thing."""
    return _UNDONE.sub("", name)


def is_dealt_with(name: str) -> bool:
    """Whether a name tells what is done about a bad thing (处理, 整改), or for those who have it (资助, 参保)."""
    said = without_the_undone(name)
    return pattern("handled").search(said) is not None or _DONE.search(said) is not None


@built
def is_fault(name: str) -> bool:
    """Whether a name has the form of one that counts what went wrong (缺考率, 错发笔数), or of what should be low (噪声)."""
    text = bare(name)
    if is_denied(text) or LESSENED.search(text.replace("零就业", "")):
        return False
    if _RATE.search(text) or _MEASURE.search(text):
        return True
    found = _SHARE.search(text) or _NUMBER.search(text) or _WASTE.search(text)
    if found is None:
        return False
    group = found.lastindex or 0
    before = text[: found.start(group)]
    if _SLIP.match(found[group]):  # 系统崩溃次数
        before = pattern("place").sub("", before)
    return not is_dealt_with(before + text[found.end(group) :])
