"""How a summary looks: that of an official table, black on white, to be printed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format

#: A file of the same bytes each time: nothing of the moment it was written.
WORKBOOK_OPTIONS: Mapping[str, Any] = {
    "in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
    "default_format_properties": {
        "font_name": "宋体", "font_size": 10, "font_charset": 134, "font_family": 3, "font_scheme": "none",
    },
}  # fmt: skip

_CHINESE = {"font_charset": 134, "font_family": 3, "valign": "vcenter"}
_BODY = {**_CHINESE, "font_name": "宋体", "font_size": 10, "border": 1, "border_color": "#808080"}

_KINDS: Mapping[str, Mapping[str, Any]] = {
    "text": {"align": "left", "text_wrap": True},
    "word": {"align": "center", "text_wrap": True},
    "code": {"align": "center", "num_format": "@"},
    "money": {"align": "right", "num_format": "#,##0.00"},
    "number": {"align": "center", "num_format": "General"},
    "count": {"align": "center", "num_format": "0"},
    "date": {"align": "center", "num_format": "@"},
    "link": {"align": "left", "text_wrap": True, "font_color": "#0563C1", "underline": 1},
}
_STYLES: Mapping[str, Mapping[str, Any]] = {
    "body": {},
    "subtotal": {"bold": True, "bg_color": "#F2F2F2"},
    "total": {"bold": True, "bg_color": "#D9E1F2", "top": 2, "bottom": 2},
}
_OTHER: Mapping[str, Mapping[str, Any]] = {
    "title": {**_CHINESE, "font_name": "方正小标宋简体", "font_size": 18, "align": "center"},
    "caption": {**_CHINESE, "font_name": "宋体", "font_size": 10, "align": "left"},
    "caption right": {**_CHINESE, "font_name": "宋体", "font_size": 10, "align": "right"},
    "heading": {**_BODY, "bold": True, "align": "center", "text_wrap": True, "bg_color": "#E7EDF5"},
    "heading top": {
        **_BODY, "bold": True, "align": "center", "text_wrap": True, "bg_color": "#E7EDF5", "bottom": 0,
    },
    "heading foot": {
        **_BODY, "bold": True, "align": "center", "text_wrap": True, "bg_color": "#E7EDF5", "top": 0,
    },
    "part": {**_CHINESE, "font_name": "黑体", "font_size": 12, "align": "left"},
}  # fmt: skip


def _properties(kind: str, style: str) -> dict[str, Any]:
    return {**_BODY, **_KINDS[kind], **_STYLES[style]}


def _numbers() -> dict[tuple[str, str], int]:
    """The formats of cells as XlsxWriter counts them, from 1; those that are alike are one."""
    known: list[dict[str, Any]] = []
    found = {}
    for style in _STYLES:
        for kind in _KINDS:
            properties = _properties(kind, style)
            if properties not in known:
                known.append(properties)
            found[kind, style] = known.index(properties) + 1
    return found


_NUMBERS = _numbers()


def number_of(kind: str, style: str) -> int:
    """The number that a cell's format has in every workbook: so cells can be written before there is one."""
    return _NUMBERS[kind, style]


class Looks:
    """The formats of one workbook: those of cells made at once, in the order of their numbers, others when first asked for.

    Which number a format has is asked of XlsxWriter's ``_get_xf_index``, which is not for others to use, yet has not changed in
    ten years.
    """

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._made: dict[tuple[str, str], Format] = {}
        for key, number in _NUMBERS.items():
            if self.cell(*key)._get_xf_index() != number:
                raise RuntimeError(f"XlsxWriter counts the format of {key} as another than {number}")

    def cell(self, kind: str, style: str = "body") -> Format:
        """The format of a value: kind of column, and body, subtotal or total."""
        return self._get((kind, style), lambda: _properties(kind, style))

    def other(self, name: str) -> Format:
        """The format of a title, a caption or a heading."""
        return self._get((name, ""), lambda: _OTHER[name])

    def _get(self, key: tuple[str, str], properties: Any) -> Format:
        if key not in self._made:
            self._made[key] = self._book.add_format(dict(properties()))
        return self._made[key]
