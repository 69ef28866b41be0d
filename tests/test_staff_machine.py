"""``xltargets install`` and ``xltargets doctor``: a Windows machine's answers are played, files are real."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from xltargets.errors import Error
from xltargets.machine import Check, Machine, State, _installed, _runs, examine

Keys = dict[tuple[str, str], object]
EXCEL: Keys = {(r"Excel.Application\CurVer", ""): "Excel.Application.16"}
POLICY = r"Software\Policies\Microsoft\Office\16.0\Excel\Security"
OWN = r"Software\Microsoft\Office\16.0\Excel\Security"
VERSIONS = {"xltargets": "2024.1.0", "xlwings": "0.37.8", "pywin32": "306"}


def answering(keys: Keys) -> Callable[[str, str, str], object]:
    """A registry with these keys."""
    return lambda root, path, value: keys.get((path, value))


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine on which all is well, but for the setting."""
    python = tmp_path / "Python 311"
    python.mkdir()
    for name in ("python.exe", "pythonw.exe"):
        (python / name).touch()
    return Machine(
        system="Windows", python=(3, 11), bits=64, executable=python / "python.exe", home=tmp_path / "用户",
        environ={"APPDATA": str(tmp_path / "AppData")}, registry=answering(EXCEL), installed=VERSIONS.get,
        runs=lambda interpreter: "2024.1.0",
    )  # fmt: skip


def bad(machine: Machine) -> list[Check]:
    """What must be mended; each says what to do."""
    found = [check for check in examine(machine) if check.state is State.BAD]
    assert all(check.advice for check in found)
    return found


def noted(machine: Machine) -> dict[str, str]:
    """What is worth a word: name → advice."""
    return {check.name: check.advice for check in examine(machine) if check.state is State.NOTE}


