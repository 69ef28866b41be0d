"""Defined names, written: added, changed, removed, in the workbook part only.

Facts (ECMA-376 part 1, 18.2.5 and 18.2.6): ``definedNames`` stands between ``externalReferences`` and ``calcPr``;
``localSheetId`` counts the ``sheet`` elements from 0, chart sheets included; names compare without regard to case.
Reading them is :mod:`xltargets.excel.names`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from xltargets.excel import xmltext
from xltargets.excel.a1 import MAX_COLUMNS, MAX_ROWS, Area, column_letters, parse_area
from xltargets.excel.formulas import quote_sheet
from xltargets.excel.package import Package
from xltargets.excel.patch import WORKBOOK_ORDER, Patch
from xltargets.excel.recalculation import forget_results_of_names
from xltargets.excel.xmltext import Element

__all__ = ["define_names", "quote_sheet", "reference", "remove_names"]

Key = tuple[str, str | None]

_NAME = re.compile(r"[^\W\d][\w.?\\]{0,254}\Z|\\[\w.?\\]{0,254}\Z")
_LIKE_A_CELL = re.compile(r"([A-Za-z]{1,3})([0-9]+)\Z|[Rr][0-9]*([Cc][0-9]*)?\Z|[Cc][0-9]*\Z")


def reference(sheet: str, cells: str) -> str:
    """The absolute reference to cells of a sheet: ``项目1``, ``B3:D5`` → ``'项目1'!$B$3:$D$5``.

    Raises:
        ValueError: when `cells` is no address or area.
    """
    return f"{quote_sheet(sheet)}!{absolute(parse_area(cells))}"


def absolute(area: Area) -> str:
    """An area in A1 notation with ``$`` everywhere; whole columns and rows as ``$A:$C`` and ``$1:$3``."""
    if area.top == 0 and area.bottom == MAX_ROWS - 1:
        return f"${column_letters(area.left)}:${column_letters(area.right)}"
    if area.left == 0 and area.right == MAX_COLUMNS - 1:
        return f"${area.top + 1}:${area.bottom + 1}"
    first = f"${column_letters(area.left)}${area.top + 1}"
    last = f"${column_letters(area.right)}${area.bottom + 1}"
    return first if first == last else f"{first}:{last}"


def define_names(package: Package, names: Mapping[Key, str]) -> None:
    """Add names, or change what they refer to; what else is said of a name (hidden, comment) stays.

    Args:
        package: the open workbook; the caller saves it.
        names: (name, sheet it belongs to or None for the workbook) → what it refers to, without ``=``.

    Raises:
        Error: a name that Excel does not allow; no such sheet.
    """
    patch = Patch(package, package.workbook_part)
    tabs = _tabs(patch.root)
    known = _known(patch.root)
    new, changed = [], []
    for (name, scope), text in names.items():
        text = xmltext.legal(text.removeprefix("="))
        local = _local(package, tabs, scope)
        element = known.get((local, name.casefold()))
        if element is None:
            _check(package, name)
            sheet = "" if local is None else f' localSheetId="{local}"'
            new.append(f'<{{0}}definedName name="{xmltext.escape(name)}"{sheet}>{_brace(text)}</{{0}}definedName>')
        elif element.text != text:
            patch.set_text(element, text)
        else:
            continue
        changed.append(name)
    _append(patch, new)
    if patch.save():
        forget_results_of_names(package, changed)


def remove_names(package: Package, keys: Iterable[Key]) -> None:
    """Remove names; those that do not exist are no error. Formulas that use them will show ``#NAME?``.

    Raises:
        Error: no such sheet.
    """
    patch = Patch(package, package.workbook_part)
    tabs, known = _tabs(patch.root), _known(patch.root)
    keys = list(keys)
    gone = [known.get((_local(package, tabs, scope), name.casefold())) for name, scope in keys]
    drop_names(patch, [element for element in gone if element is not None])
    if patch.save():
        forget_results_of_names(package, [name for name, _ in keys])


def drop_names(patch: Patch, gone: list[Element]) -> None:
    """Remove ``definedName`` elements, and their parent with the last of them."""
    parent = patch.root.child("definedNames")
    if parent is not None and gone and len({id(e) for e in gone}) == len(parent.children):
        patch.drop(parent)
    else:
        for element in {id(e): e for e in gone}.values():
            patch.drop(element)


def name_elements(root: Element) -> list[Element]:
    """The ``definedName`` elements of a workbook part."""
    parent = root.child("definedNames")
    return [] if parent is None else [e for e in parent.children if e.name == "definedName"]


def append_names(patch: Patch, names: Iterable[tuple[str, str]]) -> None:
    """Add ``definedName`` elements: (their attributes as markup, what they refer to)."""
    _append(patch, [f"<{{0}}definedName {_raw(a)}>{_brace(text)}</{{0}}definedName>" for a, text in names])


def _append(patch: Patch, new: list[str]) -> None:
    """Append markup in which ``{0}`` is the prefix."""
    if not new:
        return
    prefix = patch.prefix(patch.root)
    markup = "".join(new).format(prefix)
    parent = patch.root.child("definedNames")
    if parent is None:
        whole = f"<{prefix}definedNames>{markup}</{prefix}definedNames>"
        patch.insert(patch.root, "definedNames", whole, WORKBOOK_ORDER)
    else:
        patch.append(parent, markup)


def _raw(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def _brace(text: str) -> str:
    return _raw(xmltext.escape(text).replace("&quot;", '"'))


def _tabs(root: Element) -> list[str]:
    sheets = root.child("sheets")
    return [s.attributes.get("name", "") for s in (sheets.children if sheets else ()) if s.name == "sheet"]


def _known(root: Element) -> dict[tuple[str | None, str], Element]:
    known: dict[tuple[str | None, str], Element] = {}
    for element in name_elements(root):
        local = element.attributes.get("localSheetId")
        known.setdefault((local, element.attributes.get("name", "").casefold()), element)
    return known


def _local(package: Package, tabs: list[str], scope: str | None) -> str | None:
    """The ``localSheetId`` of a sheet."""
    if scope is None:
        return None
    for position, name in enumerate(tabs):
        if name.casefold() == scope.casefold():
            return str(position)
    raise package.error("工作簿里没有这张工作表，不能为它定义名称，请检查表名", sheet=scope)


def _check(package: Package, name: str) -> None:
    bare = name.removeprefix("_xlnm.")
    if not _NAME.match(bare) or _is_cell(bare):
        raise package.error(f"“{name}”不能作为名称：要以字母、汉字或下划线开头，不含空格，也不能像单元格地址，请换一个")


def _is_cell(name: str) -> bool:
    match = _LIKE_A_CELL.match(name)
    if match is None:
        return False
    if match[1] is None:
        return True
    try:
        parse_area(name)
    except ValueError:
        return False
    return True
