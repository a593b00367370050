"""What the sheets of a workbook are written with.

The plan, what else decides how it looks, the formats, each formula, and what is a submission's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xltool.model import FormSpec

if TYPE_CHECKING:
    from xltool.workbook.contents import Contents
    from xltool.workbook.engine import Format, Sheet
    from xltool.workbook.layout_plan import Plan, Spot
    from xltool.workbook.occasion import Occasion


@dataclass(frozen=True)
class Context:
    """What the sheets are written with.

    The plan, the occasion, the formats, each formula, and what stands in the cells that are a submission's own.
    """

    plan: Plan
    occasion: Occasion
    formats: Mapping[str, Format]
    formulas: Mapping[Spot, str]
    contents: Contents

    @property
    def spec(self) -> FormSpec:
        return self.plan.spec

    def write_formula(self, sheet: Sheet, spot: Spot, look: str) -> None:
        """Writes a formula with its true result as the cached value."""
        self.write_computed(sheet, spot, self.formulas[spot], self.formats[look])

    def write_computed(self, sheet: Sheet, spot: Spot, formula: str, look: Format | None = None) -> None:
        """Writes a formula that stands in no list of all formulas."""
        sheet.write_slot(spot.row, spot.column, self.contents.shown.get(spot, ""), look, formula)

    def write_content(self, sheet: Sheet, spot: Spot, look: str, inline: bool = False) -> None:
        """Writes what a submission has at a place; `inline` texts are no shared ones."""
        sheet.write_slot(spot.row, spot.column, self.contents.cells.get(spot), self.formats[look], "", inline)

    def write_unseen(self, sheet: Sheet, spot: Spot) -> None:
        """Writes what a submission has at a place of the very hidden sheet, where cells have no look."""
        sheet.write_slot(spot.row, spot.column, self.contents.cells.get(spot), None)

    def set_growing_row(self, sheet: Sheet, name: str, row: int, height: float) -> None:
        """A row at least so high, in points, and as high as what a submission has in it needs."""
        sheet.set_growing_row(row, max(height, self.contents.heights.get((name, row), 0)))
