"""Cell addresses: A1 notation and zero-based coordinates.

Excel's limits: 16,384 columns (XFD) and 1,048,576 rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

MAX_ROWS = 1_048_576
MAX_COLUMNS = 16_384

_CELL = re.compile(r"\$?([A-Za-z]{1,3})\$?([1-9][0-9]{0,6})\Z")


class Area(NamedTuple):
    """A rectangle of cells; rows and columns count from 0, both ends included."""

    top: int
    left: int
    bottom: int
    right: int

    def holds(self, row: int, column: int) -> bool:
        """Whether a cell lies in it."""
        return self.top <= row <= self.bottom and self.left <= column <= self.right

    def meets(self, other: Area) -> bool:
        """Whether the two have a cell in common."""
        return (
            self.top <= other.bottom and other.top <= self.bottom
            and self.left <= other.right and other.left <= self.right
        )  # fmt: skip

    @property
    def a1(self) -> str:
        """As a person writes it: ``B3``, ``F10:F29``."""
        first, last = address(self.top, self.left), address(self.bottom, self.right)
        return first if first == last else f"{first}:{last}"


@lru_cache(maxsize=MAX_COLUMNS)
def column_letters(column: int) -> str:
    """0 → A, 25 → Z, 26 → AA."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


@lru_cache(maxsize=MAX_COLUMNS)
def column_number(letters: str) -> int:
    """A → 0, Z → 25, AA → 26; case does not matter."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1


def address(row: int, column: int) -> str:
    """The A1 address of zero-based coordinates."""
    return f"{column_letters(column)}{row + 1}"


@lru_cache(maxsize=4096)
def parse_cell(text: str) -> tuple[int, int]:
    """Zero-based (row, column) of an A1 address, with or without ``$``.

    Raises:
        ValueError: when it is no address, or one beyond Excel's limits.
    """
    match = _CELL.match(text)
    if match:
        row, column = int(match[2]) - 1, column_number(match[1])
        if 0 <= row < MAX_ROWS and column < MAX_COLUMNS:
            return row, column
    raise ValueError(f"not a cell address: {text!r}")


@lru_cache(maxsize=4096)
def parse_area(text: str) -> Area:
    """The rectangle of ``B3``, ``$B$3:$D$9``, ``C:D`` or ``3:5``.

    Raises:
        ValueError: when it is none of these.
    """
    first, _, last = text.replace("$", "").partition(":")
    last = last or first
    if first.isdigit() and last.isdigit():
        return _ordered(int(first) - 1, 0, int(last) - 1, MAX_COLUMNS - 1)
    if first.isalpha() and last.isalpha() and len(first) <= 3 and len(last) <= 3:
        return _ordered(0, column_number(first), MAX_ROWS - 1, column_number(last))
    return _ordered(*parse_cell(first), *parse_cell(last))


def lead_of(areas: Iterable[Area], row: int, column: int) -> tuple[int, int]:
    """The first cell of the area that a cell lies in, as of merged cells; the cell itself where it is in none."""
    area = next((area for area in areas if area.holds(row, column)), None)
    return (area.top, area.left) if area else (row, column)


def _ordered(row1: int, column1: int, row2: int, column2: int) -> Area:
    area = Area(min(row1, row2), min(column1, column2), max(row1, row2), max(column1, column2))
    if area.top < 0 or area.bottom >= MAX_ROWS or area.right >= MAX_COLUMNS:
        raise ValueError(f"beyond the sheet: {area}")
    return area
