"""Where things are said: headings, labels, titles and units of money, as disclosures of several provinces have them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from decimal import Decimal

from xltargets.submission.form import ITEM, Field, Form

#: Leads a text written as JSON where the shape of plain text cannot say it.
LITERAL = "[原文: "
#: A longer text is no label.
LONGEST_LABEL = 30
#: A longer text is no title.
LONGEST_TITLE = 120

OVERALL, ITEMISED, SAFEGUARDS = "overall_target", "itemised_targets", "safeguards"
SECTIONS = {OVERALL: "一、总体绩效目标", ITEMISED: "二、分项绩效目标", SAFEGUARDS: "三、工作保障措施"}
DEPARTMENT, PROJECTS, NEUTRAL = "department", "projects", "neutral"

#: Headings by their text without blanks, numbering and a colon at the end.
_HEADINGS = {
    "总体绩效目标": OVERALL, "总体目标": OVERALL, "部门总体绩效目标": OVERALL, "年度总体绩效目标": OVERALL, "整体绩效目标": OVERALL,
    "分项绩效目标": ITEMISED, "分项目标": ITEMISED, "部门分项绩效目标": ITEMISED,
    "工作保障措施": SAFEGUARDS, "保障措施": SAFEGUARDS,
    "部门整体绩效目标": DEPARTMENT, "部门整体支出绩效目标": DEPARTMENT, "单位整体绩效目标": DEPARTMENT, "整体绩效目标情况": DEPARTMENT,
    "预算项目绩效目标": PROJECTS, "项目绩效目标": PROJECTS, "项目支出绩效目标": PROJECTS, "部门预算项目绩效目标": PROJECTS,
    "目录": NEUTRAL, "目次": NEUTRAL,
}  # fmt: skip

#: Other words for the labels of the form. Key: path of the field.
_ALIASES = {
    "unit.code": "单位代码 预算单位编码 部门编码 部门代码",
    "unit.name": "预算单位 预算单位名称 填报单位 填报单位名称 申报单位 申报单位名称 项目单位 部门名称 实施单位 项目实施单位 预算部门 单位编码和名称 单位编码及名称",
    "unit.region": "行政区划 区划代码 行政区划编码",
    "unit.year": "年度 申报年度 预算年份 填报年度",
    "projects.code": "项目代码 项目编号",
    "projects.name": "项目支出名称 项目(政策)名称 专项名称 一级项目名称",
    "projects.kind": "项目类型 项目属性 项目分类",
    "projects.start": "项目开始日期 开始日期 计划开始日期 项目开始时间 起始日期 计划开始时间 开始时间",
    "projects.end": "项目结束日期 结束日期 终止日期 计划完成日期 项目完成时间 项目终止时间 计划结束日期 计划完成时间 完成日期 结束时间",
    "projects.budget.total": "预算金额 预算总额 年度预算 年度预算数 年度资金总额 资金总额 项目资金 项目资金总额 项目预算 当年预算 当年预算数 "
    "项目当年预算 本年预算数 年度预算申请 预算申请总额 年度预算申请总额 年初预算数 预算资金 预算安排 年度金额 资金规模 当年预算金额 项目当年预算数",
    "projects.budget.whole_period": "项目总预算 实施期资金总额 中期资金总额 项目总投资 项目总资金 项目预算总额 项目期资金总额",
    "projects.budget.fiscal": "财政资金 财政拨款 财政性资金 财政拨款资金 当年财政拨款 本年财政拨款 年度财政拨款 其中财政资金 财政拨款收入 本级财政资金",
    "projects.budget.other": "单位资金 自筹资金 其它资金 其他来源资金 单位自筹资金",
    "projects.budget.fiscal_sources.general": "一般公共预算 一般公共预算拨款 一般公共预算财政拨款",
    "projects.budget.fiscal_sources.fund": "政府性基金 政府性基金预算 政府性基金预算拨款 政府性基金预算财政拨款 政府性基金资金",
    "projects.budget.fiscal_sources.state_capital": "国有资本经营预算 国有资本经营预算拨款 国有资本经营预算财政拨款",
    "projects.budget.fiscal_sources.carryover": "上年结转 上年结转资金 结转资金 上年结余结转资金 上年结转结余资金",
    "projects.budget.fiscal_sources.special_account": "财政专户 财政专户资金 财政专户管理的资金",
    "projects.purpose": "项目用途 主要用途 资金使用方向 资金主要用途 资金用途说明",
    "projects.schedule.march": "三月底 3月末 一季度 截至3月底 第一季度",
    "projects.schedule.june": "六月底 6月末 二季度 截至6月底 第二季度",
    "projects.schedule.october": "十月底 10月末 截至10月底",
    "projects.schedule.december": "十二月底 12月末 四季度 截至12月底 第四季度",
    "projects.target": "年度目标 年度绩效目标 年度总体目标 年度总目标 项目绩效目标 总体目标 项目年度目标 年度绩效总目标 项目年度绩效目标 项目总目标 "
    "预期目标 项目目标 当年绩效目标 年度总体绩效目标 项目绩效总目标 绩效总目标 当年目标 年初设定目标 项目年度绩效总目标 总体绩效目标",
    "projects.long_term_target": "长期目标 长期绩效目标 中长期目标 中期目标 中期绩效目标 实施期目标 实施期总目标 中期总体目标 实施期绩效目标 长期绩效总目标",
    "projects.indicators.level1": "一级 一级指标名称",
    "projects.indicators.level2": "二级 二级指标名称",
    "projects.indicators.level3": "三级 三级指标名称 指标内容 指标名称 具体指标",
    "projects.indicators.description": "指标描述 指标解释 指标说明 绩效指标解释 指标值说明",
    "projects.indicators.nature": "绩效指标性质",
    "projects.indicators.operator": "运算符号 指标符号 符号 运算符",
    "projects.indicators.value": "年度指标值 绩效指标值 目标值 当年预期实现值 预期实现值 预期值 当年指标值 指标目标值 年度目标值 年初目标值 计划指标值 "
    "预计当年实现 当年预期值 当年实现值 预期当年实现值 预期指标值 年初指标值 年度预期值 指标值及单位 绩效目标值",
    "projects.indicators.unit": "计量单位 指标单位 单位 指标值单位",
    "projects.indicators.weight": "分值 指标权重 权重分值 指标分值 权重分 分值权重",
    "projects.indicators.direction": "指标方向",
    "projects.indicators.last_year": "上年 上年实际值 上年完成值 上年实现值 上年度指标值 上年值",
    "projects.indicators.basis": "指标值依据 确定依据 指标依据 设定依据 指标值设定依据 指标确定依据 指标值来源",
}  # fmt: skip
#: The label 绩效标准 is the basis (计划标准 …) where there is a column of values besides, else the value.
STANDARD = "绩效标准"
#: Labels of the unit only where a name follows, and not 万元 or 个.
_WHO = ("单位", "部门")
_SHORTEST_NAME = 4
#: Labels of who carries a project out: the unit, where nothing else says who that is.
DOERS = frozenset(("实施单位", "项目实施单位", "项目单位"))
#: What begins a row of sums, which is no indicator.
TOTALS = ("合计", "总分", "总计", "小计")

#: Printed on forms, no field of ours: what is filled in beside them is told as left over.
_FOREIGN = frozenset(
    "备注 实际完成值 全年完成值 全年实际值 实际完成情况 实际值 得分 偏差原因分析及改进措施 偏差原因 偏差原因及改进措施 未完成原因分析 未完成原因 前年 审核意见 序号 "
    "绩效指标 主管部门 全年预算数 全年执行数 执行率 总分 合计 项目资金 年度绩效指标 长期绩效指标 中期绩效指标 产出指标 效益指标 满意度指标 成本指标 近两年指标值 "
    "资金来源 项目概况 立项依据 项目负责人 联系人 联系电话 资金支出计划 预算规模及资金用途 项目基本情况 绩效目标表 项目总体目标 项目绩效指标 "
    "单位 部门 资金 其中 整体目标 绩效目标申报表 主管部门及代码 目标名称 绩效目标设定 指标 预算执行率 实施期绩效指标 年度预算执行 数量指标 质量指标 时效指标 "
    "经济效益指标 社会效益指标 生态效益指标 可持续影响指标 服务对象满意度指标 经济成本指标 社会成本指标 生态环境成本指标 资金支出计划金额 财政资金来源 "
    "三季度 第三季度 9月底 九月底 9月末 截至9月底".split()
)

_NUMBERING = re.compile(
    r"(?:第[一二三四五六七八九十]+[部章节]分?[、.:]?|[一二三四五六七八九十]{1,3}[、.]|\([一二三四五六七八九十\d]{1,3}\)[、.]?|\d{1,3}[、.](?!\d)|[*#★▲•]+)+"
)
_BRACKET = re.compile(r"\([^()]*\)\Z")
_PART = re.compile(r"第[一二三四五六七八九十]部分")
_CONTENTS = re.compile(r"(?:\t|\.{4,}|…{2,}|·{4,})[\s.…·]*\d{1,4}\s*\Z")
_PAGE = re.compile(r"[\s.…·]*\d{1,4}\s*\Z")
_TITLE = re.compile(r"绩效(?:目标|自评|自评价|指标)?(?:申报|自评|批复|公开|情况|审核|计划|公示|填报|信息)?表(?:\([^()]*\))?\Z")
_MONEY_UNIT = re.compile(r"(?:金额)?(?:计量)?单位[::]\s*(?:人民币)?(万元|元|千元|亿元)")
_OF_MONEY = re.compile("资金|预算|金额|经费|投资")
_PAGE_NUMBER = re.compile(r"[-—–―_]*\d{1,4}[-—–―_]*|第\d{1,4}页(?:[,/]?共\d{1,4}页)?|\d{1,4}/\d{1,4}")
_ORDINAL = re.compile(r"(?P<before>\(?)(?P<number>\d{1,2}|[一二三四五六七八九]?十?[一二三四五六七八九]?)(?P<after>[、.]|\)[、.]?)")
_IN_BRACKETS = re.compile(r"\(?(?:单位[::])?(万元|千元|亿元|元)\)?\Z")
RESIDUE = re.compile(r"(?:\[bookmark: [^\]\n]*\])+")
UNIT_CELL = re.compile(r"\s*(\d{6})(?!\d)\s*[-—－–_:： ]*\s*(\S.*?)\s*\Z")
FACTORS = {"万元": Decimal(1), "元": Decimal("0.0001"), "千元": Decimal("0.1"), "亿元": Decimal(10000)}


def folded(text: str) -> str:
    """A text without blanks, full-width letters and signs folded."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def bare(text: str) -> str:
    """A short text as a label: folded, without numbering, 其中：, a unit in brackets and colons; empty for a long text."""
    if len(text) > 4 * LONGEST_LABEL:
        return ""
    short = _NUMBERING.sub("", folded(text), count=1) if _NUMBERING.match(folded(text)) else folded(text)
    short = re.sub(r"\A其中[:,、]?", "", short) or short
    short = short.strip(":*")
    while (match := _BRACKET.search(short)) and match.start():
        short = short[: match.start()].rstrip(":*")
    return short if len(short) <= LONGEST_LABEL else ""


