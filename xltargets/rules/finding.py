"""What a rule says of a document."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Severity(StrEnum):
    """How bad a finding is; compares from worst to least: ``ERROR < WARNING < HINT`` in :attr:`rank`."""

    ERROR = "error"
    WARNING = "warning"
    HINT = "hint"

    @property
    def rank(self) -> int:
        """0 for an error, 1 for a warning, 2 for a hint."""
        return list(Severity).index(self)

    @property
    def label(self) -> str:
        """错误, 警告 or 提示."""
        return {"error": "错误", "warning": "警告", "hint": "提示"}[self.value]


ERROR, WARNING, HINT = Severity.ERROR, Severity.WARNING, Severity.HINT


class Finding(NamedTuple):
    """One rule, at one place of a document.

    Attributes:
        rule: the rule's permanent id.
        severity: as the configuration has it.
        pointer: JSON Pointer into the document.
        message: Chinese: what was found, what was expected, what to do.
        field: the official label of what the pointer leads to.
        file, sheet, cell: where that stands; None when it is not known.
        related: the pointer and rule of the finding that this one follows from (``X04 /projects/1``), if any.
        waived: why the workbook's own list of waivers lets it pass, if it does.
    """

    rule: str
    severity: Severity
    pointer: str
    message: str
    field: str = ""
    file: str | None = None
    sheet: str | None = None
    cell: str | None = None
    related: str | None = None
    waived: str | None = None

    def as_json(self) -> dict[str, str | None]:
        """The finding as a JSON object; ``related`` and ``waived`` only where there is something to say."""
        found: dict[str, str | None] = {
            "rule": self.rule,
            "severity": self.severity.value,
            "file": self.file,
            "pointer": self.pointer,
            "sheet": self.sheet,
            "cell": self.cell,
            "field": self.field,
            "message": self.message,
        }
        for key in ("related", "waived"):
            if getattr(self, key) is not None:
                found[key] = getattr(self, key)
        return found
