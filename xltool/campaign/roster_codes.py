"""Codes for agencies whose roster gives none: made of the name alone, so that they are the same whenever it is read.

They need no memory: another line, another order, another year's roster change nothing. Only another name makes another
code; so the roster that a campaign folder is made with has them written down, and there a name may change.
"""

from __future__ import annotations

import hashlib
from typing import Final

from xltool.campaign.roster_heads import plain_title

SIGN: Final = "Z"
"""The first letter of a made code: no spreadsheet takes what begins with it for a number or a date."""
_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # without I, L, O and U, that eyes take for others
_LENGTH: Final = 8
"""Signs behind the first: 40 bits, of which two among a thousand agencies are alike once in two million rosters."""


def make_code(name: str) -> str:
    """The code of an agency of that name; spaces and width make no difference."""
    digest = hashlib.sha256(plain_title(name).encode("utf-8", "surrogatepass")).digest()
    number = int.from_bytes(digest[:5], "big")
    return SIGN + "".join(_ALPHABET[number >> 5 * at & 31] for at in reversed(range(_LENGTH)))
