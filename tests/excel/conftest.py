"""What the tests of this folder share: workbooks, and what LibreOffice works out of them."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

#: A CSV file for each sheet, in UTF-8, with what the cells show.
EACH_SHEET = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"


@pytest.fixture
def calculated(soffice: Callable[..., list[Path]], tmp_path: Path) -> Callable[[Path, str], list[str]]:
    """The rows of a sheet as LibreOffice works them out: ``calculated(workbook, sheet)``."""

    def rows(workbook: Path, sheet: str) -> list[str]:
        target = tmp_path / "csv" / f"{workbook.stem}-{sheet}.csv"
        if not target.exists():
            soffice(EACH_SHEET, target.parent, workbook)
        return target.read_text("utf-8").splitlines()

    return rows
