"""Word documents as people leave them: changes tracked, numbers automatic, tables nested, files that are something else."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from xltargets.disclosure import import_disclosure, publish
from xltargets.errors import Error
from xltargets.submission.document import from_document, load_document

from .layouts import HUBEI, write_docx

DATA = Path(__file__).parents[1] / "data"


@pytest.fixture
def document() -> dict[str, Any]:
    return from_document(load_document(DATA / "seed.json")).document


def test_tracked_changes_are_taken_as_accepted_and_told(tmp_path: Path) -> None:
    path = write_docx(tmp_path / "x.docx", ["一、总体绩效目标", "目标。", "第二部分", [["项目名称", "修路"], ["预算数", "30"]]])
    book = docx.Document(str(path))
    paragraph = book.paragraphs[1]._p
    paragraph.append(parse_xml(f'<w:del {nsdecls("w")} w:id="1" w:author="甲"><w:r><w:delText>旧文</w:delText></w:r></w:del>'))
    paragraph.append(parse_xml(f'<w:ins {nsdecls("w")} w:id="2" w:author="甲"><w:r><w:t>新文</w:t></w:r></w:ins>'))
    row = book.tables[0].rows[1]._tr
    row.get_or_add_trPr().append(parse_xml(f'<w:del {nsdecls("w")} w:id="3" w:author="甲"/>'))
    book.save(str(path))
    imported = import_disclosure(path)
    assert imported.documents[0]["department"]["overall_target"] == "目标。新文"
    assert imported.documents[0]["projects"][0]["budget"]["total"] is None
    assert imported.remarks == ["文档带有修订，按接受全部修订后的文字导入"]


def test_automatic_numbers_belong_to_the_text(tmp_path: Path) -> None:
    book = docx.Document()
    for text in ("总体绩效目标", "目标。", "分项绩效目标"):
        book.add_paragraph(text)
    for text in ("甲", "乙"):
        book.add_paragraph(text, style="List Number")
    book.save(str(tmp_path / "x.docx"))
    (document,) = import_disclosure(tmp_path / "x.docx").documents
    assert document["department"]["itemised_targets"] == ["1.甲", "2.乙"]


def test_a_list_that_begins_again_is_numbered_from_one(tmp_path: Path) -> None:
    book = docx.Document()
    numbering = book.part.numbering_part.element
    abstract = parse_xml(
        f'<w:abstractNum {nsdecls("w")} w:abstractNumId="90"><w:lvl w:ilvl="0"><w:start w:val="1"/>'
        '<w:numFmt w:val="ideographTraditional"/><w:lvlText w:val="%1、"/></w:lvl></w:abstractNum>'
    )
    numbering.insert(0, abstract)
    again = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'
    for number, override in ((90, ""), (91, again)):
        numbering.append(
            parse_xml(f'<w:num {nsdecls("w")} w:numId="{number}"><w:abstractNumId w:val="90"/>{override}</w:num>')
        )
    for text, number in (("二、分项绩效目标", 0), ("修路", 90), ("种树", 90), ("三、工作保障措施", 0), ("督查", 91), ("通报", 91)):
        paragraph = book.add_paragraph(text)._p
        if number:
            paragraph.get_or_add_pPr().append(
                parse_xml(f'<w:numPr {nsdecls("w")}><w:ilvl w:val="0"/><w:numId w:val="{number}"/></w:numPr>')
            )
    book.save(str(tmp_path / "x.docx"))
    (document,) = import_disclosure(tmp_path / "x.docx").documents
    assert document["department"]["itemised_targets"] == ["甲、修路", "乙、种树"]
    assert document["department"]["safeguards"] == ["甲、督查", "乙、通报"]


def test_a_paragraph_whose_end_was_deleted_goes_on_in_the_next(tmp_path: Path) -> None:
    book = docx.Document()
    cell = book.add_table(1, 2).rows[0].cells[1]
    book.tables[0].cell(0, 0).text = "绩效目标"
    cell.text = "修好路，"
    cell.add_paragraph("种好树。")
    mark = f'<w:pPr {nsdecls("w")}><w:rPr><w:del w:id="1" w:author="甲"/></w:rPr></w:pPr>'
    cell.paragraphs[0]._p.insert(0, parse_xml(mark))
    book.save(str(tmp_path / "x.docx"))
    (document,) = import_disclosure(tmp_path / "x.docx").documents
    assert document["projects"][0]["target"] == "修好路，种好树。"


def test_nested_tables_and_content_controls_are_read(tmp_path: Path) -> None:
    book = docx.Document()
    outer = book.add_table(1, 1).cell(0, 0)
    inner = outer.add_table(2, 2)
    for (row, column), text in {(0, 0): "项目名称", (0, 1): "修路", (1, 0): "预算数", (1, 1): "30"}.items():
        inner.cell(row, column).text = text
    body = book.element.body
    control = parse_xml(f"<w:sdt {nsdecls('w')}><w:sdtContent/></w:sdt>")
    body.insert(0, control)
    for text in ("一、总体绩效目标", "在控件里。"):
        control[0].append(parse_xml(f"<w:p {nsdecls('w')}><w:r><w:t>{text}</w:t></w:r></w:p>"))
    book.save(str(tmp_path / "x.docx"))
    (document,) = import_disclosure(tmp_path / "x.docx").documents
    assert document["department"]["overall_target"] == "在控件里。"
    assert (document["projects"][0]["name"], document["projects"][0]["budget"]["total"]) == ("修路", Decimal(30))


def test_edits_in_a_published_document_come_back(document: dict[str, Any], tmp_path: Path) -> None:
    """A value typed anew, a row copied and a row deleted in Word; a paragraph that is none of ours is told."""
    publish([document], tmp_path / "x.docx")
    book = docx.Document(str(tmp_path / "x.docx"))
    book.tables[0].rows[2].cells[3].paragraphs[0].runs[0].text = "45.50"
    table = book.tables[1]
    table._tbl.remove(table.rows[-1]._tr)
    import copy

    table._tbl.append(copy.deepcopy(table.rows[-1]._tr))
    table.rows[-1].cells[2].paragraphs[0].runs[0].text = "又一项"
    book.add_paragraph("附注：略。")
    book.save(str(tmp_path / "x.docx"))
    imported = import_disclosure(tmp_path / "x.docx")
    project = imported.documents[0]["projects"][0]
    assert project["budget"]["total"] == Decimal("45.50")
    assert [row["level3"] for row in project["indicators"]][-2:] == ["全县社会和谐稳定", "又一项"]
    assert [leftover.text for leftover in imported.leftovers] == ["附注：略。"]


def test_bookmarks_work_and_contents_lead_to_them(document: dict[str, Any], tmp_path: Path) -> None:
    publish([document, document], tmp_path / "x.docx")
    xml = zipfile.ZipFile(tmp_path / "x.docx").read("word/document.xml").decode()
    import re

    names = re.findall(r'w:bookmarkStart w:id="(\d+)" w:name="([^"]+)"', xml)
    anchors = re.findall(r'w:anchor="([^"]+)"', xml)
    assert len({name for _, name in names}) == len(names) == len({number for number, _ in names})
    assert len(anchors) == 6 and set(anchors) <= {name for _, name in names}
    assert "[bookmark:" not in xml  # what conversion left of bookmarks are bookmarks again
    publish([document], tmp_path / "one.docx")
    assert "目　录" not in zipfile.ZipFile(tmp_path / "one.docx").read("word/document.xml").decode()


def test_what_is_typed_is_text_in_a_page(document: dict[str, Any], tmp_path: Path) -> None:
    document["projects"][0]["purpose"] = '<script>alert(1)</script>&" onclick="x'
    publish([document], tmp_path / "x.html")
    text = (tmp_path / "x.html").read_text("utf-8")
    assert "<script" not in text and 'onclick="x' not in text
    assert text.count("<caption") == 2 and 'scope="col"' in text and 'scope="rowgroup"' in text and 'lang="zh-CN"' in text


def template(path: Path, *texts: str) -> Path:
    book = docx.Document()
    for text in texts:
        book.add_paragraph(text)
    table = book.add_table(3, 2)
    for (row, column), text in {
        (0, 0): "{%tr for project in projects %}", (1, 0): "{{ project.name }}", (1, 1): "{{ project.target }}", (2, 0): "{%tr endfor %}",
    }.items():  # fmt: skip
        table.cell(row, column).text = text
    book.save(str(path))
    return path


def test_a_bureaus_own_template_is_filled(document: dict[str, Any], tmp_path: Path) -> None:
    document["projects"][0]["target"] = "甲<b>&\n乙 {{ unit.code }} {% x %}"
    own = template(tmp_path / "own.docx", "{{ unit.name }}{{ unit.year }}年", "{{ department.overall_target }}")
    publish([document], tmp_path / "x.docx", template=own)
    book = docx.Document(str(tmp_path / "x.docx"))
    assert [paragraph.text for paragraph in book.paragraphs][0] == "怀来县信访局2024年"
    assert book.paragraphs[1].text.startswith("2024年，我局")
    assert [[cell.text for cell in row.cells] for row in book.tables[0].rows] == [
        ["怀财字【2024】7号 信访专项", "甲<b>&\n乙 {{ unit.code }} {% x %}"],
        ["怀财字【2024】7号维稳经费", document["projects"][1]["target"]],
    ]


@pytest.mark.parametrize(("text", "said"), [
    ("{{ unit.nam }}", "占位符不是申报表的项目"), ("{% for %}", "占位符写错了"), ("{{ unit.__class__.__mro__ }}", "不能这样用"),
])  # fmt: skip
def test_a_wrong_placeholder_is_named_and_nothing_written(document: dict[str, Any], tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(Error, match=said):
        publish([document], tmp_path / "x.docx", template=template(tmp_path / "own.docx", text))
    assert not (tmp_path / "x.docx").exists()


def bad_files() -> dict[str, tuple[bytes, str]]:
    book, other, foreign = io.BytesIO(), io.BytesIO(), docx.Document()
    openpyxl.Workbook().save(book)
    foreign.add_paragraph("关于召开会议的通知")
    foreign.add_table(2, 2).cell(0, 0).text = "时间"
    foreign.save(other)
    locked = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 400
    return {
        "book.docx": (book.getvalue(), "不是 Word 文档"), "notice.docx": (other.getvalue(), "不是绩效文本"),
        "cut.docx": (other.getvalue()[: len(other.getvalue()) // 2], "已损坏"), "locked.docx": (locked, "密码"),
        "text.pdf": (b"%PDF-1.7\n", "PDF"), "empty.txt": (b"", "空的"), "notice.txt": ("关于召开会议的通知\n".encode(), "不是绩效文本"),
        "image.txt": (bytes(range(256)) * 4, "编码无法识别"), "zip.docx": (b"PK\x03\x04" + b"\0" * 50, "已损坏"), "blank.html": (b"<html></html>", "绩效文本|没有内容"),
    }  # fmt: skip


@pytest.mark.parametrize("name", list(bad_files()))
def test_a_file_that_is_something_else_gets_a_clear_sentence(tmp_path: Path, name: str) -> None:
    data, said = bad_files()[name]
    (tmp_path / name).write_bytes(data)
    with pytest.raises(Error, match=said) as caught:
        import_disclosure(tmp_path / name)
    assert caught.value.file == str(tmp_path / name)


def test_what_word_cannot_hold_is_refused_and_the_old_file_stays(document: dict[str, Any], tmp_path: Path) -> None:
    publish([document], tmp_path / "x.docx")
    before = (tmp_path / "x.docx").read_bytes()
    document["projects"][0]["purpose"] = "甲\x07乙"
    with pytest.raises(Error, match="控制字符"):
        publish([document], tmp_path / "x.docx")
    assert (tmp_path / "x.docx").read_bytes() == before and os.listdir(tmp_path) == ["x.docx"]
    for name in ("x.pdf", "x"):
        with pytest.raises(Error, match="扩展名"):
            publish([document], tmp_path / name)


@pytest.mark.libreoffice
@pytest.mark.parametrize("kind", ["doc", "rtf", "odt"])
def test_older_formats_come_through_libreoffice(
    document: dict[str, Any], tmp_path: Path, kind: str, soffice: Callable[..., list[Path]]
) -> None:
    """Marks survive: what LibreOffice saves as another format reads back as the same document."""
    document["projects"][1]["target"] = document["projects"][1]["target"].rstrip("\t")
    publish([document], tmp_path / "x.docx")
    (converted,) = soffice(kind, tmp_path, tmp_path / "x.docx")
    imported = import_disclosure(converted)
    (found,) = [from_document(found).document for found in imported.documents]
    assert found["projects"] == document["projects"] and imported.leftovers == []
    assert found["department"]["itemised_targets"][1:] == document["department"]["itemised_targets"][1:]


def test_without_libreoffice_an_old_format_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "x.doc").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Error, match="另存为 .docx"):
        import_disclosure(tmp_path / "x.doc")


def test_a_foreign_document_by_its_labels_after_word_cut_its_runs(tmp_path: Path) -> None:
    path = write_docx(tmp_path / "x.docx", [HUBEI])
    book = docx.Document(str(path))
    paragraph = book.tables[0].cell(0, 0).paragraphs[0]
    paragraph.runs[0].text = "项目"
    paragraph.add_run(" 名")
    paragraph.add_run("称")
    book.save(str(path))
    assert import_disclosure(path).documents[0]["projects"][0]["name"] == "高标准农田建设"
