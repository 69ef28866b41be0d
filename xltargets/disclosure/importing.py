"""Reading a disclosure, whatever kind of file it is."""

from __future__ import annotations

import os
from pathlib import Path

from xltargets.disclosure.blocks import Block
from xltargets.disclosure.interpret import Imported, Interpreter
from xltargets.errors import Error
from xltargets.submission.form import Form, load_form

#: What LibreOffice turns into .docx for us.
CONVERTED = (".doc", ".wps", ".rtf", ".odt", ".wpt", ".dot", ".docm", ".dotx")
#: A disclosure is a few hundred pages at most.
LARGEST = 200 * 1024 * 1024


def import_disclosure(path: str | os.PathLike[str], *, form: Form | None = None) -> Imported:
    """Read the documents of a disclosure text.

    Args:
        path: plain text (UTF-8, UTF-16, GB18030; ``.md`` too), ``.docx``, HTML; ``.doc``, ``.wps``, ``.rtf`` and ``.odt``
            through LibreOffice when it is installed.
        form: the form; the official one by default.

    Returns:
        One document per unit, and every text that has no place in them.

    Raises:
        Error: when the file cannot be read, is of another kind, has a password, or nothing of the form is in it.
    """
    form = form or load_form()
    remarks: list[str] = []
    imported = Interpreter(form).read(_blocks(Path(path), remarks, form))
    imported.remarks[:0] = remarks
    if not any(_says_something(document) for document in imported.documents):
        raise Error("没有找到部门整体绩效目标，也没有找到项目绩效目标表，不是绩效文本；请检查是否选错了文件", file=path)
    return imported


def _says_something(document: dict[str, object]) -> bool:
    department, projects = document["department"], document["projects"]
    assert isinstance(department, dict) and isinstance(projects, list)
    return any(department.values()) or any(map(_has_text, projects))


def _has_text(node: object) -> bool:
    if isinstance(node, dict):
        return any(map(_has_text, node.values()))
    return any(map(_has_text, node)) if isinstance(node, list) else node is not None


def _blocks(path: Path, remarks: list[str], form: Form) -> list[Block]:
    data = _bytes(path)
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        if path.suffix.lower() in (".odt", ".docm", ".dotx", ".wps"):
            return _converted(path, remarks, form)
        from xltargets.disclosure.docx_in import docx_blocks

        return docx_blocks(data, os.fspath(path), remarks, form)
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") or data.lstrip().startswith(b"{\\rtf"):
        return _converted(path, remarks, form)
    if data.startswith(b"%PDF"):
        raise Error("这是 PDF 文件，不能导入；请导入原来的 Word 文件，或把内容另存为文本", file=path)
    from xltargets.disclosure.text_in import decode, text_blocks

    if path.suffix.lower() in (".html", ".htm", ".mht") or _looks_like_html(data):
        from xltargets.disclosure.html_in import html_blocks

        return html_blocks(data, os.fspath(path))
    return text_blocks(decode(data, os.fspath(path)), markdown=path.suffix.lower() == ".md")


def _looks_like_html(data: bytes) -> bool:
    start = data[:400].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return start.startswith((b"<!doctype html", b"<html"))


def _converted(path: Path, remarks: list[str], form: Form) -> list[Block]:
    from xltargets.disclosure.convert import to_docx
    from xltargets.disclosure.docx_in import docx_blocks

    return docx_blocks(to_docx(path), os.fspath(path), remarks, form)


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST:
            raise Error("文件超过 200 MB，不像绩效文本；请检查文件", file=path)
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise Error("找不到这个文件，请检查文件名和所在的文件夹", file=path) from error
    except OSError as error:
        raise Error("读不了这个文件；请检查它是不是文件夹、有没有读取权限", file=path) from error
    if not data.strip(b"\0 \t\r\n"):
        raise Error("文件是空的；请检查文件", file=path)
    return data
