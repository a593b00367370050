"""Words that stand together as cells of a form: 收到 and 申请 are one row of it, 自然人 a column of that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise, product
from typing import Final, Literal, TypeAlias

from xltool.forms.memo import derive_once
from xltool.forms.phrases import Alternatives, Language, Phrase, Subject
from xltool.model import CellKey, FormSpec
from xltool.rules.narrative_tokens import ProseToken

MeaningRole: TypeAlias = Literal["whole", "row", "column"]
MOST_MEANINGS: Final = 12


@dataclass(frozen=True, slots=True)
class Meaning:
    """What words mean: alternatives of cells that are added up, and the words by which it was understood.

    A whole is what parts are said of; a row or a column is such a part.
    """

    table: str
    rows: Alternatives
    columns: Alternatives
    cells: tuple[tuple[CellKey, ...], ...]
    words: tuple[str, ...]
    role: MeaningRole
    scope: str | None = None
    is_anchored: bool = False
    is_reason: bool = False
    is_mixed: bool = False  # may be counted with others of its kind


@dataclass(slots=True)
class Topic:
    """What a text speaks of at a place: a table, the last meanings, or something that no form counts (`closed`)."""

    table: str | None = None
    closed: bool = False
    is_guessed: bool = False  # nobody has named the table yet
    rows: dict[str, Alternatives] = field(default_factory=dict)
    wholes: list[Meaning] = field(default_factory=list)  # of the sentence
    before: list[Meaning] = field(default_factory=list)  # of the last one that had some
    last: Meaning | None = None  # what the last number was of
    report_year: int | None = None
    results: str | None = None  # the table of which the sentence lists what became of it: 办理结果：…

    def turn_to(self, meaning: Meaning) -> None:
        """Notes what a number was understood to be of."""
        self.table, self.closed, self.is_guessed = meaning.table, False, False
        if meaning.role == "whole":
            self.wholes = [each for each in self.wholes if each.table == meaning.table] + [meaning]
        if meaning.role != "column" or meaning.is_anchored:
            self.rows[meaning.table] = meaning.rows
        self.last = meaning

    def list_results(self, meaning: Meaning) -> None:
        """Notes that what became of all that a table counts is listed next."""
        self.table, self.closed, self.is_guessed = meaning.table, False, False
        self.results = meaning.table

    def turn_by(self, words: Sequence[ProseToken]) -> None:
        """Notes what words name that a part of something is counted beside: 收到申请网上8件."""
        tables = [phrase.table for word in words for phrase in word.phrases if "anchor" in phrase.manners]
        if tables:
            self.table, self.closed, self.is_guessed = tables[-1], False, False

    def close(self) -> None:
        """Notes that a number was of something else."""
        self.table, self.closed, self.last, self.wholes, self.before = None, True, None, [], []


class Composer:
    """Makes of words, of one form and its language, what they mean."""

    def __init__(self, spec: FormSpec, language: Language) -> None:
        self.spec, self.language = spec, language

    def compose(self, words: Sequence[ProseToken], topic: Topic, helper: Meaning | None = None) -> Meaning | None:
        """What words that belong together mean; None where they mean nothing, or only with a subject that lacks.

        `helper` is what the words beside them mean, which lends them its subject.
        """
        table = self._choose_table(words, topic, helper)
        if table is None:
            return None
        meant = [(token, phrase) for token in words for phrase in self._select(token, table, topic)]
        if not meant:
            return None
        strong = [phrase for _, phrase in meant if phrase.rows and not phrase.manners & {"weak"}]
        weak = [phrase for _, phrase in meant if phrase.rows and "weak" in phrase.manners]
        subject = self.language.subjects.get(table)
        is_anchored = any("anchor" in phrase.manners for _, phrase in meant)
        named = next((p for _, p in reversed(meant) if p.columns and not p.rows and "weak" not in p.manners), None)
        several = any(token.is_any("others.several") for token in words)
        if several and strong and strong[-1].follows:
            return None  # 无法提供等其他情况
        role: MeaningRole = "whole"
        lender: Phrase | None = None
        if strong:
            rows, lender = _narrow_rows(strong, several), strong[-1]
            role = "whole" if lender.manners & {"anchor", "whole"} else "row"
        elif weak:
            rows = weak[-1].rows
        elif is_anchored and subject is not None and subject.rows:
            borrowed = self._borrow_rows(table, topic, of_column=True) if named is not None else ()
            rows = tuple(dict.fromkeys([*borrowed, *subject.rows]))
        elif helper is not None and helper.table == table:
            rows = helper.rows
        else:
            rows = self._borrow_rows(table, topic, of_column=named is not None)
            rows = rows or self._guess_rows(table, topic, named)
        if not rows:
            return None
        columns = self._choose_columns(meant, named, lender, table)
        if named is not None:
            role = "column"
        scope = next((token.text for token, phrase in meant if "scope" in phrase.manners), None)
        cells = self._list_cells(table, rows, columns)
        if named is not None and weak and is_anchored and not topic.wholes and subject is not None:
            # 收到自然人申请3件 may be all there was, said by who they were
            cells = (*cells, *self._list_cells(table, rows, subject.columns))[:MOST_MEANINGS]
        said = tuple(token.text for token, _ in meant)
        if not cells:
            return None
        is_reason = bool(strong) and all("reason" in phrase.manners for phrase in strong)
        is_mixed = subject is not None and subject.mixed
        return Meaning(
            table, rows, columns, cells, tuple(dict.fromkeys(said)), role, scope, is_anchored, is_reason, is_mixed
        )

    def compose_whole(self, table: str) -> Meaning | None:
        """All of what a table counts, where no row or column is named; None where it has no such."""
        subject = self.language.subjects.get(table)
        cells = self._list_cells(table, subject.rows, subject.columns) if subject is not None else ()
        if subject is None or not cells:
            return None
        return Meaning(table, subject.rows, subject.columns, cells, (), "whole", is_mixed=subject.mixed)

    def compose_sole(self, word: ProseToken, topic: Topic) -> Meaning | None:
        """What a word means that means something only right before a number, among the parts of something."""
        for phrase in word.phrases:
            last = topic.last if topic.last is not None and topic.last.table == phrase.table else None
            is_part = topic.results == phrase.table or any(whole.table == phrase.table for whole in topic.wholes)
            is_part |= phrase.table == topic.table and bool(phrase.columns)
            if "sole" in phrase.manners and is_part:
                subject = self.language.subjects.get(phrase.table, Subject())
                rows = phrase.rows or (last.rows if last is not None and last.role != "whole" else subject.rows)
                columns = phrase.columns or subject.columns
                cells = self._list_cells(phrase.table, rows, columns)
                role: MeaningRole = "column" if phrase.columns else "row"
                return Meaning(phrase.table, rows, columns, cells, (word.text,), role)
        return None

    def widen(self, total: Meaning, last: Meaning) -> Meaning:
        """The sum of some reasons, or all there are, of which the last words speak."""
        return replace(total, cells=tuple(dict.fromkeys([last.cells[0], *total.cells])), rows=last.rows[:1])

    def offer_all(self, meanings: Sequence[Meaning]) -> Meaning:
        """The first of some meanings, with those of the others as alternatives."""
        cells = dict.fromkeys(keys for meaning in meanings for keys in meaning.cells)
        return replace(meanings[0], cells=tuple(cells)[:MOST_MEANINGS])

    def widen_taken(self, meaning: Meaning) -> Meaning | None:
        """What was received, done or given, where no verb says which; None where that is not to be said of a table."""
        subject = self.language.subjects.get(meaning.table)
        if subject is None or not subject.given:
            return None
        rows = tuple(dict.fromkeys([*subject.rows, *subject.given]))
        return replace(meaning, rows=rows, cells=self._list_cells(meaning.table, rows, meaning.columns))

    def shift(self, meaning: Meaning, columns: Alternatives, words: tuple[str, ...]) -> Meaning:
        """The same rows in other columns."""
        cells = self._list_cells(meaning.table, meaning.rows, columns)
        return replace(meaning, columns=columns, cells=cells, words=(*meaning.words, *words), role="column")

    def take_rows(self, meaning: Meaning, rows: tuple[str, ...]) -> Meaning:
        """The same columns of some rows only."""
        return replace(meaning, rows=(rows,), cells=self._list_cells(meaning.table, (rows,), meaning.columns))

    def add(self, meanings: Sequence[Meaning]) -> Meaning | None:
        """What a number is of that is said of several things at once: their sum."""
        if len({meaning.table for meaning in meanings}) == 1 and len({each.cells for each in meanings}) == 1:
            return meanings[-1]
        found: dict[tuple[CellKey, ...], None] = {}
        for choice in product(*(meaning.cells for meaning in meanings)):
            keys = [key for each in choice for key in each]
            if len(set(keys)) == len(keys):
                found[tuple(sorted(keys, key=self.spec.index.__getitem__))] = None
        if not found:
            return None
        for added in list(found):
            if folded := _list_totals(self.spec).get(frozenset(added)):
                found = {(folded,): None, **found}
        first = meanings[0]
        same = len({meaning.table for meaning in meanings}) == 1
        rows = _add_lines([meaning.rows for meaning in meanings]) if same else first.rows
        columns = first.columns if len({meaning.columns for meaning in meanings}) == 1 else ()
        words = tuple(dict.fromkeys(word for meaning in meanings for word in meaning.words))
        return Meaning(
            meanings[-1].table,
            rows,
            columns,
            tuple(found)[:MOST_MEANINGS],
            words,
            "whole" if all(meaning.role == "whole" for meaning in meanings) else "row",
            next((meaning.scope for meaning in meanings if meaning.scope), None),
            any(meaning.is_anchored for meaning in meanings),
        )

    def _choose_table(self, words: Sequence[ProseToken], topic: Topic, helper: Meaning | None) -> str | None:
        anchors = [phrase for token in words for phrase in token.phrases if "anchor" in phrase.manners]
        # 未经复议直接起诉的政府信息公开案件 are suits
        cases = [each for each in anchors if self._is_mixed(each.table)] if any(map(_is_taken, anchors[-1:])) else []
        if any(map(_is_taken, anchors[-1:])) and not cases:  # 败诉的政府信息公开案件
            cases = [
                p for word in words for p in word.phrases if self._is_mixed(p.table) and p.columns and not p.manners
            ]
        if anchors:
            return (cases or self._list_joined(words) or anchors)[-1].table
        meant = [phrase for token in words for phrase in token.phrases if "neutral" not in phrase.manners]
        for table in (helper.table if helper else None, topic.table):
            if table is not None and any(phrase.table == table for phrase in meant if _fits(phrase, topic)):
                return table
        if topic.closed:
            return None
        alone = [
            phrase
            for phrase in meant
            if phrase.rows and not phrase.follows and not phrase.manners & {"weak", "scope", "apart", "sole", "neutral"}
        ]
        return alone[-1].table if alone else None

    def _list_joined(self, words: Sequence[ProseToken]) -> list[Phrase]:
        """Names of cases right before a bare name of what is counted else: 行政复议案件申请 are cases."""
        for word, behind in pairwise(words):
            named = [phrase for phrase in word.phrases if "anchor" in phrase.manners and self._is_mixed(phrase.table)]
            is_bare = any("anchor" in phrase.manners and not phrase.rows for phrase in behind.phrases)
            if named and is_bare and word.end == behind.start and behind is words[-1]:
                return named
        return []

    def _is_mixed(self, table: str) -> bool:
        return table in self.language.subjects and self.language.subjects[table].mixed

    def _select(self, token: ProseToken, table: str, topic: Topic) -> list[Phrase]:
        for phrase in token.phrases:
            if phrase.table == table and not phrase.manners & {"neutral", "sole"} and _fits(phrase, topic):
                rows = phrase.choose_rows(token.named_year, topic.report_year)
                return [phrase if rows == phrase.rows else phrase._replace(rows=rows)]
        return []

    def _choose_columns(
        self, meant: Sequence[tuple[ProseToken, Phrase]], named: Phrase | None, lender: Phrase | None, table: str
    ) -> Alternatives:
        if named is not None:
            return named.columns
        verbs = [phrase for _, phrase in meant if phrase.columns and not phrase.rows and "weak" in phrase.manners]
        subject = self.language.subjects.get(table)
        if verbs:  # 公布行政处罚: what the verb means is no column of the row
            return verbs[-1].columns
        if lender is not None and lender.columns:
            return lender.columns
        return subject.columns if subject else ()

    def _borrow_rows(self, table: str, topic: Topic, *, of_column: bool) -> Alternatives:
        """The rows that a column or an outcome is of, where it is not said: the whole spoken of last, or one before."""
        spoken = topic.wholes or (topic.before if of_column else [])
        wholes = [meaning.rows for meaning in spoken if meaning.table == table]
        recent = topic.rows.get(table, ())
        if not of_column:
            return recent
        found = dict.fromkeys([*recent, *(rows for whole in reversed(wholes) for rows in whole)])
        joined = _add_lines(wholes) if len(wholes) > 1 else ()
        return tuple(dict.fromkeys([*found, *joined]))[:MOST_MEANINGS]

    def _guess_rows(self, table: str, topic: Topic, named: Phrase | None) -> Alternatives:
        """The rows of a column where nothing is named that it is of: 自然人9件，科研机构1件，法律服务机构2件."""
        is_next = topic.last is not None and topic.last.table == table and topic.last.role == "column"
        is_guess = named is not None and (topic.is_guessed or is_next)
        return self.language.subjects.get(table, Subject()).rows if is_guess else ()

    def _list_cells(self, table: str, rows: Alternatives, columns: Alternatives) -> tuple[tuple[CellKey, ...], ...]:
        """The alternatives of cells that are in the form."""
        found: dict[tuple[CellKey, ...], None] = {}
        for row, column in product(rows, columns):
            keys = tuple(f"{table}.{one}.{other}" for one in row for other in column)
            if all(key in self.spec.index for key in keys):
                found[keys] = None
        return tuple(found)[:MOST_MEANINGS]


@derive_once
def _list_totals(spec: FormSpec) -> Mapping[frozenset[CellKey], CellKey]:
    """The totals of a form by the cells that they add up."""
    return {
        frozenset(key for key, times in rule.linear.right if times == 1): rule.defines
        for rule in spec.rules
        if rule.defines is not None and not rule.linear.constant
    }


def _is_taken(phrase: Phrase) -> bool:
    return "taken" in phrase.manners


def _fits(phrase: Phrase, topic: Topic) -> bool:
    """Whether a phrase that means something only behind a row or a column stands behind one."""
    if not phrase.follows:
        return True
    last = topic.last
    return last is not None and last.table == phrase.table and last.role == phrase.follows.removesuffix("s")


def _narrow_rows(strong: Sequence[Phrase], several: bool) -> Alternatives:
    """The rows of the last words; of a reason within them, where one is named. 等 makes it the whole, or the reason."""
    last = _find_narrowest(strong)
    reasons = [phrase for phrase in strong if "reason" in phrase.manners]
    if not reasons or last is reasons[-1]:
        return last.rows
    reason = reasons[-1].rows
    if not set(reason[0]) <= set(last.rows[0]):
        return (*reason, *last.rows)  # 逾期未缴费不予处理: some count it with the one, some with the other
    return (*last.rows, *reason) if several else reason


def _find_narrowest(strong: Sequence[Phrase]) -> Phrase:
    """The last words, or names before them of some of the same: 未经复议直接起诉的行政诉讼."""
    last = strong[-1]
    named = [phrase for phrase in strong if "anchor" in phrase.manners and set(phrase.rows[0]) < set(last.rows[0])]
    return named[-1] if named and "anchor" in last.manners else last


def _add_lines(lines: Sequence[Alternatives]) -> Alternatives:
    """The sums of one alternative of each."""
    found: dict[tuple[str, ...], None] = {}
    for choice in product(*lines):
        names = tuple(dict.fromkeys(name for each in choice for name in each))
        found[names] = None
    return tuple(found)[:MOST_MEANINGS]
