"""What the buttons of the workbook call: the open workbook, through xlwings.

``check``, ``clear``, ``add_project`` and ``consolidate`` work on the workbook that calls (xlwings' ``RunPython``), on the one
that ``--book`` names, or on the active one. Whatever happens, the person sees one Chinese sentence in a message box; what we
need to know of a failure goes into a log file. The screen, the selection and the status bar are left as they were.

    python -m xltargets.macro check [--book 申报表.xlsm] [--hwnd 123456]
    python -m xltargets.macro consolidate [--folder 报送]

The exit status is 0 when it is done, and :data:`TOLD` when it is not and the person has been told why.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TYPE_CHECKING

from xltargets.errors import Error
from xltargets.excel.live import LiveBook, why_refused

if TYPE_CHECKING:
    import xlwings

    from xltargets.excel.comments import Report
    from xltargets.rules.config import Config
    from xltargets.rules.engine import Judgement

TITLE = "预算绩效目标"
#: Exit status: it was not done, and the person knows.
TOLD = 3
#: Of what has no cell, so many are told in the message box.
_MOST = 8
_LOG = logging.getLogger("xltargets.macro")

Work = Callable[["xlwings.Book"], str]


def check() -> bool:
    """校验: read the open workbook as it is, judge it, and make our notes exactly what was found."""
    return _run("校验", _check)


def clear() -> bool:
    """清除批注: take our notes away; a person's own stay."""
    return _run("清除批注", _clear)


def add_project() -> bool:
    """新增项目: a further project sheet, blank, with its names."""
    return _run("新增项目", _add_project)


def consolidate(folder: str | os.PathLike[str] | None = None) -> bool:
    """汇总: consolidate a folder, by default the one in which the open workbook lies, and open the summary."""
    return _run("汇总", lambda book: _consolidate(book, folder))


# --- the door -------------------------------------------------------------------------------------


def _run(action: str, work: Work) -> bool:
    """Do it, and tell the person how it went; returns whether it was done."""
    app = None
    log = _open_log()
    try:
        book = _find_book()
        app = book.app
        with _undisturbed(app, action):
            said, done = work(book), True
    except Error as error:
        said, done = _sentence(error), False
        _LOG.info("%s：%s", action, error)
    except Exception as error:  # the door: a clerk must never meet a traceback, nor VBA's debugger
        said, done = _excuse(action, error, log), False
        _LOG.exception("%s", action)
    _tell(app, said, done=done)
    return done


def _sentence(error: Error) -> str:
    place = "!".join(part for part in (error.sheet, error.cell) if part)
    return f"{error.message}\n\n位置：{place}" if place else error.message


def _excuse(action: str, error: Exception, log: Path) -> str:
    why = why_refused(error)
    return why or f"“{action}”出错，没有完成，工作簿里填写的内容没有改动；请把日志文件发给管理员：\n{log}"


def _tell(app: xlwings.App | None, said: str, *, done: bool) -> None:
    """A message box of Excel's; where Excel is gone, of Windows'; elsewhere a line on standard error."""
    if app is not None:
        try:
            app.alert(said, title=TITLE, mode="info" if done else "critical")
            return
        except Exception:  # the door: Excel may be gone; the person is told all the same
            _LOG.exception("alert")
    if sys.platform == "win32":
        import ctypes

        ctypes.windll.user32.MessageBoxW(None, said, TITLE, 0x40 if done else 0x30)
    else:
        print(said, file=sys.stderr)


@contextmanager
def _undisturbed(app: xlwings.App, action: str) -> Iterator[None]:
    """A still screen, and a word in the status bar, which Excel gets back at the end."""
    updating = app.screen_updating
    app.screen_updating = False
    app.status_bar = f"{action}：正在读取工作簿……"
    try:
        yield
    finally:
        app.status_bar = False
        app.screen_updating = updating


def log_path() -> Path:
    """The log file, in the user's own folder for such things."""
    home = os.environ.get("LOCALAPPDATA") or os.environ.get("XDG_STATE_HOME")
    return (Path(home) if home else Path.home() / ".local" / "state") / "xltargets" / "macro.log"


def _open_log() -> Path:
    """Have the log written to its file, if the machine lets us."""
    path = log_path()
    for old in _LOG.handlers[:]:
        _LOG.removeHandler(old)
        old.close()
    _LOG.setLevel(logging.INFO)
    _LOG.propagate = False
    handler: logging.Handler = logging.NullHandler()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(path, maxBytes=500_000, backupCount=1, encoding="utf-8", delay=True)
    except OSError:
        pass  # no log is no reason not to check
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    _LOG.addHandler(handler)
    return path


# --- which workbook -------------------------------------------------------------------------------

