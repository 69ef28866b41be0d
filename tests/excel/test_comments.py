from __future__ import annotations

import io
import os
import random
import re
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lossless_books import (
    HEAD,
    MAIN,
    MAIN_STRICT,
    PACKAGE,
    REL,
    REL_STRICT,
    ROWS,
    TYPE,
    VML_TYPE,
    book,
    comments,
    contents,
    drawing,
    noted,
    relationships,
    saved,
    shape,
    sheet,
    typed,
)

from xltargets.errors import Error
from xltargets.excel import commentlist, vml, xmltext
from xltargets.excel.comments import add_note, annotate, clean, read_notes, set_notes
from xltargets.excel.notebox import box
from xltargets.excel.package import Package

WE = "预算绩效审核"
LINE = f"──── {WE} ────"


class Trial:
    """A workbook that notes are written into; every change is checked for what must always hold."""

    def __init__(self, folder: Path, parts: dict[str, str | bytes]):
        self.source = saved(folder / "表.xlsx", parts)
        self.target = folder / "批注.xlsx"
        self.again = folder / "再来.xlsx"
        self.before = contents(self.source)

    def annotate(self, cells: dict[str, str], name: str = "甲", source: Path | None = None):
        report = annotate(source or self.source, self.target, {name: cells})
        self.after = contents(self.target)
        self.check_it_can_be_undone_and_repeated({name: cells})
        return report

    def add(self, cell: str, text: str, name: str | None = None):
        add_note(self.source, self.target, cell, text, name)
        self.after = contents(self.target)
        self.check_it_can_be_undone_and_repeated(None)

    def check_it_can_be_undone_and_repeated(self, notes):
        clean(self.target, self.again)
        assert contents(self.again) == self.before
        if notes is not None:
            annotate(self.target, self.again, notes)
            assert contents(self.again) == self.after
        for name, data in self.after.items():
            if name.endswith((".xml", ".rels", ".vml")) and self.is_xml(self.before.get(name, b"<x/>")):
                assert self.is_xml(data), name

    @staticmethod
    def is_xml(data: bytes) -> bool:
        try:
            ElementTree.fromstring(data)
        except ElementTree.ParseError:
            return False
        return True

    def notes(self, name: str | None = None):
        return read_notes(Package.open(self.target), name)

    def text(self, part: str) -> str:
        return self.after[part].decode()

    @property
    def touched(self) -> set[str]:
        return {name for name in self.after if self.after[name] != self.before.get(name)}


@pytest.fixture
def trial(tmp_path):
    return lambda parts: Trial(tmp_path, parts)


class TestAWorkbookWithoutNotes:
    def test_gets_one(self, trial):
        t = trial(book())
        report = t.annotate({"B3": "【错误】预算数\n怎么改：核对"})
        assert report.added == 1
        note = t.notes()["B3"]
        assert (note.author, note.text, note.ours) == (
            WE,
            "【错误】预算数\n怎么改：核对",
            "【错误】预算数\n怎么改：核对",
        )
        assert t.touched == {
            "[Content_Types].xml",
            "xl/worksheets/sheet1.xml",
            "xl/worksheets/_rels/sheet1.xml.rels",
            "xl/comments1.xml",
            "xl/drawings/vmlDrawing1.vml",
        }

    def test_shows_it_to_openpyxl(self, tmp_path):
        path = tmp_path / "表.xlsx"
        with xlsxwriter.Workbook(path) as writer:
            writer.add_worksheet("甲").write("A1", 1)
        annotate(path, path, {"甲": {"B3": "一\n二"}})
        comment = openpyxl.load_workbook(path)["甲"]["B3"].comment
        assert (comment.author, comment.text) == (WE, "一\n二")

    def test_hides_it_until_hovered(self, trial):
        t = trial(book())
        t.annotate({"B3": "字"})
        assert "visibility:hidden" in t.text("xl/drawings/vmlDrawing1.vml")
        assert "Visible" not in t.text("xl/drawings/vmlDrawing1.vml")

    def test_without_a_text_is_copied(self, trial):
        t = trial(book())
        t.annotate({})
        assert t.target.read_bytes() == t.source.read_bytes()

    def test_gets_notes_on_both_sheets_with_shapes_of_their_own_blocks(self, trial):
        t = trial(book())
        annotate(t.source, t.target, {"甲": {"A1": "一"}, "乙": {"A1": "二", "C9": "三"}})
        t.after = contents(t.target)
        assert "_x0000_s1025" in t.text("xl/drawings/vmlDrawing1.vml")
        assert {"_x0000_s2049", "_x0000_s2050"} <= vml.Drawing(t.after["xl/drawings/vmlDrawing2.vml"]).ids
        assert [n.text for n in t.notes("乙").values()] == ["二", "三"]
        t.check_it_can_be_undone_and_repeated({"甲": {"A1": "一"}, "乙": {"A1": "二", "C9": "三"}})

    def test_that_is_not_named_any_more_loses_ours(self, trial):
        t = trial(book())
        annotate(t.source, t.again, {"甲": {"A1": "一"}, "乙": {"A1": "二"}})
        report = t.annotate({"A1": "二"}, "乙", source=t.again)
        assert report.removed == 1
        assert set(t.after) - set(t.before) == {
            "xl/worksheets/_rels/sheet2.xml.rels",
            "xl/comments2.xml",
            "xl/drawings/vmlDrawing2.vml",
        }


