"""The fewest cells whose correction makes all broken equalities hold, exactly: every such set of one, two or three.

In a set that is as small as can be, one cell at least stands alone in an equality: by how much that is missed is by
how much the cell is wrong. So cells are tried for each broken equality, and what is then left is explained by fewer.
Equalities that follow from others are looked at too: what mends their parts mends them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import permutations
from typing import Final

from xltool.model import CellKey
from xltool.rules.equalities import Equalities
from xltool.rules.signatures import CellChanges, Signatures, sign_cells

MOST_WRONG: Final = 3
"""Sets of more cells are not looked for."""
MOST_SETS: Final = 256
"""More sets than this explain nothing."""


def find_smallest_changes(
    known: Equalities,
    residuals: Mapping[str, int],
    unjudged: frozenset[str],
    can_hold: Callable[[CellKey, int], bool],
    most: int = MOST_WRONG,
) -> list[CellChanges]:
    """Every smallest set of changes after which the equalities with `residuals` hold, and no other is broken.

    `unjudged` are those that a blank keeps from being judged, and `can_hold` tells whether a cell may be changed by so
    much. Empty where no set of at most `most` cells does it, or more than `MOST_SETS`.
    """
    signatures = sign_cells(known, unjudged)
    search = _Search(signatures, can_hold)
    left = signatures.miss(residuals)
    for size in range(1, most + 1):
        search.look(left, sum(left), size, {})
        if search.found:
            return (
                []
                if len(search.found) > MOST_SETS
                else [dict(sorted(each)) for each in sorted(search.found, key=sorted)]
            )
    return []


def is_told_apart(known: Equalities, key: CellKey, unjudged: frozenset[str]) -> bool:
    """Whether equalities of error's weight can tell a cell from every other, whatever these may hold.

    Else it may stand alone only because the others cannot hold what they would have to, which is true of one slip and
    of two it need not be.
    """
    signatures = sign_cells(known, unjudged)
    return len(signatures.cells[signatures.masks[key]]) == 1


def is_rivalled(
    known: Equalities, changes: CellChanges, unjudged: frozenset[str], can_hold: Callable[[CellKey, int], bool]
) -> bool:
    """Whether one cell more than these, some of them others, mends the same: then they are not certain.

    Such a set has two new cells in place of one, and another of the old ones changed by more or less: the four are seen
    by the same equalities two and two.
    """
    return any(_list_rivals(sign_cells(known, unjudged), changes, can_hold))


def _list_rivals(
    signatures: Signatures, changes: CellChanges, can_hold: Callable[[CellKey, int], bool]
) -> Iterator[bool]:
    masks = signatures.masks
    for gone, kept in permutations(changes, 2):
        by, both = changes[gone], masks[gone] ^ masks[kept]
        near = {key: None for bit, _ in signatures.columns[gone] for key, _ in signatures.terms[bit]}
        for one in near:
            if one in changes:
                continue
            for two in signatures.cells.get(masks[one] ^ both, ()):
                if two in changes or two == one:
                    continue
                for signs in _SIGNS:
                    moved = {gone: -by, one: signs[0] * by, two: signs[1] * by, kept: signs[2] * by}
                    if _is_balanced(signatures, moved):
                        yield (
                            can_hold(one, moved[one])
                            and can_hold(two, moved[two])
                            and can_hold(kept, changes[kept] + moved[kept])
                        )


_SIGNS: Final = tuple((one, two, three) for one in (1, -1) for two in (1, -1) for three in (1, -1))


def _is_balanced(signatures: Signatures, moved: CellChanges) -> bool:
    """Whether changes move no equality."""
    sums: dict[int, int] = {}
    for key, by in moved.items():
        for bit, times in signatures.columns[key]:
            sums[bit] = sums.get(bit, 0) + times * by
    return not any(sums.values())


class _Search:
    def __init__(self, signatures: Signatures, can_hold: Callable[[CellKey, int], bool]) -> None:
        self.of, self.can_hold = signatures, can_hold
        self.found: set[frozenset[tuple[CellKey, int]]] = set()

    def look(self, left: Mapping[int, int], missed: int, size: int, chosen: CellChanges) -> None:
        """Adds the sets that explain what is left, whose bits are `missed`, by so many cells more than the chosen."""
        if len(self.found) > MOST_SETS:
            return
        if size == 1:
            self._look_up(left, missed, chosen)
            return
        columns, cells = self.of.columns, self.of.cells
        most, tried = self.of.most_touched * (size - 1), set[tuple[CellKey, int]]()
        for bit, residual in left.items():
            for key, times in self.of.terms[bit]:
                change, rest = divmod(-residual, times)
                if rest or key in chosen or (key, change) in tried:
                    continue
                tried.add((key, change))
                touched, after = columns[key], missed
                for other, by in touched:
                    if not after & other or left[other] + by * change == 0:
                        after ^= other
                if not after or (after not in cells if size == 2 else after.bit_count() > most):
                    continue
                if self.can_hold(key, change):
                    rest_left = dict(left)
                    for other, by in touched:
                        rest_left[other] = rest_left.get(other, 0) + by * change
                        if not rest_left[other]:
                            del rest_left[other]
                    self.look(rest_left, after, size - 1, {**chosen, key: change})

    def _look_up(self, left: Mapping[int, int], missed: int, chosen: CellChanges) -> None:
        for key in self.of.cells.get(missed, ()):
            if key in chosen:
                continue
            touched = self.of.columns[key]
            bit, times = touched[0]
            change, rest = divmod(-left[bit], times)
            mends = not rest and all(left[other] + by * change == 0 for other, by in touched)
            if mends and self.can_hold(key, change):
                self.found.add(frozenset({**chosen, key: change}.items()))
