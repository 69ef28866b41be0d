"""Rows high enough for the text that was put into their cells.

Excel makes a row follow its content only while somebody types, and never for merged cells; LibreOffice does it on loading,
and not for merged cells either. So whoever writes text into a file has to say how high its rows are. The height is worked
out from the width of the columns (``cols``, ``sheetFormatPr``), the merged cells and the size of the font; it is an
estimate on the safe side, as no program here has the fonts at hand. A row is raised and never lowered.

Facts (ECMA-376 part 1, 18.3.1.13 col, 18.3.1.73 row): a column's width counts the digits of the workbook's default font;
``ht`` is in points, 409.5 at most; ``customHeight`` says that a person chose it and no program may change it.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from xltargets.excel.a1 import Area, parse_cell
from xltargets.excel.package import Package
from xltargets.excel.patch import Patch, attribute_edits
from xltargets.excel.sheetdata import Row, merged_areas, scan
from xltargets.excel.xmltext import Broken, Element, whole

#: Points; the highest row there is.
HIGHEST = 409.5

# The fonts that take the place of 宋体 and 仿宋 where those are missing (Noto, Source Han) need 1.45 of their size a line.
_LINE = 1.45
_ONE_LINE = 1.3  # what rows are made for anyway
_SPARE = 8  # so many lines get one more: programs do not agree where a line ends
_PADDING = 4.0  # points above and below the text together
_MARGIN = 8.0  # pixels that a cell keeps free at its sides
_INDENT = 12.0  # pixels a step; Excel's is three blanks of the default font
_PIXEL = 96 / 72  # pixels a point
_DEFAULT_SIZE = 11.0
_DEFAULT_WIDTH = 8.43
_DEFAULT_HEIGHT = 15.0

_AFTER = "，。、；：？！）》】〕〉”’％,.;:?!)]}%…"  # never begins a line
_BEFORE = "（《【〔〈“‘([{"  # never ends one
_PIECE = re.compile(rf"[{re.escape(_BEFORE)}]*(?:[!-~]+|\s|.)(?:[{re.escape(_AFTER)}]+[!-~]*)*", re.DOTALL)
_JOINED = re.compile(r"(?<![\w.&])([\w.]+)\s*&|&\s*(?:([\w.]+)(?![\w.(!]))")
_LITERAL = re.compile(r'"((?:[^"]|"")*)"')


class Style(NamedTuple):
    """What a cell style says about lines: whether text is wrapped, the size of the font in points, the indent in steps."""

    wraps: bool = False
    size: float = _DEFAULT_SIZE
    indent: int = 0


def fit_rows(
    package: Package, sheet: str, texts: Mapping[str, str], named: Mapping[str, str] | None = None
) -> None:
    """Raise the rows of a worksheet so that these texts can be read in full.

    Cells whose style does not wrap text, is rotated or shrinks to fit are passed over, and so are hidden rows. A merged
    area that is too low gets what is missing in its last row. A row that followed its content before still does, unless
    the text stands in merged cells, which no program follows.

    Args:
        package: the open workbook, the texts already in their cells; the caller saves it.
        sheet: the name of a worksheet.
        texts: address → the text it shows.
        named: name, casefolded → the text of its cell. Formulas that join these names with ``&`` are taken to show those
            texts and the longest text of their own, as nothing here calculates.

    Raises:
        Error: no such sheet, or one that is no sound XML.
    """
    wanted = {parse_cell(ref): text for ref, text in texts.items() if text}
    if wanted or named:
        page = _Page(package, sheet, wanted, named or {})
        for (row, column), text in sorted(page.texts.items()):
            page.fit(row, column, text)
        page.save()


def lines_of(text: str, units: float) -> int:
    """How many lines a text takes where a line holds so many half-width characters; a Chinese one counts two.

    Words of Latin letters and digits stay whole, and punctuation stays with its character, as Chinese typesetting wants.
    """
    return sum(_lines_of_paragraph(line, max(units, 2.0)) for line in text.splitlines() or [""])


def _lines_of_paragraph(text: str, units: float) -> int:
    lines, used = 1, 0.0
    for piece in _PIECE.findall(text):
        width = units_of(piece)
        if used + width <= units:
            used += width
        elif piece.isspace():
            continue  # blanks at the end of a line need no room
        elif width <= units:
            lines, used = lines + 1, width
        else:  # a word longer than a line is cut
            over = used + width
            more = math.ceil(over / units) - 1
            lines, used = lines + more, over - more * units
    return lines


def units_of(text: str) -> int:
    """The width of a line in half-width characters."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WFA" else 1 for letter in text)


