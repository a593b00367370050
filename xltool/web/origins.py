"""Where requests come from, and under which names a server that others can reach is asked."""

from __future__ import annotations

import ipaddress
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import Scope

HOSTS: Final = ("127.0.0.1", "localhost")
"""The names by which this computer calls itself."""
_EVERY: Final = frozenset({"", "0.0.0.0", "::"})
"""Addresses that stand for all that this computer has."""
_PORTS: Final = {"http": 80, "https": 443}


def is_our_host(told: str, host: str, port: int, base: str = "") -> bool:
    """Whether the host that a request names is ours: where we listen, or the public address `base`.

    Where we listen on every address of this computer, each of them in figures is ours: no name that somebody could have
    made to lead here.
    """
    known = {f"{name}:{port}" for name in (*HOSTS, "[::1]", host, f"[{host}]")}
    if base:
        parts = urlsplit(base)
        known |= {parts.netloc, f"{parts.hostname}:{parts.port or _PORTS[parts.scheme]}"}
    if told in known:
        return True
    name, _, asked = told.rpartition(":")
    return host in _EVERY and asked == str(port) and _is_number(name.strip("[]"))


def find_client(scope: Scope) -> str:
    """The address that a request comes from: as what stands in front on this computer says, else as the connection."""
    client = scope.get("client") or ("", 0)
    address = str(client[0])
    told = Headers(scope=scope).getlist("x-forwarded-for")
    if told and _is_number(address) and ipaddress.ip_address(address).is_loopback:
        last = told[-1].rpartition(",")[2].strip()
        return last if _is_number(last) else address
    return address


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
