"""The kinds of checks of cells.

Each is one class that says which cells it faults, in vectors, and the formula that counts them.

Arrays have a row for each submission and a column for each cell; only operators and methods of arrays are used here,
and where the cells of a formula stand is asked of who writes it. So one class holds all that is known of a check, and
knows neither numpy nor A1.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any, ClassVar, Final, Literal, Protocol, TypeAlias, assert_never, cast

from xltool.codes import LEVEL_NAMES
from xltool.days import count_days
from xltool.forms import totals
from xltool.forms.controls import list_control_totals
from xltool.forms.entries import list_bare_tables
from xltool.forms.memo import derive_once
from xltool.forms.number import format_value
from xltool.forms.units import find_smaller_unit
from xltool.messages import finding
from xltool.model import (
    CARRIED,
    LEVELS,
    SEVERAL_SIGN,
    Agency,
    Cell,
    CellKey,
    Chosen,
    EntryCell,
    EntryKind,
    Finding,
    FormSpec,
    Level,
    Linear,
    ListCondition,
    ListRow,
    Measure,
    RowList,
    Severity,
    Table,
    Value,
    figure_of,
)

CheckScope: TypeAlias = Literal["form", "table", "list", "texts"]
Array: TypeAlias = Any
"""A vector or matrix of whole numbers or truths; `rules.view` makes them."""

JUMP_TIMES: Final = 10
JUMP_LEAST: Final = 20
"""A figure has jumped that is more than so many times last year's, or less than that part of it, and differs by at
least so many units."""


class CheckedView(Protocol):
    """Submissions as a check sees them: matrices of submissions x cells, and of submissions x texts."""

    @property
    def figures(self) -> Array:
        """Scaled figures; a blank and `/` are 0."""

    @property
    def blank(self) -> Array:
        """Which cells are blank."""

    @property
    def all_blank(self) -> Array:
        """Which cells are blank, and behind them which entries (submissions x cells and entries)."""

    @property
    def unread(self) -> Array:
        """Which of the cells and entries are of tables that nobody read, so that a blank there is no fault."""

    @property
    def bare(self) -> Array:
        """Which of the cells and entries are of a table without figures (1 x both)."""

    @property
    def own(self) -> Array:
        """Which submissions are an agency's own and no sums (submissions x 1)."""
        ...

    @property
    def wrong_entries(self) -> Array:
        """Which entries hold what may not stand there (submissions x entries)."""

    @property
    def lacking_entries(self) -> Array:
        """Which entries must be filled in and are not (submissions x entries)."""

    @property
    def plain(self) -> Array:
        """Which cells hold a figure: neither a blank nor `/`."""

    @property
    def last_figures(self) -> Array:
        """Last year's figures in the order of this form."""

    @property
    def last_plain(self) -> Array:
        """Which of last year's cells hold a figure."""

    @property
    def running(self) -> Array:
        """Which cells add up over a year."""

    @property
    def barred(self) -> Array:
        """Which cells stand in rows that the agency's level may not fill in."""

    @property
    def entitled(self) -> Array:
        """Which cells stand in rows that only some levels may fill in, the agency's among them."""

    @property
    def uncontrolled(self) -> Array:
        """Which totals are others than their 核对数."""

    @property
    def missing_texts(self) -> Array:
        """Which texts must be written and are not."""

    def count_in_list(self, row_list: RowList, count: Callable[[RowList, Sequence[ListRow]], int]) -> Array:
        """What is counted in the lines of a list (submissions x 1); in those of sums nothing."""

    def row(self, of: Callable[[Cell], int]) -> Array:
        """What a function says of each cell, as a row to compare with."""


class CellArea(Protocol):
    """Neighbouring cells of one measure as a formula names them."""

    @property
    def reference(self) -> str:
        """The reference to the cells of this year."""

    @property
    def measure(self) -> Measure:
        """The measure of what stands in them."""

    @property
    def size(self) -> int:
        """How many they are."""

    @property
    def last_year(self) -> str:
        """The reference to the same cells of last year."""


class EntryArea(Protocol):
    """Entries of one kind, one below the other, as a formula names them."""

    @property
    def reference(self) -> str:
        """The reference to what stands in them."""

    @property
    def kind(self) -> EntryKind:
        """What may stand in them."""

    @property
    def size(self) -> int:
        """How many they are."""


