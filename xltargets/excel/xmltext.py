"""XML as bytes with known places, so that it can be patched instead of rewritten.

expat parses and says at which byte every tag stands; nothing is ever serialised. What is inserted carries a mark that
no XML parser reports (white space inside a tag, ``</author >``), so that it can be found and taken out again to the
byte. All offsets are in UTF-8: parts in other encodings are turned into UTF-8 and back, which loses nothing.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from xml.parsers import expat

from xltargets.errors import Error

DEEPEST = 1000  # elements within each other; Excel writes some twenty
SEPARATOR = "\n"  # between namespace and name in what expat reports; no namespace contains it

_DECLARED = re.compile(rb"""\A\s*<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z][\w.\-]*)["']""")
_DECLARATION = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*<\?xml\s[^>]*\?>")
_TAG = re.compile(rb"""<(?:[^"'>]+|"[^"]*"|'[^']*')*+>""")
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_CONTROL = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f]")
_LIKE_AN_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}[_\x01-\x08\x0b\x0c\x0e-\x1f])")


class Broken(Exception):
    """The bytes are no XML that can be relied on. The message says why, in Chinese."""


class Edit(NamedTuple):
    """Replace the bytes from `start` to `end` with `new`."""

    start: int
    end: int
    new: bytes


class Element:
    """One element and where it stands.

    Attributes:
        namespace, name: its namespace ("" for none) and local name.
        attributes: by local name, or "{namespace}name" for those with a prefix; values decoded.
        start, inner, inner_end, end: offsets of ``<``, of what follows the start tag, of the end tag, and past the end.
            An empty-element tag has inner == inner_end == end.
        text: the character data directly inside, decoded.
    """

    __slots__ = (
        "attributes",
        "children",
        "end",
        "inner",
        "inner_end",
        "name",
        "namespace",
        "parent",
        "start",
        "text",
    )

    def __init__(
        self, namespace: str, name: str, attributes: dict[str, str], start: int, parent: Element | None
    ):
        self.namespace, self.name, self.attributes, self.start, self.parent = (
            namespace,
            name,
            attributes,
            start,
            parent,
        )
        self.inner = self.inner_end = self.end = 0
        self.text = ""
        self.children: list[Element] = []

    @property
    def empty(self) -> bool:
        """Whether it is written as one empty-element tag."""
        return self.inner == self.end

    def append(self, name: str, attributes: dict[str, str], length: int) -> None:
        """Take in an empty element of so many bytes that was written at the end of this root."""
        last = Element(self.namespace, name, attributes, self.inner_end, self)
        last.inner = last.inner_end = last.end = self.inner_end + length
        self.children.append(last)
        self.inner_end += length
        self.end += length

    def iter(self, name: str) -> Iterator[Element]:
        """All elements of a local name, this one included, in document order."""
        stack = [self]
        while stack:
            element = stack.pop()
            if element.name == name:
                yield element
            stack.extend(reversed(element.children))

    def child(self, name: str) -> Element | None:
        """The first child of a local name."""
        return next((child for child in self.children if child.name == name), None)


class Text(NamedTuple):
    """A part as UTF-8 bytes, and the encoding it came in."""

    data: bytes
    codec: str = "utf-8"

    def encoded(self, data: bytes) -> bytes:
        """Changed UTF-8 bytes in the part's own encoding; characters it lacks become references."""
        return data if self.codec == "utf-8" else data.decode("utf-8").encode(self.codec, "xmlcharrefreplace")


def decoded(data: bytes) -> Text:
    """The part in UTF-8. Raises Broken for an encoding that is unknown or would not come back the same."""
    codec = codec_of(data)
    if codec == "utf-8":
        return Text(data)
    try:
        text = data.decode(codec)
        if text.encode(codec) != data:
            raise Broken(f"编码 {codec} 无法原样写回")
        return Text(text.encode("utf-8"), codec)
    except UnicodeError:
        raise Broken(f"内容与所声明的编码 {codec} 不符") from None


def undeclared(data: bytes) -> bytes:
    """A part in UTF-8 without its declaration, which names the encoding that it once had."""
    return _DECLARATION.sub(b"", data, count=1)


def codec_of(data: bytes) -> str:
    head = data[:4]
    if head[:2] == b"\xff\xfe" or head == b"<\0?\0" or (head[:1] == b"<" and head[1:2] == b"\0"):
        return "utf-16-le"
    if head[:2] in (b"\xfe\xff", b"\0<"):
        return "utf-16-be"
    match = _DECLARED.match(data[:200])
    name = match[1].decode("ascii").lower() if match else "utf-8"
    if name in ("utf-8", "utf8") or name.startswith(("utf-16", "ucs-2", "iso-10646")):
        return "utf-8"  # what is declared in bytes that are plainly not UTF-16 cannot be UTF-16
    try:
        found = codecs.lookup(name)
        "".encode(found.name)
    except (LookupError, TypeError):
        raise Broken(f"不认识的编码 {name}") from None
    return found.name


def parser() -> expat.XMLParserType:
    """An expat parser for UTF-8 that knows namespaces and refuses document types, and with them all entities."""
    made = expat.ParserCreate("utf-8", SEPARATOR)
    made.StartDoctypeDeclHandler = _refuse_doctype
    return made


def _refuse_doctype(*_: object) -> None:
    raise Broken("含有文档类型声明（DTD），出于安全不予处理")


