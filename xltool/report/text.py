"""Text on its way into a document: safe to print anywhere, one line a paragraph."""

from __future__ import annotations

import re
from typing import Final

from xltool.messages import BREAKS, UNPRINTABLE

DRAFT_MARK: Final = "草稿：尚有未通过的审核项，不得公布"
"""What a report says at its top while error findings remain."""

REMEMBERED_TEXT: Final = 100
"""Characters of a text that is remembered as it was written: labels and small figures come again in every report."""

_LONG_WORD: Final = re.compile("[!-~]{16}")


def clean_line(text: str) -> str:
    """The text as one line without anything that cannot be printed."""
    return UNPRINTABLE.sub("", BREAKS.sub(" ", text))


def clean_lines(text: str) -> str:
    """The text with its lines, ended by line feeds, without anything that cannot be printed or blanks around it."""
    return "\n".join(clean_line(line).rstrip() for line in text.splitlines()).strip()


def is_ragged(text: str) -> bool:
    """Whether a justified line would be pulled apart by a word too long for its end, such as a web address."""
    return _LONG_WORD.search(text) is not None


def split_paragraphs(text: str) -> list[str]:
    """The paragraphs of a text: its lines without surrounding blanks, the empty ones left out."""
    return [line for line in (clean_line(raw).strip() for raw in text.splitlines()) if line]


def break_title(title: str, agency: str) -> tuple[str, ...]:
    """The title where it is best broken: after the agency's name, so that no line begins with the 年 of 2024年."""
    rest = title.removeprefix(agency)
    return (agency, rest) if agency and rest and rest != title else (title,)
