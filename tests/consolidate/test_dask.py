"""A Dask cluster as the executor, with nothing of our own in between."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.consolidate.workers import die_of_seven
from xltargets.consolidate import Options, Progress, Work, consolidate
from xltargets.consolidate.mapping import Lost, each

distributed = pytest.importorskip("distributed")


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    """Two workers in processes of their own, which a nanny starts again when they die."""
    settings = {"distributed.scheduler.allowed-failures": 1, "distributed.worker.daemon": False}
    import dask

    with (
        dask.config.set(settings),
        distributed.LocalCluster(2, threads_per_worker=1, dashboard_address=None, silence_logs=50) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


def test_a_cluster_gives_the_same_bytes_even_when_a_worker_dies_in_mid_run(
    client: Any, hand_in: Callable[..., Path], inbox: Path, tmp_path: Path
) -> None:
    for number in range(60):
        hand_in(f"2860{number:02d}.json")
    consolidate([inbox], tmp_path / "a.xlsx")
    pids = client.run(os.getpid)

    def kill(progress: Progress) -> None:
        if progress.done == 8:
            os.kill(next(iter(pids.values())), signal.SIGKILL)

    with client.get_executor() as executor:
        result = consolidate(
            [inbox], tmp_path / "b.xlsx", executor=executor, options=Options(batch=4), progress=kill
        )
    assert result.totals.read == 60 and not result.errors
    assert (tmp_path / "b.xlsx").read_bytes() == (tmp_path / "a.xlsx").read_bytes()


def test_a_file_that_kills_every_worker_it_meets_is_named(client: Any) -> None:
    with client.get_executor() as executor:
        answers = dict(each(die_of_seven, range(20), Work(executor=executor, batch=2)))
    assert isinstance(answers.pop(7), Lost)
    assert answers == {number: 2 * number for number in range(20) if number != 7}
