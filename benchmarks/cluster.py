"""Many files read, checked and summed by a dask cluster of two workers, against two processes of this computer.

`python benchmarks/cluster.py [--count N] [--distinct N] [--namespaces]`: N workbooks, the same bytes printed by each
way; once with a worker that is killed in the middle. With `--namespaces` (root) each worker is in a network of its own.

No more than `--distinct` workbooks are kept: each comes again under other agencies, made as it is asked for and taken
away once it was read, so that a country's 200,000 need neither its disk nor its memory. A county is a hundred of them,
summed as `consolidate` does it, and the counties are summed again.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from measure import Table, printed, spent

if TYPE_CHECKING:
    from xltool.model import Agency, Submission

HERE = "here"
PORT = 28786
NETWORK = "10.213.{}.{}"
COUNTY = 100
"""Agencies that are judged and summed together."""
REMARK = b"# "
"""What begins a line about the run itself."""
Starter: TypeAlias = Callable[[int, bool, ExitStack], "subprocess.Popen[bytes]"]


def main() -> None:
    parser = argparse.ArgumentParser(description="A dask cluster of two workers against two local processes.")
    parser.add_argument("--count", metavar="N", type=int, default=300, help="how many workbooks (default 300)")
    parser.add_argument("--distinct", metavar="N", type=int, help="of how many that differ (default: all)")
    parser.add_argument("--texts", action="store_true", help="with texts of their own")
    parser.add_argument("--batch", metavar="N", type=int, default=100, help="how many travel together (default 100)")
    parser.add_argument("--namespaces", action="store_true", help="each worker in a network namespace (root, iproute2)")
    parser.add_argument("--read", metavar="WHERE", help=argparse.SUPPRESS)
    parser.add_argument("folder", nargs="?", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.read:
        sum_all(options.read, options.folder, options.count, options.batch)
        return
    distinct = min(options.distinct or options.count, options.count)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "returned"
        folder.mkdir()
        write_workbooks(folder, distinct, texts=options.texts)
        kept = f" ({distinct:,} that differ under other agencies)" if distinct < options.count else ""
        apart = ", workers in two networks" if options.namespaces else ""
        table = Table(
            f"{options.count:,} workbooks{kept} read, checked and summed{apart}",
            ("", "elapsed", "files a second", "CPU", "memory after a tenth, and most", "bytes printed"),
            tuple(measured(folder, Path(name), options)),
        )
    print("", *printed(table), sep="\n")


def write_workbooks(folder: Path, count: int, *, texts: bool) -> None:
    from dataclasses import replace

    from figures import different, spoiled

    from xltool import api
    from xltool.model import Reading

    for at, reading in enumerate(spoiled([Reading(each) for each in different(count)], 1 / 20)):
        assert reading.submission is not None
        submission = reading.submission if texts else replace(reading.submission, texts={})
        (folder / f"{at:06}.xlsx").write_bytes(api.fill(submission))


def offer_files(folder: Path, count: int) -> Iterator[Path]:
    """The workbooks, and then those of them under other agencies, each written when it is asked for."""
    kept = sorted(folder.glob("*.xlsx"))
    for at in range(count):
        path = kept[at % len(kept)]
        if at >= len(kept):
            data = rename_agency(path.read_bytes(), at % len(kept), at)
            path = folder / f"{at:06}-again.xlsx"
            path.write_bytes(data)
        yield path


def rename_agency(data: bytes, number: int, other: int) -> bytes:
    """A workbook of `figures.different` as that of another of its agencies."""
    from xltool.spreadsheet.packed import inflate_part, join_zip_parts, pack_part, read_zip_parts

    entries = list(read_zip_parts(data))
    changed = {}
    for entry in entries:
        if entry.name in {"xl/sharedStrings.xml", "docProps/custom.xml", "docProps/core.xml"}:
            content = inflate_part(entry.packed)
            for pattern in ("654221-{:05}", "额敏县第{}办公室"):
                content = content.replace(pattern.format(number).encode(), pattern.format(other).encode())
            changed[entry.name] = pack_part(content)
    return join_zip_parts(entries, changed)


def sum_all(where: str, folder: Path, count: int, batch: int) -> None:
    """Prints what `xltool check --json` would of all files, and the sum of those without errors."""
    import psutil

    from xltool import api
    from xltool.cli.output import to_json
    from xltool.cluster import open_cluster
    from xltool.model import Agency
    from xltool.readings import FileSource, LocalEngine, ReadingEngine

    asked: list[Path] = []
    early = 0

    def offer() -> Iterator[FileSource]:
        for path in offer_files(folder, count):
            asked.append(path)
            yield FileSource(str(path))

    def tell(engine: ReadingEngine) -> Iterator[Submission]:
        nonlocal early
        found, done = engine.map_files(offer()), 0
        while part := list(islice(found, COUNTY)):
            right = []
            for reading in api.check(part):
                path = asked.pop(0)
                sys.stdout.buffer.write(to_json(path.name, reading))
                if path.stem.endswith("-again"):
                    path.unlink()
                if reading.submission and all(finding.severity != "error" for finding in reading.findings):
                    right.append(reading.submission)
            done += len(part)
            early = early or (psutil.Process().memory_info().rss if done * 10 >= count else 0)
            yield sum_up(right, Agency(f"654221-{done:06}-000", f"第{done}县", "county"))

    own = Agency("650000-000", "某省", "province")
    if where == HERE:
        total = sum_up(list(tell(LocalEngine(2))), own)
    else:
        with open_cluster(where, batch_files=batch) as cluster:
            total = sum_up(list(tell(cluster)), own)
    sys.stdout.buffer.write(api.dump(total))
    sys.stdout.buffer.write(REMARK + json.dumps(early).encode() + b"\n")
    sys.stdout.flush()


def sum_up(given: Sequence[Submission], own: Agency) -> Submission:
    from figures import spec

    from xltool.campaign.consolidate import consolidate_submissions
    from xltool.periods import Period

    return consolidate_submissions(spec(), given, own, Period(given[0].year), root_code=own.code).total


def measured(folder: Path, place: Path, options: argparse.Namespace) -> Iterator[tuple[str, ...]]:
    command = [sys.executable, __file__, "--count", str(options.count), "--batch", str(options.batch), "--read"]
    local, row = ask([*command, HERE, str(folder)], options.count)
    yield "this computer, two processes", *row, local.digest[:12]
    scheduler = f"tcp://127.0.0.1:{PORT}"
    with ExitStack() as stack:
        start_cluster = stack.enter_context(start_scheduler(place))
        workers = [start_cluster(number, options.namespaces, stack) for number in (1, 2)]
        wait_for_workers(scheduler)
        for title, victim in (("two workers", None), ("two workers, one killed in the middle", workers[1])):
            told, row = ask([*command, scheduler, str(folder)], options.count, victim)
            if told != local:
                raise SystemExit(f"{title}: other bytes than this computer's, {told.compare(local)}")
            yield title, *row, f"{told.digest[:12]}, the same"


@dataclass(frozen=True)
class Printed:
    """What a run printed: the digest of all of it, and a short one of each line."""

    digest: str
    lines: tuple[bytes, ...]

    def compare(self, other: Printed) -> str:
        """Where another run printed other lines."""
        differ = [at for at, (one, two) in enumerate(zip(self.lines, other.lines, strict=False), 1) if one != two]
        return f"{len(differ)} lines differ, first {differ[:9]}; {len(self.lines)} and {len(other.lines)} in all"


def ask(
    command: Sequence[str], count: int, victim: subprocess.Popen[bytes] | None = None
) -> tuple[Printed, tuple[str, ...]]:
    """What a run prints, and its row; the victim is killed once half of the results have come."""
    start, digest, lines = time.perf_counter(), hashlib.sha256(), list[bytes]()
    child = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert child.stdout is not None
    early = 0
    for at, line in enumerate(child.stdout):
        if victim is not None and at == count // 2:
            os.killpg(victim.pid, signal.SIGKILL)
        if line.startswith(REMARK):
            early = json.loads(line.removeprefix(REMARK))
        else:
            digest.update(line)
            lines.append(hashlib.sha256(line).digest()[:8])
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{command[-2]}: ended with {child.returncode}")
    elapsed = time.perf_counter() - start
    cpu = used.ru_utime + used.ru_stime
    memory = f"{early / 2**20:.0f}, {used.ru_maxrss / 2**10:.0f} MiB"
    return Printed(digest.hexdigest(), tuple(lines)), (spent(elapsed), f"{count / elapsed:.0f}", spent(cpu), memory)


@contextmanager
def start_scheduler(place: Path) -> Iterator[Starter]:
    """A scheduler on all of this computer's networks, and how workers of it are started."""
    with run("scheduler", "--port", str(PORT), "--no-dashboard"):
        for _ in range(400):
            with socket.socket() as asked:
                if asked.connect_ex(("127.0.0.1", PORT)) == 0:
                    break
            time.sleep(0.05)

        def start(number: int, apart: bool, stack: ExitStack) -> subprocess.Popen[bytes]:
            before: Sequence[str] = ()
            address = "127.0.0.1"
            if apart:
                before = stack.enter_context(make_network(number))
                address = NETWORK.format(number, 1)
            words = ("--nthreads", "1", "--no-dashboard", "--local-directory", str(place / f"worker{number}"))
            return stack.enter_context(run("worker", f"tcp://{address}:{PORT}", *words, before=before))

        yield start


