"""Readings as plain data: equal when they come back, whatever they hold; and nothing else is made of any bytes."""

import json
from contextlib import suppress
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xltool.model import (
    NOT_APPLICABLE,
    Acceptance,
    Agency,
    Finding,
    Leftover,
    ListRow,
    ProposedFigure,
    Reading,
    Submission,
    Suspect,
    Tick,
    Waiver,
)
from xltool.plain import NotPlainError, dump_readings, load_readings

words = st.text(max_size=8)
values = st.none() | st.integers(-(10**15), 10**15) | st.just(NOT_APPLICABLE)
figures = st.dictionaries(words, values, max_size=3)
facts = st.recursive(
    values | words | st.booleans() | st.dates() | st.decimals(allow_nan=False).map(lambda each: each + 0)
    | st.builds(Leftover, words, words, words) | st.frozensets(words, max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.lists(inner, max_size=3).map(tuple)
    | st.dictionaries(words, inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
findings = st.builds(
    Finding, words, st.sampled_from(["error", "info"]), st.lists(words, max_size=2).map(tuple), st.none() | words,
    st.dictionaries(words, facts, max_size=3),
    st.lists(st.builds(Suspect, words, values, st.integers(), words, st.booleans()), max_size=2).map(tuple),
    st.booleans(), st.none() | words, st.booleans(),
)  # fmt: skip
rows = st.builds(ListRow, st.lists(st.none() | st.integers() | words, max_size=3).map(tuple), words)
submissions = st.builds(
    Submission, words, st.integers(2000, 2100), st.builds(Agency, words, words, st.none() | words),
    st.lists(values, max_size=5).map(tuple), texts=st.dictionaries(words, words, max_size=2),
    waivers=st.lists(st.builds(Waiver, words, words, words, words, words, figures), max_size=1).map(tuple),
    acceptances=st.lists(
        st.builds(Acceptance, words, words, words, values, st.integers(), words, words, figures), max_size=1
    ).map(tuple),
    controls=st.none() | st.dictionaries(words, st.integers(), max_size=2),
    lists=st.dictionaries(words, st.lists(rows, max_size=2).map(tuple), max_size=2),
    unread_lists=st.frozensets(words, max_size=2),
)  # fmt: skip
ticks = st.builds(
    Tick, st.integers(), st.integers(),
    st.lists(st.builds(ProposedFigure, words, values, st.integers()), max_size=2).map(tuple), words,
)  # fmt: skip
readings = st.builds(
    Reading, st.none() | submissions, st.lists(findings, max_size=3).map(tuple), st.lists(ticks, max_size=2).map(tuple)
)


@given(st.lists(readings, max_size=3))
def test_readings_come_back_equal(found):
    back = load_readings(dump_readings(found))
    assert back == found
    assert dump_readings(back) == dump_readings(found)  # True is no 1


@pytest.mark.parametrize(
    "told",
    [
        ["Path", "/etc/passwd"], ["FormSpec"], ["eval", "1"], ["Reading"], ["Reading", None], ["Agency", "1", "2", "3"],
        ["date", "2024"], ["date", 3], ["decimal", "x"], ["map", "ab", ["a"]], {"Reading": []}, 1.5, 7, [], [[]],
        ["Reading", None, ["tuple", {}], ["tuple"]], ["set", ["list"]],
    ],
    ids=str,
)  # fmt: skip
def test_other_data_are_no_readings(told):
    with pytest.raises(NotPlainError):
        load_readings(json.dumps([told]).encode())


@given(st.binary(max_size=40))
def test_other_bytes_are_no_readings(data):
    with suppress(NotPlainError):
        assert all(isinstance(each, Reading) for each in load_readings(data))


def test_what_has_no_plain_form_is_told():
    for fact in (1.5, b"bytes", object(), {1, 2}):
        with pytest.raises(NotPlainError):
            dump_readings([Reading(None, (Finding("a", "info", data={"fact": fact}),))])
    assert load_readings(dump_readings([Reading(None, (Finding("a", "info", data={"d": date(2024, 1, 1)}),))]))
    assert load_readings(dump_readings([Reading(None, (Finding("a", "info", data={"d": Decimal("1.50")}),))]))
