"""Commands that hold workbooks against the rules, and write notes."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from xltargets.cli.options import (
    FILE,
    config_option,
    form_of,
    input_options,
    ledger_of,
    password_option,
    schema_option,
)
from xltargets.cli.outcome import Outcome
from xltargets.cli.writing import check_suffix, copies, copy_options, write_each
from xltargets.errors import Error
from xltargets.rules.finding import Severity

if TYPE_CHECKING:
    from xltargets.consolidate.inbox.lastyear import LastYear
    from xltargets.excel.comments import Report
    from xltargets.rules.engine import Inputs
    from xltargets.submission.form import Form
    from xltargets.submission.model import Submission

SEVERITY = click.Choice([severity.value for severity in Severity])


@dataclass(frozen=True)
class Court:
    """What files are judged by."""

    form: Form
    config: Path | None
    inputs: Inputs
    last_year: LastYear | None = None
    password: str | None = None

    def judge(self, file: Path) -> Outcome:
        """Read and judge one file; a refusal is its outcome."""
        import xltargets
        from xltargets.excel.encrypted import readable
        from xltargets.rules.config import load_config
        from xltargets.rules.engine import judge

        if os.path.isdir(file):
            return Outcome(str(file), error=_why_nothing(file))
        try:
            config = load_config(start=file, explicit=self.config)
            with readable(file, self.password) as copy:
                submission = xltargets.read(copy, form=self.form)
            submission.file = str(file)
            inputs = self._inputs_for(submission)
        except Error as error:
            return Outcome(str(file), error=_without(error, file))
        judgement = judge(submission, config, inputs)
        return Outcome(str(file), judgement.findings, failures=judgement.failures, submission=submission)

    def _inputs_for(self, submission: Submission) -> Inputs:
        if self.last_year is None:
            return self.inputs
        return replace(self.inputs, previous=self.last_year.document(submission))


def _why_nothing(folder: Path) -> str:
    """Why there is nothing to check in a folder."""
    if not os.access(folder, os.R_OK | os.X_OK):
        return "没有打开这个文件夹的权限；请管理员授权后再试"
    return "文件夹里没有申报表（.xlsx、.xlsm 等）；请检查路径"


def _without(error: Error, file: Path) -> str:
    """What an error says, without the name of the file where it is that of the file at hand (or of its opened copy)."""
    if Path(error.file or "").name != file.name:
        return str(error)
    return str(Error(error.message, sheet=error.sheet, cell=error.cell))


def court_of(
    schema: Path | None, config: Path | None, previous: Path | None, ledger: Path | None, roster: Path | None
) -> Court:
    """The court that the options describe.

    Raises:
        Error: when one of the files cannot be read.
    """
    from xltargets.rules.engine import Inputs

    form = form_of(schema)
    if not (previous or ledger or roster):
        return Court(form, config, Inputs())
    from xltargets.submission.registers import load_previous, load_roster

    folder = previous is not None and os.path.isdir(previous)
    inputs = Inputs(
        previous=load_previous(previous, form=form) if previous and not folder else None,
        ledger=ledger_of(ledger),
        roster=load_roster(roster) if roster else None,
    )
    return Court(form, config, inputs, _last_year(previous, form) if previous and folder else None)


def _last_year(folder: Path, form: Form) -> LastYear:
    """What is in a folder of last year's; what of it cannot be read is said."""
    from xltargets.consolidate.inbox.onefile import Reading, schema_of
    from xltargets.consolidate.run import find_last_year

    found, notes = find_last_year(folder, Reading(schema_of(form)))
    for note in notes:
        click.echo(note, err=True)
    return found


@click.command("check")
@click.argument("sources", nargs=-1, required=True, type=FILE, metavar="文件或文件夹…")
@click.option(
    "--format", "style", type=click.Choice(["text", "json"]), default="text", help="输出格式，默认 text。"
)
@click.option(
    "--fail-on", type=SEVERITY, default="error", help="有这个级别或更重的问题时退出码为 1，默认 error。"
)
@schema_option
@config_option
@password_option
@input_options
def check_command(
    sources: tuple[Path, ...], style: str, fail_on: str, schema: Path | None, config_path: Path | None,
    password_file: Path | None, previous: Path | None, ledger: Path | None, roster: Path | None,
) -> int:  # fmt: skip
    """检查工作簿或 JSON 文档，列出问题。

    文件夹按其中所有的工作簿检查。例：xltargets check 286001.xlsx
    """
    court = court_of(schema, config_path, previous, ledger, roster)
    if password_file is not None:
        from xltargets.excel.encrypted import password_in

        court = replace(court, password=password_in(password_file))
    outcomes = _judged(court, sources)
    if style == "json":
        from xltargets.cli.report import print_json

        return _status(print_json(outcomes), fail_on)
    from xltargets.cli.report import print_text

    return _status(print_text(outcomes), fail_on)


