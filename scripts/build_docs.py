"""Write ``docs/rules/`` from the rules and ``docs/cli.md`` from the commands' help; ``--check`` only compares."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from xltargets.cli import Group, cli, speak_chinese
from xltargets.rules.page import page
from xltargets.rules.registry import GROUPS, all_rules

DOCS = Path(__file__).parent.parent / "docs"


def pages() -> dict[Path, str]:
    """Path → text of every generated page."""
    found = {DOCS / "rules" / f"{rule.id}.md": page(rule) for rule in all_rules().values()}
    found[DOCS / "rules" / "README.md"] = _index()
    found[DOCS / "cli.md"] = _commands()
    return found


def _index() -> str:
    lines = ["# 规则目录", "", "由 scripts/build_docs.py 从代码生成。", ""]
    for letter, title in GROUPS.items():
        lines += [f"## {letter} {title}", "", "| 编号 | 名称 | 级别 | 默认 |", "| --- | --- | --- | --- |"]
        for rule in all_rules().values():
            if rule.group == letter:
                state = "启用" if rule.on else "停用" if rule.judged else "不由程序判断"
                lines.append(f"| [{rule.id}]({rule.id}.md) | {rule.name} | {rule.severity.label} | {state} |")
        lines.append("")
    return "\n".join(lines)


def _commands() -> str:
    lines = ["# 命令行", "", "由 scripts/build_docs.py 从各命令的 --help 生成。", ""]
    for name in ("", *Group.COMMANDS):
        command: click.Command = cli if not name else cli.get_command(click.Context(cli), name)  # type: ignore[assignment]
        parent = click.Context(cli, info_name="xltargets", max_content_width=100, terminal_width=100)
        context = parent
        if name:
            context = click.Context(command, info_name=name, parent=parent, help_option_names=["-h", "--help"])
        lines += [f"## xltargets {name}".rstrip(), "", "```", command.get_help(context), "```", ""]
    return "\n".join(lines)


def main() -> int:
    """Write the pages, or compare them and name those that are stale."""
    speak_chinese()
    wanted = pages()
    stale = [path for path, text in wanted.items() if not path.exists() or path.read_text("utf-8") != text]
    stale += [path for path in (DOCS / "rules").glob("*.md") if path not in wanted]
    if "--check" in sys.argv[1:]:
        for path in stale:
            print(f"stale: {path.relative_to(DOCS.parent)} (run python scripts/build_docs.py)")
        return int(bool(stale))
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path in wanted:
            path.write_text(wanted[path], "utf-8")
        else:
            path.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
