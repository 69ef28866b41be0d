"""The engine: runs the rules over a document and gives one flat list of findings in the document's order.

A rule whose ``needs`` are blank, unreadable or not on the form does not run, so one cause gives one finding and no rule
handles None (see :mod:`xltargets.rules.ready`). A rule that raises is our error: it is told beside the findings, and the
other rules go on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from xltargets.rules.config import Config
from xltargets.rules.finding import Finding
from xltargets.rules.inputs import Asked, Inputs
from xltargets.rules.items import Item
from xltargets.rules.ready import OnTexts, Prepared, Ready, made_ready
from xltargets.rules.registry import all_rules
from xltargets.rules.related import with_causes
from xltargets.rules.view import View
from xltargets.rules.waivers import with_waivers
from xltargets.rules.wording import printable
from xltargets.rules.wordlists import using
from xltargets.submission.form import ITEM, Field, Form, generic
from xltargets.submission.model import Submission

__all__ = ["Failure", "Inputs", "Judgement", "judge"]


class Failure(NamedTuple):
    """A rule that raised: an error of ours, not the user's."""

    rule: str
    pointer: str
    error: Exception


class Judgement(NamedTuple):
    """What the rules say, and which of them failed to."""

    findings: list[Finding]
    failures: list[Failure]


def judge(submission: Submission, config: Config | None = None, inputs: Inputs | None = None) -> Judgement:
    """Run every rule of the configuration over a submission.

    Args:
        submission: as read.
        config: the bureau's settings; the catalogue's defaults when None.
        inputs: last year's document, ledger, roster; what is None is not asked for.
    """
    config = config or Config()
    with using(config.words):
        run = _Run(submission, inputs or Inputs())
        findings = [*_from_reading(submission, config), *run.run(made_ready(submission.form, config))]
    findings = with_waivers(with_causes(findings), submission.document, config)
    return Judgement(_placed(findings, submission), run.failures)


class _Run:
    """One run over one submission."""

    def __init__(self, submission: Submission, inputs: Inputs) -> None:
        self.view = View(submission, inputs.as_bits())
        self.asked = Asked(self.view, inputs)
        self.failures: list[Failure] = []

    def run(self, ready: Ready) -> Iterator[Finding]:
        """All findings."""
        for scope, choice in ready.scopes.items():
            for item in self.view.items(scope) if choice.rules else ():
                row, pointer = item.row, item.pointer
                for prepared in choice.of(item):
                    for hit in self._say(prepared, pointer, prepared.pick(row), item):
                        yield _finding(prepared, pointer, hit)
        if ready.texts.rules:
            yield from self._on_texts(ready.texts)

    def _say(self, prepared: Prepared, pointer: str, arguments: tuple[Any, ...], item: Item) -> list[tuple[Any, ...]]:
        """What a rule says; ``arguments`` are those from the item's row."""
        if prepared.inputs:
            given = [give(self.asked, item) for give in prepared.inputs]
            if None in given:
                return []
            arguments += tuple(given)
        try:
            return list(prepared.function(*arguments))
        except Exception as error:  # the one catch-all: a rule that fails is reported as ours
            self.failures.append(Failure(prepared.rule.id, pointer, error))
            return []

    def _on_texts(self, rules: OnTexts) -> Iterator[Finding]:
        """All findings of the rules that look at each text."""
        document = self.view.document[0]
        head = tuple(value for one in rules.rules for value in one.pick(document.row))
        for pointer, text, field in self.view.texts:
            key = (text, field, head)
            said = rules.said.get(key)
            if said is None:
                failed = len(self.failures)
                said = tuple(self._say_of_text(rules, pointer, text, field))
                if len(self.failures) == failed:
                    rules.keep(key, said)
            for prepared, hit in said:
                yield _finding(prepared, pointer, hit)

    def _say_of_text(
        self, rules: OnTexts, pointer: str, text: str, field: Field
    ) -> Iterator[tuple[Prepared, tuple[Any, ...]]]:
        document = self.view.document[0]
        characters = set(text)
        for prepared in rules.of(field):
            if not prepared.signs or not prepared.signs.isdisjoint(characters):
                for hit in self._say(prepared, pointer, (text, field, *prepared.pick(document.row)), document):
                    yield prepared, hit


def _finding(prepared: Prepared, pointer: str, hit: tuple[Any, ...]) -> Finding:
    path, message, *own = hit
    rule, severity = prepared.rule, prepared.severity
    where = f"{pointer}/{path.replace('.', '/')}" if path else pointer
    return Finding(rule.id, own[0] if own and severity is rule.severity else severity, where, printable(message))


def _from_reading(submission: Submission, config: Config) -> Iterator[Finding]:
    rules = all_rules()
    for problem in submission.problems:
        rule = rules[problem.rule]
        if config.runs(rule):
            sheet, cell = problem.location or (None, None)
            severity = config.severity.get(rule.id, rule.severity)
            yield Finding(rule.id, severity, problem.pointer, problem.message, sheet=sheet, cell=cell)


class _Place(NamedTuple):
    """Where a pointer leads: its place in the order of the document, the label there, the cell."""

    order: list[int]
    label: str
    sheet: str | None
    cell: str | None


class _Places(dict[str, _Place]):
    """The place of each pointer, found when it is asked for the first time."""

    def __init__(self, submission: Submission) -> None:
        super().__init__()
        self._submission = submission

    def __missing__(self, pointer: str) -> _Place:
        label, positions = _label_and_positions(self._submission.form, generic(pointer))
        order = [
            int(part) if position is None else position
            for part, position in zip(pointer.split("/")[1:], positions, strict=True)
        ]
        location = self._submission.locate(pointer) or (None, None)
        place = self[pointer] = _Place(order, label, *location)
        return place


def _label_and_positions(form: Form, path: tuple[str, ...]) -> tuple[str, tuple[int | None, ...]]:
    """The label of a path, and of each step the place in the schema (None where the index of an item is the place)."""
    known: dict[tuple[str, ...], tuple[str, tuple[int | None, ...]]] = form.__dict__.setdefault("_known_paths", {})
    if path not in known:
        if len(known) >= _MOST_PATHS:
            known.clear()
        positions = _positions(form)
        steps = (None if step == ITEM else positions.get(path[: at + 1], 0) for at, step in enumerate(path))
        known[path] = form.label_of(path), tuple(steps)
    return known[path]


#: So many paths are remembered; documents of a form have a few dozen, hostile ones as many as they like.
_MOST_PATHS = 1000


def _placed(findings: Iterable[Finding], submission: Submission) -> list[Finding]:
    """The findings with label, file and cell, in the order of the document, then of the rules."""
    places, rules = _Places(submission), {rule: index for index, rule in enumerate(all_rules())}
    placed = []
    for finding in findings:
        place = places[finding.pointer]
        sheet, cell = (finding.sheet, finding.cell) if finding.cell else (place.sheet, place.cell)
        placed.append(Finding(
            finding.rule, finding.severity, finding.pointer, finding.message, place.label, submission.file, sheet, cell,
            finding.related, finding.waived,
        ))  # fmt: skip
    placed.sort(key=lambda finding: (places[finding.pointer].order, rules[finding.rule]))
    return placed


def _positions(form: Form) -> dict[tuple[str, ...], int]:
    """Each path's place in the schema."""
    positions: dict[tuple[str, ...], int] | None = form.__dict__.get("_positions")
    if positions is None:
        positions = form.__dict__["_positions"] = {}
        for path in form.fields:
            for length in range(1, len(path) + 1):
                positions.setdefault(path[:length], len(positions))
    return positions
