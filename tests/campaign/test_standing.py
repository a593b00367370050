"""How agencies stand: states, lateness, waivers and explanations, the JSON of the contract, the reminders."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import date

import pytest

from tests import figures
from tests.campaign import stores
from tests.campaign.stores import DEADLINE, FIGURES, SPEC, finding, stray, take, waive
from xltool.campaign.kept_blanks import Issue
from xltool.campaign.kept_decisions import Extension
from xltool.campaign.reminders import HEADER, list_reminders, list_urged
from xltool.campaign.roster import Roster, RosterEntry
from xltool.campaign.standing import count_states
from xltool.campaign.standings import find_standings
from xltool.campaign.status_document import to_json
from xltool.campaign.strays import find_strays, find_unmatched
from xltool.csvfile import as_csv
from xltool.model import Agency
from xltool.rules.explanations import Explanation

ROSTER = Roster(stores.entries())
OFFICE, EDUCATION, FINANCE, LAND, TOWN, SUBURB = (entry.agency.code for entry in ROSTER.entries)
BEFORE, AFTER = date(2025, 1, 20), date(2025, 2, 3)
BALANCE = finding("applications.balance@enterprise")
SHARE = finding("applications.carried_out_share", "warning")


@pytest.fixture
def campaign(tmp_path):
    return stores.campaign(tmp_path, ROSTER)


@pytest.fixture
def store(campaign):
    with stores.opened(campaign) as opened:
        yield opened


@pytest.fixture
def stand(campaign, store):
    """The standing of one agency now."""

    def standing(code, today=BEFORE):
        return next(s for s in find_standings(campaign, ROSTER, store, today) if s.entry.agency.code == code)

    return standing


def test_every_agency_of_the_roster_has_a_state_in_its_order(campaign, store):
    take(store, LAND, "2025-01-10T09:00:00")
    take(store, EDUCATION, "2025-01-11T09:00:00", [BALANCE, SHARE])
    take(store, FINANCE, "2025-01-12T09:00:00", [SHARE])
    found = find_standings(campaign, ROSTER, store, BEFORE)
    assert [(s.entry, s.state) for s in found] == list(
        zip(ROSTER.entries, ["missing", "returned", "open", "accepted", "missing", "missing"], strict=True)
    )
    assert [(s.errors, s.warnings, s.waived) for s in found[:4]] == [(0, 0, 0), (1, 1, 0), (0, 1, 0), (0, 0, 0)]


def test_the_newest_version_decides(store, stand):
    take(store, LAND, "2025-01-10T09:00:00", [BALANCE])
    assert (stand(LAND).state, stand(LAND).versions) == ("returned", 1)
    take(store, LAND, "2025-01-11T09:00:00", file="改好了.xlsx")
    assert (stand(LAND).state, stand(LAND).versions) == ("accepted", 2)
    assert (stand(LAND).file, stand(LAND).received, stand(LAND).version.number) == (
        "改好了.xlsx",
        "2025-01-11",
        2,
    )


@pytest.mark.parametrize(
    ("returned", "today", "days"),
    [
        ([], BEFORE, 0),
        ([], DEADLINE, 0),
        ([], AFTER, 3),
        (["2025-01-31T23:59:59"], AFTER, 0),
        (["2025-02-01T00:00:00"], AFTER, 1),
        (["2025-01-30T09:00:00", "2025-02-02T09:00:00"], AFTER, 0),  # came in time, was corrected later
        (["2025-02-01T09:00:00", "2025-02-02T09:00:00"], AFTER, 1),
    ],
)
def test_late_is_who_first_returns_after_the_deadline(store, stand, returned, today, days):
    for at in returned:
        take(store, LAND, at)
    standing = stand(LAND, today)
    overdue = 0 if returned else days  # what came is not owed
    assert (standing.late, standing.days_late) == (bool(returned) and days > 0, days if returned else 0)
    assert (standing.overdue, standing.days_overdue if standing.overdue else 0) == (overdue > 0, overdue)


def test_overdue_is_what_is_missing_or_returned_and_not_what_waits_for_a_word(store, stand):
    take(store, LAND, "2025-01-10T09:00:00", [BALANCE])
    take(store, FINANCE, "2025-01-10T09:00:00", [SHARE])
    found = {code: stand(code, AFTER) for code in (OFFICE, LAND, FINANCE)}
    assert {code: (s.state, s.overdue) for code, s in found.items()} == {
        OFFICE: ("missing", True),
        LAND: ("returned", True),
        FINANCE: ("open", False),
    }
    assert not any(stand(code, DEADLINE).overdue for code in found)


def test_one_agency_has_longer(store, stand):
    store.extend(Extension(LAND, "2025-02-02", "人员变动", "王某", "2025-01-30T09:00:00"))
    take(store, LAND, "2025-02-02T09:00:00", [BALANCE])
    take(store, FINANCE, "2025-02-02T09:00:00", [BALANCE])
    found = [stand(code, date(2025, 2, 2)) for code in (LAND, FINANCE)]
    assert [(standing.late, standing.overdue) for standing in found] == [(False, False), (True, True)]
    assert (stand(LAND, AFTER).overdue, stand(LAND, AFTER).days_overdue) == (True, 1)
    assert (stand(LAND).deadline, stand(FINANCE).deadline) == (date(2025, 2, 2), DEADLINE)


def test_what_a_superiors_accepted_sum_holds_is_not_overdue(campaign, store):
    village = RosterEntry(Agency("654221-401", "某村", "township"), TOWN)
    roster = Roster((*ROSTER.entries, village))
    whole = figures.submission(SPEC, FIGURES, ROSTER.agencies[TOWN].agency)
    stores.take_judged(store, replace(whole, scope="consolidated"), "2025-01-10T09:00:00", "汇总.xlsx")
    found = {standing.entry.agency.code: standing for standing in find_standings(campaign, roster, store, AFTER)}
    assert (found[TOWN].state, found["654221-401"].covered) == ("accepted", ROSTER.agencies[TOWN].agency)
    assert (found["654221-401"].state, found["654221-401"].overdue) == ("missing", False)
    assert found[OFFICE].overdue and "654221-401" not in {each.entry.agency.code for each in list_urged(found.values())}


def test_nobody_is_late_without_a_deadline(campaign, store):
    take(store, LAND, "2026-01-01T09:00:00")
    found = find_standings(replace(campaign, deadline=None), ROSTER, store, date(2026, 2, 1))
    assert not any(s.late for s in found)


@pytest.mark.parametrize("word", ["applications.balance", "applications.balance@enterprise"])
def test_a_rule_is_waived_by_its_id_or_its_full_name(store, stand, word):
    take(store, LAND, "2025-01-10T09:00:00", [BALANCE])
    waive(store, LAND, word, "跨年办理", "赵主任")
    standing = stand(LAND)
    assert (standing.state, standing.errors, standing.waived) == ("accepted", 0, 1)
    assert (standing.findings[0].waiver.reason, standing.findings[0].waiver.person) == ("跨年办理", "赵主任")
    assert standing.unsettled == ()


def test_a_finding_without_a_rule_is_waived_by_its_code(store, stand):
    take(store, LAND, "2025-01-10T09:00:00", [finding("cell.level", code="cell.level"), BALANCE])
    waive(store, LAND, "cell.level")
    assert (stand(LAND).state, stand(LAND).errors, stand(LAND).waived) == ("returned", 1, 1)


@pytest.mark.parametrize("word", ["applications.balance@total", "applications", "applications.balance@", "balance"])
def test_a_waiver_reaches_no_other_finding(store, stand, word):
    take(store, LAND, "2025-01-10T09:00:00", [BALANCE])
    waive(store, LAND, word)
    waive(store, FINANCE, "applications.balance")
    assert (stand(LAND).state, stand(LAND).waived) == ("returned", 0)


def test_the_word_on_just_this_finding_is_shown_before_the_general_one(store, stand):
    take(store, LAND, "2025-01-10T09:00:00", [BALANCE, finding("applications.balance@total")])
    waive(store, LAND, "applications.balance", "各栏")
    waive(store, LAND, "applications.balance@enterprise", "商业企业栏")
    assert [verdict.waiver.reason for verdict in stand(LAND).findings] == ["商业企业栏", "各栏"]


def test_a_waiver_holds_for_later_versions_with_the_same_figures(store, stand):
    same = finding("applications.balance@enterprise", cells=["applications.received.enterprise"])
    take(store, LAND, "2025-01-10T09:00:00", [same])
    waive(store, LAND, "applications.balance")
    take(store, LAND, "2025-01-12T09:00:00", [same, finding("applications.results@total")])
    assert (stand(LAND).state, stand(LAND).errors, stand(LAND).waived) == ("returned", 1, 1)


def test_information_is_neither_counted_nor_waived(store, stand):
    take(store, LAND, "2025-01-10T09:00:00", [finding("total.computed", "info", code="total.computed")])
    waive(store, LAND, "total.computed")
    assert (stand(LAND).state, stand(LAND).waived, stand(LAND).unsettled) == ("accepted", 0, ())


def test_what_asks_and_has_no_word_is_open(store, stand):
    take(store, LAND, "2025-01-10T09:00:00", [SHARE])
    assert (stand(LAND).state, stand(LAND).open) == ("open", 1)
    waive(store, LAND, "applications.carried_out_share")
    assert (stand(LAND).state, stand(LAND).open) == ("accepted", 0)


@pytest.mark.parametrize("code", ["formula.changed", "row.hidden", "stamp.missing", "second.differs"])
def test_what_concerns_the_file_asks_for_nothing(store, stand, code):
    take(store, LAND, "2025-01-10T09:00:00", [finding(code, "warning", code=code)])
    assert (stand(LAND).state, stand(LAND).open, stand(LAND).warnings) == ("accepted", 0, 1)


CELL = "disclosure.licensing.decisions"
BLANK = finding("cell.blank", "warning", code="cell.blank", cells=[CELL])
WHY = {"cell.blank@disclosure": "无此项业务。"}


@pytest.mark.parametrize(
    ("returns", "state"),
    [
        ([(5, WHY)], "accepted"),
        ([(5, WHY), (5, WHY)], "accepted"),
        ([(5, WHY), (6, WHY)], "open"),
        ([(5, WHY), (None, WHY)], "open"),
        ([(5, WHY), (6, {"cell.blank@disclosure": "又核对过。"})], "accepted"),
        ([(5, WHY), (6, {}), (7, WHY)], "accepted"),  # written anew
        ([(5, WHY), (6, WHY), (5, WHY)], "accepted"),  # as it was when it was written
        ([(5, {}), (6, WHY), (6, WHY)], "accepted"),
        ([(5, WHY), (5, WHY), (6, WHY), (6, WHY)], "open"),
    ],
)
def test_an_explanation_counts_for_the_figures_that_it_was_written_for(store, stand, returns, state):
    for day, (value, told) in enumerate(returns, 10):
        take(store, LAND, f"2025-01-{day}T09:00:00", [BLANK], explanations=told, values={CELL: value})
    standing = stand(LAND)
    assert standing.state == state
    assert standing.findings[0].explanation.outdated is (state == "open")


@pytest.mark.parametrize(
    ("warning", "line"),
    [
        (SHARE, "applications.carried_out_share"),
        (
            finding("cell.blank", "warning", code="cell.blank", cells=["disclosure.licensing.decisions"]),
            "cell.blank@disclosure",
        ),
        (
            finding(
                "block.only_column", "warning", code="block.only_column", cells=["applications.received.enterprise"]
            ),
            "cell.blank@applications",
        ),
        (finding("text.missing", "warning", code="text.missing"), "text.missing"),
    ],
)
def test_an_explanation_on_the_line_of_the_check_suffices(store, stand, warning, line):
    take(store, LAND, "2025-01-10T09:00:00", [warning], explanations={line: "已与上级核实。"})
    standing = stand(LAND)
    assert (standing.state, standing.warnings, standing.open) == ("accepted", 0, 0)
    assert standing.findings[0].explanation == Explanation("已与上级核实。", line)


@pytest.mark.parametrize("told", [{"cell.blank@applications": "别的表"}, {"cell.blank@disclosure": "   "}])
def test_an_explanation_of_something_else_or_of_blanks_does_not(store, stand, told):
    blank = finding("cell.blank", "warning", code="cell.blank", cells=["disclosure.licensing.decisions"])
    take(store, LAND, "2025-01-10T09:00:00", [blank], explanations=told)
    assert stand(LAND).state == "open"


def test_an_explanation_does_not_excuse_an_error(store, stand):
    take(store, LAND, "2025-01-10T09:00:00", [BALANCE], explanations={"applications.balance@enterprise": "不改。"})
    assert stand(LAND).state == "returned"


def test_findings_as_the_checks_make_them(store, stand):
    agency = ROSTER.agencies[LAND].agency
    wrong = FIGURES | {"applications.received.enterprise": FIGURES["applications.received.enterprise"] + 3}
    stores.take_judged(
        store, figures.submission(SPEC, figures.summed(SPEC, wrong), agency), "2025-01-10T09:00:00", "a.xlsx"
    )
    assert {v.name for v in stand(LAND).unsettled} == {"applications.balance@enterprise", "applications.balance@total"}
    assert (stand(LAND).errors, stand(LAND).warnings) == (1, 0)
    waive(store, LAND, "applications.balance")
    assert (stand(LAND).state, stand(LAND).waived) == ("accepted", 1), "one cause, two findings"


def test_the_document_of_the_contract(campaign, store):
    take(store, LAND, "2025-01-12T09:30:00", [SHARE], file="新建 工作表.xlsx")
    stray(store, "照片.xlsx", "这不是 xlsx 工作簿。")
    found, others = (
        find_standings(campaign, ROSTER, store, AFTER),
        find_unmatched(campaign, ROSTER, store, find_strays(ROSTER, store)),
    )
    told = json.loads(json.dumps(to_json(campaign, found, others, None)))
    assert list(told) == [
        *("schema", "name", "form", "year", "deadline", "agencies", "unmatched", "counts", "signed", "second")
    ]
    assert told["signed"] is None
    assert (told["schema"], told["name"], told["form"], told["year"]) == ("xltool/status/1", "额敏县", "ogi-2021", 2024)
    assert told["deadline"] == "2025-01-31"
    assert told["agencies"][3] == {
        "code": LAND,
        "name": "额敏县自然资源局",
        "state": "open",
        "late": False,
        "overdue": False,
        "deadline": "2025-01-31",
        "versions": 1,
        "errors": 0,
        "warnings": 1,
        "open": 1,
        "waived": 0,
        "accepted": [],
        "lapsed": [],
        "published": None,
        "file": "新建 工作表.xlsx",
        "received": "2025-01-12",
        "sent": None,
        "second": "none",
        "refused": [],
        "aside": [],
    }
    assert (told["agencies"][0]["second"], told["second"]["none"]) == (None, 1)
    assert list(told["agencies"][0]) == list(told["agencies"][3])
    first = told["agencies"][0]
    assert (first["late"], first["overdue"], first["file"], first["received"]) == (False, True, None, None)
    assert told["unmatched"] == [{"file": "照片.xlsx", "reason": "这不是 xlsx 工作簿。"}]
    assert (
        told["counts"]
        == count_states(found, others)
        == {"missing": 5, "returned": 0, "open": 1, "accepted": 0, "absent": 0, "unmatched": 1}
    )
    assert to_json(replace(campaign, deadline=None), found, others, None)["deadline"] is None


def test_a_return_of_an_agency_that_left_the_roster_is_not_lost_sight_of(campaign, store):
    take(store, "654221-900", "2025-01-10T09:00:00", file="撤并单位.xlsx")
    take(store, LAND, "2025-01-10T09:00:00")
    assert [(u.file, u.reason) for u in find_unmatched(campaign, ROSTER, store, find_strays(ROSTER, store))] == [
        ("撤并单位.xlsx", "654221-900 某单位：已报送，单位名录里没有它了。")
    ]


def test_reminders_name_who_owes_what_and_how_to_reach_them(campaign, store):
    take(store, EDUCATION, "2025-01-11T09:00:00", [BALANCE, finding("applications.balance@total"), SHARE])
    take(store, FINANCE, "2025-01-12T09:00:00")
    take(store, LAND, "2025-01-12T09:00:00", [SHARE])
    store.extend(Extension(LAND, "2025-02-10", "人员变动", "王某", "2025-01-30T09:00:00"))
    store.issue([Issue(LAND, "0001-x", "a.xlsx", "s", "2025-01-01T09:00:00", "2025-01-31")])
    urged = list_urged(find_standings(campaign, Roster(ROSTER.entries[:4]), store, AFTER))
    rows = list_reminders(campaign, urged)
    until = "2025年1月31日"

    def who(at):
        return f"联系人{at}", f"0901-{at:07}", f"u{at}@example.invalid"

    assert [row[:-1] for row in rows] == [
        HEADER[:-1],
        (OFFICE, "额敏县人民政府办公室", *who(0), "未报送", "未报送", until, 3),
        (
            *(EDUCATION, "额敏县教育和科学技术局", *who(1)),
            *("退回", "已退回，2 条须改，1 条须说明或改正", until, 3),
        ),
        (
            LAND,
            "额敏县自然资源局",
            *who(3),
            "待说明",
            "待说明，1 条须说明或改正",
            "2025年2月10日（原为2025年1月31日）",
            0,
        ),
    ]
    before = list_reminders(campaign, list_urged(find_standings(campaign, ROSTER, store, BEFORE)))
    assert {row[-2] for row in before[1:]} == {0}


def test_no_cell_of_the_csv_is_a_formula():
    hostile = (
        '=HYPERLINK("http://example.invalid")',
        "+86 901",
        "-1",
        "@SUM(A1)",
        "＝1+1",
        " =1",
        "\t=1",
        "张三,李四",
        3,
    )
    data = as_csv([hostile])
    assert data.startswith(b"\xef\xbb\xbf")
    [row] = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    assert row == [*(f"'{cell}" for cell in hostile[:7]), "张三,李四", "3"]
