"""What stands hidden beside an opinion that may be accepted by a tick: which opinion, what it proposes, and a seal."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final, TypeAlias

from xltool.model import NOT_APPLICABLE, ProposedFigure, Tick, Value

Sealer: TypeAlias = Callable[[int, tuple[ProposedFigure, ...]], str]
"""Gives the seal of an opinion of a workbook: of its number, and of what it proposes."""
ACCEPT_HEAD: Final = "采纳"
HEADS: Final = ("序号", "等级", "位置", "填报的数", "问题", "改法", "依据", ACCEPT_HEAD)
"""Of the opinions on the sheet that goes back."""
ACCEPT_COLUMN: Final = len(HEADS) - 1
"""Where an opinion that names what a cell should hold is accepted by a tick; behind it stands hidden what that is."""
YES: Final = "是"
"""What the drop-down offers, beside nothing."""
_BEGINNING: Final = "accept "


def write_tick_mark(tick: Tick) -> str:
    """The hidden text beside an opinion."""
    changes = [[each.key, _write_value(each.typed), each.value] for each in tick.changes]
    return _BEGINNING + json.dumps([tick.version, tick.number, changes, tick.seal], separators=(",", ":"))


def parse_tick_mark(text: str) -> Tick | None:
    """What such a text says; None for any other."""
    if not text.startswith(_BEGINNING):
        return None
    with suppress(ValueError, TypeError, RecursionError):
        version, number, changes, seal = json.loads(text.removeprefix(_BEGINNING))
        read = tuple(ProposedFigure(key, _read_value(typed), value) for key, typed, value in changes)
        plain = isinstance(seal, str) and all(isinstance(each.key, str) for each in read)
        whole = all(type(each) is int for each in (version, number, *(each.value for each in read)))
        if read and plain and whole:
            return Tick(version, number, read, seal)
    return None


def _write_value(value: Value) -> int | str | None:
    return "/" if value is NOT_APPLICABLE else value


def _read_value(value: Any) -> Value:
    if value is None or type(value) is int:
        return value
    if value == "/":
        return NOT_APPLICABLE
    raise ValueError("no value of a cell")
