"""Budget performance targets (预算绩效目标) in Excel.

The public API is five verbs and what they take and give::

    submission = xltargets.read("286001.xlsx")
    findings = xltargets.check(submission)
    xltargets.annotate(submission, findings, "286001_checked.xlsx")
    xltargets.fill(submission.document, "again.xlsx")
    xltargets.consolidate(["inbox"], "summary.xlsx")

Bad input raises :class:`Error` with a Chinese sentence. Everything else of the package may change.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xltargets.errors import Error

if TYPE_CHECKING:
    from xltargets.consolidate import Options, Result
    from xltargets.excel.comments import Report
    from xltargets.rules.config import Config
    from xltargets.rules.engine import Inputs
    from xltargets.rules.finding import Finding
    from xltargets.submission.fill import Filled
    from xltargets.submission.form import Form
    from xltargets.submission.model import Submission

__all__ = ["Error", "annotate", "check", "consolidate", "fill", "read"]

PathLike = str | os.PathLike[str]


def read(source: PathLike, *, form: Form | None = None) -> Submission:
    """Read a filled workbook, or a document in a ``.json`` file.

    Args:
        source: an .xlsx, .xlsm, .xltx or .xltm file whose cells carry the form's names, or a .json file.
        form: the form (see :func:`xltargets.submission.form.load_form`); the official one by default.

    Raises:
        Error: when it is neither; the message says what it is and what to do.
    """
    if Path(source).suffix.lower() == ".json":
        from xltargets.submission.document import from_document, load_document

        return from_document(load_document(source), form=form, file=os.fspath(source))
    from xltargets.submission.read import read as read_workbook

    return read_workbook(source, form=form)


def check(
    submission: Submission, *, config: Config | None = None, inputs: Inputs | None = None
) -> list[Finding]:
    """Hold a submission against the rules; findings in the order of the document.

    Args:
        submission: as read.
        config: a bureau's settings (see :func:`xltargets.rules.config.load_config`); the catalogue's by default.
        inputs: last year's document, the ledger of projects, the roster of units; rules that need what is not given
            are silent.

    Raises:
        ExceptionGroup: when rules failed; that is our error. The findings of the other rules are not lost: use
            :func:`xltargets.rules.engine.judge`, which returns both.
    """
    from xltargets.rules.engine import judge

    judgement = judge(submission, config, inputs)
    if judgement.failures:
        raise ExceptionGroup("rules failed", [failure.error for failure in judgement.failures])
    return judgement.findings


def annotate(
    submission: Submission, findings: Iterable[Finding], target: PathLike, *, sheet: bool = False
) -> Report:
    """Write findings into the cells of a submission's workbook as notes; nothing else of the file changes.

    Args:
        submission: read from a workbook.
        findings: of this submission.
        target: where to write; may be the workbook itself.
        sheet: list the findings on a sheet 校验结果 as well.

    Raises:
        Error: when the submission is of no workbook, the workbook cannot be patched, or the target not be written.
    """
    from xltargets import notes

    if submission.file is None or not submission.locations:
        raise Error("这份申报表不是从工作簿读取的，没有单元格可写批注；请先读取工作簿", file=submission.file)
    return notes.annotate(submission.file, target, findings, listed=submission.document if sheet else None)


def fill(
    document: Mapping[str, Any],
    target: PathLike,
    *,
    template: PathLike | None = None,
    form: Form | None = None,
) -> Filled:
    """Write a document into a copy of a template (see :func:`xltargets.submission.fill.fill`).

    Raises:
        Error: when the template carries none of the form's names, or the target cannot be written.
    """
    from xltargets.submission.fill import fill as fill_template

    return fill_template(document, target, template=template, form=form)


def consolidate(
    sources: Iterable[PathLike], target: PathLike, *, config: Config | None = None, options: Options | None = None
) -> Result:
    """Consolidate folders of workbooks into a summary workbook.

    Args:
        sources: folders (read recursively) and files.
        target: the summary to write; it appears whole or not at all.
        config: a bureau's settings; the catalogue's by default.
        options: see :class:`xltargets.consolidate.Options`; executors and processes are arguments of
            :func:`xltargets.consolidate.consolidate`.

    Raises:
        Error: when the summary cannot be written. A file that cannot be read is listed in the result.
    """
    from xltargets.consolidate import Options as Defaults
    from xltargets.consolidate import consolidate as consolidate_files

    return consolidate_files(sources, target, config=config, options=options or Defaults())
