"""What a note needs to know of a worksheet, found without building a tree of it.

The part is streamed through expat, which checks all of it. The rows are only checked: the handlers are off between
``<sheetData>`` and ``</sheetData>``, so that a million rows cost what inflating and checking them costs.
"""

from __future__ import annotations

import contextlib
import re
from functools import cached_property
from typing import NamedTuple
from xml.parsers import expat

from xltargets.excel import xmltext
from xltargets.excel.a1 import Area, parse_area
from xltargets.excel.opc import MAIN_STRICT, REL, REL_STRICT, relation_id
from xltargets.excel.package import Package, Sheet
from xltargets.excel.xmltext import Broken, Edit, whole

# CT_Worksheet, ECMA-376 part 1, 18.3.1.99; smartTags is of the first edition. Editions differ on the place of drawingHF.
_ORDER = """
sheetPr dimension sheetViews sheetFormatPr cols sheetData sheetCalcPr sheetProtection
protectedRanges scenarios autoFilter sortState dataConsolidate customSheetViews mergeCells
phoneticPr conditionalFormatting dataValidations hyperlinks printOptions pageMargins pageSetup
headerFooter rowBreaks colBreaks customProperties cellWatches ignoredErrors smartTags drawing
legacyDrawing legacyDrawingHF picture oleObjects controls webPublishItems tableParts extLst
""".split()  # noqa: SIM905
_RANK = {name: number for number, name in enumerate(_ORDER)}
_DRAWING = _RANK["legacyDrawing"]
_OURS = b"  />"  # how the legacyDrawing that we add ends
_ROWS_KEPT = 8 << 20  # rows of larger sheets are not looked at for their heights
_ROW = re.compile(rb"<(?:[\w.\-]+:)?row\s([^<>]*)>")
_ROW_ATTRIBUTE = re.compile(rb"""(?:^|\s)(r|ht|hidden)\s*=\s*["']([^"']*)["']""")
_HIDING = re.compile(rb"-->|\]\]>|\?>")  # the ends of what an end tag of no meaning can stand in
_LONGEST = 16 << 20  # bytes of a tag or a comment, which expat goes through anew for every piece that it is given
_DATA = re.compile(rb"<(?:[\w.\-]+:)?sheetData[\s/>]")


class Drawing(NamedTuple):
    """The legacyDrawing element of a sheet."""

    rid: str | None
    start: int
    end: int
    ours: bool  # written by us, and nobody rewrote it since


class Column(NamedTuple):
    """A run of columns of one width, numbered from 1."""

    first: int
    last: int
    width: float  # in characters
    hidden: bool


