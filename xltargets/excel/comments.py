"""Notes in any workbook, and nothing else changed.

:func:`annotate` makes our notes of a workbook exactly what they should be, :func:`add_note` adds one, :func:`clean` takes
all of ours away and gives back, byte for byte in every part, what was there before. Other people's notes keep every byte;
`docs/lossless.md` says which parts are touched, in which order, and why.

    python -m xltargets.excel.comments IN OUT --text TEXT [--sheet SHEET] [--cell CELL]
    python -m xltargets.excel.comments --clean IN OUT
"""

from __future__ import annotations

import itertools
import os
import posixpath
import sys
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from xltargets.errors import Error
from xltargets.excel import commentlist, sheetscan, vml, xmltext
from xltargets.excel.a1 import Area, address, lead_of
from xltargets.excel.commentlist import CommentList, Note, Plan
from xltargets.excel.notebox import Cell, row_column
from xltargets.excel.opc import MAIN_STRICT, REL, REL_STRICT, Relationship, quoted
from xltargets.excel.package import Package, Sheet
from xltargets.excel.parts import DEFAULT_LIMITS, Limits
from xltargets.excel.sheetscan import Layout
from xltargets.excel.xmltext import Broken

__all__ = [
    "AUTHOR",
    "Note",
    "Report",
    "Skipped",
    "add_note",
    "annotate",
    "clean",
    "opened",
    "read_notes",
    "set_all_notes",
    "set_notes",
]

AUTHOR = "预算绩效审核"
_COMMENTS_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
_THREADED = "这个单元格里有会话式批注（Excel 365），不能改动，没有写批注"


class Skipped(NamedTuple):
    """A note that was not written."""

    sheet: str
    cell: str
    reason: str  # a Chinese sentence


@dataclass
class Report:
    """What was done: numbers of notes, and those that could not be written."""

    added: int = 0
    changed: int = 0
    removed: int = 0
    skipped: list[Skipped] = field(default_factory=list)


# --- whole files ----------------------------------------------------------------------------------


def annotate(
    source: str | os.PathLike[str],
    target: str | os.PathLike[str],
    notes: Mapping[str, Mapping[str, str]],
    *,
    author: str = AUTHOR,
    limits: Limits = DEFAULT_LIMITS,
    break_signature: bool = False,
) -> Report:
    """Write `source` to `target` (which may be the same file) with our notes being exactly `notes`.

    Args:
        notes: text by cell by name of the sheet. Sheets that are not named lose our notes.
        author: who we are.
        break_signature: write into a digitally signed workbook too, which ends the signature.

    Raises:
        Error: the workbook cannot be worked on, a sheet is not there, or the target cannot be written. Then nothing is.
    """
    package = opened(source, limits, break_signature=break_signature)
    report = set_all_notes(package, notes, author=author)
    package.save(target)
    return report


def add_note(
    source: str | os.PathLike[str],
    target: str | os.PathLike[str],
    cell: str,
    text: str,
    sheet: str | None = None,
    *,
    author: str = AUTHOR,
    limits: Limits = DEFAULT_LIMITS,
    break_signature: bool = False,
) -> None:
    """Add one note and leave all others, also ours. Another's note in the cell is extended, ours is replaced.

    Args:
        sheet: the name of the worksheet; the first one when None.

    Raises:
        Error: as :func:`annotate`; also when the cell holds a threaded comment or is none.
    """
    package = opened(source, limits, break_signature=break_signature)
    where = package.sheet(sheet)
    report = _set(package, where, {cell: text}, author, keep=True, exact=True)
    for skipped in report.skipped:
        raise package.error(skipped.reason, where.name, skipped.cell)
    package.save(target)


def clean(
    source: str | os.PathLike[str],
    target: str | os.PathLike[str],
    *,
    author: str = AUTHOR,
    limits: Limits = DEFAULT_LIMITS,
    break_signature: bool = False,
) -> Report:
    """Take all our notes away. Every part is then what it was before them, byte for byte.

    That holds as long as no other program has saved the workbook since; then our notes go all the same, and what that
    program made of the rest stays.
    """
    return annotate(source, target, {}, author=author, limits=limits, break_signature=break_signature)


