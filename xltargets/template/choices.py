"""The drop-down lists of 一级指标 and 二级指标, and the hidden sheet that holds them.

The second list depends on the first level in force in its row: the nearest one above, as with vertically
merged cells only the first row of a group has a text. Lists are referred to directly, not by names, because
the names of the workbook are the schema's paths and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping

OPTIONS_SHEET = "选项"

#: 财预〔2015〕88号 and 财预〔2021〕101号; both are in use, so the lists offer what either has.
FRAMES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "2015": {
        "产出指标": ("数量指标", "质量指标", "时效指标", "成本指标"),
        "效益指标": ("经济效益指标", "社会效益指标", "生态效益指标", "可持续影响指标"),
        "满意度指标": ("服务对象满意度指标",),
    },
    "2021": {
        "产出指标": ("数量指标", "质量指标", "时效指标"),
        "成本指标": ("经济成本指标", "社会成本指标", "生态环境成本指标"),
        "效益指标": ("经济效益指标", "社会效益指标", "生态效益指标"),
        "满意度指标": ("服务对象满意度指标",),
    },
}
LEVEL1, LEVEL2 = "project.indicators.level1", "project.indicators.level2"


def choices() -> dict[str, list[str]]:
    """First level → second levels of all frames, each once, in the order of the regulations."""
    order = ("产出指标", "成本指标", "效益指标", "满意度指标")
    return {
        first: list(dict.fromkeys(second for frame in FRAMES.values() for second in frame.get(first, ())))
        for first in order
    }


def option_columns(heading: str) -> list[tuple[str, list[str]]]:
    """Columns of the hidden sheet: the first levels, then the second levels of each.

    The second column has the heading of the table's own column and every second level: a row with no first
    level above it finds the heading, and with it the whole list.
    """
    lists = choices()
    every = list(dict.fromkeys(second for seconds in lists.values() for second in seconds))
    return [("", list(lists)), (heading, every), *lists.items()]


def level1_source() -> str:
    """Formula of the list of first levels."""
    return f"={OPTIONS_SHEET}!$A$3:$A${2 + len(choices())}"


def level2_source(column: str, heading_row: int) -> str:
    """Formula of the list of second levels, for the first row below the heading.

    Args:
        column: letters of the column of first levels.
        heading_row: number of the heading row, from 1.

    ``LOOKUP(2,1/(…<>""),…)`` is the last text of the column down to this row, in Excel, WPS and LibreOffice
    alike. Row 2 of the hidden sheet has the length of each list. A first level without the word 指标 is
    found as well; an unknown one gets every second level.
    """
    last = chr(ord("B") + len(choices()))
    above = f"${column}${heading_row}:${column}{heading_row + 1}"
    place = f'IFERROR(MATCH(LOOKUP(2,1/({above}<>""),{above})&"*",{OPTIONS_SHEET}!$B$1:${last}$1,0),1)'
    return f"=OFFSET({OPTIONS_SHEET}!$A$3,0,{place},INDEX({OPTIONS_SHEET}!$B$2:${last}$2,{place}),1)"
