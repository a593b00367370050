"""Worker processes that can be lost: a file that crashes one, fills its memory or never ends costs that file only."""

from __future__ import annotations

import faulthandler
import multiprocessing
import os
import signal
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.connection import Connection, wait
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from multiprocessing.reduction import ForkingPickler
from multiprocessing.util import get_temp_dir
from time import monotonic, process_time
from typing import Any, Final, Generic, Literal, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

WORKER_SECONDS: Final = 10
"""How long the processor may be at work for a worker over one file: on a busy machine as on one with nothing to do."""
SLOWEST: Final = 6
"""How many times as long that may take in all: a worker that waits for something waits for ever."""
WORKER_MEMORY: Final = 512 * 2**20
"""Bytes that a worker may take beyond what it has when it begins."""
AHEAD: Final = 2**19
"""Bytes of items that may lie in the pipe to a worker beside the one at hand, so that it need not wait for us.

The pipe is made to hold twice as much, so that handing out never blocks behind a worker that hangs; where the system
cannot make it so, a worker gets one item at a time.
"""
MOST_AHEAD: Final = 32
"""Items in the hands of one worker."""
MOST_WAITING: Final = 256
"""Results that may wait for an earlier one."""
AFRESH: Final = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else None
"""How workers are started by a process that has threads, whose copies would wait for locks that nobody lets go of."""
SOCKET_ROOM: Final = 60
"""Bytes that the name of the folder for temporary files may have where a socket lies two levels below it: the system
takes 108 in all, some take 92."""
SHORT_FOLDERS: Final = ("/tmp", "/var/tmp")
"""Where the sockets lie when that name is longer."""
OVERSLEPT: Final = 1.0
"""Seconds for which nobody looks at the workers when this process does something else, or is stopped with them, as by a
computer that is shut: they have kept nobody waiting then."""
LOOK: Final = 0.05
"""Seconds between two looks at the memory and the time of workers where the system sets no limits (Windows)."""

Why = Literal["time", "stall", "memory", "crash", "fault"]
"""`time` is that of the processor, `stall` what passes while one waits."""


@dataclass(frozen=True, slots=True)
class Lost:
    """An item whose worker was lost over it, and how."""

    why: Why
    what: str = ""
    """The kind of error that the function raised; the signal that ended the worker."""


@dataclass(eq=False, slots=True)
class _Worker(Generic[Item]):
    process: BaseProcess
    inward: Connection
    pipe: Connection
    ahead: int  # bytes that may wait
    base: int  # resident bytes before its first item, where they are watched from here
    waiting: deque[tuple[int, Item, int]] = field(default_factory=deque)  # number, item, bytes; the first is at hand
    begun: float = 0.0
    spent: float = 0.0  # seconds of the processor when it began the item at hand, where they are watched from here

    def has_room(self, size: int) -> bool:
        """Whether an item of so many bytes can be handed over now."""
        if self.inward.closed:
            return False
        return not self.waiting or (
            len(self.waiting) < MOST_AHEAD and sum(held for _, _, held in self.waiting) + size <= self.ahead
        )


def run_in_workers(
    function: Callable[[Item], Result],
    items: Iterable[Item],
    *,
    jobs: int = 1,
    seconds: float = WORKER_SECONDS,
    wait_seconds: float | None = None,
    memory: int = WORKER_MEMORY,
    method: str | None = None,
    watched: bool = sys.platform == "win32",
) -> Iterator[Result | Lost]:
    """What the function makes of each item, in order, each in a worker process.

    An item that a worker is lost over is `Lost`; one that crashed a worker is tried once more in a fresh one, for a
    system that runs out of memory ends whom it will.

    The function and the items are picklable; an item over which it raises is lost too, for that must not cost the
    others. `seconds` are of the processor, `wait_seconds` those that may pass, by default `SLOWEST` times as many.
    `watched`: the workers' memory and time are looked at from here instead of limited by the system. They start by the
    `method`, by default as the system does it, and afresh where this process has threads.
    """
    if method is None and threading.active_count() > 1:
        method = AFRESH
    limits = _Limits(seconds, seconds * SLOWEST if wait_seconds is None else wait_seconds, memory)
    pool: _Pool[Item, Result] = _Pool(open_context(method), function, limits, watched)
    try:
        yield from pool.results(iter(items), jobs)
    finally:
        pool.close()


