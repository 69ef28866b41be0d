"""Group S, second half: what an indicator is called and described as, against its level and its value."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from operator import add
from typing import Any

from xltargets.rules.items import Row
from xltargets.rules.language import levels
from xltargets.rules.language.levels import text_of
from xltargets.rules.language.names import LONGEST, bare, is_rate_name
from xltargets.rules.language.similar import called
from xltargets.rules.language.vocabulary import pattern, words
from xltargets.rules.language.wording import quoted
from xltargets.rules.registry import HINT, WARNING, Hit, rule
from xltargets.values import Value
from xltargets.values.patterns import later
from xltargets.values.units import is_time

Indicators = Sequence[Mapping[str, Any]]

_WRITTEN_TIME = later(
    r"[0-9０-９]{1,4}\s?(?:个|-|—)?(?:工作日|自然日|小时|分钟|季度|学期|年|月|日|号|天|周|秒|旬|时)|"
    r"[一二三四五六七八九十两半]{1,3}个?(?:工作日|小时|分钟|季度|学期|月|周|天|日内)|[12一二]年内|(?:19|20)\d\d[-./]\d{1,2}"
)
_NAMED_LENGTH = later(r"时间|时限|工期|周期|时长|期限|天数|月数|年限|小时数|日数|频次|频率")
#: 六一前, 会议期间: by something that happens.
_BY_EVENT = ("前", "后", "内", "期间", "时", "同步")
#: 按教学计划, 按作息时间: when it is due stands in a plan.
_BY_PLAN = later("按照?[^，。；;,0-9]{0,8}(?:计划|时间|进度|节点|日程|时段)")
_OF_TIME_IN_QUALITY = later(r"(?<!不)及时|按时|按期|准时|如期")
_BUDGET_NAME = later(
    r"(?:预算|概算|限额|标准|定额|核定|批复|控制数).{0,6}(?:控制|超|以内|之内|符合|节约|执行)|"
    r"(?:控制|超出?|不高于|不大于|不超过?|低于|符合|节约).{0,6}(?:预算|概算|限额|标准|定额|核定|批复|控制数|市场价|指导价|同类价)"
)
_SUM_OF_MONEY = later(r"[0-9０-９]\s?(?:[百千万亿]{1,2})?元")
_BY_RULE = later(r"按|依|符合|执行|不超|规定")
#: A cost limited by a rule or by another cost: 执行培训费管理办法, ≤建安费的1.5%.
_LIMITED_BY = later(r"(?:执行|按|依|符合|遵守)[^，。；]{0,20}(?:办法|规定|文件|制度|要求|通知|合同|协议)|[费额价资]的\s?[0-9０-９]")
_FORMULA = later(r"[/／÷占比×*]|除以|的份额|百分之")
_LIFETIME = later(r"(?:使用|服务|设计|运行|预期|耐用|折旧|持续|受益|有效)[^，。；,;]{0,6}(?:年限|寿命|年数|期限|时间|周期)|寿命|年限|质保期|保修期")

_NAME_UNIT = later(r"[(（](?:人|次|个|%|％|万元|元|天|项|家|件|户|场|期|台|套|名|亩|公里|平方米|人次|万人|批|份|起|小时|辆|吨|米|年|月|日)[)）]")
_NUMBER_OF_ITS_OWN = later(
    r"(?:19|20)\d\d(?:[-—至~](?:19|20)?\d\d)?年?度?|[〔\[【(（](?:19|20)\d\d[〕\]】)）]\s?第?\d{1,5}号?|《[^》]{0,60}》|第\d{1,5}|\d{1,4}号|\d{3}国道|"
    r"(?<!\d)(?:12345|12388|12315|12371|12333|110|119|120|122|114|96\d{3,4}|12\d{3})(?!\d)|7[*×xX]24小?时?|24小时|\d[Gg](?!\w)|"
    r"[A-Za-z]{1,6}[-—]?\d{1,4}(?:\.\d{1,2})?|(?:\d{1,2}[-—~至])?\d{1,3}\s?(?:周?岁|个?月龄)|\d{1,3}天(?=访视|随访|龄)|\d{1,2}月\d{0,2}日?|\d{1,2}[·.]\d{1,2}(?!\d)|\d[+＋xX×]\d?|\d{1,4}(?:千伏|kV|KV)|"
    r"(?<!\d)\d{1,2}(?:年|期|类|级|标段|号线|大|个一)|PM\s?\d(?:\.\d)?"
)


@rule(
    "S11",
    WARNING,
    basis="K2 R",
    each="indicator",
    needs=["level3"],
    follows=["S09"],
    inputs=["@values"],
    kinds=["数量"],
    bad={"level3": "信访事项受理率", "value": "≥95%"},
    good={"level3": "重点地区巡查频率", "value": "≥2次/月"},
)
def quantity_is_no_rate(name: str, value: Value) -> Iterator[Hit]:
    """数量指标不应写成比率

    数量指标反映计划完成多少，应填数量；名称以“率”“比例”“程度”等结尾的，或指标值以百分比计的，是质量、时效或效益。
    “频率”“功率”等不是百分比，不在其列。
    改法：改为次数、人数、件数等数量；确需考核比率的，移到质量指标。
    """
    if is_rate_name(name) or bare(name).endswith("程度"):
        yield "level3", f"数量指标{quoted(name)}是比率，应改为次数、人数、件数等数量，或移到质量指标"
    elif value.is_rate:
        yield "value", f"数量指标的指标值{quoted(value.raw)}是百分比，应填写数量，或移到质量指标"


@rule(
    "S12",
    WARNING,
    basis="K2 R",
    each="indicator",
    needs=["level3"],
    maybe=["description", "unit.year"],
    follows=["S10", "S09", "V01"],
    inputs=["@values", "@row"],
    kinds=["质量", "时效"],
    bad={"level2": "时效指标", "level3": "信访工作完成情况", "description": "信访工作的完成情况", "value": "≥95%"},
    good={"level2": "时效指标", "level3": "信访事项按期办结率", "description": "60日内办结的事项占全部的比例", "value": "≥95%"},
)
def time_is_measured_as_time(
    name: str, description: str | None, year: int | None, value: Value, row: Row
) -> Iterator[Hit]:
    """时效指标应写明时间，质量指标不应写成时效

    时效指标的名称、描述、指标值中应有日期、时长，或“及时”“按期”等；一样都没有的是警告。只有“及时率”之类，没有写明以多长时间、
    哪一天为及时的，是提示；名称说的是时间、指标值是文字（“小屋建成时间：六一前”）
    的，和“按作息时间”“按教学计划”，也只提示。质量指标写成“及时率”“按期完成率”的，实际是时效，是警告。
    改法：写明完成的日期或时限，如“2024年12月底前”“15个工作日内”；质量指标改为合格率、达标率等，及时率移到时效指标。
    """
    if row.kind == "质量":
        if _OF_TIME_IN_QUALITY.search(name[:LONGEST]):
            yield "level3", f"质量指标{quoted(name)}考核的是时间，应移到时效指标，或改为合格率、达标率等"
        return
    if value.kind in ("placeholder", "unparsed") or _says_when(name, description, value):
        return
    said = f"{name[:LONGEST]} {(description or '')[:500]} {value.raw[:LONGEST]}"
    if pattern("timely").search(said):
        deadline = f"{year}年12月底前" if year else "12月底前"
        advice = f"请写明期限，如“{deadline}”“15个工作日内”"
        yield "level3", f"时效指标{quoted(name)}没有写明以哪一天或多长时间为准，{advice}", HINT
    else:
        hit = "level3", f"时效指标{quoted(name)}没有说到时间，请写明完成日期或时限，或移到相应的二级指标"
        of_time = (value.kind == "qual" or is_rate_name(name)) and _NAMED_LENGTH.search(name[:LONGEST])
        raw = value.raw[:LONGEST].rstrip()
        named = of_time or value.kind == "qual" and (raw.endswith(_BY_EVENT) or _BY_PLAN.search(raw) is not None)
        yield (*hit, HINT) if named else hit


def _says_when(name: str, description: str | None, value: Value) -> bool:
    """Whether a date or a length of time is named."""
    if value.kind == "date" or is_time(value.unit) or is_time(value.per.lstrip("0123456789")):
        return True
    if value.is_number and not value.is_rate and _NAMED_LENGTH.search(name[:LONGEST]):
        return True  # 完成时间 ≤12: a length of time whose unit is missing, of which C11 speaks
    texts = (name[:LONGEST], (description or "")[:500], value.raw[:LONGEST])
    return any(_WRITTEN_TIME.search(text) or pattern("limit").search(text) for text in texts)


@rule(
    "S13",
    WARNING,
    basis="R",
    each="indicator",
    needs=["level3"],
    follows=["S09"],
    kinds=[levels.SATISFIED],
    bad={"level1": "满意度指标", "level2": "服务对象满意度指标", "level3": "信访群众评价"},
    good={"level1": "满意度指标", "level2": "服务对象满意度指标", "level3": "信访群众满意率"},
)
def satisfaction_is_called_so(name: str) -> Iterator[Hit]:
    """满意度指标的名称应写明“满意”

    满意度指标考核服务对象、受益群众的满意程度，名称中应写明是谁的满意度。
    改法：改为“××对象满意度”；投诉次数等移到质量指标或社会效益指标。
    """
    if "满意" not in name and not levels.is_level_name(name):
        yield "level3", f"满意度指标{quoted(name)}的名称中没有“满意”，请改为服务对象的满意度，或移到相应的二级指标"


@rule(
    "S14",
    WARNING,
    basis="K2 R",
    each="indicator",
    needs=["level3"],
    follows=["S09", "V01", "V18"],
    maybe=["description"],
    inputs=["@values"],
    kinds=["成本", "经济成本"],
    bad={"level2": "成本指标", "level3": "成本节约率", "value": "≥5%"},
    good={"level2": "成本指标", "level3": "培训支出控制情况", "value": "不超预算"},
)
def cost_is_a_sum_of_money(name: str, description: str | None, value: Value) -> Iterator[Hit]:
    """成本指标应为金额

    成本指标（经济成本指标）考核花多少钱，名称应是成本、费用、单价、标准等，指标值应是金额（元、万元、元/人等），或用文字与预算、概算、
    定额等比较（如“不超预算”）。以百分比、次数、时间计的不是成本；费用以制度、合同
    或另一项费用的百分之几为限的（“≤建安费的1.5%”），以及贷款、贴息的利率（借钱的价格），只提示。没有写单位的由 C11 检查；社会成本、生态环境成本不要求金额。
    改法：改为项目总成本、单位成本等，填写金额和单位；其他内容移到相应的二级指标。
    """
    if value.kind in ("placeholder", "unparsed"):
        return
    if value.is_money or "元" in value.unit or value.kind == "qual" and _SUM_OF_MONEY.search(value.raw[:LONGEST]):
        return
    if value.is_number and not value.unit and not is_rate_name(name) and _names_money(name, description):
        return
    if not value.is_number and _compares_with_budget(name, description, value):
        return
    if value.is_rate or value.is_number and is_rate_name(name):
        reason = "是比率，不是金额"
    elif value.is_number or value.kind == "date":
        reason = f"的指标值{quoted(value.raw)}不是金额"
    else:
        reason = f"的指标值{quoted(value.raw)}没有金额，也没有与预算、标准比较"
    hit = "level3", f"成本指标{quoted(name)}{reason}，请填写成本金额和单位，或移到相应的二级指标"
    doubtful = _names_money(name, None) and _LIMITED_BY.search(value.raw[:LONGEST]) or value.is_rate and "利率" in name
    yield (*hit, HINT) if doubtful else hit


def _names_money(name: str, description: str | None) -> bool:
    return bool(pattern("money").search(f"{name[:LONGEST]} {(description or '')[:LONGEST]}"))


def _compares_with_budget(name: str, description: str | None, value: Value) -> bool:
    said = f"{value.raw[:LONGEST]} {(description or '')[:500]}"
    by_standard = "标准" in name and _BY_RULE.search(value.raw[:LONGEST])  # 差旅费标准：按规定执行
    return bool(by_standard or pattern("budget").search(said) or _BUDGET_NAME.search(name[:LONGEST]))


@rule(
    "S15",
    HINT,
    basis="R",
    each="indicator",
    needs=["level3"],
    bad={"level3": "培训信访干部200人"},
    good={"level3": "12345热线2024年转办件办结率"},
)
def name_has_no_value_in_it(name: str) -> Iterator[Hit]:
    """三级指标名称不应带数值或单位

    数值和单位应填在指标值里，写在名称里就不能汇总比较。年份、文号、电话号码（12345）、24小时、60岁以上等名称本身的数字不算。
    改法：名称只写考核的内容，数值和单位移到指标值。
    """
    if name.isalpha():
        return
    text = unicodedata.normalize("NFKC", name[:LONGEST])
    if "(" not in text and not any(map(str.isdigit, text)):
        return
    unit = _NAME_UNIT.search(name[:LONGEST])
    if unit:
        yield "level3", f"三级指标{quoted(name)}带有单位{unit.group()}，单位应写在指标值里"
    elif any(character.isdigit() for character in _NUMBER_OF_ITS_OWN.sub("", text)):
        yield "level3", f"三级指标{quoted(name)}带有数值，数值应写在指标值里"


@rule(
    "S16",
    WARNING,
    basis="K1",
    each="indicator",
    needs=["level3", "description"],
    bad={"description": "受理信访事项　数量。"},
    good={"description": "受理信访事项数量，含网上信访和来信来访"},
)
def description_says_more_than_the_name(name: str, description: str) -> Iterator[Hit]:
    """绩效指标描述不应照抄三级指标名称

    描述应说明指标的含义、口径和计算方法。去掉空格和标点后与名称相同的，等于没有描述；只多一个
    “的”字的（“培训教师人数：培训的教师人数”）只提示。
    改法：写明考核什么、怎样计算、数据从哪里来。
    """
    if len(description) > 4 * LONGEST:
        return
    one, other = called(name), called(description)
    if one and (one == other or "的" in one + other and one.replace("的", "") == other.replace("的", "")):
        hit = "description", f"描述与三级指标名称{quoted(name)}相同，请写明指标的含义、口径或计算方法"
        yield hit if one == other else (*hit, HINT)


@rule(
    "S17",
    WARNING,
    basis="I",
    each="indicator",
    needs=["description"],
    inputs=["@values"],
    values=["number"],
    bad={"description": "是否超出预算金额", "value": "≤120.5万元"},
    good={"description": "是否完成全部受理登记", "value": "全部完成"},
)
def description_asks_for_what_the_value_is(description: str, value: Value) -> Iterator[Hit]:
    """描述问“是否”的，指标值不应是数量

    描述以“是否”开头，应回答是或否，指标值却是数量，两者对不上。
    改法：描述改为数量的含义，如“完成项目全部工作所需的资金”；或指标值改为“不超预算”等。
    """
    if description.lstrip().startswith("是否"):
        yield "description", f"描述{quoted(description)}问的是“是否”，指标值{quoted(value.raw)}却是数量，请改写其中一项"


@rule(
    "S18",
    HINT,
    basis="K2 P",
    each="indicator",
    needs=["level3", "description"],
    follows=["S16"],
    inputs=["@values"],
    values=["rate"],
    bad={"level3": "信访事项办结率", "description": "信访事项办结的情况", "value": "≥95%"},
    good={"level3": "信访事项办结率", "description": "办结的信访事项数/受理的信访事项数", "value": "≥95%"},
)
def rate_is_described_with_its_formula(name: str, description: str, value: Value) -> Iterator[Hit]:
    """比率指标的描述应写明计算方法

    以百分比计的指标，描述中应写明什么占什么的比例，或用“/”“÷”写出算式。
    改法：写为“办结的信访事项数占受理总数的比例”等。
    """
    if value.change is None and not _FORMULA.search(description[:2000]):
        yield "description", f"{quoted(name)}是比率，描述中没有计算方法，请写明什么占什么的比例"


@rule(
    "S19",
    HINT,
    basis="K2",
    needs=["name", "indicators"],
    inputs=["@filled"],
    bad={"name": "信访接待大厅修缮工程"},
    good={"name": "信访接待大厅修缮工程监理费"},
)
def assets_have_a_lifetime(name: str, indicators: Indicators, rows: Sequence[Row]) -> Iterator[Hit]:
    """基建、购置类项目应有使用年限指标

    形成固定资产的项目（新建、改建、修缮、购置等），可持续影响看能用多少年。按项目名称判断，服务、利息、尾款等除外。
    改法：增加“使用年限”指标，如“≥10年”。
    """
    shown = name[:LONGEST]
    if not pattern("asset").search(shown) or pattern("no_asset").search(shown):
        return
    said = [(text_of(row.node, key) or "")[:500] for row in rows for key in ("level3", "description")]
    if rows and not any(_LIFETIME.search(text) for text in said):
        yield "indicators", f"项目{quoted(name)}形成固定资产，指标中没有使用年限，请增加"


@rule(
    "S20",
    HINT,
    basis="K1",
    needs=["indicators"],
    inputs=["@filled"],
    bad={"indicators.4.value": "效果明显"},
    good={
        "indicators.4.value": "效果明显",
        "indicators.6.level1": "效益指标",
        "indicators.6.level2": "经济效益指标",
        "indicators.6.level3": "为群众挽回损失金额",
        "indicators.6.value": "≥50万元",
    },
)
def benefits_can_be_measured(indicators: Indicators, rows: Sequence[Row]) -> Iterator[Hit]:
    """效益指标不应只有一条且不可衡量

    效益只有一条，又是“得到保障”“效果明显”之类的文字，项目有没有效益无从衡量。
    改法：改为可以核对的数量或比率，或再补充一条定量的效益指标。
    """
    benefits = [
        row for row in rows if row.level2 in levels.BENEFITS or (row.level1 == "效益" and row.level2 != levels.SATISFIED)
    ]
    value = benefits[0].value if len(benefits) == 1 else None
    if value is not None and value.kind == "qual":
        message = f"效益指标只有这一条，指标值{quoted(value.raw)}无法衡量，请改为定量指标或补充一条"
        yield f"indicators.{benefits[0].index}.value", message


@rule(
    "S21",
    HINT,
    basis="K1",
    needs=["indicators"],
    maybe=["name", "purpose", "target"],
    inputs=["@filled"],
    bad={"indicators.0.level3": "项目资金覆盖率"},
    good={"indicators.0.level3": "信访事项登记率"},
)
def indicators_are_about_the_work(
    indicators: Indicators, name: str | None, purpose: str | None, target: str | None, rows: Sequence[Row], *,
    also: Sequence[str] = (),
) -> Iterator[Hit]:
    """指标应与资金用途、绩效目标相关

    数量、质量指标的名称与项目名称、资金用途、绩效目标没有一个词相同的，疑与项目无关；“项目资金覆盖率”“资金到位率”“预算执行率”
    等任何项目都能用的也在其列（本单位的可列入 also）。成本、时效、效益、满意度指标不比较用词；“验收合格率”“宣传次数”这样没有说到
    具体内容的，以及资金用途、绩效目标合起来不足 40 个字的，也不比较。
    改法：按资金用途写明本项目做的事，如“受理信访事项数量”。
    """
    idle = {*words("idle"), *also}
    said = "".join((text or "")[:2000] for text in (name, purpose, target))
    told = len(purpose or "") + len(target or "") >= _ENOUGH_SAID
    for row in rows:
        text = bare(row.name) if row.name else ""
        if text in idle:
            yield f"indicators.{row.index}.level3", f"{quoted(row.name or '')}说的是资金本身，与工作内容无关，请改为本项目要做的事"
        elif told and row.level2 in ("数量", "质量") and not _related(text, said) and len(_GENERAL.sub("", text)) >= 2:
            message = f"{quoted(row.name or '')}与项目名称、资金用途、绩效目标没有相同的词，请核对是否与本项目有关"
            yield f"indicators.{row.index}.level3", message


#: Of a project that says less of itself, an indicator may well tell more.
_ENOUGH_SAID = 40
#: What any work has.
_GENERAL = later(r"\W|项目|工程|工作|任务|设备|设施|物资|资金|经费|支出|验收|检查|质量|宣传|培训|采购|购置|政府|人员|完成|达标|合格|合规|通过|成活|准确|优良|规范|数量|[次人件个户台套总]数|人次|率|性|度")


def _related(name: str, said: str) -> bool:
    """Whether two neighbouring characters of the name stand in what the project says of itself."""
    return any(map(said.__contains__, map(add, name, name[1:])))
