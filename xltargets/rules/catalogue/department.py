"""Group D: the department's figures and texts against its projects, and a table of projects against their sheets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from xltargets.rules.formulas import all_of, each, length, when
from xltargets.rules.language.similar import plain
from xltargets.rules.language.wording import in_wan
from xltargets.rules.registry import ERROR, HINT, WARNING, Hit, rule
from xltargets.values.patterns import later

EPS = Decimal("0.005")
Project = Mapping[str, Any]
Row = Mapping[str, Any]


def _amounts(projects: Sequence[Project], key: str, *, blank: Decimal | None) -> list[Decimal] | None:
    """An amount of every project; None when one of them is no number, or blank where ``blank`` is None."""
    found = []
    for project in projects:
        budget = project.get("budget") if isinstance(project, dict) else None
        amount = budget.get(key) if isinstance(budget, dict) else None
        amount = blank if amount is None else amount
        if isinstance(amount, bool) or not isinstance(amount, (int, float, Decimal)):
            return None
        found.append(Decimal(str(amount)) if isinstance(amount, float) else Decimal(amount))
    return found


def _adds_up(stated: str, amounts: str) -> str:
    """That a stated amount is the sum of what each project has; not judged where one of them has no number."""
    difference = f"ROUND(ABS({stated}-SUM({amounts})),6)<={EPS}*COUNT({amounts})"
    projects = f"COUNT({each('1')})"
    return when([f"ISNUMBER({stated})", f"{projects}>0", f"COUNT({amounts})={projects}"], difference)


def money(amount: object) -> str:
    """An amount in 万元 as messages print it."""
    return f"{amount:.2f} 万元"


@rule(
    "D01",
    ERROR,
    basis="I O",
    each="document",
    needs=["projects", "department.budget.projects"],
    formula=_adds_up("department.budget.projects", each("project.budget.total")),
    formula_message="项目支出预算应等于各项目预算数之和",
    bad={"department.budget.projects": 200.5},
    good={"department.budget.projects": 200.01},
)
def projects_add_up_to_the_department(projects: Sequence[Project], total: Decimal, *, eps: Decimal = EPS) -> Iterator[Hit]:
    """各项目预算数之和应等于部门项目支出预算

    每个项目允许相差 eps 万元（四舍五入）。有项目的预算数没有填写或不是数字时不判断。
    改法：核对是否漏报项目、多报项目，或某个项目的预算数有误。
    """
    amounts = _amounts(projects, "total", blank=None)
    together = sum(amounts or (), Decimal(0))
    if amounts and abs(together - total) > eps * len(amounts):
        message = (
            f"项目支出预算 {money(total)} ≠ {len(amounts)}个项目预算数之和 {money(together)}，"
            f"相差 {money(abs(together - total))}，请核对是否漏报、多报项目"
        )
        yield "department.budget.projects", message


@rule(
    "D02",
    ERROR,
    basis="I",
    each="document",
    needs=["projects"],
    maybe=["department.budget.fiscal", "department.budget.other"],
    formula=all_of(
        _adds_up("department.budget.fiscal", each("project.budget.fiscal")),
        _adds_up("department.budget.other", each(f"IF({length('project.budget.other')}=0,0,project.budget.other)")),
    ),
    formula_message="部门数应等于各项目之和",
    follows=["D01"],
    bad={"department.budget.fiscal": 200, "department.budget.other": 20.5},
    good={"department.budget.fiscal": 179.5, "department.budget.other": 20.5},
)
def projects_add_up_by_source(
    projects: Sequence[Project], fiscal: Decimal | None, other: Decimal | None, *, eps: Decimal = EPS
) -> Iterator[Hit]:
    """按资金来源，各项目之和应等于部门数

    财政资金、其他资金分别比较；项目的其他资金留空按 0 计，每个项目允许相差 eps 万元。
    改法：核对各项目的资金来源和部门预算的相应数字。
    """
    sources = (("fiscal", "财政资金", fiscal, None), ("other", "其他资金", other, Decimal(0)))
    for key, label, stated, blank in sources:
        amounts = _amounts(projects, key, blank=blank) if stated is not None else None
        if stated is None or not amounts:
            continue
        together = sum(amounts, Decimal(0))
        if abs(together - stated) > eps * len(amounts):
            difference = money(abs(together - stated))
            message = f"部门{label} {money(stated)} ≠ 各项目{label}之和 {money(together)}，相差 {difference}，请核对"
            yield f"department.budget.{key}", message


_VERB = "(?:编报|申报|填报|编制|设置|设定|上报|编列)"
_NUMBER = r"(\d{1,5}|[零〇一二两三四五六七八九十百千]{1,7})"
_COUNTED = later(
    rf"{_VERB}了?(?:预算|项目|支出|整体){{0,2}}绩效目标的?(?:预算|支出)?项目(?:支出)?(?:共有|共计|合计|总计|数量|共|数|有|计)?为?"
    rf"\s{{0,2}}{_NUMBER}\s{{0,2}}[个项]"
    rf"|{_VERB}了?(?:预算)?项目(?:支出)?绩效目标表?(?:共计|合计|共)?\s{{0,2}}{_NUMBER}\s{{0,2}}[个项张份]"
    rf"|{_NUMBER}\s{{0,2}}[个项](?:预算|支出)?项目(?:支出)?(?:均|全部|都|已)?(?:按要求|同步)?{_VERB}了?(?:预算|项目){{0,2}}绩效目标"
)
_DEPARTMENT_TEXTS = ("department.overall_target", "department.itemised_targets", "department.safeguards")


def _texts(overall: str | None, itemised: object, safeguards: object) -> Iterator[tuple[str, str]]:
    """The texts of the department's part with their paths; no more than 5,000 characters of each are looked at."""
    if isinstance(overall, str):
        yield "department.overall_target", overall[:5000]
    for key, array in (("itemised_targets", itemised), ("safeguards", safeguards)):
        for index, text in enumerate(array if isinstance(array, list) else ()):
            if isinstance(text, str):
                yield f"department.{key}.{index}", text[:5000]


