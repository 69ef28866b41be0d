"""Group T, numbered lists: their numbers and how their items end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from xltargets.rules.language.prose import (
    Mark,
    items,
    listed,
    marks,
    shown,
    unmarked,
)
from xltargets.rules.registry import HINT, WARNING, Hit, rule

_TARGET = "projects.0.target"
#: Texts of a document: path, text.
Texts = Iterable[tuple[str, str]]
_ENDS = {";": "；", ",": "，", "!": "！", "?": "？", ".": "。", "．": "。"}
_CLOSERS = "”’）)》】〕"
_FINAL = "。！？…"
#: Items no longer than this are phrases, which need no stop.
_PHRASE = 10


@rule(
    "T02",
    HINT,
    basis="I",
    each="document",
    inputs=["@item", "@narratives"],
    bad={_TARGET: "1.2024年受理办理信访事项不少于1200件；2.按期办结率达到95%以上。3.信访群众满意度达到90%以上"},
    good={_TARGET: "1.2024年受理办理信访事项不少于1200件；2.按期办结率达到95%以上；3.信访群众满意度达到90%以上。"},
)
def list_items_end_alike(document: Mapping[str, Any], narratives: Texts) -> Iterator[Hit]:
    """分条表述的句末标点应一致，末条用句号

    各条末尾统一用分号或句号，最后一条用句号。只看分条（编号、分行或分格）的绩效目标和保障措施；不分条的和逐条都是短语的不算。
    改法：前面各条统一用“；”或“。”，最后一条用“。”。
    """
    department = document.get("department")
    for key in ("itemised_targets", "safeguards"):
        parts = listed(department, key) if isinstance(department, dict) else []
        if problem := _ends(unmarked(text) for _, text in parts):
            yield f"department.{key}", problem
    for path, text in narratives:
        if path.count(".") < 2 or path.startswith("projects."):
            body = unmarked(text)
            found = marks(body)
            if found and found[0].number == 1 and not body[: found[0].start].strip() and (problem := _ends(items(text))):
                yield path, problem


def _ends(parts: Iterable[str]) -> str:
    """What is wrong with the last characters of these items; empty when nothing is."""
    parts = [part.strip() for part in parts]
    ends = [_end(part) for part in parts]
    if not ends or (not any(ends) and all(len(part) <= _PHRASE for part in parts)):
        return ""
    before = sorted(set(ends[:-1]))
    if len(before) > 1:
        return f"各条句末标点不一致（{'、'.join(end or '无标点' for end in before)}），请统一，最后一条用“。”"
    if ends[-1] in _FINAL and ends[-1]:
        return ""
    last = f"是“{ends[-1]}”" if ends[-1] else "没有标点"
    return f"最后一条的句末{last}，应为“。”" if len(ends) > 1 else f"句末{last}，应为“。”"


def _end(text: str) -> str:
    """The mark that an item ends with; empty when it ends without."""
    text = text.rstrip()
    if text[-1:] and text[-1] in _CLOSERS and len(text) > 1 and _ENDS.get(text[-2], text[-2]) in _FINAL:
        text = text[:-1]
    last = _ENDS.get(text[-1:], text[-1:])
    return last if last and last in "。！？…；，、：" else ""


@rule(
    "T04",
    WARNING,
    basis="K6 R",
    each="document",
    inputs=["@item", "@narratives"],
    bad={_TARGET: "1.2024年受理办理信访事项不少于1200件；2.按期办结率达到95%以上；4.信访群众满意度达到90%以上。"},
    good={_TARGET: "1.2024年受理信访事项1200件，其中：（1）来信400件；（2）来访800件。2.按期办结率达到95%以上，一是规范办理，二是按期答复。"},
)
def list_numbers_go_on(document: Mapping[str, Any], narratives: Texts) -> Iterator[Hit]:
    """序号应连续，同一层次用同一种序号

    序号从1开始逐条加1，另起一组可以重新从1开始；不同层次可用不同的序号（一、（一）1.（1）一是），同一层次不得混用“1.”和“1、”。
    分格填写的分项目标和保障措施连起来看。
    改法：补上或改正断开的序号；“四是”之类混入的序号改为与本组一致。
    """
    department = document.get("department")
    for key in ("itemised_targets", "safeguards"):
        yield from _broken_over_cells(listed(department, key) if isinstance(department, dict) else [], key)
    for path, text in narratives:
        if path.startswith("projects.") or path == "department.overall_target":
            breaks = [problem for _, problem in _breaks(marks(unmarked(text)))]
            if breaks:
                yield path, "；".join(breaks[:3]) + "，请改正序号"


def _broken_over_cells(cells: list[tuple[int, str]], key: str) -> Iterator[Hit]:
    """The breaks of a list that goes on from cell to cell, one finding for each cell concerned."""
    starts, whole = [], ""
    for index, text in cells:
        starts.append((len(whole), index))
        whole += unmarked(text) + "\n"
    problems: dict[int, list[str]] = {}
    for mark, problem in _breaks(marks(whole)):
        index = max(start for start in starts if start[0] <= mark.start)[1]
        problems.setdefault(index, []).append(problem)
    for index, found in problems.items():
        yield f"department.{key}.{index}", "；".join(found[:3]) + "，请改正序号"


_FAMILIES = {"1.": "1、", "1、": "1."}


def _breaks(found: list[Mark]) -> Iterator[tuple[Mark, str]]:
    """The numbers that neither begin a list nor go on with one."""
    reached: dict[str, int] = {}
    for mark in found:
        before = reached.get(mark.style)
        family = _FAMILIES.get(mark.style, "")
        if mark.number != 1 and before != mark.number - 1:
            typed = shown(mark.typed)
            if reached.get(family) == mark.number - 1:
                yield mark, f"序号体例混用，前面用“{_like(family, mark.number - 1)}”，这里用“{typed}”"
            elif before is None:
                yield mark, f"“{typed}”之前没有“{_like(mark.style, mark.number - 1)}”"
            else:
                yield mark, f"序号不连续，“{_like(mark.style, before)}”之后是“{typed}”"
        reached[mark.style] = mark.number
        if family:
            reached.pop(family, None)


_HAN_DIGITS = "零一二三四五六七八九"


def _like(style: str, number: int) -> str:
    """How a number is written in a style: ``_like("一是", 3)`` is 三是."""
    if style == "①":
        return chr(ord("①") + number - 1)
    if "1" in style:
        return style.replace("1", str(number))
    tens, ones = divmod(number, 10)
    han = ("" if tens == 0 else "十" if tens == 1 else _HAN_DIGITS[tens] + "十") + (_HAN_DIGITS[ones] if ones else "")
    return style.replace("一", han or "零", 1)


@rule(
    "T05",
    HINT,
    basis="I",
    each="document",
    inputs=["@item", "@narratives"],
    bad={_TARGET: "1.2024年受理办理信访事项不少于1200件，信访群众满意度达到90%以上。"},
    good={_TARGET: "1.2024年受理办理信访事项不少于1200件。\n2.信访群众满意度达到90%以上。"},
)
def one_item_needs_no_number(document: Mapping[str, Any], narratives: Texts) -> Iterator[Hit]:
    """只有一条的不必编号

    只有一条内容却编了“1.”，或是漏了后面各条，或是多余的编号。
    改法：只有一条的删去序号；漏写的补上。
    """
    department = document.get("department")
    for key in ("itemised_targets", "safeguards"):
        cells = listed(department, key) if isinstance(department, dict) else []
        if len(cells) == 1 and (typed := _lone(cells[0][1])):
            yield f"department.{key}.{cells[0][0]}", f"只有一条却编了序号“{typed}”，请删去序号，或补上其余各条"
    for path, text in narratives:
        if (path.startswith("projects.") or path == "department.overall_target") and (typed := _lone(text)):
            yield path, f"只有一条却编了序号“{typed}”，请删去序号，或补上其余各条"


def _lone(text: str) -> str:
    """The number before a text that has no other of its level; empty when there is none."""
    body = unmarked(text)
    found = marks(body)
    if not found or found[0].number != 1 or body[: found[0].start].strip():
        return ""
    if any(mark.style == found[0].style or mark.number > 1 and mark.style in _SAME_LEVEL for mark in found[1:]):
        return ""
    return shown(found[0].typed.strip())


#: A first item numbered otherwise than the second is a matter of T04.
_SAME_LEVEL = frozenset({"1.", "1、"})
