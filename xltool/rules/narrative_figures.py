"""Numbers noted as figures of what they are of: in their unit, of their year, each said once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from xltool.rules.narrative_clauses import Clause, Count
from xltool.rules.narrative_readings import Meaning
from xltool.rules.narrative_statements import Discourse
from xltool.rules.narrative_times import OPENING, StatedYear
from xltool.rules.narrative_tokens import ProseToken
from xltool.rules.narrative_words import JOINER, YEAR_KINDS, has_any, is_verb, names_subject


class FigureNoter:
    """Notes numbers among what a text has said."""

    def __init__(self, said: Discourse) -> None:
        self.said = said

    def state(self, clause: Clause, count: Count, meanings: Sequence[Meaning]) -> None:
        """Notes a number as a figure of each of the meanings whose unit it has."""
        year = self._find_year(clause, count)
        if (
            count.left[-1:]
            and count.left[-1].is_any("compare.sources")
            and has_any(count.right[:1], "compare.reaching")
        ):
            if self.said.times.compared is None and year == self.said.times.year:
                return  # 由14件降至9件: when it was so, nobody says
            year = self.said.times.compared if year == self.said.times.year else year
        for meaning in meanings:
            if self._is_other_of(meaning, count, year):
                continue
            if self._is_said_again(meaning, count):
                self.said.topic.turn_to(meaning)
                continue
            fitted = self.said.fit_unit(
                meaning, count.numeral, is_done=meaning.is_anchored and _names_deed(count.left, meaning)
            )
            if fitted is None:
                self.said.pass_over(count.numeral)
                if meaning.role == "whole" and not meaning.is_anchored and not any(map(is_verb, count.left)):
                    self.said.topic.list_results(meaning)  # 答复结果分为四类
                if meaning.is_anchored and self.said.is_amount(meaning):
                    self.said.topic.turn_to(meaning)  # 收费项目3项，金额12万元
                    self.said.topic.last = None
                continue
            numeral = replace(count.numeral, value=fitted[0], step=fitted[1])
            self._widen_whole(clause, meaning)
            self.said.note("figure", count.token, numeral, meaning, year=year)
            if meaning.role == "whole" and numeral.value:
                self.said.wholes.append(self.said.found[-1])
            if year is None or year == self.said.times.year:
                self.said.topic.turn_to(meaning)
            else:
                self.said.topic.last = meaning
        if year == "last" and self.said.times.compared is None:
            self.said.times.compared = year  # 上年为41件，下降29.3%

    def _is_other_of(self, meaning: Meaning, count: Count, year: StatedYear) -> bool:
        """Whether it says less of what was counted: by a verb alone or as a part, or behind the number without a verb.

        收到57件，受理18件; 收到申请7件。2条依申请公开，1条部分公开.
        """
        is_named = any(map(names_subject, [*count.left, *count.right])) or not any(map(is_verb, count.left))
        is_behind = not count.left and meaning.role == "whole" and not any(map(is_verb, count.right))
        if is_named and not (self.said.in_parts and meaning.role == "whole") and not is_behind:
            return False
        return any(
            (each.kind, each.meaning.cells, each.scope) == ("figure", meaning.cells, self.said.scope)
            and (each.year == year or ((is_behind or self.said.in_parts) and year is None))
            and each.value > count.numeral.value
            for each in self.said.found[0 if is_behind or self.said.in_parts else self.said.first :]
        )

    def _is_said_again(self, meaning: Meaning, count: Count) -> bool:
        """Whether a number without a verb only takes up what the text has stated: 收到申请45件。45件申请中…."""
        if any(map(is_verb, count.left)) or not count.numeral.value or has_any(count.left, *YEAR_KINDS):
            return False
        return any(
            (each.kind, each.meaning.cells, each.value) == ("figure", meaning.cells, count.numeral.value)
            for each in self.said.found[: self.said.first]
        )

    def _widen_whole(self, clause: Clause, part: Meaning) -> None:
        """Takes a whole for one of which what is in brackets is a part, where it may be: 处理35件（含上年结转3件）."""
        mine = self.said.found[self.said.first :]
        is_part = self.said.in_parts and clause.opener in OPENING and part.role == "row" and not part.is_anchored
        if not is_part or not mine or mine[-1].kind != "figure" or mine[-1].meaning.role != "whole":
            return
        whole = mine[-1].meaning
        wider = [keys for keys in whole.cells if set(part.cells[0]) < set(keys)]
        if wider:
            cells = (*wider, *(keys for keys in whole.cells if keys not in wider))
            self.said.found[-1] = replace(mine[-1], meaning=replace(whole, cells=cells))

    def _find_year(self, clause: Clause, count: Count) -> StatedYear:
        """The year that a number is of."""
        in_brackets = clause.opener in OPENING and (len(clause.tokens) <= 2 or all(map(_may_be_beside, clause.tokens)))
        return clause.years.pop(0) if clause.years else self.said.times.find_year(count.left, in_brackets=in_brackets)


def _may_be_beside(token: ProseToken) -> bool:
    """Whether a word may stand among figures in brackets of what is compared with: （复议10件、诉讼11件）."""
    return token.number is not None or names_subject(token) or token.is_any(JOINER)


def _names_deed(words: Sequence[ProseToken], meaning: Meaning) -> bool:
    """Whether a verb says what was done with what is counted, and not only that it was shown."""
    verbs = [p for word in words for p in word.phrases if p.table == meaning.table and "weak" in p.manners]
    return any(len(verb.columns) == 1 for verb in verbs)
