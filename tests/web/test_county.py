"""The county's page: where the sum stands, run as the console runs it, its documents, its report, its signature."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import unquote

import pytest
from click.testing import CliRunner
from lxml import html

from tests import figures
from tests.campaign import stores
from tests.campaign.stores import FIGURES, SPEC, take_judged
from tests.web.conftest import AFTER, EDUCATION, TOWN, open_browser, wait_for
from xltool import api
from xltool.campaign.roster import Roster
from xltool.cli import main
from xltool.web.sum_view import CORRECTIONS, DISCREPANCIES, OUTPUTS, PAGE

ENTRIES = stores.entries(3)
TEXTS = "\n".join(f'"{text.key}" = "{text.label}如下。"' for text in SPEC.texts)


def make_whole(root, texts=TEXTS, entries=ENTRIES):
    """A campaign whose agencies have all passed, with the county's texts."""
    made = stores.campaign(root, Roster(entries))
    with stores.opened(made) as store:
        for entry in entries:
            given = figures.submission(SPEC, FIGURES, entry.agency)
            given = replace(given, texts={text.key: f"{text.label}。" for text in SPEC.texts})
            take_judged(store, given, "2025-01-10T09:00:00", f"{entry.agency.code}.xlsx")
            for finding in store.counting_of(entry.agency.code).findings:
                stores.waive(store, entry.agency.code, finding["rule"] or finding["code"])
    if texts:
        (made.root / "county" / "texts.toml").write_text(texts, "utf-8")
    return made


@pytest.fixture
def whole(tmp_path):
    return make_whole(tmp_path)


@pytest.fixture
def office(whole):
    with open_browser(whole.root, AFTER) as opened:
        yield opened


def show(browser, path=PAGE, status=200):
    answer = browser.get(path)
    assert answer.status_code == status, answer.text
    return html.fromstring(answer.text)


def heading(tree):
    return " ".join(tree.xpath("string(//h1)").split())


def words(tree):
    return " ".join(tree.text_content().split())


def run_sum(browser, **fields):
    """Sums by the page and waits until that has ended."""
    done = browser.post(f"{PAGE}/run", **fields)
    assert done.status_code == 303 and done.headers["location"] == browser.base + PAGE
    return wait_for(browser, PAGE)


def list_county(made):
    return {path.name for path in (made.root / "county").iterdir()}


def test_while_some_are_missing_nothing_is_summed_unless_that_is_ticked(browser, campaign):
    tree = show(browser)
    assert heading(tree) == "6家里2家可以汇总，还差3家，还没有汇总"
    [box] = tree.xpath("//input[@type='checkbox']")
    assert words(tree.xpath(f"//label[@for='{box.get('id')}']")[0]) == "先汇总其余2家，没有通过的3家不算在内"
    assert f"{browser.base}/agency/{EDUCATION}" in tree.xpath("//table//a/@href")
    assert "无需报送：已并入郊区乡" in words(tree) and f"{browser.base}/agency/{TOWN}" in tree.xpath("//table//a/@href")
    refused = browser.post(f"{PAGE}/run")
    assert refused.status_code == 409 and "没有汇总：还差3家" in refused.text and list_county(campaign) == set()
    run_sum(browser, **{"allow-missing": "1"})
    assert "submission.json" in list_county(campaign)
    assert heading(show(browser)).startswith("6家里2家可以汇总，还差3家，已汇总；报告还是草稿，")


def test_the_page_writes_what_the_console_writes(office, whole, tmp_path):
    assert heading(show(office)) == "3家都齐了，可以汇总"
    run_sum(office)
    (tmp_path / "other").mkdir()
    other = make_whole(tmp_path / "other")
    told = CliRunner().invoke(main, ["consolidate", "-C", str(other.root)])
    assert told.exit_code in {0, 3}, told.output
    assert list_county(whole) == list_county(other) and "contributions.xlsx" in list_county(whole)
    for name in list_county(whole):
        assert (whole.root / "county" / name).read_bytes() == (other.root / "county" / name).read_bytes(), name


def test_documents_are_saved_under_their_names(office, whole):
    assert office.get(f"{PAGE}/file/docx").status_code == 404
    run_sum(office)
    tree = show(office, OUTPUTS)
    found = {}
    for link in tree.xpath("//table//a[@download]"):
        answer = office.get(link.get("href"))
        assert answer.status_code == 200
        name = unquote(answer.headers["content-disposition"].partition("''")[2])
        assert name == link.text_content() and answer.headers["content-disposition"].startswith("attachment")
        found[name] = answer.content
    assert {name.rpartition(".")[2] for name in found} >= {"docx", "html", "pdf", "xlsx", "json"}
    assert found["submission.json"] == (whole.root / "county" / "submission.json").read_bytes()
    assert next(data for name, data in found.items() if name.endswith(".pdf")).startswith(b"%PDF")
    for kind in ("", "../campaign", "..%2F..%2Fcampaign.db", "submission.json", "nothing"):
        assert office.get(f"{PAGE}/file/{kind}").status_code == 404


