"""What a bureau has beside the submissions: its ledger of projects 项目库, its roster of units 单位名录, last year's file.

Both lists are .xlsx or .csv (UTF-8 or GB18030). The columns are found by their labels, wherever the table stands; other
columns are kept under their own labels.
"""

from __future__ import annotations

import csv
import os
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from xltargets.errors import Error
from xltargets.excel.a1 import address
from xltargets.excel.book import FileBook
from xltargets.excel.grid import UNCALCULATED, ErrorValue
from xltargets.submission.coerce import coerce
from xltargets.submission.document import from_document, load_document
from xltargets.submission.form import Field, Form
from xltargets.submission.read import read

#: Our label → what bureaus write over the column.
LEDGER = {
    "项目编码": ("项目编码", "项目代码", "项目编号"),
    "项目名称": ("项目名称", "项目"),
    "单位编码": ("单位编码", "单位代码", "预算单位编码", "预算单位代码", "申报单位编码"),
    "单位名称": ("单位名称", "单位", "预算单位", "预算单位名称", "申报单位", "申报单位名称", "项目单位"),
    "预算年度": ("预算年度", "年度", "年份"),
    "预算数": (
        "预算数", "预算金额", "预算总额", "批复预算数", "批复数", "批复金额", "核定预算数", "核定金额", "年度预算数", "本年预算数",
        "年初预算数", "项目预算", "项目预算数", "项目总金额", "资金总额", "年度资金总额", "预算安排数", "预算安排金额", "安排数", "安排金额", "核定数", "批复", "预算", "合计", "金额",
    ),
    "财政资金": ("财政资金", "其中财政资金", "财政拨款", "其中财政拨款"),
    "其他资金": ("其他资金", "其中其他资金", "非财政资金"),
}  # fmt: skip
ROSTER = {
    "单位编码": LEDGER["单位编码"],
    "单位名称": LEDGER["单位名称"],
    "部门编码": ("部门编码", "部门代码", "主管部门编码", "主管部门代码"),
    "部门名称": ("部门名称", "部门", "主管部门", "主管部门名称"),
    "行政区划代码": ("行政区划代码", "行政区划", "区划代码", "区划编码"),
    "预算数": ("项目支出预算", "项目支出", *LEDGER["预算数"]),
}
MONEY = ("预算数", "财政资金", "其他资金")
#: Merged cells of these columns speak for the rows below.
_FILLED_DOWN = ("单位编码", "单位名称", "部门编码", "部门名称")
_FACTORS = {"元": Decimal("0.0001"), "千元": Decimal("0.1"), "万元": Decimal(1), "亿元": Decimal(10000)}
_UNIT = re.compile(r"(亿元|万元|千元|元)[)）\]】]?$")
_UNIT_CELL = re.compile(r"(?:金额)?单位[:：]\s{0,5}(?:人民币)?(亿元|万元|千元|元)")
#: What a label may have beside the word that is known: 项目编码（21位）, 2024年预算数.
_REMARK = re.compile(r"[（(\[【][^）)\]】]{0,40}[）)\]】]")
_YEAR = re.compile(r"(20\d\d)年度?")
_NO_WORD = re.compile(r"[\W_]+")
_TOTALS = ("合计", "总计", "全县合计", "全市合计", "全区合计", "全省合计")
#: The heading is sought in so many rows.
_HEAD_ROWS = 30

Row = Mapping[str, Any]


def load_ledger(path: str | os.PathLike[str]) -> dict[str, Row]:
    """The ledger: project code → its row; amounts in 万元, other cells as text.

    Rows without a code (totals, blank ones) are left out; the amounts of several rows of one project are added up.

    Raises:
        Error: when the file cannot be read, no heading with 项目编码 is found, no code is below it, or an amount is none.
    """
    return _load(path, LEDGER, "项目编码", "项目库")


def load_summary(path: str | os.PathLike[str]) -> dict[str, Row]:
    """A summary that somebody made 汇总表: project code → its row, in the order of the table; else as the ledger.

    Raises:
        Error: as :func:`load_ledger`.
    """
    return _load(path, LEDGER, "项目编码", "汇总表")


def load_roster(path: str | os.PathLike[str]) -> dict[str, Row]:
    """The roster: unit code → its row. A row of totals, which has no code, is kept under 合计.

    Raises:
        Error: when the file cannot be read, no heading with 单位编码 is found, or no code is below it.
    """
    return _load(path, ROSTER, "单位编码", "单位名录")


