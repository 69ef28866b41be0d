"""What the whole run needs to know of one file, in short: who it is from, how much it holds, which projects."""

from __future__ import annotations

import json
from typing import Any

from xltargets.consolidate.layout import Row, Table
from xltargets.consolidate.onefile import FileResult

#: Fields of the root that say who a submission is from.
IDENTITY = {"unit": "unit.code", "name": "unit.name", "region": "unit.region", "year": "unit.year"}


def main_table(root: Table) -> Table | None:
    """The table whose rows the summary is about: that of the projects, or else the first of the form."""
    inner = [table for _, table in root.inner]
    return next((table for table in inner if table.name == "projects"), inner[0] if inner else None)


def brief_of(result: FileResult, root: Table) -> str:
    """As JSON: identity, rows per table, widths, keys of the projects, findings by severity."""
    brief: dict[str, Any] = {}
    if result.tables:
        row = result.tables[""][0]
        for word, dotted in IDENTITY.items():
            at = root.column(dotted)
            value = None if at is None else row[at + 1]
            brief[word] = None if value is None or not str(value).strip() else str(value).strip()
        brief["rows"] = {name: len(rows) for name, rows in result.tables.items()}
        brief["widths"] = result.widths
        brief["keys"] = _keys(result.tables, main_table(root))
        brief["counts"] = result.counts
        brief["findings"] = len(result.findings)
    brief["failures"] = len(result.failures)
    return json.dumps(brief, ensure_ascii=False).encode("utf-8", "replace").decode()


def _keys(tables: dict[str, list[Row]], table: Table | None) -> list[str]:
    if table is None or table.key is None:
        return []
    return [str(row[table.key + 1]).strip() for row in tables[table.name] if row[table.key + 1] is not None]
