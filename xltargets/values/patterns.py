"""Regular expressions compiled when first used: one workbook needs about half of those that values and rules have."""

from __future__ import annotations

import re
from typing import Any, cast


def later(source: str, flags: int = 0) -> re.Pattern[str]:
    """A regular expression that is compiled when it is first used; from then on it is as fast as any."""
    return cast("re.Pattern[str]", _Later(source, flags))


class _Later:
    def __init__(self, source: str, flags: int) -> None:
        self._source, self._flags = source, flags

    def __getattr__(self, name: str) -> Any:
        """Only asked for what is not there yet: take the methods over from the compiled expression."""
        compiled = re.compile(self._source, self._flags)
        for method in ("search", "match", "fullmatch", "finditer", "findall", "sub", "subn", "split", "pattern"):
            setattr(self, method, getattr(compiled, method))
        return getattr(compiled, name)
