"""How a published document says which field a text is: the names of Word's styles.

A style says it best: whatever is typed in a cell, and in a row that is inserted, copied or saved by WPS or LibreOffice as
another format, keeps its style. The names are Chinese, for they are seen in the pane of styles.
"""

from __future__ import annotations

from collections.abc import Mapping

from xltargets.disclosure.blocks import AUTOMATIC, UNIT_BEGINS
from xltargets.submission.form import ITEM, Form

_PREFIX = "填报·"
_AUTOMATIC_SUFFIX = "（自动）"


def style_names(form: Form) -> Mapping[str, str]:
    """Mark → the name of its style, for every field that a disclosure says."""
    names: dict[str, str] = {UNIT_BEGINS: f"{_PREFIX}文头"}
    taken = set(names.values())
    for field in form.fields.values():
        if field.path[0] not in ("unit", "department", "projects"):
            continue
        name = _PREFIX + field.title
        if name in taken:
            parts = [part for part in field.path if part != ITEM]
            name = f"{_PREFIX}{form.titles.get(field.path[:-1]) or parts[-2]}·{field.title}"
        while name in taken:
            name += "＋"
        taken.add(name)
        names[field.dotted] = name
        if field.derived or field.default is not None:
            names[AUTOMATIC + field.dotted] = name + _AUTOMATIC_SUFFIX
    return names


def marks_of_styles(form: Form) -> Mapping[str, str]:
    """The name of a style → its mark."""
    return {name: mark for mark, name in style_names(form).items()}
