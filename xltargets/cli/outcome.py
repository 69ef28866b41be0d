"""What became of a file that was judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from xltargets.rules.finding import Finding

if TYPE_CHECKING:
    from xltargets.rules.engine import Failure
    from xltargets.submission.model import Submission


@dataclass
class Outcome:
    """What became of one file: findings, or why it could not be read."""

    file: str
    findings: list[Finding] = field(default_factory=list)
    error: str | None = None
    failures: Sequence[Failure] = ()
    submission: Submission | None = None

    @property
    def status(self) -> str:
        """``ok``, ``findings`` or ``error``."""
        if self.error is not None or self.failures:
            return "error"
        return "findings" if self.findings else "ok"

    def without_document(self) -> Outcome:
        """The outcome as it is kept while many files are checked: the document may be large."""
        return replace(self, submission=None)
