"""What a comparison of units keeps of each: a small record, made where the file is read, folded into compact tables.

:func:`unit_record` is a pure function of a submission and its result can be pickled, so it travels from any process.
:class:`Units` is the fold: per unit a short packed tuple, per project a hash and a code, per numeric indicator 18 bytes. Texts
themselves are not kept, only hashes of them; the name of an indicator only once two units mean something else by it.
"""

from __future__ import annotations

import marshal
import re
from abc import ABC, abstractmethod
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import blake2b
from itertools import groupby
from typing import Any, NamedTuple, TypeVar, overload

from xltargets.rules.language.similar import plain, prose
from xltargets.submission.model import Submission
from xltargets.values import Value, parse

_SENTENCE = re.compile(r"[。；;！!？?\n]+")
_DIGITS = re.compile(r"\d+")
_MONEY_UNIT = re.compile(r"亿元|万元|千元|元")
#: Shorter sentences and goals are too common to say anything.
_SHORTEST_SENTENCE, _SHORTEST_GOAL = 10, 20


class ProjectRecord(NamedTuple):
    """A project in short; ``goal`` is the hash of its 绩效目标, 0 where it is short or blank."""

    code: str
    name: str
    total: Decimal | None
    fiscal: Decimal | None
    other: Decimal | None
    goal: int


class IndicatorRecord(NamedTuple):
    """An indicator with a numeric value: its place, its name and the hash of that, and in what sense it is meant."""

    project: int
    indicator: int
    level2: str
    level3: str
    direction: str
    unit: str
    key: int


@dataclass(frozen=True)
class UnitRecord:
    """A unit's submission in short.

    Attributes:
        file: where it came from.
        code, name, year, version: of unit and template, as typed; empty or None when blank.
        money_units: what the project sheets say of their amounts, each once.
        projects: in order.
        indicators: those with a number as their value, in order.
        sentences: hashes of the sentences of the department's part, without the unit's name and without digits.
        content: hash of all that was filled in.
    """

    file: str
    code: str
    name: str
    year: int | None
    version: str
    money_units: tuple[str, ...]
    projects: tuple[ProjectRecord, ...]
    indicators: tuple[IndicatorRecord, ...]
    sentences: tuple[int, ...]
    content: int

    @property
    def total(self) -> Decimal:
        """Sum of the projects' 预算数, blank ones as 0, in 万元."""
        return sum((project.total or Decimal(0) for project in self.projects), Decimal(0))


def unit_record(submission: Submission) -> UnitRecord:
    """The record of a submission."""
    document = submission.document
    unit = _object(document, "unit")
    name = _text(unit, "name")
    projects = [node for node in _list(document, "projects") if isinstance(node, dict)]
    year = unit.get("year")
    return UnitRecord(
        file=submission.file or "",
        code=plain(unit.get("code")),
        name=name,
        year=year if isinstance(year, int) else None,
        version=_text(_object(document, "template"), "version"),
        money_units=tuple(dict.fromkeys(found for node in projects if (found := _money_unit(node)))),
        projects=tuple(_project(node) for node in projects),
        indicators=tuple(_indicators(projects)),
        sentences=tuple(dict.fromkeys(_sentences(_object(document, "department"), name))),
        content=hashed(repr({key: value for key, value in document.items() if key != "template"})),
    )


def hashed(text: str) -> int:
    """64 bits of a text, the same in every process."""
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")


def _project(node: Mapping[str, Any]) -> ProjectRecord:
    budget = _object(node, "budget")
    goal = prose(node.get("target"))
    return ProjectRecord(
        plain(node.get("code")).upper(), _text(node, "name"), _amount(budget.get("total")), _amount(budget.get("fiscal")),
        _amount(budget.get("other")), hashed(goal) if len(goal) >= _SHORTEST_GOAL else 0,
    )  # fmt: skip


def _indicators(projects: list[dict[str, Any]]) -> Iterator[IndicatorRecord]:
    for index, project in enumerate(projects):
        for place, node in enumerate(_list(project, "indicators")):
            value = _value(node) if isinstance(node, dict) else None
            level3 = plain(node.get("level3")) if value is not None else ""
            if value is not None and value.is_number and level3:
                level2 = plain(node.get("level2")).removesuffix("指标")
                key = hashed(f"{level2}\n{level3}")
                yield IndicatorRecord(index, place, level2, level3, value.direction or "", value.base_unit, key)