def open_context(method: str | None) -> BaseContext:
    """How processes are started by a method, by default as the system does it, wherever temporary files are kept."""
    context = multiprocessing.get_context(method)
    if context.get_start_method() == "forkserver" and len(os.fsencode(tempfile.gettempdir())) > SOCKET_ROOM:
        _settle_sockets()
    return context


def _settle_sockets() -> None:
    """Has this process make its folder of sockets where their names are not too long for the system.

    It makes one only, when it is first asked for it.
    """
    held = tempfile.tempdir
    with suppress(StopIteration):  # nowhere: the system says what is wrong
        tempfile.tempdir = next(folder for folder in SHORT_FOLDERS if os.access(folder, os.W_OK | os.X_OK))
    try:
        get_temp_dir()
    finally:
        tempfile.tempdir = held


@dataclass(frozen=True, slots=True)
class _Limits:
    """What a worker may take over one item: seconds of the processor, seconds that pass, bytes."""

    seconds: float
    wait_seconds: float
    memory: int


@dataclass(slots=True)
class Patience:
    """The seconds of the processor that are left for all that workers do about one file, with what is packed in it."""

    seconds: float = WORKER_SECONDS

    def run(self, function: Callable[[Item], Result], item: Item) -> Result | Lost:
        """What the function makes of the item in a worker process, which is lost when nothing is left."""
        if self.seconds <= 0:
            return Lost("time")
        begun = monotonic()
        [timed] = run_in_workers(partial(_time_call, function), [item], seconds=self.seconds)
        if isinstance(timed, Lost):  # how much it took is lost with it
            self.seconds -= monotonic() - begun
            return timed
        answer, took = timed
        self.seconds -= took
        return answer


def _time_call(function: Callable[[Item], Result], item: Item) -> tuple[Result, float]:
    """What a function makes of an item, and the seconds of the processor that it took."""
    begun = process_time()
    answer = function(item)
    return answer, process_time() - begun