class FormulaPlaces(Protocol):
    """Where the formulas of a workbook find what they count."""

    spec: FormSpec
    level: str  # the cell that says the agency's level in words
    scope: str  # the cell that says whether it is the workbook of a sum

    def entry_areas(self, entries: Iterable[EntryCell]) -> Sequence[EntryArea]:
        """The entries, as few areas as may be."""

    def areas(self, cells: Iterable[Cell]) -> Sequence[CellArea]:
        """The cells, as few areas as may be."""

    def gaps(self, table: Table) -> str:
        """The reference to the differences of a table's totals from their 核对数."""

    def list_column(self, row_list: RowList, at: int) -> str:
        """The reference to a column of a list: its head, its lines, and the locked cell that ends them."""

    def list_condition(self, row_list: RowList, condition: ListCondition) -> str:
        """Which lines of a list meet a condition, as factors; where one is an error, so is the product."""

    def met(self, demand: Chosen | Linear) -> str:
        """Whether the condition holds under which something must be filled in."""

    def unfit_counts(self, row_list: RowList) -> str:
        """The reference to how many lines are wrong, column by column."""

    def text(self, key: str) -> str:
        """The reference to the cell of a text."""

    def told(self, code: str) -> str:
        """The reference to what an office found in the texts under a code and still stands, a number for each text."""

    def said(self) -> str:
        """The reference to what formulas say of the figures that texts state; empty where they look for nothing."""


class CellCheck(ABC):
    """A kind of check.

    `code` is that of its findings, `scope` what a line of the 校验 sheet is about: the form, a table, the texts.
    """

    code: ClassVar[str]
    severity: ClassVar[Severity]
    scope: ClassVar[CheckScope] = "table"
    across_years: ClassVar[bool] = False  # whether it needs last year's figures
    of_controls: ClassVar[bool] = False  # whether it needs 核对数
    beside: ClassVar[bool] = False  # whether its cells are judged in words beside their rows too
    seen_here: ClassVar[bool] = True  # whether a workbook knows by itself that nothing is wrong
    follows: ClassVar[tuple[str, ...]] = ()
    """The codes of checks that find the same fault at large: where one of them does, its line goes by itself."""

    @abstractmethod
    def text(self, cells: Sequence[Cell]) -> str:
        """What its line of the 校验 sheet says."""

    def lines(self, spec: FormSpec) -> Iterator[Table | None]:
        """What it has a line of the 校验 sheet for: tables, or None for one line about the whole form."""
        counted = (table for table in spec.tables if self.cells(spec, table) or self.entries(spec, table))
        yield from counted if self.scope == "table" else [None]

    def cells(self, spec: FormSpec, table: Table | None) -> tuple[Cell, ...]:
        """The cells that its line counts, of one table or of all."""
        return tuple(cell for cell in spec.cells if table in {None, cell.table} and not cell.total)

    def entries(self, spec: FormSpec, table: Table | None) -> tuple[EntryCell, ...]:  # noqa: ARG002
        """The cells that are no figures which its line counts; none of most."""
        return ()

    @abstractmethod
    def mask(self, view: CheckedView) -> Array:
        """Which cells it finds fault with: submissions x cells (of the texts: x texts), totals among them.

        Entries stand behind the cells where its line counts both, and alone where it counts no figures.
        """

    def count(self, mask: Array) -> Array:
        """What its line shows for a part of its mask: a number for each submission, zero being right."""
        return mask.sum(axis=1)

    @abstractmethod
    def formula(self, places: FormulaPlaces, table: Table | None) -> str:
        """The same number as a formula."""


class FigureCheck(CellCheck):
    """A kind of check that tells of each cell by itself."""

    def select_told(self, spec: FormSpec, mask: Array) -> Array:  # noqa: ARG002
        """The cells of its mask that have a finding of their own."""
        return mask

    @abstractmethod
    def tell(self, cell: Cell, value: int, agency: Agency, prior: Value) -> Finding:
        """The finding about one cell."""


