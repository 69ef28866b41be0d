"""What a sheet of the summary is: its title and its columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xltargets.consolidate.drawing.layout import Row, Table

#: Sheets that no table of the form gives its title.
OVERALL, FINDINGS = "部门整体目标", "问题清单"

#: Fields of the root that stand beside the unit's code.
UNIT = "unit."

#: Columns that are no field: what they are called, how they are shown, how wide they are at least.
SPECIAL: Mapping[str, tuple[str, str, float]] = {
    "#number": ("序号", "count", 6), "#file": ("文件", "link", 24), "#files": ("报送文件数", "count", 8),
    "#rows": ("项目个数", "count", 8), "#error": ("错误", "count", 7), "#warning": ("警告", "count", 7),
    "#hint": ("提示", "count", 7), "#severity": ("级别", "word", 7), "#rule": ("规则", "word", 7),
    "#field": ("填报内容", "text", 16), "#message": ("问题及改法", "text", 60), "#sheet": ("工作表", "text", 17),
    "#cell": ("单元格", "link", 9), "#remark": ("备注", "text", 14),
}  # fmt: skip

#: What a row of findings says of the finding itself, in this order.
FINDING_KEYS = ("#severity", "#rule", "#field", "#message", "#sheet", "#cell", "#remark")

#: Kinds of columns whose text takes several lines.
WRAPPED = ("text", "word", "link")


@dataclass(frozen=True)
class Column:
    """One column of a sheet.

    Attributes:
        key: the field's path in words (``projects.budget.total``), or a word of :data:`SPECIAL`.
        label, group: what stands above it: its own title, and that of the group it belongs to.
        kind: ``text``, ``word`` (short, centred), ``code``, ``money``, ``number``, ``count``, ``date`` or ``link``.
        width: in half-width characters.
        level: which row it is taken from: 0 the root, 1 the item, 2 an item within it …; -1 for a special one.
        index: its number in that row.
        totalled: whether sums are made of it.
    """

    key: str
    label: str
    group: str
    kind: str
    width: float
    level: int = -1
    index: int = 0
    totalled: bool = False

    def pick(self, chain: Sequence[Row]) -> Any:
        """Its value in a row, given with the rows around it, outermost first."""
        return chain[self.level][self.index + 1]


@dataclass(frozen=True)
class SheetPlan:
    """A sheet of rows: its title and columns.

    Attributes:
        tables: the table whose rows it has, after the tables around it, outermost first; none when worked out otherwise.
    """

    title: str
    columns: tuple[Column, ...]
    tables: tuple[Table, ...] = ()

    @property
    def table(self) -> Table | None:
        """The table whose rows it has."""
        return self.tables[-1] if self.tables else None

    @property
    def labels(self) -> list[str]:
        """A name for each column that no other has: where titles repeat, the group leads."""
        labels = [column.label for column in self.columns]
        return [
            f"{column.group}：{column.label}"
            if column.group and labels.count(column.label) > 1
            else column.label
            for column in self.columns
        ]
