"""What the sheets of a summary hold of one file, drawn where the file is read.

A row's cells are a pure function of the file and of the form: which row of the sheet it is, which of its columns are shown,
what they look like and what the other files hold comes later, and costs no more than putting the pieces together. So the
work is spread with the reading over processes, and is remembered with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from zlib_ng import zlib_ng

from xltargets.consolidate.bodies import BLANK, attribute, body_of, lines, text_body, width
from xltargets.consolidate.columns import FINDING_KEYS, WIDEST, room_of, special_room
from xltargets.consolidate.layout import Row, Table, main_table
from xltargets.rules.finding import Finding, Severity

#: Between cells, rows and tables; no body has them, since XML cannot.
_CELL, _ROW, _TABLE = b"\x1f", b"\x1e", b"\x1d"
#: A byte per cell counts its lines; this one is none.
_NONE = ord("0")
_MARKS = bytes(range(_NONE, 256)) + bytes([255] * _NONE)
#: That of a cell with one line.
LINE = b"1"
_LEVEL = 1


class Drawn(NamedTuple):
    """A row.

    Attributes:
        around: number of the row around it in the table around; of a finding, of its project. None: none.
        lines: a byte per cell that says how many lines it takes, see :func:`high`; the greatest is the row's.
        bodies: its cells.
    """

    around: int | None
    lines: bytes
    bodies: list[bytes]


class DrawnFinding(NamedTuple):
    """A row of a finding; ``place`` is where in the file it leads to, as the attribute of a link, empty for nowhere."""

    item: int | None
    lines: bytes
    bodies: list[bytes]
    place: bytes


@dataclass
class Drawing:
    """All rows of a file.

    Attributes:
        tables: by name of table.
        findings: in document order, their cells in the order of :data:`~xltargets.consolidate.columns.FINDING_KEYS`.
    """

    tables: dict[str, list[Drawn]] = field(default_factory=dict)
    findings: list[DrawnFinding] = field(default_factory=list)

    def within(self, root: Table) -> dict[str, list[Drawn]]:
        """The rows, each after the cells of the rows around it, outermost first."""
        found = {root.name: self.tables[root.name]}
        for around in root.walk():
            outer = found[around.name]
            for _, table in around.inner:
                found[table.name] = [
                    Drawn(at, outer[at or 0].lines + marks, outer[at or 0].bodies + bodies)
                    for at, marks, bodies in self.tables[table.name]
                ]
        return found


def draw(tables: Mapping[str, Sequence[Row]], findings: Iterable[Finding], root: Table) -> Drawing:
    """Draw the rows of a file."""
    drawing = Drawing()
    for table in root.walk():
        rooms = [room_of(table, one) for one in table.fields]
        drawing.tables[table.name] = [_row(row, rooms) for row in tables[table.name]]
    drawing.findings = draw_findings(findings, main_table(root))
    return drawing


def _row(row: Row, rooms: Sequence[float]) -> Drawn:
    values = row[1:]
    numbers = [
        lines(value, room) if room and type(value) is str and (len(value) * 2 > room or "\n" in value) else 1
        for value, room in zip(values, rooms, strict=True)
    ]
    return Drawn(row[0], counted(numbers), [BLANK if value is None else body_of(value) for value in values])


def counted(numbers: Iterable[int]) -> bytes:
    """Numbers of lines, a byte each."""
    return bytes(numbers).translate(_MARKS)


def high(marks: Iterable[int]) -> int:
    """The greatest number of lines that these bytes stand for."""
    return max(marks) - _NONE


def draw_findings(findings: Iterable[Finding], main: Table | None) -> list[DrawnFinding]:
    """Draw rows of findings."""
    prefix = _prefix(main)
    return [_finding(finding, _item(finding.pointer, prefix)) for finding in findings]


def _finding(finding: Finding, item: int | None) -> DrawnFinding:
    sheet, cell, remark = finding.sheet, finding.cell, remark_of(finding)
    marks = counted(
        (
            1, 1, lines(finding.field, _FIELD), lines(finding.message, _MESSAGE), lines(sheet, _SHEET) if sheet else 1,
            1, lines(remark, _REMARK) if remark else 1,
        )
    )  # fmt: skip
    bodies = [
        _LABELS[finding.severity], text_body(finding.rule), text_body(finding.field) if finding.field else BLANK,
        text_body(finding.message), body_of(sheet), body_of(cell), body_of(remark),
    ]  # fmt: skip
    place = attribute(f"{quoted(sheet)}!{cell}") if sheet and cell else b""
    return DrawnFinding(item, marks, bodies, place)


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
    parts = [name.encode() + _ROW + _rows(rows) for name, rows in drawing.tables.items()]
    found = _ROW.join(
        [_CELL.join((_number(one.item), one.lines, one.place, *one.bodies)) for one in drawing.findings]
    )
    return zlib_ng.compress(_TABLE.join([*parts, found]), _LEVEL)


def _rows(rows: Sequence[Drawn]) -> bytes:
    return _ROW.join([_CELL.join((_number(row.around), row.lines, *row.bodies)) for row in rows])


def _number(number: int | None) -> bytes:
    return b"" if number is None else b"%d" % number


def decode_drawing(data: bytes) -> Drawing:
    """Back from bytes."""
    *parts, found = zlib_ng.decompress(data).split(_TABLE)
    drawing = Drawing()
    for part in parts:
        name, *rows = part.split(_ROW)
        drawing.tables[name.decode()] = [_read(row) for row in rows if row]
    for row in found.split(_ROW) if found else ():
        item, marks, place, *bodies = row.split(_CELL)
        drawing.findings.append(DrawnFinding(int(item) if item else None, marks, bodies, place))
    return drawing


def _read(row: bytes) -> Drawn:
    around, marks, *bodies = row.split(_CELL)
    return Drawn(int(around) if around else None, marks, bodies)
