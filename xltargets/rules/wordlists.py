"""The word lists of ``xltargets/data``: one TOML file each, every entry with its reason; read once, when first asked for."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib.resources import files
from typing import Any


@lru_cache(maxsize=32)
def words(name: str) -> dict[str, Any]:
    """The word list of a name (``typos`` is ``xltargets/data/typos.toml``), as TOML has it."""
    return tomllib.loads(files("xltargets.data").joinpath(f"{name}.toml").read_text("utf-8"))
