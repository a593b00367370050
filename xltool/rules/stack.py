"""Many submissions' values as matrices of whole numbers, a row each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from xltool.model import NOT_APPLICABLE, ListNumbers, Value

Figures: TypeAlias = NDArray[np.int64]
CellMask: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True)
class Stack:
    """Submissions as rows: figures (n x cells, int64, blank and `/` as 0) and which are there (n x cells).

    With last year at hand there are twice as many columns: this year's cells, then last year's. `numbers` are what
    lists come to in each, for a form whose rules look at any.
    """

    figures: Figures
    known: CellMask
    numbers: Sequence[ListNumbers] = ()


def join_years(this: Stack, last: Stack) -> Stack:
    """Two years of the same submissions as one stack."""
    return Stack(np.hstack((this.figures, last.figures)), np.hstack((this.known, last.known)), this.numbers)


def stack_values(values: Sequence[Sequence[Value]], numbers: Sequence[ListNumbers] = ()) -> Stack:
    """Many submissions' values as rows of figures, with what lists come to in each."""
    if not values:
        return Stack(np.zeros((0, 0), np.int64), np.zeros((0, 0), np.bool_), numbers)
    # By hand and not by `summand_of`, which takes four times as long; a new kind of value is a type error here too.
    figures = np.array(
        [
            row
            if _ONLY_FIGURES.issuperset(map(type, row))
            else [
                value if type(value) is int else 0 if value is None or value is NOT_APPLICABLE else _skip_boolean(value)
                for value in row
            ]
            for row in values
        ],
        np.int64,
    )
    known = np.ones(figures.shape, np.bool_)
    for at, row in enumerate(values):
        if None in row:
            known[at] = [value is not None for value in row]
    return Stack(figures, known, numbers)


_ONLY_FIGURES: Final = frozenset({int})


def _skip_boolean(_: int) -> int:
    """A boolean, which is an int to Python, is no figure."""
    return 0
