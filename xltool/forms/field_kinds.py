"""Texts of the cover that are more than words: a day, or a code of as many signs as boxes are printed for it."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Final

from xltool.days import DAY_EXAMPLE, format_day, parse_day
from xltool.forms.text import clean_text
from xltool.messages import finding
from xltool.model import Finding, Text

FIRST_DAY, LAST_DAY = date(1949, 10, 1), date(2099, 12, 31)
"""Between these a day of a form is."""
MOST_OF_FIELD: Final = 40
"""Signs that a message quotes of what is no day or no code."""
BOX: Final = "□"
_BETWEEN: Final = re.compile(r"[\s\-‐‑–—−]+")
_CODE: Final = re.compile(r"[0-9A-Z]*")


def take_field(text: Text, content: str, where: str) -> tuple[str, list[Finding]]:
    """What is held of a text as written, and what is wrong with it; `where` names its place in a message.

    A day as 2024-07-05 in whatever way it is written, a code without blanks and hyphens and in capitals; what is no day
    or no such code stays as it is, with an error.
    """
    if not content.strip() or not (text.date or text.boxes):
        return content, []
    if text.date:
        day = parse_day(content)
        if day is not None and FIRST_DAY <= day <= LAST_DAY:
            return day.isoformat(), []
        return content, [finding("text.day", where=where, raw=_quote(content), example=DAY_EXAMPLE)]
    code = _BETWEEN.sub("", unicodedata.normalize("NFKC", content)).upper()
    if len(code) == text.boxes and _CODE.fullmatch(code):
        return code, []
    count = sum(sign.isalnum() for sign in code)
    return content, [finding("text.boxes", where=where, raw=_quote(content), count=count, wanted=text.boxes)]


def say_kind(text: Text) -> str:
    """What is to be written, for the clerk; nothing for plain words."""
    if text.date:
        return f"填日期，如 {DAY_EXAMPLE}。"
    return f"填 {text.boxes} 位字母、数字，中间的短横可不写。" if text.boxes else ""


def print_field(text: Text, content: str) -> str:
    """A text as a line of the paper form has it: its label, and the day, the code or the words, or room for them."""
    day = parse_day(content) if text.date else None
    if day is not None:
        return f"{text.label}：{format_day(day)}"
    room = "　　年　月　日" if text.date else BOX * text.boxes or "　　　　"
    return f"{text.label}：{content or room}"


def _quote(content: str) -> str:
    flat = " ".join(clean_text(content).split())
    return flat if len(flat) <= MOST_OF_FIELD else f"{flat[:MOST_OF_FIELD]}…"
