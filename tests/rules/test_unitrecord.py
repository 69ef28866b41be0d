"""The small structures in which a comparison of units keeps what it must."""

from __future__ import annotations

from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xltargets.rules.unitrecord import Firsts, Slices

HASHES = st.integers(0, 2**64 - 1) | st.integers(0, 5).map(lambda number: number << 20)  # these want one place


@given(st.lists(st.tuples(HASHES, st.integers(0, 0xFFFE)), max_size=3000))
def test_the_first_number_said_of_a_hash_stays_as_in_a_dict(said: list[tuple[int, int]]) -> None:
    ours, known = Firsts(), dict[int, int]()
    for key, number in said:
        assert ours.setdefault(key, number) == known.setdefault(key, number)


def test_it_grows() -> None:
    ours = Firsts()
    for key in range(0, 70_000, 7):
        assert ours.setdefault(key << 32, key % 100) == key % 100
    assert all(ours.setdefault(key << 32, 101) == key % 100 for key in range(0, 70_000, 7))


def test_many_short_arrays_read_back_one_by_one() -> None:
    made = Slices()
    for numbers in ([1, 2], [], [2**64 - 1]):
        made.append(numbers)
    assert list(made) == [array("Q", [1, 2]), array("Q"), array("Q", [2**64 - 1])]
    assert made[1:] == [array("Q"), array("Q", [2**64 - 1])]
    with pytest.raises(IndexError):
        made[3]