class Layout:
    """What :func:`scan` found. Offsets are in UTF-8."""

    def __init__(self) -> None:
        self.namespace = ""
        self.prefix = ""  # of the root, with its colon
        self.prefixes: dict[str, str] = {}  # declared on the root: prefix to namespace
        self.children: list[tuple[int | None, int]] = []  # of the root: rank in CT_Worksheet, offset
        self.root_end = (
            0  # where the end tag of the root starts; past the root when it is one empty-element tag
        )
        self.root_is_empty = False
        self.drawing: Drawing | None = None
        self.rids: set[str] = set()  # all ids of relationships that the sheet uses
        self.header_rids: set[str] = set()  # those of headers and footers
        self.shape_ids: set[int] = set()
        self.merges: list[str] = []
        self.columns: list[Column] = []
        self.default_width = 9.140625
        self.default_height = 15.0
        self.opened_root = False  # the root was an empty-element tag before we wrote into it
        self.codec = "utf-8"
        self._rows = b""

    @property
    def strict(self) -> bool:
        return self.namespace == MAIN_STRICT

    @cached_property
    def merged(self) -> dict[tuple[int, int], Area]:
        """The merged cells by their first one, row and column from 0."""
        found: dict[tuple[int, int], Area] = {}
        for reference in self.merges:
            with contextlib.suppress(ValueError):
                area = parse_area(reference)
                found.setdefault((area.top, area.left), area)
        return found

    @cached_property
    def heights(self) -> dict[int, float]:
        """Heights in points of the rows (from 0) that have one of their own; 0 for hidden ones."""
        found = {}
        for match in _ROW.finditer(self._rows):
            values = {name: value.decode("utf-8", "replace") for name, value in _ROW_ATTRIBUTE.findall(match[1])}
            if (number := whole(values.get(b"r"))) is None:
                continue
            if values.get(b"hidden") in ("1", "true"):
                found[number - 1] = 0.0
            elif b"ht" in values:
                found[number - 1] = _number(values[b"ht"], self.default_height)
        return found

    def add_drawing(self, rid: str) -> list[Edit]:
        """Edits that put a legacyDrawing where the schema wants it: after all that comes before it, at first chance.

        Where the original is itself out of order, the place with the fewest neighbours on the wrong side is taken.
        """
        wanted = REL_STRICT if self.strict else REL
        name = next((p for p, uri in self.prefixes.items() if p and uri == wanted), None)
        declaration = ""
        if name is None:
            name = "r" if self.prefix != "r:" else "rel"
            declaration = f' xmlns:{name}="{wanted}"'
        tag = f'<{self.prefix}legacyDrawing{declaration} {name}:id="{xmltext.escape(rid)}"'.encode() + _OURS
        if self.root_is_empty:
            closing = f"</{self.prefix}worksheet >".encode()
            return [Edit(self.root_end - 2, self.root_end, b">" + tag + closing)]
        at = self._place()
        return [Edit(at, at, tag)]

    def _place(self) -> int:
        cost = best = sum(rank is not None and rank < _DRAWING for rank, _ in self.children)
        place = 0
        for number, (rank, _) in enumerate(self.children, 1):
            if rank is not None:
                cost += (rank > _DRAWING) - (rank < _DRAWING)
                if cost < best:
                    best, place = cost, number
        return self.children[place][1] if place < len(self.children) else self.root_end

    def remove_drawing(self) -> list[Edit]:
        """Edits that take our legacyDrawing away again."""
        if self.drawing is None or not self.drawing.ours:
            return []
        start, end = self.drawing.start, self.drawing.end
        if self.opened_root and len(self.children) == 1:
            return [Edit(start - 1, end + len(f"</{self.prefix}worksheet >"), b"/>")]
        return [Edit(start, end, b"")]


def scan(package: Package, sheet: Sheet) -> Layout:
    """Look through a worksheet. Raises Error when it is no well-formed worksheet."""
    chunks = package.stream(sheet.part)
    first = next(chunks, b"")
    scanner = _Scanner()
    try:
        codec = xmltext.codec_of(first)
        if codec != "utf-8":
            text = package.text(sheet.part)
            scanner.feed(text.data)
        else:
            scanner.feed(first)
            for chunk in chunks:
                scanner.feed(chunk)
        scanner.close()
    except Broken as reason:
        raise package.broken(sheet.part, reason) from None
    except expat.ExpatError as error:
        raise package.broken(sheet.part, Broken(xmltext.complaint(error))) from None
    scanner.layout.codec = codec
    return scanner.layout


def patch(package: Package, sheet: Sheet, layout: Layout, edits: list[Edit]) -> None:
    """Make edits of a scanned sheet, in memory only when its encoding asks for it."""
    if not edits:
        return
    if layout.codec == "utf-8":
        package.splice(sheet.part, edits)
    else:
        package.edit(sheet.part, edits)


