"""The folder that goes back to the units, as it stands: what in it is ours, and what a person has made of it since.

A file of it lists our copies: what each depended on, and the digest of what we wrote. So a second run leaves alone what is
up to date, takes away what no longer holds, and knows a copy in which somebody worked: that is never written over nor taken
away, but put aside under another name. A copy is noted before it is written, so that a run that is killed leaves none that
nobody knows.
"""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from xltargets.consolidate.back.letter import NAME
from xltargets.consolidate.inbox.discover import OURS
from xltargets.errors import Error
from xltargets.excel.files import replace_file

#: Copies that are about to be written, a line each.
_JOURNAL = f"{OURS}-journal"


class Copy(NamedTuple):
    """A copy of ours: what it depended on, and the SHA-256 of what was written; None where that is not known."""

    print: str
    digest: str | None


class Shelf:
    """The folder during one run.

    Args:
        folder: it is made when missing.

    Raises:
        Error: when the folder cannot be made or written to.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._before = self._listed()
            self._journal = open(folder / _JOURNAL, "a", 1, "utf-8", "replace")
        except OSError as error:
            message = f"建立不了退回用的文件夹，或不能写入（{error.strerror or error}）；请换一个位置"
            raise Error(message, file=folder) from error
        self._now: dict[str, Copy] = {}
        self.set_aside: list[Path] = []
        if not (folder / OURS).exists():
            self._write({})

    def _listed(self) -> dict[str, Copy]:
        found: object = {}
        with suppress(OSError, ValueError):
            found = json.loads((self.folder / OURS).read_text("utf-8"))
        copies: dict[str, Copy] = {}
        for key, one in found.items() if isinstance(found, dict) else ():
            match one:  # a person may have edited it
                case [str(print), str() | None as digest]:
                    copies[key] = Copy(print, digest)
        with suppress(OSError, ValueError):
            for line in (self.folder / _JOURNAL).read_text("utf-8").splitlines():
                copies[str(json.loads(line))] = Copy("", None)
        return copies

    def is_current(self, key: str, print: str, witness: Path) -> bool:
        """Whether a copy is there that depended on the same; it is ours from now on."""
        if key in self._before and self._before[key].print == print and witness.exists():
            self._now[key] = self._before[key]
            return True
        return False

    def make_room(self, key: str, print: str) -> None:
        """Note that a copy is about to be written; one in which a person worked is put aside.

        Raises:
            Error: when it cannot be, as where the person has it open.
        """
        self._journal.write(json.dumps(key, ensure_ascii=False) + "\n")
        self._put_aside(key)
        self._now[key] = Copy(print, None)

    def written(self, key: str, digest: str) -> None:
        """Note that a copy was written."""
        self._now[key] = Copy(self._now[key].print, digest)

    def failed(self, key: str) -> None:
        """Note that it was not."""
        self._now.pop(key, None)

    def keep(self, key: str) -> None:
        """Note that a copy stays as it was, for now."""
        self._now[key] = self._before.get(key, Copy("", ""))._replace(print="")

    def close(self) -> list[Error]:
        """Take away what no longer holds, and list what is ours now; what could not be taken away, for now."""
        stuck = []
        for key in self._before.keys() - self._now.keys():
            try:
                self._take_away(key)
            except Error as error:
                self.keep(key)
                stuck.append(error)
        self._write(self._now)
        self._journal.close()
        with suppress(OSError):  # Windows keeps it for another run that has it open
            (self.folder / _JOURNAL).unlink()
        return stuck

    def _write(self, copies: dict[str, Copy]) -> None:
        content = json.dumps(copies, ensure_ascii=False, indent=0, sort_keys=True).encode("utf-8", "replace")
        replace_file(self.folder / OURS, lambda file: file.write(content))

    def _take_away(self, key: str) -> None:
        """Remove a copy of ours that no longer holds, its letter, and the unit's folder if that is empty then."""
        path = Path(os.path.normpath(self.folder / key))
        if len(Path(key).parts) != 3 or not path.is_relative_to(os.path.normpath(self.folder)):
            return
        self._put_aside(key)
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise _in_use(path) from error
        with suppress(OSError):
            letter_of(path).unlink(missing_ok=True)
            path.parent.rmdir()

    def _put_aside(self, key: str) -> None:
        """Rename what stands in the place of a copy, where it is not what we wrote."""
        path = self.folder / key
        known = self._before.get(key, Copy("", "")).digest
        try:
            if known is None or not path.is_file() or digest_of(path) == known:
                return
            for number in range(1, 1_000):
                aside = path.with_name(f"{path.stem}（有人改过{number if number > 1 else ''}）{path.suffix}")
                if not aside.exists():
                    path.rename(aside)
                    self.set_aside.append(aside)
                    return
        except OSError as error:
            raise _in_use(path) from error


def _in_use(path: Path) -> Error:
    return Error("这份退回的文件动不了，可能正开着；没有更新，请关闭它后再运行一次", file=path)


def letter_of(copy: Path) -> Path:
    """The letter that lies beside a copy."""
    return copy.with_name(f"{copy.stem}_{NAME}")


def digest_of(path: Path) -> str:
    """The SHA-256 of a file."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
