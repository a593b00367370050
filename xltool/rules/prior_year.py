"""The period before, last year of a yearly form, beside this one: its figures in this form's order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from xltool.forms import catalog, totals
from xltool.forms.differences import is_comparable
from xltool.model import CellKey, FormSpec, Submission, Value, figure_of
from xltool.periods import Period, blank_submission, looks_a_year_back, period_of
from xltool.rules.blocks import count_blocks


def align_prior(spec: FormSpec, prior: Submission | None) -> tuple[Value, ...]:
    """Last year's values in the order of this form, blank totals computed.

    What another edition does not have is blank.
    """
    if prior is None:
        return (None,) * len(spec.cells)
    own = spec if prior.form == spec.id else catalog.load_form(prior.form)
    values = totals.complete_totals(own, prior)[0].values
    if own is spec:
        return values
    return tuple(_convert_figure(spec, own, values, key) for key in spec.index)


def align_earlier(spec: FormSpec, period: Period, prior: Submission | None) -> tuple[Value, ...]:
    """What the rules of a form look at beside a submission of that period, in the order of `matrix.stack_column`.

    The period before, as `align_prior` has it; where the form asks for it the same period of last year too, and what is
    carried over: the period before again, or 0 where a year begins.
    """
    before = align_prior(spec, prior)
    if count_blocks(spec) == 1:
        return before
    year_ago = align_prior(spec, None if prior is None else prior.year_ago)
    return (*before, *year_ago, *((0,) * len(before) if period.opens_year else before))


def join_earlier(period: Period, before: Submission | None, year_ago: Submission | None) -> Submission:
    """The submissions of the period before and of the same period of last year, one of which is there, as one prior.

    Where the former is lacking it is blank. Of whole years both are the same, and the former alone counts.
    """
    if before is not None:
        return replace(before, year_ago=year_ago) if year_ago is not None and looks_a_year_back(period) else before
    assert year_ago is not None
    blank = blank_submission(catalog.load_form(year_ago.form), period.before, year_ago.agency)
    return replace(blank, year_ago=year_ago)


def supply_prior(spec: FormSpec, submission: Submission, prior: Submission | None) -> Submission | None:
    """What a submission is held against: a blank one in place of none, where a year begins and figures add up."""
    period = period_of(submission)
    if prior is not None or not period.opens_year or count_blocks(spec) == 1:
        return prior
    return blank_submission(spec, period.before, submission.agency)


def _convert_figure(spec: FormSpec, own: FormSpec, values: Sequence[Value], key: CellKey) -> Value:
    """A figure of another edition at this one's scale.

    None where the two cannot be compared, or it has more digits than this one holds.
    """
    if not is_comparable(own, spec, key):
        return None
    value, scale, to = values[own.index[key]], own.cell(key).measure.scale, spec.cell(key).measure.scale
    figure = figure_of(value)
    if figure is None or scale == to:
        return value
    return None if figure * to % scale else figure * to // scale
