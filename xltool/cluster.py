"""Files read by the workers of a dask cluster: batches by reference, results in order, each taken once.

What is lost with a worker is read by another. A file whose worker is lost over it again and again is read alone, and if
it costs that worker too, it is rejected and nothing else is.
"""

from __future__ import annotations

import logging
import os
import re
import stat
import warnings
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

from xltool import itself
from xltool.batches import BatchAnswer, BatchFile, describe_program, read_batch, unpack_answer
from xltool.files import LARGEST_FILE
from xltool.messages import XltoolError, finding
from xltool.model import Reading
from xltool.plain import NotPlainError, load_readings
from xltool.readings import FileSource
from xltool.sources import is_address, open_source

if TYPE_CHECKING:
    from distributed import Client

BATCH_FILES: Final = 100
BATCH_BYTES: Final = 8 * 2**20
"""Bytes of files that travel in one batch, where no worker could open them; more is another batch."""
AHEAD_BATCHES: Final = 2
"""Batches under way for each thread of the workers: the one at hand, and one so that it need not wait for us."""
CONNECT_SECONDS: Final = 20
WORKERLESS_SECONDS: Final = 60
"""How long a scheduler may be without any worker: one that was lost is back sooner."""
MOST_BLAMED: Final = 3
"""So many files one after the other that cost their worker, each read alone: it is not the files then."""
LOOK_SECONDS: Final = 1.0

_ADDRESS: Final = re.compile(r"(tcp|tls)://[^\s/:]+(:[^\s/:]+)*:[0-9]{1,5}|(tcp|tls)://\[[0-9A-Fa-f:.]+\]:[0-9]{1,5}")


def is_scheduler(address: str) -> bool:
    """Whether an address can be that of a scheduler: `tcp://` or `tls://`, a computer and a port."""
    return _ADDRESS.fullmatch(address) is not None