class TestInstall:
    def test_the_interpreter_without_a_console_is_written_and_other_lines_stay(
        self, machine: Machine
    ) -> None:
        machine.settings.parent.mkdir(parents=True)
        machine.settings.write_text('"PYTHONPATH","C:\\库"\n"INTERPRETER_WIN","C:\\old.exe"\n', "utf-8")
        machine.write(machine.interpreter)
        assert machine.settings.read_text("utf-8") == (
            f'"PYTHONPATH","C:\\库"\n"INTERPRETER_WIN","{machine.executable.parent / "pythonw.exe"}"\n'
        )
        assert machine.written() == machine.executable.parent / "pythonw.exe"

    def test_writing_twice_changes_nothing_and_removing_takes_only_ours_away(self, machine: Machine) -> None:
        machine.settings.parent.mkdir(parents=True)
        machine.settings.write_text('"PYTHONPATH","C:\\库"\n', "utf-8")
        machine.write(machine.interpreter)
        once = machine.settings.read_bytes()
        machine.write(machine.interpreter)
        assert machine.settings.read_bytes() == once
        machine.write(None)
        assert machine.settings.read_text("utf-8") == '"PYTHONPATH","C:\\库"\n'

    def test_the_workbooks_macro_finds_what_was_written(self, machine: Machine) -> None:
        machine.write(machine.interpreter)
        (line,) = machine.settings.read_text("utf-8").splitlines()
        assert line.startswith('"INTERPRETER_WIN","') and line.endswith('"')

    def test_a_path_that_the_code_page_lacks_is_refused(
        self, machine: Machine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(Machine, "encoding", "ascii")
        with pytest.raises(Error, match="英文路径"):
            machine.write(Path("C:/用户/pythonw.exe"))
        assert not machine.settings.exists()

    def test_the_addin_goes_where_excel_loads_it(self, machine: Machine) -> None:
        target = machine.add_addin()
        assert target == machine.addin and target.read_bytes()[:2] == b"PK"
        with pytest.raises(Error, match="加载项文件夹"):
            replace(machine, environ={}).add_addin()

    def test_elsewhere_than_on_windows_it_says_what_to_use_instead(self) -> None:
        if sys.platform == "win32":
            pytest.skip("on Windows it installs")
        done = subprocess.run(
            [sys.executable, "-m", "xltargets", "install"], capture_output=True, text=True, check=False
        )
        assert done.returncode == 2 and "自检" in done.stderr


class TestDoctor:
    def test_all_is_well(self, machine: Machine) -> None:
        machine.write(machine.interpreter)
        assert bad(machine) == []
        assert noted(machine) == {}

    def test_no_setting(self, machine: Machine) -> None:
        (check,) = bad(machine)
        assert check.advice == "请运行 xltargets install"

    def test_the_interpreter_is_gone(self, machine: Machine) -> None:
        machine.write(Path("C:/gone/pythonw.exe"))
        assert [check.name for check in bad(machine)] == ["解释器配置"]

    def test_the_interpreter_lacks_xltargets(self, machine: Machine) -> None:
        machine.write(machine.interpreter)
        (check,) = bad(replace(machine, runs=lambda interpreter: None))
        assert "没有 xltargets" in check.said

    @pytest.mark.parametrize(
        "versions, word",
        [
            ({"xltargets": "1"}, "没有安装"),
            ({**VERSIONS, "xlwings": "0.33.1"}, "0.33.1"),
            ({**VERSIONS, "pywin32": None}, "pywin32"),
        ],
    )
    def test_xlwings_is_missing_or_old(self, machine: Machine, versions: dict[str, str], word: str) -> None:
        machine.write(machine.interpreter)
        (check,) = bad(replace(machine, installed=versions.get))
        assert check.name == "xlwings" and word in check.said

    def test_old_python_and_no_excel(self, machine: Machine) -> None:
        machine.write(machine.interpreter)
        broken = replace(machine, python=(3, 9), registry=answering({}))
        assert [check.name for check in bad(broken)] == ["Python", "Excel"]

    def test_wps_opens_the_workbook(self, machine: Machine) -> None:
        machine.write(machine.interpreter)
        wps = {**EXCEL, (".xlsm", ""): "ET.Xlsm.6", (r"Ket.Application\CLSID", ""): "{45540001}"}
        assert "打开方式" in noted(replace(machine, registry=answering(wps)))["WPS"]
        beside = {**EXCEL, (r"Ket.Application\CLSID", ""): "{45540001}"}
        assert "自检" in noted(replace(machine, registry=answering(beside)))["WPS"]

    @pytest.mark.parametrize(
        "keys, state, word",
        [
            ({}, State.FINE, "启用内容"),
            ({(OWN, "VBAWarnings"): 2}, State.FINE, "启用内容"),
            ({(OWN, "VBAWarnings"): 1}, State.NOTE, "不安全"),
            ({(OWN, "VBAWarnings"): 3}, State.BAD, "信任中心"),
            ({(OWN, "VBAWarnings"): 4}, State.BAD, "信任中心"),
            ({(OWN, "VBAWarnings"): 2, (POLICY, "VBAWarnings"): 4}, State.BAD, "信息中心"),
        ],
    )
    def test_macro_security(self, machine: Machine, keys: Keys, state: State, word: str) -> None:
        checks = {
            check.name: check for check in examine(replace(machine, registry=answering({**EXCEL, **keys})))
        }
        assert checks["宏"].state is state and word in checks["宏"].advice

    def test_a_store_python_and_32_bits_are_noted(self, machine: Machine) -> None:
        store = replace(machine, executable=Path("C:/Users/a/AppData/Local/Microsoft/WindowsApps/python.exe"))
        assert "商店" in noted(store)["Python"]
        assert "64" in noted(replace(machine, bits=32))["Python"]

    def test_this_very_machine_is_examined(self) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "xltargets", "doctor"], capture_output=True, text=True, check=False
        )
        assert done.returncode in (0, 1), done.stderr
        assert "Python：" in done.stdout and "Traceback" not in done.stderr

    def test_an_interpreter_is_really_started(self) -> None:
        assert _runs(Path(sys.executable)) == _installed("xltargets")
        assert _runs(Path("/no/such/python")) is None
