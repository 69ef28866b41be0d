"""The engine: runs the rules over a document and gives one flat list of findings in the document's order.

A rule whose ``needs`` are blank, unreadable or not on the form does not run, so one cause gives one finding and no rule
handles None. What a rule may ask for beside fields (``inputs``), by scope:

=============  =====================================================================================================
``@values``    indicator: its parsed 指标值; project: those of its indicators in order (None where blank); document: a
               list of these per project
``@raw``       path from the item → what was typed, for the fields where the document has something else
``@item``      the item itself, a plain dict
``@blank``     the paths of its fields that are on the form and blank (not those that could not be read)
``@amounts``   document: every amount of money that is not blank: path, value as typed, its field
``@field``     text: the :class:`~xltargets.submission.form.Field` that the text is of
``@money``     the unit that the form's amounts are in: 万元, or 元 on a bureau's own form
``@previous``  last year's: document of the unit; the project of the same code or name; its indicator of the same name
``@ledger``    the bureau's list of approved projects: project code → row by column label
``@roster``    the bureau's list of units: unit code → row by column label
``@units``     units: what a consolidation knows of each unit
=============  =====================================================================================================
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, NamedTuple

from xltargets.rules.config import Config
from xltargets.rules.finding import Finding, Severity
from xltargets.rules.registry import Rule, all_rules
from xltargets.rules.related import with_causes
from xltargets.rules.view import UNREADABLE, Item, View, resolve
from xltargets.rules.waivers import with_waivers
from xltargets.rules.wordlists import using
from xltargets.submission.form import ITEM, Form
from xltargets.submission.model import Submission

ZERO = Decimal(0)


@dataclass(frozen=True)
class Inputs:
    """What a run may have beside the submission; None where it has not.

    Attributes:
        previous: last year's document of the same unit.
        ledger: project code → the row of the bureau's ledger.
        roster: unit code → the row of the bureau's roster.
    """

    previous: Mapping[str, Any] | None = None
    ledger: Mapping[str, Mapping[str, Any]] | None = None
    roster: Mapping[str, Mapping[str, Any]] | None = None


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
    run = _Run(View(submission), inputs or Inputs())
    findings = list(_from_reading(submission, config))
    with using(config.words):
        for prepared in _prepared(submission.form, config):
            findings += run.run(prepared)
    findings = with_waivers(with_causes(findings), submission.document, config)
    findings.sort(key=_order(submission.form))
    return Judgement([_located(finding, submission) for finding in findings], run.failures)


class _Prepared(NamedTuple):
    """A rule made ready for one form and configuration."""

    rule: Rule
    severity: Severity
    settings: Mapping[str, Any]
    needs: tuple[tuple[int, str], ...]
    takes: tuple[tuple[int, str], ...]
    zeros: tuple[tuple[int, str] | None, ...]
    maybe: tuple[tuple[int, str] | None, ...]


def _prepared(form: Form, config: Config) -> list[_Prepared]:
    cache: list[tuple[Config, list[_Prepared]]] = form.__dict__.setdefault("_prepared_rules", [])
    for known, prepared in cache:
        if known is config or known == config:
            return prepared
    prepared = [
        ready
        for rule in all_rules().values()
        if not rule.of_reader and rule.each != "units" and config.runs(rule)
        if (ready := _prepare(rule, form, config)) is not None
    ]
    cache.append((config, prepared))
    del cache[:-4]
    return prepared


def _prepare(rule: Rule, form: Form, config: Config) -> _Prepared | None:
    scope = "indicator" if rule.each == "text" else rule.each
    found = {
        name: resolve(form, scope, name)
        for name in (*rule.needs, *rule.takes, *rule.blank_is_zero, *rule.maybe)
    }
    needs, takes = [found[name] for name in rule.needs], [found[name] for name in rule.takes]
    if rule.each != "text" and (None in needs or None in takes):
        return None
    return _Prepared(
        rule,
        config.severity.get(rule.id, rule.severity),
        config.settings(rule),
        tuple(place for place in needs if place),
        tuple(place for place in takes if place),
        tuple(found[name] for name in rule.blank_is_zero),
        tuple(found[name] for name in rule.maybe),
    )


class _Run:
    """One run over one submission."""

    def __init__(self, view: View, inputs: Inputs) -> None:
        self.view = view
        self.inputs = inputs
        self.failures: list[Failure] = []

    def run(self, prepared: _Prepared) -> Iterator[Finding]:
        """All findings of one rule."""
        if prepared.rule.each == "text":
            yield from self._run_texts(prepared)
            return
        for item in self.view.items(prepared.rule.each):
            arguments = _arguments(prepared, item)
            if arguments is None:
                continue
            for name in prepared.rule.inputs:
                given = self._input(name, item, prepared.rule.each)
                if given is None:
                    break
                arguments.append(given)
            else:
                yield from self._call(prepared, item.pointer, arguments)

    def _run_texts(self, prepared: _Prepared) -> Iterator[Finding]:
        root = self.view.document[0]
        extra = [root.flat.get(name) for name in prepared.rule.maybe]
        for pointer, text, field in self._texts:
            yield from self._call(prepared, pointer, [text, field, *extra])

    @property
    def _texts(self) -> list[Any]:
        if not hasattr(self, "_all_texts"):
            self._all_texts = list(self.view.texts())
        return self._all_texts

    def _call(self, prepared: _Prepared, pointer: str, arguments: list[Any]) -> Iterator[Finding]:
        rule = prepared.rule
        try:
            hits = list(rule.function(*arguments, **prepared.settings))
        except Exception as error:  # the one catch-all: a rule that fails is reported as ours
            self.failures.append(Failure(rule.id, pointer, error))
            return
        for path, message, *own in hits:
            severity = own[0] if own and prepared.severity is rule.severity else prepared.severity
            where = f"{pointer}/{path.replace('.', '/')}" if path else pointer
            yield Finding(rule.id, severity, where, message)

    def _input(self, name: str, item: Item, scope: str) -> Any:
        return _INPUTS[name](self, item, scope)

    def values(self, item: Item, scope: str) -> Any:
        """The parsed values of an indicator, a project, or all projects."""
        parsed = self.view.values
        if scope == "indicator":
            return parsed[item.pointer]
        if scope == "project":
            rows = item.node.get("indicators")
            count = len(rows) if isinstance(rows, list) else 0
            return [parsed.get(f"{item.pointer}/indicators/{index}") for index in range(count)]
        return [self.values(project, "project") for project in self.view.projects]

    def raw(self, item: Item, scope: str) -> Mapping[str, object]:
        """What was typed in the item's fields, where the document has something else."""
        prefix = f"{item.pointer}/"
        return {
            pointer[len(prefix) :].replace("/", "."): typed
            for pointer, typed in self.view.submission.raw.items()
            if pointer.startswith(prefix)
        }

    def previous(self, item: Item, scope: str) -> Any:
        """Last year's counterpart of the item; None when there is none."""
        if scope == "document" or self.inputs.previous is None:
            return self.inputs.previous
        if scope == "project":
            return _counterpart(item.node, self.inputs.previous.get("projects"), ("code", "name"))
        project = self.previous(item.around, "project") if item.around else None
        return _counterpart(item.node, project.get("indicators"), ("level3",)) if project else None


