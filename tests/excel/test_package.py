from __future__ import annotations

import io
import os
import struct
import zipfile

import pytest
from lossless_books import HEAD, PACKAGE, ROWS, book, contents, relationships, saved, shared, sheet

from xltargets.errors import Error
from xltargets.excel import xmltext
from xltargets.excel.archive import Archive
from xltargets.excel.opc import relationships_part, resolved
from xltargets.excel.package import Package
from xltargets.excel.parts import Limits
from xltargets.excel.xmltext import Edit


@pytest.fixture
def path(tmp_path):
    return saved(tmp_path / "表.xlsx", book())


def refusal(path, limits=None) -> str:
    with pytest.raises(Error) as caught:
        Package.open(path, *([limits] if limits else []))
    assert caught.value.file == str(path)
    return caught.value.message


class TestOpening:
    def test_lists_parts_and_sheets(self, path):
        package = Package.open(path)
        assert package.names == list(book())
        assert package.workbook_part == "xl/workbook.xml"
        assert [(s.name, s.part, s.kind, s.state) for s in package.sheets] == [
            ("甲", "xl/worksheets/sheet1.xml", "worksheet", "visible"),
            ("乙", "xl/worksheets/sheet2.xml", "worksheet", "visible"),
        ]

    def test_finds_parts_whatever_their_case(self, path):
        package = Package.open(path)
        assert "/XL/Workbook.XML" in package
        assert package.read("XL/WORKBOOK.xml") == package.read("xl/workbook.xml")

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"", "空的"),
            ("项目,金额\r\n甲,1\r\n".encode("gb18030"), "文本文件（如 CSV）"),
            (b"<html><table></table></html>", "网页"),
            (
                b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
                "XML 表格 2003",
            ),
            (b"%PDF-1.7 x", "PDF"),
            (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n\x00\x01", "PDF"),
            ("<html><table></table></html>".encode("utf-16"), "网页"),
            (b'<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">\x0e</Workbook>', "XML 表格 2003"),
            (b"\x00\x01\x02\x03" * 99, "内容无法识别"),
            (b"PK\x03\x04 cut short", "不完整"),
            (
                b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(1024, b"\0")
                + "Workbook".encode("utf-16-le")
                + bytes(112),
                "旧格式的工作簿（.xls",
            ),
            (
                b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(1024, b"\0")
                + "EncryptedPackage".encode("utf-16-le")
                + bytes(96),
                "已加密",
            ),
        ],
    )
    def test_says_what_a_file_is_that_is_no_workbook(self, tmp_path, content, words):
        path = tmp_path / "表.xlsx"
        path.write_bytes(content)
        assert words in refusal(path)

    @pytest.mark.parametrize(
        ("parts", "words"),
        [
            ({"a.txt": "x"}, "压缩包"),
            (
                {"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<x/>"},
                "OpenDocument",
            ),
            (book(**{"xl/workbook.xml": None, "types": None}), "压缩包"),
            (book(**{"xl/workbook.xml": None}), "找不到工作簿部件"),
            (
                book(
                    **{
                        "xl/workbook.xml": None,
                        "xl/workbook.bin": b"\x83\x01",
                        "root_rels": relationships(("rId1", "officeDocument", "xl/workbook.bin")),
                    }
                ),
                ".xlsb",
            ),
            (
                {
                    "[Content_Types].xml": f'{HEAD}<Types xmlns="{PACKAGE}/content-types"><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
                    "_rels/.rels": relationships(("rId1", "officeDocument", "word/document.xml")),
                    "word/document.xml": "<document/>",
                },
                "Word 文档",
            ),
        ],
    )
    def test_says_what_a_zip_is_that_is_no_workbook(self, tmp_path, parts, words):
        assert words in refusal(saved(tmp_path / "表.xlsx", parts))

    def test_says_what_is_no_file(self, tmp_path):
        assert "文件夹" in refusal(tmp_path)
        assert "找不到这个文件" in refusal(tmp_path / "没有.xlsx")

    def test_refuses_two_parts_of_one_name(self, tmp_path):
        assert "同名" in refusal(saved(tmp_path / "表.xlsx", {**book(), "XL/Workbook.xml": "<workbook/>"}))

    def test_refuses_a_document_type(self, tmp_path):
        workbook = str(book()["xl/workbook.xml"]).replace("<workbook", "<!DOCTYPE workbook><workbook")
        package = Package.open(saved(tmp_path / "表.xlsx", book(workbook=workbook)))
        with pytest.raises(Error, match="DTD"):
            package.sheets  # noqa: B018

    def test_believes_no_more_than_its_limits(self, tmp_path):
        path = saved(tmp_path / "表.xlsx", book(sheet1=sheet(ROWS + " " * 100_000)))
        package = Package.open(path, Limits(max_part_bytes=50_000))
        with pytest.raises(Error, match="超过上限"):
            package.read("xl/worksheets/sheet1.xml")
        assert "超过上限" in refusal(path, Limits(max_sheet_bytes=50_000))
        assert "超过上限" in refusal(path, Limits(max_parts=3))
        with pytest.raises(Error, match="展开后太大"):
            [
                package.read("xl/worksheets/sheet1.xml")
                for package in [Package.open(path, Limits(max_total_bytes=90_000))]
            ]

    def test_does_not_believe_the_directory_about_sizes(self, path):
        data = bytearray(path.read_bytes())
        record = data.rindex(b"PK\1\2", 0, data.rindex(b"xl/worksheets/sheet1.xml"))
        data[record + 24 : record + 28] = struct.pack("<I", 10)
        path.write_bytes(data)
        with pytest.raises(Error, match="比所说的大"):
            Package.open(path).read("xl/worksheets/sheet1.xml")

    def test_notices_a_damaged_byte_in_a_part_that_nobody_asked_for(self, path, tmp_path):
        data = bytearray(path.read_bytes())
        data[data.index(b"xl/worksheets/sheet2.xml") + 40] ^= 0x55
        path.write_bytes(data)
        package = Package.open(path)
        package.replace("xl/worksheets/sheet1.xml", sheet("<sheetData/>").encode())
        with pytest.raises(Error, match="已损坏"):
            package.save(tmp_path / "新.xlsx")
        assert not (tmp_path / "新.xlsx").exists()

    def test_cuts_of_any_length_are_refused(self, path):
        data = path.read_bytes()
        for length in range(0, len(data) - 1, 61):
            path.write_bytes(data[:length])
            assert refusal(path)


