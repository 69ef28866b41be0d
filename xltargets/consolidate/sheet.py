"""Sheets of rows, written row after row, and going on in a further sheet when one is full."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from xltargets.consolidate.columns import SheetPlan
from xltargets.consolidate.fastrows import Formula, RowWriter, cut
from xltargets.consolidate.looks import Looks
from xltargets.consolidate.onefile import width
from xltargets.excel.a1 import column_letters

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

#: Excel's own limits.
MAX_ROWS = 1_048_576
#: Excel takes 65,530 links on a sheet; XlsxWriter keeps each in memory until the end, a kilobyte at a time. Beyond this
#: number formulas do the same.
MAX_LINKS = 10_000
_MAX_FORMULA_TEXT = 255
_MAX_URL = 2_000

#: Heights in points.
LINE_HEIGHT, PADDING, MAX_HEIGHT = 13.5, 4.5, 400.5
#: Kinds of columns whose text takes several lines.
WRAPPED = ("text", "word", "link")

_A4 = 9


class Link(NamedTuple):
    """A text that leads to a file, or to a cell of it. The path is relative to the summary's folder."""

    text: str
    path: str
    sheet: str | None = None
    cell: str | None = None


class Place(NamedTuple):
    """Where a row stands: the name of the sheet, and the number of the row from 1."""

    sheet: str
    row: int


@dataclass(frozen=True)
class Headline:
    """What stands above the table: a title, and on the line below something left and right."""

    title: str
    left: str = ""
    right: str = ""


class Pages:
    """A sheet of rows and those it goes on in.

    Args:
        book: the workbook.
        looks: its formats.
        plan: title and columns.
        headline: what stands above the columns.
        expected: how many rows there will be; the sheets for them are made now, so that they stand together.
        max_rows: rows of a sheet, all counted.
    """

    def __init__(
        self,
        book: Workbook,
        looks: Looks,
        plan: SheetPlan,
        headline: Headline,
        expected: int,
        max_rows: int = MAX_ROWS,
    ) -> None:
        self.looks, self.plan, self.headline = looks, plan, headline
        self.grouped = any(column.group for column in plan.columns)
        self.first = 4 if self.grouped else 3
        self.capacity = max_rows - self.first
        count = max(1, math.ceil(expected / self.capacity))
        self.names = [
            plan.title if number == 0 else f"{plan.title}（{number + 1}）" for number in range(count)
        ]
        self.sheets = [book.add_worksheet(name) for name in self.names]
        self._rooms = [
            (number, column.width - 1) for number, column in enumerate(plan.columns) if column.kind in WRAPPED
        ]
        self._formats = {
            style: [looks.cell(column.kind, style) for column in plan.columns]
            for style in ("body", "subtotal", "total")
        }
        self.page = -1
        self.row = self.first
        self.links = 0
        self._turn()

    @property
    def sheet(self) -> Worksheet:
        """The sheet that is being written."""
        return self.sheets[self.page]

    def put(self, values: Sequence[Any], style: str = "body", level: int = 0) -> Place:
        """Write a row.

        Args:
            values: None, str, bool, int, Decimal, :class:`Formula` or :class:`Link`, one per column.
            style: ``body``, ``subtotal`` or ``total``.
            level: how deep it stands in the outline; 1 can be folded away.
        """
        if self.row == self.first + self.capacity:
            self._turn()
        plain = [
            self._linked(column, value) if type(value) is Link else value
            for column, value in enumerate(values)
        ]
        self._writer.put(self.row, plain, style, self._height(plain), level)
        self.row += 1
        return Place(self.names[self.page], self.row)

    def _height(self, values: Sequence[Any]) -> float:
        """As high as its longest text needs: not every program works that out when it opens a file."""
        lines = 1
        for number, room in self._rooms:
            text = values[number]
            if type(text) is str and (len(text) * 2 > room or "\n" in text):
                lines = max(lines, _lines(text, room))
        return min(MAX_HEIGHT, PADDING + LINE_HEIGHT * lines)

    def finish(self, filtered: bool = True, beside: int = 0) -> None:
        """Put filters on the columns, apart from the last rows, as many as `beside`."""
        if filtered:
            last = max(self.first, self.row - 1 - beside)
            self.sheet.autofilter(self.first - 1, 0, last, len(self.plan.columns) - 1)

    # --- one sheet after the other ----------------------------------------------------------------------

    def _turn(self) -> None:
        if self.page >= 0:
            self.finish()
        self.page += 1
        self.row, self.links = self.first, 0
        self._set_up()
        self._head()
        self._writer = RowWriter(self.sheet, self.first, self._formats)

    def _set_up(self) -> None:
        sheet = self.sheet
        for number, column in enumerate(self.plan.columns):
            sheet.set_column(number, number, column.width)
        sheet.freeze_panes(self.first, _frozen(self.plan))
        sheet.set_landscape()
        sheet.set_paper(_A4)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
        sheet.center_horizontally()
        sheet.repeat_rows(self.first - (2 if self.grouped else 1), self.first - 1)
        sheet.set_footer("&C第 &P 页  共 &N 页")
        sheet.outline_settings(True, True, False, False)
        sheet.hide_gridlines(1)

    def _head(self) -> None:
        sheet, other, last = self.sheet, self.looks.other, len(self.plan.columns) - 1
        sheet.set_row(0, 30)
        sheet.set_row(1, 18)
        title = self.headline.title if self.page == 0 else f"{self.headline.title}（续{self.page}）"
        if last:
            sheet.merge_range(0, 0, 0, last, plain(title), other("title"))
        else:
            sheet.write_string(0, 0, plain(title), other("title"))
        sheet.write_string(1, 0, plain(self.headline.left), other("caption"))
        if last:
            sheet.write_string(1, last, plain(self.headline.right), other("caption right"))
        if self.grouped:
            self._group_heads()
        sheet.set_row(self.first - 1, 30)
        look = {True: other("heading"), False: other("heading foot" if self.grouped else "heading")}
        for number, column in enumerate(self.plan.columns):
            sheet.write_string(self.first - 1, number, plain(column.label), look[bool(column.group)])

    def _group_heads(self) -> None:
        self.sheet.set_row(2, 18)
        columns = self.plan.columns
        start = 0
        while start < len(columns):
            end = start
            while (
                columns[start].group
                and end + 1 < len(columns)
                and columns[end + 1].group == columns[start].group
            ):
                end += 1
            if not columns[start].group:
                self.sheet.write_blank(2, start, None, self.looks.other("heading top"))
            elif end > start:
                self.sheet.merge_range(
                    2, start, 2, end, plain(columns[start].group), self.looks.other("heading")
                )
            else:
                self.sheet.write_string(2, start, plain(columns[start].group), self.looks.other("heading"))
            start = end + 1

    # --- links ------------------------------------------------------------------------------------------

    def _linked(self, column: int, link: Link) -> str | Formula:
        """A link's text; beyond the number that Excel takes on one sheet a formula that does the same, where one can."""
        url = url_of(link)
        if self.links < MAX_LINKS and len(url) <= _MAX_URL:
            self.links += 1
            self.sheet.ignore_write_string = True  # the row is written by us
            self.sheet.write_url(self.row, column, f"external:{url}", string=link.text or " ")
            return link.text
        place = link.path + (f"#{_anchor(link)}" if link.sheet else "")
        if max(len(place), len(link.text)) > _MAX_FORMULA_TEXT or "#" in link.path:
            return link.text
        quoted = (text.replace('"', '""') for text in (place, link.text))
        return Formula("=HYPERLINK({})".format(",".join(f'"{part}"' for part in quoted)), link.text)


