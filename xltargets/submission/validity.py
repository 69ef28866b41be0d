"""Whether a workbook is of the form at all, and where its document does not fit the schema."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from xltargets.errors import Error
from xltargets.excel.grid import Book
from xltargets.submission.binding import Bindings
from xltargets.submission.form import Form, generic
from xltargets.submission.model import Problem, Submission
from xltargets.submission.resultmark import is_summary
from xltargets.submission.suspects import labels_of

_VERSION = ("template", "version")
_AGAIN = "请用官方模板填报，或用 xltargets repair 修复名称"


def of_template(book: Book, bindings: Bindings, form: Form) -> bool:
    """Whether a workbook that says no version is the official template all the same: its label for the version is there."""
    field = form.fields.get(_VERSION)
    if form.version is None or field is None:
        return False
    if field in bindings.fields or any(field is broken for _, broken in bindings.broken):
        return True
    label = "".join(field.title.split())
    return any(label in labels_of(book.grid(sheet)) for sheet in book.worksheets)


def check_identity(book: Book, bindings: Bindings, form: Form, file: str | None) -> None:
    """Refuse a workbook that is not of the form.

    Raises:
        Error: without any of the form's names, without an essential one, or with fewer than two in three of the
            names that the official template has.
    """
    standing = bindings.fields
    broken = {field for _, field in bindings.broken}
    if not standing and not broken:
        if file is not None and is_summary(file):
            raise Error("这是 xltargets 写的汇总表，不是申报表；请换成单位填报的工作簿", file=file)
        raise Error(f"不是预算绩效目标申报表：没有找到任何约定的名称；{_AGAIN}", file=file)
    lost = [field for field in form.fields.values() if field.essential and field not in standing]
    if lost:
        titles = "、".join(f"“{field.title}”（{form.official_name(field)}）" for field in lost)
        raise Error(f"申报表残缺：找不到{titles}的名称；{_AGAIN}", file=file)
    if form.version is None:
        return
    expected = [field for field in form.fields.values() if not field.elsewhere]
    found = sum(field in standing for field in expected)
    if 3 * found < 2 * len(expected) and of_template(book, bindings, form):
        raise Error(f"申报表残缺：模板的{len(expected)}个名称只剩{found}个；{_AGAIN}", file=file)


def check_version(version: object, form: Form, file: str | None) -> None:
    """Refuse a workbook of another version of the official template.

    Raises:
        Error: when the workbook names a version, and it is not the form's.
    """
    if form.version is not None and version is not None and str(version).strip() != form.version:
        raise Error(
            f"申报表是 {str(version)[:20]} 版模板，当前是 {form.version} 版；请用 xltargets migrate 转到当前模板后再检查",
            file=file,
        )


def schema_problems(submission: Submission) -> Iterator[Problem]:
    """Where the document does not fit the schema, apart from what has a message already."""
    told = {problem.pointer for problem in submission.problems}
    for error in _errors(submission.form.validator, submission.document):
        pointer = "".join(f"/{part}" for part in error.instance_path)
        if pointer in told:
            continue
        told.add(pointer)
        field = submission.form.find(pointer)
        if field is not None and field.type == "number" and field.unit in ("万元", "元"):
            continue  # F10 speaks of amounts
        label = submission.form.label(pointer)
        beyond = _beyond(error.kind) if field is not None else ""
        if field is not None and (field.type in _EXPECTED or beyond):
            expected = beyond or f"应填写{_EXPECTED[field.type]}"
            rule = "R03" if field.type in _EXPECTED else "R09"
            yield Problem(rule, pointer, f"“{label}”{expected}，现在是“{_short(error.instance)}”，请改正")
        else:
            yield Problem("R09", pointer, f"“{label}”{_misfit(submission.form, pointer, error.instance)}")


def _beyond(kind: Any) -> str:
    """What the schema demands of a value of the right type; empty when it is of another type."""
    words = _LIMITS.get(kind.name)
    if words is not None:
        return words.format(kind.multiple_of if kind.name == "multipleOf" else kind.limit)
    return f"只能填写{'、'.join(str(option) for option in kind.options if option is not None)}" if kind.name == "enum" else ""


def _misfit(form: Form, pointer: str, instance: object) -> str:
    """What is wrong with the shape of a document at a pointer, and what to do."""
    path = generic(pointer)
    if path in form.arrays or path in form.titles:
        kind, shape = (list, "一个列表 […]") if path in form.arrays else (dict, "一个对象 {…}")
        if not isinstance(instance, kind):
            found = "空的（null）" if instance is None else f"“{_short(instance)}”"
            return f"应是{shape}，现在是{found}，请按表单的定义改正"
        known = {field.path[len(path)] for field in form.fields.values() if field.path[: len(path)] == path}
        unknown = [str(key) for key in instance if key not in known] if isinstance(instance, dict) else []
        if unknown:
            from difflib import get_close_matches

            near = get_close_matches(unknown[0], known, n=1)
            hint = f"（是不是“{near[0]}”？）" if near else ""
            return f"里有表单没有的项“{'”“'.join(map(_short, unknown))}”{hint}，没有检查；请改名或删去"
    elif isinstance(instance, (dict, list)):
        return "应是一个值，现在是一组值，请按表单的定义改正"
    return "的内容不符合表单定义，请按模板填写"


def _errors(validator: Any, document: Any) -> list[Any]:
    try:
        return [] if validator.is_valid(document) else list(validator.iter_errors(document))
    except UnicodeEncodeError:  # half a surrogate pair, which no validator takes
        return list(validator.iter_errors(_encodable(document)))


def _encodable(node: Any) -> Any:
    """The document with a replacement character for each half of a surrogate pair."""
    if isinstance(node, str):
        return node.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    if isinstance(node, dict):
        return {_encodable(key): _encodable(value) for key, value in node.items()}
    return [_encodable(value) for value in node] if isinstance(node, list) else node


_LIMITS = {
    "minimum": "不应小于{}", "exclusiveMinimum": "应大于{}", "maximum": "不应大于{}", "exclusiveMaximum": "应小于{}",
    "multipleOf": "应是{}的倍数", "minLength": "不应少于{}个字", "maxLength": "不应超过{}个字",
}  # fmt: skip
_EXPECTED = {"number": "数字", "integer": "整数", "date": "日期（如 2024年12月31日）", "boolean": "是或否"}


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 20 else f"{text[:20]}…"
