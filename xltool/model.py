"""The frozen types that every room shares: no input or output, no third-party import.

The parts of a form (`eq=False`) are themselves and equal to nothing else: there is one of each, and looking one up
costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, TypeAlias, assert_never

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CellKey: TypeAlias = str
"""`table.row.column`, for example `applications.received.natural_person`; it holds no position."""

PRIOR: Final = "prior."
"""In front of a cell key in a rule: the same cell of the period before, which of a yearly form is last year."""
YEAR_AGO: Final = "same_last_year:"
"""The same cell of the same period of last year; no id has a colon."""
CARRIED: Final = "carried:"
"""The same cell of the period before, and 0 in the first period of a year: what is added up over a year goes on."""
EARLIER: Final = (PRIOR, YEAR_AGO, CARRIED)


def is_earlier(key: str) -> bool:
    """Whether a key in a rule is of another submission than the one that is judged."""
    return key.startswith(EARLIER)


def bare_key(key: str) -> CellKey:
    """The cell that a key in a rule is of, of whichever submission."""
    return next((key.removeprefix(mark) for mark in EARLIER if key.startswith(mark)), key)


class NotApplicable(Enum):
    """The type of the one value `/` (不适用), so that type checkers can tell it from a number."""

    SLASH = "/"


NOT_APPLICABLE: Final = NotApplicable.SLASH

Value: TypeAlias = int | NotApplicable | None
"""A figure scaled by its measure, `/`, or None for a blank, which is never zero.

Whoever asks which of them a value is does so by `match` with `assert_never`, or by one of the two functions below: so a
new kind of value is a type error wherever it matters.
"""


def figure_of(value: Value) -> int | None:
    """The figure that a value is; None for `/` and for a blank, which are none."""
    match value:
        case int():
            return value
        case None | NotApplicable.SLASH:
            return None
        case _:
            assert_never(value)


def summand_of(value: Value) -> int | None:
    """What a value adds to a sum: its figure, or 0 for `/`; None for a blank, of which nobody knows."""
    match value:
        case int():
            return value
        case NotApplicable.SLASH:
            return 0
        case None:
            return None
        case _:
            assert_never(value)


PeriodKind: TypeAlias = Literal["year", "half", "quarter", "month", "school_year", "once"]
PERIOD_KINDS: Final[tuple[PeriodKind, ...]] = ("year", "half", "quarter", "month", "school_year", "once")
"""How often a form is reported; a school year begins in autumn, and what is reported once is of a year."""
Severity: TypeAlias = Literal["error", "warning", "info"]
SEVERITIES: Final[tuple[Severity, ...]] = ("error", "warning", "info")
"""The gravest first: the order in which findings are told."""
Level: TypeAlias = Literal["ministry", "province", "city", "county", "township", "department"]
LEVELS: Final[tuple[Level, ...]] = ("ministry", "province", "city", "county", "township", "department")
Scope: TypeAlias = Literal["own", "consolidated"]
Policy: TypeAlias = Literal["sum", "never", "careful", "max", "min"]
POLICIES: Final[tuple[Policy, ...]] = ("sum", "never", "careful", "max", "min")
"""How figures of many agencies become one: added; never added, the government's own unit's stands; added, but look for
double counts; the largest or the smallest of them."""
ADDED: Final = frozenset[Policy]({"sum", "careful"})
"""Those by which figures are added."""

Rounding: TypeAlias = Literal["half_up", "cut"]
ROUNDINGS: Final[tuple[Rounding, ...]] = ("half_up", "cut")
"""How a quotient becomes a figure: to the nearest, a half away from zero (四舍五入); or cut off (截尾)."""


class Undefined(Enum):
    """The type of the one rate that is none, `—`: nothing can be divided by zero."""

    DASH = "—"


UNDEFINED: Final = Undefined.DASH

RateValue: TypeAlias = int | Undefined | None
"""A computed rate scaled by its measure, `—` over a denominator of zero, or None while a cell of it is blank."""

LARGEST: Final = 10**15 - 1
"""The largest scaled figure held: 15 digits, exact in Excel's doubles too, and thousands of them add up within 64
bits."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A unit and its precision: a figure is an int scaled by 10**decimals (78.1561 万元 is 78156100 at 6)."""

    id: str
    unit: str
    decimals: int
    maximum: int  # in whole units, inclusive
    signed: bool = False
    doubtful_from: int | None = (
        None  # whole amounts from here on (in units) look like another unit, such as 元 for 万元
    )
    rounding: Rounding | None = None  # of a rate that is computed in it; None: only typed in
    consolidate: Policy | None = None  # of its figures, where neither row nor column says it

    @property
    def scale(self) -> int:
        """The factor between a figure as printed and as held."""
        return int(10**self.decimals)

    @property
    def times(self) -> int:
        """What a quotient is multiplied by to be in the unit: 100 for per cent."""
        return 100 if self.unit in {"%", "％"} else 1000 if self.unit == "‰" else 1


