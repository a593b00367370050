"""What a text says of the cells of a form, as values: a statement each, and how far a text has come with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, TypeAlias

from xltool.forms.phrases import Language, Subject
from xltool.model import CellKey, FormSpec
from xltool.rules.narrative_groups import GroupReader
from xltool.rules.narrative_readings import Composer, Meaning, Topic
from xltool.rules.narrative_times import StatedYear, Times
from xltool.rules.narrative_tokens import Numeral, ProseToken

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


@dataclass(frozen=True, slots=True)
class Pending:
    """A number of a part of which nobody has said yet what it is, and whose it is: 其中3件涉及商业秘密，不予公开."""

    token: ProseToken
    numeral: Numeral
    scope: str | None


@dataclass(slots=True)
class Discourse:
    """What a text has said as far as it is read, and what its sentence speaks of."""

    spec: FormSpec
    language: Language
    topic: Topic
    found: list[Statement] = field(default_factory=list)
    is_listed: bool = False  # behind the number of something else that is published
    is_item: bool = False  # behind a number of items, whose parts are items: 发布信息583条，其中…
    item_unit: str = ""  # what those were counted by
    ways: list[Numeral] = field(default_factory=list)  # the numbers of what came by one way, or was of one kind, each
    partials: list[tuple[Meaning, Decimal]] = field(default_factory=list)  # the figures of parts of the year
    changed: Meaning | None = None  # of what the last number said how it has changed
    rated: Meaning | None = None  # of what the last percentage said how much it is
    composer: Composer = field(init=False)
    groups: GroupReader = field(init=False)
    sentence: str = field(init=False)
    times: Times = field(init=False)
    scope: str | None = field(init=False)
    wholes: list[Statement] = field(init=False)  # the figures of a clause, of which an outcome may be said: 均维持
    kept: list[Statement] = field(init=False)  # those before clauses that count nothing: 收到3件，经审查，均公开
    offered: list[Meaning] = field(init=False)  # what the clause before names without a number
    listed: list[Meaning] = field(init=False)  # all that it names, whatever it says of that
    in_parts: bool = field(init=False)  # behind 其中
    first: int = field(init=False)  # so many statements were found before the sentence
    counted: set[tuple[tuple[CellKey, ...], ...]] = field(init=False)  # of what the sentence says how much there was
    names_ours: bool = field(init=False)  # the sentence has words for what makes cases the form's
    is_ours: bool = field(init=False)  # the sentence says that cases which may be of all kinds are the form's
    is_at_large: bool = field(init=False)  # behind a number of cases of all kinds
    is_of_others: bool = field(init=False)  # behind a number of others, of whom a verb may go on to speak
    is_condition: bool = field(init=False)  # behind words for what would be: 如未收到申请
    is_of_kind: bool = field(
        init=False
    )  # behind a number of a kind that is not known, of which verbs may go on to speak
    is_kind: bool = field(init=False)  # the sentence has counted such
    pending: list[Pending] = field(init=False)  # parts of which nobody has said yet what they are
    is_shown: bool = field(init=False)  # the sentence says that something was published
    is_last: bool = field(init=False)  # no clause behind the one that is read counts
    is_denied: bool = field(init=False)  # behind a list of what there was none of, whose end is not said
    limit: str = field(init=False)  # the clause that says of what alone the rest of the sentence is
    lent: Meaning | None = field(init=False)  # the column that the next rows are of: 自然人申请中，予以公开44件
    aside: str = field(init=False)  # unknown words before what is being read

    def __post_init__(self) -> None:
        self.composer = Composer(self.spec, self.language)
        self.groups = GroupReader(self.composer, self.topic)
        self.begin("")

    def begin(self, sentence: str) -> None:
        """Begins a sentence."""
        self.sentence = sentence
        self.times = Times(self.language, self.topic.report_year)
        self.scope, self.ways, self.partials = None, [], []
        self.changed = self.rated = self.topic.results = None
        self.wholes, self.kept, self.offered, self.listed = [], [], [], []
        self.in_parts, self.is_denied, self.is_condition = False, False, False
        self.pending = []
        self.is_of_others = self.is_of_kind = self.is_kind = self.is_last = self.is_shown = False
        self.names_ours = any(word in sentence for word in self.language.ours)
        self.is_ours, self.is_at_large = self.names_ours, False
        self.first, self.counted = len(self.found), set()
        self.limit = self.aside = ""
        self.lent = None

    @property
    def listing(self) -> tuple[bool, bool, bool, str]:
        """Whether parts, and items of what is published, are spoken of; brackets leave it as it was before them."""
        return self.in_parts, self.is_listed, self.is_item, self.item_unit

    @listing.setter
    def listing(self, was: tuple[bool, bool, bool, str]) -> None:
        self.in_parts, self.is_listed, self.is_item, self.item_unit = was

    def tells_stage(self, words: Sequence[ProseToken]) -> bool:
        """Whether words are of one stage of cases, of which the sentence tells several: 一审驳回，二审维持."""
        subjects = self.language.subjects.values()
        stages = [word for subject in subjects for word in subject.stages if word in self.sentence]
        return len(stages) > 1 and any(word.text.startswith(tuple(stages)) for word in words)

    def take_back(self, first: Statement) -> None:
        """Forgets a statement and those behind it."""
        del self.found[self.found.index(first) :]
        self.wholes = self.kept = []

    def is_document(self, numeral: Numeral) -> bool:
        unit = self.language.entries.get(numeral.unit)
        return unit is not None and "figures.documents" in unit.kinds

    def is_amount(self, meaning: Meaning) -> bool:
        """Whether what is meant is money."""
        return self.spec.cell(meaning.cells[0][0]).measure.unit in self.language.amounts

    def pass_over(self, numeral: Numeral, *, is_mine: bool = False, is_thing: bool = False) -> None:
        """Leaves a number out; one of `is_thing`, or that may be of something else, ends what was spoken of."""
        self.topic.last = None
        if (is_thing or self.is_document(numeral)) and not self.in_parts and not is_mine:
            self.topic.close()

    def recall(self) -> Meaning | None:
        """What was spoken of last: behind the parts of something that may be the whole, or the last part."""
        last = self.topic.last
        if last is None or last.role == "whole":
            return last
        wholes = [whole for whole in reversed(self.topic.wholes) if whole.table == last.table]
        return self.composer.offer_all([*wholes, last])

    def note(
        self,
        kind: StatementKind,
        token: ProseToken,
        numeral: Numeral,
        of: Meaning,
        *,
        base: Meaning | None = None,
        year: StatedYear = None,
    ) -> None:
        if kind == "figure":
            self.changed = None
        if kind == "figure" and numeral.value:
            self.counted.add(of.cells)
        self.found.append(
            Statement(
                kind, numeral.value, numeral.step, numeral.unit, token.start, token.end, of, self.sentence,
                numeral.qualifier, self.scope or of.scope, year, base, aside=self.aside,
            )
        )  # fmt: skip

    def fit_unit(self, meaning: Meaning, numeral: Numeral, *, is_done: bool = False) -> tuple[Decimal, Decimal] | None:
        """The value in the unit of the cells and the worth of its last digit; None where it is counted otherwise."""
        unit = self.spec.cell(meaning.cells[0][0]).measure.unit
        amounts = self.language.amounts
        if not numeral.value and numeral.is_bare:
            return numeral.value, numeral.step  # 收费0
        if unit in amounts or numeral.unit in amounts:
            if unit not in amounts or numeral.unit not in amounts:
                return None
            times = Decimal(amounts[numeral.unit]) / Decimal(amounts[unit])
            return numeral.value * times, numeral.step * times
        subject = self.language.subjects.get(meaning.table, Subject())
        counters = subject.counters | (subject.loose if is_done else frozenset())
        entry = self.language.entries.get(numeral.unit)
        is_case = entry is not None and "figures.cases" in entry.kinds
        if numeral.value and numeral.unit and not is_case and numeral.unit not in counters:
            return None
        if (numeral.value and numeral.unit and counters and numeral.unit not in counters) or numeral.value % 1:
            return None
        return numeral.value, numeral.step
