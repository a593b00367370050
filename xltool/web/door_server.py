"""The agencies' door at work: the door alone, on whatever address the office gives it."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from xltool.campaign.desk import is_behind
from xltool.campaign.trials import start_workers, sweep_trials
from xltool.messages import XltoolError
from xltool.web import door_desk, door_handing_in
from xltool.web.calling import Caller, list_warm_modules
from xltool.web.door import DOOR_ROUTES
from xltool.web.door_closing import resume_hand_ins
from xltool.web.door_desk import DeskKeeping
from xltool.web.door_guard import LINK_PAGES, DoorGuard, DoorLimits
from xltool.web.door_handing_in import HandingIn
from xltool.web.door_pages import show_door_refusal, tell_door_breakdown, tell_door_fault, tell_door_http
from xltool.web.door_site import Door
from xltool.web.server import Server, check_certificate, listen, make_server, show_host
from xltool.web.shelf import Shelf
from xltool.web.site import Site
from xltool.web.static_files import STATIC, show_static

_MOST_AT_ONCE: Final = 600
"""Connections that are answered at once; beyond it who comes is told to come again."""


@dataclass(frozen=True)
class DoorServer:
    """A door that listens already and answers once it runs; `address` is where it does."""

    door: Door
    listening: socket.socket
    server: Server
    address: str

    def run(self) -> None:
        """Answers until it is closed; what is being handed in then is taken in to its end."""
        try:
            with self.listening:
                self.server.run(sockets=[self.listening])
        finally:
            self.door.handing_in.end()


def open_door(  # noqa: PLR0917
    root: Path,
    host: str,
    port: int,
    command: tuple[str, ...],
    certificate: tuple[Path, Path] | None = None,
    today: Callable[[], date] = date.today,
    limits: DoorLimits | None = None,
) -> DoorServer:
    """The door of the campaign in a folder, on an address and a port or any that is free (0).

    `command` is how xltool itself is called, `certificate` the files of a certificate and its key. Raises `XltoolError`
    when the campaign cannot be opened, the address cannot be had, or the certificate is none.
    """
    tls = {} if certificate is None else check_certificate(*certificate)

    def close() -> None:
        server.should_exit = True

    site = Site(command, close, Shelf(root, None), today)
    caller = Caller(command, root)
    door = Door(site.serve(root), HandingIn(caller, DeskKeeping(caller)))
    door.find_links()  # a campaign that cannot be opened is told now
    with door.look() as look:
        sweep_trials(look.campaign)
        if is_behind(look.roster, look.store):  # the server was lost before it was written
            door.handing_in.desk.fall_behind()
    start_workers(list_warm_modules(caller, (door_handing_in.TAKING_COMMAND, door_desk.WRITING_COMMAND)))
    listening = listen(host, port)
    port = listening.getsockname()[1]
    app = _build_app(door, (host, port), limits or DoorLimits())
    resume_hand_ins(door)
    server = make_server(app, limit_concurrency=_MOST_AT_ONCE, **tls)
    return DoorServer(door, listening, server, f"{'https' if tls else 'http'}://{show_host(host)}:{port}/")


def _build_app(door: Door, address: tuple[str, int], limits: DoorLimits) -> ASGIApp:
    """The whole door, behind its guard."""
    app = Starlette(
        routes=[Mount(LINK_PAGES, routes=DOOR_ROUTES), Route(STATIC + "{name}", show_static, methods=["GET"])],
        exception_handlers={
            HTTPException: tell_door_http,
            XltoolError: tell_door_fault,
            Exception: tell_door_breakdown,
        },
    )
    app.router.redirect_slashes = False
    app.state.door = door
    return DoorGuard(app, door, address, show_door_refusal, limits)
