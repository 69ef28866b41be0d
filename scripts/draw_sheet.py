"""Export areas of sheets as PDF, as a screen shows them; run with the Python that has ``uno``: PROFILE JOBS.json.

A job is an object: ``workbook``, ``sheet``, ``area`` (A1:N18), ``notes`` (the cells whose notes are open), ``pdf``.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from libreoffice import Office

#: Hundredths of a millimetre around the area, row and column headings included.
AROUND = 2000


def main(profile: str, jobs: str) -> None:
    """Draw every job in one LibreOffice."""
    with Office(Path(profile)) as office:
        for job in json.loads(Path(jobs).read_text("utf-8")):
            draw(office, job)


def draw(office: Office, job: dict[str, Any]) -> None:
    """Open the notes, leave only the area to print, on a page of its size, and export."""
    book = office.open(Path(job["workbook"]))
    book.calculateAll()
    for other in list(book.Sheets.ElementNames):
        if other != job["sheet"]:
            book.Sheets.getByName(other).setPrintAreas(())
            book.Sheets.getByName(other).IsVisible = False
    sheet = book.Sheets.getByName(job["sheet"])
    for index in range(sheet.Annotations.Count):
        note = sheet.Annotations.getByIndex(index)
        place = sheet.getCellByPosition(note.Position.Column, note.Position.Row).AbsoluteName.replace("$", "")
        note.setIsVisible(place.rpartition(".")[2] in job["notes"])
    for index in range(sheet.DrawPage.Count):
        shape = sheet.DrawPage.getByIndex(index)
        if shape.supportsService("com.sun.star.drawing.ControlShape"):
            shape.Printable = shape.Control.Printable = True  # buttons, which are not meant for paper
    area = sheet.getCellRangeByName(job["area"])
    sheet.setPrintAreas((area.RangeAddress,))
    sheet.setPrintTitleRows(False)
    style = book.StyleFamilies.getByName("PageStyles").getByName(sheet.PageStyle)
    style.HeaderIsOn = style.FooterIsOn = False
    style.PrintHeaders, style.PrintGrid = True, False
    style.LeftMargin = style.RightMargin = style.TopMargin = style.BottomMargin = 100
    style.Width, style.Height = area.Size.Width + AROUND, area.Size.Height + AROUND
    style.ScaleToPagesX, style.ScaleToPagesY = 1, 1
    office.save(book, Path(job["pdf"]), "calc_pdf_Export")
    book.close(True)


if __name__ == "__main__":
    main(*sys.argv[1:])
