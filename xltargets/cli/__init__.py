"""The command line. Thin: arguments in, calls, words out; each command's own words are in its module."""

from __future__ import annotations

import errno
import os
import sys

import click

from xltargets.cli.chinese import sentence, speak_chinese
from xltargets.collector import collect_rarely
from xltargets.errors import Error


class Group(click.Group):
    """Commands in the order of the work, not of the alphabet, each imported when it is called for."""

    #: Command → the module of this package that has it as a function of that name.
    COMMANDS = {
        "new": "forms", "fill": "forms", "export": "forms", "migrate": "forms", "repair": "forms",
        "check": "judging", "annotate": "judging", "clean": "judging",
        "consolidate": "gathering", "watch": "gathering",
        "import": "disclosing", "publish": "disclosing",
        "rules": "pages", "explain": "pages", "config": "pages",
        "install": "staff", "doctor": "staff",
    }  # fmt: skip

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of the commands."""
        return list(self.COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A command by its name."""
        if cmd_name not in self.COMMANDS:
            return None
        from importlib import import_module

        module = import_module(f"xltargets.cli.{self.COMMANDS[cmd_name]}")
        command: click.Command = getattr(module, f"{cmd_name}_command")
        command.options_metavar = "[选项]"
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is called; of a name that is none, the nearest are told."""
        if args[0] in self.COMMANDS or args[0].startswith("-"):
            return super().resolve_command(ctx, args)
        from difflib import get_close_matches

        near = "、".join(get_close_matches(args[0].lower(), self.COMMANDS))
        raise click.UsageError(f"没有命令 {args[0]}" + (f"，是不是 {near}？" if near else ""), ctx)


@click.group(
    cls=Group,
    invoke_without_command=True,
    options_metavar="[选项]",
    subcommand_metavar="命令 …",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="退出码：0 没有达到所选级别的问题，1 有问题，2 有文件无法处理。每条命令的用法：xltargets 命令 --help",
)
@click.version_option(package_name="xltargets", message="xltargets %(version)s", help="显示版本号。")
@click.pass_context
def cli(ctx: click.Context) -> int:
    """预算绩效目标申报表：填报、检查、批注、汇总。"""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help(), err=True)
    return 2


def main() -> None:
    """Run the command line in Chinese; a refusal is one sentence on standard error and exit status 2."""
    speak_chinese()
    collect_rarely()
    try:
        status = cli.main(prog_name="xltargets", standalone_mode=False)
    except SystemExit:  # click's own way out where nobody reads any more, with the status of findings
        status = 2
    except click.ClickException as error:
        click.echo(sentence(error), err=True)
        status = 2
    except (click.Abort, KeyboardInterrupt):
        click.echo("已中断。", err=True)
        status = 2
    except Error as error:
        click.echo(str(error), err=True)
        status = 2
    except OSError as error:
        if error.errno not in (errno.EPIPE, errno.ENOSPC):
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if error.errno == errno.ENOSPC:
            click.echo("磁盘空间不足，结果没有写完；请清理磁盘后再试", err=True)
        status = 2
    sys.exit(status if isinstance(status, int) else 0)
