"""Rework a filled workbook in LibreOffice as clerks do; run with the Python that has ``uno``: PROFILE SOURCE SAVED."""

from __future__ import annotations

import random
import subprocess
import sys
import time

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException
from com.sun.star.table import CellAddress, CellRangeAddress


def main(profile: str, source: str, saved: str) -> None:
    """Open, rework, save, close."""
    pipe = f"rework{random.getrandbits(64)}"
    office = subprocess.Popen(
        ["soffice", f"-env:UserInstallation=file://{profile}", "--headless", "--norestore", f"--accept=pipe,name={pipe};urp;"]
    )
    try:
        document = desktop(pipe).loadComponentFromURL(f"file://{source}", "_blank", 0, (option("Hidden", True),))
        rework(document)
        document.storeToURL(f"file://{saved}", (option("FilterName", "Calc MS Excel 2007 XML"),))
        document.close(True)
    finally:
        office.terminate()
        office.wait(30)


def rework(document: object) -> None:
    """Insert rows in the table and above it, move columns, rename and reorder sheets."""
    sheets = document.Sheets
    first = sheets.getByName("项目1")
    for row in (25, 13, 11, 4, 0):
        first.Rows.insertByIndex(row, 1 + row % 3)
    first.Columns.insertByIndex(4, 2)
    index = next(number for number in range(sheets.Count) if sheets.getByIndex(number).Name == "项目2")
    second = sheets.getByIndex(index)
    target = CellAddress(index, 30, 100)  # what stands in the table moves far away, names and all
    second.moveRange(target, CellRangeAddress(index, 5, 8, 5, 40))
    second.moveRange(CellAddress(index, 5, 8), CellRangeAddress(index, 6, 8, 6, 40))
    second.moveRange(CellAddress(index, 6, 8), CellRangeAddress(index, 30, 100, 30, 132))
    sheets.moveByName("项目2", 0)
    first.Name = "改了名的表"


def desktop(pipe: str) -> object:
    """The desktop of the office that listens on a pipe."""
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    for _ in range(300):
        try:
            context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
            return context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
        except NoConnectException:
            time.sleep(0.2)
    raise SystemExit("LibreOffice did not answer")


def option(name: str, value: object) -> PropertyValue:
    """A property of opening or saving."""
    return PropertyValue(name, 0, value, 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
