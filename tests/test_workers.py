"""Workers that crash, hang or swallow memory cost the item at hand and nothing else."""

import ctypes
import multiprocessing
import os
import signal
import subprocess
import sys
import time
import zlib
from multiprocessing.connection import Connection
from multiprocessing.reduction import ForkingPickler
from pathlib import Path

import psutil
import pytest

from xltool import api, workers
from xltool.model import Reading
from xltool.workers import Lost, run_in_workers

METHODS = [method for method in ("fork", "spawn") if method in multiprocessing.get_all_start_methods()]
MIB = 2**20
WORD = b"xltool-test:"
SAMPLES = Path(__file__).resolve().parents[1] / "samples"


def double(number):
    return 2 * number


def misbehave(data: bytes):
    """Does what the bytes say, or reads them as a file."""
    match data.removeprefix(WORD) if data.startswith(WORD) else b"":
        case b"kill":
            os.kill(os.getpid(), signal.SIGKILL)
        case b"exit":
            os._exit(0)
        case b"fault":
            ctypes.string_at(1)
        case b"hang":
            time.sleep(1000)
        case b"spin":
            while True:
                pass
        case b"slow":
            time.sleep(2)
        case b"memory":
            return [bytearray(16 * MIB) for _ in range(10_000)]
        case b"stack":
            return misbehave(data) + misbehave(data)
        case b"bug":
            raise ZeroDivisionError("a fault of the program")
    return api.read(data)


def filled(code):
    document = (SAMPLES / "2024" / "654221-015.json").read_bytes().replace(b"654221-015", code.encode())
    return api.fill(api.read(document).submission)


def words(*names):
    return [WORD + name.encode() for name in names]


@pytest.mark.parametrize("method", METHODS)
def test_results_come_in_order(method):
    assert list(run_in_workers(double, range(300), jobs=2, method=method)) == list(range(0, 600, 2))
    assert list(run_in_workers(double, [], jobs=2, method=method)) == []


LOSSES = {
    "kill": Lost("crash", "SIGKILL"),
    "exit": Lost("crash"),
    "fault": Lost("crash", "SIGSEGV"),
    "hang": Lost("stall"),
    "spin": Lost("time"),
    "memory": Lost("memory"),
}


@pytest.mark.parametrize(("word", "lost"), LOSSES.items())
def test_one_item_is_lost_and_those_behind_it_are_not(word, lost):
    items = [b"plain text", *words(word), b"plain text", b"more text", *words(word, word), b"last"]
    answers = list(
        run_in_workers(
            misbehave,
            items,
            jobs=1,
            seconds=1 if lost.why == "time" else 10,
            wait_seconds=4 if lost.why == "stall" else None,
        )
    )  # a busy machine takes its time to fill memory
    assert [isinstance(answer, Reading) for answer in answers] == [True, False, True, True, False, False, True]
    assert answers[1] == answers[4] == answers[5] == lost


def die_once(marker: Path):
    """Ends its process by force, as a system does that has no memory left; not a second time."""
    if not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return marker.name


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_worker_that_was_ended_from_outside_costs_no_item(tmp_path, jobs):
    names = [f"{at}" for at in range(6)]
    (tmp_path / "0").touch()
    (tmp_path / "3").touch()
    assert list(run_in_workers(die_once, map(tmp_path.joinpath, names), jobs=jobs)) == names


@pytest.mark.parametrize("watched", [False, True])
def test_the_time_of_the_processor_is_what_counts(watched):
    """A machine that is busy with others keeps a worker waiting, and refuses no file for that."""
    answers = list(run_in_workers(misbehave, [*words("slow", "spin", "slow"), b"text"], seconds=1, watched=watched))
    assert [isinstance(answer, Reading) for answer in answers] == [True, False, True, True]
    assert answers[1] == Lost("time")


def test_each_item_has_the_whole_time():
    assert not any(isinstance(answer, Lost) for answer in run_in_workers(burn, [0.4] * 5, seconds=1))