class _Pool(Generic[Item, Result]):
    def __init__(
        self, context: BaseContext, function: Callable[[Item], Result], limits: _Limits, watched: bool
    ) -> None:
        self._context, self._function = context, function
        self._limits, self._watched = limits, watched
        self._workers: list[_Worker[Item]] = []
        self._again: deque[tuple[int, Item]] = deque()  # what stood behind a lost item
        self._next: tuple[int, Item, memoryview] | None = None  # what no worker has room for yet
        self._looked = monotonic()  # when anybody last looked at the workers
        self._unsent = -1  # the last item that a worker could not take
        self._tried: set[int] = set()  # what a worker has crashed over once
        self._done: dict[int, Result | Lost] = {}

    def results(self, items: Iterator[Item], jobs: int) -> Iterator[Result | Lost]:
        numbered = enumerate(items)
        following = 0
        while True:
            more = self._hand_out(numbered, jobs)
            while following in self._done:
                yield self._done.pop(following)
                following += 1
                if more and any(not worker.waiting for worker in self._workers):
                    break
            if not more and not self._again and not self._done and not any(worker.waiting for worker in self._workers):
                return
            if following not in self._done:
                self._gather()

    def _hand_out(self, numbered: Iterator[tuple[int, Item]], jobs: int) -> bool:
        """Fills the workers up, the one with the least to do first; False when nothing more is to come.

        Results that wait for an earlier one are bounded, so that one slow file does not heap up all others.
        """
        while self._next is not None or self._again or len(self._done) < MOST_WAITING:
            if self._next is None:
                entry = self._again.popleft() if self._again else next(numbered, None)
                if entry is None:
                    return False
                self._next = (*entry, ForkingPickler.dumps(entry[1]))
            number, item, data = self._next
            free = min(
                (worker for worker in self._workers if worker.has_room(len(data))),
                key=lambda w: len(w.waiting),
                default=None,
            )
            new = (free is None or free.waiting) and len(self._workers) < jobs
            if new:
                free = self._start()
            if free is None:
                return True
            if not free.waiting:
                self._begin(free)
            self._next = None
            try:
                free.inward.send_bytes(data)
            except OSError:
                self._retire(free)
                if new and number == self._unsent:
                    self._done[number] = Lost("crash")
                else:
                    self._unsent = number
                    self._again.appendleft((number, item))
            else:
                free.waiting.append((number, item, len(data)))
        return True

    def _begin(self, worker: _Worker[Item]) -> None:
        """Notes that a worker turns to an item now."""
        worker.begun = monotonic()
        worker.spent = _measure_time(worker.process) if self._watched else 0.0

    def _retire(self, worker: _Worker[Item]) -> None:
        """Hands nothing more to a worker that could not take an item, of which half may stand in its pipe.

        It finishes what it has: answers come in the order of what was taken, and are told apart by nothing else.
        """
        worker.inward.close()
        if not worker.waiting:
            self._workers.remove(worker)
            _end_worker(worker)

    def _start(self) -> _Worker[Item]:
        theirs, inward = self._context.Pipe(duplex=False)
        outward, back = self._context.Pipe(duplex=False)
        foreign = [inward, outward, *(pipe for worker in self._workers for pipe in (worker.inward, worker.pipe))]
        forked = self._context.get_start_method() == "fork"
        process = self._context.Process(  # type: ignore[attr-defined]
            target=_serve_items,
            args=(self._function, theirs, back, foreign if forked else [], None if self._watched else self._limits),
            daemon=True,
        )
        process.start()
        theirs.close()
        back.close()
        worker: _Worker[Item] = _Worker(
            process, inward, outward, _widen_pipe(inward), _measure_memory(process) if self._watched else 0
        )
        self._workers.append(worker)
        return worker

    def _gather(self) -> None:
        """Waits until a worker answers, ends or overruns its time, and takes note."""
        busy = [worker for worker in self._workers if worker.waiting]
        now = monotonic()
        self._excuse(busy, now - self._looked)
        longest = self._limits.wait_seconds
        patience = max(0.0, min((worker.begun + longest - now for worker in busy), default=longest))
        patience = min(patience, LOOK if self._watched else OVERSLEPT)
        ready = set(wait([worker.pipe for worker in busy], patience))
        self._excuse(busy, monotonic() - now - patience)
        for worker in busy:
            if worker.pipe in ready:
                self._answer(worker)
            elif monotonic() - worker.begun >= longest:
                self._lose(worker, Lost("stall"))
            elif self._watched and _measure_time(worker.process) - worker.spent > self._limits.seconds:
                self._lose(worker, Lost("time"))
            elif self._watched and _measure_memory(worker.process) - worker.base > self._limits.memory:
                self._lose(worker, Lost("memory"))
        self._looked = monotonic()

    def _excuse(self, busy: list[_Worker[Item]], late: float) -> None:
        """Leaves out of what workers have taken the seconds for which nobody looked at them."""
        for worker in busy if late > OVERSLEPT else ():
            worker.begun = min(worker.begun + late, monotonic())

    def _answer(self, worker: _Worker[Item]) -> None:
        try:
            kind, answer = worker.pipe.recv()
        except (EOFError, OSError):
            worker.process.join(self._limits.wait_seconds)
            code = worker.process.exitcode
            if code == _OVER_TIME:
                self._lose(worker, Lost("time"))
            elif worker.waiting[0][0] in self._tried:
                self._lose(worker, Lost("crash", _name_signal(code)))
            else:
                self._tried.add(worker.waiting[0][0])
                self._lose(worker, None)
            return
        if kind == "memory":
            self._lose(worker, Lost("memory"))
            return
        number, _, _ = worker.waiting.popleft()
        self._done[number] = answer
        self._begin(worker)
        if worker.inward.closed and not worker.waiting:
            self._workers.remove(worker)
            _end_worker(worker)

    def _lose(self, worker: _Worker[Item], lost: Lost | None) -> None:
        """Ends a worker: the item at hand is `lost`, those behind it go to another; it too where it is not."""
        self._workers.remove(worker)
        if lost is not None:
            self._done[worker.waiting.popleft()[0]] = lost
        self._again.extendleft((number, item) for number, item, _ in reversed(worker.waiting))
        _end_worker(worker)

    def close(self) -> None:
        for worker in self._workers:
            _end_worker(worker)
        self._workers.clear()


