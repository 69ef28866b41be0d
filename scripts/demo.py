"""The whole round on the one real document: fill, break copies as a clerk would, check, annotate, consolidate.

Run by ``make demo``; writes to ``demo/`` and prints every command, so that each can be repeated by hand.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import xltargets
from xltargets.excel.cells import set_values
from xltargets.excel.package import Package
from xltargets.submission.cellmap import Location
from xltargets.submission.model import Submission

ROOT = Path(__file__).parent.parent
SEED = ROOT / "tests" / "data" / "seed.json"
OUT = ROOT / "demo"


def put(pointer: str, value: str | Decimal | None, below: int = 0) -> Callable[[Submission], tuple[Location, object]]:
    """A change of the cell that a pointer leads to, or of one some rows below it."""

    def change(submission: Submission) -> tuple[Location, object]:
        sheet, cell = submission.locations[pointer]
        letters = cell.rstrip("0123456789")
        return Location(sheet, f"{letters}{int(cell[len(letters) :]) + below}"), value

    return change


ROW = "/projects/0/indicators/5"
MISTAKES = {
    "1_预算数少一分": [put("/projects/0/budget/total", Decimal("29.99"))],
    "2_编码把0写成O": [put("/projects/1/code", "13073024P0004961OOO2Y")],
    "3_年底没有支完": [put("/projects/0/schedule/december", "95%")],
    "4_漏了满意度指标": [put(f"{ROW}/{key}", None) for key in ("level1", "level2", "level3", "description", "value", "basis")],
    "5_写到表格下面": [
        put(f"{ROW}/level3", "信访事项化解数量", below=40),
        put(f"{ROW}/value", "≥20件", below=40),
    ],
}  # fmt: skip


def main() -> int:
    """Run the demonstration; the exit status is not 0 when a step did not do what it should."""
    shutil.rmtree(OUT, ignore_errors=True)
    inbox = OUT / "报送"
    inbox.mkdir(parents=True)
    sound = inbox / "286001_怀来县信访局.xlsx"
    run("fill", str(SEED), "-o", str(sound))
    for name, changes in MISTAKES.items():
        spoil(sound, inbox / f"{name}.xlsx", changes)
    run("check", str(inbox), allowed=(0, 1))
    run("annotate", *map(str, sorted(inbox.glob("*.xlsx"))), "--output-dir", str(OUT / "退回"))
    run("consolidate", str(inbox), "-o", str(OUT / "汇总.xlsx"), "--all-files", "--no-cache", allowed=(0, 1))
    print("\n改坏以后多出的问题：")
    for name in MISTAKES:
        tell_new(sound, inbox / f"{name}.xlsx")
    print("\n文件在：")
    for path in sorted(OUT.rglob("*.xlsx")):
        print(f"  {path.relative_to(ROOT)}")
    return 0


def spoil(sound: Path, target: Path, changes: list[Callable[[Submission], tuple[Location, object]]]) -> None:
    """A copy of a workbook with some cells changed."""
    submission = xltargets.read(sound)
    package = Package.open(sound)
    for change in changes:
        (sheet, cell), value = change(submission)
        set_values(package, sheet, {cell: value})  # type: ignore[dict-item]
    package.save(target)


def tell_new(sound: Path, spoilt: Path) -> None:
    """Print what is found in a spoilt copy and not in the sound workbook."""
    before = {(finding.rule, finding.pointer) for finding in xltargets.check(xltargets.read(sound))}
    print(f"  {spoilt.name}")
    for finding in xltargets.check(xltargets.read(spoilt)):
        if (finding.rule, finding.pointer) not in before:
            print(f"    {finding.severity.label} {finding.rule} {finding.sheet}!{finding.cell} {finding.message}")


def run(*arguments: str, allowed: tuple[int, ...] = (0,)) -> None:
    """Run one command of xltargets as a user would, and stop when it fails."""
    print(f"\n$ xltargets {' '.join(arguments)}", flush=True)
    status = subprocess.run([sys.executable, "-m", "xltargets", *arguments], check=False, cwd=ROOT).returncode
    if status not in allowed:
        sys.exit(f"命令失败，退出码 {status}")


if __name__ == "__main__":
    sys.exit(main())
