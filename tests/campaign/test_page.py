"""The page for the wall: complete, self-contained, safe to show whatever the names and messages say."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest
from lxml import html

from tests import figures
from tests.campaign import stores
from tests.campaign.stores import FIGURES, SPEC, finding, stray, take, waive
from xltool.campaign.page import render_page
from xltool.campaign.roster import Roster, RosterEntry
from xltool.campaign.standing import AGENCY_STATES
from xltool.campaign.standings import find_standings
from xltool.campaign.strays import find_strays, find_unmatched
from xltool.model import Agency

ROSTER = Roster(stores.entries())
OFFICE, EDUCATION, FINANCE, LAND, TOWN, SUBURB = (entry.agency.code for entry in ROSTER.entries)
BEFORE, AFTER = date(2025, 1, 20), date(2025, 2, 3)
HOSTILE = '<script>alert(1)</script><img src=x onerror="x">"\'&{{ 7*7 }}\u202e\x1b[2J'
CONTRAST = 4.5


@pytest.fixture
def shown(tmp_path):
    """A page of a campaign with something of everything, and what it was made of."""
    campaign = stores.campaign(tmp_path, ROSTER)
    with stores.opened(campaign) as store:
        wrong = FIGURES | {"disputes.review.total": FIGURES["disputes.review.total"] + 1}
        stores.take_judged(
            store,
            figures.submission(SPEC, wrong, ROSTER.agencies[EDUCATION].agency),
            "2025-01-10T09:15:00",
            "教育局.xlsx",
        )
        blank = finding(
            "cell.blank",
            "warning",
            code="cell.blank",
            message="有 1 格未填。",
            cells=["disclosure.licensing.decisions"],
        )
        take(store, FINANCE, "2025-01-12T09:00:00", [blank], explanations={"cell.blank@disclosure": "没有许可事项。"})
        level = finding("cell.level", code="cell.level", message="不能有此项。改法：改为 0。")
        take(store, LAND, "2025-02-01T09:00:00", [level])
        waive(store, LAND, "cell.level", "上级另有规定", "赵主任")
        take(store, TOWN, "2025-01-12T09:00:00")
        stray(store, "照片.xlsx", "这不是 xlsx 工作簿。")
        yield (
            campaign,
            find_standings(campaign, ROSTER, store, AFTER),
            find_unmatched(campaign, ROSTER, store, find_strays(ROSTER, store)),
        )


def parsed(data):
    return html.fromstring(data.decode())


def words(node):
    return re.sub(r"\s+", "", node.text_content())


def test_it_says_how_far_the_campaign_is(shown):
    tree = parsed(render_page(*shown, AFTER))
    assert words(tree.find(".//h1")) == "额敏县2024年政府信息公开工作年度报告报送情况"
    assert "截至2025年2月3日；报送期限2025年1月31日，已过3天。" in words(tree.find(".//header"))
    [svg] = tree.xpath("//svg[@role='img']")
    assert words(svg.find("desc")) == "共6个单位：通过3个，退回1个，未报送2个。"
    assert [(r.get("class"), r.get("x"), r.get("width")) for r in svg.xpath("./rect")] == [
        ("accepted", "0.0%", "50.0%"),
        ("returned", "50.0%", "16.667%"),
        ("missing", "66.667%", "33.333%"),
    ]


@pytest.mark.parametrize(
    ("today", "said"),
    [(BEFORE, "还有11天"), (date(2025, 1, 31), "今天到期"), (date(2025, 2, 1), "已过1天"), (None, "未设报送期限")],
)
def test_it_says_how_long_there_is(shown, today, said):
    campaign, found, others = shown
    made = render_page(campaign if today else replace(campaign, deadline=None), found, others, today or AFTER)
    assert said in words(parsed(made).find(".//header"))


def test_it_names_the_late(shown):
    [section] = parsed(render_page(*shown, AFTER)).xpath("//section[@aria-labelledby='late']")
    assert [words(item) for item in section.xpath(".//li")] == [
        "额敏县人民政府办公室未报送，逾期3天",
        "额敏县教育和科学技术局退回，逾期3天",
        "额敏县郊区乡人民政府未报送，逾期3天",
        "额敏县自然资源局迟1天",
    ]


def test_the_table_has_every_agency_with_state_in_words(shown):
    rows = parsed(render_page(*shown, AFTER)).xpath("//table[@class='agencies']/tbody/tr")
    assert [[words(cell) for cell in row] for row in rows] == [
        [OFFICE, "额敏县人民政府办公室", "未报送逾期", "—", "—", "—", "0", "—"],
        [EDUCATION, "额敏县教育和科学技术局", "退回逾期", "1", "0", "0", "1", "2025-01-10"],
        [FINANCE, "额敏县财政局", "通过", "0", "0", "0", "1", "2025-01-12"],
        [LAND, "额敏县自然资源局", "通过迟报", "0", "0", "1", "1", "2025-02-01"],
        [TOWN, "额敏县上户镇人民政府", "通过", "0", "0", "0", "1", "2025-01-12"],
        [SUBURB, "额敏县郊区乡人民政府", "未报送逾期", "—", "—", "—", "0", "—"],
    ]


def test_errors_by_rule_and_by_agency_leave_out_the_waived(shown):
    tree = parsed(render_page(*shown, AFTER))
    [rules], [agencies] = (tree.xpath(f"//section[@aria-labelledby='{name}']") for name in ("rules", "by-agency"))
    assert [words(code) for code in rules.xpath(".//code")] == ["disputes.outcomes"]
    assert "总计应等于结果维持、结果纠正、其他结果、尚未审结之和" in words(rules)
    assert [words(link) for link in agencies.xpath(".//a")] == ["额敏县教育和科学技术局"]
    assert "只有核实性问题" not in words(agencies)  # it is explained


def test_findings_unfold_with_waivers_explanations_and_suspects(shown):
    education, finance, land = parsed(render_page(*shown, AFTER)).xpath("//details")
    assert words(education.find("summary")) == "额敏县教育和科学技术局退回第1版，强制性1条"
    assert (
        "改其中一格（仅凭算术不能确定是哪一格）：表四" in words(education)
        and "改法：" in words(education)
        and "教育局.xlsx" in words(education)
    )
    assert "核实性已说明有1格未填。cell.blank单位说明：没有许可事项。" in words(finance)
    assert "强制性已放行不能有此项。cell.level放行理由：上级另有规定（赵主任，2025-02-01）" in words(
        land
    ) and "改法" not in words(land)
    assert not any(details.get("open") for details in (education, finance, land))


def test_files_of_nobody_are_listed_with_the_reason(shown):
    [section] = parsed(render_page(*shown, AFTER)).xpath("//section[@aria-labelledby='unmatched']")
    assert [words(cell) for cell in section.xpath(".//tbody/tr/*")] == [
        "照片.xlsx",
        "",
        "这不是xlsx工作簿。",
        "2025-01-2008:00",
    ]


def test_every_link_leads_somewhere_and_ids_are_unique(shown):
    tree = parsed(render_page(*shown, AFTER))
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids))
    pointed = [link.removeprefix("#") for link in tree.xpath("//@href")] + " ".join(
        tree.xpath("//@aria-labelledby")
    ).split()
    assert pointed and set(pointed) <= set(ids)


def test_the_page_needs_nothing_but_itself(shown):
    made = render_page(*shown, AFTER)
    tree = parsed(made)
    assert tree.get("lang") == "zh-CN"
    assert tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0].startswith("default-src 'none'")
    assert not tree.xpath("//script | //link | //img | //iframe | //form | //@src | //@*[starts-with(name(), 'on')]")
    assert b"http" not in made.replace(b"http-equiv", b"") and b"@import" not in made


def test_hostile_names_and_messages_are_only_text(tmp_path):
    agency = Agency("654221-001", f"局{HOSTILE}", "department")
    roster = Roster((RosterEntry(agency),))
    campaign = replace(stores.campaign(tmp_path, Roster(stores.entries(1))), name=f"县{HOSTILE}")
    with stores.opened(campaign) as store:
        told = {"cell.blank@disclosure": HOSTILE}
        blank = finding(
            "cell.blank", "warning", code="cell.blank", message=HOSTILE, cells=["disclosure.licensing.decisions"]
        )
        odd = finding(HOSTILE, code=HOSTILE, message=HOSTILE)
        take(
            store,
            agency.code,
            "2025-01-10T09:00:00",
            [finding("applications.balance@total", message=HOSTILE), blank, odd],
            HOSTILE,
            told,
        )
        waive(store, agency.code, "applications.balance", HOSTILE, HOSTILE)
        stray(store, HOSTILE + "2", HOSTILE)
        made = render_page(
            campaign,
            find_standings(campaign, roster, store, AFTER),
            find_unmatched(campaign, roster, store, find_strays(roster, store)),
            AFTER,
        )
    tree = parsed(made)
    assert not tree.xpath("//script | //img | //@onerror")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in made.decode() and "{{ 7*7 }}" in made.decode()
    assert "\u202e" not in made.decode() and "\x1b" not in made.decode()


def test_every_state_has_a_colour_of_its_own(shown):
    style = parsed(render_page(*shown, AFTER)).findtext(".//style")
    for state in AGENCY_STATES:
        assert f".chip.{state} {{" in style and f"rect.{state} {{" in style and f".tally .{state} b" in style, state


def test_same_inputs_same_bytes_and_only_the_given_day(shown):
    assert render_page(*shown, AFTER) == render_page(*shown, AFTER)
    assert render_page(*shown, AFTER) != render_page(*shown, date(2025, 2, 4))


def test_an_untouched_campaign_has_a_page(tmp_path):
    campaign = stores.campaign(tmp_path, ROSTER, deadline=None)
    with stores.opened(campaign) as store:
        tree = parsed(render_page(campaign, find_standings(campaign, ROSTER, store, BEFORE), [], BEFORE))
    assert not tree.xpath("//details") and len(tree.xpath("//table")) == 1
    assert "未设报送期限。" in words(tree)


def luminance(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_every_colour_of_words_can_be_read(shown):
    """Each named colour is set on white or white on it, and on the grey of the page."""
    made = render_page(*shown, AFTER).decode()
    named = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", made))
    assert {"accepted", "returned", "missing", "red", "blue", "quiet"} <= set(named)
    for name in set(named) - {"line"}:
        for paper in ("#ffffff", "#f3f4f5", "#eef4fa"):
            assert (luminance(paper) + 0.05) / (luminance(named[name]) + 0.05) >= CONTRAST, (name, paper)
