"""Ten thousand submissions made one: against a plain loop over agencies and cells, and against pandas.

And whether the cost is linear.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from figures import different, spec
from measure import Contender, Table, compared, interleaved

from xltool import api
from xltool.campaign.consolidate import consolidate_submissions
from xltool.model import Agency, Consolidation, Submission
from xltool.periods import Period

OWN = Agency("654221-000", "额敏县", "county")


def measured(quick: bool) -> list[Table]:
    count = 1_000 if quick else 10_000
    given = list(different(count))
    rounds = 1 if quick else 7
    contenders = [
        Contender("consolidated, with doubts about blanks, totals and double counts", lambda: total(given)),
        Contender("plain loop, sums alone", lambda: by_hand(given)),
        Contender("to_frame and pandas' sum, sums alone", lambda: by_frame(given)),
    ]
    return [compared(f"Consolidate {count:,} submissions", contenders, rounds), growth(given, rounds)]


def growth(given: Sequence[Submission], rounds: int) -> Table:
    """CPU time a submission for a hundredth, a tenth and all of them."""
    sizes = [len(given) // 100, len(given) // 10, len(given)]
    seconds = interleaved([Contender(f"{size:,}", partial(total, given[:size])) for size in sizes], rounds)
    rows = tuple(
        (f"{size:,} submissions", f"{1e6 * own / size:.1f} µs") for size, own in zip(sizes, seconds, strict=True)
    )
    return Table("Consolidate: CPU time of each submission", ("", "each"), rows)


def total(given: Sequence[Submission]) -> Consolidation:
    return consolidate_submissions(spec(), given, OWN, Period(given[0].year), root_code=given[0].agency.code)


def by_hand(given: Sequence[Submission]) -> dict[str, int]:
    """The sums as one would write them without numpy."""
    sums = dict.fromkeys(spec().index, 0)
    for submission in given:
        for key, value in zip(sums, submission.values, strict=True):
            if isinstance(value, int):
                sums[key] += value
    return sums


def by_frame(given: Sequence[Submission]) -> object:
    """The sums by way of a frame."""
    frame = api.to_frame(given)
    return frame[list(spec().index)].sum()
