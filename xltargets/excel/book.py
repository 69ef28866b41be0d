"""A workbook in a file, as a reader sees it: sheets, names, values; :mod:`xltargets.excel.live` is the same for one in Excel.

Who reads a sheet depends on how it is written: nearly all go the short way (:mod:`xltargets.excel.plain`), others are put
into the usual writing for it (:mod:`xltargets.excel.usual`); very large sheets go through python-calamine
(:mod:`xltargets.excel.calamined`), the odd one through openpyxl (:mod:`xltargets.excel.sparse`).
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from xltargets.errors import Error
from xltargets.excel import xmltext
from xltargets.excel.a1 import Area, lead_of
from xltargets.excel.grid import Grid
from xltargets.excel.names import DefinedName, Tab, tabs_and_names
from xltargets.excel.package import Package
from xltargets.excel.parts import Limits
from xltargets.excel.plain import NotPlain, PlainGrid, TooMany, numbered, shared_strings
from xltargets.excel.sheetscan import scan
from xltargets.excel.styles import moment, number_formats

if TYPE_CHECKING:
    from xltargets.excel.calamined import CalamineBook
    from xltargets.excel.sparse import SparseBook


class FileBook:
    """A workbook in a file.

    Args:
        path: an .xlsx, .xlsm, .xltx or .xltm file.
        limits: what is refused as too large.

    Raises:
        Error: when it is no such file; the message says what it is and what to do.
    """

    def __init__(self, path: str | os.PathLike[str], limits: Limits | None = None) -> None:
        self._take(Package.open(path, limits or Limits()))

    @classmethod
    def of(cls, package: Package) -> FileBook:
        """The workbook of a package that is open already: sheets and names as patched, values as in the file."""
        book = cls.__new__(cls)
        book._take(package)
        return book

    def _take(self, package: Package) -> None:
        self.path = os.fspath(package.path)
        self.package = package
        try:
            self._tabs, self._names = tabs_and_names(package.text(package.workbook_part).data)
        except Error as error:
            raise package.error(error.message) from None  # it knows no file
        self._sheets = dict(_worksheets(package, self._tabs))
        self._grids: dict[str, Grid] = {}
        self._merged: dict[str, Collection[Area]] = {}
        self._calamine: CalamineBook | None = None

    @property
    def worksheets(self) -> list[str]:
        """Names of the worksheets in the order of their tabs."""
        return list(self._sheets)

    @property
    def hidden(self) -> frozenset[str]:
        """Names of the worksheets that are not shown."""
        return frozenset(tab.name for tab in self._tabs if tab.state != "visible")

    @property
    def names(self) -> list[DefinedName]:
        """All defined names."""
        return self._names

    def grid(self, sheet: str) -> Grid:
        """The values of one worksheet.

        Raises:
            Error: when the sheet cannot be read.
        """
        if sheet not in self._grids:
            self._grids[sheet] = self._load(sheet)
        return self._grids[sheet]

    def merged(self, sheet: str) -> Collection[Area]:
        """The merged cells of a worksheet; none where its part is so damaged that they cannot be found."""
        if sheet not in self._merged:
            try:
                self._merged[sheet] = scan(self.package, self.package.sheet(sheet)).merged.values()
            except Error:
                self._merged[sheet] = ()
        return self._merged[sheet]

    def lead(self, sheet: str, row: int, column: int) -> tuple[int, int]:
        """The first cell of the merged cells that a cell lies in; the cell itself where it is not merged."""
        return lead_of(self.merged(sheet), row, column)

    def _load(self, sheet: str) -> Grid:
        xml = self.package.read(self._sheets[sheet])
        try:
            return self._plain(xml)
        except TooMany:
            return self._by_calamine(sheet, xml)
        except NotPlain:
            return self._rewritten(sheet, xml)

    def _plain(self, xml: bytes) -> Grid:
        return PlainGrid(xml, self._strings, self.number_formats, self._moment)

    def _moment(self, number: float, code: str) -> object:
        return moment(number, code, from_1904=self.package.dates_from_1904)

    def _rewritten(self, sheet: str, xml: bytes) -> Grid:
        from xltargets.excel.usual import usual

        try:
            xml = usual(self.package.text(self._sheets[sheet]).data)
            return self._plain(xml)
        except NotPlain:
            return self._by_calamine(sheet, xml)

    def _by_calamine(self, sheet: str, xml: bytes) -> Grid:
        from xltargets.excel.calamined import CalamineBook, Unreadable

        if self._calamine is None:
            self._calamine = CalamineBook(self.package)
        try:
            return self._calamine.grid(sheet, xml, self.number_formats)
        except Unreadable:
            return self._sparse.grid(sheet)

    @cached_property
    def _sparse(self) -> SparseBook:
        from xltargets.excel.sparse import SparseBook

        return SparseBook(self.path)

    @cached_property
    def _strings(self) -> Mapping[bytes, str]:
        """The shared strings, by their numbers as cells have them."""
        part = self._related("sharedStrings")
        return numbered(shared_strings(self.package.text(part).data) if part else ())

    @cached_property
    def number_formats(self) -> Sequence[str]:
        """Number format by style index, from the styles part.

        Raises:
            Error: when the part is damaged; whether 0.3 is 30% would be a guess.
        """
        part = self._related("styles")
        try:
            return number_formats(xmltext.undeclared(self.package.text(part).data)) if part else ()
        except (ElementTree.ParseError, LookupError, ValueError):
            raise self.package.error("文件的样式部件已损坏，无法读取；请用 Excel 或 WPS 打开后另存一份再试") from None

    def _related(self, kind: str) -> str | None:
        """The first part of a kind that the workbook leads to and that is there."""
        related = self.package.relationships(self.package.workbook_part)
        return next((link.target for link in related if link.kind == kind and link.target in self.package), None)


def _worksheets(package: Package, all_tabs: Iterable[Tab]) -> Iterator[tuple[str, str]]:
    """Name and part of each worksheet, in the order of the tabs."""
    relations = {relation.id: relation for relation in package.relationships(package.workbook_part)}
    for tab in all_tabs:
        relation = relations.get(tab.relation)
        if relation is not None and relation.kind == "worksheet" and (part := package.find(relation.target)):
            yield tab.name, part
