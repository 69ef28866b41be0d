"""A rule's page, made of the rule itself: what ``xltargets explain`` prints and ``docs/rules/`` holds."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from xltargets.rules.registry import BASES, GROUPS, Rule

_SCOPES = {
    "document": "整份申报表", "project": "每个项目", "indicator": "每项三级指标", "text": "每段文字", "units": "各单位之间",
}  # fmt: skip
_INPUTS = {
    "@previous": "上年的申报表（--previous）",
    "@ledger": "项目库（--ledger）",
    "@roster": "单位名录（--roster）",
}


def page(rule: Rule) -> str:
    """The page of a rule, in Markdown."""
    return "\n".join(_lines(rule)).rstrip() + "\n"


def _lines(rule: Rule) -> Iterable[str]:
    yield f"# {rule.id} {rule.name}"
    yield ""
    state = "默认启用" if rule.on else "默认停用" if rule.judged else "不由程序判断"
    yield f"{GROUPS[rule.group]} · {rule.severity.label} · {state} · 检查{_SCOPES[rule.each]}"
    yield ""
    yield from rule.page.partition("\n")[2].strip().splitlines()
    yield ""
    yield "## 依据"
    yield from (f"- {BASES[key]}" for key in rule.basis)
    extra = [_INPUTS[name] for name in rule.inputs if name in _INPUTS]
    if extra:
        yield f"- 需要{'、'.join(extra)}；没有时不检查"
    yield ""
    if rule.formula:
        yield "## 公式"
        yield f"成立时为 TRUE：`={rule.formula}`"
        if "each(" in rule.formula or "own(" in rule.formula:
            yield "其中 each(…) 表示在每张填写了内容的项目表上分别计算的结果，own(…) 表示在本表上计算的结果，模板中各占一个隐藏的单元格。"
        yield ""
    yield from _example("违反的例子", rule.bad)
    yield from _example("通过的例子", rule.good)
    if rule.judged:
        yield from _settings(rule)


def _example(title: str, values: Mapping[str, Any] | None) -> Iterable[str]:
    if values is None:
        return
    yield f"## {title}"
    for path, value in values.items():
        yield f"- `{path}` = {json.dumps(value, ensure_ascii=False, default=_plain)}"
    yield ""


def _plain(value: object) -> object:
    return float(value) if isinstance(value, Decimal) else str(value)


def _settings(rule: Rule) -> Iterable[str]:
    yield "## 配置"
    yield "在 `xltargets.toml` 中："
    yield "```toml"
    yield f'ignore = ["{rule.id}"]        # 停用' if rule.on else f'select = ["{rule.id}"]        # 启用'
    yield "[severity]"
    yield f'{rule.id} = "{rule.severity.value}"         # error、warning 或 hint'
    if rule.thresholds:
        yield f"[rules.{rule.id}]"
        yield from (f"{name} = {_toml(value)}" for name, value in rule.thresholds.items())
    yield "```"


def _toml(value: object) -> str:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, (tuple, list, set, frozenset)):
        items = sorted(value, key=str) if isinstance(value, (set, frozenset)) else value
        return f"[{', '.join(_toml(item) for item in items)}]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        return (
            "{"
            + ", ".join(
                f"{json.dumps(str(key), ensure_ascii=False)} = {_toml(item)}" for key, item in value.items()
            )
            + "}"
        )
    return json.dumps(value, ensure_ascii=False)