class Labels:
    """The labels of a form and other words for them."""

    def __init__(self, form: Form) -> None:
        self.fields = {field.dotted: field for field in form.fields.values()}
        self._scalars: dict[str, Field] = {}
        self._columns: dict[str, Field] = {}
        self.groups = {bare(title) for title in form.titles.values() if title}
        for field in form.fields.values():
            if not field.derived:
                self._add(field, [field.title, *_ALIASES.get(field.dotted, "").split()])
        self.groups -= {*self._scalars, *self._columns}

    def _add(self, field: Field, words: list[str]) -> None:
        words = [bare(word) for word in words]
        if field.path[:3] == ("projects", ITEM, "indicators"):
            target = self._columns
        elif field.path[0] == "unit" or (field.path[0] == "projects" and field.depth == 1):
            target = self._scalars
        else:
            return
        for word in words:
            target.setdefault(word, field)

    def scalar(self, cell_text: str) -> Field | None:
        """The field of a unit or a project that a text is the label of."""
        return self._scalars.get(bare(cell_text))

    def column(self, cell_text: str) -> Field | None:
        """The field of an indicator that a text is the heading of."""
        return self._columns.get(bare(cell_text))

    def known(self, text: str) -> bool:
        """Whether a text is printed on forms rather than filled in."""
        short = bare(text)
        return bool(short) and (
            short in self._scalars or short in self._columns or short in self.groups
            or short in _FOREIGN or short == STANDARD
        )  # fmt: skip

    def inline(self, text: str) -> tuple[Field, str] | None:
        """``项目名称：信访专项`` → the field and what follows the colon."""
        label, colon, rest = re.split(r"([:：])", text, maxsplit=1) if re.search(r"[:：]", text[:LONGEST_LABEL]) else (text, "", "")
        field = self.scalar(label) if colon and rest.strip() else None
        if field is None and bare(label) in _WHO and len(rest.strip()) >= _SHORTEST_NAME and money_unit(text) is None:
            field = self.fields["unit.name"]
        return None if field is None else (field, rest.strip())

    def pairs(self, text: str) -> list[tuple[Field, str]]:
        """``预算数：30；财政资金：30；其他资金：`` → its fields and their values; none unless every piece is one."""
        pieces = [re.split("[:：]", piece, maxsplit=1) for piece in re.split("[；;]", text) if piece.strip()]
        found = [(self.scalar(piece[0]), piece[1].strip()) for piece in pieces if len(piece) == 2]
        complete = len(found) == len(pieces) > 1 and all(spec for spec, _ in found)
        return [(spec, value) for spec, value in found if spec] if complete else []


    def apart(self, text: str) -> list[str]:
        """``填报单位：某局　　金额单位：元`` → its parts; the text alone unless blanks part labels with values, or units of money."""
        if LITERAL in text:
            return [text]
        for blanks in (r"\s{2,}|[\t\n\u3000]", r"\s+"):
            parts = [part for part in re.split(blanks, text.strip()) if part]
            said = [bool(money_unit(part) or self.inline(part)) for part in parts]
            if len(parts) > 1 and any(said) and all(one or self.known(part) for one, part in zip(said, parts, strict=True)):
                return parts
        return [text]


