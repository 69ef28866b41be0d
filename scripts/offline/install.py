"""Install xltargets from this folder, without network and without administrator's rights; run by install.bat or install.sh.

Written so that an old Python can still read it and say what is missing.
"""

import argparse
import glob
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import sysconfig

HERE = os.path.dirname(os.path.abspath(__file__))
WINDOWS = os.name == "nt"


def main():
    """Check the machine, make the environment, install into it, copy templates and manual, say what to do next."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    parser = argparse.ArgumentParser(description="安装 xltargets，不联网，不需要管理员权限。")
    parser.add_argument("--target", default=default_target(), help="装到这个文件夹，默认 %(default)s")
    target = os.path.abspath(parser.parse_args().target)
    with open(os.path.join(HERE, "bundle.json"), encoding="utf-8") as file:
        facts = json.load(file)
    refuse_misfits(facts)
    environment = os.path.join(target, "venv")
    if os.path.isdir(environment) and not os.path.isfile(os.path.join(environment, "pyvenv.cfg")):
        sys.exit(f"文件夹 {environment} 里有不是本程序装的内容，请用 --target 换一个文件夹")
    refuse_damage()
    make_environment(environment)
    install(environment)
    copy_files(target)
    finish(target, program(environment, "xltargets"), facts["version"])


def default_target():
    """The user's own folder for programs."""
    if WINDOWS:
        return os.path.join(os.environ.get("LOCALAPPDATA", os.path.expanduser("~")), "xltargets")
    return os.path.join(os.environ.get("XDG_DATA_HOME") or os.path.expanduser("~/.local/share"), "xltargets")


def refuse_misfits(facts):
    """Stop with a sentence where this bundle has nothing for this Python or machine."""
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    if version not in facts["pythons"]:
        pythons = "、".join(facts["pythons"])
        sys.exit(f"这个安装包适用 Python {pythons}，当前是 {version}，请安装其中之一后重试")
    machine = sysconfig.get_platform()
    if machine not in facts["platforms"]:
        names = "、".join(facts["platforms"])
        sys.exit(f"这个安装包适用 {names}，当前是 {machine}；Windows 请安装 64 位的 Python")
    name, libc = platform.libc_ver()
    oldest = facts["glibc"]
    if machine.startswith("linux") and (name != "glibc" or numbers(libc) < numbers(oldest)):
        sys.exit(f"需要 glibc {oldest} 或更高版本，当前是 {name or '其他'} {libc}，请换用较新的系统")


def refuse_damage():
    """Stop before anything is touched where a wheel is not the one that was packed; pip looks again."""
    with open(os.path.join(HERE, "requirements.lock"), encoding="utf-8") as file:
        locked = file.read()
    for wheel in sorted(glob.glob(os.path.join(glob.escape(HERE), "wheels", "*.whl"))):
        with open(wheel, "rb") as file:
            if hashlib.sha256(file.read()).hexdigest() not in locked:
                sys.exit(f"安装包在拷贝中损坏或被改动，请重新拷贝：{os.path.basename(wheel)} 与清单不符")


def numbers(version):
    """``2.28`` as (2, 28)."""
    return tuple(int(part) for part in version.split(".") if part.isdigit())


def make_environment(folder):
    """An empty environment; one from an earlier install is emptied."""
    import venv

    try:
        venv.EnvBuilder(with_pip=False, clear=True, symlinks=not WINDOWS).create(folder)
    except OSError as error:
        sys.exit(
            f"不能写入 {folder}：{error}。请关闭正在运行的 Excel 和命令行窗口后重试，或用 --target 换一个文件夹"
        )


def install(environment):
    """Have the bundle's own pip install its own wheels, each held to its hash; no setting of the machine has a say."""
    own = {key: value for key, value in os.environ.items() if not key.startswith(("PIP_", "PYTHON"))}
    own["PIP_CONFIG_FILE"] = os.devnull
    (pip,) = glob.glob(os.path.join(glob.escape(HERE), "wheels", "pip-*.whl"))
    options = ["--quiet", "--no-index", "--require-hashes", "--no-cache-dir", "--disable-pip-version-check"]
    wheels = ["--find-links", os.path.join(HERE, "wheels"), "-r", os.path.join(HERE, "requirements.lock")]
    command = [program(environment, "python"), os.path.join(pip, "pip"), "install", *options, *wheels]
    print("正在安装，约需一分钟……", flush=True)
    if subprocess.call(command, env=own):
        sys.exit("安装没有完成，原因见上")


def copy_files(target):
    """Templates and manual, beside the environment; one that is open in Excel stays as it is, and is told of."""
    os.makedirs(os.path.join(target, "templates"), exist_ok=True)
    templates = glob.glob(os.path.join(glob.escape(HERE), "templates", "*"))
    for source in [os.path.join(HERE, "manual.html"), *templates]:
        copy = os.path.join(target, os.path.relpath(source, HERE))
        try:
            shutil.copyfile(source, copy)
        except PermissionError:
            print(f"没有更新 {copy}：文件正在使用，请关闭后从安装包中复制")


def finish(target, xltargets, version):
    """See that the program runs, and say how to."""
    said = subprocess.check_output([xltargets, "--version"], encoding="utf-8").strip()
    if version not in said:
        sys.exit(f"装好的程序没有正常运行：{said}")
    print(f"已安装 {said}\n  程序  {xltargets}")
    print(f"  模板  {os.path.join(target, 'templates')}\n  手册  {os.path.join(target, 'manual.html')}")
    if WINDOWS:
        shell = os.path.join(target, "xltargets.cmd")
        with open(shell, "w", encoding="ascii", newline="\r\n") as file:
            file.write('@cmd /k "set PATH=%~dp0venv\\Scripts;%PATH%"\n')
        print(f"双击 {shell} 打开可以使用 xltargets 命令的窗口。")
        print("要用 Excel 里的“校验”按钮，请在那个窗口里运行 xltargets install。")
    else:
        print(f'要直接使用 xltargets 命令：export PATH="{os.path.dirname(xltargets)}:$PATH"')


def program(environment, name):
    """The path of a program in the environment."""
    return os.path.join(environment, *(("Scripts", name + ".exe") if WINDOWS else ("bin", name)))


if __name__ == "__main__":
    main()
