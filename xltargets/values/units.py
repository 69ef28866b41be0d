"""Units of measure: the spellings met in targets, their one canonical spelling, and their factor.

A unit that is not listed here is still read when it is short and Chinese (see `grammar`); it is listed so that
it is found inside longer text and compared under one spelling. To add one, add a word to `_COUNTED`, or a line
to `_SPELLED` when it has other spellings or a factor.
"""
from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

ONE = Decimal(1)


class Unit(NamedTuple):
    """`name` is canonical; one of it is `factor` of `base`. `bare` is set where the noun is missing (30万)."""

    name: str
    base: str
    factor: Decimal
    bare: bool = False


# canonical: (base, factor, other spellings)
_SPELLED: dict[str, tuple[str, str, str]] = {
    # money; a bare 万 or 亿 in these tables means money unless a noun follows
    "元": ("元", "1", "圆 人民币 元人民币 元整"),
    "千元": ("元", "1000", ""),
    "万元": ("元", "10000", "万元人民币 万元整 万人民币 W元 w元"),
    "百万元": ("元", "1000000", ""),
    "千万元": ("元", "10000000", ""),
    "亿元": ("元", "100000000", "亿元人民币 亿元整"),
    "万美元": ("美元", "10000", ""),
    # rates; 百分点 is a difference of rates and no rate itself
    "%": ("%", "1", "百分比 百分数 百分率 百分之 百分号"),
    "‰": ("%", "0.1", "千分比 千分之"),
    "/10万": ("%", "0.001", "/十万 /100000"),
    "百分点": ("百分点", "1", "个百分点 个点"),
    # time; a month or a year has no fixed number of days, so nothing is converted
    "分钟": ("分钟", "1", "min"),
    "秒": ("秒", "1", "秒钟"),
    "小时": ("小时", "1", "个小时 h 时"),
    "天": ("天", "1", "日 自然日 个自然日 日历天 个日历日"),
    "工作日": ("工作日", "1", "个工作日 个工作天 工作天"),
    "周": ("周", "1", "星期 个星期"),
    "月": ("月", "1", "个月 个自然月"),
    "季度": ("季度", "1", "个季度 季"),
    "年": ("年", "1", "年度 周年 个年度 个自然年"),
    "学期": ("学期", "1", "个学期"),
    # length, area, volume, weight, energy
    "米": ("米", "1", "m M 延米 延长米"),
    "公里": ("米", "1000", "千米 km KM Km"),
    "厘米": ("米", "0.01", "cm"),
    "毫米": ("米", "0.001", "mm"),
    "平方米": ("平方米", "1", "平米 平方 m2 M2 m² ㎡"),
    "平方公里": ("平方米", "1000000", "平方千米 km2 km²"),
    "公顷": ("平方米", "10000", "ha"),
    "亩": ("亩", "1", ""),
    "立方米": ("立方米", "1", "立方 方 m3 M3 m³"),
    "升": ("升", "1", "L l"),
    "毫升": ("升", "0.001", "ml mL"),
    "克": ("克", "1", "g"),
    "千克": ("克", "1000", "公斤 kg KG Kg"),
    "吨": ("克", "1000000", "t"),
    "斤": ("克", "500", ""),
    "千瓦": ("千瓦", "1", "kW KW kw"),
    "千瓦时": ("千瓦时", "1", "kWh KWh KWH kwh"),
    "兆瓦": ("千瓦", "1000", "MW"),
    "伏": ("伏", "1", "V"),
    "千伏": ("伏", "1000", "kV KV"),
    "赫兹": ("赫兹", "1", "Hz HZ"),
    "分贝": ("分贝", "1", "dB db DB dB(A)"),
    "微克": ("克", "0.000001", "μg ug"),
    "毫克": ("克", "0.001", "mg"),
    "摄氏度": ("摄氏度", "1", "°C ℃"),
    "NTU": ("NTU", "1", "ntu"),
    "毫克/升": ("毫克/升", "1", "mg/L mg/l"),
    # data
    "MB": ("MB", "1", "兆 Mb"),
    "GB": ("GB", "1", "G Gb"),
    "TB": ("TB", "1", "T Tb"),
    "Mbps": ("Mbps", "1", "mbps Mb/s"),
    "Gbps": ("Mbps", "1000", "gbps Gb/s"),
    # counted things with more than one spelling
    "台套": ("台套", "1", "台/套 台(套)"),
    "人次": ("人次", "1", "人·次 人.次 人(次)"),
    "分": ("分", "1", "分数 分值"),
    "村": ("村", "1", "个村 行政村 个行政村"),
    "年期": ("年期", "1", ""),
}
# Words that count things, their own only spelling.
_COUNTED = (
    "个 人 名 位 户 户次 家 家次 次 件 件次 项 项次 起 份 期 场 场次 套 台 台次 辆 辆次 座 处 条 批 批次 篇 册 本 "
    "部 张 只 头 株 棵 间 幢 栋 所 宗 例 例次 笔 枚 支 组 队 班 班次 课时 学时 学分 级 类 种 款 单 乡镇 县 街道 社区 "
    "点 片 块 段 道 门 科 节 届 轮 遍 回 盏 根 口 眼 孔 桶 箱 袋 瓶 盒 包 卷 幅 面 副 双 对 床 床位 席 车次 趟 标段 "
    "倍 字 万字 人天 人日 人月 人年 人户 校 艘 架 匹 羽 尾 颗 粒 丛 堂 样 批件 样品 批样 站 站次 机位 端 线 路 杆 "
    "盘 扇 把 顶 床次 村次 校次 店次 车 车辆 人份 剂 剂次 针次 美元 角 词 条次 则 档 层 栏 项目 案 案件 度 号 团 "
    "点位 亩次 标箱 万标箱 席位 学员 工时 台班 台时 机时 小时/天 频次 批号 信箱 亿次"
).split()
_SCALES = {"百": "100", "千": "1000", "万": "10000", "十万": "100000", "百万": "1000000", "千万": "10000000",
           "亿": "100000000", "百亿": "10000000000", "千亿": "100000000000", "万亿": "1000000000000"}