def labels_of(form: Form) -> Labels:
    """The labels of a form."""
    return Labels(form)


def heading(text: str) -> str | None:
    """What a paragraph is the heading of, None when it is none."""
    short = folded(text)
    if not short or len(short) > 2 * LONGEST_LABEL:
        return None
    if _PART.fullmatch(short):
        return DEPARTMENT if short == "第一部分" else PROJECTS if short == "第二部分" else NEUTRAL
    return _HEADINGS.get(bare(text)) or _HEADINGS.get(re.sub(r"\A(?:20\d\d年度?)", "", bare(text)))


def is_title(text: str) -> bool:
    """Whether a paragraph is the title of a project's table."""
    return len(text) <= LONGEST_TITLE and "\n" not in text and bool(_TITLE.search(folded(text)))


def is_contents(text: str) -> bool:
    """Whether a paragraph is a line of a table of contents: it ends in dots or a tab, and the number of a page."""
    return bool(_CONTENTS.search(text)) and len(text) <= LONGEST_TITLE


def is_known_contents(text: str) -> bool:
    """Whether a line of a table of contents repeats a heading or a title, which stands in its place further on."""
    text, number = _PAGE.sub("", text), is_contents(text)
    return number and (heading(text) is not None or is_title(text))


def money_unit(text: str) -> str | None:
    """万元, 元 … of a text such as ``金额单位：元``."""
    short = folded(text).strip("()[]【】") if len(text) <= LONGEST_LABEL else ""
    match = _MONEY_UNIT.match(short)
    return match[1] if match and match.end() >= len(short) - 2 else None


