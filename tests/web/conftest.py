"""A campaign with something of everything, and its office page as a browser on this computer meets it."""

from __future__ import annotations

import re
import shutil
import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from threading import Thread

import httpx
import pytest
from lxml import html

from tests import figures
from tests.campaign import stores
from tests.campaign.stores import FIGURES, SPEC, finding, stray, take, take_judged
from tests.web import doors
from xltool import itself
from xltool.campaign.kept_blanks import Issue
from xltool.campaign.kept_decisions import AbsenceRecord
from xltool.campaign.roster import Roster
from xltool.web.server import OfficeServer, open_server

AFTER = date(2025, 2, 3)
COMMAND = itself.find_program()
HOSTILE = '<script>alert(1)</script><img src=x onerror="x">"\'&{{ 7*7 }}'
SITE_PAGES = ("/c/", "/campaigns", "/check", "/close", "/new", "/static/")
TOKEN = re.compile('name="token" value="([^"]+)"')
OFFICE, EDUCATION, FINANCE, LAND, TOWN, SUBURB = (entry.agency.code for entry in stores.entries())


@dataclass
class Browser:
    """A client that has come in with the key, as a browser does, and fills in the forms that it is shown."""

    server: OfficeServer
    client: httpx.Client

    @property
    def site(self):
        return self.server.site

    @property
    def base(self):
        """Where the addresses of the campaign begin."""
        return self.site.home.base

    def locate(self, path):
        """The whole address of a page as tests call it: of the campaign, or as a page has linked it."""
        return self.server.root + ("" if path.startswith((f"{self.base}/", *SITE_PAGES)) else self.base) + path

    def get(self, path="/", **more):
        return self.client.get(self.locate(path), **more)

    def token(self):
        return TOKEN.search(self.get().text)[1]

    def post(self, path, token=None, **fields):
        headers = {"Origin": self.server.root}
        return self.client.post(self.locate(path), data={"token": token or self.token(), **fields}, headers=headers)


def wait_for(browser, path):
    """Loads a page anew until the job on it has ended, as one does without script; gives its tree."""
    for _ in range(600):
        text = browser.get(path).text
        if "http-equiv" not in text:
            return html.fromstring(text)
        time.sleep(0.1)
    raise AssertionError("it does not end")


def visit_pages(browser):
    """What the pages of a campaign say, one page of each kind: whatever is linked from another of them."""
    pages, kinds, waiting = {}, set(), ["/"]
    while waiting:
        path = waiting.pop(0)
        kind = re.sub(r"[0-9]{6}-[0-9]{3}|=[^&]*", "", path)
        if kind in kinds or path in {"/new", "/check", "/check/rules", "/campaigns"}:
            continue
        kinds.add(kind)
        answer = browser.client.get(browser.server.root + path, follow_redirects=True)
        assert answer.status_code == 200, path
        if answer.headers["content-type"].startswith("text/html"):
            tree = html.fromstring(answer.text)
            pages[path] = " ".join(tree.text_content().split())
            waiting += [link.partition("#")[0] for link in tree.xpath("//a/@href") if link.startswith("/")]
    return pages


@contextmanager
def open_browser(root, today=AFTER, memory=None):
    """The office page in a folder at work on a port of its own, and a client that is let in."""
    server = open_server(root, 0, COMMAND, lambda: today, memory)
    running = Thread(target=server.run)
    running.start()
    try:
        with make_client(server) as client:
            answer = client.get(server.address)
            assert answer.status_code == 303 and answer.headers["location"] == "/"
            yield Browser(server, client)
    finally:
        server.site.close()
        running.join(20)
        assert not running.is_alive()


def ask(server, path="/", method="GET", **headers):
    """What a stranger is answered, who has nothing but what is given."""
    with make_client(server) as client:
        return client.request(method, path, headers={name.title(): value for name, value in headers.items()})


def make_client(server):
    return httpx.Client(base_url=server.root, trust_env=False, timeout=60)


def make_campaign(root, entries=None):
    """One agency in each state, one of them late, one overdue, one whose name tries to be a page of its own."""
    listed = list(entries or stores.entries())
    listed[5] = replace(listed[5], agency=replace(listed[5].agency, name="额敏县郊区乡<b>&"))
    made = stores.campaign(root, Roster(tuple(listed)))
    with stores.opened(made) as store:
        for entry in listed:
            code = entry.agency.code
            store.issue([Issue(code, f"S-{code}", f"{code}.xlsx", "0" * 64, "2025-01-02T09:00:00")])
        wrong = FIGURES | {"disputes.review.total": FIGURES["disputes.review.total"] + 1}
        take_judged(
            store, figures.submission(SPEC, wrong, listed[1].agency), "2025-01-10T09:15:00", f"教育局{HOSTILE}.xlsx"
        )
        blank = finding(
            "cell.blank",
            "warning",
            code="cell.blank",
            message="有 1 格未填。",
            cells=["disclosure.licensing.decisions"],
        )
        take(store, FINANCE, "2025-01-12T09:00:00", [blank])
        take(store, LAND, "2025-02-01T09:00:00")
        store.excuse(AbsenceRecord(TOWN, "上户镇人民政府", "", "已并入郊区乡", "赵主任", "2025-01-05T09:00:00"))
        take(store, OFFICE, "2025-01-12T09:00:00")
        stray(store, f"照片{HOSTILE}.xlsx", "这不是 xlsx 工作簿。")
    return made


@pytest.fixture
def campaign(tmp_path):
    return make_campaign(tmp_path)


@pytest.fixture
def browser(campaign):
    with open_browser(campaign.root) as opened:
        yield opened


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A campaign whose blanks are out, to be copied."""
    return doors.make_campaign(tmp_path_factory.mktemp("built"))


@pytest.fixture
def sent_out(built, tmp_path):
    """A campaign whose blanks are out."""
    shutil.copytree(built.root, tmp_path / "额敏县")
    return replace(built, root=tmp_path / "额敏县")


@pytest.fixture
def door(sent_out):
    """Its door at work."""
    with doors.open_for(sent_out) as opened:
        yield opened
