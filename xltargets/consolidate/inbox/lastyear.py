"""What the units handed in last year, found by unit, for the rules that compare years (B07, Y07)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from xltargets.consolidate.inbox.discover import Source
from xltargets.consolidate.inbox.opening import on_disk, submission_of
from xltargets.errors import Error
from xltargets.excel.parts import Limits
from xltargets.rules.language.similar import plain
from xltargets.submission.model import Submission
from xltargets.submission.registers import code_key


@dataclass(frozen=True)
class LastYear:
    """Where the units' submissions of last year are.

    Attributes:
        files: by what a unit is known by (see :func:`known_by`), in the order in which they are to be put together.
        digest: of all that they hold.
    """

    files: Mapping[str, tuple[Source, ...]]
    digest: str

    def document(self, submission: Submission, limits: Limits | None = None) -> dict[str, Any] | None:
        """Last year's document of the unit that a submission is from, its parts in one; None where there is none.

        Raises:
            Error: when it cannot be read.
        """
        unit = submission.document.get("unit")
        keys = known_by(unit.get("code"), unit.get("name")) if isinstance(unit, dict) else []
        sources = next((self.files[key] for key in keys if key in self.files), ())
        parts = [part for source in sources if (part := _document(source, submission, limits)) is not None]
        if not parts:
            return None
        lists = [found for part in parts if isinstance(found := part.get("projects"), list)]
        return {**parts[0], "projects": list(chain.from_iterable(lists))}


def known_by(code: object, name: object) -> list[str]:
    """What a unit is found by in another year: its code, else its name."""
    return [key for key in (code_key(code), plain(name)) if key]


def _document(source: Source, submission: Submission, limits: Limits | None) -> dict[str, Any] | None:
    try:
        with on_disk(source) as file:
            found = submission_of(file, submission.form, limits, any_version=True)
    except (Error, OSError) as error:
        said = error.message if isinstance(error, Error) else error.strerror or error
        raise Error(f"上年的申报表“{source.name}”读不了（{said}），没有与上年比对；请改正后再汇总") from error
    return found.document if found else None
