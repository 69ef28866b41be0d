"""Group R: what goes wrong while a workbook is read. The findings come from the reader; these are their pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from xltargets.rules.registry import ERROR, HINT, Hit, rule


def _from_the_reader() -> Iterator[Hit]:
    return iter(())


def _page(id: str, severity, text: str) -> None:  # type: ignore[no-untyped-def]
    def told_by_the_reader() -> Iterator[Hit]:
        return _from_the_reader()

    told_by_the_reader.__doc__ = text
    rule(id, severity, basis="I", each="document")(told_by_the_reader)


_page("R01", ERROR, """单元格是错误值

    单元格显示 #REF!、#DIV/0!、#N/A 等错误，没有可用的内容，需要这一项的规则都不运行。
    改法：把公式改对，或直接填写正确的内容。
    """)
_page("R02", ERROR, """公式没有计算结果

    保存文件的程序没有计算公式，单元格里只有公式没有结果，不能当作空白。
    改法：用 Excel 或 WPS 打开文件，保存一次，再重新检查。
    """)
_page("R03", ERROR, """内容不是要求的类型

    应填数字、整数或日期的单元格里是别的内容，或超出规定的范围（如年度不在 2000 至 2099 之间）；金额由 F10 检查。内容照原样保留，需要这一项的规则都不运行。
    改法：按提示填写数字或日期，不要加文字说明。
    """)
_page("R05", ERROR, """填写的行在表格之外

    在表格最后一行下方（或表头与第一行之间）填写的内容不在名称范围内，没有被读取。
    改法：在表格中间插入行后填写，或移到表格内的空行。
    """)
_page("R06", ERROR, """名称已失效

    单元格的名称变成了 #REF!，或指向别的工作表、别的文件，通常是删除或剪切单元格造成的。
    改法：用 xltargets repair 修复，或把内容移到完好的工作表中。
    """)
_page("R07", ERROR, """名称丢失

    官方模板应有的名称在这份文件里找不到，这一项没有被读取。
    改法：用 xltargets repair 修复。
    """)
_page("R08", ERROR, """工作表没有名称

    工作表上有绩效目标表的栏目，但单元格没有名称（通常是只复制了单元格而不是整张工作表），没有被读取。
    改法：右键复制模板的项目表，把内容填进去；或用 xltargets repair 修复。
    """)
_page("R09", ERROR, """内容不符合表单定义

    文件的内容与 JSON Schema 的定义不一致，例如多出了没有定义的字段。
    改法：按模板填写；若是自有表单，核对其 JSON Schema。
    """)
_page("R10", HINT, """豁免不完整或没有对应的问题

    豁免表的一行要有规则编号、豁免理由和批准人；针对项目的还要有项目编码（部门整体部分的问题不填）。完整的豁免使相应的问题
    列为已豁免，不再计入，但不会消失。写错、缺项，或者对应的问题已经没有了的，在这里提示。内容没有读到的问题（R 组）不能豁免。
    改法：补全或改正这一行；问题已改正的，删除这一行。
    """)


@rule(
    "R04",
    HINT,
    basis="I",
    each="document",
    inputs=["@raw"],
    bad={"projects.0.budget.total": "30.00"},
    good={"projects.0.budget.total": 30},
)
def numbers_are_numbers(raw: dict[str, object]) -> Iterator[Hit]:
    """数字存成了文本

    单元格里是文本形式的数字，已按数字处理，但 Excel 的求和会漏掉它。百分比写成文本由 F15 检查。
    改法：选中单元格，点左上角的提示选“转换为数字”。
    """
    for path, typed in raw.items():
        if isinstance(typed, str) and typed.strip() and "%" not in typed and "％" not in typed and typed[0] != "#":
            yield path, f"数字存成了文本“{typed.strip()}”，已按数字处理，请转换为数字"


@rule(
    "R11",
    HINT,
    basis="I",
    each="document",
    needs=["projects"],
    follows=["R06", "R07", "R08"],
    bad={"projects": []},
    good={"projects.0.name": "信访事项办理经费"},
)
def there_are_projects(projects: list[Any]) -> Iterator[Hit]:
    """没有填写任何项目

    整份申报表没有一个项目。确实只有基本支出的单位不必理会；项目表填在别的文件里，或不是在模板的项目表上填写的，项目没有被读取。
    改法：把项目填在模板的项目表上；本单位没有项目支出的，不需要修改。
    """
    if not projects:
        yield "projects", "没有填写任何项目，请核对项目表是否填在本文件中；本单位没有项目支出的，不需要修改"
