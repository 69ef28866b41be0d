"""What makes click speak Chinese, and set its pages as wide as a terminal shows them."""

from __future__ import annotations

import gettext
import os
import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

#: Marks that no line begins with.
_NOT_FIRST = "，。；：、？！）》】”…"


def speak_chinese() -> None:
    """Have click's own words from our catalogue, and never fail on a character the terminal lacks."""
    os.environ["LANGUAGE"] = "zh_CN"
    gettext.bindtextdomain("messages", str(Path(__file__).parent / "locale"))
    click.Context.formatter_class = Formatter
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def sentence(error: click.ClickException) -> str:
    """What click refuses and where to read more, as one line."""
    said = error.format_message().rstrip(". ").replace("。 ", "，")
    said += "" if said.endswith(tuple(_NOT_FIRST)) else "。"
    context = getattr(error, "ctx", None)
    return f"错误：{said}" + (f"用法见 {context.command_path} --help" if context else "")


def columns(text: str) -> int:
    """How many columns of a terminal a text takes; a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def lines(text: str, width: int) -> Iterator[str]:
    """A text as lines of so many columns, broken between Chinese characters and between words of others."""
    line = ""
    for piece in re.findall(r"[!-~]+|.", text):
        if columns(line) + columns(piece) > width and piece not in _NOT_FIRST:
            yield line.rstrip()
            line = ""
        line += piece if line else piece.lstrip()
    yield line


class Formatter(click.HelpFormatter):
    """Help whose columns stand below each other though Chinese characters are two wide."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """The first line: how the command is written."""
        super().write_usage(prog, args, prefix or "用法：")

    def write_heading(self, heading: str) -> None:
        """The line above options and commands."""
        self.write(f"{'':{self.current_indent}}{heading}：\n")

    def write_text(self, text: str) -> None:
        """Paragraphs, which an empty line parts; an example has a line of its own."""
        for number, part in enumerate(re.split(r"\n\s*\n", text)):
            words, example, command = " ".join(part.split()).partition("例：")
            self.write("\n" if number else "")
            for line in filter(None, (words, example + command)):
                self.write(self._indented(line, self.current_indent))

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Terms, and beside them what they mean."""
        rows = list(rows)
        left = self.current_indent + min(max(columns(term) for term, _ in rows), col_max) + col_spacing
        for term, meaning in rows:
            start = f"{'':{self.current_indent}}{term}"
            room = left - columns(start)
            self.write(start + " " * room if room > 0 else f"{start}\n{'':{left}}")
            self.write(self._indented(meaning, left).lstrip(" "))

    def _indented(self, text: str, indent: int) -> str:
        return "".join(f"{'':{indent}}{line}\n" for line in lines(text, max(self.width - indent, 20)))
