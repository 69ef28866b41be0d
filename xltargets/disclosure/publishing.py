"""Printing documents as a disclosure, in the format that the file's name says."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from xltargets.disclosure.statement import Statement, state
from xltargets.errors import Error
from xltargets.excel.files import replace_file
from xltargets.submission.form import Form, load_form

FORMATS = (".docx", ".html", ".htm", ".txt", ".md")


@dataclass
class Published:
    """What became of the documents.

    Attributes:
        unpublished: number of the document, JSON Pointer and value of what the disclosure does not say.
    """

    unpublished: list[tuple[int, str, object]] = field(default_factory=list)


def publish(
    documents: Sequence[Mapping[str, Any]],
    target: str | os.PathLike[str],
    *,
    template: str | os.PathLike[str] | None = None,
    form: Form | None = None,
) -> Published:
    """Write the official disclosure of one unit, or of all units of a bureau in one document.

    Args:
        documents: one per unit, as read.
        target: ``.docx``, ``.html``, ``.txt`` or ``.md``; it appears whole or not at all.
        template: a bureau's own ``.docx`` with placeholders such as ``{{ unit.name }}``; for ``.docx`` only.
        form: the form; the official one by default.

    Raises:
        Error: when the format is another one, there is nothing to publish, the template cannot be filled, a text holds
            characters that no document can hold, or the target cannot be written.
    """
    form = form or load_form()
    suffix = Path(target).suffix.lower()
    if suffix not in FORMATS:
        raise Error(f"不支持公开文本的这种格式；请把输出文件的扩展名改为 {'、'.join(FORMATS)} 之一", file=target)
    if template is not None and suffix != ".docx":
        raise Error("自有模板是 Word 文件，输出文件的扩展名也应是 .docx；请修改输出文件名", file=target)
    if not documents:
        raise Error("没有要公开的申报表；请至少给出一份", file=target)
    if template is not None:
        from xltargets.disclosure.docx_template import filled_template

        data = filled_template(documents, template, form)
        replace_file(target, lambda stream: stream.write(data))
        return Published()
    statements = [state(document, form) for document in documents]
    data = _rendered(statements, documents, suffix, form)
    replace_file(target, lambda stream: stream.write(data))
    return Published(
        [(index, *entry) for index, statement in enumerate(statements) for entry in statement.unpublished]
    )


def _rendered(
    statements: Sequence[Statement], documents: Sequence[Mapping[str, Any]], suffix: str, form: Form
) -> bytes:
    if suffix == ".docx":
        from xltargets.disclosure.docx_out import docx_document

        return docx_document(statements, form)
    if suffix in (".html", ".htm"):
        from xltargets.disclosure.html_out import html_document

        return html_document(statements).encode()
    if suffix == ".md":
        from xltargets.disclosure.text_out import markdown

        return markdown(statements).encode()
    from xltargets.disclosure.text_out import plain_text

    return plain_text(statements, documents, form).encode()
