"""Documents of made-up units: what a county's clerks write, at the lengths they write it, with the mistakes they make."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import Any, NamedTuple

Document = dict[str, Any]
Project = dict[str, Any]


class _Work(NamedTuple):
    """What one kind of unit does: words that its texts are made of."""

    bureau: str
    things: tuple[str, ...]
    unit: str
    acts: tuple[str, ...]
    uses: str
    people: str


_WORKS = (
    _Work("信访局", ("信访事项受理", "联合接访中心运行", "信访积案化解", "信访信息系统运维"), "件", ("受理", "办结", "化解"),
          "办公费、差旅费、劳务费、法律援助律师费和信息系统维护费", "信访群众"),
    _Work("教育局", ("农村中小学校舍维修", "学生营养改善", "乡村教师培训", "薄弱学校设备购置"), "人", ("资助", "培训", "覆盖"),
          "校舍维修工程款、设备购置费、培训费和学生补助", "师生和家长"),
    _Work("卫生健康局", ("基本公共卫生服务", "乡村医生补助", "重大传染病防控", "妇幼健康筛查"), "人次", ("服务", "筛查", "随访"),
          "健康档案管理、疫苗冷链运转、乡村医生补助和宣传材料印制", "服务对象"),
    _Work("交通运输局", ("农村公路日常养护", "危桥改造", "安全生命防护工程", "城乡公交运营补贴"), "公里", ("养护", "改造", "巡查"),
          "路面修补材料费、养护人员工资、机械租赁费和工程监理费", "沿线群众"),
    _Work("农业农村局", ("高标准农田建设", "耕地地力保护", "动物防疫", "农村户厕改造"), "亩", ("建设", "治理", "推广"),
          "土地平整、灌溉渠道修建、防疫物资购置和技术推广服务", "受益农户"),
    _Work("水利局", ("小型水库维修养护", "农村饮水安全巩固提升", "河道清淤治理", "山洪灾害防治"), "处", ("维修", "治理", "监测"),
          "工程维修养护费、水质检测费、雨水情监测设备运行费", "供水区群众"),
    _Work("民政局", ("城乡低保对象核查", "养老服务机构运营补贴", "残疾人两项补贴", "社会救助服务"), "户", ("核查", "救助", "补贴"),
          "补贴资金发放、入户调查劳务费、信息采集和宣传培训", "救助对象"),
    _Work("市场监督管理局", ("食品安全抽检", "特种设备检验", "知识产权保护", "消费维权"), "批次", ("抽检", "检验", "处置"),
          "抽样检验费、快检试剂购置费、执法装备购置费和举报奖励", "消费者和经营主体"),
)
_PLACES = ("怀来县", "沙城镇", "存瑞镇", "东花园镇", "新保安镇", "鸡鸣驿乡", "官厅镇", "桑园镇", "土木镇", "北辛堡镇")
_BASES = ("《信访工作条例》", "《乡村振兴战略规划》", "怀财字〔2024〕7号", "张财预〔2023〕68号", "历史标准", "行业标准", "年初工作计划",
          "《中华人民共和国预算法》", "2024年政府工作报告", "部门职责", "上年实际完成情况", "《基本公共卫生服务规范》")  # fmt: skip
_LEVELS = (
    ("产出指标", "数量指标"), ("产出指标", "质量指标"), ("产出指标", "时效指标"), ("产出指标", "成本指标"),
    ("效益指标", "经济效益指标"), ("效益指标", "社会效益指标"), ("效益指标", "生态效益指标"), ("效益指标", "可持续影响指标"),
    ("满意度指标", "服务对象满意度指标"),
)  # fmt: skip


def documents(count: int, seed: int = 20240601) -> Iterator[Document]:
    """So many documents, the same at each call; about one project in four has a mistake."""
    for index in range(count):
        yield document(Random(f"{seed}/{index}"), index)


def document(random: Random, index: int) -> Document:
    """One unit's document: 1 to 12 projects with 6 to 20 indicators each."""
    work = random.choice(_WORKS)
    place = random.choice(_PLACES)
    projects = [_project(random, work, place, index, number) for number in range(1, random.randint(1, 12) + 1)]
    department = _department(random, work, place, projects)
    for project in projects:
        if random.random() < 0.25:
            random.choice(_MISTAKES)(project, random)
    return {
        "template": {"version": "2024.1"},
        "unit": {"code": f"{101 + index // 900:03d}{1 + index % 900:03d}", "name": f"{place}{work.bureau}",
                 "region": "130730", "year": 2024},
        "department": department,
        "projects": projects,
    }  # fmt: skip


