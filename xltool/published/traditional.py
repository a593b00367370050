"""Reports in traditional characters, in which no official word is written as the forms write it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from xltool.messages import finding
from xltool.model import Finding

FEWEST: Final = 12
"""Characters of a text that are written in the traditional way alone, below which it is not called so."""
SHARE: Final = 20
"""One in how many: a third to a fifth are in a text of traditional characters, names apart none in any other."""
MAX_QUOTED_SIGNS: Final = 6

_FIRST, _LAST = "\u4e00", "\u9fff"


def find_traditional(texts: Iterable[str]) -> Finding | None:
    """The finding for a text in traditional characters, which quotes some of them; None for any other."""
    signs = Counter("".join(texts))
    chinese = {sign: count for sign, count in signs.items() if _FIRST <= sign <= _LAST}
    told = [sign for sign in chinese if _is_traditional(sign)]
    count = sum(chinese[sign] for sign in told)
    if count < FEWEST or count * SHARE < sum(chinese.values()):
        return None
    return finding("published.traditional", signs="、".join(told[:MAX_QUOTED_SIGNS]))


@lru_cache(maxsize=4096)
def _is_traditional(sign: str) -> bool:
    """Whether a character is written in the traditional way alone: the sets of characters of 1980 and 1984 tell."""
    return not _is_in(sign, "gb2312") and _is_in(sign, "big5")


def _is_in(sign: str, encoding: str) -> bool:
    try:
        sign.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
