"""Cells that may be wrong, the likeliest first: weighed by slips, last year, the texts, and what holds as a rule."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from xltool.model import PRIOR, CellKey, Suspect, figure_of, summand_of
from xltool.periods import word_before
from xltool.rules.breaks import Breaks
from xltool.rules.cause import ALONE
from xltool.rules.moves import Move
from xltool.rules.smallest import is_told_apart
from xltool.rules.stated import StatedFigure
from xltool.rules.witnesses import MARGIN, UNEXPLAINED, UNUSUAL, name_witness, weigh_correction, weigh_nearness


class SuspectWeigher:
    """Weighs what could mend one submission's broken equalities, and names the likeliest, if one is.

    `ask_texts` gives what the texts say, where it comes to that: most submissions have one explanation. `barred` are
    cells in which the agency has nothing to report.
    """

    def __init__(
        self,
        breaks: Breaks,
        ask_texts: Callable[[], tuple[StatedFigure, ...]],
        barred: Collection[CellKey],
    ) -> None:
        self.breaks, self.ask_texts, self.barred = breaks, ask_texts, barred
        self._relations: dict[str, int | None] = {}

    @cached_property
    def stated(self) -> tuple[StatedFigure, ...]:
        """What the texts say."""
        return self.ask_texts()

    def make_suspect(self, key: CellKey, change: int, why: str = "", likely: bool = False) -> Suspect:
        """A cell as a suspect, changed by so much."""
        value = self.breaks.value(key)
        return Suspect(key, value, (summand_of(value) or 0) + change, why, likely)

    def name_suspects(self, changes: Mapping[CellKey, int]) -> tuple[Suspect, ...]:
        """Cells of which each alone mends the same, the likeliest first.

        Those that are named as likely are those for which more speaks than for any other, by a margin.
        """
        candidates = [self.make_suspect(key, change) for key, change in changes.items()]
        if len(candidates) == 1:
            told_apart = is_told_apart(self.breaks.known, candidates[0].key, self.breaks.unjudged)
            return (replace(candidates[0], why=ALONE, likely=not told_apart),)
        doubt = f"改这一格可使勾稽关系平衡，但共有 {len(candidates)} 格都可以，仅凭算术不能确定"
        points = {each.key: self._weigh_set({each.key: changes[each.key]}) for each in candidates}
        said = {
            each.key: "，".join(filter(None, (self._quote_text(each.key, changes), self._name_witness(each))))
            for each in candidates
        }
        ranked = sorted(candidates, key=lambda each: (points[each.key], not said[each.key]))
        first, second = ranked[0].key, ranked[1].key
        sure = bool(said[first]) and points[second] - points[first] >= MARGIN
        return tuple(
            replace(
                each, why=f"{said[each.key]}；{doubt}" if said[each.key] else doubt, likely=sure and each.key == first
            )
            for each in ranked
        )

    def choose_set(self, sets: Sequence[Mapping[CellKey, int]], moves: Sequence[Move] = ()) -> tuple[Suspect, ...]:
        """The likeliest of some sets of cells and of some lines mixed up, each of which mends the same.

        None where another is as likely.
        """
        points: dict[frozenset[tuple[CellKey, int]], tuple[int, str]] = {}
        for changes in sets:
            points[frozenset(changes.items())] = self._weigh_set(changes), ""
        for move in moves:
            weight = move.points + self._weigh_beside(move.changes)
            found = frozenset(move.changes.items())
            points[found] = min(points.get(found, (weight, move.words)), (weight, move.words))
        ranked = sorted(points, key=lambda each: points[each][0])
        if not ranked or (len(ranked) > 1 and points[ranked[1]][0] - points[ranked[0]][0] < MARGIN):
            return ()
        why = points[ranked[0]][1] or f"共有 {len(ranked)} 种改法都能使勾稽关系平衡，这一种最可能"
        ordered = sorted(ranked[0], key=lambda item: self.breaks.spec.index[item[0]])
        return tuple(replace(self.make_suspect(key, change), why=why, likely=True) for key, change in ordered)

    def rank_sets(self, sets: Sequence[Mapping[CellKey, int]]) -> list[Mapping[CellKey, int]]:
        """Sets of cells, each of which mends the same, the likeliest first."""
        return sorted(sets, key=self._weigh_set)

    def _weigh_set(self, changes: Mapping[CellKey, int]) -> int:
        """The points against some corrections of single cells together."""
        each = (self._weigh(self.make_suspect(key, change)) for key, change in changes.items())
        return sum(each) + self._weigh_relations(changes)

    def _weigh_beside(self, changes: Mapping[CellKey, int]) -> int:
        """The points that last year's figures and what holds as a rule have against corrections, but for slips."""
        points = self._weigh_relations(changes)
        for key, change in changes.items():
            value = figure_of(self.breaks.value(key)) or 0
            last = self.breaks.value(PRIOR + key)
            points += weigh_nearness(self.breaks.spec.cell(key), value, value + change, last)
        return points

    def _weigh_relations(self, changes: Mapping[CellKey, int]) -> int:
        """The points of what holds as a rule, of where there is nothing to report, and of what the texts say."""
        unusual = self._count_unusual(changes) + self._count_unfitting(changes)
        return UNUSUAL * unusual + sum(each.compare(changes) for each in self.stated)

    def _count_unusual(self, changes: Mapping[CellKey, int]) -> int:
        """How many relations that hold as a rule corrections break, less those that they mend."""
        breaks = self.breaks
        names = {name for key in changes for name in breaks.known.columns.get(key, ()) if not breaks.is_error(name)}
        return sum(
            (not breaks.is_mended(name, changes)) - (name in breaks.residuals) for name in names - breaks.unjudged
        )

    def _count_unfitting(self, changes: Mapping[CellKey, int]) -> int:
        """As `_count_unusual`, of what is to be at least or at most, and of cells that have nothing to report."""
        relations, count = self.breaks.known.relations, 0
        for name in {name for key in changes for name in relations.columns.get(key, ())}:
            if name not in self._relations:
                self._relations[name] = self.breaks.measure_relation(name)
            residual = self._relations[name]
            if residual is not None:
                after = residual + sum(by * relations.terms[name].get(key, 0) for key, by in changes.items())
                count += relations.holds(name, residual) - relations.holds(name, after)
        for key, by in changes.items():
            if key in self.barred:
                held = figure_of(self.breaks.value(key)) or 0
                count += bool(held + by) - bool(held)
        return count

    def _weigh(self, suspect: Suspect) -> int:
        """The points against a correction; of a cell without a figure those of an unexplained one."""
        value, cell = figure_of(suspect.value), self.breaks.spec.cell(suspect.key)
        if value is None:
            return UNEXPLAINED
        return weigh_correction(cell, value, suspect.proposed, self.breaks.value(PRIOR + suspect.key))

    def _quote_text(self, key: CellKey, changes: Mapping[CellKey, int]) -> str:
        """The words of a text that speak for a correction; '' for none."""
        speaking = (each.quote for each in self.stated if each.compare({key: changes[key]}) < 0)
        return next((f"与文字“{said}”相合" for said in speaking), "")

    def _name_witness(self, suspect: Suspect) -> str:
        value, cell = figure_of(suspect.value), self.breaks.spec.cell(suspect.key)
        if value is None:
            return ""
        if suspect.key in self.barred and not suspect.proposed:
            return "本单位这一行没有数可填"
        said = name_witness(cell, value, suspect.proposed, self.breaks.value(PRIOR + suspect.key))
        return word_before(said, self.breaks.spec.every)