class TestChangingOurNotes:
    def test_adds_changes_and_removes(self, trial):
        t = trial(noted())
        annotate(t.source, t.again, {"甲": {"B1": "旧", "B2": "去", "A1": "附"}})
        report = t.annotate({"B1": "新的内容，长一些", "B3": "来", "A1": "附"}, source=t.again)
        assert (report.added, report.changed, report.removed) == (1, 1, 1)
        assert {cell: note.ours for cell, note in t.notes().items()} == {
            "A1": "附",
            "B1": "新的内容，长一些",
            "B3": "来",
        }
        assert len(vml.Drawing(t.after["xl/drawings/vmlDrawing1.vml"]).notes) == 3

    def test_makes_the_box_fit_the_new_text(self, trial):
        t = trial(book())
        annotate(t.source, t.again, {"甲": {"B1": "短"}})
        small = contents(t.again)["xl/drawings/vmlDrawing1.vml"]
        t.annotate({"B1": "很长的内容\n" * 12}, source=t.again)
        assert t.after["xl/drawings/vmlDrawing1.vml"] != small

    def test_knows_ours_after_another_program_has_rewritten_them(self, trial):
        t = trial(noted())
        annotate(t.source, t.again, {"甲": {"A1": "附", "B1": "我们的"}})
        parts = {
            name: data.decode().replace(" >", ">").replace("\t", "").replace("  />", "/>")
            for name, data in contents(t.again).items()
        }
        saved(t.again, parts)
        assert {c: n.ours for c, n in read_notes(Package.open(t.again)).items()} == {
            "A1": "附",
            "B1": "我们的",
        }
        annotate(t.again, t.target, {"甲": {"A1": "再附", "B1": "改了"}})
        assert {c: n.text for c, n in t.notes().items()} == {"A1": f"请核实\n{LINE}\n再附", "B1": "改了"}
        assert len(vml.Drawing(contents(t.target)["xl/drawings/vmlDrawing1.vml"]).notes) == 2
        clean(t.target, t.again)
        notes = read_notes(Package.open(t.again))
        assert {c: (n.author, n.text) for c, n in notes.items()} == {"A1": ("王科长", "请核实")}
        assert set(vml.Drawing(contents(t.again)["xl/drawings/vmlDrawing1.vml"]).notes) == {(0, 0)}


    def test_gives_another_s_note_back_word_for_word_when_the_runs_were_parted_elsewhere(self, trial):
        t = trial(noted())
        annotate(t.source, t.again, {"甲": {"A1": "附"}})
        parts = {name: data.decode().replace(" >", ">") for name, data in contents(t.again).items()}
        part = next(name for name in parts if "comments" in name and name.endswith(".xml"))
        text, times = re.subn(
            r"<text>.*?</text>", f"<text><r><t>请核实\n</t></r><r><t>{LINE}\n附</t></r></text>", parts[part], count=1, flags=re.S
        )
        assert times == 1
        saved(t.again, parts | {part: text})  # as LibreOffice does it: the line end is in the first of them
        clean(t.again, t.target)
        assert {c: n.text for c, n in read_notes(Package.open(t.target)).items()} == {"A1": "请核实"}


class TestABoxThatWasSavedByExcel:
    """Excel takes our marks away; what a person did to the box in the meantime shows in its size."""

    LONG = "很长的内容，请核对后重新填报\n" * 5
    VML = "xl/drawings/vmlDrawing1.vml"

    def anchors(self, trial, before: str, resized: str | None, after: str) -> tuple[str, str]:
        """The anchor of a note with one text, the box resized if wanted, and the anchor that it has with another text."""
        t = trial(book())
        annotate(t.source, t.again, {"甲": {"B1": before}})
        parts = {
            name: data.decode().replace(" >", ">").replace("\t", "").replace("  />", "/>")
            for name, data in contents(t.again).items()
        }
        first = self.anchor(parts[self.VML])
        parts[self.VML] = parts[self.VML].replace(first, resized or first)
        saved(t.again, parts)
        annotate(t.again, t.target, {"甲": {"B1": after}})
        then = self.anchor(contents(t.target)[self.VML].decode())
        clean(t.target, t.again)
        assert self.VML not in contents(t.again) or b"v:shape " not in contents(t.again)[self.VML]
        return first, then

    @staticmethod
    def anchor(drawing: str) -> str:
        (found,) = re.findall("<x:Anchor>(.*?)</x:Anchor>", drawing)
        return found

    @pytest.mark.parametrize(("before", "after"), [("短", LONG), (LONG, "短")])
    def test_fits_the_new_text_when_it_still_has_the_size_that_we_gave_it(self, trial, before, after):
        _, then = self.anchors(trial, before, None, after)
        assert then == self.anchors(trial, after, None, after)[0]

    def test_still_has_it_when_excel_rounded_it(self, trial):
        first, then = self.anchors(trial, "短", "2, 15, 0, 2, 4, 7, 1, 12", self.LONG)
        assert first == "2, 15, 0, 2, 4, 9, 1, 12"
        assert then == self.anchors(trial, self.LONG, None, self.LONG)[0]

    def test_keeps_the_size_and_the_place_that_a_person_gave_it(self, trial):
        assert self.anchors(trial, self.LONG, "5, 1, 7, 2, 12, 3, 30, 4", "短")[1] == "5, 1, 7, 2, 12, 3, 30, 4"

    def test_is_only_made_taller_when_the_new_text_would_not_be_seen(self, trial):
        then = self.anchors(trial, "短", "5, 1, 7, 2, 12, 3, 8, 4", self.LONG)[1]
        assert then.startswith("5, 1, 7, 2, 12, 3, ")
        assert int(then.split(", ")[6]) > 8

    def test_is_placed_anew_when_another_program_wrote_no_such_place(self, trial):
        _, then = self.anchors(trial, "短", "2, 15, 0, 2, 4, 9, 1, -12", "短短")
        assert "-" not in then


