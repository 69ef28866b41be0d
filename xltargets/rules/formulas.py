"""Pieces of the formulas that say in Excel what a rule says in Python.

Only functions that Excel 2010, WPS and LibreOffice all have. A name stands for its cell; in a rule that is given each
indicator, for the row's own cell. A formula is TRUE when all is well, and wherever its rule does not run: where a number
is wanted and the cell holds text, for one.

- A rule across projects says ``each(…)``, which is no function of Excel: what is in the brackets, worked out on each project
  sheet that is filled in. The template gives it a cell there and refers to that cell on all sheets at once (``A:Z!N1``), which
  only functions such as SUM, COUNT and RANK can take. ``own(…)`` is the same of the formula's own sheet, or something that
  several formulas have in common; without the word it means the same.
- A formula for a row is arithmetic (``*``, ``+``, comparisons) rather than AND and IF, so that SUMPRODUCT can count the rows
  of a whole column with the very same text.
"""

from __future__ import annotations

from collections.abc import Iterable

#: Blanks that TRIM and CLEAN leave: the full-width one and the one that does not break.
_WIDE_BLANKS = ("　", "\u00a0")


class AllOf(str):
    """A formula that is a conjunction, with its members: each is judged beside the cell that it names first."""

    parts: tuple[str, ...] = ()


def parts_of(formula: str) -> tuple[str, ...]:
    """The members of a conjunction, or the formula itself."""
    return formula.parts if isinstance(formula, AllOf) else (formula,)


def filled(name: str) -> str:
    """Whether a cell has more in it than blanks."""
    return f"{length(name)}>0"


def stripped(name: str) -> str:
    """The text of a cell without blanks at both ends."""
    inner = name
    for blank in _WIDE_BLANKS:
        inner = f'SUBSTITUTE({inner},"{blank}","")'
    return f"TRIM(CLEAN({inner}))"


def typed(name: str) -> str:
    """A code as it was meant: half-width, in capitals, without any blanks."""
    inner = f"CLEAN({name})"
    for blank in (" ", *_WIDE_BLANKS):
        inner = f'SUBSTITUTE({inner},"{blank}","")'
    return f"UPPER(ASC({inner}))"


def own(formula: str) -> str:
    """Something that gets a cell of its own on the project's sheet, because several formulas need it."""
    return f"own({formula})"


def each(formula: str) -> str:
    """Something of every project, for functions that take many values."""
    return f"each({formula})"


def length(name: str) -> str:
    """How many characters a cell has when blanks at both ends are not counted."""
    return f"LEN({stripped(name)})"


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


def all_of(*judgements: str) -> AllOf:
    """That every judgement holds."""
    joined = AllOf(f"AND({','.join(judgements)})")
    joined.parts = judgements
    return joined


def all_or_none_filled(*names: str) -> str:
    """Whether all cells have more in them than blanks, or none; for a row, so without functions that SUMPRODUCT lacks."""
    together = "+".join(f"({filled(name)})" for name in names)
    return f"MOD({together},{len(names)})=0"
