"""The rows that one file gives to each sheet, laid out as the sheet has them, but for what only the whole run can say.

Which columns a sheet has depends on all files: one that hardly any form has is shown when somebody filled it in. So a file's rows
are laid out, where it is read, for the columns it would have alone, which nearly always are those of all; where they are not, the
process that sums up lays them out again from what was drawn. What the run says goes into the gaps: numbers, links, sums.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import NamedTuple

from zlib_ng import zlib_ng

from xltargets.consolidate.drawing.bodies import BLANK, HEIGHTS, body_of
from xltargets.consolidate.drawing.choice import Choice
from xltargets.consolidate.drawing.columns import Planner
from xltargets.consolidate.drawing.drawn import (
    AS_NUMBER,
    AS_TEXT,
    COLUMN,
    NONE,
    TABLE,
    Cells,
    Drawing,
    Drawn,
    DrawnFindings,
    Spread,
    apart,
    joined,
)
from xltargets.consolidate.drawing.layout import Table
from xltargets.consolidate.drawing.looks import number_of
from xltargets.consolidate.drawing.plans import FINDING_KEYS, UNIT, SheetPlan
from xltargets.submission.form import Form

#: What the gap for a row's height is called among those for cells, which are called as their columns.
HEIGHT = "#height"
#: A gap while a row is put together, which no XML has; and then, as formatting fills it.
_GAP, _TO_FILL = b"\0", b"%b"
#: Of a row of findings the cell that leads to a file, which the run may have to turn into a formula; and the others.
_LEADING = "#cell"
_SAID = [key for key in FINDING_KEYS if key != _LEADING]
_LEVEL = 1


class Laid(NamedTuple):
    """Rows of a sheet.

    Attributes:
        rows: the XML of each, with a gap for each cell that the run gives and, where it is open, for its height.
        high: a byte per row, the lines of its cell with the most; nothing where heights are not open.
    """

    rows: list[bytes]
    high: bytes


@dataclass(frozen=True)
class Layout:
    """How a sheet's rows are laid out.

    Attributes:
        plan: title and columns.
        style: ``body``, ``subtotal`` or ``total``.
        level: how deep they stand in the outline; 1 can be folded away.
        fixed: cells that are the same in every row, by key of column.
        depth: how many tables, from the outermost, cells come from.
        drawn: keys of columns that are no field and yet are the file's.
        open: whether a cell that the run gives may be the highest of its row.
    """

    plan: SheetPlan
    style: str
    level: int
    fixed: Mapping[str, bytes]
    depth: int
    drawn: Sequence[str] = ()
    open: bool = False

    @cached_property
    def signature(self) -> str:
        """What tells the layouts of a form from each other."""
        said = "\n".join((self.plan.title, self.style, *(column.key for column in self.plan.columns)))
        return blake2b(said.encode("utf-8", "replace"), digest_size=16).hexdigest()

    @cached_property
    def gaps(self) -> list[str]:
        """What the run gives, in the order of the gaps: the height, where it is open, and columns by their keys."""
        known = {*self.fixed, *self.drawn}
        columns = [one.key for one in self.plan.columns if one.key not in known and not 0 <= one.level < self.depth]
        return [HEIGHT, *columns] if self.open else columns

    @cached_property
    def _row(self) -> bytes:
        return row_template(self.plan, self.style, self.level)

    def lay(self, count: int, chain: Sequence[Spread], special: Mapping[str, Cells] = {}) -> Laid:
        """Lay out rows.

        Args:
            count: how many.
            chain: their cells, and those of the rows around them, outermost first.
            special: the cells of the columns that are no field and yet are the file's.
        """
        found, marks = [], [b"\1" * count]
        for column in self.plan.columns:
            if column.key in special:
                bodies, lines = special[column.key]
            elif column.key in self.fixed:
                bodies, lines = [self.fixed[column.key]] * count, b""
            elif 0 <= column.level < self.depth:
                bodies, lines = chain[column.level].column(column.index)
            else:
                found.append([_GAP] * count)
                continue
            found.append(bodies)
            if lines:
                marks.append(lines)
        high = bytes(map(max, *marks)) if len(marks) > 1 else marks[0]
        heights = [_GAP] * count if self.open else [HEIGHTS[one] for one in high]
        rows = map(self._row.__mod__, zip(heights, *found, strict=True))
        filled = [row.replace(b"%", b"%%").replace(_GAP, _TO_FILL) for row in rows]
        return Laid(filled, high if self.open else b"")


def row_template(plan: SheetPlan, style: str = "body", level: int = 0) -> bytes:
    """A row that wants its height and a body per cell.

    Neither row nor cells say where they stand: each follows the one before, as the standard allows and Office documents
    (MS-OI29500, 2.1.590). With addresses, in which no two cells are alike, the file would be twice as large.
    """
    outline = b' outlineLevel="%d"' % level if level else b""
    cells = [b'<c s="%d"%%b' % number_of(column.kind, style) for column in plan.columns]
    return b'<row ht="%%b" customHeight="1"%s>%s</row>' % (outline, b"".join(cells))


class Layouts:
    """The layouts of all sheets of rows; None for a sheet that there is not."""

    def __init__(self, planner: Planner) -> None:
        self.main = planner.main
        plan = planner.project_sheet()
        self.projects = None if plan is None else Layout(plan, "body", 1, {}, 2, open=True)
        self.subtotal = None if plan is None else Layout(plan, "subtotal", 0, _around_sums(plan), 1)
        self.details = [Layout(plan, "body", 0, {}, len(plan.tables)) for plan in planner.detail_sheets()]
        self.units = Layout(planner.unit_sheet(), "body", 0, {}, 1)
        plan = planner.overall_sheet()
        self.overall = None if plan is None else Layout(plan, "body", 0, {}, 1)
        self.findings = Layout(planner.finding_sheet(), "body", 0, {}, 2, _SAID)

        self._of_unit = [one for one in (self.subtotal, self.units, self.overall) if one]
        self._of_rows = [one for one in (self.projects, *self.details) if one]

    def signatures(self, rows: Mapping[str, int]) -> set[str]:
        """Of the layouts that a file needs which has so many rows of each table."""
        needed = {layout.signature for layout in (*self._of_unit, self.findings)}
        return needed | {layout.signature for layout in self._of_rows if rows[layout.plan.tables[-1].name]}

    def lay(self, drawing: Drawing) -> Sheets:
        """Lay out all rows of a file."""
        found = {}
        for layout in self._of_rows:
            chain = drawing.chain(layout.plan.tables)
            found[layout.signature] = layout.lay(len(chain[-1].drawn.around), chain)
        for layout in self._of_unit:
            found[layout.signature] = layout.lay(1, [Spread(drawing.tables[""])])
        around = [drawing.tables[""], drawing.tables[self.main.name] if self.main else Drawn([], [])]
        found[self.findings.signature] = self.lay_findings(drawing.findings, around)
        return Sheets(found, *leading(drawing.findings))

    def lay_findings(self, found: DrawnFindings, around: Sequence[Drawn]) -> Laid:
        """Lay out findings; around them are the row of the root, and those of the projects."""
        root, projects = around
        count, known = len(found.places), len(projects.around)
        items = [at if at < known else NONE for at in found.rows.around]
        own = Spread(found.rows)
        special = {key: own.column(FINDING_KEYS.index(key)) for key in _SAID}
        return self.findings.lay(count, [Spread(root, [0] * count), Spread(projects, items)], special)


class Sheets(NamedTuple):
    """What one file gives to the sheets.

    Attributes:
        laid: its rows by the signature of their layout.
        cells, places: of its findings, the cell that leads to the file, and where to.
    """

    laid: dict[str, Laid]
    cells: list[bytes]
    places: list[bytes]


def leading(found: DrawnFindings) -> tuple[list[bytes], list[bytes]]:
    """Of findings the cells that lead to the file, and where to."""
    return Spread(found.rows).column(FINDING_KEYS.index(_LEADING))[0], found.places


def _around_sums(plan: SheetPlan) -> dict[str, bytes]:
    """The cells of the line below a unit's projects that neither are sums nor say whose they are.

    It is called so in the column of the numbers, else in the first that would be empty.
    """
    empty = [one.key for one in plan.columns if not one.totalled and not one.key.startswith(UNIT)]
    label = "#number" if "#number" in empty else next(iter(empty), None)
    return {key: body_of("小计") if key == label else BLANK for key in empty}


# --- for the columns that a file has alone --------------------------------------------------------------

#: The layouts that were wanted last; most files of a bureau want the same.
_ALONE: dict[tuple[object, ...], Layouts] = {}
_MOST_ALONE = 16


def lay(drawing: Drawing, widths: Mapping[str, Sequence[int]], form: Form, root: Table, choice: Choice) -> Sheets:
    """Lay out a file's rows for the columns that a summary of it alone has."""
    shown = tuple((name, tuple([bool(one) for one in of_table])) for name, of_table in widths.items())
    key = (id(form), repr(choice), shown)  # the layouts keep the form, so no other gets its id
    if key not in _ALONE:
        if len(_ALONE) >= _MOST_ALONE:
            _ALONE.clear()
        _ALONE[key] = Layouts(Planner(form, root, widths, choice))
    return _ALONE[key].lay(drawing)


# --- as bytes -------------------------------------------------------------------------------------------


def encode_sheets(sheets: Sheets) -> bytes:
    """As bytes, small."""
    found = [COLUMN.join((joined(sheets.cells), joined(sheets.places)))]
    for signature, laid in sheets.laid.items():
        found.append(COLUMN.join((signature.encode(), laid.high.translate(AS_TEXT), joined(laid.rows))))
    return zlib_ng.compress(TABLE.join(found), _LEVEL)


def decode_sheets(data: bytes) -> Sheets:
    """Back from bytes."""
    found, *parts = zlib_ng.decompress(data).split(TABLE)
    cells, places = found.split(COLUMN)
    laid = {}
    for part in parts:
        signature, high, rows = part.split(COLUMN)
        laid[signature.decode()] = Laid(apart(rows), high.translate(AS_NUMBER))
    return Sheets(laid, apart(cells), apart(places))
