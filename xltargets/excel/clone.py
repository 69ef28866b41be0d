"""A sheet copied within its workbook, with all that stands on it.

The copy's parts are the original's bytes but for what must be its own: part names, ids of shapes, tables and threaded
comments, and references to the original sheet, which lead to the copy as they do when Excel copies a sheet. Pictures and
the caches of pivot tables are shared, as Excel shares them.
"""

from __future__ import annotations

import posixpath
import re
import uuid
from collections.abc import Iterable
from urllib.parse import quote

from xltargets.excel import everywhere
from xltargets.excel.formulas import renamed, rewritten
from xltargets.excel.opc import RELS_TYPE, relationships_part
from xltargets.excel.package import Package
from xltargets.excel.patch import Patch
from xltargets.excel.sheetdata import Row, scan
from xltargets.excel.tabs import check_name, insert_tab
from xltargets.excel.xmltext import Broken, whole

#: Relationships whose target original and copy share.
_SHARED = frozenset(
    "image pivotCacheDefinition worksheet theme audio video media styles sharedStrings connections person officeDocument "
    "hyperlink externalLink xmlMaps".split()
)
_REFUSED = {"slicer": "切片器", "timeline": "日程表", "tableSingleCells": "XML 映射单元格"}

_SHAPE = re.compile(rb"(_x0000_[si])(\d{1,10})(?!\d)")
_BLOCKS = re.compile(rb"""(<(?:\w+:)?idmap\b[^>]*?\sdata\s*=\s*["'])([\d,\s]*)""")
_SHAPE_NUMBER = {"control": "shapeId", "oleObject": "shapeId", "cNvPr": "id", "stCxn": "id", "endCxn": "id"}
_BLOCK = 1024  # shape ids belong to blocks of this size, and each drawing has its own blocks


def clone_sheet(package: Package, source: str, name: str, *, after: str | None = None) -> None:
    """Copy a worksheet; the copy is visible and not selected.

    Args:
        package: the open workbook; the caller saves it.
        source: the sheet to copy.
        name: the copy's name.
        after: the sheet it follows; None puts it last.

    Raises:
        Error: no such sheet; a name that is taken or not allowed; slicers or timelines on the sheet, which cannot be
            copied with it.
    """
    sheet = package.sheet(source)
    check_name(package, name)
    below = everywhere.reachable(package, sheet.part, _SHARED)
    for kind, what in _REFUSED.items():
        if kind in below.values():
            raise package.error(f"工作表上有{what}，不能连同它一起复制，请先在 Excel 中移除{what}", sheet=sheet.name)
    copies = _copy_parts(package, {sheet.part: "worksheet", **below})
    kinds = {copies[part]: kind for part, kind in {sheet.part: "worksheet", **below}.items()}
    tables = _rename_tables(package, [part for part, kind in kinds.items() if kind == "table"])
    _renew_shapes(package, kinds)
    _renew_threads(package, kinds, name)
    _clear_head(package, copies[sheet.part])

    def transform(formula: str) -> str:
        moved = renamed(formula, sheet.name, name)
        return rewritten(moved, on_word=lambda word: tables.get(word.casefold(), word)) if tables else moved

    everywhere.rewrite(package, kinds, transform)
    insert_tab(package, name, copies[sheet.part], after, copied_from=sheet.name)


def _copy_parts(package: Package, parts: dict[str, str]) -> dict[str, str]:
    """Add a copy of each part under a free name, with its relationships among the copies. Returns old → new."""
    copies: dict[str, str] = {}
    for part in parts:
        new = free_name(package, part)
        package.add(new, package.read(part), package.content_type(part))
        copies[part] = new
    for part, new in copies.items():
        rels = package.find(relationships_part(part))
        if rels is not None:
            package.add(relationships_part(new), _copied_relationships(package, part, rels, new, copies), RELS_TYPE)
    return copies


def _copied_relationships(package: Package, part: str, rels: str, new: str, copies: dict[str, str]) -> bytes:
    patch = Patch(package, rels)
    for element, relation in zip(
        [e for e in patch.root.children if e.name == "Relationship"], package.relationships(part), strict=True
    ):
        old = None if relation.external else package.find(relation.target)
        if old in copies and relation.kind not in _SHARED:
            target = posixpath.relpath("/" + copies[old], posixpath.dirname("/" + new))
            patch.set(element, "Target", quote(target, safe="/._-()[]~!$&'*+,;=:@%"))
    return patch.result()


def free_name(package: Package, part: str) -> str:
    """A part name like the given one, with the first number that no part has, nor one that the workbook misses."""
    folder, base = posixpath.split(part.replace("\\", "/").lstrip("/"))
    stem, extension = posixpath.splitext(base)
    stem = stem.rstrip("0123456789") or "part"
    pattern = re.compile(re.escape(posixpath.join(folder, stem)) + r"(\d{1,9})" + re.escape(extension) + r"\Z", re.IGNORECASE)
    missed = [relation.target for relation in package.relationships(package.workbook_part)]
    found = [pattern.match(name.replace("\\", "/").lstrip("/")) for name in (*package.names, *missed)]
    number = max((int(match[1]) for match in found if match), default=0) + 1
    while posixpath.join(folder, f"{stem}{number}{extension}") in package:
        number += 1
    return posixpath.join(folder, f"{stem}{number}{extension}")


# --- the head of the sheet ------------------------------------------------------------------------


