"""Which year a text speaks of at a place, what it compares with, and whether it is of some months only."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final, Literal, TypeAlias

from xltool.forms.phrases import Language
from xltool.rules.narrative_tokens import DATE, YEAR_WORD, ProseToken, list_months
from xltool.rules.narrative_words import YEAR_KINDS, has_any, is_verb, names_subject

StatedYear: TypeAlias = int | Literal["last"] | None
"""A year that is written, last for 上年, None for that of the report."""
OPENING: Final = frozenset("（(【[")
_MONTHS_OF_YEAR: Final = 12
_TIME_KINDS: Final = (
    "compare.full",
    "compare.this",
    "compare.last",
    "compare.reaching",
    "compare.otherwise",
    "compare.other_periods",
    "compare.yearly",
    "compare.running",
    YEAR_WORD,
    DATE,
)
_SPANS: Final = frozenset("至到-－—–~～")
_CHANGES: Final = ("compare.more", "compare.less", "compare.even")


class Times:
    """What a sentence has said about time so far."""

    def __init__(self, language: Language, report_year: int | None) -> None:
        self._this_year, self._report_year = language.this_year, report_year
        self.year: StatedYear = None
        self.compared: StatedYear = None  # what a change is a change on
        self.is_compared_otherwise = False  # with the quarter before
        self._is_partial = False  # of half a year, of some months
        self._is_clause_partial = False  # so is only what is being read: 2019年以来印发的文件
        self._is_since = False  # since a year that may be any
        self.lasts = False  # what is said of that time is so of each year of it, if it says that there was nothing

    @property
    def is_partial(self) -> bool:
        """Whether what is being read is of half a year, of some months, of several years."""
        return self._is_partial or self._is_clause_partial

    @is_partial.setter
    def is_partial(self, is_partial: bool) -> None:
        self._is_partial = is_partial

    def note_clause(self, tokens: Sequence[ProseToken]) -> None:
        """Takes in what a clause says about time."""
        self._is_clause_partial = False
        since = next((at for at, token in enumerate(tokens) if _describes_since(tokens, at)), None)
        if since is not None:
            self._is_clause_partial = True
            tokens = tokens[since + 1 :]
        if not has_any(tokens, *_TIME_KINDS) and not any(each.text.startswith(self._this_year) for each in tokens):
            return
        counted = max((at for at, token in enumerate(tokens) if token.number is not None), default=len(tokens))
        months = list_months(tokens[: counted + 1])  # 3件申请已于1月答复 is of no month
        if has_any(tokens, "compare.full", "compare.this") or _names_year(tokens):
            self.is_partial = False
        is_whole = any(last == _MONTHS_OF_YEAR for _, last, _ in months)
        alone = len(months) == 1 and months[0][0] == months[0][1] and not months[0][2]
        alone = alone and not has_any(tokens, "compare.full")
        if self._names_period(tokens) or (months and not is_whole) or alone:
            self.lasts = _runs_from_year(tokens) and not months and not self.is_partial
            self.is_partial = self.is_compared_otherwise = True
        reaching = next((at for at, token in enumerate(tokens) if token.is_any("compare.reaching")), 0)
        for at, token in enumerate(tokens):
            if token.is_any("compare.this") or token.text.startswith(self._this_year):
                self.year = None
            if token.is_any("compare.otherwise"):
                self.is_compared_otherwise = True
            year = name_year(token)
            if token.is_any("compare.yearly"):
                self._compare("last")
            elif year is not None and (_reaches_from(tokens, at, reaching) or _is_compared(tokens, at)):
                self._compare(year)
            elif year == "last" and has_any(tokens[at + 1 : at + 3], *_CHANGES):
                self.compared = year
            elif year is not None:
                own = self._report_year if self.lasts else None
                self.year = None if own is not None and isinstance(year, int) and year <= own else year

    def _names_period(self, tokens: Sequence[ProseToken]) -> bool:
        """Whether a part of a year is spoken of, or several years; 2024年以来 is the whole of that report's year.

        Where that is not known, it is so too where a comma follows, and nothing behind it is 累计.
        """
        own = self._report_year
        if any(_spans_years(tokens, at) for at in range(len(tokens) - 2)) or _runs_since(tokens):
            return True
        for at, token in enumerate(tokens):
            if not token.is_any("compare.other_periods"):
                continue
            named = tokens[at - 1].year if at and token.is_any("compare.since") else None
            if named is None or (own is not None and named != own) or (own is None and len(tokens) > 2):
                return True
            self._is_since = own is None
        return self._is_since and has_any(tokens, "compare.running")

    def _compare(self, year: StatedYear) -> None:
        self.compared, self.is_compared_otherwise = year, False

    def find_year(self, left: Sequence[ProseToken], *, in_brackets: bool) -> StatedYear:
        """The year that a number is of: what is said right before it, or what a comparison in brackets names."""
        near = [token for token in left if token.is_any(*YEAR_KINDS)]
        if near:
            return name_year(near[-1])
        return self.compared if in_brackets and self.compared is not None else self.year


def _describes_since(tokens: Sequence[ProseToken], at: int) -> bool:
    """Whether a word for since a year only tells of which things something is said: 对2019年以来印发的86件…."""
    behind = tokens[at + 1 : at + 3]
    is_since = at > 0 and tokens[at].is_any("compare.since") and tokens[at - 1].year is not None
    return is_since and len(behind) > 1 and is_verb(behind[0]) and behind[1].is_any("words.relative")


def _runs_from_year(tokens: Sequence[ProseToken]) -> bool:
    """Whether since one year is all that words say about time: 2021年以来."""
    since = [at for at, token in enumerate(tokens) if token.is_any("compare.since") and at and tokens[at - 1].year]
    periods = [token for token in tokens if token.is_any("compare.other_periods", YEAR_WORD)]
    return len(since) == 1 and len(periods) == 2


def name_year(token: ProseToken) -> StatedYear:
    """The year that a word is."""
    return token.year if token.year is not None else "last" if token.is_any("compare.last") else None


def find_change(left: Sequence[ProseToken]) -> ProseToken | None:
    """The word for a change before a number, and what has changed between them: 增加申请3件, 下降到2023年的3件."""
    dated = False
    for token in reversed(left):
        if token.is_any("compare.more", "compare.less", "compare.reaching"):
            return token if token.is_any("compare.reaching") or not dated else None
        dated |= token.is_any(*YEAR_KINDS)  # 下降到2023年的31件
        if not token.is_any("words.neutral", "figures.before", *YEAR_KINDS) and not names_subject(token):
            return None
    return None


def _names_year(tokens: Sequence[ProseToken]) -> bool:
    """Whether a year is spoken of, and not only compared with: 申请量比2021年同期上升 is of what was spoken of."""
    return any(token.is_any(YEAR_WORD) and not _is_compared(tokens, at) for at, token in enumerate(tokens))


def _spans_years(tokens: Sequence[ProseToken], at: int) -> bool:
    """Whether a span of years is named at a place: 2020年至2023年, 2020—2023年."""
    first, between, last = tokens[at : at + 3]
    is_span = first.year is not None and last.year is not None and first.year < last.year
    return is_span and between.text.strip() in _SPANS


def _runs_since(tokens: Sequence[ProseToken]) -> bool:
    """Whether what goes on from one year to another is spoken of: 自2008年《条例》施行至2022年底."""
    years = [(at, token.year) for at, token in enumerate(tokens) if token.year is not None]
    return any(
        first < last
        and has_any(tokens[max(at - 1, 0) : at], "compare.sources")
        and not any(token.number is not None for token in tokens[at:behind])
        for (at, first), (behind, last) in pairwise(years)
    )


def _reaches_from(tokens: Sequence[ProseToken], at: int, reaching: int) -> bool:
    """Whether a year is the one from which something came down: 由2022年的40件下降到31件; not so 2024年降至31件."""
    return any(token.number is not None for token in tokens[at:reaching])


def _is_compared(tokens: Sequence[ProseToken], at: int) -> bool:
    """Whether a year is what something is compared with: 比2022年, 与上年相比."""
    before = [token for token in tokens[max(at - 2, 0) : at] if not token.is_any("words.neutral")]
    if before and before[-1].is_any("compare.signs"):
        return True
    return any(token.is_any("compare.signs") and not token.is_any("compare.pairs") for token in tokens[at + 1 : at + 3])
