"""What the commands that write files share: where the files go, what may be overwritten, what one refusal stops."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from xltargets.cli.options import FILE, Command
from xltargets.errors import Error

Copy = tuple[Path, Path]  # a file, and what it is written to

output_option = click.option("-o", "--output", type=FILE, help="写到这个文件。")
required_output_option = click.option("-o", "--output", type=FILE, required=True, help="写到这个文件。")
force_option = click.option("--force", is_flag=True, help="目标文件已存在时覆盖。")


def copy_options(command: Command) -> Command:
    """Where the copies of workbooks go, and whether that may cost a signature."""
    for option in (
        click.option("--break-signature", is_flag=True, help="文件有数字签名时也改写（签名随之失效）。"),
        click.option("--in-place", is_flag=True, help="直接改写原文件。"),
        click.option("--output-dir", type=FILE, help="写到这个文件夹，文件名不变。"),
        output_option,
    ):
        command = option(command)
    return command


def copies(
    files: Sequence[Path], output: Path | None, output_dir: Path | None, in_place: bool, mark: str
) -> list[Copy]:
    """Each file and where its copy goes: as :func:`copy_options` say, else beside it with `mark` behind its name.

    Raises:
        click.UsageError: when two places are named, or one file for several.
    """
    if (output is not None) + (output_dir is not None) + in_place > 1:
        raise click.UsageError("-o、--output-dir、--in-place 只能用一个")
    if output is not None and len(files) > 1:
        raise click.UsageError("有多个文件时请用 --output-dir 或 --in-place")
    if output_dir is not None:
        return into(output_dir, files)
    if in_place:
        return [(file, file) for file in dict.fromkeys(files)]
    return [(file, output or file.with_name(f"{file.stem}{mark}{file.suffix}")) for file in files]


def into(folder: Path, files: Sequence[Path], suffix: str | None = None) -> list[Copy]:
    """Each file and where its copy goes in a folder; `suffix` is the copy's, where it is of another kind.

    Raises:
        click.UsageError: when two copies would be one file, or a copy the file itself.
    """
    pairs = [
        (file, folder / (file.name if suffix is None else f"{file.stem}{suffix}")) for file in dict.fromkeys(files)
    ]
    taken: dict[str, Path] = {}
    for file, target in pairs:
        if os.path.realpath(file) == os.path.realpath(target):
            raise click.UsageError(f"“{file}”就在这个文件夹里，会被改写；请换一个文件夹，确要改写原文件请用 --in-place")
        first = taken.setdefault(str(target).casefold(), file)
        if first != file:
            raise click.UsageError(f"“{first}”和“{file}”会写到同一个文件“{target}”；请分几次运行，写到不同的文件夹")
    return pairs


def write_each(pairs: Iterable[Copy], write: Callable[[Path, Path], bool]) -> int:
    """Write one after the other; what is wrong with one is said, and the others are still written.

    Args:
        pairs: sources and targets; the folders of targets are made.
        write: makes the second of the first, tells of it, and says whether all went well.

    Returns:
        The exit status: 2 when anything went wrong.
    """
    from xltargets.excel.files import make_folder

    failed = False
    for source, target in pairs:
        try:
            make_folder(target.parent)
            failed |= not write(source, target)
        except Error as error:
            click.echo(str(error), err=True)
            failed = True
    return 2 if failed else 0


@contextmanager
def blamed(source: Path) -> Iterator[None]:
    """Have an error that names no file name this one."""
    try:
        yield
    except Error as error:
        if error.file is not None:
            raise
        raise Error(error.message, file=source, sheet=error.sheet, cell=error.cell) from error


def check_suffix(target: Path, like: Path | None) -> None:
    """Refuse a name by which Excel would not open the workbook that is written: it goes by what the name ends in.

    Args:
        target: what is to be written.
        like: the workbook that it is made of; None for the official template.

    Raises:
        Error: when it ends in something else.
    """
    suffix = ".xlsx" if like is None else like.suffix.lower()
    if suffix in (".xlsx", ".xlsm") and target.suffix.lower() != suffix:
        raise Error(f"写出的是 {suffix} 工作簿，文件名也应以 {suffix} 结尾，不然 Excel 打不开；请改文件名", file=target)


def make_way(target: Path, force: bool, *read: Path | None) -> None:
    """Refuse a target that is there already, unless it may be overwritten; make the folder that it goes to.

    Args:
        target: what is to be written.
        force: whether what is there may be overwritten.
        read: what it is made of, which never is.

    Raises:
        Error: when it may not, or the folder cannot be made.
    """
    from xltargets.excel.files import make_folder

    if os.path.realpath(target) in {os.path.realpath(source) for source in read if source is not None}:
        raise Error("要写的文件就是要读的文件，会被改写；请换一个文件名", file=target)
    if os.path.exists(target) and not force:
        raise Error("文件已存在；要覆盖请加 --force，或换一个文件名", file=target)
    make_folder(target.parent)


def write_text(target: Path, text: str) -> None:
    """A JSON text and the end of its line as a file in UTF-8; standard error says that it is there.

    Raises:
        Error: when the file has the name of a workbook, which it may well be, or cannot be written.
    """
    from xltargets.excel.files import WORKBOOKS, make_folder, replace_file

    if target.suffix.lower() in WORKBOOKS:
        raise Error("写出的是 JSON 文档，不是工作簿，文件名应以 .json 结尾；请改文件名", file=target)
    make_folder(target.parent)
    replace_file(target, lambda stream: stream.write(f"{text}\n".encode()))
    click.echo(f"已生成 {target}", err=True)


def echo_unplaced(unplaced: Iterable[tuple[str, object]]) -> None:
    """What of a document found no place in the template, word for word."""
    for pointer, value in unplaced:
        click.echo(f"  模板里没有地方填写 {pointer}：{value}", err=True)
