"""What the parts of a package say of each other: names, relationships, content types (ECMA-376 part 2).

What we add to such a part ends in a way that no program writes, so that it is known again and can be taken out.
"""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote, unquote

from xltargets.excel import xmltext
from xltargets.excel.xmltext import Broken, Edit, Element

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
MAIN_STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
REL_STRICT = "http://purl.oclc.org/ooxml/officeDocument/relationships"
RELS_TYPE = "application/vnd.openxmlformats-package.relationships+xml"
CONTENT_TYPES = "[Content_Types].xml"

_HEAD = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
NEW_RELS = (  # two blanks in the end tag: this part is ours, and goes when it is empty again
    _HEAD
    + b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"></Relationships  >'
)
OURS = b"  />"  # how the relationships and content types that we add end


class Relationship(NamedTuple):
    """One relationship of a part."""

    id: str
    type: str
    target: str  # the part it leads to, resolved (it need not exist); the raw target when external
    external: bool
    raw: str  # the target as written

    @property
    def kind(self) -> str:
        """The last word of its type: ``comments``, ``vmlDrawing``, ``worksheet`` …"""
        return self.type.rsplit("/", 1)[-1]


def key(name: str) -> str:
    """What two part names share when they are the same to OPC."""
    return name.replace("\\", "/").lstrip("/").lower()


def type_key(name: str) -> str:
    """What a part name and the content type that speaks of it share: either may have percent escapes."""
    return unquote(key(name))


def relationships_part(part: str) -> str:
    """The name that the relationships of a part have, whether there are any or not."""
    folder, _, name = part.replace("\\", "/").rpartition("/")
    return f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels"


def resolved(part: str, target: str) -> str:
    """The part name that a relative or absolute target of a part leads to."""
    target = target.replace("\\", "/").partition("#")[0]
    if not target.startswith("/"):
        target = posixpath.join(posixpath.dirname("/" + part.replace("\\", "/").lstrip("/")), target)
    return posixpath.normpath(target).lstrip("/")


def relation_id(attributes: dict[str, str]) -> str | None:
    """The value of ``r:id``, in either of its namespaces."""
    return attributes.get(f"{{{REL}}}id") or attributes.get(f"{{{REL_STRICT}}}id")


@lru_cache(maxsize=64)
def parsed_relationships(data: bytes, part: str) -> Sequence[Relationship]:
    """The relationships of a part. Raises Broken."""
    found = []
    for element, attributes in children_of(data, "Relationships"):
        if element == "Relationship":
            get = attributes.get
            raw, external = get("Target", ""), get("TargetMode", "").lower() == "external"
            target = raw if external else resolved(part, raw)
            found.append(Relationship(get("Id", ""), get("Type", ""), target, external, raw))
    return found


def children_of(data: bytes, expected: str) -> Sequence[tuple[str, dict[str, str]]]:
    """Name and attributes of a root's children.

    Raises:
        Broken: no well-formed XML, or another root.
    """
    root = xmltext.parse(xmltext.decoded(data).data)
    if root.name != expected:
        raise Broken(f"的内容是 {root.name}，应为 {expected}")
    return [(element.name, element.attributes) for element in root.children]


def quoted(name: str) -> str:
    """A part name as other parts speak of it: what is no plain ASCII is percent-encoded."""
    return quote(name, safe="/._-()[]~!$&'*+,;=:@%")


def is_ours(data: bytes, element: Element) -> bool:
    """Whether an element is one that we added, and nobody rewrote it since."""
    return data[element.start : element.end].endswith(OURS)


def without(data: bytes, root: Element, gone: list[Element]) -> list[Edit]:
    """Edits that take children of a root away; with the last of them goes an end tag that we opened."""
    if gone and len(gone) == len(root.children) and xmltext.opened_by_us(data, root):
        return xmltext.reclose(data, root)
    return [Edit(element.start, element.end, b"") for element in gone]


@lru_cache(maxsize=64)
def declared_types(data: bytes) -> tuple[dict[str, str], dict[str, str]]:
    """Content types by extension and by :func:`type_key`, the same for workbooks of one template; not to be changed.

    Raises:
        Broken: no well-formed XML, or another root.
    """
    defaults: dict[str, str] = {}
    overrides: dict[str, str] = {}
    for name, attributes in children_of(data, "Types"):
        value = attributes.get("ContentType", "").strip()
        if name == "Default":
            defaults[attributes.get("Extension", "").lower()] = value
        elif name == "Override":
            overrides[type_key(attributes.get("PartName", ""))] = value
    return defaults, overrides
