"""Group X: projects compared with each other."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from xltargets.rules.formulas import each, own, typed
from xltargets.rules.items import Row, is_prefilled
from xltargets.rules.language.prose import shown
from xltargets.rules.language.similar import (
    earlier_alike_sets,
    earlier_alike_texts,
    earlier_equal,
    plain,
    prose,
)
from xltargets.rules.registry import ERROR, HINT, WARNING, Hit, rule
from xltargets.values import Value

Project = Mapping[str, Any]

#: 代字, a year in any brackets, a number: 怀财字〔2024〕7号.
_DOCUMENT_NUMBER = re.compile(
    r"([\u4e00-\u9fff]{1,12})\s{0,2}[〔\[【（(［]\s?((?:19|20)\d\d)\s?[〕\]】）)］]\s{0,2}第?\s{0,2}0{0,3}(\d{1,5})\s{0,2}号"
)
_SOURCE_WORDS = re.compile(r"^(?:根据|依据|按照|按|关于|提前下达|下达|落实)+")


def called(projects: Sequence[Project], index: int) -> str:
    """What a message calls a project: its name, else its code, else its place in the list."""
    project = projects[index]
    for key in ("name", "code"):
        text = project.get(key) if isinstance(project, dict) else None
        if isinstance(text, str) and text.strip():
            return f"“{shown(' '.join(text[:400].split()), 40)}”"
    return f"第{index + 1}个项目"


def texts(projects: Sequence[Project], key: str, of: Callable[[object], str]) -> list[str]:
    """A text of every project, made comparable; empty where there is none."""
    return [of(project.get(key)) if isinstance(project, dict) else "" for project in projects]


def _standard(projects: Sequence[Project], pair: tuple[int, int], letters: str) -> bool:
    """Whether both are of a kind whose goals the system fills in (人员类, 运转类)."""
    return all(is_prefilled(projects[index].get("code"), letters) for index in pair)


#: A number for each code of letters and digits: its characters by their place in the alphabet, each with a weight of its own.
#: Two codes of a workbook have the same number by chance in one of 10**11 workbooks of a hundred projects.
_LONGEST_CODE = 30
_WEIGHTS = ",".join(str(pow(5, 7 * place, 2**40 - 87)) for place in range(1, _LONGEST_CODE + 1))
_PLACES = ",".join(map(str, range(1, _LONGEST_CODE + 1)))
_CODE = f'SUBSTITUTE({typed("project.code")},"-","")'
_KEY = (
    f'IF(AND(LEN({_CODE})>0,LEN({_CODE})<={_LONGEST_CODE}),IFERROR(SUMPRODUCT(FIND(MID({_CODE}&REPT("-",{_LONGEST_CODE}),{{{_PLACES}}},1),'
    f'"-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"),{{{_WEIGHTS}}}),""),"")'
)


@rule(
    "X01",
    ERROR,
    basis="I",
    each="document",
    needs=["projects"],
    formula=f"IF(ISNUMBER({own(_KEY)}),RANK({own(_KEY)},{each(_KEY)})+RANK({own(_KEY)},{each(_KEY)},1)"
    f"=COUNT({each(_KEY)})+1,TRUE)",
    formula_message="项目编码与另一张项目表相同",
    bad={"projects.1.code": "13073024P000585100016"},
    good={"projects.1.code": "13073024P000585100017"},
)
def codes_are_unique(projects: Sequence[Project]) -> Iterator[Hit]:
    """项目编码不得重复

    一个项目编码只能对应一个项目。比较时不计大小写、全角半角和空格。
    改法：核对预算管理一体化系统中的项目编码；同一项目重复填报的，删去一张项目表。
    """
    codes = [code.upper() for code in texts(projects, "code", plain)]
    for index, first in earlier_equal(codes).items():
        code = _short(projects[index]["code"])
        yield f"projects.{index}.code", f"项目编码“{code}”与项目{called(projects, first)}相同，项目编码应唯一，请核对"


@rule(
    "X02",
    WARNING,
    basis="I",
    each="document",
    needs=["projects"],
    follows=["X01"],
    bad={"projects.0.name": "信息系统运行 维护费"},
    good={"projects.0.name": "信访事项调查办理经费", "projects.1.name": "信访人员教育疏导经费"},
)
def names_are_distinct(projects: Sequence[Project], *, similarity: float = 0.9) -> Iterator[Hit]:
    """项目名称不得重复或近似

    去掉标点和空格后名称相同为警告；相似度达到 similarity（不计文号）为提示，疑似同一项目重复申报。
    只有期次、批次、年份或方位不同的（一期与二期）不算近似。
    改法：同一项目合并填报；不同项目的名称应写出各自的内容。
    """
    names = texts(projects, "name", plain)
    equal = earlier_equal(names)
    for index, first in equal.items():
        code = f"（项目编码{_short(projects[first].get('code') or '未填')}）"
        yield f"projects.{index}.name", f"项目名称与第{first + 1}个项目{code}相同，疑似重复申报，请核对或改写名称"
    if len(names) - len(equal) < 2:
        return
    bare = ["" if index in equal else plain(_without_number(project)) for index, project in enumerate(projects)]
    for index, (first, score) in earlier_alike_texts(bare, float(similarity)).items():
        yield (
            f"projects.{index}.name",
            f"项目名称与{called(projects, first)}相似（{score:.0%}），请核对是否同一项目",
            HINT,
        )


def _without_number(project: Project) -> str:
    name = project.get("name") if isinstance(project, dict) else None
    if not isinstance(name, str):
        return ""
    return _DOCUMENT_NUMBER.sub("", name[:200]) if "号" in name else name[:200]


_COPIED_TARGET = "2024年受理办理信访事项不少于1200件，12月底前按期办结率达到95%以上，信访群众满意度达到90%以上"


@rule(
    "X03",
    WARNING,
    basis="K1",
    each="document",
    needs=["projects"],
    bad={"projects.1.target": f"（1）{_COPIED_TARGET}；"},
    good={"projects.1.target": _COPIED_TARGET.replace("1200", "300")},
)
def targets_are_their_own(
    projects: Sequence[Project], *, shortest: int = 6, standard_letters: str = "RY"
) -> Iterator[Hit]:
    """各项目的绩效目标不得雷同

    去掉标点、空格和序号后完全相同的，后一个项目疑似照抄。少于 shortest 个字的不比较；项目编码第9位都是
    standard_letters（人员类、运转类，系统预置文字）的只提示。
    改法：按本项目要做的事、要达到的数量和效果重写绩效目标。
    """
    message = "绩效目标与项目{other}完全相同，请按本项目的任务和预期效果填写"
    yield from _copies(projects, "target", message, shortest, standard_letters)


@rule(
    "X05",
    WARNING,
    basis="K1",
    each="document",
    needs=["projects"],
    bad={
        "projects.0.purpose": "用于信访信息系统运行维护和机房租赁。",
        "projects.1.purpose": "用于信访信息系统运行维护和机房租赁",
    },
    good={
        "projects.0.purpose": "用于信访信息系统运行维护。",
        "projects.1.purpose": "用于信访信息系统运行维护和机房租赁。",
    },
)
def purposes_are_their_own(
    projects: Sequence[Project], *, shortest: int = 5, standard_letters: str = "RY"
) -> Iterator[Hit]:
    """各项目的资金用途不得雷同

    去掉标点、空格和序号后完全相同的，疑似把一个项目拆成几个或重复申报。少于 shortest 个字的（如“办公费”）不比较；
    项目编码第9位都是 standard_letters（人员类、运转类）的只提示。
    改法：核对是否同一项目；不是的，写明本项目资金的具体去向。
    """
    message = "资金用途与项目{other}完全相同，疑似拆分或重复申报，请核对并写明本项目资金的去向"
    yield from _copies(projects, "purpose", message, shortest, standard_letters)


def _copies(projects: Sequence[Project], key: str, message: str, shortest: int, letters: str) -> Iterator[Hit]:
    keys = [text if len(text) >= shortest else "" for text in texts(projects, key, prose)]
    for index, first in earlier_equal(keys).items():
        hit = f"projects.{index}.{key}", message.format(other=called(projects, first))
        yield (*hit, HINT) if _standard(projects, (first, index), letters) else hit


def _elements(rows: Sequence[Row]) -> frozenset[tuple[str, str, str]]:
    """The named indicators of a project: level 2, level 3, description, made comparable."""
    return frozenset(
        (plain(row.node.get("level2")).removesuffix("指标"), name, plain(row.node.get("description")))
        for row in rows
        if (name := plain(row.name))
    )


_COPIED = {
    f"projects.1.indicators.{index}.{key}": value
    for index, values in enumerate((
        ("受理信访事项数量", "本年度登记受理的信访事项总件数"),
        ("信访事项按规定答复率", "按规定答复的信访事项数量占受理总数量的比例"),
        ("信访事项办结时限", "自受理之日起至办结之日止的天数"),
        ("项目总成本", "完成项目全部工作所需的资金总额"),
        ("信访积案化解率", "已化解积案数量占积案总数量的比例"),
        ("信访群众满意度", "问卷调查中表示满意的群众人数占调查总人数的比例"),
    ))
    for key, value in zip(("level3", "description"), values, strict=True)
}  # fmt: skip


@rule(
    "X04",
    WARNING,
    basis="K1 R",
    each="document",
    needs=["projects"],
    inputs=["@rows"],
    bad=_COPIED,
    good={
        key: value
        for key, value in _COPIED.items()
        if not key.startswith(("projects.1.indicators.0.", "projects.1.indicators.4."))
    },
)
def indicators_are_their_own(
    projects: Sequence[Project], rows: Mapping[int, Sequence[Row]], *, similarity: float = 0.8, fewest: int = 3, standard_letters: str = "RY"
) -> Iterator[Hit]:
    """各项目的指标体系不得雷同

    两个项目的（二级指标、三级指标、绩效指标描述）相同的部分占全部的 similarity 以上，后一个项目的指标疑似照抄。
    少于 fewest 个指标的不比较；项目编码第9位都是 standard_letters（人员类、运转类，系统预置指标）的只提示。
    因照抄而来的同名指标口径不一（X06）、依据全部相同（X09）、支出计划雷同（X07、P08）列在它之下。
    改法：按本项目的产出和效果重新设置指标，不能只换项目名称和金额。
    """
    sets = [_elements(rows.get(index, ())) for index in range(len(projects))]
    sets = [one if len(one) >= fewest else frozenset() for one in sets]
    for index, (first, score) in sorted(earlier_alike_sets(sets, float(similarity)).items()):
        common, total = len(sets[index] & sets[first]), len(sets[index])
        same = f"的{total}项指标全部相同" if score == 1 else f"的指标有{common}项相同（本项目共{total}项）"
        hit = f"projects.{index}.indicators", f"指标与项目{called(projects, first)}{same}，疑似照抄，请按本项目的任务设置指标"
        yield (*hit, HINT) if _standard(projects, (first, index), standard_letters) else hit


class _Meaning(NamedTuple):
    """In what sense a number is meant: what X06 compares."""

    explicit: bool
    direction: str | None
    unit: str
    rate: tuple[Decimal | None, Decimal | None] | None


def meaning(value: Value) -> _Meaning:
    """The sense of a numeric value: with or without operator, its direction, its unit, and the number of a rate."""
    rate = (value.lo, value.hi) if value.is_rate else None
    return _Meaning(value.op_explicit or value.kind == "range", value.direction, value.base_unit, rate)


def difference(one: _Meaning, other: _Meaning) -> str:
    """Why two senses are not the same, for a message; empty when they are."""
    if one.unit and other.unit and one.unit != other.unit:
        return "单位不同"
    if one.direction and other.direction and one.direction != other.direction:
        return "方向相反"
    if one.explicit != other.explicit:
        return "一个有计算符号，一个没有"
    if one.rate and other.rate and one.rate != other.rate:
        return "比率取值不同"
    return ""


#: One use of an indicator's name: index of the project, row.
_Use = tuple[int, Row]


@rule(
    "X06",
    WARNING,
    basis="I",
    each="document",
    needs=["projects"],
    inputs=["@rows"],
    follows=["X04"],
    bad={"projects.1.indicators.1.level3": "信访事项按规定答复率", "projects.1.indicators.1.value": "96%"},
    good={
        "projects.1.indicators.3.level3": "项目总成本",
        "projects.1.indicators.1.level3": "信访事项按规定答复率",
        "projects.1.indicators.1.value": "≥９６.0％",
    },
)
def one_name_one_sense(projects: Sequence[Project], rows: Mapping[int, Sequence[Row]]) -> Iterator[Hit]:
    """同名指标口径应当一致

    不同项目的二级指标和三级指标都相同时，指标值应同有或同无计算符号、方向一致、单位一致，比率的取值相同；
    金额和数量只有大小不同的不算。三个以上项目同名时，以多数项目的口径为准。两边描述不同而只是比率取值不同的，只提示。
    改法：统一口径；确实不是一回事的，把指标名称改得不同。
    """
    named: dict[str, list[_Use]] = {}
    for index, of_project in rows.items():
        for row in of_project:
            if row.name is not None and "number" in row.sorts:
                named.setdefault(plain(row.name), []).append((index, row))
    for name, several in named.items():
        if name and len(several) > 1:
            uses: dict[str, list[_Use]] = {}
            for index, row in several:
                uses.setdefault(plain(row.node.get("level2")).removesuffix("指标"), []).append((index, row))
            for same in uses.values():
                yield from _odd_ones(projects, same)


def _odd_ones(projects: Sequence[Project], same: list[_Use]) -> Iterator[Hit]:
    values = [row.value for _, row in same if row.value is not None]
    senses = {value.text: value for value in values}
    if len(senses) < 2:
        return
    ways = {(value.kind, value.op, value.op_explicit, value.change, value.unit) for value in senses.values()}
    if len(ways) < 2 and not values[0].is_rate:
        return  # they differ in size alone
    known = {text: meaning(value) for text, value in senses.items()}
    meanings = [known[value.text] for value in values]
    usual = Counter(meanings).most_common(1)[0][0]
    first, model = same[meanings.index(usual)]
    for (index, row), meant, value in zip(same, meanings, values, strict=True):
        why = difference(meant, usual) if index != first and meant != usual else ""
        if not why:
            continue
        message = (
            f"“{_short(row.name)}”的指标值为“{_short(value.raw)}”，项目{called(projects, first)}的"
            f"同名指标为“{_short(model.value and model.value.raw)}”，{why}，请统一口径"
        )
        hit = f"projects.{index}.indicators.{row.index}.value", message
        descriptions = {plain(row.node.get("description")), plain(model.node.get("description"))}
        apart = len(descriptions) == 2 and "" not in descriptions
        yield (*hit, HINT) if apart and why == "比率取值不同" else hit


def _short(text: object) -> str:
    return shown(str(text).strip(), 40)


_POINTS = ("march", "june", "october", "december")


@rule(
    "X07",
    HINT,
    basis="I",
    each="document",
    needs=["projects"],
    follows=["P08", "X04"],
    bad={f"projects.1.schedule.{key}": value for key, value in zip(_POINTS, (25, 55, 85, 100), strict=True)},
    good={f"projects.1.schedule.{key}": value for key, value in zip(_POINTS, (25, 55, 86, 100), strict=True)},
)
def schedules_are_their_own(projects: Sequence[Project]) -> Iterator[Hit]:
    """各项目的支出计划不得照抄

    四个时点的比例与前面某个项目完全相同。与 P08（各项目计划完全相同）是同一件事，P08 已报时列在它之下。
    改法：按本项目的合同、采购和付款安排填写各时点的支出进度。
    """
    for index, first in earlier_equal([_vector(project) for project in projects]).items():
        yield f"projects.{index}.schedule", f"支出计划与项目{called(projects, first)}完全相同，请按本项目的进度填写"


def _vector(project: Project) -> tuple[object, ...]:
    schedule = project.get("schedule") if isinstance(project, dict) else None
    shares = [schedule.get(key) for key in _POINTS] if isinstance(schedule, dict) else []
    usable = len(shares) == 4 and all(isinstance(share, (int, float, Decimal)) for share in shares)
    return tuple(shares) if usable else ()


def document_number(name: object) -> str:
    """The 发文字号 in a project's name, in one spelling; empty when there is none."""
    match = _DOCUMENT_NUMBER.search(name[:200]) if isinstance(name, str) and "号" in name else None
    if match is None:
        return ""
    return f"{_SOURCE_WORDS.sub('', match[1]) or match[1]}〔{match[2]}〕{match[3]}号"


