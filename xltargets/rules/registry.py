"""The registry: every rule of the catalogue, by its permanent id.

A rule is one function under :func:`rule`. The decorator says what the function needs; the docstring is the page that
``xltargets explain`` prints, so it is Chinese: first line the name, then what counts, then how to mend it. Keyword-only
arguments are the thresholds that a bureau may set.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from xltargets.rules.finding import ERROR, HINT, WARNING, Severity
from xltargets.rules.items import SORTS
from xltargets.rules.language.prose import TEXT_KINDS

__all__ = ["ERROR", "HINT", "WARNING", "Rule", "all_rules", "rule"]

#: What a function yields: a path from the item it was given (``budget.total``, ``projects.1.name``, empty for the item
#: itself), a message, and a severity when it is not the rule's own.
Hit = tuple[str, str] | tuple[str, str, Severity]

#: Rows of a register (roster, ledger, summary), by the code of the unit or project: column → what it holds.
Rows = Mapping[str, Mapping[str, Any]]


class UnitHit(NamedTuple):
    """What a rule on units yields: index of the unit (None: none of those that are in), pointer, message, severity."""

    unit: int | None
    pointer: str
    message: str
    severity: Severity | None = None


#: Groups of the catalogue, in its order; R is for what goes wrong while reading.
GROUPS = {
    "R": "读取", "C": "完整性", "F": "格式与编码", "M": "资金勾稽", "P": "支出计划", "S": "指标体系结构",
    "V": "指标值语法与方向", "B": "指标与预算、目标一致性", "T": "文本质量", "Y": "年度一致性", "X": "跨项目",
    "D": "部门与项目汇总", "U": "跨单位汇总",
}  # fmt: skip

BASES = {
    "S-form": "申报表自身的要求",
    "K1": "财预〔2015〕88号《中央部门预算绩效目标管理办法》",
    "K2": "财预〔2021〕101号《中央部门项目支出核心绩效目标和指标设置及取值指引（试行）》",
    "K3": "财预〔2020〕10号《项目支出绩效评价管理办法》",
    "K4": "中发〔2018〕34号《中共中央 国务院关于全面实施预算绩效管理的意见》",
    "K5": "绩效目标应指向明确、具体细化、合理可行",
    "K6": "GB/T 9704—2012《党政机关公文格式》",
    "P": "预算绩效管理系统的校验",
    "O": "其他审核工具的做法",
    "R": "公开的绩效目标表中见到的问题",
    "I": "审核经验",
    "S": "绩效文本转换中见到的问题",
}

#: The scopes a rule may have: each item of which array it is given, one at a time.
SCOPES = ("document", "project", "indicator", "text", "units")


@dataclass(frozen=True)
class Rule:
    """One rule of the catalogue (see :func:`rule` for the attributes)."""

    id: str
    severity: Severity
    function: Callable[..., Iterable[Any]]
    basis: tuple[str, ...]
    each: str
    needs: tuple[str, ...]
    takes: tuple[str, ...]
    blank_is_zero: tuple[str, ...]
    maybe: tuple[str, ...]
    formula: str | None
    formula_message: str | None
    bad: Mapping[str, Any] | None
    good: Mapping[str, Any] | None
    on: bool
    judged: bool
    follows: tuple[str, ...]
    inputs: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    blank: tuple[str, ...] = ()
    signs: str = ""

    @property
    def group(self) -> str:
        """The letter of its group."""
        return self.id[0]

    @property
    def of_reader(self) -> bool:
        """Whether its findings come from the reader and the function only carries the page."""
        asks = (self.needs, self.takes, self.blank_is_zero, self.maybe, self.inputs)
        return self.judged and self.each == "document" and not any(asks)

    @cached_property
    def page(self) -> str:
        """Its page: the docstring."""
        return inspect.cleandoc(self.function.__doc__ or "")

    @property
    def name(self) -> str:
        """Its name: the first line of the page."""
        return self.page.partition("\n")[0]

    @cached_property
    def remedy(self) -> str:
        """How to mend it: what the page says after 改法："""
        return " ".join(self.page.partition("改法：")[2].partition("\n\n")[0].split())

    @cached_property
    def thresholds(self) -> Mapping[str, Any]:
        """What a bureau may set, with the defaults."""
        parameters = inspect.signature(self.function).parameters.values()
        return {p.name: p.default for p in parameters if p.kind is inspect.Parameter.KEYWORD_ONLY}


_RULES: dict[str, Rule] = {}
_ID = re.compile(rf"[{''.join(GROUPS)}]\d\d")


def rule(
    id: str,
    severity: Severity,
    *,
    basis: str,
    each: str = "project",
    needs: Sequence[str] = (),
    takes: Sequence[str] = (),
    blank_is_zero: Sequence[str] = (),
    maybe: Sequence[str] = (),
    formula: str | None = None,
    formula_message: str | None = None,
    bad: Mapping[str, Any] | None = None,
    good: Mapping[str, Any] | None = None,
    on: bool = True,
    judged: bool = True,
    follows: Sequence[str] = (),
    inputs: Sequence[str] = (),
    kinds: Sequence[str] = (),
    values: Sequence[str] = (),
    blank: Sequence[str] = (),
    signs: str = "",
) -> Callable[[Callable[..., Iterable[Any]]], Callable[..., Iterable[Any]]]:
    """Register a function as a rule.

    The function gets, in this order, the values of ``needs``, ``takes``, ``blank_is_zero``, ``maybe`` and ``inputs``.

    Args:
        id: permanent; a letter of the group and two digits.
        severity: its default.
        basis: keys of :data:`BASES`, joined by blanks.
        each: what it is given: ``document``, or each ``project``, ``indicator``, ``text``, or (in a consolidation) all
            ``units``.
        needs: fields without which it does not run. A path is sought in the item, then in what is around it:
            ``budget.total`` in a project, ``unit.year`` in the document, ``project.budget.total`` from an indicator.
        takes: fields that must be on the form, yet may be blank (None).
        blank_is_zero: amounts which count as 0 when they are blank or not on the form.
        maybe: fields that are None when they are blank, unreadable or not on the form.
        formula: what holds when all is well, in terms of the workbook's names; the second runtime.
        formula_message: what the workbook says when it does not hold; the rule's name by default.
        bad, good: values (by path, from the item) that make a sound document violate the rule, or nearly.
        on: whether it runs unless configured.
        judged: False for what no program can judge; the page says so.
        follows: ids of the rules whose findings may be the cause of this one's.
        inputs: what else it gets: ``@values``, ``@raw``, ``@previous``, ``@ledger`` … (see
            :mod:`xltargets.rules.inputs`); it does not run without them.

    What a rule says of nothing else need not be looked at: the engine calls the function only where

        kinds: the indicator is of one of these 二级指标 (by its short name, 服务对象满意度 also where only the first level says
            so), or the text of one of these kinds (see :func:`~xltargets.rules.language.prose.kind_of`).
        values: the 指标值 is of one of these sorts (see :data:`~xltargets.rules.items.SORTS`).
        blank: one of these fields is on the form and blank.
        signs: the text has one of these characters.

    Raises:
        ValueError: on a wrong id, scope, basis, kind or sort, an id that is taken, or inputs for a rule on texts.
    """
    if not _ID.fullmatch(id) or id in _RULES:
        raise ValueError(f"rule id {id!r} is wrong or taken")
    if each not in SCOPES or not set(basis.split()) <= set(BASES):
        raise ValueError(f"rule {id}: unknown scope {each!r} or basis {basis!r}")
    if not set(values) <= set(SORTS) or (each == "text" and not set(kinds) <= set(TEXT_KINDS)):
        raise ValueError(f"rule {id}: unknown sort of value {values!r} or kind {kinds!r}")

    if each == "text" and inputs:
        raise ValueError(f"rule {id}: a rule on texts is given a text, its field and fields of the head, and no more")

    def register(function: Callable[..., Iterable[Any]]) -> Callable[..., Iterable[Any]]:
        _RULES[id] = Rule(
            id, severity, function, tuple(basis.split()), each, tuple(needs), tuple(takes), tuple(blank_is_zero),
            tuple(maybe), formula, formula_message, bad, good, on and judged, judged, tuple(follows), tuple(inputs),
            tuple(kinds), tuple(values), tuple(blank), signs,
        )  # fmt: skip
        return function

    return register


@lru_cache(maxsize=1)
def all_rules() -> Mapping[str, Rule]:
    """Every rule, by id, in the order of the catalogue: each module of the catalogue is asked for its own."""
    catalogue = importlib.import_module("xltargets.rules.catalogue")
    for module in pkgutil.iter_modules(catalogue.__path__):
        importlib.import_module(f"{catalogue.__name__}.{module.name}")
    order = list(GROUPS)
    return {key: _RULES[key] for key in sorted(_RULES, key=lambda key: (order.index(key[0]), key))}
