"""Opinions accepted, by a tick in the workbook that came back or by the office: what counts then, and what is told."""

from __future__ import annotations

import hashlib
import io
import json
import shutil

import openpyxl
import pytest

from tests.campaign.slips import (
    GRANTED,
    NAME,
    PLAN,
    RECEIVED,
    SPEC,
    TOTAL,
    archive,
    edit,
    figures,
    fill_slip,
    open_store,
    returned,
    save,
)
from tests.campaign.test_decisions import BY, FINANCE, HEAD, WATER, Office
from xltool import api
from xltool.campaign.accepting import find_unsettled
from xltool.campaign.folder import load_campaign
from xltool.campaign.record import read_record
from xltool.workbook.tick_marks import ACCEPT_COLUMN, ACCEPT_HEAD


@pytest.fixture(scope="module")
def slipped(tmp_path_factory):
    office = Office(tmp_path_factory.mktemp("slip"))
    office.put("a.xlsx", office.fill(HEAD, 1))
    office.put("b.xlsx", office.fill(FINANCE, 2))
    office.put("w.xlsx", fill_slip(office, WATER))
    done = office.run("collect", "--jobs", 1)
    assert done.exit_code == 3 and office.states()[WATER] == "returned"
    return office


@pytest.fixture
def office(slipped, tmp_path):

    copy = Office.__new__(Office)
    copy.root, copy.figures = tmp_path / "某县", dict(slipped.figures)
    shutil.copytree(slipped.root, copy.root)
    return copy


def test_the_workbook_that_goes_back_asks_by_a_drop_down(office):
    sheet = openpyxl.load_workbook(io.BytesIO(returned(office, WATER)))["退回意见"]
    [head] = [cell for row in sheet.iter_rows() for cell in row if cell.value == ACCEPT_HEAD]
    asked = [cell for row in sheet.iter_rows() for cell in row if str(cell.value or "").startswith("accept ")]
    assert len(asked) == 1 and sheet.column_dimensions[asked[0].column_letter].hidden
    tick = sheet.cell(asked[0].row, head.column)
    [rule] = [each for each in sheet.data_validations.dataValidation if tick.coordinate in each.sqref]
    assert "在“采纳”栏选“是”的，即 表三 D6 12 → 21。" in sheet.cell(asked[0].row, head.column - 2).value
    assert rule.formula1 == '"是"' and not tick.protection.locked and tick.value is None
    others = [sheet.cell(at, head.column) for at in range(head.row + 1, asked[0].row)]
    assert all(cell.protection.locked for cell in others)


def test_a_tick_makes_the_proposed_figure_count_and_the_file_stays_as_it_came(office):
    sent = edit(returned(office, WATER), answer="是")
    office.put("w2.xlsx", sent)
    done = office.run("collect", "--jobs", 1)
    assert f"按“退回意见”里的采纳改了 1 格（{NAME} 12 → 21）" in done.output, done.output
    assert office.states()[WATER] == "accepted"
    document, version = figures(office, WATER)
    assert document["values"][RECEIVED] == document["values"][TOTAL] == 21
    [given] = document["accepted"]
    assert (given["cell"], given["typed"], given["value"], given["by"]) == (RECEIVED, 12, 21, "某县水利局")
    assert given["totals"] == {TOTAL: 12}
    kept = (office.root / "archive" / f"{hashlib.sha256(sent).hexdigest()}.xlsx").read_bytes()
    assert kept == sent and api.read(kept).submission.values[SPEC.index[RECEIVED]] == 12
    told = office.status()[1][WATER]["accepted"]
    assert told == [{"cell": RECEIVED, "typed": 12, "value": 21, "reason": given["reason"], "by": "某县水利局"}]
    assert [each["code"] for each in version.findings if each["code"].startswith(("figure.", "accept."))] == [
        "figure.accepted"
    ]
    assert office.run("collect", "--jobs", 1).exit_code == 0
    assert figures(office, WATER)[0] == document, "the same once more changes nothing"


@pytest.mark.parametrize("figure", [13, 21])
def test_a_cell_that_was_changed_besides_counts_as_it_is_typed(office, figure):
    office.put("w2.xlsx", edit(returned(office, WATER), {RECEIVED: figure}, "是"))
    done = office.run("collect", "--jobs", 1)
    document, version = figures(office, WATER)
    assert document["values"][RECEIVED] == figure and "accepted" not in document
    told = [each["message"] for each in version.findings if each["code"].startswith("accept.")]
    if figure == 21:
        assert told == [] and office.states()[WATER] == "accepted"
    else:
        assert len(told) == 1 and "现在填的是 13" in told[0] and "没有采纳" in told[0] and "没有采纳" in done.output


