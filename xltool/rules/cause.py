"""A cause: broken equalities that one correction mends, and the cells that it may be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from xltool.model import Suspect

MAX_SUSPECTS: Final = 6
"""More cells than this, all explaining the fault equally well, are no help to name one by one."""
ALONE: Final = "只改这一格，相关的勾稽关系就全部平衡"


def points_at_one(suspects: Sequence[Suspect]) -> bool:
    """Whether the first of the suspects is the only one, or the only one for which more than arithmetic speaks."""
    return len(suspects) == 1 or sum(suspect.likely for suspect in suspects) == 1


@dataclass(frozen=True, slots=True)
class Cause:
    """Broken equalities that one correction mends, the one that leads first, and the cells that it may be.

    `followers` are mended with them, for they follow from them. Where `together` is set, all of the suspects are to be
    corrected, else one of them. It is `settled` where it is of a smallest set of cells that mends all there is.
    """

    rules: tuple[str, ...]
    suspects: tuple[Suspect, ...] = ()
    together: bool = False
    followers: tuple[str, ...] = ()
    settled: bool = False

    @property
    def known(self) -> bool:
        """Whether there is a correction to go by: one cell alone, the only likely one of some, or two lines."""
        return self.together or points_at_one(self.suspects)

    @property
    def stands_alone(self) -> bool:
        """Whether it is looked at by itself: cells that are settled or sure, or whole lines that were mixed up."""
        alone = self.settled or (len(self.suspects) == 1 and not self.suspects[0].likely)
        return alone or (self.together and (len(self.suspects) > 2 or not self.suspects[0].likely))
