"""Group B: indicators, goals, purposes and the budget belong together."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache, partial
from itertools import islice
from typing import Any, NamedTuple

from xltargets.rules.items import Row
from xltargets.rules.patterns import later
from xltargets.rules.prose import (
    HAN,
    indicators_of,
    items,
    listed,
    marks,
    projects_of,
    shown,
    unmarked,
)
from xltargets.rules.registry import HINT, WARNING, Hit, rule
from xltargets.rules.similar import plain, prose
from xltargets.rules.wording import amount, in_wan
from xltargets.rules.wordlists import built, words
from xltargets.values import Value, parse, units

#: Prose beyond this is not searched for numbers.
_LONGEST = 5000
_FULL_WIDTH = str.maketrans("０１２３４５６７８９．％", "0123456789.%")
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
#: So often in a year: what an indicator counts by the month, the goal may count by the year.
_A_YEAR = {"月": 12, "季度": 4, "周": 52, "工作日": 250, "天": 365}
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
#: 到2025年建成35万亩, 2023年完成28处: of the year that is named, if that is another than the budget's.
_BY_YEAR = later("(?:[到至]|(?=20[0-9]{2}年(?:已|共|累计|实际)?(?:完成|建成|新建|改造|实施|办理|办结|受理|培训|发放|举办)))(20[0-9]{2})年[^，。；;0-9]{0,20}(?:[，,][^，。；;0-9]{0,20})?$")
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


class _Quantity(NamedTuple):
    number: Decimal
    unit: str
    base: Decimal
    base_unit: str
    typed: str
    start: int


def _quantities(text: str, known: Collection[Decimal] = ()) -> Iterator[_Quantity]:
    """Numbers with a unit of work in running text: 1200件, 2小时, 3.5公里; no money, dates or rates, and none that is known."""
    text = text[:_LONGEST]
    if _WIDE_DIGIT.search(text):
        text = text.translate(_FULL_WIDTH)
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


def _counted(text: str) -> Iterator[tuple[_Quantity, int]]:
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
        yield _Quantity(number, unit.name, number * unit.factor, unit.base, typed, start), unit_at


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


@rule(
    "B01",
    WARNING,
    basis="K1",
    needs=["target", "indicators"],
    maybe=["unit.year"],
    follows=["V18", "X03", "C10", "C14", "C15", "V01", "V12", "V19", "T08", "T10"],
    inputs=["@rows"],
    bad={"target": "2024年受理办理信访事项不少于1500件，信访群众满意度达到90%以上。"},
    good={"target": "2024年受理办理信访事项不少于0.12万件，服务全县17个乡镇，信访群众满意度达到90%以上。"},
)
def quantities_of_the_goal_are_in_the_indicators(
    target: str, indicators: list[Any], year: int | None, rows: Sequence[Row]
) -> Iterator[Hit]:
    """绩效目标中的数量应有对应的指标

    绩效目标写明的工作数量（1200件、2小时内）应在指标值、指标名称或描述中找到（单位可换算，“场”与“场次”、“人”与“名”
    等不作区分），也可以是几项指标之和，或者几个数量相加等于一项指标；紧接着的另一种计量（“1.8万户、5.4万人”）有一种对应即可。“各配备2台”、“每季度1次”、“其中”以后的分项、“十四五”期间累计的、其他年份的数量（“到2030年”）和“50亩以上的大户”不算。
    金额由 M04、M08 检查，补助等标准（“每人每月600元”）与唯一一条同一单位（元/人·月）的指标比较；比率只与名称相同的指标比较；年月、全县概况（“全县17个乡镇”）、与往年的比较不算。
    类别（“6类低收入群体”）、紧接着列举的种数（“铅、镉、汞3种”）和与全年数量相符的日均、月均数不算，“95家企业每家2次”合成190家次的也不算。
    四分之三以上（或者四个以上、三分之二以上）的数量已有对应、同一单位的指标也都与目标一致的，其余的数量（“培训6期”）只提示；
    已有两个以上的对应，只差一次（“中期考核1次”）的，或已有对应、只差办事的场所（“为28处场所配备”“惠及62所学校”）的，也只提示。
    改法：补充对应的指标，或改正不一致的数量。
    """
    if missing := _missing(target, rows, year):
        named = "、".join(f"“{shown(typed)}”" for typed in list(dict.fromkeys(one.typed for one in missing))[:4])
        hit = "target", f"绩效目标中的{named}在绩效指标中没有对应的数量，请补充指标或改为一致"
        yield (*hit, HINT) if _is_beside(missing, target, rows) else hit
    for rate, name, has in _other_rates(target, rows):
        yield "target", f"绩效目标中{name}为{rate}，同名指标的指标值为{has}，请改为一致"
        break
    for price, has in _other_prices(target, rows):
        yield "target", f"绩效目标中的“{price}”与成本指标的指标值“{has}”不一致，请改为一致"
        break


def _missing(target: str, rows: Sequence[Row], year: int | None) -> list[_Quantity]:
    """The quantities of the goal that are no indicator's value, nor the sum of several, nor named in a name or description.

    Units only count for sums: what the goal counts in 场次 or 名 the indicator may count in 场 or 人.
    """
    measured = _measured(rows)
    known = {bound for _, bounds in measured for bound in bounds}
    for value, bounds in measured:
        if "/" in value.unit and (times := _A_YEAR.get(value.per)):
            known.update(bound * times for bound in bounds)
    missing = list(_quantities(target, known))
    if missing:
        missing = _beyond(missing, measured)
    for row in rows if missing else ():
        plain_number = "number" in row.sorts and "odd" not in row.sorts  # known already
        for key in ("level3", "description") if plain_number else ("level3", "description", "value"):
            if isinstance(text := row.node.get(key), str) and _DIGIT.search(text):
                known.update(found.base for found in _quantities(text))
    missing = [one for one in missing if one.base not in known]
    parts = _parts_of_known(missing, lambda unit, total: total in known)
    if missing:  # 省级1个、市级2个 for 3个, though there is another 2
        of_rows = {(_unit_of(value), bound) for value, bounds in measured for bound in bounds}
        parts |= _parts_of_known(list(_quantities(target)), lambda unit, total: (unit, total) in of_rows)
        parts |= _factors_of_known(missing, target, known)
    return [one for one in missing if one.start not in parts and not _is_set_aside(one, target, year, known)]


#: A number, and its bounds in the base unit: one, or of a range two.
_Measured = tuple[Value, list[Decimal]]


def _measured(rows: Sequence[Row]) -> list[_Measured]:
    """The values of indicators that are numbers."""
    found = []
    for row in rows:
        value = row.value
        if value is not None and "number" in row.sorts and value.lo is not None:
            low = value.lo * value.factor
            found.append((value, [low] if value.hi is None else [low, value.hi * value.factor]))
    return found


def _unit_of(value: Value) -> str:
    """What a value counts, whatever it is counted by: 次 of 次/月."""
    return value.base_unit.partition("/")[0]


def _beyond(missing: list[_Quantity], measured: list[_Measured]) -> list[_Quantity]:
    """Those that are neither the sum of all in their unit, nor within a range, nor a number without a unit (C11 speaks of it)."""
    unitless: set[Decimal | None] = {value.lo for value, _ in measured if not value.unit}
    totals: dict[str, Decimal] = {}
    for value, bounds in measured:
        base = _unit_of(value)
        totals[base] = totals.get(base, Decimal(0)) + bounds[0]
    ranges = [(_unit_of(value), bounds[0], bounds[1]) for value, bounds in measured if value.hi is not None]
    return [one for one in missing
            if totals.get(one.base_unit) != one.base and one.number not in unitless
            and not any(unit == one.base_unit and low <= one.base <= high for unit, low, high in ranges)]


_SIZE_WORDS = "(?:、(?:总长度?|总?面积|(?:建筑|占地|营业)面积|长度?|共|共计|约|不少于){0,2})?"
_MEASURE_BEFORE = later(f"([0-9]{{1,12}}(?:[.][0-9]{{1,6}})?)([{HAN}]{{1,4}}){_SIZE_WORDS}$")
_MEASURE_AFTER = later(f"{_SIZE_WORDS}([0-9]{{1,12}}(?:[.][0-9]{{1,6}})?)([{HAN}]{{1,4}})")
#: What stands before a bracket: a quantity that the bracket tells the parts or the size of.
_BEFORE_BRACKET = later(f"([0-9]{{1,12}}(?:[.][0-9]{{1,6}})?)([{HAN}]{{1,4}})$")


def _is_set_aside(one: _Quantity, target: str, year: int | None, known: Collection[Decimal]) -> bool:
    """Whether a quantity of the goal is another year's, or measures again what one before it does (1.8万户、5.4万人)."""
    before = target[max(0, one.start - 60) : one.start]
    of_year = _BY_YEAR.search(before) if year is not None and "20" in before else None
    if of_year is not None and int(of_year[1]) != year:
        return True
    unit_typed = one.typed.lstrip("0123456789.,")
    whole = target.rfind("其中", max(target.rfind("。", 0, one.start), target.rfind("；", 0, one.start), 0), one.start)
    if whole > 0 and unit_typed and unit_typed in target[max(0, whole - len(unit_typed) - 4) : whole]:
        return True  # a part of what is counted so before 其中
    if one.unit in _KINDS and _counts_the_listed(one, before):
        return True
    average = _AVERAGE.search(before)
    if average is not None and any(one.base * times in known for times in _A_YEAR_OF[average[1]]):
        return True
    ahead = _MEASURE_AFTER.match(target, one.start + len(one.typed))
    twin = ahead or _MEASURE_BEFORE.search(before)
    if twin is None and (opened := max(before.rfind("（"), before.rfind("("))) > max(before.rfind("）"), before.rfind(")")):
        whole_of = _BEFORE_BRACKET.search(before[:opened])
        return whole_of is not None and _is_known(whole_of, known) is not None
    return twin is not None and _is_known(twin, known) not in (None, one.base_unit)


