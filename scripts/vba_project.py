"""Compile VBA source into a ``vbaProject.bin``, the same bytes for the same source, without Office."""

from __future__ import annotations

import re
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

PART = "xl/vbaProject.bin"
_SUB = re.compile(r"^Public Sub (\w+)\(\)", re.MULTILINE)


def sources(folder: Path) -> dict[str, str]:
    """The modules of a folder: name → source with the line ends of VBA.

    Raises:
        ValueError: when a source is not ASCII, for VBA keeps source in a code page.
    """
    found = {}
    for path in sorted(folder.glob("*.bas")):
        try:
            text = path.read_bytes().decode("ascii")
        except UnicodeDecodeError as error:
            raise ValueError(f"{path.name} is not ASCII; take texts from the sheet of captions") from error
        found[path.stem] = "\r\n".join(text.splitlines()) + "\r\n"
    return found


def macros(source: str) -> list[str]:
    """The macros of a module that a button may call."""
    return _SUB.findall(source)


def compile_project(modules: Mapping[str, str], sheets: Sequence[str]) -> bytes:
    """A project with standard modules, and an empty module for the workbook and for each sheet.

    Args:
        modules: source by name.
        sheets: the code names of the workbook's sheets, in their order.
    """
    from pyopenvba import ExcelFile
    from pyopenvba.vba import VBAModuleKind

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "empty.xlsm"
        _draw_empty(path, sheets)
        with ExcelFile(path) as book:
            project = book.add_vba_project()
            for name, source in modules.items():
                project.add_module(name, source, kind=VBAModuleKind.standard)
            book.save()
        with zipfile.ZipFile(path) as archive:
            return archive.read(PART)


def _draw_empty(path: Path, sheets: Sequence[str]) -> None:
    from xlsxwriter import Workbook

    book = Workbook(str(path.with_suffix(".xlsx")))
    book.set_vba_name("ThisWorkbook")
    for name in sheets:
        book.add_worksheet().set_vba_name(name)
    book.close()
    path.with_suffix(".xlsx").rename(path)
