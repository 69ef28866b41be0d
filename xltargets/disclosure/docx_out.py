"""The disclosure as a Word document: what a bureau would hang on its site, and what reads back as the documents it is of.

Every text that a unit filled in stands in the style that marks its field (see :mod:`xltargets.disclosure.marks`).
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape

from xltargets.disclosure.blocks import UNIT_BEGINS
from xltargets.disclosure.docx_in import RESIDUE_BOOKMARK
from xltargets.disclosure.docx_styles import (
    CELL,
    CONTENTS,
    GAP,
    INFO,
    LABEL,
    PART,
    SECTION,
    W,
    set_up,
    style_id,
)  # fmt: skip
from xltargets.disclosure.marks import style_names
from xltargets.disclosure.places import SECTIONS, split_residue
from xltargets.disclosure.statement import Box, ProjectPage, Statement, without_number
from xltargets.errors import Error
from xltargets.submission.form import Form

#: Twentieths of a point between the margins.
_WIDTH = 8844
_LABEL_WIDTH = 1500
#: A row is at least 9 mm high.
_ROW = 510
_WIDTHS = {"level1": 1200, "level2": 1450, "level3": 1650, "description": 1844, "value": 1100, "basis": 1600}
_FURTHER = 900
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_BOOKMARK = re.compile(r"\[bookmark: ([A-Za-z_][A-Za-z0-9_]{0,30})\]")


def docx_document(statements: Sequence[Statement], form: Form) -> bytes:
    """The disclosure of all units as .docx.

    Raises:
        Error: when python-docx is not installed, or a text holds characters that no Word document can hold.
    """
    try:
        import docx
        from docx.oxml import parse_xml
    except ImportError as error:
        raise Error('生成 Word 文件需要 python-docx；请先运行 pip install "xltargets[docx]"') from error
    document = docx.Document()
    names = style_names(form)
    set_up(document, names)
    body = document.element.body
    xml = "".join(_Writer(dict(names)).document(statements))
    for element in list(parse_xml(f'<w:body xmlns:w="{W}">{xml}</w:body>')):
        body.insert(len(body) - 1, element)
    if len(statements) > 1:
        document.settings.element.append(parse_xml(f'<w:updateFields xmlns:w="{W}" w:val="true"/>'))
    _properties(document, statements)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def _properties(document: object, statements: Sequence[Statement]) -> None:
    properties = document.core_properties  # type: ignore[attr-defined]
    properties.title = _clean(_title(statements[0]) if len(statements) == 1 else "部门预算绩效文本汇编")[:255]
    properties.author, properties.comments, properties.language = "", "", "zh-CN"


def _title(statement: Statement) -> str:
    year = f"{statement.year}年" if statement.year else ""
    return f"{statement.name}{year}部门预算绩效文本"


def _clean(text: str) -> str:
    return _ILLEGAL.sub("", text).replace("\n", "")


class _Writer:
    """Makes the XML of the body."""

    def __init__(self, names: dict[str, str]) -> None:
        self.names = names
        self.bookmarks = 0

    def document(self, statements: Sequence[Statement]) -> Iterator[str]:
        """All units, after a table of contents when there are several."""
        if len(statements) > 1:
            yield from self._contents(statements)
        for number, statement in enumerate(statements, 1):
            yield from self._unit(statement, number, new_page=len(statements) > 1)

    def _contents(self, statements: Sequence[Statement]) -> Iterator[str]:
        yield self._line(CONTENTS, "目　录")
        entries = []
        for number, statement in enumerate(statements, 1):
            entries.append((1, _title(statement), f"xt_unit_{number}"))
            for index, page in enumerate(statement.projects, 1):
                text = without_number(split_residue(page.title.text or "")[1])
                entries.append((2, text, f"xt_project_{number}_{index}"))
        for level, text, anchor in entries:
            yield (
                f'<w:p><w:pPr><w:pStyle w:val="TOC{level}"/></w:pPr>'
                f'<w:hyperlink w:anchor="{anchor}" w:history="1">{_run(_clean(text))}<w:r><w:tab/></w:r>'
                f'{_field_begin(f"PAGEREF {anchor}")}{_run("1")}{_FIELD_END}</w:hyperlink></w:p>'
            )

    def _unit(self, statement: Statement, number: int, *, new_page: bool) -> Iterator[str]:
        title = self._bookmarked(f"xt_unit_{number}", self._title(statement))
        yield self._paragraph(self.names[UNIT_BEGINS], title, "<w:pageBreakBefore/>" if new_page else "")
        if {"unit.code", "unit.region"} & set(statement.head):
            yield self._paragraph(INFO, self._head(statement))
        yield self._line(PART, "第一部分　部门整体绩效目标")
        yield self._line(SECTION, SECTIONS["overall_target"])
        if statement.overall:
            overall = self._residue(statement.overall)
            for index, line in enumerate(overall[1].split("\n")):
                yield self._paragraph(self.names["department.overall_target"], (overall[0] if not index else "") + _run(line))
        for key, texts in (("itemised_targets", statement.itemised), ("safeguards", statement.safeguards)):
            yield self._line(SECTION, SECTIONS[key])
            for text in texts:
                yield self._text(self.names[f"department.{key}"], None if text is None else str(text))
        part_two = "第二部分　预算项目绩效目标"
        yield self._paragraph(PART, _run(part_two), "<w:pageBreakBefore/>" if statement.projects else "")
        for index, page in enumerate(statement.projects, 1):
            yield from self._project(page, f"xt_project_{number}_{index}", first=index == 1)

    def _title(self, statement: Statement) -> str:
        year = self._piece(statement, "unit.year")
        return self._piece(statement, "unit.name") + (year + _run("年") if year else "") + _run("部门预算绩效文本")

    def _head(self, statement: Statement) -> str:
        parts: list[str] = []
        for mark, label in (("unit.code", "单位编码"), ("unit.region", "行政区划代码")):
            if piece := self._piece(statement, mark):
                parts.append(_run(f"{'　　' if parts else ''}{label}：") + piece)
        return "".join(parts)

    def _piece(self, statement: Statement, mark: str) -> str:
        text = statement.head.get(mark)
        return _run(text, f'<w:rStyle w:val="{style_id(self.names[mark])}"/>') if text else ""

    def _project(self, page: ProjectPage, bookmark: str, *, first: bool) -> Iterator[str]:
        leading, text = self._residue(page.title.text or "")
        content = self._bookmarked(bookmark, leading + _run(text))
        style = self.names[page.title.mark or ""]
        yield self._paragraph(style, content, '<w:pageBreakBefore w:val="0"/>' if first else "")
        unit = (_WIDTH - _LABEL_WIDTH) // 12
        grid = [_LABEL_WIDTH, *[unit] * 12]
        yield self._table(grid, page.rows, heads=0, first_plain=True)
        yield self._line(GAP, "")
        yield self._table(_indicator_widths(page.keys), [page.header, *page.indicators], heads=1)
        yield self._line(GAP, "")

    # --- tables -------------------------------------------------------------------------------------

    def _table(self, grid: list[int], rows: list[list[Box]], *, heads: int, first_plain: bool = False) -> str:
        columns = "".join(f'<w:gridCol w:w="{width}"/>' for width in grid)
        body, covered = [], [0] * len(grid)
        below: list[Box | None] = [None] * len(grid)
        for index, row in enumerate(rows):
            repeat = "<w:tblHeader/>" if index < heads else ""
            cells = self._cells(grid, row, covered, below, plain=first_plain and index == 0)
            height = f'<w:trHeight w:val="{_ROW}" w:hRule="atLeast"/>'
            body.append(f"<w:tr><w:trPr><w:cantSplit/>{height}{repeat}</w:trPr>{cells}</w:tr>")
        return (
            f'<w:tbl><w:tblPr><w:tblW w:w="{sum(grid)}" w:type="dxa"/><w:jc w:val="center"/>{_borders()}'
            '<w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="60" w:type="dxa"/><w:right w:w="60" w:type="dxa"/>'
            f"</w:tblCellMar></w:tblPr><w:tblGrid>{columns}</w:tblGrid>{''.join(body)}</w:tbl>"
        )

    def _cells(
        self, grid: list[int], row: list[Box], covered: list[int], below: list[Box | None], *, plain: bool
    ) -> str:
        cells, boxes, column = [], iter(row), 0
        while column < len(grid):
            if covered[column]:
                box = below[column]
                assert box is not None
                merge = '<w:vMerge w:val="continue"/>'
                content = self._line(CELL, "")
                covered[column] -= 1
            else:
                box = next(boxes)
                merge = '<w:vMerge w:val="restart"/>' if box.down > 1 else ""
                content = self._box(box)
                covered[column], below[column] = box.down - 1, box
            across = box.across
            width = sum(grid[column : column + across])
            span = f'<w:gridSpan w:val="{across}"/>' if across > 1 else ""
            edges = _PLAIN_EDGES if plain else ""
            cells.append(
                f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{span}{merge}{edges}<w:vAlign w:val="center"/></w:tcPr>{content}</w:tc>'
            )
            column += across
        return "".join(cells)

    def _box(self, box: Box) -> str:
        if box.mark is None:
            return self._line(LABEL, box.text or "")
        return self._text(self.names[box.mark], box.text)

    # --- paragraphs ---------------------------------------------------------------------------------

    def _text(self, style: str, text: str | None) -> str:
        """A text in one paragraph, its line breaks within."""
        if not text:
            return self._line(style, "")
        leading, rest = self._residue(text)
        return self._paragraph(style, leading + _run(rest))

    def _line(self, style: str, text: str) -> str:
        return self._paragraph(style, _run(text) if text else "")

    def _paragraph(self, style: str, content: str, more: str = "") -> str:
        return f'<w:p><w:pPr><w:pStyle w:val="{style_id(style)}"/>{more}</w:pPr>{content}</w:p>'

    def _residue(self, text: str) -> tuple[str, str]:
        """What conversion left of bookmarks becomes bookmarks again, where Word can have them."""
        marks = []
        while match := _BOOKMARK.match(text):
            marks.append(self._bookmarked(f"{RESIDUE_BOOKMARK}{self.bookmarks + 1}_{match[1]}", ""))
            text = text[match.end() :]
        return "".join(marks), text

    def _bookmarked(self, name: str, content: str) -> str:
        self.bookmarks += 1
        number = self.bookmarks
        return f'<w:bookmarkStart w:id="{number}" w:name="{name}"/>{content}<w:bookmarkEnd w:id="{number}"/>'


_FIELD_END = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
_PLAIN_EDGES = (
    '<w:tcBorders><w:top w:val="nil"/><w:left w:val="nil"/><w:bottom w:val="single" w:sz="4" w:space="0" w:color="auto"/>'
    '<w:right w:val="nil"/></w:tcBorders>'
)


def _field_begin(instruction: str) -> str:
    return (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        f'<w:r><w:instrText xml:space="preserve"> {escape(instruction)} </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    )


def _run(text: str, style: str = "") -> str:
    """A run; line breaks and tabs are Word's own."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if illegal := _ILLEGAL.search(text):
        place = text[max(0, illegal.start() - 10) : illegal.start()]
        raise Error(f"文本中有 Word 文件容不下的控制字符（在“{place}”之后）；请在申报表中删去这个字符再公开")
    parts = []
    for piece in re.split("([\n\t])", text):
        if piece == "\n":
            parts.append("<w:br/>")
        elif piece == "\t":
            parts.append("<w:tab/>")
        elif piece:
            parts.append(f'<w:t xml:space="preserve">{escape(piece)}</w:t>')
    return f'<w:r><w:rPr>{style}<w:rFonts w:hint="eastAsia"/></w:rPr>{"".join(parts)}</w:r>'


def _borders() -> str:
    edges = "".join(
        f'<w:{edge} w:val="single" w:sz="4" w:space="0" w:color="auto"/>'
        for edge in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    return f"<w:tblBorders>{edges}</w:tblBorders>"


def _indicator_widths(keys: Sequence[str]) -> list[int]:
    wanted = [_WIDTHS.get(key, _FURTHER) for key in keys]
    widths = [width * _WIDTH // sum(wanted) for width in wanted]
    return [*widths[:-1], _WIDTH - sum(widths[:-1])]
