"""Defined names, read from the workbook part.

A name has a scope (the whole workbook, or one sheet: ``localSheetId``, the position of the sheet's tab) and a text that
is in general a formula. Names that point at cells are resolved into areas; all others point nowhere for our purpose.

Facts (ECMA-376 Part 1, 18.2.5 definedName; Excel 2010 and later):
- names compare without regard to case; a name of the sheet hides one of the workbook;
- a sheet that is copied takes its own names along; names of the workbook that point at it come along as names of the
  copy; so the sheet that counts is the one a name points at;
- ``_xlnm.`` begins Excel's own names (print areas, filters); add-ins leave hidden ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple
from xml.etree import ElementTree

from xltargets.errors import Error
from xltargets.excel.a1 import Area, parse_area
from xltargets.excel.xmltext import whole


class DefinedName(NamedTuple):
    """A name as the workbook has it.

    Attributes:
        name: as written.
        scope: the sheet it is defined on, None for the whole workbook.
        refers_to: its formula, without the leading ``=``.
        hidden: not shown in Excel's name manager.
    """

    name: str
    scope: str | None
    refers_to: str
    hidden: bool = False

    @property
    def is_builtin(self) -> bool:
        """Excel's own: a print area, repeated rows, a filter."""
        return self.name.lower().startswith("_xlnm.")


class SheetArea(NamedTuple):
    """A rectangle on a sheet."""

    sheet: str
    area: Area


class Tab(NamedTuple):
    """A sheet as the workbook part lists it: its name, the id of its relationship, whether it is shown, its own id."""

    name: str
    relation: str
    state: str
    sheet_id: str


def parse_workbook(workbook_xml: bytes) -> ElementTree.Element:
    """The tree of a workbook part, for :func:`tabs` and :func:`defined_names`; the part is in UTF-8.

    Raises:
        Error: when it is no well-formed XML, or declares a document type.
    """
    try:
        if b"<!DOCTYPE" in workbook_xml:
            raise ElementTree.ParseError("a document type")
        return ElementTree.fromstring(workbook_xml, ElementTree.XMLParser(encoding="utf-8"))
    except ElementTree.ParseError as error:
        raise Error("文件的工作簿部件已损坏，无法读取；请用 Excel 或 WPS 打开后另存一份再试") from error


def tabs(root: ElementTree.Element) -> Iterator[Tab]:
    """All sheets in the order of their tabs, chart sheets included."""
    for element in root.iter(root.tag.replace("workbook", "sheet")):
        relation = next((value for key, value in element.items() if key.endswith("}id")), "")
        yield Tab(element.get("name", ""), relation, element.get("state", "visible"), element.get("sheetId", ""))


def tabs_and_names(workbook_xml: bytes) -> tuple[list[Tab], list[DefinedName]]:
    """All sheets and all names of a workbook part, which is in UTF-8.

    Workbooks of one template have the same names, so what the element with the names says is kept for a few of them.

    Raises:
        Error: when it is no well-formed XML, or declares a document type.
    """
    start, end = workbook_xml.find(b"<definedNames>"), workbook_xml.find(_NAMES_END)
    if 0 < start < end and b"<!" not in workbook_xml:
        end += len(_NAMES_END)
        block, rest = workbook_xml[start:end], workbook_xml[:start] + workbook_xml[end:]
        try:
            root = parse_workbook(rest)
            found = list(tabs(root))
            names = _names_in(block, tuple(tab.name for tab in found))
        except (Error, ElementTree.ParseError):
            pass  # prefixes that are declared further up, or what is refused below
        else:
            return found, [*names, *defined_names(root, [tab.name for tab in found])]
    root = parse_workbook(workbook_xml)
    found = list(tabs(root))
    return found, defined_names(root, [tab.name for tab in found])


_NAMES_END = b"</definedNames>"


