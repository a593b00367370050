"""A published report as it was read: the reading, and where each figure of it was printed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from xltool.forms.list_rows import name_content
from xltool.model import CellKey, Reading
from xltool.published.row_lists import PrintedContent
from xltool.published.table_figures import PrintedFigure


class FigureSource(NamedTuple):
    """Where the figure of one cell comes from.

    As printed, the place in the document, the printed label, what was unsure.
    """

    key: CellKey
    raw: str
    where: str
    label: str
    note: str


@dataclass(frozen=True, slots=True)
class Imported:
    """The reading of a published report, and what was printed for each cell and each place of a list."""

    reading: Reading
    printed: Mapping[CellKey, PrintedFigure] = field(default_factory=dict)
    in_lists: tuple[PrintedContent, ...] = ()
    rates: Mapping[CellKey, PrintedFigure] = field(default_factory=dict)
    """What is printed in the cells of rates, which a submission does not hold."""

    @property
    def sources(self) -> tuple[FigureSource, ...]:
        """Where the figure of each cell was printed, in the order of the form, then each content of its lists.

        Cells and places of which nothing is printed are left out. Rates stand behind the figures.
        """
        printed = (*self.printed.items(), *self.rates.items())
        figures = [FigureSource(key, told.raw, told.where, told.label, told.note) for key, told in printed]
        contents = [
            FigureSource(
                name_content(told.row_list, told.line, told.column), told.text, told.where, told.column.label, ""
            )
            for told in self.in_lists
        ]
        return (*figures, *contents)