class EmptyCheck(CellCheck):
    """Nothing at all is filled in."""

    code, severity = "form.empty", "error"
    scope: ClassVar[CheckScope] = "form"

    def text(self, cells: Sequence[Cell]) -> str:  # noqa: ARG002
        return "各表应按实际填写，没有发生的填 0"

    def lines(self, spec: FormSpec) -> Iterator[Table | None]:
        yield from super().lines(spec) if spec.tables else ()  # of lists alone there may be nothing to fill in

    def entries(self, spec: FormSpec, table: Table | None) -> tuple[EntryCell, ...]:
        return _list_entries(spec, table)

    def mask(self, view: CheckedView) -> Array:
        return view.all_blank & (view.own | ~view.bare)

    def count(self, mask: Array) -> Array:
        return mask.all(axis=1).astype("int64")

    def formula(self, places: FormulaPlaces, table: Table | None) -> str:
        areas, written = places.areas(self.cells(places.spec, table)), self._list_written(places, table)
        blanks = "+".join([*map(_count_blanks, areas), *map(_count_unwritten, written)])
        size = sum(area.size for area in areas) + sum(area.size for area in written)
        empty = f"IF({blanks}={size},1,0)"
        bare = list_bare_tables(places.spec)  # of which a sum has nothing where no unit is the government's own
        asked = bare if table is None else {table.id} & bare
        return f'IF({places.scope}="consolidated",0,{empty})' if asked else empty

    def _list_written(self, places: FormulaPlaces, table: Table | None) -> Sequence[EntryArea]:
        return places.entry_areas(self.entries(places.spec, table))


class EmptyTableCheck(EmptyCheck):
    """Nothing at all is filled in in one of several tables."""

    code = "table.empty"
    scope: ClassVar[CheckScope] = "table"
    follows = ("form.empty",)

    def text(self, cells: Sequence[Cell]) -> str:  # noqa: ARG002
        return "本表应按实际填写，不能整张空着，没有发生的填 0"

    def lines(self, spec: FormSpec) -> Iterator[Table | None]:
        yield from super().lines(spec) if len(spec.tables) > 1 else ()

    def mask(self, view: CheckedView) -> Array:
        return super().mask(view) & ~view.unread


class InvalidCheck(FigureCheck):
    """A figure beyond what its measure allows; in a workbook also what is no figure."""

    code, severity = "number.text", "error"

    def text(self, cells: Sequence[Cell]) -> str:  # noqa: ARG002
        return "填报格只能填符合计量单位的数字，不能填文字"

    def mask(self, view: CheckedView) -> Array:
        return (view.figures < view.row(_lowest)) | (view.figures > view.row(_highest))

    def formula(self, places: FormulaPlaces, table: Table | None) -> str:
        return "+".join(map(self._count_outside, places.areas(self.cells(places.spec, table))))

    def tell(self, cell: Cell, value: int, agency: Agency, prior: Value) -> Finding:  # noqa: ARG002
        shown = format_value(value, cell.measure)
        if value < 0 and not cell.measure.signed:
            return finding("number.negative", cell.key, value=shown)
        return finding("number.range", cell.key, raw=shown, maximum=cell.measure.maximum)

    @staticmethod
    def _count_outside(area: CellArea) -> str:
        """Cells that hold neither a blank, nor a figure within the measure, nor `/`."""
        fits = write_fits(area.reference, area.measure)
        return f'{area.size}-SUMPRODUCT(--ISNUMBER(1/({fits})))-COUNTIF({area.reference},"/")-{_count_blanks(area)}'


class BlankCheck(CellCheck):
    """A cell left blank; `rules.cells` tells of many at once."""

    code, severity = "cell.blank", "warning"
    follows = ("table.empty", "form.empty")

    def text(self, cells: Sequence[Cell]) -> str:  # noqa: ARG002
        return "填报格不应空着，没有发生的填 0"

    def mask(self, view: CheckedView) -> Array:
        return view.blank & ~view.unread[:, : view.blank.shape[1]]

    def formula(self, places: FormulaPlaces, table: Table | None) -> str:
        return "+".join(map(_count_blanks, places.areas(self.cells(places.spec, table))))


