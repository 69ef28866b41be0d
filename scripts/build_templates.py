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

from xltargets.template import build  # noqa: E402

SCHEMA = ROOT / "schema" / "submission.schema.json"
TEMPLATES = ROOT / "templates"


def built() -> dict[str, bytes]:
    """Every official workbook by its file name."""
    stream = BytesIO()
    build(json.loads(SCHEMA.read_text("utf-8")), stream)
    return {"targets.xlsx": stream.getvalue()}


def parts(data: bytes) -> list[tuple[str, tuple[int, ...], bytes]]:
    """Name, time and content of each part, in order; how they are compressed is zlib's affair and differs by version."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return [(info.filename, info.date_time, archive.read(info)) for info in archive.infolist()]


def main() -> int:
    """Write the workbooks, or name those that are out of date and return 1."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--check", action="store_true", help="compare, write nothing")
    check = options.parse_args().check
    stale = [name for name, data in built().items() if not (TEMPLATES / name).exists()
             or parts((TEMPLATES / name).read_bytes()) != parts(data)]  # fmt: skip
    for name in stale:
        print(f"{'out of date' if check else 'written'}: templates/{name}")
        if not check:
            (TEMPLATES / name).write_bytes(built()[name])
    return int(check and bool(stale))


if __name__ == "__main__":
    raise SystemExit(main())