def test_an_old_tick_on_a_cell_that_was_changed_since_is_told_once(office):
    first = returned(office, WATER)
    office.put("w2.xlsx", edit(first, answer="是"))
    office.run("collect", "--jobs", 1)
    assert figures(office, WATER)[0]["values"][RECEIVED] == 21
    office.put("w3.xlsx", edit(first, {RECEIVED: 13}, "是"))
    done = office.run("collect", "--jobs", 1)
    document, version = figures(office, WATER)
    assert document["values"][RECEIVED] == 13 and "accepted" not in document
    assert [each["code"] for each in version.findings if each["code"].startswith("accept.")] == ["accept.void"]
    assert done.output.count("已另改过") == 1 and "这一版填的是 13" in done.output


def forge(data, change):
    book = openpyxl.load_workbook(io.BytesIO(edit(data, answer="是")))
    sheet = book["退回意见"]
    for row in sheet.iter_rows(min_col=ACCEPT_COLUMN + 2, max_col=ACCEPT_COLUMN + 2):
        if str(row[0].value or "").startswith("accept "):
            row[0].value = change(row[0].value)
    return save(book)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace(",21]", ",22]"),
        lambda text: text.replace("[1,1,", "[1,2,"),
        lambda text: text.replace("[1,1,", "[2,1,"),
        lambda text: text.replace("natural_person", "enterprise"),
        lambda text: text.replace("natural_person", "nobody"),
    ],
)
def test_a_tick_that_is_not_of_what_was_sent_is_told_and_not_applied(office, change):
    office.put("w2.xlsx", forge(returned(office, WATER), change))
    done = office.run("collect", "--jobs", 1)
    document, version = figures(office, WATER)
    assert document["values"][RECEIVED] == 12 and "accepted" not in document
    assert version.number == 2 and "accept.unknown" in {each["code"] for each in version.findings}
    assert "与退回时发出的不一样" in done.output and office.states()[WATER] == "returned"


def test_what_is_no_tick_is_told_as_unread(office):
    office.put("w2.xlsx", edit(returned(office, WATER), answer="再想想"))
    office.run("collect", "--jobs", 1)
    document, version = figures(office, WATER)
    assert "accepted" not in document
    assert any("再想想" in each["message"] for each in version.findings if each["code"] == "sheet.unread")


def test_a_tick_on_an_opinion_of_before_is_told(office):
    first = returned(office, WATER)
    office.put("w2.xlsx", fill_slip(office, WATER, typed=12, granted=12))
    office.run("collect", "--jobs", 1)
    office.put("w3.xlsx", edit(first, {GRANTED: 12}, "是"))
    done = office.run("collect", "--jobs", 1)
    assert "没有采纳" in done.output and "accepted" not in figures(office, WATER)[0]


def test_the_office_accepts_and_takes_back_and_each_time_all_is_as_it_was(office):
    before, kept = figures(office, WATER), archive(office)
    done = office.run("accept", WATER, "表三 本年新收 自然人", *BY)
    assert done.exit_code == 0 and "采纳 表三“本年新收”行“自然人”栏" in done.output and "12 → 21" in done.output
    assert "现为：退回 → 通过" in done.output
    assert figures(office, WATER)[0]["values"][RECEIVED] == 21 and archive(office) == kept
    again = office.run("accept", WATER, RECEIVED, *BY)
    assert again.exit_code == 0 and figures(office, WATER)[0]["values"][RECEIVED] == 21
    other = office.run("accept", WATER, RECEIVED, "--reason", "别的", "--by", "李某")
    assert other.exit_code == 1 and "已采纳 12 → 21" in other.output
    back = office.run("accept", WATER, RECEIVED, "--withdraw", *BY)
    assert back.exit_code == 0 and "已撤销采纳" in back.output and "通过 → 退回" in back.output
    assert figures(office, WATER) == before and archive(office) == kept
    assert office.run("accept", WATER, RECEIVED, "--withdraw", *BY).exit_code == 1


def test_what_no_opinion_names_cannot_be_accepted(office):
    for words in ("表三 予以公开 自然人", "disputes.review.upheld"):
        done = office.run("accept", WATER, words, *BY)
        assert done.exit_code == 1 and f"可以采纳的：{NAME}" in done.output
    assert "没有一条意见断定" in office.run("accept", FINANCE, RECEIVED, *BY).output


