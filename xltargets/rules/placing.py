"""Where findings stand: the label there, file and cell; and their order, that of the document, then of the rules."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from xltargets.rules.finding import Finding
from xltargets.rules.registry import all_rules
from xltargets.submission.form import ITEM, Form, generic
from xltargets.submission.model import Submission

#: Label of a path, and of each step the place in the schema (None where the index of an item is the place).
_Steps = tuple[str, tuple[int | None, ...]]
#: So many paths are remembered; documents of a form have a few dozen, hostile ones as many as they like.
_MOST_PATHS = 1000


class _Place(NamedTuple):
    """Where a pointer leads: its place in the order of the document, the label there, the cell."""

    order: list[int]
    label: str
    sheet: str | None
    cell: str | None


def placed(findings: Iterable[Finding], submission: Submission) -> list[Finding]:
    """The findings with label, file and cell, in the order of the document, then of the rules."""
    places: dict[str, _Place] = {}
    ranks = {rule: rank for rank, rule in enumerate(all_rules())}
    ordered = []
    for number, finding in enumerate(findings):
        rule, severity, pointer, message, _, _, sheet, cell, related, waived = finding
        place = places.get(pointer)
        if place is None:
            place = places[pointer] = _place(submission, pointer)
        if not cell:
            sheet, cell = place.sheet, place.cell
        full = Finding(rule, severity, pointer, message, place.label, submission.file, sheet, cell, related, waived)
        ordered.append((place.order, ranks[rule], number, full))
    ordered.sort()
    return [full for _, _, _, full in ordered]


def _place(submission: Submission, pointer: str) -> _Place:
    path = generic(pointer)
    known: dict[tuple[str, ...], _Steps] = submission.form.__dict__.setdefault("_known_paths", {})
    if path not in known:
        if len(known) >= _MOST_PATHS:
            known.clear()
        known[path] = _steps(submission.form, path)
    label, steps = known[path]
    order = [
        int(part) if step is None else step for part, step in zip(pointer.split("/")[1:], steps, strict=True)
    ]
    return _Place(order, label, *(submission.locate(pointer) or (None, None)))


def _steps(form: Form, path: tuple[str, ...]) -> _Steps:
    positions = _positions(form)
    steps = (None if step == ITEM else positions.get(path[: at + 1], 0) for at, step in enumerate(path))
    return form.label_of(path), tuple(steps)


def _positions(form: Form) -> dict[tuple[str, ...], int]:
    """Each path's place in the schema."""
    positions: dict[tuple[str, ...], int] | None = form.__dict__.get("_positions")
    if positions is None:
        positions = form.__dict__["_positions"] = {}
        for path in form.fields:
            for length in range(1, len(path) + 1):
                positions.setdefault(path[:length], len(positions))
    return positions
