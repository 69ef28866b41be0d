"""What is known of files, on disk: results by content, which the next run finds again, and the list of this run.

One SQLite database holds the results, keyed by the digest of the file's content and the fingerprint of all that the result
depends on: the form, the rules and their settings, the code. Two runs may share it: what they write is the same, and they
hold it only for a moment. The list of this run is in a private database on disk, so that memory does not grow with it.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, NamedTuple

from xltargets.consolidate.brief import Brief
from xltargets.consolidate.codec import (
    Encoded,
    decode,
    decode_cells,
    decode_findings,
    decode_record,
    encode_findings,
)
from xltargets.consolidate.drawing.bodies import sound
from xltargets.consolidate.drawing.drawn import Drawing, decode_drawing
from xltargets.consolidate.drawing.laid import Sheets, decode_sheets
from xltargets.consolidate.inbox.discover import Source
from xltargets.consolidate.inbox.onefile import READ, FileResult, Reading
from xltargets.errors import Error
from xltargets.rules.finding import Finding
from xltargets.rules.registry import all_rules
from xltargets.rules.unitrecord import UnitRecord
from xltargets.submission.cellmap import CellMap

#: Code that a result depends on.
_CODE = (
    "excel", "submission", "rules", "values", "data", "schema", "consolidate/inbox", "consolidate/drawing",
    "consolidate/brief.py", "consolidate/codec.py",
)  # fmt: skip
#: Results that no run has used for so many runs are dropped.
_KEEP_RUNS = 40
#: What was read is made last after so many files or seconds: so much is read again after a power cut.
_COMMIT_EVERY, _COMMIT_SECONDS = 100, 2.0
#: The same for files that have not changed, of which only that they were used is noted.
_USED_EVERY = 2_000
_BUSY_SECONDS = 60
#: So many files at a time are looked for, and parts of their results fetched.
AHEAD = 32

#: Of the tables; a database of another version is emptied.
_VERSION = 4
#: What is looked up and changed in each run stands apart from what is large.
_TABLES = {
    "runs": "(id INTEGER PRIMARY KEY AUTOINCREMENT)",
    "results": "(id INTEGER PRIMARY KEY, print TEXT, digest TEXT, run INTEGER, UNIQUE (print, digest))",
    "parts": "(id INTEGER PRIMARY KEY, unit TEXT, name TEXT, region TEXT, said TEXT,"
    " record BLOB, drawing BLOB, sheets BLOB, content BLOB, cells BLOB)",
    "seen": "(file TEXT PRIMARY KEY, digest TEXT) WITHOUT ROWID",
}
_LIST = """
CREATE TABLE list (number INTEGER PRIMARY KEY, file TEXT, disk TEXT, member TEXT, status TEXT, message TEXT, digest TEXT, size INTEGER,
  modified INTEGER, unit TEXT, name TEXT, region TEXT, said TEXT, replaced INTEGER);
