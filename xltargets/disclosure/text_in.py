"""Plain text as blocks: the shape word processors' tables take as text, in whatever encoding.

A cell is a line that begins with a tab, a row ends at a blank line, a cell of a merged area is a tab alone, lines without
a tab right after a cell belong to it. Rows of other shapes (cells between tabs, or between bars as in Markdown) are read
too. What the shape cannot say is written as ``[原文: "JSON text"]``, or ``[原文: null]``.
"""

from __future__ import annotations

import codecs
import json
import re

from xltargets.disclosure.blocks import Block, Cell, Paragraph, Table
from xltargets.disclosure.places import LITERAL, heading, is_known_contents, is_title, split_residue
from xltargets.errors import Error

_LINE_END = re.compile(r"\r\n|\n|\r")
_BINARY = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_RULE = re.compile(r"\|[\s:|-]*-[\s:|-]*\|")
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]<>#|~.])")
_BAR = re.compile(r"(?<!\\)\|")


def decode(data: bytes, file: str | None = None) -> str:
    """The text of a file in UTF-8, UTF-16 or GB18030.

    Raises:
        Error: when it is none of them, or no text.
    """
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):  # fmt: skip
        if data.startswith(mark):
            return _decoded(data[len(mark) :], [encoding], file)
    encodings = ["utf-8", "gb18030"]
    if b"\0" in data:  # UTF-16 without a mark: the zeros of its line ends and digits are all in the second or the first bytes
        encodings = ["utf-16-le" if data[1::2].count(0) >= data[::2].count(0) else "utf-16-be"]
    return _decoded(data, encodings, file)


def _decoded(data: bytes, encodings: list[str], file: str | None) -> str:
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not _BINARY.search(text):
            return text
    raise Error("不是文本文件，或编码无法识别；请另存为 UTF-8 编码的文本文件，或直接导入 Word 文件", file=file)


def literal(text: str) -> tuple[bool, str | None]:
    """Whether a text is written as a literal, and what it says."""
    if text.startswith(LITERAL) and text.endswith("]"):
        try:
            value = json.loads(text[len(LITERAL) : -1])
        except ValueError:
            return False, text
        if value is None or isinstance(value, str):
            return True, value
    return False, text


def text_blocks(text: str, *, markdown: bool = False) -> list[Block]:
    """The paragraphs and tables of a text; in Markdown a backslash makes what follows plain."""
    return _Builder(markdown).read([line.replace("\v", "\n") for line in _LINE_END.split(text.replace("\f", "\n"))])


class _Builder:
    """Line by line."""

    def __init__(self, markdown: bool) -> None:
        self.markdown = markdown
        self.blocks: list[Block] = []
        self.row: list[Cell] | None = None

    def read(self, lines: list[str]) -> list[Block]:
        for number, line in enumerate(lines, 1):
            self._line(number, line)
        return self.blocks

    def _line(self, number: int, line: str) -> None:
        if line.startswith("\t") and "\t" not in line[1:].rstrip("\t"):
            self._cell(number, line[1:])
        elif not line.strip():
            self.row = None
        elif line.strip().startswith("|") and line.strip().endswith("|") and len(_BAR.findall(line)) > 1:
            self._barred(number, line.strip())
        elif "\t" in line.strip() and not is_known_contents(line):
            self._whole_row(number, line.split("\t"))
        elif self.row and not self._begins_something(line):
            self.row[-1].text += f"\n{line}"
        else:
            self._paragraph(number, line)

    def _begins_something(self, line: str) -> bool:
        text = split_residue(line)[1]
        return not text or heading(text) is not None or is_title(text)

    def _cell(self, number: int, text: str) -> None:
        if self.row is None:
            self.row = []
            self._table().rows.append(self.row)
            if text == "" and len(self._table().rows) > 1:
                self.row.append(self._table().rows[-2][0])  # the cell above is merged with this one
                return
        self.row.append(_cell(text, number))

    def _whole_row(self, number: int, texts: list[str]) -> None:
        self.row = None
        while texts and not texts[-1].strip():
            texts.pop()
        self._table().rows.append([_cell(text, number) for text in texts])

    def _barred(self, number: int, line: str) -> None:
        self.row = None
        if not _RULE.fullmatch(line):
            texts = [_ESCAPED.sub(r"\1", part.strip().replace("<br>", "\n")) for part in _BAR.split(line)[1:-1]]
            self._table().rows.append([_cell(text, number) for text in texts])

    def _paragraph(self, number: int, line: str) -> None:
        self.row = None
        said, value = literal(line)
        text = re.sub(r"\A#{1,6} ", "", line)
        text = _ESCAPED.sub(r"\1", text) if self.markdown else text
        self.blocks.append(Paragraph(value or "", number, literal=True, null=value is None) if said else Paragraph(text, number))

    def _table(self) -> Table:
        """The table that goes on, or a new one after a paragraph."""
        if not self.blocks or not isinstance(self.blocks[-1], Table):
            self.blocks.append(Table())
        table = self.blocks[-1]
        assert isinstance(table, Table)
        return table


def _cell(text: str, number: int) -> Cell:
    said, value = literal(text)
    return Cell(value or "", number, literal=True, null=value is None) if said else Cell(text, number)
