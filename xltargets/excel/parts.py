"""The parts of a package: read when asked for, patched, and saved with every other part as it was.

The package is a zip (ECMA-376 part 2, Open Packaging Conventions). What the parts say of each other is not known here;
:mod:`xltargets.excel.package` knows it.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Self
from urllib.parse import unquote

from xltargets.errors import Error
from xltargets.excel import xmltext
from xltargets.excel.archive import Archive, BadArchive, Chunks, Entry
from xltargets.excel.files import replace_file
from xltargets.excel.opc import key
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


class Parts:
    """The parts of one file. Names have no leading slash and are looked up ignoring case."""

    def __init__(self, path: Path, archive: Archive, limits: Limits):
        self.path = path
        self.limits = limits
        self._archive = archive
        self._entries: dict[str, Entry] = {}  # by key
        self._patched: dict[str, bytes] = {}  # by key
        self._spliced: dict[str, tuple[Edit, ...]] = {}  # by key; edits of parts too large to hold
        self._added: dict[str, str] = {}  # key to name
        self._removed: set[str] = set()  # keys of entries
        self._trees: dict[str, tuple[bytes, Text, Element]] = {}  # by key; of the content that stands first
        self._inflated = 0
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
    def open(cls, path: str | os.PathLike[str], limits: Limits = DEFAULT_LIMITS) -> Self:
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
        except (FileNotFoundError, NotADirectoryError):
            raise Error("找不到这个文件，请检查文件名和所在的文件夹", file=path) from None
        except BadArchive as error:
            raise Error(f"文件{error}，请重新取得这份文件", file=path) from None
        except PermissionError:
            raise Error("没有读取这个文件的权限，或文件正被别的程序独占，请关闭后再试", file=path) from None
        except (OSError, ValueError) as error:
            reason = "文件名太长" if getattr(error, "errno", None) == errno.ENAMETOOLONG else error
            raise Error(f"读不出这个文件（{reason}），请检查文件名和磁盘", file=path) from None
        package._opened()
        return package

    def _opened(self) -> None:
        """What else is to be found out before a package is used."""

    def _forget(self, k: str, *, comes_or_goes: bool = False) -> None:
        """Let go of what was worked out from a part that is now another, is new, or is gone."""

    def error(self, message: str, sheet: str | None = None, cell: str | None = None) -> Error:
        """An error that names this file."""
        return Error(message, file=self.path, sheet=sheet, cell=cell)

    # --- which there are ----------------------------------------------------------------------

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

    # --- reading ------------------------------------------------------------------------------

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

    # --- patching -----------------------------------------------------------------------------

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

    def _put(self, name: str, data: bytes) -> None:
        """Add a part, whatever the others say of it."""
        if name in self or not key(name):
            raise ValueError(f"{name} is there already")
        self._added[key(name)] = name
        self._patched[key(name)] = data
        self._forget(key(name), comes_or_goes=True)

    def _drop(self, name: str) -> str:
        """Take a part out, whatever the others say of it; returns its key."""
        k = self._key(name)
        self._patched.pop(k, None)
        self._spliced.pop(k, None)
        if self._added.pop(k, None) is None:
            self._removed.add(k)
        self._forget(k, comes_or_goes=True)
        return k

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
