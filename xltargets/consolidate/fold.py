"""The fold: every file's result into the store, in whatever order they come; then which file of a unit is taken."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import groupby, islice
from typing import NamedTuple

from xltargets.consolidate.brief import Brief, brief_of
from xltargets.consolidate.codec import Encoded, encode
from xltargets.consolidate.drawing.bodies import sound
from xltargets.consolidate.drawing.choice import choice_of
from xltargets.consolidate.drawing.drawn import draw, widths_of
from xltargets.consolidate.drawing.laid import lay
from xltargets.consolidate.inbox.discover import Source
from xltargets.consolidate.inbox.onefile import FAILED, READ, FileResult, Reading, process
from xltargets.consolidate.inbox.opening import content_of
from xltargets.consolidate.mapping import IN_THIS_PROCESS, Lost, Work, each
from xltargets.consolidate.store import AHEAD, BY_UNIT, Listed, Store
from xltargets.errors import Error

#: The file's content is what it was when its result was kept.
SAME = "same"


@dataclass(frozen=True)
class Progress:
    """How far a run is.

    Attributes:
        done: files done.
        total: files in all; None while that is not known.
        unreadable: files that could not be read so far.
        cached: files whose result was remembered.
        file: the one that was just done.
        status, message: as in :class:`~xltargets.consolidate.inbox.onefile.FileResult`.
        counts: its findings by severity.
        remembered: whether its result was known already.
    """

    done: int
    total: int | None
    unreadable: int
    cached: int
    file: str
    status: str = READ
    message: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    remembered: bool = False


class Task(NamedTuple):
    """What travels to a worker: the file's place in the order, the file, and the digest it had last time."""

    number: int
    source: Source
    known: str | None


class Parcel(NamedTuple):
    """What comes back: the result without its tables, those as bytes, and the brief, which of a file that is as it was is known."""

    result: FileResult
    content: Encoded | None
    brief: Brief | None


def take(reading: Reading, task: Task) -> Parcel:
    """Do one task, in whatever process."""
    if task.known is not None:
        with suppress(Error, OSError):  # reading it says what is wrong
            found = content_of(task.source)
            if found.digest == task.known:
                return Parcel(FileResult(task.source.name, SAME, "", *found), None, None)
    result = process(task.source, reading)
    drawing = draw(result.tables, result.findings, reading.root) if result.status == READ else None
    widths = {} if drawing is None else widths_of(result.tables, reading.root)
    brief = brief_of(result, drawing, widths, reading.root)
    content = None if drawing is None else encode(result, drawing, lay(drawing, widths, reading.form, reading.root, choice_of(reading.config)))
    return Parcel(
        replace(result, tables={}, findings=[], failures=[], record=None, cells=None), content, brief
    )


def gather(
    sources: Iterable[Source],
    store: Store,
    reading: Reading,
    work: Work = IN_THIS_PROCESS,
    progress: Callable[[Progress], None] | None = None,
    total: int | None = None,
) -> None:
    """Read and judge all files into the store. What is done when the run is broken off is kept."""
    done = unreadable = cached = 0
    try:
        for task, answer in each(partial(take, reading), _tasks(sources, store), work):
            parcel = answer if isinstance(answer, Parcel) else _failed(task.source, answer)
            remembered = parcel.result.status == SAME
            brief = _enter(task, parcel, store)
            done += 1
            cached += remembered
            unreadable += bool(parcel.result.message)
            if progress:
                result, counts = parcel.result, json.loads(brief.said).get("counts", {})
                said = (result.status, result.message, counts, remembered)
                progress(Progress(done, total, unreadable, cached, task.source.name, *said))
    finally:
        store.commit()


def _tasks(sources: Iterable[Source], store: Store) -> Iterator[Task]:
    numbered = enumerate(sources)
    while some := list(islice(numbered, AHEAD)):
        known = store.known({_key(source) for _, source in some})
        for number, source in some:
            yield Task(number, source, known.get(_key(source)))


def _enter(task: Task, parcel: Parcel, store: Store) -> Brief:
    """Put a parcel into the store; its brief."""
    result, brief = parcel.result, parcel.brief
    if brief is None:
        brief = store.used(result.digest)
        result.status = READ
    elif parcel.content is not None:
        store.keep(_key(task.source), result.digest, parcel.content, brief)
    store.enter(task.number, task.source, result, brief)
    return brief


def _key(source: Source) -> str:
    return sound("\0".join((os.path.abspath(source.path), source.member or "")))


def _failed(source: Source, error: Exception) -> Parcel:
    if isinstance(error, Lost):
        message = "读取这份文件时程序崩溃，已跳过；请用 Excel 或 WPS 打开另存一份，或请报送单位重新导出"
    else:
        said = f"{type(error).__name__}: {error}"[:200]
        message = f"程序内部错误（{said}），这份文件没有汇总；请把它交给软件维护人员"
    return Parcel(FileResult(source.name, FAILED, message), None, Brief(None, None, None, '{"failures":0}'))


def resolve(store: Store) -> None:
    """Of a unit's files that hold the same projects, take the newest.

    Files of one unit with different projects are parts of one submission, and all taken. The newest is the one changed
    last; of two changed at the same moment, the one whose name comes later (表2 before 表10).
    """
    replaced: list[tuple[int, int]] = []
    for files in units_of(store):
        read = [file for file in files if file.status == READ]
        if len(read) > 1:
            replaced += _older(sorted(read, key=lambda file: (file.modified, file.number), reverse=True))
    for number, by in replaced:
        store.replace(number, by)


def units_of(store: Store, order: str = BY_UNIT, part: str | None = None) -> Iterator[list[Listed]]:
    """The files of this run unit by unit; one that names no unit stands alone. The part is one that each is asked for."""
    for _, group in groupby(
        store.listed(order=order, part=part), lambda file: (file.unit, None if file.unit else file.number)
    ):
        yield list(group)


def _older(newest_first: list[Listed]) -> Iterator[tuple[int, int]]:
    taken: list[Listed] = []
    for file in newest_first:
        newer = next((other for other in taken if _same_projects(file, other)), None)
        if newer is None:
            taken.append(file)
        else:
            yield file.number, newer.number


def _same_projects(file: Listed, other: Listed) -> bool:
    keys, others = set(file.brief["keys"]), set(other.brief["keys"])
    return file.digest == other.digest or bool(keys & others) or not (keys or others)
