"""Percentages of a whole, and changes on last year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from xltool.rules.narrative_clauses import Clause, Count
from xltool.rules.narrative_figures import FigureNoter
from xltool.rules.narrative_readings import Meaning
from xltool.rules.narrative_statements import Discourse
from xltool.rules.narrative_tokens import ProseToken
from xltool.rules.narrative_words import YEAR_KINDS, has_any, names_subject


class ChangeReader:
    """Reads shares and changes, in what a text has said."""

    def __init__(self, said: Discourse, figures: FigureNoter) -> None:
        self.said, self.figures = said, figures

    def read_share(self, count: Count) -> None:
        """A percentage of a whole that is named, or that the sentence has spoken of."""
        at = max(at for at, token in enumerate(count.left) if token.is_any("compare.share"))
        part, of = self._find_part(count.left[:at]), count.left[at + 1 :]
        if part is None or has_any(of, "scopes.words"):
            return
        named = self.said.groups.read_before(of)
        if named is None:
            return
        spoken = self.said.topic.wholes or self.said.topic.before
        wholes = [whole for whole in reversed(spoken) if whole is not part and whole.table == part.table]
        base = self.said.composer.offer_all(wholes) if wholes else None
        if named:
            base = named[-1].meaning if named[-1].is_known else None
        if base is not None and base.cells != part.cells:
            self.said.note("percent", count.token, count.numeral, part, base=base, year=self.said.times.year)

    def _find_part(self, words: Sequence[ProseToken]) -> Meaning | None:
        """What a percentage is of: what is named before it, or was spoken of last."""
        groups = self.said.groups.read_before([each for each in words if not each.is_any(*YEAR_KINDS)])
        if not groups:
            return self.said.topic.last if groups is not None else None
        if not all(group.is_known for group in groups):
            return None
        return self.said.composer.add([group.meaning for group in groups if group.meaning is not None])

    def read_change(self, clause: Clause, count: Count, change: ProseToken) -> None:
        """A change on last year, of what is named before it, or was spoken of."""
        numeral, last = count.numeral, self.said.topic.last
        if has_any(count.left, "words.respectively"):
            self.said.topic.last = None
        elif change.is_any("compare.reaching"):
            named = [each for each in count.left if each is not change]
            of = self._find_changed(named) if any(map(names_subject, named)) else last
            if of is not None and not numeral.is_percent:
                self.figures.state(clause, replace(count, left=[change]), [of])
        elif self.said.times.compared is None or self.said.times.is_partial:
            self.said.pass_over(numeral)
        elif not self.said.times.is_compared_otherwise:
            of = self._find_changed([each for each in count.left if each is not change]) or self._find_fewer(count)
            self.said.topic.last = self.said.changed = of
            if of is not None and (numeral.is_percent or self.said.fit_unit(of, numeral) is not None):
                value = -numeral.value if change.is_any("compare.less") else numeral.value
                compared = self.said.times.compared if isinstance(self.said.times.compared, int) else None
                self.said.note("change", count.token, replace(numeral, value=value), of, year=compared)

    def _find_fewer(self, count: Count) -> Meaning | None:
        """What a change is of that is named behind its number: 比去年少收4件申请."""
        behind = self.said.groups.read_behind(count.right) if any(map(names_subject, count.right[:1])) else None
        return behind.meaning if behind is not None and behind.is_known else None

    def _find_changed(self, before: Sequence[ProseToken]) -> Meaning | None:
        """What a change is of."""
        groups = self.said.groups.read_before(
            [each for each in before if not each.is_any("compare.signs", *YEAR_KINDS)]
        )
        if groups is None or (groups and not groups[-1].is_known):
            return None
        if not groups:
            stated = self.said.found[self.said.first :]
            denied = stated[0].meaning if len(stated) == 1 and stated[0].is_flat else None
            return self.said.recall() or denied  # 未收到申请，较上年减少2件
        return self.said.composer.add([group.meaning for group in groups if group.meaning is not None])
