"""Group C, second part: is what is filled in content, or left over and empty words?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache

from xltargets.rules.language.prose import BOOKMARK
from xltargets.rules.language.wording import quoted
from xltargets.rules.registry import ERROR, HINT, Hit, rule
from xltargets.submission.form import Field

_PLACEHOLDER = re.compile(
    r"(?<![0-9０-９A-Za-z])(?<!/[\u4e00-\u9fff])[*＊]{1,50}(?![0-9０-９])|[*＊]{2,50}"
    r"|(?<![A-Za-z])[×xXｘＸ]{2,50}(?![A-Za-z])|…{2,50}|[_＿]{2,50}|某某"
    r"|(?<![0-9０-９A-Za-z)）])[NnXx×](?=[件个人次名户场所项家亩台套座条处期辆份批]|公里|万元|平方米|%|％)"
    r"|[（(][^（）()]{0,6}\d{1,4}个?字(?:以内|以下|内|左右)?[）)]"
    r"|请(?:在此|在这里)?(?:填写|输入|选择)|点击此处"
    r"|(?:^|[（(【\[如])(?:填写|填报)?示例|示例(?=[:：）)】\]]|$)"
)
#: What is looked for first, being found faster: every placeholder has one of these signs, or one of these words in it.
_SIGNS = frozenset("*＊×xXｘＸ…_＿Nn")
_PHRASES = ("某某", "字以", "字内", "字左右", "字）", "字)", "请填写", "请输入", "请选择", "请在", "点击此处", "示例")
#: *工程质量达标率: a form's mark of its core indicators; *县道路 leaves a name out.
_CORE_MARK = re.compile(r"\s{0,3}[*＊](?![县市区镇乡村州省旗局委厅办所站校院馆厂司街路组个件次人名户场处年月日号某])(?=[\u4e00-\u9fff]{4})")
#: Longer texts are searched no further.
_SEARCHED = 20000


@rule(
    "C14", ERROR, basis="P O R", each="text",
    kinds=["prose", "value", "term"], signs="*＊×xXｘＸ…_＿字请示击某Nn",
    bad={"projects.0.target": "2024年受理信访事项XX件，按期办结率达到95%以上，12月底前完成。"},
    good={"projects.0.purpose": "用于购置2*3米宣传展板和 xlsx 软件授权，制作展板×50块。"},
)  # fmt: skip
def no_placeholder_is_left(text: str, field: Field) -> Iterator[Hit]:
    """不得残留占位符和模板提示语

    如 ***、XX、××、N件、某某、……、____、（500字以内）、请填写、示例。尺寸、算式和单位（元/人*月）里的乘号、编码里的字母、
    三级指标前面标记核心指标的一个星号不算。
    改法：把占位符换成实际内容，删去提示语。
    """
    if field.path[0] in ("waivers", "template"):
        return
    marked = _CORE_MARK.match(text) if field.path[-1] == "level3" and ("*" in text or "＊" in text) else None
    searched = _without_bookmarks(text[marked.end() if marked else 0 : _SEARCHED])
    if _SIGNS.isdisjoint(searched) and not any(phrase in searched for phrase in _PHRASES):
        return
    match = _PLACEHOLDER.search(searched)
    if match:
        yield "", f"内容里有占位符或提示语{quoted(match[0].strip('（( '))}，请换成实际内容或删去"


def _without_bookmarks(text: str) -> str:
    return BOOKMARK.sub("", text) if "[bookmark" in text else text


_NULL_BEGINS = frozenset("nNuU# 　")
_NULL = re.compile(r"(?:null|none|nan|nil|undefined|#n/a|#ref!|#value!|#name\?|#div/0!|#num!|#null!)", re.IGNORECASE)

_NULL_INSIDE = re.compile(r"(?<![A-Za-z0-9_.])(?:null|NULL|#N/A|#REF!|#VALUE!|#NAME\?|#DIV/0!)(?![A-Za-z0-9_])")


@rule(
    "C15", ERROR, basis="P", each="text",
    signs="nNuU#",
    bad={"projects.0.indicators.0.basis": "null"},
    good={"projects.0.indicators.0.basis": "《Nanotechnology 管理办法》"},
)  # fmt: skip
def no_literal_null(text: str, field: Field) -> Iterator[Hit]:
    """不得残留 null 等程序字样

    单元格内容是 null、None、nan、#N/A、#REF! 等，或者中文里夹着 null、#N/A、#REF!，是从别的程序导出或粘贴时留下的。
    改法：换成实际内容；没有内容的清空。
    """
    if text[:1] in _NULL_BEGINS and len(text) <= 60 and _NULL.fullmatch(text.strip()):
        yield "", f"内容是程序留下的{quoted(text.strip())}，不是填报的内容，请改为实际内容或清空"
    elif ("null" in text or "NULL" in text or "#" in text) and (inside := _NULL_INSIDE.search(text, 0, _SEARCHED)):
        yield "", f"内容里有程序留下的{quoted(inside[0])}，请换成实际内容或删去"


@rule(
    "C16", HINT, basis="P", each="document", inputs=["@raw", "@spaces"],
    follows=["C01", "C02", "C03", "C04", "C05", "C06", "C07", "C10", "C12", "C13"],
    bad={"projects.1.budget.other": " "},
    good={"projects.1.budget.other": None},
)  # fmt: skip
def blanks_are_empty(raw: Mapping[str, object], spaces: Sequence[str]) -> Iterator[Hit]:
    """单元格不应只有空格

    看起来没有填写，其实有空格，会影响公式和筛选。按没有填写处理。
    改法：选中单元格按 Delete 清空。
    """
    for path, typed in raw.items():
        if isinstance(typed, str) and typed.isspace():
            yield path, "单元格里只有空格，按没有填写处理，请清空"
    for path in spaces:
        yield path, "单元格里只有空格，按没有填写处理，请清空"


_MEASURE = re.compile(
    r"百分之|\d\s?(?:[%％‰]|万|亿|元|件|人|个|户|家|项|起|场|次|期|天|日内|小时|公里|平方米|米|亩|吨|台|套|辆|处|座|条|篇|份|名|"
    r"所|村|批|工作日|分钟|课时|课|本|册|公顷)"
)


@rule(
    "C17", HINT, basis="K1", each="document", needs=["department.overall_target"],
    maybe=["department.itemised_targets", "department.budget.projects"],
    bad={"department.overall_target": "2024年，做好群众工作，维护社会稳定。",
         "department.itemised_targets": ["1.做好接访工作。"]},
    good={"department.overall_target": "2024年，做好群众工作，项目支出200万元。",
          "department.itemised_targets": ["1.做好接访工作。"]},
)  # fmt: skip
def department_is_measurable(
    overall: str, itemised: Sequence[str | None] | None, projects: Decimal | None
) -> Iterator[Hit]:
    """部门整体绩效目标应有年度预算总额和指标

    总体绩效目标和分项绩效目标里既没有金额，也没有可衡量的数量、比率。年份和条目的序号不算。
    改法：写明年度预算（项目支出）总额，给主要任务配上可衡量的指标。
    """
    texts = [overall, *(text for text in itemised or () if isinstance(text, str))]
    if projects is None and not any(_MEASURE.search(text, 0, _SEARCHED) for text in texts):
        yield (
            "department.overall_target",
            "部门整体绩效目标里没有预算金额，也没有可衡量的指标，请写明年度预算总额和主要指标",
        )


_DOCUMENT_NUMBER = re.compile(
    r"20\d\d\s?年?\s?[〕】\]）)]?\s?(?:第\s?)?\d{1,5}\s?号|(?:GB|DB|JGJ|JTG|HJ|YY|WS|CJJ?)[A-Z0-9/]{0,6}\s?[\d.—-]{2,}"
)
_NAMED = re.compile("《|(?:计划|行业|历史|预算支出|国家|地方)标准|其他")


@rule(
    "C18", HINT, basis="K2 P", each="indicator", needs=["basis"],
    bad={"basis": "年初工作计划"},
    good={"basis": "历史标准（近三年平均值）"},
)  # fmt: skip
def basis_is_specific(basis: str) -> Iterator[Hit]:
    """指标值确定依据不宜笼统

    依据里应有文号、书名号里的文件名称，或计划标准、行业标准、历史标准、预算支出标准、其他等规定的选项。
    改法：写明文件名称和文号，如《信访工作条例》、怀财字〔2024〕7号，或选用规定的选项。
    """
    if not _names_a_document(basis[:500]):
        yield "basis", f"指标值确定依据{quoted(basis)}过于笼统，请写明文件名称和文号，或选用计划标准、行业标准、历史标准等"


@lru_cache(maxsize=1024)
def _names_a_document(basis: str) -> bool:
    """Whether a basis is one that can be looked up; many indicators rest on the same one."""
    return _NAMED.search(basis) is not None or _DOCUMENT_NUMBER.search(basis) is not None
