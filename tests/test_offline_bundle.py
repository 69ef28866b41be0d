"""The bundle for machines without internet: complete for each platform, and installed here with the network off."""

from __future__ import annotations

import email
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from xltargets.submission.document import load_document
from xltargets.submission.fill import fill

ROOT = Path(__file__).parents[1]
HERE = sysconfig.get_platform()
PYTHON = f"{sys.version_info[0]}.{sys.version_info[1]}"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    """``scripts/offline_bundle.py`` as a module."""
    spec = importlib.util.spec_from_file_location("offline_bundle", ROOT / "scripts" / "offline_bundle.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def registry(script: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Skip where pip can get nothing, but never in CI."""
    smallest = next(one for one in script.read_lock() if one.name == "mdurl")
    options = ["--quiet", "--no-deps", "--no-cache-dir", "--dest", str(tmp_path_factory.mktemp("probe"))]
    probe = [sys.executable, "-m", "pip", "download", *options, str(smallest.requirement)]
    if subprocess.run(probe, capture_output=True, check=False).returncode and not os.environ.get("CI"):
        pytest.skip("pip can get no packages here")


@pytest.fixture(scope="module")
def bundle(script: ModuleType, registry: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The unpacked bundle for this platform and this Python."""
    if HERE not in script.PLATFORMS or PYTHON not in script.PYTHONS:
        pytest.skip(f"there is no bundle for {HERE}, Python {PYTHON}")
    folder = tmp_path_factory.mktemp("bundle")
    script.pack(folder / "offline.zip", [HERE], [PYTHON])
    zipfile.ZipFile(folder / "offline.zip").extractall(folder)
    return folder / "offline"


def install(bundle: Path, home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the install script as a user would who has no network and no settings of pip."""
    cut = ["unshare", "-rn"] if shutil.which("unshare") else []
    if cut and subprocess.run([*cut, "true"], capture_output=True, check=False).returncode:
        cut = []
    home.mkdir(parents=True, exist_ok=True)
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8", "PYTHON": sys.executable}
    command = [*cut, "sh", str(bundle / "install.sh"), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=home)


def test_the_lock_holds_what_setup_cfg_asks_for(script: ModuleType) -> None:
    locked = {one.name: one for one in script.read_lock()}
    for wanted in map(Requirement, script.wanted()):
        one = locked.get(canonicalize_name(wanted.name))
        assert one, f"{wanted} is not locked: python scripts/offline_bundle.py --lock"
        (pin,) = one.requirement.specifier
        assert pin.operator == "==" and pin.version in wanted.specifier, one.requirement


def test_the_lock_names_no_place_and_has_a_hash_for_each_line(script: ModuleType) -> None:
    text = script.LOCK.read_text("utf-8")
    assert "://" not in text and "--index" not in text and "--find-links" not in text
    assert all(one.hashes for one in script.read_lock())


def test_windows_reads_its_script_and_the_rest_is_text() -> None:
    folder = ROOT / "scripts" / "offline"
    assert (folder / "install.bat").read_bytes().isascii()
    compile((folder / "install.py").read_text("utf-8"), "install.py", "exec")
    assert subprocess.run(["sh", "-n", folder / "install.sh"], check=False).returncode == 0


@pytest.mark.parametrize("platform", ["win-amd64", "linux-aarch64"])
def test_each_platform_has_all_that_its_packages_need(
    script: ModuleType, registry: None, tmp_path: Path, platform: str
) -> None:
    script.download(script.read_lock(), platform, "3.12", tmp_path)
    here = {canonicalize_name(wheel.name.split("-")[0]) for wheel in tmp_path.glob("*.whl")}
    environment = {
        **script.PLATFORMS[platform][1],
        "python_version": "3.12",
        "python_full_version": "3.12.0",
        "extra": "",
    }
    for wheel in tmp_path.glob("*.whl"):
        packed = zipfile.ZipFile(wheel)
        (metadata,) = (
            name
            for name in packed.namelist()
            if name.endswith(".dist-info/METADATA") and name.count("/") == 1
        )
        for line in email.message_from_bytes(packed.read(metadata)).get_all("Requires-Dist") or ():
            needed = Requirement(line)
            if needed.marker is None or needed.marker.evaluate(environment):
                assert canonicalize_name(needed.name) in here, (wheel.name, line)
    assert ("pywin32" in here) == (platform == "win-amd64")


def test_it_installs_and_checks_with_the_network_off(bundle: Path, tmp_path: Path) -> None:
    target = tmp_path / "home" / ".local" / "share" / "xltargets"
    left = target / "venv" / "lib" / "left.py"
    left.parent.mkdir(parents=True)
    (target / "venv" / "pyvenv.cfg").write_text("version = 3.11.0\n")
    left.write_text("of an earlier version\n")
    done = install(bundle, tmp_path / "home")
    assert done.returncode == 0, done.stdout + done.stderr
    assert not left.exists()
    assert (target / "templates" / "targets.xlsx").read_bytes() == (
        ROOT / "templates" / "targets.xlsx"
    ).read_bytes()
    assert (target / "manual.html").exists()
    fill(load_document(ROOT / "tests" / "data" / "seed.json"), tmp_path / "seed.xlsx")
    command = [target / "venv" / "bin" / "xltargets", "check", tmp_path / "seed.xlsx", "--format", "json"]
    checked = subprocess.run(
        command, env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=False
    )
    assert {finding["rule"] for finding in json.loads(checked.stdout)["findings"]} >= {"X03", "S11"}
    lines = subprocess.check_output(
        [target / "venv" / "bin" / "python", "-m", "pip", "freeze"], text=True
    ).split()
    assert any(line.startswith("xlwings==") for line in lines)


def test_pip_too_refuses_a_wheel_that_the_lock_does_not_know(bundle: Path, tmp_path: Path) -> None:
    wheel = next(bundle.glob("wheels/mdurl-*.whl"))
    right = hashlib.sha256(wheel.read_bytes()).hexdigest().encode()
    bad = spoilt(bundle, tmp_path / "bad", "requirements.lock", right, b"0" * 64)
    with (bad / "requirements.lock").open("ab") as lock:
        lock.write(b"# " + right)
    done = install(bad, tmp_path / "home")
    assert done.returncode and "HASHES" in done.stderr and "安装没有完成" in done.stderr


def spoilt(bundle: Path, folder: Path, name: str, old: bytes, new: bytes) -> Path:
    """A copy of the bundle with bytes changed in one file."""
    shutil.copytree(bundle, folder)
    (file,) = folder.glob(name)
    data = file.read_bytes()
    assert old in data
    file.write_bytes(data.replace(old, new))
    return folder


def test_a_wheel_that_was_changed_is_not_installed(bundle: Path, tmp_path: Path) -> None:
    bad = spoilt(bundle, tmp_path / "bad", "wheels/mdurl-*.whl", b"mdurl/__init__.py", b"mdurl/__init__.pY")
    done = install(bad, tmp_path / "home")
    assert done.returncode and "请重新拷贝：mdurl-" in done.stderr
    assert not (tmp_path / "home/.local/share/xltargets/venv").exists()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (f'"{PYTHON}"', '"3.99"', f"适用 Python 3.99，当前是 {PYTHON}"),
        (f'"{HERE}"', '"linux-loongarch64"', f"适用 linux-loongarch64，当前是 {HERE}"),
        ('"2.28"', '"2.999"', "需要 glibc 2.999"),
    ],
)
def test_a_machine_that_it_does_not_fit_is_told_why(
    bundle: Path, tmp_path: Path, old: str, new: str, said: str
) -> None:
    bad = spoilt(bundle, tmp_path / "bad", "bundle.json", old.encode(), new.encode())
    done = install(bad, tmp_path / "home")
    assert done.returncode and said in done.stderr


def test_a_folder_of_somebody_elses_is_left_alone(bundle: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine" / "venv" / "letter.txt"
    mine.parent.mkdir(parents=True)
    mine.write_text("kept")
    done = install(bundle, tmp_path / "home", "--target", str(tmp_path / "mine"))
    assert done.returncode and "不是本程序装的" in done.stderr
    assert names(tmp_path / "mine") == ["venv", "venv/letter.txt"]


def names(folder: Path) -> Sequence[str]:
    """Everything below a folder."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))
