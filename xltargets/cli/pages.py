"""Commands that tell about the rules and the settings."""

from __future__ import annotations

import difflib
import json
import os
from pathlib import Path
from typing import Any

import click

from xltargets.cli.options import FILE, config_option
from xltargets.errors import Error


@click.command("rules")
@click.option(
    "--format", "style", type=click.Choice(["text", "json"]), default="text", help="输出格式，默认 text。"
)
@config_option
def rules_command(style: str, config_path: Path | None) -> None:
    """列出全部规则：编号、名称、级别、依据、所需项目、是否启用。

    例：xltargets rules
    """
    from xltargets.rules.config import load_config
    from xltargets.rules.finding import Severity
    from xltargets.rules.registry import all_rules

    config = load_config(start=Path.cwd(), explicit=config_path)
    rows: list[dict[str, Any]] = [
        {
            "id": rule.id,
            "name": rule.name,
            "severity": config.severity.get(rule.id, rule.severity).value,
            "basis": " ".join(rule.basis),
            "needs": [*rule.needs, *rule.takes, *rule.inputs],
            "on": config.runs(rule),
            "judged": rule.judged,
        }
        for rule in all_rules().values()
    ]
    if style == "json":
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for row in rows:
        state = "启用" if row["on"] else ("停用" if row["judged"] else "不自动判断")
        severity = Severity(row["severity"]).label
        click.echo(f"{row['id']}  {severity}  {state}  {row['name']}（{row['basis']}）")


@click.command("explain")
@click.argument("rule_id", metavar="规则编号")
def explain_command(rule_id: str) -> None:
    """打印一条规则的说明：查什么、为什么、依据、公式、例子、怎么改、怎么配置。

    例：xltargets explain M01
    """
    from xltargets.rules.config import nearest
    from xltargets.rules.page import page
    from xltargets.rules.registry import all_rules

    rules = all_rules()
    rule = rules.get(rule_id.upper())
    if rule is None:
        similar = difflib.get_close_matches(rule_id.upper(), rules, n=3, cutoff=0.3)
        first = nearest(rule_id, rules)
        near = list(dict.fromkeys([*([first] if first else []), *similar]))[:3]
        hint = f"；相近的有 {'、'.join(near)}" if near else ""
        raise Error(f"没有规则 {rule_id}{hint}；用 xltargets rules 查看全部规则")
    click.echo(page(rule))


@click.command("config")
@click.argument("folder", required=False, type=FILE, metavar="[文件夹]")
@config_option
def config_command(folder: Path | None, config_path: Path | None) -> None:
    """打印生效的配置，以及每一项从哪里来。

    例：xltargets config
    """
    from xltargets.rules.config import explain_config, load_config

    start = folder or Path.cwd()
    if not os.path.exists(start):
        raise Error("找不到这个文件夹，请检查路径", file=start)
    for setting in explain_config(load_config(start=start, explicit=config_path)):
        click.echo("  ".join(str(part) for part in setting))
