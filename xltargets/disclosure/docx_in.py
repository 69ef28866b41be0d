"""Word documents as blocks: paragraphs with their numbers, tables with merged and nested cells, the final text of changes.

Footnotes, and text boxes within tables, follow the paragraph or table that they belong to. What has no text that could be
read (pictures, embedded objects), or none that belongs to the disclosure (comments, headings of pages), is told.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

from xltargets.disclosure.blocks import Block, Cell, Paragraph, Table, places
from xltargets.disclosure.docx_numbers import Numbers
from xltargets.disclosure.marks import marks_of_styles
from xltargets.errors import Error
from xltargets.submission.form import Form

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_PICTURES = ("{http://schemas.openxmlformats.org/drawingml/2006/main}blip", "{urn:schemas-microsoft-com:vml}imagedata",
             "{urn:schemas-microsoft-com:office:office}OLEObject",
             "{http://schemas.openxmlformats.org/drawingml/2006/chart}chart")  # fmt: skip
#: Leads the names of bookmarks that a published text had as ``[bookmark: …]`` at its beginning.
RESIDUE_BOOKMARK = "xr_"
_COPY = re.compile(r"_Copy_\d+\Z")  # LibreOffice doubles bookmarks when it reads RTF
_RESIDUE = re.compile(rf"{RESIDUE_BOOKMARK}\d+_(.+)")
#: Elements whose text is not in the document (deleted, moved away), or not here (boxes), or only says how others sound.
_GONE = {f"{_W}del", f"{_W}moveFrom", f"{_W}instrText", f"{_W}delText", f"{_W}pPr", f"{_W}rPr", f"{_MC}Fallback", f"{_W}rt",
         f"{_W}txbxContent"}  # fmt: skip
_NOTES = {f"{_W}footnoteReference": "footnotes", f"{_W}endnoteReference": "endnotes"}
#: What stands above and below pages without saying anything: their numbers.
_PAGE_NUMBER = re.compile(r"[\s\d\-—－–_/·.第页共]*")
_CHANGES = tuple(f"{_W}{name}" for name in ("ins", "del", "moveFrom", "moveTo"))
#: What a document may unpack to.
_LARGEST = 500 * 1024 * 1024


def docx_blocks(data: bytes, file: str, remarks: list[str], form: Form) -> list[Block]:
    """The paragraphs and tables of a Word document, in order.

    Args:
        data: the file.
        file: its name, for errors.
        remarks: takes what the user should know.
        form: says which styles are marks.

    Raises:
        Error: when it is no Word document, or is damaged.
    """
    document, parts = _opened(data, file)
    body = document.element.body
    if any(True for tag in _CHANGES for _ in body.iter(tag)):
        remarks.append("文档带有修订，按接受全部修订后的文字导入")
    reader = _Reader(document.styles.element, parts, form)
    blocks = list(reader.read(body))
    remarks += [*reader.unread(), *parts.unread()]
    return blocks


def _opened(data: bytes, file: str) -> tuple[Any, _Parts]:
    try:
        import docx
        from docx.opc.exceptions import PackageNotFoundError
        from lxml.etree import XMLSyntaxError
    except ImportError as error:
        raise Error('导入 Word 文件需要 python-docx；请先运行 pip install "xltargets[docx]"', file=file) from error
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            if sum(info.file_size for info in archive.infolist()) > _LARGEST:
                raise Error("文件解压后过大，不像绩效文本；请检查文件", file=file)
        if "[Content_Types].xml" not in names:
            raise Error("不是 Word 文件；请检查是否选错了文件，旧格式请另存为 .docx", file=file)
        document = docx.Document(io.BytesIO(data))
        return document, _Parts(document)
    except Error:
        raise
    except ValueError as error:
        raise Error("这是别的 Office 文件，不是 Word 文档；请检查是否选错了文件", file=file) from error
    except (zipfile.BadZipFile, PackageNotFoundError, XMLSyntaxError, KeyError, OSError, NotImplementedError, RuntimeError,
            AttributeError) as error:  # fmt: skip
        raise Error("Word 文件已损坏，打不开；请在 Word 或 WPS 中打开后另存一份", file=file) from error


class _Parts:
    """What a document has beside its body."""

    def __init__(self, document: Any) -> None:
        from docx.oxml import parse_xml

        self.of: dict[str, list[Any]] = {kind: [] for kind in ("numbering", *_NOTES.values(), "header", "footer", "comments")}
        for relation in document.part.rels.values():
            kind = relation.reltype.rpartition("/")[2]
            if kind in self.of and not relation.is_external:
                part = relation.target_part
                self.of[kind].append(part._element if hasattr(part, "_element") else parse_xml(part.blob))
        self.notes = {
            (kind, note.get(f"{_W}id")): _paragraphs(note) for kind in _NOTES.values() for part in self.of[kind] for note in part
        }

    def unread(self) -> Iterator[str]:
        """What is said of those that are no part of the disclosure."""
        edges = dict.fromkeys(_paragraphs(part) for part in (*self.of["header"], *self.of["footer"]))
        if said := "；".join(f"“{text}”" for text in edges if not _PAGE_NUMBER.fullmatch(text)):
            yield f"页眉、页脚的文字没有导入：{said}"
        if comments := sum(1 for part in self.of["comments"] for _ in part.iter(f"{_W}comment")):
            yield f"文档带有 {comments} 条批注，没有导入"


def _paragraphs(part: Any) -> str:
    """The text of a note or of the edge of a page."""
    shown = [item for item in part.iter(f"{_W}p") if not any(above.tag == f"{_MC}Fallback" for above in item.iterancestors())]
    return "\n".join(text for item in shown if (text := _text(item).strip()))


class _Reader:
    """Walks the body."""

    def __init__(self, styles: Any, parts: _Parts, form: Form) -> None:
        self.names = {}
        marks = marks_of_styles(form)
        for style in styles.iter(f"{_W}style"):
            name = style.find(f"{_W}name")
            self.names[style.get(f"{_W}styleId")] = "" if name is None else name.get(f"{_W}val") or ""
        self.marks = {identity: marks[name] for identity, name in self.names.items() if name in marks}
        self.numbers = Numbers(next(iter(parts.of["numbering"]), None), styles)
        self.notes = parts.notes
        self.count = 0
        self.carried = ""
        self.pictures: list[int] = []
        self.foreign: list[int] = []

    def read(self, body: Any) -> Iterator[Block]:
        """All blocks."""
        yield from self._blocks(body)
        if self.carried:
            yield Paragraph(self.carried, self.count)

    def unread(self) -> Iterator[str]:
        """What is said of that in the body which is no text."""
        if self.pictures:
            yield f"{places(self.pictures, '段')}有图片或嵌入的对象，里面的文字读不到，没有导入；请对照原文，需要的请补填"
        if self.foreign:
            yield f"{places(self.foreign, '段')}之后嵌入了另一份文档，没有导入；请在 Word 中打开后另存一份再导入"

    def _blocks(self, parent: Any) -> Iterator[Block]:
        for child in parent:
            if child.tag == f"{_W}p":
                yield from self._with_next(self._paragraph(child), child)
                yield from self._beside(child)
            elif child.tag == f"{_W}altChunk":
                self.foreign.append(self.count)
            elif child.tag == f"{_W}tbl":
                yield from self._table(child)
            elif child.tag == f"{_W}sdt":
                content = child.find(f"{_W}sdtContent")
                yield from self._blocks(content) if content is not None else ()
            elif child.tag in (f"{_W}ins", f"{_W}moveTo", f"{_W}customXml", f"{_W}smartTag"):
                yield from self._blocks(child)

    def _with_next(self, paragraph: Paragraph, element: Any) -> Iterator[Paragraph]:
        """The paragraph; one whose end was deleted goes on in the next."""
        paragraph.text, self.carried = self.carried + paragraph.text, ""
        if any(element.find(f"{_W}pPr/{_W}rPr/{_W}{change}") is not None for change in ("del", "moveFrom")):
            self.carried = paragraph.text
        else:
            yield paragraph

    def _beside(self, paragraph: Any) -> Iterator[Block]:
        """What belongs to a paragraph and has paragraphs of its own: text boxes and footnotes."""
        for box in paragraph.iter(f"{_W}txbxContent"):
            if not any(parent.tag == f"{_MC}Fallback" for parent in box.iterancestors()):
                yield from self._blocks(box)
        line = self.count
        for reference in paragraph.iter(*_NOTES):
            if text := self.notes.get((_NOTES[reference.tag], reference.get(f"{_W}id"))):
                yield Paragraph(text, line, aside=True)
        if next(paragraph.iter(*_PICTURES), None) is not None:
            self.pictures.append(line)

    def _paragraph(self, element: Any) -> Paragraph:
        self.count += 1
        style = self._style(element)
        mark = self.marks.get(style)
        text = _text(element, bookmarks=mark is not None)
        name = self.names.get(style, "").lower()
        if mark is None:
            text = self.numbers.of(element, style) + text
        pieces = tuple(self._pieces(element))
        return Paragraph(text, self.count, mark=mark, pieces=pieces, contents=name.startswith(("toc ", "目录·")))

    def _pieces(self, element: Any) -> Iterator[tuple[str, str]]:
        """The texts of marked characters; a word processor may have cut them into several runs."""
        found: dict[str, str] = {}
        for run in element.iter(f"{_W}r"):
            style = run.find(f"{_W}rPr/{_W}rStyle")
            mark = self.marks.get(style.get(f"{_W}val")) if style is not None else None
            if mark:
                found[mark] = found.get(mark, "") + _text(run)
        yield from found.items()

    def _style(self, element: Any) -> str:
        style = element.find(f"{_W}pPr/{_W}pStyle")
        return "" if style is None else style.get(f"{_W}val") or ""

    # --- tables -------------------------------------------------------------------------------------

    def _table(self, element: Any) -> Iterator[Block]:
        """A table, followed by what is nested in its cells: tables, text boxes, footnotes."""
        table = Table()
        nested: list[Block] = []
        for row in _rows(element):
            if row.find(f"{_W}trPr/{_W}del") is not None:
                continue
            cells: list[Cell] = [Cell("", self.count + 1) for _ in range(_number(row, "gridBefore"))]
            above = table.rows[-1] if table.rows else []
            for item in _cells(row):
                merge = item.find(f"{_W}tcPr/{_W}vMerge")
                column = len(cells)
                if merge is not None and merge.get(f"{_W}val") in (None, "continue") and column < len(above):
                    cell = above[column]
                    self.count += len(item.findall(f"{_W}p"))
                else:
                    cell = self._cell(item, nested)
                cells += [cell] * _span(item)
            table.rows.append(cells)
        yield table
        yield from nested

    def _cell(self, element: Any, nested: list[Block]) -> Cell:
        texts, line, mark = [], self.count + 1, None
        for child in _flattened(element):
            if child.tag == f"{_W}tbl":
                nested += self._table(child)
                continue
            read = self._paragraph(child)
            mark = mark or read.mark
            texts += [paragraph.text for paragraph in self._with_next(read, child)]
            nested += self._beside(child)
        if self.carried:
            texts.append(self.carried)
            self.carried = ""
        return Cell("\n".join(texts), line, mark=mark)


def _flattened(parent: Any) -> Iterator[Any]:
    """Paragraphs and tables within content controls and changes, too."""
    for child in parent:
        if child.tag in (f"{_W}p", f"{_W}tbl"):
            yield child
        elif child.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins", f"{_W}moveTo", f"{_W}customXml", f"{_W}smartTag"):
            yield from _flattened(child)


def _rows(table: Any) -> Iterator[Any]:
    for child in table:
        if child.tag == f"{_W}tr":
            yield child
        elif child.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins", f"{_W}customXml"):
            yield from _rows(child)


def _cells(row: Any) -> Iterator[Any]:
    for child in row:
        if child.tag == f"{_W}tc":
            yield child
        elif child.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}customXml"):
            yield from _cells(child)


def _span(cell: Any) -> int:
    span = cell.find(f"{_W}tcPr/{_W}gridSpan")
    value = "1" if span is None else span.get(f"{_W}val") or "1"
    return max(1, min(int(value), 64)) if value.isdecimal() else 1


def _number(row: Any, name: str) -> int:
    found = row.find(f"{_W}trPr/{_W}{name}")
    value = "0" if found is None else found.get(f"{_W}val") or "0"
    return min(int(value), 64) if value.isdecimal() else 0


def _text(element: Any, *, bookmarks: bool = False) -> str:
    """The final text of a paragraph or a run; with bookmarks, those of a published text as it had them."""
    parts: list[str] = []
    _collect(element, parts, bookmarks)
    return "".join(parts)


def _collect(element: Any, parts: list[str], bookmarks: bool) -> None:
    for child in element:
        tag = child.tag
        if tag in _GONE or not isinstance(tag, str):
            continue
        if tag in (f"{_W}t", f"{_MATH}t"):
            parts.append(child.text or "")
        elif tag == f"{_W}tab":
            parts.append("\t")
        elif tag in (f"{_W}br", f"{_W}cr"):
            parts.append("" if child.get(f"{_W}type") == "page" else "\n")
        elif tag == f"{_W}noBreakHyphen":
            parts.append("-")
        elif tag == f"{_W}sym":
            parts.append(_symbol(child))
        elif tag == f"{_W}bookmarkStart" and bookmarks:
            name = child.get(f"{_W}name") or ""
            if (match := _RESIDUE.fullmatch(name)) and not _COPY.search(name):
                parts.append(f"[bookmark: {match[1]}]")
        else:
            if tag == f"{_MATH}den":
                parts.append("/")
            _collect(child, parts, bookmarks)


def _symbol(element: Any) -> str:
    """A character of a symbol font; those that targets use are known, others stay in the private area."""
    code = element.get(f"{_W}char") or ""
    try:
        point = int(code, 16)
    except ValueError:
        return ""
    known = {0xF0B3: "≥", 0xF0A3: "≤", 0xF0B9: "≠", 0xF0B1: "±", 0xF0B4: "×", 0xF0FE: "☑", 0xF052: "☑", 0xF0A8: "□"}
    return known.get(point, chr(point) if 0x20 <= point < 0xD800 or 0xE000 <= point <= 0xFFFD else "")
