"""Whole runs: the same summary however the work is done, faults that lose nothing, results remembered."""

from __future__ import annotations

import gc
import os
import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any
from zipfile import ZipFile, ZipInfo

import openpyxl
import pytest

from xltargets.consolidate import Options, Progress, Reading, Result, Source, consolidate, process
from xltargets.consolidate.fold import Task, take
from xltargets.consolidate.inbox import opening
from xltargets.consolidate.inbox.discover import discover
from xltargets.consolidate.store import Store, fingerprint
from xltargets.errors import Error
from xltargets.rules.config import Config
from xltargets.rules.engine import Inputs
from xltargets.submission.document import to_json


@pytest.fixture
def folder(hand_in: Callable[..., Path], document: Any, inbox: Path) -> Path:
    """Twelve units, one of which nobody can read, one that hands in twice, one in an archive."""
    for number in range(12):
        hand_in(f"2860{number:02d}.json")
    hand_in("乙/286099.xlsx")
    shutil.copy(inbox / "286003.json", inbox / "286003 修改.json")
    (inbox / "坏的.xlsx").write_bytes(b"PK\x03\x04 broken")
    with ZipFile(inbox / "一批.zip", "w") as archive:
        archive.write(hand_in("288001.json"), "288001.json")
    (inbox / "288001.json").unlink()
    return inbox


def test_the_bytes_do_not_depend_on_how_the_work_is_done(folder: Path, tmp_path: Path) -> None:
    def made(name: str, **how: Any) -> bytes:
        consolidate([folder], tmp_path / name, **how)
        return (tmp_path / name).read_bytes()

    first = made("a.xlsx")
    with ThreadPoolExecutor(3) as pool:
        assert made("b.xlsx", executor=pool) == first
    assert made("c.xlsx", jobs=2, options=Options(batch=2)) == first
    assert made("d.xlsx", options=Options(cache=tmp_path / "cache.sqlite")) == first
    assert made("e.xlsx", options=Options(cache=tmp_path / "cache.sqlite")) == first


