"""Build the staff manual from ``docs/manual/*.md`` and what it adds of ``docs``: one HTML file that needs nothing else, and on request a PDF.

    python scripts/build_manual.py              # docs/manual/manual.html
    python scripts/build_manual.py --check      # only compare
    python scripts/build_manual.py --pdf dist/manual.pdf

Pictures are put into the HTML; it names no other file and no site. The PDF is printed by Chromium where there is one, else
written by LibreOffice; it is not kept in the repository, since no two printings are the same bytes.
"""

from __future__ import annotations

import argparse
import base64
import re
import shutil
import struct
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from html import escape
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).parent.parent
MANUAL = ROOT / "docs" / "manual"
TARGET = MANUAL / "manual.html"
#: Pages of the docs that the manual has as its last chapters.
ADDED = (ROOT / "docs" / "watch.md",)
#: The resolution that scripts/pictures.py draws in, against that of a screen.
SCALE = 96 / 120
#: Pixels; what a page of A4 takes, with room for the words beside a picture.
WIDEST, HIGHEST = 640, 420

STYLE = """
:root { --ink: #1f2328; --soft: #57606a; --line: #d0d7de; --tint: #f6f8fa; --mark: #1f5f99; }
body { margin: 0 auto; padding: 2rem 1.5rem 4rem; max-width: 48rem; color: var(--ink); background: #fff; line-height: 1.75;
  font-family: "Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC", sans-serif; }
h1, h2, h3 { line-height: 1.35; }
h1 { margin-top: 4rem; padding-bottom: .4rem; border-bottom: 2px solid var(--mark); font-size: 1.7rem; }
h1.title { margin-top: 1rem; border: 0; font-size: 2.1rem; }
h2 { margin-top: 2.4rem; font-size: 1.3rem; }
h3 { margin-top: 1.6rem; font-size: 1.05rem; }
a { color: var(--mark); text-decoration: none; }
nav { padding: .6rem 1.4rem; background: var(--tint); border: 1px solid var(--line); border-radius: 6px; }
nav > ul { display: flex; flex-wrap: wrap; gap: 0 2.5rem; padding: 0; list-style: none; }
nav ul ul { margin: .2rem 0; padding-left: 1.1em; font-size: .93em; }
pre { padding: .7rem 1rem; overflow-x: auto; background: var(--tint); border: 1px solid var(--line); border-radius: 6px;
  line-height: 1.5; font-size: .86rem; white-space: pre-wrap; }
code { font-family: "Noto Sans Mono CJK SC", Consolas, "DejaVu Sans Mono", monospace; }
:not(pre) > code { padding: .1em .35em; background: var(--tint); border-radius: 4px; font-size: .9em; }
table { border-collapse: collapse; width: 100%; font-size: .93rem; }
th, td { padding: .4rem .6rem; border: 1px solid var(--line); text-align: left; vertical-align: top; }
th { background: var(--tint); white-space: nowrap; }
td:first-child { min-width: 4.2em; }
td code { white-space: nowrap; }
figure { margin: 1.2rem 0; }
figure img { max-width: 100%; height: auto; border: 1px solid var(--line); }
figcaption { color: var(--soft); font-size: .88rem; }
blockquote { margin: 1rem 0; padding: .1rem 1rem; border-left: 4px solid var(--mark); background: var(--tint); }
@page { size: A4; margin: 18mm 16mm; }
@media print {
  body { max-width: none; padding: 0; font-size: 10.5pt; line-height: 1.6; }
  h1 { margin-top: 0; }
  h1.title { margin: 0 0 1rem; }
  nav { padding: 0 1rem; font-size: 8.5pt; line-height: 1.4; break-inside: avoid; }
  nav > ul { gap: 0 1.4rem; }
  h1, h2, h3 { break-after: avoid; }
  figure, pre, tr { break-inside: avoid; }
  p:has(+ pre), p:has(+ figure) { break-after: avoid; }
  a { color: inherit; }
}
""".strip()


def chapters() -> list[Path]:
    """The manual's pages in their order."""
    return [*sorted(MANUAL.glob("*.md")), *ADDED]


def html() -> str:
    """The manual as one page."""
    parsed = [(path, parser().parse(path.read_text("utf-8"))) for path in chapters()]
    names = {path.name: anchor(heading(tokens)) for path, tokens in parsed}
    shown: list[str] = []
    for number, (path, tokens) in enumerate(parsed):
        prepare(tokens, path, names, first=number == 0)
        shown.append(parser().renderer.render(tokens, parser().options, {}))
        if number == 0:
            shown.append(contents([tokens for _, tokens in parsed[1:]]))
    title = heading(parsed[0][1])
    head = f'<meta charset="utf-8">\n<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{title}</title>'
    body = "\n".join(shown)
    return f'<!DOCTYPE html>\n<html lang="zh-CN">\n<head>\n{head}\n<style>\n{STYLE}\n</style>\n</head>\n<body>\n{body}</body>\n</html>\n'


def parser() -> MarkdownIt:
    """CommonMark with tables and without raw HTML."""
    return MarkdownIt("commonmark", {"html": False}).enable("table")


