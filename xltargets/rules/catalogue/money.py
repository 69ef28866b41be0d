"""Group M, first part: amounts of the form held against each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from xltargets.rules.formulas import filled, filled_table, number_or_blank, numbers, when
from xltargets.rules.items import Row, is_cost
from xltargets.rules.language.wording import MONEY_FACTOR, amount, in_wan, quoted
from xltargets.rules.registry import ERROR, HINT, WARNING, Hit, rule
from xltargets.values import Value, money_in_wan
from xltargets.values.model import plain as digits_of
from xltargets.values.patterns import later

#: Amounts that differ by no more count as equal.
EPS = Decimal("0.005")

_BUDGET = "project.budget"


def _close(difference: str) -> str:
    """That a difference is within :data:`EPS`, whatever binary fractions make of it."""
    return f"ROUND(ABS({difference}),6)<={EPS}"


@rule(
    "M01", ERROR, basis="O R", needs=["budget.total"], takes=["budget.fiscal"], blank_is_zero=["budget.other"],
    inputs=["@money"], follows=["F10"],
    formula=when([f"ISNUMBER({_BUDGET}.total)", number_or_blank(f"{_BUDGET}.fiscal"), number_or_blank(f"{_BUDGET}.other")],
                 _close(f"{_BUDGET}.total-N({_BUDGET}.fiscal)-N({_BUDGET}.other)")),
    formula_message="预算数应等于财政资金与其他资金之和",
    bad={"budget.total": 30, "budget.fiscal": 20, "budget.other": 5},
    good={"budget.total": 30, "budget.fiscal": 30, "budget.other": None},
)  # fmt: skip
def total_equals_its_sources(
    total: Decimal, fiscal: Decimal | None, other: Decimal, unit: str, *, eps: Decimal = EPS
) -> Iterator[Hit]:
    """预算数应等于财政资金与其他资金之和

    财政资金、其他资金留空按0计，相差不超过 eps 视为相等。没有财政资金一栏的表单不检查。
    改法：核对批复的预算数；漏填资金来源的，补填后重新检查。
    """
    difference = total - (fiscal or 0) - other
    if abs(difference) > eps:
        figures = [amount(figure, "") for figure in (total, fiscal or Decimal(0), other, abs(difference))]
        blank = "（没有填写）" if fiscal is None else ""
        yield "budget.total", (
            f"预算数 {figures[0]} ≠ 财政资金{blank} {figures[1]} + 其他资金 {figures[2]}，相差 {figures[3]} {unit}；"
            "请核对批复的预算数和资金来源"
        )


_SOURCES = ("general", "fund", "state_capital", "carryover", "special_account")
_SOURCE_PATHS = [f"budget.fiscal_sources.{key}" for key in _SOURCES]


@rule(
    "M02", ERROR, basis="R", needs=["budget.fiscal"], blank_is_zero=_SOURCE_PATHS, inputs=["@item", "@money"],
    follows=["F10"],
    formula=when([f"ISNUMBER({_BUDGET}.fiscal)", f"COUNT({','.join(f'project.{path}' for path in _SOURCE_PATHS)})>0",
                  *(number_or_blank(f"project.{path}") for path in _SOURCE_PATHS)],
                 _close(f"{_BUDGET}.fiscal-" + "-".join(f"N(project.{path})" for path in _SOURCE_PATHS))),
    formula_message="财政资金应等于各项财政资金来源之和",
    bad={"budget.fiscal": 100, "budget.fiscal_sources.general": 80, "budget.fiscal_sources.carryover": 10},
    good={"budget.fiscal": 100, "budget.fiscal_sources.general": 80, "budget.fiscal_sources.fund": 20},
)  # fmt: skip
def fiscal_equals_its_sources(fiscal: Decimal, *given: Any, eps: Decimal = EPS) -> Iterator[Hit]:
    """财政资金应等于各项财政资金来源之和

    一般公共预算、政府性基金预算、国有资本经营预算、上年结转、财政专户管理资金，留空按0计。一项也没有填写的，或表单没有这些栏目的，不检查。
    改法：核对各项来源的金额；漏填的补填。
    """
    *parts, project, unit = given
    sources = project["budget"].get("fiscal_sources")
    total = sum(parts, Decimal(0))
    if _any_given(sources) and abs(fiscal - total) > eps:
        gap = amount(abs(fiscal - total), unit)
        yield "budget.fiscal", f"财政资金{amount(fiscal, unit)}，各项来源合计{amount(total, unit)}，相差{gap}，请核对"


def _any_given(sources: object) -> bool:
    return isinstance(sources, dict) and any(sources.get(key) is not None for key in _SOURCES)


#: Words of a name that make its amount a price for one, not the cost of the whole.
_PRICES = later("(?<![订清名保菜账传])单(?:价|位(?:成本|造价|面积)|[^位独纯列边一据证])|平均|均(?!衡|等|匀|为)|每|标准|定额|补助额度|价格|采购价")
#: Words of a name that make its amount that of the whole project.
#: An amount in 元 that is less than this share of the budget is a price, though its name does not say so.
_A_PRICE = Decimal("0.05")
_WAN = Decimal(10000)
_OF_THE_WHOLE = ("成本", "经费", "费用", "支出", "资金", "投入", "投资", "金额", "总价")
_WHOLES = ("总成本", "总额", "总投资", "总费用", "总预算", "预算", "项目成本", "成本控制", "总支出")
#: What some of the money is spent on; of the whole project only where its name says so.
_ACTS = later("购置|采购|购买|升级|租赁|租用|印刷|维修|设计|监理|安装|外包|检测|培训|宣传|差旅|劳务")
#: Words that leave no part out.
_ALL = ("项目", "单位", "全", "年", "工程", "运行", "运转")


@rule(
    "M03", ERROR, basis="K2 R", needs=["budget.total", "indicators"],
    maybe=["budget.whole_period", "name", "purpose", "target"], inputs=["@rows", "@money"],
    follows=["F10", "F11", "F12", "M01", "V12"],
    bad={"indicators.3.value": "≤121万元"},
    good={"indicators.3.value": "≤1205000元"},
)  # fmt: skip
def costs_are_within_the_budget(
    total: Decimal, indicators: Sequence[Any], whole: Decimal | None, project: str | None, purpose: str | None,
    target: str | None, rows: Sequence[Row], unit: str, *, eps: Decimal = EPS,
) -> Iterator[Hit]:
    """成本指标应与预算数一致

    成本指标的指标值是金额的，换算后大于预算数为错误；名称说的是全部成本而小于预算数的为警告。没有别的成本指标、名称也不是某一项
    费用（“设备购置费”，或与项目名称无关的“宣传经费”“系统升级费用”）的，视为全部成本；某一项费用，或资金用途、绩效目标写明的一笔钱，小于
    预算数的只提示。跨年项目的总投资与项目总额比较。
    另有一条成本指标等于预算数（“年度总成本”），或各项相加等于预算数的，其余的是其中一部分，不再比较大小。
    单价、人均、标准一类的指标，以元计而不到预算数 5% 的（预算198万元而写成“198元”的除外），以及2021年框架的社会成本、
    生态环境成本，不与预算数比较。
    改法：成本指标按批复的预算数填写；预算数填错的改预算数。
    """
    if total <= 0:
        return
    budget, most = in_wan(total, unit), in_wan(max(total, whole or total), unit)
    of_cost = [row for row in rows if is_cost(row)]
    costs = [(row, cost) for row in of_cost if (cost := _whole_cost(row)) is not None]
    alone = len(costs) == 1 == sum(row.value is not None and row.value.is_money for row in of_cost)
    complete = any(abs(cost - budget) <= eps for _, cost in costs)
    adds_up = abs(sum(cost for _, cost in costs) - budget) <= eps
    for row, cost in costs:
        name = str(row.node.get("level3") or "成本指标")
        if abs(cost - budget) <= eps:
            continue
        if most > budget and any(word in name for word in _WHOLES) and cost <= most + eps:
            continue
        said = f"{quoted(name)}的指标值折合{amount(cost)}，预算数{amount(budget)}"
        if cost > budget + eps:
            yield f"indicators.{row.index}.value", f"{said}，超出{amount(cost - budget)}，请核对指标值和预算数"
        elif complete or adds_up and not _is_of_all(name):
            continue
        elif cost < budget - eps and (alone or any(word in name for word in _WHOLES)):
            if row.value is not None and row.value.unit == "元" and cost < budget * _A_PRICE and cost * _WAN != budget:
                continue
            said = f"{said}，少{amount(budget - cost)}，请核对是否漏列成本"
            of_all = any(word in name for word in _WHOLES) or _is_of_the_project(name, project)
            of_all = of_all and not _is_said(row.value, purpose, target)
            yield f"indicators.{row.index}.value", said, WARNING if of_all else HINT


_OF_ALL = later("(?:本|该)?(?:项目|工程|年度|全部|全年|预算|资金|的)*(?:总成本|总额|总投资|总费用|总预算|预算|成本|总支出|投入)(?:控制)?(?:数|金额|额)?$")


def _is_of_all(name: str) -> bool:
    """Whether a name says nothing but the cost of the whole (项目总成本), not of a part of it (设备总成本)."""
    return _OF_ALL.match(name[:40]) is not None


def _is_of_the_project(cost: str, project: str | None) -> bool:
    """Whether a cost is named as that of the project: two characters of its name (宣传 of 宣传经费) are in the project's."""
    bare = cost.rstrip("数额")
    kind = next((word for word in _OF_THE_WHOLE if bare.endswith(word)), None)
    if kind is None:
        return False
    own = bare.removesuffix(kind)
    acts = _ACTS.findall(own) if project else ()
    if acts and not any(act in (project or "") for act in acts):
        return False
    named = not project or len(own) < 2 or any(own[at : at + 2] in project for at in range(min(len(own), 40) - 1))
    return named or any(word in own for word in _ALL)


