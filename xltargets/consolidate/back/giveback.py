"""The folder that goes back to the units: each workbook annotated, with a letter; what is sound apart from what is not.

::

    退回/286001_县信访局/申报表.xlsx      with notes in the cells
    退回/286001_县信访局/申报表_修改意见.html
    通过/286002_县接访中心/申报表.xlsx
    未采用/286001_县信访局/申报表旧.xlsx   as it was handed in: the unit handed in a newer one

What was handed in is only read. What the folder holds of ours is listed in a file of it, so that a second run leaves alone
what is up to date, and takes away what no longer holds: a unit's copy in 退回 once it passes.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from xltargets.consolidate.back.letter import Matter, letter
from xltargets.consolidate.back.shelf import Shelf, digest_of, letter_of
from xltargets.consolidate.crossing import Crossing
from xltargets.consolidate.inbox.discover import Source
from xltargets.consolidate.inbox.onefile import FOREIGN, READ, does_count
from xltargets.consolidate.inbox.zipped import unpacked
from xltargets.consolidate.mapping import IN_THIS_PROCESS, Work, each
from xltargets.consolidate.store import Listed, Store
from xltargets.consolidate.workbook.received import unit_in_name
from xltargets.errors import Error
from xltargets.excel.files import WORKBOOKS, replace_file
from xltargets.notes import annotate
from xltargets.rules.finding import Finding, Severity

BACK, PASSED, UNUSED = "退回", "通过", "未采用"
_MOST = 80
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)")


@dataclass(frozen=True)
class Return:
    """What goes back, and where.

    Attributes:
        folder: where 退回, 通过 and 未采用 go; it is made when missing.
        worst: a finding as bad as this sends a file back.
        roster: the units, so that a file that nobody can read goes to the unit that its name speaks of.
    """

    folder: Path
    worst: Severity = Severity.ERROR
    roster: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


class Errand(NamedTuple):
    """One file to write back.

    Attributes:
        source: what was handed in.
        key: where its copy goes, within the folder.
        copy: the same, as a path.
        findings: what its notes say.
        letter: the letter beside it; empty for none.
        annotated: whether its copy has notes; otherwise it is as it was handed in.
        refused: whether nobody could read it, so that there may be nothing to copy.
        print: what copy and letter depend on.
    """

    source: Source
    key: str
    copy: str
    findings: tuple[Finding, ...]
    letter: str
    annotated: bool
    refused: bool
    print: str


@dataclass
class GivenBack:
    """What became of the folder.

    Attributes:
        back, passed, unused: numbers of files in 退回, 通过 and 未采用.
        errors: files that could not be written back, with why.
        notes: what else is worth saying, one Chinese sentence each.
    """

    back: int = 0
    passed: int = 0
    unused: int = 0
    errors: list[Error] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def give_back(store: Store, crossing: Crossing, wanted: Return, work: Work = IN_THIS_PROCESS) -> GivenBack:
    """Write every file of a run back.

    Args:
        store: the run.
        crossing: what the comparison of units found.
        wanted: what goes back, and where.
        work: where the work is done.

    Raises:
        Error: when the folder cannot be made.
    """
    shelf, given = Shelf(wanted.folder), GivenBack()
    due = (errand for errand in _errands(store, crossing, wanted) if _is_due(errand, shelf, given))
    for errand, answer in each(run_errand, due, work):
        if isinstance(answer, Exception):
            message = getattr(answer, "message", None) or f"没有写回（{answer}）"
            given.errors.append(Error(message, file=errand.source.name))
            shelf.failed(errand.key)
        else:
            shelf.written(errand.key, answer)
    given.errors += shelf.close()
    given.notes += [f"{path}：退回的文件被人改过，已改成这个名字保留；要报送的，请存到报送文件夹" for path in shelf.set_aside]
    return given


def _errands(store: Store, crossing: Crossing, wanted: Return) -> Iterator[Errand]:
    names = _Names(wanted.roster)
    for file in store.listed("status <> ?", (FOREIGN,)):
        newer = _newer(store, file)
        findings = () if newer else _findings(store, crossing, file)
        open_ones = [finding for finding in findings if does_count(finding)]
        passed = file.status == READ and all(finding.severity.rank > wanted.worst.rank for finding in open_ones)
        copy, unit = names.of(file, UNUSED if newer else PASSED if passed else BACK)
        annotated = file.status == READ and not newer and copy.lower().endswith(WORKBOOKS)
        unreadable = "" if file.status == READ else file.message
        matter = Matter(unit, _base(file.file), passed, annotated or file.status != READ, unreadable, newer)
        text = "" if passed and not open_ones and not newer else letter(matter, findings)
        digest = hashlib.sha256(repr((file.digest, findings, text)).encode("utf-8", "replace")).hexdigest()
        source = Source(file.disk, file.member, file.file)
        yield Errand(source, copy, str(wanted.folder / copy), findings, text, annotated, file.status != READ, digest)


def _findings(store: Store, crossing: Crossing, file: Listed) -> tuple[Finding, ...]:
    own = store.result(file).findings if file.status == READ else ()
    return (*own, *crossing.of(file.number))


def _newer(store: Store, file: Listed) -> str:
    """The name of the file that is taken in its stead; empty when it is taken itself."""
    if file.replaced is None:
        return ""
    return _base(next(store.listed("number = ?", (file.replaced,))).file)


def _is_due(errand: Errand, shelf: Shelf, given: GivenBack) -> bool:
    """Count an errand; whether it has to be run, for which there is room then."""
    where = Path(errand.key).parts[0]
    if where == PASSED:
        given.passed += 1
    elif where == UNUSED:
        given.unused += 1
    else:
        given.back += 1
    copy = Path(errand.copy)
    if shelf.is_current(errand.key, errand.print, letter_of(copy) if errand.refused else copy):
        return False
    try:
        shelf.make_room(errand.key, errand.print)
    except Error as error:
        shelf.keep(errand.key)
        given.errors.append(error)
        return False
    return True


def run_errand(errand: Errand) -> str:
    """Write one copy and its letter; the digest of the copy, empty where there was nothing to copy.

    Raises:
        Error: when the workbook cannot be read any more, or the copy not be written.
    """
    copy = Path(errand.copy)
    copy.parent.mkdir(parents=True, exist_ok=True)
    try:
        _copy(errand, copy)
    except Error:
        if not errand.refused:  # else the letter says why
            raise
    sheet = letter_of(copy)
    if errand.letter:
        replace_file(sheet, lambda file: file.write(errand.letter.encode("utf-8", "replace")))
    else:
        sheet.unlink(missing_ok=True)
    return digest_of(copy) if copy.is_file() else ""


def _copy(errand: Errand, copy: Path) -> None:
    with ExitStack() as stack:
        path = errand.source.path
        if errand.source.member is not None:
            path = stack.enter_context(unpacked(path, errand.source.member, copy.suffix))
        if errand.annotated:
            annotate(path, copy, errand.findings)
        elif os.path.isfile(path):
            with open(path, "rb") as stream:
                replace_file(copy, lambda file: shutil.copyfileobj(stream, file))


# --- names --------------------------------------------------------------------------------------------


class _Names:
    """Names of copies, none given twice (nor twice with another ending: a letter lies beside each), whatever units call
    themselves."""

    def __init__(self, roster: Mapping[str, Mapping[str, Any]]) -> None:
        self._roster = roster
        self._given: set[str] = set()

    def of(self, file: Listed, where: str) -> tuple[str, str]:
        """The path of a file's copy within the folder, and the name of the unit that it goes to."""
        code, name = file.unit, file.name or ""
        if file.status != READ:
            code = unit_in_name(file.file, self._roster) or None
            name = str(self._roster.get(code or "", {}).get("单位名称") or "")
        unit = "_".join(part for part in (code, name) if part) or "未填单位"
        stem, suffix = os.path.splitext(_base(file.file))
        base = f"{where}/{safe_name(unit)}"
        for number in range(1, 1_000_000):
            found = f"{base}/{safe_name(stem if number == 1 else f'{stem}（{number}）')}"
            if found.casefold() not in self._given:
                self._given.add(found.casefold())
                return found + suffix.lower(), name
        raise AssertionError("a million files of one name")


def _base(file: str) -> str:
    return file.replace("\\", "/").rpartition("/")[2]


def safe_name(text: str, fallback: str = "未命名") -> str:
    """A name for a file or folder on every system, however odd or ill-meant the text is.

    Separators, reserved and control characters go, as do marks that turn the direction of writing; Windows' reserved
    names get an underscore; dots and blanks at the ends go; it is cut to 80 characters.
    """
    kept = "".join(
        "_" if one in '<>:"/\\|?*' else one for one in text if unicodedata.category(one) not in _UNSEEN
    )
    kept = unicodedata.normalize("NFC", kept)[:_MOST].strip(" .\u3000")
    if _RESERVED.match(kept):
        kept = f"_{kept}"
    return kept or fallback


_UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
