"""Who has come in with the password: kept in memory alone, and not for ever."""

from __future__ import annotations

import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from time import monotonic
from typing import Final

LONGEST_SECONDS: Final = 12 * 3600
"""After which one must come in anew."""
IDLE_SECONDS: Final = 2 * 3600
"""How long nothing may be asked for."""
_MOST: Final = 100


class Sessions:
    """The sessions of one server, known by hashes of their secrets: looking one up tells nothing of the others."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock, self._lock = clock, Lock()
        self._open: OrderedDict[str, tuple[float, float]] = OrderedDict()  # when it began, when it was used last

    def open(self) -> str:
        """A new session, by its secret; the oldest of too many ends."""
        secret = secrets.token_urlsafe(32)
        with self._lock:
            self._open[_hash(secret)] = (self._clock(), self._clock())
            if len(self._open) > _MOST:
                self._open.popitem(last=False)
        return secret

    def use(self, secret: str) -> bool:
        """Whether a session is open; it is used by that."""
        known, now = _hash(secret), self._clock()
        with self._lock:
            began, used = self._open.get(known, (-float("inf"), -float("inf")))
            if now - began > LONGEST_SECONDS or now - used > IDLE_SECONDS:
                self._open.pop(known, None)
                return False
            self._open[known] = (began, now)
            return True

    def close(self, secret: str) -> None:
        """Ends a session."""
        with self._lock:
            self._open.pop(_hash(secret), None)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
