"""A watched folder: files come, are checked, come back."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from xltargets.consolidate import LogFile, Options, Patience, Watch
from xltargets.errors import Error
from xltargets.submission.fill import fill

pytest.importorskip("watchfiles")


def until(condition: Callable[[], Any], seconds: float = 30) -> None:
    """Wait for something to become true."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "did not happen"
        time.sleep(0.05)


class Running:
    """A watch in a thread, and its log."""

    def __init__(self, inbox: Path, tmp_path: Path, **patience: Any) -> None:
        self.lines: list[str] = []
        options = Options(give_back=inbox / "审核结果", cache=tmp_path / "cache.sqlite")
        self.watch = Watch(
            [inbox], inbox / "汇总.xlsx", options, log=self.lines.append,
            patience=Patience(**{"settle": 0.2, "retry": 0.5, **patience}),
        )  # fmt: skip
        self.thread = threading.Thread(target=self.watch.run, daemon=True)
        self.thread.start()

    def runs(self) -> int:
        return sum("汇总表已更新" in line for line in self.lines)

    def end(self) -> None:
        self.watch.stop.set()
        self.thread.join(30)
        assert not self.thread.is_alive()


@pytest.fixture
def start(inbox: Path, tmp_path: Path) -> Iterator[Callable[..., Running]]:
    running: list[Running] = []

    def begin(**patience: Any) -> Running:
        running.append(Running(inbox, tmp_path, **patience))
        return running[-1]

    yield begin
    for one in running:
        one.end()


def copies(inbox: Path) -> set[str]:
    return {path.name for path in (inbox / "审核结果").rglob("*.xlsx")}


@pytest.mark.parametrize("polling", [None, 0.1], ids=["told", "polling"])
def test_what_is_saved_comes_back_and_the_summary_is_current(
    polling: float | None,
    start: Callable[..., Running],
    hand_in: Callable[..., Path],
    document: Any,
    inbox: Path,
) -> None:
    first = hand_in("286001.xlsx", document("286001", ("1",)))
    running = start(polling=polling)
    until(lambda: "286001.xlsx" in copies(inbox) and running.runs() == 1)
    before = first.read_bytes()
    hand_in("286002.xlsx", document("286002", ("2",)))
    until(lambda: "286002.xlsx" in copies(inbox) and running.runs() == 2)
    rows = openpyxl.load_workbook(inbox / "汇总.xlsx", data_only=True)["单位汇总"]
    assert [row[1] for row in rows.iter_rows(min_row=5, values_only=True) if isinstance(row[0], int)] == [
        "286001",
        "286002",
    ]
    assert first.read_bytes() == before
    told = [line for line in running.lines if "286001.xlsx" in line or "286002.xlsx" in line]
    assert len(told) == 2 and all("错误" in line for line in told)  # each file once


def test_what_it_writes_itself_does_not_set_it_off(
    start: Callable[..., Running], hand_in: Callable[..., Path], inbox: Path
) -> None:
    hand_in("286001.json")
    running = start()
    until(lambda: running.runs() == 1)
    time.sleep(2)
    assert running.runs() == 1


def test_an_empty_folder_is_waited_for_and_that_is_said_once(
    start: Callable[..., Running], hand_in: Callable[..., Path], inbox: Path
) -> None:
    inbox.mkdir(exist_ok=True)
    running = start(retry=0.2)
    until(lambda: any("等待" in line for line in running.lines))
    (inbox / "说明.txt").write_text("请存入申报表", "utf-8")
    time.sleep(1.5)
    assert [line for line in running.lines if not line.startswith("开始监视")] == [
        "还没有申报表，等待有人存入"
    ]
    hand_in("286001.json")
    until(lambda: running.runs() == 1)
    assert not any("没有完成" in line for line in running.lines)


def test_when_all_files_are_gone_the_summary_stays_and_that_is_said(
    start: Callable[..., Running], hand_in: Callable[..., Path]
) -> None:
    path = hand_in("286001.json")
    running = start()
    until(lambda: running.runs() == 1)
    path.unlink()
    until(lambda: running.lines[-1] == "文件夹里没有申报表了，汇总表保持原样")


def test_a_file_that_is_still_being_copied_is_waited_for(
    start: Callable[..., Running], document: Any, inbox: Path, tmp_path: Path, hand_in: Callable[..., Path]
) -> None:
    hand_in("286002.json")
    running = start(settle=0.6)
    until(lambda: running.runs() == 1)
    fill(document("286001", ("1",)), tmp_path / "whole.xlsx")
    data = (tmp_path / "whole.xlsx").read_bytes()
    step = len(data) // 8 + 1
    with open(inbox / "286001.xlsx", "wb") as file:
        for begin in range(0, len(data), step):
            file.write(data[begin : begin + step])
            file.flush()
            os.fsync(file.fileno())
            time.sleep(0.2)
    until(lambda: "286001.xlsx" in copies(inbox))
    assert not any("没有读到" in line for line in running.lines)


def test_a_watch_that_was_ended_goes_on_with_what_changed_meanwhile(
    start: Callable[..., Running], hand_in: Callable[..., Path], inbox: Path
) -> None:
    hand_in("286001.xlsx")
    running = start()
    until(lambda: running.runs() == 1)
    running.end()
    hand_in("286002.xlsx")
    again = start()
    until(lambda: again.runs() == 1)
    assert copies(inbox) == {"286001.xlsx", "286002.xlsx"}
    assert not any("286001.xlsx：" in line for line in again.lines)  # was remembered


def test_a_summary_that_is_open_is_written_later(
    start: Callable[..., Running], hand_in: Callable[..., Path], inbox: Path
) -> None:
    hand_in("286001.json")
    lock = inbox / "~$汇总.xlsx"
    (inbox / "汇总.xlsx").write_bytes(b"before")
    lock.write_bytes(b"")
    running = start()
    until(lambda: any("没有完成，稍后再试" in line and "请关闭后再试" in line for line in running.lines))
    lock.unlink()
    until(lambda: running.runs() == 1)
    assert sum("没有完成" in line for line in running.lines) == 1


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(Error, match="找不到要监视的文件夹"):
        Watch([tmp_path / "没有"], None).run()


def test_the_log_has_one_line_per_event_and_does_not_grow_for_ever(tmp_path: Path) -> None:
    said: list[str] = []
    log = LogFile(tmp_path / "日志" / "监视.log", [said.append])
    log("第一行\n不是第二行")
    assert (tmp_path / "日志" / "监视.log").read_text("utf-8")[20:] == "第一行 不是第二行\n"
    assert said == ["第一行 不是第二行"]
    log.path.write_bytes(b"x" * (LogFile.MOST_BYTES + 1))
    log("新的")
    assert log.path.stat().st_size < 100 and (tmp_path / "日志" / "监视.log.1").exists()
