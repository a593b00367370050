"""What a hand mixes up in a form: two rows, two columns, or two cells of a line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from xltool.forms.memo import derive_once
from xltool.model import Block, Cell, FormSpec

MOST_PAIRS: Final = 100_000
"""So many pairs of cells are looked at for figures that changed places."""
SWAPPED: Final = "这两{lines}的数可能填颠倒了：互换后，相关的勾稽关系就全部平衡"


@dataclass(frozen=True, eq=False)
class Exchanges:
    """Two rows, two columns, or two cells of a line that may have been mixed up, as pairs of inputs.

    `first` and `second` are their places among the values, `starts` where the pairs of each exchange begin.
    """

    first: NDArray[np.intp]
    second: NDArray[np.intp]
    starts: NDArray[np.intp]
    words: tuple[str, ...]


@derive_once
def find_exchanges(spec: FormSpec) -> Exchanges:
    """What a hand mixes up in a form: whole lines before single cells, neighbours before those further apart.

    At most `MOST_PAIRS` pairs of cells: in a form of thousands of cells not the lines that lie far apart.
    """
    listed, count = [], 0
    for words, pairs in _list_exchanges(spec):
        count += len(pairs)
        if count > MOST_PAIRS:
            break
        listed.append((words, [(spec.index[one.key], spec.index[two.key]) for one, two in pairs]))
    flat = np.array([pair for _, pairs in listed for pair in pairs], np.intp).reshape(-1, 2)
    starts = np.cumsum([0, *(len(pairs) for _, pairs in listed)])[:-1].astype(np.intp)
    return Exchanges(flat[:, 0], flat[:, 1], starts, tuple(words for words, _ in listed))


def _list_exchanges(spec: FormSpec) -> Iterator[tuple[str, list[tuple[Cell, Cell]]]]:
    kinds = [
        (line, lines) for table in spec.tables for block in table.blocks for line, lines in _list_lines(spec, block)
    ]
    for whole in (True, False):
        for line, lines in kinds:
            for apart in range(1, len(lines)):
                for one, two in zip(lines, lines[apart:], strict=False):
                    pairs = [(one[at], two[at]) for at in one if at in two and one[at].measure is two[at].measure]
                    if whole and len(pairs) > 1:
                        yield SWAPPED.format(lines=line), pairs
                    elif not whole:
                        yield from ((SWAPPED.format(lines="格"), [pair]) for pair in pairs)


def _list_lines(spec: FormSpec, block: Block) -> Iterator[tuple[str, list[dict[str, Cell]]]]:
    """The inputs of a block as rows, and as columns, by what crosses them."""
    rows: dict[str, dict[str, Cell]] = {}
    columns: dict[str, dict[str, Cell]] = {}
    for cell in (cell for cell in spec.cells if cell.block is block and not cell.total):
        rows.setdefault(cell.row.id, {})[cell.column.id] = cell
        columns.setdefault(cell.column.id, {})[cell.row.id] = cell
    yield "行", list(rows.values())
    yield "栏", list(columns.values())
