"""A workbook as a reader sees it: sheets, names, values. Files are read here; :mod:`xltargets.excel.live` does it in Excel.

Values come from python-calamine, which is fast because it knows little: it shows a cell with an error, and a formula that
was never calculated, as blank, and it says nothing of number formats. So the sheet's own XML is asked for these, but only
where it can matter.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from xltargets.errors import Error
from xltargets.excel.a1 import MAX_COLUMNS, address, column_number
from xltargets.excel.names import DefinedName, Tab, tabs_and_names
from xltargets.excel.package import Limits, Package
from xltargets.excel.styles import number_formats

#: More cells than this in one rectangle are not laid out in memory; the sheet is read sparsely instead.
MAX_DENSE_CELLS = 4_000_000


@dataclass(frozen=True, slots=True)
class ErrorValue:
    """What a cell shows in place of a value: ``#REF!``, ``#DIV/0!`` …"""

    code: str


class _Uncalculated:
    """The formula of a cell that no program has calculated yet."""

    def __repr__(self) -> str:
        return "UNCALCULATED"


UNCALCULATED = _Uncalculated()


class Grid(Protocol):
    """The values of one sheet; rows and columns count from 0."""

    @property
    def end(self) -> tuple[int, int]:
        """Last row and last column with a value; (-1, -1) when there is none."""

    def value(self, row: int, column: int) -> object:
        """None for blank, else str, float, bool, a date or time, :class:`ErrorValue` or :data:`UNCALCULATED`."""

    def values(self, row: int, columns: Sequence[int]) -> list[object]:
        """The values of several cells of a row."""

    def is_formula(self, row: int, column: int) -> bool:
        """Whether the cell holds a formula."""

    def number_format(self, row: int, column: int) -> str:
        """The cell's number format in Excel's notation (``0%``, ``General``)."""


class Book(Protocol):
    """What reading needs of a workbook, be it a file or open in Excel."""

    @property
    def worksheets(self) -> Sequence[str]:
        """Names of the worksheets in the order of their tabs."""

    @property
    def hidden(self) -> frozenset[str]:
        """Names of the worksheets that are not shown."""

    @property
    def names(self) -> Sequence[DefinedName]:
        """All defined names."""

    def grid(self, sheet: str) -> Grid:
        """The values of one worksheet."""


class FileBook:
    """A workbook in a file.

    Args:
        path: an .xlsx, .xlsm, .xltx or .xltm file.
        limits: what is refused as too large.

    Raises:
        Error: when it is no such file; the message says what it is and what to do.
    """

    def __init__(self, path: str | os.PathLike[str], limits: Limits | None = None) -> None:
        self._take(Package.open(path, limits or Limits()))

    @classmethod
    def of(cls, package: Package) -> FileBook:
        """The workbook of a package that is open already: sheets and names as patched, values as in the file."""
        book = cls.__new__(cls)
        book._take(package)
        return book

    def _take(self, package: Package) -> None:
        self.path = os.fspath(package.path)
        self.package = package
        self._tabs, self._names = tabs_and_names(package.text(package.workbook_part).data)
        self._sheets = dict(_worksheets(package, self._tabs))
        self._grids: dict[str, Grid] = {}

    @property
    def worksheets(self) -> list[str]:
        """Names of the worksheets in the order of their tabs."""
        return list(self._sheets)

    @property
    def hidden(self) -> frozenset[str]:
        """Names of the worksheets that are not shown."""
        return frozenset(tab.name for tab in self._tabs if tab.state != "visible")

    @property
    def names(self) -> list[DefinedName]:
        """All defined names."""
        return self._names

    def grid(self, sheet: str) -> Grid:
        """The values of one worksheet.

        Raises:
            Error: when the sheet cannot be read.
        """
        if sheet not in self._grids:
            self._grids[sheet] = self._load(sheet)
        return self._grids[sheet]

    def _load(self, sheet: str) -> Grid:
        xml = self.package.read(self._sheets[sheet])
        if not _can_be_dense(xml):
            return self._sparse(sheet)
        try:
            cells = self._calamine.get_sheet_by_name(sheet)
        except CalamineError:
            return self._sparse(sheet)
        return _FileGrid(cells, xml, self)

    def _sparse(self, sheet: str) -> Grid:
        from xltargets.excel.sparse import SparseGrid

        return SparseGrid(self.path, sheet)

    @cached_property
    def _calamine(self) -> CalamineWorkbook:
        _check_strings(self.package)
        try:
            return CalamineWorkbook.from_path(self.path)
        except (CalamineError, OSError) as error:
            raise Error(
                "文件已损坏，无法读取其中的数据；请用 Excel 打开并另存为新文件后再试", file=self.path
            ) from error

    @cached_property
    def number_formats(self) -> Sequence[str]:
        """Number format by style index, from the styles part."""
        related = self.package.relationships(self.package.workbook_part)
        parts = [link.target for link in related if link.kind == "styles" and link.target in self.package]
        return number_formats(self.package.read(parts[0])) if parts else ()


