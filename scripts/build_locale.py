"""Compile the Chinese words of the command line (``.po`` → ``.mo``); ``--check`` only compares what they say."""

from __future__ import annotations

import io
import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po

CATALOGUE = (
    Path(__file__).parent.parent / "xltargets" / "cli" / "locale" / "zh_CN" / "LC_MESSAGES" / "messages.po"
)


def compiled() -> bytes:
    """The catalogue as gettext reads it."""
    with CATALOGUE.open("rb") as source:
        catalogue = read_po(source)
    catalogue.creation_date = catalogue.revision_date = datetime(2024, 1, 1, tzinfo=UTC)  # the same bytes each time
    out = io.BytesIO()
    write_mo(out, catalogue)
    return out.getvalue()


def said(catalogue: Catalog) -> list[tuple[object, object]]:
    """What a catalogue says, without its header: that names the release of Babel that wrote it."""
    return [(message.id, message.string) for message in catalogue if message.id]


def is_up_to_date(target: Path) -> bool:
    """Whether the compiled catalogue says what the source says."""
    if not target.exists():
        return False
    with target.open("rb") as there:
        return said(read_mo(there)) == said(read_mo(io.BytesIO(compiled())))


def main() -> int:
    """Write the compiled catalogue, or compare it."""
    target = CATALOGUE.with_suffix(".mo")
    if "--check" in sys.argv[1:]:
        return int(not is_up_to_date(target))
    target.write_bytes(compiled())
    return 0


if __name__ == "__main__":
    sys.exit(main())
