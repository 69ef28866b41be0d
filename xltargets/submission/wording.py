"""Labels of the form, however they are written: which fields a text on a sheet may be the label of."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from enum import IntEnum
from functools import lru_cache
from importlib.resources import files

from xltargets.submission.form import Field, Form

#: A longer text is no label.
LONGEST = 40

_BLANKS = re.compile(r"\s+")
_NUMBERING = re.compile(r"(?:[*•]+|[一二三四五六七八九十]+[、.]|\([一二三四五六七八九十\d]{1,2}\)|\d{1,2}[、.](?!\d))+")
_TAIL = re.compile(r"(?:\([^()]*\)|[:*])+\Z")
_OF_WHICH = re.compile(r"其中[:,、]?")


class Likeness(IntEnum):
    """How a text is like a label."""

    SAME = 0  # but for blanks
    VARIANT = 1  # but for numbering, 其中：, a unit in brackets
    ALIAS = 2  # another word for the same


def plain(text: object) -> str:
    """A text without blanks, full-width letters and signs folded; empty for what is no label."""
    if not isinstance(text, str) or len(text) > 4 * LONGEST:
        return ""
    short = folded(text)
    return short if len(short) <= LONGEST else ""


def folded(text: object) -> str:
    """A text of any length without blanks, full-width letters and signs folded."""
    return _BLANKS.sub("", unicodedata.normalize("NFKC", text)) if isinstance(text, str) else ""


def bare(text: str) -> str:
    """A plain text without numbering, 其中： and what stands in brackets at its end."""
    text = _NUMBERING.sub("", text, count=1) if _NUMBERING.match(text) else text
    text = _OF_WHICH.sub("", text, count=1) if _OF_WHICH.match(text) else text
    return _TAIL.sub("", text) or text


class Vocabulary:
    """The labels of a form."""

    def __init__(self, form: Form) -> None:
        self.form = form
        aliases = _aliases()
        self._same: dict[str, list[Field]] = {}
        self._variant: dict[str, list[Field]] = {}
        self._alias: dict[str, list[Field]] = {}
        for field in form.fields.values():
            if not field.derived:
                self._same.setdefault(plain(field.title), []).append(field)
                self._variant.setdefault(bare(plain(field.title)), []).append(field)
                for alias in aliases.get(field.dotted, ()):
                    self._alias.setdefault(plain(alias), []).append(field)
        fields = {plain(field.title) for field in form.fields.values()}
        self.groups = {plain(title) for title in form.titles.values() if title} - fields

    def fields(self, text: str) -> list[tuple[Field, Likeness]]:
        """The fields that a plain text may be the label of, the most alike only."""
        for likeness, words, key in (
            (Likeness.SAME, self._same, text),
            (Likeness.VARIANT, self._variant, bare(text)),
            (Likeness.ALIAS, self._alias, bare(text)),
        ):
            if key and key in words and not (likeness == Likeness.ALIAS and text in self.groups):
                return [(field, likeness) for field in words[key]]
        return []

    def is_group(self, text: str) -> bool:
        """Whether a plain text is the title of a group of fields."""
        return text in self.groups


@lru_cache(maxsize=1)
def _aliases() -> dict[str, Iterable[str]]:
    found: dict[str, Iterable[str]] = tomllib.loads(
        files("xltargets.data").joinpath("labels.toml").read_text("utf-8")
    )
    return found
