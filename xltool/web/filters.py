"""Ways of looking at a list, each at an address of its own."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Filter:
    """One way of looking at a list: what it is called, how many it shows, where it leads, whether it is on."""

    word: str
    count: int
    address: str
    current: bool
