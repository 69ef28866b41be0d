"""Build the official workbooks from the schema; with --check, only compare them with what would be built."""

from __future__ import annotations

import argparse
import json
import sys
import zipfile
from io import BytesIO
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts.vba_project import compile_project, sources  # noqa: E402
from xltargets.template import build  # noqa: E402
from xltargets.template.toolbar import toolbar  # noqa: E402

SCHEMA = ROOT / "schema" / "submission.schema.json"
TEMPLATES = ROOT / "templates"


def built() -> dict[str, bytes]:
    """Every official workbook by its file name."""
    schema = json.loads(SCHEMA.read_text("utf-8"))
    plain, with_macros = BytesIO(), BytesIO()
    build(schema, plain)
    modules = sources(TEMPLATES / "vba")
    build(schema, with_macros, additions=[toolbar(lambda sheets: compile_project(modules, sheets))])
    return {"targets.xlsx": plain.getvalue(), "targets.xlsm": with_macros.getvalue()}


def parts(data: bytes) -> list[tuple[str, tuple[int, ...], bytes]]:
    """Name, time and content of each part, in order; compression differs by zlib and is left out."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return [(info.filename, info.date_time, archive.read(info)) for info in archive.infolist()]


def differs(path: Path, data: bytes) -> bool:
    """Whether a workbook is missing or has other parts."""
    return not path.exists() or parts(path.read_bytes()) != parts(data)


def main() -> int:
    """Write the workbooks, or name those that are out of date and return 1."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    parser.add_argument("--folder", type=Path, default=TEMPLATES, help="where the workbooks are")
    options = parser.parse_args()
    stale = {name: data for name, data in built().items() if differs(options.folder / name, data)}
    for name, data in stale.items():
        print(f"{'out of date' if options.check else 'written'}: {name}")
        if not options.check:
            (options.folder / name).write_bytes(data)
    return int(options.check and bool(stale))


if __name__ == "__main__":
    raise SystemExit(main())
