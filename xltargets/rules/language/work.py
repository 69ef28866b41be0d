"""What is to be done or to last: the names whose number is a least, so that ≤ would forbid to do more."""

from __future__ import annotations

from xltargets.values import Value
from xltargets.values.patterns import later

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
#: What is bought or kept no more than allowed, or comes as it comes: people on the payroll, cars, rents, errands, meetings.
_CAPPED = later(
    "[人户]均|(?<!高)标准(?!化|厂房|园|制|件|修订|地名)|公务|公车|用车|车辆|接待(?!游客|观众|参观|祭扫|读者)|出国|出境|编制|编外|编内|在编|在职|在岗|在册|退休|离休|派遣|辅警|协管|协警|聘[用请任]|选聘|雇|值班|加班|会议|会商|例会|考试|考场|考点|"
    "租[赁用]|差旅|出差|外出|考察|办公|物业|食堂|就餐|用餐|伙食|窗口|专线|耗材|工资|月数|工作人员|工作队|队员|安保|保安|岗位数|护林员|保洁员|专干|村干部|订[阅购]|党建|专家|律师|顾问|诉讼|保洁人员|[用临]工|临聘|外聘|社工|(?<!困难)职工|干警|"
    "登记|在押|羁押|收押|收治|戒毒|矫正|扣押|罚没|低保对象|监测对象|监测户|返贫|委托|外包|热线|接听|票据|打印|复印|公文|文印|印刷|缴[纳费]|还本|付息|运转|单位数|行政村数|弹药|空调|邮寄|函件"
)
#: What is used up, taken away or left over.
_SPENT = later("征[地收用]|用地|捕[捞获]|载畜|搬迁|占[用地]|砍伐|采伐|取水|[用耗]水|用电|用油|[消损]耗|排放|排污(?!口)|开采|用量|闲置|空置|存量|追加|调整|变更|重复|减少|压[减缩]|上限|污染|剩余|结余")
#: Events, land, lengths, plants, animals and buildings, heaps: what is counted so is there to be done, bought or grown.
_OUTPUT_UNITS = frozenset(
    "场 场次 期 集 届 课时 亩 亩次 平方米 米 立方米 克 株 棵 尾 羽 头 只 座 盏 眼 人次 户 户次 家次 站次 件次 台次 批次 班次 航次 架次 车次 篇 册 卷 幅 宗 路 张 间 栋 所 条 台 套 件 处 例 剂 支 种 艘".split()
)
#: One sign of work in what stands before the count is enough for 个, 次, 项, 家, 份: 修, 建, 检, 宣 …
_DOING = later(
    "[修建造植种清治测检查验评审训授播演展赛宣讲巡护补贴奖装换扩铺鉴签研编译创拓访送布挖拆架绘采推制订察视](?![区所员])|改[建造良装]|抽样|整[修治理改]|加固|救[助治援]|资助|扶[持贫助]|帮扶|培[育训养]|教育|课程|服务|报告|合同|接口|办[理结]|处[理置]|化解|调[解处]|发[放布行表]|"
    "新增|引进|利用|认定|入[库驻户选]|对接|举[办报]|活动|项目|站点|点位|基地|平台|运维|维[护保]|样[本品]|标准化|数字化|专利|课题|论文|成果|作品|案件|提案|建议"
)
_GENERAL_UNITS = frozenset("个 次 项 家 份 笔 部 对 批 组 字".split())
#: People who are to have something of it; not those who are paid to do it.
_PEOPLE = later(
    "学[员生者位]|[就在]读|[在入][校园学托]|参观|家庭|师[资生]|幼儿|培训|参训|轮训|受训|规培|(?:补[贴助偿]|奖[励补])[人对][数次象]|资助|救[助治]|享受|受[益众助]|惠及|惠民|带动|就业|安置|引进|参[保会与加赛训]|签约|[体尿]检|筛查|检[查测]|接种|献血|"
    "疗养|认定|招[生录收募]|毕业|志愿者|观众|听众|读者|游客|覆盖|服务|供养|供给|慰问|帮扶|适配|教育|培[育养]|建[册档]|随访|送教|鉴定|发放|家庭医生|运动员|康复|照[护料]|庇护|托养|保障.{0,8}(?:学生|群众|对象|儿童|老人|老年人|残疾人)|传承人|特派员"
)


