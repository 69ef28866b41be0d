"""A staff machine: what the 校验 button needs of it, checked and explained; and the one setting that we write.

Nothing is taken on trust: what is found is asked of the machine itself (the interpreter is started, files are looked for),
and nothing but one line of the user's own ``xlwings.conf`` is ever written.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from xltargets.errors import Error
from xltargets.excel.files import make_folder, replace_file

#: Notes have authors and places from this xlwings on.
XLWINGS = (0, 37, 5)
KEY = "INTERPRETER_WIN"
#: Excel 2016, 2019, 2021 and 365 all call themselves 16.
EXCEL = 16

#: (root, path, value) → what the registry has there, None when nothing.
Registry = Callable[[str, str, str], object]


class State(Enum):
    """How something stands."""

    FINE = "✓"
    NOTE = "！"
    BAD = "✗"


@dataclass(frozen=True)
class Check:
    """One thing that was looked at.

    Attributes:
        name: what, in a word or two.
        state: how it stands.
        said: what was found.
        advice: what to do; empty when nothing.
    """

    name: str
    state: State
    said: str
    advice: str = ""


def _registry(root: str, path: str, value: str) -> object:
    if sys.platform != "win32":
        return None
    import winreg

    try:
        with winreg.OpenKey(getattr(winreg, root), path) as key:
            return winreg.QueryValueEx(key, value)[0]
    except OSError:
        return None


def _installed(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _runs(interpreter: Path) -> str | None:
    """The version of xltargets that an interpreter has, as it says itself; None when it does not start or has none."""
    code = (
        "import xltargets.macro, xlwings; from importlib.metadata import version; print(version('xltargets'))"
    )
    python = _with_console(interpreter)
    try:
        done = subprocess.run(
            [python, "-P", "-c", code], capture_output=True, text=True, timeout=60, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() or None if done.returncode == 0 else None


def _with_console(interpreter: Path) -> Path:
    """``python.exe`` beside ``pythonw.exe``, which has no output."""
    console = interpreter.with_name(interpreter.name.lower().replace("pythonw", "python"))
    return console if console.exists() else interpreter


@dataclass(frozen=True)
class Machine:
    """What is asked of a machine; a test gives its own answers."""

    system: str = field(default_factory=platform.system)
    python: tuple[int, int] = field(default_factory=lambda: sys.version_info[:2])
    bits: int = 64 if sys.maxsize > 2**32 else 32
    executable: Path = field(default_factory=lambda: Path(sys.executable))
    home: Path = field(default_factory=Path.home)
    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    registry: Registry = _registry
    installed: Callable[[str], str | None] = _installed
    runs: Callable[[Path], str | None] = _runs

    @property
    def settings(self) -> Path:
        """The user's ``xlwings.conf``, where xlwings and the workbook's macros look for it."""
        return self.home / ".xlwings" / "xlwings.conf"

    @property
    def interpreter(self) -> Path:
        """The interpreter to be written down: this one, in its form without a console window."""
        silent = self.executable.with_name("pythonw.exe")
        return silent if self.system == "Windows" and silent.exists() else self.executable

    @property
    def encoding(self) -> str:
        """Of ``xlwings.conf``: VBA and xlwings read it in the system's code page."""
        return "mbcs" if sys.platform == "win32" else "utf-8"

    @property
    def addin(self) -> Path | None:
        """Where Excel loads the xlwings add-in from; None where there is no such folder."""
        roaming = self.environ.get("APPDATA")
        return Path(roaming, "Microsoft", "Excel", "XLSTART", "xlwings.xlam") if roaming else None

    def written(self) -> Path | None:
        """The interpreter that ``xlwings.conf`` names now."""
        for line in reversed(self._lines()):
            name, _, value = line.partition(",")
            if name.strip() == f'"{KEY}"':
                return Path(value.strip().strip('"')) if value.strip().strip('"') else None
        return None

    def _lines(self) -> list[str]:
        try:
            return self.settings.read_text(self.encoding, errors="surrogateescape").splitlines()
        except FileNotFoundError:
            return []
        except OSError as error:
            raise Error("读不了 xlwings 的配置文件，请检查它的权限", file=self.settings) from error

    # --- writing ----------------------------------------------------------------------------------

    def write(self, interpreter: Path | None) -> None:
        """Name an interpreter in the user's ``xlwings.conf`` (None: take ours out); its other lines stay.

        Raises:
            Error: when the path cannot be written in the system's code page, or the file not at all.
        """
        lines = [line for line in self._lines() if line.partition(",")[0].strip() != f'"{KEY}"']
        if interpreter is not None:
            lines.append(f'"{KEY}","{interpreter}"')
        try:
            data = "".join(f"{line}\n" for line in lines).encode(self.encoding, errors="surrogateescape")
        except UnicodeEncodeError as error:
            raise Error(
                f"Python 的路径含有系统编码写不出的字符，按钮会找不到它；请把 Python 装到英文路径（如 C:\\Python311）：{interpreter}"
            ) from error
        make_folder(self.settings.parent)
        replace_file(self.settings, lambda file: file.write(data))

    def add_addin(self) -> Path:
        """Copy the xlwings add-in to where Excel loads it from.

        Raises:
            Error: when xlwings is not installed, or its add-in cannot be put there (Excel is open, say).
        """
        try:
            import xlwings
        except ImportError as error:
            raise Error('没有安装 xlwings，请先运行 pip install "xltargets[excel]"') from error
        source = Path(xlwings.__file__).parent / "addin" / "xlwings.xlam"
        if self.addin is None or not source.exists():
            raise Error("找不到 Excel 的加载项文件夹，不能安装 xlwings 加载项；不装它按钮也能用")
        make_folder(self.addin.parent)
        with source.open("rb") as file:
            replace_file(self.addin, lambda target: shutil.copyfileobj(file, target))
        return self.addin


