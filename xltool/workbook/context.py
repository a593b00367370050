"""What the sheets of a workbook are written with.

The plan, the submission, the formats, each formula with what it shows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from xltool.model import CellKey, FormSpec, Submission, Value
from xltool.workbook.cached_figure import CachedValue
from xltool.workbook.engine import Format, Worksheet
from xltool.workbook.layout_plan import Plan, Spot


@dataclass(frozen=True)
class Context:
    """What the sheets are written with.

    The plan, the submission, the formats, each formula with what it shows, last year's values, the deadline, and the
    texts that stand in place of figures.
    """

    plan: Plan
    submission: Submission
    formats: Mapping[str, Format]
    formulas: Mapping[Spot, str]
    shown: Mapping[Spot, CachedValue]
    meta: Mapping[str, str]
    prior: Sequence[Value] = ()
    deadline: str = ""  # in words
    typed: Mapping[CellKey, str] = field(default_factory=dict)

    @property
    def spec(self) -> FormSpec:
        return self.plan.spec

    def write_formula(self, sheet: Worksheet, spot: Spot, look: str) -> None:
        """Writes a formula with its true result as the cached value."""
        sheet.write_formula(spot.row, spot.column, "=" + self.formulas[spot], self.formats[look], self.shown[spot])
