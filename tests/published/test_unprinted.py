"""Reports of a form with a table that they do not print: read back, compared, and what is known of the rest."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.forms.unprinted import make_form, submit
from xltool.model import Finding, Reading, Value
from xltool.published.imported import Imported
from xltool.published.read import read_report
from xltool.published.verify import find_differences
from xltool.report.gaps import find_gaps
from xltool.report.printing import REPORT_KINDS, Wishes, print_report
from xltool.rules.judge import judge_readings

SPEC = make_form()
HELD = submit(SPEC, [75, 3, 4, 5, 151])
KINDS = [kind.suffix for kind in REPORT_KINDS.values() if not kind.is_data]


def make(suffix: str) -> bytes:
    return print_report(SPEC, HELD, HELD, suffix, Wishes())[0]


def compare(read: Imported) -> list[Finding]:
    assert read.reading.submission is not None
    return [*find_differences(SPEC, read.reading.submission, HELD, read.reading.findings, read.rates)]


@pytest.mark.parametrize("suffix", KINDS)
def test_no_report_prints_it_and_each_is_read_back(suffix: str) -> None:
    data = make(suffix)
    text = data.decode("utf-8", "ignore")
    assert not [word for word in ("intake", "受理台账", "附表") if word in text]
    if not REPORT_KINDS[suffix].is_read_back:
        assert "49.66" in text
        return
    read = read_report(data, [SPEC])
    submission = read.reading.submission
    assert submission is not None
    assert submission.values == (75, 3, 4, 5, None)
    assert submission.unread_tables == {"intake"}
    assert {found.code for found in read.reading.findings} == {"published.read"}
    assert [found.code for found in judge_readings(SPEC, [read.reading])[0].findings] == ["published.read"]
    assert {key: told.raw for key, told in read.rates.items()} == {
        "matters.share.penalty": "49.66",
        "matters.share.openness": "1.98",
        "fields.police.part": "2.64",
        "fields.market.part": "3.31",
    }
    assert [source.raw for source in read.sources if source.key == "matters.share.penalty"] == ["49.66"]
    assert compare(read) == []


def test_the_figures_for_programs_have_it() -> None:
    assert b"intake.received.count" in make("csv")
    assert b'"intake.received.count": 151' in make("json")


def test_a_share_that_is_printed_otherwise_is_told_by_whoever_knows_the_whole() -> None:
    read = read_report(make("html").replace(b">49.66<", b">49.67<"), [SPEC])
    assert not [found.code for found in read.reading.findings if found.severity != "info"]
    [found] = compare(read)
    assert (found.code, found.keys) == ("verify.figure", ("matters.share.penalty",))
    assert (found.data["printed"], found.data["held"]) == ("49.67", "49.66")


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 9999), min_size=4, max_size=4), st.one_of(st.none(), st.integers(0, 9999)))
def test_every_report_says_what_its_submission_says(figures: list[Value], whole: Value) -> None:
    held = submit(SPEC, [*figures, whole])
    read = read_report(print_report(SPEC, held, held, "html", Wishes())[0], [SPEC])
    submission = read.reading.submission
    assert submission is not None
    assert submission.values == (*figures, None)
    assert [*find_differences(SPEC, submission, held, read.reading.findings, read.rates)] == []
    told = judge_readings(SPEC, [Reading(replace(submission, level_basis=""), ())])[0].findings
    assert [found.code for found in told] == []


def test_a_report_is_not_whole_while_its_shares_have_no_whole() -> None:
    blank = submit(SPEC, [75, 3, 4, 5, None])
    assert [cell.key for cell in find_gaps(SPEC, blank).cells] == ["intake.received.count"]
    assert not find_gaps(SPEC, HELD)
