"""Export areas of sheets as PDF, as a screen shows them; run with the Python that has ``uno``: PROFILE JOBS.json.

A job is an object: ``workbook``, ``sheet``, ``area`` (A1:N18), ``notes`` (the cells whose notes are open), ``pdf``.
"""

import json
import os
import subprocess
import sys
import time

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException

#: Hundredths of a millimetre around the area, row and column headings included.
AROUND = 2000


def option(name, value):
    """A property of opening or saving."""
    return PropertyValue(name, 0, value, 0)


def desktop(pipe):
    """The desktop of the office that listens on a pipe."""
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    for _ in range(300):
        try:
            context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
            return context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
        except NoConnectException:
            time.sleep(0.2)
    sys.exit("LibreOffice did not answer")


def main(profile, jobs):
    """Draw every job in one LibreOffice."""
    pipe = f"draw{os.getpid()}"
    options = ["--headless", "--norestore", f"--accept=pipe,name={pipe};urp;"]
    office = subprocess.Popen(["soffice", f"-env:UserInstallation=file://{profile}", *options])
    try:
        with open(jobs, encoding="utf-8") as file:
            for job in json.load(file):
                draw(desktop(pipe), job)
    finally:
        office.terminate()
        office.wait(30)


def draw(office, job):
    """Open the notes, leave only the area to print, on a page of its size, and export."""
    book = office.loadComponentFromURL("file://" + job["workbook"], "_blank", 0, (option("Hidden", True),))
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
    book.storeToURL("file://" + job["pdf"], (option("FilterName", "calc_pdf_Export"),))
    book.close(True)


if __name__ == "__main__":
    main(*sys.argv[1:])
