"""A bureau's own settings: which rules run, how bad their findings are, and their thresholds.

They stand in ``xltargets.toml``, sought in the folder of what is checked and in those around it::

    profile = "四川"                 # settings of a province's form, see xltargets/data/profiles.toml
    select = ["T15"]                # runs although it is off by default
    ignore = ["P08", "T"]           # the longer entry wins: ignore = ["T"], select = ["T09"] leaves T09
    frame = "2015"                  # a profile key: every rule with a threshold of this name follows it

    [severity]
    M03 = "warning"

    [rules.M01]                     # thresholds, under the rule's own id
    eps = 0.01

    [words]                         # lists that are added to those of xltargets/data, in the same form
    typos = "本局错别字.toml"        # beside this file

    [summary]                       # what consolidating shows
    sheets = ["总览", "项目汇总", "问题清单"]
    columns."项目汇总" = ["单位名称", "项目名称", "预算数"]
    labels."预算数" = "批复预算数"
"""

from __future__ import annotations

import inspect
import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from xltargets.errors import Error
from xltargets.rules.finding import Severity
from xltargets.rules.language.wordlists import LISTS, Own, misfit
from xltargets.rules.registry import GROUPS, Rule, all_rules

FILE = "xltargets.toml"

#: Settings that several rules share; a key is a threshold's name.
PROFILE_KEYS = {
    "frame": "指标框架：2015、2021 或 both（两种都接受）",
    "region": "本级行政区划代码，6 位",
    "letters": "项目编码第 9 位可用的字母",
    "eps": "金额相差多少万元以内视为相等",
    "totals": "接受的权重合计，如 [100, 90]",
    "standard_letters": "人员类、运转类项目的字母（文字由系统预置）",
}
_CHOICES = {"frame": ("2015", "2021", "both")}
_TABLES_AND_LISTS = ("profile", "select", "ignore", "severity", "rules", "words", "summary")
_SEVERITIES = {word: one for one in Severity for word in (one.value, one.label)}
_DEFAULT = "默认"
#: Of so few names all are told beside the nearest.
_FEW = 8


@dataclass(frozen=True)
class Shown:
    """What a bureau wants its summary to show, as it was written; what it means the consolidation knows.

    Attributes:
        sheets: titles of sheets; all when empty.
        columns: by title of sheet, its columns in the order wanted.
        labels: by column, what it is called instead.
        file: where it is written, for errors.
    """

    sheets: tuple[str, ...] = ()
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    file: str = ""


@dataclass(frozen=True)
class Config:
    """Settings of a run; the defaults are the catalogue's.

    Attributes:
        select: ids or groups that run although they are off by default.
        ignore: ids or groups that do not run; a longer entry wins over a shorter one.
        severity: by rule id.
        thresholds: by rule id, then by the name of the rule's threshold.
        profile: settings that every rule with a threshold of that name follows (frame, region, letters …).
        words: the bureau's own word lists: name and text of each (see :mod:`xltargets.rules.language.wordlists`).
        shown: what the summary of a consolidation shows.
        sources: where a setting comes from, by its key (``rules.M01.eps``); what is not there is a default.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity: Mapping[str, Severity] = field(default_factory=dict)
    thresholds: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    profile: Mapping[str, Any] = field(default_factory=dict)
    words: Own = ()
    shown: Shown = Shown()
    sources: Mapping[str, str] = field(default_factory=dict, compare=False)

    def runs(self, rule: Rule) -> bool:
        """Whether a rule runs: the longest entry that matches its id decides, ``ignore`` before ``select``."""
        selected = max((len(entry) for entry in self.select if rule.id.startswith(entry)), default=-1)
        ignored = max((len(entry) for entry in self.ignore if rule.id.startswith(entry)), default=-1)
        if not rule.judged or (selected < 0 and ignored < 0):
            return rule.on
        return selected > ignored

    def settings(self, rule: Rule) -> dict[str, Any]:
        """The rule's thresholds where they differ from its defaults."""
        common = {key: value for key, value in self.profile.items() if key in rule.thresholds}
        return {**common, **self.thresholds.get(rule.id, {})}


def load_config(start: str | os.PathLike[str] | None = None, explicit: str | os.PathLike[str] | None = None) -> Config:
    """The settings of a file, or of the nearest ``xltargets.toml`` upward; the defaults where there is none.

    Args:
        start: what is checked, or its folder; the search begins there. None: no search.
        explicit: the file to use instead.

    Raises:
        Error: when the file cannot be read, is no TOML, or has a key or a value that is wrong; the message has the
            nearest right one.
    """
    path = Path(explicit) if explicit is not None else find_config(start) if start is not None else None
    return _Loader(path).load() if path is not None else Config()