@contextmanager
def make_network(number: int) -> Iterator[Sequence[str]]:
    """A network namespace with one cable to this one; what stands before a command that is to run in it."""
    name, ours, theirs = f"xltool{number}", f"xlt{number}a", f"xlt{number}b"
    for words in (
        f"netns add {name}",
        f"link add {ours} type veth peer name {theirs} netns {name}",
        f"addr add {NETWORK.format(number, 1)}/24 dev {ours}",
        f"link set {ours} up",
        f"-n {name} addr add {NETWORK.format(number, 2)}/24 dev {theirs}",
        f"-n {name} link set {theirs} up",
        f"-n {name} link set lo up",
    ):
        subprocess.run(["ip", *words.split()], check=True)
    try:
        yield ("ip", "netns", "exec", name)
    finally:
        subprocess.run(["ip", "netns", "delete", name], check=False)


@contextmanager
def run(kind: str, *words: str, before: Sequence[str] = ()) -> Iterator[subprocess.Popen[bytes]]:
    """A program of dask, with all that it starts, until the end of the block."""
    command = [*before, sys.executable, "-m", f"distributed.cli.dask_{kind}", *words]
    nowhere = subprocess.DEVNULL
    process = subprocess.Popen(command, stdout=nowhere, stderr=nowhere, start_new_session=True)
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def wait_for_workers(address: str) -> None:
    """Waits until both workers are there."""
    code = "import sys, distributed; distributed.Client(sys.argv[1]).wait_for_workers(2, timeout=60)"
    subprocess.run([sys.executable, "-c", code, address], check=True, stderr=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