def _end_worker(worker: _Worker[Any]) -> None:
    worker.process.kill()
    worker.process.join()
    worker.process.close()
    worker.pipe.close()
    worker.inward.close()


def _name_signal(code: int | None) -> str:
    """The name of the signal that ended a process with this exit code; nothing where none did."""
    try:
        return signal.Signals(-(code or 0)).name
    except ValueError:
        return ""


def _widen_pipe(pipe: Connection) -> int:
    """Makes a pipe hold twice what may wait in it, and tells how much may.

    Nothing where the system knows no such thing.
    """
    try:
        import fcntl

        held = fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, 2 * AHEAD)
    except (ImportError, AttributeError, OSError):
        return 0
    return AHEAD if held >= 2 * AHEAD else 0


def _measure_memory(process: BaseProcess) -> int:
    """Bytes of memory that a process holds; 0 when it has just ended."""
    import psutil

    try:
        return int(psutil.Process(process.pid).memory_info().rss)
    except psutil.Error:
        return 0


def _measure_time(process: BaseProcess) -> float:
    """Seconds that the processor was at work for a process; 0 when it has just ended."""
    import psutil

    try:
        spent = psutil.Process(process.pid).cpu_times()
    except psutil.Error:
        return 0.0
    return float(spent.user + spent.system)


def _serve_items(
    function: Callable[[Any], Any],
    inward: Connection,
    outward: Connection,
    foreign: list[Connection],
    limits: _Limits | None,
) -> None:
    """The life of a worker: it ends with the process that started it, or when its heap was too small once.

    `limits` are those that the system is to set; None where they are watched from outside.
    """
    for other in foreign:  # a fork holds copies: were they left open, nobody would notice that the other end is gone
        other.close()
    _silence_output()
    if limits is not None:
        _limit_memory(limits.memory)
    with suppress(EOFError, OSError, KeyboardInterrupt):
        while True:
            try:
                item = inward.recv()
                if limits is not None:
                    _limit_time(limits.seconds)
                answer = ("done", function(item))
            except MemoryError:
                answer = ("memory", None)
            except RecursionError:
                answer = ("done", Lost("crash"))
            except Exception as error:  # told with its name; where no worker stands between, it is raised
                answer = ("done", Lost("fault", type(error).__name__))
            try:
                outward.send(answer)
            except MemoryError:
                outward.send(("memory", None))


def _silence_output() -> None:
    """A library that prints about a file, or a crash that prints its last words, says it to nobody."""
    faulthandler.disable()
    try:
        nowhere = os.open(os.devnull, os.O_RDWR)
    except OSError:  # a pipe that nobody reads from is as good
        heard, nowhere = os.pipe()
        os.close(heard)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    os.close(nowhere)


def _limit_memory(memory: int) -> None:
    """Sets the size that this process may grow to; systems without such limits are watched from outside."""
    try:
        import resource
    except ImportError:
        return
    with suppress(OSError, ValueError):  # a system that has the module and not the limit
        held = 0
        with suppress(OSError), open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123
            held = int(file.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (held + memory, resource.RLIM_INFINITY))
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # one that crashes leaves nothing of what it read


_OVER_TIME: Final = -getattr(signal, "SIGPROF", 0) or None
"""How a process has ended that took more time than was set."""


def _limit_time(seconds: float) -> None:
    """Has the system end this process when the processor was at work for it so long from now on.

    By a timer and not by `RLIMIT_CPU`: the system holds that against ticks it has counted, which run ahead of
    `process_time` by some seconds in a hundred, and after some minutes of work nothing would be left for a file.
    """
    if hasattr(signal, "setitimer"):
        signal.signal(signal.SIGPROF, signal.SIG_DFL)  # whoever started this process may listen to it
        signal.setitimer(signal.ITIMER_PROF, seconds)
