"""Group C: is everything filled in that must be?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from xltargets.rules.formulas import all_of, all_or_none_filled, filled, filled_table
from xltargets.rules.items import Row, is_cost, is_prefilled, unnumbered
from xltargets.rules.language.levels import SATISFACTION, text_of
from xltargets.rules.language.wording import amount, listed, quoted
from xltargets.rules.registry import ERROR, HINT, WARNING, Hit, rule
from xltargets.values import Value
from xltargets.values.fold import fold
from xltargets.values.patterns import later
from xltargets.values.units import whole

_POINTS = {"march": "3月底", "june": "6月底", "october": "10月底", "december": "12月底"}


@rule(
    "C01", ERROR, basis="P O", each="document", inputs=["@blank"],
    formula=all_of(filled("unit.code"), filled("unit.name")),
    formula_message="请填写单位编码和单位名称",
    bad={"unit.code": None},
    good={"unit.code": "286001", "unit.name": "怀来县信访局"},
)  # fmt: skip
def unit_is_named(blank: Sequence[str]) -> Iterator[Hit]:
    """单位编码、单位名称必须填写

    汇总时以单位编码识别单位。表单上没有的项目不检查；只有空格的按没有填写处理。
    改法：填写预算系统中的6位单位编码和单位全称。
    """
    if "unit.code" in blank:
        yield "unit.code", "单位编码没有填写，请填写预算系统中的6位单位编码"
    if "unit.name" in blank:
        yield "unit.name", "单位名称没有填写，请填写单位全称"


@rule(
    "C02", ERROR, basis="P O", takes=["name"],
    formula=filled("project.name"),
    formula_message="请填写项目名称",
    bad={"name": " "},
    good={"name": "信访"},
)  # fmt: skip
def project_has_a_name(name: str | None) -> Iterator[Hit]:
    """项目名称必须填写

    只有空格的按没有填写处理。
    改法：填写与预算批复、项目库一致的项目名称。
    """
    if name is None:
        yield "name", "项目名称没有填写，请填写与项目库一致的项目名称"


@rule(
    "C03", ERROR, basis="I", takes=["code"],
    formula=filled("project.code"),
    formula_message="请填写项目编码",
    bad={"code": None},
    good={"code": "13073024P000585100016"},
)  # fmt: skip
def project_has_a_code(code: str | None) -> Iterator[Hit]:
    """项目编码必须填写

    没有项目编码，就无法与项目库核对，也无法查重。编码写得对不对由 F01 检查。
    改法：从预算系统复制21位项目编码。
    """
    if code is None:
        yield "code", "项目编码没有填写，请从预算系统复制21位项目编码"


@rule(
    "C04", ERROR, basis="I O", takes=["budget.total"], inputs=["@money"],
    formula=f"IF({filled('project.budget.total')},"
            "IF(ISNUMBER(project.budget.total),project.budget.total>0,TRUE),FALSE)",
    formula_message="请填写预算数，应大于0",
    bad={"budget.total": 0, "budget.fiscal": 0, "budget.other": 0},
    good={"budget.total": "0.01", "budget.fiscal": "0.01", "budget.other": 0},
)  # fmt: skip
def budget_is_positive(total: Decimal | None, unit: str) -> Iterator[Hit]:
    """预算数必须填写且大于0

    填写的不是数字时由 F10 检查，这里不重复。
    改法：填写批复的预算数；已经取消的项目删去整张项目表。
    """
    if total is None:
        yield "budget.total", f"预算数没有填写，请按批复填写（单位：{unit}）"
    elif total <= 0:
        yield "budget.total", f"预算数为{amount(total, unit)}，应大于0，请按批复填写；已取消的项目请删去整张项目表"


@rule(
    "C05", WARNING, basis="K1", takes=["purpose"],
    formula=filled("project.purpose"),
    formula_message="请填写资金用途",
    bad={"purpose": None},
    good={"purpose": "购置办公设备"},
)  # fmt: skip
def purpose_is_given(purpose: str | None) -> Iterator[Hit]:
    """资金用途应当填写

    资金用途说明钱花在什么地方，是判断指标与资金是否相关的依据。
    改法：写明资金用在什么地方、做什么事、覆盖什么范围。
    """
    if purpose is None:
        yield "purpose", "资金用途没有填写，请写明资金用在什么地方、做什么事"


@rule(
    "C06", ERROR, basis="P O", takes=["target"],
    formula=filled("project.target"),
    formula_message="请填写绩效目标",
    bad={"target": None},
    good={"target": "年内受理信访事项1200件以上，按期办结率达到95%以上。"},
)  # fmt: skip
def target_is_given(target: str | None) -> Iterator[Hit]:
    """绩效目标必须填写

    每个项目至少写一条绩效目标；只有空格的按没有填写处理。
    改法：逐条写明项目实施后要达到的产出和效果。
    """
    if target is None:
        yield "target", "绩效目标没有填写，请至少写一条预期的产出和效果"


@rule(
    "C07", ERROR, basis="S-form", inputs=["@blank"], blank=[f"schedule.{point}" for point in _POINTS],
    formula=all_of(*(filled(f"project.schedule.{point}") for point in _POINTS)),
    formula_message="请填写支出计划的四个时点",
    bad={"schedule.june": None},
    good={"schedule.march": 0},
)  # fmt: skip
def schedule_is_complete(blank: Sequence[str]) -> Iterator[Hit]:
    """支出计划四个时点必须填写

    3月底、6月底、10月底、12月底都要有数字，没有支出的时点填0。四个都没有填写时只报一次。
    改法：按累计支出进度填写，12月底为100。
    """
    missing = [point for point in _POINTS if f"schedule.{point}" in blank]
    if len(missing) == len(_POINTS):
        yield "schedule.march", "资金支出计划没有填写，请填写四个时点的累计支出进度，没有支出的填0，12月底填100"
        return
    for point in missing:
        yield f"schedule.{point}", f"资金支出计划{_POINTS[point]}没有填写，请填写累计支出进度，没有支出的填0"


_FIRST_LEVELS = {"产出": ERROR, "效益": ERROR, SATISFACTION: WARNING}


@rule(
    "C08", ERROR, basis="K1 K2 K4 O", needs=["indicators"], maybe=["code"], inputs=["@filled"],
    bad={"indicators.5.level1": "效益指标", "indicators.5.level2": "社会效益指标"},
    good={"indicators.5.level1": "效益指标", "indicators.5.level2": "服务对象满意度指标"},
)  # fmt: skip
def first_levels_are_complete(
    indicators: Sequence[Any], code: str | None, rows: Sequence[Row], *, standard_letters: str = "RY"
) -> Iterator[Hit]:
    """一级指标应当齐全

    每个项目都要有产出指标和效益指标（缺少为错误），还应有满意度指标（缺少为警告）。满意度写成效益指标下的二级指标
    也算有；表单没有一级指标一栏的，按二级指标判断。有的行没有填写一级、二级指标，或者写法像是所缺的一级指标时不判断，由
    S01、S04 提示。只有一级、二级指标而没有内容的行不算。项目编码第9位是
    standard_letters（人员类、运转类，系统预置指标）的，缺少满意度指标只提示。
    改法：补充所缺的一级指标，每个一级指标下至少有一条三级指标。
    """
    if not indicators:
        yield "indicators", "没有填写绩效指标，至少应有产出指标、效益指标和满意度指标"
        return
    found = [row.part for row in rows]
    unknown = [_levels_of(row.node) for row in rows if row.part is None]
    if not all(unknown):
        return
    for level, severity in _FIRST_LEVELS.items():
        if level not in found and not any(_may_be(level, name) for name in unknown):
            if level == SATISFACTION and is_prefilled(code, standard_letters):
                severity = HINT
            yield "indicators", f"缺少一级指标“{level}指标”{_instead(level, rows)}，请补充至少一条", severity


def _levels_of(indicator: Mapping[str, Any]) -> str:
    """What an indicator has as its levels; empty when a blank one may be any."""
    typed = [str(indicator.get(key) or "").strip() for key in ("level1", "level2") if key in indicator]
    return " ".join(typed)[:100] if all(typed) else ""


#: Characters of other words for a level.
_LEVEL_WORDS = {"产出": "产出完成", "效益": "效益果", SATISFACTION: SATISFACTION}


def _may_be(level: str, name: str) -> bool:
    """Whether a name that is none of the frame may stand for this level: it shares a character with it, or says nothing."""
    return "其他" in name or any(letter in name for letter in _LEVEL_WORDS[level])


def _instead(level: str, rows: Sequence[Row]) -> str:
    """What there is in place of a first level that is missing."""
    if level == "效益" and any(row.level1 == level for row in rows):
        return "：效益指标下只有满意度"
    found = dict.fromkeys(f"{row.part}指标" for row in rows if row.part is not None)
    return f"，现有{listed(found)}" if found else ""


_OUTPUTS = ("数量", "质量", "时效")


@rule(
    "C09", WARNING, basis="K1", needs=["indicators"], maybe=["code"], inputs=["@filled"], follows=["S01", "S02"],
    bad={"indicators.2.level2": "质量指标"},
    good={"indicators.3.level1": "成本指标", "indicators.3.level2": "经济成本指标"},
)  # fmt: skip
def second_levels_of_output_are_complete(
    indicators: Sequence[Any], code: str | None, rows: Sequence[Row], *, standard_letters: str = "RY"
) -> Iterator[Hit]:
    """产出指标的二级指标应当齐全

    产出指标下应有数量、质量、时效指标；成本指标可以列在产出指标下，也可以单列为一级指标。没有产出指标时由 C08
    提示；产出指标下有的二级指标没有填写或看不出是哪一类时不判断，由 S01、S04 提示。只有一级、二级指标而没有内容的行
    不算。项目编码第9位是 standard_letters（人员类、运转类，系统预置指标）的只提示。
    改法：补充所缺的二级指标，每个至少有一条三级指标。
    """
    outputs = [row.level2 for row in rows if row.part == "产出"]
    if not outputs or None in outputs:
        return
    anywhere = {row.level2 for row in rows}  # in a wrong place: S02
    missing = [f"{name}指标" for name in _OUTPUTS if name not in anywhere]
    if not any(map(is_cost, rows)):
        missing.append("成本指标")
    if missing:
        hit = "indicators", f"产出指标缺少{listed(missing)}，请{'各' if len(missing) > 1 else ''}补充至少一条"
        yield (*hit, HINT) if is_prefilled(code, standard_letters) else hit


_ROW = {
    "level3": ("三级指标名称没有填写，请填写具体的指标名称", ERROR),
    "value": ("指标值没有填写，请写明符号、数值和计量单位，如 ≥95%", ERROR),
    "description": ("绩效指标描述没有填写，请说明指标的含义或计算方法", WARNING),
    "basis": ("指标值确定依据没有填写，请写明文件名称及文号、计划、历史数据或行业标准", WARNING),
}
_COLUMNS = [f"project.indicators.{key}" for key in _ROW]


@rule(
    "C10", ERROR, basis="P", each="indicator", inputs=["@blank", "@row"], blank=[*_ROW], follows=["C14"],
    formula=all_or_none_filled(*_COLUMNS),
    formula_message="本行有没有填写的内容，请补填",
    bad={"value": None},
    good={"level3": "件数", "description": "总件数", "value": "≥1200件", "basis": "历史标准"},
)  # fmt: skip
def rows_are_complete(blank: Sequence[str], row: Row) -> Iterator[Hit]:
    """三级指标每行的内容必须填写

    三级指标名称和指标值必须填写（缺少为错误），绩效指标描述和指标值确定依据也应填写（缺少为警告）。表单上没有的
    栏目不检查；整行只有一级、二级指标的不算一条指标，只剩模板的编号（“指标2：”）的只提示。
    改法：补齐所缺的内容，不需要的行整行清空或删除。
    """
    if not row.filled and text_of(row.node, "basis") is None:
        return
    name = text_of(row.node, "level3")
    if "value" in blank and name and not unnumbered(name, ""):
        yield "level3", f"{quoted(name)}是模板留下的空行，不需要的请整行清空或删除", HINT
        return
    for key, (message, severity) in _ROW.items():
        if key in blank:
            yield key, message, severity


#: A name that ends in what has no unit (灌溉水利用系数), or in its unit: 受理件数（件）.
_NO_UNIT = later("(?:系数|指数|比值|倍数|[pP][hH]值?|[\u4e00-\u9fff][A-Z]{2,5})(?:[(（][^()（）]{1,12}[)）])?\\s{0,2}$")
#: MQI≥85, IRI≤2.3: an index by its letters.
_INDEX = later(r"\s{0,3}[A-Z][A-Za-z]{1,5}(?:值|指数)?\s{0,2}[≥≤><=≧≦＞＜＝]")
#: What is in the bracket behind a name, without an operator before the unit: 受理件数（件）, 排污沟（≥米）.
_BEHIND = later(r"[（(](?:单位[:：])?\s{0,2}[≥≤><=≧≦＞＜＝]{0,2}\s{0,2}([^（）()\s]{1,8})\s{0,2}[）)]\s*$")


@rule(
    "C11", ERROR, basis="P", each="indicator", maybe=["level3", "unit"], inputs=["@values", "@blank"], values=["without-unit"],
    follows=["V01"],
    bad={"value": "≥1200"},
    good={"value": "≥1200", "level3": "受理信访事项数量（件）"},
)  # fmt: skip
def numbers_have_a_unit(name: str | None, unit: str | None, value: Value, blank: Sequence[str]) -> Iterator[Hit]:
    """定量指标必须有计量单位

    指标值是数字而没有单位（%、件、万元等），既看不出量的大小，也无法汇总比较。度量单位单列一栏的，看那一栏；
    指标名称末尾用括号注明单位的也算有（“（含续建）”不是单位）；系数、指数（“MQI≥85”）等本来没有单位的不要求。
    改法：在指标值后写明计量单位，如 ≥1200件。
    """
    if _INDEX.match(value.raw[:20]):
        return
    in_column = unit and any(character.isalpha() for character in unit[:40])  # /10万, though no unit that is known
    if not in_column and not (name and _goes_without_a_unit(name[-20:])):
        where = "unit" if "unit" in blank else "value"
        yield where, f"指标值{quoted(value.raw)}是数字，没有计量单位，请补上单位，如 %、件、次、万元"


def _goes_without_a_unit(end_of_name: str) -> bool:
    behind = _BEHIND.search(end_of_name)
    return behind is not None and _is_unit(fold(behind[1])) or _NO_UNIT.search(end_of_name) is not None


def _is_unit(text: str) -> bool:
    """Whether a short text is a unit, and no remark (含续建, 全县)."""
    return len(text) == 1 and text.isalpha() or whole(text) is not None or whole(text.removesuffix("次")) is not None


@rule(
    "C12", ERROR, basis="S-form", each="document",
    maybe=["department.itemised_targets", "department.safeguards"], inputs=["@blank"],
    formula=all_of(filled("department.overall_target"), filled_table("department.itemised_targets"),
                   filled_table("department.safeguards")),
    formula_message="部门整体绩效目标三部分都要填写",
    bad={"department.safeguards": []},
    good={"department.safeguards": ["加强资金管理。"]},
)  # fmt: skip
def department_is_complete(
    itemised: Sequence[str | None] | None, safeguards: Sequence[str | None] | None, blank: Sequence[str]
) -> Iterator[Hit]:
    """部门整体绩效目标三部分必须齐全

    总体绩效目标、分项绩效目标、工作保障措施都要有内容。没有部门整体绩效目标的表单不检查。
    改法：补写所缺的部分；分项绩效目标和工作保障措施每行写一条。
    """
    if "department.overall_target" in blank:
        yield "department.overall_target", "总体绩效目标没有填写，请概括本部门年度履职要达到的产出和效果"
    if itemised is not None and not any(map(_has_text, itemised)):
        yield "department.itemised_targets", "分项绩效目标没有填写，请每行写一条"
    if safeguards is not None and not any(map(_has_text, safeguards)):
        yield "department.safeguards", "工作保障措施没有填写，请每行写一条"


def _has_text(text: object) -> bool:
    return isinstance(text, str) and bool(text) and not text.isspace()


@rule(
    "C13", ERROR, basis="I", takes=["title", "name", "budget.total"], maybe=["code", "indicators"],
    bad={"title": None},
    good={"title": "1.信访事项办理经费绩效目标表"},
)  # fmt: skip
def titles_and_tables_are_pairs(
    title: str | None, name: str | None, total: Decimal | None, code: str | None, indicators: Sequence[Any] | None
) -> Iterator[Hit]:
    """标题与项目表应一一对应

    每张项目表都要有标题，每个标题下都要有项目表。标题由公式生成的表单不检查。
    改法：给没有标题的项目表补上标题；多余的标题删去。
    """
    empty = name is None and total is None and code is None and not indicators
    if title is None and not empty:
        yield "title", f"项目表{quoted(name or code or '')}没有标题，请补写“序号＋项目名称＋绩效目标表”"
    if title is not None and empty:
        yield "title", f"标题{quoted(title)}下没有项目表的内容，请补填项目表或删去标题"
