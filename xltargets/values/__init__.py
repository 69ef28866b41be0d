"""The grammar of 指标值: one type, `Value`, and `parse`, which reads every form met in published targets.

    >>> from xltargets.values import parse
    >>> str(parse("不低于 95 ％")), parse("不低于 95 ％").op
    ('≥95%', '>=')
    >>> parse("60", op="≤", unit="万元") == parse("控制在60万元以内")
    True

Forms: [operator] number [sep number] [unit] [suffix], dates and periods, Chinese numerals, and words, which fall
into one of six classes. `raw` is always kept; nothing is rewritten in a cell.

Codes in `Value.flags`:

==================  =======================================================================
blank               nothing, or blanks only (placeholder)
operator-only       an operator and no more (placeholder)
template            ***, XX%, ____ (placeholder)
no-value            待定, 不适用, 无, null (placeholder)
glued-unit          万, 亿 for 万元, 亿元; a bare 百 or 千
unknown-unit        a short unit that the table does not list
unit-twice          the unit in the value and in the unit column, or twice in the text (95%%)
unit-conflict       another unit in the value than in the unit column; the value's own is kept
operator-twice      the operator in the value and in its column, or doubled (≥≥95%)
operator-conflict   two operators that disagree; the value's own first one is kept
bad-operator        the operator column holds something that is none
mangled-operator    》《 or &gt; where > < were meant
fullwidth           digits, separators or operators in full-width or odd characters
thousands           thousands separators
invisible           zero-width or control characters
punctuation         a stop at the end
chinese-numeral     the number is written in Chinese numerals
fraction            1/3, 三分之一, as percent
two-bounds          ≥90%且≤100%, read as a range
named               a name stands before the number (优良率≥90%)
noun                a noun or verb follows number and unit (3项工作, 24小时内响应)
unit-only           a unit without a number (placeholder)
no-unit             only what the unit is per (28.40/株)
ratio               1:3, kept as words
mixed               digits and prose, or a date and a number (V17)
dated               a number with a date before it
bad-date            a date that no calendar has (unparsed)
long                more than 200 characters, not looked at
==================  =======================================================================
"""
from __future__ import annotations

from .grammar import LIMIT, parse
from .model import Date, Direction, Kind, Op, QualClass, Value, money_in_wan, same_value

__all__ = ["LIMIT", "Date", "Direction", "Kind", "Op", "QualClass", "Value", "money_in_wan", "parse", "same_value"]
