"""The staff manual cannot drift: its commands are run, its words are found in the program, its HTML is built anew."""

from __future__ import annotations

import importlib.util
import os
import re
import shlex
import signal
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from xltargets.submission.document import load_document
from xltargets.submission.fill import fill

ROOT = Path(__file__).parents[1]
PAGES = sorted((ROOT / "docs" / "manual").glob("*.md"))
DATA = ROOT / "tests" / "data"
VERSION = re.search(r"^version = (\S+)", (ROOT / "setup.cfg").read_text("utf-8"), re.MULTILINE)[1]  # type: ignore[index]
#: What a command says where it has nothing to do, since there is no Excel for Windows; then it exits with 2.
NOT_HERE = {"install": "按钮只在 Windows 的 Excel 中可用"}
#: Lines of the manual that are no command of ours, each run by tests/test_offline_bundle.py.
ELSEWHERE = {
    "python scripts/offline_bundle.py",
    f"unzip xltargets-{VERSION}-offline.zip",
    f"sh xltargets-{VERSION}-offline/install.sh",
}


def script(name: str) -> ModuleType:
    """One of ``scripts/`` as a module."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def blocks(page: Path) -> Iterator[tuple[str, str]]:
    """Language and text of every fenced block."""
    yield from re.findall(r"^```(\w*)\n(.*?)^```$", page.read_text("utf-8"), re.DOTALL | re.MULTILINE)


def of_another_unit(document: dict[str, Any]) -> dict[str, Any]:
    """The document as another unit's, with projects of its own."""
    document["unit"] |= {"code": "286002", "name": "怀来县司法局"}
    for number, project in enumerate(document["projects"]):
        project["code"] = f"13073024P0007123000{number}X"
    return document


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """A folder as the manual takes it to be: a form with mistakes, an inbox, last year's form, the bureau's lists."""
    wrong = script("pictures").with_mistakes(load_document(DATA / "clean.json"))
    (tmp_path / "报送").mkdir()
    for name in ("286001.xlsx", "报送/286001_怀来县信访局.xlsx"):
        fill(wrong, tmp_path / name)
    fill(of_another_unit(load_document(DATA / "clean.json")), tmp_path / "报送" / "286002_怀来县司法局.xlsx")
    last_year = load_document(DATA / "clean.json")
    last_year["unit"]["year"] = 2023
    (tmp_path / "上年报送").mkdir()
    for name in ("286001_2023.xlsx", "上年报送/286001_怀来县信访局.xlsx"):
        fill(last_year, tmp_path / name)
    units = "单位编码,单位名称\n286001,怀来县信访局\n286002,怀来县司法局\n286003,怀来县统计局\n"
    (tmp_path / "单位名录.csv").write_text(units, "utf-8")
    projects = "项目编码,项目名称,单位编码,预算数\n13073024P000585100016,信访事项办理经费,286001,120.5\n"
    (tmp_path / "项目库.csv").write_text(projects, "utf-8")
    return tmp_path


def watch(arguments: list[str], folder: Path) -> None:
    """Start a watch, wait until it says that the summary is written, and end it as Ctrl-C does."""
    environment = {**os.environ, "XDG_CACHE_HOME": str(folder / "cache"), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "xltargets", *arguments]
    summary, given_back = (folder / arguments[arguments.index(option) + 1] for option in ("-o", "--return"))
    with subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True) as running:
        too_long = threading.Timer(300, running.kill)
        too_long.start()
        assert running.stdout and any("汇总表已更新" in line for line in running.stdout)
        running.send_signal(signal.SIGINT)
        assert running.wait() in (0, 1)
        too_long.cancel()
    assert summary.exists() and list(given_back.glob("退回/*/*.xlsx"))


def run(line: str, folder: Path) -> str:
    """What a command says, on both streams."""
    program, *arguments = shlex.split(line, comments=True)
    assert program == "xltargets", line
    if arguments[0] == "watch":
        watch(arguments, folder)
        return ""
    done = subprocess.run(
        [sys.executable, "-m", "xltargets", *arguments], cwd=folder, capture_output=True, text=True, check=False,
        env={**os.environ, "HOME": str(folder), "XDG_CACHE_HOME": str(folder / "cache")},
    )  # fmt: skip
    if arguments[0] in NOT_HERE and sys.platform != "win32":
        assert done.returncode == 2 and NOT_HERE[arguments[0]] in done.stderr
        return done.stderr
    assert done.returncode in (0, 1), (line, done.stdout, done.stderr)
    return done.stdout + done.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_commands_run_and_say_what_the_manual_shows(page: Path, office: Path) -> None:
    said = ""
    for language, text in blocks(page):
        assert language in ("sh", "text", "toml"), f"{page.name}: a block of {language or 'no language'}"
        if language == "sh":
            said = "".join(run(line, office) for line in text.splitlines() if line not in ELSEWHERE)
        elif language == "text":
            missing = [line for line in text.splitlines() if line not in said]
            assert not missing, f"{page.name} shows what was not said:\n{said}"


