"""Sheets of rows, written row after row, and going on in a further sheet when one is full."""

from __future__ import annotations

import html
import math
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import islice, repeat
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from xltargets.consolidate.drawing.bodies import (
    HEIGHTS,
    Formula,
    attribute,
    body_of,
    cut,
    lines,
    text_body,
)
from xltargets.consolidate.drawing.drawn import quoted
from xltargets.consolidate.drawing.laid import HEIGHT, row_template
from xltargets.consolidate.drawing.looks import Looks
from xltargets.consolidate.drawing.plans import WRAPPED, SheetPlan
from xltargets.consolidate.workbook.splice import SheetRows
from xltargets.excel.a1 import column_letters

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

#: Excel's own limits.
MAX_ROWS = 1_048_576
#: Of links on a sheet; beyond it formulas do the same.
MAX_LINKS = 65_530
_MAX_FORMULA_TEXT = 255
_MAX_URL = 2_000

_A4 = 9


class Link(NamedTuple):
    """A file as cells lead to it.

    Attributes:
        text: what the cell says.
        path: relative to the summary's folder.
        target: the path as the attribute of a link.
        body: of the cell.
    """

    text: str
    path: str
    target: bytes
    body: bytes


def link_to(text: str, path: str) -> Link:
    """The link to a file."""
    return Link(text, path, attribute(_target(path)), text_body(text))


class CellLink(NamedTuple):
    """A cell of a row that leads to a file.

    Attributes:
        key: of its column.
        link: the file.
        place: sheet and cell in the file as attributes have them; empty for the file as such.
    """

    key: str
    link: Link
    place: bytes = b""


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
        folder: for what is not yet in the workbook.
        expected: how many rows there will be; the sheets for them are made now, so that they stand together.
        max_rows: rows of a sheet, all counted.
        level: how deep rows stand in the outline.
    """

    def __init__(
        self,
        book: Workbook,
        looks: Looks,
        plan: SheetPlan,
        headline: Headline,
        folder: Path,
        expected: int,
        max_rows: int = MAX_ROWS,
        level: int = 0,
    ) -> None:
        self.looks, self.plan, self.headline = looks, plan, headline
        self.grouped = any(column.group for column in plan.columns)
        self.first = 4 if self.grouped else 3
        self.capacity = max_rows - self.first
        needed = max(1, math.ceil(expected / self.capacity))
        self.names = [
            plan.title if number == 0 else f"{plan.title}（{number + 1}）" for number in range(needed)
        ]
        self.sheets = [book.add_worksheet(name) for name in self.names]
        self.rows = [SheetRows(folder, level) for _ in range(needed)]
        self._rooms = [(one.key, one.width - 1 if one.kind in WRAPPED else 0) for one in plan.columns]
        self._letters = {one.key: column_letters(at) for at, one in enumerate(plan.columns)}
        self._rows = {style: row_template(plan, style) for style in ("body", "total")}
        self.page, self.row, self._full = -1, self.first, self.first + self.capacity
        self._turn()

    @property
    def sheet(self) -> Worksheet:
        """The sheet that is being written."""
        return self.sheets[self.page]

    @property
    def sums(self) -> dict[int, str]:
        """The columns that are added up: key by number."""
        return {at: one.key for at, one in enumerate(self.plan.columns) if one.totalled}

    def put_all(
        self, rows: Sequence[bytes], gaps: Mapping[str, list[bytes]], links: Sequence[CellLink | None] = ()
    ) -> list[Segment]:
        """Write rows.

        Args:
            rows: their XML, each with gaps for some cells and, where they have any, its height.
            gaps: what goes into them, by key of column, in their order.
            links: of each the cell that leads to a file; empty where none does.

        Returns:
            Where they stand, sheet by sheet.
        """
        found: list[Segment] = []
        at = 0
        while at < len(rows):
            if self.row == self._full:
                self._turn()
            end = min(len(rows), at + self._full - self.row)
            for number, linked in enumerate(links[at:end]):
                if linked is not None:
                    self._link(gaps[linked.key], at + number, linked, self.row + number + 1)
            filling = islice(zip(*gaps.values(), strict=True), at, end) if gaps else repeat(())
            self._write(b"".join(map(bytes.__mod__, rows[at:end], filling)))
            first, self.row, at = self.row + 1, self.row + end - at, end
            found.append(Segment(self.names[self.page], first, self.row))
        return found

    def _link(self, bodies: list[bytes], at: int, linked: CellLink, row: int) -> None:
        """Have a cell lead to a file; beyond the number of links that Excel takes it becomes a formula, where one can do it."""
        key, link, place = linked
        rows = self.rows[self.page]
        if rows.links < MAX_LINKS and len(link.target) <= _MAX_URL:
            rows.link(f"{self._letters[key]}{row}", link.target, place)
        else:
            bodies[at] = _formula(link, html.unescape(place.decode())) or bodies[at]

    def put_values(self, values: Sequence[object], style: str = "body") -> None:
        """Write a row of values: None, str, bool, int, Decimal, :class:`Formula` or :class:`Link`, one per column."""
        high, cells, linked = 1, dict[str, list[bytes]](), None
        for (key, room), value in zip(self._rooms, values, strict=True):
            if type(value) is Link:
                linked, value = CellLink(key, value), value.text
            if room and type(value) is str:
                high = max(high, lines(value, room))
            cells[key] = [body_of(value)]
        self.put_all([self._rows[style]], {HEIGHT: [HEIGHTS[high]], **cells}, [linked])

    def finish(self, filtered: bool = True, beside: int = 0) -> None:
        """Put filters on the columns, apart from the last rows, as many as `beside`."""
        columns = len(self.plan.columns)
        if self.row > self.first:
            self.rows[self.page].last = f"{column_letters(columns - 1)}{self.row}"
        if filtered:
            last = max(self.first, self.row - 1 - beside)
            self.sheet.autofilter(self.first - 1, 0, last, columns - 1)

    def close(self) -> None:
        """Let go of the files."""
        for rows in self.rows:
            rows.close()

    # --- one sheet after the other ----------------------------------------------------------------------

    def _turn(self) -> None:
        if self.page >= 0:
            self.finish()
        self.page += 1
        self.row = self.first
        self._write = self.rows[self.page].write
        self._set_up()
        self._head()

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


def _formula(link: Link, place: str) -> bytes | None:
    """A link as a formula's body; None where no formula can hold it."""
    there = f"{link.path}#{place}" if place else link.path
    text = place.rpartition("!")[2] if place else link.text
    if max(len(there), len(text)) > _MAX_FORMULA_TEXT or "#" in link.path:
        return None
    quoted = ",".join('"{}"'.format(one.replace('"', '""')) for one in (there, text))
    return body_of(Formula(f"=HYPERLINK({quoted})", text))


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


