"""An xlwings engine whose Excel is LibreOffice: the part of xlwings that checking a workbook needs.

Where the two programs differ it answers as Excel does through COM: floats, moments for cells in a date format, errors as
negative integers, names as ``'项目 1'!project.code``, an error with ``hresult`` where a call fails. Every question that
xlwings asks is counted in :attr:`App.asked`.
"""

from __future__ import annotations

import datetime
import numbers
import os
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

import xlwings
from xlwings import base_classes

from scripts.libreoffice import Office

FAILED, DISCONNECTED = -2147352567, -2147417848
_ERRORS = {532: -2146826281, 519: -2146826273, 524: -2146826265, 525: -2146826259, 32767: -2146826246,
           503: -2146826252, 521: -2146826288}  # fmt: skip
_CELL_ERRORS = {
    -2146826281: "#DIV/0!", -2146826246: "#N/A", -2146826259: "#NAME?", -2146826288: "#NULL!",
    -2146826252: "#NUM!", -2146826265: "#REF!", -2146826273: "#VALUE!",
}  # fmt: skip
_DATE, _TIME, _LOGICAL = 2, 4, 1024  # com.sun.star.util.NumberFormat
_ZERO = datetime.datetime(1899, 12, 30)
_LETTERS = re.compile(r"\$?([A-Z]{1,3})\$?(\d+)")


class ComError(xlwings.XlwingsError):
    """As pywintypes.com_error tells of a failed call."""

    def __init__(self, hresult: int, message: str) -> None:
        super().__init__(hresult, message)
        self.hresult = hresult


class Counted:
    """Counts every question from outside, by class and attribute."""

    _app: App

    def __getattribute__(self, name: str) -> Any:
        if not name.startswith("_") and name != "api":
            object.__getattribute__(self, "_app")._count(f"{type(self).__name__}.{name}")
        return object.__getattribute__(self, name)


class Engine:
    """LibreOffice as an engine of xlwings."""

    name, type = "libreoffice", "desktop"

    def __init__(self, office: Office) -> None:
        self.app = App(self, office)

    @property
    def apps(self) -> Apps:
        """The one application."""
        return Apps(self.app)

    @staticmethod
    def prepare_xl_data_element(value: object, options: object) -> object:
        """What may be written into a cell."""
        return "" if value is None else value

    @staticmethod
    def clean_value_data(
        data: Any, datetime_builder: Any, empty_as: Any, number_builder: Any, err_to_str: bool
    ) -> Any:
        """As xlwings does it for Excel on Windows."""

        def clean(value: Any) -> Any:
            if value in ("", None):
                return empty_as
            if type(value) is int and value in _CELL_ERRORS:
                return _CELL_ERRORS[value] if err_to_str else None
            return value

        return [[clean(value) for value in row] for row in data]


class Apps(base_classes.Apps):
    """One application."""

    def __init__(self, app: App) -> None:
        self._one = app

    def keys(self) -> list[int]:
        return [self._one._process]

    def __iter__(self) -> Iterator[App]:
        return iter([self._one])

    def __len__(self) -> int:
        return 1

    def __getitem__(self, pid: int) -> App:
        return self._one