def split_name(name: str) -> tuple[str, str]:
    """Namespace and local name of a name as expat reports it."""
    namespace, _, local = name.rpartition(SEPARATOR)
    return namespace, local


def attribute_names(attributes: dict[str, str]) -> dict[str, str]:
    """Attributes as expat reports them, with names in the form ``{namespace}name``."""
    if not any(SEPARATOR in key for key in attributes):
        return attributes
    return {"{{{}}}{}".format(*split_name(k)) if SEPARATOR in k else k: v for k, v in attributes.items()}


def complaint(error: expat.ExpatError) -> str:
    """What expat found wrong, for the end of a Chinese sentence."""
    return f"第 {error.lineno} 行不是合格的 XML（{expat.errors.messages.get(error.code, str(error))}）"


def parse(data: bytes) -> Element:
    """The tree of a UTF-8 part that is small by nature. Raises Broken."""
    made = parser()
    top = Element("", "", {}, 0, None)
    current = top
    depth = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal current, depth
        depth += 1
        if depth > DEEPEST:
            raise Broken("中的元素嵌套得太深")
        element = Element(*split_name(name), attribute_names(attributes), made.CurrentByteIndex, current)
        element.inner = tag_end(data, element.start)
        current.children.append(element)
        current = element

    def end(_: str) -> None:
        nonlocal current, depth
        depth -= 1
        if data[current.inner - 2 : current.inner] == b"/>":
            current.inner_end = current.end = current.inner
        else:
            current.inner_end = made.CurrentByteIndex
            current.end = data.index(b">", current.inner_end) + 1
        parent = current.parent
        assert parent is not None
        current = parent

    def characters(text: str) -> None:
        current.text += text

    made.StartElementHandler, made.EndElementHandler, made.CharacterDataHandler = start, end, characters
    made.buffer_text = True
    try:
        made.Parse(data, True)
    except expat.ExpatError as error:
        raise Broken(complaint(error)) from None
    root = top.children[0]
    root.parent = None
    return root


def tag_end(data: bytes, start: int) -> int:
    """The offset past the ``>`` of the tag that begins at `start` in well-formed XML."""
    match = _TAG.match(data, start)
    if match is None:
        raise Broken("标记没有结束")
    return match.end()


def raw_name(data: bytes, start: int) -> bytes:
    """The name of the tag at `start` as it is written, prefix included."""
    return re.compile(rb"</?([^\s/>]+)").match(data, start)[1]  # type: ignore[index]


def prefix(data: bytes, element: Element) -> str:
    """The prefix of an element with its colon, or nothing."""
    name = raw_name(data, element.start).decode("utf-8")
    return name[: name.index(":") + 1] if ":" in name else ""


def apply(data: bytes, edits: Iterable[Edit]) -> bytes:
    """The data with all edits made; they must not overlap. Edits at one place keep their order."""
    pieces, at = [], 0
    for edit in sorted(edits, key=lambda e: e.start):
        if edit.start < at:
            raise ValueError("edits overlap")
        pieces += [data[at : edit.start], edit.new]
        at = edit.end
    pieces.append(data[at:])
    return b"".join(pieces)


def insert_last(data: bytes, element: Element, new: bytes) -> list[Edit]:
    """Put `new` at the end of an element. An empty-element tag is opened such that :func:`reclose` can undo it."""
    if not element.empty:
        return [Edit(element.inner_end, element.inner_end, new)]
    closing = b"</" + raw_name(data, element.start) + b" >"
    return [Edit(element.inner - 2, element.inner, b">" + new + closing)]


def opened_by_us(data: bytes, element: Element) -> bool:
    """Whether the end tag carries our mark, ``</name >``."""
    return (
        not element.empty
        and data[element.inner_end : element.end] == b"</" + raw_name(data, element.start) + b" >"
    )


def reclose(data: bytes, element: Element) -> list[Edit]:
    """Undo what :func:`insert_last` did to an empty-element tag, with all that is inside."""
    return [Edit(element.inner - 1, element.end, b"/>")]


# --- text -----------------------------------------------------------------------------------------


def escape(text: str) -> str:
    """Character data or a double-quoted attribute value. The text must be free of what XML forbids."""
    for plain, reference in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        text = text.replace(plain, reference)
    return text


def legal(text: str) -> str:
    """The text as XML and Excel can keep it: line ends as ``\\n``, forbidden characters as U+FFFD."""
    return _ILLEGAL.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


def to_xstring(text: str) -> str:
    """Text as ST_Xstring (ECMA-376, part 1, 22.9.2.19): control characters, which XML forbids, as ``_x000B_``.

    What looks like such an escape is escaped itself.
    """
    return _CONTROL.sub(lambda match: f"_x{ord(match[0]):04X}_", _LIKE_AN_ESCAPE.sub("_x005F_", text))


def from_xstring(text: str) -> str:
    """ST_Xstring as text."""
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)


def whole(text: str | None) -> int | None:
    """A whole number as attributes have it, None for anything else; a hostile file may hold one of a million digits."""
    return int(text) if text and len(text) < 11 and text.isascii() and text.isdecimal() else None


def refused(part: str, reason: Broken, file: object) -> Error:
    """The error for a part that cannot be worked on."""
    return Error(f"文件内部的“{part}”{reason}，请用 Excel 或 WPS 打开后另存一份再试", file=str(file))
