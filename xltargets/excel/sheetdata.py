"""A worksheet part: its tree without the cells, and the cells row by row.

Cells come one row at a time and are let go of again, so that a sheet of a million of them costs time but hardly memory.
A row or cell without ``r`` stands after the one before it (ECMA-376 part 1, 18.3.1.4 and 18.3.1.73).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from xml.parsers import expat

from xltargets.excel import xmltext
from xltargets.excel.a1 import MAX_COLUMNS, MAX_ROWS, Area, column_number, parse_area
from xltargets.excel.xmltext import SEPARATOR, Broken, Element, attribute_names, split_name, tag_end

_REF = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})\Z")


class Formula:
    """The ``f`` of a cell: its place, its attributes and its text."""

    __slots__ = ("attributes", "end", "inner", "inner_end", "start", "text")

    def __init__(self, attributes: dict[str, str], start: int) -> None:
        self.attributes, self.start, self.text = attributes, start, ""
        self.inner = self.inner_end = self.end = 0


class Cell:
    """One ``c``. Row and column count from 0; `value` is the place of its ``v``."""

    __slots__ = ("attributes", "column", "end", "explicit", "formula", "inner", "inner_end", "row", "start", "value")

    def __init__(self, row: int, column: int, attributes: dict[str, str], start: int) -> None:
        self.row, self.column, self.attributes, self.start = row, column, attributes, start
        self.explicit = "r" in attributes
        self.inner = self.inner_end = self.end = 0
        self.formula: Formula | None = None
        self.value: tuple[int, int] | None = None


class Row:
    """One ``row`` with its cells, in the order of the file."""

    __slots__ = ("attributes", "cells", "end", "explicit", "index", "inner", "inner_end", "start")

    def __init__(self, index: int, attributes: dict[str, str], start: int, inner: int) -> None:
        self.index, self.attributes, self.start, self.inner = index, attributes, start, inner
        self.explicit = "r" in attributes
        self.inner_end = self.end = 0
        self.cells: list[Cell] = []


@lru_cache(maxsize=MAX_COLUMNS)
def _column(letters: str) -> int:
    column = column_number(letters)
    if column >= MAX_COLUMNS:
        raise Broken(f"里有超出工作表范围的列“{letters}”")
    return column


def scan(data: bytes, on_row: Callable[[Row], None]) -> Element:
    """Go through a worksheet once.

    Args:
        data: the part in UTF-8.
        on_row: is given each row, complete, in the order of the file.

    Returns:
        The root; its ``sheetData`` has no children.

    Raises:
        Broken: no well-formed XML, or an address that is none.
    """
    made = xmltext.parser()
    top = Element("", "", {}, 0, None)
    current = top
    row: Row | None = None
    cell: Cell | None = None
    last_row = -1
    row_name = cell_name = formula_name = value_name = data_name = ""

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal current, row_name, cell_name, formula_name, value_name, data_name
        element = Element(*split_name(name), attribute_names(attributes), made.CurrentByteIndex, current)
        element.inner = tag_end(data, element.start)
        current.children.append(element)
        current = element
        if element.name == "sheetData" and element.parent is top.children[0]:
            space = element.namespace + SEPARATOR if element.namespace else ""
            row_name, cell_name, formula_name, value_name = (space + n for n in ("row", "c", "f", "v"))
            data_name = name
            made.StartElementHandler, made.EndElementHandler = start_inside, end_inside
            made.CharacterDataHandler = None

    def end(_: str) -> None:
        nonlocal current
        _close(data, current, made.CurrentByteIndex)
        assert current.parent is not None
        current = current.parent

    def characters(text: str) -> None:
        current.text += text

    def start_inside(name: str, attributes: dict[str, str]) -> None:
        nonlocal row, cell, last_row
        if name == cell_name and row is not None and cell is None:
            ref = attributes.get("r")
            if ref is None:
                column = row.cells[-1].column + 1 if row.cells else 0
            else:
                match = _REF.match(ref)
                if match is None or int(match[2]) != row.index + 1:
                    raise Broken(f"里第 {row.index + 1} 行有不合规定的单元格地址“{ref}”")
                column = _column(match[1])
            cell = Cell(row.index, column, attributes, made.CurrentByteIndex)
        elif cell is not None:
            if name == formula_name and cell.formula is None:
                cell.formula = Formula(attributes, made.CurrentByteIndex)
                made.CharacterDataHandler = formula_text
            elif name == value_name and cell.value is None:
                at = made.CurrentByteIndex
                cell.value = (at, at)
        elif name == row_name and row is None:
            at = made.CurrentByteIndex
            number = attributes.get("r")
            index = last_row + 1 if number is None else int(number) - 1 if number.isdecimal() and len(number) < 8 else -1
            if not 0 <= index < MAX_ROWS:
                raise Broken(f"里有不合规定的行号“{number}”")
            last_row = index
            row = Row(index, attributes, at, tag_end(data, at))

    def formula_text(text: str) -> None:
        assert cell is not None and cell.formula is not None
        cell.formula.text += text

    def end_inside(name: str) -> None:
        nonlocal row, cell
        if cell is not None:
            if name == cell_name:
                cell.inner = tag_end(data, cell.start)
                _close(data, cell, made.CurrentByteIndex)
                assert row is not None
                row.cells.append(cell)
                cell = None
            elif name == formula_name and cell.formula is not None and not cell.formula.end:
                cell.formula.inner = tag_end(data, cell.formula.start)
                _close(data, cell.formula, made.CurrentByteIndex)
                made.CharacterDataHandler = None
            elif name == value_name and cell.value is not None and cell.value[0] == cell.value[1]:
                begin = cell.value[0]
                inner = tag_end(data, begin)
                empty = data[inner - 2 : inner] == b"/>"
                cell.value = begin, inner if empty else data.index(b">", made.CurrentByteIndex) + 1
        elif row is not None and name == row_name:
            _close(data, row, made.CurrentByteIndex)
            on_row(row)
            row = None
        elif name == data_name:
            made.StartElementHandler, made.EndElementHandler = start, end
            made.CharacterDataHandler = characters
            end(name)

    made.StartElementHandler, made.EndElementHandler, made.CharacterDataHandler = start, end, characters
    made.buffer_text = True
    try:
        made.Parse(data, True)
    except expat.ExpatError as error:
        raise Broken(xmltext.complaint(error)) from None
    root = top.children[0]
    root.parent = None
    return root


def _close(data: bytes, place: Element | Row | Cell | Formula, at: int) -> None:
    """Set where an element ends, its end tag beginning at `at` unless it is an empty-element tag."""
    if data[place.inner - 2 : place.inner] == b"/>":
        place.inner_end = place.end = place.inner
    else:
        place.inner_end = at
        place.end = data.index(b">", at) + 1


def has_formulas(data: bytes) -> bool:
    """Whether a worksheet part may hold a formula in a cell; cheap, and never wrong when it says no."""
    return re.search(rb"<(?:[^\s<>/:]+:)?f[\s/>]", data) is not None


def merged_areas(root: Element) -> Iterator[Area]:
    """The merged cells of a sheet that was gone through; what is no area is passed over."""
    cells = root.child("mergeCells")
    for element in cells.children if cells else ():
        try:
            yield parse_area(element.attributes.get("ref", ""))
        except ValueError:
            continue
