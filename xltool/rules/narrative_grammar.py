"""A small grammar of administrative prose: which numbers, and which words for none, are said of which cells.

A sentence falls into clauses at its commas; the numbers of a clause into those with words before and behind them. What
stands between a number and the words that it is of must be known words that say nothing: one that is not known makes it
a number of something else. So what is not understood is left out, never guessed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile
from typing import Final

from xltool.forms.phrases import NUMBER_SIGN, Language, Phrase
from xltool.model import FormSpec
from xltool.rules.narrative_changes import ChangeReader
from xltool.rules.narrative_clauses import (
    COLONS,
    Clause,
    Count,
    allow_way,
    cut_list,
    drop_description,
    find_plan,
    goes_on,
    is_unknown,
    join_divided,
    join_ways,
    list_doers,
    may_count,
    name_agencies,
    opens_parts,
    quote_unknown,
    simplify_tokens,
    split_clauses,
    tells_others,
    tells_part,
)
from xltool.rules.narrative_counts import CountReader
from xltool.rules.narrative_figures import FigureNoter
from xltool.rules.narrative_groups import is_result
from xltool.rules.narrative_nothing import NothingReader
from xltool.rules.narrative_readings import Topic
from xltool.rules.narrative_statements import Discourse, Narrative, Pending, Statement
from xltool.rules.narrative_times import OPENING, find_change
from xltool.rules.narrative_tokens import GAP, Numeral, ProseToken, read_tokens, split_sentences
from xltool.rules.narrative_words import (
    JOINER,
    NEGATION,
    NOUNS,
    YEAR_KINDS,
    are_passable,
    has_any,
    is_passable,
    is_showing,
    is_strict,
    is_verb,
    names_subject,
)

MOST_SENTENCE_WORDS: Final = 400
"""Words of a sentence that is read, which are some thousand signs: nobody means anything by a longer one."""
_GOES_ON: Final = frozenset("，,")
_ENDS: Final = frozenset("；;")
_PERSONS: Final = frozenset("人名户")
_NOT_CASES: Final = _PERSONS | frozenset("次场期家篇")
"""What persons, meetings and articles are counted by."""
_MANY: Final = frozenset("个家")
"""What agencies are counted by."""


def understand_text(
    text: str, spec: FormSpec, language: Language, *, table: str | None = None, year: int | None = None
) -> Narrative:
    """What a text says; `table` is what it is about from its place in the form, `year` that of its report.

    A sentence of more than `MOST_SENTENCE_WORDS` says nothing, and what comes behind it does not go on from before it.
    """
    said = Discourse(spec, language, Topic(table=table, report_year=year))
    reader = _Reader(said)
    sentences = []
    for start, sentence in split_sentences(text):
        tokens = read_tokens(sentence, start, language)
        sentences.append(tuple(tokens))
        if len(tokens) > MOST_SENTENCE_WORDS:
            said.topic = Topic(table=table, report_year=year)
        else:
            reader.read_sentence(sentence.strip(), tokens)
    return Narrative(tuple(said.found), tuple(sentences))


class _Reader:
    def __init__(self, said: Discourse) -> None:
        self.said = said
        self.counts = CountReader(said)
        self.figures = FigureNoter(said)
        self.changes = ChangeReader(said, self.figures)
        self.nothing = NothingReader(said)

    def read_sentence(self, sentence: str, tokens: Sequence[ProseToken]) -> None:
        """Adds the statements of a sentence."""
        was_partial, was_shown = self.said.times.is_partial, self.said.is_shown
        self.said.begin(sentence)
        self.said.is_ours |= self.said.topic.table is not None and not self.said.topic.is_guessed
        self.said.is_ours |= any("anchor" in p.manners and not self._is_mixed(p) for t in tokens for p in t.phrases)
        if opens_parts(tokens):
            # of half a year, or of what is published, as that of which these are parts
            self.said.times.is_partial, self.said.is_shown = was_partial, was_shown
        else:
            self.said.topic.before = self.said.topic.wholes or self.said.topic.before
            self.said.topic.wholes, self.said.is_listed, self.said.is_item, self.said.item_unit = [], False, False, ""
        sorted_out, language = self._find_sorted(tokens), self.said.language
        named = name_agencies([*join_divided(tokens, language)], language)
        mine = [
            replace(token, phrases=(), kinds=frozenset({NOUNS})) if token.text in sorted_out else token
            for token in allow_way(join_ways(simplify_tokens(named, _PERSONS), language), _NOT_CASES)
        ]
        self._find_subject(mine)
        doers = list_doers(mine, language)
        outside, last = list[Statement](), self.said.topic.last
        listed = self.said.listing
        clauses = list(split_clauses(mine))
        counting = [at for at, clause in enumerate(clauses) if any(each.number is not None for each in clause.tokens)]
        for at, clause in enumerate(clauses):
            year, self.said.is_last = self.said.times.year, not counting or at > counting[-1]
            if clause.is_past:
                self.said.wholes, self.said.topic.last, self.said.listing = outside, last, listed
            elif clause.opener in OPENING:
                outside, last, listed = self.said.wholes, self.said.topic.last, self.said.listing
            bare = list(takewhile(_is_bare, clauses[at + 1 :]))
            clause.more = len(bare)
            self._read_clause(clause, doers)
            if bare:
                bare[0].queue, bare[0].years = clause.queue, clause.years
            if clause.opener in OPENING:
                self.said.times.year = year
        self.counts.parts.drop_contradicted(mine)

    def _is_mixed(self, phrase: Phrase) -> bool:
        """Whether what words mean may be counted with others of its kind."""
        subject = self.said.language.subjects.get(phrase.table)
        return subject is not None and subject.mixed

    def _pass_partial(self, count: Count) -> None:
        """Leaves a number of a part of the year out, and notes of what it is, of which the sum may be told."""
        self.said.topic.last = None
        groups = self.said.groups.read_before(count.left)
        meaning = groups[0].meaning if groups and len(groups) == 1 and groups[0].is_known else None
        if meaning is None and not groups:
            is_same = bool(self.said.partials) and are_passable(count.left, *YEAR_KINDS)
            meaning = self.said.partials[-1][0] if is_same else None
        if meaning is not None:
            self.said.partials.append((meaning, count.numeral.value))
        things = [word for word in (*count.left, *count.right) if any("anchor" in p.manners for p in word.phrases)]
        thing = self.said.composer.compose(things, self.said.topic) if things else None
        if thing is not None:
            self.said.topic.turn_by(things)
            self.said.topic.rows[thing.table] = thing.rows

    def _find_subject(self, tokens: Sequence[ProseToken]) -> None:
        """Takes for what a sentence is about the table of which it names parts, where nothing was spoken of before."""
        if self.said.topic.table is None and not self.said.topic.closed:
            tables = {each.table for token in tokens for each in token.phrases if "alone" in each.manners}
            self.said.topic.table = tables.pop() if len(tables) == 1 else None
            self.said.topic.is_guessed = True

    def _find_sorted(self, tokens: Sequence[ProseToken]) -> frozenset[str]:
        """The words that here mean how documents are sorted."""
        said = "".join(NUMBER_SIGN if token.number is not None else token.text for token in tokens)
        for sorting in self.said.language.sortings:
            if not all(mark in said for mark in sorting.marks):
                continue
            if not any(token.text.endswith(tuple(sorting.unless)) for token in tokens if token.phrases):
                return frozenset(
                    token.text for token in tokens if token.phrases and token.text.startswith(tuple(sorting.words))
                )
        return frozenset()

    def _read_clause(self, clause: Clause, doers: frozenset[str]) -> None:
        tokens = clause.tokens
        self.said.is_of_others &= clause.opener not in _ENDS
        may_be = tokens[0].is_any(GAP, NOUNS) and tokens[0].text.startswith(self.said.language.conditions)
        plan = find_plan(tokens, self.said.language)
        self.said.is_condition |= may_be or plan == 0
        if self.said.is_condition:
            return
        self.said.is_condition = plan is not None
        tokens = clause.tokens = tokens[:plan]
        if self._tells_foreign(tokens):
            return
        was = self.said.times.year
        self.said.times.note_clause(tokens)
        clause.scope = self.said.scope
        telling = ["scopes.words", "scopes.others"]
        if self.said.in_parts or has_any(tokens, "words.parts"):
            telling.append("scopes.own")  # 全市收到120件，其中我县46件
        told = [at for at, token in enumerate(tokens) if token.is_any(*telling)]
        while len(told) > 1 and told[-2] == told[-1] - 1:
            told.pop()  # 全市各级行政机关
        whose = tokens[told[-1]] if told else None
        if whose is not None:
            self.said.scope = None if whose.is_any("scopes.own") else whose.text
        if has_any(tokens[:1], "words.parts") and not self.said.in_parts and len(self.said.found) == self.said.first:
            self.said.is_listed |= self.said.is_shown  # 主动公开各类信息，其中规范性文件10件
        self.said.is_shown |= any(map(self._says_shown, tokens))
        self.said.in_parts |= has_any(tokens, "words.parts")
        before = len(self.said.found)
        clause.wholes, self.said.wholes = self.said.wholes, []
        numbers = [at for at, token in enumerate(tokens) if token.number is not None]
        if clause.opener in _ENDS:
            self.said.pending, self.said.lent = [], None
        self.said.kept = [] if numbers else clause.wholes or self.said.kept
        done = self._read_numbers(clause, numbers, doers)
        self._read_rest(clause, tokens[done:], numbers, before)
        if numbers and all(token.number is not None or are_passable([token], *YEAR_KINDS) for token in tokens):
            self.said.times.year = was  # 予以公开31件，去年同期24件；不予公开5件
        if not self.said.limit and tokens[0].text.startswith(self.said.language.limits):
            self.said.limit = "".join(token.text for token in tokens)
        if not numbers and len(self.said.found) == before:
            self._offer(tokens)
        else:
            self.said.offered, self.said.listed = [], []

    def _tells_foreign(self, tokens: Sequence[ProseToken]) -> bool:
        """Whether a clause says that the cases counted before it are none of the form's, which is then taken back."""
        if self._tells_kind(tokens):
            self.said.take_back(self.said.found[-1])
            return True
        if not has_any(tokens, "words.foreign"):
            return False
        ours = [each for each in tokens if any(word in each.text for word in self.said.language.ours)]
        names_case = any(self._is_mixed(phrase) and "anchor" in phrase.manners for t in ours for phrase in t.phrases)
        rest = [each for each in tokens if each not in ours]
        known = all(is_passable(each) or each.is_any("words.foreign", "others.because", JOINER) for each in rest)
        if not ours or names_case or not known:
            return False  # 不涉及政府信息公开行政复议
        first = next((each for each in self.said.found[self.said.first :] if each.meaning.is_mixed), None)
        if first is not None:
            self.said.take_back(first)
            self.said.topic.close()
        return first is not None

    def _tells_kind(self, tokens: Sequence[ProseToken]) -> bool:
        """Whether a clause says of cases counted before it that all are of an unknown kind: 均为工伤类, 案由为工伤."""
        if has_any(tokens, "others.subjects") and not self.said.names_ours and self._counts_cases():
            return True
        is_kind = (
            has_any(tokens[:1], "words.each") and has_any(tokens, GAP) and has_any(tokens[-2:], "others.restricting")
        )
        if not is_kind or any(token.phrases or token.number is not None for token in tokens):
            return False
        return self._counts_cases()

    def _counts_cases(self) -> bool:
        """Whether the last figure of the sentence is of all cases that may be of all kinds."""
        whole = self.said.found[-1] if len(self.said.found) > self.said.first else None
        return whole is not None and whole.meaning.is_mixed and whole.meaning.role == "whole"

    def _read_numbers(self, clause: Clause, numbers: Sequence[int], doers: frozenset[str]) -> int:
        """Reads the numbers of a clause, which stand at these places; gives where the words behind them begin."""
        tokens, done = clause.tokens, 0
        for number, at in enumerate(numbers):
            until = numbers[number + 1] if number + 1 < len(numbers) else len(tokens)
            numeral = tokens[at].number
            assert numeral is not None
            left, right = tokens[done:at], cut_list(tokens[at + 1 : until])
            if not number:
                left = [*self._cut_lead(left)]
            self.said.aside = self.said.limit or quote_unknown(left)
            is_theirs = tells_others(left, self.said.language) or any(token.text in doers for token in left)
            self.said.is_of_others = is_theirs or (self.said.is_of_others and goes_on(left))
            if self.said.is_of_others or self._is_told_of_many(tokens, numbers, number):
                self._note_list(numeral, left, is_known=False)
                if is_theirs and not self.said.in_parts:
                    self.said.topic.close()
                self.said.topic.last = None
                done = at + 1
                continue
            self._read_number(clause, Count(tokens[at], numeral, left, right, len(numbers) - number - 1))
            done = at + 1
        return done

    def _cut_lead(self, left: Sequence[ProseToken]) -> Sequence[ProseToken]:
        """The words before a number without what stands before a colon, which says of what the list is: 按主体分：…."""
        while left and left[-1].text in COLONS:
            left = left[:-1]  # 公开：8件
        colon = max((at for at, token in enumerate(left) if token.text in COLONS), default=-1)
        lead, rest = left[:colon], left[colon + 1 :]
        results = (
            self.said.groups.read_group(lead, None) if colon > 0 and any(token.phrases for token in rest) else None
        )
        if results is not None and results.is_known and any(map(is_result, results.words)):
            assert results.meaning is not None
            if self._opens_results(results.meaning.table, rest):
                self.said.topic.list_results(results.meaning)  # 办理结果：公开8件
            return rest
        if colon < 1 or not any(map(names_subject, rest)) or not has_any(lead, GAP):
            return left
        self._offer(lead)
        self.said.offered = []
        return rest

    def _opens_results(self, table: str, behind: Sequence[ProseToken]) -> bool:
        """Whether a heading is of a table by what stands behind it, and not of cases counted before it.

        行政复议9件，办理结果：维持2件.
        """
        topic = self.said.topic
        meant = {phrase.table for token in behind for phrase in token.phrases}
        is_spoken = topic.table in meant and any(whole.table == topic.table for whole in topic.wholes)
        return table == topic.table or (table in meant and not is_spoken)

    def _read_rest(self, clause: Clause, rest: Sequence[ProseToken], numbers: Sequence[int], before: int) -> None:
        """Reads the words behind the numbers of a clause; `before` statements were found before it."""
        negated = next((at for at, token in enumerate(rest) if token.is_any(NEGATION)), None)
        self.said.is_denied = self.said.is_denied and clause.opener in _GOES_ON
        self.said.aside = self.said.limit or quote_unknown(rest[:negated], *rest[:negated])
        if negated is not None and (not self.said.times.is_partial or self.said.times.lasts):
            if not self._is_of_part(rest[:negated]) and not (numbers and _counts_many(clause.tokens[numbers[-1]])):
                self.nothing.read_nothing(rest, negated)
            self.said.is_denied = len(self.said.found) > before and not has_any(rest[-2:], "words.closings")
        elif negated is None and self.said.is_denied and not numbers and has_any(rest[-2:], "words.closings"):
            self.nothing.deny(*self.nothing.list_nothing(rest))
        elif negated is None and rest and not (self.said.pending and not numbers and self.counts.parts.settle(rest)):
            self.counts.parts.read_outcome(rest, [] if numbers else clause.wholes, before)

    def _says_shown(self, token: ProseToken) -> bool:
        """Whether a word says that something was published, by itself or with what it was: 主动公开政府信息."""
        begins = (self.said.language.entries.get(token.text[:length]) for length in (2, 4))
        return is_showing(token.phrases) or (
            token.is_any(NOUNS) and any(entry is not None and is_showing(entry.phrases) for entry in begins)
        )

    def _is_told_of_many(self, tokens: Sequence[ProseToken], numbers: Sequence[int], number: int) -> bool:
        """Whether a number is of so many others as the number before it says: 2个街道收到申请6件."""
        if not number:
            return False
        before, first = tokens[numbers[number - 1]].number, tokens[numbers[number - 1] + 1]
        is_of_some = before is not None and before.unit in _PERSONS and len(self.said.found) > self.said.first
        if is_of_some and not has_any(tokens, "words.totals"):
            return True  # 收到申请45件，1人提交申请20件
        is_many = _counts_many(tokens[numbers[number - 1]])
        return is_many and is_unknown(first) and first.text.endswith(self.said.language.agencies)

    def _is_of_part(self, before: Sequence[ProseToken]) -> bool:
        """Whether what there was none of is so only of a part, or of others."""
        limit = self.said.limit
        is_limited = limit.startswith(self.said.language.exceptions) or any(sign.isdigit() for sign in limit)
        return is_limited or tells_part(before) or tells_others(before, self.said.language)

    def _offer(self, tokens: Sequence[ProseToken]) -> None:
        """Notes what a clause without a number is about, for the clause behind it."""
        grown = (at for at, token in enumerate(tokens) if token.is_any("compare.signs", "compare.more"))
        self.said.groups.is_denied = True  # what is named need not be done here: 行政许可、行政处罚事项较多
        named = self.said.groups.list_groups(tokens[: next(grown, None) or len(tokens)])
        self.said.groups.is_denied = False
        groups = self.said.groups.list_groups(tokens)
        if tokens[-1].is_any("words.aspects") and not any(group.meaning for group in groups) and has_any(tokens, GAP):
            self.said.topic.close()
            self.said.is_at_large |= not self.said.is_ours  # 法治政府建设方面，应诉案件74件
        columns = [group.meaning for group in groups if group.meaning is not None and group.meaning.role == "column"]
        self.said.lent = columns[0] if len(groups) == len(columns) == 1 and tokens[-1].is_any("words.within") else None
        self.said.offered = [group.meaning for group in groups if group.meaning is not None and group.is_clean]
        are_named = all(group.is_known and group.is_open for group in named)
        self.said.listed = [group.meaning for group in named if group.meaning is not None] if are_named else []
        wholes = {
            group.meaning.table for group in groups if group.meaning is not None and group.meaning.role == "whole"
        }
        if len(wholes) == 1 and tokens[-1].is_any("words.within"):
            self.said.topic.results = wholes.pop()  # 办结件中，公开11件
        for group in groups:
            if group.meaning is not None and (group.meaning.is_anchored or all(map(is_strict, group.words))):
                self.said.topic.table, self.said.topic.closed = group.meaning.table, False
                self.said.topic.rows[group.meaning.table] = group.meaning.rows

    def _is_beside(self, count: Count) -> bool:
        """Whether a number that is not understood stands among parts of what is spoken of, or names it."""
        table = self.said.topic.table
        if any("anchor" in p.manners and p.table == table for token in count.right for p in token.phrases):
            return True
        if any("reason" in p.manners for token in count.left for p in token.phrases):
            return True
        mine = self.said.found[self.said.first :]
        return bool(mine) and mine[-1].meaning.table == table and are_passable(count.left, JOINER)

    def _is_subject(self, clause: Clause, count: Count) -> bool:
        """Whether a number is of what applications were about, as its clause says: 内容涉及火灾调查2件、验收3件."""
        before = [token for token in clause.tokens if token.start < count.token.start]
        mine = [each for each in self.said.found[self.said.first :] if each.meaning.table == self.said.topic.table]
        is_within = any(each.value >= count.numeral.value and each.unit == count.numeral.unit for each in mine)
        return is_within and has_any(before, "others.because")

    def _note_list(self, numeral: Numeral, left: Sequence[ProseToken], *, is_known: bool) -> None:
        """Notes whether what stands behind a number is published as it is: a list of items, parts of what is listed."""
        if not self.said.in_parts and not self.said.is_item:
            is_amount = numeral.unit in self.said.language.amounts
            self.said.is_item = not is_known and not is_amount and not self.said.is_document(numeral)
            self.said.item_unit = numeral.unit if self.said.is_item else ""
        self.said.is_listed |= not is_known and has_any(left[-2:], "others.listed")

    def _read_number(self, clause: Clause, count: Count) -> None:
        numeral, left = count.numeral, count.left
        if numeral.is_percent and has_any(left, "compare.share"):
            if not clause.is_of_words:
                self.changes.read_share(count)
            return
        change = find_change(left)
        if change is not None and (self.said.times.compared is not None or not names_subject(left[-1])):
            self.changes.read_change(clause, count, change)
            return
        if numeral.is_percent or not may_count(count):
            self.said.pass_over(numeral)
            groups = self.said.groups.read_before(left) if numeral.is_percent else None
            is_one = groups is not None and len(groups) == 1 and groups[0].is_known and groups[0].is_open
            self.said.rated = groups[0].meaning if groups and is_one else None
            return
        if self.said.times.is_partial and (numeral.value or not self.said.times.lasts):
            self._pass_partial(count)
            return
        same = bool(numeral.unit) and numeral.unit == self.said.item_unit
        self.said.is_listed |= self.said.is_item and (self.said.in_parts or same)
        meanings = self.counts.find_meanings(clause, replace(count, left=drop_description(count.left)))
        if meanings and self.said.topic.is_guessed and meanings[0].role != "whole" and not meanings[0].is_anchored:
            # without a subject named before it, 不予公开6条 is of the agency's own pages
            is_case = self.said.is_document(numeral) or numeral.is_bare
            meanings = meanings if is_case and not any(map(self._says_shown, left)) else None  # 公开执法案卷5份
        if meanings is not None:
            self.said.pending = []
        self._note_list(numeral, left, is_known=bool(meanings))
        if meanings is None:
            is_part = self.counts.parts.may_be_part(count)
            if is_part and not count.following:
                scope = self.said.scope if has_any(left, "scopes.words", "scopes.others") else clause.scope
                self.said.pending.append(Pending(count.token, numeral, scope))
            is_mine = is_part or self._is_beside(count) or self._is_subject(clause, count)
            self.said.pass_over(numeral, is_mine=is_mine, is_thing=has_any(left, NOUNS) and any(map(is_verb, left)))
        elif meanings:
            self.figures.state(clause, count, meanings)
        else:
            self.said.topic.last = None


def _is_bare(clause: Clause) -> bool:
    """Whether a clause behind a comma is a number alone."""
    return clause.opener in _GOES_ON and len(clause.tokens) == 1 and clause.tokens[0].number is not None


def _counts_many(token: ProseToken) -> bool:
    """Whether a number may say how many agencies there are: 3个镇未收到申请."""
    return token.number is not None and token.number.unit in _MANY
