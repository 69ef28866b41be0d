"""What a bureau has beside the submissions: its ledger of projects 项目库, its roster of units 单位名录, last year's file.

Both lists are .xlsx or .csv (UTF-8, GB18030, or UTF-16 as Excel saves it). The columns are found by their labels, wherever
the table stands; other columns are kept under their own labels.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from xltargets.errors import Error
from xltargets.excel.a1 import address
from xltargets.excel.grid import UNCALCULATED, ErrorValue
from xltargets.submission.coerce import LOSSLESS, coerce
from xltargets.submission.document import from_document, load_document
from xltargets.submission.form import Field, Form
from xltargets.submission.read import read
from xltargets.submission.registerfile import HEAD_ROWS, Table, tables_of

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
_TOTAL = "合计"
_TOTALS = (_TOTAL, "总计", "全县合计", "全市合计", "全区合计", "全省合计")
_SUBTOTALS = (*_TOTALS, "小计", "共计")
#: A heading has at most so many lines.
_LINES = 3
#: 286001-怀来县信访局, 286001怀来县信访局; of names only what begins with a unit's six digits (not 110指挥中心).
_IN_ONE_CELL = ("单位", "部门")
_CODE_AND_NAME = re.compile(r"(\d{6}|\d{3})[\W_]{0,5}([^\W\d_].*)", re.DOTALL)
_UNIT_AND_NAME = re.compile(r"(\d{6})[\W_]{0,5}([^\W\d_].*)", re.DOTALL)
#: How systems write a code that Excel is to take as text, ="286001" or '286001; and what becomes of it otherwise.
_AS_TEXT = re.compile(r"""="([^"]*)"|'([^']+)""")
_EXPONENT = re.compile(r"\d(?:\.\d+)?[Ee]\+\d{2}", re.ASCII)

Row = Mapping[str, Any]


def load_ledger(path: str | os.PathLike[str]) -> dict[str, Row]:
    """The ledger: project code → its row; amounts in 万元, other cells as text.

    Rows without a code (totals, blank ones) are left out, but not those that a merged code speaks for; the amounts of
    several rows of one project are added up. All sheets that have such a table count, hidden ones only when all are hidden.

    Raises:
        Error: when the file cannot be read, no heading with 项目编码 is found, no code is below it, a code has lost digits,
            an amount is none, or two sheets have different amounts for one project.
    """
    return _load(path, LEDGER, "项目编码", "项目库")


def load_summary(path: str | os.PathLike[str]) -> dict[str, Row]:
    """A summary that somebody made 汇总表: project code → its row, in the order of its first table; else as the ledger.

    Raises:
        Error: as :func:`load_ledger`.
    """
    return _load(path, LEDGER, "项目编码", "汇总表", first=True)