def test_the_report_is_shown_in_a_frame_where_it_can_do_nothing(office):
    tree = show(office, OUTPUTS)
    [frame] = tree.xpath("//iframe")
    assert frame.get("sandbox") == "" and frame.get("title")
    answer = office.get(frame.get("src"))
    assert "额敏县2024年" in answer.text and answer.headers["x-frame-options"] == "SAMEORIGIN"
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("sandbox;") and "frame-ancestors 'self'" in policy and "script-src" not in policy
    assert office.get(PAGE).headers["x-frame-options"] == "DENY"


def test_a_change_after_the_sum_is_told_until_it_is_summed_again(office, whole):
    run_sum(office)
    assert heading(show(office)) == "3家都齐了，已汇总，可以核对、签发"
    path = whole.root / "county" / "texts.toml"
    path.write_text(TEXTS.replace("如下", "见下"), "utf-8")
    assert heading(show(office)) == "3家都齐了；汇总以后又有变动，要再汇总一次"
    assert "上一次写出的" in words(show(office, OUTPUTS))
    assert "没有签发" in office.post(f"{PAGE}/sign", person="王某").text
    run_sum(office)
    assert heading(show(office)) == "3家都齐了，已汇总，可以核对、签发"


def test_what_is_written_wrong_stops_the_sum_and_is_told_with_its_place(office, whole):
    (whole.root / "county" / "texts.toml").write_text(TEXTS.replace("如下", "{表三 没有这行 总计}", 1), "utf-8")
    tree = show(office)
    assert heading(tree) == "先改正下面写错的，再汇总" and "texts.toml" in words(
        tree.xpath("//p[@class='fault lines']")[0]
    )
    refused = office.post(f"{PAGE}/run")
    assert refused.status_code == 409 and "submission.json" not in list_county(whole)


def test_what_somebody_has_changed_is_kept_unless_the_box_is_ticked(office, whole):
    run_sum(office)
    report = next((whole.root / "county").glob("*.docx"))
    written = report.read_bytes()
    report.write_bytes(written + b"\0")
    assert "有人改过的1份，用新的覆盖" in words(show(office))
    run_sum(office)
    assert report.read_bytes() != written
    assert "有人改过" in words(show(office, OUTPUTS)) and office.get(f"{PAGE}/file/docx").content == written
    run_sum(office, replace="1")
    assert report.read_bytes() == written and "有人改过" not in words(show(office))


def test_it_is_signed_by_name_and_taken_back(office, whole):
    assert office.post(f"{PAGE}/sign", person="王某").status_code == 409, "nothing to be signed yet"
    run_sum(office)
    assert office.post(f"{PAGE}/sign", person=" ").status_code == 422
    assert office.post(f"{PAGE}/sign", person="王某", reason="经局务会审定").status_code == 303
    assert heading(show(office)) == "3家都齐了，已汇总，王某已签发"
    assert "经局务会审定" in words(show(office, OUTPUTS))
    with stores.opened(whole) as store:
        stores.take(store, ENTRIES[2].agency.code, "2025-01-20T09:00:00")
    assert "第 1 版 → " in words(show(office, OUTPUTS))
    assert office.post(f"{PAGE}/sign", person="王某", withdraw="1").status_code == 303
    with stores.opened(whole) as store:
        assert store.signature() is None


def test_a_draft_is_not_signed(browser, campaign):
    run_sum(browser, **{"allow-missing": "1"})
    assert browser.post(f"{PAGE}/sign", person="王某").status_code == 409
    assert "报告还是草稿，不能签发" in words(show(browser, OUTPUTS))


def test_agencies_that_the_roster_lost_sight_of_are_settled_here(office, whole):
    (whole.root / "roster.csv").write_bytes(Roster(ENTRIES[:2]).to_csv())
    tree = show(office)
    assert heading(tree) == "先说明1家的去向，再汇总：名录与报送对不上"
    assert office.post(f"{PAGE}/run", **{"allow-missing": "1"}).status_code == 409
    [form] = tree.xpath("//form[contains(@class, 'line')]")
    assert office.post(form.get("action"), reason="撤销建制").status_code == 422
    into = ENTRIES[1].agency.code
    assert office.post(form.get("action"), reason="撤销建制", person="王某", into=into).status_code == 303
    assert heading(show(office)) == "2家都齐了，可以汇总"
    with stores.opened(whole) as store:
        [record] = store.absences().values()
    assert (record.into, record.reason, record.person) == (into, "撤销建制", "王某")


def test_the_board_leads_here(office):
    [step] = show(office, "/").xpath("//a[contains(@class, 'go')]")
    assert step.get("href") in {office.base + PAGE, f"{office.base}/hand-out"}


