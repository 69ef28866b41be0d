"""What a careful engineer of a bureau would write with openpyxl, pandas and jsonschema: the yardstick of bench.py.

It reads a filled workbook by its names into the document that xltargets reads (tests/test_bench.py compares them), holds
it against the JSON Schema and checks the sums, the spending plans and the tables of indicators. It takes for granted
what a first version takes for granted: an intact template, calculated formulas, names in their places.

    python scripts/bureau_script.py FILE.xlsx …
"""

from __future__ import annotations

import json
import sys
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
from jsonschema import Draft202012Validator
from openpyxl import load_workbook
from openpyxl.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet

SCHEMA = Path(__file__).resolve().parent.parent / "schema" / "submission.schema.json"
VALIDATOR = Draft202012Validator(json.loads(SCHEMA.read_text("utf-8")))

AMOUNTS = ("budget.total", "budget.fiscal", "budget.other")
PERCENTAGES = ("schedule.march", "schedule.june", "schedule.october", "schedule.december")
PROJECT_TEXTS = ("money_unit", "code", "name", "purpose", "target")
INDICATOR_COLUMNS = ("level1", "level2", "level3", "description", "value", "basis")
FILLED_DOWN = ("level1", "level2")
WAIVER_COLUMNS = ("rule", "project", "reason", "approver")
FIRST_LEVELS = ("产出指标", "效益指标", "满意度指标")
EPS = 0.005

Document = dict[str, Any]


class Finding(NamedTuple):
    """One finding: the rule of the catalogue it stands for (or ``schema``), where, and what."""

    rule: str
    pointer: str
    message: str


# --- reading --------------------------------------------------------------------------------------


def read(path: str | Path) -> Document:
    """The document of a filled workbook."""
    workbook = load_workbook(path, data_only=True)
    names = {
        name: next(iter(defined.destinations))
        for name, defined in workbook.defined_names.items()
        if not defined.is_reserved and not defined.hidden
    }

    def cells(name: str) -> list[Cell]:
        sheet, reference = names[name]
        found = workbook[sheet][reference.replace("$", "")]
        return [row[0] for row in found] if isinstance(found, tuple) else [found]

    return {
        "template": {"version": text(cells("template.version")[0])},
        "unit": {
            "code": code(cells("unit.code")[0], 6),
            "name": text(cells("unit.name")[0]),
            "region": code(cells("unit.region")[0], 6),
            "year": year(cells("unit.year")[0]),
        },
        "department": {
            "overall_target": text(cells("department.overall_target")[0]),
            "itemised_targets": texts(cells("department.itemised_targets")),
            "safeguards": texts(cells("department.safeguards")),
        },
        "projects": [project(sheet) for sheet in workbook.worksheets if "project.code" in sheet.defined_names],
        "waivers": table({column: cells(f"waivers.{column}") for column in WAIVER_COLUMNS}),
    }


def project(sheet: Worksheet) -> Document:
    """The project of a sheet; its title and unit are formulas of the template and not read."""
    names = {name: defined.attr_text.rpartition("!")[2].replace("$", "") for name, defined in sheet.defined_names.items()}

    def cell(name: str) -> Cell:
        return sheet[names[f"project.{name}"]]

    found: Document = {name: text(cell(name)) for name in PROJECT_TEXTS if name != "code"}
    found["code"] = code(cell("code"))
    found["budget"] = {name.partition(".")[2]: number(cell(name), "万元") for name in AMOUNTS}
    found["schedule"] = {name.partition(".")[2]: number(cell(name), "%") for name in PERCENTAGES}
    found["indicators"] = table({
        column: [row[0] for row in sheet[names[f"project.indicators.{column}"]]] for column in INDICATOR_COLUMNS
    })  # fmt: skip
    return found


def table(columns: dict[str, list[Cell]]) -> list[Document]:
    """The rows in which more than a level is filled in; blank levels take the text above them."""
    rows: list[Document] = []
    above: dict[str, str | None] = dict.fromkeys(FILLED_DOWN)
    for cells in zip(*columns.values(), strict=True):
        row = {column: text(cell) for column, cell in zip(columns, cells, strict=True)}
        changed = False
        for level in FILLED_DOWN:
            if level not in row:
                continue
            if row[level] is not None and row[level].strip():
                changed = changed or above[level] != row[level]
                above[level] = row[level]
            elif changed:
                above[level] = None
            else:
                row[level] = above[level]
        if any(value is not None for column, value in row.items() if column not in FILLED_DOWN):
            rows.append(row)
    return rows


def texts(cells: list[Cell]) -> list[str]:
    """The cells of a list that are not blank."""
    return [value for value in map(text, cells) if value is not None]


