"""The commands that consolidate: once, and for as long as files come in."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from xltargets.cli.options import FILE, config_option, form_of, ledger_of, schema_option
from xltargets.cli.progress import progress
from xltargets.cli.writing import check_suffix
from xltargets.errors import Error

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from xltargets.consolidate import Options, Result
    from xltargets.rules.config import Config


class _Deadline(click.DateTime):
    """A day, which counts to its end, or a minute of it."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        moment: datetime = super().convert(value, param, ctx)
        whole_day = isinstance(value, str) and "T" not in value
        return datetime.combine(moment, datetime.max.time()) if whole_day else moment


def _run_options(command: Callable[..., int]) -> Callable[..., int]:
    """What a single run and a watch have in common."""
    for option in (
        config_option,
        schema_option,
        click.option("--ledger", type=FILE, help="项目库（.xlsx 或 .csv），用于与项目库比对的规则。"),
        click.option("--roster", type=FILE, help="单位名录（.xlsx 或 .csv），用于报送情况和应报未报。"),
        click.option("--previous", type=FILE, metavar="文件夹",
                     help="上年的申报表（文件夹、压缩包或文件），各单位与自己上年的比对。"),
        click.option("--deadline", type=_Deadline(["%Y-%m-%d", "%Y-%m-%dT%H:%M"]), metavar="日期",
                     help="报送截止时间，如 2024-11-30（含当天）或 2024-11-30T18:00；晚于它的列为迟报。"),
        click.option("--title", metavar="文字", default="", help="汇总表各表标题的前缀；默认按年度拟定。"),
        click.option("--return", "give_back", type=FILE, metavar="文件夹",
                     help="把申报表写上批注放回：有错误的在“退回”，其余在“通过”，各附一页通知；有更新一份的在“未采用”。"),
        click.option("--parquet", type=FILE, metavar="文件夹", help="另写 Parquet 数据集，按区划分区（需另装 pyarrow）。"),
        click.option("--cache", type=FILE, help="结果缓存文件；默认在用户的缓存文件夹。"),
        click.option("--jobs", type=click.IntRange(1, 64), metavar="个数", default=1, help="同时用几个进程，默认 1。"),
    ):  # fmt: skip
        command = option(command)
    return command


@click.command("consolidate")
@click.argument("sources", nargs=-1, required=True, type=FILE, metavar="文件夹或文件…")
@click.option("-o", "--output", type=FILE, required=True, help="汇总表写到这个文件。")
@click.option("--dask", metavar="地址", help="在 Dask 集群上运行，如 tcp://127.0.0.1:8786（需另装 dask）。")
@click.option("--no-cache", is_flag=True, help="不用缓存，全部重新读取。")
@click.option("--all-files", is_flag=True, help="同一单位同样的项目报了几次时全部汇总；默认只取最新的一份。")
@click.option(
    "--existing", type=FILE, metavar="文件", help="已有的汇总表（.xlsx 或 .csv），逐个项目与申报表核对。"
)
@_run_options
def consolidate_command(
    sources: tuple[Path, ...], output: Path, jobs: int, dask: str | None, cache: Path | None, no_cache: bool,
    all_files: bool, existing: Path | None, roster: Path | None, ledger: Path | None, previous: Path | None, deadline: datetime | None, title: str,
    give_back: Path | None, parquet: Path | None, schema: Path | None, config_path: Path | None,
) -> int:  # fmt: skip
    """把文件夹里全部申报表汇总成一份工作簿。

    例：xltargets consolidate 报送 -o 汇总.xlsx
    """
    from xltargets.consolidate import consolidate, default_cache
    from xltargets.excel.files import check_target, make_folder

    options = replace(
        _options(roster, ledger, previous, deadline, title, give_back, parquet),
        cache=None if no_cache else cache or default_cache(),
        newest=not all_files,
        existing=existing,
    )
    check_suffix(output, None)
    for source in sources:
        if not os.path.exists(source):
            raise Error("找不到这个文件夹或文件，没有汇总；请检查路径", file=source)
    make_folder(output.parent)
    check_target(output)
    config = _config(sources, config_path)
    try:
        with progress() as tell, _executor(dask) as executor:
            result = consolidate(
                sources, output, form=form_of(schema), config=config, executor=executor, jobs=jobs, options=options,
                progress=tell,
            )  # fmt: skip
    except KeyboardInterrupt:
        kept = "" if no_cache else "；读过的文件记住了，再运行一次会接着做"
        raise Error(f"已中断，汇总表没有写完，原有的没有改动{kept}", file=output) from None
    _tell(result)
    return 2 if result.errors or result.failures else int(result.totals.counts.get("error", 0) > 0)


