"""The words of the grammar: operators, changes, openings, and the classes of qualitative values."""
from __future__ import annotations

from .model import Direction, Op, QualClass
from .patterns import later

# Operators in signs, as they remain after folding; 》《 are what a production system makes of > <.
SIGNS: dict[str, Op] = {
    "≥": ">=", ">=": ">=", "=>": ">=", "≥=": ">=", "=≥": ">=", ">": ">",
    "≤": "<=", "<=": "<=", "=<": "<=", "≤=": "<=", "=≤": "<=", "<": "<",
    "=": "=", "==": "=", "~": "~", "≈": "~",
}
_SIGN = later("[≥≤><=≈》《〉〈~]+")
_SIGN_OPENS = frozenset("≥≤><=≈》《〉〈~")
MANGLED = str.maketrans({"》": ">", "〉": ">", "《": "<", "〈": "<"})


def _operators() -> dict[str, Op]:
    table: dict[str, Op] = {}
    for no in ("不", "不得", "不能", "不应", "不可", "不会", "应不", "须不", "要不", "原则上不"):
        for word in ("低于", "少于", "小于", "低过", "弱于", "差于", "早于", "短于"):
            table[no + word] = ">="
        for word in ("高于", "超过", "超出", "大于", "多于", "超", "晚于", "迟于", "长于"):
            table[no + word] = "<="
    more: dict[Op, str] = {
        ">=": "大于等于 大于或等于 大于或者等于 高于或等于 高于等于 多于或等于 达到 达到了 达 至少 最少 最低 保持在 稳定在 优于或等于",
        "<=": "小于等于 小于或等于 小于或者等于 低于或等于 低于等于 少于或等于 至多 最多 最高 控制在 控制到 严控在 限制在 压缩在 压减到 上限",
        ">": "大于 高于 超过 多于 超出 突破 逾 超 晚于",
        "<": "小于 低于 少于 不足 不到 早于",
        "=": "等于 为 是",
        "~": "约 大约 约为 约等于 大概 近 接近 将近",
    }
    for op, listed in more.items():
        table.update(dict.fromkeys(listed.split(), op))
    return table


OPERATORS = _operators()
LONE_OPERATORS = frozenset(OPERATORS) - {"达到", "达", "达到了", "是", "为", "超", "突破", "接近", "近", "不足", "不到"}
_LONGEST = max(map(len, OPERATORS))
SUFFIX = later("[(]含[)](?:以[上下内])?|(?:[(]含[)])?(?:及其?|或|含)?以[上下内](?:[(]含[)])?|之?内|左右|上下")
_SUFFIXES: dict[str, Op] = {"上": ">=", "下": "<=", "内": "<="}
CHANGE: dict[str, Direction] = {
    **dict.fromkeys("提高 提升 增长 增加 上升 增幅 增速 递增 增收 上涨 提高了 增长了 增加了 提升了".split(), "up"),
    **dict.fromkeys("降低 下降 减少 降幅 压减 缩减 压缩 缩短 节约 节省 递减 下降了 减少了 降低了".split(), "down"),
}
# Words that may open a number without being its name.
_OPENING = (
    "完成 确保 实现 力争 计划 预计 全年 年度 累计 共 共计 合计 总计 举办 开展 组织 召开 新增 建设 新建 改建 维修 购置 采购 发放 "
    "培训 每年 每季度 每月 每周 平均 年均 人均 保证 保障 做到 进行 目标值 达标 编制 印发 出版 补助 资助 奖励 服务 覆盖 安排 "
    "宣传 走访 检测 监测 调研 演练 全部 当年 本年 总额 总量 预算 预算数 于 在 截至 截止 到 至 比例 数量 全年完成 全年开展 全年举办 设立 检查 巡查 维护 更新 "
    "大约 基本 均 各 投入 支付 支出 成本 项目 年内 本年度 争取").split()