class _Page:
    """A worksheet, as far as heights go."""

    def __init__(
        self, package: Package, sheet: str, texts: Mapping[tuple[int, int], str], named: Mapping[str, str]
    ) -> None:
        where = package.sheet(sheet)
        self._rows: dict[int, Row] = {}
        self._styles_at: dict[tuple[int, int], int] = {}
        self.texts = dict(texts)
        self._named = named
        text = package.text(where.part)
        try:
            self._patch = Patch(package, where.part, (text, scan(text.data, self._see)))
        except Broken as reason:
            raise package.broken(where.part, reason) from None
        root = self._patch.root
        self._styles, digit = _styles(package)
        self._widths = _Widths(root, digit)
        self._merged = {(area.top, area.left): area for area in merged_areas(root)}
        self._default = _number(root.child("sheetFormatPr"), "defaultRowHeight", _DEFAULT_HEIGHT)
        self._wanted: dict[int, tuple[float, bool]] = {}

    def _see(self, row: Row) -> None:
        self._rows.setdefault(row.index, row)
        for cell in row.cells:
            place = cell.row, cell.column
            if cell.formula is not None and self._named and (text := _result(cell.formula.text, self._named)):
                self.texts.setdefault(place, text)
            if place in self.texts:
                self._styles_at[place] = whole(cell.attributes.get("s")) or 0
        row.cells = []

    def fit(self, row: int, column: int, text: str) -> None:
        """Note how high the rows under a cell have to be for its text."""
        number = self._styles_at.get((row, column), -1)
        style = self._styles[number] if 0 <= number < len(self._styles) else Style()
        if not style.wraps:
            return
        area = self._merged.get((row, column), Area(row, column, row, column))
        pixels = self._widths.of(area.left, area.right) - _MARGIN - style.indent * _INDENT
        lines = lines_of(text, pixels / (style.size * _PIXEL / 2))
        lines += lines // _SPARE
        need = lines * style.size * _LINE + _PADDING if lines > 1 else style.size * _ONE_LINE
        rows = [r for r in range(area.top, area.bottom + 1) if r in self._rows and not self._hidden(r)]
        if rows:
            others = sum(self._height(r) for r in range(area.top, area.bottom + 1) if r != rows[-1])
            self._want(rows[-1], need - others, ordered=area.top != area.bottom or area.left != area.right)

    def _hidden(self, row: int) -> bool:
        return self._rows[row].attributes.get("hidden") in ("1", "true")

    def _height(self, row: int) -> float:
        if row in self._wanted:
            return self._wanted[row][0]
        if row not in self._rows:
            return self._default
        return 0.0 if self._hidden(row) else _float(self._rows[row].attributes.get("ht"), self._default)

    def _want(self, row: int, height: float, *, ordered: bool) -> None:
        if height > self._height(row):
            before = self._wanted.get(row, (0.0, False))
            self._wanted[row] = min(math.ceil(height * 4) / 4, HIGHEST), ordered or before[1]

    def save(self) -> None:
        """Write the heights."""
        for index, (height, ordered) in self._wanted.items():
            row = self._rows[index]
            start, inner = row.start, row.inner
            self._patch.edits += attribute_edits(self._patch.data, start, inner, "ht", f"{height:g}")
            if ordered and row.attributes.get("customHeight") not in ("1", "true"):
                self._patch.edits += attribute_edits(self._patch.data, start, inner, "customHeight", "1")
        self._patch.save()


