"""The schema describes the form, and nothing else does."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from xltargets.errors import Error
from xltargets.submission.document import from_document, load_document
from xltargets.submission.form import ITEM, Form, load_form

SCHEMAS = Path(__file__).parents[2] / "schema"


@pytest.fixture
def schema() -> dict[str, Any]:
    return json.loads((SCHEMAS / "submission.schema.json").read_text("utf-8"))


@pytest.fixture
def meta() -> jsonschema.Draft202012Validator:
    schema = json.loads((SCHEMAS / "form.meta-schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


class TestTheSchema:
    def test_is_a_schema_of_a_form(self, schema: dict[str, Any], meta: jsonschema.Draft202012Validator) -> None:
        assert list(meta.iter_errors(schema)) == []

    @pytest.mark.parametrize(
        ("keyword", "value"),
        [("x-digitz", 6), ("x-unit", "万"), ("x-fill-down", "yes"), ("x-item", "Ein Projekt"), ("x-digits", 0)],
    )
    def test_has_no_other_keyword(
        self, schema: dict[str, Any], meta: jsonschema.Draft202012Validator, keyword: str, value: object
    ) -> None:
        schema["properties"]["projects"]["items"]["properties"]["code"][keyword] = value
        assert not meta.is_valid(schema)

    def test_titles_every_field_in_chinese(self) -> None:
        for field in load_form().fields.values():
            assert any("一" <= letter <= "鿿" for letter in field.title), field.dotted

    def test_keys_its_tables_by_fields_they_have(self) -> None:
        form = load_form()
        keyed = [array for array in form.arrays.values() if array.key]
        assert {array.path for array in keyed} == {("projects",), ("projects", ITEM, "indicators"), ("waivers",)}
        for array in keyed:
            assert (*array.path, ITEM, array.key) in form.fields

    def test_agrees_with_jsonschema_on_what_is_valid(self, schema: dict[str, Any], sound: dict[str, Any]) -> None:
        """jsonschema-rs is the fast one; jsonschema is the reference."""
        plain = json.loads(json.dumps(sound, default=float))
        broken = [plain]
        for path, value in (("unit.year", "x"), ("unit.extra", 1), ("projects", {}), ("department.safeguards", [3])):
            document = copy.deepcopy(plain)
            head, _, last = path.rpartition(".")
            (document[head] if head else document)[last] = value
            broken.append(document)
        reference = jsonschema.Draft202012Validator(schema)
        verdicts = [reference.is_valid(document) for document in broken]
        assert verdicts == [load_form().validator.is_valid(document) for document in broken]
        assert verdicts == [True, False, False, False, False]


class TestNames:
    def test_are_paths_in_all_spellings(self) -> None:
        names = load_form().names
        assert names["project.indicators.level3"].by_sheet == (True, False)
        assert names["projects.indicators.level3"].by_sheet == (False, False)
        assert names["unit.code"].by_sheet == ()

    def test_on_the_official_template_use_the_word_for_one_item(self) -> None:
        form = load_form()
        field = form.fields[("projects", ITEM, "budget", "total")]
        assert form.official_name(field) == "project.budget.total"


class TestADocument:
    def test_that_does_not_fit_always_says_where(self, sound: dict[str, Any]) -> None:
        sound["unit"]["colour"] = "red"
        sound["projects"][0]["indicators"] = "none"
        problems = from_document(sound).problems
        assert {(problem.rule, problem.pointer) for problem in problems} >= {
            ("R09", "/unit"), ("R09", "/projects/0/indicators"),
        }  # fmt: skip

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"projects": [{"budget": {"totl": 5}}]}, "“预算规模及资金用途”里有表单没有的项“totl”（是不是“total”？），没有检查；请改名或删去"),
            ({"colour": 1, "size": 2}, "“预算绩效目标申报表”里有表单没有的项“colour”“size”，没有检查；请改名或删去"),
            ({"unit": "甲局"}, "“单位”应是一个对象 {…}，现在是“甲局”，请按表单的定义改正"),
            ({"projects": [None]}, "“预算项目绩效目标表”应是一个对象 {…}，现在是空的（null），请按表单的定义改正"),
            ({"projects": 3}, "“预算项目绩效目标”应是一个列表 […]，现在是“3”，请按表单的定义改正"),
            ({"unit": {"name": ["甲局"]}}, "“单位名称”应是一个值，现在是一组值，请按表单的定义改正"),
        ],
    )
    def test_that_has_another_shape_is_told_what_is_wrong(self, change: dict[str, Any], message: str) -> None:
        (problem,) = from_document({"template": {"version": "2024.1"}, **change}).problems
        assert (problem.rule, problem.message) == ("R09", message)

    @pytest.mark.parametrize(
        ("given", "rule", "message"),
        [
            ("企业", "R09", "“单位性质”只能填写行政、事业，现在是“企业”，请改正"),
            (3, "R03", "“人数”不应小于5，现在是“3”，请改正"),
            ("0312-8888", "R09", "“电话”不应超过8个字，现在是“0312-8888”，请改正"),
        ],
    )
    def test_beyond_a_limit_of_an_own_schema_is_told_the_limit(self, given: Any, rule: str, message: str) -> None:
        """It was said not to fit the form, or to be no number."""
        key = message[1:3]
        known = {
            "单位": {"title": "单位性质", "type": "string", "enum": ["行政", "事业", None]},
            "人数": {"title": "人数", "type": "integer", "minimum": 5},
            "电话": {"title": "电话", "type": "string", "maxLength": 8},
        }
        form = Form({"type": "object", "properties": known})
        (problem,) = from_document({key: given}, form=form).problems
        assert (problem.rule, problem.message) == (rule, message)

    def test_with_a_key_twice_is_refused(self, tmp_path: Path) -> None:
        """The first of the two values was lost without a word."""
        path = tmp_path / "a.json"
        path.write_text('{"unit": {"name": "甲局", "name": "乙局"}}', "utf-8")
        with pytest.raises(Error, match="同一个对象里有两个“name”") as caught:
            load_document(path)
        assert caught.value.file == str(path)

    def test_is_not_changed_by_being_read(self, seed_document: dict[str, Any]) -> None:
        before = copy.deepcopy(seed_document)
        from_document(seed_document)
        assert seed_document == before