OPENING = tuple(sorted(_OPENING, key=len, reverse=True))
_PER = later(
    "每(?:1(?!0)|一)?([2-9]|10{1,4})?(?:个|名|位)?(季度|季|学期|学年|年度|年|月|周|日|天|工作日|小时|人次|人|户|行政村|村|乡镇|县|次|家|所|校|班|"
    "场|期|亩|公里|平方米|吨|台|辆|套|件|例|处|座|只|头|床|社区|项目|单位)")
_AVERAGE = {"人均": "人", "户均": "户", "年均": "年", "月均": "月", "日均": "天", "周均": "周", "村均": "村"}
_PER_COUNTS = (("每两", "每2"), ("每百", "每100"), ("每千", "每1000"), ("每万", "每10000"))
_PER_NAMES = {"季": "季度", "年度": "年", "日": "天", "行政村": "村"}


def sign(text: str, start: int) -> tuple[Op | None, int, set[str]]:
    """The operator sign at `start`, where it ends, and flags; op None with an end past start: no such sign."""
    if text[start:start + 1] not in _SIGN_OPENS:
        return None, start, set()
    found = _SIGN.match(text, start)
    if found is None:
        return None, start, set()
    typed = found.group()
    if typed[0] == "《" and "》" in text[found.end():]:
        return None, start, set()
    flags = set()
    plain = typed.translate(MANGLED)
    if plain != typed:
        flags.add("mangled-operator")
    op = SIGNS.get(plain)
    if op is None and len(plain) in (2, 4) and plain[:len(plain) // 2] == plain[len(plain) // 2:]:
        op = SIGNS.get(plain[:len(plain) // 2])
        flags.add("operator-twice")
    return op, found.end(), flags


def operator_at_end(text: str) -> tuple[Op | None, str]:
    """The operator in words that ends the text, and what stands before it."""
    for size in range(min(len(text), _LONGEST), 0, -1):
        op = OPERATORS.get(text[-size:])
        if op is not None:
            return op, text[:-size]
    return None, text


def operator_at_start(text: str) -> Op | None:
    """The operator in words that opens the text (a word of two characters or more)."""
    for size in range(min(len(text), _LONGEST), 1, -1):
        op = OPERATORS.get(text[:size])
        if op is not None:
            return op
    return None


def operator_within(text: str) -> tuple[Op | None, str]:
    """The operator in words that only opening words part from the text's end (至少全年完成), and what stands before it."""
    rest = text
    while rest:
        word = next((word for word in OPENING if rest.endswith(word)), None)
        if word is None:
            break
        rest = rest[:-len(word)]
        op, before = operator_at_end(rest)
        if op is not None and len(rest) - len(before) > 1:
            return op, before
    return None, text


def change_at_end(text: str) -> tuple[Direction | None, str]:
    """The change (提高, 下降 …) that ends the text, and what stands before it."""
    for size in (3, 2):
        change = CHANGE.get(text[-size:])
        if change is not None:
            return change, text[:-size]
    return None, text


def suffix_operator(suffix: str) -> Op | None:
    """What 以上, 以内, 左右 … after a number says; None for (含) alone."""
    if suffix in ("左右", "上下"):
        return "~"
    bare = suffix.replace("(含)", "")
    return _SUFFIXES.get(bare[-1:]) if bare else None


def is_change(text: str) -> bool:
    """Whether the text tells a change from some year (较2023年提高5%), so that the year is no date of its own."""
    return text[:1] in ("较", "比", "与", "同") and any(word in text for word in CHANGE)


def periods(text: str) -> tuple[list[str], str]:
    """What 每… and …均 in the text count by (canonical units), and the text without them."""
    below: list[str] = []
    if "每" in text:
        for numeral, digits in _PER_COUNTS:
            text = text.replace(numeral, digits)
        below = [count + _PER_NAMES.get(name, name) for count, name in _PER.findall(text)]
        text = _PER.sub("", text)
    if "均" in text:
        for word, unit in _AVERAGE.items():
            if text.startswith(word):
                below.append(unit)
                text = text[2:]
    return below, text


def opened(text: str) -> bool | None:
    """Whether the text opens a number: False when empty, True for operators and opening words, None for others."""
    if not text:
        return False
    text = text.rstrip("≥≤><=约")
    op, rest = operator_at_end(text)
    if op is not None and len(rest) <= 12 and not rest.endswith("不"):
        return True
    _, rest = periods(rest)
    while rest:
        word = next((word for word in OPENING if rest.endswith(word)), None)
        if word is None:
            return None
        rest = rest[:-len(word)]
    return True


_GRADE_OPENS = frozenset("IVX优良中差好低较一二三四五及不合基非满比甲乙丙丁特ABCD达评为≥等考")
_GRADE = later(
    "(?:(?:达到|达|评为|为|≥|不低于|等级|评价|考核)?(?:优秀|良好|优良|优|良|中等|中|差|低|较好|较差|好|一般|不?及格|不合格|基本合格|合格|"
    "基本满意|非常满意|比较满意|较满意|不满意|满意|(?:[一二三四五甲乙丙丁特]|[ABCD]{1,3}|[IVX]{1,3})[级类]|[一二三甲乙丙]等)"
    "(?:等次|等级|档|等)?(?:[(]?含?[)]?[及或]?以上)?[/、,;]?){1,6}")
# In this order: the first class with a word in the text has it.
_CLASSES: tuple[tuple[QualClass, list[str]], ...] = (
    ("时限类", "及时 按时 按期 准时 如期 限时 时间内 期限 时限 时间节点 即时 实时 当日 当天 当月 当年 年内 全年 时间要求 规定时间 进度 "
             "长期 工期 24小时 时间 周期 节前 汛期 开学前 前完成".split()),
    ("合规类", "符合 合规 合法 规范 合理 可控 严格 依法 依规 按规定 按要求 制度 规定 预算 标准 要求 达标 违规 违法 违纪 真实 准确 安全 "
             "合格 按照 依据 根据 程序 完整".split()),
    ("方向类", "提升 提高 增强 增加 增长 改善 促进 加强 推动 推进 优化 扩大 上升 带动 拉动 改进 升级 强化 深化 减少 降低 下降 减轻 缓解 "
             "缩短 遏制 节约 弱化 压降 降".split()),
    ("达成类", "完成 实现 达到 达成 得到 获得 保障 保证 确保 全部 落实 到位 建成 建立 正常 维护 维持 保持 覆盖 通过 解决 消除 做好 做到 零 "
             "无 不发生 未发生 不出现 杜绝 已".split()),
    ("程度类", "明显 显著 较高 较大 较好 较强 有效 高 低 强 大 健全 完善 良好 稳定 持续 充分 有力 优 好 满意 一定 基本 逐步 不断 和谐 便利 "
             "便捷 丰富 深远 积极 环保 清晰 清洁 整洁 美观 顺利 顺畅 中 小 少 多 良".split()),
)
_WHOLE: dict[str, QualClass] = {"是": "达成类", "否": "达成类", "有": "达成类"}
_LESS = "减少 降低 下降 减轻 缓解 缩短 遏制 节约 弱化 压降 降".split()


def classify(text: str) -> tuple[QualClass | None, Direction | None]:
    """The class of a qualitative value, and for 方向类 which way."""
    if text[:1] in _GRADE_OPENS and len(text) <= 40 and _GRADE.fullmatch(text):
        return "等级类", None
    for name, listed in _CLASSES:
        first = next((word for word in listed if word in text), None)
        if first is not None:
            return name, _way(text, listed) if name == "方向类" else None
    return _WHOLE.get(text), None


def _way(text: str, listed: list[str]) -> Direction:
    """The first word of direction in the text decides."""
    first = min((word for word in listed if word in text), key=text.index)
    return "down" if first in _LESS else "up"
