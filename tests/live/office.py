"""LibreOffice for tests: a process of our own, reached through UNO, whose module Debian keeps beside the system's Python."""

from __future__ import annotations

import builtins
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType
from typing import Any

DIST_PACKAGES = "/usr/lib/python3/dist-packages"
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
    """A running LibreOffice and its desktop."""

    def __init__(self, folder: Path) -> None:
        self.uno = import_uno()
        profile, pipe = folder / "profile", f"xltargets-{time.time_ns()}"
        (profile / "user").mkdir(parents=True)
        (profile / "user" / "registrymodifications.xcu").write_text(SETTINGS, "utf-8")
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
