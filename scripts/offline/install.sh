#!/bin/sh
# Find a Python that fits, and have it install from this folder: sh install.sh [--target FOLDER]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
fits='import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))'
for python in "${PYTHON:-python3}" python3.13 python3.12 python3.11; do
  if command -v "$python" >/dev/null 2>&1 && "$python" -c "$fits" 2>/dev/null; then
    exec "$python" "$here/install.py" "$@"
  fi
done
echo '没有找到 Python 3.11、3.12 或 3.13，请先安装其中之一（见同一文件夹的“说明.txt”）；装在别处的，用 PYTHON=路径 sh install.sh 指明。' >&2
exit 2