def opened(
    source: str | os.PathLike[str], limits: Limits = DEFAULT_LIMITS, *, break_signature: bool = False
) -> Package:
    """The workbook, to be changed. Raises Error when it cannot be worked on, or is signed and is to stay so."""
    package = Package.open(source, limits)
    if package.is_signed and not break_signature:
        raise package.error("工作簿带有数字签名，任何改动都会使签名失效，没有改动；请在签名之前写批注")
    return package


def _add_up(total: Report, more: Report) -> None:
    total.added += more.added
    total.changed += more.changed
    total.removed += more.removed
    total.skipped += more.skipped


def set_all_notes(
    package: Package, notes: Mapping[str, Mapping[str, str]], *, author: str = AUTHOR
) -> Report:
    """Make our notes of a workbook exactly `notes`: text by cell by name of the sheet. Nothing is saved."""
    report = Report()
    named = [(package.sheet(name), cells) for name, cells in notes.items()]
    for sheet, cells in named:
        _add_up(report, set_notes(package, sheet.name, cells, author=author))
    for sheet in package.sheets:
        if sheet.kind == "worksheet" and sheet not in [other for other, _ in named]:
            _add_up(report, _clean_sheet(package, sheet, author))
    return report


# --- one sheet ------------------------------------------------------------------------------------


def read_notes(package: Package, sheet: str | None = None, *, author: str = AUTHOR) -> dict[str, Note]:
    """The notes of a worksheet (the first one when None) by cell. Raises Error when they cannot be read."""
    where = package.sheet(sheet)
    found = _comment_list(package, where, author)
    if found is None:
        return {}
    threads = _threads(package, where)
    notes = found.notes()
    for cell in threads & notes.keys():
        note = notes[cell]
        notes[cell] = Note(cell, note.author, note.text, note.ours, note.runs_xml, True)
    return notes


def set_notes(package: Package, sheet: str, notes: Mapping[str, str], *, author: str = AUTHOR) -> Report:
    """Make our notes of a worksheet exactly `notes`: text by cell. Nothing is saved.

    A note of a merged cell goes to its first cell. Another's note in a cell keeps every byte, ours follows below it.
    Cells with a threaded comment are left alone and named in the report. Doing it twice changes nothing.

    Raises:
        Error: the sheet is not there, its parts are damaged, or an address is none.
    """
    return _set(package, package.sheet(sheet), notes, author, keep=False, exact=False)


def _clean_sheet(package: Package, sheet: Sheet, author: str) -> Report:
    part = _comments_part(package, sheet)
    if part is None:
        return Report()
    try:
        text = xmltext.decoded(package.read(part))
    except Broken:
        return Report()  # we have not written into it
    name = xmltext.escape(xmltext.legal(author)).encode("utf-8")
    if not any(sign in text.data for sign in (name, commentlist.OPENING, b"&#")):
        return Report()
    return _set(package, sheet, {}, author, keep=False, exact=True)


def _set(
    package: Package, sheet: Sheet, notes: Mapping[str, str], author: str, *, keep: bool, exact: bool
) -> Report:
    comments = _comment_list(package, sheet, author)
    if not notes and (comments is None or not comments.has_ours()):
        return Report()
    layout = sheetscan.scan(package, sheet)
    wanted = _addressed(package, sheet, notes, () if exact else layout.merged.values())
    blocked = dict.fromkeys(_threads(package, sheet), _THREADED)
    if comments is None:
        comments = CommentList(commentlist.skeleton(layout.namespace), author)
    blocked.update({cell: _THREADED for cell, note in comments.notes().items() if note.threaded})
    plan = comments.plan(wanted, keep=keep, blocked=blocked)
    _patch_comments(package, sheet, layout, comments, plan)
    _patch_drawing(package, sheet, layout, comments, plan)
    skipped = [Skipped(sheet.name, cell, reason) for cell, reason in plan.skipped.items()]
    return Report(plan.added, plan.changed, plan.removed, skipped)