@contextmanager
def open_cluster(
    address: str, *, batch_files: int = BATCH_FILES, workerless_seconds: float = WORKERLESS_SECONDS
) -> Iterator[Cluster]:
    """The cluster of a scheduler, for as long as somebody reads with it.

    Raises `XltoolError` where nothing answers there, or what speaks with it is not installed.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from distributed import Client
    except ImportError:
        raise XltoolError(
            f"--scheduler 要用程序库 dask.distributed，这里没有安装：{itself.advise_install('xltool[cluster]')}。"
        ) from None
    for name in [name for name in logging.root.manager.loggerDict if name.partition(".")[0] == "distributed"]:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)  # what of it matters is said by us
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of versions that differ: ours is compared by us, before anything is read
            client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        why = f"{CONNECT_SECONDS} 秒没有应答" if isinstance(error, OSError) else str(error)[:200]
        raise XltoolError(
            f"连不上 dask 的调度器 {address}（{why}）；请看它有没有在运行（dask scheduler）、地址和端口对不对、"
            "防火墙让不让通过。"
        ) from error
    try:
        yield Cluster(client, address, batch_files, workerless_seconds)
    finally:
        client.close()


@dataclass(slots=True)
class _Batch:
    """A batch: its files, and once it is under way what it will come to."""

    files: list[BatchFile]
    future: Any = None


@dataclass(slots=True)
class Cluster:
    """An engine that reads on the workers of a scheduler."""

    client: Client
    address: str
    batch_files: int = BATCH_FILES
    workerless_seconds: float = WORKERLESS_SECONDS
    _blamed: int = field(default=0, init=False)

    def map_files(
        self, files: Iterable[FileSource], passwords: Sequence[str] = (), *, scans: bool = False
    ) -> Iterator[Reading]:
        """The readings of files in their order, as this computer would read them.

        Raises `XltoolError` where the workers are others than this xltool, do not see the files, or are no more.
        """
        job = _Job(self, tuple(passwords), scans)
        batches = _cut_batches(files, self.batch_files)
        under_way: deque[_Batch] = deque()
        try:
            while True:
                wanted = max(1, AHEAD_BATCHES * sum(self.ask_threads().values()))
                while len(under_way) < wanted and (batch := next(batches, None)) is not None:
                    batch.future = job.submit(batch.files)
                    under_way.append(batch)
                if not under_way:
                    return
                found = job.take(under_way)
                under_way.popleft()
                yield from found
        finally:
            self.client.cancel([batch.future for batch in under_way])

    def ask_threads(self) -> dict[str, int]:
        """How many batches each worker reads at a time; raises `XltoolError` when the scheduler is gone."""
        try:
            return dict(self.client.nthreads())
        except Exception as error:  # what the connection raises has no common kind
            raise self.tell_lost(error) from error

    def tell_lost(self, error: Exception) -> XltoolError:
        """What to say of a scheduler that answers no more."""
        return XltoolError(
            f"与 dask 的调度器 {self.address} 断了（{type(error).__name__}）；还没有读的没有读，请看它是否还在运行，"
            "再执行一次。"
        )

    def note_blame(self, *, blamed: bool) -> None:
        """Takes note of a file that was read alone, and whether its worker was lost over it.

        Raises `XltoolError` when it is so with one after the other.
        """
        self._blamed = self._blamed + 1 if blamed else 0
        if self._blamed >= MOST_BLAMED:
            raise XltoolError(
                f"dask 集群的工作进程一再中断：连着 {MOST_BLAMED} 个文件，每个单独读也读不完。多半是那些机器的问题"
                "（内存不够、被结束），请看工作进程的日志。"
            )


@dataclass(slots=True)
class _Job:
    """One run through a cluster: what is asked of it, and how its answers are taken."""

    cluster: Cluster
    passwords: tuple[str, ...]
    scans: bool

    def submit(self, files: Sequence[BatchFile]) -> Any:
        """Asks for a batch; what comes of it is taken later."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of files that travel in it
            return self.cluster.client.submit(
                read_batch, describe_program(), [*files], self.passwords, scans=self.scans, pure=False
            )

    def take(self, under_way: Sequence[_Batch]) -> list[Reading]:
        """The readings of the first batch under way."""
        from distributed import KilledWorker

        batch = under_way[0]
        try:
            return self._open(batch.files, self._wait(batch.future))
        except KilledWorker:
            # Others that were on the lost workers are blamed too: alone each shows what it does.
            for other in list(under_way)[1:]:
                self._let_end(other.future)
            return [self._read_alone(file) for file in batch.files]

    def _read_alone(self, file: BatchFile) -> Reading:
        from distributed import KilledWorker

        try:
            [reading] = self._open([file], self._wait(self.submit([file])))
        except KilledWorker:
            self.cluster.note_blame(blamed=True)
            return Reading(None, (finding("file.worker", why="集群的工作进程几次因它中断"),))
        self.cluster.note_blame(blamed=False)
        return reading

    def _let_end(self, future: Any) -> None:
        """Waits until a batch has come to its end, whatever that is."""
        from distributed import KilledWorker

        try:
            self._wait(future)
        except KilledWorker:
            return

    def _wait(self, future: Any) -> Any:
        """What a worker answers to a batch; raises `KilledWorker`, or `XltoolError` where nobody can answer."""
        from distributed import CancelledError, KilledWorker

        since: float | None = None
        while True:
            try:
                return future.result(timeout=LOOK_SECONDS)
            except KilledWorker:
                raise
            except CancelledError as error:
                raise self.cluster.tell_lost(error) from error
            except TimeoutError as error:
                if future.status == "error":
                    raise self._tell_failure(error) from error
                since = None if self.cluster.ask_threads() else since or monotonic()
                if since is not None and monotonic() - since >= self.cluster.workerless_seconds:
                    raise XltoolError(
                        f"dask 的调度器 {self.cluster.address} 已经 {self.cluster.workerless_seconds:g} 秒没有"
                        f"工作进程；请启动它们（dask worker {self.cluster.address}）再执行一次。"
                    ) from error
            except Exception as error:
                raise self._tell_failure(error) from error

    def _tell_failure(self, error: Exception) -> XltoolError:
        """What to say where a worker, or the scheduler, could not do what it is asked at all."""
        why = f"{type(error).__name__}（{str(error)[:200]}）"
        return XltoolError(f"dask 集群读不了：{why}；调度器和工作进程都要装有同一版的 xltool。")

    def _open(self, files: Sequence[BatchFile], data: Any) -> list[Reading]:
        """The readings in an answer; raises `XltoolError` where it has none."""
        try:
            answer = unpack_answer(data)
            _check_answer(answer)
            found = [each for line in answer.readings.splitlines() for each in load_readings(line)]
        except NotPlainError as error:
            raise XltoolError("dask 集群交回的不是读数的结果；请看工作进程装的是不是同一版的 xltool。") from error
        if len(found) != len(files):
            raise XltoolError(
                f"dask 集群交回 {len(found)} 个文件的结果，应有 {len(files)} 个；请把这句话告诉维护人员。"
            )
        return found


def _check_answer(answer: BatchAnswer) -> None:
    """Raises `XltoolError` where a worker has read nothing, with the reason."""
    if answer.differs:
        told = "；".join(f"{name}：这里 {ours}，那里 {theirs}" for name, (ours, theirs) in answer.differs.items())
        raise XltoolError(
            f"工作进程的 xltool 与这里的不同，结果可能不同，所以没有读。{told}。请都装同一版，报表定义也放一样的。"
        )
    if answer.unseen:
        raise XltoolError(
            f"工作进程看不到 {answer.unseen}，或看到的不是同一个文件；请把文件放在各台机器路径相同的共享文件夹，"
            "或用 s3:// 等地址。"
        )


def _cut_batches(files: Iterable[FileSource], most: int) -> Iterator[_Batch]:
    """Files in batches, in their order."""
    batch: list[BatchFile] = []
    size = 0
    for name, data in files:
        file = _refer_to(name) if data is None else BatchFile(name, data=data)
        more = len(file.data) if isinstance(file.data, bytes) else 0
        if batch and (len(batch) >= most or size + more > BATCH_BYTES):
            yield _Batch(batch)
            batch, size = [], 0
        batch.append(file)
        size += more
    if batch:
        yield _Batch(batch)


def _refer_to(name: str) -> BatchFile:
    """A file as another computer finds it; of one that cannot be opened here nobody else is asked."""
    if is_address(name):
        return BatchFile(name, name)
    path = Path(name).absolute()
    try:
        status = path.stat()
        if stat.S_ISREG(status.st_mode) and status.st_size <= LARGEST_FILE and os.access(path, os.R_OK):
            return BatchFile(name, str(path), status.st_size)
    except (OSError, ValueError):
        pass
    return BatchFile(name, data=open_source(name))
