"""The office page at work: a socket on this computer alone, and the server behind it."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import uvicorn

from xltool import files
from xltool.messages import XltoolError
from xltool.web.app import build_app
from xltool.web.site import Site

HOST: Final = "127.0.0.1"
_LAST_SECONDS: Final = 3
"""How long the pages under way have when the office page is closed."""
_WAITING: Final = 128
"""Connections that may wait to be taken."""


@dataclass(frozen=True)
class OfficeServer:
    """An office page that listens already and answers once it runs."""

    site: Site
    listening: socket.socket
    server: uvicorn.Server

    @property
    def root(self) -> str:
        """Its address without the key."""
        return f"http://{HOST}:{self.listening.getsockname()[1]}"

    @property
    def address(self) -> str:
        """The address that lets a browser in."""
        return f"{self.root}/?key={self.site.keys.key}"

    def run(self) -> None:
        """Answers until it is closed."""
        try:
            with self.listening:
                self.server.run(sockets=[self.listening])
        finally:
            self.site.end_collections()


def open_server(
    root: Path, port: int, command: tuple[str, ...], today: Callable[[], date] = date.today
) -> OfficeServer:
    """The office page of the campaign in a folder, on a port or on any that is free (0).

    `command` is how xltool itself is called. Raises `XltoolError` when the port cannot be had.
    """
    listening = _listen(port)

    def close() -> None:
        site.is_closing = True
        server.should_exit = True

    site = Site(command, close, today)
    site.home = site.serve(root)
    server = uvicorn.Server(
        uvicorn.Config(
            build_app(site, listening.getsockname()[1]),
            lifespan="off",
            ws="none",
            log_config=None,
            access_log=False,  # addresses may bear the key
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=_LAST_SECONDS,
        )
    )
    return OfficeServer(site, listening, server)


def _listen(port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listening.bind((HOST, port))
        listening.listen(_WAITING)
    except OSError as error:
        listening.close()
        raise XltoolError(
            f"端口 {port} 用不了（{files.name_reason(error)}）：换一个 --port，或不写，由办公台任选一个空着的。"
        ) from error
    return listening
