"""Workbooks written by hand, part by part, for the tests of the lossless library."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from xltargets.excel.package import Package

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
MAIN_STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
REL_STRICT = "http://purl.oclc.org/ooxml/officeDocument/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml."
VML_TYPE = "application/vnd.openxmlformats-officedocument.vmlDrawing"
NAMESPACES = (
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:x="urn:schemas-microsoft-com:office:excel"'
)
ROWS = '<sheetData><row r="1"><c r="A1"><v>1</v></c></row></sheetData>'


def relationships(*items: tuple[str, str, str]) -> str:
    """A rels part: id, last word of the type, target."""
    rows = "".join(
        f'<Relationship Id="{i}" Type="{REL}/{kind}" Target="{target}"/>' for i, kind, target in items
    )
    return f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">{rows}</Relationships>'


def sheet(inside: str = ROWS, *, main: str = MAIN, more: str = f' xmlns:r="{REL}"') -> str:
    return f'{HEAD}<worksheet xmlns="{main}"{more}>{inside}</worksheet>'


def comments(inside: str, authors: str = "<author>王科长</author>", *, main: str = MAIN) -> str:
    return f'{HEAD}<comments xmlns="{main}"><authors>{authors}</authors><commentList>{inside}</commentList></comments>'


def shape(number: int, kind: str = "Note", cell: tuple[int, int] | None = (0, 0)) -> str:
    place = "" if cell is None else f"<x:Row>{cell[0]}</x:Row><x:Column>{cell[1]}</x:Column>"
    return (
        f'<v:shape id="_x0000_s{number}" type="#_x0000_t202" style="visibility:hidden">'
        f'<x:ClientData ObjectType="{kind}"><x:Anchor>1, 15, 0, 2, 3, 15, 3, 16</x:Anchor>{place}</x:ClientData></v:shape>'
    )


def drawing(*shapes: str, block: int = 1) -> str:
    return (
        f'<xml {NAMESPACES}><o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="{block}"/></o:shapelayout>'
        '<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe"/>'
        + "".join(shapes)
        + "</xml>"
    )


def book(**changes: str | bytes | None) -> dict[str, str | bytes]:
    """The parts of a workbook with the sheets 甲 and 乙. Parts are changed, added, or taken away with None."""
    types = "".join(
        f'<Override PartName="/{name}" ContentType="{TYPE}{kind}+xml"/>'
        for name, kind in (
            ("xl/workbook.xml", "sheet.main"),
            ("xl/worksheets/sheet1.xml", "worksheet"),
            ("xl/worksheets/sheet2.xml", "worksheet"),
        )
    )
    parts: dict[str, str | bytes | None] = {
        "[Content_Types].xml": f'{HEAD}<Types xmlns="{PACKAGE}/content-types">'
        f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{types}</Types>',
        "_rels/.rels": relationships(("rId1", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{REL}"><sheets><sheet name="甲" sheetId="1" '
        'r:id="rId1"/><sheet name="乙" sheetId="2" r:id="rId2"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": relationships(
            ("rId1", "worksheet", "worksheets/sheet1.xml"), ("rId2", "worksheet", "worksheets/sheet2.xml")
        ),
        "xl/worksheets/sheet1.xml": sheet(),
        "xl/worksheets/sheet2.xml": sheet(),
    }
    short = {
        "sheet1": "xl/worksheets/sheet1.xml",
        "sheet2": "xl/worksheets/sheet2.xml",
        "rels1": "xl/worksheets/_rels/sheet1.xml.rels",
        "rels2": "xl/worksheets/_rels/sheet2.xml.rels",
        "comments1": "xl/comments1.xml",
        "vml1": "xl/drawings/vmlDrawing1.vml",
        "workbook": "xl/workbook.xml",
        "workbook_rels": "xl/_rels/workbook.xml.rels",
        "types": "[Content_Types].xml",
        "root_rels": "_rels/.rels",
    }
    parts.update({short.get(name, name): content for name, content in changes.items()})
    return {name: content for name, content in parts.items() if content is not None}


def noted(note: str = "<text><t>请核实</t></text>", **changes: str | bytes | None) -> dict[str, str | bytes]:
    """A workbook whose sheet 甲 has a note of 王科长 in A1, as Excel lays it out."""
    standard: dict[str, str | bytes | None] = {
        "sheet1": sheet(f'{ROWS}<legacyDrawing r:id="rId1"/>'),
        "rels1": relationships(
            ("rId1", "vmlDrawing", "../drawings/vmlDrawing1.vml"), ("rId2", "comments", "../comments1.xml")
        ),
        "comments1": comments(f'<comment ref="A1" authorId="0">{note}</comment>'),
        "vml1": drawing(shape(1025)),
        "types": typed(
            f'<Default Extension="vml" ContentType="{VML_TYPE}"/>',
            f'<Override PartName="/xl/comments1.xml" ContentType="{TYPE}comments+xml"/>',
        ),
    }
    return book(**(standard | changes))


def typed(*elements: str) -> str:
    """The content types of :func:`book` with more elements."""
    return str(book()["[Content_Types].xml"]).replace("</Types>", "".join(elements) + "</Types>")


def saved(path: Path, parts: dict[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(name, content if isinstance(content, bytes) else content.encode())
    return path


def contents(path: Path) -> dict[str, bytes]:
    """Every part of a package."""
    package = Package.open(path)
    return {name: package.read(name) for name in package.names}


def shared(*names: str) -> Path:
    """A folder or file of the project's shared material; skips the test where there is none, but never in CI."""
    root = Path(os.environ.get("XLTARGETS_SHARED") or Path(__file__).parents[3] / "shared")
    path = root.joinpath(*names)
    if not path.exists():
        if os.environ.get("CI") == "true":
            pytest.fail(f"{path} is missing, and CI must have it")
        pytest.skip(f"{path} is missing: set XLTARGETS_SHARED to the folder that holds it")
    return path
