"""An agency's page: its tables with their marks, both ways to the opinions, its texts, each part at its address."""

from __future__ import annotations

from dataclasses import replace

import pytest
from click.testing import CliRunner
from lxml import html

from tests import figures
from tests.campaign import stores
from tests.campaign.stores import FIGURES, SPEC, take_judged
from tests.rules.test_likeness import write
from tests.web.conftest import EDUCATION, FINANCE, HOSTILE, LAND, OFFICE, SUBURB, open_browser
from xltool.campaign.roster import Roster
from xltool.cli import main
from xltool.forms.layout import grid

PERSON = "applications.{}.natural_person"
TABLE = f"/agency/{EDUCATION}/tables/applications"


def fill(**rows):
    """Figures with 12 applications, all totals right."""
    given = {"received": 12, "granted": 12, **rows}
    zero = dict.fromkeys((cell.key for cell in SPEC.cells), 0)
    return figures.summed(SPEC, zero | {PERSON.format(row): number for row, number in given.items()})


@pytest.fixture
def wrong(tmp_path):
    """A campaign in which 教育局 has one cell wrong, 财政局 left one blank, and 自然资源局 has all right."""
    made = stores.campaign(tmp_path, Roster(stores.entries()))
    agencies = {entry.agency.code: entry.agency for entry in stores.entries()}
    last = replace(figures.submission(SPEC, fill(received=13, carried_out=1), agencies[EDUCATION]), year=2023)
    texts = {"overview.requests": f"新收{{表三新收总计}}件，{{表三没有的}}件{HOSTILE}", "preface": "一\n二"}
    with stores.opened(made) as store:
        bad = figures.submission(SPEC, fill(carried_in=4, carried_out=1), agencies[EDUCATION])
        take_judged(store, replace(bad, texts=texts), "2025-01-10T09:00:00", "甲.xlsx", last)
        blank = {**fill(), "disclosure.licensing.decisions": None}
        take_judged(store, figures.submission(SPEC, blank, agencies[FINANCE]), "2025-01-10T09:00:00", "乙.xlsx")
        take_judged(store, figures.submission(SPEC, fill(), agencies[LAND]), "2025-01-10T09:00:00", "丙.xlsx")
    with open_browser(made.root) as opened:
        yield opened


def page(browser, path):
    answer = browser.get(path)
    assert answer.status_code == 200, path
    return html.fromstring(answer.text)


def words(element):
    return " ".join(element.text_content().split())


def cell(tree, key):
    [found] = tree.xpath(f"//td[@id='c-{key}']")
    return found


def test_the_wrong_cell_and_its_relation_are_marked_and_lead_to_the_opinion_and_back(wrong):
    tree = page(wrong, TABLE)
    lead = cell(tree, PERSON.format("carried_in"))
    assert lead.get("class") == "change" and words(lead) == "第2条意见：要改的格4"
    [link] = lead.xpath(".//a")
    [opinion] = tree.xpath(f"//li[@id='{link.get('href')[1:]}']")
    said = words(opinion)
    assert "应为 1（填的是 4）" in said and "由4→改为1" in said.replace(" ", "") and "相差 3" in said
    assert opinion.xpath(".//a/@href")[0] == f"#c-{PERSON.format('carried_in')}"
    read = [(PERSON.format(row), sign) for row, sign in
            (("received", "＋"), ("processed_total", "≠"), ("carried_out", "＋"))]  # fmt: skip
    for key, sign in read:
        found = cell(tree, key)
        assert "relation" in found.get("class") and found.xpath("string(.//span[@class='op'])") == sign
        assert "第2条意见：同一条关系的格" in words(found)
    assert cell(tree, "applications.carried_in.total").get("class") == "follow sum"
    assert cell(tree, PERSON.format("granted")).get("class") is None
    assert {each.get("class") for each in tree.xpath("//p[contains(@class, 'legend')]//i")} == {
        "k change", "k relation", "k follow", "k sum"}  # fmt: skip


