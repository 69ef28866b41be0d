"""HTML pages as blocks: of this package by their marks, of others by what they show.

What a browser does not show is not read. Plain text within a page (``pre``) is read as any plain text; what shows something
that is no text (pictures, frames) is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from xltargets.disclosure.blocks import Block, Cell, Paragraph, Table, places
from xltargets.disclosure.html_out import FIELD, RESIDUE
from xltargets.disclosure.text_in import decode, text_blocks
from xltargets.errors import Error

_BLANKS = re.compile(r"[ \t\r\n\f]+")
_BLOCKS = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "div", "section", "article", "li", "ul", "ol", "main", "body", "header",
           "footer", "center", "blockquote", "form", "dl", "dt", "dd", "pre", "caption", "html", "aside", "fieldset"}  # fmt: skip
_GONE = {"script", "style", "head", "title", "template", "noscript", "object", "iframe", "select", "textarea", "button", "del"}
_PICTURES = ("img", "object", "embed", "iframe")
_HIDDEN = re.compile(r"display\s*:\s*none|mso-hide\s*:\s*all", re.IGNORECASE)
_UNNUMBERED = re.compile(r"list-style(?:-type)?\s*:[^;]*none", re.IGNORECASE)
#: Elements within each other; more are the doing of a broken editor.
_DEEPEST = 400
#: What ``rowspan="0"`` says: down to the end.
_TO_THE_END = 65534
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)


def html_blocks(data: bytes, file: str, remarks: list[str]) -> list[Block]:
    """The paragraphs and tables of a page.

    Args:
        data: the page.
        file: its name, for errors.
        remarks: takes what the user should know.

    Raises:
        Error: when lxml is not installed, or there is nothing that could be read.
    """
    try:
        from lxml import etree, html
    except ImportError as error:
        raise Error('导入网页需要 lxml；请先运行 pip install "xltargets[docx]"', file=file) from error
    try:
        root = html.document_fromstring(_decoded(data, file), parser=html.HTMLParser(huge_tree=True))
    except (etree.ParserError, ValueError) as error:
        raise Error("网页里没有内容；请检查文件", file=file) from error
    if _depth(root) > _DEEPEST:
        raise Error("网页的标签一层套一层，套得太深，读不了；请在浏览器中打开，把内容复制到 Word 里再导入", file=file)
    pictures = [element.sourceline or 1 for element in root.iter(*_PICTURES) if not _is_within_hidden(element)]
    if pictures:
        remarks.append(f"{places(pictures, '行')}有图片或嵌入的内容，里面的文字读不到，没有导入；请对照原文，需要的请补填")
    return list(_Reader().blocks(root))


def _depth(root: Any) -> int:
    """How many elements stand within each other."""
    from lxml import etree

    depth = deepest = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        deepest = max(deepest, depth)
    return deepest


def _decoded(data: bytes, file: str) -> str:
    """The text of a page; the name of its encoding counts only where it is not UTF-8 after all."""
    match = _CHARSET.search(data[:4096])
    if match and match[1].lower().startswith(b"gb"):
        for encoding in ("utf-8-sig", "gb18030"):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError:
                continue
    return re.sub(r"\A\s*<\?xml[^>]*\?>", "", decode(data, file))


def _is_gone(element: Any) -> bool:
    """Whether a browser does not show it."""
    return element.tag in _GONE or element.get("hidden") is not None or bool(_HIDDEN.search(element.get("style") or ""))


def _is_within_hidden(element: Any) -> bool:
    return _is_gone(element) and element.tag not in _PICTURES or any(map(_is_gone, element.iterancestors()))


class _Reader:
    """Walks the tree."""

    def blocks(self, element: Any) -> Iterator[Block]:
        """Blocks of an element; text beside blocks is a paragraph of its own."""
        loose: list[str] = [_typed(element.text, False)]
        line = element.sourceline or 1
        for child in element:
            if not isinstance(child.tag, str) or _is_gone(child):
                loose.append(_typed(child.tail, False))
                continue
            if child.tag == "nav":
                yield from self._loose(loose, line)
            elif child.tag == "pre" and not child.get(FIELD):
                yield from self._loose(loose, line)
                yield from _plain(child)
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
            loose.append(_typed(child.tail, False))
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
        if text := " ".join(_strewn(element)):
            yield Paragraph(text, element.sourceline or 1)
        table = Table()
        nested: list[Any] = []
        hanging: dict[int, tuple[Cell, int]] = {}
        for row in _within(element, ("tr",)):
            table.rows.append(self._row(row, hanging, nested))
        yield table
        for inner in nested:
            yield from self._table(inner)

    def _row(self, row: Any, hanging: dict[int, tuple[Cell, int]], nested: list[Any]) -> list[Cell]:
        cells: list[Cell] = []
        for item in _within(row, ("td", "th")):
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


def _within(element: Any, tags: tuple[str, ...]) -> Iterator[Any]:
    """The rows of a table or the cells of a row, also where a form or the like stands around them."""
    for child in element:
        if child.tag in tags:
            yield child
        elif isinstance(child.tag, str) and child.tag not in ("table", "caption", "td", "th") and not _is_gone(child):
            yield from _within(child, tags)


def _strewn(element: Any) -> Iterator[str]:
    """Texts that stand in a table, but in no cell."""
    pieces = [element.text]
    for child in element:
        if isinstance(child.tag, str) and child.tag not in ("table", "caption", "td", "th") and not _is_gone(child):
            yield from _strewn(child)
        pieces.append(child.tail)
    yield from (piece for text in pieces if (piece := _typed(text, False).strip()))


def _plain(element: Any) -> Iterator[Block]:
    """Plain text within a page, with the lines of the page."""
    before = (element.sourceline or 1) - 1
    for block in text_blocks(_shown(element, exact=True).removeprefix("\n")):
        for cell in block.cells() if isinstance(block, Table) else [block]:
            cell.line += before
        yield block


def _owner(table: Any) -> Any:
    return next((parent for parent in table.iterancestors() if parent.tag in ("td", "th")), None)


def _is_leaf(element: Any) -> bool:
    return not any(
        inner is not element and isinstance(inner.tag, str) and inner.tag in (*_BLOCKS, "table") for inner in element.iter()
    ) and element.tag not in ("body", "html")


def _size(element: Any, name: str) -> int:
    value = (element.get(name) or "1").strip()
    if value == "0" and name == "rowspan":
        return _TO_THE_END
    return max(1, min(int(value), 1000)) if value.isdecimal() and len(value) < 6 else 1


def _paragraph(element: Any) -> Paragraph:
    pieces = tuple((span.get(FIELD), _content(span)) for span in element.iter("span") if span.get(FIELD))
    return Paragraph(_number(element) + _content(element), element.sourceline or 1, mark=element.get(FIELD), pieces=pieces)


def _content(element: Any) -> str:
    """The text of a cell or paragraph: exact where it is marked, else as a browser shows it."""
    if element.get(FIELD):
        return (element.get(RESIDUE) or "") + _shown(element, exact=True)
    lines = (_BLANKS.sub(" ", line).strip(" ") for line in _shown(element, exact=False).split("\n"))
    text = "\n".join(lines).strip("\n")
    return re.sub(r"\n{2,}", "\n", text)


def _number(element: Any) -> str:
    """The number that a browser shows before an item of a numbered list."""
    above = element.getparent() if element.tag == "li" else None
    if above is None or above.tag != "ol" or _UNNUMBERED.search(above.get("style") or ""):
        return ""
    start = above.get("start") or "1"
    return f"{(int(start) if start.isdecimal() else 1) + sum(1 for _ in element.itersiblings('li', preceding=True))}."


def _shown(element: Any, *, exact: bool) -> str:
    parts: list[str] = [_typed(element.text, exact)]
    for child in element:
        if child.tag == "br":
            parts.append("\n")
        elif isinstance(child.tag, str) and not _is_gone(child) and child.tag != "table":
            block = child.tag in _BLOCKS
            parts += ["\n" if block else "", _number(child), _shown(child, exact=exact), "\n" if block else ""]
        parts.append(_typed(child.tail, exact))
    return "".join(parts)


def _typed(text: str | None, exact: bool) -> str:
    text = text or ""
    return text if exact else _BLANKS.sub(" ", text.replace("\xa0", " "))
