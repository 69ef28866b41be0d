"""A zip archive of workbooks taken as a folder; one that would burst, or hides something, is refused.

Nothing is ever unpacked under the name that the archive gives it: a workbook goes into a temporary file of our own naming.
Names without the UTF-8 flag are UTF-8 or, as Windows in China writes them, GBK.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

from xltargets.errors import Error

#: Bit of a zip entry's flags that says its name is UTF-8; and the one that says it is encrypted.
_UTF8, _ENCRYPTED = 0x800, 0x1
_BLOCK = 1 << 20


@dataclass(frozen=True)
class ZipLimits:
    """How much of an archive is believed; sizes in bytes.

    Attributes:
        max_members: entries.
        max_member_bytes: one workbook, unpacked.
        max_total_bytes: all that the directory of the archive says it holds, unpacked.
        max_ratio: unpacked to packed size of one member; a workbook is packed already.
    """

    max_members: int = 50_000
    max_member_bytes: int = 200 << 20
    max_total_bytes: int = 20 << 30
    max_ratio: float = 200.0


def members(path: str, limits: ZipLimits = ZipLimits()) -> list[tuple[str, str]]:
    """The files of an archive: name as stored, and name as people read it.

    Raises:
        Error: when it is no archive, cannot be read, or is larger than the limits.
    """
    with _opened(path) as archive:
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if len(entries) > limits.max_members:
        raise Error(
            f"压缩包里有{len(entries)}个文件，超过上限{limits.max_members}个；请解压到文件夹后再汇总",
            file=path,
        )
    if sum(entry.file_size for entry in entries) > limits.max_total_bytes:
        raise Error("压缩包解压后过大，可能是有害文件，没有读取；请核对来源后解压到文件夹再汇总", file=path)
    return [(entry.filename, readable(entry)) for entry in entries]


def readable(entry: zipfile.ZipInfo) -> str:
    """The name of an entry as its author saw it."""
    if entry.flag_bits & _UTF8:
        return entry.filename
    try:
        raw = entry.filename.encode("cp437")
    except UnicodeEncodeError:
        return entry.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return entry.filename


@contextmanager
def unpacked(path: str, member: str, suffix: str, limits: ZipLimits = ZipLimits()) -> Iterator[str]:
    """A member as a file on disk, gone afterwards.

    Raises:
        Error: when it is not there any more, is encrypted or damaged, or is larger than the limits.
    """
    folder = tempfile.mkdtemp(prefix="xltargets-")
    try:
        target = os.path.join(folder, f"member{suffix}")
        with member_stream(path, member, limits) as source, open(target, "wb") as file:
            _copy(source, file, path, limits)
        os.utime(target, (changed(path, member),) * 2)
        yield target
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def member_stream(path: str, member: str, limits: ZipLimits = ZipLimits()) -> Iterator[IO[bytes]]:
    """A member's content, unpacked while it is read.

    Raises:
        Error: when it is not there any more, is encrypted, or says that it is larger than the limits.
    """
    with _opened(path) as archive:
        try:
            entry = archive.getinfo(member)
        except KeyError as error:
            raise Error("压缩包里已经没有这个文件，请重新汇总", file=path) from error
        if entry.flag_bits & _ENCRYPTED:
            raise Error("压缩包设有密码，请解压到文件夹后再汇总", file=path)
        ratio = entry.file_size / max(1, entry.compress_size)
        if entry.file_size > limits.max_member_bytes or (
            entry.file_size > _BLOCK and ratio > limits.max_ratio
        ):
            raise Error("压缩包里的这个文件解压后过大，可能是有害文件，没有读取；请核对来源", file=path)
        with _told(path), archive.open(entry) as stream:
            yield stream


def changed(path: str, member: str) -> float:
    """When a member was last changed, as the archive has it; the archive itself where that is no time."""
    with _opened(path) as archive:
        said = archive.getinfo(member).date_time
    try:
        return time.mktime((*said, 0, 0, -1))
    except (ValueError, OverflowError):
        return os.stat(path).st_mtime


def _copy(source: IO[bytes], target: IO[bytes], path: str, limits: ZipLimits) -> None:
    """Copy no more than the limit, whatever the directory of the archive says."""
    left = limits.max_member_bytes
    while block := source.read(_BLOCK):
        left -= len(block)
        if left < 0:
            raise Error("压缩包里的这个文件解压后过大，可能是有害文件，没有读取；请核对来源", file=path)
        target.write(block)


@contextmanager
def _opened(path: str) -> Iterator[zipfile.ZipFile]:
    with _told(path), zipfile.ZipFile(path) as archive:
        yield archive


@contextmanager
def _told(path: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise Error("找不到这个压缩包，请检查文件名和所在的文件夹", file=path) from error
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError) as error:
        raise Error("压缩包已损坏或格式不受支持；请重新取得，或解压到文件夹后再汇总", file=path) from error
