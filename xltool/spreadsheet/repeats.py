"""Pieces of markup that come again, from one workbook to the next, with what was made of them."""

from __future__ import annotations

from typing import Generic, TypeVar

Made = TypeVar("Made")


class Repeats(Generic[Made]):
    """What was made of pieces, kept from the second time on that a piece comes.

    Most of a workbook comes again in all others of its form. What it has alone is not kept: it would push out the rest,
    of a cache as of memory, and a file that holds nothing else would fill both up.
    """

    __slots__ = ("_largest", "_most", "_once", "known")

    def __init__(self, most: int, largest: int) -> None:
        """At most so many pieces, of so many bytes."""
        self._most, self._largest = most, largest
        self._once: set[int] = set()
        self.known: dict[bytes, Made] = {}
        """What is kept, for those who look it up a thousand times; only `keep` adds to it."""

    def keep(self, piece: bytes, made: Made) -> Made:
        """The same, kept where the piece has come before."""
        if len(piece) > self._largest:
            return made
        mark = hash(piece)
        if mark in self._once:
            if len(self.known) >= self._most:
                del self.known[next(iter(self.known))]
            self.known[piece] = made
        else:
            if len(self._once) >= 4 * self._most:
                self._once.clear()
            self._once.add(mark)
        return made