#: 日均8万吨: by the day or month what an indicator counts by the year.
_AVERAGE = later("([日月])均[^，。；;、0-9]{0,12}$")
_A_YEAR_OF = {"日": (365, 366, 360, 250), "月": (12,)}
#: 铅、镉和汞3种: what was just listed, counted again.
_KINDS = frozenset({"种"})
_LAST_OF_A_LIST = later("[、和及与]")


def _counts_the_listed(one: _Quantity, before: str) -> bool:
    """Whether a number counts the things listed right before it."""
    said = before[max(before.rfind(mark) for mark in "，。；：（(,;0123456789") + 1 :]
    return "、" in said and len(_LAST_OF_A_LIST.findall(said)) + 1 == one.number


def _is_known(typed: re.Match[str], known: Collection[Decimal]) -> str | None:
    """The unit of a number with its unit, where it is known; None where it is not."""
    unit = units.read(typed[2], 0)[0]
    return unit.base if unit is not None and Decimal(typed[1]) * unit.factor in known else None


#: One of so many quantities may be without an indicator of its own; where so many have one, a third.
_MUCH = 4
_MANY = 4


def _is_beside(missing: list[_Quantity], target: str, rows: Sequence[Row]) -> bool:
    """Whether most quantities of the goal agree with indicators, and no indicator in the same unit that it contradicts."""
    every = list(_quantities(target))
    found = len(every) - len(missing)
    slight = len(missing) == 1 and (found >= 2 and missing[0].number == 1 or found >= 1 and _is_where(missing[0], target))
    if len(every) < _MUCH * len(missing) and not (found >= _MANY and found >= 2 * len(missing)) and not slight:
        return False
    said, units_of_missing = {one.base for one in every}, {one.base_unit for one in missing}
    for row in rows:
        value = row.value
        if value is not None and "number" in row.sorts and value.lo is not None and value.change is None:
            bounds = [bound * value.factor for bound in (value.lo, value.hi) if bound is not None]
            unit = value.base_unit.partition("/")[0]
            if unit in units_of_missing and said.isdisjoint(bounds) and not _parts_of_known(every, partial(_is_one_of, unit, bounds)):
                return False
    return True


