"""Numbers that single words or cases tell what they are of: a word right before one, a reason, whose the cases are."""

from __future__ import annotations

from xltool.forms.phrases import Phrase
from xltool.rules.narrative_clauses import Count
from xltool.rules.narrative_readings import Meaning
from xltool.rules.narrative_statements import Discourse
from xltool.rules.narrative_tokens import ProseToken
from xltool.rules.narrative_words import JOINER, are_passable, has_any, split_groups


class LoneReader:
    """Finds what numbers are of by a word that stands alone, in what a text has said."""

    def __init__(self, said: Discourse) -> None:
        self.said = said

    def find_alone(self, count: Count) -> Meaning | None:
        """What a number is of by one word or case; None where none tells."""
        return (
            self._narrow(count)
            or self._find_reasoned(count)
            or self._find_offered_case(count)
            or self._find_sole(count)
        )

    def _narrow(self, count: Count) -> Meaning | None:
        """What a number is of that says how many of the cases before are the form's: 其中涉及政府信息公开2件.

        What was said of all of them is taken back, and of parts of them: 应诉15件，胜诉14件；其中政府信息公开案件3件.
        """
        if not has_any(count.left, "others.ours") or not are_passable(count.left, "others.restricting"):
            return None
        mine = self.said.found[self.said.first :]
        tables = {each.meaning.table for each in mine if each.meaning.is_mixed}
        whole = next((each for each in reversed(mine) if each.meaning.is_mixed and each.meaning.role == "whole"), None)
        if whole is None or len(tables) > 1 or mine[-1].meaning.table not in tables:
            return None
        if whole.value < count.numeral.value:
            return None  # 行政复议2件，信息公开15件
        self.said.take_back(whole)
        return whole.meaning

    def _find_reasoned(self, count: Count) -> Meaning | None:
        """What became of a number for a reason that nobody knows: 1件因补正结转下年; of results the form has reasons.

        It is all there was of it where the sentence says so once.
        """
        is_behind = has_any(count.right[:2], "others.because") and not count.following
        words = count.right if is_behind else count.left if has_any(count.left[:2], "others.because") else ()
        known = [at for at, token in enumerate(words) if any(map(_may_be_outcome, token.phrases))]
        if not known:
            return None
        group = self.said.groups.read_group(words[known[-1] :], None)
        meaning = group.meaning
        if meaning is None or not group.is_known or meaning.role != "row" or len(meaning.rows[0]) > 1:
            return None
        is_once = self.said.sentence.count(group.words[0].text) == 1
        named = [phrase.table for word in words for phrase in word.phrases if "anchor" in phrase.manners]
        table = named[0] if named else None if self.said.topic.closed else self.said.topic.table
        return meaning if is_once and meaning.table == table else None

    def _find_offered_case(self, count: Count) -> Meaning | None:
        """What a number of the form's own cases is of that the clause before names: 行政复议方面，信息公开类案件5件."""
        named = [phrase for token in count.left for phrase in token.phrases if "anchor" in phrase.manners]
        if len(self.said.offered) != 1 or not named or not all("taken" in phrase.manners for phrase in named):
            return None
        case = self.said.offered[0]
        return case if case.is_mixed and case.role == "whole" else None

    def _find_sole(self, count: Count) -> Meaning | None:
        """What a word right before a number, or alone behind it, means among the parts of something."""
        behind = split_groups(count.right)[0]
        beside = split_groups(count.left)[-1]  # 2件部分公开、11件不存在
        end = len(beside)
        while end > 1 and are_passable(beside[end - 1 : end]) and not _is_sole(beside[end - 1]):
            end -= 1  # 公开的有9件
        within = max((at for at, token in enumerate(beside[:end]) if token.is_any("words.within")), default=-1)
        if any("anchor" in phrase.manners for token in beside[: max(within, 0)] for phrase in token.phrases):
            self.said.topic.turn_by(beside[:within])  # 新收申请中公民9件
            beside, end = beside[within + 1 :], end - within - 1
        table = self.said.topic.table
        units = {each.unit for each in self.said.found[self.said.first :] if each.meaning.table == table}
        if table is None or not (self.said.is_document(count.numeral) or count.numeral.unit in units):
            return None
        for near, rest in ((beside[end - 1 : end], beside[: end - 1]), (behind[-1:], [*beside, *behind[:-1]])):
            sole = self.said.composer.compose_sole(near[0], self.said.topic) if near else None
            if sole is not None and are_passable(rest, JOINER):
                return sole
        return None


def _is_sole(token: ProseToken) -> bool:
    """Whether a word means something right before a number only: 公开, 公民."""
    return any("sole" in phrase.manners for phrase in token.phrases)


def _may_be_outcome(phrase: Phrase) -> bool:
    """Whether words are a row that is no result and names no subject: 结转下年."""
    return bool(phrase.rows) and not phrase.manners and not phrase.follows
