"""What the whole run needs to know of one file, in short: who it is from, how much it holds, what it adds to the sums."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from xltargets.consolidate.drawing.bodies import is_exact, sound
from xltargets.consolidate.drawing.columns import kind_of
from xltargets.consolidate.drawing.drawn import Drawing
from xltargets.consolidate.drawing.layout import Row, Table, main_table
from xltargets.consolidate.inbox.onefile import FileResult, does_count
from xltargets.rules.finding import Severity

#: Fields of the root that say who a submission is from.
IDENTITY = {"unit": "unit.code", "name": "unit.name", "region": "unit.region", "year": "unit.year"}
SEVERITIES = tuple(severity.value for severity in Severity)

#: The ninth character of a project's code, where no project says its kind.
LETTERS = {"R": "人员类", "Y": "运转类", "T": "特定目标类", "Z": "转移支付", "P": "部门项目"}
_CODE = re.compile(r"\d{8}([A-Z])[0-9A-Z]{12}")


class Brief(NamedTuple):
    """What is known of a file in short.

    Attributes:
        unit, name, region: whose it is; None where it does not say.
        said: the rest, as JSON, see :func:`brief_of`.
    """

    unit: str | None
    name: str | None
    region: str | None
    said: str


def brief_of(result: FileResult, drawing: Drawing | None, widths: Mapping[str, Sequence[int]], root: Table) -> Brief:
    """What is known of a file in short.

    Its JSON says of a file that was read: ``year``; ``rows`` and ``widths`` per table; ``keys`` of its projects; of its
    findings the number ``findings``, those that count by severity in ``counts`` and by rule in ``rules``; ``items``, per
    project its kind and the numbers of :data:`SEVERITIES`; ``money``, per kind of project the sums of its amounts, exact, as
    text. Of every file ``failures``, the number of rules that raised.
    """
    brief: dict[str, Any] = {}
    who: dict[str, str | None] = dict.fromkeys(IDENTITY)
    if drawing is not None:
        row = result.tables[""][0]
        who = {word: _said(row, root.column(dotted)) for word, dotted in IDENTITY.items()}
        brief["year"] = who["year"]
        brief["rows"] = {name: len(rows) for name, rows in result.tables.items()}
        brief["widths"] = widths
        brief["findings"] = len(result.findings)
        items = drawing.findings.rows.around
        counted = [pair for pair in zip(result.findings, items, strict=True) if does_count(pair[0])]
        brief["rules"] = Counter([finding.rule for finding, _ in counted])
        by_severity = Counter([finding.severity for finding, _ in counted])
        brief["counts"] = {severity.value: by_severity[severity] for severity in Severity}
        brief |= _projects(
            result.tables, Counter((item, finding.severity) for finding, item in counted), main_table(root)
        )
    brief["failures"] = len(result.failures)
    said = sound(json.dumps(brief, ensure_ascii=False, separators=(",", ":")))
    return Brief(who["unit"], who["name"], who["region"], said)


def _said(row: Row, column: int | None) -> str | None:
    """What a row of the root says in a column; None where it says nothing."""
    value = None if column is None else row[column + 1]
    return None if value is None else sound(str(value).strip()) or None


def _projects(
    tables: Mapping[str, Sequence[Row]],
    counts: Mapping[tuple[int, Severity], int],
    table: Table | None,
) -> dict[str, Any]:
    """What it says of the file's projects."""
    if table is None:
        return {"keys": [], "items": [], "money": {}}
    rows = tables[table.name]
    keys = (
        []
        if table.key is None
        else [str(value).strip() for row in rows if (value := row[table.key + 1]) is not None]
    )
    kind, code = table.column(f"{table.name}.kind"), table.column(f"{table.name}.code")
    kinds = [_kind(row, kind, code) for row in rows]
    items = [[one, *(counts.get((at, severity), 0) for severity in Severity)] for at, one in enumerate(kinds)]
    return {"keys": keys, "items": items, "money": _money(rows, kinds, table)}


def _kind(row: Row, kind: int | None, code: int | None) -> str:
    """What kind of project it is: as it says itself, else by its code."""
    said = None if kind is None else row[kind + 1]
    if isinstance(said, str) and said.strip():
        return said.strip()[:40]
    match = None if code is None else _CODE.fullmatch(str(row[code + 1]).strip())
    return LETTERS.get(match[1], f"{match[1]}类") if match else "未分类"


def _money(rows: Sequence[Row], kinds: Sequence[str], table: Table) -> dict[str, dict[str, str]]:
    """Sums by kind of project and field. An amount that Excel does not hold exactly is not counted."""
    amounts = [(at, field.dotted) for at, field in enumerate(table.fields, 1) if kind_of(field) == "money"]
    sums: dict[str, dict[str, Decimal]] = {}
    for row, kind in zip(rows, kinds, strict=True):
        for at, key in amounts:
            if is_exact(row[at]):
                of_kind = sums.setdefault(kind, {})
                of_kind[key] = of_kind.get(key, Decimal(0)) + Decimal(str(row[at]))
    return {kind: {key: str(amount) for key, amount in found.items()} for kind, found in sums.items()}
