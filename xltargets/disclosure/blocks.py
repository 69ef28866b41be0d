"""What every reader of a disclosure makes of its file: paragraphs and tables in the order they stand in.

A block may carry a mark, the dotted path of the field that it is (``projects.budget.total``): documents published by this
package have marks (paragraph styles of Word, attributes of HTML), so that what is typed in them can look like anything.
Documents of others have none and are read by their labels.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

#: A mark that leads the path of a field which is not filled in: the text beside it is the form's own.
AUTOMATIC = "auto:"
#: The mark of the heading that begins the disclosure of a unit.
UNIT_BEGINS = "document"


@dataclass(eq=False)
class Cell:
    """A cell of a table; a merged cell is one cell that stands in several places of the grid.

    Attributes:
        text: as typed, line breaks as ``\\n``.
        line: the line of the file (of text and HTML) or the number of the paragraph (Word) it begins at.
        mark: the field it is, if the file says so.
        literal: the text is what it is, never a label; blanks count.
        null: a literal that says there is nothing.
    """

    text: str
    line: int
    mark: str | None = None
    literal: bool = False
    null: bool = False

    @property
    def value(self) -> str | None:
        """The text as a value: blanks alone are a value only where they are meant."""
        if self.literal or self.mark:
            return None if self.null or self.text == "" else self.text
        return self.text or None

    @property
    def blank(self) -> bool:
        """Whether nothing is to be seen in it."""
        return not self.literal and not self.text.strip()


@dataclass(eq=False)
class Paragraph(Cell):
    """A paragraph outside tables.

    Attributes:
        pieces: marked parts of its text, as mark and text; the rest is the document's own words.
        contents: it belongs to a table of contents.
        aside: it stands beside the text, as a footnote does, and is of none of its sections.
    """

    pieces: tuple[tuple[str, str], ...] = ()
    contents: bool = False
    aside: bool = False


@dataclass(eq=False)
class Table:
    """A table as a grid.

    Attributes:
        rows: cells by row and column; where cells are merged the same cell stands in each of its places.
    """

    rows: list[list[Cell]] = field(default_factory=list)

    @property
    def marked(self) -> bool:
        """Whether its cells say which fields they are."""
        return any(cell.mark for row in self.rows for cell in row)

    def cells(self) -> Iterator[Cell]:
        """Every cell once, in the order of reading."""
        seen: set[int] = set()
        for row in self.rows:
            for cell in row:
                if id(cell) not in seen:
                    seen.add(id(cell))
                    yield cell


Block = Paragraph | Table


def distinct(row: list[Cell]) -> list[tuple[int, Cell]]:
    """The cells of a row with the first column of each, merged ones once."""
    return [(column, cell) for column, cell in enumerate(row) if column == 0 or row[column - 1] is not cell]


#: So many places are named.
_MOST_PLACES = 20


def places(lines: Iterable[int], counted: str) -> str:
    """第 3、8 段."""
    named = list(dict.fromkeys(lines))
    more = f"等 {len(named)} 处" if len(named) > _MOST_PLACES else ""
    return f"第 {'、'.join(map(str, named[:_MOST_PLACES]))} {counted}{more}"
