"""The tables as Parquet datasets, for what no spreadsheet holds: one folder per table, partitioned by region.

::

    DIR/projects/region=130730/part-0.parquet
    DIR/indicators/…  DIR/units/…  DIR/findings/…

pandas, DuckDB and Spark read them as they are. Columns are called as in the workbook. Amounts are ``decimal(38, 10)``; text
that stands where a number should is null here (the finding says what it was). Rows go out in batches, so that memory does
not grow with their number.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from decimal import Context, Decimal, InvalidOperation
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xltargets.consolidate.drawing.layout import Row
from xltargets.consolidate.drawing.plans import SheetPlan
from xltargets.consolidate.fold import units_of
from xltargets.consolidate.inbox.discover import OURS
from xltargets.consolidate.inbox.onefile import READ
from xltargets.consolidate.rows import Rows, Unit, values
from xltargets.errors import Error

if TYPE_CHECKING:
    import pyarrow

#: Rows of a group, of which the room it takes to write it comes; and rows that wait as values of Python's before they are packed.
GROUP, BATCH = 2_000, 250
#: Not Hive's own word for null, which pandas does not read.
_UNKNOWN = "unknown"
_BY_REGION = "region, unit IS NULL, unit, number"
_EXACT = Context(prec=38)
_PLACES = Decimal("1e-10")


def check_folder(folder: Path) -> None:
    """Refuse at the start what would fail at the end.

    Raises:
        Error: when pyarrow is not installed, or the folder holds something else.
    """
    if find_spec("pyarrow") is None:
        raise Error('需要安装 pyarrow；请先运行 pip install "xltargets[parquet]"')
    if os.path.exists(folder) and not (folder / OURS).exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Error("这个文件夹里有别的文件，不能用来存放 Parquet；请换一个空文件夹", file=folder)


def write_parquet(rows: Rows, folder: Path) -> None:
    """Write the datasets; they replace those of an earlier run whole or not at all.

    Raises:
        Error: as :func:`check_folder`, or when the folder cannot be written to.
    """
    check_folder(folder)
    fresh = folder.with_name(f".{folder.name}-{secrets.token_hex(4)}.tmp")
    try:
        fresh.mkdir(parents=True)
        (fresh / OURS).write_text("{}", "utf-8")
        _Datasets(rows, fresh).write()
        _swap(fresh, folder)
    except OSError as error:
        raise Error(
            f"Parquet 写不进去（{error.strerror or error}）；请检查磁盘空间和权限", file=folder
        ) from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _swap(fresh: Path, folder: Path) -> None:
    if not folder.exists():
        os.replace(fresh, folder)
        return
    old = fresh.with_suffix(".old")
    os.replace(folder, old)
    try:
        os.replace(fresh, folder)
    except OSError:
        os.replace(old, folder)
        raise
    shutil.rmtree(old, ignore_errors=True)


class _Datasets:
    """One writing of all datasets, region by region."""

    def __init__(self, rows: Rows, folder: Path) -> None:
        self.rows, self.folder = rows, folder
        planner = rows.planner
        self.plans: dict[str, SheetPlan] = {}
        if (plan := planner.project_sheet()) is not None:
            self.plans["projects"] = plan
        for plan in planner.detail_sheets():
            assert plan.table is not None
            self.plans[plan.table.name.rpartition(".")[2]] = plan
        self.plans["units"] = planner.unit_sheet()
        self.plans["findings"] = planner.finding_sheet()
        self.plans = {name: _without_number(plan) for name, plan in self.plans.items()}

    def write(self) -> None:
        """Walk the units by region; a region's files are closed before the next one's are opened."""
        region: str | None = None
        with ExitStack() as stack:
            for files in units_of(self.rows.store, _BY_REGION, "content"):
                own = _region(files[0].region)
                if own != region:
                    stack.close()
                    region, parts = own, self._parts(own, stack)
                self._unit(files, parts)
            stack.close()
            parts = self._parts(_UNKNOWN if region != _UNKNOWN else f"{_UNKNOWN}/rest", stack)
            for special in self.rows.of_none():
                self._add(parts, "findings", [], special)

    def _parts(self, region: str, stack: ExitStack) -> dict[str, _Part]:
        name, _, rest = region.partition("/")
        parts = {
            table: _Part(self.folder / table / f"region={name}" / f"part-{1 if rest else 0}.parquet", plan)
            for table, plan in self.plans.items()
        }
        for part in parts.values():
            stack.callback(part.close)
        return parts

    def _unit(self, files: list[Any], parts: dict[str, _Part]) -> None:
        unit = Unit(files=sum(file.status == READ for file in files))
        root: Row | None = None
        for file in files:
            if not file.taken:
                for special in self.rows.left_out(file):
                    self._add(parts, "findings", [], special)
                continue
            loaded = self.rows.load(file)
            unit.add(self.rows.crossing.brief(file))
            root = root or loaded.root
            for chain, special in self.rows.projects(loaded):
                self._add(parts, "projects", chain, special)
            for name, plan in self.plans.items():
                if name not in ("projects", "units", "findings") and plan.table is not None:
                    for chain in loaded.chains[plan.table.name]:
                        self._add(parts, name, chain, {})
            for special in self.rows.findings(loaded):
                self._add(parts, "findings", [], special)
        if root:
            self._add(parts, "units", [root], unit.special(self.rows.planner.money()))

    def _add(self, parts: dict[str, _Part], name: str, chain: list[Any], special: dict[str, Any]) -> None:
        if name in parts:
            parts[name].add(values(self.plans[name].columns, chain, special))


class _Part:
    """One file of a dataset; it is made when its first group is full."""

    def __init__(self, path: Path, plan: SheetPlan) -> None:
        import pyarrow

        self.path, self.plan = path, plan
        self.waiting: list[list[Any]] = []
        self.packed: list[pyarrow.RecordBatch] = []
        self.rows = 0
        self.writer: Any = None
        types = [_type(column.kind) for column in plan.columns]
        self.schema = pyarrow.schema(list(zip(plan.labels, types, strict=True)))

    def add(self, row: list[Any]) -> None:
        """Take a row."""
        self.waiting.append(row)
        self.rows += 1
        if len(self.waiting) >= BATCH:
            self._pack()
        if self.rows >= GROUP:
            self._write()

    def _pack(self) -> None:
        import pyarrow

        columns = zip(*self.waiting, strict=True)
        arrays = [
            pyarrow.array([_CONVERT.get(column.kind, _text)(value) for value in cells], one)
            for column, cells, one in zip(self.plan.columns, columns, self.schema.types, strict=True)
        ]
        self.packed.append(pyarrow.RecordBatch.from_arrays(arrays, schema=self.schema))
        self.waiting = []

    def _write(self) -> None:
        """Write the rows so far as a group."""
        import pyarrow
        from pyarrow import parquet

        if self.waiting:
            self._pack()
        if self.writer is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.writer = parquet.ParquetWriter(self.path, self.schema, compression="zstd")
        self.writer.write_table(pyarrow.Table.from_batches(self.packed, self.schema))
        self.packed, self.rows = [], 0

    def close(self) -> None:
        """Write the rest."""
        if self.rows:
            self._write()
        if self.writer is not None:
            self.writer.close()


def _without_number(plan: SheetPlan) -> SheetPlan:
    columns = tuple(column for column in plan.columns if column.key != "#number")
    return replace(plan, columns=columns)


def _region(said: object) -> str:
    """A partition's name is a folder's: nothing but the digits of a region's code goes into it."""
    return said if isinstance(said, str) and re.fullmatch(r"\d{6}", said, re.ASCII) else _UNKNOWN


def _type(kind: str) -> pyarrow.DataType:
    import pyarrow

    if kind in ("money", "number"):
        return pyarrow.decimal128(38, 10)
    return pyarrow.int64() if kind == "count" else pyarrow.string()


def _decimal(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        return None
    try:
        found = Decimal(value).quantize(_PLACES, context=_EXACT)
    except InvalidOperation:
        return None
    return found


def _integer(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)) or value != int(value):
        return None
    whole = int(value)
    return whole if abs(whole) < 2**63 else None


def _text(value: object) -> str | None:
    return None if value is None else str(value)


_CONVERT: dict[str, Callable[[object], Any]] = {"money": _decimal, "number": _decimal, "count": _integer}
