"""Quantities of work in running text: 1200件, 2小时, 3.5公里; what is no work done is told apart."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from decimal import Decimal
from typing import NamedTuple

from xltargets.rules.language.prose import HAN
from xltargets.values import units
from xltargets.values.patterns import later

#: Prose beyond this is not searched for numbers.
LONGEST = 5000
FULL_WIDTH = str.maketrans("０１２３４５６７８９．％", "0123456789.%")
_WIDE_DIGIT = later("[０-９．％]")
_NUMBER = later(r"(?<![0-9.A-Za-z〔【\[第年])([0-9]{1,3}(?:,[0-9]{3}){1,4}|[0-9]{1,12})(\.[0-9]{1,6})?(?![0-9.年月%])")
#: Units of dates and of money, which other rules compare, and what is no unit of work done.
_OTHER_UNITS = frozenset({"年", "月", "季度", "周", "号", "度", "级", "届", "点", "线", "路", "时", "角", "年期", "学期", "倍", "类", "", "分", "℃", "°C", "摄氏度"})
_GIVEN = later(
    "(?:全县|全市|全区|全镇|全乡|全州|全省|辖区|下辖|所辖|辖|共有|现有|原有|拥有|在册|在编|涉及|常住人口|常住户|户籍人口|户籍|总人口|第|每|约有|“|上年|去年|同期|较|比)(?:20[0-9]{2}年)?[^0-9，。；、,;]{0,6}$|等$"
)
#: 特困人员、孤儿等1860人: whom it is for, counted.
_PEOPLE = frozenset({"人", "名", "户"})
_AND = later(
    f"[{HAN}]{{0,8}}[、和及](?:(?:建筑|占地|用地)?面积|人口|居民|群众|农户|"
    f"(?!新|改|扩|修|建|培|购|发|开|完|安|举|组|配|资|补|整|治|种|采|更|添|铺|实|检|抽|聘|招|慰|救|办|受|调|编|印|制)[{HAN}]{{1,4}})?"
)
#: 为13个所各配备计算机2台、打印机1台: of each, which an indicator counts together.
_EACH_ONE = later(
    "各(?![类项种级地界方])(?:配备?|配置|配发|建设?|新建|安排|设立|设置|设|购置|购买|发放|发|补助|补贴|奖励|奖补|举办|组织|开展|派驻?|选派|聘用?|新增|招聘|完成)?"
    "[^各，。；;,]{0,24}$|[千万百][人户]$"
)
#: 48小时应急演练: what kind of. （日处理能力200头）: how large.
_KIND = later(f"(?:小时|分钟)(?![内以之前响反办完到处受回上赶抵修解出])[{HAN}]")
_SIZE = later("[（(](?:[^（）()]{0,12}(?:能力|规模|容量|库容)|(?:单[个座处台体]|每|平均)[^（）()]{0,30})$")
#: 每季度召开会议1次: how often, which an indicator may count by the year. 1.2米高: how large.
_HOW_OFTEN = later("每(?:个)?(?:季度?|半?年|半?月|旬|周|星期|天|日|学期|次|乡镇|镇|乡|街道|社区|行政村|村|县|区|校|馆|站|所|户|人|名|班)[^，。；;、0-9]{0,12}$")
_MEASURED = later("米(?=[高宽长深厚])")
#: 培训500人，其中春季200人、秋季300人: parts of what was said before.
_PART = later("[0-9][^。；;]{0,16}其中[^。；;]{0,30}$")
_TO_EACH = later(f"[{HAN}]{{0,8}}各(?:配|建|安排|设|购置|购买|发放|补助|奖|选派|聘|新增)")
#: “十四五”期间累计建成20所: of years before or beyond.
_EARLIER = later("(?:十[一二三四五六]五|规划期|期间|以来|截至|截止|[2-9两三四五]年(?:时间|内)|已经?(?:建成?|完成|实施|投入|培训|发放|改造))[^，。；;]{0,20}$"
    "|截[至止][^，。；;]{0,14}[，,][^，。；;]{0,6}累计[^，。；;]{0,12}$|依托[^，。；;]{0,24}$|(?:不足|不满|未满)$")
_AREA = later("个(?:行政|自然)?(?:社区|村|小区|网格)")
#: 2024卷, 2023版: a year. 50亩以上的大户: who is meant, no work done.
_YEARBOOK = later("(?:19|20)[0-9]{2}[卷版款]")
_CRITERION = later(f"(?:[(（]含[)）])?(?:及|含)?以[上下](?:的|[(（]含[{HAN}]{{0,8}}[)）]的)")
_FIXED = later("^(?:24小时|7天|12345|110|119|120|1站|1窗|[2-6]G|[0-9]{2,4}千伏)$")
_DAY = later("(?<!工作)(?<!自然)日$")
#: 在2023年完成28处的基础上: what was done before. 25个乡镇中的16个: a part.
_BASE = later("(?:的)?基础上|核定|测算|计(?:算|$|[，。；,;])|/")
_OF_SEVERAL = later("中的?$")
#: 4批次/千人: how thick, whatever the grammar makes of its unit.
_DENSITY = later("/[十百千万亿0-9]")
#: What is behind a number that counts no work: 5个方面, 16个镇街 (where it is done).
_COUNTED_ABOUT = later(
    "条(?:城市|县城|城区|市政)?(?:主干道|次干道|主次干道|道路|街道|大街|街巷|巷道|河道)(?:的)?(?:路?灯|绿化|亮化|照明|保洁|清扫|排水|雨污|管网|交通|标线|环境)|期(?:工程|项目|建设|改造)|座[^、，。；停]{0,7}[车巴]|吨(?:级)?[^、，。；]{0,4}[车巴]|寸|匹|大?个?(?:方面|机制|体系|环节|维度|层面|阶段|确保|坚持|统一|统筹|到位|乡镇|镇街|街镇|镇|村级|街道|县区|市县|县|区(?!域)|部门|单位|(?:预算)?部门)"
)


class Quantity(NamedTuple):
    """A number with a unit of work, as typed and in the unit's base, and where it stands."""

    number: Decimal
    unit: str
    base: Decimal
    base_unit: str
    typed: str
    start: int


