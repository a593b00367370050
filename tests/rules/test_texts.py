"""Texts that name figures: what cannot be printed is told before anything is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import figures
from xltool import api
from xltool.forms import catalog
from xltool.published.hints import Hints
from xltool.readings import import_report
from xltool.rules.texts import find_text_doubts

SHARED = Path(__file__).parents[3] / "shared"
SAMPLES = [
    api.read(path.read_bytes()).submission
    for year in (2023, 2024)
    for path in sorted((catalog.data_folder("samples") / str(year)).glob("*.json"))
]


def doubts(spec, prior=None, **texts):
    keys = {name.replace("__", "."): text for name, text in texts.items()}
    zeros = dict.fromkeys(spec.index, 0)
    found = find_text_doubts(spec, figures.submission(spec, zeros, **keys), prior, ())
    return [each for each in found if each.code == "text.reference"]


def test_texts_without_references_and_with_good_ones_are_not_told(spec):
    assert doubts(spec, overview="收到申请若干。", problems="没有。") == []
    assert doubts(spec, overview="收到{applications.received.total}件。", problems="{}和{ }没有。") == []


def test_only_the_text_with_the_fault_is_told_and_what_is_near(spec):
    good = "批准{applications.granted.total}件。"
    [found] = doubts(spec, overview="收到{applications.recieved.total}件。", problems=good)
    assert (found.code, found.severity, found.keys) == ("text.reference", "error", ())
    assert (found.data["label"], found.data["count"]) == ("一、总体情况：概述", 1)
    told = "{applications.recieved.total}，ogi-2021 没有这一格，最接近的是 {applications.received.total}"
    assert found.data["references"] == told


def test_last_year_is_asked_where_it_is_at_hand(spec):
    last = figures.submission(spec, dict.fromkeys(spec.index, 3))
    text = "上年{prior.applications.received.total}件。"
    [found] = doubts(spec, overview=text)
    assert found.data["references"] == "{prior.applications.received.total}，没有上年的数，不能引用"
    assert doubts(spec, last, overview=text) == []


def test_of_many_and_long_ones_the_beginning_is_quoted(spec):
    names = [f"{{applications.received.x{at}}}" for at in range(8)]
    [found] = doubts(spec, overview="".join(names))
    shown = found.data["references"]
    assert found.data["count"] == 8
    assert all(name in shown for name in names[:6]) and not any(name in shown for name in names[6:])
    long = f"{{applications.received.{'x' * 80}}}"
    [found] = doubts(spec, overview=long)
    assert found.data["references"].startswith(f"{long[:60]}，")


def tell(submission):
    """The codes and grades of what is told of how texts are worded; their figures have tests of their own."""
    found = find_text_doubts(api.form(submission.form), submission, None, ())
    return [(each.code, each.severity) for each in found if each.code in {*SPOILS, "text.aspects", "text.reference"}]


@pytest.mark.parametrize("submission", SAMPLES, ids=lambda each: f"{each.agency.code}-{each.year}")
def test_the_texts_of_the_sample_county_are_reproached_with_nothing(submission):
    assert len(submission.texts) > 8
    assert tell(submission) == []


SPOILS = {
    "text.year": ("overview", lambda text, each: f"{each.year - 1}年，我局认真落实。"),
    "text.notice": (
        "preface",
        lambda text, each: text.replace("〔2021〕30号", "〔2019〕60号") + "按国办公开办函〔2019〕60号。",
    ),
    "text.agency": (
        "overview",
        lambda text, each: "现将额敏县档案史志编纂中心2024年政府信息公开工作年度报告公布如下。",
    ),
    "text.hollow": ("problems", lambda text, each: "无。"),
    "text.person": ("overview.requests", lambda text, each: f"{text}申请人陈小红于{each.year}年5月提出。"),
    "text.digits": ("overview.disclosure", lambda text, each: f"{text}共公开信息1O3条。"),
    "text.gap": ("overview.platform", lambda text, each: f"{text}共发布____条。"),
    "text.cut": ("problems", lambda text, each: f"{text}下一步将继续完善制度、加强培训，"),
}


@given(st.sampled_from(SAMPLES), st.sets(st.sampled_from(sorted(SPOILS)), min_size=1, max_size=4))
def test_each_way_in_which_a_text_is_spoilt_is_found_and_none_is_compulsory(submission, ways):
    texts = dict(submission.texts)
    for code in sorted(ways):
        key, spoil = SPOILS[code]
        texts[key] = spoil(texts[key], submission)
    ways = ways - ({"text.agency"} if submission.agency.level != "department" else set())  # its name lacks the county
    ways = ways - ({"text.cut"} if {"text.hollow", "text.cut"} <= ways else set())
    ways = ways - ({"text.agency"} if {"text.year", "text.agency"} <= ways else set())  # written over
    found = tell(replace(submission, texts=texts))
    assert {code for code, _ in found} >= ways
    assert "error" not in {severity for _, severity in found}


def list_real_reports():
    """Submissions with texts as offices write them: the packaged examples, and reports that lie beside the project."""
    for submission in SAMPLES:
        yield submission.agency.name, submission
    for path in sorted((SHARED / "seed").glob("*.txt")):
        yield path.name, import_report(path.read_bytes(), path.name, Hints()).reading.submission


def test_no_text_rule_refuses_what_real_offices_wrote():
    written = 0
    for name, submission in list_real_reports():
        [judged] = api.check([api.Reading(submission)], None)
        refused = [each for each in judged.findings if each.code.startswith("text.") and each.severity == "error"]
        assert not refused, (name, refused)
        written += any(text.strip() for text in submission.texts.values())
    if not written:
        pytest.skip("no texts of real reports here")
