"""Make the private environment .venv, or say what the machine lacks for it. Runs on any Python 3."""

import os
import subprocess
import sys

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def main():
    """Create .venv where there is none; exit with a sentence when that cannot be done."""
    if sys.version_info < (3, 11):
        sys.exit(
            "需要 Python 3.11 或更高版本，当前是 %d.%d。请安装后用 make PYTHON=python3.11 … 指定。\n"
            "Python 3.11 or later is needed; name it with make PYTHON=python3.11 …" % sys.version_info[:2]
        )
    target = os.path.join(HERE, ".venv")
    if os.path.exists(os.path.join(target, "bin", "pip")) or os.path.exists(os.path.join(target, "Scripts", "pip.exe")):
        return
    try:
        import ensurepip  # noqa: F401  (Debian leaves it out of python3)
        import venv  # noqa: F401
    except ImportError:
        sys.exit(
            "缺少 venv 模块，请先运行：sudo apt-get install python3-venv\n"
            "The venv module is missing: sudo apt-get install python3-venv"
        )
    sys.exit(subprocess.call([sys.executable, "-m", "venv", target]))


if __name__ == "__main__":
    main()
