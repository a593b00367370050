"""What texts have in common, against counts made another way."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import figures
from xltool.forms import catalog
from xltool.model import Reading, Submission
from xltool.rules.judge import judge_readings
from xltool.rules.likeness import (
    ALIKE,
    PASSAGE,
    ComparedText,
    compare_texts,
    find_alike_pairs,
    is_comparable,
    make_prints,
    take_texts,
)

SPEC = catalog.load_form("ogi-2021")
ZEROS = dict.fromkeys(SPEC.index, 0)


def write(signs: int, seed: int) -> str:
    """Words without sense, so that two of different seeds have no passage in common."""
    rng = Random(seed)
    return "".join(chr(0x4E00 + rng.randrange(5000)) for _ in range(signs))


def report(**texts: str) -> Submission:
    """A submission with these texts alone."""
    return replace(figures.submission(SPEC, ZEROS), texts=texts)


def take(**texts: str) -> ComparedText:
    return take_texts(SPEC, report(**texts))


def count_shared(one: str, other: str) -> int:
    """The signs of one text in runs that the other has, sign by sign."""
    shared = set()
    for at in range(len(one) - PASSAGE + 1):
        if one[at : at + PASSAGE] in other:
            shared |= set(range(at, at + PASSAGE))
    return len(shared)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(1, 40)), min_size=1, max_size=12), st.integers(0, 3))
def test_the_share_is_that_which_counting_sign_by_sign_gives(pieces, seed):
    mine = "".join(write(200, kind)[:signs] for kind, signs in pieces)
    theirs = write(200, seed) + write(200, 9)
    assert compare_texts(take(overview=mine), take(overview=theirs)).percent == (
        count_shared(mine, theirs) * 100 // len(mine)
    )


def test_figures_and_punctuation_change_nothing_and_passages_are_shown_as_written():
    last = "全年公开信息300条，其中政策12条。" + write(20, 1)
    this = "全年公开信息415条；其中政策9条。" + write(20, 2)
    shared = compare_texts(take(problems=this), take(problems=last))
    assert shared.passages == ("全年公开信息415条；其中政策9条",)
    assert shared.percent == 12 * 100 // 32


def test_a_passage_does_not_go_on_from_one_text_into_the_next():
    one = take(problems=write(8, 1), other_matters=write(8, 2))
    other = take(problems=write(8, 1) + write(8, 2))
    assert compare_texts(one, other).percent == 0


def test_what_the_form_says_that_most_have_and_the_preface_count_for_nothing():
    common = "本年未收到政府信息公开申请。" + SPEC.text("problems").guidance
    text = take(preface=write(300, 1), problems=common)
    assert text.size < 12  # what joins the sentences
    assert compare_texts(text, text).percent == 0 or not is_comparable(text)


@pytest.mark.parametrize(("kept", "told"), [(500, True), (260, True), (240, False), (0, False)])
def test_texts_like_last_year_s_are_a_remark_with_the_share(kept, told):
    last = report(overview=write(500, 1))
    this = report(overview=write(500, 1)[:kept] + write(500 - kept, 2))
    [judged] = judge_readings(SPEC, [Reading(this)], [replace(last, year=2023)])
    found = [each for each in judged.findings if each.code == "text.alike"]
    assert [each.data["percent"] for each in found] == ([kept // 5] if told else [])
    assert {each.severity for each in found} <= {"info"}


def test_short_texts_and_last_years_without_texts_say_nothing():
    short = report(overview=write(100, 1))
    bare = report()
    long = report(overview=write(500, 1))
    for this, last in ((short, short), (long, bare)):
        [judged] = judge_readings(SPEC, [Reading(this)], [replace(last, year=2023)])
        assert "text.alike" not in {each.code for each in judged.findings}


def test_among_many_each_finds_the_one_that_it_was_copied_from():
    rng = Random(3)
    texts = [write(1500, seed) for seed in range(300)]
    copied = {at: rng.randrange(100) for at in range(200, 300)}
    for at, source in copied.items():
        texts[at] = texts[source][:1000] + texts[at][:500]
    taken = [take(overview=text) for text in texts]
    pairs = dict(find_alike_pairs([make_prints(each) for each in taken]))
    siblings = {
        at: {source, *(other for other, its in copied.items() if its == source)} for at, source in copied.items()
    }
    assert all(pairs[at] in siblings[at] for at in copied)
    assert all(compare_texts(taken[at], taken[pairs[at]]).percent >= ALIKE for at in copied)
    assert all(compare_texts(taken[at], taken[other]).percent >= ALIKE for at, other in pairs.items())


def test_one_pattern_of_all_is_found_and_nothing_is_nothing():
    taken = [take(overview=write(800, 1) + write(300, seed)) for seed in range(2, 250)]
    pairs = dict(find_alike_pairs([make_prints(each) for each in taken]))
    assert set(pairs) == set(range(248))
    assert list(find_alike_pairs([])) == []
    assert list(find_alike_pairs([make_prints(take(overview="短"))] * 3)) == []
