"""A campaign of so many agencies, each command as a process: `python benchmarks/load.py [COUNT …] [--write]`.

CPU time with that of its workers, time elapsed, and the most memory that any one process held at once.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from measure import Table, markdown, printed, spent

if TYPE_CHECKING:
    from xltool.model import Submission

README: Final = Path(__file__).with_name("README.md")
BEGIN, END = "<!-- load -->", "<!-- end of the load -->"
COUNTS: Final = (250, 2_000, 10_000)
YEAR, PLACE = 2024, "额敏县"
COMMAND: Final = "from xltool.cli import main; main()"
MOST_REPORTS: Final = 2_000
"""Agencies whose reports are written: each costs some 40 ms, and nothing of one stays for the next."""
SPOILED: Final = 20
"""One in so many has a wrong figure, and is sent back."""
DONE: Final = frozenset({0, 3})
"""Exit codes of a command that did its work; 3 tells of what was sent back."""
TOO_MUCH: Final = DONE | {1}
"""1 is the sentence that a sheet does not hold so many rows."""


def main() -> None:
    parser = argparse.ArgumentParser(description="What each command costs at a campaign of so many agencies.")
    parser.add_argument("counts", metavar="COUNT", nargs="*", type=int, default=COUNTS)
    parser.add_argument("--write", action="store_true", help="put the tables into README.md beside this file")
    parser.add_argument("--fill", metavar="FOLDER", type=Path, help=argparse.SUPPRESS)  # what runs in a process apart
    parser.add_argument("--find", metavar="FOLDER", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.fill or options.find:
        fill_all(options.fill) if options.fill else find_asked(options.find)
        return
    tables = []
    for count, plain in [*((count, True) for count in options.counts), (min(options.counts), False)]:
        title = f"A campaign of {count:,} agencies{'' if plain else ', with 办公室.xlsx'}"
        with tempfile.TemporaryDirectory() as folder:
            rows = tuple(measured(Path(folder), count, plain=plain))
        tables.append(Table(title, ("", "CPU time", "elapsed", "peak memory"), rows))
        print("", *printed(tables[-1]), sep="\n", flush=True)
    if options.write:
        before, _, rest = README.read_text("utf-8").partition(BEGIN)
        _, end, after = rest.partition(END)
        if not end:
            raise SystemExit(f"README.md lacks the marks {BEGIN} and {END}")
        body = "\n\n".join(["", *("\n".join(markdown(table)) for table in tables), ""])
        README.write_text(f"{before}{BEGIN}{body}{END}{after}", "utf-8")


def measured(place: Path, count: int, *, plain: bool) -> Iterator[tuple[str, ...]]:
    """A row for each command, in the order of a campaign."""
    root, roster = place / PLACE, place / "roster.csv"
    lines = (f"{name_code(number)},{name_agency(number)},部门" for number in range(count))
    roster.write_text("\n".join(["单位代码,单位名称,级别", *lines, ""]), "utf-8")
    kind = ["--plain"] if plain else []
    new = ("new", *kind, root, "--form", "ogi-2021", "--year", YEAR, "--name", PLACE, "--roster", roster)
    yield "new", *run(*new)
    yield "build", *run("build", "-C", root)
    subprocess.run([sys.executable, __file__, "--fill", root], check=True)
    yield "collect, all of them", *run("collect", "-C", root)
    yield "collect, nothing new", *run("collect", "-C", root)
    yield "status", *run("status", "-C", root)
    asked = subprocess.run([sys.executable, __file__, "--find", root], capture_output=True, text=True, check=True)
    yield "waive", *run("waive", "-C", root, *asked.stdout.split(), "--reason", "已核实", "--by", "王某")
    yield "consolidate", *run("consolidate", "-C", root, "--allow-missing")
    if count <= MOST_REPORTS:
        yield "reports, all of them", *run("reports", "-C", root)
        yield "reports, nothing new", *run("reports", "-C", root)
    for ending in ("csv", "xlsx"):
        yield f"export, .{ending}", *run("export", "-C", root, "-o", place / f"数据.{ending}", known=TOO_MUCH)
    yield "doctor", *run("doctor", "-C", root)


def run(*words: object, known: frozenset[int] = DONE) -> tuple[str, str, str]:
    """CPU time, time elapsed and peak memory of one command, its workers' included, the peak being of one process.

    This process stays small: what one starts inherits the peak of the one that started it.
    """
    start = time.perf_counter()
    with tempfile.TemporaryFile() as told:
        child = subprocess.Popen([sys.executable, "-c", COMMAND, *map(str, words)], stdout=told, stderr=told)
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode not in known:
            told.seek(0)
            raise SystemExit(
                f"{words[0]} ended with {child.returncode}: {told.read().decode('utf-8', 'replace')[-900:]}"
            )
    elapsed = time.perf_counter() - start
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return spent(used.ru_utime + used.ru_stime), spent(elapsed), f"{used.ru_maxrss / unit:.0f} MiB"


def name_code(number: int) -> str:
    return f"654221-{number:05d}"


def name_agency(number: int) -> str:
    return f"额敏县第{number}办公室"


def fill_all(root: Path) -> None:
    """What the agencies of a campaign send back: workbooks with figures of their own, some of them wrong."""
    from figures import different, spoiled

    from xltool.campaign.folder import load_campaign
    from xltool.campaign.store import Store
    from xltool.model import Reading

    campaign = load_campaign(root)
    inbox = campaign.root / campaign.layout.inbox
    store = Store(campaign.database)
    serials = {code: issue.serial for code, issue in store.issues().items()}
    store.close()
    given = [each.submission for each in spoiled([Reading(each) for each in different(len(serials))], 1 / SPOILED)]
    with ProcessPoolExecutor() as pool:
        list(pool.map(partial(fill_one, inbox, serials), given, chunksize=50))


def fill_one(inbox: Path, serials: dict[str, str], submission: Submission) -> None:
    from dataclasses import replace

    from xltool import api

    code = submission.agency.code
    filled = replace(submission, serial=serials[code], year=YEAR)
    (inbox / f"{code}.xlsx").write_bytes(api.fill(filled))


def find_asked(root: Path) -> None:
    """Prints an agency that was sent back and what is asked of it."""
    from xltool.campaign.folder import load_campaign
    from xltool.campaign.store import Store

    store = Store(load_campaign(root).database)
    for version in store.read_counting():
        errors = [found["name"] for found in version.findings if found["severity"] == "error"]
        if errors:
            print(version.agency, errors[0])
            return


if __name__ == "__main__":
    main()
