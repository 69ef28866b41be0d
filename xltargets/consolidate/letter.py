"""The letter that goes back with a workbook: one page of HTML, which any computer prints, listing what to mend."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from xltargets.consolidate.onefile import does_count
from xltargets.rules.finding import Finding, Severity

NAME = "修改意见.html"
#: More findings than this of one severity are not listed one by one: the notes in the cells have them all.
MOST_LISTED = 60

_PAGE = """<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title>
<style>
@page {{ size: A4; margin: 20mm 18mm; }}
body {{ font-family: "仿宋", "FangSong", "Noto Serif CJK SC", serif; font-size: 12pt; line-height: 1.7; max-width: 180mm;
  margin: 10mm auto; color: #000; }}
h1 {{ font-family: "方正小标宋简体", "宋体", "SimSun", serif; font-size: 20pt; text-align: center; font-weight: normal; }}
p {{ text-indent: 2em; margin: .4em 0; }}
p.to {{ text-indent: 0; }}
table {{ border-collapse: collapse; width: 100%; font-size: 10.5pt; line-height: 1.4; margin: .6em 0; }}
th, td {{ border: 1px solid #444; padding: 3px 6px; text-align: left; vertical-align: top; }}
th {{ background: #eee; text-align: center; }}
td.n {{ text-align: center; white-space: nowrap; }}
tr {{ page-break-inside: avoid; }}
</style>
</head>
<body>
<h1>{title}</h1>
<p class="to">{to}：</p>
{body}
</body>
</html>
"""


def letter(unit: str, file: str, findings: Sequence[Finding], passed: bool, unreadable: str = "") -> str:
    """The letter on one file.

    Args:
        unit: who it goes to.
        file: the name of the file.
        findings: of the file, in document order.
        passed: whether it need not be handed in again.
        unreadable: why the file could not be read, if so.
    """
    title = "绩效目标申报表审核意见" if passed else "绩效目标申报表修改意见"
    open_ones = [finding for finding in findings if does_count(finding)]
    counts = "、".join(
        f"{severity.label}{sum(finding.severity is severity for finding in open_ones)}条"
        for severity in Severity
    )
    if unreadable:
        body = f"<p>你单位报送的“{escape(file)}”无法读取：{escape(unreadable)}。请按此处理后重新报送。</p>"
    elif passed:
        body = f"<p>你单位报送的“{escape(file)}”已通过审核（{counts}），不需要重新报送；下列意见供完善时参考。</p>"
    else:
        body = (
            f"<p>你单位报送的“{escape(file)}”经审核发现{counts}。各条问题已用批注写在退回的工作簿的相应单元格中，"
            "请逐条修改“错误”，核实“警告”，参考“提示”，改好后重新报送（批注不必删除）。</p>"
        )
    tables = [
        _table(severity, [one for one in open_ones if one.severity is severity]) for severity in Severity
    ]
    return _PAGE.format(
        title=title, to=escape(unit or "报送单位"), body="\n".join([body, *filter(None, tables)])
    )


def _table(severity: Severity, findings: Sequence[Finding]) -> str:
    if not findings:
        return ""
    rows = "\n".join(_row(number, finding) for number, finding in enumerate(findings[:MOST_LISTED], 1))
    more = len(findings) - MOST_LISTED
    rest = f"<p>其余{more}条见工作簿中的批注。</p>" if more > 0 else ""
    heads = "".join(f"<th>{head}</th>" for head in ("序号", "位置", "填报内容", "问题及改法", "规则"))
    return f"<p>{severity.label}（{len(findings)}条）</p>\n<table><tr>{heads}</tr>\n{rows}\n</table>{rest}"


def _row(number: int, finding: Finding) -> str:
    place = "!".join(part for part in (finding.sheet, finding.cell) if part) or "整份"
    cells = (place, finding.field, finding.message, finding.rule)
    return (
        f'<tr><td class="n">{number}</td>' + "".join(f"<td>{escape(text)}</td>" for text in cells) + "</tr>"
    )
