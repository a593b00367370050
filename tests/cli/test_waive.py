"""`xltool waive`: what passes, what is on the record, and what is refused in one sentence."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from tests.campaign import stores
from tests.campaign.stores import finding, take
from xltool.campaign.roster import Roster
from xltool.cli import main

ROSTER = Roster(stores.entries())
OFFICE, EDUCATION, FINANCE, LAND, TOWN, SUBURB = (entry.agency.code for entry in ROSTER.entries)
WHY = ("--reason", "跨年办理", "--by", "赵主任")


@pytest.fixture
def campaign(tmp_path):
    made = stores.campaign(tmp_path, ROSTER)
    with stores.opened(made) as store:
        balance = [
            finding(f"applications.balance@{place}", message="不平。改法：改。") for place in ("enterprise", "total")
        ]
        take(
            store,
            LAND,
            "2025-01-10T09:00:00",
            [*balance, finding("cell.level", code="cell.level", message="不能有此项。")],
        )
        take(store, FINANCE, "2025-01-10T09:00:00", [finding("total.computed", "info", code="total.computed")])
        take(store, TOWN, "2025-01-10T09:00:00", [finding("text.missing", "warning", code="text.missing")])
    return made


@pytest.fixture
def waive(campaign):
    def run(*arguments):
        given = ["waive", *map(str, arguments), "-C", str(campaign.root)]
        return CliRunner().invoke(main, given, prog_name="xltool", catch_exceptions=False)

    return run


def waivers(campaign):
    with stores.opened(campaign) as store:
        return {(w.agency, w.rule): (w.reason, w.person, w.at) for found in store.waivers().values() for w in found}


def test_what_passes_and_the_new_state_are_told(campaign, waive):
    done = waive(LAND, "applications.balance", *WHY)
    assert done.exit_code == 0
    assert done.stdout.splitlines() == [
        "额敏县自然资源局：放行 2 条。",
        "  [强制] 不平。（applications.balance@enterprise）",
        "  [强制] 不平。（applications.balance@total）",
        "现为：退回；还有强制性错误 1 条未放行。",
    ]
    [(key, (reason, person, at))] = waivers(campaign).items()
    assert (key, reason, person) == ((LAND, "applications.balance"), "跨年办理", "赵主任") and len(at) == len(
        "2025-01-10T09:00:00"
    )
    assert waive(LAND, "cell.level", *WHY).stdout.endswith("现为：退回 → 通过。\n")


def test_one_place_of_a_rule_and_a_warning(waive):
    assert "放行 1 条" in waive(LAND, "applications.balance@total", *WHY).stdout
    assert waive(TOWN, "text.missing", *WHY).stdout.endswith("现为：待说明 → 通过。\n")


def test_an_agency_may_be_given_by_its_name(campaign, waive):
    assert waive("额敏县自然资源局", "cell.level", *WHY).exit_code == 0
    assert (LAND, "cell.level") in waivers(campaign)


def test_the_same_word_again_changes_nothing(campaign, waive):
    first = waive(LAND, "cell.level", *WHY)
    before = campaign.database.read_bytes()
    second = waive(LAND, "cell.level", *WHY)
    assert (second.exit_code, second.stdout) == (0, first.stdout)
    assert campaign.database.read_bytes() == before
    waive(LAND, "cell.level", "--reason", "上级另有规定", "--by", "赵主任")
    assert waivers(campaign)[LAND, "cell.level"][0] == "上级另有规定"


@pytest.mark.parametrize(
    ("agency", "rule", "said"),
    [
        ("654221-03", "cell.level", "单位名录里没有“654221-03”，最接近的是 654221-0"),
        ("额敏县自然资源", "cell.level", "最接近的是 654221-003（额敏县自然资源局）"),
        ("x", "cell.level", "单位名录里没有“x”。"),
        (LAND, "applications.balanse", "没有 applications.balanse；最接近的是 applications.balance。"),
        (LAND, "disputes", "现有：applications.balance@enterprise、applications.balance@total、cell.level。"),
        (LAND, "applications.results", "没有 applications.results；"),
        (LAND, "rule.broken", "请写明放行哪一条：applications.balance@enterprise、applications.balance@total。"),
        (OFFICE, "cell.level", "额敏县人民政府办公室还没有报送"),
        (FINANCE, "total.computed", "不用放行"),
    ],
)
def test_what_is_not_there_is_refused_with_the_nearest(campaign, waive, agency, rule, said):
    done = waive(agency, rule, *WHY)
    assert (done.exit_code, done.stdout) == (1, "") and said in done.stderr and done.stderr.count("\n") == 1
    assert waivers(campaign) == {}


@pytest.mark.parametrize(
    "why", [("--reason", " \n", "--by", "赵"), ("--reason", "有据", "--by", ""), ("--reason", "有据"), ("--by", "赵")]
)
def test_reason_and_name_must_be_given(campaign, waive, why):
    done = waive(LAND, "cell.level", *why)
    assert done.exit_code == 2 and ("--reason" in done.stderr or "--by" in done.stderr) and waivers(campaign) == {}


def test_the_record_is_one_clean_line(campaign, waive):
    assert waive(LAND, "cell.level", "--reason", "第一行\n第二行\x1b[2J\udcff", "--by", "赵\t主任").exit_code == 0
    assert waivers(campaign)[LAND, "cell.level"][:2] == ("第一行 第二行[2J", "赵 主任")


def test_several_pass_for_one_reason_or_none_does(campaign, waive):
    enterprise, total = "applications.balance@enterprise", "applications.balance@total"
    refused = waive(LAND, enterprise, "disputes", *WHY)
    assert refused.exit_code == 1 and waivers(campaign) == {}
    done = waive(LAND, enterprise, total, enterprise, *WHY)
    assert "放行 " in done.stdout and {*waivers(campaign)} == {(LAND, enterprise), (LAND, total)}
    refused = waive(LAND, enterprise, "cell.level", *WHY, "--withdraw")
    assert refused.exit_code == 1 and len(waivers(campaign)) == 2
    done = waive(LAND, enterprise, total, *WHY, "--withdraw")
    assert f"已撤销对 {enterprise}、{total} 的放行。" in done.stdout and waivers(campaign) == {}
