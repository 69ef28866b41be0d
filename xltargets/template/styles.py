"""How the form looks: fonts, borders, tints and number formats of every kind of cell.

宋体 for the form's own words, 仿宋 for what is filled in, 方正小标宋简体 for titles, as official papers have
them (GB/T 9704—2012). A machine without one of them falls back on its own serif for the Chinese character
set, which ``charset`` and ``family`` name. Only features which WPS reads as well.

No sheet is protected: protection would forbid copying a project sheet into another workbook, merging level
cells and inserting rows freely. Cells are marked as locked or open, so that a bureau may switch protection
on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from xltargets.submission.form import Field
from xltargets.template.plan import Role

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format

#: Light yellow, the one tint of cells to be filled in; the form is printed in black and white, without it.
INPUT_TINT = "#FFF9DB"
LABEL_TINT = "#F2F2F2"
#: 宋体 11 as a Chinese Excel has it: a column of 72 pixels, a row of 18.
WORKBOOK_OPTIONS: Mapping[str, Any] = {
    "in_memory": True,
    "default_format_properties": {
        "font_name": "宋体", "font_size": 11, "font_charset": 134, "font_family": 3, "font_scheme": "none",
    },
    "default_column_width": 72,
    "default_row_height": 18,
}  # fmt: skip
#: Font size that keeps an empty row at a comfortable height while its height still follows its content.
SPACER_SIZE = 20

#: Excel's own formats by number: 0, #,##0.00 and @.
_INTEGER, _MONEY, _TEXT = 1, 4, 49

_CHINESE = {"font_charset": 134, "font_family": 1, "valign": "vcenter"}
_BODY = {**_CHINESE, "font_name": "宋体", "font_size": 10.5}
_BOXED = {"border": 1, "text_wrap": True}
_TITLE = {**_CHINESE, "font_name": "方正小标宋简体", "font_size": 18, "align": "center", "text_wrap": True}
_LABEL = {**_BODY, **_BOXED, "align": "center", "bg_color": LABEL_TINT}
_FILLED = {
    **_CHINESE, **_BOXED, "font_name": "仿宋", "font_size": 10.5, "bg_color": INPUT_TINT, "locked": False,
}  # fmt: skip

STYLES: Mapping[str, Mapping[str, Any]] = {
    "title": _TITLE,
    "label": _LABEL,
    "heading": {**_LABEL, "bold": True},
    "caption": {**_BODY, "align": "left"},
    "caption right": {**_BODY, "align": "right"},
    "money": {**_FILLED, "align": "right", "indent": 1, "num_format": _MONEY},
    # General, not a format of our own: then Excel shows 30% as such when somebody types it so.
    "number": {**_FILLED, "align": "center"},
    "integer": {**_FILLED, "align": "left", "indent": 1, "num_format": _INTEGER},
    "date": {**_FILLED, "align": "center", "num_format": "yyyy-mm-dd"},
    "code": {**_FILLED, "align": "left", "indent": 1, "num_format": _TEXT},
    "word": {**_FILLED, "align": "center", "num_format": _TEXT},
    "text": {**_FILLED, "align": "left", "indent": 1, "num_format": _TEXT},
    # Not "@": older Excel shows ##### for more than 255 characters there.
    "long": {**_FILLED, "align": "left", "indent": 1},
    "spacer": {"font_size": SPACER_SIZE},
    "help": {**_BODY, "align": "left", "valign": "top", "text_wrap": True},
    "help number": {**_BODY, "align": "right", "valign": "top", "num_format": "0\".\""},
    "sample": {**_FILLED, "align": "center"},
    "help heading": {**_BODY, "bold": True, "align": "left"},
    "option": {**_BODY},
    "option heading": {**_BODY, "bold": True},
    "check": {**_BODY, "align": "left", "text_wrap": True, "font_color": "#595959"},
    "check heading": {**_BODY, "align": "left", "font_color": "#7F7F7F"},
    "check status": {**_BODY, "align": "left", "bold": True, "font_size": 12, "text_wrap": True},
    "check result": {"font_color": "#7F7F7F"},
    "check count": {**_BODY, "border": 1, "align": "center"},
    "tint": {"bg_color": "#FFC7CE"},
    "fine": {"font_color": "#2E7D32"},
    "bad": {"font_color": "#C00000"},
    "poor": {"font_color": "#9C5700"},
    "hint": {"font_color": "#1F5FA8"},
}  # fmt: skip

#: Texts of several sentences, by the last word of their name.
_LONG = frozenset({"overall_target", "itemised_targets", "safeguards", "purpose", "target", "reason"})
#: Texts of a word or two, which stand in the middle.
_WORDS = frozenset({"level1", "level2", "value", "rule", "approver"})


class Styles:
    """The formats of one workbook, made when first asked for."""

    def __init__(self, workbook: Workbook) -> None:
        self._workbook = workbook
        self._made: dict[str, Format] = {}

    def __getitem__(self, style: str) -> Format:
        if style not in self._made:
            self._made[style] = self._workbook.add_format(dict(STYLES[style]))
        return self._made[style]


def style_of(role: Role, field: Field | None) -> str:
    """The style of a box: by its role, and for a cell to be filled in by its field."""
    if role is not Role.INPUT or field is None:
        return role.value
    if field.type == "text":
        last = field.dotted.rpartition(".")[2]
        return "code" if field.code else "long" if last in _LONG else "word" if last in _WORDS else "text"
    if field.type == "number":
        return "money" if field.decimals is not None else "number"
    return field.type