class TestSaving:
    def test_an_unchanged_package_is_the_same_file(self, path, tmp_path):
        Package.open(path).save(tmp_path / "新.xlsx")
        assert (tmp_path / "新.xlsx").read_bytes() == path.read_bytes()

    def test_other_entries_keep_every_byte_of_zip(self, tmp_path):
        source = tmp_path / "表.xlsx"
        with zipfile.ZipFile(source, "w") as archive:
            archive.comment = b"a comment"
            for number, (name, content) in enumerate(book().items()):
                info = zipfile.ZipInfo(name, (1999, 12, 31, 23, 59, 58))
                info.compress_type = zipfile.ZIP_STORED if number % 2 else zipfile.ZIP_DEFLATED
                info.extra = struct.pack("<HH4s", 0x7777, 4, b"odd!")
                info.external_attr = 0o600 << 16
                info.comment = b"of the entry"
                with archive.open(info, "w", force_zip64=number == 2) as file:
                    file.write(str(content).encode())
            archive.mkdir("xl/media")
        package = Package.open(source)
        package.replace("xl/worksheets/sheet1.xml", sheet("<sheetData/>").encode())
        package.save(tmp_path / "新.xlsx")
        with zipfile.ZipFile(source) as old, zipfile.ZipFile(tmp_path / "新.xlsx") as new:
            assert new.testzip() is None
            assert new.comment == old.comment
            assert new.namelist() == old.namelist()
            for before, after in zip(old.infolist(), new.infolist(), strict=True):
                fields = ("date_time", "comment", "extra", "external_attr", "create_system")
                if before.filename != "xl/worksheets/sheet1.xml":
                    fields += ("flag_bits", "compress_type", "CRC", "compress_size")
                    assert raw(source, before) == raw(tmp_path / "新.xlsx", after)
                assert [getattr(before, f) for f in fields] == [getattr(after, f) for f in fields]
        assert contents(tmp_path / "新.xlsx")["xl/worksheets/sheet1.xml"] == sheet("<sheetData/>").encode()

    def test_entries_with_data_descriptors_are_copied_with_them(self, tmp_path):
        class Pipe(io.RawIOBase):
            """A file that cannot be sought in, so that zipfile writes data descriptors."""

            def __init__(self):
                self.data = b""

            def writable(self):
                return True

            def write(self, data):
                self.data += bytes(data)
                return len(data)

        pipe = Pipe()
        with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in book().items():
                archive.writestr(name, content)
        source = tmp_path / "表.xlsx"
        source.write_bytes(pipe.data)
        package = Package.open(source)
        package.replace("xl/worksheets/sheet1.xml", sheet("<sheetData/>").encode())
        package.add("xl/new.xml", b"<new/>", None)
        package.save(tmp_path / "新.xlsx")
        assert b"PK\7\x08" in (tmp_path / "新.xlsx").read_bytes()
        changed = {"xl/worksheets/sheet1.xml": sheet("<sheetData/>").encode(), "xl/new.xml": b"<new/>"}
        assert contents(tmp_path / "新.xlsx") == contents(source) | changed
        with zipfile.ZipFile(tmp_path / "新.xlsx") as new:
            assert new.testzip() is None

    def test_what_stands_before_the_zip_is_kept(self, path, tmp_path):
        path.write_bytes(b"something before" + path.read_bytes())
        package = Package.open(path)
        package.replace("xl/worksheets/sheet1.xml", b"<x/>")
        package.save(tmp_path / "新.xlsx")
        assert (tmp_path / "新.xlsx").read_bytes().startswith(b"something before")
        assert contents(tmp_path / "新.xlsx")["xl/worksheets/sheet1.xml"] == b"<x/>"

    def test_more_entries_than_fit_without_zip64(self, tmp_path):
        parts = book() | {f"x/{number}": b"" for number in range(65_530)}
        package = Package.open(saved(tmp_path / "表.xlsx", parts))
        for number in range(10):
            package.add(f"y/{number}", b"new", None)
        package.save(tmp_path / "新.xlsx")
        with zipfile.ZipFile(tmp_path / "新.xlsx") as new:
            assert len(new.namelist()) == len(parts) + 10
            assert new.read("y/9") == b"new"

    def test_parts_beyond_four_gigabytes_are_found(self, path, tmp_path):
        """The file is all hole before its first part, so it takes no room."""
        archive = Archive(path, 100)
        changed = {archive.entries[0].number: lambda: [b"<changed/>"]}
        with open(tmp_path / "大.xlsx", "wb") as out:
            out.seek(5 << 30)
            archive.write(out, changed, (), {b"xl/new.xml": lambda: [b"<new/>"]})
        kept = [entry.name for entry in archive.entries[1:]]
        with zipfile.ZipFile(tmp_path / "大.xlsx") as new, zipfile.ZipFile(path) as old:
            assert new.read(archive.entries[0].name) == b"<changed/>"
            assert new.read("xl/new.xml") == b"<new/>"
            assert [new.read(name) for name in kept] == [old.read(name) for name in kept]
            assert all(entry.header_offset >= 5 << 30 for entry in new.infolist())

    def test_a_part_comes_and_goes(self, path, tmp_path):
        package = Package.open(path)
        package.add("xl/extra.dat", b"1", "application/x-extra")
        assert package.content_type("xl/extra.dat") == "application/x-extra"
        package.remove("xl/worksheets/sheet2.xml")
        package.save(tmp_path / "新.xlsx")
        again = Package.open(tmp_path / "新.xlsx")
        assert again.read("XL/extra.dat") == b"1"
        assert "xl/worksheets/sheet2.xml" not in again
        assert b"sheet2" not in again.read("[Content_Types].xml")
        assert [s.name for s in again.sheets] == ["甲"]
        again.remove("xl/extra.dat")
        again.add("xl/extra.dat", b"2", "application/x-extra")
        again.save(tmp_path / "新.xlsx")
        assert contents(tmp_path / "新.xlsx")["xl/extra.dat"] == b"2"

    def test_refuses_to_save_over_a_file_that_someone_else_has_changed(self, path):
        package = Package.open(path)
        package.replace("xl/worksheets/sheet1.xml", b"<x/>")
        other = path.read_bytes() + b""
        path.write_bytes(other)
        os.utime(path, ns=(1, 1))
        with pytest.raises(Error, match="被别的程序改动了"):
            package.save(path)
        assert path.read_bytes() == other

    def test_a_large_part_is_patched_without_being_held(self, tmp_path):
        rows = "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(1, 60_000))
        path = saved(tmp_path / "表.xlsx", book(sheet1=sheet(f"<sheetData>{rows}</sheetData>")))
        package = Package.open(path)
        data = package.read("xl/worksheets/sheet1.xml")
        edits = [
            Edit(5, 9, b"<>"),
            Edit(700_000, 700_000, b"in the middle"),
            Edit(len(data), len(data), b"end"),
        ]
        package.splice("xl/worksheets/sheet1.xml", edits)
        assert package.read("xl/worksheets/sheet1.xml") == xmltext.apply(data, edits)
        assert b"".join(package.stream("xl/worksheets/sheet1.xml")) == xmltext.apply(data, edits)
        package.save(tmp_path / "新.xlsx")
        assert contents(tmp_path / "新.xlsx")["xl/worksheets/sheet1.xml"] == xmltext.apply(data, edits)

    def test_an_edit_longer_than_a_piece_of_the_stream(self, tmp_path):
        path = saved(tmp_path / "表.xlsx", book(**{"big.dat": bytes(range(256)) * 8000}))
        package = Package.open(path)
        data = package.read("big.dat")
        edits = [Edit(10, 1_500_000, b"A"), Edit(1_500_000, 1_500_001, b"B")]
        package.splice("big.dat", edits)
        assert package.read("big.dat") == b"".join(package.stream("big.dat")) == xmltext.apply(data, edits)