def _result(formula: str, named: Mapping[str, str]) -> str:
    """About what a formula shows that joins named texts with ``&``; nothing when it joins none of them."""
    words = (word.casefold() for match in _JOINED.findall(formula) for word in match if word)
    used = [named[word] for word in dict.fromkeys(words) if word in named]
    literals = [match.replace('""', '"') for match in _LITERAL.findall(formula)]
    return "".join([*used, max(literals, key=len, default="")]) if used else ""


class _Widths:
    """Widths of columns in pixels."""

    def __init__(self, root: Element, digit: int) -> None:
        properties = root.child("sheetFormatPr")
        base = _number(properties, "baseColWidth", _DEFAULT_WIDTH)
        self._digit = digit
        self._default = self._pixels(_number(properties, "defaultColWidth", base + 5 / digit))
        self._runs = list(self._read(root.child("cols")))

    def _read(self, cols: Element | None) -> Iterator[tuple[int, int, float]]:
        for col in cols.children if cols else ():
            first, last = whole(col.attributes.get("min")), whole(col.attributes.get("max"))
            if first is not None and last is not None:
                hidden = col.attributes.get("hidden") in ("1", "true")
                width = _float(col.attributes.get("width"), math.nan)
                pixels = self._default if math.isnan(width) else self._pixels(width)
                yield first - 1, last - 1, 0.0 if hidden else pixels

    def _pixels(self, width: float) -> float:
        return math.floor(width * self._digit + 0.5)

    def of(self, left: int, right: int) -> float:
        """Of all columns from one to another, both included."""
        total, counted = 0.0, 0
        for first, last, pixels in self._runs:
            inside = min(last, right) - max(first, left) + 1
            if inside > 0:
                total += inside * pixels
                counted += inside
        return total + (right - left + 1 - counted) * self._default


def _styles(package: Package) -> tuple[list[Style], int]:
    """What each cell style says, and the width of a digit of the default font in pixels."""
    related = package.relationships(package.workbook_part)
    part = next((r.target for r in related if r.kind == "styles" and r.target in package), None)
    if part is None:
        return [Style()], _digit(None)
    root = package.xml(part)[1]
    found = root.child("fonts")
    fonts = found.children if found else []
    sizes = [_number(font.child("sz"), "val", _DEFAULT_SIZE) for font in fonts]
    formats = root.child("cellXfs")
    return [_style(xf, sizes) for xf in (formats.children if formats else ())], _digit(fonts[0] if fonts else None)


def _style(xf: Element, sizes: list[float]) -> Style:
    font = whole(xf.attributes.get("fontId")) or 0
    size = sizes[font] if font < len(sizes) and sizes[font] > 0 else _DEFAULT_SIZE
    alignment = xf.child("alignment")
    if alignment is None:
        return Style(size=size)
    get = alignment.attributes.get
    upright = (get("textRotation") or "0") == "0" and get("shrinkToFit") not in ("1", "true")
    wraps = get("wrapText") in ("1", "true") or get("horizontal") == "justify" or get("vertical") == "justify"
    return Style(wraps and upright, size, min(whole(get("indent")) or 0, 15))


def _digit(font: Element | None) -> int:
    """A digit's width in pixels: half of a Chinese font's size, a bit less of Calibri's and its like."""
    if font is None:
        return 7
    size = _number(font.child("sz"), "val", _DEFAULT_SIZE)
    names: Iterable[Element | None] = (font.child("name"), font.child("charset"))
    name, charset = ((e.attributes.get("val", "") if e is not None else "") for e in names)
    chinese = charset == "134" or not name.isascii() or name.lower() in ("simsun", "dengxian", "fangsong", "kaiti")
    pixels = max(size, 1.0) * _PIXEL
    return max(math.floor(math.ceil(pixels) * 0.5 + 0.5) if chinese else round(pixels * 0.507), 1)


def _number(element: Element | None, name: str, default: float) -> float:
    return default if element is None else _float(element.attributes.get(name), default)


def _float(text: str | None, default: float) -> float:
    try:
        value = float(text) if text else default
    except ValueError:
        return default
    return value if math.isfinite(value) else default


__all__ = ["HIGHEST", "fit_rows", "lines_of", "units_of"]
