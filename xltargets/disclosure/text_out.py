"""The disclosure as plain text in the shape the official text has, and as Markdown.

Differences from the official text: what conversion left of bookmarks stands at the beginning of the text it led, not on a
line of its own; the number of blank lines; a title, a unit or a unit of money which the form itself puts together has a
blank between its parts, or is ``金额单位：万元``, where one that was typed is as typed; a text which in this shape would be read
as something else is written as ``[原文: "…"]``; lines that identify the unit follow the heading of part one where the
tables do not say so.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from xltargets.disclosure.blocks import AUTOMATIC
from xltargets.disclosure.interpret import Interpreter
from xltargets.disclosure.places import (
    LITERAL,
    RESIDUE,
    SECTIONS,
    STANDARD,
    TOTALS,
    UNIT_CELL,
    Labels,
    bare,
    follows,
    heading,
    is_contents,
    is_page_number,
    is_part,
    is_title,
    labels_of,
    money_unit,
    split_residue,
    unit_of_group,
)  # fmt: skip
from xltargets.disclosure.statement import HEAD, Box, ProjectPage, Statement
from xltargets.disclosure.text_in import text_blocks
from xltargets.submission.form import Form

#: Labels that the official text prints otherwise than the schema.
PRINTED = {"其中：财政资金": "其中：财政    资金"}
_SPACER = " "


def plain_text(statements: Sequence[Statement], documents: Sequence[Mapping[str, Any]], form: Form) -> str:
    """The disclosure of all units, one after the other."""
    writer = _Writer(labels_of(form))
    parts = []
    for statement in statements:
        body = writer.unit(statement)
        first, second, rest = body.split("\n", 2)
        parts.append(f"{first}\n{second}\n{_head(statement, body, form)}{rest}")
    return "".join(parts)


def _head(statement: Statement, body: str, form: Form) -> str:
    """Lines on the unit, for what reading the rest would not give."""
    found = Interpreter(form).read(text_blocks(body)).documents
    unit = found[0]["unit"] if len(found) == 1 else {}
    lines = []
    for mark in HEAD:
        key = mark.partition(".")[2]
        given, read = statement.head.get(mark), unit.get(key)
        if given != (None if read is None else str(read)) or not unit:
            title = labels_of(form).fields[mark].title
            plain = given is not None and _is_simple(given) and len(labels_of(form).apart(f"{title}：{given}")) == 1
            lines.append(f"{title}：{given if plain else _quoted(given)}\n")
    return "".join(lines)


def _is_simple(text: str) -> bool:
    return text == text.strip() and len(text.splitlines()) == 1 and "\t" not in text and not text.startswith(LITERAL) and (
        RESIDUE.search(text) is None
    )


def _quoted(text: str | None) -> str:
    quoted = json.dumps(text, ensure_ascii=False)
    for character in "\u0085\u2028\u2029":
        quoted = quoted.replace(character, f"\\u{ord(character):04x}")
    return f"{LITERAL}{quoted}]"


class _Writer:
    """Writes what reads back as itself."""

    def __init__(self, labels: Labels) -> None:
        self.labels = labels

    def unit(self, statement: Statement) -> str:
        """One unit."""
        lines = [" 第一部分", "部门整体绩效目标", _SPACER, SECTIONS["overall_target"]]
        if statement.overall:
            lines += self._overall(statement.overall)
        for key, texts in (("itemised_targets", statement.itemised), ("safeguards", statement.safeguards)):
            lines += [SECTIONS[key], *(self._item(text, SECTIONS[key], texts[:index]) for index, text in enumerate(texts))]
        lines += [_SPACER] * 4 + ["第二部分", _SPACER, "预算项目绩效目标", _SPACER, _SPACER]
        for index, page in enumerate(statement.projects):
            lines += [*([_SPACER] if index else []), *self._project(page)]
        return "\n".join(lines) + "\n"

    def _overall(self, text: str) -> list[str]:
        lines = text.split("\n")
        safe = all(
            self._is_line(line, first=not index) and not follows(split_residue(line)[1], SECTIONS["overall_target"], lines[:index])
            for index, line in enumerate(lines)
        )
        return lines if safe else [_quoted(text)]

    def _item(self, text: object, head: str, before: Sequence[str | None]) -> str:
        if text is None or text == "":
            return _quoted(None)
        plain = self._is_line(str(text), first=True) and not follows(split_residue(str(text))[1], head, before)
        return str(text) if plain else _quoted(str(text))

    def _is_line(self, line: str, *, first: bool) -> bool:
        """Whether a line in a section of part one is read as that."""
        residue, rest = split_residue(line)
        odd = "\n" in line or _has_controls(line) or "\t" in line.strip() or line.startswith("\t")
        if (residue and not first) or not rest.strip() or odd:
            return False
        label, colon, _ = rest.partition("：")
        return not (
            heading(rest) or is_part(rest) or is_title(rest) or is_contents(rest) or is_page_number(rest) or line.startswith((LITERAL, "#"))
            or line.strip().startswith("|") or (colon and heading(label) in SECTIONS)
        )  # fmt: skip

    def _project(self, page: ProjectPage) -> list[str]:
        lines = [self._title(page)]
        for index, row in enumerate(page.rows):
            cells = [self._box(box, page, head=index == 0) for box in row]
            if index and sum(box.across for box in row) == 12:
                cells.insert(0, "")  # a label that reaches down from the row above
            lines += [*(f"\t{cell}" for cell in cells), ""]
        lines += ["", _SPACER, *(f"\t{box.text}" for box in page.header), ""]
        for row in page.indicators:
            by_mark = {box.mark: box for box in row}
            marks = [f"projects.indicators.{key}" for key in page.keys]
            shown = [self._indicator(by_mark[mark], first=not index) if mark in by_mark else ""
                     for index, mark in enumerate(marks)]  # fmt: skip
            lines += [*(f"\t{cell}" for cell in self._row(shown, row)), ""]
        return [*lines, "", ""]

    def _row(self, shown: list[str], row: list[Box]) -> list[str]:
        """A row of indicators: a level that is not said must not be read as that of the row above."""
        levels = {f"projects.indicators.{key}" for key in ("level1", "level2")}
        nulls = [index for index, box in enumerate(row) if box.mark in levels and box.text is None]
        offset = len(shown) - len(row)
        for index in nulls:
            shown[index + offset] = _quoted(None)
        if all(box.text is None for box in row if box.mark not in levels):
            shown[-1] = _quoted(None)
        return shown

    def _title(self, page: ProjectPage) -> str:
        text = page.title.text or ""
        residue, rest = split_residue(text)
        automatic = (page.title.mark or "").startswith(AUTOMATIC)
        plain = bool(rest.strip()) and is_title(rest) and self._is_text(rest) and "\t" not in text and not is_contents(rest)
        plain = plain and heading(rest) is None and not is_part(rest) and not text.startswith(("#", "|")) and not rest.startswith(LITERAL)
        label, colon, _ = rest.partition("：")
        plain = plain and self.labels.inline(rest) is None and "整体" not in text and not (colon and heading(label))
        name = next((box.text for row in page.rows for box in row if box.mark == "projects.name"), None)
        says_itself = text == f"{text.partition('.')[0]}. {name or ''}绩效目标表"
        if automatic:
            return text if plain and says_itself and not residue else _quoted(None)
        return text if plain and not says_itself else _quoted(text)

    def _box(self, box: Box, page: ProjectPage, *, head: bool = False) -> str:
        text, mark = box.text, box.mark or ""
        if box.mark is None:
            return PRINTED.get(text or "", text or "")
        automatic = mark.startswith(AUTOMATIC)
        if mark.endswith("projects.unit"):
            return self._unit_box(text, automatic)
        if mark.endswith("projects.money_unit"):
            plain = text is not None and money_unit(text) == "万元" and text == text.strip()
            return text if text and plain and (automatic or text != "金额单位：万元") else _quoted(text)
        if text is None:
            return _SPACER
        return text if self._is_cell(text) else _quoted(text)

    def _indicator(self, box: Box, *, first: bool) -> str:
        """A cell of the table of indicators, where only headings and what begins a row could be misread."""
        text = box.text
        if text is None:
            return _SPACER
        misread = self.labels.column(text) or bare(text) in (STANDARD, *TOTALS) or (first and self.labels.scalar(text))
        return text if not misread and self._is_cell_text(text) else _quoted(text)

    def _unit_box(self, text: str | None, automatic: bool) -> str:
        match = UNIT_CELL.fullmatch(text or "")
        says_itself = match is not None and text == f"{match[1]} {match[2]}"
        if automatic:
            return text if text and says_itself and self._is_cell(text) else _quoted(None)
        return text if text and match and not says_itself and self._is_cell(text) else _quoted(text)

    def _is_cell(self, text: str) -> bool:
        """Whether a text in a cell is read as that."""
        labels = self.labels
        misread = labels.known(text) or labels.inline(text) or len(labels.apart(text)) > 1
        return not (misread or money_unit(text) or unit_of_group(text)) and self._is_cell_text(text)

    def _is_cell_text(self, text: str) -> bool:
        """Whether its lines are those of one cell."""
        if not self._is_text(text):
            return False
        first, *others = text.split("\n")
        if text[0] == "\t" or "\t" in text.rstrip("\t") or (others and "\t" in text):
            return False
        return bool(first.strip()) and all(self._goes_on(line) for line in others)

    def _is_text(self, text: str) -> bool:
        return bool(text.strip()) and not _has_controls(text) and not text.startswith(LITERAL)

    def _goes_on(self, line: str) -> bool:
        rest = split_residue(line)[1]
        bars = line.strip().startswith("|") and line.strip().endswith("|")
        return bool(rest.strip()) and heading(rest) is None and not is_title(rest) and not bars


def _has_controls(text: str) -> bool:
    return any(character < " " and character not in "\n\t" or character in "\x7f\x85" for character in text)


def markdown(statements: Sequence[Statement]) -> str:
    """The disclosure as Markdown; what is typed is never markup."""
    return "\n".join(line for statement in statements for line in _markdown_unit(statement)) + "\n"


def _markdown_unit(statement: Statement) -> list[str]:
    year = f"{statement.year}年" if statement.year else ""
    lines = [f"# {_escaped(statement.name)}{year}部门预算绩效文本", ""]
    lines += ["## 第一部分 部门整体绩效目标", "", f"### {SECTIONS['overall_target']}", ""]
    for line in (statement.overall or "").split("\n"):
        lines += [_escaped(line), ""]
    for key, texts in (("itemised_targets", statement.itemised), ("safeguards", statement.safeguards)):
        lines += [f"### {SECTIONS[key]}", ""]
        for text in texts:
            lines += [_escaped(str(text or "")), ""]
    lines += ["## 第二部分 预算项目绩效目标", ""]
    for page in statement.projects:
        lines += [f"### {_escaped(page.title.text or '')}", ""]
        for index, row in enumerate(page.rows):
            cells = [_escaped(box.text or "") for box in row]
            cells = ["", *cells] if index and sum(box.across for box in row) == 12 else cells
            lines.append(_bar([*cells, *[""] * (7 - len(cells))]))
            if index == 0:
                lines.append(_bar(["---"] * 7))
        lines += ["", _bar([str(box.text) for box in page.header]), _bar(["---"] * len(page.header))]
        for row in page.indicators:
            by_mark = {box.mark: _escaped(box.text or "") for box in row}
            lines.append(_bar([by_mark.get(f"projects.indicators.{key}", "") for key in page.keys]))
        lines.append("")
    return lines


def _bar(texts: Sequence[str]) -> str:
    return f"| {' | '.join(texts)} |"


def _escaped(text: str) -> str:
    text = "".join(f"\\{character}" if character in "\\`*_{}[]<>#|~" else character for character in text)
    text = re.sub(r"\A(\d+)\. ", r"\1\. ", text)  # no list of Markdown's
    return text.replace("\r", "").replace("\n", "<br>")
