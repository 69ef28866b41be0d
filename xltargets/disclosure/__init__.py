"""The disclosure text (绩效文本): from text, Word or HTML to documents, and back.

A unit publishes its targets by law, as a document that somebody types again from the workbook. Here the workbook's document
is printed (:func:`publish`), and a printed one is read (:func:`import_disclosure`).
"""

from __future__ import annotations

from xltargets.disclosure.importing import import_disclosure
from xltargets.disclosure.interpret import Imported, Leftover
from xltargets.disclosure.publishing import Published, publish

__all__ = ["Imported", "Leftover", "Published", "import_disclosure", "publish"]