def test_it_holds_for_later_versions_with_the_same_figure_and_for_no_other(office):
    office.run("accept", WATER, RECEIVED, *BY)
    office.put("w2.xlsx", change_one(office))
    office.run("collect", "--jobs", 1)
    document = figures(office, WATER)[0]
    assert document["values"][RECEIVED] == 21 and document["values"]["disclosure.licensing.decisions"] == 7
    office.put("w4.xlsx", fill_slip(office, WATER, typed=15))
    done = office.run("collect", "--jobs", 1)
    assert "这一版填的是 15，已另改过，按填的算" in done.output
    back = openpyxl.load_workbook(max((office.root / "returned").glob("*.xlsx")))["退回意见"]
    [told] = [row for row in back.iter_rows(values_only=True) if "已另改过" in str(row[4])]
    assert str(told[3]) == "15", "what stands in the cell, and not what stood there"
    assert figures(office, WATER)[0]["values"][RECEIVED] == 15
    office.run("use", WATER, 1, *BY)
    assert figures(office, WATER)[0]["values"][RECEIVED] == 21
    office.run("accept", WATER, RECEIVED, "--withdraw", *BY)
    assert [figures(office, WATER, number)[0]["values"][RECEIVED] for number in (1, 2, 3)] == [12, 12, 15]


def change_one(office):
    book = openpyxl.load_workbook(io.BytesIO(fill_slip(office, WATER)))
    spot = PLAN.cells["disclosure.licensing.decisions"]
    book[spot.sheet][spot.address] = 7
    return save(book)


def test_the_sum_carries_the_figure_and_says_so(office):
    office.run("accept", WATER, RECEIVED, *BY)
    done = office.run("consolidate")
    document = json.loads((office.root / "county" / "submission.json").read_bytes())
    assert document["accepted"] == [
        {
            "agency": WATER,
            "name": "某县水利局",
            "cell": RECEIVED,
            "typed": 12,
            "value": 21,
            "reason": "会议决定",
            "by": "王某",
        }
    ], done.output
    single = sum(office.figures[code][RECEIVED] for code in (HEAD, FINANCE))
    assert document["values"][RECEIVED] == single + 21
    reading = api.check([api.read((office.root / "county" / "submission.json").read_bytes())])[0]
    [told] = [api.message(each, SPEC) for each in reading.findings if each.code == "figure.accepted"]
    assert told.startswith("某县水利局：表三“本年新收”行“自然人”栏") and "由 12 改为 21（会议决定，王某）" in told


def test_the_record_tells_who_and_when(office):
    office.run("accept", WATER, RECEIVED, *BY)
    office.run("accept", WATER, RECEIVED, "--withdraw", "--reason", "又核对", "--by", "李某")

    campaign = load_campaign(office.root)
    with open_store(office) as store:
        entries = [each for each in read_record(campaign, campaign.read_roster(), store) if each.kind == "accept"]
    assert [(each.word, each.person, each.said) for each in entries] == [
        ("采纳", "李某", f"撤销采纳 {NAME}：又核对"),
        ("采纳", "王某", f"采纳 {NAME} 12 → 21：会议决定"),
    ]


def test_a_second_reading_is_held_against_what_was_typed(office):
    office.run("accept", WATER, RECEIVED, *BY)
    done = office.run("collect", "--second", "--jobs", 1)
    assert "不同 0 个" in done.stderr, done.stderr


def test_two_of_a_kind_that_came_together_have_the_same_figures(office):
    ticked = edit(returned(office, WATER), answer="是")
    later = edit(returned(office, WATER), {"disclosure.licensing.decisions": 9})
    office.put("w2.xlsx", ticked)
    office.put("w3.xlsx", later)
    office.run("collect", "--jobs", 1)

    with open_store(office) as store:
        assert find_unsettled(load_campaign(office.root), store) == []


def test_doctor_finds_and_mends_figures_that_are_not_those_of_the_record(office):

    office.run("accept", WATER, RECEIVED, *BY)
    with open_store(office) as store, store._transaction():
        store._db.execute("DELETE FROM acceptance")
    done = office.run("doctor")
    assert done.exit_code == 1 and "与采纳的记录不一致" in done.output
    mended = office.run("doctor", "--mend")
    assert "按采纳的记录重新审了 1 版" in mended.output
    assert figures(office, WATER)[0]["values"][RECEIVED] == 12 and "不一致" not in office.run("doctor").output


def test_a_rebuilt_database_keeps_what_was_accepted(office):
    office.put("w2.xlsx", edit(returned(office, WATER), answer="是"))
    office.run("collect", "--jobs", 1)
    before = figures(office, WATER)[0]
    (office.root / "campaign.db").unlink()
    office.run("doctor", "--mend")
    assert figures(office, WATER)[0]["values"][RECEIVED] == before["values"][RECEIVED] == 21
