"""Names of indicators in one spelling, and which of them are those of rates."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from xltargets.rules.language.vocabulary import words
from xltargets.rules.language.wordlists import built
from xltargets.values.patterns import later

#: No name is longer; what is longer is prose, of which the beginning tells enough.
LONGEST = 200

_UNIT_BEHIND = later(r"[(（\[【][^()（）\[\]【】]{0,12}[)）\]】]$")


@lru_cache(maxsize=8192)
def bare(name: str) -> str:
    """A name in one spelling: folded, without blanks and without a unit in brackets behind it."""
    folded = "".join(unicodedata.normalize("NFKC", name[:LONGEST]).split())
    return _UNIT_BEHIND.sub("", folded).rstrip("。.;；:：、，,%").removesuffix("指标")


@built
def is_rate_name(name: str) -> bool:
    """Whether a name is that of a rate: it ends in 率, 比例, 占比 …, and not in 频率, 功率 (but 成功率)."""
    text = bare(name)
    return text.endswith(words("rate")) and (not text.endswith(words("no_rate")) or text.endswith(words("still_rate")))
