"""Clauses of a sentence, and each number of one with the words before and behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Final

from xltool.forms.phrases import YEAR_SIGN, Language, Phrase
from xltool.rules.narrative_groups import WordGroup
from xltool.rules.narrative_readings import Meaning
from xltool.rules.narrative_statements import Statement
from xltool.rules.narrative_times import OPENING, StatedYear
from xltool.rules.narrative_tokens import BREAK, DATE, GAP, YEAR_WORD, Numeral, ProseToken
from xltool.rules.narrative_words import (
    CHANNEL,
    JOINER,
    NEGATION,
    NOUNS,
    OFFICE,
    YEAR_KINDS,
    are_passable,
    can_mean,
    has_any,
    is_passable,
    is_verb,
    names_subject,
    split_groups,
)

_CLOSING: Final = frozenset("）)】]")
_COMMAS: Final = frozenset("，,")
COLONS: Final = frozenset("：:")
_UNKNOWN: Final = (GAP, NOUNS, CHANNEL, OFFICE, "others.listed", "scopes.others")
_WAYS_END: Final = frozenset(("方式", "形式", "途径", "渠道"))
_WAYS_BEGIN: Final = frozenset(("通过", "以", "从", "经", "由"))
_WAYS_GIVE: Final = frozenset(("提交", "提出", "递交", "发来", "提交的", "提出的"))
_MANY_WAYS: Final = 3
"""So many ways side by side are all there are."""
_SHORT_NAME: Final = 2
"""Signs of the short name of what came by a way: 网络申请."""
_NEAR_WAY: Final = 5
"""So many words at most tell one way: 通过网站互动栏目提交."""
_OWN: Final = "我"
"""What a name of the agency itself may begin with: 我苏木."""
_LONGEST_NAME: Final = 8
"""So many words at most make a name of an agency."""
_SAYING: Final = (
    "words.totals",
    "words.each",
    "words.parts",
    "scopes.words",
    "scopes.others",
    "compare.this",
    "others.restricting",
)


_NO_NAME: Final = frozenset((NEGATION, NOUNS, CHANNEL, *_SAYING))
"""What no name of an agency is made of."""


@dataclass(slots=True)
class Clause:
    """One clause of a sentence."""

    tokens: list[ProseToken]
    opener: str = ""  # the sign before it
    is_of_words: bool = False  # in brackets behind words without a number: 征地（占40%）
    is_past: bool = False  # behind a bracket that was closed
    more: int = 0  # so many clauses that are a number alone stand behind it: 分别为3件，2件
    queue: list[Meaning] = field(default_factory=list)  # what the next numbers are of: 分别为3件和2件
    years: list[StatedYear] = field(default_factory=list)  # and of which years
    is_apart: bool = False  # its last number was of what was only looked through
    is_beside_apart: bool = False  # and what is joined to that: 审查合同23份、规范性文件5件
    scope: str | None = None  # whose figures those before it are
    wholes: list[Statement] = field(default_factory=list)  # the figures of the clause before
    party: Meaning | None = None  # what its number is of where a column is named before the row: 自然人的申请办结14件
    lead: Meaning | None = None  # what its first number is of, where its column is said before what is counted


@dataclass(frozen=True, slots=True)
class Count:
    """A number of a clause, and the words before and behind it."""

    token: ProseToken
    numeral: Numeral
    left: Sequence[ProseToken]
    right: Sequence[ProseToken]
    following: int  # how many numbers of the clause stand behind it


def name_agencies(tokens: Sequence[ProseToken], language: Language) -> list[ProseToken]:
    """The words with names of agencies as one each, at the begin of a clause and behind a verb: 县教育局作出…."""
    named: list[ProseToken] = []
    at, is_open, is_whom = 0, True, False
    doers = {token.text for token in _list_doers(tokens)}
    while at < len(tokens):
        end = _end_agency(tokens, at, language) if is_open else at
        if end == at and is_whom and tokens[at].text in doers:
            end = at + 1  # 某苏木未收到申请，没有针对某苏木的行政复议
        if end > at:
            text = "".join(token.text for token in tokens[at:end])
            named.append(ProseToken(text, tokens[at].start, tokens[end - 1].end, frozenset({OFFICE})))
            at, is_open = end, False
            continue
        token = tokens[at]
        named.append(token)
        is_toward = is_whom = token.text in language.toward
        is_open = (
            is_toward
            or token.is_any(BREAK, "others.because", "others.doers")
            or is_verb(token)
            or (is_open and _may_stand_before(token))
        )
        at += 1
    return named


def _list_doers(tokens: Sequence[ProseToken]) -> Iterator[ProseToken]:
    """The unknown words at the begin of a clause that are said to have done something, or not."""
    is_open = True
    for token, following in pairwise(tokens):
        if is_open and token.is_any(GAP) and (is_verb(following) or following.is_any(NEGATION)):
            yield token
        is_open = token.is_any(BREAK) or (is_open and _may_stand_before(token))


def _may_stand_before(token: ProseToken) -> bool:
    return token.is_any(YEAR_WORD, DATE) or are_passable([token])


def _end_agency(tokens: Sequence[ProseToken], at: int, language: Language) -> int:
    """Where a name of an agency ends that begins at a place; that place itself where none does."""
    end = at
    if tokens[at].text.startswith(language.not_agencies):
        return at
    if tokens[at].is_any(GAP) and tokens[at].text.startswith(_OWN) and _may_do(tokens[at + 1 : at + 2]):
        return at + 1
    for place in range(at, min(at + _LONGEST_NAME, len(tokens))):
        token = tokens[place]
        if token.is_any(BREAK) or token.number is not None or token.year is not None or token.phrases:
            break
        if not token.kinds.isdisjoint(_NO_NAME):
            break
        if token.is_any(GAP) and token.text.endswith(language.agencies):
            end = place + 1
    return end


def _may_do(behind: Sequence[ProseToken]) -> bool:
    """Whether the word behind a name is a verb or what is counted, so that the name ends there: 我苏木依申请公开…."""
    return any(is_verb(token) or any("anchor" in phrase.manners for phrase in token.phrases) for token in behind)


def join_divided(tokens: Sequence[ProseToken], language: Language) -> Iterator[ProseToken]:
    """The words, those with a year as one that a word for nothing divides, behind it: 上年无结转 is 无 上年结转."""
    at = 0
    while at < len(tokens):
        entry, first = None, tokens[at]
        if first.is_any(*YEAR_KINDS) and at + 2 < len(tokens) and tokens[at + 1].is_any(NEGATION):
            named = (YEAR_SIGN if first.year is not None else first.text) + tokens[at + 2].text
            entry = language.entries.get(named)
        if entry is None or not entry.phrases:
            yield first
            at += 1
            continue
        yield tokens[at + 1]
        text, end = f"{first.text}{tokens[at + 2].text}", tokens[at + 2].end
        yield ProseToken(text, first.start, end, entry.kinds, entry.phrases, named_year=first.year)
        at += 3


def simplify_tokens(tokens: Sequence[ProseToken], persons: frozenset[str]) -> list[ProseToken]:
    """The words without brackets that hold no number, and with 一件 behind 没有 as one that says nothing.

    A number of `persons` right before another says nothing: 收到申请3人5次.
    """
    kept: list[ProseToken] = []
    denied = False
    for token in _drop_persons(list(_drop_asides(tokens)), persons):
        # what is named before its number is counted: 未受理申请1件
        is_end = token.is_any(BREAK, GAP) or any("anchor" in phrase.manners for phrase in token.phrases)
        denied = not is_end and (denied or token.is_any(NEGATION))
        is_one = token.number is not None and token.number.value == 1 and not token.number.is_percent
        is_nothing = denied and is_one
        kept.append(replace(token, number=None, kinds=frozenset({"words.neutral"})) if is_nothing else token)
    return kept


def _drop_asides(tokens: Sequence[ProseToken]) -> Iterator[ProseToken]:
    ends = _find_next(tokens, lambda token: token.text in _CLOSING)
    stops = _find_next(tokens, lambda token: token.number is not None or token.is_any(NEGATION))
    at = 0
    while at < len(tokens):
        end = ends[at]
        opens = tokens[at].text in OPENING and tokens[at].is_any(BREAK)
        if not opens or end == len(tokens) or stops[at] <= end:
            yield tokens[at]
            at += 1
            continue
        aside = tokens[at : end + 1]
        if _is_reason(aside[1:-1]) and end + 1 < len(tokens) and tokens[end + 1].number is not None:
            yield from aside[1:-1]  # 不予公开（属于国家秘密）1件
        elif _is_known(aside[1:-1]) and (has_any(aside, "words.each") or (at and tokens[at - 1].number is not None)):
            yield from aside  # 1件（撤回结案）, 36件申请（均为自然人提交）
        at = end + 1


def _drop_persons(tokens: Sequence[ProseToken], persons: frozenset[str]) -> Iterator[ProseToken]:
    for token, following in pairwise([*tokens, None]):
        is_doer = token is not None and token.number is not None and token.number.unit in persons
        if token is not None and not (is_doer and following is not None and following.number is not None):
            yield token


def _find_next(tokens: Sequence[ProseToken], is_meant: Callable[[ProseToken], bool]) -> list[int]:
    """For each place where the next token stands that is meant, itself among them; behind the last where none does."""
    found, following = [], len(tokens)
    for at in range(len(tokens) - 1, -1, -1):
        following = at if is_meant(tokens[at]) else following
        found.append(following)
    return found[::-1]


def _is_known(tokens: Sequence[ProseToken]) -> bool:
    """Whether all words are known, and one means something."""
    words = [each for each in tokens if each.text not in _COMMAS]
    return all(is_passable(each) or each.phrases for each in words) and any(map(can_mean, words))


def _is_reason(tokens: Sequence[ProseToken]) -> bool:
    return _is_known(tokens) and any("reason" in phrase.manners for token in tokens for phrase in token.phrases)


def allow_way(tokens: Sequence[ProseToken], persons: frozenset[str]) -> list[ProseToken]:
    """The words of a sentence that names one way only by which all that it counts came, with it as saying nothing.

    收到公民以信函提交的申请1件 is all there was; 网上8件, 信函12件 are parts.
    """
    tokens = _pass_all_ways(tokens)
    ways = [token for token in tokens if token.is_any(CHANNEL)]
    said = [phrase for token in tokens for phrase in token.phrases]
    is_taken = any("weak" in phrase.manners and phrase.rows for phrase in said)
    is_taken &= any("anchor" in phrase.manners for phrase in said)  # 收到来信3件: of what, nobody says
    numbers = sum(
        token.number is not None
        and token.number.value > 0
        and not token.number.is_percent
        and token.number.unit not in persons  # 1名公民通过网站提出申请1件
        for token in tokens
    )
    is_zero = len(ways) == 1 and not numbers and _is_zero_of_way(tokens, tokens.index(ways[0]))
    is_one = is_zero or (numbers == 1 and not has_any(tokens, "words.parts"))
    if len(ways) != 1 or not is_taken or not is_one or has_any(tokens, NEGATION):
        return list(tokens)
    passed = _measure_way(tokens, tokens.index(ways[0]))
    return [
        replace(token, kinds=frozenset({"words.neutral"}), phrases=()) if at in passed else token
        for at, token in enumerate(tokens)
    ]


def _is_zero_of_way(tokens: Sequence[ProseToken], at: int) -> bool:
    """Whether a zero stands behind one way and the name of what came by it: 受理网上申请信息公开申请0件."""
    behind = tokens[at + 1 : at + 3]
    is_named = any("anchor" in phrase.manners and not phrase.rows for word in behind[:1] for phrase in word.phrases)
    return is_named and behind[-1].number is not None


def join_ways(tokens: Sequence[ProseToken], language: Language) -> list[ProseToken]:
    """The words with a list of several ways of which there was none as what came by them all.

    未收到当面申请、网络申请、信函申请 is 未收到申请; of one or two ways alone it may be said.
    """
    joined: list[ProseToken] = []
    at, denied = 0, False
    while at < len(tokens):
        denied = not tokens[at].is_any(BREAK) and (denied or tokens[at].is_any(NEGATION))
        end = at
        while denied and end < len(tokens) and (_names_came(tokens[end], language) or tokens[end].is_any(JOINER)):
            end += 1
        ways = [token for token in tokens[at:end] if not token.is_any(JOINER)]
        if len(ways) < _MANY_WAYS or tokens[at].is_any(JOINER) or tokens[end - 1].is_any(JOINER):
            joined.append(tokens[at])
            at += 1
            continue
        entry = language.entries[ways[-1].text[-_SHORT_NAME:]]
        text = "".join(token.text for token in tokens[at:end])
        joined.append(ProseToken(text, tokens[at].start, tokens[end - 1].end, entry.kinds, entry.phrases))
        at = end
    return joined


def _names_came(token: ProseToken, language: Language) -> bool:
    """Whether a word for a way ends with a name of what came by it: 网络申请."""
    entry = language.entries.get(token.text[-_SHORT_NAME:]) if token.is_any(CHANNEL) else None
    return entry is not None and any("anchor" in p.manners and not p.rows for p in entry.phrases)


def _measure_way(tokens: Sequence[ProseToken], at: int) -> range:
    """The places of the words of one way, with what it is told by: 通过网站互动栏目提交."""
    before = next((place for place in range(at, max(at - _NEAR_WAY, -1), -1) if tokens[place].text in _WAYS_BEGIN), at)
    for place in range(at, min(at + _NEAR_WAY, len(tokens))):
        if tokens[place].is_any(BREAK) or tokens[place].number is not None or tokens[place].phrases:
            break
        if tokens[place].text in _WAYS_GIVE:
            return range(before, place + 1)
    return range(at, at + 1)


def _pass_all_ways(tokens: Sequence[ProseToken]) -> list[ProseToken]:
    """The words with a list of ways as saying nothing: 通过网络、信函、当面申请的方式接收, 线下、线上收到的申请."""
    passed, is_partial = list(tokens), has_any(tokens, "words.parts")
    for end, token in enumerate(tokens):
        is_behind = end > 0 and tokens[end - 1].is_any(CHANNEL)
        is_sum = is_behind and token.is_any("words.totals")
        is_each = is_behind and not is_partial and (is_verb(token) or token.is_any("words.relative"))
        if not names_way([token]) and not is_sum and not is_each:
            continue
        start = next((at for at in range(end, -1, -1) if tokens[at].is_any(BREAK) or tokens[at].number), -1) + 1
        ways = [at for at in range(start, end) if tokens[at].is_any(CHANNEL)]
        if len(ways) < 2 or (is_each and not _is_list(tokens[ways[0] : end])):
            continue
        for at in range(ways[0], end if is_sum or is_each else end + 1):
            passed[at] = replace(tokens[at], kinds=frozenset({"words.neutral"}), phrases=())
    return passed


def _is_list(ways: Sequence[ProseToken]) -> bool:
    """Whether words are ways side by side: 线下、线上."""
    return has_any(ways, JOINER) and all(each.is_any(CHANNEL, JOINER, "words.neutral") for each in ways)


def names_way(tokens: Sequence[ProseToken]) -> bool:
    """Whether words end with one for a way in which something may come: 渠道."""
    return bool(tokens) and tokens[-1].text in _WAYS_END


def split_clauses(tokens: Sequence[ProseToken]) -> Iterator[Clause]:
    """The clauses of a sentence."""
    clause = Clause([])
    for token in tokens:
        if not token.is_any(BREAK):
            clause.tokens.append(token)
            continue
        if clause.tokens:
            yield clause
        is_past = token.text in _CLOSING or (not clause.tokens and clause.is_past)
        is_of_words = token.text in OPENING and bool(clause.tokens) and clause.tokens[-1].number is None
        clause = Clause([], token.text, is_of_words, is_past)
    if clause.tokens:
        yield clause


def cut_list(right: Sequence[ProseToken]) -> Sequence[ProseToken]:
    """The words behind a number as far as a colon, or 中: what stands behind says nothing of the number before.

    9件申请中已办结8件.
    """
    end = next((at for at, token in enumerate(right) if token.text in COLONS), len(right))
    within = next((at for at, token in enumerate(right[:end]) if token.is_any("words.within")), end)
    are_names = all(any("anchor" in phrase.manners for phrase in token.phrases) for token in right[:within])
    return right[: within if are_names else end]


def opens_parts(tokens: Sequence[ProseToken]) -> bool:
    """Whether a sentence goes on with the parts of what the one before counts: 其中."""
    return next((each for each in tokens if each.text.strip()), tokens[0]).is_any("words.parts") if tokens else False


def may_count(count: Count) -> bool:
    """Whether a number may be a figure: it has a unit, or stands where nothing else can follow."""
    if count.numeral.unit:
        return True
    if count.right and not count.right[0].is_any(JOINER, NEGATION):
        near = split_groups(count.right)[0]
        return not count.numeral.value and (bool(near[0].phrases) or are_passable(near))  # 零发生
    return bool(count.left) or not count.numeral.value


def drop_description(left: Sequence[ProseToken]) -> Sequence[ProseToken]:
    """The words without what says by the way of what all of it was, or how it came: 共收到涉及征地等领域的申请."""
    ends = [at for at, token in enumerate(left) if token.is_any("others.described")]
    starts = [at for at, token in enumerate(left) if token.is_any("others.because", "others.restricting", CHANNEL)]
    if not ends or not starts or starts[0] > ends[-1] or has_any(left, "words.parts"):
        return left
    if not has_any(left, "words.totals") and not left[starts[0]].is_any(CHANNEL):
        return left
    begin = max((at for at in range(starts[0]) if left[at].text in _WAYS_BEGIN), default=starts[0])
    is_list = all(token.is_any(GAP, JOINER) for token in left[begin + 1 : starts[0]])  # 通过邮递、网站等途径
    return [*left[: begin if is_list else starts[0]], *left[ends[-1] + 1 :]]


def quote_unknown(tokens: Sequence[ProseToken], *known: ProseToken) -> str:
    """The words that say of whom or of what something is said and are not understood; `known` may be of parts only."""
    unknown = [token for token in tokens if token.is_any(*_UNKNOWN)]
    unknown += [token for token in known if any(map(_names_part, token.phrases))]
    if not unknown:
        return ""
    start, end = min(token.start for token in unknown), max(token.end for token in unknown)
    return "".join(token.text for token in tokens if start <= token.start and token.end <= end)


def is_unknown(token: ProseToken) -> bool:
    """Whether a word is not understood, or names somebody."""
    return token.is_any(*_UNKNOWN)


def tells_others(tokens: Sequence[ProseToken], language: Language) -> bool:
    """Whether unknown words say that what follows is of others, or of a part of the agency: 执法队, 配合市政府办."""
    names = [token for token in tokens if token.is_any(GAP, NOUNS, OFFICE, "others.listed")]
    places = [token for token in names if token.is_any(GAP, OFFICE) and token.text.endswith(language.places)]
    handed = [behind for before, behind in pairwise(tokens) if before.is_any("others.doers") and behind in names]
    if any(token.text.endswith(language.agencies) for token in handed):
        return True  # 由县住建局答复
    return bool(places) or any(token.text.startswith(language.deeds) for token in names)


def list_doers(tokens: Sequence[ProseToken], language: Language) -> frozenset[str]:
    """The agencies that a sentence says to have done what it counts, where they are several: one at most is its own.

    县住建局收到申请56件，县教育局收到申请12件.
    """
    found: list[frozenset[str]] = []
    names = set[str]()
    parts = next((at for at, token in enumerate(tokens) if token.is_any("words.parts")), len(tokens))
    said = [token for token in tokens[:parts] if not token.is_any("words.totals", "compare.full")]
    for token, following in pairwise(said):
        if following.number is not None:
            found += [frozenset(names)] if names else []
            names = set()
        elif is_verb(following) and is_name(token, language):
            names.add(token.text)
    return frozenset().union(*found) if len(set(found)) > 1 else frozenset()


def goes_on(left: Sequence[ProseToken]) -> bool:
    """Whether words before a number only say what else was done by those who were spoken of: 答复3件."""
    return any(map(is_verb, left)) and not any(names_subject(token) or is_unknown(token) for token in left)


def is_name(token: ProseToken, language: Language) -> bool:
    """Whether a word is a name of an agency, or ends like one."""
    return token.is_any(OFFICE) or (token.is_any(GAP) and token.text.endswith(language.agencies))


def find_plan(tokens: Sequence[ProseToken], language: Language) -> int | None:
    """Where it begins that words before a verb, or a year and a verb, say what shall be done; None where none do.

    计划2025年制定; not 招生计划公开. Of a list it is what stands behind the last joiner: 废止5件、拟修订3件.
    """
    for at, token in enumerate(tokens):
        if not token.is_any("words.plans"):
            continue
        near = tokens[at - 1] if at else token
        is_noun = near.is_any(GAP) and not is_name(near, language) and not near.text.endswith("年")
        following = next((each for each in tokens[at + 1 :] if each.phrases or not is_passable(each)), token)
        is_thing = any("anchor" in phrase.manners for phrase in following.phrases)
        is_deed = following.is_any(YEAR_WORD) or (bool(following.phrases) and not is_thing)
        if is_deed and not (is_noun and len(token.text) > 1):
            joined = [place for place in range(at) if tokens[place].is_any(JOINER)]
            counted = any(each.number is not None for each in tokens[: joined[-1]]) if joined else False
            return joined[-1] if counted else 0
    return None


def tells_part(tokens: Sequence[ProseToken]) -> bool:
    """Whether words before a word for nothing say of which part alone there was none: 上年结转的申请未引发诉讼."""
    named = [phrase for token in tokens for phrase in token.phrases]
    return has_any(tokens, CHANNEL) or any(map(_names_part, named))


def _names_part(phrase: Phrase) -> bool:
    """Whether words mean a row or a column that is a part of what a table counts: 上年结转, 科研机构."""
    return bool(phrase.rows or phrase.columns) and not phrase.manners - ({"alone"} if phrase.columns else set())


def only_shows(words: Sequence[ProseToken]) -> bool:
    """Whether verbs say nothing of a thing that is counted of it, and so that it was published: 公开了2项行政许可."""
    things = [p for word in words for p in word.phrases if "strict" in p.manners and p.rows and p.columns]
    mine = [p for word in words for p in word.phrases if things and p.table == things[-1].table]
    verbs = [phrase for phrase in mine if "weak" in phrase.manners]
    return bool(verbs) and all(verb.columns and set(verb.columns).isdisjoint(things[-1].columns) for verb in verbs)


def is_for_each(left: Sequence[ProseToken], groups: Sequence[WordGroup]) -> bool:
    """Whether a number is what each of several persons did, no count: 2名居民各申请1件; 复议和诉讼各1件 is one."""
    first = min((word.start for group in groups for word in group.words), default=-1)
    return any(token.is_any("words.apiece") and token.end <= first for token in left) and not has_any(left, JOINER)


def is_channel(left: Sequence[ProseToken]) -> bool:
    """Whether a number is of what came by one way only."""
    ways = [at for at, token in enumerate(left) if token.is_any(CHANNEL)]
    if len(ways) == 1 and names_way(left[ways[0] + 1 : ways[0] + 2]):
        left = [*left[: ways[0] + 1], *left[ways[0] + 2 :]]  # 网上渠道收到47件
    return bool(ways) and not has_any(left[ways[0] :], "words.totals", "others.several", "others.described")
