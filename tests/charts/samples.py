"""Submissions whose pictures are drawn, and their figures by key."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from tests import figures
from xltool.model import FormSpec, Submission

EDITIONS = pytest.mark.parametrize("form", ["ogi-2021", "ogi-2019"])


def made(spec: FormSpec, seed: int = 1, **changed: int | None) -> Submission:
    """Random figures that agree; changed ones are given as `table__row__column`."""
    values: dict[str, Any] = dict(figures.consistent(spec, Random(seed)))
    return figures.submission(spec, values | {key.replace("__", "."): value for key, value in changed.items()})


def value(spec: FormSpec, submission: Submission, key: str) -> Any:
    return submission.values[spec.index[key]]
