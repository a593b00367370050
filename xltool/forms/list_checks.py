"""The kinds of checks of lists: what must be filled in, what may stand there, what no two lines may have alike.

As with cells, a check is one class that counts in lines and writes the formula that counts the same.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Final

from xltool.forms.cell_checks import (
    Array,
    CellCheck,
    CheckedView,
    FormulaPlaces,
    InvalidEntryCheck,
    write_fits,
    write_unwritten,
)
from xltool.forms.line_rules import list_broken
from xltool.forms.list_demands import list_early, list_lone
from xltool.forms.list_rows import list_missing, list_repeated, list_unfit
from xltool.forms.text import excel_length
from xltool.messages import format_scaled
from xltool.model import Cell, EntryKind, FormSpec, LineRule, LineTerms, ListColumn, ListRow, RowList, Severity, Table

_ENDS: Final = 2
"""The head of a column and the locked cell that ends it, which are in each range."""


_WILD: Final = {"~": "〖波〗", "*": "〖星〗", "?": "〖问〗"}


class ListCheck(CellCheck):
    """A kind of check of the lines of one list; of a sum nothing is asked."""

    severity, scope = "error", "list"
    sentence: ClassVar[str]

    def __init__(self, row_list: RowList) -> None:
        self.row_list = row_list

    @abstractmethod
    def columns(self) -> list[int]:
        """The columns that it looks at, none where the list has no need of it."""

    @abstractmethod
    def count_lines(self, row_list: RowList, lines: Sequence[ListRow]) -> int:
        """What its line shows for the lines of a list."""

    @abstractmethod
    def write_count(self, places: FormulaPlaces) -> str:
        """The same as a formula, sums left aside."""

    @property
    def name(self) -> str:
        """What its line of 校验 is called."""
        return f"{self.code}@{self.row_list.id}"

    @property
    def grade(self) -> Severity:
        """How grave what it counts is."""
        return self.severity

    def text(self, cells: Sequence[Cell]) -> str:  # noqa: ARG002
        return self.sentence

    def lines(self, spec: FormSpec) -> Iterator[Table | None]:  # noqa: ARG002
        yield from ()

    def cells(self, spec: FormSpec, table: Table | None) -> tuple[Cell, ...]:  # noqa: ARG002
        return ()

    def mask(self, view: CheckedView) -> Array:
        return view.count_in_list(self.row_list, self.count_lines)

    def formula(self, places: FormulaPlaces, table: Table | None) -> str:  # noqa: ARG002
        return f'IF({places.scope}="consolidated",0,{self.write_count(places)})'


class MissingContentCheck(ListCheck):
    """A line with something in it, but not in a column that must be filled in."""

    code = "list.missing"
    sentence = "填了的行，必填的各栏不应空着"

    def columns(self) -> list[int]:
        return [at for at, column in enumerate(self.row_list.columns) if column.required]

    def count_lines(self, row_list: RowList, lines: Sequence[ListRow]) -> int:
        return sum(map(len, list_missing(row_list, lines).values()))

    def write_count(self, places: FormulaPlaces) -> str:
        """Blanks of each required column, less the lines that are blank in all columns."""
        blanks = [write_unwritten(places.list_column(self.row_list, at)) for at in range(len(self.row_list.columns))]
        required = self.columns()
        counts = "+".join(f"SUMPRODUCT(--{blanks[at]})" for at in required)
        return f"{counts}-{len(required)}*SUMPRODUCT(1*{'*'.join(blanks)})"


class UnfitContentCheck(ListCheck):
    """What is no figure of its measure, none of the choices, no real day within its bounds, or too long."""

    code = "list.invalid"
    sentence = "各栏只能填可填的数、选项、日期和文字"

    def columns(self) -> list[int]:
        return [*range(len(self.row_list.columns))]

    def count_lines(self, row_list: RowList, lines: Sequence[ListRow]) -> int:
        return sum(map(len, list_unfit(row_list, lines).values()))

    def write_count(self, places: FormulaPlaces) -> str:
        return f"SUM({places.unfit_counts(self.row_list)})"


class LoneContentCheck(ListCheck):
    """A line in which a column must be filled in for what stands in others, and is not."""

    code = "list.lone"
    sentence = "填了一栏、另一栏就要填的，不应空着"

    def columns(self) -> list[int]:
        return [at for at, column in enumerate(self.row_list.columns) if column.required_where]

    def count_lines(self, row_list: RowList, lines: Sequence[ListRow]) -> int:
        return sum(len(serials) for _, _, serials in list_lone(row_list, lines))

    def write_count(self, places: FormulaPlaces) -> str:
        """The lines of each condition in which the column has nothing; what ends the list is none."""
        counts = []
        for at in self.columns():
            cells = places.list_column(self.row_list, at)
            line = f"(ROW({cells})-ROW({cells.partition(':')[0]})<={self.row_list.limit})"
            for conditions in self.row_list.columns[at].required_where:
                met = "*".join(places.list_condition(self.row_list, each) for each in conditions)
                counts.append(f"SUMPRODUCT(--ISNUMBER(1/({met}*{line}*{write_unwritten(cells)})))")
        return "+".join(counts)


class EarlyDayCheck(ListCheck):
    """A day that is earlier than one of the same line which it follows."""

    code = "list.order"
    sentence = "一行里的日期应有先后"

    def columns(self) -> list[int]:
        return [at for at, column in enumerate(self.row_list.columns) if column.not_before]

    def count_lines(self, row_list: RowList, lines: Sequence[ListRow]) -> int:
        return sum(len(serials) for _, _, serials in list_early(row_list, lines))

    def write_count(self, places: FormulaPlaces) -> str:
        counts = []
        for at in self.columns():
            cells = places.list_column(self.row_list, at)
            for name in self.row_list.columns[at].not_before:
                other = self.row_list.find_column(name)
                assert other is not None
                before = places.list_column(self.row_list, other)
                days = "*".join(f"ISNUMBER({each})*(INT({each})={each})" for each in (cells, before))
                counts.append(f"SUMPRODUCT(--ISNUMBER(1/({days}*({cells}<{before}))))")
        return "+".join(counts)


class RepeatedContentCheck(ListCheck):
    """The same in two lines, in a column where each has its own."""

    code = "list.repeated"
    sentence = "每行应不同的栏不应有重复"

    def columns(self) -> list[int]:
        return [at for at, column in enumerate(self.row_list.columns) if column.unique]

    def count_lines(self, row_list: RowList, lines: Sequence[ListRow]) -> int:
        return sum(len(group) - 1 for groups in list_repeated(row_list, lines).values() for group in groups)

    def write_count(self, places: FormulaPlaces) -> str:
        return "+".join(_count_repeated(places.list_column(self.row_list, at)) for at in self.columns())


class BrokenLineCheck(ListCheck):
    """A line whose figures are not to each other as a rule of its list says."""

    code = "list.broken"

    def __init__(self, row_list: RowList, rule: LineRule) -> None:
        super().__init__(row_list)
        self.rule = rule

    @property
    def name(self) -> str:
        return self.row_list.name_check(self.rule)

    @property
    def grade(self) -> Severity:
        return self.rule.severity

    def text(self, cells: Sequence[Cell]) -> str:  # noqa: ARG002
        return self.rule.text

    def columns(self) -> list[int]:
        named = {name for name, _ in (*self.rule.left, *self.rule.right)}
        return [at for at, column in enumerate(self.row_list.columns) if column.id in named]

    def count_lines(self, row_list: RowList, lines: Sequence[ListRow]) -> int:
        alone = replace(row_list, rules=(self.rule,))
        return sum(len(broken.serials) for broken in list_broken(alone, lines))

    def write_count(self, places: FormulaPlaces) -> str:
        """The lines that meet the conditions and have all figures, less those in which the sides are as they should."""
        row_list, columns = self.row_list, self.columns()
        cells = {row_list.columns[at].id: places.list_column(row_list, at) for at in columns}
        first = next(iter(cells.values()))
        line = f"(ROW({first})-ROW({first.partition(':')[0]})<={row_list.limit})"
        met = [places.list_condition(row_list, each) for each in self.rule.conditions]
        places_of = {column.id: column.measure.decimals for column in row_list.columns}
        met += [f"ISNUMBER({each})*(ROUND({each},{places_of[name]})={each})" for name, each in cells.items()]
        left, right = (self._write_side(terms, cells) for terms in (self.rule.left, self.rule.right))
        if self.rule.constant or not right:
            right += f"{'' if self.rule.constant < 0 else '+'}{format_scaled(self.rule.constant, self.rule.decimals)}"
        right = right.removeprefix("+")
        difference = f"ROUND({left}-({right}),{self.rule.decimals})"
        holds = self.rule.operator.excel.format(left=left, right=right, difference=difference)
        if "{left}" in self.rule.operator.excel:
            raise ValueError(f"not an operator of lines: {self.rule.operator.sign}")
        return f"SUMPRODUCT(--ISNUMBER(1/({'*'.join([*met, line])}*(1-({holds})))))"

    def _write_side(self, terms: LineTerms, cells: Mapping[str, str]) -> str:
        """The figures of one side, each with its sign and factor."""
        shown = []
        for name, times in terms:
            at = self.row_list.find_column(name)
            assert at is not None
            factor = format_scaled(abs(times) * self.row_list.columns[at].measure.scale, self.rule.decimals)
            shown.append(f"{'-' if times < 0 else '+'}{'' if factor == '1' else f'{factor}*'}{cells[name]}")
        return "".join(shown).removeprefix("+")


LIST_CHECKS: Final = (
    MissingContentCheck,
    LoneContentCheck,
    UnfitContentCheck,
    EarlyDayCheck,
    RepeatedContentCheck,
)
"""All kinds of checks of lists, in the order of the 校验 sheet."""


def list_list_checks(spec: FormSpec) -> Iterator[ListCheck]:
    """The checks of the lists of a form that have anything to look at, list by list."""
    for row_list in spec.lists:
        checks = (kind(row_list) for kind in LIST_CHECKS)
        yield from (check for check in checks if check.columns())
        yield from (BrokenLineCheck(row_list, rule) for rule in row_list.rules)


@dataclass(frozen=True)
class _ColumnArea:
    reference: str
    kind: EntryKind
    size: int


def write_unfit(row_list: RowList, column: ListColumn, cells: str) -> str:
    """How many lines hold in a column what may not stand there; the head, which is no content, is taken off."""
    size = row_list.limit + _ENDS
    if column.entry is None:
        fits = f"{write_fits(cells, column.measure)}*(LEN({cells})>0)"
        return f"{size}-SUMPRODUCT(--ISNUMBER(1/({fits})))-SUMPRODUCT(--{write_unwritten(cells)})-1"
    counted = InvalidEntryCheck.count_area(_ColumnArea(cells, column.entry, size))
    heads = column.entry.form != "text" or excel_length(column.label) > column.entry.longest
    return f"{counted}-1" if heads else counted


def _count_repeated(cells: str) -> str:
    """How many cells hold what a cell above them holds.

    Signs that stand for any others where MATCH looks are words in both: not all applications know a tilde before them.
    """
    bare = f"TRIM({cells})"
    for sign, word in _WILD.items():
        bare = f'SUBSTITUTE({bare},"{sign}","{word}")'
    first = cells.partition(":")[0]
    place = f"ROW({cells})-ROW({first})+1"
    return f"SUMPRODUCT(--ISNUMBER(1/((LEN(TRIM({cells}))>0)*(MATCH({bare},{bare},0)<{place}))))"
