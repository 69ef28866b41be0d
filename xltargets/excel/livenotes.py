"""Notes in a workbook that is open in Excel, through xlwings.

Excel gives every note that it makes its user's name, so ours are known by their first line, ``──── 预算绩效审核 ────``, which
also parts our text from a person's own above it. A note that a file came with from :mod:`xltargets.excel.comments` has no such
line and is known by its author, or by how it begins where a program has dropped the author. Both read each other's notes.

Only notes that change are touched. When a note cannot be written (a protected sheet, say) all that was done before is undone.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xltargets.errors import Error
from xltargets.excel.commentlist import fitted, is_anonymous_ours, separator, units
from xltargets.excel.comments import AUTHOR, Report, Skipped
from xltargets.excel.live import refusals, why_refused
from xltargets.excel.notebox import box

if TYPE_CHECKING:
    import xlwings

#: Told after each sheet: how many are done, and how many there are.
Progress = Callable[[int, int], None]

_THREADED = "这个单元格里有会话式批注（Excel 365），不能改动，没有写批注"
_PROTECTED = "Excel 不让写批注，工作表可能受保护；请在“审阅”中点“撤销工作表保护”后再试，工作簿没有改动"
_FULL = "原批注已接近 Excel 的长度上限，写不下"


@dataclass(frozen=True)
class LiveNote:
    """A note as it stands in a cell.

    Attributes:
        author: as Excel has it.
        text: all of it.
        theirs: a person's part of it; empty when there is none.
        ours: our part; None when nothing is ours.
    """

    author: str
    text: str
    theirs: str
    ours: str | None

    @classmethod
    def of(cls, author: str, text: str, ourselves: str = AUTHOR) -> LiveNote:
        """A note taken apart."""
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        if author == ourselves or is_anonymous_ours(author, text):
            return cls(author, text, "", text)
        theirs, line, ours = text.partition(separator(ourselves))
        return cls(author, text, theirs.removesuffix("\n"), ours) if line else cls(author, text, text, None)

    def with_ours(self, ours: str, ourselves: str = AUTHOR) -> str:
        """The text of the note with another text of ours; empty when there is no room for it."""
        if self.text and self.ours == self.text:
            return fitted(ours)
        line = separator(ourselves)
        head = f"{self.theirs}\n{line}" if self.theirs else line
        ours = fitted(ours, units(head))
        return head + ours if ours else ""


def read_notes(sheet: xlwings.Sheet, *, author: str = AUTHOR) -> dict[str, LiveNote]:
    """The notes of a sheet by cell."""
    found = {}
    for note in sheet.notes:
        cell = str(note.location.address).replace("$", "").partition(":")[0]
        found[cell] = LiveNote.of(note.author, note.text, author)
    return found


def set_all_notes(
    book: xlwings.Book,
    notes: Mapping[str, Mapping[str, str]],
    *,
    author: str = AUTHOR,
    progress: Progress | None = None,
) -> Report:
    """Make our notes of an open workbook exactly `notes`: text by cell by name of the sheet.

    Args:
        book: the workbook.
        notes: sheets that are not named lose our notes.
        author: who we are.
        progress: told after each sheet.

    Raises:
        Error: when a sheet is protected or Excel refuses a note otherwise; then nothing is changed.
    """
    writer = _Writer(author)
    sheets = list(book.sheets)
    try:
        for number, sheet in enumerate(sheets, 1):
            writer.write(sheet, notes.get(sheet.name, {}))
            if progress is not None:
                progress(number, len(sheets))
    except BaseException:
        writer.undo()
        raise
    return writer.report


def set_notes(sheet: xlwings.Sheet, notes: Mapping[str, str], *, author: str = AUTHOR) -> Report:
    """Make our notes of one sheet of an open workbook exactly `notes`, as :func:`set_all_notes` does for all."""
    writer = _Writer(author)
    try:
        writer.write(sheet, notes)
    except BaseException:
        writer.undo()
        raise
    return writer.report


class _Writer:
    """Writes, and remembers what was there."""

    def __init__(self, author: str) -> None:
        self.author = author
        self.report = Report()
        self._done: list[tuple[xlwings.Sheet, str, str | None]] = []

    def write(self, sheet: xlwings.Sheet, wanted: Mapping[str, str]) -> None:
        """Make our notes of a sheet exactly these."""
        present = read_notes(sheet, author=self.author)
        if not wanted and all(note.ours is None for note in present.values()):
            return
        led = self._led(sheet, wanted)
        threads = (
            {str(thread.location.address).replace("$", "") for thread in _threads(sheet)} if led else set()
        )
        for cell, text in led.items():
            if cell in threads:
                self.report.skipped.append(Skipped(sheet.name, cell, _THREADED))
            else:
                self._put(sheet, cell, present.get(cell), text)
        for cell, note in present.items():
            if note.ours is not None and cell not in led and cell not in threads:
                self._change(sheet, cell, note.text, note.theirs or None)
                self.report.removed += 1

    def _led(self, sheet: xlwings.Sheet, wanted: Mapping[str, str]) -> dict[str, str]:
        """The notes by the first cell of the merged cells they are for."""
        found: dict[str, str] = {}
        for cell, text in wanted.items():
            area = sheet.range(cell).merge_area
            leader = str(area.address).replace("$", "").partition(":")[0]
            found[leader] = f"{found[leader]}\n{text}" if leader in found else text
        return found

    def _put(self, sheet: xlwings.Sheet, cell: str, present: LiveNote | None, text: str) -> None:
        note = present or LiveNote("", "", "", None)
        wanted = note.with_ours(text, self.author)
        if not wanted:
            self.report.skipped.append(Skipped(sheet.name, cell, _FULL))
        elif present is None or note.ours is None:
            self._change(sheet, cell, present.text if present else None, wanted)
            self.report.added += 1
        elif wanted != note.text:
            self._change(sheet, cell, note.text, wanted)
            self.report.changed += 1

    def _change(self, sheet: xlwings.Sheet, cell: str, before: str | None, after: str | None) -> None:
        self._done.append((sheet, cell, before))
        try:
            _set(sheet, cell, after)
        except refusals() as error:
            if why := why_refused(error):
                raise Error(why) from error
            raise Error(_PROTECTED, sheet=sheet.name, cell=cell) from error

    def undo(self) -> None:
        """Put back what was there, the latest first; where Excel is gone there is nothing to put back into."""
        with suppress(*refusals()):
            for sheet, cell, before in reversed(self._done):
                if _text_of(sheet, cell) != before:
                    _set(sheet, cell, before)


def _text_of(sheet: xlwings.Sheet, cell: str) -> str | None:
    note = sheet.range(cell).note
    return None if note is None else LiveNote.of("", note.text).text


def _set(sheet: xlwings.Sheet, cell: str, text: str | None) -> None:
    place = sheet.range(cell)
    note = place.note
    if text is None:
        if note is not None:
            note.delete()
        return
    if note is None:
        note = place.add_note(text)
    else:
        note.text = text
    if sys.platform == "win32":
        fit(note.api.Shape, text)


def fit(shape: object, text: str) -> None:
    """Give the box of a note (Excel's Shape) room for its text; Excel's own box shows four lines. Lengths are points."""
    width, height = box(text)
    setattr(shape, "Width", width * 0.75)  # noqa: B010 - the attributes are Excel's, not Python's
    setattr(shape, "Height", height * 0.75)  # noqa: B010


def _threads(sheet: xlwings.Sheet) -> Iterator[xlwings.Comment]:
    """The conversations of Excel 365; older programs have none and do not know the question."""
    with suppress(NotImplementedError, AttributeError, *refusals()):
        yield from sheet.comments
