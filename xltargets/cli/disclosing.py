"""Commands between the disclosure text and the workbook."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from xltargets.cli.options import FILE, form_of, schema_option
from xltargets.cli.writing import blamed, check_suffix, echo_unplaced, force_option, make_way, write_text
from xltargets.errors import Error


@click.command("import")
@click.argument("text", type=FILE, metavar="绩效文本")
@click.option("-o", "--output", type=FILE, help="写到这个工作簿；有多个单位时是文件夹，每个单位一份。")
@click.option("--json", "as_json", is_flag=True, help="不填工作簿，输出 JSON 文档（有多个单位时是数组）；-o 可写到文件。")
@click.option("--template", type=FILE, help="自有模板；默认用官方模板。")
@force_option
@schema_option
def import_command(
    text: Path, output: Path | None, as_json: bool, template: Path | None, force: bool, schema: Path | None
) -> int:
    """把绩效文本（.txt、.docx、.doc、.wps、.html）读成申报表工作簿。

    放不进申报表的文字逐条列到标准错误，有这样的文字时退出码为 1。例：xltargets import 绩效文本.docx -o 286001.xlsx
    """
    from xltargets.disclosure import import_disclosure

    if output is None and not as_json:
        raise click.UsageError("请用 -o 指定输出的工作簿，或用 --json 输出 JSON 文档")
    form = form_of(schema)
    imported = import_disclosure(text, form=form)
    if as_json:
        _write_json(text, imported.documents, output, force)
    else:
        assert output is not None
        _fill_all(text, imported.documents, output, template, force, schema)
    for remark in imported.remarks:
        click.echo(f"说明：{remark}", err=True)
    for leftover in imported.leftovers:
        click.echo(f"未放入申报表，第 {leftover.line} {imported.counted}：{leftover.text}", err=True)
    return 1 if imported.leftovers else 0


def _write_json(source: Path, documents: list[dict[str, Any]], output: Path | None, force: bool) -> None:
    from xltargets.submission.document import to_json

    texts = [to_json(document) for document in documents]
    text = texts[0] if len(texts) == 1 else "[" + ",\n".join(texts) + "]"
    if output is None:
        click.echo(text)
        return
    make_way(output, force, source)
    write_text(output, text)


def _fill_all(
    source: Path, documents: list[dict[str, Any]], output: Path, template: Path | None, force: bool,
    schema: Path | None,
) -> None:  # fmt: skip
    """One workbook, or a folder with one for each unit; all names are checked before the first is written."""
    from xltargets.excel.files import make_folder
    from xltargets.submission.document import from_document
    from xltargets.submission.fill import fill

    form = form_of(schema)
    targets = [output]
    if len(documents) > 1:
        suffix = template.suffix if template is not None else ".xlsx"
        if output.suffix.lower() in (".xlsx", ".xlsm"):
            raise Error(f"文本里有 {len(documents)} 个单位；请用 -o 给出一个文件夹，每个单位一份工作簿", file=output)
        make_folder(output)
        targets = _names(documents, output, suffix)
    for target in targets:
        check_suffix(target, template)
        make_way(target, force, source, template)
    for document, target in zip(documents, targets, strict=True):
        typed = from_document(document, form=form).document
        with blamed(source):
            result = fill(_fillable(typed), target, template=template, form=form)
        click.echo(f"已生成 {target}")
        echo_unplaced(result.unplaced)


def _names(documents: list[dict[str, Any]], folder: Path, suffix: str) -> list[Path]:
    """A name for each unit's workbook: its code and its name, and a number where they are said twice."""
    import re

    names: list[str] = []
    for index, document in enumerate(documents, 1):
        unit = document["unit"]
        said = "".join(str(unit[key]) for key in ("code", "name") if unit.get(key)) or f"单位{index}"
        stem = re.sub(r'[\\/:*?"<>|\x00-\x1f]+', "_", said).strip(". ")[:80] or f"单位{index}"
        while stem.casefold() in {name.casefold() for name in names}:
            stem += f"_{index}"
        names.append(stem)
    return [folder / f"{name}{suffix}" for name in names]


def _fillable(document: dict[str, Any]) -> dict[str, Any]:
    """The document without blanks where the template has a text of its own: the title, the unit, the unit of money."""
    own = ("title", "unit", "money_unit")
    projects = [
        {key: value for key, value in project.items() if not (key in own and value is None)}
        for project in document["projects"]
    ]
    return {**document, "projects": projects}


@click.command("publish")
@click.argument("files", nargs=-1, required=True, type=FILE, metavar="工作簿或文档.json…")
@click.option("-o", "--output", type=FILE, required=True, help="写到这个文件：.docx、.html、.txt 或 .md。")
@click.option("--template", type=FILE, help="自有 Word 模板（.docx），文中用 {{ unit.name }} 这样的占位符。")
@force_option
@schema_option
def publish_command(
    files: tuple[Path, ...], output: Path, template: Path | None, force: bool, schema: Path | None
) -> int:
    """把申报表印成公开的绩效文本；多个单位合成一份，带目录。

    例：xltargets publish 286001.xlsx -o 绩效文本.docx
    """
    import xltargets
    from xltargets.disclosure import publish

    make_way(output, force, *files, template)
    form = form_of(schema)
    submissions = [xltargets.read(file, form=form) for file in files]
    for file, submission in zip(files, submissions, strict=True):
        for problem in submission.problems:
            click.echo(f"{file}：{problem.rule} {problem.message}", err=True)
    result = publish([submission.document for submission in submissions], output, template=template, form=form)
    click.echo(f"已生成 {output}")
    for index, pointer, value in result.unpublished:
        click.echo(f"  {files[index]}：不公开 {pointer}：{value}", err=True)
    return 1 if any(submission.problems for submission in submissions) else 0
