"""What texts have in common: the share of their signs that stand in common passages, and those passages.

A passage is a run of at least `PASSAGE` signs that stands in both, figures and punctuation not counted, so that last
year's text with this year's figures is found. What a form says that most rightly say alike counts on neither side.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from xltool.forms.memo import derive_once
from xltool.model import FormSpec, Submission

PASSAGE: Final = 12
"""Signs in a row that no two texts have in common by chance; shorter runs are idiom."""
ALIKE: Final = 50
"""From so many percent on texts are told as alike, as assessments do."""
FEWEST_COMPARED: Final = 200
"""Signs that count which a text must have to be compared: what few words can say is often the same."""
MOST_PASSAGES: Final = 3
LONGEST_PASSAGE: Final = 30
"""How many passages are shown, and how much of each."""

_BASE: Final = np.uint64(0x9E3779B97F4A7C15)
_MIX: Final = np.uint64(0xFF51AFD7ED558CCD)
_KEPT_OF: Final = np.uint64(8)
"""One in so many passages stands for a text where thousands are compared, chosen by its own signs."""
_MOST_HOLDERS: Final = 100
"""Of a passage that more texts have, so many stand for all: they are of one pattern."""
_ROUGHLY: Final = 0.4
"""The share of kept passages from which on two texts are measured in full."""

Prints: TypeAlias = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class ComparedText:
    """The texts of a submission as they are compared.

    Their signs less figures and punctuation (0 between two texts), where each stood in `said`, and which of them count.
    """

    said: str
    signs: NDArray[np.uint32]
    places: NDArray[np.int64]
    counting: NDArray[np.bool_]

    @property
    def size(self) -> int:
        """How many signs count."""
        return int(self.counting.sum())


@dataclass(frozen=True, slots=True)
class Likeness:
    """How much of a text stands in another: in percent of its signs, and the longest passages as they are written."""

    percent: int
    passages: tuple[str, ...]


def compare_texts(one: ComparedText, other: ComparedText) -> Likeness:
    """How much of the first stands in the second."""
    shared = _find_shared(one, other) & one.counting
    size = one.size
    passages = sorted(_list_passages(one, shared), key=len, reverse=True)[:MOST_PASSAGES]
    return Likeness(int(shared.sum()) * 100 // size if size else 0, tuple(passages))


def is_comparable(text: ComparedText) -> bool:
    """Whether there is enough of a text that what it has in common says something."""
    return text.size >= FEWEST_COMPARED


def take_texts(spec: FormSpec, submission: Submission) -> ComparedText:
    """The texts of a submission that stand under a heading of its report; what stands before it is alike in all."""
    keys = [key for section in spec.sections if section.heading for key in section.texts]
    said = "\0".join(submission.texts.get(key, "") for key in keys)
    kept = [(at, sign) for at, sign in enumerate(said) if sign == "\0" or (sign.isalpha() and not sign.isascii())]
    plain = "".join(sign for _, sign in kept)
    counting = np.array([sign != "\0" for sign in plain], np.bool_)
    for phrase in _list_common(spec):
        at = plain.find(phrase)
        while at >= 0:
            counting[at : at + len(phrase)] = False
            at = plain.find(phrase, at + len(phrase))
    return ComparedText(said, _encode(plain), np.array([at for at, _ in kept], np.int64), counting)


def make_prints(text: ComparedText) -> Prints:
    """The passages that stand for a text, as numbers: few kilobytes for what thousands are compared by."""
    hashes, valid = _hash_passages(text.signs)
    counted = np.convolve(text.counting, np.ones(PASSAGE, np.int64), "valid") if hashes.size else np.zeros(0)
    mixed = (hashes ^ (hashes >> np.uint64(33))) * _MIX
    return np.unique(hashes[valid & (counted == PASSAGE) & ((mixed >> np.uint64(40)) % _KEPT_OF == 0)])


def find_alike_pairs(prints: Sequence[Prints]) -> Iterator[tuple[int, int]]:
    """For each text the one that it seems to have most in common with, where that is much: by their places."""
    sizes = np.array([each.size for each in prints], np.int64)
    if not sizes.sum():
        return
    every, holders = np.concatenate(prints), np.repeat(np.arange(len(prints)), sizes)
    order = np.argsort(every, kind="stable")
    every, holders = every[order], holders[order]
    starts = np.flatnonzero(np.concatenate(([True], every[1:] != every[:-1])))
    counts = np.diff(np.concatenate((starts, [every.size])))
    firsts = every[starts]
    for at, mine in enumerate(prints):
        if not mine.size:
            continue
        which = np.searchsorted(firsts, mine)
        taken = np.minimum(counts[which], _MOST_HOLDERS)
        begins = np.repeat(starts[which] - np.concatenate(([0], np.cumsum(taken)[:-1])), taken)
        found = np.bincount(holders[begins + np.arange(taken.sum())], minlength=len(prints))
        found[at] = 0
        best = int(found.argmax())
        if found[best] >= _ROUGHLY * mine.size:
            yield at, best


def find_most_alike(mine: Prints, others: Sequence[Prints]) -> int | None:
    """Which text seems to have most in common with one, either way, where that is much; None where it is not."""
    common = [np.intersect1d(mine, each, assume_unique=True).size for each in others]
    smaller = [max(min(mine.size, each.size), 1) for each in others]
    shares = [count / size for count, size in zip(common, smaller, strict=True)]
    best = max(range(len(shares)), key=shares.__getitem__, default=None)
    return best if best is not None and shares[best] >= _ROUGHLY else None


def _find_shared(one: ComparedText, other: ComparedText) -> NDArray[np.bool_]:
    """Which signs of the first stand in a passage that the second has too."""
    mine, valid = _hash_passages(one.signs)
    theirs, right = _hash_passages(other.signs)
    begins = np.flatnonzero(np.isin(mine, theirs[right]) & valid)
    edges = np.zeros(one.signs.size + 1, np.int64)
    np.add.at(edges, begins, 1)
    np.add.at(edges, begins + PASSAGE, -1)
    shared: NDArray[np.bool_] = np.cumsum(edges)[:-1] > 0
    return shared


def _list_passages(text: ComparedText, shared: NDArray[np.bool_]) -> Iterator[str]:
    """The common passages as they are written, cut where they are long."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], shared, [False])).astype(np.int8)))
    for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        written = "".join(text.said[text.places[start] : text.places[end - 1] + 1].split())
        yield written if len(written) <= LONGEST_PASSAGE else f"{written[:LONGEST_PASSAGE]}…"


