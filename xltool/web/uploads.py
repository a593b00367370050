"""Files that a form sends, taken as they stream in: each within limits, each whole in its place or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from xltool import files
from xltool.campaign.deposits import deposit_file, open_deposit
from xltool.campaign.folder import Campaign
from xltool.files import LARGEST_FILE, Staged, Staging
from xltool.report.text import clean_line
from xltool.web.bodies import read_parts
from xltool.web.changes import TOKEN, check_token

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

LARGEST_UPLOAD: Final = 512 * 2**20
"""Bytes that are sent at once."""
MOST_FILES: Final = 2_000
_LONGEST_FIELD: Final = 1_000
_LONGEST_HEAD: Final = 8_192
_MIB: Final = 2**20


@dataclass(frozen=True, slots=True)
class UploadPlace:
    """Where the files of a form go: what opens one, what keeps it once it is whole and gives its name there.

    `largest` is how many bytes are sent at once, `most` how many files.
    """

    open: Callable[[], Staging]
    keep: Callable[[Staged, str], str]
    largest: int
    most: int
    too_large: str
    too_many: str


@dataclass
class Upload:
    """What a form sent: its fields, the names of the files where they are kept, and what of each was not stored.

    `parts` has the names of the files by the field that brought them.
    """

    fields: dict[str, str] = field(default_factory=dict)
    stored: list[str] = field(default_factory=list)
    parts: dict[str, list[str]] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)


def open_inbox(campaign: Campaign) -> UploadPlace:
    """The inbox of a campaign, where files keep their own names."""
    return UploadPlace(
        lambda: open_deposit(campaign),
        lambda staged, told: deposit_file(campaign, staged, told),
        LARGEST_UPLOAD,
        MOST_FILES,
        f"一次最多收{LARGEST_UPLOAD // _MIB}兆：请分几次，或先压缩。",
        f"一次最多收{MOST_FILES}个文件：前面的已经存好，其余的请再传一次。",
    )


async def take_upload(request: Request, place: UploadPlace) -> Upload:
    """Stores the files of a form in their place; the token comes before them, or nothing is stored.

    Raises `HTTPException` when the form is not ours, is too large, or stops; what was whole by then stays stored.
    """
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    boundary = options.get(b"boundary", b"")
    if kind != b"multipart/form-data" or not boundary:
        raise HTTPException(415, "这里只收表单发来的文件。")
    receiver = _Receiver(request, place)
    try:
        parser = MultipartParser(boundary, receiver.callbacks())
        async for part in read_parts(request, place.largest, place.too_large):
            await run_in_threadpool(parser.write, part)
        parser.finalize()
        if not receiver.ended:
            raise HTTPException(400, "传到一半断了：前面传完的已经存好，其余的请再传一次。")
    except FormParserError as error:
        raise HTTPException(400, "传来的东西读不出来，请再传一次。") from error
    except ClientDisconnect as error:
        raise HTTPException(400, "传到一半断了，请再传一次。") from error
    finally:
        receiver.drop()
    check_token(request, receiver.upload.fields.pop(TOKEN, ""))
    return receiver.upload


@contextmanager
def _tell_full_disk() -> Iterator[None]:
    """Refuses what cannot be written: the disk is full, or fails."""
    try:
        yield
    except OSError as error:
        raise HTTPException(507, f"现在存不下文件：{files.name_reason(error)}。") from error


class _Receiver:
    """What is done with the parts of a form as they come."""

    def __init__(self, request: Request, place: UploadPlace) -> None:
        self.upload = Upload()
        self.ended = False
        self._request, self._place = request, place
        self._head, self._value = bytearray(), bytearray()
        self._heads: dict[str, bytes] = {}
        self._name, self._file_name = "", ""
        self._text = bytearray()
        self._file: Staging | None = None
        self._is_file = False

    def callbacks(self) -> MultipartCallbacks:
        """The functions that the parser calls."""
        return {
            "on_part_begin": self._begin,
            "on_header_field": lambda data, start, end: self._add(self._head, data[start:end], _LONGEST_HEAD),
            "on_header_value": lambda data, start, end: self._add(self._value, data[start:end], _LONGEST_HEAD),
            "on_header_end": self._end_head,
            "on_headers_finished": self._end_heads,
            "on_part_data": lambda data, start, end: self._take(data[start:end]),
            "on_part_end": self._end,
            "on_end": self._finish,
        }

    def drop(self) -> None:
        """Lets go of a file that is not whole."""
        if self._file is not None:
            self._file.discard()
            self._file = None

    @staticmethod
    def _add(held: bytearray, piece: bytes, most: int) -> None:
        held += piece
        if len(held) > most:
            raise HTTPException(413, "表单里有一项太长，没有办理。")

    def _begin(self) -> None:
        self._heads.clear()
        self._text.clear()

    def _end_head(self) -> None:
        self._heads[self._head.decode("latin-1").lower()] = bytes(self._value)
        self._head.clear()
        self._value.clear()

    def _end_heads(self) -> None:
        _, options = parse_options_header(self._heads.get("content-disposition", b""))
        self._name = options.get(b"name", b"").decode("utf-8", "replace")
        self._is_file = b"filename" in options
        if not self._is_file:
            return
        self._file_name = clean_line(options[b"filename"].decode("utf-8", "replace"))
        check_token(self._request, self.upload.fields.get(TOKEN, ""))
        if not self._file_name:  # a form sent without a file chosen
            return
        if len(self.upload.stored) + len(self.upload.refused) >= self._place.most:
            raise HTTPException(413, self._place.too_many)
        self._file = self._place.open()

    def _take(self, piece: bytes) -> None:
        if not self._is_file:
            self._add(self._text, piece, _LONGEST_FIELD)
        elif self._file is not None:
            with _tell_full_disk():
                self._file.write(piece)
            if self._file.size > LARGEST_FILE:
                self.drop()
                self.upload.refused.append(f"{self._file_name}超过{LARGEST_FILE // _MIB}兆，没有存")

    def _end(self) -> None:
        if not self._is_file:
            self.upload.fields[self._name] = clean_line(self._text.decode("utf-8", "replace")).strip()
        elif self._file is not None:
            with _tell_full_disk():
                staged = self._file.finish()
            self._file = None
            kept = self._place.keep(staged, self._file_name)
            self.upload.stored.append(kept)
            self.upload.parts.setdefault(self._name, []).append(kept)

    def _finish(self) -> None:
        self.ended = True
