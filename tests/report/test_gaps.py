"""What keeps a report from being published."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from tests import figures
from xltool import api
from xltool.model import LEVELS, NOT_APPLICABLE, Agency, Waiver
from xltool.report.gaps import find_gaps, list_waived_blanks, put_slashes

SPEC = api.form("ogi-2021")
TEXTS = {text.key: "已写。" for text in SPEC.texts if text.required}


def given(level="department", blank=(), **texts):
    whole = figures.submission(SPEC, figures.consistent(SPEC, Random(3)), Agency("1", "局", level))
    values = [None if key in blank else value for key, value in zip(SPEC.index, whole.values, strict=True)]
    return replace(whole, values=tuple(values), texts=TEXTS | texts)


def test_nothing_is_missing_of_a_whole_one():
    assert not find_gaps(SPEC, given())


def test_a_blank_cell_and_an_empty_text_are_named_and_a_blank_total_is_none():
    gaps = find_gaps(SPEC, given(blank={"disputes.review.other", "disputes.review.total"}, problems=" \n\u3000"))
    assert [cell.key for cell in gaps.cells] == ["disputes.review.other"]
    assert gaps.texts == ("五、存在的主要问题及改进情况",)


@pytest.mark.parametrize("level", LEVELS)
def test_only_what_was_let_pass_and_may_be_a_slash_becomes_one(level):
    submission = given(level, blank=SPEC.index)
    printed, put = put_slashes(SPEC, submission, SPEC.index)
    slashed = {key for key, value in zip(SPEC.index, printed.values, strict=True) if value is NOT_APPLICABLE}
    assert slashed == put
    [judged] = api.check([api.read(api.dump(printed))])
    assert "cell.not_applicable" not in {found.code for found in judged.findings}
    assert bool(slashed) == (level not in {"ministry", "province", "city"})
    assert put_slashes(SPEC, submission, ()) == (submission, frozenset())


def test_a_sum_tells_which_blanks_were_let_pass():
    word = Waiver("1", "局", "cell.blank", "无此项", "王某", {"disclosure.regulations.issued": None, "a.b.c": 3})
    assert list_waived_blanks(replace(given(), waivers=(word,))) == {"disclosure.regulations.issued"}
