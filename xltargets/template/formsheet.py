"""XlsxWriter's worksheet, able to say three more things that a form needs.

- A row's height that is a start, not an order: ``ht`` without ``customHeight``. Excel, WPS and LibreOffice
  show it and still let the row grow with what is typed. XlsxWriter writes every height as ordered.
- A formula whose value is the empty text: ``t="str"`` with an empty ``<v>``. XlsxWriter leaves the type out,
  which says that nothing has been calculated yet.
- A formula told once for many rows (``t="shared"``): the file stays small and is read fast.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from xlsxwriter.worksheet import Worksheet

from xltargets.excel.a1 import address

if TYPE_CHECKING:
    from xlsxwriter.format import Format


class FormSheet(Worksheet):
    """A worksheet whose rows may grow."""

    def __init__(self) -> None:
        super().__init__()
        self._growing: set[int] = set()
        self._shared: dict[str, str] = {}
        self._shared_count = 0

    def set_growing_row(self, row: int, height: float) -> None:
        """Give a row (counted from 0) the height in points that it has until its content needs more."""
        self.set_row(row, height)
        self._growing.add(row + 1)

    def _xml_start_tag_unencoded(self, tag: str, attributes: Any = ()) -> None:
        if tag == "row" and dict(attributes)["r"] in self._growing:
            attributes = [pair for pair in attributes if pair[0] != "customHeight"]
        super()._xml_start_tag_unencoded(tag, attributes)

    def write_formula_down(
        self, rows: range, column: int, formula: str, style: Format, value: str | int
    ) -> None:
        """Write a formula into a column of rows (counted from 0); its relative references move along.

        Args:
            rows: the rows.
            formula: as it reads in the first of them.
            value: what each of them shows until it is calculated.
        """
        cells = [address(row, column) for row in rows]
        for row in rows:
            self.write_formula(row, column, formula, style, value)
        told = f't="shared" ref="{cells[0]}:{cells[-1]}" si="{self._shared_count}">{escape(formula[1:], quote=False)}</f>'
        self._shared.update(
            dict.fromkeys(cells, f't="shared" si="{self._shared_count}"/>') | {cells[0]: told}
        )
        self._shared_count += 1

    def _xml_formula_element(self, formula: str, result: object, attributes: Any = ()) -> None:
        if result == "":
            attributes = [*attributes, ("t", "str")]
        told = self._shared.get(dict(attributes)["r"])
        if told is None:
            super()._xml_formula_element(formula, result, attributes)
            return
        said = "".join(f' {key}="{value}"' for key, value in attributes)
        self.fh.write(f"<c{said}><f {told}<v>{escape(str(result), quote=False)}</v></c>")
