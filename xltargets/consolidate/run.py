"""A whole run: discover, map, fold, compare, write."""

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from zipfile import BadZipFile, ZipFile

from xltargets.collector import rare_collections
from xltargets.consolidate.back.giveback import BACK, PASSED, UNUSED, GivenBack, Return, give_back
from xltargets.consolidate.crossing import Crossing, cross
from xltargets.consolidate.drawing.choice import EVERYTHING, check_names, choice_of
from xltargets.consolidate.drawing.columns import Planner, blank_widths
from xltargets.consolidate.drawing.plans import FINDINGS, OVERALL
from xltargets.consolidate.fold import Progress, gather, resolve, units_of
from xltargets.consolidate.inbox.discover import OURS, Exclude, Source, discover
from xltargets.consolidate.inbox.lastyear import LastYear, known_by
from xltargets.consolidate.inbox.onefile import FOREIGN, READ, Reading, schema_of
from xltargets.consolidate.mapping import IN_THIS_PROCESS, Work
from xltargets.consolidate.parquet import check_folder, write_parquet
from xltargets.consolidate.rows import Rows
from xltargets.consolidate.store import Store
from xltargets.consolidate.survey import Survey, Totals, survey
from xltargets.consolidate.workbook import overview, received
from xltargets.consolidate.workbook.summary import SummaryOptions, write_summary
from xltargets.errors import Error
from xltargets.excel.parts import Limits
from xltargets.rules.config import Config
from xltargets.rules.engine import Inputs
from xltargets.rules.finding import Severity
from xltargets.rules.registry import GROUPS
from xltargets.submission.form import Form
from xltargets.submission.registers import load_summary
from xltargets.submission.resultmark import is_summary

if TYPE_CHECKING:
    from pandas import DataFrame

#: So many unreadable files are told one by one; all of them stand in the summary.
MOST_ERRORS = 1000
#: The list of a workbook's sheets is never larger; in bytes.
_MAX_SHEETS = 1 << 22


class NothingToRead(Error):
    """There is no submission in what was named."""


@dataclass(frozen=True)
class Options:
    """How a run is done beyond form, configuration and executor.

    Attributes:
        inputs: roster and ledger, for the rules that need them.
        previous: last year's submissions, a folder, zip archive or file; each unit is compared with its own. None for none.
        cache: the database in which results are remembered; None remembers nothing.
        newest: of a unit's files with the same projects take the newest only; otherwise all.
        summary: how the workbook is made.
        limits: what is refused as too large.
        batch: files per trip to a worker.
        parquet: a folder for the tables as Parquet datasets; None for none.
        give_back: the folder that goes back to the units: annotated copies and letters; None for none.
        worst: a finding as bad as this sends a file back.
        existing: a summary that somebody made (.xlsx, .csv), to be compared with the files (D05, D06); None for none.
    """

    inputs: Inputs = Inputs()
    previous: Path | None = None
    cache: Path | None = None
    newest: bool = True
    summary: SummaryOptions = SummaryOptions()
    limits: Limits | None = None
    batch: int = 8
    parquet: Path | None = None
    give_back: Path | None = None
    worst: Severity = Severity.ERROR
    existing: Path | None = None


@dataclass
class Result:
    """What a run came to.

    Attributes:
        target: the summary; None when none was written.
        totals: numbers of files, units, projects and findings, and sums of money.
        errors: files that could not be read, with what to do; at most :data:`MOST_ERRORS` of them.
        failures: rules that raised, by how many files; errors of ours.
        notes: what else is worth saying, one Chinese sentence each.
        given_back: what became of the folder that goes back, if one was asked for.
    """

    target: Path | None
    totals: Totals
    errors: list[Error] = field(default_factory=list)
    failures: int = 0
    notes: list[str] = field(default_factory=list)
    given_back: GivenBack | None = None


def consolidate(
    paths: Iterable[str | os.PathLike[str]],
    target: str | os.PathLike[str] | None,
    *,
    form: Form | None = None,
    config: Config | None = None,
    executor: Executor | None = None,
    jobs: int = 1,
    options: Options = Options(),
    progress: Callable[[Progress], None] | None = None,
) -> Result:
    """Read and judge all submissions of files and folders, and write one summary workbook.

    The bytes of the summary depend on the files alone, not on executor, jobs or the order in which work is done. A file that
    cannot be read is listed in the summary and in the result; it never ends the run.

    Args:
        paths: files, folders (read recursively) and zip archives.
        target: the summary; it is replaced whole or not touched. None writes none, as when Parquet is all that is wanted.
        form: the form; the official one by default.
        config: the bureau's settings of rules.
        executor: where files are read: any ``concurrent.futures`` executor, such as Dask's ``Client.get_executor()``.
        jobs: processes to start when there is no executor; 1 works in this process.
        options: what else there is to choose.
        progress: called after each file.

    Raises:
        NothingToRead: when no submission was found.
        Error: when the target cannot be written or is a submission, or the summary to compare with cannot be read.
    """
    paths = list(paths)
    target = None if target is None else Path(target)
    check_places(paths, target, options)
    reading, work = _reading(form, config, options), Work(jobs=jobs, executor=executor, batch=options.batch)
    options = _with_choice(options, reading)
    reading, notes = _with_last_year(reading, options, work)
    with rare_collections(), _gathered(paths, reading, ours(target, options), work, options, progress) as run:
        store, crossing, found = run
        if not found.totals.files:
            raise _nothing(paths)
        result = _result(target, store, found)
        result.notes += [*notes, *_compared(store, reading)]
        if target is not None:
            summary = replace(options.summary, roster=options.inputs.roster)
            result.notes += write_summary(store, target, reading, crossing, found, summary)
        if options.parquet is not None:
            write_parquet(_rows(run, reading, options), options.parquet)
        if options.give_back is not None:
            wanted = Return(options.give_back, options.worst, options.inputs.roster or {})
            result.given_back = give_back(store, crossing, wanted, work)
        return result


