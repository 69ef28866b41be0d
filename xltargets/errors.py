"""The one error that xltargets raises for bad input.

Every refusal is an :class:`Error`: one Chinese sentence which says what is wrong and what to do, with the file, the
sheet and the cell it speaks of as attributes. Whatever else escapes from this package is a bug of ours.
"""

from __future__ import annotations

import os


class Error(Exception):
    """Something a user can put right.

    Args:
        message: one Chinese sentence: what is wrong and what to do.
        file: the file it speaks of, if any.
        sheet: the name of the sheet, if any.
        cell: the address of the cell in A1 notation, if any.
    """

    def __init__(
        self,
        message: str,
        *,
        file: str | os.PathLike[str] | None = None,
        sheet: str | None = None,
        cell: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.file = None if file is None else os.fspath(file)
        self.sheet = sheet
        self.cell = cell

    def __str__(self) -> str:
        """The message led by the place it speaks of: ``file [sheet!cell]：message``."""
        place = "!".join(part for part in (self.sheet, self.cell) if part)
        where = " ".join(part for part in (self.file, f"[{place}]" if place else None) if part)
        return f"{where}：{self.message}" if where else self.message

    def __reduce__(self) -> tuple[object, ...]:
        """Keep the attributes when the error crosses a process boundary."""
        return _rebuild, (type(self), self.message, self.file, self.sheet, self.cell)


def _rebuild(cls: type[Error], message: str, file: str | None, sheet: str | None, cell: str | None) -> Error:
    return cls(message, file=file, sheet=sheet, cell=cell)
