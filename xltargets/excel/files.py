"""Writing a file so that there is only ever the old one or the new one.

The new content goes into a temporary file beside the target, is synced, and is renamed over the target; the folder is
synced after it. Whatever fails, the target is what it was and the temporary file is gone; only a process that is killed
leaves one behind, which the next one to save in that folder takes away a day later.
"""

from __future__ import annotations

import contextlib
import errno
import functools
import os
import re
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from xltargets.errors import Error

#: What the names of workbooks end in that are read and patched.
WORKBOOKS = (".xlsx", ".xlsm", ".xltx", ".xltm")

_FULL = {errno.ENOSPC, errno.EFBIG} | {getattr(errno, name) for name in ("EDQUOT",) if hasattr(errno, name)}
_NO_FOLDER = {errno.EEXIST, errno.ENOTDIR}
_DENIED = {errno.EACCES, errno.EPERM, errno.EROFS}
_TEMPORARY = re.compile(r"\.xltargets-[0-9a-f]{12}\.tmp")
_STALE = 24 * 60 * 60  # seconds; no save takes so long
_SHARING_VIOLATION = {32, 33}  # ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION of Windows


def replace_file(target: str | os.PathLike[str], write: Callable[[BinaryIO], object]) -> None:
    """Let `write` fill a temporary file, then make it `target` in one step.

    A symbolic link stays one: the file it leads to is replaced. The mode of an existing target is kept. The file
    handed to `write` can be read and sought in as well; what it returns is of no account.

    Raises:
        Error: the target is open in Excel, WPS or LibreOffice, is read-only or no ordinary file, its folder is missing
            or cannot be written to, or the disk is full. The target is then untouched.
    """
    real = Path(os.path.realpath(target))
    with _told(target):
        before = _checked(real, target)
        temporary = real.with_name(f".xltargets-{os.urandom(6).hex()}.tmp")
        flags = os.O_CREAT | os.O_EXCL | os.O_RDWR | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
        descriptor = os.open(temporary, flags, 0o666)
        try:
            with os.fdopen(descriptor, "w+b") as file:
                write(file)
                file.flush()
                if before is not None:
                    _take_over(temporary, before)
                os.fsync(file.fileno())
            os.replace(temporary, real)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise
    _sync_folder(real.parent)
    _sweep(real.parent)


def make_folder(folder: str | os.PathLike[str]) -> None:
    """Make a folder, and those above it, unless they are there.

    Raises:
        Error: a file has that name, or nothing may be made there.
    """
    with _told(folder):
        os.makedirs(folder, exist_ok=True)


def check_target(target: str | os.PathLike[str]) -> None:
    """Refuse now what :func:`replace_file` would refuse after all the work that comes before it.

    Raises:
        Error: as :func:`replace_file`, as far as that can be known.
    """
    real = Path(os.path.realpath(target))
    with _told(target):
        _checked(real, target)
        if not os.access(real.parent, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def lock_file(target: str | os.PathLike[str]) -> Path | None:
    """The owner file that Excel, WPS (``~$name``) or LibreOffice (``.~lock.name#``) keeps beside an open workbook."""
    path = Path(target)
    for name in (f"~${path.name}", f".~lock.{path.name}#"):
        lock = path.with_name(name)
        with contextlib.suppress(OSError):
            if lock.is_file():
                return lock
    return None


def _checked(real: Path, target: str | os.PathLike[str]) -> os.stat_result | None:
    """The state of an existing target that may be replaced, None when there is none yet."""
    if not real.parent.is_dir():
        raise Error("要保存到的文件夹不存在，请先建立文件夹或换一个位置", file=target)
    try:
        state = os.stat(real)
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(state.st_mode):
        raise Error("这是一个文件夹，请给出要保存的文件名", file=target)
    if not stat.S_ISREG(state.st_mode):
        raise Error("这不是普通文件，不能保存到这里，请换一个位置", file=target)
    if not state.st_mode & stat.S_IWUSR:
        raise Error("这个文件是只读的，请去掉只读属性，或另存为别的文件名", file=target)
    if lock := lock_file(real):
        raise Error(
            f"文件正在 Excel 或 WPS 中打开，请关闭后再试；如果确已关闭，请删除同一文件夹里的“{lock.name}”",
            file=target,
        )
    return state


def _take_over(temporary: Path, before: os.stat_result) -> None:
    """Give the new file the mode of the old one and, where allowed, its owner."""
    if hasattr(os, "chown") and (before.st_uid, before.st_gid) != (os.geteuid(), os.getegid()):
        with contextlib.suppress(PermissionError):
            os.chown(temporary, before.st_uid, before.st_gid)
    os.chmod(temporary, stat.S_IMODE(before.st_mode))


@contextlib.contextmanager
def _told(target: str | os.PathLike[str]) -> Iterator[None]:
    """Say in the user's words why the system would not write."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            message = "磁盘空间不足，没有保存；请清理磁盘后再试，原文件没有改动"
        elif getattr(error, "winerror", None) in _SHARING_VIOLATION:
            message = "文件正被别的程序（如 Excel、WPS）占用，请关闭后再试"
        elif error.errno in _NO_FOLDER:
            message = "已有同名的文件，不能建立这个文件夹，请换一个位置"
        elif error.errno == errno.ENAMETOOLONG:
            message = "文件名太长，没有保存；请改短后再试"
        elif error.errno in _DENIED:
            message = "没有写入权限，或文件正被别的程序打开；请关闭该文件，或换一个可以写入的文件夹"
        else:
            message = f"保存失败（{error.strerror or error}），原文件没有改动，请换一个位置再试"
        raise Error(message, file=target) from error


def _sync_folder(folder: Path) -> None:
    """Make the rename itself last. Windows cannot open a folder, some network drives cannot sync one."""
    if os.name == "nt":
        return
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@functools.cache  # once a process will do: what it finds was left by others
def _sweep(folder: Path) -> None:
    """Take away the temporary files that killed processes left in a folder which was just saved to.

    Only ordinary files of our very pattern go, and only when they have not been written to for a day, by the clock of
    the file system itself: the folder's own time, which the rename has just set.
    """
    with contextlib.suppress(OSError):
        now = os.stat(folder).st_mtime
        with os.scandir(folder) as entries:
            for entry in entries:
                if _TEMPORARY.fullmatch(entry.name) and entry.is_file(follow_symlinks=False):
                    if entry.stat(follow_symlinks=False).st_mtime < now - _STALE:
                        with contextlib.suppress(OSError):
                            os.unlink(entry.path)
