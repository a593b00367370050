"""Parts of a kept document, one by one: a document is long, and of thousands only a few lines are looked at."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final

_DECODER: Final = json.JSONDecoder(parse_float=str)
_BEGINS: Final = b'{\n "schema": '
"""How `dump_document` begins: each part in it stands behind a line's beginning and one blank, and nothing else does."""


def read_parts(data: bytes, keys: Iterable[str]) -> dict[str, Any]:
    """What stands under those keys of a document that was found sound before, as far as it has them.

    Figures with decimals are texts, as they are written. The rest is not read where `dump_document` wrote it.
    """
    if not data.startswith(_BEGINS):
        whole = _DECODER.decode(data.decode("utf-8-sig"))
        return {key: whole[key] for key in keys if key in whole}
    found: dict[str, Any] = {}
    for key in keys:
        head = b'\n "%s": ' % key.encode()
        at = data.find(head)
        if at >= 0:
            begin, end = at + len(head), data.find(b'\n "', at + 1)
            found[key] = _DECODER.raw_decode(data[begin : end if end >= 0 else len(data)].decode())[0]
    return found
