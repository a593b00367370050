"""Finds the causes of one submission's broken equalities, table by table: the fewest cells, or lines mixed up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from xltool.model import CellKey, Suspect, summand_of
from xltool.rules.breaks import Breaks
from xltool.rules.cause import Cause
from xltool.rules.moves import find_moves
from xltool.rules.smallest import find_smallest_changes, is_told_apart
from xltool.rules.suspects import ALONE, SuspectWeigher


class CauseFinder:
    """One submission's broken equalities, and what could have broken them."""

    def __init__(self, breaks: Breaks, weigher: SuspectWeigher) -> None:
        self.breaks, self.weigher = breaks, weigher

    def explain_table(self, lines: Sequence[str]) -> list[Cause]:
        """The causes in one table: the fewest cells that mend all, or lines mixed up, or else group by group."""
        causes, left = list[Cause](), list(lines)
        for part in self.breaks.split_parts(lines):
            explained = self._explain_part(part, left)
            causes += explained
            left = [name for name in left if not any(name in cause.rules for cause in explained)]
        if not left:
            return causes
        mendings = self.breaks.list_mendings(left)
        if len(left) > 1 and frozenset(left) not in mendings and (swapped := self._find_swapped(left)):
            return [*causes, Cause(tuple(left), swapped, together=True)]
        groups = self.breaks.split_groups(left)
        return [*causes, *(cause for group in groups for cause in self._explain(group, mendings))]

    def _explain_part(self, part: Mapping[str, int], lines: Sequence[str]) -> list[Cause]:
        """The causes of all broken equalities of a part, by the fewest cells that mend them; none where too many would.

        What every such set of cells has in common is certain, unless lines that were mixed up explain the same. Between
        the rest the likeliest is named, if one is.
        """
        sets = find_smallest_changes(self.breaks.known, part, self.breaks.unjudged, self.breaks.can_hold)
        if not sets:
            return []
        mended = tuple(name for name in lines if name in part)
        if len(sets[0]) > 1 and (moves := find_moves(self.breaks, [*part])):
            named = self.weigher.choose_set(sets, moves)
            return [Cause(mended, named, together=bool(named))]
        common = {key: change for key, change in sets[0].items() if all(each.get(key) == change for each in sets)}
        doubted = not all(is_told_apart(self.breaks.known, key, self.breaks.unjudged) for key in sets[0])
        causes, left = self._split_set(common, lines, doubted)
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
        return [*causes, Cause(mended, named, together=bool(named))]

    def _split_set(
        self, changes: Mapping[CellKey, int], lines: Sequence[str], doubted: bool
    ) -> tuple[list[Cause], list[str]]:
        """Cells that are wrong as causes, those that hang together as one; and the lines that are left.

        They are `doubted` where more cells than were found could be wrong alike.
        """
        groups: list[tuple[set[CellKey], set[str]]] = []
        for key in changes:
            cells, names = {key}, set(self.breaks.known.columns[key])
            for other in [group for group in groups if not names.isdisjoint(group[1])]:
                groups.remove(other)
                cells, names = cells | other[0], names | other[1]
            groups.append((cells, names))
        causes, left = list[Cause](), list(lines)
        for cells, names in groups:
            mine = {key: change for key, change in changes.items() if key in cells}
            rules = tuple(name for name in left if name in names and self.breaks.is_mended(name, mine))
            if not rules:
                continue
            why = ALONE if len(mine) == 1 else f"这 {len(mine)} 格都要改，只有这样相关的勾稽关系才全部平衡"
            ordered = sorted(mine, key=self.breaks.spec.index.__getitem__)
            suspects = tuple(
                replace(self.weigher.make_suspect(key, mine[key]), why=why, likely=doubted) for key in ordered
            )
            causes.append(Cause(rules, suspects, together=len(mine) > 1))
            left = [name for name in left if name not in rules]
        return causes, left

    def _take_along(self, cause: Cause, lines: Sequence[str]) -> Cause:
        """The cause with what else is missed and its likeliest cell mends."""
        first = cause.suspects[0]
        changes = {first.key: first.proposed - (summand_of(first.value) or 0)}
        return replace(cause, rules=tuple(n for n in lines if n in cause.rules or self.breaks.is_mended(n, changes)))

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