def raw(path, info) -> bytes:
    """Local header and packed bytes of an entry."""
    with open(path, "rb") as file:
        file.seek(info.header_offset)
        header = file.read(30)
        return header + file.read(sum(struct.unpack("<HH", header[26:])) + info.compress_size)


class TestRelationships:
    def test_are_resolved(self, tmp_path):
        rels = relationships(("a", "x", "../b.xml"), ("b", "x", "/xl/c.xml"), ("c", "x", "..\\d%20e.xml"))
        rels = rels.replace(
            "</Rel",
            f'<Relationship Id="d" Type="{PACKAGE}/x" Target="http://x/" TargetMode="External"/></Rel',
            1,
        )
        package = Package.open(saved(tmp_path / "表.xlsx", book(rels1=rels)))
        found = package.relationships("xl/worksheets/sheet1.xml")
        assert [(r.id, r.target, r.external) for r in found] == [
            ("a", "xl/b.xml", False),
            ("b", "xl/c.xml", False),
            ("c", "xl/d%20e.xml", False),
            ("d", "http://x/", True),
        ]

    def test_come_and_go_without_a_trace(self, path):
        package = Package.open(path)
        before = {name: package.read(name) for name in package.names}
        one = package.add_relationship("xl/worksheets/sheet1.xml", "t", "xl/a.xml")
        two = package.add_relationship("xl/worksheets/sheet1.xml", "t", "xl/b/c.xml")
        three = package.add_relationship("xl/workbook.xml", "t", "xl/b/c.xml")
        assert (one, two, three) == ("rId1", "rId2", "rId3")
        assert [r.target for r in package.relationships("xl/worksheets/sheet1.xml")] == [
            "xl/a.xml",
            "xl/b/c.xml",
        ]
        package.remove_relationship("xl/worksheets/sheet1.xml", one)
        package.remove_relationship("xl/worksheets/sheet1.xml", two)
        package.remove_relationship("xl/workbook.xml", three)
        assert {name: package.read(name) for name in package.names} == before

    def test_a_rels_part_is_declared_when_no_default_is(self, tmp_path):
        types = str(book()["[Content_Types].xml"]).replace('Extension="rels"', 'Extension="relz"')
        package = Package.open(saved(tmp_path / "表.xlsx", book(types=types)))
        package.add_relationship("xl/worksheets/sheet1.xml", "t", "xl/a.xml")
        assert "relationships+xml" in str(
            package.content_type(relationships_part("xl/worksheets/sheet1.xml"))
        )

    @pytest.mark.parametrize("empty", ["<Relationships xmlns='{}'/>", "<p:Relationships xmlns:p='{}' />"])
    def test_of_an_empty_element_are_undone_to_the_byte(self, tmp_path, empty):
        rels = empty.format(f"{PACKAGE}/relationships")
        package = Package.open(saved(tmp_path / "表.xlsx", book(rels1=rels)))
        rid = package.add_relationship("xl/worksheets/sheet1.xml", "t", "xl/a.xml")
        assert package.relationships("xl/worksheets/sheet1.xml")[0].id == rid
        package.remove_relationship("xl/worksheets/sheet1.xml", rid)
        assert package.read("xl/worksheets/_rels/sheet1.xml.rels") == rels.encode()

    def test_targets_are_resolved_from_the_part(self):
        assert resolved("xl/worksheets/sheet1.xml", "../comments1.xml#x") == "xl/comments1.xml"
        assert resolved("", "/xl/workbook.xml") == "xl/workbook.xml"


