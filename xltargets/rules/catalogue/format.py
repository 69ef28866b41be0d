"""Group F, first part: project codes, unit codes and titles."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from xltargets.rules.formulas import length, own, stripped, typed
from xltargets.rules.language.prose import BOOKMARK
from xltargets.rules.language.wording import listed, quoted
from xltargets.rules.registry import ERROR, HINT, WARNING, Hit, rule
from xltargets.values.patterns import later

_CODE = later(r"\d{8}[A-Z][0-9A-Z]{12}", re.ASCII)
_LOOKALIKES = str.maketrans("OI", "01")
#: A code is no longer than this, whatever was done to it.
_LONGEST = 200


def repaired(code: str) -> str:
    """A code without what typing does to it: full-width and small letters, blanks, the letters O and I for 0 and 1.

    The ninth place is a letter by right and stays.
    """
    if _CODE.fullmatch(code) and "O" not in code[9:] and "I" not in code[9:]:
        return code
    folded = unicodedata.normalize("NFKC", code[:_LONGEST]).upper()
    text = "".join(char for char in folded if not char.isspace() and unicodedata.category(char) != "Cf")
    return text[:8].translate(_LOOKALIKES) + text[8:9] + text[9:].translate(_LOOKALIKES)


def sound(code: str) -> str | None:
    """The code as it was meant, None when it is no project code."""
    code = repaired(code)
    return code if _CODE.fullmatch(code) else None


def is_number_damage(code: str, raw: Mapping[str, object]) -> bool:
    """Whether a spreadsheet turned the code into a number."""
    return not isinstance(raw.get("code", ""), str) or "E+" in code[:_LONGEST].upper()


_DIGITS = "0123456789"
#: Digits, the letters that look like two of them, the other letters.
_ALPHABET = _DIGITS + "OI" + "ABCDEFGHJKLMNPQRSTUVWXYZ"
_DAMAGED = 'ISNUMBER(SEARCH("E+",project.code))'


def _all_digits(text: str, count: int) -> str:
    places = ",".join(map(str, range(1, count + 1)))
    return f'SUMPRODUCT(--ISNUMBER(FIND(MID({text},{{{places}}},1),"{_DIGITS}")))={count}'


def _in_place(text: str) -> str:
    """Whether each of 21 characters is of a kind that its place has: by its place in the alphabet, from … to …."""
    places, least, most = range(1, 22), [1] * 8 + [11] + [1] * 12, [12] * 8 + [36] * 13
    arrays = [",".join(map(str, numbers)) for numbers in (places, least, most)]
    found = f'FIND(MID({text},{{{arrays[0]}}},1),"{_ALPHABET}")'
    return f"IFERROR(SUMPRODUCT(({found}>={{{arrays[1]}}})*({found}<={{{arrays[2]}}})),0)=21"


#: What :func:`repaired` makes of the code, apart from O and I.
_TYPED = own(typed("project.code"))
_SOUND = own(f"AND(LEN({typed('project.code')})=21,{_in_place(typed('project.code'))})")
_LOSSLESS = "AND(project.code>=0,project.code<1E15,project.code=INT(project.code))"


def _if_sound(judgement: str) -> str:
    return f"IF({_SOUND},{judgement},TRUE)"


@rule(
    "F01", ERROR, basis="R", needs=["code"], inputs=["@raw"],
    formula=f"IF(ISNUMBER(project.code),NOT({_LOSSLESS}),"
            f"IF(OR({length('project.code')}=0,{_DAMAGED}),TRUE,{_SOUND}))",
    formula_message="项目编码应为21位：区划6位＋年份2位＋类别字母1位＋12位数字或字母",
    bad={"code": "13073024P00058510001"},
    good={"code": "13073024p0005851OOO16"},
)  # fmt: skip
def code_has_its_form(code: str, raw: Mapping[str, object]) -> Iterator[Hit]:
    """项目编码应为21位

    21位依次为：行政区划代码6位、立项年份2位、项目类别大写字母1位、12位数字或大写字母。最后一位不是校验码，不作校验。
    只是混入空格、全角、小写或字母 O、I 的由 F06 提示，被存成数值的由 F07 提示，这里不重复。
    改法：从预算系统重新复制项目编码。
    """
    if is_number_damage(code, raw) or sound(code):
        return
    found = repaired(code)
    what = f"有{len(found)}位" if len(found) != 21 else "各位的字母、数字不合规则"
    yield "code", f"项目编码{quoted(code)}{what}，应为21位：区划6位＋年份2位＋类别字母1位＋顺序号12位，请从预算系统重新复制"


def _as_digits(text: str) -> str:
    return f'SUBSTITUTE(SUBSTITUTE({text},"O",0),"I",1)'


_REGION = f'LEFT(IF(ISNUMBER(unit.region),TEXT(unit.region,"000000"),{stripped("unit.region")}),6)'
_OF_CODE = _as_digits(f"LEFT({_TYPED},6)")
_YEAR_OF_CODE = f"(2000+{_as_digits(f'MID({_TYPED},7,2)')})"


@rule(
    "F02", WARNING, basis="R", needs=["code"], maybe=["unit.region"],
    formula=_if_sound(
        f"IF(AND(LEN({_REGION})=6,{_all_digits(_REGION, 6)}),OR({_OF_CODE}={_REGION},{_OF_CODE}=LEFT({_REGION},4)&\"00\","
        f'{_OF_CODE}=LEFT({_REGION},2)&"0000",{_OF_CODE}="100000"),TRUE)'
    ),
    formula_message="项目编码前6位应是本地或上级的行政区划代码",
    bad={"code": "13063024P000585100016"},
    good={"code": "13070024P000585100016"},
)  # fmt: skip
def code_is_of_the_region(code: str, written: str | None, *, region: str = "") -> Iterator[Hit]:
    """项目编码的区划应为本地或上级

    编码前6位应是本单位所在地的行政区划代码，或其上级（市 130700、省 130000、中央 100000）的代码。没有填写行政区划代码、
    配置里也没有 region 的，不检查。
    改法：核对是否误用了别的县区的项目编码；行政区划代码填错的改区划。
    """
    own = (region or written or "").strip()[:6]
    meant = sound(code)
    if meant is None or not (len(own) == 6 and own.isascii() and own.isdigit()):
        return
    accepted = list(dict.fromkeys([own, f"{own[:4]}00", f"{own[:2]}0000", "100000"]))
    if meant[:6] not in accepted:
        yield "code", f"项目编码的区划是{meant[:6]}，本地及上级的区划是{listed(accepted)}，请核对项目编码"


@rule(
    "F03", WARNING, basis="R", needs=["code", "unit.year"],
    formula=_if_sound(
        f"IF(ISNUMBER(unit.year),IF(unit.year=INT(unit.year),AND({_YEAR_OF_CODE}<=unit.year,"
        f"unit.year-{_YEAR_OF_CODE}<=5),TRUE),TRUE)"
    ),
    formula_message="项目编码的年份应不晚于预算年度，也不早于它5年以上",
    bad={"code": "13073025P000585100016"},
    good={"code": "13073019P000585100016"},
)  # fmt: skip
def code_is_not_of_another_year(code: str, year: int, *, earliest: int = 5) -> Iterator[Hit]:
    """项目编码的年份不应晚于预算年度

    编码第7、8位是立项年份，可以早于预算年度，不会晚于它（晚于为警告）；早 earliest 年以上的，提示核对项目是否还在执行。
    改法：核对项目编码是否抄错，或预算年度是否填错。
    """
    meant = sound(code)
    if meant is None:
        return
    setup = 2000 + int(meant[6:8])
    if setup > year:
        yield "code", f"项目编码的立项年份是{setup}年，晚于预算年度{year}年，请核对项目编码和预算年度"
    elif year - setup > earliest:
        yield "code", f"项目编码的立项年份是{setup}年，早于预算年度{year}年超过{earliest}年，请核对项目是否仍在执行", HINT


@rule(
    "F04", HINT, basis="R", needs=["code"],
    formula=_if_sound(f'ISNUMBER(FIND(MID({_TYPED},9,1),"PRTYZ"))'),
    formula_message="项目编码第9位应为 P、R、T、Y 或 Z",
    bad={"code": "13073024A000585100016"},
    good={"code": "13073024T000585100016"},
)  # fmt: skip
def code_is_of_a_known_kind(code: str, *, letters: str | Sequence[str] = "PRTYZ") -> Iterator[Hit]:
    """项目编码的类别码应为本地使用的字母

    第9位是项目类别：河北用 P；四川等地用 R（人员类）、Y（运转类）、T（特定目标类），Z 是转移支付。本地使用哪些字母，
    在配置的 letters 里设定。
    改法：核对项目编码第9位是否抄错。
    """
    meant = sound(code)
    if meant is not None and meant[8] not in letters:
        yield "code", f"项目编码第9位的类别码是“{meant[8]}”，本地使用的是{listed(letters)}，请核对项目编码"


@rule("F05", HINT, basis="I", judged=False)
def last_character_is_not_judged() -> Iterator[Hit]:
    """项目编码末位校验

    不检查。用真实的项目编码试过一万多种校验算法，末位与已知的任何校验码都对不上，判断了反而误报；编号留作将来使用。
    改法：不需要修改。
    """
    return iter(())


@rule(
    "F06", ERROR, basis="R", needs=["code"], inputs=["@raw"],
    formula=f"IF(OR(NOT(ISTEXT(project.code)),{length('project.code')}=0,{_DAMAGED}),TRUE,AND(EXACT(project.code,{_TYPED}),"
            + ",".join(f'ISERROR(FIND("{letter}",REPLACE({_TYPED},9,1,"")))' for letter in "OI") + "))",
    formula_message="项目编码有空格、小写、全角字符或字母 O、I",
    bad={"code": "13073O24P000585100016"},
    good={"code": "13073024P00049610002Y"},
)  # fmt: skip
def code_has_no_lookalikes(code: str, raw: Mapping[str, object]) -> Iterator[Hit]:
    """项目编码不得含易混字符、空格、小写或全角字符

    字母 O、I 与数字 0、1 易混，编码的数字部分和顺序号里不用；小写字母、全角字符、空格和看不见的字符都会使编码对不上。
    改法：按提示改正，或从预算系统重新复制。
    """
    meant = repaired(code)
    if meant == code or is_number_damage(code, raw):
        return
    if len(code) > len(meant) and "".join(code.split()) == meant:
        what = "含有空格"
    elif code.upper() != code or unicodedata.normalize("NFKC", code) != code:
        what = "含有小写、全角字符或空格"
    else:
        what = "含有与数字0、1易混的字母O、I或看不见的字符"
    advice = f"应为{meant}" if _CODE.fullmatch(meant) else "请改正"
    yield "code", f"项目编码{quoted(code)}{what}，{advice}，请从预算系统重新复制"


@rule(
    "F07", ERROR, basis="I", needs=["code"], inputs=["@raw"],
    formula=f"IF(ISNUMBER(project.code),{_LOSSLESS},NOT({_DAMAGED}))",
    formula_message="项目编码被存成了数值，请把单元格设为文本后重新填写",
    bad={"code": 1.3073024e20},
    good={"code": "13073024E000585100016"},
)  # fmt: skip
def code_is_not_a_number(code: str, raw: Mapping[str, object]) -> Iterator[Hit]:
    """项目编码不得存成数值

    编码存成数值后只保留15位，后面的变成0，或显示成科学计数（1.31E+20），已经丢失的数字无法恢复。
    改法：把单元格设为文本格式，再从预算系统重新复制项目编码。
    """
    if is_number_damage(code, raw):
        yield "code", f"项目编码{quoted(code)}被存成了数值，有的数字已经丢失，请把单元格设为文本后重新填写"


_UNIT_CODE = later(r"\d{6}", re.ASCII)
_LABEL = later(r"[^\d:]{1,20}:\s{0,5}")
_UNIT_LINE = later(r"(\d{2,15})[\s\-—－–_:：]{0,5}(\S[\s\S]{0,100}|)", re.ASCII)


def unit_line(text: object) -> tuple[str, str] | None:
    """Code and name of 286001怀来县信访局 or 286001-怀来县信访局, a label before them left out."""
    if not isinstance(text, str):
        return None
    folded = unicodedata.normalize("NFKC", text[:_LONGEST]).strip()
    match = _UNIT_LINE.fullmatch(_LABEL.sub("", folded))
    return (match[1], "".join(match[2].split())) if match else None


@rule(
    "F08", ERROR, basis="R", each="document", maybe=["unit.code", "projects"],
    formula=f"IF({length('unit.code')}=0,TRUE,IF(ISNUMBER(unit.code),"
            "AND(unit.code>=0,unit.code<1000000,unit.code=INT(unit.code)),"
            f"AND(LEN(unit.code)=6,{_all_digits('unit.code', 6)})))",
    formula_message="单位编码应为6位数字，前3位为部门编码",
    bad={"unit.code": "28601"},
    good={"unit.code": "286002", "projects.0.unit": "286002怀来县信访局", "projects.1.unit": "286002怀来县信访局"},
)  # fmt: skip
def unit_code_has_its_form(code: str | None, projects: Sequence[Any] | None, *, department: str = "") -> Iterator[Hit]:
    """单位编码应为6位数字，前3位是部门编码

    项目表的单位一栏里写有编码的也检查：位数相同，前3位与本单位的部门编码（配置了 department 的，与配置）一致。
    改法：填写预算系统中的6位单位编码。
    """
    if code is not None and not _UNIT_CODE.fullmatch(code):
        yield "unit.code", f"单位编码{quoted(code)}不是6位数字，请填写预算系统中的6位单位编码"
        return
    prefix = department or (code or "")[:3]
    if code is not None and not code.startswith(prefix):
        yield "unit.code", f"单位编码{code}的前3位与部门编码{prefix}不一致，请核对"
    for index, project in enumerate(projects or ()):
        found = unit_line(project.get("unit")) if isinstance(project, dict) else None
        if found is None:
            continue
        if not _UNIT_CODE.fullmatch(found[0]):
            yield f"projects.{index}.unit", f"单位编码“{found[0]}”不是6位数字，请与单位编码一栏核对"
        elif not found[0].startswith(prefix):
            yield f"projects.{index}.unit", f"单位编码{found[0]}的前3位与部门编码{prefix}不一致，请核对是不是本单位的项目"


@rule(
    "F09", ERROR, basis="R", each="document", needs=["projects"], maybe=["unit.code", "unit.name"], follows=["F08"],
    bad={"projects.1.unit": "286002怀来县信访局"},
    good={"projects.1.unit": "286001-怀来县信访局"},
)  # fmt: skip
def unit_codes_and_names_agree(projects: Sequence[Any], code: str | None, name: str | None) -> Iterator[Hit]:
    """单位编码与单位名称应一一对应

    在单位一栏和各项目表里，同一编码只对应一个名称，同一名称只对应一个编码；编码与名称之间的分隔符和空格不计。
    改法：核对是哪一处写错，统一为预算系统中的编码和名称。
    """
    names: dict[str, str] = {}
    codes: dict[str, str] = {}
    if code is not None and name is not None and _UNIT_CODE.fullmatch(code):
        plain = "".join(unicodedata.normalize("NFKC", name[:_LONGEST]).split())
        names[code], codes[plain] = plain, code
    for index, project in enumerate(projects):
        found = unit_line(project.get("unit")) if isinstance(project, dict) else None
        if found is None or not found[1]:
            continue
        expected_name, expected_code = names.setdefault(*found), codes.setdefault(found[1], found[0])
        if expected_name != found[1]:
            yield f"projects.{index}.unit", f"单位编码{found[0]}在别处对应{quoted(expected_name)}，这里是{quoted(found[1])}，请核对"
        elif expected_code != found[0]:
            yield f"projects.{index}.unit", f"{quoted(found[1])}在别处的编码是{expected_code}，这里是{found[0]}，请核对"


_ORDINAL = later(
    r"\s{0,20}(?:[（(]?(?P<digits>\d{1,3})[）)]?|[（(]?(?P<han>[一二三四五六七八九十]{1,3})[）)]?)\s{0,5}[.．、,，:：)）\s]\s{0,20}"
)
_SUFFIX = "绩效目标表"


def _title(text: str) -> tuple[int | None, str]:
    """The number before a title, and the rest without blanks."""
    text = BOOKMARK.sub("", text[:500])
    match = _ORDINAL.match(text)
    rest = "".join(unicodedata.normalize("NFKC", text[match.end() if match else 0 :]).split())
    if match is None:
        return None, rest
    return int(match["digits"]) if match["digits"] else _han(match["han"]), rest


def _han(text: str) -> int | None:
    digits = {char: index for index, char in enumerate("一二三四五六七八九", 1)}
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return digits.get(text)
    return 10 * digits.get(tens, 1) + (digits.get(ones, 0) if ones else 0)


@rule(
    "F13", WARNING, basis="S-form", needs=["title", "name"],
    bad={"title": "1.信访事项办理绩效目标表"},
    good={"title": " 1、信访事项办理经费 绩效目标表"},
)  # fmt: skip
def title_is_made_of_the_name(title: str, name: str) -> Iterator[Hit]:
    """项目表标题应为“序号＋项目名称＋绩效目标表”

    空格、全角半角和序号后面的标点不计。各项目共用的标题（如“项目支出绩效目标申报表”）没有序号，也不含项目名称，不检查。
    改法：按项目名称一栏改标题；项目名称写错的改名称。
    """
    number, rest = _title(title)
    plain = "".join(unicodedata.normalize("NFKC", name[:500]).split())
    if number is None and (plain not in rest or not plain):
        return
    if number is None:
        yield "title", f"标题{quoted(title)}缺少序号，应为“序号.项目名称{_SUFFIX}”，请补上序号"
    elif rest != plain + _SUFFIX:
        yield "title", f"标题{quoted(title)}与项目名称{quoted(name)}对不上，应为“{number}.项目名称{_SUFFIX}”，请改正"


@rule(
    "F14", WARNING, basis="I", each="document", needs=["projects"],
    bad={"projects.1.title": "3.信息系统运行维护费绩效目标表"},
    good={"projects.1.title": "二、信息系统运行维护费绩效目标表"},
)  # fmt: skip
def titles_are_numbered(projects: Sequence[Any]) -> Iterator[Hit]:
    """项目表标题的序号应连续

    按项目表的先后，序号从1起逐个加1。没有序号的标题不算，由 F13 提示。
    改法：按项目表的先后重新编号；缺了项目表的补上。
    """
    titles = [project.get("title") if isinstance(project, dict) else None for project in projects]
    numbers = [_title(title)[0] if isinstance(title, str) else None for title in titles]
    swapped = sorted(number or 0 for number in numbers) == list(range(1, len(numbers) + 1))
    expected = 1
    for index, number in enumerate(numbers):
        if number is not None and number != expected:
            yield f"projects.{index}.title", f"标题的序号是{number}，应为{expected}，请按项目表的先后连续编号"
        expected = (expected if number is None or swapped else number) + 1
