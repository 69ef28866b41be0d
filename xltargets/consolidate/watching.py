"""A shared folder as the whole user interface: what is saved there is checked, and comes back annotated within seconds.

Each change leads to a run of :func:`~xltargets.consolidate.run.consolidate` that remembers what it knows already. So there is
nothing to lose between runs: a watch that was ended goes on with what changed meanwhile. What was handed in is only read.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from xltargets.consolidate.fold import Progress
from xltargets.consolidate.inbox.discover import Exclude, discover, is_wanted
from xltargets.consolidate.inbox.onefile import READ
from xltargets.consolidate.run import NothingToRead, Options, Result, check_places, consolidate, ours
from xltargets.consolidate.store import default_cache
from xltargets.errors import Error
from xltargets.rules.config import Config
from xltargets.rules.finding import Severity
from xltargets.submission.form import Form


@dataclass(frozen=True)
class Patience:
    """How a watch waits; all in seconds.

    Attributes:
        settle: a file that has not changed for so long is whole.
        longest: for files that never settle (a copy that hangs) the others do not wait longer.
        retry: after a run that failed, as when the summary is open in Excel, the next is tried so much later.
        polling: look at the folder this often instead of being told; for network shares, which do not tell. None is told.
    """

    settle: float = 1.5
    longest: float = 60.0
    retry: float = 15.0
    polling: float | None = None


@dataclass
class Watch:
    """One watch; :meth:`run` returns when `stop` is set.

    Attributes:
        paths: the folders that units save into.
        target: the summary that is kept current; None for none.
        options: as for a single run; ``give_back`` says where annotated copies go.
        form, config, jobs: as for a single run.
        patience: how it waits.
        log: called with each line of the log, in Chinese.
        stop: set it to end the watch.
    """

    paths: list[Path]
    target: Path | None
    options: Options = Options()
    form: Form | None = None
    config: Config | None = None
    jobs: int = 1
    patience: Patience = Patience()
    log: Callable[[str], None] = print
    stop: threading.Event = field(default_factory=threading.Event)
    _told: dict[str, str] = field(default_factory=dict)
    _seen: dict[str, tuple[int, int] | None] = field(default_factory=dict)

    def run(self) -> None:
        """Watch until told to stop.

        Raises:
            Error: when a folder is missing, what was handed in would be written over, or watchfiles is not installed.
        """
        self.options = replace(self.options, cache=self.options.cache or default_cache())
        for path in self.paths:
            if not os.path.isdir(path):
                raise Error("找不到要监视的文件夹，请检查路径或网络连接", file=path)
        check_places(self.paths, self.target, self.options)
        self.log(f"开始监视：{'、'.join(map(str, self.paths))}")
        due = True
        for changed in self._changes():
            if (
                changed or due or self._states() != self._seen
            ):  # nobody tells of a share's changes, or of those missed
                due = not self._once()
        self.log("监视结束")

    def _changes(self) -> Iterator[bool]:
        """True when something changed, False when it is time to look again; the first time at once."""
        try:
            import watchfiles
        except ImportError as error:
            raise Error('需要安装 watchfiles；请先运行 pip install "xltargets[watch]"') from error
        exclude = ours(self.target, self.options)
        polling = self.patience.polling
        yield True
        for changes in watchfiles.watch(
            *self.paths,
            watch_filter=lambda change, path: _concerns(path, exclude),
            stop_event=self.stop,
            rust_timeout=int(self.patience.retry * 1000),
            yield_on_timeout=True,
            force_polling=polling is not None,
            poll_delay_ms=int((polling or 0.3) * 1000),
            raise_interrupt=True,
        ):
            yield bool(changes)

    def _once(self) -> bool:
        """One run, once all files are whole; whether it succeeded."""
        self._wait_until_whole()
        if self.stop.is_set():
            return True
        try:
            result = consolidate(
                self.paths, self.target, form=self.form, config=self.config, jobs=self.jobs, options=self.options,
                progress=self._tell,
            )  # fmt: skip
        except NothingToRead:
            kept = self.target is not None and self.target.exists()
            self._tell_state("文件夹里没有申报表了，汇总表保持原样" if kept else "还没有申报表，等待有人存入")
            return True
        except Error as error:
            return self._tell_failure(error)
        except OSError as error:
            return self._tell_failure(Error(f"{error.strerror or error}；稍后再试"))
        self._tell_result(result)
        return not (result.given_back and result.given_back.errors)

    def _wait_until_whole(self) -> None:
        """Until no file changed for a while; a file that is being copied grows, or is not readable yet."""
        deadline = time.monotonic() + self.patience.longest
        self._seen = self._states()
        while not self.stop.wait(self.patience.settle) and time.monotonic() < deadline:
            before, self._seen = self._seen, self._states()
            if before == self._seen:
                return

    def _states(self) -> dict[str, tuple[int, int] | None]:
        states: dict[str, tuple[int, int] | None] = {}
        for source in discover(self.paths, ours(self.target, self.options)):
            try:
                state = os.stat(source.path)
                states[source.path] = state.st_size, state.st_mtime_ns
            except OSError:
                states[source.path] = None
        return states

    # --- the log --------------------------------------------------------------------------------------

    def _tell(self, progress: Progress) -> None:
        """A line for each file that is new or changed."""
        if progress.remembered:
            return
        if progress.status == READ:
            counts = "、".join(f"{one.label}{progress.counts.get(one.value, 0)}条" for one in Severity)
            line = f"{progress.file}：{counts}"
        elif progress.message:
            line = f"{progress.file}：没有读到，{progress.message}"
        else:
            return
        if self._told.get(progress.file) != line or progress.status == READ:
            self._told[progress.file] = line
            self.log(line)

    def _tell_result(self, result: Result) -> None:
        self._told.pop("", None)
        totals = result.totals
        line = f"共{totals.units}个单位、{totals.projects}个项目"
        if result.target:
            line += f"，汇总表已更新：{result.target}"
        if result.given_back:
            line += f"；退回{result.given_back.back}份，通过{result.given_back.passed}份"
            line += f"，重复而未采用{result.given_back.unused}份" if result.given_back.unused else ""
            for error in result.given_back.errors:
                self.log(f"没有写回，稍后再试：{error}")
            for note in result.given_back.notes:
                self.log(note)
        self.log(line)

    def _tell_failure(self, error: Error) -> bool:
        self._tell_state(f"没有完成，稍后再试：{error}")
        return False

    def _tell_state(self, line: str) -> None:
        """A line for how the watch stands, once as long as it stands so."""
        if self._told.get("") != line:
            self.log(line)
        self._told[""] = line


def _concerns(path: str, exclude: Exclude) -> bool:
    """Whether a change of a file can change the result; what we write ourselves cannot."""
    absolute = os.path.abspath(path)
    parts = Path(absolute).parts
    if absolute in exclude.files or any(
        absolute.startswith(f"{folder}{os.sep}") for folder in exclude.folders
    ):
        return False
    return is_wanted(parts[-1]) and not any(part.startswith((".", "~$")) for part in parts[-1:])


class LogFile:
    """A log that is appended to, with the time in front; one that has grown to a megabyte is kept once as ``.1``.

    Args:
        path: the file.
        also: called with each line, too.
    """

    MOST_BYTES = 1 << 20

    def __init__(self, path: Path, also: Iterable[Callable[[str], None]] = ()) -> None:
        self.path, self.also = path, tuple(also)

    def __call__(self, line: str) -> None:
        """Write a line; a log that cannot be written does not end the watch."""
        flat = " ".join(line.split())
        for one in self.also:
            one(flat)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            if self.path.exists() and self.path.stat().st_size > self.MOST_BYTES:
                os.replace(self.path, self.path.with_name(f"{self.path.name}.1"))
            with open(self.path, "a", encoding="utf-8", errors="replace") as file:
                file.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {flat}\n")
        except OSError:
            return
