"""Rework a filled workbook in LibreOffice as clerks do; run with the Python that has ``uno``: PROFILE SOURCE SAVED."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from scripts.libreoffice import Office


def main(profile: str, source: str, saved: str) -> None:
    """Open, rework, save, close."""
    with Office(Path(profile)) as office:
        document = office.open(Path(source))
        rework(office, document)
        office.save(document, Path(saved))
        document.close(True)


def rework(office: Office, document: Any) -> None:
    """Insert rows in the table and above it, move columns, rename and reorder sheets."""
    sheets = document.Sheets
    first = sheets.getByName("项目1")
    for row in (25, 13, 11, 4, 0):
        first.Rows.insertByIndex(row, 1 + row % 3)
    first.Columns.insertByIndex(4, 2)
    index = next(number for number in range(sheets.Count) if sheets.getByIndex(number).Name == "项目2")
    second = sheets.getByIndex(index)
    for target, moved in (  # what stands in the table moves far away, names and all
        ((30, 100), (5, 8, 5, 40)),
        ((5, 8), (6, 8, 6, 40)),
        ((6, 8), (30, 100, 30, 132)),
    ):
        second.moveRange(
            office.struct("com.sun.star.table.CellAddress", index, *target),
            office.struct("com.sun.star.table.CellRangeAddress", index, *moved),
        )
    sheets.moveByName("项目2", 0)
    first.Name = "改了名的表"


if __name__ == "__main__":
    main(*sys.argv[1:])
