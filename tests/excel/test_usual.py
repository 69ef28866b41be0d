"""Sheets in any writing that XML allows: the same values as in the usual one."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

import xltargets
from xltargets.excel.book import FileBook
from xltargets.excel.grid import UNCALCULATED, ErrorValue
from xltargets.excel.plain import MOST_CELLS, NotPlain, PlainGrid, numbered
from xltargets.excel.usual import usual

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def grid(rows: str, root: str = f'worksheet xmlns="{_MAIN}"', name: str = "worksheet") -> PlainGrid:
    xml = f"<{root}><sheetData>{rows}</sheetData></{name}>".encode()
    return PlainGrid(usual(xml), numbered(["甲", "乙"]), ("General", "0%"))


class TestCells:
    @pytest.mark.parametrize(
        ("cell", "value"),
        [
            ("<c t='s' r='A1'><v>1</v></c>", "乙"),
            ('<c r="A1" t="s"><v><!-- 0 -->1<?x?></v></c>', "乙"),
            ('<c r="A1" t="s" >\n <v >\n 1\n</v >\n</c >', "乙"),
            ('<c r="a1"><v><![CDATA[30]]>&#46;5</v></c>', 30.5),
            ('<c t="b"><v>1</v></c>', True),
            ('<c t="e"><v>#REF!</v></c>', ErrorValue("#REF!")),
            ("<c t='str'><f>B1</f><v> a&#13;&lt; </v></c>", " a\r< "),
            ("<c t='str'><v><![CDATA[<c r=\"B2\"/>&amp;]]></v></c>", '<c r="B2"/>&amp;'),
            ('<c t="inlineStr"><is><r><rPr><b/></rPr><t>预</t></r><r><t>算</t></r><rPh sb="0" eb="1"><t>yu</t></rPh></is></c>', "预算"),
            ('<c t="inlineStr"><is>\n<t xml:space="preserve"> 文 </t>\n</is></c>', " 文 "),
            ('<c t="inlineStr"><v/><is><t> 文_x0041_ </t></is></c>', "文A"),
            ("<c t='n'><f>B1</f></c>", UNCALCULATED),
            ("<c s='1'><v>1</v><extLst><ext uri='u'><v>2</v><f>3</f></ext></extLst></c>", 1.0),
            ("<c s='1'></c>", None),
        ],
    )
    def test_each_writing_has_its_value(self, cell: str, value: object) -> None:
        assert grid(f"<row r='1'>{cell}</row>").value(0, 0) == value

    def test_formulas_and_formats_are_kept(self) -> None:
        found = grid("<row><c s='1'>\n<f t='shared' si='0'/>\n<v>0.5</v></c><c><v>1</v></c></row>")
        assert found.is_formula(0, 0) and not found.is_formula(0, 1)
        assert found.number_format(0, 0) == "0%"

    def test_rows_and_cells_without_an_address_stand_behind_the_one_before(self) -> None:
        found = grid("<row/><row><c/><c><v>1</v></c><c r='E2'><v>2</v></c><c><v>3</v></c></row><row r='9'/><row><c><v>4</v></c></row>")
        assert [found.value(1, column) for column in (1, 4, 5)] == [1.0, 2.0, 3.0]
        assert found.value(9, 0) == 4.0

    def test_prefixes_are_understood(self) -> None:
        xml = f"<x:worksheet xmlns:x='{_MAIN}'><x:sheetData><x:row><x:c><x:f>A1</x:f><x:v>1</x:v></x:c></x:row></x:sheetData></x:worksheet>"
        found = PlainGrid(usual(xml.encode()), {}, ())
        assert found.value(0, 0) == 1.0 and found.is_formula(0, 0)

    @pytest.mark.parametrize("rows", ["<row>", "<row><c r='A'><v>1</v></c></row>", "<row><c r='1'><v>1</v></c></row>", "<row><c r='AAAA1'><v>1</v></c></row>"])
    def test_what_is_no_sheet_is_left_to_others(self, rows: str) -> None:
        with pytest.raises(NotPlain):
            grid(rows)

    def test_so_is_a_document_type_and_what_is_nested_too_deep(self) -> None:
        for xml in (b"<!DOCTYPE worksheet><worksheet/>", b"<c>" * 2000 + b"</c>" * 2000):
            with pytest.raises(NotPlain):
                usual(xml)

    def test_so_are_more_cells_than_any_form_has(self) -> None:
        with pytest.raises(NotPlain):
            grid(f"<row>{'<c><v>1</v></c>' * (MOST_CELLS + 2)}</row>")


def _pretty(xml: str) -> str:
    return re.sub(r">(?=<(?:c|f|v|row|is)\b)", ">\r\n  ", xml)


def _prefixed(xml: str) -> str:
    return re.sub(r"<(/?)(?=[a-zA-Z])", r"<\1x:", xml).replace("xmlns=", "xmlns:x=")


def _encoded(encoding: str) -> Callable[[str], bytes]:
    return lambda xml: xml.replace('encoding="UTF-8"', f'encoding="{encoding}"').encode(encoding)


WRITINGS: dict[str, Callable[[str], str | bytes]] = {
    "single quotes": lambda xml: xml.replace('"', "'") if "'" not in xml.partition("<sheetData")[2] else xml,
    "attributes turned round": lambda xml: re.sub(r'<c (r="\w+")((?: \w+="\w+")+)', r"<c\2 \1", xml),
    "line by line": _pretty,
    "blanks in end tags": lambda xml: re.sub(r"</(\w+)>", r"</\1 >", xml),
    "comments": lambda xml: re.sub(r"<v>(\d+)</v>", r"<v><!-- 9 -->\1</v>", xml),
    "prefixes": _prefixed,
    "UTF-16": _encoded("utf-16"),
    "GB18030": _encoded("gb18030"),
}


@pytest.mark.parametrize("writing", WRITINGS)
def test_a_filled_workbook_says_the_same_in_every_writing(filled: Path, writing: str) -> None:
    other = filled.with_name("other.xlsx")
    kinds = ("sheet", "sharedStrings", "styles", "workbook.xml")
    with zipfile.ZipFile(filled) as old, zipfile.ZipFile(other, "w") as new:
        for name in old.namelist():
            data: str | bytes = old.read(name)
            if any(kind in name for kind in kinds) and not name.endswith(".rels"):
                data = WRITINGS[writing](old.read(name).decode())
            new.writestr(name, data)
    expected, found = xltargets.read(filled), xltargets.read(other)
    assert found.document == expected.document
    assert found.problems == expected.problems


def test_a_damaged_list_of_sheets_is_said_of_its_file(filled: Path) -> None:
    broken = filled.with_name("broken.xlsx")
    with zipfile.ZipFile(filled) as old, zipfile.ZipFile(broken, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, data.replace(b"<definedNames>", b"<definedNames><") if name == "xl/workbook.xml" else data)
    with pytest.raises(xltargets.Error) as caught:
        FileBook(broken)
    assert caught.value.file == str(broken)
