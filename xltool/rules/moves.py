"""What a hand mixed up in one submission: exchanges and shifts that, put right, mend its broken equalities."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from xltool.forms.memo import derive_once
from xltool.model import CellKey, FormSpec, summand_of
from xltool.rules.breaks import Breaks
from xltool.rules.equalities import Equalities, lay_out_terms
from xltool.rules.exchanges import NEIGHBOUR_POINTS, SWAPPED, find_exchanges, find_shifts
from xltool.rules.signatures import CellChanges
from xltool.rules.witnesses import UNEXPLAINED


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


def find_exchanged(breaks: Breaks, changes: CellChanges) -> list[tuple[str, frozenset[CellKey]]]:
    """Which corrections give two lines, or two cells of one, each other's figures: in words, and their cells.

    Those of most cells first.
    """
    lines: dict[tuple[str, CellKey, CellKey], set[CellKey]] = {}
    for one, two in combinations(
        sorted(map(breaks.spec.cell, changes), key=lambda cell: breaks.spec.index[cell.key]), 2
    ):
        if one.block is not two.block or (one.row is two.row) == (one.column is two.column):
            continue
        held = [summand_of(breaks.value(cell.key)) or 0 for cell in (one, two)]
        if [held[0] + changes[one.key], held[1] + changes[two.key]] == held[::-1]:
            rows = one.column is two.column
            ends = (one.row.id, two.row.id) if rows else (one.column.id, two.column.id)
            lines.setdefault(("行" if rows else "栏", *ends), set()).update((one.key, two.key))
    ordered = sorted(lines.items(), key=lambda item: -len(item[1]))
    return [(SWAPPED.format(lines=kind if len(keys) > 2 else "格"), frozenset(keys)) for (kind, *_), keys in ordered]


def _list_exchanges(breaks: Breaks, group: Sequence[str]) -> Iterator[tuple[dict[int, int], str, int]]:
    exchanges, held = find_exchanges(breaks.spec), breaks.held
    moved = held[exchanges.second] - held[exchanges.first]
    mends = np.ones(len(exchanges.starts), np.bool_)
    for name in group:
        turned = _turn_pairs(breaks.known, breaks.spec, name)
        mends &= np.add.reduceat(turned * moved, exchanges.starts) == -breaks.residuals[name]
        if not mends.any():
            return
    for at in np.nonzero(mends)[0].tolist():
        end = int(exchanges.starts[at + 1]) if at + 1 < len(exchanges.starts) else len(moved)
        pairs = slice(int(exchanges.starts[at]), end)
        places = zip(exchanges.first[pairs].tolist(), exchanges.second[pairs].tolist(), strict=True)
        other = {here: there for one, two in places for here, there in ((one, two), (two, one))}
        changes = {here: int(held[there] - held[here]) for here, there in other.items()}
        yield {here: by for here, by in changes.items() if by}, exchanges.words[at], exchanges.points[at]


@derive_once
def _turn_pairs(known: Equalities, spec: FormSpec, name: str) -> NDArray[np.int64]:
    """By how much an equality moves with each pair of cells that is exchanged, for each unit by which they differ."""
    exchanges, row = find_exchanges(spec), lay_out_terms(known, spec, name)
    return row[exchanges.first] - row[exchanges.second]


def _list_shifts(breaks: Breaks, group: Sequence[str]) -> Iterator[tuple[dict[int, int], str, int]]:
    """Lines that are one place out: each cell takes its figure from the next, the last one what is missing.

    Where nothing but that last figure is held to anything, arithmetic speaks for none of them.
    """
    shifts, held = find_shifts(breaks.spec), breaks.held
    if not len(shifts.starts):
        return
    moved = held[shifts.there] - held[shifts.here]
    mends = (held[shifts.firsts] == 0) & np.logical_or.reduceat(held[shifts.there] != 0, shifts.starts)
    lost, found = np.zeros(len(mends), np.int64), np.zeros(len(mends), np.bool_)
    for name in group:
        row = lay_out_terms(breaks.known, breaks.spec, name)
        missed = np.add.reduceat(row[shifts.here] * moved, shifts.starts) + breaks.residuals[name]
        times = row[shifts.lasts]
        free = (times != 0) & ~found
        lost = np.where(free, -missed // np.where(free, times, 1), lost)
        found |= free
        mends &= missed + times * lost == 0
        if not mends.any():
            return
    points = NEIGHBOUR_POINTS if len(group) > 1 else NEIGHBOUR_POINTS + UNEXPLAINED
    for at in np.nonzero(mends & (held[shifts.lasts] + lost >= 0))[0].tolist():
        places = shifts.places[at]
        changes = {here: int(held[there] - held[here]) for here, there in pairwise(places)}
        changes[places[-1]] = int(lost[at])
        yield {here: by for here, by in changes.items() if by}, shifts.words[at], points
