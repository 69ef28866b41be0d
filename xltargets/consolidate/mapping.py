"""The mapping: one function over many items on any executor, with few of them under way at a time.

Items travel in batches, since a trip to another process costs as much as a small file. When a batch does not come back,
because a file took the process down with it or a worker was killed, its items go again one by one in a process of their
own; an item that takes that down too is given up, and said to be the one.
"""

from __future__ import annotations

import multiprocessing
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from itertools import islice
from multiprocessing import resource_tracker
from typing import Generic, TypeVar

from xltargets.collector import collect_rarely

Item = TypeVar("Item")
Answer = TypeVar("Answer")


class Lost(Exception):
    """The process that worked on an item died of it."""


@dataclass(frozen=True)
class Work:
    """How the mapping is done.

    Attributes:
        jobs: processes to start when no executor is given; 1 does the work in this process.
        executor: any executor; it is used and left open.
        batch: items per trip.
        ahead: batches under way or waiting, per worker.
    """

    jobs: int = 1
    executor: Executor | None = None
    batch: int = 8
    ahead: int = 4

    @property
    def window(self) -> int:
        """How many batches may be under way. An executor of others is thought large: a cluster does not tell."""
        return self.ahead * (self.jobs if self.executor is None else 32)


IN_THIS_PROCESS = Work()


def each(
    function: Callable[[Item], Answer], items: Iterable[Item], work: Work = IN_THIS_PROCESS
) -> Iterator[tuple[Item, Answer | Exception]]:
    """The answer for each item, as they come in; an exception is an answer too.

    Args:
        function: what is done with each item; for processes it must be picklable.
        items: taken only as fast as the work is done.
        work: where and how.
    """
    if work.executor is None and work.jobs <= 1:
        for item in items:
            yield item, attempt(function, item)
        return
    mapping = _Mapping(function, work)
    try:
        yield from mapping.run(iter(items))
    finally:
        mapping.close()


def attempt(function: Callable[[Item], Answer], item: Item) -> Answer | Exception:
    """The answer, or the exception in its place, as a future would have it."""
    try:
        return function(item)
    except Exception as error:  # an error of ours is reported with the file that showed it; the run goes on
        return error


def attempt_all(function: Callable[[Item], Answer], items: Sequence[Item]) -> list[Answer | Exception]:
    """What travels to a worker: the function over a few items."""
    return [attempt(function, item) for item in items]


def processes(jobs: int) -> ProcessPoolExecutor:
    """A pool of processes that start afresh, as on every system they can; the parent alone minds Ctrl-C."""
    return ProcessPoolExecutor(
        jobs, mp_context=multiprocessing.get_context("spawn"), initializer=_begin
    )


def _begin() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    collect_rarely()


@contextmanager
def _deaf_children() -> Iterator[None]:
    """Processes that start meanwhile do not hear Ctrl-C, from their first moment on; what we miss comes afterwards.

    Where there are no masks of signals (Windows) they are deaf only from when they are ready.
    """
    if sys.platform == "win32":
        yield
        return
    resource_tracker.ensure_running()  # which would take the mask off
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _Mapping(Generic[Item, Answer]):
    """One mapping: the batches under way, and what becomes of those that do not come back."""

    def __init__(self, function: Callable[[Item], Answer], work: Work) -> None:
        self.function, self.work = function, work
        self.executor = work.executor
        self.pool: ProcessPoolExecutor | None = None
        self.alone: ProcessPoolExecutor | None = None
        self.under_way: dict[Future[list[Answer | Exception]], list[Item]] = {}

    def run(self, items: Iterator[Item]) -> Iterator[tuple[Item, Answer | Exception]]:
        """Keep the window full; give answers as batches come back."""
        suspects: list[Item] = []
        while True:
            self._fill(items, suspects)
            for suspect in suspects:
                yield suspect, self._alone(suspect)
            suspects.clear()
            if not self.under_way:
                return
            done, _ = wait(self.under_way, return_when=FIRST_COMPLETED)
            for future in done:
                batch = self.under_way.pop(future)
                if future.cancelled() or future.exception() is not None:
                    suspects += batch
                else:
                    yield from zip(batch, future.result(), strict=True)

    def _fill(self, items: Iterator[Item], suspects: list[Item]) -> None:
        while len(self.under_way) < self.work.window:
            batch = list(islice(items, self.work.batch))
            if not batch:
                return
            try:
                with _deaf_children() if self.executor is None else nullcontext():
                    future = self._executor().submit(attempt_all, self.function, batch)
            except (BrokenExecutor, RuntimeError):
                self._give_up_executor()
                suspects += batch
                return
            self.under_way[future] = batch

    def _executor(self) -> Executor:
        if self.executor is not None:
            return self.executor
        if self.pool is None:
            self.pool = processes(self.work.jobs)
        return self.pool

    def _give_up_executor(self) -> None:
        """A broken pool takes no more work: a new one follows on our own; an executor of others is replaced by ours."""
        if self.pool is not None:
            self.pool.shutdown(wait=False, cancel_futures=True)
        self.pool = self.executor = None

    def _alone(self, item: Item) -> Answer | Exception:
        """Do one item in a process of its own, which a crash may cost."""
        if self.alone is None:
            self.alone = processes(1)
        try:
            with _deaf_children():
                future = self.alone.submit(attempt, self.function, item)
            return future.result()
        except BrokenExecutor as error:
            self.alone.shutdown(wait=False)
            self.alone = None
            return Lost(str(error))

    def close(self) -> None:
        """Drop what has not begun and let the processes end."""
        for future in self.under_way:
            future.cancel()
        for pool in (self.pool, self.alone):
            if pool is not None:
                pool.shutdown(wait=False, cancel_futures=True)
