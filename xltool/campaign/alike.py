"""Agencies whose texts are for the most part the same, told with what they have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from xltool.campaign.standing import Standing, read_submission
from xltool.campaign.store import Store
from xltool.messages import finding, join_first
from xltool.model import Agency, Finding, FormSpec, Submission
from xltool.rules import likeness
from xltool.rules.likeness import ALIKE, Likeness, Prints

MAX_NAMED_ALIKE: Final = 12
"""How many agencies of a group a sentence names."""


@dataclass(frozen=True, slots=True)
class AlikeGroup:
    """Agencies with much in common, in the order given, and the two of them that have most.

    `shared` says how much of the text of `one` stands in that of `other`.
    """

    agencies: tuple[Agency, ...]
    one: Agency
    other: Agency
    shared: Likeness


class TextShelf:
    """What is kept of each submission's texts for comparing all of them: whose they are, and their prints."""

    def __init__(self, spec: FormSpec) -> None:
        self.spec = spec
        self._agencies: list[Agency] = []
        self._prints: list[Prints] = []
        self._places: list[int] = []
        self._count = 0

    def add_submission(self, submission: Submission) -> None:
        """Takes in the next submission; one with few words is passed over."""
        texts = likeness.take_texts(self.spec, submission)
        if likeness.is_comparable(texts):
            self._agencies.append(submission.agency)
            self._prints.append(likeness.make_prints(texts))
            self._places.append(self._count)
        self._count += 1

    def find_groups(self, read: Callable[[int], Submission]) -> list[AlikeGroup]:
        """The groups of agencies alike, the most alike first; `read` gives the submission that came as that one."""
        pairs: list[tuple[int, int, Likeness]] = []
        for one, other in likeness.find_alike_pairs(self._prints):
            mine, theirs = (likeness.take_texts(self.spec, read(self._places[at])) for at in (one, other))
            shared = likeness.compare_texts(mine, theirs)
            if shared.percent >= ALIKE:
                pairs.append((one, other, shared))
        return list(self._join_pairs(pairs))

    def _join_pairs(self, pairs: Sequence[tuple[int, int, Likeness]]) -> Iterator[AlikeGroup]:
        """Pairs that have an agency in common as one group."""
        groups: dict[int, set[int]] = {}
        for one, other, _ in pairs:
            joined = groups.get(one, {one}) | groups.get(other, {other})
            groups.update(dict.fromkeys(joined, joined))
        told: set[int] = set()
        for one, other, shared in sorted(pairs, key=lambda pair: (-pair[2].percent, pair[0])):
            if one not in told:
                told |= groups[one]
                members = tuple(self._agencies[at] for at in sorted(groups[one]))
                yield AlikeGroup(members, self._agencies[one], self._agencies[other], shared)


class TextMemory:
    """The prints of all versions that were looked at, so that the next look only reads what has come since."""

    def __init__(self) -> None:
        self._prints: dict[str, Prints | None] = {}

    def find_likest(self, spec: FormSpec, store: Store, standings: Iterable[Standing], code: str) -> AlikeGroup | None:
        """An agency and the one whose text has most in common with its own, where either is most of its own."""
        having = {each.entry.agency.code: each for each in standings if each.version is not None}
        prints = {other: self._print(spec, store, each) for other, each in having.items()}
        mine, others = prints.pop(code, None), {other: each for other, each in prints.items() if each is not None}
        found = None if mine is None else likeness.find_most_alike(mine, [*others.values()])
        if found is None:
            return None
        both = [read_submission(store, having[each]) for each in (code, [*others][found])]
        (one, other), texts = (each.agency for each in both), [likeness.take_texts(spec, each) for each in both]
        there, back = likeness.compare_texts(*texts), likeness.compare_texts(*reversed(texts))
        if max(there.percent, back.percent) < ALIKE:
            return None
        if there.percent >= back.percent:
            return AlikeGroup((one, other), one, other, there)
        return AlikeGroup((one, other), other, one, back)

    def _print(self, spec: FormSpec, store: Store, standing: Standing) -> Prints | None:
        """The prints of what counts of an agency; None where it has few words."""
        assert standing.version is not None
        known = standing.version.sha256
        if known not in self._prints:
            texts = likeness.take_texts(spec, read_submission(store, standing))
            self._prints[known] = likeness.make_prints(texts) if likeness.is_comparable(texts) else None
        return self._prints[known]


def tell_group(group: AlikeGroup) -> Finding:
    """A group as a finding."""
    return finding(
        "county.alike",
        count=len(group.agencies),
        agencies=join_first([agency.name for agency in group.agencies], MAX_NAMED_ALIKE, "个单位"),
        one=group.one.name,
        other=group.other.name,
        percent=group.shared.percent,
        passages="、".join(f"“{passage}”" for passage in group.shared.passages),
    )
