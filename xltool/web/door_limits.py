"""How often whoever asks may ask: a budget for each address and each link, kept in memory that does not grow."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from time import monotonic
from typing import Final

MOST_KNOWN: Final = 10_000
"""Addresses or links whose budgets are known; whoever asked least lately is forgotten, and has a full one again."""


@dataclass(frozen=True, slots=True)
class Budget:
    """So many at once, and one more in so many seconds."""

    most: int
    seconds: float


class Limiter:
    """What is left of the budget of each of many."""

    def __init__(self, budget: Budget, clock: Callable[[], float] = monotonic) -> None:
        self._budget, self._clock, self._lock = budget, clock, Lock()
        self._spent: OrderedDict[str, tuple[float, float]] = OrderedDict()  # what is left, and when that was so

    def spend(self, who: str) -> int:
        """Takes one from somebody's budget; 0 when there was one, else the seconds until there is."""
        with self._lock:
            left = self._find_left(who)
            if left < 1:
                return math.ceil((1 - left) * self._budget.seconds)
            self._spent[who] = (left - 1, self._clock())
            self._spent.move_to_end(who)
            if len(self._spent) > MOST_KNOWN:
                self._spent.popitem(last=False)
            return 0

    def _find_left(self, who: str) -> float:
        left, at = self._spent.get(who, (float(self._budget.most), 0.0))
        return min(self._budget.most, left + (self._clock() - at) / self._budget.seconds)