class EntryCheck(CellCheck):
    """A kind of check of cells that are no figures; the workbook of a sum says nothing of them."""

    def cells(self, spec: FormSpec, table: Table | None) -> tuple[Cell, ...]:  # noqa: ARG002
        return ()

    def formula(self, places: FormulaPlaces, table: Table | None) -> str:
        counts = "+".join(map(self.count_area, places.entry_areas(self.entries(places.spec, table))))
        return f'IF({places.scope}="consolidated",0,{counts})'

    @staticmethod
    @abstractmethod
    def count_area(area: EntryArea) -> str:
        """How many of an area it finds fault with, as a formula."""


class InvalidEntryCheck(EntryCheck):
    """What is none of the choices, no real day within its bounds, or too long."""

    code, severity = "entry.invalid", "error"

    def text(self, cells: Sequence[Cell]) -> str:  # noqa: ARG002
        return "选项应是所列的，日期应真实、在规定的期间内，文字不应过长"

    def entries(self, spec: FormSpec, table: Table | None) -> tuple[EntryCell, ...]:
        return _list_entries(spec, table)

    def mask(self, view: CheckedView) -> Array:
        return view.wrong_entries & view.own

    @staticmethod
    def count_area(area: EntryArea) -> str:
        cells, kind = area.reference, area.kind
        match kind.form:
            case "text":
                return f"SUMPRODUCT(--ISNUMBER(1/(LEN({cells})>{kind.longest})))"
            case "date":
                earliest, latest = (count_days(day) for day in (kind.earliest, kind.latest))
                fits = f"1/((INT({cells})={cells})*({cells}>={earliest})*({cells}<={latest}))"
                fitting = f"SUMPRODUCT(--ISNUMBER({fits}))"
            case "choice" | "yes_no":
                each = (f'SUMPRODUCT(--ISNUMBER(1/EXACT({cells},"{choice}")))' for choice in kind.choices)
                fitting = "-".join(each)
            case "several":
                fitting = f"SUMPRODUCT(--ISNUMBER(1/({fits_several(kind, cells)})))"
            case _:
                assert_never(kind.form)
        return f"{area.size}-{fitting}-{_count_unwritten(area)}"


class MissingEntryCheck(EntryCheck):
    """An entry that must be filled in and is not."""

    code, severity = "entry.missing", "warning"
    follows = ("table.empty", "form.empty")

    def text(self, cells: Sequence[Cell]) -> str:  # noqa: ARG002
        return "必填的选项、日期和文字不应空着"

    def entries(self, spec: FormSpec, table: Table | None) -> tuple[EntryCell, ...]:
        return tuple(entry for entry in _list_entries(spec, table) if entry.kind.required or entry.demand is not None)

    def mask(self, view: CheckedView) -> Array:
        return view.lacking_entries

    def formula(self, places: FormulaPlaces, table: Table | None) -> str:
        """What is always required area by area; what a condition requires cell by cell."""
        entries = self.entries(places.spec, table)
        counts = [*map(self.count_area, places.entry_areas([each for each in entries if each.kind.required]))]
        for entry in entries:
            if entry.demand is not None:
                [area] = places.entry_areas([entry])
                counts.append(f"IF({places.met(entry.demand)},{self.count_area(area)},0)")
        return f'IF({places.scope}="consolidated",0,{"+".join(counts)})'

    @staticmethod
    def count_area(area: EntryArea) -> str:
        return _count_unwritten(area)


class SlashCheck(FigureCheck):
    """`/` where it is not fitting: in rows that do not take it, and in a row that the agency's level fills in."""

    code, severity = "cell.not_applicable", "warning"

    def text(self, cells: Sequence[Cell]) -> str:  # noqa: ARG002
        return "没有发生的填 0；不适用的项目以外不填 /"

    def cells(self, spec: FormSpec, table: Table | None) -> tuple[Cell, ...]:
        return tuple(cell for cell in super().cells(spec, table) if not _takes_slash(cell) or _is_restricted(cell))

    def mask(self, view: CheckedView) -> Array:
        slashed = ~view.blank & ~view.plain
        if not slashed.any():
            return slashed
        return slashed & ((view.row(_takes_slash) == 0) | view.entitled)

    def formula(self, places: FormulaPlaces, table: Table | None) -> str:
        parts = []
        for allowed, group in groupby(self.cells(places.spec, table), key=_levels_with_figures):
            count = "+".join(f'COUNTIF({area.reference},"/")' for area in places.areas(group))
            parts.append(f"IF({_write_levels(places, allowed)},{count},0)" if allowed else count)
        return "+".join(parts)

    def tell(self, cell: Cell, value: int, agency: Agency, prior: Value) -> Finding:  # noqa: ARG002
        return finding(self.code, cell.key, raw="/")