def heading(tokens: Sequence[Token]) -> str:
    """The words of the page's first heading."""
    return next(
        tokens[index + 1].content for index, token in enumerate(tokens) if token.type == "heading_open"
    )


def anchor(words: str) -> str:
    """What a heading is linked by."""
    return re.sub(r"\W+", "-", words).strip("-")


def contents(pages: Sequence[Sequence[Token]]) -> str:
    """The table of contents: pages, and what is in each."""
    lines = ["<nav>", "<ul>"]
    for tokens in pages:
        found = [
            (token.tag, tokens[index + 1].content)
            for index, token in enumerate(tokens)
            if token.type == "heading_open"
        ]
        (_, title), inner = found[0], [words for tag, words in found if tag == "h2"]
        links = "".join(
            f'<li><a href="#{anchor(title)}-{anchor(words)}">{escape(words)}</a></li>' for words in inner
        )
        lines.append(f'<li><a href="#{anchor(title)}">{escape(title)}</a><ul>{links}</ul></li>')
    return "\n".join([*lines, "</ul>", "</nav>", ""])


def prepare(tokens: list[Token], page: Path, names: dict[str, str], *, first: bool) -> None:
    """Give headings their anchors, put pictures in, and lead links between pages to the headings."""
    top = anchor(heading(tokens))
    for index, token in enumerate(tokens):
        if token.type == "heading_open":
            token.attrSet("id", top if token.tag == "h1" else f"{top}-{anchor(tokens[index + 1].content)}")
            if token.tag == "h1":
                token.attrSet(*(("class", "title") if first else ("style", "page-break-before: always")))
        if token.type == "table_open":
            token.attrSet("border", "1")  # LibreOffice reads it; browsers follow the style
        for child in token.children or ():
            if child.type == "link_open":
                child.attrSet("href", inner_link(str(child.attrGet("href")), names, page))
        if (
            token.type == "inline"
            and token.children
            and [child.type for child in token.children] == ["image"]
        ):
            tokens[index - 1].tag = tokens[index + 1].tag = "figure"
            token.children[0].hidden = True
            picture = figure(page.parent / str(token.children[0].attrGet("src")), token.children[0].content)
            token.children = [Token("html_inline", "", 0, content=picture)]
        elif any(child.type == "image" for child in token.children or ()):
            raise ValueError(f"{page.name}: a picture stands in a paragraph of its own")


def inner_link(target: str, names: dict[str, str], page: Path) -> str:
    """A link within the manual; there are no others, since the reader may have no network and no repository."""
    name = target.rpartition("/")[2]
    if name not in names:
        raise ValueError(f"{page.name}: {target} is no page of the manual")
    return f"#{names[name]}"


def figure(path: Path, words: str) -> str:
    """A picture with its caption, the bytes within."""
    data = path.read_bytes()
    width, height = struct.unpack(">II", data[16:24])
    shown = round(min(width * SCALE, WIDEST, HIGHEST * width / height))
    size = f'width="{shown}" height="{round(shown * height / width)}"'
    source = f"data:image/png;base64,{base64.b64encode(data).decode()}"
    return f'<img {size} alt="{escape(words)}" src="{source}"><br><figcaption>{escape(words)}</figcaption>'


def print_pdf(target: Path, *, program: str | None = None) -> None:
    """Write the PDF with Chromium, or with LibreOffice where there is none or it is asked for."""
    chosen = program or next(
        filter(shutil.which, ("chromium", "chromium-browser", "google-chrome", "soffice")), None
    )
    if chosen is None:
        sys.exit("needs chromium or soffice: sudo apt-get install libreoffice-writer")
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        page, printed = work / "manual.html", work / "manual.pdf"
        page.write_text(html(), "utf-8")
        if Path(chosen).name == "soffice":
            profile = f"-env:UserInstallation=file://{work / 'profile'}"
            kind = ["--infilter=HTML (StarWriter)", "--convert-to", "pdf:writer_web_pdf_Export"]
            command = [chosen, profile, "--headless", *kind, "--outdir", folder, str(page)]
        else:
            options = [
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                f"--user-data-dir={work / 'profile'}",
                "--no-pdf-header-footer",
            ]
            command = [chosen, *options, f"--print-to-pdf={printed}", page.as_uri()]
        subprocess.run(command, check=True, capture_output=True, timeout=180)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(printed, target)


def main() -> int:
    """Write the HTML or compare it, and print the PDF where one is asked for."""
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--check", action="store_true")
    arguments.add_argument("--pdf", type=Path)
    arguments.add_argument("--with", dest="program", choices=["chromium", "soffice"])
    chosen = arguments.parse_args()
    wanted = html()
    if chosen.check:
        stale = not TARGET.exists() or TARGET.read_text("utf-8") != wanted
        if stale:
            print("stale: docs/manual/manual.html (run python scripts/build_manual.py)")
        return int(stale)
    TARGET.write_text(wanted, "utf-8")
    if chosen.pdf:
        print_pdf(chosen.pdf, program=chosen.program)
    return 0


if __name__ == "__main__":
    sys.exit(main())