def _clear_head(package: Package, part: str) -> None:
    """Take away what only one sheet of a workbook may have: the name in code, and being selected."""
    patch = _sheet_patch(package, part)
    for element in everywhere.every(patch.root):
        if element.name == "sheetPr" and "codeName" in element.attributes:
            patch.set(element, "codeName", None)
        elif element.name == "sheetView" and "tabSelected" in element.attributes:
            patch.set(element, "tabSelected", None)
    patch.save()


def _sheet_patch(package: Package, part: str) -> Patch:
    text = package.text(part)

    def on_row(_: Row) -> None:
        """Rows stay as they are."""

    try:
        return Patch(package, part, (text, scan(text.data, on_row)))
    except Broken as reason:
        raise package.broken(part, reason) from None


# --- tables ---------------------------------------------------------------------------------------


def _rename_tables(package: Package, parts: list[str]) -> dict[str, str]:
    """Give copied tables their own id and name. Returns casefolded old → new name."""
    if not parts:
        return {}
    ids, taken = _tables_taken(package)
    renames = {}
    for part in parts:
        patch = Patch(package, part)
        old = patch.root.attributes.get("displayName") or patch.root.attributes.get("name", "Table")
        number = 2
        while f"{old}_{number}".casefold() in taken:
            number += 1
        new = f"{old}_{number}"
        taken.add(new.casefold())
        ids.add(max(ids) + 1)
        renames[old.casefold()] = new
        patch.set(patch.root, "id", str(max(ids)))
        for attribute in ("name", "displayName"):
            if attribute in patch.root.attributes:
                patch.set(patch.root, attribute, new)
        patch.save()
    return renames


def _tables_taken(package: Package) -> tuple[set[int], set[str]]:
    """Ids of tables, and all names of tables and ranges, casefolded."""
    ids, taken = {0}, set()
    everything = everywhere.reachable(package, package.workbook_part)
    for part in [part for part, kind in everything.items() if kind == "table"]:
        attributes = package.xml(part)[1].attributes
        ids.add(whole(attributes.get("id")) or 0)
        taken |= {attributes.get("displayName", "").casefold(), attributes.get("name", "").casefold()}
    for element in package.xml(package.workbook_part)[1].iter("definedName"):
        taken.add(element.attributes.get("name", "").casefold())
    return ids, taken


# --- shapes ---------------------------------------------------------------------------------------


def _renew_shapes(package: Package, kinds: dict[str, str]) -> None:
    """Move the shapes of the copies into blocks of ids that no other drawing has."""
    drawings = [part for part, kind in kinds.items() if kind == "vmlDrawing"]
    if not drawings:
        return
    others = [name for name in package.names if name.lower().endswith(".vml") and name not in drawings]
    used = _blocks(package, others)
    own = _blocks(package, drawings) - {0}
    fresh = max(used | own, default=0)
    moved: dict[int, int] = {}
    for block in sorted(own):
        fresh += 1
        moved[block] = fresh

    def number(old: int) -> int:
        return moved[old // _BLOCK] * _BLOCK + old % _BLOCK if old // _BLOCK in moved else old

    for part, kind in kinds.items():
        if kind in ("vmlDrawing", "drawing"):
            text = package.text(part)
            new = _SHAPE.sub(lambda m: m[1] + str(number(int(m[2]))).encode(), text.data)
            if kind == "vmlDrawing":
                new = _BLOCKS.sub(lambda m: m[1] + _moved_blocks(m[2], moved), new)
            if new != text.data:
                package.replace(part, text.encoded(new))
        if kind in ("drawing", "worksheet"):
            patch = _sheet_patch(package, part) if kind == "worksheet" else Patch(package, part)
            for element in everywhere.every(patch.root):
                attribute = _SHAPE_NUMBER.get(element.name, "")
                old = whole(element.attributes.get(attribute))
                if old is not None and number(old) != old:
                    patch.set(element, attribute, str(number(old)))
            patch.save()


def _moved_blocks(listed: bytes, moved: dict[int, int]) -> bytes:
    return ",".join(str(moved.get(block, block)) for block in _listed(listed)).encode()


def _listed(blocks: bytes) -> list[int]:
    return [number for block in blocks.split(b",") if (number := whole(block.strip().decode("ascii", "replace"))) is not None]


def _blocks(package: Package, parts: Iterable[str]) -> set[int]:
    """The blocks of shape ids that drawings claim or use."""
    found: set[int] = set()
    for part in parts:
        data = package.text(part).data
        for match in _BLOCKS.finditer(data):
            found |= set(_listed(match[2]))
        found |= {int(m[2]) // _BLOCK for m in _SHAPE.finditer(data) if len(m[2]) < 10}
    return found


# --- threaded comments ----------------------------------------------------------------------------


def _renew_threads(package: Package, kinds: dict[str, str], name: str) -> None:
    """Give copied conversations ids of their own, in themselves and in the notes that shadow them."""
    renewed: dict[bytes, bytes] = {}
    for part in [part for part, kind in kinds.items() if kind == "threadedComment"]:
        for element in package.xml(part)[1].iter("threadedComment"):
            old = element.attributes.get("id", "")
            if old:
                fresh = uuid.uuid5(uuid.NAMESPACE_OID, f"{old.lower()} {name}")
                renewed[old.strip("{}").lower().encode()] = str(fresh).upper().encode()
    if not renewed:
        return
    guid = re.compile(rb"(?i)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
    for part in [part for part, kind in kinds.items() if kind in ("threadedComment", "comments")]:
        text = package.text(part)
        new = guid.sub(lambda match: renewed.get(match[0].lower(), match[0]), text.data)
        package.replace(part, text.encoded(new))
