"""Consolidation: many filled forms into one summary, from one bureau's folder to a country's.

>>> result = consolidate(["报送"], "汇总.xlsx")  # doctest: +SKIP
"""

from __future__ import annotations

from xltargets.consolidate.drawing.choice import Choice
from xltargets.consolidate.fold import Progress
from xltargets.consolidate.inbox.discover import Exclude, Source, discover
from xltargets.consolidate.inbox.onefile import FileResult, Reading, process
from xltargets.consolidate.mapping import Work
from xltargets.consolidate.run import Options, Result, consolidate, tables
from xltargets.consolidate.store import default_cache
from xltargets.consolidate.survey import Totals
from xltargets.consolidate.watching import LogFile, Patience, Watch
from xltargets.consolidate.workbook.received import Deadline
from xltargets.consolidate.workbook.summary import SummaryOptions

__all__ = [
    "Choice",
    "Deadline",
    "Exclude",
    "FileResult",
    "LogFile",
    "Options",
    "Patience",
    "Progress",
    "Reading",
    "Result",
    "Source",
    "SummaryOptions",
    "Totals",
    "Watch",
    "Work",
    "consolidate",
    "default_cache",
    "discover",
    "process",
    "tables",
]