def _department(random: Random, work: _Work, place: str, projects: list[Project]) -> dict[str, Any]:
    total = sum(project["budget"]["fiscal"] for project in projects)
    items = [
        f"{project['name']}：按计划{random.choice(work.acts)}{random.randint(20, 900)}{work.unit}，"
        f"按期完成率达到{random.randint(90, 99)}%以上，资金支付进度与工作进度相匹配，{work.people}满意度达到90%以上。"
        for project in projects[: random.randint(2, 8)]
    ]
    return {
        "overall_target": f"2024年，{place}{work.bureau}认真贯彻落实县委、县政府决策部署，围绕全县经济社会发展中心工作，"
        f"统筹安排部门预算项目{len(projects)}个，财政资金{total:.2f}万元，"
        + "".join(f"扎实做好{thing}工作，" for thing in work.things)
        + f"进一步提升服务能力和资金使用效益，保障各项任务按时完成，不断增强{work.people}的获得感。",
        "itemised_targets": items,
        "safeguards": [
            "加强组织领导。成立由主要负责同志任组长的工作领导小组，明确各股室职责分工，定期调度项目进展情况。",
            "完善管理制度。健全项目管理、资金管理和绩效管理制度，做到有章可循、有据可查，确保资金专款专用。",
            "强化绩效监控。按季度开展绩效运行监控，及时纠正偏差，年度终了组织绩效自评，并将结果应用于下年预算安排。",
        ][: random.randint(2, 3)],
    }


def _project(random: Random, work: _Work, place: str, index: int, number: int) -> Project:
    thing = random.choice(work.things)
    fiscal = random.randint(2, 600) + random.choice((0, 0, 0.5, 0.25, 0.08))
    other = random.choice((None, None, None, 0, random.randint(1, 40)))
    total = round(fiscal + (other or 0), 2)
    march = random.randint(15, 30)
    count = random.randint(20, 1800)
    return {
        "code": f"13073024P{index % 1_000_000:06d}{number:02d}{random.randint(1000, 9999)}",
        "name": f"{place}2024年{thing}项目（{number}）" if random.random() < 0.6 else f"{thing}专项经费{number}",
        "budget": {"total": total, "fiscal": fiscal, "other": other},
        "purpose": f"用于{place}{thing}所需的{work.uses}，其中财政资金{fiscal}万元，按照工作进度和合同约定分期支付。",
        "schedule": {"march": march, "june": march + random.randint(20, 35), "october": random.randint(83, 92),
                     "december": 100},
        "target": f"2024年计划{random.choice(work.acts)}{thing}{count}{work.unit}，12月底前按期完成率达到"
        f"{random.randint(90, 98)}%以上，项目总投入控制在{total}万元以内；通过项目实施，进一步改善{place}{thing}条件，"
        f"{work.people}满意度达到{random.randint(85, 95)}%以上。",
        "indicators": _indicators(random, work, thing, count, total),
    }  # fmt: skip


def _indicators(random: Random, work: _Work, thing: str, count: int, total: float) -> list[dict[str, Any]]:
    """6 to 20 rows: one for each second level first of all, then more of some."""
    wanted = random.randint(6, 20)
    kept = set(random.sample(range(4, 8), k=min(4, max(1, wanted - 5)))) | {0, 1, 2, 3, 8}
    rows = sorted([*kept, *random.choices(sorted(kept), k=wanted)][:wanted])
    return [_indicator(random, level, rows[:place].count(level) + 1, work, thing, count, total)
            for place, level in enumerate(rows)]  # fmt: skip