class App(Counted, base_classes.App):
    """The running LibreOffice.

    Attributes:
        asked: how often what was asked.
        said: texts of message boxes; :attr:`answer` is what the person clicks.
        bars: everything that the status bar has said.
        on_ask: called at each question, for what happens while we work.
    """

    def __init__(self, engine: Engine, office: Office) -> None:
        self._engine, self._office, self._app, self._process = engine, office, self, 4711
        self._asked: Counter[str] = Counter()
        self._said: list[str] = []
        self._bars: list[object] = []
        self._answer, self._updating, self._bar = "ok", True, False
        self._on_ask: Any = None

    def _count(self, question: str) -> None:
        self._asked[question] += 1
        if self._on_ask is not None:
            self._on_ask(question)

    @property
    def engine(self) -> Engine:
        return self._engine

    @property
    def api(self) -> Any:
        return self._office.desktop

    @property
    def pid(self) -> int:
        return self._process

    @property
    def hwnd(self) -> int:
        return self._process

    @property
    def version(self) -> str:
        return "16.0"

    @property
    def books(self) -> Books:
        return Books(self)

    @property
    def screen_updating(self) -> bool:
        return self._updating

    @screen_updating.setter
    def screen_updating(self, value: bool) -> None:
        self._updating = value

    @property
    def display_alerts(self) -> bool:
        return False

    @display_alerts.setter
    def display_alerts(self, value: bool) -> None:
        pass

    @property
    def status_bar(self) -> object:
        return self._bar

    @status_bar.setter
    def status_bar(self, value: object) -> None:
        self._bar = value
        self._bars.append(value)

    def alert(self, prompt: str, title: str, buttons: Any, mode: Any, callback: Any) -> str:
        self._said.append(prompt)
        return self._answer

    def activate(self, steal_focus: bool = False) -> None:
        pass


class Books(Counted, base_classes.Books):
    """The documents that are open."""

    def __init__(self, app: App) -> None:
        self._app = self.app = app

    def _all(self) -> list[Book]:
        components = self._app._office.desktop.Components.createEnumeration()
        books = []
        while components.hasMoreElements():
            document = components.nextElement()
            if document.supportsService("com.sun.star.sheet.SpreadsheetDocument"):
                books.append(Book(self._app, document))
        return books

    @property
    def active(self) -> Book:
        document = self._app._office.desktop.getCurrentComponent()
        return Book(self._app, document) if document is not None else self._all()[-1]

    def __len__(self) -> int:
        return len(self._all())

    def __iter__(self) -> Iterator[Book]:
        return iter(self._all())

    def __call__(self, key: int | str) -> Book:
        if isinstance(key, numbers.Number):
            return self._all()[int(key) - 1]
        for book in self._all():
            if book.name.casefold() == str(key).casefold():
                return book
        raise KeyError(key)

    def open(self, fullname: str, *options: object) -> Book:
        return Book(self._app, self._app._office.open(Path(fullname)))


class Book(Counted, base_classes.Book):
    """A document."""

    def __init__(self, app: App, document: Any) -> None:
        self._app, self._document = app, document

    @property
    def api(self) -> Any:
        return self._document

    @property
    def app(self) -> App:
        return self._app

    @property
    def fullname(self) -> str:
        return unquote(urlparse(self._live().URL).path) or "工作簿1"

    @property
    def name(self) -> str:
        return os.path.basename(unquote(urlparse(self._live().URL).path)) or "工作簿1"

    def _live(self) -> Any:
        """The document, unless it was closed; then what COM says of a workbook that was."""
        disposed = self._app._office.uno.getClass("com.sun.star.lang.DisposedException")
        try:
            self._document.getURL()
        except disposed:
            raise ComError(DISCONNECTED, "disconnected") from None
        return self._document

    @property
    def sheets(self) -> Sheets:
        return Sheets(self)

    @property
    def names(self) -> Names:
        found = [(None, named) for named in _elements(self._live().NamedRanges)]
        for sheet in _elements(self._document.Sheets):
            found += [(sheet.Name, named) for named in _elements(sheet.NamedRanges)]
        return Names(self, found)

    def activate(self) -> None:
        pass

    def save(self, path: str | None = None, password: str | None = None) -> None:
        self._app._office.save(self._live(), Path(path or self.fullname))

    def close(self) -> None:
        self._live().close(True)


def _elements(container: Any) -> list[Any]:
    return [container.getByIndex(index) for index in range(container.Count)]


