"""What words say that there was nothing of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from xltool.forms.phrases import Entry, Phrase
from xltool.rules.narrative_clauses import drop_description, only_shows
from xltool.rules.narrative_groups import WordGroup
from xltool.rules.narrative_readings import Meaning
from xltool.rules.narrative_statements import Discourse, Statement
from xltool.rules.narrative_tokens import ProseToken
from xltool.rules.narrative_words import (
    JOINER,
    NEGATION,
    YEAR_KINDS,
    can_mean,
    has_any,
    is_passable,
    is_showing,
    is_strict,
    is_verb,
    names_subject,
    split_groups,
)


class NothingReader:
    """Reads what is said without a number, in what a text has said."""

    def __init__(self, said: Discourse) -> None:
        self.said = said

    def read_nothing(self, tokens: Sequence[ProseToken], negated: int) -> None:
        """Statements that there was nothing: 未收到申请, 行政复议、行政诉讼均未发生."""
        while negated < len(tokens):
            behind = tokens[negated + 1 :]
            again = next((at for at, token in enumerate(behind) if token.is_any(NEGATION)), len(behind))
            is_how = bool(behind) and behind[0].text.startswith(self.said.language.how) and not names_subject(behind[0])
            is_twice = again < len(behind) and not any(
                names_subject(each) or each.is_any(JOINER) for each in behind[:again]
            )
            if is_how or is_twice:
                return  # 未及时答复, 不存在未答复的申请, 无超期未答复申请
            mine = [*behind[:again], *self._lend_object(behind[:again], behind[again + 1 :])]
            self._deny_one(tokens[: negated + 1], mine)
            tokens, negated = behind, again

    def _deny_one(self, before: Sequence[ProseToken], mine: Sequence[ProseToken]) -> None:
        """Notes what there was nothing of: words up to the one that denies it, and words behind that."""
        if only_shows(mine) or any(is_showing(token.phrases) for token in mine[:1]):
            return  # 未公布行政处罚结果, 规范性文件未公开
        meanings, words = self.list_nothing(mine)
        if not meanings and all(is_passable(each) or is_verb(each) for each in mine):
            meanings, words = self._list_missing(before[:-1])
            if not meanings and not self.said.counted and may_begin(before[:-1]):
                meanings, words = self._list_undone(mine)
        elif meanings and all(meaning.role == "column" and not meaning.is_anchored for meaning in meanings):
            of, named = self._list_missing(before[:-1])  # 行政诉讼无败诉
            if named:
                meanings = [self.said.composer.shift(each, meanings[0].columns, meanings[0].words) for each in of]
                words = [*named, *words]
        near = split_groups(before)[-1]  # 行政处罚无一被复议
        shown = {phrase.table for token in mine if is_showing(token.phrases) for phrase in token.phrases}
        meanings = [
            each
            for each in meanings
            if each.table not in shown and not _names_other(near, each) and _is_of_deed(each, mine)
        ]
        self.deny(meanings, [before[-1], *words])

    def _lend_object(self, mine: Sequence[ProseToken], behind: Sequence[ProseToken]) -> list[ProseToken]:
        """What verbs joined by another word for nothing are said of: 没有新制定、也没有废止规范性文件."""
        is_joined = bool(mine) and mine[-1].is_any(JOINER) and any(map(is_verb, mine))
        if not is_joined or not all(is_verb(each) or is_passable(each) or each.is_any(JOINER) for each in mine):
            return []
        at = next((at for at, each in enumerate(behind) if is_strict(each)), len(behind))
        thing = behind[at : at + 1]
        table = {phrase.table for each in thing for phrase in each.phrases}
        mine_too = all(any(phrase.table in table for phrase in each.phrases) for each in behind[:at] if each.phrases)
        return list(thing) if mine_too and all(each.phrases or is_passable(each) for each in behind[:at]) else []

    def _list_undone(self, mine: Sequence[ProseToken]) -> tuple[list[Meaning], list[ProseToken]]:
        """What a verb alone denies, of what is spoken of: 往年无结转，当年无受理."""
        group = self.said.groups.read_group(mine, None)
        meaning = group.meaning
        if meaning is None or not group.is_known or self.said.topic.closed or meaning.table != self.said.topic.table:
            return [], []
        is_row = any(phrase.rows for word in mine for phrase in word.phrases)
        return ([meaning], list(group.words)) if is_row else ([], [])

    def deny(self, meanings: Sequence[Meaning], words: Sequence[ProseToken]) -> None:
        """Notes that there was nothing of each of the meanings, but for those that the sentence has counted."""
        for meaning in meanings:
            mine = self.said.found[self.said.first :]
            if meaning.cells in self.said.counted or any(
                one.is_flat and one.meaning.cells == meaning.cells for one in mine
            ):
                continue
            start, end = min(word.start for word in words), max(word.end for word in words)
            self.said.found.append(
                Statement(
                    "figure", Decimal(0), Decimal(1), "", start, end, meaning, self.said.sentence, None,
                    self.said.scope or meaning.scope, self.said.times.year, is_flat=True, aside=self.said.aside,
                )
            )  # fmt: skip
            self.said.topic.turn_to(meaning)
            self.said.topic.last = None

    def _list_missing(self, tokens: Sequence[ProseToken]) -> tuple[list[Meaning], list[ProseToken]]:
        """What there was none of, named before the word for it."""
        self.said.groups.is_denied = True
        groups = self.said.groups.read_before(tokens)
        self.said.groups.is_denied = False
        if groups and all(group.is_known and group.is_open for group in groups):
            return [group.meaning for group in groups if group.meaning is not None], list(groups[0].words)
        return (self.said.offered, []) if groups == [] else ([], [])

    def list_nothing(self, tokens: Sequence[ProseToken]) -> tuple[list[Meaning], list[ProseToken]]:
        """What there was none of, named behind the word for it; the last words of the list must be known."""
        while len(tokens) > 1 and tokens[-1].is_any("others.several", "others.described", "words.closings", JOINER):
            tokens = tokens[:-1]  # 行政复议、行政诉讼等情况
        tokens = _name_parties(_drop_apart(drop_description(tokens)))
        self.said.groups.is_denied = True
        groups = self.said.groups.list_groups(tokens)
        self.said.groups.is_denied = False
        if has_any(tokens, "words.parts") or not groups or not (groups[0].is_open or groups[0].meaning is None):
            return [], []
        if len(tokens) > 1 and tokens[0].phrases and tokens[1].is_any("words.relative") and not can_mean(tokens[0]):
            return [], []
        if not groups[-1].is_clean and not groups[-1].is_refused:
            return [], []  # 未收到行政复议投诉
        if any(group.meaning is not None and _names_other(group.words, group.meaning) for group in groups):
            return [], []  # 未发生行政强制引发的复议
        named: list[Meaning] = []
        also: list[Meaning] = []
        words: list[ProseToken] = []
        for group in groups:
            is_named = any(map(names_subject, group.words)) and group.is_open and group.is_known
            if group.meaning is not None and _is_verb_of(group, groups[-1]):
                also.append(group.meaning)
            is_bare = group.meaning is not None and group.meaning.is_reason and not group.meaning.is_anchored
            if group.meaning is not None and is_named and not is_bare:
                named.append(group.meaning)
                words += group.words
        named = self._cross_verbs(groups) or self._join_columns([each for one in named for each in self._divide(one)])
        last = named[-1] if named else None
        if last is not None and last.role == "column":  # 行政复议、行政诉讼败诉: of both
            named = [
                each if each.role == "column" or each.table != last.table
                else self.said.composer.shift(each, last.columns, last.words)
                for each in named
            ]  # fmt: skip
        return also + named, words

    def _divide(self, meaning: Meaning) -> list[Meaning]:
        """What there was none of, each by itself where one word names two: 无复议诉讼案件."""
        entries, text = self.said.language.entries, meaning.words[-1] if meaning.words else ""
        for at in range(2, len(text) - 1):
            both = [_find_named(entries.get(part), meaning.table) for part in (text[:at], text[at:])]
            rows = [each.rows[0] for each in both if each is not None]
            if len(rows) == 2 and sorted(rows[0] + rows[1]) == sorted(meaning.rows[0]):
                return [self.said.composer.take_rows(meaning, each) for each in rows]
        return [meaning]

    def _cross_verbs(self, groups: Sequence[WordGroup]) -> list[Meaning]:
        """What there was none of where several verbs are said of several things: 制发或废止规章、文件; else nothing."""
        at = next((at for at, group in enumerate(groups) if any(map(is_strict, group.words))), len(groups))
        things = [group.meaning for group in groups[at:] if group.is_known and group.meaning is not None]
        if len(things) < 2 or len(things) < len(groups) - at or len({each.table for each in things}) > 1:
            return []
        deeds = [group.words[0] for group in groups[: at + 1] if group.words]
        said = [
            (p.columns, word.text) for word in deeds for p in word.phrases if p.table == things[0].table and not p.rows
        ]
        columns = [each for each in said if each[0]]
        if len(columns) < 2:
            return []
        crossed = [self.said.composer.shift(each, column, (word,)) for each in things for column, word in columns]
        return crossed if all(each.cells for each in crossed) else []

    def _join_columns(self, named: list[Meaning]) -> list[Meaning]:
        """All together where columns are named side by side: 未收到自然人、法人或其他组织申请 is of the total.

        Where those that are named do not make up the total, it may be of them alone.
        """
        columns = {each.columns: each for each in named if each.role == "column"}
        if len(columns) < 2 or len(columns) < len({each.cells for each in named}):
            return named
        added = self.said.composer.add(list(columns.values()))
        subject = self.said.language.subjects.get(named[-1].table)
        total = self.said.composer.shift(named[-1], subject.columns, ()) if subject is not None else None
        if added is None or total is None:
            return named
        if added.cells[0] not in total.cells:
            return named  # 科研机构、社会公益组织: none of each
        return [replace(total, cells=tuple(dict.fromkeys([*added.cells, *total.cells])))]


def _find_named(entry: Entry | None, table: str) -> Phrase | None:
    """The meaning of words that name rows of a table; None where they do not."""
    phrases = entry.phrases if entry is not None else ()
    return next((p for p in phrases if "anchor" in p.manners and p.table == table and p.rows), None)


def may_begin(tokens: Sequence[ProseToken]) -> bool:
    """Whether words before a verb that is denied say nothing of whom or what it is said."""
    return all(is_passable(each) or each.is_any(*YEAR_KINDS) for each in tokens)


def _drop_apart(tokens: Sequence[ProseToken]) -> list[ProseToken]:
    """The words without verbs beside others that take some of a kind out: 未制发、废止、修改规范性文件."""
    pieces = split_groups(tokens)
    if len(pieces) < 2:
        return list(tokens)
    apart = [token for token in tokens if any("apart" in phrase.manners for phrase in token.phrases)]
    return [token for token in tokens if token not in apart]


def _name_parties(tokens: Sequence[ProseToken]) -> list[ProseToken]:
    """The words with those that are columns beside others only, if one stands there: 个人、法人或者其他组织."""
    named = [p for token in tokens for p in token.phrases if p.columns and not p.rows]
    columns = {phrase.table for phrase in named if not phrase.manners - {"anchor"}}
    return [
        replace(token, phrases=tuple(p._replace(manners=p.manners - {"sole"}) for p in token.phrases))
        if any("sole" in p.manners and p.columns and not p.rows and p.table in columns for p in token.phrases)
        else token
        for token in tokens
    ]


def _is_of_deed(meaning: Meaning, words: Sequence[ProseToken]) -> bool:
    """Whether verbs say that something was done with what is meant, where they say anything: not 对申请收取费用."""
    verbs = [word for word in words if is_verb(word) and not is_passable(word)]
    return not verbs or any(phrase.table == meaning.table for word in verbs for phrase in word.phrases)


def _names_other(words: Sequence[ProseToken], meaning: Meaning) -> bool:
    """Whether words name a thing of another table, and so because of what alone there was none."""
    return any({"anchor", "strict"} <= p.manners and p.table != meaning.table for word in words for p in word.phrases)


def _is_verb_of(group: WordGroup, last: WordGroup) -> bool:
    """Whether verbs joined to others say another column of the same rows: 制定、废止规范性文件."""
    if group.meaning is None or last.meaning is None or group is last or any(map(names_subject, group.words)):
        return False
    return group.meaning.rows == last.meaning.rows and set(group.meaning.columns).isdisjoint(last.meaning.columns)
