"""Many files read and checked by a dask cluster of two workers, against two processes of this computer.

`python benchmarks/cluster.py [--count N] [--namespaces]`: N distinct workbooks, the same bytes printed by each way;
once with a worker that is killed in the middle. With `--namespaces` (root) each worker is in a network of its own.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path

from measure import Table, printed, spent

HERE = "here"
PORT = 28786
NETWORK = "10.213.{}.{}"
JUDGED = 100


def main() -> None:
    parser = argparse.ArgumentParser(description="A dask cluster of two workers against two local processes.")
    parser.add_argument("--count", metavar="N", type=int, default=300, help="how many workbooks (default 300)")
    parser.add_argument("--batch", metavar="N", type=int, default=20, help="how many travel together (default 20)")
    parser.add_argument("--namespaces", action="store_true", help="each worker in a network namespace (root, iproute2)")
    parser.add_argument("--read", metavar="WHERE", help=argparse.SUPPRESS)
    parser.add_argument("folder", nargs="?", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.read:
        check_all(options.read, options.folder, options.batch)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "returned"
        folder.mkdir()
        write_workbooks(folder, options.count)
        table = Table(
            f"{options.count:,} workbooks read and checked{', workers in two networks' if options.namespaces else ''}",
            ("", "elapsed", "files a second", "CPU of who asks", "bytes printed"),
            tuple(measured(folder, Path(name), options)),
        )
    print("", *printed(table), sep="\n")


def write_workbooks(folder: Path, count: int) -> None:
    from figures import different, spoiled

    from xltool import api
    from xltool.model import Reading

    for at, reading in enumerate(spoiled([Reading(each) for each in different(count)], 1 / 20)):
        assert reading.submission is not None
        (folder / f"{at:06}.xlsx").write_bytes(api.fill(reading.submission))


def check_all(where: str, folder: Path, batch: int) -> None:
    """Prints what `xltool check --json` would of all files of a folder."""
    from xltool import api
    from xltool.cli.output import to_json
    from xltool.cluster import open_cluster
    from xltool.readings import FileSource, LocalEngine, ReadingEngine

    names = sorted(str(path) for path in folder.iterdir())

    def tell(engine: ReadingEngine) -> None:
        found, told = engine.map_files(map(FileSource, names)), iter(names)
        while part := list(islice(found, JUDGED)):
            for reading in api.check(part):
                sys.stdout.buffer.write(to_json(next(told), reading))
            sys.stdout.flush()

    if where == HERE:
        tell(LocalEngine(2))
        return
    with open_cluster(where, batch_files=batch) as cluster:
        tell(cluster)


def measured(folder: Path, place: Path, options: argparse.Namespace) -> Iterator[tuple[str, ...]]:
    command = [sys.executable, __file__, "--batch", str(options.batch), "--read"]
    local, row = ask([*command, HERE, str(folder)], options.count)
    yield "this computer, two processes", *row, local[:12]
    scheduler = f"tcp://127.0.0.1:{PORT}"
    with ExitStack() as stack:
        start_cluster = stack.enter_context(start_scheduler(place))
        workers = [start_cluster(number, options.namespaces, stack) for number in (1, 2)]
        wait_for_workers(scheduler)
        for title, victim in (("two workers", None), ("two workers, one killed in the middle", workers[1])):
            digest, row = ask([*command, scheduler, str(folder)], options.count, victim)
            if digest != local:
                raise SystemExit(f"{title}: other bytes than this computer's")
            yield title, *row, f"{digest[:12]}, the same"


def ask(
    command: Sequence[str], count: int, victim: subprocess.Popen[bytes] | None = None
) -> tuple[str, tuple[str, ...]]:
    """The digest of what a run prints, and its row; the victim is killed once the first results have come."""
    start, digest = time.perf_counter(), hashlib.sha256()
    child = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert child.stdout is not None
    for at, line in enumerate(child.stdout):
        if at == 0 and victim is not None:
            os.killpg(victim.pid, signal.SIGKILL)
        digest.update(line)
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{command[-2]}: ended with {child.returncode}")
    elapsed = time.perf_counter() - start
    cpu = used.ru_utime + used.ru_stime
    return digest.hexdigest(), (spent(elapsed), f"{count / elapsed:.0f}", spent(cpu))


@contextmanager
def start_scheduler(place: Path):  # type: ignore[no-untyped-def]
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
