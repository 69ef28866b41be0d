"""One file, from path to rows and findings: the pure function that a consolidation maps over its files.

It runs in whatever process an executor has, so what it takes and gives can be pickled, and what it gives is small.
"""

from __future__ import annotations

import errno
import json
import os
import time
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import NamedTuple

from xltargets.consolidate.drawing.layout import Row, Table, flatten, tables_of
from xltargets.consolidate.inbox.discover import Source
from xltargets.consolidate.inbox.lastyear import LastYear
from xltargets.consolidate.inbox.opening import Content, content_of, on_disk, submission_of
from xltargets.errors import Error
from xltargets.excel.parts import Limits
from xltargets.rules.config import Config
from xltargets.rules.engine import Inputs, judge
from xltargets.rules.finding import Finding, Severity
from xltargets.rules.unitrecord import UnitRecord, unit_record
from xltargets.submission.cellmap import CellMap
from xltargets.submission.form import Form, load_form
from xltargets.submission.model import Submission
from xltargets.submission.resultmark import is_summary

#: What a result says of its file.
READ, UNREADABLE, FAILED, FOREIGN = "read", "unreadable", "failed", "foreign"

_PASSING = {
    errno.EIO,
    errno.ETIMEDOUT,
    errno.EAGAIN,
    errno.EBUSY,
    errno.ESTALE,
    errno.ECONNRESET,
    errno.ENETRESET,
}
_PAUSES = (0.2, 1.0)


@dataclass(frozen=True)
class Reading:
    """How files are read and judged.

    Attributes:
        schema: the form's JSON Schema as text; the official form when None.
        config: the bureau's settings of rules.
        inputs: what rules may have beside the document.
        limits: what is refused as too large.
        last_year: the units' submissions of last year; None where they are not asked for.
        any_version: take workbooks of other versions of the form, too, with the names they had then.
    """

    schema: str | None = None
    config: Config = Config()
    inputs: Inputs = Inputs()
    limits: Limits | None = None
    last_year: LastYear | None = None
    any_version: bool = False

    @property
    def form(self) -> Form:
        """The form, compiled once per process."""
        return _form(self.schema)

    @property
    def root(self) -> Table:
        """The tables of the form, worked out once per process."""
        return _root(self.schema)


class Broken(NamedTuple):
    """A rule that raised: an error of ours, not the user's."""

    rule: str
    pointer: str
    error: str


@dataclass
class FileResult:
    """What a consolidation knows of one file.

    Attributes:
        file: what people call it.
        status: ``read``; ``unreadable`` (the message says what to do); ``failed`` (an error of ours); ``foreign``: no
            submission at all, such as a summary or a settings file that lies in the folder.
        message: why it could not be read, one Chinese sentence; empty when it was.
        digest: SHA-256 of its content; empty when that could not be read.
        size: in bytes.
        modified: when it was last changed, in nanoseconds since 1970.
        tables: rows by name of table, see :mod:`xltargets.consolidate.drawing.layout`.
        findings: of this file, in document order.
        failures: rules that raised.
        record: what a comparison of units keeps of it.
        cells: where its values stand.
    """

    file: str
    status: str = READ
    message: str = ""
    digest: str = ""
    size: int = 0
    modified: int = 0
    tables: dict[str, list[Row]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    failures: list[Broken] = field(default_factory=list)
    record: UnitRecord | None = None
    cells: CellMap | None = None

    @property
    def counts(self) -> dict[str, int]:
        """Findings that count, by severity."""
        counts = dict.fromkeys((severity.value for severity in Severity), 0)
        for finding in self.findings:
            if does_count(finding):
                counts[finding.severity.value] += 1
        return counts


def does_count(finding: Finding) -> bool:
    """Whether a finding is one of its own: not waived, and not the echo of another."""
    return finding.waived is None and finding.related is None


def process(source: Source | str | os.PathLike[str], reading: Reading = Reading()) -> FileResult:
    """Read and judge one file. Whatever is wrong with the file stands in the result; nothing is raised for it."""
    if not isinstance(source, Source):
        source = Source(os.fspath(source))
    for pause in (*_PAUSES, None):
        try:
            return _process(source, reading)
        except Error as error:
            if pause is None or not _may_pass(error):
                return _refused(source, error)
        except OSError as error:
            if pause is None or error.errno not in _PASSING:
                return _refused(
                    source,
                    Error(f"读不了这个文件（{error.strerror or error}）；请检查文件、权限和网络后再试"),
                )
        time.sleep(pause)
    raise AssertionError("the last round returns")


def _process(source: Source, reading: Reading) -> FileResult:
    with on_disk(source) as file:
        before = content_of(file)
        submission = submission_of(file, reading.form, reading.limits, any_version=reading.any_version)
        if submission is None:
            return FileResult(file.name, FOREIGN, "", *before)
        if content_of(file).digest != before.digest:
            raise Error("读取时文件正被别的程序改动；请等它保存完毕再试") from OSError(
                errno.EBUSY, "changed while read"
            )
        return result_of(submission, file.name, before, reading)


def result_of(submission: Submission, file: str, content: Content, reading: Reading) -> FileResult:
    """Judge a submission and keep what a summary needs."""
    inputs = reading.inputs
    if reading.last_year is not None:
        inputs = replace(inputs, previous=reading.last_year.document(submission, reading.limits))
    judgement = judge(submission, reading.config, inputs)
    return FileResult(
        file, READ, "", *content, flatten(submission.document, reading.root),
        judgement.findings,
        [Broken(rule, pointer, f"{type(error).__name__}: {error}") for rule, pointer, error in judgement.failures],
        unit_record(submission), submission.locations or None,
    )  # fmt: skip


def _may_pass(error: Error) -> bool:
    cause = error.__cause__
    return isinstance(cause, OSError) and cause.errno in _PASSING


def _refused(source: Source, error: Error) -> FileResult:
    if is_summary(source.path):
        return FileResult(source.name, FOREIGN)
    place = "!".join(part for part in (error.sheet, error.cell) if part)
    result = FileResult(source.name, UNREADABLE, f"[{place}] {error.message}" if place else error.message)
    try:
        result.digest, result.size, result.modified = content_of(source)
    except (Error, OSError):
        pass
    return result


def schema_of(form: Form | None) -> str | None:
    """A form's schema as :class:`Reading` wants it: None for the official form."""
    return None if form is None or form is load_form() else json.dumps(form.schema, ensure_ascii=False)


@lru_cache(maxsize=4)
def _form(schema: str | None) -> Form:
    return load_form() if schema is None else Form(json.loads(schema))


@lru_cache(maxsize=4)
def _root(schema: str | None) -> Table:
    return tables_of(_form(schema))
