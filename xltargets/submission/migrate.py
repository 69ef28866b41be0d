"""From a workbook of an earlier template, or of another bureau's, into the current one: same path, same value."""

from __future__ import annotations

import os
from dataclasses import dataclass

from xltargets.submission.fill import fill
from xltargets.submission.form import Form, load_form
from xltargets.submission.model import Problem
from xltargets.submission.read import read


@dataclass(frozen=True)
class Migrated:
    """What became of a workbook.

    Attributes:
        moved: how many values found their place.
        unplaced: JSON Pointer and value of what the new template has no cell for.
        unknown_names: names of the old workbook that the form does not know; what they hold was not moved.
        problems: what could not be read in the old workbook.
    """

    moved: int
    unplaced: list[tuple[str, object]]
    unknown_names: list[str]
    problems: list[Problem]


def migrate(
    source: str | os.PathLike[str],
    target: str | os.PathLike[str],
    *,
    template: str | os.PathLike[str] | None = None,
    form: Form | None = None,
) -> Migrated:
    """Move a filled workbook into the current template.

    Args:
        source: the filled workbook; its names are the form's, or those of an earlier version (``x-formerly``).
        target: the workbook to write.
        template: the template to fill; the official one by default.
        form: the form; the official one by default.

    Raises:
        Error: when the workbook cannot be read, the template has none of the names, or the target cannot be written.
    """
    form = form or load_form()
    old = read(source, form=form, any_version=True)
    document = {key: value for key, value in old.document.items() if key != "template"}
    filled = fill(document, target, template=template, form=form)
    values = sum(value is not None for value in _leaves(document))
    return Migrated(values - len(filled.unplaced), filled.unplaced, old.unknown_names, old.problems)


def _leaves(node: object) -> list[object]:
    if isinstance(node, dict):
        return [leaf for value in node.values() for leaf in _leaves(value)]
    if isinstance(node, list):
        return [leaf for value in node for leaf in _leaves(value)]
    return [node]
