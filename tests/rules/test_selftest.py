from __future__ import annotations

import pytest

from xltool.rules import selftest
from xltool.rules.selftest import run_selftest


@pytest.fixture(scope="module")
def tallies(spec):
    return run_selftest(spec, 4, 12)


def of(tallies, table, slip, locked):
    (found,) = [each for each in tallies if (each.table, each.slip, each.locked) == (table, slip, locked)]
    return found


def test_the_same_seed_gives_the_same_and_another_another(spec, tallies):
    assert run_selftest(spec, 4, 12) == tallies
    assert run_selftest(spec, 5, 12) != tallies


def test_typed_totals_betray_every_single_slip_and_locked_ones_not(tallies):
    typed = of(tallies, "applications", "相邻两位颠倒", locked=False)
    assert (typed.tried, typed.unnoticed, typed.first, typed.misled) == (12, 0, 12, 0)
    moved = of(tallies, "applications", "填到了相邻的行", locked=True)
    assert moved.unnoticed > 6  # within a column of results the sum stays as it was
    assert moved.missed and all(key.startswith("applications.") for key in moved.missed)


def test_what_is_counted_is_what_was_tried(tallies):
    assert all(each.tried >= max(each.unnoticed, each.first, each.within, each.single) for each in tallies)
    assert all(each.sure >= each.misled and each.opinions >= each.single for each in tallies)
    assert {each.table for each in tallies} == {"disclosure", "applications", "disputes"}


def test_slips_of_one_table_are_tried_by_themselves(spec):
    one, two = (selftest.try_slips(spec, 4, "applications", times, 6) for times in (1, 2))
    assert (one.slip, one.tried, one.first, one.single, one.misled) == ("一处错一格", 6, 6, 6, 0)
    assert (two.slip, two.tried, two.unnoticed) == ("两处各错一格", 6, 0) and two.opinions > 6


def test_shares_are_cut_off(tallies):
    tally = of(tallies, "applications", "相邻两位颠倒", locked=False)
    tally = selftest.Tally("t", "s", locked=False, tried=3000, unnoticed=1, first=2999, single=3000, opinions=3010)
    assert selftest.list_shares(tally) == ("3000", "0.0%", "99.9%", "0.0%", "100.0%", "1.00", "0/0", "0/0")
    assert len(selftest.list_shares(tally)) + 2 == len(selftest.list_heads())