class TestAnothersNote:
    RICH = (
        '<text><r><rPr><b/><sz val="10"/></rPr><t xml:space="preserve">王科长： </t></r>'
        '<r><rPr><color rgb="FFFF0000"/></rPr><t>请核实</t></r><phoneticPr fontId="1"/></text>'
    )

    def test_keeps_its_runs_above_ours(self, trial):
        t = trial(noted(self.RICH))
        t.annotate({"A1": "预算数不符"})
        note = t.notes()["A1"]
        assert (note.author, note.ours) == ("王科长", "预算数不符")
        assert note.text == f"王科长： 请核实\n{LINE}\n预算数不符"
        assert (
            self.RICH.split("<phoneticPr")[0].removeprefix("<text>").encode() in t.after["xl/comments1.xml"]
        )

    @pytest.mark.parametrize(
        "text",
        [
            RICH,
            "<text><t>请核实</t></text>",
            "<text ><t>请核实</t></text>",
            "<text><t/></text>",
            "<text/>",
            "<text />",
            "<text></text>",
            "",
            "<text><t>纯</t><r><t>又有</t></r></text>",
            '<text><r><t>一</t></r><rPh sb="0" eb="1"><t>yi</t></rPh></text>',
            "<text>\n  <r>\n <t>一</t>\n </r>\n</text>\n",
            "<text><t>行尾\n</t></text>",
            "<text><t>一</t><t>二</t></text>",
            "<text><r><t>一</t></r><t>二</t></text>",
        ],
    )
    def test_of_any_form_comes_back_to_the_byte(self, trial, text):
        t = trial(noted(text))
        theirs = read_notes(Package.open(t.source))["A1"].text
        t.annotate({"A1": "甲", "B2": "乙"})
        assert t.notes()["A1"].ours == "甲"
        assert t.notes()["A1"].text.startswith(theirs)

    def test_written_as_one_empty_tag_comes_back_to_the_byte(self, trial):
        t = trial(noted(comments1=comments('<comment ref="A1" authorId="0"/>')))
        t.annotate({"A1": "甲"})
        assert t.notes()["A1"].ours == "甲"

    def test_is_extended_and_then_changed_and_then_freed(self, trial):
        t = trial(noted(self.RICH))
        annotate(t.source, t.again, {"甲": {"A1": "旧"}})
        t.annotate({"A1": "新"}, source=t.again)
        assert t.notes()["A1"].text == f"王科长： 请核实\n{LINE}\n新"

    def test_without_a_shape_gets_one_from_us_for_a_while(self, trial):
        t = trial(noted(vml1=drawing(shape(1025, cell=(7, 7)))))
        t.annotate({"A1": "甲"})
        assert (0, 0) in vml.Drawing(t.after["xl/drawings/vmlDrawing1.vml"]).notes

    def test_gets_a_taller_box_while_ours_is_in_it(self, trial):
        t = trial(noted(vml1=drawing(shape(1025)).replace("15, 3, 16<", "15, 5, 16<")))
        t.annotate({"A1": "很长的内容\n" * 9})
        t.check_it_can_be_undone_and_repeated({"甲": {"A1": "很长的内容\n" * 9}})
        written = t.text("xl/drawings/vmlDrawing1.vml")
        assert "<x:Anchor>1, 15, 0, 2, 3, 15, 11, 4</x:Anchor>" in written
        assert "<!--Anchor before our text: 1, 15, 0, 2, 3, 15, 5, 16-->" in written
        t.annotate({"A1": "短"}, source=t.target)
        assert "<!--" not in t.text("xl/drawings/vmlDrawing1.vml")

    def test_that_is_nearly_full_is_left_alone(self, trial):
        t = trial(noted(f"<text><t>{'长' * 32_750}</t></text>"))
        report = t.annotate({"A1": "甲"})
        assert [(s.sheet, s.cell) for s in report.skipped] == [("甲", "A1")]
        assert t.after == t.before

    def test_in_another_cell_is_not_touched(self, trial):
        t = trial(noted(self.RICH))
        t.annotate({"C3": "丙"})
        assert t.notes()["A1"].text == "王科长： 请核实"
        assert self.RICH.encode() in t.after["xl/comments1.xml"]
        assert shape(1025).encode() in t.after["xl/drawings/vmlDrawing1.vml"]


class TestThreadedComments:
    THREAD = (
        '<ThreadedComments xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments">'
        '<threadedComment ref="A1" id="{1}"><text>在吗</text></threadedComment></ThreadedComments>'
    )

    def parts(self):
        rels = relationships(
            ("rId1", "vmlDrawing", "../drawings/vmlDrawing1.vml"),
            ("rId2", "comments", "../comments1.xml"),
            ("rId3", "threadedComment", "../threadedComments/threadedComment1.xml"),
        )
        shadow = '<comment ref="A1" authorId="0"><text><t>[会话]</t></text></comment>'
        return noted(
            rels1=rels,
            comments1=comments(shadow, "<author>tc={1}</author>"),
            **{"xl/threadedComments/threadedComment1.xml": self.THREAD},
        )

    def test_are_left_alone_and_reported(self, trial):
        t = trial(self.parts())
        report = t.annotate({"A1": "甲", "B1": "乙"})
        assert [(s.sheet, s.cell) for s in report.skipped] == [("甲", "A1")]
        assert "会话式批注" in report.skipped[0].reason
        assert {c: n.threaded for c, n in t.notes().items()} == {"A1": True, "B1": False}

    def test_refuse_a_single_note(self, trial):
        t = trial(self.parts())
        with pytest.raises(Error, match="会话式批注") as caught:
            add_note(t.source, t.target, "A1", "甲")
        assert (caught.value.sheet, caught.value.cell) == ("甲", "A1")
        assert not t.target.exists()

    def test_are_known_by_their_author_alone(self, trial):
        parts = self.parts()
        del parts["xl/threadedComments/threadedComment1.xml"]
        assert trial(parts).annotate({"A1": "甲"}).skipped


class TestNotesThatLibreOfficeRewrote:
    """It drops all authors; a sheet on which only such notes of ours were left kept them for ever."""

    @pytest.mark.parametrize("text", ["【错误】M01 预算数与资金来源不符", "（由此带出）【提示】X07 计划雷同"])
    def test_go_from_a_sheet_without_findings(self, tmp_path, text):
        anonymous = comments(f'<comment ref="A1" authorId="0"><text><t>{text}</t></text></comment>', "<author> </author>")
        source = saved(tmp_path / "a.xlsx", noted(comments1=anonymous))
        assert annotate(source, tmp_path / "b.xlsx", {}).removed == 1
        assert read_notes(Package.open(tmp_path / "b.xlsx"), "甲") == {}

    def test_stay_when_they_are_not_ours(self, tmp_path):
        anonymous = comments('<comment ref="A1" authorId="0"><text><t>【请核实】预算数</t></text></comment>', "<author> </author>")
        source = saved(tmp_path / "a.xlsx", noted(comments1=anonymous))
        assert annotate(source, tmp_path / "b.xlsx", {}).removed == 0
        assert contents(tmp_path / "b.xlsx") == contents(source)


