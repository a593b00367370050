"""What labels of shares say: 占新受理数比例, 占比（占总户数）, 行政处罚占立案数的百分比; and which are of no whole."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from xltool.drafting.words import read_label

_CHANGES: Final = re.compile(
    r"增、?减|增长|增加(?!值)|增[幅速]|[上提]升|下降|升、?降|[升降涨]幅|幅度|变化|变动|提高|回落|[环同]比|百分点|[比较][上去]"
)
"""What is no part of a whole, and may be below zero: 占比增减, 比重比上年提高."""
_NO_SHARE: Final = re.compile(r"(?:侵|抢|霸|强|挤|征|非法)占|占(?:地(?!区|方)|用|道|有|补)")
_ENDING: Final = r"(?:的?(?:比例|比重|百分比|百分数|百分率|比率|份额|比))"
_BARE: Final = re.compile(rf"(?:所?占)?{_ENDING}|所?占比")
_OF_WHOLE: Final = re.compile(
    rf"(.{{2,10}}?)?所?占(?:同期|[本当](?:年度?|月|期|季度?))?(?:全部|所有)?的?(.{{2,12}}?)(?:{_ENDING}|的)?"
)
_IN_BRACKETS: Final = re.compile(rf"[（(]占(?:同期)?(?:全部|所有)?的?([^（）()]{{2,12}}?){_ENDING}?[%％]?[）)]")
_OF_TOTAL: Final = re.compile(r"(.{1,8}总(?:数|量|额))占比")
_SHARE_OF_ONE: Final = re.compile(r".{1,12}占比")
_VAGUE: Final = re.compile(
    r"总|其|(?:百分)?比[例重率]?|份额|百分数|[总全](?:数|量|额|和|体|部|计|共)|总(?:数量|金额|比例)|合计|小计|整体|所有|该项|同类|同期|当地|本级"
    r"|[全本各](?:国|省|市|县|区|州|镇|乡|村|校|院|局|系统|行业|单位|部门|年度?|月|期|季度?)"
)
"""Wholes of which a label does not say what they count."""
_NOT_BOUND: Final = re.compile(r"GDP|生产总值|预算|计划|目标|任务|基数|[上去前](?:年|月|期|季)", re.IGNORECASE)
"""What a figure is held against and is no part of: it may be more."""
_NO_WHOLE: Final = re.compile(r"预算|计划|目标|任务|基数|[上去前](?:年|月|期|季).*")


class ShareLabel(NamedTuple):
    """What a share is of: the part and the whole as far as the label names them, else ''.

    `bounded` where it is a part of a whole, and so at most 100 %.
    """

    part: str
    whole: str
    bounded: bool


def read_share(label: str) -> ShareLabel | None:
    """What the label of a percentage says as a share; None where it tells of something else, a rate or a change."""
    words = read_label(label).words.rstrip("%％‰")
    if _CHANGES.search(words) or _NO_SHARE.search(words):
        return None
    inside = _IN_BRACKETS.search(re.sub(r"[\s\u3000]+", "", label))
    if inside and (_BARE.fullmatch(words) or _SHARE_OF_ONE.fullmatch(words)):
        return _make_share("", inside[1])
    if _BARE.fullmatch(words):
        return ShareLabel("", "", bounded="占" in words)
    if told := _OF_TOTAL.fullmatch(words):
        return _make_share("", told[1])
    if _SHARE_OF_ONE.fullmatch(words):  # 党员占比: the part is named, and no whole
        return ShareLabel("", "", bounded=True)
    told = _OF_WHOLE.fullmatch(words)
    return _make_share(told[1] or "", told[2]) if told else None


def _make_share(part: str, whole: str) -> ShareLabel:
    whole = whole.removesuffix("的")
    bounded = _NOT_BOUND.search(whole) is None
    named = not _VAGUE.fullmatch(whole) and not _NO_WHOLE.fullmatch(whole)
    return ShareLabel(part, whole if named else "", bounded)
