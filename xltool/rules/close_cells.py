"""More wrong cells at once than `smallest` looks for: as few as may be of those that only broken equalities look at.

Several slips seldom make up for each other in an equality, so that all that look at a wrong cell are broken. Sets with
a cell in an equality that holds are not looked for: what is found here is likely, and never certain.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from xltool.model import CellKey
from xltool.rules.equalities import Equalities
from xltool.rules.signatures import CellChanges, Signatures, sign_cells
from xltool.rules.smallest import MOST_WRONG

MOST_CLOSE: Final = 8
"""Sets of more cells than this are not looked for."""
MOST_STEPS: Final = 8000
"""So many sets are begun, and what these have not found is left."""
MOST_ALIKE: Final = 64
"""More sets that are as small explain nothing."""


def find_close_changes(
    known: Equalities,
    residuals: Mapping[str, int],
    unjudged: frozenset[str],
    can_hold: Callable[[CellKey, int], bool],
) -> list[CellChanges]:
    """The smallest sets of changes of cells that only broken equalities look at, after which all hold.

    The arguments are those of `find_smallest_changes`. Empty where more steps than `MOST_STEPS` are needed, or more
    sets than `MOST_ALIKE` are as small.
    """
    signatures = sign_cells(known, unjudged)
    left = signatures.miss(residuals)
    search = _CloseSearch(signatures, sum(left), can_hold)
    for size in range(MOST_WRONG + 1, MOST_CLOSE + 1):
        search.begun = set()
        search.look(left, sum(left), size, {})
        if search.steps > MOST_STEPS or len(search.found) > MOST_ALIKE:
            return []
        if search.found:
            return [dict(sorted(each)) for each in sorted(search.found, key=sorted)]
    return []


class _CloseSearch:
    def __init__(self, signatures: Signatures, missed: int, can_hold: Callable[[CellKey, int], bool]) -> None:
        self.of, self.can_hold, self.steps = signatures, can_hold, 0
        self.near = {
            bit: [(key, times) for key, times in terms if not signatures.masks[key] & ~missed]
            for bit, terms in signatures.terms.items()
            if bit & missed
        }
        self.begun: set[frozenset[tuple[CellKey, int]]] = set()
        self.found: set[frozenset[tuple[CellKey, int]]] = set()
        near = {key for terms in self.near.values() for key, _ in terms}
        self.wide = [mask for key in sorted(near) if (mask := signatures.masks[key]).bit_count() > 2]

    def look(self, left: Mapping[int, int], missed: int, size: int, chosen: CellChanges) -> None:
        """Adds the sets that explain what is left, whose bits are `missed`, by so many cells more than the chosen."""
        self.steps += 1
        if self.steps > MOST_STEPS or self._is_too_much(missed, size):
            return
        begun = frozenset(chosen.items())
        if not missed and not size:
            self.found.add(begun)
        if not missed or not size or begun in self.begun:
            return
        self.begun.add(begun)
        for bit, residual in left.items():
            if self.steps > MOST_STEPS:
                return
            for key, times in self.near[bit]:
                change, odd = divmod(-residual, times)
                if self.of.masks[key] & ~missed or odd or key in chosen or not self.can_hold(key, change):
                    continue
                after = dict(left)
                for other, by in self.of.columns[key]:
                    after[other] += by * change
                    if not after[other]:
                        del after[other]
                self.look(after, sum(after), size - 1, {**chosen, key: change})

    def _is_too_much(self, missed: int, size: int) -> bool:
        """Whether more equalities are missed than so many cells can mend: two each, and what wide ones mend more."""
        over = missed.bit_count() - 2 * size
        return over > 0 and over > sum(mask.bit_count() - 2 for mask in self.wide if not mask & ~missed)
