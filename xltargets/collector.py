"""The collector of objects that keep each other alive: hardly any of ours do, so it is let look a hundred times less often."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

#: So many new objects are made before it looks again; what it finds by then is a few KiB.
_OBJECTS = 100_000


def collect_rarely() -> None:
    """From now on in this process; not where it was turned off, or looks less often still."""
    if 0 < gc.get_threshold()[0] < _OBJECTS:
        gc.set_threshold(_OBJECTS)


@contextmanager
def rare_collections() -> Iterator[None]:
    """Meanwhile; afterwards it is as it was."""
    before = gc.get_threshold()
    collect_rarely()
    try:
        yield
    finally:
        gc.set_threshold(*before)