#: 为28处场所配备灭火器: where things are done; people are counted by an indicator.
_FOR_THOSE = later("(?:^|[，。；：、,;:])(?:为|对|给|向|面向|惠及|覆盖|辐射|确保|保障)$")


def _is_where(one: _Quantity, target: str) -> bool:
    """Whether a quantity is of the places or bodies for which the other things are done."""
    return one.base_unit in _PLACES and _FOR_THOSE.search(target, max(0, one.start - 3), one.start) is not None


_PLACES = frozenset({"处", "所", "座", "栋", "个", "家"})


def _is_one_of(of_unit: str, bounds: Sequence[Decimal], unit: str, total: Decimal) -> bool:
    return unit == of_unit and total in bounds


def _parts_of_known(all_of: list[_Quantity], is_known: Callable[[str, Decimal], bool]) -> set[int]:
    """Where those stand that, one after the other in one unit, add up to a known one (在职52名和退休30名 for 82人).

    All that equipment is counted in is one unit for this (救护车2辆、监护仪3台 for 5台).
    """
    found: set[int] = set()
    for units_alike in {_alike(one.base_unit) for one in all_of}:
        same = [one for one in all_of if one.base_unit in units_alike][:_MOST_PARTS]
        for first in range(len(same)):
            total = same[first].base
            for last in range(first + 1, len(same)):
                total += same[last].base
                if any(is_known(unit, total) for unit in units_alike):
                    found.update(one.start for one in same[first : last + 1])
    return found


