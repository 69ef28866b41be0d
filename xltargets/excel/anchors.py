"""Where notes, pictures, charts and controls stand, moved when rows are inserted above them or in their midst."""

from __future__ import annotations

import re

from xltargets.excel import everywhere
from xltargets.excel.package import Package
from xltargets.excel.patch import Patch
from xltargets.excel.shift import Shift
from xltargets.excel.xmltext import Element, whole

_CLIENT = re.compile(rb"<(?:\w+:)?ClientData\b.*?</(?:\w+:)?ClientData\s*>", re.DOTALL)
_ROW = re.compile(rb"(<(?:\w+:)?Row>\s*)(\d{1,10})(\s*<)")
_STAYS = re.compile(rb"<(?:\w+:)?MoveWithCells(?:\s*/>|>\s*(?:[Tt]|</))")
_ANCHOR = re.compile(rb"(<(?:\w+:)?Anchor>)([^<]*)(<)")


def move_comments(package: Package, part: str, shift: Shift) -> None:
    """Notes or threaded comments: the cells that they belong to."""
    patch = Patch(package, part)
    for element in everywhere.every(patch.root):
        ref = element.attributes.get("ref")
        if element.name in ("comment", "threadedComment") and ref and (new := shift.ref(ref)) != ref:
            patch.set(element, "ref", new)
    patch.save()


def move_drawing(package: Package, part: str, shift: Shift) -> None:
    """Pictures, charts and shapes: those with both ends in cells stretch, others only move (``editAs``)."""
    patch = Patch(package, part)
    for anchor in everywhere.every(patch.root):
        how = anchor.attributes.get("editAs", "twoCell")
        if how != "absolute":
            move_anchor(patch, anchor, shift, stretches=how == "twoCell")
    patch.save()


def move_anchor(patch: Patch, anchor: Element, shift: Shift, stretches: bool) -> None:
    """The ends of one anchor; an element without them is none.

    Args:
        stretches: whether it grows when the rows come in its midst.
    """
    start, end = anchor.child("from"), anchor.child("to")
    first = None if start is None else _number(start, "row")
    if start is None or first is None:
        return
    moves = first >= shift.before
    if moves:
        _set_row(patch, start, shift)
    last = None if end is None else _number(end, "row")
    if end is None or last is None:
        return
    at_the_edge = last == shift.before and _number(end, "rowOff") == 0
    if moves or (stretches and last >= shift.before and not at_the_edge):
        _set_row(patch, end, shift)


def move_vml(package: Package, part: str, shift: Shift) -> None:
    """Notes' boxes go with their cells; controls move when they begin below, unless they are said to stay.

    VML need not be well-formed XML. ``<x:MoveWithCells/>`` means that a control does *not* move with its cells: Excel
    writes it where ``controlPr/anchor`` lacks ``moveWithCells``.
    """
    text = package.text(part)
    new = _CLIENT.sub(lambda match: _moved_client(match[0], shift), text.data)
    if new != text.data:
        package.replace(part, text.encoded(new))


def _moved_client(client: bytes, shift: Shift) -> bytes:
    row = _ROW.search(client)
    anchor = _ANCHOR.search(client)
    numbers = [piece.strip() for piece in anchor[2].split(b",")] if anchor else []
    sound = len(numbers) == 8 and all(whole(number.lstrip(b"-").decode("ascii", "replace")) is not None for number in numbers)
    if row is not None:
        moves = int(row[2]) >= shift.before
    else:
        moves = sound and int(numbers[2]) >= shift.before and _STAYS.search(client) is None
    if not moves:
        return client
    if sound:
        for place in (2, 6):  # left column, offset, top row, offset, right column, offset, bottom row, offset
            numbers[place] = str(int(numbers[place]) + shift.count).encode()
        client = _ANCHOR.sub(lambda match: match[1] + b", ".join(numbers) + match[3], client, count=1)
    return _ROW.sub(lambda match: match[1] + str(int(match[2]) + shift.count).encode() + match[3], client, count=1)


def _number(element: Element, name: str) -> int | None:
    child = element.child(name)
    return None if child is None else whole(child.text.strip())


def _set_row(patch: Patch, element: Element, shift: Shift) -> None:
    child, row = element.child("row"), _number(element, "row")
    if child is not None and row is not None:
        patch.set_text(child, str(row + shift.count))
