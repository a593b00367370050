"""Side by side in one run: contenders take turns, the CPU time of every turn is taken, and medians are compared."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median


@dataclass(frozen=True)
class Contender:
    """One way to do the thing; the first of a comparison is xltool's."""

    name: str
    run: Callable[[], object]


@dataclass(frozen=True)
class Table:
    """A result as text: a title, heads, and rows whose first cell is a name."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def process_cpu(run: Callable[[], object]) -> float:
    """Seconds of CPU of one call; garbage of the call before is not on its bill."""
    gc.collect()
    start = time.process_time()
    run()
    return time.process_time() - start


def children_cpu(run: Callable[[], object]) -> float:
    """Seconds of CPU, user and system, of the processes that one call starts and waits for."""
    from resource import RUSAGE_CHILDREN, getrusage

    before = getrusage(RUSAGE_CHILDREN)
    run()
    after = getrusage(RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def interleaved(contenders: Sequence[Contender], rounds: int, clock: Callable[[Callable[[], object]], float] = process_cpu) -> list[float]:
    """The median of each contender, A B C A B C …, after one turn each that does not count."""
    for contender in contenders:
        contender.run()
    turns: list[list[float]] = [[] for _ in contenders]
    for _ in range(rounds):
        for contender, mine in zip(contenders, turns, strict=True):
            mine.append(clock(contender.run))
    return [median(mine) for mine in turns]


def compared(
    title: str, contenders: Sequence[Contender], rounds: int, clock: Callable[[Callable[[], object]], float] = process_cpu
) -> Table:
    """Each contender's CPU time, and how many times the first one's that is."""
    seconds = interleaved(contenders, rounds, clock)
    rows = [(c.name, f"{1000 * own:.3g} ms" if own < 1 else f"{own:.2f} s", _times(own / seconds[0])) for c, own in zip(contenders, seconds, strict=True)]
    return Table(title, ("", "CPU time", "times xltool's"), tuple(rows))


def printed(table: Table) -> Iterator[str]:
    """The lines of a table for a terminal."""
    yield table.title
    columns = list(zip(table.heads, *table.rows, strict=True))
    widths = [max(map(len, column)) for column in columns]
    for row in (table.heads, *table.rows):
        rest = "".join(f"  {cell:>{width}}" for cell, width in zip(row[1:], widths[1:], strict=True))
        yield f"  {row[0]:<{widths[0]}}{rest}"


def markdown(table: Table) -> Iterator[str]:
    """The lines of a table for the README."""
    yield f"**{table.title}**"
    yield ""
    yield _pipes(table.heads)
    yield _pipes(("---", *("---:" for _ in table.heads[1:])))
    yield from map(_pipes, table.rows)


def steps(values: Sequence[float]) -> list[float]:
    """What each value adds to the one before."""
    return [after - before for before, after in pairwise(values)]


def _times(ratio: float) -> str:
    return f"{ratio:.2f}" if ratio < 10 else f"{ratio:.1f}"


def _pipes(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