EntryForm: TypeAlias = Literal["choice", "several", "yes_no", "date", "text"]
ENTRY_FORMS: Final[tuple[EntryForm, ...]] = ("choice", "several", "yes_no", "date", "text")
"""What a cell that is no figure holds: one of a list; some of a list, held in its order with 、 between them; 是 or 否;
a day, held as 2024-07-05; words."""
EntryPolicy: TypeAlias = Literal["never", "count"]
ENTRY_POLICIES: Final[tuple[EntryPolicy, ...]] = ("never", "count")
"""What becomes of what many agencies chose or wrote: the government's own unit's stands; how many chose what."""


@dataclass(frozen=True, slots=True, eq=False)
class EntryKind:
    """What a cell that is no figure may hold."""

    form: EntryForm
    earliest: date  # bounds of a day, inclusive
    latest: date
    choices: tuple[str, ...] = ()  # of a choice, and of 是 and 否
    longest: int = 0  # UTF-16 units of words
    required: bool = False
    consolidate: EntryPolicy = "never"
    required_where: str = ""  # the condition under which it must be filled in, as it is written


SEVERAL_SIGN: Final = "、"
"""What stands between several of a list in one cell."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a cell that is no figure, or a field of the cover, must hold so that a rule says anything.

    One of the choices, alone or among others; where these are `barred`, something else and none of them.
    """

    key: str
    choices: tuple[str, ...]
    barred: bool = False
    on_cover: bool = False

    def holds(self, contents: Mapping[str, str]) -> bool:
        """Whether it is so, beside what is held as `forms.cover_conditions` gathers it; it is not where nothing is."""
        content = contents.get(self.key, "")
        held = {content.casefold()} if self.on_cover else {*content.split(SEVERAL_SIGN)}
        wanted = {choice.casefold() for choice in self.choices} if self.on_cover else {*self.choices}
        return bool(content) and bool(held & wanted) is not self.barred


NO_MEASURE: Final = Measure("", "", 0, 1)
"""The measure of what is no figure."""


@dataclass(frozen=True, slots=True)
class Head:
    """A heading above rows or columns (三、本年度办理结果): an id for `sum(id)` and the printed label.

    Its label takes `deep` lines above columns, or so many columns beside rows.
    """

    id: str
    label: str
    variants: tuple[str, ...] = ()
    deep: int = 1


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """One line of figures: official label, the heads above it, the name it has in sentences."""

    id: str
    label: str
    short: str
    heads: tuple[Head, ...] = ()
    variants: tuple[str, ...] = ()
    total: bool = False
    not_applicable: bool = False  # "/" is fitting here
    levels: tuple[Level, ...] = LEVELS  # who may report anything but 0 or "/" here
    levels_basis: str = ""
    prompt: str = ""
    consolidate: Policy | None = None  # of its figures, where `policies` does not say it by column
    consolidate_note: str = ""  # why care is needed, for the warning
    measure: Measure | None = None  # of its figures, but in columns that have one of their own
    printed: tuple[str, ...] = ()  # what stands in the block's printed columns, from left to right
    absent: Mapping[str, str] = field(default_factory=dict)  # what is printed where it has no cell, by the column's id
    typed: tuple[str, ...] = ()  # ids of the columns in which it is typed in, though it or the column is computed
    rate: str = ""  # "rectified / found": its cells are computed, and so it is written
    entry: EntryKind | None = None  # what its cells hold, where they are no figures
    policies: Mapping[str, Policy] = field(default_factory=dict)  # by the column's id


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """One column of figures: official label, the heads above it, the measure of what stands in it."""

    id: str
    label: str
    short: str
    measure: Measure
    heads: tuple[Head, ...] = ()
    variants: tuple[str, ...] = ()
    total: bool = False
    own_measure: bool = False  # whether the measure is its own, and no row's
    rate: str = ""  # as of a row
    entry: EntryKind | None = None  # as of a row
    consolidate: Policy | None = None  # of its figures, where the row does not say it


FormCellKind: TypeAlias = Literal["figure", "rate", "entry"]
"""What stands where a row and a column meet: a figure, typed in or added up; a rate, which is computed; no figure."""


