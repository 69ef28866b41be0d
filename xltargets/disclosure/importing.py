"""Reading a disclosure, whatever kind of file it is."""

from __future__ import annotations

import os
import re
from pathlib import Path

from xltargets.disclosure.blocks import Block
from xltargets.disclosure.interpret import Imported, Interpreter
from xltargets.errors import Error
from xltargets.submission.form import Form, load_form

#: What LibreOffice turns into .docx for us.
CONVERTED = (".doc", ".wps", ".rtf", ".odt", ".wpt", ".dot", ".docm", ".dotx")
_PROLOGUE = rb"(?:\s|<\?xml[^>]*>|<!--.*?-->)*"
_HTML = re.compile(_PROLOGUE + rb"<(?:!doctype html|html|head|meta|title|style|body|table|div|center|p|h[1-6])[\s>]", re.I | re.S)
_WORD_XML = re.compile(rb"<\?mso-application progid=\"Word|<w:worddocument|<pkg:package", re.I)
_ARCHIVED_PAGE = re.compile(rb"^content-type:\s*(?:multipart/related|text/html)", re.I | re.M)
#: So much of a file tells what it is.
_START = 4096
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
    blocks, counted = _blocks(Path(path), remarks, form)
    imported = Interpreter(form).read(blocks)
    imported.remarks[:0] = remarks
    imported.counted = counted
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


def _blocks(path: Path, remarks: list[str], form: Form) -> tuple[list[Block], str]:
    """The blocks of a file, and whether they are counted by 行 or 段."""
    data, suffix = _bytes(path), path.suffix.lower()
    start = data[:_START].replace(b"\0", b"").removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        if suffix in (".odt", ".docm", ".dotx", ".wps"):
            return _converted(path, remarks, form), "段"
        from xltargets.disclosure.docx_in import docx_blocks

        return docx_blocks(data, os.fspath(path), remarks, form), "段"
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") or start.lstrip().startswith(b"{\\rtf") or _WORD_XML.search(start):
        return _converted(path, remarks, form), "段"
    if data.startswith(b"%PDF"):
        raise Error("这是 PDF 文件，不能导入；请导入原来的 Word 文件，或把内容另存为文本", file=path)
    if _ARCHIVED_PAGE.search(start.replace(b"\r", b"")):
        data = _page_in(data, path)
    elif suffix not in (".html", ".htm", ".xhtml") and not _HTML.match(start):
        from xltargets.disclosure.text_in import decode, text_blocks

        return text_blocks(decode(data, os.fspath(path)), markdown=suffix == ".md"), "行"
    from xltargets.disclosure.html_in import html_blocks

    return html_blocks(data, os.fspath(path), remarks), "行"


def _page_in(data: bytes, path: Path) -> bytes:
    """The page in a web archive (.mht), which programs also write with the ending .doc."""
    import email

    for part in email.message_from_bytes(data).walk():
        page = part.get_payload(decode=True) if part.get_content_type() == "text/html" else None
        if isinstance(page, bytes) and page.strip():
            return page
    raise Error("网页存档里没有网页；请在 Word 或浏览器中打开后另存为 .docx 或 .html 再导入", file=path)


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