_NONE_OPEN = "没有找到打开的 Excel 工作簿；请先用 Excel 打开申报表（WPS 不支持这个按钮，请看“自检”表）"


def _find_book() -> xlwings.Book:
    """The workbook that is meant.

    Raises:
        Error: when there is none.
    """
    try:
        import xlwings
    except ImportError as error:
        raise Error("没有安装 xlwings；请让管理员运行 xltargets doctor 检查安装") from error
    options = _arguments(sys.argv[1:])
    if options.book:
        return _named(options.book, options.hwnd)
    if any(argument.startswith("--from_xl") for argument in sys.argv) or hasattr(
        xlwings.Book, "_mock_caller"
    ):
        return xlwings.Book.caller()
    if not len(xlwings.engines) or xlwings.engines.active is None:
        raise Error(
            "这台机器上没有 Excel，按钮只能在 Windows 的 Excel 中使用；可以用 xltargets annotate 校验文件"
        )
    for app in xlwings.apps:
        if len(app.books):
            return app.books.active
    raise Error(_NONE_OPEN)


def _named(name: str, hwnd: int | None) -> xlwings.Book:
    """A workbook by its name, in the Excel whose window has this number; two may have a workbook of one name."""
    import xlwings

    apps = list(xlwings.apps)
    # a window that Excel has meanwhile closed leaves all of them to be searched
    for app in [app for app in apps if hwnd is not None and _owns(app, hwnd)] or apps:
        for book in app.books:
            if book.name.casefold() == name.casefold():
                return book
    raise Error(f"没有找到打开的工作簿“{name}”；它可能已被关闭，请重新打开后再试")


def _owns(app: xlwings.App, hwnd: int) -> bool:
    """Whether a window is of this Excel; each workbook has one of its own, and xlwings knows but one of them."""
    if sys.platform == "win32":
        import ctypes
        from ctypes import wintypes

        process = wintypes.DWORD()
        ctypes.windll.user32.GetWindowThreadProcessId(hwnd, ctypes.byref(process))
        return bool(app.pid == process.value)
    return bool(app.hwnd == hwnd)


def _arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m xltargets.macro", add_help=False, allow_abbrev=False)
    parser.add_argument("action", nargs="?")
    parser.add_argument("--book")
    parser.add_argument("--hwnd", type=int)
    parser.add_argument("--folder")
    return parser.parse_known_args(arguments)[0]


def _file_of(book: xlwings.Book) -> Path | None:
    """Where a workbook is saved; None when it is not, or somewhere on the web."""
    from xlwings import XlwingsError

    try:
        path = Path(book.fullname)
    except XlwingsError:  # on OneDrive or SharePoint, and no folder here is known for it
        return None
    return path if path.is_absolute() and path.exists() else None


# --- the work -------------------------------------------------------------------------------------


def _check(book: xlwings.Book) -> str:
    from xltargets import notes
    from xltargets.excel import livenotes
    from xltargets.rules.engine import judge
    from xltargets.submission.form import load_form
    from xltargets.submission.read import read_book

    app = book.app
    submission = read_book(LiveBook(book), load_form())
    app.status_bar = "校验：正在检查……"
    judgement = judge(submission, _config(book))

    def progress(done: int, of: int) -> None:
        app.status_bar = f"校验：正在写批注，第 {done} 张工作表，共 {of} 张……"

    report = livenotes.set_all_notes(
        book, notes.notes_of(judgement.findings), author=notes.AUTHOR, progress=progress
    )
    for failure in judgement.failures:
        _LOG.error("rule %s at %s", failure.rule, failure.pointer, exc_info=failure.error)
    _LOG.info(
        "校验：%d findings, notes +%d ~%d -%d",
        len(judgement.findings),
        report.added,
        report.changed,
        report.removed,
    )
    return _verdict(judgement, report)


def _config(book: xlwings.Book) -> Config | None:
    from xltargets.rules.config import load_config

    path = _file_of(book)
    return load_config(start=path) if path else None


def _verdict(judgement: Judgement, report: Report) -> str:
    from xltargets import notes

    findings = judgement.findings
    counts = notes.summary(findings)
    lines = ["没有发现问题。"]
    if findings:
        cells = {(finding.sheet, finding.cell) for finding in findings if finding.cell}
        lines = [
            f"{counts['error']} 个错误，{counts['warning']} 个警告，{counts['hint']} 个提示，"
            f"写在 {len(cells)} 个单元格的批注里；改正后请再按一次“校验”。"
        ]
    placeless = [finding for finding in findings if not finding.cell]
    if placeless:
        lines += ["", "没有对应单元格的问题："]
        lines += [
            f"【{finding.severity.label}】{finding.rule} {finding.message}" for finding in placeless[:_MOST]
        ]
        lines += [f"……还有 {len(placeless) - _MOST} 个"] if len(placeless) > _MOST else []
    lines += [f"{skipped.sheet}!{skipped.cell}：{skipped.reason}" for skipped in report.skipped[:_MOST]]
    if judgement.failures:
        rules = "、".join(sorted({failure.rule for failure in judgement.failures}))
        lines += [
            "",
            f"规则 {rules} 运行出错（程序的问题），其他规则已检查；请把日志文件发给管理员：{log_path()}",
        ]
    return "\n".join(lines)