def find_cell_kind(row: Row, column: Column) -> FormCellKind | None:
    """What stands where a row and a column meet; None where there is no cell."""
    if column.id in row.absent:
        return None
    if column.id in row.typed:
        return "figure"
    return "entry" if row.entry or column.entry else "rate" if row.rate or column.rate else "figure"


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """One rectangle of rows and columns; `across` prints its rows side by side in one line, as table 4 does.

    From left to right it is printed as: printed columns, labels, printed columns, figures.
    """

    caption: str
    corner: tuple[str, ...]  # above the labels: one text over all of their levels, or one for each
    rows: tuple[Row, ...]
    columns: tuple[Column, ...]
    across: bool = False
    printed_before: tuple[str, ...] = ()  # heads of the printed columns left of the labels: 序号
    printed: tuple[str, ...] = ()  # heads of those between labels and figures: 计量单位, 代码
    lines: tuple[tuple[str, ...], ...] = ()  # printed lines under the heads: 甲 乙 1 2 3
    headless: bool = False  # no heads are printed
    unlabelled: bool = False  # no labels are printed
    abreast: int = 1  # so many stacks of its rows stand side by side
    spans: tuple[int, ...] = ()  # columns of the table's grid that each printed column takes; one each where empty

    @property
    def one_line(self) -> bool:
        """Whether its figures stand in one line below heads, with no label beside them."""
        return self.across or (self.unlabelled and len(self.rows) == 1)


@dataclass(frozen=True, eq=False)
class Table:
    """A titled list of blocks with the relative widths of its grid columns and the note printed below it."""

    id: str
    title: str
    name: str  # 表三: what a clerk calls it
    sheet: str
    blocks: tuple[Block, ...]
    widths: tuple[int, ...]
    note: str = ""
    landscape: bool = False
    this_edition_only: bool = False  # whether the same cells of another edition mean something else
    control: str = ""  # the register of cases from which its totals may be typed a second time, to be compared
    unprinted: bool = False  # whether it has a sheet and no place in the report: figures that others rest on


TextPlace: TypeAlias = Literal["cover", "head", "foot", "texts"]
TEXT_PLACES: Final[tuple[TextPlace, ...]] = ("cover", "head", "foot", "texts")


@dataclass(frozen=True, slots=True)
class Text:
    """One text that an agency writes: its label, guidance, and the heading it gets in the report.

    Those of the cover, the head and the foot are filled in on the workbook's cover; the report prints the head's above
    all and the foot's below, as lines of a paper form.
    """

    key: str
    label: str
    place: TextPlace
    heading: str = ""
    guidance: str = ""
    required: bool = False
    lines: int = 1  # height of its input cell, in lines
    aspects: tuple[str, ...] = ()  # words one of which its part of the report should say; none: nothing is expected
    substantial: bool = False  # whether 无 is no answer
    date: bool = False  # a day, held as 2024-07-05
    boxes: int = 0  # a code of so many letters and digits, for which boxes are printed: □□□□□□
    required_where: str = ""  # as of an entry's kind
    demand: Chosen | Linear | None = None  # as of an entry

    @property
    def on_cover(self) -> bool:
        """Whether it is filled in on the workbook's cover."""
        return self.place != "texts"


@dataclass(frozen=True, slots=True)
class Wording:
    """What the texts of a form are held against, besides its own titles, headings and basis."""

    former: tuple[str, ...] = ()  # the notices of other editions, which are no basis of this one
    common: tuple[str, ...] = ()  # sentences that most reports have, so that having them in common says nothing
    persons: tuple[str, ...] = ()  # behind whom a person's name would stand


@dataclass(frozen=True, slots=True)
class StatedClause:
    """Exact words in which a text states a figure, or that there was none, and the cells that it may mean.

    `cells` are its meanings, the likeliest first, each of cells that are added up.
    """

    words: tuple[str, ...]
    cells: tuple[tuple[CellKey, ...], ...]
    unit: str = ""  # behind the figure; none where the words say that there was nothing
    opens: bool = False  # whether a sentence may begin with it


