"""What is to be done about a line of 办公室.xlsx: by what it asks, what its 结果 says, and what is on the record.

A line says itself how far it came: in 结果 stands what was on the record when the line was written last. So a line that
asks for something is told from one that only repeats what is on the record, also in an old copy of the workbook.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from xltool.campaign.desk_asking import Asked

RECORDED, WITHDRAWN, REFUSED, DIFFERS, LOST = "已登记：", "已撤销", "没有办：", "登记的是：", "登记过的不见了"
"""How 结果 begins: of what is on the record, was taken back, could not be done, is on the record otherwise, is gone."""
Step: TypeAlias = Literal["give", "withdraw", "show", "withdrawn", "lost", "repeated", "differs", "unneeded", "none"]


@dataclass(frozen=True, slots=True)
class OnRecord:
    """What is on the record for a line: as 结果 tells it, the fields of a line that says it.

    `lapsed` when it holds no more, `same` when the line says the same.
    """

    text: str
    fields: Mapping[str, str]
    same: bool
    lapsed: bool = False


def choose_step(asked: Asked, result: str, own: str, record: OnRecord | None, *, said: bool, withdrawn: str) -> Step:
    """What is to be done about a line: by what it asks, what its 结果 says, and what is on the record.

    `own` is how 结果 begins where the line as it stands is on the record; `said` that it was on the record before,
    `withdrawn` is what 结果 says of the last time that what was there was taken back, empty when it never was.
    """
    if record is None:
        return _choose_unrecorded(asked, result, said=said, withdrawn=withdrawn)
    if asked != "give":
        return "withdraw" if asked == "withdraw" or result.startswith(RECORDED) else "show"
    if record.same:
        return "give" if record.lapsed and result == record.text else "show"
    if result.startswith(DIFFERS):
        return "differs"
    if result == record.text or not result.startswith(RECORDED):
        return "give"
    return "show" if result.startswith(own) else "differs"


def _choose_unrecorded(asked: Asked, result: str, *, said: bool, withdrawn: str) -> Step:
    if result.startswith((RECORDED, LOST)):
        return "lost" if asked == "give" and not withdrawn else "withdrawn"
    if asked == "give":
        return "repeated" if said and (not withdrawn or withdrawn not in result) else "give"
    return "unneeded" if asked == "withdraw" and not withdrawn else "none"