@click.command("watch")
@click.argument("folders", nargs=-1, required=True, type=FILE, metavar="文件夹…")
@click.option("-o", "--output", type=FILE, help="汇总表写到这个文件，随时更新。")
@click.option("--poll", type=click.FloatRange(0.2), metavar="秒", help="每隔几秒查看一次；网络共享文件夹要用它。")
@click.option("--log", "log_file", type=FILE, help="运行日志写到这个文件。")
@_run_options
def watch_command(
    folders: tuple[Path, ...], output: Path | None, poll: float | None, log_file: Path | None, jobs: int,
    cache: Path | None, roster: Path | None, ledger: Path | None, previous: Path | None, deadline: datetime | None, title: str,
    give_back: Path | None, parquet: Path | None, schema: Path | None, config_path: Path | None,
) -> int:  # fmt: skip
    """守着共享文件夹：存进来的申报表几秒内检查好，批注件和汇总表随时更新。按 Ctrl-C 结束。

    例：xltargets watch 报送 --return 审核结果 -o 汇总.xlsx
    """
    from xltargets.consolidate import Watch
    from xltargets.consolidate.watching import LogFile, Patience

    if output is None and give_back is None:
        raise click.UsageError("请用 -o 指定汇总表，或用 --return 指定放回申报表的文件夹")
    if output is not None:
        check_suffix(output, None)
    watch = Watch(
        list(folders), output, replace(_options(roster, ledger, previous, deadline, title, give_back, parquet), cache=cache),
        form_of(schema), _config(folders, config_path), jobs, Patience(polling=poll),
        LogFile(log_file, [click.echo]) if log_file else click.echo,
    )  # fmt: skip
    try:
        watch.run()
    except KeyboardInterrupt:
        click.echo("监视结束")
    return 0


def _config(sources: Sequence[Path], explicit: Path | None) -> Config:
    """The settings that all of a run is judged by: the first source's; that another has its own is said."""
    from xltargets.rules.config import find_config, load_config

    used = explicit or find_config(sources[0])
    if explicit is None:
        other = next((found for source in sources if (found := find_config(source)) != used), used)
        if other != used:
            click.echo(
                f"{other or sources[-1]}：各处的配置不同，本次都用{used or '默认配置'}；要用别的，请用 --config 指定",
                err=True,
            )
    return load_config(explicit=used)


def _options(
    roster: Path | None, ledger: Path | None, previous: Path | None, deadline: datetime | None, title: str,
    give_back: Path | None, parquet: Path | None,
) -> Options:  # fmt: skip
    from xltargets.consolidate import Options, SummaryOptions
    from xltargets.consolidate.workbook.received import Deadline
    from xltargets.rules.engine import Inputs
    from xltargets.submission.registers import load_roster

    inputs = Inputs(ledger=ledger_of(ledger), roster=load_roster(roster) if roster else None)
    summary = SummaryOptions(title=title, deadline=Deadline(deadline))
    return Options(inputs=inputs, previous=previous, summary=summary, parquet=parquet, give_back=give_back)


def _tell(result: Result) -> None:
    totals = result.totals
    for error in result.errors:
        click.echo(str(error), err=True)
    for note in result.notes:
        click.echo(note, err=True)
    if result.failures:
        click.echo(f"有 {result.failures} 份文件上规则运行出错（程序的问题，请反馈）", err=True)
    counts = totals.counts
    if result.given_back is not None:
        for line in [*map(str, result.given_back.errors), *result.given_back.notes]:
            click.echo(line, err=True)
        unused = f"，重复而未采用 {result.given_back.unused} 份" if result.given_back.unused else ""
        click.echo(f"放回申报表：退回 {result.given_back.back} 份，通过 {result.given_back.passed} 份{unused}")
    click.echo(
        f"已写入 {result.target}：{totals.read} 份申报表，{totals.units} 个单位，{totals.projects} 个项目；"
        f"{counts['error']} 个错误，{counts['warning']} 个警告，{counts['hint']} 个提示"
        + (f"；{totals.unreadable} 个文件无法读取" if totals.unreadable else "")
    )


@contextmanager
def _executor(address: str | None) -> Iterator[Executor | None]:
    """The executor of a Dask cluster, or None."""
    if address is None:
        yield None
        return
    try:
        from dask.distributed import Client
    except ImportError as error:
        raise Error('没有安装 dask；请先运行 pip install "xltargets[dask]"') from error
    try:
        client = Client(address, timeout="10s")
    except OSError as error:
        raise Error(f"连不上 Dask 集群 {address}；请检查地址和网络") from error
    with client:
        yield client.get_executor()
