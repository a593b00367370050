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
from xltool.campaign.reminders import HEADER, list_reminders
from xltool.campaign.roster import Roster
from xltool.campaign.standing import count_states, find_standings, find_strays, find_unmatched, to_json
from xltool.csvfile import as_csv

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

    def standing(code, today=BEFORE, **more):
        return next(s for s in find_standings(campaign, ROSTER, store, today, **more) if s.entry.agency.code == code)

    return standing


def test_every_agency_of_the_roster_has_a_state_in_its_order(campaign, store):
    take(store, LAND, "2025-01-10T09:00:00")
    take(store, EDUCATION, "2025-01-11T09:00:00", [BALANCE, SHARE])
    take(store, FINANCE, "2025-01-12T09:00:00", [SHARE])
    found = find_standings(campaign, ROSTER, store, BEFORE)
    assert [(s.entry, s.state) for s in found] == list(
        zip(ROSTER.entries, ["missing", "returned", "accepted", "accepted", "missing", "missing"], strict=True)
    )
    assert [(s.errors, s.warnings, s.waived) for s in found[:4]] == [(0, 0, 0), (1, 1, 0), (0, 1, 0), (0, 0, 0)]


def test_the_newest_version_decides(store, stand):
    take(store, LAND, "2025-01-10T09:00:00", [BALANCE])
    assert (stand(LAND).state, stand(LAND).versions) == ("returned", 1)
    take(store, LAND, "2025-01-11T09:00:00", file="改好了.xlsx")
    assert (stand(LAND).state, stand(LAND).versions) == ("accepted", 2)
    assert (stand(LAND).file, stand(LAND).received, stand(LAND).version.number) == (
        "改好了.xlsx",
        "2025-01-11T09:00:00",
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
def test_late_is_who_first_returns_after_the_deadline_or_not_at_all(store, stand, returned, today, days):
    for at in returned:
        take(store, LAND, at)
    assert (stand(LAND, today).late, stand(LAND, today).days_late) == (days > 0, days)


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
    assert standing.open == ()


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
    assert (stand(LAND).state, stand(LAND).waived, stand(LAND).open) == ("accepted", 0, ())


def test_under_strict_a_warning_needs_a_word(store, stand):
    take(store, LAND, "2025-01-10T09:00:00", [SHARE])
    assert (stand(LAND).state, stand(LAND, strict=True).state) == ("accepted", "returned")
    waive(store, LAND, "applications.carried_out_share")
    assert stand(LAND, strict=True).state == "accepted"


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
def test_an_explanation_on_the_line_of_the_check_suffices_under_strict(store, stand, warning, line):
    take(store, LAND, "2025-01-10T09:00:00", [warning], explanations={line: "已与上级核实。"})
    standing = stand(LAND, strict=True)
    assert (standing.state, standing.warnings, standing.findings[0].explanation) == ("accepted", 0, "已与上级核实。")


@pytest.mark.parametrize("told", [{"cell.blank@applications": "别的表"}, {"cell.blank@disclosure": "   "}])
def test_an_explanation_of_something_else_or_of_blanks_does_not(store, stand, told):
    blank = finding("cell.blank", "warning", code="cell.blank", cells=["disclosure.licensing.decisions"])
    take(store, LAND, "2025-01-10T09:00:00", [blank], explanations=told)
    assert stand(LAND, strict=True).state == "returned"


def test_an_explanation_does_not_excuse_an_error(store, stand):
    take(store, LAND, "2025-01-10T09:00:00", [BALANCE], explanations={"applications.balance@enterprise": "不改。"})
    assert stand(LAND).state == stand(LAND, strict=True).state == "returned"


def test_findings_as_the_checks_make_them(store, stand):
    agency = ROSTER.agencies[LAND].agency
    wrong = FIGURES | {"applications.received.enterprise": FIGURES["applications.received.enterprise"] + 3}
    stores.take_judged(
        store, figures.submission(SPEC, figures.summed(SPEC, wrong), agency), "2025-01-10T09:00:00", "a.xlsx"
    )
    assert {v.name for v in stand(LAND).open} == {"applications.balance@enterprise", "applications.balance@total"}
    assert all("改法：" not in v.gist and v.message.startswith(v.gist) for v in stand(LAND).open)
    assert (stand(LAND).errors, stand(LAND).warnings) == (1, 0)
    waive(store, LAND, "applications.balance")
    assert (stand(LAND).state, stand(LAND).waived) == ("accepted", 2)


def test_the_document_of_the_contract(campaign, store):
    take(store, LAND, "2025-01-12T09:30:00", [SHARE], file="新建 工作表.xlsx")
    stray(store, "照片.xlsx", "这不是 xlsx 工作簿。")
    found, others = find_standings(campaign, ROSTER, store, AFTER), find_unmatched(store, find_strays(ROSTER, store))
    told = json.loads(json.dumps(to_json(campaign, found, others)))
    assert list(told) == ["schema", "name", "form", "year", "deadline", "agencies", "unmatched", "counts", "second"]
    assert (told["schema"], told["name"], told["form"], told["year"]) == ("xltool/status/1", "额敏县", "ogi-2021", 2024)
    assert told["deadline"] == "2025-01-31"
    assert told["agencies"][3] == {
        "code": LAND,
        "name": "额敏县自然资源局",
        "state": "accepted",
        "late": False,
        "versions": 1,
        "errors": 0,
        "warnings": 1,
        "waived": 0,
        "lapsed": [],
        "published": None,
        "file": "新建 工作表.xlsx",
        "received": "2025-01-12T09:30:00",
        "second": "none",
        "aside": [],
    }
    assert (told["agencies"][0]["second"], told["second"]["none"]) == (None, 1)
    assert list(told["agencies"][0]) == list(told["agencies"][3])
    assert (told["agencies"][0]["late"], told["agencies"][0]["file"], told["agencies"][0]["received"]) == (
        True,
        None,
        None,
    )
    assert told["unmatched"] == [{"file": "照片.xlsx", "reason": "这不是 xlsx 工作簿。"}]
    assert (
        told["counts"]
        == count_states(found, others)
        == {"missing": 5, "returned": 0, "accepted": 1, "absent": 0, "unmatched": 1}
    )
    assert to_json(replace(campaign, deadline=None), found, others)["deadline"] is None


def test_a_return_of_an_agency_that_left_the_roster_is_not_lost_sight_of(store):
    take(store, "654221-900", "2025-01-10T09:00:00", file="撤并单位.xlsx")
    take(store, LAND, "2025-01-10T09:00:00")
    assert [(u.file, u.reason) for u in find_unmatched(store, find_strays(ROSTER, store))] == [
        ("撤并单位.xlsx", "654221-900 某单位：已报送，单位名录里没有它了。")
    ]


def test_reminders_name_who_owes_what_and_how_to_reach_them(campaign, store):
    take(store, EDUCATION, "2025-01-11T09:00:00", [BALANCE, finding("applications.balance@total"), SHARE])
    take(store, FINANCE, "2025-01-12T09:00:00")
    rows = list_reminders(find_standings(campaign, Roster(ROSTER.entries[:3]), store, AFTER), campaign, AFTER)
    assert rows == [
        HEADER,
        (OFFICE, "额敏县人民政府办公室", "联系人0", "0901-0000000", "u0@example.invalid", "未报送", "未报送", 3),
        (
            EDUCATION,
            "额敏县教育和科学技术局",
            "联系人1",
            "0901-0000001",
            "u1@example.invalid",
            "退回",
            "已退回，2 条须改，1 条须核实、说明",
            3,
        ),
    ]
    assert [
        row[-1] for row in list_reminders(find_standings(campaign, ROSTER, store, BEFORE), campaign, BEFORE)[1:]
    ] == [
        0,
        0,
        0,
        0,
        0,
    ]


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
