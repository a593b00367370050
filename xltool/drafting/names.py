"""Ids of a definition made of printed labels: from the words of the field, else from how they are pronounced."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from xltool.drafting.words import load_terms, read_label
from xltool.forms.grammar import CONDITION_WORDS, IDENTIFIER, PART_OF
from xltool.forms.operators import OPERATORS

MOST_SYLLABLES: Final = 6
_RESERVED: Final = frozenset(
    {"sum", "prior", PART_OF, *CONDITION_WORDS, *(sign for sign in OPERATORS if sign.isalpha())}
)
_RUNS: Final = re.compile(r"[\u4e00-\u9fff]+|[A-Za-z0-9]+")
_LATIN: Final = re.compile(r"[A-Za-z]+|[0-9]+")


class IdGiver:
    """Ids that are given once each."""

    def __init__(self) -> None:
        self._taken: set[str] = set(_RESERVED)

    def give(self, label: str, otherwise: str) -> str:
        """An id for a label; from `otherwise` where the label says nothing."""
        wanted = spell_label(label) or otherwise
        found = wanted
        count = 1
        while found in self._taken:
            count += 1
            found = f"{wanted}_{count}"
        self._taken.add(found)
        return found


def spell_label(label: str) -> str:
    """A label as an id: words of the field, or the first syllables of it in pinyin; '' for one without any word."""
    words = re.sub(r"[（(].*?[）)]|[\s\u3000]", "", read_label(label).words) or read_label(label).words
    parts = list(_translate(words))
    spelt = "_".join(parts if parts and all(parts) else _pronounce(words)[:MOST_SYLLABLES])
    spelt = re.sub(r"_+", "_", re.sub(r"[^a-z0-9_]", "", spelt.lower())).strip("_")
    if spelt and not spelt[0].isalpha():
        spelt = f"n{spelt}"
    return spelt if IDENTIFIER.fullmatch(spelt) else ""


def _translate(words: str) -> Iterator[str]:
    """The words of the field that a label is made of, and '' for each sign that none covers."""
    names = load_terms().names
    at = 0
    while at < len(words):
        size = next((size for size in range(len(words) - at, 0, -1) if words[at : at + size] in names), 0)
        yield names[words[at : at + size]] if size else ""
        at += size or 1


def _pronounce(words: str) -> list[str]:
    from pypinyin import lazy_pinyin

    pieces = [lazy_pinyin(run) if run > "\u3000" else _LATIN.findall(run) for run in _RUNS.findall(words)]
    plain = (re.sub(r"[^a-z0-9]", "", piece.lower().replace("ü", "v")) for run in pieces for piece in run)
    return [piece for piece in plain if piece]
