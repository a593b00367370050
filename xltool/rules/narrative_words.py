"""What words are for a number near them: known to say nothing, verbs, names of what is counted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from xltool.forms.phrases import Phrase
from xltool.rules.narrative_tokens import DATE, YEAR_WORD, ProseToken

JOINER: Final = "words.joiners"
YEAR_KINDS: Final = frozenset((YEAR_WORD, "compare.last"))
NOUNS: Final = "others.nouns"
CHANNEL: Final = "others.channels"
OFFICE: Final = "office"
NEGATION: Final = "words.negations"
_PASSABLE: Final = frozenset(
    (
        "words.neutral",
        "words.totals",
        "words.each",
        "words.respectively",
        "words.parts",
        "scopes.words",
        "scopes.others",
        "scopes.about",
        "figures.before",
        "compare.this",
        "compare.full",
        "others.ours",
        OFFICE,
        DATE,
    )
)
_VERBS: Final = frozenset(("weak", "neutral", "scope", "apart", "sole"))


def is_passable(token: ProseToken) -> bool:
    """Whether a word may stand between a number and what it is of."""
    return not token.kinds.isdisjoint(_PASSABLE)


def are_passable(tokens: Sequence[ProseToken], *others: str) -> bool:
    """Whether all words may stand between a number and what it is of, or are of these kinds."""
    passable = _PASSABLE.union(others)
    return all(not passable.isdisjoint(token.kinds) for token in tokens)


def has_any(tokens: Sequence[ProseToken], *kinds: str) -> bool:
    """Whether one of the words may be one of these."""
    return any(not token.kinds.isdisjoint(kinds) for token in tokens)


def may_follow(token: ProseToken) -> bool:
    """Whether a word may stand between what is counted and its number, other words of what is counted among them."""
    return is_passable(token) or token.is_any(*YEAR_KINDS, NEGATION) or bool(token.phrases)


def may_precede(token: ProseToken) -> bool:
    """Whether a word may stand before what is counted without making it some of its kind."""
    return is_passable(token) or token.is_any(*YEAR_KINDS)


def can_mean(token: ProseToken) -> bool:
    """Whether a word means something by itself, and is no verb that may stand anywhere."""
    return any(not phrase.manners & _VERBS for phrase in token.phrases)


def names_subject(token: ProseToken, table: str | None = None) -> bool:
    """Whether a word names something that is counted, in a table or in any, and is more than a verb."""
    return any(
        "anchor" in phrase.manners
        or ((phrase.rows or phrase.columns) and not phrase.manners & {"weak", "neutral", "sole"})
        for phrase in token.phrases
        if table is None or phrase.table == table
    )


def is_verb(token: ProseToken) -> bool:
    """Whether a word is only a verb."""
    return bool(token.phrases) and all("weak" in phrase.manners for phrase in token.phrases)


def is_strict(token: ProseToken) -> bool:
    """Whether a word must have nothing unknown before it."""
    return any("strict" in phrase.manners for phrase in token.phrases)


def is_showing(phrases: Sequence[Phrase]) -> bool:
    """Whether a word of these meanings may say that something was published, and not only that it was made: 公开."""
    return any("weak" in phrase.manners and len(phrase.columns) > 1 for phrase in phrases)


def sets_apart(token: ProseToken, table: str | None) -> bool:
    """Whether a word takes some of a kind out of what a table counts."""
    return any("apart" in phrase.manners and phrase.table == table for phrase in token.phrases)


def split_groups(tokens: Sequence[ProseToken]) -> list[list[ProseToken]]:
    """The words between joiners."""
    groups: list[list[ProseToken]] = [[]]
    for token in tokens:
        if token.is_any(JOINER) and not token.phrases:
            groups.append([])
        else:
            groups[-1].append(token)
    return groups