_EQUIPMENT = frozenset({"台", "套", "件", "辆", "部", "台套", "张", "把"})


def _alike(unit: str) -> frozenset[str]:
    return _EQUIPMENT if unit in _EQUIPMENT else frozenset({unit})


#: 每家企业服务2次: of each, behind how many there are.
_OF_EACH = later("每[^，。；;0-9每]{0,14}([0-9]{1,4})(?![0-9.]|[百千万]?元)")


def _factors_of_known(missing: list[_Quantity], target: str, known: set[Decimal]) -> set[int]:
    """Where those stand that, with so many for each of them, make a known quantity (95家企业每家2次 for 190家次)."""
    found: set[int] = set()
    for one in missing[:_MOST_PARTS] if "每" in target else ():
        end = one.start + len(one.typed)
        each = _OF_EACH.search(target, end, end + 60)
        if each is not None and one.base * Decimal(each[1]) in known:
            found |= {one.start, *(other.start for other in missing if other.start == each.start(1))}
    return found


#: More parts of one whole are not looked for.
_MOST_PARTS = 20


_PRICE = later(f"每[{HAN}]{{1,10}}?[0-9]{{1,8}}(?:[.][0-9]{{1,4}})?万?元(?!以|提|增|调|至|到|左|的|[-~—])")


def _other_prices(target: str, rows: Sequence[Row]) -> Iterator[tuple[str, str]]:
    """Prices of the goal (每人每月600元) that the one indicator in the same unit has otherwise: price, the indicator's value."""
    if "每" not in target:
        return
    said = target[:_LONGEST].translate(_FULL_WIDTH)
    goal = [(match[0], parse(match[0])) for match in _PRICE.finditer(said)]
    for typed, price in goal:
        if not price.is_money or not price.per or price.change is not None or price.lo is None:
            continue
        same = [row.value for row in rows if row.value is not None and row.value.is_money and row.value.per == price.per]
        if len(same) != 1 or sum(other.per == price.per for _, other in goal) != 1:
            continue
        has, meant = same[0], price.lo * price.factor
        low = None if has.lo is None or has.change is not None else has.lo * has.factor
        if low is not None and not low <= meant <= (low if has.hi is None else has.hi * has.factor):
            yield shown(typed), shown(str(has))


_RATE = later(r"[率度](?:均|都|应|要)?(?:达到|达|为|不低于|保持在|提高到|提升到|在|≥|不少于|大于等于)?([0-9]{1,3}(?:\.[0-9]{1,4})?)[%％]")
#: 指标1：, which forms put before names.
_COUNTED_NAME = later(r"^\s{0,3}指标[0-9]{1,2}[:：.、]")
_ONE_RATE = frozenset({"quant", "rate"})
#: The name of a rate, before its last character.
_RATE_NAME = later(f"[{HAN}]{{2,14}}$")