def test_the_table_has_the_official_grid_and_every_figure_its_heads(wrong):
    tree = page(wrong, TABLE)
    table = next(each for each in SPEC.tables if each.id == "applications")
    expected = grid(table).rectangles
    got = tree.xpath("//table[contains(@class, 'form')]//*[self::th or self::td]")
    spans = sorted((int(each.get("rowspan", 1)), int(each.get("colspan", 1))) for each in got)
    assert spans == sorted((r.height, r.width) for r in expected)
    assert sorted(each.text_content().strip() for each in got if each.tag == "th") == sorted(
        r.text for r in expected if r.role != "value" and r.text
    )
    for each in got:
        if each.get("id", "").startswith("c-"):
            named = [words(tree.get_element_by_id(name)) for name in each.get("headers").split()]
            key = SPEC.cell(each.get("id")[2:])
            assert key.row.label in named and key.column.label in named


def test_a_blank_stays_blank_zeros_are_pale_and_what_is_computed_is_grey(wrong):
    tree = page(wrong, f"/agency/{FINANCE}")
    assert words(tree.xpath("//nav[@class='parts']//a[@aria-current='page']")[0]).startswith("表二")
    blank = cell(tree, "disclosure.licensing.decisions")
    assert blank.get("class") == "ask" and words(blank).endswith("要核实的格未填")
    zero = cell(page(wrong, TABLE), "applications.granted.other")
    assert zero.xpath(".//span[contains(@class, 'z')]/text()") == ["0"]
    assert cell(page(wrong, TABLE), "applications.granted.total").get("class") == "sum"


def test_a_right_return_is_quiet(wrong):
    tree = page(wrong, f"/agency/{LAND}/tables/applications")
    assert not tree.xpath("//td//a | //li[starts-with(@id, 'opinion')]")
    assert "表三没有意见" in words(tree.xpath("//aside")[0])


def test_texts_show_the_figures_that_they_name_and_only_as_text(wrong):
    answer = wrong.get(f"/agency/{EDUCATION}/texts")
    assert "<script>alert" not in answer.text and "{{ 7*7 }}" in html.fromstring(answer.text).text_content()
    tree = html.fromstring(answer.text)
    assert tree.xpath("string(//mark[@class='fig yes'])") == "由表里填入"
    [given] = tree.xpath("//div[@id='text-overview.requests']//mark[@class='fig yes']")
    assert given.text == "12" and given.get("title") == "{表三新收总计}"
    [unknown] = tree.xpath("//div[@id='text-overview.requests']//mark[@class='fig no']")
    assert unknown.text_content().startswith("{表三没有的}")
    assert [words(p) for p in tree.xpath("//div[@id='text-preface']/p")] == ["一", "二"]
    assert tree.xpath("//li[starts-with(@id, 'opinion')]//a/@href")[0].startswith("#text-")


def test_parts_are_addresses_of_their_own_and_unknown_ones_are_none(wrong):
    tree = page(wrong, f"/agency/{EDUCATION}")
    parts = tree.xpath("//nav[@class='parts']//a")
    assert [words(each).split("0")[0].rstrip("123条须改说明或核对 ") for each in parts] == [
        "表二", "表三", "表四", "文字", "版本", "报告"]  # fmt: skip
    for each in parts:
        assert words(page(wrong, each.get("href")).xpath("//nav[@class='parts']//a[@aria-current]")[0]) == words(each)
    for none in ("tables/nothing", "tables/texts%2f", "nothing"):
        assert wrong.get(f"/agency/{EDUCATION}/{none}").status_code == 404
    assert wrong.get(f"/agency/{SUBURB}/tables/applications").status_code == 404, "nothing has come"
    assert wrong.get(f"/agency/{SUBURB}").status_code == 200


