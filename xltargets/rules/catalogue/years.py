"""Group Y: the years that are named agree with the year of the budget."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from xltargets.rules.language.prose import (
    HAN,
    indicators_of,
    listed,
    projects_of,
    shown,
    some,
)
from xltargets.rules.language.similar import prose
from xltargets.rules.registry import ERROR, HINT, WARNING, Hit, rule
from xltargets.submission.form import Field
from xltargets.values.patterns import later

_TARGET = "projects.0.target"
#: No digit before it; that stands at the end of the pattern, which is found faster by its first character.
_YEAR = later(r"((?:19|20)[0-9]{2})(?=年)(?<![0-9].{4})")
_TITLE_YEAR = later(r"(?<![0-9])((?:19|20)[0-9]{2})\s?年?度")
_OPEN, _CLOSE = r"\[【（(［｛{〈<《﹝〔", r"\]】）)］｝}〉>》﹞〕"
_DOCUMENT_YEAR = later(
    rf"[{_OPEN}]\s{{0,2}}((?:19|20)[0-9]{{2}})\s{{0,2}}年?\s{{0,2}}[{_CLOSE}]\s{{0,2}}第?\s{{0,2}}[0-9]{{1,5}}\s{{0,2}}号(?![楼院线库井机])"
)


@rule(
    "Y01",
    ERROR,
    basis="I",
    needs=["title", "name", "unit.year"],
    bad={"title": "1.信访事项办理经费绩效目标表（2023年度）"},
    good={"title": "1.2023年度信访专项绩效目标表（2024年度）", "name": "2023年度信访专项"},
)
def head_has_the_year_of_the_budget(title: str, name: str, year: int) -> Iterator[Hit]:
    """表头年度应与预算年度一致

    项目表标题中写明的年度（“2024年度”）应等于部门的预算年度。项目名称自带的年份（如“2023年度结转”）不算；标题没有年度的不查。
    改法：改正标题的年度；整份表是旧年度的，重新填报。
    """
    found = _title_year(title, name)
    if found and found != year:
        yield "title", f"标题中的年度是{found}年，预算年度是{year}年，应一致，请改正"


def _title_year(title: str, name: str) -> int:
    """The year that a title names beside the name of the project; 0 when it names none."""
    rest = "".join(title.split())[:1000].replace("".join(name.split()), " ")
    years = {int(year) for year in _TITLE_YEAR.findall(rest)}
    return years.pop() if len(years) == 1 else 0


#: Fields in which a document number is what the money is for; elsewhere regulations of any age may be cited.
_FUNDED = frozenset({"title", "name", "purpose", "target"})


@rule(
    "Y02",
    HINT,
    basis="I",
    each="text",
    maybe=["unit.year"],
    kinds=["prose", "value", "term"],
    signs="号",
    bad={"projects.0.purpose": "根据怀财字〔2025〕7号文件，用于受理办理群众信访事项所需的办公费、差旅费和劳务费。"},
    good={"projects.0.indicators.0.basis": "财预〔2015〕88号", "projects.0.purpose": "根据怀财字〔2020〕7号文件，用于办公费、差旅费和劳务费。"},
)
def document_numbers_are_of_their_time(text: str, field: Field, year: Any, *, oldest: int = 5) -> Iterable[Hit]:
    """发文字号的年度应合理

    不应晚于预算年度。项目名称、资金用途和绩效目标中的，一般也不应早于预算年度前 oldest 年；依据中引用的制度不限早晚。
    改法：核对文件的年份；已失效的文件改为现行文件。
    """
    if type(year) is not int:
        return ()
    last = field.path[-1]
    oldest_year = year - oldest if last in _FUNDED and field.path != ("unit", "name") else 0
    wrong = [match.group() for match in _DOCUMENT_YEAR.finditer(text) if not oldest_year <= int(match[1]) <= year]
    if not wrong:
        return ()
    return [("", f"发文字号{some(map(shown, wrong))}的年份与预算年度{year}年不符（晚于预算年度或过早），请核对")]


_NO_RESIDUE_BEFORE = later(
    "(?:较|比|同比|与|同|和|及|自|从|在|于|至|到|截至|截止|截止到|以|按|按照|对|根据|依据|经|—|–|-|~|～|、|〔|（|\\(|《|第|或|原|其中|上年|去年|始于|起于|成立|建成|启动)$"
)
_NO_RESIDUE_AFTER = later(
    "年度?(?:的)?(?:[0-9]{1,2}月)?(?:[0-9]{1,2}日)?(?:份)?"
    "(?:起|以来|以后|之后|后|至|到|—|–|-|~|～|、|和|与|及|或|以前|之前|前|底|末|初|结转|结余|尾款|欠|未|遗留|启动|开工|立项|建成|竣工|印发|修订|修正|版|发布|出台|公布|基础|水平|同期|相比|已|考核|决算|绩效评价|审计|实际|完成情况|完成了|被|获|获得|荣获|成立|设立|通过|验收|批复|批准|下达|入库|入选|列入|纳入|入学|毕业|出生|应付|应发|补发|数据|统计|调查|普查|人口|存量|发生|财政|级|届|新增|上半年|下半年|[（(]|[）)])"
)
_STARTS = later("(?:^|[。；;！!？?：:，,\n”]|完成|做好|开展|确保|保障|推进|落实|实现|力争|计划|预计|通过|支持|围绕|我[局委院校办厅站]|我单位|我中心|本单位|本部门|本局|[0-9]{1,2}[.．、]|[一二三四五六七八九十]、|[）)])\\s{0,4}$")


@rule(
    "Y03",
    WARNING,
    basis="R",
    each="document",
    needs=["unit.year"],
    inputs=["@item", "@prose"],
    bad={_TARGET: "2023年受理办理信访事项不少于1200件，按期办结率达到95%以上，信访群众满意度达到90%以上。"},
    good={_TARGET: "2024年受理信访事项较2023年减少5%，继续办理2023年结转的积案，满意度达到90%以上，落实2021年印发的工作规划。"},
)
def no_year_is_left_over(year: int, document: Mapping[str, Any], texts: Iterable[tuple[str, str]]) -> Iterator[Hit]:
    """正文不得残留旧年度

    绩效目标、保障措施、指标名称和描述里作为本年安排写出的旧年份，多为照抄上年文本。与往年比较（同一句话随后说到本年的只提示）、结转、起止时间、引用文件的年份不算；
    项目周期内的、项目名称自带的年份不算；绩效目标以旧年份开头而没有说到本年的，是警告；其他地方的，后面不是计划做的事、也不是要达到的比率（“2023年储备物资
    的完好率”），可能说的是往年的东西，只提示。写成期限的由 Y05 检查，依据中的由 Y04 检查。
    改法：改为预算年度，并核对随之变化的内容。
    """
    own = {index: _own_years(project, year) for index, project in projects_of(document)}
    for path, text in texts:
        if "年" not in text or path.endswith(_NOT_OF_THIS_YEAR):
            continue
        oldest, named = own.get(_project_index(path), (year, frozenset()))
        old_years = [match for match in _YEAR.finditer(text)
                     if int(match[1]) < oldest and match[1] not in named
                     and (_is_left_over(match, text) or path.endswith(".target") and _opens_a_goal(match, text, year))]
        if old_years:
            shown_years = "、".join(f"{old}年" for old in dict.fromkeys(match[1] for match in old_years[:3]))
            hit = path, f"正文中有旧年度“{shown_years}”，预算年度是{year}年，疑似沿用往年文本，请核对"
            aimed = f"{year}年" not in text and any(_AIMED.match(text, old.end()) for old in old_years)
            rest = [text[old.end() :].partition("。")[0] for old in old_years]
            compared = all(f"{year}年" in sentence or "今年" in sentence for sentence in rest)
            aimed = aimed and not compared or path.endswith(".target") and _opens_a_goal(old_years[0], text, year)
            yield hit if aimed or not compared and any(_DONE.match(text, old.end()) for old in old_years) else (*hit, HINT)


def _own_years(project: Mapping[str, Any], year: int) -> tuple[int, frozenset[str]]:
    """The first year of a project, and the years that its name names."""
    start, name = _day(project.get("start")), project.get("name")
    named = frozenset(_YEAR.findall(name)) if isinstance(name, str) else frozenset()
    return min(year, start.year if start else year), named


#: Texts that may speak of other years.
_NOT_OF_THIS_YEAR = (".name", ".purpose", ".long_term_target")
#: What is said of the year to come, and what it may be compared with all the same.
_PLANNED = later("年度?(?:计划|拟|将|预计|力争|确保|目标任务|，|,)")
_DONE = later(
    "年度?(?:(?:项目|专项|预算|财政){0,2}(?:资金|经费|支出)[^，。；;0-9]{0,4}(?:必须|须|应|将|力争|确保)|"
    "(?:内|末|底|[0-9]{1,2}月)?(?:我[局委院校办厅站]|本?单位|全[县市区省镇乡年])?(?:共|将|拟|计划|预计|力争|确保|继续|重点|主要|工作|目标|绩效|本级|预算|"
    "[，,：:]|新|完成|全|建|竣工|交付|投入|办|支付|实现|达到|改|修|购|采|发放|拨付|兑付|培训|组织|开展|举办|启动|实施|验收|维|安装|检|监|化解|"
    "编制|出台|清|整治|受理|推|保障|做好|加强|处理|补助|资助|救助|抽|落实|围绕|按|为|对|在|通过|开|选派|聘|慰问|创|打造|培|引|巩固|提|增|扩|种|造林|治理|争取|召开|接|帮|扶|走访))"
)
#: A rate that is to be reached: 2023年交通安全知晓率达到90%; not the state of what that year made: 2023年储备物资完好率.
_AIMED = later("年度?(?!度|储|购|采购|建|新建|栽|种|造|安装|改造|修|完工|竣工|培训|招|录|毕业|认定|验收)[^。；;，,！!？?\n0-9]{2,20}[率度](?:要|应|均|力争|将)?(?:达到|达|不低于|不少于|不高于|不超过|控制在|保持在|稳定在|提高到|≥|≤)")
_COMPARED = later("(?:较|比|同比|与|同|和|及|自|从|至|到|截至|截止|—|–|-|~|～|、|对|其中|于)$")


#: 2023年结转资金, 2023年度奖补项目, 2023年建成的泵站: what is left of a year that is over.
_OF_THE_PAST = later(
    "年度?(?:[^，。；;、,0-9]{0,12}(?:的|资金|经费|款|债券|指标|项目|任务|工程|方案|考核|目标|欠|未|已|应付)|[0-9、—–~～-]|"
    "(?:起|以来|以后|之后|后|至|到|和|与|及|或|以前|之前|前|底|末|初|结转|结余|尾款|遗留|决算|审计|实际|完成情况|完成了|被|获|荣获|批|下达|入|列入|纳入|毕业|出生|应发|补发|同期|相比|水平|基础|上半年|下半年))"
)
_THIS_YEAR = later("今年|本年|当年|明年|下一?年|上年|去年|往年")


def _opens_a_goal(match: re.Match[str], text: str, year: int) -> bool:
    """Whether a goal begins with an old year and says of it what is to be done, and nothing of the year of the budget."""
    if not _NUMBER_ONLY.fullmatch(text, 0, match.start()) or f"{year}年" in text or _THIS_YEAR.search(text[:_SEEN]):
        return False
    after = text[match.end() : match.end() + 24]
    return not _OF_THE_PAST.match(after) and not _DEADLINE_AFTER.match(after)


#: 1. or 目标1： before the first word.
_NUMBER_ONLY = later(r"\s{0,4}(?:(?:目标)?[0-9一]?[.．、：:]?)\s{0,4}")
#: So much of a goal is looked at.
_SEEN = 2000


def _is_left_over(match: re.Match[str], text: str) -> bool:
    before, after = text[max(0, match.start() - 8) : match.start()], text[match.end() : match.end() + 24]
    if _PLANNED.match(after) and not _COMPARED.search(before.rstrip()):
        return True
    if _NO_RESIDUE_BEFORE.search(before.rstrip()) or _NO_RESIDUE_AFTER.match(after) or _DEADLINE_AFTER.match(after):
        return False
    return _STARTS.search(before) is not None


def _project_index(path: str) -> int:
    parts = path.split(".")
    return int(parts[1]) if parts[0] == "projects" else -1


def _day(typed: object) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(typed) if isinstance(typed, str) else None
    except ValueError:
        return None


_ANNUAL = later(
    r"(?<![0-9〔【\[（(—–\-~～至到])((?:19|20)[0-9]{2})年?度?"
    rf"(?![0-9年]|[—–\-~～至到]|(?:版|修订|修正|印发))([{HAN}]{{0,10}}?)(预算|工作计划|年度计划|工作要点|工作安排|工作任务|工作目标|通知|责任状|责任书|工作报告)(?:编制)?(?:通知)?"
)


@lru_cache(maxsize=1024)
def _yearly(basis: str) -> tuple[tuple[int, str], ...]:
    """The documents of a basis that come out every year: year, as typed; many indicators rest on the same one."""
    return tuple((int(match[1]), match.group()) for match in _ANNUAL.finditer(basis))


@rule(
    "Y04",
    HINT,
    basis="I",
    each="indicator",
    needs=["basis", "unit.year"],
    bad={"basis": "2022年县级预算编制通知"},
    good={"basis": "《2021—2025年信访工作规划》、2023年度工作要点"},
)
def basis_is_of_this_year(basis: str, year: int) -> Iterator[Hit]:
    """指标值确定依据的年度应为本年或上年

    只看逐年印发的依据（预算、工作计划、要点、通知、责任书等）；规划、法规和文号的年份不算。
    改法：改为本年度或上年度的文件。
    """
    if "20" not in basis and "19" not in basis:
        return
    wrong = [typed for of_year, typed in _yearly(basis[:2000]) if of_year not in (year, year - 1)]
    if wrong:
        yield "basis", f"依据{some(map(shown, wrong))}不是{year}年或{year - 1}年的，请改为现行的依据"


_VERBS = (
    "[，,]?(?:完成|全部|全面|建成|竣工|交付|投入|办结|支付|实现|达到|改造|新建|改建|修建|建设|购置|采购|发放|拨付|兑付|培训|组织|开展|举办|"
    "启动|力争|确保|基本|实施|验收|到位|修复|维修|安装|检测|化解|编制|出台|清理|整治|恢复|通车|开通|上线|投用|开工|完工|发布|印发|提交|报送|取得|"
    "形成|建立|更新|更换|消除|解决|销号|结题|为|对)"
)
_DEADLINE_AFTER = later(
    "年度?(?:[0-9]{1,2}月(?:份)?(?:[0-9]{1,2}[日号])?|第?[一二三四1-4]季度|[上下]半年)?(?:初|底|末)?(?:之|以)?前"
    f"(?:{_VERBS})(?![^，。；、,;]{{0,6}}的)"
)
_DEADLINE = later(
    "(?<![0-9])((?:19|20)[0-9]{2})年度?(?:([0-9]{1,2})月(?:份)?(?:([0-9]{1,2})[日号])?|第?[一二三四1-4]季度|[上下]半年)?(?:初|底|末)?(?:之|以)?前"
    f"(?:{_VERBS})(?![^，。；、,;]{{0,6}}的)"
)
_ALREADY = later("(?:已|已经|已于|曾|原定|原计划|应于|原定于)$")


@rule(
    "Y05",
    ERROR,
    basis="O",
    needs=["unit.year"],
    maybe=["start", "end"],
    inputs=["@item"],
    bad={"target": "2023年12月底前完成受理办理信访事项1200件，信访群众满意度达到90%以上。"},
    good={"target": "2024年12月底前完成受理办理信访事项1200件，2025年6月底前完成资料归档。"},
)
def dates_are_within_the_project(year: int, start: Any, end: Any, project: Mapping[str, Any]) -> Iterator[Hit]:
    """日期应在预算年度和项目周期内

    项目的起止日期应包含预算年度，终止日期不早于起始日期。绩效目标、三级指标和指标描述中的完成期限不得早于预算年度；表中填有终止日期的，
    也不得晚于该日期所在的年份。指标值中的日期由 V13 检查。
    改法：改正日期；项目周期已经变化的，按批复的周期填写。
    """
    first, last = _day(start), _day(end)
    if first and last and last < first:
        yield "end", f"项目终止日期{last}早于起始日期{first}，请改正"
        return
    if last and last.year < year:
        yield "end", f"项目终止日期{last}早于预算年度{year}年，请核对项目周期"
    elif first and first.year > year:
        yield "start", f"项目起始日期{first}晚于预算年度{year}年，请核对项目周期"
    latest = last.year if last and last.year >= year else 9999
    earliest = min(year, first.year) if first else year
    for path, text in _with_deadlines(project):
        wrong = [match.group() for match in _DEADLINE.finditer(text)
                 if not earliest <= int(match[1]) <= latest and not _ALREADY.search(text[max(0, match.start() - 4) : match.start()])]
        if wrong:
            limits = f"预算年度{year}年" if not (first or last) else f"项目周期（{earliest}年至{latest if last else '……'}年）"
            yield path, f"完成期限{some(map(shown, wrong))}不在{limits}内，请改正"


def _with_deadlines(project: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if isinstance(text := project.get("target"), str) and "前" in text:
        yield "target", text
    for row, indicator in indicators_of(project):
        for key in ("level3", "description"):
            if isinstance(text := indicator.get(key), str) and "前" in text:
                yield f"indicators.{row}.{key}", text


_NOTICE = later(rf"(?<![0-9〔【\[（(])((?:19|20)[0-9]{{2}})年?度?([{HAN}]{{0,12}}?)预算([{HAN}]{{0,6}}?)通知")


@rule(
    "Y06",
    WARNING,
    basis="R",
    needs=["title", "name", "indicators"],
    bad={"title": "1.2024年度信访事项办理经费绩效目标表", "indicators.3.basis": "2023年县级预算编制通知"},
    good={"title": "1.2024年度信访事项办理经费绩效目标表", "indicators.3.basis": "2024年县级预算编制通知"},
)
def notice_is_of_the_year_in_the_title(title: str, name: str, indicators: list[Any]) -> Iterator[Hit]:
    """标题年度应与预算通知年度一致

    标题写明年度的，依据中引用的预算编制通知应是同一年度的预算。标题没有年度的不查（依据的年度见 Y04）。
    改法：核对是标题写错，还是引用了往年的通知。
    """
    year = _title_year(title, name)
    for row, indicator in indicators_of({"indicators": indicators}) if year else ():
        basis = indicator.get("basis")
        wrong = [match.group() for match in _NOTICE.finditer(basis, 0, 2000) if int(match[1]) != year] if isinstance(basis, str) else []
        if wrong:
            yield f"indicators.{row}.basis", f"依据{some(map(shown, wrong))}与标题的年度{year}年不一致，请核对"


_ANY_YEAR = later("(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])")


@rule(
    "Y07",
    HINT,
    basis="K1",
    each="document",
    inputs=["@previous", "@item"],
    bad={
        _TARGET: "2024年受理办理信访事项不少于1200件，信访群众满意度达到90%以上。",
        "@previous.projects.0.target": "2023年受理办理信访事项不少于1200件，信访群众满意度达到90%以上。",
        "@previous.department.overall_target": "2023年，受理信访事项不少于1100件，按期办结率达到94%以上。",
        "@previous.department.itemised_targets": ["开展信访事项受理办理工作。"],
        "@previous.department.safeguards": ["加强组织领导。"],
        "@previous.projects.1.target": "2023年开展信息系统巡检10次。",
    },
    good={
        "@previous.projects.0.target": "2023年受理办理信访事项不少于1100件，信访群众满意度达到90%以上。",
        "@previous.department.overall_target": "2023年，受理信访事项不少于1100件，按期办结率达到94%以上。",
        "@previous.department.itemised_targets": ["开展信访事项受理办理工作。"],
        "@previous.department.safeguards": ["加强组织领导。"],
        "@previous.projects.1.target": "2023年开展信息系统巡检10次。",
    },
)
def texts_are_not_last_years(previous: Mapping[str, Any], document: Mapping[str, Any]) -> Iterator[Hit]:
    """绩效目标不应与上年完全相同

    有上年的申报表时，比较总体绩效目标、分项目标、保障措施和各项目的绩效目标；只改了年份、标点的也算相同。项目按编码或名称对应。
    改法：按本年的任务和资金重新编写；确属经常性工作的，更新数量和标准。
    """
    department, old = _part(document, "department"), _part(previous, "department")
    if _same(department.get("overall_target"), old.get("overall_target")):
        yield "department.overall_target", "总体绩效目标与上年完全相同（不计年份），请按本年任务重新编写"
    for key, label in (("itemised_targets", "分项绩效目标"), ("safeguards", "工作保障措施")):
        if _same(_joined(department, key), _joined(old, key)):
            yield f"department.{key}", f"{label}与上年完全相同（不计年份），请按本年任务重新编写"
    by_key = _by_key(previous)
    for index, project in projects_of(document):
        keys = [(key, project[key]) for key in ("code", "name") if isinstance(project.get(key), str)]
        other = next((by_key[key] for key in keys if key in by_key), None)
        if other and _same(project.get("target"), other.get("target")):
            yield f"projects.{index}.target", "绩效目标与上年完全相同（不计年份），请按本年任务重新编写"


def _part(document: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    part = document.get(key)
    return part if isinstance(part, dict) else {}


def _joined(node: Mapping[str, Any], key: str) -> str:
    return "\n".join(text for _, text in listed(node, key))


def _same(one: object, other: object) -> bool:
    if not isinstance(one, str) or not isinstance(other, str):
        return False
    folded = prose(_ANY_YEAR.sub("", one))
    return bool(folded) and folded == prose(_ANY_YEAR.sub("", other))


def _by_key(document: Mapping[str, Any]) -> dict[tuple[str, Any], Mapping[str, Any]]:
    found: dict[tuple[str, Any], Mapping[str, Any]] = {}
    for _, project in projects_of(document):
        for key in ("code", "name"):
            if isinstance(project.get(key), str):
                found.setdefault((key, project[key]), project)
    return found
