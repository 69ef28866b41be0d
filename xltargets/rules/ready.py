"""The rules made ready for one form and configuration, and which of them run on what.

A rule says what it needs of an item (see :func:`~xltargets.rules.registry.rule`). Which rules run on an item follows from
the fields that it has and, for an indicator, from its kind and the sorts of its 指标值; so they are chosen once for all items
alike, and a rule costs nothing where it has nothing to say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from functools import partial
from operator import itemgetter
from typing import Any, NamedTuple

from xltargets.rules.config import Config
from xltargets.rules.finding import Severity
from xltargets.rules.inputs import INPUTS, Asked
from xltargets.rules.items import Item
from xltargets.rules.language.prose import kind_of
from xltargets.rules.layout import GIVEN, Layout, Place, layout_of
from xltargets.rules.registry import Rule, all_rules
from xltargets.submission.form import Field, Form

_ZERO = Decimal(0)

Function = Callable[..., Iterable[Any]]
Pick = Callable[[tuple[Any, ...]], tuple[Any, ...]]
Give = Callable[[Asked, Item], Any]


class Prepared(NamedTuple):
    """A rule made ready for one form and configuration.

    Attributes:
        function: the rule's, with its thresholds.
        pick: takes the values of its fields from an item's row.
        inputs: what else it gets; where one is None it does not run.
        needs, takes, zeros, blank: sets of fields (see :mod:`xltargets.rules.view`): an item must have the first, have the
            second or have it blank, hold nothing unreadable in the third, and have one of the fourth blank.
        kinds, values, signs: as the rule has them.
    """

    rule: Rule
    severity: Severity
    function: Function
    pick: Pick
    inputs: tuple[Give, ...]
    needs: int
    takes: int
    zeros: int
    blank: int
    kinds: frozenset[str]
    values: frozenset[str]
    signs: frozenset[str]

    def concerns(self, has: int, blank: int, bad: int, kind: str | None, sorts: frozenset[str]) -> bool:
        """Whether it runs on items that have, lack and hold this, of this kind and sort of value."""
        return (
            not self.needs & ~has
            and not self.takes & ~(has | blank)
            and not self.zeros & bad
            and (not self.blank or self.blank & blank != 0)
            and (not self.kinds or kind in self.kinds)
            and (not self.values or not self.values.isdisjoint(sorts))
        )


#: A rule as it is called on items (its inputs last) and on texts (its signs last); each is called a thousand times for a
#: workbook, so what calling takes lies ready to be unpacked.
OnItem = tuple[Prepared, Function, Pick, tuple[Give, ...]]
OnText = tuple[Prepared, Function, Pick, frozenset[str]]


class Choice:
    """The rules of one scope, and which of them run on an item: worked out once for all items alike."""

    def __init__(self, rules: Iterable[Prepared]) -> None:
        self.rules = tuple(rules)
        self._known: dict[Any, tuple[OnItem, ...]] = {}
        self._asked = 0
        for one in self.rules:
            self._asked |= one.needs | one.takes | one.zeros | one.blank

    def of(self, item: Item) -> tuple[OnItem, ...]:
        """The rules that run on an item."""
        asked = self._asked
        alike = item.has & asked, item.blank & asked, item.bad & asked, item.kind, item.sorts
        chosen = self._known.get(alike)
        if chosen is None:
            if len(self._known) >= _MOST_CHOICES:
                self._known.clear()
            chosen = self._known[alike] = tuple(
                (one, one.function, one.pick, one.inputs) for one in self.rules if one.concerns(*alike)
            )
        return chosen


#: So many choices are remembered; a form that people fill in has a few dozen.
_MOST_CHOICES = 1000


#: What the rules on texts say of one: rule, path, message, and a severity when it is not the rule's own.
Said = tuple[tuple[Prepared, tuple[Any, ...]], ...]


class OnTexts:
    """The rules on texts, those for each field; and what they said of short texts, which forms are full of.

    Such a rule sees nothing but the text, its field and some fields of the head, so it says the same each time.
    """

    def __init__(self, rules: Iterable[Prepared]) -> None:
        self.rules = tuple(rules)
        self.said: dict[tuple[Any, ...], Said] = {}
        self._of_field: dict[Field, tuple[OnText, ...]] = {}

    def of(self, field: Field) -> tuple[OnText, ...]:
        """The rules that look at texts of a field."""
        chosen = self._of_field.get(field)
        if chosen is None:
            kind = kind_of(field)
            chosen = tuple(
                (one, one.function, one.pick, one.signs) for one in self.rules if not one.kinds or kind in one.kinds
            )
            self._of_field[field] = chosen
        return chosen

    def keep(self, key: tuple[Any, ...], said: Said) -> None:
        """Remember what was said of a short text."""
        if len(key[0]) <= _SHORT:
            if len(self.said) >= _MOST_SAID:
                self.said.clear()
            self.said[key] = said


#: The length of a text that counts as short, and how many are remembered.
_SHORT, _MOST_SAID = 40, 4000


class Ready(NamedTuple):
    """All rules that run, made ready: those of each scope, and those on texts."""

    scopes: dict[str, Choice]
    texts: OnTexts


def made_ready(form: Form, config: Config) -> Ready:
    cache: list[tuple[Config, Ready]] = form.__dict__.setdefault("_prepared_rules", [])
    for known, ready in cache:
        if known is config or known == config:
            return ready
    of_scope: dict[str, list[Prepared]] = {"document": [], "project": [], "indicator": [], "text": []}
    for rule in all_rules().values():
        if not rule.of_reader and rule.each != "units" and config.runs(rule):
            prepared = _prepare(rule, layout_of(form), config)
            if prepared is not None:
                of_scope[rule.each].append(prepared)
    texts = OnTexts(of_scope.pop("text"))
    ready = Ready({scope: Choice(rules) for scope, rules in of_scope.items()}, texts)
    cache.append((config, ready))
    del cache[:-4]
    return ready


def _prepare(rule: Rule, layout: Layout, config: Config) -> Prepared | None:
    """The rule made ready; None where the form lacks what it needs."""
    scope = "document" if rule.each == "text" else rule.each
    needs, takes, zeros, maybe, blank = (
        [layout.find(scope, name) for name in names]
        for names in (rule.needs, rule.takes, rule.blank_is_zero, rule.maybe, rule.blank)
    )
    inputs, of_value = rule.inputs, []
    if scope == "indicator" and inputs[:1] == ("@values",):
        inputs, of_value = inputs[1:], [layout.find(scope, "value")]
    if None in needs or None in takes or None in of_value:
        return None
    given = sum(GIVEN[name[1:]] for name in inputs if name[1:] in GIVEN)
    width = layout.width(scope)
    places = [place.at if place else width for place in (*needs, *takes, *zeros, *maybe)]
    pick = _picker([*places, -1] if of_value else places)
    return Prepared(
        rule,
        config.severity.get(rule.id, rule.severity),
        partial(rule.function, **settings) if (settings := config.settings(rule)) else rule.function,
        _zero_for_blank(pick, len(needs) + len(takes), len(zeros)) if zeros else pick,
        tuple(INPUTS[name] for name in inputs),
        _bits([*needs, *of_value]) | given,
        _bits(takes),
        _bits(zeros),
        _bits(blank),
        frozenset(rule.kinds),
        frozenset(rule.values),
        frozenset(rule.signs),
    )


def _bits(places: Iterable[Place | None]) -> int:
    bits = 0
    for place in places:
        bits |= place.bit if place else 0
    return bits


def _picker(places: Sequence[int]) -> Callable[[tuple[Any, ...]], tuple[Any, ...]]:
    if len(places) > 1:
        return itemgetter(*places)
    return (lambda row: (row[places[0]],)) if places else (lambda row: ())


def _zero_for_blank(
    pick: Callable[[tuple[Any, ...]], tuple[Any, ...]], first: int, count: int
) -> Callable[[tuple[Any, ...]], tuple[Any, ...]]:
    def picked(row: tuple[Any, ...]) -> tuple[Any, ...]:
        values = pick(row)
        amounts = (_ZERO if value is None else value for value in values[first : first + count])
        return (*values[:first], *amounts, *values[first + count :])

    return picked
