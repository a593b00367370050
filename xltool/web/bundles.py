"""Many files handed out at once: one zip archive, made anew each time, the same files giving the same bytes."""

from __future__ import annotations

import os
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from typing import IO, Final

from starlette.responses import Response, StreamingResponse

from xltool.web.downloads import head_attachment

_PIECE: Final = 2**18
_DATED: Final = (1980, 1, 1, 0, 0, 0)
"""When every file in it was made: an archive tells nothing of that."""


def attach_bundle(files: Iterable[tuple[str, bytes]], name: str) -> Response:
    """Files, by their names in it, as an archive to be saved under a name; they are taken one by one."""
    held = tempfile.TemporaryFile()  # noqa: SIM115  the answer closes it
    try:
        with zipfile.ZipFile(held, "w", zipfile.ZIP_STORED) as archive:  # workbooks and mails are deflated already
            for own, data in files:
                archive.writestr(zipfile.ZipInfo(own, _DATED), data)
        size = held.seek(0, os.SEEK_END)
        held.seek(0)
    except BaseException:
        held.close()
        raise
    headers = {**head_attachment(name), "Content-Length": str(size)}
    return StreamingResponse(_iterate_pieces(held), media_type="application/octet-stream", headers=headers)


def _iterate_pieces(held: IO[bytes]) -> Iterator[bytes]:
    with held:
        while piece := held.read(_PIECE):
            yield piece