def _other_rates(target: str, rows: Sequence[Row]) -> Iterator[tuple[str, str, str]]:
    """Rates of the goal that an indicator of the very name has otherwise: rate, name, the indicator's value."""
    if "%" not in target and "％" not in target:
        return
    said_rates = list(_RATE.finditer(target[:_LONGEST]))
    rates: dict[str, list[Value]] = {}
    for row in rows if said_rates else ():
        value, name = row.value, row.node.get("level3")
        if value is None or not row.sorts >= _ONE_RATE or value.change or not isinstance(name, str):
            continue
        if value.lo is not None and value.lo <= 100:  # beyond: V04, V05
            bare = _COUNTED_NAME.sub("", name) if "指标" in name else name
            rates.setdefault(plain(bare), []).append(value)
    for match in said_rates if rates else ():
        name = _RATE_NAME.search(target[max(0, match.start() - 14) : match.start()])
        if name is None:
            continue
        said = plain(name[0] + match[0][0])
        found = rates.get(said) or next((rates[name] for name in rates if len(name) >= 4 and said.endswith(name)), None)
        if found is None and len(said) >= 5:
            longer = [name for name in rates if name.endswith(said)]
            found = rates[longer[0]] if len(longer) == 1 else None
        if found and all(value.lo is not None and value.lo * value.factor != Decimal(match[1]) for value in found):
            yield f"{match[1]}%", shown(name[0] + match[0][0]), shown(str(found[0]))


_DIGIT = later(r"[0-9０-９]")
_HAN_QUANTITY = later(
    "百分之|[一二三四五六七八九十两百千万]{1,6}(?:个(?!方面|月内)|件|人|次|户|项|名|家|场|所|公里|平方米|亩|吨|台|套|份|期|座|处|辆|批|季度|月底|月份|村|成)(?!性)|全覆盖|零(?:事故|上访|投诉|差错)"
)
_DOCUMENT_NUMBER = later(r"[〔\[【（(][0-9]{4}[〕\]】）)]第?[0-9]{1,5}号")


@rule(
    "B02",
    HINT,
    basis="K5",
    needs=["target"],
    bad={"target": "1.通过开展信访工作，维护群众合法权益和全县社会和谐稳定。"},
    good={"target": "按期受理群众信访事项，办结率达到百分之九十五，维护群众合法权益。"},
)
def goals_can_be_measured(target: str) -> Iterator[Hit]:
    """绩效目标应有可衡量的内容

    绩效目标要具体细化：没有数量、比率，也没有完成时间的，无法考核。条目的序号和发文字号里的数字不算。
    改法：写明数量、质量标准或完成时限，如“受理信访事项不少于1200件”。
    """
    text = unmarked(target[:20_000])
    for mark in reversed(marks(text)):
        text = text[: mark.start] + " " + text[mark.end :]
    text = _DOCUMENT_NUMBER.sub(" ", text)
    if not _DIGIT.search(text) and not _HAN_QUANTITY.search(text):
        yield "target", "绩效目标没有数量、比率或时限，无法衡量，请补充可考核的内容"


@rule(
    "B03",
    HINT,
    basis="K5",
    needs=["indicators"],
    inputs=["@rows"],
    bad={"indicators.0.value": "及时受理", "indicators.1.value": "规范", "indicators.2.value": "按期办结", "indicators.4.value": "有效化解"},
    good={"indicators.0.value": "及时受理", "indicators.1.value": "规范", "indicators.4.value": "有效化解"},
)
def most_indicators_are_quantitative(indicators: list[Any], rows: Sequence[Row], *, share: float = 0.5, fewest: int = 3) -> Iterator[Hit]:
    """定量指标应占多数

    指标应以定量为主：有指标值的指标不少于 fewest 条时，数值、区间和期限（日期）所占的比例应不低于 share。空白和占位的不计。
    改法：把能用数量、比率、时限表示的定性指标改为定量指标。
    """
    measured = sum(not row.sorts.isdisjoint(("number", "date")) for row in rows)
    told = measured + sum("qual" in row.sorts for row in rows)
    if told >= fewest and measured < share * told:
        yield "indicators", f"{told}条指标中定量指标只有{measured}条，少于{share:.0%}，请把能量化的改为定量指标"


@rule(
    "B04",
    HINT,
    basis="I",
    needs=["budget.total", "indicators"],
    inputs=["@money"],
    follows=["S03"],
    bad={"budget.total": 12000},
    good={"budget.total": 1200},
)
def large_projects_have_enough_indicators(
    total: Decimal, indicators: list[Any], unit: str, *, bands: Sequence[Sequence[int]] = ((500, 5), (2000, 8), (10000, 10))
) -> Iterator[Hit]:
    """大额项目的指标不宜过少

    bands 是各档的预算数（万元）和至少应有的三级指标条数，如预算数达到 2000 万元的不少于 8 条。
    改法：按项目的主要内容补充产出和效益指标。
    """
    total = in_wan(total, unit)
    least = max((band[1] for band in bands if total >= band[0]), default=0)
    count = sum(_has_content(indicator) for _, indicator in indicators_of({"indicators": indicators})) if least else 0
    if count < least:
        band = max(band[0] for band in bands if total >= band[0])
        yield "indicators", f"预算数{amount(total)}（{band}万元以上）的项目只有{count}条三级指标，宜不少于{least}条"


