"""The one real document: every rule finds on it what the catalogue's column *seed* says, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from xltargets.rules.config import Config
from xltargets.rules.engine import judge
from xltargets.rules.finding import ERROR
from xltargets.rules.registry import GROUPS, all_rules
from xltargets.submission.document import from_document

from .catalogue import COUNTS, catalogue_ids, only

_ROW = ("level1", "level2", "level3", "description", "value", "basis")
_HEAD = {
    26: "title", 27: "unit", 28: "money_unit", 31: "code", 33: "name", 37: "budget/total", 39: "budget/fiscal",
    41: "budget/other", 44: "purpose", 53: "schedule/march", 54: "schedule/june", 55: "schedule/october",
    56: "schedule/december", 59: "target",
}  # fmt: skip


def line_map() -> dict[int, str]:
    """Line of the seed, as ``cat -n`` counts them → JSON Pointer."""
    lines = {4: "/department/overall_target", 5: "/department/overall_target", 6: "/department/itemised_targets/0"}
    lines |= {8 + index: f"/department/itemised_targets/{index}" for index in range(4)}
    lines |= {12: "/department/safeguards/0"} | {14 + index: f"/department/safeguards/{index}" for index in range(3)}
    for project, (head, first) in enumerate([(0, 72), (89, 162)]):
        lines |= {line + head: f"/projects/{project}/{path}" for line, path in _HEAD.items()}
        for row in range(6):
            for column, key in enumerate(_ROW):
                lines.setdefault(first + 7 * row + column - 2, f"/projects/{project}/indicators/{row}/{key}")
    return lines


#: By rule: places that have a finding each. A place is a line, a range, or several of them joined by =, where a finding
#: in one of them is enough. In brackets: may have one.
EXPECTED = {
    "C16": "41 130",
    "C17": "4-16",
    "C18": "75 82 89 96 103 110 165 172 179 186 193 200",
    "F15": "53-56 142-145",
    "M10": "41 130",
    "P08": "53-56=142-145",
    "S11": "71-74 161-164",
    "S12": "85-88 175-178",
    "S16": "72-73 79-80 86-87 107-108 162-163 169-170 176-177 197-198",
    "S17": "94-95 184-185",
    "S18": "73 80 87 108 163 170 177 198",
    "S20": "99-102 189-192",
    "S21": "72 162",
    "V02": "74 81 88 95 164",
    "V10": "95 185",
    "V15": "102 192",
    "V16": "102 192",
    "B02": "59 148",
    "B06": "8 9 11",
    "T01": "148",
    "T02": "148 14-16",
    "T03": "5 8 9 10 14 15 59 148",
    "T04": "16",
    "T05": "59 148",
    "T06": "26 33 115 122",
    "T09": "14",
    "T10": "4 6 12 14 26 115",
    "T13": "5 16",
    "T15": "5 9 15 16",
    "T16": "86-87 176-177 (16)",
    "T19": "26=33=115=122",
    "X03": "59=148",
    "X04": "70-110=160-200",
    "X05": "44=133",
    "X06": "81=171 88=178 95=185",
    "X07": "53-56=142-145",
    "X08": "33 122",
    "X09": "75-110 165-200",
    "X10": "33 122",
}


def places(text: str) -> list[tuple[set[str], bool]]:
    """The places of an entry of :data:`EXPECTED`: pointers, and whether one of them must have a finding."""
    lines = line_map()
    found = []
    for word in text.split():
        pointers = set()
        for part in word.strip("()").split("="):
            first, _, last = part.partition("-")
            pointers |= {lines[line] for line in range(int(first), int(last or first) + 1) if line in lines}
        assert pointers, word
        found.append((pointers, not word.startswith("(")))
    return found


def within(pointer: str, place: set[str]) -> bool:
    """Whether a finding's pointer is of a place: one of its fields, or what they are the parts of."""
    return bool(pointer) and any(field == pointer or field.startswith(f"{pointer}/") for field in place)


@pytest.mark.parametrize("rule", [id for group in COUNTS for id in catalogue_ids(group)])
def test_finds_on_the_seed_what_the_catalogue_says(rule: str, seed: dict[str, Any]):
    if rule not in all_rules():
        pytest.skip("not written yet")
    judgement = judge(from_document(seed), only(rule))
    assert judgement.failures == []
    pointers = [finding.pointer for finding in judgement.findings if finding.rule == rule]
    expected = places(EXPECTED.get(rule, ""))
    assert [one for one in pointers if not any(within(one, place) for place, _ in expected)] == []
    assert [place for place, must in expected if must and not any(within(one, place) for one in pointers)] == []


def test_there_are_no_errors_on_the_seed(seed: dict[str, Any]):
    submission = from_document(seed)
    judgement = judge(submission, Config(select=tuple(GROUPS)))
    assert submission.problems == [] and judgement.failures == []
    assert [finding for finding in judgement.findings if finding.severity is ERROR] == []


def test_every_line_with_an_expected_finding_leads_to_a_field(seed: dict[str, Any]):
    for pointer in set(line_map().values()):
        node: Any = seed
        for part in pointer.split("/")[1:]:
            node = node[int(part)] if part.isdigit() else node[part]
        assert isinstance(node, str) or node is not None
