"""Numbers in a file that a reader would make room for."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest


def claiming(source: Path, target: Path, change: str, to: str, *, encoding: str = "utf-8") -> Path:
    """A copy of a workbook whose table of strings says something else."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "xl/sharedStrings.xml":
                text = re.sub(change, to, data.decode(), count=1)
                assert text != data.decode()
                data = text.replace('encoding="UTF-8"', f'encoding="{encoding}"').encode(encoding)
            new.writestr(name, data)
    return target


def checked(path: Path) -> subprocess.CompletedProcess[str]:
    """Checking it in a process of its own, which a failed allocation would end."""
    return subprocess.run(
        [sys.executable, "-m", "xltargets", "check", str(path)],
        capture_output=True, text=True, encoding="utf-8", check=False, timeout=120,
    )  # fmt: skip


CLAIMS = ['uniqueCount="99999999999"', "uniqueCount = '99999999999'", 'uniqueCount="+99999999999"', f'uniqueCount="{"9" * 5000}"']


def odd(source: Path) -> Path:
    """The same with sheets that only calamine reads, which believes what a table of strings claims."""
    target = source.with_name("odd.xlsx")
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            date = b'<row r="800"><c r="ZZ800" t="d"><v>2024-05-01</v></c></row></sheetData>'
            new.writestr(name, old.read(name).replace(b"</sheetData>", date))
    return target


@pytest.mark.parametrize("to", CLAIMS)
def test_a_table_of_strings_that_claims_too_many_harms_nobody(filled: Path, to: str) -> None:
    path = claiming(filled, filled.with_name("hostile.xlsx"), r'uniqueCount="\d+"', to)
    assert checked(path).returncode == 0


@pytest.mark.parametrize(("to", "encoding"), [*((claim, "utf-8") for claim in CLAIMS), (CLAIMS[0], "utf-16")])
def test_where_it_would_it_is_refused(filled: Path, to: str, encoding: str) -> None:
    path = claiming(odd(filled), filled.with_name("hostile.xlsx"), r'uniqueCount="\d+"', to, encoding=encoding)
    done = checked(path)
    assert done.returncode == 2 and "与内容不符" in done.stdout + done.stderr


def test_a_claim_behind_a_long_comment_is_seen_too(filled: Path) -> None:
    text = f"<!--{'x' * 300_000}--><sst "
    path = claiming(odd(filled), filled.with_name("a.xlsx"), r"<sst ", text)
    path = claiming(path, filled.with_name("hostile.xlsx"), r'uniqueCount="\d+"', 'uniqueCount="99999999999"')
    assert checked(path).returncode == 2


def test_a_claim_that_is_only_wrong_is_none_of_our_business(filled: Path) -> None:
    path = claiming(odd(filled), filled.with_name("wrong.xlsx"), r'uniqueCount="\d+"', 'uniqueCount="5000"')
    assert checked(path).returncode == 0


@pytest.mark.parametrize("reference", ["xfd1048576", "IXFD104857613", f"A{'9' * 30}"])
def test_a_far_cell_takes_no_room_whatever_it_is_called(filled: Path, reference: str) -> None:
    """Calamine lays out a rectangle around all cells."""
    source, target = odd(filled), filled.with_name("far.xlsx")
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            cell = f'<row r="900"><c r="{reference}"><v>1</v></c></row></sheetData>'.encode()
            new.writestr(name, old.read(name).replace(b"</sheetData>", cell))
    done = checked(target)
    assert done.returncode in (0, 2) and "Traceback" not in done.stderr and "allocation" not in done.stderr
