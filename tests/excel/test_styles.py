"""Number formats that say what a value means."""

from __future__ import annotations

from datetime import date

import pytest

from xltargets.excel.styles import number_formats, shown_date


@pytest.mark.parametrize(
    ("built_in", "shown"),
    [(14, "2024年12月5日"), (17, "2024年12月"), (31, "2024年12月5日"), (57, "2024年12月"), (58, "12月5日"), (16, "12月5日")],
)
def test_a_built_in_format_of_chinese_excel_shows_its_part_of_a_date(built_in: int, shown: str) -> None:
    """Excel gives 2024年12月 the format 57 and 12月5日 the format 58 as they are typed; neither is written in the file."""
    styles = f'<styleSheet><cellXfs><xf numFmtId="{built_in}"/></cellXfs></styleSheet>'.encode()
    assert shown_date(date(2024, 12, 5), number_formats(styles)[0]) == shown
