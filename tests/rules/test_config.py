"""A bureau's settings are found, taken, explained, and refused where they are wrong, with the nearest right word."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from xltargets.errors import Error
from xltargets.rules.config import (
    PROFILE_KEYS,
    Config,
    explain_config,
    find_config,
    load_config,
)
from xltargets.rules.engine import judge
from xltargets.rules.finding import HINT
from xltargets.rules.registry import all_rules
from xltargets.submission.document import from_document


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "inbox" / "县信访局").mkdir(parents=True)
    return tmp_path


def config_of(folder: Path, text: str) -> Config:
    (folder / "xltargets.toml").write_text(text, "utf-8")
    return load_config(folder)


def ids(document: dict[str, Any], config: Config) -> set[str]:
    judgement = judge(from_document(document), config)
    assert judgement.failures == []
    return {finding.rule for finding in judgement.findings}


def test_without_a_file_the_settings_are_the_catalogues(folder):
    assert load_config(folder) == Config() == load_config()


def test_the_nearest_file_upward_counts(folder):
    (folder / "xltargets.toml").write_text('ignore = ["T"]', "utf-8")
    workbook = folder / "inbox" / "县信访局" / "a.xlsx"
    workbook.touch()
    assert load_config(workbook).ignore == ("T",)
    (folder / "inbox" / "xltargets.toml").write_text('ignore = ["X"]', "utf-8")
    assert find_config(workbook) == folder / "inbox" / "xltargets.toml"
    assert load_config(workbook, explicit=folder / "xltargets.toml").ignore == ("T",)


def test_all_kinds_of_settings_are_taken(folder):
    config = config_of(
        folder,
        'select = ["T15"]\nignore = ["P", "X08"]\nframe = 2015\nletters = ["R", "T"]\ntotals = [100, 90.5]\n'
        '[severity]\nM03 = "warning"\nX01 = "提示"\n[rules.M01]\neps = 0.01\n[rules.X02]\nsimilarity = 1\n[rules.S08]\nhighest = 30.5\n',
    )
    assert (config.select, config.ignore) == (("T15",), ("P", "X08"))
    assert config.profile == {"frame": "2015", "letters": "RT", "totals": (100, Decimal("90.5"))}
    assert config.severity["X01"] is HINT
    assert config.thresholds == {"M01": {"eps": Decimal("0.01")}, "X02": {"similarity": 1.0}, "S08": {"highest": Decimal("30.5")}}
    assert config.settings(all_rules()["S02"]) == {"frame": "2015"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("freme = '2015'", "配置项中没有“freme”，是不是“frame”"),
        ("frame = '2022'", "frame 的值中没有“2022”，是不是“2021”"),
        ("region = '13073'", "“region”应为6 位数字|“region”应为 6 位数字"),
        ("frame = '2022'", "？可用的有：2015、2021、both"),
        ("frame = ['2015', '2021']", "配置项“frame”应为其中的一个：2015、2021、both"),
        ("[severity]\nM1 = 'error'", "规则编号中没有“M1”，是不是“M01”"),
        ("[summary]\nsheet = ['总览']", "的配置项中没有“sheet”，是不是“sheets”"),
        ("[summary]\nsheets = '总览'", "配置项“summary.sheets”应为名称的列表"),
        ("[summary.labels]\n'预算数' = 3", "配置项“summary.labels.预算数”应为列的新名称"),
        ("select = ['XO1']", "没有“XO1”，是不是“X01”"),
        ("select = ['F05']", "规则 F05 不由程序判断，不能用 select 启用"),
        ("ignore = 'T'", "“ignore”应为规则编号或组别的列表"),
        ("[rules.m01]\neps = 1", "规则编号中没有“m01”，是不是“M01”"),
        ("[rules.M01]\nesp = 1", "规则 M01 的参数中没有“esp”，是不是“eps”"),
        ("[rules.X01]\neps = 1", "规则 X01 的参数中没有“eps”；可用的有：（没有）"),
        ("[rules.M01]\neps = '0.01'", "“rules.M01.eps”应为数字，如 0.005，现在是 \"0.01\""),
        ("[rules.M01]\neps = true", "“rules.M01.eps”应为数字"),
        ("[rules.X04]\nfewest = 2.5", "“rules.X04.fewest”应为整数"),
        ("rules = 3", "“rules”应为一个表"),
        ("[severity]\nM01 = 'erorr'", "severity.M01 的值中没有“erorr”，是不是“error”"),
        ("[severity]\nM01 = 1", "“severity.M01”应为error、warning 或 hint|应为 error"),
        ("profile = '四州'", "profile 的值中没有“四州”，是不是“四川”"),
        ("profile = 3", "“profile”应为一个名称"),
        ("frame = '2015'\n\nregion = 河北\n", "第3行“region = 河北”不是合法的 TOML；文字要加引号"),
        ("a = ", "第1行“a =”不是合法的 TOML"),
        ("a = '", "第1行“a = '”不是合法的 TOML"),
        ("a = " + "[" * 5000, "括号套得太多"),
        ("[words]\ntypoes = 'a.toml'", "词表中没有“typoes”，是不是“typos”"),
        ("[words]\ntypos = 'missing.toml'", "找不到这个文件"),
    ],
)
def test_what_is_wrong_is_refused_with_the_nearest_right_word(folder, text, said):
    with pytest.raises(Error, match=said) as caught:
        config_of(folder, text)
    assert caught.value.file is not None and caught.value.file.endswith(".toml")


def test_an_explicit_file_must_be_there(folder):
    with pytest.raises(Error, match="找不到这个文件"):
        load_config(explicit=folder / "none.toml")


def test_a_file_in_another_encoding_is_refused(folder):
    (folder / "xltargets.toml").write_bytes('profile = "四川"'.encode("gb18030"))
    with pytest.raises(Error, match="UTF-8"):
        load_config(folder)


def test_a_profile_gives_way_to_the_bureaus_own_settings(folder):
    config = config_of(folder, 'profile = "四川"\nletters = "T"')
    assert config.profile["letters"] == "T" and config.profile["totals"] == (90,)
    sources = {line.key: line.source for line in explain_config(config)}
    assert sources["totals"] == "profile 四川" and sources["letters"].endswith("xltargets.toml")


@pytest.mark.parametrize("name", ["河北", "四川", "安徽", "上海", "湖北", "湖南"])
def test_every_profile_of_ours_is_sound(folder, name):
    assert config_of(folder, f'profile = "{name}"').sources["profile"].endswith("xltargets.toml")


def test_the_effective_settings_say_where_each_comes_from(folder):
    config = config_of(folder, 'ignore = ["T"]\nselect = ["T09"]\nframe = "2015"\n[rules.M01]\neps = 0.01\n[severity]\nM01 = "hint"')
    lines = {line.key: line for line in explain_config(config)}
    file = (folder / "xltargets.toml").as_posix()
    assert lines["rules.M01.eps"][1:] == ("0.01", file)
    assert lines["rules.M02.eps"][1:] == ("0.005", "默认")
    assert lines["rules.S02.frame"][1:] == ('"2015"', file)
    assert lines["severity.M01"][1:] == ('"hint"', file)
    assert lines["on.T01"][1:] == ("false", file) and lines["on.T09"][1:] == ("true", file)
    assert lines["on.X01"][1:] == ("true", "默认")


def test_every_shared_setting_is_a_threshold_of_some_rule():
    known = {key for rule in all_rules().values() for key in rule.thresholds}
    assert set(PROFILE_KEYS) <= known


def test_the_longer_entry_decides_whether_a_rule_runs(clean):
    clean = {**clean, "unit": {**clean["unit"], "code": None}}
    assert "C01" in ids(clean, Config())
    assert "C01" not in ids(clean, Config(ignore=("C",)))
    assert "C01" in ids(clean, Config(ignore=("C",), select=("C01",)))


class TestABureausOwnWords:
    OWN = '[[typo]]\nwrong = "怀莱"\nright = "怀来"\n'

    def words(self, folder: Path, text: str, name: str = "typos") -> Config:
        (folder / "own.toml").write_text(text, "utf-8")
        return config_of(folder, f'[words]\n{name} = "own.toml"')

    def test_are_added_to_ours_while_its_settings_are_at_work(self, folder, clean):
        purpose = "用于受理办理怀莱县信访事项、聘请法律援助律师所需的办公费、差旅费和劳务费。"
        project = {**clean["projects"][0], "purpose": purpose}
        document = {**clean, "projects": [project, clean["projects"][1]]}
        config = self.words(folder, self.OWN)
        assert "T09" not in ids(document, Config())
        assert "T09" in ids(document, config)
        assert "T09" not in ids(document, Config()), "another bureau's settings know nothing of it"
        assert "T09" in ids({**document, "projects": [{**project, "purpose": "建立建全" + purpose}]}, Config())

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ('[[tpyo]]\nwrong = "a"', "没有名为“tpyo”的部分，可用的有：typo"),
            ('[[typo]]\nwrong = "怀莱"', "缺少 right"),
            ('[[typo]]\nwrong = "怀莱"\nright = 3', "right 应为文字"),
            ('[[typo]]\nwrong = ""\nright = "b"', "wrong 是空的"),
            ('[[typo]]\nwrong = "a"\nright = "b"\nunles = ["c"]', "不认识的 unles"),
            ("typo = 3", r"应写作 \[\[typo\]\]"),
        ],
    )
    def test_of_another_form_are_refused(self, folder, text, said):
        with pytest.raises(Error, match=said) as caught:
            self.words(folder, text)
        assert caught.value.file is not None and caught.value.file.endswith("own.toml")
