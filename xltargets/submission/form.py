"""The form, compiled from its JSON Schema: which fields there are, and which names their cells carry.

A field's path is its name. Where a path crosses an array there are two ways to say so:

- by the array's own word (``projects.code``): the rows of the named range are the items;
- by the word for one item (``project.code``, the schema's ``x-item``): the sheet that the name points at is an item.

The second way is also meant when a sheet's own name has the array's own word, yet a nested table stands below it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from xltargets.errors import Error
from xltargets.resources import resource

#: Stands for "each item" in a field's path.
ITEM = "*"
#: No form has more levels; what has, refers to itself.
_DEEPEST = 60


@dataclass(frozen=True, eq=False)
class Field:
    """One input cell, or one column of input cells.

    Attributes:
        path: property names from the root; :data:`ITEM` after the name of each array.
        title: the official label.
        type: ``text``, ``number``, ``integer`` or ``date``.
        unit: 万元, 元, % or an empty text.
        decimals: how many decimals an amount may have, if the schema says.
        fill_down: a blank cell of the column takes the text above it.
        code, digits: a text that spreadsheets like to turn into a number, and its length.
        shown: a number in the cell is taken as the cell shows it.
        derived: a formula in the cell is the template's own and is not read.
        elsewhere: not on the official template.
        essential: without this name a workbook is not of this form.
        default: what the official template has in the cell.
        formerly: earlier names.
    """

    path: tuple[str, ...]
    title: str
    type: str = "text"
    unit: str = ""
    decimals: int | None = None
    fill_down: bool = False
    code: bool = False
    digits: int | None = None
    shown: bool = False
    derived: bool = False
    elsewhere: bool = False
    essential: bool = False
    default: object = None
    width: float | None = None
    formerly: tuple[str, ...] = ()

    @cached_property
    def dotted(self) -> str:
        """The path in words: ``projects.indicators.level3``."""
        return ".".join(part for part in self.path if part != ITEM)

    @cached_property
    def depth(self) -> int:
        """How many arrays the path crosses."""
        return self.path.count(ITEM)

    @cached_property
    def arrays(self) -> list[tuple[str, ...]]:
        """The paths of the arrays it crosses, outermost first, without the final :data:`ITEM`."""
        return [self.path[:index] for index, part in enumerate(self.path) if part == ITEM]


@dataclass(frozen=True)
class Array:
    """An array of the form.

    Attributes:
        path: property names from the root, :data:`ITEM` for each array crossed on the way.
        title: the official label.
        item: the word for one item in names, if any.
        key: the field of an item that tells it from the others, if any.
    """

    path: tuple[str, ...]
    title: str
    item: str | None = None
    key: str | None = None


@dataclass(frozen=True)
class NameBinding:
    """What a name says: a field, and for each array on its path whether the sheet is the item."""

    field: Field
    by_sheet: tuple[bool, ...]


@dataclass
class Form:
    """A schema, ready for reading and drawing.

    Attributes:
        schema: the JSON Schema as loaded.
        fields: by path, in the order of the schema.
        arrays: by path.
        titles: official label of every object and array, by path.
    """

    schema: Mapping[str, Any]
    fields: dict[tuple[str, ...], Field] = field(default_factory=dict)
    arrays: dict[tuple[str, ...], Array] = field(default_factory=dict)
    titles: dict[tuple[str, ...], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _walk(self, self.schema, ())

    @cached_property
    def bindings(self) -> dict[Any, Any]:
        """Bindings of workbooks that were met (see :mod:`xltargets.submission.binding`)."""
        return {}

    @cached_property
    def layouts(self) -> dict[Any, Any]:
        """Layouts of sheets that were met (see :mod:`xltargets.submission.binding`)."""
        return {}

    @property
    def version(self) -> str | None:
        """The version of the form, None when the schema has none."""
        return self.schema.get("x-version")

    @cached_property
    def names(self) -> Mapping[str, NameBinding]:
        """Every name that a cell may carry, casefolded, and what it says."""
        return {
            name.casefold(): NameBinding(field, sheets)
            for field in self.fields.values()
            for name, sheets in self._names_of(field)
        }

    @cached_property
    def former_names(self) -> Mapping[str, NameBinding]:
        """Names of earlier versions (``x-formerly``), casefolded, and the fields they are today.

        A former name is written in full, as it stood in the workbook; it crosses arrays the way the official name does.
        """
        return {
            old.casefold(): self.names[self.official_name(field).casefold()]
            for field in self.fields.values()
            for old in field.formerly
        }

    @cached_property
    def official_names(self) -> Mapping[Field, str]:
        """Each field's name on the official template: the word for one item where there is one."""
        return {
            field: max(self._names_of(field), key=lambda pair: sum(pair[1]))[0]
            for field in self.fields.values()
        }

    def official_name(self, field: Field) -> str:
        """The field's name on the official template."""
        return self.official_names[field]

    def binding_of(self, field: Field) -> NameBinding:
        """What the field's official name says."""
        return self.names[self.official_name(field).casefold()]

    @cached_property
    def order(self) -> Mapping[Field, int]:
        """Each field's place in the schema."""
        return {field: index for index, field in enumerate(self.fields.values())}

    def _names_of(self, field: Field) -> Iterator[tuple[str, tuple[bool, ...]]]:
        """All spellings of a field's path, with the arrays that are named by their item."""
        yield from _spellings(field.path, self.arrays)

    @cached_property
    def validator(self):  # type: ignore[no-untyped-def]
        """A compiled jsonschema-rs validator of documents."""
        import jsonschema_rs

        return jsonschema_rs.Draft202012Validator(dict(self.schema), validate_formats=True)

    def find(self, pointer: str) -> Field | None:
        """The field a JSON Pointer leads to, if it leads to a field."""
        return self.fields.get(generic(pointer))

    def label(self, pointer: str) -> str:
        """The official label of a JSON Pointer's target, or of the nearest thing around it."""
        return self.label_of(generic(pointer))

    def label_of(self, path: tuple[str, ...]) -> str:
        """The official label of a path, or of the nearest thing around it."""
        while path:
            if path in self.fields:
                return self.fields[path].title
            if path in self.titles:
                return self.titles[path]
            path = path[:-1]
        return str(self.schema.get("title", ""))