CREATE TABLE crossed (number INTEGER, findings TEXT);
CREATE INDEX crossed_by_number ON crossed (number);
CREATE INDEX list_by_file ON list (file);
CREATE INDEX list_by_unit ON list (unit IS NULL, unit, number);
"""


#: The order of a summary: unit by unit, those without a code last.
BY_UNIT = "unit IS NULL, unit, number"


class Listed(NamedTuple):
    """One file of this run.

    Attributes:
        number: its place in the order of discovery, from 0.
        disk, member: the file on disk; for a file within an archive that, and its name there.
        file, status, message, digest, size, modified: as in :class:`~xltargets.consolidate.inbox.onefile.FileResult`.
        unit, name, region: the unit's; None where it has none.
        said: the rest of its brief, as JSON.
        replaced: the number of the newer file that is taken in its stead; None when it is taken itself.
    """

    number: int
    file: str
    disk: str
    member: str | None
    status: str
    message: str
    digest: str
    size: int
    modified: int
    unit: str | None
    name: str | None
    region: str | None
    said: str
    replaced: int | None

    @property
    def taken(self) -> bool:
        """Whether its rows are in the summary."""
        return self.status == READ and self.replaced is None

    @property
    def brief(self) -> Mapping[str, Any]:
        """What the whole run needs to know of it, see :mod:`xltargets.consolidate.brief`; it is decoded each time."""
        found: Mapping[str, Any] = json.loads(self.said)
        return found


_BRIEF = ", ".join(Brief._fields)
_DIGEST = Listed._fields.index("digest")


class Store:
    """The database of a run; a context manager.

    Args:
        path: the database that later runs find results in; None keeps nothing.
        reading: how files are read; results of another way of reading are not found.

    Attributes:
        note: what is worth saying about the cache, one Chinese sentence; empty when all is well.
    """

    def __init__(self, path: Path | None, reading: Reading) -> None:
        self.note = ""
        self.print = fingerprint(reading)
        self._kept: list[tuple[object, ...]] = []
        self._seen: list[tuple[str, str]] = []
        self._used: list[str] = []
        self._ahead: dict[str, dict[str, Any]] = {}
        self._briefs: dict[str, Brief] = {}
        self._committed = time.monotonic()
        self._base = self._open(path)
        self._list = sqlite3.connect("")
        self._list.executescript(_LIST)
        with self._writing():
            self.run = self._base.execute("INSERT INTO runs DEFAULT VALUES").lastrowid or 0

    def _open(self, path: Path | None) -> sqlite3.Connection:
        """The database; one that cannot be used is left alone and a private one taken in its stead."""
        if path is not None:
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                base = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)
                _prepare(base)
                return base
            except (sqlite3.Error, OSError) as error:
                self.note = f"缓存“{path}”不能用（{error}），没有动它，本次全部重新读取；它确是本程序的缓存文件的，可以删除"
        base = sqlite3.connect("", isolation_level=None)
        base.execute("PRAGMA journal_mode = OFF")  # nobody will want it back
        _prepare(base)
        return base

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """One short transaction, which waits for those of other runs."""
        try:
            self._base.execute("BEGIN IMMEDIATE")
            yield
            self._base.execute("COMMIT")
        except sqlite3.Error as error:
            raise Error(f"读到的内容存不下来（{error}）；请清理磁盘后再试，原有的汇总表没有改动") from error

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    # --- filling --------------------------------------------------------------------------------------

    def known(self, files: Collection[str]) -> dict[str, str]:
        """The digests that files had when their results were kept; nothing of those without such a result."""
        places = ",".join("?" * len(files))
        found = self._base.execute(
            f"SELECT file, digest, {_BRIEF} FROM seen JOIN results USING (digest) JOIN parts USING (id)"
            f" WHERE print = ? AND file IN ({places})",
            (self.print, *files),
        ).fetchall()
        self._briefs = {digest: Brief(*brief) for _, digest, *brief in found}
        return {file: digest for file, digest, *_ in found}

    def keep(self, file: str, digest: str, encoded: Encoded, brief: Brief) -> None:
        """Remember the result of a file's content."""
        self._kept.append((digest, *brief, *encoded))
        self._seen.append((file, digest))
        self._commit_some()

    def used(self, digest: str) -> Brief:
        """Note that a remembered result is used; give its brief."""
        self._used.append(digest)
        self._commit_some()
        if digest not in self._briefs:
            ((_, *brief),) = self._rows(_BRIEF, {digest})
            return Brief(*brief)
        return self._briefs[digest]

    def enter(self, number: int, source: Source, result: FileResult, brief: Brief) -> None:
        """Put a file on the list of this run."""
        self._list.execute(
            "INSERT INTO list VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)",
            (
                number, result.file, os.fsencode(source.path), source.member, result.status, result.message, result.digest, result.size, result.modified,
                *brief,
            ),
        )  # fmt: skip

    def replace(self, number: int, by: int) -> None:
        """Say that a newer file is taken instead of this one."""
        self._list.execute("UPDATE list SET replaced = ? WHERE number = ?", (by, number))

    def _commit_some(self) -> None:
        waiting = len(self._kept) >= _COMMIT_EVERY or len(self._used) >= _USED_EVERY
        if waiting or time.monotonic() - self._committed > _COMMIT_SECONDS:
            self.commit()

    def keep_crossed(self, number: int, findings: Iterable[Finding]) -> None:
        """Keep for this run what the comparison of units found of a file, after what is kept of it so far."""
        said = sound(json.dumps(encode_findings(findings), ensure_ascii=False))
        self._list.execute("INSERT INTO crossed VALUES (?, ?)", (number, said))

    def commit(self) -> None:
        """Make what was kept last, whatever happens next.

        Raises:
            Error: when the disk is full, or another run holds the database for too long.
        """
        if not (self._kept or self._used):
            return
        with self._writing():
            for digest, *parts in self._kept:
                new = self._base.execute(
                    "INSERT OR IGNORE INTO results VALUES (NULL, ?, ?, ?)", (self.print, digest, self.run)
                )
                if new.rowcount:
                    self._base.execute("INSERT INTO parts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (new.lastrowid, *parts))
            self._base.executemany("INSERT OR REPLACE INTO seen VALUES (?, ?)", self._seen)
            self._base.executemany(
                "UPDATE results SET run = ? WHERE print = ? AND digest = ?",
                [(self.run, self.print, digest) for digest in self._used],
            )
        self._kept, self._seen, self._used = [], [], []
        self._committed = time.monotonic()

    # --- reading --------------------------------------------------------------------------------------

    def listed(
        self, where: str = "TRUE", values: tuple[object, ...] = (), order: str = BY_UNIT, part: str | None = None
    ) -> Iterator[Listed]:
        """The files of this run; by default unit by unit, those without a code last.

        With a part of the results (a column of the table) that is going to be wanted of each, it is fetched some files ahead:
        a look into a database that others may write to costs more than what is found there.
        """
        rows = self._list.execute(f"SELECT * FROM list WHERE {where} ORDER BY {order}", values)
        while some := rows.fetchmany(AHEAD):
            if part is not None:
                self._ahead[part] = self._parts(part, {row[_DIGEST] for row in some})
            for number, file, disk, *rest in some:
                yield Listed(number, file, os.fsdecode(disk), *rest)

    def find(self, file: str) -> Listed | None:
        """The file of this run that people call so."""
        return next(self.listed("file = ?", (file,)), None)

    def crossed(self, number: int) -> list[Finding]:
        """What the comparison of units found of a file."""
        rows = self._list.execute("SELECT findings FROM crossed WHERE number = ? ORDER BY rowid", (number,))
        return [finding for row in rows for finding in decode_findings(json.loads(row[0]))]

    def drawing(self, file: Listed) -> Drawing:
        """The cells of a file that was read, as a workbook has them."""
        return decode_drawing(self._part("drawing", file.digest))

    def sheets(self, file: Listed) -> Sheets:
        """The rows of a file that was read, laid out for the columns that it has alone."""
        return decode_sheets(self._part("sheets", file.digest))

    def result(self, file: Listed) -> FileResult:
        """The rows and findings of a file that was read."""
        stub = FileResult(file.file, file.status, file.message, file.digest, file.size, file.modified)
        return decode(self._part("content", file.digest), stub)

    def record(self, file: Listed) -> UnitRecord | None:
        """What a comparison of units keeps of a file that was read."""
        return decode_record(self._part("record", file.digest), file.file)

    def cells(self, file: Listed) -> CellMap:
        """Where the values of a file that was read stand."""
        return decode_cells(self._part("cells", file.digest))

    def _part(self, column: str, digest: str) -> Any:
        found = self._ahead.get(column, {})
        return found[digest] if digest in found else self._parts(column, {digest})[digest]

    def _parts(self, column: str, digests: Collection[str]) -> dict[str, Any]:
        """A part of results, by digest."""
        return dict(self._rows(column, digests))

    def _rows(self, columns: str, digests: Collection[str]) -> list[tuple[Any, ...]]:
        """Of results the digest and these columns."""
        places = ",".join("?" * len(digests))
        statement = f"SELECT digest, {columns} FROM results JOIN parts USING (id) WHERE print = ? AND digest IN ({places})"
        return self._base.execute(statement, (self.print, *digests)).fetchall()

    def close(self) -> None:
        """Drop what no run has used for long, and let go of the database."""
        try:
            self.commit()
            with self._writing():
                old = (self.run - _KEEP_RUNS,)
                self._base.execute(
                    "DELETE FROM parts WHERE id IN (SELECT id FROM results WHERE run < ?)", old
                )
                self._base.execute("DELETE FROM results WHERE run < ?", old)
                self._base.execute("DELETE FROM runs WHERE id < ?", old)
        finally:
            self._list.close()
            self._base.close()


def _prepare(base: sqlite3.Connection) -> None:
    """Have the tables as this version of ours wants them, whoever else does so at the same time."""
    base.execute("BEGIN IMMEDIATE")
    if base.execute("PRAGMA user_version").fetchone()[0] != _VERSION:
        for table, columns in _TABLES.items():
            base.execute(f"DROP TABLE IF EXISTS {table}")
            base.execute(f"CREATE TABLE {table} {columns}")
        base.execute(f"PRAGMA user_version = {_VERSION}")
    base.execute("COMMIT")


def default_cache() -> Path:
    """Where results are kept unless told otherwise: the user's own folder for caches."""
    if os.name == "nt":
        base = os.environ.get("LOCALAPPDATA") or os.path.expanduser("~")
    else:
        base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return Path(base) / "xltargets" / "consolidate.sqlite"


def fingerprint(reading: Reading) -> str:
    """What a file's result depends on beside its content, as a digest.

    Of the settings only those count that concern rules which run on one file; those of rules across units do not.
    """
    digest = hashlib.sha256()
    for part in (
        _code(),
        reading.schema or "",
        _settings(reading),
        _stable(asdict(reading.inputs)),
        repr(reading.limits),
        reading.last_year.digest if reading.last_year else "",
        repr(reading.any_version),
    ):
        digest.update(part.encode("utf-8", "surrogatepass"))
        digest.update(b"\0")
    return digest.hexdigest()


def _settings(reading: Reading) -> str:
    config = reading.config
    return _stable(
        {
            rule.id: [config.severity.get(rule.id, rule.severity).value, config.settings(rule)]
            for rule in all_rules().values()
            if rule.each != "units" and config.runs(rule)
        }
    )


def _stable(value: object) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, default=repr)


@lru_cache(maxsize=1)
def _code() -> str:
    """The digest of the code and data that read and judge a file, as they were when this process began."""
    digest = hashlib.sha256()
    for place in _CODE:
        for file in _files_of(files("xltargets.schema") if place == "schema" else files("xltargets").joinpath(place)):
            digest.update(file.read_bytes())
    return digest.hexdigest()


def _files_of(place: Traversable) -> Iterator[Traversable]:
    if place.is_file():
        yield place
    elif place.name != "__pycache__":
        for entry in sorted(place.iterdir(), key=lambda entry: entry.name):
            yield from _files_of(entry)
