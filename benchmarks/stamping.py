"""Blank workbooks for many agencies: against xlsxwriter making each, and against writing the same bytes to disk."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from figures import accepted, spec
from fill import script
from measure import Contender, Table, interleaved, process_cpu, ratio, spent

from xltool import files
from xltool.model import Agency, Submission
from xltool.periods import Period
from xltool.workbook import masters, write
from xltool.workbook.stamp import Master

YEAR = 2024


def measured(quick: bool) -> list[Table]:
    count, few, rounds = (50, 5, 2) if quick else (1_000, 20, 5)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        return [
            _compared(f"Blank workbooks for {count:,} agencies", None, (count, few, rounds), folder),
            _compared(
                f"Blank workbooks for {count:,} agencies, last year's figures in them",
                accepted()[1],
                (count, few, rounds),
                folder,
            ),
        ]


def _compared(title: str, pattern: Submission | None, sizes: tuple[int, int, int], folder: Path) -> Table:
    """CPU time of one workbook, by each way; the slow ways make fewer of them."""
    count, few, rounds = sizes
    agencies = list(_agencies(count))
    prior = pattern and replace(pattern, year=YEAR - 1)
    data = list(_stamped(agencies, prior))
    if data[few] != write.write_workbook(spec(), _blank(agencies[few]), prior):
        raise SystemExit("what was stamped is not what the writer makes")
    ways: list[tuple[int, Contender]] = [
        (
            count,
            Contender(
                "xltool: the master once, then each stamped and stored", lambda: _put(_stamped(agencies, prior), folder)
            ),
        ),
        (
            few,
            Contender("xltool.fill, each, in memory", lambda: _written(agencies[:few], prior)),
        ),
    ]
    if prior is None:
        ways.append(
            (1, Contender("xlsxwriter, the same calls written by hand, each, in memory", script(_blank(agencies[0]))))
        )
    ways += [
        (count, Contender("the same bytes stored: whole or absent, flushed to disk", lambda: _put(data, folder))),
        (count, Contender("limit: the same bytes merely written", lambda: _write(data, folder))),
    ]
    seconds = interleaved([contender for _, contender in ways], rounds, process_cpu)
    each = [own / number for (number, _), own in zip(ways, seconds, strict=True)]
    rows = tuple(
        (contender.name, spent(own), ratio(own / each[0])) for (_, contender), own in zip(ways, each, strict=True)
    )
    return Table(title, ("", "CPU time of one", "times xltool's"), rows)


def _agencies(count: int) -> Iterator[tuple[Agency, str]]:
    for number in range(1, count + 1):
        yield (
            Agency(f"654221-{number:04d}", f"额敏县第{number}办公室", "department"),
            f"{number:04d}-0123456789abcdef0123",
        )


def _blank(issued: tuple[Agency, str]) -> Submission:
    return Submission(spec().id, YEAR, issued[0], (None,) * len(spec().cells), serial=issued[1])


def _stamped(agencies: Sequence[tuple[Agency, str]], prior: Submission | None) -> Iterator[bytes]:
    masters.forget_moulds(spec())  # the master is on this bill
    master = Master(spec(), Period(YEAR))
    for agency, serial in agencies:
        yield master.stamp(agency, serial, prior)


def _written(agencies: Sequence[tuple[Agency, str]], prior: Submission | None) -> None:
    for issued in agencies:
        write.write_workbook(spec(), _blank(issued), prior)


def _put(workbooks: Iterator[bytes] | Sequence[bytes], folder: Path) -> None:
    _each(workbooks, folder, files.write_file)


def _write(workbooks: Sequence[bytes], folder: Path) -> None:
    _each(workbooks, folder, lambda path, data: path.write_bytes(data))


def _each(workbooks: Iterator[bytes] | Sequence[bytes], folder: Path, store: Callable[[Path, bytes], object]) -> None:
    for number, data in enumerate(workbooks):
        store(folder / f"{number}.xlsx", data)
