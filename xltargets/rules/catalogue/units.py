"""Group U: units compared with each other, once all of them are in; run by a consolidation (:mod:`xltargets.rules.across`)."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from decimal import Decimal

from xltargets.rules.catalogue.department import EPS, money
from xltargets.rules.language.similar import earlier_alike_sets, earlier_equal, plain
from xltargets.rules.registry import ERROR, HINT, WARNING, Rows, UnitHit, rule
from xltargets.rules.unitrecord import Sense, UnitLine, Units


@rule("U01", ERROR, basis="I", each="units", inputs=["@units"])
def units_come_once(units: Units) -> Iterator[UnitHit]:
    """单位编码唯一，文件不重复报送

    同一单位编码只应有一份申报表，内容完全相同的文件也只应有一份（多半是改了文件名重复报送）。
    改法：确认以哪一份为准，删去其余的；编码填错的，改为本单位的编码。
    """
    marks = [(line.code.upper(), line.content) for line in units.lines()]
    codes = earlier_equal([code for code, _ in marks])
    copies = earlier_equal([content for _, content in marks])
    for index in sorted(codes.keys() | copies.keys()):
        if index in copies:
            yield UnitHit(index, "", f"内容与文件“{units.line(copies[index]).file}”完全相同，疑似重复报送，请删去一份")
        else:
            first = units.line(codes[index])
            message = f"单位编码{units.line(index).code}与{first.name or '另一单位'}的文件“{first.file}”相同，请确认以哪份为准或改正编码"
            yield UnitHit(index, "/unit/code", message)


@rule("U02", WARNING, basis="R", each="units", inputs=["@units"])
def projects_are_of_one_unit(units: Units, *, shared_letters: str = "RZ") -> Iterator[UnitHit]:
    """同一项目编码不应出现在多个单位

    省级或中央下达的 shared_letters 类项目（人员类、转移支付，编码前6位是省级或 100000）可以由多个单位使用，不算。
    同一单位重复报送由 U01 检查。
    改法：核对项目归属；共同实施的项目由牵头单位填报。
    """
    first: dict[str, tuple[int, int]] = {}
    for unit, project, code, _ in units.projects():
        if not code:
            continue
        where, _ = first.setdefault(code, (unit, project))
        if where == unit or _is_shared(code, shared_letters):
            continue
        other = units.line(where)
        if not other.code or other.code != units.line(unit).code:
            message = f"项目编码{code[:40]}也在{other.called}的申报表中，请核对项目归属"
            yield UnitHit(unit, f"/projects/{project}/code", message)


def _is_shared(code: str, letters: str) -> bool:
    return len(code) == 21 and code[2:6] == "0000" and code[8] in letters


@rule("U03", ERROR, basis="I", each="units", inputs=["@units"], maybe=["@roster", "@ledger"])
def units_add_up(units: Units, roster: Rows | None, ledger: Rows | None, *, eps: Decimal = EPS) -> Iterator[UnitHit]:
    """各单位之和应等于部门和全县合计

    单位名录（或项目库）有预算数时，各单位项目预算数之和、按部门（编码前3位）的合计和全部单位的合计应与之相等；每个项目
    允许相差 eps 万元。单位已经不等的，不再报它所在部门和全县的差额；有单位未报的部门不判断。
    改法：核对漏报、多报的项目和有误的预算数。
    """
    stated = _stated(roster, ledger)
    submitted: dict[str, Decimal] = {}
    places: dict[str, int] = {}
    for index, line in enumerate(units.lines()):
        if line.code and places.setdefault(line.code, index) == index:
            submitted[line.code] = line.total
    tolerance = eps * max(1, sum(1 for _ in units.projects()))
    wrong = set()
    for code in sorted(stated.keys() & submitted.keys(), key=places.__getitem__):
        if abs(stated[code] - submitted[code]) > tolerance:
            wrong.add(code[:3])
            message = (
                f"各项目预算数之和 {money(submitted[code])} ≠ 批复的预算数 {money(stated[code])}，"
                f"相差 {money(abs(stated[code] - submitted[code]))}，请核对项目"
            )
            yield UnitHit(places[code], "/projects", message)
    yield from _sums(roster, submitted, wrong, tolerance)


def _stated(roster: Rows | None, ledger: Rows | None) -> dict[str, Decimal]:
    """What each unit's projects should add up to, by the roster, else by the ledger."""
    found = {
        code: row["预算数"] for code, row in (roster or {}).items() if len(code) == 6 and isinstance(row.get("预算数"), Decimal)
    }
    if found:
        return found
    for row in (ledger or {}).values():
        code = plain(row.get("单位编码"))
        if code and isinstance(row.get("预算数"), Decimal):
            found[code] = found.get(code, Decimal(0)) + row["预算数"]
    return found


