"""Group B, the goal: its quantities, rates and prices are those of the indicators (B01)."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from xltargets.rules.items import Row
from xltargets.rules.language.prose import HAN, shown
from xltargets.rules.language.quantities import DIGIT, FULL_WIDTH, LONGEST, Quantity, quantities
from xltargets.rules.language.similar import plain
from xltargets.rules.registry import HINT, WARNING, Hit, rule
from xltargets.values import Value, parse, units
from xltargets.values.patterns import later

#: So often in a year: what an indicator counts by the month, the goal may count by the year.
_A_YEAR = {"月": 12, "季度": 4, "周": 52, "工作日": 250, "天": 365}
#: 到2025年建成35万亩, 2023年完成28处: of the year that is named, if that is another than the budget's.
_BY_YEAR = later("(?:[到至]|(?=20[0-9]{2}年(?:已|共|累计|实际)?(?:完成|建成|新建|改造|实施|办理|办结|受理|培训|发放|举办)))(20[0-9]{2})年[^，。；;0-9]{0,20}(?:[，,][^，。；;0-9]{0,20})?$")


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


def _missing(target: str, rows: Sequence[Row], year: int | None) -> list[Quantity]:
    """The quantities of the goal that are no indicator's value, nor the sum of several, nor named in a name or description.

    Units only count for sums: what the goal counts in 场次 or 名 the indicator may count in 场 or 人.
    """
    measured = _measured(rows)
    known = {bound for _, bounds in measured for bound in bounds}
    for value, bounds in measured:
        if "/" in value.unit and (times := _A_YEAR.get(value.per)):
            known.update(bound * times for bound in bounds)
    missing = list(quantities(target, known))
    if missing:
        missing = _beyond(missing, measured)
    for row in rows if missing else ():
        plain_number = "number" in row.sorts and "odd" not in row.sorts  # known already
        for key in ("level3", "description") if plain_number else ("level3", "description", "value"):
            if isinstance(text := row.node.get(key), str) and DIGIT.search(text):
                known.update(found.base for found in quantities(text))
    missing = [one for one in missing if one.base not in known]
    parts = _parts_of_known(missing, lambda unit, total: total in known)
    if missing:  # 省级1个、市级2个 for 3个, though there is another 2
        of_rows = {(_unit_of(value), bound) for value, bounds in measured for bound in bounds}
        parts |= _parts_of_known(list(quantities(target)), lambda unit, total: (unit, total) in of_rows)
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


def _beyond(missing: list[Quantity], measured: list[_Measured]) -> list[Quantity]:
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


def _is_set_aside(one: Quantity, target: str, year: int | None, known: Collection[Decimal]) -> bool:
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


def _counts_the_listed(one: Quantity, before: str) -> bool:
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


def _is_beside(missing: list[Quantity], target: str, rows: Sequence[Row]) -> bool:
    """Whether most quantities of the goal agree with indicators, and no indicator in the same unit that it contradicts."""
    every = list(quantities(target))
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


def _is_where(one: Quantity, target: str) -> bool:
    """Whether a quantity is of the places or bodies for which the other things are done."""
    return one.base_unit in _PLACES and _FOR_THOSE.search(target, max(0, one.start - 3), one.start) is not None


_PLACES = frozenset({"处", "所", "座", "栋", "个", "家"})


def _is_one_of(of_unit: str, bounds: Sequence[Decimal], unit: str, total: Decimal) -> bool:
    return unit == of_unit and total in bounds


def _parts_of_known(all_of: list[Quantity], is_known: Callable[[str, Decimal], bool]) -> set[int]:
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


def _factors_of_known(missing: list[Quantity], target: str, known: set[Decimal]) -> set[int]:
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
    said = target[:LONGEST].translate(FULL_WIDTH)
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
    said_rates = list(_RATE.finditer(target[:LONGEST]))
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
