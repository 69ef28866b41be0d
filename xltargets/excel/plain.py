"""Sheets read straight from their XML, where it is written as Excel, WPS, LibreOffice and the usual libraries write it.

One pass of one regular expression finds every cell with what a reader wants to know of it: its value, whether a formula
gave it, and its number format, of which python-calamine tells only the first. What is written in any other way is left to
calamine by :exc:`NotPlain`, never guessed: prefixes, attributes in another order, comments, rich text within a cell, dates.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache
from io import BytesIO
from operator import itemgetter
from xml.etree import ElementTree

from xltargets.excel import xmltext
from xltargets.excel.a1 import address, parse_cell
from xltargets.excel.grid import UNCALCULATED, ErrorValue
from xltargets.excel.styles import temporal_styles

_CELL = re.compile(
    rb'<c r="([A-Z]++[0-9]++)"(?: s="([0-9]++)")?+(?: t="(\w++)")?+>'
    rb"(?:(<f)[^>]*+>(?:[^<]*+</f>)?+)?+"
    rb"(?:(<v[^>/]*+|<is><t[^>/]*+)(?:/>|>([^<]*+)</(?:v|t></is)>))?+</c>"
)
#: What no sheet in the usual writing has in its head: a prefix for the elements themselves.
_PREFIXED = re.compile(rb'xmlns:\w+="[^"]*spreadsheetml/(?:2006/)?main"')
_STRING = re.compile(
    r'<si>(?:<t(?:>([^<]*+)| xml:space="preserve">([^<]*+))</t>|<t/>)?+(?:<phoneticPr[^>]*+/>)?+</si>|<si/>'
)
_REFERENCE = re.compile(r"&(?:(lt|gt|amp|quot|apos)|#([0-9]{1,7})|#x([0-9A-Fa-f]{1,6}));|&")
_SPACE = " \t\n\r"
_XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_CODED = re.compile("[&\r]|_x")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}


class NotPlain(Exception):
    """The XML is not of the usual writing, so somebody who knows all of XML has to read it."""


class PlainGrid:
    """The cells of one sheet (see :class:`xltargets.excel.grid.Grid`).

    Args:
        xml: the sheet's part.
        strings: the workbook's shared strings.
        formats: number format by style index.

    Raises:
        NotPlain: when it is not all of the usual writing.
    """

    def __init__(self, xml: bytes, strings: Sequence[str], formats: Sequence[str]) -> None:
        self._formats = formats
        self._values = values = dict[tuple[int, int], object]()
        self._styles = styles = dict[tuple[int, int], int]()  # of numbers
        self._formulas = formulas = set[bytes]()
        temporal = temporal_styles(formats)
        try:
            for reference, style, kind, formula, tag, content in _cells(xml):
                if formula:
                    formulas.add(reference)
                if kind == b"s":
                    value: object = strings[int(content)]
                elif content and kind in (b"", b"n"):
                    value = float(content)
                    styles[_place(reference)] = at = int(style or 0)
                    if at in temporal:
                        raise NotPlain
                elif content and kind == b"str":
                    value = _text(content)
                else:
                    value = _rare(kind, formula, tag, content)
                if value is not None and value != "":
                    values[_place(reference)] = value
        except (ValueError, IndexError) as error:
            raise NotPlain from error

    @cached_property
    def end(self) -> tuple[int, int]:
        """Last row and last column with a value; (-1, -1) when there is none."""
        places = self._values
        return max(map(itemgetter(0), places), default=-1), max(map(itemgetter(1), places), default=-1)

    def value(self, row: int, column: int) -> object:
        """None for blank, else the value (see :class:`xltargets.excel.grid.Grid`)."""
        return self._values.get((row, column))

    def values(self, row: int, columns: Sequence[int]) -> list[object]:
        """The values of several cells of a row."""
        get = self._values.get
        return [get((row, column)) for column in columns]

    def is_formula(self, row: int, column: int) -> bool:
        """Whether the cell holds a formula."""
        return address(row, column).encode() in self._formulas

    def number_format(self, row: int, column: int) -> str:
        """The number format of a cell with a number."""
        style = self._styles.get((row, column), 0)
        return self._formats[style] if style < len(self._formats) else "General"


def shared_strings(xml: bytes) -> list[str]:
    """The table of the workbook's strings; of rich text the text, without phonetic hints.

    Raises:
        NotPlain: when it is no XML in UTF-8, or has a document type.
    """
    try:
        text = xml.decode()
    except UnicodeDecodeError as error:
        raise NotPlain from error
    found = _STRING.findall(text)
    if len(found) != text.count("<si>") + text.count("<si/>") or "<!" in text or _PREFIXED.search(xml, 0, 2000):
        return list(_parsed_strings(xml))
    strings = [preserved or loose.strip(_SPACE) for loose, preserved in found]
    return list(map(_decoded, strings)) if _CODED.search(text) else strings


def _parsed_strings(xml: bytes) -> Iterator[str]:
    if b"<!DOCTYPE" in xml:
        raise NotPlain
    try:
        for _, element in ElementTree.iterparse(BytesIO(xml)):
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
    return text if element.get(_XML_SPACE) == "preserve" else text.strip(_SPACE)


def _cells(xml: bytes) -> list[tuple[bytes, ...]]:
    """Reference, style, type, formula (or nothing), tag and content of each cell with anything in it."""
    start, end = xml.find(b"<sheetData>"), xml.rfind(b"</sheetData>")
    if start < 0 or _PREFIXED.search(xml, 0, start) or xml.find(b"<!--", start, end) > 0:
        if b"<sheetData/>" in xml and not _PREFIXED.search(xml):
            return []
        raise NotPlain
    if xmltext.codec_of(xml) != "utf-8":
        raise NotPlain
    found = _CELL.findall(xml, start, end)
    if len(found) != xml.count(b"</c>", start, end):
        raise NotPlain
    return found


def _rare(kind: bytes, formula: bytes, tag: bytes, content: bytes) -> object:
    """The value of a cell that is no shared string, no number, and no text that a formula gave."""
    if kind == b"e":
        return ErrorValue(content.decode() or "#VALUE!")
    if not content:
        return UNCALCULATED if formula and not (tag and kind == b"str") else None
    if kind == b"inlineStr":
        return _text(content) if b"preserve" in tag else _text(content).strip(_SPACE)
    if kind == b"b":
        return content in (b"1", b"true")
    raise NotPlain


def _text(content: bytes) -> str:
    text = content.decode()  # a UnicodeDecodeError is a ValueError
    return _decoded(text) if _CODED.search(text) else text


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


@lru_cache(maxsize=1 << 16)
def _place(reference: bytes) -> tuple[int, int]:
    return parse_cell(reference.decode())
