"""What a consolidation says of how far it is."""

from __future__ import annotations

from xltargets.cli.progress import PlainLines
from xltargets.consolidate import Progress


def test_a_plain_line_comes_every_ten_seconds_and_at_the_end() -> None:
    said: list[str] = []
    seconds = iter([0.0, *(0.5 * number for number in range(1, 41))])
    tell = PlainLines(said.append, lambda: next(seconds))
    for done in range(1, 41):
        tell(Progress(done, 40, int(done > 5), 0, f"{done}.xlsx"))
    assert said == [
        "已处理 20/40 个文件，其中 1 个无法读取，每秒 2.0 个，约剩 10 秒",
        "已处理 40/40 个文件，其中 1 个无法读取，每秒 2.0 个",
    ]


def test_no_rate_is_told_of_less_than_a_second_and_long_times_in_hours() -> None:
    said: list[str] = []
    seconds = iter([0.0, 0.5, 3600.0])
    tell = PlainLines(said.append, lambda: next(seconds))
    tell(Progress(1, 1, 0, 0, "a.xlsx"))
    tell(Progress(100, 310, 0, 0, "b.xlsx"))
    assert said == [
        "已处理 1/1 个文件，其中 0 个无法读取",
        "已处理 100/310 个文件，其中 0 个无法读取，每秒 0.0 个，约剩 2 小时 6 分",
    ]
