"""Regular expressions compiled when first used: compiling all of them costs more than reading a workbook."""
from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache


def lazy(source: str) -> Callable[[], re.Pattern[str]]:
    """A function that compiles the pattern on its first call and returns it on every one."""
    return cache(lambda: re.compile(source))
