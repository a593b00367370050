"""The fewest cells whose correction makes all broken equalities hold, exactly: every such set of one, two or three.

In a set that is as small as can be, one cell at least stands alone in an equality: by how much that is missed is by
how much the cell is wrong. So cells are tried for each broken equality, and what is then left is explained by fewer.
Equalities that follow from others are looked at too: what mends their parts mends them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from xltool.forms.memo import derive_once
from xltool.model import PRIOR, CellKey
from xltool.rules.equalities import Equalities

MOST_WRONG: Final = 3
"""Sets of more cells are not looked for."""
MOST_SETS: Final = 256
"""More sets than this explain nothing."""

CellChanges = Mapping[CellKey, int]
"""Cells of this year, and by how much each is to be changed (scaled)."""


class _Signatures:
    """The equalities with an error's weight as they look at cells, and cells by all that look at them."""

    def __init__(self, known: Equalities) -> None:
        grave = {name for name, rule in known.rules.items() if rule.severity == "error"}
        self.terms = {
            name: [(key, times) for key, times in terms.items() if not key.startswith(PRIOR)]
            for name, terms in known.terms.items()
            if name in grave
        }
        self.columns = {
            key: {name: times for name, times in touched.items() if name in grave}
            for key, touched in known.columns.items()
        }
        self.cells: dict[frozenset[str], list[CellKey]] = {}
        for key, touched in self.columns.items():
            self.cells.setdefault(frozenset(touched), []).append(key)
        self.most_touched = max(map(len, self.columns.values()), default=0)


_sign_cells = derive_once(_Signatures)


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
    search = _Search(_sign_cells(known), unjudged, can_hold)
    for size in range(1, most + 1):
        search.look(dict(residuals), size, {})
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
    columns = _sign_cells(known).columns
    mine = columns[key].keys() - unjudged
    near = {other for name in mine for other, _ in _sign_cells(known).terms[name]}
    return all(other == key or columns[other].keys() - unjudged != mine for other in near)


class _Search:
    def __init__(
        self, signatures: _Signatures, unjudged: frozenset[str], can_hold: Callable[[CellKey, int], bool]
    ) -> None:
        self.of, self.unjudged, self.can_hold = signatures, unjudged, can_hold
        self.columns = signatures.columns
        if unjudged:
            self.columns = {
                key: {name: times for name, times in touched.items() if name not in unjudged}
                for key, touched in self.columns.items()
            }
        self.cells = signatures.cells
        if unjudged:
            self.cells = {}
            for key, touched in self.columns.items():
                self.cells.setdefault(frozenset(touched), []).append(key)
        self.found: set[frozenset[tuple[CellKey, int]]] = set()

    def look(self, left: dict[str, int], size: int, chosen: dict[CellKey, int]) -> None:
        """Adds the sets that explain what is left by so many cells more than the chosen ones."""
        if len(self.found) > MOST_SETS:
            return
        if size == 1:
            self._look_up(left, chosen)
            return
        limit, tried = self.of.most_touched * (size - 1), set[tuple[CellKey, int]]()
        for name, residual in left.items():
            for key, times in self.of.terms[name]:
                change, rest = divmod(-residual, times)
                if rest or key in chosen or (key, change) in tried:
                    continue
                tried.add((key, change))
                touched, count = self.columns[key], len(left)
                for other, by in touched.items():
                    if other not in left:
                        count += 1
                    elif left[other] + by * change == 0:
                        count -= 1
                if not 0 < count <= limit or not self.can_hold(key, change):
                    continue
                after = dict(left)
                for other, by in touched.items():
                    missed = after.get(other, 0) + by * change
                    if missed:
                        after[other] = missed
                    else:
                        del after[other]
                self.look(after, size - 1, {**chosen, key: change})

    def _look_up(self, left: dict[str, int], chosen: dict[CellKey, int]) -> None:
        for key in self.cells.get(frozenset(left), ()):
            if key in chosen:
                continue
            touched = self.columns[key]
            name = next(iter(touched))
            change, rest = divmod(-left[name], touched[name])
            mends = not rest and all(left[other] + by * change == 0 for other, by in touched.items())
            if mends and self.can_hold(key, change):
                self.found.add(frozenset({**chosen, key: change}.items()))
