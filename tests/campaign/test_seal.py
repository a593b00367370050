"""A stamp proves who issued a blank to whom, and nothing that differs in any fact passes for it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xltool.campaign.seal import is_genuine, make_seal
from xltool.periods import Period

KEY = bytes(range(32))
FACTS = {"form": "ogi-2021", "period": Period(2024), "campaign": "额敏县", "agency": "654221-015"}


def test_its_shape_and_that_it_is_always_the_same():
    serial = make_seal(KEY, **FACTS, number=7)
    assert re.fullmatch("0007-[0-9a-f]{20}", serial)
    assert serial == make_seal(KEY, **FACTS, number=7) == "0007-3c1cb14b6b8c4f76f729"
    assert is_genuine(KEY, serial, **FACTS)


@pytest.mark.parametrize("number", [0, 1, 9_999, 10_000, 123_456_789])
def test_any_number(number):
    assert is_genuine(KEY, make_seal(KEY, **FACTS, number=number), **FACTS)


@pytest.mark.parametrize(
    "other",
    [
        {"form": "ogi-2019"},
        {"period": Period(2023)},
        {"period": Period(2024, "05")},
        {"campaign": "托里县"},
        {"campaign": "额敏县 "},
        {"agency": "654221-016"},
        {"agency": ""},
    ],
)
def test_other_facts_do_not_verify(other):
    assert not is_genuine(KEY, make_seal(KEY, **FACTS, number=7), **FACTS | other)


def test_facts_cannot_be_shifted_from_one_field_into_the_next():
    serial = make_seal(KEY, "ogi-2021", Period(2024), "额敏县", "654221-015", 7)
    assert not is_genuine(KEY, serial, "ogi-2021", Period(2024), "额敏县654221", "-015")
    assert not is_genuine(KEY, serial, "ogi-2021", Period(2024), "", "额敏县654221-015")


def test_another_key_or_number_does_not_verify():
    serial = make_seal(KEY, **FACTS, number=7)
    assert not is_genuine(KEY[::-1], serial, **FACTS)
    assert not is_genuine(b"", serial, **FACTS)
    assert not is_genuine(KEY, serial.replace("0007", "0008"), **FACTS)


@pytest.mark.parametrize(
    "serial",
    [
        "",
        "0007",
        "0007-",
        "7-{}",
        "00007-{}",
        "0007-{}0",
        "0007-{} ",
        " 0007-{}",
        "0007-{}\n",
        "０００７-{}",
        "٠٠٠٧-{}",
        "-007-{}",
        "0007_{}",
        "局",
        "\ud800",
    ],
)
def test_what_is_no_serial_is_refused_without_a_fault(serial):
    stamp = make_seal(KEY, **FACTS, number=7).partition("-")[2]
    assert not is_genuine(KEY, serial.format(stamp), **FACTS)
    assert not is_genuine(KEY, serial.format(stamp.upper()), **FACTS)


@given(st.text(max_size=60))
def test_any_text_is_refused_without_a_fault(serial):
    assert not is_genuine(KEY, serial, **FACTS)
