"""Make workbooks for measuring: seeded, realistic, and in the shape in which Excel saves them.

    python scripts/make_samples.py FOLDER [--count 100] [--seed 20240601]
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

ROOT = Path(__file__).resolve().parent.parent
for folder in (ROOT, ROOT / "scripts"):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))

from sample_texts import Document, documents  # noqa: E402

import xltargets  # noqa: E402

#: The same for every part, so that the same seed gives the same bytes.
_TIME = (2024, 6, 1, 0, 0, 0)


def make_samples(folder: Path, count: int, seed: int = 20240601) -> list[Path]:
    """Write so many workbooks; a file that is there already is taken for the same and kept."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    with tempfile.TemporaryDirectory() as work:
        for index, document in enumerate(documents(count, seed)):
            path = folder / f"{document['unit']['code']}.xlsx"
            paths.append(path)
            if not path.exists():
                _write(document, path, Path(work), index)
    return paths


def _write(document: Document, path: Path, work: Path, index: int) -> None:
    filled = work / f"{index}.xlsx"
    xltargets.fill(document, filled, template=_blank_workbook(len(document["projects"]), work))
    whole = work / f"{index}.tmp"
    as_excel_saves(filled, whole, document)
    filled.unlink()
    whole.rename(path)


@lru_cache(maxsize=16)
def _blank_workbook(projects: int, work: Path) -> Path:
    """The template with so many project sheets: copying sheets is done once for all workbooks of that shape."""
    path = work / f"shape{projects}.xlsx"
    xltargets.fill({"projects": [{}] * projects}, path)
    return path


# --- as Excel saves it ----------------------------------------------------------------------------

_INLINE = re.compile(rb' t="inlineStr"><is>(<t\b[^>]*>[^<]*</t>)</is></c>')
_FORMULA = re.compile(
    rb'<c r="([A-Z]+\d+)"((?: s="\d+")?)[^>]*>(<f\b[^>]*/>|<f\b[^>]*>[^<]*</f>)(?:<v>[^<]*</v>|<v/>)?</c>'
)


def as_excel_saves(source: Path, target: Path, document: Document) -> None:
    """Move texts into the shared strings and give formulas the values that Excel would calculate."""
    with zipfile.ZipFile(source) as package:
        parts = {info.filename: package.read(info) for info in package.infolist()}
    strings: dict[bytes, int] = {}
    shared = parts["xl/sharedStrings.xml"]
    first = shared.count(b"<si>")
    titles = _derived_texts(document)
    order = _sheets_of_projects(parts)
    for name in [name for name in parts if name.startswith("xl/worksheets/sheet")]:
        xml = _calculated(parts[name], titles[order.index(name)] if name in order else {})
        parts[name] = _INLINE.sub(
            lambda match: b' t="s"><v>%d</v></c>' % (first + strings.setdefault(match[1], len(strings))), xml
        )
    added = b"".join(b"<si>%s</si>" % text for text in strings)
    shared = re.sub(rb'( count| uniqueCount)="\d+"', b"", shared)
    parts["xl/sharedStrings.xml"] = shared.replace(b"</sst>", added + b"</sst>")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in parts.items():
            info = zipfile.ZipInfo(name, _TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            package.writestr(info, data)


def _derived_texts(document: Document) -> list[dict[str, str]]:
    unit = document["unit"]
    return [
        {"title": f"{project['name'] or ''}绩效目标表", "unit": f"{unit['code']}{unit['name']}"}
        for project in document["projects"]
    ]


def _calculated(xml: bytes, derived: dict[str, str]) -> bytes:
    """The sheet with a value beside each formula: the title and the unit of a project, ✓ where a formula judges."""

    def value(match: re.Match[bytes]) -> bytes:
        text = derived.get({b"A1": "title", b"A2": "unit"}.get(match[1], ""), "✓")
        return b'<c r="%s"%s t="str">%s<v>%s</v></c>' % (match[1], match[2], match[3], escape(text).encode())

    return _FORMULA.sub(value, xml)


def _sheets_of_projects(parts: dict[str, bytes]) -> list[str]:
    """The parts of the project sheets in the order of their tabs."""
    targets = {
        match["id"]: match["target"]
        for match in _attributes(rb"<Relationship\b[^>]*>", parts["xl/_rels/workbook.xml.rels"], Id="id", Target="target")
    }
    return [
        f"xl/{targets[match['id']]}"
        for match in _attributes(rb"<sheet\b[^>]*>", parts["xl/workbook.xml"], **{"name": "name", "r:id": "id"})
        if match["name"].startswith("项目")
    ]


def _attributes(tag: bytes, xml: bytes, **names: str) -> Iterator[dict[str, Any]]:
    for element in re.findall(tag, xml):
        yield {
            key: re.search(rb"\s%s=\"([^\"]*)\"" % name.encode(), element)[1].decode()  # type: ignore[index]
            for name, key in names.items()
        }


def main() -> None:
    """Make the workbooks and say where."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=20240601)
    options = parser.parse_args()
    made = make_samples(options.folder, options.count, options.seed)
    print(f"{len(made)} workbooks in {options.folder}")


if __name__ == "__main__":
    main()