class TestContentTypes:
    def test_of_a_part_come_and_go_however_its_name_is_written(self, tmp_path):
        package = Package.open(saved(tmp_path / "表.xlsx", book()))
        before = package.read("[Content_Types].xml")
        for name in ("xl/批 注.xml", "xl/a%20b.xml"):
            package.add(name, b"<x/>", "a/b")
            assert package.content_type(name) == "a/b"
            package.remove(name)
        assert package.read("[Content_Types].xml") == before


class TestEncodings:
    @pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be", "utf-8-sig", "gb18030", "iso-8859-1", "us-ascii"])
    def test_parts_are_edited_in_their_own(self, tmp_path, codec):
        mark = "\ufeff" if codec.startswith("utf-16") else ""
        name = {"utf-8-sig": "utf-8"}.get(codec, codec.removesuffix("-le").removesuffix("-be"))
        part = f'{mark}<?xml version="1.0" encoding="{name}"?><a><b/>é</a>'.encode(codec, "xmlcharrefreplace")
        package = Package.open(saved(tmp_path / "表.xlsx", book(**{"a.xml": part})))
        text, root = package.xml("a.xml")
        package.edit("a.xml", xmltext.insert_last(text.data, root, "中".encode()))
        expected = "&#20013;" if codec in ("iso-8859-1", "us-ascii") else "中"
        assert package.read("a.xml") == part.replace(
            "</a>".encode(codec.removesuffix("-sig")), f"{expected}</a>".encode(codec.removesuffix("-sig"))
        )

    def test_an_encoding_that_is_not_what_it_says_is_refused(self, tmp_path):
        part = '<?xml version="1.0" encoding="gb2312"?><a>中</a>'.encode()
        package = Package.open(saved(tmp_path / "表.xlsx", book(**{"a.xml": part + b"\xff"})))
        with pytest.raises(Error, match="编码"):
            package.xml("a.xml")


def test_every_workbook_of_the_corpus_is_copied_part_by_part(tmp_path):
    files = sorted(path for path in shared("corpus").rglob("*.xls*") if path.stat().st_size < 100_000)[::40]
    assert files
    opened = 0
    for source in files:
        try:
            package = Package.open(source)
        except Error:
            continue
        workbook = package.read(package.workbook_part)
        package.replace(package.workbook_part, workbook)
        package.save(tmp_path / "新.xlsx")
        with zipfile.ZipFile(source) as old, zipfile.ZipFile(tmp_path / "新.xlsx") as new:
            assert [(i.filename, old.read(i)) for i in old.infolist()] == [
                (i.filename, new.read(i)) for i in new.infolist()
            ]
        opened += 1
    assert opened > len(files) * 0.9
