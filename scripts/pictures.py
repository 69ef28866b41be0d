"""Draw the pictures of the docs from our own workbooks, in LibreOffice, so that they never age.

Run with the Python of ``.venv``; LibreOffice's own Python (``/usr/bin/python3`` with ``uno``) does the drawing.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import xltargets

ROOT = Path(__file__).parent.parent
IMAGES = ROOT / "docs" / "images"
#: The fonts of the form, and what stands for them where they are not installed.
FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <alias binding="same"><family>宋体</family><prefer><family>Noto Serif CJK SC</family></prefer></alias>
  <alias binding="same"><family>SimSun</family><prefer><family>Noto Serif CJK SC</family></prefer></alias>
  <alias binding="same"><family>仿宋</family><prefer><family>Noto Serif CJK SC</family></prefer></alias>
  <alias binding="same"><family>黑体</family><prefer><family>Noto Sans CJK SC</family></prefer></alias>
  <alias binding="same"><family>方正小标宋简体</family><prefer><family>Noto Serif CJK SC</family></prefer></alias>
  <alias binding="same"><family>Tahoma</family><prefer><family>Noto Sans CJK SC</family></prefer></alias>
</fontconfig>
"""


def main() -> int:
    """Draw every picture."""
    import os

    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        fonts = work / "fonts.conf"
        fonts.write_text(FONTS, "utf-8")
        os.environ["FONTCONFIG_FILE"] = str(fonts)
        annotated = work / "annotated.xlsx"
        seed = xltargets.read(ROOT / "tests" / "data" / "seed.json")
        xltargets.fill(seed.document, annotated)
        submission = xltargets.read(annotated)
        xltargets.annotate(submission, xltargets.check(submission), annotated)
        shown = [submission.locations["/projects/1/target"].cell, submission.locations["/projects/1/indicators/3/value"].cell]
        draw(work, annotated, "项目2", shown, IMAGES / "annotated.png")
    return 0


def draw(work: Path, workbook: Path, sheet: str, shown: list[str], target: Path) -> None:
    """A picture of one sheet with some of its notes open."""
    pdf = work / f"{target.stem}.pdf"
    drawing = [str(Path(__file__).with_name("draw_sheet.py")), str(work / "profile"), str(workbook), sheet, ",".join(shown), str(pdf)]
    subprocess.run(["/usr/bin/python3", *drawing], check=True, timeout=180)
    subprocess.run(["pdftoppm", "-r", "110", "-png", "-singlefile", str(pdf), str(target.with_suffix(""))], check=True)


if __name__ == "__main__":
    sys.exit(main())
