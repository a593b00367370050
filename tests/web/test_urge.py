"""Who is urged by the page, with what: in the groups of the next step, with the lines and the mails of the console."""

from __future__ import annotations

import email
import io
import zipfile
from dataclasses import replace
from email import policy

import pytest
from click.testing import CliRunner
from lxml import html

from tests import figures
from tests.campaign import stores
from tests.campaign.stores import FIGURES, SPEC, stray
from tests.web.conftest import AFTER, EDUCATION, FINANCE, HOSTILE, LAND, OFFICE, SUBURB, TOWN, open_browser, wait_for
from xltool import api
from xltool.campaign.roster import Roster
from xltool.cli import main


def run(made, *arguments):
    done = CliRunner().invoke(main, [*arguments, "-C", str(made.root)])
    assert done.exit_code in {0, 3}, done.output
    return done


@pytest.fixture(scope="module")
def issued(tmp_path_factory):
    """A campaign by the console alone: one returned, one to explain, one whose file was not taken in, two silent."""
    listed = list(stores.entries())
    listed[4] = replace(listed[4], email="", contact=f"李{HOSTILE}")
    made = stores.campaign(tmp_path_factory.mktemp("urged"), Roster(tuple(listed)))
    run(made, "build")
    wrong = {
        OFFICE: FIGURES,
        EDUCATION: FIGURES | {"applications.received.other": FIGURES["applications.received.other"] + 5},
    }
    for entry in listed:
        if entry.agency.code in wrong:
            data = api.fill(figures.submission(SPEC, wrong[entry.agency.code], entry.agency))
            (made.root / made.layout.inbox / f"{entry.agency.code}.xlsx").write_bytes(data)
    run(made, "collect", "--received", "2025-01-10")
    with stores.opened(made) as store:
        stray(store, f"{FINANCE}_年报.docx", "这是文字报告，不是工作簿。")
    run(made, "extend", FINANCE, "2025-02-20", "--reason", "换人", "--by", "王某")
    run(made, "extend", LAND, "2025-02-20", "--reason", "换人", "--by", "王某")
    return made


@pytest.fixture
def browser(issued):
    with open_browser(issued.root, AFTER) as opened:
        yield opened


def page(browser):
    answer = browser.get("/urge")
    assert answer.status_code == 200, answer.text
    return html.fromstring(answer.text)


def sections(tree):
    return {
        part.get("id"): [row[0].text_content().strip() for row in part.xpath(".//tbody/tr")]
        for part in tree.xpath("//main//section[@id]")
    }


def read_bundle(answer):
    assert answer.status_code == 200
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_each_stands_in_the_group_of_the_next_step(browser):
    tree = page(browser)
    found = sections(tree)
    assert found["overdue"] == ["额敏县上户镇人民政府", "额敏县郊区乡人民政府"]
    assert found["again"] == ["额敏县财政局"] and found["waiting"] == ["额敏县自然资源局"]
    assert "额敏县教育和科学技术局" in found["returned"]
    assert "其中3家逾期" in tree.xpath("string(//h1)") or "其中2家逾期" in tree.xpath("string(//h1)")
    text = " ".join(tree.xpath("//section[@id='overdue']")[0].text_content().split())
    assert text.count("3天") == 2 and "逾期3天" in text and "0901-0000005" in text and "下发" in text
    assert tree.xpath("//section[@id='overdue']//a[@href='tel:0901-0000005']")
    assert "来的没有收下，期限还有17天" in tree.xpath("//section[@id='again']")[0].text_content()
    assert "xltool" not in tree.text_content(), "a clerk's words"


def test_the_lines_are_those_of_the_console(browser, issued):
    tree = page(browser)
    said = [each.text_content() for each in tree.xpath("//*[@class='say']")]
    told = run(issued, "remind").stdout.splitlines()
    shown = {line.partition("：")[0]: line for line in told if line}
    assert len(said) == len(shown) == len({*said})
    for line in said:
        assert line.split("（期限")[0].split("请尽快")[0].split("请于")[0] in shown[line.partition("：")[0]]
    assert tree.xpath("string(//textarea[@id='every'])").split("\n")[:-1] == said
    ids = [each.get("id") for each in tree.xpath("//*[@id]")]
    assert len(ids) == len({*ids})


def test_the_mails_are_those_of_the_console(browser, issued):
    mails = read_bundle(browser.get("/urge/mails.zip"))
    assert not [name for name in mails if name.startswith(TOWN)], "it has no address"
    run(issued, "remind")
    for name, data in mails.items():
        folder = issued.layout.returned if EDUCATION in name or OFFICE in name else issued.layout.outbox
        ours = email.message_from_bytes(data, policy=policy.default)
        theirs = email.message_from_bytes((issued.root / folder / name).read_bytes(), policy=policy.default)
        assert ours["To"] == theirs["To"] and ours["Subject"] == theirs["Subject"]
        [mine], [other] = ([*each.iter_attachments()] for each in (ours, theirs))
        assert mine.get_content() == other.get_content() and mine.get_filename() == other.get_filename()
    single = browser.get(f"/urge/{SUBURB}/mail")
    assert single.content == next(data for name, data in mails.items() if name.startswith(SUBURB))
    returns = read_bundle(browser.get("/urge/returned.zip"))
    for name, data in returns.items():
        assert (issued.root / issued.layout.returned / name).read_bytes() == data
    assert any(name.startswith(EDUCATION) for name in returns)


def test_what_goes_back_is_written_anew_before_it_goes(browser, issued):
    run(issued, "remind")
    assert "要重新写" not in page(browser).text_content()
    run(issued, "extend", EDUCATION, "2025-03-20", "--reason", "换人", "--by", "王某")
    tree = page(browser)
    assert "要重新写" in tree.text_content(), "its deadline is another now"
    assert not [name for name in read_bundle(browser.get("/urge/mails.zip")) if name.startswith(EDUCATION)]
    [button] = tree.xpath("//button[contains(@class, 'go')]")
    assert button.text_content() == "写好1家退回的工作簿"
    answer = browser.post("/urge/remind")
    assert answer.status_code == 303 and answer.headers["location"] == f"{browser.base}/urge"
    tree = wait_for(browser, "/urge")
    assert "要重新写" not in tree.text_content() and "下载上次写出的催报名单" in tree.text_content()
    assert [name for name in read_bundle(browser.get("/urge/mails.zip")) if name.startswith(EDUCATION)]
    assert browser.get("/urge/list.xlsx").content == (issued.root / "催报.xlsx").read_bytes()
    run(issued, "extend", EDUCATION, "--withdraw", "--reason", "换人", "--by", "王某")


def test_what_is_not_there_is_404(browser):
    for path in (f"/{TOWN}/mail", "/nobody/mail", "/..%2fx/mail"):
        assert browser.get(f"/urge{path}").status_code == 404, path


def test_nothing_is_urged_before_anything_is_out(tmp_path):
    made = stores.campaign(tmp_path, Roster(stores.entries()))
    with open_browser(made.root, AFTER) as browser:
        tree = page(browser)
        assert tree.xpath("string(//h1)") == "没有要催的单位" and "另有6家还没有生成工作簿" in tree.text_content()
        assert browser.get("/urge/mails.zip").status_code == browser.get("/urge/returned.zip").status_code == 404
        assert browser.get("/urge/list.xlsx").status_code == 404


def test_names_appear_only_escaped(browser):
    text = browser.get("/urge").text
    assert "<script>alert" not in text and "李&lt;script&gt;" in text