def tables(
    paths: Iterable[str | os.PathLike[str]],
    *,
    form: Form | None = None,
    config: Config | None = None,
    executor: Executor | None = None,
    jobs: int = 1,
    options: Options = Options(),
    progress: Callable[[Progress], None] | None = None,
) -> dict[str, DataFrame]:
    """The tables of a summary as pandas DataFrames, by the title of the sheet; amounts are exact ``Decimal``.

    Arguments as for :func:`consolidate`. Needs the extra ``pandas``.
    """
    from xltargets.consolidate.frames import frames

    reading, work = _reading(form, config, options), Work(jobs=jobs, executor=executor, batch=options.batch)
    options = _with_choice(options, reading)
    reading, _ = _with_last_year(reading, options, work)
    with _gathered(list(paths), reading, ours(None, options), work, options, progress) as run:
        return frames(_rows(run, reading, options))


def check_places(
    paths: Iterable[str | os.PathLike[str]], target: Path | None, options: Options
) -> None:
    """Refuse to write over what was handed in.

    Raises:
        Error: when the target is there and no summary, or a folder that is written is one that is read.
    """
    read = set(map(os.path.realpath, paths))
    if target and options.existing and os.path.abspath(target) == os.path.abspath(options.existing):
        raise Error("要核对的汇总表和要写的汇总表是同一个文件；请把新的汇总表另取一个名字", file=target)
    if target and _is_of_others(target):
        raise Error("这个文件已经存在，又不是本程序写的汇总表，没有覆盖；请换一个文件名，或先把它移走", file=target)
    if options.give_back and os.path.realpath(options.give_back) in read:
        advice = f"请另用一个文件夹，如“{options.give_back / '审核结果'}”"
        raise Error(f"退回的文件不能放在报送文件夹本身，不然与报送的分不清；{advice}", file=options.give_back)
    if options.give_back and not os.path.isdir(_nearest(options.give_back)):
        raise Error("退回用的文件夹，或它上面的一层，是一个文件；请换一个位置", file=options.give_back)
    if options.previous and os.path.realpath(options.previous) in read:
        raise Error("上年的申报表和本年的在同一个文件夹，无法比对；请分开存放", file=options.previous)
    if options.parquet:
        if any(os.path.exists(options.parquet / one) for one in (BACK, PASSED, UNUSED)):
            raise Error("这是放退回文件的文件夹，不能用来存放 Parquet；请换一个空文件夹", file=options.parquet)
        check_folder(options.parquet)


def _nearest(path: Path) -> Path:
    """What is there of a path: itself, or the lowest folder that it is to be made in."""
    return next(part for part in (path.absolute(), *path.absolute().parents) if os.path.exists(part))


def _is_of_others(target: Path) -> bool:
    """Whether a workbook is there that is no summary; one that a person saved again may have lost its mark."""
    try:
        with ZipFile(target) as archive:
            entry = archive.getinfo("xl/workbook.xml")
            sheets = archive.read(entry).decode("utf-8", "replace") if entry.file_size < _MAX_SHEETS else ""
    except (OSError, KeyError, BadZipFile, NotImplementedError, RuntimeError, ValueError, EOFError, zlib.error):
        return False
    titles = (overview.TITLE, received.TITLE, FINDINGS, OVERALL)
    return not is_summary(target) and not any(title in sheets for title in titles)


def _nothing(paths: list[str | os.PathLike[str]]) -> NothingToRead:
    """That there is nothing to read, and why, where that can be seen."""
    own = next((path for path in paths if os.path.exists(os.path.join(path, OURS))), None)
    if own is not None:
        message = f"这是本程序放退回文件或 Parquet 的文件夹（里面有 {OURS}），其中的文件不当作报送的申报表；请给出报送文件夹"
        return NothingToRead(message, file=own)
    return NothingToRead("没有找到申报表（.xlsx、.xlsm 或 .json）；请检查文件夹", file=paths[0] if paths else None)


class _Gathered(NamedTuple):
    """All files of a run, read, judged and compared."""

    store: Store
    crossing: Crossing
    found: Survey


