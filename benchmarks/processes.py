"""Two worker processes against two bare loops, each over half of the files: what isolation and order cost.

All three start afresh from this process and end with the findings of every file. What passes is measured, not CPU time:
that is what a second processor is for. Nothing else may be at work meanwhile.
"""

from __future__ import annotations

import multiprocessing
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median

from figures import different
from measure import Table, ratio, spent

import xltool
from xltool import api
from xltool.readings import FileSource, LocalEngine


def measured(quick: bool) -> list[Table]:
    counts, rounds = ((30,), 1) if quick else ((300, 1_000), 5)
    rows: list[tuple[str, ...]] = []
    with tempfile.TemporaryDirectory() as folder:
        for number, submission in enumerate(different(counts[-1])):
            Path(folder, f"{number:04d}.xlsx").write_bytes(xltool.fill(replace(submission, texts={})))
        paths = sorted(Path(folder).iterdir())
        for count in counts:
            rows += _compare(paths[:count], rounds)
    return [Table("Two processes", ("", "elapsed", "times one bare loop's speed"), tuple(rows))]


def _compare(paths: Sequence[Path], rounds: int) -> list[tuple[str, ...]]:
    turns: tuple[list[float], ...] = ([], [], [])
    for _ in range(rounds):
        for run, mine in zip((_loop_once, _loop_twice, _share), turns, strict=True):
            mine.append(_time(run, paths))
    one, two, ours = map(median, turns)
    return [
        (f"{len(paths):,} files, one bare loop of read and check", spent(one), "1"),
        ("two bare loops, each of half of them", spent(two), ratio(one / two)),
        (f"xltool, two workers ({ratio(two / ours)} of what two loops gain)", spent(ours), ratio(one / ours)),
    ]


def _time(run: Callable[[Sequence[Path]], None], paths: Sequence[Path]) -> float:
    start = time.perf_counter()
    run(paths)
    return time.perf_counter() - start


def _loop_once(paths: Sequence[Path]) -> None:
    _run_apart([paths])


def _loop_twice(paths: Sequence[Path]) -> None:
    _run_apart([paths[::2], paths[1::2]])


def _share(paths: Sequence[Path]) -> None:
    process = multiprocessing.get_context("fork").Process(target=_check_shared, args=(paths,))
    process.start()
    process.join()
    assert process.exitcode == 0


def _check_shared(paths: Sequence[Path]) -> None:
    found = LocalEngine(2).map_files(FileSource(str(path)) for path in paths)
    assert all(reading.submission is not None for reading in api.check([*found]))


def _run_apart(parts: Sequence[Sequence[Path]]) -> None:
    processes = [multiprocessing.get_context("fork").Process(target=_loop, args=(part,)) for part in parts]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
        assert process.exitcode == 0


def _loop(paths: Sequence[Path]) -> None:
    for path in paths:
        [reading] = api.check([api.read(path.read_bytes())])
        assert reading.submission is not None
