"""What opinions make of cells: the one to be changed, the relation with its signs, what is asked, what follows."""

from __future__ import annotations

from random import Random

import pytest

from tests import figures
from xltool import api
from xltool.model import Reading
from xltool.rules.concerns import find_concerns
from xltool.rules.opinions import group_findings

SPEC = api.form("ogi-2021")
RIGHT = {**dict.fromkeys(figures.consistent(SPEC, Random(7)), 0)}
PERSON = "applications.{}.natural_person"


def values(**rows):
    """Figures of natural persons, and others by their keys with `__` for dots, with all totals right."""
    given = {PERSON.format(row): n for row, n in {"received": 12, "granted": 12, **rows}.items() if "__" not in row}
    return figures.summed(SPEC, {**RIGHT, **given, **{k.replace("__", "."): n for k, n in rows.items() if "__" in k}})


def look(given, prior=None):
    """By cell the roles and signs, and by number of opinion where it is told."""
    last = figures.submission(SPEC, prior) if prior else None
    [reading] = api.check([Reading(figures.submission(SPEC, given))], [last])
    concerns = find_concerns(SPEC, reading.submission.values, group_findings(reading.findings), reading.findings)
    return {key: [(each.role, each.sign, each.is_lead) for each in mine] for key, mine in concerns.items()}


def test_a_right_return_concerns_no_cell():
    assert look(values()) == {}


def test_the_relation_is_read_downward_with_the_wrong_cell_among_it_and_the_totals_that_follow():
    last = values(received=13, carried_out=1)
    found = look(values(carried_in=4, granted=12, carried_out=1), last)
    assert found == {
        PERSON.format("carried_in"): [("change", "＋", True)],
        PERSON.format("received"): [("relation", "＋", False)],
        PERSON.format("processed_total"): [("relation", "≠", False)],
        PERSON.format("carried_out"): [("relation", "＋", False)],
        "applications.carried_in.total": [("follow", "", False)],
    }


def test_where_no_cell_is_known_to_be_wrong_the_relation_is_told_in_its_first():
    found = look(values(carried_in=4, granted=12, carried_out=1))
    assert {key: mine for key, mine in found.items() if key.endswith("person")} == {
        PERSON.format("received"): [("relation", "＋", True)],
        PERSON.format("carried_in"): [("relation", "＋", False)],
        PERSON.format("processed_total"): [("relation", "≠", False)],
        PERSON.format("carried_out"): [("relation", "＋", False)],
    }


def test_each_of_the_cells_that_may_be_wrong_is_marked_and_the_total_stands_behind_its_sum():
    right = figures.summed(SPEC, {**values(), "disputes.review.upheld": 2, "disputes.review.corrected": 1})
    found = look({**right, "disputes.review.total": 5})
    place = "disputes.review.{}".format
    assert found == {
        place("total"): [("may", "≠", True)],
        **{place(row): [("may", "＋", False)] for row in ("upheld", "corrected", "other", "pending")},
    }


def test_what_only_asks_is_marked_so_and_its_sign_is_the_way_in_which_it_fails():
    found = look(values(granted=0, other_rest=12))
    assert found["applications.other_rest.total"][0] == ("ask", "", True)
    assert found["applications.processed_total.total"][0] == ("ask", "＞", False)


@pytest.mark.parametrize("key", ["applications.received.other", "disclosure.licensing.decisions"])
def test_a_blank_is_asked_for(key):
    given = dict(values())
    given[key] = None
    assert look(given)[key][0][::2] == ("ask", True)
