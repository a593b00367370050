"""What a number of a clause is of: by the words before it, behind it, or by what was spoken of."""

from __future__ import annotations

from collections.abc import Sequence

from xltool.rules.narrative_clauses import Clause, Count, is_channel, is_for_each, names_way, only_shows
from xltool.rules.narrative_groups import WordGroup
from xltool.rules.narrative_lone import LoneReader
from xltool.rules.narrative_parts import PartReader, is_deed
from xltool.rules.narrative_readings import Meaning
from xltool.rules.narrative_shares import ShareReader, drop_vaguer
from xltool.rules.narrative_statements import Discourse
from xltool.rules.narrative_times import OPENING
from xltool.rules.narrative_tokens import GAP, ProseToken
from xltool.rules.narrative_totals import TotalReader
from xltool.rules.narrative_words import (
    CHANNEL,
    JOINER,
    NEGATION,
    NOUNS,
    OFFICE,
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
        self.parts = PartReader(said)
        self.totals = TotalReader(said)
        self.shares = ShareReader(said)
        self.lone = LoneReader(said)

    def find_meanings(self, clause: Clause, count: Count) -> list[Meaning] | None:
        """What a number is of, by the words around it.

        Nothing where it is a part that no form counts, None where it is of something else.
        """
        if clause.queue and are_passable(count.left, JOINER):
            return [clause.queue.pop(0)]
        clause.queue = []
        clause.is_beside_apart = (clause.is_apart or clause.is_beside_apart) and has_any(count.left[:1], JOINER)
        clause.is_apart = _has_apart(count.left)
        self.said.is_listed |= only_shows(count.left)
        by_way = is_channel(count.left) and not has_any(count.left, NOUNS)
        if by_way:
            self.said.ways.append(count.numeral)
            self.said.topic.turn_by(count.left)
            self._turn_by_way(count.left)
        named = [p for token in [*count.left, *count.right] for p in token.phrases if "anchor" in p.manners]
        self.said.is_of_kind &= not named
        all_kinds = self.totals.find_all_kinds(count)
        is_nothing = (
            self.said.is_of_kind or by_way or self._is_stage(count) or names_way(count.left[-1:])
        )  # 依申请公开渠道4个
        rest = all_kinds or ([] if is_nothing else self.parts.find_rest(count))
        if rest is not None:
            return rest
        alone = self.lone.find_alone(count)
        groups = self.said.groups.read_before(count.left)
        if alone is not None:
            return [alone]
        if groups is None or (count.numeral.value and has_any(count.left, NEGATION)):
            return None
        if is_for_each(count.left, groups):
            return []
        table = self.said.topic.table
        found = self._find_named(clause, count, groups) if groups else self._find_unnamed(clause, count)
        is_part = clause.opener in OPENING or has_any(count.left, "words.parts")
        is_other = table is not None and bool(found) and all(self._is_elsewhere(each, is_part) for each in found or ())
        return [] if is_other else found

    def _turn_by_way(self, left: Sequence[ProseToken]) -> None:
        """Notes what a word for a way names at its end, where a verb says that it came: 收到网络申请3件."""
        verbs = {p.table for word in left for p in word.phrases if "weak" in p.manners and p.rows}
        if self.said.topic.table is not None:
            return
        for way in (token for token in left if token.is_any(CHANNEL)):
            entry = self.said.language.entries.get(way.text[-2:])
            named = [p.table for p in entry.phrases if "anchor" in p.manners and not p.rows] if entry else []
            if len(named) == 1 and named[0] in verbs:
                self.said.topic.table, self.said.topic.closed = named[0], False

    def _is_elsewhere(self, meaning: Meaning, is_part: bool) -> bool:
        """Whether a part of another table than what is spoken of is meant, and not named: 行政复议9件（含上年结转1件）.

        So too where the sentence has just counted of that table: 行政复议5件，上年结转2件.
        """
        mine, table = self.said.found[self.said.first :], self.said.topic.table
        is_part |= meaning.role != "whole" and bool(mine) and mine[-1].meaning.table == table
        return is_part and meaning.table != table and not meaning.is_anchored

    def _find_named(self, clause: Clause, count: Count, groups: Sequence[WordGroup]) -> list[Meaning] | None:
        """What a number is of by the words before it, or a verb before it and what stands behind."""
        last = groups[-1]
        is_item = self.said.in_parts and bool(count.numeral.value) and count.numeral.unit == self.said.item_unit
        is_money = count.numeral.unit in self.said.language.amounts  # no item of a list
        is_listed = self.said.is_listed and not is_money and (is_item or not any(map(is_verb, count.left)))
        is_shown = (is_listed or clause.is_beside_apart) and any(map(is_strict, last.words))
        is_shown |= is_item and self.said.is_item and not any(map(is_verb, count.left))  # 信息96条，其中依申请公开3条
        if is_shown or only_shows(count.left) or self._is_at_large(count, last.meaning):
            return None  # 公开建议10件、规范性文件4件; 信息96条，其中办理行政处罚32条; 公开了行政许可12件
        if last.is_refused or not last.is_clean or any(sets_apart(word, self.said.topic.table) for word in last.words):
            is_thing = has_any(count.left, NOUNS) and not (last.meaning and last.meaning.is_anchored)
            return None if is_thing else self._leave_aside(last, count)  # 留言收到146条
        if not any(names_subject(word) for group in groups for word in group.words):
            behind = self.said.groups.read_behind(count.right)
            if behind is not None and _is_apart(behind):
                return self._pass_some(behind)  # 开展2次规范性文件清理
            thing = self._find_thing(count, groups)
            if thing is None or thing:
                return thing
        elif last.meaning is not None and last.meaning.role == "row" and count.right and count.right[0].is_any(NOUNS):
            return None  # 不予公开的5件文件
        found = self._deal_or_share(clause, count, groups)
        if len(groups) == 1 and found == [last.meaning] and self._carries_party(clause, count, groups[0]):
            assert clause.party is not None
            assert last.meaning is not None
            found = [self.said.composer.shift(last.meaning, clause.party.columns, clause.party.words[:1])]
        elif len(groups) == 1 and found == [last.meaning]:
            found = [self._carry_column(clause, count, groups[0])]
        return found

    def _carries_party(self, clause: Clause, count: Count, group: WordGroup) -> bool:
        """Whether a row joined to another is of the column named before that: 自然人的申请办结14件、结转下年2件."""
        meaning, party = group.meaning, clause.party
        if meaning is not None and not has_any(count.left[:1], JOINER):
            named = [phrase for word in group.words[:1] for phrase in word.phrases if "weak" not in phrase.manners]
            of = [phrase for phrase in named if phrase.columns and not phrase.rows]
            ends = [p for p in group.words[-1].phrases if p.rows and p.table == meaning.table]
            is_led = meaning.role == "column" and of and ends and "anchor" not in ends[0].manners
            clause.party = meaning if is_led else None
            return False
        if meaning is None or party is None or meaning.table != party.table or meaning.columns == party.columns:
            return False
        return not any("anchor" in p.manners or p.columns for word in group.words for p in word.phrases)

    def _carry_column(self, clause: Clause, count: Count, group: WordGroup) -> Meaning:
        """What a number joined to another is of, in the column said before both: 废止规章1件、规范性文件3件."""
        meaning, lent = group.meaning, self.said.lent
        assert meaning is not None
        if lent is not None and meaning.role == "row" and meaning.table == lent.table:
            return self.said.composer.shift(meaning, lent.columns, lent.words)
        if count.left[0].is_any(JOINER):
            lead = clause.lead
            is_bare = meaning.is_anchored and meaning.role == "whole" and all(map(names_subject, group.words))
            if lead is not None and is_bare and lead.table == meaning.table and lead.rows != meaning.rows:
                return self.said.composer.shift(meaning, lead.columns, lead.words[:1])
            return meaning
        head = group.words[0]
        is_led = meaning.is_anchored and any(
            p.columns and not p.rows and p.table == meaning.table for p in head.phrases
        )
        clause.lead = meaning if is_led else None
        return meaning

    def _deal_or_share(self, clause: Clause, count: Count, groups: Sequence[WordGroup]) -> list[Meaning] | None:
        """What a number is of that is said of known things."""
        is_verb_only = not any(names_subject(word) for group in groups for word in group.words)
        is_of_part = self.said.in_parts and self._is_of_something(count, groups[-1])
        if is_verb_only and (is_of_part or self.parts.is_of_rest(count)):
            return []  # 其余答复5件; 行政许可302件，其中营业执照办理229件
        if groups[0].is_verb and self.said.in_parts and self._is_of_something(count, groups[0]):
            return []  # 其中公安机关收到申请56件
        if has_any(count.left, "words.respectively"):
            return self.shares.deal_out(clause, count, groups)
        behind = self.said.groups.read_behind(count.right) if count.left[-1].is_any("words.relative") else None
        absent = self._find_absent(count, groups)
        if absent:
            return absent
        named = groups[-1].meaning
        is_row = not is_verb_only and named is not None and named.role == "row"  # 结转下年的3件均为自然人申请
        is_next = bool(count.following) and not has_any(count.right[:1], "words.each", "words.copulas")
        if is_row or is_next:  # 直接起诉的4件结果维持3件
            behind = None
        if behind is not None and behind.is_known and behind.meaning is not None and behind.meaning.role != "whole":
            return [behind.meaning]  # 办结的3件均属于重复申请
        return self.shares.share_out(count, groups)

    def _find_absent(self, count: Count, groups: Sequence[WordGroup]) -> list[Meaning]:
        """Of what a zero right before its column is: 行政复议零纠正; nothing where no such column stands behind it."""
        if count.numeral.value or not count.numeral.is_bare or not count.right:
            return []
        behind = self.said.groups.read_group(split_groups(count.right)[0], groups[-1].meaning)
        column = behind.meaning if behind.is_known and behind.is_open else None
        if column is None or column.role != "column" or column.is_anchored:
            return []
        named = [group.meaning for group in groups]
        is_of = all(each is not None and each.role == "whole" and each.table == column.table for each in named)
        shifted = [self.said.composer.shift(each, column.columns, column.words) for each in named if each is not None]
        return shifted if is_of else []

    def _find_thing(self, count: Count, verbs: Sequence[WordGroup]) -> list[Meaning] | None:
        """What verbs before a number and the thing behind it mean; nothing without one, None for an unknown one."""
        joined = [self.said.groups.join_behind(verb, count.right) for verb in verbs]
        known = [meaning for meaning in joined if meaning is not None]
        if known:
            return drop_vaguer(known)
        first = next((each for each in count.right if not each.is_any("words.neutral")), None)
        is_other = first is not None and first.is_any(GAP, NOUNS, CHANNEL) and not count.numeral.is_bare
        return None if is_other else []

    def _is_at_large(self, count: Count, meaning: Meaning | None) -> bool:
        """Whether cases that nothing says to be the form's are counted, behind a verb for all kinds or such ones.

        Nothing is spoken of then: 受理行政复议案件120件，其中维持80件.
        """
        if meaning is None or not meaning.is_mixed or meaning.role != "whole" or not count.numeral.value:
            return False
        subject = self.said.language.subjects[meaning.table]
        is_taken = any("weak" in phrase.manners for word in count.left for phrase in word.phrases)
        self.said.is_at_large |= is_taken and any(name in self.said.sentence for name in subject.reviewers)
        is_theirs = self.said.is_kind and not self.said.names_ours  # 受理工伤认定申请54件，引发复议2件
        if self.said.is_ours and not self.said.is_at_large and not is_theirs:
            return False
        self.said.is_at_large |= is_theirs or any(word.text in subject.at_large for word in count.left)
        if self.said.is_at_large:
            self.said.topic.close()
        return self.said.is_at_large

    def _is_stage(self, count: Count) -> bool:
        """Whether a number is of one stage of cases, of which the sentence counts several: 一审2件，二审1件."""
        return self.said.tells_stage(count.left)

    def _is_of_something(self, count: Count, group: WordGroup) -> bool:
        """Whether right before a verb stands what is unknown, and so may be what was done."""
        before = [token for token in count.left if token.end <= group.words[0].start]
        return bool(before) and before[-1].is_any(GAP, OFFICE, "figures.counters") and not before[-1].phrases

    def _find_unnamed(self, clause: Clause, count: Count) -> list[Meaning] | None:
        """What a number is of that has no word for it before it: what stands behind it, or was spoken of before."""
        before = [token for token in clause.tokens if token.end <= count.token.start]
        if has_any(before, "words.respectively"):
            return self.shares.deal_named(clause, count) or None
        near = split_groups(count.left)[-1]
        behind = self.said.groups.read_behind(count.right)
        if behind is not None:
            return self._find_behind(count, behind)
        told = self._find_told(clause, count)
        if told is not None:
            return [told]
        if has_any(near, *YEAR_KINDS, "compare.this", "scopes.words") or (
            clause.opener in OPENING and self.said.times.compared is not None
        ):
            recalled = self.said.recall()
            is_one_of = bool(count.following) and has_any(count.right[:1], JOINER)  # 与上年的8件、6件相比
            if recalled is not None:
                return None if is_one_of else [recalled]
        elif has_any(count.left, "words.parts"):
            return None
        return (
            self.said.offered
            if len(self.said.offered) == 1 or (self.said.offered and not count.numeral.value)
            else None
        )

    def _find_told(self, clause: Clause, count: Count) -> Meaning | None:
        """What a number is of to which those before it lead: 减少5件，为22件; 公开率61%（共84件）."""
        if self.said.changed is not None and count.left and are_passable(count.left):
            return self.said.changed  # 增长两倍，达到33件
        if self.said.rated is not None and clause.opener in OPENING and are_passable(count.left):
            return self.said.rated
        is_sum = has_any(split_groups(count.left)[-1], "words.totals")
        return self.totals.find_sum(count.numeral) if is_sum else None

    def _find_behind(self, count: Count, behind: WordGroup) -> list[Meaning] | None:
        """What a number is of by the words behind it; nothing for one way, and for some of what is spoken of."""
        if behind.is_refused and has_any(count.right, CHANNEL):
            self.said.ways.append(count.numeral)
            return []  # 2件为网络申请
        is_object = behind.meaning is not None and behind.meaning.role == "whole"  # 对3件规范性文件予以废止
        if _is_apart(behind) or (is_object and any(t.text in self.said.language.toward for t in count.left)):
            return self._pass_some(behind)  # 对23件规范性文件进行清理，废止4件
        if is_deed(behind) and self.parts.is_of_rest(count):
            return []  # 信息不存在1件，其余5件均予以答复
        self.said.is_listed |= only_shows([*count.left, *behind.words])
        is_shown = self.said.is_listed and any(map(is_strict, behind.words))  # 公开了2项行政许可、6项行政处罚
        return None if behind.meaning is None or behind.is_refused or is_shown else [behind.meaning]

    def _leave_aside(self, group: WordGroup, count: Count) -> list[Meaning] | None:
        """Nothing for a number of some of what is counted, behind which others may be of it; None for other numbers."""
        if not group.is_clean:
            return None
        if group.meaning is not None and group.meaning.is_anchored:
            self.said.topic.turn_to(group.meaning)
            is_kind = not self.said.in_parts and not _has_apart(group.words)
            self.said.is_of_kind = is_kind and len(self.said.found) == self.said.first
            self.said.is_of_kind &= bool(count.numeral.value)
            self.said.is_kind |= self.said.is_of_kind
            if self.said.is_of_kind:
                self.said.ways.append(count.numeral)
        is_mine = group.meaning is None or group.meaning.table == self.said.topic.table
        return [] if is_mine and self.said.topic.table is not None else None

    def _pass_some(self, group: WordGroup) -> list[Meaning] | None:
        """Nothing for a number of things of which some are set apart, and which are spoken of from then on."""
        things = [word for word in group.words if is_strict(word) or not is_verb(word)]
        meaning = self.said.composer.compose(things, self.said.topic)
        if meaning is None or not meaning.is_anchored:
            return None
        self.said.topic.turn_to(meaning)
        self.said.topic.last = None
        return []


def _has_apart(words: Sequence[ProseToken]) -> bool:
    """Whether one of the words takes some of a kind out of what is counted: 审查合同23份、规范性文件5件."""
    return any("apart" in phrase.manners for word in words for phrase in word.phrases)


def _is_apart(group: WordGroup) -> bool:
    """Whether words take some of a kind out of what is counted."""
    return _has_apart(group.words)
