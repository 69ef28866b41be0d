"""The disclosure as one HTML page for a bureau's site: accessible tables, nothing that is typed is markup.

Every table has a caption, every label is a heading of its row or column (``th`` with ``scope``). What a unit filled in
carries the path of its field in ``data-field``, so the page reads back as the documents it is of.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from xltargets.disclosure.blocks import UNIT_BEGINS
from xltargets.disclosure.places import SECTIONS, split_residue
from xltargets.disclosure.statement import Box, ProjectPage, Statement, without_number
from xltargets.errors import Error

#: The attribute that says which field an element is.
FIELD = "data-field"
#: The attribute that says what conversion left of bookmarks at the beginning of the text.
RESIDUE = "data-residue"

_STYLE = """
:root { color-scheme: light; }
body { max-width: 60rem; margin: 0 auto; padding: 1.5rem; color: #1a1a1a; background: #fff; line-height: 1.8;
  font-family: "FangSong", "仿宋", "STFangsong", "Noto Serif CJK SC", serif; font-size: 1.0625rem; }
h1, h2 { text-align: center; font-weight: normal; font-family: "方正小标宋简体", "STZhongsong", "Noto Serif CJK SC", serif; }
h3, th, caption { font-family: "SimHei", "黑体", "Noto Sans CJK SC", sans-serif; font-weight: normal; }
h3 { font-size: 1.0625rem; } caption { font-size: 1.25rem; padding: .75rem; }
.info { text-align: center; } .text { text-indent: 2em; margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: .9375rem; line-height: 1.5; margin-bottom: .5rem; }
th, td { border: 1px solid #444; padding: .35rem .5rem; text-align: center; vertical-align: middle;
  white-space: pre-wrap; overflow-wrap: anywhere; }
td.wide { text-align: left; } tr.above td { border-left: none; border-right: none; border-top: none; text-align: left; }
tr.above td:last-child { text-align: right; } nav ol { list-style: none; } section.unit + section.unit { margin-top: 4rem; }
@media print { section.unit, article { break-before: page; } nav { break-after: page; } tr { break-inside: avoid; }
  thead { display: table-header-group; } }
"""
_WIDE = ("projects.purpose", "projects.target", "projects.long_term_target", "projects.indicators.level3",
         "projects.indicators.description", "projects.indicators.basis")  # fmt: skip


def html_document(statements: Sequence[Statement]) -> str:
    """The disclosure of all units as a page of its own, without script and without anything from elsewhere.

    Raises:
        Error: when a text holds characters that no HTML can hold.
    """
    title = _title(statements[0]) if len(statements) == 1 else "部门预算绩效文本汇编"
    body = "\n".join(_body(statements))
    return (
        '<!DOCTYPE html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{_text(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def _title(statement: Statement) -> str:
    return f"{statement.name}{f'{statement.year}年' if statement.year else ''}部门预算绩效文本"


def _body(statements: Sequence[Statement]) -> Iterator[str]:
    if len(statements) > 1:
        yield '<nav aria-label="目录">\n<h2>目录</h2>\n<ol>'
        for number, statement in enumerate(statements, 1):
            yield f'<li><a href="#unit-{number}">{_text(_title(statement))}</a>\n<ol>'
            for index, page in enumerate(statement.projects, 1):
                title = without_number(split_residue(page.title.text or "")[1])
                yield f'<li><a href="#project-{number}-{index}">{_text(title)}</a></li>'
            yield "</ol></li>"
        yield "</ol>\n</nav>"
    for number, statement in enumerate(statements, 1):
        yield f'<section class="unit" id="unit-{number}">'
        yield from _unit(statement, number)
        yield "</section>"


def _unit(statement: Statement, number: int) -> Iterator[str]:
    year = _span(statement, "unit.year")
    yield f'<h1 {FIELD}="{UNIT_BEGINS}">{_span(statement, "unit.name")}{f"{year}年" if year else ""}部门预算绩效文本</h1>'
    labels = (("unit.code", "单位编码"), ("unit.region", "行政区划代码"))
    info = "　".join(f"{label}：{span}" for mark, label in labels if (span := _span(statement, mark)))
    if info:
        yield f'<p class="info">{info}</p>'
    yield "<h2>第一部分　部门整体绩效目标</h2>"
    yield f"<h3>{SECTIONS['overall_target']}</h3>"
    if statement.overall:
        yield _paragraph("department.overall_target", statement.overall)
    for key, texts in (("itemised_targets", statement.itemised), ("safeguards", statement.safeguards)):
        yield f"<h3>{SECTIONS[key]}</h3>"
        for text in texts:
            yield _paragraph(f"department.{key}", None if text is None else str(text))
    yield "<h2>第二部分　预算项目绩效目标</h2>"
    for index, page in enumerate(statement.projects, 1):
        yield from _project(page, f"project-{number}-{index}")


def _span(statement: Statement, mark: str) -> str:
    text = statement.head.get(mark)
    return f'<span {FIELD}="{mark}">{_text(text)}</span>' if text else ""


def _paragraph(mark: str, text: str | None) -> str:
    return f'<p class="text"{_marked(mark, text)}>{_shown(text)}</p>'


def _project(page: ProjectPage, anchor: str) -> Iterator[str]:
    yield f'<article id="{anchor}">\n<div class="scroll"><table>'
    yield f"<caption{_marked(page.title.mark or '', page.title.text)}>{_shown(page.title.text)}</caption>\n<tbody>"
    for index, row in enumerate(page.rows):
        yield f'<tr class="above">{_row(row)}</tr>' if index == 0 else f"<tr>{_row(row)}</tr>"
    yield "</tbody>\n</table></div>"
    name = _text(without_number(split_residue(page.title.text or "")[1]))
    yield f'<div class="scroll"><table aria-label="{name}：绩效指标">\n<thead><tr>{_row(page.header)}</tr></thead>\n<tbody>'
    for row in page.indicators:
        yield f"<tr>{_row(row)}</tr>"
    yield "</tbody>\n</table></div>\n</article>"


def _row(row: Sequence[Box]) -> str:
    return "".join(_box(box) for box in row)


def _box(box: Box) -> str:
    size = (f' colspan="{box.across}"' if box.across > 1 else "") + (f' rowspan="{box.down}"' if box.down > 1 else "")
    if box.mark is None:
        group = "group" if (box.down > 1 and box.head == "row") else ""
        return f'<th scope="{box.head or "row"}{group}"{size}>{_text(box.text or "")}</th>'
    css = ' class="wide"' if box.mark in _WIDE else ""
    if box.mark in ("projects.indicators.level1", "projects.indicators.level2") and box.text:
        scope = "rowgroup" if box.down > 1 else "row"
        return f'<th scope="{scope}"{size}{_marked(box.mark, box.text)}>{_shown(box.text)}</th>'
    return f"<td{size}{css}{_marked(box.mark, box.text)}>{_shown(box.text)}</td>"


def _marked(mark: str, text: str | None) -> str:
    residue = split_residue(text or "")[0]
    return f' {FIELD}="{mark}"' + (f' {RESIDUE}="{_text(residue)}"' if residue else "")


def _shown(text: str | None) -> str:
    return _text(split_residue(text or "")[1]).replace("\n", "<br>")


def _text(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    for character in text:
        if (character < " " and character not in "\n\t") or "\x7f" <= character < "\xa0" or "\ud800" <= character <= "\udfff":
            raise Error("文本中有 HTML 容不下的控制字符；请在申报表中删去这个字符再公开")
    return escape(text)
