"""The list of campaigns: which are known between runs and beside, how each stands, and what of it cannot be read."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest

from tests.campaign import stores
from tests.web.conftest import make_campaign, open_browser
from xltool.campaign.roster import Roster
from xltool.web.shelf import FOLDER_VARIABLE, MOST_REMEMBERED, Shelf, locate_memory

TODAY = date(2025, 2, 3)


@pytest.fixture
def memory(tmp_path):
    return tmp_path / "settings" / "recent.json"


@pytest.fixture
def folder(tmp_path):
    """Two campaigns side by side, one of them broken, and what is none."""
    folder = tmp_path / "办公"
    (folder / "空").mkdir(parents=True)
    (folder / "说明.txt").write_text("x", "utf-8")
    (folder / "坏<b>").mkdir()
    (folder / "坏<b>" / "campaign.toml").write_text("form = ", "utf-8")
    make_campaign(folder)
    return folder


def list_rows(page):
    """The cells of the list's rows as text."""
    import lxml.html

    rows = lxml.html.fromstring(page).xpath("//table//tbody/tr")
    return [[" ".join(cell.text_content().split()) for cell in row] for row in rows]


def test_a_folder_of_no_campaign_shows_those_in_it_with_where_they_stand(folder):
    with open_browser(folder) as browser:
        answer = browser.client.get("/", follow_redirects=True)
        assert answer.url.path == "/campaigns" and "2个填报任务，1个还没有办完，1个读不出来" in answer.text
        broken, good = sorted(list_rows(answer.text))
        assert good[0] == "额敏县 2024年度" and "还有3家没有办完" in good[1]
        assert good[2].startswith("报送截止2025年1月31日，过了")
        assert "campaign.toml" in broken[1] and "坏<b>" in broken[0] and "<b>" not in answer.text
        [link] = [each for each in answer.text.split('"') if each.startswith("/c/")]
        assert browser.client.get(link).status_code == 200


def test_an_empty_folder_says_so(tmp_path):
    with open_browser(tmp_path) as browser:
        assert "还没有填报任务" in browser.client.get("/campaigns").text


def test_every_page_of_a_campaign_leads_to_the_list(browser):
    for path in ("/", "/take-in", "/nothing"):
        assert '<a href="/campaigns">任务</a>' in browser.get(path).text
    assert '<a href="/campaigns" aria-current="page">任务</a>' in browser.get("/campaigns").text
    assert "额敏县 2024年度" in browser.get("/campaigns").text, "its folder is beside"


def test_what_was_opened_is_remembered_for_the_next_run(campaign, folder, memory, tmp_path):
    with open_browser(campaign.root, memory=memory) as browser:
        browser.get("/take-in")
        assert not memory.exists()
        browser.get()
    assert json.loads(memory.read_bytes()) == {"campaigns": [{"folder": str(campaign.root), "day": "2025-02-03"}]}
    elsewhere = tmp_path / "别处"
    elsewhere.mkdir()
    with open_browser(elsewhere, memory=memory) as browser:
        [row] = list_rows(browser.client.get("/campaigns").text)
        assert row[0] == "额敏县 2024年度" and row[4] == str(campaign.root)


def test_an_address_of_an_earlier_run_still_leads_to_its_campaign(campaign, memory, tmp_path):
    with open_browser(campaign.root, memory=memory) as browser:
        address = browser.base
        browser.get()
    (tmp_path / "别处").mkdir()
    with open_browser(tmp_path / "别处", memory=memory) as browser:
        assert browser.client.get(f"{address}/").status_code == 200
        assert browser.client.get("/c/0123456789ab/").status_code == 404


def test_one_whose_folder_is_gone_says_so_and_can_be_taken_from_the_list(campaign, folder, memory):
    Shelf(folder, memory).remember(campaign.root / "没有了", TODAY)
    with open_browser(folder, memory=memory) as browser:
        page = browser.client.get("/campaigns").text
        [row] = [each for each in list_rows(page) if "没有了" in each[0]]
        assert "文件夹不在原处" in row[1] and "从单子上去掉" in row[1] and page.count("从单子上去掉</button>") == 1
        name = page.partition('name="campaign" value="')[2].partition('"')[0]
        token = page.partition('name="token" value="')[2].partition('"')[0]
        answer = browser.client.post("/campaigns/forget", data={"token": token, "campaign": "0" * 12})
        assert answer.status_code == 404
        answer = browser.client.post("/campaigns/forget", data={"token": token, "campaign": name})
        assert answer.status_code == 303 and "没有了" not in browser.client.get("/campaigns").text
    assert json.loads(memory.read_bytes()) == {"campaigns": []}


