"""HTML pages as blocks: of this package by their marks, of others by what they show."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from xltargets.disclosure.blocks import Block, Cell, Paragraph, Table
from xltargets.disclosure.html_out import FIELD, RESIDUE
from xltargets.errors import Error

_BLANKS = re.compile(r"[ \t\r\n\f]+")
_BLOCKS = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "div", "section", "article", "li", "ul", "ol", "main", "body", "header",
           "footer", "center", "blockquote", "form", "dl", "dt", "dd", "pre", "caption", "html", "aside", "fieldset"}  # fmt: skip
_GONE = {"script", "style", "head", "title", "template", "noscript", "object", "iframe", "select", "textarea", "button", "del"}
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)


def html_blocks(data: bytes, file: str) -> list[Block]:
    """The paragraphs and tables of a page.

    Raises:
        Error: when lxml is not installed, or there is nothing to read.
    """
    try:
        from lxml import etree, html
    except ImportError as error:
        raise Error('导入网页需要 lxml；请先运行 pip install "xltargets[docx]"', file=file) from error
    try:
        root = html.document_fromstring(_decoded(data, file), parser=html.HTMLParser(huge_tree=True))
    except (etree.ParserError, ValueError) as error:
        raise Error("网页里没有内容；请检查文件", file=file) from error
    return list(_Reader().blocks(root))


def _decoded(data: bytes, file: str) -> str:
    """The text of a page: by the name of its encoding, if that is right, else as any text."""
    from xltargets.disclosure.text_in import decode

    match = _CHARSET.search(data[:4096])
    name = match[1].decode().lower() if match else ""
    if name.startswith("gb"):
        try:
            return data.decode("gb18030")
        except UnicodeDecodeError:
            pass
    text = decode(data, file)
    return re.sub(r"\A\s*<\?xml[^>]*\?>", "", text)


class _Reader:
    """Walks the tree."""

    def blocks(self, element: Any) -> Iterator[Block]:
        """Blocks of an element; text beside blocks is a paragraph of its own."""
        loose: list[str] = [element.text or ""]
        line = element.sourceline or 1
        for child in element:
            if not isinstance(child.tag, str) or child.tag in _GONE:
                loose.append(child.tail or "")
                continue
            if child.tag == "nav":
                yield from self._loose(loose, line)
            elif child.tag == "table":
                yield from self._loose(loose, line)
                yield from self._table(child)
            elif child.tag in _BLOCKS and not child.get(FIELD) and not _is_leaf(child):
                yield from self._loose(loose, line)
                yield from self.blocks(child)
            elif child.tag in _BLOCKS:
                yield from self._loose(loose, line)
                yield _paragraph(child)
            elif any(isinstance(inner.tag, str) and inner.tag in (*_BLOCKS, "table") for inner in child.iter()):
                yield from self._loose(loose, line)
                yield from self.blocks(child)
            else:
                loose.append("\n" if child.tag == "br" else _shown(child, exact=False))
            loose.append(child.tail or "")
            line = child.sourceline or line
        yield from self._loose(loose, line)

    def _loose(self, parts: list[str], line: int) -> Iterator[Paragraph]:
        text = "".join(parts)
        parts.clear()
        for piece in text.split("\n") if "\n" in text else [text]:
            shown = _BLANKS.sub(" ", piece).strip(" ")
            if shown.strip():
                yield Paragraph(shown, line)

    # --- tables -------------------------------------------------------------------------------------

    def _table(self, element: Any) -> Iterator[Block]:
        for caption in element.findall("caption"):
            yield _paragraph(caption)
        table = Table()
        nested: list[Any] = []
        hanging: dict[int, tuple[Cell, int]] = {}
        for row in _rows(element):
            table.rows.append(self._row(row, hanging, nested))
        yield table
        for inner in nested:
            yield from self._table(inner)

    def _row(self, row: Any, hanging: dict[int, tuple[Cell, int]], nested: list[Any]) -> list[Cell]:
        cells: list[Cell] = []
        for item in row:
            if item.tag not in ("td", "th"):
                continue
            self._hang(cells, hanging)
            inner = [found for found in item.iter("table") if _owner(found) is item]
            nested += inner
            cell = Cell(_content(item), item.sourceline or 1, mark=item.get(FIELD))
            across, down = _size(item, "colspan"), _size(item, "rowspan")
            for _ in range(across):
                if down > 1:
                    hanging[len(cells)] = (cell, down - 1)
                cells.append(cell)
        self._hang(cells, hanging)
        return cells

    def _hang(self, cells: list[Cell], hanging: dict[int, tuple[Cell, int]]) -> None:
        """Cells that reach down from rows above."""
        while len(cells) in hanging:
            column = len(cells)
            cell, left = hanging[column]
            cells.append(cell)
            if left == 1:
                del hanging[column]
            else:
                hanging[column] = (cell, left - 1)


def _rows(table: Any) -> Iterator[Any]:
    for child in table:
        if child.tag == "tr":
            yield child
        elif child.tag in ("thead", "tbody", "tfoot"):
            yield from (row for row in child if row.tag == "tr")


def _owner(table: Any) -> Any:
    return next((parent for parent in table.iterancestors() if parent.tag in ("td", "th")), None)


def _is_leaf(element: Any) -> bool:
    return not any(
        inner is not element and isinstance(inner.tag, str) and inner.tag in (*_BLOCKS, "table") for inner in element.iter()
    ) and element.tag not in ("body", "html")


def _size(element: Any, name: str) -> int:
    value = (element.get(name) or "1").strip()
    return max(1, min(int(value), 1000)) if value.isdecimal() and len(value) < 6 else 1


def _paragraph(element: Any) -> Paragraph:
    pieces = tuple((span.get(FIELD), _content(span)) for span in element.iter("span") if span.get(FIELD))
    return Paragraph(_content(element), element.sourceline or 1, mark=element.get(FIELD), pieces=pieces)


def _content(element: Any) -> str:
    """The text of a cell or paragraph: exact where it is marked, else as a browser shows it."""
    if element.get(FIELD):
        return (element.get(RESIDUE) or "") + _shown(element, exact=True)
    lines = (_BLANKS.sub(" ", line).strip(" ") for line in _shown(element, exact=False).split("\n"))
    text = "\n".join(lines).strip("\n")
    return re.sub(r"\n{2,}", "\n", text)


def _shown(element: Any, *, exact: bool) -> str:
    parts: list[str] = [_typed(element.text, exact)]
    for child in element:
        if child.tag == "br":
            parts.append("\n")
        elif isinstance(child.tag, str) and child.tag not in _GONE and child.tag != "table":
            block = child.tag in _BLOCKS
            parts += ["\n" if block else "", _shown(child, exact=exact), "\n" if block else ""]
        parts.append(_typed(child.tail, exact))
    return "".join(parts)


def _typed(text: str | None, exact: bool) -> str:
    text = text or ""
    return text if exact else _BLANKS.sub(" ", text.replace("\xa0", " "))
