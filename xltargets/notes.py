"""Findings as notes in the cells: what a note says, and which cells get one.

One note per cell, its findings worst first; a finding that follows from another stands under its cause. How a note gets into
a file without harming anything is :mod:`xltargets.excel.comments`' business.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from xltargets import resultsheet
from xltargets.excel import comments
from xltargets.excel.comments import Report
from xltargets.rules.finding import Finding, Severity
from xltargets.rules.registry import all_rules
from xltargets.rules.related import key_of

#: Who our notes are by.
AUTHOR = "预算绩效审核"


def text_of(findings: Sequence[Finding]) -> str:
    """The text of one cell's note.

    Each finding is a line such as ``【错误】M01 预算数 30.00 ≠ …``, worst first; what must or should be mended has a second
    one, ``怎么改：…``, from the rule's page.
    """
    causes = [finding for finding in findings if not finding.related]
    echoes = [finding for finding in findings if finding.related]
    lines: list[str] = []
    for finding in sorted(causes, key=_badness):
        lines.append(_line(finding))
        remedy = all_rules()[finding.rule].remedy
        if remedy and finding.waived is None and finding.severity is not Severity.HINT:
            lines.append(f"  怎么改：{remedy}")
    here = {key_of(finding) for finding in causes}
    for finding in sorted(echoes, key=_badness):
        cause = "此" if finding.related in here else f" {(finding.related or '').partition(' ')[0]} "
        lines.append(f"（由{cause}带出）{_line(finding)}")
    return "\n".join(lines)


def _badness(finding: Finding) -> tuple[bool, int, str]:
    return finding.waived is not None, finding.severity.rank, finding.rule


def _line(finding: Finding) -> str:
    label = "豁免" if finding.waived is not None else finding.severity.label
    reason = f"（豁免理由：{finding.waived}）" if finding.waived else ""
    return f"【{label}】{finding.rule} {finding.message}{reason}"


def notes_of(findings: Iterable[Finding]) -> dict[str, dict[str, str]]:
    """Sheet → cell → text of its note; findings without a cell have none."""
    by_cell: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        if finding.sheet and finding.cell:
            by_cell.setdefault((finding.sheet, finding.cell), []).append(finding)
    notes: dict[str, dict[str, str]] = {}
    for (sheet, cell), inside in by_cell.items():
        notes.setdefault(sheet, {})[cell] = text_of(inside)
    return notes


def annotate(
    source: str | os.PathLike[str],
    target: str | os.PathLike[str],
    findings: Iterable[Finding],
    *,
    listed: Mapping[str, Any] | None = None,
    break_signature: bool = False,
) -> Report:
    """Write a workbook's findings into its cells as notes; nothing else of it changes.

    Args:
        source: the workbook that the findings are of.
        target: where to write; may be the source itself. It appears whole or not at all.
        findings: of this workbook; those of an earlier run that are gone disappear.
        listed: the document that was judged, to have the findings listed on a sheet 校验结果 as well. Without it, such a
            sheet of an earlier run goes.
        break_signature: write into a signed workbook too.

    Raises:
        Error: when the workbook cannot be patched or the target not be written.
    """
    findings = list(findings)
    package = comments.opened(source, break_signature=break_signature)
    texts = notes_of(findings)
    if listed is None:
        resultsheet.remove(package)
    else:
        title, ordered = resultsheet.put(package, findings, listed)
        _add_way(texts, title, ordered)
    report = comments.set_all_notes(package, texts, author=AUTHOR)
    package.save(target)
    return report


def _add_way(texts: dict[str, dict[str, str]], title: str, ordered: Sequence[Finding]) -> None:
    """Let each note say in which rows of the sheet its findings are listed."""
    numbers: dict[tuple[str, str], list[str]] = {}
    for number, finding in enumerate(ordered, 1):
        if finding.sheet and finding.cell:
            numbers.setdefault((finding.sheet, finding.cell), []).append(str(number))
    for (sheet, cell), found in numbers.items():
        texts[sheet][cell] += f"\n（见“{title}”第{'、'.join(found)}条）"


def clean(
    source: str | os.PathLike[str], target: str | os.PathLike[str], *, break_signature: bool = False
) -> Report:
    """Take all our notes and our sheet away; every part of the workbook is then what it was before them.

    Raises:
        Error: when the workbook cannot be patched or the target not be written.
    """
    return annotate(source, target, [], break_signature=break_signature)


def summary(findings: Iterable[Finding]) -> Mapping[str, int]:
    """How many findings there are by severity; echoes and waived ones do not count."""
    counts = {"error": 0, "warning": 0, "hint": 0}
    for finding in findings:
        if finding.related is None and finding.waived is None:
            counts[finding.severity.value] += 1
    return counts


__all__ = ["AUTHOR", "annotate", "clean", "notes_of", "summary", "text_of"]
