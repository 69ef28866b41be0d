"""Memory of checking many workbooks one after the other in one process does not grow."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).resolve().parent.parent / "scripts"


@pytest.mark.skipif(sys.platform != "linux", reason="resident memory is read from /proc")
def test_checking_300_workbooks_takes_no_more_memory_than_checking_100(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(SCRIPTS))
    from bench_runs import memory
    from make_samples import make_samples

    marks = memory(make_samples(tmp_path, 30) * 10)
    assert marks[1] > 1 << 20
    assert max(marks[200], marks[300]) <= 1.1 * marks[100]
