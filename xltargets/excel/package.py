"""A workbook as a package of parts which stay as they are unless they are patched.

The package is a zip (ECMA-376 part 2, Open Packaging Conventions). Parts are read when asked for; saving copies every
part that was not patched, still compressed, byte for byte. `docs/lossless.md` says what is touched and why.
"""

from __future__ import annotations

import itertools
import os
import posixpath
import re
import stat
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple
from urllib.parse import unquote

from xltargets.errors import Error
from xltargets.excel import xmltext
from xltargets.excel.archive import Archive, BadArchive, Chunks, Entry
from xltargets.excel.files import replace_file
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
    without,
)  # fmt: skip
from xltargets.excel.sniff import no_package
from xltargets.excel.xmltext import Broken, Edit, Element, Text


@dataclass(frozen=True)
class Limits:
    """How much of a package is believed. Sizes in bytes, inflated.

    Attributes:
        max_part_bytes: a part that is read into memory.
        max_sheet_bytes: a part that is only streamed, as worksheets are.
        max_total_bytes: all that is inflated of one package.
        max_parts: entries of the zip.
        max_ratio: inflated to packed size, for parts of more than 64 MiB.
        max_check_bytes: packages up to this size have every untouched part checked before they are saved, so that a
            damaged file is reported and not passed on; larger ones are only copied.
    """

    max_part_bytes: int = 96 << 20
    max_sheet_bytes: int = 1 << 30
    max_total_bytes: int = 4 << 30
    max_parts: int = 100_000
    max_ratio: float = 400.0
    max_check_bytes: int = 64 << 20


DEFAULT_LIMITS = Limits()


class Sheet(NamedTuple):
    """One sheet of a workbook."""

    name: str
    part: str
    state: str  # visible, hidden, veryHidden
    kind: str  # worksheet, chartsheet, dialogsheet, xlMacrosheet
    sheet_id: str
    rid: str


