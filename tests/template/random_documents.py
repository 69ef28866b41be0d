"""Random documents that come close to what the rules with formulas judge: sound ones with a few faults each.

Numbers stored as text are left out: the formulas do not judge them (see the sheet 自检), Python reads them as numbers.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Callable
from decimal import Decimal
from typing import Any

BLANKS = (None, None, " ", "\u3000", " \n", "\u00a0")
TEXTS = ("内容", "x", "第1条\n第2条", *BLANKS)
CODES = (
    "13073024P000585100016", "13073024P00049610002Y", "1307302P000585100016", "13073O24P000585100016",
    "13073024p000585100016", " 13073024P000585100016", "1307 3024P000585100016", "１３０７３０２４P000585100016",
    "13073024P0005851000161", "13073024E000585100016", "1.3E+20", "1.3e+20", 1.3073024e20, 286001, 12.5, -5, "待定",
    "13073024P00058510I01O", "13073024OO00585100016", "13073024-000585100016", "13073024P00058510001年",
    "13070025T000585100016", "13000018R000585100016", "10000019Z221108000003", "11010126A000585100016",
)  # fmt: skip
UNIT_CODES = ("286001", "28601", "2860011", "28600a", 286001, 28601, 1234567, 12.5, "２８６００１", "286001 ")
REGIONS = ("130730", 130730, "130700", "13073", 4401, "110101", " 130730", "1307301", "13073x", "怀来县")
SOURCES = ("general", "fund", "state_capital", "carryover", "special_account")
POINTS = ("march", "june", "october", "december")


class Writer:
    """Writes random documents after a sound one; the same seed gives the same documents."""

    def __init__(self, sound: dict[str, Any], seed: int) -> None:
        self.sound, self.random = sound, random.Random(seed)

    def maybe(self, new: Callable[[], object], old: object, chance: float = 0.35) -> Any:
        return new() if self.random.random() < chance else old

    def choice(self, values: tuple[Any, ...]) -> Any:
        return self.random.choice(values)

    def money(self) -> Any:
        some = (
            0,
            30,
            20,
            10,
            0.1,
            0.01,
            0.005,
            29.995,
            30.005,
            30.01,
            -5,
            12.345,
            100000,
            99999.99,
            "约三十万",
            *BLANKS,
        )
        return self.choice((*some, *(round(self.random.uniform(0, 200), 2) for _ in range(6))))

    def share(self) -> Any:
        return self.choice(
            (
                0,
                1,
                0.3,
                -1,
                25,
                30,
                49.99,
                50,
                55,
                60,
                82.99,
                83,
                85,
                95,
                99.99,
                100,
                100.004,
                101,
                "三成",
                *BLANKS,
            )
        )

    def document(self, projects: int) -> dict[str, Any]:
        """A document with so many projects."""
        document = copy.deepcopy(self.sound)
        document["projects"] = [self.project(index) for index in range(projects)]
        unit, department = document["unit"], document["department"]
        unit["code"] = self.maybe(lambda: self.choice((*UNIT_CODES, *BLANKS)), unit["code"])
        unit["name"] = self.maybe(lambda: self.choice(TEXTS), unit["name"])
        unit["region"] = self.maybe(lambda: self.choice((*REGIONS, *BLANKS)), unit["region"])
        unit["year"] = self.maybe(lambda: self.choice((2019, 2023, 2025, 2030, None)), unit["year"])
        department["overall_target"] = self.maybe(lambda: self.choice(TEXTS), department["overall_target"])
        for key in ("itemised_targets", "safeguards"):
            department[key] = self.maybe(lambda: [self.choice(TEXTS) for _ in range(3)], department[key])
        budgets = [project["budget"] for project in document["projects"]]
        department["budget"] = {
            "projects": self.near([budget["total"] for budget in budgets]),
            "fiscal": self.near([budget["fiscal"] for budget in budgets]),
            "other": self.near([budget["other"] for budget in budgets]),
        }
        return document

    def near(self, amounts: list[Any]) -> Any:
        """The sum of the amounts or nearly; sometimes something else."""
        total = sum(float(amount) for amount in amounts if _is_number(amount))
        off = self.choice((0, 0, 0, 0.005, 0.01, -0.02, 1))
        return self.maybe(self.money, round(total + off, 3), 0.2)

    def project(self, index: int = 0) -> dict[str, Any]:
        """A project; some have a code that another one has too."""
        project = copy.deepcopy(self.sound["projects"][0])
        project["code"] = f"13073024P{index:012}"
        project["code"] = self.maybe(lambda: self.choice((*CODES, *CODES[:6], *BLANKS)), project["code"])
        for key in ("name", "purpose", "target"):
            project[key] = self.maybe(lambda: self.choice(TEXTS), project[key], 0.2)
        self.fill_budget(project["budget"])
        self.fill_plan(project["schedule"], project["budget"]["total"])
        for row in project["indicators"]:
            self.fill_row(row)
        if self.random.random() < 0.1:
            project["indicators"] = []
        weights = [round(self.random.uniform(0, 30), 1) for _ in project["indicators"]]
        if self.random.random() < 0.5:
            weights = list(
                self.choice(((15, 15, 10, 10, 30, 10), (20, 20, 20, 10, 20, 10), (0, 35, 20, 10, 20, 15)))
            )
        if self.random.random() < 0.6:
            for row, weight in zip(project["indicators"], weights, strict=False):
                row["weight"] = self.maybe(
                    lambda: self.choice((0, -1, 0.5, 30, 30.5, None, " ")), weight, 0.1
                )
        return project

    def fill_budget(self, budget: dict[str, Any]) -> None:
        if self.random.random() < 0.5:
            fiscal, other = (round(self.random.uniform(0, 100), 2) for _ in "ab")
            off = self.choice((0, 0, 0.01, 0.005, 0.004, -0.01, 0.006))
            budget.update(fiscal=fiscal, other=other, total=round(fiscal + other + off, 3))
        for key in ("total", "fiscal", "other"):
            budget[key] = self.maybe(self.money, budget[key], 0.25)
        budget["whole_period"] = self.maybe(self.money, None)
        budget["fiscal_sources"] = {key: self.maybe(self.money, None, 0.2) for key in SOURCES}
        if self.random.random() < 0.4 and _is_number(budget["fiscal"]):
            budget["fiscal_sources"].update(
                dict.fromkeys(SOURCES), general=budget["fiscal"], fund=self.choice((None, 0, 0.01))
            )

    def fill_plan(self, schedule: dict[str, Any], total: object) -> None:
        for point in POINTS:
            schedule[point] = self.maybe(self.share, schedule[point], 0.25)
        schedule["amounts"] = {}
        for point in POINTS:
            planned = self.maybe(self.money, None, 0.2)
            if _is_number(total) and _is_number(schedule[point]) and self.random.random() < 0.5:
                planned = round(float(total) * float(schedule[point]) / 100, 2) + self.choice(
                    (0, 0, 0.01, 0.03)
                )
            schedule["amounts"][point] = planned

    def fill_row(self, row: dict[str, Any]) -> None:
        fields = ("level3", "value", "description", "basis")
        if self.random.random() < 0.25:
            row.update({key: self.choice((row[key], *TEXTS)) for key in fields})
            if self.random.random() < 0.4:
                row.update({key: self.choice((None, " ")) for key in fields})


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)
