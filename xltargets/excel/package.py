"""A workbook as a package of parts which stay as they are unless they are patched.

What the parts say of each other is kept true: content types, relationships (ECMA-376 part 2, Open Packaging Conventions)
and the list of sheets. `docs/lossless.md` says what is touched and why.
"""

from __future__ import annotations

import itertools
import posixpath
from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

from xltargets.errors import Error
from xltargets.excel import xmltext
from xltargets.excel.archive import Archive
from xltargets.excel.names import Tab, parse_workbook, tabs
from xltargets.excel.opc import (
    CONTENT_TYPES,
    NEW_RELS,
    OURS,
    RELS_TYPE,
    Relationship,
    declared_types,
    is_ours,
    key,
    parsed_relationships,
    quoted,
    relationships_part,
    type_key,
    without,
)  # fmt: skip
from xltargets.excel.parts import Limits, Parts
from xltargets.excel.xmltext import Broken, whole


class Sheet(NamedTuple):
    """One sheet of a workbook."""

    name: str
    part: str
    state: str  # visible, hidden, veryHidden
    kind: str  # worksheet, chartsheet, dialogsheet, xlMacrosheet
    sheet_id: str
    rid: str


class Package(Parts):
    """The parts of a workbook, and what they say of each other."""

    def __init__(self, path: Path, archive: Archive, limits: Limits):
        self._relations: dict[str, list[Relationship]] = {}
        self._types: tuple[dict[str, str], dict[str, str]] | None = None
        self._sheets: list[Sheet] | None = None
        self._tab_parts: set[str] = set()  # keys of what the workbook's relationships lead to, be it there or not
        self._workbook = ""
        super().__init__(path, archive, limits)

    def _opened(self) -> None:
        self._workbook = self._find_workbook()

    # --- parts come and go --------------------------------------------------------------------

    def add(self, name: str, data: bytes, content_type: str | None) -> None:
        """Add a part; its content type is declared unless a default says the same. `None` declares nothing."""
        self._put(name, data)
        if content_type is not None and (self.content_type(name) or "").lower() != content_type.lower():
            self._override(name, content_type)

    def free_name(self, pattern: str) -> str:
        """The first name that no part has and no content type speaks of; `pattern` has braces for a number."""
        overrides = self._content_types()[1]
        names = (pattern.format(number) for number in itertools.count(1))
        return next(name for name in names if name not in self and type_key(name) not in overrides)

    def remove(self, name: str, *, own: bool = False) -> None:
        """Remove a part, its entry among the content types, and a default of ours that nobody needs any more.

        With `own`, the part is one that we added, and an entry goes only when it is ours too.
        """
        self._undeclare(self._drop(name), own)

    def _forget(self, k: str, *, comes_or_goes: bool = False) -> None:
        """Let go of what was worked out from a part that is now another, is new, or is gone."""
        if k.endswith(".rels"):
            self._relations = {name: found for name, found in self._relations.items() if key(name) != k}
        if k == key(CONTENT_TYPES):
            self._types = None
        if self._sheets is not None:
            lists = (key(self._workbook), key(relationships_part(self._workbook)))
            if k in lists or (comes_or_goes and k in self._tab_parts):
                self._sheets = None

    # --- content types ------------------------------------------------------------------------

    def content_type(self, name: str) -> str | None:
        """The content type of a part, whether it exists or not."""
        defaults, overrides = self._content_types()
        k = type_key(name)
        return overrides[k] if k in overrides else defaults.get(posixpath.basename(k).rpartition(".")[2])

    def _content_types(self) -> tuple[dict[str, str], dict[str, str]]:
        """Defaults by extension and overrides by :func:`type_key`."""
        if self._types is None:
            if CONTENT_TYPES not in self:
                raise self.error(f"不是完整的工作簿（缺少 {CONTENT_TYPES}），请重新取得这份文件")
            try:
                defaults, overrides = declared_types(self.read(CONTENT_TYPES))
            except Broken as reason:
                raise self.broken(CONTENT_TYPES, reason) from None
            self._types = defaults, dict(overrides)
        return self._types

    def add_default(self, extension: str, content_type: str) -> None:
        """Declare the type of all parts of an extension, unless it has one or there are such parts without a type."""
        extension = extension.lower()
        if extension in self._content_types()[0] or any(
            key(name).endswith(f".{extension}") for name in self.names
        ):
            return
        self._declare("Default", {"Extension": extension, "ContentType": content_type})

    def _override(self, name: str, content_type: str) -> None:
        types = self._content_types()
        self._declare("Override", {"PartName": f"/{quoted(name)}", "ContentType": content_type})
        types[1][type_key(name)] = content_type
        self._types = types

    def _declare(self, name: str, attributes: dict[str, str]) -> None:
        """Add an element to the content types, and to their tree, so that many parts are declared at one reading."""
        text, root = self.xml(CONTENT_TYPES)
        written = "".join(f' {attribute}="{xmltext.escape(value)}"' for attribute, value in attributes.items())
        new = f"<{xmltext.prefix(text.data, root)}{name}{written}".encode() + OURS
        data = xmltext.apply(text.data, xmltext.insert_last(text.data, root, new))
        self.replace(CONTENT_TYPES, text.encoded(data))
        if not root.empty:
            root.append(name, attributes, len(new))
            self._trees[key(CONTENT_TYPES)] = text.encoded(data), text._replace(data=data), root

    def _undeclare(self, gone: str, own: bool) -> None:
        text, root = self.xml(CONTENT_TYPES)
        overrides = self._content_types()[1]
        needed = {
            posixpath.basename(k).rpartition(".")[2] for k in map(type_key, self.names) if k not in overrides
        }
        gone_with_it = []
        for element in root.children:
            get, ours = element.attributes.get, is_ours(text.data, element)
            overridden = element.name == "Override" and type_key(get("PartName", "")) == type_key(gone)
            unneeded = element.name == "Default" and get("Extension", "").lower() not in needed
            if (overridden and (ours or not own)) or (unneeded and ours):
                gone_with_it.append(element)
        self.edit(CONTENT_TYPES, without(text.data, root, gone_with_it))

    # --- relationships ------------------------------------------------------------------------

    def relationships(self, part: str) -> list[Relationship]:
        """The relationships of a part ("" for the package itself), in the order of the file."""
        name = self.find(relationships_part(part))
        if name is None:
            return []
        if name not in self._relations:
            try:
                self._relations[name] = list(parsed_relationships(self.read(name), part))
            except Broken as reason:
                raise self.broken(name, reason) from None
        return self._relations[name]

    def add_relationship(
        self, part: str, type: str, target_part: str, rid: str | None = None, *, avoid: Collection[str] = ()
    ) -> str:
        """Relate two parts; returns the new id. The rels part is made when there is none, and declared when it is not.

        `avoid` are ids that the part uses without having such relationships.
        """
        rels = relationships_part(part)
        if rels not in self:
            self.add(rels, NEW_RELS, RELS_TYPE)
        elif self.content_type(rels) is None:
            self._override(rels, RELS_TYPE)
        text, root = self.xml(rels)
        taken = {element.attributes.get("Id", "") for element in root.children}
        if rid is None:
            used = taken.union(avoid)
            highest = max((whole(i[3:]) or 0 for i in used if i.startswith("rId")), default=0)
            rid = next(i for n in itertools.count(highest + 1) if (i := f"rId{n}") not in used)
        if rid in taken:
            raise ValueError(f"{rid} is taken")
        target = posixpath.relpath("/" + target_part, posixpath.dirname("/" + part.replace("\\", "/")))
        new = f'<{xmltext.prefix(text.data, root)}Relationship Id="{xmltext.escape(rid)}" Type="{type}" '
        new += f'Target="{xmltext.escape(quoted(target))}"'
        self.edit(rels, xmltext.insert_last(text.data, root, new.encode() + OURS))
        return rid

    def remove_relationship(self, part: str, rid: str) -> None:
        """Remove a relationship; a rels part that :meth:`add_relationship` made or declared ends being so with the last."""
        rels = relationships_part(part)
        text, root = self.xml(rels)
        gone = [element for element in root.children if element.attributes.get("Id") == rid]
        left = [element for element in root.children if element not in gone]
        self.edit(rels, without(text.data, root, gone))
        if self.read(rels) == NEW_RELS:
            self.remove(rels, own=True)
        elif not any(is_ours(text.data, element) for element in left):
            self._undeclare(key(rels), own=True)

    def is_our_relationship(self, part: str, rid: str) -> bool:
        """Whether :meth:`add_relationship` made a relationship, and nobody rewrote it since."""
        if relationships_part(part) not in self:
            return False
        text, root = self.xml(relationships_part(part))
        return any(e.attributes.get("Id") == rid and is_ours(text.data, e) for e in root.children)

    # --- the workbook -------------------------------------------------------------------------

    @property
    def workbook_part(self) -> str:
        """The part that lists the sheets."""
        return self._workbook

    def _find_workbook(self) -> str:
        part = None
        for relation in self.relationships(""):
            if relation.kind == "officeDocument" and not relation.external:
                part = self.find(relation.target) or part
        part = part or self.find("xl/workbook.xml")
        if part is None or part.lower().endswith(".bin"):
            raise self.error(self._what_it_is(part))
        kind = (self.content_type(part) or "").lower()
        if "wordprocessingml" in kind or "presentationml" in kind:
            raise self.error(self._what_it_is(part))
        return part

    def _what_it_is(self, part: str | None) -> str:
        names = {key(name) for name in self.names}
        folders = {name.partition("/")[0] for name in names}
        if part is not None and part.lower().endswith(".bin"):
            return "这是二进制工作簿（.xlsb），请用 Excel 或 WPS 另存为 .xlsx 后再试"
        if "word" in folders:
            return "这是 Word 文档，不是 Excel 工作簿，请检查文件"
        if "ppt" in folders:
            return "这是演示文稿，不是 Excel 工作簿，请检查文件"
        if "mimetype" in names and "content.xml" in names:
            return "这是 OpenDocument 文件（.ods 等），请另存为 .xlsx 后再试"
        if "index" in folders and any(name.endswith(".iwa") for name in names):
            return "这是 Numbers 表格，请导出为 .xlsx 后再试"
        if key(CONTENT_TYPES) not in names:
            return "这是压缩包，不是 Excel 工作簿，请先解压，再给出其中的工作簿"
        return "文件里找不到工作簿部件，已损坏或不是 Excel 工作簿，请重新取得这份文件"

    @property
    def sheets(self) -> list[Sheet]:
        """The sheets in the order of their tabs. A sheet whose part is missing is left out."""
        if self._sheets is None:
            relations = {relation.id: relation for relation in self.relationships(self._workbook)}
            self._tab_parts = {key(relation.target) for relation in relations.values() if not relation.external}
            self._sheets = []
            for tab in self._tabs():
                relation = relations.get(tab.relation)
                if relation is not None and not relation.external and (part := self.find(relation.target)):
                    self._sheets.append(Sheet(tab.name, part, tab.state, relation.kind, tab.sheet_id, relation.id))
        return self._sheets

    def _tabs(self) -> list[Tab]:
        try:
            return list(tabs(parse_workbook(self.text(self._workbook).data)))
        except Error:
            self._root(self._workbook, "workbook")  # says what is wrong with it
            raise

    @property
    def dates_from_1904(self) -> bool:
        """Whether the days of dates are counted from 1904, as Excel for Mac once did."""
        properties = self.xml(self._workbook)[1].child("workbookPr")
        return properties is not None and properties.attributes.get("date1904") in ("1", "true")

    def sheet(self, name: str | None = None) -> Sheet:
        """The worksheet of a name (exactly, else ignoring case), or the first worksheet. Raises Error."""
        worksheets = [sheet for sheet in self.sheets if sheet.kind == "worksheet"]
        if name is None:
            if not worksheets:
                raise self.error("工作簿里没有工作表（可能只有图表页），无处可写批注")
            return worksheets[0]
        found = [sheet for sheet in worksheets if sheet.name == name]
        found = found or [sheet for sheet in worksheets if sheet.name.casefold() == name.casefold()]
        if len(found) > 1:
            raise self.error("工作簿里有几张同名的工作表，请先改名", sheet=name)
        if found:
            return found[0]
        raise self.error("工作簿里没有这张工作表，请检查表名", sheet=name)

    @property
    def is_signed(self) -> bool:
        """Whether the package holds a digital signature, which any change would break."""
        return any(key(name).startswith("_xmlsignatures/") for name in self.names)
