"""Parts of two forms, and which of them are one: by words and id, by words, by id, or by words much alike."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final, Literal, TypeAlias

from xltool.forms.label import normalise_label
from xltool.forms.tables import shorten_label

PartKind: TypeAlias = Literal["table", "row", "column", "cell", "rule", "text"]
FormChange: TypeAlias = Literal["new", "gone", "renamed", "moved", "rekeyed", "changed"]
"""There only in the second; only in the first; other words; another place or order; another id; another content."""
_ALIKE: Final = 0.6
"""So much of two labels must be the same for one to be taken as the other in new words."""


@dataclass(frozen=True, slots=True)
class FormPart:
    """A part of a form that can be told of.

    Its kind, its name for programs, the table it is of, its words, and the heads above it with the words.
    """

    kind: PartKind
    key: str
    table: str
    label: str
    path: str


@dataclass(frozen=True, slots=True)
class FormDifference:
    """One change of one part: what it was and what it is, one of which is lacking where it is new or gone.

    `detail` has what changed in content, in words; `likely` where the two were only found alike.
    """

    change: FormChange
    kind: PartKind
    before: FormPart | None
    after: FormPart | None
    detail: str = ""
    likely: bool = False


@dataclass(frozen=True, slots=True)
class PartPair:
    """One part in both forms; `likely` where only its words are much alike."""

    before: FormPart
    after: FormPart
    likely: bool = False


def _fits(before: FormPart, after: FormPart) -> bool:  # noqa: ARG001
    return True


class PartMatching:
    """Parts of two forms, those that are one in pairs: of the same words and id, words, id, or of words much alike."""

    def __init__(
        self, before: Sequence[FormPart], after: Sequence[FormPart], fits: Callable[[FormPart, FormPart], bool] = _fits
    ) -> None:
        self.before, self.after, self._fits = before, after, fits
        self.pairs: list[PartPair] = []
        self._left, self._right = list(before), list(after)
        for name in (_name_both, _name_path, _name_label, _name_key):
            self._pair_by(name)
        self._pair_alike()

    def _pair_by(self, name: Callable[[FormPart], object]) -> None:
        """Pairs what has a name in common that nothing else has on either side."""
        left, right = ({name(part): part for part in parts} for parts in (self._left, self._right))
        counts = [Counter(map(name, parts)) for parts in (self._left, self._right)]
        shared = [each for each in left if each in right and all(count[each] == 1 for count in counts)]
        self._take(PartPair(left[each], right[each]) for each in shared if self._fits(left[each], right[each]))

    def _pair_alike(self) -> None:
        ranked = sorted(
            (
                (-SequenceMatcher(None, _plain(one.label), _plain(two.label), autojunk=False).ratio(), at, to)
                for at, one in enumerate(self._left)
                for to, two in enumerate(self._right)
            ),
        )
        taken: set[tuple[str, int]] = set()
        found = []
        for ratio, at, to in ranked:
            fits = -ratio >= _ALIKE and self._fits(self._left[at], self._right[to])
            if fits and taken.isdisjoint({("left", at), ("right", to)}):
                taken |= {("left", at), ("right", to)}
                found.append(PartPair(self._left[at], self._right[to], likely=True))
        self._take(found)

    def _take(self, pairs: Iterable[PartPair]) -> None:
        for pair in list(pairs):
            self.pairs.append(pair)
            self._left.remove(pair.before)
            self._right.remove(pair.after)

    def tell(self) -> Iterator[FormDifference]:
        """The differences between the parts, in the order of the second form, what is gone last."""
        moved = self._find_moved()
        by_after = {id(pair.after): pair for pair in self.pairs}
        for part in self.after:
            pair = by_after.get(id(part))
            if pair is None:
                yield FormDifference("new", part.kind, None, part)
                continue
            for change, is_so in (
                ("renamed", normalise_label(pair.before.label) != normalise_label(part.label)),
                ("moved", id(part) in moved),
                ("rekeyed", pair.before.key != part.key),
            ):
                if is_so:
                    yield FormDifference(_as_change(change), part.kind, pair.before, part, likely=pair.likely)
        yield from (FormDifference("gone", part.kind, part, None) for part in self._left)

    def _find_moved(self) -> set[int]:
        """The parts that stand below other heads, and the fewest that must move to get from one order to the other."""
        places = {id(part): at for at, part in enumerate(self.before)}
        by_after = {id(pair.after): pair for pair in self.pairs}
        kept = [part for part in self.after if id(part) in by_after]
        still = _keep_longest([places[id(by_after[id(part)].before)] for part in kept])
        moved = {id(part) for at, part in enumerate(kept) if at not in still}
        return moved | {
            id(pair.after) for pair in self.pairs if _heads(pair.before) != _heads(pair.after) and not pair.likely
        }


def _as_change(name: str) -> FormChange:
    return "renamed" if name == "renamed" else "moved" if name == "moved" else "rekeyed"


def _keep_longest(places: Sequence[int]) -> set[int]:
    """Where the longest rising run of places stands, as positions in the sequence."""
    ends: list[int] = []
    tails: list[int] = []
    before: list[int] = []
    for at, place in enumerate(places):
        to = bisect_left(ends, place)
        before.append(tails[to - 1] if to else -1)
        ends[to : to + 1], tails[to : to + 1] = [place], [at]
    kept, at = set(), tails[-1] if tails else -1
    while at >= 0:
        kept.add(at)
        at = before[at]
    return kept


def _plain(label: str) -> str:
    return normalise_label(shorten_label(label))


def _name_both(part: FormPart) -> object:
    return part.key, normalise_label(part.path)


def _name_path(part: FormPart) -> object:
    return plain_path(part.path)


def plain_path(path: str) -> str:
    """The words of a part with the heads above, without numbers and signs that do not change what they mean."""
    return "/".join(_plain(each) for each in path.split(" / "))


def _name_label(part: FormPart) -> object:
    return _plain(part.label) or part


def _name_key(part: FormPart) -> object:
    return part.key


def _heads(part: FormPart) -> str:
    return "/".join(_plain(each) for each in part.path.split(" / ")[:-1])
