"""The official workbook, drawn from the schema of the form."""

from xltargets.template.book import Addition, build
from xltargets.template.sheets import Drawing

__all__ = ["Addition", "Drawing", "build"]