class _Scanner:
    """Feeds expat and looks at what it reports outside of the rows."""

    def __init__(self) -> None:
        self.layout = Layout()
        self._parser = xmltext.parser()
        self._parser.namespace_prefixes = True
        if hasattr(self._parser, "SetReparseDeferralEnabled"):  # expat 2.6 would tell of a tag some time after it is fed
            self._parser.SetReparseDeferralEnabled(False)
        self._parser.StartNamespaceDeclHandler = self._declared
        self._listen(True)
        self._step = self._head
        self._held, self._at = b"", 0  # what was fed to us, and how far it was given on
        self._recent, self._recent_at = b"", 0  # fed lately
        self._stack: list[str] = []
        self._closing = b""
        self._confirmed = False
        self._hidden = False  # what looked like an end tag stood in a comment or the like
        self._rows: list[bytes] = []
        self._rows_size = 0

    # --- feeding ------------------------------------------------------------------------------

    def feed(self, chunk: bytes) -> None:
        self._held, self._at = self._held[self._at :] + chunk, 0
        while self._step():
            pass

    def close(self) -> None:
        self._give(self._take(len(self._held)))
        self._parser.Parse(b"", True)
        if self._stack or not self.layout.namespace:
            raise Broken("不是合格的工作表")
        if self._rows_size <= _ROWS_KEPT:
            self.layout._rows = b"".join(self._rows)

    def _give(self, data: bytes) -> None:
        if data:
            at = self._recent_at + len(self._recent)
            kept = self._recent[-4096:]
            self._recent, self._recent_at = kept + data, at - len(kept)
            self._parser.Parse(data, False)
            if at + len(data) - self._parser.CurrentByteIndex > _LONGEST:
                raise Broken("中有长得异常的标记或注释")

    def _take(self, count: int) -> bytes:
        """So many of the bytes that are held, none if it is fewer."""
        data = self._held[self._at : self._at + max(0, count)]
        self._at += len(data)
        return data

    def _up_to(self, place: int) -> bytes:
        return self._take(place - self._at)

    def _head(self) -> bool:
        """Up to and with the start tag of sheetData."""
        match = _DATA.search(self._held, self._at)
        if match is None:
            self._give(self._up_to(len(self._held) - 256))
            return False
        end = self._held.find(b">", match.start())
        if end < 0:
            self._give(self._up_to(match.start()))
            return False
        self._closing = b"</" + self._held[match.start() + 1 : match.end() - 1]
        self._confirmed = False
        self._give(self._up_to(end + 1))
        if self._confirmed:
            if self._stack[-1:] == ["sheetData"]:
                self._listen(False)
                self._step = self._inside
            else:
                self._step = self._tail
        return True

    def _inside(self) -> bool:
        """The rows, up to and with the end tag of sheetData."""
        if self._hidden:
            if (match := _HIDING.search(self._held, self._at)) is None:
                self._give_rows(self._up_to(len(self._held) - 2))
                return False
            self._give_rows(self._up_to(match.end()))
            self._hidden = False
        at = self._held.find(self._closing, self._at)
        if at < 0:
            self._give_rows(self._up_to(len(self._held) - len(self._closing)))
            return False
        self._give_rows(self._up_to(at))
        end = self._held.find(b">", at)
        if end < 0:
            return False
        self._confirmed = False
        self._parser.EndElementHandler = self._end_of_rows
        self._give(self._up_to(end + 1))
        if self._confirmed:
            self._stack.pop()
            self._listen(True)
            self._step = self._tail
        else:
            self._parser.EndElementHandler = None
            self._hidden = True
        return True

    def _tail(self) -> bool:
        self._give(self._take(len(self._held)))
        return False

    def _give_rows(self, data: bytes) -> None:
        self._rows_size += len(data)
        if self._rows_size <= _ROWS_KEPT:
            self._rows.append(data)
        else:
            self._rows.clear()
        self._give(data)

    # --- hearing ------------------------------------------------------------------------------

    def _listen(self, on: bool) -> None:
        self._parser.StartElementHandler = self._start if on else None
        self._parser.EndElementHandler = self._end if on else None

    def _end_of_rows(self, name: str) -> None:
        self._confirmed = _local(name) == "sheetData"

    def _declared(self, prefix: str | None, uri: str | None) -> None:
        if not self._stack:
            self.layout.prefixes[prefix or ""] = uri or ""

    def _start(self, full: str, attributes: dict[str, str]) -> None:
        name = _local(full)
        at = self._parser.CurrentByteIndex
        depth = len(self._stack)
        self._stack.append(name)
        if depth > xmltext.DEEPEST:
            raise Broken("中的元素嵌套得太深")
        layout = self.layout
        if depth == 0:
            self._root(full, name)
        elif depth == 1:
            layout.children.append((_RANK.get(name), at))
            self._confirmed = self._confirmed or name == "sheetData"
        elif depth == 3 and self._stack[1] == "AlternateContent" and layout.children[-1][0] is None:
            layout.children[-1] = _RANK.get(name), layout.children[-1][1]
        if name in _NOTED or xmltext.SEPARATOR in "".join(attributes):
            plain = _plain(attributes)
            if rid := relation_id(plain):
                layout.rids.add(rid)
            if name in _NOTED and (attributes or name == "legacyDrawing"):
                self._noted(name, plain, at, depth)

    def _root(self, full: str, name: str) -> None:
        parts = full.split(xmltext.SEPARATOR)
        if name != "worksheet" or len(parts) < 2:
            raise Broken("不是工作表")
        self.layout.namespace = parts[0]
        self.layout.prefix = f"{parts[2]}:" if len(parts) > 2 else ""

    def _noted(self, name: str, attributes: dict[str, str], at: int, depth: int) -> None:
        layout = self.layout
        if name == "legacyDrawing":
            if layout.drawing is None and (depth == 1 or self._stack[1] == "AlternateContent"):
                if at < self._recent_at:
                    raise Broken("中的 legacyDrawing 标记长得异常")
                end = xmltext.tag_end(self._recent, at - self._recent_at) + self._recent_at
                ours = self._recent[: end - self._recent_at].endswith(_OURS)
                layout.drawing = Drawing(relation_id(attributes), at, end, ours)
        elif name == "legacyDrawingHF":
            layout.header_rids.update(attributes.values())
        elif name in ("control", "oleObject"):
            if (number := whole(attributes.get("shapeId"))) is not None:
                layout.shape_ids.add(number)
        elif name == "mergeCell":
            layout.merges.append(attributes.get("ref", ""))
        elif name == "col":
            first, last = whole(attributes.get("min")), whole(attributes.get("max"))
            if first is not None and last is not None:
                width = _number(attributes.get("width"), 9.14)
                layout.columns.append(Column(first, last, width, attributes.get("hidden") in ("1", "true")))
        elif name == "sheetFormatPr":
            layout.default_width = _number(attributes.get("defaultColWidth"), layout.default_width)
            layout.default_height = _number(attributes.get("defaultRowHeight"), layout.default_height)

    def _end(self, _: str) -> None:
        self._stack.pop()
        if not self._stack:
            at = self._parser.CurrentByteIndex
            raw = self._recent[at - self._recent_at :]
            self.layout.root_is_empty = not raw.startswith(b"</")
            self.layout.root_end = at
            self.layout.opened_root = raw.startswith(f"</{self.layout.prefix}worksheet >".encode())


_NOTED = {"legacyDrawing", "legacyDrawingHF", "control", "oleObject", "mergeCell", "col", "sheetFormatPr"}


def _local(name: str) -> str:
    parts = name.split(xmltext.SEPARATOR)
    return parts[1] if len(parts) > 1 else parts[0]


def _plain(attributes: dict[str, str]) -> dict[str, str]:
    plain = {}
    for name, value in attributes.items():
        parts = name.split(xmltext.SEPARATOR)
        plain[f"{{{parts[0]}}}{parts[1]}" if len(parts) > 1 else name] = value
    return plain


def _number(text: str | None, default: float) -> float:
    try:
        value = float(text or default)
    except ValueError:
        return default
    return value if 0 <= value < 10_000 else default
