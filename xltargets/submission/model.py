"""What reading a workbook gives."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from xltargets.submission.cellmap import CellMap, Location
from xltargets.submission.form import Form


class Problem(NamedTuple):
    """Something that went wrong while reading; it becomes a finding under the rule's id.

    Attributes:
        rule: id of the rule of group R (reading) or of the catalogue that speaks of it.
        pointer: JSON Pointer of the field concerned, or of the nearest thing around it.
        message: one Chinese sentence that says what to do.
        location: the cell, when it is not that of the pointer.
    """

    rule: str
    pointer: str
    message: str
    location: Location | None = None


@dataclass
class Submission:
    """One unit's filled form.

    Attributes:
        document: plain JSON; numbers are ``Decimal`` (money in 万元, percentages in percent).
        locations: JSON Pointer → cell. Empty when it was read from JSON.
        raw: JSON Pointer → what was typed, for the fields where the document has something else.
        problems: what went wrong while reading, in document order.
        file: where it came from.
        form: the form it was read by.
        unknown_names: names of the workbook that the schema lacks.
        missing_fields: names of fields that no cell carries.
    """

    document: dict[str, Any]
    form: Form
    file: str | None = None
    locations: CellMap = field(default_factory=CellMap)
    raw: dict[str, object] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    unknown_names: list[str] = field(default_factory=list)
    missing_fields: list[str] = field(default_factory=list)

    def locate(self, pointer: str) -> Location | None:
        """The cell of a pointer: its own, else that of the first field within it, else that of the nearest around it."""
        while True:
            location = self.locations.find(pointer) or self.locations.first_within(pointer)
            if location or not pointer:
                return location
            pointer = pointer.rpartition("/")[0]
