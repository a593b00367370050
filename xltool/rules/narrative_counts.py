"""What a number of a clause is of: by the words before it, behind it, or by what was spoken of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from xltool.forms.phrases import Phrase
from xltool.rules.narrative_clauses import Clause, Count, is_channel, is_for_each, names_way, only_shows
from xltool.rules.narrative_groups import WordGroup
from xltool.rules.narrative_parts import PartReader, is_deed
from xltool.rules.narrative_readings import Meaning
from xltool.rules.narrative_statements import Discourse
from xltool.rules.narrative_times import OPENING, StatedYear, name_year
from xltool.rules.narrative_tokens import GAP, Numeral, ProseToken
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
        all_kinds = self._find_all_kinds(count)
        is_nothing = (
            self.said.is_of_kind or by_way or self._is_stage(count) or names_way(count.left[-1:])
        )  # 依申请公开渠道4个
        rest = all_kinds or ([] if is_nothing else self.parts.find_rest(count))
        if rest is not None:
            return rest
        alone = (
            self._narrow(count)
            or self._find_reasoned(count)
            or self._find_offered_case(count)
            or self._find_sole(count)
        )
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

    def _find_all_kinds(self, count: Count) -> list[Meaning]:
        """What a number is of that sums up those of unknown kinds: 征地类8件、规划类7件，合计15件; else nothing."""
        if not self.said.is_of_kind:
            return []
        total = self._find_sum(count.numeral) if has_any(count.left, "words.totals") else None
        self.said.is_of_kind = total is None
        self.said.ways.append(count.numeral)
        return [] if total is None else [total]

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
            return self._deal_out(clause, count, groups)
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
        return self._share_out(count, groups)

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
            return _drop_vaguer(known)
        first = next((each for each in count.right if not each.is_any("words.neutral")), None)
        is_other = first is not None and first.is_any(GAP, NOUNS, CHANNEL) and not count.numeral.is_bare
        return None if is_other else []

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

    def _find_unnamed(self, clause: Clause, count: Count) -> list[Meaning] | None:
        """What a number is of that has no word for it before it: what stands behind it, or was spoken of before."""
        before = [token for token in clause.tokens if token.end <= count.token.start]
        if has_any(before, "words.respectively"):
            return self._deal_named(clause, count) or None
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
        return self._find_sum(count.numeral) if is_sum else None

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

    def _deal_named(self, clause: Clause, count: Count) -> list[Meaning]:
        """What a number is of that stands first behind 分别, where the clause before names the things; else nothing.

        行政许可、行政处罚事项较多，分别为38件、4件.
        """
        named, following = self.said.listed, count.following + clause.more
        if not has_any(count.left, "words.respectively") or len(named) < 2 or following + 1 != len(named):
            return []
        clause.queue = list(named[1:])
        return [named[0]]

    def _deal_out(self, clause: Clause, count: Count, groups: Sequence[WordGroup]) -> list[Meaning] | None:
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

    def _share_out(self, count: Count, groups: Sequence[WordGroup]) -> list[Meaning] | None:
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
            meanings = _drop_shown(_drop_vaguer(meanings))
        elif len({meaning.table for meaning in meanings}) == 1:
            meanings = _drop_shown(meanings)
        if len(meanings) == 1 or has_any(count.left, "words.each") or not count.numeral.value or are_verbs:
            return meanings
        total = self.said.composer.add(meanings)
        if total is not None and has_any(count.left, "others.several"):
            total = self.said.composer.widen(total, meanings[-1])
        return None if total is None else [total]

    def _share_column(self, meanings: Sequence[Meaning]) -> list[Meaning]:
        """The meanings, wholes in the column of the last, of which it is said: 行政复议和行政诉讼被纠错0件."""
        *before, last = meanings
        is_shared = last.role == "column" and last.is_anchored
        is_shared &= all(each.role == "whole" and each.is_anchored and each.table == last.table for each in before)
        if not is_shared:
            return list(meanings)
        return [*(self.said.composer.shift(each, last.columns, last.words) for each in before), last]

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

    def _find_sum(self, numeral: Numeral) -> Meaning | None:
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

    def _offer_total(self, added: Meaning, parts: Sequence[Meaning]) -> Meaning:
        """The sum of some parts; of columns of one row all of that may be meant: 维持5件、纠正1件，总计6件."""
        subject = self.said.language.subjects.get(added.table)
        cells = added.cells
        if subject is not None and all(each.role == "column" and each.rows == parts[0].rows for each in parts):
            cells = tuple(dict.fromkeys([*self.said.composer.shift(parts[0], subject.columns, ()).cells, *cells]))
        return replace(added, role="whole", cells=cells)

    def _find_year(self, clause: Clause, count: Count) -> StatedYear:
        """The year that a number is of."""
        in_brackets = clause.opener in OPENING and (len(clause.tokens) <= 2 or all(map(_may_be_beside, clause.tokens)))
        return clause.years.pop(0) if clause.years else self.said.times.find_year(count.left, in_brackets=in_brackets)

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


def _is_sole(token: ProseToken) -> bool:
    """Whether a word means something right before a number only: 公开, 公民."""
    return any("sole" in phrase.manners for phrase in token.phrases)


def _may_be_outcome(phrase: Phrase) -> bool:
    """Whether words are a row that is no result and names no subject: 结转下年."""
    return bool(phrase.rows) and not phrase.manners and not phrase.follows


def _may_be_beside(token: ProseToken) -> bool:
    """Whether a word may stand among figures in brackets of what is compared with: （复议10件、诉讼11件）."""
    return token.number is not None or names_subject(token) or token.is_any(JOINER)


def _has_apart(words: Sequence[ProseToken]) -> bool:
    """Whether one of the words takes some of a kind out of what is counted: 审查合同23份、规范性文件5件."""
    return any("apart" in phrase.manners for word in words for phrase in word.phrases)


def _begins_deed(group: WordGroup) -> bool:
    """Whether a group begins with a verb of its table: 受理并办结申请."""
    mine = [p for p in group.words[0].phrases if group.meaning is not None and p.table == group.meaning.table]
    return group.is_verb or any("weak" in phrase.manners for phrase in mine)


def _is_apart(group: WordGroup) -> bool:
    """Whether words take some of a kind out of what is counted."""
    return _has_apart(group.words)


def _names_deed(words: Sequence[ProseToken], meaning: Meaning) -> bool:
    """Whether a verb says what was done with what is counted, and not only that it was shown."""
    verbs = [p for word in words for p in word.phrases if p.table == meaning.table and "weak" in p.manners]
    return any(len(verb.columns) == 1 for verb in verbs)


def _drop_vaguer(meanings: Sequence[Meaning]) -> list[Meaning]:
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