@rule(
    "D03",
    ERROR,
    basis="R",
    each="document",
    needs=["projects"],
    maybe=_DEPARTMENT_TEXTS,
    bad={"department.overall_target": "2024年部门预算编报绩效目标的项目3个，涉及资金200.00万元，维护群众合法权益。"},
    good={"department.overall_target": "2024年部门预算编报绩效目标的项目共2个，维护群众合法权益，办结积案3个。"},
)
def projects_are_as_many_as_said(
    projects: Sequence[Project], overall: str | None, itemised: object, safeguards: object
) -> Iterator[Hit]:
    """项目个数应与文字所述一致

    部门整体绩效目标中写明“编报绩效目标的项目N个”的，N 应等于项目绩效目标表的个数。
    改法：核对是否漏报项目，或改正文字中的个数。
    """
    from xltargets.values.numerals import to_number

    for path, text in _texts(overall, itemised, safeguards):
        if "绩效目标" not in text:
            continue
        for match in _COUNTED.finditer(text):
            said = match[1] or match[2] or match[3]
            number = int(said) if said.isdecimal() else to_number(said)
            if number is not None and int(number) != len(projects):
                yield path, f"文字写明编报绩效目标的项目{said}个，实际有{len(projects)}张项目绩效目标表，请核对是否漏报或改正文字"


_AMOUNT = r"(\d{1,3}(?:,\d{3}){1,4}(?:\.\d{1,6})?|\d{1,12}(?:\.\d{1,6})?)\s{0,2}(亿元|万元|元)"
_MANAGED = later(
    rf"{_VERB}了?(?:预算|项目){{0,2}}绩效目标的?(?:预算)?项目[^。；;\n]{{0,20}}?(?:资金|金额|预算)(?:共计|合计|总计|共|为)?\s{{0,2}}{_AMOUNT}"
)
_SPENDING = later(rf"(?<!绩效目标的)项目支出(?:预算)?(?:资金|安排|总额|共计|合计|总计|共|为){{0,2}}\s{{0,2}}{_AMOUNT}")
_FACTOR = {"亿元": Decimal(10000), "万元": Decimal(1), "元": Decimal("0.0001")}