def _is_said(value: Value | None, *texts: str | None) -> bool:
    """Whether the amount of a value stands in one of the texts as a part of the money."""
    if value is None or value.lo is None:
        return False
    typed = f"{digits_of(value.lo)}{value.unit}"
    return any(typed in text for text in texts if text)


def _whole_cost(row: Row) -> Decimal | None:
    """The amount in 万元 of an indicator that is a cost of the project or of part of it, no price and no change."""
    if row.value is None or row.value.change is not None or row.level2 in ("社会成本", "生态环境成本"):
        return None
    words = f"{row.node.get('level3') or ''}"[:100]
    return None if _PRICES.search(words) else money_in_wan(row.value)


@rule(
    "M05", ERROR, basis="O", needs=["budget.total", "budget.items"], inputs=["@money"], follows=["F10"],
    bad={"budget.items": [{"name": "办公费", "amount": 20}, {"name": "差旅费", "amount": 100}]},
    good={"budget.items": [{"name": "办公费", "amount": 20.5}, {"name": "劳务费", "price": 10, "quantity": 10},
                           {"name": "合计", "amount": 120.5}]},
)  # fmt: skip
def items_add_up_to_the_budget(
    total: Decimal, items: Sequence[Any], unit: str, *, eps: Decimal = EPS
) -> Iterator[Hit]:
    """支出明细合计应等于预算数

    金额留空而有单价和数量的，按单价×数量计；名称为合计、小计的行不重复计算。没有支出明细的表单不检查。
    改法：核对各项明细的金额，补上漏列的明细。
    """
    amounts = [_item_amount(item) for item in items if isinstance(item, dict) and not _is_sum(item)]
    known = [one for one in amounts if one is not None]
    if known and all(one.is_finite() for one in known) and abs(sum(known) - total) > eps:
        together, gap = amount(Decimal(sum(known)), unit), amount(abs(sum(known) - total), unit)
        yield "budget.items", f"支出明细合计{together}，预算数{amount(total, unit)}，相差{gap}，请核对明细和预算数"


