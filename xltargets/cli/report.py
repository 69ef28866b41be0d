"""Findings for the eye and for programs."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from xltargets.rules.related import under_their_causes

if TYPE_CHECKING:
    from xltargets.cli.outcome import Outcome
    from xltargets.rules.finding import Finding

_COLOURS = {"error": "red", "warning": "yellow", "hint": "cyan"}
_CONTROLS = dict.fromkeys([*range(32), *range(127, 160)], " ")


def print_text(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """Findings grouped by file, each file as soon as it is done, and the sums at the end."""
    done: list[Outcome] = []
    for outcome in outcomes:
        _print_file(outcome)
        done.append(outcome.without_document())
    _print_sums(done)
    return done


def _print_file(outcome: Outcome) -> None:
    _echo(click.style(_plain(outcome.file), bold=True))
    if outcome.error is not None:
        _echo(f"  {click.style('无法检查', fg='red', bold=True)} {_plain(outcome.error)}")
    for failure in outcome.failures:
        said = f"规则 {failure.rule} 在 {failure.pointer}：{failure.error!r}，请反馈"
        _echo(f"  {click.style('程序出错', fg='red', bold=True)} {_plain(said)}")
    if outcome.status == "ok":
        _echo(click.style("  没有发现问题", fg="green"))
    for finding in under_their_causes(outcome.findings):
        _echo(_line(finding))


def _line(finding: Finding) -> str:
    place = f"{finding.sheet}!{finding.cell}" if finding.cell else finding.pointer or "/"
    label = "豁免" if finding.waived is not None else finding.severity.label
    severity = click.style(label, fg=_COLOURS[finding.severity.value], bold=finding.severity.value == "error" or None)
    reason = f"（豁免理由：{finding.waived}）" if finding.waived else ""
    said = _plain(f"{finding.field}：{finding.message}{reason}")
    indent = "    └ " if finding.related else "  "
    return f"{indent}{severity} {click.style(finding.rule, bold=True)} {click.style(_plain(place), dim=True)} {said}"


def _plain(text: str) -> str:
    """A text of the workbook, on one line and without what a terminal would obey."""
    return text.translate(_CONTROLS)


def _echo(line: str) -> None:
    """A line with its colours where a terminal shows them, unless the user wants none (https://no-color.org)."""
    click.echo(line, color=False if os.environ.get("NO_COLOR") else None)


def _print_sums(outcomes: list[Outcome]) -> None:
    counts: Counter[str] = Counter()
    for outcome in outcomes:
        counts.update(
            finding.severity.value
            for finding in outcome.findings
            if finding.related is None and finding.waived is None
        )
    failed = sum(outcome.status == "error" for outcome in outcomes)
    tail = f"，{failed} 个文件无法检查" if failed else ""
    click.echo(
        f"共 {len(outcomes)} 个文件：{counts['error']} 个错误，{counts['warning']} 个警告，{counts['hint']} 个提示{tail}"
    )


def print_json(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """One object: the files with their status, and all findings."""
    done = [outcome.without_document() for outcome in outcomes]
    files = []
    for outcome in done:
        entry = {"file": outcome.file, "status": outcome.status}
        if outcome.error is not None:
            entry["message"] = outcome.error
        if outcome.failures:
            entry["message"] = "；".join(
                f"规则 {failure.rule} 运行出错：{failure.error!r}" for failure in outcome.failures
            )
        files.append(entry)
    findings = [finding.as_json() for outcome in done for finding in outcome.findings]
    click.echo(json.dumps({"files": files, "findings": findings}, ensure_ascii=False, indent=2))
    return done
