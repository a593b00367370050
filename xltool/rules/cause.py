"""A cause: broken equalities that one correction mends, and the cells that it may be."""

from __future__ import annotations

from dataclasses import dataclass

from xltool.model import Suspect
from xltool.rules.suspects import points_at_one


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