def _value(node: Mapping[str, Any]) -> Value | None:
    typed = node.get("value")
    if not isinstance(typed, str) or not typed.strip():
        return None
    return parse(typed, op=_said(node, "operator"), unit=_said(node, "unit"), nature=_said(node, "nature"))


def _said(node: Mapping[str, Any], key: str) -> str | None:
    found = node.get(key)
    return found if isinstance(found, str) else None


def _sentences(department: Mapping[str, Any], name: str) -> Iterator[int]:
    own = plain(name)
    texts = [department.get("overall_target"), *_list(department, "itemised_targets"), *_list(department, "safeguards")]
    for text in texts:
        for sentence in _SENTENCE.split(text[:20000]) if isinstance(text, str) else ():
            bare = _DIGITS.sub("", prose(sentence))
            bare = bare.replace(own, "") if own else bare
            if len(bare) >= _SHORTEST_SENTENCE:
                yield hashed(bare)


def _money_unit(project: Mapping[str, Any]) -> str:
    match = _MONEY_UNIT.search(_text(project, "money_unit")[:40])
    return match[0] if match else ""


def _amount(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return None
    return Decimal(str(value)) if isinstance(value, float) else Decimal(value)


def _object(node: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = node.get(key)
    return found if isinstance(found, dict) else {}


def _list(node: Mapping[str, Any], key: str) -> list[Any]:
    found = node.get(key)
    return found if isinstance(found, list) else []


def _text(node: Mapping[str, Any], key: str) -> str:
    found = node.get(key)
    return found.strip() if isinstance(found, str) else ""


class UnitLine(NamedTuple):
    """What is kept of a unit as such; ``sum`` is :attr:`total` as text."""

    file: str
    code: str
    name: str
    year: int | None
    version: str
    money_units: tuple[str, ...]
    content: int
    sum: str

    @property
    def total(self) -> Decimal:
        """Sum of the projects' 预算数 in 万元."""
        return Decimal(self.sum)

    @property
    def called(self) -> str:
        """What a message calls it: ``县信访局（286001）``, or its file."""
        if not self.name and not self.code:
            return self.file or "未填单位"
        return f"{self.name or '未填单位名称'}（{self.code or '未填编码'}）"[:60]


class Sense(NamedTuple):
    """In what sense an indicator's number is meant."""

    direction: str
    unit: str


class Use(NamedTuple):
    """One use of an indicator's name: the unit's index, the place in its document, the sense."""

    unit: int
    project: int
    indicator: int
    sense: Sense


Taken = TypeVar("Taken")


class _Run(Sequence[Taken], ABC):
    """Things that lie one after the other in one array, each taken out anew when it is asked for."""

    def __init__(self) -> None:
        self._ends = array("Q", [0])

    def __len__(self) -> int:
        return len(self._ends) - 1

    @overload
    def __getitem__(self, index: int) -> Taken: ...
    @overload
    def __getitem__(self, index: slice) -> list[Taken]: ...
    def __getitem__(self, index: int | slice) -> Taken | list[Taken]:
        if isinstance(index, slice):
            return [self[at] for at in range(*index.indices(len(self)))]
        if not 0 <= index < len(self):
            raise IndexError(index)
        return self._taken(self._ends[index], self._ends[index + 1])

    @abstractmethod
    def _taken(self, start: int, end: int) -> Taken: ...


class Slices(_Run["array[int]"]):
    """Many short arrays in one."""

    def __init__(self) -> None:
        super().__init__()
        self._all = array("Q")

    def append(self, numbers: Iterable[int]) -> None:
        """Add an array."""
        self._all.extend(numbers)
        self._ends.append(len(self._all))

    def _taken(self, start: int, end: int) -> array[int]:
        return self._all[start:end]


class Packed(_Run[tuple[Any, ...]]):
    """Short tuples of texts and numbers, in a fifth of the room that they take as objects."""

    def __init__(self) -> None:
        super().__init__()
        self._all = bytearray()

    def append(self, values: tuple[Any, ...]) -> None:
        """Add a tuple."""
        self._all += marshal.dumps(values)
        self._ends.append(len(self._all))

    def _taken(self, start: int, end: int) -> tuple[Any, ...]:
        found: tuple[Any, ...] = marshal.loads(self._all[start:end])
        return found


class Firsts:
    """Hash → the number that was first said of it: a dict in a fifth of the room, for numbers below 65,535."""

    def __init__(self) -> None:
        self._keys, self._numbers = array("Q", bytes(8 * 1024)), array("H", bytes(2 * 1024))
        self._used = 0

    def setdefault(self, key: int, number: int) -> int:
        """As of a dict."""
        at = self._at(key)
        if self._numbers[at]:
            return self._numbers[at] - 1
        self._keys[at], self._numbers[at] = key, number + 1
        self._used += 1
        if self._used * 3 > len(self._keys) * 2:
            self._grow()
        return number

    def _at(self, key: int) -> int:
        """The key's place, or the free one where it would go: the next from where its last bits say."""
        mask = len(self._keys) - 1
        at = key & mask
        while self._numbers[at] and self._keys[at] != key:
            at = (at + 1) & mask
        return at

    def _grow(self) -> None:
        keys, numbers = self._keys, self._numbers
        self._keys, self._numbers = array("Q", bytes(16 * len(keys))), array("H", bytes(4 * len(keys)))
        for key, number in zip(keys, numbers, strict=True):
            if number:
                at = self._at(key)
                self._keys[at], self._numbers[at] = key, number


class Units:
    """All units of a comparison, in the order they were added.

    Attributes:
        sentences: per unit, hashes of the sentences of its department's part.
    """

    def __init__(self) -> None:
        self._lines = Packed()
        self.sentences = Slices()
        self._codes = Packed()
        self._goals = Slices()
        self._senses: dict[Sense, int] = {}
        self._first_sense = Firsts()
        self._disputed: dict[int, tuple[str, str]] = {}
        self._keys, self._places, self._meant = array("Q"), array("Q"), array("H")

    def add(self, record: UnitRecord) -> None:
        """Fold a record in."""
        index = len(self._lines)
        line = UnitLine(
            record.file, record.code, record.name, record.year, record.version, record.money_units, record.content, str(record.total)
        )  # fmt: skip
        self._lines.append(tuple(line))
        self.sentences.append(record.sentences)
        self._codes.append(tuple([project.code for project in record.projects]))
        self._goals.append([project.goal for project in record.projects])
        for indicator in record.indicators:
            self._add_use(index, indicator)

    def _add_use(self, unit: int, indicator: IndicatorRecord) -> None:
        project, place, level2, level3, direction, of, key = indicator
        sense = self._senses.setdefault(Sense(direction, of), len(self._senses))
        if sense >= 0xFFFF or project > 0xFFFF or place > 0xFFFF:
            return
        if self._first_sense.setdefault(key, sense) != sense:
            self._disputed.setdefault(key, (level2, level3))
        self._keys.append(key)
        self._places.append(unit << 32 | project << 16 | place)
        self._meant.append(sense)

    def line(self, unit: int) -> UnitLine:
        """What is kept of a unit."""
        return UnitLine._make(self._lines[unit])

    def lines(self) -> Iterator[UnitLine]:
        """What is kept of each unit, in their order."""
        return map(UnitLine._make, self._lines)

    def projects(self) -> Iterator[tuple[int, int, str, int]]:
        """Every project: unit's index, its own, its code, the hash of its goal."""
        for unit, (codes, goals) in enumerate(zip(self._codes, self._goals, strict=True)):
            for project, (code, goal) in enumerate(zip(codes, goals, strict=True)):
                yield unit, project, code, goal

    def disputed(self) -> Iterator[tuple[str, list[Use]]]:
        """Names of indicators that are meant in more than one sense, with all their uses."""
        senses, keys = list(self._senses), self._keys
        rank = {key: number for number, key in enumerate(self._disputed)}
        found = array("L", (at for at, key in enumerate(keys) if key in rank))
        for key, of_name in groupby(sorted(found, key=lambda at: rank[keys[at]]), key=keys.__getitem__):
            yield self._disputed[key][1], [self._use(at, senses) for at in of_name]

    def _use(self, at: int, senses: Sequence[Sense]) -> Use:
        place = self._places[at]
        return Use(place >> 32, place >> 16 & 0xFFFF, place & 0xFFFF, senses[self._meant[at]])
