"""Which files a consolidation takes: lazily, in an order that is the same on every machine."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from xltargets.consolidate.inbox.zipped import members
from xltargets.errors import Error
from xltargets.excel.files import WORKBOOKS

#: Read as documents of ours, beside workbooks.
DOCUMENTS = (".json",)
#: Handed in by mistake; listed as unreadable, with what to do, rather than overlooked.
OTHER_FORMATS = (".xls", ".xlt", ".xlsb", ".et", ".ett", ".ods")
ARCHIVES = (".zip",)
#: Archives that are not opened; listed, so that what is in them is not overlooked.
OTHER_ARCHIVES = (".rar", ".7z", ".tar", ".gz", ".tgz")
#: A folder that holds this file is our own output and is never read.
OURS = ".xltargets-output"


@dataclass(frozen=True, slots=True)
class Source:
    """One file to read.

    Attributes:
        path: the file on disk.
        member: the name, as stored, of a workbook within the zip archive `path`; None for a file of its own.
        shown: what people call it: the path, or the path and the name within the archive.
    """

    path: str
    member: str | None = None
    shown: str = ""

    @property
    def suffix(self) -> str:
        """The ending of its name, in lower case, with the dot."""
        return os.path.splitext(self.member or self.path)[1].lower()

    @property
    def name(self) -> str:
        """What people call it."""
        return as_read(self.shown or self.path)


@dataclass(frozen=True, slots=True)
class Exclude:
    """What is not taken from folders.

    Attributes:
        files: absolute paths of files: the summary that is about to be written, the cache.
        folders: absolute paths of folders: where annotated copies go.
    """

    files: frozenset[str] = frozenset()
    folders: frozenset[str] = frozenset()


def as_read(path: str) -> str:
    """A path as people read it: what is no UTF-8, as where a zip made on Windows was unpacked on Linux, is taken for GBK."""
    if path.isascii() or not _is_odd(path):
        return path
    parts = (os.fsencode(part).decode("gb18030", "replace") if _is_odd(part) else part for part in path.split(os.sep))
    return os.sep.join(parts)


def _is_odd(part: str) -> bool:
    return any("\udc80" <= char <= "\udcff" for char in part)


def discover(paths: Iterable[str | os.PathLike[str]], exclude: Exclude = Exclude()) -> Iterator[Source]:
    """The files of paths: a folder's recursively, by name; a file that is named itself is always taken.

    Left out of folders are hidden files, lock files of office programs (``~$…``), files that are neither workbooks nor
    documents, links to folders, and what :class:`Exclude` names. A path within another one is not read twice.
    """
    for path in _outermost([os.fspath(path) for path in paths]):
        if os.path.isdir(path):
            yield from _walk(path, exclude)
        else:
            yield from _opened(path)


def _outermost(paths: list[str]) -> list[str]:
    """Each path once, without those within a folder that is given as well."""
    real = [Path(os.path.abspath(path)) for path in paths]
    folders = {path for path in real if os.path.isdir(path)}
    seen: set[Path] = set()
    kept = []
    for path, absolute in zip(paths, real, strict=True):
        if absolute not in seen and not any(parent in folders for parent in absolute.parents):
            kept.append(path)
        seen.add(absolute)
    return kept


def _walk(folder: str, exclude: Exclude) -> Iterator[Source]:
    try:
        with os.scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: natural(entry.name))
    except OSError:
        yield Source(folder)  # reading it says why it cannot be read
        return
    if any(entry.name == OURS for entry in found):
        return
    for entry in found:
        if entry.name.startswith((".", "~$")):
            continue
        if entry.is_dir(follow_symlinks=False):
            if os.path.abspath(entry.path) not in exclude.folders:
                yield from _walk(entry.path, exclude)
        elif is_wanted(entry.name) and os.path.abspath(entry.path) not in exclude.files:
            if not os.path.isdir(entry.path):
                yield from _opened(entry.path)


def is_wanted(name: str) -> bool:
    """Whether a file of this name is taken from a folder."""
    return name.lower().endswith((*WORKBOOKS, *DOCUMENTS, *OTHER_FORMATS, *ARCHIVES, *OTHER_ARCHIVES))


def _opened(path: str) -> Iterator[Source]:
    """The file, or the workbooks within the archive it is; an archive within an archive is not opened."""
    if not path.lower().endswith(ARCHIVES):
        yield Source(path)
        return
    try:
        found = members(path)
    except (Error, OSError):
        yield Source(path)  # reading it says why it cannot be read
        return
    for stored, shown in sorted(found, key=lambda member: natural(member[1])):
        name = shown.replace("\\", "/").rpartition("/")[2]
        if is_wanted(name) and not shown.startswith("__MACOSX/") and not name.startswith((".", "~$")):
            yield Source(path, stored, f"{path}/{shown}")


_DIGITS = re.compile(r"0*([0-9]+)")


def natural(text: str) -> str:
    """A sort key by which 表2 comes before 表10: numbers are led by how many digits they have; ties are settled by the text."""
    return _DIGITS.sub(lambda match: f"{len(match[1]):03}{match[1]}", text) + f"\0{text}"
