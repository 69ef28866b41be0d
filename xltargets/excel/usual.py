"""A worksheet's cells in the usual writing, whichever they came in, so that :mod:`xltargets.excel.plain` can read them.

Here all of XML is understood: prefixes, quotes, blanks, comments, CDATA, references, other encodings; and all that the format
leaves to the writer: rich text within a cell, the order of attributes and rows, cells and rows without an address.
"""

from __future__ import annotations

import re
from xml.parsers import expat

from xltargets.excel import xmltext
from xltargets.excel.a1 import address, column_number
from xltargets.excel.plain import MOST_CELLS, SPACE, NotPlain
from xltargets.excel.xmltext import Broken, split_name, whole

_REFERENCE = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")
_SPACE_ATTRIBUTE = xmltext.SEPARATOR.join(("http://www.w3.org/XML/1998/namespace", "space"))


def usual(data: bytes) -> bytes:
    """The cells of a worksheet part, which is in UTF-8: those with a value or a formula, and nothing else of the sheet.

    Raises:
        NotPlain: no well-formed XML, an address that is none, or more cells than are kept so.
    """
    rewriter = _Rewriter()
    try:
        rewriter.parser.Parse(data, True)
    except (expat.ExpatError, Broken) as error:
        raise NotPlain from error
    return b"<worksheet><sheetData>" + "".join(rewriter.cells).encode("utf-8", "surrogatepass") + b"</sheetData></worksheet>"


class _Rewriter:
    """Hears the parser and writes the cells."""

    def __init__(self) -> None:
        self.cells: list[str] = []
        self._path: list[str] = []  # local names of the open elements
        self._row, self._column = -1, -1
        self._attributes: dict[str, str] = {}
        self._formula = False
        self._value: str | None = None
        self._text: list[str] = []
        self._preserved = False
        self.parser = xmltext.parser()
        self.parser.buffer_text = True
        self.parser.StartElementHandler, self.parser.EndElementHandler = self._start, self._end

    def _start(self, full: str, attributes: dict[str, str]) -> None:
        self._path.append(split_name(full)[1])
        if len(self._path) > xmltext.DEEPEST:
            raise NotPlain
        match self._path[1:]:
            case ["sheetData", "row"]:
                number = whole(attributes.get("r"))
                self._row, self._column = self._row + 1 if number is None else number - 1, -1
            case ["sheetData", "row", "c"]:
                self._attributes, self._formula, self._value = attributes, False, None
            case ["sheetData", "row", "c", "f"]:
                self._formula = True
            case ["sheetData", "row", "c", "v"] | ["sheetData", "row", "c", "is", "t"] | ["sheetData", "row", "c", "is", "r", "t"]:
                self._text, self._preserved = [], attributes.get(_SPACE_ATTRIBUTE) == "preserve"
                self.parser.CharacterDataHandler = self._text.append

    def _end(self, _: str) -> None:
        match self._path[1:]:
            case ["sheetData", "row", "c"]:
                self._cell()
            case ["sheetData", "row", "c", *_, "v" | "t"] if self.parser.CharacterDataHandler is not None:
                text = "".join(self._text)
                as_written = self._preserved or (self._path[-1] == "v" and self._attributes.get("t") == "str")
                self._value = (self._value or "") + (text if as_written else text.strip(SPACE))
                self.parser.CharacterDataHandler = None
        self._path.pop()

    def _cell(self) -> None:
        reference, style, kind = (self._attributes.get(name) for name in "rst")
        row, column = self._row, self._column + 1
        if reference is not None:
            if (found := _REFERENCE.fullmatch(reference)) is None:
                raise NotPlain
            row, column = int(found[2]) - 1, column_number(found[1].upper())
        self._column = column
        if self._value is None and not self._formula:
            return
        if len(self.cells) > MOST_CELLS:
            raise NotPlain
        written = "" if self._value is None else self._written(self._value, kind)
        formula = "<f></f>" if self._formula else ""
        named = "".join(f' {name}="{xmltext.escape(value)}"' for name, value in (("s", style), ("t", kind)) if value)
        self.cells.append(f'<c r="{address(row, column)}"{named}>{formula}{written}</c>')

    def _written(self, value: str, kind: str | None) -> str:
        text = xmltext.escape(value).replace("\r", "&#13;")
        return f'<is><t xml:space="preserve">{text}</t></is>' if kind == "inlineStr" else f"<v>{text}</v>"