#: Work on what is bad: the more of it is mended, cleared or caught, the better.
_MENDS = later("^(?:更换|清理|破获|抓获|收贮|查处|拆除|整治|治理|修复|打击|改良)|(?:治理|改良|修复|拆除|整治|改造|复垦|清理)(?:总)?面积$")


def mends(name: str) -> bool:
    """Whether a name is that of mending what is bad (更换破损路灯, 退化草原改良面积), not of what may be low."""
    return _MENDS.search(name) is not None


def is_work(name: str, level: str | None, value: Value) -> bool:
    """Whether a count is one of work to be done, or of those who are to gain by it: the less of it the worse."""
    if _SPENT.search(name):
        return False
    if level == "数量":
        return _CAPPED.search(name) is None and _is_output(name, value)
    return level in _FOR_OTHERS and (_DONE_WORK.search(name) is not None or _GAIN.search(name) is not None)


def _is_output(name: str, value: Value) -> bool:
    """Whether an indicator of quantity says by its unit, or by its name, that it is done, bought or grown."""
    if (_COUNT.search(name) and _WORK.search(name)) or _DONE_WORK.search(name) or _CAPACITY.search(name):
        return True
    if value.base_unit in ("人", "名"):
        return _PEOPLE.search(name) is not None
    return value.base_unit in _OUTPUT_UNITS or (value.base_unit in _GENERAL_UNITS and _DOING.search(name) is not None)


#: How much a thing can do.
_CAPACITY = later("(?:容量|带宽|存储空间|能力|射程|承载力|床位数?|学位数?|车位数?|泊位数?|装机|[产单]量|亩产|单产|产能|产值)$")
_FOR_OTHERS = frozenset({"可持续影响", "社会效益", "经济效益", "生态效益"})
#: Whom or what a project does good.
_GAIN = later(
    "^(?:受益|惠及|带动|新增|增加|解决|改善|化解|保护|修复|提供|吸引|接待|参与|服务|保障|输送|减少|节约|覆盖)[^率比占度]{1,20}$|(?:受益|惠及|受众|受惠|就业|务工|参保|参与|参加|获奖|游客|观众|持证|培育|带动)[^率比占度]{0,8}(?:人数|人次|人口|户数|村数|家数|数量|数|群众|人员)$|"
    "(?:就业|务工|公益性)?岗位(?:增加)?数?量?$|(?:新增|人均)[^率比占度]{0,8}绿地面积$|(?:治理|绿化|复绿|复垦|修复|灌溉)面积$|(?:减排|节水|节能|节电|固碳|增产|增收)量$|(?:总产|产|亩产|单产)量?$|吞吐量$|播放量$|阅读量$|(?:期望|预期)寿命$|服务[^率比占]{0,4}人次$|(?:化解|消除|调解|返还|办结|正面报道|媒体报道)[^率比占度]{0,4}$|(?:覆盖|参与|服务)人次$"
)
#: What lasts, and is promised to last no less.
_LASTING = later(
    "质保|保修|保质期|公示(?:时间|天数|期限|时长)$|(?:免费|夜间)?(?:开放|开馆|照明|亮灯)(?:时间|天数|时长|小时数?)$|播[出放音](?:总?时间|总?时长|小时数?)$|(?:供餐|供水|供暖|供热|供气)(?:时间|天数|时长)$|志愿服务(?:时间|时长|小时数?)$|优良天数$|"
    "(?:使用|服务|设计|管护|养护|运行|持续|延续|影响|作用|效益|发挥|留存|保存)[^率]{0,4}(?:年限|寿命|年数|年份)$|学时$|(?:管护|养护)期限?$|(?:训练|学习|实训|锻炼|驻村)(?:时间|时长|天数|学时)$|提前量$|预见期$"
)


#: What is said to come about, in words (促进增收, 保障正常运转, 发放准确性): a share of it is a least.
_DEED = later(
    "^(?:促进|维护|保障|确保|满足|提升|提高|改善|增强|推动|推进|巩固|保护|实现|优化|完善)[^率比]{2,60}$|(?:准确|合规|规范|及时|完整|真实|科学|合理|安全|稳定|有效|公平|健全)性$|(?:正常|稳定|平稳|顺利|安全)(?:运[转行营]|开展)$"
)


def is_deed(name: str) -> bool:
    """Whether a name says what is to come about, so that a share of it should be high."""
    return _DEED.search(name) is not None and _SPENT.search(name) is None


def lasts(name: str) -> bool:
    """Whether a name is that of a length of time that is promised as a least (质保期, 公示天数)."""
    return _LASTING.search(name) is not None
