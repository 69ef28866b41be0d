"""Group M, second part: amounts that running text speaks of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from xltargets.rules.language.wording import MONEY_FACTOR, amount, in_wan, quoted
from xltargets.rules.registry import ERROR, HINT, WARNING, Hit, rule
from xltargets.values.patterns import later

#: Longer texts are read no further.
_READ = 5000

_AMOUNT = later(r"(?<![\d.,])(\d{1,12}(?:,\d{3}){0,4}(?:\.\d{1,6})?)\s{0,3}(亿元|亿|万元|万(?!人|户|次|件|亩|吨|名|平|公|册|元|个|台|套|米|株)|千元|元)")
_CLAUSE = later(r"[，,。；;！？\n]")
_SENTENCE = later(r"[。；;！？\n]")
_FULL_STOP = later(r"[。！？]")
#: 预算资金90万元。其中：… goes on with what was said.
_GOES_ON = later(r"[。；;]\s{0,4}(?=其中[:：，,]?)")
_BRACKETS = later(r"[（(][^（）()]{0,200}[）)]")

#: What makes an amount one of years gone by.
_PAST = later(r"累计|往年|以前年度|上年|上一年|去年|历年|截至|截止|已投入|已安排|已完成投资|已支付|前期投入|上期")
#: What makes an amount a price, a limit or an estimate, which no table repeats.
_OTHER = later(r"每|人均|户均|平均|均|标准|单价|约|左右|以上|以下|以内|不超过|不低于|不少于|超过|至少|节约|节省|增收|收入|损失|产值|挽回|控制")
#: What makes an amount that of the whole project this year.
_OF_THE_PROJECT = later(
    r"(?:(?:本项目|该项目|项目|本年度?|年度|当年|全年|20\d\d年度?)(?:总)?(?:预算|资金|经费|投资)|预算(?:数|总额|资金|金额|安排|经费)|"
    r"资金总额|项目总额|安排(?:财政|预算|专项)?资金|申请(?:财政|预算|专项)?资金|所需资金|需要?资金|申报(?:预算|资金|金额)|"
    r"(?:本项目|该项目|项目)(?:共|总)?(?:需|计划|拟)?(?:投入|支出|安排))"
    r"(?:总额|金额|总计|共计|合计|共|为|是|数|计|安排|[:：\s])*$"
)
#: What makes an amount that of more than the project.
_OF_ALL_YEARS = later(r"总投资|投资总额|项目总额|总预算|总概算|概算|总造价|合同")
_WIDER = later(r"中央|省级|省财政|市级|市财政|县级|县财政|区级|镇级|上级|本级|地方|自筹|配套|贷款|债券|社会资本|争取|部门|单位|全县|全市|全省|各项目|[两二三四五六七八九十]年|多年|跨年|年均|20\d\d\s?(?:年)?\s?[-—－~～至]\s?20\d\d")


class _Said(NamedTuple):
    """An amount in 万元 and the words before and after it in its clause."""

    value: Decimal
    start: int
    before: str
    after: str
    raw: str


def _amounts(text: str) -> Sequence[_Said]:
    """The amounts of a text, each with its clause."""
    return _remembered(text) if len(text) <= _REMEMBERED else _amounts_of(text[:_READ])


#: Three rules ask for the same texts; longer ones are read anew rather than kept.
_REMEMBERED = 2000


@lru_cache(maxsize=256)
def _remembered(text: str) -> tuple[_Said, ...]:
    return tuple(_amounts_of(text)) if _MONEY_WORD.search(text) else ()


_MONEY_WORD = later("[元万亿]")


def _most_amounts(text: str) -> int:
    """How many amounts of money a text may have: its units of money."""
    units = text.count("元")
    for scale in "万亿":
        units += text.count(scale) - text.count(scale + "元")
    return units


def _amounts_of(text: str) -> list[_Said]:
    bounds = [0, *(match.end() for match in _CLAUSE.finditer(text)), len(text) + 1]
    found, clause = [], 0
    for match in _AMOUNT.finditer(text):
        while bounds[clause + 1] <= match.start():
            clause += 1
        value = Decimal(match[1].replace(",", "")) * MONEY_FACTOR[match[2].removesuffix("元") + "元"] / MONEY_FACTOR["万元"]
        before = text[max(bounds[clause], match.start() - 100) : match.start()]
        after = text[match.end() : min(bounds[clause + 1], match.end() + 20)]
        found.append(_Said(value, match.start(), before, after, match[0]))
    return found


@rule(
    "M04", WARNING, basis="R", needs=["budget.total"], maybe=["purpose", "target"], inputs=["@money"],
    follows=["F10", "F11", "F12", "M01", "X03", "X05"],
    bad={"purpose": "项目资金120.5万元，其中：办公费20万元，差旅费30.5万元，劳务费60万元。"},
    good={"purpose": "项目资金120.5万元，其中：办公费20万元，差旅费40.5万元，劳务费60万元（每人2000元）。"},
)  # fmt: skip
def parts_in_text_add_up(
    total: Decimal, purpose: str | None, target: str | None, unit: str, *, eps: Decimal = Decimal("0.01")
) -> Iterator[Hit]:
    """文字中所列各项金额之和应等于总额

    同一句话里“其中”（或金额后的冒号）后面列了两项以上金额的，合计应等于前面所述的总额；前面没有总额的，应等于预算数。
    先列各项、后写“合计×万元”的，也应相等；资金用途只列了三项以上金额的，合计应等于预算数。列举以“等”
    结尾、说明只列主要部分的，合计不应超过总额。“其余”另有安排的也是。括号里的金额、单价和约数不计。各项的小数位数比总额少、
    只差在四舍五入的，只提示。
    改法：核对各项金额，改正文字或补上漏列的部分。
    """
    for path, text in (("purpose", purpose), ("target", target)):
        if text is None or _most_amounts(text) < 2:
            continue
        for sentence in _lists_joined(text[:_READ]):
            found = _parts(sentence, whole=path == "purpose" and text.count("元") == sentence.count("元"))
            if found is None:
                continue
            stated, parts, open_ended = found
            whole = in_wan(total, unit) if stated is None else stated
            together = sum(parts, Decimal(0))
            if together - whole > eps or (not open_ended and whole - together > eps):
                said = "预算数" if stated is None else "所述总额"
                hit = path, f"所列各项合计{amount(together)}，{said}{amount(whole)}，请核对各项金额"
                yield (*hit, HINT) if _is_rounding(whole, parts) else hit


def _is_rounding(whole: Decimal, parts: Sequence[Decimal]) -> bool:
    """Whether parts of one decimal differ from a whole of two no more than they are rounded (85.5 + 75.3 for 160.77)."""
    digits = [-int(part.as_tuple().exponent) for part in parts]
    finest = max(digits)
    if not 0 < finest < -int(whole.as_tuple().exponent):
        return False
    return abs(sum(parts, -whole)) <= Decimal(len(parts)) * Decimal(5).scaleb(-finest - 1)


def _lists_joined(text: str) -> Iterator[str]:
    """The sentences, those that go on with a list (其中：30万元用于甲；30万元用于乙) joined to the one that begins it."""
    for passage in _FULL_STOP.split(_GOES_ON.sub("，", text)):
        joined = ""
        for sentence in _SENTENCE.split(passage):
            _, word, tail = joined.partition("其中")
            goes_on = word and "其中" not in sentence and len(_amounts(sentence)) == 1
            if goes_on and len(_amounts(tail)) == tail.count("\n") + 1:
                joined += "\n" + sentence
            else:
                yield joined
                joined = sentence
        yield joined


#: What leads from parts to their sum.
_TOGETHER = later("(?:合计|共计|总计|合共)(?:资金|金额|经费)?为?$")


def _parts(sentence: str, *, whole: bool) -> tuple[Decimal | None, list[Decimal], bool] | None:
    """Of a sentence with one 其中: the amount before it, those after it, and whether the list is open-ended.

    So too where the amount ends in a colon (资金30万元：办公费10万元 …) or stands behind the parts (…，合计30万元), or where
    all that the text says of money (``whole``) is a list of three parts and more.
    """
    if _most_amounts(sentence) < 2:
        return None
    plain = _BRACKETS.sub("", sentence)
    if plain.count("其中") > 1:
        return None
    said = _amounts(plain)
    if "其中" not in plain and len(said) > 2 and _TOGETHER.search(said[-1].before):
        head, tail, before, after = "", plain[: said[-1].start], said[-1:], said[:-1]
    else:
        head, word, tail = plain.partition("其中" if "其中" in plain else "：" if "：" in plain else ":")
        before, after = _amounts(head), _amounts(tail)
        if not word and whole and len(said) > 2 and not any(words.search(plain) for words in (_YEAR, _OF_ALL_YEARS, _WIDER)):
            tail, before, after = plain, [], said
        elif not word or (word != "其中" and not (before and head.endswith(before[-1].raw))):
            return None
    if len(after) < 2 or any(_is_no_part(one) for one in after):
        return None
    stated = next((one.value for one in reversed(before) if not _is_no_part(one)), None)
    open_ended = any(word in tail for word in ("等", "主要", "重点", "其余", "剩余", "其他资金"))
    return stated, [one.value for one in after], open_ended


def _is_no_part(one: _Said) -> bool:
    words = (_OTHER, _PAST, _TOGETHER)
    return one.after.startswith(("/", "每", "以上", "以下", "以内", "左右", "的")) or any(pattern.search(one.before) for pattern in words)


@rule(
    "M07", WARNING, basis="O", needs=["purpose"], maybe=["target", "unit.year"],
    bad={"purpose": "该项目自2020年实施以来累计投入300万元，用于信访积案化解。"},
    good={"purpose": "该项目自2020年实施以来累计投入300万元，本年安排120.5万元用于信访积案化解。"},
)  # fmt: skip
def this_year_s_amount_is_given(purpose: str, target: str | None, year: int | None) -> Iterator[Hit]:
    """文字中应写明本年安排的金额

    资金用途里写到的金额都是累计、往年、上年等以前年度的，没有一个是本年的。没有写金额的不检查。
    改法：补写本年安排的金额。
    """
    said = [*_amounts(purpose), *(_amounts(target) if target else ())]
    past = [one for one in said if _PAST.search(one.before) or _of_an_earlier_year(one.before, year)]
    if said and len(past) == len(said):
        yield "purpose", f"文字中的金额（{past[0].raw}）都是以前年度的，没有本年安排的金额，请补写"


_YEAR = later(r"(20\d\d)\s?年")


def _of_an_earlier_year(before: str, year: int | None) -> bool:
    years = [int(found) for found in _YEAR.findall(before)]
    return year is not None and bool(years) and max(years) < year and "以来" not in before


@rule(
    "M08", ERROR, basis="O", needs=["budget.total"], maybe=["purpose", "target", "unit.year"], inputs=["@item", "@money"],
    follows=["F11", "F12", "X03", "X05"],
    bad={"purpose": "本项目预算为125万元，用于信访积案化解。"},
    good={"purpose": "本项目预算为1205000元，其中每件补助不超过1000元。"},
)  # fmt: skip
def amounts_in_text_are_those_of_the_table(
    total: Decimal, purpose: str | None, target: str | None, year: int | None, project: Mapping[str, Any], unit: str,
    *, eps: Decimal = Decimal("0.01"),
) -> Iterator[Hit]:  # fmt: skip
    """文字中的预算金额应与表内金额一致

    资金用途、绩效目标里说到本项目预算、资金总额、安排资金等的金额，换算后应等于预算数（或表内的财政资金、其他资金、
    资金来源、项目总额、支出明细之一），或相加等于其中之一。项目总投资可以大于预算数；单价、约数、以前年度、部门合计、
    各级分别安排的资金和“其中”以后的金额不检查。
    改法：以批复的预算数为准，改正文字或表内的金额。
    """
    known: list[Decimal] | None = None
    for path, text in (("purpose", purpose), ("target", target)):
        every = _amounts(text) if text else []
        said = [one for one in every if _speaks_of_the_project(one, text or "", year, alone=len(every) == 1)]
        if not said:
            continue
        if known is None:
            known = [in_wan(value, unit) for value in _numbers(project.get("budget"))]
        wrong = [one for one in said if not _known(one.value, known, eps) and not _is_wider(one, in_wan(total, unit), alone=len(every) == 1)]
        together = sum(dict.fromkeys(one.value for one in wrong), Decimal(0))
        if wrong and not _known(together, known, eps):
            one = wrong[0]
            named = f"{quoted((one.before + one.raw)[-20:])}折合{amount(one.value)}"
            yield path, f"文字中{named}，与预算数{amount(in_wan(total, unit))}不一致，请核对"


def _known(value: Decimal, known: list[Decimal], eps: Decimal) -> bool:
    return any(abs(value - one) <= eps for one in known)


def _is_wider(one: _Said, total: Decimal, *, alone: bool) -> bool:
    """Whether it is the investment of all years, of which this year's budget is a part; no budget that is the one amount."""
    found = _OF_ALL_YEARS.search(one.before) if one.value > total else None
    return found is not None and not (alone and found[0] == "总预算")


#: The one amount of a text, with no more before it in its clause: 预算30万元，用于……
_BARE = later(r"^\s{0,5}(?:项目|本年|20\d\d年度?)?(?:资金|预算|经费|财政拨款|财政资金|投入|投入资金)(?:共|共计|合计|总计|为)?$")


def _speaks_of_the_project(one: _Said, text: str, year: int | None, *, alone: bool) -> bool:
    before = one.before
    if _of_an_earlier_year(before, year):
        return False
    if alone and _BARE.search(before) and not one.after.startswith(("/", "每", "左右", "以上", "以内", "以下")):
        return True
    if not _OF_THE_PROJECT.search(before) or one.after.startswith(("/", "每", "左右", "以上", "以内", "以下")):
        return False
    start = max(text.rfind(mark, 0, one.start) for mark in "。；;\n") + 1
    sentence = text[start : one.start][-200:]
    return "其中" not in sentence and not any(words.search(before) for words in (_PAST, _OTHER, _WIDER))


def _numbers(node: Any) -> Iterator[Decimal]:
    if isinstance(node, (int, Decimal)) and not isinstance(node, bool):
        yield Decimal(node)
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _numbers(child)