class Sheets(Counted, base_classes.Sheets):
    """The sheets of a document."""

    def __init__(self, book: Book) -> None:
        self._book, self._app = book, book._app

    def __call__(self, key: int | str) -> Sheet:
        sheets = self._book._live().Sheets
        if isinstance(key, numbers.Number):
            return Sheet(self._book, sheets.getByIndex(int(key) - 1))
        if not sheets.hasByName(key):
            raise KeyError(key)
        return Sheet(self._book, sheets.getByName(key))

    def __len__(self) -> int:
        return int(self._book._live().Sheets.Count)

    def __iter__(self) -> Iterator[Sheet]:
        return iter([Sheet(self._book, sheet) for sheet in _elements(self._book._live().Sheets)])

    @property
    def active(self) -> Sheet:
        return Sheet(self._book, self._book._live().CurrentController.ActiveSheet)


class Sheet(Counted, base_classes.Sheet):
    """A sheet."""

    def __init__(self, book: Book, sheet: Any) -> None:
        self._book, self._app, self._sheet = book, book._app, sheet

    @property
    def api(self) -> Any:
        return self._sheet

    @property
    def book(self) -> Book:
        return self._book

    @property
    def name(self) -> str:
        self._book._live()
        return str(self._sheet.Name)

    @name.setter
    def name(self, value: str) -> None:
        self._sheet.Name = value

    @property
    def index(self) -> int:
        return int(self._sheet.RangeAddress.Sheet) + 1

    @property
    def visible(self) -> int:
        return -1 if self._sheet.IsVisible else 0

    @property
    def used_range(self) -> Range:
        cursor = self._sheet.createCursor()
        cursor.gotoEndOfUsedArea(False)
        last = cursor.RangeAddress
        return Range(self, 0, 0, last.EndRow, last.EndColumn)

    def range(self, first: Any, second: Any = None) -> Range:
        if isinstance(first, Range):
            second = second or first
            return Range(self, first._top, first._left, second._bottom, second._right)
        if isinstance(first, tuple):
            second = second or first
            return Range(self, first[0] - 1, first[1] - 1, second[0] - 1, second[1] - 1)
        corners = [_corner(part) for part in str(first).split(":")]
        return Range(self, *corners[0], *corners[-1])

    def activate(self) -> None:
        self._book._live().CurrentController.setActiveSheet(self._sheet)

    def copy(self, before: Sheet | None, after: Sheet | None) -> None:
        at = before._sheet.RangeAddress.Sheet if before else after._sheet.RangeAddress.Sheet + 1
        sheets = self._book._live().Sheets
        number = 2
        while sheets.hasByName(f"{self._sheet.Name} ({number})"):
            number += 1
        sheets.copyByName(self._sheet.Name, f"{self._sheet.Name} ({number})", at)

    def delete(self) -> None:
        self._book._live().Sheets.removeByName(self._sheet.Name)

    @property
    def notes(self) -> list[Note]:
        self._book._live()
        return [Note(self, note) for note in _elements(self._sheet.Annotations)]


def _corner(text: str) -> tuple[int, int]:
    match = _LETTERS.fullmatch(text)
    assert match is not None, text
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - 64
    return int(match[2]) - 1, column - 1


def _letters(column: int) -> str:
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