def generic(pointer: str) -> tuple[str, ...]:
    """``/projects/3/budget/total`` → ``("projects", ITEM, "budget", "total")``."""
    return tuple([ITEM if part.isdecimal() else part for part in pointer.split("/")[1:]])


def _spellings(
    path: tuple[str, ...], arrays: Mapping[tuple[str, ...], Array]
) -> Iterator[tuple[str, tuple[bool, ...]]]:
    choices: list[tuple[str, tuple[bool, ...]]] = [("", ())]
    for index, part in enumerate(path):
        if part == ITEM:
            continue
        array = arrays.get(path[: index + 1])
        options: list[tuple[str, tuple[bool, ...]]] = [(part, (False,) if array else ())]
        if array and array.item:
            options.append((array.item, (True,)))
        choices = [
            (f"{text}.{word}" if text else word, flags + sheets)
            for text, flags in choices
            for word, sheets in options
        ]
    return iter(choices)


def _walk(form: Form, node: Mapping[str, Any] | bool, path: tuple[str, ...]) -> None:
    if node is False:  # nothing may stand there
        return
    if len(path) > _DEEPEST:
        raise Error("JSON Schema 的引用没有尽头（自己包含自己），不能作为表单；请改为有限的层次")
    node = _resolve(form.schema, {} if node is True else node)
    if "properties" in node:
        form.titles[path] = node.get("title", "")
        for name, child in node["properties"].items():
            _walk(form, child, (*path, name))
    elif "items" in node:
        form.titles[path] = node.get("title", "")
        form.arrays[path] = Array(path, node.get("title", path[-1]), node.get("x-item"), node.get("x-key"))
        _walk(form, node["items"], (*path, ITEM))
    elif path:
        form.fields[path] = _field(node, path)


def _resolve(schema: Mapping[str, Any], node: Mapping[str, Any]) -> Mapping[str, Any]:
    """Follow ``$ref`` within the schema; what stands beside it wins."""
    seen = 0
    while "$ref" in node:
        reference, rest = node["$ref"], {key: value for key, value in node.items() if key != "$ref"}
        seen += 1
        target: Any = schema
        for part in (
            reference.removeprefix("#").strip("/").split("/") if reference.startswith("#/") else [None]
        ):
            target = target.get(part) if isinstance(target, Mapping) and part is not None else None
        if not isinstance(target, Mapping) or seen > 20:
            raise Error(f"JSON Schema 中的引用无法解析：{reference}；只支持指向本文件 $defs 的引用")
        node = {**target, **rest}
    return node


def _field(node: Mapping[str, Any], path: tuple[str, ...]) -> Field:
    names = [part for part in path if part != ITEM]
    return Field(
        path=path,
        title=node.get("title", names[-1]),
        type=_type(node),
        unit=node.get("x-unit", ""),
        decimals=node.get("x-decimals"),
        fill_down=node.get("x-fill-down", False),
        code=node.get("x-code", False),
        digits=node.get("x-digits"),
        shown=node.get("x-shown", False),
        derived=node.get("x-derived", False),
        elsewhere=node.get("x-elsewhere", False),
        essential=node.get("x-essential", False),
        default=node.get("default"),
        width=node.get("x-width"),
        formerly=tuple(node.get("x-formerly", ())),
    )


def _type(node: Mapping[str, Any]) -> str:
    types = node.get("type", "string")
    types = {types} if isinstance(types, str) else set(types)
    if "number" in types:
        return "number"
    if "integer" in types:
        return "integer"
    if "boolean" in types:
        return "boolean"
    return "date" if node.get("format") == "date" else "text"


def place_of(error: Exception) -> str:
    """Where JSON is broken, for the middle of a sentence."""
    return f"（第 {error.lineno} 行第 {error.colno} 列）" if isinstance(error, json.JSONDecodeError) else ""


@lru_cache(maxsize=8)
def load_form(path: str | None = None) -> Form:
    """The form of a schema file; the official one when no path is given.

    Raises:
        Error: when the file is missing, is no JSON, or is no schema of a form.
    """
    if path is None:
        text = resource("xltargets.schema", "submission.schema.json")
    else:
        try:
            text = Path(path).read_text("utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise Error("读不到 JSON Schema 文件；请检查路径和编码（UTF-8）", file=path) from error
    try:
        schema = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Error(f"JSON Schema 文件不是合法的 JSON{place_of(error)}；请检查内容", file=path) from error
    if not isinstance(schema, dict) or "properties" not in schema:
        raise Error("JSON Schema 的根应是带有 properties 的对象；请检查是不是表单的定义", file=path)
    if path is not None:
        from xltargets.submission.ownschema import check_schema

        check_schema(schema, path)
    try:
        return Form(schema)
    except Error as error:
        raise Error(error.message, file=path) from error