def text(cell: Cell) -> str | None:
    """A text as typed; a number as the cell shows it."""
    value = cell.value
    if value is None or isinstance(value, str):
        return value or None
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, (datetime, date)):
        return f"{value.year}年{value.month}月{value.day}日"
    if "%" in cell.number_format:
        return f"{plain(decimal(value) * 100)}%"
    return plain(decimal(value))


def code(cell: Cell, digits: int = 0) -> str | None:
    """A code; where Excel made it a number, its zeros are put back."""
    found = text(cell)
    return found.zfill(digits) if found and isinstance(cell.value, (int, float)) else found


def number(cell: Cell, unit: str) -> Decimal | str | None:
    """An amount or percentage, exactly; a text that is none stays as typed."""
    value = cell.value
    if isinstance(value, str):
        typed = value.strip().removesuffix(unit).replace(",", "").strip()
        try:
            return Decimal(typed) if typed else None
        except InvalidOperation:
            return value
    if value is None or isinstance(value, (bool, datetime, date)):
        return value
    exact = decimal(value)
    return exact * 100 if unit == "%" and "%" in cell.number_format else exact


def year(cell: Cell) -> int | str | None:
    """A year; 2024年 counts, too."""
    value = cell.value
    if isinstance(value, str):
        digits = value.strip().removesuffix("年度").removesuffix("年")
        return int(digits) if digits.isdecimal() else value
    return value if value is None or value != int(value) else int(value)


def decimal(value: float) -> Decimal:
    """A number at the 15 digits that Excel keeps."""
    return Decimal(f"{value:.15g}")


def plain(value: Decimal) -> str:
    """A number without an exponent and without zeros at its end."""
    shown = f"{value:f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


# --- checking -------------------------------------------------------------------------------------


def check(document: Document) -> list[Finding]:
    """What is wrong with a document: the schema, then sums, plans and indicators."""
    found = [
        Finding("schema", "".join(f"/{part}" for part in error.absolute_path), error.message)
        for error in VALIDATOR.iter_errors(document)
    ]
    if document["projects"]:
        found += check_amounts(document["projects"])
        found += check_indicators(document["projects"])
    return found


def check_amounts(projects: list[Document]) -> list[Finding]:
    """M01, P01, P02 and P03 over all projects at once."""
    frame = pd.json_normalize(projects)
    amounts = frame[list(AMOUNTS)].apply(pd.to_numeric, errors="coerce")
    readable = frame[list(AMOUNTS)].isna() == amounts.isna()
    total, fiscal, other = (amounts[name] for name in AMOUNTS)
    gap = (total - fiscal.fillna(0) - other.fillna(0)).abs()
    found = [
        Finding("M01", f"/projects/{index}/budget/total", f"预算数与资金来源合计相差{gap[index]:.2f}万元")
        for index in frame.index[(gap > EPS) & readable.all(axis=1)]
    ]
    plan = frame[list(PERCENTAGES)].apply(pd.to_numeric, errors="coerce")
    for rule, wrong, message in (
        ("P01", (plan < 0) | (plan > 100), "支出进度应在0到100之间"),
        ("P02", plan.diff(axis=1) < 0, "累计支出进度不应减少"),
    ):
        for index, column in wrong.stack().loc[lambda flags: flags].index:
            found.append(Finding(rule, f"/projects/{index}/{column.replace('.', '/')}", message))
    last = plan["schedule.december"]
    found += [
        Finding("P03", f"/projects/{index}/schedule/december", "12月底支出进度应为100%")
        for index in frame.index[((last - 100).abs() > EPS) & last.notna()]
    ]
    return found


def check_indicators(projects: list[Document]) -> list[Finding]:
    """C08 (first levels), S03 (how many) and S09 (names are unique), by project."""
    frame = pd.DataFrame(
        [{"project": index, **row} for index, project in enumerate(projects) for row in project["indicators"]],
        columns=["project", *INDICATOR_COLUMNS],
    )
    found = []
    for index, rows in frame.groupby("project"):
        missing = [level for level in FIRST_LEVELS if level not in set(rows["level1"])]
        found += [Finding("C08", f"/projects/{index}/indicators", f"缺少一级指标“{level}”") for level in missing]
        if not 5 <= rows["level3"].notna().sum() <= 20:
            found.append(Finding("S03", f"/projects/{index}/indicators", f"三级指标{len(rows)}条"))
        names = rows["level3"].dropna().str.strip()
        for row in names.index[names.duplicated()]:
            place = list(rows.index).index(row)
            found.append(Finding("S09", f"/projects/{index}/indicators/{place}/level3", "三级指标重名"))
    return found


def main(paths: list[str]) -> int:
    """Check workbooks and print what was found; 1 when there was anything."""
    status = 0
    for path in paths:
        for finding in check(read(path)):
            print(f"{path}: {finding.rule} {finding.pointer} {finding.message}")
            status = 1
    return status


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
