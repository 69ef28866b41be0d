"""One spelling for what looks alike: NFKC, no blanks, one dash, one set of operators, ASCII digits.

Folding twice is folding once, so that a canonical text can be read again.
"""
from __future__ import annotations

import unicodedata
from itertools import pairwise

from .patterns import later

_ALIKE = str.maketrans({
    "≧": "≥", "⩾": "≥", "≮": "≥", "≦": "≤", "⩽": "≤", "≯": "≤", "⪰": "≥", "⪯": "≤", "≳": "≥", "≲": "≤",
    "═": "=",
    "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "―": "-", "−": "-", "─": "-", "━": "-",
    "∼": "~", "〜": "~", "∽": "~", "•": "·", "・": "·", "‧": "·", "∙": "·", "⋅": "·", "●": "·",
    "¥": "", "\uffe5": "",
})
_ALIKE_KEYS = frozenset(map(chr, _ALIKE))
# Characters that print nothing: controls, zero-width and bidirectional marks, BOM, variation selectors.
_INVISIBLE = later(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\ufff9-\ufffb]"
)
_FOREIGN_DIGIT = later(r"[^\x00-\x7f\D]")
# What V20 speaks of: full-width or odd digits, separators and operators; not ％ or brackets.
_ODD = later(
    "[０-９．＞＜＝＋－﹥﹤﹦≧≦⩾⩽≮≯⪰⪯═]|[^\x00-\x7f\\D]|(?<=[0-9０-９])[，﹐](?=[0-9０-９]{3})"
)


def fold(text: str) -> str:
    """The text in the one spelling that the grammar reads; at most a few passes over it."""
    if _is_folded(text):
        return text
    while True:
        folded = _once(text)
        if folded == text:
            return folded
        text = folded


def _is_folded(text: str) -> bool:
    """A quick look that most values pass: nothing in the text would be changed."""
    if " " in text or "&" in text or not text.isprintable():
        return False
    return text.isascii() or (_ALIKE_KEYS.isdisjoint(text) and unicodedata.is_normalized("NFKC", text)
                              and _INVISIBLE.search(text) is None and _FOREIGN_DIGIT.search(text) is None)


def chinese(text: str, most: int) -> bool:
    """Whether the text is 1 to `most` Chinese characters (a regular expression for that is slow to compile)."""
    return 0 < len(text) <= most and all("\u4e00" <= letter <= "\u9fff" for letter in text)


def _once(text: str) -> str:
    if not text.isascii():
        text = _INVISIBLE.sub("", text.translate(_ALIKE))
        text = unicodedata.normalize("NFKC", text)
        text = _FOREIGN_DIGIT.sub(lambda digit: str(unicodedata.decimal(digit.group())), text)
    elif not text.isprintable():
        text = _INVISIBLE.sub("", text)
    if "&" in text:
        text = text.replace("&gt;", ">").replace("&lt;", "<")
    words = text.split()
    if len(words) == 1:
        return words[0]
    return _join(words) if words else ""


def _join(words: list[str]) -> str:
    """Drop blanks, but never make one number or one word out of two."""
    parts = [words[0]]
    for before, word in pairwise(words):
        left, right = before[-1], word[0]
        apart = (left in "0123456789.," and right in "0123456789.,") or (
            left.isascii() and left.isalpha() and right.isascii() and right.isalpha())
        parts.append(" " + word if apart else word)
    return "".join(parts)


def oddities(raw: str) -> set[str]:
    """Flags for the way the characters were typed: "fullwidth", "invisible", "mangled-operator" (&gt;)."""
    flags = set()
    if not raw.isascii() and _ODD.search(raw):
        flags.add("fullwidth")
    if "&gt;" in raw or "&lt;" in raw:
        flags.add("mangled-operator")
    if not raw.isprintable() and _INVISIBLE.search(raw):
        flags.add("invisible")
    return flags