def _indicator(
    random: Random, level: int, nth: int, work: _Work, thing: str, count: int, total: float
) -> dict[str, Any]:
    level1, level2 = _LEVELS[level]
    part = ("", "重点", "新增", "续建", "乡镇", "县直", "跨年", "专项", "其他")[min(nth - 1, 8)]
    act = random.choice(work.acts)
    share = random.randint(85, 99)
    name, description, value = (
        (f"{part}{act}{thing}数量", f"本年度{act}的{part}{thing}总量，以年末统计台账为准", f"≥{count // nth}{work.unit}"),
        (f"{part}{thing}验收合格率", f"验收合格的{part}{thing}数量占完成总量的比例", f"≥{share}%"),
        (f"{part}{thing}完成时限", f"自项目下达之日起至{part}任务全部完成之日止的时间", "2024年12月31日前"),
        (f"{part}{thing}总成本", "完成项目全部工作所需的资金总额", f"≤{total if nth == 1 else round(total / nth, 2)}万元"),
        (f"{part}带动{work.people}增收", f"项目实施后{work.people}户均年增加收入", f"≥{random.randint(200, 3000)}元"),
        (f"{part}{thing}覆盖率", f"已覆盖的{work.people}数量占应覆盖总数量的比例", f"≥{share - 5}%"),
        (f"{part}污染物排放达标率", "监测达标的次数占监测总次数的比例", f"≥{share}%"),
        (f"{part}{thing}长效机制", "是否建立并执行管护、考核和资金保障等长效机制", "建立健全"),
        (f"{part}{work.people}满意度", f"问卷调查中表示满意的{work.people}人数占调查总人数的比例", f"≥{min(share, 95)}%"),
    )[level]
    return {"level1": level1, "level2": level2, "level3": name, "description": description, "value": value,
            "basis": random.choice(_BASES)}  # fmt: skip


# --- mistakes -------------------------------------------------------------------------------------


def _sum_is_wrong(project: Project, random: Random) -> None:
    project["budget"]["total"] += random.randint(1, 20)


def _plan_goes_back(project: Project, random: Random) -> None:
    project["schedule"]["october"] = project["schedule"]["june"] - 5


def _plan_ends_early(project: Project, random: Random) -> None:
    project["schedule"]["december"] = 95


def _percentages_as_text(project: Project, random: Random) -> None:
    project["schedule"] = {key: f"{value}%" for key, value in project["schedule"].items()}


def _amount_as_text(project: Project, random: Random) -> None:
    project["budget"]["fiscal"] = f"{project['budget']['fiscal']:,.2f}"


def _blank_amount(project: Project, random: Random) -> None:
    project["budget"]["other"] = "  "


def _value_missing(project: Project, random: Random) -> None:
    random.choice(project["indicators"])["value"] = None


def _value_without_operator(project: Project, random: Random) -> None:
    row = random.choice(project["indicators"])
    row["value"] = row["value"].lstrip("≥≤")


def _description_copied(project: Project, random: Random) -> None:
    for row in project["indicators"]:
        row["description"] = row["level3"]


def _level_misspelt(project: Project, random: Random) -> None:
    project["indicators"][0]["level2"] = "数量"
    project["indicators"][-1]["level1"] = "满意指标"


def _code_too_short(project: Project, random: Random) -> None:
    project["code"] = project["code"][:-2].lower()


def _half_width_signs(project: Project, random: Random) -> None:
    project["target"] = project["target"].replace("，", ",").replace("；", ";") + "   "


def _name_missing(project: Project, random: Random) -> None:
    project["name"] = None


_MISTAKES: tuple[Callable[[Project, Random], None], ...] = (
    _sum_is_wrong, _plan_goes_back, _plan_ends_early, _percentages_as_text, _amount_as_text, _blank_amount,
    _value_missing, _value_without_operator, _description_copied, _level_misspelt, _code_too_short,
    _half_width_signs, _name_missing,
)  # fmt: skip