def _has_content(indicator: Mapping[str, Any]) -> bool:
    name, value = indicator.get("level3"), indicator.get("value")
    return isinstance(name, str) and name.strip() != "" or isinstance(value, str) and value.strip() != ""


@rule(
    "B05",
    HINT,
    basis="K1",
    needs=["purpose", "target"],
    maybe=["name"],
    bad={
        "purpose": "2024年受理办理信访事项不少于1200件，12月底前按期办结率达到95%以上，信访群众满意度达到90%以上。",
    },
    good={"purpose": "按照工作安排，2024年受理办理信访事项不少于1200件，用于支付办公费、差旅费和劳务费。"},
)
def purpose_and_goal_belong_together(purpose: str, target: str, name: str | None, *, highest: float = 0.95, lowest: float = 0.1) -> Iterator[Hit]:
    """资金用途与绩效目标应相关而不雷同

    资金用途说钱花在哪里，绩效目标说达到什么效果。两者相似度不低于 highest 的视为照抄；资金用途与绩效目标、项目名称共有的实字
    （除去空泛的词和“办公费”等费用名称）不到 lowest 的，视为脱节；只列费用名称的不查。
    改法：照抄的，分别写明用途和效果；脱节的，核对是否填错了项目。
    """
    used, goal = prose(purpose)[:_LONGEST], prose(target)[:_LONGEST]
    if len(used) < 8 or len(goal) < 8:
        return
    if _similarity(used, goal, highest) >= highest:
        yield "purpose", "资金用途与绩效目标相同或几乎相同，请分别写明钱用在哪里、达到什么效果"
        return
    goal = goal + " " + prose(name)[:200]
    if _clearly_related(used, goal, lowest):
        return
    spent, meant = _content(used), _content(goal)
    if min(len(spent), len(meant)) >= _ENOUGH and len(spent & meant) < lowest * min(len(spent), len(meant)):
        yield "purpose", "资金用途与绩效目标、项目名称没有共同的内容，疑似脱节，请核对"


def _clearly_related(used: str, goal: str, lowest: float) -> bool:
    """Whether so many characters of both are of no empty or cost word that what is left of them need not be worked out."""
    one, other = set(_COSTS.sub(" ", used)), set(_COSTS.sub(" ", goal))
    common = sum("\u4e00" <= char <= "\u9fff" for char in (one & other) - _empty_letters())
    return common >= lowest * min(len(one), len(other))


@built
def _empty_letters() -> frozenset[str]:
    return frozenset("".join(words("support")["empty"]["words"]))


def _similarity(one: str, other: str, least: float) -> float:
    if 2 * min(len(one), len(other)) < least * (len(one) + len(other)):
        return 0.0
    if one == other:
        return 1.0
    from rapidfuzz.distance import Indel

    return float(Indel.normalized_similarity(one[:1000], other[:1000], score_cutoff=least))


#: Fewer characters than these say too little to be compared.
_ENOUGH = 6
_COSTS = later(f"[{HAN}]{{1,3}}费用?|购置|购买|采购|支付|发放|补助|补贴")


def _content(text: str) -> frozenset[str]:
    """The characters of a text's content words, without what money is spent on everywhere."""
    return frozenset(_NO_HAN.sub("", _support()[0].sub(" ", _COSTS.sub(" ", text))))


@built
def _support() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """Patterns of the word list: empty words, words of a result, indicators of work being carried out."""
    lists = words("support")
    empty, result, activity = (
        later("|".join(sorted(map(re.escape, lists[kind]["words"]), key=lambda word: (-len(word), word))))
        for kind in ("empty", "result", "activity")
    )
    return empty, result, activity


