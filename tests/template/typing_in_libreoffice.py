"""Type into the official workbook as a clerk does, and print as JSON what the blocks 校验 and the sheet 自检 say then.

Run as ``in_libreoffice`` is: ``-m tests.template.typing_in_libreoffice PROFILE WORKBOOK SAVED``.
"""

from __future__ import annotations

from tests.template.in_libreoffice import Book, main

PROJECT, COPY, GENERAL, SELF_CHECK = "项目1", "项目1 (2)", "部门整体绩效目标", "自检"
SOUND = {
    "B3": "13073024P000585100016", "E3": "信访专项", "B5": "办公费、差旅费", "B8": "全年受理信访事项1200件以上，按期办结率达到95%。",
    "C4": 30, "E4": 30, "B7": 30, "D7": 60, "E7": 90, "F7": 100,
    "B10": "产出指标", "C10": "数量指标", "D10": "受理件数", "E10": "全年受理的件数", "F10": "≥1200件", "G10": "年初工作计划",
}  # fmt: skip


class Clerk:
    """Types, and looks at the block."""

    def __init__(self, book: Book) -> None:
        self.book = book

    def type(self, sheet: str, cells: dict[str, object]) -> None:
        for address, value in cells.items():
            cell = self.book.cell(sheet, address)
            if isinstance(value, str):
                cell.String = value
            else:
                cell.Value = value

    def said(self, sheet: str, *addresses: str) -> list[str]:
        return [self.book.cell(sheet, address).String for address in addresses]

    def counted(self) -> list[str]:
        return self.said(SELF_CHECK, "A2", "A6", "B5", "B6", "B7")


def work(book: Book) -> dict[str, object]:
    """A project typed in with faults, mended, copied; a row inserted."""
    clerk, seen = Clerk(book), {}
    seen["blank"] = [
        *clerk.said(PROJECT, "I1", "I3", "I4", "I10"),
        *clerk.said(GENERAL, "D1", "D2"),
        *clerk.counted(),
    ]
    clerk.type(PROJECT, {"E3": "信访专项"})
    seen["begun"] = clerk.said(PROJECT, "I3", "I4", "I5", "I7", "I8")
    clerk.type(PROJECT, SOUND)
    seen["sound"] = clerk.said(PROJECT, "I1", "I3", "I4", "I5", "I7", "I8", "I9", "I10", "I11")
    clerk.type(PROJECT, {"E4": 20, "D7": 10, "B3": "1307302P000585100016", "F10": ""})
    seen["wrong"] = clerk.said(PROJECT, "I1", "I3", "I4", "I7", "I9", "I10")
    clerk.type(PROJECT, {"G4": 10, "D7": 60, "B3": SOUND["B3"], "F10": "≥1200件"})
    seen["mended"] = clerk.said(PROJECT, "I1", "I3", "I4", "I7", "I9", "I10")
    book.document.Sheets.copyByName(PROJECT, COPY, 4)
    seen["copied"] = [*clerk.said(PROJECT, "I1", "I3"), *clerk.said(COPY, "I1", "I3"), *clerk.counted()]
    clerk.type(COPY, {"B3": "13073024P00049610002Y", "C4": 41})
    seen["copy wrong"] = [
        *clerk.said(PROJECT, "I1", "I3", "I4"),
        *clerk.said(COPY, "I1", "I3", "I4"),
        *clerk.counted(),
    ]
    clerk.type(COPY, {"C4": 30})
    book.insert_rows(COPY, 11, 1)
    clerk.type(COPY, {"D11": "办结件数"})
    seen["row inserted"] = clerk.said(COPY, "I1", "I4", "I9", "I10", "I11")
    clerk.type(GENERAL, {"B2": "286001", "B3": "怀来县信访局", "B6": "总体", "B7": "分项", "B15": "措施"})
    seen["general"] = [*clerk.said(GENERAL, "D1", "D2", "D3", "D6", "D7", "D15"), *clerk.counted()]
    return seen


if __name__ == "__main__":
    main(work)