class LevelCheck(FigureCheck):
    """A figure in a row that the agency's level may not fill in; nothing where the level is not given but inferred."""

    code, severity, beside = "cell.level", "error", True

    def text(self, cells: Sequence[Cell]) -> str:
        rows = "、".join(dict.fromkeys(cell.row.short for cell in cells))
        zero = "0 或 /" if all(map(_takes_slash, cells)) else "0"
        return f"无权制定的单位，“{rows}”各格应为 {zero}"

    def cells(self, spec: FormSpec, table: Table | None) -> tuple[Cell, ...]:
        return tuple(cell for cell in super().cells(spec, table) if len(cell.row.levels) < len(LEVELS))

    def mask(self, view: CheckedView) -> Array:
        return view.barred & (view.figures != 0)

    def formula(self, places: FormulaPlaces, table: Table | None) -> str:
        parts = []
        for levels, group in groupby(self.cells(places.spec, table), key=lambda cell: cell.row.levels):
            barred = [name for name in LEVELS if name not in levels]
            areas = [area.reference for area in places.areas(group)]
            counts = "+".join(f'COUNTIF({area},">0")+COUNTIF({area},"<0")' for area in areas)
            parts.append(f"IF({_write_levels(places, barred)},{counts},0)")
        return "+".join(parts)

    def tell(self, cell: Cell, value: int, agency: Agency, prior: Value) -> Finding:  # noqa: ARG002
        level = LEVEL_NAMES[cast(Level, agency.level)]  # a level that is not known bars nothing
        shown = format_value(value, cell.measure)
        return finding(self.code, cell.key, value=shown, level=level, basis=cell.row.levels_basis)


class DoubtfulCheck(FigureCheck):
    """A whole amount so large that it looks like one of another unit."""

    code, severity = "amount.doubtful", "warning"

    def text(self, cells: Sequence[Cell]) -> str:
        units = list(dict.fromkeys(cell.measure.unit for cell in cells))
        smaller = list(dict.fromkeys(map(_word_smaller, units)))
        return f"金额以{'、'.join(units)}填报，不应像是按{'、'.join(smaller)}填的"

    def cells(self, spec: FormSpec, table: Table | None) -> tuple[Cell, ...]:
        return tuple(cell for cell in super().cells(spec, table) if cell.measure.doubtful_from is not None)

    def mask(self, view: CheckedView) -> Array:
        figures = view.figures
        large = (figures >= view.row(_doubtful_from)) & (figures <= view.row(_highest))
        return large & (figures % view.row(_scale) == 0) if large.any() else large  # a division for each cell costs

    def formula(self, places: FormulaPlaces, table: Table | None) -> str:
        return "+".join(map(self._count_large, places.areas(self.cells(places.spec, table))))

    def tell(self, cell: Cell, value: int, agency: Agency, prior: Value) -> Finding:  # noqa: ARG002
        times = find_smaller_unit(cell.measure.unit)[1]
        mend = f"除以 {times}" if times > 1 else f"换算成{cell.measure.unit}"
        shown = format_value(value, cell.measure)
        return finding(self.code, cell.key, value=shown, smaller=_word_smaller(cell.measure.unit), mend=mend)

    @staticmethod
    def _count_large(area: CellArea) -> str:
        cells, measure = area.reference, area.measure
        large = f"({cells}>={measure.doubtful_from})*({cells}<={measure.maximum})*(ROUND({cells},0)={cells})"
        return f"SUMPRODUCT(--ISNUMBER(1/({large})))"


def _word_smaller(unit: str) -> str:
    """The unit that an amount may have been given in by mistake, in a sentence."""
    return find_smaller_unit(unit)[0] or "更小的单位"


@derive_once
def list_running(spec: FormSpec) -> frozenset[CellKey]:
    """The cells in which figures add up over a year, to begin anew with the next."""
    keys = {key for rule in spec.rules for key in rule.linear.keys}
    return frozenset(cell.key for cell in spec.cells if f"{CARRIED}{cell.key}" in keys)


