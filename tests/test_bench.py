"""That bench.py compares like with like, and that reading and checking do nothing twice."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import xltargets
from xltargets.excel.archive import Archive, Entry
from xltargets.rules import ready, view
from xltargets.rules.engine import judge
from xltargets.rules.finding import Finding
from xltargets.submission.form import load_form
from xltargets.submission.model import Submission

SCRIPTS = Path(__file__).resolve().parent.parent / "scripts"
#: Rules of which the bureau's script has a version of its own.
SHARED = ("M01", "P01", "P02", "P03")


@pytest.fixture(scope="module", autouse=True)
def scripts() -> Iterator[None]:
    sys.path.insert(0, str(SCRIPTS))
    yield
    sys.path.remove(str(SCRIPTS))


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory, scripts: None) -> list[Path]:
    from make_samples import make_samples

    return make_samples(tmp_path_factory.mktemp("samples"), 50)


@pytest.fixture(scope="module")
def documents(samples: list[Path]) -> dict[Path, dict[str, Any]]:
    """What the bureau's script reads of the samples."""
    import bureau_script

    return {path: bureau_script.read(path) for path in samples}


def ids_and_places(findings: list[Finding]) -> set[tuple[str, str]]:
    return {(finding.rule, finding.pointer) for finding in findings if finding.rule in SHARED}


class TestSamples:
    def test_the_same_seed_gives_the_same_bytes(self, samples: list[Path], tmp_path: Path) -> None:
        from make_samples import make_samples

        again = make_samples(tmp_path, 2)
        assert [path.read_bytes() for path in again] == [path.read_bytes() for path in samples[:2]]
        other = make_samples(tmp_path / "other", 1, seed=7)
        assert other[0].read_bytes() != samples[0].read_bytes()

    def test_units_have_1_to_12_projects_of_6_to_20_indicators(self, samples: list[Path]) -> None:
        projects = [xltargets.read(path).document["projects"] for path in samples]
        assert {len(found) for found in projects} == set(range(1, 13))
        rows = {len(project["indicators"]) for found in projects for project in found}
        assert rows <= set(range(6, 21)) and {6, 20} <= rows

    def test_no_rule_fails_on_them_and_many_find_something(self, samples: list[Path]) -> None:
        judgements = [judge(xltargets.read(path)) for path in samples]
        assert [judgement.failures for judgement in judgements] == [[]] * 50
        assert len({finding.rule for judgement in judgements for finding in judgement.findings}) >= 25


class TestTheBureausScript:
    def test_reads_the_same_documents(self, documents: dict[Path, dict[str, Any]]) -> None:
        for path, document in documents.items():
            assert document == xltargets.read(path).document

    def test_finds_the_same_wrong_sums_and_plans(self, documents: dict[Path, dict[str, Any]]) -> None:
        import bureau_script

        every: Counter[str] = Counter()
        for path, document in documents.items():
            theirs = {
                (finding.rule, finding.pointer)
                for finding in bureau_script.check(document)
                if finding.rule in SHARED
            }
            assert theirs == ids_and_places(xltargets.check(xltargets.read(path)))
            every.update(rule for rule, _ in theirs)
        assert every["M01"] and every["P02"] and every["P03"]


class TestNothingIsDoneTwice:
    def test_each_part_is_inflated_once_and_sheets_without_names_never(
        self, samples: list[Path], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        inflated: list[str] = []
        content = Archive.content

        def count(archive: Archive, entry: Entry) -> bytes:
            inflated.append(entry.name)
            return content(archive, entry)

        monkeypatch.setattr(Archive, "content", count)
        submission = xltargets.read(samples[0])
        assert [name for name, times in Counter(inflated).items() if times > 1] == []
        sheets = [name for name in inflated if name.startswith("xl/worksheets/sheet")]
        assert len(sheets) == len(submission.document["projects"]) + 3  # guide, department, waivers

    def test_each_value_is_parsed_once(self, samples: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
        parsed = Counter[str]()
        parse = view.parse

        def count(typed: object, **columns: object) -> object:
            parsed["values"] += 1
            return parse(typed, **columns)  # type: ignore[arg-type]

        monkeypatch.setattr(view, "parse", count)
        submission = xltargets.read(samples[1])
        judge(submission)
        values = [row["value"] for project in submission.document["projects"] for row in project["indicators"]]
        assert parsed["values"] == sum(value is not None for value in values) > 0

    def test_layouts_are_worked_out_once_for_all_workbooks_of_a_template(self, samples: list[Path]) -> None:
        form = load_form()
        for path in samples[:10]:
            xltargets.read(path, form=form)
        known = len(form.layouts)
        for path in samples[10:]:
            xltargets.read(path, form=form)
        assert len(form.layouts) == known

    def test_what_short_texts_say_is_kept_for_so_many_and_no_more(
        self, samples: list[Path], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(ready, "_MOST_SAID", 50)
        form = load_form()
        form.__dict__.pop("_prepared_rules", None)
        submission = xltargets.read(samples[2])
        first, again = judge(submission), judge(submission)
        kept = form.__dict__["_prepared_rules"][-1][1].texts.said
        assert 0 < len(kept) <= 50
        assert first.findings == again.findings

    def test_a_rule_on_texts_that_fails_is_asked_again(
        self, samples: list[Path], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        submission: Submission = xltargets.read(samples[3])
        form = load_form()
        form.__dict__.pop("_prepared_rules", None)
        judge(submission)
        cache = form.__dict__["_prepared_rules"]
        config, whole = cache[-1]

        def fails(text: str, field: object) -> list[tuple[str, str]]:
            raise ValueError(text)

        rules = [one._replace(function=fails) if one.rule.id == "T09" else one for one in whole.texts.rules]
        cache[-1] = config, whole._replace(texts=ready.OnTexts(rules))
        failed = judge(submission).failures
        cache[-1] = config, whole
        assert failed and {failure.rule for failure in failed} == {"T09"}
        assert judge(submission).failures == []
