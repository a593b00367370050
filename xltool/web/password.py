"""The password of an office page that others can reach: kept as what scrypt makes of it, and never itself."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from pathlib import Path
from threading import BoundedSemaphore
from typing import Final

from xltool import files
from xltool.messages import XltoolError
from xltool.model import Finding

SHORTEST_PASSWORD: Final = 8
LONGEST_PASSWORD: Final = 200
_COST: Final = (2**15, 8, 1)
"""What scrypt takes: 32 MiB, and a tenth of a second."""
_MEMORY: Final = 64 * 2**20
_AT_ONCE: Final = BoundedSemaphore(2)
"""So many are worked out at once: whoever guesses takes no more memory than that."""


def locate_password(settings: Path) -> Path:
    """The file in the user's own folder for settings."""
    return settings / "office-password.json"


def set_password(path: Path, password: str) -> None:
    """Keeps a password in place of the one before; raises `XltoolError` for one that is too short or too long."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise XltoolError(f"密码要有{SHORTEST_PASSWORD}到{LONGEST_PASSWORD}个字符，没有改。")
    salt = secrets.token_bytes(16)
    kept = {"scrypt": _COST, "salt": salt.hex(), "hash": _derive(password, salt, _COST).hex()}
    files.write_file(path, json.dumps(kept).encode(), mode=0o600)


def is_password(path: Path, given: str) -> bool:
    """Whether this is the password; raises `XltoolError` when none is set, or what is kept of it is damaged."""
    data = files.read_file(path)
    if isinstance(data, Finding):
        raise XltoolError("办公台要在别的电脑上打开，先设密码：xltool serve --set-password。")
    try:
        kept = json.loads(data)
        cost, salt, known = tuple(map(int, kept["scrypt"])), bytes.fromhex(kept["salt"]), bytes.fromhex(kept["hash"])
        made = _derive(given[:LONGEST_PASSWORD], salt, (cost[0], cost[1], cost[2]))
    except (ValueError, TypeError, LookupError) as error:
        raise XltoolError("记下的密码读不出来了，请重新设：xltool serve --set-password。") from error
    return hmac.compare_digest(made, known)


def _derive(password: str, salt: bytes, cost: tuple[int, int, int]) -> bytes:
    n, r, p = cost
    with _AT_ONCE:
        return hashlib.scrypt(password.encode("utf-8", "surrogatepass"), salt=salt, n=n, r=r, p=p, maxmem=_MEMORY)