def test_every_command_of_ours_is_told_of() -> None:
    from xltargets.cli import Group

    told = "\n".join(page.read_text("utf-8") for page in PAGES)
    #: for developers
    untold = {name for name in Group.COMMANDS if f"xltargets {name}" not in told} - {"fill", "export"}
    assert not untold


def test_the_buttons_are_those_of_the_workbook() -> None:
    page = next(page for page in PAGES if "clerk" in page.name).read_text("utf-8")
    table = page.partition("| 按钮 |")[2].partition("\n\n")[0]
    told = re.findall(r"^\| ([^-| ]+) \|", table, re.MULTILINE)
    drawings = zipfile.ZipFile(ROOT / "templates" / "targets.xlsm")
    shapes = "".join(drawings.read(name).decode() for name in drawings.namelist() if name.endswith(".vml"))
    assert sorted(told) == sorted(set(re.findall(r"<font[^>]*>([^<]+)</font>", shapes)))


def test_the_settings_shown_are_accepted_and_in_force(tmp_path: Path) -> None:
    shown = "\n".join(text for page in PAGES for language, text in blocks(page) if language == "toml")
    (tmp_path / "xltargets.toml").write_text(shown, "utf-8")
    in_force = run("xltargets config", tmp_path)
    assert re.search(r'severity\.M03\s+"hint"\s+.*xltargets\.toml', in_force)
    assert re.search(r"rules\.M01\.eps\s+0\.01\s+.*xltargets\.toml", in_force)
    assert re.search(r'summary\.labels\s+{ "预算数" = "批复预算数" }\s+.*xltargets\.toml', in_force)
    assert re.search(r"on\.T15\s+true\s+.*xltargets\.toml", in_force)


def test_every_picture_is_there_and_used() -> None:
    used = set(re.findall(r"!\[[^\]]+\]\((?:\.\./|docs/)images/([^)]+)\)", "\n".join(
        page.read_text("utf-8") for page in [*PAGES, ROOT / "README.md"]
    )))  # fmt: skip
    assert used == {path.name for path in (ROOT / "docs" / "images").glob("*")}


def test_the_script_draws_every_picture(tmp_path: Path) -> None:
    drawn = {f"{name}.png" for name in script("pictures").pictures(tmp_path)}
    assert drawn == {path.name for path in (ROOT / "docs" / "images").glob("*")}


def test_every_message_in_the_table_of_troubles_is_one_that_the_program_has() -> None:
    page = next(page for page in PAGES if "administrator" in page.name).read_text("utf-8")
    table = page.partition("## 故障处理")[2].partition("\n## ")[0]
    messages = [line.split("|")[1].strip() for line in table.splitlines() if line.startswith("| ")][2:]
    sources = [*(ROOT / "xltargets").rglob("*.py"), *(ROOT / "scripts" / "offline").glob("install.*")]
    program = "\n".join(path.read_text("utf-8") for path in sources)
    assert len(messages) >= 8
    for message in messages:
        plain = re.sub(r"（[A-Z]\d\d）$", "", message)
        assert plain in program, message


def test_the_html_is_up_to_date() -> None:
    command = [sys.executable, ROOT / "scripts" / "build_manual.py", "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_html_needs_nothing_but_itself() -> None:
    text = (ROOT / "docs" / "manual" / "manual.html").read_text("utf-8")
    assert not re.search(r"https?:|<script|<link|@import|url\(", text)
    assert all(
        source.startswith("data:image/png;base64,") for source in re.findall(r'src="([^"]{0,30})', text)
    )
    anchors = set(re.findall(r'id="([^"]+)"', text))
    links = re.findall(r'href="([^"]+)"', text)
    assert len(links) > 20 and all(link[1:] in anchors for link in links if link.startswith("#"))
    assert not [link for link in links if not link.startswith("#")]


@pytest.mark.libreoffice
def test_libreoffice_prints_it_with_all_words_and_pictures(tmp_path: Path) -> None:
    script("build_manual").print_pdf(tmp_path / "manual.pdf", program="soffice")
    words = subprocess.check_output(["pdftotext", tmp_path / "manual.pdf", "-"], text=True)
    printed = re.sub(r"\s", "", words)
    source = "\n".join(page.read_text("utf-8") for page in PAGES)
    for heading in re.findall(r"^#+ (.+)$", source, re.MULTILINE):
        assert re.sub(r"\s", "", heading) in printed, heading
    listed = subprocess.check_output(["pdfimages", "-list", tmp_path / "manual.pdf"], text=True)
    assert sum(" image " in line for line in listed.splitlines()) == source.count("](../images/")
