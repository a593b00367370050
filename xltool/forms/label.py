"""Labels as people print them: what does not change a label, and which official one a printed one means."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

_SPACES: Final = re.compile(r"\s+")
_NUMBERED: Final = re.compile(r"^([0-9]+)[、.．]")


@lru_cache(maxsize=4096)
def normalise_label(label: str) -> str:
    """A label without what does not change it: spaces, line breaks, width, the sign behind a number."""
    text = _SPACES.sub("", unicodedata.normalize("NFKC", label))
    return _NUMBERED.sub(r"\1.", text)
