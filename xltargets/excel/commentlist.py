"""The comments part of a sheet: which notes are ours, and the edits that make them what they should be.

A note is ours when its author is ours. It is ours, too, when nothing stands above the line that names us, for Excel gives a
note that the check button makes its user's name (see :mod:`xltargets.excel.livenotes`); and when it has no author, which is
what LibreOffice makes of every author, and begins as only ours do. In a cell with someone else's note, our text is a run at the end of theirs which
begins with a line that names us. What we insert carries a mark (``</comment >``, ``</r >``) that lets it be taken out to
the byte; when another program has rewritten the part, author and line are what is left to go by.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from xltargets.excel import xmltext
from xltargets.excel.xmltext import Broken, Edit, Element, whole

LONGEST = 32_767  # characters of a note, in UTF-16 units as Excel counts
#: How each text of ours begins (:func:`xltargets.notes.text_of`).
_BEGINNING = re.compile(r"(?:（由(?:此| [A-Z]\d{2,3} )带出）)?【(?:错误|警告|提示|豁免)】[A-Z]\d{2,3} ")
#: A sign that is in all of them, and in few other notes.
OPENING = "【".encode()
_CUT = "…（内容过长，以下从略）"
_HEAD = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_FONT = (
    '<{0}rPr><{0}sz val="9"/><{0}color indexed="81"/><{0}rFont val="宋体"/><{0}charset val="134"/></{0}rPr>'
)


@dataclass(frozen=True)
class Note:
    """A note as it stands in a sheet.

    Attributes:
        cell: its address, without dollar signs.
        author: its author; None when the number of the author leads nowhere.
        text: all of it.
        ours: our part of it: all of it when the author is ours, "" when nothing of it is.
        runs_xml: its text element as it is written, in UTF-8.
        threaded: whether it is the shadow of a conversation, which is not to be touched.
    """

    cell: str
    author: str | None
    text: str
    ours: str = ""
    runs_xml: bytes | None = None
    threaded: bool = False


def skeleton(namespace: str) -> bytes:
    """A comments part without comments. The blanks in an end tag say that it is our own."""
    return (
        _HEAD
        + f'<comments xmlns="{namespace}"><authors></authors><commentList></commentList  ></comments>'.encode()
    )


def separator(author: str) -> str:
    """The line that parts another's note from ours."""
    return f"──── {author} ────\n"


def is_anonymous_ours(author: str | None, text: str) -> bool:
    """Whether a note whose author a program has dropped is ours, by how it begins."""
    return author is not None and not author.strip() and bool(_BEGINNING.match(text))


@dataclass
class Plan:
    """What should become of a comments part, and what that means for the shapes of its drawing."""

    edits: list[Edit] = field(default_factory=list)
    present: dict[str, str] = field(
        default_factory=dict
    )  # cells that have our text: the whole text of the note
    redraw: dict[str, bool] = field(default_factory=dict)  # our own notes with another text: as in `gone`
    gone: dict[str, bool] = field(
        default_factory=dict
    )  # without ours now: whether only shapes with our mark go
    shared: dict[str, str] = field(
        default_factory=dict
    )  # another's notes that ours follows in: the whole text
    freed: set[str] = field(default_factory=set)  # another's notes that ours was taken out of
    added: int = 0
    changed: int = 0
    removed: int = 0
    skipped: dict[str, str] = field(default_factory=dict)


@dataclass
class _Comment:
    element: Element
    author: str | None
    text: str
    ours: str | None = None  # our text; None when nothing is ours
    pure: bool = False  # all of it is ours
    live: bool = False  # made in Excel, under its user's name
    theirs: str = ""


