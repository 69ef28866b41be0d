"""A LibreOffice that stays open, as an engine of xlwings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import xlwings

from tests.live.engine import App, register
from tests.live.office import Office, import_uno


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """LibreOffice, with macros allowed."""
    try:
        import_uno()
    except ImportError:
        pytest.skip("python3-uno is not there for this Python")
    running = Office(tmp_path_factory.mktemp("office"))
    yield running
    running.close()


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
