"""Pages as sites and word processors make them, whatever the file is called."""

from __future__ import annotations

import quopri
from pathlib import Path

import pytest

from xltargets.disclosure import import_disclosure
from xltargets.disclosure.interpret import Imported
from xltargets.errors import Error

TABLE = (
    "<table><tr><td>项目名称</td><td>修路</td></tr></table>\n"
    "<table><tr><td>一级指标</td><td>二级指标</td><td>三级指标</td><td>指标值</td></tr>"
    "<tr><td rowspan=2>产出指标</td><td>数量指标</td><td>里程</td><td>3公里</td></tr>"
    "<tr><td>质量指标</td><td>合格率</td><td>95%</td></tr></table>"
)
ARCHIVE = (
    'From: <Saved>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="==b"\r\n\r\n--==b\r\n'
    "Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n{}\r\n--==b--\r\n"
)


def read(folder: Path, body: str | bytes, name: str = "x.html") -> Imported:
    (folder / name).write_bytes(body if isinstance(body, bytes) else f"<html><body>{body}</body></html>".encode())
    return import_disclosure(folder / name)


def goal(folder: Path, html: str) -> str:
    text: str = read(folder, f"<p>一、总体绩效目标</p>{html}").documents[0]["department"]["overall_target"]
    return text


@pytest.mark.parametrize(
    "data",
    [
        f'<?xml version="1.0"?>\n<html><body>{TABLE}'.encode(),
        f"<!-- 存自网页 -->\n<HTML><body>{TABLE}".encode(),
        f"<html><body>{TABLE}".encode("utf-16"),
        TABLE.encode("gb18030"),
        ARCHIVE.format(quopri.encodestring(f"<html><body>{TABLE}".encode()).decode()).encode(),
    ],
    ids=["prologue", "comment", "utf-16", "fragment", "archive"],
)
@pytest.mark.parametrize("name", ["x.doc", "x.mht", "x.txt"])
def test_a_page_is_known_by_what_is_in_it(tmp_path: Path, data: bytes, name: str) -> None:
    imported = read(tmp_path, data, name)
    (project,) = imported.documents[0]["projects"]
    assert project["name"] == "修路"
    assert [item["level1"] for item in project["indicators"]] == ["产出指标", "产出指标"]
    assert (imported.leftovers, imported.counted) == ([], "行")


def test_an_archive_without_a_page_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(Error, match="另存为"):
        read(tmp_path, ARCHIVE.replace("text/html", "text/plain").encode(), "x.mht")


def test_a_page_in_utf8_that_says_it_is_in_gbk_is_read(tmp_path: Path) -> None:
    assert goal(tmp_path, '<meta charset="gb2312"><p>修路</p>') == "修路"


def test_lines_of_the_source_are_no_lines_of_the_text(tmp_path: Path) -> None:
    assert goal(tmp_path, "<div>修好\n路，<br>种好树。<p>完</p></div>") == "修好 路，\n种好树。\n完"


def test_plain_text_in_a_page_keeps_its_lines(tmp_path: Path) -> None:
    imported = read(tmp_path, "<p>甲</p>\n<pre>\n一、总体绩效目标\n修路。\n第二部分\n其他\n</pre>")
    assert imported.documents[0]["department"]["overall_target"] == "修路。"
    assert imported.leftovers == [(1, "甲"), (5, "其他")]


def test_numbers_of_lists_belong_to_the_text(tmp_path: Path) -> None:
    text = '<ol start="3"><li>修路</li><li>种树</li></ol><ol style="list-style: none"><li>甲</li></ol><ul><li>乙</li></ul>'
    assert goal(tmp_path, text) == "3.修路\n4.种树\n甲\n乙"


def test_what_a_browser_does_not_show_is_not_read(tmp_path: Path) -> None:
    assert goal(tmp_path, '<p>修路<span style="DISPLAY: none">暗</span><i hidden>暗</i></p><p style="mso-hide:all">暗</p>') == "修路"


def test_a_merged_cell_may_reach_down_to_the_end(tmp_path: Path) -> None:
    (project,) = read(tmp_path, TABLE.replace("rowspan=2", "rowspan=0")).documents[0]["projects"]
    assert [item["level1"] for item in project["indicators"]] == ["产出指标", "产出指标"]


def test_rows_and_cells_within_a_form_are_read_and_texts_beside_cells_are_left_over(tmp_path: Path) -> None:
    imported = read(tmp_path, "<table>散字<form><tr><form><td>项目名称</td></form><td>修路</td></tr></form></table>")
    assert imported.documents[0]["projects"][0]["name"] == "修路"
    assert [leftover.text for leftover in imported.leftovers] == ["散字"]


def test_pictures_and_frames_are_told(tmp_path: Path) -> None:
    imported = read(tmp_path, f'<img src="a.png">\n{TABLE}<iframe src="b.pdf"></iframe><p hidden><img src="c.png"></p>')
    assert imported.remarks == ["第 1、3 行有图片或嵌入的内容，里面的文字读不到，没有导入；请对照原文，需要的请补填"]


@pytest.mark.parametrize("tag", ["div", "span", "table><tr><td"])
def test_elements_without_end_within_each_other_are_refused(tmp_path: Path, tag: str) -> None:
    with pytest.raises(Error, match="套得太深"):
        read(tmp_path, f"<{tag}>" * 3000 + TABLE)
