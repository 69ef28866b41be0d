"""One cause, one alarm: a finding that follows from another says so.

A rule names the rules that may be its cause (``follows=("X04",)``). Where such a rule has a finding at the same project
(and indicator, where both are at one), the later one stays in the list with ``related`` naming its cause, and is shown
under it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from xltargets.rules.finding import Finding
from xltargets.rules.registry import all_rules

#: Index of the project and of the indicator that a pointer leads into; None where it leads into none.
Place = tuple[str | None, str | None]


def with_causes(findings: Sequence[Finding]) -> list[Finding]:
    """The findings, each with the rule and pointer of its cause where there is one.

    A cause that follows from something itself is not named: its own cause is.
    """
    rules = all_rules()
    present = {finding.rule for finding in findings}
    following = {id: [one for one in rules[id].follows if one in present] for id in present}
    wanted = {one for names in following.values() for one in names}
    if not wanted:
        return list(findings)
    causes: dict[tuple[str, str | None], list[tuple[Place, Finding]]] = {}
    for finding in findings:
        if finding.rule in wanted:
            place = place_of(finding.pointer)
            causes.setdefault((finding.rule, place[0]), []).append((place, finding))
    found = {index: _cause(finding, following.get(finding.rule, ()), causes) for index, finding in enumerate(findings)}
    related = {id(finding): found[index] for index, finding in enumerate(findings)}
    return [
        replace(finding, related=_named(_root(cause, related))) if (cause := found[index]) else finding
        for index, finding in enumerate(findings)
    ]


def place_of(pointer: str) -> Place:
    """The project and the indicator that a pointer leads into."""
    parts = pointer.split("/")
    if len(parts) < 3 or parts[1] != "projects":
        return None, None
    return parts[2], parts[4] if len(parts) > 4 and parts[3] == "indicators" else None


def _cause(
    finding: Finding, rules: Sequence[str], causes: dict[tuple[str, str | None], list[tuple[Place, Finding]]]
) -> Finding | None:
    project, indicator = place_of(finding.pointer) if rules else (None, None)
    for rule in rules:
        for key in dict.fromkeys((project, None)):
            for (_, its_indicator), cause in causes.get((rule, key), ()):
                if cause is not finding and (its_indicator is None or indicator is None or its_indicator == indicator):
                    return cause
    return None


def _root(cause: Finding, related: dict[int, Finding | None]) -> Finding:
    seen = set()
    while id(cause) not in seen and (further := related.get(id(cause))) is not None:
        seen.add(id(cause))
        cause = further
    return cause


def _named(cause: Finding) -> str:
    return f"{cause.rule} {cause.pointer}"