def _judged(court: Court, sources: Sequence[Path]) -> Iterator[Outcome]:
    """What becomes of each file; what only lies in a folder with them and is no submission by its nature, is passed over."""
    for source in dict.fromkeys(sources):
        if not os.path.isdir(source):
            yield court.judge(source)
            continue
        inside = (court.judge(file) for file in _inside(source))
        ours = (outcome for outcome in inside if outcome.error is None or not _is_foreign(Path(outcome.file), court.form))
        yield next(ours, None) or Outcome(str(source), error=_why_nothing(source))
        yield from ours


def _inside(folder: Path) -> list[Path]:
    """The files of a folder; an archive stands for what is in it, and is refused by name."""
    from xltargets.consolidate.inbox.discover import discover  # a single workbook is checked without it

    return list(dict.fromkeys(Path(inside.path) for inside in discover([folder])))


def _is_foreign(file: Path, form: Form) -> bool:
    """Whether a file is a summary that we wrote, or a JSON document of something else."""
    from xltargets.submission.document import is_of_form, load_document
    from xltargets.submission.resultmark import is_summary

    if file.suffix.lower() != ".json":
        return is_summary(file)
    try:
        return not is_of_form(load_document(file), form)
    except Error:
        return False


def _status(outcomes: Sequence[Outcome], fail_on: str) -> int:
    if not outcomes or any(outcome.status == "error" for outcome in outcomes):
        return 2
    worst = Severity(fail_on).rank
    return int(
        any(
            finding.severity.rank <= worst and finding.waived is None
            for outcome in outcomes
            for finding in outcome.findings
        )
    )


@click.command("annotate")
@click.argument("files", nargs=-1, required=True, type=FILE, metavar="文件…")
@copy_options
@click.option("--sheet", is_flag=True, help="另加一张“校验结果”工作表，逐条列出问题；再次批注时更新。")
@schema_option
@config_option
@input_options
def annotate_command(
    files: tuple[Path, ...], output: Path | None, output_dir: Path | None, in_place: bool, sheet: bool,
    break_signature: bool,
    schema: Path | None, config_path: Path | None, previous: Path | None, ledger: Path | None, roster: Path | None,
) -> int:  # fmt: skip
    """检查工作簿，把问题写成单元格批注；文件的其他内容一个字节也不变。

    不指定去处时，写到同一文件夹的“原名_批注”文件。例：xltargets annotate 286001.xlsx -o 286001_退回.xlsx
    """
    from xltargets import notes

    pairs = copies(files, output, output_dir, in_place, "_批注")
    court = court_of(schema, config_path, previous, ledger, roster)

    def annotate(file: Path, target: Path) -> bool:
        check_suffix(target, file)
        if os.path.isdir(file):
            raise Error("这是一个文件夹；请给出其中的文件，要批注整个文件夹请用 xltargets consolidate 的 --return", file=file)
        outcome = court.judge(file)
        if outcome.error is not None:
            raise Error(outcome.error, file=file)
        if outcome.submission is None or not outcome.submission.locations:
            raise Error("JSON 文档没有单元格，无法写批注；请给出工作簿", file=file)
        listed = outcome.submission.document if sheet else None
        report = notes.annotate(file, target, outcome.findings, listed=listed, break_signature=break_signature)
        _echo_annotated(target, outcome, report)
        return not outcome.failures

    return write_each(pairs, annotate)


def _echo_annotated(target: Path, outcome: Outcome, report: Report) -> None:
    """What was written, and what could not be."""
    from xltargets import notes

    for failure in outcome.failures:
        click.echo(
            f"规则 {failure.rule} 运行出错（程序的问题，请反馈）：{failure.pointer} {failure.error!r}",
            err=True,
        )
    counts = notes.summary(outcome.findings)
    click.echo(
        f"已写入 {target}：{counts['error']} 个错误，{counts['warning']} 个警告，{counts['hint']} 个提示"
        f"（批注新增 {report.added}，修改 {report.changed}，删除 {report.removed}）"
    )
    for skipped in report.skipped:
        click.echo(f"  {skipped.sheet}!{skipped.cell} 没有写批注：{skipped.reason}", err=True)
    for finding in outcome.findings:
        if not finding.cell:
            click.echo(f"  没有单元格的问题：{finding.rule} {finding.message}", err=True)


@click.command("clean")
@click.argument("files", nargs=-1, required=True, type=FILE, metavar="文件…")
@copy_options
def clean_command(
    files: tuple[Path, ...], output: Path | None, output_dir: Path | None, in_place: bool, break_signature: bool
) -> int:
    """删除本程序写的全部批注和“校验结果”工作表，文件恢复原样；别人的批注不动。

    不指定去处时，写到同一文件夹的“原名_清除”文件。例：xltargets clean 286001.xlsx --in-place
    """
    from xltargets import notes

    def clean(file: Path, target: Path) -> bool:
        check_suffix(target, file)
        report = notes.clean(file, target, break_signature=break_signature)
        click.echo(f"已写入 {target}：删除批注 {report.removed} 条")
        return True

    return write_each(copies(files, output, output_dir, in_place, "_清除"), clean)
