"""A LibreOffice that stays open, as an engine of xlwings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import xlwings

from scripts.libreoffice import Office, import_uno
from tests.live.engine import App, register

#: org.openoffice.Office.Calc: have a workbook's VBA loaded and run; who writes notes.
SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Office.Calc/Filter/Import/VBA"><prop oor:name="Load"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Calc/Filter/Import/VBA"><prop oor:name="Executable"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Calc/Filter/Import/VBA"><prop oor:name="Save"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="MacroSecurityLevel"><value>0</value></prop></item>
<item oor:path="/org.openoffice.UserProfile/Data"><prop oor:name="givenname"><value>填报人</value></prop></item>
</oor:items>
"""


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """LibreOffice, with macros allowed."""
    try:
        import_uno()
    except ImportError:
        pytest.skip("python3-uno is not there for this Python")
    with Office(tmp_path_factory.mktemp("office") / "profile", SETTINGS) as running:
        yield running


@pytest.fixture(scope="session")
def engine(office: Office) -> xlwings.Engine:
    """LibreOffice as the active engine of xlwings."""
    return register(office)


@pytest.fixture
def app(engine: xlwings.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[App]:
    """The application, with nothing asked, said or open."""
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "appdata"))
    monkeypatch.setattr("sys.argv", ["python"])
    app: App = engine.impl.app
    app._asked.clear()
    app._said.clear()
    app._bars.clear()
    app._answer, app._on_ask = "ok", None
    yield app
    app._on_ask = None
    for book in app._office.desktop and app.books._all():
        book._document.close(True)


@pytest.fixture
def opened(app: App) -> Callable[[Path], xlwings.Book]:
    """Open a workbook in LibreOffice."""
    return lambda path: xlwings.books.open(str(path))
