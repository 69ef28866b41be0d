"""How far a consolidation is: a bar on a terminal, a plain line now and then elsewhere. Both on standard error."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.console import Console

    from xltargets.consolidate import Progress

#: Seconds between two plain lines.
PAUSE = 10.0


class PlainLines:
    """A line every so many seconds, and one at the end.

    Args:
        write: takes a line.
        clock: the time in seconds, from any moment on.
    """

    def __init__(self, write: Callable[[str], None], clock: Callable[[], float] = time.monotonic) -> None:
        self.write, self.clock = write, clock
        self.start = self.last = clock()

    def __call__(self, now: Progress) -> None:
        """Say how far it is, if it is time to."""
        moment = self.clock()
        if now.done != now.total and moment - self.last < PAUSE:
            return
        self.last = moment
        of_all = f"/{now.total}" if now.total else ""
        said = [f"已处理 {now.done}{of_all} 个文件", f"其中 {now.unreadable} 个无法读取", rate(now.done, moment - self.start)]
        if now.total and now.done < now.total:
            said.append(f"约剩 {_span((now.total - now.done) * (moment - self.start) / now.done)}")
        self.write("，".join(part for part in said if part))


def rate(done: int, seconds: float) -> str:
    """How many files in a second; empty while nobody can say."""
    return f"每秒 {done / seconds:.1f} 个" if seconds >= 1 else ""


def _span(seconds: float) -> str:
    """A length of time as people say it."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} 小时 {minutes} 分"
    return f"{minutes} 分 {rest} 秒" if minutes else f"{rest} 秒"


@contextmanager
def progress() -> Iterator[Callable[[Progress], None]]:
    """What tells how far it is."""
    from rich.console import Console

    console = Console(stderr=True)
    if console.is_terminal:
        with _bar(console) as move:
            yield move
    else:
        yield PlainLines(lambda line: click.echo(line, err=True))


@contextmanager
def _bar(console: Console) -> Iterator[Callable[[Progress], None]]:
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("汇总"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"), TimeRemainingColumn(),
        TextColumn("{task.fields[bad]}"),
    )  # fmt: skip
    start = time.monotonic()
    with Bar(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=None, rate="", bad="")

        def move(now: Progress) -> None:
            bad = f"{now.unreadable} 个无法读取" if now.unreadable else ""
            pace = rate(now.done, time.monotonic() - start)
            bar.update(task, completed=now.done, total=now.total, rate=pace, bad=bad)

        yield move
