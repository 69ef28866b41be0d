"""LibreOffice for pictures and tests: a process of our own, reached through UNO.

Debian keeps the module ``uno`` beside the system's Python, and for its version: run what needs it with that Python.
"""

from __future__ import annotations

import builtins
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType
from typing import Any, Self

DIST_PACKAGES = "/usr/lib/python3/dist-packages"
EXCEL = "Calc MS Excel 2007 XML"


def import_uno() -> ModuleType:
    """The ``uno`` module.

    It replaces ``__import__``; that is undone, so that no other test meets it.

    Raises:
        ImportError: where LibreOffice's bridge is not there, or is of another version of Python.
    """
    before, path = builtins.__import__, list(sys.path)
    sys.path.append(DIST_PACKAGES)
    try:
        import uno
    finally:
        builtins.__import__ = before
        sys.path[:] = path
    module: ModuleType = uno
    return module


class Office:
    """A running LibreOffice and its desktop; ends with the ``with`` that it is in.

    Args:
        profile: an absolute path; where it keeps its settings, apart from those of the user.
        settings: what ``registrymodifications.xcu`` shall say, for a profile that is not there yet.
    """

    def __init__(self, profile: Path, settings: str | None = None) -> None:
        self.uno = import_uno()
        pipe = f"xltargets-{time.time_ns()}"
        if settings is not None:
            (profile / "user").mkdir(parents=True)
            (profile / "user" / "registrymodifications.xcu").write_text(settings, "utf-8")
        self._process = subprocess.Popen(
            ["soffice", f"-env:UserInstallation=file://{profile}", "--headless", "--norestore", "--nologo",
             f"--accept=pipe,name={pipe};urp;"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        self.context = self._connect(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        self.desktop = self.create("com.sun.star.frame.Desktop")

    def _connect(self, url: str) -> Any:
        local = self.uno.getComponentContext()
        resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
        refused = self.uno.getClass("com.sun.star.connection.NoConnectException")
        for _ in range(600):
            try:
                return resolver.resolve(url)
            except refused:
                time.sleep(0.1)
        self._process.kill()
        raise RuntimeError("LibreOffice did not answer")

    def create(self, service: str) -> Any:
        """A service of the office."""
        return self.context.ServiceManager.createInstanceWithContext(service, self.context)

    def struct(self, name: str, *values: object) -> Any:
        """A UNO structure."""
        return self.uno.createUnoStruct(name, *values)

    def property(self, name: str, value: object) -> Any:
        """A property of loading or storing."""
        return self.struct("com.sun.star.beans.PropertyValue", name, 0, value, 0)

    def open(self, path: Path, *, macros: bool = False) -> Any:
        """Open a workbook, with its macros if wanted; its window is not shown."""
        properties = (
            self.property("Hidden", not macros),
            self.property("MacroExecutionMode", 4 if macros else 0),
        )
        document = self.desktop.loadComponentFromURL(path.resolve().as_uri(), "_blank", 0, properties)
        if document is None:
            raise RuntimeError(f"LibreOffice does not open {path.name}")
        return document

    def save(self, document: Any, path: Path, kind: str = EXCEL) -> None:
        """Save a copy, of the kind that one of LibreOffice's filters makes."""
        document.storeToURL(path.resolve().as_uri(), (self.property("FilterName", kind),))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process that we started."""
        disposed = self.uno.getClass("com.sun.star.lang.DisposedException")
        try:
            self.desktop.terminate()
        except disposed:
            pass  # it goes while it answers
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
