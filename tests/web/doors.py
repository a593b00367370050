"""A door at work on a campaign whose blanks are out, and agencies that come to it as browsers do."""

from __future__ import annotations

import io
import re
from collections.abc import Collection
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from random import Random
from threading import Thread

import httpx
import openpyxl
from click.testing import CliRunner
from lxml import html

from tests import figures
from tests.campaign import stores
from tests.campaign.stores import SPEC
from xltool import itself
from xltool.campaign.links import read_links
from xltool.campaign.opening import open_store
from xltool.campaign.roster import Roster
from xltool.cli import main
from xltool.web.door_server import DoorServer, open_door
from xltool.workbook.layout_plan import make_plan

COMMAND = itself.find_program()
BEFORE = date(2025, 1, 10)
OFFICE, EDUCATION, FINANCE, LAND, TOWN, SUBURB = (entry.agency.code for entry in stores.entries())
PLAN = make_plan(SPEC)
TEXTS = ("overview", "problems", "other_matters")


def make_campaign(root: Path, entries=None, deadline=stores.DEADLINE):
    """A campaign whose blanks are out."""
    made = stores.campaign(root, Roster(tuple(entries or stores.entries())), deadline)
    done = CliRunner().invoke(main, ["build", "-C", str(made.root)])
    assert done.exit_code == 0, done.output
    return made


def find_blank(campaign, code: str) -> Path:
    """Where the blank of an agency lies."""
    [path] = (campaign.root / campaign.layout.outbox).glob(f"{code}_*.xlsx")
    return path


def run(campaign, *arguments):
    """Runs a command of the console on a campaign."""
    done = CliRunner().invoke(main, [*arguments, "-C", str(campaign.root)])
    assert done.exit_code in {0, 3}, done.output
    return done


def fill_blank(data: bytes, seed: int = 1, wrong: bool = False, blank: Collection[str] = ()) -> bytes:
    """A blank as an agency fills it in: right, or with one figure that breaks the balance, or with cells left out."""
    drawn = figures.consistent(SPEC, Random(seed))
    values = {cell.key: drawn[cell.key] for cell in SPEC.cells if not cell.total} | {"disclosure.fees.amount": 12.5}
    if wrong:
        values["applications.received.other"] += 5
    assert values.keys() >= {*blank}
    book = openpyxl.load_workbook(io.BytesIO(data))
    for key, value in values.items():
        if key in blank:
            continue
        spot = PLAN.cells[key]
        book[spot.sheet][spot.address] = value
    for text in TEXTS:
        spot = PLAN.texts[text]
        book[spot.sheet][spot.address] = f"第{seed}稿。"
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@dataclass
class Agency:
    """Somebody of an agency, with its link and a browser."""

    client: httpx.Client
    link: str

    def page(self):
        answer = self.client.get(f"{self.link}/")
        assert answer.status_code == 200, answer.text
        return html.fromstring(answer.text)

    def token(self):
        return re.search('name="token" value="([^"]+)"', self.client.get(f"{self.link}/").text)[1]

    def get(self, part):
        return self.client.get(f"{self.link}/{part}")

    def try_out(self, data, name="年报.xlsx", token=None, follow=True):
        """Hands over a workbook to be judged."""
        return self.client.post(
            f"{self.link}/trial", data={"token": self.token() if token is None else token},
            files={"file": (name, data)}, follow_redirects=follow,
        )  # fmt: skip

    def confirm(self, person="钱某", follow=True, **changed):
        """Presses 确认报送 on the page as it is."""
        form = self.find_form("确认报送")
        fields = {each.get("name"): each.get("value") for each in form.xpath(".//input")} | {"person": person}
        return self.client.post(form.get("action"), data=fields | changed, follow_redirects=follow)

    def explain(self, line, text):
        """Keeps a 说明 with the trial."""
        form = self.find_form("存下说明，再看一遍")
        fields = {each.get("name"): each.get("value") for each in form.xpath(".//input")} | {f"why {line}": text}
        return self.client.post(f"{self.link}/explain", data=fields, follow_redirects=True)

    def find_form(self, button):
        [form] = self.page().xpath(f"//form[.//button[normalize-space()='{button}']]")
        return form


def tell(answer):
    """What a page says, as one line."""
    return " ".join(html.fromstring(answer.text).xpath("//main")[0].text_content().split())


@dataclass
class OpenedDoor:
    """A door at work, and what comes to it."""

    server: DoorServer
    campaign: object
    clients: list[httpx.Client] = field(default_factory=list)

    def links(self):
        store = open_store(self.campaign)
        try:
            return read_links(self.campaign, store)
        finally:
            store.close()

    def agency(self, code, client=None):
        return Agency(client or self.client(), self.links().locate(code))

    def client(self, **headers):
        made = httpx.Client(base_url=self.server.address, trust_env=False, timeout=60, headers=headers)
        self.clients.append(made)
        return made

    def blank(self, code):
        return find_blank(self.campaign, code).read_bytes()


@contextmanager
def open_for(campaign, today=BEFORE, host="127.0.0.1", **more):
    """The door of a campaign, closed at the end."""
    server = open_door(campaign.root, host, 0, COMMAND, today=lambda: today, **more)
    running = Thread(target=server.run)
    running.start()
    opened = OpenedDoor(server, campaign)
    try:
        yield opened
    finally:
        for client in opened.clients:
            client.close()
        server.server.should_exit = True
        running.join(30)
        assert not running.is_alive()
