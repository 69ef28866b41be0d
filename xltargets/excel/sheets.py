"""Sheets put into a workbook, copied, taken out and renamed, and nothing else changed."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence

from xltargets.excel import everywhere
from xltargets.excel.clone import clone_sheet, free_name
from xltargets.excel.formulas import orphaned, renamed
from xltargets.excel.opc import relationships_part
from xltargets.excel.package import Package, Sheet
from xltargets.excel.recalculation import drop_calculation_chain, forget_results_of_sheet
from xltargets.excel.sheetdata import has_formulas
from xltargets.excel.tablesheet import Link, TableValue, table_xml
from xltargets.excel.tabs import (
    WORKSHEET_TYPE,
    check_name,
    insert_tab,
    remove_tab,
    rename_tab,
    safe_sheet_name,
)

__all__ = [
    "Link",
    "add_table_sheet",
    "append_sheet",
    "clone_sheet",
    "remove_sheet",
    "rename_sheet",
    "safe_sheet_name",
]


def append_sheet(package: Package, name: str, xml: bytes, *, after: str | None = None) -> None:
    """Add a worksheet whose part is given.

    Args:
        package: the open workbook; the caller saves it.
        name: the sheet's name.
        xml: a worksheet part that needs no relationships.
        after: the sheet it follows; None puts it last.

    Raises:
        Error: a name that is taken or not allowed; a workbook without a worksheet.
    """
    check_name(package, name)
    folder = posixpath.dirname(package.sheet().part.replace("\\", "/"))
    part = free_name(package, posixpath.join(folder, "sheet1.xml"))
    package.add(part, xml, WORKSHEET_TYPE)
    insert_tab(package, name, part, after)


def add_table_sheet(
    package: Package,
    name: str,
    header: Sequence[str],
    rows: Sequence[Sequence[TableValue]],
    *,
    after: str | None = None,
    replace: bool = False,
) -> None:
    """Add a sheet of rows: a frozen bold header, columns as wide as their text.

    Args:
        package: the open workbook; the caller saves it.
        name: the sheet's name.
        header: the first row.
        rows: text, numbers, :class:`Link` to cells of this workbook; None leaves a cell out.
        after: the sheet it follows; None puts it last.
        replace: put the rows into a worksheet of that name when there is one; what else stood on it goes. Twice the
            same rows give the same bytes.

    Raises:
        Error: a name that is not allowed, or taken (by another kind of sheet, when `replace`).
        ValueError: a link to what is no cell.
    """
    xml = table_xml(package, header, rows)
    old = next((s for s in package.sheets if s.name.casefold() == name.casefold() and s.kind == "worksheet"), None)
    if old is None or not replace:
        append_sheet(package, name, xml, after=after)
    elif package.read(old.part) != xml:
        _drop_below(package, old.part)
        package.replace(old.part, xml)


def remove_sheet(package: Package, name: str) -> None:
    """Remove a worksheet with all that only it uses, its own names and the names that lead to it.

    Formulas elsewhere that read it show ``#REF!`` from now on, as in Excel.

    Raises:
        Error: no such sheet, or the only one that is shown.
    """
    sheet = package.sheet(name)
    forget = has_formulas(package.text(sheet.part).data)
    rest = _others(package, sheet)
    if any(everywhere.mentions_sheet(package, part, sheet.name) for part in rest):
        forget_results_of_sheet(package, sheet)
    remove_tab(package, sheet)
    if forget:
        drop_calculation_chain(package)
    _drop_below(package, sheet.part)
    package.remove(sheet.part)
    everywhere.rewrite(package, _others(package, sheet), lambda formula: orphaned(formula, sheet.name))


def rename_sheet(package: Package, old: str, new: str) -> None:
    """Rename a worksheet, in names and formulas as well. Text such as ``INDIRECT("old!A1")`` is text and stays.

    Raises:
        Error: no such sheet; a name that is taken or not allowed.
    """
    sheet = package.sheet(old)
    if new == sheet.name:
        return
    if new.casefold() != sheet.name.casefold():
        check_name(package, new)
    rename_tab(package, sheet.name, new)
    parts = everywhere.reachable(package, package.workbook_part)
    everywhere.rewrite(
        package, parts, lambda formula: renamed(formula, sheet.name, new), {sheet.name.casefold(): new}
    )


def _others(package: Package, sheet: Sheet) -> dict[str, str]:
    """All parts but the sheet's own."""
    found = everywhere.reachable(package, package.workbook_part)
    found.pop(sheet.part, None)
    return found


def _drop_below(package: Package, part: str) -> None:
    """Remove the relationships of a part and the parts that nothing else needs."""
    below = everywhere.reachable(package, part)
    rels = package.find(relationships_part(part))
    if rels is not None:
        package.remove(rels)
    needed: set[str] = set()
    for start in ("", package.workbook_part):
        needed |= set(everywhere.reachable(package, start)) | {start}
    needed.add(part)
    for name in below:
        if name not in needed and name in package:
            own = package.find(relationships_part(name))
            for gone in (name, *([own] if own else ())):
                package.remove(gone)
