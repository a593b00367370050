"""Finds the causes of one submission's broken equalities, table by table: the fewest cells, or lines mixed up."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import Final

from xltool.model import CellKey, Suspect, summand_of
from xltool.rules.breaks import Breaks
from xltool.rules.cause import ALONE, Cause
from xltool.rules.close_cells import find_close_changes
from xltool.rules.moves import find_exchanged, find_moves
from xltool.rules.signatures import CellChanges
from xltool.rules.smallest import MOST_WRONG, find_smallest_changes, is_rivalled, is_told_apart
from xltool.rules.suspects import SuspectWeigher
from xltool.rules.witnesses import UNEXPLAINED

MOST_LIKELY: Final = 3
"""So many of the likeliest corrections of each part are held against lines that were mixed up across parts."""


class CauseFinder:
    """One submission's broken equalities, and what could have broken them."""

    def __init__(self, breaks: Breaks, weigher: SuspectWeigher) -> None:
        self.breaks, self.weigher = breaks, weigher

    def explain_table(self, lines: Sequence[str]) -> list[Cause]:
        """The causes in one table: lines mixed up, or the fewest cells that mend all, or else group by group."""
        parts, causes, left = self.breaks.split_parts(lines), list[Cause](), list(lines)
        mixed = self._explain_together(parts, lines)
        for explained in [mixed] if mixed else (self._explain_part(part, left) for part in parts):
            causes += explained
            left = [name for name in left if not any(name in cause.rules for cause in explained)]
        if not left:
            return causes
        mendings = self.breaks.list_mendings(left)
        if len(left) > 1 and frozenset(left) not in mendings and (swapped := self._find_swapped(left)):
            return [*causes, Cause(tuple(left), swapped, together=True)]
        groups = self.breaks.split_groups(left)
        return [*causes, *(cause for group in groups for cause in self._explain(group, mendings))]

    def _explain_together(self, parts: Sequence[Mapping[str, int]], lines: Sequence[str]) -> list[Cause]:
        """The cause of all that is broken in parts that stand apart, where lines were mixed up across them.

        None where each part by itself is as likely.
        """
        names = [name for part in parts for name in part]
        moves = find_moves(self.breaks, names) if len(parts) > 1 else []
        if not moves:
            return []
        best = [self.weigher.rank_sets(self._find_sets(part))[:MOST_LIKELY] for part in parts]
        apart = [dict(ChainMap(*map(dict, each))) for each in product(*best)]
        named = self.weigher.choose_set(apart, moves)
        if not named or _read_changes(named) not in [dict(move.changes) for move in moves]:
            return []
        return [self._take_along(Cause(tuple(name for name in lines if name in names), named, together=True), lines)]

    def _find_sets(self, part: Mapping[str, int]) -> list[CellChanges]:
        return find_smallest_changes(self.breaks.known, part, self.breaks.unjudged, self.breaks.can_hold)

    def _explain_part(self, part: Mapping[str, int], lines: Sequence[str]) -> list[Cause]:
        """The causes of all broken equalities of a part, by the fewest cells that mend them; none where too many would.

        What every such set of cells has in common is certain, unless lines that were mixed up explain the same. Between
        the rest the likeliest is named, if one is.
        """
        sets, breaks = self._find_sets(part), self.breaks
        mended = tuple(name for name in lines if name in part)
        if not sets and (named := self._find_swapped([*part])):
            return [self._take_along(Cause(mended, named, together=True), lines)]
        if not sets and not (sets := find_close_changes(breaks.known, part, breaks.unjudged, breaks.can_hold)):
            return []
        if mixed := self._weigh_moves(part, sets):
            named, tried = mixed
            return [self._take_along(Cause(mended, named, together=bool(named)), lines, tried)]
        common = {key: change for key, change in sets[0].items() if all(each.get(key) == change for each in sets)}
        causes, left = self._split_set(common, lines, self._is_doubtful(sets[0]))
        rest = [{key: change for key, change in each.items() if key not in common} for each in sets]
        mended = tuple(name for name in left if name in part)
        if not any(rest) or not mended:
            return causes
        if all(len(each) == 1 for each in rest):
            single = {key: change for each in rest for key, change in each.items()}
            terms = self.breaks.known.terms[mended[0]]
            suspects = self.weigher.name_suspects({key: single[key] for key in terms if key in single})
            return [*causes, self._take_along(Cause(mended, suspects), left)]
        named = self.weigher.choose_set(rest)
        return [*causes, self._take_along(Cause(mended, named, together=bool(named)), left, rest)]

    def _weigh_moves(
        self, part: Mapping[str, int], sets: Sequence[CellChanges]
    ) -> tuple[tuple[Suspect, ...], list[CellChanges]] | None:
        """The likeliest of cells and of lines mixed up that mend a part, and all of them; None where cells alone do.

        Against cells of which each alone would do, lines mixed up are named only where more than arithmetic speaks.
        """
        few = len(sets[0]) <= MOST_WRONG and (len(sets) > 1 or len(sets[0]) > 1)
        moves = find_moves(self.breaks, [*part]) if few else []
        if moves and len(sets[0]) == 1:
            moves = [move._replace(points=max(move.points, UNEXPLAINED)) for move in moves]
            named = self.weigher.choose_set(sets, moves)
            return (named, []) if len(named) > 1 else None
        return (self.weigher.choose_set(sets, moves), [*sets, *(move.changes for move in moves)]) if moves else None

    def _is_doubtful(self, changes: Mapping[CellKey, int]) -> bool:
        """Whether other cells than these could be wrong as well, and one more than these at the most."""
        known, unjudged = self.breaks.known, self.breaks.unjudged
        apart = all(is_told_apart(known, key, unjudged) for key in changes)
        return len(changes) > MOST_WRONG or not apart or is_rivalled(known, changes, unjudged, self.breaks.can_hold)

    def _split_set(
        self, changes: Mapping[CellKey, int], lines: Sequence[str], doubted: bool
    ) -> tuple[list[Cause], list[str]]:
        """Cells that are wrong as causes, those that hang together or were mixed up as one; and the lines left.

        They are `doubted` where more cells than were found could be wrong alike.
        """
        groups: list[tuple[set[CellKey], set[str]]] = []
        for key in changes:
            cells, names = {key}, set(self.breaks.known.columns[key])
            for other in [group for group in groups if not names.isdisjoint(group[1])]:
                groups.remove(other)
                cells, names = cells | other[0], names | other[1]
            groups.append((cells, names))
        mixed = dict[frozenset[CellKey], str]()
        for words, swapped in find_exchanged(self.breaks, changes) if len(groups) > 1 else ():
            apart = [group for group in groups if not group[0].isdisjoint(swapped)]
            if len(apart) > 1 and swapped == set[CellKey]().union(*(group[0] for group in apart)):
                groups = [group for group in groups if group not in apart]
                groups.append((set(swapped), set[str]().union(*(group[1] for group in apart))))
                mixed[swapped] = words
        causes, left = list[Cause](), list(lines)
        for cells, names in groups:
            mine = {key: change for key, change in changes.items() if key in cells}
            rules = tuple(name for name in left if name in names and self.breaks.is_mended(name, mine))
            if not rules:
                continue
            why = ALONE if len(mine) == 1 else f"这 {len(mine)} 格都要改，只有这样相关的勾稽关系才全部平衡"
            why = mixed.get(frozenset(cells), why)
            ordered = sorted(mine, key=self.breaks.spec.index.__getitem__)
            suspects = tuple(self.weigher.make_suspect(key, mine[key], why, doubted) for key in ordered)
            causes.append(Cause(rules, suspects, together=len(mine) > 1, settled=True))
            left = [name for name in left if name not in rules]
        return causes, left

    def _take_along(self, cause: Cause, lines: Sequence[str], tried: Sequence[CellChanges] = ()) -> Cause:
        """The cause with what else is missed and its likeliest correction mends; where none is named, any `tried`."""
        suspects = cause.suspects if cause.together else cause.suspects[:1]
        ways = [_read_changes(suspects)] if suspects else tried
        taken = (n for n in lines if n in cause.rules or any(self.breaks.is_mended(n, changes) for changes in ways))
        return replace(cause, rules=tuple(taken))

    def _explain(self, group: Sequence[str], mendings: Mapping[frozenset[str], Mapping[CellKey, int]]) -> list[Cause]:
        """The causes of a group, a cell each: those that mend most first, errors before what only asks.

        Where they are more than one, or mend only a part, two lines that were mixed up are the simpler cause; without
        these a part that no cell mends leaves the whole group unexplained.
        """
        left, causes = set(group), list[Cause]()
        fitting = [mended for mended in mendings if mended <= left]
        while fitting:
            best = max(fitting, key=lambda mended: (sum(map(self.breaks.is_error, mended)), len(mended)))
            suspects = self.weigher.name_suspects(mendings[best])
            if len(suspects) == 1:  # one cell for a part of what is missed, and nobody knows what mends the rest
                suspects = (replace(suspects[0], likely=True),)
            causes.append(Cause(tuple(name for name in group if name in best), suspects))
            left -= best
            fitting = [mended for mended in fitting if mended <= left]
        if len(group) > 1 and (left or len(causes) > 1) and (swapped := self._find_swapped(group)):
            return [Cause(tuple(group), swapped, together=True)]
        return [Cause(tuple(group))] if left else causes

    def _find_swapped(self, group: Sequence[str]) -> tuple[Suspect, ...]:
        """The cells of two lines, or two cells of one, whose figures, exchanged, mend a group and break nothing.

        The likeliest of all that do; none where two are as likely.
        """
        return self.weigher.choose_set([], find_moves(self.breaks, group))


def _read_changes(suspects: Sequence[Suspect]) -> dict[CellKey, int]:
    """By how much suspects are to be changed."""
    return {each.key: each.proposed - (summand_of(each.value) or 0) for each in suspects}
