"""Parts of what a text has counted: what was left, what became of them or of all, said with a number or without."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from xltool.forms.memo import derive_once
from xltool.model import CellKey, FormSpec
from xltool.rules.narrative_clauses import Count
from xltool.rules.narrative_groups import WordGroup
from xltool.rules.narrative_readings import Meaning
from xltool.rules.narrative_statements import Discourse, Statement
from xltool.rules.narrative_tokens import ProseToken
from xltool.rules.narrative_words import (
    JOINER,
    are_passable,
    has_any,
    is_passable,
    is_verb,
    names_subject,
    split_groups,
)


class PartReader:
    """Reads parts and outcomes, in what a text has said."""

    def __init__(self, said: Discourse) -> None:
        self.said = said

    def read_outcome(self, tokens: Sequence[ProseToken], wholes: Sequence[Statement], before: int) -> None:
        """What became of all that was counted, said behind it without a number: 行政复议3件，均维持."""
        is_of_all = any(map(self._says_all, tokens))
        tokens = _drop_answers(tokens) if is_of_all else tokens
        if not wholes:
            wholes = [each for each in self.said.wholes if self.said.found.index(each) >= before]
        is_done = self._is_closed(tokens)
        if not wholes and (is_of_all or is_done or all(each.value == 1 for each in self.said.kept)):
            wholes = self.said.kept
        if (
            not wholes
            or has_any(tokens, "words.parts")
            or (self.said.tells_stage(tokens) and not is_of_all)
            or not all(is_passable(each) or each.phrases for each in tokens)
        ):
            return
        wholes = [each for each in wholes if each.year == self.said.times.year] or wholes[:0]
        if not wholes:
            return  # 收到5件，较上年的3件有所增加，均为自然人
        one = [each for each in wholes if each.start == wholes[-1].start]  # 收到并答复1件，申请人为企业: received
        wholes = self._widen_wholes(wholes) if is_of_all else one[:1]
        is_of_all |= is_done
        places: dict[int, set[str]] = {}
        for whole in wholes:
            words = places.setdefault(whole.start, set())
            if words and not (whole.meaning.is_anchored and words.isdisjoint(whole.meaning.words)):
                continue  # 收到并答复5件，均为自然人: of one number once; 复议、诉讼各1件，均未审结: of each
            words |= set(whole.meaning.words)
            group = self.said.groups.read_group(tokens, whole.meaning)
            meaning = group.meaning
            if meaning is None or meaning.role == "whole" or meaning.table != whole.meaning.table or not group.is_known:
                continue
            if not is_of_all and meaning.role == "row" and (whole.value > 1 or self._is_settled(whole)):
                continue
            self.said.found.append(
                replace(whole, start=tokens[0].start, end=tokens[-1].end, meaning=meaning, sentence=self.said.sentence)
            )

    def _is_settled(self, whole: Statement) -> bool:
        """Whether the sentence has said already what became of what was counted."""
        mine = self.said.found[self.said.first :]
        return any(each.meaning.role == "row" and each.meaning.table == whole.meaning.table for each in mine)

    def _is_closed(self, tokens: Sequence[ProseToken]) -> bool:
        """Whether a clause says what has become of what was counted, and none behind counts: 收到11件，已予以公开."""
        return self.said.is_last and any(token.text.startswith(self.said.language.perfects) for token in tokens)

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

    def settle(self, tokens: Sequence[ProseToken]) -> bool:
        """Whether words say what became of a part counted before, which is then noted: 3件涉及商业秘密，不予公开."""
        wholes = self.said.topic.wholes or self.said.topic.before
        if not self.said.pending or not wholes or not all(is_passable(each) or each.phrases for each in tokens):
            return False
        group = self.said.groups.read_group(tokens, wholes[-1])
        meaning = group.meaning
        if meaning is None or meaning.role != "row" or meaning.table != wholes[-1].table or not group.is_known:
            return False
        mine = self.said.pending
        if len(mine) > 1 and not any(map(self._says_all, tokens)):
            return False  # 3件涉及征地，2件涉及拆迁，予以公开: of both, or of the last
        value = sum((each.numeral.value for each in mine), Decimal(0))
        self.said.pending = []
        self.said.note(
            "figure", mine[-1].token, replace(mine[-1].numeral, value=value), meaning, year=self.said.times.year
        )
        self.said.found[-1] = replace(self.said.found[-1], start=mine[0].token.start, scope=mine[0].scope)
        return True

    def may_be_part(self, count: Count) -> bool:
        """Whether a number of which nobody says what it is may be a part of what was counted: 对其中3件，不予公开."""
        table, numeral = self.said.topic.table, count.numeral
        if table is None or not numeral.value or not are_passable(count.left, JOINER):
            return False
        same = [each for each in self.said.found if each.kind == "figure" and each.meaning.table == table]
        whole = next((each for each in reversed(same) if each.meaning.role == "whole"), None)
        return whole is not None and whole.unit == numeral.unit and whole.value >= numeral.value

    def find_rest(self, count: Count) -> list[Meaning] | None:
        """What was done with the rest of what the sentence has counted: 除2件结转下年外，其余13件均办结.

        Nothing where more than that may have been done; None where no such rest is spoken of.
        """
        if not count.left or not count.left[-1].is_any("words.rest") or len(self.said.found) <= self.said.first:
            return None
        if has_any(count.right, "words.respectively"):
            return []  # 其余6件分别为予以公开4件、无法提供2件
        behind = self.said.groups.read_behind(count.right)
        if behind is None or behind.meaning is None:
            return None
        cells = set(behind.meaning.cells[0])
        if any(set(each.meaning.cells[0]) < cells for each in self.said.found[self.said.first :]):
            return []  # 维持5件，其余3件已审结: eight were
        if not is_deed(behind):
            return None
        return [behind.meaning] if self._completes(behind.meaning, count) else []

    def _completes(self, meaning: Meaning, count: Count) -> bool:
        """Whether a number makes up, with those behind a whole, that whole, and the form's rules say that they must."""
        every = [each for each in self.said.found[self.said.first :] if each.kind == "figure"]
        if self._balances(meaning, count, every):
            return True
        whole, *parts = every
        parts = [each for each in parts if each.meaning.role != "column"]  # 32件为自然人申请 says who
        if not parts or whole.value != count.numeral.value + sum(each.value for each in parts):
            return False
        rest = set(meaning.cells[0]).union(*(part.meaning.cells[0] for part in parts))
        sums = _list_sums(self.said.spec)
        return any(one.issuperset(whole.meaning.cells[0]) and rest <= other for one, other in sums)

    def _balances(self, meaning: Meaning, count: Count, every: Sequence[Statement]) -> bool:
        """Whether a number makes the two sides of a rule equal whose other cells are all stated: 收到60件，结转5件…."""
        said = {each.meaning.cells[0]: each.value for each in every}
        for one, other in _list_sums(self.said.spec):
            mine = frozenset(meaning.cells[0])
            named = {key for keys in said for key in keys}
            if len(one) < 2 or not mine <= other or not one | other <= named | mine or mine & named:
                continue
            sides = [sum(value for keys, value in said.items() if side.issuperset(keys)) for side in (one, other)]
            if sides[0] == sides[1] + count.numeral.value:
                return True
        return False

    def is_of_rest(self, count: Count) -> bool:
        """Whether a number is of what was left of something that the sentence has counted."""
        return has_any(count.left, "words.rest") and len(self.said.found) > self.said.first

    def drop_contradicted(self, tokens: Sequence[ProseToken]) -> None:
        """Takes back what verbs say of a part that is less than what stands beside it: 其中2件办结，6件不予公开."""
        opens = [token.start for token in tokens if token.is_any("words.parts")]
        mine = [each for each in self.said.found[self.said.first :] if each.kind == "figure" and each.value]
        for each in mine:
            if each.meaning.is_anchored or each.meaning.role != "whole" or not opens or each.start < opens[0]:
                continue
            beside = [
                other
                for other in mine
                if other.start > each.start and not any(each.start < start < other.start for start in opens)
                if self._adds_to(other.meaning, each.meaning)
            ]
            if sum(other.value for other in beside) > each.value:
                self.said.found.remove(each)

    def _adds_to(self, part: Meaning, whole: Meaning) -> bool:
        """Whether the form's rules make a whole of cells among which are those of a part."""
        mine = frozenset(whole.cells[0])
        return any(mine == one and other.issuperset(part.cells[0]) for one, other in _list_sums(self.said.spec))


@derive_once
def _list_sums(spec: FormSpec) -> tuple[tuple[frozenset[CellKey], frozenset[CellKey]], ...]:
    """The cells on the two sides of each rule of a form, either side first."""
    sides = []
    for rule in spec.rules:
        one, other = (frozenset(key for key, _ in terms) for terms in (rule.linear.left, rule.linear.right))
        sides += [(one, other), (other, one)]
    return tuple(sides)


def is_deed(group: WordGroup) -> bool:
    """Whether words only say what was done, in the table that they are of."""
    table = group.meaning.table if group.meaning is not None else None
    return bool(group.words) and not any(names_subject(word, table) for word in group.words)


def _drop_answers(tokens: Sequence[ProseToken]) -> Sequence[ProseToken]:
    """The words without verbs joined before what became of it: 依法答复并予以公开."""
    *before, last = split_groups(tokens)
    is_verb_only = all(is_passable(token) or is_verb(token) for piece in before for token in piece)
    return last if before and last and is_verb_only else tokens
