"""Results as bytes and back: JSON, so that a cache which others can write to can never run anything.

An exact decimal is a list of its one text; nothing else in a row is a list.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from zlib_ng import zlib_ng

from xltargets.consolidate.drawing.drawn import Drawing, encode_drawing
from xltargets.consolidate.drawing.laid import Sheets, encode_sheets
from xltargets.consolidate.inbox.onefile import Broken, FileResult
from xltargets.rules.finding import Finding, Severity
from xltargets.rules.unitrecord import IndicatorRecord, ProjectRecord, UnitRecord
from xltargets.submission.cellmap import CellMap, Row

_DUMPS = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":"), default=lambda value: [str(value)]
).encode


#: A tenth of the size for a thirtieth of the time that reading took.
_LEVEL = 1


class Encoded(NamedTuple):
    """A result in five parts, which are wanted at different times.

    Attributes:
        record: what a comparison of units keeps of it.
        drawing: the cells of its rows as a workbook has them, see :mod:`xltargets.consolidate.drawing.drawn`.
        sheets: its rows laid out, see :mod:`xltargets.consolidate.drawing.laid`.
        content: its rows and findings as values.
        cells: where its values stand.
    """

    record: bytes
    drawing: bytes
    sheets: bytes
    content: bytes
    cells: bytes


def encode(result: FileResult, drawing: Drawing, sheets: Sheets) -> Encoded:
    """What depends on the content of the file alone.

    Half of a surrogate pair, which no XML can hold, becomes a question mark.
    """
    content = {
        "tables": result.tables,
        "findings": encode_findings(result.findings),
        "failures": result.failures,
    }
    return Encoded(
        _bytes(_record(result.record)),
        encode_drawing(drawing),
        encode_sheets(sheets),
        zlib_ng.compress(_bytes(content), _LEVEL),
        zlib_ng.compress(_bytes(_cells(result.cells)), _LEVEL),
    )


def _bytes(content: object) -> bytes:
    return _DUMPS(content).encode("utf-8", "replace")


def decode(data: bytes, result: FileResult) -> FileResult:
    """Put back into a result what :func:`encode` took."""
    content = json.loads(zlib_ng.decompress(data))
    for rows in content["tables"].values():
        for row in rows:
            row[:] = [Decimal(value[0]) if type(value) is list else value for value in row]
    result.tables = content["tables"]
    result.findings = decode_findings(content["findings"])
    result.failures = [Broken(*parts) for parts in content["failures"]]
    return result


def encode_findings(findings: Iterable[Finding]) -> list[list[str | None]]:
    """What JSON has of findings; the file is said elsewhere."""
    return [
        [one.rule, one.severity.value, one.pointer, one.message, one.field, one.sheet, one.cell, one.related, one.waived]
        for one in findings
    ]


def decode_findings(found: Iterable[Sequence[Any]]) -> list[Finding]:
    """Back from JSON."""
    return [_found(*parts) for parts in found]


def _found(
    rule: str, severity: str, pointer: str, message: str, field: str, sheet: str | None, cell: str | None,
    related: str | None, waived: str | None,
) -> Finding:  # fmt: skip
    return Finding(
        rule,
        Severity(severity),
        pointer,
        message,
        field,
        sheet=sheet,
        cell=cell,
        related=related,
        waived=waived,
    )


# --- what a comparison of units keeps ------------------------------------------------------------------


def _record(record: UnitRecord | None) -> list[Any] | None:
    if record is None:
        return None
    return [
        record.code, record.name, record.year, record.version, record.money_units, record.projects, record.indicators,
        record.sentences, record.content,
    ]  # fmt: skip


def decode_record(data: bytes, file: str) -> UnitRecord | None:
    """The record of a file, with the name the file has in this run."""
    parts = json.loads(data)
    if parts is None:
        return None
    code, name, year, version, money_units, projects, indicators, sentences, content = parts
    return UnitRecord(
        file, code, name, year, version, tuple(money_units), tuple([_project(*project) for project in projects]),
        tuple(map(IndicatorRecord._make, indicators)), tuple(sentences), content,
    )  # fmt: skip


def _project(code: str, name: str, total: Any, fiscal: Any, other: Any, goal: int) -> ProjectRecord:
    return ProjectRecord(code, name, _amount(total), _amount(fiscal), _amount(other), goal)


def _amount(text: list[str] | None) -> Decimal | None:
    return None if text is None else Decimal(text[0])


# --- where values stand --------------------------------------------------------------------------------


def _cells(cells: CellMap | None) -> dict[str, Any] | None:
    """Sheets and sets of columns are listed once and referred to by number."""
    if cells is None:
        return None
    sheets: dict[str, int] = {}
    columns: dict[tuple[tuple[str, int], ...], int] = {}
    single = {
        key: [sheets.setdefault(sheet, len(sheets)), row, column]
        for key, (sheet, row, column) in cells.cells.items()
    }
    rows = {
        key: [
            sheets.setdefault(row.sheet, len(sheets)),
            row.row,
            columns.setdefault(tuple(row.columns.items()), len(columns)),
        ]
        for key, row in cells.rows.items()
    }
    return {"cells": single, "rows": rows, "sheets": list(sheets), "columns": [dict(one) for one in columns]}


def decode_cells(data: bytes) -> CellMap:
    """Where the values of a file stand; of what was filled down from above, the row itself."""
    content = json.loads(zlib_ng.decompress(data))
    cells = CellMap()
    if content is None:
        return cells
    sheets, columns = content["sheets"], content["columns"]
    cells.cells = {
        key: (sheets[sheet], row, column) for key, (sheet, row, column) in content["cells"].items()
    }
    cells.rows = {
        key: Row(sheets[sheet], row, columns[column], {})
        for key, (sheet, row, column) in content["rows"].items()
    }
    return cells
