"""Group T, what is said: too short or long, the name again, abbreviations, and one thing called by two names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any

from xltargets.rules.language.prose import (
    HAN,
    projects_of,
    shown,
    unnumbered,
)
from xltargets.rules.language.similar import likeness, prose
from xltargets.rules.language.wordfinder import WordFinder
from xltargets.rules.language.wordlists import built, words
from xltargets.rules.registry import HINT, WARNING, Hit, rule
from xltargets.values.patterns import later

_TARGET = "projects.0.target"
#: Texts of a document: path, text.
Texts = Sequence[tuple[str, str]]


@rule(
    "T12",
    HINT,
    basis="I",
    needs=["target"],
    follows=["T14"],
    bad={"target": "受理群众信访事项。"},
    good={"target": "全年受理群众信访事项1200件以上。"},
)
def goals_are_neither_short_nor_long(target: str, *, shortest: int = 15, longest: int = 500) -> Iterator[Hit]:
    """绩效目标不宜过短或过长

    不计空白和序号，少于 shortest 字的多半没有写明要做什么、做到什么程度；多于 longest 字的抓不住要点。
    改法：过短的补充工作内容、数量和效果；过长的归纳为几条。
    """
    length = len("".join(unnumbered(target).split()))
    if length < shortest:
        yield "target", f"绩效目标只有{length}字，宜写明工作内容、数量和效果（不少于{shortest}字）"
    elif length > longest:
        yield "target", f"绩效目标有{length}字，宜归纳要点（不多于{longest}字）"


_NUMERALS = "一二三四五六七八九十"
_QUOTED = later(rf"[“\"「]((?:[{_NUMERALS[1:]}两]|[2-9]|[1-9][0-9])[个项]?[{HAN}]{{1,3}})[”\"」]")
_EXPLAINED_AFTER = later(r"\s{0,2}(?:[（(：:]|——|，?(?:即|是指|指的是|包括|分别是))")
_EXPLAINED_BEFORE = later(r"(?:简称|统称|合称|称为|称|[）)：:等])\s{0,2}$")
_ENUMERATED = later(r"[、，和及与；。：:（）()\s]")


@built
def _well_known() -> frozenset[str]:
    return frozenset(entry["text"] for entry in words("abbreviations")["abbreviation"])


@rule(
    "T13",
    HINT,
    basis="I",
    each="document",
    inputs=["@narratives"],
    bad={_TARGET: "2024年受理办理信访事项不少于1200件，“三率”达到95%以上，信访群众满意度达到90%以上。"},
    good={_TARGET: "2024年受理办理信访事项不少于1200件，“三率”（受理率、办结率、满意率）达到95%以上，落实“三重一大”制度。"},
)
def abbreviations_are_explained(narratives: Texts) -> Iterator[Hit]:
    """缩略语首次使用应说明

    指加引号的“数字+简称”，如“三率”，全文没有一处写明是哪几项。社会公众看不懂，也无法考核。
    人所共知的（data/abbreviations.toml，如“三公”“一带一路”）不算。
    改法：第一次出现时写明，如“三率”（受理率、办结率、满意率）。
    """
    found: dict[str, list[str]] = {}
    explained: set[str] = set()
    for path, text in narratives:
        for match in _QUOTED.finditer(text):
            term = match[1]
            if term in _well_known():
                continue
            if _is_explained(match, text):
                explained.add(term)
            places = found.setdefault(term, [])
            if path not in places[-1:]:
                places.append(path)
    by_path: dict[str, list[str]] = {}
    for term, places in found.items():
        for path in places if term not in explained else ():
            by_path.setdefault(path, []).append(term)
    for path, terms in by_path.items():
        yield path, f"缩略语{'、'.join(f'“{term}”' for term in terms[:4])}全文没有说明，请写明是哪几项"


def _is_explained(match: re.Match[str], text: str) -> bool:
    after, before = text[match.end() : match.end() + 12], text[max(0, match.start() - 60) : match.start()]
    if _EXPLAINED_AFTER.match(after) or _EXPLAINED_BEFORE.search(before):
        return True
    tail = match[1][-1]
    near = before + text[match.end() : match.end() + 60]
    listed = {part for part in _ENUMERATED.split(near) if len(part) > 1 and part.endswith(tail)}
    return len(listed) >= max(2, _count(match[1]))


def _count(term: str) -> int:
    return int("".join(char for char in term if char.isdigit())) if term[0].isdigit() else (
        2 if term[0] == "两" else _NUMERALS.index(term[0]) + 1)


_LEADING = later(
    "^(?:通过|按照|根据|全面|积极|认真|切实|确保|保障|保证|完成|做好|开展|落实|实施|推进|推动|加强|支持|用于|组织|实现|促进|全年|年度|本年度?|年内|[0-9]{4}年度?)"
)
_TRAILING = later(
    "(?:工作|项目|任务|经费|资金|专项|支出|工程|活动|顺利|正常|有序|及时|按时|按期|全面|圆满|实施|开展|完成|进行|推进|运行|支付|发放|落实|到位|建设|需要|的)$"
)


@rule(
    "T14",
    WARNING,
    basis="R",
    needs=["target", "name"],
    bad={"name": "信访事项办理经费", "target": "保障信访事项办理工作顺利开展。"},
    good={"name": "信访事项办理经费", "target": "保障信访事项办理1200件，按期办结率达到95%以上。"},
)
def goals_say_more_than_the_name(target: str, name: str, *, similarity: float = 0.9) -> Iterator[Hit]:
    """绩效目标不得只是重复项目名称

    去掉“保障”“完成”“工作”“顺利实施”等空话以后，与项目名称相同或相似度达到 similarity 的，等于没有目标。
    改法：写明用这笔钱做什么、做多少、达到什么效果。
    """
    goal, called = prose(target)[:400], prose(name)[:400]
    if len(goal) > 2 * len(called) + 30:
        return
    pairs = ((goal, called), (_core(goal), _core(called)))
    if any(_alike(one, other, similarity) for one, other in pairs):
        yield "target", f"绩效目标“{shown(target.strip())}”只是重复项目名称，请写明工作内容、数量和效果"


def _core(text: str) -> str:
    """The text without the empty words at both ends."""
    text = text[-60:]
    while match := _LEADING.match(text) or _TRAILING.search(text):
        text = text[: match.start()] + text[match.end() :]
    return text


def _alike(one: str, other: str, least: float) -> bool:
    return min(len(one), len(other)) > 1 and likeness(one, other, least) >= least


@built
def _synonyms() -> tuple[WordFinder, dict[str, tuple[str, ...]], tuple[str, ...]]:
    """A finder of all words of all groups; word → its group, the term first; the words that are no terms."""
    groups = {}
    for entry in words("synonyms")["group"]:
        group = (entry["term"], *entry["others"])
        groups.update(dict.fromkeys(group, group))
    return WordFinder(groups), groups, tuple(word for word, group in groups.items() if word != group[0])


@rule(
    "T16",
    HINT,
    basis="I",
    each="document",
    inputs=["@prose"],
    bad={"projects.0.indicators.0.level3": "受理信访事件数量"},
    good={"projects.0.indicators.0.level3": "受理信访案件数量"},
)
def one_thing_has_one_name(texts: Texts) -> Iterator[Hit]:
    """同一事物的用语应统一

    同一份申报表里，同一事物用了两种叫法（对照 data/synonyms.toml），如“信访事项”与“信访事件”，会被当成两件事。
    改法：全文统一为规范的叫法。
    """
    finder, groups, others = _synonyms()
    whole = "\n".join([text for _, text in texts])
    if not any(map(whole.__contains__, others)):
        return
    seen: dict[tuple[str, ...], dict[str, list[str]]] = {}
    for path, text in texts:
        for word in dict.fromkeys(word for _, word in finder.find(text)):
            seen.setdefault(groups[word], {}).setdefault(word, []).append(path)
    by_path: dict[str, list[str]] = {}
    for group, used in seen.items():
        kept = group[0] if group[0] in used else next(iter(used))
        for word, paths in used.items():
            for path in paths if word != kept else ():
                by_path.setdefault(path, []).append(f"“{word}”（他处用“{kept}”）")
    for path, changes in by_path.items():
        yield path, f"用语不统一：{'、'.join(changes[:3])}，请统一"


_SELF = later(r"(?<![自使让请给])我(局|委(?![托派任员婉])|办(?![理公事好法结成案])|厅|校(?![验准对正])|院(?![落子])|中心)")
_REGION = later(f"^([{HAN}]{{1,8}}?)(自治县|自治州|自治区|[省市县区旗州盟])([{HAN}、]{{3,30}})$")
_SAME_BODY = {"委": "委", "校": "学校园"}


@rule(
    "T17",
    HINT,
    basis="O",
    each="document",
    needs=["unit.name"],
    inputs=["@prose"],
    bad={"department.overall_target": "2024年，我委围绕全县中心工作，受理信访事项不少于1200件，项目支出200万元。"},
    good={"department.overall_target": "2024年，我局围绕全县中心工作，受理信访事项不少于1200件，我办理员队伍稳定，项目支出200万元。"},
)
def the_unit_is_called_by_its_name(name: str, texts: Texts) -> Iterator[Hit]:
    """单位称谓应与单位名称一致

    正文自称“我委”“我院”而单位名称是局，或把单位名称写错、写漏（“怀来信访局”“住房与城乡建设局”）。“县信访局”“我局”这样的简称不算。
    改法：与单位名称一致；沿用其他单位文本的，改为本单位的内容。
    """
    name = "".join(name.split())
    for path, text in texts:
        wrong = []
        if "我" in text:
            wrong = [f"我{word}" for word in dict.fromkeys(_SELF.findall(text)) if not _may_say(word, name)]
        if name[:2] in text and _may_mean(name, text) and (variants := _variants(name)):
            wrong += [shown(found) for found in dict.fromkeys(variants.findall(text)) if found != name]
        if wrong:
            called = "、".join(f"“{word}”" for word in wrong[:3])
            yield path, f"单位称谓{called}与单位名称“{shown(name)}”不一致，请核对"


def _may_say(word: str, name: str) -> bool:
    organs = _SAME_BODY.get(word, word)
    return word in name or any(char in name for char in organs) or not re.search("[局委办厅院校会心所站]$", name)


def _may_mean(name: str, text: str) -> bool:
    """Whether a text may have the name or something like it: its region, and near it what follows in the name."""
    parts = _parts(name)
    if parts is None:
        return False
    stem, level, body = parts
    at = text.find(stem)
    while at >= 0:
        behind = at + len(stem)
        behind += len(level) if text.startswith(level, behind) else 0
        if text.startswith((body[0], body[1]), behind) or text.startswith(body[1], behind + 1):
            return True
        at = text.find(stem, at + 1)
    return False


@lru_cache(maxsize=64)
def _parts(name: str) -> tuple[str, str, str] | None:
    """Region, its level and the rest of a name; None where it has no region, or is too long for a name."""
    parts = _REGION.match(name) if len(name) <= 40 else None
    return (parts[1], parts[2], parts[3]) if parts else None


#: A letter that is no Latin one: in a pattern for one unit alone, the ranges of Han would take longer to compile than to use.
_LETTER = r"[^\W\dA-Za-z_]"


@lru_cache(maxsize=64)
def _variants(name: str) -> re.Pattern[str] | None:
    """What the name looks like with a letter of its region or a conjunction wrong or left out; None for short names."""
    parts = _parts(name)
    if parts is None:
        return None
    stem, level, body = parts
    written = "[和与及、]?".join(re.escape(part) for part in re.split("[和与及、]", body))
    forms = [re.escape(stem) + level + written]
    if len(stem) >= 2:
        forms.append(re.escape(stem) + written)
    if len(body) >= 6:
        start = re.escape(stem) + level
        forms += [start + re.escape(body[:at]) + _LETTER + re.escape(body[at + 1 :]) for at in range(len(body) - 1)]
    return re.compile("|".join(forms))


@rule("T18", HINT, basis="I", each="document", judged=False)
def sentences_are_complete() -> Iterator[Hit]:
    """语句成分应完整

    如“减少到省进京越级访、到非接待场所的发生次数”，缺少中心词。语句是否完整只能由审核人员判断，本工具不作检查，不会报告。
    请审核人员通读绩效目标和保障措施时留意。
    """
    return iter(())


_INNER_BLANK = later(r"(?<=\S)\s+(?=\S)")


@rule(
    "T19",
    HINT,
    basis="I",
    each="document",
    needs=["projects"],
    bad={"projects.0.name": "怀财字〔2024〕7号 信访专项", "projects.1.name": "怀财字〔2024〕7号维稳经费"},
    good={"projects.0.name": "怀财字〔2024〕7号 信访专项", "projects.1.name": "怀财字〔2024〕7号 维稳经费"},
)
def names_are_spaced_alike(projects: list[Any], *, prefix: int = 4) -> Iterator[Hit]:
    """项目名称中的间隔应一致

    开头相同（不少于 prefix 字）的项目名称，有的在其后空格，有的不空，汇总和查找时会对不上。
    改法：统一写法，中文之间不空格。
    """
    names = {index: name.strip()[:200] for index, project in projects_of({"projects": projects})
             if isinstance(name := project.get("name"), str)}  # fmt: skip
    spaced: dict[str, list[int]] = {}
    for index, name in names.items():
        for match in _INNER_BLANK.finditer(name):
            before = "".join(name[: match.start()].split())
            if len(before) >= prefix:
                spaced.setdefault(before, []).append(index)
    told: set[int] = set()
    for other, name in names.items() if spaced else ():
        for before in _unspaced(name, prefix):
            for index in spaced.get(before, ()):
                if index != other and index not in told:
                    told.add(index)
                    message = f"项目名称“{shown(names[index])}”在“{shown(before[-8:])}”后有空格，“{shown(name)}”没有，请统一"
                    yield f"projects.{index}.name", message


def _unspaced(name: str, least: int) -> Iterator[str]:
    """The beginnings of a name, without blanks, after which it goes on without one."""
    bare = ""
    for char, following in pairwise(name):
        if not char.isspace():
            bare += char
            if len(bare) >= least and not following.isspace():
                yield bare
