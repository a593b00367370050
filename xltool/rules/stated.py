"""What the texts of a submission state of its figures, as witnesses for or against a correction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from xltool.forms.totals import find_definitions, resolve_inputs
from xltool.model import CellKey, FormSpec
from xltool.rules.facts import Fact

STATED: Final = 8
"""Points for a correction that makes the tables say what a text says, and against one that makes them cease to."""


@dataclass(frozen=True, slots=True)
class StatedFigure:
    """A figure of a text that says one thing: its words, by how much the tables differ from it, of which cells.

    `missed` is scaled, the tables less the text; `cells` are what the tables add up, with coefficients.
    """

    quote: str
    missed: int
    cells: Mapping[CellKey, int]

    def compare(self, changes: Mapping[CellKey, int]) -> int:
        """Points against corrections: fewer than 0 where the tables then say what the text says, and did not."""
        by = sum(times * changes.get(key, 0) for key, times in self.cells.items())
        if not by:
            return 0
        return -STATED if self.missed + by == 0 else STATED if self.missed == 0 else 0


def list_stated(spec: FormSpec, facts: Sequence[Fact], computed: bool) -> tuple[StatedFigure, ...]:
    """The figures that texts state of this year's cells plainly: no 约, no 全市, no second meaning.

    With `computed` totals stand for the inputs that they add up.
    """
    defined = find_definitions(spec.rules) if computed else {}
    found = []
    for fact in _list_plain(facts):
        cell = spec.cell(fact.keys[0])
        missed = ((fact.printed or Decimal()) - fact.value) * cell.measure.scale
        if fact.unit not in {"", cell.measure.unit} or missed != int(missed):
            continue
        cells: dict[CellKey, int] = {}
        for key in fact.keys:
            for leaf, times in resolve_inputs(key, defined) if key in defined else ((key, 1),):
                cells[leaf] = cells.get(leaf, 0) + times
        found.append(StatedFigure(_cut_clause(fact), int(missed), cells))
    return tuple(found)


def _cut_clause(fact: Fact) -> str:
    """The words of a sentence from its last stop before the figure up to it: 新收申请22件."""
    end = fact.sentence.find(fact.quote) + len(fact.quote)
    start = max(fact.sentence.rfind(stop, 0, end - len(fact.quote)) for stop in "，；：、。") + 1
    return fact.sentence[start:end].strip()


def _list_plain(facts: Sequence[Fact]) -> Iterator[Fact]:
    for fact in facts:
        plain = fact.kind == "figure" and fact.qualifier is None and fact.scope is None and fact.year is None
        if plain and len(fact.of) == 1 and fact.printed is not None:
            yield fact
