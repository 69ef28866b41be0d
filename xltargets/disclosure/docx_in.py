"""Word documents as blocks: paragraphs with their numbers, tables with merged and nested cells, the final text of changes."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

from xltargets.disclosure.blocks import Block, Cell, Paragraph, Table
from xltargets.disclosure.marks import marks_of_styles
from xltargets.errors import Error
from xltargets.submission.form import Form

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
#: Leads the names of bookmarks that a published text had as ``[bookmark: …]`` at its beginning.
RESIDUE_BOOKMARK = "xr_"
_COPY = re.compile(r"_Copy_\d+\Z")  # LibreOffice doubles bookmarks when it reads RTF
_RESIDUE = re.compile(rf"{RESIDUE_BOOKMARK}\d+_(.+)")
#: Elements whose text is not in the document: deleted, moved away, or in a box of its own.
_GONE = {f"{_W}del", f"{_W}moveFrom", f"{_W}instrText", f"{_W}delText", f"{_W}pPr", f"{_W}rPr", f"{_MC}Fallback",
         f"{_W}footnoteReference", f"{_W}commentReference"}  # fmt: skip
_CHANGES = tuple(f"{_W}{name}" for name in ("ins", "del", "moveFrom", "moveTo"))
_DIGITS = "〇一二三四五六七八九"
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
    body, styles, numbering = _opened(data, file)
    if any(True for tag in _CHANGES for _ in body.iter(tag)):
        remarks.append("文档带有修订，按接受全部修订后的文字导入")
    return _Reader(styles, numbering, form).read(body)


def _opened(data: bytes, file: str) -> tuple[Any, Any, Any]:
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
    except Error:
        raise
    except ValueError as error:
        raise Error("这是别的 Office 文件，不是 Word 文档；请检查是否选错了文件", file=file) from error
    except (zipfile.BadZipFile, PackageNotFoundError, XMLSyntaxError, KeyError, OSError, NotImplementedError, RuntimeError,
            AttributeError) as error:  # fmt: skip
        raise Error("Word 文件已损坏，打不开；请在 Word 或 WPS 中打开后另存一份", file=file) from error
    numbering = next(
        (part._element for part in document.part.package.iter_parts()
         if str(part.partname) == "/word/numbering.xml" and hasattr(part, "_element")), None,
    )  # fmt: skip
    return document.element.body, document.styles.element, numbering


class _Reader:
    """Walks the body."""

    def __init__(self, styles: Any, numbering: Any, form: Form) -> None:
        self.names = {}
        marks = marks_of_styles(form)
        for style in styles.iter(f"{_W}style"):
            name = style.find(f"{_W}name")
            self.names[style.get(f"{_W}styleId")] = "" if name is None else name.get(f"{_W}val") or ""
        self.marks = {identity: marks[name] for identity, name in self.names.items() if name in marks}
        self.numbers = _Numbers(numbering, styles)
        self.count = 0

    def read(self, body: Any) -> list[Block]:
        return list(self._blocks(body))

    def _blocks(self, parent: Any) -> Iterator[Block]:
        for child in parent:
            if child.tag == f"{_W}p":
                yield self._paragraph(child)
                yield from self._boxes(child)
            elif child.tag == f"{_W}tbl":
                yield from self._table(child)
            elif child.tag == f"{_W}sdt":
                content = child.find(f"{_W}sdtContent")
                yield from self._blocks(content) if content is not None else ()
            elif child.tag in (f"{_W}ins", f"{_W}moveTo", f"{_W}customXml", f"{_W}smartTag"):
                yield from self._blocks(child)

    def _boxes(self, paragraph: Any) -> Iterator[Block]:
        """Text boxes: paragraphs of their own, after the one they are anchored in."""
        for box in paragraph.iter(f"{_W}txbxContent"):
            if not any(parent.tag == f"{_MC}Fallback" for parent in box.iterancestors()):
                yield from self._blocks(box)

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
        """A table, followed by those nested in its cells."""
        table = Table()
        nested: list[Any] = []
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
        for inner in nested:
            yield from self._table(inner)

    def _cell(self, element: Any, nested: list[Any]) -> Cell:
        texts, line, mark = [], self.count + 1, None
        for child in _flattened(element):
            if child.tag == f"{_W}p":
                paragraph = self._paragraph(child)
                mark = mark or paragraph.mark
                texts.append(paragraph.text)
            else:
                nested.append(child)
        return Cell("\n".join(texts), line, mark=mark)


def _flattened(parent: Any) -> Iterator[Any]:
    """Paragraphs and tables within content controls and changes, too."""
    for child in parent:
        if child.tag in (f"{_W}p", f"{_W}tbl"):
            yield child
        elif child.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins", f"{_W}moveTo", f"{_W}customXml"):
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
        if tag == f"{_W}t":
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
        elif tag != f"{_W}txbxContent":
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


class _Numbers:
    """Automatic numbers of paragraphs, which are in no text: ``一、`` ``（一）`` ``1.``."""

    def __init__(self, numbering: Any, styles: Any) -> None:
        self.levels: dict[tuple[str, int], tuple[str, str, int]] = {}
        self.abstract: dict[str, str] = {}
        self.counts: dict[str, dict[int, int]] = {}
        self.of_style: dict[str, tuple[str, int]] = {}
        if numbering is None:
            return
        for item in numbering.iter(f"{_W}abstractNum"):
            for level in item.iter(f"{_W}lvl"):
                self.levels[item.get(f"{_W}abstractNumId"), int(level.get(f"{_W}ilvl") or 0)] = (
                    _value(level, "numFmt"), _value(level, "lvlText"), int(_value(level, "start") or 1),
                )  # fmt: skip
        for item in numbering.iter(f"{_W}num"):
            self.abstract[item.get(f"{_W}numId")] = _value(item, "abstractNumId")
        for style in styles.iter(f"{_W}style"):
            found = style.find(f"{_W}pPr/{_W}numPr")
            if found is not None:
                self.of_style[style.get(f"{_W}styleId")] = (_value(found, "numId"), int(_value(found, "ilvl") or 0))

    def of(self, paragraph: Any, style: str) -> str:
        """The number that is shown before a paragraph."""
        found = paragraph.find(f"{_W}pPr/{_W}numPr")
        number, level = (
            (_value(found, "numId"), int(_value(found, "ilvl") or 0)) if found is not None else self.of_style.get(style, ("0", 0))
        )
        abstract = self.abstract.get(number, "")
        if (abstract, level) not in self.levels:
            return ""
        counts = self.counts.setdefault(abstract, {})
        counts[level] = counts.get(level, self.levels[abstract, level][2] - 1) + 1
        for deeper in [other for other in counts if other > level]:
            del counts[deeper]
        kind, text, _ = self.levels[abstract, level]
        if kind in ("bullet", "none"):
            return ""
        for place in range(level + 1):
            own = self.levels.get((abstract, place), (kind, "", 1))
            text = text.replace(f"%{place + 1}", _numeral(counts.get(place, own[2]), own[0]))
        return text


def _value(element: Any, name: str) -> str:
    found = element.find(f"{_W}{name}")
    return "" if found is None else found.get(f"{_W}val") or ""


def _numeral(number: int, kind: str) -> str:
    if kind.startswith(("chinese", "japaneseCounting", "taiwanese", "ideographTraditional")) and 0 < number < 100:
        tens, ones = divmod(number, 10)
        leading = ("" if tens == 1 else _DIGITS[tens]) + "十" if tens else ""
        return leading + (_DIGITS[ones] if ones else "")
    if kind == "decimalEnclosedCircle" and 0 < number <= 20:
        return chr(0x245F + number)
    if kind in ("lowerLetter", "upperLetter") and 0 < number <= 26:
        return chr((96 if kind == "lowerLetter" else 64) + number)
    return str(number)
