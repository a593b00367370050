"""Side by side in one run: contenders take turns, the CPU time of every turn is taken, and medians are compared."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Final


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


TURN: Final = 0.1
"""Seconds of CPU that a turn takes at least: what is quick is called several times, so that one miss of a cache is not
all of it."""


def process_cpu(run: Callable[[], object]) -> float:
    """Seconds of CPU of one call in this process; each contender clears its own garbage away, and on its own bill."""
    calls, start = 0, time.process_time()
    while not calls or time.process_time() - start < TURN:
        run()
        calls += 1
    gc.collect()
    return (time.process_time() - start) / calls


def children_cpu(run: Callable[[], object]) -> float:
    """Seconds of CPU, user and system, of the processes that one call starts and waits for."""
    from resource import RUSAGE_CHILDREN, getrusage

    before = getrusage(RUSAGE_CHILDREN)
    run()
    after = getrusage(RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def interleaved(
    contenders: Sequence[Contender], rounds: int, clock: Callable[[Callable[[], object]], float] = process_cpu
) -> list[float]:
    """The median of each contender, A B C A B C …, after one turn each that does not count."""
    for contender in contenders:
        contender.run()
    gc.collect()
    gc.freeze()  # what lives on from here is nobody's garbage, and no collection looks at it again
    turns: list[list[float]] = [[] for _ in contenders]
    for _ in range(rounds):
        for contender, mine in zip(contenders, turns, strict=True):
            mine.append(clock(contender.run))
    gc.unfreeze()
    return [median(mine) for mine in turns]


def compared(
    title: str,
    contenders: Sequence[Contender],
    rounds: int,
    clock: Callable[[Callable[[], object]], float] = process_cpu,
) -> Table:
    """Each contender's CPU time, and how many times the first one's that is."""
    seconds = interleaved(contenders, rounds, clock)
    rows = tuple((c.name, spent(own), ratio(own / seconds[0])) for c, own in zip(contenders, seconds, strict=True))
    return Table(title, ("", "CPU time", "times xltool's"), rows)


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


def spent(seconds: float) -> str:
    """Seconds as a table shows them."""
    return f"{1000 * seconds:.3g} ms" if seconds < 0.9995 else f"{seconds:.2f} s"


def ratio(times: float) -> str:
    """How many times, as a table shows it."""
    return f"{times:.2f}" if times < 10 else f"{times:.1f}"


def _pipes(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
