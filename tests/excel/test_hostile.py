"""The hostile workbooks of the shared material: each is worked on rightly or refused with one sentence."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest
from lossless_books import book, contents, drawing, noted, saved, shape, shared, sheet

from xltargets.errors import Error
from xltargets.excel.comments import add_note, clean
from xltargets.excel.package import Package

ROOT = Path(__file__).parents[2]
MEMORY = 512 << 20
SLOW = {
    "bomb_other.xlsx",
    "bomb_sheet.xlsx",
    "bomb_strings.xlsx",
}  # gigabytes of blanks: only refused or copied


@pytest.fixture(scope="session")
def hostile(request) -> Path:
    """The folder of hostile files; kept between runs, for some inflate to gigabytes and take half a minute to make."""
    maker = shared("tools", "make_hostile.py")
    digest = hashlib.sha256(maker.read_bytes()).hexdigest()[:16]
    folder = Path(request.config.cache.mkdir("xltargets-hostile")) / digest
    if not (folder / "expected.json").is_file():
        subprocess.run([sys.executable, maker, folder], check=True, stdout=subprocess.DEVNULL)
    return folder


LIMITED = f"""
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, ({MEMORY}, {MEMORY}))
from xltargets.excel.comments import main
sys.exit(main(sys.argv[1:]))
"""


def test_every_hostile_workbook_is_worked_on_or_refused(hostile, tmp_path):
    cases = json.loads((hostile / "expected.json").read_text("utf-8"))
    assert len(cases) > 40
    wrong = []
    for case in cases:
        source, target = hostile / case["file"], tmp_path / case["file"]
        before = source.read_bytes() if source.is_file() else b""
        command = [sys.executable, "-c", LIMITED, source, target, "--cell", "B2", "--text", "批注"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=60, check=False)
        lines = done.stderr.decode().strip().splitlines()
        allowed = {"work": {0}, "refuse": {2}}[case["expect"]] | ({2} if case.get("also_ok") else set())
        if done.returncode not in allowed or target.exists() != (done.returncode == 0):
            wrong.append((case["file"], done.returncode, lines[-1:]))
        elif done.returncode == 2 and (len(lines) != 1 or source.name not in lines[0]):
            wrong.append((case["file"], "no single sentence", lines))
        elif (source.read_bytes() if source.is_file() else b"") != before:
            wrong.append((case["file"], "input changed", lines))
        elif done.returncode == 0 and case["file"] not in SLOW:
            clean(target, tmp_path / "clean.xlsx")
            if contents(tmp_path / "clean.xlsx") != contents(source):
                wrong.append((case["file"], "not undone", lines))
        canary = case.get("canary", "").encode()
        if canary and (canary in done.stderr or (target.exists() and canary in target.read_bytes())):
            wrong.append((case["file"], "canary", lines))
        target.unlink(missing_ok=True)
    assert wrong == []


class TestTime:
    """What is made so that reading it again and again takes hours is read once, or refused."""

    @pytest.mark.parametrize("rest", ["<!--" * 300_000, "<?x" * 300_000, "<![CDATA[" * 300_000, "<a>" * 60_000 + "</b>" * 60_000])
    def test_a_drawing_that_is_no_xml(self, tmp_path, rest):
        path = saved(tmp_path / "表.xlsx", noted(vml1=drawing(shape(1025)).replace("</xml>", f"<br>{rest}</xml>")))
        self.in_time(path, tmp_path)

    @pytest.mark.parametrize(
        "inside",
        [
            f"<sheetData><!--{'</sheetData>' * 200_000}--></sheetData>",
            f"<sheetData>{'<!--</sheetData>-->' * 50_000}</sheetData>",
            f"<!--{'x' * (40 << 20)}--><sheetData/>",
        ],
    )
    def test_a_sheet_with_comments(self, tmp_path, inside):
        self.in_time(saved(tmp_path / "表.xlsx", book(sheet1=sheet(inside))), tmp_path)

    def test_an_end_tag_of_no_meaning_does_not_end_the_rows(self, tmp_path):
        rows = '<!-- </sheetData> --><?x </sheetData>?><row r="1"><c r="A1" t="str"><v><![CDATA[</sheetData>]]></v></c></row>'
        path = saved(tmp_path / "表.xlsx", book(sheet1=sheet(f"<sheetData>{rows}</sheetData><pageMargins/>")))
        add_note(path, tmp_path / "新.xlsx", "A1", "甲")
        assert b"</sheetData><pageMargins/><legacyDrawing" in contents(tmp_path / "新.xlsx")["xl/worksheets/sheet1.xml"]

    @staticmethod
    def in_time(path, folder):
        command = [sys.executable, "-m", "xltargets.excel.comments", path, folder / "新.xlsx", "--cell", "B2"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=15, check=False)
        assert done.returncode in (0, 2)


class TestBombs:
    def test_a_large_part_that_is_hardly_anything_packed_is_refused(self, tmp_path):
        path = saved(tmp_path / "表.xlsx", book(sheet1=sheet("<sheetData/>" + " " * (70 << 20))))
        with pytest.raises(Error, match="压缩得异常"):
            Package.open(path)

    def test_entries_that_overlap_are_refused(self, tmp_path):
        path = saved(tmp_path / "表.xlsx", book())
        data = bytearray(path.read_bytes())
        names = [b"xl/worksheets/sheet1.xml", b"xl/worksheets/sheet2.xml"]
        first, second = (data.rindex(b"PK\1\2", 0, data.rindex(name)) for name in names)
        data[first + 24 : first + 28] = data[second + 24 : second + 28]
        size = int.from_bytes(data[first + 20 : first + 24], "little") + 80
        data[first + 20 : first + 24] = size.to_bytes(4, "little")
        path.write_bytes(data)
        with pytest.raises(Error, match="重叠|已损坏"):
            add_note(path, tmp_path / "新.xlsx", "A1", "甲", "乙")
        assert not (tmp_path / "新.xlsx").exists()

    def test_an_entity_in_content_types_is_refused(self, tmp_path):
        types = str(book()["[Content_Types].xml"]).replace("<Types", '<!DOCTYPE x [<!ENTITY a "b">]><Types')
        path = saved(tmp_path / "表.xlsx", book(types=types))
        with pytest.raises(Error, match="DTD"):
            add_note(path, tmp_path / "新.xlsx", "A1", "甲")