def _is_sum(item: Mapping[str, Any]) -> bool:
    name = "".join(str(item.get("name") or "")[:40].split())
    return any(word in name for word in ("合计", "小计", "总计"))


_UNKNOWN = Decimal("NaN")


def _item_amount(item: Mapping[str, Any]) -> Decimal | None:
    """The amount of an item, None when nothing is filled in, NaN when it cannot be read."""
    given = [item.get(key) for key in ("amount", "price", "quantity")]
    numbers = [None if value is None else _number(value) for value in given]
    if given[0] is not None:
        return numbers[0]
    return None if numbers[1] is None or numbers[2] is None else numbers[1] * numbers[2]


def _number(value: object) -> Decimal:
    return Decimal(value) if isinstance(value, (int, Decimal)) and not isinstance(value, bool) else _UNKNOWN


@rule(
    "M06", ERROR, basis="O", needs=["budget.total", "budget.whole_period"], inputs=["@money"],
    formula=when(numbers(f"{_BUDGET}.total", f"{_BUDGET}.whole_period"),
                 f"ROUND({_BUDGET}.total-{_BUDGET}.whole_period,6)<={EPS}"),
    formula_message="预算数不应大于项目总额",
    bad={"budget.whole_period": 100},
    good={"budget.whole_period": 300},
)  # fmt: skip
def annual_amount_is_within_the_whole(
    total: Decimal, whole: Decimal, unit: str, *, eps: Decimal = EPS
) -> Iterator[Hit]:
    """年度预算数不应大于项目总额

    跨年项目的年度预算是项目总额的一部分；一次性项目两者相等。只检查不大于，不检查相等。
    改法：核对项目总额是否漏了以后年度的金额，或两个数填反。
    """
    if total - whole > eps:
        yield "budget.total", f"预算数{amount(total, unit)}大于项目总额{amount(whole, unit)}，请核对是否填反"