def _lines(text: str, room: float) -> int:
    """How many lines a text takes in a column."""
    if "\n" not in text:
        return math.ceil(width(text) / room)
    return sum(math.ceil(width(line) / room) for line in text.split("\n"))


def _frozen(plan: SheetPlan) -> int:
    """Columns that stay in sight: up to the unit's name, as long as that leaves room for others."""
    for number, column in enumerate(plan.columns[:4]):
        if column.key == "unit.name":
            return number + 1
    return 0


def plain(text: str) -> str:
    """Text that XlsxWriter writes as it is: no longer than a cell takes, and never taken for its own rich text."""
    text = cut(text)
    return f"{text} " if text.startswith("<r>") and text.endswith("</r>") else text


# --- references -----------------------------------------------------------------------------------------


class Segment(NamedTuple):
    """Rows of one sheet, numbered from 1, both included."""

    sheet: str
    first: int
    last: int


def extend(segments: list[Segment], place: Place) -> None:
    """Add a row to the rows so far."""
    if segments and segments[-1].sheet == place.sheet:
        segments[-1] = segments[-1]._replace(last=place.row)
    else:
        segments.append(Segment(place.sheet, place.row, place.row))


def subtotal(segments: Sequence[Segment], column: int, value: Decimal) -> Formula:
    """The sum of a column over rows of one sheet or several; sums within them are not counted again."""
    letters = column_letters(column)
    areas = [f"{quoted(part.sheet)}!{letters}{part.first}:{letters}{part.last}" for part in segments]
    return Formula(f"=SUBTOTAL(9,{','.join(areas)})", value)


def reference(place: Place, column: int, value: Decimal) -> Formula:
    """The value of a cell of another sheet."""
    return Formula(f"={quoted(place.sheet)}!{column_letters(column)}{place.row}", value)


def quoted(sheet: str) -> str:
    """A sheet's name as formulas have it."""
    return "'" + sheet.replace("'", "''") + "'"


def relative_path(file: str, folder: str) -> str:
    """The way from the summary's folder to a file, with slashes; absolute where there is none (another drive)."""
    try:
        found = os.path.relpath(file, folder)
    except ValueError:
        found = os.path.abspath(file)
    return found.replace(os.sep, "/")


_ESCAPED = re.compile(r'[%\s"<>\\^`{}\[\]#]')


def url_of(link: Link) -> str:
    """The link as XlsxWriter takes it, escaped as Excel does, so that no name is taken for an escape or an anchor."""
    path = _ESCAPED.sub(lambda match: "".join(f"%{byte:02X}" for byte in match[0].encode()), link.path)
    return f"{path}#{_anchor(link)}" if link.sheet else path


def _anchor(link: Link) -> str:
    return f"{quoted(link.sheet or '')}!{link.cell or 'A1'}"
