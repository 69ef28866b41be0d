"""Draw the pictures of the docs from our own workbooks, in LibreOffice, so that they never age.

    .venv/bin/python scripts/pictures.py [NAME…]      # all, or those of these names

LibreOffice's own Python (``/usr/bin/python3`` with ``uno``) does the drawing, pdftoppm makes pictures of it, Pillow cuts
the white off. What is drawn is written down once, in :func:`pictures`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import xltargets
from xltargets.submission.document import load_document

ROOT = Path(__file__).parent.parent
DATA = ROOT / "tests" / "data"
IMAGES = ROOT / "docs" / "images"
#: Dots per inch; 1.3 times what a screen shows, so that print is sharp enough.
RESOLUTION = 120
#: The fonts of the form, and what stands for them where they are not installed.
STAND_INS = {
    "宋体": "Noto Serif CJK SC", "SimSun": "Noto Serif CJK SC", "仿宋": "Noto Serif CJK SC", "黑体": "Noto Sans CJK SC",
    "方正小标宋简体": "Noto Serif CJK SC", "Tahoma": "Noto Sans CJK SC",
}  # fmt: skip


@dataclass(frozen=True)
class Picture:
    """What is drawn: an area of a sheet of a workbook, with the notes of some cells open."""

    workbook: Path
    sheet: str
    area: str
    notes: tuple[str, ...] = ()


def pictures(work: Path) -> dict[str, Picture]:
    """Every picture by its name, their workbooks made in a folder."""
    clean, seed = load_document(DATA / "clean.json"), load_document(DATA / "seed.json")
    wrong = with_mistakes(load_document(DATA / "clean.json"))
    filled, mistaken, waived = work / "filled.xlsx", work / "mistaken.xlsx", work / "waived.xlsx"
    xltargets.fill(clean, filled)
    xltargets.fill(wrong, mistaken)
    xltargets.fill({**wrong, "waivers": [WAIVER]}, waived)
    handed_back, listed = (
        annotated(mistaken, work / "handed_back.xlsx"),
        annotated(waived, work / "listed.xlsx", sheet=True),
    )
    return {
        "guide": Picture(filled, "填表说明", "A1:C13"),
        "unit": Picture(filled, "部门整体绩效目标", "A1:D8"),
        "project": Picture(filled, "项目1", "A1:G15"),
        "selfcheck": Picture(mistaken, "项目1", "A1:I11"),
        "selfcheck_sheet": Picture(mistaken, "自检", "A1:E15"),
        "annotated": Picture(handed_back, "项目1", "A1:I15", ("C4", "F7", "F12")),
        "result": Picture(listed, "校验结果", "A1:G5"),
        "buttons": Picture(ROOT / "templates" / "targets.xlsm", "项目1", "A1:G6"),
        "waivers": Picture(waived, "豁免", "A1:D4"),
        **summary(work, [clean, seed, wrong]),
    }


WAIVER = {
    "rule": "P03", "project": "13073024P000585100016", "reason": "尾款按合同结转下年支付，已报预算科备案", "approver": "王某某",
}  # fmt: skip


def with_mistakes(document: dict[str, Any]) -> dict[str, Any]:
    """The document with what clerks get wrong: money, the end of the year, an indicator's value."""
    project = document["projects"][0]
    project["budget"]["total"] = Decimal("120.6")
    project["schedule"]["december"] = Decimal(95)
    project["indicators"][2]["value"] = "≤60"
    return document


def annotated(workbook: Path, target: Path, *, sheet: bool = False) -> Path:
    """The workbook with its findings as notes."""
    command = [sys.executable, "-m", "xltargets", "annotate", str(workbook), "-o", str(target)]
    subprocess.run([*command, *(["--sheet"] if sheet else [])], check=True, capture_output=True)
    return target


def summary(work: Path, documents: list[dict[str, Any]]) -> dict[str, Picture]:
    """Pictures of the summary of a folder."""
    inbox = work / "inbox"
    inbox.mkdir()
    names = ("怀来县信访局", "怀来县司法局", "怀来县统计局")
    for number, (document, name) in enumerate(zip(documents, names, strict=True), start=1):
        document["unit"] |= {"code": f"28600{number}", "name": name}
        xltargets.fill(document, inbox / f"28600{number}_{name}.xlsx")
    book = work / "summary.xlsx"
    command = [sys.executable, "-m", "xltargets", "consolidate", str(inbox), "-o", str(book), "--no-cache"]
    subprocess.run(command, capture_output=True, check=False)
    return {
        "summary": Picture(book, "总览", "A1:I28"),
        "summary_findings": Picture(book, "问题清单", "A1:M12"),
    }


def draw(work: Path, chosen: dict[str, Picture]) -> None:
    """Draw the pictures into ``docs/images``."""
    jobs = [
        {
            "workbook": str(one.workbook),
            "sheet": one.sheet,
            "area": one.area,
            "notes": one.notes,
            "pdf": str(work / f"{name}.pdf"),
        }
        for name, one in chosen.items()
    ]
    (work / "jobs.json").write_text(json.dumps(jobs), "utf-8")
    (work / "fonts.conf").write_text(fonts(), "utf-8")
    command = [
        "/usr/bin/python3",
        str(Path(__file__).with_name("draw_sheet.py")),
        str(work / "profile"),
        str(work / "jobs.json"),
    ]
    subprocess.run(
        command, check=True, timeout=300, env={**os.environ, "FONTCONFIG_FILE": str(work / "fonts.conf")}
    )
    IMAGES.mkdir(parents=True, exist_ok=True)
    for name in chosen:
        page = work / name
        subprocess.run(
            ["pdftoppm", "-r", str(RESOLUTION), "-png", "-singlefile", f"{page}.pdf", str(page)], check=True
        )
        cut(page.with_suffix(".png"), IMAGES / f"{name}.png")


def cut(source: Path, target: Path) -> None:
    """The picture without the white around it, in few colours."""
    from PIL import Image, ImageChops

    picture = Image.open(source).convert("RGB")
    drawn = ImageChops.difference(picture, Image.new("RGB", picture.size, "white")).getbbox()
    picture.crop(drawn).quantize(48, dither=Image.Dither.NONE).save(target, optimize=True)


def fonts() -> str:
    """Settings of fontconfig that put the stand-ins in."""
    aliases = "".join(
        f'<alias binding="same"><family>{name}</family><prefer><family>{other}</family></prefer></alias>'
        for name, other in STAND_INS.items()
    )
    start = '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">'
    return f'{start}<fontconfig><include ignore_missing="yes">/etc/fonts/fonts.conf</include>{aliases}</fontconfig>'


def main() -> int:
    """Draw every picture, or those that are named."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        every = pictures(work)
        unknown = set(sys.argv[1:]) - set(every)
        if unknown:
            sys.exit(f"no such picture: {', '.join(sorted(unknown))}")
        draw(work, {name: one for name, one in every.items() if name in sys.argv[1:] or not sys.argv[1:]})
    return 0


if __name__ == "__main__":
    sys.exit(main())
