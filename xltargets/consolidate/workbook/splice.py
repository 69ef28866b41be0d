"""Rows put into a workbook that has everything else.

XlsxWriter makes the workbook: styles, widths, headings, print set-up, charts, the package. It goes cell by cell, and a summary
of a province has millions of cells; so its sheets have their headings only, and the rows, written as XML to files of their
own, go into the sheets while the package is copied. Of XlsxWriter's output this knows the few tags named here; it stops
when one of them is missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, BinaryIO

from xltargets.excel.archive import Archive, Chunks

_BLOCK = 1 << 16
_MOST_PARTS = 100_000
_HYPERLINK = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"
_RELATIONSHIPS = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
)


class SheetRows:
    """The rows of one sheet and their links, in files; so memory does not grow with them.

    Args:
        folder: for the files, which have no names.
        level: how deep the outline is.

    Attributes:
        links: number of links.
        last: the last cell, ``T429``.
    """

    def __init__(self, folder: Path, level: int = 0) -> None:
        self.links, self.level = 0, level
        self.last = ""
        self._targets = 0
        self._target = b""
        self._rows, self._links, self._rels = (TemporaryFile(buffering=_BLOCK, dir=folder) for _ in range(3))
        self.write = self._rows.write

    def link(self, cell: str, target: bytes, place: bytes) -> None:
        """Have a cell lead to a file, and to a place in it.

        Args:
            cell: its address.
            target: of the file, as attributes have it; links in a row to one file share a relationship.
            place: sheet and cell, as attributes have it; empty for the file as such.
        """
        self.links += 1
        if target != self._target:
            self._target, self._targets = target, self._targets + 1
            self._rels.write(
                b'<Relationship Id="rId%d" Type="%s" Target="%s" TargetMode="External"/>'
                % (self._targets, _HYPERLINK, target)
            )
        location = b' location="%s"' % place if place else b""
        self._links.write(b'<hyperlink ref="%s" r:id="rId%d"%s/>' % (cell.encode(), self._targets, location))

    def rows(self) -> Iterator[bytes]:
        """The rows, block by block."""
        return _blocks(self._rows)

    def hyperlinks(self) -> Iterator[bytes]:
        """The links as a sheet has them; nothing where there is none."""
        if self.links:
            yield b"<hyperlinks>"
            yield from _blocks(self._links)
            yield b"</hyperlinks>"

    def relationships(self) -> Iterator[bytes]:
        """The part that says which files the links lead to."""
        yield _RELATIONSHIPS
        yield from _blocks(self._rels)
        yield b"</Relationships>"

    def close(self) -> None:
        """Let go of the files."""
        for file in (self._rows, self._links, self._rels):
            file.close()


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    file.seek(0)
    return iter(partial(file.read, _BLOCK), b"")


def splice(skeleton: Path, sheets: Mapping[int, SheetRows], target: BinaryIO) -> None:
    """Copy a workbook with rows put into its sheets.

    Args:
        skeleton: a workbook that XlsxWriter made; its sheets with rows have no links of their own.
        sheets: number of the sheet in the workbook, from 1 → rows, which follow those of the skeleton.
        target: where the workbook goes.
    """
    archive = Archive(skeleton, _MOST_PARTS)
    entries = {entry.name: entry for entry in archive.entries}
    changed: dict[int, Chunks] = {}
    added: dict[bytes, Chunks] = {}
    for number, rows in sheets.items():
        entry = entries[f"xl/worksheets/sheet{number}.xml"]
        changed[entry.number] = partial(_sheet, archive.content(entry).decode(), rows)
        if rows.links:
            added[b"xl/worksheets/_rels/sheet%d.xml.rels" % number] = rows.relationships
    archive.write(target, changed, (), added)


def _sheet(xml: str, rows: SheetRows) -> Iterator[bytes]:
    head, end_of_rows, rest = _parted(xml, "</sheetData>")
    before, page, after = _parted(rest, "<printOptions")  # links come right before it
    if rows.last:
        head = _changed(r'<dimension ref="[^"]*"/>', f'<dimension ref="A1:{rows.last}"/>', head)
    if rows.level:
        head = _changed(r"<sheetFormatPr ", f'<sheetFormatPr outlineLevelRow="{rows.level}" ', head)
    yield head.encode()
    yield from rows.rows()
    yield (end_of_rows + before).encode()
    yield from rows.hyperlinks()
    yield (page + after).encode()


def _parted(xml: str, tag: str) -> tuple[str, str, str]:
    parts = xml.partition(tag)
    if not parts[1]:
        raise RuntimeError(f"XlsxWriter's sheet has no {tag}")
    return parts


def _changed(pattern: str, by: str, xml: str) -> str:
    changed, times = re.subn(pattern, lambda match: by, xml, count=1)
    if not times:
        raise RuntimeError(f"XlsxWriter's sheet has no {pattern}")
    return changed
