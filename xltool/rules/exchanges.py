"""What a hand mixes up in a form: two rows, two columns, two cells of a line, or a line that is one place out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from xltool.forms.memo import derive_once
from xltool.model import Block, Cell, FormSpec

MOST_PAIRS: Final = 100_000
"""So many pairs of cells are looked at for figures that changed places."""
SWAPPED: Final = "这两{lines}的数可能填颠倒了：互换后，相关的勾稽关系就全部平衡"


ONE_PLACE_OUT: Final = "这一{line}的数可能整体错开了一{crossing}：移回来后，相关的勾稽关系就全部平衡"
NEIGHBOUR_POINTS: Final = 8
"""Points against two neighbours having been mixed up, or a line being one place out: see `witnesses`."""
DISTANT_POINTS: Final = 11
"""Points against lines or cells that lie further apart."""


@dataclass(frozen=True, eq=False)
class Shifts:
    """Rows and columns whose figures may stand one place out, either way.

    `places` are those of each line, from which each takes its own back from the next; what stood in the last of them is
    lost, and is what the equalities say. `here` and `there` are these pairs of all lines, `starts` where those of each
    begin, `firsts` and `lasts` its ends.
    """

    places: tuple[tuple[int, ...], ...]
    words: tuple[str, ...]
    here: NDArray[np.intp]
    there: NDArray[np.intp]
    starts: NDArray[np.intp]
    firsts: NDArray[np.intp]
    lasts: NDArray[np.intp]


@derive_once
def find_shifts(spec: FormSpec) -> Shifts:
    """Every row and column of a form that may be one place out, either way: its inputs, the lost one last."""
    listed, words = list[tuple[int, ...]](), list[str]()
    for line, crossing, lines in _list_kinds(spec):
        for cells in lines:
            places = tuple(spec.index[cell.key] for cell in cells.values())
            if len(places) > 2 and len({cell.measure.id for cell in cells.values()}) == 1:
                listed += [places, places[::-1]]
                words += [ONE_PLACE_OUT.format(line=line, crossing=crossing)] * 2
    pairs = np.array([pair for places in listed for pair in pairwise(places)], np.intp).reshape(-1, 2)
    starts = np.cumsum([0, *(len(places) - 1 for places in listed)])[:-1].astype(np.intp)
    firsts, lasts = (np.array([places[end] for places in listed], np.intp) for end in (0, -1))
    return Shifts(tuple(listed), tuple(words), pairs[:, 0], pairs[:, 1], starts, firsts, lasts)


@dataclass(frozen=True, eq=False)
class Exchanges:
    """Two rows, two columns, or two cells of a line that may have been mixed up, as pairs of inputs.

    `first` and `second` are their places among the values, `starts` where the pairs of each exchange begin.
    """

    first: NDArray[np.intp]
    second: NDArray[np.intp]
    starts: NDArray[np.intp]
    words: tuple[str, ...]
    points: tuple[int, ...]


@derive_once
def find_exchanges(spec: FormSpec) -> Exchanges:
    """What a hand mixes up in a form: whole lines before single cells, neighbours before those further apart.

    At most `MOST_PAIRS` pairs of cells: in a form of thousands of cells not the lines that lie far apart.
    """
    listed, count = [], 0
    for words, points, pairs in _list_exchanges(spec):
        count += len(pairs)
        if count > MOST_PAIRS:
            break
        listed.append((words, points, [(spec.index[one.key], spec.index[two.key]) for one, two in pairs]))
    flat = np.array([pair for _, _, pairs in listed for pair in pairs], np.intp).reshape(-1, 2)
    starts = np.cumsum([0, *(len(pairs) for _, _, pairs in listed)])[:-1].astype(np.intp)
    said, against = tuple(words for words, _, _ in listed), tuple(points for _, points, _ in listed)
    return Exchanges(flat[:, 0], flat[:, 1], starts, said, against)


def _list_exchanges(spec: FormSpec) -> Iterator[tuple[str, int, list[tuple[Cell, Cell]]]]:
    kinds = list(_list_kinds(spec))
    for whole in (True, False):
        for line, _, lines in kinds:
            for apart in range(1, len(lines)):
                points = NEIGHBOUR_POINTS if apart == 1 else DISTANT_POINTS
                for one, two in zip(lines, lines[apart:], strict=False):
                    pairs = [(one[at], two[at]) for at in one if at in two and one[at].measure is two[at].measure]
                    if whole and len(pairs) > 1:
                        yield SWAPPED.format(lines=line), points, pairs
                    elif not whole:
                        yield from ((SWAPPED.format(lines="格"), points, [pair]) for pair in pairs)


def _list_kinds(spec: FormSpec) -> Iterator[tuple[str, str, list[dict[str, Cell]]]]:
    """The rows, then the columns, of each block, with what they are called and what crosses them."""
    for table in spec.tables:
        for block in table.blocks:
            (row, rows), (column, columns) = _list_lines(spec, block)
            yield from ((row, column, rows), (column, row, columns))


def _list_lines(spec: FormSpec, block: Block) -> Iterator[tuple[str, list[dict[str, Cell]]]]:
    """The inputs of a block as rows, and as columns, by what crosses them."""
    rows: dict[str, dict[str, Cell]] = {}
    columns: dict[str, dict[str, Cell]] = {}
    for cell in (cell for cell in spec.cells if cell.block is block and not cell.total):
        rows.setdefault(cell.row.id, {})[cell.column.id] = cell
        columns.setdefault(cell.column.id, {})[cell.row.id] = cell
    yield "行", list(rows.values())
    yield "栏", list(columns.values())