@rule(
    "B06",
    WARNING,
    basis="K1",
    each="document",
    needs=["department.itemised_targets", "projects"],
    maybe=["unit.name"],
    bad={"department.itemised_targets.1": "建成县级档案馆新馆，新增库房面积2000平方米。"},
    good={"department.itemised_targets.1": "有效开展机房网络租赁等工作。"},
)
def itemised_targets_are_supported(targets: list[Any], projects: list[Any], name: str | None) -> Iterator[Hit]:
    """分项绩效目标应有项目或指标支撑

    每一条分项目标，应在某个项目的名称、用途、目标或三级指标（名称、描述）中找到共同的实词。“开展、加强、工作”等空泛的词
    （data/support.toml）和单位名称里的词不算实词，每条分项目标都有的词不单独作数。写有数量而各项目都没有这个数量的，只有一个词相同不算。只说开展某项工作、没有说结果的，有“××工作开展率”一类的指标也算有支撑。
    改法：为这条目标补充项目或指标；今年不做的，删去这条目标。
    """
    own = _own_words(name)
    support = _support_of(projects, own)
    if not support.said.strip():
        return
    texts = list(listed({"targets": targets}, "targets"))
    common = partial(_common_words, [text for _, text in texts], own)
    for index, text in texts:
        loose = [item for item in items(text[:_LONGEST]) if _is_loose(item, own, common, support)]
        if loose:
            yield f"department.itemised_targets.{index}", f"分项目标“{shown(loose[0])}”没有对应的项目或绩效指标，请补充指标或调整目标"


#: So many pairs of characters of an item are words enough that one of them alone, in running text, says little.
_MANY_PAIRS = 6


class _Support(NamedTuple):
    """What projects and indicators say, and what they are called."""

    said: str
    names: str


def _common_words(texts: Sequence[str], own: tuple[str, ...]) -> set[str]:
    """The words that all of three texts or more have."""
    return set.intersection(*(_keywords(text[:_LONGEST], own) for text in texts)) if len(texts) > 2 else set()


def _is_loose(item: str, own: tuple[str, ...], common: Callable[[], set[str]], support: _Support) -> bool:
    grams = _keywords(item, own)
    shared = list(islice((gram for gram in grams if gram in support.said), 2))
    by_chance = (
        len(grams) >= _MANY_PAIRS and len(shared) == 1 and (shared[0] not in support.names or shared[0] in common())
    )
    if shared and not by_chance and len(grams) >= (_MANY_PAIRS if len(shared) == 1 else _VERY_MANY_PAIRS):
        by_chance = _only_a_word(item, grams, support)
    if not grams or shared and not by_chance:
        return False
    _, result, activity = _support()
    if activity.search(support.names) is None:  # no indicator measures that work is carried out
        return True
    return result.search(item) is not None or _DIGIT.search(item) is not None


#: So many pairs are words enough for one word of three characters, with a quantity that no project has, to say little.
_VERY_MANY_PAIRS = 10
_WHOLE_NUMBER = later(r"[0-9]+(?:\.[0-9]+)?")


def _only_a_word(item: str, grams: Collection[str], support: _Support) -> bool:
    """Whether an item has one word of two or three characters in common with the projects, and a number that none of them has."""
    numbers = set(_WHOLE_NUMBER.findall(item))
    if not numbers:
        return False
    shared = [gram for gram in grams if gram in support.said]
    if len(shared) > 2 or len(shared) == 2 and not any(one[1] == other[0] and one + other[1] in item for one, other in (shared, shared[::-1])):
        return False
    if not any(number in support.said for number in numbers):
        return True
    return numbers.isdisjoint(_WHOLE_NUMBER.findall(support.said))


def _support_of(projects: list[Any], own: tuple[str, ...]) -> _Support:
    said: list[object] = []
    names: list[object] = []
    for _, project in projects_of({"projects": projects}):
        names.append(project.get("name"))
        said += [project.get(key) for key in ("purpose", "target", "long_term_target")]
        for _, indicator in indicators_of(project):
            said.append(indicator.get("description"))
            names.append(indicator.get("level3"))
    named = "\n".join(text[:_LONGEST] for text in names if isinstance(text, str))
    known = "\n".join([named, *(text[:_LONGEST] for text in said if isinstance(text, str))])
    for word in own:
        known = known.replace(word, " ")
    return _Support(known, named)