class CommentList:
    """A comments part in UTF-8."""

    def __init__(self, data: bytes, author: str):
        """Raises Broken when it is no well-formed comments part."""
        self.data = data
        self.author = xmltext.legal(author)
        self._line = separator(self.author)
        self.root = xmltext.parse(data)
        authors, comments = self.root.child("authors"), self.root.child("commentList")
        if self.root.name != "comments" or authors is None or comments is None:
            raise Broken("缺少批注的作者或内容")
        self.authors, self.list = authors, comments
        self.prefix = xmltext.prefix(data, comments)
        self._names = [child.text for child in authors.children if child.name == "author"]
        self._comments = [self._read(element) for element in comments.children if element.name == "comment"]

    # --- reading ------------------------------------------------------------------------------

    def notes(self) -> dict[str, Note]:
        """The notes by cell; the first of several in one cell."""
        found: dict[str, Note] = {}
        for comment in self._comments:
            text = comment.element.child("text")
            raw = None if text is None else self.data[text.start : text.end]
            cell, threaded = address(comment.element), (comment.author or "").startswith("tc={")
            found.setdefault(
                cell, Note(cell, comment.author, comment.text, comment.ours or "", raw, threaded)
            )
        return found

    def has_ours(self) -> bool:
        """Whether there is anything of ours to look after."""
        return any(comment.ours is not None for comment in self._comments)

    def _read(self, element: Element) -> _Comment:
        number = whole(element.attributes.get("authorId"))
        author = self._names[number] if number is not None and number < len(self._names) else None
        text = _text_of(element)
        if author == self.author:
            return _Comment(element, author, text, text, True)
        if is_anonymous_ours(author, text):
            return _Comment(element, author, text, text, True, True)
        theirs, found, ours = text.partition(self._line)
        if not found:
            return _Comment(element, author, text)
        live = not theirs and self._our_run(element) is None
        return _Comment(element, author, text, ours, live, live, theirs.removesuffix("\n"))

    # --- planning -----------------------------------------------------------------------------

    def plan(self, wanted: Mapping[str, str], *, keep: bool, blocked: Mapping[str, str]) -> Plan:
        """The edits after which our notes are `wanted` (text by cell); with `keep`, all our other notes stay.

        `blocked` cells are left as they are: why, by cell.
        """
        plan = Plan()
        left: dict[str, str] = {}
        for cell, asked in wanted.items():
            if cell in blocked:
                plan.skipped[cell] = blocked[cell]
            else:
                left[cell] = xmltext.legal(asked)
        emptied, again = 0, dict[str, str]()
        for comment in self._comments:
            cell = address(comment.element)
            text: str | None = left.pop(cell) if cell in left else None
            if cell in blocked and text is None and comment.ours is None:
                continue
            if text is None and keep and comment.ours is not None:
                self._keep(comment, plan)
            elif comment.ours is None and text is not None:
                self._extend(comment, text, plan)
            elif comment.ours is not None and text is None:
                emptied += self._remove(comment, plan)
            elif text is not None and comment.live:
                if comment.ours == self._fitted(comment, text):
                    self._keep(comment, plan)
                else:
                    emptied += self._replace(comment, plan)
                    again[cell] = text
            elif text is not None:
                self._update(comment, text, plan)
        left |= again
        number, new = self._author(bool(left), plan), b""
        for cell, asked in left.items():
            new += self._comment(cell, asked, number)
            plan.present[cell] = fitted(asked)
            plan.added += 1
        self._finish(new, emptied, plan)
        return plan

    def _author(self, needed: bool, plan: Plan) -> int:
        """The number of our author for new comments; declared when it is needed and not there.

        Comments whose number leads nowhere must not begin to lead to us: their numbers get authors without a name.
        """
        if self.author in self._names:
            return self._names.index(self.author)
        taken = {whole(comment.element.attributes.get("authorId")) for comment in self._comments}
        number = len(self._names)
        while number in taken:
            number += 1
        if needed:
            name = f"{self.prefix}author"
            blanks = f"<{name}></{name} >" * (number - len(self._names))
            new = f"{blanks}<{name}>{xmltext.escape(self.author)}</{name} >".encode()
            plan.edits += xmltext.insert_last(self.data, self.authors, new)
        return number

    def _comment(self, cell: str, text: str, number: int) -> bytes:
        p = self.prefix
        run = f"<{p}r>{_FONT.format(p)}{self._t(fitted(text))}</{p}r>"
        comment = (
            f'<{p}comment ref="{cell}" authorId="{number}" shapeId="0"><{p}text>{run}</{p}text></{p}comment >'
        )
        return comment.encode()

    def _t(self, text: str) -> str:
        return f'<{self.prefix}t xml:space="preserve">{xmltext.escape(xmltext.to_xstring(text))}</{self.prefix}t>'

    def _finish(self, new: bytes, emptied: int, plan: Plan) -> None:
        """Put the new comments at the end; close what we opened; take away our author when nobody needs it."""
        empty = not new and emptied == len(self.list.children)
        if empty and xmltext.opened_by_us(self.data, self.list):
            inside = (self.list.start, self.list.end)
            plan.edits = [e for e in plan.edits if not inside[0] <= e.start < inside[1]]
            plan.edits += xmltext.reclose(self.data, self.list)
        elif new:
            plan.edits += xmltext.insert_last(self.data, self.list, new)
        if not new and not self._still_named(plan):
            self._drop_author(plan)

    def _still_named(self, plan: Plan) -> bool:
        ours = [c for c in self._comments if c.author == self.author and address(c.element) not in plan.gone]
        return bool(ours)

    def _drop_author(self, plan: Plan) -> None:
        children = [child for child in self.authors.children if child.name == "author"]
        if (
            not children
            or self._names[-1] != self.author
            or not xmltext.opened_by_us(self.data, children[-1])
        ):
            return
        ours = [children[-1]]
        for child in reversed(children[:-1]):
            if child.text or not xmltext.opened_by_us(self.data, child):
                break
            ours.append(child)
        if len(self.authors.children) == len(ours) and xmltext.opened_by_us(self.data, self.authors):
            plan.edits += xmltext.reclose(self.data, self.authors)
        else:
            plan.edits += [Edit(child.start, child.end, b"") for child in ours]

    # --- one comment --------------------------------------------------------------------------

    def _remove(self, comment: _Comment, plan: Plan) -> int:
        """Take ours away; returns 1 when that was the whole comment."""
        element = comment.element
        plan.removed += 1
        if comment.pure:
            plan.edits.append(Edit(element.start, element.end, b""))
            plan.gone[address(element)] = xmltext.opened_by_us(self.data, element)
            return 1
        plan.edits += self._split(comment)
        plan.gone[address(element)] = True  # a shape of ours, where theirs had none
        plan.freed.add(address(element))
        return 0

    def _fitted(self, comment: _Comment, text: str) -> str:
        return fitted(text, units(comment.text) - units(comment.ours or ""))

    def _replace(self, comment: _Comment, plan: Plan) -> int:
        """Take a note that Excel made away, for one under our own name; returns as :meth:`_remove`."""
        emptied, cell = self._remove(comment, plan), address(comment.element)
        plan.redraw[cell] = plan.gone.pop(cell)
        plan.removed, plan.added, plan.changed = plan.removed - 1, plan.added - 1, plan.changed + 1
        return emptied

    def _keep(self, comment: _Comment, plan: Plan) -> None:
        cell = address(comment.element)
        plan.present[cell] = comment.text
        if not comment.pure:
            plan.shared[cell] = comment.text

    def _update(self, comment: _Comment, text: str, plan: Plan) -> None:
        cell = address(comment.element)
        text = fitted(text, 0 if comment.pure else units(comment.theirs) + units(self._line) + 1)
        if comment.ours == text:
            self._keep(comment, plan)
            return
        plan.changed += 1
        if comment.pure:
            element = comment.element
            number = int(element.attributes["authorId"])
            plan.edits.append(Edit(element.start, element.end, self._comment(cell, text, number)))
            plan.redraw[cell] = xmltext.opened_by_us(self.data, element)
            plan.present[cell] = text
            return
        plan.present[cell] = plan.shared[cell] = self._joined(comment.theirs, text)
        run, marked = self._run(comment.theirs, text), self._our_run(comment.element)
        if marked is not None:
            plan.edits.append(Edit(marked.start, marked.end, run))
            return
        edits = self._split(comment)
        first, last = edits[0], max(edit.end for edit in edits)
        holder = comment.element.child("text")
        plain = holder.child("t") if holder else None
        if (
            plain is not None and plain.inner <= first.start and first.new
        ):  # plain text: make it a run, as _appended
            edits = [Edit(plain.start, plain.start, f"<{self.prefix}r >".encode()), *edits]
            run = f"</{self.prefix}r >".encode() + run
            last = max(last, plain.end)
        plan.edits += [*edits, Edit(last, last, run)]

    def _extend(self, comment: _Comment, text: str, plan: Plan) -> None:
        """Append our run to another's note, whose own bytes stay."""
        cell, element = address(comment.element), comment.element
        text = fitted(text, units(comment.text) + units(self._line) + 1)
        if not text:
            plan.skipped[cell] = "原批注已接近 Excel 的长度上限，写不下"
            return
        run = self._run(comment.text, text)
        plan.edits += self._appended(element, run)
        plan.present[cell] = plan.shared[cell] = self._joined(comment.text, text)
        plan.added += 1

    def _appended(self, element: Element, run: bytes) -> list[Edit]:
        holder = element.child("text")
        p = self.prefix
        if holder is None:
            new = f"<{p}text  >".encode() + run + f"</{p}text>".encode()  # two blanks: not there before
            if element.empty:
                return xmltext.insert_last(self.data, element, new)
            return [Edit(element.inner, element.inner, new)]
        if pieces := _pieces(holder):
            edits = []
            if all(piece.name == "t" for piece in pieces):  # a plain text becomes a run: the two do not go together in Excel
                for t in pieces:
                    edits += [Edit(t.start, t.start, f"<{p}r >".encode()), Edit(t.end, t.end, f"</{p}r >".encode())]
            return [*edits, Edit(pieces[-1].end, pieces[-1].end, run)]
        if holder.empty:
            return xmltext.insert_last(self.data, holder, run)
        return [Edit(holder.inner, holder.inner, run)]

    def _run(self, theirs: str, text: str) -> bytes:
        p = self.prefix
        ours = self._joined(theirs, text)[len(theirs) :]
        return f"<{p}r>{_FONT.format(p)}{self._t(ours)}</{p}r >".encode()

    def _joined(self, theirs: str, ours: str) -> str:
        return f"{theirs}\n{self._line}{ours}" if theirs else self._line + ours

    def _our_run(self, element: Element) -> Element | None:
        holder = element.child("text")
        for child in reversed(holder.children if holder else []):
            if child.name == "r" and xmltext.opened_by_us(self.data, child) and not self._is_wrapper(child):
                return child
        return None

    def _is_wrapper(self, run: Element) -> bool:
        return self.data[run.start : run.inner].endswith(b"r >") and xmltext.opened_by_us(self.data, run)

    def _split(self, comment: _Comment) -> list[Edit]:
        """Take our run out of another's note: to the byte when it bears our mark, else from our line on."""
        element, run = comment.element, self._our_run(comment.element)
        holder = element.child("text")
        assert holder is not None
        if run is None:
            return self._cut(holder)
        if self.data[holder.start : holder.inner].endswith(b"text  >"):  # there was no text element
            if len(element.children) == 1 and xmltext.opened_by_us(self.data, element):
                return xmltext.reclose(self.data, element)
            return [Edit(holder.start, holder.end, b"")]
        if len(holder.children) == 1 and xmltext.opened_by_us(self.data, holder):
            return xmltext.reclose(self.data, holder)
        edits = [Edit(run.start, run.end, b"")]
        for child in holder.children:
            if child.name == "r" and self._is_wrapper(child):
                edits += [Edit(child.start, child.inner, b""), Edit(child.inner_end, child.end, b"")]
        return edits

    def _cut(self, holder: Element) -> list[Edit]:
        """Someone rewrote the part: cut the text from our line to its end."""
        edits: list[Edit] = []
        before: Element | None = None
        for piece in _pieces(holder):
            t = piece if piece.name == "t" else piece.child("t")
            if edits:
                edits.append(Edit(piece.start, piece.end, b""))
            elif t is not None and self._line in (text := xmltext.from_xstring(t.text)):
                kept = text.partition(self._line)[0]
                if not kept and before is not None:  # the line end between the two is in the run before
                    edits += _shortened(before, xmltext.from_xstring(before.text))
                kept = kept.removesuffix("\n")
                edits += _shortened(t, f"{kept}\n") if kept else [Edit(piece.start, piece.end, b"")]
            before = t
        return edits or [Edit(holder.inner_end, holder.inner_end, b"")]


