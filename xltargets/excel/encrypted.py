"""Workbooks with a password to open, for reading only (by msoffcrypto-tool, the extra ``password``)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from xltargets.errors import Error

#: How an OLE compound file begins; an encrypted workbook is one, and so is an old .xls.
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def password_in(path: str | os.PathLike[str]) -> str:
    """The password in a file: its first line, in UTF-8.

    Raises:
        Error: when the file cannot be read or is empty.
    """
    try:
        lines = Path(path).read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise Error("读不到密码文件；请检查路径和编码（UTF-8）", file=path) from error
    if not lines or not lines[0]:
        raise Error("密码文件是空的；请把密码写在第一行", file=path)
    return lines[0]


@contextmanager
def readable(path: str | os.PathLike[str], password: str | None) -> Iterator[Path]:
    """A file that can be opened without password: the file itself, or a private copy that goes away afterwards.

    Raises:
        Error: when the password is wrong, the file is damaged, or the extra is not installed.
    """
    source = Path(path)
    if password is None or not _is_ole(source):
        yield source
        return
    import tempfile

    with tempfile.TemporaryDirectory(prefix="xltargets-") as folder:  # readable by the user alone
        copy = Path(folder) / source.name
        _decrypt(source, password, copy)
        yield copy


def _is_ole(path: Path) -> bool:
    try:
        with path.open("rb") as stream:
            return stream.read(len(_OLE)) == _OLE
    except OSError:
        return False


def _decrypt(source: Path, password: str, target: Path) -> None:
    try:
        import msoffcrypto
        from msoffcrypto.exceptions import DecryptionError, FileFormatError, InvalidKeyError
    except ImportError as error:
        raise Error('打开加密的工作簿需要 msoffcrypto-tool；请先运行 pip install "xltargets[password]"') from error
    try:
        with source.open("rb") as stream, target.open("wb") as out:
            book = msoffcrypto.OfficeFile(stream)
            if not book.is_encrypted():
                raise Error("这是旧格式的工作簿（.xls 或 .et），请用 Excel 或 WPS 另存为 .xlsx 后再试", file=source)
            book.load_key(password=password)
            book.decrypt(out)
    except (InvalidKeyError, DecryptionError) as error:
        raise Error("密码不对，打不开这份工作簿；请核对密码文件", file=source) from error
    except (FileFormatError, ValueError, OSError) as error:
        raise Error("加密的工作簿已损坏，无法解密；请重新取得这份文件", file=source) from error
