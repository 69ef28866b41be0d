"""The folder that goes back to the units: each workbook annotated, with a letter; what is sound apart from what is not.

::

    退回/286001_县信访局/申报表.xlsx      with notes in the cells
    退回/286001_县信访局/修改意见.html
    通过/286002_县接访中心/申报表.xlsx

What was handed in is only read. What the folder holds of ours is listed in a file of it, so that a second run leaves alone
what is up to date, and takes away what no longer holds: a unit's copy in 退回 once it passes.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import unicodedata
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, NamedTuple

from xltargets.consolidate.crossing import Crossing
from xltargets.consolidate.discover import OURS, WORKBOOKS, Source
from xltargets.consolidate.letter import NAME, letter
from xltargets.consolidate.mapping import IN_THIS_PROCESS, Work, each
from xltargets.consolidate.onefile import FOREIGN, READ, does_count
from xltargets.consolidate.store import Listed, Store
from xltargets.consolidate.zipped import unpacked
from xltargets.errors import Error
from xltargets.excel.files import replace_file
from xltargets.notes import annotate
from xltargets.rules.finding import Finding, Severity

BACK, PASSED = "退回", "通过"
_MOST = 80
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)")


class Errand(NamedTuple):
    """One file to write back.

    Attributes:
        source: what was handed in.
        copy: where its copy goes.
        findings: what its notes say.
        letter: the letter beside it; empty for none.
        readable: whether it can be annotated; otherwise it is copied as it is.
        print: what copy and letter depend on.
    """

    source: Source
    copy: str
    findings: tuple[Finding, ...]
    letter: str
    readable: bool
    print: str


@dataclass
class GivenBack:
    """What became of the folder.

    Attributes:
        back, passed: numbers of files in 退回 and 通过.
        errors: files that could not be written back, with why.
    """

    back: int = 0
    passed: int = 0
    errors: list[Error] = field(default_factory=list)


def give_back(
    store: Store,
    crossing: Crossing,
    folder: Path,
    work: Work = IN_THIS_PROCESS,
    worst: Severity = Severity.ERROR,
) -> GivenBack:
    """Write every file of a run back.

    Args:
        store: the run.
        crossing: what the comparison of units found.
        folder: where 退回 and 通过 go; it is made when missing.
        work: where the work is done.
        worst: a finding as bad as this sends a file back.

    Raises:
        Error: when the folder cannot be made.
    """
    before = _opened(folder)
    given = GivenBack()
    now: dict[str, str] = {}
    errands = (
        errand for errand in _errands(store, crossing, folder, worst) if _is_due(errand, before, now, given)
    )
    for errand, answer in each(run_errand, errands, work):
        if isinstance(answer, Exception):
            given.errors.append(
                Error(getattr(answer, "message", None) or f"没有写回（{answer}）", file=errand.source.name)
            )
            now.pop(errand.copy, None)
    for copy in before.keys() - now.keys():
        _take_away(folder, copy)
    _write(
        folder / OURS,
        json.dumps(now, ensure_ascii=False, indent=0, sort_keys=True).encode("utf-8", "replace"),
    )
    return given


def _opened(folder: Path) -> dict[str, str]:
    """What of the folder is ours: copy → what it depended on."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Error(
            f"建立不了退回用的文件夹（{error.strerror or error}）；请换一个位置", file=folder
        ) from error
    try:
        found = json.loads((folder / OURS).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}


def _errands(store: Store, crossing: Crossing, folder: Path, worst: Severity) -> Iterator[Errand]:
    names = _Names()
    for file in store.listed("status <> ?", (FOREIGN,)):
        findings = [*(store.result(file).findings if file.status == READ else ()), *crossing.of(file.number)]
        open_ones = [finding for finding in findings if does_count(finding)]
        passed = file.status == READ and all(finding.severity.rank > worst.rank for finding in open_ones)
        copy = names.of(file, PASSED if passed else BACK)
        unreadable = "" if file.status == READ else file.message
        text = letter(file.name or "", _base(file.file), findings, passed, unreadable)
        if passed and not open_ones:
            text = ""
        source = Source(file.disk, file.member, file.file)
        readable = file.status == READ and copy.lower().endswith(WORKBOOKS)
        digest = hashlib.sha256(repr((file.digest, findings, text)).encode("utf-8", "replace")).hexdigest()
        yield Errand(source, str(folder / copy), tuple(findings), text, readable, digest)


def _is_due(errand: Errand, before: dict[str, str], now: dict[str, str], given: GivenBack) -> bool:
    """Count an errand; whether it has to be run."""
    if f"{os.sep}{PASSED}{os.sep}" in errand.copy:
        given.passed += 1
    else:
        given.back += 1
    now[errand.copy] = errand.print
    return before.get(errand.copy) != errand.print or not os.path.exists(errand.copy)


def run_errand(errand: Errand) -> None:
    """Write one copy and its letter.

    Raises:
        Error: when the workbook cannot be read any more, or the copy not be written.
    """
    copy = Path(errand.copy)
    copy.parent.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        path = errand.source.path
        if errand.source.member is not None:
            path = stack.enter_context(unpacked(path, errand.source.member, copy.suffix))
        if errand.readable:
            annotate(path, copy, errand.findings)
        elif os.path.isfile(path):
            with open(path, "rb") as stream:
                replace_file(copy, lambda file: shutil.copyfileobj(stream, file))
    sheet = letter_of(copy)
    if errand.letter:
        _write(sheet, errand.letter.encode("utf-8", "replace"))
    else:
        sheet.unlink(missing_ok=True)


def letter_of(copy: Path) -> Path:
    """The letter that lies beside a copy."""
    return copy.with_name(f"{copy.stem}_{NAME}")


def _write(path: Path, content: bytes) -> None:
    def fill(file: BinaryIO) -> None:
        file.write(content)

    replace_file(path, fill)


def _take_away(folder: Path, copy: str) -> None:
    """Remove a copy of ours that no longer holds, its letter, and the unit's folder if that is empty then."""
    path = Path(os.path.normpath(copy))
    if not path.is_relative_to(os.path.normpath(folder)) or path.parent.parent.name not in (BACK, PASSED):
        return
    with suppress(OSError):
        path.unlink(missing_ok=True)
        letter_of(path).unlink(missing_ok=True)
        path.parent.rmdir()


# --- names --------------------------------------------------------------------------------------------


class _Names:
    """Names of copies, none given twice, whatever units call themselves."""

    def __init__(self) -> None:
        self._given: set[str] = set()

    def of(self, file: Listed, where: str) -> str:
        """The path of a file's copy within the folder."""
        code, name = file.unit, file.name
        unit = "_".join(part for part in (code, name) if part) or "未填单位"
        stem, suffix = os.path.splitext(_base(file.file))
        base = os.path.join(where, safe_name(unit))
        for number in range(1, 1_000_000):
            found = os.path.join(
                base, safe_name(stem if number == 1 else f"{stem}（{number}）") + suffix.lower()
            )
            if found.casefold() not in self._given:
                self._given.add(found.casefold())
                return found
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
