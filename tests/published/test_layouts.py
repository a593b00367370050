"""Random reports in every layout and under every kind of spoilt heads: each figure is read, or told as not read.

A few of each here; with XLTOOL_LAYOUTS=200 as many.
"""

from __future__ import annotations

import os
from dataclasses import replace
from random import Random

import pytest

from tests import figures
from tests.published.layouts import LAYOUTS, MARKED, SPOILERS, Layout, Spoiler, write_text
from xltool import api
from xltool.forms import totals
from xltool.model import NOT_APPLICABLE, Agency, Submission

SEEDS = range(int(os.environ.get("XLTOOL_LAYOUTS", "3")))
MOST_UNREAD = 1000
"""One cell in so many may stay unread: where a row begins in blanks and no total proves them, all of it is left."""
FORMS = ("ogi-2021", "ogi-2019")
AGENCY = Agency("乙县财政局", "乙县财政局", "department")


def make_report(seed: int, form_id: str, *, blanks: bool) -> Submission:
    """A submission that keeps every rule; with `blanks` some cells are blank, and those of one whole row."""
    spec, rng = api.form(form_id), Random(seed)
    values = dict(figures.consistent(spec, rng))
    given = figures.submission(spec, values, AGENCY)
    told = dict(zip((cell.key for cell in spec.cells), totals.complete_totals(spec, given)[0].values, strict=True))
    for key in [key for key, value in told.items() if value == 0]:
        if blanks and rng.random() < 0.1:
            told[key] = None
        elif rng.random() < 0.02 and key.startswith("disclosure.regulations"):
            told[key] = NOT_APPLICABLE
    texts = {
        text.key: f"这里写了{text.label}一段，办理申请 {seed} 件。" for text in spec.texts if text.place == "texts"
    }
    year = rng.randint(spec.years[0], spec.years[1] or 2025)
    return replace(given, values=tuple(told.values()), texts=texts, year=year)


def judge(given: Submission, layout: Layout, spoil: Spoiler | None, seed: int) -> tuple[int, list[str]]:
    """How many figures were told as not read, and what is wrong: figures, errors, texts, cells lost without a word."""
    data = write_text(given, layout, spoil, seed)
    reading = api.imported(data).reading
    spec = api.form(given.form)
    if reading.submission is None:
        return 0, [api.message(found, None) for found in reading.findings]
    read = reading.submission
    if read.form != given.form:
        return 0, [f"read as {read.form}"]
    told = {key for found in reading.findings if found.code == "published.unread" for key in found.keys}
    wrong = [
        f"{cell.key}: {wanted} read as {seen}"
        for cell, wanted, seen in zip(spec.cells, given.values, read.values, strict=True)
        if seen != wanted
        and not (seen is None and cell.key in told)
        and not (seen == 0 and wanted is NOT_APPLICABLE)  # printed as 0
        and not (wanted is None and cell.total)  # printed with its sum
    ]
    [judged] = api.check([reading])
    wrong += [api.message(found, spec) for found in judged.findings if found.severity == "error"]
    wrong += [f"{key}: {text[:60]}" for key, text in read.texts.items() if text != given.texts.get(key)]
    pairs = zip(spec.index, given.values, read.values, strict=True)
    lost = {key for key, wanted, seen in pairs if seen is None and wanted is not None}
    return len(told & lost), wrong


@pytest.mark.parametrize("form_id", FORMS)
@pytest.mark.parametrize("name", LAYOUTS)
def test_every_layout_is_read(name, form_id):
    unread = {}
    for seed in SEEDS:
        given = make_report(seed, form_id, blanks=name in MARKED)
        unread[seed], wrong = judge(given, LAYOUTS[name], None, seed)
        assert wrong == [], seed
    if name != "page_numbers_between":  # one below a row of one figure may be its second
        cells = len(SEEDS) * len(api.form(form_id).cells)
        assert sum(unread.values()) * MOST_UNREAD <= cells, {seed: count for seed, count in unread.items() if count}


@pytest.mark.parametrize("form_id", FORMS)
@pytest.mark.parametrize("name", LAYOUTS)
def test_a_blank_cell_that_cannot_be_seen_is_told(name, form_id):
    for seed in SEEDS:
        given = make_report(seed, form_id, blanks=True)
        _, wrong = judge(given, LAYOUTS[name], None, seed)
        assert wrong == [], seed


@pytest.mark.parametrize("form_id", FORMS)
@pytest.mark.parametrize("spoiler", SPOILERS)
@pytest.mark.parametrize("name", LAYOUTS)
def test_every_kind_of_spoilt_heads(name, spoiler, form_id):
    for seed in SEEDS:
        given = make_report(seed, form_id, blanks=False)
        _, wrong = judge(given, LAYOUTS[name], SPOILERS[spoiler], seed)
        assert wrong == [], seed
