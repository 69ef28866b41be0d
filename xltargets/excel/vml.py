"""The legacy drawing of a sheet: the shapes that Excel shows notes in.

VML is older than Office Open XML and often no XML at all (Excel writes ``<br>`` without an end into it), so it is read
loosely when it has to be, and only ever added to. Our shapes and shape type bear a tab after the tag's name, which
tells them from all others as long as nobody rewrites the drawing.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping

from xltargets.excel import xmltext
from xltargets.excel.notebox import Boxes, Cell, Place
from xltargets.excel.sheetscan import Layout
from xltargets.excel.xmltext import Broken, Edit, Element, whole

VML = "urn:schemas-microsoft-com:vml"
OFFICE = "urn:schemas-microsoft-com:office:office"
EXCEL = "urn:schemas-microsoft-com:office:excel"
VML_TYPE = "application/vnd.openxmlformats-officedocument.vmlDrawing"

_DECLARATIONS = f'xmlns:v="{VML}" xmlns:o="{OFFICE}" xmlns:x="{EXCEL}"'
_NOTE_TYPE = "_x0000_t202"
_SHAPES = {
    "shape",
    "rect",
    "roundrect",
    "oval",
    "line",
    "polyline",
    "curve",
    "arc",
    "image",
    "group",
    "shapetype",
}
_NUMBER = re.compile(r"_s(\d+)$")
_BLOCK = 1024  # shape numbers of one block
_MARK = b"\t"
_WAS_NOTE = b"<!--Anchor before our text: %b-->"
_WAS = re.compile(rb"<!--Anchor before our text: ([^<>\-]*)-->")


def skeleton(block: int) -> bytes:
    """A drawing without shapes, whose shapes take their numbers from one block."""
    return (
        f'<xml {_DECLARATIONS}>\n <o:shapelayout v:ext="edit">\n  <o:idmap v:ext="edit" data="{block}"/>\n'
        " </o:shapelayout></xml>"
    ).encode()


def is_skeleton(data: bytes) -> bool:
    """Whether a drawing is one of ours with nothing in it."""
    pattern = re.escape(skeleton(0)).replace(rb"idmap\ ", rb"idmap\t*\ ").replace(b'"0"', rb'"[\d,]+"')
    return re.fullmatch(pattern, data) is not None


def id_blocks(data: bytes) -> set[int]:
    """The blocks of shape numbers that a drawing lays claim to."""
    found = re.findall(rb"""<(?:[\w.\-]+:)?idmap\s[^<>]*?\bdata\s*=\s*["']([^"']*)["']""", data)
    return {int(number) for value in found for number in re.findall(rb"\d{1,6}", value)}


class Drawing:
    """A VML part in UTF-8."""

    def __init__(self, data: bytes):
        """Raises Broken when it is nothing that could be added to."""
        self.data = data
        try:
            self.root = xmltext.parse(data)
        except Broken:
            self.root = _loose(data)
        self._everything = [element for name in _SHAPES for element in self.root.iter(name)]
        self.ids = {element.attributes.get("id", "") for element in self._everything}
        self.numbers = set(_numbers(self._everything))
        self.notes: dict[tuple[int, int], list[Element]] = {}
        for element in self._everything:  # ours are found inside of others too: their end tag may be missing
            if (element.parent is self.root or self._ours(element)) and (cell := _cell(element)) is not None:
                self.notes.setdefault(cell, []).append(element)

    def edits(
        self,
        layout: Layout,
        add: Mapping[Cell, str],
        remove: Mapping[Cell, bool],
        free_blocks: Iterable[int],
        before: Mapping[Cell, str],
    ) -> list[Edit]:
        """Edits that give cells (from 0) a shape for their note's text, unless they have one, and take others away.

        `remove` says of each cell whether its note still bore our mark: then only shapes that bear it too go.
        `free_blocks` are blocks of shape numbers that no drawing of the package uses.
        `before` has the texts that our notes among `remove` had: a box whose size is not theirs keeps it.
        """
        found = [(shape, marked) for cell, marked in remove.items() for shape in self.notes.get(cell, [])]
        gone = [shape for shape, marked in found if self._ours(shape) or not marked]
        dropped = {id(shape) for shape in gone}
        missing = {
            c: t for c, t in add.items() if all(id(shape) in dropped for shape in self.notes.get(c, []))
        }
        if not missing:
            if not self._kept(dropped):
                gone += self._our_type()
                if (
                    gone
                    and len(gone) == len(self.root.children)
                    and xmltext.opened_by_us(self.data, self.root)
                ):
                    return xmltext.reclose(self.data, self.root)
            edits = [Edit(element.start, element.end, b"") for element in gone]
            return edits if self._kept(dropped) else edits + self._unclaimed()
        numbers, edits = self._free_numbers(len(missing), layout, free_blocks)
        boxes, declarations = Boxes(layout), self._declarations()
        new = "".join(
            _shape(number, cell, self._by_hand(boxes, cell, before, text) or boxes.place(cell, text), declarations)
            for number, (cell, text) in zip(numbers, missing.items(), strict=True)
        )
        if _NOTE_TYPE not in {element.attributes.get("id") for element in self.root.iter("shapetype")}:
            new = _TYPE.replace("\t", "\t" + declarations, 1) + new
        edits += [Edit(element.start, element.end, b"") for element in gone]
        return edits + xmltext.insert_last(self.data, self.root, new.encode())

    def fit(self, layout: Layout, shared: Mapping[Cell, str], freed: Collection[Cell]) -> list[Edit]:
        """Edits that make the boxes of others' notes tall enough for ours below theirs, and give `freed` ones back.

        The anchor that was there is kept in a comment behind the shape.
        """
        edits: list[Edit] = []
        boxes = Boxes(layout)
        for cell, text in [*shared.items(), *((cell, None) for cell in freed)]:
            shapes = [shape for shape in self.notes.get(cell, []) if not self._ours(shape)]
            anchor = next(shapes[0].iter("Anchor"), None) if len(shapes) == 1 else None
            if anchor is None or anchor.children or anchor.empty:
                continue
            now = self.data[anchor.inner : anchor.inner_end]
            kept = _WAS.match(self.data, shapes[0].end)
            was = kept[1] if kept else now
            grown = None if text is None or b"-" in was else boxes.grown(was.decode("utf-8", "replace"), text)
            new = was if grown is None else grown.encode()
            end = kept.end() if kept else shapes[0].end
            note = b"" if grown is None else _WAS_NOTE % was
            if new != now:
                edits.append(Edit(anchor.inner, anchor.inner_end, new))
            if self.data[shapes[0].end : end] != note:
                edits.append(Edit(shapes[0].end, end, note))
        return edits

    def _by_hand(self, boxes: Boxes, cell: Cell, before: Mapping[Cell, str], text: str) -> Place | None:
        """The place of a box that a person has given another size, which took our mark away; None of all others."""
        shapes = self.notes.get(cell, [])
        if cell not in before or len(shapes) != 1 or self._ours(shapes[0]):
            return None
        anchor = next(shapes[0].iter("Anchor"), None)
        return None if anchor is None else boxes.sized_by_hand(anchor.text, before[cell], text)

    def _ours(self, element: Element) -> bool:
        """Whether it bears our mark."""
        name = xmltext.raw_name(self.data, element.start)
        return self.data[element.start + 1 + len(name) :].startswith(_MARK)

    def _kept(self, gone: Collection[int]) -> bool:
        """Whether a shape of ours stays."""
        shapes = (shape for found in self.notes.values() for shape in found)
        return any(self._ours(shape) and id(shape) not in gone for shape in shapes)

    def _declarations(self) -> str:
        """What our shapes must declare themselves because the root does not."""
        head = self.data[self.root.start : self.root.inner].decode("utf-8", "replace")
        wanted = {"v": VML, "o": OFFICE, "x": EXCEL}
        there = all(
            re.search(rf"""\sxmlns:{p}\s*=\s*["']{re.escape(uri)}["']""", head) for p, uri in wanted.items()
        )
        return "" if there else " " + _DECLARATIONS

    def _our_type(self) -> list[Element]:
        """The shape type that we defined because there was none."""
        return [
            e for e in self.root.iter("shapetype") if e.attributes.get("id") == _NOTE_TYPE and self._ours(e)
        ]

    # --- shape numbers ------------------------------------------------------------------------

    def _free_numbers(
        self, count: int, layout: Layout, free_blocks: Iterable[int]
    ) -> tuple[list[int], list[Edit]]:
        """So many numbers that no shape and no control has; and edits that claim more blocks, when there are too few."""
        taken = self.numbers | layout.shape_ids
        found: list[int] = []
        owned = sorted(id_blocks(self.data))
        claimed = []
        for block in itertools.chain(owned, (block for block in free_blocks if block not in owned)):
            if len(found) >= count:
                break
            found += itertools.islice(self._of_block(block, taken), count - len(found))
            if block not in owned:
                claimed.append(block)
        return found, self._claim(claimed)

    def _of_block(self, block: int, taken: set[int]) -> Iterator[int]:
        first, end = block * _BLOCK + 1, (block + 1) * _BLOCK
        last = max((number for number in taken if first <= number < end), default=first - 1)
        for number in itertools.chain(range(last + 1, end), range(first, last)):
            if number not in taken and f"_x0000_s{number}" not in self.ids:
                yield number

    def _claim(self, blocks: list[int]) -> list[Edit]:
        """Add blocks to the list in idmap, and a tab per block behind the tag's name to know them by."""
        idmap = next(self.root.iter("idmap"), None)
        if idmap is None or not blocks:
            return []  # a drawing that claims no block may use any
        match = re.compile(rb"""\bdata\s*=\s*["'][^"']*""").search(self.data, idmap.start, idmap.inner)
        if match is None:
            return []
        name = idmap.start + 1 + len(xmltext.raw_name(self.data, idmap.start))
        new = "".join(f",{block}" for block in blocks)
        return [Edit(name, name, _MARK * len(blocks)), Edit(match.end(), match.end(), new.encode())]

    def _unclaimed(self) -> list[Edit]:
        """Give back the blocks that :meth:`_claim` took."""
        idmap = next(self.root.iter("idmap"), None)
        if idmap is None:
            return []
        name = idmap.start + 1 + len(xmltext.raw_name(self.data, idmap.start))
        tabs = re.compile(rb"\t*").match(self.data, name)
        match = re.compile(rb"""\bdata\s*=\s*["']([^"']*)""").search(self.data, idmap.start, idmap.inner)
        if not tabs or not tabs[0] or match is None or match[1].count(b",") < len(tabs[0]):
            return []
        kept = match[1].rsplit(b",", len(tabs[0]))[0]
        return [Edit(tabs.start(), tabs.end(), b""), Edit(match.start(1) + len(kept), match.end(1), b"")]


