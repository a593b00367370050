"""What a number of a clause is of: by the words before it, behind it, or by what was spoken of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from xltool.rules.narrative_clauses import Clause, Count, is_channel, is_for_each
from xltool.rules.narrative_groups import WordGroup
from xltool.rules.narrative_readings import Meaning
from xltool.rules.narrative_statements import Discourse
from xltool.rules.narrative_times import OPENING, name_year
from xltool.rules.narrative_tokens import GAP, Numeral
from xltool.rules.narrative_words import (
    CHANNEL,
    JOINER,
    NEGATION,
    NOUNS,
    YEAR_KINDS,
    are_passable,
    has_any,
    is_strict,
    is_verb,
    names_subject,
    sets_apart,
    split_groups,
)


class CountReader:
    """Finds what numbers are of, in what a text has said."""

    def __init__(self, said: Discourse) -> None:
        self.said = said

    def find_meanings(self, clause: Clause, count: Count) -> list[Meaning] | None:
        """What a number is of, by the words around it.

        Nothing where it is a part that no form counts, None where it is of something else.
        """
        if clause.queue and are_passable(count.left, JOINER):
            return [clause.queue.pop(0)]
        clause.queue = []
        if is_channel(count.left):
            return []
        sole = self._find_sole(count)
        groups = self.said.groups.read_before(count.left)
        if sole is not None:
            return [sole]
        if groups is None or (count.numeral.value and has_any(count.left, NEGATION)):
            return None
        if is_for_each(count.left, groups):
            return []
        return self._find_named(clause, count, groups) if groups else self._find_unnamed(clause, count)

    def _find_named(self, clause: Clause, count: Count, groups: Sequence[WordGroup]) -> list[Meaning] | None:
        """What a number is of by the words before it, or a verb before it and what stands behind."""
        last = groups[-1]
        if self.said.is_listed and all(map(is_strict, last.words)) and not any(map(is_verb, count.left)):
            return None  # 公开建议10件、规范性文件4件
        if last.is_refused or not last.is_clean or any(sets_apart(word, self.said.topic.table) for word in last.words):
            return self._leave_aside(last)
        if not any(names_subject(word) for group in groups for word in group.words):
            joined = self.said.groups.join_behind(last, count.right)
            if joined is not None:
                return [joined]
            first = next((each for each in count.right if not each.is_any("words.neutral")), None)
            if first is not None and first.is_any(GAP, NOUNS, CHANNEL) and not count.numeral.is_bare:
                return None
        if has_any(count.left, "words.respectively"):
            return self._deal_out(clause, count, groups)
        return self._share_out(count, groups)

    def _find_sole(self, count: Count) -> Meaning | None:
        if not count.left or self.said.topic.table is None or not self.said.is_document(count.numeral):
            return None
        sole = self.said.composer.compose_sole(count.left[-1], self.said.topic)
        return sole if sole is not None and are_passable(count.left[:-1], JOINER) else None

    def _find_unnamed(self, clause: Clause, count: Count) -> list[Meaning] | None:
        """What a number is of that has no word for it before it: what stands behind it, or was spoken of before."""
        near = split_groups(count.left)[-1]
        behind = self.said.groups.read_behind(count.right)
        if behind is not None:
            return [behind.meaning] if behind.meaning is not None and not behind.is_refused else None
        total = self._find_sum(count.numeral) if has_any(near, "words.totals") else None
        if total is not None:
            return [total]
        if has_any(near, *YEAR_KINDS, "compare.this", "scopes.words") or (
            clause.opener in OPENING and self.said.times.compared is not None
        ):
            recalled = self.said.recall()
            if recalled is not None:
                return [recalled]
        elif has_any(count.left, "words.parts"):
            return None
        return (
            self.said.offered
            if len(self.said.offered) == 1 or (self.said.offered and not count.numeral.value)
            else None
        )

    def _leave_aside(self, group: WordGroup) -> list[Meaning] | None:
        """Nothing for a number of some of what is counted, behind which others may be of it; None for other numbers."""
        if not group.is_clean:
            return None
        if group.meaning is not None and group.meaning.is_anchored:
            self.said.topic.turn_to(group.meaning)
        is_mine = group.meaning is None or group.meaning.table == self.said.topic.table
        return [] if is_mine and self.said.topic.table is not None else None

    def _deal_out(self, clause: Clause, count: Count, groups: Sequence[WordGroup]) -> list[Meaning] | None:
        """What a number is of that stands first behind 分别: the first of several things, or one in the first year."""
        meanings = [group.meaning for group in groups if group.meaning is not None]
        years = [name_year(token) for token in count.left if token.is_any(*YEAR_KINDS)]
        if len(meanings) != len(groups):
            return None
        if len(meanings) == 1 and len(years) > 1 and count.following + 1 == len(years):
            clause.years, clause.queue = years, meanings * count.following
            return meanings
        if len(meanings) == 1 or count.following + 1 < len(meanings):
            return meanings if len(meanings) == 1 and len(years) < 2 else None
        clause.queue = meanings[1:]
        return meanings[:1]

    def _share_out(self, count: Count, groups: Sequence[WordGroup]) -> list[Meaning] | None:
        """What a number is of that is said of several things: of each, or of their sum."""
        meanings = [group.meaning for group in groups if group.meaning is not None]
        if len(meanings) != len(groups):
            return None
        are_verbs = len(groups) > 1 and all(group.is_verb for group in groups)
        if len(meanings) == 1 or has_any(count.left, "words.each") or not count.numeral.value or are_verbs:
            return meanings
        total = self.said.composer.add(meanings)
        if total is not None and has_any(count.left, "others.several"):
            total = self.said.composer.widen(total, meanings[-1])
        return None if total is None else [total]

    def _find_sum(self, numeral: Numeral) -> Meaning | None:
        """What a number is of that closes a list as its sum: 新收11件、结转2件，共13件; rows before columns."""
        every = [each for each in self.said.found[self.said.first :] if each.kind == "figure"]
        rows = [each for each in every if each.meaning.role != "column"]
        for mine in (rows, every):
            for start in range(len(mine) - 1):
                added = mine[start:]
                if sum(each.value for each in added) == numeral.value and len({each.year for each in added}) == 1:
                    total = self.said.composer.add([each.meaning for each in added])
                    return None if total is None else replace(total, role="whole")
        return None

    def state(self, clause: Clause, count: Count, meanings: Sequence[Meaning]) -> None:
        """Notes a number as a figure of each of the meanings whose unit it has."""
        in_brackets = clause.opener in OPENING and len(clause.tokens) <= 2
        year = clause.years.pop(0) if clause.years else self.said.times.find_year(count.left, in_brackets=in_brackets)
        for meaning in meanings:
            fitted = self.said.fit_unit(meaning, count.numeral)
            if fitted is None:
                self.said.pass_over(count.numeral)
                continue
            numeral = replace(count.numeral, value=fitted[0], step=fitted[1])
            self.said.note("figure", count.token, numeral, meaning, year=year)
            if meaning.role == "whole" and numeral.value:
                self.said.wholes.append(self.said.found[-1])
            if year is None or year == self.said.times.year:
                self.said.topic.turn_to(meaning)
            else:
                self.said.topic.last = meaning
        if year == "last" and self.said.times.compared is None:
            self.said.times.compared = year  # 上年为41件，下降29.3%
