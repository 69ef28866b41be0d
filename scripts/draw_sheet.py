"""Export one sheet with some notes open as PDF; run with the Python that has ``uno``: PROFILE WORKBOOK SHEET CELLS PDF."""

import os
import subprocess
import sys
import time

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException


def option(name, value):
    """A property of opening or saving."""
    return PropertyValue(name, 0, value, 0)


def desktop(pipe):
    """The desktop of the office that listens on a pipe."""
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    for _ in range(300):
        try:
            context = resolver.resolve("uno:pipe,name=%s;urp;StarOffice.ComponentContext" % pipe)
            return context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
        except NoConnectException:
            time.sleep(0.2)
    sys.exit("LibreOffice did not answer")


def main(profile, workbook, name, cells, pdf):
    """Open the notes, leave only the sheet's used area to print, export."""
    pipe = "draw%d" % os.getpid()
    office = subprocess.Popen(
        ["soffice", "-env:UserInstallation=file://" + profile, "--headless", "--norestore",
         "--accept=pipe,name=%s;urp;" % pipe]
    )
    try:
        book = desktop(pipe).loadComponentFromURL("file://" + workbook, "_blank", 0, (option("Hidden", True),))
        for other in list(book.Sheets.ElementNames):
            if other != name:
                book.Sheets.getByName(other).setPrintAreas(())
                book.Sheets.getByName(other).IsVisible = False
        sheet = book.Sheets.getByName(name)
        for index in range(sheet.Annotations.Count):
            note = sheet.Annotations.getByIndex(index)
            place = sheet.getCellByPosition(note.Position.Column, note.Position.Row).AbsoluteName.replace("$", "")
            note.setIsVisible(place.rpartition(".")[2] in cells.split(","))
        area = sheet.getCellRangeByName("A1:N18").RangeAddress
        sheet.setPrintAreas((area,))
        style = book.StyleFamilies.getByName("PageStyles").getByName(sheet.PageStyle)
        style.ScaleToPagesX, style.ScaleToPagesY = 1, 1
        style.IsLandscape = True
        if style.Width < style.Height:
            style.Width, style.Height = style.Height, style.Width
        style.HeaderIsOn = style.FooterIsOn = False
        book.storeToURL("file://" + pdf, (option("FilterName", "calc_pdf_Export"),))
        book.close(True)
    finally:
        office.terminate()
        office.wait(30)


if __name__ == "__main__":
    main(*sys.argv[1:])