class Range(Counted, base_classes.Range):
    """A rectangle of cells; rows and columns count from 0 here."""

    def __init__(self, sheet: Sheet, top: int, left: int, bottom: int, right: int) -> None:
        self._parent, self._app = sheet, sheet._app
        self._top, self._left, self._bottom, self._right = top, left, bottom, right
        self.options: Any = None

    @property
    def _cells(self) -> Any:
        self._parent._book._live()
        return self._parent._sheet.getCellRangeByPosition(self._left, self._top, self._right, self._bottom)

    @property
    def api(self) -> Any:
        return self._cells

    @property
    def sheet(self) -> Sheet:
        return self._parent

    @property
    def row(self) -> int:
        return self._top + 1

    @property
    def column(self) -> int:
        return self._left + 1

    @property
    def shape(self) -> tuple[int, int]:
        return self._bottom - self._top + 1, self._right - self._left + 1

    def __len__(self) -> int:
        return (self._bottom - self._top + 1) * (self._right - self._left + 1)

    @property
    def max_cells_per_read(self) -> int | None:
        return 4_000_000

    @property
    def max_cells_per_write(self) -> int | None:
        return 100_000

    def __call__(self, row: int, column: int | None = None) -> Range:
        if column is None:
            width = self._right - self._left + 1
            row, column = (row - 1) // width + 1, (row - 1) % width + 1
        return Range(self._parent, *[self._top + row - 1, self._left + column - 1] * 2)

    @property
    def address(self) -> str:
        first, last = (
            f"${_letters(self._left)}${self._top + 1}",
            f"${_letters(self._right)}${self._bottom + 1}",
        )
        return first if first == last else f"{first}:{last}"

    @property
    def raw_value(self) -> Any:
        rows = [[None if value == "" else value for value in row] for row in self._cells.getDataArray()]
        self._put_errors(rows)
        self._put_kinds(rows)
        return rows[0][0] if len(self) == 1 else tuple(tuple(row) for row in rows)

    @raw_value.setter
    def raw_value(self, data: Any) -> None:
        rows = data if isinstance(data, (list, tuple)) else [[data] * self.shape[1]] * self.shape[0]
        self._guard()
        self._cells.setDataArray(
            tuple(tuple("" if value is None else value for value in row) for row in rows)
        )

    def _put_errors(self, rows: list[list[Any]]) -> None:
        for area in self._cells.queryFormulaCells(4).RangeAddresses:  # FormulaResult.ERROR
            for row in range(area.StartRow, area.EndRow + 1):
                for column in range(area.StartColumn, area.EndColumn + 1):
                    error = self._parent._sheet.getCellByPosition(column, row).getError()
                    rows[row - self._top][column - self._left] = _ERRORS.get(error, -2146826273)

    def _put_kinds(self, rows: list[list[Any]]) -> None:
        """Moments and truth values, which LibreOffice has as numbers in a format."""
        formats = self._parent._book._document.NumberFormats
        for ranges in _elements(self._cells.UniqueCellFormatRanges):
            kind = formats.getByKey(ranges.NumberFormat).Type
            if not kind & (_DATE | _TIME | _LOGICAL):
                continue
            for area in ranges.RangeAddresses:
                for row in range(area.StartRow - self._top, area.EndRow - self._top + 1):
                    for column in range(area.StartColumn - self._left, area.EndColumn - self._left + 1):
                        value = rows[row][column]
                        if isinstance(value, float):
                            rows[row][column] = bool(value) if kind & _LOGICAL else _moment(value)

    @property
    def formula(self) -> Any:
        rows = tuple(tuple(text.removeprefix("'") for text in row) for row in self._cells.getFormulaArray())
        return rows[0][0] if len(self) == 1 else rows

    @formula.setter
    def formula(self, value: Any) -> None:
        self._guard()
        self._cells.setFormulaArray(((value,),) if isinstance(value, str) else value)

    @property
    def number_format(self) -> str | None:
        ranges = _elements(self._cells.UniqueCellFormatRanges)
        keys = {found.NumberFormat for found in ranges}
        if len(keys) > 1:
            return None
        text = self._parent._book._document.NumberFormats.getByKey(keys.pop()).FormatString
        return str(text)

    @property
    def merge_area(self) -> Range:
        cursor = self._parent._sheet.createCursorByRange(self._cells)
        cursor.collapseToMergedArea()
        area = cursor.RangeAddress
        return Range(self._parent, area.StartRow, area.StartColumn, area.EndRow, area.EndColumn)

    @property
    def merge_cells(self) -> bool:
        """Whether any cell is merged, be it with some above."""
        first = Range(self._parent, self._top, self._left, self._top, self._left)
        return bool(self._cells.getIsMerged()) or first.merge_area._top < self._top

    @property
    def note(self) -> Note | None:
        self._parent._book._live()
        for note in _elements(self._parent._sheet.Annotations):
            if (note.Position.Row, note.Position.Column) == (self._top, self._left):
                return Note(self._parent, note)
        return None

    def add_note(self, text: str) -> Note:
        self._guard()
        self._parent._sheet.Annotations.insertNew(
            self._parent._sheet.getCellByPosition(self._left, self._top).CellAddress, text
        )
        note = self.note
        assert note is not None
        return note

    def clear_contents(self) -> None:
        self._guard()
        self._cells.clearContents(1 | 2 | 4 | 16)  # numbers, moments, texts, formulas

    def select(self) -> None:
        self._parent._book._document.CurrentController.select(self._cells)

    def _guard(self) -> None:
        self._parent._book._live()
        if self._parent._sheet.isProtected():
            raise ComError(FAILED, "protected")


