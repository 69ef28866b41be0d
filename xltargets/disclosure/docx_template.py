"""A bureau's own Word document with placeholders, filled in by docxtpl.

A placeholder is the path of a field: ``{{ unit.name }}``, ``{{ department.overall_target }}``; tables repeat a row with
``{%tr for project in projects %}`` … ``{%tr endfor %}``. Where there are several units, ``units`` is the list of their
documents; ``unit``, ``department`` and ``projects`` are those of the first. What was typed is text, never a placeholder.
"""

from __future__ import annotations

import io
import os
import re
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

from xltargets.disclosure.places import split_residue
from xltargets.disclosure.statement import AUTOMATIC_MONEY_UNIT, automatic_title, automatic_unit, shown
from xltargets.errors import Error
from xltargets.submission.form import ITEM, Form

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def filled_template(
    documents: Sequence[Mapping[str, Any]], template: str | os.PathLike[str], form: Form
) -> bytes:
    """The template with the values of documents in it.

    Raises:
        Error: when docxtpl is not installed, the template is no Word document, a placeholder is misspelt or names no field.
    """
    try:
        import docxtpl
        from docx.opc.exceptions import PackageNotFoundError
        from jinja2 import StrictUndefined, TemplateSyntaxError, UndefinedError
        from jinja2.exceptions import SecurityError
        from jinja2.sandbox import SandboxedEnvironment
    except ImportError as error:
        raise Error('填写自有 Word 模板需要 docxtpl；请先运行 pip install "xltargets[docx]"', file=template) from error
    environment = SandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
    units = [_shown(document, form) for document in documents]
    try:
        document = docxtpl.DocxTemplate(os.fspath(template))
        document.render({"units": units, **units[0]}, environment)
        stream = io.BytesIO()
        document.save(stream)
    except (PackageNotFoundError, zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise Error("模板不是 Word 文件（.docx），或已损坏；请检查文件", file=template) from error
    except TemplateSyntaxError as error:
        raise Error(f"模板中的占位符写错了（{error.message}）；请检查花括号和 for、endfor 是否成对", file=template) from error
    except UndefinedError as error:
        raise Error(f"模板中的占位符不是申报表的项目（{error.message}）；请改为字段的路径，如 unit.name", file=template) from error
    except SecurityError as error:
        raise Error(f"模板中的占位符不能这样用（{error}）；请只写字段的路径", file=template) from error
    return stream.getvalue()


def _shown(document: Mapping[str, Any], form: Form) -> dict[str, Any]:
    """The document as texts, blank where there is nothing, with every field of the form."""
    found = _object(document, (), form)
    for index, project in enumerate(found["projects"], 1):
        project["title"] = project["title"] or automatic_title(index, project["name"])
        project["unit"] = project["unit"] or automatic_unit(found["unit"])
        project["money_unit"] = project["money_unit"] or AUTOMATIC_MONEY_UNIT
        project["number"] = str(index)
    del found["waivers"], found["template"]
    return found


def _object(node: Any, path: tuple[str, ...], form: Form) -> dict[str, Any]:
    node = node if isinstance(node, Mapping) else {}
    keys = dict.fromkeys(
        known[len(path)] for known in (*form.fields, *form.arrays) if known[: len(path)] == path and len(known) > len(path)
    )
    return {key: _value(node.get(key), (*path, key), form) for key in keys if key != ITEM}


def _value(node: Any, path: tuple[str, ...], form: Form) -> Any:
    if path in form.fields:
        return _text(shown(node, form.fields[path]) or "")
    if path in form.arrays:
        items = node if isinstance(node, list) else []
        return [_value(item, (*path, ITEM), form) for item in items]
    return _object(node, path, form)


def _text(text: str) -> str:
    """A text that Word can hold, without what conversion left of bookmarks; docxtpl makes line breaks and tabs of Word's own of ``\\n`` and ``\\t``."""
    text = split_residue(text)[1]
    return _ILLEGAL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
