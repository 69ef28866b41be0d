"""The sides that bench.py measures us against, and runs that need a process of their own."""

from __future__ import annotations

import compileall
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import perf_counter

ROOT = Path(__file__).resolve().parent.parent
#: Modules that are only for those who use them.
HEAVY = ("pandas", "numpy", "openpyxl", "xlsxwriter", "docx", "xlwings", "rapidfuzz", "cn2an", "lxml", "jsonschema")


def openpyxl_reads(path: Path) -> object:
    """Every cell's value of every sheet with names of the form, in read-only mode."""
    from openpyxl import load_workbook

    workbook = load_workbook(path, read_only=True, data_only=True)
    try:
        return [[list(row) for row in sheet.iter_rows(values_only=True)] for sheet in workbook if _carries(sheet.title)]
    finally:
        workbook.close()


def calamine_reads(path: Path) -> object:
    """Every cell's value of the same sheets, by python-calamine alone."""
    from python_calamine import CalamineWorkbook

    workbook = CalamineWorkbook.from_path(path)
    return [workbook.get_sheet_by_name(name).to_python() for name in workbook.sheet_names if _carries(name)]


def _carries(sheet: str) -> bool:
    """Whether a sheet of the official template carries names."""
    return sheet.startswith("项目") or sheet in ("填表说明", "部门整体绩效目标", "豁免")


def openpyxl_annotates(path: Path, target: Path, notes: Mapping[str, Mapping[str, str]]) -> None:
    """Write notes as one does with openpyxl."""
    from openpyxl import load_workbook
    from openpyxl.comments import Comment

    workbook = load_workbook(path)
    for sheet, cells in notes.items():
        for cell, text in cells.items():
            workbook[sheet][cell].comment = Comment(text, "xltargets")
    workbook.save(target)


def refuse(failures: Sequence[object]) -> None:
    """A rule that failed must not pass for a fast one."""
    if failures:
        raise RuntimeError(f"rules failed: {failures}")


# --- processes ------------------------------------------------------------------------------------


def compile_all() -> None:
    """Compile what is started, as an installation does."""
    for folder in (ROOT / "xltargets", ROOT / "scripts"):
        compileall.compile_dir(folder, quiet=1)


def environment() -> dict[str, str]:
    """Of a process that is measured: it may keep what it compiles."""
    return {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}


def processes(commands: Mapping[str, Sequence[str]], rounds: int) -> dict[str, list[tuple[float, float]]]:
    """Seconds of the processor and on the clock of each command, in turns; the first round is not counted."""
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    for index in range(rounds + 1):
        for name, command in commands.items():
            start = perf_counter()
            process = subprocess.Popen(command, cwd=ROOT, env=environment(), stdout=subprocess.DEVNULL)
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode not in (0, 1):
                raise RuntimeError(f"{name} ended with {process.returncode}")
            if index:
                found[name].append((usage.ru_utime + usage.ru_stime, perf_counter() - start))
    return found


_HEAVY_CODE = """
import json, sys
arguments = json.loads(sys.argv[1])
if arguments is None:
    import xltargets
else:
    from contextlib import redirect_stdout
    from io import StringIO
    from xltargets.cli import main
    sys.argv = ["xltargets", *arguments]
    with redirect_stdout(StringIO()):
        try:
            main()
        except SystemExit as end:
            assert end.code in (None, 0, 1), end.code
print(json.dumps(sorted(sys.modules)))
"""


def heavy_modules(arguments: Sequence[str] | None) -> tuple[list[str], int]:
    """Which heavy modules are there after ``import xltargets`` (None) or a command, and how many modules in all."""
    command = [sys.executable, "-c", _HEAVY_CODE, json.dumps(arguments)]
    run = subprocess.run(command, cwd=ROOT, env=environment(), check=True, capture_output=True, text=True)
    modules = json.loads(run.stdout.splitlines()[-1])
    return [name for name in HEAVY if name in modules], len(modules)


_MEMORY_CODE = """
import json, os, sys
import xltargets
from xltargets.rules.engine import judge

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

marks = {}
for index, path in enumerate(json.load(sys.stdin), 1):
    assert not judge(xltargets.read(path)).failures
    if index in (1, 50) or index % 100 == 0:
        marks[index] = resident()
print(json.dumps(marks))
"""


def memory(paths: Sequence[Path]) -> dict[int, int]:
    """Resident bytes after so many workbooks were read and checked one after the other (Linux)."""
    text = json.dumps([str(path) for path in paths])
    command = [sys.executable, "-c", _MEMORY_CODE]
    run = subprocess.run(command, cwd=ROOT, env=environment(), check=True, stdout=subprocess.PIPE, text=True, input=text)
    return {int(at): size for at, size in json.loads(run.stdout).items()}
