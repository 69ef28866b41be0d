"""The letter that goes back with a workbook: one page of HTML, which any computer prints, listing what to mend."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from xltargets.consolidate.inbox.onefile import does_count
from xltargets.rules.finding import Finding, Severity

NAME = "修改意见.html"
#: A page holds so many; the notes in the cells have them all.
MOST_LISTED = 15
_WIDTHS = (6, 17, 14, 54, 9)

_PAGE = """<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title>
<style>
@page {{ size: A4; margin: 16mm 18mm; }}
body {{ font-family: "仿宋", "FangSong", "Noto Serif CJK SC", serif; font-size: 12pt; max-width: 180mm;
  margin: 0 auto; color: #000; }}
h1 {{ font-family: "方正小标宋简体", "宋体", "SimSun", serif; font-size: 20pt; text-align: center; font-weight: normal; }}
p {{ text-indent: 2em; margin: .4em 0; line-height: 1.7; }}
p.to {{ text-indent: 0; }}
table {{ border-collapse: collapse; width: 100%; table-layout: fixed; font-size: 9.5pt; line-height: 1.35;
  overflow-wrap: anywhere; margin: .6em 0; }}
th, td {{ border: 1px solid #444; padding: 3px 6px; text-align: left; vertical-align: top; line-height: 1.35; }}
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


class Matter(NamedTuple):
    """What a letter is about.

    Attributes:
        unit: who it goes to.
        file: the name of the file.
        passed: whether it need not be handed in again.
        annotated: whether the findings stand in its cells too; otherwise the letter lists them all.
        unreadable: why the file could not be read, if so.
        newer: the file that is taken in its stead, if so.
    """

    unit: str
    file: str
    passed: bool = False
    annotated: bool = True
    unreadable: str = ""
    newer: str = ""

    @property
    def title(self) -> str:
        """What stands above the letter."""
        return "绩效目标申报表审核意见" if self.passed or self.newer else "绩效目标申报表修改意见"


def letter(matter: Matter, findings: Sequence[Finding] = ()) -> str:
    """The letter on one file and its findings, which come in document order."""
    open_ones = [finding for finding in findings if does_count(finding)]
    listed = [finding for severity in Severity for finding in open_ones if finding.severity is severity]
    body = f"<p>你单位报送的“{escape(matter.file)}”{escape(_said(matter, open_ones))}</p>\n{_table(listed, matter.annotated)}"
    return _PAGE.format(title=matter.title, to=escape(matter.unit or "报送单位"), body=body)


def _said(matter: Matter, findings: Sequence[Finding]) -> str:
    """What became of the file, and what to do."""
    if matter.newer:
        return f"已由后来报送的“{matter.newer}”代替，没有采用，不需要修改。应当以这一份为准的，请打开保存一次，再报送。"
    if matter.unreadable:
        return f"无法读取：{matter.unreadable}。请按此处理后重新报送。"
    counts = "、".join(
        f"{severity.label}{sum(finding.severity is severity for finding in findings)}条" for severity in Severity
    )
    if matter.passed:
        return f"已通过审核（{counts}），不需要重新报送；下列意见供完善时参考。"
    if not matter.annotated:
        return f"经审核发现{counts}。请逐条修改“错误”，核实“警告”，参考“提示”，改好后重新报送。"
    return (
        f"经审核发现{counts}。各条问题已用批注写在退回的工作簿的相应单元格中，"
        "请逐条修改“错误”，核实“警告”，参考“提示”，改好后重新报送（批注不必删除）。"
    )


def _table(findings: Sequence[Finding], annotated: bool) -> str:
    """The worst of them, as many as a page holds; all where the letter alone has them."""
    if not findings:
        return ""
    most = MOST_LISTED if annotated else len(findings)
    rows = "\n".join(_row(number, finding) for number, finding in enumerate(findings[:most], 1))
    more = len(findings) - most
    rest = f"<p>其余{more}条见工作簿中的批注。</p>" if more > 0 else ""
    columns = "".join(f'<col style="width:{width}%">' for width in _WIDTHS)
    heads = "".join(f"<th>{head}</th>" for head in ("序号", "位置", "填报内容", "问题及改法", "级别"))
    return f'<table width="100%" border="1" cellspacing="0" cellpadding="3"><colgroup>{columns}</colgroup><tr>{heads}</tr>\n{rows}\n</table>\n{rest}'


def _row(number: int, finding: Finding) -> str:
    place = "!".join(part for part in (finding.sheet, finding.cell) if part) or _place(finding.pointer)
    cells = (place, finding.field, f"{finding.message}（{finding.rule}）", finding.severity.label)
    return (
        f'<tr><td class="n">{number}</td>' + "".join(f"<td>{escape(text)}</td>" for text in cells) + "</tr>"
    )


def _place(pointer: str) -> str:
    """Where something stands that has no cell."""
    parts = pointer.split("/")
    return f"第{int(parts[2]) + 1}个项目" if parts[1:2] == ["projects"] and parts[2:3] and parts[2].isdecimal() else "整份"
