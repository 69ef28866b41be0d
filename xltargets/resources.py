"""Texts that come with the package, wherever it is installed."""

from __future__ import annotations

import pkgutil


def resource(package: str, name: str) -> str:
    """A text in UTF-8 that stands in one of our packages.

    The import system finds it, as :mod:`importlib.resources` would have it do; that module takes as long to import as
    reading a workbook does, though.
    """
    data = pkgutil.get_data(package, name)
    assert data is not None, f"{package} comes without {name}"
    return data.decode("utf-8")
