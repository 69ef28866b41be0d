"""XlsxWriter's worksheet, able to say two more things that a form needs.

- A row's height that is a start, not an order: ``ht`` without ``customHeight``. Excel, WPS and LibreOffice
  show it and still let the row grow with what is typed. XlsxWriter writes every height as ordered.
- A formula whose value is the empty text: ``t="str"`` with an empty ``<v>``. XlsxWriter leaves the type out,
  which says that nothing has been calculated yet.
"""

from __future__ import annotations

from typing import Any

from xlsxwriter.worksheet import Worksheet


class FormSheet(Worksheet):
    """A worksheet whose rows may grow."""

    def __init__(self) -> None:
        super().__init__()
        self._growing: set[int] = set()

    def set_growing_row(self, row: int, height: float) -> None:
        """Give a row (counted from 0) the height in points that it has until its content needs more."""
        self.set_row(row, height)
        self._growing.add(row + 1)

    def _xml_start_tag_unencoded(self, tag: str, attributes: Any = ()) -> None:
        if tag == "row" and dict(attributes)["r"] in self._growing:
            attributes = [pair for pair in attributes if pair[0] != "customHeight"]
        super()._xml_start_tag_unencoded(tag, attributes)

    def _xml_formula_element(self, formula: str, result: object, attributes: Any = ()) -> None:
        if result == "":
            attributes = [*attributes, ("t", "str")]
        super()._xml_formula_element(formula, result, attributes)
