"""A schema that is not ours: whether it is one, and whether its keywords say what they are to say."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from xltargets.errors import Error
from xltargets.resources import resource


def check_schema(schema: Mapping[str, Any], path: str) -> None:
    """Refuse what is no JSON Schema, and a keyword of ours that is misspelt or has a value of another kind.

    Keywords of other programs (``x-order``), and units and words of other languages, are let pass.

    Raises:
        Error: it names the place in the schema.
    """
    import jsonschema_rs

    try:
        jsonschema_rs.Draft202012Validator(dict(schema), validate_formats=True)
    except ValueError as error:
        place = getattr(error, "instance_path", ())
        advice = "请改正" if place else "请改正；引用（$ref）只能指向本文件的 $defs"
        raise Error(f"{_place(place)}不合 JSON Schema 2020-12 的规定，{advice}", file=path) from error
    meta = json.loads(resource("xltargets.schema", "form.meta-schema.json"))
    for misfit in jsonschema_rs.Draft202012Validator(meta).iter_errors(dict(schema)):
        if wrong := _wrong_keyword(misfit.instance_path, misfit.instance, meta["properties"]):
            raise Error(f"{wrong}，请改正", file=path)


def _wrong_keyword(place: Sequence[str | int], instance: object, known: Mapping[str, Any]) -> str:
    """What is wrong with one of our keywords; an empty text where nothing is."""
    keyword = next((str(part) for part in place if str(part).startswith("x-")), "")
    if keyword not in known:
        near = get_close_matches(keyword, known, n=1, cutoff=0.8)
        return f"{_place(place[:-1])}有不认识的 {keyword}（是不是 {near[0]}？）" if near else ""
    of_texts = known[keyword].get("type", "string") == "string"
    return "" if of_texts and isinstance(instance, str) else f"{_place(place)}的值不对：“{instance}”"


def _place(path: Sequence[str | int]) -> str:
    where = "".join(f"/{part}" for part in path)
    return f"JSON Schema 的 {where} " if where else "JSON Schema "
