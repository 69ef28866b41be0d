"""Group P: the plan of spending, cumulative shares at four points of the year."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any

from xltargets.rules.catalogue.projects import called
from xltargets.rules.formulas import all_of, numbers, percent, when
from xltargets.rules.items import Row
from xltargets.rules.language.similar import earlier_equal
from xltargets.rules.language.wording import amount, quoted, share
from xltargets.rules.registry import ERROR, HINT, WARNING, Hit, rule

POINTS = {"march": "3月底", "june": "6月底", "october": "10月底", "december": "12月底"}
_MONTHS = {"march": 3, "june": 6, "october": 10, "december": 12}
_PATHS = [f"schedule.{point}" for point in POINTS]
_CELLS = [f"project.{path}" for path in _PATHS]
_HUNDRED = Decimal(100)
#: Shares that differ by no more count as equal, in percent.
_EPS = Decimal("0.005")

Share = Decimal | None


def _adds_up(shares: Sequence[Share]) -> bool:
    """Whether they look like the shares of each period, which add up to 100, rather than cumulative ones."""
    return None not in shares and abs(sum(value or 0 for value in shares) - _HUNDRED) <= _EPS


_PER_PERIOD = "（四个时点相加为100%，像是各时段的比例）"


@rule(
    "P01", ERROR, basis="I", maybe=_PATHS,
    formula=all_of(*(when(numbers(cell), f"AND({cell}>=0,{percent(cell)}<=100)") for cell in _CELLS)),
    formula_message="支出进度应在0到100之间",
    bad={"schedule.october": 850},
    good={"schedule.march": 0, "schedule.october": 100},
)  # fmt: skip
def shares_are_between_0_and_100(*shares: Share) -> Iterator[Hit]:
    """支出计划的比例应在0到100之间

    各时点填累计支出占预算数的百分比。
    改法：改为0到100之间的数；填成金额的换算成百分比。
    """
    for (point, label), value in zip(POINTS.items(), shares, strict=True):
        if value is not None and not 0 <= value <= _HUNDRED:
            yield f"schedule.{point}", f"{label}支出进度为{share(value)}，应在0%到100%之间，请改正"


@rule(
    "P02", ERROR, basis="I", maybe=_PATHS, follows=["P01"],
    formula=all_of(*(when(numbers(other, one), f"{percent(other)}>={percent(one)}") for one, other in pairwise(_CELLS))),
    formula_message="支出计划是累计进度，后一时点不应小于前一时点",
    bad={"schedule.march": 60},
    good={"schedule.march": 55},
)  # fmt: skip
def shares_do_not_fall(*shares: Share) -> Iterator[Hit]:
    """支出计划应逐期累计，不得减少

    3月底、6月底、10月底、12月底填的是从年初起累计的支出进度，后一时点不小于前一时点。
    改法：填累计数；四个数相加正好是100的，多半填成了各时段的比例，逐个累加即可。
    """
    for (one, before), (other, after) in pairwise(zip(POINTS, shares, strict=True)):
        if before is not None and after is not None and after < before:
            hint = _PER_PERIOD if _adds_up(shares) else ""
            said = f"{POINTS[other]}支出进度{share(after)}小于{POINTS[one]}的{share(before)}"
            yield f"schedule.{other}", f"{said}{hint}，应填从年初起的累计进度，请改正"


@rule(
    "P03", ERROR, basis="I", needs=["schedule.december"], maybe=_PATHS[:3], follows=["P01", "P02"],
    formula=when(numbers(_CELLS[3]), f"ROUND(ABS({percent(_CELLS[3])}-100),6)<=0.005"),
    formula_message="12月底的支出进度应为100%",
    bad={"schedule.december": 95},
    good={"schedule.december": "100.00"},
)  # fmt: skip
def the_year_ends_at_100(december: Decimal, *earlier: Share) -> Iterator[Hit]:
    """12月底的支出进度应为100%

    年度预算应当在年内支出完毕，12月底的累计进度为100%。
    改法：填100；确有结转的，按规定调整预算数。
    """
    if abs(december - _HUNDRED) > _EPS:
        hint = _PER_PERIOD if _adds_up([*earlier, december]) else ""
        hint = "（像是写成了小数）" if december == 1 else hint
        yield "schedule.december", f"12月底支出进度为{share(december)}{hint}，应为100%，请按累计进度改正"


@rule(
    "P04", HINT, basis="K4 I", maybe=["schedule.june", "schedule.october"], follows=["P01", "P02", "P03"],
    formula=all_of(when(numbers(_CELLS[1]), f"{percent(_CELLS[1])}>=50"),
                   when(numbers(_CELLS[2]), f"{percent(_CELLS[2])}>=83")),
    formula_message="支出进度慢于序时进度",
    bad={"schedule.june": 49},
    good={"schedule.june": 50, "schedule.october": 83},
)  # fmt: skip
def spending_keeps_pace(
    by_june: Share, by_october: Share, *, june: Decimal = Decimal(50), october: Decimal = Decimal(83)
) -> Iterator[Hit]:
    """支出进度不宜慢于序时进度

    6月底不低于 june（50%），10月底不低于 october（83%），两个数可以配置。
    改法：有条件的把支出安排提前；受合同、工期限制的不必改。
    """
    for path, label, value, least in (("june", "6月底", by_june, june), ("october", "10月底", by_october, october)):
        if value is not None and value < least:
            yield f"schedule.{path}", f"{label}支出进度{share(value)}，低于序时进度{share(least)}，请核对能否提前安排"


@rule(
    "P05", WARNING, basis="I", needs=["schedule.october", "schedule.december"], follows=["P02", "P03", "P04"],
    formula=when(numbers(*_CELLS[2:]), f"ROUND({percent(_CELLS[3])}-{percent(_CELLS[2])},6)<=40"),
    formula_message="11、12月支出超过全年的40%",
    bad={"schedule.june": 40, "schedule.october": 59},
    good={"schedule.october": 60},
)  # fmt: skip
def spending_is_not_left_to_the_end(october: Decimal, december: Decimal, *, most: Decimal = Decimal(40)) -> Iterator[Hit]:
    """支出不宜集中在年底

    11、12两个月的支出不超过全年的 most（40%）。
    改法：把支出安排提前；按合同确需年底支付的，在资金用途里说明。
    """
    if december - october > most:
        rest = share(december - october)
        yield "schedule.october", f"11、12月支出占全年的{rest}，超过{share(most)}，集中在年底，请把支出安排提前"


_DONE = ("完成", "完工", "竣工", "验收", "结束", "支付", "拨付", "发放", "到位", "建成", "交付")


@rule(
    "P06", HINT, basis="I", needs=["indicators"], maybe=[*_PATHS, "unit.year"], inputs=["@rows"],
    bad={"indicators.2.level3": "项目完成时间", "indicators.2.value": "2024年6月底前"},
    good={"indicators.2.level3": "项目完成时间", "indicators.2.value": "2024年12月底前"},
)  # fmt: skip
def what_is_done_is_paid(indicators: Sequence[Any], *given: Any) -> Iterator[Hit]:
    """完成时限与支出计划应一致

    时效指标写明项目在某月底前完成，而支出计划到那个时点还没有达到100%。有几条完成时限的，以最晚的为准。
    改法：核对完成时限和支出计划；按合同完成后分期支付的不必改。
    """
    *shares, year, rows = given
    of_time = [row for row in rows if row.level2 == "时效"]
    dates = {row.index: month for row in of_time if (month := _month_done(row, year)) is not None}
    if not dates:
        return
    last = max(dates, key=lambda index: dates[index])
    for point, value in zip(POINTS, shares, strict=True):
        if _MONTHS[point] >= dates[last]:
            if value is not None and value < _HUNDRED and point != "december":
                done = quoted(indicators[last]["value"])
                yield f"schedule.{point}", f"时效指标的完成时限是{done}，{POINTS[point]}支出进度只有{share(value)}，请核对"
            return


def _month_done(row: Row, year: int | None) -> int | None:
    """The month by which an indicator of time says that all is done, within the budget year."""
    value = row.value
    if value is None or value.kind != "date" or value.date is None:
        return None
    words = f"{row.node.get('level3') or ''}{row.node.get('value') or ''}"[:200]
    if not any(word in words for word in _DONE):
        return None
    date = value.date
    if date.every or value.op == ">=" or (date.year is not None and date.year != year):
        return None
    return date.last_month


_AMOUNTS = [f"schedule.amounts.{point}" for point in POINTS]


@rule(
    "P07", ERROR, basis="I", needs=["budget.total"], maybe=[*_PATHS, *_AMOUNTS], inputs=["@money"],
    formula=all_of(*(when(numbers(f"project.{path}", "project.budget.total", cell),
                          f"ROUND(ABS(project.{path}-project.budget.total*{percent(cell)}/100),6)<=0.01")
                     for cell, path in zip(_CELLS, _AMOUNTS, strict=True))),
    formula_message="计划金额应等于预算数乘以支出进度",
    bad={"schedule.march": 25, "schedule.amounts.march": 31},
    good={"schedule.march": 25, "schedule.amounts.march": "30.13"},
)  # fmt: skip
def planned_amounts_follow_the_shares(total: Decimal, *given: Any, eps: Decimal = Decimal("0.01")) -> Iterator[Hit]:
    """支出计划金额应等于预算数乘以支出进度

    表单既有比例又有金额的才检查，四舍五入相差不超过 eps（0.01）。
    改法：按预算数乘以比例重新计算金额，或改正比例。
    """
    *both, unit = given
    for point, part, planned in zip(POINTS, both[:4], both[4:], strict=True):
        if part is None or planned is None:
            continue
        expected = total * part / _HUNDRED
        if abs(planned - expected) > eps:
            said = f"{POINTS[point]}计划金额{amount(planned, unit)}"
            computed = f"预算数{amount(total, unit)}×{share(part)}＝{amount(expected, unit)}"
            yield f"schedule.amounts.{point}", f"{said}≠{computed}，请核对金额和比例"


@rule(
    "P08", HINT, basis="I", each="document", needs=["projects"], follows=["X04"],
    bad={f"projects.1.{path}": value for path, value in zip(_PATHS, (25, 55, 85, 100), strict=True)},
    good={f"projects.1.{path}": value for path, value in zip(_PATHS, (25, 55, 84, 100), strict=True)},
)  # fmt: skip
def plans_differ(projects: Sequence[Any]) -> Iterator[Hit]:
    """各项目的支出计划不宜完全相同

    四个时点的比例与前面某个项目完全相同，多是照搬，没有按项目的合同和进度安排。
    改法：按本项目的合同、采购和付款安排填写；确实相同的不必改。
    """
    for index, first in earlier_equal([_plan(project) for project in projects]).items():
        yield f"projects.{index}.schedule", f"支出计划与项目{called(projects, first)}完全相同，请按本项目的进度核对"


def _plan(project: Any) -> tuple[Any, ...]:
    schedule = project.get("schedule") if isinstance(project, dict) else None
    shares = [schedule.get(point) if isinstance(schedule, dict) else None for point in POINTS]
    return tuple(shares) if all(isinstance(value, (int, Decimal)) for value in shares) else ()
