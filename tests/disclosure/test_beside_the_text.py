"""What a Word document has beside its running text: it is read, or left over, or told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import docx
import pytest
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from xltargets.disclosure import import_disclosure
from xltargets.disclosure.interpret import Imported
from xltargets.errors import Error

SPACES = (
    f'{nsdecls("w", "a", "r")} xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
)


@pytest.fixture
def book() -> Any:
    """A project of two rows; its goal is in the last cell."""
    book = docx.Document()
    table = book.add_table(2, 2)
    for place, text in {(0, 0): "项目名称", (0, 1): "修路", (1, 0): "绩效目标", (1, 1): "修好路。"}.items():
        table.cell(*place).text = text
    return book


def goal(book: Any) -> Any:
    return book.tables[0].cell(1, 1).paragraphs[0]._p


def read(book: Any, folder: Path) -> Imported:
    book.save(str(folder / "x.docx"))
    return import_disclosure(folder / "x.docx")


def add_part(book: Any, kind: str, content: str) -> None:
    root = {"footnotes": "footnotes", "endnotes": "endnotes"}[kind]
    blob = f"<w:{root} {SPACES}>{content}</w:{root}>".encode()
    part = Part(PackURI(f"/word/{kind}.xml"), f"application/vnd.openxmlformats-officedocument.wordprocessingml.{kind}+xml", blob)
    book.part.relate_to(part, getattr(RELATIONSHIP_TYPE, kind.upper()))


@pytest.mark.parametrize("kind", ["footnotes", "endnotes"])
def test_notes_are_left_over_with_the_place_they_belong_to(book: Any, tmp_path: Path, kind: str) -> None:
    one = kind[:-1]
    add_part(book, kind, f'<w:{one} w:id="2"><w:p><w:r><w:t>不含上级资金</w:t></w:r></w:p></w:{one}>')
    goal(book).append(parse_xml(f'<w:r {SPACES}><w:{one}Reference w:id="2"/></w:r>'))
    imported = read(book, tmp_path)
    assert imported.documents[0]["projects"][0]["target"] == "修好路。"
    assert imported.leftovers == [(4, "不含上级资金")]


def test_damaged_notes_are_a_damaged_document(book: Any, tmp_path: Path) -> None:
    add_part(book, "footnotes", "<w:p>")
    with pytest.raises(Error, match="已损坏"):
        read(book, tmp_path)


def test_a_text_box_within_a_table_is_left_over(book: Any, tmp_path: Path) -> None:
    box = "<w:txbxContent><w:p><w:r><w:t>框里的话</w:t></w:r></w:p></w:txbxContent>"
    goal(book).append(parse_xml(f"<w:r {SPACES}><w:pict><v:shape><v:textbox>{box}</v:textbox></v:shape></w:pict></w:r>"))
    imported = read(book, tmp_path)
    assert imported.documents[0]["projects"][0]["target"] == "修好路。"
    assert imported.leftovers == [(5, "框里的话")]


def test_a_sign_from_the_editor_of_equations_is_text(book: Any, tmp_path: Path) -> None:
    goal(book).append(parse_xml(f"<m:oMath {SPACES}><m:r><m:t>≥95</m:t></m:r></m:oMath>"))
    assert read(book, tmp_path).documents[0]["projects"][0]["target"] == "修好路。≥95"


@pytest.mark.parametrize("content", ['<w:drawing><a:blip r:embed="rId1"/></w:drawing>', '<w:object><o:OLEObject r:id="rId1"/></w:object>'])
def test_pictures_and_objects_are_told_with_their_place(book: Any, tmp_path: Path, content: str) -> None:
    goal(book).append(parse_xml(f"<w:r {SPACES}>{content}</w:r>"))
    assert read(book, tmp_path).remarks == ["第 4 段有图片或嵌入的对象，里面的文字读不到，没有导入；请对照原文，需要的请补填"]


def test_a_document_within_the_document_is_told(book: Any, tmp_path: Path) -> None:
    book.element.body.insert(1, parse_xml(f'<w:altChunk {SPACES} r:id="rId1"/>'))
    assert read(book, tmp_path).remarks == ["第 4 段之后嵌入了另一份文档，没有导入；请在 Word 中打开后另存一份再导入"]


def test_texts_above_and_below_pages_are_told_but_not_the_numbers_of_pages(book: Any, tmp_path: Path) -> None:
    book.sections[0].header.paragraphs[0].text = "某县交通局"
    book.sections[0].footer.paragraphs[0].text = "— 第 1 页 共 3 页 —"
    assert read(book, tmp_path).remarks == ["页眉、页脚的文字没有导入：“某县交通局”"]


def test_comments_are_told(book: Any, tmp_path: Path) -> None:
    book.add_comment(book.tables[0].cell(1, 1).paragraphs[0].runs, text="请核实", author="甲")
    assert read(book, tmp_path).remarks == ["文档带有 1 条批注，没有导入"]
