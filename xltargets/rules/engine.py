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
``@money``     the unit that the amounts are in: what the project declares (单位：元), else the form's
``@form_money``  the unit that the form's amounts are in: 万元, or 元 on a bureau's own form
``@previous``  last year's: document of the unit; the project of the same code or name; its indicator of the same name
``@ledger``    the bureau's list of approved projects: project code → row by column label
``@roster``    the bureau's list of units: unit code → row by column label
``@units``     units: what a consolidation knows of each unit
=============  =====================================================================================================
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from operator import itemgetter
from typing import Any, NamedTuple

from xltargets.rules.config import Config
from xltargets.rules.finding import Finding, Severity
from xltargets.rules.registry import Rule, all_rules
from xltargets.rules.related import with_causes
from xltargets.rules.view import UNREADABLE, Item, View, columns, declared_money_unit, resolve
from xltargets.rules.waivers import with_waivers
from xltargets.rules.wording import printable
from xltargets.rules.wordlists import using
from xltargets.submission.form import ITEM, Field, Form
from xltargets.submission.model import Location, Submission
from xltargets.values import Value

ZERO = Decimal(0)
#: How many items outward a field is, and its path there.
_Place = tuple[int, str]
_GIVEN = ("previous", "ledger", "roster")


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
    ready = _prepared(submission.form, config)
    with using(config.words):
        for prepared in ready.rules:
            findings += run.run(prepared)
        findings += run.run_texts(ready)
    findings = with_waivers(with_causes(findings), submission.document, config)
    findings.sort(key=_order(submission.form))
    return Judgement(list(_located(findings, submission)), run.failures)


class _Prepared(NamedTuple):
    """A rule made ready for one form and configuration; a place is how many items outward, and the path there.

    ``asks`` are those of its inputs that a run may not have (see :class:`Inputs`). Most rules only need some fields and may
    have others: ``pick`` takes these from an item's row, with the parsed value behind them where the rule is ``of_value``.
    """

    rule: Rule
    severity: Severity
    function: Callable[..., Iterable[Any]]
    needs: tuple[_Place, ...]
    takes: tuple[_Place, ...]
    zeros: tuple[_Place | None, ...]
    maybe: tuple[_Place | None, ...]
    inputs: tuple[Callable[[_Run, Item, str], Any], ...]
    asks: tuple[str, ...]
    pick: Callable[[tuple[Any, ...]], tuple[Any, ...]] | None
    of_value: bool


#: What the rules on texts say of one: rule, path, message, and a severity when it is not the rule's own.
_Said = tuple[tuple[_Prepared, tuple[Any, ...]], ...]


class _Ready:
    """All rules that run, made ready; and what those on texts said of short texts, which forms are full of.

    Such a rule sees nothing but the text, its field and some fields of the head, so it says the same each time.
    """

    def __init__(self, prepared: Iterable[_Prepared]) -> None:
        ready = list(prepared)
        self.rules = [one for one in ready if one.rule.each != "text"]
        self.texts = [one for one in ready if one.rule.each == "text"]
        self.heads = tuple(dict.fromkeys(name for one in self.texts for name in one.rule.maybe))
        self.said: dict[tuple[Any, ...], _Said] = {}

    def keep(self, key: tuple[Any, ...], said: _Said) -> None:
        """Remember what was said of a short text."""
        if len(key[0]) <= _SHORT:
            if len(self.said) >= _MOST_SAID:
                self.said.clear()
            self.said[key] = said


#: The length of a text that counts as short, and how many are remembered.
_SHORT, _MOST_SAID = 40, 4000


def _prepared(form: Form, config: Config) -> _Ready:
    cache: list[tuple[Config, _Ready]] = form.__dict__.setdefault("_prepared_rules", [])
    for known, ready in cache:
        if known is config or known == config:
            return ready
    ready = _Ready(
        prepared
        for rule in all_rules().values()
        if not rule.of_reader and rule.each != "units" and config.runs(rule)
        if (prepared := _prepare(rule, form, config)) is not None
    )
    cache.append((config, ready))
    del cache[:-4]
    return ready