def _hash_passages(signs: NDArray[np.uint32]) -> tuple[Prints, NDArray[np.bool_]]:
    """A number for each run of `PASSAGE` signs, and whether it lies within one text."""
    count = max(0, signs.size - PASSAGE + 1)
    hashes = np.zeros(count, np.uint64)
    valid = np.ones(count, np.bool_)
    for at in range(PASSAGE if count else 0):
        part = signs[at : at + count]
        hashes = hashes * _BASE + part
        valid &= part != 0
    return hashes, valid


def _encode(text: str) -> NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.dtype("<u4")).astype(np.uint32)


@derive_once
def _list_common(spec: FormSpec) -> tuple[str, ...]:
    """What the form itself says, as it is compared: sentences that most have, guidance, headings, law, authority."""
    said = [
        *spec.wording.common,
        *(piece for text in spec.texts for piece in text.guidance.split("。")),
        *(section.heading for section in spec.sections),
        *(text.heading for text in spec.texts),
        spec.title,
        spec.law,
        spec.authority,
    ]
    plain = {"".join(sign for sign in piece if sign.isalpha() and not sign.isascii()) for piece in said}
    return tuple(
        sorted((piece for piece in plain if len(piece) >= SHORTEST_COMMON), key=lambda piece: (-len(piece), piece))
    )


SHORTEST_COMMON: Final = 6
"""Signs of what a form says that is taken out wherever it stands; less is a word."""