def _table() -> dict[str, Unit]:
    table = {name: Unit(name, name, ONE) for name in _COUNTED}
    for name, (base, factor, others) in _SPELLED.items():
        unit = Unit(name, base, Decimal(factor))
        table[name] = unit
        table.update(dict.fromkeys(others.split(), unit))
    for scale in ("万", "亿", "百万", "千万"):
        table[scale] = table[scale + "元"]._replace(bare=True)
    for scale in ("百", "千"):
        table[scale] = Unit(scale, "", Decimal(_SCALES[scale]), bare=True)
    return table


_KNOWN = _table()
_LONGEST = max(map(len, _KNOWN))
_TIMES = frozenset({"分钟", "小时", "天", "工作日", "周", "月", "季度", "年", "学期"})
_NOUN = re.compile(r"(?:(?![以内上下左右每及约不等])[\u4e00-\u9fff]){1,4}(?=[/·.*()]|以|左右|$)")
# One character behind a bare 万 is a measure word (54万页), listed above or not, unless it belongs to what follows.
_MEASURE = re.compile(r"(?![元整余多的几不左右上下内外以之及或和至到且个起止前后约每期月日])[\u4e00-\u9fff](?=[/·.*()以]|$)")
_ENDS = frozenset("/·.*()")
_PER_COUNTS = frozenset(["", *"23456789", "10", "100", "1000", "10000"])


def is_time(unit: str) -> bool:
    """Whether the canonical unit measures a length of time."""
    return unit in _TIMES


def is_known(unit: str) -> bool:
    """Whether the text is a unit of the table, in any of its spellings."""
    return unit in _KNOWN