@pytest.mark.parametrize("held", [b"", b"{", b"\xff\xfe", b"[1]", b"null", b'{"campaigns": 3}', b"[" * 100_000,
                                  b'{"campaigns": [{"folder": 3, "day": "2025-01-01"}, 7, {"folder": "a", "day": 1}]}',
                                  b'{"campaigns": [{"folder": "/a\\u0000b", "day": "2025-01-01"}]}',
                                  b'{"campaigns": [{"folder": "here", "day": "2025-01-01"}]}'])  # fmt: skip
def test_what_is_remembered_may_be_damaged(held, tmp_path, memory):
    memory.parent.mkdir()
    memory.write_bytes(held)
    shelf = Shelf(tmp_path / "none", memory)
    assert shelf.list_places() == []
    shelf.remember(tmp_path, TODAY)
    assert [place.root for place in shelf.list_places()] == [tmp_path]


def test_what_cannot_be_written_hurts_nobody(tmp_path, campaign):
    memory = tmp_path / "file" / "recent.json"
    memory.parent.write_text("x", "utf-8")
    with open_browser(campaign.root, memory=memory) as browser:
        assert browser.get().status_code == 200
    assert Shelf(tmp_path / "none", memory).list_places() == []


def test_the_last_one_is_first_and_old_ones_are_dropped(tmp_path, memory):
    shelf = Shelf(tmp_path / "none", memory)
    for number in range(MOST_REMEMBERED + 3):
        shelf.remember(tmp_path / str(number), TODAY)
    shelf.remember(tmp_path / "5", TODAY)
    names = [place.root.name for place in shelf.list_places()]
    assert names[:2] == ["5", str(MOST_REMEMBERED + 2)] and len(names) == MOST_REMEMBERED and "0" not in names
    written = memory.stat().st_mtime_ns
    shelf.remember(tmp_path / "5", TODAY)
    assert memory.stat().st_mtime_ns == written, "nothing new, nothing written"


def test_where_it_is_remembered(monkeypatch, tmp_path):
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    assert locate_memory() == tmp_path / "recent.json"
    monkeypatch.delenv(FOLDER_VARIABLE)
    assert locate_memory().name == "recent.json" and "xltool" in str(locate_memory())


def test_campaigns_that_are_done(tmp_path):
    listed = Roster(tuple(replace(entry, parent="") for entry in stores.entries()[:1]))
    made = stores.campaign(tmp_path, listed)
    with stores.opened(made) as store:
        stores.take(store, listed.entries[0].agency.code, "2025-01-12T09:00:00")
    with open_browser(tmp_path) as browser:
        page = browser.client.get("/campaigns").text
        assert "1个填报任务，都办完了" in page and "1家都齐了" in page and "过了" not in list_rows(page)[0][2]


def test_what_opens_a_campaign_finds_the_program_once_that_has_moved(tmp_path):
    from click.testing import CliRunner

    from xltool import itself
    from xltool.campaign import launchers, layout
    from xltool.campaign.folder import load_campaign
    from xltool.cli import main

    listed = tmp_path / "名录.csv"
    listed.write_bytes(Roster(stores.entries(3)).to_csv())
    root = tmp_path / "额敏县2024"
    words = ["new", "--form", "ogi-2021", "--year", "2024", "--name", "额敏县", "--roster", str(listed), str(root)]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    launcher = root / layout.find_launcher("linux")
    launchers.refresh_launchers(load_campaign(root), ("/opt/moved/xltool",))
    assert "/opt/moved/xltool" in launcher.read_text("utf-8")
    with open_browser(tmp_path) as browser:
        page = browser.client.get("/campaigns").text
        [link] = [each for each in page.split('"') if each.startswith("/c/") and each.endswith("/")]
        assert "/opt/moved/xltool" in launcher.read_text("utf-8"), "the list alone opens none"
        assert browser.client.get(link).status_code == 200
        assert "/opt/moved/xltool" not in launcher.read_text("utf-8")
        assert itself.find_program()[0] in launcher.read_text("utf-8")
        launcher.write_text("by hand", "utf-8")
        assert browser.client.get(link).status_code == 200 and launcher.read_text("utf-8") == "by hand"
