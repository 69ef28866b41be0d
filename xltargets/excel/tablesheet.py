"""A plain sheet made from rows of text and numbers, as XML: a frozen header, columns as wide as their text, links.

It prints on A4 across, one page wide, with lines between the cells and pages numbered.

No style is added to the workbook: bold and the look of links come from runs inside inline strings, in the font of the
workbook's default style.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from xltargets.excel import xmltext
from xltargets.excel.a1 import address, parse_cell
from xltargets.excel.cells import MAX_TEXT
from xltargets.excel.formulas import quote_sheet
from xltargets.excel.package import Package

_WIDEST = 60
_SEEN = 200  # rows that widths are taken from
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


@dataclass(frozen=True, slots=True)
class Link:
    """Text that leads to a cell of this workbook.

    Attributes:
        text: what is shown.
        sheet, cell: where it leads.
    """

    text: str
    sheet: str
    cell: str = "A1"


TableValue = str | int | float | Decimal | bool | Link | None


def table_xml(package: Package, header: Sequence[str], rows: Sequence[Sequence[TableValue]]) -> bytes:
    """The worksheet part, in the namespace and the default font of the workbook."""
    root = package.xml(package.workbook_part)[1]
    font = _font(package)
    lines = [_row(0, header, _run(font, "<b/>"), font)]
    links: list[str] = []
    for number, row in enumerate(rows, 1):
        lines.append(_row(number, row, None, font))
        links += [_hyperlink(number, c, value) for c, value in enumerate(row) if isinstance(value, Link)]
    count = max([len(header), *map(len, rows)])
    pieces = [
        f'{_HEAD}<worksheet xmlns="{root.namespace}">',
        '<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>',
        f'<dimension ref="A1:{address(len(rows), max(count - 1, 0))}"/>',
        _views() if root.child("bookViews") else "",
        f'<sheetFormatPr defaultRowHeight="15"/><cols>{_columns(header, rows, count)}</cols>' if count else "",
        f"<sheetData>{''.join(lines)}</sheetData>",
        f"<hyperlinks>{''.join(links)}</hyperlinks>" if links else "",
        '<printOptions gridLines="1"/><pageMargins left="0.5" right="0.5" top="0.6" bottom="0.7" header="0.3" footer="0.3"/>',
        '<pageSetup paperSize="9" fitToHeight="0" orientation="landscape"/>',
        "<headerFooter><oddFooter>&amp;C&amp;P / &amp;N</oddFooter></headerFooter>",
        "</worksheet>",
    ]
    return "".join(pieces).encode("utf-8")


def _views() -> str:
    pane = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/><selection pane="bottomLeft"/>'
    return f'<sheetViews><sheetView workbookViewId="0">{pane}</sheetView></sheetViews>'


def _columns(header: Sequence[str], rows: Sequence[Sequence[TableValue]], count: int) -> str:
    widths = [8] * count
    for row in (header, *rows[:_SEEN]):
        for column, value in enumerate(row):
            widths[column] = max(widths[column], min(_width(_shown(value)) + 2, _WIDEST))
    return "".join(
        f'<col min="{c}" max="{c}" width="{width}" customWidth="1"/>' for c, width in enumerate(widths, 1)
    )


def _width(text: str) -> int:
    """Columns of a terminal or a sheet that the longest line takes: Chinese characters take two."""
    lines = text.splitlines() or [""]
    return max(sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line) for line in lines)


def _row(number: int, values: Sequence[TableValue], run: str | None, font: str) -> str:
    cells = "".join(_cell(address(number, c), value, run, font) for c, value in enumerate(values) if value is not None)
    return f'<row r="{number + 1}">{cells}</row>'


def _cell(ref: str, value: TableValue, run: str | None, font: str) -> str:
    if isinstance(value, bool):
        return f'<c r="{ref}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, (int, float, Decimal)) and math.isfinite(value):
        return f'<c r="{ref}"><v>{value}</v></c>'
    if isinstance(value, Link):
        run = _run(font, '<u/><color rgb="FF0563C1"/>')
    text = xmltext.legal(_shown(value))
    text = f'<t xml:space="preserve">{xmltext.escape(xmltext.to_xstring(text[:MAX_TEXT]))}</t>'
    return f'<c r="{ref}" t="inlineStr"><is>{text if run is None else f"<r>{run}{text}</r>"}</is></c>'


def _shown(value: TableValue) -> str:
    return "" if value is None else value.text if isinstance(value, Link) else str(value)


def _hyperlink(row: int, column: int, link: Link) -> str:
    cell = address(*parse_cell(link.cell))
    location = xmltext.escape(f"{quote_sheet(link.sheet)}!{cell}")
    return f'<hyperlink ref="{address(row, column)}" location="{location}" display="{xmltext.escape(_one_line(link))}"/>'


def _one_line(link: Link) -> str:
    return " ".join(xmltext.legal(link.text).split())[:255]


def _run(font: str, more: str) -> str:
    """Properties of a run: bold or underline come before size and colour, as Excel writes them."""
    first, _, colour = more.partition("<color")
    size, _, rest = font.partition("|")
    return f"<rPr>{first}{size}{'<color' + colour if colour else ''}{rest}</rPr>"


def _font(package: Package) -> str:
    """Size and family of the workbook's first font, as markup on both sides of ``|``."""
    part = next((r.target for r in package.relationships(package.workbook_part) if r.kind == "styles"), None)
    fonts = package.xml(part)[1].child("fonts") if part is not None and part in package else None
    if fonts is None or not fonts.children:
        return '<sz val="11"/>|'
    found = {e.name: xmltext.escape(e.attributes.get("val", "")) for e in fonts.children[0].children}
    size = f'<sz val="{found["sz"]}"/>' if "sz" in found else ""
    rest = f'<rFont val="{found["name"]}"/>' if "name" in found else ""
    rest += "".join(f'<{name} val="{found[name]}"/>' for name in ("family", "charset", "scheme") if name in found)
    return f"{size}|{rest}"
