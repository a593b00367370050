"""What a hand mixed up in one submission: exchanges and shifts that, put right, mend its broken equalities."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from xltool.model import CellKey
from xltool.rules.breaks import Breaks
from xltool.rules.exchanges import NEIGHBOUR_POINTS, find_exchanges, list_shifts


class Move(NamedTuple):
    """What a hand may have mixed up: the changes that put it right, in words, and the points against it."""

    changes: Mapping[CellKey, int]
    words: str
    points: int


def find_moves(breaks: Breaks, group: Sequence[str]) -> list[Move]:
    """All that a hand may have mixed up and that, put right, mends a group of equalities and breaks nothing."""
    mended = [*_list_exchanges(breaks, group), *_list_shifts(breaks, group)]
    keyed = [
        Move({breaks.spec.cells[at].key: by for at, by in changes.items()}, words, points)
        for changes, words, points in mended
    ]
    return [move for move in keyed if not breaks.breaks_others(move.changes, group)]


def _list_exchanges(breaks: Breaks, group: Sequence[str]) -> Iterator[tuple[dict[int, int], str, int]]:
    exchanges, held = find_exchanges(breaks.spec), breaks.held
    moved = held[exchanges.second] - held[exchanges.first]
    mends = np.ones(len(exchanges.starts), np.bool_)
    for name in group:
        row = breaks.row(name)
        effects = np.add.reduceat((row[exchanges.first] - row[exchanges.second]) * moved, exchanges.starts)
        mends &= effects + breaks.residuals[name] == 0
    for at in np.nonzero(mends)[0].tolist():
        end = int(exchanges.starts[at + 1]) if at + 1 < len(exchanges.starts) else len(moved)
        pairs = slice(int(exchanges.starts[at]), end)
        places = zip(exchanges.first[pairs].tolist(), exchanges.second[pairs].tolist(), strict=True)
        other = {here: there for one, two in places for here, there in ((one, two), (two, one))}
        changes = {here: int(held[there] - held[here]) for here, there in other.items()}
        yield {here: by for here, by in changes.items() if by}, exchanges.words[at], exchanges.points[at]


def _list_shifts(breaks: Breaks, group: Sequence[str]) -> Iterator[tuple[dict[int, int], str, int]]:
    """Lines that are one place out: each cell takes its figure from the next, the last one what is missing."""
    held = breaks.held
    rows = [(breaks.row(name), breaks.residuals[name]) for name in group]
    for shift in list_shifts(breaks.spec):
        places = list(shift.places)
        if not held[places].any() or held[places[0]]:
            continue
        changes = {here: int(held[there] - held[here]) for here, there in pairwise(places)}
        lost = places[-1]
        missed = [
            (residual + sum(by * int(row[here]) for here, by in changes.items()), int(row[lost]))
            for row, residual in rows
        ]
        by = next((-residual // times for residual, times in missed if times), 0)
        if all(residual + by * times == 0 for residual, times in missed) and held[lost] + by >= 0:
            yield (
                {here: each for here, each in {**changes, lost: by}.items() if each},
                shift.words,
                NEIGHBOUR_POINTS,
            )
