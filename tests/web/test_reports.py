"""The agencies' reports by the page: made as the console makes them, downloaded, told of when they are old."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace

import docx
import pytest
from click.testing import CliRunner
from docx.shared import Pt
from lxml import html

from tests import figures
from tests.campaign import stores
from tests.campaign.stores import FIGURES, SPEC, take_judged
from tests.web.conftest import AFTER, open_browser, wait_for
from tests.web.test_county import ENTRIES, make_whole
from xltool.cli import main

PAGE = "/reports"


@pytest.fixture
def whole(tmp_path):
    return make_whole(tmp_path)


@pytest.fixture
def office(whole):
    with open_browser(whole.root, AFTER) as opened:
        yield opened


def show(office):
    answer = office.get(PAGE)
    assert answer.status_code == 200, answer.text
    return html.fromstring(answer.text)


def make(office, **fields):
    done = office.post(f"{PAGE}/make", **fields)
    assert done.status_code == 303 and done.headers["location"] == office.base + PAGE
    return wait_for(office, PAGE)


def heading(tree):
    return " ".join(tree.xpath("string(//h1)").split())


def words(tree):
    return " ".join(tree.xpath("//main")[0].text_content().split())


def list_reports(made):
    return {path.name: path.read_bytes() for path in (made.root / made.layout.reports).iterdir()}


def test_reports_are_those_of_the_console(office, whole, tmp_path):
    tree = show(office)
    assert heading(tree) == "3家通过，还有3家的报告要生成" and not tree.xpath("//a[@download]")
    assert office.get(f"{PAGE}/all.zip").status_code == 404
    tree = make(office)
    assert heading(tree) == "3家的报告都生成了，还有3家没有记发布"
    other = make_whole(tmp_path / "console")
    assert CliRunner().invoke(main, ["reports", "-C", str(other.root)]).exit_code == 0
    made = list_reports(whole)
    assert made == list_reports(other) and len(made) == 6
    with zipfile.ZipFile(io.BytesIO(office.get(f"{PAGE}/all.zip").content)) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == made
    links = tree.xpath("//table//a[@download]/@href")
    assert {office.get(link).content for link in links} == {*made.values()} and len(links) == 6
    for strange in (f"{PAGE}/654221-001/txt", f"{PAGE}/nobody/docx", f"{PAGE}/654221-001/..%2Fcampaign.toml"):
        assert office.get(strange).status_code == 404


def test_what_the_console_made_is_shown_and_published_ones_are_counted(office, whole):
    CliRunner().invoke(main, ["reports", "-C", str(whole.root)])
    for entry in ENTRIES:
        words_of = ["publish", entry.agency.code, "--on", "2025-02-01", "--by", "王某"]
        assert CliRunner().invoke(main, [*words_of, "-C", str(whole.root)]).exit_code == 0
    tree = show(office)
    assert heading(tree) == "3家的报告都生成了，都发布了" and "2月1日发布" in words(tree)


def test_the_style_of_the_reports_is_kept_by_the_page(office, whole, tmp_path):
    style = tmp_path / "本单位.docx"
    document = docx.Document()
    document.styles["Normal"].font.size = Pt(13)
    document.save(str(style))
    assert CliRunner().invoke(main, ["reports", "-C", str(whole.root), "--style", str(style)]).exit_code == 0
    styled = list_reports(whole)
    tree = show(office)
    assert heading(tree) == "3家的报告都生成了，还有3家没有记发布" and "不再用“本单位.docx”的样式" in words(tree)
    make(office)
    assert list_reports(whole) == styled
    style.rename(tmp_path / "别处.docx")
    assert "这个文件现在不在原处" in words(show(office)) and heading(show(office)).startswith("3家的报告都生成了")
    (tmp_path / "别处.docx").rename(style)
    assert heading(make(office, plain="1")).startswith("3家的报告都生成了")
    plain = list_reports(whole)
    assert {name for name in plain if plain[name] != styled[name]} == {name for name in plain if name.endswith("docx")}
    assert "样式" not in words(show(office))


def test_a_newer_version_makes_its_report_an_old_one(office, whole):
    make(office)
    agency = ENTRIES[1].agency
    given = figures.submission(SPEC, FIGURES, agency)
    given = replace(given, texts={text.key: f"{text.label}又写。" for text in SPEC.texts})
    with stores.opened(whole) as store:
        take_judged(store, given, "2025-01-20T09:00:00", "b.xlsx")
    tree = show(office)
    assert heading(tree) == "3家通过，还有1家的报告要生成" and "数、文字或样式变了" in words(tree)
    with zipfile.ZipFile(io.BytesIO(office.get(f"{PAGE}/all.zip").content)) as archive:
        assert f"下载全部报告（{len(archive.namelist())}份）" in words(tree)
    assert heading(make(office)).startswith("3家的报告都生成了")
    wrong = FIGURES | {"disputes.review.total": FIGURES["disputes.review.total"] + 1}
    with stores.opened(whole) as store:
        take_judged(store, figures.submission(SPEC, wrong, agency), "2025-01-21T09:00:00", "c.xlsx")
    tree = show(office)
    assert "1家的是以前一版的，不要公布" in words(tree) and heading(tree).startswith("2家的报告都生成了")
    assert agency.name not in words(tree).partition("通过的2家")[2]


def test_what_somebody_has_changed_is_kept_unless_the_box_is_ticked(office, whole):
    make(office)
    path = next((whole.root / whole.layout.reports).glob("*.docx"))
    written = path.read_bytes()
    path.write_bytes(written + b"\0")
    tree = show(office)
    assert "有人改动过的1家" in words(tree) and heading(tree) == "3家通过，还有1家的报告要生成"
    make(office)
    assert path.read_bytes() != written
    make(office, replace="1")
    assert path.read_bytes() == written and "有人改动过" not in words(show(office))


def test_nothing_can_be_made_where_nobody_has_passed(tmp_path):
    from xltool.campaign.roster import Roster

    made = stores.campaign(tmp_path, Roster(ENTRIES))
    with open_browser(made.root, AFTER) as office:
        tree = show(office)
        assert heading(tree) == "还没有一家通过，没有可以生成的报告" and not tree.xpath(
            "//form[contains(@action, 'make')]"
        )
