"""Last year beside this year: its figures in this form's order, and cells that jumped out of proportion."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from xltool.forms import catalog, totals
from xltool.forms.checks import JUMP_LEAST, JUMP_TIMES
from xltool.forms.number import written
from xltool.messages import finding
from xltool.model import NOT_APPLICABLE, CellKey, Finding, FormSpec, Submission, Value
from xltool.rules.validate import Mask, stacked


def aligned(spec: FormSpec, prior: Submission | None) -> tuple[Value, ...]:
    """Last year's values in the order of this form, blank totals computed; what another edition does not have is blank."""
    if prior is None:
        return (None,) * len(spec.cells)
    own = spec if prior.form == spec.id else catalog.load(prior.form)
    values = totals.completed(own, prior)[0].values
    if own is spec:
        return values
    return tuple(_converted(spec, own, values, key) for key in spec.index)


def jumped(spec: FormSpec, values: Sequence[Sequence[Value]], priors: Sequence[Sequence[Value]]) -> Mask:
    """Which cells jumped (n x cells); blank and `/` are no figures, and what may be negative (本年增/减) is a change already."""
    this, last = stacked(values), stacked(priors)
    least = np.array([JUMP_LEAST * cell.measure.scale for cell in spec.cells], np.int64)
    counted = np.array([not cell.measure.signed for cell in spec.cells], np.bool_)
    far = (this.figures > JUMP_TIMES * last.figures) | (JUMP_TIMES * this.figures < last.figures)
    found: Mask = far & (np.abs(this.figures - last.figures) >= least) & this.known & last.known & counted
    for at, rows in enumerate(zip(values, priors, strict=True)):
        for row in rows:
            if NOT_APPLICABLE in row:
                found[at] &= [value is not NOT_APPLICABLE for value in row]
    return found


def jumps(spec: FormSpec, values: Sequence[Sequence[Value]], priors: Sequence[Sequence[Value]]) -> list[list[Finding]]:
    """For each submission the inputs that jumped, and the totals that did so without any of their inputs."""
    found: list[list[Finding]] = [[] for _ in values]
    rules = totals.definitions(spec.rules)
    mask = jumped(spec, values, priors)
    for at, number in zip(*np.nonzero(mask), strict=True):
        cell = spec.cells[number]
        parts = totals.inputs(cell.key, rules) if cell.total else ()
        if not any(mask[at, spec.index[part]] for part, _ in parts):
            value, before = (written(years[at][number], cell.measure) for years in (values, priors))
            found[at].append(finding("prior.jump", cell.key, value=value, prior=before))
    return found


def _converted(spec: FormSpec, own: FormSpec, values: Sequence[Value], key: CellKey) -> Value:
    """A figure of another edition at this one's scale; None where that edition has no such cell, or more digits than this one holds."""
    if key not in own.index:
        return None
    value, scale, to = values[own.index[key]], own.cell(key).measure.scale, spec.cell(key).measure.scale
    if not isinstance(value, int) or scale == to:
        return value
    return None if value * to % scale else value * to // scale
