"""What the fields of a line of 办公室.xlsx ask for: ticks, words that take back, names parted by commas."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final, Literal, TypeAlias

from xltool.campaign.desk_reading import DeskLine
from xltool.campaign.desk_sheets import WITHDRAWAL
from xltool.messages import XltoolError

_YES: Final = frozenset(
    ["√", "✓", "✔", "☑", "是", "对", "1", "x", "y", "v", "yes", "true", "ok", "放行", "同意", "可以"]
)
_NO: Final = frozenset(["否", "不", "无", "0", "no", "n", "false", "不放行", "-", "—", "/"])
_BACK: Final = frozenset(["撤销", "收回", "取消", "撤回", "撤消", "作废"])
BETWEEN: Final = "、"
Asked: TypeAlias = Literal["give", "withdraw", "nothing"]


def read_tick(text: str) -> Asked | None:
    """What stands in a field for a tick, however people write one; None for what is no tick."""
    plain = unicodedata.normalize("NFKC", text).strip().casefold()
    if plain in _YES:
        return "give"
    if plain in _BACK:
        return "withdraw"
    return "nothing" if not plain or plain in _NO else None


def read_withdrawal(line: DeskLine, fields: Sequence[str]) -> Asked:
    """What a line asks that is a request by what stands in its fields, and has one more to take it back."""
    asked = read_tick(line.text("tick"))
    if asked is None:
        raise XltoolError(f"“撤销”一栏的“{line.text('tick')[:20]}”看不懂；收回选“{WITHDRAWAL}”，否则空着。")
    if asked != "nothing":
        return "withdraw"
    return "give" if any(line.text(each) for each in fields) else "nothing"


def split_names(text: str) -> Iterable[str]:
    """Names that are parted by commas of any kind."""
    plain = unicodedata.normalize("NFKC", text).replace(",", BETWEEN).replace(";", BETWEEN)
    return dict.fromkeys(name.strip() for name in plain.split(BETWEEN) if name.strip())
