"""Parquet datasets, read by others."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from xltargets.consolidate import Options, SummaryOptions, consolidate
from xltargets.consolidate.inbox.discover import OURS
from xltargets.errors import Error

pandas = pytest.importorskip("pandas")
pytest.importorskip("pyarrow")


@pytest.fixture
def three_units(hand_in: Callable[..., Path], document: Any, inbox: Path) -> Path:
    for code, region in (("286001", "130730"), ("286002", "130731"), ("286003", "../../x")):
        content = document(code, ("0.1", "0.2"))
        content["unit"]["region"] = region
        hand_in(f"{code}.json", content)
    return inbox


def test_pandas_reads_the_tables_with_exact_amounts(three_units: Path, tmp_path: Path) -> None:
    consolidate([three_units], None, options=Options(parquet=tmp_path / "库"))
    projects = pandas.read_parquet(tmp_path / "库" / "projects")
    assert sum(projects["预算数"]) == Decimal("0.9")
    assert sorted(projects["region"].astype(str).unique()) == ["130730", "130731", "unknown"]
    units = pandas.read_parquet(tmp_path / "库" / "units")
    assert sorted(units["单位编码"]) == ["286001", "286002", "286003"] and list(units["项目个数"]) == [
        2,
        2,
        2,
    ]
    indicators = pandas.read_parquet(tmp_path / "库" / "indicators")
    assert len(indicators) % 6 == 0 and set(indicators["一级指标"]) >= {"产出指标"}


def test_duckdb_reads_them_too(three_units: Path, tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    consolidate([three_units], None, options=Options(parquet=tmp_path / "库"))
    found = duckdb.sql(
        f"SELECT region, sum(预算数) FROM read_parquet('{tmp_path}/库/projects/*/*.parquet', hive_partitioning = true) "
        "GROUP BY region ORDER BY region"
    ).fetchall()
    assert [(str(region), amount) for region, amount in found][:2] == [
        ("130730", Decimal("0.3")), ("130731", Decimal("0.3")),
    ]  # fmt: skip


def test_tables_have_the_rows_of_the_workbook(
    three_units: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xltargets.consolidate.parquet.BATCH", 2)
    monkeypatch.setattr("xltargets.consolidate.parquet.GROUP", 3)
    result = consolidate([three_units], tmp_path / "a.xlsx", options=Options(parquet=tmp_path / "库"))
    assert len(pandas.read_parquet(tmp_path / "库" / "projects")) == result.totals.projects == 6
    assert len(pandas.read_parquet(tmp_path / "库" / "findings")) == result.totals.findings


def test_a_second_run_replaces_the_first(three_units: Path, tmp_path: Path) -> None:
    options = Options(parquet=tmp_path / "库")
    consolidate([three_units], None, options=options)
    (three_units / "286001.json").unlink()
    consolidate([three_units], None, options=options)
    assert len(pandas.read_parquet(tmp_path / "库" / "units")) == 2
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_a_folder_of_others_is_refused(three_units: Path, tmp_path: Path) -> None:
    (tmp_path / "库").mkdir()
    (tmp_path / "库" / "别的.txt").write_text("x")
    with pytest.raises(Error, match="请换一个空文件夹"):
        consolidate([three_units], None, options=Options(parquet=tmp_path / "库"))
    assert {path.name for path in (tmp_path / "库").iterdir()} == {"别的.txt"}


def test_a_name_from_data_never_becomes_a_path(three_units: Path, tmp_path: Path) -> None:
    consolidate([three_units], None, options=Options(parquet=tmp_path / "库"))
    assert {path.name for path in tmp_path.iterdir()} == {"库", "报送"}
    assert {path.name for path in (tmp_path / "库").iterdir()} == {
        OURS,
        "projects",
        "indicators",
        "units",
        "findings",
    }


def test_a_full_sheet_is_told_with_the_way_out(three_units: Path, tmp_path: Path) -> None:
    result = consolidate(
        [three_units], tmp_path / "a.xlsx", options=Options(summary=SummaryOptions(max_rows=8))
    )
    assert any(
        "“项目汇总”超过一个工作表的行数，分为3个工作表" in note and "--parquet" in note
        for note in result.notes
    )


def test_what_would_fail_at_the_end_is_refused_before_a_file_is_read(three_units: Path, tmp_path: Path) -> None:
    occupied = tmp_path / "库"
    occupied.mkdir()
    (occupied / "别人的.txt").write_text("x", "utf-8")
    seen: list[object] = []
    with pytest.raises(Error, match="换一个空文件夹"):
        consolidate([three_units], tmp_path / "a.xlsx", options=Options(parquet=occupied), progress=seen.append)
    assert not seen and not (tmp_path / "a.xlsx").exists()
