"""Edits of one XML part, gathered and made at once.

What stands between the edits keeps its bytes. New elements take the prefix of their parent and stand where the schema's
sequence wants them (ECMA-376 part 1, CT_Worksheet, CT_Workbook); what a program wrote out of order stays out of order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from xltargets.excel import xmltext
from xltargets.excel.package import Package
from xltargets.excel.xmltext import Edit, Element, Text

WORKSHEET_ORDER = (
    "sheetPr dimension sheetViews sheetFormatPr cols sheetData sheetCalcPr sheetProtection protectedRanges scenarios "
    "autoFilter sortState dataConsolidate customSheetViews mergeCells phoneticPr conditionalFormatting dataValidations "
    "hyperlinks printOptions pageMargins pageSetup headerFooter rowBreaks colBreaks customProperties cellWatches "
    "ignoredErrors smartTags drawing legacyDrawing legacyDrawingHF drawingHF picture oleObjects controls webPublishItems "
    "tableParts extLst"
).split()
WORKBOOK_ORDER = (
    "fileVersion fileSharing workbookPr workbookProtection bookViews sheets functionGroups externalReferences "
    "definedNames calcPr oleSize customWorkbookViews pivotCaches smartTagPr smartTagTypes webPublishing "
    "fileRecoveryPr webPublishObjects extLst"
).split()

_ATTRIBUTE = re.compile(rb"""\s+([^\s=]+)\s*=\s*("[^"]*"|'[^']*')""")


class Patch:
    """A part under edit; nothing reaches the package before :meth:`save`.

    Args:
        package: the open workbook.
        part: the part's name.
        parsed: its text and tree where the caller has them already.
    """

    def __init__(self, package: Package, part: str, parsed: tuple[Text, Element] | None = None) -> None:
        self.package, self.part = package, part
        self.text, self.root = parsed or package.xml(part)
        self.edits: list[Edit] = []

    @property
    def data(self) -> bytes:
        """The part in UTF-8, before the edits."""
        return self.text.data

    def save(self) -> bool:
        """Give the edited part to the package; False when there was nothing to change."""
        edits = [edit for edit in self.edits if self.data[edit.start : edit.end] != edit.new]
        if edits:
            self.package.replace(self.part, self.text.encoded(xmltext.apply(self.data, edits)))
        return bool(edits)

    def result(self) -> bytes:
        """The edited part in its own encoding, without saving it."""
        return self.text.encoded(xmltext.apply(self.data, self.edits))

    def prefix(self, element: Element) -> str:
        """The namespace prefix of an element as written, colon included, or nothing."""
        return xmltext.prefix(self.data, element)

    def set(self, element: Element, name: str, value: str | None) -> None:
        """Set an attribute (as written, prefix included); None takes it away. Once for each attribute."""
        self.edits.extend(attribute_edits(self.data, element.start, element.inner, name, value))

    def set_local(self, element: Element, local: str, value: str) -> None:
        """Set every attribute of that local name, whatever its prefix."""
        for raw, start, end in attribute_spans(self.data, element.start, element.inner):
            if raw.rpartition(":")[2] == local:
                self.edits.append(Edit(start, end, xmltext.escape(value).encode()))

    def set_text(self, element: Element, text: str) -> None:
        """Replace all that is inside an element by character data."""
        new = xmltext.escape(text).replace("&quot;", '"').encode()
        if element.empty:
            self.edits.extend(xmltext.insert_last(self.data, element, new))
        else:
            self.edits.append(Edit(element.inner, element.inner_end, new))

    def drop(self, element: Element) -> None:
        """Remove an element."""
        self.edits.append(Edit(element.start, element.end, b""))

    def append(self, parent: Element, new: str) -> None:
        """Put new markup at the end of an element; for an empty-element tag only once."""
        self.edits.extend(xmltext.insert_last(self.data, parent, new.encode()))

    def insert(self, parent: Element, name: str, new: str, order: Sequence[str]) -> None:
        """Put the markup of a new child where the order of children wants it."""
        rank = order.index(name)
        for child in parent.children:
            if any(part in order and order.index(part) > rank for part in _names(child)):
                self.edits.append(Edit(child.start, child.start, new.encode()))
                return
        self.append(parent, new)


def attribute_spans(data: bytes, start: int, inner: int) -> Iterator[tuple[str, int, int]]:
    """Name as written, and place of the value between its quotes, of each attribute of the tag from `start` to `inner`."""
    at = start + 1 + len(xmltext.raw_name(data, start))
    while match := _ATTRIBUTE.match(data, at, inner):
        yield match[1].decode(), match.start(2) + 1, match.end(2) - 1
        at = match.end()


def attribute_edits(data: bytes, start: int, inner: int, name: str, value: str | None) -> list[Edit]:
    """Edits that set an attribute of the tag from `start` to `inner`, or take it away."""
    at = start + 1 + len(xmltext.raw_name(data, start))
    while match := _ATTRIBUTE.match(data, at, inner):
        if match[1].decode() == name:
            if value is None:
                return [Edit(match.start(), match.end(), b"")]
            return [Edit(match.start(2) + 1, match.end(2) - 1, _value(value))]
        at = match.end()
    return [] if value is None else [Edit(at, at, f' {name}="'.encode() + _value(value) + b'"')]


def _value(value: str) -> bytes:
    escaped = xmltext.escape(value).replace("'", "&apos;")
    return escaped.replace("\t", "&#9;").replace("\n", "&#10;").replace("\r", "&#13;").encode()


def _names(element: Element) -> Iterator[str]:
    """The names by which a child counts in the order: its own, or those it wraps (mc:AlternateContent)."""
    if element.name == "AlternateContent":
        for branch in element.children:
            yield from (child.name for child in branch.children)
    else:
        yield element.name
