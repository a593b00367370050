"""Lists in a text that add up: 共发布583条，其中10条、15条、558条; whatever they count."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from xltool.rules.narrative_tokens import BREAK, NUMBER, Numeral, ProseToken

_LEAST: Final = 2
"""So many parts make a list."""
_APART: Final = frozenset("；;（(")
"""Signs behind which parts of something else may stand."""
_NEAR: Final = 12
"""So many tokens before a number are looked at for a word such as 共."""


@dataclass(frozen=True, slots=True)
class TextSum:
    """A number of a text and the parts named behind it; `residual` is what the parts have more than it."""

    total: ProseToken
    parts: tuple[ProseToken, ...]
    sentence: int  # which of the text's it is
    residual: int = 0


def find_sums(sentences: Sequence[Sequence[ProseToken]]) -> Iterator[TextSum]:
    """The numbers of a text that are the sum of those behind them, in the same sentence or the next one."""
    for at, sentence in enumerate(sentences):
        following = sentences[at + 1] if at + 1 < len(sentences) else ()
        for place, token in enumerate(sentence):
            if not _is_whole(token) or not token.number or not token.number.value:
                continue
            announced = any(each.is_any("words.totals") for each in sentence[max(place - _NEAR, 0) : place])
            rest = sentence[place + 1 :]
            parts = _add_up(token.number, rest) if announced or _opens_list(rest) else ()
            if not parts and announced and not _has_same(token.number, rest):
                parts = _add_up(token.number, following)
            if parts:
                yield TextSum(token, parts, at)


def find_broken_sums(sentences: Sequence[Sequence[ProseToken]]) -> Iterator[TextSum]:
    """The numbers of which a sentence says itself that they are made of parts, and the parts are more than they."""
    for at, sentence in enumerate(sentences):
        for place, token in enumerate(sentence):
            found = _find_excess(token, sentence[place + 1 :], at) if _is_whole(token) else None
            if found is not None:
                yield found


def _find_excess(token: ProseToken, rest: Sequence[ProseToken], at: int) -> TextSum | None:
    """The parts right behind a number that are more than it, where nothing speaks for another reading."""
    total = token.number
    if total is None or total.qualifier or not _opens_list(rest, at_once=True):
        return None
    lists = sum(each.is_any("words.parts") for each in rest)
    if lists > 1 or any(each.text in _APART for each in rest) or _add_up(total, rest):
        return None
    parts = [each for each in rest if each.number is not None and each.number.unit == total.unit]
    values = [each.number.value for each in parts if each.number is not None and not each.number.qualifier]
    if len(values) < max(len(parts), _LEAST) or max(values) > total.value or sum(values) <= total.value:
        return None
    return TextSum(token, tuple(parts), at, int(sum(values) - total.value))


def _is_whole(token: ProseToken) -> bool:
    number = token.number
    if not token.is_any(NUMBER) or number is None or number.is_percent or not number.unit:
        return False
    return number.value == number.value.to_integral_value()


def _has_same(total: Numeral, tokens: Sequence[ProseToken]) -> bool:
    return any(token.number is not None and token.number.unit == total.unit for token in tokens)


def _add_up(total: Numeral, tokens: Sequence[ProseToken]) -> tuple[ProseToken, ...]:
    """The first numbers of the same unit that make up a number exactly, two of them at least."""
    added, parts = 0, []
    for token in tokens:
        if token.number is None or token.number.unit != total.unit or token.number.is_percent:
            continue
        parts.append(token)
        added += int(token.number.value)
        if added == total.value and len(parts) >= _LEAST:
            return tuple(parts)
        if added > total.value:
            break
    return ()


def _opens_list(tokens: Sequence[ProseToken], *, at_once: bool = False) -> bool:
    """Whether what stands behind a number names its parts: 其中, or a colon; right behind it, or somewhere."""
    for token in tokens:
        if token.is_any("words.parts") or token.text in "：:":
            return True
        if token.number is not None or (at_once and not token.is_any(BREAK)):
            return False
    return False