class JumpCheck(FigureCheck):
    """A figure out of proportion to last year's; what may be negative (本年增/减) is a change already.

    So is what adds up over a year, when the next begins.
    """

    code, severity, across_years = "prior.jump", "warning", True

    def text(self, cells: Sequence[Cell]) -> str:  # noqa: ARG002
        return f"与上年相差十倍以上（且差 {JUMP_LEAST} 以上）的，应核对位数、单位和口径"

    def cells(self, spec: FormSpec, table: Table | None) -> tuple[Cell, ...]:
        running = list_running(spec)
        return tuple(
            cell
            for cell in spec.cells
            if table in {None, cell.table} and not cell.measure.signed and cell.key not in running
        )

    def mask(self, view: CheckedView) -> Array:
        far = _is_far(view.figures, view.last_figures, view.row(_least_jump))
        return far & view.plain & view.last_plain & (view.row(_is_signed) == 0) & ~view.running

    def formula(self, places: FormulaPlaces, table: Table | None) -> str:
        return "+".join(map(self._count_jumped, places.areas(self.cells(places.spec, table)))) or "0"

    def select_told(self, spec: FormSpec, mask: Array) -> Array:
        """Not a total one of whose inputs jumped: that one is the cause."""
        rules, own = totals.find_definitions(spec.rules), mask.copy()
        for key in rules:
            parts = [spec.index[part] for part, _ in totals.resolve_inputs(key, rules)]
            own[:, spec.index[key]] &= ~mask[:, parts].any(axis=1)
        return own

    def tell(self, cell: Cell, value: int, agency: Agency, prior: Value) -> Finding:  # noqa: ARG002
        shown, last = format_value(value, cell.measure), format_value(prior, cell.measure)
        return finding(self.code, cell.key, value=shown, prior=last, hint=self._hint_at_unit(cell, value, prior))

    @staticmethod
    def _hint_at_unit(cell: Cell, value: int, prior: Value) -> str:
        """What says that an amount is about 10,000 times last year's, as if in 元 and not 万元; '' for all else."""
        last = figure_of(prior)
        smaller, times = find_smaller_unit(cell.measure.unit)
        if cell.measure.doubtful_from is None or not smaller or not last or value % times:
            return ""
        likely = value // times
        if not last <= 2 * likely <= 4 * last:
            return ""
        return f"；像是按{smaller}填的，除以 {times} 是 {format_value(likely, cell.measure)} {cell.measure.unit}"

    @staticmethod
    def _count_jumped(area: CellArea) -> str:
        this, last, decimals = area.reference, area.last_year, area.measure.decimals

        def rounded(amount: str) -> str:
            return f"ROUND({amount},{decimals})" if decimals else amount

        more, less = (f"({one}>{rounded(f'{JUMP_TIMES}*{other}')})" for one, other in ((this, last), (last, this)))
        far = f"({rounded(f'ABS({this}-{last})')}>={JUMP_LEAST})"
        figure = f"(ROUND({this},{decimals})={this})*(LEN({this})>0)"  # a text such as 1,234 would be reckoned with
        return f"SUMPRODUCT(--ISNUMBER(1/(({more}+{less}>0)*{far}*{figure}*(LEN({last})>0))))"


class ControlCheck(CellCheck):
    """A total that is another one in the register of cases."""

    code, severity, of_controls = "control.differs", "warning", True

    def text(self, cells: Sequence[Cell]) -> str:
        return f"表中各合计应与核对数（{cells[0].table.control}）一致"

    def cells(self, spec: FormSpec, table: Table | None) -> tuple[Cell, ...]:
        tables = [table] if table is not None else spec.tables
        return tuple(spec.cell(key) for each in tables for key in list_control_totals(spec, each).keys)

    def mask(self, view: CheckedView) -> Array:
        return view.uncontrolled

    def formula(self, places: FormulaPlaces, table: Table | None) -> str:
        assert table is not None
        return f"SUMPRODUCT(--ISNUMBER(1/{places.gaps(table)}))"