KEY, TOTAL = "applications.received.natural_person", "applications.received.total"


def show_cell(browser, key):
    tree = show(browser, f"{PAGE}?cell={key}")
    [side] = tree.xpath("//aside[@id='from']")
    return tree, side, [[words(cell) for cell in row] for row in side.xpath(".//tbody/tr")]


def test_the_tables_are_shown_and_each_figure_leads_to_what_it_is_made_of(office):
    tree = show(office)
    assert [link.text_content() for link in tree.xpath("//nav[@aria-label='哪张表']//a")] == [
        t.name for t in SPEC.tables
    ]
    tree = show(office, f"{PAGE}?table=applications")
    [figure] = tree.xpath(f"//td[@id='c-{KEY}']")
    assert words(figure) == str(3 * FIGURES[KEY])
    [link] = figure.xpath(".//a/@href")
    assert link == f"{office.base}{PAGE}?cell={KEY}#from"
    _, side, rows = show_cell(office, KEY)
    assert f"{3 * FIGURES[KEY]}件" in words(side.xpath(".//h2")[0])
    assert [row[1:3] for row in rows] == [[str(FIGURES[KEY]), "33%"]] * 3
    assert side.xpath(".//tbody//a/@href") == [f"{office.base}/agency/{entry.agency.code}" for entry in ENTRIES]
    for query in ("cell=nothing", "table=nothing"):
        assert office.get(f"{PAGE}?{query}").status_code == 404


def test_the_largest_comes_first_with_its_share_its_last_year_and_the_corrections(tmp_path):
    made = make_whole(tmp_path)
    prior = tmp_path / "2023"
    prior.mkdir()
    for at, entry in enumerate(ENTRIES):
        given = FIGURES | {KEY: 10 * at, TOTAL: FIGURES[TOTAL] - FIGURES[KEY] + 10 * at}
        last = replace(figures.submission(SPEC, given, entry.agency), year=2023)
        (prior / f"{at}.json").write_bytes(api.dump(last))
    settings = made.root / "campaign.toml"
    settings.write_text(settings.read_text("utf-8") + f'prior = ["{prior}"]\n', "utf-8")
    with stores.opened(made) as store:
        more = FIGURES | {KEY: 7 * FIGURES[KEY]}
        given = figures.submission(SPEC, more, ENTRIES[1].agency)
        stores.take(
            store,
            ENTRIES[1].agency.code,
            "2025-01-20T09:00:00",
            values=dict(zip(SPEC.index, given.values, strict=True)),
        )
        stores.take(store, ENTRIES[2].agency.code, "2025-01-20T09:00:00", values={})
    with open_browser(made.root, AFTER) as browser:
        fields = {"cell": KEY, "change": "-1", "reason": "两家都计", "person": "王某"}
        assert browser.post(CORRECTIONS, **fields).status_code == 303
        tree, side, rows = show_cell(browser, KEY)
        figure = FIGURES[KEY]
        assert rows[0][1:] == [str(7 * figure), "88%", "10", f"增{7 * figure - 10}"]
        assert rows[1][1:4] == [str(figure), "13%", "0"]
        assert rows[2][:2] == ["更正两家都计", "-1"]
        [last] = side.xpath(".//tfoot/tr[last()]")
        assert [words(cell) for cell in last] == ["汇总数", str(8 * figure - 1), "", "30", f"增{8 * figure - 31}"]
        assert "没有填的1家" in words(side) and "比上年" in words(side)
        assert words(tree.xpath(f"//td[@id='c-{KEY}']")[0]) == f"上年30{8 * figure - 1}"
        _, side, rows = show_cell(browser, TOTAL)
        assert rows[-1][:2] == ["更正两家都计", "-1"] and "更正这个数" not in words(side), "a total follows"


def test_what_does_not_balance_is_traced_to_its_agencies(office, whole):
    assert "没有不平" in words(show(office, DISCREPANCIES))
    wrong = FIGURES | {
        "applications.carried_out.natural_person": FIGURES["applications.carried_out.natural_person"] + 5
    }
    with stores.opened(whole) as store:
        given = figures.submission(SPEC, wrong, ENTRIES[1].agency)
        stores.take(
            store,
            ENTRIES[1].agency.code,
            "2025-01-20T09:00:00",
            values=dict(zip(SPEC.index, given.values, strict=True)),
        )
    rows = show(office, DISCREPANCIES).xpath("//table//tbody/tr")
    assert rows and all(ENTRIES[1].agency.name in words(row) for row in rows)
    assert "-5" in words(rows[0]) and rows[0].xpath(".//a/@href") == [f"{office.base}/agency/{ENTRIES[1].agency.code}"]
    assert heading(show(office)).startswith("3家都齐了") and "处须改" in words(show(office))
