"""Page, fonts and styles of a published Word document, after GB/T 9704—2012 《党政机关公文格式》.

A4 with margins 37, 26, 35 and 28 mm, 22 lines of 28 characters to the page; title 小标宋 二号, headings 黑体 三号, text 仿宋
三号, numbers of pages in 四号 between dashes, right on odd pages and left on even ones. A computer that lacks a font takes
the one that the table of fonts names beside it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from xml.sax.saxutils import quoteattr

from xltargets.disclosure.blocks import AUTOMATIC, UNIT_BEGINS

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
SONG, HEI, FANG, KAI = "方正小标宋简体", "黑体", "仿宋_GB2312", "楷体_GB2312"
_FALLBACKS = {
    SONG: "方正小标宋_GBK,小标宋,华文中宋,宋体,SimSun,Noto Serif CJK SC", HEI: "SimHei,Noto Sans CJK SC",
    FANG: "仿宋,FangSong,华文仿宋,Noto Serif CJK SC", KAI: "楷体,KaiTi,华文楷体,Noto Serif CJK SC",
    "宋体": "SimSun,Noto Serif CJK SC",
}  # fmt: skip
_LATIN = "Times New Roman"

#: Names of the styles that mark nothing.
PART, SECTION, INFO, LABEL, CELL, CONTENTS, GAP = (
    "部分标题", "节标题", "单位信息", "表格标签", "表格文字", "目录标题", "表间",
)  # fmt: skip
_CENTRED = ("projects.code", "projects.name", "projects.budget", "projects.schedule", "projects.indicators.")
_LEFT = ("projects.indicators.level3", "projects.indicators.description", "projects.indicators.basis")


@lru_cache(maxsize=512)
def style_id(name: str) -> str:
    """The id of a style, plain ASCII."""
    return "X" + hashlib.sha256(name.encode()).hexdigest()[:16]


def style_xml(names: Mapping[str, str]) -> list[str]:
    """The styles of a document: ours, and one for every mark.

    Args:
        names: mark → name of its style.
    """
    body = '<w:ind w:firstLineChars="200" w:firstLine="640"/><w:jc w:val="both"/>'
    page = '<w:keepNext/><w:spacing w:before="240" w:after="240" w:line="579" w:lineRule="exact"/>'
    found = [
        _style(PART, f'{page}<w:jc w:val="center"/>', _fonts(SONG, 36)),
        _style(SECTION, '<w:keepNext/><w:ind w:firstLineChars="200" w:firstLine="640"/><w:outlineLvl w:val="2"/>', _fonts(HEI, 32)),
        _style(INFO, '<w:spacing w:after="480"/><w:jc w:val="center"/>', _fonts(KAI, 28)),
        _style(CONTENTS, f'{page}<w:jc w:val="center"/>', _fonts(SONG, 44)),
        _style(GAP, '<w:spacing w:line="120" w:lineRule="exact"/>', _fonts(FANG, 8)),
        _style(CELL, '<w:spacing w:line="300" w:lineRule="exact"/>', _fonts(FANG, 21)),
        _style(LABEL, '<w:keepNext/><w:spacing w:line="300" w:lineRule="exact"/><w:jc w:val="center"/>', _fonts(HEI, 21)),
    ]
    for mark, name in names.items():
        field = mark.removeprefix(AUTOMATIC)
        if mark == UNIT_BEGINS:
            found.append(_style(name, f'{page}<w:jc w:val="center"/><w:outlineLvl w:val="0"/>'.replace('579" w:lineRule="exact', '640" w:lineRule="atLeast'), _fonts(SONG, 44)))
        elif field.startswith("unit."):
            found.append(_character_style(name))
        elif field == "projects.title":
            outline = '<w:keepNext/><w:pageBreakBefore/><w:spacing w:after="160" w:line="579" w:lineRule="atLeast"/><w:jc w:val="center"/><w:outlineLvl w:val="1"/>'
            found.append(_style(name, outline, _fonts(SONG, 32)))
        elif field.startswith("projects."):
            centred = field.startswith(_CENTRED) and not field.startswith(_LEFT)
            side = "right" if field == "projects.money_unit" else "center" if centred else "left"
            found.append(_style(name, f'<w:jc w:val="{side}"/>', "", based_on=CELL))
        else:
            found.append(_style(name, body, _fonts(FANG, 32)))
    return found


def _style(name: str, paragraph: str, run: str, *, based_on: str = "") -> str:
    base = f'<w:basedOn w:val="{style_id(based_on) if based_on else "Normal"}"/>'
    return (
        f'<w:style xmlns:w="{W}" w:type="paragraph" w:customStyle="1" w:styleId="{style_id(name)}">'
        f"<w:name w:val={quoteattr(name)}/>{base}<w:qFormat/><w:pPr>{paragraph}</w:pPr><w:rPr>{run}</w:rPr></w:style>"
    )


def _character_style(name: str) -> str:
    return (
        f'<w:style xmlns:w="{W}" w:type="character" w:customStyle="1" w:styleId="{style_id(name)}">'
        f"<w:name w:val={quoteattr(name)}/></w:style>"
    )


def _fonts(east: str, half_points: int) -> str:
    return (
        f'<w:rFonts w:ascii="{_LATIN}" w:hAnsi="{_LATIN}" w:eastAsia="{east}" w:cs="{_LATIN}"/>'
        f'<w:sz w:val="{half_points}"/><w:szCs w:val="{half_points}"/>'
    )


def toc_styles() -> list[str]:
    """Styles of the lines of a table of contents; their names are Word's own."""
    tabs = '<w:tabs><w:tab w:val="right" w:leader="dot" w:pos="8844"/></w:tabs>'
    return [
        f'<w:style xmlns:w="{W}" w:type="paragraph" w:styleId="TOC{level}"><w:name w:val="toc {level}"/>'
        f'<w:basedOn w:val="Normal"/><w:next w:val="Normal"/><w:uiPriority w:val="39"/><w:pPr>{tabs}'
        f'<w:ind w:left="{left}" w:right="640"/></w:pPr><w:rPr>{_fonts(east, 28)}</w:rPr></w:style>'
        for level, left, east in ((1, 0, HEI), (2, 420, FANG))
    ]