class MissingTextsCheck(CellCheck):
    """A text that must be written is not."""

    code, severity, scope = "text.missing", "warning", "texts"

    def lines(self, spec: FormSpec) -> Iterator[Table | None]:
        if any(text.required or text.demand is not None for text in spec.texts):
            yield None

    def text(self, cells: Sequence[Cell]) -> str:  # noqa: ARG002
        return "规定必写的部分应写明"

    def mask(self, view: CheckedView) -> Array:
        return view.missing_texts

    def formula(self, places: FormulaPlaces, table: Table | None) -> str:  # noqa: ARG002
        counts = []
        for text in places.spec.texts:
            cell = places.text(text.key)
            unwritten = f'(LEN(TRIM(SUBSTITUTE(SUBSTITUTE({cell},CHAR(10),""),"\u3000","")))=0)'
            if text.required:
                counts.append(unwritten)
            elif text.demand is not None:
                counts.append(f"IF({places.met(text.demand)},1,0)*{unwritten}")
        return "+".join(counts)


class ToldTextCheck(CellCheck):
    """What only who reads texts finds in them: its line counts what still stands of that where a workbook goes back."""

    scope: ClassVar[CheckScope] = "texts"
    seen_here = False
    sentence: ClassVar[str]
    says: ClassVar[str] = ""
    """How what formulas find of it in exact words begins; nothing where they look for nothing."""

    def lines(self, spec: FormSpec) -> Iterator[Table | None]:
        if any(text.place == "texts" for text in spec.texts):
            yield None

    def text(self, cells: Sequence[Cell]) -> str:  # noqa: ARG002
        return self.sentence

    def mask(self, view: CheckedView) -> Array:
        return view.missing_texts & False

    def formula(self, places: FormulaPlaces, table: Table | None) -> str:  # noqa: ARG002
        told = f"SUM({places.told(self.code)})"
        said = places.said() if self.says else ""
        return f'{told}+SUMPRODUCT(--ISNUMBER(FIND("{self.says}",{said})))' if said else told


class HollowTextCheck(ToldTextCheck):
    """A text that says nothing where that is no answer."""

    code, severity = "text.hollow", "warning"
    sentence = "要写明的部分，不能只写“无”之类"


class ContradictedTextCheck(ToldTextCheck):
    """A text that says that there was nothing, of what the tables have."""

    code, severity = "text.contradicted", "error"
    sentence, says = "文字写没有的，表中应为 0", "文字说“"


class StatedFigureCheck(ToldTextCheck):
    """A figure in a text that is another one in the tables."""

    code, severity = "text.figure", "warning"
    sentence, says = "文字里的数应与表中的数一致", "文字写“"


class TextSumCheck(ToldTextCheck):
    """Parts in a text that are more than its whole."""

    code, severity = "text.sum", "warning"
    sentence = "文字里各项之和不应多于总数"


class TextYearCheck(ToldTextCheck):
    """A text of another year."""

    code, severity = "text.year", "warning"
    sentence = "文字说的应是本年度"


class TextNoticeCheck(ToldTextCheck):
    """A text that names the notice of another edition."""

    code, severity = "text.notice", "warning"
    sentence = "文字引用的文号应是本版的"


class TextAgencyCheck(ToldTextCheck):
    """A text that names another agency as its own."""

    code, severity = "text.agency", "warning"
    sentence = "文字写的应是本单位"


class PersonalDataCheck(ToldTextCheck):
    """What of persons must not be published."""

    code, severity = "text.person", "warning"
    sentence = "文字里不应有个人信息"


def write_fits(cells: str, measure: Measure) -> str:
    """Which cells of an area hold a figure within the measure, as a product of conditions; a blank one does too."""
    lowest = -measure.maximum if measure.signed else 0
    return f"(ROUND({cells},{measure.decimals})={cells})*({cells}>={lowest})*({cells}<={measure.maximum})"


def fits_several(kind: EntryKind, cells: str) -> str:
    """A condition that a cell has nothing but choices with 、 between them, each once: as long as those found in it."""
    found = (f'{find_chosen(choice, cells)}*(LEN("{choice}")+1)' for choice in kind.choices)
    return f"{'+'.join(found)}=LEN({cells})+1"


