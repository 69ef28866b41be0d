"""Sheets read straight from their XML, where it is written as Excel, WPS, LibreOffice and the usual libraries write it.

One pass of one regular expression finds every cell with what a reader wants to know of it: its value, whether a formula
gave it, and its number format, of which python-calamine tells only the first. What is written in any other way is left to
others by :exc:`NotPlain`, never guessed: prefixes, attributes in another order, comments, rich text within a cell;
:mod:`xltargets.excel.usual` puts them into the usual writing.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from io import BytesIO
from xml.etree import ElementTree

from xltargets.excel import xmltext
from xltargets.excel.a1 import address, parse_cell
from xltargets.excel.grid import UNCALCULATED, ErrorValue
from xltargets.excel.styles import moment, temporal_styles

_CELL = re.compile(
    rb'<c r="([^"]*+)"(?: s="([^"]*+)")?+(?: t="([^"]*+)")?+>'
    rb"(?:(<f)[^>]*+>(?:[^<]*+</f>)?+)?+"
    rb"(?:(<v[^>/]*+|<is><t[^>/]*+)(?:/>|>([^<]*+)</(?:v|t></is)>))?+</c>"
)
#: More cells than this are left to calamine, which keeps them smaller while it reads.
MOST_CELLS = 200_000
#: What no sheet in the usual writing has in its head: a prefix for the elements themselves.
_PREFIXED = re.compile(rb'xmlns:\w+="[^"]*spreadsheetml/(?:2006/)?main"')
_STRING = r"<si>(?:<t(?:{}</t>|/>))?+(?:<phoneticPr[^>]*+/>)?+</si>|<si/>"
_TRIMMED = re.compile(_STRING.format('(?: xml:space="preserve")?+>([^<]*+)'))
_SPACED = re.compile(_STRING.format('(?:>([^<]*+)| xml:space="preserve">([^<]*+))'))
_REFERENCE = re.compile(r"&(?:(lt|gt|amp|quot|apos)|#([0-9]{1,7})|#x([0-9A-Fa-f]{1,6}));|&")
SPACE = " \t\n\r"
_XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}


class NotPlain(Exception):
    """The XML is not of the usual writing, so somebody who knows all of XML has to read it."""


class TooMany(NotPlain):
    """There are more cells than are kept so."""


class PlainGrid:
    """The cells of one sheet (see :class:`xltargets.excel.grid.Grid`).

    Args:
        xml: the sheet's part.
        strings: the workbook's shared strings, see :func:`numbered`.
        formats: number format by style index.
        dated: what a number means in a format of dates and times.

    Raises:
        NotPlain: when it is not all of the usual writing.
    """

    def __init__(
        self,
        xml: bytes,
        strings: Mapping[bytes, str],
        formats: Sequence[str],
        dated: Callable[[float, str], object] = moment,
    ) -> None:
        self._formats = formats
        self._rows: defaultdict[int, dict[int, object]] = defaultdict(dict)
        self._styles = styles = dict[tuple[int, int], int]()  # of numbers
        self._formulas = formulas = set[bytes]()
        temporal = temporal_styles(formats)
        texts: dict[bytes, str] = {}  # formulas give few different ones
        at, cells = -1, dict[int, object]()
        place = _PLACES.get
        try:
            for reference, style, kind, formula, tag, content in _cells(xml):
                row, column = place(reference) or _place(reference)
                if row != at:
                    at, cells = row, self._rows[row]
                if formula:
                    formulas.add(reference)
                if kind == b"s":
                    if text := strings[content]:
                        cells[column] = text
                elif content and kind == b"str":
                    said = texts.get(content)
                    if said is None:
                        said = texts[content] = _text(content)
                    cells[column] = said
                elif content and (kind == b"" or kind == b"n"):
                    if b"_" in content:
                        raise NotPlain  # Python would pass over it
                    cells[column] = amount = float(content)
                    styles[row, column] = number = int(style or 0)
                    if number in temporal:
                        cells[column] = dated(amount, formats[number])
                elif (value := _rare(kind, formula, tag, content)) is not None:
                    cells[column] = value
        except (ValueError, KeyError) as error:
            raise NotPlain from error

    @cached_property
    def end(self) -> tuple[int, int]:
        """Last row and last column with a value; (-1, -1) when there is none."""
        filled = {row: cells for row, cells in self._rows.items() if cells}
        return max(filled, default=-1), max(map(max, filled.values()), default=-1)

    def rows(self, first: int) -> Iterable[int]:
        """The rows from ``first`` on that have a value, in order."""
        return sorted(row for row, cells in self._rows.items() if cells and row >= first)

    def value(self, row: int, column: int) -> object:
        """None for blank, else the value (see :class:`xltargets.excel.grid.Grid`)."""
        return self._rows[row].get(column) if row in self._rows else None

    def values(self, row: int, columns: Sequence[int]) -> list[object]:
        """The values of several cells of a row."""
        return list(map(self._rows[row].get, columns)) if row in self._rows else [None] * len(columns)

    def is_formula(self, row: int, column: int) -> bool:
        """Whether the cell holds a formula."""
        return address(row, column).encode() in self._formulas

    def number_format(self, row: int, column: int) -> str:
        """The number format of a cell with a number."""
        style = self._styles.get((row, column), 0)
        return self._formats[style] if style < len(self._formats) else "General"


def numbered(strings: Sequence[str]) -> Mapping[bytes, str]:
    """The workbook's shared strings by their numbers as cells have them: ``b"7"``."""
    if len(strings) <= len(_NUMBERS):
        return dict(zip(_NUMBERS, strings, strict=False))
    return {b"%d" % number: text for number, text in enumerate(strings)}