def unit_of_label(text: str) -> str | None:
    """万元, 元 … of a label such as ``年度资金总额（元）``."""
    match = _IN_BRACKETS.search(folded(text).rstrip(":*")) if "(" in folded(text) else None
    return match[1] if match else None


def unit_of_group(text: str) -> str | None:
    """万元, 元 … of what stands beside or above amounts, such as ``项目资金（元）``."""
    return unit_of_label(text) if len(text) <= LONGEST_LABEL and _OF_MONEY.search(text) else None


def is_page_number(text: str) -> bool:
    """Whether a paragraph is the number of a page, as ``- 3 -`` or ``第 3 页 共 9 页``."""
    return len(text) <= LONGEST_LABEL and bool(_PAGE_NUMBER.fullmatch(folded(text)))


def is_part(text: str) -> bool:
    """Whether a paragraph is the heading of a part, also of one that is none of ours: ``第三部分 名词解释``."""
    short = folded(text)
    return bool(_PART.match(short)) and _looks_like_heading(short)


def follows(text: str, head: str, before: Sequence[str | None]) -> bool:
    """Whether a paragraph is the heading that comes after one, ``四、其他事项`` after ``三、工作保障措施``.

    Args:
        text: the paragraph.
        head: the heading of the section that it stands in.
        before: the paragraphs of the section above it; one that is numbered in the same way says that its texts are.
    """
    own, above = _ORDINAL.match(folded(text)), _ORDINAL.match(folded(head))
    if own is None or above is None or not _looks_like_heading(folded(text)):
        return False
    style, wanted = _style(above), _count(above) + 1
    if _style(own) != style or _count(own) != wanted:
        return False
    return not any((match := _ORDINAL.match(folded(one or ""))) and _style(match) == style for one in before)


def _looks_like_heading(short: str) -> bool:
    return len(short) <= LONGEST_LABEL and not short.endswith(("。", ";", ".", ",", "!", "?"))


def _style(match: re.Match[str]) -> tuple[str, bool, str]:
    return match["before"], match["number"].isascii(), match["after"]


def _count(match: re.Match[str]) -> int:
    number = match["number"]
    if number.isascii():
        return int(number)
    tens, ten, ones = number.rpartition("十")
    return (("一二三四五六七八九".find(tens) + 1 or 1) * 10 if ten else 0) + "一二三四五六七八九".find(ones) + 1


def split_residue(text: str) -> tuple[str, str]:
    """What conversion left of bookmarks at the beginning of a text, and the text."""
    match = RESIDUE.match(text)
    return (match[0], text[match.end() :]) if match else ("", text)