class TestMergedCells:
    def test_have_their_note_in_the_first(self, trial):
        t = trial(book(sheet1=sheet(ROWS + '<mergeCells count="1"><mergeCell ref="B2:D4"/></mergeCells>')))
        t.annotate({"C3": "一", "$b$2": "二", "E5": "三"})
        assert {c: n.text for c, n in t.notes().items()} == {"B2": "一\n二", "E5": "三"}

    def test_have_it_where_it_was_asked_for_when_one_is_added(self, trial):
        t = trial(book(sheet1=sheet(ROWS + '<mergeCells count="1"><mergeCell ref="B2:D4"/></mergeCells>')))
        t.add("C3", "一")
        assert list(t.notes()) == ["C3"]

    def test_have_the_box_beside_all_of_them(self, trial):
        t = trial(book(sheet1=sheet(ROWS + '<mergeCells count="1"><mergeCell ref="B2:D4"/></mergeCells>')))
        t.annotate({"B2": "一"})
        assert "<x:Anchor>4, 15, 0, 2," in t.text("xl/drawings/vmlDrawing1.vml")


class TestTheSheet:
    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ("", ""),
            ("<pageMargins/>", ""),
            ('<drawing r:id="rId9"/>', ""),
            ("", '<legacyDrawingHF r:id="rId9"/>'),
            ('<drawing r:id="rId9"/>', "<picture/><tableParts/><extLst/>"),
            ("<hyperlinks/>", "<extLst/>"),
            (
                "",
                '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
                '<mc:Choice Requires="x14"><controls/></mc:Choice></mc:AlternateContent>',
            ),
            (
                '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
                '<mc:Choice Requires="x14"><drawing/></mc:Choice></mc:AlternateContent>',
                "<tableParts/>",
            ),
            ("<!-- <sheetData> --><pageMargins/>", "<!-- </sheetData> --><extLst/>"),
        ],
    )
    def test_gets_the_drawing_where_the_schema_wants_it(self, trial, before, after):
        t = trial(book(sheet1=sheet(ROWS + before + after)))
        t.annotate({"A1": "甲"})
        # of what follows, a comment may stand on either side
        written = t.text("xl/worksheets/sheet1.xml")
        head, tail = re.split(r'<legacyDrawing r:id="rId\d+"  />', written)
        assert head.replace("<!-- </sheetData> -->", "").endswith(ROWS + before)
        assert (
            tail.replace("<!-- </sheetData> -->", "")
            == after.replace("<!-- </sheetData> -->", "") + "</worksheet>"
        )

    @pytest.mark.parametrize(
        "part",
        [
            f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData/></x:worksheet>',
            f'<x:worksheet xmlns:x="{MAIN}" xmlns:rel="{REL}"><x:sheetData/><x:extLst/></x:worksheet>',
            f'<r:worksheet xmlns:r="{MAIN}"><r:sheetData/></r:worksheet>',
            f'<worksheet xmlns="{MAIN}" xmlns:r="urn:something-else"><sheetData/></worksheet>',
            f'<worksheet xmlns="{MAIN}"/>',
            f"<worksheet xmlns='{MAIN}'  />",
            f'<worksheet xmlns="{MAIN_STRICT}" xmlns:r="{REL_STRICT}"><sheetData/></worksheet>',
            f'\ufeff<?xml version="1.0"?><worksheet xmlns="{MAIN}"><sheetData><row/><!-- </sheetData> --></sheetData></worksheet>',
            f"<worksheet xmlns='{MAIN}'><sheetData ><row><c><is><t><![CDATA[</sheetData>]]></t></is></c></row></sheetData ></worksheet>",
        ],
    )
    @pytest.mark.parametrize("codec", ["utf-8", "utf-16-le", "utf-16-be"])
    def test_of_any_spelling_gets_a_drawing_in_its_own_namespace(self, trial, part, codec):
        t = trial(
            book(
                sheet1=("\ufeff" * (codec != "utf-8") + part.lstrip("\ufeff")).encode(codec)
                if codec != "utf-8"
                else part
            )
        )
        t.annotate({"A1": "甲"})
        root = ElementTree.fromstring(t.after["xl/worksheets/sheet1.xml"])
        main = root.tag[1:].partition("}")[0]
        (found,) = root.iter(f"{{{main}}}legacyDrawing")
        wanted = REL_STRICT if main == MAIN_STRICT else REL
        assert list(found.attrib) == [f"{{{wanted}}}id"]
        assert ElementTree.fromstring(t.after["xl/comments1.xml"]).tag == f"{{{main}}}comments"
        kinds = {r.kind: r.type for r in Package.open(t.target).relationships("xl/worksheets/sheet1.xml")}
        assert kinds == {"comments": f"{wanted}/comments", "vmlDrawing": f"{REL}/vmlDrawing"}

    def test_larger_than_the_stream_s_pieces_is_scanned_alike(self, trial):
        rows = "".join(
            f'<row r="{n}" ht="30"><c r="A{n}" t="str"><v>&lt;/sheetData&gt; {n}</v></c></row>'
            for n in range(1, 9000)
        )
        t = trial(
            book(
                sheet1=sheet(
                    f"<cols/><sheetData>{rows}</sheetData><mergeCells><mergeCell ref='A1:B9'/></mergeCells>"
                )
            )
        )
        t.annotate({"B7": "甲"})
        assert list(t.notes()) == ["A1"]

    @pytest.mark.parametrize(
        "part",
        [
            "<worksheet>",
            sheet("<sheetData><row></sheetData>"),
            sheet("<sheetData><row><c><v>\x01</v></c></row></sheetData>"),
            sheet("<sheetData><row><c><v>&#1;</v></c></row></sheetData>"),
            sheet(ROWS) + "<more/>",
            sheet(ROWS)[:-1],
            "",
            f'{HEAD}<!DOCTYPE worksheet [<!ENTITY e "x">]><worksheet xmlns="{MAIN}"><sheetData/></worksheet>',
            f'<chartsheet xmlns="{MAIN}"/>',
            f'<?xml version="1.0" encoding="klingon"?><worksheet xmlns="{MAIN}"/>',
            "<worksheet/>",
            sheet("<y:sheetData/>"),
            sheet(ROWS + "<a>" * 3000 + "</a>" * 3000),
        ],
    )
    def test_that_is_none_is_refused_and_nothing_written(self, trial, part):
        t = trial(book(sheet1=part))
        with pytest.raises(Error, match=r"xl/worksheets/sheet1\.xml"):
            annotate(t.source, t.target, {"甲": {"A1": "甲"}})
        assert not t.target.exists()


