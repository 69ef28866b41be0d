"""The command line, run as a user runs it: a process of its own."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pytest
import xlsxwriter

from xltargets.cli import Group
from xltargets.cli.chinese import columns
from xltargets.excel.cells import set_values
from xltargets.excel.package import Package
from xltargets.submission.document import load_document
from xltargets.submission.read import read

DATA = Path(__file__).parent / "data"


def run(
    *arguments: object, cwd: Path | None = None, before: Sequence[str] = ()
) -> subprocess.CompletedProcess[str]:
    """One run of the command, through the command `before`; a traceback is never an answer."""
    done = subprocess.run(
        [*before, sys.executable, "-m", "xltargets", *map(str, arguments)],
        capture_output=True, text=True, encoding="utf-8", cwd=cwd, check=False,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", "LANG": "C", "COLUMNS": "200"},
    )  # fmt: skip
    assert "Traceback" not in done.stderr + done.stdout, done.stderr
    return done


@pytest.fixture
def wrong(filled: Path) -> Path:
    """A workbook with one error: a budget that is not the sum of its sources."""
    sheet, cell = read(filled).locations["/projects/0/budget/total"]
    package = Package.open(filled)
    set_values(package, sheet, {cell: 120})
    target = filled.with_name("wrong.xlsx")
    package.save(target)
    return target


class TestHelp:
    def test_is_chinese_for_every_command(self) -> None:
        listing = run("--help").stdout
        for command in Group.COMMANDS:
            assert command in listing
            text = run(command, "--help").stdout
            assert "用法：" in text and "例：" in text, command
            assert not re.search(
                r"\b(Usage|Options|OPTIONS|Show|default|PATH|TEXT|INTEGER|FLOAT|RANGE|required)\b", text
            ), text

    def test_stands_in_columns_that_a_terminal_shows_below_each_other(self) -> None:
        for command in Group.COMMANDS:
            _, _, options = run(command, "--help").stdout.partition("选项：\n")
            starts = {
                columns(line[: re.search("  +(?=[^ -])", line).end()]) for line in options.splitlines()  # type: ignore[union-attr]
            }
            assert len(starts) == 1, options

    def test_is_shown_when_nothing_is_asked_for(self) -> None:
        done = run()
        assert (done.returncode, done.stderr) == (2, run("--help").stdout)

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (["chek"], "没有命令 chek，是不是 check？"),
            (["x"], "没有命令 x。"),
            (["check"], "缺少参数"),
            (["check", "a.xlsx", "--formt", "json"], "--format"),
            (["check", "a.xlsx", "--format", "xml"], "不在可选的"),
            (["explain", "M1"], "M01"),
            (["annotate", "a.xlsx", "b.xlsx", "-o", "c.xlsx"], "--output-dir"),
            (["fill", "a.json"], "-o"),
            (["new", "-o", "a.xlsx", "--year", "x"], "x 不是数"),
            (["consolidate", "a", "-o", "b.xlsx", "--jobs", "0"], "不在范围 1<=x<=64 之内"),
            (["consolidate", "a", "-o", "b.xlsx", "--deadline", "明天"], "不是日期，请写成如 2024-11-30"),
        ],
    )
    def test_of_wrong_words_names_the_right_ones(self, arguments: list[str], words: str) -> None:
        done = run(*arguments)
        assert done.returncode == 2
        assert words in done.stderr
        assert not re.search(r"\b(Usage|Error|Try|Missing|No such|Invalid)\b", done.stderr)
        assert re.fullmatch(r".*用\S* xltargets.*\n", done.stderr), "one line, and where to read more"


class TestCheck:
    def test_of_a_sound_workbook_finds_nothing(self, filled: Path) -> None:
        done = run("check", filled)
        assert (done.returncode, done.stderr) == (0, "")
        assert "没有发现问题" in done.stdout
        assert "共 1 个文件：0 个错误，0 个警告，0 个提示" in done.stdout

    def test_tells_place_numbers_and_what_to_do(self, wrong: Path) -> None:
        done = run("check", wrong)
        cell = read(wrong).locations["/projects/0/budget/total"].cell
        (line,) = (line for line in done.stdout.splitlines() if " M01 " in line)
        assert f"错误 M01 项目1!{cell} 预算数：" in line
        assert "120.00" in line and "相差" in line and "0.50" in line and "请" in line
        assert done.returncode == 1

    def test_as_json_has_the_members_that_are_promised(self, wrong: Path) -> None:
        done = run("check", wrong, "--format", "json")
        report = json.loads(done.stdout)
        assert report["files"] == [{"file": str(wrong), "status": "findings"}]
        finding = next(finding for finding in report["findings"] if finding["rule"] == "M01")
        assert finding.pop("message").startswith("预算数")
        assert finding == {
            "rule": "M01", "severity": "error", "file": str(wrong), "pointer": "/projects/0/budget/total",
            "sheet": "项目1", "cell": read(wrong).locations["/projects/0/budget/total"].cell, "field": "预算数",
        }  # fmt: skip

    @pytest.mark.parametrize(("fail_on", "status"), [("error", 0), ("warning", 1), ("hint", 1)])
    def test_fails_on_the_severity_that_is_asked_for(self, fail_on: str, status: int) -> None:
        assert run("check", DATA / "seed.json", "--fail-on", fail_on).returncode == status

    def test_of_a_document_has_pointers_and_no_cells(self) -> None:
        report = json.loads(run("check", DATA / "seed.json", "--format", "json").stdout)
        assert report["findings"]
        assert {finding["cell"] for finding in report["findings"]} == {None}

    def test_goes_on_after_a_file_that_cannot_be_read(self, tmp_path: Path, wrong: Path) -> None:
        bad = wrong.with_name("bad.xlsx")
        bad.write_bytes(b"no workbook")
        done = run("check", bad, wrong, tmp_path / "none.xlsx", "--format", "json")
        report = json.loads(done.stdout)
        assert [entry["status"] for entry in report["files"]] == ["error", "findings", "error"]
        assert all(entry["message"] for entry in report["files"] if entry["status"] == "error")
        assert done.returncode == 2

    def test_of_a_folder_takes_the_workbooks_in_it(self, tmp_path: Path, wrong: Path) -> None:
        folder = tmp_path / "inbox"
        (folder / "deep").mkdir(parents=True)
        shutil.copy(wrong, folder / "deep" / "一.xlsx")
        (folder / "~$一.xlsx").write_bytes(b"lock")
        (folder / "notes.txt").write_text("x", "utf-8")
        report = json.loads(run("check", folder, "--format", "json").stdout)
        assert [entry["file"] for entry in report["files"]] == [str(folder / "deep" / "一.xlsx")]

    def test_of_a_folder_names_the_archive_that_it_does_not_open(self, tmp_path: Path, wrong: Path) -> None:
        (tmp_path / "in").mkdir()
        with ZipFile(tmp_path / "in" / "乡镇.zip", "w") as archive:
            archive.write(wrong, "a.xlsx")
            archive.write(wrong, "b.xlsx")
        done = run("check", tmp_path / "in")
        assert done.returncode == 2 and done.stdout.count("这是压缩包，不是 Excel 工作簿，请先解压") == 1
        assert "乡镇.zip" in done.stdout

    def test_of_a_folder_passes_over_what_is_no_submission_by_its_nature(self, tmp_path: Path, wrong: Path) -> None:
        folder = tmp_path / "inbox"
        folder.mkdir()
        shutil.copy(wrong, folder / "一.xlsx")
        assert run("consolidate", folder, "-o", folder / "汇总.xlsx", "--no-cache").returncode == 1
        (folder / "package.json").write_text('{"name": "x"}', "utf-8")
        (folder / "坏的.json").write_text("{", "utf-8")
        report = json.loads(run("check", folder, "--format", "json").stdout)
        assert sorted(Path(entry["file"]).name for entry in report["files"]) == ["一.xlsx", "坏的.json"]
        assert run("check", folder / "汇总.xlsx").returncode == 2, "named itself, it is told of"

    def test_of_a_file_that_is_named_twice_counts_it_once(self, filled: Path) -> None:
        assert "共 1 个文件" in run("check", filled, filled).stdout

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
    def test_says_that_the_disk_is_full(self, filled: Path) -> None:
        done = run("check", filled, before=["sh", "-c", '"$@" > /dev/full', "sh"])
        assert (done.returncode, done.stderr) == (2, "磁盘空间不足，结果没有写完；请清理磁盘后再试\n")

    def test_of_an_empty_folder_says_so(self, tmp_path: Path) -> None:
        done = run("check", tmp_path, DATA / "clean.json")
        assert done.returncode == 2
        assert "没有申报表" in done.stdout and "没有发现问题" in done.stdout

    def test_shows_no_character_that_a_terminal_would_obey(self, tmp_path: Path, seed_document: dict) -> None:
        seed_document["projects"][0]["name"] = "\x1b]0;改了标题\x07\x9b31m红\r换行\n了 [bold]"
        path = tmp_path / "controls.json"
        path.write_text(json.dumps(seed_document, ensure_ascii=False, default=float), "utf-8")
        shown = run("check", path).stdout
        assert "红" in shown and not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", shown)

    def test_shows_square_brackets_of_the_data_as_they_are(self, tmp_path: Path, seed_document: dict) -> None:
        seed_document["projects"][0]["name"] = "[bold]粗[/bold] [red"
        path = tmp_path / "markup.json"
        path.write_text(json.dumps(seed_document, ensure_ascii=False, default=float), "utf-8")
        done = run("check", path)
        assert done.returncode in (0, 1) and "[bold]粗[/bold] [red" in done.stdout


    def test_says_that_a_ledger_has_no_amounts(self, tmp_path: Path) -> None:
        ledger = tmp_path / "项目库.csv"
        ledger.write_text("项目编码,拟下达数\n13073024P000585100016,120.5\n", "utf-8")
        done = run("check", DATA / "clean.json", "--ledger", ledger)
        assert done.stderr.startswith(f"{ledger}：没有认出预算数的列，金额没有核对；要核对的，请把表头写作预算数、")
        assert "D06" in done.stdout and "D05" not in done.stdout


class TestForms:
    def test_export_of_what_was_filled_is_the_document(self, tmp_path: Path) -> None:
        workbook, exported = tmp_path / "w.xlsx", tmp_path / "d.json"
        assert run("fill", DATA / "clean.json", "-o", workbook).returncode == 0
        assert run("export", workbook, "-o", exported).returncode == 0
        assert load_document(exported) == load_document(DATA / "clean.json")

    def test_fill_writes_several_documents_into_a_folder(self, tmp_path: Path) -> None:
        assert run("fill", DATA / "clean.json", DATA / "seed.json", "--output-dir", tmp_path / "out").returncode == 0
        assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["clean.xlsx", "seed.xlsx"]

    def test_fill_does_not_overwrite_unasked(self, tmp_path: Path) -> None:
        target = tmp_path / "w.xlsx"
        target.write_bytes(b"mine")
        done = run("fill", DATA / "clean.json", "-o", target)
        assert done.returncode == 2 and "--force" in done.stderr
        assert target.read_bytes() == b"mine"

    def test_fill_lists_what_found_no_place(self, tmp_path: Path, sound: dict) -> None:
        sound["projects"][0]["kind"] = "特定目标类"
        document = tmp_path / "d.json"
        document.write_text(json.dumps(sound, ensure_ascii=False, default=float), "utf-8")
        done = run("fill", document, "-o", tmp_path / "w.xlsx")
        assert done.returncode == 1 and "/projects/0/kind：特定目标类" in done.stderr

    def test_new_has_the_unit_filled_in(self, tmp_path: Path) -> None:
        target = tmp_path / "new.xlsx"
        done = run("new", "-o", target, "--code", "001001", "--name", "怀来县信访局", "--year", 2025)
        assert done.returncode == 0
        assert read(target).document["unit"] == {"code": "001001", "name": "怀来县信访局", "region": None, "year": 2025}

    def test_export_report_lists_names_and_fields(self, filled: Path) -> None:
        report = json.loads(run("export", filled, "--report").stdout)
        assert "project.indicators.weight" in report["missing_fields"]
        assert report["unknown_names"] == [] and report["problems"] == []

    def test_migrate_moves_every_value(self, tmp_path: Path, filled: Path) -> None:
        target = tmp_path / "moved.xlsx"
        assert run("migrate", filled, "-o", target).returncode == 0
        assert read(target).document == read(filled).document


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (["new"], "a.txt"),
        (["new"], "a.xlsm"),
        (["fill", DATA / "clean.json"], "a.docx"),
        (["annotate", "FILLED"], "a.xlsm"),
        (["clean", "FILLED"], "a"),
        (["migrate", "FILLED"], "a.xls"),
        (["repair", "FILLED"], "a.xlsm"),
        (["consolidate", "FILLED"], "a.csv"),
        (["watch", "FILLED"], "a.csv"),
    ],
)
def test_no_workbook_gets_a_name_that_excel_would_not_open_it_by(
    tmp_path: Path, filled: Path, arguments: list[str], name: str
) -> None:
    done = run(*(filled if word == "FILLED" else word for word in arguments), "-o", tmp_path / name)
    assert done.returncode == 2 and "文件名也应以 .xlsx 结尾" in done.stderr
    assert not (tmp_path / name).exists()


class TestAnnotate:
    def test_writes_beside_the_file_and_leaves_it_alone(self, wrong: Path) -> None:
        before = wrong.read_bytes()
        assert run("annotate", wrong).returncode == 0
        assert wrong.read_bytes() == before
        assert wrong.with_name("wrong_批注.xlsx").exists()

    def test_in_place_then_clean_gives_back_every_part(self, wrong: Path) -> None:
        before = parts(wrong)
        assert run("annotate", wrong, "--in-place").returncode == 0
        annotated = parts(wrong)
        assert annotated != before
        assert run("annotate", wrong, "--in-place").returncode == 0
        assert parts(wrong) == annotated, "the second run changed something"
        assert run("clean", wrong, "--in-place").returncode == 0
        assert parts(wrong) == before

    def test_goes_on_after_a_file_that_cannot_be_read(self, tmp_path: Path, wrong: Path) -> None:
        done = run("annotate", tmp_path / "none.xlsx", wrong, "--output-dir", tmp_path / "out")
        assert done.returncode == 2
        assert (tmp_path / "out" / "wrong.xlsx").exists()

    @pytest.mark.parametrize("command", ["annotate", "clean"])
    def test_never_writes_two_files_to_one(self, tmp_path: Path, wrong: Path, command: str) -> None:
        other = tmp_path / "other" / "WRONG.xlsx"
        other.parent.mkdir()
        shutil.copy(wrong, other)
        done = run(command, wrong, other, "--output-dir", tmp_path / "out")
        assert done.returncode == 2 and f"“{wrong}”和“{other}”会写到同一个文件" in done.stderr
        assert not (tmp_path / "out").exists()

    @pytest.mark.parametrize("command", ["annotate", "clean"])
    def test_never_writes_over_the_file_by_naming_its_folder(self, wrong: Path, command: str) -> None:
        before = wrong.read_bytes()
        done = run(command, wrong, "--output-dir", wrong.parent)
        assert done.returncode == 2 and "就在这个文件夹里" in done.stderr
        assert wrong.read_bytes() == before

    def test_takes_a_file_that_is_named_twice_once(self, tmp_path: Path, wrong: Path) -> None:
        done = run("annotate", wrong, wrong, "--output-dir", tmp_path / "out")
        assert done.returncode == 0 and done.stdout.count("已写入") == 1

    def test_of_a_folder_says_what_to_do_instead(self, tmp_path: Path, wrong: Path) -> None:
        done = run("annotate", wrong.parent)
        assert done.returncode == 2 and "这是一个文件夹" in done.stderr and "--return" in done.stderr

    @pytest.mark.parametrize("command", ["annotate", "clean"])
    def test_says_in_a_sentence_that_a_folder_cannot_be_made(self, tmp_path: Path, wrong: Path, command: str) -> None:
        (tmp_path / "out").write_text("a file", "utf-8")
        done = run(command, wrong, "--output-dir", tmp_path / "out" / "deep")
        assert done.returncode == 2
        assert done.stderr.strip().endswith("已有同名的文件，不能建立这个文件夹，请换一个位置")


def parts(path: Path) -> dict[str, bytes]:
    package = Package.open(path)
    return {name: package.read(name) for name in package.names}


class TestPages:
    def test_list_every_rule(self) -> None:
        listed = json.loads(run("rules", "--format", "json").stdout)
        ids = [rule["id"] for rule in listed]
        assert ids == sorted(set(ids), key=ids.index)
        assert {"M01", "F05", "T18", "R01"} <= set(ids)

    def test_explain_a_rule(self) -> None:
        page = run("explain", "m01").stdout
        for word in ("# M01", "改法：", "## 依据", "## 公式", "## 违反的例子", "## 通过的例子", "## 配置"):
            assert word in page

    @pytest.mark.parametrize(
        "command",
        ["new", "fill {document}", "export {book}", "migrate {book}", "repair {book}", "annotate {book}", "clean {book}"],
    )
    def test_makes_the_folder_that_it_writes_to(self, tmp_path: Path, filled: Path, command: str) -> None:
        target = tmp_path / "没有" / "的" / ("a.json" if command.startswith("export") else f"a{filled.suffix}")
        words = command.format(document=DATA / "clean.json", book=filled).split()
        run(*words, "-o", target)
        assert target.stat().st_size > 1000

    def test_explain_of_an_id_that_lost_its_zero_names_the_rule(self) -> None:
        assert run("explain", "m3").stderr.startswith("没有规则 m3；相近的有 M03、")

    def test_config_of_a_folder_that_is_not_there_says_so(self, tmp_path: Path) -> None:
        done = run("config", tmp_path / "none")
        assert (done.returncode, done.stdout) == (2, "") and "找不到这个文件夹" in done.stderr

    def test_tell_where_each_setting_comes_from(self, tmp_path: Path) -> None:
        (tmp_path / "xltargets.toml").write_text('ignore = ["T"]\n', "utf-8")
        done = run("config", cwd=tmp_path)
        assert done.returncode == 0 and "xltargets.toml" in done.stdout


class TestConsolidate:
    @pytest.fixture
    def inbox(self, tmp_path: Path, wrong: Path) -> Path:
        folder = tmp_path / "报送"
        folder.mkdir()
        shutil.copy(wrong, folder / "286001.xlsx")
        return folder

    def test_writes_summary_copies_and_letters(self, tmp_path: Path, inbox: Path) -> None:
        done = run("consolidate", inbox, "-o", tmp_path / "汇总.xlsx", "--return", tmp_path / "结果", "--no-cache")
        assert done.returncode == 1
        assert "1 份申报表，1 个单位，2 个项目；" in done.stdout and "退回 1 份，通过 0 份" in done.stdout
        (copy,) = (tmp_path / "结果" / "退回").rglob("*.xlsx")
        assert read(copy).document == read(inbox / "286001.xlsx").document

    def test_goes_on_after_a_file_that_cannot_be_read(self, tmp_path: Path, inbox: Path) -> None:
        (inbox / "坏.xlsx").write_bytes(b"no workbook")
        done = run("consolidate", inbox, "-o", tmp_path / "汇总.xlsx", "--no-cache")
        assert done.returncode == 2
        assert "坏.xlsx" in done.stderr and "1 份申报表" in done.stdout
        assert (tmp_path / "汇总.xlsx").exists()

    def test_folders_with_settings_of_their_own_are_told_which_count(self, filled: Path, tmp_path: Path) -> None:
        one, other = tmp_path / "甲", tmp_path / "乙"
        for folder, ignored in ((one, "C"), (other, "V")):
            folder.mkdir()
            shutil.copy(filled, folder / f"{ignored}.xlsx")
            (folder / "xltargets.toml").write_text(f'ignore = ["{ignored}"]\n', "utf-8")
        done = run("consolidate", one, other, "-o", tmp_path / "汇总.xlsx", "--no-cache")
        assert f"{other / 'xltargets.toml'}：各处的配置不同，本次都用{one / 'xltargets.toml'}" in done.stderr
        done = run("consolidate", one, "-o", tmp_path / "汇总.xlsx", "--no-cache")
        assert "配置不同" not in done.stderr

    def test_of_a_path_that_is_not_there_writes_nothing(self, tmp_path: Path, inbox: Path) -> None:
        done = run("consolidate", inbox, tmp_path / "none", "-o", tmp_path / "s.xlsx", "--no-cache")
        assert done.returncode == 2 and f"{tmp_path / 'none'}：找不到这个文件夹或文件，没有汇总" in done.stderr
        assert not (tmp_path / "s.xlsx").exists()

    @pytest.mark.parametrize(("deadline", "late"), [("2024-11-30", 0), ("2024-11-30T18:00", 1), ("2024-11-29", 1)])
    def test_a_deadline_that_is_a_day_takes_in_that_day(
        self, tmp_path: Path, inbox: Path, deadline: str, late: int
    ) -> None:
        moment = datetime(2024, 11, 30, 20).timestamp()
        os.utime(inbox / "286001.xlsx", (moment, moment))
        run("consolidate", inbox, "-o", tmp_path / "汇总.xlsx", "--no-cache", "--deadline", deadline)
        sheet = openpyxl.load_workbook(tmp_path / "汇总.xlsx")["报送情况"]
        assert sum(cell.value == "逾期" for row in sheet.iter_rows() for cell in row) == late

    def test_watch_needs_something_to_write(self, inbox: Path) -> None:
        done = run("watch", inbox)
        assert done.returncode == 2 and "--return" in done.stderr


def _powerless() -> list[str]:
    """What runs a command without the power to read whatever it likes, which root has."""
    if getattr(os, "geteuid", lambda: 1)() != 0:
        return []
    if shutil.which("setpriv") is None:
        pytest.skip("only root is here, and there is no setpriv to lay its power down")
    return ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]


@pytest.mark.skipif(os.name == "nt", reason="permissions of POSIX")
class TestWithoutPermission:
    @pytest.fixture
    def shut(self, tmp_path: Path, filled: Path) -> Iterator[Path]:
        """A folder that may not be entered, with a workbook in it."""
        folder = tmp_path / "锁着"
        folder.mkdir()
        shutil.copy(filled, folder / "一.xlsx")
        folder.chmod(0)
        yield folder
        folder.chmod(0o700)

    def test_check_names_the_file_and_goes_on(self, filled: Path, shut: Path) -> None:
        closed = filled.with_name("closed.xlsx")
        shutil.copy(filled, closed)
        closed.chmod(0)
        done = run("check", closed, shut, shut / "一.xlsx", filled, "--format", "json", before=_powerless())
        entries = json.loads(done.stdout)["files"]
        assert [entry["status"] for entry in entries] == ["error", "error", "error", "ok"]
        assert all("权限" in entry["message"] for entry in entries[:3])
        assert done.returncode == 2

    def test_annotate_names_the_file_and_goes_on(self, tmp_path: Path, wrong: Path, shut: Path) -> None:
        done = run("annotate", shut / "一.xlsx", wrong, "--output-dir", tmp_path / "out", before=_powerless())
        assert done.returncode == 2 and "权限" in done.stderr
        assert [path.name for path in (tmp_path / "out").iterdir()] == ["wrong.xlsx"]

    @pytest.mark.parametrize("command", [["new"], ["fill", DATA / "clean.json"], ["consolidate", DATA / "clean.json"]])
    def test_nothing_is_written_into_a_folder_that_is_shut(self, shut: Path, command: list[str]) -> None:
        done = run(*command, "-o", shut / "新.xlsx", before=_powerless())
        assert done.returncode == 2 and "没有写入权限" in done.stderr


class TestNamesThatAreTooLong:
    LONG = "长" * 200 + ".xlsx"

    @pytest.mark.parametrize(
        "arguments",
        [["check"], ["annotate"], ["export"], ["consolidate", "-o", "x.xlsx"], ["fill", "-o", "x.xlsx"], ["config"]],
    )
    def test_are_refused_in_a_sentence(self, tmp_path: Path, arguments: list[str]) -> None:
        done = run(*arguments[:1], self.LONG, *arguments[1:], cwd=tmp_path)
        assert done.returncode == 2 and re.search("太长|找不到|读不了", done.stdout + done.stderr)

    def test_are_not_written_to(self, filled: Path) -> None:
        done = run("annotate", filled, "-o", filled.with_name(self.LONG))
        assert done.returncode == 2 and "文件名太长" in done.stderr

    @pytest.mark.parametrize("option", ["--return", "--parquet"])
    def test_are_refused_as_folders_too(self, tmp_path: Path, filled: Path, option: str) -> None:
        done = run("consolidate", filled, "-o", tmp_path / "a.xlsx", "--no-cache", option, "长" * 200)
        assert done.returncode == 2 and "长" * 200 in done.stderr


def test_a_reader_that_goes_away_is_no_finding(filled: Path) -> None:
    command = f"'{sys.executable}' -m xltargets check '{filled}' | true; exit ${{PIPESTATUS[0]}}"
    assert subprocess.run(["bash", "-c", command], check=False).returncode in (0, 2)


class TestWhatIsNotOverwritten:
    def test_a_submission_by_the_summary(self, filled: Path) -> None:
        before = filled.read_bytes()
        for sources in (filled, filled.parent):
            done = run("consolidate", sources, "-o", filled, "--no-cache")
            assert done.returncode == 2 and "这个文件已经存在，又不是本程序写的汇总表，没有覆盖" in done.stderr
        assert filled.read_bytes() == before

    def test_a_workbook_by_the_document_that_is_read_from_it(self, filled: Path) -> None:
        before = filled.read_bytes()
        done = run("export", filled, "-o", filled)
        assert done.returncode == 2 and "文件名应以 .json 结尾" in done.stderr
        assert filled.read_bytes() == before

    def test_a_summary_that_cannot_be_written_is_refused_before_anything_is_read(self, tmp_path: Path, filled: Path) -> None:
        (tmp_path / "汇总.xlsx").mkdir()
        done = run("consolidate", filled, "-o", tmp_path / "汇总.xlsx", "--no-cache")
        assert (done.returncode, done.stdout) == (2, "") and "已处理" not in done.stderr


    @pytest.mark.parametrize(
        "arguments",
        [
            ["import", "文本.txt", "--json", "-o", "文本.txt"], ["import", "文本.txt", "-o", "表.xlsx", "--template", "表.xlsx"],
            ["new", "-o", "表.xlsx", "--template", "表.xlsx"], ["migrate", "表.xlsx", "-o", "表.xlsx"],
            ["publish", "表.xlsx", "-o", "版.docx", "--template", "版.docx"], ["fill", "文.json", "-o", "表.xlsx", "--template", "表.xlsx"],
        ],
        ids=lambda arguments: " ".join(arguments[:1]),
    )  # fmt: skip
    def test_what_is_read_even_by_force(self, tmp_path: Path, filled: Path, arguments: list[str]) -> None:
        (tmp_path / "表.xlsx").write_bytes(filled.read_bytes())
        (tmp_path / "文本.txt").write_text("一、总体绩效目标\n修路。\n", "utf-8")
        (tmp_path / "文.json").write_text("{}", "utf-8")
        (tmp_path / "版.docx").write_bytes(b"PK")
        before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
        result = run(*[str(tmp_path / one) if "." in one else one for one in arguments], "--force")
        assert (result.returncode, "要写的文件就是要读的文件" in result.stderr) == (2, True)
        assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_an_empty_path_is_not_the_folder_one_stands_in(tmp_path: Path, filled: Path) -> None:
    for arguments in (["check", ""], ["consolidate", str(filled.parent), "-o", str(tmp_path / "a.xlsx"), "--return", ""]):
        result = run(*arguments)
        assert (result.returncode, "路径是空的" in result.stderr) == (2, True)


class TestADocumentThatNoCellHolds:
    @pytest.mark.parametrize(
        ("name", "words"),
        [("长" * 32768, "文字超过 Excel 单元格的上限"), (["一组"], "“项目名称”应是一个值，文档里却是一组值")],
    )
    def test_is_named_with_sheet_and_cell(self, tmp_path: Path, name: object, words: str) -> None:
        document = tmp_path / "286001.json"
        document.write_text(json.dumps({"projects": [{"name": name}]}), "utf-8")
        done = run("fill", document, "-o", tmp_path / "286001.xlsx")
        assert done.returncode == 2
        assert done.stderr.startswith(f"{document} [项目1!") and words in done.stderr

    def test_half_a_surrogate_pair_becomes_a_replacement_character(self, tmp_path: Path) -> None:
        document = tmp_path / "286001.json"
        document.write_text('{"unit": {"name": "甲\\ud800乙"}}', "utf-8")
        assert run("fill", document, "-o", tmp_path / "a.xlsx").returncode == 0
        assert read(tmp_path / "a.xlsx").document["unit"]["name"] == "甲\ufffd乙"


def test_new_tells_what_a_template_of_its_own_has_no_cell_for(tmp_path: Path) -> None:
    schema, template = tmp_path / "schema.json", tmp_path / "template.xlsx"
    schema.write_text('{"properties": {"unit": {"properties": {"name": {"type": ["string", "null"]}}}}}', "utf-8-sig")
    with xlsxwriter.Workbook(template) as book:
        book.add_worksheet("表")
        book.define_name("unit.name", "=表!$B$2")
    target = tmp_path / "new.xlsx"
    done = run("new", "-o", target, "--name", "甲局", "--code", "286001", "--template", template, "--schema", schema)
    assert done.returncode == 1 and "没有地方填写 /unit/code：286001" in done.stderr
    assert openpyxl.load_workbook(target)["表"]["B2"].value == "甲局"