def _worksheets(package: Package, all_tabs: Iterable[Tab]) -> Iterator[tuple[str, str]]:
    """Name and part of each worksheet, in the order of the tabs."""
    relations = {relation.id: relation for relation in package.relationships(package.workbook_part)}
    for tab in all_tabs:
        relation = relations.get(tab.relation)
        if relation is not None and relation.kind == "worksheet" and (part := package.find(relation.target)):
            yield tab.name, part


#: A table of strings may claim so many of them, whatever its size.
_STRINGS = 1_000_000
_SST = re.compile(rb"<(?:\w+:)?sst\b[^>]*>")
_CLAIM = re.compile(rb"""\buniqueCount\s*=\s*["']\s*\+?(\d+)""")


def _check_strings(package: Package) -> None:
    """Refuse a table of shared strings that claims more of them than it has bytes.

    Calamine makes room for as many as ``uniqueCount`` says; more than the machine has ends the whole process.
    """
    for relation in package.relationships(package.workbook_part):
        if relation.kind == "sharedStrings" and relation.target in package:
            head, tag = b"", None
            for chunk in package.stream(relation.target):
                head += chunk.replace(b"\0", b"")  # of UTF-16, what matters here
                if tag := _SST.search(head):
                    break
            claim = _CLAIM.search(tag[0]) if tag else None
            if claim and (len(claim[1]) > 15 or int(claim[1]) > max(package.size(relation.target), _STRINGS)):
                raise package.error("文件里的文字表声称的条数与内容不符，不予处理；请用 Excel 或 WPS 打开后另存一份再试")


_FAR = re.compile(rb"""r\s*=\s*["'](?:[A-Za-z]{3}\d|[A-Za-z]{0,2}\d{4})""")
_TAG = re.compile(rb"<(?:\w+:)?(c|row)\b([^>]*)>")
_REF = re.compile(rb"""\br\s*=\s*["']([A-Za-z]*)(\d{1,15})""")