class TestTheDrawing:
    def controls(self, **changes):
        """A sheet with a button and no notes."""
        standard = {
            "sheet1": sheet(
                f'{ROWS}<legacyDrawing r:id="rId1"/><controls><control shapeId="1026" r:id="rId8" name="按钮"/></controls>'
            ),
            "rels1": relationships(("rId1", "vmlDrawing", "../drawings/vmlDrawing1.vml")),
            "vml1": drawing(shape(1025, "Button", None)),
            "types": typed(f'<Default Extension="vml" ContentType="{VML_TYPE}"/>'),
        }
        return book(**(standard | changes))

    def test_that_holds_controls_is_added_to(self, trial):
        t = trial(self.controls())
        t.annotate({"C5": "甲"})
        assert "_x0000_s1027" in t.text("xl/drawings/vmlDrawing1.vml")  # 1025 is a shape, 1026 a control
        assert "xl/worksheets/sheet1.xml" not in t.touched
        assert [r.kind for r in Package.open(t.target).relationships("xl/worksheets/sheet1.xml")] == [
            "vmlDrawing",
            "comments",
        ]

    def test_that_is_no_xml_is_kept_as_it_is(self, trial):
        broken = drawing(
            shape(1025).replace("<x:ClientData", "<v:textbox><div>一<br>二</div></v:textbox><x:ClientData"),
            '<v:shape id="_x0000_s1030" id="twice" type="#_x0000_t202"/>',
        )
        t = trial(noted(vml1=broken))
        t.annotate({"C5": "甲", "D5": "乙"})
        written = t.text("xl/drawings/vmlDrawing1.vml")
        assert written.startswith(broken.removesuffix("</xml>"))
        assert "_x0000_s1031" in written

    def test_of_headers_is_not_the_one_for_notes(self, trial):
        t = trial(
            book(
                sheet1=sheet(f'{ROWS}<legacyDrawingHF r:id="rId1"/>'),
                rels1=relationships(("rId1", "vmlDrawing", "../drawings/vmlDrawing1.vml")),
                vml1=drawing(shape(1025, "Pict", None)),
                types=typed(f'<Default Extension="vml" ContentType="{VML_TYPE}"/>'),
            )
        )
        t.annotate({"A1": "甲"})
        assert "xl/drawings/vmlDrawing1.vml" not in t.touched
        assert "xl/drawings/vmlDrawing2.vml" in t.after
        assert '<legacyDrawing r:id="rId3"  /><legacyDrawingHF' in t.text("xl/worksheets/sheet1.xml")

    def test_that_leads_nowhere_is_made_there(self, trial):
        t = trial(self.controls(vml1=None))
        t.annotate({"A1": "甲"})
        assert t.touched == {
            "xl/drawings/vmlDrawing1.vml",
            "xl/comments1.xml",
            "xl/worksheets/_rels/sheet1.xml.rels",
            "[Content_Types].xml",
        }

    def test_whose_relationship_is_missing_gets_it(self, trial):
        t = trial(self.controls(vml1=None, rels1=None, types=None) | {"[Content_Types].xml": typed()})
        t.annotate({"A1": "甲"})
        assert "xl/worksheets/sheet1.xml" not in t.touched
        found = Package.open(t.target).relationships("xl/worksheets/sheet1.xml")
        # rId8 is the control's: it leads nowhere, and must not begin to lead to our notes
        assert {r.id: r.kind for r in found} == {"rId1": "vmlDrawing", "rId9": "comments"}

    def test_without_legacy_drawing_gets_the_element(self, trial):
        t = trial(noted(sheet1=sheet()))
        t.annotate({"C5": "甲"})
        assert '<legacyDrawing r:id="rId1"  />' in t.text("xl/worksheets/sheet1.xml")

    def test_that_an_external_target_stands_for_is_refused(self, trial):
        rels = relationships(("rId1", "vmlDrawing", "file:///x.vml")).replace(
            "/><", ' TargetMode="External"/><'
        )
        rels = rels.replace('x.vml"/>', 'x.vml" TargetMode="External"/>')
        t = trial(self.controls(rels1=rels, vml1=None))
        with pytest.raises(Error, match="指向了别的内容"):
            annotate(t.source, t.target, {"甲": {"A1": "甲"}})

    def test_without_the_shape_type_of_notes_gets_it(self, trial):
        plain = f"<xml {NAMESPACES_ONLY}>{shape(1025, 'Button', None)}</xml>"
        t = trial(self.controls(vml1=plain))
        t.annotate({"A1": "甲"})
        assert t.text("xl/drawings/vmlDrawing1.vml").count("<v:shapetype") == 1

    @pytest.mark.parametrize(
        "root", ["<xml/>", "<xml />", "<xml></xml>", '<xml xmlns:v="urn:schemas-microsoft-com:vml"/>']
    )
    def test_that_is_empty_or_declares_nothing_gets_all_it_needs(self, trial, root):
        t = trial(self.controls(vml1=root))
        t.annotate({"A1": "甲"})
        root = ElementTree.fromstring(t.after["xl/drawings/vmlDrawing1.vml"])
        assert [e.tag for e in root] == [f"{{{vml.VML}}}shapetype", f"{{{vml.VML}}}shape"]

    def test_claims_another_block_of_numbers_when_its_own_is_full(self, trial):
        full = [shape(number, "Button", None) for number in range(1025, 2046)]
        t = trial(self.controls(vml1=drawing(*full)))
        t.annotate({f"A{n}": "甲" for n in range(1, 6)})
        drawn = vml.Drawing(t.after["xl/drawings/vmlDrawing1.vml"])
        assert vml.id_blocks(drawn.data) == {1, 2}
        assert drawn.numbers == {*range(1025, 2046), 1026, 2046, 2047, 2049, 2050, 2051}

    def test_of_another_sheet_is_not_given_twice(self, trial):
        t = trial(noted(sheet2=sheet()))
        t.annotate({"A1": "甲"}, "乙")
        assert 'data="2"' in t.text("xl/drawings/vmlDrawing2.vml")

    def test_is_declared_by_itself_when_the_default_is_another(self, trial):
        t = trial(book(types=typed('<Default Extension="vml" ContentType="text/plain"/>')))
        t.annotate({"A1": "甲"})
        assert Package.open(t.target).content_type("xl/drawings/vmlDrawing1.vml") == VML_TYPE

    def test_holds_two_thousand_notes(self, trial):
        t = trial(book())
        t.annotate({f"B{n}": "甲" for n in range(1, 2001)})
        drawn = vml.Drawing(t.after["xl/drawings/vmlDrawing1.vml"])
        assert len(drawn.notes) == len(drawn.numbers) == 2000
        assert {number // 1024 for number in drawn.numbers} <= vml.id_blocks(drawn.data)


NAMESPACES_ONLY = f'xmlns:v="{vml.VML}" xmlns:o="{vml.OFFICE}" xmlns:x="{vml.EXCEL}"'


class TestTheCommentsPart:
    def test_is_found_by_an_absolute_target_of_another_case(self, trial):
        rels = relationships(
            ("rId1", "vmlDrawing", "/XL/Drawings/vmldrawing1.VML"), ("rId2", "comments", "/xl/COMMENTS1.xml")
        )
        t = trial(noted(rels1=rels))
        t.annotate({"B1": "甲"})
        assert set(t.after) == set(t.before)

    def test_takes_a_name_that_is_free(self, trial):
        t = trial(
            noted(types=typed(f'<Override PartName="/xl/comments2.xml" ContentType="{TYPE}comments+xml"/>'))
        )
        t.annotate({"A1": "甲"}, "乙")
        assert "xl/comments3.xml" in t.after

    def test_that_is_missing_is_made_where_the_relationship_says(self, trial):
        t = trial(noted(comments1=None))
        t.annotate({"A1": "甲"})
        assert list(t.notes()) == ["A1"]
        assert "xl/worksheets/_rels/sheet1.xml.rels" not in t.touched

    @pytest.mark.parametrize("empty", ["<authors/><commentList/>", "<authors ></authors><commentList />"])
    def test_without_authors_gets_one_for_a_while(self, trial, empty):
        t = trial(noted(comments1=f'<comments xmlns="{MAIN}">{empty}</comments>'))
        t.annotate({"A1": "甲"})
        assert t.notes()["A1"].author == WE

    def test_with_numbers_of_authors_that_lead_nowhere_does_not_make_them_ours(self, trial):
        rows = "".join(
            f'<comment ref="A{n}" authorId="{n}"><text><t>{n}</t></text></comment>' for n in range(4)
        )
        t = trial(noted(comments1=comments(rows.replace("A0", "B9"), "<author>王</author>")))
        t.annotate({"C1": "甲"})
        notes = t.notes()
        assert [notes[cell].author for cell in ("B9", "A1", "A2", "A3", "C1")] == ["王", "", "", "", WE]
        assert [cell for cell, note in notes.items() if note.ours] == ["C1"]

    def test_with_prefixes_and_in_utf_16_is_written_alike(self, trial):
        part = (
            f'\ufeff<?xml version="1.0" encoding="utf-16"?><x:comments xmlns:x="{MAIN}"><x:authors><x:author>王</x:author>'
            '</x:authors><x:commentList><x:comment ref="A1" authorId="0"><x:text><x:t>一</x:t></x:text></x:comment>'
            "</x:commentList></x:comments>"
        )
        t = trial(noted(comments1=part.encode("utf-16-le")))
        t.annotate({"A1": "甲", "B1": "乙"})
        assert {c: n.text for c, n in t.notes().items()} == {"A1": f"一\n{LINE}\n甲", "B1": "乙"}

    def test_declared_as_ascii_stays_so(self, trial):
        part = comments('<comment ref="A1" authorId="0"><text><t>one</t></text></comment>', "<author>me</author>")
        t = trial(noted(comments1=part.replace("UTF-8", "US-ASCII")))
        t.annotate({"A1": "甲", "B1": "乙"})
        assert t.after["xl/comments1.xml"].isascii()
        assert {c: n.text for c, n in t.notes().items()} == {"A1": f"one\n{LINE}\n甲", "B1": "乙"}

    def test_stands_in_a_folder_that_zip_and_content_types_write_alike(self, trial):
        parts = {name.replace("xl/", "工作簿/"): content for name, content in book().items()}
        parts["_rels/.rels"] = relationships(("rId1", "officeDocument", "工作簿/workbook.xml"))
        parts["[Content_Types].xml"] = str(parts["[Content_Types].xml"]).replace("/xl/", "/工作簿/")
        t = trial(parts)
        t.annotate({"A1": "甲"})
        assert Package.open(t.target).content_type("xl/comments1.xml") == f"{TYPE}comments+xml"

    def test_keeps_an_author_of_our_name_that_was_there(self, trial):
        part = comments(
            '<comment ref="A1" authorId="0"><text><t>一</t></text></comment>',
            f"<author>王</author><author>{WE}</author>",
        )
        t = trial(noted(comments1=part))
        t.annotate({"B1": "乙"})
        assert t.text("xl/comments1.xml").count(WE) == 1

    @pytest.mark.parametrize(
        "part", ["<comments", "<x/>", f'<comments xmlns="{MAIN}"/>', "<!DOCTYPE x><comments/>"]
    )
    def test_that_is_damaged_is_refused(self, trial, part):
        t = trial(noted(comments1=part))
        with pytest.raises(Error, match=r"xl/comments1\.xml"):
            annotate(t.source, t.target, {"甲": {"A1": "甲"}})

    def test_that_is_damaged_does_not_matter_on_another_sheet(self, trial):
        t = trial(noted(comments1="<comments"))
        t.annotate({"A1": "甲"}, "乙")
        assert t.notes("乙")["A1"].text == "甲"


class TestTexts:
    @pytest.mark.parametrize(
        ("asked", "written"),
        [
            ("一\r\n二\r三", "一\n二\n三"),
            ("a\x00b\x0b\ufffe", "a\ufffdb\ufffd\ufffd"),
            ("<b>&amp;\"'</b> ]]>", "<b>&amp;\"'</b> ]]>"),
            ("_x0041_ _x005F_", "_x0041_ _x005F_"),
            (" 空格 \n\n", " 空格 \n\n"),
            ("\ud800", "\ufffd"),
            ("😀", "😀"),
            ("=1+1", "=1+1"),
        ],
    )
    def test_come_back_as_they_can_be_kept(self, trial, asked, written):
        t = trial(noted())
        t.annotate({"A1": asked, "B1": asked})
        notes = t.notes()
        assert (notes["A1"].ours, notes["B1"].text) == (written, written)

    def test_are_cut_where_excel_stops(self, trial):
        t = trial(noted())
        t.annotate({"A1": "长" * 40_000, "B1": "😀" * 20_000, "C1": "正" * 32_767})
        notes = t.notes()
        assert notes["C1"].text == "正" * 32_767
        for cell in ("A1", "B1"):
            assert 32_700 < commentlist.units(notes[cell].text) <= 32_767
            assert notes[cell].text.endswith("从略）")

    def test_make_boxes_of_their_size(self):
        assert box("短")[1] < box("一\n二\n三")[1] < box("长" * 200)[1] < box("很长" * 9000)[1]
        assert box("短")[0] < box("稍微长一些的一行字，再长一些")[0] <= box("很长" * 9000)[0] < 400

    @given(text=st.text(max_size=60), cell=st.sampled_from(["A1", "XFD1048576", "B2"]))
    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_of_any_kind_can_be_written_and_taken_back(self, tmp_path, text, cell):
        source = saved(tmp_path / "表.xlsx", noted())
        package = Package.open(source)
        before = {name: package.read(name) for name in package.names}
        set_notes(package, "甲", {cell: text})
        assert read_notes(package)[cell].ours == xmltext.legal(text)
        after = {name: package.read(name) for name in package.names}
        set_notes(package, "甲", {cell: text})
        assert {name: package.read(name) for name in package.names} == after
        set_notes(package, "甲", {})
        assert {name: package.read(name) for name in package.names} == before


_LONG = "9" * 5000


class TestNumbersBeyondReason:
    """Attributes of files that a program wrote wrongly, or a person with ill intent."""

    @pytest.mark.parametrize(
        "inside",
        [
            f'<cols><col min="1" max="{_LONG}" width="9"/></cols>{ROWS}',
            f'<cols><col min="1" max="9" width="INF"/><col min="10" max="20" width="NaN"/></cols>{ROWS}',
            f'<sheetData><row r="{_LONG}" ht="9"/><row r="1" ht="NaN"/><row r="2" ht="INF"/><row r="3" ht="{_LONG}"/></sheetData>',
            f'<sheetFormatPr defaultRowHeight="NaN" defaultColWidth="INF"/>{ROWS}',
            f'{ROWS}<oleObjects><oleObject progId="x" shapeId="{_LONG}"/></oleObjects>',
            f'{ROWS}<mergeCells><mergeCell ref="A1:B{_LONG}"/></mergeCells>',
        ],
    )
    def test_of_a_sheet_are_passed_over(self, trial, inside):
        t = trial(book(sheet1=sheet(inside)))
        t.annotate({"A1": "甲", "B2": "乙"})
        assert set(t.notes()) == {"A1", "B2"}

    @pytest.mark.parametrize(
        ("old", "new"),
        [("_s1025", f"_s{_LONG}"), ("<x:Row>0", f"<x:Row>{_LONG}"), ("3, 16<", f"{_LONG}, 16<"), ('data="1"', f'data="{_LONG}"')],
    )
    def test_of_a_drawing_are_passed_over(self, trial, old, new):
        t = trial(noted(vml1=drawing(shape(1025)).replace(old, new)))
        t.annotate({"A1": "甲", "B2": "乙"})
        assert set(t.notes()) == {"A1", "B2"}

    def test_of_an_author_lead_nowhere(self, trial):
        part = comments(f'<comment ref="A1" authorId="{_LONG}"><text><t>一</t></text></comment>')
        t = trial(noted(comments1=part))
        t.annotate({"B2": "乙"})
        assert t.notes()["A1"].author is None

    def test_of_relationships_are_not_given_twice(self, trial):
        rels = relationships(("rId999999999", "image", "a.png"), ("rId99999999999", "image", "b.png"))
        t = trial(book(rels1=rels))
        t.annotate({"A1": "甲"})
        ids = [relation.id for relation in Package.open(t.target).relationships("xl/worksheets/sheet1.xml")]
        assert len(set(ids)) == len(ids) == 4


class TestRefusals:
    @pytest.mark.parametrize("cell", ["", "A0", "XFE1", "A1048577", "A1:B2", "甲1", "R1C1"])
    def test_of_what_is_no_cell(self, trial, cell):
        t = trial(book())
        with pytest.raises(Error, match="不是单元格地址"):
            add_note(t.source, t.target, cell, "甲")

    def test_of_a_sheet_that_is_not_there(self, trial):
        t = trial(book())
        with pytest.raises(Error, match="没有这张工作表"):
            annotate(t.source, t.target, {"丙": {"A1": "甲"}})

    def test_of_a_workbook_without_worksheets(self, trial):
        rels = relationships(
            ("rId1", "chartsheet", "worksheets/sheet1.xml"), ("rId2", "dialogsheet", "worksheets/sheet2.xml")
        )
        t = trial(book(workbook_rels=rels))
        with pytest.raises(Error, match="没有工作表"):
            add_note(t.source, t.target, "A1", "甲")

    def test_of_a_signed_workbook_unless_told_to(self, trial):
        t = trial(book(**{"_xmlsignatures/origin.sigs": b""}))
        for write in (
            lambda **more: annotate(t.source, t.target, {"甲": {"A1": "甲"}}, **more),
            lambda **more: add_note(t.source, t.target, "A1", "甲", **more),
        ):
            with pytest.raises(Error, match="数字签名"):
                write()
            assert not t.target.exists()
            write(break_signature=True)
            t.target.unlink()

    def test_leave_the_source_alone_when_it_is_the_target(self, trial):
        t = trial(book(sheet2="<broken"))
        data = t.source.read_bytes()
        with pytest.raises(Error):
            annotate(t.source, t.source, {"甲": {"A1": "甲"}, "乙": {"A1": "乙"}})
        assert t.source.read_bytes() == data


class TestOneNote:
    def test_goes_to_the_first_worksheet_and_leaves_our_others(self, trial):
        t = trial(book())
        add_note(t.source, t.again, "A1", "一")
        add_note(t.again, t.target, "B2", "二")
        assert {c: n.text for c, n in t.notes("甲").items()} == {"A1": "一", "B2": "二"}

    def test_replaces_ours_in_the_same_cell(self, trial):
        t = trial(book())
        add_note(t.source, t.again, "A1", "一")
        add_note(t.again, t.target, "A1", "二")
        assert {c: n.text for c, n in t.notes().items()} == {"A1": "二"}

    def test_by_another_author_is_another_s(self, trial):
        t = trial(book())
        add_note(t.source, t.again, "A1", "一", author="李四")
        clean(t.again, t.target)
        assert contents(t.target) == contents(t.again)
        clean(t.again, t.target, author="李四")
        assert contents(t.target) == t.before

    def test_can_be_written_in_place(self, trial):
        t = trial(book())
        add_note(t.source, t.source, "A1", "一")
        clean(t.source, t.source)
        assert contents(t.source) == t.before

    def test_from_the_command_line(self, trial):
        t = trial(book())
        command = [sys.executable, "-m", "xltargets.excel.comments"]
        root = Path(__file__).parents[2]
        done = subprocess.run(
            [*command, t.source, t.target, "--cell", "C3", "--text", "甲"], cwd=root, check=False
        )
        assert done.returncode == 0
        assert t.notes()["C3"].text == "甲"
        done = subprocess.run(
            [*command, t.source, root / "没有" / "x.xlsx"], cwd=root, capture_output=True, check=False
        )
        assert done.returncode == 2
        assert "文件夹不存在" in done.stderr.decode()
        assert b"Traceback" not in done.stderr


def test_reading_and_writing_imports_nothing_heavy():
    code = "import sys, xltargets.excel.comments; print(*sys.modules)"
    root = Path(__file__).parents[2]
    loaded = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"openpyxl", "lxml", "pandas", "xlsxwriter", "zipfile", "click"} & set(loaded)