def read(text: str, start: int) -> tuple[Unit | None, int]:
    """The unit that stands in folded `text` at `start`, and where it ends; (None, start) where there is none."""
    known = _KNOWN.get(text[start:start + _LONGEST + 1])
    if known is not None:
        return known, len(text)
    if text.startswith(" ", start):
        unit, end = read(text, start + 1)
        return (None, start) if unit is None else (unit, end)
    if text.startswith("(", start):
        return _bracketed(text, start)
    unit, end = _counted(text, start)
    if unit is not None and text.startswith("/", end):
        return _quotient(unit, text, end)
    return unit, end


def _bracketed(text: str, start: int) -> tuple[Unit | None, int]:
    closing = text.find(")", start, start + 14)
    if closing < 0:
        return None, start
    unit = whole(text[start + 1:closing])
    return (None, start) if unit is None else (unit, closing + 1)


def _counted(text: str, start: int) -> tuple[Unit | None, int]:
    plain, end = _longest(text, start)
    for size in (2, 1):
        scale = text[start:start + size]
        if scale not in _SCALES:
            continue
        unit, scaled_end = _longest(text, start + size)
        if unit is not None and not unit.bare and scaled_end > end:
            factor = Decimal(_SCALES[scale]) * unit.factor
            return Unit(scale + unit.name, unit.base, factor), scaled_end
    noun = _MEASURE.match(text, end) if plain is not None and plain.bare else None
    if noun is not None:
        scale = text[start:end]
        return Unit(scale + noun[0], noun[0], Decimal(_SCALES[scale])), noun.end()
    return plain, end


def _longest(text: str, start: int) -> tuple[Unit | None, int]:
    for end in range(min(len(text), start + _LONGEST), start, -1):
        unit = _KNOWN.get(text[start:end])
        if unit is not None:
            return unit, end
    return None, start


def _quotient(unit: Unit, text: str, end: int) -> tuple[Unit | None, int]:
    below: list[str] = []
    while len(text) > end and text[end] in ("/·.*、," if below else "/"):
        first = end + 1
        if text[end] in "、," and not (is_known(text[first:]) and is_time(_KNOWN[text[first:]].name)):
            break  # 元/人、天 goes on; what else a list may go on with does not
        while first < len(text) and first < end + 6 and text[first] in "0123456789":
            first += 1
        count = text[end + 1:first]
        divisor, after = _divisor(unit, text, first)
        if divisor is None or count not in _PER_COUNTS:
            break
        below.append(count + divisor)
        end = after
    return per(unit, below), end


def _divisor(unit: Unit, text: str, start: int) -> tuple[str | None, int]:
    """What a unit is per; money may be per anything (元/生·年, 元/标准岗)."""
    known, end = _counted(text, start)  # 批次/千人
    if known is not None and not known.bare and (end == len(text) or text[end] in _ENDS or unit.base != "元"):
        return known.name, end
    noun = _NOUN.match(text, start) if unit.base == "元" else None
    if noun is not None:
        return noun[0], noun.end()
    return (None, start) if known is None or known.bare else (known.name, end)


def per(unit: Unit, below: list[str]) -> Unit:
    """`unit` for each of `below` (canonical names): 元 and [人, 月] -> 元/人·月. Time is named last."""
    if not below:
        return unit
    above, _, already = unit.name.partition("/")
    names = [name for name in already.split("·") if name] + below
    names = sorted(dict.fromkeys(names), key=lambda name: (is_time(name.lstrip("0123456789")), name))
    quotient = "/" + "·".join(names)
    return Unit(above + quotient, unit.base.partition("/")[0] + quotient, unit.factor, unit.bare)


@lru_cache(maxsize=1024)
def whole(text: str) -> Unit | None:
    """The unit that `text` is, or None when it is none; known words and their quotients only."""
    unit, end = read(text, 0)
    return unit if end == len(text) else None


def factor_of(name: str) -> Decimal:
    """How many of its base unit one of the unit is; 1 for an unknown one."""
    unit = whole(name)
    return ONE if unit is None else unit.factor


def base_of(name: str) -> str:
    """The base unit of a unit; an unknown one is its own."""
    unit = whole(name)
    return name if unit is None else unit.base
