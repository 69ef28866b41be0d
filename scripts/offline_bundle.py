"""Gather all that a machine without internet needs into one zip: wheels, templates, manual, an install script.

    python scripts/offline_bundle.py                               # every platform and Python, to dist/
    python scripts/offline_bundle.py --platform linux-aarch64 --python 3.12
    python scripts/offline_bundle.py --lock                        # lock anew after setup.cfg has changed (needs uv)

Versions and hashes are those of ``scripts/offline/requirements.lock``. pip gets each wheel from wherever it is set to get
them and refuses one with another hash. The bundle has a lock of its own, with the hashes of its own wheels, which
``pip install --no-index --require-hashes`` holds them to. The same wheels and files give the same bytes.
"""

from __future__ import annotations

import argparse
import configparser
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

ROOT = Path(__file__).parent.parent
OFFLINE = ROOT / "scripts" / "offline"
LOCK = OFFLINE / "requirements.lock"
#: What a bureau uses; tables as DataFrames, Parquet and clusters are for developers, and large.
EXTRAS = ("excel", "docx", "password", "watch")
#: Brings everything in where Python has no ensurepip, as on a bare Debian.
INSTALLER = "pip"
PYTHONS = ("3.11", "3.12", "3.13")
#: As ``sysconfig.get_platform()`` names it → tags of its wheels, and what its Python says in markers.
PLATFORMS: Mapping[str, tuple[tuple[str, ...], Mapping[str, str]]] = {
    "win-amd64": (
        ("win_amd64",),
        {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt", "platform_machine": "AMD64"},
    ),
    "linux-x86_64": (
        ("manylinux2014_x86_64", "manylinux_2_28_x86_64"),
        {
            "sys_platform": "linux",
            "platform_system": "Linux",
            "os_name": "posix",
            "platform_machine": "x86_64",
        },
    ),
    "linux-aarch64": (
        ("manylinux2014_aarch64", "manylinux_2_28_aarch64"),
        {
            "sys_platform": "linux",
            "platform_system": "Linux",
            "os_name": "posix",
            "platform_machine": "aarch64",
        },
    ),
}
#: The oldest glibc that the tags above admit.
GLIBC = "2.28"
#: The time of every file in the zip, and of the wheel.
MOMENT = (2024, 1, 1, 0, 0, 0)
EPOCH = "1704067200"


@dataclass(frozen=True)
class Locked:
    """One line of a lock: a requirement of exactly one version, and the hashes of the files that may serve it."""

    requirement: Requirement
    hashes: frozenset[str]

    @property
    def name(self) -> str:
        """The package's name, in the one spelling that all its spellings have."""
        return canonicalize_name(self.requirement.name)

    def needed(self, environment: Mapping[str, str]) -> bool:
        """Whether a machine with that environment of markers needs it."""
        marker = self.requirement.marker
        return marker is None or marker.evaluate(dict(environment))

    def text(self, hashes: Iterable[str], *, marker: bool = True) -> str:
        """The lock's line, with some of the hashes."""
        condition = f" ; {self.requirement.marker}" if marker and self.requirement.marker else ""
        lines = [f"{self.requirement.name}{self.requirement.specifier}{condition}"]
        return " \\\n    ".join([*lines, *(f"--hash=sha256:{one}" for one in sorted(hashes))]) + "\n"


def read_lock(path: Path = LOCK) -> list[Locked]:
    """The lines of a lock with hashes."""
    found = []
    for line in path.read_text("utf-8").replace("\\\n", " ").splitlines():
        if line.strip() and not line.startswith("#"):
            requirement = re.split(r"\s--hash=", line)[0]
            found.append(
                Locked(Requirement(requirement), frozenset(re.findall(r"--hash=sha256:([0-9a-f]{64})", line)))
            )
    return found


def settings() -> configparser.ConfigParser:
    """``setup.cfg``."""
    parsed = configparser.ConfigParser()
    parsed.read(ROOT / "setup.cfg", "utf-8")
    return parsed


def wanted() -> list[str]:
    """What the bundle must hold, as ``setup.cfg`` says it."""
    parsed = settings()
    listed = parsed["options"]["install_requires"].split("\n")
    for extra in EXTRAS:
        listed += parsed["options.extras_require"][extra].split("\n")
    return [INSTALLER, *filter(None, (line.strip() for line in listed))]


def lock() -> None:
    """Work the lock out anew, for all platforms at once, with uv."""
    uv = shutil.which("uv", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
    if uv is None:
        sys.exit("需要 uv：pip install uv")
    options = ["--universal", "--generate-hashes", "--python-version", PYTHONS[0], "--only-binary", ":all:"]
    plain = ["--no-annotate", "--no-header", "--no-emit-index-url", "--no-emit-find-links", "--quiet"]
    done = subprocess.run(
        [uv, "pip", "compile", *options, *plain, "-"],
        input="\n".join(wanted()),
        text=True,
        stdout=subprocess.PIPE,
        check=True,
    )
    heading = "# Versions and hashes of what the offline bundle holds; made by python scripts/offline_bundle.py --lock\n"
    LOCK.write_text(heading + done.stdout, "utf-8")


def download(locked: Sequence[Locked], platform: str, python: str, folder: Path) -> None:
    """Have pip fetch the wheels for one platform and one Python."""
    tags, system = PLATFORMS[platform]
    environment = {**system, "python_version": python, "python_full_version": f"{python}.0"}
    environment |= {"platform_python_implementation": "CPython", "implementation_name": "cpython"}
    needed = [one.text(one.hashes, marker=False) for one in locked if one.needed(environment)]
    with tempfile.TemporaryDirectory() as work:
        listed = Path(work) / "requirements.txt"
        listed.write_text("".join(needed), "utf-8")
        target = [part for tag in tags for part in ("--platform", tag)]
        target += ["--python-version", python, "--implementation", "cp"]
        target += ["--abi", f"cp{python.replace('.', '')}", "--abi", "abi3", "--abi", "none"]
        options = ["--quiet", "--require-hashes", "--no-deps", "--only-binary=:all:", "--dest", str(folder)]
        subprocess.run(
            [sys.executable, "-m", "pip", "download", *options, *target, "-r", str(listed)], check=True
        )


def build_wheel(folder: Path) -> Path:
    """Our own wheel, from a copy of what git knows: leftovers of earlier builds stay out of it."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
    with tempfile.TemporaryDirectory() as work:
        for name in filter(None, names):
            if (ROOT / name).is_file():
                (Path(work) / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(ROOT / name, Path(work) / name)
        options = ["--quiet", "--no-deps", "--wheel-dir", str(folder), work]
        environment = {**os.environ, "SOURCE_DATE_EPOCH": EPOCH}
        subprocess.run([sys.executable, "-m", "pip", "wheel", *options], check=True, env=environment)
    (wheel,) = folder.glob("xltargets-*.whl")
    return wheel


def bundle_lock(locked: Sequence[Locked], wheels: Sequence[Path]) -> str:
    """The lock of the bundle: each package with the hashes of its wheels here, our own among them."""
    hashes: dict[str, list[str]] = {}
    versions: dict[str, str] = {}
    for wheel in wheels:
        name, version, _, _ = parse_wheel_filename(wheel.name)
        hashes.setdefault(name, []).append(hashlib.sha256(wheel.read_bytes()).hexdigest())
        versions[name] = str(version)
    ours = Locked(Requirement(f"xltargets=={versions['xltargets']}"), frozenset())
    return "".join(one.text(hashes[one.name]) for one in [*locked, ours] if one.name in hashes)


def contents(work: Path, platforms: Sequence[str], pythons: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of every file of the bundle."""
    locked, wheels = read_lock(), work / "wheels"
    build_wheel(wheels)
    for platform in platforms:
        for python in pythons:
            print(f"{platform}，Python {python}", flush=True)
            download(locked, platform, python, wheels)
    gathered = sorted(wheels.glob("*.whl"))
    yield from ((f"wheels/{wheel.name}", wheel.read_bytes()) for wheel in gathered)
    yield "requirements.lock", bundle_lock(locked, gathered).encode()
    facts = {
        "version": settings()["metadata"]["version"],
        "platforms": platforms,
        "pythons": pythons,
        "glibc": GLIBC,
    }
    yield "bundle.json", (json.dumps(facts, indent=1) + "\n").encode()
    for name in ("install.py", "install.sh"):
        yield name, (OFFLINE / name).read_bytes()
    for name in ("install.bat", "说明.txt"):
        yield name, (OFFLINE / name).read_bytes().replace(b"\n", b"\r\n")
    for template in sorted((ROOT / "templates").glob("*.xls[xm]")):
        yield f"templates/{template.name}", template.read_bytes()
    yield "manual.html", (ROOT / "docs" / "manual" / "manual.html").read_bytes()


def pack(target: Path, platforms: Sequence[str] = tuple(PLATFORMS), pythons: Sequence[str] = PYTHONS) -> None:
    """Write the bundle, everything in one folder of its own name."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        unfinished = Path(folder) / target.name
        with zipfile.ZipFile(unfinished, "w") as packed:
            for name, data in contents(Path(folder), platforms, pythons):
                entry = zipfile.ZipInfo(f"{target.stem}/{name}", MOMENT)
                entry.external_attr = (0o755 if name.endswith(".sh") else 0o644) << 16
                entry.compress_type = zipfile.ZIP_STORED if name.endswith(".whl") else zipfile.ZIP_DEFLATED
                packed.writestr(entry, data)
        shutil.move(unfinished, target)


def main() -> int:
    """Lock, or pack."""
    version = settings()["metadata"]["version"]
    parser = argparse.ArgumentParser(description="把离线安装需要的全部文件打成一个 zip。")
    parser.add_argument(
        "-o", "--output", type=Path, default=ROOT / "dist" / f"xltargets-{version}-offline.zip"
    )
    parser.add_argument(
        "--platform", action="append", choices=list(PLATFORMS), help="只装这个平台，可重复；默认全部"
    )
    parser.add_argument(
        "--python", action="append", choices=PYTHONS, help="只装这个 Python 版本，可重复；默认全部"
    )
    parser.add_argument("--lock", action="store_true", help="重新锁定版本（setup.cfg 改动之后），不打包")
    chosen = parser.parse_args()
    if chosen.lock:
        lock()
        return 0
    pack(chosen.output, chosen.platform or tuple(PLATFORMS), chosen.python or PYTHONS)
    print(f"已写出 {chosen.output}（{chosen.output.stat().st_size / 1e6:.0f} MB）")
    return 0


if __name__ == "__main__":
    sys.exit(main())