@rule(
    "M09", WARNING, basis="K2 I", needs=["budget.total", "indicators"],
    maybe=["budget.whole_period", "name", "purpose", "target"], inputs=["@rows", "@money"],
    follows=["F11", "F12"],
    bad={"indicators.3.value": "≤2000元/件"},
    good={"indicators.3.value": "≤1050元/件"},
)  # fmt: skip
def price_times_quantity_is_within_the_budget(
    total: Decimal, indicators: Sequence[Any], whole: Decimal | None, project: str | None, purpose: str | None,
    target: str | None, rows: Sequence[Row], unit: str, *, slack: Decimal = Decimal("0.05"),
) -> Iterator[Hit]:  # fmt: skip
    """单价乘以数量不应超过预算数

    成本指标是单价（如 元/人、元/件），又恰有一条同一单位的数量指标时，两者相乘，超过预算数的 1+slack 倍的报出来；跨年项目
    填有项目总额的，与项目总额比较。资金用途、绩效目标写明这一单价只用于其中一部分的（“每馆20万元，共60万元”），不比较；
    一个单位写了几种单价的（“D级每户2.6万元，C级每户1.2万元”）、单价是上限的也不比较；单价说的是另一件事的（“户均鉴定费”与
    “动态监测户数”），或者是大小不一的项目不超过的数（“单个项目≤400万元”），只提示。
    改法：核对单价、数量和预算数是否配套。
    """
    most = in_wan(max(total, whole or total), unit)
    prices = [(row, row.value) for row in rows if row.value is not None and _is_price(row.value)]
    counts = [(row, row.value) for row in rows if row.level2 == "数量" and row.value is not None
              and row.value.kind == "quant" and row.value.change is None]  # fmt: skip
    for row, price in prices:
        matching = [(done, value) for done, value in counts if price.per in (value.unit, value.base_unit)]
        same_price = [other for _, other in prices if other.per == price.per]
        if len(matching) != 1 or len(same_price) != 1 or _may_be_misread(matching[0][1]):
            continue
        done, count = matching[0]
        if count.unit != price.per:
            continue  # of 35万人 a county pays its part of the price only
        each, many = price.hi or price.lo, count.lo
        assert each is not None and many is not None
        product = each * price.factor * many / MONEY_FACTOR["万元"]
        if product > most * (1 + slack) > 0 and not _is_of_some(row, price, most, purpose, target):
            said = f"单价{quoted(price.raw)}×数量{quoted(count.raw)}＝{amount(product)}"
            hit = f"indicators.{row.index}.value", f"{said}，超过预算数{amount(most)}，请核对单价、数量和预算数"
            sure = _is_paid_for(row, done, project) and not (price.op == "<=" and _UNLIKE.search(row.name or ""))
            yield hit if sure else (*hit, HINT)


#: What the names of prices have in common: what is left of 户均鉴定费 is 鉴定.
_OF_PRICES = later("单位|项目|总|单价|单个|平均|人均|户均|亩均|[每均]|标准|成本|费用|经费|补助|补贴|奖补|造价|价格|金额|费|[个人户亩件台套座处所]|控制|综合|定额|年|月|数")


def _is_paid_for(price: Row, done: Row, project: str | None) -> bool:
    """Whether a price may be that of what is counted: of its own word two characters are in the other's name or the project's."""
    own = _OF_PRICES.sub("", str(price.node.get("level3") or "")[:100])
    about = f"{done.node.get('level3') or ''} {project or ''}"
    return len(own) < 2 or any(own[at : at + 2] in about for at in range(len(own) - 1))