def find_config(start: str | os.PathLike[str]) -> Path | None:
    """The nearest ``xltargets.toml`` in a folder (or a file's folder) and those around it."""
    folder = Path(start).absolute()
    for candidate in (folder, *folder.parents):
        if os.path.isfile(candidate / FILE):
            return candidate / FILE
    return None


class _Loader:
    """Reads one file; every refusal names it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.sources: dict[str, str] = {}

    def load(self) -> Config:
        typed = self.parse()
        profile, thresholds = self._preset(typed.pop("profile", None))
        own = {key: self._table(typed.pop(key, {}), key) for key in ("severity", "rules", "words")}
        entries = {key: self._entries(key, typed.pop(key, [])) for key in ("select", "ignore")}
        shown = self._shown(typed.pop("summary", {}))
        for key, value in typed.items():
            self._known(key, [*_TABLES_AND_LISTS, *PROFILE_KEYS], "配置项")
            profile[key] = self._fit(key, value, _shared_sample(key))
            self.sources[key] = self.path.as_posix()
        for id, table in own["rules"].items():
            thresholds[id] = {**thresholds.get(id, {}), **self._thresholds(id, table)}
        severity = {id: self._severity(id, word) for id, word in own["severity"].items()}
        words = tuple((name, self._words(name, file)) for name, file in own["words"].items())
        return Config(entries["select"], entries["ignore"], severity, thresholds, profile, words, shown, self.sources)

    def parse(self) -> dict[str, Any]:
        """The file as TOML has it."""
        try:
            text = self.path.read_text("utf-8-sig")
        except FileNotFoundError as error:
            raise Error("找不到这个文件，请检查路径", file=self.path) from error
        except OSError as error:
            raise Error("读不了这个文件；请检查它是不是文件夹、有没有读取权限", file=self.path) from error
        except UnicodeDecodeError as error:
            raise Error("文件不是 UTF-8 编码；请另存为 UTF-8 编码", file=self.path) from error
        try:
            return tomllib.loads(text, parse_float=Decimal)
        except tomllib.TOMLDecodeError as error:
            advice = "文字要加引号，每项写作“名称 = 值”，请改正后再试"
            raise Error(f"{_where(str(error), text)}不是合法的 TOML；{advice}", file=self.path) from error
        except RecursionError as error:
            raise Error("括号套得太多，不是合法的 TOML；请改正后再试", file=self.path) from error

    def _preset(self, name: object) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
        """The settings of a province's form."""
        if name is None:
            return {}, {}
        presets = _presets()
        if not isinstance(name, str):
            raise self._wrong("profile", name, "一个名称，如 “河北”")
        self._known(name, presets, "profile 的值")
        preset = {key: value for key, value in presets[name].items() if key not in ("reason", "rules")}
        thresholds = presets[name].get("rules", {})
        self.sources |= {key: f"profile {name}" for key in preset}
        self.sources |= {f"rules.{id}.{key}": f"profile {name}" for id in thresholds for key in thresholds[id]}
        self.sources["profile"] = self.path.as_posix()
        fitted = {key: self._fit(key, value, _shared_sample(key)) for key, value in preset.items()}
        return fitted, {
            id: {key: self._fit(key, value, _sample(all_rules()[id], key)) for key, value in table.items()}
            for id, table in thresholds.items()
        }

    def _entries(self, key: str, value: object) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
            raise self._wrong(key, value, "规则编号或组别的列表，如 [\"M01\", \"T\"]")
        for entry in value:
            self._known(entry, [*GROUPS, *all_rules()], f"{key} 中的规则编号或组别")
            if key == "select" and entry in all_rules() and not all_rules()[entry].judged:
                raise Error(f"规则 {entry} 不由程序判断，不能用 select 启用，请从 select 中删去", file=self.path)
        if value:
            self.sources[key] = self.path.as_posix()
        return tuple(value)

    def _thresholds(self, id: str, table: object) -> dict[str, Any]:
        self._known(id, all_rules(), "规则编号")
        rule = all_rules()[id]
        fitted = {}
        for key, value in self._table(table, f"rules.{id}").items():
            self._known(key, rule.thresholds, f"规则 {id} 的参数")
            fitted[key] = self._fit(key, value, _sample(rule, key), f"rules.{id}.{key}")
            self.sources[f"rules.{id}.{key}"] = self.path.as_posix()
        return fitted

    def _severity(self, id: str, word: object) -> Severity:
        self._known(id, all_rules(), "规则编号")
        if not isinstance(word, str):
            raise self._wrong(f"severity.{id}", word, "error、warning 或 hint")
        self._known(word, _SEVERITIES, f"severity.{id} 的值")
        self.sources[f"severity.{id}"] = self.path.as_posix()
        return _SEVERITIES[word]

    def _words(self, name: str, file: object) -> str:
        """The text of a bureau's own word list."""
        self._known(name, LISTS, "词表")
        if not isinstance(file, str):
            raise self._wrong(f"words.{name}", file, "一个 TOML 文件，如 “本局词表.toml”")
        loader = _Loader(self.path.parent / file)
        wrong = misfit(name, loader.parse())
        if wrong is not None:
            raise Error(f"词表 {name} 不合要求：{wrong}，请改正", file=loader.path)
        self.sources[f"words.{name}"] = self.path.as_posix()
        return loader.path.read_text("utf-8-sig")

    def _shown(self, table: object) -> Shown:
        """What the summary shows."""
        typed = self._table(table, "summary")
        for key in typed:
            self._known(key, ("sheets", "columns", "labels"), "[summary] 的配置项")
        columns = self._table(typed.get("columns", {}), "summary.columns")
        labels = self._table(typed.get("labels", {}), "summary.labels")
        for key, label in labels.items():
            if not isinstance(label, str) or not label.strip():
                raise self._wrong(f"summary.labels.{key}", label, "列的新名称，如 “批复预算数”")
        self.sources |= {f"summary.{key}": self.path.as_posix() for key in typed}
        return Shown(
            self._titles("summary.sheets", typed.get("sheets", [])),
            {title: self._titles(f"summary.columns.{title}", names) for title, names in columns.items()},
            labels, self.path.as_posix(),
        )  # fmt: skip

    def _titles(self, key: str, value: object) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
            raise self._wrong(key, value, "名称的列表，如 [\"项目名称\", \"预算数\"]")
        return tuple(value)

    def _table(self, value: object, key: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise self._wrong(key, value, f"一个表，写作 [{key}]")
        return value

    def _known(self, name: str, known: Iterable[str], what: str) -> None:
        known = list(known)
        if name not in known:
            near = nearest(name, known)
            hint = f"，是不是“{near}”？" if near else ""
            if not near or len(known) <= _FEW:
                hint += f"{'' if near else '；'}可用的有：{_listed(known)}"
            raise Error(f"{what}中没有“{name}”{hint}", file=self.path)

    def _fit(self, key: str, value: Any, default: Any, full: str | None = None) -> Any:
        """The value as the type of the default."""
        if key in _CHOICES and isinstance(value, list):
            raise self._wrong(full or key, value, f"其中的一个：{_listed(list(_CHOICES[key]))}")
        try:
            fitted = _as_type_of(default, value)
        except (TypeError, ValueError):
            raise self._wrong(full or key, value, _expected(default)) from None
        if key in _CHOICES:
            self._known(fitted, _CHOICES[key], f"{key} 的值")
        if key == "region" and not (len(fitted) == 6 and fitted.isascii() and fitted.isdigit()):
            raise self._wrong(full or key, value, "6 位数字")
        return fitted

    def _wrong(self, key: str, value: object, expected: str) -> Error:
        return Error(f"配置项“{key}”应为{expected}，现在是 {_printed(value)[:40]}，请改正", file=self.path)


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name most like one that is not known, upper and lower case alike; None when none is."""
    import difflib

    folded = {one.casefold(): one for one in known}
    mistyped = name.casefold().translate(str.maketrans("oil", "011"))  # XO1
    for likely in (mistyped, re.sub(r"^([a-z])(\d)$", r"\g<1>0\2", mistyped)):  # M1 for M01
        if likely in folded:
            return folded[likely]
    found = difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=0.5)
    return folded[found[0]] if found else None


def _listed(names: list[str]) -> str:
    return "、".join(names[:12]) + ("等" if len(names) > 12 else "") if names else "（没有）"


def _default_of(key: str) -> Any:
    return next((rule.thresholds[key] for rule in all_rules().values() if key in rule.thresholds), None)


def _shared_sample(key: str) -> Any:
    return next((_sample(rule, key) for rule in all_rules().values() if key in rule.thresholds), None)


def _sample(rule: Rule, key: str) -> Any:
    """A value of a threshold's type: its default, yet a decimal where 30 is meant as a number that may have decimals."""
    default = rule.thresholds[key]
    annotation = str(inspect.signature(rule.function).parameters[key].annotation)
    if not ("float" in annotation or "Decimal" in annotation):
        return default
    if type(default) is tuple:
        return tuple(Decimal(one) if type(one) is int else one for one in default)
    return Decimal(default) if type(default) is int else default


def _where(told: str, text: str) -> str:
    """Which line ``tomllib`` means: it says so in English only, ``(at line 3, column 5)`` or ``(at end of document)``."""
    place = re.search(r"at line (\d+)", told)
    lines = text.rstrip().splitlines() or [""]
    number = int(place[1]) if place else len(lines)
    return f"第{number}行“{lines[min(number, len(lines)) - 1].strip()[:40]}”"


def _presets() -> dict[str, dict[str, Any]]:
    from importlib.resources import files

    text = files("xltargets.data").joinpath("profiles.toml").read_text("utf-8")
    return tomllib.loads(text, parse_float=Decimal)


def _as_type_of(default: Any, value: Any) -> Any:
    """A TOML value as the type of a threshold's default.

    Raises:
        TypeError, ValueError: when it is not of that type.
    """
    if isinstance(value, bool) != isinstance(default, bool) and default is not None:
        raise TypeError
    if isinstance(default, (tuple, list, frozenset, set)):
        if not isinstance(value, list):
            raise TypeError
        sample = next(iter(default), None)
        return type(default)(_as_type_of(sample, item) for item in value)
    if isinstance(default, str):
        return _as_text(value)
    if isinstance(default, (int, float, Decimal)):
        return _as_number(default, value)
    if default is not None and not isinstance(value, type(default)):
        raise TypeError
    return value


def _as_text(value: Any) -> str:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return "".join(value)  # letters = ["R", "T"] is "RT"
    if not isinstance(value, (str, int)):
        raise TypeError
    return str(value)


def _as_number(default: float | Decimal, value: Any) -> Any:
    if not isinstance(value, (int, Decimal)):
        raise TypeError
    if isinstance(default, Decimal):
        return Decimal(value)
    if isinstance(default, float):
        return float(value)
    if int(value) != value:
        raise ValueError
    return type(default)(value)


def _expected(default: Any) -> str:
    if isinstance(default, bool):
        return "true 或 false"
    if isinstance(default, int):
        return f"整数，如 {default}"
    if isinstance(default, (float, Decimal)):
        return f"数字，如 {default}"
    if isinstance(default, str):
        return f"文字，如 “{default}”" if default else "文字"
    if isinstance(default, (tuple, list, frozenset, set)):
        return f"列表，如 {_printed(default)}"
    return "表" if isinstance(default, Mapping) else "文字、数字或列表"


def _printed(value: object) -> str:
    """A setting as TOML would have it, or nearly."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, (tuple, list)):
        return f"[{', '.join(_printed(item) for item in value)}]"
    if isinstance(value, (set, frozenset)):
        return _printed(sorted(value))
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f'"{key}" = {_printed(one)}' for key, one in value.items()) + " }" if value else "{}"
    return "" if value is None else str(value)


class Setting(NamedTuple):
    """One line of the effective configuration."""

    key: str
    value: str
    source: str


def explain_config(config: Config) -> list[Setting]:
    """The effective configuration: every key, its value, and the file or profile that it comes from, or 默认."""
    def line(key: str, value: object) -> Setting:
        return Setting(key, _printed(value), config.sources.get(key, _DEFAULT))

    lines = [line("select", config.select), line("ignore", config.ignore)]
    lines += [line(f"words.{name}", f"{len(text)}字") for name, text in config.words]
    lines += [line(key, config.profile.get(key, _default_of(key))) for key in PROFILE_KEYS]
    shown = config.shown
    for key, value in (("sheets", shown.sheets), ("columns", shown.columns), ("labels", shown.labels)):
        lines.append(line(f"summary.{key}", value))
    for id, rule in all_rules().items():
        on = config.runs(rule)
        source = _source_of_running(config, rule)
        lines.append(Setting(f"on.{id}", _printed(on), source))
        lines.append(line(f"severity.{id}", config.severity.get(id, rule.severity).value))
        own = config.thresholds.get(id, {})
        for key, default in rule.thresholds.items():
            if key in own or key not in config.profile:
                lines.append(line(f"rules.{id}.{key}", own.get(key, default)))
            else:
                lines.append(Setting(f"rules.{id}.{key}", _printed(config.profile[key]), config.sources.get(key, _DEFAULT)))
    return lines


def _source_of_running(config: Config, rule: Rule) -> str:
    matching = [key for key in ("select", "ignore") if any(rule.id.startswith(entry) for entry in getattr(config, key))]
    return "、".join(dict.fromkeys(config.sources.get(key, key) for key in matching)) or _DEFAULT
