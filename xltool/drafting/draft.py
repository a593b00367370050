"""A definition in the making: tables, rows and columns with ids, units and codes, and how they add up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias

from xltool.drafting.shape import BlockShape
from xltool.drafting.words import FigureKind
from xltool.model import EntryForm

Axis: TypeAlias = Literal["row", "column"]
NOT_ADDED: frozenset[FigureKind] = frozenset({"percent", "average", "remark", "text", "date", "yes_no"})
"""Kinds of figures of which no sum says anything, or that are none."""


class DraftMeasure(NamedTuple):
    """A unit with its decimals, whether it may be negative, and what kind of figures it is of."""

    unit: str
    decimals: int
    signed: bool
    kind: FigureKind
    most: int = 0
    """The largest that a figure may be, in whole units; 0 where nothing is said of that."""


@dataclass(frozen=True, eq=False)
class DraftHead:
    """A head of rows or columns, whose label takes `deep` lines or columns of labels."""

    id: str
    label: str
    deep: int = 1


@dataclass(eq=False)
class DraftRate:
    """What a row or a column is computed from: sums of others; `at` is the line in which the denominator stands.

    Where that is one cell of another table, it is `other`: the table, the row and the column; it is taken `times`, as
    many of the numerator's units as one of its own has.
    """

    numerator: list[tuple[int, DraftItem]]
    denominator: list[tuple[int, DraftItem]]
    at: DraftItem | None = None
    other: tuple[DraftTable, DraftItem, DraftItem] | None = None
    times: int = 1

    def has_cells(self, axis: Axis, place: DraftItem) -> bool:
        """Whether all of its cells are there in a row (or a column)."""

        def has_cell(item: DraftItem, line: DraftItem) -> bool:
            return line.id not in item.absent if axis == "row" else item.id not in line.absent

        below = self.at or place
        return all(has_cell(item, place) for _, item in self.numerator) and all(
            has_cell(item, below) for _, item in self.denominator
        )


@dataclass(frozen=True, slots=True)
class DraftEntry:
    """What the cells of a row or column hold that are no figures, and the doubts that came with it.

    `instead` is the measure that they have where they cannot be such.
    """

    form: EntryForm
    choices: tuple[str, ...]
    instead: DraftMeasure | None
    doubts: tuple[str, ...]


@dataclass(eq=False)
class DraftItem:
    """A row or a column: `measure` is None where nothing beside it tells a unit; `code` is its printed number."""

    id: str
    label: str
    short: str
    heads: tuple[DraftHead, ...]
    measure: DraftMeasure | None
    code: str = ""
    doubts: list[str] = field(default_factory=list)
    printed: tuple[str, ...] = ()
    absent: dict[str, str] = field(default_factory=dict)
    """What a row prints where it has no cell, by the column's id."""
    rate: DraftRate | None = None
    entry: DraftEntry | None = None
    alone: bool = False
    """Whether its figures are of each agency, and of no sum."""
    fills_nothing: bool = False
    """Whether it is a row without a cell to fill in."""
    counted: bool = False
    """Whether it is told by what stands beside it that things are counted here, whatever its label is like."""


def is_ratio(item: DraftItem) -> bool:
    """Whether the label or the unit of a row or a column tells of percentages."""
    return item.measure is not None and item.measure.unit in {"%", "％", "‰"}


@dataclass(eq=False)
class DraftBlock:
    """A block with its rows and columns."""

    shape: BlockShape
    rows: list[DraftItem]
    columns: list[DraftItem]
    measure: DraftMeasure
    told: bool = False
    """Whether its measure is printed."""

    @property
    def guessed(self) -> bool:
        """Whether there are figures of whose measure nothing printed tells."""
        return not self.told and any(
            column.id not in row.absent and column.measure is None and row.measure is None
            and row.entry is None and column.entry is None
            for row in self.rows for column in self.columns
        )  # fmt: skip

    def measure_of(self, row: DraftItem, column: DraftItem) -> DraftMeasure:
        """What the figure of a cell is counted in."""
        return column.measure or row.measure or self.measure

    def items(self, axis: Axis) -> list[DraftItem]:
        return self.rows if axis == "row" else self.columns

    def has_cell(self, axis: Axis, item: DraftItem, place: DraftItem) -> bool:
        """Whether a row (or a column) has a cell in a column (or a row)."""
        row, column = (item, place) if axis == "row" else (place, item)
        return column.id not in row.absent

    def list_places(self, axis: Axis, terms: Sequence[DraftItem], joined: bool = False) -> list[DraftItem]:
        """Along which columns (or rows) some rows (or columns) have cells that can be added up.

        In one measure, but where a factor joins them.
        """
        across = self.items("column" if axis == "row" else "row")
        return [place for place in across if self._adds_up(axis, terms, place, joined)]

    def _adds_up(self, axis: Axis, terms: Sequence[DraftItem], place: DraftItem, joined: bool) -> bool:
        pairs = [(term, place) if axis == "row" else (place, term) for term in terms]
        if any(column.id in row.absent for row, column in pairs):
            return False
        measures = [self.measure_of(row, column) for row, column in pairs]
        alike = joined or len({(m.unit, m.decimals) for m in measures}) == 1
        return alike and not any(m.kind in NOT_ADDED for m in measures)


@dataclass(eq=False)
class DraftRule:
    """A rule of a block along one axis; where it `defines`, the first of `left` is a total at `places`."""

    id: str
    axis: Axis
    block: DraftBlock
    left: list[tuple[int, DraftItem]]
    sign: str
    right: list[tuple[int, DraftItem]]
    defines: bool
    places: list[DraftItem]
    text: str
    doubt: str = ""
    warning: bool = False
    factor: str = ""  # what the right side is multiplied by, as it is printed; it may join two units
    number: str = ""  # what stands on the right side in place of items
    factors: tuple[str, ...] = ()  # what each item on the right is multiplied by, where their units differ
    printed: str = ""  # the head of the printed column whose number is first on the right side
    apart: bool = False  # whether it is written for each of its places alone, since it holds at some of them only

    @property
    def target(self) -> DraftItem:
        return self.left[0][1]


@dataclass(eq=False)
class DraftTable:
    """A table of the form; `notes` are what stands below it, `told` what of it could not be said as a rule.

    `unprinted` where no blank has it: what is printed rests on its figures.
    """

    id: str
    name: str
    sheet: str
    title: str
    blocks: list[DraftBlock]
    columns: int
    notes: tuple[str, ...]
    doubts: list[str] = field(default_factory=list)
    rules: list[DraftRule] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    unprinted: bool = False

    def defined_by(self, axis: Axis, item: DraftItem) -> DraftRule | None:
        """The rule by which a row or a column is a total."""
        return next((r for r in self.rules if r.defines and r.axis == axis and r.target is item), None)

    def list_defined(self, block: DraftBlock) -> set[tuple[DraftItem, DraftItem]]:
        """The cells of a block that rules define, as row and column."""
        return set(_list_cells(rule for rule in self.rules if rule.defines and rule.block is block))


def _list_cells(rules: Iterator[DraftRule]) -> Iterator[tuple[DraftItem, DraftItem]]:
    for rule in rules:
        for place in rule.places:
            yield (rule.target, place) if rule.axis == "row" else (place, rule.target)