def _stated(pattern: re.Pattern[str], texts: Sequence[tuple[str, str]]) -> tuple[str, Decimal] | None:
    """Path and amount (万元) of the one amount that a pattern finds; None when there are several."""
    found = {
        (path, Decimal(match[1].replace(",", "")) * _FACTOR[match[2]])
        for path, text in texts
        for match in pattern.finditer(text)
    }
    return found.pop() if len(found) == 1 else None


@rule(
    "D04",
    WARNING,
    basis="O R",
    each="document",
    maybe=["department.budget.managed", "department.budget.projects", *_DEPARTMENT_TEXTS, "projects"],
    inputs=["@form_money"],
    follows=["F10", "F11", "F12", "M01"],
    bad={"department.budget.managed": 320, "department.budget.projects": 200},
    good={"department.budget.managed": 200, "department.budget.projects": 200},
)
def managed_within_spending(
    managed: Decimal | None, spending: Decimal | None, overall: str | None, itemised: object, safeguards: object,
    projects: Sequence[Project] | None, unit: str, *, eps: Decimal = EPS,
) -> Iterator[Hit]:  # fmt: skip
    """编报绩效目标的项目资金不应大于项目支出

    比较部门预算中的两个数字；表上没有的，取部门整体绩效目标文字中的“编报绩效目标的项目N个，涉及资金…万元”和
    “项目支出…万元”。文字只写了项目支出的，与各项目预算数之和比较。
    改法：核对两个数字的口径和单位。
    """
    texts = list(_texts(overall, itemised, safeguards)) if managed is None or spending is None else []
    left = ("department.budget.managed", in_wan(managed, unit)) if managed is not None else _stated(_MANAGED, texts)
    right = ("department.budget.projects", in_wan(spending, unit)) if spending is not None else _stated(_SPENDING, texts)
    if left and right and left[1] > right[1] + eps:
        yield left[0], f"编报绩效目标的项目资金 {money(left[1])} 大于项目支出 {money(right[1])}，请核对口径和单位"
    elif left is None and right and spending is None:
        amounts = _amounts(projects or (), "total", blank=None) or []
        together = in_wan(sum(amounts, Decimal(0)), unit)
        if together > right[1] + eps * len(amounts):
            said = f"文字写明项目支出 {money(right[1])}，{len(amounts)}个项目的预算数合计 {money(together)}"
            yield right[0], f"{said}，超过项目支出，请核对"


def row_key(code: object) -> str:
    """A project code as tables are joined by it: no blanks, half-width, upper case."""
    return plain(code).upper()


#: What a table of projects may say of one: column label → path in the project.
COLUMNS = {"预算数": "total", "财政资金": "fiscal", "其他资金": "other"}

_LEDGER = {
    "13073024P000585100016": {
        "项目编码": "13073024P000585100016", "项目名称": "信访事项办理经费", "单位编码": "286001", "预算数": Decimal("120.5"),
    },
    "13073024P00049610002Y": {
        "项目编码": "13073024P00049610002Y", "项目名称": "信息系统运行维护费", "单位编码": "286001", "预算数": Decimal("79.5"),
    },
}  # fmt: skip


def row_differences(project: Project, row: Row, eps: Decimal) -> Iterator[tuple[str, str, str]]:
    """Where a table's row says something else than the project: path, what the sheet says, what the row says.

    A cell that the row does not have is not compared; a blank amount of the project counts as 0.
    """
    name, stated = project.get("name"), row.get("项目名称")
    if isinstance(stated, str) and plain(stated) and plain(name) and plain(name) != plain(stated):
        yield "name", f"项目名称“{str(name).strip()[:40]}”", f"“{stated.strip()[:40]}”"
    budget = project.get("budget")
    for label, key in COLUMNS.items():
        expected = row.get(label)
        amount = budget.get(key) if isinstance(budget, dict) else None
        amount = Decimal(0) if amount is None and key == "other" else amount
        if isinstance(expected, Decimal) and isinstance(amount, (int, Decimal)) and abs(expected - amount) > eps:
            yield f"budget.{key}", f"{label} {money(amount)}", money(expected)


