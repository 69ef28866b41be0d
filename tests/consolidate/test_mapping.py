"""The mapping over executors, and what it does when a process dies."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.consolidate.workers import die_of_seven, die_once, double, fail_at_seven
from xltargets.consolidate.mapping import Lost, Work, each, processes

WORKS = {
    "inline": Work(),
    "processes": Work(jobs=2, batch=3),
    "few at a time": Work(jobs=2, batch=1, ahead=1),
}


@pytest.mark.parametrize("work", WORKS.values(), ids=WORKS)
def test_every_item_has_its_answer(work: Work) -> None:
    assert sorted(each(double, range(20), work)) == [(number, 2 * number) for number in range(20)]


@pytest.mark.parametrize("work", WORKS.values(), ids=WORKS)
def test_an_exception_is_the_answer_of_its_item_alone(work: Work) -> None:
    answers = dict(each(fail_at_seven, range(20), work))
    assert isinstance(answers.pop(7), KeyError)
    assert answers == {number: 2 * number for number in range(20) if number != 7}


@pytest.mark.parametrize("own", [True, False], ids=["our pool", "a pool of others"])
def test_an_item_that_takes_its_process_down_is_named_and_the_others_go_on(own: bool) -> None:
    if own:
        answers = dict(each(die_of_seven, range(30), Work(jobs=2, batch=4)))
    else:
        with processes(2) as pool:
            answers = dict(each(die_of_seven, range(30), Work(executor=pool, batch=4)))
    assert isinstance(answers.pop(7), Lost)
    assert answers == {number: 2 * number for number in range(30) if number != 7}


def test_an_item_whose_worker_was_killed_is_done_again(tmp_path: Path) -> None:
    tasks = [(str(tmp_path), number) for number in range(20)]
    answers = dict(each(die_once, tasks, Work(jobs=2, batch=4)))
    assert answers == {(str(tmp_path), number): 2 * number for number in range(20)}


def test_no_more_is_taken_than_is_under_way() -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for number in range(1000):
            taken.append(number)
            yield number

    mapping = each(double, items(), Work(jobs=2, batch=2, ahead=2))
    next(mapping)
    assert len(taken) <= 2 * 2 * 2
    mapping.close()


def test_an_executor_of_others_is_used_and_left_open() -> None:
    with ThreadPoolExecutor(2) as pool:
        assert dict(each(double, range(9), Work(executor=pool))) == {
            number: 2 * number for number in range(9)
        }
        assert pool.submit(double, 4).result() == 8


def test_the_order_in_which_work_is_done_does_not_matter() -> None:
    class Backwards(Executor):
        """Answers the batch that came last first."""

        def __init__(self) -> None:
            self.waiting: list[Any] = []

        def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
            future: Future[Any] = Future()
            self.waiting.append((future, fn, args))
            if len(self.waiting) == 5:
                for one, function, given in reversed(self.waiting):
                    one.set_result(function(*given))
            return future

    assert sorted(each(double, range(10), Work(executor=Backwards(), batch=2))) == [
        (n, 2 * n) for n in range(10)
    ]