def find_chosen(choice: str, cells: str) -> str:
    """A condition that a cell has a choice, alone or among others."""
    return f'ISNUMBER(FIND("{SEVERAL_SIGN}{choice}{SEVERAL_SIGN}","{SEVERAL_SIGN}"&{cells}&"{SEVERAL_SIGN}"))'


def _count_blanks(area: CellArea) -> str:
    """How many cells of an area are blank.

    COUNTBLANK takes the empty text that stands for one for a blank in some applications only.
    """
    return f"SUMPRODUCT(--ISNUMBER(1/(LEN({area.reference})=0)))"


def _list_entries(spec: FormSpec, table: Table | None) -> tuple[EntryCell, ...]:
    """The entries of one table or of all."""
    return tuple(entry for entry in spec.entries if table in {None, entry.table})


def _count_unwritten(area: EntryArea) -> str:
    """How many entries of an area have nothing in them but blanks."""
    return f"SUMPRODUCT(--{write_unwritten(area.reference)})"


def write_unwritten(cells: str) -> str:
    """Which cells of an area have nothing in them but blanks."""
    bare = f'SUBSTITUTE(SUBSTITUTE({cells},CHAR(10),""),"\u3000","")'
    return f"ISNUMBER(1/(LEN(TRIM({bare}))=0))"


CELL_CHECKS: Final[tuple[CellCheck, ...]] = (
    EmptyCheck(),
    EmptyTableCheck(),
    InvalidCheck(),
    BlankCheck(),
    InvalidEntryCheck(),
    MissingEntryCheck(),
    SlashCheck(),
    LevelCheck(),
    DoubtfulCheck(),
    JumpCheck(),
    ControlCheck(),
    MissingTextsCheck(),
    ContradictedTextCheck(),
    HollowTextCheck(),
    StatedFigureCheck(),
    TextSumCheck(),
    TextYearCheck(),
    TextNoticeCheck(),
    TextAgencyCheck(),
    PersonalDataCheck(),
)
"""All kinds of checks of cells, in the order of the 校验 sheet."""


def has_jumped(this: int, last: int, cell: Cell) -> bool:
    """Whether a figure of a cell is out of proportion to last year's; never where it is a change already."""
    return not cell.measure.signed and bool(_is_far(this, last, _least_jump(cell)))


def fits_slash(cell: Cell, level: Level | None) -> bool:
    """Whether an agency of that level may write `/` in a cell."""
    return bool(_takes_slash(cell)) and not (_is_restricted(cell) and level in cell.row.levels)


def is_unwritten(text: str) -> bool:
    """Whether there is nothing to read in a text: blanks and line breaks are nothing."""
    return not text.strip(" \n\u3000")


def _takes_slash(cell: Cell) -> int:
    return cell.row.not_applicable


def _is_restricted(cell: Cell) -> int:
    return len(cell.row.levels) < len(LEVELS)


def _levels_with_figures(cell: Cell) -> tuple[Level, ...]:
    """The levels that must not write `/` in a row that takes it; none where nobody may."""
    return cell.row.levels if cell.row.not_applicable else ()


def _write_levels(places: FormulaPlaces, levels: Iterable[Level]) -> str:
    """A condition that the agency is of one of these levels."""
    allowed = ",".join(f'{places.level}="{LEVEL_NAMES[name]}"' for name in levels)
    return f"OR({allowed})"


def _is_far(this: Any, last: Any, least: Any) -> Any:
    """Whether figures, or arrays of them, are more than so many times each other, and so much apart."""
    return ((this > JUMP_TIMES * last) | (JUMP_TIMES * this < last)) & (abs(this - last) >= least)


def _is_total(cell: Cell) -> int:
    return cell.total


def _is_signed(cell: Cell) -> int:
    return cell.measure.signed


def _scale(cell: Cell) -> int:
    return cell.measure.scale


def _lowest(cell: Cell) -> int:
    return -_highest(cell) if cell.measure.signed else 0


def _highest(cell: Cell) -> int:
    return cell.measure.maximum * cell.measure.scale


def _doubtful_from(cell: Cell) -> int:
    """A number that no figure reaches where nothing is doubtful."""
    return 2**62 if cell.measure.doubtful_from is None else cell.measure.doubtful_from * cell.measure.scale


def _least_jump(cell: Cell) -> int:
    return JUMP_LEAST * cell.measure.scale