@rule(
    "D05",
    ERROR,
    basis="I",
    each="document",
    needs=["projects"],
    inputs=["@ledger"],
    bad={"projects.0.budget.total": 121.5, "projects.0.budget.fiscal": 101, "@ledger": _LEDGER},
    good={"projects.0.name": "信访事项 办理经费", "@ledger": _LEDGER},
)
def rows_agree_with_the_sheets(
    projects: Sequence[Project], ledger: Mapping[str, Row], *, eps: Decimal = EPS
) -> Iterator[Hit]:
    """汇总表（项目库）各行应与项目表一致

    给了项目库（--ledger）时，按项目编码逐个核对项目名称、预算数、财政资金和其他资金，金额允许相差 eps 万元；
    核对一份已有的汇总表时（汇总命令的 --existing），每一行的数字都应能从项目表重新算出。名称不同为警告。
    改法：以批复的预算为准，改正申报表或项目库（汇总表）中不对的一方。
    """
    for index, project in enumerate(projects):
        row = ledger.get(row_key(project.get("code"))) if isinstance(project, dict) else None
        for path, here, there in row_differences(project, row, eps) if row else ():
            hit = f"projects.{index}.{path}", f"{here}与项目库的{there}不一致，请按批复的预算核对"
            yield (*hit, WARNING) if path == "name" else hit


@rule(
    "D06",
    ERROR,
    basis="I",
    each="document",
    needs=["projects"],
    maybe=["unit.code", "unit.year"],
    inputs=["@ledger"],
    follows=["C03", "F01", "F06", "F07", "X01"],
    bad={"projects.1.code": "13073024P000496100030", "@ledger": _LEDGER},
    good={"projects.1.code": "13073024p00049610002y", "@ledger": _LEDGER},
)
def rows_are_the_projects(
    projects: Sequence[Project], unit: str | None, year: int | None, ledger: Mapping[str, Row]
) -> Iterator[Hit]:
    """汇总表（项目库）不漏项、不多项

    以项目编码为准：给了项目库（--ledger）时，申报的项目应在项目库中，项目库中本单位（本年度）的项目都应申报；
    核对一份已有的汇总表时（汇总命令的 --existing），它的行应与各单位的项目一一对应，次序相同。
    改法：补报漏掉的项目；编码填错的，改为项目库中的编码；不在项目库的项目先入库。
    """
    submitted = {row_key(project.get("code")) for project in projects if isinstance(project, dict)}
    by_name = {plain(row.get("项目名称")): row for row in ledger.values() if row.get("项目名称")}
    for index, project in enumerate(projects):
        code = row_key(project.get("code")) if isinstance(project, dict) else ""
        if code and code not in ledger:
            namesake = by_name.get(plain(project.get("name")))
            known = f"（项目库中同名项目的编码是{namesake['项目编码']}）" if namesake and namesake.get("项目编码") else ""
            yield f"projects.{index}.code", f"项目库中没有项目编码“{code[:40]}”{known}，请核对编码"
    left_out = [row for code, row in ledger.items() if code not in submitted and _is_of(row, unit, year)]
    if left_out:
        names = "、".join(f"{row.get('项目名称') or ''}（{row.get('项目编码')}）" for row in left_out[:5])
        more = "等" if len(left_out) > 5 else ""
        yield "projects", f"项目库中本单位的{len(left_out)}个项目没有申报：{names}{more}，请补报或核对"


def _is_of(row: Row, unit: str | None, year: int | None) -> bool:
    """Whether a ledger's row is the unit's, and of the year where it says one."""
    of_year = str(row.get("预算年度") or year).strip().removesuffix("年度").removesuffix("年")
    return bool(unit) and plain(row.get("单位编码")) == plain(unit) and (year is None or of_year == str(year))


_SHARE = later(
    r"[（(]\s{0,3}(?:目标)?(?:占比|权重|比例|比重)\s{0,3}[:：为]?\s{0,3}(\d{1,3}(?:\.\d{1,4})?)\s{0,3}[%％]\s{0,3}[)）]"
)


