"""What is a submission's own in its workbook: all else in it is the form's and the occasion's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from xltool.workbook.cached_figure import CachedValue
from xltool.workbook.layout_plan import Spot


@dataclass(frozen=True, slots=True)
class Contents:
    """What is a submission's own, by place.

    `cells` leaves out what is blank; `shown` is what formulas show; `heights`, by sheet and row, say in points how high
    a row must be at least; `meta` are the marks of identity.
    """

    cells: Mapping[Spot, CachedValue]
    shown: Mapping[Spot, CachedValue]
    heights: Mapping[tuple[str, int], float]
    meta: Mapping[str, str]
    told: Mapping[Spot, str] = field(default_factory=dict)
    """Formulas about what an office found in texts."""
    conditions: Mapping[str, str] = field(default_factory=dict)
    """By sheet, as markup: what colours the cells in question."""
    comments: Mapping[Spot, str] = field(default_factory=dict)
    """On cells in question."""