def _prepare(rule: Rule, form: Form, config: Config) -> _Prepared | None:
    scope = "indicator" if rule.each == "text" else rule.each
    found = {
        name: resolve(form, scope, name)
        for name in (*rule.needs, *rule.takes, *rule.blank_is_zero, *rule.maybe)
    }
    needs, takes = [found[name] for name in rule.needs], [found[name] for name in rule.takes]
    if rule.each != "text" and (None in needs or None in takes):
        return None
    of_value = rule.each == "indicator" and rule.inputs == ("@values",)
    by_row = not rule.takes and not rule.blank_is_zero
    return _Prepared(
        rule,
        config.severity.get(rule.id, rule.severity),
        partial(rule.function, **settings) if (settings := config.settings(rule)) else rule.function,
        tuple(place for place in needs if place),
        tuple(place for place in takes if place),
        tuple(found[name] for name in rule.blank_is_zero),
        tuple(found[name] for name in rule.maybe),
        () if by_row and of_value else tuple(_INPUTS[name] for name in rule.inputs),
        tuple(name[1:] for name in rule.inputs if name[1:] in _GIVEN),
        _picker(form, scope, needs, [found[name] for name in rule.maybe], of_value) if by_row else None,
        by_row and of_value,
    )


def _picker(
    form: Form, scope: str, needs: Sequence[_Place | None], maybe: Sequence[_Place | None], value: bool
) -> Callable[[tuple[Any, ...]], tuple[Any, ...]]:
    known = columns(form, scope)
    indexes = [known[place] if place else len(known) for place in (*needs, *maybe)]
    if value:
        indexes.append(-1)
    if len(indexes) > 1:
        return itemgetter(*indexes)
    return (lambda row: (row[indexes[0]],)) if indexes else (lambda row: ())


class _Run:
    """One run over one submission."""

    def __init__(self, view: View, inputs: Inputs) -> None:
        self.view = view
        self.inputs = inputs
        self.failures: list[Failure] = []
        self._of_projects: dict[str, list[Value | None]] = {}

    def run(self, prepared: _Prepared) -> list[Finding]:
        """All findings of one rule that looks at items."""
        found: list[Finding] = []
        if any(getattr(self.inputs, name) is None for name in prepared.asks):
            return found
        scope, inputs, needed = prepared.rule.each, prepared.inputs, len(prepared.needs)
        pick, of_value = prepared.pick, prepared.of_value
        for item in self.view.items(scope):
            arguments: Sequence[Any] | None
            if pick is None or not item.sound:
                arguments = _arguments(prepared, item.flats)
                if arguments is None:
                    continue
                if of_value:
                    arguments.append(item.row[-1])
            else:
                arguments = pick(item.row)
                if needed and None in arguments[:needed]:
                    continue
            if of_value and arguments[-1] is None:
                continue
            for given in inputs:
                value = given(self, item, scope)
                if value is None:
                    break
                arguments = (*arguments, value)
            else:
                for hit in self._call(prepared, item.pointer, arguments):
                    found.append(_finding(prepared, item.pointer, hit))
        return found

    def run_texts(self, ready: _Ready) -> list[Finding]:
        """All findings of the rules that look at each text."""
        flat = self.view.document[0].flat
        head = tuple(flat.get(name) for name in ready.heads)
        found: list[Finding] = []
        for pointer, text, field in self.view.texts() if ready.texts else ():
            key = (text, field, head)
            said = ready.said.get(key)
            if said is None:
                failed = len(self.failures)
                said = tuple(self._say(ready, pointer, text, field, flat))
                if len(self.failures) == failed:
                    ready.keep(key, said)
            for prepared, hit in said:
                found.append(_finding(prepared, pointer, hit))
        return found

    def _say(
        self, ready: _Ready, pointer: str, text: str, field: Field, flat: Mapping[str, Any]
    ) -> Iterator[tuple[_Prepared, tuple[Any, ...]]]:
        for prepared in ready.texts:
            extra = [flat.get(name) for name in prepared.rule.maybe]
            for hit in self._call(prepared, pointer, [text, field, *extra]):
                yield prepared, hit

    def _call(self, prepared: _Prepared, pointer: str, arguments: Sequence[Any]) -> list[tuple[Any, ...]]:
        try:
            return list(prepared.function(*arguments))
        except Exception as error:  # the one catch-all: a rule that fails is reported as ours
            self.failures.append(Failure(prepared.rule.id, pointer, error))
            return []

    def values(self, item: Item, scope: str) -> Any:
        """The parsed values of an indicator, a project, or all projects."""
        parsed = self.view.values
        if scope == "indicator":
            return parsed[item.pointer]
        if scope == "project":
            rows = item.node.get("indicators")
            count = len(rows) if isinstance(rows, list) else 0
            if item.pointer not in self._of_projects:
                self._of_projects[item.pointer] = [
                    parsed.get(f"{item.pointer}/indicators/{index}") for index in range(count)
                ]
            return self._of_projects[item.pointer]
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
    "@blank": lambda run, item, scope: item.blank,
    "@money": lambda run, item, scope: declared_money_unit(item.node) or run.view.money_unit,
    "@form_money": lambda run, item, scope: run.view.money_unit,
    "@amounts": lambda run, item, scope: run.view.amounts,
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


