"""What two agencies may both have counted: the evidence, and silence on what says nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests import figures
from tests.campaign import stores
from tests.rules.test_likeness import write
from xltool import api
from xltool.campaign import county, gathering
from xltool.campaign.consolidate import consolidate_submissions
from xltool.campaign.doubles import CitedNumbers, find_double_counts
from xltool.campaign.roster import Roster
from xltool.campaign.standings import find_standings
from xltool.model import Agency, Correction
from xltool.periods import Period

OWN = Agency("654221-000", "额敏县", "county")
ISSUED, IN_FORCE = "disclosure.normative_documents.issued", "disclosure.normative_documents.in_force"
UPHELD = "disputes.direct.upheld"


def tell(spec, given, corrections=()):
    """The findings on agencies, each with its figures and the text of its 主动公开."""
    submissions = []
    for at, (values, text) in enumerate(given):
        filled = figures.summed(spec, dict.fromkeys(spec.index, 0) | values)
        made = figures.submission(spec, filled, Agency(f"{at:03}", f"第{at}单位", "department"))
        submissions.append(replace(made, texts={"overview.disclosure": text}))
    cited = CitedNumbers(spec)
    for submission in submissions:
        cited.add_submission(submission)
    held = consolidate_submissions(spec, submissions, OWN, Period(2024), corrections=corrections)
    return [api.message(each, None) for each in find_double_counts(spec, held, cited)], held


@pytest.mark.parametrize(
    ("one", "other", "named"),
    [
        ("联合印发额政规〔2024〕3号文件。", "与有关单位联合印发《办法》（额政规〔2024〕3号）。", "额政规〔2024〕3号"),
        (
            "制定行政规范性文件《额敏县校车安全管理办法》1件。",
            "制发规范性文件《额敏县校车安全管理办法》。",
            "《额敏县校车安全管理办法》",
        ),
    ],
)
def test_one_document_in_two_texts_is_told_with_its_name(spec, one, other, named):
    [told], _ = tell(spec, [({ISSUED: 1, IN_FORCE: 1}, one), ({ISSUED: 2, IN_FORCE: 9}, other), ({IN_FORCE: 1}, "")])
    assert f"第0单位、第1单位的文字都写到“{named}”" in told


def test_one_case_in_two_texts_is_told_at_its_row(spec):
    text = "行政诉讼（2024）新4221行初12号案，一审维持。"
    [told], _ = tell(spec, [({UPHELD: 1}, text), ({UPHELD: 3}, text)])
    assert "都写到“（2024）新4221行初12号”" in told
    assert tell(spec, [({UPHELD: 1}, text), ({UPHELD: 0}, text)])[0] == []  # one of them counts none


@pytest.mark.parametrize(
    ("figures_of", "told"), [((3, 8), True), ((1, 5), False), ((0, 400), False), ((1, 1), False), ((12, 12), True)]
)
def test_equal_figures_are_told_where_chance_does_not_make_them(spec, figures_of, told):
    values = {ISSUED: figures_of[0], IN_FORCE: figures_of[1]}
    found, _ = tell(spec, [(values, ""), (values, ""), ({IN_FORCE: 2}, "")])
    assert bool(found) is told
    assert not told or "第0单位、第1单位的数相同" in found[0]


@pytest.mark.parametrize(
    "text",
    [
        "落实国办发〔2024〕3号文件。",
        "联合印发额政规〔2023〕3号文件。",
        "行政规范性文件按《中华人民共和国政府信息公开条例》公开。",
        "",
    ],
)
def test_what_no_row_is_about_or_another_year_s_says_nothing(spec, text):
    assert tell(spec, [({ISSUED: 1, IN_FORCE: 1}, text), ({ISSUED: 2, IN_FORCE: 9}, text)])[0] == []


def test_what_many_name_is_their_superior_s(spec):
    text = "联合印发额政规〔2024〕3号文件。"
    assert tell(spec, [({ISSUED: at + 1}, text) for at in range(6)])[0] == []


def test_nothing_is_subtracted_and_a_correction_settles_it(spec):
    given = [({ISSUED: 3, IN_FORCE: 8}, ""), ({ISSUED: 3, IN_FORCE: 8}, "")]
    found, held = tell(spec, given)
    assert len(found) == 1 and held.total.values[spec.index[ISSUED]] == 6
    settled = [Correction(ISSUED, -3, None, "联合发文由第0单位计", "李某")]
    assert tell(spec, given, settled)[0] == []


def test_the_county_tells_both_at_its_sum_and_no_more_than_tells_them(tmp_path, spec):
    roster = Roster(stores.entries())
    campaign = stores.campaign(tmp_path, roster)
    text = write(900, 1)
    with stores.opened(campaign) as store:
        for at, entry in enumerate(roster.entries):
            values = dict.fromkeys(spec.index, 0) | ({ISSUED: 3, IN_FORCE: 8} if at in {1, 2} else {})
            made = figures.submission(spec, figures.summed(spec, values), entry.agency)
            problems = text if at in {1, 4} else write(900, at + 7)
            stores.take_judged(
                store, replace(made, texts={**made.texts, "problems": problems}), "2025-01-10T09:00:00", f"{at}.xlsx"
            )
        given = gathering.gather_standings(find_standings(campaign, roster, store, stores.DEADLINE))
        assert len(given.taken) == len(roster.entries)
        held = county.sum_county(campaign, roster, store, given, noted=(), last_year={}).consolidation
    told = {each.code: (each.severity, api.message(each, None)) for each in held.findings}
    assert "county.careful" in told
    assert told["county.double"][0] == told["county.alike"][0] == "info"
    assert "额敏县教育和科学技术局、额敏县财政局的数相同（制发件数 3、" in told["county.double"][1].replace("本年", "")
    assert "2 个单位的文字大部分相同：额敏县教育和科学技术局、额敏县上户镇人民政府" in told["county.alike"][1]