_CEILING = later("上限|最高|限额|封顶")
#: What is not of one size.
_UNLIKE = later("单个(?:[^，。]{0,4}项目|[^，。]{0,4}工程)|单项")
_EACH_AT = later(r"每([^，。；;0-9]{1,4}?)(?:补助|补贴|奖补|奖励|发放|投资)?([0-9]{1,8}(?:\.[0-9]{1,4})?万?元)")


def _is_of_some(row: Row, price: Value, most: Decimal, *texts: str | None) -> bool:
    """Whether a price is a ceiling, one of several in a text for the same unit, or that of a part."""
    if _CEILING.search(row.name or ""):
        return True
    prices = {found[2] for text in texts if text for found in _EACH_AT.finditer(text[:2000]) if found[1] == price.per}
    return len(prices) > 1 or _is_of_a_part(price, most, *texts)


#: Behind a price, the sum of what is paid at it.
_PAID_TOGETHER = later(r"(?:/[^0-9，,。；;]{1,4})?[^0-9。；;]{0,6}[共计][^0-9。；;]{0,4}([0-9]{1,9}(?:\.[0-9]{1,4})?)(亿元|万元|元)")


def _is_of_a_part(price: Value, most: Decimal, *texts: str | None) -> bool:
    """Whether a text says of a price what is paid at it altogether, and that is within the budget."""
    typed = f"{digits_of(price.lo)}{price.unit.partition('/')[0]}" if price.lo is not None else "元"
    for text in texts:
        at = text.find(typed) if text else -1
        together = _PAID_TOGETHER.match(text, at + len(typed)) if text and at >= 0 else None
        if together is not None:
            return Decimal(together[1]) * MONEY_FACTOR[together[2]] / MONEY_FACTOR["万元"] <= most
    return False


def _may_be_misread(count: Value) -> bool:
    """Whether a count may be a misread one (2280件 for ≥280件), of which V18 speaks."""
    return not count.op_explicit and count.raw.strip().startswith("2")


def _is_price(value: Value) -> bool:
    return "/" in value.unit and value.is_money and bool(value.per) and "·" not in value.per and value.change is None


@rule(
    "M10", HINT, basis="R", inputs=["@raw"], follows=["C16"],
    formula=f"OR(LEN({_BUDGET}.other)=0,NOT(ISTEXT({_BUDGET}.other)),{filled(f'{_BUDGET}.other')})",
    formula_message="其他资金只有空格，没有的请填0或清空",
    bad={"budget.other": " "},
    good={"budget.other": None},
)  # fmt: skip
def blank_other_funds_count_as_zero(raw: Mapping[str, object]) -> Iterator[Hit]:
    """其他资金留空按0计

    其他资金的单元格里只有空格，按0计。真正空着的单元格同样按0计，不提示。
    改法：没有其他资金的填0，或按 Delete 清空。
    """
    typed = raw.get("budget.other")
    if isinstance(typed, str) and typed.isspace():
        yield "budget.other", "其他资金只有空格，已按0.00计，没有其他资金的请填0或清空"


@rule(
    "M11", WARNING, basis="R", needs=["budget.total", "indicators"], inputs=["@form_money"], follows=["C04"],
    formula=f"IF(ISNUMBER({_BUDGET}.total),IF({filled_table('project.indicators.level3')},"
            f"OR({_BUDGET}.total<0,{_BUDGET}.total>=0.1),TRUE),TRUE)",
    formula_message="预算数为0或极小，却填了绩效指标",
    bad={"budget.total": 0, "budget.fiscal": 0, "budget.other": 0},
    good={"budget.total": 0.1, "budget.fiscal": 0.1, "budget.other": 0},
)  # fmt: skip
def a_project_with_indicators_has_money(
    total: Decimal, indicators: Sequence[Any], unit: str, *, least: Decimal = Decimal("0.1")
) -> Iterator[Hit]:
    """预算为0或极小的项目不应填绩效指标

    预算数小于 least（0.1万元，即1000元）而填了三级指标，多是项目已取消或金额单位填错。
    改法：核对预算数和金额单位；已取消的项目删去整张项目表。
    """
    if not 0 <= in_wan(total, unit) < least:
        return
    named = [row for row in indicators if isinstance(row, dict) and str(row.get("level3") or "").strip()]
    if named:
        yield "budget.total", f"预算数为{amount(total, unit)}，却填了{len(named)}条绩效指标，请核对预算数和金额单位"