_INPUTS: dict[str, Callable[[_Run, Item, str], Any]] = {
    "@values": _Run.values,
    "@raw": _Run.raw,
    "@item": lambda run, item, scope: item.node,
    "@blank": lambda run, item, scope: [path for path, value in item.flat.items() if value is None],
    "@money": lambda run, item, scope: run.view.money_unit,
    "@amounts": lambda run, item, scope: list(run.view.amounts()),
    "@previous": _Run.previous,
    "@ledger": lambda run, item, scope: run.inputs.ledger,
    "@roster": lambda run, item, scope: run.inputs.roster,
}


def _counterpart(node: Mapping[str, Any], others: object, keys: Iterable[str]) -> Mapping[str, Any] | None:
    candidates = [other for other in others if isinstance(other, dict)] if isinstance(others, list) else []
    for key in keys:
        for other in candidates:
            if node.get(key) and node[key] == other.get(key):
                return other
    return None


def _arguments(prepared: _Prepared, item: Item) -> list[Any] | None:
    """The values of a rule's fields, or None when it does not run here."""
    arguments: list[Any] = []
    for steps, path in prepared.needs:
        value = _flat(item, steps).get(path)
        if value is None or value is UNREADABLE:
            return None
        arguments.append(value)
    for steps, path in prepared.takes:
        flat = _flat(item, steps)
        if path not in flat or flat[path] is UNREADABLE:
            return None
        arguments.append(flat[path])
    for place in prepared.zeros:
        value = _flat(item, place[0]).get(place[1]) if place else None
        if value is UNREADABLE:
            return None
        arguments.append(ZERO if value is None else value)
    for place in prepared.maybe:
        value = _flat(item, place[0]).get(place[1]) if place else None
        arguments.append(None if value is UNREADABLE else value)
    return arguments


def _flat(item: Item, steps: int) -> dict[str, Any]:
    for _ in range(steps):
        assert item.around is not None
        item = item.around
    return item.flat


def _from_reading(submission: Submission, config: Config) -> Iterator[Finding]:
    rules = all_rules()
    for problem in submission.problems:
        rule = rules[problem.rule]
        if config.runs(rule):
            sheet, cell = problem.location or (None, None)
            severity = config.severity.get(rule.id, rule.severity)
            yield Finding(rule.id, severity, problem.pointer, problem.message, sheet=sheet, cell=cell)


def _located(finding: Finding, submission: Submission) -> Finding:
    location = (finding.sheet, finding.cell) if finding.cell else submission.locate(finding.pointer)
    sheet, cell = location or (None, None)
    label = submission.form.label(finding.pointer)
    return replace(finding, field=label, file=submission.file, sheet=sheet, cell=cell)


def _order(form: Form) -> Callable[[Finding], Any]:
    """Sort key: the order of the document, then the order of the rules."""
    positions: dict[tuple[str, ...], int] = {}
    for path in form.fields:
        for length in range(1, len(path) + 1):
            positions.setdefault(path[:length], len(positions))
    ranks = {rule: index for index, rule in enumerate(all_rules())}

    def key(finding: Finding) -> Any:
        parts = finding.pointer.split("/")[1:]
        path: tuple[str, ...] = ()
        order: list[int] = []
        for part in parts:
            path += (ITEM,) if part.isdigit() else (part,)
            order.append(int(part) if part.isdigit() else positions.get(path, 0))
        return order, ranks[finding.rule]

    return key