def _finding(prepared: _Prepared, pointer: str, hit: tuple[Any, ...]) -> Finding:
    path, message, *own = hit
    rule, severity = prepared.rule, prepared.severity
    where = f"{pointer}/{path.replace('.', '/')}" if path else pointer
    return Finding(rule.id, own[0] if own and severity is rule.severity else severity, where, printable(message))


def _arguments(prepared: _Prepared, flats: Sequence[Mapping[str, Any]]) -> list[Any] | None:
    """The values of a rule's fields, or None when it does not run here; ``flats`` are the item's and those around it."""
    arguments: list[Any] = []
    for steps, path in prepared.needs:
        value = flats[steps].get(path)
        if value is None or value is UNREADABLE:
            return None
        arguments.append(value)
    for steps, path in prepared.takes:
        value = flats[steps].get(path, UNREADABLE)
        if value is UNREADABLE:
            return None
        arguments.append(value)
    for place in prepared.zeros:
        value = flats[place[0]].get(place[1]) if place else None
        if value is UNREADABLE:
            return None
        arguments.append(ZERO if value is None else value)
    for place in prepared.maybe:
        value = flats[place[0]].get(place[1]) if place else None
        arguments.append(None if value is UNREADABLE else value)
    return arguments


def _from_reading(submission: Submission, config: Config) -> Iterator[Finding]:
    rules = all_rules()
    for problem in submission.problems:
        rule = rules[problem.rule]
        if config.runs(rule):
            sheet, cell = problem.location or (None, None)
            severity = config.severity.get(rule.id, rule.severity)
            yield Finding(rule.id, severity, problem.pointer, problem.message, sheet=sheet, cell=cell)


def _located(findings: Iterable[Finding], submission: Submission) -> Iterator[Finding]:
    """The findings with label, file and cell; those at one pointer share the search for them."""
    known: dict[str, tuple[str, Location | None]] = {}
    for finding in findings:
        pointer = finding.pointer
        if pointer not in known:
            known[pointer] = submission.form.label(pointer), submission.locate(pointer)
        label, location = known[pointer]
        sheet, cell = (finding.sheet, finding.cell) if finding.cell else location or (None, None)
        yield Finding(
            finding.rule, finding.severity, pointer, finding.message, label, submission.file, sheet, cell,
            finding.related, finding.waived,
        )  # fmt: skip


def _order(form: Form) -> Callable[[Finding], Any]:
    """Sort key: the order of the document, then the order of the rules."""
    positions = _positions(form)
    ranks = {rule: index for index, rule in enumerate(all_rules())}

    def key(finding: Finding) -> Any:
        path: tuple[str, ...] = ()
        order: list[int] = []
        for part in finding.pointer.split("/")[1:]:
            path += (ITEM,) if part.isdigit() else (part,)
            order.append(int(part) if part.isdigit() else positions.get(path, 0))
        return order, ranks[finding.rule]

    return key


def _positions(form: Form) -> dict[tuple[str, ...], int]:
    """Each path's place in the schema."""
    positions: dict[tuple[str, ...], int] | None = form.__dict__.get("_positions")
    if positions is None:
        positions = form.__dict__["_positions"] = {}
        for path in form.fields:
            for length in range(1, len(path) + 1):
                positions.setdefault(path[:length], len(positions))
    return positions
