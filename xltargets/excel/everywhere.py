"""Formulas wherever a workbook keeps them, rewritten in place.

Besides cells: conditional formats, validations, sparklines, hyperlinks inside the workbook, form controls (in the sheet,
in their properties and in the VML drawing), text boxes that show a cell, charts, tables, the source of a pivot table.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from xltargets.excel import xmltext
from xltargets.excel.opc import relationships_part
from xltargets.excel.package import Package
from xltargets.excel.patch import Patch
from xltargets.excel.sheetdata import Row, scan
from xltargets.excel.xmltext import Broken, Edit, Element

Transform = Callable[[str], str]

#: Kinds of relationship that lead to parts with formulas.
KINDS = frozenset(
    "worksheet chartsheet dialogsheet xlMacrosheet xlIntlMacrosheet drawing chart chartEx chartUserShapes vmlDrawing "
    "ctrlProp table pivotCacheDefinition".split()
)

_ALWAYS = frozenset(("pivotCacheDefinition", "ctrlProp", "table"))  # what they hold need not name a sheet
_ELEMENTS = frozenset("f formula formula1 formula2 calculatedColumnFormula totalsRowFormula".split())
_ATTRIBUTES = {
    "cfvo": ("val",),
    "hyperlink": ("location",),
    "controlPr": ("linkedCell", "listFillRange"),
    "formControlPr": ("fmlaLink", "fmlaRange", "fmlaTxbx", "fmlaGroup"),
    "sp": ("textlink",),
    "pic": ("textlink",),
}
_SHEET_ATTRIBUTES = {"worksheetSource": "sheet", "dataRef": "sheet"}
_VML = re.compile(rb"(<(\w+:)?(Fmla(?:Link|Range|Txbx|Group|Pict))>)([^<]*)(</)")
_ENTITIES = re.compile(r"&(?:#(\d{1,7})|#x([0-9A-Fa-f]{1,6})|(amp|lt|gt|quot|apos));")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}


def reachable(package: Package, start: str, leave_out: Iterable[str] = ()) -> dict[str, str]:
    """The parts that relationships lead to from a part, itself left out → the kind of the relationship.

    Args:
        leave_out: kinds of relationship that are not followed.
    """
    left_out = frozenset(leave_out)
    found: dict[str, str] = {}
    waiting = [start]
    while waiting:
        for relation in package.relationships(waiting.pop()):
            name = None if relation.external or relation.kind in left_out else package.find(relation.target)
            if name is not None and name not in found and name != start:
                found[name] = relation.kind
                waiting.append(name)
    return found


def rewrite(package: Package, parts: dict[str, str], transform: Transform, sheets: dict[str, str] | None = None) -> None:
    """Put every formula of the parts through `transform`, which must treat a shared formula as its children.

    Args:
        parts: part → kind of the relationship that leads to it.
        sheets: casefolded old → new name, for the places that hold a sheet's name alone.
    """
    for part, kind in parts.items():
        if kind == "vmlDrawing":
            rewrite_vml(package, part, transform)
        elif kind in KINDS:
            data = package.text(part).data
            if b"!" in data or b"[" in data or kind in _ALWAYS:
                rewrite_part(package, part, kind, transform, sheets or {})
        rewrite_links(package, part, transform)


def rewrite_part(package: Package, part: str, kind: str, transform: Transform, sheets: dict[str, str]) -> None:
    """The same for one part that is XML."""
    if kind == "worksheet":
        edits: list[Edit] = []
        text = package.text(part)

        def on_row(row: Row) -> None:
            for cell in row.cells:
                formula = cell.formula
                if formula is not None and formula.text and (new := transform(formula.text)) != formula.text:
                    edits.append(Edit(formula.inner, formula.inner_end, character_data(new)))

        try:
            patch = Patch(package, part, (text, scan(text.data, on_row)))
        except Broken as reason:
            raise package.broken(part, reason) from None
        patch.edits += edits
    else:
        patch = Patch(package, part)
    rewrite_tree(patch, patch.root, transform, sheets)
    patch.save()


def rewrite_tree(patch: Patch, root: Element, transform: Transform, sheets: dict[str, str] | None = None) -> None:
    """Edit all formulas of a tree, cells of a worksheet aside."""
    for element in every(root):
        rewrite_element(patch, element, transform)
        if sheets and element.name in _SHEET_ATTRIBUTES:
            name = _SHEET_ATTRIBUTES[element.name]
            if (found := sheets.get(element.attributes.get(name, "").casefold())) is not None:
                patch.set(element, name, found)


def rewrite_element(patch: Patch, element: Element, transform: Transform) -> None:
    """Edit the formulas that an element itself holds, as text or in attributes."""
    if element.name in _ELEMENTS and not element.children and element.text.strip():
        new = transform(element.text)
        if new != element.text:
            patch.set_text(element, new)
    for name in _ATTRIBUTES.get(element.name, ()):
        old = element.attributes.get(name, "")
        is_formula = "!" in old or (old and name not in ("location", "val"))
        if is_formula and (new := transform(old)) != old:
            patch.set(element, name, new)


def rewrite_vml(package: Package, part: str, transform: Transform) -> None:
    """The formulas of form controls in a VML drawing, which need not be well-formed XML."""
    text = package.text(part)

    def changed(match: re.Match[bytes]) -> bytes:
        try:
            old = unescape(match[4].decode("utf-8"))
        except UnicodeDecodeError:  # VML need not be sound
            return match[0]
        new = transform(old)
        return match[0] if new == old else match[1] + character_data(new) + match[5]

    new = _VML.sub(changed, text.data)
    if new != text.data:
        package.replace(part, text.encoded(new))


def rewrite_links(package: Package, part: str, transform: Transform) -> None:
    """Links of pictures and shapes to a place in the workbook: relationships whose target is ``#Sheet!A1``."""
    if not any("#" in relation.raw and "!" in relation.raw for relation in package.relationships(part)):
        return
    patch = Patch(package, relationships_part(part))
    for element in patch.root.children:
        target = element.attributes.get("Target", "")
        if target.startswith("#") and (new := transform(target[1:])) != target[1:]:
            patch.set(element, "Target", "#" + new)
    patch.save()


def every(root: Element) -> Iterator[Element]:
    """All elements of a tree in document order."""
    stack = [root]
    while stack:
        element = stack.pop()
        yield element
        stack.extend(reversed(element.children))


def mentions_sheet(package: Package, part: str, sheet: str) -> bool:
    """Whether the bytes of a part may name a sheet: never wrong when it says no."""
    if not part.lower().endswith((".xml", ".vml")):
        return False
    data = unescape(package.text(part).data.decode("utf-8", "replace")).casefold()
    if not ("!" in data or "sheet=" in data):
        return False
    return sheet.casefold() in data or "<!" in data or "'" in sheet


def character_data(text: str) -> bytes:
    """Text between tags."""
    return xmltext.escape(text).replace("&quot;", '"').encode("utf-8")


def unescape(text: str) -> str:
    """Text with the references that XML itself defines resolved."""

    def character(match: re.Match[str]) -> str:
        if match[3]:
            return _NAMED[match[3]]
        code = int(match[1]) if match[1] else int(match[2], 16)
        return chr(code) if code < 0x110000 else match[0]

    return _ENTITIES.sub(character, text)
