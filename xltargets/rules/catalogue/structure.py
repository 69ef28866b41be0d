"""Group S, first half: the frame of the indicators, their number and their weights. See also indicator_names.py."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from xltargets.rules import formulas
from xltargets.rules.items import Row, is_prefilled
from xltargets.rules.language import levels
from xltargets.rules.language.levels import BOTH, text_of
from xltargets.rules.language.similar import called
from xltargets.rules.language.wording import share
from xltargets.rules.registry import ERROR, HINT, WARNING, Hit, rule

Indicators = Sequence[Any]
Rows = Sequence[Row]
_LABELS = {"level1": "一级指标", "level2": "二级指标"}
#: The grand total where the rate of execution has no share.
_WHOLE = Decimal(100)
_EPS = Decimal("0.005")


def _shown(text: str) -> str:
    """A text of a cell as a message quotes it: in one line, not too long."""
    line = " ".join(text.split())
    return line if len(line) <= 30 else f"{line[:30]}…"


def _goes_on(rows: Rows, at: int, *keys: str) -> bool:
    """Whether a row says the same under these keys as the one before it; only the first of a group is told of."""
    return at > 0 and all(rows[at].node.get(key) == rows[at - 1].node.get(key) for key in keys)


@rule(
    "S01",
    ERROR,
    basis="P",
    needs=["indicators"],
    inputs=["@filled"],
    bad={"indicators.0.level2": "产品指标"},
    good={"indicators.0.level1": "一、产出 指标（50分）", "indicators.0.level2": "数 量"},
)
def levels_have_standard_names(indicators: Indicators, rows: Rows, *, also: Sequence[str] = ()) -> Iterator[Hit]:
    """一级指标、二级指标应使用标准名称

    一级指标：产出、成本、效益、满意度；二级指标：数量、质量、时效、成本，经济成本、社会成本、生态环境成本，经济效益、社会效益、
    生态效益、可持续影响，服务对象满意度。有没有“指标”二字、序号、空格和分值（如“产出指标（50分）”）都可以；一级指标名称中有
    “满意度”的都算满意度指标；二级指标有“满意”的都算服务对象满意度指标，有“可持续”和“影响”的都算可持续影响指标。本单位表格另有的名称可以列入 also。空白由 S04 检查。
    改法：改为标准名称；自拟的名称填在三级指标里。
    """
    extra = {levels.clean(name) for name in also}
    for level, key in enumerate(_LABELS, 1):
        for at, row in enumerate(rows):
            text = text_of(row.node, key) if getattr(row, key) is None and row.level1 != _EXECUTION else None
            if text is not None and levels.clean(text) not in extra and not _goes_on(rows, at, key):
                yield f"indicators.{row.index}.{key}", _no_such_level(text, level)


def _no_such_level(text: str, level: int) -> str:
    standard = levels.standard_names(level)
    import difflib

    near = difflib.get_close_matches(levels.clean(text), standard, 1, 0.5)
    advice = f"是否应为“{near[0]}指标”？请改为标准名称" if near else f"应为{'、'.join(standard)}之一，请改为标准名称"
    return f"{_LABELS[f'level{level}']}“{_shown(text)}”不是标准名称，{advice}"


@rule(
    "S02",
    ERROR,
    basis="K1 K2 R",
    needs=["indicators"],
    inputs=["@filled"],
    bad={"indicators.3.level2": "经济成本指标"},
    good={"indicators.3.level1": "成本指标", "indicators.3.level2": "经济成本指标", "indicators.5.level1": "效益指标"},
)
def level2_belongs_to_its_level1(indicators: Indicators, rows: Rows, *, frame: str = BOTH) -> Iterator[Hit]:
    """二级指标应归入规定的一级指标

    frame 为 2015 时按财预〔2015〕88号（成本是产出的二级指标），为 2021 时按财预〔2021〕101号（成本是一级指标，下设经济成本、
    社会成本、生态环境成本），默认两者都接受。满意度列在效益指标下也接受。名称不标准的由 S01 检查，这里不再重复。
    改法：把该行移到正确的一级指标下，或改正二级指标。
    """
    right = levels.pairs(frame)
    for at, row in enumerate(rows):
        first, second = row.level1, row.level2
        if first is None or second is None or first == "执行率" or (first, second) in right:
            continue
        if not _goes_on(rows, at, "level1", "level2"):
            yield f"indicators.{row.index}.level2", _wrong_parent(row.node, second, frame)


def _wrong_parent(row: Mapping[str, Any], second: str, frame: str) -> str:
    wrong = f"二级指标“{_shown(str(row['level2']))}”不属于一级指标“{_shown(str(row['level1']))}”"
    right = levels.parent(second, frame)
    if right is None:
        return f"{wrong}，本单位采用的指标框架没有这一项，请改正"
    return f"{wrong}，应归入{right}指标，请改正"


@rule(
    "S03",
    HINT,
    basis="I",
    needs=["indicators"],
    inputs=["@filled"],
    bad={f"indicators.{index}": None for index in range(2, 6)},
    good={"indicators.5": None},
)
def number_of_indicators_is_reasonable(
    indicators: Indicators, rows: Rows, *, at_least: int = 5, at_most: int = 20, per_level2: int = 5
) -> Iterator[Hit]:
    """三级指标的数量应适当

    一个项目以 at_least 至 at_most 条为宜，同一个二级指标下不超过 per_level2 条；太少不能反映项目全貌，太多抓不住重点。
    改法：补充核心指标，或合并、删去次要的指标。
    """
    named = [row for row in rows if row.name]
    if named and not at_least <= len(named) <= at_most:
        yield "indicators", f"三级指标{len(named)}条，以{at_least}至{at_most}条为宜，请{_more_or_fewer(len(named), at_least)}"
    groups: dict[str, list[int]] = {}
    for row in named:
        if row.level2:
            groups.setdefault(row.level2, []).append(row.index)
    for second, members in groups.items():
        if len(members) > per_level2:
            message = f"{second}指标下有{len(members)}条三级指标，以不超过{per_level2}条为宜，请合并或删减"
            yield f"indicators.{members[per_level2]}.level3", message


def _more_or_fewer(count: int, at_least: int) -> str:
    return "补充核心指标" if count < at_least else "合并或删减"


@rule(
    "S04",
    ERROR,
    basis="R",
    needs=["indicators"],
    inputs=["@filled"],
    bad={"indicators.2.level2": None},
    good={"indicators.2.level2": "时效"},
)
def every_row_has_its_levels(indicators: Indicators, rows: Rows) -> Iterator[Hit]:
    """每一行都应有一级指标和二级指标

    合并单元格按上一行的内容填充；填充后仍然空白的，说明表格断档：第一行空白，或换了一级指标而二级指标空白。连续几行空白只提示
    一次；表格没有这一列的不检查。
    改法：补填一级指标、二级指标，或恢复合并单元格。
    """
    for key, label in _LABELS.items():
        for at, row in enumerate(rows):
            if getattr(row, key) is not None or row.level1 == _EXECUTION or not _is_blank(row.node, key):
                continue
            if not _goes_on(rows, at, key):
                of = f"（三级指标“{_shown(row.name)}”）" if row.name else ""
                yield f"indicators.{row.index}.{key}", f"指标第{row.index + 1}行{of}没有{label}，请补填"


#: The rate of execution, which self-evaluations put beside the indicators.
_EXECUTION = "执行率"


def _is_blank(node: Mapping[str, Any], key: str) -> bool:
    """Whether a text is on the form and blank."""
    return key in node and text_of(node, key) is None and (node[key] is None or isinstance(node[key], str))


def _weights(rows: Rows) -> list[tuple[Row, Decimal]] | None:
    """The rows that have a weight, with it; None when there are none or one cannot be read."""
    found = []
    for row in rows:
        weight = row.node.get("weight")
        if weight is None or _is_a_sum(row):
            continue
        if isinstance(weight, bool) or not isinstance(weight, (int, float, Decimal)):
            return None
        found.append((row, Decimal(str(weight)) if isinstance(weight, float) else Decimal(weight)))
    if found and sum(weight for _, weight in found) <= 1 + _EPS:
        found = [(row, weight * 100) for row, weight in found]  # 0.2, shown as 20%
    return found or None


_SUMS = frozenset({"总分", "合计", "总计", "小计", "总得分", "得分合计", "权重合计"})


def _is_a_sum(row: Row) -> bool:
    """Whether a row is no indicator but the sum of those above it."""
    return any(text is not None and levels.clean(text) in _SUMS for text in (text_of(row.node, key) for key in (*_LABELS, "level3")))


def _by_level1(rows: Rows) -> dict[str, Decimal]:
    """The weight of each 一级指标: of its rows, else the one in its name (产出指标（50分）); empty when not known."""
    shares: dict[str, Decimal] = {}
    if _has_weights(rows):
        for row, weight in _weights(rows) or ():
            first = row.level1 or levels.parent(row.level2)
            if first is None:
                return {}
            shares[first] = shares.get(first, Decimal(0)) + weight
        return shares
    for row in rows:
        if row.filled:
            named = levels.points(row.node.get("level1"))
            if row.level1 is None or named is None:
                return {}
            shares.setdefault(row.level1, named)
    return shares


def _has_weights(rows: Rows) -> bool:
    return any(row.node.get("weight") is not None for row in rows)


_WEIGHT = "project.indicators.weight"
_SUM = f"SUM({_WEIGHT})"
_SUM_IS = "ABS({0}-{1})<=0.005,ABS({0}-{1}/100)<=0.00005"
#: What stands for the value of an indicator that a project does not have; it needs no weight.
_NONE_HERE = ("/", "／", "-", "—", "无", "不适用", "不涉及")
_IS_ONE = "".join(f'*(project.indicators.value<>"{mark}")' for mark in _NONE_HERE)
_FORGOTTEN = f"SUMPRODUCT(({formulas.length('project.indicators.level3')}>0)*({formulas.length(_WEIGHT)}=0){_IS_ONE})"


@rule(
    "S05",
    ERROR,
    basis="P R K2",
    needs=["indicators"],
    follows=["C08"],
    formula=(
        f"OR(COUNT({_WEIGHT})=0,COUNT({_WEIGHT})<>SUMPRODUCT(--({formulas.length(_WEIGHT)}>0)),"
        f"{_SUM_IS.format(_SUM, 100)},"
        f"AND({_FORGOTTEN}=0,OR({_SUM_IS.format(_SUM, 90)},{_SUM_IS.format(_SUM, 80)})))"
    ),
    formula_message="权重合计应为 100（或 90、80）",
    inputs=["@rows"],
    bad={f"indicators.{index}.weight": weight for index, weight in enumerate((20, 20, 20, 10, 20, 5))},
    good={f"indicators.{index}.weight": weight for index, weight in enumerate((15, 15, 10, 10, 30, 10))},
)
def weights_add_up(indicators: Indicators, rows: Rows, *, totals: Sequence[float] = (100, 90, 80)) -> Iterator[Hit]:
    """权重合计应等于规定的总分

    各三级指标权重之和应为 100；预算执行率另占 10 分的为 90，另占 20 分的为 80，由 totals 规定；有漏填权重的，只认最高的
    总分；指标值为“/”“无”“不适用”的不必有权重。权重以 0.2 或 20% 表示的按 20 计。
    表格没有权重栏，一级指标名称带分值（如“产出指标（50分）”）的，检查各一级指标分值之和；都没有的不检查。
    改法：核对各行权重，补填漏填的权重。
    """
    filled = [row for row in rows if row.filled]
    weights = _weights(rows)
    if weights is not None:
        where, total = f"{weights[0][0].index}.weight", sum((weight for _, weight in weights), Decimal(0))
    elif (shares := _by_level1(rows)) and not any("weight" in row.node for row in filled):
        where, total = f"{filled[0].index}.level1", sum(shares.values(), Decimal(0))
    else:
        return
    missing = sum(map(_lacks_its_weight, filled)) if weights is not None else 0
    accepted = [float(number) for number in totals if not missing or number == max(totals)]
    if any(abs(total - Decimal(str(number))) <= _EPS for number in accepted):
        return
    blank = f"，其中{missing}行没有填写权重" if missing else ""
    expected = "或".join(f"{number:g}" for number in totals)
    yield f"indicators.{where}", f"权重合计{_plain(total)}，应为{expected}{blank}，请核对各项权重"


def _lacks_its_weight(row: Row) -> bool:
    return row.node.get("weight") is None and bool(row.name) and row.node.get("value") not in _NONE_HERE


@rule(
    "S06",
    WARNING,
    basis="K2 K3 R",
    needs=["indicators"],
    maybe=["code"],
    follows=["C08", "S07"],
    inputs=["@rows"],
    bad={f"indicators.{index}.weight": weight for index, weight in enumerate((10, 10, 10, 10, 40, 10))},
    good={f"indicators.{index}.weight": weight for index, weight in enumerate((15, 15, 10, 10, 30, 10))},
)
def weights_follow_the_official_split(
    indicators: Indicators,
    code: str | None,
    rows: Rows,
    *,
    splits: Sequence[str] = ("产出50 效益30 满意度10", "成本20 产出40 效益20 满意度10"),
    standard_letters: str = "RY",
) -> Iterator[Hit]:
    """一级指标的权重应按规定分配

    产出 50、效益 30、满意度 10；设成本指标的，成本 20、产出 40、效益 20、满意度 10；预算执行率另占 10 分。成本单列、与产出合计为
    50 的（如成本 10、产出 40、效益 30、满意度 10）也可以：旧框架的产出含成本。各地规定不同的，用 splits
    规定。权重取自权重栏，没有权重栏的取自一级指标名称（如“产出指标（50分）”）。合计100、没有预算执行率的，各地分法不一，只提示；合计与
    任何一种分配的总分都不同的，由 S05 检查，这里不判断。项目编码第9位是 standard_letters（人员类、运转类，系统预置权重）的只提示。
    改法：按规定的分配调整各行权重。
    """
    by_level1 = _by_level1(rows)
    shares = {name: weight for name, weight in by_level1.items() if name != _EXECUTION}
    total = sum(shares.values(), Decimal(0))
    accepted = [_split(text) for text in splits] if shares else []
    if not shares or any(_same(shares, split) or _same(_with_cost(shares), split) for split in accepted):
        return
    same_total = [split for split in accepted if abs(sum(split.values(), -total)) <= _EPS]
    if not same_total and (_EXECUTION in by_level1 or abs(total - _WHOLE) > _EPS):
        return
    found = _listed(shares)
    expected = "，或".join(map(_listed, same_total or accepted))
    filled = [row for row in rows if row.filled]
    where = f"indicators.{filled[0].index}.{'weight' if _has_weights(filled) else 'level1'}"
    if not same_total:
        yield where, f"一级指标权重为{found}，规定的是{expected}（预算执行率另占10），请核对", HINT
        return
    hit = where, f"一级指标权重为{found}，应为{expected}，请调整"
    yield (*hit, HINT) if is_prefilled(code, standard_letters) else hit


def _listed(shares: Mapping[str, Decimal]) -> str:
    return "、".join(f"{name}{_plain(weight)}" for name, weight in shares.items())


def _split(text: str) -> dict[str, Decimal]:
    """产出50 效益30 → what each 一级指标 weighs."""
    parts = {}
    for word in text.split():
        name = word.rstrip("0123456789.")
        parts[name] = Decimal(word[len(name) :] or 0)
    return parts


def _with_cost(shares: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """The shares with 成本 counted as 产出, as in the frame of 2015."""
    cost = shares.get("成本", Decimal(0))
    return {name: weight + cost if name == "产出" else weight for name, weight in shares.items() if name != "成本"}


def _same(one: Mapping[str, Decimal], other: Mapping[str, Decimal]) -> bool:
    return one.keys() == other.keys() and all(abs(one[name] - other[name]) <= _EPS for name in one)


def _plain(number: Decimal | int) -> str:
    return share(number).removesuffix("%")


@rule(
    "S07",
    ERROR,
    basis="P",
    each="indicator",
    needs=["weight"],
    formula="ISNUMBER(project.indicators.weight)*(project.indicators.weight<=0)=0",
    formula_message="权重应大于0",
    bad={"weight": 0},
    good={"weight": Decimal("0.5")},
)
def weight_is_positive(weight: Decimal) -> Iterator[Hit]:
    """权重应大于 0

    权重为 0 或负数的指标不起作用。漏填的权重由 S05 的合计看出。
    改法：填写应占的权重；不考核的指标应删去。
    """
    if weight <= 0:
        yield "weight", f"权重为{_plain(weight)}，应大于0，请填写应占的权重"


@rule(
    "S08",
    HINT,
    basis="R I",
    each="indicator",
    needs=["weight"],
    formula="ISNUMBER(project.indicators.weight)*(project.indicators.weight>30)=0",
    formula_message="单项权重不宜超过30",
    bad={"weight": 35},
    good={"weight": 30},
)
def weight_is_not_too_high(weight: Decimal, *, highest: float = 30) -> Iterator[Hit]:
    """单项指标的权重不宜过高

    一条三级指标的权重超过 highest，整个项目的评价就由它决定。
    改法：拆分指标，或把权重分给其他指标。
    """
    if weight > Decimal(str(highest)):
        yield "weight", f"权重为{_plain(weight)}，单项以不超过{highest:g}为宜，请分给其他指标"


@rule(
    "S09",
    ERROR,
    basis="I",
    needs=["indicators"],
    inputs=["@filled"],
    bad={"indicators.1.level3": "受理信访事项 数量"},
    good={"indicators.1.level3": "受理信访事项数量达标率"},
)
def names_are_unique(indicators: Indicators, rows: Rows) -> Iterator[Hit]:
    """同一项目的三级指标不得重名

    去掉空格和标点、全角改半角后比较。重名的指标无法分别考核。
    改法：合并，或在名称中写明各自考核的对象。
    """
    seen: dict[str, int] = {}
    for row in rows:
        name = called(row.name)
        if len(name) < 2:
            continue
        first = seen.setdefault(name, row.index)
        if first != row.index:
            shown = _shown(str(row.name))
            yield f"indicators.{row.index}.level3", f"三级指标“{shown}”与第{first + 1}行重名，请合并或写明各自考核的对象"


@rule(
    "S10",
    WARNING,
    basis="R",
    each="indicator",
    needs=["level3"],
    maybe=["level1", "level2"],
    bad={"level3": "数量指标"},
    good={"level3": "受理数量"},
)
def name_is_not_that_of_a_level(name: str, first: str | None, second: str | None) -> Iterator[Hit]:
    """三级指标不应照抄一级或二级指标

    三级指标应写明考核的具体内容；只写“数量指标”“服务对象满意度”等于没有指标。
    改法：写明考核的是什么，如“培训班次”“参训学员满意度”。
    """
    bare = levels.clean(name)
    beside = levels.names_beside(first and first[:60], second and second[:60])
    same = bare in beside or bare != name and levels.is_level_name(name)
    if same and levels.level1(first) != _EXECUTION:
        yield "level3", f"三级指标“{_shown(name)}”与一级或二级指标同名，请写明考核的具体内容"
