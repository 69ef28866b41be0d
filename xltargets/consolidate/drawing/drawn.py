"""What the sheets of a summary hold of one file, drawn where the file is read.

A row's cells are a pure function of the file and of the form: which row of the sheet it is, which of its columns are shown
and what the other files hold comes later. So the work is spread with the reading over processes, and is remembered with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from zlib_ng import zlib_ng

from xltargets.consolidate.drawing.bodies import BLANK, attribute, body_of, lines, text_body, width
from xltargets.consolidate.drawing.columns import WIDEST, room_of, special_room
from xltargets.consolidate.drawing.layout import Row, Table, main_table
from xltargets.consolidate.drawing.plans import FINDING_KEYS
from xltargets.rules.finding import Finding, Severity

#: Between cells, columns and tables; no body has them, since XML cannot.
CELL, COLUMN, TABLE = b"\x1f", b"\x1e", b"\x1d"
#: Numbers of lines go as bytes that are none of these, and come back.
AS_TEXT = bytes((number + ord("0")) % 256 for number in range(256))
AS_NUMBER = bytes((number - ord("0")) % 256 for number in range(256))
#: Stands for no row.
NONE = -1
_LEVEL = 1


#: The cells of a column, row by row: their bodies; and a byte each, how many lines the text takes, none where all take one.
Cells = tuple[list[bytes], bytes]


class Drawn(NamedTuple):
    """Rows of a table.

    Attributes:
        around: per row, the number of the row around it in the table around; of a finding, of its project.
        columns: their cells, column by column, see :func:`packed`; what is not shown is never unpacked.
    """

    around: list[int]
    columns: list[bytes]


def packed(bodies: Sequence[bytes], lines: bytes = b"") -> bytes:
    """The cells of a column as bytes; none where all are blank."""
    if bodies.count(BLANK) == len(bodies):
        return b""
    return CELL.join((*bodies, lines.translate(AS_TEXT)))


def joined(cells: Iterable[bytes]) -> bytes:
    """Cells, of which there may be none, as bytes; :func:`apart` has them back."""
    return CELL.join((b"", *cells))


def apart(data: bytes) -> list[bytes]:
    """The cells that were joined."""
    return data.split(CELL)[1:]


class DrawnFindings(NamedTuple):
    """Rows of findings.

    Attributes:
        rows: with the columns of :data:`~xltargets.consolidate.drawing.columns.FINDING_KEYS`.
        places: per row, where in the file it leads to, as the attribute of a link; empty for nowhere.
    """

    rows: Drawn
    places: list[bytes]


class Drawing(NamedTuple):
    """All rows of a file: by name of table, and those of its findings in document order."""

    tables: dict[str, Drawn]
    findings: DrawnFindings

    def chain(self, tables: Sequence[Table]) -> list[Spread]:
        """The rows of the last of these tables, each with the rows around it; the outermost table comes first."""
        inner = self.tables[tables[-1].name]
        found, rows = [Spread(inner)], inner.around
        for table in reversed(tables[:-1]):
            around = self.tables[table.name]
            found.insert(0, Spread(around, rows))
            rows = [around.around[at] for at in rows]
        return found


class Spread(NamedTuple):
    """Rows as those of another table need them: these, one after the other, blank for :data:`NONE`; None: as they are."""

    drawn: Drawn
    rows: Sequence[int] | None = None

    def column(self, index: int) -> Cells:
        """A column's cells."""
        drawn, rows = self
        packed = drawn.columns[index]
        if not packed:
            return [BLANK] * len(drawn.around if rows is None else rows), b""
        bodies = packed.split(CELL)
        lines = bodies.pop()
        if lines:
            lines = lines.translate(AS_NUMBER)
        if rows is None:
            return bodies, lines
        bodies.append(BLANK)
        if lines:
            lines += b"\1"
            lines = bytes([lines[at] for at in rows])
        return [bodies[at] for at in rows], lines


def draw(tables: Mapping[str, Sequence[Row]], findings: Sequence[Finding], root: Table) -> Drawing:
    """Draw the rows of a file."""
    found = {table.name: _table(tables[table.name], table) for table in root.walk()}
    return Drawing(found, draw_findings(findings, main_table(root)))


def _table(rows: Sequence[Row], table: Table) -> Drawn:
    rooms = [room_of(table, one) for one in table.fields]
    around, *columns = zip(*rows, strict=True) if rows else ((), *((),) * len(rooms))
    return Drawn([NONE if at is None else at for at in around], list(map(_column, columns, rooms)))


