"""How a plain list is printed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final, TypeAlias

Content: TypeAlias = str | int | float | Decimal | date | None
"""What a cell of a list may hold."""


@dataclass(frozen=True, slots=True)
class Paper:
    """How a list is printed, on A4 with its heads on each page; without one it is made as narrow as a page is wide.

    `unprinted` leading columns stay on the screen. Of the others `repeated` come again on each page where a list is
    printed in parts (`scale`, in per cent), as many columns a page as it holds; else it is made as narrow as a page.
    A new page begins where `breaks` says another thing of a row than of the one above. `broadest` says of columns how
    broad they may be.
    """

    unprinted: int = 0
    repeated: int = 0
    scale: int = 0
    breaks: Callable[[Sequence[Content]], object] | None = None
    broadest: Mapping[int, int] = field(default_factory=dict)


PLAIN_PAPER: Final = Paper()
