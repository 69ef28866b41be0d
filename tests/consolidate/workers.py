"""Functions that travel to other processes in the tests."""

from __future__ import annotations

import os
import signal
from pathlib import Path


def double(number: int) -> int:
    """An ordinary answer."""
    return 2 * number


def die_of_seven(number: int) -> int:
    """Take the process down, as a crash in C code would."""
    if number == 7:
        os.kill(os.getpid(), signal.SIGKILL)
    return 2 * number


def fail_at_seven(number: int) -> int:
    """An error of ours."""
    if number == 7:
        raise KeyError("seven")
    return 2 * number


def die_once(task: tuple[str, int]) -> int:
    """Take the process down the first time only: the worker is lost, not the file at fault."""
    folder, number = task
    mark = Path(folder) / "died"
    if number == 7 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return 2 * number
