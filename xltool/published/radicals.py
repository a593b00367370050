"""Chinese characters for the signs that some programs put in their place.

The same picture under the number of a radical.

Chromium and others write U+2F06 for 二 and U+2EA0 for 民 into a PDF, whose fonts have one picture for both. No report
is about radicals.
"""

from __future__ import annotations

import unicodedata
from typing import Final

_KANGXI: Final = range(0x2F00, 0x2FD6)
_COMPATIBLE: Final = range(0xF900, 0xFAD9)
"""Blocks of signs of which Unicode says what character each stands for."""
_NUMBERS: Final = """
2E81 2E84 2E87 2E88 2E8A 2E8C 2E8E 2E92 2E93 2E9D 2E9F 2EA0 2EA7 2EA9 2EAA 2EAC 2EAE 2EB6 2EBB 2EBC 2EBD 2EC1 2EC4 2EC5
2EC6 2EC9 2ECB
2ED1 2ED3 2ED4 2ED7 2ED8 2ED9 2EDA 2EDB 2EDC 2EDD 2EE2 2EE3 2EE4 2EE5 2EE6 2EE7 2EE8 2EE9 2EEA 2EEC 2EEE 2EF0 2EF3 2F3E
2FAD 2FC8
"""
_CHARACTERS: Final = (
    "厂乙几刀卜小兀巳幺月母民牛王疋示竹羊聿肉臼虎西见角贝车長长门雨青韦页风飞食马骨鬼鱼鸟卤麦黄黾齐齿龙龟户青黄"
)
"""CJK Radicals Supplement, of two of which alone Unicode says so; and three of Kangxi that look here as they are
written today."""
_PROPER: Final = {number: unicodedata.normalize("NFKC", chr(number)) for number in (*_KANGXI, *_COMPATIBLE)} | {
    int(number, 16): sign for number, sign in zip(_NUMBERS.split(), _CHARACTERS, strict=True)
}


def replace_radicals(text: str) -> str:
    """The text with every such sign replaced by its character; as long as before."""
    return text.translate(_PROPER)
