"""The tables in the file of a register: the worksheets of a workbook, or the lines of a CSV file."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path

from xltargets.errors import Error
from xltargets.excel.a1 import Area
from xltargets.excel.book import FileBook

#: The heading is sought in so many rows.
HEAD_ROWS = 30
_DELIMITERS = ",\t;"
#: Excel saves Unicode text (*.txt) as UTF-16 with such a mark.
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class Table:
    """The cells of one sheet, or of a CSV file; rows and columns count from 0.

    Attributes:
        name: of the sheet; None for CSV.
        hidden: whether the sheet is not shown.
        merged: its merged cells of more than one row.
    """

    name: str | None
    rows: Sequence[Sequence[object]]
    hidden: bool = False
    merged: Sequence[Area] = field(default=())

    def at(self, row: int, column: int) -> object:
        """A cell of a row that may be shorter than the heading."""
        cells = self.rows[row]
        return cells[column] if column < len(cells) else None

    def above(self, column: int) -> dict[int, int]:
        """Of the merged cells in a column: each row but the first → the first, which has the value."""
        areas = [area for area in self.merged if area.left <= column <= area.right]
        last = len(self.rows) - 1
        return {row: area.top for area in areas for row in range(area.top + 1, min(area.bottom, last) + 1)}


def tables_of(file: str, words: Iterable[str]) -> list[Table]:
    """The tables of a file, whose headings have one of the words.

    Raises:
        Error: when the file cannot be read.
    """
    return [_csv(file, words)] if Path(file).suffix.lower() in (".csv", ".txt", ".tsv") else list(_sheets(file))


def _sheets(file: str) -> Iterator[Table]:
    book = FileBook(file)
    for name in book.worksheets:
        grid = book.grid(name)
        last_row, last_column = grid.end
        rows = [[grid.value(row, column) for column in range(last_column + 1)] for row in range(last_row + 1)]
        yield Table(name, rows, name in book.hidden, [area for area in book.merged(name) if area.bottom > area.top])


def _csv(file: str, words: Iterable[str]) -> Table:
    try:
        data = Path(file).read_bytes()
    except FileNotFoundError as error:
        raise Error("找不到这个文件，请检查文件名和所在的文件夹", file=file) from error
    except OSError as error:
        raise Error("读不了这个文件；请检查它是不是文件夹、有没有读取权限", file=file) from error
    text = _decoded(data, file)
    reader = csv.reader(StringIO(text, newline=""), delimiter=_delimiter(text.splitlines()[:HEAD_ROWS], words), strict=True)
    rows: list[list[str]] = []
    try:
        rows.extend(reader)
    except csv.Error as error:
        began = sum(1 + "".join(row).count("\n") for row in rows) + 1
        message = f"第{began}行起不是合法的 CSV（引号不成对，或一格的内容过长）；请改正，或用 Excel 另存为 .xlsx 后再试"
        raise Error(message, file=file) from error
    return Table(None, rows)


def _delimiter(head: Sequence[str], words: Iterable[str]) -> str:
    """What divides the cells of the heading; where no heading is seen, what is there most often."""
    known = list(words)
    headings = (line for line in head if any(word in line for word in known) and any(map(line.count, _DELIMITERS)))
    return max(_DELIMITERS, key=next(headings, "".join(head)).count)


def _decoded(data: bytes, file: str) -> str:
    encodings = ("utf-16",) if data.startswith(_UTF_16) else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Error(
        "文件的编码既不是 UTF-8 也不是 GB18030；请用 Excel 另存为 .xlsx 或 UTF-8 编码的 .csv", file=file
    )
