"""Last year beside this year: its figures in this form's order."""

from __future__ import annotations

from collections.abc import Sequence

from xltool.forms import catalog, totals
from xltool.model import CellKey, FormSpec, Submission, Value, figure_of


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


def _convert_figure(spec: FormSpec, own: FormSpec, values: Sequence[Value], key: CellKey) -> Value:
    """A figure of another edition at this one's scale.

    None where that edition has no such cell, or more digits than this one holds.
    """
    if key not in own.index:
        return None
    value, scale, to = values[own.index[key]], own.cell(key).measure.scale, spec.cell(key).measure.scale
    figure = figure_of(value)
    if figure is None or scale == to:
        return value
    return None if figure * to % scale else figure * to // scale
