"""The office page at work: a socket on this computer alone, and the server behind it."""

from __future__ import annotations

import asyncio
import socket
import ssl
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final, TypeAlias

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from xltool import files
from xltool.campaign.folder import find_root, load_campaign
from xltool.messages import XltoolError
from xltool.web.app import build_app
from xltool.web.password_guard import Gate
from xltool.web.shelf import Shelf
from xltool.web.site import Site

HOST: Final = "127.0.0.1"
_LAST_SECONDS: Final = 3
"""How long the pages under way have when the office page is closed."""
REST_SECONDS: Final = 15
"""Between two looks at a connection: one at which nothing was done from one to the next is closed."""
_WAITING: Final = 128
"""Connections that may wait to be taken."""


class _ImpatientProtocol(H11Protocol):
    """A connection that is closed when its next request does not come to its end, or what follows an answer does not.

    While a request is being answered the limits of its page hold.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begins to look now and then whether anything is being done."""
        super().connection_made(transport)
        self._at_rest: object = None
        self._look()

    def _look(self) -> None:
        resting = self.cycle is None or self.cycle.response_complete
        if self.transport.is_closing():
            return
        if resting and self._at_rest == (self.cycle,):
            self.transport.close()  # once what was answered has gone out
            return
        self._at_rest = (self.cycle,) if resting else None
        self.loop.call_later(REST_SECONDS, self._look)


Server: TypeAlias = uvicorn.Server


@dataclass(frozen=True)
class OfficeServer:
    """An office page that listens already and answers once it runs."""

    site: Site
    listening: socket.socket
    server: uvicorn.Server

    gate: Gate | None = None

    @property
    def root(self) -> str:
        """Its address without the key."""
        host = HOST if self.gate is None else show_host(self.gate.host)
        is_secure = self.gate is not None and self.gate.is_secure
        return f"{'https' if is_secure else 'http'}://{host}:{self.listening.getsockname()[1]}"

    @property
    def address(self) -> str:
        """The address that lets a browser in, or asks for the password."""
        return f"{self.root}/" if self.gate is not None else f"{self.root}/?key={self.site.keys.key}"

    def run(self) -> None:
        """Answers until it is closed."""
        try:
            with self.listening:
                self.server.run(sockets=[self.listening])
        finally:
            self.site.end()


def open_server(  # noqa: PLR0917
    start: Path,
    port: int,
    command: tuple[str, ...],
    today: Callable[[], date] = date.today,
    memory: Path | None = None,
    gate: Gate | None = None,
    tls: Mapping[str, str] | None = None,
) -> OfficeServer:
    """The office page of the campaign that a folder is in, on a port or on any that is free (0).

    In a folder of no campaign it begins with the list of them. `command` is how xltool itself is called, `memory` the
    file that remembers campaigns between runs, if any. With a `gate` others can reach it, who know its password; `tls`
    are the settings that `check_certificate` gives. Raises `XltoolError` when there is no such folder, the campaign
    cannot be read, or the port cannot be had.
    """
    root = find_root(start)
    if root is not None:
        load_campaign(root)
    shelf = Shelf((start if root is None else root.parent).resolve(), memory)
    listening = listen(HOST if gate is None else gate.host, port)

    def close() -> None:
        site.is_closing = True
        server.should_exit = True

    site = Site(command, close, shelf, today, is_shared=gate is not None)
    site.home = None if root is None else site.serve(root)
    server = make_server(build_app(site, listening.getsockname()[1], gate), **(tls or {}))
    return OfficeServer(site, listening, server, gate)


def make_server(app: ASGIApp, **more: Any) -> uvicorn.Server:
    """A server that says nothing of itself; `more` are settings of uvicorn's that only some have."""
    return uvicorn.Server(
        uvicorn.Config(
            app,
            http=_ImpatientProtocol,
            lifespan="off",
            ws="none",
            log_config=None,
            access_log=False,  # addresses may bear keys
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=_LAST_SECONDS,
            **more,
        )
    )


def show_host(host: str) -> str:
    """A host as it stands in an address; for all addresses of this computer one of them."""
    shown = {"0.0.0.0": HOST, "::": "::1"}.get(host, host)
    return f"[{shown}]" if ":" in shown else shown


def listen(host: str, port: int) -> socket.socket:
    """A socket on an address and a port, or on any free port (0); raises `XltoolError` where none can be had."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0][0]
    except OSError as error:
        raise XltoolError(f"没有 {host} 这个地址：--host 写本机的地址，如 127.0.0.1、0.0.0.0。") from error
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        if sys.platform != "win32":  # so that a server that was ended can be started again at once
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(_WAITING)
    except OSError as error:
        listening.close()
        raise XltoolError(
            f"端口 {port} 用不了（{files.name_reason(error)}）：换一个 --port，或不写，任选一个空着的。"
        ) from error
    return listening


def check_certificate(certificate: Path, key: Path) -> dict[str, str]:
    """The settings of a server that speaks TLS; raises `XltoolError` when the files are no certificate and its key."""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password=_refuse_password)
    except (OSError, ValueError) as error:  # an SSLError is an OSError
        why = (
            files.name_reason(error) if isinstance(error, FileNotFoundError | PermissionError) else "不是一对 PEM 文件"
        )
        raise XltoolError(
            f"证书 {certificate} 和私钥 {key} 用不了（{why}）；都要是 PEM 格式，私钥不设密码。"
        ) from error
    return {"ssl_certfile": str(certificate), "ssl_keyfile": str(key)}


def _refuse_password() -> str:
    """Asked for the password of a key: nobody is there to give one."""
    return ""