def test_what_cannot_be_read_is_one_sentence_and_the_others_are_done(folder: Path, tmp_path: Path) -> None:
    result = consolidate([folder, tmp_path / "没有.xlsx"], tmp_path / "a.xlsx")
    assert result.totals.read == 15 and result.totals.unreadable == 2
    told = {Path(error.file or "").name: error.message for error in result.errors}
    assert set(told) == {"坏的.xlsx", "没有.xlsx"}
    assert told["没有.xlsx"] == "找不到这个文件，请检查文件名和所在的文件夹"
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    rows = [[cell.value for cell in row] for row in book["问题清单"].iter_rows()]
    assert [told[row[-2]] for row in rows if "无法读取" in row] == [
        row[8] for row in rows if "无法读取" in row
    ]


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, b"a,b\n1,2\n"]
)
def test_no_file_is_a_traceback(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "坏.xlsx"
    path.write_bytes(content)
    result = process(path)
    assert result.status == "unreadable" and result.message and "Traceback" not in result.message


def test_an_error_of_ours_is_told_with_the_file_that_showed_it(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(path: str, **how: Any) -> Any:
        raise KeyError("bug")

    monkeypatch.setattr("xltargets.consolidate.inbox.opening.read", read)
    result = consolidate([folder], tmp_path / "a.xlsx")
    told = {Path(error.file or "").name: error.message for error in result.errors}
    assert told["286099.xlsx"].startswith("程序内部错误（KeyError: 'bug'）")
    assert result.totals.read == 14


class TestNewest:
    def test_of_the_same_projects_the_newest_file_is_taken(
        self, hand_in: Callable[..., Path], document: Any, inbox: Path, tmp_path: Path
    ) -> None:
        old = hand_in("286001 旧.json", document("286001", ("1", "2")))
        new = hand_in("286001 新.json", document("286001", ("1",)))
        os.utime(old, (2_000_000_000, 2_000_000_000))
        os.utime(new, (1_000_000_000, 1_000_000_000))
        assert self._total(inbox, tmp_path) == (3, 1)
        os.utime(new, (2_000_000_001, 2_000_000_001))
        assert self._total(inbox, tmp_path) == (1, 1)

    def test_of_two_changed_at_once_the_later_name_is_taken(
        self, hand_in: Callable[..., Path], document: Any, inbox: Path, tmp_path: Path
    ) -> None:
        for number in (2, 10):
            path = hand_in(f"286001 第{number}稿.json", document("286001", (str(number),)))
            os.utime(path, (1_000_000_000, 1_000_000_000))
        assert self._total(inbox, tmp_path) == (10, 1)

    def test_files_with_other_projects_are_parts_and_all_taken(
        self, hand_in: Callable[..., Path], document: Any, inbox: Path, tmp_path: Path
    ) -> None:
        parts = document("286001", ("1", "2"))
        for number, project in enumerate(parts["projects"]):
            hand_in(f"286001 {number}.json", {**parts, "projects": [project]})
        assert self._total(inbox, tmp_path) == (3, 0)

    def test_all_are_taken_when_that_is_asked_for(
        self, hand_in: Callable[..., Path], document: Any, inbox: Path, tmp_path: Path
    ) -> None:
        for number in (1, 2):
            hand_in(f"286001 {number}.json", document("286001", ("5",)))
        assert self._total(inbox, tmp_path, Options(newest=False)) == (10, 0)

    def _total(self, inbox: Path, tmp_path: Path, options: Options | None = None) -> tuple[int, int]:
        totals = consolidate([inbox], tmp_path / "a.xlsx", options=options or Options()).totals
        return int(totals.money["projects.budget.total"]), totals.replaced


class TestFaults:
    def test_a_file_that_changes_while_it_is_read_is_read_again(
        self, hand_in: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = hand_in("286001.json")
        changes = iter([b" ", b""])
        real = opening.load_document

        def load(file: str) -> Any:
            found = real(file)
            with open(file, "ab") as stream:
                stream.write(next(changes, b""))
            return found

        monkeypatch.setattr("xltargets.consolidate.inbox.opening.load_document", load)
        monkeypatch.setattr("time.sleep", lambda seconds: None)
        assert process(path).status == "read"
        changes = iter([b" "] * 9)
        assert process(path).message == "读取时文件正被别的程序改动；请等它保存完毕再试"

    def test_a_file_that_vanishes_is_told(self, hand_in: Callable[..., Path], tmp_path: Path) -> None:
        path = hand_in("286001.json")
        parcel = take(Reading(), Task(0, Source(str(path)), "known before"))
        assert parcel.result.status == "read"
        path.unlink()
        parcel = take(Reading(), Task(0, Source(str(path)), parcel.result.digest))
        assert parcel.result.message == "找不到这个文件，请检查文件名和所在的文件夹"

    def test_a_share_that_times_out_is_asked_again_and_then_told(
        self, hand_in: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = hand_in("286001.json")
        failures = iter([True, False])

        def times_out(*given: Any, **how: Any) -> Any:
            if next(failures, True):
                raise TimeoutError(110, "Connection timed out")
            return real(*given, **how)

        real = opening.load_document
        monkeypatch.setattr("xltargets.consolidate.inbox.opening.load_document", times_out)
        monkeypatch.setattr("time.sleep", lambda seconds: None)
        assert process(path).status == "read"
        assert process(path).message == "读不了这个文件（Connection timed out）；请检查文件、权限和网络后再试"

    @pytest.mark.skipif(os.name == "nt", reason="Windows has no limit on the size of a process's files")
    @pytest.mark.parametrize(
        "room", [2_000, 60_000, 110_000], ids=["for nothing", "for some", "not for the summary"]
    )
    def test_a_full_disk_leaves_the_summary_that_was_there(
        self, room: int, folder: Path, tmp_path: Path
    ) -> None:
        target = tmp_path / "a.xlsx"
        target.write_bytes(b"before")
        script = tmp_path / "full.py"
        script.write_text(
            "import resource, signal, sys\n"
            "from xltargets.consolidate import consolidate\n"
            "from xltargets.errors import Error\n"
            "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
            f"resource.setrlimit(resource.RLIMIT_FSIZE, ({room}, {room}))\n"
            "try:\n    consolidate([sys.argv[1]], sys.argv[2])\n"
            "except Error as error:\n    print(error.message)\n",
            "utf-8",
        )
        run = subprocess.run(
            [sys.executable, script, folder, target], capture_output=True, encoding="utf-8", check=True,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1"},
        )  # fmt: skip
        assert "请清理磁盘后再试" in run.stdout and not run.stderr
        assert target.read_bytes() == b"before" and {path.name for path in tmp_path.iterdir()} == {
            "a.xlsx", "full.py", "报送",
        }  # fmt: skip

    def test_two_runs_at_once_into_the_same_output_both_succeed(self, folder: Path, tmp_path: Path) -> None:
        options = Options(cache=tmp_path / "cache.sqlite")
        with ThreadPoolExecutor(2) as pool:
            runs = [
                pool.submit(consolidate, [folder], tmp_path / "a.xlsx", options=options) for _ in range(2)
            ]
            results = [run.result() for run in runs]
        assert results[0].totals == results[1].totals
        assert openpyxl.load_workbook(tmp_path / "a.xlsx", read_only=True).sheetnames[0] == "总览"

    def test_a_clock_set_back_changes_nothing_that_is_remembered(
        self, folder: Path, tmp_path: Path, document: Any, hand_in: Callable[..., Path]
    ) -> None:
        options = Options(cache=tmp_path / "cache.sqlite")
        consolidate([folder], tmp_path / "a.xlsx", options=options)
        path = hand_in("286001.json", document("286001", ("999",)))
        os.utime(path, (1, 1))
        totals = consolidate([folder], tmp_path / "a.xlsx", options=options).totals
        assert totals.projects == 27 and totals.money["projects.budget.total"] == 999 + 13 * Decimal("30.3")

    @pytest.mark.parametrize("name", ["😀 表.xlsx", "a'b.xlsx", "x" * 200 + ".xlsx", "100%25.xlsx"])
    def test_names_of_any_kind_are_read_and_linked(
        self, name: str, hand_in: Callable[..., Path], document: Any, inbox: Path, tmp_path: Path
    ) -> None:
        hand_in(name, document("286001", ("1",)))
        consolidate([inbox], tmp_path / "a.xlsx")
        sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["项目汇总"]
        cell = sheet.cell(5, sheet.max_column)
        assert cell.value == name and cell.hyperlink.target

    def test_a_path_of_more_than_260_characters_is_read(
        self, hand_in: Callable[..., Path], document: Any, inbox: Path, tmp_path: Path
    ) -> None:
        hand_in(("深" * 60 + "/") * 4 + "286001.json", document("286001", ("1",)))
        assert consolidate([inbox], tmp_path / "a.xlsx").totals.projects == 1


class TestRemembered:
    def test_a_second_run_reads_only_what_changed(
        self, folder: Path, tmp_path: Path, hand_in: Callable[..., Path], document: Any
    ) -> None:
        options = Options(cache=tmp_path / "cache.sqlite")
        assert self._read(folder, tmp_path, options) == 16
        assert self._read(folder, tmp_path, options) == 1  # the one that nobody can read
        hand_in("286001.json", document("286001", ("77",)))
        assert self._read(folder, tmp_path, options) == 2

    def test_a_file_within_an_archive_keeps_its_own_time(
        self, hand_in: Callable[..., Path], document: Any, inbox: Path, tmp_path: Path
    ) -> None:
        loose = hand_in("286001.json", document("286001", ("5",)))
        os.utime(loose, (1_700_000_000, 1_700_000_000))
        with ZipFile(inbox / "后来打包.zip", "w") as archive:
            older = ZipInfo("286001.json", (2020, 1, 1, 8, 0, 0))
            archive.writestr(older, to_json(document("286001", ("7",))))
        options = Options(cache=tmp_path / "cache.sqlite")
        for target in ("first.xlsx", "second.xlsx"):
            totals = consolidate([inbox], tmp_path / target, options=options).totals
            assert totals.money["projects.budget.total"] == 5
        assert (tmp_path / "first.xlsx").read_bytes() == (tmp_path / "second.xlsx").read_bytes()

    def test_a_changed_setting_invalidates_what_it_must_and_no_more(self, tmp_path: Path) -> None:
        plain = Reading()
        assert fingerprint(replace(plain, config=Config(ignore=("U",)))) == fingerprint(plain)
        assert fingerprint(replace(plain, config=Config(ignore=("Y06",)))) != fingerprint(plain)
        assert fingerprint(replace(plain, config=Config(thresholds={"M01": {"eps": 1}}))) != fingerprint(
            plain
        )
        assert fingerprint(replace(plain, inputs=Inputs(ledger={}))) != fingerprint(plain)
        assert fingerprint(replace(plain, config=Config(profile={"no such": 1}))) == fingerprint(plain)

    def test_a_run_that_was_broken_off_goes_on_from_there(self, folder: Path, tmp_path: Path) -> None:
        options = Options(cache=tmp_path / "cache.sqlite")

        def interrupt(progress: Progress) -> None:
            if progress.done == 6:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            consolidate([folder], tmp_path / "a.xlsx", options=options, progress=interrupt)
        assert not (tmp_path / "a.xlsx").exists()
        assert self._read(folder, tmp_path, options) == 16 - 6

    def test_what_was_read_is_kept_every_few_seconds_whatever_happens_next(
        self, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        cache, moments = tmp_path / "cache.sqlite", iter(range(0, 300, 3))
        monkeypatch.setattr("xltargets.consolidate.store.time.monotonic", lambda: next(moments))
        with Store(cache, Reading()) as store:
            for number, source in enumerate(discover([folder])):
                parcel = take(Reading(), Task(number, source, None))
                if parcel.content:
                    store.keep(source.path, parcel.result.digest, parcel.content, parcel.brief)
            with sqlite3.connect(cache) as base:  # as the next run would find it after a power cut
                assert base.execute("SELECT count(*) FROM seen").fetchone()[0] > 10

    def test_a_cache_that_is_no_database_is_left_alone_and_said(self, folder: Path, tmp_path: Path) -> None:
        cache = tmp_path / "cache.sqlite"
        cache.write_bytes(b"no database at all" * 100)
        result = consolidate([folder], tmp_path / "a.xlsx", options=Options(cache=cache))
        assert result.totals.read == 15 and "本次全部重新读取" in result.notes[0]
        assert cache.read_bytes() == b"no database at all" * 100

    def test_a_cache_of_another_version_is_emptied(self, folder: Path, tmp_path: Path) -> None:
        options = Options(cache=tmp_path / "cache.sqlite")
        assert self._read(folder, tmp_path, options) == 16
        with sqlite3.connect(tmp_path / "cache.sqlite") as base:
            base.executescript("DROP TABLE parts; CREATE TABLE parts (other TEXT); PRAGMA user_version = 1")
        assert self._read(folder, tmp_path, options) == 16
        assert self._read(folder, tmp_path, options) == 1

    def test_what_many_runs_did_not_use_is_dropped(
        self, hand_in: Callable[..., Path], tmp_path: Path
    ) -> None:
        cache = tmp_path / "cache.sqlite"
        path = hand_in("286001.json")
        consolidate([path], tmp_path / "a.xlsx", options=Options(cache=cache))
        for _ in range(45):
            Store(cache, Reading()).close()
        with sqlite3.connect(cache) as base:
            assert base.execute("SELECT count(*) FROM results").fetchone() == (0,)

    def _read(self, folder: Path, tmp_path: Path, options: Options) -> int:
        last: list[Progress] = []
        consolidate([folder], tmp_path / "a.xlsx", options=options, progress=last.append)
        assert last[-1].done == last[-1].total == 16
        return last[-1].done - last[-1].cached


def test_the_result_says_what_it_came_to(folder: Path, tmp_path: Path) -> None:
    result: Result = consolidate([folder], tmp_path / "a.xlsx")
    totals = result.totals
    assert (totals.files, totals.read, totals.replaced, totals.units, totals.projects) == (16, 15, 1, 14, 28)
    assert result.target == tmp_path / "a.xlsx" and result.failures == 0


def test_work_is_done_in_any_order_and_listed_in_one(folder: Path, tmp_path: Path) -> None:
    consolidate([folder], tmp_path / "a.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["项目汇总"]
    codes = [row[1].value for row in sheet.iter_rows(min_row=5) if isinstance(row[0].value, int)]
    assert codes == sorted(codes)
    shuffled = sorted(folder.iterdir(), key=lambda path: random.Random(path.name).random())
    consolidate(shuffled, tmp_path / "b.xlsx")
    again = openpyxl.load_workbook(tmp_path / "b.xlsx")["项目汇总"]
    assert [row for row in again.values] == [row for row in sheet.values]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT to send to another process")
def test_the_collector_is_left_as_it_was(folder: Path, tmp_path: Path) -> None:
    ours, usual, meanwhile = gc.get_threshold(), (700, 10, 10), set()
    gc.set_threshold(*usual)
    try:
        consolidate([folder], tmp_path / "a.xlsx", progress=lambda progress: meanwhile.add(gc.get_threshold()[0]))
        with pytest.raises(Error):
            consolidate([tmp_path], tmp_path / "没有" / "b.xlsx", options=Options(previous=tmp_path / "没有"))
        assert gc.get_threshold() == usual and min(meanwhile) > usual[0]
    finally:
        gc.set_threshold(*ours)


def test_ctrl_c_stops_cleanly_and_keeps_what_is_done(folder: Path, tmp_path: Path) -> None:
    script = tmp_path / "run.py"
    script.write_text(
        "import os, signal, sys, time\n"
        "from pathlib import Path\n"
        "from xltargets.consolidate import Options, consolidate\n"
        "if __name__ != '__main__':\n"  # a worker starts: the first at once, the second when Ctrl-C is pressed
        "    try:\n"
        "        open(sys.argv[3] + '.first', 'x')\n"
        "    except FileExistsError:\n"
        "        time.sleep(2)\n"
        "def interrupt(progress):\n"
        "    if progress.done == 8:\n"
        "        os.killpg(0, signal.SIGINT)\n"
        "if __name__ == '__main__':\n"
        "    signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # a shell's background jobs are deaf to it
        "    options = Options(cache=Path(sys.argv[3]), batch=1)\n"
        "    try:\n"
        "        consolidate([sys.argv[1]], sys.argv[2], jobs=2, options=options, progress=interrupt)\n"
        "    except KeyboardInterrupt:\n"
        "        print('stopped')\n",
        "utf-8",
    )
    cache = tmp_path / "cache.sqlite"
    run = subprocess.run(
        [sys.executable, script, folder, tmp_path / "a.xlsx", cache], capture_output=True, encoding="utf-8",
        timeout=120, start_new_session=True,
    )  # fmt: skip
    assert run.stdout == "stopped\n" and "Traceback" not in run.stderr, (run.returncode, run.stderr)
    assert not (tmp_path / "a.xlsx").exists()
    with sqlite3.connect(cache) as base:
        assert base.execute("SELECT count(*) FROM seen").fetchone()[0] >= 7


class TestWhatWasHandedInIsNeverWrittenOver:
    def test_a_target_that_is_no_summary_is_refused(self, folder: Path) -> None:
        before = (folder / "乙" / "286099.xlsx").read_bytes()
        with pytest.raises(Error, match="又不是本程序写的汇总表，没有覆盖"):
            consolidate([folder], folder / "乙" / "286099.xlsx")
        assert (folder / "乙" / "286099.xlsx").read_bytes() == before

    @pytest.mark.parametrize("same", ["报送", "报送/../报送"])
    def test_what_goes_back_does_not_go_into_the_folder_that_is_read(
        self, folder: Path, tmp_path: Path, same: str
    ) -> None:
        with pytest.raises(Error, match="退回的文件不能放在报送文件夹本身.*审核结果"):
            consolidate([folder], tmp_path / "a.xlsx", options=Options(give_back=tmp_path / same))
        assert not (folder / ".xltargets-output").exists()

    def test_parquet_does_not_replace_what_goes_back(self, folder: Path, tmp_path: Path) -> None:
        back = tmp_path / "还"
        consolidate([folder], tmp_path / "a.xlsx", options=Options(give_back=back))
        with pytest.raises(Error, match="这是放退回文件的文件夹"):
            consolidate([folder], tmp_path / "a.xlsx", options=Options(parquet=back))
        assert any(back.rglob("*.json"))

    def test_a_folder_of_results_is_not_taken_for_one_of_submissions(self, folder: Path, tmp_path: Path) -> None:
        back = tmp_path / "还"
        consolidate([folder], tmp_path / "a.xlsx", options=Options(give_back=back))
        with pytest.raises(Error, match="这是本程序放退回文件或 Parquet 的文件夹"):
            consolidate([back], tmp_path / "a.xlsx")


def test_the_script_to_copy_says_in_a_sentence_what_stops_it(tmp_path: Path) -> None:
    script = Path(__file__).parents[2] / "scripts" / "consolidate.py"
    done = subprocess.run(
        [sys.executable, str(script), str(tmp_path), "-o", str(tmp_path / "a.xlsx")], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("没有汇总：") and "没有找到申报表" in done.stderr