# --- looking --------------------------------------------------------------------------------------


def examine(machine: Machine) -> Iterator[Check]:
    """Everything that the 校验 button needs, in the order in which to mend it."""
    yield _python(machine)
    yield _package(machine)
    yield _xlwings(machine)
    if machine.system != "Windows":
        yield Check(
            "系统", State.NOTE, f"这是 {machine.system}，没有 Windows 版 Excel",
            "按钮只在 Windows 的 Excel 中可用；这里请用 .xlsx 模板的“自检”表，或用 xltargets annotate 校验文件",
        )  # fmt: skip
        return
    yield from _excel(machine)
    yield _setting(machine)
    yield _addin(machine)
    yield from _macros(machine)


def _python(machine: Machine) -> Check:
    said = f"{machine.python[0]}.{machine.python[1]}，{machine.bits} 位，{machine.executable}"
    if machine.python < (3, 11):
        return Check("Python", State.BAD, said, "需要 Python 3.11 或更高版本，请用离线包中的安装脚本重新安装")
    if "WindowsApps" in str(machine.executable):
        return Check(
            "Python", State.NOTE, said,
            "这是微软应用商店的 Python，Excel 可能启动不了它；请从 python.org 的安装包安装",
        )  # fmt: skip
    if machine.bits != 64:
        return Check("Python", State.NOTE, said, "建议换成 64 位的 Python，离线包只带 64 位的组件")
    return Check("Python", State.FINE, said)


def _package(machine: Machine) -> Check:
    from xltargets.submission.form import load_form

    found = machine.installed("xltargets")
    if found is None:
        return Check(
            "xltargets", State.NOTE, "从源代码运行，没有安装", "请用 pip install 安装，Excel 才找得到它"
        )
    return Check("xltargets", State.FINE, f"{found}，适用模板版本 {load_form().version}")


def _xlwings(machine: Machine) -> Check:
    found = machine.installed("xlwings")
    needed = ".".join(map(str, XLWINGS))
    if found is None:
        return Check(
            "xlwings", State.BAD, "没有安装", '请运行 pip install "xltargets[excel]"，内网用离线包安装'
        )
    if tuple(int(part) for part in found.split(".")[:3] if part.isdigit()) < XLWINGS:
        return Check(
            "xlwings", State.BAD, found, f"版本太低，需要 {needed} 或更高；请运行 pip install -U xlwings"
        )
    if machine.system == "Windows" and machine.installed("pywin32") is None:
        return Check(
            "xlwings", State.BAD, f"{found}，缺少 pywin32", "请运行 pip install pywin32，内网用离线包安装"
        )
    return Check("xlwings", State.FINE, found)