def burn(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


def test_what_is_packed_in_one_file_shares_its_time():
    patience = workers.Patience(3.0)
    assert patience.run(burn, 1.0) is None and 1 < patience.seconds <= 2.0
    assert patience.run(misbehave, *words("slow")).submission is None and patience.seconds > 0
    assert patience.run(misbehave, *words("spin")) == Lost("time")
    assert patience.run(burn, 0.0) == Lost("time"), "nothing is left"


def test_an_item_that_exhausts_the_stack_is_lost():
    assert list(run_in_workers(misbehave, words("stack"))) == [Lost("crash")]


def test_a_fault_of_the_program_costs_one_item_and_is_told_by_its_name():
    answers = list(run_in_workers(misbehave, [b"plain text", *words("bug"), b"more text"], jobs=2))
    assert answers[1] == Lost("fault", "ZeroDivisionError")
    assert isinstance(answers[0], Reading) and isinstance(answers[2], Reading)


def test_memory_is_watched_from_outside_where_the_system_sets_no_limit():
    answers = list(run_in_workers(misbehave, [*words("memory"), b"text"], jobs=1, memory=256 * MIB, watched=True))
    assert answers[0] == Lost("memory")
    assert isinstance(answers[1], Reading)


def test_large_items_and_a_worker_that_hangs_do_not_block():
    items = [*words("hang"), bytes(8 * MIB), bytes(8 * MIB)]
    answers = list(run_in_workers(misbehave, items, jobs=1, wait_seconds=4))
    assert answers[0] == Lost("stall")
    assert all(isinstance(answer, Reading) for answer in answers[1:])


def test_results_are_made_while_nobody_takes_them_and_bounded():
    taken = []

    def items():
        for number in range(5000):
            taken.append(number)
            yield number

    answers = run_in_workers(double, items(), jobs=2)
    assert next(answers) == 0
    assert len(taken) < 5000
    answers.close()
    assert not multiprocessing.active_children()


@pytest.mark.parametrize("method", METHODS)
def test_a_batch_of_five_hundred(method):
    """450 filled workbooks, 45 damaged files, five that take a worker with them.

    Each accounted for, in order, in bounded memory.
    """
    good = [filled(f"99-{at}") for at in range(9)]
    items = []
    for at in range(500):
        if at % 100 == 50:
            items += words(["kill", "hang", "memory", "exit", "fault"][at // 100])
        elif at % 10 == 5 and at % 100 != 55:
            items.append(good[0][: 100 + at * 40])
        else:
            items.append(good[at % 9])
    peak = 0
    answers = []
    here = psutil.Process()
    before = here.memory_info().rss
    for answer in run_in_workers(misbehave, items, jobs=2, wait_seconds=20, method=method):
        answers.append(answer)
        if len(answers) % 10 == 0:
            peak = max(peak, here.memory_info().rss - before + sum(own_memory(child) for child in here.children()))
    kept = [a for a in answers if isinstance(a, Reading) and a.submission is not None]
    refused = [a for a in answers if isinstance(a, Reading) and a.submission is None]
    lost = [at for at, a in enumerate(answers) if isinstance(a, Lost)]
    assert (len(kept), len(refused), len(lost)) == (450, 45, 5)
    assert lost == [50, 150, 250, 350, 450]
    assert [answers[at].why for at in lost] == ["crash", "stall", "memory", "crash", "crash"]
    codes = {a.submission.agency.code for a in kept}
    assert len(codes) == 9
    assert all(
        answers[at].submission == answers[at % 9].submission
        for at in range(500)
        if items[at] == good[at % 9] and at % 9 not in {5}
    )
    assert peak < 1024 * MIB


@pytest.mark.skipif(sys.platform == "win32", reason="signals of Linux and macOS")
@pytest.mark.parametrize("method", METHODS)
def test_no_worker_outlives_a_killed_parent(method):
    program = (
        "import sys; from tests.test_workers import *\n"
        f"answers = run_in_workers(double, iter(int, 1), jobs=3, method={method!r}); [next(answers) for _ in "
        f"range(500)]\n"
        "print(*[c.pid for c in psutil.Process().children()], flush=True)\n"
        "time.sleep(100)"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as parent:
        children = [int(pid) for pid in parent.stdout.readline().split()]
        parent.kill()
    assert len(children) >= 3
    deadline = time.monotonic() + 20
    while any(alive(pid) for pid in children) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(alive(pid) for pid in children)


def own_memory(process):
    """Bytes that a process holds for itself: a fork counts what it shares with its parent as its own too."""
    try:
        return process.memory_full_info().uss
    except psutil.Error:  # just ended
        return 0


def alive(pid):
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.mark.skipif(workers.AFRESH is None, reason="no process here from which others are copied")
def test_workers_start_afresh_however_long_the_name_of_the_temporary_folder(tmp_path):
    folder = tmp_path / ("长" * 40)
    folder.mkdir()
    program = (
        "from xltool.workers import AFRESH, run_in_workers\n"
        "import tempfile\n"
        "if __name__ == '__main__':\n"
        "    print(list(run_in_workers(abs, [-1, 2], method=AFRESH)), tempfile.gettempdir())\n"
    )
    environment = {**os.environ, "TMPDIR": str(folder)}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False)
    assert done.stderr == "" and done.stdout == f"[1, 2] {folder}\n"


def test_limits_are_those_promised():
    assert (workers.WORKER_SECONDS, workers.WORKER_MEMORY) == (10, 512 * MIB)


@pytest.mark.skipif("fork" not in METHODS, reason="the other processes would not know of the change")
def test_where_nothing_can_be_written_to_nowhere(monkeypatch, capfd):
    monkeypatch.setattr(os, "devnull", "/no/such/file")
    assert list(run_in_workers(double, [1, 2], method="fork")) == [2, 4]
    assert "Traceback" not in "".join(capfd.readouterr())


@pytest.mark.parametrize("failing", [1, 2, 3])
@pytest.mark.parametrize("jobs", [1, 2])
def test_an_item_that_could_not_be_handed_over_goes_to_another_worker_and_no_answer_is_taken_for_it(
    monkeypatch, failing, jobs
):
    """Its answer was the next item's: an agency got the workbook of another."""
    send, sent = Connection.send_bytes, []

    def fail(pipe, data, *rest):
        sent.append(data)
        if len(sent) == failing:
            raise OSError(28, "")
        send(pipe, data, *rest)

    monkeypatch.setattr(Connection, "send_bytes", fail)
    assert list(run_in_workers(double, range(6), jobs=jobs, method="fork")) == [0, 2, 4, 6, 8, 10]


def test_an_item_that_no_worker_can_take_is_lost_alone(monkeypatch):
    send = Connection.send_bytes

    def fail(pipe, data, *rest):
        if data == ForkingPickler.dumps(1):
            raise OSError(28, "")
        send(pipe, data, *rest)

    monkeypatch.setattr(Connection, "send_bytes", fail)
    assert list(run_in_workers(double, range(3), method="fork")) == [0, Lost("crash"), 4]


STOPPED = """
import time
from xltool.workers import run_in_workers
def rest(seconds):
    time.sleep(seconds)
    return seconds
print("ready", flush=True)
print([*run_in_workers(rest, [3, 0], wait_seconds=4)], flush=True)
"""


@pytest.mark.skipif(os.name != "posix", reason="Windows stops no processes")
def test_a_computer_that_is_shut_for_a_while_costs_no_file():
    child = subprocess.Popen([sys.executable, "-c", STOPPED], stdout=subprocess.PIPE, start_new_session=True, text=True)
    assert child.stdout is not None
    with child.stdout as told:
        assert told.readline() == "ready\n"
        time.sleep(1)
        os.killpg(child.pid, signal.SIGSTOP)
        time.sleep(6)
        os.kill(child.pid, signal.SIGCONT)  # whoever waits wakes up first
        time.sleep(0.5)
        os.killpg(child.pid, signal.SIGCONT)
        assert told.read() == "[3, 0]\n"
    assert child.wait() == 0


def test_a_worker_that_hangs_is_lost_however_seldom_anybody_looks():
    answers = run_in_workers(misbehave, [WORD + b"slow", WORD + b"hang"], wait_seconds=4)
    next(answers)
    time.sleep(5)
    assert next(answers) == Lost("stall")


def work(seconds: float):
    """Has the processor at work for so long, in the way of one file after the other."""
    end = time.process_time() + seconds
    data = bytes(range(256)) * 100
    while time.process_time() < end:
        zlib.compress(data)
    time.sleep(0.0005)
    return seconds


@pytest.mark.skipif(sys.platform == "win32", reason="workers are looked at from here")
def test_no_item_pays_for_the_time_of_those_before_it():
    items = [0.015] * 400
    assert [*run_in_workers(work, items, seconds=0.1)] == items
