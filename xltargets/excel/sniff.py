"""What a file is that is no workbook, said so that its owner knows what to do."""

from __future__ import annotations

from pathlib import Path

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_STEP = 1 << 20


def no_package(path: Path) -> str | None:
    """Why a file is no zip package, as a Chinese sentence; None when it may be one."""
    with open(path, "rb") as file:
        head = file.read(4096)
    if not head:
        return "文件是空的（0 字节），请重新取得这份文件"
    if head.startswith(_OLE):
        return _ole(path)
    if _may_be_zip(path, head):
        return None
    lowered = (head.decode("utf-16", "replace").encode() if _is_utf16(head) else head).lower()
    if b"<html" in lowered or b"<table" in lowered or b"<!doctype html" in lowered:
        return "这其实是网页（HTML），不是 Excel 工作簿，请用 Excel 或 WPS 打开后另存为 .xlsx"
    if b"urn:schemas-microsoft-com:office:spreadsheet" in lowered:
        return "这是“XML 表格 2003”，请用 Excel 或 WPS 另存为 .xlsx 后再试"
    if lowered.startswith(b"{\\rtf"):
        return "这是 RTF 文档，不是 Excel 工作簿，请检查文件"
    if lowered.startswith(b"%pdf"):
        return "这是 PDF 文件，不是 Excel 工作簿，请检查文件"
    if head[:2] == b"PK" or not _is_text(head):
        return "不是 Excel 工作簿，内容无法识别，请检查文件"
    return "这其实是文本文件（如 CSV），不是 Excel 工作簿，请用 Excel 或 WPS 打开后另存为 .xlsx"


def _is_utf16(head: bytes) -> bool:
    return head[:2] in (b"\xff\xfe", b"\xfe\xff")


def _is_text(head: bytes) -> bool:
    return _is_utf16(head) or not any(byte < 32 and byte not in b"\t\n\r\f\x1b" for byte in head)


def _may_be_zip(path: Path, head: bytes) -> bool:
    """A zip may begin with anything: its end decides. One that begins like a zip is left to the reader."""
    if head[:4] in (b"PK\3\4", b"PK\5\6"):
        return True
    with open(path, "rb") as file:
        file.seek(max(0, path.stat().st_size - 66_000))
        return b"PK\5\6" in file.read()


def _ole(path: Path) -> str:
    """An OLE compound file: names of its streams stand in directory entries of 128 bytes."""
    names = {
        word: word.decode().encode("utf-16-le") + b"\0\0"
        for word in (
            b"EncryptedPackage",
            b"EncryptionInfo",
            b"Workbook",
            b"Book",
            b"WordDocument",
            b"PowerPoint Document",
        )
    }
    found = set()
    with open(path, "rb") as file:
        while block := file.read(_STEP):  # a multiple of 128, as are the offsets of entries
            found |= {word for word, name in names.items() if _aligned(block, name)}
    if b"EncryptedPackage" in found or b"EncryptionInfo" in found:
        return "工作簿已加密，请先用 Excel 或 WPS 打开，取消打开密码并另存后再试"
    if b"Workbook" in found or b"Book" in found:
        return "这是旧格式的工作簿（.xls 或 .et），请用 Excel 或 WPS 另存为 .xlsx 后再试"
    if b"WordDocument" in found:
        return "这是旧格式的 Word 文档，不是 Excel 工作簿，请检查文件"
    return "这是旧格式的 Office 文件，不是 .xlsx 工作簿，请用 Excel 或 WPS 另存为 .xlsx 后再试"


def _aligned(block: bytes, name: bytes) -> bool:
    at = block.find(name)
    while at >= 0:
        if at % 128 == 0:
            return True
        at = block.find(name, at + 1)
    return False