def _clear(book: xlwings.Book) -> str:
    from xltargets.excel import livenotes
    from xltargets.notes import AUTHOR

    report = livenotes.set_all_notes(book, {}, author=AUTHOR)
    return (
        f"已清除 {report.removed} 条批注。"
        if report.removed
        else "没有需要清除的批注；您自己写的批注没有改动。"
    )


def _add_project(book: xlwings.Book) -> str:
    from xltargets.excel import livenotes
    from xltargets.excel.live import refusals
    from xltargets.notes import AUTHOR
    from xltargets.submission.binding import bind
    from xltargets.submission.form import load_form

    form = load_form()
    bindings = bind(LiveBook(book), form)
    sheets = [
        sheet for sheet, bounds in bindings.sheets.items() if any(any(bound.by_sheet) for bound in bounds)
    ]
    if not sheets:
        raise Error("工作簿里没有带名称的项目表，不能新增；请使用官方模板")
    name = _free_name([sheet.name for sheet in book.sheets], sheets[-1])
    last = book.sheets[sheets[-1]]
    try:
        added = last.copy(after=last, name=name)
    except refusals() as error:
        raise Error(
            why_refused(error)
            or "Excel 不让新增工作表，工作簿的结构可能受保护；请在“审阅”中点“保护工作簿”取消保护后再试"
        ) from error
    for bound in bindings.sheets[sheets[-1]]:
        if bound.field.derived or bound.field.default is not None or not any(bound.by_sheet):
            continue
        for area in bound.areas:
            added.range((area.top + 1, area.left + 1), (area.bottom + 1, area.right + 1)).value = None
    livenotes.set_notes(added, {}, author=AUTHOR)
    added.activate()
    return f"已新增工作表“{name}”，请在其中填写下一个项目。"


def _free_name(names: Sequence[str], like: str) -> str:
    """项目1 → 项目2, or the next number that is free."""
    stem = like.rstrip("0123456789 ()（）")[:25] or "项目"
    taken = {name.casefold() for name in names}
    return next(
        f"{stem}{number}" for number in range(2, len(taken) + 3) if f"{stem}{number}".casefold() not in taken
    )


def _consolidate(book: xlwings.Book, folder: str | os.PathLike[str] | None) -> str:
    from xltargets.consolidate import consolidate as gather

    chosen = folder or _arguments(sys.argv[1:]).folder
    path = _file_of(book)
    if not chosen and path is None:
        raise Error("这个工作簿还没有保存到本机的文件夹，不知道汇总哪里；请先把它保存在放申报表的文件夹里")
    source = Path(chosen) if chosen else path.parent  # type: ignore[union-attr]
    target = source / "汇总.xlsx"
    app = book.app
    if any(open_book.name.casefold() == target.name for open_book in app.books):
        raise Error(f"“{target.name}”正打开着，不能写入；请先关闭它再汇总")
    if (
        app.alert(
            f"汇总文件夹“{source}”里的全部申报表，写到“{target.name}”？", title=TITLE, buttons="ok_cancel"
        )
        != "ok"
    ):
        return "没有汇总。"
    app.status_bar = "汇总：正在读取申报表……"
    result = gather([source], target, config=_config(book))
    app.books.open(str(target))
    counts, totals = result.totals.counts, result.totals
    return (
        f"已写入 {target}：{totals.read} 份申报表，{totals.units} 个单位，{totals.projects} 个项目；"
        f"{counts['error']} 个错误，{counts['warning']} 个警告，{counts['hint']} 个提示。"
        + (f"\n{totals.unreadable} 个文件无法读取，列在汇总表里。" if totals.unreadable else "")
    )


ACTIONS: dict[str, Callable[[], bool]] = {
    "check": check, "clear": clear, "add_project": add_project, "consolidate": consolidate,
}  # fmt: skip


def main() -> None:
    """Do what the first argument says."""
    action = _arguments(sys.argv[1:]).action
    if action not in ACTIONS:
        print(f"用法：python -m xltargets.macro {'|'.join(ACTIONS)} [--book 工作簿名]", file=sys.stderr)
        sys.exit(2)
    sys.exit(0 if ACTIONS[action]() else TOLD)


if __name__ == "__main__":
    main()
