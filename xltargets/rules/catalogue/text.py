"""Group T, the characters and words of a single text: blanks, punctuation, brackets, document numbers, misspellings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

from xltargets.rules.language.prose import HAN, TEXT_KINDS, around, kind_of, shown, some
from xltargets.rules.language.wordfinder import WordFinder
from xltargets.rules.language.wordlists import built, words
from xltargets.rules.registry import HINT, WARNING, Hit, rule
from xltargets.submission.form import Field
from xltargets.values.patterns import later

_TARGET = "projects.0.target"
NO_CODE = [kind for kind in TEXT_KINDS if kind != "code"]
#: All that strip() takes for blank.
_WHITE = "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
_BLANK = " \u00a0\u2000-\u200a\u202f\u205f\u3000\t"
_BLANKS = later(rf"\t|[{_BLANK}]{{2,}}")
#: The first line of a paragraph may be set in by two characters.
_INDENT = later(r"(?m)^(?:\u3000{2}| {4})(?=[^\s])")


@rule(
    "T01",
    HINT,
    basis="P",
    each="text",
    kinds=NO_CODE,
    signs=_WHITE,
    bad={_TARGET: "2024年受理办理信访事项不少于1200件，信访群众满意度达到90%以上。\t\t"},
    good={_TARGET: "　　2024年受理办理信访事项不少于1200件，\n　　信访群众满意度达到90%以上。"},
)
def no_stray_blanks(text: str, field: Field) -> Iterable[Hit]:
    """文字首尾不得有空白，中间不得有制表符和连续空格

    多余的空白会造成名称对不上、排版错乱。段首空两字、换行不算；编码中的空格由 F06 检查。可自动修复。
    改法：删去首尾空白和制表符；字间的连续空格删去或改为换行。
    """
    if text == text.strip() and not _BLANKS.search(text):
        return ()
    body = _INDENT.sub("", text)
    inner = body.strip()
    kinds = [
        ("首部有空白", body != body.lstrip()),
        ("末尾有空白", body != body.rstrip()),
        ("含有制表符", "\t" in body),
        ("中间有连续空格", bool(_BLANKS.search(inner.replace("\t", "")))),
    ]
    found = "、".join(name for name, there in kinds if there)
    if not found:
        return ()
    return [("", f"{found}，应为“{shown(_BLANKS.sub('', inner), 60)}”，请删去多余的空白")]


_FULL_WIDTH = str.maketrans(",;:?!()", "，；：？！（）")
_HALF = later(r"[,;:?!]")
_HALF_BRACKETS = later(r"\(([^()\n]{1,100})\)")
_HAN = later(f"[{HAN}]")
_HAN_END = later(f"[{HAN}”’》〉）】〕]")


@rule(
    "T03",
    HINT,
    basis="K6",
    each="text",
    kinds=["prose"],
    signs=",;:?!(",
    bad={_TARGET: "2024年受理办理信访事项不少于1200件,信访群众满意度达到90%以上;及时答复(含网上答复)。"},
    good={_TARGET: "2024年受理办理信访事项不少于1,200件，按3:1配备人员，信访系统(V2.0)运行正常。"},
)
def punctuation_is_chinese(text: str, field: Field) -> Iterable[Hit]:
    """中文里应使用全角标点

    只看汉字前后的逗号、分号、冒号、问号、叹号和括号；数字、英文、网址中的半角标点不算。可自动修复。
    改法：把半角标点改为全角标点，如“,”改为“，”，“( )”改为“（ ）”。
    """
    places = [*_half_marks(text), *_half_brackets(text)]
    if not places:
        return ()
    places.sort()
    changes = [f"{around(text, start, end, 2)}→{around(text, start, end, 2).translate(_FULL_WIDTH)}"
               for start, end in places[:3]]
    return [("", f"半角标点{len(places)}处，应改为全角：{some(changes)}")]


def _half_marks(text: str) -> Iterator[tuple[int, int]]:
    for match in _HALF.finditer(text):
        start, end = match.span()
        before, after = text[start - 1 : start], text[end : end + 1]
        if match.group() == "!" and text.startswith("错误!未", start - 2):
            continue  # Word's own message, a matter of T10
        if _HAN_END.match(before) or (match.group() in ",;" and _HAN.match(after) and before.isalnum() | (before == "%")):
            yield start, end


def _half_brackets(text: str) -> Iterator[tuple[int, int]]:
    for match in _HALF_BRACKETS.finditer(text) if "(" in text else ():
        start, end = match.span()
        before, after = text[start - 1 : start] if start else "", text[end : end + 1]
        if _HAN.search(match[1]) and (not before or before.isspace() or _HAN_END.match(before) or _HAN.match(after)):
            yield start, end


_OPEN, _CLOSE = r"\[【（(［｛{〈<《﹝〔", r"\]】）)］｝}〉>》﹞〕"
_YEAR_IN_BRACKETS = later(
    rf"([{_OPEN}])\s{{0,2}}((?:19|20)[0-9]{{2}})\s{{0,2}}年?\s{{0,2}}([{_CLOSE}])\s{{0,2}}第?\s{{0,2}}([0-9]{{1,5}})\s{{0,2}}号(?![楼院线库井机])"
)
_DOCUMENT_NUMBER = later(
    rf"(?<=[{HAN}])\s{{0,2}}[{_OPEN}]\s{{0,2}}([0-9]{{4}}|[0-9]{{2}})\s{{0,2}}(年?)\s{{0,2}}[{_CLOSE}]"
    r"\s{0,2}(第?)\s{0,2}([0-9]{1,5})\s{0,2}号(?![楼院线库井机令])"
)
_NUMBERED_BY_DI = later(r"(?:公告|通告|令)\s{0,2}$")


@rule(
    "T06",
    HINT,
    basis="K6 P",
    each="text",
    kinds=NO_CODE,
    signs="号",
    bad={"projects.0.purpose": "根据怀财字【2024】7号文件，用于受理办理群众信访事项所需的办公费、差旅费和劳务费。"},
    good={"projects.0.purpose": "根据怀财字〔2024〕7号文件，用于支付（2024）3号楼信访接待场所的办公费、差旅费和劳务费。"},
)
def document_numbers_have_their_brackets(text: str, field: Field) -> Iterable[Hit]:
    """发文字号的年份应加六角括号〔〕

    GB/T 9704—2012 规定发文字号的年份用六角括号括入。【2024】、[2024]、（2024）都不对；有的系统保存时会自动改成【】。可自动修复。
    改法：改为六角括号，如“怀财字〔2024〕7号”。
    """
    wrong = [match for match in _YEAR_IN_BRACKETS.finditer(text) if match[1] != "〔" or match[3] != "〕"]
    if not wrong:
        return ()
    changes = (f"{shown(match.group())}→〔{match[2]}〕{match[4]}号" for match in wrong)
    return [("", f"发文字号的年份应用六角括号：{some(changes)}")]


@rule(
    "T07",
    HINT,
    basis="K6",
    each="text",
    kinds=NO_CODE,
    signs="号",
    bad={"projects.0.indicators.0.basis": "财预〔2015〕第088号"},
    good={"projects.0.indicators.0.basis": "财预〔2015〕88号、财政部公告（2024）第7号"},
)
def document_numbers_are_well_formed(text: str, field: Field) -> Iterable[Hit]:
    """发文字号应写全称年份，序号不编虚位、不加“第”字

    GB/T 9704—2012：年份标全称，发文顺序号不加“第”字，不编虚位（1 不编为 01）。公告、令的“第×号”不算。
    改法：改为规范的形式，如“财预〔2015〕88号”。
    """
    wrong = [change for match in _DOCUMENT_NUMBER.finditer(text) if (change := _well_formed(match, text))]
    return [("", f"发文字号不规范：{some(wrong)}")] if wrong else ()


def _well_formed(match: re.Match[str], text: str) -> str:
    """``as typed→as it should be``; empty when nothing is wrong."""
    year, _, ordinal, number = match.groups()
    if ordinal and _NUMBERED_BY_DI.search(text[max(0, match.start() - 6) : match.start()]):
        return ""
    if len(year) == 2 and match.group().strip()[0] in "（(<《〈{｛":
        return ""
    if len(year) == 4 and not match[2] and not ordinal and number[0] != "0":
        return ""
    return f"{shown(match.group().strip())}→〔{year if len(year) == 4 else '20' + year}〕{number.lstrip('0') or '0'}号"


_PAIRS = {"“": "”", "‘": "’", "《": "》", "〈": "〉", "（": "）", "(": ")", "［": "］", "[": "]", "【": "】", "〔": "〕",
          "{": "}", "｛": "｝", "「": "」", "『": "』"}  # fmt: skip
_ALIKE = {"(": "（", "[": "［", "{": "｛", ")": "）", "]": "］", "}": "｝"}
_CLASS = {char: _ALIKE.get(opener, opener) for opener, closer in _PAIRS.items() for char in (opener, closer)}
_QUOTES = later(r"[“”‘’《》〈〉（）()［］\[\]【】〔〕{}｛｝「」『』]")
_NUMBER_BEFORE = later(r"(?:^|[^0-9０-９])[0-9０-９]{1,2}$|[一二三四五六七八九十①-⑳]$|(?:^|[^A-Za-z])[A-Za-z]$")


@rule(
    "T08",
    WARNING,
    basis="I",
    each="text",
    kinds=NO_CODE,
    signs="".join(_CLASS),
    bad={_TARGET: "2024年受理办理信访事项不少于1200件，打造“阳光信访，信访群众满意度达到90%以上。"},
    good={_TARGET: "2024年打造“阳光信访”：1）受理办理信访事项（含网上件)不少于1200件；2）群众满意度达到90%以上。"},
)
def quotes_and_brackets_are_paired(text: str, field: Field) -> Iterable[Hit]:
    """引号、书名号、括号应成对

    前后各一个、不交叉才算成对；半角括号与全角括号配成一对时不重复提示。“1）”这样的序号不算。指标值里的》《由 V18 检查。
    改法：补上或删去多出的一半；两个都是前引号的，把后一个改为后引号。
    """
    if "号" in text:
        text = _YEAR_IN_BRACKETS.sub(lambda match: " " * len(match.group()), text)
    skipped = "《》〈〉" if kind_of(field) == "value" else ""
    places = _unpaired(text, skipped)
    if not places:
        return ()
    marks = (f"{text[place]}（在「{around(text, place, place + 1, 5)}」处）" for place in places[:3])
    more = f"等{len(places)}处" if len(places) > 3 else ""
    return [("", f"引号、书名号或括号不配对：{'、'.join(marks)}{more}，请补上或删去")]


def _unpaired(text: str, skipped: str) -> list[int]:
    """Where quotes and brackets stand that have no counterpart; each is put on the stack and taken off once."""
    stack: list[tuple[str, int]] = []
    open_now: dict[str, int] = {}
    wrong = []
    for match in _QUOTES.finditer(text):
        char, place = match.group(), match.start()
        if char in skipped:
            continue
        kind = _CLASS[char]
        if char in _PAIRS:
            stack.append((kind, place))
            open_now[kind] = open_now.get(kind, 0) + 1
        elif open_now.get(kind):
            while stack[-1][0] != kind:
                crossed, at = stack.pop()
                open_now[crossed] -= 1
                wrong.append(at)
            stack.pop()
            open_now[kind] -= 1
        elif not _stands_alone(char, text[max(0, place - 3) : place]):
            wrong.append(place)
    return sorted(wrong + [at for _, at in stack])


def _stands_alone(char: str, before: str) -> bool:
    """Whether a closing mark needs no opening one: ``1）`` and the apostrophe."""
    if char == "’":
        return before[-1:].isascii() and before[-1:].isalpha()
    return char in ")）" and _NUMBER_BEFORE.search(before) is not None


@built
def _typos() -> tuple[WordFinder, dict[str, Mapping[str, Any]]]:
    entries = {entry["wrong"]: entry for entry in words("typos")["typo"]}
    return WordFinder(entries), entries


@rule(
    "T09",
    WARNING,
    basis="I R",
    each="text",
    kinds=["prose", "value"],
    bad={_TARGET: "2024年建立建全信访工作机制，受理办理信访事项不少于1200件，群众满意度达到90%以上。"},
    good={_TARGET: "2024年由三个部分负责人牵头，受理办理信访事项不少于1200件，年末完成率达到95%以上。"},
)
def no_common_misspellings(text: str, field: Field) -> Iterable[Hit]:
    """不得有常见错别字，固定提法应准确

    对照词表（data/typos.toml）检查，如“建立建全”应为“建立健全”、“拔付”应为“拨付”、“综合协调、部分负责”应为“部门负责”。
    词表只收不会另作他解的写法，并列出例外（如“年末完成”不是“未完成”之误）。
    改法：改为提示的写法。
    """
    finder, entries = _typos()
    found: dict[str, str] = {}
    for start, wrong in finder.find(text):
        if _is_wrong(entries[wrong], text, start):
            found[wrong] = entries[wrong]["right"]
    if not found:
        return ()
    changes = "，".join(f"“{wrong}”应为“{right}”" for wrong, right in list(found.items())[:5])
    return [("", f"疑似错别字或提法不准：{changes}，请核对")]


def _is_wrong(entry: Mapping[str, Any], text: str, start: int) -> bool:
    wrong = entry["wrong"]
    for longer in entry.get("unless", ()):
        at = start - longer.index(wrong)
        if at >= 0 and text.startswith(longer, at):
            return False
    near = entry.get("near")
    return not near or any(word in text[max(0, start - 30) : start + 30] for word in near)


#: Characters that nobody types: controls, zero-width ones, halves of surrogate pairs.
_UNSEEN = "".join(
    map(chr, chain(range(9), (11, 12), range(14, 32), range(0x7F, 0xA0), (0xAD,), range(0x200B, 0x2010), range(0x2028, 0x202F),
                   range(0x2060, 0x2070), (0xFEFF,), range(0xFFF9, 0x10000), range(0xD800, 0xE000)))
)  # fmt: skip
_RESIDUE = later(
    r"\[bookmark:[^\]\n]{0,200}\]"
    r"|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff\ud800-\udfff]"
    r"|_x[0-9A-Fa-f]{4}_|&(?:nbsp|amp|lt|gt|quot|ldquo|rdquo|#[0-9]{1,6});"
    r"|</?(?:br|p|div|span|font|td|tr|table|strong|img)(?:\s[^<>]{0,100})?/?>"
    r"|错误[!！]\s{0,2}未(?:找到引用源|定义书签)|Error! (?:Reference source not found|Bookmark not defined)"
    r"|MERGEFIELD |PAGEREF _|HYPERLINK \"|FORMTEXT "
)


@rule(
    "T10",
    WARNING,
    basis="S",
    each="text",
    kinds=NO_CODE,
    signs="[_&<错EMPHF" + _UNSEEN,
    bad={_TARGET: "[bookmark: _GoBack]2024年受理办理信访事项不少于\u200b1200件，信访群众满意度达到90%以上。"},
    good={_TARGET: "2024年受理办理信访事项不少于1200件，\n信访群众满意度达到90%以上[见附件]。"},
)
def no_residue_of_conversion(text: str, field: Field) -> Iterable[Hit]:
    """不得残留书签、控制字符等转换痕迹

    从 Word、网页复制或转换时会带入 [bookmark: …]、零宽字符、控制字符、&nbsp;、HTML 标签等。编码中的由 F06 检查。可自动修复。
    改法：删去这些字符；从 Word 复制时选“只保留文本”。
    """
    if text.isalnum():
        return ()
    found = [match.group() for match in _RESIDUE.finditer(text)]
    if not found:
        return ()
    rest = _RESIDUE.sub("", text).strip()
    return [("", f"有转换残留{some(map(_visible, found))}，请删去，删去后为“{shown(rest, 40)}”")]


def _visible(residue: str) -> str:
    return f"U+{ord(residue):04X}" if len(residue) == 1 else shown(residue, 36)


#: Not further than this: nobody reads findings beyond, and a finding is for a reader.
_FAR = 20_000
_TWICE = later(rf"(?P<phrase>[{HAN}0-9A-Za-z%]{{2,8}})(?P=phrase)|(?P<mark>[，、；：])(?P=mark)|(?<!。)。。(?!。)|的的(?!确)")


@rule(
    "T11",
    HINT,
    basis="O",
    each="text",
    kinds=["prose"],
    bad={"projects.0.purpose": "用于受理办理群众信访事项事项、聘请法律援助律师所需的办公费、差旅费和劳务费。"},
    good={"projects.0.purpose": "用于一户一户走访、研究研究疑难信访事项，编制绩效指标指标值说明所需的办公费和劳务费。"},
)
def nothing_is_said_twice(text: str, field: Field) -> Iterable[Hit]:
    """不得有重复的词语或标点

    同样的词语或标点连写两次，多为复制或录入的差错；不看标题和依据。“一户一户”“指标指标值”等正常的写法（data/repeated.toml）不算；
    重复的单位由 T20 检查。
    改法：删去重复的部分。
    """
    if len(set(text)) == len(text) or field.path[-1] in ("title", "basis"):
        return ()
    found = [match.group() for match in _TWICE.finditer(text, 0, _FAR) if not _may_repeat(match, text)]
    return [("", f"疑似重复：{some(map(shown, found))}，请核对并删去多余的部分")] if found else ()


@built
def _repeated() -> tuple[str, ...]:
    return tuple(entry["text"] for entry in words("repeated")["repeated"])


def _may_repeat(match: re.Match[str], text: str) -> bool:
    phrase = match["phrase"]
    if phrase is None:
        return False
    if not _HAN.search(phrase) or phrase[0] in "一几" or _SAME_UNIT.search(match.group()) or len(set(phrase)) == 1:
        return True
    start, end = match.span()
    near = text[max(0, start - 8) : end + 8]
    return any(known in near for known in _repeated())


_DOUBLED = ("万元", "亿元", "千元", "平方米", "立方米", "公里", "人次", "小时", "分钟", "工作日", "百分点", "万人", "个月", "‰")
_SAME_UNIT = later(
    "|".join(2 * unit for unit in _DOUBLED)
    + r"|元元(?!旦)|%\s?[%％（(]|％\s?[%％（(]"
)
#: What is looked for first, being found faster: the end of a unit before its beginning, and the sign that may have a
#: bracket behind it.
_MAY_BE_TWICE = later("[%％]|" + "|".join(unit[-1] + unit[0] for unit in (*_DOUBLED, "元")))
_BRACKETED_PERCENT = later("[（(][^%％]|[（(]$")


@rule(
    "T20",
    HINT,
    basis="I",
    each="text",
    kinds=["prose", "value"],
    signs="%％" + "".join(unit[-1] for unit in (*_DOUBLED, "元")),
    bad={"projects.0.indicators.4.value": "≥85%%"},
    good={_TARGET: "2024年受理办理信访事项不少于1200件，公共财政预算120.5万元，元旦前办结率达到95%以上。"},
)
def units_are_said_once(text: str, field: Field) -> Iterable[Hit]:
    """计量单位不得重复

    如“万元万元”“%%”“90%（%）”。数值列与单位列各写一次单位的，由 V11 检查。
    改法：删去重复的单位。
    """
    if not _MAY_BE_TWICE.search(text):
        return ()
    found = [around(text, *match.span(), 3) for match in _SAME_UNIT.finditer(text)
             if not _is_no_unit(match, text)]
    return [("", f"计量单位重复：{some(found)}，请删去重复的单位")] if found else ()


def _is_no_unit(match: re.Match[str], text: str) -> bool:
    """A note in brackets after %, and 元 as the end of one word and the beginning of another (单元元件)."""
    start, end = match.span()
    if match.group() == "元元":
        return text[max(0, start - 1) : start] not in tuple("0123456789０１２３４５６７８９百千万亿")
    return _BRACKETED_PERCENT.match(text[end - 1 : end + 1]) is not None


@built
def _sensitive() -> tuple[WordFinder, dict[str, str]]:
    entries = {entry["text"]: entry["instead"] for entry in words("sensitive")["word"]}
    return WordFinder(entries), entries


@rule(
    "T15",
    HINT,
    basis="I",
    each="text",
    on=False,
    kinds=["prose", "value"],
    bad={"projects.0.purpose": "以死看死守的精神做好重点人员稳控，用于差旅费和劳务费。"},
    good={"projects.0.purpose": "依法规范信访秩序，做好重点人员疏导化解，用于差旅费和劳务费。"},
)
def wording_is_fit_for_the_public(text: str, field: Field) -> Iterable[Hit]:
    """公开的绩效文本不宜有内部或敏感表述

    绩效目标随预算向社会公开，“死看死守”“非访”等内部用语不宜出现。默认不检查，需要时在配置中选用；词表见 data/sensitive.toml。
    改法：改为规范、中性的表述。
    """
    finder, entries = _sensitive()
    found = dict.fromkeys(word for _, word in finder.find(text))
    if not found:
        return ()
    changes = "，".join(f"“{word}”可改为“{entries[word]}”" for word in list(found)[:4])
    return [("", f"文本将向社会公开，表述宜斟酌：{changes}")]