_NO_HAN = later(f"[^{HAN}A-Za-z]+")


def _keywords(text: str, own: tuple[str, ...]) -> set[str]:
    """Pairs of neighbouring characters of the text's content words: no segmentation, empty words cut out."""
    for word in own:
        text = text.replace(word, " ")
    parts = _NO_HAN.sub(" ", _support()[0].sub(" ", text)).split()
    return {part[at : at + 2] for part in parts for at in range(len(part) - 1)}


_ORGAN = later("(?:自治县|自治州|自治区|[省市县区旗州盟镇乡])|(?:委员会|办公室|人民政府|管理局|服务中心|中心|[局委办厅院校会所站部队])$")


@lru_cache(maxsize=64)
def _own_words(name: str | None) -> tuple[str, ...]:
    """What a unit's name says of its field, which is in everything it writes: 信访 for 怀来县信访局."""
    if not name:
        return ()
    return tuple(part for part in _ORGAN.sub(" ", "".join(name.split())[:40]).split() if 2 <= len(part) <= 4)


@rule(
    "B07",
    HINT,
    basis="P",
    each="indicator",
    needs=["value"],
    maybe=["level2"],
    inputs=["@values", "@previous"],
    bad={"value": "≥1200件", "@previous.projects.0.indicators.0.value": "≥500件"},
    good={"value": "≥1200件", "@previous.projects.0.indicators.0.value": "≥0.1万件"},
)
def quantities_do_not_jump(
    typed: str, level2: str | None, value: Value, previous: Mapping[str, Any], *, change: float = 0.5, zero_growth: bool = False
) -> Iterator[Hit]:
    """产出数量与上年不宜突变

    有上年的申报表时，比较同一项目同名指标的指标值：单位相同（可换算）的数量增减超过 change（0.5 即 50%）为突变；比率不比较。
    zero_growth 为 true 时，数量指标与上年相同也提示。
    改法：核对是否填错；确有变化的，在描述或依据中说明原因。
    """
    before = _value_of(previous)
    if not (_comparable(value) and _comparable(before)) or value.base_unit != before.base_unit or value.is_rate:
        return
    new, old = _base(value), _base(before)
    if old <= 0:
        return
    if abs(new - old) > Decimal(str(change)) * old:
        ratio = abs(new - old) / old
        how = "增加" if new > old else "减少"
        yield "value", f"指标值“{shown(typed.strip())}”比上年“{shown(before.raw.strip())}”{how}{ratio:.0%}，超过{change:.0%}，请核对或说明原因"
    elif zero_growth and new == old and isinstance(level2, str) and "数量" in level2:
        yield "value", f"数量指标“{shown(typed.strip())}”与上年相同，没有增长，请核对"


def _value_of(indicator: Mapping[str, Any]) -> Value:
    parts = [part if isinstance(part := indicator.get(key), str) else None for key in ("operator", "unit", "nature")]
    typed = indicator.get("value")
    return parse(typed if isinstance(typed, str) else None, op=parts[0], unit=parts[1], nature=parts[2])


def _comparable(value: Value) -> bool:
    return value.kind == "quant" and value.lo is not None and not value.change


def _base(value: Value) -> Decimal:
    assert value.lo is not None
    return value.lo * value.factor


@rule(
    "B08",
    WARNING,
    basis="R K2",
    needs=["target", "long_term_target"],
    maybe=["start", "end"],
    bad={"target": "建成信访接待大厅，接待能力达到1200人次。", "long_term_target": "建成信访接待大厅，接待能力达到1200人次。"},
    good={"target": "完成主体工程，支付进度款80%。", "long_term_target": "建成信访接待大厅，接待能力达到1200人次。"},
)
def annual_goal_is_not_the_whole_goal(target: str, whole: str, start: object, end: object) -> Iterator[Hit]:
    """跨年项目的年度目标不得照抄总目标

    同时填有中长期（总体）目标和年度目标的，两者除标点外不应相同；起止日期在同一年内的项目不查。
    改法：年度目标写明本年要完成的阶段任务。
    """
    if isinstance(start, str) and isinstance(end, str) and start[:4] == end[:4]:
        return
    if prose(target) and prose(target) == prose(whole):
        yield "target", "年度绩效目标与中长期绩效目标相同，请写明本年度要完成的任务"