def _excel(machine: Machine) -> Iterator[Check]:
    current = machine.registry("HKEY_CLASSES_ROOT", r"Excel.Application\CurVer", "")
    number = str(current or "").rpartition(".")[2]
    if not number.isdigit():
        yield Check(
            "Excel", State.BAD, "没有安装 Excel", "按钮需要 Excel 2016 或更高版本；没有 Excel 请用“自检”表"
        )
    elif int(number) < EXCEL:
        yield Check("Excel", State.NOTE, f"版本 {number}.0", "建议 Excel 2016 或更高版本，旧版本没有测试过")
    else:
        yield Check("Excel", State.FINE, f"版本 {number}.0")
    wps = any(
        machine.registry("HKEY_CLASSES_ROOT", rf"{name}\CLSID", "")
        for name in ("Ket.Application", "ET.Application")
    )
    opener = str(machine.registry("HKEY_CLASSES_ROOT", ".xlsm", "") or "")
    if opener.lower().startswith(("et.", "ket.", "wps.")):
        yield Check(
            "WPS", State.NOTE, ".xlsm 文件默认用 WPS 打开",
            "WPS 中按钮不可用：请右键文件“打开方式”选 Excel，或改用 .xlsx 模板的“自检”表",
        )  # fmt: skip
    elif wps:
        yield Check(
            "WPS", State.NOTE, "装有 WPS", "请用 Excel 打开 .xlsm；用 WPS 打开时按钮不可用，看“自检”表"
        )


def _setting(machine: Machine) -> Check:
    written = machine.written()
    if written is None:
        return Check("解释器配置", State.BAD, f"{machine.settings} 中没有 {KEY}", "请运行 xltargets install")
    if not written.exists():
        return Check(
            "解释器配置", State.BAD, f"{written} 不存在", "Python 可能移动或卸载过；请运行 xltargets install"
        )
    found = machine.runs(written)
    if found is None:
        return Check(
            "解释器配置", State.BAD, f"{written} 中没有 xltargets 或 xlwings，或启动不了",
            "请用装有 xltargets 的 Python 运行 xltargets install",
        )  # fmt: skip
    return Check("解释器配置", State.FINE, f"{written}（xltargets {found}）")


def _addin(machine: Machine) -> Check:
    if machine.addin is not None and machine.addin.exists():
        return Check("xlwings 加载项", State.FINE, str(machine.addin))
    return Check("xlwings 加载项", State.FINE, "没有安装；不需要，按钮会直接启动 Python")


_SECURITY = r"Microsoft\Office\16.0\Excel\Security"


def _macros(machine: Machine) -> Iterator[Check]:
    policy = machine.registry("HKEY_CURRENT_USER", rf"Software\Policies\{_SECURITY}", "VBAWarnings")
    level = (
        policy
        if policy is not None
        else machine.registry("HKEY_CURRENT_USER", rf"Software\{_SECURITY}", "VBAWarnings")
    )
    whose = "（由单位策略规定）" if policy is not None else ""
    where = (
        "请信息中心调整策略"
        if whose
        else "请在“文件－选项－信任中心－信任中心设置－宏设置”中选“禁用所有宏，并发出通知”"
    )
    if level == 4:
        yield Check("宏", State.BAD, f"所有宏都被禁用{whose}", f"{where}，打开工作簿时点“启用内容”")
    elif level == 3:
        yield Check("宏", State.BAD, f"只允许有数字签名的宏{whose}", f"{where}；或把工作簿放进受信任的文件夹")
    elif level == 1:
        yield Check("宏", State.NOTE, f"所有宏都不经询问就运行{whose}", f"这样不安全，{where}")
    else:
        yield Check("宏", State.FINE, f"打开时询问{whose}", "打开工作簿时点黄色提示条上的“启用内容”")
    yield Check(
        "下载的文件", State.FINE, "从网页、邮件得到的工作簿，Excel 会禁止其中的宏",
        "右键文件－属性，勾选“解除锁定”后再打开",
    )  # fmt: skip
