"""Options that several commands share."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from xltargets.submission.form import Form, load_form

Command = Callable[..., Any]


class _Place(click.Path):
    """A path; an empty one, as a script leaves it where a variable is not set, is not the folder one stands in."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if os.fspath(value) == "":
            self.fail("路径是空的", param, ctx)
        return super().convert(value, param, ctx)


#: Whether a file can be read is found where it is read, so that the other files of the run are still done.
FILE = _Place(path_type=Path, readable=False)

schema_option = click.option("--schema", type=FILE, help="自有表单的 JSON Schema；默认用官方表单。")
config_option = click.option(
    "--config", "config_path", type=FILE, help="配置文件；默认从文件所在文件夹向上找 xltargets.toml。"
)
password_option = click.option(
    "--password-file", type=FILE, help="打开密码写在这个文件的第一行（需另装 msoffcrypto-tool），只用于读取。"
)


def input_options(command: Command) -> Command:
    """What the rules may be given beside the workbook."""
    for option in (
        click.option("--previous", type=FILE, help="上年的申报表（工作簿、JSON 或文件夹），用于与上年比对的规则。"),
        click.option("--ledger", type=FILE, help="项目库（.xlsx 或 .csv），用于与项目库比对的规则。"),
        click.option("--roster", type=FILE, help="单位名录（.xlsx 或 .csv）。"),
    ):
        command = option(command)
    return command


def form_of(schema: Path | None) -> Form:
    """The form that ``--schema`` names, else the official one."""
    return load_form(None if schema is None else str(schema))


def ledger_of(path: Path | None) -> Mapping[str, Mapping[str, Any]] | None:
    """The ledger that ``--ledger`` names; that amounts cannot be compared with it is said."""
    if path is None:
        return None
    from xltargets.submission.registers import LEDGER, load_ledger

    ledger = load_ledger(path)
    if not any("预算数" in row for row in ledger.values()):
        words = "、".join(LEDGER["预算数"][:5])
        click.echo(f"{path}：没有认出预算数的列，金额没有核对；要核对的，请把表头写作{words}等", err=True)
    return ledger
