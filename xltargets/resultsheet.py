"""The sheet 校验结果: a row for each finding, with a link to its cell.

It is added to the workbook like any sheet and taken out again by :func:`remove`; every other part is then what it was before
it. A finding that follows from another stands right under its cause. `docs/lossless.md` says why the way back from a cell
is told in the note and is no hyperlink.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from xltargets.excel.book import FileBook
from xltargets.excel.package import Package
from xltargets.excel.sheets import Link, add_table_sheet, remove_sheet, safe_sheet_name
from xltargets.excel.tablesheet import TableValue
from xltargets.excel.tabs import names as tab_names
from xltargets.rules.finding import Finding
from xltargets.rules.related import key_of, under_their_causes
from xltargets.submission.resultmark import MARK, TITLE, is_ours

HEADER = ("序号", "级别", "规则", "位置", "项目", "栏目", "问题", MARK)


def put(package: Package, findings: Iterable[Finding], document: Mapping[str, Any]) -> tuple[str, list[Finding]]:
    """Add the sheet, or put new rows into the one of an earlier run.

    Args:
        package: the open workbook; the caller saves it.
        findings: of this workbook.
        document: what was judged, for the names of the projects.

    Returns:
        The title of the sheet, and the findings in the order of its rows.

    Raises:
        Error: a workbook that no sheet can be added to.
    """
    ordered = under_their_causes(findings)
    ours = _ours(package)
    for extra in ours[1:]:
        remove_sheet(package, extra)
    title = ours[0] if ours else safe_sheet_name(TITLE, tab_names(package))
    add_table_sheet(package, title, HEADER, _rows(ordered, document), replace=bool(ours))
    return title, ordered


def remove(package: Package) -> None:
    """Take the sheet out, if it is there. Raises Error when it is the only one that is shown."""
    for title in _ours(package):
        remove_sheet(package, title)


def _ours(package: Package) -> list[str]:
    book = FileBook.of(package)
    return [sheet for sheet in book.worksheets if is_ours(book, sheet)]


def _rows(ordered: Sequence[Finding], document: Mapping[str, Any]) -> list[list[TableValue]]:
    if not ordered:
        return [[None, None, None, None, None, None, "没有发现问题"]]
    numbers = {key_of(finding): number for number, finding in reversed(list(enumerate(ordered, 1)))}
    return [_row(number, finding, numbers, document) for number, finding in enumerate(ordered, 1)]


def _row(
    number: int, finding: Finding, numbers: Mapping[str, int], document: Mapping[str, Any]
) -> list[TableValue]:
    place: TableValue = None
    if finding.sheet and finding.cell:
        place = Link(f"{finding.sheet}!{finding.cell}", finding.sheet, finding.cell)
    message = finding.message
    if finding.related is not None:
        cause = numbers.get(finding.related)
        message = f"（由第{cause}条带出）{message}" if cause else f"（由此带出）{message}"
    if finding.waived:
        message = f"{message}（豁免理由：{finding.waived}）"
    label = "豁免" if finding.waived is not None else finding.severity.label
    project = _project(finding.pointer, document)
    return [number, label, finding.rule, place, project, finding.field or None, message]


def _project(pointer: str, document: Mapping[str, Any]) -> str | None:
    """The name of the project that a pointer leads into."""
    parts = pointer.split("/")
    if len(parts) < 3 or parts[1] != "projects" or not parts[2].isdecimal():
        return None
    projects, index = document.get("projects"), int(parts[2])
    project = projects[index] if isinstance(projects, list) and index < len(projects) else None
    name = project.get("name") if isinstance(project, Mapping) else None
    return str(name).strip() if name and str(name).strip() else f"第{index + 1}个项目"


__all__ = ["HEADER", "put", "remove"]
