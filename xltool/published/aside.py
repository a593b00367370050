"""What stands beside a figure and is no part of it: digits that are raised, struck out, hidden, or too small to see."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, Literal, TypeAlias

Setting: TypeAlias = Literal["", "raised", "gone", "hidden"]
"""How a piece of text stands: in its line, above or below it, struck out or too small to see, or not shown at all."""

_FIGURE: Final = re.compile(r"[+-]?[0-9０-９][0-9０-９,，.．]*")
_DIGIT: Final = re.compile(r"[0-9０-９⁰¹²³⁴-⁹₀-₉]")


class AsideText(str):
    """The text of a cell without the digits beside it; `whole` has them too."""

    whole: str = ""

    @classmethod
    def of(cls, text: str, whole: str) -> AsideText:
        """The text, remembering what it is with what stands beside it."""
        made = cls(text)
        made.whole = whole
        return made


def settle_pieces(pieces: Iterable[tuple[str, Setting]]) -> str:
    """The text of a cell from its pieces: an `AsideText` where digits stand beside a figure, or in place of one.

    Beside anything else, such as the mark of a footnote behind a label, what is raised belongs to the text.
    """
    told = [piece for piece in pieces if piece[0]]
    if not any(standing for _, standing in told):
        return "".join(text for text, _ in told)
    plain = "".join(text for text, standing in told if not standing)
    seen = "".join(text for text, standing in told if standing != "hidden")
    whole = "".join(text for text, _ in told)
    beside = any(_DIGIT.search(text) for text, standing in told if standing)
    if beside and _FIGURE.fullmatch(plain.strip()):
        return AsideText.of(plain, whole)
    if beside and not plain.strip() and not any(standing == "raised" for _, standing in told):
        return AsideText.of("", whole)
    return seen
