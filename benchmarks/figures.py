"""The submissions that are measured with: a sample of the repository, and as many different ones as wanted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from random import Random

import xltool
from xltool.model import Agency, FormSpec, Reading, Submission, Value

SAMPLES = Path(__file__).resolve().parents[1] / "samples" / "2024"
SEED = 2024


@cache
def accepted() -> tuple[Submission, ...]:
    """The samples of 2024 that are right, in the order of their codes."""
    readings = xltool.check([xltool.read(path.read_bytes()) for path in sorted(SAMPLES.glob("*.json"))])
    return tuple(r.submission for r in readings if r.submission is not None and xltool.status(r) == "accepted")


def sample() -> Submission:
    """The second right sample: a bureau, with figures in all tables."""
    return accepted()[1]


def spec() -> FormSpec:
    return xltool.form(sample().form)


def different(count: int) -> Iterator[Submission]:
    """Consistent submissions, each with figures and an agency of its own.

    Rules are linear and have no constants, so a sum of right submissions is right.
    """
    rng, base = Random(SEED), accepted()
    for number in range(count):
        times = [rng.randint(1, 9), *(rng.randint(0, 9) for _ in base[1:])]
        agency = Agency(f"654221-{number:05d}", f"额敏县第{number}办公室", "department")
        texts = {key: f"{_keep_words(text)}（{number}）" for key, text in base[number % len(base)].texts.items()}
        yield replace(base[0], agency=agency, values=_sums(base, times), texts=texts)


def spoiled(readings: Sequence[Reading], share: float) -> list[Reading]:
    """The readings, that share of them with one figure one too high."""
    rng, result = Random(SEED), list(readings)
    for at in rng.sample(range(len(result)), round(share * len(result))):
        submission = result[at].submission
        assert submission is not None
        values = list(submission.values)
        place = rng.choice([place for place, value in enumerate(values) if isinstance(value, int) and value])
        values[place] += 1  # type: ignore[operator]
        result[at] = replace(result[at], submission=replace(submission, values=tuple(values)))
    return result


def _keep_words(text: str) -> str:
    """The sentences that say nothing of figures, which are other ones now."""
    if "。" not in text:
        return text
    return "".join(each for each in re.findall("[^。]*。", text) if not re.search("[0-9未没无零]", each)) or "照常。"


def _sums(base: Sequence[Submission], times: Sequence[int]) -> tuple[Value, ...]:
    return tuple(
        sum(k * value for k, value in zip(times, values, strict=True) if isinstance(value, int))
        for values in zip(*(s.values for s in base), strict=True)
    )
