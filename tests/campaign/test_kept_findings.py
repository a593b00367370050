"""Findings as versions keep them: what was found comes back; what an older xltool kept is told as it was."""

from __future__ import annotations

import json
from random import Random

import pytest

from tests import figures
from tests.campaign import stores
from xltool import api
from xltool.campaign.kept_findings import keep_findings, restore_finding
from xltool.messages import finding, render
from xltool.model import NOT_APPLICABLE, Leftover, Reading
from xltool.workbook.layout_plan import make_plan

SPEC = api.form("ogi-2021")


def judge(rng):
    """Random figures with a few wrong ones, blanks and slashes, judged with last year's."""
    values = figures.consistent(SPEC, rng)
    prior = figures.submission(SPEC, values)
    for cell in rng.sample(SPEC.cells, rng.randint(1, 12)):
        values[cell.key] = rng.choice([None, NOT_APPLICABLE, values[cell.key] + rng.choice([1, 9, 80_000])])
    [reading] = api.check([Reading(figures.submission(SPEC, values))], [prior])
    return reading


@pytest.mark.parametrize("seed", range(40))
def test_what_was_found_comes_back(seed):
    reading = judge(Random(seed))
    kept = json.loads(json.dumps(keep_findings(reading)))
    assert [restore_finding(each, SPEC) for each in kept] == list(reading.findings)


def test_what_was_noticed_in_reading_comes_back():
    key, unread = "disputes.review.upheld", (Leftover("表四", "C9", "3件"),)
    noticed = (
        finding("cell.lost", key, count=1, example="C9", found="3件", unread=unread),
        finding("number.text", key, raw="3件", holds=3),
    )
    reading = Reading(figures.submission(SPEC, figures.consistent(SPEC, Random(1))), noticed)
    kept = json.loads(json.dumps(keep_findings(reading)))
    assert tuple(restore_finding(each, SPEC) for each in kept) == noticed


@pytest.mark.parametrize(
    "kept",
    [
        stores.finding("applications.balance@enterprise", message="左边 3，右边 4。改法：改一格。依据：某条。"),
        {
            **stores.finding("cell.gone", code="cell.blank", message="左边 3，右边 4。改法：改一格。依据：某条。"),
            "facts": {},
        }
        | {"cells": [{"key": "applications.no_such.cell", "sheet": "表", "address": "A1", "value": None}]},
        stores.finding("amount.doubtful", code="amount.doubtful", message="左边 3，右边 4。改法：改一格。依据：某条。")
        | {"facts": {"value": "1"}, "scaled": [], "together": False, "cause": None, "follows": None},
    ],
)
def test_what_lacks_facts_or_is_of_a_cell_that_is_no_more_is_told_in_the_words_of_then(kept):
    found = restore_finding(kept, SPEC)
    assert render(found, SPEC, make_plan(SPEC).place) == kept["message"]
