"""The workbook's own 豁免 list: a finding that a responsible person lets pass is listed as waived, never left out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from xltargets.rules.config import Config, nearest
from xltargets.rules.finding import Finding
from xltargets.rules.language.similar import plain
from xltargets.rules.registry import all_rules
from xltargets.rules.related import place_of

#: The page of this rule stands with those of the reader, in :mod:`xltargets.rules.catalogue.reading`.
RULE = "R10"


_ID = re.compile(r"[A-Z]\d{2,3}")


class _Waiver(NamedTuple):
    """A complete waiver; ``projects`` are the indexes it speaks of, None among them for the department's part."""

    pointer: str
    rule: str
    projects: frozenset[str | None]
    why: str


def with_waivers(findings: Sequence[Finding], document: Mapping[str, Any], config: Config) -> list[Finding]:
    """The findings, those that a waiver lets pass with its reason and approver; then what is wrong with waivers."""
    entries = document.get("waivers")
    if not isinstance(entries, list) or not entries:
        return list(findings)
    judged = list(findings)
    wrong: list[Finding] = []
    for index, entry in enumerate(entries):
        if isinstance(entry, dict) and any(_text(entry, key) for key in ("rule", "project", "reason", "approver")):
            waiver = _waiver(f"/waivers/{index}", entry, document)
            if isinstance(waiver, Finding):
                wrong.append(waiver)
            elif not _apply(waiver, judged) and config.runs(all_rules()[waiver.rule]):
                wrong.append(_idle(waiver, judged))
    if not config.runs(all_rules()[RULE]):
        return judged
    severity = config.severity.get(RULE, all_rules()[RULE].severity)
    return judged + [finding._replace(severity=severity) for finding in wrong]


def _apply(waiver: _Waiver, findings: list[Finding]) -> bool:
    """Mark what the waiver lets pass; whether there was any."""
    matched = False
    for index, finding in enumerate(findings):
        if finding.rule == waiver.rule and place_of(finding.pointer)[0] in waiver.projects:
            findings[index] = finding._replace(waived=finding.waived or waiver.why)
            matched = True
    return matched


def _idle(waiver: _Waiver, findings: Sequence[Finding]) -> Finding:
    """What is wrong with a waiver that no finding answers to."""
    places = {place_of(finding.pointer)[0] for finding in findings if finding.rule == waiver.rule}
    if places and None not in places and None in waiver.projects:
        message = f"没有写项目编码的豁免只对部门的问题有效，而规则{waiver.rule}的问题在项目里；豁免没有生效，请补填项目编码"
        return _finding(f"{waiver.pointer}/project", message)
    if places == {None}:
        message = f"规则{waiver.rule}的问题不在项目里；豁免没有生效，请清空项目编码"
        return _finding(f"{waiver.pointer}/project", message)
    message = f"没有与这条豁免对应的问题（规则{waiver.rule}），可能已经改正，请删除这条豁免"
    return _finding(waiver.pointer, message)


def _waiver(pointer: str, entry: Mapping[str, Any], document: Mapping[str, Any]) -> _Waiver | Finding:
    labels = {"rule": "规则编号", "reason": "豁免理由", "approver": "批准人"}
    missing = [label for key, label in labels.items() if not _text(entry, key)]
    if missing:
        return _finding(pointer, f"豁免缺少{'、'.join(missing)}，没有生效，请补全")
    id = plain(entry["rule"]).upper()
    if id not in all_rules():
        several = [part for part in _ID.findall(id) if part in all_rules()]
        if len(several) > 1:
            message = f"一条豁免只能写一条规则，这里有{'、'.join(several)}；豁免没有生效，请分行填写"
            return _finding(f"{pointer}/rule", message)
        near = nearest(id, all_rules())
        return _finding(f"{pointer}/rule", f"没有编号为“{id[:20]}”的规则{f'，是不是{near}' if near else ''}？豁免没有生效，请改正")
    if all_rules()[id].of_reader:
        return _finding(f"{pointer}/rule", f"规则{id}说的是内容没有读到，不能豁免，请改正单元格")
    code = _text(entry, "project")
    projects = frozenset(_projects(document, code)) if code else frozenset([None])
    if not projects:
        return _finding(f"{pointer}/project", f"申报表中没有项目编码为“{code[:40]}”的项目，豁免没有生效，请核对")
    return _Waiver(pointer, id, projects, f"{_text(entry, 'reason')}（批准人：{_text(entry, 'approver')}）")


def _projects(document: Mapping[str, Any], code: str) -> Iterator[str]:
    projects = document.get("projects")
    for index, project in enumerate(projects if isinstance(projects, list) else ()):
        if isinstance(project, dict) and plain(project.get("code")).upper() == plain(code).upper():
            yield str(index)


def _text(entry: Mapping[str, Any], key: str) -> str:
    value = entry.get(key)
    return " ".join(value.split()) if isinstance(value, str) else ""


def _finding(pointer: str, message: str) -> Finding:
    return Finding(RULE, all_rules()[RULE].severity, pointer, message)
