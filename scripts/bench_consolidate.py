"""Measure consolidating: `bench.py consolidate`, one ratio per line, each from one run.

The sizes are options, small by default; docs/scale.md says with which its figures were taken. Times are of the processor
(user and system, of all processes of a run), with the time on the clock beside them.

Large numbers of files are JSON documents of one project each, all different, with a unit of their own each: reading and judging
20,000 whole workbooks would take hours and tell the same of what grows with their number.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any, NamedTuple

from bench_runs import compile_all, environment

ROOT = Path(__file__).resolve().parent.parent
_MIB = 2**20
_PROJECT_SHEET = "项目汇总"


def add_options(parser: argparse._ArgumentGroup) -> None:
    """What `bench.py consolidate` can be told."""
    parser.add_argument(
        "--sizes", type=int, nargs="+", default=[200, 2000], help="numbers of documents (200 2000)"
    )
    parser.add_argument(
        "--script-files",
        type=int,
        default=20,
        help="workbooks that the bureau's script reads, in up to 3 turns (20)",
    )
    parser.add_argument("--rounds", type=int, default=3, help="turns that each side takes (3)")
    parser.add_argument("--rows", type=int, default=20_000, help="rows of 项目汇总 (20000)")
    parser.add_argument("--parts", nargs="+", choices=[*PARTS], default=[*PARTS], help="which of the lines")


def bench_consolidate(paths: Sequence[Path], options: argparse.Namespace) -> None:
    """Reading, checking and summing up a folder."""
    compile_all()
    for part in options.parts:
        with tempfile.TemporaryDirectory(prefix="xltargets-bench-") as work:
            PARTS[part](paths, options, Path(work))


# --- one run in a process of its own ------------------------------------------------------------------


class Run(NamedTuple):
    """What one run took.

    Attributes:
        wall: seconds on the clock.
        own, workers: seconds of the processor, of the process that sums up and of those it started.
        peak: bytes of resident memory at most, of the process that sums up.
        gathering, crossing, writing: seconds of the processor in that process, by phase.
        projects, findings: what was summed up.
    """

    wall: float
    own: float
    workers: float
    peak: int
    gathering: float
    crossing: float
    writing: float
    projects: int
    findings: int

    @property
    def cpu(self) -> float:
        """Seconds of the processor of all processes."""
        return self.own + self.workers


def run(
    folder: Path,
    work: Path,
    *,
    jobs: int = 1,
    cache: Path | None = None,
    parquet: bool = False,
    summary: bool = True,
) -> Run:
    """Consolidate a folder in a fresh process."""
    spec = {
        "folder": str(folder), "target": str(work / "summary.xlsx") if summary else None, "jobs": jobs,
        "cache": str(cache) if cache else None, "parquet": str(work / "parquet") if parquet else None,
    }  # fmt: skip
    command = [sys.executable, "-c", "import bench_consolidate; bench_consolidate.child()", json.dumps(spec)]
    paths = os.pathsep.join(map(str, (ROOT, ROOT / "scripts")))
    done = subprocess.run(
        command, check=True, stdout=subprocess.PIPE, text=True, env={**environment(), "PYTHONPATH": paths}
    )
    return Run(**json.loads(done.stdout.splitlines()[-1]))


def child() -> None:
    """The run itself; its figures go to standard output."""
    import xltargets.consolidate.run as module
    from xltargets.consolidate import Options

    spec = json.loads(sys.argv[1])
    phases = {name: _timed(module, name) for name in ("gather", "cross", "write_summary", "write_parquet")}
    options = Options(cache=_path(spec["cache"]), parquet=_path(spec["parquet"]))
    start = perf_counter()
    result = module.consolidate([spec["folder"]], spec["target"], jobs=spec["jobs"], options=options)
    wall = perf_counter() - start
    if result.errors or result.failures:
        raise RuntimeError(f"not a fair run: {result.errors[:3]}, {result.failures} failures")
    found = Run(
        wall, _cpu(resource.RUSAGE_SELF), _cpu(resource.RUSAGE_CHILDREN), _peak(), sum(phases["gather"]),
        sum(phases["cross"]), sum(phases["write_summary"] + phases["write_parquet"]), result.totals.projects,
        result.totals.findings,
    )  # fmt: skip
    print(json.dumps(found._asdict()))


def _path(text: str | None) -> Path | None:
    return Path(text) if text else None


def _timed(module: Any, name: str) -> list[float]:
    """Have a function of a module note the seconds of the processor that each call takes."""
    inner, seconds = getattr(module, name), []

    def timed(*arguments: Any) -> Any:
        start = process_time()
        try:
            return inner(*arguments)
        finally:
            seconds.append(process_time() - start)

    setattr(module, name, timed)
    return seconds


def _cpu(who: int) -> float:
    usage = resource.getrusage(who)
    return usage.ru_utime + usage.ru_stime


def _peak() -> int:
    """Of this program alone: ru_maxrss also counts what the program was before it was started."""
    text = Path("/proc/self/status").read_text("ascii", "replace")
    return int(text.partition("VmHWM:")[2].split()[0]) * 1024


# --- what is consolidated -----------------------------------------------------------------------------


def write_documents(folder: Path, count: int, seed: int) -> Path:
    """So many JSON documents of one project each."""
    from sample_texts import documents

    folder.mkdir(parents=True, exist_ok=True)
    for document in documents(count, seed):
        document["projects"] = document["projects"][:1]
        path = folder / f"{document['unit']['code']}.json"
        path.write_text(json.dumps(document, ensure_ascii=False, default=str), "utf-8")
    return folder


def chosen(paths: Sequence[Path], folder: Path) -> Path:
    """A folder of these workbooks, linked or copied."""
    folder.mkdir(parents=True)
    for path in paths:
        try:
            os.link(path, folder / path.name)
        except OSError:
            shutil.copy2(path, folder / path.name)
    return folder


# --- the lines of the table ---------------------------------------------------------------------------


def against_script(paths: Sequence[Path], options: argparse.Namespace, work: Path) -> None:
    """Reading, checking and writing a summary against the bureau's script, in turns of a few workbooks."""
    from xltargets.consolidate import consolidate

    size = max(min(20, options.script_files), options.script_files // 3)
    used = paths[: options.script_files]
    batches = [used[at : at + size] for at in range(0, len(used) - size + 1, size)]
    consolidate(batches[0], work / "warm.xlsx")  # what is loaded once is not counted per workbook
    _script(batches[0][:1], work / "warm.xlsx")
    ours, theirs = [], []
    for batch in batches:
        ours.append(_seconds(lambda batch=batch: consolidate(batch, work / "ours.xlsx")))
        theirs.append(_seconds(lambda batch=batch: _script(batch, work / "theirs.xlsx")))
    ratio = median(their / our for our, their in zip(ours, theirs, strict=True))
    print(
        f"\nreading, checking and summary of {len(batches) * size} workbooks, in turns of {size}, one process"
    )
    print(f"  xltargets       {median(ours) / size * 1000:>9.1f} ms of the processor per workbook")
    print(f"  bureau script   {median(theirs) / size * 1000:>9.1f} ms   {ratio:.1f} × ours   wanted: ≥ 20 ×")


def _seconds(side: Callable[[], object]) -> float:
    start = process_time()
    side()
    return process_time() - start


def _script(paths: Sequence[Path], target: Path) -> None:
    """The bureau's script over a folder: projects, indicators and findings into one workbook, with pandas."""
    import bureau_script
    import pandas

    projects, indicators, findings = [], [], []
    for path in paths:
        document = bureau_script.read(path)
        unit = {"file": path.name, **document["unit"]}
        for project in document["projects"]:
            projects.append({**unit, **project})
            indicators += [{**unit, "project": project["code"], **row} for row in project["indicators"]]
        findings += [{**unit, **finding._asdict()} for finding in bureau_script.check(document)]
    frame = pandas.json_normalize(projects).drop(columns="indicators")
    with pandas.ExcelWriter(target, engine="xlsxwriter") as writer:
        frame.to_excel(writer, sheet_name=_PROJECT_SHEET, index=False)
        pandas.DataFrame(indicators).to_excel(writer, sheet_name="指标明细", index=False)
        pandas.DataFrame(findings).to_excel(writer, sheet_name="问题清单", index=False)
        frame.groupby("code").size().to_excel(writer, sheet_name="单位汇总")


def two_processes(paths: Sequence[Path], options: argparse.Namespace, work: Path) -> None:
    """Two processes against one, in turns; and what the machine gives to two runs that know nothing of each other."""
    folder = chosen(paths, work / "in")
    halves = [chosen(paths[start::2], work / f"half{start}") for start in (0, 1)]
    runs: dict[int, list[Run]] = {1: [], 2: []}
    apart: list[float] = []
    for _ in range(options.rounds):
        for jobs, found in runs.items():
            found.append(run(folder, work, jobs=jobs))
        apart.append(runs[1][-1].wall / _side_by_side(halves, work))
    ratios = [one.wall / two.wall for one, two in zip(runs[1], runs[2], strict=True)]
    print(f"\n2 processes against 1, {len(paths)} workbooks, {options.rounds} turns")
    for jobs, found in runs.items():
        print(
            f"  {jobs}: {median(one.wall for one in found):>7.1f} s on the clock; of the processor"
            f" {median(one.own for one in found):.1f} s summing up"
            f" (gathering {median(one.gathering for one in found):.1f}, writing {median(one.writing for one in found):.1f}),"
            f" {median(one.workers for one in found):.1f} s workers"
        )
    print(
        f"  faster on the clock: {median(ratios):.2f} × ({min(ratios):.2f} to {max(ratios):.2f})   wanted: ≥ 1.8 ×"
    )
    print(
        f"  two halves side by side, each by one process of its own: {median(apart):.2f} × ({min(apart):.2f} to {max(apart):.2f});"
        f" of that two processes reach {median(one / two for one, two in zip(ratios, apart, strict=True)):.0%}"
    )


def _side_by_side(folders: Sequence[Path], work: Path) -> float:
    """Seconds on the clock until the last of these runs, begun together, has ended."""
    with ThreadPoolExecutor(len(folders)) as threads:
        places = [work / f"out{number}" for number in range(len(folders))]
        for place in places:
            place.mkdir(exist_ok=True)
        return max(found.wall for found in threads.map(run, folders, places))


def second_run(paths: Sequence[Path], options: argparse.Namespace, work: Path) -> None:
    """A folder of workbooks, and again after others came in the place of every hundredth."""
    spare = max(1, len(paths) // 101)
    folder, cache = chosen(paths[spare:], work / "in"), work / "cache.sqlite"
    first = run(folder, work, cache=cache)
    count = len(paths) - spare
    for old, new in zip(paths[spare :: count // spare], paths[:spare], strict=False):
        (folder / old.name).unlink()
        shutil.copy2(new, folder / old.name)
    print(f"\n{count} workbooks, one process, results kept; then again with {spare} others in their place")
    print(f"  {_line(first, count)}")
    print(f"  {_second(run(folder, work, cache=cache), first)}")


def growth(paths: Sequence[Path], options: argparse.Namespace, work: Path) -> None:
    """Cost and memory by number of documents; and the run after a hundredth of them changed."""
    found: dict[int, tuple[Run, Run]] = {}
    print(
        "\ndocuments of one project, one process, results kept; then again from what was kept, Parquet alone"
    )
    for size in options.sizes:
        folder, cache = write_documents(work / f"in{size}", size, options.seed), work / f"{size}.sqlite"
        first = run(folder, work, cache=cache)
        second = run(folder, work, cache=cache, parquet=True, summary=False)
        found[size] = first, second
        print(f"  {size:>7}: {_line(first, size)}")
        print(f"  {'':>7}  Parquet from what was kept: {_line(second, size)}", flush=True)
        _again(folder, cache, work, size, first)
        shutil.rmtree(folder)
    _compare(found)


def _line(one: Run, size: int) -> str:
    return (
        f"{one.cpu / size * 1000:.2f} ms per file (gathering {one.gathering / size * 1000:.2f}, comparing units"
        f" {one.crossing / size * 1000:.2f}, writing {one.writing / size * 1000:.2f}), {one.wall:.0f} s on the clock,"
        f" peak {one.peak / _MIB:.0f} MiB; {one.projects} projects, {one.findings} findings"
    )


def _again(folder: Path, cache: Path, work: Path, size: int, first: Run) -> None:
    """The run after every hundredth file changed."""
    for path in sorted(folder.iterdir())[::100]:
        document = json.loads(path.read_text("utf-8"))
        document["projects"][0]["purpose"] = f"{document['projects'][0]['purpose']}（修改）"
        path.write_text(json.dumps(document, ensure_ascii=False), "utf-8")
    print(f"  {'':>7}  {_second(run(folder, work, cache=cache), first)}", flush=True)


def _second(again: Run, first: Run) -> str:
    return (
        f"again, 1% changed: {again.cpu / first.cpu:.1%} of the first (gathering {again.gathering / first.cpu:.1%},"
        f" comparing units {again.crossing / first.cpu:.1%}, writing {again.writing / first.cpu:.1%})   wanted: ≤ 10%"
    )


def _compare(found: dict[int, tuple[Run, Run]]) -> None:
    sizes = sorted(found)
    small, large = sizes[0], sizes[-1]
    per_file = (found[large][0].cpu / large) / (found[small][0].cpu / small)
    print(
        f"  cost per file at {large} against at {small}: {per_file:.2f} ×   wanted (20,000 : 200): ≤ 1.15 ×"
    )
    for at, below in zip(sizes[1:], sizes, strict=False):
        summary, parquet = (found[at][way].peak / found[below][way].peak for way in (0, 1))
        print(
            f"  peak memory at {at} against at {below}: summary {summary:.2f} ×, Parquet {parquet:.2f} ×"
            "   wanted (20,000 : 2,000): ≤ 1.5 ×, flat"
        )


# --- writing one sheet ----------------------------------------------------------------------------------


def writing(paths: Sequence[Path], options: argparse.Namespace, work: Path) -> None:
    """项目汇总 alone, the rows being at hand, against XlsxWriter's own writing of the same cells, in turns."""
    from xltargets.consolidate.workbook.sheet import link_to

    rows, plan = _project_rows(paths)
    linked = next(number for number, column in enumerate(plan.columns) if column.key == "#file")
    sides: dict[str, Callable[[], None]] = {
        "XlsxWriter, constant memory": lambda: _bare(_cycle(rows, options.rows), plan, work / "bare.xlsx"),
        "ours": lambda: _ours(_cycle(rows, options.rows), plan, work / "ours.xlsx"),
        "ours, files as links": lambda: _ours(
            (
                [link_to(value, value) if at == linked else value for at, value in enumerate(row)]
                for row in _cycle(rows, options.rows)
            ),
            plan,
            work / "links.xlsx",
        ),
    }
    seconds: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(options.rounds):
        for name, side in sides.items():
            seconds[name].append(_seconds(side))
    print(
        f"\nwriting {_PROJECT_SHEET}, {options.rows} rows of {len(plan.columns)} columns, {options.rounds} turns"
    )
    bare = seconds["XlsxWriter, constant memory"]
    for name, times in seconds.items():
        ratio = median(time / other for time, other in zip(times, bare, strict=True))
        wanted = "   wanted: ≤ 2 ×" if name != "XlsxWriter, constant memory" else ""
        print(f"  {name:<30}{median(times):>7.2f} s of the processor   {ratio:.2f} ×{wanted}")


def _project_rows(paths: Sequence[Path]) -> tuple[list[list[Any]], Any]:
    """The rows of the projects of some workbooks, and the plan of their sheet."""
    from xltargets.consolidate import discover
    from xltargets.consolidate.crossing import Crossing
    from xltargets.consolidate.drawing.columns import Planner
    from xltargets.consolidate.drawing.layout import main_table
    from xltargets.consolidate.fold import gather
    from xltargets.consolidate.inbox.onefile import Reading
    from xltargets.consolidate.rows import Rows, values
    from xltargets.consolidate.store import Store
    from xltargets.consolidate.survey import survey

    reading = Reading()
    with Store(None, reading) as store:
        gather(discover(paths[:40]), store, reading)
        crossing = Crossing(store, main_table(reading.root))
        planner = Planner(reading.form, reading.root, survey(store, reading.root, crossing).widths)
        rows, plan = Rows(store, planner, crossing), planner.project_sheet()
        if plan is None:
            raise RuntimeError("the form has no projects")
        found = [
            values(plan.columns, chain, {**special, "#number": None})
            for file in store.listed()
            for chain, special in rows.projects(rows.load(file))
        ]
    return found, plan


def _cycle(rows: Sequence[list[Any]], count: int) -> Iterator[list[Any]]:
    return (rows[at % len(rows)] for at in range(count))


def _ours(rows: Iterator[list[Any]], plan: Any, target: Path) -> None:
    from xlsxwriter import Workbook

    from xltargets.consolidate.drawing.looks import WORKBOOK_OPTIONS, Looks
    from xltargets.consolidate.workbook.sheet import Headline, Pages
    from xltargets.consolidate.workbook.splice import splice

    with tempfile.TemporaryDirectory() as folder, open(target, "wb") as out:
        skeleton = Path(folder) / "skeleton.xlsx"
        with Workbook(skeleton, {**WORKBOOK_OPTIONS}) as book:
            pages = Pages(book, Looks(book), plan, Headline(plan.title), Path(folder), 1)
            for row in rows:
                pages.put_values(row)
            pages.finish()
        splice(skeleton, {1: pages.rows[0]}, out)
        pages.close()


def _bare(rows: Iterator[list[Any]], plan: Any, target: Path) -> None:
    from xlsxwriter import Workbook

    from xltargets.consolidate.drawing.looks import WORKBOOK_OPTIONS, Looks

    with Workbook(target, {**WORKBOOK_OPTIONS, "in_memory": False, "constant_memory": True}) as book:
        looks = Looks(book)
        formats = [looks.cell(column.kind, "body") for column in plan.columns]
        sheet = book.add_worksheet(plan.title)
        for at, row in enumerate(rows):
            for column, value in enumerate(row):
                sheet.write(at, column, value, formats[column])


PARTS: dict[str, Callable[[Sequence[Path], argparse.Namespace, Path], None]] = {
    "script": against_script,
    "processes": two_processes,
    "again": second_run,
    "growth": growth,
    "writing": writing,
}
