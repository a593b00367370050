"""The style sheet, the script and the icon: the only files that are served as they are, by name alone."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

STATIC: Final = "/static/"
"""Where they stand; they are the same for everybody and tell nothing, so they need no key."""
STATIC_KINDS: Final = {"office.css": "text/css", "office.js": "text/javascript", "office.svg": "image/svg+xml"}
"""Their names, and what they are."""


@cache
def read_static(name: str) -> bytes:
    """The bytes of one of them."""
    return files(__package__).joinpath("static", name).read_bytes()


def show_static(request: Request) -> Response:
    """The answer to whoever asks for one of them."""
    name = request.path_params["name"]
    if name not in STATIC_KINDS:
        raise HTTPException(404)
    return Response(read_static(name), media_type=STATIC_KINDS[name])


@cache
def locate_static(name: str) -> str:
    """The address of one of them, which changes when it does: browsers may keep it."""
    return f"{STATIC}{name}?{hashlib.sha256(read_static(name)).hexdigest()[:12]}"
