"""Automatic numbers of Word's paragraphs, which are in no text: ``一、`` ``（一）`` ``1.``."""

from __future__ import annotations

from typing import Any, NamedTuple

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DIGITS = "〇一二三四五六七八九"
_COUNTED = {
    **dict.fromkeys(
        ("chineseCounting", "chineseCountingThousand", "japaneseCounting", "taiwaneseCounting", "taiwaneseCountingThousand"),
        (_DIGITS, "十"),
    ),
    "chineseLegalSimplified": ("零壹贰叁肆伍陆柒捌玖", "拾"),
}  # fmt: skip
_SPELT = ("ideographDigital", "taiwaneseDigital", "japaneseDigitalTenThousand")
_SIGNS = {
    "ideographTraditional": "甲乙丙丁戊己庚辛壬癸",
    "ideographZodiac": "子丑寅卯辰巳午未申酉戌亥",
    "lowerLetter": "abcdefghijklmnopqrstuvwxyz",
    "upperLetter": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    **dict.fromkeys(("decimalEnclosedCircle", "decimalEnclosedCircleChinese"), "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"),
}
_ROMAN = ((100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))
#: No style stands upon more others.
_DEEPEST = 20


class _Level(NamedTuple):
    """One level of a list: the kind of its numbers, the text around them, the first number."""

    kind: str
    text: str
    start: int


class Numbers:
    """The numbers that are shown before paragraphs; they count on, so paragraphs are to be asked about in order.

    Args:
        numbering: the lists of the document; None for none.
        styles: the styles, which may number paragraphs, too.
    """

    def __init__(self, numbering: Any, styles: Any) -> None:
        self._levels: dict[tuple[str, int], _Level] = {}
        self._abstract: dict[str, str] = {}
        self._restarts: dict[tuple[str, int], int] = {}
        self._counts: dict[str, dict[int, int]] = {}
        self._of_style: dict[str, tuple[str, int]] = {}
        if numbering is None:
            return
        of_style: dict[str, int] = {}
        for item in numbering.iter(f"{_W}abstractNum"):
            for level in item.iter(f"{_W}lvl"):
                depth = _number(level.get(f"{_W}ilvl"))
                of_style.setdefault(_value(level, "pStyle"), depth)
                self._levels[item.get(f"{_W}abstractNumId"), depth] = _level(level)
        for item in numbering.iter(f"{_W}num"):
            self._list(item)
        self._styles(styles, of_style)

    def _list(self, item: Any) -> None:
        """A list in use: it may begin again with a number of its own, or count otherwise."""
        number, abstract = item.get(f"{_W}numId"), _value(item, "abstractNumId")
        self._abstract[number] = abstract
        for override in item.iter(f"{_W}lvlOverride"):
            depth = _number(override.get(f"{_W}ilvl"))
            if (level := override.find(f"{_W}lvl")) is not None:
                own = self._abstract[number] = f"{abstract}/{number}"
                for (of, other), known in list(self._levels.items()):
                    if of == abstract:
                        self._levels.setdefault((own, other), known)
                self._levels[own, depth] = _level(level)
            if override.find(f"{_W}startOverride") is not None:
                self._restarts[number, depth] = _number(_value(override, "startOverride"))

    def _styles(self, styles: Any, of_style: dict[str, int]) -> None:
        """The lists of styles, of those that a style stands upon as well."""
        known = {style.get(f"{_W}styleId"): style for style in styles.iter(f"{_W}style")}
        for identity in known:
            number, depth, style = "", "", identity
            for _ in range(_DEEPEST):
                found = known[style].find(f"{_W}pPr/{_W}numPr") if style in known else None
                if found is not None:
                    number, depth = number or _value(found, "numId"), depth or _value(found, "ilvl")
                style = _value(known[style], "basedOn") if style in known else ""
            if number:
                self._of_style[identity] = number, _number(depth) if depth else of_style.get(identity, 0)

    def of(self, paragraph: Any, style: str) -> str:
        """The number that is shown before a paragraph."""
        number, depth = self._of_style.get(style, ("0", 0))
        found = paragraph.find(f"{_W}pPr/{_W}numPr")
        if found is not None:
            number = _value(found, "numId") or number
            depth = _number(_value(found, "ilvl")) if _value(found, "ilvl") else depth
        abstract = self._abstract.get(number, "")
        if (abstract, depth) not in self._levels:
            return ""
        kind, text, start = self._levels[abstract, depth]
        counts = self._counts.setdefault(abstract, {})
        restart = self._restarts.pop((number, depth), None)
        counts[depth] = restart if restart is not None else counts.get(depth, start - 1) + 1
        for deeper in [other for other in counts if other > depth]:
            del counts[deeper]
        if kind in ("bullet", "none"):
            return ""
        for place in range(depth + 1):
            own = self._levels.get((abstract, place), _Level(kind, "", 1))
            text = text.replace(f"%{place + 1}", _numeral(counts.get(place, own.start), own.kind))
        return text


def _level(level: Any) -> _Level:
    return _Level(_value(level, "numFmt"), _value(level, "lvlText"), _number(_value(level, "start"), 1))


def _value(element: Any, name: str) -> str:
    found = element.find(f"{_W}{name}")
    return "" if found is None else found.get(f"{_W}val") or ""


def _number(text: str | None, otherwise: int = 0) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 9 else otherwise


def _numeral(number: int, kind: str) -> str:
    if kind in _COUNTED and 0 < number < 100:
        return _counted(number, *_COUNTED[kind])
    if kind in _SPELT:
        return "".join(_DIGITS[int(digit)] for digit in str(number))
    if kind in _SIGNS and 0 < number <= len(_SIGNS[kind]):
        return _SIGNS[kind][number - 1]
    if kind in ("lowerRoman", "upperRoman") and 0 < number < 400:
        return _roman(number) if kind == "lowerRoman" else _roman(number).upper()
    if kind == "decimalFullWidth":
        return "".join(chr(0xFF10 + int(digit)) for digit in str(number))
    return f"{number:02}" if kind == "decimalZero" else str(number)


def _counted(number: int, digits: str, ten: str) -> str:
    """十一, 二十; in the capitals of money 壹拾壹."""
    tens, ones = divmod(number, 10)
    leading = ("" if tens == 1 and digits == _DIGITS else digits[tens]) + ten if tens else ""
    return leading + (digits[ones] if ones else "")


def _roman(number: int) -> str:
    parts = []
    for worth, letters in _ROMAN:
        times, number = divmod(number, worth)
        parts.append(letters * times)
    return "".join(parts)