@lru_cache(maxsize=32)
def _names_in(block: bytes, names_of_tabs: tuple[str, ...]) -> list[DefinedName]:
    root = ElementTree.fromstring(block, ElementTree.XMLParser(encoding="utf-8"))
    return _defined(root.iter("definedName"), names_of_tabs)


def parse_defined_names(workbook_xml: bytes, names_of_tabs: list[str]) -> list[DefinedName]:
    """The names of a workbook part (see :func:`defined_names`)."""
    return defined_names(parse_workbook(workbook_xml), names_of_tabs)


def defined_names(root: ElementTree.Element, names_of_tabs: list[str]) -> list[DefinedName]:
    """The names of a workbook.

    Args:
        root: the tree of the workbook part.
        names_of_tabs: the names of all sheets in the order of their tabs, chart sheets included.
    """
    return _defined(root.iter(root.tag.replace("workbook", "definedName")), names_of_tabs)


def _defined(elements: Iterable[ElementTree.Element], names_of_tabs: Sequence[str]) -> list[DefinedName]:
    names = []
    for element in elements:
        scoped, local = element.get("localSheetId"), whole(element.get("localSheetId"))
        if scoped and (local is None or local >= len(names_of_tabs)):
            continue  # the sheet it belonged to is gone
        names.append(
            DefinedName(
                name=element.get("name", ""),
                scope=None if local is None else names_of_tabs[local],
                refers_to=(element.text or "").strip(),
                hidden=element.get("hidden") in ("1", "true"),
            )
        )
    return names


_QUOTED = r"'(?:[^']|'')+'"
_BARE = r"[^\s'!,:()\[\]*/+\-&=<>^\"{};]+"
_REFERENCE = re.compile(
    rf"\s*(?P<sheet>{_QUOTED}|{_BARE})!(?P<cells>\$?[A-Za-z0-9$]+(?::\$?[A-Za-z0-9$]+)?)\s*(?:,|\Z)"
)
#: The form in which Excel itself writes nearly all of them; rows of up to six digits are within the sheet.
_COMMON = re.compile(
    rf"({_QUOTED}|{_BARE})!(\$[A-Z]{{1,2}}\$[1-9]\d{{0,5}}(?::\$[A-Z]{{1,2}}\$[1-9]\d{{0,5}})?)\Z"
)


def resolve(refers_to: str, sheets: dict[str, str]) -> list[SheetArea]:
    """The areas a name points at; an empty list when it points at no cells of this workbook.

    Broken references (``#REF!``), other workbooks (``[1]Sheet1!A1``), constants and formulas are no cells.

    Args:
        refers_to: the name's text, without ``=``; several areas are joined by commas.
        sheets: casefolded name → name of each worksheet.
    """
    if common := _common(refers_to):
        sheet = sheets.get(common[0])
        return [SheetArea(sheet, common[1])] if sheet else []
    areas: list[SheetArea] = []
    position, text = 0, refers_to.removeprefix("=")
    if text.startswith("(") and text.endswith(")"):
        text = text[1:-1]
    while position < len(text):
        match = _REFERENCE.match(text, position)
        if not match:
            return []
        sheet = sheets.get(unquote_sheet(match["sheet"]).casefold())
        if sheet is None:
            return []
        try:
            areas.append(SheetArea(sheet, parse_area(match["cells"])))
        except ValueError:
            return []
        position = match.end()
    return areas


@lru_cache(maxsize=4096)
def _common(refers_to: str) -> tuple[str, Area] | None:
    """Casefolded sheet and area of a reference in the common form."""
    match = _COMMON.match(refers_to)
    return (unquote_sheet(match[1]).casefold(), parse_area(match[2])) if match else None


def unquote_sheet(text: str) -> str:
    """``'Bob''s'`` → ``Bob's``; a bare name stays as it is."""
    if len(text) > 1 and text[0] == text[-1] == "'":
        return text[1:-1].replace("''", "'")
    return text