def _can_be_dense(xml: bytes) -> bool:
    """Whether a rectangle around all cells with content fits in memory, and the XML is of the usual kind.

    A reader that lays out rectangles (calamine does) can be made to ask for 500 GB by two cells. Sheets without rows
    from 1000 on and without columns from AAA on, nearly all, are let through by a look at their references.
    """
    if xml[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return False
    return not _FAR.search(xml) or _cells_around_content(xml) <= MAX_DENSE_CELLS


def _cells_around_content(xml: bytes) -> int:
    """How many cells the rectangle around all cells with content has."""
    rows, columns, row = 0, 0, 0
    for tag, attributes in _TAG.findall(xml):
        reference = _REF.search(attributes)
        if tag == b"row":
            row = int(reference[2]) if reference else row + 1
        elif not attributes.endswith(b"/"):
            rows = max(rows, int(reference[2]) if reference else row)
            columns = max(columns, column_number(reference[1].decode()) + 1 if reference else MAX_COLUMNS)
    return rows * columns


_ERROR_CELL = re.compile(rb'<(?:\w+:)?c\b([^>]*\bt="e"[^>]*)>(.*?)</(?:\w+:)?c>', re.DOTALL)
_ERROR_TEXT = re.compile(rb"<(?:\w+:)?v>([^<]*)<")
_FORMULA = re.compile(rb"<f(?:\s[^>]*)?(?:/>|>[^<]*</f>)\s*(?:<v\b[^>]*>([^<]?))?")
_FORMULA_WITH_PREFIX = re.compile(rb"<\w+:f(?:\s[^>]*)?(?:/>|>[^<]*</\w+:f>)\s*(?:<\w+:v\b[^>]*>([^<]?))?")
#: The ends of formulas, in tags of their own and in one tag (of a shared formula), behind which there is no value.
_WITHOUT_VALUE = (
    re.compile(rb"</f>(?!\s*<v\b[^>]*>[^<])"),
    re.compile(rb"<f\s[^>]*/>(?!\s*<v\b[^>]*>[^<])"),
)
_ATTRIBUTE_R = re.compile(rb'\br="([A-Z]+)(\d+)"')
_STYLED_CELL = re.compile(rb'<c r="([A-Z]+)\d+" s="(\d+)"')


class _FileGrid:
    """Values by calamine; errors, formulas and formats from the XML, on demand."""

    def __init__(self, cells: CalamineSheet, xml: bytes, book: FileBook) -> None:
        self._rows = cells.to_python(skip_empty_area=False)
        self._xml = xml
        self._book = book
        self._styles_in_row: dict[int, dict[int, int]] = {}
        self.end = (len(self._rows) - 1, len(self._rows[0]) - 1) if self._rows else (-1, -1)

    def value(self, row: int, column: int) -> object:
        """None for blank, else the value (see :class:`Grid`)."""
        if 0 <= row <= self.end[0] and 0 <= column <= self.end[1]:
            value: object = self._rows[row][column]
            if value != "":
                return value
        return self._unseen.get((row, column)) if self._unseen else None

    def values(self, row: int, columns: Sequence[int]) -> list[object]:
        """The values of several cells of a row."""
        try:
            cells = self._rows[row] if row >= 0 else []
            found: list[object] = [None if (value := cells[column]) == "" else value for column in columns]
        except IndexError:
            return [self.value(row, column) for column in columns]
        if self._unseen and None in found:
            unseen = self._unseen
            return [unseen.get((row, at)) if value is None else value for at, value in zip(columns, found, strict=True)]
        return found

    def is_formula(self, row: int, column: int) -> bool:
        """Whether the cell holds a formula: looked up in its tag, or, where that is not the usual one, among all."""
        at = self._xml.find(b'<c r="%s"' % address(row, column).encode())
        if at < 0:
            return (row, column) in self._formulas
        inside = self._xml.find(b">", at) + 1
        return self._xml[inside - 2 : inside - 1] != b"/" and self._xml[inside : inside + 3] in (b"<f>", b"<f ")

    @cached_property
    def _unseen(self) -> Mapping[tuple[int, int], object]:
        """Cells that calamine shows as blank and are not: errors, and formulas without a value."""
        found: dict[tuple[int, int], object] = {}
        for attributes, value in self._formula_cells(only_without_value=True):
            if place := _place(attributes):
                if value is None or b't="str"' not in attributes:  # an empty text is a value
                    found[place] = UNCALCULATED
        if b'="e"' in self._xml:
            for attributes, content in _ERROR_CELL.findall(self._xml):
                text = _ERROR_TEXT.search(content)
                place = _place(attributes)
                if place:
                    found[place] = ErrorValue(text[1].decode() if text else "#VALUE!")
        return found

    @cached_property
    def _formulas(self) -> frozenset[tuple[int, int]]:
        """All cells with a formula."""
        places = (_place(attributes) for attributes, _ in self._formula_cells())
        return frozenset(place for place in places if place)

    def _formula_cells(self, *, only_without_value: bool = False) -> Iterator[tuple[bytes, bytes | None]]:
        """The tag of each cell with a formula, and how the value kept with it begins; None where none is kept."""
        if b"<sheetData" not in self._xml:
            found = _FORMULA_WITH_PREFIX.finditer(self._xml)
        elif only_without_value:  # few, if any; going through all formulas takes longer than reading the cells
            ends = (end.start() for pattern in _WITHOUT_VALUE for end in pattern.finditer(self._xml))
            starts = (self._xml.rfind(b"<f", 0, end + 2) for end in ends)
            found = (match for start in starts if (match := _FORMULA.match(self._xml, start)))
        else:
            found = _FORMULA.finditer(self._xml)
        for match in found:
            if not (only_without_value and match[1]):
                yield self._xml[self._xml.rfind(b"<", 0, match.start()) : match.start()], match[1]

    def number_format(self, row: int, column: int) -> str:
        """The cell's number format."""
        formats = self._book.number_formats
        style = self._style(row, column)
        return formats[style] if style < len(formats) else "General"

    def _style(self, row: int, column: int) -> int:
        """The index of the cell's style: looked up in its row, or, where that is not written the usual way, in all tags."""
        if row not in self._styles_in_row:
            start = self._xml.find(b'<row r="%d"' % (row + 1))
            end = self._xml.find(b"</row>", start)
            cells = _STYLED_CELL.findall(self._xml, start, end) if 0 < start < end else ()
            self._styles_in_row[row] = {column_number(letters.decode()): int(style) for letters, style in cells}
        style = self._styles_in_row[row].get(column)
        return self._styles.get((row, column), 0) if style is None else style

    @cached_property
    def _styles(self) -> Mapping[tuple[int, int], int]:
        return {
            (int(digits) - 1, column_number(letters.decode())): int(style)
            for letters, digits, style in _STYLED_NUMBER.findall(self._xml)
        }


_STYLED_NUMBER = re.compile(
    rb'<(?:\w+:)?c\b(?=[^>]*\br="([A-Z]+)(\d+)")(?=[^>]*\bs="(\d+)")(?![^>]*\bt="s")[^>]*[^/]>'
)


def _place(attributes: bytes) -> tuple[int, int] | None:
    match = _ATTRIBUTE_R.search(attributes)
    return (int(match[2]) - 1, column_number(match[1].decode())) if match else None
