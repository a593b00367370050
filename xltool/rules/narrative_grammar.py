"""A small grammar of administrative prose: which numbers, and which words for none, are said of which cells.

A sentence falls into clauses at its commas; the numbers of a clause into those with words before and behind them. What
stands between a number and the words that it is of must be known words that say nothing: one that is not known makes it
a number of something else. So what is not understood is left out, never guessed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final, Literal, TypeAlias

from xltool.forms.phrases import Language
from xltool.model import FormSpec
from xltool.rules.narrative_groups import GroupReader, WordGroup
from xltool.rules.narrative_readings import Composer, Meaning, Topic
from xltool.rules.narrative_times import OPENING, StatedYear, Times, find_change, name_year
from xltool.rules.narrative_tokens import BREAK, GAP, Numeral, ProseToken, read_tokens, split_sentences
from xltool.rules.narrative_words import (
    CHANNEL,
    JOINER,
    NEGATION,
    NOUNS,
    YEAR_KINDS,
    are_passable,
    can_mean,
    has_any,
    is_passable,
    is_strict,
    is_verb,
    names_subject,
    sets_apart,
    split_groups,
)

_CLOSING = frozenset("）)】]")
_GOES_ON: Final = frozenset("，,")
_COLONS: Final = frozenset("：:")
StatementKind: TypeAlias = Literal["figure", "percent", "change"]


@dataclass(frozen=True, slots=True)
class Statement:
    """What a text says about cells of a form: a figure, a share of another (`base`), or a change on last year."""

    kind: StatementKind
    value: Decimal
    step: Decimal  # how much the last written digit counts
    unit: str
    start: int
    end: int
    meaning: Meaning
    sentence: str
    qualifier: str | None = None
    scope: str | None = None
    year: StatedYear = None
    base: Meaning | None = None
    is_flat: bool = False  # said in words without a number: 未收到
    aside: str = ""  # unknown words before it: of whom or of what alone it may be said


@dataclass(frozen=True, slots=True)
class Narrative:
    """A text as understood: its statements in order, and the tokens of each of its sentences."""

    statements: tuple[Statement, ...]
    sentences: tuple[tuple[ProseToken, ...], ...]


def understand_text(
    text: str, spec: FormSpec, language: Language, *, table: str | None = None, year: int | None = None
) -> Narrative:
    """What a text says; `table` is what it is about from its place in the form, `year` that of its report."""
    reader = _Reader(spec, language, Topic(table=table, report_year=year))
    sentences = []
    for start, sentence in split_sentences(text):
        tokens = read_tokens(sentence, start, language)
        sentences.append(tuple(tokens))
        reader.read_sentence(sentence.strip(), tokens)
    return Narrative(tuple(reader.found), tuple(sentences))


@dataclass(slots=True)
class _Clause:
    """One clause of a sentence."""

    tokens: list[ProseToken]
    opener: str = ""  # the sign before it
    queue: list[Meaning] = field(default_factory=list)  # what the next numbers are of: 分别为3件和2件
    years: list[StatedYear] = field(default_factory=list)  # and of which years
    wholes: list[Statement] = field(default_factory=list)  # the figures of the clause before


@dataclass(frozen=True, slots=True)
class _Count:
    """A number of a clause, and the words before and behind it."""

    token: ProseToken
    numeral: Numeral
    left: Sequence[ProseToken]
    right: Sequence[ProseToken]
    following: int  # how many numbers of the clause stand behind it


class _Reader:
    def __init__(self, spec: FormSpec, language: Language, topic: Topic) -> None:
        self.spec, self.language, self.topic = spec, language, topic
        self.composer = Composer(spec, language)
        self.groups = GroupReader(self.composer, topic)
        self.found: list[Statement] = []
        self.is_listed = False  # behind the number of something else that is published
        self._begin("")

    def _begin(self, sentence: str) -> None:
        self.sentence = sentence
        self.times = Times(self.language, self.topic.report_year)
        self.scope: str | None = None
        self.wholes: list[Statement] = []  # the figures of a clause, of which an outcome may be said: 均维持
        self.offered: list[Meaning] = []  # what the clause before names without a number
        self.in_parts = False  # behind 其中
        self.first = len(self.found)
        self.is_denied = False  # behind a list of what there was none of, whose end is not said
        self.limit = ""  # the clause that says of what alone the rest of the sentence is
        self.aside = ""  # unknown words before what is being read

    def read_sentence(self, sentence: str, tokens: Sequence[ProseToken]) -> None:
        """Adds the statements of a sentence."""
        self._begin(sentence)
        if not _opens_parts(tokens):
            self.topic.wholes, self.is_listed = [], False
        sorted_out = self._find_sorted(tokens)
        mine = [
            replace(token, phrases=(), kinds=frozenset({NOUNS})) if token.text in sorted_out else token
            for token in _simplify(tokens)
        ]
        self._find_subject(mine)
        for clause in _split_clauses(mine):
            year = self.times.year
            self._read_clause(clause)
            if clause.opener in OPENING:
                self.times.year = year

    def _find_subject(self, tokens: Sequence[ProseToken]) -> None:
        """Takes for what a sentence is about the table of which it names parts, where nothing was spoken of before."""
        if self.topic.table is None and not self.topic.closed:
            tables = {each.table for token in tokens for each in token.phrases if "alone" in each.manners}
            self.topic.table = tables.pop() if len(tables) == 1 else None
            self.topic.is_guessed = True

    def _find_sorted(self, tokens: Sequence[ProseToken]) -> frozenset[str]:
        """The words that here mean how documents are sorted."""
        said = {token.text for token in tokens}
        gaps = [token.text for token in tokens if token.is_any(GAP)]
        for sorting in self.language.sortings:
            marked = all(mark in said or any(mark in gap for gap in gaps) for mark in sorting.marks)
            if marked and said.isdisjoint(sorting.unless):
                return sorting.words
        return frozenset()

    # ------------------------------------------------------------ clauses

    def _read_clause(self, clause: _Clause) -> None:
        tokens = clause.tokens
        self.times.note_clause(tokens)
        self.scope = next((token.text for token in reversed(tokens) if token.is_any("scopes.words")), self.scope)
        self.in_parts |= has_any(tokens, "words.parts")
        before, done = len(self.found), 0
        clause.wholes, self.wholes = self.wholes, []
        numbers = [at for at, token in enumerate(tokens) if token.number is not None]
        for number, at in enumerate(numbers):
            until = numbers[number + 1] if number + 1 < len(numbers) else len(tokens)
            numeral = tokens[at].number
            assert numeral is not None
            left, right = tokens[done:at], _cut_list(tokens[at + 1 : until])
            self.aside = self.limit or _quote_unknown(left)
            self._read_number(clause, _Count(tokens[at], numeral, left, right, len(numbers) - number - 1))
            done = at + 1
        rest = tokens[done:]
        negated = next((at for at, token in enumerate(rest) if token.is_any(NEGATION)), None)
        self.is_denied = self.is_denied and clause.opener in _GOES_ON
        self.aside = self.limit or _quote_unknown(rest[:negated], *rest[:negated])
        if negated is not None and not self.times.is_partial:
            self._read_nothing(rest, negated)
            self.is_denied = len(self.found) > before and not has_any(rest[-2:], "words.closings")
        elif negated is None and self.is_denied and not numbers and has_any(rest[-2:], "words.closings"):
            self._deny(*self._list_nothing(rest))
        elif negated is None and rest:
            self._read_outcome(rest, [] if numbers else clause.wholes, before)
        if not self.limit and tokens[0].text.startswith(self.language.limits):
            self.limit = "".join(token.text for token in tokens)
        if not numbers and len(self.found) == before:
            self._offer(tokens)
        else:
            self.offered = []

    def _offer(self, tokens: Sequence[ProseToken]) -> None:
        """Notes what a clause without a number is about, for the clause behind it."""
        groups = self.groups.list_groups(tokens)
        self.offered = [group.meaning for group in groups if group.meaning is not None and group.is_clean]
        for group in groups:
            if group.meaning is not None and (group.meaning.is_anchored or all(map(is_strict, group.words))):
                self.topic.table, self.topic.closed = group.meaning.table, False
                self.topic.rows[group.meaning.table] = group.meaning.rows

    # ------------------------------------------------------------ numbers

    def _read_number(self, clause: _Clause, count: _Count) -> None:
        numeral, left = count.numeral, count.left
        if numeral.is_percent and has_any(left, "compare.share"):
            self._read_share(count)
            return
        change = find_change(left)
        if change is not None and (self.times.compared is not None or not names_subject(left[-1])):
            self._read_change(clause, count, change)
            return
        if numeral.is_percent or not _may_count(count):
            self._pass_over(numeral)
            return
        if self.times.is_partial:
            self.topic.last = None
            return
        meanings = self._find_meanings(clause, replace(count, left=_drop_description(count.left)))
        if meanings and self.topic.is_guessed and meanings[0].role == "row" and not meanings[0].is_anchored:
            # without a subject named before it, 不予公开6条 is of the agency's own pages
            meanings = meanings if self._is_document(numeral) or numeral.is_bare else None
        self.is_listed |= not meanings and has_any(left[-2:], "others.listed")
        if meanings is None:
            self._pass_over(numeral)
        elif meanings:
            self._state(clause, count, meanings)
        else:
            self.topic.last = None

    def _is_document(self, numeral: Numeral) -> bool:
        unit = self.language.entries.get(numeral.unit)
        return unit is not None and "figures.documents" in unit.kinds

    def _pass_over(self, numeral: Numeral) -> None:
        """Leaves a number out; one that may be a figure of something else ends what was spoken of."""
        self.topic.last = None
        if self._is_document(numeral) and not self.in_parts:
            self.topic.close()

    def _find_meanings(self, clause: _Clause, count: _Count) -> list[Meaning] | None:
        """What a number is of, by the words around it.

        Nothing where it is a part that no form counts, None where it is of something else.
        """
        if clause.queue and are_passable(count.left, JOINER):
            return [clause.queue.pop(0)]
        clause.queue = []
        if _is_channel(count.left):
            return []
        sole = self._find_sole(count)
        groups = self.groups.read_before(count.left)
        if sole is not None:
            return [sole]
        if groups is None or (count.numeral.value and has_any(count.left, NEGATION)):
            return None
        if _is_for_each(count.left, groups):
            return []
        return self._find_named(clause, count, groups) if groups else self._find_unnamed(clause, count)

    def _find_named(self, clause: _Clause, count: _Count, groups: Sequence[WordGroup]) -> list[Meaning] | None:
        """What a number is of by the words before it, or a verb before it and what stands behind."""
        last = groups[-1]
        if self.is_listed and all(map(is_strict, last.words)) and not any(map(is_verb, count.left)):
            return None  # 公开建议10件、规范性文件4件
        if last.is_refused or not last.is_clean or any(sets_apart(word, self.topic.table) for word in last.words):
            return self._leave_aside(last)
        if not any(names_subject(word) for group in groups for word in group.words):
            joined = self.groups.join_behind(last, count.right)
            if joined is not None:
                return [joined]
            first = next((each for each in count.right if not each.is_any("words.neutral")), None)
            if first is not None and first.is_any(GAP, NOUNS, CHANNEL) and not count.numeral.is_bare:
                return None
        if has_any(count.left, "words.respectively"):
            return self._deal_out(clause, count, groups)
        return self._share_out(count, groups)

    def _find_sole(self, count: _Count) -> Meaning | None:
        if not count.left or self.topic.table is None or not self._is_document(count.numeral):
            return None
        sole = self.composer.compose_sole(count.left[-1], self.topic)
        return sole if sole is not None and are_passable(count.left[:-1], JOINER) else None

    def _find_unnamed(self, clause: _Clause, count: _Count) -> list[Meaning] | None:
        """What a number is of that has no word for it before it: what stands behind it, or was spoken of before."""
        near = split_groups(count.left)[-1]
        behind = self.groups.read_behind(count.right)
        if behind is not None:
            return [behind.meaning] if behind.meaning is not None and not behind.is_refused else None
        total = self._find_sum(count.numeral) if has_any(near, "words.totals") else None
        if total is not None:
            return [total]
        if has_any(near, *YEAR_KINDS, "compare.this", "scopes.words") or (
            clause.opener in OPENING and self.times.compared is not None
        ):
            recalled = self._recall()
            if recalled is not None:
                return [recalled]
        elif has_any(count.left, "words.parts"):
            return None
        return self.offered if len(self.offered) == 1 or (self.offered and not count.numeral.value) else None

    def _leave_aside(self, group: WordGroup) -> list[Meaning] | None:
        """Nothing for a number of some of what is counted, behind which others may be of it; None for other numbers."""
        if not group.is_clean:
            return None
        if group.meaning is not None and group.meaning.is_anchored:
            self.topic.turn_to(group.meaning)
        is_mine = group.meaning is None or group.meaning.table == self.topic.table
        return [] if is_mine and self.topic.table is not None else None

    def _deal_out(self, clause: _Clause, count: _Count, groups: Sequence[WordGroup]) -> list[Meaning] | None:
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

    def _share_out(self, count: _Count, groups: Sequence[WordGroup]) -> list[Meaning] | None:
        """What a number is of that is said of several things: of each, or of their sum."""
        meanings = [group.meaning for group in groups if group.meaning is not None]
        if len(meanings) != len(groups):
            return None
        are_verbs = len(groups) > 1 and all(group.is_verb for group in groups)
        if len(meanings) == 1 or has_any(count.left, "words.each") or not count.numeral.value or are_verbs:
            return meanings
        total = self.composer.add(meanings)
        if total is not None and has_any(count.left, "others.several"):
            total = self.composer.widen(total, meanings[-1])
        return None if total is None else [total]

    def _recall(self) -> Meaning | None:
        """What was spoken of last: behind the parts of something that may be the whole, or the last part."""
        last = self.topic.last
        if last is None or last.role == "whole":
            return last
        wholes = [whole for whole in reversed(self.topic.wholes) if whole.table == last.table]
        return self.composer.offer_all([*wholes, last])

    def _find_sum(self, numeral: Numeral) -> Meaning | None:
        """What a number is of that closes a list as its sum: 新收11件、结转2件，共13件; rows before columns."""
        every = [each for each in self.found[self.first :] if each.kind == "figure"]
        rows = [each for each in every if each.meaning.role != "column"]
        for mine in (rows, every):
            for start in range(len(mine) - 1):
                added = mine[start:]
                if sum(each.value for each in added) == numeral.value and len({each.year for each in added}) == 1:
                    total = self.composer.add([each.meaning for each in added])
                    return None if total is None else replace(total, role="whole")
        return None

    def _state(self, clause: _Clause, count: _Count, meanings: Sequence[Meaning]) -> None:
        """Notes a number as a figure of each of the meanings whose unit it has."""
        in_brackets = clause.opener in OPENING and len(clause.tokens) <= 2
        year = clause.years.pop(0) if clause.years else self.times.find_year(count.left, in_brackets=in_brackets)
        for meaning in meanings:
            fitted = self._fit_unit(meaning, count.numeral)
            if fitted is None:
                self._pass_over(count.numeral)
                continue
            numeral = replace(count.numeral, value=fitted[0], step=fitted[1])
            self._add("figure", count.token, numeral, meaning, year=year)
            if meaning.role == "whole" and numeral.value:
                self.wholes.append(self.found[-1])
            if year is None or year == self.times.year:
                self.topic.turn_to(meaning)
            else:
                self.topic.last = meaning
        if year == "last" and self.times.compared is None:
            self.times.compared = year  # 上年为41件，下降29.3%

    def _add(
        self,
        kind: StatementKind,
        token: ProseToken,
        numeral: Numeral,
        of: Meaning,
        *,
        base: Meaning | None = None,
        year: StatedYear = None,
    ) -> None:
        self.found.append(
            Statement(
                kind, numeral.value, numeral.step, numeral.unit, token.start, token.end, of, self.sentence,
                numeral.qualifier, self.scope or of.scope, year, base, aside=self.aside,
            )
        )  # fmt: skip

    def _fit_unit(self, meaning: Meaning, numeral: Numeral) -> tuple[Decimal, Decimal] | None:
        """The value in the unit of the cells and the worth of its last digit; None where it is counted otherwise."""
        unit = self.spec.cell(meaning.cells[0][0]).measure.unit
        amounts = self.language.amounts
        if unit in amounts or numeral.unit in amounts:
            if unit not in amounts or numeral.unit not in amounts:
                return None
            times = Decimal(amounts[numeral.unit]) / Decimal(amounts[unit])
            return numeral.value * times, numeral.step * times
        counters = self.language.subjects[meaning.table].counters if meaning.table in self.language.subjects else ()
        entry = self.language.entries.get(numeral.unit)
        if numeral.unit and (entry is None or "figures.cases" not in entry.kinds):
            return None
        if (numeral.unit and counters and numeral.unit not in counters) or numeral.value % 1:
            return None
        return numeral.value, numeral.step

    # ------------------------------------------------------------ shares and changes

    def _read_share(self, count: _Count) -> None:
        """A percentage of a whole that is named, or that the sentence has spoken of."""
        at = max(at for at, token in enumerate(count.left) if token.is_any("compare.share"))
        part, of = self.topic.last, count.left[at + 1 :]
        if part is None or has_any(of, "scopes.words"):
            return
        named = self.groups.read_before(of)
        if named is None:
            return
        wholes = [whole for whole in reversed(self.topic.wholes) if whole is not part and whole.table == part.table]
        base = self.composer.offer_all(wholes) if wholes else None
        if named:
            base = named[-1].meaning if named[-1].is_known else None
        if base is not None:
            self._add("percent", count.token, count.numeral, part, base=base, year=self.times.year)

    def _read_change(self, clause: _Clause, count: _Count, change: ProseToken) -> None:
        """A change on last year, of what is named before it, or was spoken of."""
        numeral, last = count.numeral, self.topic.last
        if has_any(count.left, "words.respectively"):
            self.topic.last = None
        elif change.is_any("compare.reaching"):
            if last is not None and not numeral.is_percent:
                self._state(clause, replace(count, left=()), [last])
        elif self.times.compared is None or self.times.is_partial:
            self._pass_over(numeral)
        elif not self.times.is_compared_otherwise:
            of = self._find_changed([each for each in count.left if each is not change])
            self.topic.last = of
            if of is not None and (numeral.is_percent or self._fit_unit(of, numeral) is not None):
                value = -numeral.value if change.is_any("compare.less") else numeral.value
                compared = self.times.compared if isinstance(self.times.compared, int) else None
                self._add("change", count.token, replace(numeral, value=value), of, year=compared)

    def _find_changed(self, before: Sequence[ProseToken]) -> Meaning | None:
        """What a change is of."""
        groups = self.groups.read_before([each for each in before if not each.is_any("compare.signs", *YEAR_KINDS)])
        if groups is None or (groups and not groups[-1].is_known):
            return None
        if not groups:
            return self._recall()
        return self.composer.add([group.meaning for group in groups if group.meaning is not None])

    # ------------------------------------------------------------ outcomes

    def _read_outcome(self, tokens: Sequence[ProseToken], wholes: Sequence[Statement], before: int) -> None:
        """What became of all that was counted, said behind it without a number: 行政复议3件，均维持."""
        if not wholes:
            wholes = [each for each in self.wholes if self.found.index(each) >= before]
        if (
            not wholes
            or has_any(tokens, "words.parts")
            or not all(is_passable(each) or each.phrases for each in tokens)
        ):
            return
        is_of_all = any(map(self._says_all, tokens))
        if not is_of_all:
            wholes = wholes[-1:]
        for whole in wholes:
            group = self.groups.read_group(tokens, whole.meaning)
            meaning = group.meaning
            if meaning is None or meaning.role == "whole" or meaning.table != whole.meaning.table or not group.is_known:
                continue
            if not is_of_all and (meaning.role == "row" and whole.value > 1):
                continue
            self.found.append(
                replace(whole, start=tokens[0].start, end=tokens[-1].end, meaning=meaning, sentence=self.sentence)
            )

    def _says_all(self, token: ProseToken) -> bool:
        """Whether a word says all of it: 均, 全部予以公开."""
        if token.is_any("words.each"):
            return True
        parts = (self.language.entries.get(token.text[:length]) for length in (1, 2))
        return any(part is not None and "words.each" in part.kinds for part in parts)

    # ------------------------------------------------------------ nothing

    def _read_nothing(self, tokens: Sequence[ProseToken], negated: int) -> None:
        """Statements that there was nothing: 未收到申请, 行政复议、行政诉讼均未发生."""
        behind = tokens[negated + 1 :]
        again = next((at for at, token in enumerate(behind) if token.is_any(NEGATION)), len(behind))
        mine = behind[:again]
        meanings, words = self._list_nothing(mine)
        if not meanings and all(is_passable(each) or is_verb(each) for each in mine):
            meanings, words = self._list_missing(tokens[:negated])
        elif meanings and all(meaning.role == "column" and not meaning.is_anchored for meaning in meanings):
            of, named = self._list_missing(tokens[:negated])  # 行政诉讼无败诉
            if named:
                meanings = [self.composer.shift(each, meanings[0].columns, meanings[0].words) for each in of]
                words = [*named, *words]
        self._deny(meanings, [tokens[negated], *words])
        if again < len(behind):
            self._read_nothing(behind, again)

    def _deny(self, meanings: Sequence[Meaning], words: Sequence[ProseToken]) -> None:
        """Notes that there was nothing of each of the meanings."""
        for meaning in meanings:
            start, end = min(word.start for word in words), max(word.end for word in words)
            self.found.append(
                Statement(
                    "figure", Decimal(0), Decimal(1), "", start, end, meaning, self.sentence, None,
                    self.scope or meaning.scope, self.times.year, is_flat=True, aside=self.aside,
                )
            )  # fmt: skip
            self.topic.turn_to(meaning)
            self.topic.last = None

    def _list_missing(self, tokens: Sequence[ProseToken]) -> tuple[list[Meaning], list[ProseToken]]:
        """What there was none of, named before the word for it."""
        groups = self.groups.read_before(tokens)
        if groups and all(group.is_known and group.is_open for group in groups):
            return [group.meaning for group in groups if group.meaning is not None], list(groups[0].words)
        return (self.offered, []) if groups == [] else ([], [])

    def _list_nothing(self, tokens: Sequence[ProseToken]) -> tuple[list[Meaning], list[ProseToken]]:
        """What there was none of, named behind the word for it; the last words of the list must be known."""
        while len(tokens) > 1 and tokens[-1].is_any("others.several", "words.closings"):
            tokens = tokens[:-1]  # 行政复议、行政诉讼等情况
        groups = self.groups.list_groups(tokens)
        if has_any(tokens, "words.parts") or not groups or not (groups[0].is_open or groups[0].meaning is None):
            return [], []
        if len(tokens) > 1 and tokens[0].phrases and tokens[1].is_any("words.relative") and not can_mean(tokens[0]):
            return [], []
        if not groups[-1].is_clean and not groups[-1].is_refused:
            return [], []  # 未收到行政复议投诉
        if _is_shown(tokens, groups):
            return [], []
        named: list[Meaning] = []
        also: list[Meaning] = []
        words: list[ProseToken] = []
        for group in groups:
            is_named = any(map(names_subject, group.words)) and group.is_open and group.is_known
            if group.meaning is not None and _is_verb_of(group, groups[-1]):
                also.append(group.meaning)
            if group.meaning is not None and is_named and not group.meaning.is_reason:
                named.append(group.meaning)
                words += group.words
        last = named[-1] if named else None
        if last is not None and last.role == "column":  # 行政复议、行政诉讼败诉: of both
            named = [
                each if each.role == "column" or each.table != last.table
                else self.composer.shift(each, last.columns, last.words)
                for each in named
            ]  # fmt: skip
        return also + named, words


def _is_shown(tokens: Sequence[ProseToken], groups: Sequence[WordGroup]) -> bool:
    """Whether what there was none of is publication: 无规范性文件公开."""
    tables = {group.meaning.table for group in groups if group.meaning is not None}
    last = tokens[-1].phrases
    return any(each.table in tables and "weak" in each.manners and len(each.columns) > 1 for each in last)


def _is_verb_of(group: WordGroup, last: WordGroup) -> bool:
    """Whether verbs joined to others say another column of the same rows: 制定、废止规范性文件."""
    if group.meaning is None or last.meaning is None or group is last or not group.is_verb:
        return False
    return group.meaning.rows == last.meaning.rows and set(group.meaning.columns).isdisjoint(last.meaning.columns)


def _simplify(tokens: Sequence[ProseToken]) -> list[ProseToken]:
    """The words without brackets that hold no number, and with 一件 behind 没有 as one that says nothing."""
    kept: list[ProseToken] = []
    denied = False
    for token in _drop_asides(tokens):
        denied = not token.is_any(BREAK, GAP) and (denied or token.is_any(NEGATION))
        is_one = token.number is not None and token.number.value == 1 and not token.number.is_percent
        is_nothing = denied and is_one
        kept.append(replace(token, number=None, kinds=frozenset({"words.neutral"})) if is_nothing else token)
    return kept


def _drop_asides(tokens: Sequence[ProseToken]) -> Iterator[ProseToken]:
    at = 0
    while at < len(tokens):
        end = next((i for i in range(at, len(tokens)) if tokens[i].text in _CLOSING), at)
        aside = tokens[at : end + 1]
        is_aside = tokens[at].text in OPENING and end > at and tokens[at].is_any(BREAK)
        if is_aside and not any(each.number is not None or each.is_any(NEGATION) for each in aside):
            at = end + 1
            continue
        yield tokens[at]
        at += 1


def _split_clauses(tokens: Sequence[ProseToken]) -> Iterator[_Clause]:
    clause = _Clause([])
    for token in tokens:
        if not token.is_any(BREAK):
            clause.tokens.append(token)
            continue
        if clause.tokens:
            yield clause
        clause = _Clause([], token.text)
    if clause.tokens:
        yield clause


def _cut_list(right: Sequence[ProseToken]) -> Sequence[ProseToken]:
    """The words behind a number as far as a colon: what is listed behind it says nothing of the number before."""
    colon = next((at for at, token in enumerate(right) if token.text in _COLONS), len(right))
    return right[:colon]


def _opens_parts(tokens: Sequence[ProseToken]) -> bool:
    """Whether a sentence goes on with the parts of what the one before counts: 其中."""
    return next((each for each in tokens if each.text.strip()), tokens[0]).is_any("words.parts") if tokens else False


def _may_count(count: _Count) -> bool:
    """Whether a number may be a figure: it has a unit, or stands where nothing else can follow."""
    if count.numeral.unit:
        return True
    if count.right and not count.right[0].is_any(JOINER, NEGATION):
        return not count.numeral.value and bool(count.right[0].phrases)
    return bool(count.left) or not count.numeral.value


def _drop_description(left: Sequence[ProseToken]) -> Sequence[ProseToken]:
    """The words without what says by the way of what all of it was, or how it came: 共收到涉及征地等领域的申请."""
    ends = [at for at, token in enumerate(left) if token.is_any("others.described")]
    starts = [at for at, token in enumerate(left) if token.is_any("others.because", "others.restricting", CHANNEL)]
    if not ends or not starts or starts[0] > ends[-1] or has_any(left, "words.parts"):
        return left
    if not has_any(left, "words.totals") and not left[starts[0]].is_any(CHANNEL):
        return left
    return [*left[: starts[0]], *left[ends[-1] + 1 :]]


def _quote_unknown(tokens: Sequence[ProseToken], *known: ProseToken) -> str:
    """The words that say of whom or of what something is said and are not understood; `known` may be of parts only."""
    unknown = [token for token in tokens if token.is_any(GAP, NOUNS, CHANNEL, "others.listed")]
    unknown += [token for token in known if any(phrase.rows and not phrase.manners for phrase in token.phrases)]
    if not unknown:
        return ""
    start, end = min(token.start for token in unknown), max(token.end for token in unknown)
    return "".join(token.text for token in tokens if start <= token.start and token.end <= end)


def _is_for_each(left: Sequence[ProseToken], groups: Sequence[WordGroup]) -> bool:
    """Whether a number is what each of several persons did, no count: 2名居民各申请1件; 复议和诉讼各1件 is one."""
    first = min((word.start for group in groups for word in group.words), default=-1)
    return any(token.is_any("words.apiece") and token.end <= first for token in left) and not has_any(left, JOINER)


def _is_channel(left: Sequence[ProseToken]) -> bool:
    """Whether a number is of what came by one way only."""
    ways = [at for at, token in enumerate(left) if token.is_any(CHANNEL)]
    return bool(ways) and not has_any(left[ways[0] :], "words.totals", "others.several", "others.described")
