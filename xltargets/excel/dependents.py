"""Which formulas a change of cells can reach, through other formulas and names.

When a formula cannot be followed (``INDIRECT``, ``OFFSET``, tables, several sheets at once, unknown names) it counts as
reached: a cached value dropped needlessly is calculated again, one kept wrongly is a lie.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from xltargets.excel.a1 import MAX_COLUMNS, MAX_ROWS, Area
from xltargets.excel.formulas import Corner, Reference, sheets_of, tokens
from xltargets.excel.names import DefinedName

_UNFOLLOWABLE = frozenset(("INDIRECT", "OFFSET", "GETPIVOTDATA", "CELL", "INFO", "SHEET", "SHEETS", "FORMULATEXT"))
_CONSTANTS = frozenset(("TRUE", "FALSE"))
_MOST_COMPARISONS = 5_000_000


class Precedents(NamedTuple):
    """What a formula names. `names` are (sheet or "", name)."""

    references: tuple[Reference, ...]
    names: tuple[tuple[str, str], ...]
    unsure: bool


@lru_cache(maxsize=4096)
def precedents(formula: str) -> Precedents:
    """What the text of a formula names."""
    references, names, unsure = [], [], False
    pieces = list(tokens(formula))
    for number, token in enumerate(pieces):
        following = pieces[number + 1].text if number + 1 < len(pieces) else ""
        if token.reference is not None:
            sheets = token.reference.sheets
            unsure |= sheets is not None and sheets[0] != sheets[1]
            if not token.reference.external:
                references.append(token.reference)
        elif token.kind == "word" and following == "(":
            unsure |= token.text.upper() in _UNFOLLOWABLE
        elif token.kind == "word" and token.text.upper() not in _CONSTANTS:
            sheets = sheets_of(token.prefix)
            if not token.prefix or sheets is not None:
                names.append((sheets[0] if sheets else "", token.text[len(token.prefix) :]))
        unsure |= token.kind in ("structured", "quoted") or (token.kind == "other" and token.text in ":#@")
    return Precedents(tuple(references), tuple(names), unsure)


class FormulaCell(NamedTuple):
    """A formula in a workbook.

    Attributes:
        sheet: the name of its sheet, casefolded.
        area: where its results stand.
        formula: the text; for a child of a shared formula that of its master.
        offset: how far down and right of that master it stands.
    """

    sheet: str
    area: Area
    formula: str
    offset: tuple[int, int] = (0, 0)


class Names:
    """The areas that names lead to. Raises nothing: what cannot be followed is None."""

    def __init__(self, names: Iterable[DefinedName]) -> None:
        self._names = {((n.scope or "").casefold(), n.name.casefold()): n.refers_to for n in names}
        self._known: dict[tuple[str, str], list[tuple[str, Area]] | None] = {}

    def areas(self, sheet: str, name: str) -> list[tuple[str, Area]] | None:
        """Sheet (casefolded) and area of all that a name reads, seen from a sheet; None when unsure."""
        for key in ((sheet, name.casefold()), ("", name.casefold())):
            if key in self._names:
                if key not in self._known:
                    self._known[key] = None  # a name that leads back to itself
                    self._known[key] = self.of(sheet, self._names[key].removeprefix("="))
                return self._known[key]
        return None

    def of(self, sheet: str, formula: str, offset: tuple[int, int] = (0, 0)) -> list[tuple[str, Area]] | None:
        """Sheet (casefolded) and area of all that a formula on a sheet reads; None when unsure."""
        found = precedents(formula)
        if found.unsure:
            return None
        areas = [((r.sheets or (sheet,))[0].casefold(), _shifted(r, *offset)) for r in found.references]
        for scope, name in found.names:
            more = self.areas(scope.casefold() or sheet, name)
            if more is None:
                return None
            areas += more
        return areas


def reached(formulas: Sequence[FormulaCell], names: Names, changed: Iterable[tuple[str, Area]]) -> set[int]:
    """The positions in `formulas` of those that a change of areas (sheet casefolded, area) can reach."""
    cells: dict[tuple[str, int, int], list[int]] = defaultdict(list)
    ranges: dict[str, dict[Area, list[int]]] = defaultdict(lambda: defaultdict(list))
    hit: set[int] = set()
    queue = list(changed)
    if not queue:
        return hit

    def reach(numbers: Iterable[int]) -> None:
        for number in numbers:
            if number not in hit:
                hit.add(number)
                queue.append((formulas[number].sheet, formulas[number].area))

    for number, cell in enumerate(formulas):
        areas = names.of(cell.sheet, cell.formula, cell.offset)
        if areas is None:
            reach((number,))
        for sheet, area in areas or ():
            if area.top == area.bottom and area.left == area.right:
                cells[sheet, area.top, area.left].append(number)
            else:
                ranges[sheet][area].append(number)
    compared = 0
    while queue:
        sheet, area = queue.pop()
        if area.top == area.bottom and area.left == area.right:
            reach(cells.pop((sheet, area.top, area.left), ()))
        else:
            inside = [key for key in cells if key[0] == sheet and area.holds(*key[1:])]
            compared += len(cells)
            for key in inside:
                reach(cells.pop(key))
        compared += len(ranges[sheet])
        for other in [other for other in ranges[sheet] if area.meets(other)]:
            reach(ranges[sheet].pop(other))
        if compared > _MOST_COMPARISONS:
            return set(range(len(formulas)))
    return hit


def _shifted(reference: Reference, rows: int, columns: int) -> Area:
    """The area of a reference seen from a cell further down and right; what leaves the sheet comes in again."""
    if not (rows or columns):
        return reference.area

    def corner(end: Corner) -> Corner:
        row = end.row if end.row is None or end.row_fixed else (end.row + rows) % MAX_ROWS
        column = end.column if end.column is None or end.column_fixed else (end.column + columns) % MAX_COLUMNS
        return end._replace(row=row, column=column)

    last = None if reference.last is None else corner(reference.last)
    return Reference(reference.prefix, corner(reference.first), last).area