def _moment(value: float) -> datetime.datetime:
    return _ZERO + datetime.timedelta(seconds=round(value * 86400))


class Note(Counted, base_classes.Note):
    """A note; LibreOffice finds it by its cell."""

    def __init__(self, sheet: Sheet, note: Any) -> None:
        self._parent, self._app, self._note = sheet, sheet._app, note

    @property
    def api(self) -> Any:
        return self._note

    @property
    def text(self) -> str:
        return str(self._note.String)

    @text.setter
    def text(self, value: str) -> None:
        self.location._guard()
        self._note.String = value

    @property
    def author(self) -> str:
        return str(self._note.Author)

    @property
    def location(self) -> Range:
        place = self._note.Position
        return Range(self._parent, place.Row, place.Column, place.Row, place.Column)

    def delete(self) -> None:
        place = self._note.Position
        self.location._guard()
        notes = self._parent._sheet.Annotations
        for index in range(notes.Count):
            if (notes.getByIndex(index).Position.Row, notes.getByIndex(index).Position.Column) == (
                place.Row,
                place.Column,
            ):
                notes.removeByIndex(index)
                return


class Names(Counted, base_classes.Names):
    """All names of a document."""

    def __init__(self, book: Book, found: list[tuple[str | None, Any]]) -> None:
        self._app, self._book, self._found = book._app, book, found
        self._sheets = [sheet.Name for sheet in _elements(book._document.Sheets)]

    def __len__(self) -> int:
        return len(self._found)

    def __call__(self, key: int) -> Name:
        return Name(self._book, self._sheets, *self._found[key - 1])

    def __iter__(self) -> Iterator[Name]:
        return iter([Name(self._book, self._sheets, *found) for found in self._found])


class Name(Counted, base_classes.Name):
    """A name."""

    def __init__(self, book: Book, sheets: list[str], scope: str | None, named: Any) -> None:
        self._app, self._sheets, self._scope, self._named = book._app, sheets, scope, named

    @property
    def name(self) -> str:
        return f"{_quoted(self._scope)}!{self._named.Name}" if self._scope else str(self._named.Name)

    @property
    def refers_to(self) -> str:
        cells = self._named.getReferredCells()
        if cells is None:
            return f"={self._named.Content}"
        area = cells.RangeAddress
        sheet = self._sheets[area.Sheet]
        first = f"${_letters(area.StartColumn)}${area.StartRow + 1}"
        last = f"${_letters(area.EndColumn)}${area.EndRow + 1}"
        return f"={_quoted(sheet)}!{first}" + (f":{last}" if first != last else "")


def _quoted(sheet: str) -> str:
    return sheet if re.fullmatch(r"[^\W\d]\w*", sheet) else "'" + sheet.replace("'", "''") + "'"


def register(office: Office) -> xlwings.Engine:
    """Make LibreOffice an engine of xlwings, the active one."""
    engine = xlwings.Engine(impl=Engine(office))
    xlwings.engines.add(engine)
    engine.activate()
    return engine
