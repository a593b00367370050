"""Texts that name figures: what cannot be printed is told before anything is."""

from __future__ import annotations

from tests import figures
from xltool.rules.texts import find_text_doubts


def doubts(spec, prior=None, **texts):
    keys = {name.replace("__", "."): text for name, text in texts.items()}
    zeros = dict.fromkeys(spec.index, 0)
    found = find_text_doubts(spec, figures.submission(spec, zeros, **keys), prior)
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
