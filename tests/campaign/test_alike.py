"""Agencies whose texts are the same, found among many and told once a group."""

from __future__ import annotations

from dataclasses import replace

from tests import figures
from tests.rules.test_likeness import write
from xltool import api
from xltool.campaign.alike import TextShelf, tell_group
from xltool.model import Agency


def gather(spec, texts):
    zeros = dict.fromkeys(spec.index, 0)
    given = [
        replace(
            figures.submission(spec, zeros, Agency(f"{at:03}", f"第{at}单位", "department")), texts={"problems": text}
        )
        for at, text in enumerate(texts)
    ]
    shelf = TextShelf(spec)
    for submission in given:
        shelf.add_submission(submission)
    return shelf.find_groups(lambda at: given[at])


def test_those_that_copied_are_one_group_with_what_they_share(spec):
    texts = [write(900, seed) for seed in range(30)]
    texts[7] = texts[3][:600] + write(300, 99)
    texts[20] = texts[3][:700] + write(200, 98)
    texts[5] = "略。"
    texts[6] = "略。"
    [group] = gather(spec, texts)
    assert [agency.name for agency in group.agencies] == ["第3单位", "第7单位", "第20单位"]
    assert group.shared.percent in {66, 77, 85}
    told = api.message(tell_group(group), None)
    assert told.startswith("3 个单位的文字大部分相同：第3单位、第7单位、第20单位；")
    assert f"{group.shared.percent}%" in told and group.shared.passages[0] in told


def test_two_groups_are_two_and_half_is_the_measure(spec):
    texts = [write(900, seed) for seed in range(12)]
    texts[1] = texts[0]
    texts[3] = texts[2][:600] + write(300, 99)
    texts[5] = texts[4][:400] + write(500, 97)
    groups = gather(spec, texts)
    assert [[agency.code for agency in group.agencies] for group in groups] == [["000", "001"], ["002", "003"]]
    assert [group.shared.percent for group in groups] == [100, 66]
    assert gather(spec, []) == []