@rule(
    "D07",
    ERROR,
    basis="P",
    each="document",
    maybe=["department.itemised_targets", "projects"],
    bad={
        "department.itemised_targets.0": "受理信访事项不少于1200件（占比60%）。",
        "department.itemised_targets.1": "系统全年正常运行（占比30%）。",
    },
    good={
        "department.itemised_targets.0": "受理信访事项不少于1200件（占比60%）。",
        "department.itemised_targets.1": "系统全年正常运行（占比40％）。",
    },
)
def shares_of_targets_add_up(itemised: object, projects: object) -> Iterator[Hit]:
    """多个目标的比例之和应为100%

    分项绩效目标（或一个项目绩效目标的各条）每条都用括号注明占比、比例或权重时，合计应为 100%。只有部分注明的不判断。
    改法：核对各目标的比例，使合计为 100%。
    """
    if isinstance(itemised, list):
        yield from _shares("department.itemised_targets", [text for text in itemised if isinstance(text, str)])
    for index, project in enumerate(projects if isinstance(projects, list) else ()):
        target = project.get("target") if isinstance(project, dict) else None
        if isinstance(target, str) and "%" in target.replace("％", "%"):
            yield from _shares(f"projects.{index}.target", target[:5000].splitlines())


def _shares(path: str, items: Sequence[str]) -> Iterator[Hit]:
    items = [item for item in items if item.strip()]
    shares = [_SHARE.findall(item[:2000]) for item in items]
    if len(items) < 2 or any(len(found) != 1 for found in shares):
        return
    total = sum((Decimal(found[0]) for found in shares), Decimal(0))
    if total != 100:
        yield path, f"{len(items)}个目标的比例合计为{total.normalize():f}%，应为100%，请核对"


_REGION = later(r"^[\u4e00-\u9fff]{2,9}?(?:自治区|自治州|自治县|地区|省|市|县|旗|区|盟|(?<!城)[镇乡])(?=[\u4e00-\u9fff]{3})")
_OFFICE = later(r"(?:总局|分局|局|厅|委员会|中心|站|所|处|馆|大队|支队|总队)$")
_GENERAL = later("管理|服务|监督|综合|工作|事务|行政|机关|保障|事业|[和与及]")


@rule(
    "D08",
    HINT,
    basis="K1",
    each="document",
    needs=["unit.name", "department.overall_target"],
    maybe=["department.itemised_targets"],
    bad={
        "department.overall_target": "2024年实施高标准农田建设2万亩，推广良种良法，粮食总产量达到12万吨以上，农民收入稳步提高。",
        "department.itemised_targets": ["建设高标准农田2万亩。", "推广良种1万亩。"],
    },
    good={"department.overall_target": "2024年受理来信来访1200件，按期办结率达到95%以上，化解信访积案，维护群众合法权益。"},
)
def targets_are_of_this_unit(
    name: str, overall: str, itemised: object, *, fewest_characters: int = 30
) -> Iterator[Hit]:
    """总体绩效目标应与单位职责一致

    单位名称中表示职责的词（信访局的“信访”、住房和城乡建设局的“住房”“城乡”“建设”）一个也没有在总体绩效目标和分项绩效目标中
    出现，可能套用了别的单位的文本。学校、医院、乡镇政府等名称不表示职责的不判断；总体绩效目标少于 fewest_characters 字的不判断。
    改法：按本单位的职责和年度工作重写总体绩效目标。
    """
    words = duty_words(name)
    others = [text for text in itemised if isinstance(text, str)] if isinstance(itemised, list) else []
    if not words or len(overall) < fewest_characters:
        return
    said = "\n".join([overall, *others])
    if not any(word in said for word in words):
        yield (
            "department.overall_target",
            f"总体绩效目标和分项绩效目标没有提到“{'”“'.join(words[:3])}”，请核对是否符合{name.strip()[:30]}的职责",
        )


def duty_words(name: str) -> list[str]:
    """The pairs of characters in a unit's name that tell what it is for; empty where the name does not."""
    bare = plain(name[:60])
    if not _OFFICE.search(bare):
        return []
    bare = _OFFICE.sub("", _REGION.sub("", _REGION.sub("", bare)))
    pairs = [part[index : index + 2] for part in _GENERAL.split(bare) for index in range(len(part) - 1)]
    return list(dict.fromkeys(pairs))
