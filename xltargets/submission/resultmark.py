"""How what we write is told from what units hand in: the sheet of findings in their workbook, and the summary of all."""

from __future__ import annotations

import os
import re
import zipfile

from xltargets.excel.grid import Book

#: The title of the sheet; a number in brackets is added where a person has a sheet of that title.
TITLE = "校验结果"
#: Heading of its last column. By it, and by its title, we know the sheet again; a sheet without it is never touched.
MARK = "本表由预算绩效审核生成，请勿填写"

#: The sheet of the official template that counts what is left; it holds formulas only and is not looked into.
SELF_CHECK = "自检"

#: In the properties of every summary workbook; by it we know one that lies among the submissions.
SUMMARY_MARK = "xltargets summary"
_MAX_CORE = 1 << 16

_OUR_TITLE = re.compile(rf"{TITLE}(?:\(\d{{1,9}}\))?\Z")
_COLUMNS = 20  # of the first row that are looked at


def is_ours(book: Book, sheet: str) -> bool:
    """Whether a worksheet is our sheet of findings. A copy of it (``校验结果 (2)``) or a renamed one is a person's."""
    if not _OUR_TITLE.match(sheet):
        return False
    grid = book.grid(sheet)
    return any(grid.value(0, column) == MARK for column in range(min(grid.end[1] + 1, _COLUMNS)))


def is_summary(path: str | os.PathLike[str]) -> bool:
    """Whether a file is a summary that we wrote, however large or damaged it is otherwise."""
    try:
        with zipfile.ZipFile(path) as archive:
            entry = archive.getinfo("docProps/core.xml")
            return entry.file_size < _MAX_CORE and SUMMARY_MARK.encode() in archive.read(entry)
    except (OSError, KeyError, zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, EOFError):
        return False