def _rows(run: _Gathered, reading: Reading, options: Options) -> Rows:
    planner = Planner(reading.form, reading.root, run.found.widths, options.summary.choice)
    return Rows(run.store, planner, run.crossing)


@contextmanager
def _gathered(
    paths: list[str | os.PathLike[str]], reading: Reading, exclude: Exclude, work: Work, options: Options,
    progress: Callable[[Progress], None] | None,
) -> Iterator[_Gathered]:  # fmt: skip
    """Read, judge and compare."""
    existing = None if options.existing is None else load_summary(options.existing)
    total = sum(1 for _ in discover(paths, exclude)) if progress else None
    with Store(options.cache, reading) as store:
        gather(discover(paths, exclude), store, reading, work, progress, total)
        if options.newest:
            resolve(store)
        crossing = cross(store, reading, existing)
        yield _Gathered(store, crossing, survey(store, reading.root, crossing))


def _reading(form: Form | None, config: Config | None, options: Options) -> Reading:
    return Reading(schema_of(form), config or Config(), options.inputs, options.limits)


def _with_last_year(reading: Reading, options: Options, work: Work) -> tuple[Reading, list[str]]:
    """How files are read with last year's submissions beside them, and what is worth saying of those."""
    if options.previous is None:
        return reading, []
    last_year, notes = find_last_year(options.previous, reading, options.cache, work)
    return replace(reading, last_year=last_year), notes


def find_last_year(
    path: Path, reading: Reading, cache: Path | None = None, work: Work = IN_THIS_PROCESS
) -> tuple[LastYear, list[str]]:
    """Where each unit's submission of last year is, and what is worth saying of those that could not be read.

    Args:
        path: a folder, zip archive or file of last year's.
        reading: the form and limits to read them by; of any version of the form.
        cache: as in :class:`Options`.
        work: where files are read.

    Raises:
        Error: when there are none.
    """
    if not os.path.exists(path):
        raise Error("找不到上年的申报表；请检查路径", file=path)
    unjudged = Reading(reading.schema, Config(ignore=tuple(GROUPS)), limits=reading.limits, any_version=True)
    with Store(cache, unjudged) as store:
        gather(discover([path]), store, unjudged, work)
        resolve(store)
        last_year, notes = _last_year_of(store)
    if not last_year.files:
        raise Error("没有可以比对的上年申报表；请检查路径", file=path)
    return last_year, notes


def _compared(store: Store, reading: Reading) -> list[str]:
    """How many units have something of last year to be compared with."""
    if reading.last_year is None:
        return []
    found = [
        any(key in reading.last_year.files for file in unit for key in known_by(file.unit, file.name))
        for unit in units_of(store)
        if any(file.taken for file in unit)
    ]
    without = f"，{found.count(False)}个没有" if False in found else ""
    return [f"与上年比对：{found.count(True)}个单位有上年的申报表{without}"]


def _last_year_of(store: Store) -> tuple[LastYear, list[str]]:
    """Which files of a store are whose, and what is worth saying of those that could not be read."""
    files: dict[str, tuple[Source, ...]] = {}
    digest = hashlib.sha256()
    for unit in units_of(store):
        taken = [file for file in unit if file.taken]
        for file in taken:
            digest.update(file.digest.encode())
        for key in known_by(taken[0].unit, taken[0].name) if taken else ():
            files.setdefault(key, tuple(Source(file.disk, file.member, file.file) for file in taken))
        digest.update(b"\0")
    unread = list(store.listed("status NOT IN (?, ?)", (READ, FOREIGN)))
    notes = [f"上年的申报表有{len(unread)}份读不了，没有与上年比对，如“{unread[0].file}”：{unread[0].message}"] if unread else []
    return LastYear(files, digest.hexdigest()), notes


def _with_choice(options: Options, reading: Reading) -> Options:
    """The options with what the bureau's settings choose to show, where the caller chose nothing.

    Raises:
        Error: when it names a sheet or column that there is not.
    """
    choice = options.summary.choice if options.summary.choice != EVERYTHING else choice_of(reading.config)
    planner = Planner(reading.form, reading.root, blank_widths(reading.root), choice)
    check_names(choice, planner.titles(), (overview.TITLE, received.TITLE), planner.known_columns())
    planner.try_all()
    return replace(options, summary=replace(options.summary, choice=choice))


def ours(target: Path | None, options: Options) -> Exclude:
    """What may lie in the folder that is read and is no submission."""
    files = [path for path in (target, options.cache, options.existing, options.previous) if path is not None]
    folders = [path for path in (options.give_back, options.parquet, options.previous) if path is not None]
    return Exclude(frozenset(map(os.path.abspath, files)), frozenset(map(os.path.abspath, folders)))


def _result(target: Path | None, store: Store, found: Survey) -> Result:
    notes = [store.note] if store.note else []
    result = Result(target, found.totals, failures=found.failures, notes=notes)
    for file in store.listed("status NOT IN (?, ?)", (READ, FOREIGN), order=f"number LIMIT {MOST_ERRORS}"):
        result.errors.append(Error(file.message, file=file.file))
    return result
