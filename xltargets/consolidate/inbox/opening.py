"""A file that was handed in, opened: out of its archive, its content known by a digest, its submission read."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, NamedTuple

from xltargets.consolidate.inbox.discover import ARCHIVES, DOCUMENTS, OTHER_ARCHIVES, Source
from xltargets.consolidate.inbox.zipped import changed, member_stream, members, unpacked
from xltargets.errors import Error
from xltargets.excel.parts import Limits
from xltargets.submission.document import from_document, is_of_form, load_document
from xltargets.submission.form import Form
from xltargets.submission.model import Submission
from xltargets.submission.read import read

_BLOCK = 1 << 20


@contextmanager
def on_disk(source: Source) -> Iterator[Source]:
    """The file itself; one within an archive as it is unpacked.

    Raises:
        Error: when it is an archive that is not opened.
    """
    if source.member is not None and source.suffix not in (*ARCHIVES, *OTHER_ARCHIVES):
        with unpacked(source.path, source.member, source.suffix) as path:
            yield Source(path, None, source.name)
        return
    if source.suffix in ARCHIVES:
        members(source.path)  # says what is wrong with it
        raise Error("压缩包里不能再套压缩包，请解压到文件夹后再汇总")
    if source.suffix in OTHER_ARCHIVES:
        raise Error("这种压缩包打不开，里面的文件没有汇总；请解压到文件夹，或者改成 .zip 后再汇总")
    yield source


def submission_of(
    file: Source, form: Form, limits: Limits | None = None, *, any_version: bool = False
) -> Submission | None:
    """The submission that a file on disk holds; None for a document that is none.

    Raises:
        Error: when it cannot be read.
    """
    if file.suffix not in DOCUMENTS:
        return read(file.path, form=form, limits=limits, any_version=any_version)
    document = load_document(file.path)
    return from_document(document, form=form, file=file.name) if is_of_form(document, form) else None


class Content(NamedTuple):
    """What a file's content is known by: SHA-256, size in bytes, and when it was last changed, in nanoseconds since 1970."""

    digest: str
    size: int
    modified: int


def content_of(source: Source) -> Content:
    """What a file, or one within an archive, holds, and since when.

    Raises:
        Error: when it cannot be read.
    """
    try:
        if source.member is not None:
            with member_stream(source.path, source.member) as stream:
                return Content(*_digest(stream), int(changed(source.path, source.member)) * 10**9)
        with open(source.path, "rb") as file:
            return Content(*_digest(file), os.fstat(file.fileno()).st_mtime_ns)
    except FileNotFoundError as error:
        raise Error("找不到这个文件，请检查文件名和所在的文件夹", file=source.name) from error
    except IsADirectoryError as error:
        raise Error("这是一个文件夹，打不开；请检查有没有权限", file=source.name) from error
    except PermissionError as error:
        message = "没有读取这个文件的权限，或文件正被别的程序占用；请关闭文件或请管理员授权后再试"
        raise Error(message, file=source.name) from error


def _digest(file: IO[bytes]) -> tuple[str, int]:
    """SHA-256 and the number of bytes."""
    digest, size = hashlib.sha256(), 0
    while block := file.read(_BLOCK):
        digest.update(block)
        size += len(block)
    return digest.hexdigest(), size