def set_up(document: Any, names: Mapping[str, str]) -> None:
    """Give an empty python-docx document the page, the fonts, the styles and the numbers of pages."""
    from docx.oxml import parse_xml

    styles = document.styles.element
    _default_style(document)
    for xml in [*style_xml(names), *toc_styles()]:
        styles.append(parse_xml(xml))
    for part in document.part.package.iter_parts():
        if str(part.partname) == "/word/fontTable.xml":
            part._blob = _font_table().encode()
    _page(document)


def _default_style(document: Any) -> None:
    from docx.oxml import parse_xml

    normal = document.styles["Normal"].element
    for tag in ("pPr", "rPr"):
        for element in normal.findall(f"{{{W}}}{tag}"):
            normal.remove(element)
    normal.append(parse_xml(f'<w:pPr xmlns:w="{W}"><w:spacing w:before="0" w:after="0" w:line="579" w:lineRule="exact"/></w:pPr>'))
    normal.append(parse_xml(f'<w:rPr xmlns:w="{W}">{_fonts(FANG, 32)}<w:lang w:val="en-US" w:eastAsia="zh-CN"/></w:rPr>'))


def _font_table() -> str:
    fonts = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{others}"/><w:charset w:val="86"/><w:family w:val="auto"/></w:font>'
        for name, others in _FALLBACKS.items()
    )
    return f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<w:fonts xmlns:w="{W}">{fonts}</w:fonts>'


def _page(document: Any) -> None:
    from docx.oxml import parse_xml
    from docx.shared import Mm

    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.header_distance, section.footer_distance = Mm(15), Mm(25)
    document.settings.odd_and_even_pages_header_footer = True
    for footer, side in ((section.footer, "right"), (section.even_page_footer, "left")):
        footer.is_linked_to_previous = False
        element = footer.paragraphs[0]._p
        element.getparent().replace(element, parse_xml(_page_number(side)))


def _page_number(side: str) -> str:
    indent = '<w:ind w:right="320"/>' if side == "right" else '<w:ind w:left="320"/>'
    run = f"<w:rPr>{_fonts('宋体', 28)}</w:rPr>"
    return (
        f'<w:p xmlns:w="{W}"><w:pPr>{indent}<w:jc w:val="{side}"/></w:pPr>'
        f'<w:r>{run}<w:t xml:space="preserve">— </w:t></w:r>'
        f'<w:fldSimple w:instr="PAGE"><w:r>{run}<w:t>1</w:t></w:r></w:fldSimple>'
        f'<w:r>{run}<w:t xml:space="preserve"> —</w:t></w:r></w:p>'
    )