def _column(values: Sequence[object], room: float) -> bytes:
    bodies = [BLANK if value is None else body_of(value) for value in values]
    if not room:
        return packed(bodies)
    numbers = [
        lines(value, room) if type(value) is str and (len(value) * 2 > room or "\n" in value) else 1 for value in values
    ]
    return packed(bodies, bytes(numbers) if max(numbers, default=1) > 1 else b"")


def draw_findings(findings: Sequence[Finding], main: Table | None) -> DrawnFindings:
    """Draw rows of findings."""
    prefix = _prefix(main)
    around = [NONE if (item := _item(one.pointer, prefix)) is None else item for one in findings]
    columns = [
        packed([_LABELS[one.severity] for one in findings]),
        packed([text_body(one.rule) for one in findings]),
        _column([one.field or None for one in findings], _FIELD),
        _column([one.message for one in findings], _MESSAGE),
        _column([one.sheet for one in findings], _SHEET),
        _column([one.cell for one in findings], 0),
        _column(list(map(remark_of, findings)), _REMARK),
    ]
    return DrawnFindings(Drawn(around, columns), [_place(one) for one in findings])


def _place(finding: Finding) -> bytes:
    return attribute(f"{quoted(finding.sheet)}!{finding.cell}") if finding.sheet and finding.cell else b""


_LABELS = {severity: text_body(severity.label) for severity in Severity}


_FIELD, _MESSAGE, _SHEET, _REMARK = map(special_room, ("#field", "#message", "#sheet", "#remark"))
assert FINDING_KEYS == ("#severity", "#rule", "#field", "#message", "#sheet", "#cell", "#remark")


def quoted(sheet: str) -> str:
    """A sheet's name as formulas have it."""
    return "'" + sheet.replace("'", "''") + "'"


def remark_of(finding: Finding) -> str | None:
    """Why a finding is listed and not counted."""
    if finding.waived is not None:
        return f"豁免：{finding.waived}"
    return f"由{finding.related.partition(' ')[0]}带出" if finding.related else None


def item_of(pointer: str, main: Table | None) -> int | None:
    """The number of the project a pointer leads into."""
    return _item(pointer, _prefix(main))


def _prefix(main: Table | None) -> str | None:
    """What the pointers into projects begin with."""
    return None if main is None else "/" + main.name.replace(".", "/") + "/"


def _item(pointer: str, prefix: str | None) -> int | None:
    if prefix is None or not pointer.startswith(prefix):
        return None
    number = pointer[len(prefix) :].partition("/")[0]
    return int(number) if number.isdecimal() and number.isascii() else None


def widths_of(tables: Mapping[str, Sequence[Row]], root: Table) -> dict[str, list[int]]:
    """By name of table, how wide each column's widest value is (a Chinese character counts 2; 0: no value).

    What fills a column anyhow is only told to be as wide as that.
    """
    found: dict[str, list[int]] = {}
    for table in root.walk():
        columns = zip(*tables[table.name], strict=True) if tables[table.name] else iter(())
        next(columns, None)
        wide = [_widest(cells, one.default) for cells, one in zip(columns, table.fields, strict=False)]
        found[table.name] = wide or [0] * len(table.fields)
    return found


def _widest(cells: Sequence[object], default: object) -> int:
    most, found = int(WIDEST), 0
    for cell in set(cells):
        if cell is not None and cell != default:
            found = max(found, width(cell))
            if found >= most:
                return most
    return found


# --- as bytes -------------------------------------------------------------------------------------------


def encode_drawing(drawing: Drawing) -> bytes:
    """As bytes, small."""
    parts = [COLUMN.join((name.encode(), *_parts(rows))) for name, rows in drawing.tables.items()]
    found = COLUMN.join((joined(drawing.findings.places), *_parts(drawing.findings.rows)))
    return zlib_ng.compress(TABLE.join([*parts, found]), _LEVEL)


def _parts(rows: Drawn) -> Iterator[bytes]:
    yield joined(b"%d" % at for at in rows.around)
    yield from rows.columns


def decode_drawing(data: bytes) -> Drawing:
    """Back from bytes."""
    *parts, found = zlib_ng.decompress(data).split(TABLE)
    tables = {}
    for part in parts:
        name, *columns = part.split(COLUMN)
        tables[name.decode()] = _read(columns)
    places, *columns = found.split(COLUMN)
    return Drawing(tables, DrawnFindings(_read(columns), apart(places)))


def _read(parts: Sequence[bytes]) -> Drawn:
    return Drawn(list(map(int, apart(parts[0]))), list(parts[1:]))