class Package:
    """The parts of a workbook. Part names have no leading slash and are looked up ignoring case."""

    def __init__(self, path: Path, archive: Archive, limits: Limits):
        self.path = path
        self.limits = limits
        self._archive = archive
        self._entries: dict[str, Entry] = {}  # by key
        self._patched: dict[str, bytes] = {}  # by key
        self._spliced: dict[str, tuple[Edit, ...]] = {}  # by key; edits of parts too large to hold
        self._added: dict[str, str] = {}  # key to name
        self._removed: set[str] = set()  # keys of entries
        self._relations: dict[str, list[Relationship]] = {}
        self._types: tuple[dict[str, str], dict[str, str]] | None = None
        self._sheets: list[Sheet] | None = None
        self._tab_parts: set[str] = set()  # keys of what the workbook's relationships lead to, be it there or not
        self._trees: dict[str, tuple[bytes, Text, Element]] = {}  # by key; of the content that stands first
        self._inflated = 0
        self._workbook = ""
        for entry in archive.entries:
            if entry.folder:
                continue
            if entry.flags & 1:
                raise self.error("文件内部有加密的部件，请先用 Excel 或 WPS 打开并取消密码，另存后再试")
            k = key(entry.name)
            if k in self._entries:
                raise self.error(
                    f"文件内部有两个同名的部件“{entry.name}”，请用 Excel 或 WPS 打开后另存一份再试"
                )
            if k.endswith((".xml", ".rels", ".vml")):
                self._bounded(entry, limits.max_sheet_bytes)  # also those that only others will read
            self._entries[k] = entry

    @classmethod
    def open(cls, path: str | os.PathLike[str], limits: Limits = DEFAULT_LIMITS) -> Package:
        """Open a workbook (.xlsx, .xlsm, .xltx, .xltm).

        Raises:
            Error: there is no such file, or it is something else (the message says what), or it is damaged.
        """
        where = Path(path)
        try:
            state = os.stat(where)
            if stat.S_ISDIR(state.st_mode):
                raise Error("这是一个文件夹，请给出工作簿文件", file=path)
            if not stat.S_ISREG(state.st_mode):
                raise Error("这不是普通文件，请给出工作簿文件", file=path)
            if why := no_package(where):
                raise Error(why, file=path)
            package = cls(where, Archive(where, limits.max_parts), limits)
        except FileNotFoundError:
            raise Error("找不到这个文件，请检查文件名和所在的文件夹", file=path) from None
        except BadArchive as error:
            raise Error(f"文件{error}，请重新取得这份文件", file=path) from None
        except PermissionError:
            raise Error("没有读取这个文件的权限，或文件正被别的程序独占，请关闭后再试", file=path) from None
        except (OSError, ValueError) as error:
            raise Error(f"读不出这个文件（{error}），请检查文件名和磁盘", file=path) from None
        package._workbook = package._find_workbook()
        return package

    def error(self, message: str, sheet: str | None = None, cell: str | None = None) -> Error:
        """An error that names this file."""
        return Error(message, file=self.path, sheet=sheet, cell=cell)

    # --- parts --------------------------------------------------------------------------------

    @property
    def names(self) -> list[str]:
        """The names of all parts as they are stored, in the order of the zip; new ones last."""
        return [e.name for k, e in self._entries.items() if k not in self._removed] + list(
            self._added.values()
        )

    def find(self, name: str | None) -> str | None:
        """The stored name of a part, or None: exactly, else ignoring case, else with percent escapes undone."""
        if name is None:
            return None
        found = self._stored(key(name))
        return self._stored(key(unquote(name))) if found is None and "%" in name else found

    def _stored(self, k: str) -> str | None:
        if k in self._added:
            return self._added[k]
        return self._entries[k].name if k in self._entries and k not in self._removed else None

    def __contains__(self, name: str) -> bool:
        return self.find(name) is not None

    def _key(self, name: str) -> str:
        if self._stored(k := key(name)) is not None:
            return k
        found = self.find(name)
        if found is None:
            raise self.error(f"文件内部缺少“{name}”，请用 Excel 或 WPS 打开后另存一份再试")
        return key(found)

    def size(self, name: str) -> int:
        """The size of a part before it was patched, as the zip declares it; 0 for a new part."""
        entry = self._entries.get(self._key(name))
        return entry.size if entry else 0

    def read(self, name: str) -> bytes:
        """The content of a part, with what was patched. Raises Error when it is missing, damaged or too large."""
        k = self._key(name)
        if k in self._patched:
            return self._patched[k]
        entry = self._entries[k]
        self._admit(entry, self.limits.max_part_bytes)
        try:
            data = self._archive.content(entry)
        except (BadArchive, OSError) as error:
            raise self._unreadable(error) from None
        return xmltext.apply(data, self._spliced[k]) if k in self._spliced else data

    def stream(self, name: str) -> Iterator[bytes]:
        """The content of a part piece by piece, for parts that may be too large to hold."""
        k = self._key(name)
        if k in self._patched:
            return iter((self._patched[k],))
        return _spliced(self._chunks(self._entries[k], self.limits.max_sheet_bytes), self._spliced.get(k, ()))

    def _bounded(self, entry: Entry, most: int) -> None:
        if entry.size > most:
            raise self.error(
                f"文件内部的“{entry.name}”展开后有 {entry.size >> 20} MB，超过上限 {most >> 20} MB，不予处理"
            )
        if entry.size > 64 << 20 and entry.size > self.limits.max_ratio * max(entry.packed, 1):
            raise self.error(f"文件内部的“{entry.name}”压缩得异常地小，可能是恶意文件，不予处理")

    def _admit(self, entry: Entry, most: int) -> None:
        """Refuse to inflate what is too large, by itself or with all that was inflated before."""
        self._bounded(entry, most)
        self._inflated += entry.size
        if self._inflated > self.limits.max_total_bytes:
            raise self.error("文件展开后太大，超过上限，不予处理")

    def _unreadable(self, error: BadArchive | OSError) -> Error:
        if isinstance(error, BadArchive):
            return self.error(f"文件{error}，请重新取得这份文件")
        return self.error(f"读不出这个文件（{error.strerror or error}），请检查磁盘")

    def _chunks(self, entry: Entry, most: int) -> Iterator[bytes]:
        self._admit(entry, most)
        try:
            yield from self._archive.chunks(entry)
        except (BadArchive, OSError) as error:
            raise self._unreadable(error) from None

    def replace(self, name: str, data: bytes) -> None:
        """Patch a part, in memory."""
        k = self._key(name)
        self._spliced.pop(k, None)
        self._patched[k] = data
        self._forget(k)

    def splice(self, name: str, edits: Iterable[Edit]) -> None:
        """Patch a part that was not patched yet by edits, without holding it in memory."""
        k = self._key(name)
        edits = tuple(sorted(edits, key=lambda edit: edit.start))
        if k in self._patched or k in self._spliced:
            self.replace(name, xmltext.apply(self.read(name), edits))
        elif edits:
            self._spliced[k] = edits
            self._forget(k)

    def add(self, name: str, data: bytes, content_type: str | None) -> None:
        """Add a part; its content type is declared unless a default says the same. `None` declares nothing."""
        if name in self or not key(name):
            raise ValueError(f"{name} is there already")
        self._added[key(name)] = name
        self._patched[key(name)] = data
        self._forget(key(name), comes_or_goes=True)
        if content_type is not None and (self.content_type(name) or "").lower() != content_type.lower():
            self._override(name, content_type)

    def _override(self, name: str, content_type: str) -> None:
        types = self._content_types()
        self._declare("Override", {"PartName": f"/{quoted(name)}", "ContentType": content_type})
        if name.isascii():  # any other name is declared in another writing
            types[1][key(name)] = content_type
            self._types = types

    def add_default(self, extension: str, content_type: str) -> None:
        """Declare the type of all parts of an extension, unless it has one or there are such parts without a type."""
        extension = extension.lower()
        if extension in self._content_types()[0] or any(
            key(name).endswith(f".{extension}") for name in self.names
        ):
            return
        self._declare("Default", {"Extension": extension, "ContentType": content_type})

    def free_name(self, pattern: str) -> str:
        """The first name that no part has and no content type speaks of; `pattern` has braces for a number."""
        overrides = self._content_types()[1]
        names = (pattern.format(number) for number in itertools.count(1))
        return next(name for name in names if name not in self and key(name) not in overrides)

    def remove(self, name: str, *, own: bool = False) -> None:
        """Remove a part, its entry among the content types, and a default of ours that nobody needs any more.

        With `own`, the part is one that we added, and an entry goes only when it is ours too.
        """
        k = self._key(name)
        self._patched.pop(k, None)
        self._spliced.pop(k, None)
        if self._added.pop(k, None) is None:
            self._removed.add(k)
        self._forget(k, comes_or_goes=True)
        self._undeclare(k, own)

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

    # --- XML ----------------------------------------------------------------------------------

    def text(self, name: str) -> Text:
        """A part in UTF-8. Raises Error when its encoding cannot be relied on."""
        try:
            return xmltext.decoded(self.read(name))
        except Broken as reason:
            raise self.broken(name, reason) from None

    def xml(self, name: str) -> tuple[Text, Element]:
        """A part in UTF-8 and its tree. Raises Error when it is no well-formed XML."""
        data = self.read(name)
        known = self._trees.get(key(name))
        if known is not None and known[0] == data:
            return known[1:]
        try:
            text = xmltext.decoded(data)
            root = xmltext.parse(text.data)
        except Broken as reason:
            raise self.broken(name, reason) from None
        self._trees[key(name)] = data, text, root
        return text, root

    def _root(self, name: str, expected: str) -> Element:
        root = self.xml(name)[1]
        if root.name != expected:
            raise self.broken(name, Broken(f"的内容是 {root.name}，应为 {expected}"))
        return root

    def broken(self, name: str, reason: Broken) -> Error:
        """The error for a part that cannot be worked on."""
        return xmltext.refused(name, reason, self.path)

    def edit(self, name: str, edits: Iterable[Edit]) -> None:
        """Patch a part by edits of its UTF-8 text."""
        if edits := list(edits):
            text = self.text(name)
            self.replace(name, text.encoded(xmltext.apply(text.data, edits)))

    # --- content types ------------------------------------------------------------------------

    def content_type(self, name: str) -> str | None:
        """The content type of a part, whether it exists or not."""
        defaults, overrides = self._content_types()
        k = key(name)
        for candidate in (k, unquote(k)):
            if candidate in overrides:
                return overrides[candidate]
        return defaults.get(posixpath.basename(k).rpartition(".")[2])

    def _content_types(self) -> tuple[dict[str, str], dict[str, str]]:
        """Defaults by extension and overrides by key."""
        if self._types is None:
            if CONTENT_TYPES not in self:
                raise self.error(f"不是完整的工作簿（缺少 {CONTENT_TYPES}），请重新取得这份文件")
            try:
                defaults, overrides = declared_types(self.read(CONTENT_TYPES))
            except Broken as reason:
                raise self.broken(CONTENT_TYPES, reason) from None
            self._types = defaults, dict(overrides)
        return self._types

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
            posixpath.basename(k).rpartition(".")[2] for k in map(key, self.names) if k not in overrides
        }
        gone_with_it = []
        for element in root.children:
            get, ours = element.attributes.get, is_ours(text.data, element)
            overridden = element.name == "Override" and key(get("PartName", "")) == gone
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
            numbers = [int(i[3:]) for i in taken.union(avoid) if re.fullmatch(r"rId[0-9]{1,9}", i)]
            rid = f"rId{max(numbers, default=0) + 1}"
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

    # --- saving -------------------------------------------------------------------------------

    @property
    def changed(self) -> bool:
        """Whether anything differs from the file that was opened."""
        return bool(self._patched or self._spliced or self._removed or self._added)

    def verify(self) -> None:
        """Check every untouched part of a package that is not too large for it. Raises Error for a damaged one."""
        entries = [e for k, e in self._entries.items() if k not in self._patched and k not in self._removed]
        if sum(entry.size for entry in entries) > self.limits.max_check_bytes:
            return
        for entry in entries:
            for _ in self._chunks(entry, self.limits.max_check_bytes):
                pass

    def save(self, target: str | os.PathLike[str]) -> None:
        """Write the package. Parts that were not patched are copied as they are; see :func:`replace_file`."""
        self.verify()
        patched = [k for k in (*self._patched, *self._spliced) if k not in self._added]
        changed = {self._entries[k].number: self._content(k) for k in patched}
        removed = [self._entries[k].number for k in {*self._removed, *self._added} if k in self._entries]
        added = {name.encode("utf-8"): self._content(k) for k, name in self._added.items()}

        def write(out: BinaryIO) -> None:
            try:
                self._archive.write(out, changed, removed, added)
            except BadArchive as error:
                raise self.error(f"文件{error}，请重新取得这份文件") from None
            if not self._archive.unchanged():
                raise self.error("文件在处理过程中被别的程序改动了，没有保存，请再试一次")

        replace_file(target, write)

    def _content(self, k: str) -> Chunks:
        if k in self._patched:
            return lambda: (self._patched[k],)
        entry, edits = self._entries[k], self._spliced[k]
        return lambda: _spliced(self._chunks(entry, self.limits.max_sheet_bytes), edits)


# --- names ----------------------------------------------------------------------------------------


def _spliced(chunks: Iterable[bytes], edits: Iterable[Edit]) -> Iterator[bytes]:
    """Content piece by piece with edits made; they are in order and do not overlap."""
    at = 0  # offset of the piece at hand
    skip_to = 0
    waiting = list(edits)
    for piece in chunks:
        end = at + len(piece)
        while waiting and waiting[0].start < end:
            edit = waiting.pop(0)
            yield piece[max(skip_to - at, 0) : edit.start - at]
            yield edit.new
            skip_to = edit.end
        yield piece[max(skip_to - at, 0) :] if skip_to < end else b""
        at = end
    for edit in waiting:
        yield edit.new
