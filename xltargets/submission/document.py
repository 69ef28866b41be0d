"""A document that came as JSON: read with the same care as a workbook's cells."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from xltargets.errors import Error
from xltargets.submission.coerce import coerce
from xltargets.submission.form import ITEM, Form, load_form, place_of
from xltargets.submission.model import Submission
from xltargets.submission.validity import schema_problems


def load_document(path: str | os.PathLike[str]) -> dict[str, Any]:
    """The document of a JSON file, as typed; numbers with a point are exact decimals.

    Raises:
        Error: when the file is missing, is no JSON in UTF-8, has a key twice in one object, or its root is no object.
    """
    file = os.fspath(path)
    try:
        text = Path(path).read_text("utf-8-sig")
        document = json.loads(text, parse_float=Decimal, parse_constant=_refuse, object_pairs_hook=_object)
    except FileNotFoundError as error:
        raise Error("找不到这个文件，请检查文件名和所在的文件夹", file=file) from error
    except OSError as error:
        raise Error("读不了这个文件；请检查它是不是文件夹、有没有读取权限", file=file) from error
    except UnicodeDecodeError as error:
        raise Error("不是 UTF-8 编码的 JSON 文件；请另存为 UTF-8 编码", file=file) from error
    except Error as error:
        raise Error(error.message, file=file) from error
    except (ValueError, RecursionError) as error:
        raise Error(f"不是合法的 JSON 文件{place_of(error)}；请检查内容", file=file) from error
    if not isinstance(document, dict):
        raise Error("JSON 的根应是一个对象（{…}），即一份申报表；请检查内容", file=file)
    return document


def is_of_form(document: Mapping[str, Any], form: Form) -> bool:
    """Whether a document has anything that the form knows; otherwise it is one of something else."""
    return not form.schema["properties"].keys().isdisjoint(document)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object, none of whose keys stands twice: one of the two values would be lost."""
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(key for index, (key, _) in enumerate(pairs) if key in [other for other, _ in pairs[:index]])
        raise Error(f"同一个对象里有两个“{twice[:20]}”，不知道以哪个为准；请删去一个或改名")
    return found


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON number")


def from_document(
    document: dict[str, Any], *, form: Form | None = None, file: str | None = None
) -> Submission:
    """Take a document as typed (numbers may be texts, percentages ``30%``) as a submission.

    The document given is not changed.

    Raises:
        Error: when the document has nothing of the form.
    """
    form = form or load_form()
    if not {path[0] for path in form.fields} & set(document):
        raise Error("JSON 里没有申报表的任何一项，不是申报表文档；请检查文件", file=file)
    submission = Submission({}, form, file=file)
    submission.document = _convert(document, (), "", submission)
    for path in form.arrays:
        _complete(submission.document, path, form)
    submission.problems += schema_problems(submission)
    return submission


def to_json(document: dict[str, Any]) -> str:
    """The document as JSON text; amounts keep their exact decimal digits."""
    return json.dumps(_plain(document), ensure_ascii=False, indent=2)


def _plain(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_plain(value) for value in node]
    if isinstance(node, Decimal):
        if node == node.to_integral_value():
            return int(node)
        number = float(node)  # Excel's 15 digits survive a float's shortest text
        return number if Decimal(repr(number)) == node else str(node)
    return node


def _convert(node: Any, path: tuple[str, ...], pointer: str, submission: Submission) -> Any:
    field = submission.form.fields.get(path)
    if field is not None:
        if isinstance(node, (dict, list)):
            return node
        result = coerce(field, node)
        if result.changed:
            submission.raw[pointer] = result.raw
        return result.value
    if isinstance(node, dict):
        return {
            key: _convert(value, (*path, key), f"{pointer}/{key}", submission) for key, value in node.items()
        }
    if isinstance(node, list):
        return [
            _convert(value, (*path, ITEM), f"{pointer}/{index}", submission)
            for index, value in enumerate(node)
        ]
    return node


def _complete(document: Any, array: tuple[str, ...], form: Form) -> None:
    """What one item of an array has, is on the form, so the others have it blank; so is what is essential."""
    items = _items(document, array)
    fields = [path[len(array) + 1 :] for path in form.fields if path[: len(array) + 1] == (*array, ITEM)]
    for keys in fields:
        if not keys or ITEM in keys:
            continue
        essential = form.fields[(*array, ITEM, *keys)].essential
        if essential or any(_has(item, keys) for item in items):
            for item in items:
                _blank(item, keys)


def _items(node: Any, path: tuple[str, ...]) -> list[Any]:
    nodes = [node]
    for part in path:
        if part == ITEM:
            nodes = [item for found in nodes if isinstance(found, list) for item in found]
        else:
            nodes = [found[part] for found in nodes if isinstance(found, dict) and part in found]
    return [item for found in nodes if isinstance(found, list) for item in found if isinstance(item, dict)]


def _has(item: Any, keys: tuple[str, ...]) -> bool:
    for key in keys:
        if not isinstance(item, dict) or key not in item:
            return False
        item = item[key]
    return True


def _blank(item: Any, keys: tuple[str, ...]) -> None:
    for key in keys[:-1]:
        if not isinstance(item, dict):
            return
        item = item.setdefault(key, {})
    if isinstance(item, dict):
        item.setdefault(keys[-1], None)