def _sums(roster: Rows | None, submitted: Mapping[str, Decimal], wrong: set[str], eps: Decimal) -> Iterator[UnitHit]:
    """Departments (rows of the roster with a code of 3 digits) and the row 合计."""
    missing = {code[:3] for code in roster or {} if len(code) == 6 and code not in submitted}
    for code, row in (roster or {}).items():
        stated = row.get("预算数")
        if not isinstance(stated, Decimal) or not (len(code) == 3 or code == "合计"):
            continue
        inside = [amount for unit, amount in submitted.items() if code == "合计" or unit[:3] == code]
        silent = wrong | missing if code == "合计" else (wrong | missing) & {code}
        if silent or abs(sum(inside, Decimal(0)) - stated) <= eps:
            continue
        what = "全部单位" if code == "合计" else f"部门{row.get('部门名称') or row.get('单位名称') or code}"
        message = f"{what}{len(inside)}个单位的预算数之和 {money(sum(inside, Decimal(0)))} ≠ 合计 {money(stated)}，请核对"
        yield UnitHit(None, "", message)


@rule("U04", ERROR, basis="I", each="units", inputs=["@units"])
def units_agree_on_the_form(units: Units) -> Iterator[UnitHit]:
    """各单位的年度、金额单位、模板版本应一致

    以多数单位的为准；没有填写的不算（由完整性规则检查）。
    改法：按本次布置的年度和模板填报，金额单位与模板一致。
    """
    traits: list[tuple[str, str, Callable[[UnitLine], Sequence[Hashable]]]] = [
        ("预算年度", "/unit/year", lambda line: [line.year] if line.year is not None else []),
        ("金额单位", "/projects/0/money_unit", lambda line: line.money_units),
        ("模板版本", "/template/version", lambda line: [line.version] if line.version else []),
    ]
    found: list[Counter[Hashable]] = [Counter() for _ in traits]
    for line in units.lines():
        for counts, (_, _, of) in zip(found, traits, strict=True):
            counts.update(of(line))
    for counts, (label, pointer, of) in zip(found, traits, strict=True):
        if len(counts) < 2:
            continue
        usual, many = counts.most_common(1)[0]
        for index, line in enumerate(units.lines()):
            if odd := [value for value in of(line) if value != usual]:
                yield UnitHit(index, pointer, f"{label}是{odd[0]}，其他{many}个单位是{usual}，请核对")


@rule("U05", ERROR, basis="I", each="units", inputs=["@units", "@roster"])
def units_on_the_roster_are_in(units: Units, roster: Rows) -> Iterator[UnitHit]:
    """应报单位都已报送

    单位名录（--roster）中有而没有收到申报表的单位，逐个列出；申报表的单位编码不在名录中的为警告。
    改法：催报；编码填错的，改为名录中的编码。
    """
    received = set()
    for index, line in enumerate(units.lines()):
        received.add(line.code)
        if line.code and line.code not in roster:
            namesake = next((code for code, row in roster.items() if plain(row.get("单位名称")) == plain(line.name)), "")
            known = f"（名录中同名单位的编码是{namesake}）" if namesake and line.name else ""
            yield UnitHit(index, "/unit/code", f"单位名录中没有编码{line.code[:20]}{known}，请核对单位编码", WARNING)
    for code, row in roster.items():
        if len(code) == 6 and code not in received:
            yield UnitHit(None, "", f"应报未报：{row.get('单位名称') or '未写名称'}（{code}），请催报")


