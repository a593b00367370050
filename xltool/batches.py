"""What a worker of a cluster does with a batch of files: reads each as this computer would, and answers in plain data.

The files are named, or their bytes are given. Each is read in a process of its own that can be lost, so that one that
crashes, hangs or fills the memory costs itself and neither its batch nor the worker.
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import platform
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any, Final, NamedTuple

import xltool
from xltool import itself, office, readings
from xltool.forms import catalog
from xltool.messages import finding
from xltool.model import Finding, Reading
from xltool.plain import NotPlainError, dump_readings
from xltool.sources import is_address, open_source
from xltool.workers import AFRESH, Lost

WARM: Final = "xltool.batch_workers"
_READERS: Final = ("lxml", "msoffcrypto-tool", "numpy", "olefile", "openpyxl", "pdfplumber", "rapidocr", "xlrd")
"""What is installed beside xltool and has a part in what is read."""


class BatchFile(NamedTuple):
    """A file of a batch: its name as it was given, where it lies, and how many bytes it has there, where that is known.

    Or its bytes, or why it has none.
    """

    name: str
    place: str = ""
    size: int | None = None
    data: bytes | Finding | None = None


class BatchAnswer(NamedTuple):
    """What a worker says to a batch: readings, in plain data; or why it read none.

    `unseen` is a place where it does not find what whoever asks sees there; `differs` what it is another program in:
    what whoever asks has, and what it has itself.
    """

    readings: bytes = b""
    unseen: str = ""
    differs: Mapping[str, tuple[str, str]] = {}


class _UnseenError(Exception):
    pass


@cache
def describe_program() -> dict[str, str]:
    """What the readings depend on beside the files: by names that a person knows, versions and digests."""
    described = {"xltool": xltool.__version__, "Python": ".".join(platform.python_version_tuple()[:2])}
    if not itself.is_bundle():
        described["程序文件"] = _hash_program()[:12]
    described["报表定义"] = catalog.hash_definitions()[:12]
    described["LibreOffice"] = "有" if office.find_program() else "没有"
    return described | {name: _find_version(name) for name in _READERS}


def _hash_program() -> str:
    """A digest of all modules of xltool."""
    house = Path(xltool.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(house.rglob("*.py")):
        digest.update(f"{path.relative_to(house).as_posix()}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _find_version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "没有"


def read_batch(
    program: Mapping[str, str], batch: Sequence[BatchFile], passwords: Sequence[str], *, scans: bool
) -> bytes:
    """The answer to a batch, packed; `program` is what whoever asks has, from which this one must not differ."""
    mine = describe_program()
    names = dict.fromkeys((*program, *mine))
    differs = {name: (program.get(name, "没有"), mine.get(name, "没有")) for name in names}
    differs = {name: both for name, both in differs.items() if both[0] != both[1]}
    if differs:
        return pack_answer(BatchAnswer(differs=differs))
    _allow_processes()
    try:
        found = readings.stream_readings(_open_batch(batch), passwords, scans=scans, apart=True)
        return pack_answer(BatchAnswer(b"".join(_join_lines(found))))
    except _UnseenError as unseen:
        return pack_answer(BatchAnswer(unseen=str(unseen)))


def _join_lines(found: Iterator[Reading]) -> Iterator[bytes]:
    """A line of plain data for each reading."""
    for reading in found:
        try:
            yield dump_readings([reading])
        except NotPlainError as error:
            why = readings.explain_loss(Lost("fault", f"NotPlainError {error}"))
            yield dump_readings([Reading(None, (finding("file.worker", why=why),))])
        yield b"\n"


def _open_batch(batch: Sequence[BatchFile]) -> Iterator[tuple[bytes | Finding, str]]:
    for name, place, size, data in batch:
        found = open_source(place) if data is None else data
        if not is_address(place) and size is not None and (isinstance(found, Finding) or len(found) != size):
            raise _UnseenError(place)
        yield found, name


def _allow_processes() -> None:
    """Lets the worker, which dask starts as a process without children, have those in which files are read.

    They are copies of one that has read before; they end when their worker ends, however it does.
    """
    multiprocessing.current_process().daemon = False
    if AFRESH is not None:
        multiprocessing.set_forkserver_preload([WARM])  # does nothing once the process is there that is copied


def pack_answer(answer: BatchAnswer) -> bytes:
    """An answer as bytes: a line of JSON about it, then its readings."""
    about = {"unseen": answer.unseen, "differs": answer.differs}
    return json.dumps(about).encode() + b"\n" + answer.readings


def unpack_answer(data: Any) -> BatchAnswer:
    """The answer that was packed; raises `NotPlainError` for what is none."""
    try:
        about, _, lines = bytes(data).partition(b"\n")
        told = json.loads(about)
        differs = {str(name): (str(ours), str(theirs)) for name, (ours, theirs) in told["differs"].items()}
        return BatchAnswer(lines, str(told["unseen"]), differs)
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        raise NotPlainError(type(error).__name__) from error