def quantities(text: str, known: Collection[Decimal] = ()) -> Iterator[Quantity]:
    """Numbers with a unit of work in running text: 1200件, 2小时, 3.5公里; no money, dates or rates, and none that is known."""
    text = text[:LONGEST]
    if _WIDE_DIGIT.search(text):
        text = text.translate(FULL_WIDTH)
    counted = list(_counted(text))
    if all(one.base in known for one, _ in counted):
        return
    given_until = about_until = _NOWHERE
    for one, unit_at in counted:
        start, end = one.start, one.start + len(one.typed)
        before = text[max(0, start - 12) : start]
        if _GIVEN.search(before) and not (before.endswith("等") and one.base_unit in _PEOPLE) or given_until >= 0 and (start == given_until or _AND.fullmatch(text, given_until, start)):
            given_until = end
        elif (about := _COUNTED_ABOUT.match(text, unit_at)) is not None:
            about_until = about.end()
        elif (start - about_until <= 1 or text.startswith("在", start - 1)) and _AREA.match(text, unit_at):
            continue  # 2个街道15个社区, 在160个行政村
        elif one.base not in known and not _is_no_work(text, start, end):
            yield one


def _counted(text: str) -> Iterator[tuple[Quantity, int]]:
    """Every number with a unit of work, and where its unit stands."""
    for match in _NUMBER.finditer(text):
        start, unit_at = match.span()
        unit, length = units.read(text[unit_at : unit_at + 16], 0)
        if unit is None or unit.bare or unit.name in _OTHER_UNITS or unit.base.partition("/")[0] in ("元", "美元", "%", "百分点"):
            continue
        if "/" in unit.name and _DENSITY.search(unit.name):
            continue
        number = Decimal(match[1].replace(",", "") + (match[2] or ""))
        typed = text[start : unit_at + length]
        yield Quantity(number, unit.name, number * unit.factor, unit.base, typed, start), unit_at


#: Before any text.
_NOWHERE = -9


def _is_no_work(text: str, start: int, end: int) -> bool:
    """Whether a number with its unit is a name, a condition, a length of time, or done for each or in earlier years."""
    typed = text[start:end]
    if _YEARBOOK.match(typed) or _CRITERION.match(text, end) or _FIXED.match(typed) or _DAY.search(typed) or _TO_EACH.match(text, end):
        return True
    if _BASE.match(text, end) or typed.endswith("个") and _OF_SEVERAL.search(text, max(0, start - 2), start):
        return True
    if typed.endswith("米") and _MEASURED.match(text, end - 1):
        return True
    near = max(0, start - 40)
    behind = any(pattern.search(text, near, start) for pattern in (_EACH_ONE, _EARLIER, _SIZE, _HOW_OFTEN, _PART))
    return behind or typed.endswith(("小时", "分钟")) and _KIND.match(text, end - 2) is not None


DIGIT = later(r"[0-9０-９]")
