"""The secrets of one running office page: its key in the address, its session in a cookie, its token in every form."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field
from typing import Final

_BYTES: Final = 32


def _make_secret() -> str:
    return secrets.token_urlsafe(_BYTES)


@dataclass(frozen=True, slots=True)
class Keys:
    """Made anew at each start, kept in memory alone.

    `key` lets a browser in, `session` is what it is known by from then on, `token` shows that a form is one of ours.
    """

    key: str = field(default_factory=_make_secret, repr=False)
    session: str = field(default_factory=_make_secret, repr=False)
    token: str = field(default_factory=_make_secret, repr=False)


def is_same_secret(given: str, known: str) -> bool:
    """Whether a secret is the one known, in a time that tells nothing of where they differ."""
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), known.encode())