# --- shapes ---------------------------------------------------------------------------------------

_TYPE = (
    f'<v:shapetype\t id="{_NOTE_TYPE}" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">'
    '<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)


def _shape(number: int, cell: tuple[int, int], place: Place, declarations: str) -> str:
    return (
        f'<v:shape\t{declarations} id="_x0000_s{number}" type="#{_NOTE_TYPE}" style="position:absolute;'
        f"margin-left:59.25pt;margin-top:1.5pt;width:{place.width * 0.75:g}pt;height:{place.height * 0.75:g}pt;z-index:1;"
        'visibility:hidden" fillcolor="#ffffe1" o:insetmode="auto"><v:fill color2="#ffffe1"/>'
        '<v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/>'
        '<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>'
        '<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/>'
        f"<x:Anchor>{place.anchor}</x:Anchor><x:AutoFill>False</x:AutoFill>"
        f"<x:Row>{cell[0]}</x:Row><x:Column>{cell[1]}</x:Column></x:ClientData></v:shape>"
    )


def _numbers(elements: Iterable[Element]) -> Iterator[int]:
    for element in elements:
        for value in (element.attributes.get("id", ""), element.attributes.get(f"{{{OFFICE}}}spid", "")):
            if (match := _NUMBER.search(value)) and (number := whole(match[1])) is not None:
                yield number


def _cell(shape: Element) -> tuple[int, int] | None:
    """Row and column, from 0, of the note that a shape belongs to."""
    data = next(shape.iter("ClientData"), None)
    if data is None or data.attributes.get("ObjectType") != "Note":
        return None
    values = {child.name: whole(child.text.strip()) for child in data.children}
    row, column = values.get("Row"), values.get("Column")
    return None if row is None or column is None else (row, column)


# --- reading what is no XML -----------------------------------------------------------------------

_PIECE = re.compile(
    rb"""<!--.*?(?:-->|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)|<\?[^>]*>|<!\[[^>]*\]>|<(/?)([A-Za-z_][^\s/>]*)((?:[^"'>]+|"[^"]*"|'[^']*')*+)>""",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(rb"""([^\s=/"']+)\s*=\s*("[^"]*"|'[^']*')""")
_NEVER_CLOSED = {"br"}


def _loose(data: bytes) -> Element:
    """A tree of what is almost XML: end tags may be missing, attributes doubled. Raises Broken."""
    if b"<!DOCTYPE" in data:
        raise Broken("含有文档类型声明（DTD），出于安全不予处理")
    top = Element("", "", {}, 0, None)
    current = top
    opened = Counter[str]()  # names of the elements that are open
    at = 0
    for match in _PIECE.finditer(data):
        current.text += _plain(data[at : match.start()])
        at = match.end()
        if not match[2]:
            continue
        name = match[2].decode("utf-8", "replace").rpartition(":")[2]
        if match[1]:
            if opened[name]:
                current = _closed(current, name, match, opened)
            continue
        element = Element("", name, _attributes(match[3]), match.start(), current)
        element.inner = element.inner_end = element.end = match.end()
        current.children.append(element)
        if not match[3].endswith(b"/") and name.lower() not in _NEVER_CLOSED:
            current = element
            opened[name] += 1
    roots = [child for child in top.children if child.name == "xml"]
    if len(roots) != 1 or current is not top or roots[0].empty:
        raise Broken("不是合格的 VML")
    roots[0].parent = None
    return roots[0]


def _closed(current: Element, name: str, match: re.Match[bytes], opened: Counter[str]) -> Element:
    """The parent of the nearest open element of a name; all open ones within it end here too."""
    element = current
    while element.name != name:
        opened[element.name] -= 1
        assert element.parent is not None
        element = element.parent
    opened[name] -= 1
    element.inner_end, element.end = match.start(), match.end()
    assert element.parent is not None
    return element.parent


def _attributes(raw: bytes) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in _ATTRIBUTE.findall(raw):
        key = name.decode("utf-8", "replace")
        if key.endswith(":spid"):
            key = f"{{{OFFICE}}}spid"
        found.setdefault(
            key.rpartition(":")[2] if key[0] != "{" else key, value[1:-1].decode("utf-8", "replace")
        )
    return found


def _plain(data: bytes) -> str:
    return data.decode("utf-8", "replace")
