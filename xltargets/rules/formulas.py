"""Pieces of the formulas that say in Excel what a rule says in Python.

Only functions that Excel 2010, WPS and LibreOffice all have. A name stands for its cell; in a row of a table, for the
row's own cell. A formula is TRUE when all is well, and wherever its rule does not run.
"""

from __future__ import annotations

from collections.abc import Iterable

#: Blanks that TRIM and CLEAN leave: the full-width one and the one that does not break.
_WIDE_BLANKS = ("　", "\u00a0")


def filled(name: str) -> str:
    """Whether a cell has more in it than blanks."""
    return f"{length(name)}>0"


def length(name: str) -> str:
    """How many characters a cell has when blanks at both ends are not counted."""
    inner = name
    for blank in _WIDE_BLANKS:
        inner = f'SUBSTITUTE({inner},"{blank}","")'
    return f"LEN(TRIM(CLEAN({inner})))"


def filled_table(name: str) -> str:
    """Whether any cell of a column has more in it than blanks."""
    return f"SUMPRODUCT({length(name)})>0"


def number_or_blank(name: str) -> str:
    """Whether a cell is a number or blank, so that it may count as 0."""
    return f"OR(ISNUMBER({name}),{length(name)}=0)"


def percent(name: str) -> str:
    """A share in percent: 30 is 30, and so is 0.3 in a cell that shows it as 30%."""
    return f'{name}*IF(LEFT(CELL("format",{name}),1)="P",100,1)'


def when(conditions: Iterable[str], judgement: str) -> str:
    """The judgement where all conditions hold, else TRUE."""
    joined = ",".join(conditions)
    condition = f"AND({joined})" if "," in joined else joined
    return f"IF({condition},{judgement},TRUE)"


def numbers(*names: str) -> list[str]:
    """That each of these cells is a number."""
    return [f"ISNUMBER({name})" for name in names]


def all_of(*judgements: str) -> str:
    """That every judgement holds."""
    return f"AND({','.join(judgements)})"
