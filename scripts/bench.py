"""Measure xltargets against what a bureau would write, against openpyxl, and against the floor.

    python scripts/bench.py [read|check|annotate|process|startup|memory|consolidate|all] [--files N] [--folder DIR]

Every figure comes from one run on made-up workbooks (see make_samples.py): the sides take turns, a few files each, each
file's ratio is taken from its own pair, and medians are printed. Times are of the processor, user and system, so that
other programs at work on the machine count as little as can be; those of whole processes are also given as they pass.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from zlib import crc32

ROOT = Path(__file__).resolve().parent.parent
for folder in (ROOT, ROOT / "scripts"):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))

import bench_consolidate  # noqa: E402
import bench_runs  # noqa: E402
from make_samples import make_samples  # noqa: E402

OURS = "xltargets"


def take_turns(
    sides: Mapping[str, Callable[[Path], object]], paths: Sequence[Path], stretch: int = 10
) -> dict[str, list[float]]:
    """Seconds of each side for each file: a stretch of files by one side, the same by the next, then further files.

    So each side works as it does on a folder, and none clears away what another left behind. One file goes before all.
    """
    seconds: dict[str, list[float]] = {name: [] for name in sides}
    for side in sides.values():
        side(paths[0])
    gc.collect()
    gc.freeze()  # nor has one to look through all that the others imported
    for first in range(0, len(paths), stretch):
        for name, side in sides.items():
            gc.collect()
            for path in paths[first : first + stretch]:
                start = process_time()
                side(path)
                seconds[name].append(process_time() - start)
    return seconds


def show(title: str, seconds: Mapping[str, Sequence[float]], wanted: Mapping[str, str]) -> None:
    """A line per side: its median, and how its time compares with ours."""
    print(f"\n{title} ({len(seconds[OURS])} workbooks)")
    for name, times in seconds.items():
        ratio = median(their / our for their, our in zip(times, seconds[OURS], strict=True))
        line = f"  {name:<44}{median(times) * 1000:>9.2f} ms"
        if name != OURS:
            line += f"   {ratio:>7.2f} × ours" if ratio >= 1 else f"   ours {1 / ratio:.2f} × it"
            line += f"   wanted: {wanted[name]}" if name in wanted else ""
        print(line)


def bench_read(paths: Sequence[Path], options: argparse.Namespace) -> None:
    """Reading alone."""
    from bureau_script import read as script_reads

    import xltargets

    sides: dict[str, Callable[[Path], object]] = {
        OURS: xltargets.read,
        "bureau script, reading half": script_reads,
        "openpyxl, read-only mode, cells alone": bench_runs.openpyxl_reads,
        "python-calamine, cells alone (the floor)": bench_runs.calamine_reads,
    }
    wanted = {
        "bureau script, reading half": "≥ 30 × ours",
        "python-calamine, cells alone (the floor)": "ours ≤ 3 × it",
    }
    show("reading", take_turns(sides, paths), wanted)


def bench_check(paths: Sequence[Path], options: argparse.Namespace) -> None:
    """Reading and checking."""
    import bureau_script

    import xltargets
    from xltargets.rules.config import Config
    from xltargets.rules.engine import judge
    from xltargets.rules.registry import GROUPS

    few = Config(ignore=tuple(group for group in GROUPS if group not in "RCFMPS"))

    def checked(path: Path) -> object:
        judgement = judge(xltargets.read(path))
        bench_runs.refuse(judgement.failures)
        return judgement

    sides: dict[str, Callable[[Path], object]] = {
        OURS: checked,
        "ours, only groups C F M P S": lambda path: judge(xltargets.read(path), few),
        "bureau script, whole": lambda path: bureau_script.check(bureau_script.read(path)),
    }
    seconds = take_turns(sides, paths)
    show("reading and checking, all rules", seconds, {"bureau script, whole": "≥ 10 × ours, aim at 20"})
    fewer = {OURS: seconds["ours, only groups C F M P S"], "bureau script, whole": seconds["bureau script, whole"]}
    show("reading and checking, groups C F M P S", fewer, {"bureau script, whole": "≥ 15 × ours, aim at 20"})


def bench_annotate(paths: Sequence[Path], options: argparse.Namespace) -> None:
    """Writing the notes of findings that are known already."""
    import xltargets
    from xltargets import notes

    judged = {path: xltargets.check(xltargets.read(path)) for path in paths}
    texts = {path: notes.notes_of(findings) for path, findings in judged.items()}
    with tempfile.TemporaryDirectory() as work:
        target = Path(work) / "annotated.xlsx"
        sides: dict[str, Callable[[Path], object]] = {
            OURS: lambda path: notes.annotate(path, target, judged[path]),
            "openpyxl load + comments + save": lambda path: bench_runs.openpyxl_annotates(path, target, texts[path]),
        }
        seconds = take_turns(sides, paths)
    show("annotating", seconds, {"openpyxl load + comments + save": "≥ 10 × ours"})


def bench_process(paths: Sequence[Path], options: argparse.Namespace) -> None:
    """`xltargets check ONE.xlsx` as a whole process."""
    bench_runs.compile_all()
    path = str(paths[len(paths) // 2])
    commands = {
        OURS: [sys.executable, "-m", "xltargets", "check", path],
        "bureau script": [sys.executable, str(ROOT / "scripts" / "bureau_script.py"), path],
        "python itself": [sys.executable, "-c", "pass"],
    }
    runs = bench_runs.processes(commands, 9)
    for title, which in (("of the processor", 0), ("on the clock", 1)):
        seconds = {name: [run[which] for run in found] for name, found in runs.items()}
        show(f"whole process, seconds {title}", seconds, {"bureau script": "≥ 3 × ours"})


def bench_startup(paths: Sequence[Path], options: argparse.Namespace) -> None:
    """What starting costs, and that nothing heavy is imported where it is not used."""
    bench_runs.compile_all()
    code = {
        OURS: "import xltargets",
        "import xltargets.cli": "import xltargets.cli",
        "import jsonschema_rs, python_calamine, click": "import jsonschema_rs, python_calamine, click",
        "import openpyxl": "import openpyxl",
        "import pandas": "import pandas",
        "python itself": "pass",
    }
    runs = bench_runs.processes({name: [sys.executable, "-c", text] for name, text in code.items()}, 7)
    show("starting, seconds of the processor", {name: [run[0] for run in found] for name, found in runs.items()}, {})
    for title, arguments in (("import xltargets", None), ("xltargets check", ["check", str(paths[0])])):
        heavy, count = bench_runs.heavy_modules(arguments)
        print(f"  {title}: {count} modules; heavy ones among them: {', '.join(heavy) or 'none'}")


def bench_memory(paths: Sequence[Path], options: argparse.Namespace) -> None:
    """Resident memory of checking many workbooks in one process."""
    count = max(options.files, 2000)
    many = make_samples(options.folder, count, options.seed)
    marks = bench_runs.memory(many)
    after, last = marks[200], max(marks[at] for at in marks if at > 200)
    print(f"\nmemory of checking {count} workbooks in one process")
    for at, size in marks.items():
        if at in (1, 50, 100, 200) or at % 500 == 0:
            print(f"  after {at:>6} {size / 2**20:>8.1f} MiB")
    print(f"  most after the first 200: {last / after:.3f} × that after 200   wanted: ≤ 1.10 ×")


BENCHES = {
    "read": bench_read,
    "check": bench_check,
    "annotate": bench_annotate,
    "process": bench_process,
    "startup": bench_startup,
    "memory": bench_memory,
    "consolidate": bench_consolidate.bench_consolidate,
}


def main(arguments: Iterable[str] | None = None) -> None:
    """Make the workbooks, then measure."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("what", nargs="*", default=["all"], metavar="|".join([*BENCHES, "all"]))
    parser.add_argument("--files", type=int, default=60, help="how many workbooks (60)")
    parser.add_argument("--seed", type=int, default=20240601)
    parser.add_argument("--folder", type=Path, help="where the workbooks are kept between runs")
    bench_consolidate.add_options(parser.add_argument_group("consolidate"))
    options = parser.parse_args(None if arguments is None else list(arguments))
    chosen = list(BENCHES) if "all" in options.what else options.what
    if unknown := set(chosen) - set(BENCHES):
        parser.error(f"no such measurement: {', '.join(sorted(unknown))}")
    made_of = (ROOT / "templates" / "targets.xlsx", *(ROOT / "scripts").glob("*sampl*.py"))
    mark = crc32(b"".join(path.read_bytes() for path in sorted(made_of)))
    options.folder = options.folder or Path(tempfile.gettempdir()) / f"xltargets-bench-{options.seed}-{mark:08x}"
    start = perf_counter()
    paths = make_samples(options.folder, options.files, options.seed)
    size = median(path.stat().st_size for path in paths)
    print(f"{len(paths)} workbooks, median {size / 1024:.0f} KiB, {sys.version.split()[0]}, {os.cpu_count()} processors")
    for name in chosen:
        BENCHES[name](paths, options)
    print(f"\n{perf_counter() - start:.0f} s in all")


if __name__ == "__main__":
    main()
