"""Values by python-calamine, for sheets whose XML is not of the usual writing; see :mod:`xltargets.excel.plain` for the others.

Calamine is fast because it knows little: it shows a cell with an error, and a formula that was never calculated, as blank,
and it says nothing of number formats. So the sheet's own XML is asked for these, but only where it can matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from xltargets.excel.a1 import MAX_COLUMNS, address, column_number
from xltargets.excel.grid import MAX_DENSE_CELLS, UNCALCULATED, ErrorValue
from xltargets.excel.package import Package


class Unreadable(Exception):
    """Calamine cannot take this sheet, or should not."""


class CalamineBook:
    """A workbook opened by calamine.

    Args:
        package: the same workbook, opened already.

    Raises:
        Error: when calamine cannot open it.
    """

    def __init__(self, package: Package) -> None:
        _check_strings(package)
        try:
            self._workbook = CalamineWorkbook.from_path(package.path)
        except (CalamineError, OSError) as error:
            raise package.error("文件已损坏，无法读取其中的数据；请用 Excel 打开并另存为新文件后再试") from error

    def grid(self, sheet: str, xml: bytes, formats: Sequence[str]) -> CalamineGrid:
        """A sheet, given its name, its part and the number formats by style index.

        Raises:
            Unreadable: calamine does not understand it, or would need too much memory.
        """
        if not _can_be_dense(xml):
            raise Unreadable
        try:
            return CalamineGrid(self._workbook.get_sheet_by_name(sheet), xml, formats)
        except (CalamineError, OverflowError) as error:  # of a length of time that Python cannot express
            raise Unreadable from error


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


_FAR = re.compile(rb"""r\s*=\s*["'](?:[A-Za-z]{3}|[A-Za-z]{0,2}\d{4})""")
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


class CalamineGrid:
    """Values by calamine; errors, formulas and formats from the XML, on demand (see :class:`xltargets.excel.grid.Grid`).

    Args:
        cells: the sheet.
        xml: its part.
        formats: number format by style index.
    """

    def __init__(self, cells: CalamineSheet, xml: bytes, formats: Sequence[str]) -> None:
        self._rows = cells.to_python(skip_empty_area=False)
        self._xml = xml
        self._formats = formats
        self._styles_in_row: dict[int, dict[int, int]] = {}
        self.end = (len(self._rows) - 1, len(self._rows[0]) - 1) if self._rows else (-1, -1)

    def rows(self, first: int) -> range:
        """The rows from ``first`` on."""
        return range(first, self.end[0] + 1)

    def value(self, row: int, column: int) -> object:
        """None for blank, else the value (see :class:`xltargets.excel.grid.Grid`)."""
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
        style = self._style(row, column)
        return self._formats[style] if style < len(self._formats) else "General"

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
