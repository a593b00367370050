"""Figures as an agency might report them, period after period, that satisfy every rule of a form.

For the self-test as they come, large and small, many of them none; for a preview with something in every cell.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from random import Random
from typing import Final, NamedTuple

from xltool.forms.cell_checks import has_jumped, list_running
from xltool.forms.cover_conditions import list_asked_fields
from xltool.forms.entries import draw_entries
from xltool.forms.list_rows import draw_lines
from xltool.forms.list_terms import reckon_lists
from xltool.forms.memo import derive_once
from xltool.forms.totals import compute_totals
from xltool.model import Agency, CellKey, FormSpec, Level, ListNumbers, Submission, figure_of, is_earlier
from xltool.periods import Period, blank_submission, list_periods
from xltool.rules.blocks import count_blocks
from xltool.rules.equalities import find_equalities
from xltool.rules.matrix import Verdict
from xltool.rules.usual import Beside, Sizes, YearFigures, draw_full_sizes, draw_sizes, look_up_figure
from xltool.rules.validate import assess_rules

_ROUNDS: Final = 60
"""How often figures are adjusted before they are given up and drawn anew."""
_MOST_DRAWN: Final = 200
"""Draws for one pair of years; a form whose rules none of them satisfies has rules that contradict each other."""
_MOST_FULL: Final = 20
"""The same where cells that the rules leave no other figure may be 0."""


class DrawnPeriods(NamedTuple):
    """Figures of a period, of the one before, and of the same one of last year where rules look at it."""

    this: YearFigures
    before: YearFigures
    year_ago: YearFigures | None = None

    @property
    def earlier(self) -> YearFigures:
        """What rules look at beside this, as `prior_year.align_earlier` has it of a period that opens no year."""
        return self.before if self.year_ago is None else (*self.before, *self.year_ago, *self.before)


class UnsatisfiedError(ValueError):
    """A form whose rules no figures that were tried satisfy; `rules` are those that were left broken, by name."""

    def __init__(self, form_id: str, rules: Sequence[str]) -> None:
        super().__init__(f"no figures satisfy the rules of {form_id}: {', '.join(rules)}")
        self.rules = tuple(rules)


def draw_years(spec: FormSpec, rng: Random) -> DrawnPeriods:
    """Figures that satisfy every rule, warnings too, in all periods; of large and small agencies, many of them 0.

    Raises `UnsatisfiedError` for a form whose rules no figures that were tried satisfy.
    """
    return _draw_periods(spec, rng, partial(draw_sizes, spec, rng), _MOST_DRAWN)


def draw_full(spec: FormSpec, rng: Random, level: Level) -> DrawnPeriods:
    """The same with a figure in every cell that an agency of that level may fill in, as far as the rules let it.

    Where no other figures are found that satisfy them, the cells of rules are 0: `find_held_down` names those.
    """
    stuck: list[str] = []
    while True:
        try:
            return _draw_periods(spec, rng, partial(draw_full_sizes, spec, rng, level, stuck), _MOST_FULL)
        except UnsatisfiedError as error:
            more = [name for name in error.rules if name not in stuck]
            if not more:
                raise
            stuck += more


def find_held_down(spec: FormSpec, drawn: DrawnPeriods, level: Level) -> dict[CellKey, tuple[str, ...]]:
    """The cells that an agency of a level may fill in and that are 0, with the names of the rules that keep them so."""
    return {
        key: tuple(find_broken(spec, _raise_figure(spec, drawn.this, key), drawn.earlier))
        for key, at in spec.index.items()
        if not drawn.this[at] and not spec.cells[at].total and level in spec.cells[at].row.levels
    }


def choose_period(spec: FormSpec) -> Period:
    """The period that drawn figures are of: the last of a year, where what adds up over a year goes on."""
    return list_periods(spec, spec.years[1] or spec.years[0] + 1)[-1]


@derive_once
def count_drawn(spec: FormSpec, period: Period | None = None) -> ListNumbers:
    """What the drawn lines of a period come to, those of `choose_period` where none is given."""
    drawn = period or choose_period(spec)
    return reckon_lists(spec, _draw_lines(spec, blank_submission(spec, drawn, Agency("", "", None))))


def _draw_lines(spec: FormSpec, blank: Submission) -> Submission:
    return replace(blank, lists=draw_lines(spec, blank.year))


def _raise_figure(spec: FormSpec, figures: Sequence[int], key: CellKey, period: Period | None = None) -> YearFigures:
    """The figures with one unit in a cell, and the totals that follow."""
    at, scale = spec.index[key], spec.cell(key).measure.scale
    return add_up(spec, [*figures[:at], scale, *figures[at + 1 :]], period)


def add_up(spec: FormSpec, figures: Sequence[int], period: Period | None = None) -> YearFigures:
    """The figures with the totals that follow from their inputs and the drawn lines of a period."""
    return tuple(figure_of(value) or 0 for value in compute_totals(spec, figures, count_drawn(spec, period)))


def find_broken(
    spec: FormSpec, figures: Sequence[int], earlier: Sequence[int], period: Period | None = None
) -> list[str]:
    """The names of the rules that figures break with the drawn lines, beside earlier ones where there are any."""
    verdicts = assess_rules(spec, figures, earlier or None, _choose_contents(spec), count_drawn(spec, period))
    return [name for name, verdict in verdicts.items() if verdict == Verdict.FAIL]


@derive_once
def choose_entries(spec: FormSpec) -> Mapping[CellKey, str]:
    """What is chosen beside the figures, which is the same in every period."""
    return draw_entries(spec, spec.years[0])


@derive_once
def _choose_contents(spec: FormSpec) -> Mapping[str, str]:
    """What is chosen beside the figures, and what fields of the cover hold that conditions look at."""
    return {**choose_entries(spec), **list_asked_fields(spec)}


def write_periods(
    spec: FormSpec, agency: Agency, drawn: DrawnPeriods, texts: Mapping[str, str]
) -> tuple[Submission, Submission]:
    """The submission of a period and the one before it that drawn figures are, with these texts in both.

    Of the last period of a year: there what adds up over a year goes on.
    """
    period = choose_period(spec)
    written = (
        None
        if values is None
        else replace(
            _draw_lines(spec, blank_submission(spec, each, agency)),
            values=values,
            texts=texts,
            entries=draw_entries(spec, each.year),
        )
        for each, values in ((period, drawn.this), (period.before, drawn.before), (period.last_year, drawn.year_ago))
    )
    this, before, year_ago = written
    assert this is not None
    assert before is not None
    return this, replace(before, year_ago=year_ago)


def _draw_periods(spec: FormSpec, rng: Random, draw_sizes: Callable[[], Sizes], most: int) -> DrawnPeriods:
    failed: list[tuple[str, ...]] = []
    period = choose_period(spec)
    for _ in range(most):
        sizes = draw_sizes()
        year_ago = _draw_year(spec, rng, sizes, (), failed, period.last_year) if count_blocks(spec) > 1 else None
        before = _draw_year(spec, rng, sizes, (), failed, period.before)
        if before is None or (year_ago is None and count_blocks(spec) > 1):
            continue
        drawn = DrawnPeriods((), before, year_ago)
        this = _draw_year(spec, rng, sizes, drawn.earlier, failed, period)
        if this is not None:
            return drawn._replace(this=this)
    raise UnsatisfiedError(spec.id, min(failed, key=lambda names: (not names, len(names))))


def _draw_year(  # noqa: PLR0917 -- what is drawn, near what, beside what
    spec: FormSpec, rng: Random, sizes: Sizes, earlier: YearFigures, failed: list[tuple[str, ...]], period: Period
) -> YearFigures | None:
    """A period's figures near what is usual, adjusted until all rules hold, beside earlier ones where there are any.

    None where that does not come about: then the rules that are left broken are noted.
    """
    last = earlier[: len(spec.cells)]
    values = [sizes.vary(rng, cell) for cell in spec.cells]
    if last:
        values = [old if old and rng.randrange(3) == 0 else new for old, new in zip(last, values, strict=True)]
    broken: list[str] = []
    for _ in range(_ROUNDS):
        jumped = bool(last) and _calm_down(spec, values, last)
        settled = _balance(spec, values, earlier, sizes, count_drawn(spec, period))
        totalled = add_up(spec, values, period)
        broken = find_broken(spec, totalled, earlier, period)
        if settled and not jumped and not broken:
            return _fill_up(spec, totalled, earlier, sizes, period)
        for name in broken:
            sizes.mend(spec, values, Beside(earlier, count_drawn(spec, period)), name, rng)
    failed.append(tuple(broken))
    return None


def _fill_up(spec: FormSpec, figures: YearFigures, earlier: YearFigures, sizes: Sizes, period: Period) -> YearFigures:
    """Figures that satisfy all rules with a unit more in each cell that need not be 0, where none is to be."""
    for key in sizes.list_wanted():
        if not figures[spec.index[key]]:
            raised = _raise_figure(spec, figures, key, period)
            figures = figures if find_broken(spec, raised, earlier, period) else raised
    return figures


def _calm_down(spec: FormSpec, values: list[int], last: YearFigures) -> bool:
    """Sets inputs that are out of proportion to last year's back to these, in place; whether there were any.

    What adds up over a year follows from the period before, however much that is, as no check minds.
    """
    running = list_running(spec)
    jumped = [
        at
        for at, cell in enumerate(spec.cells)
        if not cell.total and cell.key not in running and has_jumped(values[at], last[at], cell)
    ]
    for at in jumped:
        values[at] = last[at]
    return bool(jumped)


def _balance(spec: FormSpec, values: list[int], earlier: YearFigures, sizes: Sizes, numbers: ListNumbers) -> bool:
    """Moves one input of each equality that is missed so that it holds, in place; whether all hold in the end.

    The largest figure of those that the fewest equalities look at, for there the move is the smallest.
    """
    known = find_equalities(spec, computed=True, prior=bool(earlier))
    relations = known.relations
    rounded = {name: relations.terms[name] for name, rule in relations.rules.items() if rule.linear.operator.slack}
    rules = {**relations.rules, **known.rules}
    for _ in range(3):
        moved = False
        for name, terms in {**known.terms, **rounded}.items():
            residual = sum(times * look_up_figure(spec, values, earlier, key) for key, times in terms.items())
            residual -= known.constant(rules[name], numbers)
            if abs(residual) <= rules[name].linear.operator.slack:
                continue
            fitting = [
                (sizes.count_equalities(spec, known, key), -values[at], at, values[at] - residual // times)
                for key, times in terms.items()
                if not is_earlier(key) and residual % times == 0
                for at in (spec.index[key],)
                if sizes.fits(spec.cells[at], values[at] - residual // times)
            ]
            if not fitting or name in known.followers:
                moved = True
                continue
            _, _, at, figure = min(fitting)
            values[at], moved = figure, True
        if not moved:
            return True
    return False
