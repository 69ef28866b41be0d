"""The references inside a formula: found, moved, renamed, without touching anything else of its text.

A formula is cut into tokens by one regular expression: text in quotes, errors, references with their sheet, words
(names and functions), structured references in brackets, and the rest. Only tokens that are references are ever
rewritten, so ``"Sheet1!A1"`` in quotes, ``LOG10(``, ``Table1[A1]`` and other workbooks (``[1]Sheet1!A1``) stay.

Facts (ECMA-376 part 1, 18.17.2; Excel 2016):
- sheet names are quoted when they are more than letters, digits, ``_`` and ``.``; a quote inside is doubled;
- ``Sheet1:Sheet3!A1`` spans tabs: it does not follow rows inserted in one of them;
- a reference that leaves the sheet, or whose sheet is removed, becomes ``#REF!``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from xltargets.excel.a1 import MAX_COLUMNS, MAX_ROWS, Area, column_letters, column_number

_BARE = r"[^\s'\"()+\-*/^&=<>,;:{}\[\]!@#%$|~`?\\]+"
_PREFIX = rf"(?:'(?:[^']|'')++'|(?:\[[^\[\]]*\])?{_BARE}(?::{_BARE})?|\[[^\[\]]+\])!"
_CELL = r"\$?[A-Za-z]{1,3}\$?[0-9]{1,7}"
_CELLS = rf"{_CELL}(?::{_CELL})?|\$?[A-Za-z]{{1,3}}:\$?[A-Za-z]{{1,3}}|\$?[0-9]{{1,7}}:\$?[0-9]{{1,7}}"
_TOKEN = re.compile(
    rf"""
      (?P<text>"(?:[^"]|"")*+"?)
    | (?P<reference>(?P<prefix>{_PREFIX})?(?P<cells>{_CELLS})(?![\w.(!\[:?\\]))
    | (?P<error>(?P<eprefix>{_PREFIX})?\#(?:REF!|N/A|[A-Z0-9/_]+[!?]))
    | (?P<word>(?P<wprefix>{_PREFIX})?[^\W\d][\w.?\\]*|\\[\w.?\\]*|(?P<only>{_PREFIX}))
    | (?P<quoted>'(?:[^']|'')*+'?)
    | (?P<bracket>\[)
    | (?P<number>[0-9]+\.?[0-9]*(?:[eE][+-]?[0-9]+)?|\.[0-9]+(?:[eE][+-]?[0-9]+)?)
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_ENDS = re.compile(r"(\$?)([A-Za-z]*)(\$?)([0-9]*)\Z")
_PLAIN = re.compile(r"[^\W\d][\w.]*\Z")
_LIKE_A_CELL = re.compile(r"(?:[A-Za-z]{1,3}[0-9]+|[Rr][0-9]*(?:[Cc][0-9]*)?|[Cc][0-9]*|TRUE|FALSE)\Z", re.IGNORECASE)


class Corner(NamedTuple):
    """One end of a reference: zero-based, None where the reference takes the whole row or column."""

    row: int | None
    column: int | None
    row_fixed: bool = False
    column_fixed: bool = False

    def __str__(self) -> str:
        text = ""
        if self.column is not None:
            text += ("$" if self.column_fixed else "") + column_letters(self.column)
        if self.row is not None:
            text += ("$" if self.row_fixed else "") + str(self.row + 1)
        return text


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference as it stands in a formula.

    Attributes:
        prefix: the sheet as written, ``!`` included; "" when the formula's own sheet is meant.
        first, last: its ends; `last` is None for a single cell.
    """

    prefix: str
    first: Corner
    last: Corner | None = None

    def __str__(self) -> str:
        return f"{self.prefix}{self.first}" + ("" if self.last is None else f":{self.last}")

    @property
    def sheets(self) -> tuple[str, str] | None:
        """First and last sheet named, equal when there is one; None without a sheet or for another workbook."""
        return sheets_of(self.prefix)

    @property
    def external(self) -> bool:
        """Whether it leads into another workbook."""
        return bool(self.prefix) and self.sheets is None

    @property
    def area(self) -> Area:
        """The rectangle, whatever the order in which its ends are written."""
        last = self.last or self.first
        rows = (0, MAX_ROWS - 1) if self.first.row is None else (self.first.row, last.row or 0)
        columns = (0, MAX_COLUMNS - 1) if self.first.column is None else (self.first.column, last.column or 0)
        return Area(min(rows), min(columns), max(rows), max(columns))


class Token(NamedTuple):
    """A piece of a formula; `kind` is text, reference, error, word, quoted, structured, number or other."""

    kind: str
    text: str
    prefix: str = ""
    reference: Reference | None = None


def tokens(formula: str) -> Iterator[Token]:
    """The pieces of a formula; joined they are the formula again."""
    at = 0
    while match := _TOKEN.match(formula, at):
        kind, at = str(match.lastgroup), match.end()
        if match["reference"]:
            reference = _reference(match["prefix"] or "", match["cells"])
            yield Token("reference" if reference else "word", match[0], match["prefix"] or "", reference)
        elif match["bracket"]:
            at = _bracket_end(formula, match.start())
            yield Token("structured", formula[match.start() : at])
        elif match["word"]:
            yield Token("word", match[0], match["wprefix"] or match["only"] or "")
        elif match["error"]:
            yield Token("error", match[0], match["eprefix"] or "")
        else:
            yield Token(kind, match[0])


def rewritten(
    formula: str,
    on_reference: Callable[[Reference], Reference | None] = lambda reference: reference,
    on_prefix: Callable[[str], str | None] = lambda prefix: prefix,
    on_word: Callable[[str], str] = lambda word: word,
) -> str:
    """The formula with its references put through `on_reference`; None becomes ``#REF!``.

    Args:
        on_prefix: what becomes of the sheet of a reference or name (``Sheet1!``); None makes it ``#REF!``.
        on_word: what becomes of a name without a sheet.
    """
    pieces = []
    for token in tokens(formula):
        prefix = on_prefix(token.prefix) if token.prefix else ""
        if prefix is None:
            pieces.append("#REF!")
        elif token.reference is not None:
            moved = on_reference(token.reference)
            pieces.append("#REF!" if moved is None else str(replace(moved, prefix=prefix)))
        elif token.prefix:
            pieces.append(prefix + token.text[len(token.prefix) :])
        else:
            pieces.append(on_word(token.text) if token.kind == "word" else token.text)
    return "".join(pieces)


def translated(formula: str, rows: int, columns: int) -> str:
    """The formula as it reads when its cell is copied that far down and right: relative ends move along."""

    def corner(end: Corner) -> Corner | None:
        row = end.row if end.row is None or end.row_fixed else end.row + rows
        column = end.column if end.column is None or end.column_fixed else end.column + columns
        inside = (row is None or 0 <= row < MAX_ROWS) and (column is None or 0 <= column < MAX_COLUMNS)
        return end._replace(row=row, column=column) if inside else None

    def moved(reference: Reference) -> Reference | None:
        first = corner(reference.first)
        last = None if reference.last is None else corner(reference.last)
        if first is None or (reference.last is not None and last is None):
            return None
        return replace(reference, first=first, last=last)

    return formula if not (rows or columns) else rewritten(formula, moved)


def renamed(formula: str, old: str, new: str) -> str:
    """The formula with every mention of the sheet `old` turned into `new`."""
    if "!" not in formula:
        return formula

    def prefix(written: str) -> str:
        sheets = sheets_of(written)
        if sheets is None or old.casefold() not in (sheets[0].casefold(), sheets[1].casefold()):
            return written
        first, last = (new if sheet.casefold() == old.casefold() else sheet for sheet in sheets)
        if first == last:
            return quote_sheet(first) + "!"
        return f"{quote_sheet(first)[:-1]}:{quote_sheet(last)[1:]}!"

    return rewritten(formula, on_prefix=prefix)


def orphaned(formula: str, sheet: str) -> str:
    """The formula after `sheet` was removed: ``#REF!`` for what stood on it."""
    if "!" not in formula:
        return formula

    def prefix(written: str) -> str | None:
        sheets = sheets_of(written)
        return None if sheets and sheet.casefold() in (sheets[0].casefold(), sheets[1].casefold()) else written

    return rewritten(formula, on_prefix=prefix)


def mentions(formula: str, sheet: str) -> bool:
    """Whether a reference or name of the formula names that sheet."""
    return "!" in formula and orphaned(formula, sheet) != formula


def quote_sheet(name: str) -> str:
    """The sheet's name as a reference takes it, always in quotes: ``Bob's`` → ``'Bob''s'``."""
    return "'" + name.replace("'", "''") + "'"


def sheets_of(prefix: str) -> tuple[str, str] | None:
    """The first and last sheet that a prefix such as ``'A:B'!`` names; None for none or another workbook."""
    text = prefix.removesuffix("!")
    if not text or "[" in text:
        return None
    if text[0] == "'":
        text = text[1:-1].replace("''", "'")
    first, _, last = text.partition(":")
    return first, last or first


def needs_quotes(name: str) -> bool:
    """Whether Excel would put the sheet's name in quotes."""
    return not _PLAIN.match(name) or bool(_LIKE_A_CELL.match(name))


def _reference(prefix: str, cells: str) -> Reference | None:
    first, _, last = cells.partition(":")
    start = _corner(first)
    end = _corner(last) if last else None
    if start is None or (last and end is None):
        return None
    return Reference(prefix, start, end)


def _corner(text: str) -> Corner | None:
    mark, letters, second, digits = _ENDS.match(text).groups()  # type: ignore[union-attr]
    row, column = int(digits) - 1 if digits else None, column_number(letters) if letters else None
    if (row is not None and not 0 <= row < MAX_ROWS) or (column is not None and column >= MAX_COLUMNS):
        return None
    return Corner(row, column, bool(second if letters else mark or second), bool(letters and mark))


def _bracket_end(formula: str, start: int) -> int:
    """Past the bracket that closes the one at `start`; ``'`` escapes the next character inside."""
    depth, at = 0, start
    while at < len(formula):
        character = formula[at]
        if character == "'":
            at += 1
        elif character in "[]":
            depth += 1 if character == "[" else -1
            if depth == 0:
                return at + 1
        at += 1
    return len(formula)
