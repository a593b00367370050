"""Numbers that are said of several things: of each, of their sum, or dealt out among them by 分别."""

from __future__ import annotations

from collections.abc import Sequence

from xltool.rules.narrative_clauses import Clause, Count
from xltool.rules.narrative_groups import WordGroup
from xltool.rules.narrative_readings import Meaning
from xltool.rules.narrative_statements import Discourse
from xltool.rules.narrative_times import name_year
from xltool.rules.narrative_words import YEAR_KINDS, has_any, is_verb


class ShareReader:
    """Finds of which of several things numbers are, in what a text has said."""

    def __init__(self, said: Discourse) -> None:
        self.said = said

    def share_out(self, count: Count, groups: Sequence[WordGroup]) -> list[Meaning] | None:
        """What a number is of that is said of several things: of each, or of their sum."""
        meanings = [group.meaning for group in groups if group.meaning is not None]
        if len(meanings) != len(groups):
            return None
        meanings = self._share_column(meanings)
        first, last = meanings[0], meanings[-1]
        is_one = len(meanings) == 2 and not has_any(count.left, "others.several")
        if is_one and first.is_reason and first.table == last.table and set(first.rows[0]) < set(last.rows[0]):
            meanings = meanings[:1]  # 无正当理由大量反复申请、不予处理的13件
        elif is_one and first.is_reason and first.table == last.table and not any(map(is_verb, groups[-1].words)):
            meanings = meanings[:1] if last.role == "whole" else meanings  # 逾期不补正、不再处理的申请9件
        are_verbs = len(groups) > 1 and all(map(_begins_deed, groups))
        if are_verbs:
            meanings = _drop_shown(drop_vaguer(meanings))
        elif len({meaning.table for meaning in meanings}) == 1:
            meanings = _drop_shown(meanings)
        if len(meanings) == 1 or has_any(count.left, "words.each") or not count.numeral.value or are_verbs:
            return meanings
        total = self.said.composer.add(meanings)
        if total is not None and has_any(count.left, "others.several"):
            total = self.said.composer.widen(total, meanings[-1])
        return None if total is None else [total]

    def deal_out(self, clause: Clause, count: Count, groups: Sequence[WordGroup]) -> list[Meaning] | None:
        """What a number is of that stands first behind 分别: the first of several things, or one in the first year."""
        following = count.following + clause.more
        meanings = [group.meaning for group in groups if group.meaning is not None]
        years = [name_year(token) for token in count.left if token.is_any(*YEAR_KINDS)]
        if len(meanings) != len(groups):
            return None
        if len(meanings) == 1 and len(years) > 1 and following + 1 == len(years):
            clause.years, clause.queue = years, meanings * following
            return meanings
        if len(meanings) == 1 and len(years) < 2:
            stated = [each.meaning for each in self.said.found[self.said.first :] if each.kind == "figure"]
            wholes = [each for each in stated if each.role == "whole" and each.table == meanings[0].table]
            if meanings[0].role == "column" and len(wholes) > 1 and following + 1 == len(wholes):
                mine = meanings[0]  # 行政复议2件、行政诉讼1件，分别维持1件、1件
                clause.queue = [self.said.composer.shift(each, mine.columns, mine.words) for each in wholes]
                return [clause.queue.pop(0)]
        if len(meanings) == 1 or following + 1 < len(meanings):
            return meanings if len(meanings) == 1 and len(years) < 2 else None
        clause.queue = meanings[1:]
        return meanings[:1]

    def deal_named(self, clause: Clause, count: Count) -> list[Meaning]:
        """What a number is of that stands first behind 分别, where the clause before names the things; else nothing.

        行政许可、行政处罚事项较多，分别为38件、4件.
        """
        named, following = self.said.listed, count.following + clause.more
        if not has_any(count.left, "words.respectively") or len(named) < 2 or following + 1 != len(named):
            return []
        clause.queue = list(named[1:])
        return [named[0]]

    def _share_column(self, meanings: Sequence[Meaning]) -> list[Meaning]:
        """The meanings, wholes in the column of the last, of which it is said: 行政复议和行政诉讼被纠错0件."""
        *before, last = meanings
        is_shared = last.role == "column" and last.is_anchored
        is_shared &= all(each.role == "whole" and each.is_anchored and each.table == last.table for each in before)
        if not is_shared:
            return list(meanings)
        return [*(self.said.composer.shift(each, last.columns, last.words) for each in before), last]


def drop_vaguer(meanings: Sequence[Meaning]) -> list[Meaning]:
    """The meanings without those that may be what another surely is: 收到并办理 is received."""
    meanings = list({meaning.cells: meaning for meaning in reversed(meanings)}.values())[::-1]  # 收到和受理
    sure = [meaning.cells[0] for meaning in meanings]
    return [
        meaning
        for at, meaning in enumerate(meanings)
        if not any(other in meaning.cells[1:] for place, other in enumerate(sure) if place != at)
    ] or list(meanings)


def _drop_shown(meanings: Sequence[Meaning]) -> list[Meaning]:
    """The meanings without those of verbs that only show what another made: 印发并公开的规范性文件 are the issued."""
    last = meanings[-1]
    kept = []
    for meaning in meanings:
        others = [each for each in meanings if each is not meaning and each.rows == last.rows]
        is_shown = meaning.rows == last.rows and len(meaning.columns) > 1
        if not (is_shown and any(set(each.columns) < set(meaning.columns) for each in others)):
            kept.append(meaning)
    return kept or [last]


def _begins_deed(group: WordGroup) -> bool:
    """Whether a group begins with a verb of its table: 受理并办结申请."""
    mine = [p for p in group.words[0].phrases if group.meaning is not None and p.table == group.meaning.table]
    return group.is_verb or any("weak" in phrase.manners for phrase in mine)