@rule("U06", HINT, basis="I", each="units", inputs=["@units"])
def one_name_one_sense_across_units(
    units: Units, *, fewest_units: int = 3, majority: float = 0.6, most: int = 50
) -> Iterator[UnitHit]:
    """同名指标跨单位口径应一致

    二级、三级指标都相同的指标，在 fewest_units 个以上单位出现，且 majority 以上的单位方向和计量单位相同时，方向相反或单位不同的
    列出。数值大小不同不算。同一名称最多列 most 处。
    改法：按多数单位的口径填写；确实不是一回事的，把指标名称改得不同。
    """
    for name, uses in units.disputed():
        counts = Counter(use.sense for use in {(use.unit, use.sense): use for use in uses}.values())
        usual, many = counts.most_common(1)[0]
        if len({use.unit for use in uses}) < fewest_units or many < float(majority) * sum(counts.values()):
            continue
        odd = [(use, why) for use in uses if (why := _apart(use.sense, usual))]
        for use, why in odd[:most]:
            pointer = f"/projects/{use.project}/indicators/{use.indicator}/value"
            yield UnitHit(use.unit, pointer, f"指标“{name[:40]}”{why}（{many}个单位为{_said(usual)}），请核对口径")


def _apart(sense: Sense, usual: Sense) -> str:
    if sense.unit and usual.unit and sense.unit != usual.unit:
        return f"的计量单位是{sense.unit}"
    if sense.direction and usual.direction and sense.direction != usual.direction:
        return f"的方向是{_DIRECTIONS[sense.direction]}"
    return ""


_DIRECTIONS = {"up": "越高越好（≥）", "down": "越低越好（≤）", "": ""}


def _said(sense: Sense) -> str:
    return "、".join(part for part in (_DIRECTIONS[sense.direction], sense.unit) if part) or "没有单位"


@rule("U07", HINT, basis="K1", each="units", inputs=["@units"])
def units_write_their_own(
    units: Units, *, similarity: float = 0.8, fewest: int = 3, standard_letters: str = "RY"
) -> Iterator[UnitHit]:
    """各单位的文本不应雷同

    部门整体绩效目标（不计单位名称和数字）有 similarity 以上的句子与另一单位相同（少于 fewest 句的不判断），或项目绩效目标
    与另一单位的项目完全相同时列出，每个单位各一次。standard_letters（人员类、运转类，系统预置文字）的项目和同一项目编码不算。
    改法：按本单位的职责和任务重写。
    """
    sets = [sentences if len(sentences) >= fewest else array("Q") for sentences in units.sentences]
    twice = earlier_equal([line.code for line in units.lines()])
    for index, (first, score) in sorted(earlier_alike_sets(sets, float(similarity)).items()):
        if index not in twice:
            message = f"部门整体绩效目标与{units.line(first).called}的雷同（{score:.0%}的句子相同），请按本单位实际填写"
            yield UnitHit(index, "/department/overall_target", message)
    yield from _same_goals(units, standard_letters, twice)


def _same_goals(units: Units, letters: str, twice: Mapping[int, int]) -> Iterator[UnitHit]:
    first: dict[int, tuple[int, str]] = {}
    found: dict[int, tuple[int, int, int]] = {}
    for unit, project, code, goal in units.projects():
        if not goal or unit in twice or (len(code) == 21 and code[8] in letters):
            continue
        other, its_code = first.setdefault(goal, (unit, code))
        if other != unit and (not code or its_code != code):
            place, with_whom, count = found.get(unit, (project, other, 0))
            found[unit] = place, with_whom, count + 1
    for unit, (project, other, count) in found.items():
        message = f"有{count}个项目的绩效目标与其他单位的项目完全相同，例如这一个与{units.line(other).called}的，请按本单位实际填写"
        yield UnitHit(unit, f"/projects/{project}/target", message)


@rule("U08", ERROR, basis="R", each="units", inputs=["@units", "@roster"])
def units_belong_to_their_department(units: Units, roster: Rows) -> Iterator[UnitHit]:
    """单位编码前三位应是所属部门的编码

    单位名录写明部门编码的，单位编码的前三位应与之相同。
    改法：核对单位编码和名录中的归属。
    """
    for index, line in enumerate(units.lines()):
        row = roster.get(line.code)
        department = plain(row.get("部门编码")) if row else ""
        if len(department) >= 3 and len(line.code) == 6 and department[:3] != line.code[:3]:
            name = row.get("部门名称") or "所属部门" if row else ""
            message = f"单位编码{line.code}的前三位不是{name}的编码{department[:10]}，请核对归属"
            yield UnitHit(index, "/unit/code", message)