def extend(segments: list[Segment], more: Iterable[Segment]) -> None:
    """Add rows to the rows so far, which they follow."""
    for one in more:
        if segments and segments[-1].sheet == one.sheet:
            segments[-1] = Segment(one.sheet, segments[-1].first, one.last)
        else:
            segments.append(one)


def subtotal(segments: Sequence[Segment], column: int, value: Decimal) -> Formula:
    """The sum of a column over rows of one sheet or several; sums within them are not counted again."""
    letters = column_letters(column)
    areas = [f"{quoted(part.sheet)}!{letters}{part.first}:{letters}{part.last}" for part in segments]
    return Formula(f"=SUBTOTAL(9,{','.join(areas)})", value)


def reference(row: Segment, column: int, value: Decimal) -> Formula:
    """The value of a cell of another sheet."""
    return Formula(f"={quoted(row.sheet)}!{column_letters(column)}{row.first}", value)


def relative_path(file: str, folder: str) -> str:
    """The way from the summary's folder to a file, with slashes; absolute where there is none (another drive)."""
    head, name = os.path.split(file)
    return f"{way}/{name}".removeprefix("./") if (way := _way(head, folder)) else name


@lru_cache(maxsize=256)
def _way(there: str, folder: str) -> str:
    try:
        found = os.path.relpath(there or ".", folder)
    except ValueError:
        found = os.path.abspath(there)
    return found.replace(os.sep, "/")


_ESCAPED = re.compile(r'[%\s"<>\\^`{}\[\]#]')


def _target(path: str) -> str:
    """The path as Excel has it in a package: escaped, so that no name is taken for an escape or an anchor."""
    escaped = _ESCAPED.sub(lambda match: "".join(f"%{byte:02X}" for byte in match[0].encode()), path)
    absolute = escaped.startswith("//") or (escaped[:1].isalpha() and escaped[1:2] == ":")
    return ("file:///" if absolute else "") + escaped.replace("/", "\\")
