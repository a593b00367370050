"""Worker processes that can be lost: a file that crashes one, fills its memory or never ends costs that file only."""

from __future__ import annotations

import faulthandler
import multiprocessing
import os
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from multiprocessing.reduction import ForkingPickler
from time import monotonic
from typing import Any, Final, Generic, Literal, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

WORKER_SECONDS: Final = 10
"""How long a worker may take over one file."""
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
LOOK: Final = 0.05
"""Seconds between two looks at the memory of workers where the system sets no limit (Windows)."""

Why = Literal["time", "memory", "crash", "fault"]


@dataclass(frozen=True, slots=True)
class Lost:
    """An item whose worker was lost over it, and how."""

    why: Why
    what: str = ""
    """The kind of error that the function raised."""


@dataclass(eq=False, slots=True)
class _Worker(Generic[Item]):
    process: BaseProcess
    inward: Connection
    pipe: Connection
    ahead: int  # bytes that may wait
    base: int  # resident bytes before its first item, where they are watched from here
    waiting: deque[tuple[int, Item, int]] = field(default_factory=deque)  # number, item, bytes; the first is at hand
    begun: float = 0.0

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
    memory: int = WORKER_MEMORY,
    method: str | None = None,
    watched: bool = sys.platform == "win32",
) -> Iterator[Result | Lost]:
    """What the function makes of each item, in order, each in a worker process.

    An item that a worker is lost over is `Lost`.

    The function and the items are picklable; an item over which it raises is lost too, for that must not cost the
    others. `watched`: the workers' memory is looked at from here instead of limited by the system.
    """
    pool: _Pool[Item, Result] = _Pool(multiprocessing.get_context(method), function, seconds, memory, watched)
    try:
        yield from pool.results(iter(items), jobs)
    finally:
        pool.close()


@dataclass(slots=True)
class Patience:
    """The seconds that are left for all that workers do about one file, with whatever is packed in it."""

    seconds: float = WORKER_SECONDS

    def run(self, function: Callable[[Item], Result], item: Item) -> Result | Lost:
        """What the function makes of the item in a worker process, which is lost when nothing is left."""
        if self.seconds <= 0:
            return Lost("time")
        begun = monotonic()
        [answer] = run_in_workers(function, [item], seconds=self.seconds)
        self.seconds -= monotonic() - begun
        return answer


class _Pool(Generic[Item, Result]):
    def __init__(
        self, context: BaseContext, function: Callable[[Item], Result], seconds: float, memory: int, watched: bool
    ) -> None:
        self._context, self._function = context, function
        self._seconds, self._memory, self._watched = seconds, memory, watched
        self._workers: list[_Worker[Item]] = []
        self._again: deque[tuple[int, Item]] = deque()  # what stood behind a lost item
        self._next: tuple[int, Item, memoryview] | None = None  # what no worker has room for yet
        self._unsent = -1  # the last item that a worker could not take
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
                free.begun = monotonic()
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
            args=(self._function, theirs, back, foreign if forked else [], 0 if self._watched else self._memory),
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
        patience = max(0.0, min((worker.begun + self._seconds - now for worker in busy), default=self._seconds))
        ready = set(wait([worker.pipe for worker in busy], min(patience, LOOK) if self._watched else patience))
        for worker in busy:
            if worker.pipe in ready:
                self._answer(worker)
            elif monotonic() - worker.begun >= self._seconds:
                self._lose(worker, "time")
            elif self._watched and _measure_memory(worker.process) - worker.base > self._memory:
                self._lose(worker, "memory")

    def _answer(self, worker: _Worker[Item]) -> None:
        try:
            kind, answer = worker.pipe.recv()
        except (EOFError, OSError):
            self._lose(worker, "crash")
            return
        if kind == "memory":
            self._lose(worker, "memory")
            return
        number, _, _ = worker.waiting.popleft()
        self._done[number] = answer
        worker.begun = monotonic()
        if worker.inward.closed and not worker.waiting:
            self._workers.remove(worker)
            _end_worker(worker)

    def _lose(self, worker: _Worker[Item], why: Why) -> None:
        """Ends a worker: the item at hand is lost, those behind it go to another."""
        self._workers.remove(worker)
        number, _, _ = worker.waiting.popleft()
        self._done[number] = Lost(why)
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


def _serve_items(
    function: Callable[[Any], Any], inward: Connection, outward: Connection, foreign: list[Connection], memory: int
) -> None:
    """The life of a worker: it ends with the process that started it, or when its heap was too small once."""
    for other in foreign:  # a fork holds copies: were they left open, nobody would notice that the other end is gone
        other.close()
    _silence_output()
    if memory:
        _limit_memory(memory)
    with suppress(EOFError, OSError, KeyboardInterrupt):
        while True:
            try:
                answer = ("done", function(inward.recv()))
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
