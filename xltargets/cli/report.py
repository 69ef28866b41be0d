"""Findings for the eye and for programs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.text import Text

if TYPE_CHECKING:
    from xltargets.cli.outcome import Outcome
    from xltargets.rules.finding import Finding

_COLOURS = {"error": "bold red", "warning": "yellow", "hint": "cyan"}


def print_text(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """Findings grouped by file, each file as soon as it is done, and the sums at the end."""
    console = Console(highlight=False, soft_wrap=True, emoji=False)
    done: list[Outcome] = []
    for outcome in outcomes:
        _print_file(console, outcome)
        done.append(outcome.without_document())
    _print_sums(console, done)
    return done


def _print_file(console: Console, outcome: Outcome) -> None:
    console.print(Text(outcome.file, style="bold"))
    if outcome.error is not None:
        console.print(Text.assemble(("  无法检查 ", "bold red"), outcome.error))
    for failure in outcome.failures:
        console.print(
            Text.assemble(
                ("  程序出错 ", "bold red"),
                f"规则 {failure.rule} 在 {failure.pointer}：{failure.error!r}，请反馈",
            )
        )
    if outcome.status == "ok":
        console.print(Text("  没有发现问题", style="green"))
    for finding in outcome.findings:
        console.print(_line(finding))


def _line(finding: Finding) -> Text:
    place = f"{finding.sheet}!{finding.cell}" if finding.cell else finding.pointer or "/"
    label = "豁免" if finding.waived is not None else finding.severity.label
    indent = "    └ " if finding.related else "  "
    reason = f"（豁免理由：{finding.waived}）" if finding.waived else ""
    return Text.assemble(
        indent, (label, _COLOURS[finding.severity.value]), " ", (finding.rule, "bold"), " ", (place, "dim"), " ",
        f"{finding.field}：{finding.message}{reason}",
    )  # fmt: skip


def _print_sums(console: Console, outcomes: list[Outcome]) -> None:
    counts: Counter[str] = Counter()
    for outcome in outcomes:
        counts.update(
            finding.severity.value
            for finding in outcome.findings
            if finding.related is None and finding.waived is None
        )
    failed = sum(outcome.status == "error" for outcome in outcomes)
    tail = f"，{failed} 个文件无法检查" if failed else ""
    console.print(
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
