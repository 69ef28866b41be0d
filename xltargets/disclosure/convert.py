"""Older formats through LibreOffice, where it is installed: .doc, .wps, .rtf, .odt → .docx."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from xltargets.errors import Error

#: Seconds; a slow computer opens LibreOffice for the first time in half a minute.
_PATIENCE = 180


def office() -> str | None:
    """The LibreOffice that is installed, None when there is none."""
    names = ["soffice", "libreoffice", "soffice.exe"]
    usual = [
        r"C:\Program Files\LibreOffice\program\soffice.exe", r"C:\Program Files (x86)\LibreOffice\program\soffice.exe",
        "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    ]  # fmt: skip
    return next((found for name in names if (found := shutil.which(name))), None) or next(
        (path for path in usual if Path(path).is_file()), None
    )


def to_docx(path: Path) -> bytes:
    """A document of another word processor as .docx.

    Raises:
        Error: when it has a password, LibreOffice is not installed, or cannot open it.
    """
    data = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in data[: 1 << 20]:
        raise Error("文件设有打开密码；请先在 Word 或 WPS 中取消密码再导入", file=path)
    if "Workbook".encode("utf-16-le") in data or "PowerPoint Document".encode("utf-16-le") in data:
        raise Error("这是旧格式的 Excel 或 PowerPoint 文件，不是绩效文本；请检查是否选错了文件", file=path)
    program = office()
    if program is None:
        raise Error("导入这种格式需要 LibreOffice，本机没有安装；请在 Word 或 WPS 中另存为 .docx 再导入", file=path)
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / f"source{path.suffix.lower() or '.doc'}"
        source.write_bytes(data)
        command = [
            program, f"-env:UserInstallation={(Path(folder) / 'profile').as_uri()}", "--headless", "--norestore",
            "--convert-to", "docx:MS Word 2007 XML", "--outdir", os.path.join(folder, "out"), str(source),
        ]  # fmt: skip
        try:
            subprocess.run(command, capture_output=True, timeout=_PATIENCE, check=False)
        except subprocess.TimeoutExpired as error:
            raise Error("LibreOffice 转换这个文件超时；请在 Word 或 WPS 中另存为 .docx 再导入", file=path) from error
        result = Path(folder) / "out" / "source.docx"
        if not result.is_file():
            raise Error("LibreOffice 打不开这个文件，可能设有密码或已损坏；请在 Word 或 WPS 中另存为 .docx 再导入", file=path)
        return result.read_bytes()
