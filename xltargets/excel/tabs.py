"""The list of sheets: a tab put in, taken out, renamed, and all that counts tabs kept right.

In the workbook part: ``sheets``, ``localSheetId`` of names, ``activeTab`` and ``firstSheet`` of the windows. Beside it:
the relationship of the sheet and the titles in the document's properties (``docProps/app.xml``), which are followed
where they agree with the workbook and left alone where they never did.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from xltargets.excel import xmltext
from xltargets.excel.definednames import append_names, drop_names, name_elements
from xltargets.excel.formulas import mentions, renamed
from xltargets.excel.package import Package, Sheet
from xltargets.excel.patch import Patch, attribute_spans
from xltargets.excel.xmltext import Edit, Element, whole

WORKSHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_WORKSHEET = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"
_ILLEGAL = re.compile(r"[\[\]:*?/\\\x00-\x1f\ufffe\uffff]")
MAX_NAME = 31


def check_name(package: Package, name: str) -> None:
    """Refuse a sheet name that Excel does not allow or that is taken."""
    units = len(name.encode("utf-16-le", "surrogatepass")) // 2
    bad = not name.strip() or units > MAX_NAME or _ILLEGAL.search(name) or name[0] == "'" or name[-1] == "'"
    if bad or name.casefold() == "history":
        raise package.error(f"“{name}”不能作为工作表名：最多 {MAX_NAME} 字，不含 [ ] : * ? / \\，首尾不是单引号，请换一个")
    if name.casefold() in (tab.casefold() for tab in names(package)):
        raise package.error("已有同名的工作表，请换一个名字", sheet=name)


def safe_sheet_name(text: str, taken: list[str] | set[str] | tuple[str, ...] = ()) -> str:
    """A name that Excel allows for a sheet, as near to the text as can be, and unlike all of those taken.

    What is not allowed becomes ``_``; 31 UTF-16 units at most; a number in brackets tells namesakes apart.
    """
    name = _ILLEGAL.sub("_", " ".join(xmltext.legal(text).split())).strip("' ")
    if not name or name.casefold() == "history":
        name = f"{name}_" if name else "Sheet"
    used = {other.casefold() for other in taken}
    candidate, number = _cut(name, MAX_NAME), 1
    while candidate.casefold() in used:
        number += 1
        candidate = f"{_cut(name, MAX_NAME - len(str(number)) - 2)}({number})"
    return candidate


def _cut(text: str, units: int) -> str:
    while len(text.encode("utf-16-le")) // 2 > units:
        text = text[:-1]
    return text.strip("' ")


def names(package: Package) -> list[str]:
    """The names of all tabs, in order."""
    return [element.attributes.get("name", "") for element in _sheet_elements(package.xml(package.workbook_part)[1])]


def insert_tab(package: Package, name: str, part: str, after: str | None, copied_from: str | None = None) -> None:
    """List a worksheet whose part is there already.

    Args:
        after: the sheet it follows; None puts it last.
        copied_from: the sheet whose own names the new one gets as well, leading to itself.
    """
    patch = Patch(package, package.workbook_part)
    elements = _sheet_elements(patch.root)
    before = worksheet_names(package)
    position = len(elements) if after is None else _position(package, elements, after) + 1
    rid = package.add_relationship(package.workbook_part, _worksheet_type(package), part)
    numbers = [whole(element.attributes.get("sheetId")) or 0 for element in elements]
    model = elements[0]
    written = {raw: patch.data[s:e].decode() for raw, s, e in attribute_spans(patch.data, model.start, model.inner)}
    id_name = next(raw for raw in written if raw.endswith(":id"))
    space = f"xmlns:{id_name.partition(':')[0]}"  # some programs bind the prefix in every sheet element
    binding = f' {space}="{written[space]}"' if space in written else ""
    tag = f'<{patch.prefix(model)}sheet name="{xmltext.escape(name)}" sheetId="{max(numbers, default=0) + 1}" '
    at = elements[position - 1].end
    patch.edits.append(Edit(at, at, f'{tag}{id_name}="{rid}"{binding}/>'.encode()))
    _count_tabs(patch, lambda tab: tab + 1 if tab >= position else tab)
    if copied_from is not None:
        source = _position(package, elements, copied_from)
        append_names(patch, _copied_names(patch, source, position, copied_from, name))
    patch.save()
    _retitle(package, before, worksheet_names(package))


def remove_tab(package: Package, sheet: Sheet) -> None:
    """Take a sheet off the list, with its own names and those that lead to it."""
    patch = Patch(package, package.workbook_part)
    elements = _sheet_elements(patch.root)
    position = _position(package, elements, sheet.name)
    rest = [e for number, e in enumerate(elements) if number != position]
    visible = [n for n, e in enumerate(rest) if e.attributes.get("state", "visible") == "visible"]
    if not visible:
        raise package.error("这是唯一显示的工作表，不能删除，请先显示或新建另一张", sheet=sheet.name)
    before = worksheet_names(package)
    patch.drop(elements[position])
    gone = [
        element
        for element in name_elements(patch.root)
        if element.attributes.get("localSheetId") == str(position) or mentions(element.text, sheet.name)
    ]
    drop_names(patch, gone)
    shown = min(visible, key=lambda n: abs(n - position))
    _count_tabs(patch, lambda tab: shown if tab == position else tab - (tab > position), skip=gone)
    patch.save()
    package.remove_relationship(package.workbook_part, sheet.rid)
    _retitle(package, before, [name for name in before if name != sheet.name])


def rename_tab(package: Package, old: str, new: str) -> None:
    """Rename a sheet in the workbook part, its names included."""
    patch = Patch(package, package.workbook_part)
    before = worksheet_names(package)
    elements = _sheet_elements(patch.root)
    patch.set(elements[_position(package, elements, old)], "name", new)
    for element in name_elements(patch.root):
        if (text := renamed(element.text, old, new)) != element.text:
            patch.set_text(element, text)
    patch.save()
    _retitle(package, before, worksheet_names(package))


def worksheet_names(package: Package) -> list[str]:
    """The names of the worksheets, in order."""
    return [sheet.name for sheet in package.sheets if sheet.kind == "worksheet"]


def _sheet_elements(root: Element) -> list[Element]:
    sheets = root.child("sheets")
    return [] if sheets is None else [e for e in sheets.children if e.name == "sheet"]


def _position(package: Package, elements: list[Element], name: str) -> int:
    for position, element in enumerate(elements):
        if element.attributes.get("name", "").casefold() == name.casefold():
            return position
    raise package.error("工作簿里没有这张工作表，请检查表名", sheet=name)


def _worksheet_type(package: Package) -> str:
    """The type of relationship that this workbook has for worksheets: transitional or strict."""
    relations = package.relationships(package.workbook_part)
    return next((relation.type for relation in relations if relation.kind == "worksheet"), _WORKSHEET)


def _count_tabs(patch: Patch, count: Callable[[int], int], skip: list[Element] | None = None) -> None:
    """Put every number that counts tabs through `count`."""
    left_out = {id(element) for element in skip or ()}
    for element in name_elements(patch.root):
        local = whole(element.attributes.get("localSheetId"))
        if id(element) not in left_out and local is not None and count(local) != local:
            patch.set(element, "localSheetId", str(count(local)))
    views = patch.root.child("bookViews")
    for view in views.children if views else ():
        for name in ("activeTab", "firstSheet"):
            tab = whole(view.attributes.get(name))
            if tab is not None and count(tab) != tab:
                patch.set(view, name, str(count(tab)))


def _copied_names(patch: Patch, source: int, position: int, old: str, new: str) -> list[tuple[str, str]]:
    """The names of the tab `source` for the tab `position`: attributes as markup, and text."""
    copied = []
    for element in name_elements(patch.root):
        if element.attributes.get("localSheetId") != str(source):
            continue
        attributes = []
        for raw, start, end in attribute_spans(patch.data, element.start, element.inner):
            value = str(position) if raw == "localSheetId" else patch.data[start:end].decode()
            attributes.append(f'{raw}="{value.replace(chr(34), "&quot;")}"')
        copied.append((" ".join(attributes), renamed(element.text, old, new)))
    return copied


def _retitle(package: Package, before: list[str], after: list[str]) -> None:
    """Follow in the document's properties, where the titles of the worksheets come first and agree with the workbook."""
    part = next((r.target for r in package.relationships("") if r.kind == "extended-properties"), None)
    if part is None or part not in package or before == after:
        return
    patch = Patch(package, part)
    titles, pairs = (next(patch.root.iter(name), None) for name in ("TitlesOfParts", "HeadingPairs"))
    vector = titles.child("vector") if titles else None
    count = next(pairs.iter("i4"), None) if pairs else None
    if vector is None or count is None or count.text.strip() != str(len(before)):
        return
    own = vector.children[: len(before)]
    if [element.text for element in own] != before or not own:
        return
    _follow(patch, own, after)
    if len(before) != len(after):
        patch.set_text(count, str(len(after)))
        patch.set(vector, "size", str(len(vector.children) + len(after) - len(before)))
    patch.save()


def _follow(patch: Patch, own: list[Element], after: list[str]) -> None:
    """Change the titles that differ and leave every other byte, so that a sheet put in and taken out leaves no trace."""
    before = [element.text for element in own]
    same = min(len(before), len(after))
    first = next((i for i in range(same) if before[i] != after[i]), same)
    last = next((i for i in range(same - first) if before[-1 - i] != after[-1 - i]), same - first)
    tag = xmltext.raw_name(patch.data, own[0].start).decode()
    new = "".join(f"<{tag}>{xmltext.escape(name)}</{tag}>" for name in after[first : len(after) - last])
    gone = own[first : len(own) - last]
    start = gone[0].start if gone else own[first].start if first < len(own) else own[-1].end
    end = gone[-1].end if gone else start
    patch.edits.append(Edit(start, end, new.encode()))
