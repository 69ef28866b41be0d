"""One cause, one alarm: a finding that follows from another says so.

A rule names the rules that may be its cause (``follows=("X04",)``). Where such a rule has a finding at the same project
(and indicator, where both are at one; at any project, where the later one is of the whole document), the later one stays in the list with ``related`` naming its cause, and is shown
under it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from xltargets.rules.finding import Finding
from xltargets.rules.registry import all_rules

#: Index of the project and of the indicator that a pointer leads into; None where it leads into none.
Place = tuple[str | None, str | None]
#: A rule and the place of a finding of it.
Key = tuple[str, str | None, str | None]
_ANY = "*"


def with_causes(findings: Sequence[Finding]) -> list[Finding]:
    """The findings, each with the rule and pointer of its cause where there is one.

    A cause that follows from something itself is not named: its own cause is.
    """
    rules = all_rules()
    present = {finding.rule for finding in findings}
    following = {rule: [one for one in rules[rule].follows if one in present] for rule in present}
    wanted = {one for names in following.values() for one in names}
    if not wanted:
        return list(findings)
    first: dict[Key, Finding] = {}
    for finding in findings:
        if finding.rule in wanted:
            project, indicator = place_of(finding.pointer)
            first.setdefault((finding.rule, project, indicator), finding)
            first.setdefault((finding.rule, project, _ANY), finding)
            first.setdefault((finding.rule, _ANY, _ANY), finding)
    found = [_cause(finding, following[finding.rule], first) for finding in findings]
    further = {id(finding): cause for finding, cause in zip(findings, found, strict=True) if cause is not None}
    return [
        finding._replace(related=key_of(_root(cause, further))) if cause is not None else finding
        for finding, cause in zip(findings, found, strict=True)
    ]


def place_of(pointer: str) -> Place:
    """The project and the indicator that a pointer leads into."""
    parts = pointer.split("/")
    if len(parts) < 3 or parts[1] != "projects":
        return None, None
    return parts[2], parts[4] if len(parts) > 4 and parts[3] == "indicators" else None


def _cause(finding: Finding, rules: Sequence[str], first: dict[Key, Finding]) -> Finding | None:
    if not rules:
        return None
    project, indicator = place_of(finding.pointer)
    places = [(project, _ANY)] if indicator is None else [(project, indicator), (project, None)]
    if project is None:
        places.append((_ANY, _ANY))
    for rule in rules:
        for place in (*places, (None, None)):
            cause = first.get((rule, *place))
            if cause is not None and cause is not finding:
                return cause
    return None


def _root(cause: Finding, further: dict[int, Finding]) -> Finding:
    seen = set()
    while id(cause) not in seen and id(cause) in further:
        seen.add(id(cause))
        cause = further[id(cause)]
    return cause


def under_their_causes(findings: Iterable[Finding]) -> list[Finding]:
    """The findings as they come, but those that follow from another right after it."""
    all_of_them = list(findings)
    known = {key_of(finding) for finding in all_of_them}
    echoes: dict[str, list[Finding]] = {}
    for finding in all_of_them:
        if finding.related in known and finding.related is not None:
            echoes.setdefault(finding.related, []).append(finding)
    ordered: list[Finding] = []
    for finding in all_of_them:
        if finding.related not in known:
            ordered.append(finding)
            ordered += echoes.pop(key_of(finding), [])
    return ordered + [finding for left in echoes.values() for finding in left]


def key_of(finding: Finding) -> str:
    """What ``related`` calls a finding by: its rule and pointer."""
    return f"{finding.rule} {finding.pointer}"