@dataclass(frozen=True, slots=True)
class StatedWords:
    """What formulas look for in some texts: clauses, and the leads that may stand before them in a sentence."""

    texts: tuple[str, ...] = ()
    leads: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()  # a text that has one of these is passed over: what it says may be of others
    clauses: tuple[StatedClause, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class ListColumn:
    """One column of a list: its official label, and whether it holds figures of a measure or what a kind lets stand."""

    id: str
    label: str
    measure: Measure
    entry: EntryKind | None = None  # None: it holds figures
    variants: tuple[str, ...] = ()
    required: bool = False
    unique: bool = False  # whether no two lines may have the same there
    total: bool = False  # whether its figures are added up below the lines
    prompt: str = ""
    required_where: tuple[tuple[ListCondition, ...], ...] = ()  # it must stand in lines that meet all of one of these
    not_before: tuple[str, ...] = ()  # ids of the columns than whose days its own is not earlier
    consolidate: Policy | None = None  # of its figures where lines are joined; None: as the measure says

    @property
    def policy(self) -> Policy:
        """How its figures in several lines about one unit become one."""
        return self.consolidate or self.measure.consolidate or "sum"


LineTerms: TypeAlias = tuple[tuple[str, int], ...]
"""Columns of a list by their ids, each with what its figure is multiplied by."""


@dataclass(frozen=True, slots=True)
class LineRule:
    """What the figures of a line of a list must be to each other where it meets all of some conditions."""

    id: str
    text: str
    basis: str
    conditions: tuple[ListCondition, ...]
    left: LineTerms
    operator: Operator
    right: LineTerms
    constant: int  # what is added on the right, scaled
    decimals: int
    remedy: str = ""
    severity: Severity = "error"


@dataclass(frozen=True, slots=True, eq=False)
class RowList:
    """A list of which nobody knows beforehand how long it is (明细表): typed columns, a line for each case.

    Its lines are a submission's, in `Submission.lists`.
    """

    id: str
    title: str
    name: str  # 附表一: what a clerk calls it
    sheet: str
    columns: tuple[ListColumn, ...]
    widths: tuple[int, ...]  # one for each printed column, the serial first
    limit: int  # lines that an agency may fill in
    serial: str = "序号"
    note: str = ""
    landscape: bool = False
    rules: tuple[LineRule, ...] = ()  # of each line by itself
    join: tuple[str, ...] = ()  # ids of the columns that say of which unit a line is, where a sum has one line of each

    def find_column(self, name: str) -> int | None:
        """Where the column of that id stands; None where there is none."""
        return next((at for at, column in enumerate(self.columns) if column.id == name), None)

    def name_check(self, rule: LineRule) -> str:
        """The line of 校验 on which one of its rules is counted and explained."""
        return f"list.broken@{self.id}.{rule.id}"


ListContent: TypeAlias = int | str | None
"""What stands in a column of a line: a figure scaled by its measure; what is no figure, or was typed in place of one;
None for a blank."""


@dataclass(frozen=True, slots=True)
class ListRow:
    """One line of a list, in the order of its columns; of a sum with the name of the agency that it is of."""

    contents: tuple[ListContent, ...]
    agency: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing stands in it: a line that was left out between others."""
        return all(content is None for content in self.contents)


class PeriodEdge(Enum):
    """The first or the last day of a submission's period, in a condition on lines."""

    START = "period.start"
    END = "period.end"


ListSign: TypeAlias = Literal["=", "!=", "<", "<=", ">", ">=", "is blank", "is not blank"]
LIST_SIGNS: Final[tuple[ListSign, ...]] = ("=", "!=", "<", "<=", ">", ">=", "is blank", "is not blank")
"""How what stands in a column of a line is asked for; the last two have nothing to compare with."""
ListOperand: TypeAlias = int | str | PeriodEdge | None
"""What a content is compared with: a figure scaled by the column's measure, words or a choice, a day as 2024-01-31 or
an edge of the period; None where nothing is."""


@dataclass(frozen=True, slots=True)
class ListCondition:
    """What must be in a column of a line so that it counts; a comparison does not hold of a blank."""

    column: str  # its id
    sign: ListSign
    operand: ListOperand = None


@dataclass(frozen=True, slots=True)
class ListTerm:
    """How many lines of a list meet all conditions, or what the figures of a column add up to in them.

    Lines in which nothing stands are none.
    """

    row_list: str  # its id
    column: str | None = None  # None: the lines are counted
    conditions: tuple[ListCondition, ...] = ()
    adds_up: bool = True  # whether it is in a sum what it is in all submissions together; of joined lines it may not be


ListTerms: TypeAlias = tuple[tuple[ListTerm, int], ...]
ListNumbers: TypeAlias = Mapping[ListTerm, int]
"""What terms come to in one submission; those of lists that nobody read are not in it."""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the report in official order: texts, one table, or one list.

    Behind it stand texts of the cover in one sentence.
    """

    heading: str
    texts: tuple[str, ...] = ()
    table: str | None = None
    facts: tuple[str, ...] = ()  # keys of texts of the cover
    facts_opening: str = ""  # 联系方式：
    row_list: str | None = None  # the id of a list


@dataclass(frozen=True, slots=True, eq=False)
class FormCell:
    """Where a row and a column of a block meet: what of a form has a key."""

    key: CellKey
    table: Table
    block: Block
    row: Row
    column: Column

    @property
    def measure(self) -> Measure:
        """The column's own, else the row's, else the block's."""
        return self.column.measure if self.column.own_measure or self.row.measure is None else self.row.measure

    @property
    def label(self) -> str:
        """The official labels: `一、本年新收政府信息公开申请数量 / 商业企业`; where one is empty, its short name."""
        return f"{self.row.label or self.row.short} / {self.column.label or self.column.short}"


@dataclass(frozen=True, slots=True, eq=False)
class Cell(FormCell):
    """One figure of a form: its place in `FormSpec.cells` is its place among the values, everywhere."""

    @property
    def total(self) -> bool:
        """Whether a rule computes it."""
        return (self.row.total or self.column.total) and self.column.id not in self.row.typed

    @property
    def policy(self) -> Policy:
        """How figures of many agencies become one: its own way, else the row's, the column's, the measure's."""
        own = self.row.policies.get(self.column.id) or self.row.consolidate or self.column.consolidate
        return own or self.measure.consolidate or "sum"


Terms: TypeAlias = tuple[tuple[CellKey, int], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Rate(FormCell):
    """A ratio, share or average: computed from figures, never typed, never summed, no value of a submission."""

    numerator: Terms
    denominator: Terms


@dataclass(frozen=True, slots=True, eq=False)
class EntryCell(FormCell):
    """A choice, a day or words where a row and a column meet: typed in, in no rule, and in a mapping of its own."""

    kind: EntryKind
    demand: Chosen | Linear | None = None  # the condition under which it must be filled in

    @property
    def measure(self) -> Measure:
        """None: it is no figure."""
        return NO_MEASURE


InputCell: TypeAlias = Cell | EntryCell
"""A cell that is filled in."""
AnyCell: TypeAlias = Cell | Rate | EntryCell
"""Whatever has a key in a form. Who does not do the same with all of them asks by `match` with `assert_never`."""


@dataclass(frozen=True, slots=True)
class Operator:
    """How the two sides of a rule must stand to each other, for everybody who asks.

    `forms.operators` has all there are.

    `holds` and `excess` take whole numbers, or arrays of them.
    """

    sign: str  # in the rule language
    words: str  # between the two sides in a sentence
    holds: Callable[[Any, Any], Any]
    excel: str  # a condition on {left}, {right} and {difference}, which are cells
    excess: (
        Callable[[Any], Any] | None
    )  # by how much a residual (left less right) goes against it; None when no residual tells
    slack: int = 0  # by how much sides may differ that a form says are rounded, scaled

    @property
    def compares(self) -> bool:
        """Whether it compares two sums, so that their difference tells all of it."""
        return self.excess is not None


@dataclass(frozen=True, slots=True)
class Linear:
    """Two sums of cells and how they must stand to each other; terms are (key, coefficient), sorted by form order.

    A side is a whole number scaled by `decimals`, and coefficients take the scaled figures of their cells to it; so is
    the `constant`, which is added on the right, and so are `lists`, what lists come to, with their coefficients.
    """

    left: Terms
    operator: Operator
    right: Terms
    constant: int = 0
    decimals: int = 0
    condition: Linear | None = None  # without which it says nothing
    chosen: Chosen | None = None  # the same of what is chosen of a list, or filled in on the cover
    lists: ListTerms = ()

    @property
    def keys(self) -> tuple[CellKey, ...]:
        mine = dict.fromkeys(key for key, _ in self.left + self.right)
        return tuple(mine | dict.fromkeys(self.condition.keys if self.condition else ()))

    @property
    def prior(self) -> bool:
        """Whether it looks at an earlier submission."""
        return any(map(is_earlier, self.keys))

    @property
    def own(self) -> tuple[CellKey, ...]:
        """Its cells of this submission: those that a clerk can mend."""
        return tuple(key for key in self.keys if not is_earlier(key))

    @property
    def of_each(self) -> bool:
        """Whether it is about each submission by itself, and about no sum of them.

        A number of a regulation would count once for every agency that is added, and so would what is rounded off; what
        holds of some of them alone is nothing that their sum could be asked, and neither are lines that it has joined.
        """
        joined = any(not term.adds_up for term, _ in self.lists)
        return bool(self.constant or self.operator.slack or self.is_conditional or joined)

    @property
    def is_conditional(self) -> bool:
        """Whether it says nothing where something else does not hold."""
        return self.condition is not None or self.chosen is not None

    def is_asked(self, contents: Mapping[str, str]) -> bool:
        """Whether it says anything beside what is chosen and filled in; its condition on figures is another matter."""
        return self.chosen is None or self.chosen.holds(contents)

    @property
    def alone(self) -> Linear | None:
        """What it says without earlier figures, or None when nothing.

        What compares no sums is content with some of its right side.
        """
        if not self.prior:
            return self
        right = tuple(term for term in self.right if not is_earlier(term[0]))
        if self.operator.compares or not right or any(is_earlier(key) for key, _ in self.left):
            return None
        return replace(self, right=right)


@dataclass(frozen=True, slots=True)
class Rule:
    """One 勾稽关系 at one place: `id` is shared by all places, `at` is the row or column of this one ('' for none)."""

    id: str
    at: str
    text: str
    linear: Linear
    severity: Severity
    basis: str
    remedy: str
    defines: CellKey | None = None
    where: str = ""  # 「自然人」栏: the place as a clerk says it
    part: str = ""  # of a rule that says several things at one place: which of them

    @property
    def name(self) -> str:
        """`applications.balance@enterprise`: unique in a form."""
        place = ".".join(filter(None, (self.at, self.part)))
        return f"{self.id}@{place}" if place else self.id


@dataclass(frozen=True, slots=True)
class PublishedWords:
    """How agencies write of this report when they publish it on their own, so that it can be read."""

    subjects: tuple[str, ...] = ()  # what their titles call it, before 报告 or 年报; none: its own title alone
    shared: tuple[str, ...] = ()  # what nearly all of its headings say, so that it tells them not apart
    offices: tuple[str, ...] = ()  # offices to ask, behind an agency's name, besides 办公室


ChartOver: TypeAlias = Literal["year", "years", "agencies"]
"""What a chart shows: this year alone, this year beside last, or every agency of a consolidation."""


@dataclass(frozen=True, slots=True)
class ChartBar:
    """One bar: what it is called, the cells that it adds up, and those of its parts, in order."""

    label: str
    cells: tuple[CellKey, ...]
    parts: tuple[tuple[CellKey, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture that a form defines.

    `{year}` and `{last_year}` stand in its title and in what it says for nothing at all.
    """

    id: str
    over: ChartOver
    title: str
    axis: str  # what the bars stand for
    none: str  # what to say when every figure is zero
    bars: tuple[ChartBar, ...]  # all in one measure; over agencies one bar of one cell
    parts: tuple[
        str, ...
    ] = ()  # the names of the parts that lie end to end, where they are all there and make up the bars


def _cross_blocks(table: Table) -> Iterator[tuple[Row, Column]]:
    for block in table.blocks:
        yield from ((row, column) for row in block.rows for column in block.columns)


PrintedSlash: TypeAlias = Literal["/", "0"]
PRINTED_SLASHES: Final[tuple[PrintedSlash, ...]] = ("/", "0")
"""What a report prints where `/` was filled in."""


@dataclass(frozen=True, eq=False)
class FormSpec:
    """One official edition of one report, complete and checked."""

    id: str
    title: str
    authority: str
    basis: str
    years: tuple[int, int | None]
    tables: tuple[Table, ...]
    texts: tuple[Text, ...]
    sections: tuple[Section, ...]
    rules: tuple[Rule, ...]
    cells: tuple[Cell, ...]
    steps: tuple[str, ...] = ()  # how to fill it in, for the first sheet
    period: str = ""  # what of a year it is about, as its report says it: 1 月 1 日至 12 月 31 日
    deadline: str = ""  # one sentence on when it is due
    law: str = ""  # the articles behind the notice that is its basis
    office: str = ""  # what the office in charge is called, behind the name of its county
    charts: tuple[Chart, ...] = ()
    published: PublishedWords = PublishedWords()
    wording: Wording = Wording()
    every: PeriodKind = "year"  # how often it is reported
    usual: bool = False  # whether it is meant where nothing tells which of several forms
    rates: tuple[Rate, ...] = ()
    stated: StatedWords = StatedWords()
    entries: tuple[EntryCell, ...] = ()
    lists: tuple[RowList, ...] = ()
    slash: PrintedSlash = "/"

    @cached_property
    def index(self) -> Mapping[CellKey, int]:
        """Where each cell stands in `cells` and so in every submission's values."""
        return {cell.key: at for at, cell in enumerate(self.cells)}

    def cell(self, key: CellKey) -> Cell:
        """The figure of that key; KeyError for a key that is none of the form's figures."""
        return self.cells[self.index[key]]

    def any_cell(self, key: CellKey) -> AnyCell:
        """The cell of that key, of whatever kind; KeyError for a key that the form does not have."""
        at = self.index.get(key)
        if at is not None:
            return self.cells[at]
        return self.entries_by_key.get(key) or self.rates_by_key[key]

    @cached_property
    def every_cell(self) -> tuple[AnyCell, ...]:
        """The cells of every kind, in the order in which rows and columns have them."""
        if not self.rates and not self.entries:
            return self.cells
        figures = {cell.key: cell for cell in self.cells}
        found: dict[CellKey, AnyCell] = {**figures, **self.rates_by_key, **self.entries_by_key}
        crossed = ((table, row, column) for table in self.tables for row, column in _cross_blocks(table))
        keys = (f"{table.id}.{row.id}.{column.id}" for table, row, column in crossed)
        return tuple(found[key] for key in keys if key in found)

    @cached_property
    def rates_by_key(self) -> dict[CellKey, Rate]:
        """The computed rates of the form by key, in its order."""
        return {rate.key: rate for rate in self.rates}

    @cached_property
    def entries_by_key(self) -> dict[CellKey, EntryCell]:
        """The cells of the form that are no figures by key, in its order."""
        return {entry.key: entry for entry in self.entries}

    @cached_property
    def inputs(self) -> tuple[InputCell, ...]:
        """The cells that are filled in, in the order in which rows and columns have them."""
        return tuple(
            cell
            for cell in self.every_cell
            if isinstance(cell, EntryCell) or (isinstance(cell, Cell) and not cell.total)
        )

    @cached_property
    def sheeted(self) -> tuple[Table | RowList, ...]:
        """The tables and the lists, each of which has a sheet, in the order of the sheets."""
        return *self.tables, *self.lists

    @cached_property
    def order(self) -> Mapping[CellKey, int]:
        """Where each cell of whatever kind stands among all: for putting keys in the order of the form."""
        return {cell.key: at for at, cell in enumerate(self.every_cell)} if self.entries else self.index

    @cached_property
    def printed_tables(self) -> tuple[Table, ...]:
        """The tables that the report prints, in the order of the form."""
        return tuple(table for table in self.tables if not table.unprinted)

    def text(self, key: str) -> Text:
        """The text of that key; KeyError for a key that the form does not have."""
        return self._texts[key]

    @cached_property
    def _texts(self) -> Mapping[str, Text]:
        return {text.key: text for text in self.texts}

    def covers(self, year: int) -> bool:
        """Whether this edition is the one in force for a report year."""
        first, last = self.years
        return first <= year and (last is None or year <= last)


@dataclass(frozen=True, slots=True)
class Agency:
    """A 填报单位 as the roster has it."""

    code: str
    name: str
    level: Level | None
    """None where nobody says it: a published report under a name that does not tell."""


@dataclass(frozen=True, slots=True)
class Waiver:
    """What an office let pass of one agency in its sum, as the sum carries it up.

    Which rule or code, why, by whose word, and what the agency adds to the cells that it is about, by key (last year's
    with `PRIOR` in front).
    """

    agency: str
    name: str
    rule: str
    reason: str
    person: str
    values: Mapping[CellKey, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A figure that counts in place of the one that an agency typed, why, and by whose word.

    `totals` are the totals that went with it, as they were before; a sum leaves them out.
    """

    agency: str
    name: str
    key: CellKey
    typed: Value
    value: int
    reason: str
    person: str
    totals: Mapping[CellKey, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ProposedFigure:
    """What an opinion proposes for a cell, in scaled figures, in place of what was typed."""

    key: CellKey
    typed: Value
    value: int


@dataclass(frozen=True, slots=True)
class Tick:
    """An opinion that an agency has accepted in the workbook that went back to it, as that workbook tells it.

    On which version of the agency it was, its number there, what it proposes, and the seal of whoever sent it.
    """

    version: int
    number: int
    changes: tuple[ProposedFigure, ...]
    seal: str


@dataclass(frozen=True, slots=True)
class Submission:
    """What one agency reports for one period; `values` stands in the order of `FormSpec.cells`."""

    form: str
    year: int
    agency: Agency
    values: tuple[Value, ...]
    texts: Mapping[str, str] = field(default_factory=dict)
    explanations: Mapping[str, str] = field(default_factory=dict)  # rule name -> 说明 from the 校验 sheet
    scope: Scope = "own"
    source: str = ""
    serial: str = ""
    waivers: tuple[Waiver, ...] = ()  # of a sum: what the office that made it let pass
    acceptances: tuple[Acceptance, ...] = ()  # of its own figures, or of a sum: of those of its agencies
    level_basis: str = ""
    """How the agency's level was inferred, in Chinese; '' where it is given, by a stamp, a roster or a person."""
    part: str = ""  # which part of the year it is of, as `periods.Period` has it
    year_ago: Submission | None = None
    """Of one that another is held against, where it is of a part of a year: the one of the same part of last year."""
    controls: Mapping[CellKey, int] | None = None
    """核对数, typed beside the form and no part of it: totals by their cells; None where nobody asks for any."""
    entries: Mapping[CellKey, str] = field(default_factory=dict)
    """What stands in cells that are no figures, a day as 2024-07-05; what is none of what may stand there, as typed.

    Of a sum that counts what was chosen, the counts: `已整改 3、整改中 1`.
    """
    lists: Mapping[str, tuple[ListRow, ...]] = field(default_factory=dict)
    """The lines of each list by its id, up to the last that has anything; line 1 is the first of the sheet."""
    unread_lists: frozenset[str] = frozenset()
    """The lists of which nobody knows the lines: a report that was printed tells none."""
    unread_tables: frozenset[str] = frozenset()
    """The tables of which nobody knows the figures, since the report does not print them: what is blank there is no
    fault."""


@dataclass(frozen=True, slots=True)
class Suspect:
    """A cell that may be the wrong one, in scaled figures, and why it is thought so."""

    key: CellKey
    value: Value
    proposed: int
    why: str
    likely: bool = False  # whether more than arithmetic speaks for it


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to tell: a code and its facts. It has no text and no address until `messages.render` gives it both."""

    code: str
    severity: Severity
    keys: tuple[CellKey, ...] = ()
    rule: str | None = None  # Rule.name
    data: Mapping[str, Any] = field(default_factory=dict)
    suspects: tuple[Suspect, ...] = ()
    together: bool = False  # whether all suspects are to be corrected, and not one of them
    cause: str | None = None  # what findings of one cause have in common: the rule, or the code, that leads them
    follows: bool = False  # whether it goes by itself once what leads it is mended


class Leftover(NamedTuple):
    """What is written somewhere in a workbook and was not read: sheet, address and content.

    Findings bear it as the fact `unread`, and the workbook that goes back shows it.
    """

    sheet: str
    address: str
    content: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What came out of one file or document.

    A submission, or None when it was rejected, and what was noticed on the way.
    """

    submission: Submission | None
    findings: tuple[Finding, ...] = ()
    ticks: tuple[Tick, ...] = ()


@dataclass(frozen=True, slots=True)
class Correction:
    """What the office in charge corrects in the sum of a cell: by `change` or to `value`, scaled.

    Why, by whom, because of whom. One without reason or name waits for what it lacks.
    """

    key: CellKey
    change: int | None
    value: int | None
    reason: str
    by: str
    agencies: tuple[str, ...] = ()

    @property
    def is_waiting(self) -> bool:
        """Whether nobody has said why, or by whom: so long it changes nothing."""
        return not (self.reason and self.by)


@dataclass(frozen=True, slots=True)
class Applied:
    """A correction and what it made of the sum."""

    correction: Correction
    before: Value
    after: Value


@dataclass(frozen=True, slots=True)
class Absence:
    """An agency whose figures are not in the sum, and why; `excused` when the office said that it need not report."""

    agency: Agency
    reason: str
    excused: bool = False


@dataclass(frozen=True, slots=True)
class JoinedLine:
    """A line of a sum that several lines about one unit were made: these as they were reported, each with its agency.

    `differing` are the places of columns in which they do not agree, `outgrown` those whose sum is too large to hold.
    """

    row_list: str  # its id
    serial: int  # of the line in the sum, from 1
    unit: str  # of which unit it is
    lines: tuple[ListRow, ...]
    whole: ListRow
    differing: tuple[int, ...] = ()
    outgrown: tuple[int, ...] = ()


@dataclass(frozen=True, eq=False)
class Consolidation:
    """Many submissions made one.

    Their figures as rows, the total as a submission, who is absent, what was noticed and corrected.

    `values` holds the inputs as reported and the totals that follow from them; blank and `/` are 0, `missing` and
    `slashes` tell which.
    """

    agencies: tuple[Agency, ...]
    values: NDArray[np.int64]  # agencies x cells
    missing: NDArray[np.bool_]
    slashes: NDArray[np.bool_]
    total: Submission
    root: str = ""  # code of the unit whose own figures stand where nothing is summed
    absent: tuple[Absence, ...] = ()
    findings: tuple[Finding, ...] = ()
    applied: tuple[Applied, ...] = ()
    entries: tuple[Mapping[CellKey, str], ...] = ()  # what stands in cells that are no figures, by agency
    numbers: tuple[ListNumbers, ...] = ()  # what lists come to, by agency
    joined: tuple[JoinedLine, ...] = ()  # the lines of lists that several were made


Role: TypeAlias = Literal["caption", "corner", "head", "line", "label", "print", "value"]
"""What stands in a rectangle; `line` is printed under heads, `print` beside labels, where there is no cell, or no
figure in it."""


@dataclass(frozen=True, slots=True)
class Rectangle:
    """A merged area of a grid, zero-based: what is printed in it and, for a value, which cell it is."""

    row: int
    column: int
    height: int
    width: int
    role: Role
    text: str
    key: CellKey | None = None
    block: int = 0  # which block of the table it belongs to


@dataclass(frozen=True)
class Grid:
    """A table as rectangles that cover it exactly; the first `head_rows` lines repeat on every page.

    One that was filled in names the `blank` one, whose rectangles have the same places in the same order.
    """

    table: str
    title: str
    rows: int
    columns: int
    head_rows: int
    widths: tuple[int, ...]
    rectangles: tuple[Rectangle, ...]
    note: str = ""
    blank: Grid | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of the report: level 1 for 一、, level 2 for （一）."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph of plain text."""

    text: str


@dataclass(frozen=True, slots=True)
class Report:
    """The finished report as headings, paragraphs and grids of strings, in order.

    Nothing else is needed to print it.
    """

    title: str
    agency: str
    year: int
    parts: tuple[Heading | Paragraph | Grid, ...]
    draft: bool = False


CheckState: TypeAlias = Literal["ok", "missing", "optional"]
"""As it should be; wrong, and the work stops there; wrong or lacking, but most of the work can be done."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One thing that `doctor` looked at: what it is and how it stands, in a line, and what to do if anything."""

    id: str
    state: CheckState
    text: str
    remedy: str = ""