def _addressed(
    package: Package, sheet: Sheet, notes: Mapping[str, str], merged: Collection[Area]
) -> dict[str, str]:
    """The notes by plain address, those of merged cells joined in the first one."""
    found: dict[str, str] = {}
    for cell, text in notes.items():
        plain = cell.replace("$", "").upper()
        place = row_column(plain)
        if place is None:
            raise package.error("这不是单元格地址，请写成如 B3 的样子", sheet.name, cell)
        if (lead := lead_of(merged, *place)) != place:
            plain = address(*lead)
        found[plain] = f"{found[plain]}\n{text}" if plain in found else text
    return found


# --- the comments part ----------------------------------------------------------------------------


def _relation(package: Package, sheet: Sheet, kind: str) -> Relationship | None:
    """The first relationship of a kind, as Excel takes it."""
    for relation in package.relationships(sheet.part):
        if relation.kind == kind and not relation.external:
            return relation
    return None


def _comments_part(package: Package, sheet: Sheet) -> str | None:
    relation = _relation(package, sheet, "comments")
    return package.find(relation.target) if relation else None


def _comment_list(package: Package, sheet: Sheet, author: str) -> CommentList | None:
    part = _comments_part(package, sheet)
    if part is None:
        return None
    try:
        return CommentList(package.text(part).data, author)
    except Broken as reason:
        raise package.broken(part, reason) from None


def _threads(package: Package, sheet: Sheet) -> set[str]:
    """The cells that hold threaded comments."""
    cells = set()
    for relation in package.relationships(sheet.part):
        if relation.kind == "threadedComment" and not relation.external and relation.target in package:
            for element in package.xml(relation.target)[1].iter("threadedComment"):
                cells.add(commentlist.address(element))
    return cells


def _patch_comments(
    package: Package, sheet: Sheet, layout: Layout, comments: CommentList, plan: Plan
) -> None:
    if not plan.edits:
        return
    data = xmltext.apply(comments.data, plan.edits)
    part, relation = _comments_part(package, sheet), _relation(package, sheet, "comments")
    if data == commentlist.skeleton(layout.namespace) and part is not None:
        package.remove(part, own=True)
        _unrelate(package, sheet, relation)
    elif part is not None:
        package.replace(part, package.text(part).encoded(data))
    elif relation is not None:  # it led nowhere
        package.add(relation.target, data, _COMMENTS_TYPE)
    else:
        part = package.free_name(_folder(package) + "comments{}.xml")
        package.add(part, data, _COMMENTS_TYPE)
        kind = REL_STRICT if layout.namespace == MAIN_STRICT else REL
        package.add_relationship(sheet.part, f"{kind}/comments", part, avoid=layout.rids)


def _unrelate(package: Package, sheet: Sheet, relation: Relationship | None) -> None:
    if relation is not None and package.is_our_relationship(sheet.part, relation.id):
        package.remove_relationship(sheet.part, relation.id)


def _folder(package: Package) -> str:
    """Where new parts go: beside the workbook, if its folder is written alike in the zip and in the content types."""
    folder = posixpath.dirname(package.workbook_part.replace("\\", "/"))
    if quoted(folder) != folder:
        return "xl/"
    return f"{folder}/" if folder else ""


# --- the drawing ----------------------------------------------------------------------------------


