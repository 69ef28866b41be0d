"""报送情况: who has handed in, who has not, what came twice or late, what could not be read and why."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from xltargets.consolidate.drawing.plans import Column, SheetPlan
from xltargets.consolidate.fold import units_of
from xltargets.consolidate.inbox.onefile import FOREIGN, READ
from xltargets.consolidate.store import Listed, Store

TITLE = "报送情况"
#: Unit code → row by column label, as :func:`xltargets.submission.registers.load_roster` gives it.
Roster = Mapping[str, Mapping[str, Any]]

IN, MISSING, UNREADABLE, EXTRA, NAMELESS = "已报送", "未报送", "无法读取", "名录外", "未填编码"

_COLUMNS = (
    ("#number", "序号", "count", 6), ("unit.code", "单位编码", "code", 10), ("unit.name", "单位名称", "text", 26),
    ("#department", "部门", "text", 20), ("#state", "报送情况", "word", 10), ("#files", "份数", "count", 7),
    ("#file", "采用的文件", "link", 32), ("#modified", "文件时间", "date", 17), ("#late", "是否逾期", "word", 9),
    ("#note", "说明", "text", 60),
)  # fmt: skip


class Line(NamedTuple):
    """One row: a unit, or a file that tells no unit."""

    code: str | None
    name: str | None
    department: str | None
    state: str
    files: tuple[Listed, ...]

    @property
    def taken(self) -> Listed | None:
        """The file that counts: the newest of those that are taken."""
        if len(self.files) == 1:
            return self.files[0]
        taken = [file for file in self.files if file.taken] or list(self.files)
        return max(taken, key=lambda file: (file.modified, file.number), default=None)


@dataclass(frozen=True)
class Deadline:
    """Until when files had to be handed in, local time; None asks nothing."""

    moment: datetime | None = None

    def missed(self, file: Listed) -> bool:
        """Whether the file was last changed later."""
        return self.moment is not None and file.modified > self.moment.timestamp() * 10**9


def received_sheet(roster: Roster | None, deadline: Deadline) -> SheetPlan:
    """The columns; that of the department only with a roster that has it, that of lateness only with a deadline."""
    left_out = set()
    if not any(row.get("部门名称") for row in (roster or {}).values()):
        left_out.add("#department")
    if deadline.moment is None:
        left_out.add("#late")
    return SheetPlan(TITLE, tuple(Column(*_as_column(one)) for one in _COLUMNS if one[0] not in left_out))


def _as_column(one: tuple[str, str, str, int]) -> tuple[str, str, str, str, float]:
    key, label, kind, width = one
    return key, label, "", kind, float(width)


def special_of(line: Line, deadline: Deadline) -> dict[str, Any]:
    """A row's values by key of column; the file as its name."""
    taken = line.taken
    return {
        "unit.code": line.code, "unit.name": line.name, "#department": line.department, "#state": line.state,
        "#files": len(line.files) or None, "#file": taken.file if taken else None,
        "#modified": _moment(taken.modified) if taken and taken.modified else None,
        "#late": "逾期" if taken and deadline.missed(taken) else None, "#note": _note(line) or None,
    }  # fmt: skip


def lines(store: Store, roster: Roster | None) -> Iterator[Line]:
    """Units in the order of their codes, those of the roster and those received; then what tells no unit."""
    expected = {code: row for code, row in sorted((roster or {}).items()) if not _is_sum(code)}
    unreadable = _unreadable_by_unit(store, expected)
    nameless: list[Line] = []
    waiting = iter(expected)
    upcoming = next(waiting, None)
    for files in units_of(store):
        files = [file for file in files if file.status == READ]
        if not files:
            continue
        code = files[0].unit
        if code is None:
            nameless.append(_line(None, files, expected, NAMELESS))
            continue
        while upcoming is not None and upcoming < code:
            yield _absent(upcoming, expected, unreadable)
            upcoming = next(waiting, None)
        if upcoming == code:
            upcoming = next(waiting, None)
        state = IN if roster is None or code in expected else EXTRA
        yield _line(code, [*files, *unreadable.pop(code, ())], expected, state)
    while upcoming is not None:
        yield _absent(upcoming, expected, unreadable)
        upcoming = next(waiting, None)
    yield from nameless
    for file in unreadable.pop("", ()):
        yield Line(None, None, None, UNREADABLE, (file,))


def _is_sum(code: str) -> bool:
    """The roster's rows of departments (3 digits) and the one that sums up are no units."""
    return len(code) == 3 or code == "合计"


def _absent(code: str, roster: Roster, unreadable: dict[str, list[Listed]]) -> Line:
    files = unreadable.pop(code, [])
    return _line(code, files, roster, UNREADABLE if files else MISSING)


def _line(code: str | None, files: list[Listed], roster: Roster, state: str) -> Line:
    row = roster.get(code or "", {})
    name = next((file.name for file in files if file.name), None)
    return Line(code, row.get("单位名称") or name, row.get("部门名称"), state, tuple(files))


def _unreadable_by_unit(store: Store, roster: Roster) -> dict[str, list[Listed]]:
    """Files that could not be read, by the unit that their name speaks of; "" where there is none."""
    found: dict[str, list[Listed]] = {}
    for file in store.listed("status NOT IN (?, ?)", (READ, FOREIGN), "number"):
        found.setdefault(unit_in_name(file.file, roster), []).append(file)
    return found


def unit_in_name(file: str, roster: Roster) -> str:
    """The roster's unit whose code or name is in a file's name; "" where there is none."""
    stem = os.path.basename(file.replace("\\", "/"))
    code = next((code for code in re.findall(r"\d{6}", stem) if code in roster), None)
    named = (code for code, row in roster.items() if row.get("单位名称") and str(row["单位名称"]) in stem)
    return code or next((code for code in named if not _is_sum(code)), "")


def _note(line: Line) -> str:
    said = []
    replaced = [file for file in line.files if file.status == READ and file.replaced is not None]
    if replaced:
        said.append(f"重复报送，采用最新的一份；未采用：{_names(replaced)}")
    taken = [file for file in line.files if file.taken]
    if len(taken) > 1:
        said.append(f"分{len(taken)}个文件报送：{_names(taken)}")
    said += [f"{_name(file)}：{file.message}" for file in line.files if file.status not in (READ, FOREIGN)]
    if line.state == EXTRA:
        said.append("单位名录中没有这个编码")
    if line.state == NAMELESS:
        said.append("申报表没有填写单位编码")
    return "；".join(said)


def _names(files: list[Listed]) -> str:
    shown = "、".join(map(_name, files[:5]))
    return f"{shown}等{len(files)}份" if len(files) > 5 else shown


def _name(file: Listed) -> str:
    return os.path.basename(file.file.replace("\\", "/"))


def _moment(nanoseconds: int) -> str:
    return f"{datetime.fromtimestamp(nanoseconds // 10**9):%Y-%m-%d %H:%M}"
