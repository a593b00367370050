"""Figures that are last year's, cell for cell: as if the old workbook had been sent again under a new year."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from xltool.forms.memo import derive_once
from xltool.messages import finding
from xltool.model import CARRIED, PRIOR, Finding, FormSpec, Submission, Value
from xltool.rules.view import SubmissionView

COPIED: Final = "prior.copied"
LEAST_TELLING: Final = 10
"""Units of a figure that two years do not have by chance; zeros and ones, which small offices have, say nothing."""
_KEPT: Final = "；属实的，不用改"
_BELIED: Final = "；有的关系与之不符，说明不是本年的数，应逐格改填实际的数"
FEWEST_COPIED: Final = 5
"""So many such cells must be the same, and three of four of all that there are."""
SURELY_COPIED: Final = 8
"""With so many, and not one that differs, it is asked about and no mere remark."""


def find_copied_figures(view: SubmissionView) -> Iterator[tuple[int, Finding]]:
    """The finding on each submission, by its place, many of whose telling figures are last year's."""
    if view.priors is None:
        return
    least = view.row(lambda cell: LEAST_TELLING * cell.measure.scale)
    telling = view.plain & view.last_plain & _find_free_cells(view.spec)
    telling &= (view.figures >= least) | (view.last_figures >= least)
    same = telling & (view.figures == view.last_figures)
    for at in np.flatnonzero(same.sum(axis=1) >= FEWEST_COPIED).tolist():
        copied, looked = int(same[at].sum()), int(telling[at].sum())
        if 4 * copied >= 3 * looked:
            sure = copied == looked and copied >= SURELY_COPIED
            yield (
                at,
                finding(
                    COPIED,
                    *(view.spec.cells[place].key for place in np.flatnonzero(same[at]).tolist()),
                    severity="warning" if sure else "info",
                    count=copied,
                    looked=looked,
                    least=LEAST_TELLING,
                    kept=_KEPT,
                ),
            )


def lead_copied(
    spec: FormSpec,
    submission: Submission,
    last: Sequence[Value] | None,
    doubts: Sequence[Finding],
    broken: Sequence[Finding],
) -> tuple[list[Finding], list[Finding], list[Finding]]:
    """What is doubtful, with what is broken because the old workbook was sent again; those rules; the other ones.

    Broken so is what holds this year against last year on cells that all hold last year's figures.
    """
    sure = next((at for at, each in enumerate(doubts) if each.code == COPIED and each.severity == "warning"), None)
    if sure is None or last is None:
        return list(doubts), [], list(broken)
    across = {rule.name for rule in spec.rules if rule.linear.prior}
    same = {key for key, at in spec.index.items() if submission.values[at] == last[at]}
    led = [each for each in broken if each.rule in across and same.issuperset(each.keys)]
    if not led:
        return list(doubts), [], list(broken)
    cause = f"{COPIED}@"
    leading = replace(doubts[sure], cause=cause, data={**doubts[sure].data, "kept": _BELIED})
    rest = [each for each in broken if each not in led]
    return (
        [*doubts[:sure], leading, *doubts[sure + 1 :]],
        [replace(each, cause=cause, follows=True) for each in led],
        rest,
    )


@derive_once
def _find_free_cells(spec: FormSpec) -> NDArray[np.bool_]:
    """The inputs that may be anything, whatever last year's were: not changes, and not what a rule carries on."""
    bound = {
        key
        for rule in spec.rules
        if rule.linear.operator.compares
        for key in rule.linear.own
        if not {f"{PRIOR}{key}", f"{CARRIED}{key}"}.isdisjoint(rule.linear.keys)
    }
    return np.array(
        [not cell.total and not cell.measure.signed and cell.key not in bound for cell in spec.cells], np.bool_
    )
