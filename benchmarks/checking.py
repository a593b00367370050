"""Ten thousand submissions checked at once: against a plain loop over submissions and rules."""

from __future__ import annotations

from collections.abc import Sequence

from figures import different, spec, spoiled
from measure import Contender, Table, compared

import xltool
from xltool.model import Reading

WRONG = 0.05


def measured(quick: bool) -> list[Table]:
    count = 1_000 if quick else 10_000
    right = [Reading(submission) for submission in different(count)]
    return [
        _table(f"Check {count:,} submissions, all right", right, quick),
        _table(f"Check {count:,} submissions, {WRONG:.0%} with a wrong figure", spoiled(right, WRONG), quick),
    ]


def _table(title: str, readings: Sequence[Reading], quick: bool) -> Table:
    contenders = [
        Contender("xltool.check, with blanks, bounds, levels, suspects", lambda: xltool.check(readings)),
        Contender("plain loop, rules alone", lambda: by_hand(readings)),
    ]
    return compared(title, contenders, 1 if quick else 7)


def by_hand(readings: Sequence[Reading]) -> list[list[str]]:
    """The broken rules of each submission, as one would write it without numpy."""
    keys, broken = list(spec().index), []
    rules = [(rule, rule.linear.alone) for rule in spec().rules]
    for reading in readings:
        assert reading.submission is not None
        values = {
            key: value if isinstance(value, int) else 0
            for key, value in zip(keys, reading.submission.values, strict=True)
        }
        mine = []
        for rule, linear in rules:
            if linear is None:
                continue
            left = sum(times * values[key] for key, times in linear.left)
            right = sum(times * values[key] for key, times in linear.right)
            holds = {"=": left == right, "<=": left <= right, ">=": left >= right, "needs": left <= 0 or right > 0}
            if not holds[linear.operator.sign]:
                mine.append(rule.name)
        broken.append(mine)
    return broken