@rule(
    "X08",
    HINT,
    basis="I",
    each="document",
    needs=["projects"],
    bad={"projects.0.name": "怀财字〔2024〕7号信访专项", "projects.1.name": "怀财字【2024】 7号 系统运维"},
    good={"projects.0.name": "怀财字〔2024〕7号信访专项", "projects.1.name": "怀财字〔2024〕17号系统运维"},
)
def one_document_one_project(projects: Sequence[Project]) -> Iterator[Hit]:
    """同一文号不宜对应多个项目

    几个项目的名称里有同一个发文字号（括号的写法不计），可能是把一笔资金拆成几个项目。
    改法：核对该文件批复的项目；确有几个项目的，可在豁免表中说明。
    """
    numbers = [document_number(project.get("name")) if isinstance(project, dict) else "" for project in projects]
    counts = Counter(number for number in numbers if number)
    for index, number in enumerate(numbers):
        if counts[number] > 1:
            yield f"projects.{index}.name", f"{number}同时对应{counts[number]}个项目，请核对是否同一笔资金拆分申报"


@rule(
    "X09",
    HINT,
    basis="I",
    needs=["indicators"],
    follows=["X04"],
    bad={f"indicators.{index}.basis": "年初工作计划" for index in range(5)},
    good={f"indicators.{index}.basis": "《信访工作条例》" for index in (0, 1, 2, 4)} | {"indicators.5.basis": "历史标准"},
)
def bases_differ(indicators: Sequence[Mapping[str, Any]], *, share: float = 0.8, fewest: int = 4) -> Iterator[Hit]:
    """指标值依据不宜全部相同

    一个项目里 share 以上的指标写同一个依据，等于没有依据。少于 fewest 个依据的不判断。指标体系照抄的
    项目（X04）依据也照抄，仍在该项目报一次，列在 X04 之下。
    改法：逐项写明指标值从哪里来：文件（带文号）、规划、合同、行业标准或历史数据。
    """
    bases = [plain(indicator.get("basis")) if isinstance(indicator, dict) else "" for indicator in indicators]
    filled = [basis for basis in bases if basis]
    if len(filled) < fewest:
        return
    usual, count = Counter(filled).most_common(1)[0]
    if count >= float(share) * len(filled):
        first = bases.index(usual)
        typed = _short(indicators[first]["basis"])
        yield f"indicators.{first}.basis", f"{len(filled)}项指标中有{count}项的依据都是“{typed}”，请逐项写明依据"


@rule(
    "X10",
    HINT,
    basis="I",
    needs=["name"],
    bad={"name": "怀财字【2024】7号 信访专项"},
    good={"name": "信访专项（怀财字〔2024〕7号）"},
)
def names_tell_the_content(name: str) -> Iterator[Hit]:
    """项目名称不宜以文号开头

    名称应说明资金做什么，以发文字号开头的名称要查文件才知道内容。
    改法：文号移到名称之后的括号里，或写在指标值确定依据中。
    """
    match = _DOCUMENT_NUMBER.match(name[:200].lstrip()) if "号" in name else None
    if match:
        yield "name", f"项目名称以文号“{match[0]}”开头，请以项目内容命名，文号可放在依据中"
