"""汇总申报表：一个文件夹（或多个）→ 一份汇总表。单位可复制这个脚本自行修改。

用法：python scripts/consolidate.py 报送文件夹 -o 汇总.xlsx [--jobs 4]
"""

from __future__ import annotations

import argparse
import sys

from xltargets import Error
from xltargets.consolidate import Progress, consolidate


def main() -> None:
    """Read the folders, write the summary, say what came of it."""
    parser = argparse.ArgumentParser(description="汇总绩效目标申报表")
    parser.add_argument("folders", nargs="+", metavar="文件夹", help="申报表所在的文件夹、文件或 .zip")
    parser.add_argument("-o", "--output", required=True, metavar="汇总.xlsx", help="汇总表")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="同时处理的进程数")
    arguments = parser.parse_args()
    try:
        result = consolidate(arguments.folders, arguments.output, jobs=arguments.jobs, progress=tell)
    except Error as error:
        sys.exit(f"没有汇总：{error}")
    totals = result.totals
    print(f"\n{totals.units}个单位，{totals.projects}个项目，问题{totals.findings}条 → {result.target}")
    for error in result.errors:
        print(f"没有读到：{error}")


def tell(progress: Progress) -> None:
    """One line that counts."""
    print(f"\r{progress.done}/{progress.total} {progress.file[-50:]}", end="", flush=True)


if __name__ == "__main__":
    main()