KILLER = """
import itertools, sys
from xltargets.excel.comments import annotate
source, target = sys.argv[1:]
print("ready", flush=True)
for turn in itertools.count():
    annotate(source, target, {"甲": {f"A{n}": f"第{turn}次" for n in range(1, 40)}})
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="the system cannot kill so hard")
def test_killed_at_any_moment_the_file_is_the_old_one_or_the_new_one(tmp_path):
    noise = random.Random(1).randbytes(3_000_000)  # so that writing takes a while
    source = saved(tmp_path / "源.xlsx", {**noted(), "xl/media/image1.png": noise}, zipfile.ZIP_STORED)
    target = tmp_path / "表.xlsx"
    target.write_bytes(source.read_bytes())
    rest = {name: data for name, data in contents(source).items() if name.endswith((".png", "workbook.xml"))}
    moments = random.Random(2)
    for _ in range(int(os.environ.get("XLTARGETS_KILLS", "20"))):
        process = subprocess.Popen(
            [sys.executable, "-c", KILLER, target, target],
            cwd=Path(__file__).parents[2],
            stdout=subprocess.PIPE,
        )
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(moments.uniform(0, 0.08))
        process.kill()
        process.wait()
        process.stdout.close()
        with zipfile.ZipFile(target) as archive:
            assert archive.testzip() is None
        found = contents(target)
        assert {name: found[name] for name in rest} == rest
        texts = {note.text for note in read_notes(Package.open(target)).values() if note.author == WE}
        assert len(texts) <= 1


class TestMutatedFiles:
    """Bytes flipped, parts swapped, XML cut: an Error or a good file, never a traceback, never a changed input."""

    @pytest.mark.parametrize("seed", range(60))
    def test_are_worked_on_or_refused(self, tmp_path, seed):
        dice = random.Random(seed)
        parts = {
            n: c if isinstance(c, bytes) else c.encode() for n, c in noted(TestAnothersNote.RICH).items()
        }
        for _ in range(6):
            source = tmp_path / "表.xlsx"
            data = self.mutated(dice, dict(parts))
            source.write_bytes(data)
            target = tmp_path / "批注.xlsx"
            target.unlink(missing_ok=True)
            try:
                annotate(source, target, {"甲": {"A1": "一", "C3": "二"}, "乙": {"B2": "三"}})
            except Error as error:
                assert str(error)
                assert not target.exists()
            else:
                clean(target, tmp_path / "净.xlsx")
                assert contents(tmp_path / "净.xlsx") == contents(source)
            assert source.read_bytes() == data
            assert {path.name for path in tmp_path.iterdir()} <= {"表.xlsx", "批注.xlsx", "净.xlsx"}

    def mutated(self, dice: random.Random, parts: dict[str, bytes]) -> bytes:
        if dice.random() < 0.2:
            data = bytearray(self.zipped(parts))
            for _ in range(dice.randrange(1, 6)):
                data[dice.randrange(len(data))] = dice.randrange(256)
            return bytes(data)
        for _ in range(dice.randrange(1, 3)):
            one, other = dice.choice(list(parts)), dice.choice(list(parts))
            data = parts[one]
            first, second = sorted(dice.randrange(len(data) + 1) for _ in range(2))
            how = dice.randrange(4)
            if how == 0:
                parts[one], parts[other] = parts[other], parts[one]
            elif how == 1:
                parts[one] = data[:first]
            elif how == 2:
                parts[one] = data[:first] + data[min(second, first + 40) :]
            else:
                parts[one] = data[:first] + bytes([dice.randrange(256)]) + data[first + 1 :]
        return self.zipped(parts)

    @staticmethod
    def zipped(parts: dict[str, bytes]) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in parts.items():
                archive.writestr(zipfile.ZipInfo(name), content)
        return out.getvalue()


def test_relationships_of_a_package_without_a_default_for_them_are_declared(tmp_path):
    types = str(book()["[Content_Types].xml"]).replace(
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>',
        "",
    )
    t = Trial(tmp_path, book(types=types))
    t.annotate({"A1": "甲"})
    assert (
        Package.open(t.target).content_type("xl/worksheets/_rels/sheet1.xml.rels")
        == f"{'application/vnd.openxmlformats-package'}.relationships+xml"
    )
    assert PACKAGE in t.text("xl/worksheets/_rels/sheet1.xml.rels")
