"""Commands that make, fill and read the form."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from xltargets.cli.options import FILE, form_of, password_option, schema_option
from xltargets.cli.writing import (
    blamed,
    check_suffix,
    echo_unplaced,
    force_option,
    into,
    make_way,
    output_option,
    required_output_option,
    write_each,
    write_text,
)
from xltargets.submission.model import Submission


@click.command("new")
@required_output_option
@click.option("--code", metavar="编码", help="单位编码，如 286001。")
@click.option("--name", metavar="名称", help="单位名称。")
@click.option("--region", metavar="代码", help="行政区划代码，如 130730。")
@click.option("--year", type=int, metavar="年度", help="预算年度，如 2024。")
@click.option("--template", type=FILE, help="自有模板；默认用官方模板。")
@force_option
@schema_option
def new_command(
    output: Path, code: str | None, name: str | None, region: str | None, year: int | None,
    template: Path | None, force: bool, schema: Path | None,
) -> int:  # fmt: skip
    """生成一份空白申报表，填好单位信息。

    例：xltargets new -o 286001.xlsx --code 286001 --name 怀来县信访局 --year 2024
    """
    from xltargets.submission.fill import fill

    check_suffix(output, template)
    make_way(output, force, template)
    unit = {"code": code, "name": name, "region": region, "year": year}
    given = {"unit": {key: value for key, value in unit.items() if value is not None}}
    with blamed(output):
        result = fill(given, output, template=template, form=form_of(schema))
    click.echo(f"已生成 {output}")
    echo_unplaced(result.unplaced)
    return int(bool(result.unplaced))


@click.command("fill")
@click.argument("documents", nargs=-1, required=True, type=FILE, metavar="文档.json…")
@output_option
@click.option("--output-dir", type=FILE, help="写到这个文件夹，文件名与文档相同。")
@click.option("--template", type=FILE, help="自有模板（任何单元格带有约定名称的工作簿）；默认用官方模板。")
@force_option
@schema_option
def fill_command(
    documents: tuple[Path, ...], output: Path | None, output_dir: Path | None, template: Path | None,
    force: bool, schema: Path | None,
) -> int:  # fmt: skip
    """把 JSON 文档填成工作簿。

    模板里没有地方填写的内容逐条列到标准错误，有这样的内容时退出码为 1。例：xltargets fill seed.json -o 286001.xlsx
    """
    from xltargets.submission.document import load_document
    from xltargets.submission.fill import fill

    if (output is None) == (output_dir is None) or (output is not None and len(documents) > 1):
        raise click.UsageError("请用 -o 指定一个输出文件；有多份文档时用 --output-dir 指定文件夹")
    form = form_of(schema)
    unplaced: list[tuple[str, object]] = []

    def write(document: Path, target: Path) -> bool:
        check_suffix(target, template)
        make_way(target, force, document, template)
        with blamed(document):
            result = fill(load_document(document), target, template=template, form=form)
        click.echo(f"已生成 {target}")
        echo_unplaced(result.unplaced)
        unplaced.extend(result.unplaced)
        return True

    suffix = template.suffix if template is not None else ".xlsx"
    pairs = into(output_dir, documents, suffix) if output_dir else [(documents[0], output or documents[0])]
    return write_each(pairs, write) or int(bool(unplaced))


@click.command("export")
@click.argument("file", type=FILE, metavar="文件")
@output_option
@click.option(
    "--report", is_flag=True, help="不输出文档，列出读取情况：多余的名称、没有名称的项目、读取中的问题。"
)
@schema_option
@password_option
def export_command(
    file: Path, output: Path | None, report: bool, schema: Path | None, password_file: Path | None
) -> int:
    """读取一份工作簿，输出 JSON 文档。

    读取中的问题写到标准错误。例：xltargets export 286001.xlsx -o 286001.json
    """
    import xltargets
    from xltargets.excel.encrypted import password_in, readable
    from xltargets.submission.document import to_json

    password = password_in(password_file) if password_file else None
    with readable(file, password) as copy:
        submission = xltargets.read(copy, form=form_of(schema))
    submission.file = str(file)
    text = (
        json.dumps(_report(submission), ensure_ascii=False, indent=2)
        if report
        else to_json(submission.document)
    )
    if output is None:
        click.echo(text)
    else:
        write_text(output, text)
    for problem in submission.problems if not report else ():
        location = problem.location or submission.locate(problem.pointer)
        place = f"[{location.sheet}!{location.cell}] " if location else ""
        click.echo(f"{problem.rule} {place}{problem.message}", err=True)
    return 1 if submission.problems else 0


def _report(submission: Submission) -> dict[str, Any]:
    """What was read and what was not."""
    problems = []
    for problem in submission.problems:
        location = problem.location or submission.locate(problem.pointer)
        problems.append(
            {
                "rule": problem.rule,
                "pointer": problem.pointer,
                "sheet": location.sheet if location else None,
                "cell": location.cell if location else None,
                "message": problem.message,
            }
        )
    return {
        "file": submission.file,
        "fields_read": len(submission.locations),
        "unknown_names": submission.unknown_names,
        "missing_fields": submission.missing_fields,
        "problems": problems,
    }


@click.command("migrate")
@click.argument("old", type=FILE, metavar="旧文件")
@required_output_option
@click.option("--template", type=FILE, help="新模板；默认用官方模板。")
@force_option
@schema_option
def migrate_command(old: Path, output: Path, template: Path | None, force: bool, schema: Path | None) -> int:
    """把旧版模板（或名称相同的其他模板）的申报表转到当前模板。

    例：xltargets migrate 286001_2023.xlsx -o 286001.xlsx
    """
    from xltargets.submission.migrate import migrate

    check_suffix(output, template)
    make_way(output, force, old, template)
    result = migrate(old, output, template=template, form=form_of(schema))
    click.echo(f"已生成 {output}，转移 {result.moved} 项内容")
    echo_unplaced(result.unplaced)
    for name in result.unknown_names:
        click.echo(f"  旧文件的名称 {name} 不在表单中，内容没有转移", err=True)
    for problem in result.problems:
        click.echo(f"  {problem.rule} {problem.message}", err=True)
    return 1 if result.unplaced or result.unknown_names or result.problems else 0


@click.command("repair")
@click.argument("file", type=FILE, metavar="文件")
@required_output_option
@click.option("--template", type=FILE, help="版式相同的完好工作簿；默认用官方模板。")
@click.option(
    "--answer", "answers", multiple=True, metavar="名称=工作表!单元格", help="回答未能确定的一项，可重复使用。"
)
@click.option("--break-signature", is_flag=True, help="文件有数字签名时也修复（签名随之失效）。")
@force_option
@schema_option
def repair_command(
    file: Path, output: Path, template: Path | None, answers: tuple[str, ...], break_signature: bool, force: bool,
    schema: Path | None,
) -> int:  # fmt: skip
    """修复被破坏的单元格名称：按官方表头和版式找回单元格，写回名称。

    不能确定的只列出来，不写入；文件的其他内容一个字节也不变。例：xltargets repair 286001.xlsx -o 286001_修复.xlsx
    """
    from xltargets.submission.repair import found_by_sheet, repair

    check_suffix(output, file)
    make_way(output, force, template)
    result = repair(
        file, output, form=form_of(schema), template=template, answers=answers, break_signature=break_signature
    )
    click.echo(f"已写入 {output}：写回名称 {len(result.written)} 个，待确认 {len(result.questions)} 个")
    for sheet, written in found_by_sheet(result).items():
        click.echo(f"  工作表“{sheet}”：")
        for one in written:
            click.echo(f"    {one.title} → {one.cells}（{one.sure.label}，{one.why}；名称 {one.name}）")
    for question in result.questions:
        click.echo(f"  待确认：{question.title}（{question.why}），可能是 {'、'.join(question.candidates)}", err=True)
        click.echo(f"    确认后请重新运行，并加上 --answer {question.name}={question.candidates[0]}", err=True)
    for place in dict.fromkeys(sheet for sheet, _ in result.missing):
        names = "、".join(name for sheet, name in result.missing if sheet == place)
        click.echo(f"  {f'工作表“{place}”里' if place else ''}没有找到：{names}", err=True)
    if result.incomplete:
        click.echo(f"  修复后仍不能读取：{result.incomplete}", err=True)
    return 1 if result.questions or result.missing or result.incomplete else 0
