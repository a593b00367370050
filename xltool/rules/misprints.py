"""Slips of the pen in a text: digits that are none, stops and units twice, blanks left to fill in, an end cut off."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from xltool.rules.sentences import narrow_signs, quote_around

FEWEST_CUT: Final = 20
"""Signs of a last paragraph of which one can say that it is cut off."""

_UNITS: Final = "件条次个份篇期项场起元万亿年月日家批宗例人%％"
_DIGITS: Final = re.compile(
    rf"(?<![A-Za-z0-9./_@-])(?=[0-9OolI]*[0-9])(?=[0-9OolI]*[OolI])[0-9OolI]+(?=余?多?[{_UNITS}])"
)
"""Letters that look like 0 and 1 among digits, before a unit."""
_STOPS: Final = re.compile(r"(?<![0-9.,])[0-9]+(?:\.\.|,,|\.,|,\.|．．|。)[0-9]+(?=[%％万亿余多件条次个份篇期项元])")
_TWICE: Final = re.compile(
    "(?<=[0-9])(?:件件(?![件有落])|条条(?![款文例目理规])|次次|份份|篇篇|场场|万元(?:万元|元)|万万元|%%|％％|件条|条件数)"
)
_GAPS: Final = re.compile(
    "[×✕╳]{2,}(?=[县市区局委办乡镇街村年月日件条次份个项篇万元%％号])"
    "|(?<![A-Za-z0-9./_-])[Xx]{2,}(?=[县市区局委办乡镇街村年月日件条次份个项篇万元%％号])"
    "|(?<=[年月共为了计约])(?:[×✕╳]{2,}|[Xx]{2,})(?![A-Za-z0-9])"
    "|【(?:\\s*|[^】]{0,8}(?:填写|待补|待填|此处|机关名称|单位名称)[^】]{0,8})】"
    "|_{3,}|＿{2,}"
    "|待补充(?![的和与、说材资申内])|待填写|待填报|待核实后填|此处填写|此处补充|（此处[^）]{0,20}）"
    "|(?:\\?{2,}|？{2,})(?=[件条次份个项篇万元%％])"
)
"""Marks of what was still to be filled in."""
_WELL_ENDED: Final = re.compile(r"[。！？!?…：:；;.）)」』”’》〉】\]}]$")
_BROKEN_OFF: Final = re.compile("[，、,（(“《]$|(?:以及|并且|或者|[和与及对将并为按把被由])$")
"""What no sentence ends with."""
_ADDRESS: Final = re.compile("电话|传真|邮编|地址|网址|邮箱|https?:|www|[0-9]$")


def find_wrong_digits(text: str) -> Iterator[str]:
    """Each place where a slip changes a figure, with the words around it."""
    narrow = narrow_signs(text)
    for pattern in (_DIGITS, _STOPS, _TWICE):
        for match in pattern.finditer(narrow):
            yield quote_around(text, *match.span())


def find_gaps_left(text: str) -> Iterator[str]:
    """Each place that was still to be filled in, with the words around it."""
    for match in _GAPS.finditer(narrow_signs(text)):
        yield quote_around(text, *match.span())


def find_cut_end(text: str) -> str:
    """The last words of a text whose last paragraph is cut off; '' where it is whole.

    Of one that stops at a word which may end a sentence, only what has whole sentences before it is judged: a line
    without any stop is written so.
    """
    last = text.rstrip().rpartition("\n")[2].strip()
    if len(last) < FEWEST_CUT or _WELL_ENDED.search(last) or _ADDRESS.search(last[-30:]):
        return ""
    whole, _, rest = last.rpartition("。")
    if _BROKEN_OFF.search(last) or (len(whole) >= FEWEST_CUT and len(rest) >= FEWEST_CUT // 2):
        return f"…{last[-20:]}"
    return ""
