"""The summary workbook as an independent reader sees it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import openpyxl
import pytest
from openpyxl.utils.escape import unescape
from openpyxl.worksheet.worksheet import Worksheet

from xltargets.consolidate import Choice, Options, Result, SummaryOptions, consolidate, tables
from xltargets.errors import Error
from xltargets.rules.config import load_config
from xltargets.submission.form import Form
from xltargets.submission.read import read
from xltargets.submission.repair import repair


def sheet_of(path: Path, title: str, values: bool = True) -> Worksheet:
    return openpyxl.load_workbook(path, data_only=values)[title]


def rows_of(sheet: Worksheet) -> list[dict[str, Any]]:
    """The rows below the line of labels, by label."""
    lines = list(sheet.iter_rows(values_only=True))
    top = next(number for number, line in enumerate(lines) if line[0] == "序号")
    return [dict(zip(lines[top], line, strict=True)) for line in lines[top + 1 :]]


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "汇总.xlsx"


@pytest.fixture
def two_units(hand_in: Callable[..., Path], document: Any, inbox: Path) -> Path:
    hand_in("286002 乙.xlsx", document("286002", ("0.1", "0.2", "7")))
    hand_in("286001 甲.xlsx", document("286001", ("30.1",)))
    return inbox


class TestProjects:
    def test_each_project_has_a_row_and_each_unit_a_subtotal(self, two_units: Path, target: Path) -> None:
        consolidate([two_units], target)
        rows = rows_of(sheet_of(target, "项目汇总"))
        assert [(row["序号"], row["单位编码"], row["预算数"]) for row in rows] == [
            (1, "286001", 30.1), ("小计", "286001", 30.1), (2, "286002", 0.1), (3, "286002", 0.2), (4, "286002", 7),
            ("小计", "286002", 7.3), ("合计", None, 37.4),
        ]  # fmt: skip

    def test_sums_are_formulas_over_the_rows_above(self, two_units: Path, target: Path) -> None:
        consolidate([two_units], target)
        rows = rows_of(sheet_of(target, "项目汇总", values=False))
        column = next(iter(rows[1]["预算数"].split("!")[1]))
        sums = [row["预算数"] for row in rows if row["序号"] in ("小计", "合计")]
        assert sums == [
            f"=SUBTOTAL(9,'项目汇总'!{column}{first}:{column}{last})"
            for first, last in ((5, 5), (7, 9), (5, 10))
        ]

    def test_totals_are_exact_decimals(self, two_units: Path, target: Path) -> None:
        assert consolidate([two_units], target).totals.money["projects.budget.total"] == Decimal("37.4")

    def test_numbers_are_numbers_with_formats(self, two_units: Path, target: Path) -> None:
        consolidate([two_units], target)
        sheet = sheet_of(target, "项目汇总")
        labels = {cell.value: cell.column for cell in sheet[4]}
        money = sheet.cell(5, labels["预算数"])
        code = sheet.cell(5, labels["项目编码"])
        assert (money.data_type, money.number_format) == ("n", "#,##0.00")
        assert (code.data_type, code.number_format) == ("s", "@")

    def test_amounts_stand_in_the_file_as_they_were_typed(
        self, hand_in: Callable[..., Path], document: Any, inbox: Path, target: Path
    ) -> None:
        hand_in("286001.json", document("286001", ("9.95", "0.07", "123456789012.34")))
        consolidate([inbox], target)
        with ZipFile(target) as archive:
            text = archive.read("xl/worksheets/sheet2.xml").decode()
        assert all(
            f"<v>{amount}</v>" in text for amount in ("9.95", "0.07", "123456789012.34", "123456789022.36")
        )

    def test_an_amount_that_excel_would_round_stays_text_and_out_of_the_sum(
        self, hand_in: Callable[..., Path], document: Any, inbox: Path, target: Path
    ) -> None:
        hand_in("286001.json", document("286001", ("1", "1234567890123456.78")))
        consolidate([inbox], target)
        rows = rows_of(sheet_of(target, "项目汇总"))
        assert [row["预算数"] for row in rows] == [1, "1234567890123456.78", 1, 1]

    def test_the_sheet_is_ready_to_print_and_to_filter(self, two_units: Path, target: Path) -> None:
        consolidate([two_units], target)
        sheet = sheet_of(target, "项目汇总")
        assert sheet.page_setup.orientation == "landscape" and sheet.page_setup.paperSize == 9
        assert sheet.sheet_properties.pageSetUpPr.fitToPage and sheet.page_setup.fitToHeight == 0
        assert sheet.print_title_rows == "$3:$4"
        assert sheet.freeze_panes == "D5"
        last = openpyxl.utils.get_column_letter(sheet.max_column)
        assert sheet.auto_filter.ref == f"A4:{last}10"  # the grand total in row 11 is not filtered away

    def test_columns_are_as_wide_as_their_text(self, two_units: Path, target: Path) -> None:
        consolidate([two_units], target)
        sheet = sheet_of(target, "项目汇总")
        widths = {cell.value: sheet.column_dimensions[cell.column_letter].width for cell in sheet[4]}
        assert (
            widths["项目编码"] > 21 and widths["单位名称"] >= len("第286001局") + 3 and widths["3月底"] < 10
        )


class TestColumns:
    def test_a_field_added_to_the_schema_has_a_column(
        self, schema: dict[str, Any], hand_in: Callable[..., Path], document: Any, inbox: Path, target: Path
    ) -> None:
        project = schema["properties"]["projects"]["items"]["properties"]
        project["village"] = {"title": "所在村", "$ref": "#/$defs/text"}
        project["subsidy"] = {"title": "补助金额", "$ref": "#/$defs/money"}
        content = document("286001", ("30",))
        content["projects"][0] |= {"village": "石门村", "subsidy": Decimal("1.50")}
        hand_in("286001.json", content)
        consolidate([inbox], target, form=Form(schema))
        rows = rows_of(sheet_of(target, "项目汇总"))
        assert [(row["所在村"], row["补助金额"]) for row in rows] == [
            ("石门村", 1.5),
            (None, 1.5),
            (None, 1.5),
        ]

    def test_a_field_of_other_forms_has_one_only_where_it_is_used(
        self, hand_in: Callable[..., Path], document: Any, inbox: Path, target: Path
    ) -> None:
        hand_in("286001.json", document("286001"))
        consolidate([inbox], target)
        assert "项目类别" not in rows_of(sheet_of(target, "项目汇总"))[0]
        content = document("286002")
        content["projects"][0]["kind"] = "特定目标类"
        hand_in("286002.json", content)
        consolidate([inbox], target)
        assert rows_of(sheet_of(target, "项目汇总"))[3]["项目类别"] == "特定目标类"

    def test_a_bureau_chooses_sheets_columns_and_labels(self, two_units: Path, target: Path) -> None:
        choice = Choice(
            sheets=("项目汇总",), columns={"项目汇总": ("单位名称", "projects.name", "预算（万元）")},
            labels={"projects.budget.total": "预算（万元）"},
        )  # fmt: skip
        consolidate([two_units], target, options=Options(summary=SummaryOptions(choice=choice)))
        book = openpyxl.load_workbook(target, data_only=True)
        assert book.sheetnames == ["项目汇总"]
        assert [cell.value for cell in book["项目汇总"][4]] == ["单位名称", "项目名称", "预算（万元）"]
        assert book["项目汇总"]["C11"].value == 37.4

    def test_it_may_choose_them_in_its_settings(self, two_units: Path, target: Path) -> None:
        (two_units / "xltargets.toml").write_text(
            '[summary]\nsheets = ["项目汇总", "报送情况"]\n'
            'columns."项目汇总" = ["项目名称", "项目类别", "预算数", "错误"]\nlabels."预算数" = "批复数"\n', "utf-8",
        )  # fmt: skip
        consolidate([two_units], target, config=load_config(start=two_units))
        book = openpyxl.load_workbook(target, data_only=True)
        assert book.sheetnames == ["项目汇总", "报送情况"]
        assert [cell.value for cell in book["项目汇总"][4]] == ["项目名称", "项目类别", "批复数", "错误"]
        assert [cell.value for cell in book["项目汇总"][6]] == ["小计", None, 30.1, None], "which nobody could tell from a project otherwise"

    @pytest.mark.parametrize(
        ("chosen", "said"),
        [
            ('sheets = ["项目汇总表"]', "汇总表没有叫做“项目汇总表”的表，是不是“项目汇总”？"),
            ('columns."项目总汇" = ["项目名称"]', "汇总表没有叫做“项目总汇”的可以选列的表，是不是“项目汇总”？"),
            ('columns."报送情况" = ["说明"]', "汇总表没有叫做“报送情况”的可以选列的表"),
            ('columns."项目汇总" = ["项目"]', "“项目汇总”没有叫做“项目”的列；可用的列：序号、"),
            ('labels."预算总数" = "批复数"', "汇总表没有叫做“预算总数”的列，是不是“预算数”？"),
        ],
    )
    def test_a_wrong_choice_is_refused_before_a_file_is_read(
        self, chosen: str, said: str, two_units: Path, target: Path
    ) -> None:
        settings = two_units / "xltargets.toml"
        settings.write_text(f"[summary]\n{chosen}\n", "utf-8")
        with pytest.raises(Error) as refused:
            consolidate([two_units], target, config=load_config(start=two_units), progress=pytest.fail)  # type: ignore[arg-type]
        assert said in refused.value.message and refused.value.file == settings.as_posix()

    def test_one_column_is_enough(self, two_units: Path, target: Path) -> None:
        choice = Choice(
            columns={"项目汇总": ("预算数",), "问题清单": ("规则",), "单位汇总": ("单位名称",), "指标明细": ("三级指标",)}
        )
        consolidate([two_units], target, options=Options(summary=SummaryOptions(choice=choice)))
        sheet = sheet_of(target, "项目汇总")
        assert [row[0].value for row in sheet.iter_rows(min_row=5)] == [30.1, 30.1, 0.1, 0.2, 7, 7.3, 37.4]
        for title, least in (("单位汇总", 3), ("指标明细", 4), ("问题清单", 4)):
            lines = [*sheet_of(target, title).iter_rows(min_row=4, values_only=True)]
            assert len(lines) >= least and all(len(line) == 1 and line[0] for line in lines), title

    def test_a_column_that_is_not_there_is_refused_by_name(self, two_units: Path, target: Path) -> None:
        choice = Choice(columns={"项目汇总": ("预算金额",)})
        with pytest.raises(Error, match="“项目汇总”没有叫做“预算金额”的列；可用的列：序号、单位编码"):
            consolidate([two_units], target, options=Options(summary=SummaryOptions(choice=choice)))
        assert not target.exists()


class TestText:
    @pytest.mark.parametrize(
        "text",
        [
            "=1+1",
            "+1",
            "-1",
            "@SUM(A1)",
            "http://a.example/x",
            "{=1}",
            "<r><t>x</t></r>",
            "_x0041_",
            "a\x01b",
        ],
    )
    def test_text_is_never_a_formula_a_link_or_markup(
        self, text: str, hand_in: Callable[..., Path], document: Any, inbox: Path, target: Path
    ) -> None:
        hand_in("286001.json", document("286001", ("1",), name=text))
        consolidate([inbox], target)
        cell = sheet_of(target, "项目汇总", values=False)["C5"]
        assert cell.data_type == "s" and cell.hyperlink is None
        assert unescape(cell.value).rstrip(" ") == text

    def test_half_a_surrogate_pair_ends_nothing(
        self, hand_in: Callable[..., Path], document: Any, inbox: Path, target: Path
    ) -> None:
        path = hand_in("286001.json", document("286001", ("1",)))
        path.write_text(path.read_text("utf-8").replace("第286001局", "第\\ud83d局"), "utf-8")
        consolidate([inbox], target)
        assert sheet_of(target, "项目汇总")["C5"].value == "第?局"

    def test_a_text_longer_than_a_cell_takes_is_cut_and_says_so(
        self, hand_in: Callable[..., Path], document: Any, inbox: Path, target: Path
    ) -> None:
        content = document("286001", ("1",))
        content["projects"][0]["purpose"] = "用" * 40_000
        hand_in("286001.json", content)
        consolidate([inbox], target)
        found = rows_of(sheet_of(target, "项目汇总"))[0]["资金用途"]
        assert len(found) == 32_767 and found.endswith("（超过单元格字数上限，后文略）")


class TestFindings:
    def test_a_row_leads_to_the_file_and_to_the_cell(
        self, hand_in: Callable[..., Path], document: Any, inbox: Path, target: Path
    ) -> None:
        content = document("286001", ("30",))
        content["projects"][0]["budget"]["fiscal"] = Decimal(20)
        hand_in("局 #1/286001 100%.xlsx", content)
        consolidate([inbox], target)
        sheet = sheet_of(target, "问题清单")
        row = next(row for row in sheet.iter_rows() if any(cell.value == "M01" for cell in row))
        labels = [cell.value for cell in sheet[3]]
        cell = row[labels.index("单元格")]
        assert cell.hyperlink.target.replace("\\", "/") == "报送/局%20%231/286001%20100%25.xlsx"
        assert row[labels.index("文件")].value == "286001 100%.xlsx"
        assert cell.hyperlink.location == f"'项目1'!{cell.value}"
        assert row[labels.index("单位编码")].value == "286001"
        assert row[labels.index("项目名称")].value == "286001号项目0"
        assert "30.00" in row[labels.index("问题及改法")].value

    def test_links_beyond_what_excel_takes_are_formulas(
        self, two_units: Path, target: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("xltargets.consolidate.workbook.sheet.MAX_LINKS", 2)
        consolidate([two_units], target)
        sheet = sheet_of(target, "项目汇总", values=False)
        column = sheet.max_column
        assert [bool(sheet.cell(row, column).hyperlink) for row in (5, 7, 8, 9)] == [True, True, False, False]
        assert sheet.cell(8, column).value == '=HYPERLINK("报送/286002 乙.xlsx","286002 乙.xlsx")'

    def test_counts_by_unit_agree_with_the_list(self, two_units: Path, target: Path) -> None:
        result = consolidate([two_units], target)
        listed = rows_of(sheet_of(target, "问题清单"))
        for row in rows_of(sheet_of(target, "单位汇总"))[:-1]:
            own = [
                line["级别"] for line in listed if line["单位编码"] == row["单位编码"] and not line["备注"]
            ]
            assert [row[level] for level in ("错误", "警告", "提示")] == [
                own.count(level) for level in ("错误", "警告", "提示")
            ]
        counted = [line for line in listed if not line["备注"]]
        assert (
            result.totals.findings == len(listed) and len(counted) == sum(result.totals.counts.values()) > 0
        )


class TestUnits:
    def test_a_unit_s_sum_is_its_subtotal(self, two_units: Path, target: Path) -> None:
        consolidate([two_units], target)
        formulas = rows_of(sheet_of(target, "单位汇总", values=False))
        shown = rows_of(sheet_of(target, "单位汇总"))
        assert [row["预算数"].split("!")[0] for row in formulas[:2]] == ["='项目汇总'", "='项目汇总'"]
        assert [(row["序号"], row["项目个数"], row["预算数"]) for row in shown] == [
            (1, 1, 30.1), (2, 3, 7.3), ("合计", 4, 37.4),
        ]  # fmt: skip

    def test_long_texts_of_the_department_have_a_sheet_of_their_own(
        self, two_units: Path, target: Path
    ) -> None:
        consolidate([two_units], target)
        row = rows_of(sheet_of(target, "部门整体目标"))[0]
        assert row["总体绩效目标"] and "\n" in row["分项绩效目标"]

    def test_indicators_have_a_row_each(self, two_units: Path, target: Path, document: Any) -> None:
        consolidate([two_units], target)
        rows = rows_of(sheet_of(target, "指标明细"))
        own = document()["projects"][0]["indicators"]
        assert len(rows) == 4 * len(own)
        assert [row["三级指标"] for row in rows[: len(own)]] == [one["level3"] for one in own]


class TestPages:
    def test_a_full_sheet_goes_on_in_the_next_and_sums_span_both(self, two_units: Path, target: Path) -> None:
        consolidate([two_units], target, options=Options(summary=SummaryOptions(max_rows=8)))
        book = openpyxl.load_workbook(target, data_only=True)
        assert [name for name in book.sheetnames if name.startswith("项目汇总")] == [
            "项目汇总",
            "项目汇总（2）",
        ]
        first, second = rows_of(book["项目汇总"]), rows_of(book["项目汇总（2）"])
        assert [row["序号"] for row in (*first, *second)] == [1, "小计", 2, 3, 4, "小计", "合计"]
        assert second[-1]["预算数"] == 37.4
        formulas = rows_of(openpyxl.load_workbook(target)["项目汇总（2）"])
        column = formulas[-1]["预算数"].split("!")[1][0]
        assert (
            formulas[1]["预算数"]
            == f"=SUBTOTAL(9,'项目汇总'!{column}7:{column}8,'项目汇总（2）'!{column}5:{column}5)"
        )
        assert (
            formulas[2]["预算数"]
            == f"=SUBTOTAL(9,'项目汇总'!{column}5:{column}8,'项目汇总（2）'!{column}5:{column}6)"
        )


class TestFrames:
    def test_tables_are_those_of_the_workbook_without_the_sums(self, two_units: Path, target: Path) -> None:
        consolidate([two_units], target)
        frames = tables([two_units])
        assert set(frames) == {"项目汇总", "指标明细", "单位汇总", "部门整体目标", "问题清单"}
        projects = frames["项目汇总"]
        assert list(projects["预算数"]) == [Decimal("30.1"), Decimal("0.1"), Decimal("0.2"), Decimal(7)]
        assert list(projects["项目编码"])[0] == "13073024P286001000000"
        assert list(frames["单位汇总"]["预算数"]) == [Decimal("30.1"), Decimal("7.3")]
        assert len(frames["问题清单"]) == len(rows_of(sheet_of(target, "问题清单")))


class TestOverview:
    def test_a_row_is_as_high_as_the_name_of_its_rule(
        self, hand_in: Callable[..., Path], document: Any, inbox: Path, target: Path
    ) -> None:
        content = document("286001", ("1",))
        content["projects"][0]["purpose"] = " 两端有空白 "  # 文字首尾不得有空白，中间不得有制表符和连续空格
        hand_in("286001.json", content)
        consolidate([inbox], target)
        sheet = sheet_of(target, "总览")
        high = {row[0].value: sheet.row_dimensions[row[0].row].height for row in sheet.iter_rows()}
        long, short = (
            next(name for name in high if name and name.startswith(one)) for one in ("文字首尾", "合计")
        )
        assert high[long] == 31.5 and high[short] == 18


class TestTarget:
    def test_a_failure_leaves_what_was_there(self, two_units: Path, target: Path) -> None:
        target.write_bytes(b"before")
        (target.parent / "~$汇总.xlsx").write_bytes(b"")
        with pytest.raises(Error, match="正在 Excel 或 WPS 中打开"):
            consolidate([two_units], target)
        assert target.read_bytes() == b"before"

    def test_nothing_to_read_is_said_and_nothing_written(self, inbox: Path, target: Path) -> None:
        with pytest.raises(Error, match="没有找到申报表"):
            consolidate([inbox], target)
        assert not target.exists()

    def test_a_second_run_into_the_folder_it_reads_does_not_read_its_own_summaries(
        self, two_units: Path
    ) -> None:
        first = consolidate([two_units], two_units / "汇总.xlsx")
        second = consolidate([two_units], two_units / "汇总.xlsx")
        third = consolidate([two_units], two_units / "另一份.xlsx")
        assert _files(first) == _files(second) == _files(third) == (2, 0)


def _files(result: Result) -> tuple[int, int]:
    return result.totals.files, result.totals.unreadable


def test_a_summary_is_no_submission_and_is_said_to_be_one(inbox: Path, hand_in: Callable[..., Path], tmp_path: Path) -> None:
    hand_in("286001.json")
    consolidate([inbox], tmp_path / "汇总.xlsx")
    with pytest.raises(Error, match="这是 xltargets 写的汇总表"):
        read(tmp_path / "汇总.xlsx")
    with pytest.raises(Error, match="没有改动"):
        repair(tmp_path / "汇总.xlsx", tmp_path / "修复.xlsx")
    assert not (tmp_path / "修复.xlsx").exists()