def load_roster(path: str | os.PathLike[str]) -> dict[str, Row]:
    """The roster: unit code → its row. A row of totals, which has no code, is kept under 合计 where one sheet has all units.

    Raises:
        Error: as :func:`load_ledger`.
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


class _Column(NamedTuple):
    """A column of the list: its place, our label for it (or its own), and what its amounts are multiplied by."""

    place: int
    label: str
    factor: Decimal


def _load(
    path: str | os.PathLike[str], labels: Mapping[str, Sequence[str]], key: str, what: str, *, first: bool = False
) -> dict[str, Row]:
    file = os.fspath(path)
    tables = tables_of(file, labels[key])
    headings = [(table, heading) for table in tables if (heading := _heading(table, labels, key)) is not None]
    for hidden in (False, True):
        found = [
            (table, rows)
            for table, heading in headings
            if table.hidden == hidden and (rows := _rows(table, *heading, key, file))
        ]
        if found:
            return found[0][1] if first or len(found) == 1 else _together(found, file)
    if headings:
        message = f"{what}的“{key}”这一列下面没有编码；请检查是不是空表，编码是不是填在别的列"
        raise Error(message, file=file, sheet=headings[0][0].name)
    raise Error(f"{what}里找不到“{key}”这一列；请检查表头（可写作{'、'.join(labels[key][:4])}）", file=file)


def _together(found: Sequence[tuple[Table, dict[str, Row]]], file: str) -> dict[str, Row]:
    """The rows of several sheets; what stands on two of them must have one amount.

    Raises:
        Error: when it has two, as on a sheet of last year's.
    """
    rows: dict[str, Row] = {}
    sheet_of: dict[str, str | None] = {}
    for table, more in found:
        for code, row in more.items():
            if any(_amounts_differ(row, rows.get(code, {}), label) for label in MONEY if code != _TOTAL):
                message = f"“{code}”在工作表“{sheet_of[code]}”和“{table.name}”里的金额不同；请删去或隐藏不用的工作表"
                raise Error(message, file=file, sheet=table.name)
            rows.setdefault(code, row)
            sheet_of.setdefault(code, table.name)
    rows.pop(_TOTAL, None)  # of one of the sheets only
    return rows


def _amounts_differ(row: Row, other: Row, label: str) -> bool:
    amounts = row.get(label), other.get(label)
    return None not in amounts and amounts[0] != amounts[1]


def _heading(
    table: Table, labels: Mapping[str, Sequence[str]], key: str
) -> tuple[int, list[_Column]] | None:
    """The first row of data and the columns; None when the table has no heading with the key."""
    general = "万元"
    for index, row in enumerate(table.rows[:HEAD_ROWS]):
        columns = _columns(row, labels, general)
        places = {column.label: column.place for column in columns}
        if key in places:
            return _with_further_lines(table, index, columns, places[key], labels, general)
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


def _with_further_lines(
    table: Table,
    index: int,
    columns: list[_Column],
    key: int,
    labels: Mapping[str, Sequence[str]],
    general: str,
) -> tuple[int, list[_Column]]:
    """A heading of several lines: where the next rows have no code, yet labels that we know, they name their columns."""
    last = index
    for row in range(index + 1, min(index + _LINES, len(table.rows))):
        if table.at(row, key) not in (None, ""):
            break
        below = {column.place: column for column in _columns(table.rows[row], labels, general) if column.label in labels}
        if below:
            named = {column.label for column in below.values()}
            kept = [column for column in columns if column.place not in below and column.label not in named]
            columns, last = sorted([*kept, *below.values()]), row
    return last + 1, columns


def _rows(table: Table, first: int, columns: list[_Column], key: str, file: str) -> dict[str, Row]:
    found: dict[str, Row] = {}
    seen: set[tuple[object, ...]] = set()
    above: dict[str, Any] = {}
    place = next(column.place for column in columns if column.label == key)
    merged = table.above(place)
    for index in range(first, len(table.rows)):
        cells = table.rows[index]
        leader = merged.get(index, index)
        if not _has_code(table.at(leader, place)) or (leader < index and _is_total(cells, _SUBTOTALS)):
            if key == "单位编码" and _is_total(cells, _TOTALS):  # of a ledger nobody needs them
                found[_TOTAL] = _row(table, index, columns, key, file)
            continue
        row = _row(table, index, columns, key, file)
        if leader < index:
            row[key] = _row(table, leader, [column for column in columns if column.label == key], key, file)[key]
        for label in _FILLED_DOWN:
            if label in row and label != key:
                row[label] = above[label] = row[label] if row[label] is not None else above.get(label)
        content = tuple(map(str, row.values()))
        if content in seen and leader == index:
            continue
        seen.add(content)
        code = code_key(row[key])
        found[code] = _added(found[code], row) if code in found else row
    return found


def _row(table: Table, index: int, columns: Sequence[_Column], key: str, file: str) -> dict[str, Any]:
    """A row by our labels; a code and a name in one cell are two."""
    row = {column.label: _cell(column, table, index, file, key) for column in columns}
    for one in _IN_ONE_CELL:
        for label, pattern in ((f"{one}编码", _CODE_AND_NAME), (f"{one}名称", _UNIT_AND_NAME)):
            if (match := pattern.fullmatch(row.get(label) or "")) is not None:
                row[f"{one}编码"] = match[1] if label.endswith("编码") else row.get(f"{one}编码") or match[1]
                row[f"{one}名称"] = match[2] if label.endswith("名称") else row.get(f"{one}名称") or match[2]
    return row


def _is_department(code: object) -> bool:
    """Whether a code that became a number is one of a department (286), not of a unit that lost its zeros (001001)."""
    return isinstance(code, (int, float)) and 100 <= code <= 999


def _has_code(cell: object) -> bool:
    """Whether a row is of one unit or project; a code that is an error is to be told of, not passed over."""
    code = code_key(cell)
    return _is_error(cell) or (any(map(str.isdigit, code)) and not code.startswith(_SUBTOTALS))


def _is_error(cell: object) -> bool:
    return isinstance(cell, ErrorValue) or cell is UNCALCULATED


def _is_total(cells: Sequence[object], words: Sequence[str]) -> bool:
    """Whether a row is one of totals."""
    return any(code_key(value) in words for value in cells if isinstance(value, str))


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


def _cell(column: _Column, table: Table, row: int, file: str, key: str) -> Any:
    value = table.at(row, column.place)
    if isinstance(value, str) and (typed := _AS_TEXT.fullmatch(value.strip())) is not None:
        value = typed[1] or typed[2]
    try:
        if _is_error(value):
            raise Error(f"“{column.label}”的单元格是错误值或没有计算结果，请改正后再试")
        if column.label == key and _has_lost_digits(value):
            raise Error(f"“{key}”被存成了数值，有的数字已经丢失；请把这一列设为文本后重新填写")
        return _amount(column, value) if column.label in MONEY else _text(column, value)
    except Error as error:
        raise Error(error.message, file=file, sheet=table.name, cell=address(row, column.place)) from error


def _has_lost_digits(code: object) -> bool:
    """Whether a code was a number of more digits than Excel keeps."""
    if isinstance(code, str):
        return _EXPONENT.fullmatch(code.strip()) is not None
    return isinstance(code, (int, float)) and code >= LOSSLESS


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
    if not str(amount).strip().strip("-–—－/"):
        return None
    raise Error(f"“{column.label}”应是数字，现在是“{str(amount)[:20]}”，请改正")