#: Most workbooks have fewer shared strings.
_NUMBERS = tuple(b"%d" % number for number in range(1000))


def shared_strings(xml: bytes) -> list[str]:
    """The table of the workbook's strings, whose part is in UTF-8; of rich text the text, without phonetic hints.

    Raises:
        NotPlain: when it is no XML, or has a document type.
    """
    try:
        text = xml.decode()
    except UnicodeDecodeError as error:
        raise NotPlain from error
    strings = _TRIMMED.findall(text)
    if len(strings) != text.count("<si") or ("!" in text and "<!--" in text) or _PREFIXED.search(xml, 0, 2000):
        return list(_parsed_strings(xml))
    if strings != list(map(str.strip, strings)):
        strings = [preserved or loose.strip(SPACE) for loose, preserved in _SPACED.findall(text)]
    return [_decoded(string) if _is_coded(string) else string for string in strings] if _is_coded(text) else strings


def _parsed_strings(xml: bytes) -> Iterator[str]:
    if b"<!DOCTYPE" in xml:
        raise NotPlain
    try:
        for _, element in ElementTree.iterparse(BytesIO(xmltext.undeclared(xml))):
            if element.tag.endswith("}si"):
                yield "".join(map(_string, _runs(element)))
                element.clear()
    except (ElementTree.ParseError, LookupError) as error:
        raise NotPlain from error


def _runs(string: ElementTree.Element) -> Iterator[ElementTree.Element]:
    """The text elements of a string: its own, or those of its runs."""
    for child in string:
        if child.tag.endswith("}t"):
            yield child
        elif child.tag.endswith("}r"):
            yield from (part for part in child if part.tag.endswith("}t"))


def _string(element: ElementTree.Element) -> str:
    text = xmltext.from_xstring(element.text or "")
    return text if element.get(_XML_SPACE) == "preserve" else text.strip(SPACE)


def _cells(xml: bytes) -> list[tuple[bytes, ...]]:
    """Reference, style, type, formula (or nothing), tag and content of each cell with anything in it."""
    start, end = xml.find(b"<sheetData>"), xml.rfind(b"</sheetData>")
    if start < 0 or _PREFIXED.search(xml, 0, start) or _has_comment(xml, start, end):
        if b"<sheetData/>" in xml and not _PREFIXED.search(xml):
            return []
        raise NotPlain
    count = xml.count(b"</c", start, end)
    if end < 0 or not _is_utf8(xml):
        raise NotPlain
    if count > MOST_CELLS:
        raise TooMany
    found = _CELL.findall(xml, start, end)
    if len(found) != count:
        raise NotPlain
    return found


def _is_utf8(xml: bytes) -> bool:
    try:
        return xmltext.codec_of(xml) == "utf-8"
    except xmltext.Broken:
        return False


def _has_comment(xml: bytes, start: int, end: int) -> bool:
    """Whether there is a comment; looking for the rare character in it takes a tenth of looking for ``<!--``."""
    at = xml.find(b"!", start, end)
    while at >= 0:
        if xml.startswith(b"<!--", at - 1):
            return True
        at = xml.find(b"!", at + 1, end)
    return False


def _rare(kind: bytes, formula: bytes, tag: bytes, content: bytes) -> object:
    """The value of a cell that is no shared string, no number, and no text that a formula gave."""
    if kind == b"e":
        return ErrorValue(content.decode() or "#VALUE!")
    if not content:
        return UNCALCULATED if formula and not (tag and kind == b"str") else None
    if kind == b"inlineStr":
        return (_text(content) if b"preserve" in tag else _text(content).strip(SPACE)) or None
    if kind == b"b":
        return content in (b"1", b"true")
    raise NotPlain


def _text(content: bytes) -> str:
    text = content.decode()  # a UnicodeDecodeError is a ValueError
    return _decoded(text) if _is_coded(text) else text


def _is_coded(text: str) -> bool:
    return "&" in text or "\r" in text or ("_" in text and "_x" in text)


def _decoded(written: str) -> str:
    """Character data as text: references, line ends, and Excel's own escapes (``_x000D_``)."""
    text = written.replace("\r\n", "\n").replace("\r", "\n")
    return xmltext.from_xstring(_REFERENCE.sub(_character, text))


def _character(reference: re.Match[str]) -> str:
    name, decimal, hexadecimal = reference.groups()
    if name:
        return _NAMED[name]
    if not (decimal or hexadecimal):
        raise NotPlain
    try:
        return chr(int(decimal) if decimal else int(hexadecimal, 16))
    except (ValueError, OverflowError) as error:
        raise NotPlain from error


#: Row and column of references that came before: sheets of forms have them in common.
_PLACES: dict[bytes, tuple[int, int]] = {}


def _place(reference: bytes) -> tuple[int, int]:
    if len(_PLACES) >= 1 << 16:
        _PLACES.clear()
    place = parse_cell(reference.decode())
    if address(*place).encode() != reference:
        raise NotPlain  # formulas are known by the usual writing of their address
    _PLACES[reference] = place
    return place