def test_the_agencies_beside_are_those_that_stand_alike(browser):
    tree = page(browser, f"/agency/{OFFICE}")
    [after] = tree.xpath("//nav[contains(@class, 'note')]//a")
    assert after.get("href") == f"{browser.base}/agency/{LAND}" and "通过2家里第1家" in words(after.getparent())


def test_texts_name_the_agency_whose_text_is_for_the_most_part_the_same(browser, campaign):
    agencies = {entry.agency.code: entry.agency for entry in stores.entries()}
    copied = write(600, 1)
    told = {OFFICE: copied, LAND: f"{copied[:450]}{write(150, 3)}", FINANCE: write(600, 2)}
    with stores.opened(campaign) as store:
        for code, text in told.items():
            made = replace(figures.submission(SPEC, FIGURES, agencies[code]), texts={"problems": text})
            take_judged(store, made, "2025-02-02T09:00:00", f"{code}-文字.xlsx")
    for code, beside in ((OFFICE, LAND), (LAND, OFFICE)):
        tree = page(browser, f"/agency/{code}/texts")
        [link] = tree.xpath("//h3[@id='alike']/a")
        assert words(link) == agencies[beside].name and browser.get(link.get("href")).status_code == 200
        [said] = tree.xpath("//section[h3[@id='alike']]/p")
        assert words(said).startswith(f"{agencies[code].name}有75%与{agencies[beside].name}相同")
    assert not page(browser, f"/agency/{FINANCE}/texts").xpath("//h3[@id='alike']")


def test_the_report_is_looked_at_in_the_page_and_downloaded_marked_where_it_is_a_draft(wrong):
    tree = page(wrong, f"/agency/{EDUCATION}/report")
    assert "这是草稿，不能公布。有2条须改" in words(tree.xpath("//p[@class='draft']")[0])
    [frame] = tree.xpath("//iframe")
    inside = wrong.get(frame.get("src"))
    assert inside.status_code == 200 and frame.get("sandbox") == ""
    policy = inside.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'self'" in policy and "script-src" not in policy
    assert "草稿" in inside.text and "<script>alert" not in inside.text
    shown = [link for link in tree.xpath("//ul[@class='files']//a/@href") if "/report/" in link]
    assert [link.rpartition("/")[2] for link in shown] == ["docx", "html", "pdf"]
    for link in shown:
        answer = wrong.get(link)
        assert answer.status_code == 200 and answer.headers["content-disposition"].startswith("attachment")
        assert "%E8%8D%89%E7%A8%BF_" in answer.headers["content-disposition"], "草稿_"
    for none in ("report/exe", "report/md", "report/..%2fpage"):
        assert wrong.get(f"/agency/{EDUCATION}/{none}").status_code == 404
    assert (
        wrong.get(f"/agency/{SUBURB}/report").status_code
        == 404
        == wrong.get(f"/agency/{SUBURB}/report/docx").status_code
    )


def test_a_report_that_may_be_published_has_the_bytes_that_the_console_writes(tmp_path):
    made = stores.campaign(tmp_path, Roster(stores.entries()))
    agency = stores.entries()[3].agency
    texts = {text.key: "都写了。" for text in SPEC.texts}
    with stores.opened(made) as store:
        take_judged(
            store, replace(figures.submission(SPEC, fill(), agency), texts=texts), "2025-01-10T09:00:00", "丙.xlsx"
        )
    assert (
        CliRunner().invoke(main, ["reports", "-C", str(made.root), "--kind", "docx", "--kind", "html"]).exit_code == 3
    )
    with open_browser(made.root) as browser:
        tree = page(browser, f"/agency/{LAND}/report")
        assert not tree.xpath("//p[@class='draft']")
        for kind in ("docx", "html"):
            [written] = (made.root / made.layout.reports).glob(f"*.{kind}")
            assert browser.get(f"/agency/{LAND}/report/{kind}").content == written.read_bytes()
