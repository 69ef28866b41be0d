"""The engine: runs the rules over a document and gives one flat list of findings in the document's order.

A rule whose ``needs`` are blank, unreadable or not on the form does not run, so one cause gives one finding and no rule
handles None (see :mod:`xltargets.rules.ready`). A rule that raises is our error: it is told beside the findings, and the
other rules go on.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from xltargets.rules.config import Config
from xltargets.rules.finding import Finding
from xltargets.rules.inputs import Asked, Inputs
from xltargets.rules.language.wording import printable
from xltargets.rules.language.wordlists import using
from xltargets.rules.placing import placed
from xltargets.rules.ready import OnTexts, Prepared, Ready, made_ready
from xltargets.rules.registry import all_rules
from xltargets.rules.related import with_causes
from xltargets.rules.view import View
from xltargets.rules.waivers import with_waivers
from xltargets.submission.form import Field
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
    return Judgement(placed(findings, submission), run.failures)


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
                for prepared, function, pick, inputs in choice.of(item):
                    arguments = pick(item.row)
                    for give in inputs:
                        arguments += (give(self.asked, item),)
                    if inputs and None in arguments[-len(inputs) :]:
                        continue
                    try:
                        hits = list(function(*arguments))
                    except Exception as error:  # a rule that fails is reported as ours
                        self._failed(prepared, item.pointer, error)
                        continue
                    for hit in hits:
                        yield _finding(prepared, item.pointer, hit)
        if ready.texts.rules:
            yield from self._on_texts(ready.texts)

    def _on_texts(self, rules: OnTexts) -> Iterator[Finding]:
        """All findings of the rules that look at each text."""
        head = self.view.document[0].row
        seen = tuple(value for prepared in rules.rules for value in prepared.pick(head))
        for pointer, text, field in self.view.texts:
            key = (text, field, seen)
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
        head, characters = self.view.document[0].row, set(text)
        for prepared, function, pick, signs in rules.of(field):
            if signs and signs.isdisjoint(characters):
                continue
            try:
                hits = list(function(text, field, *pick(head)))
            except Exception as error:  # as above
                self._failed(prepared, pointer, error)
                continue
            for hit in hits:
                yield prepared, hit

    def _failed(self, prepared: Prepared, pointer: str, error: Exception) -> None:
        self.failures.append(Failure(prepared.rule.id, pointer, error))


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
