"""Numbers that sum up what a text has counted before: 新收11件、结转2件，共13件."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from xltool.rules.narrative_clauses import Count
from xltool.rules.narrative_readings import Meaning
from xltool.rules.narrative_statements import Discourse
from xltool.rules.narrative_tokens import Numeral
from xltool.rules.narrative_words import has_any


class TotalReader:
    """Finds what sums are of, in what a text has said."""

    def __init__(self, said: Discourse) -> None:
        self.said = said

    def find_sum(self, numeral: Numeral) -> Meaning | None:
        """What a number is of that closes a list as its sum: 新收11件、结转2件，共13件; rows before columns.

        Of what came by one way each it is all: 网上8件、信函12件，共20件.
        """
        ways = self.said.ways
        if len(ways) > 1 and sum(each.value for each in ways) == numeral.value and self.said.topic.table:
            return self.said.composer.compose_whole(self.said.topic.table)
        if self.said.partials and sum(value for _, value in self.said.partials) == numeral.value:
            partial = self.said.partials[0][0]
            return partial if all(each.cells == partial.cells for each, _ in self.said.partials) else None
        every = [each for each in self.said.found[self.said.first :] if each.kind == "figure"]
        rows = [each for each in every if each.meaning.role != "column"]
        for mine in (rows, every):
            for start in range(len(mine) - 1):
                added = mine[start:]
                if sum(each.value for each in added) == numeral.value and len({each.year for each in added}) == 1:
                    total = self.said.composer.add([each.meaning for each in added])
                    return None if total is None else self._offer_total(total, [each.meaning for each in added])
        return None

    def find_all_kinds(self, count: Count) -> list[Meaning]:
        """What a number is of that sums up those of unknown kinds: 征地类8件、规划类7件，合计15件; else nothing."""
        if not self.said.is_of_kind:
            return []
        total = self.find_sum(count.numeral) if has_any(count.left, "words.totals") else None
        self.said.is_of_kind = total is None
        self.said.ways.append(count.numeral)
        return [] if total is None else [total]

    def _offer_total(self, added: Meaning, parts: Sequence[Meaning]) -> Meaning:
        """The sum of some parts; of columns of one row all of that may be meant: 维持5件、纠正1件，总计6件."""
        subject = self.said.language.subjects.get(added.table)
        cells = added.cells
        if subject is not None and all(each.role == "column" and each.rows == parts[0].rows for each in parts):
            cells = tuple(dict.fromkeys([*self.said.composer.shift(parts[0], subject.columns, ()).cells, *cells]))
        return replace(added, role="whole", cells=cells)