def _patch_drawing(
    package: Package, sheet: Sheet, layout: Layout, comments: CommentList, plan: Plan
) -> None:
    """Give each note that has our text a shape, take those of removed notes away, and tie the drawing to the sheet."""
    add = _by_cell(plan.present)
    remove = _by_cell(plan.redraw | plan.gone)
    relation = _drawing_relation(package, sheet, layout)
    part = package.find(relation.target) if relation else None
    if not add and part is None:
        return
    text = package.text(part) if part else xmltext.Text(vml.skeleton(next(_free_blocks(package))))
    try:
        drawing = vml.Drawing(text.data)
    except Broken as reason:
        raise package.broken(part or "", reason) from None
    before = {cell: note.text for cell, note in comments.notes().items() if cell in plan.redraw}
    edits = drawing.edits(layout, add, remove, _free_blocks(package), _by_cell(before))
    freed = _by_cell(dict.fromkeys(plan.freed))
    fitting = drawing.fit(
        layout, _by_cell(plan.shared), freed
    )  # first: it writes right behind others' shapes
    data = xmltext.apply(text.data, fitting + edits)
    if part is None:
        relation = _new_drawing(package, sheet, layout, relation, data)
    elif not add and vml.is_skeleton(data):
        package.remove(part, own=True)
        _unrelate(package, sheet, relation)
    elif data != text.data:
        package.replace(part, text.encoded(data))
    if add and layout.drawing is None and relation is not None:
        sheetscan.patch(package, sheet, layout, layout.add_drawing(relation.id))
    elif not add:
        sheetscan.patch(package, sheet, layout, layout.remove_drawing())


def _by_cell(found: Mapping[str, Any]) -> dict[Cell, Any]:
    cells = ((row_column(name), value) for name, value in found.items())
    return {cell: value for cell, value in cells if cell is not None}


def _drawing_relation(package: Package, sheet: Sheet, layout: Layout) -> Relationship | None:
    """The relationship to the drawing of notes and controls: what legacyDrawing names, whether its part exists or not.

    Without that element, the first drawing that is there and is not the one of headers and footers.
    """
    if layout.drawing is None:
        drawings = (r for r in package.relationships(sheet.part) if r.kind == "vmlDrawing" and not r.external)
        return next((r for r in drawings if r.id not in layout.header_rids and r.target in package), None)
    for relation in package.relationships(sheet.part):
        if relation.id == layout.drawing.rid:
            if relation.kind != "vmlDrawing" or relation.external:
                raise package.error(
                    "工作表的批注图形指向了别的内容，请用 Excel 或 WPS 打开后另存一份再试", sheet.name
                )
            return relation
    if not layout.drawing.rid:
        raise package.error("工作表的批注图形没有编号，请用 Excel 或 WPS 打开后另存一份再试", sheet.name)
    return None


def _new_drawing(
    package: Package, sheet: Sheet, layout: Layout, relation: Relationship | None, data: bytes
) -> Relationship | None:
    """Add the drawing, at the place that a relationship names already, or under the id that the sheet names already."""
    part = relation.target if relation else package.free_name(_folder(package) + "drawings/vmlDrawing{}.vml")
    if package.content_type(part) is None:
        package.add_default("vml", vml.VML_TYPE)
    package.add(part, data, vml.VML_TYPE)
    if relation is not None:
        return relation
    rid = layout.drawing.rid if layout.drawing else None
    rid = package.add_relationship(sheet.part, f"{REL}/vmlDrawing", part, rid, avoid=layout.rids)
    return next(relation for relation in package.relationships(sheet.part) if relation.id == rid)


def _free_blocks(package: Package) -> Iterator[int]:
    """Blocks of shape numbers that no drawing of the package lays claim to."""
    used: set[int] = set()
    for name in package.names:
        if name.lower().endswith(".vml"):
            used |= vml.id_blocks(package.read(name))
    return (block for block in itertools.count(1) if block not in used)


# --- command line, for trials ---------------------------------------------------------------------


def main(arguments: list[str] | None = None) -> int:
    """Add a note or clean a workbook; exit status 0, or 2 for a refusal, which is told on standard error."""
    import argparse

    parser = argparse.ArgumentParser(prog="python -m xltargets.excel.comments")
    parser.add_argument("source", metavar="IN")
    parser.add_argument("target", metavar="OUT")
    parser.add_argument("--clean", action="store_true")
    parser.add_argument("--sheet")
    parser.add_argument("--cell", default="A1")
    parser.add_argument("--text", default="批注")
    parser.add_argument("--author", default=AUTHOR)
    options = parser.parse_args(arguments)
    try:
        if options.clean:
            clean(options.source, options.target, author=options.author)
        else:
            add_note(
                options.source,
                options.target,
                options.cell,
                options.text,
                options.sheet,
                author=options.author,
            )
    except Error as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
