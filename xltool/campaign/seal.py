"""The stamp on a workbook: proves that the county issued this blank to this agency for this campaign, and nothing else.

An HMAC with the key that stays in the campaign folder, over form, period, campaign, agency and number. The form's
digest is not in it: a mended label must not make worthless what is already out.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from typing import Final

from xltool.periods import Period

_SERIAL: Final = re.compile(r"([0-9]{4,9})-[0-9a-f]{20}", re.ASCII)
_SIGNS: Final = 20


def make_seal(key: bytes, form: str, period: Period, campaign: str, agency: str, number: int) -> str:  # noqa: PLR0917
    """The serial of an agency's workbook: its number and the stamp, `0007-3f0c…`."""
    when = str(period) if period.part else period.year
    # JSON, so that no two lists of facts are one text
    facts = json.dumps(["xltool/seal/1", form, when, campaign, agency, number]).encode()
    return f"{number:04d}-{hmac.new(key, facts, hashlib.sha256).hexdigest()[:_SIGNS]}"


def is_genuine(key: bytes, serial: str, form: str, period: Period, campaign: str, agency: str) -> bool:  # noqa: PLR0917
    """Whether a serial was made with this key for just these facts; anything at all may stand in it."""
    match = _SERIAL.fullmatch(serial)
    if match is None:
        return False
    return hmac.compare_digest(make_seal(key, form, period, campaign, agency, int(match[1])), serial)