def _shortened(t: Element, text: str) -> list[Edit]:
    """What gives an element this text without the line end with which it ends, if it ends with one."""
    if not text.endswith("\n"):
        return []
    return [Edit(t.inner, t.inner_end, xmltext.escape(xmltext.to_xstring(text[:-1])).encode())]


# --- text -----------------------------------------------------------------------------------------


def address(element: Element) -> str:
    """The cell of a comment element."""
    return element.attributes.get("ref", "").replace("$", "").upper()


def units(text: str) -> int:
    """The length of a text as Excel counts it, in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def fitted(text: str, taken: int = 0) -> str:
    """The text, cut where a note that has `taken` characters already would become too long."""
    room = LONGEST - taken
    if units(text) <= room:
        return text
    room -= units(_CUT)
    if room < 20:
        return ""
    while units(text) > room:
        text = text[: len(text) - max(1, (units(text) - room) // 2)]
    return text + _CUT


def _pieces(holder: Element) -> list[Element]:
    return [child for child in holder.children if child.name in ("t", "r")]


def _text_of(element: Element) -> str:
    texts = []
    for holder in element.children:
        if holder.name == "text":
            for piece in _pieces(holder):
                parts = [piece] if piece.name == "t" else [t for t in piece.children if t.name == "t"]
                texts += [xmltext.from_xstring(t.text) for t in parts]
    return "".join(texts)