def load_previous(path: str | os.PathLike[str], *, form: Form | None = None) -> dict[str, Any]:
    """Last year's document, from its JSON or from the workbook, which may be of last year's version of the form.

    Raises:
        Error: when it is neither.
    """
    if Path(path).suffix.lower() == ".json":
        return from_document(load_document(path), form=form, file=os.fspath(path)).document
    return read(path, form=form, any_version=True).document


def code_key(code: object) -> str:
    """A code as lists are joined by it: half-width, upper case, no blanks."""
    return _NO_WORD.sub("", unicodedata.normalize("NFKC", str(code))).upper() if code is not None else ""


class _Table(NamedTuple):
    """The cells of one sheet, or of a CSV file; rows count from 0."""

    name: str | None
    rows: Sequence[Sequence[object]]


class _Column(NamedTuple):
    """A column of the list: its place, our label for it (or its own), and what its amounts are multiplied by."""

    place: int
    label: str
    factor: Decimal


def _load(
    path: str | os.PathLike[str], labels: Mapping[str, Sequence[str]], key: str, what: str
) -> dict[str, Row]:
    file = os.fspath(path)
    tables = list(_csv(file) if Path(file).suffix.lower() in (".csv", ".txt") else _sheets(file))
    headings = [(table, heading) for table in tables if (heading := _heading(table, labels, key)) is not None]
    for table, heading in headings:
        if rows := _rows(table, *heading, key, file):
            return rows
    if headings:
        message = f"{what}的“{key}”这一列下面没有编码；请检查是不是空表，编码是不是填在别的列"
        raise Error(message, file=file, sheet=headings[0][0].name)
    raise Error(f"{what}里找不到“{key}”这一列；请检查表头（可写作{'、'.join(labels[key][:4])}）", file=file)


def _sheets(file: str) -> Iterator[_Table]:
    book = FileBook(file)
    for name in book.worksheets:
        grid = book.grid(name)
        last_row, last_column = grid.end
        yield _Table(
            name,
            [[grid.value(row, column) for column in range(last_column + 1)] for row in range(last_row + 1)],
        )


def _csv(file: str) -> Iterator[_Table]:
    try:
        data = Path(file).read_bytes()
    except FileNotFoundError as error:
        raise Error("找不到这个文件，请检查文件名和所在的文件夹", file=file) from error
    except OSError as error:
        raise Error("读不了这个文件；请检查它是不是文件夹、有没有读取权限", file=file) from error
    text = _decoded(data, file)
    head = text[:4000]
    delimiter = max(",\t;", key=head.count)
    try:
        yield _Table(None, list(csv.reader(text.splitlines(keepends=True), delimiter=delimiter)))
    except csv.Error as error:
        raise Error(f"不是合法的 CSV 文件（{error}）；请用 Excel 另存为 .xlsx 后再试", file=file) from error


def _decoded(data: bytes, file: str) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Error(
        "文件的编码既不是 UTF-8 也不是 GB18030；请用 Excel 另存为 .xlsx 或 UTF-8 编码的 .csv", file=file
    )


def _heading(
    table: _Table, labels: Mapping[str, Sequence[str]], key: str
) -> tuple[int, list[_Column]] | None:
    """The first row of data and the columns; None when the table has no heading with the key."""
    general = "万元"
    for index, row in enumerate(table.rows[:_HEAD_ROWS]):
        columns = _columns(row, labels, general)
        places = {column.label: column.place for column in columns}
        if key in places:
            return _with_second_line(table, index, columns, places[key], labels, general)
        for cell in row:
            stated = _UNIT_CELL.search(cell[:40]) if isinstance(cell, str) else None
            general = stated[1] if stated else general
    return None


def _columns(row: Sequence[object], labels: Mapping[str, Sequence[str]], general: str) -> list[_Column]:
    """The columns that a row of labels names; of several for one label, the spelling that stands first in our list."""
    known = {
        code_key(word): (rank, label) for label, words in labels.items() for rank, word in enumerate(words)
    }
    found: dict[str, tuple[int, _Column]] = {}
    for place, cell in enumerate(row):
        if not isinstance(cell, str) or not cell.strip():
            continue
        text = cell.strip()
        unit = _UNIT.search(text[-10:])
        bare = code_key(text.removesuffix(unit[0]) if unit else text)
        rank, label = known.get(bare) or known.get(bare.removeprefix("其中")) or _nearly(text, known) or (0, text)
        if label not in found or rank < found[label][0]:
            found[label] = rank, _Column(place, label, _FACTORS[unit[1] if unit else general])
    return sorted(column for _, column in found.values())


