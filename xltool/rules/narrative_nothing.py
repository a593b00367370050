"""What words without a number say: that there was nothing, and what became of all that was counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from xltool.rules.narrative_clauses import drop_description, only_shows
from xltool.rules.narrative_groups import WordGroup
from xltool.rules.narrative_readings import Meaning
from xltool.rules.narrative_statements import Discourse, Statement
from xltool.rules.narrative_tokens import ProseToken
from xltool.rules.narrative_words import (
    JOINER,
    NEGATION,
    can_mean,
    has_any,
    is_passable,
    is_verb,
    names_subject,
    split_groups,
)


class NothingReader:
    """Reads what is said without a number, in what a text has said."""

    def __init__(self, said: Discourse) -> None:
        self.said = said

    def read_outcome(self, tokens: Sequence[ProseToken], wholes: Sequence[Statement], before: int) -> None:
        """What became of all that was counted, said behind it without a number: 行政复议3件，均维持."""
        is_of_all = any(map(self._says_all, tokens))
        if not wholes:
            wholes = [each for each in self.said.wholes if self.said.found.index(each) >= before]
        if not wholes and is_of_all:
            wholes = self.said.kept
        if (
            not wholes
            or has_any(tokens, "words.parts")
            or not all(is_passable(each) or each.phrases for each in tokens)
        ):
            return
        one = [each for each in wholes if each.start == wholes[-1].start]  # 收到并答复1件，申请人为企业: received
        wholes = self._widen_wholes(wholes) if is_of_all else one[:1]
        places: set[int] = set()
        for whole in wholes:
            if whole.start in places:
                continue  # 收到并答复5件，均为自然人: of one number once
            places.add(whole.start)
            group = self.said.groups.read_group(tokens, whole.meaning)
            meaning = group.meaning
            if meaning is None or meaning.role == "whole" or meaning.table != whole.meaning.table or not group.is_known:
                continue
            if not is_of_all and (meaning.role == "row" and whole.value > 1):
                continue
            self.said.found.append(
                replace(whole, start=tokens[0].start, end=tokens[-1].end, meaning=meaning, sentence=self.said.sentence)
            )

    def _widen_wholes(self, wholes: Sequence[Statement]) -> list[Statement]:
        """The figures of which something is said of all: of those of a table that stand side by side before it.

        A figure of which the others are parts is none of them: 行政争议3件，其中行政复议1件，行政诉讼2件，均维持.
        """
        mine = self.said.found[self.said.first :]
        side: list[Statement] = []
        for each in reversed(mine):
            if each.meaning.role != "whole" or each.meaning.table != wholes[-1].meaning.table or not each.value:
                break
            side.insert(0, each)
        rows = [set(each.meaning.rows[0]) for each in side if each.meaning.rows]
        parts = [each for each in side if not any(set(each.meaning.rows[0]) > other for other in rows)]
        return parts if set(map(id, wholes)) & set(map(id, parts)) else list(wholes)

    def _says_all(self, token: ProseToken) -> bool:
        """Whether a word says all of it: 均, 全部予以公开, 结果均为维持."""
        if token.is_any("words.each"):
            return True
        text, entries = token.text if token.phrases else "", self.said.language.entries
        parts = (entries.get(text[at : at + length]) for at in range(len(text)) for length in (1, 2))
        return any(part is not None and "words.each" in part.kinds for part in parts)

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
            self._deny_one(tokens[: negated + 1], behind[:again])
            tokens, negated = behind, again

    def _deny_one(self, before: Sequence[ProseToken], mine: Sequence[ProseToken]) -> None:
        """Notes what there was nothing of: words up to the one that denies it, and words behind that."""
        if only_shows(mine) or any(map(_is_showing, mine[:1])):
            return  # 未公布行政处罚结果, 规范性文件未公开
        meanings, words = self.list_nothing(mine)
        if not meanings and all(is_passable(each) or is_verb(each) for each in mine):
            meanings, words = self._list_missing(before[:-1])
        elif meanings and all(meaning.role == "column" and not meaning.is_anchored for meaning in meanings):
            of, named = self._list_missing(before[:-1])  # 行政诉讼无败诉
            if named:
                meanings = [self.said.composer.shift(each, meanings[0].columns, meanings[0].words) for each in of]
                words = [*named, *words]
        near = split_groups(before)[-1]  # 行政处罚无一被复议
        shown = {phrase.table for token in mine if _is_showing(token) for phrase in token.phrases}
        meanings = [each for each in meanings if each.table not in shown and not _names_other(near, each)]
        self.deny(meanings, [before[-1], *words])

    def deny(self, meanings: Sequence[Meaning], words: Sequence[ProseToken]) -> None:
        """Notes that there was nothing of each of the meanings, but for those that the sentence has counted."""
        for meaning in meanings:
            if meaning.cells in self.said.counted:
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
        while len(tokens) > 1 and tokens[-1].is_any("others.several", "words.closings", JOINER):
            tokens = tokens[:-1]  # 行政复议、行政诉讼等情况
        tokens = _drop_apart(drop_description(tokens))
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
            if group.meaning is not None and is_named and not group.meaning.is_reason:
                named.append(group.meaning)
                words += group.words
        named = self._join_columns(named)
        last = named[-1] if named else None
        if last is not None and last.role == "column":  # 行政复议、行政诉讼败诉: of both
            named = [
                each if each.role == "column" or each.table != last.table
                else self.said.composer.shift(each, last.columns, last.words)
                for each in named
            ]  # fmt: skip
        return also + named, words

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
        return [replace(total, cells=tuple(dict.fromkeys([*added.cells, *total.cells])))]


def _drop_apart(tokens: Sequence[ProseToken]) -> list[ProseToken]:
    """The words without verbs beside others that take some of a kind out: 未制发、废止、修改规范性文件."""
    pieces = split_groups(tokens)
    if len(pieces) < 2:
        return list(tokens)
    apart = [token for token in tokens if any("apart" in phrase.manners for phrase in token.phrases)]
    return [token for token in tokens if token not in apart]


def _is_showing(token: ProseToken) -> bool:
    """Whether a word may mean that something was published, and not only that it was made: 公开."""
    return any("weak" in phrase.manners and len(phrase.columns) > 1 for phrase in token.phrases)


def _names_other(words: Sequence[ProseToken], meaning: Meaning) -> bool:
    """Whether words name a thing of another table, and so because of what alone there was none."""
    return any({"anchor", "strict"} <= p.manners and p.table != meaning.table for word in words for p in word.phrases)


def _is_verb_of(group: WordGroup, last: WordGroup) -> bool:
    """Whether verbs joined to others say another column of the same rows: 制定、废止规范性文件."""
    if group.meaning is None or last.meaning is None or group is last or any(map(names_subject, group.words)):
        return False
    return group.meaning.rows == last.meaning.rows and set(group.meaning.columns).isdisjoint(last.meaning.columns)