def _nearly(text: str, known: Mapping[str, tuple[int, str]]) -> tuple[int, str] | None:
    """A label without remarks in brackets and the year before it; of several years the latest comes first."""
    word = code_key(_REMARK.sub("", text))
    year = _YEAR.match(word)
    found = known.get(word[year.end() :] if year else word)
    return (3000 - int(year[1]) if year else 500, found[1]) if found else None


def _with_second_line(
    table: _Table,
    index: int,
    columns: list[_Column],
    key: int,
    labels: Mapping[str, Sequence[str]],
    general: str,
) -> tuple[int, list[_Column]]:
    """A heading of two lines: where the next row has no code, yet labels that we know, they name their columns."""
    following = table.rows[index + 1] if index + 1 < len(table.rows) else []
    blank = key >= len(following) or following[key] in (None, "")
    second = (
        [column for column in _columns(following, labels, general) if column.label in labels] if blank else []
    )
    if not second:
        return index + 1, columns
    below = {column.place: column for column in second}
    named = {column.label for column in second}
    kept = [column for column in columns if column.place not in below and column.label not in named]
    return index + 2, sorted([*kept, *second])


def _rows(table: _Table, first: int, columns: list[_Column], key: str, file: str) -> dict[str, Row]:
    found: dict[str, Row] = {}
    seen: set[tuple[object, ...]] = set()
    above: dict[str, Any] = {}
    place = next(column.place for column in columns if column.label == key)
    for index in range(first, len(table.rows)):
        cells = table.rows[index]
        of_one = _has_code(_at(cells, place))
        if not of_one and key != "单位编码":
            continue  # totals and blank rows, whose amounts nobody needs
        row = {column.label: _cell(column, cells, index, table.name, file) for column in columns}
        if not of_one:
            if _is_total(row):
                found["合计"] = row
            continue
        code = code_key(row[key])
        for label in _FILLED_DOWN:
            if label in row and label != key:
                row[label] = above[label] = row[label] if row[label] is not None else above.get(label)
        content = tuple(map(str, row.values()))
        if content in seen:
            continue
        seen.add(content)
        found[code] = _added(found[code], row) if code in found else row
    return found


def _is_department(code: object) -> bool:
    """Whether a code that became a number is one of a department (286), not of a unit that lost its zeros (001001)."""
    return isinstance(code, (int, float)) and 100 <= code <= 999


def _has_code(cell: object) -> bool:
    """Whether a row is of one unit or project; a code that is an error is to be told of, not passed over."""
    return _is_error(cell) or any(map(str.isdigit, code_key(cell)))


def _is_error(cell: object) -> bool:
    return isinstance(cell, ErrorValue) or cell is UNCALCULATED


def _is_total(row: Row) -> bool:
    """Whether a row of the roster without a code is the one of totals."""
    return any(code_key(value) in _TOTALS for value in row.values() if isinstance(value, str))


def _added(first: Row, more: Row) -> Row:
    """Two rows of one project as one: the amounts added up, the rest from the first that says it."""
    row = dict(first)
    for label, value in more.items():
        have = row.get(label)
        if label in MONEY and isinstance(value, Decimal):
            row[label] = value if have is None else have + value
        elif have is None:
            row[label] = value
    return row


def _at(cells: Sequence[object], place: int) -> object:
    """A cell of a row that may be shorter than the heading."""
    return cells[place] if place < len(cells) else None


def _cell(column: _Column, cells: Sequence[object], row: int, sheet: str | None, file: str) -> Any:
    value = _at(cells, column.place)
    try:
        if _is_error(value):
            raise Error(f"“{column.label}”的单元格是错误值或没有计算结果，请改正后再试")
        return _amount(column, value) if column.label in MONEY else _text(column, value)
    except Error as error:
        raise Error(error.message, file=file, sheet=sheet, cell=address(row, column.place)) from error


def _text(column: _Column, value: object) -> str | None:
    digits = 6 if column.label == "单位编码" and not _is_department(value) else None
    is_code = column.label.endswith(("编码", "代码"))
    text = coerce(Field(("cell",), column.label, code=is_code, digits=digits), value).value
    return text.strip() or None if isinstance(text, str) else None


def _amount(column: _Column, value: object) -> Decimal | None:
    """An amount in 万元; a dash stands for none."""
    unit = "万元" if column.factor == 1 else "元"
    amount = coerce(Field(("cell",), column.label, "number", unit), value).value
    if amount is None or isinstance(amount, Decimal):
        return None if amount is None else amount * column.factor
    if str(amount).strip() in ("-", "—", "/"):
        return None
    raise Error(f"“{column.label}”应是数字，现在是“{str(amount)[:20]}”，请改正")
